"""From labels of one corpus to those of another: gold, predictions and tasks in common labels.

A detector that learned from one dataset is scored on another one. Its predictions and the gold are both read
in the labels that `benchmark.crosswalk` finds to be common.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from benchmark.crosswalk import LabelMap
from benchmark.model import Annotation, Document, Prediction, Span, Unit
from benchmark.projection import overlapping
from benchmark.tasks import Task


def mapped_task(task: Task, found: LabelMap) -> Task:
    """Return a task that scores the common labels.

    Parameters
    ----------
    task
        Bound to the target.
    found
        With the task as target.
    """
    return replace(task, labels=found.labels)


def mapped_gold(gold: Sequence[Annotation], found: LabelMap) -> tuple[Annotation, ...]:
    """Return gold of the target in the common labels.

    Spans of labels without a counterpart are left out; units of such labels are undecided. Spans that become
    equal count once.

    Parameters
    ----------
    gold
        In the labels that the target's task scores.
    found
        The common labels.
    """
    return tuple(
        replace(
            annotation,
            spans=_spans(annotation.spans, found.gold),
            units=tuple(_unit(unit, found.gold, None) for unit in annotation.units),
        )
        for annotation in gold
    )


def mapped_predictions(
    predictions: Sequence[Prediction], documents: Sequence[Document], found: LabelMap, layer: str
) -> tuple[Prediction, ...]:
    """Return predictions of a detector of the source in the common labels.

    Parameters
    ----------
    predictions
        One a document, in the labels of the source.
    documents
        Those of the target, in the same order.
    found
        The common labels. Where it says so, spans are read as labels of the target's units: a unit gets the
        labels of the spans that touch it, and the label of the rest where none does.
    layer
        The layer that they are then of: that of the target's task.
    """
    if found.reading is not None:
        return tuple(
            Prediction(document.id, layer, units=_read(document, prediction.spans, found))
            for document, prediction in zip(documents, predictions, strict=True)
        )
    # Where the source has a label of the rest, a unit without any is one that the detector left open.
    empty = None if found.rest in found.predicted.values() else found.rest
    return tuple(
        Prediction(
            prediction.document,
            layer,
            _spans(prediction.spans, found.predicted),
            tuple(
                _unit(unit, found.predicted, found.rest if unit.labels else empty)
                for unit in prediction.units
            ),
        )
        for prediction in predictions
    )


def _spans(spans: Sequence[Span], common: Mapping[str, str]) -> tuple[Span, ...]:
    """Return spans with their common labels, in order; of those that become equal the first is kept."""
    kept: dict[tuple[int, int, str, int | None], Span] = {}
    for span in spans:
        if span.label in common:
            mapped = replace(span, label=common[span.label])
            kept.setdefault((mapped.start, mapped.end, mapped.label, mapped.relation), mapped)
    return tuple(sorted(kept.values(), key=lambda span: (span.start, span.end, span.label)))


def _unit(unit: Unit, common: Mapping[str, str], rest: str | None) -> Unit:
    """Return a unit with its common labels; one that has none of them gets the label of the rest."""
    labels = tuple(dict.fromkeys(common[label] for label in unit.labels if label in common))
    if not labels and rest is not None:
        labels = (rest,)
    return Unit(unit.start, unit.end, labels)


def _read(document: Document, spans: Sequence[Span], found: LabelMap) -> tuple[Unit, ...]:
    """Label each unit by the spans that touch it; where units have one label, the first of them counts."""
    edges = document.units(found.unit or "document")
    mapped = _spans(spans, found.predicted)
    touched = {
        label: overlapping(edges, [span for span in mapped if span.label == label])
        for label in found.labels
        if label != found.rest
    }
    units = []
    for place, (start, end) in enumerate(edges.tolist()):
        labels = tuple(label for label, hits in touched.items() if hits[place])
        if found.rest is not None:
            labels = labels[:1] or (found.rest,)
        units.append(Unit(start, end, labels))
    return tuple(units)
