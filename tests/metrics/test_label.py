from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    f1_score,
    matthews_corrcoef,
    precision_recall_fscore_support,
)

from benchmark.metrics import LabelSet
from benchmark.metrics.label import Classification, MultiLabel
from benchmark.model import Annotation, Prediction, Unit
from tests.metrics.metric_cases import document, quick, score, unit_found, unit_gold, units

LABELS = ("yes", "no", "maybe")
single = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from((*LABELS, ""))), min_size=1, max_size=30)
several = st.lists(
    st.tuples(*[st.lists(st.sampled_from(LABELS), unique=True, max_size=3).map(tuple)] * 2),
    min_size=1,
    max_size=12,
)


def of(labels):
    return [(label,) if label else () for label in labels]


def test_classification_of_two_labels_by_hand():
    # yes: tp 2, fp 1, fn 1; no: 3 right of 4. MCC = (2*3 - 1*1) / sqrt(3 * 3 * 4 * 4).
    truth = unit_gold(*of(["yes", "yes", "yes", "no", "no", "no", "no"]))
    answer = unit_found(*of(["yes", "yes", "no", "yes", "no", "no", "no"]))
    got = score(Classification(), truth, answer, ("yes", "no"))
    assert (got["accuracy"], got["mcc"]) == pytest.approx((5 / 7, 5 / 12))
    assert got["macro_f1"] == pytest.approx((2 / 3 + 3 / 4) / 2)
    assert got["weighted_f1"] == pytest.approx((3 * 2 / 3 + 4 * 3 / 4) / 7)
    for name in ("precision", "recall", "f1"):
        assert (got[name], got[f"{name}:yes"], got[f"{name}:no"]) == pytest.approx((2 / 3, 2 / 3, 3 / 4))


def test_positive_scores_are_those_of_the_first_of_two_labels():
    truth, answer = unit_gold(("b",), ("a",), ("a",)), unit_found(("b",), ("a",), ("b",))
    got = score(Classification(), truth, answer, ("a", "b"))
    assert (got["precision"], got["recall"]) == (1, 0.5)
    assert "f1" not in Classification().scores(("a", "b", "c"))


def test_confusion_matrix_has_a_column_for_missing_predictions():
    truth = [unit_gold(("no",), ("yes",), ("yes",), ("yes",)), Annotation(document(identifier="e"), "frame")]
    answer = [
        Prediction("d", "frame", units=(*units(("no",), ("no",), ()), Unit(40, 44, ("yes",)))),
        Prediction("e", "frame", units=units(("yes",))),
    ]
    matrix = Classification().per_document(truth, answer, ("yes", "no"))
    assert matrix.tolist() == [[0, 1, 2, 0, 1, 0], [0, 0, 0, 0, 0, 0]]
    assert score(Classification(), truth, answer, ("yes", "no"))["accuracy"] == 0.25


def test_labels_outside_the_task_are_passed_over():
    truth = unit_gold(("other",), (), ("other", "yes"), ("no",))
    answer = unit_found(("yes",), ("yes",), ("other", "yes"), ("other",))
    matrix = Classification().per_document([truth], [answer], ("yes", "no"))
    assert matrix.tolist() == [[1, 0, 0, 0, 0, 1]]


def test_first_of_two_predictions_for_a_unit_counts():
    answer = Prediction("d", "frame", units=(Unit(0, 2, ("yes",)), Unit(0, 2, ("no",))))
    assert score(Classification(), unit_gold(("yes",)), answer, ("yes", "no"))["accuracy"] == 1
    assert score(MultiLabel(), unit_gold(("yes",)), answer, ("yes", "no"))["f1"] == 1


@pytest.mark.parametrize(
    ("truth", "answer"),
    [(["yes", "yes"], ["yes", "no"]), (["yes", "no"], ["yes", "yes"]), (["yes", "no"], ["", ""]), ([], [])],
)
def test_mcc_of_one_class_is_undefined(truth, answer):
    got = score(Classification(), unit_gold(*of(truth)), unit_found(*of(answer)), ("yes", "no"))
    assert np.isnan(got["mcc"])


