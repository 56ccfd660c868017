from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmark.stats import bootstrap
from benchmark.stats.bootstrap import intervals, percentile_levels, resample_counts

Floats = NDArray[np.float64]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def identity(totals: Floats) -> Floats:
    return totals


def ratio(totals: Floats) -> Floats:
    """The first statistic over the second, NaN where the second is 0."""
    empty = np.full(totals.shape[:-1], np.nan)
    part: Floats = np.divide(totals[..., 0], totals[..., 1], out=empty, where=totals[..., 1] > 0)
    return part[..., None]


def repeated(rows: list[tuple[list[int], int]]) -> NDArray[np.uint8]:
    return np.repeat([row for row, _ in rows], [times for _, times in rows], axis=0).astype(np.uint8)


@pytest.mark.parametrize("n", [1, 2, 37, 400])
def test_counts_are_the_draws_of_numpy_counted_row_by_row(n: int) -> None:
    counts = resample_counts(n, 900, rng())
    draws = rng().integers(n, size=(900, n))
    assert counts.dtype == np.uint8
    assert np.array_equal(counts, [np.bincount(row, minlength=n) for row in draws])


def test_counts_do_not_depend_on_how_many_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = resample_counts(5, 40, rng())
    monkeypatch.setattr(bootstrap, "_CELLS_AT_ONCE", 17)
    assert np.array_equal(resample_counts(5, 40, rng()), whole)
    monkeypatch.setattr(bootstrap, "_CELLS_AT_ONCE", 1)
    assert np.array_equal(resample_counts(5, 40, rng()), whole)


def test_counts_follow_the_binomial_distribution() -> None:
    counts = resample_counts(8, 20_000, rng())
    share = np.bincount(counts.ravel(), minlength=9) / counts.size
    assert np.allclose(share, scipy.stats.binom.pmf(np.arange(9), 8, 1 / 8), atol=0.006)


def test_seed_0_is_a_seed() -> None:
    assert np.array_equal(resample_counts(20, 50, rng(0)), resample_counts(20, 50, rng(0)))
    assert not np.array_equal(resample_counts(20, 50, rng(0)), resample_counts(20, 50, rng(1)))


@pytest.mark.parametrize(("n", "resamples"), [(0, 10), (-1, 10), (3, 0)])
def test_counts_need_clusters_and_resamples(n: int, resamples: int) -> None:
    with pytest.raises(ValueError, match=f"not {n} and {resamples}"):
        resample_counts(n, resamples, rng())


@pytest.mark.parametrize("n", [2, 3, 10, 28, 49])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_expanded_levels_give_the_width_of_the_t_interval(n: int, level: float) -> None:
    low, high = percentile_levels(n, level)
    z, t = scipy.stats.norm.ppf(low), scipy.stats.t.ppf((1 - level) / 2, n - 1)
    assert z * np.sqrt((n - 1) / n) == pytest.approx(t)
    assert high == 1 - low


def test_levels_by_hand() -> None:
    # t(.025, 9) = -2.2622, times √(10/9) = -2.3845, and Φ of it from a table of the normal distribution.
    assert percentile_levels(10)[0] == pytest.approx(0.00855, abs=5e-6)
    assert percentile_levels(49)[0] < 0.025
    assert percentile_levels(50) == pytest.approx((0.025, 0.975))
    assert percentile_levels(10_000, 0.9) == pytest.approx((0.05, 0.95))


