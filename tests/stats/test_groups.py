from __future__ import annotations

from itertools import combinations
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmark.stats import groups as module
from benchmark.stats.groups import groups, letters

Bools = NDArray[np.bool_]


def apart(size: int, *pairs: tuple[int, int]) -> Bools:
    """Which systems differ, from the pairs that do."""
    different = np.zeros((size, size), dtype=np.bool_)
    for first, second in pairs:
        different[first, second] = different[second, first] = True
    return different


@st.composite
def matrices(draw: st.DrawFn, most: int = 9) -> Bools:
    size = draw(st.integers(0, most))
    pairs = list(combinations(range(size), 2))
    chosen = draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
    return apart(size, *(pair for pair, differs in zip(pairs, chosen, strict=True) if differs))


def holds(different: Bools, shown: tuple[str, ...]) -> bool:
    """Whether two systems share a letter exactly where they do not differ, and all have one."""
    parted = any("," in text for text in shown)
    names = [set(text.split(",")) if parted else set(text) for text in shown]
    return all(names) and all(
        bool(names[first] & names[second]) != different[first, second]
        for first, second in combinations(range(len(names)), 2)
    )


def test_the_textbook_display() -> None:
    # 1 and 2 alike, 2 and 3 alike, 1 and 3 differ; the fourth differs from all.
    assert letters(apart(4, (0, 2), (0, 3), (1, 3), (2, 3))) == ("a", "ab", "b", "c")


def test_all_alike_all_different_one_and_none() -> None:
    assert letters(apart(3)) == ("a", "a", "a")
    assert letters(~np.eye(3, dtype=np.bool_)) == ("a", "b", "c")
    assert letters(apart(1)) == ("a",)
    assert letters(apart(0)) == ()


def test_letters_follow_the_rank_and_not_the_rows() -> None:
    different = apart(3, (0, 2))
    assert letters(different, order=[2, 1, 0]) == ("b", "ab", "a")
    assert groups(different, order=[2, 1, 0]) == ((2, 1), (1, 0))


def test_an_undefined_system_has_no_letter() -> None:
    shown = letters(apart(3, (0, 2)), undefined=np.array([False, True, False]))
    assert shown == ("a", "", "b")
    assert letters(apart(2), undefined=np.array([True, True])) == ("", "")


def test_a_group_whose_pairs_are_in_others_is_left_out() -> None:
    # Three triangles share the triangle 0 1 2, which is a maximal clique of its own but says nothing new.
    alike = [(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (1, 4), (2, 4), (0, 5), (2, 5)]
    different = apart(6, *(pair for pair in combinations(range(6), 2) if pair not in alike))
    assert groups(different) == ((0, 1, 3), (0, 2, 5), (1, 2, 4))


def test_after_z_come_two_letters() -> None:
    shown = letters(~np.eye(30, dtype=np.bool_))
    assert shown[25:29] == ("z", "aa", "ab", "ac")
    assert module._name(26 + 26 * 26) == "aaa"


def test_more_than_26_groups_are_parted_by_commas() -> None:
    # Each of 30 systems is like its neighbours alone: 29 groups.
    different = ~(np.abs(np.subtract.outer(np.arange(30), np.arange(30))) <= 1)
    shown = letters(different)
    assert shown[:2] == ("a", "a,b")
    assert shown[-2:] == ("ab,ac", "ac")


@given(matrices())
def test_systems_share_a_letter_exactly_where_they_are_not_different(different: Bools) -> None:
    assert holds(different, letters(different))


@given(matrices(), st.randoms(use_true_random=False))
def test_order_and_mask_hold_as_well(different: Bools, random: object) -> None:
    order = list(range(len(different)))
    random.shuffle(order)  # type: ignore[attr-defined]
    mask = np.array([number % 3 == 1 for number in range(len(order))], dtype=np.bool_)
    shown = letters(different, order, mask)
    assert [text == "" for text in shown] == mask.tolist()
    left = [text for text in shown if text]
    assert holds(different[np.ix_(~mask, ~mask)], tuple(left))
    best = [system for system in order if not mask[system]][:1]
    assert all("a" in shown[system] for system in best)


@given(matrices())
def test_each_group_is_as_large_as_can_be_and_none_can_go(different: Bools) -> None:
    found = groups(different)
    for members in found:
        others = set(range(len(different))) - set(members)
        assert not any(not different[other, list(members)].any() for other in others)
        left = [set(group) for group in found if group != members]
        pairs = [{first, second} for first in members for second in members]
        assert any(not any(pair <= group for group in left) for pair in pairs)
    assert list(found) == sorted(found)


@given(matrices())
def test_grown_groups_hold_too(different: Bools) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_CLIQUES", -1)
        assert holds(different, letters(different))


@given(st.integers(1, 12), st.data())
def test_differences_along_a_ranking_need_no_more_letters_than_runs(size: int, data: st.DataObject) -> None:
    # Where who is further away differs too, the groups are runs of the ranking, and no fewer can do.
    reach = [0]
    for rank in range(size):
        reach.append(data.draw(st.integers(max(reach[-1], rank), size - 1)))
    different = np.array([[max(r, c) > reach[min(r, c) + 1] for c in range(size)] for r in range(size)])
    runs = {(first, reach[first + 1]) for first in range(size)}
    largest = [run for run in runs if not any(o != run and o[0] <= run[0] and run[1] <= o[1] for o in runs)]
    assert len(groups(different)) == len(largest)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_forty_systems_are_fast_whatever_differs(share: float) -> None:
    upper = np.triu(np.random.default_rng(0).random((40, 40)) < share, 1)
    different = upper | upper.T
    began = perf_counter()
    shown = letters(different)
    assert perf_counter() - began < 5  # about 0.2 s on an idle machine
    assert holds(different, shown)


def test_a_million_groups_are_not_listed() -> None:
    # 20 pairs that differ: each choice of one from every pair is a largest group.
    different = apart(40, *((2 * pair, 2 * pair + 1) for pair in range(20)))
    began = perf_counter()
    shown = letters(different)
    assert perf_counter() - began < 5
    assert holds(different, shown)


def test_hostile_input() -> None:
    with pytest.raises(ValueError, match="square matrix, not one of shape .2, 3."):
        letters(np.zeros((2, 3), dtype=np.bool_))
    lopsided = np.array([[False, True], [False, False]])
    with pytest.raises(ValueError, match="systems 0 and 1 differ in one direction only"):
        letters(lopsided)
    with pytest.raises(ValueError, match="names each once, from 0 to 1, not .0, 0."):
        letters(apart(2), order=[0, 0])
    with pytest.raises(ValueError, match="2 systems need as many marks"):
        letters(apart(2), undefined=np.array([True]))


def test_the_diagonal_is_not_read_and_nothing_is_changed() -> None:
    different = np.eye(2, dtype=np.bool_)
    assert letters(different) == ("a", "a")
    assert different.tolist() == [[True, False], [False, True]]
