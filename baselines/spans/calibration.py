"""From log odds to probabilities that hold on documents that were not learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from baselines.spans.texts import Flags, Ints

Floats = NDArray[np.float64]

AS_IT_IS = (1.0, 0.0, 0.0)
"""The slopes that leave log odds as they are."""

PRECISION = (1.0, 10.0, 10.0)
"""Of the slopes' normal prior, whose mean is `AS_IT_IS`: where tokens say little, slopes stay near it.

Without it the means would count beyond measure wherever training documents are much alike.
"""

_NO_SPREAD = 1e-9
"""Log odds that differ by less are taken as equal."""
_ITERATIONS = 50
_RIDGE = 1e-6


def in_context(log_odds: Floats, starts: Flags, document: Ints) -> Floats:
    """Return the log odds of each token, and their means in its sentence and document: shape (tokens, 3).

    Parameters
    ----------
    log_odds
        Of each token: shape (tokens,).
    starts
        Which tokens begin a sentence: shape (tokens,).
    document
        Number of each token's document, ascending: shape (tokens,).
    """
    borders = np.diff(document, prepend=-1) != 0
    return np.stack([log_odds, *(_means(log_odds, begins) for begins in (starts | borders, borders))], axis=1)


def _means(values: Floats, begins: Flags) -> Floats:
    piece = np.cumsum(begins) - 1
    means: Floats = (np.bincount(piece, values) / np.bincount(piece))[piece]
    return means


@dataclass(frozen=True)
class Calibration:
    """Platt's scaling, by the token's own log odds and the means around it.

    The probability is 1 / (1 + exp(−(slopes · log odds in context + shift))). That a word is loaded is
    likelier where its sentence and its document are.

    Parameters
    ----------
    slopes
        Of the token's log odds and of their means in sentence and document.
    shift
        The intercept.

    Notes
    -----
    Platt (1999), "Probabilistic outputs for support vector machines".
    """

    slopes: tuple[float, float, float] = AS_IT_IS
    shift: float = 0.0

    @classmethod
    def of(cls, context: Floats, marked: Flags, weights: Floats) -> Self:
        """Fit by Newton's method on the log posterior.

        Parameters
        ----------
        context
            Log odds in context of tokens that the model did not learn from: shape (tokens, 3).
        marked
            Which of them are marked: shape (tokens,).
        weights
            How much each counts: shape (tokens,).
        """
        centre, spread = context.mean(axis=0), float(context[:, 0].std())
        scale = spread if spread > _NO_SPREAD else 1.0
        rows = np.concatenate([(context - centre) / scale, np.ones((len(context), 1))], axis=1)
        likely = np.append(np.array(AS_IT_IS) * scale, 0.0)
        precision = np.append(np.array(PRECISION) / scale**2, _RIDGE)
        fitted = np.zeros(rows.shape[1])
        for _ in range(_ITERATIONS):
            chances = _logistic(rows @ fitted)
            slope = rows.T @ (weights * (marked - chances)) - precision * (fitted - likely)
            curvature = (rows * (weights * chances * (1 - chances))[:, np.newaxis]).T @ rows
            step = np.linalg.solve(curvature + np.diag(precision + _RIDGE), slope)
            # A long step can overshoot where the marks are told apart without error.
            fitted = fitted + step / max(1.0, float(np.abs(step).max()) / 4)
            if np.abs(step).max() < 1e-9:
                break
        own, sentence, document = (fitted[:-1] / scale).tolist()
        return cls((own, sentence, document), float(fitted[-1] - (fitted[:-1] / scale) @ centre))

    def chances(self, context: Floats) -> Floats:
        """Return the probabilities, shape (tokens,), from log odds in context, shape (tokens, 3)."""
        return _logistic(context @ np.array(self.slopes) + self.shift)


def _logistic(values: Floats) -> Floats:
    chances: Floats = 1 / (1 + np.exp(-np.clip(values, -500, 500)))
    return chances
