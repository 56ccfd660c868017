"""The metrics as scorers of scikit-learn, and a dataset's task as it wants it."""

from __future__ import annotations

import math
import pickle
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef, precision_score
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from benchmark import data, evaluate
from benchmark.errors import UsageError
from benchmark.metrics import METRICS, LabelSet
from benchmark.model import Annotation, Prediction, Span, Unit
from benchmark.segmentation import segment
from benchmark.sklearn import documents_and_gold, scorer, texts_and_labels
from benchmark.tasks import task_of

NEWS = "fictional_news"
THREE = ("fact", "mixed", "opinion")


class Says:
    """Predicts what it is told to."""

    def __init__(self, answers: object) -> None:
        self.answers = answers

    def predict(self, X: object) -> object:  # noqa: N803 - scikit-learn's name
        return self.answers


@given(st.lists(st.tuples(st.sampled_from(THREE), st.sampled_from(THREE)), min_size=1, max_size=30))
def test_label_scores_are_those_of_scikit_learn(pairs):
    known, answers = ([pair[side] for pair in pairs] for side in (0, 1))
    assert scorer(score="accuracy").value(known, answers) == pytest.approx(accuracy_score(known, answers))
    macro = f1_score(known, answers, labels=sorted(set(known)), average="macro", zero_division=0)
    assert scorer().value(known, answers) == pytest.approx(macro)
    mcc = scorer(score="mcc").value(known, answers)
    if len(set(known)) > 1 and len(set(answers)) > 1:
        assert mcc == pytest.approx(matthews_corrcoef(known, answers))
    else:
        assert math.isnan(mcc)  # there it is 0


@given(
    st.lists(
        st.tuples(st.sets(st.sampled_from(THREE)), st.sets(st.sampled_from(THREE))), min_size=1, max_size=20
    )
)
def test_scores_of_several_labels_are_those_of_scikit_learn(pairs):
    known, answers = (
        np.array([[label in pair[side] for label in THREE] for pair in pairs], dtype=int) for side in (0, 1)
    )
    found = scorer("multilabel", labels=THREE).value(known, answers)
    assert found == pytest.approx(
        f1_score(known, answers, average="micro", zero_division=np.nan), nan_ok=True
    )
    tuples = scorer("multilabel").value([tuple(pair[0]) for pair in pairs], [pair[1] for pair in pairs])
    assert tuples == pytest.approx(found, nan_ok=True)


def test_the_score_of_one_of_two_labels_needs_their_order():
    known, answers = ["biased", "none", "biased", "none"], ["biased", "biased", "none", "none"]
    for labels in (("biased", "none"), ("none", "biased")):
        value = scorer(score="precision", labels=labels).value(known, answers)
        assert value == precision_score(known, answers, pos_label=labels[0])
    answers[0] = "none"
    assert scorer(score="f1", labels=("biased", "none")).value(known, answers) == 0
    with pytest.raises(UsageError, match="'f1' of metric 'classification' is that of one of two labels"):
        scorer(score="f1")


def test_the_forms_of_labels_are_the_same_labels():
    known = [("a", "b"), (), ("c",), ("b",)]
    answers = [("b",), ("a",), ("c",), ("b", "c")]
    value = scorer("multilabel").value(known, answers)
    labels = ("a", "b", "c")
    table, other = (np.array([[x in own for x in labels] for own in held]) for held in (known, answers))
    assert scorer("multilabel", labels=labels).value(table, csr_matrix(other.astype(int))) == value
    assert scorer("multilabel").value(table.astype(int), other.astype(int)) == value
    assert scorer("multilabel").value([list(own) for own in known], np.array(answers, dtype=object)) == value


def test_numbers_and_missing_labels():
    assert scorer(score="accuracy").value([1, 0, 1], np.array([1, 0, 0])) == pytest.approx(2 / 3)
    known = np.array(["a", None, float("nan"), "b"], dtype=object)
    assert scorer(score="accuracy").value(known, ["a", "a", "a", "a"]) == 0.5  # the undecided do not count
    assert scorer(score="accuracy").value(["a", "b"], [None, "b"]) == 0.5


NUMBERS = {
    "int": [1, 0, 1, 1],
    "bool": [True, False, True, True],
    "float": [1.0, 0.0, 1.0, 1.0],
    "array of int": np.array([1, 0, 1, 1]),
    "array of bool": np.array([True, False, True, True]),
    "array of float": np.array([1.0, 0.0, 1.0, 1.0]),
    "objects": np.array([1, 0, 1, 1], dtype=object),
}


