"""The metrics as scorers for scikit-learn, with the values that the harness computes."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from benchmark.errors import UsageError, suggest
from benchmark.metrics import METRICS, LabelSet, Metric
from benchmark.model import Annotation, Document, Prediction, Unit, offsets
from benchmark.projection import select
from benchmark.scorer import SINGLE_LABEL
from benchmark.sklearn.samples import TaskGold
from benchmark.spec import Spec, construct
from benchmark.tasks import Task

MACRO, MAIN = "macro_f1", "f1"
UNIT_METRICS = (SINGLE_LABEL, "multilabel")
_THREE = ("a", "b", "c")
"""Labels that stand for any, where only a metric's scores are asked for."""
_SEVERAL = (tuple, list, set, frozenset, np.ndarray)
"""What holds the labels of a sample that may have several."""
Sets = list[tuple[str, ...]]
"""The labels of each sample."""


class Predictor(Protocol):
    """What a scorer asks: anything that predicts."""

    def predict(self, X: Any) -> Any:  # noqa: N803 - scikit-learn's name
        """Return what is predicted for samples."""
        ...


@dataclass(frozen=True)
class Scorer:
    """One score of a metric, to be called with an estimator, samples and what is known of them.

    Parameters
    ----------
    metric
        The metric.
    score
        The name of the score.
    labels
        The labels; None for those of the task, or else of the samples and of what is predicted for them.
    undefined
        What is returned where the score is undefined.
    """

    metric: Metric
    score: str
    labels: Sequence[str] | None = None
    undefined: float = math.nan

    def __call__(self, estimator: Predictor, X: Any, y: Any) -> float:  # noqa: N803 - scikit-learn's name
        """Return the score of what an estimator predicts for samples.

        Parameters
        ----------
        estimator
            Anything with `predict`.
        X
            What it predicts from, such as texts, or documents.
        y
            Labels, tuples of labels, or a matrix of 0 and 1, shape (n, labels); or annotations, where the
            estimator returns predictions.

        Raises
        ------
        ValueError
            Where what is known or predicted does not fit the metric.
        """
        return self.value(y, estimator.predict(X))

    def value(self, known: Any, predicted: Any) -> float:
        """Return the score of predictions, as a metric function of scikit-learn does.

        Parameters
        ----------
        known, predicted
            Of the same samples, in the same order.

        Raises
        ------
        ValueError
            Where they differ in number, or do not fit the metric.
        """
        gold, found = self._both(known, predicted)
        labels = self._labels(gold, found, _task_of(known))
        if not len(labels):
            return self.undefined  # nothing is known, and nothing predicted
        totals = self.metric.per_document(gold, found, labels).sum(axis=0)
        names = self.metric.scores(labels)
        value = float(self.metric.finalize(totals, labels)[names.index(_by_name(self.score, labels))])
        return self.undefined if math.isnan(value) else value

    def _both(self, known: Any, predicted: Any) -> tuple[list[Annotation], list[Prediction]]:
        """Return what is known and predicted as annotations and predictions."""
        if _annotated(known):
            return _scored(known, self._predictions(known, predicted), _task_of(known))
        if not _scores_units(self.metric):
            raise ValueError(f"metric '{self.metric.name}' scores spans: y must be annotations")
        truth, answers = _label_sets(known, self.labels), _label_sets(predicted, self.labels)
        _check_alike(known, predicted)
        if len(truth) != len(answers):
            raise ValueError(f"{len(answers)} predictions for {len(truth)} samples")
        if self.metric.name == SINGLE_LABEL and any(len(own) > 1 for own in truth):
            raise ValueError(
                f"a sample has several labels, and '{SINGLE_LABEL}' scores one: use 'multilabel'"
            )
        documents = [_sample(number) for number in range(len(truth))]
        return (
            [Annotation(d, "", units=(Unit(0, 1, own),)) for d, own in zip(documents, truth, strict=True)],
            [
                Prediction(d.id, "", units=(Unit(0, 1, own),))
                for d, own in zip(documents, answers, strict=True)
            ],
        )

    def _predictions(self, known: Sequence[Annotation], predicted: Any) -> list[Prediction]:
        found = list(predicted)
        strange = next((one for one in found if not isinstance(one, Prediction)), None)
        if strange is not None:
            raise ValueError(
                f"for documents a {type(strange).__name__} is predicted, not a Prediction; wrap the "
                "detector: benchmark.sklearn.DetectorEstimator"
            )
        if [one.document for one in found] != [annotation.document.id for annotation in known]:
            raise ValueError(
                "the predictions are of other documents than the annotations, or in another order"
            )
        if _scores_units(self.metric) and not any(annotation.units for annotation in known):
            raise ValueError(f"metric '{self.metric.name}' scores units, and the annotations hold none")
        return found

    def _labels(self, gold: Sequence[Annotation], found: Sequence[Prediction], task: Task | None) -> LabelSet:
        """Return the labels with their number in the gold.

        What is only predicted is among them, since it is wrong, and without gold, so that no average of
        labels runs over it.
        """
        if isinstance(self.labels, LabelSet):
            return self.labels
        held = [label for piece in gold for label in _of(piece)]
        names: Iterable[str] = self.labels or (() if task is None else task.labels)
        if self.labels is None and task is None:
            known = {*held, *(label for piece in found for label in _of(piece))}
            asked = _by_name(self.score, known).partition(":")[2]
            names = sorted({*known, *([asked] if asked else [])})
        return LabelSet(tuple(names), [held.count(name) for name in names])


