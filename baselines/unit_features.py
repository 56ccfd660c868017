"""Features of units: hashed n-grams of words, characters and word classes, and measures of style.

An n-gram's number is a hash of it (Weinberger et al. 2009, "Feature hashing for large scale multitask
learning", ICML), so that no dictionary has to be built or stored. With 2²² numbers for a hundred thousand
n-grams one in forty shares its number with another.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from baselines.lexicons import fold, textblob, vader, word_classes, word_counts

Floats = NDArray[np.float64]
Ids = NDArray[np.int64] | NDArray[np.int32]
Units = tuple[tuple[int, int], ...]
"""Offsets of units of one document."""

BITS = 22
NUMBERS = 1 << BITS
"""How many different numbers n-grams can have."""

SHORTEST, LONGEST = 2, 5
"""Lengths of n-grams of characters."""

MOST_REMEMBERED = 10_000_000
"""How many occurrences of n-grams are kept for the next call, at eight bytes each."""

SENTIMENTS = 12
"""How many of the measures are taken of the context too: those of sentiment, subjectivity and length."""

REACH = 200
"""How many characters on each side of a unit are its context."""

VIEWS = ("words", "characters", "classes", "context")
"""The kinds of n-grams."""

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[^\w\s]")
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_BASE = np.uint64(0x100000001B3)
_SPACE = np.uint64(32)

_CLASSES = (
    *("NN", "NNS", "NNP", "NNPS", "JJ", "JJR", "JJS", "RB", "RBR", "RBS", "VB", "VBD", "VBG", "VBN", "VBP"),
    *("VBZ", "MD", "PRP", "PRP$", "DT", "IN", "CC", "CD", "TO", "WP", "WDT", "WRB", "UH", "EX", "RP"),
)
_SIGNS = ('"', "“", "”", "'", "’", ",", "!", "?", ":", ";", "(", ".", "-", "—", "–", "$", "%")
_OTHER = len(_CLASSES) + len(_SIGNS)
_KINDS = {name: number for number, name in enumerate((*_CLASSES, *_SIGNS))}
_SUFFIXES = (
    *(
        ("ly", "RB"),
        ("ing", "VBG"),
        ("ed", "VBN"),
        ("able", "JJ"),
        ("ous", "JJ"),
        ("ful", "JJ"),
        ("ive", "JJ"),
    ),
    *(("al", "JJ"), ("ic", "JJ"), ("ish", "JJ"), ("less", "JJ"), ("s", "NNS")),
)
# Sums of kinds that are worth a measure of their own; shares of a unit's tokens.
_GROUPS = (
    *(("JJ", "JJR", "JJS"), ("RB", "RBR", "RBS"), ("NNP", "NNPS"), ("NN", "NNS"), ("VBD",), ("VBN",)),
    *(
        ("VB", "VBP", "VBZ"),
        ("VBG",),
        ("MD",),
        ("PRP", "PRP$"),
        ("CD",),
        ("DT",),
        ("IN",),
        ("WP", "WDT", "WRB"),
    ),
    *(('"', "“", "”"), ("'", "’"), (",",), ("!",), ("?",), (":", ";"), ("(",), ("-", "—", "–"), ("$", "%")),
)

# The classes whose words' sentiment and rarity are measured apart: a charged adjective, verb and name differ.
_PARTS = (
    *(("JJ", "JJR", "JJS"), ("RB", "RBR", "RBS"), ("NN", "NNS"), ("NNP", "NNPS")),
    ("VB", "VBD", "VBG", "VBN", "VBP", "VBZ"),
)

MEASURES = 18 + 2 * len(_GROUPS) + SENTIMENTS + 4
"""How many measures of style there are."""
PART_MEASURES = 6 * len(_PARTS)
"""How many measures of the parts of speech come after them."""


@dataclass(frozen=True)
class Grams:
    """Which n-grams stand in which rows, each as often as it occurs.

    Parameters
    ----------
    rows
        The row of each occurrence, ascending: shape (occurrences,).
    ids
        Its number, from 0 to NUMBERS - 1: shape (occurrences,).
    """

    rows: Ids
    ids: Ids

    @classmethod
    def of(cls, rows: Sequence[Ids], ids: Sequence[Ids]) -> Self:
        """Return parts of one table, each with a row and a number an occurrence, as a whole."""
        row, number = np.concatenate(rows), np.concatenate(ids)
        order = np.argsort(row, kind="stable")
        return cls(row[order].astype(np.int32), number[order].astype(np.int32))


@dataclass(frozen=True)
class Features:
    """All features of n units.

    Parameters
    ----------
    grams
        n-grams by view.
    measures
        Measures of style, then those of the parts of speech unless these were left out: shape (n, measures).
    """

    grams: Mapping[str, Grams]
    measures: Floats

    @property
    def size(self) -> int:
        """How many occurrences of n-grams there are."""
        return sum(len(grams.ids) for grams in self.grams.values())

    @property
    def plain(self) -> Features:
        """These without the measures of the parts of speech."""
        return Features(self.grams, self.measures[:, :MEASURES])

    def split(self, sizes: Sequence[int]) -> list[Features]:
        """Return the first units, the next ones and so on, so many at a time."""
        ends = np.cumsum([0, *sizes])
        cuts = {
            view: np.searchsorted(grams.rows, ends.astype(np.int32)) for view, grams in self.grams.items()
        }
        return [
            Features(
                {
                    view: Grams(
                        grams.rows[cuts[view][number] : cuts[view][number + 1]] - np.int32(ends[number]),
                        grams.ids[cuts[view][number] : cuts[view][number + 1]],
                    )
                    for view, grams in self.grams.items()
                },
                self.measures[ends[number] : ends[number + 1]],
            )
            for number in range(len(sizes))
        ]

    def chosen(self, numbers: NDArray[np.int64]) -> Features:
        """Return the units of these numbers, which ascend."""
        if len(numbers) == len(self.measures):
            return self
        place = np.full(len(self.measures), -1, dtype=np.int32)
        place[numbers] = np.arange(len(numbers), dtype=np.int32)
        grams = {}
        for view, all_grams in self.grams.items():
            rows = place[all_grams.rows]
            held = rows >= 0
            grams[view] = Grams(rows[held], all_grams.ids[held])
        return Features(grams, self.measures[numbers])

    @classmethod
    def joined(cls, parts: Sequence[Features]) -> Features:
        """Return the units of several tables as one, in their order."""
        if not parts:
            return _extract([])
        offsets = np.cumsum([0, *(len(part.measures) for part in parts[:-1])]).astype(np.int32)
        grams = {
            view: Grams(
                np.concatenate([p.grams[view].rows + by for p, by in zip(parts, offsets, strict=True)]),
                np.concatenate([part.grams[view].ids for part in parts]),
            )
            for view in VIEWS
        }
        return cls(grams, np.concatenate([part.measures for part in parts]))


def unit_features(documents: Sequence[tuple[str, Units]]) -> Features:
    """Return the features of the units of documents, which depend on nothing but each unit and its document.

    Parameters
    ----------
    documents
        A text and its units' offsets each.
    """
    known = {job: _remembered[job] for job in documents if job in _remembered}
    missing = list(dict.fromkeys(job for job in documents if job not in known))
    extracted = _extract([(text, *unit) for text, units in missing for unit in units])
    known.update(zip(missing, extracted.split([len(units) for _, units in missing]), strict=True))
    _remember(known)
    return Features.joined([known[job] for job in documents])


# A cross-validation asks for the same documents again and again.
_remembered: OrderedDict[tuple[str, Units], Features] = OrderedDict()


def _remember(features: Mapping[tuple[str, Units], Features]) -> None:
    """Keep the features of documents, and forget those of others where there are too many."""
    _remembered.update(features)
    left = sum(part.size for part in _remembered.values()) - MOST_REMEMBERED
    while left > 0:
        left -= _remembered.popitem(last=False)[1].size


def _extract(places: Sequence[tuple[str, int, int]]) -> Features:
    own = [text[start:end] for text, start, end in places]
    around = [
        f"{text[max(0, start - REACH) : start]}\n{text[end : end + REACH]}" for text, start, end in places
    ]
    tokens, context = _Tokens.of(own), _Tokens.of(around)
    grams = {
        "words": tokens.words(b"word", pairs=True),
        "characters": character_grams(own),
        "classes": tokens.classes(),
        "context": context.words(b"context", pairs=False),
    }
    parts = [tokens.measures(), context.measures()[:, :SENTIMENTS], _position(places)]
    parts.append(tokens.measures_of_parts())
    return Features(grams, np.concatenate(parts, axis=1))


def character_grams(texts: Sequence[str]) -> Grams:
    """Return n-grams of the folded characters of words, each word padded with a space on both sides."""
    padded = [f"  {' '.join(fold(text).split())}  " for text in texts]
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in padded])
    letters = codes.astype(np.uint64)
    blank = letters == _SPACE
    number, broken = letters, np.append(blank[1:] & blank[:-1], True)
    found_rows, found_ids = [], []
    for length in range(SHORTEST, LONGEST + 1):
        size = max(0, len(letters) - length + 1)
        number = number[:size] * _BASE + letters[length - 1 :][:size]
        if length > SHORTEST:
            # No space may stand between an n-gram's first and last character.
            broken = broken[:size] | blank[length - 2 :][:size]
        held = np.flatnonzero(~broken[:size])
        found_rows.append(rows[held])
        found_ids.append(_mixed(number[held] + np.uint64(length)))
    return Grams.of(found_rows, found_ids)


def _mixed(numbers: NDArray[np.uint64]) -> Ids:
    return ((numbers * _GOLDEN) >> np.uint64(64 - BITS)).astype(np.int64)


@dataclass(frozen=True)
class _Tokens:
    """The words and signs of texts, one array entry a token; `count` texts."""

    rows: Ids
    hashes: NDArray[np.uint64]
    kinds: Ids
    numbers: Floats
    is_word: NDArray[np.bool_]
    count: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> _Tokens:
        found = [_TOKEN.findall(text) for text in texts]
        rows = np.repeat(np.arange(len(texts)), [len(tokens) for tokens in found])
        table = np.array(list(map(_token, chain.from_iterable(found))), dtype=np.float64).reshape(
            len(rows), 9
        )
        kinds = table[:, 1].astype(np.int64)
        return cls(rows, table[:, 0].astype(np.uint64), kinds, table[:, 2:], table[:, 2] > 0, len(texts))

    def words(self, name: bytes, pairs: bool) -> Grams:
        """Return words and, if asked for, pairs of neighbouring words; signs are passed over."""
        rows, hashes = self.rows[self.is_word], self.hashes[self.is_word] + np.uint64(crc32(name))
        if not pairs:
            return Grams.of([rows], [_mixed(hashes)])
        first = np.flatnonzero(rows[1:] == rows[:-1])
        both = hashes[first] * _BASE + hashes[first + 1]
        return Grams.of([rows, rows[first]], [_mixed(hashes), _mixed(both)])

    def classes(self) -> Grams:
        """Return runs of up to three classes of words and signs."""
        kinds = self.kinds.astype(np.uint64) + np.uint64(crc32(b"class"))
        number, rows, ids = kinds, [self.rows], [_mixed(kinds)]
        for length in (2, 3):
            size = max(0, len(kinds) - length + 1)
            number = number[:size] * _BASE + kinds[length - 1 :][:size]
            held = np.flatnonzero(self.rows[:size] == self.rows[length - 1 :][:size])
            rows.append(self.rows[held])
            ids.append(_mixed(number[held]))
        return Grams.of(rows, ids)

    def measures(self) -> Floats:
        """Return measures of sentiment, subjectivity, rarity, length, case and classes."""
        word, length, valence, subjective, familiar, capital, shouted = self.numbers.T
        total, most = self._total, self._most
        words = np.maximum(total(word), 1)
        good, bad, strength = np.maximum(valence, 0), np.maximum(-valence, 0), np.abs(valence)
        columns = [
            *(total(good), total(bad), most(strength), total(strength) / words, total(valence) / words),
            *(total(subjective), most(subjective), total(subjective) / words),
            *(total((strength > 0) * 1.0) / words, total((subjective > 0) * 1.0) / words),
            *(np.log1p(total(word)), total(capital) / words),
            *(total(shouted), total(length) / words, total((length > 8) * 1.0) / words),
            *(total(familiar) / words, total((familiar == 0) * word), total((familiar == 0) * word) / words),
        ]
        counts = np.bincount(self.rows * (_OTHER + 1) + self.kinds, minlength=self.count * (_OTHER + 1))
        of_kind = counts.reshape(self.count, _OTHER + 1)
        for group in _GROUPS:
            amount = of_kind[:, [_KINDS[name] for name in group]].sum(axis=1)
            columns += [amount / words, np.log1p(amount)]
        return np.stack(columns, axis=1)

    def measures_of_parts(self) -> Floats:
        """Return six measures of the words of each part of speech.

        The sums of negative valence, of positive valence and of subjectivity; the highest subjectivity; the
        share of unlisted ones among the text's words; and the mean log frequency.
        """
        word, _, valence, subjective, familiar, _, _ = self.numbers.T
        words = np.maximum(self._total(word), 1)
        columns = []
        for part in _PARTS:
            own = np.isin(self.kinds, [_KINDS[name] for name in part]).astype(np.float64)
            columns += [
                *(self._total(np.maximum(-valence, 0) * own), self._total(np.maximum(valence, 0) * own)),
                *(self._total(subjective * own), self._most(subjective * own)),
                self._total((familiar == 0) * own) / words,
                self._total(familiar * own) / np.maximum(self._total(own), 1),
            ]
        return np.stack(columns, axis=1)

    def _total(self, values: Floats) -> Floats:
        sums: Floats = np.bincount(self.rows, values, self.count).astype(np.float64)
        return sums

    def _most(self, values: Floats) -> Floats:
        result = np.zeros(self.count)
        np.maximum.at(result, self.rows, values)
        return result


def _position(places: Sequence[tuple[str, int, int]]) -> Floats:
    """Return where units stand in their documents and how long these are: shape (units, 4)."""
    rows = [
        (start / max(1, len(text)), float(start == 0), np.log1p(start), np.log1p(len(text)))
        for text, start, _ in places
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


@lru_cache(maxsize=1 << 17)
def _token(token: str) -> tuple[float, ...]:
    """Return a token's hash and kind, whether it is a word, and its length and scores."""
    form = fold(token)
    word = token[0].isalnum()
    kind = _KINDS.get(_word_class(token) if word else token, _OTHER)
    return (
        *(float(crc32(form.encode("utf-8", "surrogatepass"))), float(kind), float(word), float(len(token))),
        *(vader().get(form, 0.0), textblob().get(form, 0.0), float(np.log1p(word_counts().get(form, 0)))),
        *(float(word and token[0].isupper()), float(word and len(token) > 1 and token.isupper())),
    )


def _word_class(word: str) -> str:
    """Return a word's commonest class in the Penn Treebank's terms; of an unknown one by its look."""
    known = word_classes()
    if word in known:
        return known[word]
    form = word.lower()
    if form in known and not word[0].isupper():
        return known[form]
    if word[0].isdigit():
        return "CD"
    if word[0].isupper():
        return "NNP"
    return next((kind for ending, kind in _SUFFIXES if form.endswith(ending)), "NN")
