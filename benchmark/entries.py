"""The entries of a dataset's rows: spans, units and portrayals as they stand in the files.

Gold and annotators' marks differ in what they tell: gold has its supporters, an annotator's mark has a
confidence and less specific labels. An entry's fields are named as those of the value that it stands for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Self

from msgspec import Meta, structs

from benchmark.errors import suggest
from benchmark.manifest import LayerEntry, Role, Stance, Strict
from benchmark.model import Document, Note, Portrayal, Span, Unit

Number = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Confidence = Annotated[int, Meta(ge=1, le=3)]

_NOTE_FIELDS = ("support", "confidence", "quoted", "rationale", "rewrite", "also")


@dataclass(frozen=True, slots=True)
class Context:
    """What an entry of a row is checked against.

    Parameters
    ----------
    document
        The document that the row is about.
    name, layer
        The layer of the row.
    """

    document: Document
    name: str
    layer: LayerEntry

    def quote(self, start: int, end: int, text: str) -> Iterator[str]:
        """Yield what is wrong with offsets, or with the text that should stand there."""
        length = len(self.document.text)
        found = self.document.text[start:end]
        if start >= end:
            yield "the offsets are reversed or empty"
        elif end > length:
            yield f"the offsets reach beyond the document's {length} characters"
        elif found != text:
            yield f"the document has {shorten(found)} there, not {shorten(text)}"

    def labels(self, given: Sequence[str]) -> Iterator[str]:
        """Yield which labels the layer does not have, and which are given twice."""
        known = self.layer.labels
        if len(given) == 1 and given[0] in known:  # nearly always; a corpus has tens of thousands
            return
        for label, count in Counter(given).items():
            if label not in known:
                yield f"layer '{self.name}' has no label {shorten(label)}{suggest(label, known)}"
            if count > 1:
                yield f"label {shorten(label)} is given twice"

    def support(self, given: Sequence[str]) -> Iterator[str]:
        """Yield which supporters did not annotate the layer."""
        known = self.layer.annotators
        for name in given:
            if name not in known:
                yield f"'{name}' did not annotate this layer{suggest(name, known)}"
        if list(given) != sorted(set(given)):
            yield "the support is not in order, or names an annotator twice"


class SpanEntry(Strict, frozen=True):
    """What every span has."""

    start: Number
    end: Number
    text: str
    label: str

    @property
    def key(self) -> tuple[int | str, ...]:
        """What no two spans of a row may share."""
        return self.start, self.end, self.label

    def __str__(self) -> str:
        return f"{self.start}–{self.end} {shorten(self.label)}"

    def problems(self, context: Context) -> Iterator[str]:
        """Yield what is wrong with it, a message each."""
        yield from context.quote(self.start, self.end, self.text)
        yield from context.labels([self.label, *getattr(self, "also", ())])
        yield from context.support(getattr(self, "support", ()))

    def value(self) -> Span:
        """Return the span."""
        fields = structs.asdict(self)
        note = Note(**{name: fields[name] for name in _NOTE_FIELDS if name in fields})
        return Span(self.start, self.end, self.label, relation=fields.get("relation"), note=note)

    @classmethod
    def of(cls, span: Span, document: Document) -> Self:
        """Return the entry of a span."""
        note = span.note or Note()
        fields = {name: getattr(note, name) for name in _NOTE_FIELDS}
        fields |= {name: getattr(span, name) for name in ("start", "end", "label", "relation")}
        fields["text"] = document.text[span.start : span.end]
        return cls(**{name: fields[name] for name in cls.__struct_fields__})


class GoldSpan(SpanEntry, frozen=True):
    """A gold span."""

    support: tuple[str, ...]
    quoted: bool
    rationale: str
    rewrite: str | None


class MarkedSpan(SpanEntry, frozen=True):
    """One annotator's mark."""

    also: tuple[str, ...]
    confidence: Confidence | None
    quoted: bool
    rationale: str
    rewrite: str | None


