"""A text without what quoting changes: case, Unicode forms, white space, kinds of quotation marks and dashes.

Every character of the folded text knows which characters of the text it stands for, so that a place in it is
a place in the text. What is a word, and where one may be cut off from the next, is decided here too.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

QUOTES = "\"'`´‘’‚‛“”„‟‹›«»′″‴‵‶‷ʹʺʻʼʽˈ❛❜❝❞〝〞〟「」『』｢｣＂＇"
DASHES = "-‐‑‒–—―−⁃﹘﹣－⸺⸻"
_BLANK = "\u180e\u200b\ufeff"
"""What is seen as nothing but parts words."""
_JOINERS = "'’‘-‐‑"
_OTHERS = {"⁄": "/"}
_UNSEEN = 8
"""How many invisible characters in a row may join a word."""

# Scripts that write words without spaces between them: any two of their characters may be parted.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # radicals
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)

# What is one sign however long: dashes with the spaces around them, quotation marks, dots, spaces.
_RUN = re.compile(r" +-[ -]*|-[ -]+|'{2,}|\.(?: ?\.){2,}| {2,}")


class _Signs(dict[str, str]):
    """What each character is folded to, made as it is asked for."""

    def __missing__(self, character: str) -> str:
        folded = _fold_character(character)
        self[character] = folded
        return folded


class _Kinds(dict[str, str]):
    """What each character is to a word, made as it is asked for."""

    def __missing__(self, character: str) -> str:
        kind = _kind(character)
        self[character] = kind
        return kind


def _fold_character(character: str) -> str:
    if character in QUOTES:
        return "'"
    if character in DASHES:
        return "-"
    if character in _BLANK or character.isspace():
        return " "
    category = unicodedata.category(character)
    if category == "Cf" or "\ufe00" <= character <= "\ufe0f":
        return ""
    if category == "Cc":
        return " "
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join("'" if c in QUOTES else "-" if c in DASHES else _OTHERS.get(c, c) for c in plain)


def _kind(character: str) -> str:
    """Return w for a part of a word, u in a script without spaces, m for a mark on it, f for nothing."""
    category = unicodedata.category(character)
    if category[0] == "M":
        return "m"
    if category == "Cf" and character not in _BLANK:
        return "f"
    if not (character.isalnum() or character == "_"):
        return " "
    point = ord(character)
    return "u" if any(first <= point <= last for first, last in _UNSPACED) else "w"


_SIGNS = _Signs()
_KINDS = _Kinds()


@dataclass(frozen=True)
class Folded:
    """A folded text.

    Parameters
    ----------
    text
        It, of n characters.
    starts, ends
        The stretch of the text that each of them stands for: shape (n,).
    """

    text: str
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the stretch of the text behind a stretch of the folded one.

        None where an end of it lies within what one character of the text, or one run, was folded to.
        """
        if start and self.starts[start - 1] == self.starts[start]:
            return None
        if end < len(self.text) and self.starts[end - 1] == self.starts[end]:
            return None
        return int(self.starts[start]), int(self.ends[end - 1])


def fold(text: str, first: int = 0) -> Folded:
    """Fold a text.

    Parameters
    ----------
    text
        Any text.
    first
        The offset of its first character.
    """
    signs = [_SIGNS[character] for character in text]
    places = np.repeat(np.arange(len(text), dtype=np.int64), [len(sign) for sign in signs]) + first
    folded = "".join(signs)
    characters, starts, ends = list(folded), places, places + 1
    kept = np.ones(len(folded), dtype=np.bool_)
    for run in _RUN.finditer(folded):
        begin, stop = run.span()
        kept[begin + 1 : stop] = False
        characters[begin] = _one_sign(run.group())
        ends[begin] = ends[stop - 1]
    chosen = np.flatnonzero(kept)
    return Folded("".join([characters[place] for place in chosen.tolist()]), starts[chosen], ends[chosen])


def folded(text: str) -> str:
    """Return a text folded, without white space around it."""
    return fold(text).text.strip(" ")


def _one_sign(run: str) -> str:
    if "-" in run:
        return "-"
    return "…" if run[0] == "." else run[0]


def within_word(text: str, place: int) -> bool:
    """Return whether an offset parts what belongs together: a word, a letter and its accent, a number."""
    if not 0 < place < len(text):
        return False
    before, after = _seen(text, range(place - 1, -1, -1)), _seen(text, range(place, len(text)))
    if after == "m":
        return not text[place - 1].isspace()
    return (before in "wm" and after == "w") or _within_number(text, place)


def _seen(text: str, places: range) -> str:
    """Return the kind of the first character that can be seen, such as no soft hyphen; blank for none."""
    return next((kind for kind in (_KINDS[text[n]] for n in places[:_UNSEEN]) if kind != "f"), " ")


def _within_number(text: str, place: int) -> bool:
    """Return whether an offset stands beside the comma or point of a number such as 1,500."""
    for sign in (place - 1, place):
        if 0 < sign < len(text) - 1 and text[sign] in ".,":
            return text[sign - 1].isdigit() and text[sign + 1].isdigit()
    return False


def within_compound(text: str, start: int, end: int) -> bool:
    """Return whether a stretch is joined to another word by a hyphen or an apostrophe."""
    before = start > 1 and text[start - 1] in _JOINERS and _KINDS[text[start - 2]] == "w"
    after = end + 1 < len(text) and text[end] in _JOINERS and _KINDS[text[end + 1]] == "w"
    return before or after


def has_word(text: str) -> bool:
    """Return whether a text holds a letter or digit."""
    return any(_KINDS[character] in "wu" for character in text)
