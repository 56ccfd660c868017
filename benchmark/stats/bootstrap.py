"""Cluster-bootstrap intervals of any score that is a function of summed statistics.

A resample draws n clusters with replacement, so it is known by how often it drew each. A matrix of such
counts times the statistics gives the totals of all resamples at once, and one `finalize` their scores. The
spread of these is the standard error of a t interval, made on a scale that has no ends. Quantiles of the
resamples would be simpler, but with few or uneven clusters they hold the truth too rarely, also where they
are widened for it (`perf/coverage.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Counts = NDArray[np.uint8]
"""How often each resample drew each cluster, shape (B, n).

A byte is enough: that one of n clusters is drawn more than 255 times in n draws has a probability below
1/256!, under 1e-500.
"""

MOST_UNDEFINED = 0.05
"""With a greater share of resamples that leave a score undefined, it has no interval."""

FEW_CLUSTERS = 50
"""Below this number of clusters a report says that t and √(n/(n-1)) widen the interval, by 3 % or more."""

_ROUNDING = 1e-9
"""A share that misses 0 or 1 by less is taken to have missed it by rounding."""

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


def intervals(
    statistics: Floats, finalize: Callable[[Floats], Floats], counts: Counts, level: float = 0.95
) -> Intervals:
    """Return the cluster-bootstrap interval of every score.

    It is that of `interval_of`. A score is taken for a share where neither a resample nor a cluster alone
    puts it outside 0 and 1. The clusters alone tell a correlation by their spread: to go by the resamples,
    which are all positive in some samples and not in others, made the interval of a weak one too short.

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
        Of the m scores.

    Raises
    ------
    ValueError
        Where counts and statistics disagree on the number of clusters, or the level is not between 0 and 1.
    """
    scores = resampled(statistics, finalize, counts)
    with np.errstate(divide="ignore", invalid="ignore"):  # a cluster alone can lack what a score divides by
        alone, left_out = finalize(statistics), jackknife(statistics, finalize)
    shares = ~(_leaves(scores, 0, 1) | _leaves(alone, 0, 1))
    return interval_of(finalize(statistics.sum(axis=0)), scores, left_out, level, shares=shares)


def resampled(statistics: Floats, finalize: Callable[[Floats], Floats], counts: Counts) -> Floats:
    """Return the scores of all resamples.

    Parameters
    ----------
    statistics, finalize, counts
        As for `intervals`.

    Returns
    -------
    ndarray
        Shape (B, m); NaN where undefined. Two systems on the same clusters and counts have the same
        resamples in the same rows, so that the difference of two such arrays is the paired bootstrap.

    Raises
    ------
    ValueError
        Where counts and statistics disagree on the number of clusters.
    """
    n = len(statistics)
    if counts.shape[1] != n:
        raise ValueError(f"counts of {counts.shape[1]} clusters for statistics of {n}")
    return finalize(_totals(statistics, counts))


def jackknife(statistics: Floats, finalize: Callable[[Floats], Floats]) -> Floats:
    """Return the scores that remain where each cluster in turn is left out.

    Parameters
    ----------
    statistics, finalize
        As for `intervals`.

    Returns
    -------
    ndarray
        Shape (n, m); NaN where undefined.
    """
    # The sums before and after each cluster: the total less the cluster would leave 1e-17 for a true 0.
    before, after = np.zeros_like(statistics), np.zeros_like(statistics)
    np.cumsum(statistics[:-1], axis=0, out=before[1:])
    np.cumsum(statistics[:0:-1], axis=0, out=after[-2::-1])
    before += after
    return finalize(before)


def interval_of(
    point: Floats,
    resamples: Floats,
    left_out: Floats,
    level: float = 0.95,
    *,
    shares: Bools | None = None,
) -> Intervals:
    """Return the intervals of m scores, or of m differences of scores, from their resamples.

    With n clusters, t the quantile of Student's t at n - 1 degrees of freedom, and s the greater of two
    standard errors, √(n/(n-1)) times the deviation of the resamples and the one of the jackknife, the ends
    are

    - of a share p: logit(p) ± t·s / (p (1 - p)), and back from the logit scale;
    - of another score r of which no resample lies outside -1 and 1, as a correlation or a difference of two
      shares: artanh(r) ± t·s / (1 - r²), and back, which is Fisher's z;
    - of any other: ± t·s around it.

    So the interval stays within the score's range and holds the score. A score at an end of its range, where
    these scales have no value, has ± t·s around it cut at that end. Where no resample differs from the score
    and no cluster matters, s is 0 and the interval has no width: F1 is 0 in every resample where nothing
    right was found.

    There is no interval where more than `MOST_UNDEFINED` of the resamples leave a score undefined: it would
    speak of those resamples alone that happen to hold, say, a rare label, and cover too little. Else those
    that leave it undefined are left out, and the jackknife too if it is undefined. Nor is there one for
    fewer than 2 clusters, or for a score that is itself undefined.

    Parameters
    ----------
    point
        The scores themselves, shape (m,).
    resamples
        Their resamples, shape (B, m), as `resampled` gives them; NaN where undefined. For a difference of
        two systems, the difference of their resamples on the same counts.
    left_out
        The scores without each cluster in turn, shape (n, m), as `jackknife` gives them, or differences.
    level
        Nominal coverage.
    shares
        Which scores are shares, that is from 0 to 1, shape (m,); None for none, as with differences.

    Returns
    -------
    Intervals
        Of the m scores.

    Raises
    ------
    ValueError
        Where the level is not between 0 and 1.

    References
    ----------
    B. Efron and R. Tibshirani (1993), An Introduction to the Bootstrap, chapters 11 and 12; on the logit
    scale of a share, A. Agresti (2013), Categorical Data Analysis, 3rd edition, section 3.1.
    """
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1, not at {level}")
    undefined = np.isnan(resamples).mean(axis=0)
    low, high = np.full((2, len(point)), np.nan)
    n = len(left_out)
    usable = (undefined <= MOST_UNDEFINED) & np.isfinite(point) & (n > 1)
    if usable.any():
        kept = point[usable]
        scores = resamples if usable.all() else resamples[:, usable]
        reach = _t(n, level) * _standard_error(kept, scores, left_out[:, usable])
        bounded = ~(_leaves(scores, -1, 1) | _leaves(kept[None], -1, 1))
        is_share = np.zeros(len(point), np.bool_) if shares is None else shares
        lowest = np.where(bounded, np.where(is_share[usable], 0.0, -1.0), -np.inf)
        highest = np.where(bounded, 1.0, np.inf)
        low[usable], high[usable] = _ends(kept, reach, lowest, highest)
    return Intervals(low, high, undefined)


def _leaves(scores: Floats, lowest: float, highest: float) -> Bools:
    """Return which columns have a value outside the bounds, shape (m,); NaN lies nowhere."""
    # `fmin` and `fmax` pass over NaN, and a column of nothing else compares as False.
    least, greatest = np.fmin.reduce(scores, axis=0), np.fmax.reduce(scores, axis=0)
    leaves: Bools = (least < lowest - _ROUNDING) | (greatest > highest + _ROUNDING)
    return leaves


def _t(n: int, level: float) -> float:
    """Return the quantile of Student's t between whose negative and itself `level` lies."""
    from scipy.special import stdtrit  # here, since commands that have no use for it start faster

    return float(-stdtrit(n - 1, (1 - level) / 2))


