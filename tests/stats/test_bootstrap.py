from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmark.stats import bootstrap
from benchmark.stats.bootstrap import Intervals, interval_of, intervals, jackknife, resample_counts, resampled

Floats = NDArray[np.float64]
ROOT = 0.05 * 2**0.5


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


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 95.0, np.nan])
def test_a_level_is_a_share(level: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        intervals(np.ones((10, 2)), ratio, resample_counts(10, 10, rng()), level)


def test_a_mean_has_the_t_interval_of_scipy() -> None:
    values = 5 + rng(3).normal(size=14)
    expected = scipy.stats.ttest_1samp(values, 0).confidence_interval(0.9)
    # No resample at all, so that the standard error is the jackknife's: that of a mean is the classical one.
    alone = np.full((3, 1), values.mean())
    left_out = jackknife(values[:, None], lambda totals: totals / 13)
    found = interval_of(np.array([values.mean()]), alone, left_out, 0.9)
    assert [found.low[0], found.high[0]] == pytest.approx([expected.low, expected.high], rel=1e-12)


def test_a_mean_has_the_t_interval_by_its_resamples_too() -> None:
    values = 5 + rng(3).normal(size=14)
    expected = scipy.stats.ttest_1samp(values, 0).confidence_interval(0.95)
    scores = resampled(values[:, None] / 14, identity, resample_counts(14, 40_000, rng()))
    found = interval_of(np.array([values.mean()]), scores, np.full((14, 1), 5.0))
    # The deviation of 40,000 resamples has a relative error of 1/√80,000 = .35 %; 4 of these.
    width = expected.high - expected.low
    assert found.high[0] - found.low[0] == pytest.approx(width, rel=0.015)
    assert (found.low + found.high)[0] / 2 == pytest.approx(values.mean(), rel=1e-12)


def test_interval_of_a_share_by_hand() -> None:
    # Two of the 4 resamples are .1 off a score of .2: a deviation of √(.02/4) = .0707 and, for 2 clusters,
    # a standard error √2 times that, .1. It is .1 / (.2 · .8) = .625 in logits around log(.2/.8) = -1.3863.
    # At a level of .5 Student's t with 1 degree of freedom is tan(π/4) = 1: from -2.0113 to -.7613.
    scores = np.array([[0.1], [0.2], [0.2], [0.3]])
    left_out = np.full((2, 1), 0.2)
    found = interval_of(np.array([0.2]), scores, left_out, 0.5, shares=np.array([True]))
    assert [found.low[0], found.high[0]] == pytest.approx([0.11802, 0.31837], abs=1e-5)
    # With leave-outs of .05 and .35 the jackknife's is √(1/2 · 2 · .15²) = .15, the greater of the two.
    left_out = np.array([[0.05], [0.35]])
    found = interval_of(np.array([0.2]), scores, left_out, 0.5, shares=np.array([True]))
    middle, reach = np.log(0.25), 0.15 / 0.16
    ends = [1 / (1 + np.exp(reach - middle)), 1 / (1 + np.exp(-reach - middle))]
    assert [found.low[0], found.high[0]] == pytest.approx(ends)


def test_interval_of_a_difference_by_hand() -> None:
    # The same numbers on Fisher's scale: artanh(.2) ± .1 / (1 - .04), back by tanh.
    scores = np.array([[0.1], [0.2], [0.2], [0.3]])
    found = interval_of(np.array([0.2]), scores, np.full((2, 1), 0.2), 0.5)
    ends = np.tanh(np.arctanh(0.2) + np.array([-0.1, 0.1]) / 0.96)
    assert [found.low[0], found.high[0]] == pytest.approx(ends.tolist())


def test_the_three_scales_by_what_the_scores_can_be() -> None:
    def finalize(totals: Floats) -> Floats:
        return totals * [1, -1, 100]

    statistics, counts = rng(2).uniform(0.004, 0.02, (30, 1)), resample_counts(30, 4000, rng())
    statistics = np.repeat(statistics, 3, axis=1)
    found = intervals(statistics, finalize, counts)
    point = finalize(statistics.sum(axis=0))
    ends = np.stack([found.low, point, found.high])
    # Distances from the score on the scale are equal to both sides; the scale is logit, artanh, none.
    share, other, any_score = ends.T
    for scaled in (np.log(share / (1 - share)), np.arctanh(other), any_score):
        below, above = np.diff(scaled)
        assert above == pytest.approx(below, rel=1e-9)
        assert above > 0
    below, above = np.diff(np.arctanh(share))
    assert above > 1.05 * below


def test_a_correlation_is_told_by_the_clusters_alone() -> None:
    def difference(totals: Floats) -> Floats:
        """Return (right - wrong) / all: from -1 to 1, as κ and α."""
        return ratio(np.stack([totals[..., 0] - totals[..., 1], totals.sum(axis=-1)], axis=-1))

    statistics = np.tile([[9.0, 1], [8, 2], [7, 3]], (10, 1))
    counts = resample_counts(30, 2000, rng())
    positive = intervals(statistics, difference, counts)
    statistics[0] = [2, 8]
    spread = intervals(statistics, difference, counts)
    point = difference(statistics.sum(axis=0))
    assert resampled(statistics, difference, counts).min() > 0
    by_hand = interval_of(
        point, resampled(statistics, difference, counts), jackknife(statistics, difference), shares=None
    )
    assert (spread.low, spread.high) == (by_hand.low, by_hand.high)
    assert 0 < positive.low[0] < 0.6 < positive.high[0] < 1


def test_standard_errors_agree_with_scipy() -> None:
    predicted, gold = rng(5).poisson(5, 60), rng(6).poisson(4, 60) + 1.0
    statistics = np.stack([2.0 * np.minimum(predicted, gold), predicted + gold], axis=-1)

    def f1(found: Floats, size: Floats, axis: int = -1) -> Floats:
        share: Floats = found.sum(axis=axis) / size.sum(axis=axis)
        return share

    oracle = scipy.stats.bootstrap(
        (statistics[:, 0], statistics[:, 1]), f1, n_resamples=10_000, paired=True, vectorized=True,
        method="percentile", rng=rng(7),
    )  # fmt: skip
    point, scores = (
        ratio(statistics.sum(axis=0)),
        resampled(statistics, ratio, resample_counts(60, 10_000, rng())),
    )
    assert scores.std(ddof=1) == pytest.approx(oracle.standard_error, rel=0.04)
    found = intervals(statistics, ratio, resample_counts(60, 10_000, rng()))
    # Of so many even clusters the quantiles are nearly those of the t interval.
    assert found.low[0] == pytest.approx(oracle.confidence_interval.low, abs=0.2 * oracle.standard_error)
    assert found.high[0] == pytest.approx(oracle.confidence_interval.high, abs=0.2 * oracle.standard_error)
    assert found.low[0] < point[0] < found.high[0]


def test_leaving_out_is_a_sum_without_the_cluster() -> None:
    statistics = rng(4).poisson(2.0, (9, 3)).astype(np.float64)
    expected = [np.delete(statistics, cluster, axis=0).sum(axis=0) for cluster in range(9)]
    assert np.array_equal(jackknife(statistics, identity), expected)
    assert np.array_equal(jackknife(statistics[:1], identity), [[0, 0, 0]])
    # .1 + .2 + .3 - .3 - .2 - .1 is not 0 in floating point; what is left of three without their sum is.
    only = np.array([[0.1 + 0.2], [0], [0]])
    assert jackknife(only, identity).tolist() == [[0], [0.1 + 0.2], [0.1 + 0.2]]


def test_leaving_out_does_not_turn_0_into_a_small_number() -> None:
    values = np.array([[0.1], [0.7], [0.2]]) * [[1, 0], [1, 0], [1, 1]]
    assert values[:, 0].sum() - 0.1 - 0.7 - 0.2 != 0
    assert jackknife(values, identity)[2, 1] == 0


def test_more_confidence_is_wider_and_few_clusters_are_widened() -> None:
    statistics, counts = rng(1).normal(size=(49, 1)), resample_counts(49, 4000, rng())
    narrow, wide = intervals(statistics, identity, counts, 0.8), intervals(statistics, identity, counts)
    assert wide.low[0] < narrow.low[0] < narrow.high[0] < wide.high[0]
    plain = np.quantile(counts @ statistics, [0.025, 0.975])
    assert wide.high[0] - wide.low[0] > 1.02 * (plain[1] - plain[0])


@pytest.mark.parametrize("right", [0.0, 1.0])
def test_a_score_that_is_0_or_1_in_every_resample_has_no_width(right: float) -> None:
    statistics = np.stack([right * np.arange(1.0, 11), np.arange(1.0, 11)], axis=-1)
    found = intervals(statistics, ratio, resample_counts(10, 500, rng()))
    assert (found.low[0], found.high[0]) == (right, right)


def test_a_constant_score_and_two_equal_systems_have_no_width() -> None:
    statistics = np.arange(1.0, 11)[:, None] * [0.3, 1]
    counts = resample_counts(10, 500, rng())
    found = intervals(np.round(statistics, 1), lambda totals: np.full((*totals.shape[:-1], 1), 0.3), counts)
    assert (found.low[0], found.high[0]) == (0.3, 0.3)
    scores, left_out = resampled(statistics, ratio, counts), jackknife(statistics, ratio)
    found = interval_of(np.zeros(1), scores - scores, left_out - left_out)
    assert (found.low[0], found.high[0]) == (0, 0)


@pytest.mark.parametrize(
    ("point", "ends"), [(0.0, (0, ROOT)), (1.0, (1 - ROOT, 1)), (1 + 1e-15, (1 - ROOT, 1 + 1e-15))]
)
def test_a_score_at_an_end_that_varies_is_cut_there(point: float, ends: tuple[float, float]) -> None:
    # A metric may be cut at 0 or 1, so that it stands there while its resamples vary, here by ±.05 around
    # their mean: with two clusters a standard error of .05 · √2.
    scores = np.abs(point - np.array([[0.1], [0], [0], [0.1]]))
    found = interval_of(np.array([point]), scores, np.full((2, 1), point), 0.5, shares=np.array([True]))
    assert (found.low[0], found.high[0]) == pytest.approx(ends, abs=1e-9)
    assert found.low[0] <= point <= found.high[0]


def test_a_score_that_resamples_leave_the_range_with_is_taken_as_it_is() -> None:
    scores = np.array([[0.5], [1.5]])
    found = interval_of(np.ones(1), scores, np.ones((2, 1)), 0.5, shares=np.array([True]))
    assert [found.low[0], found.high[0]] == pytest.approx([1 - 0.5**0.5, 1 + 0.5**0.5])


@pytest.mark.parametrize(("defined", "expected"), [(95, [1, 1]), (94, [np.nan, np.nan])])
def test_an_interval_needs_nearly_all_of_the_resamples(defined: int, expected: list[float]) -> None:
    statistics = np.array([[1.0, 1], [0, 0]])
    counts = repeated([([1, 1], defined), ([0, 2], 100 - defined)])
    found = intervals(statistics, ratio, counts)
    assert [found.low[0], found.high[0]] == pytest.approx(expected, nan_ok=True)
    assert found.undefined[0] == pytest.approx(1 - defined / 100)


def test_undefined_resamples_are_left_out_of_the_interval() -> None:
    scores = rng(8).normal(0.5, 0.02, (100, 1))
    point, left_out = np.full(1, 0.5), np.full((20, 1), 0.5)
    expected = interval_of(point, scores[4:], left_out)
    scores[:4] = np.nan
    found = interval_of(point, scores, left_out)
    assert (found.low[0], found.high[0]) == pytest.approx((expected.low[0], expected.high[0]))
    assert found.undefined[0] == pytest.approx(0.04)


def test_a_jackknife_that_is_undefined_leaves_the_bootstrap() -> None:
    scores, left_out = rng(8).normal(0.5, 0.02, (100, 1)), np.full((20, 1), 0.5)
    expected = interval_of(np.full(1, 0.5), scores, left_out)
    left_out[3] = np.nan
    found = interval_of(np.full(1, 0.5), scores, left_out)
    assert (found.low, found.high) == (expected.low, expected.high)


def test_a_score_that_is_itself_undefined_has_no_interval() -> None:
    found = interval_of(np.full(1, np.nan), np.full((9, 1), 0.5), np.full((4, 1), 0.5))
    assert np.isnan([found.low[0], found.high[0]]).all()
    assert found.undefined.tolist() == [0]


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
    assert sorted(shapes) == [(3,), (12, 3), (12, 3), (30_000, 3)]
    assert np.array_equal(statistics, before[0])
    assert np.array_equal(counts, before[1])


def test_an_interval_of_scores_leaves_them_as_they_are() -> None:
    point, scores, left_out = np.full(2, 0.5), rng(8).normal(0.5, 0.1, (50, 2)), np.full((20, 2), 0.4)
    for array in (point, scores, left_out):
        array.flags.writeable = False
    assert np.isfinite(interval_of(point, scores, left_out, shares=np.array([True, False])).low).all()


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
    # Far from the range of shares and correlations, where the scale is the score's own.
    statistics, n = np.array(rows, dtype=np.float64) + 5000, len(rows)
    counts = resample_counts(n, resamples, rng())
    found = intervals(statistics, identity, counts)
    moved = intervals(3 * statistics + shift, identity, counts)
    assert (found.low <= found.high).all()
    assert moved.low == pytest.approx(3 * found.low + n * shift, abs=1e-4)
    assert moved.high == pytest.approx(3 * found.high + n * shift, abs=1e-4)
    turned = intervals(-statistics, identity, counts)
    assert turned.low == pytest.approx(-found.high)
    assert turned.high == pytest.approx(-found.low)


def assert_holds(found: Intervals, point: Floats, lowest: float, highest: float) -> None:
    """The interval, if there is one, holds the score and stays within its range."""
    there = ~np.isnan(found.low)
    assert np.array_equal(there, ~np.isnan(found.high))
    assert (lowest <= found.low[there]).all()
    assert (found.low[there] <= point[there]).all()
    assert (point[there] <= found.high[there]).all()
    assert (found.high[there] <= highest).all()


shares = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda pair: (min(pair), max(pair)))


@given(
    st.lists(st.tuples(shares, shares), min_size=1, max_size=30), st.integers(1, 60), st.floats(0.01, 0.999)
)
def test_intervals_hold_their_score_within_its_range(
    rows: list[tuple[tuple[int, int], tuple[int, int]]], resamples: int, level: float
) -> None:
    first, second = np.array(rows, dtype=np.float64).transpose(1, 0, 2)
    counts = resample_counts(len(rows), resamples, rng())
    of_first, of_second = ratio(first.sum(axis=0)), ratio(second.sum(axis=0))
    assert_holds(intervals(first, ratio, counts, level), of_first, 0, 1)
    scores = resampled(first, ratio, counts) - resampled(second, ratio, counts)
    left_out = jackknife(first, ratio) - jackknife(second, ratio)
    found = interval_of(of_first - of_second, scores, left_out, level)
    assert_holds(found, of_first - of_second, -1, 1)
    turned = interval_of(of_second - of_first, -scores, -left_out, level)
    assert turned.low == pytest.approx(-found.high, nan_ok=True, abs=1e-9)
    assert turned.high == pytest.approx(-found.low, nan_ok=True, abs=1e-9)
