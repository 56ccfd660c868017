"""What holds for everything that is registered: detectors, metrics, tasks, datasets."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark import data
from benchmark.asking import predict
from benchmark.detectors import DETECTORS, build
from benchmark.metrics import METRICS
from benchmark.metrics.base import Metric
from benchmark.model import (
    Annotation,
    Detector,
    Prediction,
    Span,
    StoredDetector,
    TrainableDetector,
    Unit,
)
from benchmark.segmentation import segment
from benchmark.spec import Spec, principal_of
from benchmark.subject import Subject, knows, layer_labels, lesson, must_fit, takes_units
from benchmark.tasks import TASKS, tasks_of

STRANGE = (
    "",
    " \n\t\n",
    "One line.",
    "😀 e\u0301 İstanbul’s “quote” — and—dashes…\r\nA second line, he said.\n\n\nLast",
    "ALL CAPITALS! WHY? 1,200.50 (3 %)\u00a0\u200d\u202e",
    "word " * 400,
)
ATTRIBUTION = ("source", "cue", "content")
KINDS = {"spans", "relations", "units", "given"}
FEW = 8
"""Reports that a detector learns from here whose training takes long."""


READY = [name for name in DETECTORS if not principal_of(DETECTORS.get(name))]
"""The detectors that need no model or program to be named."""


@pytest.fixture(scope="module")
def reports():
    return data.load("fictional_news")


def subjects_of(detector):
    """What of the reports, and attributions, a detector can be asked for once it has learned from them."""
    source = data.load("fictional_news")
    kinds = {name: layer.kind for name, layer in source.layers.items() if layer.kind != "entities"}
    kinds |= {"loaded_sentence": "units", "attribution": "relations"}
    for layer, kind in sorted(kinds.items()):
        subject = Subject(layer, kind, layer_labels(source, layer) or ATTRIBUTION)
        if knows(detector, subject) and (not must_fit(detector, subject) or lesson(source, subject)):
            yield subject


def cases():
    return [
        pytest.param(name, subject, id=f"{name}-{subject.layer}")
        for name in READY
        for subject in subjects_of(build(Spec(name), 0))
    ]


@pytest.mark.parametrize("name", READY)
def test_a_detector_says_what_it_is(name):
    detector = build(Spec(name), 0)
    assert isinstance(detector, Detector)
    assert detector.name == name
    kinds = getattr(detector, "kinds", frozenset()) | getattr(detector, "trained_kinds", frozenset())
    assert kinds <= KINDS
    assert kinds or detector.layers
    layers = {name for dataset in map(data.load, data.SHIPPED) for name in dataset.layers}
    assert detector.layers <= layers | {task.layer for task in map(TASKS.get, TASKS)}
    assert (type(detector).__doc__ or "").strip().split("\n")[0].endswith(".")
    assert list(subjects_of(detector))
    if hasattr(detector, "fit"):
        assert isinstance(detector, TrainableDetector)
        assert detector.trained_layers <= detector.layers
    if hasattr(detector, "save") or hasattr(detector, "load"):
        assert isinstance(detector, StoredDetector)


@pytest.mark.parametrize(("name", "subject"), cases())
def test_a_detector_answers_every_text_and_the_same_twice(name, subject, reports, tmp_path):
    """Spans and units are those of the text, labels those of the layer, and order and batch do not matter.

    What can be kept in a folder answers the same once it is loaded.
    """
    documents = [segment(f"d{index}", text) for index, text in enumerate(STRANGE)]
    layer, labels = subject.layer, subject.labels

    def trained():
        detector = build(Spec(name), 0)
        if must_fit(detector, subject):
            gold = lesson(reports, subject)[: FEW if getattr(detector, "slow", False) else None]
            detector = detector.fit([annotation.document for annotation in gold], gold, layer)
        return detector

    detector = trained()
    found, failures = predict(detector, documents, layer, labels)
    assert failures == []
    for prediction in found:
        assert not (prediction.spans if takes_units(reports, layer) else prediction.units)
    backwards, _ = predict(detector, documents[::-1], layer, labels)
    assert backwards[::-1] == found
    assert [predict(detector, [document], layer, labels)[0][0] for document in documents] == found
    again, _ = predict(trained(), documents, layer, labels)
    assert again == found
    if hasattr(detector, "save"):
        detector.save(tmp_path)
        assert not [path for path in tmp_path.rglob("*") if path.suffix in {".pkl", ".pickle", ".joblib"}]
        assert predict(DETECTORS.get(name).load(tmp_path), documents, layer, labels)[0] == found


@pytest.mark.parametrize("name", [name for name in READY if not hasattr(build(Spec(name), 0), "kinds")])
def test_a_detector_refuses_a_layer_that_it_does_not_predict(name):
    with pytest.raises(ValueError, match="nothing"):
        build(Spec(name), 0).predict([segment("d", "A text.")], "nothing")


@pytest.mark.parametrize("name", list(METRICS))
def test_a_metric_keeps_the_contract(name):
    metric = METRICS.get(name)()
    assert isinstance(metric, Metric)
    assert metric.name == name
    labels = ("a", "b", "c")
    documents = [segment(f"d{index}", "one two three. four") for index in range(4)]
    gold = [Annotation(d, "x", (Span(0, 3, "a"),), (Unit(0, 14, ("b",)),)) for d in documents]
    found = [Prediction(d.id, "x", (Span(0, 7, "a"),), (Unit(0, 14, ("c",)),)) for d in documents]
    statistics = metric.per_document(gold, found, labels)
    names = metric.scores(labels)
    assert statistics.shape[0] == 4
    assert len(set(names)) == len(names)
    assert metric.per_document([], [], labels).shape == (0, statistics.shape[1])
    np.testing.assert_allclose(
        statistics.sum(axis=0),
        metric.per_document(gold[:1], found[:1], labels).sum(axis=0)
        + metric.per_document(gold[1:], found[1:], labels).sum(axis=0),
    )
    stacked = metric.finalize(statistics, labels)
    assert stacked.shape == (4, len(names))
    np.testing.assert_array_equal(stacked[2], metric.finalize(statistics[2], labels))


@pytest.mark.parametrize("name", data.SHIPPED)
def test_a_dataset_is_whole(name):
    dataset = data.load(name)
    assert data.check(name) == []
    assert dataset.name == name
    ids = [document.id for document in dataset.documents]
    assert len(set(ids)) == len(ids)
    for layer, gold in dataset.gold.items():
        assert [annotation.document.id for annotation in gold] == ids
        assert {annotation.layer for annotation in gold} == {layer}
        assert set(dataset.marks.get(layer, {})) == set(dataset.layers[layer].annotators)
    assert tasks_of(dataset)


@pytest.mark.parametrize("name", list(TASKS))
def test_a_task_is_scored_by_what_there_is(name):
    task = TASKS.get(name)
    assert task.name == name
    assert task.metric in task.metrics
    assert task.reading in (None, "any", "density")
    for metric in task.metrics:
        scores = METRICS.get(metric)().scores(task.labels or ("a", "b"))
        assert "f1" in scores or task.unit is not None
    bound = [t for dataset in map(data.load, data.SHIPPED) for t in tasks_of(dataset) if t.name == name]
    for one in bound or [task]:
        assert task.score in METRICS.get(task.metric)().scores(one.labels or ("a", "b"))
    for one in bound:
        assert len(one.labels) >= 2


def test_no_code_lies_among_the_data():
    """A module there would hide the Hugging Face package of the same name."""
    assert not list(data.packaged_root().rglob("*.py"))
