"""A figure as a file: SVG, PNG or PDF, the same bytes for the same figure."""

from __future__ import annotations

import io
from pathlib import Path

from matplotlib.figure import Figure

from benchmark.errors import UsageError, one_line
from benchmark.fileio import atomic_write
from benchmark.plots.style import drawing

_DATES = {"svg": "Date", "pdf": "CreationDate", "png": ""}
SUFFIXES = tuple(f".{kind}" for kind in _DATES)
"""Of the files that a plot can be written to."""


def format_of(path: Path) -> str:
    """Return the format that a file's name asks for: svg, png or pdf.

    Raises
    ------
    UsageError
        Where it asks for another, or for none.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(
            f"{one_line(str(path))}: a plot is written to a file whose name ends in .svg, .png or .pdf"
        )
    return suffix[1:]


def save(figure: Figure, path: Path) -> None:
    """Write a figure to a file in the format of its suffix, or leave what stands there as it is.

    Parameters
    ----------
    figure
        One of this package's.
    path
        Ends in .svg, .png or .pdf. Text stays text in SVG and in PDF.

    Raises
    ------
    UsageError
        Where the suffix is another one, or the file cannot be written.
    """
    atomic_write(path, encoded(figure, format_of(path)))


def encoded(figure: Figure, kind: str, *, transparent: bool = False) -> bytes:
    """Return a figure in a format, without the date.

    Parameters
    ----------
    figure
        One of this package's.
    kind
        svg, png or pdf.
    transparent
        Whether without a ground; else it is white.
    """
    metadata: dict[str, str | None] = {"Title": str(figure.get_label())}
    if _DATES[kind]:
        metadata[_DATES[kind]] = None
    buffer = io.BytesIO()
    with drawing():
        figure.savefig(buffer, format=kind, metadata=metadata, transparent=transparent)
    return buffer.getvalue()
