"""From annotations and predictions to what a task scores: labels kept, spans read as units, texts clipped.

A dataset with too few articles to resample is cut into its paragraphs, gold and predictions alike, so that
the score and its interval speak of the same statistics.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmark.data import Dataset
from benchmark.metrics.base import LabelSet
from benchmark.model import UNITS, Annotation, Document, Offsets, Prediction, Span, Unit, offsets
from benchmark.tasks import Task

FEWEST_DOCUMENTS = 20
"""With fewer articles than this, paragraphs are resampled instead."""
PARAGRAPH = "paragraph"


@dataclass(frozen=True)
class Scoring:
    """A task made ready to score predictions.

    Parameters
    ----------
    task
        Bound to the dataset.
    documents
        The dataset's documents, n of them.
    gold
        What is scored, one annotation a piece: a document, or one of its paragraphs.
    labels
        The task's labels with their support in this gold.
    clusters
        What is resampled: "document", "paragraph", or what the dataset's groups are.
    owner
        The number of the cluster of each piece, from 0 in the order in which they come: shape (pieces,).
    """

    task: Task
    documents: tuple[Document, ...]
    gold: tuple[Annotation, ...]
    labels: LabelSet
    clusters: str
    owner: NDArray[np.int64]

    @property
    def size(self) -> int:
        """Number of clusters."""
        return int(self.owner.max(initial=-1)) + 1

    def by_cluster(self, statistics: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the summed statistics of each cluster, shape (clusters, k), from those of the pieces."""
        if self.size == len(statistics):
            return statistics
        totals = np.zeros((self.size, statistics.shape[1]))
        np.add.at(totals, self.owner, statistics)
        return totals

    def project(self, predictions: Sequence[Prediction]) -> list[Prediction]:
        """Return what the task scores of predictions, a prediction a piece.

        Parameters
        ----------
        predictions
            One a document, in the order of the documents, in a layer that the task can read.
        """
        found = []
        for document, prediction in zip(self.documents, predictions, strict=True):
            spans, units = select(self.task, document, prediction)
            if self.clusters != PARAGRAPH:
                found.append(Prediction(document.id, self.task.layer, spans, units))
                continue
            for start, end in document.paragraphs.tolist():
                inside = clip_spans(spans, start, end)
                found.append(Prediction("", self.task.layer, inside, clip_units(units, start, end)))
        pieces = zip(self.gold, found, strict=True)
        return [replace(prediction, document=gold.document.id) for gold, prediction in pieces]

    def kept(self, predictions: Sequence[Prediction]) -> tuple[Prediction, ...]:
        """Return predictions, one a document, without units of another kind than the task scores."""
        if self.task.unit is None:
            return tuple(predictions)
        found = []
        for document, prediction in zip(self.documents, predictions, strict=True):
            scored = frozenset(map(tuple, document.units(self.task.unit).tolist()))
            units = tuple(unit for unit in prediction.units if (unit.start, unit.end) in scored)
            found.append(replace(prediction, units=units))
        return tuple(found)

    def other_units(self, predictions: Sequence[Prediction]) -> str:
        """Return what is strange where units are labelled, but of another kind than the task scores.

        That is so where none of them is scored, or where all are of one other kind: of sentences, some are
        paragraphs too. Whoever labels units of several kinds, those that are scored among them, may do so.

        Parameters
        ----------
        predictions
            One a document, in the order of the documents.

        Returns
        -------
        str
            Such as "labelled 28 sentences, and none of the paragraphs that are scored"; "" where all is well.
        """
        if self.task.unit is None:
            return ""
        total, numbers = 0, Counter[str]()
        for document, prediction in zip(self.documents, predictions, strict=True):
            places = {(unit.start, unit.end) for unit in prediction.units}
            total += len(places)
            for kind in UNITS:
                numbers[kind] += len(places.intersection(map(tuple, document.units(kind).tolist())))
        scored, unit = numbers[self.task.unit], self.task.unit
        other = next((kind for kind in UNITS if numbers[kind] == total), "")
        if scored == total or (scored and not other):
            return ""
        labelled = f"labelled {total} {other or 'unit'}{'' if total == 1 else 's'}"
        if not scored:
            return f"{labelled}, and none of the {unit}s that are scored"
        return f"{labelled}, only {scored} of them {unit}s, which are what is scored"


def scoring(
    task: Task, documents: tuple[Document, ...], gold: Sequence[Annotation], group: str = ""
) -> Scoring:
    """Make a task ready to score against gold.

    Parameters
    ----------
    task
        Bound to the dataset.
    documents
        The documents, in the dataset's order.
    gold
        Annotations in the layer that the task's gold comes from, in the same order.
    group
        What the documents' groups are; "" where there are none.
    """
    grouped = bool(group) and any(document.group is not None for document in documents)
    cut = not grouped and len(documents) < FEWEST_DOCUMENTS and task.unit != "document"
    pieces: list[Annotation] = []
    for annotation in gold:
        spans, units = select(task, annotation.document, annotation)
        chosen = Annotation(annotation.document, task.layer, spans, units)
        pieces.extend(clip(chosen) if cut else [chosen])
    labels = LabelSet(task.labels, [_support(pieces, label) for label in task.labels])
    owner = cluster_numbers(documents) if grouped else np.arange(len(pieces))
    clusters = group if grouped else PARAGRAPH if cut else "document"
    return Scoring(task, documents, tuple(pieces), labels, clusters, owner)


