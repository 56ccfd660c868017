"""Scores as probabilities: precision against recall, average precision, Brier score, calibration.

Arrays in, arrays out. A decision is one thing that could have been answered yes, such as a unit and a label;
its score says how sure the detector is, and its truth whether yes is right.

References
----------
G. W. Brier (1950), Verification of Forecasts Expressed in Terms of Probability; M. P. Naeini, G. F. Cooper
and M. Hauskrecht (2015), Obtaining Well Calibrated Probabilities Using Bayesian Binning; C. Guo, G. Pleiss,
Y. Sun and K. Q. Weinberger (2017), On Calibration of Modern Neural Networks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

MOST_THRESHOLDS = 200
"""A sweep tries no more thresholds than this."""
BINS = 10
"""Bins of equal width between 0 and 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Precision and recall at falling thresholds.

    Parameters
    ----------
    thresholds
        The distinct scores, highest first, shape (t,).
    precision, recall
        Of the decisions with at least that score, shape (t,); recall is NaN where nothing is to be found.
    """

    thresholds: Floats
    precision: Floats
    recall: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """How far probabilities are from the shares that came true.

    Parameters
    ----------
    error
        The expected calibration error, from 0 to 1; NaN without decisions.
    confidence, right
        Mean probability and share of true decisions of each bin, shape (bins,); NaN in an empty bin.
    n
        Number of decisions of each bin, shape (bins,).
    """

    error: float
    confidence: Floats
    right: Floats
    n: Ints


def precision_recall(scores: Floats, truth: Flags, positives: int | None = None) -> Points:
    """Return precision and recall at each distinct score; decisions with equal scores are taken at once.

    Parameters
    ----------
    scores
        Shape (n,), none NaN.
    truth
        Whether each decision is right, shape (n,).
    positives
        How many right ones there are, with those that no score was given for; None where `truth` has all.

    Raises
    ------
    ValueError
        Where shapes differ, a score is NaN, or `positives` is less than what `truth` has.
    """
    total = _checked(scores, truth, positives)
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)[: len(ranked)])
    found = np.cumsum(truth[order])[last]
    recall = found / total if total else np.full(len(last), np.nan)
    return Points(ranked[last], found / (last + 1), recall)


def _checked(scores: Floats, truth: Flags, positives: int | None) -> int:
    """Return how many right decisions there are."""
    if scores.shape != truth.shape or scores.ndim != 1:
        raise ValueError(f"scores of shape {scores.shape} for truth of shape {truth.shape}")
    if np.isnan(scores).any():
        raise ValueError("a score is NaN; leave out decisions without one and give the number of positives")
    scored = int(truth.sum())
    if positives is not None and positives < scored:
        raise ValueError(f"{positives} positives, but {scored} of the scored decisions are right")
    return scored if positives is None else positives


def average_precision(scores: Floats, truth: Flags, positives: int | None = None) -> float:
    """Return the average precision, Σ (Rₖ - Rₖ₋₁) Pₖ over the points of `precision_recall`, with R₀ = 0.

    The sum is not interpolated. What has no score is never found, so that the curve ends below a recall of 1
    where `positives` counts more than `truth` has.

    Returns
    -------
    float
        From 0 to 1; NaN where nothing is scored or nothing is to be found.

    Raises
    ------
    ValueError
        As `precision_recall`.
    """
    points = precision_recall(scores, truth, positives)
    return area(points.precision, points.recall)


def area(precision: Floats, recall: Floats) -> float:
    """Return Σ ΔRₖ Pₖ over points in the order of falling thresholds.

    Recall rises along the points of single decisions. That of spans may fall, where another span changes what
    is matched or merged: a step counts only as far as it rises above the highest recall so far, so that no
    part of the recall counts twice.

    Parameters
    ----------
    precision, recall
        Shape (t,). Precision may be NaN where recall does not rise.

    Returns
    -------
    float
        NaN without points, or where a recall is NaN.
    """
    if not len(recall) or np.isnan(recall).any():
        return float("nan")
    rises = np.diff(np.maximum.accumulate(np.concatenate([[0.0], recall])))
    return float(np.sum(rises[rises > 0] * precision[rises > 0]))


def brier(probabilities: Floats, truth: Flags) -> float:
    """Return the Brier score: 0 is perfect.

    Of single decisions it is 1/n Σᵢ (pᵢ - yᵢ)², from 0 to 1. Of n units with C classes it is Brier's own sum
    1/n Σᵢ Σ_c (p_ic - y_ic)², from 0 to 2 for probabilities that sum to 1. So two classes give twice what the
    decisions for the first of them give.

    Parameters
    ----------
    probabilities
        Shape (n,) or (n, C), from 0 to 1.
    truth
        Of the same shape.

    Returns
    -------
    float
        NaN for n = 0.

    Raises
    ------
    ValueError
        Where shapes differ, or a value is no probability.
    """
    _require_probabilities(probabilities, truth)
    if not len(probabilities):
        return float("nan")
    return float(np.sum((probabilities - truth) ** 2) / len(probabilities))


def calibration_error(probabilities: Floats, truth: Flags, bins: int = BINS) -> Calibration:
    """Return the expected calibration error, Σ_b n_b / n · |share right - mean probability|, and its bins.

    The bins have equal width; bin b holds probabilities from b / bins on and below (b + 1) / bins, the last
    one 1 too.

    Parameters
    ----------
    probabilities
        Shape (n,), from 0 to 1.
    truth
        Whether each decision is right, shape (n,).
    bins
        Number of bins.

    Raises
    ------
    ValueError
        Where shapes differ, a value is no probability, or there is no bin.
    """
    _require_probabilities(probabilities, truth)
    if bins < 1 or probabilities.ndim != 1:
        raise ValueError(
            f"{bins} bins for probabilities of shape {probabilities.shape}: at least one, for (n,)"
        )
    place = np.minimum((probabilities * bins).astype(np.int64), bins - 1)
    n = np.bincount(place, minlength=bins)
    confidence, right = (
        np.divide(sums, n, out=np.full(bins, np.nan), where=n > 0)
        for sums in (
            np.bincount(place, weights=probabilities, minlength=bins),
            np.bincount(place, weights=truth.astype(np.float64), minlength=bins),
        )
    )
    gaps = np.abs(right - confidence)[n > 0]
    error = float(np.sum(gaps * n[n > 0]) / len(place)) if len(place) else float("nan")
    return Calibration(error, confidence, right, n)


def are_probabilities(values: Floats) -> bool:
    """Return whether all values lie between 0 and 1; NaN does not."""
    return bool(np.all((values >= 0) & (values <= 1)))


def _require_probabilities(probabilities: Floats, truth: Flags) -> None:
    if probabilities.shape != truth.shape:
        raise ValueError(f"probabilities of shape {probabilities.shape} for truth of shape {truth.shape}")
    if not are_probabilities(probabilities):
        raise ValueError("a probability lies outside 0 to 1")


def thresholds_of(scores: Floats, most: int = MOST_THRESHOLDS) -> Floats:
    """Return the distinct finite scores, highest first, or `most` of them at equal steps of rank.

    The highest and the lowest are always among them, the lowest alone where `most` is 1.

    Raises
    ------
    ValueError
        Where `most` is below 1.
    """
    if most < 1:
        raise ValueError(f"at least one threshold, not {most}")
    distinct = np.unique(scores[np.isfinite(scores)])
    if len(distinct) > most:
        distinct = distinct[np.linspace(0, len(distinct) - 1, most).round().astype(np.int64)]
    return distinct[::-1].copy()


def cross_fitted(statistics: Floats, score: Callable[[Floats], Floats]) -> tuple[Ints, Floats]:
    """Choose a threshold for each fold by the statistics of the other folds alone.

    Of equally good thresholds the lowest is chosen, and so it is where the score is undefined at all of them.

    Parameters
    ----------
    statistics
        Additive statistics by threshold, highest first, and fold: shape (t, folds, k).
    score
        From summed statistics, shape (..., k), to the score that is to be high, shape (...); NaN where it is
        undefined.

    Returns
    -------
    chosen
        The place of each fold's threshold, shape (folds,).
    totals
        Sum over the folds of their statistics at their own threshold, shape (k,).

    Raises
    ------
    ValueError
        Where there is no threshold, or fewer than two folds.
    """
    count, folds, _ = statistics.shape
    if count < 1 or folds < 2:
        raise ValueError(f"a choice takes thresholds and two folds, not {count} and {folds}")
    # Sums of the others, not the total less a fold: a difference of floats would not be exactly 0.
    others = np.stack([np.delete(statistics, fold, axis=1).sum(axis=1) for fold in range(folds)], axis=1)
    values = score(others)
    rising = np.where(np.isnan(values), -np.inf, values)[::-1]
    chosen = count - 1 - np.argmax(rising, axis=0)
    totals: Floats = statistics[chosen, np.arange(folds)].sum(axis=0)
    return chosen, totals
