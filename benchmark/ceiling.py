"""The ceiling: what the annotators themselves score by the metrics that score detectors.

Each annotator is scored on the documents that this one saw. The ceiling is the score of all of them pooled:
one `finalize` of their summed statistics; the range is over those who have a score of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.adjudicate import adjudicate_layer
from benchmark.data import Dataset
from benchmark.metrics.base import LabelSet, Metric
from benchmark.model import Annotation, Prediction
from benchmark.projection import Scoring, scoring
from benchmark.record import Ceiling, Range, number
from benchmark.tasks import Task

FEWEST_OTHERS = 2
"""So many other annotators at least make the gold that one is held against."""

Held = tuple[Scoring, list[Prediction]]
"""An annotator's marks, with the gold that they are held against."""


@dataclass(frozen=True)
class Annotators:
    """The annotators' marks as predictions, with the gold that each is held against.

    Parameters
    ----------
    full
        For each annotator the full gold and the marks, projected.
    others
        For each annotator the gold made from the others and the marks, projected; empty where no document has
        enough others.
    """

    full: tuple[Held, ...]
    others: tuple[Held, ...]


def annotators_of(task: Task, dataset: Dataset) -> Annotators | None:
    """Return what the ceilings of a task are made from; None where fewer than two annotated its gold."""
    marks = dataset.marks.get(task.source, {})
    if task.given or sum(any(own) for own in marks.values()) < 2:
        return None
    full, others = [], []
    for name, own in marks.items():
        seen = [place for place, given in enumerate(own) if given is not None]
        if seen:
            full.append(_held(task, dataset, seen, own, [dataset.gold[task.source][place] for place in seen]))
        judged, gold = [], []
        for place in seen:
            rest = [given[place] for other, given in marks.items() if other != name]
            known = [annotation for annotation in rest if annotation is not None]
            if len(known) >= FEWEST_OTHERS:
                judged.append(place)
                gold.append(adjudicated(task.source, dataset, place, known))
        if judged:
            others.append(_held(task, dataset, judged, own, gold))
    return Annotators(tuple(full), tuple(others))


def _held(
    task: Task,
    dataset: Dataset,
    places: Sequence[int],
    own: Sequence[Annotation | None],
    gold: Sequence[Annotation],
) -> Held:
    documents = tuple(dataset.documents[place] for place in places)
    against = scoring(task, documents, gold, dataset.group)
    marks = (own[place] for place in places)
    return against, against.project([as_prediction(given) for given in marks if given is not None])


def as_prediction(annotation: Annotation) -> Prediction:
    """Return an annotator's marks as if a detector had predicted them."""
    return Prediction(annotation.document.id, annotation.layer, annotation.spans, annotation.units)


def adjudicated(layer: str, dataset: Dataset, place: int, marks: Sequence[Annotation]) -> Annotation:
    """Return the gold that some annotators' marks make of one document, by the datasets' rule.

    Parameters
    ----------
    layer
        The layer.
    dataset
        Its documents and entity names.
    place
        Place of the document in the dataset.
    marks
        An annotation of it for each annotator.
    """
    kind = dataset.layers[layer].kind
    return adjudicate_layer(dataset.documents[place], layer, kind, marks, dataset.aliases)


def ceiling(annotators: Annotators, metric: Metric) -> Ceiling:
    """Return both ceilings by a metric, over the annotators."""
    return Ceiling(_ranges(annotators.others, metric), _ranges(annotators.full, metric))


def _ranges(held: Sequence[Held], metric: Metric) -> dict[str, Range]:
    if not held:
        return {}
    totals = np.array([metric.per_document(s.gold, found, s.labels).sum(axis=0) for s, found in held])
    names = held[0][0].labels.names
    support = np.array([s.labels.support for s, _ in held]).sum(axis=0)
    pooled = metric.finalize(totals.sum(axis=0), LabelSet(names, support.tolist()))
    each = np.array([metric.finalize(own, s.labels) for own, (s, _) in zip(totals, held, strict=True)])
    scores = metric.scores(held[0][0].labels)
    return {name: _range(pooled[index], each[:, index]) for index, name in enumerate(scores)}


def _range(pooled: np.float64, values: NDArray[np.float64]) -> Range:
    """Return the pooled score with the lowest and highest that is defined."""
    known = values[~np.isnan(values)]
    if np.isnan(pooled) or not len(known):
        return Range(None, None, None)
    return Range(number(pooled), number(known.min()), number(known.max()))
