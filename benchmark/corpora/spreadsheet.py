"""The rows of a table that a corpus comes in: CSV, or the first sheet of an Excel workbook (xlsx).

A workbook is a zip of XML. The library that reads it makes room for the whole rectangle between the first
cell and the last, so that a sheet of two cells in opposite corners would ask for terabytes and end the
process: the rectangle is measured first.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.parsers import expat

from benchmark.corpora.base import Report, Source
from benchmark.errors import DataError, Fault

BOM = "\ufeff"
DELIMITERS = (";", ",", "\t")
WORKBOOK_BYTES = 2**29
"""The most bytes that a workbook may hold, unpacked."""
CELLS = 5_000_000
"""The most cells that a workbook's sheet may have, empty ones counted."""
CHUNK = 2**16

_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def table(
    source: Source, path: str, required: Sequence[str], report: Report
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a table below its header, with their lines from 1 and the cells by column.

    Parameters
    ----------
    source, path
        The file; `.xlsx` is a workbook, any other a CSV in UTF-8, with or without a byte-order mark, whose
        delimiter is the one of `DELIMITERS` that makes sense of the header.
    required
        The columns that the header must name, in lower case; case does not matter.
    report
        Is told of rows with more or fewer cells than the header. Rows without any content are passed over.

    Raises
    ------
    DataError
        Where the file cannot be read as a table, or the header lacks a column.
    """
    rows = _workbook(source, path) if path.lower().endswith(".xlsx") else _csv(source, path, required)
    line, header = next(rows, (1, []))
    names = [name.strip().lower() for name in header]
    missing = [name for name in required if name not in names]
    if missing:
        raise DataError([Fault(Path(path), line, f"the header has no column {', '.join(missing)}")])
    for line, cells in rows:
        if not any(cells):
            continue
        if len(cells) != len(names):
            report.note("row dropped", path, line, f"{len(cells)} cells, but the header has {len(names)}")
            continue
        yield line, dict(zip(names, cells, strict=True))


def _csv(source: Source, path: str, required: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV, each with the line that it begins in."""
    text = source.text(path).removeprefix(BOM)
    header = text.partition("\n")[0].lower()
    delimiter = max(DELIMITERS, key=lambda sign: len(set(required) & set(header.rstrip("\r").split(sign))))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError([Fault(Path(path), line, f"not a CSV: {error}")]) from error


def _workbook(source: Source, path: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a workbook's first sheet, as text."""
    from python_calamine import CalamineError, CalamineWorkbook

    content = source.read(path)
    problem = _too_much(content)
    if problem:
        raise DataError([Fault(Path(path), None, f"{problem}; get it anew from its publisher")])
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise DataError([Fault(Path(path), None, f"not a workbook that can be read: {error}")]) from error
    for line, cells in enumerate(rows, 1):
        yield line, [_text(cell) for cell in cells]


def _text(cell: object) -> str:
    """Return a cell as text; a whole number has no decimal point."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _too_much(content: bytes) -> str | None:
    """Return what keeps a workbook from being read safely; None where nothing does."""
    if not content.startswith(b"PK"):
        return "not a workbook"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > WORKBOOK_BYTES:
                return f"the workbook holds more than {WORKBOOK_BYTES} bytes"
            broken = archive.testzip()
            if broken is not None:
                return f"the workbook is broken in '{broken}'"
            cells = max((_cells(archive, name) for name in archive.namelist()), default=0)
    except _BROKEN_ZIP as error:
        return f"the workbook is broken: {error}"
    except expat.ExpatError as error:
        return f"a part of the workbook is not XML: {error}"
    return f"a sheet of the workbook spans {cells} cells, more than {CELLS}" if cells > CELLS else None


def _cells(archive: zipfile.ZipFile, name: str) -> int:
    """Return how many cells a part spans if it is a sheet, from the first row and column to the last."""
    most = {"row": 0, "column": 0, "cells": 0}

    def start(element: str, attributes: dict[str, str]) -> None:
        kind = element.rpartition(":")[2]
        place = _PLACE.fullmatch(attributes.get("r", "").upper().replace("$", ""))
        if kind == "c":
            most["cells"] += 1
            if place:
                most["column"] = max(most["column"], _column(place[1]))
                most["row"] = max(most["row"], int(place[2]))
        elif kind == "row" and attributes.get("r", "").isdecimal():
            most["row"] = max(most["row"], int(attributes["r"][:9]))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        with archive.open(name) as file:
            while chunk := file.read(CHUNK):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        # Pictures and printers' settings are no XML. Any other part might be the sheet, by whatever name.
        if name.endswith((".xml", ".rels")):
            raise
    # A cell without a place of its own comes after the one before it, so that no cell is beyond their number.
    return (most["row"] + 1) * most["column"] + most["cells"]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
