"""Words without offsets are found where they stand."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.corpora.words import LONGEST, locate, plain, united

TEXTS = st.text(st.sampled_from("abAB .-–'’\"“\n\u00a0éß"), max_size=40)


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("flood", "A flood, a floods.", ["flood"]),
        ("slam", "Slam! A slam, the Slam.", ["slam"]),
        ("Slam", "They slam and slam.", ["slam", "slam"]),
        ("slam", "They SLAMMED him.", ["SLAMMED"]),
        ("rant", "The tirant's antirants, grants.", ["tirant", "antirants", "grants"]),
        ("so-called", "The so–called plan.", ["so–called"]),
        ("tippy-top", "at the tippy top", ["tippy top"]),
        ("deep state", "the deep\u00a0 state", ["deep\u00a0 state"]),
        ("‘don't’", "They don’t.", ["don’t"]),
        ('"elites"', "the “elites” say", ["“elites”"]),
        ("fools.", "What fools they are", ["fools"]),
        ("a.c", "abc a.c", ["a.c"]),
        ("of", "offer", []),
        ("“ ”", "nothing “ ” there", []),
        ("narcisstic", "a narcissistic man", []),
        ("", "text", []),
    ],
)
def test_where_words_stand(word: str, text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in locate(word, text)] == found


def test_a_word_without_end_is_not_looked_for() -> None:
    text = "a" * (LONGEST + 1)
    assert locate(text, text) == []
    assert locate(text[1:], text[1:]) == [(0, LONGEST)]


@given(TEXTS, TEXTS)
def test_places_are_ascending_and_disjoint_and_hold_the_word(word: str, text: str) -> None:
    found = locate(word, text)
    assert found == united(found)
    core = re.sub(r"[-–\s]+", "", plain(word.strip("'’\"“. \n\u00a0")))
    for start, end in found:
        assert core in re.sub(r"[-–\s]+", "", plain(text[start:end]))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)).map(lambda pair: (pair[0], sum(pair)))))
def test_united_places_cover_the_same(places: list[tuple[int, int]]) -> None:
    whole = united(places)
    assert {i for place in whole for i in range(*place)} == {i for place in places for i in range(*place)}
    assert all(before[1] <= after[0] for before, after in pairwise(whole))


def test_places_that_touch_stay_apart() -> None:
    assert united([(3, 5), (0, 3), (4, 6)]) == [(0, 3), (3, 6)]
