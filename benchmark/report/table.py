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
from benchmark.report.formats import Format

WIDTH = 100
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


def _folded(cell: str, width: int) -> str:
    """Break a cell at spaces and, where a name is longer than the width, after its commas and underscores."""
    if not width or len(cell) <= width:
        return cell
    words = cell.split(" ")
    spaced = " ".join(w if len(w) <= width else re.sub(r"(?<=[,_])(?=\w)", "\x00 ", w) for w in words)
    lines = textwrap.wrap(spaced, width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace("\x00 ", "").replace("\x00", "")


def _text(table: Table) -> str:
    widths = table.widths or (0,) * len(table.headers)
    rows = tuple(
        tuple(_folded(cell, width) for cell, width in zip(row, widths, strict=True)) for row in table.rows
    )
    parts = [wrapped(table.title)] if table.title else []
    parts.append(_grid(replace(table, rows=rows), "simple", table.headers))
    return "\n".join([*parts, *map(wrapped, table.notes)])


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
