"""What of each text is right and wrong: gold and predicted marks of whole documents, and how they match.

A mark is a span, or one label of a unit. Spans are matched as `benchmark.error_types` does; the labels of
units as the metrics `classification` and `multilabel` count them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmark.error_types import ErrorType, judged_of
from benchmark.kept import KeptRun
from benchmark.metrics.label import Classification
from benchmark.model import Annotation, Document, Note, Prediction, Span, Unit
from benchmark.projection import Scoring, select

Key = tuple[int, int, str]


@dataclass(frozen=True)
class Mark:
    """A span, or one label of a unit.

    Parameters
    ----------
    start, end
        Offsets in code points, end exclusive.
    label
        Its label.
    score
        How sure the detector is; None in gold and where it does not say.
    relations
        Numbers of the attributions that it belongs to, ascending.
    note
        What annotators said of it; None in predictions.
    """

    start: int
    end: int
    label: str
    score: float | None = None
    relations: tuple[int, ...] = ()
    note: Note | None = None

    @property
    def key(self) -> Key:
        """Place and label."""
        return self.start, self.end, self.label


Marks = tuple[Mark, ...]


@dataclass(frozen=True)
class Verdict:
    """What is right or wrong with a pair of marks, or with one that has no partner.

    Parameters
    ----------
    type
        The type of error, or "right".
    gold, found
        Places among the gold and the predicted marks of the document; None where there is no such mark.
    """

    type: ErrorType
    gold: int | None
    found: int | None


@dataclass(frozen=True)
class Sheet:
    """One document as one run has it.

    Parameters
    ----------
    gold, found
        The marks that the task scores, sorted by place.
    verdicts
        How they match; every mark that is scored stands in one.
    """

    gold: Marks
    found: Marks
    verdicts: tuple[Verdict, ...]


def sheets(run: KeptRun) -> list[Sheet]:
    """Return the marks of a run, one sheet a scored document, in their order.

    Parameters
    ----------
    run
        A kept run.

    Raises
    ------
    UsageError, DataError
        Where its predictions or its dataset cannot be read.
    """
    rescorer = run.rescorer
    scoring, task = rescorer.scoring, rescorer.scoring.task
    gold = rescorer.dataset.gold[task.source]
    read, _ = rescorer.scorer.read(run.predictions, run.record.detector.layer, rescorer.seed)
    if task.unit is None:
        sides = [
            (_spans(scoring, document, truth), _spans(scoring, document, answer))
            for document, truth, answer in zip(scoring.documents, gold, read, strict=True)
        ]
        return [Sheet(*side, tuple(own)) for side, own in zip(sides, _of_spans(run, sides), strict=True)]
    single = Classification.registered in task.metrics
    found = []
    for document, truth, answer in zip(scoring.documents, gold, read, strict=True):
        units = _scored(answer, select(task, document, answer)[1])
        found.append(_of_units(select(task, document, truth)[1], units, task.labels, single=single))
    return found


def _scored(answer: Prediction, units: Sequence[Unit]) -> list[Unit]:
    """Return units as a task reads them with the scores that the detector gave their labels."""
    given = {
        (unit.start, unit.end): dict(zip(unit.labels, unit.scores, strict=True))
        for unit in answer.units
        if unit.scores is not None
    }
    found = []
    for unit in units:
        scores = given.get((unit.start, unit.end), {})
        whole = all(label in scores for label in unit.labels)
        found.append(replace(unit, scores=tuple(scores[label] for label in unit.labels)) if whole else unit)
    return found


def _spans(scoring: Scoring, document: Document, given: Annotation | Prediction) -> Marks:
    """Return the spans of one document that a task scores, with all attributions that each belongs to."""
    spans, _ = select(scoring.task, document, given)
    belongs: dict[Key, set[int]] = {}
    for span in given.spans:
        if span.relation is not None:
            belongs.setdefault((span.start, span.end, span.label), set()).add(span.relation)
    found = [_of_span(span, belongs) for span in spans]
    return tuple(sorted(found, key=lambda mark: mark.key))


def _of_span(span: Span, belongs: dict[Key, set[int]]) -> Mark:
    key = span.start, span.end, span.label
    return Mark(*key, span.score, tuple(sorted(belongs.get(key, ()))), span.note)


def _of_units(gold: Sequence[Unit], found: Sequence[Unit], labels: Sequence[str], *, single: bool) -> Sheet:
    """Return the labels of the units that are scored: those of the gold; of single labels those with one."""
    first = slice(1) if single else slice(None)
    scored = {(unit.start, unit.end): _labels(unit, labels)[first] for unit in gold}
    if single:
        scored = {place: marks for place, marks in scored.items() if marks}
    answers: dict[tuple[int, int], Marks] = {}
    for unit in found:
        if (unit.start, unit.end) in scored:
            answers.setdefault((unit.start, unit.end), _labels(unit, labels)[first])
    truths = tuple(mark for place in sorted(scored) for mark in scored[place])
    given = tuple(mark for place in sorted(answers) for mark in answers[place])
    return Sheet(truths, given, tuple((_of_single if single else _of_labels)(truths, given)))


def _labels(unit: Unit, labels: Sequence[str]) -> Marks:
    """Return the labels of a unit that the task has, in their order."""
    scores: Sequence[float | None] = unit.scores or (None,) * len(unit.labels)
    return tuple(
        Mark(unit.start, unit.end, label, score)
        for label, score in zip(unit.labels, scores, strict=True)
        if label in labels
    )


def _of_spans(run: KeptRun, sides: Sequence[tuple[Marks, Marks]]) -> list[list[Verdict]]:
    """Return the verdicts of each document on spans; equal spans are taken one after the other."""
    places = {document.id: place for place, document in enumerate(run.rescorer.scoring.documents)}
    free = [tuple(_by_key(marks) for marks in side) for side in sides]
    found: list[list[Verdict]] = [[] for _ in sides]
    for one in judged_of(run.rescorer, run.predictions):
        place = places[one.document]
        gold, answer = (
            None if span is None else left[span.start, span.end, span.label].pop(0)
            for span, left in zip((one.gold, one.predicted), free[place], strict=True)
        )
        found[place].append(Verdict(one.type, gold, answer))
    return found


def _by_key(marks: Marks) -> dict[Key, list[int]]:
    places: dict[Key, list[int]] = {}
    for place, mark in enumerate(marks):
        places.setdefault(mark.key, []).append(place)
    return places


def _of_single(gold: Marks, found: Marks) -> list[Verdict]:
    """Return the verdicts on units that have one label each."""
    answers = {(mark.start, mark.end): place for place, mark in enumerate(found)}
    verdicts = []
    for place, truth in enumerate(gold):
        answer = answers.get((truth.start, truth.end))
        if answer is None:
            verdicts.append(Verdict(ErrorType.MISSED, place, None))
        else:
            right = truth.label == found[answer].label
            verdicts.append(Verdict(ErrorType.RIGHT if right else ErrorType.LABEL, place, answer))
    return verdicts


def _of_labels(gold: Marks, found: Marks) -> list[Verdict]:
    """Return the verdicts on units that may have several labels: none of them is taken for another."""
    answers = {mark.key: place for place, mark in enumerate(found)}
    truths = {mark.key: place for place, mark in enumerate(gold)}
    verdicts = []
    for key in sorted({*answers, *truths}):
        truth, answer = truths.get(key), answers.get(key)
        alone = ErrorType.MISSED if answer is None else ErrorType.SPURIOUS
        paired = truth is not None and answer is not None
        verdicts.append(Verdict(ErrorType.RIGHT if paired else alone, truth, answer))
    return verdicts
