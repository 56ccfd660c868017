"""What kinds of error a detector makes, what each costs in F1, and which labels it confuses.

Spans are matched one-to-one. Pairs with the same boundaries and the same label are fixed first; the other
spans are matched so that the credit is greatest: 1 for a pair with the right label or the right boundaries,
½ for any other overlap, and among equal sums the greatest total intersection over union (IoU).

With P predicted and G gold spans and R right pairs, the exact micro-F1 is 2R / (P + G). What is lost of it
falls apart without a rest: a pair that is wrong costs 2 / (P + G), since it is a false positive and a false
negative, and a spurious or missed span 1 / (P + G). The types are close to those of Bolya et al., "TIDE: A
General Toolbox for Identifying Object Detection Errors", 2020.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.intervals import (
    Intervals,
    Ints,
    both_sides,
    line_up,
    numbered,
    overlapping_pairs,
    shared_length,
)
from benchmark.metrics.label import Classification, MultiLabel
from benchmark.metrics.matching import assign, same_boundaries
from benchmark.model import Annotation, Document, Prediction, Span
from benchmark.projection import Scoring, distinct, select

if TYPE_CHECKING:
    from benchmark.kept import Rescorer

ANY_LABEL = "(any label)"
"""The one label of spans that are judged by their boundaries alone."""

Marks = TypeVar("Marks", Annotation, Prediction)
_Found = tuple[int, "ErrorType", Span | None, Span | None]
"""What `Judged` holds, with the number of the document."""


class ErrorType(StrEnum):
    """What is right or wrong with a matched pair, or with what has no partner."""

    RIGHT = "right"
    BOUNDARY = "wrong boundary"
    LABEL = "wrong label"
    BOTH = "both wrong"
    SPURIOUS = "spurious"
    MISSED = "missed"


TYPES = tuple(ErrorType)
_PAIRS = TYPES[:4]
"""By 2 × (the labels differ) + (the boundaries differ)."""
_COST = np.array([0, 2, 2, 2, 1, 1])


class Kind(StrEnum):
    """What is counted: spans, units with one label each, or the labels of units."""

    SPANS = "spans"
    UNITS = "units"
    LABELS = "labels"


_POSSIBLE = {
    Kind.SPANS: TYPES,
    Kind.UNITS: (ErrorType.RIGHT, ErrorType.LABEL, ErrorType.MISSED),
    Kind.LABELS: (ErrorType.RIGHT, ErrorType.SPURIOUS, ErrorType.MISSED),
}


@dataclass(frozen=True)
class Judged:
    """One pair of spans, or one span without a partner.

    Parameters
    ----------
    document
        Id of the document.
    type
        What is right or wrong with it.
    gold, predicted
        The spans; None for gold where the prediction is spurious, for predicted where the gold is missed.
    """

    document: str
    type: ErrorType
    gold: Span | None
    predicted: Span | None


@dataclass(frozen=True)
class Errors:
    """How often each error happens, by gold and predicted label.

    Parameters
    ----------
    kind
        What is counted.
    labels
        The L labels.
    cells
        Counts by type, gold label and predicted label, shape (6, L + 1, L + 1), types in the order of
        `ErrorType`. The last row is no gold (spurious), the last column no prediction (missed).
    """

    kind: Kind
    labels: tuple[str, ...]
    cells: Ints

    @property
    def possible(self) -> tuple[ErrorType, ...]:
        """The types that can occur; a span cannot have a wrong label where there is only one."""
        wrong = (ErrorType.LABEL, ErrorType.BOTH) if len(self.labels) < 2 else ()
        return tuple(found for found in _POSSIBLE[self.kind] if found not in wrong)

    @property
    def confusion(self) -> Ints:
        """The confusion matrix, shape (L + 1, L + 1): rows gold and no gold, columns predicted and missed.

        The sum of a row is the label's number in the gold, that of a column its number of predictions.
        """
        matrix: Ints = self.cells.sum(axis=0)
        return matrix

    @property
    def counts(self) -> dict[ErrorType, int]:
        """How many pairs, or spans without a partner, are of each type."""
        return dict(zip(TYPES, self.cells.sum(axis=(1, 2)).tolist(), strict=True))

    @property
    def gold(self) -> int:
        """Number of gold spans, units or labels."""
        return int(self.cells[:, :-1].sum())

    @property
    def predicted(self) -> int:
        """Number of predicted spans, units or labels."""
        return int(self.cells[:, :, :-1].sum())

    @property
    def f1(self) -> float:
        """Exact micro-F1; NaN where there is neither gold nor any prediction."""
        total = self.gold + self.predicted
        return 2 * self.counts[ErrorType.RIGHT] / total if total else float("nan")

    @property
    def lost_by_cell(self) -> NDArray[np.float64]:
        """What each cell costs in points of F1, shape (6, L + 1, L + 1); the sum is 1 − F1.

        NaN where there is neither gold nor any prediction.
        """
        total = self.gold + self.predicted
        cost = self.cells * _COST[:, np.newaxis, np.newaxis]
        return cost / total if total else np.full(self.cells.shape, np.nan)

    @property
    def lost(self) -> dict[ErrorType, float]:
        """Points of F1 lost to each type; NaN where there is neither gold nor any prediction."""
        return dict(zip(TYPES, self.lost_by_cell.sum(axis=(1, 2)).tolist(), strict=True))

    @property
    def share(self) -> dict[ErrorType, float]:
        """Each type's share of what is lost: they sum to 1; NaN where nothing is lost or F1 is undefined."""
        costs = _COST * self.cells.sum(axis=(1, 2))
        whole = costs.sum()
        shares = costs / whole if whole else np.full(len(TYPES), np.nan)
        return dict(zip(TYPES, shares.tolist(), strict=True))


