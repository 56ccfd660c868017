"""SemEval-2023 Task 3, framing in English: small texts in its layout, and the counts of the shared part."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from corpus_files import Content, describe, notes, put, read

from benchmark.corpora import adapter
from benchmark.corpora.semeval2023_task3 import FRAMES
from benchmark.errors import DataError

TASK = adapter("semeval2023_task3")
LABELS = "data/en/train-labels-subtask-2.txt"


def corpus(**more: Content) -> dict[str, Content]:
    return {
        "data/en/train-articles-subtask-2/article11.txt": "A title\n\nA text.\n",
        "data/en/train-articles-subtask-2/article2.txt": "\ufeffOther title\n\nMore text.\n",
        LABELS: "2\tPolitical,Economic\n11\tMorality\n",
        **more,
    }


def frames(path: Path) -> dict[str, tuple[str, ...]]:
    return {record.document.id: record.gold["frame"].units[0].labels for record in read(TASK, path)[0]}


class TestSmallCorpus:
    def test_the_document_carries_the_frames(self, tmp_path: Path) -> None:
        records, report = read(TASK, put(tmp_path, corpus()))
        assert [(record.document.id, record.split) for record in records] == [("11", "train"), ("2", "train")]
        (unit,) = records[1].gold["frame"].units
        assert (unit.start, unit.end) == (0, len("\ufeffOther title\n\nMore text.\n"))
        assert unit.labels == ("Political", "Economic")
        assert notes(report) == []
        assert read(TASK, tmp_path)[0] == records

    def test_what_it_is(self, tmp_path: Path) -> None:
        about = describe(TASK, put(tmp_path, corpus()))
        assert (about.name, about.language, about.version) == ("semeval2023_task3", "en", "2023")
        layer = about.layers["frame"]
        assert (layer.kind, layer.unit, layer.labels) == ("units", "document", FRAMES)
        assert len(FRAMES) == 14

    @pytest.mark.parametrize("root", ["", "en/", "data/en/", "SEMEVAL/data/en/"])
    def test_the_path_may_be_given_at_any_height(self, tmp_path: Path, root: str) -> None:
        put(tmp_path, {path.replace("data/en/", root): text for path, text in corpus().items()})
        assert frames(tmp_path) == {"11": ("Morality",), "2": ("Political", "Economic")}

    def test_other_languages_are_left_out(self, tmp_path: Path) -> None:
        others = {path.replace("/en/", f"/{code}/"): "x" for code in ("fr", "ka") for path in corpus()}
        assert set(frames(put(tmp_path, corpus(**others)))) == {"11", "2"}

    @pytest.mark.parametrize("given", ["", "data", "data/fr"])
    def test_without_english_it_is_said_what_is_there(self, tmp_path: Path, given: str) -> None:
        put(tmp_path, {"data/fr/dev-articles-subtask-2/article1.txt": "Bonjour"})
        for use in (describe, read):
            with pytest.raises(
                DataError, match=r"holds no en/train-articles-subtask-2/article\*.txt, only fr$"
            ):
                use(TASK, tmp_path / given)

    def test_nothing_at_all(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"holds no en/train-articles-subtask-2/article\*.txt$"):
            describe(TASK, tmp_path)

    def test_two_copies(self, tmp_path: Path) -> None:
        copy = {f"old/{path}": text for path, text in corpus().items()}
        with pytest.raises(DataError, match=r"in 2 places \(data/en/, old/data/en/\); give one of them"):
            describe(TASK, put(tmp_path, corpus(**copy)))


class TestFaults:
    def test_a_split_without_labels_is_dropped(self, tmp_path: Path) -> None:
        more = {"data/en/dev-articles-subtask-2/article3.txt": "Text."}
        records, report = read(TASK, put(tmp_path, corpus(**more)))
        assert {record.split for record in records} == {"train"}
        assert notes(report) == [
            "split dropped data/en/dev-articles-subtask-2: 1 articles without dev-labels-subtask-2.txt"
        ]

    def test_a_labelled_dev_split_is_read(self, tmp_path: Path) -> None:
        more = {
            "data/en/dev-articles-subtask-2/article3.txt": "Text.",
            "data/en/dev-labels-subtask-2.txt": "3\tEconomic",
        }
        records, _ = read(TASK, put(tmp_path, corpus(**more)))
        assert [record.split for record in records] == ["train", "train", "dev"]

    @pytest.mark.parametrize(
        ("row", "labels"),
        [
            ("2\tPolitical, Economic\r\n", ("Political", "Economic")),
            ("2\tPolitical,Political\n\n", ("Political",)),
            ("2\t\n", ()),
        ],
    )
    def test_rows_that_are_read_kindly(self, tmp_path: Path, row: str, labels: tuple[str, ...]) -> None:
        put(tmp_path, corpus(**{LABELS: f"11\tMorality\n{row}"}))
        assert frames(tmp_path)["2"] == labels

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            ("2\tPolitical,Politics", "line 2 of train-labels-subtask-2.txt: unknown frame 'Politics'"),
            ("2 Political", "not in train-labels-subtask-2.txt"),
            ("2", "line 2 of train-labels-subtask-2.txt: no TAB after the id"),
            ("", "not in train-labels-subtask-2.txt"),
        ],
    )
    def test_an_article_with_a_wrong_row_is_dropped_alone(
        self, tmp_path: Path, row: str, message: str
    ) -> None:
        records, report = read(TASK, put(tmp_path, corpus(**{LABELS: f"11\tMorality\n{row}"})))
        assert [record.document.id for record in records] == ["11"]
        place = "data/en/train-articles-subtask-2/article2.txt"
        assert notes(report)[-1] == f"article dropped {place}: {message}"

    def test_rows_that_belong_to_nothing(self, tmp_path: Path) -> None:
        rows = "2\tPolitical\n11\tMorality\n2\tEconomic\n7\tEconomic\n"
        _, report = read(TASK, put(tmp_path, corpus(**{LABELS: rows})))
        assert notes(report) == [
            f"row dropped {LABELS}:3: article 2 stands there already",
            f"row dropped {LABELS}:4: article 7 is not there",
        ]
        assert frames(tmp_path)["2"] == ("Political",)

    def test_broken_texts(self, tmp_path: Path) -> None:
        spoiled = {path: b"\xff" if "11" in path else b" \n" for path in corpus() if "article" in path}
        spoiled = {path: content for path, content in spoiled.items() if path != LABELS}
        records, report = read(TASK, put(tmp_path, corpus(**spoiled)))
        assert records == []
        assert report.counts == {"file skipped": 1, "article dropped": 1}
        assert notes(report)[1].endswith("article2.txt: empty")

    def test_labels_that_are_not_utf8(self, tmp_path: Path) -> None:
        records, report = read(TASK, put(tmp_path, corpus(**{LABELS: b"2\tPol\xff"})))
        assert records == []
        assert report.counts == {"file skipped": 1, "split dropped": 1}

    def test_an_id_in_two_splits_is_taken_once(self, tmp_path: Path) -> None:
        copy = {path.replace("/train", "/dev"): text for path, text in corpus().items()}
        records, report = read(TASK, put(tmp_path, corpus(**copy)))
        assert {record.split for record in records} == {"train"}
        assert report.counts == {"article dropped": 2}
        assert notes(report)[0].endswith(
            "dev-articles-subtask-2/article11.txt: article 11 is in another split too"
        )


def test_counts_of_the_shared_part(shared: Path) -> None:
    records, report = read(TASK, shared / "corpora" / "semeval2023_task3")
    assert Counter(record.split for record in records) == {"train": 433}
    assert notes(report) == []
    used = {label for record in records for label in record.gold["frame"].units[0].labels}
    assert used == set(FRAMES)
    listed = (shared / "corpora/semeval2023_task3/frames_subtask2.txt").read_text(encoding="utf-8")
    assert tuple(listed.split()) == FRAMES

    # The trap that the guard against contamination is for: most of these articles are PTC's.
    articles = shared / "corpora" / "ptc" / "train-articles"
    ptc = {path.stem.removeprefix("article") for path in articles.iterdir()}
    assert len(ptc & {record.document.id for record in records}) == 351
