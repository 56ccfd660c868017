"""What a metric is: additive statistics of each document, and one function from their sum to scores.

The same `finalize` serves the score, its interval and the paired test, so it takes any number of leading
dimensions. Score names are "precision", "recall", "f1" and the like; a score of one label is named
"f1:Label".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, SupportsIndex, overload, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from benchmark.model import Annotation, Prediction
from benchmark.registry import Registry

Floats = NDArray[np.float64]


class LabelSet(Sequence[str]):
    """The labels of a task, in order, and how much gold each has in the whole dataset.

    A macro average runs over the labels that have gold in the whole dataset. A resample may hold none of a
    label, so this must be known from outside the resample; a plain sequence stands for labels that all have
    gold.

    Parameters
    ----------
    names
        The labels.
    support
        Number of gold spans or units of each, in the same order.

    Raises
    ------
    ValueError
        Where the two differ in length or a name repeats.
    """

    def __init__(self, names: Sequence[str], support: Sequence[int]) -> None:
        self.names = tuple(names)
        self.support = tuple(support)
        if len(self.names) != len(self.support) or len(set(self.names)) != len(self.names):
            raise ValueError("each label stands once, with its support")

    @overload
    def __getitem__(self, index: SupportsIndex) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> str | tuple[str, ...]:
        return self.names[index]

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        return f"LabelSet({dict(zip(self.names, self.support, strict=True))})"


def has_gold(labels: Sequence[str]) -> NDArray[np.bool_]:
    """Return which labels a macro average runs over: shape (L,)."""
    if isinstance(labels, LabelSet):
        return np.array(labels.support, dtype=np.int64) > 0
    return np.ones(len(labels), dtype=np.bool_)


@runtime_checkable
class Metric(Protocol):
    """A metric, for n documents, k statistics and m scores."""

    @property
    def name(self) -> str:
        """The registered name, with its parameters where they differ from the defaults."""
        ...

    def scores(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the names of the m scores, in the order of `finalize`."""
        ...

    def per_document(
        self, gold: Sequence[Annotation], predicted: Sequence[Prediction], labels: Sequence[str]
    ) -> Floats:
        """Return additive statistics, shape (n, k); gold and predictions stand in the same order."""
        ...

    def finalize(self, totals: Floats, labels: Sequence[str]) -> Floats:
        """Return scores, shape (..., m), from summed statistics, shape (..., k); undefined ones are NaN."""
        ...


METRICS: Registry[type[Metric]] = Registry("metric", group="benchmark.metrics")
"""Metric classes by name; each is built with its parameters, all of which have defaults."""
