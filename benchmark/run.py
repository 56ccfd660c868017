"""From detectors and tasks to runs: predict, count, score, with intervals and ceilings.

An `Evaluator` makes what several runs on one dataset share only once: a detector's predictions in a layer,
the gold as a task scores it, the annotators' ceilings, the resamples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmark import __version__, results
from benchmark.ceiling import Annotators, annotators_of, ceiling
from benchmark.data import Dataset
from benchmark.density import read_density
from benchmark.detectors import DETECTORS, Failure, build
from benchmark.errors import UsageError
from benchmark.fileio import read_bytes, sha256
from benchmark.metrics import METRICS
from benchmark.metrics.base import Metric
from benchmark.model import Detector, Prediction
from benchmark.predictions import PredictionsFile
from benchmark.projection import Scoring, gold_scoring
from benchmark.results import DatasetRecord, DetectorRecord, MetricRecord, Resampling, Run, RunRecord, Score
from benchmark.segmentation import SCHEME
from benchmark.spec import Spec, construct, files_of
from benchmark.stats.bootstrap import Counts, intervals, resample_counts
from benchmark.tasks import TASKS, Task
from benchmark.training import Output, can_predict, run_detector

LABEL_FREE = "ptc_si"
"""The metric that spans without labels can be scored by."""


@dataclass(frozen=True)
class Settings:
    """How runs are measured.

    Parameters
    ----------
    seed
        For the resamples, the folds and the detectors.
    resamples
        Of the bootstrap.
    metrics
        Specifications of metrics; empty for each task's headline metric.
    panel
        Whether every metric of a task's panel is computed.
    """

    seed: int = 0
    resamples: int = 10_000
    metrics: tuple[str, ...] = ()
    panel: bool = False


@dataclass(frozen=True)
class _Found:
    """Predictions to score, with where they come from."""

    detector: DetectorRecord
    predictions: tuple[Prediction, ...]
    failures: tuple[Failure, ...] = ()
    seconds: float | None = None
    fit_seconds: float | None = None
    missing: int = 0


class Evaluator:
    """Scores detectors on the tasks of one dataset.

    Parameters
    ----------
    dataset
        The dataset.
    settings
        How it is measured.
    """

    def __init__(self, dataset: Dataset, settings: Settings) -> None:
        self.dataset = dataset
        self.settings = settings
        self._detectors: dict[Spec, Detector] = {}
        self._outputs: dict[tuple[Spec, str], Output] = {}
        self._tasks: dict[str, _TaskScorer] = {}
        self._counts: dict[int, Counts] = {}

    def layer_for(self, task: Task, spec: Spec) -> str | None:
        """Return the layer that a detector is asked for in a task; None where it cannot do the task."""
        if spec not in self._detectors:
            self._detectors[spec] = build(spec, self.settings.seed)
        detector = self._detectors[spec]
        able = [
            layer for layer in (task.layer, *task.span_layers) if can_predict(detector, self.dataset, layer)
        ]
        if not able:
            return None
        only = getattr(detector, "labels", None)
        wanted = task.labels if able[0] == task.layer else task.span_labels
        return None if only and wanted and only.isdisjoint(wanted) else able[0]

    def run(self, task: Task, spec: Spec) -> Run | None:
        """Run a detector on a task; None where it cannot do the task."""
        layer = self.layer_for(task, spec)
        if layer is None:
            return None
        if (spec, layer) not in self._outputs:
            self._outputs[spec, layer] = run_detector(spec, self.dataset, layer, self.settings.seed)
        output = self._outputs[spec, layer]
        files = {
            key: sha256(read_bytes(path)) for key, path in files_of(DETECTORS.get(spec.name), spec).items()
        }
        record = DetectorRecord(
            name=spec.name,
            parameters=dict(spec.parameters),
            origin=DETECTORS.origin(spec.name),
            layer=layer,
            training=output.training,
            seed=getattr(self._detectors[spec], "seed", None),
            files=files,
        )
        found = _Found(record, output.predictions, output.failures, output.seconds, output.fit_seconds)
        return self._score(task, found, self.metrics_for(task))

    def score_file(self, task: Task, file: PredictionsFile) -> Run | None:
        """Score a file of predictions on a task; None where it holds no layer of the task."""
        layers = [layer for layer in (task.layer, *task.span_layers) if layer in file.layers]
        if not layers:
            return None
        metrics = self.metrics_for(task)
        if not file.labelled and task.labels != self.dataset.layers[task.source].labels:
            return None  # spans of any technique are not those of a few
        if not file.labelled:
            metrics = [metric for metric in metrics if metric.name == LABEL_FREE]
            if not metrics:
                raise UsageError(
                    f"{file.path}: its spans have no technique, and only {LABEL_FREE} can score them: "
                    f"give --metrics {LABEL_FREE}"
                )
        record = DetectorRecord(file.title, {}, "file", layers[0], files={"predictions": file.sha256})
        found = _Found(record, file.layers[layers[0]], missing=file.missing[layers[0]])
        return self._score(task, found, metrics)

    def metrics_for(self, task: Task) -> list[Metric]:
        """Return the metrics that the settings ask for and that fit a task.

        Raises
        ------
        UsageError
            Where a metric is unknown or a parameter does not fit.
        """
        names = self.settings.metrics or (task.metrics if self.settings.panel else (task.metric,))
        built = [(spec, METRICS.get(spec.name)) for spec in map(Spec.parse, names)]
        return [construct("metric", kind, spec, {}) for spec, kind in built if fits(spec.name, kind, task)]

    def _score(self, task: Task, found: _Found, metrics: Sequence[Metric]) -> Run:
        scorer = self._scorer(task)
        predictions: Sequence[Prediction] = found.predictions
        detector = found.detector
        if task.reading == "density" and detector.layer != task.layer:
            predictions, fitted = read_density(task, self.dataset, predictions, self.settings.seed)
            detector = replace(detector, thresholds=fitted)
        projected = scorer.scoring.project(predictions)
        statistics = {
            metric.name: metric.per_document(scorer.scoring.gold, projected, scorer.scoring.labels)
            for metric in metrics
        }
        records = {
            metric.name: self._record(scorer, metric, statistics[metric.name], detector) for metric in metrics
        }
        record = RunRecord(
            task=task.name,
            headline=(task.metric, task.score),
            detector=detector,
            dataset=self._dataset_record(task),
            resampling=self._resampling(scorer.scoring),
            labels=dict(zip(scorer.scoring.labels.names, scorer.scoring.labels.support, strict=True)),
            metrics=records,
            environment=results.environment(),
            characters=sum(len(document.text) for document in self.dataset.documents),
            created=results.now(),
            seconds=found.seconds,
            fit_seconds=found.fit_seconds,
            failures=found.failures,
            missing=found.missing,
        )
        return Run(record, found.predictions, statistics)

    def _scorer(self, task: Task) -> _TaskScorer:
        if task.name not in self._tasks:
            self._tasks[task.name] = _TaskScorer(task, self.dataset)
        return self._tasks[task.name]

    def _record(
        self, scorer: _TaskScorer, metric: Metric, statistics: NDArray[np.float64], detector: DetectorRecord
    ) -> MetricRecord:
        labels = scorer.scoring.labels

        def finalize(totals: NDArray[np.float64]) -> NDArray[np.float64]:
            return metric.finalize(totals, labels)

        values = finalize(statistics.sum(axis=0))
        around = intervals(statistics, finalize, self._counts_for(len(statistics)))
        scores = {
            name: Score(results.number(value), results.number(low), results.number(high), float(undefined))
            for name, value, low, high, undefined in zip(
                metric.scores(labels), values, around.low, around.high, around.undefined, strict=True
            )
        }
        return MetricRecord(self._signature(scorer, metric, detector), scores, scorer.ceiling(metric))

    def _counts_for(self, clusters: int) -> Counts:
        if clusters not in self._counts:
            rng = np.random.default_rng(self.settings.seed)
            self._counts[clusters] = resample_counts(clusters, self.settings.resamples, rng)
        return self._counts[clusters]

    def _dataset_record(self, task: Task) -> DatasetRecord:
        layer = self.dataset.layers[task.source]
        return DatasetRecord(
            self.dataset.name,
            self.dataset.version,
            self.dataset.manifest_sha256,
            len(self.dataset.documents),
            layer.gold,
            len(layer.annotators),
        )

    def _resampling(self, scoring: Scoring) -> Resampling:
        return Resampling(scoring.clusters, len(scoring.gold), self.settings.resamples, self.settings.seed)

    def _signature(self, scorer: _TaskScorer, metric: Metric, detector: DetectorRecord) -> str:
        data = self._dataset_record(scorer.scoring.task)
        sampling = self._resampling(scorer.scoring)
        parts = [
            signed(metric),
            f"data:{data.name}@{data.version}+{data.manifest_sha256[:12]}",
            f"gold:{data.gold}({data.annotators})",
            f"task:{scorer.scoring.task.name}",
            f"n:{data.documents}",
            f"cluster:{sampling.unit}({sampling.clusters})",
            f"ci:boot,B={sampling.resamples},seed={sampling.seed}",
            f"zero:{getattr(metric, 'zero_division', 'nan')}",
            f"tok:{SCHEME}",
            *([f"train:{detector.training.signature}"] if detector.training else []),
            *([f"thresholds:{detector.thresholds.signature}"] if detector.thresholds else []),
            f"v:{__version__}",
        ]
        return "|".join(parts)


class _TaskScorer:
    """A task's gold and its annotators' ceilings, by metric."""

    def __init__(self, task: Task, dataset: Dataset) -> None:
        self.scoring = gold_scoring(task, dataset)
        self._dataset = dataset
        self._ceilings: dict[str, results.Ceiling | None] = {}

    @cached_property
    def _annotators(self) -> Annotators | None:
        return annotators_of(self.scoring.task, self._dataset)

    def ceiling(self, metric: Metric) -> results.Ceiling | None:
        if metric.name not in self._ceilings:
            annotators = self._annotators
            self._ceilings[metric.name] = None if annotators is None else ceiling(annotators, metric)
        return self._ceilings[metric.name]


def signed(metric: Metric) -> str:
    """Return a metric's name with all of its parameters, defaults too, for a signature."""
    parameters = getattr(metric, "parameters", "")
    name = getattr(metric, "registered", metric.name)
    return f"{name}({parameters})" if parameters else name


def fits(name: str, kind: type[Metric], task: Task) -> bool:
    """Return whether a metric can score a task.

    The project's own stand in the panels of the tasks that they fit. Another package's metric says by a class
    attribute `scores_units` whether it scores units; without it, it scores spans.
    """
    panels = [other.metrics for other in map(TASKS.get, TASKS)]
    if any(name in panel for panel in panels):
        return name in task.metrics
    return bool(getattr(kind, "scores_units", False)) == (task.unit is not None)
