"""From detectors and tasks to runs: predict, count, score, with intervals and ceilings.

An `Evaluator` makes what several runs on one dataset share only once: a detector's predictions in a layer,
the gold as a task scores it, the annotators' ceilings, the resamples.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmark.answers import Account
from benchmark.contamination import Shared, named
from benchmark.data import Dataset
from benchmark.detectors import Builder, Failure
from benchmark.environment import environment, now
from benchmark.errors import BenchError, DetectorWarning, UsageError
from benchmark.identity import files_of_detector, origin_of, unshown_of
from benchmark.metrics import METRICS
from benchmark.metrics.base import Metric
from benchmark.model import Detector, Prediction
from benchmark.predictions import PredictionsFile
from benchmark.protocol import Protocol, chosen_split, scored_part
from benchmark.record import DetectorRecord, MetricRecord, Resampling, Run, RunRecord
from benchmark.scorer import TaskScorer
from benchmark.scores import Resamples, scores_of
from benchmark.spec import Spec, construct
from benchmark.subject import Subject, gives, knows, must_fit, subjects
from benchmark.tasks import TASKS, Task
from benchmark.training import Order, Output, can_learn, detector_seed, run_detector
from benchmark.usage import Spread, usage_of

LABEL_FREE = "ptc_si"
"""The metric that spans without labels can be scored by."""
FILE = "file"
"""The origin of predictions that no detector was asked for here."""


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
    protocol
        How datasets are divided.
    strict
        Whether a run whose test documents were learned from is refused, not only marked.
    fresh
        Whether detectors that keep answers of earlier runs ask anew.
    """

    seed: int = 0
    resamples: int = 10_000
    metrics: tuple[str, ...] = ()
    panel: bool = False
    protocol: Protocol = field(default_factory=Protocol)
    strict: bool = False
    fresh: bool = False


@dataclass(frozen=True)
class _Found:
    """Predictions to score, with where they come from."""

    detector: DetectorRecord
    predictions: tuple[Prediction, ...]
    failures: tuple[Failure, ...] = ()
    seconds: float | None = None
    fit_seconds: float | None = None
    missing: int = 0
    shared: tuple[Shared, ...] = ()
    account: Account = field(default_factory=Account)


