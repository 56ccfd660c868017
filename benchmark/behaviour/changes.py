"""Changes of a text, made all at once, with the stretches of both texts that then differ."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from benchmark.behaviour.cases import Edit

_ARTICLE = re.compile(r"(?<![\w’'-])(an?)(?=[ \u00a0]+[“‘\"']?$)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[’'.][^\W_]+)*")
_YOU = re.compile(
    r"uni(?!n|m[^e])|u[sk](?![a-z])|us[aeu]|ut[ei]|ur[aou]|uk|uga|eu|ewe|one(?![a-z])|once", re.I
)
_SILENT = re.compile(r"hour|hono|honest|heir", re.I)
_EIGHT = re.compile(r"8\d{0,2}(?!\d)|1[18](?!\d)|8\d{3,}")
_LETTERS = re.compile(r"(?:[A-Z]{1,3}|(?:[A-Z]\.)+[A-Z]?)(?![\w])")
_SPOKEN_WITH_VOWEL = frozenset("AEFHILMNORSX")


class Change(NamedTuple):
    """A stretch of a text and what is put in its place.

    Parameters
    ----------
    start, end
        Offsets in code points, end exclusive; equal where words are put in.
    new
        The words; "" where the stretch goes.
    """

    start: int
    end: int
    new: str


def changed(text: str, changes: Iterable[Change]) -> tuple[str, tuple[Edit, ...]]:
    """Return a text with all changes made, and where the two texts then differ.

    Parameters
    ----------
    text
        The text.
    changes
        Disjoint, in any order. One that changes nothing is left out of the edits.

    Raises
    ------
    ValueError
        Where two changes overlap or one lies outside the text.
    """
    pieces: list[str] = []
    edits: list[Edit] = []
    place, length = 0, 0
    for start, end, new in sorted(changes):
        if not place <= start <= end <= len(text):
            raise ValueError(f"change {start}–{end} overlaps another or lies outside the text")
        if text[start:end] == new:
            continue
        pieces += [text[place:start], new]
        twin_start = length + start - place
        length = twin_start + len(new)
        edits.append((start, end, twin_start, length))
        place = end
    return "".join([*pieces, text[place:]]), tuple(edits)


def indefinite(words: str) -> str:
    """Return "a" or "an", as the sound at the beginning of some words asks."""
    if not (found := _WORD.search(words)):
        return "a"
    rest = words[found.start() :]
    if letters := _LETTERS.match(rest):
        return "an" if letters[0][0] in _SPOKEN_WITH_VOWEL else "a"
    if _SILENT.match(rest) or _EIGHT.match(rest):
        return "an"
    return "an" if rest[0].lower() in "aeiouáéíóúåäöøæ" and not _YOU.match(rest) else "a"


def article_before(text: str, place: int, words: str) -> Change | None:
    """Return the change that an indefinite article needs where other words now follow it.

    Parameters
    ----------
    text
        The text.
    place
        Where the words begin.
    words
        The words that follow the article after the change.

    Returns
    -------
    Change or None
        None where no such article stands there, or it is right already.
    """
    found = _ARTICLE.search(text, max(0, place - 8), place)
    if found is None or not words.strip() or found[1].lower() == (article := indefinite(words)):
        return None
    if found[1].isupper() and (len(found[1]) > 1 or words.isupper()):
        article = article.upper()
    elif found[1][0].isupper():
        article = article.capitalize()
    return Change(found.start(1), found.end(1), article)
