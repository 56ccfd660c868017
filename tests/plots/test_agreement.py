from __future__ import annotations

import numpy as np
import pytest

from benchmark import plots
from benchmark.pairwise import Pairwise
from tests.plot_cases import joined, texts

NAN = float("nan")


def found(names=("A", "B", "C"), title="equal boundaries"):
    f1 = np.array([[NAN, 0.25, NAN], [0.25, NAN, 0.9375], [NAN, 0.9375, NAN]])
    return Pairwise(tuple(names), f1, "exact", title, "news 1.0.0, layer technique, all labels")


def test_each_pair_has_its_f1_and_the_diagonal_nothing():
    figure = plots.agreement([found()])
    inside = [text.get_text() for text in figure.axes[0].texts]
    assert inside == [".25", "–", ".25", ".94", "–", ".94"]
    assert {"A", "B", "C", "equal boundaries"} <= set(texts(figure))
    assert "1 is full agreement" in joined(figure)


def test_figures_stand_out_from_their_cells():
    figure = plots.agreement([found()])
    colours = {text.get_text(): text.get_color() for text in figure.axes[0].texts}
    assert colours == {".25": "#010101", ".94": "#FFFFFF", "–": "#000000"}


@pytest.mark.parametrize(("width", "columns"), [(7.0, 2), (3.4, 1)])
def test_ways_of_matching_stand_beside_or_below_each_other(width, columns):
    figure = plots.agreement([found(), found(title="overlap"), found(title="third")], width=width)
    grid = figure.axes[0].get_gridspec()
    assert grid.ncols == columns
    assert [axes.get_title() for axes in figure.axes if axes.get_title()] == [
        "equal boundaries",
        "overlap",
        "third",
    ]


def test_long_names_are_turned_and_hostile_ones_text():
    figure = plots.agreement([found(("<b>annotator</b>", "$x$ and $y$", "_c"))])
    labels = figure.axes[0].get_xticklabels()
    shown = [label.get_text().replace("\n", " ") for label in labels]
    assert shown == ["<b>annotator</b>", "$x$ and $y$", "_c"]
    assert {label.get_rotation() for label in labels} == {45}
    plots.svg_inline(figure, "t", "d")


def test_nothing_to_show():
    assert plots.agreement([]) is None
