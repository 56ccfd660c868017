"""CheckThat! 2025 Task 1 in English: small files in its layout, and the counts of the shared part."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from corpus_files import Content, describe, notes, put, read
from hypothesis import given
from hypothesis import strategies as st

from benchmark.corpora import adapter
from benchmark.corpora.base import Report
from benchmark.corpora.checkthat2025_task1 import _rows
from benchmark.errors import DataError

TASK = adapter("checkthat2025_task1")
HEADER = "sentence_id\tsentence\tlabel\tsolved_conflict\n"
TRAIN = "data/english/train_en.tsv"


def train(rows: str) -> dict[str, Content]:
    return {TRAIN: HEADER + rows}


class TestSmallCorpus:
    def test_a_sentence_is_a_document(self, tmp_path: Path) -> None:
        rows = 'a1\tThe "vile” plan failed. Good.\tSUBJ\tTrue\nb2\tIt rained.\tOBJ\tFalse\n'
        records, report = read(TASK, put(tmp_path, train(rows)))
        first = records[0].document
        assert (first.id, first.text) == ("a1", 'The "vile” plan failed. Good.')
        assert first.sentences.tolist() == [[0, len(first.text)]]
        assert [first.text[start:end] for start, end in first.tokens[:3]] == ["The", '"', "vile"]
        assert first.metadata == {"solved_conflict": "True"}
        (unit,) = records[0].gold["subjectivity"].units
        assert (unit.start, unit.end, unit.labels) == (0, len(first.text), ("SUBJ",))
        assert [record.split for record in records] == ["train", "train"]
        assert notes(report) == []
        assert read(TASK, tmp_path)[0] == records

    def test_there_is_no_quoting(self, tmp_path: Path) -> None:
        rows = 'a\t"Open, he said.\tOBJ\tFalse\nb\tHe went on."\tOBJ\tFalse\nc\t""\tSUBJ\tTrue\n'
        records, _ = read(TASK, put(tmp_path, train(rows)))
        assert [record.document.text for record in records] == ['"Open, he said.', 'He went on."', '""']

    def test_characters_that_end_lines_elsewhere_stay(self, tmp_path: Path) -> None:
        text = " One\u2028two\x85three\x0bfour \u00a0"
        records, _ = read(TASK, put(tmp_path, train(f"a\t{text}\tOBJ\tFalse\r\n")))
        assert records[0].document.text == text
        assert records[0].document.metadata == {"solved_conflict": "False"}

    def test_splits_by_the_name_of_the_file(self, tmp_path: Path) -> None:
        row = HEADER + "{0}\tText {0}.\tOBJ\tFalse\n"
        names = ("train_en", "dev_en", "dev_test_en", "test_en_labeled")
        records, _ = read(TASK, put(tmp_path, {f"d/{name}.tsv": row.format(name) for name in names}))
        found = [(record.document.id, record.split) for record in records]
        assert found == list(zip(names, ("train", "dev", "dev_test", "test"), strict=True))

    def test_the_last_column_may_be_missing(self, tmp_path: Path) -> None:
        put(
            tmp_path,
            {"dev_en.tsv": HEADER + "a\tOne.\tOBJ\n", "train_en.tsv": "sentence_id\tsentence\tlabel\n"},
        )
        put(tmp_path, {"dev_test_en.tsv": "\ufefflabel\tsentence\tsentence_id\r\nSUBJ\tTwo.\tb\r\n"})
        records, report = read(TASK, tmp_path)
        assert [(record.document.id, dict(record.document.metadata)) for record in records] == [
            ("a", {}),
            ("b", {}),
        ]
        assert notes(report) == []

    def test_what_it_is(self, tmp_path: Path) -> None:
        about = describe(TASK, put(tmp_path, train("")))
        layer = about.layers["subjectivity"]
        assert (about.name, layer.kind, layer.unit) == ("checkthat2025_task1", "units", "sentence")
        assert layer.labels == ("SUBJ", "OBJ")
        assert about.licence.annotations == "CC BY-NC-SA 4.0"

    def test_another_corpus_is_refused(self, tmp_path: Path) -> None:
        for use in (describe, read):
            with pytest.raises(DataError, match=r"holds no train_en.tsv or dev_en.tsv"):
                use(TASK, tmp_path)


BAD_ROWS = {
    "x\t\tOBJ\tFalse": "no sentence",
    "x\t \u2003\tOBJ\tFalse": "no sentence",
    "\tText.\tOBJ\tFalse": "no sentence_id",
    "x\tText.": "no label",
    "x": "no sentence and no label",
    "x\tText.\tobj\tFalse": "unknown label 'obj'",
    "x\tText.\tOBJ\tFalse\tmore": "5 columns, not 4",
    "a\tText.\tOBJ\tFalse": "sentence_id a stands there already",
}


class TestFaults:
    @pytest.mark.parametrize(("row", "message"), BAD_ROWS.items())
    def test_a_row_that_is_wrong_is_dropped_alone(self, tmp_path: Path, row: str, message: str) -> None:
        rows = f"a\tFirst.\tOBJ\tFalse\n\n{row}\nb\tLast.\tSUBJ\tTrue"
        records, report = read(TASK, put(tmp_path, train(rows)))
        assert [record.document.id for record in records] == ["a", "b"]
        assert notes(report) == [f"sentence dropped {TRAIN}:4: {message}"]

    def test_an_id_in_another_split_is_taken_once(self, tmp_path: Path) -> None:
        more = {"data/english/dev_en.tsv": HEADER + "a\tOther.\tOBJ\tFalse\n"}
        records, report = read(TASK, put(tmp_path, {**train("a\tFirst.\tOBJ\tFalse\n"), **more}))
        assert [record.split for record in records] == ["train"]
        assert report.counts == {"sentence dropped": 1}

    def test_a_sentence_twice_is_kept_and_noted(self, tmp_path: Path) -> None:
        rows = "a\tSame.\tOBJ\tFalse\nb\tSame.\tSUBJ\tFalse\nc\tSame.\tOBJ\tFalse\n"
        records, report = read(TASK, put(tmp_path, train(rows)))
        assert len(records) == 3
        assert notes(report) == [
            f"sentence repeated {TRAIN}:3: the same as a; kept",
            f"sentence repeated {TRAIN}:4: the same as a; kept",
        ]

    @pytest.mark.parametrize(
        ("content", "note"),
        [
            (b"sentence_id\tsentence\n1\tText.\n", ":1: no column label"),
            (b"id;text\n", ":1: no column sentence_id, sentence, label"),
            (HEADER.encode() + b"a\tcaf\xe9\tOBJ\tTrue\n", ":2: not UTF-8"),
        ],
    )
    def test_a_file_without_its_columns_is_skipped(self, tmp_path: Path, content: bytes, note: str) -> None:
        more = {"data/english/test_en.tsv": content}
        records, report = read(TASK, put(tmp_path, {**train("a\tFirst.\tOBJ\tFalse\n"), **more}))
        assert len(records) == 1
        (found,) = notes(report)
        assert found.startswith(f"file skipped data/english/test_en.tsv{note}")

    def test_the_test_set_without_labels_is_reported(self, tmp_path: Path) -> None:
        more = {"data/english/test_en_unlabeled.tsv": "sentence_id\tsentence\n1\tText.\n"}
        _, report = read(TASK, put(tmp_path, {**train(""), **more}))
        assert notes(report) == ["file skipped data/english/test_en_unlabeled.tsv: it has no labels"]

    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
    def test_no_table_crashes_it(self, table: str) -> None:
        report = Report()
        rows = list(_rows("x.tsv", HEADER + table, report))
        assert len(rows) + len(report.faults) == sum(bool(line.strip()) for line in table.split("\n"))
        assert [list(row) for _, row in rows] == [HEADER.strip().split("\t")[: len(row)] for _, row in rows]


def test_counts_of_the_shared_part(shared: Path) -> None:
    records, report = read(TASK, shared / "corpora" / "checkthat2025_task1")
    labels = Counter((record.split, record.gold["subjectivity"].units[0].labels[0]) for record in records)
    assert [labels["train", name] for name in ("OBJ", "SUBJ")] == [532, 298]
    assert [labels["dev", name] for name in ("OBJ", "SUBJ")] == [222, 240]
    assert report.counts == {"sentence repeated": 5}
    assert sum("solved_conflict" not in record.document.metadata for record in records) == 243
