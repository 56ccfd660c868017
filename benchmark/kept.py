"""Kept runs read again: their predictions, their statistics, and scoring them anew without a detector.

A `Rescorer` makes from a record and the dataset what the run was scored with, so that other statistics can be
counted from the same predictions: of a slice, of a type of error, by another metric.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark import data
from benchmark.data import Dataset
from benchmark.errors import DataError, Fault, UsageError, one_line
from benchmark.metrics import METRICS
from benchmark.metrics.base import LabelSet, Metric
from benchmark.model import Prediction
from benchmark.predictions import read_predictions
from benchmark.projection import Scoring
from benchmark.protocol import Protocol
from benchmark.record import RunRecord
from benchmark.results import PREDICTIONS, RUN, STATISTICS, load_record
from benchmark.scorer import TaskScorer
from benchmark.spec import Spec, construct
from benchmark.statistics_file import read_statistics
from benchmark.tasks import Task, task_of

MOST_CELLS = 2_000_000_000
"""So many clusters, over all resamples, may be drawn: one byte each."""
MOST_RESAMPLES = 1_000_000
"""A record that says that it took more resamples is refused before they are made."""


class Rescorer:
    """Scores predictions as a kept run was scored.

    Parameters
    ----------
    dataset
        The whole dataset that the run was made on, in the same state.
    record
        The run's record.
    scorer
        Its task made ready, where that is at hand; runs that share it share ceilings too.

    Raises
    ------
    UsageError
        Where the dataset has no such task or split.
    """

    def __init__(self, dataset: Dataset, record: RunRecord, scorer: TaskScorer | None = None) -> None:
        self.record = record
        self.scorer = scorer or scorer_of(dataset, record)
        self._last: tuple[Sequence[Prediction], list[Prediction]] | None = None

    @property
    def task(self) -> Task:
        """The task, bound to the dataset, with the headline of the run."""
        return self.scorer.task

    @property
    def scoring(self) -> Scoring:
        """The task made ready on what is scored."""
        return self.scorer.scoring

    @property
    def dataset(self) -> Dataset:
        """What of the dataset is scored."""
        return self.scorer.dataset

    @property
    def labels(self) -> LabelSet:
        """The task's labels with their support in what is scored."""
        return self.scoring.labels

    @property
    def seed(self) -> int:
        """Seed of the folds by which thresholds of a density are found."""
        fitted = self.record.detector.thresholds
        return self.record.resampling.seed if fitted is None else fitted.seed

    def metric(self, name: str) -> Metric:
        """Return a metric by the name under which a record holds it: "overlap(threshold=0.3)".

        Raises
        ------
        UsageError
            Where there is no such metric, or it has no such parameter.
        """
        return metric_named(name)

    def project(self, predictions: Sequence[Prediction]) -> list[Prediction]:
        """Return what the task scores of predictions, one a piece: a document, or one of its paragraphs.

        Marks whose density is read as a degree are read first, with the run's own seed.

        Parameters
        ----------
        predictions
            One a scored document, in their order, in the layer that the detector was asked for.
        """
        if self._last is None or self._last[0] is not predictions:
            found, _ = self.scorer.read(predictions, self.record.detector.layer, self.seed)
            self._last = predictions, self.scoring.project(found)
        return self._last[1]

    def statistics(self, metric: Metric | str, predictions: Sequence[Prediction]) -> NDArray[np.float64]:
        """Return a metric's statistics of predictions, shape (clusters, k).

        Parameters
        ----------
        metric
            The metric, or its name in a record.
        predictions
            As for `project`.
        """
        built = self.metric(metric) if isinstance(metric, str) else metric
        return self.scorer.statistics(built, self.project(predictions))


def scorer_of(dataset: Dataset, record: RunRecord) -> TaskScorer:
    """Return the task of a record, with its headline, made ready on what the record's protocol scores.

    Raises
    ------
    UsageError
        Where the dataset has no such task or split.
    """
    metric, score = record.headline
    task = replace(task_of(dataset, record.task), metric=metric, score=score)
    return TaskScorer(task, dataset, record.protocol)


def metric_named(name: str) -> Metric:
    """Return a metric by its name, as records write it: "exact" or "overlap(threshold=0.3)".

    Raises
    ------
    UsageError
        Where there is no such metric, or it has no such parameter.
    """
    registered, _, rest = name.partition("(")
    spec = Spec.parse(f"{registered}:{rest.removesuffix(')')}")
    metric = construct("metric", METRICS.get(spec.name), spec, {})
    if metric.name != name:
        raise UsageError(f"no metric is named '{one_line(name)}'; the one meant is '{metric.name}'")
    return metric


def dataset_of(record: RunRecord, given: Path | None = None) -> Dataset:
    """Return the dataset that a run was made on, in the same state.

    Parameters
    ----------
    record
        The run's record.
    given
        The dataset's folder; None for the shipped or added dataset of the record's name.

    Raises
    ------
    UsageError
        Where it is not at hand, or in another state than the record says.
    DataError
        Where its folder has faults.
    """
    return same_state(record, at_hand(record, given))


def at_hand(record: RunRecord, given: Path | None = None) -> Dataset:
    """Return the dataset of the name that a record gives, in whatever state it is.

    A name alone is looked up: what a record calls its dataset is never taken for a folder.

    Raises
    ------
    UsageError
        Where there is none of that name, or the folder given holds another.
    DataError
        Where its folder has faults.
    """
    name = record.dataset.name
    if given is None and name not in data.names():
        raise UsageError(
            f"dataset '{one_line(name)}' is not at hand: add it with 'bench data add', "
            "or name its folder with --data"
        )
    dataset = data.load(name if given is None else given)
    if dataset.name != name:
        raise UsageError(f"{given}: holds dataset '{dataset.name}'; the run was made on '{one_line(name)}'")
    return dataset


