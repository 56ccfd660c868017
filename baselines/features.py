"""Features of tokens, as numbers that depend on nothing but the document.

A feature has a name such as "suffix=ing", and its number is a hash of the name, so that no dictionary of
names has to be built and the order of documents cannot matter (the hashing trick: Weinberger et al. 2009,
"Feature hashing for large scale multitask learning", ICML). A training set of 400,000 tokens has about a
quarter of a million features that occur more than once, of 2²⁰ numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from baselines.attribution.relations import find
from baselines.attribution.verbs import NOUN_CUES, VERBS
from baselines.attribution.words import CLASSES
from baselines.lexicons import fold, textblob, vader, word_classes, word_counts
from benchmark.model import Document

Ids = NDArray[np.int32]
"""Numbers of features, shape (tokens, features of a token)."""
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
_Hashes = NDArray[np.uint32]

NUMBERS = 1 << 20
"""How many different numbers features can have."""

WINDOWS = {
    "form": 4,
    "prefix3": 1,
    "prefix4": 1,
    "suffix2": 1,
    "suffix3": 2,
    "suffix4": 1,
    "shape": 2,
    "valence": 3,
    "subjectivity": 3,
    "class": 3,
    "tag": 3,
    "rarity": 1,
    "length": 0,
    "capitals": 1,
}
"""How many neighbours on each side are looked at, by the feature of a token alone."""

PAIRS = (
    ("form", -1, "form", 0),
    ("form", 0, "form", 1),
    ("class", -1, "class", 0),
    ("class", 0, "class", 1),
    ("class", -1, "class", 1),
)
"""Two features of tokens nearby that are one feature together, with the tokens' places."""

CHAIN_WINDOWS = {
    "form": 2,
    "prefix4": 0,
    "suffix2": 0,
    "suffix3": 1,
    "shape": 1,
    "valence": 2,
    "subjectivity": 2,
    "class": 2,
    "tag": 1,
    "rarity": 0,
}
"""The windows of a conditional random field, which sees the marks of neighbours besides."""

_ALONE = {name: number for number, name in enumerate(WINDOWS)}
_REACH = max(WINDOWS.values())
_AROUND = [(name, place) for name, reach in WINDOWS.items() for place in range(-reach, reach + 1)]
_RULES = (-1, 0, 1)
_FAR_RULES = (-3, -2, 2, 3)
_OTHERS = len(PAIRS) + 9 + 2 + len(_RULES) + 4 + len(_FAR_RULES)
CHAIN = np.array(
    [
        *(index for index, (name, place) in enumerate(_AROUND) if abs(place) <= CHAIN_WINDOWS.get(name, -1)),
        *range(len(_AROUND), len(_AROUND) + _OTHERS - len(_FAR_RULES)),
    ]
)
"""The features of a conditional random field, by their places in a row of `token_features`."""

_SHORTEST_REPEATED = 4
_LONGEST = 12
_OPENING, _CLOSING = frozenset("“„«"), frozenset("”»")
_ENDS = frozenset(".!?:…")


