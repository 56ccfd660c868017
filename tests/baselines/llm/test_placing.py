"""Each quotation of a reply gets one place."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baselines.llm.finding import Passage
from baselines.llm.placing import Place, place, place_attributions

TEXT = "red one, red two. Then red three and blue four, red five."
#       0        9             23            37         48


def starts(quotations, labels=None, text=TEXT):
    return [at and at.start for at in place(Passage(text), quotations, labels)]


def test_a_place_tells_how_it_was_found():
    assert place(Passage(TEXT), ["red two", "RED TWO.", "nothing of it"]) == [
        Place(9, 16, "exact"),
        Place(9, 17, "normalised"),
        None,
    ]
    assert place(Passage(TEXT), ["then red threa and blue"]) == [Place(18, 41, "fuzzy")]


def test_equal_wordings_go_to_distinct_places_in_order():
    assert starts(["red", "red", "red", "red"]) == [0, 9, 23, 48]


def test_more_quotations_than_places_stay_without_one():
    assert starts(["red", "red", "red", "red", "red"]) == [0, 9, 23, 48, None]
    assert starts(["blue four", "Blue four"]) == [37, None]


@pytest.mark.parametrize(
    ("text", "quotation", "expected"),
    [
        ("Radical left. RADICAL LEFT. radical left.", "radical left", [28, 0, 14]),
        ("Shame on them. Later they said shame on them.", "shame on them", [31, 0]),
        ("A brutal\nregime fell. The brutal regime fell.", "brutal regime", [26, 2]),
        ("well\u2011known, then well-known", "well-known", [17, 0]),
        ("cafe\u0301 life, caf\u00e9 life", "caf\u00e9 life", [12, 0]),
        ('the \u201cold guard\u201d and the "old guard"', '"old guard"', [24, 4]),
        ("The regime. the regime. THE REGIME.", "The Regime", [0, 12, 24]),
    ],
)
def test_wordings_written_in_other_ways_are_occurrences_too(text, quotation, expected):
    assert starts([quotation] * len(expected), text=text) == expected
    assert starts([quotation] * (len(expected) + 1), text=text) == [*expected, None]


def test_an_occurrence_written_in_another_way_is_given_by_its_neighbours():
    text = "One plan. Two. Vile plan, three. Four, vile plan; five. VILE PLAN, six."
    assert starts(["Two", "three", "four", "vile plan", "five", "vile plan", "six"], text=text)[3:6:2] == [
        39,
        56,
    ]


def test_a_reply_that_goes_label_by_label_has_no_order_over_all():
    text = (
        "A vile plan, a cruel lie and the so-called reform, called bad. Then greedy thugs came. It was bad."
    )
    first, second = (
        ["vile", "cruel lie", "so-called", "greedy thugs"],
        ["vile", "cruel lie", "so-called", "bad"],
    )
    labels = ["loaded"] * 4 + ["smear"] * 5
    assert starts([*first, *second, "greedy thugs"], labels, text)[7] == 58


def test_a_short_word_in_capitals_is_another_word():
    assert starts(["us", "us"], text="They told us of the US.") == [10, None]


def test_two_labels_may_mark_one_place():
    assert starts(["red", "red", "red"], ["a", "b", "a"]) == [0, 0, 9]


def test_labels_must_fit():
    with pytest.raises(ValueError, match="1 labels for 2 quotations"):
        place(Passage(TEXT), ["red", "red"], ["a"])


def test_the_neighbours_tell_which_place_is_meant():
    assert starts(["one", "two", "three", "red"]) == [4, 13, 27, 48]
    assert starts(["one", "red", "two", "three", "red"]) == [4, 9, 13, 27, 48]
    assert starts(["two", "red", "three", "five"]) == [13, 23, 27, 52]


def test_neighbours_of_another_order_tell_nothing():
    assert starts(["three", "one", "two", "red"]) == [27, 4, 13, 0]
    assert starts(["two", "red"]) == [13, 0]  # one neighbour is no order


def test_the_order_within_a_label_counts_where_there_is_none_over_all():
    quotations = ["five", "four", "three", "one", "two", "Then", "red"]
    assert starts(quotations, ["a", "a", "a", "b", "b", "b", "b"]) == [52, 42, 27, 4, 13, 18, 23]


def test_a_place_between_neighbours_that_is_taken_is_not_waited_for():
    assert starts(["one", "two", "three", "red", "red"]) == [4, 13, 27, 48, 0]
    assert starts(["one", "red", "red", "two", "three"]) == [4, 9, 0, 13, 27]


def test_what_a_longer_mark_of_the_label_covers_comes_last():
    assert starts(["red one", "red"]) == [0, 9]
    assert starts(["blue four", "four"]) == [37, 42]


def test_what_is_joined_to_another_word_comes_last():
    text = "a pro-war party, a war party"
    assert starts(["war", "war", "war"], text=text) == [19, 6, None]


def test_attributions_stand_together():
    text = "He said no. She, he said, went. Ann said: “I said it.”"
    found = place_attributions(
        Passage(text), [("he", "said", "She"), ("Ann", "said", "“I said it.”"), ("He", "said", "no")]
    )
    assert [[at and (at.start, text[at.start : at.end]) for at in row] for row in found] == [
        [(17, "he"), (20, "said"), (12, "She")],
        [(32, "Ann"), (36, "said"), (42, "“I said it.”")],
        [(0, "He"), (3, "said"), (8, "no")],
    ]


def test_parts_that_are_missing_or_invented_have_no_place():
    text = "He said no."
    assert place_attributions(Passage(text), [("", "said", "yes"), ("", "", ""), ("x", "y", "z")]) == [
        (None, Place(3, 7, "exact"), None),
        (None, None, None),
        (None, None, None),
    ]
    assert place_attributions(Passage(text), []) == []


def test_two_attributions_may_share_a_part_but_not_that_which_places_them():
    text = "Ann said no and added that it rained."
    both = place_attributions(Passage(text), [("Ann", "said", "no"), ("Ann", "added", "that it rained")])
    assert both[0][0] == both[1][0] == Place(0, 3, "exact")
    assert place_attributions(Passage(text), [("Ann", "said", "no")] * 2)[1] == (None, None, None)


def test_another_paragraph_is_further_away():
    text = "It rained, Ann wrote in a letter to the board.\nwrote"
    found = place_attributions(Passage("wrote\n" + text), [("Ann", "wrote", "It rained")])
    assert found[0][1] == Place(21, 26, "exact")
    near = place_attributions(
        Passage("wrote\nIt rained, so they all of them thereupon wrote."), [("", "wrote", "It")]
    )
    assert near[0][1].start > 10


def test_a_thousand_quotations_of_one_word_are_quick():
    text = "the cat and " * 5000
    began = time.perf_counter()
    found = place(Passage(text), ["the"] * 1000 + ["cat and the"] * 1000)
    assert time.perf_counter() - began < 10  # about 0.3 s on an idle machine
    assert len({at.start for at in found[:1000]}) == 1000


@settings(deadline=None, max_examples=200)
@given(st.text(st.sampled_from("ab c.\n"), max_size=80), st.data())
def test_no_place_is_given_twice_to_a_label(text, data):
    stretch = st.tuples(st.integers(0, 80), st.integers(1, 6)).map(lambda at: text[at[0] : at[0] + at[1]])
    quotations = data.draw(st.lists(st.one_of(stretch, st.text(max_size=5)), max_size=8))
    labels = data.draw(st.lists(st.sampled_from("xy"), min_size=len(quotations), max_size=len(quotations)))
    found = place(Passage(text), quotations, labels)
    given_places = [(label, at.start, at.end) for label, at in zip(labels, found, strict=True) if at]
    assert len(set(given_places)) == len(given_places)
    assert all(0 <= start < end <= len(text) for _, start, end in given_places)
    rows = [quotations[n : n + 3] for n in range(0, len(quotations) - 2, 3)]
    assert [len(row) for row in place_attributions(Passage(text), rows)] == [3] * len(rows)
