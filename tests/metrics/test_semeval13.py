from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given

from benchmark.metrics.semeval13 import (
    SemEval13Exact,
    SemEval13Partial,
    SemEval13Strict,
    SemEval13Type,
)
from tests.metrics.metric_cases import LABELS, found, gold, quick, score, spans

MODES = {
    "strict": (SemEval13Strict(), lambda p, g: float(p == g)),
    "exact": (SemEval13Exact(), lambda p, g: float(p[:2] == g[:2])),
    "partial": (SemEval13Partial(), lambda p, g: (0.5 + 0.5 * (p[:2] == g[:2])) * meets(p, g)),
    "type": (SemEval13Type(), lambda p, g: float(meets(p, g) and p[2] == g[2])),
}


def meets(one, other):
    return one[0] < other[1] and other[0] < one[1]


def best(predicted, truth, worth):
    """Greatest (credit, number of equal labels) over all one-to-one matchings."""
    edges = [
        (i, j, worth(p, g), p[2] == g[2])
        for i, p in enumerate(predicted)
        for j, g in enumerate(truth)
        if worth(p, g) > 0
    ]
    top = (0.0, 0)
    for size in range(1, min(len(predicted), len(truth)) + 1):
        for chosen in combinations(edges, size):
            if len({e[0] for e in chosen}) == size == len({e[1] for e in chosen}):
                top = max(top, (sum(e[2] for e in chosen), sum(e[3] for e in chosen)))
    return top


TRUTH = [(0, 10, "A"), (20, 30, "A"), (40, 50, "B"), (52, 56, "C")]
ANSWER = [(0, 10, "A"), (22, 30, "A"), (40, 50, "A"), (51, 55, "B"), (58, 59, "C")]


@pytest.mark.parametrize(
    ("mode", "credit"),
    # Boundaries and label agree once; boundaries twice; partial adds 0.5 for each of two shifted ones;
    # type has the two pairs of label A.
    [("strict", 1), ("exact", 2), ("partial", 3), ("type", 2)],
)
def test_modes_by_hand(mode, credit):
    got = score(MODES[mode][0], gold(TRUTH), found(ANSWER))
    assert (got["precision"], got["recall"]) == (credit / 5, credit / 4)
    assert got["f1"] == pytest.approx(2 * credit / 9)


def test_labels_are_credited_on_their_own_side():
    got = score(SemEval13Partial(), gold(TRUTH), found(ANSWER))
    assert got["precision:A"] == pytest.approx(2.5 / 3)
    assert got["recall:A"] == pytest.approx(1.5 / 2)
    assert (got["precision:B"], got["recall:B"]) == (0.5, 1)
    assert (got["precision:C"], got["recall:C"]) == (0, 0.5)


def test_equal_labels_are_preferred_among_equal_credit():
    both = [(0, 4, "A"), (0, 4, "B")]
    for metric in (SemEval13Exact(), SemEval13Partial()):
        got = score(metric, gold(both), found([(0, 4, "B")]))
        assert (got["recall:A"], got["recall:B"]) == (0, 1)


def test_partial_matches_optimally_where_greedy_would_not():
    # Were the first prediction given the first gold span that it meets, the second would have none.
    got = score(
        SemEval13Partial(), gold([(0, 6, "A"), (8, 12, "A")]), found([(4, 10, "A"), (0, 3, "A")]), "A"
    )
    assert got["precision"] == 0.5


def test_each_mode_has_its_own_matching():
    truth, answer = [(0, 4, "A"), (2, 6, "B")], [(0, 4, "B"), (2, 6, "A")]
    f1 = {mode: score(metric, gold(truth), found(answer))["f1"] for mode, (metric, _) in MODES.items()}
    assert f1 == {"strict": 0, "exact": 1, "partial": 1, "type": 1}


@pytest.mark.parametrize("mode", MODES)
@quick
@given(predicted=spans(most=4), truth=spans(most=4))
def test_total_credit_equals_brute_force(mode, predicted, truth):
    metric, worth = MODES[mode]
    rows = metric.per_document([gold(truth)], [found(predicted)], LABELS)[0].reshape(-1, 4)
    credit = best(predicted, truth, worth)[0]
    assert rows.sum(axis=0).tolist() == [credit, len(predicted), credit, len(truth)]
