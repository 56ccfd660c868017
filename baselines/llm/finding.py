"""Find the places of a text that a quotation may have been taken from: exact, then normalised, then fuzzy."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from baselines.llm.folding import fold, folded, has_word, within_compound, within_word
from baselines.llm.fuzzy import BOUND, Bound, Index
from benchmark.answers import EXACT, FUZZY, NORMALISED, UNPLACED

LONGEST = 20_000
"""Characters of a quotation that is looked for at all."""
GAP = 300
"""The most characters that an ellipsis may stand for; they are of one paragraph."""
SHORT = 3
"""Letters of a quotation whose capitals must be right but for the first: US is not us."""
_MOST_PIECES = 8
_MOST_STARTS = 500
_LEAST_PIECES = 8
_MOST_ENDS = 6
_MARKS = " '*_`"
_ENDS = " '*_`….,;:!?"
_ELLIPSIS = re.compile(r"\[ ?… ?\]|\( ?… ?\)|…")

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """Where a quotation may have been taken from.

    Parameters
    ----------
    how
        exact, normalised, fuzzy or unplaced.
    places
        The occurrences of one wording, ascending and disjoint.
    joined
        Those that a hyphen or an apostrophe joins to another word; they count last.
    """

    how: str = UNPLACED
    places: tuple[Stretch, ...] = ()
    joined: frozenset[Stretch] = frozenset()


NOTHING = Found()


class Passage:
    """A text, or a part of one, in which quotations are looked for.

    Parameters
    ----------
    text
        The text.
    within
        Between which offsets; None for all of it.
    bound
        How much a quotation may differ from the text.
    """

    def __init__(self, text: str, within: Stretch | None = None, bound: Bound = BOUND) -> None:
        self.text, self.bound = text, bound
        self.first, self.last = within or (0, len(text))
        self._known: dict[str, Found] = {}
        self._others: dict[str, Found] = {}

    @cached_property
    def _folded(self) -> Index:
        return Index(self.text, fold(self.text[self.first : self.last], self.first))

    def find(self, quotation: str) -> Found:
        """Return where a quotation may have been taken from.

        Parameters
        ----------
        quotation
            As the model gave it. Quotation marks around it that the text does not have, and punctuation at
            its end, are taken for the model's.
        """
        words = quotation.strip()
        if words not in self._known:
            found = self._find(words) if 0 < len(words) <= LONGEST else NOTHING
            self._known[words] = found
        return self._known[words]

    def further(self, quotation: str) -> Found:
        """Return where the words of a quotation stand written in other ways than where `find` has them.

        A model that quotes a wording twice writes it alike, even where the text has a capital, a line break
        or another hyphen in one of the two places.
        """
        words = quotation.strip()
        if words not in self._others:
            self._others[words] = self._written_otherwise(words, self.find(quotation))
        return self._others[words]

    def _written_otherwise(self, words: str, found: Found) -> Found:
        if found.how not in (EXACT, NORMALISED):
            return NOTHING
        rows = ([at for at in self._occurrences(f) if self._same_case(at, words)] for f in _forms(words))
        places = [at for at in next(filter(None, rows), []) if not _meets(at, found.places)]
        return self._found(NORMALISED, places) if places else NOTHING

    def _find(self, words: str) -> Found:
        places = self._exact(words)
        if places:
            return self._found(EXACT, places)
        if not has_word(words):
            return NOTHING
        forms = _forms(words)
        places = next(filter(None, (self._normalised(form, words) for form in forms)), [])
        places = places or next(filter(None, map(self._elided, forms)), [])
        if places:
            return self._found(NORMALISED, places)
        whole = [form for form in forms if len(_pieces(form)) < 2]
        near = next(filter(None, (self._folded.find(form, self.bound) for form in whole)), ())
        return self._found(FUZZY, list(near)) if near else NOTHING

    def _found(self, how: str, places: list[Stretch]) -> Found:
        joined = frozenset(place for place in places if within_compound(self.text, *place))
        return Found(how, tuple(places), joined)

    def _exact(self, words: str) -> list[Stretch]:
        """Return where words stand as they are, and cut no word; signs alone must stand there only once."""
        places, position = list[Stretch](), self.text.find(words, self.first, self.last)
        while position >= 0:
            end = position + len(words)
            whole = self._whole(position, end)
            if whole:
                places.append((position, end))
            position = self.text.find(words, end if whole else position + 1, self.last)
        return places if len(places) == 1 or has_word(words) else []

    def _normalised(self, form: str, words: str) -> list[Stretch]:
        """Return where a form of a quotation stands; those written as it is, where some are."""
        places = [place for place in self._occurrences(form) if self._same_case(place, words)]
        return [(start, end) for start, end in places if self.text[start:end] in words] or places

    def _occurrences(self, words: str) -> Iterator[Stretch]:
        """Yield where folded words stand, ascending and disjoint."""
        passage = self._folded.passage
        position = passage.text.find(words)
        while position >= 0:
            end = position + len(words)
            place = passage.place(position, end)
            place = place and self._bare(place)
            if place and self._whole(*place):
                yield place
                position = passage.text.find(words, end)
            else:
                position = passage.text.find(words, position + 1)

    def _bare(self, place: Stretch) -> Stretch:
        """Return a place without the white space that stands for a dash's."""
        words = self.text[place[0] : place[1]]
        start = place[0] + len(words) - len(words.lstrip())
        return start, start + len(words.strip())

    def _whole(self, start: int, end: int) -> bool:
        return not (within_word(self.text, start) or within_word(self.text, end))

    def _same_case(self, place: Stretch, words: str) -> bool:
        """Return whether a short word is not another one in capitals."""
        given, there = _letters(words), _letters(self.text[place[0] : place[1]])
        return len(given) > SHORT or given[1:] == there[1:]

    def _elided(self, words: str) -> list[Stretch]:
        """Return where pieces that an ellipsis joins stand near each other, if that is one place."""
        pieces = _pieces(words)
        if not 1 < len(pieces) <= _MOST_PIECES or sum(map(len, pieces)) < _LEAST_PIECES:
            return []
        rows = [list(self._occurrences(piece)) for piece in pieces]
        if not all(rows) or len(rows[0]) > _MOST_STARTS:
            return []
        places = [place for first in rows[0] for place in self._chains(first, rows[1:])]
        return places if len(places) == 1 else []

    def _chains(self, first: Stretch, rows: list[list[Stretch]]) -> Iterator[Stretch]:
        """Yield each stretch from a first piece to a last one with the others between, in one paragraph."""
        reached = {first[1]}
        for row in rows:
            # Which of several middles is meant does not matter, where the last one ends does.
            reached = {
                end
                for before in reached
                for start, end in row[bisect_left(row, (before, 0)) : bisect_left(row, (before + GAP, 0))]
            }
        for end in sorted(reached):
            if "\n" not in self.text[first[0] : end]:
                yield first[0], end


