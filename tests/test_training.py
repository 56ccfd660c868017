"""Nothing learns from the documents that it is scored on."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark import data, detectors
from benchmark.detectors import Failure, build
from benchmark.errors import BenchError, UsageError
from benchmark.model import Prediction, Span, Unit
from benchmark.registry import Registry
from benchmark.segmentation import segment
from benchmark.spec import Spec
from benchmark.training import (
    FOLDS,
    TRAINING_DATASET,
    Training,
    can_predict,
    folds,
    layer_gold,
    layer_labels,
    must_fit,
    predict_texts,
    refuse_shared,
    run_detector,
    takes_units,
    training_of,
)

LEARNER, FINDER = Spec("learner"), Spec("finder")
LAYERS = frozenset({"technique", "loaded_sentence", "slant", "attribution"})


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


def many(dataset_of, count=23):
    texts = [f"Text {index} is here." for index in range(count)]
    spans = [[Span(0, 4, "Loaded_Language")]] + [[]] * (count - 1)
    return dataset_of(texts, spans, name="many")


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 12), st.integers(0, 5))
def test_folds_are_a_partition_of_nearly_equal_parts(documents, count, seed):
    parts = folds(documents, count, seed)
    assert len(parts) == min(count, documents)
    assert sorted(np.concatenate(parts).tolist()) == list(range(documents))
    sizes = [len(part) for part in parts]
    assert max(sizes) - min(sizes) <= 1
    assert all(part.tolist() == sorted(part.tolist()) for part in parts)


def test_folds_depend_on_the_seed_and_on_nothing_else():
    first, again, other = (np.concatenate(folds(28, 7, seed)).tolist() for seed in (0, 0, 1))
    assert first == again != other
    assert [len(part) for part in folds(28, 7, 0)] == [4] * 7


def test_every_document_is_predicted_once_by_what_never_saw_it(calls, dataset_of):
    dataset = many(dataset_of)
    output = run_detector(LEARNER, dataset, "technique", 3)
    ids = [document.id for document in dataset.documents]
    predicted = [call for call in calls if call[0] == "predict"]
    assert len(predicted) == FOLDS
    assert sorted(name for _, _, tested, _ in predicted for name in tested) == sorted(ids)
    for _, learned, tested, layer in predicted:
        assert sorted([*learned, *tested]) == sorted(ids)
        assert layer == "technique"
    assert [prediction.document for prediction in output.predictions] == ids
    assert output.failures == ()
    assert output.training == Training("many", "1.0.0", "0" * 64, 23, FOLDS, 3)
    assert output.seconds > 0
    assert output.fit_seconds > 0


def test_each_fold_has_a_detector_of_its_own_with_the_seed(calls, dataset_of):
    run_detector(LEARNER, many(dataset_of), "technique", 3)
    fits = [call for call in calls if call[0] == "fit"]
    assert [call[3] for call in fits] == [3] * FOLDS
    assert {frozenset(call[2]) for call in fits} == {frozenset({"technique"})}
    assert [call[0] for call in calls] == ["fit", "predict"] * FOLDS


def test_gold_that_is_read_from_spans_is_learned(calls, dataset_of):
    dataset = many(dataset_of)
    output = run_detector(LEARNER, dataset, "loaded_sentence", 0)
    assert {layer for call in calls if call[0] == "fit" for layer in call[2]} == {"loaded_sentence"}
    assert {prediction.layer for prediction in output.predictions} == {"loaded_sentence"}
    gold = layer_gold(dataset, "loaded_sentence")
    assert [annotation.units[0].labels for annotation in gold] == [("loaded",)] + [("neutral",)] * 22


def test_a_training_that_fails_costs_the_documents_of_its_fold(calls, dataset_of):
    dataset = many(dataset_of)
    Recorder.broken["fit"] = "d5"
    output = run_detector(LEARNER, dataset, "technique", 0)
    (fold,) = (part.tolist() for part in folds(23, FOLDS, 0) if 5 in part)
    assert output.failures == tuple(
        Failure(f"d{i}", "training failed: RuntimeError: no luck") for i in sorted(fold)
    )
    assert [p.document for p in output.predictions] == [d.id for d in dataset.documents]
    asked = {name for call in calls if call[0] == "predict" for name in call[2]}
    assert asked == {document.id for document in dataset.documents} - {f"d{i}" for i in fold}


def test_a_document_that_fails_in_a_fold_costs_itself(calls, dataset_of):
    dataset = many(dataset_of)
    Recorder.broken["predict"] = "d7"
    output = run_detector(LEARNER, dataset, "technique", 0)
    assert output.failures == (Failure("d7", "ValueError: no prediction"),)
    assert len(output.predictions) == 23


def failing(documents):
    raise ValueError(", ".join(document.id for document in documents))


def test_failures_come_in_the_order_of_the_documents(calls, dataset_of, monkeypatch):
    dataset = many(dataset_of)
    learner = detectors.DETECTORS.get("learner")
    monkeypatch.setattr(learner, "predict", lambda self, documents, layer: failing(documents))
    output = run_detector(LEARNER, dataset, "technique", 0)
    ids = [document.id for document in dataset.documents]
    assert output.failures == tuple(Failure(name, f"ValueError: {name}") for name in ids)
    assert [prediction.document for prediction in output.predictions] == ids


def returned(monkeypatch, detector):
    learner = detectors.DETECTORS.get("learner")
    monkeypatch.setattr(learner, "fit", lambda self, documents, gold, layer: detector)


def test_what_fit_returns_is_what_predicts(calls, dataset_of, monkeypatch):
    returned(monkeypatch, build(FINDER, 0))
    monkeypatch.setattr(detectors.DETECTORS.get("learner"), "predict", lambda self, *asked: failing([]))
    dataset = many(dataset_of)
    outputs = [
        run_detector(LEARNER, dataset, "technique", 0),
        run_detector(LEARNER, many(dataset_of, 2), "technique", 0),
        predict_texts(LEARNER, [segment("mine", "A text.")], "technique", 0),
    ]
    assert [len(output.predictions) for output in outputs] == [23, 2, 1]
    assert [output.failures for output in outputs] == [()] * 3
    assert [call[0] for call in calls] == ["predict"] * (FOLDS + 2)


def test_a_fit_that_returns_nothing_fails(calls, monkeypatch):
    returned(monkeypatch, None)
    output = predict_texts(LEARNER, [segment("mine", "A text.")], "technique", 0)
    assert output.predictions == (Prediction("mine", "technique"),)
    assert output.failures == (
        Failure("mine", "AttributeError: 'NoneType' object has no attribute 'predict'"),
    )


@pytest.mark.parametrize("twin", ["Text 1 is here.", " Text  1\nis here.\n"])
def test_a_text_that_stands_in_two_folds_is_refused(calls, dataset_of, twin):
    texts = ["Text 1 is here.", *(f"Other text {index}." for index in range(21)), twin]
    for seed in range(20):
        (fold,) = (part for part in folds(23, FOLDS, seed) if 0 in part)
        if 22 not in fold:
            break
    with pytest.raises(BenchError, match="'d(0|22)' is scored, and its text was learned from as 'd(22|0)'"):
        run_detector(LEARNER, dataset_of(texts, [[]] * 23), "technique", seed)


def test_a_small_dataset_is_predicted_after_training_on_the_reports(calls, dataset_of):
    small = dataset_of(["One text.", "Two texts."], [[], []])
    output = run_detector(LEARNER, small, "technique", 4)
    reports = data.load(TRAINING_DATASET)
    ids = tuple(document.id for document in reports.documents)
    assert calls == [("fit", ids, {"technique"}, 4), ("predict", ids, ["d0", "d1"], "technique")]
    assert output.training == Training(reports.name, reports.version, reports.manifest_sha256, len(ids), 0, 4)


def test_a_report_in_the_scored_dataset_is_refused(calls, dataset_of):
    report = data.load(TRAINING_DATASET).documents[3]
    small = dataset_of(["One text.", report.text.replace(" ", "  ") + "\n"], [[], []])
    with pytest.raises(BenchError, match=f"document 'd1' is scored, .* learned from as '{report.id}'"):
        run_detector(LEARNER, small, "technique", 0)
    assert calls == []


def test_a_detector_that_learns_nothing_sees_all_documents_at_once(calls, dataset_of):
    dataset = many(dataset_of)
    output = run_detector(FINDER, dataset, "technique", 0)
    assert calls == [("predict", (), [document.id for document in dataset.documents], "technique")]
    assert (output.training, output.fit_seconds) == (None, 0.0)
    assert output.seconds > 0


def test_labels_of_the_layer_are_what_a_detector_may_give(calls, dataset_of, monkeypatch):
    dataset = many(dataset_of, 2)

    def predict(self, documents, layer):
        return [Prediction(d.id, layer, (Span(0, 1, "Slogans"),)) for d in documents]

    monkeypatch.setattr(detectors.DETECTORS.get("finder"), "predict", predict)
    output = run_detector(FINDER, dataset, "technique", 0)
    assert [failure.error for failure in output.failures] == ["no label 'Slogans' in layer 'technique'"] * 2


def test_without_gold_there_is_nothing_to_learn_from(calls, dataset_of):
    large = many(dataset_of)
    small = many(dataset_of, 2)
    for dataset in (large, small):
        with pytest.raises(UsageError, match="'learner' has nothing to learn layer 'attribution' from"):
            run_detector(LEARNER, dataset, "attribution", 0)
    assert calls == []


def test_what_a_detector_can_predict(calls, dataset_of):
    large, small = many(dataset_of), many(dataset_of, 2)
    finder, learner = build(FINDER, 0), build(LEARNER, 0)
    assert can_predict(finder, large, "attribution")
    assert not can_predict(finder, large, "frame")
    assert can_predict(learner, large, "technique")
    assert can_predict(learner, large, "loaded_sentence")
    assert not can_predict(learner, large, "slant")
    assert can_predict(learner, small, "slant")
    assert not can_predict(learner, small, "attribution")


def test_texts_without_gold_are_predicted(calls):
    reports = data.load(TRAINING_DATASET)
    documents = [segment("mine", "A text."), segment("other", "")]
    output = predict_texts(LEARNER, documents, "technique", 2)
    ids = tuple(document.id for document in reports.documents)
    assert calls == [("fit", ids, {"technique"}, 2), ("predict", ids, ["mine", "other"], "technique")]
    assert [prediction.document for prediction in output.predictions] == ["mine", "other"]
    assert output.training == training_of(reports, 0, 2)
    calls.clear()
    output = predict_texts(FINDER, documents, "attribution", 2)
    assert calls == [("predict", (), ["mine", "other"], "attribution")]
    assert output.training is None
    with pytest.raises(UsageError, match="'learner' must be trained for layer 'attribution', which fic"):
        predict_texts(LEARNER, documents, "attribution", 2)


def test_a_training_that_fails_costs_all_texts(calls):
    Recorder.broken["fit"] = "nobody"
    output = predict_texts(LEARNER, [segment("mine", "A text.")], "technique", 0)
    assert output.predictions == (Prediction("mine", "technique"),)
    assert output.failures == (Failure("mine", "training failed: RuntimeError: no luck"),)
    assert output.seconds == 0.0


def test_gold_and_labels_of_a_layer(dataset_of):
    units = [[Unit(0, 9, ("mild",))]]
    dataset = dataset_of(["Some text"], units={"slant": units})
    assert layer_gold(dataset, "slant") == dataset.gold["slant"]
    assert layer_gold(dataset, "loaded_sentence") is None
    assert layer_gold(dataset, "technique") is None
    assert layer_labels(dataset, "slant") == ("none", "mild", "strong")
    assert layer_labels(dataset, "loaded_sentence") == ("loaded", "neutral")
    assert layer_labels(dataset, "technique") == layer_labels(dataset, "nothing") == ()


def test_the_kind_of_a_layer(dataset_of):
    dataset = dataset_of(["Some text"], [[]], units={"slant": [[Unit(0, 9, ("mild",))]]})
    assert takes_units(dataset, "slant")
    assert not takes_units(dataset, "technique")
    bare = dataset_of(["Some text"], [[]])
    assert takes_units(bare, "slant")
    assert takes_units(bare, "loaded_sentence")
    assert not takes_units(bare, "attribution")
    assert not takes_units(bare, "nothing")


def test_how_training_is_named():
    training = Training("fictional_news", "1.0.0", "0123456789abcdef" * 4, 28, 7, 0)
    assert (training.short, training.signature) == ("7-fold", "cv7,seed=0")
    whole = replace(training, folds=0)
    assert (whole.short, whole.signature) == ("28 docs", "fictional_news@1.0.0+0123456789ab,seed=0")


def test_shared_texts_are_refused_whatever_their_spaces():
    learned = [segment("a", "One  text\n"), segment("b", "Two")]
    refuse_shared(learned, [segment("c", "one text"), segment("d", "Three")])
    refuse_shared([], learned)
    with pytest.raises(BenchError, match="document 'd' is scored, and its text was learned from as 'a'"):
        refuse_shared(learned, [segment("c", "Three"), segment("d", " One\ttext")])


def test_a_detector_with_fit_alone_is_trained_for_all_its_layers():
    class Learner:
        layers = frozenset({"technique", "frame"})

        def fit(self, documents, gold, layer):
            return self

    assert [must_fit(Learner(), layer) for layer in ("technique", "frame", "slant")] == [True, True, False]
    Learner.trained_layers = frozenset({"frame"})
    assert [must_fit(Learner(), layer) for layer in ("technique", "frame")] == [False, True]
