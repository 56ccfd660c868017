from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmark.metrics import matching
from benchmark.metrics.matching import assign, match
from tests.metrics.metric_cases import quick, spans


def iou(one, other):
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return (
        Fraction(max(shared, 0), max(one[1], other[1]) - min(one[0], other[0])) if shared > 0 else Fraction(0)
    )


def best(edges):
    """Greatest (credit, tie) over all one-to-one choices of (row, column, credit, tie)."""
    top = (0, 0)
    for size in range(1, len(edges) + 1):
        for chosen in combinations(edges, size):
            one_to_one = len({e[0] for e in chosen}) == size == len({e[1] for e in chosen})
            if one_to_one:
                top = max(top, (sum(e[2] for e in chosen), sum(e[3] for e in chosen)))
    return top


edge_lists = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
    st.tuples(st.sampled_from([0.5, 1.0]), st.sampled_from([0.0, 0.25, 0.5, 1.0])),
    max_size=9,
).map(lambda edges: [(*places, *worth) for places, worth in edges.items()])


def solved(edges):
    columns = [np.array(column) for column in zip(*edges, strict=True)] if edges else [np.empty(0)] * 4
    rows, cols, credit, tie = columns
    return assign(rows.astype(np.int64), cols.astype(np.int64), credit, tie)


@pytest.mark.parametrize("dense_cells", [matching.DENSE_CELLS, 0])
@quick
@given(edges=edge_lists)
@example(edges=[])
@example(edges=[(0, 0, 1.0, 0.0), (0, 1, 1.0, 0.0), (1, 0, 1.0, 0.0)])
def test_assignment_equals_brute_force(dense_cells, edges):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "DENSE_CELLS", dense_cells)
        chosen = solved(edges)
    taken = [edges[i] for i in chosen]
    assert chosen.tolist() == sorted(chosen.tolist())
    assert len({e[0] for e in taken}) == len(taken) == len({e[1] for e in taken})
    assert (sum(e[2] for e in taken), sum(e[3] for e in taken)) == best(edges)


def test_best_pair_of_a_star_is_the_first_of_equals():
    assert solved([(0, 0, 1.0, 0.5), (0, 1, 1.0, 0.75), (0, 2, 1.0, 0.75)]).tolist() == [1]
    assert solved([(0, 0, 0.5, 1.0), (1, 0, 1.0, 0.0)]).tolist() == [1]


@quick
@given(spans(most=5), spans(most=5), st.sampled_from([0.1, 1 / 3, 0.5, 0.75, 1.0]))
def test_match_equals_brute_force(predicted, truth, threshold):
    least = Fraction(threshold).limit_denominator(1000)
    edges = [
        (i, j, 1, iou(p, g))
        for i, p in enumerate(predicted)
        for j, g in enumerate(truth)
        if p[2] == g[2] and iou(p, g) >= least
    ]
    pairs = match(
        [p[:2] for p in predicted],
        [g[:2] for g in truth],
        threshold,
        [p[2] for p in predicted],
        [g[2] for g in truth],
    )
    assert set(pairs) <= {edge[:2] for edge in edges}
    number, total = best(edges)
    assert len(pairs) == number
    assert float(sum(iou(predicted[i], truth[j]) for i, j in pairs)) == pytest.approx(float(total))


@quick
@given(spans(), spans(), st.randoms(use_true_random=False))
def test_match_does_not_depend_on_order(predicted, truth, random):
    def matched(ours, theirs):
        pairs = match([p[:2] for p in ours], [g[:2] for g in theirs], 0.1)
        return sorted((ours[i][:2], theirs[j][:2]) for i, j in pairs)

    shuffled = random.sample(predicted, len(predicted)), random.sample(truth, len(truth))
    assert matched(*shuffled) == matched(predicted, truth)


def test_number_of_pairs_comes_before_total_iou():
    # The second prediction alone would take the first gold span at IoU 1 and leave the other without a pair.
    predicted, truth = [(0, 8), (0, 10)], [(0, 10), (4, 14)]
    assert match(predicted, truth, 0.4) == [(0, 0), (1, 1)]
    assert match(predicted, truth, 0.5) == [(1, 0)]


def test_total_iou_decides_among_as_many_pairs():
    assert match([(0, 10), (1, 10)], [(1, 10), (0, 10)], 0.5) == [(0, 1), (1, 0)]


def test_labels_divide_the_spans():
    assert match([(0, 4)], [(0, 4)]) == [(0, 0)]
    assert match([(0, 4)], [(0, 4)], 0.5, ["A"], ["B"]) == []
    assert match([], [], 0.5, [], []) == []


@pytest.mark.parametrize(
    ("given_labels", "message"),
    [
        ((["A"], None), "labels are given for both sides or for none"),
        ((None, ["A"]), "labels are given for both sides or for none"),
        ((["A", "B"], ["A"]), "2 labels for 1 spans"),
    ],
)
def test_labels_that_do_not_fit_are_refused(given_labels, message):
    with pytest.raises(ValueError, match=message):
        match([(0, 1)], [(0, 1)], 0.5, *given_labels)


@pytest.mark.parametrize(
    ("predicted", "truth", "threshold"),
    [
        ((0, 1), (0, 2), 0.5),
        ((0, 1), (0, 3), 1 / 3),
        ((0, 3), (0, 10), 0.3),
        ((0, 5), (0, 9), 5 / 9),
        ((0, 7), (0, 10), 0.7),
        ((0, 999_999), (0, 1_000_000), 0.999999),
    ],
)
def test_threshold_is_reached_exactly(predicted, truth, threshold):
    assert match([predicted], [truth], threshold) == [(0, 0)]
    longer = (truth[0], truth[1] + 1)
    assert match([predicted], [longer], threshold) == []


def test_large_component_is_solved_sparsely(monkeypatch):
    def refuse(*_):
        raise AssertionError("a dense matrix was built")

    monkeypatch.setattr(matching, "_solve_dense", refuse)
    chain = [(10 * i, 10 * i + 10) for i in range(1200)]
    shifted = [(10 * i + 4, 10 * i + 14) for i in range(1200)]
    assert match(chain, shifted, 0.2) == [(i, i) for i in range(1200)]


@quick
@given(spans(most=8), spans(most=8))
def test_sparse_and_dense_solutions_are_worth_the_same(predicted, truth):
    def worth(dense_cells):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(matching, "DENSE_CELLS", dense_cells)
            pairs = match([p[:2] for p in predicted], [g[:2] for g in truth], 0.1)
        return len(pairs), pytest.approx(float(sum(iou(predicted[i], truth[j]) for i, j in pairs)))

    assert worth(0) == worth(10**6)