@pytest.mark.parametrize("n", [0, 1])
def test_levels_need_two_clusters(n: int) -> None:
    assert np.isnan(percentile_levels(n)).all()


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 95.0, np.nan])
def test_a_level_is_a_share(level: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        percentile_levels(10, level)


def test_interval_by_hand() -> None:
    # With two clusters the expanded levels are 0 and 1 to 70 digits: the least and the greatest total.
    counts = repeated([([2, 0], 1), ([1, 1], 2), ([0, 2], 1)])
    found = intervals(np.array([[1.0, 6], [2, 4]]), identity, counts)
    assert found.low.tolist() == pytest.approx([2, 8])
    assert found.high.tolist() == pytest.approx([4, 12])
    assert found.undefined.tolist() == [0, 0]


def test_quantiles_are_those_of_numpy() -> None:
    statistics = np.zeros((60, 2))
    statistics[[3, 17, 29, 40]] = [[0.3, 0.7], [1, 1], [0, 3], [2.1, 2.3]]
    counts = resample_counts(60, 2000, rng())
    scores = ratio(counts @ statistics)
    assert np.isnan(scores).mean() == pytest.approx((56 / 60) ** 60, abs=0.01)
    found = intervals(statistics, ratio, counts)
    low, high = np.nanquantile(scores, [0.025, 0.975], axis=0)
    assert found.low == pytest.approx(low, rel=1e-12)
    assert found.high == pytest.approx(high, rel=1e-12)
    assert found.undefined == pytest.approx(np.isnan(scores).mean(axis=0))


def test_interval_agrees_with_scipy() -> None:
    predicted, gold = rng(5).poisson(5, 60), rng(6).poisson(4, 60) + 1.0
    statistics = np.stack([np.minimum(predicted, gold), predicted + gold], axis=-1)

    def f1(found: Floats, size: Floats, axis: int = -1) -> Floats:
        share: Floats = 2 * found.sum(axis=axis) / size.sum(axis=axis)
        return share

    oracle = scipy.stats.bootstrap(
        (statistics[:, 0], statistics[:, 1]), f1, n_resamples=10_000, paired=True, vectorized=True,
        method="percentile", rng=rng(7),
    )  # fmt: skip
    ours = intervals(statistics, lambda totals: 2 * ratio(totals), resample_counts(60, 10_000, rng()))
    # A simulated .025 quantile has a standard error of √(.025·.975 / 10,000) / φ(1.96) = .027 deviations.
    error = 4 * np.sqrt(2) * 0.027 * oracle.standard_error
    assert ours.low[0] == pytest.approx(oracle.confidence_interval.low, abs=error)
    assert ours.high[0] == pytest.approx(oracle.confidence_interval.high, abs=error)


def test_more_confidence_is_wider_and_few_clusters_are_widened() -> None:
    statistics, counts = rng(1).normal(size=(49, 1)), resample_counts(49, 4000, rng())
    narrow, wide = intervals(statistics, identity, counts, 0.8), intervals(statistics, identity, counts)
    assert wide.low[0] < narrow.low[0] < narrow.high[0] < wide.high[0]
    plain = np.quantile(counts @ statistics, [0.025, 0.975])
    assert wide.low[0] < plain[0] < plain[1] < wide.high[0]


@pytest.mark.parametrize(("defined", "expected"), [(95, [1, 1]), (94, [np.nan, np.nan])])
def test_an_interval_needs_nearly_all_of_the_resamples(defined: int, expected: list[float]) -> None:
    statistics = np.array([[1.0, 1], [0, 0]])
    counts = repeated([([1, 1], defined), ([0, 2], 100 - defined)])
    found = intervals(statistics, ratio, counts)
    assert [found.low[0], found.high[0]] == pytest.approx(expected, nan_ok=True)
    assert found.undefined[0] == pytest.approx(1 - defined / 100)


def test_undefined_resamples_are_left_out_of_the_interval() -> None:
    statistics = np.array([[1.0, 1], [0, 0], [0, 1]])
    counts = repeated([([0, 3, 0], 3), ([3, 0, 0], 40), ([0, 0, 3], 40)])
    found = intervals(statistics, ratio, counts, 0.0001)
    # Half of the 80 resamples that are defined are 0, and half are 1: the middle lies between them.
    assert found.low[0] == pytest.approx(0.5, abs=0.01)
    assert found.high[0] == pytest.approx(0.5, abs=0.01)
    assert found.undefined[0] == pytest.approx(3 / 83)


def test_a_score_that_is_never_defined_leaves_the_others_alone() -> None:
    def finalize(totals: Floats) -> Floats:
        return np.concatenate([totals, np.full_like(totals, np.nan)], axis=-1)

    found = intervals(np.arange(60.0)[:, None], finalize, resample_counts(60, 200, rng()))
    assert np.isfinite([found.low[0], found.high[0]]).all()
    assert np.isnan([found.low[1], found.high[1]]).all()
    assert found.undefined.tolist() == [0, 1]


def test_one_cluster_has_no_interval() -> None:
    found = intervals(np.array([[3.0, 4]]), ratio, resample_counts(1, 100, rng()))
    assert np.isnan([found.low[0], found.high[0]]).all()
    assert found.undefined.tolist() == [0]


def test_counts_of_other_clusters_are_refused() -> None:
    with pytest.raises(ValueError, match="counts of 4 clusters for statistics of 5"):
        intervals(np.ones((5, 2)), identity, resample_counts(4, 10, rng()))


def test_all_resamples_go_through_one_finalize_and_inputs_stay() -> None:
    shapes = []

    def finalize(totals: Floats) -> Floats:
        shapes.append(totals.shape)
        return totals

    statistics, counts = rng(1).normal(size=(12, 3)), resample_counts(12, 30_000, rng())
    before = statistics.copy(), counts.copy()
    statistics.flags.writeable = counts.flags.writeable = False
    intervals(statistics, finalize, counts)
    assert shapes == [(30_000, 3)]
    assert np.array_equal(statistics, before[0])
    assert np.array_equal(counts, before[1])


def test_memory_stays_far_below_a_float_copy_of_the_counts() -> None:
    counts = np.ones((2000, 10_000), np.uint8)
    tracemalloc.start()
    intervals(np.ones((10_000, 2)), identity, counts)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10e6 < counts.size * 8


integers = st.integers(-1000, 1000)


@given(st.lists(st.tuples(integers, integers), min_size=2, max_size=70), st.integers(1, 60), integers)
def test_intervals_move_and_stretch_with_their_statistics(
    rows: list[tuple[int, int]], resamples: int, shift: int
) -> None:
    statistics, n = np.array(rows, dtype=np.float64), len(rows)
    counts = resample_counts(n, resamples, rng())
    found = intervals(statistics, identity, counts)
    moved = intervals(3 * statistics + shift, identity, counts)
    assert (found.low <= found.high).all()
    assert moved.low == pytest.approx(3 * found.low + n * shift, abs=1e-6)
    assert moved.high == pytest.approx(3 * found.high + n * shift, abs=1e-6)
    assert (statistics.min(axis=0) * n <= found.low).all()
    assert (found.high <= statistics.max(axis=0) * n).all()
