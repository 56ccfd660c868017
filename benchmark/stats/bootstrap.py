"""Cluster-bootstrap intervals of any score that is a function of summed statistics.

A resample draws n clusters with replacement, so it is known by how often it drew each. A matrix of such
counts times the statistics gives the totals of all resamples at once, and one `finalize` their scores.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.uint8]
"""How often each resample drew each cluster, shape (B, n).

A byte is enough: that one of n clusters is drawn more than 255 times in n draws has a probability below
1/256!, under 1e-500.
"""

MOST_UNDEFINED = 0.05
"""With a greater share of resamples that leave a score undefined, it has no interval."""

FEW_CLUSTERS = 50
"""Below this number of clusters the percentile interval is widened."""

_CELLS_AT_ONCE = 1 << 17  # 1 MB of counts in 8 bytes each: stays in a core's cache


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Intervals of m scores.

    Parameters
    ----------
    low, high
        Ends of the interval of each score, shape (m,), in the score's own unit; NaN where there is none.
    undefined
        Share of the resamples in which each score is NaN, shape (m,), from 0 to 1.
    """

    low: Floats
    high: Floats
    undefined: Floats


def resample_counts(n: int, resamples: int, rng: np.random.Generator) -> Counts:
    """Return how often each of n clusters is drawn in each resample.

    Parameters
    ----------
    n
        Number of clusters; each resample draws as many, with replacement and equal chances.
    resamples
        Number of resamples, B.
    rng
        Source of randomness; the same state gives the same counts.

    Returns
    -------
    ndarray
        Shape (B, n); every row sums to n. Meant to be made once and given to `intervals` for every metric
        and detector that is scored on the same clusters.

    Raises
    ------
    ValueError
        Where n or `resamples` is less than 1.
    """
    if n < 1 or resamples < 1:
        raise ValueError(f"a bootstrap needs clusters and resamples, not {n} and {resamples}")
    counts = np.empty((resamples, n), np.uint8)
    for block in _blocks(resamples, n):
        draws = rng.integers(n, size=(len(counts[block]), n))
        draws += np.arange(len(draws))[:, None] * n
        counts[block] = np.bincount(draws.ravel(), minlength=draws.size).reshape(draws.shape)
    return counts


def _blocks(resamples: int, n: int) -> list[slice]:
    """Return slices over the resamples that hold a bounded number of cells each."""
    height = max(1, _CELLS_AT_ONCE // n)
    return [slice(first, first + height) for first in range(0, resamples, height)]


def percentile_levels(n: int, level: float = 0.95) -> tuple[float, float]:
    """Return the quantiles of the bootstrap distribution between which the interval lies.

    From 50 clusters on they are those of the plain percentile interval, α/2 and 1 - α/2 for α = 1 - level.
    Below, they are those of the expanded percentile interval, which gives the mean of symmetric data the
    width of its t interval: α'/2 = Φ(√(n/(n-1)) · t) with t the α/2 quantile of Student's t at n - 1
    degrees of freedom.

    Parameters
    ----------
    n
        Number of clusters.
    level
        Nominal coverage, between 0 and 1.

    Returns
    -------
    tuple
        The lower and the upper quantile, symmetric about 0.5; both NaN for fewer than 2 clusters.

    Raises
    ------
    ValueError
        Where the level is not between 0 and 1.

    References
    ----------
    T. Hesterberg (2015), What Teachers Should Know about the Bootstrap, The American Statistician 69(4).
    """
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1, not at {level}")
    if n < 2:
        return np.nan, np.nan
    tail = (1 - level) / 2
    if n < FEW_CLUSTERS:
        from scipy.special import ndtr, stdtrit

        tail = float(ndtr(np.sqrt(n / (n - 1)) * stdtrit(n - 1, tail)))
    return tail, 1 - tail


def intervals(
    statistics: Floats, finalize: Callable[[Floats], Floats], counts: Counts, level: float = 0.95
) -> Intervals:
    """Return the cluster-bootstrap interval of every score.

    The interval of a score is over the resamples in which it is defined. There is none where more than
    `MOST_UNDEFINED` of them leave it undefined: it would speak of those resamples alone that happen to hold,
    say, a rare label, and cover too little. Nor is there one for fewer than 2 clusters.

    Parameters
    ----------
    statistics
        Additive statistics of the clusters, shape (n, k).
    finalize
        The function from summed statistics, shape (..., k), to scores, shape (..., m), NaN where undefined.
    counts
        What `resample_counts` gave, shape (B, n).
    level
        Nominal coverage.

    Returns
    -------
    Intervals
        Quantiles by linear interpolation at `percentile_levels`, and the share of undefined resamples.

    Raises
    ------
    ValueError
        Where counts and statistics disagree on the number of clusters, or the level is not between 0 and 1.
    """
    n = len(statistics)
    if counts.shape[1] != n:
        raise ValueError(f"counts of {counts.shape[1]} clusters for statistics of {n}")
    levels = np.array(percentile_levels(n, level))
    # Sorting puts NaN last, so that the defined scores of a row are its first ones.
    scores = np.ascontiguousarray(finalize(_totals(statistics, counts)).T)
    scores.sort(axis=-1)
    resamples = len(counts)
    defined = resamples - np.isnan(scores).sum(axis=-1)
    low, high = np.full((2, len(scores)), np.nan)
    if n > 1:
        usable = resamples - defined <= MOST_UNDEFINED * resamples
        low[usable], high[usable] = _quantiles(scores[usable], defined[usable], levels)
    return Intervals(low, high, 1 - defined / resamples)


def _totals(statistics: Floats, counts: Counts) -> Floats:
    """Return the summed statistics of each resample, shape (B, k), without a float copy of all counts."""
    totals = np.empty((len(counts), statistics.shape[1]))
    for block in _blocks(*counts.shape):
        np.matmul(counts[block].astype(np.float64), statistics, out=totals[block])
    return totals


def _quantiles(scores: Floats, defined: NDArray[np.intp], levels: Floats) -> Floats:
    """Return quantiles of the first `defined` of each row's sorted scores, shape (levels, rows)."""
    position = levels[:, None] * (defined - 1)
    below = np.floor(position).astype(np.intp)
    above = np.minimum(below + 1, defined - 1)
    rows = np.arange(len(scores))
    start = scores[rows, below]
    quantiles: Floats = start + (position - below) * (scores[rows, above] - start)
    return quantiles
