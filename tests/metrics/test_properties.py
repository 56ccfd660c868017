"""Properties that every metric has, whatever it counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics import METRICS, LabelSet
from benchmark.model import Annotation, Prediction
from tests.metrics.metric_cases import LABELS, LENGTH, document, found, gold, quick, score, spans, units

UNIT_METRICS = ("classification", "multilabel")
SPAN_METRICS = tuple(
    name for name in METRICS if METRICS.origin(name) == "framebench" and name not in UNIT_METRICS
)
one_label = st.lists(st.sampled_from(LABELS).map(lambda label: (label,)), min_size=1, max_size=12)
over_span_metrics = pytest.mark.parametrize("name", SPAN_METRICS)
over_unit_metrics = pytest.mark.parametrize("name", UNIT_METRICS)


def metric_of(name):
    return METRICS.get(name)()


def per_document(name, truth, answer):
    return metric_of(name).per_document(truth, answer, LABELS)


@over_span_metrics
@quick
@given(predicted=spans(), truth=spans(), random=st.randoms(use_true_random=False))
def test_order_of_spans_does_not_matter(name, predicted, truth, random):
    shuffled = random.sample(truth, len(truth)), random.sample(predicted, len(predicted))
    np.testing.assert_array_equal(
        per_document(name, [gold(shuffled[0])], [found(shuffled[1])]),
        per_document(name, [gold(truth)], [found(predicted)]),
    )


@over_span_metrics
@quick
@given(truth=spans(least=1))
def test_gold_against_itself_scores_one(name, truth):
    support = LabelSet(LABELS, [sum(span[2] == label for span in truth) for label in LABELS])
    got = score(metric_of(name), gold(truth), found(truth), support)
    present = {label for _, _, label in truth}
    assert (got["precision"], got["recall"], got["f1"]) == pytest.approx((1, 1, 1))
    if name != "ptc_si":
        assert got["macro_f1"] == pytest.approx(1)
        assert all(got[f"f1:{label}"] == pytest.approx(1) for label in present)


@over_span_metrics
@quick
@given(predicted=spans(), truth=spans(), shift=st.integers(1, 500))
def test_shifting_all_offsets_changes_nothing(name, predicted, truth, shift):
    def moved(side):
        return [(start + shift, end + shift, label) for start, end, label in side]

    text = document(LENGTH + shift, shift=shift)
    np.testing.assert_array_equal(
        per_document(name, [gold(moved(truth), text)], [found(moved(predicted))]),
        per_document(name, [gold(truth)], [found(predicted)]),
    )


@over_span_metrics
@quick
@given(predicted=st.tuples(spans(), spans()), truth=st.tuples(spans(), spans()))
def test_splitting_where_no_span_crosses_changes_nothing(name, predicted, truth):
    def joined(sides):
        later = [(start + LENGTH, end + LENGTH, label) for start, end, label in sides[1]]
        return [*sides[0], *later]

    whole = per_document(name, [gold(joined(truth), document(2 * LENGTH))], [found(joined(predicted))])
    parts = per_document(name, [gold(side) for side in truth], [found(side) for side in predicted])
    np.testing.assert_allclose(parts.sum(axis=0), whole[0])


@over_span_metrics
@quick
@given(sides=st.lists(st.tuples(spans(), spans()), min_size=2, max_size=4))
def test_statistics_of_a_document_do_not_depend_on_the_others(name, sides):
    together = per_document(name, [gold(truth) for truth, _ in sides], [found(answer) for _, answer in sides])
    alone = [per_document(name, [gold(truth)], [found(answer)])[0] for truth, answer in sides]
    np.testing.assert_allclose(together, alone)


@over_span_metrics
@quick
@given(predicted=spans(), truth=spans())
def test_credit_is_between_nothing_and_all(name, predicted, truth):
    rows = per_document(name, [gold(truth)], [found(predicted)]).reshape(-1, 4)
    assert (rows >= 0).all()
    assert (rows[:, 0::2] <= rows[:, 1::2] + 1e-9).all()


@over_unit_metrics
@quick
@given(truth=one_label, random=st.randoms(use_true_random=False))
def test_order_of_units_does_not_matter(name, truth, random):
    given_units = units(*truth)
    answer = units(*random.sample(truth, len(truth)))
    shuffled = random.sample(answer, len(answer))
    annotation = Annotation(document(), "frame", units=given_units)
    np.testing.assert_array_equal(
        per_document(name, [annotation], [Prediction("d", "frame", units=tuple(shuffled))]),
        per_document(name, [annotation], [Prediction("d", "frame", units=answer)]),
    )


@over_unit_metrics
@quick
@given(truth=one_label)
def test_units_against_themselves_score_one(name, truth):
    annotation = Annotation(document(), "frame", units=units(*truth))
    support = LabelSet(LABELS, [truth.count((label,)) for label in LABELS])
    got = score(metric_of(name), annotation, Prediction("d", "frame", units=units(*truth)), support)
    assert got["macro_f1"] == 1
    assert got.get("f1", got.get("accuracy")) == 1


@over_unit_metrics
@quick
@given(sides=st.lists(st.tuples(one_label, one_label), min_size=2, max_size=4))
def test_statistics_of_units_stand_by_document(name, sides):
    truth = [Annotation(document(), "frame", units=units(*labels)) for labels, _ in sides]
    answer = [Prediction("d", "frame", units=units(*labels)) for _, labels in sides]
    alone = [per_document(name, [t], [a])[0] for t, a in zip(truth, answer, strict=True)]
    np.testing.assert_array_equal(per_document(name, truth, answer), alone)