def scorer(
    metric: str = SINGLE_LABEL,
    score: str | None = None,
    *,
    labels: Sequence[str] | None = None,
    undefined: float = math.nan,
) -> Scorer:
    """Return a score of a metric as a scorer for `cross_val_score`, `GridSearchCV` and the like.

    An average over labels runs over those that the scored samples have: as in the harness, a label that is
    only predicted lowers what it is confused with and has no part of its own. (scikit-learn's macro-F1
    counts it as 0.) Give `labels` as a `benchmark.metrics.LabelSet` to fix across folds what it runs over.

    Parameters
    ----------
    metric
        Its name, with parameters as they are typed: "classification", "overlap:threshold=0.1".
    score
        One of its scores; "f1:LABEL" for that of a label. Default: macro-F1 of "classification", F1 of
        others.
    labels
        The labels, texts or numbers; of two the positive one first. Others are not scored. Default: those of
        the task that the samples are from, or else of the samples and of what is predicted for them.
    undefined
        What is returned where the score is undefined. The default, NaN, is what the harness says;
        `GridSearchCV` ranks it last, with a warning.

    Raises
    ------
    UsageError
        Where the metric has no such score.
    """
    spec = Spec.parse(metric)
    built = construct("metric", METRICS.get(spec.name), spec, {})
    given = None if labels is None else _named(labels)
    several = built.scores(_THREE)
    chosen = score or (MACRO if spec.name == SINGLE_LABEL else MAIN if MAIN in several else several[0])
    chosen = chosen if given is None else _by_name(chosen, given)
    _check_score(metric, built, chosen, given)
    return Scorer(built, chosen, given, undefined)


def _by_name(score: str, labels: Collection[str]) -> str:
    """Return a score with its label as it is named: "f1:True" is "f1:1" where only numbers are labels."""
    kind, colon, label = score.partition(":")
    whole = re.fullmatch(r"(-?[0-9]+)\.0", label)
    plain = {"True": "1", "False": "0"}.get(label, whole[1] if whole else label)
    return score if not colon or label in labels or plain not in labels else f"{kind}:{plain}"


def _check_score(metric: str, built: Metric, chosen: str, labels: Sequence[str] | None) -> None:
    """See that a metric has a score, of these labels where they are given.

    Raises
    ------
    UsageError
        Where it has not.
    """
    if labels is not None:
        known = built.scores(labels)
        if chosen not in known:
            raise UsageError(
                f"metric '{metric}' has no score '{chosen}' of these labels{suggest(chosen, known)}"
            )
        return
    pair = built.scores(_THREE[:2])
    kind, colon, _ = chosen.partition(":")
    if kind not in {name.partition(":")[0] for name in pair}:
        raise UsageError(f"metric '{metric}' has no score '{chosen}'{suggest(kind, pair[: len(pair) - 6])}")
    if not colon and chosen not in built.scores(_THREE):
        raise UsageError(
            f"'{chosen}' of metric '{metric}' is that of one of two labels: give labels, it first"
        )


def _of(piece: Annotation | Prediction) -> list[str]:
    """Return the labels of spans and units, one for each time."""
    return [
        *(span.label for span in piece.spans),
        *(label for unit in piece.units for label in unit.labels),
    ]


