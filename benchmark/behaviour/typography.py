"""Changes of a text that alter how it is set and not what it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from unicodedata import normalize

from benchmark.behaviour.changes import Change

_DASH = re.compile(r" – ")
_QUOTE = re.compile(r"[\"']")
_CURLY = {"“": '"', "”": '"', "‘": "'", "’": "'"}
_AFTER_NUMBER = re.compile(r"(?<=\d) (?=[^\W\d])")
_HEADLINE_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)?")
_SMALL = frozenset(["a", "an", "the", "and", "or", "of", "on", "in", "to", "at", "by", "for", "with", "from"])
_CLUSTER = re.compile(r"[^\u0300-\u036f][\u0300-\u036f]*", re.DOTALL)
WIDTH = 64
"""Columns of a text whose lines are wrapped."""

Alteration = Callable[[str], Iterator[Change]]
"""From a text to the changes that alter how it is set."""


def curly_quotes(text: str) -> Iterator[Change]:
    """Yield a curly quote for every straight one: an opening one after a space, bracket, quote or nothing."""
    for found in _QUOTE.finditer(text):
        place = found.start()
        opens = place == 0 or text[place - 1].isspace() or text[place - 1] in "([\"'–—"
        yield Change(place, place + 1, ("‘’" if found[0] == "'" else "“”")[not opens])


def straight_quotes(text: str) -> Iterator[Change]:
    """Yield a straight quote for every curly one."""
    for place, letter in enumerate(text):
        if letter in _CURLY:
            yield Change(place, place + 1, _CURLY[letter])


def closed_dashes(text: str) -> Iterator[Change]:
    """Yield an em dash without spaces for every spaced en dash."""
    for found in _DASH.finditer(text):
        yield Change(found.start(), found.end(), "—")


def double_hyphens(text: str) -> Iterator[Change]:
    """Yield two spaced hyphens for every spaced en dash, as wire services set it."""
    for found in _DASH.finditer(text):
        yield Change(found.start() + 1, found.end() - 1, "--")


def no_break_spaces(text: str) -> Iterator[Change]:
    """Yield a no-break space between every number and the word after it."""
    for found in _AFTER_NUMBER.finditer(text):
        yield Change(found.start(), found.end(), "\u00a0")


def narrow_spaces(text: str) -> Iterator[Change]:
    """Yield a narrow no-break space between every number and the word after it."""
    for found in _AFTER_NUMBER.finditer(text):
        yield Change(found.start(), found.end(), "\u202f")


def title_case(text: str) -> Iterator[Change]:
    """Yield a capital for every word of the first line but small ones such as "of"."""
    for found in _HEADLINE_WORD.finditer(text.partition("\n")[0]):
        if found[0] not in _SMALL:
            yield Change(found.start(), found.start() + 1, found[0][0].upper())


def upper_case(text: str) -> Iterator[Change]:
    """Yield upper case for every word of the first line."""
    for found in _HEADLINE_WORD.finditer(text.partition("\n")[0]):
        yield Change(found.start(), found.end(), found[0].upper())


def wrapped_lines(text: str) -> Iterator[Change]:
    """Yield line breaks in place of spaces, so that lines after the first keep to the width if words do."""
    begin, last = text.find("\n") + 1, -1
    for place in range(begin, len(text)):
        if text[place] == "\n":
            begin, last = place + 1, -1
        elif text[place] == " ":
            last = place
        elif place - begin >= WIDTH and last >= begin:
            yield Change(last, last + 1, "\n")
            begin, last = last + 1, -1


def decomposed(text: str) -> Iterator[Change]:
    """Yield letter and combining mark for every letter that Unicode can write so (NFD)."""
    for place, letter in enumerate(text):
        if (new := normalize("NFD", letter)) != letter:
            yield Change(place, place + 1, new)


def composed(text: str) -> Iterator[Change]:
    """Yield one letter for every letter with its combining marks (NFC)."""
    for found in _CLUSTER.finditer(text):
        if (new := normalize("NFC", found[0])) != found[0]:
            yield Change(found.start(), found.end(), new)


def decompose(text: str) -> str:
    """Return a text whose letters with marks are written as two characters (NFD)."""
    return normalize("NFD", text)


def curl(text: str) -> str:
    """Return a text with curly quotes in place of straight ones."""
    new = {change.start: change.new for change in curly_quotes(text)}
    return "".join(new.get(place, letter) for place, letter in enumerate(text))


def unchanged(text: str) -> str:
    """Return a text as it is."""
    return text


ALTERATIONS: dict[str, tuple[tuple[str, Callable[[str], str], Alteration], ...]] = {
    "quotes": (("curly", unchanged, curly_quotes), ("straight", curl, straight_quotes)),
    "dashes": (("closed", unchanged, closed_dashes), ("hyphens", unchanged, double_hyphens)),
    "spaces": (("no-break", unchanged, no_break_spaces), ("narrow", unchanged, narrow_spaces)),
    "headline": (("title", unchanged, title_case), ("upper", unchanged, upper_case)),
    "lines": (("wrapped", unchanged, wrapped_lines), ("wrapped", curl, wrapped_lines)),
    "unicode": (("decomposed", unchanged, decomposed), ("composed", decompose, composed)),
}
"""Two forms of each change, in turns: its name, what is done to both texts first, and the change."""
