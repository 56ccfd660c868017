"""A dataset's task as scikit-learn wants it: samples, what is known of them, and the groups of folds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmark.data import Dataset
from benchmark.errors import UsageError, suggest
from benchmark.evaluation_plan import target
from benchmark.model import Annotation, Document, Unit
from benchmark.projection import select
from benchmark.protocol import groups_of
from benchmark.scorer import SINGLE_LABEL
from benchmark.subject import lesson, subjects
from benchmark.tasks import Task


class TextSamples(NamedTuple):
    """Texts of units with their labels.

    Parameters
    ----------
    X
        The text of each of n units.
    y
        Where a unit has one label, the labels: shape (n,). Else which labels it has: 0 or 1, shape
        (n, labels).
    groups
        The number of each unit's group, which folds keep on one side: shape (n,).
    labels
        The task's labels, those of the columns of `y`.
    """

    X: list[str]
    y: NDArray[Any]
    groups: NDArray[np.int64]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TaskGold(Annotation):
    """The gold of one document with the task that it is scored in, so that a scorer scores what that does.

    Parameters
    ----------
    task
        Bound to the dataset; None for no task, and then all that the annotation holds is scored.
    """

    task: Task | None = None


class DocumentSamples(NamedTuple):
    """Documents with their gold.

    Parameters
    ----------
    X
        n documents.
    y
        Their gold in the task's layer, in the same order; a `Scorer` takes of it what the task scores.
    groups
        The number of each document's group, which folds keep on one side: shape (n,).
    labels
        The task's labels.
    """

    X: list[Document]
    y: list[TaskGold]
    groups: NDArray[np.int64]
    labels: tuple[str, ...]


def texts_and_labels(
    dataset: str | Dataset, task: str | Task | None = None, *, split: str | None = None
) -> TextSamples:
    """Return the units that a task scores, as texts with labels.

    Units without a label are left out where each has one: they are undecided, and not scored.

    Parameters
    ----------
    dataset
        A dataset or its name; "DATASET/TASK" where no task is given.
    task
        A task of units.
    split
        The only split that is returned; None for all documents.

    Raises
    ------
    UsageError
        Where there is no such dataset, task or split, or the task scores spans.
    """
    source, bound = _resolved(dataset, task, split)
    if bound.unit is None:
        raise UsageError(f"task '{bound.name}' scores spans, not units; use documents_and_gold")
    single = bound.metric == SINGLE_LABEL
    texts: list[str] = []
    held: list[tuple[str, ...]] = []
    owners: list[int] = []
    for gold, group in zip(source.gold[bound.source], groups_of(source), strict=True):
        _, units = select(bound, gold.document, gold)
        for unit in units:
            own = _known(unit, bound)
            if own or not single:
                texts.append(gold.document.text[unit.start : unit.end])
                held.append(own)
                owners.append(group)
    y: NDArray[Any] = (
        np.array([own[0] for own in held], dtype=object)
        if single
        else np.array([[int(label in own) for label in bound.labels] for own in held], dtype=np.int64)
    )
    return TextSamples(texts, y, np.array(owners, dtype=np.int64), bound.labels)


def _known(unit: Unit, task: Task) -> tuple[str, ...]:
    return tuple(label for label in unit.labels if label in task.labels)


def documents_and_gold(
    dataset: str | Dataset, task: str | Task | None = None, *, split: str | None = None
) -> DocumentSamples:
    """Return the documents of a task with what a detector learns it from.

    Parameters
    ----------
    dataset
        A dataset or its name; "DATASET/TASK" where no task is given.
    task
        Any task of the dataset.
    split
        The only split that is returned; None for all documents.

    Raises
    ------
    UsageError
        Where there is no such dataset, task or split.
    """
    source, bound = _resolved(dataset, task, split)
    learned = lesson(source, next(subjects(bound, source))) or ()
    gold = [
        TaskGold(one.document, one.layer, one.spans, one.units, one.portrayals, task=bound) for one in learned
    ]
    groups = np.array(groups_of(source), dtype=np.int64)
    return DocumentSamples([annotation.document for annotation in gold], gold, groups, bound.labels)


def _resolved(dataset: str | Dataset, task: str | Task | None, split: str | None) -> tuple[Dataset, Task]:
    """Return what of a dataset is meant, and its task, bound."""
    if task is not None:
        dataset = target(dataset).dataset if isinstance(dataset, str) else dataset
        meant = target((dataset, task))
    else:
        meant = target(dataset)
    if not meant.named:
        raise UsageError(f"which task of dataset '{meant.dataset.name}'? give one, or 'DATASET/TASK'")
    if split is None:
        return meant.dataset, meant.tasks[0]
    if split not in meant.dataset.splits:
        known = suggest(split, meant.dataset.splits)
        raise UsageError(f"dataset '{meant.dataset.name}' has no split '{split}'{known}")
    inside = set(meant.dataset.splits[split])
    places = [place for place, document in enumerate(meant.dataset.documents) if document.id in inside]
    return meant.dataset.only(places), meant.tasks[0]
