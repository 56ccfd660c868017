"""Texts made to fit: names broken into lines where that cuts no word, or shortened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_BREAKS = (r"(?<!\\,)(?<=,)", r"(?<=[=:/&?])(?![=:/&?])", r"(?<=[_.-])(?![_.-])")
"""Where a name that is too long may be broken: after commas, else after signs, else in parts of a word."""
_ELLIPSIS = "…"


def folded(text: str, width: int) -> str:
    """Return a text in lines that are no wider than a width, as far as it has places to break.

    It is broken at spaces; a name that is longer than the width after its commas; a piece of it that is still
    too long after other signs; and where that does not do, after underscores, stops and hyphens. A signature,
    which has bars between its fields, is never broken: it is there to be copied.

    Parameters
    ----------
    text
        On one line.
    width
        In characters; 0 for no breaks.
    """
    if not width or len(text) <= width:
        return text
    lines: list[str] = []
    room = 0
    for word in filter(None, text.split(" ")):
        gap = " "
        for piece in _pieces(word, width):
            if lines and len(gap) + len(piece) <= room:
                lines[-1] += gap + piece
            else:
                lines.append(piece)
            room = width - len(lines[-1])
            gap = ""
    return "\n".join(lines)


def _pieces(word: str, width: int, breaks: Sequence[str] = _BREAKS) -> Iterator[str]:
    """Yield a word, in pieces where it is too long."""
    if len(word) <= width or not breaks or "|" in word:
        yield word
        return
    for piece in re.split(breaks[0], word):
        if piece:
            yield from _pieces(piece, width, breaks[1:])


def shortened(text: str, room: int) -> str:
    """Return a text with an ellipsis in the place of its middle where it is longer than the room for it.

    Its beginning and its end stay, which is where two specifications differ most often.

    Parameters
    ----------
    text
        On one line.
    room
        In characters; below 1 there is room for nothing.
    """
    if len(text) <= room:
        return text
    if room < 1:
        return ""
    end = (room - 1) // 2
    return f"{text[: room - 1 - end]}{_ELLIPSIS}{text[len(text) - end :]}"
