from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.plots.style import COLOURS, clean, folded, look, rows_of


def luminance(colour):
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("colour", COLOURS)
def test_colours_stand_out_from_a_light_and_a_dark_page(colour):
    assert 1.05 / (luminance(colour) + 0.05) >= 3
    assert (luminance(colour) + 0.05) / (luminance("#121212") + 0.05) >= 3


def test_no_two_of_thirty_runs_look_alike():
    looks = [look(place) for place in range(30)]
    assert len({(one.colour, one.hatch) for one in looks}) == 30
    assert len({(one.colour, one.marker) for one in looks}) == 30


@given(st.text(), st.floats(0.1, 10))
def test_folding_breaks_lines_and_loses_nothing_but_spaces(text, inches):
    lines = folded(text, inches).split("\n")
    assert "".join("".join(lines).split()) == "".join(clean(text).split())
    assert max(map(len, lines)) <= max(8, int(inches * 72 / (0.56 * 8)))


def test_a_long_name_is_broken_after_its_signs():
    assert folded("lexicon:path=a,threshold=0.5", 1.0) == "lexicon:path=\na,threshold=\n0.5"


def test_rows_are_as_high_as_their_names():
    rows = rows_of(["short", "one two three four five six"], 0.6, 0.2)
    lines = rows.names[1].count("\n") + 1
    assert lines > 1
    assert rows.height == pytest.approx(0.21 + 0.15 * lines + 0.06)
    assert rows.middles[0] == pytest.approx(0.105)
