"""A task of a dataset made ready to score: by runs that are made, and by kept runs that are scored again.

Both go through here, so that a kept run is read exactly as it was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmark.ceiling import Annotators, annotators_of, ceiling
from benchmark.data import Dataset
from benchmark.density import read_density
from benchmark.metrics.base import Metric
from benchmark.model import Prediction
from benchmark.projection import Scoring, gold_scoring
from benchmark.protocol import Protocol, chosen_split, scored_part
from benchmark.provenance import Training
from benchmark.record import Ceiling, DatasetRecord, DetectorRecord, Resampling
from benchmark.scores import signature
from benchmark.tasks import Task

SINGLE_LABEL = "classification"
"""The metric of units that have one label each."""


class TaskScorer:
    """A task's gold as a protocol scores it, and its annotators' ceilings by metric.

    Parameters
    ----------
    task
        Bound to the dataset.
    whole
        The whole dataset.
    protocol
        How it is divided.

    Attributes
    ----------
    dataset
        What of the dataset is scored.
    scoring
        The task made ready on it.

    Raises
    ------
    UsageError
        Where the dataset lacks the protocol's split.
    """

    def __init__(self, task: Task, whole: Dataset, protocol: Protocol) -> None:
        self.task, self.whole, self.protocol = task, whole, protocol
        self.dataset = scored_part(whole, protocol, task)
        self.scoring: Scoring = gold_scoring(task, self.dataset)
        self._ceilings: dict[str, Ceiling | None] = {}

    def read(
        self, predictions: Sequence[Prediction], layer: str, seed: int
    ) -> tuple[Sequence[Prediction], Training | None]:
        """Return predictions in the task's own words: degrees where their marks' density is read.

        Parameters
        ----------
        predictions
            One a scored document, in their order.
        layer
            The layer that they were asked for in.
        seed
            Of the folds that the thresholds are found by.

        Returns
        -------
        predictions
            As they are where nothing is to be read.
        thresholds
            What the thresholds were found on; None where there are none.
        """
        if self.task.reading == "density" and layer != self.task.layer:
            return read_density(self.task, self.dataset, predictions, seed)
        return predictions, None

    def statistics(self, metric: Metric, projected: Sequence[Prediction]) -> NDArray[np.float64]:
        """Return the statistics of each cluster, shape (clusters, k), from projected predictions."""
        found = metric.per_document(self.scoring.gold, projected, self.scoring.labels)
        return self.scoring.by_cluster(found)

    @property
    def undecided(self) -> int:
        """Number of units of the scored documents, and of documents left out, without a label.

        Only where each has one.
        """
        left = 0
        if self.task.metric == SINGLE_LABEL:
            left = sum(not unit.labels for piece in self.scoring.gold for unit in piece.units)
        split = chosen_split(self.whole, self.protocol)
        available = len(self.whole.documents if split is None else self.whole.splits[split])
        return left + available - len(self.dataset.documents)

    @property
    def characters(self) -> int:
        """Number of characters of the scored documents."""
        return sum(len(document.text) for document in self.dataset.documents)

    @property
    def labels(self) -> dict[str, int]:
        """The task's labels with their number of gold spans or units."""
        return dict(zip(self.scoring.labels.names, self.scoring.labels.support, strict=True))

    @cached_property
    def _annotators(self) -> Annotators | None:
        return annotators_of(self.task, self.dataset)

    def ceiling(self, metric: Metric) -> Ceiling | None:
        """Return what the annotators score by a metric; None where the gold has none."""
        if metric.name not in self._ceilings:
            annotators = self._annotators
            self._ceilings[metric.name] = None if annotators is None else ceiling(annotators, metric)
        return self._ceilings[metric.name]

    @property
    def dataset_record(self) -> DatasetRecord:
        """Which data is scored."""
        layer = self.whole.layers[self.task.source]
        return DatasetRecord(
            self.whole.name,
            self.whole.version,
            self.whole.manifest_sha256,
            len(self.dataset.documents),
            layer.gold,
            len(layer.annotators),
            chosen_split(self.whole, self.protocol),
            self.dataset.noun,
            self.whole.family,
        )

    def resampling(self, resamples: int, seed: int) -> Resampling:
        """Return how intervals are made with so many resamples."""
        return Resampling(self.scoring.clusters, self.scoring.size, resamples, seed)

    def signature(self, metric: Metric, detector: DetectorRecord, sampling: Resampling, shared: int) -> str:
        """Return the line that says how a metric's scores are made.

        Parameters
        ----------
        metric
            The metric.
        detector
            What ran, and what it was fitted on.
        sampling
            How the intervals are made.
        shared
            Number of scored documents that were learned from.
        """
        learned = [
            *([f"protocol:{name}"] if (name := self.protocol.name) else []),
            *([f"train:{detector.training.signature}"] if detector.training else []),
            *([f"contaminated:{shared}"] if shared else []),
            *([f"thresholds:{detector.thresholds.signature}"] if detector.thresholds else []),
        ]
        return signature(metric, self.dataset_record, self.task.name, sampling, learned=learned)
