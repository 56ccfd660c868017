"""The words of the design as frozen, validated values: documents, spans, units, annotations, predictions.

Offsets count Unicode code points from 0, and ends are exclusive. Nothing here reads or writes a file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from benchmark.markup import marked_html

Offsets = NDArray[np.int64]
"""Boundaries of pieces of a text: shape (n, 2), a row per piece, start and exclusive end."""
UNITS = ("sentence", "paragraph", "document")
"""The kinds of units, the smallest first."""
_NONE = "no majority"
_BEGIN = 60
"""Characters of a unit that a notebook shows beside its labels."""


def offsets(pairs: Sequence[tuple[int, int]] | Sequence[Sequence[int]]) -> Offsets:
    """Return pairs of start and end as a read-only array of shape (n, 2)."""
    array = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    array.flags.writeable = False
    return array


@dataclass(frozen=True, slots=True)
class Note:
    """What annotators said of a gold span besides its place and label.

    Parameters
    ----------
    support
        The annotators with a mark in the span's cluster, sorted; empty for one annotator's own mark.
    confidence
        One annotator's confidence: 3 sure, 2 probable, 1 borderline; None for adjudicated gold.
    quoted
        Whether the words stand in a direct quotation.
    rationale
        Why it was marked, in one sentence.
    rewrite
        The neutral text to put in its place; "" means delete.
    also
        Less specific labels that apply too.
    """

    support: tuple[str, ...] = ()
    confidence: int | None = None
    quoted: bool = False
    rationale: str = ""
    rewrite: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled stretch of a document.

    Parameters
    ----------
    start, end
        Offsets in code points, end exclusive.
    label
        A label of the layer.
    score
        How sure the detector is, finite; None where it does not say.
    relation
        Number of the attribution that a source, cue or content belongs to.
    note
        What the annotators said of it; None in predictions.

    Raises
    ------
    ValueError
        Where the offsets are negative, empty or reversed, or the score is not finite.
    """

    start: int
    end: int
    label: str
    score: float | None = None
    relation: int | None = None
    note: Note | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"span {self.start}–{self.end}: offsets must satisfy 0 ≤ start < end")
        if self.score is not None and not math.isfinite(self.score):
            raise ValueError(f"span {self.start}–{self.end}: score {self.score} is not a finite number")


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, paragraph or document with its labels.

    Parameters
    ----------
    start, end
        Offsets in code points, end exclusive; a whole document is `0, len(text)`.
    labels
        The labels, the main one first; empty where none applies.
    scores
        One finite score a label, or None.
    all_scores
        The finite score of every label that could have been given, those of `labels` among them, so that
        another threshold can be tried; None where the detector does not say.

    Raises
    ------
    ValueError
        Where the offsets are negative or reversed, labels repeat, or scores do not fit the labels.
    """

    start: int
    end: int
    labels: tuple[str, ...]
    scores: tuple[float, ...] | None = None
    all_scores: Mapping[str, float] | None = field(default=None, hash=False)

    def __post_init__(self) -> None:
        where = f"unit {self.start}–{self.end}"
        if not 0 <= self.start <= self.end:
            raise ValueError(f"{where}: offsets must satisfy 0 ≤ start ≤ end")
        if len(set(self.labels)) != len(self.labels):
            raise ValueError(f"{where}: a label is given twice: {', '.join(self.labels)}")
        if self.scores is not None:
            if len(self.scores) != len(self.labels):
                raise ValueError(f"{where}: {len(self.scores)} scores for {len(self.labels)} labels")
            if not all(map(math.isfinite, self.scores)):
                raise ValueError(f"{where}: a score is not a finite number")
        if self.all_scores is not None:
            missing = [label for label in self.labels if label not in self.all_scores]
            if missing:
                raise ValueError(f"{where}: all_scores lacks the given label '{missing[0]}'")
            if not all(map(math.isfinite, self.all_scores.values())):
                raise ValueError(f"{where}: a score is not a finite number")


@dataclass(frozen=True, slots=True)
class Portrayal:
    """How a document presents a country or person.

    Parameters
    ----------
    entity
        Its name.
    stance
        positive, neutral or negative; None where the annotators have no majority.
    role
        protagonist, antagonist, victim or none; None where the annotators have no majority.
    stance_support, role_support
        How many annotators gave that stance and role; None for one annotator's own mark.
    evidence
        The words that show it, in one annotator's mark.
    confidence
        One annotator's confidence, 1 to 3.
    """

    entity: str
    stance: str | None
    role: str | None
    stance_support: int | None = None
    role_support: int | None = None
    evidence: tuple[tuple[int, int], ...] = ()
    confidence: int | None = None


@dataclass(frozen=True)
class Document:
    """One text with the boundaries that define its units.

    Parameters
    ----------
    id
        Unique within its dataset.
    text
        The text, never normalised.
    sentences, tokens
        Boundaries, shape (n, 2), ascending and disjoint. They are stored with a dataset, since they
        define gold; `benchmark.segmentation.segment` makes them for any other text.
    metadata
        Fields such as topic or outlet, by name.
    group
        Names the documents that belong together, such as reports of one event: a split keeps them on one
        side, and they are resampled as one; None for a document that stands alone.
    given
        The spans to be labelled where a task gives them, shape (n, 2), one several times where it has several
        labels; empty in all other tasks.
    """

    id: str
    text: str
    sentences: Offsets = field(repr=False, compare=False)
    tokens: Offsets = field(repr=False, compare=False)
    metadata: Mapping[str, str] = field(default_factory=dict)
    group: str | None = None
    given: Offsets = field(default_factory=lambda: offsets([]), repr=False, compare=False)

    @cached_property
    def paragraphs(self) -> Offsets:
        """Boundaries of the non-empty lines, headlines among them: shape (n, 2)."""
        pairs, start = [], 0
        for line in self.text.split("\n"):
            if line.strip():
                pairs.append((start, start + len(line)))
            start += len(line) + 1
        return offsets(pairs)

    @property
    def whole(self) -> Offsets:
        """Boundaries of the document as a unit: shape (1, 2)."""
        return offsets([(0, len(self.text))])

    @cached_property
    def every_unit(self) -> tuple[tuple[int, int], ...]:
        """All sentences, paragraphs and the whole document, each pair of offsets once.

        A detector of units labels all of them; the harness picks out the kind that a task scores.
        """
        pairs = np.concatenate([self.sentences, self.paragraphs, self.whole]).tolist()
        return tuple(dict.fromkeys((start, end) for start, end in pairs))

    def units(self, unit: str) -> Offsets:
        """Return the boundaries of the units of a kind.

        Parameters
        ----------
        unit
            sentence, paragraph or document.

        Raises
        ------
        KeyError
            For another kind.
        """
        edges: Offsets = getattr(
            self, {"sentence": "sentences", "paragraph": "paragraphs", "document": "whole"}[unit]
        )
        return edges

    def _repr_html_(self) -> str:
        """Return the text, with its given spans marked, as a notebook shows it."""
        given = [(start, end, "given") for start, end in self.given.tolist()]
        return marked_html(f"document {self.id}", self.text, given)


@dataclass(frozen=True)
class Annotation:
    """The gold of one document in one layer, or one annotator's marks.

    Parameters
    ----------
    document
        The document that is annotated.
    layer
        Name of the layer.
    spans
        Sorted by start, end and label.
    units
        Labels of units.
    portrayals
        Portrayals of entities.
    annotator
        Who marked; None for gold.

    Raises
    ------
    ValueError
        Where a span or unit reaches beyond the text.
    """

    document: Document
    layer: str
    spans: tuple[Span, ...] = ()
    units: tuple[Unit, ...] = ()
    portrayals: tuple[Portrayal, ...] = ()
    annotator: str | None = None

    def __post_init__(self) -> None:
        pieces: tuple[Span | Unit, ...] = (*self.spans, *self.units)
        for piece in pieces:
            if piece.end > len(self.document.text):
                raise ValueError(
                    f"document {self.document.id}: {piece.start}–{piece.end} reaches beyond its "
                    f"{len(self.document.text)} characters"
                )

    def _repr_html_(self) -> str:
        """Return the text with its marks as a notebook shows it, and below it units and portrayals."""
        text = self.document.text
        marks = [(span.start, span.end, span.label) for span in self.spans]
        units = [
            f"[{', '.join(unit.labels) or 'no label'}] {_begin(text[unit.start : unit.end])}"
            for unit in self.units
        ]
        portrayals = [f"[{p.stance or _NONE}, {p.role or _NONE}] {p.entity}" for p in self.portrayals]
        who = "gold" if self.annotator is None else f"annotator {self.annotator}"
        heading = f"document {self.document.id}, layer {self.layer}, {who}"
        return marked_html(heading, text, marks, [*units, *portrayals])


def _begin(text: str) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _BEGIN else f"{line[: _BEGIN - 1]}…"


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a detector found in one document in one layer.

    Parameters
    ----------
    document
        The document's id.
    layer
        Name of the layer.
    spans, units
        What was found, in any order.
    """

    document: str
    layer: str
    spans: tuple[Span, ...] = ()
    units: tuple[Unit, ...] = ()