@pytest.mark.parametrize("known", NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize("labels", [(1, 0), (True, False), (1.0, 0.0), ("1", "0"), np.array([1, 0])], ids=str)
def test_equal_numbers_are_one_label(known, labels):
    answers = [1, 1, 1, 0]
    for told in NUMBERS.values():
        assert scorer(score="accuracy").value(known, told) == 1
    for form in (answers, np.array(answers, dtype=float), np.array(answers, dtype=bool)):
        assert scorer(score="f1", labels=labels).value(known, form) == pytest.approx(
            f1_score(answers, [1, 0, 1, 1])
        )
    assert scorer(score="f1:0", labels=labels).value(known, answers) == 0
    counted = LabelSet(labels, (5, 5)) if isinstance(labels, tuple) else labels
    assert scorer(score="f1", labels=counted).value(known, answers) == pytest.approx(2 / 3)


def test_the_label_of_a_score_may_be_a_number_too():
    known, answers = [True, False, True, True], [True, False, False, True]
    for score in ("f1:True", "f1:1", "f1:1.0"):
        for labels in (None, [True, False], [1, 0]):
            assert scorer(score=score, labels=labels).value(known, answers) == pytest.approx(0.8)
    assert scorer(score="f1:False").value(known, answers) == pytest.approx(2 / 3)
    named = ["True", "False", "True", "True"], ["True", "False", "False", "True"]
    for labels in (None, ["True", "False"]):
        assert scorer(score="f1:True", labels=labels).value(*named) == pytest.approx(0.8)


def test_texts_and_numbers_do_not_meet():
    for known, answers in (
        (["1", "0"], [1, 0]),
        ([True, False], ["True", "False"]),
        ([(1,), ()], [("1",), ()]),
    ):
        with pytest.raises(ValueError, match="texts on one side and numbers on the other"):
            scorer("multilabel").value(known, answers)
    assert scorer(score="accuracy").value([0.5, 1], [0.5, 1]) == 1


def test_what_is_undefined_is_nan_unless_another_value_is_wanted():
    assert math.isnan(scorer(score="mcc").value(["a", "a"], ["a", "a"]))
    assert scorer(score="mcc", undefined=0.0).value(["a", "a"], ["a", "a"]) == 0
    assert math.isnan(scorer().value([], []))
    assert math.isnan(scorer(score="f1:c").value(["a"], ["a"]))
    assert scorer(score="f1:c").value(["a", "c"], ["c", "c"]) == pytest.approx(2 / 3)


def test_a_label_set_fixes_what_an_average_runs_over():
    known, answers = ["a", "a"], ["a", "a"]
    assert scorer(labels=("a", "b")).value(known, answers) == 1
    assert math.isnan(scorer(labels=LabelSet(("a", "b"), (5, 5))).value(known, answers))
    assert scorer(labels=LabelSet(("a", "b"), (5, 5))).value(known, ["a", "b"]) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("classificaton",), {}, "did you mean 'classification'"),
        (("classification", "makro_f1"), {}, "has no score 'makro_f1', did you mean 'macro_f1'?"),
        (("exact", "accuracy"), {}, "metric 'exact' has no score 'accuracy'"),
        (("overlap:treshold=1",), {}, "did you mean 'threshold'"),
        (("classification", "f1"), {"labels": ("a", "b", "c")}, "has no score 'f1' of these labels"),
        (("multilabel", "f1:z"), {"labels": ("a",)}, "has no score 'f1:z' of these labels"),
    ],
)
def test_scores_that_there_are_not(arguments, options, message):
    with pytest.raises(UsageError) as told:
        scorer(*arguments, **options)
    assert message in str(told.value)


@pytest.mark.parametrize(
    ("made", "known", "answers", "message"),
    [
        (scorer(), ["a"], ["a", "b"], "2 predictions for 1 samples"),
        (scorer("exact"), ["a"], ["a"], "metric 'exact' scores spans: y must be annotations"),
        (scorer(), [("a", "b")], ["a"], "a sample has several labels, and 'classification' scores one"),
        (scorer("multilabel"), np.array([[2, 0]]), np.array([[1, 0]]), "something else than 0 and 1"),
        (
            scorer("multilabel", labels=("a",)),
            np.array([[1, 0]]),
            np.array([[1, 0]]),
            "2 columns for 1 labels",
        ),
    ],
)
def test_what_does_not_fit_is_told(made, known, answers, message):
    with pytest.raises(ValueError, match=message):
        made(Says(answers), None, known)


