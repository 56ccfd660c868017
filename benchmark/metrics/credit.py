"""The statistics that most metrics share, and the scores made from their sum.

Each label has four statistics: the credit that its predictions earn, how many predictions (or characters, or
tokens) there are, the credit that its gold earns, and how much gold there is. They add up over documents.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import Field, dataclass, fields
from typing import Any, ClassVar

import numpy as np

from benchmark.metrics.base import Floats, has_gold
from benchmark.model import Annotation, Prediction

_KINDS = ("precision", "recall", "f1")
FIELDS = 4
"""Statistics of a label: credit to predicted, number predicted, credit to gold, number gold."""


def require_same_documents(gold: Sequence[Annotation], predicted: Sequence[Prediction]) -> None:
    """Raise ValueError unless gold and predictions are of the same documents in the same order."""
    if len(gold) != len(predicted):
        raise ValueError(f"{len(gold)} annotations, but {len(predicted)} predictions")
    for annotation, prediction in zip(gold, predicted, strict=True):
        if annotation.document.id != prediction.document:
            raise ValueError(
                f"a prediction for '{prediction.document}' stands in the place of '{annotation.document.id}'"
            )


def precision_recall_f1(statistics: Floats, undefined: float) -> Floats:
    """Return precision, recall and F1 from the four statistics.

    F1 is 2PR / (P + R), which for counts is 2TP / (2TP + FP + FN). It is 0 where precision or recall is 0 or
    undefined, and NaN where there is neither gold nor any prediction.

    Parameters
    ----------
    statistics
        Shape (..., 4), in the order of `FIELDS`.
    undefined
        Value of a precision without predictions and of a recall without gold.

    Returns
    -------
    NDArray
        Shape (..., 3).
    """
    # Field by field: reductions over an axis of two are many times slower, and this runs on every resample.
    found, predicted, recovered, gold = _fields(statistics)
    scores = np.empty((*found.shape, 3))
    scores[..., 0] = divide(found, predicted, undefined)
    scores[..., 1] = divide(recovered, gold, undefined)
    scores[..., 2] = f1_of(found, predicted, recovered, gold)
    return scores


def f1_of(found: Floats, predicted: Floats, recovered: Floats, gold: Floats) -> Floats:
    """Return F1 alone, as `precision_recall_f1` does, from its four statistics, all of one shape."""
    precision, recall = divide(found, predicted, 0.0), divide(recovered, gold, 0.0)
    f1 = np.asarray(divide(2 * precision * recall, precision + recall, 0.0))
    f1[(predicted <= 0) & (gold <= 0)] = np.nan
    return f1


def divide(numerator: Floats, denominator: Floats, undefined: float) -> Floats:
    """Return a ratio of arrays of one shape, and `undefined` where the denominator is not above 0."""
    out = np.full_like(denominator, undefined, dtype=np.float64)  # as it lies in memory, which is faster
    return np.divide(numerator, denominator, out=out, where=denominator > 0)


def macro_average(values: Floats, labels: Sequence[str]) -> Floats:
    """Return the mean over the labels that have gold in the whole dataset.

    Parameters
    ----------
    values
        One value a label, shape (..., L). NaN in a label that counts makes the mean NaN.
    labels
        The L labels; a `LabelSet` says which have gold.

    Returns
    -------
    NDArray
        Shape (...); NaN where no label has gold.
    """
    counted = has_gold(labels)
    if not counted.any():
        return np.full(values.shape[:-1], np.nan)
    mean: Floats = values[..., counted].mean(axis=-1)
    return mean


def tally(
    documents: int,
    labels: int,
    predicted: tuple[Floats, Floats],
    gold: tuple[Floats, Floats],
) -> Floats:
    """Return statistics of documents, shape (n, 4L), from the credit and number of each document and label.

    Parameters
    ----------
    documents, labels
        n and L.
    predicted, gold
        Credit and number, each of shape (n * L,).
    """
    return np.stack([*predicted, *gold], axis=-1).reshape(documents, labels * FIELDS)


def label_scores(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the names of precision, recall and F1 of every label."""
    return tuple(f"{score}:{label}" for label in labels for score in ("precision", "recall", "f1"))


