"""The forest plot: a row for each run, its score as a point on the line of its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmark.comparison import Comparison
from benchmark.errors import UsageError, one_line, suggest
from benchmark.plots.style import (
    BLUE,
    FONT,
    GREEN,
    SMALL,
    UNDEFINED,
    VERMILION,
    WIDTH,
    about,
    blank,
    draw_rows,
    drawing,
    entry,
    finished,
    rows_of,
    titles_of,
)
from benchmark.record import Range, RunRecord, Score
from benchmark.report.conclusion import units
from benchmark.report.evaluation import ceiling_range
from benchmark.report.numbers import decimal, title_of, with_interval

_CEILINGS = (("others", "--", VERMILION), ("full", ":", GREEN))


@dataclass(frozen=True)
class _Rows:
    """What a forest plot shows.

    Parameters
    ----------
    titles
        What each run is called.
    values
        Its score with its interval.
    letters
        The letters of its groups, "" for none.
    bold
        Places of the runs that cannot be told apart from the best.
    axis
        The name of the score.
    about
        What was scored, and what the intervals are over.
    ceilings
        Each kind of ceiling with its line and colour; None where there is none.
    """

    titles: tuple[str, ...]
    values: tuple[Score, ...]
    letters: tuple[str, ...]
    bold: frozenset[int]
    axis: str
    about: str
    ceilings: tuple[tuple[str, str, str, Range | None], ...]


def forest(comparison: Comparison, *, width: float = WIDTH) -> Figure:
    """Return the forest plot of a comparison: a row for each run, the highest score on top.

    On the right stand the score, its interval, and the letters of the run: two runs that share one cannot be
    told apart. The names of runs that cannot be told apart from the best are bold, as in the tables. What the
    annotators score is a line across all rows. A run without an interval has a point alone.

    Parameters
    ----------
    comparison
        Runs on one task, by one score.
    width
        In inches.
    """
    first = comparison.records[0]
    titles = list(titles_of(comparison.records))
    if comparison.reference is not None:
        titles[comparison.reference] += " (reference)"
    grouped = comparison.can_reject
    part = f", {comparison.slice}" if comparison.slice else ""
    over = f"95 % intervals over {comparison.clusters} {units(comparison)}"
    rows = _Rows(
        tuple(titles),
        comparison.values,
        comparison.letters if grouped else ("",) * len(titles),
        frozenset(comparison.leaders),
        title_of(comparison.metric, comparison.score),
        f"{about(first)}{part}; {over}",
        () if comparison.slice else _ceilings(first, comparison.metric, comparison.score),
    )
    return _drawn(rows, width)


def forest_of(
    records: Sequence[RunRecord],
    *,
    metric: str | None = None,
    score: str | None = None,
    width: float = WIDTH,
) -> Figure:
    """Return the forest plot of runs as they were recorded, not compared: also of a single run.

    Parameters
    ----------
    records
        Runs on one task, in the order in which they are shown.
    metric, score
        What is shown; the headline where they are None, or the metric's first score.
    width
        In inches.

    Raises
    ------
    UsageError
        Where a run lacks the metric or the score.
    """
    first = records[0]
    metric = metric or first.headline[0]
    values = []
    for record in records:
        held = record.metrics.get(metric)
        if held is None:
            told = f"{record.detector.title} has no metric '{one_line(metric)}'"
            raise UsageError(told + suggest(metric, record.metrics))
        score = score or (first.headline[1] if metric == first.headline[0] else next(iter(held.scores)))
        if score not in held.scores:
            told = f"metric '{one_line(metric)}' has no score '{one_line(score)}'"
            raise UsageError(told + suggest(score, held.scores))
        values.append(held.scores[score])
    named = score or ""
    rows = _Rows(
        titles_of(records),
        tuple(values),
        ("",) * len(values),
        frozenset(),
        title_of(metric, named),
        f"{about(first)}; 95 % intervals over {_clusters(first)}",
        _ceilings(first, metric, named),
    )
    return _drawn(rows, width)


def _clusters(record: RunRecord) -> str:
    """Return how many of what were resampled, in words."""
    unit, noun, count = record.resampling.unit, record.dataset.noun, record.resampling.clusters
    many = "" if count == 1 else "s"
    if unit in ("paragraph", "document"):
        return f"{count} {noun if unit == 'document' else unit}{many}"
    return f"{count} group{many} of {noun}s by {unit}"


def _ceilings(record: RunRecord, metric: str, score: str) -> tuple[tuple[str, str, str, Range | None], ...]:
    held = record.metrics.get(metric)
    if held is None:
        return ()
    return tuple((kind, line, colour, ceiling_range(held, kind, score)) for kind, line, colour in _CEILINGS)


def _drawn(rows: _Rows, width: float) -> Figure:
    """Draw the rows; a row is as high as the longest name."""
    with drawing(width):
        places = rows_of(rows.titles, 0.33 * width, 0.24)
        figure = blank(f"Forest plot of {rows.axis}: {rows.about}", width, places.height + 0.4)
        axes = figure.add_subplot()
        draw_rows(axes, places, rows.bold)
        axes.grid(visible=True, axis="x")
        for at, value in zip(places.middles, rows.values, strict=True):
            _row(axes, at, value)
        for kind, line, colour, found in rows.ceilings:
            if found is not None and found.mean is not None:
                name = f"ceiling, {kind}: {decimal(found.mean)}"
                axes.axvline(found.mean, color=colour, linestyle=line, label=entry(name))
        _limits(axes, rows)
        _beside(axes, rows, places.middles)
        axes.set_xlabel(rows.axis)
        return finished(figure, axes, rows.about, width)


def _row(axes: Axes, at: float, value: Score) -> None:
    """Draw one score; without an interval a point alone, undefined a word."""
    if value.value is None:
        whole = axes.get_yaxis_transform()
        axes.text(0.02, at, UNDEFINED, transform=whole, va="center", fontsize=SMALL, fontstyle="italic")
        return
    if value.low is not None and value.high is not None:
        axes.plot([value.low, value.high], [at, at], color=BLUE, marker="|", markersize=6)
    axes.plot([value.value], [at], color=BLUE, marker="o", linestyle="none")


def _limits(axes: Axes, rows: _Rows) -> None:
    """Show what there is, with some room; from 0 to 1 where nothing is defined."""
    ends = [end for value in rows.values for end in (value.value, value.low, value.high) if end is not None]
    ends += [found.mean for *_, found in rows.ceilings if found is not None and found.mean is not None]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    room = 0.06 * (high - low) or 0.05
    axes.set_xlim(low - room, high + room)


def _beside(axes: Axes, rows: _Rows, at: Sequence[float]) -> None:
    """Write the numbers and the letters on the right, as ticks of an axis of their own."""
    right = axes.secondary_yaxis("right")
    told = zip(rows.values, rows.letters, strict=True)
    right.set_yticks(at, [f"{with_interval(value)}  {own}".rstrip() for value, own in told])
    right.tick_params(axis="y", length=0, labelsize=min(SMALL, FONT))
    right.spines["right"].set_visible(False)
