"""Nothing learns from the documents that it is scored on."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmark import data, detectors
from benchmark.contamination import Shared
from benchmark.detectors import Failure, build
from benchmark.errors import DetectorError, UsageError
from benchmark.fitting import Fitted
from benchmark.model import Prediction, Span, Unit
from benchmark.protocol import MANY_FOLDS, Protocol, divide, published
from benchmark.provenance import TRAINING_DATASET, Training, training_of
from benchmark.registry import Registry
from benchmark.segmentation import segment
from benchmark.spec import Spec
from benchmark.subject import Subject
from benchmark.tasks import LOADED, task_of
from benchmark.training import Order, can_learn, predict_texts, run_detector
from tests.conftest import TECHNIQUES

LEARNER, FINDER, WORDS = Spec("learner"), Spec("finder"), Spec("words")
LAYERS = frozenset({"technique", "loaded_sentence", "slant", "attribution"})
TECHNIQUE = Subject("technique", "spans", TECHNIQUES)
SENTENCES = Subject("loaded_sentence", "units", ("loaded", "neutral"))
ATTRIBUTION = Subject("attribution", "relations", ())
REPORTED = "Officials opened the new bridge on Monday after years of delay, and nobody complained about it."


@pytest.fixture
def calls(monkeypatch):
    """Register a detector that learns and one that does not; give what they were asked, in order."""
    made = []

    class Finder:
        name = "finder"
        layers: ClassVar[frozenset[str]] = LAYERS

        def __init__(self, seed: int = 9):
            self.seed, self.learned = seed, ()

        def predict(self, documents, layer):
            made.append(("predict", self.learned, [document.id for document in documents], layer))
            if broken.get("predict") in {document.id for document in documents}:
                raise ValueError("no prediction")
            return [Prediction(document.id, layer) for document in documents]

    class Learner(Finder):
        name = "learner"
        trained_layers: ClassVar[frozenset[str]] = LAYERS

        def fit(self, documents, gold, layer):
            self.learned = tuple(document.id for document in documents)
            assert [annotation.document.id for annotation in gold] == list(self.learned)
            made.append(("fit", self.learned, {annotation.layer for annotation in gold}, self.seed))
            if "fit" in broken and broken["fit"] not in self.learned:
                raise RuntimeError("no\nluck")
            return self

    registry = Registry("detector")
    registry.register("finder", Finder)
    registry.register("learner", Learner)
    monkeypatch.setattr(detectors, "DETECTORS", registry)
    broken = Recorder.broken = {}
    return made


class Recorder:
    """Where a test says on which document the detectors break."""

    broken: ClassVar[dict[str, str]] = {}


def many(dataset_of, count=23, **more):
    texts = [f"Text {index} is here." for index in range(count)]
    spans = [[Span(0, 4, "Loaded_Language")]] + [[]] * (count - 1)
    return dataset_of(texts, spans, name="many", **more)


def run(spec, dataset, subject=TECHNIQUE, seed=0, protocol=None, task="technique"):
    order = Order(dataset, task_of(dataset, task), protocol or Protocol(seed=seed), seed)
    return run_detector(spec, order, subject)


def ids_of(dataset):
    return [document.id for document in dataset.documents]


def folds_of(dataset, protocol=None):
    """The ids of the documents of each fold."""
    division = divide(dataset, protocol or Protocol(), task_of(dataset, "technique"))
    return [[division.scored.documents[place].id for place in part.test] for part in division.parts]


def test_every_document_is_predicted_once_by_what_never_saw_it(calls, dataset_of):
    dataset = many(dataset_of)
    output = run(LEARNER, dataset, seed=3)
    ids = ids_of(dataset)
    predicted = [call for call in calls if call[0] == "predict"]
    assert len(predicted) == MANY_FOLDS
    assert sorted(name for _, _, tested, _ in predicted for name in tested) == sorted(ids)
    for _, learned, tested, layer in predicted:
        assert sorted([*learned, *tested]) == sorted(ids)
        assert layer == "technique"
    assert [prediction.document for prediction in output.predictions] == ids
    assert output.failures == output.shared == ()
    assert output.training == Training("many", "1.0.0", "0" * 64, 23, MANY_FOLDS, 3)
    assert output.seconds > 0
    assert output.fit_seconds > 0


def test_each_fold_has_a_detector_of_its_own_with_the_seed(calls, dataset_of):
    run(LEARNER, many(dataset_of), seed=3)
    fits = [call for call in calls if call[0] == "fit"]
    assert [call[3] for call in fits] == [3] * MANY_FOLDS
    assert {frozenset(call[2]) for call in fits} == {frozenset({"technique"})}
    assert [call[0] for call in calls] == ["fit", "predict"] * MANY_FOLDS


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.integers(0, 7), min_size=20, max_size=40).filter(lambda groups: len(set(groups)) > 1),
    st.integers(2, 6),
    st.integers(0, 3),
)
def test_no_group_is_on_both_sides(calls, dataset_of, groups, count, seed):
    calls.clear()
    dataset = many(dataset_of, len(groups), groups=[f"event {g}" for g in groups], group="event")
    output = run(LEARNER, dataset, protocol=Protocol(folds=count, seed=seed), seed=seed)
    group_of = {document.id: document.group for document in dataset.documents}
    predicted = [call for call in calls if call[0] == "predict"]
    assert sorted(name for call in predicted for name in call[2]) == sorted(group_of)
    for _, learned, tested, _ in predicted:
        assert not {group_of[name] for name in learned} & {group_of[name] for name in tested}
    assert output.shared == ()
    assert output.training.signature == f"cv{len(predicted)},group=event,seed={seed}"


@pytest.mark.parametrize("split", ["dev", "test"])
def test_only_the_training_split_reaches_fit(calls, dataset_of, split):
    splits = {"train": range(14), "dev": range(14, 18), "test": range(18, 23)}
    dataset = many(dataset_of, splits=splits)
    output = run(LEARNER, dataset, protocol=Protocol(split=split))
    train, scored = (tuple(dataset.splits[name]) for name in ("train", split))
    assert calls == [("fit", train, {"technique"}, 0), ("predict", train, list(scored), "technique")]
    assert [prediction.document for prediction in output.predictions] == list(scored)
    assert output.training == Training("many", "1.0.0", "0" * 64, 14, 0, 0, "train")
    assert output.training.signature == "many@1.0.0+000000000000/train,seed=0"
    assert output.training.short == "14 docs"


def test_a_detector_that_learns_nothing_sees_the_scored_split_alone(calls, dataset_of):
    dataset = many(dataset_of, splits={"train": range(20), "test": range(20, 23)})
    output = run(FINDER, dataset)
    assert calls == [("predict", (), ["d20", "d21", "d22"], "technique")]
    assert output.training is None


def test_few_documents_are_divided_where_folds_are_asked_for(calls, dataset_of):
    output = run(LEARNER, many(dataset_of, 6), protocol=Protocol(folds=3))
    assert output.training.folds == 3
    assert all(len(learned) == 4 for kind, learned, *_ in calls if kind == "predict")


def test_what_is_learned_are_the_labels_that_are_scored(learner, dataset_of):
    texts = [f"Vile plan {index}." for index in range(21)]
    spans = [[Span(0, 4, "Loaded_Language"), Span(5, 9, "Doubt")]] * 21
    dataset = dataset_of(texts, spans)
    output = run(WORDS, dataset, replace(TECHNIQUE, labels=LOADED), task="loaded_language")
    learned = {span.label for _, gold in learner.fits for annotation in gold for span in annotation.spans}
    assert learned == {"Loaded_Language"}
    assert {span.label for found in output.predictions for span in found.spans} == {"Loaded_Language"}
    learner.fits.clear()
    run(WORDS, dataset)
    assert {span.label for _, gold in learner.fits for a in gold for span in a.spans} == {
        "Loaded_Language",
        "Doubt",
    }


def test_given_spans_come_with_the_documents_and_never_with_their_labels(learner, dataset_of):
    texts = [f"Vile plan {index}." for index in range(21)]
    dataset = dataset_of(texts, [[Span(0, 4, "Doubt"), Span(0, 4, "Loaded_Language")]] * 21)
    seen = []
    predict = learner.predict

    def watched(self, documents, layer):
        seen.extend(documents)
        return predict(self, documents, layer)

    learner.predict = watched
    subject = Subject("technique_given_span", "given", TECHNIQUES)
    output = run(WORDS, dataset, subject, task="technique_given_span")
    assert all(document.given.tolist() == [[0, 4], [0, 4]] for document in seen)
    assert len(seen) == 21
    assert output.failures == ()
    # One span twice with equal labels is an answer, not a fault.
    assert {found.spans for found in output.predictions} == {(Span(0, 4, "Doubt"),) * 2}
    assert {layer for layer, _ in learner.fits} == {"technique_given_span"}


def test_gold_that_is_read_from_spans_is_learned(calls, dataset_of):
    output = run(LEARNER, many(dataset_of), SENTENCES, task="loaded_sentence")
    assert {layer for call in calls if call[0] == "fit" for layer in call[2]} == {"loaded_sentence"}
    assert {prediction.layer for prediction in output.predictions} == {"loaded_sentence"}


def test_a_training_that_fails_costs_the_documents_of_its_fold(calls, dataset_of):
    dataset = many(dataset_of)
    Recorder.broken["fit"] = "d5"
    output = run(LEARNER, dataset)
    (fold,) = (fold for fold in folds_of(dataset) if "d5" in fold)
    failed = [name for name in ids_of(dataset) if name in fold]
    assert output.failures == tuple(
        Failure(name, "training failed: RuntimeError: no luck") for name in failed
    )
    assert [p.document for p in output.predictions] == ids_of(dataset)
    asked = {name for call in calls if call[0] == "predict" for name in call[2]}
    assert asked == set(ids_of(dataset)) - set(fold)


def test_a_document_that_fails_in_a_fold_costs_itself(calls, dataset_of):
    Recorder.broken["predict"] = "d7"
    output = run(LEARNER, many(dataset_of))
    assert output.failures == (Failure("d7", "ValueError: no prediction"),)
    assert len(output.predictions) == 23


def failing(documents):
    raise ValueError(", ".join(document.id for document in documents))


def test_failures_come_in_the_order_of_the_documents(calls, dataset_of, monkeypatch):
    dataset = many(dataset_of)
    learner = detectors.DETECTORS.get("learner")
    monkeypatch.setattr(learner, "predict", lambda self, documents, layer: failing(documents))
    output = run(LEARNER, dataset)
    ids = ids_of(dataset)
    assert output.failures == tuple(Failure(name, f"ValueError: {name}") for name in ids)
    assert [prediction.document for prediction in output.predictions] == ids


def returned(monkeypatch, detector):
    learner = detectors.DETECTORS.get("learner")
    monkeypatch.setattr(learner, "fit", lambda self, documents, gold, layer: detector)


def test_what_fit_returns_is_what_predicts(calls, dataset_of, monkeypatch):
    returned(monkeypatch, build(FINDER, 0))
    monkeypatch.setattr(detectors.DETECTORS.get("learner"), "predict", lambda self, *asked: failing([]))
    outputs = [
        run(LEARNER, many(dataset_of)),
        run(LEARNER, many(dataset_of, 2)),
        predict_texts(LEARNER, [segment("mine", "A text.")], TECHNIQUE, 0),
    ]
    assert [len(output.predictions) for output in outputs] == [23, 2, 1]
    assert [output.failures for output in outputs] == [()] * 3
    assert [call[0] for call in calls] == ["predict"] * (MANY_FOLDS + 2)


def test_a_fit_that_returns_nothing_fails(calls, monkeypatch):
    returned(monkeypatch, None)
    with pytest.raises(DetectorError, match="^detector 'learner': fit returned None: it has to return self$"):
        predict_texts(LEARNER, [segment("mine", "A text.")], TECHNIQUE, 0)


TWINS = ["Text 1 is here.", " Text  1\nis here.\n", f"{REPORTED} Or so they say."]


@pytest.mark.parametrize("twin", TWINS)
@pytest.mark.parametrize("seed", range(3))
def test_a_text_that_stands_twice_is_kept_in_one_fold(calls, dataset_of, twin, seed):
    texts = ["Text 1 is here.", REPORTED, *(f"Other text {index}." for index in range(20)), twin]
    other = "d1" if "bridge" in twin else "d0"
    output = run(LEARNER, dataset_of(texts, [[]] * 23), seed=seed)
    tested = [call[2] for call in calls if call[0] == "predict"]
    assert [other in names for names in tested] == ["d22" in names for names in tested]
    assert output.shared == ()


def test_folds_that_are_not_grouped_report_what_they_share(calls, dataset_of):
    texts = [*(f"Other text {index}." for index in range(20)), REPORTED, f"{REPORTED} Or so.", REPORTED]
    dataset = dataset_of(texts, [[]] * 23)
    output = run(LEARNER, dataset, protocol=Protocol(folds=23, grouped=False))
    assert [(twin.test, twin.train, twin.exact) for twin in output.shared] == [
        ("d20", "d22", True),
        ("d21", "d20", False),
        ("d22", "d20", True),
    ]


def test_a_text_of_the_training_split_is_reported(calls, dataset_of):
    texts = [*(f"Other text {index}." for index in range(20)), "Tested.", "  other TEXT 3.\n", REPORTED]
    dataset = dataset_of(texts, [[]] * 23, splits={"train": range(20), "test": range(20, 23)})
    output = run(LEARNER, dataset)
    assert output.shared == (Shared("d21", "d3", 1.0, exact=True),)
    assert output.failures == ()


def test_a_small_dataset_is_predicted_after_training_on_the_reports(calls, dataset_of):
    small = dataset_of(["One text.", "Two texts."], [[], []])
    output = run(LEARNER, small, seed=4)
    reports = data.load(TRAINING_DATASET)
    ids = tuple(ids_of(reports))
    assert calls == [("fit", ids, {"technique"}, 4), ("predict", ids, ["d0", "d1"], "technique")]
    assert output.training == Training(reports.name, reports.version, reports.manifest_sha256, len(ids), 0, 4)


def test_a_report_in_the_scored_dataset_is_reported(calls, dataset_of):
    report = data.load(TRAINING_DATASET).documents[3]
    small = dataset_of(["One text.", report.text.replace(" ", "  ") + "\n"], [[], []])
    output = run(LEARNER, small)
    assert output.shared == (Shared("d1", report.id, 1.0, exact=True),)
    again = predict_texts(LEARNER, small.documents, TECHNIQUE, 0)
    assert again.shared == output.shared


def test_a_detector_that_learns_nothing_sees_all_documents_at_once(calls, dataset_of):
    dataset = many(dataset_of)
    output = run(FINDER, dataset)
    assert calls == [("predict", (), ids_of(dataset), "technique")]
    assert (output.training, output.fit_seconds, output.shared) == (None, 0.0, ())
    assert output.seconds > 0


def test_labels_of_the_layer_are_what_a_detector_may_give(calls, dataset_of, monkeypatch):
    dataset = many(dataset_of, 2)

    def predict(self, documents, layer):
        return [Prediction(d.id, layer, (Span(0, 1, "Slogans"),)) for d in documents]

    monkeypatch.setattr(detectors.DETECTORS.get("finder"), "predict", predict)
    output = run(FINDER, dataset)
    assert [failure.error for failure in output.failures] == ["no label 'Slogans' in layer 'technique'"] * 2


def test_without_gold_there_is_nothing_to_learn_from(calls, dataset_of):
    for dataset in (many(dataset_of), many(dataset_of, 2)):
        with pytest.raises(UsageError, match="'learner' has nothing to learn layer 'attribution' from"):
            run(LEARNER, dataset, ATTRIBUTION)
    assert calls == []


def test_what_can_be_learned(dataset_of):
    large, small = many(dataset_of), many(dataset_of, 2)

    def can(dataset, subject, folds=None):
        return can_learn(Order(dataset, task_of(dataset, "technique"), Protocol(folds=folds), 0), subject)

    slant = Subject("slant", "units", ())
    assert can(large, TECHNIQUE)
    assert can(large, SENTENCES)
    assert not can(large, slant)
    assert can(small, slant)
    assert not can(small, slant, folds=2)
    assert not can(small, ATTRIBUTION)


def test_the_published_folds_of_babe_are_learned_and_told(learner, dataset_of):
    labels = ["Biased", "Non-biased", ""] * 10
    texts = [f"{label or 'Undecided'} sentence {index}." for index, label in enumerate(labels)]
    units = [[Unit(0, len(t), (label,) if label else ())] for t, label in zip(texts, labels, strict=True)]
    dataset = dataset_of(texts, units={"bias": units}, unit="sentence", corpus="babe")
    subject = Subject("bias", "units", ("Biased", "Non-biased"))
    output = run(WORDS, dataset, subject, protocol=published(dataset).protocol, task="bias")
    decided = {f"d{index}" for index, label in enumerate(labels) if label}
    assert {a.document.id for _, gold in learner.fits for a in gold} == decided
    assert {prediction.document for prediction in output.predictions} == decided
    # The seed is that of the folds, which the papers chose.
    assert output.training.signature == "cv5,stratified,ungrouped,seed=42,detector=0"
    assert output.training.documents == 20
    whole = [unit.labels for prediction in output.predictions for unit in prediction.units[:1]]
    assert whole == [(label,) for label in labels if label]


def test_texts_without_gold_are_predicted(calls):
    reports = data.load(TRAINING_DATASET)
    documents = [segment("mine", "A text."), segment("other", "")]
    output = predict_texts(LEARNER, documents, TECHNIQUE, 2)
    ids = tuple(ids_of(reports))
    assert calls == [("fit", ids, {"technique"}, 2), ("predict", ids, ["mine", "other"], "technique")]
    assert [prediction.document for prediction in output.predictions] == ["mine", "other"]
    assert output.training == training_of(reports, 0, 2)
    calls.clear()
    output = predict_texts(FINDER, documents, ATTRIBUTION, 2)
    assert calls == [("predict", (), ["mine", "other"], "attribution")]
    assert output.training is None
    with pytest.raises(UsageError, match="'learner' must be trained for layer 'attribution', which fic"):
        predict_texts(LEARNER, documents, ATTRIBUTION, 2)


def test_a_training_that_fails_costs_all_texts(calls):
    Recorder.broken["fit"] = "nobody"
    output = predict_texts(LEARNER, [segment("mine", "A text.")], TECHNIQUE, 0)
    assert output.predictions == (Prediction("mine", "technique"),)
    assert output.failures == (Failure("mine", "training failed: RuntimeError: no luck"),)
    assert output.seconds == 0.0


def test_a_detector_that_takes_long_says_what_it_does(calls, dataset_of, monkeypatch):
    said = []
    learner = detectors.DETECTORS.get("learner")

    def fit(self, documents, gold, layer):
        self.progress("half done")
        return self

    monkeypatch.setattr(learner, "progress", None, raising=False)
    monkeypatch.setattr(learner, "fit", fit)
    dataset = many(dataset_of)
    order = Order(dataset, task_of(dataset, "technique"), Protocol(folds=2), 0)
    run_detector(LEARNER, order, TECHNIQUE, said.append)
    assert said == ["half done, fold 1 of 2", "half done, fold 2 of 2"]
    said.clear()
    Fitted(build(LEARNER, 0), dataset.gold["technique"], TECHNIQUE, said.append)
    assert said == ["half done"]


def test_how_training_is_named():
    training = Training("fictional_news", "1.0.0", "0123456789abcdef" * 4, 28, 7, 0)
    assert (training.short, training.signature) == ("7-fold", "cv7,seed=0")
    grouped = replace(training, group="triplet")
    assert grouped.signature == "cv7,group=triplet,seed=0"
    whole = replace(training, folds=0)
    assert (whole.short, whole.signature) == ("28 docs", "fictional_news@1.0.0+0123456789ab,seed=0")
    assert replace(whole, split="train").signature == "fictional_news@1.0.0+0123456789ab/train,seed=0"


def test_a_seed_in_the_specification_is_told(learner, dataset_of):
    dataset = many(dataset_of, splits={"train": range(20), "test": range(20, 23)})
    output = run(Spec("words", (("seed", "5"),)), dataset, protocol=Protocol(split="test"))
    assert output.training.signature.endswith("/train,seed=5")
    folded = run(Spec("words", (("seed", "5"),)), many(dataset_of), protocol=Protocol(folds=3, seed=1))
    assert folded.training.signature == "cv3,seed=1,detector=5"


def test_few_documents_with_a_training_split_learn_from_it(calls, dataset_of):
    dataset = many(dataset_of, 8, splits={"train": range(6), "test": range(6, 8)})
    output = run(LEARNER, dataset, protocol=Protocol(split="test"))
    assert (output.training.dataset, output.training.documents) == ("many", 6)
