"""The features that a model knows, out of all numbers that features can have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from baselines.features import NUMBERS, Ids

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]

_BLOCK = 4_000_000


@dataclass(frozen=True)
class Columns:
    """The features that a model knows, each a column of its matrix.

    Parameters
    ----------
    known
        Their numbers, ascending: shape (columns,).
    """

    known: Ids

    @classmethod
    def of(cls, ids: Ids, at_least: int = 2) -> Self:
        """Return the features that occur at least so often, by default twice."""
        # In blocks, since counting takes a copy of twice the size.
        blocks = np.array_split(ids, ids.size // _BLOCK + 1)
        counts = np.bincount(blocks[0].ravel(), minlength=NUMBERS)
        for block in blocks[1:]:
            counts += np.bincount(block.ravel(), minlength=NUMBERS)
        return cls(np.flatnonzero(counts >= at_least).astype(np.int32))

    @classmethod
    def stored(cls, known: Ids) -> Self:
        """Return stored features.

        Raises
        ------
        ValueError
            Where the numbers are not ascending or are none of a feature.
        """
        if len(known) and not (known[0] >= 0 and known[-1] < NUMBERS and np.all(np.diff(known) > 0)):
            raise ValueError("the numbers of the features are broken")
        return cls(known)

    def __len__(self) -> int:
        return len(self.known)

    @cached_property
    def places(self) -> NDArray[np.int32]:
        """The column of each number, -1 where it is unknown: shape (NUMBERS,)."""
        places = np.full(NUMBERS, -1, dtype=np.int32)
        places[self.known] = np.arange(len(self))
        return places

    def matrix(self, ids: Ids) -> csr_array:
        """Return which tokens have which features, each row of unit length: shape (tokens, columns)."""
        from scipy.sparse import csr_array

        columns = self.places[ids]
        held = columns >= 0
        counts = held.sum(axis=1)
        values = np.repeat((1 / np.sqrt(np.maximum(counts, 1))).astype(np.float32), counts)
        # scikit-learn's solvers take indices of 32 bits only.
        ends = np.concatenate([[0], counts.cumsum()]).astype(np.int32)
        return csr_array((values, columns[held], ends), shape=(len(ids), len(self)))

    def table(self, weights: Floats) -> Floats:
        """Return the weights of all numbers, 0 where unknown: shape (NUMBERS, …) from shape (columns, …)."""
        full = np.zeros((NUMBERS, *weights.shape[1:]))
        full[self.known] = weights
        return full
