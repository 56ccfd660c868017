"""How every plot looks: sizes, and colours that each have a marker and a hatch beside them.

Only the objects of matplotlib are used, never pyplot, and its settings change inside `drawing` alone, so that
a plot made here changes nothing in the program that makes it.
"""

from __future__ import annotations

import re
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from benchmark.errors import UsageError, one_line
from benchmark.record import RunRecord
from benchmark.report.conclusion import names
from benchmark.report.evaluation import title_of_data

WIDTH = 7.0
"""Inches: two columns of a paper. One column is about 3.4."""
INK = "#000000"
"""Of axes and text; `svg_inline` puts the page's own colour in its place."""
BLUE, VERMILION, GREEN, PURPLE, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#7F7F7F"
"""Of Okabe and Ito, "Color Universal Design", 2008: those that stand out from white and black by 3 to 1."""
COLOURS = (BLUE, VERMILION, GREEN, PURPLE, GREY)
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
HATCHES = ("", "///", "|||", "\\\\\\", "xxx", "---")
LINES = ("-", "--", "-.", ":")
LIGHT, DARK = "#FFFFFF", "#010101"
"""Of what stands on a colour, on any page."""
UNDEFINED = "undefined"
FONT = 8.0
"""Points."""
SMALL = 7.0
LINE = 0.15
"""Inches that a line of text takes."""
MOST_INCHES = 100.0
"""No plot is higher, however many rows it has: a picture has at most 65,535 pixels."""
_EM = 0.56  # of the size of the typeface that a character takes, as a mean with some room
_RULES = {
    "axes.edgecolor": INK,
    "axes.facecolor": "none",
    "axes.labelcolor": INK,
    "axes.labelsize": FONT,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": FONT,
    "figure.constrained_layout.h_pad": 0.03,
    "figure.constrained_layout.w_pad": 0.03,
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "font.family": ["DejaVu Sans"],
    "font.size": FONT,
    "grid.alpha": 0.2,
    "grid.color": INK,
    "grid.linewidth": 0.5,
    "hatch.linewidth": 0.6,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "lines.markersize": 4.5,
    "pdf.fonttype": 42,  # text that stays text
    "savefig.dpi": 300,
    "svg.fonttype": "none",
    "svg.hashsalt": "framebench",
    "text.color": INK,
    "text.parse_math": False,  # a dollar in a name is a dollar
    "xtick.color": INK,
    "xtick.labelsize": SMALL,
    "ytick.color": INK,
    "ytick.labelsize": FONT,
}


@contextmanager
def drawing(width: float = WIDTH) -> Iterator[None]:
    """Draw by the rules of this module, whatever the user's settings are; they are back at the end.

    A character that the typeface lacks is a box in PNG and PDF, and no reason for a warning.

    Parameters
    ----------
    width
        Of the plot, in inches.

    Raises
    ------
    UsageError
        Where the width is not between 2 and 40 inches.
    """
    if not 2 <= width <= 40:
        raise UsageError(f"a plot of {width:g} inches is too narrow or too wide; give from 2 to 40")
    with matplotlib.style.context(_RULES, after_reset=True), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


@dataclass(frozen=True)
class Look:
    """How one of several runs is drawn: by more than a colour.

    Parameters
    ----------
    colour, marker, hatch, line
        As matplotlib names them.
    """

    colour: str
    marker: str
    hatch: str
    line: str


def look(place: int) -> Look:
    """Return how the run at a place is drawn; no two of 30 are drawn alike, as lines or as bars."""
    return Look(
        COLOURS[place % len(COLOURS)],
        MARKERS[place % len(MARKERS)],
        HATCHES[place % len(HATCHES)],
        LINES[place % len(LINES)],
    )


def blank(title: str, width: float, height: float) -> Figure:
    """Return an empty figure.

    Parameters
    ----------
    title
        What it shows, for the file's metadata.
    width, height
        In inches.
    """
    figure = Figure(figsize=(width, min(height, MOST_INCHES)), layout="constrained")
    figure.set_label(clean(title))
    return figure


def clean(text: str) -> str:
    """Return text on one line that every format can hold."""
    return one_line(" ".join(text.split()))


def entry(text: str) -> str:
    """Return the label of what stands in the legend: matplotlib leaves out those that begin with "_"."""
    return f"={clean(text)}"


