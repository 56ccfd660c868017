"""What the scores of a run's answers are worth: precision against recall, other thresholds, calibration.

All of it is made from kept predictions, so a curve ends where the detector's own threshold did: what it left
out was never given. No threshold is chosen on a document that it scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import UsageError
from benchmark.metrics.base import Metric
from benchmark.model import Annotation, Prediction, Span, Unit
from benchmark.record import number
from benchmark.stats.curves import (
    BINS,
    MOST_THRESHOLDS,
    are_probabilities,
    area,
    average_precision,
    brier,
    calibration_error,
    precision_recall,
    thresholds_of,
)
from benchmark.sweep import CrossFit, Judge, Sweep
from benchmark.unit_scores import ALWAYS, UnitScores, unit_scores

if TYPE_CHECKING:
    from benchmark.kept import Rescorer

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEWER_THRESHOLDS = (MOST_THRESHOLDS, 100, 50, 25)
"""How many thresholds of spans are tried: the first of these that asks for no more than `MOST_COUNTED`."""
MOST_COUNTED = 4_000_000
"""Spans of gold and predictions that are counted in a sweep, a span once for each set it stands in."""

ENDS = "what lies below the detector's own threshold was never given: the curve ends there"
ANSWERS = "only what was given has a score: the curve is of these answers alone"
AT_EVERY = "what was given without a score stands at every threshold"
NOT_ALL = "only the labels that were given have scores"
NO_PROBABILITIES = "the scores are no probabilities: some lie outside 0 to 1"
OF_SPANS = "the scores are those of spans, not of units"
UNSCORED = "some answers have no score"
NO_THRESHOLD = "each unit has the likeliest of its labels, by no threshold"
KEEPS = "every unit keeps its likeliest label under any threshold, since the detector gave each unit one"
SUMS = "the probabilities of a unit's labels do not sum to 1"


@dataclass(frozen=True)
class Point:
    """What a threshold gives; None where undefined.

    Parameters
    ----------
    threshold
        The least score of what is kept.
    precision, recall, f1
        Of what is kept.
    score
        The run's headline score; None too where no threshold decides what a unit is labelled.
    """

    threshold: float
    precision: float | None
    recall: float | None
    f1: float | None
    score: float | None


@dataclass(frozen=True)
class Bin:
    """One bin of a reliability diagram.

    Parameters
    ----------
    low, high
        Its probabilities, `high` excluded but for 1.
    confidence, right
        Their mean, and the share of decisions that are right; None in an empty bin.
    n
        Number of decisions.
    """

    low: float
    high: float
    confidence: float | None
    right: float | None
    n: int


@dataclass(frozen=True)
class Curve:
    """What the scores of a run's answers are worth; None where something is undefined.

    Parameters
    ----------
    metric, score
        What thresholds are chosen for: the headline.
    of
        What precision and recall are of, in words.
    points
        Highest threshold first, at most `benchmark.stats.curves.MOST_THRESHOLDS`.
    complete
        Whether all that could have been given has a score. Where it is not, the curve ends at the detector's
        own threshold, and the average precision with it.
    ap
        Average precision: of units over every distinct score, of spans over the points.
    by_label
        The same of each label; empty where the metric has no scores of labels.
    chance
        The `ap` of scores without information: the share of decisions that are right. None where the curve is
        not complete.
    used
        The lowest score of what was given; None where that does not tell the threshold.
    as_run
        The headline score of the run.
    fitted
        The headline score with thresholds chosen on other documents.
    ece
        Expected calibration error: where a unit has one label, of the likeliest of those with a score, else
        of every unit and label.
    brier
        Brier score: of two labels that of the first; of more, summed over the labels of a unit that has one
        of them; where it may have several, of every unit and label.
    bins
        Those of `ece`.
    unscored
        Number of scored units of which the detector said nothing; no calibration counts them.
    reasons
        Why a field above is None, by its name; under "curve", "points" and "probabilities" what
        a reader has to know of them.
    """

    metric: str
    score: str
    of: str
    points: tuple[Point, ...]
    complete: bool
    ap: float | None
    by_label: dict[str, float | None]
    chance: float | None
    used: float | None
    as_run: float | None
    fitted: CrossFit | None
    ece: float | None = None
    brier: float | None = None
    bins: tuple[Bin, ...] = ()
    unscored: int = 0
    reasons: dict[str, str] = field(default_factory=dict)


def curve_of(
    rescorer: Rescorer, predictions: Sequence[Prediction], metric: Metric, score: str
) -> Curve | None:
    """Return the curve of a run; None where no answer has a score, or spans are read as a degree.

    Precision and recall of units are of decisions, each a unit and a label; of a pair of labels, of the first
    alone. Those of spans are the metric's own, of the spans that have at least a threshold's score; they are
    None for a metric without them.

    Parameters
    ----------
    rescorer
        Of the run.
    predictions
        As the detector gave them, one a scored document, in their order.
    metric, score
        What thresholds are chosen for, as a rule the headline.

    Raises
    ------
    UsageError
        Where the metric has no such score.
    """
    task = rescorer.task
    judge = Judge(rescorer, metric, score)
    if task.unit is None:
        return _span_curve(judge, predictions)
    if task.reading == "density" and any(found.layer != task.layer for found in predictions):
        return None
    found = unit_scores(rescorer.scoring, predictions)
    return None if found is None else _unit_curve(judge, predictions, found)


def _fit(judge: Judge, sweep: Sweep) -> tuple[CrossFit | None, dict[str, str]]:
    """Choose thresholds on other documents, or say why that cannot be done."""
    try:
        return judge.cross_fit(sweep), {}
    except UsageError as error:
        return None, {"fitted": str(error)}


def _span_curve(judge: Judge, predictions: Sequence[Prediction]) -> Curve | None:
    task = judge.rescorer.task
    raw = predictions if task.given else [_surest(found) for found in predictions]
    pieces = judge.rescorer.project(raw)
    given = [span for piece in pieces for span in piece.spans]
    if all(span.score is None for span in given):
        return None
    scores = [np.array([_certain(span) for span in piece.spans], dtype=np.float64) for piece in pieces]
    thresholds = thresholds_of(np.concatenate(scores), _affordable(judge.scoring.gold, pieces))

    def at(piece: int, threshold: float) -> Prediction:
        spans = pieces[piece].spans
        return replace(pieces[piece], spans=tuple(span for span in spans if _certain(span) >= threshold))

    sweep = judge.sweep(thresholds, scores, at)
    precision, recall, f1 = (judge.values(sweep.totals, name) for name in ("precision", "recall", "f1"))
    fitted, reasons = _fit(judge, sweep)
    certain = any(span.score is None for span in given)
    return Curve(
        metric=judge.metric.name,
        score=judge.score,
        of=f"spans by {judge.metric.name}",
        points=_points(thresholds, precision, recall, f1, judge.values(sweep.totals, judge.score)),
        complete=False,
        ap=number(area(precision, recall)),
        by_label={label: _area_of(judge, sweep, label) for label in _judged(judge)},
        chance=None,
        used=float(thresholds[-1]),
        as_run=judge.as_run(predictions),
        fitted=fitted,
        reasons=reasons | {"curve": _limits(ANSWERS if task.given else ENDS, certain=certain)},
    )


def _limits(ends: str, *, certain: bool) -> str:
    return f"{ends}; {AT_EVERY}" if certain else ends


def _judged(judge: Judge) -> list[str]:
    return [label for label in judge.scoring.labels if f"recall:{label}" in judge.names]


def _area_of(judge: Judge, sweep: Sweep, label: str) -> float | None:
    """Return a label's average precision; None where it has no gold."""
    if not judge.scoring.labels.support[judge.scoring.labels.index(label)]:
        return None
    precision, recall = (judge.values(sweep.totals, f"{kind}:{label}") for kind in ("precision", "recall"))
    return number(area(precision, recall))


