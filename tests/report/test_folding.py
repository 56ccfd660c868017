"""Names broken into lines, and shortened."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.report.folding import folded, shortened

NAME = "llm:mymodel,base_url=http://127.0.0.1:9101/v1,samples=3,max_seconds=20"


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (0, [NAME]),
        (len(NAME), [NAME]),
        (60, ["llm:mymodel,base_url=http://127.0.0.1:9101/v1,samples=3,", "max_seconds=20"]),
        (34, ["llm:mymodel,", "base_url=http://127.0.0.1:9101/v1,", "samples=3,max_seconds=20"]),
        (24, ["llm:mymodel,base_url=", "http://127.0.0.1:9101/", "v1,samples=3,", "max_seconds=20"]),
        (
            12,
            [
                *("llm:mymodel,", "base_url=", "http://", "127.0.0.1:", "9101/v1,", "samples=3,"),
                *("max_seconds=", "20"),
            ],
        ),
    ],
)
def test_names_are_broken_after_commas_and_elsewhere_only_where_a_piece_is_too_long(width, lines):
    assert folded(NAME, width).split("\n") == lines


def test_spaces_come_before_commas_and_parts_of_a_word_last():
    assert folded("a,b c,d e,f", 7).split("\n") == ["a,b c,d", "e,f"]
    assert folded("attribution_of_sources", 12).split("\n") == ["attribution_", "of_sources"]
    assert folded("file=a\\,b,c", 8).split("\n") == ["file=", "a\\,b,c"]
    assert folded("indivisible,x", 5).split("\n") == ["indivisible,", "x"]


@given(st.text("ab,_-=:/. |", max_size=60), st.integers(1, 30))
def test_nothing_but_spaces_is_lost(text, width):
    lines = folded(text, width).split("\n")
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    for line in lines:
        assert len(line) <= width or " " not in line.strip()


@given(st.text(max_size=40), st.integers(-3, 45))
def test_a_shortened_text_fits_and_keeps_both_ends(text, room):
    shown = shortened(text, room)
    assert len(shown) <= max(room, 0) or shown == text == ""
    if len(text) <= room:
        assert shown == text
    elif room > 2:
        first, last = shown.split("…", 1) if "…" not in text else (shown[:1], shown[-1:])
        assert text.startswith(first)
        assert text.endswith(last)
        assert first
        assert last


def test_a_name_is_shortened_in_its_middle():
    assert shortened("abcdefghij", 5) == "ab…ij"
    assert shortened("abcdefghij", 1) == "…"
    assert shortened("abcdefghij", 0) == ""
