"""Solvers, calibration, thresholds and folds, against scikit-learn and plain references."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression, Ridge

from baselines.linear_solvers import best_threshold, calibration, folds_of, logistic, probability, ridge

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(30, 4))
HELD = ROWS[:, 0] + 0.5 * RANDOM.normal(size=30) > 0


def test_logistic_is_the_regularised_one() -> None:
    weights, bias = logistic(csr_array(ROWS), HELD, 2.0, balanced=False, seed=0)
    # The intercept is a weight like any other to liblinear: a column of ones.
    reference = LogisticRegression(C=2.0, fit_intercept=False, tol=1e-10, max_iter=1000)
    expected = reference.fit(np.c_[ROWS, np.ones(30)], HELD).coef_[0]
    np.testing.assert_allclose([*weights, bias], expected, atol=2e-3)


@pytest.mark.parametrize(("held", "odds"), [(True, 4 / 1), (False, 1 / 4)])
def test_logistic_without_a_choice_counts(held: bool, odds: float) -> None:
    weights, bias = logistic(csr_array(ROWS[:3]), np.full(3, held), 1.0, balanced=True, seed=0)
    assert not weights.any()
    assert bias == pytest.approx(np.log(odds))


def test_ridge_is_that_of_scikit_learn() -> None:
    rows = np.c_[ROWS, np.ones(30)]
    dual = ridge(rows @ rows.T, HELD[:, None], 3.0)
    reference = Ridge(alpha=3.0, fit_intercept=False).fit(rows, np.where(HELD, 1.0, -1.0))
    np.testing.assert_allclose(rows.T @ dual[:, 0], reference.coef_)


def test_calibration_finds_the_log_odds() -> None:
    """With scores that are log-odds already, the slope is 1 and the offset 0."""
    random = np.random.default_rng(1)
    scores = random.normal(scale=2, size=20_000)
    held = random.random(20_000) < probability(scores)
    slope, offset = calibration(scores, held)
    assert slope == pytest.approx(1, abs=0.05)
    assert offset == pytest.approx(0, abs=0.05)
    moved = calibration(10 * scores + 3, held)
    assert moved == pytest.approx((slope / 10, offset - 3 * slope / 10), abs=1e-4)


def test_calibration_by_platt_equals_a_general_solver() -> None:
    from scipy.optimize import minimize

    scores = ROWS[:, 0]
    inside = HELD.sum()
    target = np.where(HELD, (inside + 1) / (inside + 2), 1 / (30 - inside + 2))

    def loss(pair: np.ndarray) -> float:
        odds = pair[0] * scores + pair[1]
        return float(np.sum(np.logaddexp(0, odds) - target * odds))

    assert calibration(scores, HELD) == pytest.approx(minimize(loss, [0.0, 0.0], tol=1e-12).x, abs=1e-4)


@pytest.mark.parametrize(
    ("scores", "held", "offset"),
    [
        ([1.0, 1.0, 1.0], [True, False, False], np.log(2 / 3)),  # nothing tells them apart
        ([1.0, 2.0, 3.0, 4.0], [True, True, False, False], 0.0),  # the order is the wrong way round
        ([], [], 0.0),
    ],
)
def test_calibration_keeps_the_order(scores: list[float], held: list[bool], offset: float) -> None:
    slope, found = calibration(np.array(scores), np.array(held, dtype=np.bool_))
    assert slope == 0.0
    assert found == pytest.approx(offset)


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.booleans()), min_size=1, max_size=30))
def test_calibration_is_always_finite(pairs: list[tuple[float, bool]]) -> None:
    scores, held = np.array([score for score, _ in pairs]), np.array([mark for _, mark in pairs])
    slope, offset = calibration(scores, held)
    assert slope >= 0
    assert np.isfinite(offset)
    chances = probability(scores * slope + offset)
    assert ((chances >= 0) & (chances <= 1)).all()


def test_probability_does_not_overflow() -> None:
    assert probability(np.array([-1e6, 0.0, 1e6])).tolist() == [0.0, 0.5, 1.0]


@given(
    st.lists(
        st.tuples(st.integers(-50, 50), st.booleans()), min_size=1, max_size=19, unique_by=lambda p: p[0]
    )
)
def test_the_best_threshold_is_the_best_of_all(pairs: list[tuple[int, bool]]) -> None:
    scores = np.array([float(score) for score, _ in pairs])
    held = np.array([mark for _, mark in pairs])

    def measure(threshold: float) -> float:
        found = scores >= threshold
        return 2 * int((held & found).sum()) / max(1, int(held.sum()) + int(found.sum()))

    # Below 20 units nothing is smoothed.
    best = max(measure(score) for score in scores)
    assert measure(best_threshold(scores, held)) == pytest.approx(best)


def test_a_threshold_does_not_follow_one_lucky_unit() -> None:
    scores = np.arange(1000.0)[::-1]
    held = np.zeros(1000, dtype=np.bool_)
    held[0] = True
    held[100:200] = np.arange(100) % 2 == 0
    assert 790 < best_threshold(scores, held) < 830


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=30), st.integers(1, 4), st.integers(0, 3))
def test_folds_keep_groups_together(groups: list[str], count: int, seed: int) -> None:
    folds = folds_of(groups, count, seed)
    assert folds.shape == (len(groups),)
    assert set(folds.tolist()) <= set(range(count))
    if len(set(groups)) >= count:
        assert len(set(folds.tolist())) == count
        of = {group: {int(f) for f, g in zip(folds, groups, strict=True) if g == group} for group in groups}
        assert all(len(numbers) == 1 for numbers in of.values())
    else:
        assert np.bincount(folds).max() <= -(-len(groups) // count)


def test_folds_hang_on_the_seed_alone() -> None:
    groups = list("abcdefghij")
    assert folds_of(groups, 4, 1).tolist() == folds_of(groups, 4, 1).tolist()
    assert any(folds_of(groups, 4, 0).tolist() != folds_of(groups, 4, seed).tolist() for seed in (1, 2))
