from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics import LabelSet
from benchmark.metrics.credit import (
    CreditMetric,
    NamedMetric,
    divide,
    macro_average,
    precision_recall_f1,
    require_same_documents,
)
from tests.metrics.metric_cases import document, found, gold, quick


@dataclass(frozen=True)
class Counted(CreditMetric):
    registered = "counted"


@dataclass(frozen=True)
class Lenient(CreditMetric):
    registered = "lenient"
    zero_division = "0"


@dataclass(frozen=True)
class Tuned(NamedMetric):
    registered = "tuned"
    rate: float = 0.5
    depth: int = 2


def test_precision_recall_f1_by_hand():
    # 3 of 4 predictions right, 3 of 6 gold found: 2 * 3 / (4 + 6).
    assert precision_recall_f1(np.array([3.0, 4, 3, 6]), np.nan) == pytest.approx([0.75, 0.5, 0.6])


@pytest.mark.parametrize(
    ("statistics", "expected"),
    [
        ([0, 0, 0, 5], [np.nan, 0, 0]),  # nothing predicted
        ([0, 5, 0, 0], [0, np.nan, 0]),  # no gold
        ([0, 5, 0, 5], [0, 0, 0]),  # nothing right
        ([0, 0, 0, 0], [np.nan, np.nan, np.nan]),  # nothing at all
    ],
)
def test_undefined_is_nan_but_finding_nothing_scores_zero(statistics, expected):
    np.testing.assert_array_equal(precision_recall_f1(np.array(statistics, dtype=float), np.nan), expected)


def test_policy_zero_gives_zero_for_empty_ratios_and_keeps_f1_undefined_without_both():
    rows = np.array([[0, 0, 0, 5], [0, 5, 0, 0], [0, 0, 0, 0.0]])
    np.testing.assert_array_equal(precision_recall_f1(rows, 0.0), [[0, 0, 0], [0, 0, 0], [0, 0, np.nan]])


@quick
@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_f1_of_counts_is_2tp_over_2tp_fp_fn(tp, fp, fn):
    f1 = precision_recall_f1(np.array([tp, tp + fp, tp, tp + fn], dtype=float), np.nan)[2]
    if tp + fp + fn == 0:
        assert np.isnan(f1)
    else:
        assert f1 == pytest.approx(2 * tp / (2 * tp + fp + fn))


def test_inputs_are_left_alone():
    totals = np.array([3.0, 4, 3, 6])
    totals.flags.writeable = False
    Counted().finalize(totals, ("A",))
    assert totals.tolist() == [3, 4, 3, 6]


def test_divide_takes_integers():
    assert divide(np.array([1, 1]), np.array([2, 0]), -1.0).tolist() == [0.5, -1.0]


def test_scores_are_micro_macro_and_per_label():
    assert Counted().scores(("A", "B")) == (
        *("precision", "recall", "f1", "macro_f1"),
        *("precision:A", "recall:A", "f1:A", "precision:B", "recall:B", "f1:B"),
    )
    # A: 1 of 2 and 1 of 1; B: 2 of 2 and 2 of 4. Micro: 3 of 4 and 3 of 5.
    totals = np.array([1, 2, 1, 1, 2, 2, 2, 4.0])
    expected = [0.75, 0.6, 6 / 9, (2 / 3 + 2 / 3) / 2, 0.5, 1, 2 / 3, 1, 0.5, 2 / 3]
    assert Counted().finalize(totals, ("A", "B")) == pytest.approx(expected)


def test_macro_runs_over_labels_with_gold_in_the_whole_dataset():
    values = np.array([[1.0, np.nan, 0.5], [1.0, 0.0, np.nan]])
    np.testing.assert_array_equal(macro_average(values, LabelSet("ABC", (3, 0, 2))), [0.75, np.nan])
    np.testing.assert_array_equal(macro_average(values, ("A", "B", "C")), [np.nan, np.nan])
    np.testing.assert_array_equal(macro_average(values, LabelSet("ABC", (0, 0, 0))), [np.nan, np.nan])


def test_label_without_gold_lowers_micro_but_not_macro():
    totals = np.array([1, 1, 1, 1, 0, 3, 0, 0.0])
    scores = dict(
        zip(Counted().scores("AB"), Counted().finalize(totals, LabelSet("AB", (1, 0))), strict=True)
    )
    assert scores["macro_f1"] == 1
    assert scores["precision"] == 0.25
    assert scores["f1:B"] == 0
    assert np.isnan(scores["recall:B"])


def test_policy_of_the_class_reaches_every_score():
    totals = np.array([0, 0, 0, 2.0])
    np.testing.assert_array_equal(Lenient().finalize(totals, "A"), [0, 0, 0, 0, 0, 0, 0])
    np.testing.assert_array_equal(Counted().finalize(totals, "A"), [np.nan, 0, 0, 0, np.nan, 0, 0])


@quick
@given(st.lists(st.lists(st.integers(0, 4), min_size=8, max_size=8), min_size=1, max_size=5))
def test_stacked_totals_equal_row_by_row(rows):
    totals = np.array(rows, dtype=float)
    stacked = Counted().finalize(totals[:, np.newaxis], ("A", "B"))
    assert stacked.shape == (len(rows), 1, 10)
    one_by_one = np.stack([Counted().finalize(row, ("A", "B")) for row in totals])
    np.testing.assert_array_equal(stacked[:, 0], one_by_one)


def test_name_tells_changed_parameters_and_parameters_tells_all():
    assert (Tuned().name, Tuned().parameters) == ("tuned", "rate=0.5,depth=2")
    assert Tuned(rate=0.3).name == "tuned(rate=0.3)"
    assert Tuned(rate=0.3, depth=3).name == "tuned(rate=0.3,depth=3)"
    assert (Counted().name, Counted().parameters) == ("counted", "")


def test_documents_must_agree():
    truth = [gold([]), gold([], document(identifier="e"))]
    require_same_documents(truth, [found([]), found([], "e")])
    with pytest.raises(ValueError, match="2 annotations, but 1 predictions"):
        require_same_documents(truth, [found([])])
    with pytest.raises(ValueError, match="'e' stands in the place of 'd'"):
        require_same_documents(truth, [found([], "e"), found([])])