def _fields(statistics: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the four statistics from an array of shape (..., 4)."""
    return statistics[..., 0], statistics[..., 1], statistics[..., 2], statistics[..., 3]


def _narrowed_macro(labels: Sequence[str]) -> tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]:
    """Return the two functions of macro-F1, on the statistics of the labels with gold."""
    counted = has_gold(labels)

    def reduce(statistics: Floats) -> Floats:
        cells = statistics.reshape(*statistics.shape[:-1], len(labels), FIELDS)[..., counted, :]
        return cells.reshape(*statistics.shape[:-1], counted.sum() * FIELDS)

    def finalize(totals: Floats) -> Floats:
        cells = totals.reshape(*totals.shape[:-1], counted.sum(), FIELDS)
        each = f1_of(*_fields(cells))
        if not counted.any():
            return np.full((*each.shape[:-1], 1), np.nan)
        mean: Floats = each.mean(axis=-1, keepdims=True)
        return mean

    return reduce, finalize


@dataclass(frozen=True)
class NamedMetric:
    """A metric whose parameters are the fields of a dataclass, all with defaults.

    Attributes
    ----------
    registered
        Name under which the class is registered.
    zero_division
        What a ratio with an empty denominator is, as the signature states it: "nan" or "0".
    """

    registered: ClassVar[str]
    zero_division: ClassVar[str] = "nan"

    @property
    def name(self) -> str:
        """The registered name, with the parameters that differ from their defaults."""
        changed = [field for field in fields(self) if getattr(self, field.name) != field.default]
        return f"{self.registered}({self._written(changed)})" if changed else self.registered

    @property
    def parameters(self) -> str:
        """All parameters, as the signature states them: "threshold=0.5"; empty where there is none."""
        return self._written(fields(self))

    def _written(self, chosen: Sequence[Field[Any]]) -> str:
        return ",".join(f"{field.name}={getattr(self, field.name)}" for field in chosen)


@dataclass(frozen=True)
class CreditMetric(NamedMetric):
    """A metric on the four statistics of each label: micro, macro and per-label precision, recall, F1."""

    def scores(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return precision, recall, f1, macro_f1, and the first three of each label."""
        return ("precision", "recall", "f1", "macro_f1", *label_scores(labels))

    def narrowed(
        self, labels: Sequence[str], score: str
    ) -> tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]] | None:
        """Return the two functions of one score: to the statistics that it needs, and from their sum.

        Four are enough, but for macro-F1: it needs those of every label with gold.
        """
        kind, _, label = score.partition(":")
        if score == "macro_f1":
            return _narrowed_macro(labels)
        if kind not in _KINDS:
            return None
        place, undefined = _KINDS.index(kind), float(self.zero_division)
        chosen = slice(None) if not label else [list(labels).index(label)]

        def reduce(statistics: Floats) -> Floats:
            cells = statistics.reshape(*statistics.shape[:-1], len(labels), FIELDS)
            total: Floats = cells[..., chosen, :].sum(axis=-2)
            return total

        def finalize(totals: Floats) -> Floats:
            if kind == "f1":
                return f1_of(*_fields(totals))[..., np.newaxis]
            return precision_recall_f1(totals, undefined)[..., [place]]

        return reduce, finalize

    def finalize(self, totals: Floats, labels: Sequence[str]) -> Floats:
        """Return scores from summed statistics.

        Precision is undefined where nothing is predicted, recall where there is no gold; both are then what
        `zero_division` says. F1 is 0 where one of the two is 0 or undefined, and NaN where neither gold nor
        any prediction exists. Macro-F1 is the mean over the labels that have gold in the whole dataset.

        Parameters
        ----------
        totals
            Shape (..., 4L).
        labels
            The L labels.

        Returns
        -------
        NDArray
            Shape (..., 4 + 3L), in the order of `scores`.
        """
        leading = totals.shape[:-1]
        undefined = float(self.zero_division)
        cells = totals.reshape(*leading, len(labels), FIELDS)
        micro = precision_recall_f1(cells.sum(axis=-2), undefined)
        each = precision_recall_f1(cells, undefined)
        macro = macro_average(each[..., 2], labels)[..., np.newaxis]
        return np.concatenate([micro, macro, each.reshape(*leading, -1)], axis=-1)
