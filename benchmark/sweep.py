"""A run's statistics at many thresholds, and thresholds chosen on other documents than they score."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import UsageError
from benchmark.metrics.base import Metric
from benchmark.model import Annotation, Prediction
from benchmark.protocol import FEW_FOLDS, MANY_FOLDS, SMALL, Protocol, divide
from benchmark.record import number
from benchmark.stats.curves import cross_fitted
from benchmark.unit_scores import origins

if TYPE_CHECKING:
    from benchmark.kept import Rescorer

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BATCH = 2000
"""How many pieces' statistics are counted at once."""


@dataclass(frozen=True)
class CrossFit:
    """The headline score with each fold's threshold chosen on the other folds.

    Where the run is a cross-validation the folds are its own, and the model that scored the other folds has
    learned from this one: the score tells what a threshold costs, and is no result to report.

    Parameters
    ----------
    thresholds
        Of each fold.
    score
        Of all documents; None where undefined.
    own
        Whether the folds are those of the run's cross-validation.
    """

    thresholds: tuple[float, ...]
    score: float | None
    own: bool


@dataclass(frozen=True, eq=False)
class Sweep:
    """The statistics of each piece of a scoring at each threshold; equal ones are kept once.

    Parameters
    ----------
    thresholds
        Highest first, shape (t,).
    rows
        Statistics, shape (r, k).
    index
        The row of each threshold and piece, shape (t, pieces).
    """

    thresholds: Floats
    rows: Floats
    index: Ints

    def by_fold(self, fold: Ints, folds: int) -> Floats:
        """Return summed statistics, shape (t, folds, k), from the number of each piece's fold."""
        sums = np.zeros((len(self.thresholds), folds, self.rows.shape[1]))
        for which in range(folds):
            for place, index in enumerate(self.index[:, fold == which]):
                sums[place, which] = self.rows[index].sum(axis=0)
        return sums

    @cached_property
    def totals(self) -> Floats:
        """Statistics summed over all pieces, shape (t, k)."""
        return self.by_fold(np.zeros(self.index.shape[1], dtype=np.int64), 1)[:, 0]


class Judge:
    """One score of a metric on a run's scoring, and the folds that thresholds for it are chosen by.

    Parameters
    ----------
    rescorer
        Of the run.
    metric, score
        What is to be high.

    Raises
    ------
    UsageError
        Where the metric has no such score.
    """

    def __init__(self, rescorer: Rescorer, metric: Metric, score: str) -> None:
        self.rescorer, self.metric, self.score = rescorer, metric, score
        self.scoring = rescorer.scoring
        self.names = metric.scores(self.scoring.labels)
        if score not in self.names:
            known = ", ".join(self.names)
            raise UsageError(f"metric '{metric.name}' has no score '{score}'; it has {known}")

    def values(self, totals: Floats, name: str) -> Floats:
        """Return a score from summed statistics (..., k), shape (...); NaN where the metric lacks it."""
        if name not in self.names:
            return np.full(totals.shape[:-1], np.nan)
        scores = self.metric.finalize(totals, self.scoring.labels)
        return np.asarray(scores[..., self.names.index(name)])

    def count(self, gold: Sequence[Annotation], predicted: Sequence[Prediction]) -> Floats:
        """Return the statistics of pieces, shape (n, k), n above 0."""
        labels = self.scoring.labels
        starts = range(0, len(gold), BATCH)
        parts = [
            self.metric.per_document(gold[at : at + BATCH], predicted[at : at + BATCH], labels)
            for at in starts
        ]
        return np.concatenate(parts)

    def as_run(self, predictions: Sequence[Prediction]) -> float | None:
        """Return the score of predictions as they are."""
        statistics = self.rescorer.statistics(self.metric, predictions)
        return number(float(self.values(statistics.sum(axis=0), self.score)))

    def sweep(
        self, thresholds: Floats, scores: Sequence[Floats], at: Callable[[int, float], Prediction]
    ) -> Sweep:
        """Count what each threshold gives; a piece is counted anew only where something of it changes.

        Parameters
        ----------
        thresholds
            Highest first, at least one.
        scores
            Those of each piece that its answers hang on, none NaN.
        at
            The prediction for a piece at a threshold.
        """
        index = np.empty((len(thresholds), len(scores)), dtype=np.int64)
        gold: list[Annotation] = []
        predicted: list[Prediction] = []
        for piece, own in enumerate(scores):
            kept = len(own) - np.searchsorted(np.sort(own), thresholds, side="left")
            _, first, level = np.unique(kept, return_index=True, return_inverse=True)
            index[:, piece] = len(gold) + level
            gold += [self.scoring.gold[piece]] * len(first)
            predicted += [at(piece, threshold) for threshold in thresholds[first].tolist()]
        return Sweep(thresholds, self.count(gold, predicted), index)

    def cross_fit(self, sweep: Sweep) -> CrossFit:
        """Return the score where each fold of documents has the threshold that is best on the others.

        The folds keep groups on one side. They are those of the run's own cross-validation, where it is one.

        Raises
        ------
        UsageError
            Where the documents cannot be divided.
        """
        fold, own = self._folds()
        of_document, _ = origins(self.scoring)
        statistics = sweep.by_fold(fold[of_document], int(fold.max()) + 1)
        chosen, totals = cross_fitted(statistics, lambda sums: self.values(sums, self.score))
        score = number(float(self.values(totals, self.score)))
        return CrossFit(tuple(sweep.thresholds[chosen].tolist()), score, own)

    def _folds(self) -> tuple[Ints, bool]:
        """Return the number of each document's fold, and whether they are those of the run's training."""
        dataset, record = self.rescorer.dataset, self.rescorer.record
        training = record.detector.training
        if training is not None and training.folds:
            protocol = Protocol(
                folds=training.folds,
                stratified=training.stratified,
                grouped=training.grouped,
                seed=training.seed,
            )
        else:
            many = MANY_FOLDS if len(dataset.documents) <= SMALL else FEW_FOLDS
            protocol = Protocol(folds=many, seed=record.protocol.seed)
        fold = np.zeros(len(dataset.documents), dtype=np.int64)
        for place, part in enumerate(divide(dataset, protocol, self.rescorer.task).parts):
            fold[part.test] = place
        return fold, training is not None and training.folds > 0
