"""Any text classifier of scikit-learn as a detector of units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self
from warnings import catch_warnings, filterwarnings

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from benchmark.errors import UsageError
from benchmark.model import UNITS, Annotation, Document, Prediction, Unit
from benchmark.sklearn.checking import check_text_classifier
from benchmark.sklearn.describing import described

if TYPE_CHECKING:
    from benchmark.subject import Subject

Pairs = list[tuple[int, int]]
"""Start and end of units."""
Answer = tuple[tuple[str, ...], tuple[float, ...] | None, dict[str, float] | None]
"""The labels of a unit, their probabilities, and the probability of every label."""


class SklearnDetector(BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """A text classifier of scikit-learn that learns a layer of units, and labels them.

    It learns from the text of each unit of the gold. Where one of them has several labels, the classifier is
    trained for several: as it is where it can be, else its last step as one against the rest. Units without
    a label are not learned from where each has one label at the most. Scores are those of `predict_proba`;
    there are none where the classifier has no probabilities. It cannot be kept: that would take a pickle.

    Parameters
    ----------
    pipeline
        What is fitted on texts: vectorizer and classifier. It is cloned, and never changed.
    layer
        The layer of units that it does; None for any.
    name
        What the table calls it. What the pipeline's steps are, and which of their parameters are not the
        defaults, stands behind it.
    unit
        "sentence", "paragraph" or "document": the only units that it does; None for those of the gold.

    Attributes
    ----------
    model_
        The fitted classifier.
    classes_
        The labels, in the order of its probabilities: shape (L,).
    several_
        Whether it gives any number of labels.
    """

    def __init__(
        self, pipeline: Any, layer: str | None = None, name: str = "sklearn", unit: str | None = None
    ) -> None:
        self.pipeline = pipeline
        self.layer = layer
        self.name = name
        self.unit = unit

    @property
    def layers(self) -> frozenset[str]:
        """The layer that it does; none where it does any."""
        return frozenset() if self.layer is None else frozenset({self.layer})

    @property
    def trained_kinds(self) -> frozenset[str]:
        """The kind of layers that it learns any of."""
        return frozenset({"units"}) if self.layer is None else frozenset()

    @property
    def recorded(self) -> Mapping[str, str]:
        """What a record says of it: the classes of its steps, and their parameters that were changed.

        Raises
        ------
        UsageError
            Where it is no classifier of texts.
        """
        check_text_classifier(self.pipeline, self.name)
        return described(self.pipeline, "pipeline")

    def chosen(self, subject: Subject) -> Self:
        """Return itself, for labels of units.

        Raises
        ------
        UsageError
            For anything else, or where it is no classifier of texts.
        """
        check_text_classifier(self.pipeline, self.name)
        if subject.kind != "units":
            raise UsageError(
                f"detector '{self.name}' labels units, and layer '{subject.layer}' is asked for as "
                f"{subject.kind}; for these there are 'token-linear', 'crf' and 'transformers'"
            )
        if self.unit is not None and subject.unit not in ("", self.unit):
            raise UsageError(
                f"detector '{self.name}' labels units of kind '{self.unit}', and layer '{subject.layer}' is "
                f"one of kind '{subject.unit}'"
            )
        return self

    def fit(self, documents: Sequence[Document], gold: Sequence[Annotation], layer: str) -> Self:
        """Learn a layer from the units of its gold.

        Raises
        ------
        UsageError
            Where it is no classifier of texts.
        ValueError
            Where no unit has a label, or the classifier refuses what it is given.
        """
        check_text_classifier(self.pipeline, self.name)
        both = zip(documents, gold, strict=True)
        texts = [document.text[unit.start : unit.end] for document, a in both for unit in a.units]
        held = [unit.labels for a in gold for unit in a.units]
        if not any(held):
            raise ValueError(f"no unit of the gold has a label in layer '{layer}'")
        self.layer_ = layer
        self.kinds_ = (self.unit,) if self.unit is not None else _kinds(gold)
        self.several_ = any(len(own) > 1 for own in held)
        if self.several_:
            self._fit_several(texts, held)
        else:
            self._fit_one(texts, held)
        return self

    def _fit_one(self, texts: Sequence[str], held: Sequence[tuple[str, ...]]) -> None:
        labelled = [(text, own[0]) for text, own in zip(texts, held, strict=True) if own]
        self.model_ = clone(self.pipeline)
        self.model_.fit([text for text, _ in labelled], np.array([label for _, label in labelled]))
        seen = sorted({label for _, label in labelled})
        self.classes_ = np.array([str(label) for label in getattr(self.model_, "classes_", seen)])

    def _fit_several(self, texts: Sequence[str], held: Sequence[tuple[str, ...]]) -> None:
        self.classes_ = np.array(sorted({label for own in held for label in own}))
        self.model_ = for_several(clone(self.pipeline))
        table = np.array([[label in own for label in self.classes_] for own in held], dtype=np.int64)
        with catch_warnings():
            # That every unit of a fold has a label is no fault.
            filterwarnings("ignore", "Label .* is present in all training examples", UserWarning)
            self.model_.fit(list(texts), table)

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return the labels of the units of each document, the likeliest first.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            For another layer than it learned.
        """
        check_is_fitted(self)
        if layer != self.layer_:
            raise ValueError(f"layer '{self.layer_}' was learned, not '{layer}'")
        places = [_units(document, self.kinds_) for document in documents]
        answers = iter(
            self._answers([d.text[a:b] for d, own in zip(documents, places, strict=True) for a, b in own])
        )
        return [
            Prediction(document.id, layer, units=tuple(Unit(a, b, *next(answers)) for a, b in own))
            for document, own in zip(documents, places, strict=True)
        ]

    def _answers(self, texts: list[str]) -> list[Answer]:
        """Return what is said of each text."""
        if not texts:
            return []
        given = self._given(texts)
        if not hasattr(self.model_, "predict_proba"):
            return [(tuple(map(str, labels)), None, None) for labels in given]
        chances = probabilities(self.model_.predict_proba(texts), self.model_, len(self.classes_))
        names = self.classes_.tolist()
        answers: list[Answer] = []
        for labels, row in zip(given, chances.tolist(), strict=True):
            every = dict(zip(names, row, strict=True))
            ordered = sorted(map(str, labels), key=lambda label: -every[label])
            answers.append((tuple(ordered), tuple(every[label] for label in ordered), every))
        return answers

    def _given(self, texts: list[str]) -> list[Any]:
        """Return the labels that the classifier gives each text."""
        found = self.model_.predict(texts)
        if not self.several_:
            return [(label,) for label in found]
        table = found.toarray() if hasattr(found, "toarray") else np.asarray(found)
        return [self.classes_[row.astype(bool)] for row in table]

    def __sklearn_tags__(self) -> Any:
        """Return the tags: it takes documents, no arrays."""
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.target_tags.required = True
        return tags


