"""Files of predictions, ours or a stranger's: JSONL, or the tab-separated rows of the PTC shared tasks."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from benchmark.data import Dataset
from benchmark.errors import DataError, Fault, suggest
from benchmark.fileio import BOM_MESSAGE, not_utf8, read_bytes, read_jsonl, sha256
from benchmark.model import Document, Prediction, Span, Unit
from benchmark.subject import layer_labels, of_given_spans, takes_units
from benchmark.tasks import TASKS, tasks_of

Offset = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
PTC_LAYER, PTC_UNLABELLED_LAYER = "technique", "propaganda"
UNLABELLED = "Loaded_Language"
"""Stands for the label that rows of the span identification task lack; only `ptc_si` may score it."""


class SpanRow(msgspec.Struct, forbid_unknown_fields=True):
    """A span in a predictions file."""

    start: Offset
    end: Offset
    label: str
    score: float | None = None
    relation: int | None = None


class UnitRow(msgspec.Struct, forbid_unknown_fields=True):
    """A unit in a predictions file."""

    start: Offset
    end: Offset
    labels: tuple[str, ...]
    scores: tuple[float, ...] | None = None
    all_scores: dict[str, float] | None = None


class PredictionRow(msgspec.Struct, forbid_unknown_fields=True):
    """A line of a predictions file."""

    document: str
    layer: str
    spans: list[SpanRow] | None = None
    units: list[UnitRow] | None = None


@dataclass(frozen=True)
class PredictionsFile:
    """What a file predicts for a dataset.

    Parameters
    ----------
    path
        The file.
    sha256
        Of its content.
    layers
        For each layer in it one prediction a scored document, in the dataset's order.
    missing
        For each layer the number of scored documents that it does not name.
    labelled
        False for rows that give spans without a label.
    title
        What a table calls it.
    """

    path: Path
    sha256: str
    layers: dict[str, tuple[Prediction, ...]]
    missing: dict[str, int]
    labelled: bool = True
    title: str = ""


def read_predictions(
    path: Path, dataset: Dataset, scored: Dataset | None = None, layer: str = PTC_LAYER
) -> PredictionsFile:
    """Read and check a file of predictions.

    Parameters
    ----------
    path
        JSONL where its name ends in .jsonl or .json or its first character is "{", else tab-separated.
    dataset
        The dataset that it predicts.
    scored
        The part of it that counts, if that is not all; predictions for other documents are passed over.
    layer
        The layer that tab-separated rows with a technique are about. Rows without one are about `propaganda`
        where the dataset has that layer.

    Raises
    ------
    UsageError
        Where the file cannot be read.
    DataError
        With every fault in it, by line.
    """
    content = read_bytes(path)
    faults: list[Fault] = []
    tabular = path.suffix not in {".jsonl", ".json"} and content.removeprefix(BOM_UTF8).lstrip()[:1] != b"{"
    reader = _Checker(path, dataset, faults)
    if tabular:
        rows, labelled = _read_ptc(path, content, layer, faults)
        if not labelled and PTC_UNLABELLED_LAYER in dataset.layers:
            rows, labelled = [(_propaganda(row, dataset), lines) for row, lines in rows], True
        for row, lines in rows:
            reader.add(lines[0], row, lines)
    else:
        labelled = True
        for line, row in read_jsonl(path, PredictionRow, faults):
            reader.add(line, row, [line] * len(row.spans or ()))
    if not reader.found and not faults:
        faults.append(Fault(path, None, "holds no predictions"))
    documents = (scored or dataset).documents
    if reader.found and not {name for name, _ in reader.found} & {document.id for document in documents}:
        message = f"names none of the {len(documents)} scored documents, only others; give --split for these"
        faults.append(Fault(path, None, message))
    if faults:
        raise DataError(sorted(faults, key=lambda fault: fault.line or 0))
    names = dict.fromkeys(layer for _, layer in reader.found)
    layers = {layer: reader.of_layer(layer, documents) for layer in names}
    # Tab-separated rows have no way to say that nothing was found in a document.
    missing = {
        layer: 0 if tabular else sum((document.id, layer) not in reader.found for document in documents)
        for layer in layers
    }
    return PredictionsFile(path, sha256(content), layers, missing, labelled, path.name)


def _propaganda(row: PredictionRow, dataset: Dataset) -> PredictionRow:
    (label,) = dataset.layers[PTC_UNLABELLED_LAYER].labels
    spans = [SpanRow(span.start, span.end, label) for span in row.spans or ()]
    return PredictionRow(row.document, PTC_UNLABELLED_LAYER, spans)


def _read_ptc(
    path: Path, content: bytes, layer: str, faults: list[Fault]
) -> tuple[list[tuple[PredictionRow, list[int]]], bool]:
    """Read rows "id, technique, start, end" or "id, start, end".

    Returns
    -------
    rows
        The spans of each document, with the line of each span.
    labelled
        Whether the rows have techniques.
    """
    by_document: dict[str, tuple[list[SpanRow], list[int]]] = {}
    widths: set[int] = set()
    seen: set[tuple[str, ...]] = set()
    if content.startswith(BOM_UTF8):
        faults.append(Fault(path, 1, BOM_MESSAGE))
        content = content.removeprefix(BOM_UTF8)
    for number, raw in enumerate(content.split(b"\n"), 1):
        if not raw.strip():
            continue
        broken = not_utf8(raw)
        if broken:
            faults.append(Fault(path, number, broken))
            continue
        try:
            fields = raw.decode("utf-8").rstrip("\r").split("\t")
            span = _ptc_span(fields)
        except ValueError as error:
            faults.append(Fault(path, number, str(error)))
            continue
        widths.add(len(fields))
        if len(fields) == 3 and tuple(fields) in seen:
            continue  # one span of two techniques stands twice where techniques are left out
        seen.add(tuple(fields))
        spans, lines = by_document.setdefault(fields[0], ([], []))
        spans.append(span)
        lines.append(number)
    if len(widths) > 1:
        faults.append(Fault(path, None, "some rows have a technique and some have none"))
    rows = [
        (PredictionRow(document, layer, spans), lines) for document, (spans, lines) in by_document.items()
    ]
    return rows, widths != {3}


def no_layer(name: str, known: Collection[str]) -> str:
    """Return what to say of a layer that is not known; a task's name is often meant for its layer."""
    if name in TASKS and TASKS.get(name).layer in known:
        return f"no layer '{name}': the task of that name is scored from layer '{TASKS.get(name).layer}'"
    return f"no layer '{name}'{suggest(name, known)}"


