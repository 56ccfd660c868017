"""Sentences and tokens with exact offsets, for any text."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmark.segmentation import SCHEME, segment, split_sentences, tokenize

FAMILY = "👨\u200d👩\u200d👧"
ALPHABET = st.one_of(
    st.sampled_from("aB .!?\n\r\t\"'’“”…—-1,😀\u0301\u200d\u00a0\u2028\u0000\ufeff中אअ"),
    st.characters(exclude_categories=["Cs"]),
)
TEXTS = st.text(ALPHABET, max_size=60)


def tokens(text):
    return [text[start:end] for start, end in tokenize(text)]


def sentences(text, language="en"):
    return [text[start:end] for start, end in split_sentences(text, language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \r\n\t", []),
        ("Don't stop.", ["Don't", "stop", "."]),
        ("3.14 and 1,000!?", ["3.14", "and", "1,000", "!", "?"]),
        ("...", [".", ".", "."]),
        ("“Infamous” duo—said", ["“", "Infamous", "”", "duo", "—", "said"]),
        ("a-b", ["a", "-", "b"]),
        ("e\u0301te\u0301 😀!", ["e\u0301te\u0301", "😀", "!"]),
        (f"{FAMILY} hi 🇹🇷🇺🇸", [FAMILY, "hi", "🇹🇷", "🇺🇸"]),
        ("x\u00a0y", ["x", "y"]),
        ("a\0b", ["a", "\0", "b"]),
    ],
)
def test_tokens_worked_by_hand(text, expected):
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\n\t", []),
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Smith met Mr. Jones. They left.", ["Dr. Smith met Mr. Jones.", "They left."]),
        ("No full stop\nNext line. ", ["No full stop", "Next line."]),
        (f"\n  {FAMILY} came. e\u0301 left. \r\nEnd", [f"{FAMILY} came.", "e\u0301 left.", "End"]),
        ("It cost 3.14 dollars. Yes.", ["It cost 3.14 dollars.", "Yes."]),
    ],
)
def test_sentences_worked_by_hand(text, expected):
    assert sentences(text) == expected


def test_the_language_chooses_the_abbreviations():
    text = "Das gilt z.B. Hier. Ende."
    assert sentences(text, "de")[-1] == "Ende."
    assert "".join(sentences("A. B.", "no-such-language")).replace(" ", "") == "A.B."


def partition(text, pieces):
    """Check that pieces are ascending and disjoint, and return the places inside them."""
    edges = [edge for piece in pieces for edge in piece]
    assert edges == sorted(edges)
    assert all(start < end for start, end in pieces)
    assert not edges or (edges[0] >= 0 and edges[-1] <= len(text))
    return {place for start, end in pieces for place in range(start, end)}


@settings(deadline=None, max_examples=300)
@example("a\u0308 \u0308b")
@example(" \u200d ")
@given(TEXTS)
def test_tokens_hold_every_character_that_is_no_space(text):
    pieces = tokenize(text)
    inside = partition(text, pieces)
    assert {i for i, c in enumerate(text) if not c.isspace()} <= inside
    assert not any(text[start:end].isspace() for start, end in pieces)


@settings(deadline=None, max_examples=300)
@given(TEXTS)
def test_sentences_hold_every_character_that_is_no_space(text):
    pieces = split_sentences(text)
    inside = partition(text, pieces)
    assert {i for i, c in enumerate(text) if not c.isspace()} <= inside
    assert all(text[a:b] == text[a:b].strip() and "\n" not in text[a:b] for a, b in pieces)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_lines_are_split_each_for_itself(first, second):
    shift = len(first) + 1
    moved = [(start + shift, end + shift) for start, end in split_sentences(second)]
    assert split_sentences(f"{first}\n{second}") == split_sentences(first) + moved


@settings(deadline=None)
@given(TEXTS)
def test_an_emoji_line_in_front_only_shifts(text):
    front = f"{FAMILY}😀e\u0301\n"
    shift = len(front)
    moved = [(start + shift, end + shift) for start, end in split_sentences(text)]
    assert split_sentences(front + text)[-len(moved) or len(front) :] == moved


@settings(deadline=None)
@example("A \ud800 b. C.", "")
@example("", "\udfff\ud800")
@given(TEXTS, st.text(st.sampled_from("\ud800\udbff\udc00\udfff Ab.\n"), max_size=20))
def test_a_lone_surrogate_is_one_unknown_character(text, broken):
    given_text = text + broken
    known = re.sub("[\ud800-\udfff]", "\ufffd", given_text)
    assert split_sentences(given_text) == split_sentences(known)


def test_a_text_with_lone_surrogates_is_segmented_and_kept():
    document = segment("d", "One \ud800 two.\n\udc00 Three.")
    assert document.text == "One \ud800 two.\n\udc00 Three."
    assert document.sentences.tolist() == [[0, 10], [11, 19]]
    pieces = [document.text[start:end] for start, end in document.tokens.tolist()]
    assert pieces == ["One", "\ud800", "two", ".", "\udc00", "Three", "."]


def test_a_segmented_document_has_its_boundaries():
    metadata = {"topic": "drones"}
    document = segment("d", "😀 One. Two.\n", metadata)
    assert (document.id, document.text, SCHEME) == ("d", "😀 One. Two.\n", 1)
    assert document.sentences.tolist() == [list(pair) for pair in split_sentences(document.text)]
    assert document.tokens.tolist() == [list(pair) for pair in tokenize(document.text)]
    metadata["topic"] = "other"
    assert document.metadata == {"topic": "drones"}
    assert segment("e", "").metadata == {}
    assert segment("e", "").tokens.shape == segment("e", "").sentences.shape == (0, 2)


def test_the_shipped_boundaries_are_those_found_here():
    from benchmark import data

    for name in data.names():
        dataset = data.load(name)
        document = dataset.documents[0]
        again = segment(document.id, document.text, language=dataset.language)
        assert again.sentences.tolist() == document.sentences.tolist()
        assert again.tokens.tolist() == document.tokens.tolist()
