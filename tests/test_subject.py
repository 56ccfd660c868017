"""What detectors are asked for, and the gold that they may learn it from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.data import Layer
from benchmark.model import Annotation, Span, Unit
from benchmark.subject import (
    Subject,
    gives,
    knows,
    layer_gold,
    layer_labels,
    lesson,
    must_fit,
    of_given_spans,
    subjects,
    takes_units,
    texts,
)
from benchmark.tasks import LOADED, task_of
from tests.conftest import TECHNIQUES

TEXT = "The vile plan failed. Ann said so."
SPANS = [Span(4, 8, "Doubt"), Span(4, 8, "Loaded_Language"), Span(22, 25, "Repetition")]


class Says:
    """A detector that says what it can do."""

    def __init__(self, layers=(), fits=False, **said):
        self.layers = frozenset(layers)
        for name, value in said.items():
            setattr(self, name, frozenset(value))
        if fits:
            self.fit = lambda documents, gold, layer: self


@pytest.fixture
def dataset(dataset_of):
    return dataset_of([TEXT], [SPANS], units={"slant": [[Unit(0, len(TEXT), ("mild",))]]})


def subject_names(task, dataset):
    return [(subject.layer, subject.kind, subject.labels) for subject in subjects(task, dataset)]


def test_a_task_of_spans_is_asked_for_with_its_labels(dataset):
    assert subject_names(task_of(dataset, "loaded_language"), dataset) == [("technique", "spans", LOADED)]
    assert subject_names(task_of(dataset, "technique"), dataset) == [("technique", "spans", TECHNIQUES)]


def test_a_task_of_units_may_be_read_from_spans(dataset):
    assert subject_names(task_of(dataset, "loaded_sentence"), dataset) == [
        ("loaded_sentence", "units", ("loaded", "neutral")),
        ("technique", "spans", LOADED),
    ]
    assert subject_names(task_of(dataset, "slant"), dataset) == [
        ("slant", "units", ("none", "mild", "strong")),
        ("technique", "spans", TECHNIQUES),
        ("attribution_gap", "spans", ()),
    ]


def test_the_density_of_marks_is_that_of_whole_documents(dataset_of):
    dataset = dataset_of([TEXT], [[]], units={"slant": [[Unit(0, 21, ("mild",))]]}, unit="sentence")
    assert [layer for layer, _, _ in subject_names(task_of(dataset, "slant"), dataset)] == ["slant"]


def test_attributions_are_relations(dataset_of):
    dataset = dataset_of([TEXT], [[]], span_layer="attribution", span_labels=("source", "cue", "content"))
    relations = replace(dataset.layers["attribution"], kind="relations")
    dataset = replace(dataset, layers={"attribution": relations})
    assert subject_names(task_of(dataset, "attribution"), dataset) == [
        ("attribution", "relations", ("source", "cue", "content"))
    ]


def test_given_spans_are_a_kind_of_their_own(dataset):
    assert subject_names(task_of(dataset, "technique_given_span"), dataset) == [
        ("technique_given_span", "given", TECHNIQUES)
    ]


SPANS_OF = Subject("technique", "spans", ("Doubt",))


@pytest.mark.parametrize(
    ("detector", "known", "fit"),
    [
        (Says(["technique"]), True, False),
        (Says(["frame"]), False, True),
        (Says(["technique"], fits=True), True, True),
        (Says(["technique"], fits=True, trained_layers=["frame"]), True, False),
        (Says(["technique"], fits=True, trained_layers=["technique"]), True, True),
        (Says(fits=True, trained_kinds=["spans", "units"]), True, True),
        (Says(fits=True, trained_kinds=["units"]), False, True),
        (Says(kinds=["spans"]), True, False),
        (Says(["technique"], fits=True, trained_layers=[], trained_kinds=["spans"]), True, False),
    ],
)
def test_what_a_detector_knows_and_what_it_must_learn(detector, known, fit):
    assert knows(detector, SPANS_OF) == known
    assert must_fit(detector, SPANS_OF) == fit


def test_a_detector_with_fit_alone_is_trained_for_all_its_layers():
    learner = Says(["technique", "frame"], fits=True)
    assert all(must_fit(learner, Subject(layer, "spans", ())) for layer in ("technique", "frame"))


@pytest.mark.parametrize(
    ("labels", "given"),
    [({"Doubt", "Slogans"}, True), ({"Slogans"}, False), (set(), True), (None, True)],
)
def test_a_detector_may_lack_all_labels_that_count(labels, given):
    detector = Says() if labels is None else Says(labels=labels)
    assert gives(detector, SPANS_OF) == given
    assert gives(detector, replace(SPANS_OF, labels=()))


def test_a_lesson_holds_the_labels_that_are_scored_and_no_others(dataset):
    (task,) = subjects(task_of(dataset, "loaded_language"), dataset)
    (learned,) = lesson(dataset, task)
    assert learned.spans == (Span(4, 8, "Loaded_Language"),)
    (whole,) = lesson(dataset, replace(task, labels=TECHNIQUES))
    assert whole is dataset.gold["technique"][0]
    assert lesson(dataset, replace(task, labels=())) == dataset.gold["technique"]
    assert lesson(dataset, Subject("frame", "units", ("Other",))) is None
    assert dataset.gold["technique"][0].spans == tuple(SPANS)


def test_a_lesson_of_units_is_whole(dataset):
    assert lesson(dataset, Subject("slant", "units", ("none",))) == dataset.gold["slant"]


def test_given_spans_come_with_the_documents(dataset):
    subject = Subject("technique_given_span", "given", TECHNIQUES)
    (document,) = texts(dataset, subject)
    assert document.given.tolist() == [[4, 8], [4, 8], [22, 25]]
    (learned,) = lesson(dataset, subject)
    assert learned.document.given.tolist() == document.given.tolist()
    assert learned.spans == tuple(SPANS)
    assert len(dataset.documents[0].given) == 0
    for other in (SPANS_OF, Subject("slant", "units", ())):
        assert texts(dataset, other) is dataset.documents
    assert texts(dataset, Subject("frame", "given", ())) is dataset.documents


def test_gold_of_sentences_is_made_from_spans(dataset):
    (made,) = layer_gold(dataset, "loaded_sentence")
    assert made == Annotation(
        dataset.documents[0],
        "loaded_sentence",
        units=(Unit(0, 21, ("loaded",)), Unit(22, 34, ("neutral",))),
    )
    assert layer_gold(dataset, "technique_given_span") is dataset.gold["technique"]


def test_sentences_of_bias_are_told_apart_by_its_kind(dataset_of):
    spans = [[Span(4, 8, "lexical"), Span(22, 25, "informational")]]
    dataset = dataset_of([TEXT], spans, span_layer="bias", span_labels=("lexical", "informational"))
    found = {
        layer: [unit.labels[0] for unit in layer_gold(dataset, layer)[0].units]
        for layer in ("lexical_sentence", "informational_sentence", "bias_sentence")
    }
    assert found == {
        "lexical_sentence": ["lexical", "none"],
        "informational_sentence": ["none", "informational"],
        "bias_sentence": ["biased", "biased"],
    }


def test_gold_and_labels_of_a_layer(dataset_of):
    dataset = dataset_of(["Some text"], units={"slant": [[Unit(0, 9, ("mild",))]]})
    assert layer_gold(dataset, "slant") == dataset.gold["slant"]
    assert layer_gold(dataset, "loaded_sentence") is None
    assert layer_gold(dataset, "technique") is None
    assert layer_labels(dataset, "slant") == ("none", "mild", "strong")
    assert layer_labels(dataset, "loaded_sentence") == ("loaded", "neutral")
    assert layer_labels(dataset, "technique") == layer_labels(dataset, "nothing") == ()


def test_labels_of_a_layer_that_is_made(dataset):
    assert layer_labels(dataset, "technique_given_span") == TECHNIQUES
    assert layer_labels(dataset, "loaded_sentence") == ("loaded", "neutral")


def test_the_kind_of_a_layer(dataset, dataset_of):
    assert takes_units(dataset, "slant")
    assert not takes_units(dataset, "technique")
    bare = dataset_of(["Some text"], [[]])
    assert takes_units(bare, "slant")
    assert takes_units(bare, "loaded_sentence")
    assert not takes_units(bare, "attribution")
    assert not takes_units(bare, "nothing")
    assert of_given_spans("technique_given_span")
    assert not of_given_spans("technique")


@pytest.mark.parametrize(
    ("labels", "kind", "expected"),
    [
        (None, "units", True),
        ({"Doubt", "Other"}, "spans", True),
        ({"Other"}, "spans", False),
        ({"Doubt"}, "units", True),
        ({"Doubt", "Other"}, "units", False),
    ],
)
def test_a_detector_of_units_has_to_know_the_label_set(labels, kind, expected):
    detector = Says(["technique"])
    if labels is not None:
        detector.labels = frozenset(labels)
    assert gives(detector, Subject("technique", kind, ("Doubt", "Slogans"))) == expected


def test_a_layer_of_entities_is_no_task(dataset):
    layer = Layer("technique", "entities", TECHNIQUES, None, (), "people")
    assert layer_gold(replace(dataset, layers={"technique": layer}, gold={}), "technique_given_span") is None