def _ptc_span(fields: list[str]) -> SpanRow:
    if len(fields) not in (3, 4):
        raise ValueError(
            f"{len(fields)} tab-separated fields; a row is 'id, technique, start, end' or 'id, start, end'"
        )
    if not all(
        part.isascii() and part.removeprefix("-").isdigit() and len(part) < 16 for part in fields[-2:]
    ):
        raise ValueError(f"offsets '{fields[-2]}' and '{fields[-1]}' are not whole numbers")
    label = fields[1] if len(fields) == 4 else UNLABELLED
    return SpanRow(int(fields[-2]), int(fields[-1]), label)


class _Checker:
    """Collects checked predictions by document and layer, and a fault for each thing wrong."""

    def __init__(self, path: Path, dataset: Dataset, faults: list[Fault]) -> None:
        self.path, self.faults, self.dataset = path, faults, dataset
        self.documents = {document.id: document for document in dataset.documents}
        derived = {task.layer for task in tasks_of(dataset)}
        self.layers = {*dataset.layers, *derived}
        self.found: dict[tuple[str, str], Prediction] = {}

    def of_layer(self, layer: str, documents: Sequence[Document]) -> tuple[Prediction, ...]:
        """Return one prediction a document in their order, an empty one where none was found."""
        return tuple(
            self.found.get((document.id, layer), Prediction(document.id, layer)) for document in documents
        )

    def add(self, line: int, row: PredictionRow, lines: Sequence[int]) -> None:
        """Check a row; `lines` gives the line of each of its spans."""
        document = self.documents.get(row.document)
        before = len(self.faults)
        if document is None:
            self._fault(line, f"no document '{row.document}'{suggest(row.document, self.documents)}")
        if row.layer not in self.layers:
            self._fault(line, no_layer(row.layer, self.layers))
        if row.spans is None and row.units is None:
            self._fault(line, "has neither spans nor units; an empty list says that nothing was found")
        if (row.document, row.layer) in self.found:
            self._fault(line, f"document '{row.document}' stands twice in layer '{row.layer}'")
        if document is None or len(self.faults) > before:
            return
        labels = layer_labels(self.dataset, row.layer)
        placed = list(zip(lines, row.spans or (), strict=True))
        spans = [(at, span) for at, part in placed if (span := self._span(at, part, document, labels))]
        units = [
            (line, unit) for part in row.units or () if (unit := self._unit(line, part, document, labels))
        ]
        self._kind(line, row)
        self._duplicates(
            []
            if of_given_spans(row.layer)  # a span with two techniques stands there twice
            else [(at, f"span {s.start}–{s.end} '{s.label}'", s.relation) for at, s in spans]
            + [(at, f"unit {u.start}–{u.end}", None) for at, u in units]
        )
        self.found[row.document, row.layer] = Prediction(
            row.document, row.layer, tuple(span for _, span in spans), tuple(unit for _, unit in units)
        )

    def _kind(self, line: int, row: PredictionRow) -> None:
        """Note a fault where spans are given for a layer of units, or units for a layer of spans."""
        of_units = takes_units(self.dataset, row.layer)
        if of_units and row.spans:
            self._fault(line, f"layer '{row.layer}' takes units, not spans")
        if not of_units and row.units:
            self._fault(line, f"layer '{row.layer}' takes spans, not units")

    def _fault(self, line: int, message: str) -> None:
        self.faults.append(Fault(self.path, line, message))

    def _range(self, line: int, part: SpanRow | UnitRow, document: Document) -> bool:
        where = f"{part.start}–{part.end} in document '{document.id}'"
        if isinstance(part, UnitRow):
            if (part.start, part.end) in document.every_unit:
                return True
            self._fault(line, f"unit {where}: no sentence, paragraph or whole document has these offsets")
        elif not 0 <= part.start < part.end:
            self._fault(line, f"offsets {where}: reversed, empty or negative")
        elif part.end > len(document.text):
            self._fault(line, f"offsets {where}: the text has {len(document.text)} characters")
        else:
            return True
        return False

    def _label(self, line: int, label: str, labels: Collection[str]) -> bool:
        if labels and label not in labels:
            self._fault(line, f"no label '{label}'{suggest(label, labels)}")
            return False
        return True

    def _span(self, line: int, part: SpanRow, document: Document, labels: Collection[str]) -> Span | None:
        if not (self._range(line, part, document) & self._label(line, part.label, labels)):
            return None
        return Span(part.start, part.end, part.label, part.score, part.relation)

    def _unit(self, line: int, part: UnitRow, document: Document, labels: Collection[str]) -> Unit | None:
        named = dict.fromkeys((*part.labels, *(part.all_scores or ())))
        known = [self._label(line, label, labels) for label in named]
        if not (self._range(line, part, document) and all(known)):
            return None
        try:
            return Unit(part.start, part.end, part.labels, part.scores, part.all_scores)
        except ValueError as error:
            self._fault(line, str(error))
            return None

    def _duplicates(self, pieces: Sequence[tuple[int, str, int | None]]) -> None:
        seen: set[tuple[str, int | None]] = set()
        for line, what, relation in pieces:
            if (what, relation) in seen:
                self._fault(line, f"{what} is given twice")
            seen.add((what, relation))
