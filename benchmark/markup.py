"""A text with its marks as HTML, for a notebook.

Plain values in, text out: it knows nothing of the model, which imports it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from unicodedata import category

Mark = tuple[int, int, str]
"""Start and exclusive end in code points, and the label."""

_COLOURS = ("0, 114, 178", "213, 94, 0", "0, 158, 115", "204, 121, 167", "127, 127, 127")
_LINES = ("solid", "double", "dashed", "dotted")


def marked_html(heading: str, text: str, marks: Sequence[Mark], below: Iterable[str] = ()) -> str:
    """Return a text in which each mark is underlined and followed by its label; all of it is escaped.

    Labels differ by the colour and by the kind of their line. Where marks overlap the innermost one shows;
    each label stands where its mark ends.

    Parameters
    ----------
    heading
        One line above the text.
    text
        The text.
    marks
        In any order, within the text.
    below
        Lines below the text.
    """
    looks = {label: _look(place) for place, label in enumerate(sorted({label for *_, label in marks}))}
    edges = sorted({0, len(text)} | {edge for start, end, _ in marks for edge in (start, end)})
    ends: dict[int, list[Mark]] = {}
    for mark in marks:
        ends.setdefault(mark[1], []).append(mark)
    pieces, place = [], 0
    for edge in edges:
        if edge > place:
            pieces.append(_piece(text[place:edge], _over(marks, place), looks))
            place = edge
        closing = sorted(ends.get(edge, ()), key=lambda mark: (-mark[0], mark[2]))
        pieces += [f"<sub>[{safe(label)}]</sub>" for *_, label in closing]
    lines = "".join(f'<div dir="auto">{safe(line)}</div>' for line in below)
    body = f'<div dir="auto" style="white-space: pre-wrap; max-width: 80ch">{"".join(pieces)}</div>'
    return f"<div><strong>{safe(heading)}</strong>{body}{lines}</div>"


def _over(marks: Sequence[Mark], place: int) -> Mark | None:
    """Return the shortest mark that a place lies in."""
    found = [mark for mark in marks if mark[0] <= place < mark[1]]
    return min(found, key=lambda mark: (mark[1] - mark[0], mark[2])) if found else None


def _piece(text: str, mark: Mark | None, looks: dict[str, str]) -> str:
    if mark is None:
        return safe(text)
    label = mark[2]
    return f'<mark title="{safe(label)}" style="{looks[label]}">{safe(text)}</mark>'


def _look(place: int) -> str:
    """Return how the label at a place is shown, on a light and on a dark ground."""
    colour, line = _COLOURS[place % len(_COLOURS)], _LINES[place % len(_LINES)]
    return f"color: inherit; background: rgba({colour}, 0.2); border-bottom: 3px {line} rgb({colour})"


def safe(text: str) -> str:
    """Return text that can stand in HTML: markup is escaped, and a control character is a replacement one."""
    clean = (c if c in "\n\t" or category(c) not in ("Cc", "Cs") else "\ufffd" for c in text)
    return escape("".join(clean))
