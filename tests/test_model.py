"""Frozen values that refuse what cannot be."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.model import (
    Annotation,
    Detector,
    Document,
    Note,
    Portrayal,
    Prediction,
    Span,
    TrainableDetector,
    Unit,
    offsets,
)
from benchmark.segmentation import segment

NONE = offsets([])


def plain(text, identifier="d"):
    return Document(identifier, text, NONE, NONE)


def test_offsets_are_read_only_pairs():
    array = offsets([(0, 2), (3, 5)])
    assert (array.shape, array.dtype) == ((2, 2), np.int64)
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0] = 1
    assert offsets([]).shape == (0, 2)


def test_offsets_copy_what_they_are_given():
    given_pairs = np.array([[0, 1]])
    array = offsets(given_pairs)
    given_pairs[0, 1] = 9
    assert array.tolist() == [[0, 1]]


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2), (math.nan, 2), (0, math.nan)])
def test_a_span_refuses_wrong_offsets(start, end):
    with pytest.raises(ValueError, match="0 ≤ start < end"):
        Span(start, end, "x")


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_a_score_is_finite(score):
    with pytest.raises(ValueError, match="span 0–1: score .* is not a finite number"):
        Span(0, 1, "x", score)
    with pytest.raises(ValueError, match="unit 0–1: a score is not a finite number"):
        Unit(0, 1, ("a", "b"), (0.5, score))


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        ((-1, 2, ()), "0 ≤ start ≤ end"),
        ((3, 2, ()), "0 ≤ start ≤ end"),
        ((0, 1, ("a", "b", "a")), "a label is given twice: a, b, a"),
        ((0, 1, ("a",), (0.5, 0.5)), "2 scores for 1 labels"),
        ((0, 1, ("a",), ()), "0 scores for 1 labels"),
    ],
)
def test_a_unit_refuses_what_does_not_fit(unit, message):
    with pytest.raises(ValueError, match=message):
        Unit(*unit)


def test_an_empty_text_is_a_unit_and_no_labels_are_allowed():
    assert Unit(0, 0, ()).labels == ()
    assert Unit(0, 1, ("a",), (0.0,)).scores == (0.0,)


@pytest.mark.parametrize(
    "value",
    [
        Span(0, 1, "x"),
        Unit(0, 1, ("x",)),
        Note(),
        Portrayal("Ankara", None, None),
        Prediction("d", "l"),
        plain("x"),
        Annotation(plain("x"), "l"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_are_frozen(value):
    name = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, name, "other")


def test_paragraphs_are_the_lines_with_words():
    document = plain("\n Head \n\n \t\nA line\r\nend")
    assert [document.text[a:b] for a, b in document.paragraphs] == [" Head ", "A line\r", "end"]
    assert plain("").paragraphs.shape == (0, 2)
    assert plain("\n").paragraphs.shape == (0, 2)


@settings(deadline=None)
@given(st.text(alphabet="a\n 😀\u0301", max_size=40))
def test_paragraphs_hold_every_character_that_is_no_space(text):
    pieces = plain(text).paragraphs.tolist()
    inside = {place for start, end in pieces for place in range(start, end)}
    assert len(inside) == sum(end - start for start, end in pieces)
    assert {i for i, c in enumerate(text) if not c.isspace()} <= inside
    assert all("\n" not in text[start:end] and text[start:end].strip() for start, end in pieces)


def test_units_by_kind():
    document = segment("d", "One. Two.\nThree.")
    assert document.units("sentence").tolist() == [[0, 4], [5, 9], [10, 16]]
    assert document.units("paragraph").tolist() == [[0, 9], [10, 16]]
    assert document.units("document").tolist() == document.whole.tolist() == [[0, 16]]
    with pytest.raises(KeyError, match="line"):
        document.units("line")


def test_every_unit_is_named_once():
    assert segment("d", "One. Two.\nThree.").every_unit == ((0, 4), (5, 9), (10, 16), (0, 9), (0, 16))
    assert segment("d", "One.").every_unit == ((0, 4),)
    assert segment("d", "").every_unit == ((0, 0),)


def test_documents_are_equal_by_what_they_say():
    cut = Document("d", "ab", offsets([(0, 2)]), offsets([(0, 1), (1, 2)]))
    assert cut == plain("ab")
    assert cut != plain("ab", "e")
    assert cut != plain("abc")
    assert "sentences" not in repr(cut)


@pytest.mark.parametrize(
    "marks", [{"spans": (Span(1, 4, "x"),)}, {"units": (Unit(0, 1, ()), Unit(0, 4, ()))}]
)
def test_an_annotation_stays_inside_its_text(marks):
    with pytest.raises(ValueError, match=r"document d: \d–4 reaches beyond its 3 characters"):
        Annotation(plain("abc"), "l", **marks)
    assert Annotation(plain("abcd"), "l", **marks).annotator is None


def test_offsets_count_code_points():
    text = "e\u0301😀x"
    assert len(text) == 4
    assert Annotation(plain(text), "l", spans=(Span(3, 4, "x"),)).spans[0].end == 4


class Finder:
    name = "finder"
    layers: ClassVar[frozenset[str]] = frozenset({"technique"})

    def predict(self, documents, layer):
        return [Prediction(document.id, layer) for document in documents]


class Learner(Finder):
    trained_layers: ClassVar[frozenset[str]] = frozenset({"technique"})

    def fit(self, documents, gold, layer):
        return self


def test_detectors_are_known_by_what_they_have():
    assert isinstance(Finder(), Detector)
    assert not isinstance(Finder(), TrainableDetector)
    assert isinstance(Learner(), TrainableDetector)
    assert not isinstance(object(), Detector)
