"""The solvers of the linear models, and what turns their scores into probabilities and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Folds = NDArray[np.int64]

_SMOOTHING = 10
"""How many neighbours on each side a threshold's measure is averaged over."""
_STEPS = 50
_CLOSE = 1e-8


def logistic(
    rows: csr_array, held: Flags, strength: float, balanced: bool, seed: int
) -> tuple[Floats, float]:
    """Return weights and intercept of a logistic regression.

    Parameters
    ----------
    rows
        Shape (units, columns).
    held
        Which units hold the label. Where all or none do, the intercept alone says so (Laplace).
    strength
        C, the inverse of the regularisation.
    balanced
        Whether both classes weigh the same.
    seed
        Of the order in which the solver visits the rows.
    """
    from sklearn.linear_model import LogisticRegression

    inside = int(held.sum())
    if inside in (0, len(held)):
        return np.zeros(rows.shape[1]), float(np.log((inside + 1) / (len(held) - inside + 1)))
    # The dual problem has the same solution and is solved faster, having fewer variables.
    model = LogisticRegression(
        C=strength,
        solver="liblinear",
        dual=True,
        class_weight="balanced" if balanced else None,
        max_iter=2000,
        random_state=seed,
    ).fit(rows, held)
    return model.coef_[0], float(model.intercept_[0])


def ridge(kernel: Floats, held: Flags, penalty: float) -> Floats:
    """Return the dual weights of a ridge regression on ±1 for each label: shape (units, labels).

    Parameters
    ----------
    kernel
        Products of the rows with one another, plus one for the intercept: shape (units, units).
    held
        Which unit holds which label: shape (units, labels).
    penalty
        Of the squared weights.
    """
    target = np.where(held, 1.0, -1.0)
    return np.linalg.solve(kernel + penalty * np.eye(len(kernel)), target).astype(np.float64)


def folds_of(groups: Sequence[str], count: int, seed: int) -> Folds:
    """Return the fold of each unit: groups are kept together, and go to folds in random order.

    Where there are fewer groups than folds, units are dealt out one by one.
    """
    names = {name: number for number, name in enumerate(dict.fromkeys(groups))}
    member = np.array([names[group] for group in groups], dtype=np.int64)
    if len(names) < count:
        member = np.arange(len(groups))
    order = np.random.default_rng(seed).permutation(int(member.max(initial=-1)) + 1)
    folds: Folds = order[member] % count
    return folds


def calibration(scores: Floats, held: Flags) -> tuple[float, float]:
    """Return slope and offset that turn scores into log-odds.

    Parameters
    ----------
    scores
        Of units that the scorer did not learn from: shape (units,).
    held
        Which units hold the label: shape (units,).

    Notes
    -----
    Platt (1999), "Probabilistic outputs for support vector machines", with his targets (n₊ + 1) / (n₊ + 2)
    and 1 / (n₋ + 2), by Newton's method. The slope is never negative, so that order is kept.
    """
    inside = int(held.sum())
    outside = len(held) - inside
    target = np.where(held, (inside + 1) / (inside + 2), 1 / (outside + 2))
    offset = float(np.log((inside + 1) / (outside + 1)))
    spread = float(scores.std()) if len(scores) else 0.0
    if spread < _CLOSE:
        return 0.0, offset
    middle = float(scores.mean())
    design = np.stack([(scores - middle) / spread, np.ones(len(scores))], axis=1)
    solution = np.array([0.0, offset])
    for _ in range(_STEPS):
        chances = probability(design @ solution)
        gradient = design.T @ (chances - target)
        curvature = (design * (chances * (1 - chances))[:, None]).T @ design + _CLOSE * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        solution = solution - step * min(1.0, 4.0 / float(np.abs(step).max(initial=_CLOSE)))
        if np.abs(step).max() < _CLOSE:
            break
    if solution[0] <= 0:
        return 0.0, offset
    return float(solution[0] / spread), float(solution[1] - solution[0] * middle / spread)


def probability(log_odds: Floats) -> Floats:
    """Return the logistic function, without overflow."""
    chances: Floats = 0.5 * (1 + np.tanh(0.5 * log_odds))
    return chances


def best_threshold(scores: Floats, held: Flags) -> float:
    """Return the smallest score that counts as a label, so that F1 is highest.

    Parameters
    ----------
    scores, held
        Of units that the scorer did not learn from, and which of them hold the label: shape (units,).

    Notes
    -----
    A measure is averaged with those of its neighbours, since the highest of many is mostly luck.
    """
    order = np.argsort(-scores, kind="stable")
    count = np.arange(1, len(order) + 1)
    total = int(held.sum())
    hits = np.cumsum(held[order])
    measure = 2 * hits / (count + total)
    width = min(_SMOOTHING, len(order) // 20)
    padded = np.pad(measure, width, mode="edge")
    smooth = np.convolve(padded, np.ones(2 * width + 1), mode="valid")
    place = int(smooth.argmax())
    following = scores[order[min(place + 1, len(order) - 1)]]
    return float(scores[order[place]] + following) / 2
