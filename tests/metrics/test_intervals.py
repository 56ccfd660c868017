from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given

from benchmark.metrics.intervals import (
    both_sides,
    disjoint_pairs,
    expand,
    line_up,
    merge,
    numbered,
    overlapping_pairs,
)
from tests.metrics.metric_cases import LABELS, document, found, gold, quick, spans


def lines(predicted, truth, *, by_label=True):
    sides = both_sides([gold(truth)], [found(predicted)], numbered(LABELS))
    return line_up(*sides, len(LABELS), by_label=by_label)


def ranges(intervals):
    return list(zip(intervals.start.tolist(), intervals.end.tolist(), strict=True))


def test_expand_writes_ranges_out_and_skips_empty_ones():
    rows, elements = expand(np.array([3, 5, 9, 0]), np.array([5, 5, 2, 1]))
    assert rows.tolist() == [0, 0, 3]
    assert elements.tolist() == [3, 4, 0]


def test_labels_without_a_number_are_left_out():
    ours, theirs = both_sides([gold([(0, 1, "A"), (1, 2, "?")])], [found([(3, 4, "?")])], {"A": 7})
    assert (ours.start.size, theirs.label.tolist(), theirs.document.tolist()) == (0, [7], [0])


def test_line_keeps_the_place_in_the_input():
    ours, _ = lines([(5, 9, "A"), (1, 3, "A"), (1, 2, "A")], [])
    assert ours.index.tolist() == [2, 1, 0]
    assert ours.length.tolist() == [1, 2, 4]


def test_stretches_do_not_meet():
    documents = [document(identifier=name) for name in "de"]
    sides = both_sides(
        [gold([(0, 60, "A")], documents[0]), gold([(0, 60, "B")], documents[1])],
        [found([(0, 60, "B")], "d"), found([(0, 60, "B")], "e")],
        numbered(LABELS),
    )
    for by_label, cells in ((True, [4]), (False, [1, 4])):
        ours, theirs = line_up(*sides, 3, by_label=by_label)
        rows, _ = overlapping_pairs(ours, theirs)
        assert ours.cell[rows].tolist() == cells


def test_merging_joins_overlaps_and_keeps_touching_spans_apart():
    ours, _ = lines([(0, 5, "A"), (4, 9, "A"), (9, 12, "A"), (1, 2, "A"), (10, 11, "A"), (20, 21, "A")], [])
    assert ranges(merge(ours)) == [(0, 9), (9, 12), (20, 21)]


def test_merging_nothing_gives_nothing():
    ours, _ = lines([], [])
    assert ranges(merge(ours)) == []


@quick
@given(spans())
def test_merged_spans_cover_the_same_characters_and_are_disjoint(given_spans):
    ours, _ = lines(given_spans, [])
    united = ranges(merge(ours))
    assert {i for pair in united for i in range(*pair)} == {i for pair in ranges(ours) for i in range(*pair)}
    assert all(one[1] <= other[0] for one, other in pairwise(united))


@quick
@given(spans(), spans())
def test_pairs_equal_those_of_a_double_loop(predicted, truth):
    for by_label in (True, False):
        ours, theirs = lines(predicted, truth, by_label=by_label)
        expected = {
            (i, j, min(p[1], g[1]) - max(p[0], g[0]))
            for i, p in enumerate(ranges(ours))
            for j, g in enumerate(ranges(theirs))
            if p[0] < g[1] and g[0] < p[1]
        }
        rows, cols = overlapping_pairs(ours, theirs)
        pairs = list(zip(rows.tolist(), cols.tolist(), strict=True))
        assert len(set(pairs)) == len(pairs)
        assert set(pairs) == {(i, j) for i, j, _ in expected}


@quick
@given(spans(), spans())
def test_disjoint_pairs_equal_those_of_a_double_loop(predicted, truth):
    ours, theirs = map(merge, lines(predicted, truth))
    expected = [
        (i, j, min(p[1], g[1]) - max(p[0], g[0]))
        for i, p in enumerate(ranges(ours))
        for j, g in enumerate(ranges(theirs))
        if p[0] < g[1] and g[0] < p[1]
    ]
    assert list(zip(*(column.tolist() for column in disjoint_pairs(ours, theirs)), strict=True)) == expected


def test_one_long_span_among_many_short_ones_is_found():
    truth = [(0, 60, "A"), *((i, i + 1, "A") for i in range(0, 60, 2))]
    ours, theirs = lines([(30, 31, "A")], truth)
    _, cols = overlapping_pairs(ours, theirs)
    assert sorted(theirs.length[cols].tolist()) == [1, 60]


def test_offsets_beyond_64_bits_are_refused():
    with pytest.raises(ValueError, match="too large to score 1 documents at once"):
        lines([(0, 2**62, "A")], [])
