"""Our detectors as estimators of scikit-learn, by its own checks."""

from __future__ import annotations

import os
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

from baselines.simple import MajorityDetector
from benchmark import data, evaluate
from benchmark.errors import UsageError
from benchmark.model import Annotation, Prediction, Unit
from benchmark.protocol import folds, groups_of
from benchmark.segmentation import segment
from benchmark.sklearn import (
    DetectorEstimator,
    SklearnDetector,
    TextClassifier,
    documents_and_gold,
    scorer,
    texts_and_labels,
)
from benchmark.subject import Subject

NEWS = "fictional_news"
TEXTS = ["vile plan", "calm day", "vile night", "calm sea", "vile vile", "calm calm"] * 4
LABELS = ["loaded", "calm"] * 12
NEEDS_SETTING = {"check_array_api_input": "runs where SCIPY_ARRAY_API is set before anything is imported"}


@parametrize_with_checks([TextClassifier("majority"), TextClassifier()])
def test_the_checks_of_scikit_learn_pass(estimator, check):
    if check.func.__name__ in NEEDS_SETTING and "SCIPY_ARRAY_API" not in os.environ:
        with pytest.raises(BaseException, match="SCIPY_ARRAY_API is not set"):
            check(estimator)
    else:
        check(estimator)


def test_no_more_checks_are_skipped_than_are_told_of():
    done = check_estimator(TextClassifier("majority"), on_skip=None)
    assert len(done) > 50
    assert {one["check_name"] for one in done if one["status"] != "passed"} <= set(NEEDS_SETTING)
    assert get_tags(TextClassifier()).classifier_tags.poor_score  # so none asks for accuracy on numbers


def test_texts_are_classified():
    model = TextClassifier().fit(TEXTS, LABELS)
    assert model.classes_.tolist() == ["calm", "loaded"]
    assert model.predict(["a vile sea", "a calm plan"]).tolist() == ["loaded", "calm"]
    assert model.score(TEXTS, LABELS) == 1
    assert is_classifier(model)
    series = pd.Series(TEXTS)
    again = TextClassifier(seed=0).fit(series, np.array(LABELS, dtype=object))
    assert again.predict(series).tolist() == LABELS
    assert again.fit(np.array(TEXTS), LABELS).predict(tuple(TEXTS)).tolist() == LABELS


def test_labels_of_numbers_come_back_as_numbers():
    numbers = np.array([3, 1] * 12)
    assert TextClassifier().fit(TEXTS, numbers).predict(["vile", "calm"]).tolist() == [3, 1]


def test_the_cells_of_a_table_are_paragraphs():
    seen = []

    class Looks(MajorityDetector):
        def fit(self, documents, gold, layer):
            seen.extend(document.text for document in documents)
            return super().fit(documents, gold, layer)

    table = pd.DataFrame({"headline": ["Bad news", "Good news"], "body": ["Vile plan.", "Calm day."]})
    model = TextClassifier(Looks()).fit(table, ["a", "b"])
    assert seen == ["Bad news\nVile plan.", "Good news\nCalm day."]
    assert model.n_features_in_ == 2
    assert model.predict(table).tolist() in (["a", "a"], ["b", "b"])
    with pytest.raises(ValueError, match="X has texts alone, and the fit had tables of 2 columns"):
        model.predict(["Bad news"])
    model.fit(["one", "two"], ["a", "b"])
    assert not hasattr(model, "n_features_in_")


def test_one_label_is_given_to_all():
    model = TextClassifier().fit(["a", "b"], ["x", "x"])
    assert model.predict(["c", "d", "e"]).tolist() == ["x"] * 3


@pytest.mark.parametrize(
    ("texts", "labels", "error", "message"),
    [
        ("one text", ["a"], TypeError, "one text is given where several are expected"),
        ([], [], ValueError, "X must be one text or more, got none"),
        (["a", None], ["x", "y"], ValueError, "X must be one text or more, got None"),
        (["a", "b"], ["x"], ValueError, "inconsistent numbers of samples: 2 texts and 1 labels"),
        (["a", "b"], ["x", None], ValueError, "y has a missing label"),
        (["a", "b"], [0.5, 0.7], ValueError, "Unknown label type"),
        (["a", "b"], None, ValueError, "requires y to be passed"),
    ],
)
def test_wrong_texts_and_labels_are_told(texts, labels, error, message):
    with pytest.raises(error, match=message):
        TextClassifier().fit(texts, labels)


def test_a_detector_that_does_no_units_is_refused():
    with pytest.raises(UsageError, match="detector 'lexicon' does not do units of layer 'label'"):
        TextClassifier("lexicon").fit(TEXTS, LABELS)
    with pytest.raises(UsageError, match="did you mean 'linear'"):
        TextClassifier("liner").fit(TEXTS, LABELS)


class Picky:
    """Fails on a text, and gives another none of its labels."""

    name = "picky"
    layers: ClassVar[frozenset[str]] = frozenset({"label"})

    def predict(self, documents, layer):
        if any(document.text == "bad" for document in documents):
            raise RuntimeError("bad text")
        found = [("calm",) if document.text != "none" else () for document in documents]
        units = [Unit(0, len(d.text), own) for d, own in zip(documents, found, strict=True)]
        return [Prediction(d.id, layer, units=(unit,)) for d, unit in zip(documents, units, strict=True)]


