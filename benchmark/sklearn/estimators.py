"""Our detectors as estimators of scikit-learn: of texts with one label each, or of documents with gold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import assert_all_finite
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from benchmark.asking import predict
from benchmark.detectors import build
from benchmark.errors import UsageError
from benchmark.evaluation_plan import spec_of
from benchmark.fitting import ready_for, trained
from benchmark.model import UNITS, Annotation, Detector, Document, Prediction, Unit
from benchmark.segmentation import segment
from benchmark.subject import Subject, gives, knows, must_fit

Objects = NDArray[np.object_]


class TextClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """A detector of units as a classifier of texts, one label a text.

    Each text is a document, and is labelled as a whole. It has no `predict_proba`: a detector may decide by
    a threshold that it tuned, and scikit-learn takes the likeliest label for the decision.

    Parameters
    ----------
    detector
        Its name with parameters as they are typed, or an object, which is copied and never changed.
    layer
        The layer that it is asked for. What learns any layer of units needs none.
    seed
        For a detector that has one and is given by name.

    Attributes
    ----------
    classes_
        The labels, sorted.
    detector_
        The fitted detector; None where all texts of the training have one label, which is then given.
    """

    def __init__(self, detector: Any = "linear", layer: str = "label", seed: int = 0) -> None:
        self.detector = detector
        self.layer = layer
        self.seed = seed

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803 - scikit-learn's name
        """Learn from texts.

        Parameters
        ----------
        X
            n texts; or a table of shape (n, columns) such as headline and body, whose cells are the
            paragraphs of a text.
        y
            n labels.

        Raises
        ------
        UsageError
            Where the detector does no units, or not these labels.
        ValueError
            Where texts or labels are missing, or the detector fails.
        """
        if y is None:
            raise ValueError("TextClassifier requires y to be passed, but the target y is None")
        texts = self._texts(X, reset=True)
        labels = column_or_1d(y, warn=True)
        assert_all_finite(labels, input_name="y")
        if any(label is None for label in labels):
            raise ValueError("y has a missing label")
        check_classification_targets(labels)
        if len(labels) != len(texts):
            raise ValueError(f"inconsistent numbers of samples: {len(texts)} texts and {len(labels)} labels")
        self.classes_, codes = np.unique(labels, return_inverse=True)
        self.detector_ = None
        if len(self.classes_) > 1:
            names = [str(self.classes_[code]) for code in codes]
            documents = _documents(texts)
            gold = [
                Annotation(d, self.layer, units=(Unit(0, len(d.text), (name,)),))
                for d, name in zip(documents, names, strict=True)
            ]
            subject = Subject(self.layer, "units", tuple(map(str, self.classes_)), "document")
            self.detector_ = _fitted(self.detector, documents, gold, subject, self.seed)
        return self

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803 - scikit-learn's name
        """Return the label of each text: shape (n,).

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            Where the detector fails on a text, or gives it no label.
        """
        check_is_fitted(self)
        texts = self._texts(X, reset=False)
        if self.detector_ is None:
            return np.repeat(self.classes_, len(texts))
        numbers = {str(label): number for number, label in enumerate(self.classes_)}
        documents = _documents(texts)
        found = _predicted(self.detector_, documents, Subject(self.layer, "units", tuple(numbers)))
        answers = [_whole(document, one) for document, one in zip(documents, found, strict=True)]
        return self.classes_[[numbers[label] for label in answers]]

    def _texts(self, X: Any, *, reset: bool) -> list[str]:  # noqa: N803 - scikit-learn's name
        """Return texts, of a table those of its rows."""
        if isinstance(X, str):
            raise TypeError("one text is given where several are expected; give a list of texts")
        if not _one_column(X):
            table = validate_data(self, X, reset=reset, dtype=None)
            return ["\n".join(map(str, row)) for row in table.tolist()]
        if hasattr(self, "n_features_in_"):
            if not reset:
                raise ValueError(
                    f"X has texts alone, and the fit had tables of {self.n_features_in_} columns"
                )
            del self.n_features_in_
        if not len(X):
            raise ValueError("X must be one text or more, got none")
        strange = [text for text in X if not isinstance(text, str)]
        if strange:
            raise ValueError(f"X must be one text or more, got {strange[0]!r}")
        return [str(text) for text in X]

    def __sklearn_tags__(self) -> Any:
        """Return the tags: it takes texts, and learns nothing of numbers."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.classifier_tags.poor_score = True
        return tags


