"""Marks tokens by a linear-chain conditional random field over the tokens of a sentence.

The field is trained by CRFsuite (Okazaki 2007) and then kept as arrays, so that a stored model is safe to
read, and predictions need neither the library nor Python objects for features.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from baselines.features import CHAIN, Ids
from baselines.spans.columns import Columns
from baselines.spans.crfsuite import DEFAULT, Job, Settings, train
from baselines.spans.learner import Progress, TokenModel
from baselines.spans.lesson import Lesson
from baselines.spans.texts import Flags, Ints
from baselines.storage import ArrayKind

Floats = NDArray[np.float64]

LONGEST = 200
"""Sentences are cut after so many tokens."""

STATES = (4,)
"""States tell marked tokens apart by the length of their stretch: up to so many tokens each, and more.

A chain of two states would be ruled by the few long spans, which hold most of the marked tokens.
"""


@dataclass(frozen=True)
class ChainTokens:
    """A conditional random field whose state 0 is unmarked and whose other states are marked.

    Parameters
    ----------
    columns
        The features that it knows.
    weights
        Of features in states: shape (columns, states).
    transitions
        Weights of one state after another: shape (states, states).
    values
        How much a marked state counts: shape (states,), of state 0 it is 1.
    """

    columns: Columns
    weights: Floats
    transitions: Floats
    values: Floats

    @cached_property
    def _table(self) -> NDArray[np.float32]:
        return self.columns.table(self.weights).astype(np.float32)

    def log_odds(self, ids: Ids, starts: Flags) -> Floats:
        """Return the log odds of each token, in a sentence's marginal probabilities: shape (tokens,)."""
        evidence = self._table[ids[:, CHAIN]].sum(axis=1, dtype=np.float64)
        chances = np.maximum(marginals(evidence, self.transitions, cut(starts)) * self.values, 1e-12)
        odds: Floats = np.log(chances[:, 1:].sum(axis=1)) - np.log(chances[:, 0])
        return odds

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the features' numbers and all weights."""
        return {
            "known": self.columns.known,
            "weights": self.weights,
            "transitions": self.transitions,
            "values": self.values,
        }


@dataclass(frozen=True)
class ChainLearner:
    """Trains conditional random fields by L-BFGS with the penalty of an elastic net.

    Parameters
    ----------
    settings
        Of the training.
    """

    settings: Settings = DEFAULT
    name: ClassVar[str] = "crf"
    kinds: ClassVar[Mapping[str, ArrayKind]] = {
        "known": ("int32", 1),
        "weights": ("float64", 2),
        "transitions": ("float64", 2),
        "values": ("float64", 1),
    }

    @property
    def key(self) -> str:
        """Its kind and settings."""
        return f"crf({self.settings})"

    def learn(
        self,
        lessons: Sequence[Callable[[], Lesson]],
        seed: int,  # noqa: ARG002 - part of the contract
        progress: Progress,
    ) -> list[TokenModel]:
        """Return the model of each lesson; the seed has no part in it."""
        kept: dict[int, tuple[Columns, Floats]] = {}

        def job(number: int) -> Job:
            lesson = lessons[number]()
            ids = lesson.texts.ids[:, CHAIN]
            states, values = _states(lesson)
            columns = Columns.of(ids)
            kept[number] = (columns, values)
            return Job(ids, columns.known, states, cut(lesson.texts.starts), len(values))

        fields = train([partial(job, number) for number in range(len(lessons))], self.settings, progress)
        return [
            ChainTokens(kept[number][0], weights, transitions, kept[number][1])
            for number, (weights, transitions) in enumerate(fields)
        ]

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> TokenModel:
        """Return the model that was stored.

        Raises
        ------
        ValueError
            Where the arrays do not fit each other.
        """
        columns, values = Columns.stored(arrays["known"]), arrays["values"]
        weights, transitions = arrays["weights"], arrays["transitions"]
        count = len(values)
        if count < 2 or weights.shape != (len(columns), count) or transitions.shape != (count, count):
            raise ValueError("features, states and weights do not fit each other")
        return ChainTokens(columns, weights, transitions, values)


def _states(lesson: Lesson) -> tuple[Ints, Floats]:
    """Return the state of each token, and how much each state counts, its tokens' mean weight."""
    states = lesson.marked.astype(np.int64)
    if lesson.objective == "spans":
        states += np.where(lesson.marked, np.searchsorted(STATES, lesson.lengths), 0)
    counts = np.bincount(states, minlength=2)
    values = np.bincount(states, lesson.weights, minlength=2) / np.maximum(counts, 1)
    return states, values


def cut(starts: Flags) -> Flags:
    """Return which tokens begin a sequence: a sentence, or a piece of a long one. Shape (tokens,)."""
    number = np.arange(len(starts))
    begin = np.maximum.accumulate(np.where(starts, number, 0))
    pieces: Flags = (number - begin) % LONGEST == 0
    return pieces


def marginals(evidence: Floats, transitions: Floats, starts: Flags) -> Floats:
    """Return the probability of each state of each token, by the forward-backward algorithm.

    Parameters
    ----------
    evidence
        Summed weights of each token's features: shape (tokens, states).
    transitions
        Weights of one state after another: shape (states, states).
    starts
        Which tokens begin a sequence, the first among them: shape (tokens,).

    Returns
    -------
    NDArray
        Shape (tokens, states).
    """
    begins = np.flatnonzero(starts)
    if not len(begins):
        return np.zeros(evidence.shape)
    lengths = np.diff(np.append(begins, len(starts)))
    row = np.cumsum(starts) - 1
    place = np.arange(len(starts)) - begins[row]
    # All sequences side by side, padded to the longest: shape (places, sequences, states).
    likely = np.ones((int(lengths.max()), len(begins), evidence.shape[1]))
    likely[place, row] = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    steps = np.exp(transitions - transitions.max())
    forward, backward = np.empty_like(likely), np.ones_like(likely)
    forward[0] = _shares(likely[0])
    for at in range(1, len(likely)):
        forward[at] = _shares((forward[at - 1] @ steps) * likely[at])
    for at in range(len(likely) - 2, -1, -1):
        before = _shares((likely[at + 1] * backward[at + 1]) @ steps.T)
        backward[at] = np.where((at + 1 < lengths)[:, np.newaxis], before, 1.0)
    return _shares((forward * backward)[place, row])


def _shares(values: Floats) -> Floats:
    shares: Floats = values / values.sum(axis=-1, keepdims=True)
    return shares
