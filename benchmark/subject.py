"""What a detector is asked for in a task, and the gold that it may learn it from.

A task is scored from one layer, but detectors may be asked for another one: a task of sentences can be read
from spans. A trained detector learns exactly what is scored: the gold of that layer with the task's labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmark.data import Dataset
from benchmark.detectors import is_names, told
from benchmark.errors import DetectorError
from benchmark.model import Annotation, Detector, Document, offsets
from benchmark.projection import read_any
from benchmark.tasks import TASKS, Task, bind


@dataclass(frozen=True)
class Subject:
    """What a detector is asked for.

    Parameters
    ----------
    layer
        The layer.
    kind
        What it is made of: spans, relations, units, or labels of given spans ("given").
    labels
        The labels that count; empty where they are not known.
    unit
        Of labels of units, the units that are scored: sentence, paragraph or document; "" where that is not
        known, or marks are asked for.
    """

    layer: str
    kind: str
    labels: tuple[str, ...]
    unit: str = ""


def subjects(task: Task, dataset: Dataset) -> Iterator[Subject]:
    """Yield what a task can be scored from, the preferred first.

    Parameters
    ----------
    task
        Bound to the dataset.
    dataset
        The dataset that is scored.
    """
    own = (
        "relations" if task.kind == "spans" and dataset.layers[task.layer].kind == "relations" else task.kind
    )
    yield Subject(task.layer, own, task.labels, task.unit or "")
    if task.reading == "density" and task.unit != "document":
        return  # the density of marks is that of a whole document
    for layer in task.span_layers:
        yield Subject(layer, "spans", task.span_labels or layer_labels(dataset, layer))


def labels_given(detector: Detector, subject: Subject, name: str = "") -> frozenset[str] | None:
    """Return the only labels that a detector gives where it is asked for a subject; None where it says none.

    It says so by a method `labels_for(subject)`, as one does that knows what it learned and returns None for
    what it did not, or else by its `labels`.

    Parameters
    ----------
    detector
        Who is asked.
    subject
        For what.
    name
        What messages call the detector, its specification; "" for its own name.

    Raises
    ------
    DetectorError
        Where its method fails, or returns something else.
    """
    if not hasattr(detector, "labels_for"):
        only = getattr(detector, "labels", None)
        return None if only is None else frozenset(only)
    name = name or detector.name
    with told(name, "method labels_for"):
        found: object = detector.labels_for(subject)
    if found is not None and not is_names(found):
        raise DetectorError(
            f"detector '{name}': its method labels_for returned {found!r}, and not a set of names"
        )
    return None if found is None else frozenset(found)


def knows(detector: Detector, subject: Subject, name: str = "") -> bool:
    """Return whether a detector predicts a subject, once it has learned what it has to learn.

    Messages call it by `name`, its specification, or by its own name.
    """
    if hasattr(detector, "labels_for"):  # a trained model, which knows what it learned
        return labels_given(detector, subject, name) is not None
    kinds = getattr(detector, "kinds", frozenset()) | getattr(detector, "trained_kinds", frozenset())
    return subject.layer in detector.layers or subject.kind in kinds


def must_fit(detector: Detector, subject: Subject) -> bool:
    """Return whether a detector must be trained before it predicts a subject."""
    if subject.layer in detector.layers:
        every = detector.layers if hasattr(detector, "fit") else frozenset()
        return subject.layer in getattr(detector, "trained_layers", every)
    return subject.kind not in getattr(detector, "kinds", frozenset())


def gives(detector: Detector, subject: Subject, name: str = "") -> bool:
    """Return whether a detector can give the labels that count, as far as it says.

    One of them is enough for spans. Of units it has to know the label set: a detector with other names for
    some of the labels would be scored as if it never found these. A trained model has to have learned all of
    them; one that learned other names is for `bench transfer`.

    Messages call it by `name`, its specification, or by its own name.
    """
    only = labels_given(detector, subject, name)
    if not only or not subject.labels:
        return True
    if hasattr(detector, "labels_for") and not set(subject.labels) <= only:
        return False
    if subject.kind == "units":
        return only <= set(subject.labels)
    return not only.isdisjoint(subject.labels)


def lesson(dataset: Dataset, subject: Subject) -> tuple[Annotation, ...] | None:
    """Return a dataset's gold in a subject, one annotation a document; None where it has none.

    Spans of other labels than the subject's are left out. Where spans are given, the annotations' documents
    hold them.
    """
    found = layer_gold(dataset, subject.layer)
    if found is None:
        return None
    if subject.kind == "given":
        return tuple(replace(gold, document=_giving(gold)) for gold in found)
    if subject.kind == "units" or not subject.labels:
        return found
    return tuple(_restricted(gold, frozenset(subject.labels)) for gold in found)


def texts(dataset: Dataset, subject: Subject) -> tuple[Document, ...]:
    """Return a dataset's documents as a detector gets them: with the spans that are given, where any are."""
    found = lesson(dataset, subject) if subject.kind == "given" else None
    return dataset.documents if found is None else tuple(gold.document for gold in found)


def _giving(gold: Annotation) -> Document:
    return replace(gold.document, given=offsets([(span.start, span.end) for span in gold.spans]))


def _restricted(gold: Annotation, labels: frozenset[str]) -> Annotation:
    kept = tuple(span for span in gold.spans if span.label in labels)
    return gold if len(kept) == len(gold.spans) else replace(gold, spans=kept)


def layer_gold(dataset: Dataset, layer: str) -> tuple[Annotation, ...] | None:
    """Return a dataset's gold in a layer, made from spans where a task says how; None where it has none."""
    if layer in dataset.gold:
        return dataset.gold[layer]
    task = _maker(dataset, layer)
    if task is None:
        return None
    if task.given:
        return dataset.gold[task.source]
    return tuple(
        Annotation(gold.document, layer, units=read_any(task, gold.document, gold.spans))
        for gold in dataset.gold[task.source]
    )


def layer_labels(dataset: Dataset, layer: str) -> tuple[str, ...]:
    """Return the labels that predictions in a layer may have; empty where the dataset does not say."""
    if layer in dataset.layers:
        return dataset.layers[layer].labels
    task = _maker(dataset, layer)
    if task is not None:
        return task.labels
    return next((task.labels for task in map(TASKS.get, TASKS) if task.layer == layer), ())


def takes_units(dataset: Dataset, layer: str) -> bool:
    """Return whether a layer is made of unit labels, not of spans."""
    if layer in dataset.layers:
        return dataset.layers[layer].kind == "units"
    return any(task.layer == layer and task.unit is not None for task in map(TASKS.get, TASKS))


def of_given_spans(layer: str) -> bool:
    """Return whether a layer labels spans that are given, so that one may stand several times."""
    return any(task.layer == layer and task.given for task in map(TASKS.get, TASKS))


def _maker(dataset: Dataset, layer: str) -> Task | None:
    """Return the task that makes a layer from another one of the dataset, bound; None where none does."""
    for task in map(TASKS.get, TASKS):
        made = task.given or task.reading == "any"
        if task.layer == layer and made and task.fits(dataset):
            return bind(task, dataset)
    return None
