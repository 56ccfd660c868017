"""The rows of a dataset's files, JSONL or Parquet: their schemas, their faults, the values they stand for.

All rows of one file have the same keys, which Hugging Face `datasets` needs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Generic, Self, TypeVar

import numpy as np
from msgspec import Meta

from benchmark.entries import (
    Context,
    GoldPart,
    GoldPortrayal,
    GoldSpan,
    MarkedPart,
    MarkedPortrayal,
    MarkedSpan,
    Number,
    SpanEntry,
    UnitEntry,
)
from benchmark.manifest import Kind, Strict
from benchmark.model import Annotation, Document, offsets

S = TypeVar("S", bound=SpanEntry)
P = TypeVar("P", GoldPortrayal, MarkedPortrayal)


class DocumentRow(Strict, frozen=True, omit_defaults=True):
    """A row of `documents.jsonl`."""

    id: Annotated[str, Meta(min_length=1)]
    text: str
    split: str
    sentences: tuple[tuple[Number, Number], ...]
    tokens: tuple[tuple[Number, Number], ...]
    metadata: dict[str, str]
    group: str | None = None

    def problems(self) -> Iterator[str]:
        """Yield the first wrong boundary of each kind, a message each."""
        yield from boundary_problems(self.value())

    def value(self) -> Document:
        """Return the document."""
        sentences, tokens = offsets(self.sentences), offsets(self.tokens)
        return Document(self.id, self.text, sentences, tokens, self.metadata, self.group)

    @classmethod
    def of(cls, document: Document, split: str) -> Self:
        """Return the row of a document."""
        sentences, tokens = (
            tuple((start, end) for start, end in edges.tolist())
            for edges in (document.sentences, document.tokens)
        )
        metadata = dict(document.metadata)
        return cls(document.id, document.text, split, sentences, tokens, metadata, document.group)


def boundary_problems(document: Document) -> Iterator[str]:
    """Yield the first wrong boundary of a document's sentences and of its tokens, a message each."""
    length = len(document.text)
    for name, edges in (("sentences", document.sentences), ("tokens", document.tokens)):
        starts, ends = edges[:, 0], edges[:, 1]
        wrong = (ends <= starts) | (ends > length) | (starts < 0)
        wrong[1:] |= starts[1:] < ends[:-1]
        if wrong.any():
            first = int(np.argmax(wrong))
            yield (
                f"{name}[{first}] {starts[first]}–{ends[first]}: boundaries are ascending, disjoint and "
                f"within the document's {length} characters"
            )


class Row(Strict, frozen=True, kw_only=True, omit_defaults=True):
    """What every row about a document has; gold rows have no annotator."""

    document: str
    layer: str
    annotator: str | None = None


class SpanRow(Row, Generic[S], frozen=True, kw_only=True):
    """The spans of one document, of which relations are made too."""

    spans: tuple[S, ...]

    def value(self, document: Document) -> Annotation:
        """Return the annotation, its spans sorted."""
        spans = sorted(
            (entry.value() for entry in self.spans), key=lambda span: (span.start, span.end, span.label)
        )
        return Annotation(document, self.layer, spans=tuple(spans), annotator=self.annotator)


class UnitRow(Row, frozen=True, kw_only=True):
    """The labelled units of one document."""

    units: tuple[UnitEntry, ...]

    def value(self, document: Document) -> Annotation:
        """Return the annotation."""
        units = tuple(entry.value() for entry in self.units)
        return Annotation(document, self.layer, units=units, annotator=self.annotator)


class EntityRow(Row, Generic[P], frozen=True, kw_only=True):
    """The portrayed entities of one document."""

    entities: tuple[P, ...]

    def value(self, document: Document) -> Annotation:
        """Return the annotation."""
        portrayals = tuple(entry.value() for entry in self.entities)
        return Annotation(document, self.layer, portrayals=portrayals, annotator=self.annotator)


AnyRow = SpanRow[Any] | UnitRow | EntityRow[Any]

_SCHEMAS: dict[tuple[Kind, bool], type[AnyRow]] = {
    ("spans", True): SpanRow[GoldSpan],
    ("spans", False): SpanRow[MarkedSpan],
    ("relations", True): SpanRow[GoldPart],
    ("relations", False): SpanRow[MarkedPart],
    ("units", True): UnitRow,
    ("units", False): UnitRow,
    ("entities", True): EntityRow[GoldPortrayal],
    ("entities", False): EntityRow[MarkedPortrayal],
}
_SPAN_ENTRIES: dict[tuple[Kind, bool], type[SpanEntry]] = {
    ("spans", True): GoldSpan,
    ("spans", False): MarkedSpan,
    ("relations", True): GoldPart,
    ("relations", False): MarkedPart,
}


def schema(kind: Kind, gold: bool) -> type[AnyRow]:
    """Return the schema of the rows of a gold file or an annotators' file of a layer of this kind."""
    return _SCHEMAS[kind, gold]


def row_of(annotation: Annotation, kind: Kind) -> AnyRow:
    """Return the row of a gold annotation or, where it names an annotator, of that one's marks."""
    document, gold = annotation.document, annotation.annotator is None
    if kind == "units":
        units = tuple(UnitEntry.of(unit, document) for unit in annotation.units)
        return UnitRow(
            document=document.id, layer=annotation.layer, annotator=annotation.annotator, units=units
        )
    if kind == "entities":
        portrayal = GoldPortrayal if gold else MarkedPortrayal
        entities = tuple(portrayal.of(entry, document) for entry in annotation.portrayals)
        return EntityRow(
            document=document.id, layer=annotation.layer, annotator=annotation.annotator, entities=entities
        )
    entry = _SPAN_ENTRIES[kind, gold]
    spans = tuple(entry.of(span, document) for span in annotation.spans)
    return SpanRow(document=document.id, layer=annotation.layer, annotator=annotation.annotator, spans=spans)


def row_problems(row: AnyRow, context: Context) -> Iterator[str]:
    """Yield what is wrong with the entries of a row, a message each."""
    name, entries = _entries(row)
    seen = set()
    for number, entry in enumerate(entries):
        for message in entry.problems(context):
            yield f"{name}[{number}] {entry}: {message}"
        if entry.key in seen:
            yield f"{name}[{number}] {entry}: it stands twice"
        seen.add(entry.key)
    if context.layer.kind == "relations":
        yield from _relation_problems(entries)
    if context.layer.unit is not None:
        edges = context.document.units(context.layer.unit).tolist()
        missing = [(start, end) for start, end in edges if (start, end) not in seen]
        if missing:
            kind, (start, end) = context.layer.unit, missing[0]
            yield f"{name}: no entry for {len(missing)} units of kind '{kind}', the first at {start}–{end}"


def _entries(row: AnyRow) -> tuple[str, Sequence[SpanEntry | UnitEntry | GoldPortrayal | MarkedPortrayal]]:
    if isinstance(row, UnitRow):
        return "units", row.units
    if isinstance(row, EntityRow):
        return "entities", row.entities
    return "spans", row.spans


def _relation_problems(parts: Iterable[Any]) -> Iterator[str]:
    labels = defaultdict(set)
    for part in parts:
        labels[part.relation].add(part.label)
    for relation, given in labels.items():
        if "cue" not in given:
            yield f"spans: relation {relation} has no cue"