class DetectorEstimator(BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """A detector as an estimator of documents: `fit(documents, gold)`, `predict(documents)`.

    With `benchmark.sklearn.scorer` and `documents_and_gold` it is cross-validated, and its parameters are
    searched, those of an object by name too: `detector__pipeline__…` of a `SklearnDetector`.

    Parameters
    ----------
    detector
        Its name with parameters as they are typed, or an object, which is copied and never changed.
    labels
        The labels of the layer, for a detector that wants to know all of them; None where none does.
    seed
        For a detector that has one and is given by name.

    Attributes
    ----------
    detector_
        The detector, fitted where it has to be.
    layer_
        The layer of the gold.
    """

    def __init__(self, detector: Any, labels: Sequence[str] | None = None, seed: int = 0) -> None:
        self.detector = detector
        self.labels = labels
        self.seed = seed

    def fit(self, X: Sequence[Document], y: Sequence[Annotation]) -> Self:  # noqa: N803 - scikit-learn's name
        """Learn from documents and their gold, which stand in the same order.

        Raises
        ------
        UsageError
            Where the detector does not do the layer.
        ValueError
            Where there is no document, they do not belong together, or the detector fails.
        """
        gold = list(y)
        if not gold or not all(isinstance(annotation, Annotation) for annotation in gold):
            raise ValueError("y must be the annotations of one document or more")
        if [document.id for document in X] != [annotation.document.id for annotation in gold]:
            raise ValueError("the annotations are of other documents, or in another order")
        subject = _subject(gold, tuple(self.labels or ()))
        self.layer_, self.subject_ = subject.layer, subject
        self.detector_ = _fitted(self.detector, list(X), gold, subject, self.seed)
        return self

    def predict(self, X: Sequence[Document]) -> list[Prediction]:  # noqa: N803 - scikit-learn's name
        """Return a prediction for each document.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            Where the detector fails on a document.
        """
        check_is_fitted(self)
        return _predicted(self.detector_, list(X), self.subject_)

    def __sklearn_tags__(self) -> Any:
        """Return the tags: it takes documents, no arrays."""
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.target_tags.required = True
        return tags


def _one_column(given: Any) -> bool:
    """Return whether texts alone are given, and no table: a list of texts, or an array of shape (n,)."""
    if isinstance(given, list | tuple):
        return not given or isinstance(given[0], str)
    kind = getattr(getattr(given, "dtype", None), "kind", "O")
    return getattr(given, "ndim", 0) == 1 and kind in "OUT"


def _fitted(
    detector: Any, documents: Sequence[Document], gold: Sequence[Annotation], subject: Subject, seed: int
) -> Detector:
    """Return a detector that does a subject, trained where it has to be."""
    spec = spec_of(detector)
    built = build(spec, seed)
    if not knows(built, subject) or not gives(built, subject):
        of = f" with the labels {', '.join(subject.labels)}" if subject.labels else ""
        raise UsageError(f"detector '{spec}' does not do {subject.kind} of layer '{subject.layer}'{of}")
    ready = ready_for(built, subject, name=str(spec))
    # Only what can be trained must be.
    return trained(ready, documents, gold, subject.layer, str(spec)) if must_fit(ready, subject) else ready


def _predicted(detector: Detector, documents: Sequence[Document], subject: Subject) -> list[Prediction]:
    """Return what a detector predicts.

    Raises
    ------
    ValueError
        Where it fails on a document: an average over the others would be taken for one over all.
    """
    found, failures = predict(detector, documents, subject.layer, subject.labels, subject.kind)
    if failures:
        first = failures[0]
        raise ValueError(
            f"detector '{detector.name}' failed on {len(failures)} of {len(documents)} documents; "
            f"on '{first.document}': {first.error}"
        )
    return found


def _subject(gold: Sequence[Annotation], labels: tuple[str, ...]) -> Subject:
    """Return what a detector is asked for that is to predict what the gold is."""
    spans = [span for annotation in gold for span in annotation.spans]
    units = [(a.document, unit) for a in gold for unit in a.units]
    layer = gold[0].layer
    if units:
        return Subject(layer, "units", labels, _kind(units))
    kind = "relations" if any(span.relation is not None for span in spans) else "spans"
    kind = "given" if any(len(annotation.document.given) for annotation in gold) else kind
    return Subject(layer, kind, labels)


def _kind(units: Sequence[tuple[Document, Unit]]) -> str:
    """Return which units these are, the largest kind that all of them are; "" for none."""
    for kind in reversed(UNITS):
        if all([unit.start, unit.end] in document.units(kind).tolist() for document, unit in units):
            return kind
    return ""


def _documents(texts: Sequence[str]) -> list[Document]:
    return [segment(str(number), text) for number, text in enumerate(texts)]


def _whole(document: Document, prediction: Prediction) -> str:
    """Return the main label of a document as a whole."""
    for unit in prediction.units:
        if (unit.start, unit.end) == (0, len(document.text)) and unit.labels:
            return unit.labels[0]
    raise ValueError(f"the detector gave no label to text {document.id}")
