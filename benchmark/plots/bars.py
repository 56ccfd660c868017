"""Bars with intervals: scores by label, and by slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmark.errors import UsageError, one_line, suggest
from benchmark.kept import metric_named
from benchmark.lineup import Sliced
from benchmark.plots.style import (
    INK,
    LIGHT,
    SMALL,
    UNDEFINED,
    WIDTH,
    Look,
    about,
    blank,
    clean,
    draw_rows,
    drawing,
    entry,
    finished,
    look,
    rows_of,
    titles_of,
)
from benchmark.record import RunRecord, Score
from benchmark.report.evaluation import too_few
from benchmark.report.numbers import title_of
from benchmark.scores import Resamples
from benchmark.slices import score_of

_FEW = "*"
_BAR = 0.13  # inches


@dataclass(frozen=True)
class _Bars:
    """What a plot of bars shows.

    Parameters
    ----------
    rows
        The names of the rows.
    series
        What each run is called, with its score in each row; None where it has none.
    axis
        The name of the score.
    about
        What was scored, and what a reader has to know.
    """

    rows: tuple[str, ...]
    series: tuple[tuple[str, tuple[Score | None, ...]], ...]
    axis: str
    about: str


def labels(runs: Sequence[RunRecord], *, metric: str | None = None, width: float = WIDTH) -> Figure | None:
    """Return the F1 of each label as bars with intervals, a bar for each run.

    Parameters
    ----------
    runs
        Records of runs on one task.
    metric
        By which metric; None for the headline's.
    width
        In inches.

    Returns
    -------
    Figure or None
        None where the metric has no scores of labels.

    Raises
    ------
    UsageError
        Where a run lacks a metric that is named.
    """
    held = [_scores(record, metric) for record in runs]
    support: dict[str, int] = {}
    for record in runs:
        support |= {label: count for label, count in record.labels.items() if label not in support}
    shown = [label for label in support if any(label in own for own in held)]
    if not shown:
        return None
    named = metric or _of(runs[0])
    few = f"; {_FEW}: too few to judge" if any(too_few(support[label]) for label in shown) else ""
    bars = _Bars(
        tuple(_counted(label, support[label]) for label in shown),
        tuple(
            (title, tuple(own.get(label) for label in shown))
            for title, own in zip(titles_of(runs), held, strict=True)
        ),
        _axis(named, "f1:"),
        f"{about(runs[0])}; lines: 95 % intervals; in brackets: number in the gold{few}",
    )
    return _drawn(bars, "by label", width)


def _of(record: RunRecord) -> str:
    """Return the metric whose scores of labels a table shows: the headline's, or else the run's first."""
    return record.headline[0] if record.headline[0] in record.metrics else next(iter(record.metrics))


def _scores(record: RunRecord, metric: str | None) -> Mapping[str, Score]:
    """Return the F1 of each label of a run, by label."""
    held = record.metrics.get(metric or _of(record))
    if held is None:
        told = f"{record.detector.title} has no metric '{metric}'{suggest(metric or '', record.metrics)}"
        raise UsageError(one_line(told))
    return {name.removeprefix("f1:"): score for name, score in held.scores.items() if name.startswith("f1:")}


def slices(
    parts: Sequence[Sliced],
    records: Sequence[RunRecord],
    by: str,
    metric: str,
    resamples: Resamples,
    *,
    width: float = WIDTH,
) -> Figure:
    """Return the scores within slices as bars with intervals, a bar for each run.

    Parameters
    ----------
    parts
        The slices, each as every run has it.
    records
        The runs, in the order in which each slice has them.
    by
        What the gold is sliced by.
    metric
        Name of the metric, as records write it.
    resamples
        Of the intervals.
    width
        In inches.
    """
    built = metric_named(metric)
    scores = [[score_of(own, built, resamples) for own in part.parts] for part in parts]
    first = parts[0].parts[0]
    only = ", recall alone" if first.recall_only else ""
    few = f"; {_FEW}: too few to judge" if any(too_few(part.parts[0].gold) for part in parts) else ""
    bars = _Bars(
        tuple(_counted(part.parts[0].name, part.parts[0].gold) for part in parts),
        tuple((title, tuple(own[place] for own in scores)) for place, title in enumerate(titles_of(records))),
        _axis(metric, first.score) + only,
        f"{about(records[0])}, by {clean(by)}; lines: 95 % intervals; in brackets: number in the gold{few}",
    )
    return _drawn(bars, f"by {clean(by)}", width)


def _axis(metric: str, score: str) -> str:
    """Return the name of a score; that of a label is no mean over the labels."""
    name, of_label, _ = score.partition(":")
    return title_of("classification" if of_label and metric == "multilabel" else metric, name)


def _counted(name: str, gold: int) -> str:
    return f"{name} ({gold:,}){_FEW if too_few(gold) else ''}"


def _drawn(bars: _Bars, how: str, width: float) -> Figure:
    with drawing(width):
        rows = rows_of(bars.rows, 0.33 * width, _BAR * len(bars.series) + 0.1)
        figure = blank(f"{bars.axis} {how}: {bars.about}", width, rows.height + 0.4)
        axes = figure.add_subplot()
        draw_rows(axes, rows)
        axes.grid(visible=True, axis="x")
        axes.set_axisbelow(True)
        for place, (title, scores) in enumerate(bars.series):
            offset = (place - (len(bars.series) - 1) / 2) * _BAR
            _series(axes, look(place), title, scores, [middle + offset for middle in rows.middles])
        axes.set_xlim(*_limits(bars))
        axes.set_xlabel(bars.axis)
        return finished(figure, axes, bars.about, width)


def _series(axes: Axes, how: Look, title: str, scores: Sequence[Score | None], at: Sequence[float]) -> None:
    """Draw the bars of one run, each with the line of its interval; undefined a word."""
    values = [0.0 if score is None or score.value is None else score.value for score in scores]
    bars = axes.barh(at, values, _BAR, label=entry(title), edgecolor=LIGHT)
    for bar, value in zip(bars, values, strict=True):
        # A bar of no length would draw its border across the axis.
        bar.set(facecolor=how.colour, hatch=how.hatch, linewidth=0.5 if value else 0)
    for row, score in zip(at, scores, strict=True):
        if score is None or score.value is None:
            axes.text(0.005, row, UNDEFINED, va="center", fontsize=SMALL - 1.5, fontstyle="italic")
        elif score.low is not None and score.high is not None:
            axes.plot([score.low, score.high], [row, row], color=INK, marker="|", markersize=3, linewidth=0.9)


def _limits(bars: _Bars) -> tuple[float, float]:
    """Return the ends of the axis: bars begin at 0, and the axis ends at 1 or before."""
    ends = [
        end
        for _, scores in bars.series
        for score in scores
        if score is not None
        for end in (score.value, score.low, score.high)
        if end is not None
    ]
    low, high = min([0.0, *ends]), max([0.05, *ends])
    return (1.05 * low, min(1.0, 1.05 * high) if high <= 1 else 1.05 * high)
