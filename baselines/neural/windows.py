"""Texts cut into windows that a model can take, and what it says of windows put together again.

A piece is what a tokenizer makes: a word or a part of one. It belongs to every word whose characters it
holds. Words are those of the document, so that no prediction cuts one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from baselines.neural.tags import Flags, Floats, Ints
from benchmark.model import Offsets

_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True)
class Window:
    """A stretch of a text as a model gets it.

    Parameters
    ----------
    inputs
        What the model is given, by name; one number a piece.
    edges
        Offsets of each piece in the text: shape (pieces, 2).
    own
        Which pieces come from the text, and are no marks of the tokenizer: shape (pieces,).
    """

    inputs: dict[str, list[int]]
    edges: Ints
    own: Flags

    def __len__(self) -> int:
        return len(self.own)


def windows_of(tokenizer: Any, text: str, size: int, stride: int) -> list[Window]:
    """Return the windows of a text, in order.

    Parameters
    ----------
    tokenizer
        A fast one of transformers.
    text
        Any text.
    size
        Most pieces of a window, those that the tokenizer adds among them.
    stride
        How many pieces a window shares with the one before.
    """
    # A lone surrogate, which UTF-8 cannot hold, is one unknown character to the tokenizer.
    found = tokenizer(
        _SURROGATE.sub("\ufffd", text),
        truncation=True,
        max_length=size,
        stride=stride,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_special_tokens_mask=True,
    )
    return [_window(tokenizer, found, number) for number in range(len(found["input_ids"]))]


def _window(tokenizer: Any, found: Any, number: int) -> Window:
    edges = np.array(found["offset_mapping"][number], dtype=np.int64).reshape(-1, 2)
    marks = np.array(found["special_tokens_mask"][number], dtype=np.bool_)
    inputs = {name: found[name][number] for name in tokenizer.model_input_names if name in found}
    return Window(inputs, edges, ~marks & (edges[:, 0] < edges[:, 1]))


def pieces_in_words(window: Window, words: Offsets) -> tuple[Ints, Ints]:
    """Return the pieces of a window and the words that they belong to: two arrays of shape (pairs,).

    Pairs are in the order of the pieces, and then of the words.

    Parameters
    ----------
    window
        The window.
    words
        Boundaries of the words of its text, ascending and disjoint: shape (words, 2).
    """
    pieces = np.flatnonzero(window.own)
    edges = window.edges[pieces]
    first = np.searchsorted(words[:, 1], edges[:, 0], side="right")
    counts = np.maximum(np.searchsorted(words[:, 0], edges[:, 1], side="left") - first, 0)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(pieces, counts), np.repeat(first, counts) + within


@dataclass(frozen=True)
class Heard:
    """What a model says of the words of a text.

    Parameters
    ----------
    chances
        Probability of each class for each word: shape (words, classes).
    openings
        The same by the first piece of each word alone: shape (words, classes).
    seen
        Which words have a piece at all: shape (words,). A tokenizer may drop marks that cannot be seen.
    """

    chances: Floats
    openings: Floats
    seen: Flags


def heard(words: Offsets, windows: Sequence[Window], chances: Sequence[Floats]) -> Heard:
    """Put together what a model says of the windows of a text.

    A word has the mean over its pieces, and the mean of that over windows. Windows count that hold the most
    pieces of the word, so that one whose border cuts the word does not, where another has it whole.

    Parameters
    ----------
    words
        Boundaries of the words: shape (words, 2).
    windows
        All windows of the text.
    chances
        Of each window the probabilities of its pieces: shape (pieces, classes).
    """
    classes = chances[0].shape[1] if chances else 1
    sums, openings = np.zeros((len(words), classes)), np.zeros((len(words), classes))
    most, times = np.zeros(len(words), dtype=np.int64), np.zeros(len(words), dtype=np.int64)
    for window, said in zip(windows, chances, strict=True):
        pieces, of = pieces_in_words(window, words)
        counts = np.bincount(of, minlength=len(words))
        better = counts > most
        sums[better], openings[better], times[better] = 0.0, 0.0, 0
        most = np.maximum(most, counts)
        equal = (counts == most) & (counts > 0)
        total = np.zeros_like(sums)
        np.add.at(total, of, said[pieces])
        sums[equal] += total[equal] / counts[equal, None]
        named, place = np.unique(of, return_index=True)
        opening = np.zeros_like(sums)
        opening[named] = said[pieces[place]]
        openings[equal] += opening[equal]
        times += equal
    shares = np.maximum(times, 1)[:, None]
    return Heard(sums / shares, openings / shares, times > 0)
