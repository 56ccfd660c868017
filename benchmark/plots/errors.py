"""What is lost to each type of error, as bars that are filled up to 1."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmark.error_types import Errors, ErrorType, Kind
from benchmark.plots.style import (
    BLUE,
    DARK,
    GREEN,
    GREY,
    INK,
    LIGHT,
    PURPLE,
    SMALL,
    UNDEFINED,
    VERMILION,
    WIDTH,
    blank,
    draw_rows,
    drawing,
    entry,
    finished,
    rows_of,
)
from benchmark.record import number
from benchmark.report.numbers import decimal

_LOOKS = {
    ErrorType.RIGHT: ("none", ""),
    ErrorType.BOUNDARY: (BLUE, ""),
    ErrorType.LABEL: (GREEN, "///"),
    ErrorType.BOTH: (PURPLE, "xxx"),
    ErrorType.SPURIOUS: (VERMILION, "\\\\\\"),
    ErrorType.MISSED: (GREY, "|||"),
}
_ROOM = 0.3  # inches that a number asks for
_HIGH = 0.22  # inches of a bar


def errors(named: Sequence[tuple[str, Errors]], *, width: float = WIDTH, about: str = "") -> Figure:
    """Return a bar for each run: its F1, and what is lost of it to each type of error, which add up to 1.

    Parameters
    ----------
    named
        Runs on one task: what each is called, and its errors.
    width
        In inches.
    about
        What was scored, below the plot.

    Raises
    ------
    ValueError
        Where the runs are not of one task, with the same labels.
    """
    if len({(found.kind, found.labels) for _, found in named}) > 1:
        raise ValueError("errors of runs on different tasks do not fit into one plot")
    score = _score([found for _, found in named])
    with drawing(width):
        note = f"{about}; the whole bar: {score} of 1" if about else f"the whole bar: {score} of 1"
        rows = rows_of([name for name, _ in named], 0.33 * width, _HIGH + 0.1)
        figure = blank(f"Types of errors: {note}", width, rows.height + 0.4)
        axes = figure.add_subplot()
        draw_rows(axes, rows)
        _stacks(axes, [found for _, found in named], rows.middles, 0.6 * width)
        axes.set_xlim(0, 1)
        axes.set_xlabel(f"points of {score}")
        return finished(figure, axes, note, width)


def _score(found: Sequence[Errors]) -> str:
    return "exact F1" if found[0].kind is Kind.SPANS else "micro-F1"


def _stacks(axes: Axes, found: Sequence[Errors], at: Sequence[float], inches: float) -> None:
    """Draw one type after the other, each where the one before it ended; undefined a word."""
    left = [0.0] * len(found)
    for kind in found[0].possible:
        right = kind is ErrorType.RIGHT
        values = [number(one.f1 if right else one.lost[kind]) or 0.0 for one in found]
        name = f"{_score(found)} reached" if right else f"lost: {kind}"
        bars = axes.barh(at, values, _HIGH, left, label=entry(name), linewidth=0.5)
        colour, hatch = _LOOKS[kind]
        for bar in bars:
            bar.set(facecolor=colour, hatch=hatch, edgecolor=INK if right else LIGHT)
        for row, value in enumerate(values):
            if value * inches >= _ROOM:
                _number(axes, left[row] + value / 2, at[row], value, plain=right)
            left[row] += value
    for middle, one in zip(at, found, strict=True):
        if math.isnan(one.f1):
            axes.text(0.01, middle, UNDEFINED, va="center", fontsize=SMALL, fontstyle="italic")


def _number(axes: Axes, x: float, y: float, value: float, *, plain: bool) -> None:
    """Write a number into its part of a bar, on a light ground where the part is coloured."""
    ground = None if plain else {"facecolor": LIGHT, "edgecolor": "none", "pad": 1.2}
    colour = INK if plain else DARK
    axes.text(x, y, decimal(value), ha="center", va="center", fontsize=SMALL, color=colour, bbox=ground)
