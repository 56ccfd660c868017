"""Krippendorff's α for nominal codes: how far annotators agree beyond chance.

α is a function of the coincidence matrix, and the coincidence matrices of documents add up. So α has an
interval by `benchmark.stats.bootstrap` like any score: `alpha_statistics` gives each document's statistics,
and `alpha_from_coincidences` is their `finalize`.

References
----------
K. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; (2018) Content Analysis, 4th edition,
chapter 12.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.integer]

MISSING = -1
"""The code of a unit that a rater did not judge."""


def krippendorff_alpha(values: Codes, weights: Codes | None = None) -> float:
    """Return Krippendorff's α for nominal codes.

    Parameters
    ----------
    values
        The code that each rater gave each unit, shape (raters, units): integers from 0, or `MISSING`.
    weights
        How many units each column stands for, shape (units,), integers from 0; None for one each. A run of
        characters that all raters marked alike is one column with its length as weight.

    Returns
    -------
    float
        At most 1, which is full agreement; 0 is what chance would give. NaN where fewer than two values
        can be paired or all of them are equal, for then there is no disagreement to expect.

    Raises
    ------
    ValueError
        Where a code or weight is out of range, or the shapes do not fit.
    """
    judged = _checked(values)
    codes, numbers = np.unique(judged, return_inverse=True)
    # The missing code sorts first, so that the codes that were used keep the numbers from 0.
    missing = int(MISSING in codes)
    used = numbers.reshape(judged.shape) - missing
    return float(alpha_from_coincidences(alpha_statistics(used, weights, len(codes) - missing)))


def alpha_statistics(values: Codes, weights: Codes | None, n_codes: int) -> Floats:
    """Return the coincidence matrix of one document, flattened.

    Cell (c, k) is Σ_u w_u · n_uc · (n_uk - [c = k]) / (m_u - 1), over the units u with m_u ≥ 2 values of
    which n_uc are c: the pairs of values from different raters in a unit, of which each value has weight 1.

    Parameters
    ----------
    values
        Shape (raters, units): integers from 0 to n_codes - 1, or `MISSING`.
    weights
        How many units each column stands for, shape (units,), integers from 0; None for one each.
    n_codes
        Number of codes, the same for all documents that shall be added up.

    Returns
    -------
    ndarray
        Shape (n_codes * n_codes,); the sum is the number of values that can be paired.

    Raises
    ------
    ValueError
        Where a code or weight is out of range, or the shapes do not fit.
    """
    judged = _checked(values)
    if judged.max(initial=MISSING) >= n_codes:
        raise ValueError(f"code {judged.max()} is not one of {n_codes} codes from 0")
    units = judged.shape[1]
    weight = np.ones(units) if weights is None else np.asarray(weights, dtype=np.float64)
    if weight.shape != (units,) or (weight < 0).any():
        raise ValueError(f"{units} units need as many weights, none negative")
    counts = _counts(judged, n_codes)
    raters = counts.sum(axis=1)
    pairable = raters > 1
    counts, scale = counts[pairable], weight[pairable] / (raters[pairable] - 1)
    coincidences = counts.T @ (scale[:, None] * counts)
    np.fill_diagonal(coincidences, scale @ (counts * (counts - 1)))
    flat: Floats = coincidences.ravel()
    return flat


def alpha_from_coincidences(totals: Floats) -> Floats:
    """Return Krippendorff's α of summed coincidence matrices.

    α = 1 - D_o / D_e, where D_o = Σ_{c≠k} o_ck / n is the disagreement that is observed, and
    D_e = Σ_{c≠k} n_c · n_k / (n (n - 1)) the one that chance would give; n_c is the sum of row c, n of all.

    Parameters
    ----------
    totals
        Shape (..., n_codes * n_codes), as `alpha_statistics` gives them or sums of these.

    Returns
    -------
    ndarray
        Shape (...); NaN where fewer than two values can be paired or all of them are equal.
    """
    n_codes = round(totals.shape[-1] ** 0.5)
    matrix = totals.reshape(*totals.shape[:-1], n_codes, n_codes)
    of_code = matrix.sum(axis=-1)
    n = of_code.sum(axis=-1)
    observed = matrix.sum(axis=(-2, -1), where=~np.eye(n_codes, dtype=np.bool_))
    expected = (of_code * (n[..., None] - of_code)).sum(axis=-1)
    ratio = np.divide((n - 1) * observed, expected, out=np.full(n.shape, np.nan), where=expected > 0)
    alpha: Floats = 1 - ratio
    return alpha


def _checked(values: Codes) -> NDArray[np.int64]:
    """Return codes as signed integers, so that `MISSING` compares as it should.

    Raises
    ------
    ValueError
        Where the shape is not (raters, units) or a negative code is not `MISSING`.
    """
    codes = np.asarray(values).astype(np.int64)
    if codes.ndim != 2:
        raise ValueError(f"codes have the shape (raters, units), not {codes.shape}")
    if codes.min(initial=MISSING) < MISSING:
        raise ValueError(f"code {codes.min()} is neither a number from 0 nor {MISSING}, a missing value")
    return codes


def _counts(values: NDArray[np.int64], n_codes: int) -> Floats:
    """Return how many raters gave each unit each code, shape (units, n_codes)."""
    units = values.shape[1]
    judged = values != MISSING
    cells = (np.arange(units) * n_codes + values)[judged]
    return np.bincount(cells, minlength=units * n_codes).reshape(units, n_codes).astype(np.float64)
