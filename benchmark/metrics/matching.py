"""One-to-one matching of predicted to gold spans, optimal and independent of their order.

Pairs that may be matched form a sparse graph, which falls into many small components. Most are stars (one
span on either side), whose best pair is found at once for all; the rest are assignment problems, solved
one by one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.base import Floats
from benchmark.metrics.credit import CreditMetric, tally
from benchmark.metrics.intervals import (
    Columns,
    Intervals,
    Ints,
    both_sides,
    line_up,
    numbered,
    overlapping_pairs,
    shared_length,
    sum_by_cell,
)
from benchmark.model import Annotation, Prediction

DENSE_CELLS = 1_000_000
"""Largest product of rows and columns that is solved as a dense matrix."""

_THRESHOLD_DENOMINATOR = 10**6


def match(
    predicted: Sequence[tuple[int, int]],
    gold: Sequence[tuple[int, int]],
    threshold: float = 0.5,
    predicted_labels: Sequence[str] | None = None,
    gold_labels: Sequence[str] | None = None,
) -> list[tuple[int, int]]:
    """Match predicted to gold spans of one document by intersection over union (IoU).

    Among all one-to-one matchings it takes those with the largest number of pairs whose IoU reaches the
    threshold, and among these one with the largest total IoU.

    Parameters
    ----------
    predicted, gold
        Offsets of spans in one document, end exclusive.
    threshold
        Least IoU of a pair, above 0 and at most 1; see `iou_reaches`.
    predicted_labels, gold_labels
        Labels of the spans, of which a pair has one; both or neither are given.

    Returns
    -------
    list of tuple
        Indices into predicted and gold, ascending. Whatever the order of the spans, the same spans are
        matched.

    Raises
    ------
    ValueError
        Where labels are given for one side only or do not fit the spans.
    """
    if (predicted_labels is None) != (gold_labels is None):
        raise ValueError("labels are given for both sides or for none")
    left = [""] * len(predicted) if predicted_labels is None else predicted_labels
    right = [""] * len(gold) if gold_labels is None else gold_labels
    names = sorted({*left, *right})
    ours, theirs = line_up(
        _one_document(predicted, left, names),
        _one_document(gold, right, names),
        max(len(names), 1),
        by_label=True,
    )
    rows, cols = overlapping_pairs(ours, theirs)
    reaches, iou = iou_reaches(ours, theirs, rows, cols, threshold)
    rows, cols, iou = rows[reaches], cols[reaches], iou[reaches]
    chosen = assign(rows, cols, np.ones(len(rows)), iou)
    pairs = zip(ours.index[rows[chosen]].tolist(), theirs.index[cols[chosen]].tolist(), strict=True)
    return sorted(pairs)


def _one_document(spans: Sequence[tuple[int, int]], labels: Sequence[str], names: Sequence[str]) -> Columns:
    if len(spans) != len(labels):
        raise ValueError(f"{len(labels)} labels for {len(spans)} spans")
    number = numbered(names)
    pairs = np.array(spans, dtype=np.int64).reshape(-1, 2)
    label = np.array([number[name] for name in labels], dtype=np.int64)
    return Columns(np.zeros(len(pairs), dtype=np.int64), label, pairs[:, 0], pairs[:, 1])


def iou_reaches(
    predicted: Intervals, gold: Intervals, rows: Ints, cols: Ints, threshold: float
) -> tuple[NDArray[np.bool_], Floats]:
    """Return whether the IoU of each overlapping pair reaches a threshold, and the IoU.

    The comparison is one of integers. The threshold stands for the nearest fraction with a denominator of
    at most a million, so that a float of 1/3 or 0.3 means just that.
    """
    shared = shared_length(predicted, gold, rows, cols)
    union = predicted.length[rows] + gold.length[cols] - shared
    exact = Fraction(threshold).limit_denominator(_THRESHOLD_DENOMINATOR)
    return shared * exact.denominator >= union * exact.numerator, shared / union


def assign(rows: Ints, cols: Ints, credit: Floats, tie: Floats) -> Ints:
    """Choose pairs one-to-one so that their total credit is greatest, then their total `tie`.

    Parameters
    ----------
    rows, cols
        The pairs that may be chosen, each once: indices of predicted and gold spans, shape (e,). The result
        is independent of the order of the spans where they are numbered in a canonical order.
    credit
        Credit of each pair: a positive multiple of one half.
    tie
        Preference among choices of equal credit, from 0 to 1.

    Returns
    -------
    NDArray
        Indices of the chosen pairs, ascending.
    """
    if len(rows) == 0:
        return np.empty(0, dtype=np.int64)
    row, col, component, row_count, col_count = _components(rows, cols)
    # The ties of a component add up to less than `scale`, and half a credit counts as `scale`.
    scale = np.minimum(row_count, col_count) + 1
    weight = credit * 2 * scale[component] + tie
    star = (np.minimum(row_count, col_count) == 1)[component]
    chosen = [_best_of_stars(np.flatnonzero(star), component, weight)]
    rest = np.flatnonzero(~star)
    rest = rest[np.argsort(component[rest], kind="stable")]
    borders = np.flatnonzero(np.diff(component[rest])) + 1
    for edges in np.split(rest, borders) if len(rest) else []:
        number = component[edges[0]]
        shape = int(row_count[number]), int(col_count[number])
        solve = _solve_dense if shape[0] * shape[1] <= DENSE_CELLS else _solve_sparse
        chosen.append(edges[solve(row[edges], col[edges], weight[edges], shape)])
    return np.sort(np.concatenate(chosen))


def _components(rows: Ints, cols: Ints) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Find the connected components of pairs.

    Returns
    -------
    tuple of NDArray
        For each pair its row and its column within its component and the number of that component; for
        each component its number of rows and of columns.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    row_names, row = np.unique(rows, return_inverse=True)
    col_names, col = np.unique(cols, return_inverse=True)
    nodes = len(row_names) + len(col_names)
    graph = coo_array((np.ones(len(row)), (row, col + len(row_names))), shape=(nodes, nodes))
    count, found = connected_components(graph, directed=False)
    component = found.astype(np.int64)
    row_place, row_count = _places(component[: len(row_names)], count)
    col_place, col_count = _places(component[len(row_names) :], count)
    return row_place[row], col_place[col], component[row], row_count, col_count


def _places(group: Ints, groups: int) -> tuple[Ints, Ints]:
    """Return the place of each element within its group, and the sizes of the groups."""
    size = np.bincount(group, minlength=groups)
    place = np.empty(len(group), dtype=np.int64)
    order = np.argsort(group, kind="stable")
    place[order] = np.arange(len(group)) - np.repeat(np.cumsum(size) - size, size)
    return place, size


def _best_of_stars(edges: Ints, component: Ints, weight: Floats) -> Ints:
    """Return the heaviest pair of each component, the first where several are."""
    order = edges[np.lexsort((edges, -weight[edges], component[edges]))]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = np.diff(component[order]) > 0
    return order[first]


def _solve_dense(row: Ints, col: Ints, weight: Floats, shape: tuple[int, int]) -> Ints:
    """Return the pairs of the heaviest matching of one component."""
    from scipy.optimize import linear_sum_assignment

    matrix = np.zeros(shape)
    matrix[row, col] = weight
    edge = np.full(shape, -1, dtype=np.int64)
    edge[row, col] = np.arange(len(row))
    found = edge[linear_sum_assignment(matrix, maximize=True)]
    return found[found >= 0]


def _solve_sparse(row: Ints, col: Ints, weight: Floats, shape: tuple[int, int]) -> Ints:
    """Return what `_solve_dense` returns for a component whose matrix would be too large.

    Every row gets a column of its own as a way to stay unmatched, since the solver matches every row.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    rows, cols = shape
    own = np.arange(rows)
    weights = np.concatenate([weight + 1, np.ones(rows)])
    places = np.concatenate([row, own]), np.concatenate([col, cols + own])
    matrix = csr_array((weights, places), shape=(rows, cols + rows))
    matched_rows, matched_cols = min_weight_full_bipartite_matching(matrix, maximize=True)
    partner = np.empty(rows, dtype=np.int64)
    partner[matched_rows] = matched_cols
    return np.flatnonzero(partner[row] == col)


