"""Rates: ratios of sums over clusters, and their intervals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.behaviour.engine import Judged
from benchmark.behaviour.judges import Outcome
from benchmark.behaviour.rates import FEWEST_CASES, Rates, clusters_of, counts_of, rates_of, ratios
from benchmark.scores import Resamples
from tests.behaviour.known import alone, pair

SAMPLING = Resamples(1000, 0)


def one(verdict, number=0, cluster="", **fields):
    return Judged(alone(number, "b", "a b", cluster=cluster), Outcome(verdict, (), (True, None), **fields))


def swap(number, flagged, sides=("A", "B"), scores=(None, None), marks=(0, 0)):
    case = pair(number, "entity_swap", "A fell.", "B fell.", sides=sides)
    return Judged(case, Outcome("passed", (), flagged, marks, scores))


def test_cases_are_counted_by_how_they_ended():
    cases = [one("passed"), one("failed", 1), one("failed", 2, "t"), one("not applicable", 3, "t")]
    cases += [Judged(alone(4, "b", "a b"), Outcome("not applicable"), error="broken")]
    counts = counts_of(cases)
    assert (counts.passed, counts.failed, counts.not_applicable, counts.crashed) == (1, 2, 1, 1)
    assert (counts.cases, counts.clusters, counts.no_verdict) == (5, 4, 0)
    assert rates_of(cases, SAMPLING).passed.value == pytest.approx(1 / 3)
    assert rates_of(cases[3:], SAMPLING) == Rates()


def test_a_rate_without_a_bottom_is_none():
    assert ratios(np.zeros((3, 1)), np.zeros((3, 1)), np.arange(3), SAMPLING) == [None]


def test_one_cluster_has_no_interval():
    rates = rates_of([one("passed", 0, "t"), one("failed", 1, "t")], SAMPLING)
    assert (rates.passed.value, rates.passed.low, rates.passed.high) == (0.5, None, None)


def test_the_interval_of_single_cases_is_that_of_a_share():
    """With a case a cluster it is the t interval on the logit scale, worked out here by the formula."""
    values = np.array([1.0] * 60 + [0.0] * 140)[:, None]
    (score,) = ratios(values, np.ones_like(values), np.arange(200), Resamples(20_000, 0))
    share, t = 0.3, 1.97196
    reach = t * math.sqrt(share * (1 - share) / 199) / (share * (1 - share))
    low, high = (1 / (1 + math.exp(-(math.log(share / (1 - share)) + end))) for end in (-reach, reach))
    assert score.low == pytest.approx(low, abs=0.004)
    assert score.high == pytest.approx(high, abs=0.004)


def test_whole_clusters_are_drawn():
    """Ten cases of one template say no more than one: the interval is that of the templates alone."""
    marks = np.array([1.0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1])
    single = ratios(marks[:, None], np.ones((12, 1)), np.arange(12), SAMPLING)
    tenfold = np.repeat(marks, 10)[:, None]
    assert ratios(tenfold, np.ones((120, 1)), np.repeat(np.arange(12), 10), SAMPLING) == single
    free = ratios(tenfold, np.ones((120, 1)), np.arange(120), SAMPLING)
    assert free[0].high - free[0].low < 0.5 * (single[0].high - single[0].low)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=30))
def test_a_rate_is_the_share_and_lies_in_its_interval(cases):
    judged = [one("passed" if ok else "failed", n, f"t{t}") for n, (ok, t) in enumerate(cases)]
    score = rates_of(judged, Resamples(100, 0)).passed
    assert score.value == pytest.approx(np.mean([ok for ok, _ in cases]))
    if score.low is not None:
        assert 0 <= score.low <= score.value <= score.high <= 1


def test_clusters_are_numbered_in_order():
    assert clusters_of(["b", "a", "b"]).tolist() == [0, 1, 0]


def test_asymmetry_is_the_text_less_its_twin():
    cases = [swap(n, (n < 4, n < 1), scores=(0.5, 0.25), marks=(3, 1)) for n in range(10)]
    rates = rates_of(cases, SAMPLING)
    assert {name: score.value for name, score in rates.asymmetry.items()} == pytest.approx(
        {"flag rate": 0.3, "score": 0.25, "marks": 2}
    )
    assert rates.asymmetry["flag rate"].low < 0.3 < rates.asymmetry["flag rate"].high
    assert rates.sides["A"].flag_rate.value == pytest.approx(0.3)
    assert rates.sides["B"].flag_rate.value == pytest.approx(-0.3)


def test_scores_are_compared_where_both_are_known():
    cases = [swap(0, (True, True), scores=(0.5, None)), swap(1, (True, True), scores=(0.5, 0.3))]
    assert rates_of(cases, SAMPLING).asymmetry["score"].value == pytest.approx(0.2)
    assert "score" not in rates_of(cases[:1], SAMPLING).asymmetry


def test_sides_with_few_cases_are_left_out():
    cases = [swap(n, (True, False)) for n in range(FEWEST_CASES)]
    cases += [swap(50 + n, (True, False), ("A", "C")) for n in range(FEWEST_CASES - 1)]
    sides = rates_of(cases, SAMPLING).sides
    assert sorted(sides) == ["A", "B"]
    assert sides["A"].cases == 2 * FEWEST_CASES - 1
    assert rates_of(cases[:5], SAMPLING).sides == {}


def test_cases_without_sides_have_no_asymmetry():
    assert rates_of([one("passed")], SAMPLING).asymmetry == {}
