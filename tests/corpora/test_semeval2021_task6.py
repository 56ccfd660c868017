"""SemEval-2021 Task 6, the text of memes: small files in its layout, and the counts of the shared part."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from corpus_files import describe, notes, put, read

from benchmark.corpora import adapter
from benchmark.corpora.semeval2021_task6 import TECHNIQUES
from benchmark.errors import DataError

TASK = adapter("semeval2021_task6")
TEXT = "OH NO\n\nTHE VILE PLAN 😱 FAILED, THE PLAN!\n"
PATH = "data/training_set_task2.txt"
LOADED, NAME, SMEARS = "Loaded Language", "Name calling/Labeling", "Smears"


def piece(
    words: str, technique: str, start: int | None = None, text: str = TEXT, end: int | None = None
) -> Any:
    start = text.index(words) if start is None else start
    end = start + len(words) if end is None else end
    return {"start": start, "end": end, "technique": technique, "text_fragment": words}


def marked(*pieces: Any, id: str = "7", text: str = TEXT) -> dict[str, Any]:  # noqa: A002
    return {"id": id, "text": text, "labels": list(pieces)}


def labelled(*labels: str, id: str = "7", text: str = TEXT) -> dict[str, Any]:  # noqa: A002
    return {"id": id, "text": text, "labels": list(labels)}


def corpus(folder: Path, two: list[Any], one: list[Any] | None = None, split: str = "training") -> Path:
    if one is None:
        one = [
            {**meme, "labels": list(dict.fromkeys(label["technique"] for label in meme["labels"]))}
            for meme in two
        ]
    files = {f"data/{split}_set_task1.txt": one, f"data/{split}_set_task2.txt": two}
    return put(
        folder, {path: json.dumps(memes, indent=4, ensure_ascii=False) for path, memes in files.items()}
    )


class TestSmallCorpus:
    def test_a_meme_has_spans_and_labels(self, tmp_path: Path) -> None:
        two = [marked(piece("VILE PLAN", LOADED), piece("OH NO", SMEARS), piece("VILE", NAME))]
        records, report = read(TASK, corpus(tmp_path, two))
        assert (records[0].document.id, records[0].split, records[0].document.text) == ("7", "train", TEXT)
        spans = records[0].gold["technique"].spans
        assert [(TEXT[span.start : span.end], span.label) for span in spans] == [
            *(("OH NO", SMEARS), ("VILE", NAME), ("VILE PLAN", LOADED)),
        ]
        (unit,) = records[0].gold["technique_label"].units
        assert (unit.start, unit.end, unit.labels) == (0, len(TEXT), (LOADED, NAME, SMEARS))
        assert notes(report) == []
        assert read(TASK, tmp_path)[0] == records

    def test_offsets_count_code_points(self, tmp_path: Path) -> None:
        records, report = read(TASK, corpus(tmp_path, [marked(piece("FAILED", LOADED))]))
        assert records[0].gold["technique"].spans[0].start == 23
        assert notes(report) == []

    def test_splits_by_the_name_of_the_file(self, tmp_path: Path) -> None:
        for number, split in enumerate(("test", "dev", "training")):
            corpus(tmp_path, [marked(id=str(number))], split=split)
        found = [(record.document.id, record.split) for record in read(TASK, tmp_path)[0]]
        assert found == [("2", "train"), ("1", "dev"), ("0", "test")]

    def test_a_meme_without_techniques(self, tmp_path: Path) -> None:
        records, _ = read(TASK, corpus(tmp_path, [marked()]))
        assert records[0].gold["technique"].spans == ()
        assert records[0].gold["technique_label"].units[0].labels == ()

    def test_what_it_is(self, tmp_path: Path) -> None:
        about = describe(TASK, corpus(tmp_path, []))
        assert list(about.layers) == ["technique", "technique_label"]
        assert about.layers["technique"].labels == about.layers["technique_label"].labels == TECHNIQUES
        assert (about.layers["technique"].unit, about.layers["technique_label"].unit) == (None, "document")
        assert about.licence.text == "free for general research use"

    def test_without_task_2_there_is_no_corpus(self, tmp_path: Path) -> None:
        put(tmp_path, {"data/training_set_task1.txt": "[]"})
        for use in (describe, read):
            with pytest.raises(DataError, match=r"holds no training_set_task2.txt or"):
                use(TASK, tmp_path)


class TestTwoTasks:
    def test_a_meme_that_only_task_2_has_gets_the_techniques_of_its_spans(self, tmp_path: Path) -> None:
        two = [marked(piece("VILE", LOADED)), marked(piece("OH", SMEARS), id="8")]
        records, report = read(TASK, corpus(tmp_path, two, [labelled(LOADED)]))
        assert [record.gold["technique_label"].units[0].labels for record in records] == [
            (LOADED,),
            (SMEARS,),
        ]
        (note,) = notes(report)
        assert note.startswith("labels derived data/training_set_task2.txt:14: not in task 1")

    def test_unless_the_tasks_differ(self, tmp_path: Path) -> None:
        two = [marked(piece("VILE", LOADED)), marked(piece("OH", SMEARS), id="8")]
        records, report = read(TASK, corpus(tmp_path, two, [labelled(LOADED, NAME)]))
        assert [record.document.id for record in records] == ["7"]
        assert records[0].gold["technique_label"].units[0].labels == (LOADED, NAME)
        assert notes(report) == ["meme dropped data/training_set_task2.txt:14: it is not in task 1"]

    def test_task_2_alone_will_do(self, tmp_path: Path) -> None:
        put(tmp_path, {"dev_set_task2.txt": json.dumps([marked(piece("VILE", LOADED))])})
        records, report = read(TASK, tmp_path)
        assert records[0].gold["technique_label"].units[0].labels == (LOADED,)
        assert report.counts == {"labels derived": 1}

    def test_a_meme_that_only_task_1_has_is_dropped(self, tmp_path: Path) -> None:
        records, report = read(TASK, corpus(tmp_path, [marked()], [labelled(), labelled(LOADED, id="9")]))
        assert [record.document.id for record in records] == ["7"]
        message = "it is not in task 2, which has the spans"
        assert notes(report) == [f"meme dropped data/training_set_task1.txt:7: {message}"]

    def test_texts_that_differ(self, tmp_path: Path) -> None:
        records, report = read(TASK, corpus(tmp_path, [marked()], [labelled(text="Other")]))
        assert records[0].document.text == TEXT
        assert report.counts == {"text differs": 1}

    def test_an_id_in_another_split_is_taken_once(self, tmp_path: Path) -> None:
        corpus(tmp_path, [marked()])
        records, report = read(TASK, corpus(tmp_path, [marked()], split="dev"))
        assert [record.split for record in records] == ["train"]
        assert notes(report) == ["meme dropped data/dev_set_task2.txt:2: meme 7 is in another split too"]


class TestFragments:
    def test_offsets_with_other_words_are_kept_and_noted(self, tmp_path: Path) -> None:
        two = [marked(piece("PLAN", LOADED, start=11, end=14))]
        records, report = read(TASK, corpus(tmp_path, two))
        assert [(span.start, span.end) for span in records[0].gold["technique"].spans] == [(11, 14)]
        message = "'Loaded Language' at 11–14: not its words; its offsets are kept"
        assert notes(report) == [f"span differs data/training_set_task2.txt:2: {message}"]

    def test_offsets_that_are_none_are_mended_where_the_words_stand_once(self, tmp_path: Path) -> None:
        two = [marked(piece("VILE PLAN", LOADED, start=90), piece("PLAN", NAME, start=90), id="7")]
        records, report = read(TASK, corpus(tmp_path, two, [labelled(LOADED, NAME)]))
        (span,) = records[0].gold["technique"].spans
        assert TEXT[span.start : span.end] == "VILE PLAN"
        assert notes(report) == [
            f"span mended {PATH}:2: 'Loaded Language' at 90–99: no offsets; placed by its words",
            f"span dropped {PATH}:2: 'Name calling/Labeling' at 90–94: no span of a text of 41 characters",
        ]

    @pytest.mark.parametrize(("start", "end"), [(9, 9), (9, 5), (-3, 4), (0, 10**12)])
    def test_offsets_that_are_none_and_no_words(self, tmp_path: Path, start: int, end: int) -> None:
        _, report = read(TASK, corpus(tmp_path, [marked(piece("", LOADED, start=start, end=end))]))
        assert report.counts == {"span dropped": 1}

    def test_unknown_techniques_and_the_same_span_twice(self, tmp_path: Path) -> None:
        two = [marked(piece("VILE", "Wit"), piece("VILE", LOADED), piece("VILE", LOADED))]
        records, report = read(TASK, corpus(tmp_path, two))
        assert len(records[0].gold["technique"].spans) == 1
        assert records[0].gold["technique_label"].units[0].labels == (LOADED,)
        assert [note.partition(": ")[2] for note in notes(report)] == [
            *("'Wit' at 11–15: unknown technique", "'Loaded Language' at 11–15: stands there already"),
            "unknown technique 'Wit'",
        ]


BAD_MEMES = {
    '{"id": 7, "text": "x", "labels": []}': "Expected `str`, got `int` - at `$.id`",
    '{"id": "7", "labels": []}': "missing required field `text`",
    '{"id": "7", "text": " ", "labels": []}': "no text",
    '{"id": "", "text": "x", "labels": []}': "no id",
    '{"id": "6", "text": "x", "labels": []}': "meme 6 stands there already",
    '{"id": "7", "text": "x", "labels": [{"start": 1.5}]}': "Expected `int`, got `float`",
    "17": "Expected `object`, got `int`",
}


class TestBrokenFiles:
    @pytest.mark.parametrize(("row", "message"), BAD_MEMES.items())
    def test_a_meme_that_is_wrong_is_dropped_alone(self, tmp_path: Path, row: str, message: str) -> None:
        good = '{{"id": "{}", "text": "x", "labels": []}}'.format
        put(tmp_path, {"dev_set_task2.txt": f"[\n{good(6)},\n\n {row},\n{good(8)}\n]\n"})
        records, report = read(TASK, tmp_path)
        assert [record.document.id for record in records] == ["6", "8"]
        (note,) = (note for note in notes(report) if note.startswith("meme"))
        assert note.startswith("meme dropped dev_set_task2.txt:4: ")
        assert message in note

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "broken JSON: Input data was truncated"),
            (b'[{"id": "7", ', "broken JSON: Input data was truncated"),
            (b'{"id": "7"}', "Expected `array`, got `object`"),
            (b'["\xff"]', "not UTF-8: invalid start byte at byte 2 of the line"),
            (b"[" * 100_000, "JSON nested too deeply"),
            (b'[{"id": "7", "text": "\\ud83d", "labels": []}]', "broken JSON"),
        ],
    )
    def test_a_file_that_is_no_json_array(self, tmp_path: Path, content: bytes, message: str) -> None:
        records, report = read(TASK, put(tmp_path, {"test_set_task2.txt": content}))
        assert records == []
        (note,) = notes(report)
        assert note.startswith("file skipped test_set_task2.txt")
        assert message in note

    def test_a_byte_order_mark_is_no_part_of_the_array(self, tmp_path: Path) -> None:
        put(tmp_path, {"dev_set_task2.txt": "\ufeff" + json.dumps([marked()])})
        assert len(read(TASK, tmp_path)[0]) == 1


def test_counts_of_the_shared_part(shared: Path) -> None:
    records, report = read(TASK, shared / "corpora" / "semeval2021_task6")
    assert notes(report) == []
    assert Counter(record.split for record in records) == {"train": 688, "dev": 63}
    spans = Counter(span.label for record in records for span in record.gold["technique"].spans)
    assert spans.total() == 1498 + 182
    assert set(spans) == set(TECHNIQUES)
    labels = [record.gold["technique_label"].units[0].labels for record in records]
    assert sum(map(len, labels)) == 1184 + 123
    listed = (shared / "corpora/semeval2021_task6/techniques_list_task1-2.txt").read_text(encoding="utf-8")
    assert tuple(line for line in listed.splitlines() if line) == TECHNIQUES
