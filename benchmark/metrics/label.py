"""Metrics of units: sentences, paragraphs or documents that carry labels.

The units of the gold are scored. A predicted unit belongs to the gold unit with the same start and end;
predictions for other units are ignored, and where two are given for one unit the first counts. Labels
outside the task are ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.metrics.base import Floats
from benchmark.metrics.credit import (
    CreditMetric,
    NamedMetric,
    divide,
    f1_of,
    label_scores,
    macro_average,
    precision_recall_f1,
    require_same_documents,
    tally,
)
from benchmark.metrics.intervals import numbered, sum_by_cell
from benchmark.model import Annotation, Prediction


@dataclass(frozen=True)
class Classification(NamedMetric):
    """Units with exactly one label: accuracy, MCC, macro-F1, weighted F1, and P, R, F1 of each label.

    A task of two labels has precision, recall and F1 besides, which are those of its first label, the
    positive one. A unit counts with the first of its labels that the task has. Gold units without one are
    left out; a unit whose prediction has none, or that has no prediction, counts as wrong.

    MCC is the correlation coefficient of Matthews for any number of classes: R_K in Gorodkin, "Comparing two
    K-category assignments by a K-category correlation coefficient", 2004. A missing prediction is one class
    more. MCC is NaN where gold or predictions have one class only.
    """

    registered = "classification"

    def scores(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the four overall scores, for two labels precision, recall, f1, and these of each label."""
        positive = ("precision", "recall", "f1") if len(labels) == 2 else ()
        return ("accuracy", "mcc", "macro_f1", "weighted_f1", *positive, *label_scores(labels))

    def per_document(
        self, gold: Sequence[Annotation], predicted: Sequence[Prediction], labels: Sequence[str]
    ) -> Floats:
        """Return the confusion matrix of each document, shape (n, L * (L + 1)).

        Rows are labels of the gold; columns are predicted labels and, last, no prediction.

        Raises
        ------
        ValueError
            Where gold and predictions are not of the same documents.
        """
        size, number = len(labels), numbered(labels)
        cells = []
        for document, truth, answer in _unit_labels(gold, predicted):
            row = next((number[label] for label in truth if label in number), None)
            if row is not None:
                column = next((number[label] for label in answer if label in number), size)
                cells.append((document * size + row) * (size + 1) + column)
        counts = sum_by_cell(np.array(cells, dtype=np.int64), None, len(gold) * size * (size + 1))
        return counts.reshape(len(gold), size * (size + 1))

    def narrowed(
        self, labels: Sequence[str], score: str
    ) -> tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]] | None:
        """Return the two functions of one score: to its statistics, and from their sum; None for others.

        MCC and macro-F1 need the margins of the confusion matrix and what is right, not the whole matrix.
        """
        size = len(labels)
        if score not in ("mcc", "macro_f1"):
            return None

        def reduce(statistics: Floats) -> Floats:
            matrix = statistics.reshape(*statistics.shape[:-1], size, size + 1)
            right = np.diagonal(matrix, axis1=-2, axis2=-1)
            return np.concatenate([right, matrix.sum(axis=-2), matrix.sum(axis=-1)], axis=-1)

        def finalize(totals: Floats) -> Floats:
            right, answered, present = np.split(totals, (size, 2 * size + 1), axis=-1)
            if score == "mcc":
                return _correlation(right.sum(axis=-1), answered, present)[..., np.newaxis]
            each = f1_of(right, answered[..., :-1], right, present)
            return macro_average(each, labels)[..., np.newaxis]

        return reduce, finalize

    def finalize(self, totals: Floats, labels: Sequence[str]) -> Floats:
        """Return scores from summed confusion matrices; undefined ones are NaN.

        F1 of a label is 0 where its precision or recall is 0 or undefined, and NaN where it is neither in
        the gold nor predicted. Macro-F1 is the mean over the labels with gold in the whole dataset, weighted
        F1 the mean over labels by their number of gold units.

        Parameters
        ----------
        totals
            Shape (..., L * (L + 1)).
        labels
            The L labels.

        Returns
        -------
        NDArray
            Shape (..., m), in the order of `scores`.
        """
        leading, size = totals.shape[:-1], len(labels)
        matrix = totals.reshape(*leading, size, size + 1)
        right = np.diagonal(matrix, axis1=-2, axis2=-1)
        answered, present = matrix.sum(axis=-2), matrix.sum(axis=-1)
        each = precision_recall_f1(np.stack([right, answered[..., :-1], right, present], axis=-1), np.nan)
        overall = [
            divide(right.sum(axis=-1), present.sum(axis=-1), np.nan),
            _correlation(right.sum(axis=-1), answered, present),
            macro_average(each[..., 2], labels),
            # A label without gold weighs nothing, also where its F1 is undefined.
            divide((present * np.nan_to_num(each[..., 2])).sum(axis=-1), present.sum(axis=-1), np.nan),
        ]
        positive = each[..., 0, :] if size == 2 else each[..., 0, :0]
        return np.concatenate([np.stack(overall, axis=-1), positive, each.reshape(*leading, -1)], axis=-1)


def _correlation(right: Floats, answered: Floats, present: Floats) -> Floats:
    """Return the multi-class MCC.

    Parameters
    ----------
    right
        Number of right answers, shape (...).
    answered
        How often each class is predicted, the missing prediction last, shape (..., L + 1).
    present
        How often each class is in the gold, shape (..., L).
    """
    total = present.sum(axis=-1)
    covariance = right * total - (answered[..., :-1] * present).sum(axis=-1)
    spread_answered = total**2 - (answered**2).sum(axis=-1)
    spread_present = total**2 - (present**2).sum(axis=-1)
    return divide(covariance, np.sqrt(spread_answered) * np.sqrt(spread_present), np.nan)


@dataclass(frozen=True)
class MultiLabel(CreditMetric):
    """Units with any number of labels: micro, macro and per-label precision, recall, F1.

    Each pair of a unit and a label is counted. A unit without a prediction has no predicted label.
    """

    registered = "multilabel"

    def per_document(
        self, gold: Sequence[Annotation], predicted: Sequence[Prediction], labels: Sequence[str]
    ) -> Floats:
        """Return the statistics of each document, shape (n, 4L), counted in units.

        Raises
        ------
        ValueError
            Where gold and predictions are not of the same documents.
        """
        size, number = len(labels), numbered(labels)
        both: list[int] = []
        ours: list[int] = []
        theirs: list[int] = []
        for document, truth, answer in _unit_labels(gold, predicted):
            wanted = {document * size + number[label] for label in truth if label in number}
            given = {document * size + number[label] for label in answer if label in number}
            theirs.extend(wanted)
            ours.extend(given)
            both.extend(wanted & given)
        right, answered, present = (
            sum_by_cell(np.array(cells, dtype=np.int64), None, len(gold) * size)
            for cells in (both, ours, theirs)
        )
        return tally(len(gold), size, predicted=(right, answered), gold=(right, present))


def _unit_labels(
    gold: Sequence[Annotation], predicted: Sequence[Prediction]
) -> Iterator[tuple[int, tuple[str, ...], tuple[str, ...]]]:
    """Yield for each unit of the gold the number of its document, its labels and the predicted ones."""
    require_same_documents(gold, predicted)
    for document, (annotation, prediction) in enumerate(zip(gold, predicted, strict=True)):
        answers = {(unit.start, unit.end): unit.labels for unit in reversed(prediction.units)}
        for unit in annotation.units:
            yield document, unit.labels, answers.get((unit.start, unit.end), ())
