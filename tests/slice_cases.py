"""What tests of slices need: a run of predictions that are written down, on a small dataset."""

from __future__ import annotations

from dataclasses import replace

from benchmark.data import Dataset
from benchmark.environment import Environment
from benchmark.kept import Rescorer
from benchmark.model import Prediction
from benchmark.protocol import Protocol
from benchmark.record import DatasetRecord, DetectorRecord, Resampling, RunRecord
from benchmark.scorer import TaskScorer
from benchmark.slices import slices
from benchmark.tasks import task_of

RESAMPLES = 500


def rescorer_of(dataset: Dataset, task: str, detector: str = "file") -> Rescorer:
    """Return what scores a run of a detector on a task of a dataset."""
    bound = task_of(dataset, task)
    scorer = TaskScorer(bound, dataset, Protocol())
    sampling = Resampling(scorer.scoring.clusters, scorer.scoring.size, RESAMPLES, 0)
    record = RunRecord(
        task=task,
        headline=(bound.metric, bound.score),
        detector=DetectorRecord(detector, {}, "file", bound.layer),
        dataset=DatasetRecord(dataset.name, "1.0.0", "0" * 64, len(dataset.documents), "people", 0),
        resampling=sampling,
        labels=dict(zip(scorer.scoring.labels.names, scorer.scoring.labels.support, strict=True)),
        metrics={},
        environment=Environment("0.1.0", None, None, "3.11.0", "linux", {}),
        characters=100,
        created="2026-01-01T00:00:00+00:00",
    )
    return Rescorer(dataset, record, scorer)


def predicted(rescorer: Rescorer, found) -> tuple[Prediction, ...]:
    """Return predictions of spans, or of units, one a document."""
    layer, units = rescorer.task.layer, rescorer.task.unit is not None
    return tuple(
        Prediction(document.id, layer, () if units else tuple(own), tuple(own) if units else ())
        for document, own in zip(rescorer.dataset.documents, found, strict=True)
    )


def sliced(rescorer: Rescorer, by: str, found, metric: str | None = None, score: str | None = None):
    """Return the slices of a run by name, and the metric."""
    task = rescorer.task
    built = rescorer.metric(metric or task.metric)
    parts = slices(rescorer, by, predicted(rescorer, found), built, score or task.score)
    return {part.name: part for part in parts}, built


def values(part, metric) -> dict[str, float]:
    """Return all scores of a slice."""
    scores = metric.finalize(part.statistics.sum(axis=0), part.labels)
    return dict(zip(metric.scores(part.labels), scores.tolist(), strict=True))


def with_metadata(dataset: Dataset, fields) -> Dataset:
    """Return the dataset with fields of metadata for each document, in its documents and its gold."""
    documents = [
        replace(document, metadata=own) for document, own in zip(dataset.documents, fields, strict=True)
    ]
    gold = {
        layer: tuple(replace(a, document=document) for a, document in zip(given, documents, strict=True))
        for layer, given in dataset.gold.items()
    }
    return replace(dataset, documents=tuple(documents), gold=gold)
