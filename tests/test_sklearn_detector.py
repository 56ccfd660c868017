"""Text classifiers of scikit-learn as detectors of units."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.cluster import KMeans
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, PredefinedSplit, cross_val_predict
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, StandardScaler
from sklearn.svm import LinearSVC

from benchmark import data, evaluate
from benchmark.errors import UsageError
from benchmark.model import Annotation, Unit
from benchmark.protocol import folds, groups_of
from benchmark.segmentation import segment
from benchmark.sklearn import DetectorEstimator, SklearnDetector, TextClassifier, scorer, texts_and_labels
from benchmark.sklearn.describing import described
from benchmark.sklearn.detector import for_several, probabilities
from benchmark.subject import Subject

NEWS = "fictional_news"
TEXTS = ("The vile plan. It failed.\nAll calm.", "Calm day. Vile night.", "", "Nothing vile at all. Calm.")


def plain(last=None):
    return make_pipeline(CountVectorizer(), MultinomialNB() if last is None else last)


def sentences(*labels_of):
    """Documents, and gold of their sentences by whether "vile" is among the words."""
    documents = [segment(f"d{number}", text) for number, text in enumerate(TEXTS)]
    loaded, calm = labels_of or (("loaded",), ("calm",))
    gold = [
        Annotation(
            d,
            "tone",
            units=tuple(
                Unit(a, b, loaded if "vile" in d.text[a:b].lower() else calm) for a, b in d.sentences.tolist()
            ),
        )
        for d in documents
    ]
    return documents, gold


def learned(detector, *labels_of):
    documents, gold = sentences(*labels_of)
    return detector.fit(documents, gold, "tone").predict(documents, "tone"), gold


def test_sentences_are_learned_and_labelled_with_probabilities():
    detector = SklearnDetector(plain(), layer="tone")
    found, gold = learned(detector)
    assert detector.classes_.tolist() == ["calm", "loaded"]
    assert not detector.several_
    for prediction, annotation in zip(found, gold, strict=True):
        assert prediction.document == annotation.document.id
        assert [(u.start, u.end, u.labels) for u in prediction.units] == [
            (u.start, u.end, u.labels) for u in annotation.units
        ]
    units = [unit for prediction in found for unit in prediction.units]
    texts = [a.document.text[u.start : u.end] for a in gold for u in a.units]
    expected = detector.model_.predict_proba(texts)
    for unit, row in zip(units, expected, strict=True):
        assert dict(unit.all_scores) == dict(zip(["calm", "loaded"], row.tolist(), strict=True))
        assert unit.scores == (max(row),)
    assert found[2].units == ()


def test_units_without_a_label_are_not_learned_from_where_each_has_one():
    detector = SklearnDetector(plain())
    learned(detector, ("loaded",), ())
    assert detector.classes_.tolist() == ["loaded"]


def test_without_probabilities_there_are_no_scores():
    found, _ = learned(SklearnDetector(plain(LinearSVC())))
    units = [unit for prediction in found for unit in prediction.units]
    assert units
    assert all(unit.scores is None and unit.all_scores is None for unit in units)
    found, _ = learned(SklearnDetector(plain(LinearSVC())), ("loaded", "long"), ())
    assert {unit.labels for prediction in found for unit in prediction.units} == {("loaded", "long"), ()}


@pytest.mark.parametrize(
    "last",
    [
        MultinomialNB(),
        OneVsRestClassifier(MultinomialNB()),
        MultiOutputClassifier(MultinomialNB()),
        RandomForestClassifier(5, random_state=0),
        KNeighborsClassifier(1),
    ],
    ids=lambda model: type(model).__name__,
)
@pytest.mark.parametrize("calm", [(), ("long",), ("calm", "long")])
def test_several_labels_are_learned_by_whatever_can_or_one_against_the_rest(last, calm):
    detector = SklearnDetector(plain(last))
    found, gold = learned(detector, ("loaded", "long"), calm)
    assert detector.several_
    labels = sorted({"loaded", "long", *calm})
    assert detector.classes_.tolist() == labels
    units = [unit for prediction in found for unit in prediction.units]
    for unit in units:
        assert list(unit.all_scores) == labels
        assert list(unit.scores) == sorted(unit.scores, reverse=True)
        assert all(score >= 0.5 for score in unit.scores)
        assert all(unit.all_scores[label] <= 0.5 for label in set(labels) - set(unit.labels))
    right = sum(
        set(unit.labels) == set(own.labels)
        for unit, own in zip(units, [u for a in gold for u in a.units], strict=True)
    )
    assert right >= len(units) - 2


def test_a_label_that_a_training_lacks_has_no_probability():
    forest = RandomForestClassifier(3, random_state=0).fit([[0], [1]], [[0, 1], [0, 0]])
    found = probabilities(forest.predict_proba([[0], [1]]), forest, 2)
    assert found.shape == (2, 2)
    assert found[:, 0].tolist() == [0, 0]
    always = RandomForestClassifier(3, random_state=0).fit([[0], [1]], [[1, 1], [1, 0]])
    assert probabilities(always.predict_proba([[0], [1]]), always, 2)[:, 0].tolist() == [1, 1]


def test_only_the_last_step_is_repeated():
    made = for_several(plain(LogisticRegression()))
    assert [type(step).__name__ for _, step in made.steps] == ["CountVectorizer", "OneVsRestClassifier"]
    assert isinstance(for_several(RandomForestClassifier()), RandomForestClassifier)

    class Strange:
        def fit(self, X, y):  # noqa: N803 - scikit-learn's name
            return self

    assert isinstance(for_several(Strange()), OneVsRestClassifier)


def test_units_of_the_kind_of_the_gold_are_labelled():
    documents = [segment("d", "Vile. Calm.\nVile.")]
    for kind, count in (("sentence", 3), ("paragraph", 2), ("document", 1)):
        units = tuple(Unit(a, b, ("x",) if a else ("y",)) for a, b in documents[0].units(kind).tolist())
        detector = SklearnDetector(plain(KNeighborsClassifier(1)))
        detector.fit(documents * 2, [Annotation(documents[0], "tone", units=units)] * 2, "tone")
        (found,) = detector.predict(documents, "tone")
        assert len(found.units) == count
        assert detector.kinds_ == (kind,)


def test_units_of_no_kind_make_all_units_labelled():
    document = segment("d", "Vile. Calm.\nVile.")
    units = (Unit(0, 5, ("x",)), Unit(0, 17, ("y",)))
    detector = SklearnDetector(plain()).fit([document], [Annotation(document, "tone", units=units)], "tone")
    assert detector.kinds_ == ()
    assert [(u.start, u.end) for u in detector.predict([document], "tone")[0].units] == list(
        document.every_unit
    )


def test_the_unit_may_be_named():
    detector = SklearnDetector(plain(), unit="paragraph")
    found, _ = learned(detector)
    assert [len(prediction.units) for prediction in found] == [2, 1, 0, 1]
    assert detector.chosen(Subject("tone", "units", (), "paragraph")) is detector
    assert detector.chosen(Subject("tone", "units", ())) is detector
    with pytest.raises(
        UsageError, match="labels units of kind 'paragraph', and layer 'tone' is one of kind 'do"
    ):
        detector.chosen(Subject("tone", "units", (), "document"))


def test_wrong_use_is_told():
    documents, gold = sentences()
    detector = SklearnDetector(plain())
    with pytest.raises(NotFittedError):
        detector.predict(documents, "tone")
    with pytest.raises(ValueError, match="no unit of the gold has a label in layer 'tone'"):
        learned(detector, (), ())
    with pytest.raises(ValueError, match="shorter"):
        detector.fit(documents, gold[:-1], "tone")
    detector.fit(documents, gold, "tone")
    with pytest.raises(ValueError, match="layer 'tone' was learned, not 'frame'"):
        detector.predict(documents, "frame")
    assert detector.predict([], "tone") == []


NO_CLASSIFIER = [
    (
        TfidfVectorizer(),
        "TfidfVectorizer is no classifier; give a pipeline that ends with one: make",
    ),
    (Ridge(), "Ridge is no classifier"),
    (KMeans(), "KMeans is no classifier"),
    (make_pipeline(TfidfVectorizer(), Ridge()), "Pipeline ends with Ridge, which is no classifier"),
    (
        make_pipeline(TfidfVectorizer(), "passthrough"),
        "Pipeline ends with passthrough, which is no",
    ),
    (LogisticRegression, "LogisticRegression is a class; give an object of it: LogisticRegression()"),
    ("linear", "'linear' is no estimator of scikit-learn; give a pipeline: make_pipeline("),
    (None, "None is no estimator of scikit-learn"),
    (LogisticRegression(), "LogisticRegression takes numbers, and texts are learned from; begin with a vec"),
    (make_pipeline(StandardScaler(), LogisticRegression()), "StandardScaler takes numbers, and texts"),
    (GaussianNB(priors=np.array([0.5, 0.5])), "GaussianNB takes numbers, and texts"),
    (OneVsRestClassifier(LogisticRegression()), "LogisticRegression takes numbers, and texts"),
    (GridSearchCV(make_pipeline(MaxAbsScaler(), LinearSVC()), {}), "MaxAbsScaler takes numbers, and texts"),
]


@pytest.mark.parametrize(("estimator", "message"), NO_CLASSIFIER)
def test_what_cannot_classify_texts_is_refused_before_it_is_given_any(estimator, message):
    detector = SklearnDetector(estimator, layer="frame", name="mine")
    documents, gold = sentences()
    uses = [
        lambda: evaluate(detector, f"{NEWS}/frame", resamples=100),
        lambda: detector.chosen(Subject("frame", "units", ())),
        lambda: detector.fit(documents, gold, "tone"),
        lambda: DetectorEstimator(detector).fit(documents, gold),
    ]
    for use in uses:
        with pytest.raises(UsageError) as told:
            use()
        assert str(told.value).startswith(f"detector 'mine': {message}")


class Untold:
    """An estimator of others that says nothing of itself."""

    def fit(self, X, y):  # noqa: N803 - scikit-learn's name
        return self

    def predict(self, X):  # noqa: N803 - scikit-learn's name
        return ["calm"] * len(X)

    def get_params(self, deep=True):
        return {}


@pytest.mark.parametrize(
    "estimator",
    [
        plain(),
        Untold(),
        DummyClassifier(),
        TextClassifier("majority"),
        make_pipeline(FeatureUnion([("words", TfidfVectorizer())]), LogisticRegression()),
        make_pipeline(
            FunctionTransformer(lambda texts: [[len(text)] for text in texts]), LogisticRegression()
        ),
        make_pipeline("passthrough", TfidfVectorizer(), LogisticRegression()),
        make_pipeline(make_pipeline(TfidfVectorizer()), LogisticRegression()),
        GridSearchCV(plain(), {"multinomialnb__alpha": [1.0]}, cv=2),
        OneVsRestClassifier(plain()),
        VotingClassifier([("words", plain())]),
    ],
)
def test_what_classifies_texts_is_taken(estimator):
    detector = SklearnDetector(estimator, layer="tone")
    assert detector.chosen(Subject("tone", "units", ())) is detector
    predictions, gold = learned(detector)
    assert [len(p.units) for p in predictions] == [len(a.units) for a in gold]


def test_an_error_does_not_pass_a_whole_text_on():
    """The texts of corpora may not be passed on, and a record and a terminal would hold them."""

    class Telling(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):  # noqa: N803 - scikit-learn's name
            raise ValueError(f"cannot read {X!r}")

    (record,) = evaluate(SklearnDetector(Telling(), layer="frame"), f"{NEWS}/frame", resamples=100).records
    assert {len(failure.error) for failure in record.failures} == {300 + len("training failed: ")}


def test_it_is_cloned_and_searched_as_an_estimator():
    detector = SklearnDetector(plain(), layer="tone", name="mine", unit="sentence")
    learned(detector)
    again = clone(detector)
    assert not hasattr(again, "model_")
    assert again.get_params()["pipeline__multinomialnb__alpha"] == 1.0
    again.set_params(pipeline__multinomialnb__alpha=0.5, name="other")
    assert (again.name, again.pipeline[-1].alpha, detector.pipeline[-1].alpha) == ("other", 0.5, 1.0)
    assert not hasattr(detector.pipeline[-1], "classes_")
    assert "SklearnDetector" in repr(detector)


def test_layers_are_those_that_it_does():
    assert SklearnDetector(plain(), layer="frame").layers == {"frame"}
    assert SklearnDetector(plain(), layer="frame").trained_kinds == frozenset()
    assert SklearnDetector(plain()).trained_kinds == {"units"}


def test_the_harness_scores_what_scikit_learn_scores():
    news = data.load(NEWS)
    model = plain()
    made = evaluate(SklearnDetector(model, layer="loaded_sentence"), (news, "loaded_sentence"), resamples=100)
    (record,) = made.records
    X, y, groups, labels = texts_and_labels(news, "loaded_sentence")  # noqa: N806
    where = np.empty(28, dtype=int)
    for number, test in enumerate(folds(groups_of(news), 7, 0)):
        where[test] = number
    place = {group: number for number, group in enumerate(groups_of(news))}
    split = PredefinedSplit([where[place[group]] for group in groups])
    answers = cross_val_predict(model, X, y, cv=split)
    for score in ("accuracy", "mcc", "macro_f1", "f1"):
        expected = scorer(score=score, labels=labels).value(y, answers)
        assert record.metrics["classification"].scores[score].value == pytest.approx(expected, abs=1e-12)
    assert record.failures == ()
    assert record.detector.training.short == "7-fold"
    assert record.detector.spec == "sklearn:pipeline=CountVectorizer+MultinomialNB"


def test_groups_stay_together(dataset_of):
    seen = []

    class Watching(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):  # noqa: N803 - scikit-learn's name
            self.classes_ = np.unique(y)
            self.known_ = {text.split()[0] for text in X}
            return self

        def predict(self, X):  # noqa: N803 - scikit-learn's name
            seen.append(self.known_ & {text.split()[0] for text in X})
            return np.repeat(self.classes_[0], len(X))

    texts = [f"group{number // 2} says {number * 7919} things of {number**3} kinds" for number in range(40)]
    units = [[Unit(0, len(text), ("fact" if n % 3 else "opinion",))] for n, text in enumerate(texts)]
    groups = [f"g{number // 2}" for number in range(40)]
    small = dataset_of(texts, units={"opinion": units}, groups=groups, group="event")
    (record,) = evaluate(SklearnDetector(Watching()), small, folds=4, resamples=100).records
    assert len(seen) == 4
    assert seen == [set()] * 4
    assert record.failures == ()
    assert record.detector.training.group == "event"


def test_any_layer_of_units_is_learned_unless_one_is_named():
    every = evaluate(SklearnDetector(plain()), NEWS, resamples=100).records
    assert {record.task for record in every} == {"frame", "loaded_sentence", "slant"}
    named = evaluate(SklearnDetector(plain(), layer="slant"), NEWS, resamples=100).records
    assert {record.task for record in named} == {"slant"}


def test_a_layer_of_spans_is_refused_before_anything_runs():
    with pytest.raises(UsageError) as told:
        evaluate(SklearnDetector(plain(), layer="technique"), NEWS)
    assert str(told.value) == (
        "detector 'sklearn' labels units, and layer 'technique' is asked for as spans; for these there are "
        "'token-linear', 'crf' and 'transformers'"
    )


def test_a_classifier_that_fails_costs_its_fold(dataset_of):
    class Fussy(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):  # noqa: N803 - scikit-learn's name
            if not any("Text 7 " in text for text in X):
                raise RuntimeError("no seven")
            self.classes_ = np.unique(y)
            return self

        def predict(self, X):  # noqa: N803 - scikit-learn's name
            return np.repeat(self.classes_[0], len(X))

    texts = [f"Text {number} of {number * 977} words, {'calm' * number}." for number in range(20)]
    units = [[Unit(0, len(text), ("fact",))] for text in texts]
    small = dataset_of(texts, units={"opinion": units})
    (record,) = evaluate(SklearnDetector(Fussy()), small, folds=5, resamples=100).records
    assert "d7" in {failure.document for failure in record.failures}
    assert len(record.failures) == 4
    assert {failure.error for failure in record.failures} == {"training failed: RuntimeError: no seven"}


def test_two_pipelines_stand_in_one_table():
    first, second = SklearnDetector(plain()), SklearnDetector(plain(MultinomialNB(alpha=0.1)))
    made = evaluate([first, second], f"{NEWS}/slant", resamples=100)
    assert [record.detector.spec for record in made.records] == [
        "sklearn:pipeline=CountVectorizer+MultinomialNB",
        "sklearn:pipeline=CountVectorizer+MultinomialNB,alpha=0.1",
    ]
    assert len({record.folder for record in made.records}) == 2
    with pytest.raises(UsageError, match="two detectors are called 'sklearn:pipeline=CountVectorizer"):
        evaluate([SklearnDetector(plain()), SklearnDetector(plain())], f"{NEWS}/slant")


def upper(text):
    return text.upper()


def test_what_is_not_a_default_is_described():
    union = FeatureUnion(
        [("a", TfidfVectorizer(ngram_range=(1, 3))), ("b", CountVectorizer(preprocessor=upper))]
    )
    model = make_pipeline(
        FunctionTransformer(), union, LogisticRegression(C=2, class_weight={"x": 1, "y": 2})
    )
    assert described(model, "pipeline") == {
        "pipeline": "FunctionTransformer+FeatureUnion+LogisticRegression",
        "ngram_range": "(1 3)",
        "preprocessor": "upper",
        "transformer_list": "TfidfVectorizer+CountVectorizer",
        "C": "2",
        "class_weight": "{'x': 1 'y': 2}",
    }
    both = make_pipeline(TfidfVectorizer(max_features=9), "passthrough", LogisticRegression())
    steps = "TfidfVectorizer+passthrough+LogisticRegression"
    assert described(both, "pipeline") == {"pipeline": steps, "max_features": "9"}


def test_parameters_of_one_name_keep_their_step():
    union = FeatureUnion([("a", CountVectorizer(min_df=2)), ("b", CountVectorizer(min_df=3))])
    found = described(make_pipeline(union, OneVsRestClassifier(LogisticRegression(C=3))), "pipeline")
    assert found["featureunion__a__min_df"] == "2"
    assert found["featureunion__b__min_df"] == "3"
    assert (found["estimator"], found["C"]) == ("LogisticRegression", "3")


def test_long_values_stand_as_a_digest():
    words = [f"word{number}" for number in range(100)]
    first, second = (described(CountVectorizer(vocabulary=own), "pipeline") for own in (words, words[::-1]))
    assert first["pipeline"] == "CountVectorizer"
    assert first["vocabulary"].startswith("sha256-")
    assert len(first["vocabulary"]) == 19
    assert first != second
    assert described(CountVectorizer(vocabulary=list(words)), "pipeline") == first
