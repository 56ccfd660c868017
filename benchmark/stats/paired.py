"""Paired comparison of systems that were scored on the same clusters.

The interval of a difference is by the paired cluster bootstrap: both systems are scored on the same
resamples. The p-value is by paired randomisation: were two systems alike, then swapping their outputs on any
cluster would give a difference as likely as the one that was observed. Masks of what is swapped, times the
statistics, give the sums that change sides; they are made once a system and serve all its pairs, so that a
pair costs no more than a subtraction and `finalize`.

References ---------- E. W. Noreen (1989), Computer-Intensive Methods for Testing Hypotheses. B. Phipson and
G. K. Smyth (2010), Permutation P-values Should Never Be Zero, Statistical Applications in Genetics and
Molecular Biology 9(1).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmark.stats.bootstrap import Counts, interval_of, jackknife, resampled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Finalize = Callable[[Floats], Floats]
"""From summed statistics, shape (..., k), to scores, shape (..., m), NaN where undefined."""

TOLERANCE = 1e-9
"""Differences that are equal up to this share of the two scores are ties: sums differ by rounding."""

_CELLS_AT_ONCE = 1 << 15  # statistics that the test gives `finalize` at once: they stay in a core's cache
_CELLS_HELD = 1 << 22  # 32 MB
_WORKERS = min(4, os.cpu_count() or 1)

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, eq=False)
class Swaps:
    """Which clusters are swapped between two systems, in each permutation.

    Parameters
    ----------
    masks
        1 where a cluster is swapped, shape (B, n).
    exact
        Whether these are all 2ⁿ, with the one that swaps none; else they are random ones.
    """

    masks: NDArray[np.uint8]
    exact: bool

    @property
    def clusters(self) -> int:
        """Number of clusters, n."""
        return int(self.masks.shape[1])


@dataclass(frozen=True, slots=True, eq=False)
class PairedResult:
    """Differences of P pairs of systems in m scores; all arrays have shape (P, m).

    Parameters
    ----------
    difference
        Score of the first system less that of the second, in the score's unit; NaN where one is undefined.
    low, high
        Ends of the bootstrap interval of the difference; NaN where there is none.
    p
        Two-sided p-value of the randomisation test, not adjusted; NaN where the difference is.
    error
        Standard error of the difference by the jackknife, in the score's unit; NaN for fewer than 2 clusters
        or where the difference without some cluster is undefined.
    undefined
        Share of the permutations in which the difference is undefined. These count as at least as extreme.
    undefined_resamples
        Share of the bootstrap's resamples in which the difference is undefined. The interval is over the
        others.
    """

    difference: Floats
    low: Floats
    high: Floats
    p: Floats
    error: Floats
    undefined: Floats
    undefined_resamples: Floats


def swaps(n: int, resamples: int, rng: np.random.Generator) -> Swaps:
    """Return which of n clusters are swapped in each permutation.

    Parameters
    ----------
    n
        Number of clusters.
    resamples
        Number of permutations, B. Where there are no more than B ways to swap, all 2ⁿ are enumerated.
    rng
        Source of randomness; untouched where all are enumerated.

    Returns
    -------
    Swaps
        Meant to be made once and used for all pairs and metrics that are scored on the same clusters.

    Raises
    ------
    ValueError
        Where n or `resamples` is less than 1.
    """
    if n < 1 or resamples < 1:
        raise ValueError(f"a paired test needs clusters and permutations, not {n} and {resamples}")
    if _enumerable(n, resamples):
        masks = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
        return Swaps(masks.astype(np.uint8), exact=True)
    return Swaps(rng.integers(2, size=(resamples, n), dtype=np.uint8), exact=False)


def smallest_p(swaps: Swaps) -> float:
    """Return the smallest p-value that a test by these swaps can give."""
    return least_p(swaps.clusters, len(swaps.masks))


def least_p(n: int, resamples: int) -> float:
    """Return the smallest p-value that a test of n clusters with so many permutations can give.

    Under enumeration it is 2/2ⁿ, since swapping all clusters gives a difference as large as swapping none;
    else it is 1 / (B + 1).
    """
    return 2 / 2**n if _enumerable(n, resamples) else 1 / (resamples + 1)


def attainable(n: int, alpha: float, resamples: int) -> float:
    """Return the largest p-value up to alpha that a test of n clusters can give; 0 where there is none.

    A test at alpha is one at this level: a p-value is a multiple of 2/2ⁿ under enumeration, where each swap
    has a mirror that is as extreme, else of 1 / (B + 1).
    """
    step = least_p(n, resamples)
    return float(np.floor(alpha / step + TOLERANCE)) * step


def _enumerable(n: int, resamples: int) -> bool:
    return n < resamples.bit_length()  # 2ⁿ ≤ B


def all_pairs(systems: int) -> Ints:
    """Return all pairs of systems, shape (R·(R - 1)/2, 2): (0, 1), (0, 2), …, the lower number first."""
    return np.stack(np.triu_indices(systems, 1), axis=-1).astype(np.int64)


def compare(
    statistics: Sequence[Floats],
    finalize: Finalize,
    counts: Counts,
    swaps: Swaps,
    pairs: NDArray[np.integer],
    level: float = 0.95,
) -> PairedResult:
    """Compare pairs of systems in every score.

    The test's statistic is the absolute difference. With c the number of permutations in which it is at least
    the observed one, p is c / 2ⁿ where all swaps are enumerated and (c + 1) / (B + 1) where they are random.
    Differences that are equal up to `TOLERANCE` are equal, so that ties and identical systems are not left to
    rounding: a system that is identical to another has p = 1, as has any pair with one cluster.

    Parameters
    ----------
    statistics
        Additive statistics of the clusters of each of the R systems, each of shape (n, k), in the same order
        of clusters.
    finalize
        The function from summed statistics to scores. It is called from several threads. A function that
        makes only the scores that are asked for saves most of the time.
    counts
        What `benchmark.stats.bootstrap.resample_counts` gave, shape (B, n).
    swaps
        What `swaps` gave for the n clusters.
    pairs
        Numbers of the two systems of each pair, from 0, shape (P, 2).
    level
        Nominal coverage of the intervals.

    Raises
    ------
    ValueError
        Where statistics, counts, swaps and pairs do not fit each other, or the level is not between 0 and 1.
    """
    stacked = _stacked(statistics, counts, swaps)
    which = _checked(pairs, len(statistics))
    scores = finalize(stacked.sum(axis=1))
    first, second = scores[which[:, 0]], scores[which[:, 1]]
    difference = first - second
    bound = np.abs(difference) - TOLERANCE * (np.abs(first) + np.abs(second))
    test = _permuted(stacked, finalize, swaps, which, bound)
    spread = _resampled(stacked, finalize, counts, which, level)
    chosen = not swaps.exact  # the observed difference is one more permutation, unless it is among them
    p = (test.extreme + chosen) / (len(swaps.masks) + chosen)
    return PairedResult(
        difference=difference,
        low=spread.low,
        high=spread.high,
        p=np.where(np.isnan(difference), np.nan, p),
        error=spread.error,
        undefined=test.undefined / len(swaps.masks),
        undefined_resamples=spread.undefined,
    )


def _stacked(statistics: Sequence[Floats], counts: Counts, swaps: Swaps) -> Floats:
    """Return the statistics of all systems, shape (R, n, k).

    Raises
    ------
    ValueError
        Where they, the counts or the swaps are not of the same clusters.
    """
    if not statistics:
        raise ValueError("there is no system to compare")
    shapes = sorted({np.shape(array) for array in statistics})
    if len(shapes) > 1 or len(shapes[0]) != 2:
        raise ValueError(f"systems are compared on statistics of one shape (n, k), not of {shapes}")
    n = shapes[0][0]
    if counts.shape[1] != n or swaps.clusters != n:
        raise ValueError(
            f"counts of {counts.shape[1]} and swaps of {swaps.clusters} clusters for statistics of {n}"
        )
    return np.stack([np.asarray(array, dtype=np.float64) for array in statistics])


def _checked(pairs: NDArray[np.integer], systems: int) -> Ints:
    """Return pairs as an array of shape (P, 2).

    Raises
    ------
    ValueError
        Where they have another shape or name a system that there is not.
    """
    which = np.asarray(pairs).astype(np.int64)
    if which.ndim != 2 or which.shape[1] != 2:
        raise ValueError(f"pairs have the shape (P, 2), not {which.shape}")
    if which.size and (which.min() < 0 or which.max() >= systems):
        raise ValueError(
            f"pairs name systems from 0 to {systems - 1}, not from {which.min()} to {which.max()}"
        )
    return which


class _Test(NamedTuple):
    """In how many permutations each difference is at least as extreme, and undefined; shape (P, m)."""

    extreme: Ints
    undefined: Ints


def _permuted(stacked: Floats, finalize: Finalize, swaps: Swaps, pairs: Ints, bound: Floats) -> _Test:
    """Count the permutations in which a difference reaches its bound or is undefined."""
    systems, n, k = stacked.shape
    totals = stacked.sum(axis=1).T[..., None]
    by_field = np.ascontiguousarray(stacked.transpose(2, 0, 1)).reshape(k * systems, n)
    extreme, undefined = np.zeros((2, *bound.shape), dtype=np.int64)
    height = max(1, _CELLS_HELD // max(k * systems, n))
    for first_row in range(0, len(swaps.masks), height):
        masks = swaps.masks[first_row : first_row + height].T.astype(np.float64)
        # Statistics come before swaps in memory, so that each statistic is one run of numbers to `finalize`.
        moved = (by_field @ masks).reshape(k, systems, -1)

        def count(pair: int, moved: Floats = moved) -> None:
            for swapped in _swapped(totals, moved, finalize, pairs[pair]):
                # What is undefined is not below the bound either.
                extreme[pair] += len(swapped) - (swapped < bound[pair]).sum(axis=0)
                undefined[pair] += np.isnan(swapped).sum(axis=0)

        _in_threads(count, range(len(pairs)))
    return _Test(extreme, undefined)


def _swapped(totals: Floats, moved: Floats, finalize: Finalize, pair: Ints) -> Iterator[Floats]:
    """Yield the absolute differences of a pair after swaps, blocks of shape (rows, m).

    Parameters
    ----------
    totals
        Sums over all clusters, shape (k, R, 1).
    moved
        Sums over the clusters that are swapped, shape (k, R, rows).
    pair
        Shape (2,).
    """
    first, second = pair
    height = max(1, _CELLS_AT_ONCE // len(totals))
    for start in range(0, moved.shape[-1], height):
        rows = slice(start, start + height)
        gain = moved[:, second, rows] - moved[:, first, rows]
        both = np.empty((len(gain), 2, gain.shape[1]))
        np.add(totals[:, first], gain, out=both[:, 0])
        np.subtract(totals[:, second], gain, out=both[:, 1])
        scores = finalize(np.moveaxis(both, 0, -1))
        yield np.abs(scores[0] - scores[1])


class _Spread(NamedTuple):
    """Interval and standard error of each difference, and the share of undefined resamples; shape (P, m)."""

    low: Floats
    high: Floats
    undefined: Floats
    error: Floats


def _resampled(stacked: Floats, finalize: Finalize, counts: Counts, pairs: Ints, level: float) -> _Spread:
    """Return the bootstrap interval and the jackknife's standard error of each difference."""
    resamples = len(counts)
    at_once = max(1, _CELLS_HELD // (resamples * stacked.shape[2]))
    blocks = [stacked[start : start + at_once] for start in range(0, len(stacked), at_once)]
    scores = np.concatenate([_of_systems(block, finalize, counts) for block in blocks], axis=1)
    left_out = np.stack([jackknife(system, finalize) for system in stacked], axis=1)
    point = finalize(stacked.sum(axis=1))
    m = point.shape[-1]
    width = max(1, _CELLS_HELD // (resamples * m * _WORKERS))

    def spread(start: int) -> Floats:
        first, second = pairs[start : start + width].T
        without = (left_out[:, first] - left_out[:, second]).reshape(len(left_out), -1)
        again = (scores[:, first] - scores[:, second]).reshape(resamples, -1)
        found = interval_of((point[first] - point[second]).ravel(), again, without, level)
        return np.stack([found.low, found.high, found.undefined, _jackknife_error(without)]).reshape(4, -1, m)

    found = _in_threads(spread, range(0, len(pairs), width))
    return _Spread(*np.concatenate([np.empty((4, 0, m)), *found], axis=1))


def _of_systems(stacked: Floats, finalize: Finalize, counts: Counts) -> Floats:
    """Return the scores of some systems in all resamples, shape (B, systems, m)."""
    systems, n, k = stacked.shape

    def of_each(totals: Floats) -> Floats:
        scores = finalize(totals.reshape(*totals.shape[:-1], systems, k))
        return scores.reshape(*totals.shape[:-1], -1)

    side_by_side = stacked.transpose(1, 0, 2).reshape(n, systems * k)
    return resampled(side_by_side, of_each, counts).reshape(len(counts), systems, -1)


def _jackknife_error(left_out: Floats) -> Floats:
    """Return √((n - 1)/n · Σ (θ₍ᵢ₎ - mean)²) of each column, shape (n, w) -> (w,); NaN for n below 2."""
    n = len(left_out)
    if n < 2:
        return np.full(left_out.shape[1], np.nan)
    error: Floats = np.sqrt((n - 1) * left_out.var(axis=0))
    return error


def _in_threads(work: Callable[[_Task], _Result], tasks: Iterable[_Task]) -> list[_Result]:
    """Return the results in the order of the tasks; numpy leaves the lock to other threads as it computes."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        return list(pool.map(work, tasks))
