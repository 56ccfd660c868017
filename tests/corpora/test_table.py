"""Tables of any origin: what they become, what of them is dropped, what is refused."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmark import data
from benchmark.corpora import rowfiles
from benchmark.corpora import table as tables
from benchmark.corpora.base import Report
from benchmark.corpora.rowfiles import RowFile, text_of
from benchmark.corpora.table import Columns, Shape, Table
from benchmark.data import Dataset
from benchmark.errors import BenchError, DataError, UsageError
from benchmark.fileio import sha256
from benchmark.store.adding import add_table

COLUMNS = Columns("text", "label")
SMALL = "text,label\nA vile plan.,yes\nA calm day.,no\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FRAMEBENCH_DATA", str(tmp_path / "store"))
    return tmp_path


def write(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def added(
    path: Path, columns: Columns = COLUMNS, shape: Shape | None = None, **options: Any
) -> tuple[Dataset, list[str]]:
    """Add a table, and return the dataset and its problems: kind, place and message."""
    folder = add_table("mine", path, columns, shape or Shape(), replace=True, **options)
    lines = (folder / "problems.jsonl").read_bytes().splitlines()
    problems = [f"{row['kind']} {row['line']}: {row['message']}" for row in map(json.loads, lines)]
    return data.load("mine"), problems


def labels(dataset: Dataset, layer: str = "label") -> list[tuple[str, ...]]:
    return [annotation.units[0].labels for annotation in dataset.gold[layer]]


def texts(dataset: Dataset) -> list[str]:
    return [document.text for document in dataset.documents]


class TestFormats:
    @pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.jsonl", "t.parquet", "T.CSV"])
    def test_all_give_the_same(self, home: Path, name: str) -> None:
        rows = [
            ("Plan “x”, he said.\nTwice.", "yes", "e1"),
            ("A day.", "no", ""),
            ('"Quoted"\t;', "no", "e1"),
        ]
        path = home / name
        if path.suffix == ".jsonl":
            lines = [json.dumps(dict(zip(("text", "label", "event"), row, strict=True))) for row in rows]
            path.write_text("\n".join(lines), encoding="utf-8")
        elif path.suffix == ".parquet":
            pq.write_table(
                pa.table(dict(zip(("text", "label", "event"), zip(*rows, strict=True), strict=True))), path
            )
        else:
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, delimiter="\t" if path.suffix == ".tsv" else ",")
                writer.writerows([("text", "label", "event"), *rows])
        dataset, problems = added(path, replace(COLUMNS, group="event"))
        assert texts(dataset) == [row[0] for row in rows]
        assert labels(dataset) == [("yes",), ("no",), ("no",)]
        assert [document.group for document in dataset.documents] == ["e1", None, "e1"]
        assert [document.id for document in dataset.documents] == ["1", "2", "3"]
        assert (dataset.group, dataset.corpus, dataset.splits) == ("event", "table", {"all": ("1", "2", "3")})
        assert dataset.layers["label"].labels == ("no", "yes")
        assert dataset.layers["label"].unit == "sentence"
        assert problems == []

    @pytest.mark.parametrize("mark", [",", ";", "\t"])
    def test_the_header_tells_what_separates_cells(self, home: Path, mark: str) -> None:
        content = "\ufefftext,label\nA vile plan.,yes\n".replace(",", mark)
        assert texts(added(write(home, content))[0]) == ["A vile plan."]

    def test_only_the_first_byte_order_mark_is_dropped(self, home: Path) -> None:
        content = "\ufefftext,label\n\ufeffOne.,a\n"
        assert texts(added(write(home, content))[0]) == ["\ufeffOne."]

    def test_quotation_marks_can_be_characters_like_others(self, home: Path) -> None:
        content = 'text\tlabel\n"Open, she said.\ta\nLast.\tb\n'
        with pytest.raises(DataError, match=r"t\.tsv:2: .*never closed.*--unquoted"):
            added(write(home, content, "t.tsv"))
        dataset, _ = added(write(home, content, "t.tsv"), unquoted=True)
        assert texts(dataset) == ['"Open, she said.', "Last."]
        origin = data.manifest_of("mine").origin
        assert origin is not None
        assert origin.options == {"unquoted": "yes", "text column": "text", "label column": "label"}

    def test_numbers_and_truth_values_are_labels(self, home: Path) -> None:
        rows = [{"text": f"Text {i}.", "label": label} for i, label in enumerate([1, 0.0, True, 2.5, None])]
        dataset, problems = added(write(home, "\n".join(map(json.dumps, rows)), "t.jsonl"))
        assert labels(dataset) == [("1",), ("0",), ("true",), ("2.5",), ()]
        assert problems == ["label missing 5: no label; the text is kept, and not scored"]

    @pytest.mark.parametrize(
        ("cell", "text"),
        [
            (float("nan"), ""),
            (float("inf"), ""),
            (10**30, str(10**30)),
            (b"x", None),
            ([], None),
            ({}, None),
        ],
    )
    def test_cells_of_other_kinds(self, cell: object, text: str | None) -> None:
        assert text_of(cell) == text


class TestShape:
    def test_a_row_is_a_sentence(self, home: Path) -> None:
        dataset, _ = added(write(home, 'text,label\n"One. Two.\n",a\n'))
        (document,) = dataset.documents
        assert document.sentences.tolist() == [[0, 10]]
        assert [document.text[start:end] for start, end in document.tokens.tolist()] == [
            "One",
            ".",
            "Two",
            ".",
        ]

    def test_a_row_is_a_document(self, home: Path) -> None:
        path = write(home, 'text,label\n"One. Two.\n",a\n')
        (document,) = added(path, shape=Shape(unit="document"))[0].documents
        assert document.sentences.tolist() == [[0, 4], [5, 9]]
        assert data.load("mine").layers["label"].unit == "document"

    def test_several_labels(self, home: Path) -> None:
        path = write(home, "text,label\nOne.,b; a;b\nTwo.,\nThree.,;c;\n")
        dataset, problems = added(path, shape=Shape(separator=";", layer="frame"))
        assert labels(dataset, "frame") == [("b", "a"), (), ("c",)]
        assert dataset.layers["frame"].labels == ("a", "b", "c")
        assert problems == []
        lists = '{"text": "One.", "label": ["b", "a"]}\n{"text": "Two.", "label": []}\n'
        dataset, problems = added(write(home, lists, "t.jsonl"))
        assert labels(dataset) == [("b", "a"), ()]
        assert problems == []

    def test_labels_can_be_given_in_their_order(self, home: Path) -> None:
        path = write(home, SMALL + "Else.,maybe\n")
        dataset, problems = added(path, shape=Shape(labels=("yes", "no")))
        assert dataset.layers["label"].labels == ("yes", "no")
        assert labels(dataset) == [("yes",), ("no",)]
        assert problems == ["row dropped 4: label 'maybe' is none of the labels"]

    def test_ids_groups_and_splits(self, home: Path) -> None:
        content = "n,event,part,text,label\n x1 ,e,test,One.,a\nx2,,train,Two.,b\n"
        content += ",e,train,Three.,b\nx4,e,,Four.,b\nx1,e,train,Five.,a\n"
        dataset, problems = added(write(home, content), Columns("text", "label", "n", "event", "part"))
        assert [(document.id, document.group) for document in dataset.documents] == [
            ("x1", "e"),
            ("x2", None),
        ]
        assert dataset.splits == {"train": ("x2",), "test": ("x1",)}
        assert problems == [
            "row dropped 4: column 'n' is empty",
            "row dropped 5: '' cannot name a split",
            "record dropped 6: document 'x1': its id stands twice",
        ]

    def test_licence_language_and_file_are_told(self, home: Path) -> None:
        path = write(home, SMALL)
        dataset, _ = added(path, shape=Shape(language="de", licence="CC0-1.0", citation="Me, 2024."))
        assert (dataset.language, dataset.citation) == ("de", "Me, 2024.")
        assert dataset.licence.text == "CC0-1.0"
        origin = data.manifest_of("mine").origin
        assert origin is not None
        assert origin.source == "table.csv"
        assert {name: (entry.sha256, entry.bytes) for name, entry in origin.inputs.items()} == {
            "table.csv": (sha256(SMALL.encode()), len(SMALL))
        }

    @pytest.mark.parametrize("shape", [Shape(layer="a/b"), Shape(layer=""), Shape(labels=("a", "a"))])
    def test_a_shape_that_cannot_be_is_refused(self, home: Path, shape: Shape) -> None:
        with pytest.raises(UsageError, match="cannot name a layer|given twice"):
            added(write(home, SMALL), shape=shape)

    @pytest.mark.parametrize("name", ["ptc", "turkey_drones", "../up"])
    def test_a_name_that_is_taken_is_refused(self, home: Path, name: str) -> None:
        with pytest.raises(UsageError, match="choose another|cannot name"):
            add_table(name, write(home, SMALL), COLUMNS, Shape())


ROWS: list[tuple[str, bytes, str, str]] = [
    ("t.csv", b" \t,a\n", "Good.", "row dropped 3: the text is empty"),
    ("t.csv", b"One\n", "Good.", "row dropped 3: 1 cells where the header has 2"),
    ("t.csv", b"One,a,b\n", "Good.", "row dropped 3: 3 cells where the header has 2"),
    ("t.csv", b"On\0e,a\n", "Good.", "row dropped 3: column 'text' holds a NUL character"),
    ("t.csv", b"One,a\0\n", "Good.", "row dropped 3: column 'label' holds a NUL character"),
    ("t.csv", b'"One"x,a\n', "Good.", "row dropped 3: ',' expected after '\"'"),
    ("t.csv", b"One\rTwo,a\n", "Good.", "row dropped 3: new-line character seen in unquoted field"),
    ("t.csv", b"One," + b"a" * 201 + b"\n", "Good.", "(of 201 characters) cannot be a label"),
    ("t.csv", b'One,"a\nb"\n', "Good.", "row dropped 3: 'a\\nb' (of 3 characters) cannot be a label"),
    ("t.csv", b"x" * 10_000_000 + b",a\n", "Good.", "row dropped 3: a text of 10000000 characters; at most"),
    ("t.jsonl", b"{\n", '{"text": "Good.", "label": "a"}', "row dropped 3: broken JSON"),
    ("t.jsonl", b"[]\n", '{"text": "Good.", "label": "a"}', "row dropped 3: Expected `object`"),
    ("t.jsonl", b"[" * 100_000 + b"\n", '{"text": "Good.", "label": "a"}', "row dropped 3: "),
    ("t.jsonl", b'{"label": "a"}\n', '{"text": "Good.", "label": "a"}', "row dropped 3: the text is empty"),
    (
        "t.jsonl",
        b'{"text": {}}\n',
        '{"text": "Good.", "label": "a"}',
        "'text' holds something else than text",
    ),
    ("t.jsonl", b'{"text": "\\ud800"}\n', '{"text": "Good.", "label": "a"}', "row dropped 3: broken JSON"),
]


class TestBadRows:
    @pytest.mark.parametrize(("name", "row", "good", "message"), ROWS)
    def test_one_is_told_with_its_line_and_the_others_are_kept(
        self, home: Path, name: str, row: bytes, good: str, message: str
    ) -> None:
        if name.endswith(".csv"):
            content = b"text,label\nFirst.,a\n" + row + good.encode() + b",a\n"
        else:
            content = b'{"text": "First.", "label": "a"}\n\n' + row + good.encode()
        dataset, problems = added(write(home, content, name))
        assert texts(dataset) == ["First.", "Good."]
        (problem,) = problems
        assert message in problem

    def test_lines_are_counted_through_cells_of_several(self, home: Path) -> None:
        content = 'text,label\n"One\ntwo\nthree",a\n\n,a\n"x\ny",\n'
        dataset, problems = added(write(home, content))
        assert texts(dataset) == ["One\ntwo\nthree", "x\ny"]
        assert problems == [
            "row dropped 6: the text is empty",
            "label missing 7: no label; the text is kept, and not scored",
        ]

    def test_the_first_row_of_jsonl_may_lack_what_others_have(self, home: Path) -> None:
        content = '{"text": "One.", "label": "a"}\n{"text": "Two.", "label": "b", "event": "e1"}\n'
        dataset, problems = added(write(home, content, "t.jsonl"), replace(COLUMNS, group="event"))
        assert [document.group for document in dataset.documents] == [None, "e1"]
        assert problems == []
        with pytest.raises(UsageError, match="no column is named 'x'; known: label, text"):
            added(write(home, content, "t.jsonl"), replace(COLUMNS, group="x"))

    def test_a_repeated_text_is_kept_and_told(self, home: Path) -> None:
        dataset, problems = added(write(home, SMALL + "A vile plan.,no\n"))
        assert len(dataset.documents) == 3
        assert problems == ["text repeated 4: the same text as in line 2; both are kept"]

    def test_rows_of_parquet_are_told_by_number(self, home: Path) -> None:
        path = home / "t.parquet"
        pq.write_table(pa.table({"text": ["One.", None, "Two."], "label": [["a"], ["a"], ["b", "c"]]}), path)
        dataset, problems = added(path)
        assert labels(dataset) == [("a",), ("b", "c")]
        assert problems == ["row dropped 2: the text is empty"]
        assert [document.id for document in dataset.documents] == ["1", "3"]


FILES: list[tuple[str, bytes, type[BenchError], str]] = [
    ("t.csv", b"", DataError, "it is empty"),
    ("t.csv", b"\n\n", DataError, "no header in its first line"),
    ("t.csv", b"text,label\n", DataError, "no label in any row that can be kept"),
    ("t.csv", b"text,label\nOne.,\n", DataError, "no label in any row that can be kept"),
    ("t.csv", b"txt,label\nOne.,a\n", UsageError, "no column is named 'text', did you mean 'txt'"),
    ("t.csv", b"text,label,text\nOne.,a,b\n", UsageError, "2 columns are named 'text'"),
    ("t.csv", b'text,label\nOne.,a\n"Two,\nx,b\n', DataError, "t.csv:3: the row that begins here opens"),
    ("t.csv", b'"text,label\n', DataError, "t.csv:1: the row that begins here opens"),
    ("t.csv", b"text,label\nOne.,a\nCaf\xe9.,b\n", DataError, "t.csv:3: not UTF-8: .*at byte 3"),
    ("t.csv", "text,label\nOne.,a\n".encode("utf-16"), DataError, "UTF-16; save it as UTF-8"),
    ("t.csv", b"text,label\rOne.,a\r", DataError, "t.csv:1: the header cannot be read: .*LF or CRLF"),
    ("t.tsv", b"text\tlabel\rOne.\ta\r", DataError, "t.tsv:1: the header cannot be read: .*LF or CRLF"),
    ("t.csv", b'"te"xt,label\nOne.,a\n', DataError, "t.csv:1: the header cannot be read: "),
    ("t.csv", b"x" * 10_000_000 + b",a\n", UsageError, f"no column is named 'text'; known: a, {'x' * 100}$"),
    ("t.csv", b"text,label\n,a\n", DataError, "t.csv:2: the text is empty\n.*no label in any row that can"),
    (
        "t.jsonl",
        b'{"text": "One.", "label": {}}',
        DataError,
        "t.jsonl:1: column 'label' holds something else",
    ),
    ("t.jsonl", b"", DataError, "no label in any row"),
    ("t.jsonl", b'{"txt": "One.", "label": 1}', UsageError, "no column is named 'text', did you mean 'txt'"),
    ("t.jsonl", b"\xff\xfe{}", DataError, "UTF-16"),
    ("t.parquet", b"", DataError, "broken Parquet"),
    ("t.parquet", b"PAR1" * 20, DataError, "broken Parquet"),
    ("t.xlsx", b"", UsageError, "not the name of a table; it ends in .csv, .tsv, .jsonl, .parquet"),
]


class TestBadFiles:
    @pytest.mark.parametrize(("name", "content", "kind", "message"), FILES)
    def test_one_is_refused(
        self, home: Path, name: str, content: bytes, kind: type[BenchError], message: str
    ) -> None:
        with pytest.raises(kind, match=message):
            added(write(home, content, name))
        assert not (home / "store" / "mine").exists()

    def test_an_unknown_column_of_parquet(self, home: Path) -> None:
        pq.write_table(pa.table({"txt": ["One."], "label": ["a"]}), home / "t.parquet")
        with pytest.raises(UsageError, match="no column is named 'text', did you mean 'txt'"):
            added(home / "t.parquet")

    def test_a_cell_without_end_is_refused(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rowfiles, "MOST_CELL", 1000)
        with pytest.raises(DataError, match=r"t\.csv:3: .*a cell of more than 1000 characters"):
            added(write(home, 'text,label\nOne.,a\n"' + "x\n" * 1000, "t.csv"))

    def test_a_line_without_end_is_refused(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rowfiles, "MOST_LINE", 1000)
        with pytest.raises(DataError, match=r"t\.csv:2: a line of more than 1000 bytes"):
            added(write(home, "text,label\n" + "x" * 2000, "t.csv"))

    def test_a_column_of_texts_is_none_of_labels(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tables, "MOST_LABELS", 3)
        rows = "".join(f"Text {number}.,{number}\n" for number in range(9))
        with pytest.raises(DataError, match=r"csv:5: column 'label' has more than 3 values"):
            added(write(home, "text,label\n" + rows))

    @pytest.mark.parametrize("path", [".", "none.csv", "x" * 300 + ".csv"])
    def test_what_is_no_file_is_refused(self, home: Path, path: str) -> None:
        with pytest.raises(UsageError, match="cannot be read|not the name of a table"):
            added(home / path)

    def test_a_file_that_cannot_be_read_is_refused(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = write(home, SMALL)
        table = Table(RowFile(path, COLUMNS.names), COLUMNS, Shape())
        path.unlink()
        with pytest.raises(UsageError, match="cannot be read"):
            table.inputs()

        def refuse(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        write(home, SMALL)
        monkeypatch.setattr(Path, "open", refuse)
        with pytest.raises(UsageError, match="cannot be read: Permission denied"):
            table.about("mine", "a file")

    def test_a_truncated_parquet_is_refused(self, home: Path) -> None:
        path = home / "t.parquet"
        pq.write_table(pa.table({"text": ["One."] * 99, "label": ["a"] * 99}), path)
        content = path.read_bytes()
        for cut in range(0, len(content), 37):
            path.write_bytes(content[:cut])
            with pytest.raises(DataError, match="broken Parquet"):
                added(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80), st.sampled_from(["t.csv", "t.tsv", "t.jsonl"]))
def test_no_bytes_break_the_reader(home: Path, content: bytes, name: str) -> None:
    head = b'{"text": "One.", "label": "a"}\n' if name == "t.jsonl" else b"text,label\nOne.,a\n"
    path = write(home, head.replace(b",", b"\t") + content if name == "t.tsv" else head + content, name)
    report = Report()
    table = Table(RowFile(path, COLUMNS.names), COLUMNS, Shape())
    try:
        table.about("mine", "a file")
        found = [record.document.text for record in table.records(report)]
    except DataError as error:
        found = ["One."] if error.faults else []
    assert found[0] == "One."


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(str.strip),
        min_size=1,
        max_size=6,
    )
)
def test_any_text_comes_back_as_it_was(home: Path, given_texts: Sequence[str]) -> None:
    path = home / "any.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *((text, "a") for text in given_texts)])
    assert texts(added(path)[0]) == list(given_texts)
