from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from benchmark.stats.agreement import MISSING, alpha_from_coincidences, alpha_statistics, krippendorff_alpha
from benchmark.stats.bootstrap import intervals, resample_counts

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

CODES = 4
tables = hnp.arrays(
    np.int64,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements=st.integers(MISSING, CODES - 1),
)
seeds = st.integers(0, 1000)


def codes(*raters: str) -> Codes:
    """One string a rater, a sign a unit: a digit, a letter, or a dot where it is missing."""
    return np.array([[MISSING if sign == "." else int(sign, 36) for sign in row] for row in raters])


def oracle(values: Codes) -> float:
    """α by the `krippendorff` package, NaN where it refuses for want of variation."""
    pairable = values[:, (values != MISSING).sum(axis=0) > 1]
    if len(np.unique(pairable[pairable != MISSING])) < 2:
        return np.nan
    floats = np.where(values == MISSING, np.nan, values)
    return float(krippendorff.alpha(reliability_data=floats, level_of_measurement="nominal"))


def one_score(totals: Floats) -> Floats:
    return alpha_from_coincidences(totals)[..., None]


# The nominal examples of Krippendorff (2011): binary, many codes, and four observers with missing values.
@pytest.mark.parametrize(
    ("values", "alpha"),
    [
        (codes("0100000010", "1110010000"), 0.095),
        (codes("aabbdcccedda", "babbbccceddd"), 0.692),
        (codes("123321412...", "1233224125.3", ".3332342251.", "12332441251."), 0.743),
    ],
)
def test_published_examples(values: Codes, alpha: float) -> None:
    assert krippendorff_alpha(values) == pytest.approx(alpha, abs=5e-4)


def test_coincidences_by_hand() -> None:
    # Unit 1 holds 0 0 1: each of the six ordered pairs weighs 1/2. Unit 2 holds 1 1. Unit 3 is not pairable.
    values = codes("01.", "010", "1..")
    assert alpha_statistics(values, None, 2).tolist() == [1, 1, 1, 2]
    # n = 5, n_0 = 2, n_1 = 3: α = 1 - 4 · 2 / (2 · 2 · 3).
    assert krippendorff_alpha(values) == pytest.approx(1 / 3)
    assert alpha_statistics(values, np.array([3, 1, 9]), 2).tolist() == [3, 3, 3, 2]


@pytest.mark.parametrize(
    "values",
    [
        codes("000", "000"),
        codes("01.", "..1"),
        codes("0110"),
        codes("...", "..."),
        codes("5.1", "5.."),
        np.zeros((3, 0), np.int64),
        np.zeros((0, 3), np.int64),
    ],
)
def test_alpha_is_undefined_without_pairs_or_variation(values: Codes) -> None:
    assert np.isnan(krippendorff_alpha(values))


def test_bounds() -> None:
    assert krippendorff_alpha(codes("0123", "0123", "0123")) == 1
    # Two raters who never agree on one unit: n = 2, D_o = 1, D_e = 1.
    assert krippendorff_alpha(codes("0", "1")) == 0
    assert krippendorff_alpha(codes("0101", "1010")) == pytest.approx(1 - 7 * 8 / 32)


@given(tables)
def test_alpha_agrees_with_the_krippendorff_package(values: Codes) -> None:
    assert krippendorff_alpha(values) == pytest.approx(oracle(values), nan_ok=True, abs=1e-9)


@given(tables, seeds)
def test_weights_are_repetitions(values: Codes, seed: int) -> None:
    weights = np.random.default_rng(seed).integers(0, 5, size=(values.shape[1],))
    long = np.repeat(values, weights, axis=1)
    assert alpha_statistics(values, weights, CODES) == pytest.approx(alpha_statistics(long, None, CODES))
    assert krippendorff_alpha(values, weights) == pytest.approx(oracle(long), nan_ok=True, abs=1e-9)


@given(tables, seeds)
def test_the_order_of_raters_units_and_codes_is_irrelevant(values: Codes, seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = np.append(rng.permutation(CODES), MISSING)  # the last one is found by the index -1
    shuffled = names[rng.permutation(rng.permutation(values), axis=1)]
    assert krippendorff_alpha(shuffled) == pytest.approx(krippendorff_alpha(values), nan_ok=True, abs=1e-9)


@given(tables)
def test_statistics_of_documents_add_up(values: Codes) -> None:
    parts = [alpha_statistics(values[:, [unit]], None, CODES) for unit in range(values.shape[1])]
    whole = alpha_statistics(values, None, CODES)
    assert np.sum(parts, axis=0) == pytest.approx(whole)
    assert whole.sum() == pytest.approx(sum(m for m in (values != MISSING).sum(axis=0) if m > 1))
    alpha = float(alpha_from_coincidences(whole))
    assert alpha == pytest.approx(krippendorff_alpha(values), nan_ok=True, abs=1e-9)


def test_alpha_of_many_resamples_at_once() -> None:
    totals = np.array([[[1.0, 1, 1, 2], [4, 0, 0, 4]], [[0, 0, 0, 0], [3, 0, 0, 0]]])
    alphas = alpha_from_coincidences(totals)
    assert alphas == pytest.approx(np.array([[1 / 3, 1], [np.nan, np.nan]]), nan_ok=True)


def test_alpha_has_a_cluster_bootstrap_interval() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(3, size=(30, 1, 40))
    noisy = np.where(rng.random((30, 3, 40)) < 0.3, rng.integers(3, size=(30, 3, 40)), truth)
    statistics = np.array([alpha_statistics(document, None, 3) for document in noisy])
    alpha = float(alpha_from_coincidences(statistics.sum(axis=0)))
    assert alpha == pytest.approx(krippendorff_alpha(noisy.transpose(1, 0, 2).reshape(3, -1)))
    found = intervals(statistics, one_score, resample_counts(30, 1000, rng))
    assert alpha - 0.1 < found.low[0] < alpha < found.high[0] < alpha + 0.1
    assert found.undefined[0] == 0


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int64, np.bool_])
def test_codes_may_be_of_any_integer_type(kind: type[np.generic]) -> None:
    values = codes("0110", "0111")
    narrow = values.astype(kind)
    assert krippendorff_alpha(narrow) == krippendorff_alpha(values)
    assert np.array_equal(narrow, values)


def test_large_codes_cost_no_memory() -> None:
    far = codes("0110", "0111") * 10**15
    assert krippendorff_alpha(far) == krippendorff_alpha(codes("0110", "0111"))


@pytest.mark.parametrize(
    ("values", "weights", "message"),
    [
        (np.array([[0, -2]]), None, "code -2 is neither"),
        (np.array([[0, 2]]), None, "code 2 is not one of 2"),
        (np.array([0, 1]), None, r"not \(2,\)"),
        (np.array([[0, 1]]), np.array([1]), "2 units need as many weights"),
        (np.array([[0, 1]]), np.array([1, -1]), "none negative"),
    ],
)
def test_faults_are_refused(values: Codes, weights: Codes | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        alpha_statistics(values, weights, 2)


def test_alpha_refuses_a_negative_code() -> None:
    with pytest.raises(ValueError, match="code -7 is neither"):
        krippendorff_alpha(np.array([[0, 1, -7], [0, 1, 1]]))
