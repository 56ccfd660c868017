from __future__ import annotations

import tracemalloc
from itertools import product

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from benchmark.stats import paired
from benchmark.stats.bootstrap import interval_of, jackknife, resample_counts, resampled
from benchmark.stats.paired import (
    PairedResult,
    Swaps,
    all_pairs,
    attainable,
    compare,
    least_p,
    smallest_p,
    swaps,
)

Floats = NDArray[np.float64]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def ratio(totals: Floats) -> Floats:
    """The first statistic over the second, NaN where the second is 0."""
    empty = np.full(totals.shape[:-1], np.nan)
    part: Floats = np.divide(totals[..., 0], totals[..., 1], out=empty, where=totals[..., 1] > 0)
    return part[..., None]


def mean(values: Floats) -> Floats:
    """Statistics whose ratio is the mean of values, shape (n,) -> (n, 2)."""
    return np.stack([values, np.ones_like(values)], axis=-1)


def against(first: Floats, second: Floats, resamples: int = 10_000, seed: int = 0) -> PairedResult:
    """Compare two systems in `ratio`."""
    n = len(first)
    counts = resample_counts(n, 500, rng(seed))
    return compare([first, second], ratio, counts, swaps(n, resamples, rng(seed)), all_pairs(2))


def counted(systems: int, n: int, k: int = 4, seed: int = 0) -> list[Floats]:
    return list(rng(seed).poisson(2.0, (systems, n, k)).astype(np.float64))


def test_all_swaps_are_enumerated_where_there_are_few() -> None:
    found = swaps(3, 8, rng())
    assert found.exact
    assert sorted(map(tuple, found.masks.tolist())) == list(product((0, 1), repeat=3))
    assert not swaps(3, 7, rng()).exact
    assert swaps(13, 10_000, rng()).masks.shape == (8192, 13)
    assert swaps(14, 10_000, rng()).masks.shape == (10_000, 14)


def test_random_swaps_are_fair_independent_and_seeded() -> None:
    masks = swaps(40, 20_000, rng(0)).masks
    assert masks.dtype == np.uint8
    assert set(np.unique(masks).tolist()) == {0, 1}
    assert np.allclose(masks.mean(axis=0), 0.5, atol=0.015)
    assert np.allclose(np.corrcoef(masks.T), np.eye(40), atol=0.035)
    assert np.array_equal(masks, swaps(40, 20_000, rng(0)).masks)
    assert not np.array_equal(masks, swaps(40, 20_000, rng(1)).masks)


@pytest.mark.parametrize(("n", "resamples"), [(0, 10), (3, 0)])
def test_swaps_need_clusters_and_permutations(n: int, resamples: int) -> None:
    with pytest.raises(ValueError, match=f"not {n} and {resamples}"):
        swaps(n, resamples, rng())


def test_the_smallest_p() -> None:
    assert smallest_p(swaps(10, 10_000, rng())) == 2 / 1024
    assert smallest_p(swaps(10, 999, rng())) == 1 / 1000
    assert smallest_p(swaps(1, 2, rng())) == least_p(1, 2) == 1
    # The largest difference possible reaches it.
    assert against(mean(np.ones(10)), mean(np.zeros(10))).p.item() == 2 / 1024


def test_levels_that_can_be_attained() -> None:
    assert attainable(10, 0.05, 10_000) == 50 / 1024
    assert attainable(10, 2 / 1024, 10_000) == 2 / 1024
    assert attainable(10, 0.05 / 28, 10_000) == 0
    assert attainable(50, 0.05, 9999) == pytest.approx(0.05)
    assert attainable(50, 0.05, 100) == 5 / 101


