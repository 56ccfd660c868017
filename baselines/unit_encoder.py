"""From features of units to rows of numbers, by weights that are learned from training units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from baselines.storage import Array, ArrayKind
from baselines.unit_features import MEASURES, NUMBERS, VIEWS, Features, Grams

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Columns = NDArray[np.int32]

FEWEST = {"words": 1, "classes": 1, "characters": 2, "context": 2}
"""In how many training units an n-gram of a view must stand to be looked at."""

ARRAYS: dict[str, ArrayKind] = {"mean": ("float64", 1), "spread": ("float64", 1)}
_OUTLIER = 4.0


@dataclass(frozen=True)
class Block:
    """Columns of one view: "idf" weighs n-grams by rarity, "ratio" by how they tell two classes apart."""

    view: str
    weighing: str


@dataclass(frozen=True)
class Table:
    """Units as counts of n-grams, the columns of a view being its n-grams in ascending order.

    Parameters
    ----------
    columns
        Numbers of the n-grams, by view.
    counts
        How often each stands in each unit, by view: shape (units, columns).
    measures
        Shape (units, measures).
    """

    columns: dict[str, Columns]
    counts: dict[str, csr_array]
    measures: Floats

    @classmethod
    def of(cls, features: Features, views: Sequence[str]) -> Self:
        """Count the n-grams that stand in enough of the units."""
        columns, counts = {}, {}
        for view in views:
            rows = _counted(features.grams[view], len(features.measures), None)
            in_units = np.bincount(rows.indices, minlength=NUMBERS)
            columns[view] = np.flatnonzero(in_units >= FEWEST[view]).astype(np.int32)
            counts[view] = _counted(features.grams[view], len(features.measures), columns[view])
        return cls(columns, counts, features.measures)

    def rows(self, chosen: NDArray[np.int64]) -> Table:
        """Return the chosen units, with the same columns."""
        counts = {view: rows[chosen] for view, rows in self.counts.items()}
        return Table(self.columns, counts, self.measures[chosen])


def _counted(grams: Grams, units: int, columns: Columns | None) -> csr_array:
    from scipy.sparse import csr_array

    row, column, width = grams.rows, grams.ids, NUMBERS
    if columns is not None:
        place = np.full(NUMBERS, -1, dtype=np.int32)
        place[columns] = np.arange(len(columns), dtype=np.int32)
        column, width = place[column], len(columns)
        known = column >= 0
        row, column = row[known], column[known]
    ends = np.searchsorted(row, np.arange(units + 1, dtype=row.dtype)).astype(np.int32)
    # Adding up works in place, on the features that are kept for the next call unless they are copied.
    counts = csr_array((np.ones(len(column)), column, ends), shape=(units, width), copy=True)
    counts.sum_duplicates()
    return counts


@dataclass(frozen=True)
class Encoder:
    """Turns units into rows: each block of n-grams of unit length, and standardised measures.

    A block weighed by "idf" holds (1 + ln count) · (1 + ln ((1 + n) / (1 + units with it))), as does
    scikit-learn's TfidfVectorizer with `sublinear_tf`. One weighed by "ratio" holds, for the n-grams present,
    the log ratio of their shares in the two classes, each count raised by one (Wang & Manning 2012,
    "Baselines and bigrams", ACL).

    Parameters
    ----------
    blocks
        What the rows are made of.
    columns, weights
        Numbers of the n-grams in ascending order and their weights, a pair of arrays a block.
    mean, spread
        Mean and standard deviation of the measures in training; those that never vary have a spread of 1.
    scale
        By what standardised measures, cut at ±4, are multiplied.
    """

    blocks: tuple[Block, ...]
    columns: tuple[Columns, ...]
    weights: tuple[Floats, ...]
    mean: Floats
    spread: Floats
    scale: float

    @classmethod
    def fit(cls, table: Table, blocks: Sequence[Block], scale: float, held: Flags) -> Self:
        """Learn the weights.

        Parameters
        ----------
        table
            The training units.
        blocks, scale
            The design.
        held
            Which units hold the label; only "ratio" looks at it.
        """
        weights = [
            _ratio(table.counts[block.view], held)
            if block.weighing == "ratio"
            else _idf(table.counts[block.view])
            for block in blocks
        ]
        columns = [table.columns[block.view] for block in blocks]
        spread = table.measures.std(axis=0)
        spread[spread < 1e-9] = 1.0
        return cls(tuple(blocks), tuple(columns), tuple(weights), table.measures.mean(axis=0), spread, scale)

    @property
    def width(self) -> int:
        """How many columns the rows have."""
        return sum(map(len, self.columns)) + len(self.mean)

    def encode(self, table: Table) -> csr_array:
        """Return the rows of the units of a table whose columns are those of training."""
        from scipy.sparse import csr_array, hstack

        parts = [
            _weighed(table.counts[block.view], weights, block.weighing)
            for block, weights in zip(self.blocks, self.weights, strict=True)
        ]
        measures = np.clip((table.measures - self.mean) / self.spread, -_OUTLIER, _OUTLIER) * self.scale
        rows = csr_array(hstack([*parts, csr_array(measures)], format="csr"))
        # scikit-learn's solvers take indices of 32 bits only.
        rows.indices, rows.indptr = rows.indices.astype(np.int32), rows.indptr.astype(np.int32)
        return rows

    def table(self, features: Features) -> Table:
        """Return any units as a table with the columns of training."""
        columns = {block.view: held for block, held in zip(self.blocks, self.columns, strict=True)}
        counts = {
            view: _counted(features.grams[view], len(features.measures), held)
            for view, held in columns.items()
        }
        return Table(columns, counts, features.measures)

    def arrays(self) -> dict[str, Array]:
        """Return what was learned, for storage."""
        named: dict[str, Array] = {"mean": self.mean, "spread": self.spread}
        for number, (columns, weights) in enumerate(zip(self.columns, self.weights, strict=True)):
            named |= {f"columns{number}": columns, f"weights{number}": weights}
        return named

    @classmethod
    def of_arrays(
        cls, blocks: Sequence[Block], scale: float, arrays: dict[str, Array], more: int = 0
    ) -> Self:
        """Return the encoder whose arrays were stored; `more` measures come after those of `unit_features`.

        Raises
        ------
        ValueError
            Where blocks and arrays do not fit one another.
        """
        numbers = range(len(blocks))
        columns = tuple(arrays[f"columns{number}"] for number in numbers)
        weights = tuple(arrays[f"weights{number}"] for number in numbers)
        for block, held, of_held in zip(blocks, columns, weights, strict=True):
            ascending = bool((np.diff(held) > 0).all()) and held.min(initial=0) >= 0
            if block.view not in VIEWS or block.weighing not in {"idf", "ratio"}:
                raise ValueError(f"unknown block of columns: {block.view}, {block.weighing}")
            if not ascending or held.max(initial=0) >= NUMBERS or len(held) != len(of_held):
                raise ValueError(f"the columns of '{block.view}' are broken")
        mean, spread = arrays["mean"], arrays["spread"]
        if not len(mean) == len(spread) == MEASURES + more or not (spread > 0).all():
            raise ValueError("the measures are broken")
        return cls(tuple(blocks), columns, weights, mean, spread, scale)


def encoder_kinds(blocks: int) -> dict[str, ArrayKind]:
    """Return what the arrays of an encoder of so many blocks must be."""
    named = dict(ARRAYS)
    for number in range(blocks):
        named |= {f"columns{number}": ("int32", 1), f"weights{number}": ("float64", 1)}
    return named


def _idf(counts: csr_array) -> Floats:
    units, columns = counts.shape
    held: Floats = np.log((1 + units) / (1 + np.bincount(counts.indices, minlength=columns))) + 1
    return held


def _ratio(counts: csr_array, held: Flags) -> Floats:
    columns = counts.shape[1]
    of_entry = np.repeat(held, np.diff(counts.indptr))
    inside = 1.0 + np.bincount(counts.indices[of_entry], minlength=columns)
    outside = 1.0 + np.bincount(counts.indices[~of_entry], minlength=columns)
    ratio: Floats = np.log((inside / inside.sum()) / (outside / outside.sum()))
    return ratio


def _weighed(counts: csr_array, weights: Floats, weighing: str) -> csr_array:
    """Return the block of weighed n-grams, each row of unit length or empty."""
    from scipy.sparse import csr_array

    amounts = 1 + np.log(counts.data) if weighing == "idf" else np.ones(len(counts.data))
    values = amounts * weights[counts.indices]
    row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    lengths = np.sqrt(np.bincount(row, values * values, counts.shape[0]))
    lengths[lengths == 0] = 1.0
    return csr_array((values / lengths[row], counts.indices, counts.indptr), shape=counts.shape)
