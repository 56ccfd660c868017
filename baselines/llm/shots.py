"""Which annotated passages a model is shown as examples: a choice by chance that covers the labels.

A passage is a paragraph, or the whole document where documents are labelled. Of three examples of marks, one
is a passage in which there is nothing to mark, so that a model is not led to mark something everywhere.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from benchmark.model import Annotation, Document, Span, Unit

LONGEST = 1500
"""Characters of a passage; longer ones are passed over, unless there are no others."""
_BLANK = 3


@dataclass(frozen=True)
class Passage:
    """A piece of an annotated document.

    Parameters
    ----------
    document
        Which document.
    start, end
        Offsets in it.
    spans, units
        The gold that lies within, with offsets in the document.
    """

    document: Document
    start: int
    end: int
    spans: tuple[Span, ...] = ()
    units: tuple[Unit, ...] = ()

    @property
    def text(self) -> str:
        """Its words."""
        return self.document.text[self.start : self.end]

    @property
    def labels(self) -> frozenset[str]:
        """The labels of its gold."""
        return frozenset(
            [span.label for span in self.spans] + [label for unit in self.units for label in unit.labels]
        )


def choose(
    gold: Sequence[Annotation], count: int, seed: int, *, unit: str = "", blanks: bool = True
) -> list[Passage]:
    """Return passages to show, each once, in the order in which they are shown.

    Parameters
    ----------
    gold
        Annotated documents.
    count
        How many are wanted; fewer are returned where there are not so many.
    seed
        Of the choice.
    unit
        The unit that is labelled; "" for marks.
    blanks
        Whether one of three passages is one without gold, as suits marks.
    """
    passages = [passage for annotation in gold for passage in _passages(annotation, unit)]
    short = [passage for passage in passages if len(passage.text) <= LONGEST] or passages
    random.Random(seed).shuffle(short)  # noqa: S311 - a choice of examples, not a secret
    marked = _covering([passage for passage in short if passage.labels])
    blank = iter([passage for passage in short if not passage.labels] if blanks else [])
    chosen: list[Passage] = []
    while len(chosen) < count:
        turns = (blank, marked) if len(chosen) % _BLANK == _BLANK - 1 else (marked, blank)
        passage = next(chain(*turns), None)
        if passage is None:
            break
        chosen.append(passage)
    return chosen


def _covering(passages: Sequence[Passage]) -> Iterator[Passage]:
    """Yield passages so that labels that were seen least come next."""
    left = [(passage, passage.labels) for passage in passages]
    seen = dict.fromkeys((label for _, labels in left for label in labels), 0)
    while left:
        place = min(range(len(left)), key=lambda number: min(seen[label] for label in left[number][1]))
        best, labels = left.pop(place)
        for label in labels:
            seen[label] += 1
        yield best


def _passages(annotation: Annotation, unit: str) -> Iterator[Passage]:
    document = annotation.document
    edges = document.whole if unit == "document" else document.paragraphs
    kept = {tuple(pair) for pair in document.units(unit).tolist()} if unit else set()
    for start, end in edges.tolist():
        units = tuple(u for u in annotation.units if (u.start, u.end) in kept and _within(u, start, end))
        yield Passage(document, start, end, tuple(_clipped(annotation.spans, start, end)), units)


def _within(piece: Span | Unit, start: int, end: int) -> bool:
    return start <= piece.start and piece.end <= end


def _clipped(spans: Sequence[Span], start: int, end: int) -> Iterator[Span]:
    """Yield the marks of a passage; of one that goes on beyond it the part within."""
    for span in spans:
        low, high = max(span.start, start), min(span.end, end)
        if low < high:
            yield replace(span, start=low, end=high)
