"""Find a stretch of a folded text that differs from a quotation by a few edits, or nothing where in doubt.

Candidates are the stretches that share enough runs of three characters with the quotation: a text within k
edits of n characters has at least n − 2 − 3k of its runs (Ukkonen 1992). Their Levenshtein distance decides.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baselines.llm.folding import Folded, has_word, within_word

_GRAM = 3
_LEAST_SHARED = 2
_BIN = 8
_MOST_REGIONS = 100
_SIGNS = string.punctuation + "… "


@dataclass(frozen=True, slots=True)
class Bound:
    """How much a quotation may differ from the words that it is taken for.

    Parameters
    ----------
    share
        Edits allowed, of the quotation's length.
    most
        The most edits allowed.
    shortest, longest
        Characters of a quotation that is looked for in this way.
    words
        Words that it needs.
    margin
        By how many edits more any other place must differ, or none is taken.
    """

    share: float = 0.15
    most: int = 20
    shortest: int = 10
    longest: int = 1000
    words: int = 2
    margin: int = 2

    def edits(self, quotation: str) -> int:
        """Return how many edits a folded quotation may be away."""
        size = len(quotation)
        if not self.shortest <= size <= self.longest or _words(quotation) < self.words:
            return 0
        return min(int(size * self.share), self.most)


BOUND = Bound()


def _words(quotation: str) -> int:
    return sum(has_word(piece) for piece in quotation.replace("-", " ").split(" "))


@dataclass(frozen=True, slots=True, order=True)
class _Near:
    """A stretch of the folded text; the best has the fewest edits, then letters at both its ends."""

    edits: int
    bare: int
    start: int
    end: int

    def overlaps(self, other: _Near) -> bool:
        return self.start < other.end and other.start < self.end


class Index:
    """Where the runs of three characters of a folded text stand.

    Parameters
    ----------
    text
        The text.
    passage
        It, or a part of it, folded.
    """

    def __init__(self, text: str, passage: Folded) -> None:
        self.text, self.passage = text, passage
        grams = _grams(passage.text)
        self._order = np.argsort(grams, kind="stable")
        self._grams = grams[self._order]

    def find(self, quotation: str, bound: Bound = BOUND) -> tuple[tuple[int, int], ...]:
        """Return where the wording that is nearest to a quotation stands in the text, ascending.

        Empty where none is near enough, or where another wording is nearly as near.

        Parameters
        ----------
        quotation
            Folded.
        bound
            How far it may be away.
        """
        edits = bound.edits(quotation)
        if not edits:
            return ()
        near = sorted(self._near(quotation, edits + bound.margin - 1))
        if not near or near[0].edits > edits:
            return ()
        best = self._best(near, bound.margin)
        places = (self.passage.place(found.start, found.end) for found in best)
        return tuple(sorted(place for place in places if place))

    def _best(self, near: list[_Near], margin: int) -> list[_Near]:
        """Return the places of the nearest wording; none where it is not clear which one that is."""
        first = near[0]
        close = [other for other in near[1:] if other.edits < first.edits + margin]
        if any(other.overlaps(first) and self._rivals(other, first) for other in close):
            return []
        kept: list[_Near] = []
        for found in near:
            if any(found.overlaps(other) for other in kept):
                continue
            if self._wording(found) == self._wording(first):
                kept.append(found)
            elif found.edits < first.edits + margin:
                return []
        return kept

    def _rivals(self, other: _Near, first: _Near) -> bool:
        """Return whether one stretch has a word that the other lacks, or neither is the better one."""
        same = self._wording(other).strip(_SIGNS) == self._wording(first).strip(_SIGNS)
        return not same or (other.edits, other.bare) == (first.edits, first.bare)

    def _wording(self, found: _Near) -> str:
        return self.passage.text[found.start : found.end]

    def _near(self, quotation: str, reach: int) -> set[_Near]:
        """Return the stretches from word to word that are at most so many edits away."""
        found = set[_Near]()
        for low, high in self._regions(quotation, reach):
            starts = [place for place in range(max(low - 1, 0), high + 1) if self._opens(place)]
            if starts:
                found.update(self._pairs(quotation, starts, reach))
        return found

    def _pairs(self, quotation: str, starts: list[int], reach: int) -> Iterator[_Near]:
        from rapidfuzz.distance import Levenshtein  # of an extra, which importing a detector must not need

        text, size = self.passage.text, len(quotation)
        last = min(starts[-1] + size + reach, len(text))
        ends = [place for place in range(starts[0] + max(size - reach, 1), last + 1) if self._closes(place)]
        for start in starts:
            for end in ends:
                if abs(end - start - size) > reach:
                    continue
                edits = Levenshtein.distance(quotation, text[start:end], score_cutoff=reach)
                if edits <= reach:
                    bare = (not has_word(text[start])) + (not has_word(text[end - 1]))
                    yield _Near(edits, bare, start, end)

    def _opens(self, place: int) -> bool:
        """Return whether a stretch of the folded text may begin at a place."""
        starts = self.passage.starts
        if place >= len(starts) or self.passage.text[place] == " ":
            return False
        aligned = not place or starts[place - 1] != starts[place]
        return bool(aligned) and not within_word(self.text, int(starts[place]))

    def _closes(self, place: int) -> bool:
        """Return whether a stretch of the folded text may end at a place."""
        starts = self.passage.starts
        if self.passage.text[place - 1] == " ":
            return False
        aligned = place == len(starts) or starts[place - 1] != starts[place]
        return bool(aligned) and not within_word(self.text, int(self.passage.ends[place - 1]))

    def _regions(self, quotation: str, reach: int) -> Iterator[tuple[int, int]]:
        """Yield between which places of the folded text a stretch may begin that is near enough."""
        grams = _grams(quotation)
        left, right = (np.searchsorted(self._grams, grams, side) for side in ("left", "right"))
        counts = right - left
        if not counts.any():
            return
        skipped = np.cumsum(counts) - counts
        hits = self._order[np.repeat(left - skipped, counts) + np.arange(counts.sum())]
        # Where the quotation would begin if the hit were no chance; shifted, so that it is never negative.
        begins = hits - np.repeat(np.arange(len(grams)), counts) + len(quotation)
        width = max(_BIN, reach + 1)
        votes = np.bincount(begins // width, minlength=2)
        both = votes[:-1] + votes[1:]
        needed = max(len(quotation) - _GRAM + 1 - _GRAM * reach, _LEAST_SHARED)
        bins = np.flatnonzero(both >= needed)
        for number in bins[np.argsort(-both[bins], kind="stable")][:_MOST_REGIONS].tolist():
            low = number * width - len(quotation)
            yield low, low + 2 * width


def _grams(text: str) -> NDArray[np.int64]:
    """Return each run of three characters as one number: shape (n − 2,)."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
    if len(points) < _GRAM:
        return np.empty(0, dtype=np.int64)
    return (points[:-2] << 42) | (points[1:-1] << 21) | points[2:]
