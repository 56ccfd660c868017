"""Keywords of the Policy Frames Codebook's dimensions, counted in each sentence, paragraph and document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from baselines.frame_words import FRAME_WORDS, OTHER
from baselines.layers import FRAME, check_layer
from benchmark.model import Document, Prediction, Unit

_HYPHENS = frozenset("-‐‑")
_DIMENSIONS = tuple(FRAME_WORDS)
Dimensions = tuple[int, ...]


class Keywords:
    """Words, beginnings of words and phrases, each with the dimensions that it points to.

    Parameters
    ----------
    lists
        The words of each dimension, separated by white space, in the notation of `baselines.frame_words`.
    """

    def __init__(self, lists: Mapping[str, str]) -> None:
        self._words: dict[str, Dimensions] = {}
        self._beginnings: dict[str, Dimensions] = {}
        self._phrases: dict[str, list[tuple[tuple[str, ...], Dimensions]]] = {}
        entries: dict[str, Dimensions] = {}
        for number, words in enumerate(lists.values()):
            for word in words.split():
                entries[word] = (*entries.get(word, ()), number)
        for word, dimensions in sorted(entries.items(), key=lambda entry: -entry[0].count("_")):
            self._add(word, dimensions)
        self._lengths = sorted({len(word) for word in self._beginnings})

    def _add(self, word: str, dimensions: Dimensions) -> None:
        first, *rest = word.split("_")
        if rest:
            self._phrases.setdefault(first, []).append((tuple(rest), dimensions))
        elif word.endswith("*"):
            self._beginnings[word[:-1]] = dimensions
        else:
            self._words[word] = dimensions

    def of_word(self, word: str) -> Dimensions:
        """Return the dimensions that a word in lower case points to, each once, in their order."""
        found = set(self._words.get(word, ()))
        for length in self._lengths:
            if length > len(word):
                break
            found.update(self._beginnings.get(word[:length], ()))
        return tuple(sorted(found))

    def of_phrase(self, words: Sequence[str], at: int) -> tuple[int, Dimensions]:
        """Return how many words the longest phrase at a place has, and what it points to; 0 for none."""
        for rest, dimensions in self._phrases.get(words[at], ()):
            if tuple(words[at + 1 : at + 1 + len(rest)]) == rest:
                return 1 + len(rest), dimensions
        return 0, ()


_KEYWORDS = Keywords(FRAME_WORDS)


@lru_cache(maxsize=65536)
def _of_word(word: str) -> Dimensions:
    return _KEYWORDS.of_word(word)


@dataclass
class FrameKeywordsDetector:
    """Labels each unit with the dimensions that most of its keywords point to.

    Parameters
    ----------
    at_most
        The greatest number of labels of a unit.
    share
        The least share of a unit's hits that a label needs; the best label needs none.

    Raises
    ------
    ValueError
        Where at_most is below 1 or share is not between 0 and 1.
    """

    at_most: int = 3
    share: float = 0.2

    name: ClassVar[str] = "frame-keywords"
    layers: ClassVar[frozenset[str]] = frozenset({FRAME})
    labels: ClassVar[frozenset[str]] = frozenset({*_DIMENSIONS, OTHER})

    def __post_init__(self) -> None:
        if self.at_most < 1:
            raise ValueError(f"at_most must be at least 1, not {self.at_most}")
        if not 0 <= self.share <= 1:
            raise ValueError(f"share must lie between 0 and 1, not {self.share}")

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return the labels of each sentence, paragraph and document, the best first.

        A label's score is its share of the unit's hits; dimensions with equal shares stand in the order of
        the codebook. A unit without a hit is `Other`, with score 0. `all_scores` has the share of every
        dimension.

        Parameters
        ----------
        documents
            The texts; a document's own tokens are used.
        layer
            frame.

        Raises
        ------
        ValueError
            For another layer.
        """
        check_layer(self.name, self.layers, layer)
        return [Prediction(document.id, layer, units=self._units(document)) for document in documents]

    def _units(self, document: Document) -> tuple[Unit, ...]:
        counts = count_keywords(document)
        return tuple(
            Unit(start, end, *self._labels(row))
            for (start, end), row in zip(document.every_unit, counts.tolist(), strict=True)
        )

    def _labels(self, counts: Sequence[int]) -> tuple[tuple[str, ...], tuple[float, ...], dict[str, float]]:
        hits = sum(counts)
        if hits == 0:
            return (OTHER,), (0.0,), dict.fromkeys((*_DIMENSIONS, OTHER), 0.0)
        ranked = sorted((-count, number) for number, count in enumerate(counts) if count)
        best = [
            (_DIMENSIONS[number], -count / hits)
            for place, (count, number) in enumerate(ranked[: self.at_most])
            if place == 0 or -count >= self.share * hits
        ]
        every = {label: count / hits for label, count in zip(_DIMENSIONS, counts, strict=True)} | {OTHER: 0.0}
        return tuple(label for label, _ in best), tuple(score for _, score in best), every


def count_keywords(document: Document) -> NDArray[np.int64]:
    """Return how often keywords of each dimension start in each unit.

    Parameters
    ----------
    document
        The text; its own tokens are used.

    Returns
    -------
    counts
        Shape (n, 14): a row for each of `document.every_unit`, a column for each dimension but `Other`.
    """
    places, dimensions = _hits(document)
    totals = np.zeros((len(places) + 1, len(_DIMENSIONS)), dtype=np.int64)
    totals[np.arange(1, len(places) + 1), dimensions] = 1
    totals = totals.cumsum(axis=0)
    borders = np.searchsorted(places, np.array(document.every_unit, dtype=np.int64).reshape(-1, 2))
    counts: NDArray[np.int64] = totals[borders[:, 1]] - totals[borders[:, 0]]
    return counts


def _hits(document: Document) -> tuple[list[int], list[int]]:
    """Return the place and the dimension of each hit, in the order of the places."""
    words, starts = [], []
    for start, end in document.tokens.tolist():
        word = document.text[start:end]
        if word not in _HYPHENS:
            words.append(word.lower())
            starts.append(start)
    places, found, at = [], [], 0
    while at < len(words):
        taken, dimensions = _KEYWORDS.of_phrase(words, at)
        for dimension in dimensions or _of_word(words[at]):
            places.append(starts[at])
            found.append(dimension)
        at += max(taken, 1)
    return places, found