def folded(text: str, inches: float, size: float = FONT) -> str:
    """Break a text into lines of a width: at spaces, after signs such as commas, or else anywhere."""
    width = max(8, int(inches * 72 / (_EM * size)))
    words = " ".join(
        word if len(word) <= width else re.sub(r"(?<=[,_/=-])(?=\w)", "\x00 ", word)
        for word in clean(text).split(" ")
    )
    lines = textwrap.wrap(words, width, break_on_hyphens=False) or [""]
    return "\n".join(lines).replace("\x00 ", "").replace("\x00", "")


def titles_of(records: Sequence[RunRecord]) -> tuple[str, ...]:
    """Return what each run is called, with a mark where its number cannot be trusted."""
    marks = [
        "".join(
            f" [{word}]"
            for word, holds in (("incomplete", record.incomplete), ("contaminated", record.contaminated))
            if holds
        )
        for record in records
    ]
    return tuple(name + mark for name, mark in zip(names(records), marks, strict=True))


def about(record: RunRecord) -> str:
    """Return what was scored: dataset, version, split, size and task."""
    return f"{title_of_data(record)}, task {record.task}"


@dataclass(frozen=True)
class Rows:
    """Rows of a plot below each other, each as high as its name asks for.

    Parameters
    ----------
    names
        What each row is called, broken into lines.
    middles
        Where the middle of each is, in inches from the top.
    height
        Of all of them, in inches.
    """

    names: tuple[str, ...]
    middles: tuple[float, ...]
    height: float


def rows_of(names: Sequence[str], inches: float, least: float) -> Rows:
    """Return rows with names that are broken at a width.

    Parameters
    ----------
    names
        What each row is called.
    inches
        The width that a name may have.
    least
        How high each row is at least, in inches.
    """
    broken = tuple(folded(name, inches) for name in names)
    heights = [max(least, LINE * (name.count("\n") + 1) + 0.06) for name in broken]
    ends = list(accumulate(heights))
    return Rows(broken, tuple(end - own / 2 for end, own in zip(ends, heights, strict=True)), ends[-1])


def draw_rows(axes: Axes, rows: Rows, bold: frozenset[int] = frozenset()) -> None:
    """Give an axes its rows, the first on top; the vertical axis counts inches downwards."""
    axes.set_ylim(rows.height, 0)
    axes.set_yticks(rows.middles, rows.names)
    axes.tick_params(axis="y", length=0)
    for place in bold:
        axes.get_yticklabels()[place].set_fontweight("bold")


def finished(figure: Figure, axes: Axes, note: str, width: float) -> Figure:
    """Put the legend of an axes and a note below everything else, and make the figure higher by as much.

    Entries of the legend stand in as many columns as the width has room for; a long one is broken.

    Parameters
    ----------
    figure
        Laid out for its axes alone.
    axes
        Whose legend it is; none where nothing in it has a name.
    note
        What was scored, and what a reader has to know.
    width
        In inches.
    """
    text = figure.text(0, 0, folded(note, width - 0.1, SMALL), fontsize=SMALL, va="bottom", in_layout=False)
    legend = _legend(figure, axes, width)
    tall = [text.get_window_extent().height / figure.dpi + 0.08]
    if legend is not None:
        tall.append(legend.get_window_extent().height / figure.dpi + 0.02)
    height = min(MOST_INCHES, figure.get_figheight() + sum(tall))
    figure.set_figheight(height)
    text.set_position((0.05 / width, 0.04 / height))
    if legend is not None:
        legend.set_bbox_to_anchor((0, tall[0] / height))
    share = sum(tall) / height
    figure.set_layout_engine("constrained", rect=(0, share, 1, 1 - share))
    return figure


def _legend(figure: Figure, axes: Axes, width: float) -> Legend | None:
    handles, labels = axes.get_legend_handles_labels()
    if not handles:
        return None
    broken = [folded(label[1:], width - 0.8, SMALL) for label in labels]
    longest = max(len(line) for label in broken for line in label.split("\n"))
    columns = max(1, min(len(broken), int(width / (longest * _EM * SMALL / 72 + 0.55))))
    legend = figure.legend(
        handles, broken, loc="lower left", ncols=columns, handlelength=2.6, borderaxespad=0
    )
    legend.set_in_layout(False)
    return legend