class PartEntry(SpanEntry, frozen=True):
    """The source, cue or content of an attribution; a part in several fragments has an entry for each."""

    relation: Number

    @property
    def key(self) -> tuple[int | str, ...]:
        """What no two spans of a row may share."""
        return self.relation, self.label, self.start, self.end


class GoldPart(PartEntry, frozen=True):
    """A part of a gold attribution."""

    support: tuple[str, ...]


class MarkedPart(PartEntry, frozen=True):
    """A part of an attribution that one annotator marked."""

    confidence: Confidence | None


class UnitEntry(Strict, frozen=True):
    """A unit with its labels, in gold or by one annotator."""

    start: Number
    end: Number
    labels: tuple[str, ...]

    @property
    def key(self) -> tuple[int | str, ...]:
        """What no two units of a row may share."""
        return self.start, self.end

    def __str__(self) -> str:
        return f"{self.start}–{self.end}"

    def problems(self, context: Context) -> Iterator[str]:
        """Yield what is wrong with it, a message each."""
        own, document = (self.start, self.end), context.document
        if own != (0, len(document.text)) and own not in document.every_unit:
            yield "it is no sentence, no paragraph and not the whole document"
        yield from context.labels(self.labels)

    def value(self) -> Unit:
        """Return the unit."""
        return Unit(self.start, self.end, self.labels)

    @classmethod
    def of(cls, unit: Unit, _: Document) -> Self:
        """Return the entry of a unit."""
        return cls(unit.start, unit.end, unit.labels)


class PortrayalEntry(Strict, frozen=True):
    """What every portrayal has."""

    entity: Annotated[str, Meta(min_length=1)]
    stance: Stance | None
    role: Role | None

    @property
    def key(self) -> tuple[int | str, ...]:
        """What no two portrayals of a row may share."""
        return (self.entity,)

    def __str__(self) -> str:
        return shorten(self.entity)


class GoldPortrayal(PortrayalEntry, frozen=True):
    """A gold portrayal."""

    stance_support: Number | None
    role_support: Number | None

    def problems(self, context: Context) -> Iterator[str]:
        """Yield what is wrong with it, a message each."""
        most = len(context.layer.annotators)
        for name, count in (("stance", self.stance_support), ("role", self.role_support)):
            if count is not None and count > most:
                yield f"{count} annotators support its {name}, but the layer has {most}"

    def value(self) -> Portrayal:
        """Return the portrayal."""
        return Portrayal(self.entity, self.stance, self.role, self.stance_support, self.role_support)

    @classmethod
    def of(cls, portrayal: Portrayal, _: Document) -> Self:
        """Return the entry of a portrayal."""
        return cls(**{name: getattr(portrayal, name) for name in cls.__struct_fields__})


class Evidence(Strict, frozen=True):
    """Words that show a portrayal."""

    start: Number
    end: Number
    text: str


class MarkedPortrayal(PortrayalEntry, frozen=True):
    """A portrayal by one annotator."""

    evidence: tuple[Evidence, ...]
    confidence: Confidence | None

    def problems(self, context: Context) -> Iterator[str]:
        """Yield what is wrong with it, a message each."""
        for words in self.evidence:
            for message in context.quote(words.start, words.end, words.text):
                yield f"evidence {words.start}–{words.end}: {message}"

    def value(self) -> Portrayal:
        """Return the portrayal."""
        evidence = tuple((words.start, words.end) for words in self.evidence)
        return Portrayal(self.entity, self.stance, self.role, evidence=evidence, confidence=self.confidence)

    @classmethod
    def of(cls, portrayal: Portrayal, document: Document) -> Self:
        """Return the entry of a portrayal."""
        text = document.text
        evidence = tuple(Evidence(start, end, text[start:end]) for start, end in portrayal.evidence)
        fields = {name: getattr(portrayal, name) for name in cls.__struct_fields__}
        return cls(**fields | {"evidence": evidence})


def shorten(text: str) -> str:
    """Return a text in quotation marks, escaped and cut so that it fits in a message."""
    return repr(text if len(text) <= 60 else text[:57] + "…")
