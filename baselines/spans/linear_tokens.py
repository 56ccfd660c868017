"""Marks tokens by logistic regression over their features."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from baselines.features import NUMBERS, Ids
from baselines.spans.columns import Columns
from baselines.spans.learner import Progress, TokenModel
from baselines.spans.lesson import Lesson
from baselines.spans.texts import Flags
from baselines.storage import ArrayKind

Floats = NDArray[np.float64]

EPOCHS = 5
UPDATES = 60_000
"""The least number of steps, so that few tokens are gone over more often."""


@dataclass(frozen=True)
class LinearTokens:
    """A logistic regression.

    Parameters
    ----------
    columns
        The features that it knows, of weight other than 0.
    weights
        Their weights: shape (columns,).
    bias
        The intercept.
    """

    columns: Columns
    weights: Floats
    bias: float

    @cached_property
    def _tables(self) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        known = np.zeros(NUMBERS, dtype=np.bool_)
        known[self.columns.known] = True
        return self.columns.table(self.weights).astype(np.float32), known

    def log_odds(self, ids: Ids, starts: Flags) -> Floats:  # noqa: ARG002 - part of the contract
        """Return the log odds of each token: shape (tokens,)."""
        table, known = self._tables
        sums = table[ids].sum(axis=1, dtype=np.float64)
        odds: Floats = self.bias + sums / np.sqrt(np.maximum(known[ids].sum(axis=1), 1))
        return odds

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the features' numbers, their weights and the intercept."""
        return {"known": self.columns.known, "weights": self.weights, "bias": np.array([self.bias])}


@dataclass(frozen=True)
class LinearLearner:
    """Learns by averaged stochastic gradient descent (Polyak & Juditsky 1992; Bottou 2010).

    Parameters
    ----------
    penalty
        Of the squared weights, for a training set of one token; of n tokens it is divided by n.
    """

    penalty: float = 0.06
    name: ClassVar[str] = "token-linear"
    kinds: ClassVar[Mapping[str, ArrayKind]] = {
        "known": ("int32", 1),
        "weights": ("float64", 1),
        "bias": ("float64", 1),
    }

    @property
    def key(self) -> str:
        """Its kind and settings."""
        return f"linear({self.penalty})"

    def learn(
        self, lessons: Sequence[Callable[[], Lesson]], seed: int, progress: Progress
    ) -> list[TokenModel]:
        """Return the model of each lesson."""
        models = []
        for number, lesson in enumerate(lessons):
            progress(f"{self.name}: model {number + 1} of {len(lessons)}")
            models.append(self._learn(lesson(), seed))
        return models

    def _learn(self, lesson: Lesson, seed: int) -> TokenModel:
        from sklearn.linear_model import SGDClassifier

        columns = Columns.of(lesson.texts.ids)
        count = len(lesson.texts)
        model = SGDClassifier(
            "log_loss",
            alpha=self.penalty / count,
            average=True,
            max_iter=max(EPOCHS, min(UPDATES // count, 10 * EPOCHS)),
            tol=None,
            random_state=seed,
        ).fit(columns.matrix(lesson.texts.ids), lesson.marked, sample_weight=lesson.weights)
        return LinearTokens(columns, model.coef_[0].astype(np.float64), float(model.intercept_[0]))

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> TokenModel:
        """Return the model that was stored.

        Raises
        ------
        ValueError
            Where the arrays do not fit each other.
        """
        columns, weights, bias = Columns.stored(arrays["known"]), arrays["weights"], arrays["bias"]
        if len(columns) != len(weights) or len(bias) != 1:
            raise ValueError("features and weights do not fit each other")
        return LinearTokens(columns, weights, float(bias[0]))
