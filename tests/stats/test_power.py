from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import TTestPower

from benchmark.stats.paired import attainable
from benchmark.stats.power import achieved, can_reject, clusters_needed, detectable

MANY = 10**9 - 1  # permutations: .05 is then a p-value that random swaps can give


@pytest.mark.parametrize("n", [28, 50, 200, 1000])
@pytest.mark.parametrize("alpha", [0.05, 0.05 / 28])
def test_agrees_with_statsmodels(n: int, alpha: float) -> None:
    # The paired t test of plain means: the effect is δ / s, and se = s / √n.
    level = attainable(n, alpha, 9999)
    expected = TTestPower().solve_power(nobs=n, alpha=level, power=0.8) * n**0.5
    assert detectable(1.0, n, alpha, resamples=9999) == pytest.approx(expected, rel=1e-4)
    oracle = TTestPower().power(2.5 / n**0.5, n, level)
    assert achieved(1.0, n, 2.5, alpha, 9999) == pytest.approx(oracle, abs=1e-6)


def test_few_clusters_work_at_a_level_that_they_can_attain() -> None:
    # Ten clusters: p is a multiple of 2/1024, and the largest up to .05 is 50/1024.
    expected = TTestPower().solve_power(nobs=10, alpha=50 / 1024, power=0.8) * 10**0.5
    assert detectable(1.0, 10, 0.05) == pytest.approx(expected, rel=1e-4)
    # Six: 2/64.
    assert achieved(1.0, 6, 3.0, 0.05) == pytest.approx(TTestPower().power(3 / 6**0.5, 6, 2 / 64), abs=1e-6)


def test_many_clusters_are_normal() -> None:
    z = scipy.stats.norm.ppf([0.975, 0.8]).sum()
    assert detectable(1.0, 10**7, 0.05, resamples=MANY) == pytest.approx(
        z, rel=1e-5
    )  # but for the other tail
    below, above = (detectable(1.0, n, 0.05, resamples=MANY) for n in (10**5, 10**5 + 1))
    assert above == pytest.approx(below, rel=1e-4)


def test_power_by_simulated_t_tests() -> None:
    shift = detectable(1 / 15**0.5, 15, 0.05, resamples=MANY)
    draws = np.random.default_rng(0).normal(shift, 1, (15, 20_000))
    assert (scipy.stats.ttest_1samp(draws, 0).pvalue <= 0.05).mean() == pytest.approx(0.8, abs=0.01)


@given(st.floats(1e-6, 10), st.integers(8, 300), st.sampled_from([0.05, 0.01]), st.floats(0.2, 0.95))
def test_power_at_the_detectable_difference_is_what_was_asked(
    se: float, n: int, alpha: float, power: float
) -> None:
    shown = detectable(se, n, alpha, power)
    assert achieved(se, n, shown, alpha) == pytest.approx(power, abs=1e-6)
    assert achieved(se, n, -shown, alpha) == pytest.approx(power, abs=1e-6)
    # Three times the noise, three times the difference.
    assert detectable(3 * se, n, alpha, power) == pytest.approx(3 * shown)


def test_no_difference_is_found_as_often_as_the_level_says() -> None:
    assert achieved(0.1, 40, 0.0, 0.05, MANY) == pytest.approx(0.05, rel=1e-6)
    # So large a difference that the other tail underflows.
    assert achieved(0.01, 20, 0.9, 0.05) == pytest.approx(1)


def test_more_clusters_show_smaller_differences() -> None:
    se, n = 0.05, 28
    shown = [detectable(se, n, 0.05, times=times) for times in (0.5, 1, 2, 4)]
    assert shown == sorted(shown, reverse=True)
    assert shown[1] == detectable(se, n, 0.05)
    assert shown[3] == pytest.approx(detectable(se / 2, 4 * n, 0.05))
    # A factor that meant 10 clusters but falls short of it by rounding.
    assert detectable(se, 30, 0.05, times=0.1 + 0.2 + 1 / 30) == pytest.approx(
        detectable(se * 3**0.5, 10, 0.05)
    )


@given(st.floats(0.01, 0.2), st.integers(5, 200), st.floats(0.005, 0.5), st.sampled_from([0.05, 0.05 / 45]))
def test_clusters_needed_is_the_smallest_number(se: float, n: int, difference: float, alpha: float) -> None:
    needed = clusters_needed(se, n, difference, alpha)
    assert needed is not None
    assert clusters_needed(se, n, -difference, alpha) == needed
    spread = se * n**0.5
    assert detectable(spread / needed**0.5, needed, alpha) <= difference * (1 + 1e-12)
    fewer = needed - 1
    assert fewer < 2 or not detectable(spread / fewer**0.5, fewer, alpha) <= difference * (1 - 1e-12)


def test_a_standard_error_of_0_and_nan() -> None:
    assert detectable(0.0, 28, 0.05) == 0
    assert achieved(0.0, 28, 0.1, 0.05) == 1
    assert achieved(0.0, 28, 0.0, 0.05) == 0
    assert np.isnan(detectable(np.nan, 28, 0.05))
    assert np.isnan(achieved(np.nan, 28, 0.1, 0.05))
    assert np.isnan(achieved(0.1, 28, np.nan, 0.05))
    assert clusters_needed(np.nan, 28, 0.1, 0.05) is None
    assert clusters_needed(0.1, 28, np.nan, 0.05) is None
    assert clusters_needed(0.1, 28, 0.0, 0.05) is None
    # Six clusters are the fewest with which p can be 2/64 ≤ .05, however little varies.
    assert clusters_needed(0.0, 28, 0.1, 0.05) == 6


def test_where_too_few_clusters_can_reject_nothing() -> None:
    # 2/1024 is above .05/28, the level of 28 pairs; with eleven clusters 2/2048 is not.
    assert not can_reject(10, 0.05 / 28)
    assert can_reject(11, 0.05 / 28)
    assert np.isnan(detectable(0.1, 10, 0.05 / 28))
    assert achieved(0.1, 10, 0.9, 0.05 / 28) == 0
    assert detectable(0.1, 10, 0.05 / 28, times=1.1) > 0
    assert np.isnan(detectable(0.1, 1, 0.5))
    assert not can_reject(1, 0.5)
    # 1/10,001 is the smallest p of 10,000 random swaps, whatever the number of clusters.
    assert clusters_needed(0.1, 28, 0.5, 1e-5) is None


def test_hostile_input() -> None:
    with pytest.raises(ValueError, match="a standard error is a number from 0, not -1"):
        detectable(-1.0, 5, 0.05)
    with pytest.raises(ValueError, match="not inf"):
        achieved(np.inf, 5, 0.1, 0.05)
    with pytest.raises(ValueError, match="at least one cluster, not 0"):
        clusters_needed(0.1, 0, 0.1, 0.05)
    with pytest.raises(ValueError, match="a level lies between 0 and 1, not at 1"):
        detectable(0.1, 5, 1.0)
    with pytest.raises(ValueError, match="a power lies between the level 0.05 and 1, not at 0.04"):
        detectable(0.1, 5, 0.05, power=0.04)
    with pytest.raises(ValueError, match="by a factor above 0, not 0"):
        detectable(0.1, 5, 0.05, times=0)