def cluster_numbers(documents: Sequence[Document]) -> NDArray[np.int64]:
    """Return the number of each document's group; one without a group is a cluster of its own."""
    numbers: dict[tuple[str, str], int] = {}
    keys = [("group", d.group) if d.group is not None else ("document", d.id) for d in documents]
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)


def gold_scoring(task: Task, dataset: Dataset) -> Scoring:
    """Make a task ready to score against the dataset's gold."""
    return scoring(task, dataset.documents, dataset.gold[task.source], dataset.group)


def _support(pieces: Iterable[Annotation], label: str) -> int:
    spans = sum(span.label == label for piece in pieces for span in piece.spans)
    return spans + sum(label in unit.labels for piece in pieces for unit in piece.units)


def select(
    task: Task, document: Document, marks: Annotation | Prediction
) -> tuple[tuple[Span, ...], tuple[Unit, ...]]:
    """Return the spans and units of one document that a task scores.

    Units of another kind than the task's are left out, and so are labels that are not the task's. Where a
    task asks whether anything is marked in a unit, a unit that is not mentioned has nothing marked in it.
    """
    if task.unit is None:
        # A span that is given several times has as many labels, which may be equal in a prediction.
        spans = marks.spans if task.given else distinct(marks.spans)
        return tuple(span for span in spans if span.label in task.labels), ()
    if marks.layer != task.layer and task.reading == "any":
        return (), read_any(task, document, marks.spans)
    given = {(unit.start, unit.end): unit for unit in marks.units}
    units = []
    for start, end in document.units(task.unit).tolist():
        if (start, end) in given:
            labels = tuple(label for label in given[start, end].labels if label in task.labels)
            units.append(Unit(start, end, labels))
        elif task.reading == "any":
            units.append(Unit(start, end, (task.labels[1],)))
    return (), tuple(units)


def distinct(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans sorted, those that differ only in the attribution they belong to once."""
    kept = {(span.start, span.end, span.label): span for span in spans}
    return tuple(kept[key] for key in sorted(kept))


def read_any(task: Task, document: Document, spans: Sequence[Span]) -> tuple[Unit, ...]:
    """Label each unit with the task's first label where a counting span touches it, else the second."""
    counting = [span for span in spans if not task.span_labels or span.label in task.span_labels]
    units = document.units(task.unit or "document")
    touched = overlapping(units, counting)
    return tuple(
        Unit(start, end, (task.labels[0] if hit else task.labels[1],))
        for (start, end), hit in zip(units.tolist(), touched.tolist(), strict=True)
    )


def overlapping(units: Offsets, spans: Sequence[Span]) -> NDArray[np.bool_]:
    """Return which of n disjoint, ascending units share a character with a span: shape (n,)."""
    edges = np.zeros(len(units) + 1, dtype=np.int64)
    for span in spans:
        first = int(np.searchsorted(units[:, 1], span.start, side="right"))
        last = int(np.searchsorted(units[:, 0], span.end, side="left"))
        if first < last:
            edges[first] += 1
            edges[last] -= 1
    return np.cumsum(edges[:-1]) > 0


def clip(annotation: Annotation) -> list[Annotation]:
    """Cut an annotation at the borders of its document's paragraphs."""
    document = annotation.document
    return [
        Annotation(
            paragraph(document, index, start, end),
            annotation.layer,
            clip_spans(annotation.spans, start, end),
            clip_units(annotation.units, start, end),
        )
        for index, (start, end) in enumerate(document.paragraphs.tolist())
    ]


def paragraph(document: Document, index: int, start: int, end: int) -> Document:
    """Return one paragraph as a document of its own, with the boundaries that lie inside it."""
    return Document(
        id=f"{document.id}#{index}",
        text=document.text[start:end],
        sentences=_inside(document.sentences, start, end),
        tokens=_inside(document.tokens, start, end),
        metadata=document.metadata,
    )


def _inside(pieces: Offsets, start: int, end: int) -> Offsets:
    kept = pieces[(pieces[:, 0] >= start) & (pieces[:, 1] <= end)]
    return offsets((kept - start).tolist())


def clip_spans(spans: Iterable[Span], start: int, end: int) -> tuple[Span, ...]:
    """Return what lies of spans between two offsets, counted from the first of them."""
    return tuple(
        replace(span, start=max(span.start, start) - start, end=min(span.end, end) - start)
        for span in spans
        if span.start < end and span.end > start
    )


def clip_units(units: Iterable[Unit], start: int, end: int) -> tuple[Unit, ...]:
    """Return the units that lie between two offsets as a whole, counted from the first of them."""
    return tuple(
        replace(unit, start=unit.start - start, end=unit.end - start)
        for unit in units
        if start <= unit.start and unit.end <= end
    )
