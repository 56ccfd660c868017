from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark import plots
from benchmark.plots.style import drawing
from benchmark.plots.svg import _presented
from tests.plot_cases import HOSTILE, SOME, comparison, curve, record

FIGURES = {
    "forest": lambda: plots.forest(comparison([record(name) for name in HOSTILE])),
    "labels": lambda: plots.labels([record(name) for name in HOSTILE]),
    "pr": lambda: plots.precision_recall([(record(name), curve()) for name in HOSTILE]),
    "reliability": lambda: plots.reliability([(record(name), curve()) for name in HOSTILE]),
    "errors": lambda: plots.errors([(name, SOME) for name in HOSTILE]),
}
ATTRIBUTES = {
    *("aria-describedby", "aria-label", "class", "clip-path", "d", "fill", "fill-opacity", "font-size"),
    *("font-style", "font-weight", "height", "href", "id", "opacity", "patternUnits", "role", "stroke"),
    *("stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-opacity"),
    *("stroke-width", "text-anchor", "transform", "viewBox", "width", "x", "y", "xmlns"),
}
ELEMENTS = {"clipPath", "defs", "desc", "g", "path", "pattern", "rect", "svg", "text", "title", "use"}


@pytest.fixture(params=FIGURES)
def svg(request):
    return plots.svg_inline(FIGURES[request.param](), "Title <b>", "What & how")


def parsed(svg):
    return ElementTree.fromstring(svg.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1))


def test_there_is_nothing_that_a_strict_policy_forbids(svg):
    root = parsed(svg)
    assert {element.tag for element in root.iter()} <= ELEMENTS
    assert {name for element in root.iter() for name in element.attrib} <= ATTRIBUTES
    assert all(
        value.startswith("#")
        for element in root.iter()
        for key, value in element.attrib.items()
        if key == "href"
    )
    assert "://" not in svg.replace("http://www.w3.org/2000/svg", "", 1)
    assert "data:" not in svg


def test_text_is_text_in_the_colour_and_typeface_of_the_page(svg):
    root = parsed(svg)
    shown = " ".join("".join(element.itertext()) for element in root.iter("text"))
    assert "script>" in shown  # as it was given, escaped
    assert root.get("fill") == "currentColor"
    assert "#000000" not in svg
    assert "font-family" not in svg
    assert {element.get("fill", "currentColor") for element in root.iter("text")} <= {
        "currentColor",
        "#010101",
    }


def test_a_screen_reader_is_told_what_it_is(svg):
    root = parsed(svg)
    assert (root.get("role"), root.get("aria-label"), root.findtext("title")) == (
        "img",
        "Title <b>",
        "Title <b>",
    )
    (about,) = root.iter("desc")
    assert (about.text, about.get("id")) == ("What & how", root.get("aria-describedby"))


def test_every_reference_has_its_target_once(svg):
    root = parsed(svg)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    wanted = set(re.findall(r'(?:url\(#|href="#)([^")]+)', svg))
    assert len(ids) == len(set(ids))
    assert wanted <= set(ids)
    assert len({one.rpartition("-")[0] for one in ids}) == 1


def test_the_same_figure_gives_the_same_text_and_another_title_other_ids():
    made = [plots.svg_inline(plots.labels([record()]), title, "d") for title in ("a", "a", "b")]
    assert made[0] == made[1]
    ids = [set(re.findall(r' id="([^"]+)"', one)) for one in made]
    assert ids[0]
    assert not ids[0] & ids[2]


def test_the_ground_is_transparent_and_the_size_that_of_the_figure():
    figure = plots.forest_of([record()], width=6)
    svg = plots.svg_inline(figure, "t", "d")
    root = parsed(svg)
    assert root.get("width") == "576"
    assert int(root.get("height")) == round(figure.get_figheight() * 96)
    assert "#ffffff" not in svg.lower()
    assert figure.get_facecolor() == (1, 1, 1, 1)  # as it was


@settings(max_examples=15)
@given(st.text(), st.text(), st.text(max_size=40))
def test_any_text_makes_xml(title, description, name):
    svg = plots.svg_inline(plots.errors([(name, SOME)]), title, description)
    parsed(svg)
    svg.encode()


def test_the_older_way_of_writing_a_font_is_read_too():
    element = ElementTree.Element("text", {"style": "font: italic 700 10px 'DejaVu Sans'; fill: #000000"})
    _presented(element)
    assert element.attrib == {
        "font-size": "10px",
        "font-weight": "bold",
        "font-style": "italic",
        "fill": "currentColor",
    }


def test_the_user_s_settings_change_nothing_and_are_not_changed():
    import matplotlib

    plain = plots.svg_inline(plots.labels([record()]), "a", "d")
    with matplotlib.rc_context({"axes.facecolor": "red", "font.size": 30, "text.usetex": True}):
        before = dict(matplotlib.rcParams)
        assert plots.svg_inline(plots.labels([record()]), "a", "d") == plain
        assert dict(matplotlib.rcParams) == before
    with drawing():
        assert matplotlib.rcParams["svg.hashsalt"] == "framebench"
    assert matplotlib.rcParams["svg.hashsalt"] != "framebench"
