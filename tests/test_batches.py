"""What a detector does with its batch: its lists changed, another number returned, nothing at all."""

from __future__ import annotations

import warnings
from typing import ClassVar

import pytest

from benchmark import data, evaluate
from benchmark.answers import Account
from benchmark.asking import predict
from benchmark.cli import main
from benchmark.detectors import Failure
from benchmark.errors import DetectorError, DetectorWarning
from benchmark.fitting import Fitted, account_of
from benchmark.model import Prediction, Span
from benchmark.protocol import Protocol
from benchmark.segmentation import segment
from benchmark.sklearn import DetectorEstimator, documents_and_gold
from benchmark.spec import Given
from benchmark.subject import Subject
from benchmark.tasks import task_of
from benchmark.training import Order, predict_texts, run_detector

NEWS = "fictional_news"
LABEL = "Loaded_Language"
TECHNIQUE = Subject("technique", "spans", (LABEL,))
TEXTS = [segment(f"d{number}", "word " * (1 + number * 5 % 7)) for number in range(7)]


def keep(documents):
    """Leave a list as it is."""


def by_length(documents):
    documents.sort(key=lambda document: -len(document.text))


CHANGES = {"by length": by_length, "last away": lambda documents: documents.pop(), "empty": list.clear}


class Whole:
    """Marks each text as a whole, after it has changed its list in some way."""

    name = "whole"
    layers: ClassVar[frozenset[str]] = frozenset({"technique"})

    def __init__(self, change=keep, answer=list):
        self.change, self.answer = change, answer

    def predict(self, documents, layer):
        answer = self.answer(documents)
        self.change(documents)
        return [self.mark(document, layer) for document in answer]

    def mark(self, document, layer):
        return Prediction(document.id, layer, (Span(0, len(document.text), LABEL),))


class Learned(Whole):
    """The same, trained; it changes the lists that it learns from too."""

    trained_layers = Whole.layers

    def fit(self, documents, gold, layer):
        assert [document.id for document in documents] == [one.document.id for one in gold]
        self.change(documents)
        gold.clear()
        return self


class Lazy(Whole):
    """Returns its marks in the order that it made of its own list."""

    def predict(self, documents, layer):
        self.change(documents)
        return [self.mark(document, layer) for document in documents]


class LazyLearner(Learned, Lazy):
    """The same, trained."""

    predict = Lazy.predict


def marks(detector):
    """What a detector predicts for the reports: in a cross-validation if it learns."""
    news = data.load(NEWS)
    order = Order(news, task_of(news, "technique"), Protocol(), 0)
    found = run_detector(Given.of(detector), order, TECHNIQUE)
    assert found.failures == ()
    assert [p.document for p in found.predictions] == [document.id for document in news.documents]
    return [[(span.start, span.end) for span in p.spans] for p in found.predictions]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", [Whole, Learned])
def test_what_a_detector_does_to_its_lists_changes_no_mark(kind, change):
    whole = [[(0, len(document.text))] for document in data.load(NEWS).documents]
    assert marks(kind(CHANGES[change])) == whole


@pytest.mark.parametrize("kind", [Lazy, LazyLearner])
def test_marks_belong_to_the_document_that_they_name(kind):
    """A detector that sorts its batch, and answers in that order, has the marks of one that does not."""
    assert marks(kind(by_length)) == marks(kind())


def test_lists_of_the_callers_stay_as_they_are():
    documents = list(TEXTS)
    predictions, failures = predict(Lazy(by_length), documents, "technique", (LABEL,))
    assert documents == TEXTS
    assert [p.document for p in predictions] == [document.id for document in TEXTS]
    assert failures == []

    class Tells(Whole):
        def account(self, documents, layer):
            documents.clear()
            return Account(log="told")

    assert account_of(Tells(), documents, "technique").log == "told"
    assert predict_texts(Given.of(Tells(by_length)), documents, TECHNIQUE, 0).failures == ()
    assert documents == TEXTS


def test_lists_of_an_estimator_stay_as_they_are():
    X, y, _, _ = documents_and_gold(f"{NEWS}/technique")  # noqa: N806 - scikit-learn's name
    before = list(X), list(y)
    model = DetectorEstimator(Learned(by_length), labels=[LABEL]).fit(X, y)
    assert [one.document for one in model.predict(X)] == [document.id for document in X]
    assert (X, y) == before