def judge(
    gold: Sequence[Annotation], predicted: Sequence[Prediction], labels: Sequence[str]
) -> tuple[Judged, ...]:
    """Match the spans of documents and say of each pair and each single span what is wrong with it.

    Spans with labels outside `labels` are ignored. Spans that are equal in place and label are matched one by
    one, and are interchangeable. The result does not depend on the order of the spans.

    Parameters
    ----------
    gold, predicted
        Annotations and predictions of the same documents, in the same order.
    labels
        The task's labels.

    Returns
    -------
    tuple of Judged
        In the order of the documents; within one by the place of the gold span, or else of the predicted.

    Raises
    ------
    ValueError
        Where gold and predictions are not of the same documents.
    """
    number = numbered(labels)
    sides = both_sides(gold, predicted, number)
    ours, theirs = line_up(*sides, len(labels), by_label=False)
    rows, cols, types = _matched(ours, theirs)
    # Spans as `both_sides` numbers them, and the number of the document of each.
    answers = [span for prediction in predicted for span in prediction.spans if span.label in number]
    truths = [span for annotation in gold for span in annotation.spans if span.label in number]
    p_owner, g_owner = (side.document.tolist() for side in sides)
    p_pair, g_pair = ours.index[rows].tolist(), theirs.index[cols].tolist()
    found: list[_Found] = [
        (g_owner[g], _PAIRS[kind], truths[g], answers[p])
        for p, g, kind in zip(p_pair, g_pair, types.tolist(), strict=True)
    ]
    single = set(range(len(answers))).difference(p_pair), set(range(len(truths))).difference(g_pair)
    found += [(p_owner[p], ErrorType.SPURIOUS, None, answers[p]) for p in single[0]]
    found += [(g_owner[g], ErrorType.MISSED, truths[g], None) for g in single[1]]
    found.sort(key=_place)
    return tuple(Judged(gold[owner].document.id, kind, g, p) for owner, kind, g, p in found)


def _place(one: _Found) -> tuple[int, int, int, str, int]:
    owner, kind, gold, predicted = one
    span = gold or predicted
    assert span is not None  # noqa: S101 - one of the two is there
    return owner, span.start, span.end, span.label, TYPES.index(kind)


def _matched(predicted: Intervals, gold: Intervals) -> tuple[Ints, Ints, Ints]:
    """Return the matched pairs, indices into both sides, and the number of each pair's type."""
    rows, cols = overlapping_pairs(predicted, gold)
    label = predicted.cell[rows] == gold.cell[cols]
    edges = same_boundaries(predicted, gold, rows, cols) > 0
    exact = label & edges & (_occurrence(predicted)[rows] == _occurrence(gold)[cols])
    free = ~np.isin(rows, rows[exact]) & ~np.isin(cols, cols[exact])
    rest = np.flatnonzero(free)
    shared = shared_length(predicted, gold, rows[rest], cols[rest])
    iou = shared / (predicted.length[rows[rest]] + gold.length[cols[rest]] - shared)
    credit = np.where(label[rest] | edges[rest], 1.0, 0.5)
    chosen = np.concatenate([np.flatnonzero(exact), rest[assign(rows[rest], cols[rest], credit, iou)]])
    types = 2 * (~label[chosen]).astype(np.int64) + ~edges[chosen]
    return rows[chosen], cols[chosen], types


def _occurrence(spans: Intervals) -> Ints:
    """Return for each of the sorted spans how many before it have the same place and label."""
    keys = np.stack([spans.cell, spans.start, spans.end])
    opens = np.ones(keys.shape[1], dtype=np.bool_)
    opens[1:] = (np.diff(keys) != 0).any(axis=0)
    place = np.arange(len(opens))
    return place - np.maximum.accumulate(np.where(opens, place, 0))


def summarise(judged: Sequence[Judged], labels: Sequence[str]) -> Errors:
    """Count what was judged by type, gold label and predicted label.

    Parameters
    ----------
    judged
        What `judge` found.
    labels
        The task's labels.
    """
    number, size = numbered(labels), len(labels)
    places = [
        (
            TYPES.index(one.type),
            number[one.gold.label] if one.gold else size,
            number[one.predicted.label] if one.predicted else size,
        )
        for one in judged
    ]
    return Errors(Kind.SPANS, tuple(labels), _tallied(places, size))


