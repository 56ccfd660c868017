"""The scores that a detector gave the labels of units, lined up with the gold units that a task scores.

`benchmark.projection` drops scores, so they are read from the predictions as the detector gave them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.label import Classification
from benchmark.model import Document, Prediction, Span, Unit
from benchmark.projection import PARAGRAPH, Scoring
from benchmark.stats.curves import are_probabilities
from benchmark.tasks import Task

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
Place = tuple[int, int]

ALWAYS = math.inf
"""Stands for the score of what a detector gave without one, beside others with one: no threshold drops it."""


@dataclass(frozen=True)
class Answer:
    """What a detector said of one unit.

    Parameters
    ----------
    scores
        By label of the task.
    given
        The labels of the task that it gave, the main one first.
    whole
        Whether every label that could have been given has a score.
    """

    scores: Mapping[str, float]
    given: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, eq=False)
class UnitScores:
    """The scored units of a task, u of them, with the L labels' scores.

    Parameters
    ----------
    labels
        The L labels.
    single
        Whether a unit has one label.
    from_spans
        Whether the scores are those of spans that touch the units.
    units
        Start and end of each within its piece.
    piece
        The piece of the scoring that each lies in, shape (u,).
    scores
        Shape (u, L), NaN where there is none.
    truth
        Whether the gold has the label, shape (u, L).
    answered
        Whether the detector said anything of the unit, shape (u,).
    whole
        Whether every label that could have been given has a score, shape (u,).
    first
        The number of the first label given, L for none, shape (u,).
    always
        Whether every unit that was answered got a label.
    """

    labels: tuple[str, ...]
    single: bool
    from_spans: bool
    units: tuple[Place, ...]
    piece: Ints
    scores: Floats
    truth: Flags
    answered: Flags
    whole: Flags
    first: Ints
    always: bool

    @property
    def pair(self) -> bool:
        """Whether a unit has one of two labels, of which the first is the positive one."""
        return self.single and len(self.labels) == 2

    @property
    def complete(self) -> bool:
        """Whether every label of every unit that was answered has a score."""
        return bool(self.whole[self.answered].all())

    @property
    def certain(self) -> bool:
        """Whether some answer has no score while others have one."""
        return bool(np.isinf(self.scores).any())

    def decisions(self) -> tuple[Floats, Flags, int]:
        """Return the scores and truth of all decisions with a score, and how many are to be found in all.

        A decision is a unit and a label; of a pair of labels it is the first label alone.
        """
        columns = slice(0, 1) if self.pair else slice(None)
        scores, truth = self.scores[:, columns], self.truth[:, columns]
        scored = ~np.isnan(scores)
        return scores[scored], truth[scored], int(truth.sum())

    def of_label(self, number: int) -> tuple[Floats, Flags, int]:
        """Return what `decisions` gives, of one label."""
        scores, truth = self.scores[:, number], self.truth[:, number]
        scored = ~np.isnan(scores)
        return scores[scored], truth[scored], int(truth.sum())

    def labels_at(self, row: int, threshold: float) -> tuple[str, ...]:
        """Return the labels of a unit if the detector had used another threshold.

        Of a pair the first label from the threshold on, else the second. Of several all from the threshold
        on; the likeliest where there is none and the detector gave every unit a label. A unit that it said
        nothing of has none.
        """
        if not self.answered[row]:
            return ()
        scores = self.scores[row]
        if self.pair:
            return (self.labels[0 if scores[0] >= threshold else 1],)
        given = np.flatnonzero(scores >= threshold).tolist()
        if not given and self.always and not np.isnan(scores).all():
            given = [int(np.nanargmax(scores))]
        return tuple(self.labels[number] for number in given)


def unit_scores(scoring: Scoring, predictions: Sequence[Prediction]) -> UnitScores | None:
    """Return the scores of units; None where the detector gave none.

    Gold units without a label are left out of a task of one label a unit, as its metric does. Where a unit
    has one of two labels and a score from 0 to 1 was given for one of them alone, the other's is 1 less it.

    Parameters
    ----------
    scoring
        Of a task of units.
    predictions
        As the detector gave them, one a document, in the order of the scoring's documents.
    """
    task, labels = scoring.task, scoring.labels.names
    single = task.metric == Classification.registered
    found = [
        _answers(task, labels, document, prediction)
        for document, prediction in zip(scoring.documents, predictions, strict=True)
    ]
    if not any(answer.scores for answers in found for answer in answers.values()):
        return None
    if single and len(labels) == 2 and _shares(found):
        found = [{place: _both(answer, labels) for place, answer in part.items()} for part in found]
    from_spans = any(_of_spans(task, prediction) for prediction in predictions)
    return _lined_up(scoring, found, single=single, from_spans=from_spans)


def _of_spans(task: Task, prediction: Prediction) -> bool:
    return task.reading == "any" and prediction.layer != task.layer


def _answers(
    task: Task, labels: Sequence[str], document: Document, prediction: Prediction
) -> dict[Place, Answer]:
    """Return what was said of each unit of a document, read as `benchmark.projection.select` reads it."""
    if _of_spans(task, prediction):
        return _touching(task, document, prediction.spans)
    answers = {(unit.start, unit.end): _answer(unit, labels) for unit in prediction.units}
    if task.reading == "any":
        silent = Answer({}, (task.labels[1],), whole=False)
        answers = (
            dict.fromkeys(map(tuple, document.units(task.unit or "document").tolist()), silent) | answers
        )
    return answers


def _answer(unit: Unit, labels: Sequence[str]) -> Answer:
    given = tuple(label for label in unit.labels if label in labels)
    if unit.all_scores is not None:
        scores = {label: score for label, score in unit.all_scores.items() if label in labels}
        return Answer(scores, given, whole=True)
    if unit.scores is None:
        return Answer({}, given, whole=False)
    scores = dict(zip(unit.labels, unit.scores, strict=True))
    return Answer({label: scores[label] for label in given}, given, whole=False)


def _touching(task: Task, document: Document, spans: Sequence[Span]) -> dict[Place, Answer]:
    """Return for each unit the highest score of a counting span that touches it, for the first label."""
    units = document.units(task.unit or "document")
    highest = np.full(len(units), -np.inf)
    scored = any(span.score is not None for span in spans)
    for span in spans:
        if task.span_labels and span.label not in task.span_labels:
            continue
        first = int(np.searchsorted(units[:, 1], span.start, side="right"))
        last = int(np.searchsorted(units[:, 0], span.end, side="left"))
        score = ALWAYS if span.score is None else span.score
        highest[first:last] = np.maximum(highest[first:last], score)
    answers = {}
    for (start, end), score in zip(units.tolist(), highest.tolist(), strict=True):
        touched = score > -math.inf
        scores = {task.labels[0]: score} if touched and scored else {}
        answers[start, end] = Answer(scores, (task.labels[0 if touched else 1],), whole=False)
    return answers


def _shares(found: Sequence[Mapping[Place, Answer]]) -> bool:
    """Return whether all scores lie between 0 and 1, in units that gold may have or not."""
    scores = [score for answers in found for answer in answers.values() for score in answer.scores.values()]
    return are_probabilities(np.array(scores, dtype=np.float64))


def _both(answer: Answer, labels: Sequence[str]) -> Answer:
    if answer.whole or len(answer.scores) != 1:
        return answer
    ((label, score),) = answer.scores.items()
    other = labels[1 - labels.index(label)]
    return Answer({label: score, other: 1 - score}, answer.given, whole=True)


def origins(scoring: Scoring) -> tuple[Ints, Ints]:
    """Return the document of each piece, and where in it the piece begins: shape (pieces,) each."""
    if scoring.clusters != PARAGRAPH:
        count = len(scoring.documents)
        return np.arange(count), np.zeros(count, dtype=np.int64)
    starts = [document.paragraphs[:, 0] for document in scoring.documents]
    owner = np.repeat(np.arange(len(starts)), [len(part) for part in starts])
    return owner, np.concatenate([np.empty(0, dtype=np.int64), *starts])


def _lined_up(
    scoring: Scoring, found: Sequence[Mapping[Place, Answer]], *, single: bool, from_spans: bool
) -> UnitScores:
    labels = scoring.labels.names
    positive = labels[:1] if single and len(labels) == 2 else labels
    rows: list[tuple[int, Place, list[bool], Answer | None]] = []
    owner, origin = origins(scoring)
    for piece, (document, start) in enumerate(zip(owner.tolist(), origin.tolist(), strict=True)):
        for unit in scoring.gold[piece].units:
            held = [label for label in unit.labels if label in labels][: 1 if single else None]
            if held or not single:
                answer = found[document].get((unit.start + start, unit.end + start))
                rows.append((piece, (unit.start, unit.end), [label in held for label in labels], answer))
    answers = [answer for *_, answer in rows]
    given = [answer.given if answer else () for answer in answers]
    return UnitScores(
        labels=labels,
        single=single,
        from_spans=from_spans,
        units=tuple(place for _, place, _, _ in rows),
        piece=np.array([piece for piece, *_ in rows], dtype=np.int64),
        scores=np.array([_row(answer, labels, positive) for answer in answers]).reshape(-1, len(labels)),
        truth=np.array([held for _, _, held, _ in rows], dtype=np.bool_).reshape(-1, len(labels)),
        answered=np.array([answer is not None for answer in answers], dtype=np.bool_),
        whole=np.array([answer is not None and answer.whole for answer in answers], dtype=np.bool_),
        first=np.array([labels.index(part[0]) if part else len(labels) for part in given], dtype=np.int64),
        always=all(part for part, answer in zip(given, answers, strict=True) if answer),
    )


def _row(answer: Answer | None, labels: Sequence[str], positive: Sequence[str]) -> list[float]:
    """Return the scores of all labels.

    A label in `positive` that was given without a score has `ALWAYS`; any other without one has NaN.
    """
    if answer is None:
        return [math.nan] * len(labels)
    unscored = {label: ALWAYS for label in answer.given if label in positive}
    return [answer.scores.get(label, unscored.get(label, math.nan)) for label in labels]