def test_exceptions_are_of_the_documents_that_no_prediction_names():
    class Mixed:
        name, layers = "mixed", frozenset({"technique"})

        def predict(self, documents, layer):
            first, _, third = (document.id for document in documents)
            return [Prediction(third, layer), RuntimeError("about the second"), Prediction(first, layer)]

    documents = [segment(name, "Vile plan.") for name in "abc"]
    found, failures = predict(Mixed(), documents, "technique", ())
    assert [prediction.document for prediction in found] == ["a", "b", "c"]
    assert [(one.document, one.error) for one in failures] == [("b", "RuntimeError: about the second")]


def test_what_can_be_gone_through_by_number_is_a_list():
    class Row:
        def __init__(self, held):
            self.held = held

        def __len__(self):
            return len(self.held)

        def __getitem__(self, number):
            return self.held[number]

    class Numbered:
        name, layers = "numbered", frozenset({"technique"})

        def predict(self, documents, layer):
            return Row([Prediction(document.id, layer) for document in documents])

    found, failures = predict(Numbered(), [segment("a", "Vile.")], "technique", ())
    assert ([one.document for one in found], failures) == (["a"], [])


def test_answers_that_name_a_document_twice_are_not_put_in_order():
    twice = [*TEXTS[:2], TEXTS[1]]
    found, failures = predict(Whole(answer=lambda documents: documents[::-1]), twice, "technique", (LABEL,))
    assert [len(p.spans) for p in found] == [0, 1, 0]
    assert [failure.error.partition(",")[0] for failure in failures] == [
        "answered for document 'd1'",
        "answered for document 'd0'",
    ]


def few(documents):
    return documents[1:] if len(documents) > 1 else documents


def too_large(documents):
    if len(documents) > 1:
        raise MemoryError("batch too large")
    return documents


BATCHES = [
    (few, "returned 6 predictions for 7 documents"),
    (too_large, "failed on 7 documents at once (MemoryError: batch too large)"),
]


@pytest.mark.parametrize(("answer", "what"), BATCHES)
def test_a_batch_that_works_only_one_by_one_is_warned_of(answer, what):
    with pytest.warns(DetectorWarning) as told:
        found, failures = predict(Whole(answer=answer), TEXTS, "technique", (LABEL,), name="./few.py:Whole")
    assert [str(one.message) for one in told] == [
        f"detector './few.py:Whole' {what}, and was asked for each alone"
    ]
    assert failures == []
    assert [p.spans[0].end for p in found] == [len(document.text) for document in TEXTS]


def test_what_fails_alone_too_keeps_what_became_of_the_batch():
    def none(documents):
        return documents[1:] if len(documents) > 1 else []

    with warnings.catch_warnings(record=True) as told:
        _, failures = predict(Whole(answer=none), TEXTS[:3], "technique", (LABEL,))
    error = "returned 2 predictions for 3 documents; alone it returned 0 predictions for 1 document"
    assert failures == [Failure(document.id, error) for document in TEXTS[:3]]
    assert told == []


def test_another_number_is_warned_of_where_the_failures_are_of_another_kind():
    def odd(documents):
        if len(documents) == 1 and documents[0].id == "d1":
            raise ValueError("no luck")
        return few(documents)

    with pytest.warns(DetectorWarning, match="'whole' returned 2 predictions for 3 documents, and was asked"):
        _, failures = predict(Whole(answer=odd), TEXTS[:3], "technique", (LABEL,))
    assert failures == [Failure("d1", "ValueError: no luck")]


class Forgets(Learned):
    """Returns something else than a list of predictions, or than itself."""

    def __init__(self, predicted=None, fitted=0):
        super().__init__()
        self.predicted, self.fitted = predicted, fitted

    def fit(self, documents, gold, layer):
        return self if self.fitted == 0 else self.fitted

    def predict(self, documents, layer):
        return self.predicted


@pytest.mark.parametrize(
    ("predicted", "what"), [(None, "None"), (7, "7"), (Prediction("d0", "technique"), "a Prediction")]
)
@pytest.mark.parametrize("count", [1, 3])
def test_a_prediction_that_is_no_list_is_an_error_of_the_detector(predicted, what, count):
    with pytest.raises(
        DetectorError, match=f"^detector 'mine': predict returned {what}, not a list of predictions$"
    ):
        predict(Forgets(predicted), TEXTS[:count], "technique", (LABEL,), name="mine")


