"""The ceiling: what the annotators themselves score by the metrics that score detectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.adjudicate import adjudicate_layer
from benchmark.data import Dataset
from benchmark.metrics.base import Metric
from benchmark.model import Annotation, Prediction
from benchmark.projection import Scoring, gold_scoring, scoring
from benchmark.results import Ceiling, Range, number
from benchmark.tasks import Task


@dataclass(frozen=True)
class Annotators:
    """The annotators' marks as predictions, with the gold that each is held against.

    Parameters
    ----------
    full
        For each annotator the full gold and the marks, projected.
    others
        For each annotator the gold made from the others and the marks, projected; empty where fewer than
        two others would make it.
    """

    full: tuple[tuple[Scoring, list[Prediction]], ...]
    others: tuple[tuple[Scoring, list[Prediction]], ...]


def annotators_of(task: Task, dataset: Dataset) -> Annotators | None:
    """Return what the ceilings of a task are made from; None where its gold has no annotators."""
    marks = dataset.marks.get(task.source, {})
    if len(marks) < 2:
        return None
    gold = gold_scoring(task, dataset)
    full, others = [], []
    for name, own in marks.items():
        predictions = [as_prediction(annotation) for annotation in own]
        full.append((gold, gold.project(predictions)))
        rest = [given for other, given in marks.items() if other != name]
        if len(rest) > 1:
            against = scoring(task, dataset.documents, adjudicated(task.source, dataset, rest))
            others.append((against, against.project(predictions)))
    return Annotators(tuple(full), tuple(others))


def as_prediction(annotation: Annotation) -> Prediction:
    """Return an annotator's marks as if a detector had predicted them."""
    return Prediction(annotation.document.id, annotation.layer, annotation.spans, annotation.units)


def adjudicated(layer: str, dataset: Dataset, marks: Sequence[Sequence[Annotation]]) -> list[Annotation]:
    """Return the gold that some annotators' marks make, a document each, by the dataset's rule.

    Parameters
    ----------
    layer
        The layer.
    dataset
        Its documents and entity names.
    marks
        For each annotator one annotation a document, in the dataset's order.
    """
    kind = dataset.layers[layer].kind
    return [
        adjudicate_layer(document, layer, kind, [given[index] for given in marks], dataset.aliases)
        for index, document in enumerate(dataset.documents)
    ]


def ceiling(annotators: Annotators, metric: Metric) -> Ceiling:
    """Return both ceilings by a metric, over the annotators."""
    return Ceiling(_ranges(annotators.others, metric), _ranges(annotators.full, metric))


def _ranges(pairs: Sequence[tuple[Scoring, list[Prediction]]], metric: Metric) -> dict[str, Range]:
    if not pairs:
        return {}
    names = metric.scores(pairs[0][0].labels)
    scores = np.array(
        [
            metric.finalize(metric.per_document(s.gold, found, s.labels).sum(axis=0), s.labels)
            for s, found in pairs
        ]
    )
    return {name: _range(scores[:, index]) for index, name in enumerate(names)}


def _range(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Range:
    """Return mean, lowest and highest; undefined where a score of any annotator is."""
    if np.isnan(values).any():
        return Range(None, None, None)
    return Range(number(values.mean()), number(values.min()), number(values.max()))
