"""Find words that a corpus names without offsets in the text that they were taken from."""

from __future__ import annotations

import re
from collections.abc import Iterable

QUOTES = '"“”„«»'
APOSTROPHES = "'’‘´`"
DASHES = "-‐‑‒–—―−"
SHORTEST = 3
"""Characters that a word needs to be looked for within other words."""
LONGEST = 1000

_EDGES = QUOTES + APOSTROPHES + ".,;:!? \t\r\n\u00a0"


def locate(word: str, text: str) -> list[tuple[int, int]]:
    """Return where a word or phrase stands in a text, ascending and disjoint.

    All places where it stands as whole words count, as it is written. If there is none, case, the kind of
    quotes and dashes, and the amount of white space no longer matter, nor whether a dash or a space joins
    two words; then punctuation around it; at last it may be a part of other words, which are then taken
    whole.

    Parameters
    ----------
    word
        What is looked for.
    text
        Where.
    """
    given = word.strip()
    core = word.strip(_EDGES)
    if not core or len(given) > LONGEST:
        return []
    loose, bare = _loose(given), _loose(core)
    for pattern, flags in ((re.escape(given), re.NOFLAG), (loose, re.IGNORECASE), (bare, re.IGNORECASE)):
        found = [match.span() for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", text, flags)]
        if found:
            return found
    if len(core) < SHORTEST:
        return []
    return united([_whole(*match.span(), text) for match in re.finditer(bare, text, re.IGNORECASE)])


def united(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return places in ascending order, those that overlap as one; places that touch stay apart."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept


def plain(text: str) -> str:
    """Return a text without what copying changes: case, the kind of quotes and dashes, spaces."""
    for signs in (QUOTES, APOSTROPHES, DASHES):
        text = re.sub(f"[{re.escape(signs)}]", signs[0], text)
    return " ".join(text.casefold().split())


def _loose(word: str) -> str:
    """Return a pattern for a word in which quotes, dashes and white space stand for all of their kind."""
    joint = rf"[{re.escape(DASHES)}\s]+"
    parts = re.split(joint, word)
    return joint.join("".join(map(_sign, part)) for part in parts)


def _sign(character: str) -> str:
    for signs in (QUOTES, APOSTROPHES):
        if character in signs:
            return f"[{re.escape(signs)}]"
    return re.escape(character)


def _whole(start: int, end: int, text: str) -> tuple[int, int]:
    """Return a place extended to the ends of the words that it begins and ends in."""
    while start and re.match(r"\w", text[start - 1]):
        start -= 1
    while end < len(text) and re.match(r"\w", text[end]):
        end += 1
    return start, end
