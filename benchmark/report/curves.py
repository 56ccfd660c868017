"""Tables of what the scores of answers are worth: average precision, thresholds, calibration, points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from benchmark.curves import Curve
from benchmark.record import RunRecord
from benchmark.report.conclusion import names
from benchmark.report.evaluation import too_few
from benchmark.report.numbers import UNDEFINED, decimal, title_of
from benchmark.report.table import Table
from benchmark.stats.curves import BINS, MOST_THRESHOLDS

Row = dict[str, object]
Made = tuple[RunRecord, Curve | None]
"""A run with its curve; None where its answers have no scores."""

SHOWN = 10
"""Points of a curve that are shown as text."""
AS_GIVEN = "as given"
NAMES = {"ece": "ECE", "brier": "Brier", "fitted": "threshold on other folds"}


def curve_tables(made: Sequence[Made]) -> list[Table]:
    """Return a table for each task of each dataset; for a single run its points, bins and labels too.

    Parameters
    ----------
    made
        Runs with their curves, in the order in which they are shown; at least one.
    """
    groups: dict[tuple[str, str, str, str], list[Made]] = {}
    for one in made:
        data = one[0].dataset
        groups.setdefault((data.name, data.manifest_sha256, data.split or "", one[0].task), []).append(one)
    tables = [_summary(group) for group in groups.values()]
    record, curve = made[0]
    if len(made) == 1 and curve is not None:
        tables += [*points_table(curve), *reliability_table(curve), *label_table(record, curve)]
    return tables


def _summary(made: Sequence[Made]) -> Table:
    """Return one row a run, all of one task."""
    record = made[0][0]
    split = f", split {record.dataset.split}" if record.dataset.split else ""
    head = title_of(*record.headline)
    scores = (head, "threshold on\nother folds", f"{head}\nwith it")
    heads = ("detector", "AP", "chance", "threshold", *scores, "ECE", "Brier")
    titles = names([one for one, _ in made])
    rows = tuple(
        (title, *_cells(curve)) for title, (_, curve) in zip(titles, made, strict=True) if curve is not None
    )
    align = ("left", "right", "right", "left", "right", "left", "right", "right", "right")
    data = f"{record.dataset.name} {record.dataset.version}{split}"
    title = f"{data}, task {record.task}: what the scores of answers are worth"
    return Table(title, heads, rows, tuple(_notes(made)), align)


def _cells(curve: Curve) -> tuple[str, ...]:
    fitted = curve.fitted
    chosen = threshold_range(fitted.thresholds) if fitted else UNDEFINED
    return (
        decimal(curve.ap),
        decimal(curve.chance),
        AS_GIVEN if curve.used is None else threshold(curve.used),
        decimal(curve.as_run),
        chosen,
        decimal(fitted.score if fitted else None),
        decimal(curve.ece),
        decimal(curve.brier),
    )


def threshold(value: float) -> str:
    """Return a threshold with three significant digits, without a leading zero: ".0123"."""
    text = f"{value:.3g}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def threshold_range(values: Sequence[float]) -> str:
    """Return the lowest and the highest threshold: ".12–.15", or the one that all are."""
    low, high = threshold(min(values)), threshold(max(values))
    return low if low == high else f"{low}–{high}"


def _notes(made: Sequence[Made]) -> Iterator[str]:
    """Yield what a reader of the table has to know."""
    record = made[0][0]
    if record.dataset.gold in ("model", "model_writer"):
        yield "Gold: made by language models; no person annotated."
    titles = names([one for one, _ in made])
    curves = [(name, curve) for name, (_, curve) in zip(titles, made, strict=True) if curve is not None]
    if curves:
        of = ", ".join(dict.fromkeys(curve.of for _, curve in curves))
        yield (
            f"AP: average precision, of {of}; it sums over the distinct scores, of spans over at most "
            f"{MOST_THRESHOLDS} of them, and a step counts as far as it raises the recall."
        )
    if any(curve.chance is not None for _, curve in curves):
        yield "Chance: the AP of scores without information."
    if any(curve.used is None for _, curve in curves):
        yield f"Threshold {AS_GIVEN}: the detector decides by one of its own, or gives the likeliest label."
    yield from _fitted(curves)
    if any(curve.ece is not None for _, curve in curves):
        yield f"ECE: expected calibration error, {BINS} bins of equal width. ECE and Brier: 0 is perfect."
    yield from _reasons(curves)
    without = [name for name, (_, curve) in zip(titles, made, strict=True) if curve is None]
    if without:
        yield f"No curve of {', '.join(without)}: the answers have no scores to vary a threshold on."


def _fitted(curves: Sequence[tuple[str, Curve]]) -> Iterator[str]:
    fitted = [curve.fitted for _, curve in curves if curve.fitted is not None]
    if fitted:
        text = "Threshold on other folds: for each fold the one that is best on the other folds' documents"
        if any(one.own for one in fitted):
            text += ", whose scores come from models that learned from this fold"
        yield f"{text}; it tells what the threshold costs and is no result to report."


def _reasons(curves: Sequence[tuple[str, Curve]]) -> Iterator[str]:
    """Yield each reason once, with what it explains and the detectors that it holds for."""
    told: dict[str, dict[str, dict[str, None]]] = {}
    for title, curve in curves:
        for name, reason in curve.reasons.items():
            what = NAMES.get(name, "")
            told.setdefault(reason, {}).setdefault(title, {})[what] = None
        if curve.unscored:
            told.setdefault(f"nothing was said of {curve.unscored} units", {})[title] = {"": None}
    for reason, held in told.items():
        what = " and ".join(dict.fromkeys(name for names in held.values() for name in names if name))
        who = ", ".join(held) if len(curves) > 1 else ""
        where = " of ".join(part for part in (f"No {what}" if what else "", who) if part)
        yield f"{where}: {reason}." if where else f"{reason[:1].upper()}{reason[1:]}."


def points_table(curve: Curve) -> list[Table]:
    """Return about ten points of a curve, the first and the last among them; none where it has no points."""
    if not curve.points:
        return []
    last = len(curve.points) - 1
    places = np.unique(np.linspace(0, last, min(SHOWN, last + 1)).round().astype(np.int64)).tolist()
    points = [curve.points[place] for place in places]
    # Where the headline is the F1 that stands there already, or no threshold changes it, it has no column.
    shown = any(point.score not in (None, point.f1) for point in points)
    heads = ("score from", "P", "R", "F1", *([title_of(curve.metric, curve.score)] if shown else []))
    rows = tuple(
        (
            threshold(point.threshold),
            *map(decimal, (point.precision, point.recall, point.f1)),
            *([decimal(point.score)] if shown else []),
        )
        for point in points
    )
    title = f"Precision and recall of {curve.of}, {len(points)} of {last + 1} thresholds"
    return [Table(title, heads, rows, (), ("right",) * len(heads))]


def reliability_table(curve: Curve) -> list[Table]:
    """Return the bins that hold a decision, for a reliability diagram; none where there is no calibration."""
    filled = [found for found in curve.bins if found.n]
    rows = tuple(
        (
            f"{decimal(found.low)}–{decimal(found.high)}",
            str(found.n),
            decimal(found.confidence),
            decimal(found.right),
        )
        for found in filled
    )
    heads = ("probability", "n", "mean", "share right")
    title = "Calibration: how often an answer is right, by its probability"
    return [Table(title, heads, rows, (), ("left", "right", "right", "right"))] if rows else []


def label_table(record: RunRecord, curve: Curve) -> list[Table]:
    """Return the average precision of each label; none where there is one label or none has its own."""
    if len(curve.by_label) < 2:
        return []
    rows = []
    for label, value in curve.by_label.items():
        support = record.labels.get(label, 0)
        remark = "too few to judge" if too_few(support) else ""
        rows.append((label, str(support), decimal(value), remark))
    align = ("left", "right", "right", "left")
    heads = ("label", "gold", "AP", "remark")
    return [Table("Average precision by label", heads, tuple(rows), (), align, (40, 0, 0, 0))]


def tidy_points(made: Sequence[Made]) -> list[Row]:
    """Return one row for each point of each curve, highest threshold first, at full precision."""
    return [
        {
            **_identity(record, curve),
            "threshold": point.threshold,
            "precision": point.precision,
            "recall": point.recall,
            "f1": point.f1,
            "value": point.score,
            "average_precision": curve.ap,
            "calibration_error": curve.ece,
            "brier": curve.brier,
        }
        for record, curve in made
        if curve is not None
        for point in curve.points
    ]


def tidy_curves(made: Sequence[Made]) -> list[Row]:
    """Return one row for each run that has a curve, at full precision."""
    return [
        {
            **_identity(record, curve),
            "average_precision": curve.ap,
            "chance": curve.chance,
            "complete": curve.complete,
            "threshold_used": curve.used,
            "value": curve.as_run,
            "threshold_low": min(curve.fitted.thresholds) if curve.fitted else None,
            "threshold_high": max(curve.fitted.thresholds) if curve.fitted else None,
            "cross_fitted": curve.fitted.score if curve.fitted else None,
            "own_folds": curve.fitted.own if curve.fitted else None,
            "calibration_error": curve.ece,
            "brier": curve.brier,
            "unscored": curve.unscored,
            "gold": record.dataset.gold,
        }
        for record, curve in made
        if curve is not None
    ]


def _identity(record: RunRecord, curve: Curve) -> Row:
    return {
        "dataset": record.dataset.name,
        "version": record.dataset.version,
        "split": record.dataset.split,
        "task": record.task,
        "detector": record.detector.spec,
        "training": record.detector.training.signature if record.detector.training else None,
        "metric": curve.metric,
        "score": curve.score,
        "of": curve.of,
    }
