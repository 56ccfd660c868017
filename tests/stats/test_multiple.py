from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from benchmark.stats.multiple import holm

shares = st.floats(0, 1, allow_subnormal=False)


def test_by_hand() -> None:
    # Sorted .01, .03, .04 times 3, 2, 1 are .03, .06, .04; the last may not fall below the one before it.
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])


def test_nothing_exceeds_1_and_one_test_stays_as_it_is() -> None:
    assert holm([0.6, 0.7]).tolist() == [1, 1]
    assert holm([0.04]).tolist() == [0.04]
    assert holm([]).shape == (0,)


@given(st.lists(shares, min_size=1, max_size=15))
def test_agrees_with_statsmodels(p: list[float]) -> None:
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1], abs=1e-15)


@given(st.lists(st.one_of(st.just(np.nan), shares), max_size=20))
def test_nan_stays_nan_and_does_not_count(p: list[float]) -> None:
    values = np.array(p, dtype=np.float64)
    adjusted, defined = holm(values), ~np.isnan(values)
    assert np.array_equal(np.isnan(adjusted), ~defined)
    assert np.array_equal(adjusted[defined], holm(values[defined]))
    assert (adjusted[defined] >= values[defined]).all()


def test_ties_are_adjusted_alike_and_the_shape_is_kept() -> None:
    values = np.array([[0.01, 0.02], [0.01, np.nan]])
    assert np.allclose(holm(values), [[0.03, 0.03], [0.03, np.nan]], equal_nan=True)
    assert values[0, 0] == 0.01


@pytest.mark.parametrize("wrong", [-0.1, 1.5])
def test_p_values_lie_between_0_and_1(wrong: float) -> None:
    with pytest.raises(ValueError, match=f"not at {wrong}"):
        holm([0.5, wrong, np.nan])
