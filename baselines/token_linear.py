"""Spans by logistic regression over hashed features of tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from baselines.layers import ATTRIBUTION_GAP, TECHNIQUE
from baselines.spans.detector import SpanDetector
from baselines.spans.learner import Learner
from baselines.spans.linear_tokens import LinearLearner


@dataclass
class TokenLinearDetector(SpanDetector):
    """Marks tokens by logistic regression, and makes spans of them by thresholds tuned on training documents.

    The labels of spans are named by a linear support vector machine; the parts of relations are learned one
    by one. See `baselines.features` and `baselines.spans`.

    Parameters
    ----------
    seed
        Of folds and solvers.

    Raises
    ------
    ValueError
        Where the seed is not between 0 and 2³² − 1.
    """

    name: ClassVar[str] = "token-linear"
    layers: ClassVar[frozenset[str]] = frozenset({TECHNIQUE, ATTRIBUTION_GAP})
    trained_layers: ClassVar[frozenset[str]] = layers

    def learners(self) -> tuple[Learner, ...]:
        """Return the one learner."""
        return (LinearLearner(),)