def test_by_hand() -> None:
    # Differences 1, 2 and -1 sum to 2; of the 8 choices of signs ±1 ±2 ±1 six reach 2: ±4, ±2, ±2.
    result = against(mean(np.array([3.0, 2, 0])), mean(np.array([2.0, 0, 1])))
    assert result.difference.item() == pytest.approx(2 / 3)
    assert result.p.item() == 6 / 8
    # Jackknife: without each, the means are 1/2, 0 and 3/2; √(2/3 · Σ (θ - 2/3)²) = .8819.
    assert result.error.item() == pytest.approx(0.8819, abs=1e-4)
    assert result.undefined.item() == 0


@given(st.integers(2, 8), st.integers(0, 2**32 - 1))
def test_enumeration_agrees_with_scipy(n: int, seed: int) -> None:
    first, second = rng(seed).integers(0, 4, (2, n)).astype(np.float64)
    oracle = scipy.stats.permutation_test(
        (first, second),
        lambda a, b, axis: np.abs(a.mean(axis) - b.mean(axis)),
        permutation_type="samples",
        alternative="greater",
        n_resamples=np.inf,
        vectorized=True,
    )
    assert against(mean(first), mean(second)).p.item() == pytest.approx(oracle.pvalue)


@pytest.mark.parametrize("seed", range(5))
def test_random_swaps_agree_with_scipy(seed: int) -> None:
    first, second = rng(seed).normal([[0.25], [0]], 1, (2, 40))
    oracle = scipy.stats.permutation_test(
        (first, second),
        lambda a, b, axis: a.mean(axis) - b.mean(axis),
        permutation_type="samples",
        n_resamples=20_000,
        vectorized=True,
        rng=rng(seed + 100),
    )
    ours = against(mean(first), mean(second), 20_000).p.item()
    noise = 4 * np.sqrt(2 * oracle.pvalue * (1 - oracle.pvalue) / 20_000)
    # Two-sided, scipy doubles the smaller tail, which is twice as noisy.
    assert ours == pytest.approx(oracle.pvalue, abs=2 * noise)


def test_a_ratio_is_tested_by_its_definition() -> None:
    """Against a loop over all swaps, for statistics that do not simply average."""
    first, second = counted(2, 7, 2)
    observed = ratio(first.sum(axis=0)) - ratio(second.sum(axis=0))
    reached = 0
    for mask in product((False, True), repeat=7):
        swapped = np.array(mask)[:, None]
        one, other = np.where(swapped, second, first), np.where(swapped, first, second)
        reached += abs(ratio(one.sum(axis=0)) - ratio(other.sum(axis=0))) >= abs(observed) - 1e-12
    assert against(first, second).p.item() == reached.item() / 2**7  # type: ignore[attr-defined]


def test_the_interval_agrees_with_scipy() -> None:
    # On the normal approximation's ground the interval and scipy's percentiles are the same but for noise.
    first, second = rng(3).normal([[0.3], [0]], 1, (2, 300))
    oracle = scipy.stats.bootstrap(
        (first, second),
        lambda a, b, axis: a.mean(axis) - b.mean(axis),
        paired=True,
        method="percentile",
        n_resamples=10_000,
        vectorized=True,
        rng=rng(5),
    )
    counts = resample_counts(300, 10_000, rng(6))
    result = compare([mean(first), mean(second)], ratio, counts, swaps(300, 10, rng()), np.array([[0, 1]]))
    width = oracle.confidence_interval.high - oracle.confidence_interval.low
    assert result.low.item() == pytest.approx(oracle.confidence_interval.low, abs=0.03 * width)
    assert result.high.item() == pytest.approx(oracle.confidence_interval.high, abs=0.03 * width)
    assert result.error.item() == pytest.approx((first - second).std(ddof=1) / 300**0.5)


def test_the_interval_is_that_of_the_bootstrap_of_the_difference() -> None:
    statistics, counts = counted(3, 30, 2), resample_counts(30, 400, rng())
    result = compare(statistics, ratio, counts, swaps(30, 50, rng()), all_pairs(3))
    for row, (a, b) in enumerate(all_pairs(3)):
        parts = [
            (ratio(one.sum(axis=0)), resampled(one, ratio, counts), jackknife(one, ratio))
            for one in (statistics[a], statistics[b])
        ]
        expected = interval_of(*(one - other for one, other in zip(*parts, strict=True)))
        assert result.low[row] == pytest.approx(expected.low)
        assert result.high[row] == pytest.approx(expected.high)