@dataclass(frozen=True)
class MatchingMetric(CreditMetric, ABC):
    """A metric that matches one-to-one and gives both spans of a pair the same credit.

    Attributes
    ----------
    by_label
        Whether only spans of one label may be matched.
    """

    by_label: ClassVar[bool]

    @abstractmethod
    def judge(self, predicted: Intervals, gold: Intervals, rows: Ints, cols: Ints) -> tuple[Floats, Floats]:
        """Return credit and preference of overlapping pairs, as `assign` takes them; credit 0 forbids."""

    def per_document(
        self, gold: Sequence[Annotation], predicted: Sequence[Prediction], labels: Sequence[str]
    ) -> Floats:
        """Return the statistics of each document, shape (n, 4L), counted in spans.

        Spans with labels outside `labels` are ignored.

        Raises
        ------
        ValueError
            Where gold and predictions are not of the same documents.
        """
        sides = both_sides(gold, predicted, numbered(labels))
        ours, theirs = line_up(*sides, len(labels), by_label=self.by_label)
        rows, cols = overlapping_pairs(ours, theirs)
        credit, tie = self.judge(ours, theirs, rows, cols)
        allowed = np.flatnonzero(credit > 0)
        chosen = allowed[assign(rows[allowed], cols[allowed], credit[allowed], tie[allowed])]
        cells, earned = len(gold) * len(labels), credit[chosen]
        return tally(
            len(gold),
            len(labels),
            predicted=(
                sum_by_cell(ours.cell[rows[chosen]], earned, cells),
                sum_by_cell(ours.cell, None, cells),
            ),
            gold=(
                sum_by_cell(theirs.cell[cols[chosen]], earned, cells),
                sum_by_cell(theirs.cell, None, cells),
            ),
        )


def same_boundaries(predicted: Intervals, gold: Intervals, rows: Ints, cols: Ints) -> Floats:
    """Return 1 for each pair of spans with the same start and end, and 0 for other pairs."""
    same = (predicted.start[rows] == gold.start[cols]) & (predicted.end[rows] == gold.end[cols])
    return np.asarray(same, dtype=np.float64)