def for_several(model: Any) -> Any:
    """Return a classifier of several labels a text: as it is where it is one, else one against the rest.

    Parameters
    ----------
    model
        A pipeline, whose last step alone is repeated a label, or an estimator. It is changed.
    """
    if isinstance(model, Pipeline):
        name, last = model.steps[-1]
        return model.set_params(**{name: for_several(last)})
    return model if _takes_several(model) else OneVsRestClassifier(model)


def _takes_several(model: Any) -> bool:
    try:
        tags = get_tags(model)
    except AttributeError:  # an estimator of others that says nothing of itself
        return False
    return bool(tags.target_tags.multi_output or (tags.classifier_tags and tags.classifier_tags.multi_label))


def probabilities(given: Any, model: Any, labels: int) -> NDArray[np.float64]:
    """Return probabilities as an array of shape (n, labels).

    Some classifiers of several labels return a list of arrays, one a label, each with a column for every
    class that the training had of it: 0, 1 or both.

    Parameters
    ----------
    given
        What `predict_proba` returned.
    model
        Who returned it.
    labels
        Number of labels.
    """
    if not isinstance(given, list):
        return np.asarray(given, dtype=np.float64)
    last = model.steps[-1][1] if isinstance(model, Pipeline) else model
    columns = [_held(np.asarray(part), classes) for part, classes in zip(given, last.classes_, strict=True)]
    return np.stack(columns, axis=1).reshape(-1, labels)


def _held(part: NDArray[np.float64], classes: Any) -> NDArray[np.float64]:
    """Return the probability of the class 1; 0 where the training had none of it."""
    column = np.flatnonzero(np.asarray(classes) == 1)
    return part[:, column[0]] if len(column) else np.zeros(len(part))


def _kinds(gold: Sequence[Annotation]) -> tuple[str, ...]:
    """Return the kinds of units that all of the gold's are; short texts are of several kinds."""
    pairs = [(a.document, {(unit.start, unit.end) for unit in a.units}) for a in gold]
    return tuple(
        kind for kind in UNITS if all(own <= set(_units(document, (kind,))) for document, own in pairs)
    )


def _units(document: Document, kinds: Sequence[str]) -> Pairs:
    """Return the boundaries of a document's units of some kinds, each once; of any where none is named."""
    if not kinds:
        return list(document.every_unit)
    found = [(start, end) for kind in kinds for start, end in document.units(kind).tolist()]
    return list(dict.fromkeys(found))
