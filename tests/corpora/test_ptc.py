"""The Propaganda Techniques Corpus: its quirks on small texts, and the counts of the real part."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import pytest
from corpus_files import Content, describe, notes, put, read

from benchmark.corpora import adapter
from benchmark.corpora.ptc import LAYERS, TECHNIQUES
from benchmark.errors import DataError
from benchmark.model import Span

PTC = adapter("ptc")
ONE = "\ufeffBad plan\n\nThe vile plan\nfailed badly.\n"
TWO = "Calm day\n\nNothing happened.\n"
SI, TC = "train-labels-task-si", "train-labels-task-flc-tc"


def corpus(**more: Content) -> dict[str, Content]:
    """Return two articles: the spans of the first cross a line, overlap, repeat and cut a word."""
    spans = "1\t1\t9\n1\t15\t24\n1\t15\t31\n1\t12\t18\n"
    techniques = "1\tLoaded_Language\t15\t31\n1\tName_Calling,Labeling\t15\t31\n1\tDoubt\t1\t9\n"
    return {
        "train-articles/article1.txt": ONE,
        "train-articles/article2.txt": TWO,
        f"{SI}/article1.task-si.labels": spans,
        f"{SI}/article2.task-si.labels": "",
        f"{TC}/article1.task-flc-tc.labels": techniques,
        f"{TC}/article2.task-flc-tc.labels": "",
        "train-task-si.labels": spans,
        "train-task-flc-tc.labels": techniques,
        **more,
    }


def spans_of(path: Path, layer: str, article: str = "1") -> tuple[Span, ...]:
    (record,) = (record for record in read(PTC, path)[0] if record.document.id == article)
    return record.gold[layer].spans


class TestSmallCorpus:
    def test_articles_come_with_both_layers(self, tmp_path: Path) -> None:
        records, report = read(PTC, put(tmp_path, corpus()))
        assert [(record.document.id, record.split) for record in records] == [("1", "train"), ("2", "train")]
        assert [record.document.text for record in records] == [ONE, TWO]
        assert all(list(record.gold) == ["propaganda", "technique"] for record in records)
        assert records[1].gold["technique"].spans == records[1].gold["propaganda"].spans == ()
        assert notes(report) == []

    def test_a_byte_order_mark_counts_as_a_character(self, tmp_path: Path) -> None:
        span = spans_of(put(tmp_path, corpus()), "propaganda")[0]
        assert ONE[span.start : span.end] == "Bad plan"
        assert span.label == "Propaganda"

    def test_spans_are_kept_as_they_are(self, tmp_path: Path) -> None:
        put(tmp_path, corpus())
        found = [(span.start, span.end) for span in spans_of(tmp_path, "propaganda")]
        assert found == [(1, 9), (12, 18), (15, 24), (15, 31)]
        texts = [ONE[start:end] for start, end in found]
        assert texts == ["Bad plan", "he vil", "vile plan", "vile plan\nfailed"]

    def test_names_with_commas_are_one_technique(self, tmp_path: Path) -> None:
        labels = [span.label for span in spans_of(put(tmp_path, corpus()), "technique")]
        assert labels == ["Doubt", "Loaded_Language", "Name_Calling,Labeling"]

    def test_two_reads_are_equal(self, tmp_path: Path) -> None:
        put(tmp_path, corpus())
        assert read(PTC, tmp_path) == read(PTC, tmp_path)

    def test_the_archive_as_downloaded_gives_the_same(self, tmp_path: Path) -> None:
        put(tmp_path / "unpacked", corpus())
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as out:
            for path, content in corpus().items():
                out.writestr(f"datasets/{path}", content)
                out.writestr(f"__MACOSX/datasets/{path}", "debris")
        records, report = read(PTC, tmp_path / "x.zip")
        assert records == read(PTC, tmp_path / "unpacked")[0]
        assert notes(report) == []

    def test_what_it_is(self, tmp_path: Path) -> None:
        about = describe(PTC, put(tmp_path, corpus()))
        assert (about.name, about.version, about.language) == ("ptc", "2", "en")
        assert dict(about.layers) == LAYERS
        assert len(about.layers["technique"].labels) == 14
        assert about.licence.text == "none stated; research use, citation asked"


class TestLabelFiles:
    def test_the_files_for_all_articles_will_do(self, tmp_path: Path) -> None:
        everything = corpus()
        combined = {path: text for path, text in everything.items() if "-labels-" not in path}
        alone, report = read(PTC, put(tmp_path / "combined", combined))
        assert alone == read(PTC, put(tmp_path / "all", everything))[0]
        assert notes(report) == []

    def test_the_names_of_the_first_edition(self, tmp_path: Path) -> None:
        renamed = {
            path.replace("labels-task-si", "labels-task1-span-identification")
            .replace("labels-task-flc-tc", "labels-task2-technique-classification")
            .replace("train-task-si", "train-task1-SI")
            .replace("train-task-flc-tc", "train-task2-TC"): text
            for path, text in corpus().items()
        }
        put(tmp_path / "first", renamed)
        assert read(PTC, tmp_path / "first")[0] == read(PTC, put(tmp_path / "second", corpus()))[0]
        assert describe(PTC, tmp_path / "first").version == "1"

    def test_files_that_differ_are_noted_once_and_those_of_the_articles_count(self, tmp_path: Path) -> None:
        other = "1\t1\t9\n1\t12\t18\n1\t0\t1\n\n"
        records, report = read(PTC, put(tmp_path, corpus(**{"train-task-si.labels": other})))
        message = "train-task-si.labels: 3 rows differ from the files of the articles, which are used"
        assert notes(report) == [f"labels differ {message}"]
        assert len(records[0].gold["propaganda"].spans) == 4

    def test_an_empty_file_for_all_articles_differs(self, tmp_path: Path) -> None:
        _, report = read(PTC, put(tmp_path, corpus(**{"train-task-si.labels": ""})))
        assert notes(report) == [
            "labels differ train-task-si.labels: 4 rows differ from the files of the articles, which are used"
        ]

    def test_an_article_without_its_label_file_is_dropped(self, tmp_path: Path) -> None:
        files = corpus()
        del files[f"{TC}/article2.task-flc-tc.labels"]
        records, report = read(PTC, put(tmp_path, files))
        assert [record.document.id for record in records] == ["1"]
        path = "train-articles/article2.txt"
        assert notes(report) == [f"article dropped {path}: without labels for technique"]

    @pytest.mark.parametrize("split", ["dev", "test"])
    def test_a_split_without_labels_is_dropped(self, tmp_path: Path, split: str) -> None:
        more = {
            f"{split}-articles/article3.txt": "Some text.",
            f"{split}-task-tc-template.out": "3\t?\t0\t4\n",
        }
        records, report = read(PTC, put(tmp_path, corpus(**more)))
        assert {record.split for record in records} == {"train"}
        message = "1 articles without label files for propaganda and technique"
        assert notes(report) == [f"split dropped {split}-articles: {message}"]

    def test_a_split_with_one_kind_of_labels_is_dropped(self, tmp_path: Path) -> None:
        more = {"dev-articles/article3.txt": "Some text.", "dev-task-SI.labels": "3\t0\t4\n"}
        _, report = read(PTC, put(tmp_path, corpus(**more)))
        message = "1 articles without label files for technique"
        assert notes(report) == [f"split dropped dev-articles: {message}"]

    def test_splits_come_in_order(self, tmp_path: Path) -> None:
        files = corpus()
        for split, name in (("dev", "0"), ("test", "00")):
            files |= {
                f"{split}-articles/article{name}.txt": "Some text.",
                f"{split}-task-si.labels": f"{name}\t0\t4\n",
                f"{split}-task-flc-tc.labels": f"{name}\tDoubt\t0\t4\n",
            }
        records, report = read(PTC, put(tmp_path, files))
        assert [record.document.id for record in records] == ["1", "2", "0", "00"]
        assert [record.split for record in records] == ["train", "train", "dev", "test"]
        assert notes(report) == []

    def test_label_files_that_are_not_utf8(self, tmp_path: Path) -> None:
        spoiled = {f"{SI}/article1.task-si.labels": b"1\t1\t\xff\n", "train-task-si.labels": b"\xff"}
        records, report = read(PTC, put(tmp_path, corpus(**spoiled)))
        assert [record.document.id for record in records] == ["2"]
        assert report.counts == {"file skipped": 2, "article dropped": 1}


BAD_ROWS = {
    "1\t9\t1": "9–1 is no span of an article of 39 characters",
    "1\t9\t9": "9–9 is no span",
    "1\t30\t40": "30–40 is no span",
    "1\t-1\t4": "'-1' and '4' are no offsets",
    "1\t1.0\t4": "'1.0' and '4' are no offsets",
    "1\t1\t" + "9" * 5000: "are no offsets",
    "1\t١\t٤": "are no offsets",
    "1\t2": "2 columns, not 3: id, start, end",
    "1\tDoubt\t1\t2": "4 columns, not 3",
    "1 1 2": "1 columns, not 3",
    "2\t1\t2": "it is of article 2",
    "1\t1\t9": "the same row stands there already",
}


class TestBrokenRows:
    @pytest.mark.parametrize(("row", "message"), BAD_ROWS.items())
    def test_a_span_that_is_wrong_is_dropped_alone(self, tmp_path: Path, row: str, message: str) -> None:
        files = corpus(**{f"{SI}/article1.task-si.labels": f"1\t1\t9\r\n{row}\r\n1\t12\t18"})
        del files["train-task-si.labels"]
        records, report = read(PTC, put(tmp_path, files))
        assert [span.start for span in records[0].gold["propaganda"].spans] == [1, 12]
        (note,) = notes(report)
        assert note.startswith(f"span dropped {SI}/article1.task-si.labels:2: ")
        assert message in note

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            ("1\tSmear\t1\t9", "unknown technique 'Smear'"),
            ("1\t?\t1\t9", "unknown technique '?'"),
            ("1\t1\t9", "3 columns, not 4: id, technique, start, end"),
        ],
    )
    def test_a_technique_that_is_wrong(self, tmp_path: Path, row: str, message: str) -> None:
        files = corpus(**{f"{TC}/article1.task-flc-tc.labels": row})
        del files["train-task-flc-tc.labels"]
        records, report = read(PTC, put(tmp_path, files))
        assert records[0].gold["technique"].spans == ()
        assert notes(report) == [f"span dropped {TC}/article1.task-flc-tc.labels:1: {message}"]

    def test_rows_of_articles_that_are_not_there(self, tmp_path: Path) -> None:
        files = {path: text for path, text in corpus().items() if "-labels-" not in path}
        files["train-task-si.labels"] = "9\t1\t9\n1\t1\t9\n9\t2\t9\n"
        _, report = read(PTC, put(tmp_path, files))
        assert notes(report) == [
            "span dropped train-task-si.labels:1: article 9 is not there",
            "span dropped train-task-si.labels:3: article 9 is not there",
        ]


class TestBrokenArticles:
    @pytest.mark.parametrize(
        ("content", "note"),
        [
            (b"", "article dropped train-articles/article2.txt: empty"),
            (b" \n\n", "article dropped train-articles/article2.txt: empty"),
            (
                b"Caf\xe9",
                "file skipped train-articles/article2.txt:1: not UTF-8: unexpected end of data at byte 3",
            ),
        ],
    )
    def test_an_article_is_dropped_alone(self, tmp_path: Path, content: bytes, note: str) -> None:
        records, report = read(PTC, put(tmp_path, corpus(**{"train-articles/article2.txt": content})))
        assert [record.document.id for record in records] == ["1"]
        (found,) = notes(report)
        assert found.startswith(note)

    def test_an_id_in_two_splits_is_taken_once(self, tmp_path: Path) -> None:
        files = corpus()
        files |= {path.replace("train", "dev"): text for path, text in corpus().items()}
        records, report = read(PTC, put(tmp_path, files))
        assert [(record.split, record.document.id) for record in records] == [("train", "1"), ("train", "2")]
        assert report.counts == {"article dropped": 2}
        assert "dev-articles/article1.txt: 1 is in another split too" in notes(report)[0]

    def test_another_corpus_is_refused(self, tmp_path: Path) -> None:
        put(tmp_path, {"data/train_en.tsv": "x"})
        for use in (describe, read):
            with pytest.raises(DataError, match=r"holds no train-articles/article\*.txt or dev-articles"):
                use(PTC, tmp_path)


@pytest.fixture(scope="module")
def real(shared: Path) -> Mapping[str, Mapping[str, object]]:
    records, report = read(PTC, shared / "corpora" / "ptc")
    return {"records": {record.document.id: record for record in records}, "report": report.counts}


class TestSharedPart:
    """The counts of the README that lies with the shared part of the corpus."""

    def test_nothing_is_dropped(self, real) -> None:
        assert len(real["records"]) == 371
        assert {record.split for record in real["records"].values()} == {"train"}
        assert real["report"] == {}

    def test_techniques(self, real) -> None:
        spans = [record.gold["technique"].spans for record in real["records"].values()]
        counts = Counter(span.label for found in spans for span in found)
        assert [counts[name] for name in TECHNIQUES] == [
            *(144, 294, 72, 107, 209, 493, 466, 229, 2123, 1058, 621, 129, 76, 107),
        ]
        assert sum(not found for found in spans) == 14

    def test_marks_lines_and_overlaps(self, real) -> None:
        marked = [
            record.document.text for record in real["records"].values() if "\ufeff" in record.document.text
        ]
        assert len(marked) == 10
        assert sum(text.startswith("\ufeff") for text in marked) == 2
        crossing = overlapping = identical = 0
        for record in real["records"].values():
            spans = record.gold["technique"].spans
            crossing += sum("\n" in record.document.text[span.start : span.end] for span in spans)
            for one, other in combinations(spans, 2):
                overlapping += one.start < other.end and other.start < one.end
                identical += (one.start, one.end) == (other.start, other.end)
        assert (crossing, overlapping, identical) == (244, 781, 41)

    def test_spans_are_not_merged(self, real) -> None:
        rows = merged = 0
        for record in real["records"].values():
            end = -1
            for span in record.gold["propaganda"].spans:
                rows += 1
                merged += span.start >= end
                end = max(end, span.end)
        assert (rows, merged) == (5468, 5397)
