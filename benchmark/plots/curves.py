"""What the scores of answers are worth: precision against recall, and reliability."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmark.curves import Curve
from benchmark.plots.style import (
    INK,
    WIDTH,
    Look,
    about,
    blank,
    drawing,
    entry,
    finished,
    look,
    titles_of,
)
from benchmark.record import RunRecord
from benchmark.report.numbers import decimal

Made = tuple[RunRecord, Curve | None]
_APART = 0.08
"""Markers stand so far from each other, as a share of the plot."""
_LARGEST = 4.2
"""Inches: the two axes are as long as each other, and no longer than this."""


def precision_recall(made: Sequence[Made], *, width: float = WIDTH) -> Figure | None:
    """Return the precision of each run against its recall, at every threshold of its answers' scores.

    A curve ends where the detector's own threshold did: a large marker without filling stands there. What was
    left out below it was never given.

    Parameters
    ----------
    made
        Runs on one task with their curves; those without one are left out.
    width
        In inches.

    Returns
    -------
    Figure or None
        None where no curve has a point.
    """
    drawn = [
        (place, record, curve, _known(curve))
        for place, (record, curve) in enumerate(made)
        if curve is not None and _known(curve)
    ]
    if not drawn:
        return None
    titles = titles_of([record for record, _ in made])
    of = ", ".join(dict.fromkeys(curve.of for _, _, curve, _ in drawn))
    note = f"{about(drawn[0][1])}; of {of}. AP: average precision"
    ends = any(curve.used is not None for _, _, curve, _ in drawn)
    note += "; large marker: the detector's own threshold, where the curve ends" if ends else ""
    with drawing(width):
        figure, axes = _square(f"Precision and recall: {note}", width)
        for place, _, curve, points in drawn:
            name = f"{titles[place]}: AP {decimal(curve.ap)}"
            _curve(axes, look(place), points, name, ends=curve.used is not None)
        chance = next((curve.chance for _, _, curve, _ in drawn if curve.chance is not None), None)
        if chance is not None:
            name = entry(f"chance: {decimal(chance)}")
            axes.axhline(chance, color=INK, linestyle=(0, (1, 3)), linewidth=0.9, label=name)
        axes.set_xlim(0, _end([recall for *_, points in drawn for recall, _ in points]))
        axes.set_ylim(0, _end([precision for *_, points in drawn for _, precision in points]))
        axes.set_xlabel("recall")
        axes.set_ylabel("precision")
        return finished(figure, axes, note, width)


def _end(values: Sequence[float]) -> float:
    """Return where an axis that begins at 0 ends: a little behind the largest value."""
    return min(1.02, 1.1 * max(values) + 0.02)


def _known(curve: Curve) -> list[tuple[float, float]]:
    """Return recall and precision of the points that have both, from the highest threshold down."""
    return [
        (point.recall, point.precision)
        for point in curve.points
        if point.recall is not None and point.precision is not None
    ]


def _curve(axes: Axes, how: Look, points: Sequence[tuple[float, float]], name: str, *, ends: bool) -> None:
    """Draw a curve in steps, as its average precision counts it."""
    recall, precision = zip(*points, strict=True)
    axes.step(
        recall,
        precision,
        where="pre",
        color=how.colour,
        linestyle=how.line,
        marker=how.marker,
        markevery=_APART,
        label=entry(name),
    )
    if ends:
        axes.plot(
            recall[-1:], precision[-1:], marker=how.marker, color=how.colour, fillstyle="none", markersize=9
        )


def _square(title: str, width: float) -> tuple[Figure, Axes]:
    """Return a figure with one axes that is as wide as it is high."""
    figure = blank(title, width, min(width - 0.5, _LARGEST) + 0.3)
    axes = figure.add_subplot()
    axes.set_box_aspect(1)
    axes.grid(visible=True)
    return figure, axes


def reliability(made: Sequence[Made], *, width: float = WIDTH) -> Figure | None:
    """Return how often the answers of each run are right, against their mean probability.

    Answers are put into bins by their probability. On the diagonal a detector is as often right as it says;
    below it is too sure. The lower part shows the share of the answers in each bin.

    Parameters
    ----------
    made
        Runs on one task with their curves; those whose scores are no probabilities are left out.
    width
        In inches.

    Returns
    -------
    Figure or None
        None where no run has bins.
    """
    drawn = [
        (place, record, curve)
        for place, (record, curve) in enumerate(made)
        if curve is not None and any(one.n for one in curve.bins)
    ]
    if not drawn:
        return None
    titles = titles_of([record for record, _ in made])
    note = f"{about(drawn[0][1])}; ECE: expected calibration error, 0 is perfect"
    with drawing(width):
        side = min(width - 0.5, _LARGEST)
        figure = blank(f"Reliability: {note}", width, side * 1.35 + 0.4)
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        for place, _, curve in drawn:
            _bins(upper, lower, look(place), curve, f"{titles[place]}: ECE {decimal(curve.ece)}")
        _finished(upper, lower)
        return finished(figure, upper, note, width)


def _bins(upper: Axes, lower: Axes, how: Look, curve: Curve, name: str) -> None:
    """Draw the bins that hold an answer, and below them the share of the answers in every bin."""
    filled = [
        (one.confidence, one.right)
        for one in curve.bins
        if one.confidence is not None and one.right is not None
    ]
    confidence, right = zip(*filled, strict=True)
    upper.plot(confidence, right, color=how.colour, linestyle=how.line, marker=how.marker, label=entry(name))
    total = sum(one.n for one in curve.bins)
    edges = [one.low for one in curve.bins] + [curve.bins[-1].high]
    lower.stairs([one.n / total for one in curve.bins], edges, color=how.colour, linestyle=how.line)


def _finished(upper: Axes, lower: Axes) -> None:
    upper.plot(
        [0, 1], [0, 1], color=INK, linestyle=(0, (1, 3)), linewidth=0.9, label=entry("as often right as said")
    )
    for axes in (upper, lower):
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.grid(visible=True)
    upper.set_ylabel("share that is right")
    lower.set_ylabel("share of answers")
    lower.set_xlabel("probability that the detector gave")
