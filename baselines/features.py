"""Features of tokens, as numbers that depend on nothing but the document.

A feature has a name such as "suffix=ing", and its number is a hash of the name, so that no dictionary of
names has to be built and the order of documents cannot matter (the hashing trick: Weinberger et al. 2009,
"Feature hashing for large scale multitask learning", ICML). With 2²⁰ numbers for the twenty thousand features
of a small corpus, one in fifty shares its number with another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from baselines.lexicons import fold, textblob, vader
from benchmark.model import Document

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Ids = NDArray[np.int32]
"""Numbers of features, shape (tokens, features of a token)."""

WINDOW = 2
"""How many neighbours on each side are looked at."""

NUMBERS = 1 << 20
"""How many different numbers features can have."""

_PLACES = 2 * WINDOW + 1
# The low bits of a CRC-32 are spread evenly, so that exclusive or with a constant for each place gives a
# neighbour's feature a number of its own. The constants are multiples of the golden ratio.
_OF_PLACE = np.array([place * 0x9E3779B1 % NUMBERS for place in range(_PLACES)], dtype=np.int32)
_SHORTEST_REPEATED = 4
_OPENING, _CLOSING = frozenset("“„«"), frozenset("”»")


@dataclass(frozen=True)
class Columns:
    """The features that a model knows, each a column of its matrix.

    Parameters
    ----------
    place
        The column of each number, -1 where the model does not know it: shape (NUMBERS,).
    count
        How many columns there are.
    """

    place: NDArray[np.int32]
    count: int

    @classmethod
    def of(cls, ids: Ids, at_least: int = 2) -> Self:
        """Return the features that occur at least so often, by default twice."""
        known = np.flatnonzero(np.bincount(ids.ravel(), minlength=NUMBERS) >= at_least)
        place = np.full(NUMBERS, -1, dtype=np.int32)
        place[known] = np.arange(len(known))
        return cls(place, len(known))

    def matrix(self, ids: Ids) -> csr_array:
        """Return which tokens have which features, each row of unit length: shape (tokens, columns)."""
        from scipy.sparse import csr_array

        columns = self.place[ids]
        held = columns >= 0
        counts = held.sum(axis=1)
        values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts)
        # scikit-learn's solvers take indices of 32 bits only.
        ends = np.concatenate([[0], counts.cumsum()]).astype(np.int32)
        return csr_array((values, columns[held], ends), shape=(len(ids), self.count))


def token_features(document: Document) -> Ids:
    """Return the numbers of the features of each token of a document: shape (tokens, features).

    They are the form, affixes, shape and lexicon scores of the token and of its neighbours up to `WINDOW`
    away, each with the neighbour's place; and of the token its place in sentence, paragraph and document,
    whether it stands in a quotation, and whether its form stood in the document before.
    """
    return _token_features(document.text, document.tokens.tobytes(), document.sentences.tobytes())


# A cross-validation asks for the same documents again and again.
@lru_cache(maxsize=128)
def _token_features(text: str, tokens: bytes, sentences: bytes) -> Ids:
    sentence_offsets, token_offsets = (
        np.frombuffer(part, dtype=np.int64).reshape(-1, 2) for part in (sentences, tokens)
    )
    document = Document("", text, sentence_offsets, token_offsets)
    words = [text[start:end] for start, end in document.tokens.tolist()]
    edge = [_word_features("")] * WINDOW
    alone = np.array([*edge, *map(_word_features, words), *edge], dtype=np.int32)
    around = [alone[place : place + len(words)] ^ constant for place, constant in enumerate(_OF_PLACE)]
    result = np.concatenate([*around, _place_features(document, words)], axis=1)
    result.flags.writeable = False
    return result


@lru_cache(maxsize=1 << 16)
def _word_features(word: str) -> tuple[int, ...]:
    """Return the features of a token by itself; its scores are rounded to whole points and to quarters."""
    form = fold(word)
    features: Mapping[str, object] = {
        "form": form,
        "prefix": form[:3],
        "suffix": form[-3:],
        "ending": form[-2:],
        "shape": shape(word),
        "valence": round(vader().get(form, 0.0)),
        "subjectivity": round(4 * textblob().get(form, 0.0)),
    }
    return tuple(_number(name, value) for name, value in features.items())


def _number(name: str, value: object) -> int:
    return crc32(f"{name}={value}".encode()) % NUMBERS


def shape(word: str) -> str:
    """Return the kinds of characters in a token as they follow one another.

    "X" stands for capital letters, "x" for other letters, "9" for digits, and a run counts once: "Xx", "9,9".
    """
    kinds = [
        "X" if char.isupper() else "x" if char.isalpha() else "9" if char.isdigit() else char for char in word
    ]
    return "".join(kind for before, kind in zip(["", *kinds], kinds, strict=False) if kind != before)


def sentence_of_tokens(document: Document) -> NDArray[np.int64]:
    """Return the number of the sentence that each token stands in, from 1: shape (tokens,)."""
    return np.searchsorted(document.sentences[:, 0], document.tokens[:, 0], side="right")


def _place_features(document: Document, words: Sequence[str]) -> Ids:
    sentence = sentence_of_tokens(document)
    paragraph = np.searchsorted(document.paragraphs[:, 0], document.tokens[:, 0], side="right")
    first = np.diff(sentence, prepend=-1) != 0
    last = np.diff(sentence, append=-1) != 0
    headline = paragraph == 1
    third = 1 + 3 * (paragraph - 1) // max(1, len(document.paragraphs))
    columns = {
        "sentence": np.where(first, 1, np.where(last, 2, 0)),
        "paragraph": np.where(sentence == sentence[np.searchsorted(paragraph, paragraph)], 1, 0),
        "document": np.where(headline, 0, third),
        "quoted": np.array(_quoted(words, paragraph.tolist()), dtype=np.int64),
        "repeated": np.array(_repeated(words), dtype=np.int64),
    }
    most = 1 + max(int(values.max(initial=0)) for values in columns.values())
    tables = {name: np.array([_number(name, value) for value in range(most)], np.int32) for name in columns}
    return np.stack([tables[name][values] for name, values in columns.items()], axis=1)


def _quoted(words: Sequence[str], paragraphs: Sequence[int]) -> list[bool]:
    """Return which tokens stand between quotation marks; a mark that stays open holds to the line's end."""
    inside, result = False, []
    for number, word in enumerate(words):
        if number and paragraphs[number] != paragraphs[number - 1]:
            inside = False
        if word in _OPENING or (word == '"' and not inside):
            inside = True
            result.append(False)
        else:
            inside = inside and word not in _CLOSING and word != '"'
            result.append(inside)
    return result


def _repeated(words: Sequence[str]) -> list[bool]:
    """Return which tokens of four letters or more have stood in the document before."""
    seen: set[str] = set()
    result = []
    for form in map(fold, words):
        result.append(form in seen)
        if len(form) >= _SHORTEST_REPEATED:
            seen.add(form)
    return result