def _annotated(known: Any) -> bool:
    """Return whether annotations are given; nothing at all is taken for labels."""
    return isinstance(known, Sequence | np.ndarray) and len(known) > 0 and isinstance(known[0], Annotation)


def _task_of(known: Any) -> Task | None:
    """Return the task that samples are from; None for none, or for several."""
    if not _annotated(known) or not isinstance(known[0], TaskGold):
        return None
    task = known[0].task
    return task if all(isinstance(one, TaskGold) and one.task == task for one in known) else None


def _scored(
    known: Sequence[Annotation], predicted: Sequence[Prediction], task: Task | None
) -> tuple[list[Annotation], list[Prediction]]:
    """Return what a task scores of annotations and of predictions; all of them without a task."""
    if task is None:
        return list(known), list(predicted)
    gold, found = list[Annotation](), list[Prediction]()
    for annotation, prediction in zip(known, predicted, strict=True):
        document = annotation.document
        gold.append(Annotation(document, task.layer, *select(task, document, annotation)))
        found.append(Prediction(document.id, task.layer, *select(task, document, prediction)))
    return gold, found


def _scores_units(metric: Metric) -> bool:
    return metric.name in UNIT_METRICS or bool(getattr(metric, "scores_units", False))


def _sample(number: int) -> Document:
    nowhere = offsets([])
    return Document(str(number), " ", nowhere, nowhere)


def _label_sets(values: Any, labels: Sequence[str] | None) -> Sets:
    """Return the labels of each sample, of whichever of the forms that scikit-learn knows."""
    if hasattr(values, "toarray"):
        values = values.toarray()
    if getattr(values, "ndim", 1) == 2:
        return _of_matrix(np.asarray(values), labels)
    return [_labels_of(value) for value in values]


def _named(labels: Sequence[object]) -> Sequence[str]:
    """Return labels by their names, with their numbers in the gold where these are given."""
    names = tuple(map(_name, labels))
    return LabelSet(names, labels.support) if isinstance(labels, LabelSet) else names


def _name(label: object) -> str:
    """Return the name of a label. Equal numbers have one name: True, 1 and 1.0 are one label, as in NumPy."""
    if isinstance(label, bool | np.bool_ | int | np.integer):
        return str(int(label))
    if isinstance(label, float | np.floating) and float(label).is_integer():
        return str(int(label))
    return str(label)


def _check_alike(known: Any, predicted: Any) -> None:
    """See that labels are not texts on one side and numbers on the other.

    Raises
    ------
    ValueError
        Where they are: "1" is not 1, and they would never meet.
    """
    kinds = [_kinds(known), _kinds(predicted)]
    if {str} in kinds and {float} in kinds:
        raise ValueError("labels are texts on one side and numbers on the other: make both the same")


def _kinds(values: Any) -> set[type]:
    """Return whether labels are texts (str) or numbers (float); empty where a matrix does not say."""
    if hasattr(values, "toarray") or getattr(values, "ndim", 1) == 2:
        return set()
    every = (label for value in values for label in (value if isinstance(value, _SEVERAL) else (value,)))
    return {str if isinstance(label, str) else float for label in every if not _missing(label)}


def _missing(label: object) -> bool:
    return label is None or (isinstance(label, float) and math.isnan(label))


def _of_matrix(matrix: Any, labels: Sequence[str] | None) -> Sets:
    """Return the labels of the rows of a matrix of 0 and 1, whose columns are the labels.

    Raises
    ------
    ValueError
        Where it holds something else, or the columns are not as many as the labels.
    """
    names = [str(number) for number in range(matrix.shape[1])] if labels is None else list(labels)
    if len(names) != matrix.shape[1]:
        raise ValueError(f"{matrix.shape[1]} columns for {len(names)} labels")
    if not np.isin(matrix, (0, 1)).all():
        raise ValueError("a matrix of labels holds something else than 0 and 1")
    return [tuple(name for name, held in zip(names, row, strict=True) if held) for row in matrix.tolist()]


def _labels_of(value: Any) -> tuple[str, ...]:
    """Return the labels of one sample; None and NaN are none."""
    if _missing(value):
        return ()
    if isinstance(value, _SEVERAL):
        return tuple(
            dict.fromkeys(map(_name, sorted(value) if isinstance(value, set | frozenset) else value))
        )
    return (_name(value),)
