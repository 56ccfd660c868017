"""The F1 of each pair of annotators, which `benchmark.agreement` sums up as a mean and a range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from benchmark.agreement import ALL
from benchmark.ceiling import as_prediction
from benchmark.data import Dataset, Layer
from benchmark.errors import UsageError, suggest
from benchmark.metrics import METRICS
from benchmark.metrics.base import Metric
from benchmark.model import Annotation, Unit
from benchmark.projection import FEWEST_DOCUMENTS, clip, distinct
from benchmark.reading import Marks

_OF_SPANS = (("exact", "equal boundaries"), ("overlap", "overlap of at least one half"))
_OF_UNITS = (("multilabel", "labels of units"),)


@dataclass(frozen=True, eq=False)
class Pairwise:
    """How far each two annotators of a layer agree, by one way of matching.

    Parameters
    ----------
    annotators
        Their names, n of them.
    f1
        Shape (n, n), symmetric; NaN on the diagonal, and for two who marked nothing or share no document.
    metric
        exact, overlap or multilabel.
    title
        The way of matching in words.
    about
        Dataset, layer and label.
    """

    annotators: tuple[str, ...]
    f1: NDArray[np.float64]
    metric: str
    title: str
    about: str


def pairwise(dataset: Dataset, layer: str, label: str = ALL) -> list[Pairwise]:
    """Return the F1 of each pair of a layer's annotators: of spans by equal boundaries and by overlap.

    F1 is the same whichever of the two is taken for gold.

    Parameters
    ----------
    dataset
        The dataset.
    layer
        One of its layers.
    label
        One of the layer's labels; all of them by default.

    Returns
    -------
    list of Pairwise
        Empty where fewer than two annotators' marks are there, or the layer is one of entities.

    Raises
    ------
    UsageError
        Where the dataset has no such layer, or the layer no such label.
    """
    held = dataset.layers.get(layer)
    if held is None:
        raise UsageError(f"dataset '{dataset.name}' has no layer '{layer}'{suggest(layer, dataset.layers)}")
    if label not in (ALL, *held.labels):
        raise UsageError(f"layer '{layer}' has no label '{label}'{suggest(label, held.labels)}")
    marks = dataset.marks.get(layer, {})
    if len(marks) < 2 or held.kind == "entities":
        return []
    given = [_pieces(dataset, held, own) for own in marks.values()]
    labels = held.labels if label == ALL else (label,)
    ways = _OF_SPANS if held.kind in ("spans", "relations") else _OF_UNITS
    about = f"{dataset.name} {dataset.version}, layer {layer}, {label}"
    return [
        Pairwise(tuple(marks), _matrix(METRICS.get(name)(), given, labels), name, title, about)
        for name, title in ways
    ]


def _pieces(dataset: Dataset, layer: Layer, marks: Marks) -> list[list[Annotation]]:
    """Return one annotator's marks of each document in pieces, none of a document that was not seen.

    As in the table of agreement, few documents are cut at their paragraphs, unless the document is the unit.
    """
    whole = len(dataset.documents) >= FEWEST_DOCUMENTS or layer.unit == "document"
    ready = [None if own is None else _ready(own, layer) for own in marks]
    return [[] if own is None else [own] if whole else clip(own) for own in ready]


def _ready(annotation: Annotation, layer: Layer) -> Annotation:
    """Return an annotation with each span once, and with units of the layer's own kind alone."""
    return replace(annotation, spans=distinct(annotation.spans), units=_of_kind(annotation, layer))


def _of_kind(annotation: Annotation, layer: Layer) -> tuple[Unit, ...]:
    if layer.unit is None:
        return annotation.units
    kind = {(start, end) for start, end in annotation.document.units(layer.unit).tolist()}
    return tuple(unit for unit in annotation.units if (unit.start, unit.end) in kind)


def _matrix(
    metric: Metric, given: Sequence[Sequence[Sequence[Annotation]]], labels: Sequence[str]
) -> NDArray[np.float64]:
    """Return the F1 of each two, shape (n, n)."""
    found = np.full((len(given), len(given)), np.nan)
    f1 = list(metric.scores(labels)).index("f1")
    for i, j in combinations(range(len(given)), 2):
        both = [
            pair for pieces in zip(given[i], given[j], strict=True) for pair in zip(*pieces, strict=False)
        ]
        if both:
            gold, predicted = [one for one, _ in both], [as_prediction(other) for _, other in both]
            totals = metric.per_document(gold, predicted, labels).sum(axis=0)
            found[i, j] = found[j, i] = metric.finalize(totals, labels)[f1]
    return found
