"""Spans of many documents as columns on one line, so that numpy handles all documents at once.

Every document (or every label of every document) gets its own stretch of the line; spans of different
stretches can then neither overlap nor touch, and one sorted sweep serves the whole dataset.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.base import Floats
from benchmark.metrics.credit import require_same_documents
from benchmark.model import Annotation, Prediction, Span

Ints = NDArray[np.int64]

_LINE_END = 2**62


@dataclass(frozen=True)
class Columns:
    """Spans as they stand in their documents; all arrays have shape (s,).

    Parameters
    ----------
    document
        Number of the document, from 0.
    label
        Number of the label, from 0.
    start, end
        Offsets in the document, end exclusive.
    """

    document: Ints
    label: Ints
    start: Ints
    end: Ints


@dataclass(frozen=True)
class Intervals:
    """Spans on the line, sorted by start, end and cell; all arrays have shape (s,).

    Parameters
    ----------
    cell
        `document * labels + label`: which of the statistics the span counts for.
    start, end
        Positions on the line, end exclusive.
    index
        Place of the span among the columns that it comes from.
    """

    cell: Ints
    start: Ints
    end: Ints
    index: Ints

    @property
    def length(self) -> Ints:
        """Characters that each span covers."""
        return self.end - self.start


def both_sides(
    gold: Sequence[Annotation], predicted: Sequence[Prediction], number: Mapping[str, int]
) -> tuple[Columns, Columns]:
    """Return predicted and gold spans as columns, without those whose label has no number.

    Parameters
    ----------
    gold, predicted
        Annotations and predictions of the same documents, in the same order.
    number
        Number of each label.

    Raises
    ------
    ValueError
        Where they are not of the same documents.
    """
    require_same_documents(gold, predicted)
    ours = _columns([prediction.spans for prediction in predicted], number)
    return ours, _columns([annotation.spans for annotation in gold], number)


def numbered(labels: Sequence[str]) -> dict[str, int]:
    """Return the number of each label, from 0 in their order."""
    return {label: number for number, label in enumerate(labels)}


def _columns(spans: Sequence[Sequence[Span]], number: Mapping[str, int]) -> Columns:
    kept = [[span for span in piece if span.label in number] for piece in spans]
    flat = [span for piece in kept for span in piece]
    return Columns(
        document=np.repeat(np.arange(len(kept)), [len(piece) for piece in kept]),
        label=np.array([number[span.label] for span in flat], dtype=np.int64),
        start=np.array([span.start for span in flat], dtype=np.int64),
        end=np.array([span.end for span in flat], dtype=np.int64),
    )


def line_up(predicted: Columns, gold: Columns, labels: int, *, by_label: bool) -> tuple[Intervals, Intervals]:
    """Place predicted and gold spans on one line.

    Parameters
    ----------
    predicted, gold
        Spans of the same documents.
    labels
        Number of labels.
    by_label
        Whether each label of a document has its own stretch, so that only spans of one label can meet;
        else each document has one.

    Raises
    ------
    ValueError
        Where offsets are so large that the line would exceed 64 bits.
    """
    stride = 1 + max(int(side.end.max(initial=0)) for side in (predicted, gold))
    documents = 1 + max(int(side.document.max(initial=0)) for side in (predicted, gold))
    if stride * documents * labels > _LINE_END:
        raise ValueError(f"an offset of {stride - 1} is too large to score {documents} documents at once")
    return _place(predicted, labels, stride, by_label), _place(gold, labels, stride, by_label)


def _place(side: Columns, labels: int, stride: int, by_label: bool) -> Intervals:
    cell = side.document * labels + side.label
    origin = (cell if by_label else side.document) * stride
    start, end = side.start + origin, side.end + origin
    order = np.lexsort((cell, end, start))
    return Intervals(cell[order], start[order], end[order], order)


def merge(spans: Intervals) -> Intervals:
    """Return the union of spans on each stretch of the line; spans that only touch stay apart.

    The result is disjoint and sorted, and keeps cell and index of the first span of each union.
    """
    reach = np.maximum.accumulate(spans.end)
    opens = np.ones(len(reach), dtype=np.bool_)
    opens[1:] = spans.start[1:] >= reach[:-1]
    closes = np.roll(opens, -1)
    return Intervals(spans.cell[opens], spans.start[opens], reach[closes], spans.index[opens])


def expand(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Write ranges out.

    Parameters
    ----------
    first, last
        Ranges of indices, last exclusive; a range that ends before it starts is empty. Shape (r,).

    Returns
    -------
    tuple of NDArray
        For each element of each range the number of the range, and the element.
    """
    size = np.maximum(last - first, 0)
    row = np.repeat(np.arange(len(size)), size)
    return row, np.arange(len(row)) + np.repeat(first - (np.cumsum(size) - size), size)


def disjoint_pairs(predicted: Intervals, gold: Intervals) -> tuple[Ints, Ints, Ints]:
    """Return all overlapping pairs of two sides that are each disjoint, with the length that they share.

    There are fewer pairs than spans.

    Returns
    -------
    tuple of NDArray
        Indices into predicted, indices into gold, and shared lengths.
    """
    first = np.searchsorted(gold.end, predicted.start, side="right")
    last = np.searchsorted(gold.start, predicted.end, side="left")
    rows, cols = expand(first, last)
    return rows, cols, shared_length(predicted, gold, rows, cols)


def overlapping_pairs(predicted: Intervals, gold: Intervals) -> tuple[Ints, Ints]:
    """Return all overlapping pairs of spans that may also overlap within a side.

    Gold is searched by classes of length, each within a factor of two, so that one long span does not make
    every later one a candidate.

    Returns
    -------
    tuple of NDArray
        Indices into predicted and indices into gold.
    """
    lengths = gold.length
    classes = np.frexp(lengths.astype(np.float64))[1]
    found: list[tuple[Ints, Ints]] = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    for number in np.unique(classes):
        members = np.flatnonzero(classes == number)
        starts, longest = gold.start[members], lengths[members].max()
        first = np.searchsorted(starts, predicted.start - longest, side="right")
        last = np.searchsorted(starts, predicted.end, side="left")
        rows, within = expand(first, last)
        cols = members[within]
        overlap = gold.end[cols] > predicted.start[rows]
        found.append((rows[overlap], cols[overlap]))
    return np.concatenate([rows for rows, _ in found]), np.concatenate([cols for _, cols in found])


def shared_length(predicted: Intervals, gold: Intervals, rows: Ints, cols: Ints) -> Ints:
    """Return how much each pair of overlapping spans shares."""
    ends = np.minimum(predicted.end[rows], gold.end[cols])
    shared: Ints = ends - np.maximum(predicted.start[rows], gold.start[cols])
    return shared


def sum_by_cell(cell: Ints, weights: NDArray[np.float64] | Ints | None, cells: int) -> Floats:
    """Return the sum of weights (or the number, without weights) in each cell: shape (cells,)."""
    return np.bincount(cell, weights, minlength=cells).astype(np.float64)
