"""What the slices of a task are made of: the gold of each, and the part of a prediction that belongs to it.

Sections and quotations are regions of a text: spans of gold and predictions are clipped at their borders, as
they are at those of paragraphs, and a fragment without a letter or digit is dropped. A unit belongs to the
region that holds most of it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from benchmark.ceiling import as_prediction
from benchmark.data import Dataset
from benchmark.errors import UsageError, one_line, suggest
from benchmark.model import Annotation, Document, Offsets, Prediction, Span, Unit, offsets
from benchmark.projection import PARAGRAPH, Scoring, distinct
from benchmark.quotations import quotations
from benchmark.reading import Marks

SLICINGS = ("label", "section", "quotation", "length", "support")
"""What tasks can be sliced by besides the fields of the documents' metadata."""
REGIONS = {
    "section": ("headline", "lead", "body"),
    "quotation": ("inside quotations", "outside quotations"),
}
LENGTHS = ("1 word", "2–3 words", "4–9 words", "10 or more words")
"""Slices by length of the gold span."""
_LONGEST = (1, 3, 9)
MOST_VALUES = 20
"""A metadata field with more values is refused: its slices would be too small to say anything."""
NO_VALUE = "(none)"

_WORD = re.compile(r"[^\W_]")
Flags = NDArray[np.bool_]
_Classes = tuple[list[int], list[list[int]]]
"""For each gold span of a piece the slice that it belongs to, and for each label of each of its units."""
_Voice = list[Prediction | None]
"""One annotator's marks, a piece each, as a task scores them; None where that one did not see it."""


@dataclass(frozen=True)
class Cut:
    """What a slice is made of, before anything is counted.

    Parameters
    ----------
    name
        Of the slice.
    gold
        Its gold, one annotation a piece.
    pieces
        Which pieces have anything of it, shape (pieces,).
    keep
        Returns the part of a piece's prediction, by the number of the piece, that belongs to the slice; None
        where only gold has what is sliced by.
    """

    name: str
    gold: list[Annotation]
    pieces: Flags
    keep: Callable[[int, Prediction], Prediction] | None = None


def cuts(scoring: Scoring, dataset: Dataset, by: str) -> list[Cut]:
    """Return the slices of a task's gold by anything but its labels.

    Parameters
    ----------
    scoring
        The task made ready.
    dataset
        What of the dataset is scored.
    by
        "section", "quotation", "length", "support" or a field of the documents' metadata.

    Raises
    ------
    UsageError
        Where there is nothing of that name to slice by, or the task or the dataset lacks what it needs.
    """
    if by in REGIONS:
        return _by_region(scoring, by)
    if by == "length":
        return _by_length(scoring)
    if by == "support":
        return _by_support(scoring, dataset)
    return _by_field(scoring, by)


def _places(scoring: Scoring) -> list[tuple[int, int, int]]:
    """Return for each piece the number of its document, and its start and end in it."""
    return [
        (place, start, end)
        for place, document in enumerate(scoring.documents)
        for start, end in (document.paragraphs if scoring.clusters == PARAGRAPH else document.whole).tolist()
    ]


def _by_field(scoring: Scoring, field: str) -> list[Cut]:
    values = [document.metadata.get(field) for document in scoring.documents]
    names = sorted({value for value in values if value is not None})
    if not names:
        fields = {key for document in scoring.documents for key in document.metadata}
        known = [*SLICINGS, *sorted(fields.difference(SLICINGS))]
        raise UsageError(f"nothing to slice by is named '{one_line(field)}'{suggest(field, known)}")
    if len(names) > MOST_VALUES:
        raise UsageError(
            f"field '{one_line(field)}' has {len(names)} values in {len(values)} documents, more than "
            f"{MOST_VALUES}: slices so small say nothing; choose a coarser field"
        )
    owned = np.array([names.index(value) if value is not None else len(names) for value in values])
    of_piece = owned[[place for place, _, _ in _places(scoring)]]
    shown = [*names, NO_VALUE] if len(names) in owned else names
    return [_of_documents(scoring, name, of_piece == place) for place, name in enumerate(shown)]


def _of_documents(scoring: Scoring, name: str, pieces: Flags) -> Cut:
    gold = [
        annotation if inside else replace(annotation, spans=(), units=())
        for annotation, inside in zip(scoring.gold, pieces.tolist(), strict=True)
    ]

    def keep(piece: int, prediction: Prediction) -> Prediction:
        return prediction if pieces[piece] else replace(prediction, spans=(), units=())

    return Cut(name, gold, pieces, keep)


