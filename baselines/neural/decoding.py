"""From the probabilities of classes to spans of words, and to labels of units."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np

from baselines.neural.tags import Classes, Flags, Floats, Ints, Tags
from baselines.neural.windows import Heard
from benchmark.model import Offsets, Span, Unit

THRESHOLD = 0.5
"""Least probability of a label of which a unit may have several."""


def softmax(logits: Floats) -> Floats:
    """Return probabilities over the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    chances: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return chances


def sigmoid(logits: Floats) -> Floats:
    """Return a probability for each number."""
    chances: Floats = 0.5 * (1.0 + np.tanh(0.5 * logits))
    return chances


def spans_of(
    words: Offsets, said: Heard, tags: Tags, pieces: str, wanted: Collection[str]
) -> tuple[Span, ...]:
    """Return the spans that the probabilities of words make.

    A word gets its likeliest label, or none; labels in different positions of a span count together. Words
    of one label that follow one another are a span, unless the first piece of a word rather begins one. A
    word that the model did not see neither ends a span nor begins one. A span's score is the mean
    probability of its label over its words.

    Parameters
    ----------
    words
        Boundaries of the words: shape (words, 2).
    said
        What the model says of them.
    tags
        What its classes stand for.
    pieces
        Whether a word is read from all its pieces ("mean"), or from the "first".
    wanted
        The labels that are returned; empty for all.
    """
    places = np.flatnonzero(said.seen)
    chances = (said.openings if pieces == "first" else said.chances)[places]
    of_label = _by_label(chances, tags.of, len(tags.labels))
    chosen = of_label.argmax(axis=1) - 1  # the column of no label is the first, and wins where all are equal
    opening = said.openings[places]
    opens = _opens(opening, chosen, tags)
    starts = np.flatnonzero((chosen >= 0) & (opens | (chosen != np.concatenate([[-1], chosen[:-1]]))))
    changes = np.flatnonzero(np.diff(chosen, append=-1))
    found = []
    for first, following in pairwise([*starts.tolist(), len(chosen)]):
        last = min(int(changes[np.searchsorted(changes, first)]) + 1, following)
        label = tags.labels[chosen[first]]
        if not wanted or label in wanted:
            begin, end = words[places[first], 0], words[places[last - 1], 1]
            score = float(of_label[first:last, chosen[first] + 1].mean())
            found.append(Span(int(begin), int(end), label, min(score, 1.0)))
    return tuple(found)


def _by_label(chances: Floats, of: Ints, labels: int) -> Floats:
    """Return the probabilities of no label, and of each label: shape (words, 1 + labels)."""
    summed = np.zeros((len(chances), labels + 1))
    for column, label in enumerate(of.tolist()):
        summed[:, label + 1] += chances[:, column]
    return summed


def _opens(opening: Floats, chosen: Ints, tags: Tags) -> Flags:
    """Return which words rather begin a span of their label than go on with one."""
    own = tags.of[None, :] == chosen[:, None]
    begin = np.where(own & tags.begins, opening, 0.0).sum(axis=1)
    inside = np.where(own & ~tags.begins, opening, 0.0).sum(axis=1)
    opens: Flags = begin > inside
    return opens


def unit_of(place: tuple[int, int], chances: Floats, classes: Classes, wanted: Collection[str]) -> Unit:
    """Return a unit with its labels, the likeliest first, and the probability of every label.

    Classes that stand for the same label count together: their probabilities add up, or where each is
    probable by itself, the greatest counts.

    Parameters
    ----------
    place
        Offsets of the unit.
    chances
        Probability of each class: shape (classes,).
    classes
        What they stand for.
    wanted
        The labels that are returned; empty for all.
    """
    held = [chances[classes.of == number] for number in range(len(classes.labels))]
    of_label = [float(own.max() if classes.several else min(own.sum(), 1.0)) for own in held]
    ranked = sorted(range(len(of_label)), key=lambda number: -of_label[number])
    given = [number for number in ranked if of_label[number] >= THRESHOLD] if classes.several else ranked[:1]
    if not classes.several and float(chances[classes.of < 0].sum()) > of_label[given[0]]:
        given = []
    kept = [number for number in given if not wanted or classes.labels[number] in wanted]
    every = {
        label: score
        for label, score in zip(classes.labels, of_label, strict=True)
        if not wanted or label in wanted
    }
    names = tuple(classes.labels[number] for number in kept)
    return Unit(*place, names, tuple(of_label[number] for number in kept), every)


def mean(windows: Sequence[Floats]) -> Floats:
    """Return the mean of the probabilities of a text's windows: shape (classes,)."""
    together: Floats = np.mean(np.stack(windows), axis=0)
    return together
