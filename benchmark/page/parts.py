"""What views are made of: sections of blocks, with tables that the template can write and figures as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmark.errors import one_line
from benchmark.report.table import Table

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure

LONG_WORD = 24
"""Letters of a word that a column has to be made wide for; longer ones are broken where there is no room."""


@dataclass(frozen=True)
class Grid:
    """A table for the template.

    Parameters
    ----------
    title
        Its caption.
    headers, rows
        Text of the cells; the first of a row names it.
    align
        "left" or "right" for each column; all left where it is empty.
    strong
        Row and column of the cells in bold.
    notes
        Sentences below it.
    """

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: tuple[str, ...] = ()
    strong: frozenset[tuple[int, int]] = frozenset()
    notes: tuple[str, ...] = ()

    def right(self, column: int) -> bool:
        """Return whether a column stands at the right."""
        return bool(self.align) and self.align[column] == "right"

    def long(self, cell: str) -> bool:
        """Return whether a cell holds a word that may be too long for a column, and is broken anywhere."""
        return any(len(word) > LONG_WORD for word in cell.split())


@dataclass(frozen=True)
class Part:
    """A long text as it is, which a reader opens by its title."""

    title: str
    text: str


@dataclass(frozen=True)
class Block:
    """Figures, then tables, then sentences, then what is opened, under a heading that may be empty."""

    heading: str
    figures: tuple[Markup, ...] = ()
    tables: tuple[Grid, ...] = ()
    texts: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of a view, with the id of its heading."""

    id: str
    title: str
    blocks: tuple[Block, ...]


def grid(table: Table) -> Grid:
    """Return a table of the reports as one for the template; line breaks in heads were only for width."""
    heads = tuple(head.replace("_\n", "_").replace("\n", " ") for head in table.headers)
    return Grid(one_line(table.title), heads, table.rows, table.align, table.strong, table.notes)


def grids(tables: Sequence[Table]) -> tuple[Grid, ...]:
    """Return several tables; see `grid`."""
    return tuple(map(grid, tables))


def drawn(figure: Figure | None, title: str, description: str) -> tuple[Markup, ...]:
    """Return a figure as SVG for the page; nothing for none.

    Parameters
    ----------
    figure
        One of `benchmark.plots`.
    title, description
        What a screen reader says of it.
    """
    from markupsafe import Markup

    from benchmark.plots import svg_inline

    if figure is None:
        return ()
    return (Markup(svg_inline(figure, title, description)),)  # noqa: S704 - the library escapes what it writes