def _by_region(scoring: Scoring, by: str) -> list[Cut]:
    task = scoring.task
    if task.unit == "document":
        raise UsageError(f"task '{task.name}' labels whole documents, which lie in no one {by}")
    if by == "section" and all(len(document.paragraphs) < 2 for document in scoring.documents):
        raise UsageError("the documents have one paragraph each, and so no sections")
    find = _sections if by == "section" else _quoted
    of_document = [find(document) for document in scoring.documents]
    pieces = [
        _Regions(
            [_clipped(region, start, end) for region in of_document[place]],
            annotation.document.text,
            given=task.given,
        )
        for annotation, (place, start, end) in zip(scoring.gold, _places(scoring), strict=True)
    ]
    return [_of_region(scoring, pieces, which, name) for which, name in enumerate(REGIONS[by])]


def _of_region(scoring: Scoring, pieces: Sequence[_Regions], which: int, name: str) -> Cut:
    gold = [
        replace(
            annotation,
            spans=regions.spans(which, annotation.spans),
            units=regions.units(which, annotation.units),
        )
        for regions, annotation in zip(pieces, scoring.gold, strict=True)
    ]
    if scoring.task.unit is None:
        inside = [regions.has_words(which) for regions in pieces]
    else:
        inside = [bool(annotation.units) for annotation in gold]

    def keep(piece: int, prediction: Prediction) -> Prediction:
        regions = pieces[piece]
        spans, units = regions.spans(which, prediction.spans), regions.units(which, prediction.units)
        return replace(prediction, spans=spans, units=units)

    return Cut(name, gold, np.array(inside, dtype=np.bool_), keep)


def _sections(document: Document) -> list[Offsets]:
    """Return the first non-empty line, the second, and what follows."""
    lines = document.paragraphs
    body = [(int(lines[2, 0]), len(document.text))] if len(lines) > 2 else []
    return [lines[:1], lines[1:2], offsets(body)]


def _quoted(document: Document) -> list[Offsets]:
    """Return the quotations of a document, and what lies between them."""
    inside = quotations(document.text)
    edges = np.concatenate([[0], inside.ravel(), [len(document.text)]]).reshape(-1, 2)
    return [inside, edges[edges[:, 0] < edges[:, 1]]]


def _clipped(region: Offsets, start: int, end: int) -> Offsets:
    """Return what of a region lies between two offsets, counted from the first of them."""
    clipped = np.clip(region, start, end) - start
    return clipped[clipped[:, 0] < clipped[:, 1]]


class _Regions:
    """The regions of one piece: for each its stretches, shape (r, 2), ascending and disjoint."""

    def __init__(self, stretches: Sequence[Offsets], text: str, *, given: bool) -> None:
        self._stretches: list[list[tuple[int, int]]] = [
            [(start, end) for start, end in region.tolist()] for region in stretches
        ]
        self._ends = [[end for _, end in region] for region in self._stretches]
        self._text, self._given = text, given

    def has_words(self, which: int) -> bool:
        """Return whether a region has a letter or digit."""
        return any(_WORD.search(self._text, *stretch) for stretch in self._stretches[which])

    def spans(self, which: int, spans: Iterable[Span]) -> tuple[Span, ...]:
        """Return the parts of spans in a region, without those that have no letter or digit."""
        parts = [
            replace(span, start=start, end=end)
            for span in spans
            for start, end in self._shared(which, span.start, span.end)
            if _WORD.search(self._text, start, end)
        ]
        # Spans of one label may be the same where they are clipped; given ones stand once for each label.
        return tuple(parts) if self._given else distinct(parts)

    def units(self, which: int, units: Iterable[Unit]) -> tuple[Unit, ...]:
        """Return the units that have more of this region than of any other; of equal ones the last."""
        return tuple(unit for unit in units if self._most(unit) == which)

    def _most(self, unit: Unit) -> int:
        sizes = [
            sum(end - start for start, end in self._shared(which, unit.start, unit.end))
            for which in range(len(self._stretches))
        ]
        return max(range(len(sizes)), key=lambda which: (sizes[which], which))

    def _shared(self, which: int, start: int, end: int) -> list[tuple[int, int]]:
        """Return what a region shares with a stretch of the piece."""
        region, found = self._stretches[which], []
        for place in range(bisect_right(self._ends[which], start), len(region)):
            first, last = region[place]
            if first >= end:
                break
            found.append((max(first, start), min(last, end)))
        return found


