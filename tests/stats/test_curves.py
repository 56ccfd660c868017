from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, precision_recall_curve

from benchmark.stats.curves import (
    are_probabilities,
    area,
    average_precision,
    brier,
    calibration_error,
    cross_fitted,
    precision_recall,
    thresholds_of,
)

NOTHING = np.array([])
NEVER = np.array([], dtype=np.bool_)
# Few values, so that many scores are tied.
DECISIONS = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=40)


def arrays(decisions):
    scores, truth = zip(*decisions, strict=True)
    return np.array(scores) / 6, np.array(truth)


def test_precision_and_recall_by_hand():
    """Scores .9 right, .5 wrong and right (tied), .2 wrong; one more right one has no score."""
    points = precision_recall(np.array([0.5, 0.9, 0.5, 0.2]), np.array([False, True, True, False]), 3)
    np.testing.assert_array_equal(points.thresholds, [0.9, 0.5, 0.2])
    np.testing.assert_allclose(points.precision, [1, 2 / 3, 1 / 2])
    np.testing.assert_allclose(points.recall, [1 / 3, 2 / 3, 2 / 3])


def test_average_precision_by_hand_ends_where_the_scores_do():
    scores, truth = np.array([0.5, 0.9, 0.5, 0.2]), np.array([False, True, True, False])
    assert average_precision(scores, truth, 3) == pytest.approx(1 / 3 + 1 / 3 * 2 / 3)
    assert average_precision(scores, truth) == pytest.approx(1 / 2 + 1 / 2 * 2 / 3)


@given(DECISIONS)
def test_the_points_are_those_of_scikit_learn(decisions):
    scores, truth = arrays(decisions)
    points = precision_recall(scores, truth)
    if not truth.any():
        assert np.isnan(points.recall).all()
        return
    precision, recall, thresholds = precision_recall_curve(truth, scores)
    np.testing.assert_allclose(points.thresholds, thresholds[::-1])
    np.testing.assert_allclose(points.precision, precision[:-1][::-1])
    np.testing.assert_allclose(points.recall, recall[:-1][::-1])
    assert average_precision(scores, truth) == pytest.approx(average_precision_score(truth, scores))


@given(DECISIONS, st.randoms(use_true_random=False))
def test_the_order_of_decisions_does_not_matter(decisions, rng):
    mixed = list(decisions)
    rng.shuffle(mixed)
    np.testing.assert_equal(average_precision(*arrays(mixed)), average_precision(*arrays(decisions)))


def test_an_infinite_score_is_a_point_of_its_own():
    points = precision_recall(np.array([np.inf, np.inf, 1.0]), np.array([True, False, True]))
    np.testing.assert_array_equal(points.thresholds, [np.inf, 1])
    np.testing.assert_allclose(points.recall, [0.5, 1])


def test_what_is_undefined_is_nan():
    assert np.isnan(average_precision(NOTHING, NEVER))
    assert np.isnan(average_precision(NOTHING, NEVER, 3))
    assert np.isnan(average_precision(np.array([0.5]), np.array([False])))
    assert np.isnan(brier(NOTHING, NEVER))
    assert np.isnan(calibration_error(NOTHING, NEVER).error)


@pytest.mark.parametrize(
    ("scores", "truth", "positives", "message"),
    [
        (np.zeros(2), np.zeros(3, dtype=bool), None, "scores of shape"),
        (np.zeros((2, 1)), np.zeros((2, 1), dtype=bool), None, "scores of shape"),
        (np.array([np.nan]), np.array([True]), None, "NaN"),
        (np.zeros(2), np.array([True, True]), 1, "1 positives, but 2"),
    ],
)
def test_decisions_that_do_not_fit_are_refused(scores, truth, positives, message):
    with pytest.raises(ValueError, match=message):
        precision_recall(scores, truth, positives)


def test_recall_that_falls_counts_no_part_twice():
    precision, recall = np.array([1.0, np.nan, 0.5, 0.25]), np.array([0.5, 0.0, 0.4, 0.75])
    assert area(precision, recall) == pytest.approx(0.5 + 0.25 * 0.25)
    assert np.isnan(area(precision, np.full(4, np.nan)))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_brier_is_that_of_scikit_learn(decisions):
    scores, truth = map(np.array, zip(*decisions, strict=True))
    assert brier(scores, truth) == pytest.approx(brier_score_loss(truth, scores, pos_label=True))
    both, right = np.stack([scores, 1 - scores], axis=1), np.stack([truth, ~truth], axis=1)
    assert brier(both, right) == pytest.approx(2 * brier(scores, truth))


def test_brier_of_several_classes_is_that_of_scikit_learn():
    chances = np.array([[0.6, 0.3, 0.1], [0.2, 0.2, 0.6], [0.1, 0.8, 0.1]])
    classes = np.array([0, 1, 1])
    truth = np.eye(3, dtype=bool)[classes]
    expected = brier_score_loss(classes, chances, labels=[0, 1, 2])
    assert brier(chances, truth) == pytest.approx(expected)
    assert brier(chances, truth) == pytest.approx((0.26 + 1.04 + 0.06) / 3)