def test_many_scores_and_pairs_are_those_of_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def scores(totals: Floats) -> Floats:
        return np.concatenate([ratio(totals[..., :2]), ratio(totals[..., 2:]), totals], axis=-1)

    statistics, counts = counted(4, 20), resample_counts(20, 300, rng())
    swapped = swaps(20, 700, rng())
    whole = compare(statistics, scores, counts, swapped, all_pairs(4))
    assert whole.p.shape == (6, 6)
    alone = compare([statistics[1], statistics[3]], scores, counts, swapped, np.array([[0, 1]]))
    monkeypatch.setattr(paired, "_CELLS_AT_ONCE", 50)
    monkeypatch.setattr(paired, "_CELLS_HELD", 5000)
    monkeypatch.setattr(paired, "_WORKERS", 3)
    blocks = compare(statistics, scores, counts, swapped, all_pairs(4))
    for field in ("difference", "low", "high", "p", "error", "undefined", "undefined_resamples"):
        assert getattr(whole, field)[4] == pytest.approx(getattr(alone, field)[0], abs=1e-12), field
        assert getattr(whole, field) == pytest.approx(getattr(blocks, field), abs=1e-12), field


@given(
    arrays.arrays(np.float64, (2, 9, 2), elements=st.integers(0, 5)),
    st.integers(0, 5),
    st.sampled_from([20, 10_000]),
)
def test_properties(both: Floats, seed: int, resamples: int) -> None:
    both[..., 1] += 1
    first, second = both
    result, mirrored = against(first, second, resamples, seed), against(second, first, resamples, seed)
    assert result.p.item() == mirrored.p.item()
    assert result.difference.item() == -mirrored.difference.item()
    exact = swaps(9, resamples, rng(seed)).exact
    assert (2 / 2**9 if exact else 1 / (resamples + 1)) <= result.p.item() <= 1
    # A third statistic that nothing reads, and the order of clusters under enumeration, change nothing.
    if exact:
        assert against(first[::-1], second[::-1], resamples, seed).p.item() == result.p.item()


def test_identical_systems_are_certainly_not_different() -> None:
    one = rng().random((30, 2))
    for n in (6, 30):
        result = against(one[:n], one[:n].copy())
        assert (result.difference.item(), result.p.item(), result.error.item()) == (0, 1, 0)
        assert (result.low.item(), result.high.item()) == (0, 0)


def test_ties_count_as_at_least_as_extreme_in_spite_of_rounding() -> None:
    # .1 + .2 is not .3 in floating point: without tolerance the sums of equal differences would differ.
    first = np.array([0.1, 0.2, 0.3, 0.7, 0.1, 0.6, 0.2])
    second = np.zeros(7)
    whole = against(mean(first * 10), mean(second))  # the same in whole numbers, without rounding
    assert against(mean(first), mean(second)).p.item() == whole.p.item()
    halves = np.array([0.1, 0.2, -0.3, 0.1, 0.1])
    tied = against(mean(halves), mean(np.zeros(5)))
    assert tied.p.item() == against(mean(np.round(halves * 10)), mean(np.zeros(5))).p.item()


def test_equal_scores_of_systems_that_are_not_identical() -> None:
    result = against(mean(np.array([1.0, 0, 1, 0])), mean(np.array([0.0, 1, 0, 1])))
    assert (result.difference.item(), result.p.item()) == (0, 1)
    assert result.error.item() > 0


def test_one_cluster_says_nothing() -> None:
    result = against(np.array([[5.0, 5.0]]), np.array([[0.0, 5.0]]))
    assert (result.difference.item(), result.p.item()) == (1, 1)
    assert np.isnan([result.low.item(), result.high.item(), result.error.item()]).all()


