"""How small a difference a dataset can show, from the variance of paired differences.

The test of `benchmark.stats.paired` rejects nearly where a paired t test of the difference would, so its
power is taken from the noncentral t distribution: with a true difference δ, δ̂ / se has noncentrality δ / se
and n - 1 degrees of freedom, n being the number of clusters and se the standard error of the difference, for
instance by the jackknife. With `times` as many clusters of the same kind the standard error is se / √times.

A randomisation test of few clusters can give few p-values: the level of the formula is the largest of them
that is not above alpha (`benchmark.stats.paired.attainable`). Where there is none, nothing can be rejected,
however large the difference.

The formula is optimistic where clusters are few and uneven, the more so at a level that is adjusted for many
tests, since nearly all clusters must agree there. In the simulation of `perf/paired.py` the differences that
it says are found in 80 % of cases are found in 76 % to 80 % with 28, 50 and 200 clusters at a level of .05
(at .005: 65 % to 79 %, the lower for uneven clusters), but with 10 clusters in 75 %, and at .005 in 49 %.

References
----------
J. Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, 2nd edition, chapter 2.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from benchmark.stats.paired import attainable

POWER = 0.8
"""The chance of rejection at which a difference counts as one that can be shown."""

RESAMPLES = 10_000

_NORMAL_FROM = 1e5  # degrees of freedom from which Student's t is the normal distribution to five digits
_MOST_CLUSTERS = 10**15
_ROUNDING = 1e-9  # a number of clusters that a factor gives may fall this far short of a whole one


def detectable(
    se: float, n: int, alpha: float, power: float = POWER, times: float = 1.0, resamples: int = RESAMPLES
) -> float:
    """Return the smallest true difference that the test finds with the given power.

    Parameters
    ----------
    se
        Standard error of the difference with n clusters, in the score's unit.
    n
        Number of clusters.
    alpha
        Two-sided level of the test: α, or α divided by the number of tests where it is adjusted.
    power
        Chance of rejection, above alpha and below 1.
    times
        How many times as many clusters as there are.
    resamples
        Permutations of the test.

    Returns
    -------
    float
        In the unit of `se`. 0 where `se` is 0: nothing varies, for instance between identical systems. NaN
        where `se` is NaN, where there are fewer than 2 clusters, and where so few clusters can reject
        nothing.

    Raises
    ------
    ValueError
        Where a parameter is out of range.
    """
    _check(se, n, alpha)
    _check_power(power, alpha)
    if not times > 0:
        raise ValueError(f"a dataset is enlarged by a factor above 0, not {times}")
    return _detectable(se * n**0.5, times * n, alpha, power, resamples)


def clusters_needed(
    se: float, n: int, difference: float, alpha: float, power: float = POWER, resamples: int = RESAMPLES
) -> int | None:
    """Return the smallest number of clusters with which a true difference is found with the given power.

    Parameters
    ----------
    se, n, alpha, power, resamples
        As for `detectable`: se is the standard error with the n clusters that there are.
    difference
        The true difference, of either sign, in the unit of `se`.

    Returns
    -------
    int or None
        None where `se` or the difference is NaN, where the difference is 0, and where no number of clusters
        is enough since the number of permutations itself forbids so small a p-value.

    Raises
    ------
    ValueError
        Where a parameter is out of range.
    """
    _check(se, n, alpha)
    _check_power(power, alpha)
    size = abs(difference)

    def enough(clusters: int) -> bool:
        return _detectable(se * n**0.5, clusters, alpha, power, resamples) <= size

    if not size > 0 or np.isnan(se):
        return None
    high = 2
    while not enough(high):
        high *= 2
        if high > _MOST_CLUSTERS:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def achieved(se: float, n: int, difference: float, alpha: float, resamples: int = RESAMPLES) -> float:
    """Return the power of the test against a true difference.

    Parameters
    ----------
    se, n, alpha, resamples
        As for `detectable`.
    difference
        The true difference, of either sign, in the unit of `se`.

    Returns
    -------
    float
        The chance of rejection in either direction; the level where the difference is 0. 0 where so few
        clusters can reject nothing, and where both difference and `se` are 0; 1 where only `se` is. NaN where
        one is NaN.

    Raises
    ------
    ValueError
        Where a parameter is out of range.
    """
    _check(se, n, alpha)
    if np.isnan(se) or np.isnan(difference):
        return float("nan")
    level = _level(n, alpha, resamples)
    if level == 0:
        return 0.0
    if se == 0:
        return float(difference != 0)
    return _power(abs(difference) / se, n - 1, level)


def can_reject(clusters: float, alpha: float, resamples: int = RESAMPLES) -> bool:
    """Return whether a randomisation test of so many clusters can reject at a level at all."""
    return _level(clusters, alpha, resamples) > 0


def _level(clusters: float, alpha: float, resamples: int) -> float:
    """Return the level at which the test works, at most alpha; 0 where it can reject nothing."""
    whole = int(clusters + _ROUNDING)
    return attainable(whole, alpha, resamples) if whole > 1 else 0.0


def _detectable(spread: float, clusters: float, alpha: float, power: float, resamples: int) -> float:
    """Return the smallest difference found with some clusters; `spread` is the standard error with one."""
    level = _level(clusters, alpha, resamples)
    if level == 0:
        return float("nan")
    return float(spread / np.sqrt(clusters)) * _noncentrality(clusters - 1, level, power)


def _check(se: float, n: int, alpha: float) -> None:
    if se < 0 or np.isinf(se):
        raise ValueError(f"a standard error is a number from 0, not {se}")
    if n < 1:
        raise ValueError(f"a test has at least one cluster, not {n}")
    if not 0 < alpha < 1:
        raise ValueError(f"a level lies between 0 and 1, not at {alpha}")


def _check_power(power: float, alpha: float) -> None:
    if not alpha < power < 1:
        raise ValueError(f"a power lies between the level {alpha} and 1, not at {power}")


def _power(noncentrality: float, df: float, alpha: float) -> float:
    """Return the chance that |t| exceeds its two-sided critical value."""
    from scipy.special import ndtr, ndtri, stdtrit
    from scipy.stats import nct

    if df >= _NORMAL_FROM:
        quantile = float(ndtri(alpha / 2))
        return float(ndtr(noncentrality + quantile) + ndtr(quantile - noncentrality))
    critical = -float(stdtrit(df, alpha / 2))
    # The other tail by symmetry: the library's own distribution function is NaN there for many parameters.
    other = nct.sf(critical, df, -noncentrality)
    return float(nct.sf(critical, df, noncentrality) + other)


@lru_cache(maxsize=4096)
def _noncentrality(df: float, alpha: float, power: float) -> float:
    """Return the noncentrality at which a two-sided t test has the given power."""
    from scipy.optimize import brentq

    high = 4.0
    while _power(high, df, alpha) < power:
        high *= 2
    return float(brentq(lambda noncentrality: _power(noncentrality, df, alpha) - power, 0.0, high))
