"""What a model card tells, and its scores worked by hand."""

from __future__ import annotations

import pytest

from baselines.neural.card import Told, card, held_scores
from baselines.neural.lesson import Lesson
from benchmark.model import Annotation, Prediction, Span, Unit
from benchmark.segmentation import segment


class Says:
    """A model that says what it is told to."""

    def __init__(self, *predictions):
        self.predictions = predictions

    def predict(self, documents, layer):
        return list(self.predictions)


def test_words_with_the_right_label_are_counted():
    document = segment("d", "a b c d e f")
    lesson = Lesson.of([document], [Annotation(document, "l", (Span(0, 5, "x"), Span(6, 7, "y")))])
    # Of the words a b c (x) and d (y) it finds b and c, calls d an x, and marks e as well.
    found = held_scores(Says(Prediction("d", "l", (Span(2, 9, "x"),))), lesson, "l")
    assert found == {"precision": 2 / 4, "recall": 2 / 4, "F1": 0.5}
    found = held_scores(Says(Prediction("d", "l")), lesson, "l")
    assert str(found) == str({"precision": float("nan"), "recall": 0.0, "F1": 0.0})


def units(*labels):
    return tuple(Unit(2 * n, 2 * n + 1, own) for n, own in enumerate(labels))


def test_labels_of_units_are_counted():
    document = segment("d", "a b c d")
    one = Lesson.of([document], [Annotation(document, "l", units=units(("x",), ("y",), ("x",), ()))])
    said = Prediction("d", "l", units=units(("x",), ("x",), (), ("y",)))
    assert held_scores(Says(said), one, "l") == {"accuracy": 1 / 3}  # what has no label is not asked
    more = Lesson.of([document], [Annotation(document, "l", units=units(("x", "y"), ("y",), (), ()))])
    said = Prediction("d", "l", units=units(("x",), ("x", "y"), (), ("y",)))
    assert held_scores(Says(said), more, "l") == {
        "precision": 2 / 4,
        "recall": 2 / 3,
        "F1": pytest.approx(4 / 7),
    }
    assert held_scores(Says(), one.only([]), "l") == {}


def test_units_that_nobody_annotated_are_no_mistakes():
    """A model labels sentences, paragraphs and the document, and people as a rule one kind of these."""
    document = segment("d", "a b c d")
    more = Lesson.of([document], [Annotation(document, "l", units=units(("x", "y"), ("y",)))])
    said = Prediction("d", "l", units=(*units(("x",), ("y",)), Unit(0, 7, ("x", "y"))))
    assert held_scores(Says(said), more, "l") == {"precision": 1, "recall": 2 / 3, "F1": pytest.approx(4 / 5)}


def test_a_card_tells_base_data_labels_settings_scores_limits_and_licence():
    document = segment("d", "a b c d")
    lesson = Lesson.of([document], [Annotation(document, "l", units=units(("x: y",), ("z",)))])
    told = Told(
        base="some/base",
        revision="c0ffee",
        licence="CC-BY-4.0",
        layer="slant",
        lesson=lesson,
        held=lesson.only([0]),
        settings={"epochs": 3, "weight decay": 0.01},
        losses=(0.5, 0.25),
        kept=2,
        scores={"accuracy": 2 / 3},
        versions={"torch": "9.9"},
    )
    text = card(told)
    head = text.split("---")[1]
    assert 'license: "CC-BY-4.0"' in head
    assert 'base_model: "some/base"' in head
    assert 'pipeline_tag: "text-classification"' in head
    for line in (
        "`some/base`, commit `c0ffee`",
        "- `x: y`",
        "- learned from: 1 documents, 2 units",
        "- epochs: 3",
        "- weight decay: 0.01",
        "- torch: 9.9",
        "- passes: 2, with held-out losses 0.5000, 0.2500; kept: pass 2",
        "- accuracy: 0.667",
        "## Use and limits",
        "## Licence",
    ):
        assert line in text
