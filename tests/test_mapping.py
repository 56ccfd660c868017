"""Gold and predictions of two datasets in their common labels."""

from __future__ import annotations

import pytest

from benchmark.crosswalk import LabelMap
from benchmark.mapping import mapped_gold, mapped_predictions, mapped_task
from benchmark.model import Annotation, Document, Prediction, Span, Unit, offsets
from benchmark.segmentation import segment
from benchmark.tasks import TASKS

LOADED = ("Loaded_Language", "Name_Calling,Labeling")


def label_map(predicted, gold, labels, unit=None, rest=None, reading=None, reasons=()):
    return LabelMap("a/x", "b/y", predicted, gold, tuple(labels), unit, rest, reading, tuple(reasons))


@pytest.fixture
def document():
    return segment("d", "They won. A vile plot failed. It rained.")


def test_gold_spans_of_two_labels_become_one_label(document):
    spans = (Span(12, 16, LOADED[0]), Span(12, 16, LOADED[1]), Span(12, 21, LOADED[1]), Span(0, 4, "Doubt"))
    found = label_map({"lexical": "lexical"}, dict.fromkeys(LOADED, "lexical"), ["lexical"])
    (mapped,) = mapped_gold([Annotation(document, "technique", spans)], found)
    assert [(span.start, span.end, span.label) for span in mapped.spans] == [
        (12, 16, "lexical"),
        (12, 21, "lexical"),
    ]
    assert (mapped.document, mapped.layer) == (document, "technique")


def test_gold_units_of_a_label_without_a_counterpart_are_undecided(document):
    units = (Unit(0, 9, ("fact",)), Unit(10, 29, ("mixed",)), Unit(30, 40, ("opinion", "strong")))
    found = label_map({}, {"fact": "OBJ", "opinion": "SUBJ", "strong": "SUBJ"}, ["OBJ", "SUBJ"], rest="OBJ")
    (mapped,) = mapped_gold([Annotation(document, "y", units=units)], found)
    assert [unit.labels for unit in mapped.units] == [("OBJ",), (), ("SUBJ",)]


def test_predicted_spans_keep_scores_and_relations_and_lose_other_labels(document):
    spans = (
        Span(5, 8, "cue", 0.5, relation=1),
        Span(5, 8, "cue", 0.4, relation=2),
        Span(0, 4, "source", 0.9, relation=1),
        Span(0, 4, "other"),
    )
    found = label_map({"cue": "cue", "source": "who"}, {}, ["who", "cue"])
    (mapped,) = mapped_predictions([Prediction("d", "x", spans)], [document], found, "y")
    assert mapped.layer == "y"
    assert mapped.spans == (
        Span(0, 4, "who", 0.9, relation=1),
        Span(5, 8, "cue", 0.5, relation=1),
        Span(5, 8, "cue", 0.4, relation=2),
    )


def test_a_predicted_unit_whose_labels_have_no_counterpart_gets_the_rest(document):
    units = (Unit(0, 9, ("b",), (0.7,)), Unit(10, 29, ("a", "c")), Unit(30, 40, ()))
    found = label_map({"a": "P", "c": "P"}, {}, ["P", "R"], "sentence", "R")
    (mapped,) = mapped_predictions([Prediction("d", "x", units=units)], [document], found, "y")
    # The source has no label of the rest: a unit without labels is one to which none applies.
    assert [unit.labels for unit in mapped.units] == [("R",), ("P",), ("R",)]


def test_a_unit_that_the_detector_left_open_stays_open_where_the_source_has_a_rest(document):
    units = (Unit(0, 9, ("no",)), Unit(10, 29, ()), Unit(30, 40, ("b",)))
    found = label_map({"a": "P", "no": "R"}, {}, ["P", "R"], "sentence", "R")
    (mapped,) = mapped_predictions([Prediction("d", "x", units=units)], [document], found, "y")
    assert [unit.labels for unit in mapped.units] == [("R",), (), ("R",)]


def test_without_a_rest_it_has_no_label(document):
    found = label_map({"a": "A"}, {}, ["A"], "document")
    predicted = Prediction("d", "x", units=(Unit(0, 40, ("b",)),))
    (mapped,) = mapped_predictions([predicted], [document], found, "y")
    assert mapped.units == (Unit(0, 40, ()),)


def test_sentences_get_the_label_of_the_spans_that_touch_them(document):
    spans = (Span(12, 16, "lexical"), Span(28, 31, "informational"), Span(0, 2, "other"))
    found = label_map(
        {"lexical": "Biased", "informational": "Biased"},
        {},
        ["Biased", "Non-biased"],
        "sentence",
        "Non-biased",
        "any",
    )
    (mapped,) = mapped_predictions([Prediction("d", "x", spans)], [document], found, "bias")
    assert mapped.spans == ()
    assert [(document.text[u.start : u.end], u.labels) for u in mapped.units] == [
        ("They won.", ("Non-biased",)),
        ("A vile plot failed.", ("Biased",)),
        ("It rained.", ("Biased",)),
    ]


def test_texts_may_have_several_labels_from_their_spans(document):
    spans = (Span(0, 4, "b"), Span(12, 16, "a"), Span(20, 22, "a"))
    found = label_map({"a": "A", "b": "B", "c": "C"}, {}, ["A", "B", "C"], "document", None, "any")
    predictions = [Prediction("d", "x", spans), Prediction("e", "x")]
    empty = Document("e", "x", offsets([]), offsets([]))
    first, second = mapped_predictions(predictions, [document, empty], found, "y")
    assert first.units == (Unit(0, 40, ("A", "B")),)
    assert second.units == (Unit(0, 1, ()),)


def test_one_label_a_unit_is_kept_where_units_have_a_rest(document):
    found = label_map({"a": "A", "b": "B"}, {}, ["A", "B", "R"], "document", "R", "any")
    predicted = Prediction("d", "x", (Span(0, 4, "b"), Span(12, 16, "a")))
    (mapped,) = mapped_predictions([predicted], [document], found, "y")
    assert mapped.units == (Unit(0, 40, ("A",)),)


def test_a_task_scores_the_common_labels():
    task = TASKS.get("loaded_language")
    mapped = mapped_task(task, label_map({}, {}, ["lexical"]))
    assert (mapped.labels, mapped.name, mapped.metric) == (("lexical",), task.name, task.metric)
    assert task.labels == LOADED
