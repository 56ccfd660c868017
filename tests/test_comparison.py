"""Comparisons of runs by their statistics."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.comparison import LEVEL, headlines, ranking, smallest_difference, together
from benchmark.record import Run
from benchmark.scores import Resamples
from tests.comparison_cases import comparison, found_of, pair, record
from tests.metrics.metric_cases import quick

GOOD, POOR, NOTHING = [2] * 20, [1] * 10 + [0] * 10, [0] * 20


def test_runs_are_ranked_and_each_pair_is_tested():
    found = comparison({"none": found_of(NOTHING), "good": found_of(GOOD), "poor": found_of(POOR)})
    assert [one.detector.name for one in found.records] == ["good", "poor", "none"]
    # poor: 10 of 40 found, nothing falsely: F1 = 20 / 50.
    assert [value.value for value in found.values] == pytest.approx([1.0, 0.4, 0.0])
    assert [(own.first, own.second) for own in found.pairs] == [(0, 1), (0, 2), (1, 2)]
    assert found.pair(1, 0).difference.value == pytest.approx(0.6)
    assert found.pair(0, 2).difference.value == 1.0
    assert (found.clusters, found.permutations, found.exact, found.resamples) == (20, 400, False, 400)
    assert found.smallest == pytest.approx(1 / 401)
    assert found.letters == ("a", "b", "c")
    assert found.leaders == (0,)


def test_p_values_of_the_headline_are_adjusted_by_holm():
    found = comparison({"good": found_of(GOOD), "poor": found_of(POOR), "none": found_of(NOTHING)})
    p = sorted(own.p for own in found.pairs)
    adjusted = sorted(own.adjusted for own in found.pairs)
    assert adjusted[0] == pytest.approx(min(1, 3 * p[0]))
    assert (found.family, found.level) == (3, LEVEL / 3)
    assert all(own.told_apart == (own.adjusted <= LEVEL) for own in found.pairs)


def test_all_swaps_of_few_clusters_are_enumerated():
    # Each of three documents is right in the one and wrong in the other: 2 of 8 swaps are as extreme.
    found = comparison({"good": found_of([2, 2, 2]), "none": found_of([0, 0, 0])})
    assert (found.permutations, found.exact, found.smallest) == (8, True, 0.25)
    assert found.pairs[0].p == 0.25
    assert not found.can_reject
    assert found.leaders == ()


def test_exploratory_comparisons_have_no_adjustment_and_no_groups():
    found = comparison({"good": found_of(GOOD), "none": found_of(NOTHING)}, headline=False)
    (own,) = found.pairs
    assert own.p == pytest.approx(1 / 401)
    assert (own.adjusted, own.told_apart) == (None, False)
    assert found.letters == ("", "")
    assert found.level == LEVEL
    assert found.can_reject


def test_with_a_reference_every_other_is_held_against_it():
    systems = {"none": found_of(NOTHING), "poor": found_of(POOR), "good": found_of(GOOD)}
    found = comparison(systems, reference=1)
    assert found.reference == 1
    assert [(own.first, own.second) for own in found.pairs] == [(0, 1), (2, 1)]
    assert [own.difference.value for own in found.pairs] == pytest.approx([0.6, -0.4])
    assert found.letters == ("", "", "")
    assert found.family == 2
    first = comparison(systems, reference=0)
    assert [first.records[first.reference].detector.name, first.reference] == ["none", 2]


def test_identical_systems_have_p_of_one_and_no_difference():
    found = comparison({"one": found_of(POOR), "same": found_of(POOR)})
    (own,) = found.pairs
    assert (own.difference.value, own.difference.low, own.difference.high) == (0, 0, 0)
    assert (own.p, own.adjusted, own.error) == (1, 1, 0)
    assert found.letters == ("a", "a")
    assert [one.detector.name for one in found.records] == ["one", "same"]
    assert smallest_difference(found, own).difference == 0


def test_ties_of_different_systems_stand_as_they_came():
    found = comparison({"late": found_of(POOR[::-1]), "early": found_of(POOR)})
    assert [one.detector.name for one in found.records] == ["late", "early"]
    (own,) = found.pairs
    assert (own.difference.value, own.p) == (0, 1)
    assert own.error > 0


def test_one_cluster_has_scores_and_p_of_one_but_no_interval():
    found = comparison({"good": found_of([2]), "none": found_of([0])})
    (own,) = found.pairs
    assert (own.difference.value, own.difference.low, own.error, own.p) == (1, None, None, 1)
    assert (found.smallest, found.can_reject, found.letters) == (1, False, ("a", "a"))
    assert smallest_difference(found, own).difference is None


def test_an_undefined_score_comes_last_and_has_no_test():
    none, some = np.zeros((20, 4)), found_of(POOR)
    found = comparison({"undefined": none, "good": found_of(GOOD), "poor": some})
    assert [value.value for value in found.values][2] is None
    assert found.letters == ("a", "b", "")
    assert found.family == 1
    tested = [own for own in found.pairs if own.p is not None]
    assert [(own.first, own.second) for own in tested] == [(0, 1)]
    untested = found.pair(0, 2)
    assert (untested.difference.value, untested.adjusted, untested.told_apart) == (None, None, False)
    assert smallest_difference(found, untested).difference is None


@pytest.mark.parametrize("defined", [0, 1])
def test_fewer_than_two_defined_scores_have_no_leader(defined):
    systems = {"a": found_of(POOR) if defined else np.zeros((20, 4)), "b": np.zeros((20, 4))}
    found = comparison(systems)
    assert found.letters == ("a" * defined, "")
    assert (found.family, found.leaders, found.level) == (0, (), LEVEL)


def test_a_pair_of_which_many_resamples_are_undefined_has_a_test_but_no_interval():
    # One document of twenty has the gold and all that is found: 36 % of the resamples lack it.
    rare = np.zeros((20, 4))
    rare[0] = [1, 1, 1, 2]
    found = comparison({"rare": rare, "good": rare * 2})
    (own,) = found.pairs
    assert own.p == 1
    assert own.difference.low is None
    assert own.difference.undefined == pytest.approx((19 / 20) ** 20, abs=0.08)


def test_the_leaders_are_those_not_told_apart_from_the_best():
    found = comparison({name: found_of(POOR) for name in "abcd"})
    # The best is told apart from the second and the fourth, though not from the third.
    pairs = (pair(0, 1, 0.1, True), pair(0, 2, 0.1), pair(0, 3, 0.3, True), pair(1, 2, 0.1), pair(2, 3, 0.1))
    assert replace(found, pairs=pairs, letters=("a", "b", "ab", "b")).leaders == (0, 2)
    assert replace(found, pairs=pairs, letters=("",) * 4).leaders == ()


def test_what_meets_the_level_up_to_rounding_is_told_apart():
    assert replace(pair(0, 1, 0.1), adjusted=LEVEL + 1e-12).told_apart
    assert not replace(pair(0, 1, 0.1), adjusted=LEVEL + 1e-6).told_apart
    found = comparison({"good": found_of(GOOD), "none": found_of(NOTHING)})
    assert replace(found, smallest=LEVEL + 1e-12).can_reject
    assert not replace(found, smallest=LEVEL + 1e-6).can_reject


def test_an_unknown_pair_is_an_error():
    found = comparison({"good": found_of(GOOD), "none": found_of(NOTHING)})
    with pytest.raises(StopIteration):
        found.pair(0, 2)


def test_the_smallest_difference_falls_with_more_clusters_and_a_laxer_level():
    found = comparison({"one": found_of(POOR), "two": found_of(POOR[::-1]), "none": found_of(NOTHING)})
    own = found.pair(0, 1)
    strict = smallest_difference(found, own)
    assert strict.level == LEVEL / 3
    alone = smallest_difference(found, own, adjusted=False)
    assert alone.level == LEVEL
    assert alone.difference < strict.difference
    more = [smallest_difference(found, own, times=times).difference for times in (1, 2, 10)]
    assert more[0] == strict.difference
    assert more[0] / 2**0.5 == pytest.approx(more[1], rel=0.1)
    assert more == sorted(more, reverse=True)


def test_ranking_puts_the_undefined_last_and_keeps_ties():
    assert ranking(np.array([0.1, np.nan, 0.5, 0.1, np.nan])) == [2, 0, 3, 1, 4]


@quick
@given(st.permutations([0, 1, 2, 3]))
def test_the_order_of_the_runs_changes_no_test(order):
    rng = np.random.default_rng(1)
    systems = {f"s{n}": found_of(rng.binomial(2, 0.2 * (n + 1), 12), rng.poisson(1, 12)) for n in range(4)}
    plain = comparison(systems, resamples=100)
    turned = comparison({f"s{n}": systems[f"s{n}"] for n in order}, resamples=100)
    assert [own.detector.name for own in plain.records] == [own.detector.name for own in turned.records]
    assert plain.pairs == turned.pairs
    assert plain.letters == turned.letters


def run(name, statistics, **fields):
    own = record(name, documents=len(statistics), **fields)
    return Run(own, (), {own.headline[0]: statistics})


def test_headlines_compare_the_runs_of_each_task_of_each_dataset():
    made = [run("good", found_of(GOOD)), run("none", found_of(NOTHING))]
    other = replace(made[0].record, task="other")
    exact = replace(made[0].record, headline=("exact", "f1"))
    runs = [*made, Run(other, (), made[0].statistics), Run(exact, (), made[0].statistics)]
    (found,) = headlines(runs, Resamples(200, 0))
    assert {one.detector.name for one in found.records} == {"good", "none"}
    assert (found.headline, found.metric, found.score) == (True, "ptc_si", "f1")
    assert headlines(runs[1:], Resamples(200, 0)) == []


def test_together_compares_by_any_score_of_the_metric():
    made = [run("good", found_of(GOOD)), run("poor", found_of(POOR))]
    found = together(made, "ptc_si", "recall", headline=False, resamples=Resamples(200, 0))
    assert (found.score, found.headline) == ("recall", False)
    assert [value.value for value in found.values] == [1.0, 0.25]