def same_state(record: RunRecord, dataset: Dataset) -> Dataset:
    """Return a dataset that is in the state that a record says.

    Raises
    ------
    UsageError
        Where its version or its manifest's checksum is another.
    """
    recorded = record.dataset
    told = []
    if dataset.version != recorded.version:
        told.append(f"version {dataset.version} is at hand, the run was made on {one_line(recorded.version)}")
    if dataset.manifest_sha256 != recorded.manifest_sha256:
        told.append(
            f"the manifest's SHA-256 is {dataset.manifest_sha256[:12]}…, "
            f"the run was made on {one_line(recorded.manifest_sha256[:12])}…"
        )
    if told:
        raise UsageError(
            f"dataset '{dataset.name}' is in another state: {'; '.join(told)}. Bring it into the state "
            "that was scored, which bench verify takes with --data, or make the run again"
        )
    return dataset


class Shelf:
    """Datasets, and tasks made ready on them, loaded once for the runs that share them.

    Parameters
    ----------
    given
        Folder of a dataset that is used for the runs on a dataset of its name; None for those known by name.
    """

    def __init__(self, given: Path | None = None) -> None:
        self._given = given
        self._named = None if given is None else data.manifest_of(given).name
        self._datasets: dict[str, Dataset] = {}
        self._scorers: dict[tuple[str, str, tuple[str, str], Protocol], TaskScorer] = {}

    def at_hand(self, record: RunRecord) -> Dataset:
        """Return the dataset of a record's name, in whatever state it is; raises as `at_hand` does."""
        name = record.dataset.name
        if name not in self._datasets:
            self._datasets[name] = at_hand(record, self._given if name == self._named else None)
        return self._datasets[name]

    def dataset(self, record: RunRecord) -> Dataset:
        """Return the dataset that a run was made on; raises as `dataset_of` does."""
        return same_state(record, self.at_hand(record))

    def rescorer(self, record: RunRecord) -> Rescorer:
        """Return what scores a run again; raises as `dataset_of` and `Rescorer` do."""
        dataset = self.dataset(record)
        key = dataset.name, record.task, (record.headline[0], record.headline[1]), record.protocol
        if key not in self._scorers:
            self._scorers[key] = scorer_of(dataset, record)
        return Rescorer(dataset, record, self._scorers[key])


class KeptRun:
    """A run folder. What it holds besides the record is read when it is first asked for.

    Parameters
    ----------
    path
        The folder.
    record
        What its run.json holds.
    shelf
        Where the datasets stand.
    """

    def __init__(self, path: Path, record: RunRecord, shelf: Shelf) -> None:
        self.path, self.record, self._shelf = path, record, shelf

    @cached_property
    def statistics(self) -> Mapping[str, NDArray[np.float64]]:
        """The statistics of each metric, shape (clusters, k).

        Raises
        ------
        UsageError, DataError
            Where `statistics.npz` cannot be read, or does not hold what the record says.
        """
        return read_statistics(
            self.path / STATISTICS, tuple(self.record.metrics), self.record.resampling.clusters
        )

    @cached_property
    def rescorer(self) -> Rescorer:
        """What scores the run again; it loads the dataset.

        Raises
        ------
        UsageError, DataError
            Where the dataset is not at hand, in another state, or has no such task or split.
        """
        return self._shelf.rescorer(self.record)

    @cached_property
    def predictions(self) -> tuple[Prediction, ...]:
        """The predictions as they are stored, one a scored document, in their order.

        Raises
        ------
        UsageError, DataError
            Where `predictions.jsonl` or the dataset cannot be read; all faults are listed by line.
        """
        return self._read[0]

    @property
    def unnamed(self) -> int:
        """Number of scored documents that `predictions.jsonl` has no line for; raises as `predictions`."""
        return self._read[1]

    @cached_property
    def _read(self) -> tuple[tuple[Prediction, ...], int]:
        rescorer, layer = self.rescorer, self.record.detector.layer
        path = self.path / PREDICTIONS
        file = read_predictions(path, rescorer.scorer.whole, rescorer.dataset, rescorer.task.layer)
        if layer not in file.layers:
            told = f"holds no predictions in layer '{layer}', which the record says was predicted"
            raise DataError([Fault(path, None, told)])
        return file.layers[layer], file.missing[layer]


def open_run(path: Path, shelf: Shelf | None = None) -> KeptRun:
    """Return a kept run, of which only the record is read at once.

    Parameters
    ----------
    path
        A run folder.
    shelf
        Where the datasets stand; give several runs one, so that each dataset is loaded once.

    Raises
    ------
    UsageError
        Where it is no run folder.
    DataError
        Where its record is broken, or says what no run can say.
    """
    record = load_record(path)
    sampling = record.resampling
    told = []
    if not 1 <= sampling.resamples <= MOST_RESAMPLES:
        told.append(f"{sampling.resamples} resamples; a run takes from 1 to {MOST_RESAMPLES}")
    thresholds = record.detector.thresholds
    for seed in (sampling.seed, 0 if thresholds is None else thresholds.seed):
        told += [f"seed {seed}; a seed is not negative"] if seed < 0 else []
    if not record.metrics:
        told.append("no metric")
    if sampling.clusters < 0:
        told.append(f"{sampling.clusters} clusters")
    if sampling.resamples * max(sampling.clusters, 1) > MOST_CELLS:
        told.append(
            f"{sampling.resamples} resamples of {sampling.clusters} clusters: {MOST_CELLS:,} at most in all"
        )
    if told:
        raise DataError([Fault(path / RUN, None, message) for message in told])
    return KeptRun(path if path.is_dir() else path.parent, record, shelf or Shelf())
