"""Tables without a format, and the formats they can be written in."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape

import tabulate as tabulate_module
from tabulate import tabulate

from benchmark.errors import one_line
from benchmark.report.folding import folded
from benchmark.report.formats import Format

WIDTH = 100
GAP = 2
"""Spaces between columns in plain text."""
LEAST = 18
"""The first column is not broken narrower than this where a table is too wide."""
_OPEN, _CLOSE = "\ue000", "\ue001"
"""Stand around a cell in bold while the library escapes it; no text that is shown has these characters."""
tabulate_module.MIN_PADDING = 0  # the library's own switch for the space that it adds beside every head


@dataclass(frozen=True)
class Table:
    """A table with what stands above and below it.

    Parameters
    ----------
    title
        One line above it.
    headers
        A head a column; a line break marks where a narrow table breaks it.
    rows
        Cells as text.
    notes
        Sentences below it.
    align
        "left" or "right" for each column; all left where it is empty.
    widths
        Width at which the cells of each column are broken in plain text, 0 for none; empty for no breaks.
        The first column is broken too where the table would be wider than a page.
    strong
        Row and column of the cells that are set in bold where a format can.
    """

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    align: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    strong: frozenset[tuple[int, int]] = frozenset()


def render(tables: Sequence[Table], kind: Format) -> str:
    """Return tables as text, without a line break at the end.

    Control characters are escaped: what a stranger's record holds must not steer a terminal, or end a row.

    Parameters
    ----------
    tables
        In order.
    kind
        table, github, latex or html.
    """
    write = {
        Format.TABLE: _text,
        Format.GITHUB: _github,
        Format.LATEX: _latex,
        Format.HTML: _html,
    }[kind]
    return "\n\n".join(write(_harmless(table)) for table in tables)


def _harmless(table: Table) -> Table:
    return replace(
        table,
        title=one_line(table.title),
        headers=tuple(map(_printable, table.headers)),
        rows=tuple(tuple(map(one_line, cells)) for cells in table.rows),
        notes=tuple(map(_printable, table.notes)),
    )


def _printable(text: str) -> str:
    """Return text with all control characters escaped but the line breaks that are meant."""
    return "\n".join(map(one_line, text.split("\n")))


def _grid(table: Table, style: str, headers: Sequence[str]) -> str:
    align = table.align or ("left",) * len(table.headers)
    return tabulate(table.rows, headers=list(headers), tablefmt=style, colalign=align, disable_numparse=True)


def _one_line(header: str) -> str:
    """Return a head on one line; a break after an underscore was only one for width."""
    return header.replace("_\n", "_").replace("\n", " ")


def wrapped(sentence: str) -> str:
    """Return a sentence broken at the width of a table."""
    return "\n".join(textwrap.wrap(sentence, WIDTH, break_long_words=False, break_on_hyphens=False))


def _text(table: Table) -> str:
    parts = [folded(table.title, WIDTH)] if table.title else []
    parts.append(_grid(replace(table, rows=_fitted(table)), "simple", table.headers))
    return "\n".join([*parts, *(folded(note, WIDTH) for note in table.notes)])


def _fitted(table: Table) -> tuple[tuple[str, ...], ...]:
    """Return the rows with their cells broken at the widths of the columns.

    Where they are too wide for a page all the same, the first column, which has the names, is broken at what
    the others leave of it.
    """
    widths = list(table.widths or (0,) * len(table.headers))
    rows = [tuple(folded(*cell) for cell in zip(row, widths, strict=True)) for row in table.rows]
    first, *others = (
        max(_widest(cell) for cell in column) for column in zip(table.headers, *rows, strict=True)
    )
    spare = WIDTH - sum(others) - GAP * len(others)
    if first > spare:
        widths[0] = min(widths[0] or WIDTH, max(spare, LEAST))
        rows = [(folded(row[0], widths[0]), *shown[1:]) for row, shown in zip(table.rows, rows, strict=True)]
    return tuple(rows)


def _widest(cell: str) -> int:
    return max(map(len, cell.split("\n")))


def _marked(table: Table, opening: str, closing: str, grid: Callable[[Table], str]) -> str:
    """Return a grid in which the strong cells stand between two marks of a format."""
    rows = tuple(
        tuple(
            f"{_OPEN}{cell}{_CLOSE}" if cell and (row, column) in table.strong else cell
            for column, cell in enumerate(cells)
        )
        for row, cells in enumerate(table.rows)
    )
    return grid(replace(table, rows=rows)).replace(_OPEN, opening).replace(_CLOSE, closing)


def _github(table: Table) -> str:
    cells = tuple(tuple(cell.replace("|", "\\|") for cell in row) for row in table.rows)
    heads = [_one_line(header).replace("|", "\\|") for header in table.headers]
    grid = _marked(replace(table, rows=cells), "**", "**", lambda marked: _grid(marked, "github", heads))
    notes = "\n".join(f"- {note}" for note in table.notes)
    return "\n\n".join(part for part in (f"**{table.title}**" if table.title else "", grid, notes) if part)


def _latex(table: Table) -> str:
    heads = [_one_line(header) for header in table.headers]
    grid = _marked(table, r"\textbf{", "}", lambda marked: _grid(marked, "latex_booktabs", heads))
    texts = [text for text in (table.title, *table.notes) if text]
    comments = [f"% {line}" for text in texts for line in wrapped(text).split("\n")]
    minus = re.sub(r"(?<![\w.])-(?=\d*\.\d)", "$-$", grid)
    return "\n".join([*comments, minus.replace("–", "--").replace("−", "$-$")])


def _html(table: Table) -> str:
    heads = [_one_line(header) for header in table.headers]
    grid = _marked(table, "<strong>", "</strong>", lambda marked: _grid(marked, "html", heads))
    notes = "".join(f"<p>{escape(note)}</p>\n" for note in table.notes)
    if table.title:
        grid = grid.replace("<table>", f"<table>\n<caption>{escape(table.title)}</caption>", 1)
    return f"{grid}\n{notes}".rstrip()