def _by_length(scoring: Scoring) -> list[Cut]:
    if scoring.task.unit is not None:
        raise UsageError(
            f"task '{scoring.task.name}' scores units, whose length no annotator chose: slice a task of spans"
        )
    classes: list[_Classes] = [(_lengths(annotation), []) for annotation in scoring.gold]
    return [_of_gold(scoring, name, classes, which) for which, name in enumerate(LENGTHS)]


def _lengths(annotation: Annotation) -> list[int]:
    """Return for each span its place in `LENGTHS`; words are the stored tokens with a letter or digit."""
    document = annotation.document
    words = [bool(_WORD.search(document.text, start, end)) for start, end in document.tokens.tolist()]
    before = np.concatenate([[0], np.cumsum(words)])
    starts, ends = document.tokens[:, 0], document.tokens[:, 1]
    found = []
    for span in annotation.spans:
        first = int(np.searchsorted(ends, span.start, side="right"))
        last = int(np.searchsorted(starts, span.end, side="left"))
        count = int(before[last] - before[first]) if first < last else 0
        found.append(sum(count > longest for longest in _LONGEST))
    return found


def _of_gold(scoring: Scoring, name: str, classes: Sequence[_Classes], which: int) -> Cut:
    """Return the slice of the gold that belongs to a class; predictions stay whole."""
    gold = []
    for annotation, (of_spans, of_units) in zip(scoring.gold, classes, strict=True):
        spans = compress(annotation.spans, (place == which for place in of_spans))
        units = [
            Unit(unit.start, unit.end, tuple(compress(unit.labels, (place == which for place in own))))
            for unit, own in zip(annotation.units, of_units, strict=True)
        ]
        gold.append(replace(annotation, spans=tuple(spans), units=tuple(units)))
    some = [bool(a.spans) or any(unit.labels for unit in a.units) for a in gold]
    return Cut(name, gold, np.array(some, dtype=np.bool_))


def _by_support(scoring: Scoring, dataset: Dataset) -> list[Cut]:
    """Return a slice for each number of annotators behind a gold span, or behind a label of a gold unit."""
    source = scoring.task.source
    marks = dataset.marks.get(source, {})
    noted = any(span.note and span.note.support for annotation in scoring.gold for span in annotation.spans)
    if not noted and not any(given is not None for own in marks.values() for given in own):
        raise UsageError(
            f"dataset '{dataset.name}' has no annotators' marks in layer '{source}', "
            "so that no support of its gold is known"
        )
    voices = [] if noted else _voices(scoring, marks)
    classes: list[_Classes] = []
    for place, annotation in enumerate(scoring.gold):
        heard = [found for voice in voices if (found := voice[place]) is not None]
        behind = [
            len(span.note.support) if noted and span.note else _behind_span(span, heard)
            for span in annotation.spans
        ]
        classes.append((behind, [_behind_unit(unit, heard) for unit in annotation.units]))
    levels = {n for spans, units in classes for own in (spans, *units) for n in own}
    return [
        _of_gold(scoring, f"{level} annotator{'' if level == 1 else 's'}", classes, level)
        for level in sorted(levels)
    ]


def _voices(scoring: Scoring, marks: Mapping[str, Marks]) -> list[_Voice]:
    """Return what each annotator marked, as the task scores it."""
    places, layer, found = _places(scoring), scoring.task.layer, []
    for own in marks.values():
        given = [
            Prediction(document.id, layer) if annotation is None else as_prediction(annotation)
            for document, annotation in zip(scoring.documents, own, strict=True)
        ]
        projected = scoring.project(given)
        found.append([p if own[place[0]] else None for p, place in zip(projected, places, strict=True)])
    return found


def _behind_span(span: Span, heard: Iterable[Prediction]) -> int:
    """Return how many annotators have a mark of a span's label that overlaps it."""
    return sum(
        any(o.label == span.label and o.start < span.end and span.start < o.end for o in voice.spans)
        for voice in heard
    )


def _behind_unit(unit: Unit, heard: Sequence[Prediction]) -> list[int]:
    """Return for each label of a unit how many annotators give it that label."""
    given = [o.labels for voice in heard for o in voice.units if (o.start, o.end) == (unit.start, unit.end)]
    return [sum(label in labels for labels in given) for label in unit.labels]