def _tallied(places: Sequence[tuple[int, int, int]], size: int) -> Ints:
    cells = np.zeros((len(TYPES), size + 1, size + 1), dtype=np.int64)
    np.add.at(cells, tuple(np.array(places, dtype=np.int64).reshape(-1, 3).T), 1)
    return cells


def unit_errors(gold: Sequence[Annotation], predicted: Sequence[Prediction], labels: Sequence[str]) -> Errors:
    """Count the errors in units that have exactly one label, by the rules of `Classification`.

    A gold unit without a label is left out. A unit without a predicted one is missed; `confusion` has it in
    the last column. F1 is micro-F1, which is the accuracy where every unit has a prediction.

    Parameters
    ----------
    gold, predicted
        Annotations and predictions of the same documents, in the same order.
    labels
        The task's labels.

    Raises
    ------
    ValueError
        Where gold and predictions are not of the same documents.
    """
    size = len(labels)
    counts = Classification().per_document(gold, predicted, labels).sum(axis=0)
    matrix = counts.astype(np.int64).reshape(size, size + 1)
    cells = _tallied((), size)
    right = np.eye(size, dtype=np.int64)
    cells[TYPES.index(ErrorType.RIGHT), :-1, :-1] = matrix[:, :-1] * right
    cells[TYPES.index(ErrorType.LABEL), :-1, :-1] = matrix[:, :-1] * (1 - right)
    cells[TYPES.index(ErrorType.MISSED), :-1, -1] = matrix[:, -1]
    return Errors(Kind.UNITS, tuple(labels), cells)


def label_errors(
    gold: Sequence[Annotation], predicted: Sequence[Prediction], labels: Sequence[str]
) -> Errors:
    """Count the labels of units that were found, missed and given without need, as `MultiLabel` does.

    A unit may have several labels, so that none of them is taken for another. F1 is micro-F1.

    Parameters
    ----------
    gold, predicted
        Annotations and predictions of the same documents, in the same order.
    labels
        The task's labels.

    Raises
    ------
    ValueError
        Where gold and predictions are not of the same documents.
    """
    size, each = len(labels), np.arange(len(labels))
    totals = MultiLabel().per_document(gold, predicted, labels).sum(axis=0)
    right, answered, _, present = totals.astype(np.int64).reshape(size, 4).T
    cells = _tallied((), size)
    cells[TYPES.index(ErrorType.RIGHT), each, each] = right
    cells[TYPES.index(ErrorType.SPURIOUS), -1, :-1] = answered - right
    cells[TYPES.index(ErrorType.MISSED), :-1, -1] = present - right
    return Errors(Kind.LABELS, tuple(labels), cells)


def errors_of(run: Rescorer, predictions: Sequence[Prediction], *, labelled: bool = True) -> Errors:
    """Count the errors of a run: of its spans, or of the labels of its units.

    Spans are judged in whole documents, also where the run was scored by paragraphs, so that each can be
    linked to its place. The exact F1 may then differ a little from the run's own: a span that a border of
    paragraphs cuts in two counts once here.

    Parameters
    ----------
    run
        A kept run's task made ready again: its gold and its reading of predictions.
    predictions
        As the detector gave them, one a document, in the order of the documents.
    labelled
        False for spans whose label means nothing; they are judged by their boundaries alone.
    """
    task, labels = run.scoring.task, run.scoring.labels.names
    if task.unit is None:
        judged = judged_of(run, predictions, labelled=labelled)
        return summarise(judged, labels if labelled else (ANY_LABEL,))
    count = unit_errors if Classification.registered in task.metrics else label_errors
    return count(run.scoring.gold, run.project(predictions), labels)


def judged_of(
    run: Rescorer, predictions: Sequence[Prediction], *, labelled: bool = True
) -> tuple[Judged, ...]:
    """Judge the spans of a run, in whole documents, with the offsets that they have there.

    Parameters
    ----------
    run, predictions, labelled
        As in `errors_of`; the task is one of spans.
    """
    scoring = run.scoring
    gold = zip(scoring.documents, run.dataset.gold[scoring.task.source], strict=True)
    found = zip(scoring.documents, predictions, strict=True)
    return judge(
        [_whole(scoring, document, marks, labelled) for document, marks in gold],
        [_whole(scoring, document, marks, labelled) for document, marks in found],
        scoring.labels.names if labelled else (ANY_LABEL,),
    )


def _whole(scoring: Scoring, document: Document, marks: Marks, labelled: bool) -> Marks:
    """Return what a task scores of one document's spans, not cut at paragraphs."""
    spans, _ = select(scoring.task, document, marks)
    if not labelled:
        spans = distinct(replace(span, label=ANY_LABEL) for span in spans)
    return replace(marks, spans=spans, units=())