def _affordable(gold: Sequence[Annotation], pieces: Sequence[Prediction]) -> int:
    """Return how many thresholds are tried: fewer where documents hold many spans."""
    given = np.array([len(piece.spans) for piece in pieces], dtype=np.int64)
    both = given + [len(annotation.spans) for annotation in gold]
    for most in FEWER_THRESHOLDS:
        if int(np.sum(np.minimum(given, most) * both)) <= MOST_COUNTED:
            return most
    return FEWER_THRESHOLDS[-1]


def _certain(span: Span) -> float:
    return ALWAYS if span.score is None else span.score


def _surest(prediction: Prediction) -> Prediction:
    """Give equal spans the highest of their scores, since a task scores one of them."""
    best: dict[tuple[int, int, str], Span] = {}
    for span in prediction.spans:
        key = span.start, span.end, span.label
        best[key] = max(best.get(key, span), span, key=_certain)
    return replace(prediction, spans=tuple(best.values()))


def _unit_curve(judge: Judge, predictions: Sequence[Prediction], found: UnitScores) -> Curve | None:
    scores, truth, positives = found.decisions()
    thresholds = thresholds_of(scores)
    if not len(thresholds):
        return None
    dense = precision_recall(scores, truth, positives)
    places = np.searchsorted(-dense.thresholds, -thresholds)
    precision, recall = dense.precision[places], dense.recall[places]
    both = precision + recall
    f1 = np.divide(2 * precision * recall, both, out=np.where(np.isnan(both), np.nan, 0.0), where=both > 0)
    headline, fitted, reasons = _by_threshold(judge, found, thresholds)
    if not found.complete:
        reasons["curve"] = _limits(ENDS if found.from_spans else ANSWERS, certain=found.certain)
    if found.always and not found.single:
        reasons["points"] = KEEPS
    columns = 1 if found.from_spans else len(found.labels)
    curve = Curve(
        metric=judge.metric.name,
        score=judge.score,
        of=f"units labelled {found.labels[0]}" if found.pair else "units and labels",
        points=_points(thresholds, precision, recall, f1, headline),
        complete=found.complete,
        ap=number(average_precision(scores, truth, positives)),
        by_label={found.labels[at]: number(average_precision(*found.of_label(at))) for at in range(columns)},
        chance=number(float(truth.mean())) if found.complete else None,
        used=float(thresholds[-1]) if _ends_at_lowest(found) else None,
        as_run=judge.as_run(predictions),
        fitted=fitted,
        unscored=int(np.sum(~found.answered)),
        reasons=reasons,
    )
    return _with_brier(_with_calibration(curve, found), found)


