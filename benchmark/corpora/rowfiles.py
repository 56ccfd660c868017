"""Tables in files (CSV, TSV, JSONL, Parquet), read row by row and nothing of them trusted.

A row is told with its line, or in Parquet its number. What is wrong with one row is told to the report, and
the others are kept; what makes all that follows doubtful is an error.
"""

from __future__ import annotations

import csv
import math
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from benchmark.corpora.base import Report
from benchmark.errors import DataError, Fault, UsageError, suggest
from benchmark.fileio import decode, not_utf8

MOST_CELL = 2**24
"""The most characters in a cell of CSV or TSV; more are the sign of a quotation mark that is never closed."""
MOST_LINE = 2**26
"""The most bytes in a line."""
MOST_NAME = 100
"""The most characters of a column's name in a message; a file without a header has a text there."""
DROPPED = "row dropped"
DELIMITERS = (",", ";", "\t")
PARQUET_BATCH = 256

Cells = dict[str, object]
Rows = Iterator[tuple[int, Cells]]


@dataclass(frozen=True, slots=True)
class RowFile:
    """A table in a file.

    Parameters
    ----------
    path
        The file; its extension tells the format: csv, tsv, jsonl or parquet.
    columns
        The columns that are wanted, the first of them that of the text.
    unquoted
        Whether quotation marks in CSV and TSV are characters like others.
    """

    path: Path
    columns: tuple[str, ...]
    unquoted: bool = False

    def rows(self, report: Report) -> Rows:
        """Yield the place of each row, from 1, and its cells in the wanted columns.

        Raises
        ------
        UsageError
            Where the file cannot be read, is in no known format, or has no such column.
        DataError
            Where it cannot be read to its end.
        """
        formats: dict[str, Callable[[Report], Rows]] = {
            ".csv": self._delimited,
            ".tsv": self._delimited,
            ".jsonl": self._jsonl,
            ".parquet": self._parquet,
        }
        suffix = self.path.suffix.lower()
        if suffix not in formats:
            raise UsageError(f"{self.path}: not the name of a table; it ends in {', '.join(formats)}")
        try:
            if not self.path.is_file():
                raise UsageError(f"{self.path}: cannot be read: there is no such file")
            yield from formats[suffix](report)
        except OSError as error:
            raise UsageError(f"{self.path}: cannot be read: {error.strerror or error}") from error

    def _fault(self, line: int | None, message: str) -> DataError:
        return DataError([Fault(self.path, line, message)])

    def _unknown(self, found: Sequence[str]) -> UsageError:
        missing = next(name for name in self.columns if name not in found)
        names = [name[:MOST_NAME] for name in found]
        return UsageError(f"{self.path}: no column is named '{missing}'{suggest(missing, names)}")

    def _lines(self) -> Iterator[str]:
        """Yield the lines with their ends; a byte-order mark before the first is no part of it."""
        with self.path.open("rb") as file:
            number = 0
            while content := file.readline(MOST_LINE + 1):
                number += 1
                if number == 1:
                    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
                        raise self._fault(1, "not UTF-8 but UTF-16; save it as UTF-8")
                    content = content.removeprefix(BOM_UTF8)
                if len(content) > MOST_LINE:
                    raise self._fault(number, f"a line of more than {MOST_LINE} bytes")
                try:
                    yield content.decode("utf-8")
                except UnicodeDecodeError as error:
                    message = not_utf8(content) or "not UTF-8"
                    raise self._fault(number, f"{message}; save the file as UTF-8") from error

    def _delimiter(self) -> str:
        """Return what separates the cells, judged by the first line."""
        if self.path.suffix.lower() == ".tsv":
            return "\t"
        header = next(self._lines(), "")
        return next((mark for mark in DELIMITERS if self.columns[0] in _cells(header, mark)), ",")

    def _delimited(self, report: Report) -> Rows:
        delimiter = self._delimiter()
        before = csv.field_size_limit(MOST_CELL)
        try:
            records = self._records(delimiter, report)
            header = self._header(records)
            places = {name: header.index(name) for name in self.columns}
            for line, cells in records:
                if len(cells) == len(header):
                    yield line, {name: cells[place] for name, place in places.items()}
                elif cells:
                    message = f"{len(cells)} cells where the header has {len(header)}"
                    report.note(DROPPED, self.path.name, line, message)
        finally:
            csv.field_size_limit(before)

    def _header(self, records: Iterator[tuple[int, list[str]]]) -> list[str]:
        _, header = next(records, (0, []))
        if not header:
            raise self._fault(None, "it is empty, or has no header in its first line")
        if any(name not in header for name in self.columns):
            raise self._unknown(header)
        for name in self.columns:
            if header.count(name) > 1:
                raise UsageError(f"{self.path}: {header.count(name)} columns are named '{name}'")
        return header

    def _records(self, delimiter: str, report: Report) -> Iterator[tuple[int, list[str]]]:
        """Yield the line on which each record begins and its cells."""
        quoting: Literal[0, 3] = csv.QUOTE_NONE if self.unquoted else csv.QUOTE_MINIMAL
        reader = csv.reader(self._lines(), delimiter=delimiter, quoting=quoting, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                problem = str(error)
                if "unexpected end" in problem or "field limit" in problem:
                    raise self._fault(line, self._unclosed(problem)) from error
                if line == 1:
                    remedy = "; save it with lines that end in LF or CRLF" if "new-line" in problem else ""
                    raise self._fault(1, f"the header cannot be read: {problem}{remedy}") from error
                report.note(DROPPED, self.path.name, line, problem)
            else:
                yield line, cells

    def _unclosed(self, problem: str) -> str:
        size = f" or has a cell of more than {MOST_CELL} characters" if "limit" in problem else ""
        return (
            f"the row that begins here opens a quotation mark that is never closed{size}; where quotation "
            "marks are characters like others, give --unquoted"
        )

    def _jsonl(self, report: Report) -> Rows:
        first: list[str] = []
        missing = set(self.columns)
        for line, text in enumerate(self._lines(), 1):
            if not text.strip():
                continue
            faults: list[Fault] = []
            row = decode(text.encode(), dict[str, object], self.path, line, faults)
            for fault in faults:
                report.note(DROPPED, self.path.name, line, fault.message)
            if row is None:
                continue
            first = first or list(row)
            missing.difference_update(row)
            yield line, {name: row.get(name) for name in self.columns}
        # A row may leave out what is empty in it, so that a column is missing where no row has it.
        if first and missing:
            raise self._unknown(sorted({*first, *self.columns} - missing))

    def _parquet(self, _: Report) -> Rows:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            file = pq.ParquetFile(self.path, buffer_size=2**16, pre_buffer=False)
            names = file.schema_arrow.names
            if any(name not in names for name in self.columns):
                raise self._unknown(names)
            number = 0
            for batch in file.iter_batches(PARQUET_BATCH, columns=list(self.columns)):
                batch.validate(full=True)
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise self._fault(None, f"broken Parquet: {str(error).splitlines()[0]}") from error


def _cells(line: str, mark: str) -> list[str]:
    """Return the cells of one line; none where it cannot be a row, or not in the one line."""
    try:
        return next(csv.reader([line], delimiter=mark), [])
    except csv.Error:
        return []


def text_of(cell: object) -> str | None:
    """Return a cell as text: numbers and truth values as JSON writes them; None for other things.

    An empty cell is "", and so is a number that is none. A number without a fraction loses its point, since a
    column of whole numbers with an empty cell is often stored as one of fractions.
    """
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, bool | int | float):
        return msgspec.json.encode(cell).decode()
    return None