def _forms(words: str) -> list[str]:
    """Return the forms of a quotation, folded: whole, without marks around it, with less at its end."""
    whole = folded(words)
    forms = [whole, whole.strip(_MARKS)]
    for _ in range(_MOST_ENDS):
        last = forms[-1]
        if not last or last[-1] not in _ENDS:
            break
        forms.append(last[:-1].rstrip(_MARKS))
    forms.append(forms[-1].rstrip(_ENDS).lstrip("… "))
    return [form for form in dict.fromkeys(forms) if has_word(form)]


def _pieces(words: str) -> list[str]:
    """Return what an ellipsis parts, without punctuation on the sides where it is."""
    parts = [part for part in _ELLIPSIS.split(words) if has_word(part)]
    last = len(parts) - 1
    lefts = [part.lstrip(" ,;:") if number else part for number, part in enumerate(parts)]
    return [(part.rstrip(" ,;:") if number < last else part).strip(" ") for number, part in enumerate(lefts)]


def _meets(at: Stretch, places: Sequence[Stretch]) -> bool:
    """Return whether a stretch overlaps one of several, which are ascending and disjoint."""
    before = bisect_left(places, (at[1], 0)) - 1
    return before >= 0 and places[before][1] > at[0]


def _letters(words: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", words) if letter.isalnum())