def _ends_at_lowest(found: UnitScores) -> bool:
    """Return whether the detector gave what reached its threshold and no more: the lowest score tells it."""
    return found.from_spans or not (found.complete or found.always)


def _points(thresholds: Floats, *columns: Floats) -> tuple[Point, ...]:
    rows = zip(thresholds.tolist(), *(column.tolist() for column in columns), strict=True)
    return tuple(Point(threshold, *map(number, values)) for threshold, *values in rows)


def _by_threshold(
    judge: Judge, found: UnitScores, thresholds: Floats
) -> tuple[Floats, CrossFit | None, dict[str, str]]:
    """Return the headline score at each threshold, the one by chosen thresholds, and what is to be said."""
    if found.single and not found.pair:
        return np.full(len(thresholds), np.nan), None, {"fitted": NO_THRESHOLD}
    gold = judge.scoring.gold
    starts = np.searchsorted(found.piece, np.arange(len(gold) + 1))
    rows = [range(first, last) for first, last in pairwise(starts.tolist())]
    columns = slice(0, 1) if found.pair else slice(None)
    scores = [found.scores[part.start : part.stop, columns] for part in rows]

    def at(piece: int, threshold: float) -> Prediction:
        units = (Unit(*found.units[row], found.labels_at(row, threshold)) for row in rows[piece])
        return Prediction(gold[piece].document.id, judge.scoring.task.layer, units=tuple(units))

    sweep = judge.sweep(thresholds, [part[~np.isnan(part)] for part in scores], at)
    fitted, reasons = _fit(judge, sweep)
    return judge.values(sweep.totals, judge.score), fitted, reasons


def _with_calibration(curve: Curve, found: UnitScores) -> Curve:
    values, right = _confidence(found)
    reason = OF_SPANS if found.from_spans else _no_probability(values)
    if reason:
        return replace(curve, reasons=curve.reasons | {"ece": reason})
    made = calibration_error(values, right)
    edges = np.linspace(0, 1, BINS + 1).tolist()
    bins = zip(edges[:-1], edges[1:], made.confidence, made.right, made.n.tolist(), strict=True)
    return replace(
        curve,
        ece=number(made.error),
        bins=tuple(Bin(low, high, number(p), number(share), n) for low, high, p, share, n in bins),
    )


def _confidence(found: UnitScores) -> tuple[Floats, Flags]:
    """Return the probabilities that calibration is asked of, and which of their decisions are right."""
    values = _filled(found)
    if not found.single:
        scored = ~np.isnan(values)
        return values[scored], found.truth[scored]
    some = ~np.isnan(found.scores).all(axis=1)
    ranked = np.where(np.isnan(values[some]), -np.inf, values[some])
    rows, best = np.arange(len(ranked)), ranked.argmax(axis=1)
    return ranked[rows, best], found.truth[some][rows, best]


def _filled(found: UnitScores) -> Floats:
    """Return the scores with 0 for what could not have been given: a label that all scores of a unit lack."""
    return np.where(found.whole[:, None] & np.isnan(found.scores), 0.0, found.scores)


def _no_probability(values: Floats) -> str:
    """Return why values are no probabilities; "" where they are."""
    if np.isinf(values).any():
        return UNSCORED
    return "" if are_probabilities(values) else NO_PROBABILITIES


def _with_brier(curve: Curve, found: UnitScores) -> Curve:
    values, truth = _filled(found)[found.answered], found.truth[found.answered]
    if found.from_spans or not found.complete:
        reason = OF_SPANS if found.from_spans else UNSCORED if found.certain else NOT_ALL
    else:
        reason = _no_probability(values)
    if reason:
        return replace(curve, reasons=curve.reasons | {"brier": reason})
    several = found.single and not found.pair
    if several and not np.allclose(values.sum(axis=1), 1, atol=0.01):
        curve = replace(curve, reasons=curve.reasons | {"probabilities": SUMS})
    if found.pair:
        values, truth = values[:, 0], truth[:, 0]
    score = brier(values, truth) if found.single else brier(values.ravel(), truth.ravel())
    return replace(curve, brier=number(score))
