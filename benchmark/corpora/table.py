"""Any table of sentences or documents with labels, as a dataset of one layer of units."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmark.corpora.base import NO_SPLIT, About, Input, Record, Report
from benchmark.corpora.rowfiles import DROPPED, Cells, RowFile, text_of
from benchmark.errors import DataError, Fault, UsageError
from benchmark.manifest import LayerEntry, LicenceEntry, UnitKind
from benchmark.model import Annotation, Document, Unit, offsets
from benchmark.segmentation import segment, tokenize
from benchmark.store import is_name

ADAPTER = 1
MOST_CHARACTERS = 1_000_000
"""The most characters in a text; the longest novels have as many, and no article."""
MOST_LABELS = 1000
MOST_LABEL = 200
"""The most characters in a label."""
MOST_TOLD = 5
"""Rows that are told of where none can be kept."""
NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands in which column of a table.

    Parameters
    ----------
    text, label
        The text, and its label or labels.
    id, group, split
        The document's id, the group that a split keeps on one side, the split; None where no column has it.
    """

    text: str
    label: str
    id: str | None = None
    group: str | None = None
    split: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are read, each once, that of the text first."""
        given = (self.text, self.label, self.id, self.group, self.split)
        return tuple(dict.fromkeys(name for name in given if name is not None))


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table is made into.

    Parameters
    ----------
    layer
        Name of the layer.
    unit
        sentence where every text is one, or document.
    language
        ISO 639-1 code.
    separator
        What separates several labels in a cell; "" where a text has one label.
    labels
        The label set, of two the positive one first; empty for all that occur, in alphabetical order.
    licence, citation
        As the source states them.
    """

    layer: str = "label"
    unit: UnitKind = "sentence"
    language: str = "en"
    separator: str = ""
    labels: tuple[str, ...] = ()
    licence: str = NOT_STATED
    citation: str = NOT_STATED


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that is kept."""

    line: int
    text: str
    labels: tuple[str, ...]
    several: bool
    id: str
    group: str | None
    split: str


class Table:
    """A reader of one table; it is read twice, first for the labels.

    Parameters
    ----------
    file
        The file.
    columns, shape
        What it holds, and what it is made into.

    Raises
    ------
    UsageError
        Where the layer's name or the labels cannot be used.
    """

    def __init__(self, file: RowFile, columns: Columns, shape: Shape) -> None:
        if not is_name(shape.layer):
            raise UsageError(f"'{shape.layer}' cannot name a layer; letters, digits, '_', '.' and '-' can")
        if len(set(shape.labels)) != len(shape.labels):
            raise UsageError("a label is given twice")
        self.file, self.columns, self.shape = file, columns, shape
        self._labels: frozenset[str] = frozenset(shape.labels)

    def about(self, name: str, source: str) -> About:
        """Return what is known of the dataset, after a first reading.

        Parameters
        ----------
        name
            The dataset's name.
        source
            Where the table comes from.

        Raises
        ------
        UsageError
            Where the table cannot be read, or has no such column.
        DataError
            Where it cannot be read to its end, or its labels are none or too many.
        """
        labels = self._found()
        self._labels = frozenset(labels)
        shape = self.shape
        return About(
            name=name,
            version="1",
            title=name,
            description=f"A table of labelled texts, a {shape.unit} a row: {source}.",
            language=shape.language,
            licence=LicenceEntry(shape.licence, shape.licence),
            citation=shape.citation,
            source=source,
            layers={shape.layer: LayerEntry("units", labels, "people", shape.unit)},
            group=self.columns.group or "",
            sentences="one a document, as in the table" if shape.unit == "sentence" else "",
            adapter=ADAPTER,
        )

    def _found(self) -> tuple[str, ...]:
        """Return the label set: that given, or the labels of all rows that will be kept."""
        found: set[str] = set()
        report = Report()
        for row in self._rows(report):
            found.update(row.labels)
            if len(found) > MOST_LABELS and not self.shape.labels:
                message = (
                    f"column '{self.columns.label}' has more than {MOST_LABELS} values; "
                    "choose a column of labels, or give the separator of several labels"
                )
                raise DataError([Fault(self.file.path, row.line, message)])
        if not found and not self.shape.labels:
            message = f"column '{self.columns.label}' has no label in any row that can be kept"
            told = [fault for _, fault in report.faults[:MOST_TOLD]]
            raise DataError([*told, Fault(self.file.path, None, message)])
        return self.shape.labels or tuple(sorted(found))

    def records(self, report: Report) -> Iterator[Record]:
        """Yield the rows as documents; `about` is asked first.

        Raises
        ------
        UsageError, DataError
            As for `about`.
        """
        seen: dict[bytes, int] = {}
        for row in self._rows(report):
            unknown = next((label for label in row.labels if label not in self._labels), None)
            if unknown is not None:
                report.note(
                    DROPPED, self.file.path.name, row.line, f"label {unknown!r} is none of the labels"
                )
                continue
            digest = hashlib.blake2b(row.text.encode("utf-8", "replace"), digest_size=8).digest()
            first = seen.setdefault(digest, row.line)
            if first != row.line:
                message = f"the same text as in line {first}; both are kept"
                report.note("text repeated", self.file.path.name, row.line, message)
            if not row.labels and not row.several:
                message = "no label; the text is kept, and not scored"
                report.note("label missing", self.file.path.name, row.line, message)
            yield self._record(row)

    def _record(self, row: _Row) -> Record:
        if self.shape.unit == "sentence":
            bounds = offsets([(0, len(row.text))])
            document = Document(row.id, row.text, bounds, offsets(tokenize(row.text)), {}, row.group)
        else:
            document = replace(segment(row.id, row.text, {}, self.shape.language), group=row.group)
        unit = Unit(0, len(row.text), row.labels)
        gold = {self.shape.layer: Annotation(document, self.shape.layer, units=(unit,))}
        return Record(document, row.split, gold, path=self.file.path.name, line=row.line)

    def _rows(self, report: Report) -> Iterator[_Row]:
        """Yield the rows that can be kept, whatever their labels; the report is told of the others."""
        for number, (line, cells) in enumerate(self.file.rows(report), 1):
            try:
                yield self._row(number, line, cells)
            except ValueError as error:
                report.note(DROPPED, self.file.path.name, line, str(error))

    def _row(self, number: int, line: int, cells: Cells) -> _Row:
        """Return a row.

        Raises
        ------
        ValueError
            Where it cannot be kept.
        """
        columns = self.columns
        text = _cell(cells, columns.text)
        if not text.strip():
            raise ValueError("the text is empty")
        if len(text) > MOST_CHARACTERS:
            raise ValueError(f"a text of {len(text)} characters; at most {MOST_CHARACTERS} are taken")
        several = bool(self.shape.separator) or isinstance(cells[columns.label], list | tuple)
        labels = tuple(dict.fromkeys(self._given(cells[columns.label])))
        for label in labels:
            if len(label) > MOST_LABEL or not label.isprintable():
                raise ValueError(f"{label[:40]!r} (of {len(label)} characters) cannot be a label")
        identifier = str(number) if columns.id is None else _cell(cells, columns.id).strip()
        if not identifier:
            raise ValueError(f"column '{columns.id}' is empty")
        split = NO_SPLIT if columns.split is None else _cell(cells, columns.split).strip()
        if not is_name(split):
            raise ValueError(f"{split[:40]!r} cannot name a split")
        group = None if columns.group is None else _cell(cells, columns.group).strip() or None
        return _Row(line, text, labels, several, identifier, group, split)

    def _given(self, cell: object) -> Iterator[str]:
        """Yield the labels of a cell, without white space around them and without empty ones."""
        if isinstance(cell, list | tuple):
            parts = [_text(part, self.columns.label) for part in cell]
        else:
            text = _text(cell, self.columns.label)
            parts = text.split(self.shape.separator) if self.shape.separator else [text]
        yield from (part.strip() for part in parts if part.strip())

    def inputs(self) -> tuple[Input, ...]:
        """Return the file, with its checksum.

        Raises
        ------
        UsageError
            Where it cannot be read any more.
        """
        path = self.file.path
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                return (Input(path.name, digest, file.tell()),)
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error


def _cell(cells: Cells, column: str) -> str:
    return _text(cells[column], column)


def _text(cell: object, column: str) -> str:
    text = text_of(cell)
    if text is None:
        raise ValueError(f"column '{column}' holds something else than text or a number")
    if "\0" in text:
        raise ValueError(f"column '{column}' holds a NUL character")
    return text