def test_a_detector_that_fails_or_gives_no_label_stops_the_prediction():
    model = TextClassifier(Picky()).fit(TEXTS, LABELS)
    assert model.predict(["fine"]).tolist() == ["calm"]
    with pytest.raises(ValueError, match="failed on 1 of 2 documents; on '1': RuntimeError: bad text"):
        model.predict(["fine", "bad"])
    with pytest.raises(ValueError, match="the detector gave no label to text 1"):
        model.predict(["fine", "none"])


def test_texts_are_cross_validated():
    X, y, groups, _ = texts_and_labels(f"{NEWS}/slant")  # noqa: N806
    values = cross_val_score(
        TextClassifier("majority"), X, y, groups=groups, cv=GroupKFold(4), scoring=scorer()
    )
    assert values.shape == (4,)
    search = GridSearchCV(
        TextClassifier(), {"detector": ["majority", "linear"]}, cv=2, scoring=scorer(undefined=0.0)
    ).fit(X, y)
    assert search.best_params_["detector"] in ("majority", "linear")


def test_documents_are_cross_validated_as_the_harness_does():
    X, y, groups, labels = documents_and_gold(f"{NEWS}/technique")  # noqa: N806
    parts = [(np.setdiff1d(np.arange(28), test), test) for test in folds(groups.tolist(), 7, 0)]
    found = cross_val_predict(DetectorEstimator("everything"), X, y, cv=parts)
    (run,) = evaluate("everything", f"{NEWS}/technique", resamples=100).runs
    assert list(found) == list(run.predictions)
    value = scorer("ptc_flc", labels=labels).value(y, list(found))
    assert value == pytest.approx(run.record.metrics["ptc_flc"].scores["f1"].value, abs=1e-15)
    assert groups.tolist() == groups_of(data.load(NEWS))


def test_parameters_of_a_pipeline_inside_are_searched():
    X, y, groups, labels = documents_and_gold(f"{NEWS}/loaded_sentence")  # noqa: N806
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression())
    search = GridSearchCV(
        DetectorEstimator(SklearnDetector(pipeline)),
        {"detector__pipeline__logisticregression__C": [1e-6, 100]},
        cv=GroupKFold(3),
        scoring=scorer(score="f1", labels=labels),
    ).fit(X, y, groups=groups)
    assert search.best_params_ == {"detector__pipeline__logisticregression__C": 100}
    assert pipeline[-1].C == 1


def test_it_is_cloned_and_fitted_before_it_predicts():
    mine = MajorityDetector()
    model = DetectorEstimator(mine, seed=3)
    document = segment("d", "Vile plan.")
    gold = [Annotation(document, "tone", units=(Unit(0, 10, ("x",)),))]
    again = clone(model)
    assert again.get_params()["seed"] == 3
    with pytest.raises(NotFittedError):
        again.predict([document])
    assert again.fit([document], gold).predict([document])[0].units[0].labels == ("x",)
    assert vars(mine) == vars(MajorityDetector())
    assert not get_tags(model).input_tags.two_d_array


@pytest.mark.parametrize(
    ("documents", "gold", "message"),
    [
        ([], [], "y must be the annotations of one document or more"),
        (["a"], ["x"], "y must be the annotations of one document or more"),
    ],
)
def test_what_is_no_gold_is_told(documents, gold, message):
    with pytest.raises(ValueError, match=message):
        DetectorEstimator("majority").fit(documents, gold)


def test_gold_of_other_documents_is_told():
    X, y, _, _ = documents_and_gold(f"{NEWS}/frame")  # noqa: N806
    with pytest.raises(ValueError, match="of other documents, or in another order"):
        DetectorEstimator("majority").fit(X, y[::-1])
    with pytest.raises(
        UsageError, match="detector 'lexicon' does not do units of layer 'frame' with the labels a"
    ):
        DetectorEstimator("lexicon", labels=["a"]).fit(X, y)


@pytest.mark.parametrize(
    ("task", "kind", "unit"),
    [
        ("frame", "units", "document"),
        ("loaded_sentence", "units", "sentence"),
        ("technique", "spans", ""),
        ("technique_given_span", "given", ""),
        ("attribution", "relations", ""),
    ],
)
def test_a_detector_is_told_what_the_gold_is(task, kind, unit):
    asked = []

    class Asks(MajorityDetector):
        trained_kinds = frozenset({"units", "spans", "given", "relations"})

        def chosen(self, subject):
            asked.append(subject)
            return self

        def fit(self, documents, gold, layer):
            return self

    name = "turkey_drones" if task == "attribution" else NEWS
    X, y, _, labels = documents_and_gold(name, task)  # noqa: N806
    DetectorEstimator(Asks(), labels=labels).fit(X, y)
    assert asked == [Subject(y[0].layer, kind, labels, unit)]


def test_units_of_no_kind_have_none():
    document = segment("d", "Vile plan. Calm day.")
    gold = [Annotation(document, "tone", units=(Unit(0, 4, ("x",)),))]
    model = DetectorEstimator("majority").fit([document], gold)
    assert model.layer_ == "tone"