def token_features(document: Document) -> Ids:
    """Return the numbers of the features of each token of a document: shape (tokens, features).

    They are form, affixes, shape, lexicon scores and classes of the token and of its neighbours, each with
    the neighbour's place (`WINDOWS`); pairs of these (`PAIRS`); and of the token its place in sentence,
    paragraph and document, the sentence's length and last mark, whether it stands in a quotation, how
    often its form, and its form with the next one, stand in the document, and what the rules of
    `baselines.attribution` take it for.
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
    edge = [_word_features("")] * _REACH
    alone = np.array([*edge, *map(_word_features, words), *edge], dtype=np.uint32)
    columns = [
        *_around(alone, len(words)),
        *_of_places(document, words),
        *_of_counts(alone, len(words)),
        *_of_rules(document, alone[_REACH : _REACH + len(words), _ALONE["class"]]),
    ]
    result = (np.stack(columns, axis=1) % np.uint32(NUMBERS)).astype(np.int32)
    result.flags.writeable = False
    return result


@lru_cache(maxsize=1 << 17)
def _word_features(word: str) -> tuple[int, ...]:
    """Return the features of a token by itself; its scores are rounded to whole points and to quarters."""
    form = fold(word)
    features: dict[str, object] = {
        "form": form,
        "prefix3": form[:3],
        "prefix4": form[:4],
        "suffix2": form[-2:],
        "suffix3": form[-3:],
        "suffix4": form[-4:],
        "shape": shape(word),
        "valence": round(vader().get(form, 0.0)),
        "subjectivity": round(4 * textblob()[form]) if form in textblob() else None,
        "class": word_classes().get(word) or word_classes().get(form),
        "tag": CLASSES.get(form, "V" if form in VERBS else "M" if form in NOUN_CUES else None),
        "rarity": word_counts().get(form, 0).bit_length(),
        "length": min(len(word), _LONGEST),
        "capitals": word.isupper() and len(word) > 1,
    }
    return tuple(crc32(f"{name}={features[name]}".encode()) for name in WINDOWS)


def shape(word: str) -> str:
    """Return the kinds of characters in a token as they follow one another.

    "X" stands for capital letters, "x" for other letters, "9" for digits, and a run counts once: "Xx", "9,9".
    """
    kinds = [
        "X" if char.isupper() else "x" if char.isalpha() else "9" if char.isdigit() else char for char in word
    ]
    return "".join(kind for before, kind in zip(["", *kinds], kinds, strict=False) if kind != before)


def _hash(name: str, *parts: _Hashes) -> _Hashes:
    """Return one number for each row of parts; the name keeps equal parts of other features apart."""
    mixed = np.full(len(parts[0]), crc32(name.encode()), dtype=np.uint32)
    for part in parts:
        # Multiply and shift, as in the finaliser of MurmurHash3: every bit of a part reaches the low ones.
        mixed = (mixed ^ part) * np.uint32(0x85EBCA6B)
        mixed ^= mixed >> np.uint32(13)
        mixed *= np.uint32(0xC2B2AE35)
        mixed ^= mixed >> np.uint32(16)
    return mixed


def _around(alone: _Hashes, count: int) -> list[_Hashes]:
    """Return the features of neighbours and of pairs, each of shape (tokens,).

    Parameters
    ----------
    alone
        The features of the tokens by themselves, with `_REACH` empty tokens before and after them.
    count
        How many tokens there are.
    """

    def at(name: str, place: int) -> _Hashes:
        column: _Hashes = alone[_REACH + place : _REACH + place + count, _ALONE[name]]
        return column

    columns = [_hash(f"{name}{place}", at(name, place)) for name, place in _AROUND]
    for first, first_place, second, second_place in PAIRS:
        name = f"{first}{first_place}{second}{second_place}"
        columns.append(_hash(name, at(first, first_place), at(second, second_place)))
    return columns


def sentence_of_tokens(document: Document) -> Ints:
    """Return the number of the sentence that each token stands in, from 1: shape (tokens,)."""
    return np.searchsorted(document.sentences[:, 0], document.tokens[:, 0], side="right")


def line_of_tokens(document: Document) -> Ints:
    """Return the number of the non-empty line that each token stands in, from 1: shape (tokens,)."""
    return np.searchsorted(document.paragraphs[:, 0], document.tokens[:, 0], side="right")


def _of_places(document: Document, words: Sequence[str]) -> list[_Hashes]:
    sentence, line = sentence_of_tokens(document), line_of_tokens(document)
    count = len(words)
    first, last = np.diff(sentence, prepend=-1) != 0, np.diff(sentence, append=-1) != 0
    number = np.arange(count)
    begin = np.maximum.accumulate(np.where(first, number, 0))
    end = np.minimum.accumulate(np.where(last, number, count)[::-1])[::-1]
    marks = np.array([ord(word) if word in _ENDS else 0 for word in words], dtype=np.int64)
    third = 1 + 3 * (line - 1) // max(1, len(document.paragraphs))
    columns = {
        "sentence": np.where(first, 1, np.where(last, 2, 0)),
        "line": (sentence == sentence[np.searchsorted(line, line)]).astype(np.int64),
        "document": np.where(line == 1, 0, third),
        "quoted": np.array(_quoted(words, line.tolist()), dtype=np.int64),
        "repeated": np.array(_repeated(words), dtype=np.int64),
        "place": np.minimum(number - begin, 6),
        "size": np.minimum((end - begin) // 5, 8),
        "mark": marks[end],
        "any": np.zeros(count, dtype=np.int64),
    }
    return [_hash(name, column.astype(np.uint32)) for name, column in columns.items()]


def _of_counts(alone: _Hashes, count: int) -> list[_Hashes]:
    """Return how often the form of each token, and it with the next form, stand in the document, in steps."""
    forms = alone[_REACH : _REACH + count, _ALONE["form"]]
    nexts = alone[_REACH + 1 : _REACH + 1 + count, _ALONE["form"]]
    short = alone[_REACH : _REACH + count, _ALONE["length"]]
    times, together = _times(forms), _times(_hash("next", forms, nexts))
    steps = np.ceil(np.log2(times)).astype(np.uint32)
    return [_hash("times", steps, short), _hash("together", np.minimum(together, 3).astype(np.uint32))]


def _of_rules(document: Document, classes: _Hashes) -> list[_Hashes]:
    """Return what the rules for attributions say of each token, its neighbours and its sentence."""
    said, cue = _ruled(document)
    count = len(said)
    edge = max(_FAR_RULES)
    padded = np.pad(said, edge)
    near_by, far = (
        [_hash(f"ruled{place}", padded[edge + place : edge + place + count]) for place in places]
        for places in (_RULES, _FAR_RULES)
    )
    sentence = sentence_of_tokens(document)
    held = np.zeros(int(sentence.max(initial=0)) + 1, dtype=np.uint32)
    np.bitwise_or.at(held, sentence, said)
    # Steps from the nearest cues of the same sentence, before and after.
    number = np.arange(count)
    before = np.maximum.accumulate(np.where(cue, number, -1))
    after = np.minimum.accumulate(np.where(cue, number, count)[::-1])[::-1]
    near = [
        np.where(
            (at >= 0) & (at < count) & (sentence[np.clip(at, 0, count - 1)] == sentence), abs(number - at), 99
        )
        for at in (before, after)
    ]
    steps = [np.searchsorted((0, 1, 2, 3, 5, 9, 98), distance).astype(np.uint32) for distance in near]
    return [
        *near_by,
        _hash("held", held[sentence], said),
        _hash("ruled class", said, classes),
        *(_hash(name, step, said) for name, step in zip(("cue before", "cue after"), steps, strict=True)),
        *far,
    ]


def _ruled(document: Document) -> tuple[_Hashes, Flags]:
    """Return in which parts of attributions each token is, and which begin a cue, both of shape (tokens,).

    The bits of the first are source, cue and content, and the same for the first token of each.
    """
    said = np.zeros(len(document.tokens), dtype=np.uint32)
    cue = np.zeros(len(document.tokens), dtype=np.bool_)
    for one in find(document)[1]:
        sources = [] if one.source is None else [one.source]
        for bit, parts in enumerate((sources, [one.cue], one.contents)):
            for start, end in parts:
                first = int(np.searchsorted(document.tokens[:, 1], start, side="right"))
                last = int(np.searchsorted(document.tokens[:, 0], end, side="left"))
                said[first:last] |= np.uint32(1 << bit)
                said[first : first + 1] |= np.uint32(8 << bit)
                cue[first:last] |= bit == 1
    return said, cue


def _times(values: _Hashes) -> Ints:
    """Return how often each value stands among all."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    times: Ints = counts[places]
    return times


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


_folded = lru_cache(maxsize=1 << 17)(fold)


def _repeated(words: Sequence[str]) -> list[bool]:
    """Return which tokens of four letters or more have stood in the document before."""
    seen: set[str] = set()
    result = []
    for form in map(_folded, words):
        result.append(form in seen)
        if len(form) >= _SHORTEST_REPEATED:
            seen.add(form)
    return result