class Evaluator:
    """Scores detectors on the tasks of one dataset.

    Parameters
    ----------
    dataset
        The dataset.
    settings
        How it is measured.
    make
        Builds the detectors, where several evaluators of one command share those that serve all tasks.
    """

    def __init__(self, dataset: Dataset, settings: Settings, make: Builder | None = None) -> None:
        self.dataset = dataset
        self.settings = settings
        self._make = make or Builder(settings.seed)
        self.split = chosen_split(dataset, settings.protocol)
        self._detectors: dict[Spec, Detector] = {}
        self._outputs: dict[tuple[Spec, Subject], Output] = {}
        self._tasks: dict[str, TaskScorer] = {}
        self._resamples = Resamples(settings.resamples, settings.seed)

    @property
    def protocol(self) -> Protocol:
        """How the dataset is divided."""
        return self.settings.protocol

    @cached_property
    def scored(self) -> Dataset:
        """What of the dataset a file of predictions is about: its split, or all of it."""
        return scored_part(self.dataset, replace(self.settings.protocol, stratified=False))

    def detector(self, spec: Spec) -> Detector:
        """Return a detector, built once, to ask what it can do."""
        if spec not in self._detectors:
            self._detectors[spec] = self._make(spec)
        return self._detectors[spec]

    def subject_for(self, task: Task, spec: Spec) -> Subject | None:
        """Return what a detector is asked for in a task; None where it cannot do the task."""
        detector = self.detector(spec)
        for subject in subjects(task, self.dataset):
            if knows(detector, subject, str(spec)):
                learned = not must_fit(detector, subject) or can_learn(self._order(task), subject)
                if learned:
                    return subject if gives(detector, subject, str(spec)) else None
        return None

    def _order(self, task: Task) -> Order:
        settings = self.settings
        return Order(
            self.dataset, task, settings.protocol, settings.seed, fresh=settings.fresh, make=self._make
        )

    def run(self, task: Task, spec: Spec, say: Callable[[str], None] | None = None) -> Run | None:
        """Run a detector on a task; None where it cannot do the task.

        Parameters
        ----------
        task
            Bound to the dataset.
        spec
            Which detector.
        say
            Called with what a training that takes long is doing.

        Raises
        ------
        BenchError
            Where the settings are strict and a scored document was learned from.
        """
        subject = self.subject_for(task, spec)
        if subject is None:
            return None
        detector = self.detector(spec)
        # What learned nothing, or all that it knows at once, predicts the same whatever labels are scored.
        always = not must_fit(detector, subject) and not hasattr(detector, "chosen")
        key = spec, replace(subject, labels=(), unit="") if always else subject
        if key not in self._outputs:
            self._outputs[key] = run_detector(spec, self._order(task), subject, say)
        output = self._outputs[key]
        if self.settings.strict:
            self._refuse(task, spec, output.shared)
        record = DetectorRecord(
            name=spec.name,
            value=spec.value,
            parameters=dict(spec.parameters),
            origin=origin_of(spec),
            layer=subject.layer,
            training=output.training,
            seed=detector_seed(detector),
            files=files_of_detector(spec, detector),
            unshown=unshown_of(spec, detector),
        )
        found = _Found(
            record,
            output.predictions,
            output.failures,
            output.seconds,
            output.fit_seconds,
            shared=output.shared,
            account=output.account or Account(),
        )
        return self._score(task, found, self.metrics_for(task))

    def _refuse(self, task: Task, spec: Spec, shared: Sequence[Shared]) -> None:
        if shared:
            raise BenchError(
                f"{self.dataset.name}/{task.name}: detector '{spec}' learned from {len(shared)} of the "
                f"documents that are scored: {named(shared)}; without --strict the run is marked"
            )

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
        record = DetectorRecord(file.title, {}, FILE, layers[0], files={"predictions": file.sha256})
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
        detector = found.detector
        predictions, fitted = scorer.read(found.predictions, detector.layer, self.settings.seed)
        if fitted is not None:
            detector = replace(detector, thresholds=fitted)
        projected = scorer.scoring.project(predictions)
        statistics = {metric.name: scorer.statistics(metric, projected) for metric in metrics}
        records = {
            metric.name: self._record(scorer, metric, statistics[metric.name], detector, found.shared)
            for metric in metrics
        }
        record = RunRecord(
            task=task.name,
            headline=(task.metric, task.score),
            detector=detector,
            dataset=scorer.dataset_record,
            resampling=self._resampling(scorer),
            labels=scorer.labels,
            metrics=records,
            environment=environment(detector.origin),
            characters=scorer.characters,
            created=now(),
            seconds=found.seconds,
            fit_seconds=found.fit_seconds,
            failures=found.failures,
            missing=found.missing,
            undecided=scorer.undecided,
            shared=found.shared,
            protocol=self.settings.protocol,
            usage=usage_of(found.account, self._spread(scorer, found, metrics)),
        )
        self._warn(scorer, found)
        predictions = scorer.scoring.kept(found.predictions)
        return Run(record, predictions, statistics, found.account.answers, found.account.log)

    def _warn(self, scorer: TaskScorer, found: _Found) -> None:
        """Say where units of another kind were labelled than are scored, which count as nothing found."""
        strange = scorer.scoring.other_units(found.predictions)
        if strange:
            who = "" if found.detector.origin == FILE else "detector "
            where = f"{self.dataset.name}/{scorer.task.name}"
            text = f"{who}'{found.detector.spec}' in {where} {strange}"
            warnings.warn(text, DetectorWarning, stacklevel=3)

    def _spread(
        self, scorer: TaskScorer, found: _Found, metrics: Sequence[Metric]
    ) -> dict[str, dict[str, Spread]]:
        """Return the spread of each metric's overall scores over the samples; nothing for one sample."""
        values: dict[str, list[NDArray[np.float64]]] = {}
        for sample in found.account.samples:
            read, _ = scorer.read(sample, found.detector.layer, self.settings.seed)
            projected = scorer.scoring.project(read)
            for metric in metrics:
                totals = scorer.statistics(metric, projected).sum(axis=0)
                values.setdefault(metric.name, []).append(metric.finalize(totals, scorer.scoring.labels))
        named = {metric.name: metric.scores(scorer.scoring.labels) for metric in metrics}
        return {
            metric: {
                name: Spread.of(float(scores[place]) for scores in found_scores)
                for place, name in enumerate(named[metric])
                if ":" not in name
            }
            for metric, found_scores in values.items()
        }

    def _scorer(self, task: Task) -> TaskScorer:
        if task.name not in self._tasks:
            self._tasks[task.name] = TaskScorer(task, self.dataset, self.settings.protocol)
        return self._tasks[task.name]

    def _resampling(self, scorer: TaskScorer) -> Resampling:
        return scorer.resampling(self.settings.resamples, self.settings.seed)

    def _record(
        self,
        scorer: TaskScorer,
        metric: Metric,
        statistics: NDArray[np.float64],
        detector: DetectorRecord,
        shared: Sequence[Shared],
    ) -> MetricRecord:
        scores = scores_of(metric, statistics, scorer.scoring.labels, self._resamples)
        line = scorer.signature(metric, detector, self._resampling(scorer), len(shared))
        return MetricRecord(line, scores, scorer.ceiling(metric))


def fits(name: str, kind: type[Metric], task: Task) -> bool:
    """Return whether a metric can score a task.

    The project's own stand in the panels of the tasks that they fit. Another package's metric says by a class
    attribute `scores_units` whether it scores units; without it, it scores spans.
    """
    panels = [other.metrics for other in map(TASKS.get, TASKS)]
    if any(name in panel for panel in panels):
        return name in task.metrics
    return bool(getattr(kind, "scores_units", False)) == (task.unit is not None)
