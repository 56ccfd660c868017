"""A text with its marks, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import category

import typer

from benchmark.model import Document, Prediction, Span

COLORS = ("red", "green", "yellow", "blue", "magenta", "cyan")


def marked(document: Document, prediction: Prediction, *, color: bool, heading: bool) -> str:
    """Return a text in which each mark stands in square brackets with its label, nested marks too.

    Parameters
    ----------
    document
        The text.
    prediction
        Its marks.
    color
        Whether marks are coloured by label as well.
    heading
        Whether the document's id stands above the text.
    """
    labels = sorted({span.label for span in prediction.spans})
    paint = {label: COLORS[index % len(COLORS)] for index, label in enumerate(labels)}
    pieces = [printable(f"== {document.id} ==") + "\n"] if heading else []
    place = 0
    for edge in sorted({edge for span in prediction.spans for edge in (span.start, span.end)}):
        inside = _innermost(prediction.spans, place)
        pieces.append(_painted(document.text[place:edge], inside, paint if color else {}))
        closing = sorted((s for s in prediction.spans if s.end == edge), key=lambda s: (-s.start, s.label))
        pieces.extend(f"|{printable(span.label)}]" for span in closing)
        opening = sorted((s for s in prediction.spans if s.start == edge), key=lambda s: (-s.end, s.label))
        pieces.extend("[" for _ in opening)
        place = edge
    pieces.append(printable(document.text[place:]))
    pieces.extend(_units(document, prediction))
    return "".join(pieces)


def _innermost(spans: Sequence[Span], place: int) -> Span | None:
    over = [span for span in spans if span.start <= place < span.end]
    return min(over, key=lambda span: (span.end - span.start, span.label)) if over else None


def _painted(text: str, span: Span | None, paint: dict[str, str]) -> str:
    clean = printable(text)
    return typer.style(clean, fg=paint[span.label]) if span and paint and clean else clean


def _units(document: Document, prediction: Prediction) -> list[str]:
    """Return a line for each labelled unit: what it is, its labels and how it begins."""
    lines = []
    kinds = {
        (start, end): kind
        for kind in ("sentence", "paragraph", "document")
        for start, end in document.units(kind).tolist()
    }
    for unit in prediction.units:
        begin = " ".join(document.text[unit.start : unit.end].split())
        shown = begin if len(begin) <= 60 else begin[:59] + "…"
        kind, labels = kinds.get((unit.start, unit.end), "unit"), ", ".join(unit.labels) or "(none)"
        lines.append("\n" + printable(f"{kind}: {labels}: {shown}"))
    return lines


def printable(text: str) -> str:
    """Return text in which control characters, which could steer a terminal, are replaced.

    Spaces of any width stay, and so do the joiners that emoji and some scripts need.
    """
    return "".join(
        c if c.isprintable() or c in "\n\t\u200c\u200d" or category(c) == "Zs" else "�"
        for c in text.replace("\r\n", "\n")
    )
