"""Labels of given spans: a multiset of labels for each span."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics.given import GivenSpans
from tests.metrics.metric_cases import LABELS, document, found, gold, quick, score


def test_micro_f1_is_the_share_of_right_labels_by_hand():
    truth = gold([(0, 4, "A"), (0, 4, "B"), (6, 9, "C"), (10, 12, "A")])
    # The span of two labels is given B twice: one of them is right. C is right, the last is wrong.
    answer = found([(0, 4, "B"), (0, 4, "B"), (6, 9, "C"), (10, 12, "C")])
    got = score(GivenSpans(), truth, answer)
    assert (got["precision"], got["recall"], got["f1"]) == (0.5, 0.5, 0.5)
    assert [got[f"f1:{label}"] for label in LABELS] == pytest.approx([0, 2 / 3, 2 / 3])
    assert got["macro_f1"] == pytest.approx(4 / 9)
    statistics = GivenSpans().per_document([truth], [answer], LABELS)
    assert statistics.reshape(3, 4).tolist() == [[0, 0, 0, 2], [1, 2, 1, 1], [1, 2, 1, 1]]


def test_labels_of_one_span_are_matched_in_any_order():
    spans = [(0, 4, "A"), (0, 4, "B"), (0, 4, "B")]
    for order in permutations(spans):
        assert score(GivenSpans(), gold(spans), found(list(order)))["f1"] == 1


def test_a_label_counts_as_often_as_it_stands_in_the_gold():
    assert score(GivenSpans(), gold([(0, 4, "A")] * 2), found([(0, 4, "A")]))["recall"] == 0.5
    assert score(GivenSpans(), gold([(0, 4, "A")]), found([(0, 4, "A")] * 2))["precision"] == 0.5


def test_spans_of_other_boundaries_and_labels_are_wrong_or_ignored():
    truth = gold([(0, 4, "A"), (6, 9, "Z")])
    got = score(GivenSpans(), truth, found([(0, 3, "A"), (6, 9, "Z"), (6, 9, "A")]))
    assert (got["precision"], got["recall"]) == (0, 0)
    statistics = GivenSpans().per_document([truth], [found([(6, 9, "Z")])], LABELS)
    assert statistics.reshape(3, 4)[0].tolist() == [0, 0, 0, 1]


def test_one_answer_for_each_span_makes_precision_and_recall_equal():
    got = score(GivenSpans(), gold([(0, 4, "A"), (6, 9, "B")]), found([(0, 4, "A"), (6, 9, "A")]))
    assert got["precision"] == got["recall"] == got["f1"] == 0.5


given_labels = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=20
)


@quick
@given(given_labels, st.randoms(use_true_random=False))
def test_micro_f1_is_that_of_a_plain_count(rows, rng):
    """Each answer takes away one equal label of its span, as the official scorer is described."""
    truth = [(place, place + 2, label) for place, label, _ in rows]
    answer = [(place, place + 2, label) for place, _, label in rows]
    left, right = list(truth), 0
    for row in answer:
        if row in left:
            left.remove(row)
            right += 1
    rng.shuffle(answer)
    got = score(GivenSpans(), gold(truth), found(answer))
    assert got["f1"] == pytest.approx(right / len(rows))


def test_documents_add_up():
    truth = [gold([(0, 4, "A")]), gold([(0, 4, "B")], document(identifier="e"))]
    answer = [found([(0, 4, "A")]), found([(0, 4, "A")], "e")]
    statistics = GivenSpans().per_document(truth, answer, LABELS)
    assert statistics.shape == (2, 12)
    both = GivenSpans().finalize(statistics.sum(axis=0), LABELS)
    assert both[2] == 0.5
    assert np.isnan(GivenSpans().finalize(np.zeros(12), LABELS)[2])
