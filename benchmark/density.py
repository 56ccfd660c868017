"""Degrees of a whole document read from how densely a span detector marked it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from benchmark.data import Dataset
from benchmark.model import Document, Prediction, Span, Unit
from benchmark.tasks import Task
from benchmark.training import FOLDS, Training, folds, training_of

MOST_BORDERS = 100
"""Candidate thresholds that are tried at the most, evenly spread over the training documents."""


def density(document: Document, spans: Sequence[Span]) -> float:
    """Return the share of a document's characters that a span covers, 0 for an empty text."""
    marked = np.zeros(len(document.text) + 1, dtype=np.int64)
    for span in spans:
        marked[span.start] += 1
        marked[span.end] -= 1
    return float(np.mean(np.cumsum(marked[:-1]) > 0)) if document.text else 0.0


def read_density(
    task: Task, dataset: Dataset, spans: Sequence[Prediction], seed: int
) -> tuple[list[Prediction], Training]:
    """Label each document by the density of its marks, with thresholds found by cross-validation.

    Labels are taken to be ordered. On the training documents of each fold, the thresholds between their
    densities are those with the highest macro-F1, the lowest of several.

    Parameters
    ----------
    task
        Bound to the dataset; its labels rise with density.
    dataset
        n documents with gold.
    spans
        A detector's spans, one prediction a document.
    seed
        For the folds.
    """
    values = np.array([density(d, p.spans) for d, p in zip(dataset.documents, spans, strict=True)])
    gold = np.array([task.labels.index(g.units[0].labels[0]) for g in dataset.gold[task.source]])
    degrees = np.zeros(len(values), dtype=np.int64)
    parts = folds(len(values), FOLDS, seed)
    for test in parts:
        train = np.setdiff1d(np.arange(len(values)), test)
        degrees[test] = np.digitize(values[test], thresholds(values[train], gold[train], len(task.labels)))
    predictions = [
        Prediction(document.id, task.layer, units=(Unit(0, len(document.text), (task.labels[degree],)),))
        for document, degree in zip(dataset.documents, degrees.tolist(), strict=True)
    ]
    return predictions, training_of(dataset, len(parts))


def thresholds(values: NDArray[np.float64], gold: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """Return the ascending borders between classes of values that have the highest macro-F1.

    Parameters
    ----------
    values
        Shape (n,).
    gold
        Class of each, from 0, shape (n,).
    classes
        How many classes there are, 2 or 3 or a few more; shape of the result is (classes − 1,).
    """
    distinct = np.unique(values)
    between = (distinct[:-1] + distinct[1:]) / 2
    chosen = np.unique(np.linspace(0, max(len(between) - 1, 0), MOST_BORDERS).astype(np.int64))[
        : len(between)
    ]
    borders = np.concatenate([[-np.inf], between[chosen], [np.inf]])
    candidates = np.array(list(combinations_with_replacement(borders, classes - 1)))
    predicted = (values[None, :, None] >= candidates[:, None, :]).sum(axis=2)
    scores = np.zeros(len(candidates))
    for label in np.unique(gold):
        true = (predicted == label) & (gold == label)
        scores += 2 * true.sum(axis=1) / ((predicted == label).sum(axis=1) + (gold == label).sum())
    best: NDArray[np.float64] = candidates[int(np.argmax(scores))]
    return best
