"""Read one annotator's file, in which marks are given by their words and which occurrence of them it is.

The file is one JSON object: the annotator's name, the version of the guidelines, and a field for each layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Annotated, TypeVar

from msgspec import Meta, Raw

from benchmark.entries import Confidence, Context, Number, shorten
from benchmark.errors import Fault, suggest
from benchmark.fileio import decode, read_bytes
from benchmark.manifest import LayerEntry, Role, Stance, Strict
from benchmark.model import Annotation, Document, Note, Portrayal, Span, Unit

FIELDS = {"frame": "frames"}
"""The field of the file that holds a layer, where it is not named as the layer."""

T = TypeVar("T")


class Quote(Strict, frozen=True):
    """Words of the document; `occurrence` counts where they stand without overlap, from 1."""

    text: Annotated[str, Meta(min_length=1)]
    occurrence: Annotated[int, Meta(ge=1)] = 1


class SpanMark(Quote, frozen=True, kw_only=True):
    """A marked span."""

    label: str
    confidence: Confidence
    also: tuple[str, ...] = ()
    quoted: bool = False
    rationale: str = ""
    rewrite: str | None = None


class RelationMark(Strict, frozen=True, kw_only=True):
    """A marked attribution; a source that the text leaves out is None."""

    source: Quote | None = None
    cue: Quote
    content: Quote
    confidence: Confidence


class LineMark(Strict, frozen=True):
    """The labels of a non-empty line; `unit` counts them from 0."""

    unit: Number
    labels: tuple[str, ...]


class UnitMarks(Strict, frozen=True):
    """The labels of the document and of its lines."""

    document: tuple[str, ...]
    units: tuple[LineMark, ...]


class EntityMark(Strict, frozen=True, kw_only=True):
    """A marked portrayal."""

    entity: Annotated[str, Meta(min_length=1)]
    stance: Stance
    role: Role
    evidence: tuple[Quote, ...] = ()
    confidence: Confidence


def read_marks(
    path: Path,
    document: Document,
    annotator: str,
    layers: Mapping[str, LayerEntry],
    guidelines: str,
    faults: list[Fault],
) -> dict[str, Annotation]:
    """Return one annotator's marks in one document, by layer.

    Parameters
    ----------
    path
        The annotator's file.
    document, annotator
        What is annotated, and by whom.
    layers
        The layers that this annotator marks.
    guidelines
        The version of the guidelines that the file has to name.
    faults
        The list that faults are added to; what they concern is left out.

    Raises
    ------
    UsageError
        Where the file cannot be read.
    """
    fields = decode(read_bytes(path), dict[str, Raw], path, None, faults)
    if fields is None:
        return {}
    file = _File(path, document, annotator, faults)
    expected = {"annotator": annotator, "guidelines": guidelines}
    known = [*expected, *(FIELDS.get(name, name) for name in layers)]
    for field in fields:
        if field not in known:
            file.fault(shorten(field), f"unknown field{suggest(field, known)}")
    for field in known:
        if field not in fields:
            file.fault(field, "the field is missing")
    for field, value in expected.items():
        given = file.decode(fields[field], str, field) if field in fields else None
        if given not in (None, value):
            file.fault(field, f"'{value}' was expected, not {shorten(str(given))}")
    present = {name: FIELDS.get(name, name) for name in layers if FIELDS.get(name, name) in fields}
    return {
        name: file.annotation(fields[field], field, name, layers[name]) for name, field in present.items()
    }


@dataclass(frozen=True, slots=True)
class _File:
    """One annotator's file; its methods note a fault and leave out what it concerns."""

    path: Path
    document: Document
    annotator: str
    faults: list[Fault]

    def fault(self, place: str, message: str) -> None:
        self.faults.append(Fault(self.path, None, f"{place}: {message}"))

    def decode(self, raw: Raw, kind: type[T], place: str) -> T | None:
        found: list[Fault] = []
        value = decode(bytes(raw), kind, self.path, None, found)
        for fault in found:
            self.fault(place, fault.message)
        return value

    def annotation(self, raw: Raw, field: str, name: str, layer: LayerEntry) -> Annotation:
        """Return what the file's field holds for a layer."""
        context = Context(self.document, name, layer)
        if layer.kind == "units":
            units = sorted(self._units(raw, field, context), key=lambda unit: (unit.start, unit.end))
            return Annotation(self.document, name, units=tuple(units), annotator=self.annotator)
        if layer.kind == "entities":
            portrayals = tuple(self._portrayals(raw, field))
            return Annotation(self.document, name, portrayals=portrayals, annotator=self.annotator)
        found = self._spans(raw, field, context) if layer.kind == "spans" else self._relations(raw, field)
        spans = sorted(found, key=lambda span: (span.start, span.end, span.label))
        return Annotation(self.document, name, spans=tuple(spans), annotator=self.annotator)

    def _spans(self, raw: Raw, field: str, context: Context) -> Iterator[Span]:
        seen = set()
        for place, mark in self._items(raw, SpanMark, field):
            self._labels(place, context, [mark.label, *mark.also])
            edges = self._edges(place, mark)
            if edges is None:
                continue
            if (edges, mark.label) in seen:
                self.fault(place, "the same span and label twice")
            seen.add((edges, mark.label))
            note = Note((), mark.confidence, mark.quoted, mark.rationale, mark.rewrite, mark.also)
            yield Span(*edges, mark.label, note=note)

    def _relations(self, raw: Raw, field: str) -> Iterator[Span]:
        for number, (place, mark) in enumerate(self._items(raw, RelationMark, field)):
            for part, quote in (("source", mark.source), ("cue", mark.cue), ("content", mark.content)):
                edges = None if quote is None else self._edges(f"{place}.{part}", quote)
                if edges is not None:
                    yield Span(*edges, part, relation=number, note=Note(confidence=mark.confidence))

    def _portrayals(self, raw: Raw, field: str) -> Iterator[Portrayal]:
        seen = set()
        for place, mark in self._items(raw, EntityMark, field):
            if mark.entity in seen:
                self.fault(place, f"entity {shorten(mark.entity)} stands twice")
            seen.add(mark.entity)
            found = [self._edges(f"{place}.evidence[{n}]", words) for n, words in enumerate(mark.evidence)]
            evidence = tuple(edges for edges in found if edges is not None)
            yield Portrayal(
                mark.entity, mark.stance, mark.role, evidence=evidence, confidence=mark.confidence
            )

    def _units(self, raw: Raw, field: str, context: Context) -> list[Unit]:
        whole = (0, len(self.document.text))
        if context.layer.unit == "document":
            labels = self.decode(raw, tuple[str, ...], field)
            return [] if labels is None else [*self._unit(field, context, whole, labels)]
        marks = self.decode(raw, UnitMarks, field)
        if marks is None:
            return []
        units: dict[tuple[int, int], Unit] = {}
        document = self._unit(f"{field}.document", context, whole, marks.document)
        for unit in chain(document, self._lines(marks.units, f"{field}.units", context)):
            if units.setdefault((unit.start, unit.end), unit).labels != unit.labels:
                self.fault(field, "the document is a single line, but the two have different labels")
        return list(units.values())

    def _lines(self, marks: Iterable[LineMark], field: str, context: Context) -> Iterator[Unit]:
        lines = dict(enumerate((start, end) for start, end in self.document.paragraphs.tolist()))
        missing = dict(lines)
        for place, mark in ((f"{field}[{number}]", mark) for number, mark in enumerate(marks)):
            if mark.unit not in lines:
                self.fault(
                    place, f"no unit {mark.unit}: the document has {len(lines)} non-empty lines, from 0"
                )
            elif mark.unit not in missing:
                self.fault(place, f"unit {mark.unit} stands twice")
            else:
                yield from self._unit(place, context, missing.pop(mark.unit), mark.labels)
        for number in missing:
            self.fault(field, f"unit {number} is missing")

    def _unit(
        self, place: str, context: Context, edges: tuple[int, int], labels: tuple[str, ...]
    ) -> Iterator[Unit]:
        if self._labels(place, context, labels):
            yield Unit(*edges, labels)

    def _items(self, raw: Raw, kind: type[T], field: str) -> Iterator[tuple[str, T]]:
        """Yield the sound items of a list, each after its place."""
        for number, item in enumerate(self.decode(raw, list[Raw], field) or []):
            place = f"{field}[{number}]"
            value = self.decode(item, kind, place)
            if value is not None:
                yield place, value

    def _labels(self, place: str, context: Context, labels: Iterable[str]) -> bool:
        problems = [*context.labels([*labels])]
        for problem in problems:
            self.fault(place, problem)
        return not problems

    def _edges(self, place: str, quote: Quote) -> tuple[int, int] | None:
        """Return the offsets of the words, or None where they do not stand in the document so often."""
        text, words = self.document.text, quote.text
        start, count = text.find(words), 0
        while start >= 0:
            count += 1
            if count == quote.occurrence:
                return self._whole_words(place, start, start + len(words))
            start = text.find(words, start + len(words))
        self.fault(place, f"occurrence {quote.occurrence} of {shorten(words)}: the document has {count}")
        return None

    def _whole_words(self, place: str, start: int, end: int) -> tuple[int, int]:
        text = self.document.text
        words = text[start:end]
        if words != words.strip():
            self.fault(place, f"{shorten(words)} begins or ends with white space")
        if text[start - 1 : start].isalnum() or text[end : end + 1].isalnum():
            self.fault(place, f"{shorten(words)} at {start} is cut out of a longer word")
        return start, end