def test_without_units_all_is_undefined():
    got = score(Classification(), unit_gold(), unit_found(), ("yes", "no"))
    assert all(np.isnan(value) for value in got.values())


def test_mcc_is_one_for_truth_and_minus_one_for_its_contrary():
    truth = unit_gold(("yes",), ("no",), ("no",))
    for labels, expected in ((("yes", "no", "no"), 1), (("no", "yes", "yes"), -1)):
        got = score(Classification(), truth, unit_found(*of(labels)), ("yes", "no"))
        assert got["mcc"] == pytest.approx(expected)


@quick
@given(single)
def test_classification_agrees_with_scikit_learn(pairs):
    truth, answer = zip(*pairs, strict=True)
    support = LabelSet(LABELS, [truth.count(label) for label in LABELS])
    got = score(Classification(), unit_gold(*of(truth)), unit_found(*of(answer)), support)
    assert got["accuracy"] == pytest.approx(accuracy_score(truth, answer))
    if len(set(truth)) > 1 and len(set(answer)) > 1:
        assert got["mcc"] == pytest.approx(matthews_corrcoef(truth, answer), abs=1e-12)
    else:
        assert np.isnan(got["mcc"])
    present = sorted(set(truth))
    macro = f1_score(truth, answer, labels=present, average="macro", zero_division=0)
    assert got["macro_f1"] == pytest.approx(macro)
    weighted = f1_score(truth, answer, labels=present, average="weighted", zero_division=0)
    assert got["weighted_f1"] == pytest.approx(weighted)
    for place, label in enumerate(LABELS):
        expected = precision_recall_fscore_support(truth, answer, labels=LABELS, zero_division=np.nan)
        ours = [got[f"{name}:{label}"] for name in ("precision", "recall")]
        np.testing.assert_allclose(ours, [expected[0][place], expected[1][place]])


@quick
@given(st.lists(st.lists(st.integers(0, 5), min_size=12, max_size=12), min_size=2, max_size=4))
def test_stacked_confusion_matrices_equal_row_by_row(rows):
    totals = np.array(rows, dtype=float)
    stacked = Classification().finalize(totals, LABELS)
    np.testing.assert_array_equal(stacked, [Classification().finalize(row, LABELS) for row in totals])


def test_multilabel_by_hand():
    truth = unit_gold(("yes", "no"), (), ("maybe",), ("yes",))
    answer = Prediction("d", "frame", units=units(("no", "maybe"), ("yes", "?"), ("maybe",)))
    statistics = MultiLabel().per_document([truth], [answer], LABELS)
    assert statistics.reshape(3, 4).tolist() == [[0, 1, 0, 2], [1, 1, 1, 1], [1, 2, 1, 1]]
    got = score(MultiLabel(), truth, answer, LABELS)
    assert (got["precision"], got["recall"]) == (0.5, 0.5)
    assert got["macro_f1"] == pytest.approx((0 + 1 + 2 / 3) / 3)


@quick
@given(several)
def test_multilabel_agrees_with_scikit_learn(pairs):
    truth, answer = ([pair[side] for pair in pairs] for side in (0, 1))
    got = score(MultiLabel(), unit_gold(*truth), unit_found(*answer), LABELS)
    y_true, y_pred = (
        np.array([[label in given_labels for label in LABELS] for given_labels in side], dtype=int)
        for side in (truth, answer)
    )
    micro = precision_recall_fscore_support(y_true, y_pred, average="micro", zero_division=np.nan)
    np.testing.assert_allclose([got["precision"], got["recall"]], micro[:2])
    for place, label in enumerate(LABELS):
        if y_true[:, place].any() or y_pred[:, place].any():
            expected = f1_score(y_true[:, place], y_pred[:, place], zero_division=0)
            assert got[f"f1:{label}"] == pytest.approx(expected)
        else:
            assert np.isnan(got[f"f1:{label}"])