DOCUMENT = segment("d", "The vile plan failed.")
GOLD = [Annotation(DOCUMENT, "technique", (Span(4, 8, "Loaded"), Span(9, 13, "Doubt")))]


def found(*spans: Span) -> list[Prediction]:
    return [Prediction("d", "technique", spans)]


@pytest.mark.parametrize(
    "name", ["exact", "character", "ptc_si", "ptc_flc", "overlap:threshold=0.1", "token"]
)
def test_span_scores_are_those_of_the_metric(name):
    news = data.load(NEWS)
    task = task_of(news, "technique")
    gold = news.gold["technique"]
    answers = [
        Prediction(a.document.id, "technique", tuple(Span(s.start, s.end + 1, "Doubt") for s in a.spans[:3]))
        for a in gold
    ]
    made = METRICS.get(name.partition(":")[0])(**({"threshold": 0.1} if ":" in name else {}))
    totals = made.per_document(gold, answers, task.labels).sum(axis=0)
    value = made.finalize(totals, task.labels)[made.scores(task.labels).index("f1")]
    assert scorer(name)(Says(answers), [a.document for a in gold], gold) == pytest.approx(value, abs=1e-15)


def test_a_wrong_label_is_wrong_where_no_gold_has_it():
    assert scorer("exact", "precision").value(GOLD, found(Span(4, 8, "Loaded"))) == 1
    assert scorer("exact", "precision").value(GOLD, found(Span(4, 8, "Loaded"), Span(0, 3, "New"))) == 0.5
    assert scorer("exact", "macro_f1").value(GOLD, found(Span(4, 8, "Loaded"), Span(0, 3, "New"))) == 0.5
    narrow = scorer("exact", "precision", labels=("Loaded",))
    assert narrow.value(GOLD, found(Span(4, 8, "Loaded"), Span(9, 12, "Doubt"))) == 1


def test_units_in_annotations_are_scored():
    unit = Unit(0, 21, ("fact",))
    gold = [Annotation(DOCUMENT, "opinion", units=(unit,))]
    assert scorer(score="accuracy").value(gold, [Prediction("d", "opinion", units=(unit,))]) == 1
    with pytest.raises(ValueError, match="scores units, and the annotations hold none"):
        scorer().value(GOLD, found())
    with pytest.raises(ValueError, match="a str is predicted, not a Prediction; wrap the detector"):
        scorer("exact").value(GOLD, ["Loaded"])


def test_a_scorer_is_a_plain_value():
    made = scorer("overlap:threshold=0.1", labels=["a"], undefined=0.0)
    again = pickle.loads(pickle.dumps(made))  # as it goes to other processes with n_jobs
    assert again == made
    assert made.labels == ("a",)


def test_it_scores_cross_validation_and_searches():
    X, y, groups, labels = texts_and_labels(NEWS, "loaded_sentence")  # noqa: N806
    model = make_pipeline(TfidfVectorizer(), LogisticRegression())
    ours, theirs = (
        cross_val_score(model, X, y, groups=groups, cv=GroupKFold(4), scoring=scoring)
        for scoring in (scorer(score="accuracy", labels=labels), "accuracy")
    )
    assert ours == pytest.approx(theirs)
    search = GridSearchCV(
        model,
        {"logisticregression__C": [0.01, 100]},
        cv=GroupKFold(4),
        scoring=scorer(score="mcc", undefined=0.0),
    ).fit(X, y, groups=groups)
    assert search.best_params_ == {"logisticregression__C": 100}
    assert search.best_score_ > 0


def test_an_indicator_matrix_is_learned_and_scored():
    X, y, groups, labels = texts_and_labels(f"{NEWS}/frame")  # noqa: N806
    model = make_pipeline(TfidfVectorizer(), KNeighborsClassifier(3))
    values = cross_val_score(
        model, X, y, groups=groups, cv=GroupKFold(2), scoring=scorer("multilabel", labels=labels)
    )
    assert values.shape == (2,)
    assert (values >= 0).all()


def test_texts_are_the_units_that_are_scored():
    news = data.load(NEWS)
    X, y, groups, labels = texts_and_labels(news, "loaded_sentence")  # noqa: N806
    (record,) = evaluate("majority", (news, "loaded_sentence"), resamples=100).records
    assert labels == ("loaded", "neutral")
    assert record.labels == {label: int((y == label).sum()) for label in labels}
    assert len(X) == len(y) == len(groups) == sum(len(document.sentences) for document in news.documents)
    assert len(set(groups.tolist())) == 28
    assert X[0] == news.documents[0].text[slice(*news.documents[0].sentences[0])]