def test_calibration_by_hand():
    """Bin 0: .1 wrong, .3 right, so |.5 - .2|; bin 1: .5 and 1 right, so |1 - .75|."""
    found = calibration_error(np.array([0.1, 1.0, 0.5, 0.3]), np.array([False, True, True, True]), bins=2)
    np.testing.assert_allclose(found.confidence, [0.2, 0.75])
    np.testing.assert_allclose(found.right, [0.5, 1.0])
    np.testing.assert_array_equal(found.n, [2, 2])
    assert found.error == pytest.approx(0.5 * 0.3 + 0.5 * 0.25)


def test_an_empty_bin_has_no_mean_and_weighs_nothing():
    found = calibration_error(np.array([0.95, 0.95]), np.array([True, False]))
    assert found.n.tolist() == [0] * 9 + [2]
    assert np.isnan(found.confidence[:9]).all()
    assert np.isnan(found.right[:9]).all()
    assert found.error == pytest.approx(0.45)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30), st.integers(1, 12))
def test_calibration_lies_between_the_overall_gap_and_one(decisions, bins):
    scores, truth = map(np.array, zip(*decisions, strict=True))
    found = calibration_error(scores, truth, bins)
    assert found.n.sum() == len(scores)
    assert abs(truth.mean() - scores.mean()) - 1e-12 <= found.error <= 1 + 1e-12


def test_what_is_no_probability_is_refused():
    for wrong in (-0.1, 1.1, np.nan, np.inf):
        assert not are_probabilities(np.array([0.5, wrong]))
        with pytest.raises(ValueError, match="outside 0 to 1"):
            brier(np.array([wrong]), np.array([True]))
        with pytest.raises(ValueError, match="outside 0 to 1"):
            calibration_error(np.array([wrong]), np.array([True]))
    with pytest.raises(ValueError, match="of shape"):
        brier(np.array([0.5]), np.array([True, False]))
    with pytest.raises(ValueError, match="0 bins"):
        calibration_error(np.array([0.5]), np.array([True]), 0)
    with pytest.raises(ValueError, match="bins"):
        calibration_error(np.array([[0.5]]), np.array([[True]]))


def test_thresholds_are_the_distinct_scores_or_some_at_equal_ranks():
    np.testing.assert_array_equal(thresholds_of(np.array([1.0, 3, 1, np.inf, np.nan, 2])), [3, 2, 1])
    np.testing.assert_array_equal(thresholds_of(np.arange(101.0), 5), [100, 75, 50, 25, 0])
    np.testing.assert_array_equal(thresholds_of(np.arange(3.0), 1), [0])
    assert not len(thresholds_of(np.array([np.inf])))
    with pytest.raises(ValueError, match="at least one"):
        thresholds_of(np.arange(3.0), 0)


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=60), st.integers(2, 20))
def test_thresholds_hold_the_ends(values, most):
    found = thresholds_of(np.array(values, dtype=np.float64), most)
    assert len(found) == min(most, len(set(values)))
    assert found[0] == max(values)
    assert found[-1] == min(values)
    assert (np.diff(found) < 0).all()


def first(sums):
    """A score that is the first statistic, NaN where the second is 0."""
    return np.where(sums[..., 1] > 0, sums[..., 0], np.nan)


def test_each_fold_has_the_threshold_that_is_best_on_the_others():
    """Fold 0 alone likes the second threshold, fold 1 the first; so each gets what the other likes."""
    statistics = np.array([[[0.0, 1], [5, 1]], [[9, 1], [1, 1]]])
    chosen, totals = cross_fitted(statistics, first)
    assert chosen.tolist() == [0, 1]
    np.testing.assert_array_equal(totals, [0 + 1, 2])


def test_of_equal_thresholds_the_lowest_is_chosen_and_where_all_are_undefined():
    statistics = np.array([[[1.0, 1], [1, 1]], [[1, 1], [1, 1]], [[0, 1], [0, 1]]])
    assert cross_fitted(statistics, first)[0].tolist() == [1, 1]
    assert cross_fitted(np.zeros((3, 2, 2)), first)[0].tolist() == [2, 2]


def test_a_folds_own_statistics_do_not_move_its_threshold():
    rng = np.random.default_rng(0)
    statistics = rng.random((6, 4, 2))
    changed = statistics.copy()
    changed[:, 2] = rng.random((6, 2)) * 100
    assert cross_fitted(statistics, first)[0][2] == cross_fitted(changed, first)[0][2]


def test_a_choice_takes_thresholds_and_folds():
    for shape in ((0, 2, 2), (3, 1, 2)):
        with pytest.raises(ValueError, match="a choice takes"):
            cross_fitted(np.zeros(shape), first)