def _standard_error(point: Floats, resamples: Floats, left_out: Floats) -> Floats:
    """Return the greater of the standard errors of bootstrap and jackknife, shape (m,).

    Neither is always the greater, and by simulation the greater of the two covers best with few clusters. The
    bootstrap's stands alone where a score is undefined without some cluster.
    """
    n = len(left_out)
    # Less the score, so that resamples that all equal it deviate by exactly 0.
    moved = resamples - point
    defined = ~np.isnan(moved)
    deviation = np.std(moved, axis=0, where=True if defined.all() else defined)
    influence = left_out - point
    influence -= influence.mean(axis=0)
    of_jackknife = np.sqrt((n - 1) / n * (influence**2).sum(axis=0))
    greater: Floats = np.fmax(np.sqrt(n / (n - 1)) * deviation, of_jackknife)
    return greater


def _ends(point: Floats, reach: Floats, lowest: Floats, highest: Floats) -> tuple[Floats, Floats]:
    """Return low and high ends, each shape (m,), `reach` to either side on the logit scale of the range.

    On the range from -1 to 1 that scale is twice Fisher's z. Where the range has no ends, or the score lies
    at one, the scale is the score's own.
    """
    from scipy.special import expit, logit

    low, high = np.maximum(point - reach, lowest), np.minimum(point + reach, highest)
    # A width of 0 is left alone: there and back again would round.
    inside = np.isfinite(lowest) & (point - lowest > _ROUNDING) & (highest - point > _ROUNDING) & (reach > 0)
    first, width = lowest[inside], (highest - lowest)[inside]
    share = (point[inside] - first) / width
    middle, far = logit(share), reach[inside] / width / (share * (1 - share))
    low[inside], high[inside] = first + width * expit(middle - far), first + width * expit(middle + far)
    return np.minimum(low, point), np.maximum(high, point)


def _totals(statistics: Floats, counts: Counts) -> Floats:
    """Return the summed statistics of each resample, shape (B, k), without a float copy of all counts."""
    totals = np.empty((len(counts), statistics.shape[1]))
    for block in _blocks(*counts.shape):
        np.matmul(counts[block].astype(np.float64), statistics, out=totals[block])
    return totals