@runtime_checkable
class Detector(Protocol):
    """Anything that predicts a layer for documents.

    A class may also declare `labels`, a frozenset of the only labels that it can give, so that it is not
    scored on tasks that it cannot do.
    """

    @property
    def name(self) -> str:
        """What the table calls it."""
        ...

    @property
    def layers(self) -> frozenset[str]:
        """The layers that it predicts."""
        ...

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return one prediction a document, in their order."""
        ...


@runtime_checkable
class TrainableDetector(Detector, Protocol):
    """A detector that learns from annotated documents before it predicts.

    It may also declare `trained_kinds`, a frozenset of "spans", "relations", "units" and "given": it can
    learn any layer of these kinds, so that its `layers` need not name them. In a layer of kind "given" it
    labels the spans that each document's `given` holds.
    """

    @property
    def trained_layers(self) -> frozenset[str]:
        """The layers that it cannot predict before `fit`; all of its layers where it does not say."""
        ...

    def fit(self, documents: Sequence[Document], gold: Sequence[Annotation], layer: str) -> Self:
        """Learn a layer from documents and their gold, which stand in the same order."""
        ...


@runtime_checkable
class StoredDetector(TrainableDetector, Protocol):
    """A trainable detector whose learned state can be kept in a folder, never as a pickle."""

    def save(self, folder: Path) -> None:
        """Write what was learned of all layers into an empty folder that exists."""
        ...

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the detector that `save` wrote, ready to predict.

        Raises
        ------
        ValueError
            Where the folder's content is broken or of another version; the message names the file.
        """
        ...