def test_a_document_alone_for_which_nothing_is_returned_costs_itself():
    class Sometimes(Whole):
        def predict(self, documents, layer):
            if len(documents) > 1:
                raise ValueError("one by one")
            return None if documents[0].id == "d1" else super().predict(documents, layer)

    with pytest.warns(DetectorWarning, match="failed on 3 documents at once"):
        _, failures = predict(Sometimes(), TEXTS[:3], "technique", (LABEL,))
    assert failures == [Failure("d1", "predict returned None, not a list of predictions")]


@pytest.mark.parametrize(
    ("fitted", "message"),
    [
        (None, "detector 'mine': fit returned None: it has to return self"),
        (7, "detector 'mine': fit returned 7: it has to return self"),
    ],
)
def test_a_training_that_does_not_return_the_detector_is_its_error(fitted, message):
    with pytest.raises(DetectorError) as told:
        Fitted(Forgets(fitted=fitted), data.load(NEWS).gold["technique"], TECHNIQUE, name="mine")
    assert str(told.value) == message
    X, y, _, _ = documents_and_gold(f"{NEWS}/technique")  # noqa: N806 - scikit-learn's name
    with pytest.raises(DetectorError, match=message.partition(": ")[2]):
        DetectorEstimator(Forgets(fitted=fitted), labels=[LABEL]).fit(X, y)


SCRIPT = """
from benchmark.model import Prediction


class Det:
    name = "one"
    layers = frozenset({"technique"})
    labels = frozenset({"Doubt"})

    def predict(self, documents, layer):
        made = [Prediction(document.id, layer) for document in documents]
        %s

    %s
"""
LEARNS = "def fit(self, documents, gold, layer): pass"
SAID = [
    (
        "return made[1:] if len(made) > 1 else made",
        "",
        0,
        "detector './det.py:Det' returned 27 predictions for 28 documents, and was asked for each alone",
    ),
    (
        "return [made[0]] if len(made) == 1 else 1 / 0",
        "",
        0,
        "detector './det.py:Det' failed on 28 documents at once (ZeroDivisionError: division by zero), and "
        "was asked for each alone",
    ),
    ("", "", 2, "detector './det.py:Det': predict returned None, not a list of predictions"),
    ("return made", LEARNS, 2, "detector './det.py:Det': fit returned None: it has to return self"),
]


def said(words, monkeypatch, capsys):
    """The exit code of a command, and what it wrote on standard error."""
    monkeypatch.setattr("sys.argv", ["bench", *words])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code or 0, capsys.readouterr().err.splitlines()


@pytest.mark.parametrize(("line", "more", "code", "message"), SAID)
def test_the_command_says_it_in_one_line_by_the_specification(
    line, more, code, message, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "det.py").write_text(SCRIPT % (line, more))
    words = ("evaluate", f"{NEWS}/technique", "-d", "./det.py:Det", "-q", "--metrics", "exact")
    assert said((*words, "--resamples", "100"), monkeypatch, capsys) == (code, [f"bench: {message}"])


def test_suites_and_texts_say_it_likewise(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "det.py").write_text(SCRIPT % (SAID[0][0], ""))
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("Some text.")
    words = ("predict", "-d", "./det.py:Det", "a.txt", "b.txt")
    (line,) = said(words, monkeypatch, capsys)[1]
    assert line.startswith("bench: detector './det.py:Det' returned 1 prediction for 2 documents")
    words = ("behave", "-d", "./det.py:Det", "-s", "literal", "-q", "--resamples", "100")
    (line,) = said(words, monkeypatch, capsys)[1]
    assert line.startswith("bench: detector './det.py:Det' returned ")


def test_warnings_of_others_are_left_alone(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "det.py").write_text(SCRIPT % ("import warnings; warnings.warn('its own'); return made", ""))
    words = ("evaluate", f"{NEWS}/technique", "-d", "./det.py:Det", "-q", "--metrics", "exact")
    with pytest.warns(UserWarning, match="its own"):
        assert said((*words, "--resamples", "100"), monkeypatch, capsys)[1] == []


def test_python_warns_too():
    with pytest.warns(DetectorWarning, match="detector 'whole' returned 27 predictions for 28 documents"):
        evaluate(Whole(answer=few), f"{NEWS}/technique", resamples=100, metrics="exact")
