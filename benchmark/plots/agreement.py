"""The annotators' agreement as a heat map."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmark.pairwise import Pairwise
from benchmark.plots.style import DARK, INK, LIGHT, SMALL, WIDTH, blank, clean, drawing, finished, folded
from benchmark.record import number
from benchmark.report.numbers import decimal

_COLOURS, _TURN = "Blues", 0.71
"""Ever darker, also in grey; up to this value dark figures stand out more, above it light ones."""
_CELL = 0.5  # inches
_SHORT = 6
"""Characters that stand below a cell without being turned."""


def agreement(found: Sequence[Pairwise], *, width: float = WIDTH) -> Figure | None:
    """Return the F1 of each pair of annotators as a heat map, one for each way of matching.

    Parameters
    ----------
    found
        What `benchmark.pairwise.pairwise` measured.
    width
        In inches.

    Returns
    -------
    Figure or None
        None where there is nothing: the layer has no two annotators.
    """
    if not found:
        return None
    first = found[0]
    with drawing(width):
        abreast = min(len(found), max(1, int(width / 3.2)))
        deep = -(-len(found) // abreast)
        names = [folded(name, 1.1) for name in first.annotators]
        side = min(width / abreast - 1.2, max(1.2, _CELL * len(names)))
        note = f"{clean(first.about)}; 1 is full agreement"
        turned = any(len(name) > _SHORT for name in first.annotators)
        figure = blank(f"The annotators' agreement: {note}", width, deep * (side + (1.2 if turned else 0.5)))
        grid = figure.subplots(deep, abreast, squeeze=False)
        for place, axes in enumerate(grid.flat):
            if place < len(found):
                _map(axes, found[place], names, turned=turned)
            else:
                axes.set_axis_off()
        return finished(figure, grid.flat[0], note, width)


def _map(axes: Axes, one: Pairwise, names: Sequence[str], *, turned: bool) -> None:
    """Draw one heat map; the diagonal, an annotator with himself, is left empty."""
    size = len(names)
    axes.pcolormesh(one.f1, cmap=_COLOURS, vmin=0, vmax=1, edgecolors=LIGHT, linewidth=1)
    for row in range(size):
        for column in range(size):
            value = float(one.f1[row, column])
            if row != column:
                # What is undefined has no ground of its own.
                colour = INK if math.isnan(value) else DARK if value <= _TURN else LIGHT
                told, at = decimal(number(value)), (column + 0.5, row + 0.5)
                axes.text(*at, told, ha="center", va="center", fontsize=SMALL, color=colour)
    axes.set_aspect("equal")
    axes.set_ylim(size, 0)
    places = [place + 0.5 for place in range(size)]
    axes.set_xticks(places, names)
    if turned:
        for name in axes.get_xticklabels():
            name.set(rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(places, names)
    axes.tick_params(length=0, labelsize=SMALL)
    axes.set_title(clean(one.title))
    for spine in axes.spines.values():
        spine.set_visible(False)