def test_a_system_without_a_score_has_no_p_and_leaves_others_alone() -> None:
    statistics = [*counted(2, 12, 2), np.zeros((12, 2))]
    swapped, counts = swaps(12, 10_000, rng()), resample_counts(12, 200, rng())
    result = compare(statistics, ratio, counts, swapped, all_pairs(3))
    assert np.isnan(result.difference[1:]).all()
    assert np.isnan(result.p[1:]).all()
    assert np.isnan(result.low[1:]).all()
    assert (result.undefined_resamples[1:] == 1).all()
    without = compare(statistics[:2], ratio, counts, swapped, all_pairs(2))
    assert result.p[0] == without.p[0]
    assert (result.low[0], result.high[0]) == (without.low[0], without.high[0])


def test_permutations_that_leave_a_score_undefined_count_as_extreme() -> None:
    # Only the first's cluster 0 and the second's cluster 1 have anything to score: where one of the two is
    # swapped, a system has nothing, in half of the 8 permutations. Of the rest all are as extreme.
    first, second = np.zeros((2, 3, 2))
    first[0], second[1] = (1, 1), (0, 1)
    result = against(first, second)
    assert result.undefined.item() == 0.5
    assert result.p.item() == 1
    # Conservative: more evidence elsewhere lowers p, but not below the share of what is undefined.
    assert against(np.repeat(first, 2, axis=0), np.repeat(second, 2, axis=0)).p.item() >= 0.125


def test_pairs_are_all_pairs_once() -> None:
    assert all_pairs(3).tolist() == [[0, 1], [0, 2], [1, 2]]
    assert all_pairs(1).shape == (0, 2)
    result = compare(counted(1, 5), ratio, resample_counts(5, 9, rng()), swaps(5, 9, rng()), all_pairs(1))
    assert result.p.shape == result.low.shape == result.undefined.shape == (0, 1)


def test_hostile_input() -> None:
    counts, swapped, pairs = resample_counts(5, 9, rng()), swaps(5, 9, rng()), all_pairs(2)
    two = counted(2, 5)
    with pytest.raises(ValueError, match="no system"):
        compare([], ratio, counts, swapped, pairs)
    with pytest.raises(ValueError, match="one shape .n, k., not of .*5, 3.*5, 4"):
        compare([two[0], two[1][:, :3]], ratio, counts, swapped, pairs)
    with pytest.raises(ValueError, match="one shape"):
        compare([two[0][0]], ratio, counts, swapped, pairs)
    with pytest.raises(ValueError, match="counts of 4 and swaps of 5 clusters for statistics of 5"):
        compare(two, ratio, counts[:, :4], swapped, pairs)
    with pytest.raises(ValueError, match="counts of 5 and swaps of 4 clusters"):
        compare(two, ratio, counts, Swaps(swapped.masks[:, :4], exact=False), pairs)
    with pytest.raises(ValueError, match="from 0 to 1, not from 0 to 2"):
        compare(two, ratio, counts, swapped, np.array([[0, 2]]))
    with pytest.raises(ValueError, match="shape .P, 2., not .2,."):
        compare(two, ratio, counts, swapped, np.array([0, 1]))
    with pytest.raises(ValueError, match="a level lies between 0 and 1"):
        compare(two, ratio, counts, swapped, pairs, level=1.0)


def test_nothing_is_changed() -> None:
    statistics = counted(2, 6)
    before = [one.copy() for one in statistics]
    against(*statistics)
    assert all(np.array_equal(one, other) for one, other in zip(statistics, before, strict=True))


def test_memory_is_bounded() -> None:
    statistics = counted(12, 400, 20)
    counts, swapped = resample_counts(400, 2000, rng()), swaps(400, 2000, rng())
    tracemalloc.start()
    compare(statistics, ratio, counts, swapped, all_pairs(12))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6  # the masked sums of all pairs, both sides, would take 42 MB a statistic
