"""The direct quotations of a text, told by typography alone.

A quotation stands in “…”, "…", ''…'', „…“, «…» or ‘…’ (and '…'), and its marks belong to it. What is said and
what is put at a distance look alike, so that a word in scare quotes is a quotation too; reported speech
without marks is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmark.model import Offsets, offsets

_LINE = re.compile(r"[^\n]+")
_MARK = re.compile(r"''|[“”„«»\"‘']")
_CURLY = re.compile(r"[“”„]")
_CONTINUED = {"‘": re.compile(r"\s*‘"), '"': re.compile(r"\s*(\"|'')(?=\w)")}
_APOSTROPHE_FOLLOWS = re.compile(r"[ \u00a0][a-z]")
_CLOSES_SINGLE = {"‘": re.compile(r"(?<=\S)’(?!\w)"), "'": re.compile(r"(?<=\S)'(?![\w'])")}
_KIND = {"''": '"', "”": "“", "„": "“", "»": "«"}
_BEFORE_OPENING = "([{<-–—/:“„«‘'\""
_ENDS_SPEECH = ".,?!…"
_DOUBLE = ('"', "“")


@dataclass(frozen=True, slots=True)
class _Mark:
    """A quotation mark: its kind, its place in the text, and what it can be there."""

    kind: str
    start: int
    end: int
    opens: bool
    closes: bool


def quotations(text: str) -> Offsets:
    """Return the direct quotations of a text, marks included: shape (n, 2), ascending and disjoint.

    Marks are paired within a line, since a line is a paragraph. A mark of the other kind closes a quotation
    too where papers mix them (“…"), and a quotation within a quotation belongs to the outer one. An opened
    curly quotation that its line does not close runs to the end of the line, as papers write quotations
    of several paragraphs; where the next curly mark of the text closes it, it runs to there. One opened by
    " or ‘ does so only where the next line opens with the same mark, as that custom asks; else the mark is
    none. ‘ and ' open a quotation where no word stands before them, and ’ and ' close it where none
    follows, so that an apostrophe does neither; that of a plural (workers’) is known by a later mark
    that closes the speech.

    Parameters
    ----------
    text
        Any text.
    """
    found: list[tuple[int, int]] = []
    reach = 0
    for line in _LINE.finditer(text):
        for start, end in _of_line(text, max(line.start(), reach), line.end()):
            found.append((start, end))
            reach = end
    return offsets(found)


def _of_line(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the quotations that open between two offsets of one line."""
    marks = [_mark(text, match, start, end) for match in _MARK.finditer(text, start, end)]
    lone: set[str] = set()  # kinds that nothing closes from here on
    reach = start
    for place, mark in enumerate(marks):
        if mark.start < reach or not mark.opens or mark.kind in lone:
            continue
        closed = _closing(text, marks, place, end)
        if closed is None:
            lone.add(mark.kind)
            closed = _unclosed(text, mark.kind, end)
        if closed is not None:
            yield mark.start, closed
            reach = closed


def _mark(text: str, match: re.Match[str], start: int, end: int) -> _Mark:
    """Return a mark of a line; what a straight or a wrongly typed one can be is told by its neighbours."""
    before = text[match.start() - 1] if match.start() > start else " "
    after = text[match.end()] if match.end() < end else " "
    toward = not after.isspace() and (before.isspace() or before in _BEFORE_OPENING)
    away = not before.isspace() and not toward
    sign = match.group()
    if sign == "“":
        closes = away and not after.isalnum()
        opens = not closes
    elif sign == "”":
        opens = before.isspace() and after.isalnum()
        closes = not opens
    elif sign in "‘'":
        opens, closes = toward and not after.isdigit(), False  # ’90s
    elif sign in ('"', "''"):
        apart = before.isspace() and after.isspace()
        opens, closes = toward or apart, away or apart
    else:
        opens, closes = sign in "„«", sign == "»"
    return _Mark(_KIND.get(sign, sign), match.start(), match.end(), opens, closes)


def _closing(text: str, marks: Sequence[_Mark], first: int, end: int) -> int | None:
    """Return where the quotation that a mark opens ends, None where its line does not close it."""
    if marks[first].kind in _CLOSES_SINGLE:
        return _single_closing(text, marks[first], end)
    standing = [marks[first].kind]
    for mark in (marks[place] for place in range(first + 1, len(marks))):
        if mark.closes and mark.kind in standing:
            del standing[len(standing) - 1 - standing[::-1].index(mark.kind) :]
        elif mark.closes and mark.kind in _DOUBLE and standing[-1] in _DOUBLE:
            standing.pop()
        elif mark.opens and mark.kind not in _CLOSES_SINGLE and mark.kind not in standing:
            standing.append(mark.kind)
        if not standing:
            return mark.end
    return None


def _single_closing(text: str, mark: _Mark, end: int) -> int | None:
    """Return the end of a quotation in single marks, None where nothing closes it."""
    sign = _CLOSES_SINGLE[mark.kind]
    found = sign.search(text, mark.end, end)
    while found is not None:
        later = sign.search(text, found.end(), end)
        plural = text[found.start() - 1] in "sS" and _APOSTROPHE_FOLLOWS.match(text, found.end(), end)
        speech = later is not None and text[later.start() - 1] in _ENDS_SPEECH
        if not (plural and speech and later and mark.kind not in text[found.end() : later.start()]):
            return found.end()
        found = later
    return None


def _unclosed(text: str, kind: str, end: int) -> int | None:
    """Return where a quotation ends that is not closed before the end of its line, None where it is none."""
    if kind in _CONTINUED:
        return end if _CONTINUED[kind].match(text, end) else None
    if kind != "“":
        return end if kind == "«" else None
    following = _CURLY.search(text, end)
    if following is None or following.group() != "”":
        return end
    mark = _mark(text, following, end, len(text))
    return following.end() if mark.closes else end
