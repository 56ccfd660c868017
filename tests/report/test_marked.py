"""A text with its marks, safe for a terminal."""

from __future__ import annotations

import re
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.model import Prediction, Span, Unit
from benchmark.report.marked import COLORS, marked, printable
from benchmark.segmentation import segment


def shown(text, spans=(), units=(), *, color=False, heading=False):
    prediction = Prediction("d", "technique", tuple(Span(*span) for span in spans), tuple(units))
    return marked(segment("d", text), prediction, color=color, heading=heading)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], "abcdef"),
        ([(0, 6, "A")], "[abcdef|A]"),
        ([(2, 3, "A")], "ab[c|A]def"),
        ([(0, 2, "A"), (2, 4, "B")], "[ab|A][cd|B]ef"),
        ([(0, 6, "A"), (2, 4, "B")], "[ab[cd|B]ef|A]"),
        ([(2, 4, "B"), (0, 6, "A")], "[ab[cd|B]ef|A]"),
        ([(0, 4, "A"), (2, 4, "B")], "[ab[cd|B]|A]ef"),
        ([(0, 4, "A"), (0, 2, "B")], "[[ab|B]cd|A]ef"),
        ([(1, 3, "B"), (1, 3, "A")], "a[[bc|A]|B]def"),
        ([(0, 4, "A"), (2, 6, "B")], "[ab[cd|A]ef|B]"),
    ],
)
def test_marks_stand_in_brackets(spans, expected):
    assert shown("abcdef", spans) == expected


def test_offsets_count_code_points():
    assert shown("😀e\u0301x", [(1, 3, "A")]) == "😀[e\u0301|A]x"


def test_a_heading_names_the_document():
    assert shown("ab", heading=True) == "== d ==\nab"
    prediction = Prediction("d", "technique")
    document = segment("d\x1b[31m", "ab")
    assert marked(document, prediction, color=True, heading=True) == "== d�[31m ==\nab"


def test_units_are_listed_below():
    text = "A headline\n" + "word " * 20
    units = [
        Unit(0, 10, ("Political", "Other")),
        Unit(11, len(text), ()),
        Unit(0, 4, ("x\x07",)),
    ]
    lines = shown(text, units=units).split("\n")
    assert lines[:2] == text.split("\n")
    assert lines[2:] == [
        "paragraph: Political, Other: A headline",
        "paragraph: (none): " + ("word " * 12)[:59] + "…",
        "unit: x�: A he",
    ]


def test_the_start_of_a_unit_is_at_most_sixty_characters():
    for size in (60, 61):
        (line,) = shown("x" * size, units=[Unit(0, size, ("A",))]).split("\n")[1:]
        assert len(line) == len("document: A: ") + 60
        assert line.endswith("…") == (size == 61)


def test_colours_go_by_label_and_the_innermost_mark():
    text = shown("abcdef", [(0, 6, "A"), (2, 4, "B")], color=True)
    assert re.sub(r"\x1b\[\d+m", "", text) == "[ab[cd|B]ef|A]"
    assert re.findall(r"\x1b\[(\d+)m(\w+)\x1b\[0m", text) == [("31", "ab"), ("32", "cd"), ("31", "ef")]


def test_more_labels_than_colours_start_again():
    spans = [(index, index + 1, f"L{index}") for index in range(len(COLORS) + 1)]
    found = re.findall(r"\x1b\[(3\d)m", shown("abcdefg", spans, color=True))
    assert len(found) == len(COLORS) + 1
    assert found[0] == found[-1]
    assert len(set(found)) == len(COLORS)


def test_without_marks_there_is_no_colour():
    assert "\x1b" not in shown("abc", color=True)


@pytest.mark.parametrize(
    "bad",
    ["\x1b", "\x07", "\r", "\x00", "\x9b", "\x7f", "\u202e", "\ud800", "\x0b", "\x85", "\u2028", "\u200b"],
)
def test_characters_that_could_steer_a_terminal_are_replaced(bad):
    assert printable(f"a{bad}b\n\t") == "a�b\n\t"


def test_marks_cannot_smuggle_them_in():
    for color in (True, False):
        text = shown("a\x1b]0;x\x07b", [(0, 3, "L\x1b[2J")], color=color)
        assert "\x1b]" not in text
        assert "\x1b[2J" not in text
        assert "\x07" not in text


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f", "\u2009", "\u200a", "\u3000"])
def test_spaces_are_no_control_characters(space):
    assert printable(f"10{space}%") == f"10{space}%"


@pytest.mark.parametrize("joined", ["👩\u200d👧", "می\u200cخواهم"])
def test_what_is_joined_stays_joined(joined):
    assert printable(joined) == joined


spans_of = st.lists(
    st.tuples(st.integers(0, 19), st.integers(1, 20), st.sampled_from("ABC")).filter(lambda s: s[0] < s[1]),
    unique=True,
    max_size=6,
)


@settings(deadline=None)
@given(st.text("xyz \n😀", min_size=20, max_size=25), spans_of, st.booleans())
def test_the_text_is_all_there_and_brackets_match(text, spans, color):
    found = re.sub(r"\x1b\[\d+m", "", shown(text, spans, color=color))
    assert re.sub(r"\[|\|[ABC]\]", "", found) == text
    assert found.count("[") == found.count("]") == len(spans)
    depth = 0
    for character in found:
        depth += (character == "[") - (character == "]")
        assert depth >= 0
    assert shown(text, spans[::-1]) == shown(text, spans)


def test_the_colour_of_equal_marks_does_not_depend_on_their_order():
    spans = [(0, 1, "A"), (0, 1, "B")]
    assert shown("ab", spans, color=True) == shown("ab", spans[::-1], color=True)


@settings(deadline=None)
@given(st.text(max_size=30), st.text(max_size=5))
def test_nothing_unprintable_comes_through(text, label):
    spans = [(0, len(text), label)] if text else []
    found = shown(text, spans)
    assert all(c.isprintable() or c in "\n\t\u200c\u200d" or category(c) == "Zs" for c in found)
    plain, name = (part.replace("\r\n", "\n") for part in (text, label))
    assert len(found) == len(plain) + (len(name) + 3 if text else 0)
