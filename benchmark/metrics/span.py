"""Precision, recall and F1 of spans: exact and overlap matching, and coverage of characters and tokens.

All ask for equal labels, and have micro, macro and per-label scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.metrics.base import Floats
from benchmark.metrics.credit import CreditMetric, tally
from benchmark.metrics.intervals import (
    Columns,
    Intervals,
    Ints,
    both_sides,
    disjoint_pairs,
    line_up,
    merge,
    numbered,
    sum_by_cell,
)
from benchmark.metrics.matching import MatchingMetric, iou_reaches, same_boundaries
from benchmark.model import Annotation, Prediction


@dataclass(frozen=True)
class Exact(MatchingMetric):
    """Spans with the same boundaries and label; each gold span is found by one prediction at most."""

    registered = "exact"
    by_label = True

    def judge(self, predicted: Intervals, gold: Intervals, rows: Ints, cols: Ints) -> tuple[Floats, Floats]:
        """Return credit 1 for the same boundaries."""
        return same_boundaries(predicted, gold, rows, cols), np.zeros(len(rows))


@dataclass(frozen=True)
class Overlap(MatchingMetric):
    """Spans of one label whose intersection over union (IoU) reaches a threshold, matched one-to-one.

    The matching has the largest number of pairs, then the largest total IoU.

    Parameters
    ----------
    threshold
        Least IoU, compared exactly: it stands for the nearest fraction with a denominator of at most a
        million.

    Raises
    ------
    ValueError
        Where the threshold is not above 0 and at most 1.
    """

    registered = "overlap"
    by_label = True

    threshold: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise ValueError(f"overlap: the threshold {self.threshold} is not above 0 and at most 1")

    def judge(self, predicted: Intervals, gold: Intervals, rows: Ints, cols: Ints) -> tuple[Floats, Floats]:
        """Return credit 1 where the IoU reaches the threshold; a larger IoU is preferred."""
        reaches, iou = iou_reaches(predicted, gold, rows, cols, self.threshold)
        return reaches.astype(np.float64), iou


@dataclass(frozen=True)
class Character(CreditMetric):
    """Characters that predicted and gold spans of one label cover; spans of a side are united first."""

    registered = "character"

    def per_document(
        self, gold: Sequence[Annotation], predicted: Sequence[Prediction], labels: Sequence[str]
    ) -> Floats:
        """Return the statistics of each document, shape (n, 4L), counted in characters.

        Spans with labels outside `labels` are ignored.

        Raises
        ------
        ValueError
            Where gold and predictions are not of the same documents.
        """
        ours, theirs = both_sides(gold, predicted, numbered(labels))
        return _coverage(ours, theirs, len(gold), len(labels))


@dataclass(frozen=True)
class Token(CreditMetric):
    """Tokens that a predicted and a gold span of one label overlap, by one character or more.

    Tokens are those stored with the document. A span that overlaps none, such as white space, counts for
    nothing.
    """

    registered = "token"

    def per_document(
        self, gold: Sequence[Annotation], predicted: Sequence[Prediction], labels: Sequence[str]
    ) -> Floats:
        """Return the statistics of each document, shape (n, 4L), counted in tokens.

        Spans with labels outside `labels` are ignored.

        Raises
        ------
        ValueError
            Where gold and predictions are not of the same documents.
        """
        ours, theirs = both_sides(gold, predicted, numbered(labels))
        tokens = _Tokens.of(gold, ours, theirs)
        return _coverage(tokens.touched(ours), tokens.touched(theirs), len(gold), len(labels))


@dataclass(frozen=True)
class _Tokens:
    """The tokens of all documents on one line.

    Parameters
    ----------
    start, end
        Positions on the line, shape (t,).
    stride
        Length of each document's stretch of the line.
    """

    start: Ints
    end: Ints
    stride: int

    @classmethod
    def of(cls, gold: Sequence[Annotation], *sides: Columns) -> _Tokens:
        """Gather the tokens of the documents, each stretch long enough for the spans of all sides."""
        sizes = [len(annotation.document.tokens) for annotation in gold]
        empty = np.empty((0, 2), dtype=np.int64)
        flat = np.concatenate([empty, *(annotation.document.tokens for annotation in gold)])
        stride = 1 + int(max(ends.max(initial=0) for ends in (flat, *(side.end for side in sides))))
        origin = np.repeat(np.arange(len(sizes)), sizes) * stride
        return cls(flat[:, 0] + origin, flat[:, 1] + origin, stride)

    def touched(self, side: Columns) -> Columns:
        """Return spans with numbers of tokens for offsets, without those that overlap none."""
        origin = side.document * self.stride
        first = np.searchsorted(self.end, side.start + origin, side="right")
        last = np.searchsorted(self.start, side.end + origin, side="left")
        some = first < last
        return Columns(side.document[some], side.label[some], first[some], last[some])


def _coverage(predicted: Columns, gold: Columns, documents: int, labels: int) -> Floats:
    """Return how many positions both sides cover, and each of them, per document and label."""
    ours, theirs = map(merge, line_up(predicted, gold, labels, by_label=True))
    rows, _, shared = disjoint_pairs(ours, theirs)
    cells = documents * labels
    both = sum_by_cell(ours.cell[rows], shared, cells)
    return tally(
        documents,
        labels,
        predicted=(both, sum_by_cell(ours.cell, ours.length, cells)),
        gold=(both, sum_by_cell(theirs.cell, theirs.length, cells)),
    )
