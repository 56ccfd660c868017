"""Tables in CSV and xlsx, sound and hostile."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from corpus_files import put
from hypothesis import given
from hypothesis import strategies as st
from workbooks import MAIN, PARTS, SHEET, pack, workbook

from benchmark.corpora import spreadsheet
from benchmark.corpora.base import Report
from benchmark.corpora.source import open_source
from benchmark.corpora.spreadsheet import table
from benchmark.errors import DataError

REQUIRED = ("text", "label")


def rows(
    tmp_path: Path, content: str | bytes, name: str = "t.csv"
) -> tuple[list[tuple[int, dict[str, str]]], Report]:
    report = Report()
    with open_source(put(tmp_path, {name: content})) as source:
        return list(table(source, name, REQUIRED, report)), report


@pytest.mark.parametrize("sign", [";", ",", "\t"])
def test_a_csv_has_lines_where_its_rows_begin(tmp_path: Path, sign: str) -> None:
    content = f'\ufeffText{sign}LABEL \r\n"a\nb{sign}"{sign}x\n{sign}\n"say ""c"""{sign} y\n'
    found, report = rows(tmp_path, content)
    assert found == [(2, {"text": f"a\nb{sign}", "label": "x"}), (5, {"text": 'say "c"', "label": " y"})]
    assert not report.counts


def test_rows_of_another_width_are_dropped(tmp_path: Path) -> None:
    found, report = rows(tmp_path, "text;label\na;b;c\nd\ne;f\n")
    assert found == [(4, {"text": "e", "label": "f"})]
    assert [(kind, fault.line, fault.message) for kind, fault in report.faults] == [
        ("row dropped", 2, "3 cells, but the header has 2"),
        ("row dropped", 3, "1 cells, but the header has 2"),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "t.csv:1: the header has no column text, label"),
        ("text;other\n", "t.csv:1: the header has no column label"),
        (b"text;label\n\xff;a", "t.csv:2: not UTF-8"),
        ("text;label\n\n" + "a" * 140_000 + ";b", "t.csv:3: not a CSV: field larger than"),
    ],
)
def test_a_csv_that_is_none_is_refused(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        rows(tmp_path, content)


def test_a_workbook_has_the_rows_of_its_first_sheet(tmp_path: Path) -> None:
    content = workbook(["Text", "label", "n"], ["a & “b”", "x", 3], [], ["c", "", 4.5])
    found, report = rows(tmp_path, content, "t.xlsx")
    assert not report.counts
    assert found == [
        (2, {"text": "a & “b”", "label": "x", "n": "3"}),
        (4, {"text": "c", "label": "", "n": "4.5"}),
    ]


def broken(change: str) -> bytes:
    """Return a workbook that cannot be read, or must not be."""
    sound = workbook(["text", "label"], ["a", "b"])
    parts = dict(PARTS)
    cell = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    corner = f"<worksheet {MAIN}><sheetData>{cell}</sheetData></worksheet>"
    match change:
        case "truncated":
            return sound[: len(sound) // 2]
        case "text":
            return b"text;label\n"
        case "other zip":
            return pack({"a.txt": "a"})
        case "no xml":
            return pack(parts | {SHEET: "<worksheet><a></worksheet>"})
        case "corners":
            return pack(parts | {SHEET: corner})
        case "corners elsewhere":
            elsewhere = parts.pop("xl/_rels/workbook.xml.rels").replace("worksheets/sheet1.xml", "s.png")
            return pack(parts | {"xl/_rels/workbook.xml.rels": elsewhere, "xl/s.png": corner})
        case "far row":
            return pack(parts | {SHEET: corner.replace("XFD1048576", "A1").replace("<c ", '<c r="ZZ1"/><c ')})
        case "checksum":
            place = sound.index(b"<sheetData>")
            return sound[:place] + b"<SheetData>" + sound[place + 11 :]
    raise AssertionError(change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("truncated", "the workbook is broken: File is not a zip file; get it anew"),
        ("text", "not a workbook; get it anew"),
        ("other zip", "not a workbook that can be read"),
        ("no xml", "a part of the workbook is not XML: mismatched tag"),
        ("corners", "spans 17179885569 cells, more than 5000000"),
        ("corners elsewhere", "spans 17179885569 cells"),
        ("far row", "cells, more than"),
        ("checksum", "the workbook is broken in 'xl/worksheets/sheet1.xml'"),
    ],
)
def test_a_hostile_workbook_is_refused(tmp_path: Path, change: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        rows(tmp_path, broken(change), "t.xlsx")


def test_a_workbook_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "WORKBOOK_BYTES", 100)
    with pytest.raises(DataError, match="the workbook holds more than 100 bytes"):
        rows(tmp_path, workbook(["text", "label"]), "t.xlsx")


def test_cells_may_leave_out_their_places(tmp_path: Path) -> None:
    cells = "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in ("text", "label"))
    sheet = f"<worksheet {MAIN}><sheetData><row>{cells}</row></sheetData></worksheet>"
    assert rows(tmp_path, pack(PARTS | {SHEET: sheet}), "t.xlsx")[0] == []


def test_a_picture_in_a_workbook_does_no_harm(tmp_path: Path) -> None:
    content = workbook(["text", "label"], ["a", "b"], more={"xl/media/image1.png": b"\x89PNG\r\n"})
    assert rows(tmp_path, content, "t.xlsx")[0] == [(2, {"text": "a", "label": "b"})]


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8).map(
    lambda s: f"x{s}x"
)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_both_formats_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, given_rows: Sequence[Sequence[str]]
) -> None:
    folder = tmp_path_factory.mktemp("t")
    lines = [";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in (REQUIRED, *given_rows)]
    as_csv = rows(folder, "\n".join(lines))[0]
    assert rows(folder, workbook(REQUIRED, *given_rows), "t.xlsx")[0] == as_csv
    assert [tuple(row.values()) for _, row in as_csv] == list(given_rows)


@given(st.binary(max_size=40), st.integers(0, 3000), st.integers(0, 40))
def test_a_damaged_workbook_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, inserted: bytes, place: int, cut: int
) -> None:
    sound = workbook(["text", "label"], ["a", "b"])
    at = place % len(sound)
    try:
        found, _ = rows(tmp_path_factory.mktemp("t"), sound[:at] + inserted + sound[at + cut :], "t.xlsx")
    except DataError as error:
        found = []
        faults = error.faults
    else:
        faults = ()
    assert all(fault.path == Path("t.xlsx") for fault in faults)
    assert len(found) <= (not faults)
