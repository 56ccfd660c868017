"""Degrees of a whole document read from how densely a span detector marked it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmark.data import Dataset
from benchmark.model import Annotation, Document, Prediction, Span, Unit
from benchmark.protocol import FEW_FOLDS, folds
from benchmark.provenance import Training, training_of
from benchmark.tasks import Task

LEAVE_ONE_OUT = 100
"""Up to so many documents, thresholds are found on all documents but the one that they are used on."""
UNDECIDED = -1
"""The degree of a document whose gold has none; thresholds are found without it."""


def density(document: Document, spans: Sequence[Span]) -> float:
    """Return the share of a document's characters, white space left out, that a span covers.

    It is 0 for a text without such characters. With white space, the number of paragraphs would count.
    """
    marked = np.zeros(len(document.text) + 1, dtype=np.int64)
    for span in spans:
        marked[span.start] += 1
        marked[span.end] -= 1
    dark = np.array([not character.isspace() for character in document.text], dtype=np.bool_)
    return float(np.mean(np.cumsum(marked[:-1])[dark] > 0)) if dark.any() else 0.0


def read_density(
    task: Task, dataset: Dataset, spans: Sequence[Prediction], seed: int
) -> tuple[list[Prediction], Training]:
    """Label each document by the density of its marks, with thresholds found by cross-validation.

    Up to `LEAVE_ONE_OUT` documents each is a fold of its own, so that the score does not hang on one random
    partition.

    Parameters
    ----------
    task
        Bound to the dataset; its labels are ordered, and rise with density.
    dataset
        n documents with gold.
    spans
        A detector's spans, one prediction a document.
    seed
        For the folds.
    """
    values = np.array([density(d, p.spans) for d, p in zip(dataset.documents, spans, strict=True)])
    gold = np.array([_degree(task, annotation) for annotation in dataset.gold[task.source]])
    degrees = np.zeros(len(values), dtype=np.int64)
    count = len(values) if len(values) <= LEAVE_ONE_OUT else FEW_FOLDS
    parts = folds(range(len(values)), count, seed)
    for test in parts:
        train = np.setdiff1d(np.flatnonzero(gold != UNDECIDED), test)
        borders = thresholds(values[train], gold[train], len(task.labels))
        degrees[test] = (values[test, None] > borders).sum(axis=1)
    predictions = [
        Prediction(document.id, task.layer, units=(Unit(0, len(document.text), (task.labels[degree],)),))
        for document, degree in zip(dataset.documents, degrees.tolist(), strict=True)
    ]
    return predictions, training_of(dataset, len(parts), seed)


def _degree(task: Task, gold: Annotation) -> int:
    """Return the place of a document's degree among the task's labels, `UNDECIDED` where it has none."""
    labels = gold.units[0].labels if gold.units else ()
    return task.labels.index(labels[0]) if labels else UNDECIDED


def thresholds(values: NDArray[np.float64], gold: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """Return the ascending borders that give each class as many of the lowest values as it has members.

    Borders that were chosen for the highest score would follow every document that is left out: where two
    classes are about equally large, the left-out document's own class is the smaller one of the rest.

    Parameters
    ----------
    values
        Shape (n,).
    gold
        Class of each, from 0, shape (n,).
    classes
        How many classes there are; a value belongs to class i where it exceeds i borders.

    Returns
    -------
    NDArray
        Shape (classes − 1,): midway between the two values that a border divides, −∞ below all of them, +∞
        above.
    """
    ordered = np.concatenate([[-np.inf], np.sort(values), [np.inf]])
    below = np.cumsum(np.bincount(gold, minlength=classes))[:-1]
    lower, upper = ordered[below], ordered[below + 1]
    return np.where(
        np.isfinite(lower) & np.isfinite(upper), (lower / 2 + upper / 2), np.where(below > 0, np.inf, -np.inf)
    )
