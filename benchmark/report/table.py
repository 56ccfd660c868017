"""Tables without a format, and the formats they can be written in."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

import tabulate as tabulate_module
from tabulate import tabulate

from benchmark.report.formats import Format

WIDTH = 100
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
    """

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    align: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()


def render(tables: Sequence[Table], kind: Format) -> str:
    """Return tables as text, without a line break at the end.

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
    return "\n\n".join(write(table) for table in tables)


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
    parts = [wrapped(table.title), _grid(replace(table, rows=rows), "simple", table.headers)]
    return "\n".join([*parts, *map(wrapped, table.notes)])


def _github(table: Table) -> str:
    cells = tuple(tuple(cell.replace("|", "\\|") for cell in row) for row in table.rows)
    heads = [_one_line(header).replace("|", "\\|") for header in table.headers]
    grid = _grid(replace(table, rows=cells), "github", heads)
    notes = "\n".join(f"- {note}" for note in table.notes)
    return "\n\n".join(part for part in (f"**{table.title}**", grid, notes) if part)


def _latex(table: Table) -> str:
    grid = _grid(table, "latex_booktabs", [_one_line(header) for header in table.headers])
    comments = [f"% {line}" for text in (table.title, *table.notes) for line in wrapped(text).split("\n")]
    minus = re.sub(r"(?<![\w.])-(?=\d*\.\d)", "$-$", grid)
    return "\n".join([*comments, minus.replace("–", "--")])


def _html(table: Table) -> str:
    grid = _grid(table, "html", [_one_line(header) for header in table.headers])
    notes = "".join(f"<p>{escape(note)}</p>\n" for note in table.notes)
    caption = f"<caption>{escape(table.title)}</caption>\n"
    return f"{grid.replace('<table>', '<table>' + chr(10) + caption.rstrip(), 1)}\n{notes}".rstrip()
