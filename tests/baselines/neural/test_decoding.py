"""Spans from the probabilities of words, and labels from those of units."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.neural.decoding import mean, sigmoid, softmax, spans_of, unit_of
from baselines.neural.tags import Classes, Tags
from baselines.neural.windows import Heard
from benchmark.model import Span, Unit, offsets

BIO = Tags.read(["O", "B-x", "I-x", "B-y", "I-y"], {})
WORDS = offsets([(0, 2), (3, 5), (6, 8), (9, 11), (12, 14)])


def said(*rows, openings=None, seen=None):
    chances = np.array(rows, dtype=float)
    first = chances if openings is None else np.array(openings, dtype=float)
    return Heard(chances, first, np.ones(len(rows), dtype=bool) if seen is None else np.array(seen))


def spans(heard, tags=BIO, pieces="mean", wanted=()):
    return [
        (s.start, s.end, s.label, round(s.score, 12)) for s in spans_of(WORDS, heard, tags, pieces, wanted)
    ]


O, BX, IX, BY, IY = np.eye(5) * 0.6 + 0.08  # noqa: E741 - as they are called


def test_words_of_one_label_are_a_span_until_one_begins_another():
    assert spans(said(O, BX, IX, O, O)) == [(3, 8, "x", 0.76)]
    assert spans(said(BX, IX, BX, IX, IX)) == [(0, 5, "x", 0.76), (6, 14, "x", 0.76)]
    assert spans(said(IX, IX, BY, IX, IY)) == [
        (0, 5, "x", 0.76),
        (6, 8, "y", 0.76),
        (9, 11, "x", 0.76),
        (12, 14, "y", 0.76),
    ]
    assert spans(said(O, O, O, O, O)) == []
    assert spans(said(BX, BX, BX, BX, BX)) == [(a, b, "x", 0.76) for a, b in WORDS.tolist()]


def test_begin_and_inside_count_together_against_no_label():
    # Neither begin (.3) nor inside (.3) alone is likelier than outside (.4), but the label is.
    row = [0.4, 0.3, 0.3, 0.0, 0.0]
    assert spans(said(row, O, O, O, O)) == [(0, 2, "x", 0.6)]


def test_the_score_is_the_mean_over_words():
    assert spans(said([0.2, 0.8, 0, 0, 0], [0.4, 0.1, 0.5, 0, 0], O, O, O)) == [(0, 5, "x", 0.7)]


def test_a_tie_is_no_label():
    assert spans(said([0.5, 0.25, 0.25, 0, 0], O, O, O, O)) == []


def test_the_first_piece_tells_whether_a_word_begins_a_span():
    # Over its pieces the second word is rather inside; its first piece begins.
    assert spans(said(BX, IX, O, O, O, openings=[BX, BX, O, O, O])) == [(0, 2, "x", 0.76), (3, 5, "x", 0.76)]
    assert spans(said(O, O, O, O, O, openings=[BX, O, O, O, O]), pieces="first") == [(0, 2, "x", 0.76)]


def test_words_that_were_not_seen_neither_end_nor_begin_a_span():
    nothing = [0.0] * 5
    assert spans(said(BX, nothing, IX, O, nothing, seen=[True, False, True, True, False])) == [
        (0, 8, "x", 0.76)
    ]
    assert spans(said(*[nothing] * 5, seen=[False] * 5)) == []


def test_labels_that_are_not_wanted_are_left_out_and_change_no_other():
    heard = said(BX, IY, IY, BX, O)
    every = spans(heard)
    assert spans(heard, wanted={"y"}) == [span for span in every if span[2] == "y"] == [(3, 8, "y", 0.76)]


def test_other_schemes():
    plain = Tags.read(["O", "x"], {})
    row, off = [0.1, 0.9], [0.9, 0.1]
    assert spans(said(row, row, off, row, off), plain) == [(0, 5, "x", 0.9), (9, 11, "x", 0.9)]
    bilou = Tags.read(["O", "B-x", "I-x", "L-x", "U-x"], {})
    begin, inside, last, unit = np.eye(5)[1:]
    assert spans(said(begin, inside, last, unit, unit), bilou) == [
        (0, 8, "x", 1),
        (9, 11, "x", 1),
        (12, 14, "x", 1),
    ]
    assert spans(said(begin, last, begin, last, last), bilou) == [(0, 5, "x", 1), (6, 14, "x", 1)]


@given(st.lists(st.lists(st.floats(0, 20), min_size=5, max_size=5), max_size=8))
def test_spans_are_whole_words_in_order_without_overlap(logits):
    chances = softmax(np.array(logits).reshape(-1, 5))
    words = offsets([(3 * n, 3 * n + 2) for n in range(len(logits))])
    found = spans_of(words, Heard(chances, chances, np.ones(len(logits), dtype=bool)), BIO, "mean", ())
    starts, ends = set(words[:, 0].tolist()), set(words[:, 1].tolist())
    assert all(isinstance(s, Span) and s.start in starts and s.end in ends for s in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(s.score is not None and 0 <= s.score <= 1 for s in found)


def test_softmax_and_sigmoid_are_right_and_do_not_overflow():
    np.testing.assert_allclose(softmax(np.array([[0.0, np.log(3)]])), [[0.25, 0.75]])
    np.testing.assert_allclose(softmax(np.array([1e5, -1e5])), [1, 0])
    np.testing.assert_allclose(sigmoid(np.array([0.0, np.log(3), 1e5, -1e5])), [0.5, 0.75, 1, 0])
    np.testing.assert_allclose(mean([np.array([0.2, 0.8]), np.array([0.4, 0.6])]), [0.3, 0.7])


SINGLE = Classes.read(["a", "b", "none"], {"none": ""}, several=False)
SEVERAL = Classes.read(["a", "b", "c"], {}, several=True)


@pytest.mark.parametrize(
    ("classes", "chances", "labels", "scores", "every"),
    [
        (SINGLE, [0.5, 0.3, 0.2], ("a",), (0.5,), {"a": 0.5, "b": 0.3}),
        (SINGLE, [0.2, 0.3, 0.5], (), (), {"a": 0.2, "b": 0.3}),
        (SINGLE, [0.1, 0.5, 0.4], ("b",), (0.5,), {"a": 0.1, "b": 0.5}),
        (SEVERAL, [0.5, 0.9, 0.4], ("b", "a"), (0.9, 0.5), {"a": 0.5, "b": 0.9, "c": 0.4}),
        (SEVERAL, [0.1, 0.2, 0.4], (), (), {"a": 0.1, "b": 0.2, "c": 0.4}),
    ],
)
def test_units_get_the_labels_that_are_likely(classes, chances, labels, scores, every):
    assert unit_of((2, 5), np.array(chances), classes, ()) == Unit(2, 5, labels, scores, every)


def test_classes_of_one_label_count_together():
    one = Classes.read(["a", "b", "c"], {"b": "a"}, several=False)
    assert unit_of((0, 1), np.array([0.3, 0.3, 0.4]), one, ()).all_scores == {"a": 0.6, "c": 0.4}
    each = Classes.read(["a", "b", "c"], {"b": "a"}, several=True)
    assert unit_of((0, 1), np.array([0.3, 0.6, 0.4]), each, ()).all_scores == {"a": 0.6, "c": 0.4}


def test_units_give_the_wanted_labels_alone():
    assert unit_of((0, 1), np.array([0.6, 0.3, 0.1]), SINGLE, {"b"}) == Unit(0, 1, (), (), {"b": 0.3})
    assert unit_of((0, 1), np.array([0.6, 0.9, 0.1]), SEVERAL, {"a"}) == Unit(
        0, 1, ("a",), (0.6,), {"a": 0.6}
    )
