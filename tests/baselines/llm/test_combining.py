"""What several samples agree on, worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.llm.combining import combine
from benchmark.model import Prediction, Span, Unit


def marks(*spans):
    return Prediction("d", "technique", tuple(Span(*span) for span in spans))


def labelled(*units):
    return Prediction("d", "frame", units=tuple(Unit(start, end, labels) for start, end, labels in units))


def test_one_sample_is_what_it_is():
    one = marks((0, 4, "Doubt"), (2, 6, "Doubt"))
    assert combine([one]) is one


def test_characters_that_half_of_the_samples_mark_stay():
    found = combine([marks((0, 6, "A")), marks((2, 8, "A"), (20, 30, "A")), marks((2, 6, "B"))])
    # Of three samples two mark 2–6 as A; 0–2, 6–8, 20–30 and B have one each.
    assert found.spans == (Span(2, 6, "A", 2 / 3),)
    half = combine([marks((0, 6, "A")), marks((2, 8, "A"))])
    assert half.spans == (Span(0, 8, "A", (2 * 0.5 + 4 * 1 + 2 * 0.5) / 8),)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        # Unanimous about two marks that touch, as Chinese sentences do: they stay two.
        ([[(0, 5), (5, 10)], [(0, 5), (5, 10)], []], [(0, 5), (5, 10)]),
        ([[(0, 5)], [(5, 10)]], [(0, 5), (5, 10)]),
        ([[(0, 5), (5, 10)], [(0, 10)], [(0, 10)]], [(0, 10)]),
        ([[(0, 5), (5, 10)], [(0, 10)]], [(0, 10)]),
        ([[(0, 5), (5, 10)], [(0, 5), (5, 10)], [(0, 10)]], [(0, 5), (5, 10)]),
        ([[(0, 6)], [(2, 8)]], [(0, 8)]),
        ([[(0, 10)], [(0, 10)], [(4, 10)], [(4, 10)]], [(0, 10)]),
        ([[(0, 4), (4, 8), (8, 12)]] * 3, [(0, 4), (4, 8), (8, 12)]),
    ],
)
def test_marks_that_touch_are_one_where_samples_mark_across(samples, expected):
    found = combine([marks(*((start, end, "A") for start, end in sample)) for sample in samples])
    assert [(span.start, span.end) for span in found.spans] == expected


def test_labels_are_voted_apart_and_gaps_stay():
    found = combine([marks((0, 3, "B"), (0, 3, "A"), (5, 7, "A"))] * 2)
    assert found.spans == (Span(0, 3, "A", 1.0), Span(0, 3, "B", 1.0), Span(5, 7, "A", 1.0))


def test_a_sample_that_marks_a_place_twice_has_one_vote():
    found = combine([marks((0, 4, "A"), (0, 4, "A"), (2, 6, "A")), marks(), marks()])
    assert found.spans == ()


def test_labels_of_units_are_shares():
    found = combine(
        [labelled((0, 5, ("x", "y"))), labelled((0, 5, ("y",))), labelled((0, 5, ()), (5, 9, ("x",)))]
    )
    assert found.units == (
        Unit(0, 5, ("y",), (2 / 3,), {"x": 1 / 3, "y": 2 / 3}),
        Unit(5, 9, (), (), {"x": 1 / 3}),
    )


def test_one_label_a_unit_is_the_one_with_most_votes():
    found = combine(
        [labelled((0, 5, ("x",))), labelled((0, 5, ("y",))), labelled((0, 5, ("z",)))], single=True
    )
    assert found.units[0].labels == ("x",)
    assert found.units[0].scores == (1 / 3,)


def test_of_attributions_the_sample_is_kept_that_the_others_agree_with():
    def said(start, end):
        return Prediction("d", "attribution", (Span(start, end, "content", relation=0),))

    samples = [said(0, 4), said(2, 10), said(2, 9)]
    assert combine(samples) is samples[2]
    nothing = Prediction("d", "attribution")
    assert combine([nothing, said(0, 3), nothing]) == nothing


spans = st.tuples(st.integers(0, 20), st.integers(1, 6), st.sampled_from("AB"))


@given(st.lists(st.lists(spans, max_size=5), min_size=2, max_size=5))
def test_every_character_has_the_votes_that_its_score_says(samples):
    predictions = [
        marks(*((start, start + size, label) for start, size, label in sample)) for sample in samples
    ]
    found = combine(predictions)
    assert found == combine(predictions[::-1])
    for label in "AB":
        votes = [
            sum(any(s.label == label and s.start <= place < s.end for s in p.spans) for p in predictions)
            for place in range(30)
        ]
        chosen = {place for s in found.spans if s.label == label for place in range(s.start, s.end)}
        assert chosen == {place for place, count in enumerate(votes) if count >= len(predictions) / 2}
        for span in found.spans:
            if span.label == label:
                mean = sum(votes[span.start : span.end]) / len(predictions) / (span.end - span.start)
                assert span.score == pytest.approx(mean)
