"""Folding, and where words begin and end."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.llm.folding import fold, folded, has_word, within_compound, within_word


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the “old” guard", "THE 'old' guard"),
        ("«Oui»", "''oui''"),
        ("a \u00a0\n\t b", "a b"),
        ("he left — at last", "he left--at last"),
        ("well‑known", "well-known"),
        ("x – y", "x-y"),
        ("wait…", "wait. . ."),
        ("wait...", "wait...."),
        ("ﬁne ﬂag", "fine flag"),
        ("ＦＵＬＬ", "full"),
        ("caf\u00e9", "cafe\u0301"),
        ("co\u00adop", "coop"),
        ("a\u200db", "ab"),
        ("a\u200bb", "a b"),
        ("Straße", "STRASSE"),
        ("½", "1/2"),
        ("a\x00b", "a b"),
        ("‘90s", "'90s"),
        ("☺\ufe0f", "☺"),
    ],
)
def test_what_quoting_changes_is_folded_away(one, other):
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("a b", "ab"), ("no", "not"), ("1,5", "15"), ("é", "e"), ("a-b", "ab"), ("its", "it's")],
)
def test_what_tells_words_apart_is_not(one, other):
    assert folded(one) != folded(other)


def test_each_sign_knows_what_it_stands_for():
    found = fold("A  “ﬁb” . . .", 100)
    assert found.text == "a 'fib' …"
    assert found.starts.tolist() == [100, 101, 103, 104, 104, 105, 106, 107, 108]
    assert found.ends.tolist() == [101, 103, 104, 105, 105, 106, 107, 108, 113]
    assert found.place(3, 6) == (104, 106)


def test_a_place_begins_and_ends_between_characters_of_the_text():
    found = fold("ﬁb")
    assert found.place(1, 3) is None
    assert found.place(0, 1) is None
    assert found.place(0, 2) == (0, 1)


@given(st.text(max_size=60), st.integers(0, 9))
def test_the_stretches_are_within_the_text_and_ascend(text, first):
    found = fold(text, first)
    assert len(found.text) == len(found.starts) == len(found.ends)
    assert all(first <= a < b <= first + len(text) for a, b in zip(found.starts, found.ends, strict=True))
    assert (found.starts[1:] >= found.starts[:-1]).all()
    assert "  " not in found.text


@given(st.text(max_size=40))
def test_composed_and_decomposed_letters_fold_alike(text):
    composed = unicodedata.normalize("NFC", text)
    assert folded(composed) == folded(unicodedata.normalize("NFD", composed))


@pytest.mark.parametrize(
    ("text", "place", "inside"),
    [
        ("word", 2, True),
        ("word", 0, False),
        ("word", 4, False),
        ("a word", 1, False),
        ("a word", 2, False),
        ("it's", 2, False),
        ("co-op", 3, False),
        ("cafe\u0301", 4, True),
        ("e\u0301t", 2, True),
        ("e\u0301 t", 2, False),
        (" \u0301", 1, False),
        ("co\u00adop", 2, True),
        ("co\u00adop", 3, True),
        ("word\u200f next", 4, False),
        ("1,500", 1, True),
        ("1,500", 2, True),
        ("3.5", 2, True),
        ("in 1990.", 7, False),
        ("a,b", 1, False),
        ("snake_case", 5, True),
        ("漢字", 1, False),
        ("漢a", 1, False),
        ("a\u00ad" + "\u00ad" * 20 + "b", 15, False),
    ],
)
def test_what_is_within_a_word(text, place, inside):
    assert within_word(text, place) is inside


def test_what_is_joined_to_another_word():
    text = "a pro-war war rally; Trump's war-"
    assert within_compound(text, 6, 9)
    assert within_compound(text, 2, 5)
    assert within_compound(text, 21, 26)
    assert not within_compound(text, 10, 13)
    assert not within_compound(text, 29, 32)


def test_has_word():
    assert has_word("— 5")
    assert has_word("漢")
    assert not has_word("“…” —")
    assert not has_word("")