def test_several_labels_are_columns():
    news = data.load(NEWS)
    task = task_of(news, "frame")
    found = texts_and_labels(news, task)
    assert found.y.shape == (len(found.X), len(task.labels))
    held = [tuple(np.array(task.labels)[row == 1]) for row in found.y]
    gold = [unit.labels for annotation in news.gold["frame"] for unit in annotation.units]
    assert list(map(set, held)) == list(map(set, gold))


def test_undecided_units_and_groups(dataset_of):
    texts = [f"Text number {number} of all." for number in range(6)]
    units = [[Unit(0, len(text), ("fact",) if number else ())] for number, text in enumerate(texts)]
    groups = ["one", "one", None, "two", "two", None]
    small = dataset_of(
        texts,
        units={"opinion": units},
        groups=groups,
        group="event",
        splits={"train": range(4), "test": range(4, 6)},
    )
    X, y, numbers, _ = texts_and_labels(small, "opinion")  # noqa: N806
    assert texts[1:] == X
    assert y.tolist() == ["fact"] * 5
    assert numbers[2] == numbers[3]
    assert len(set(numbers.tolist())) == 4
    assert texts[4:] == texts_and_labels(small, "opinion", split="test").X
    with pytest.raises(UsageError, match="has no split 'tset', did you mean 'test'"):
        documents_and_gold(small, "opinion", split="tset")


def test_documents_come_with_what_a_detector_learns_from():
    news = data.load(NEWS)
    X, y, groups, labels = documents_and_gold(NEWS, "loaded_language")  # noqa: N806
    assert list(news.documents) == X
    assert {span.label for annotation in y for span in annotation.spans} == set(labels)
    assert len(groups) == 28
    given = documents_and_gold(NEWS, "technique_given_span")
    assert all(len(document.given) == len(a.spans) for document, a in zip(given.X, given.y, strict=True))


@pytest.mark.parametrize(
    ("name", "detector"),
    [
        (f"{NEWS}/technique", "lexicon"),
        (f"{NEWS}/loaded_language", "lexicon"),
        (f"{NEWS}/technique_given_span", "majority"),
        (f"{NEWS}/attribution_gap", "attribution-rules"),
        (f"{NEWS}/loaded_sentence", "majority"),
        (f"{NEWS}/frame", "frame-keywords"),
        ("turkey_drones/technique", "lexicon"),
        ("turkey_drones/attribution", "attribution-rules"),
        ("turkey_drones/attribution_gap", "attribution-rules"),
        ("turkey_drones/frame", "frame-keywords"),
    ],
)
def test_every_score_is_that_of_the_command(name, detector):
    X, y, _, labels = documents_and_gold(name)  # noqa: N806
    (run,) = evaluate(detector, name, resamples=100, folds=3).runs
    compared = 0
    for metric, found in run.record.metrics.items():
        for score, value in found.scores.items():
            of_one = metric == "classification" and score in ("f1", "precision", "recall")
            for names in (labels,) if of_one else (None, labels):
                got = scorer(metric, score, labels=names).value(y, list(run.predictions))
                assert got == pytest.approx(
                    math.nan if value.value is None else value.value, nan_ok=True, abs=1e-12
                ), score
            compared += 1
    assert compared > 3
    assert len(X) == len(y)


def test_predictions_are_of_the_same_documents():
    _, y, _, _ = documents_and_gold(f"{NEWS}/technique")
    answers = [Prediction(annotation.document.id, "technique") for annotation in y]
    assert scorer("exact").value(y, answers) == 0
    for wrong in (answers[1:], answers[::-1]):
        with pytest.raises(ValueError, match="of other documents than the annotations, or in another order"):
            scorer("exact").value(y, wrong)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((NEWS, "technique"), "task 'technique' scores spans, not units; use documents_and_gold"),
        ((NEWS,), "which task of dataset 'fictional_news'? give one, or 'DATASET/TASK'"),
        (("news", "frame"), "no dataset or folder is named 'news'"),
        ((NEWS, "frmae"), "no task is named 'frmae', did you mean 'frame'?"),
    ],
)
def test_tasks_that_there_are_not(arguments: Sequence[str], message: str) -> None:
    with pytest.raises(UsageError) as told:
        texts_and_labels(*arguments)
    assert message in str(told.value)
