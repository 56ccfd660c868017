"""Correction of p-values for the number of tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def holm(p: ArrayLike) -> Floats:
    """Return p-values adjusted by Holm's step-down method.

    With m defined p-values p₁ ≤ … ≤ p_m the j-th adjusted one is the largest of min(1, (m - i + 1) · p_i)
    over i ≤ j. To reject where the adjusted one is at most α holds the chance of even one false rejection in
    the family at α or below, however the tests depend on each other.

    Parameters
    ----------
    p
        The p-values of one family, of any shape. NaN marks a test that could not be made: it stays NaN and
        does not count in the family.

    Returns
    -------
    ndarray
        The adjusted p-values, of the same shape; none is below its p-value or above 1.

    Raises
    ------
    ValueError
        Where a p-value is not between 0 and 1.

    References
    ----------
    S. Holm (1979), A Simple Sequentially Rejective Multiple Test Procedure, Scandinavian Journal of
    Statistics 6(2).
    """
    values = np.asarray(p, dtype=np.float64)
    adjusted = np.full(values.shape, np.nan)
    defined = ~np.isnan(values)
    family = values[defined]
    if ((family < 0) | (family > 1)).any():
        raise ValueError(f"a p-value lies between 0 and 1, not at {family[(family < 0) | (family > 1)][0]}")
    order = np.argsort(family, kind="stable")
    left = np.arange(len(family), 0, -1)  # how many hypotheses are still open at each step
    steps = np.empty(len(family))
    steps[order] = np.minimum(np.maximum.accumulate(left * family[order]), 1)
    adjusted[defined] = steps
    return adjusted
