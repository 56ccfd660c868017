"""The contract of models that tell for each token whether it is marked, and how such models are learned."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from baselines.features import Ids
from baselines.spans.lesson import Lesson
from baselines.spans.texts import Flags
from baselines.storage import ArrayKind

Floats = NDArray[np.float64]
Progress = Callable[[str], None]

_REMEMBERED = 12


class TokenModel(Protocol):
    """What was learned of one question."""

    def log_odds(self, ids: Ids, starts: Flags) -> Floats:
        """Return how likely the tokens of a document are marked, not yet calibrated: shape (tokens,).

        Parameters
        ----------
        ids
            Numbers of their features: shape (tokens, features).
        starts
            Which tokens begin a sentence: shape (tokens,).
        """
        ...

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that has to be stored, by name."""
        ...


class Learner(Protocol):
    """Makes models of tokens."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def kinds(self) -> Mapping[str, ArrayKind]:
        """What the arrays of its models must be."""
        ...

    @property
    def key(self) -> str:
        """Its kind and settings: equal keys learn the same from the same."""
        ...

    def learn(
        self, lessons: Sequence[Callable[[], Lesson]], seed: int, progress: Progress
    ) -> list[TokenModel]:
        """Return the model of each lesson, which is made when its turn comes, since each takes memory."""
        ...

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> TokenModel:
        """Return the model that was stored.

        Raises
        ------
        ValueError
            Where the arrays do not fit each other.
        """
        ...


@dataclass(frozen=True)
class Learned:
    """A model, and what models like it say of the training documents.

    Parameters
    ----------
    model
        Learned from all documents.
    log_odds
        Of each token, by a model that learned from the other folds; None where no folds could be made:
        shape (tokens,).
    """

    model: TokenModel
    log_odds: Floats | None


_cache: OrderedDict[tuple[str, int, bytes], Learned] = OrderedDict()


def learned(learner: Learner, lesson: Lesson, seed: int, progress: Progress) -> Learned:
    """Return what a learner learns from a lesson, and its out-of-fold log odds.

    What was asked for last is remembered, since two layers may mark the same tokens and an ensemble learns
    what its members learn.
    """
    key = (learner.key, seed, lesson.digest)
    if key not in _cache:
        _cache[key] = _learn(learner, lesson, seed, progress)
        while len(_cache) > _REMEMBERED:
            _cache.popitem(last=False)
    _cache.move_to_end(key)
    return _cache[key]


def _learn(learner: Learner, lesson: Lesson, seed: int, progress: Progress) -> Learned:
    # A fold whose training documents are all alike, marked or not, can teach nothing.
    folds = [fold for fold in lesson.folds(seed) if _teaches(lesson, ~fold)]
    parts = (partial(lesson.part, ~fold) for fold in folds)
    model, *others = learner.learn([lambda: lesson, *parts], seed, progress)
    if not folds or not np.all(np.any(folds, axis=0)):
        return Learned(model, None)
    found = np.zeros(len(lesson.texts))
    for fold, other in zip(folds, others, strict=True):
        part = lesson.part(fold)
        found[fold[lesson.texts.document]] = log_odds(other, part)
    return Learned(model, found)


def _teaches(lesson: Lesson, chosen: Flags) -> bool:
    marked = lesson.marked[chosen[lesson.texts.document]]
    return bool(marked.any() and not marked.all())


def log_odds(model: TokenModel, lesson: Lesson) -> Floats:
    """Return the log odds of a lesson's tokens, document by document: shape (tokens,)."""
    borders = np.flatnonzero(np.diff(lesson.texts.document)) + 1
    parts = zip(np.split(lesson.texts.ids, borders), np.split(lesson.texts.starts, borders), strict=True)
    return np.concatenate([model.log_odds(ids, starts) for ids, starts in parts])
