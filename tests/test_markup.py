from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark import data
from benchmark.markup import marked_html, safe
from benchmark.model import Annotation, Portrayal, Span, Unit, offsets
from benchmark.record import Run
from benchmark.segmentation import segment
from tests.plot_cases import record

HOSTILE = '<script>alert("1")</script> &amp; \x1b[31m'


class Reader(HTMLParser):
    """Collects tags, and the text outside of labels."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.text, self.inside = set(), "", []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.inside.append(tag)

    def handle_endtag(self, tag):
        assert self.inside.pop() == tag

    def handle_data(self, data):
        if not {"sub", "strong"} & set(self.inside):
            self.text += data


def read(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert not reader.inside
    return reader


def test_marks_are_cut_where_they_overlap_and_labelled_where_they_end():
    html = marked_html("h", "abcdef", [(0, 4, "x"), (2, 6, "y"), (2, 3, "z")])
    bare = re.sub(r' (?:style|title|dir)="[^"]*"', "", html)
    assert bare == (
        "<div><strong>h</strong><div>"
        "<mark>ab</mark><mark>c</mark><sub>[z]</sub><mark>d</mark><sub>[x]</sub><mark>ef</mark><sub>[y]</sub>"
        "</div></div>"
    )
    titles = re.findall(r'title="(.)"', html)
    assert titles == ["x", "z", "x", "y"]


def test_labels_differ_by_colour_and_line():
    html = marked_html("", "abcd", [(0, 1, "w"), (1, 2, "x"), (2, 3, "y"), (3, 4, "z")])
    assert len(set(re.findall(r"border-bottom: 3px (\w+)", html))) == 4


def test_code_points_are_counted():
    html = marked_html("", "😀😀 drei", [(3, 7, "x")])
    assert ">drei</mark>" in html


@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc"))),
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30), st.text(max_size=5)), max_size=6),
    st.text(),
)
def test_nothing_is_lost_and_nothing_becomes_markup(text, drawn, heading):
    marks = [(s, min(s + n, len(text)), label) for s, n, label in drawn if s < len(text)]
    reader = read(marked_html(heading, text, marks))
    assert reader.text == text
    assert reader.tags <= {"div", "strong", "mark", "sub"}


def test_control_characters_and_surrogates_are_replaced():
    assert safe("a\x00\x1b\ud800\n\t<") == "a\ufffd\ufffd\ufffd\n\t&lt;"


def test_a_document_shows_its_text_and_the_spans_that_are_given():
    from dataclasses import replace

    document = segment("d1", HOSTILE)
    assert read(document._repr_html_()).text == HOSTILE.replace("\x1b", "\ufffd")
    assert "document d1" in document._repr_html_()
    given_spans = replace(document, given=offsets([(0, 8)]))
    assert "[given]" in given_spans._repr_html_()


def test_an_annotation_shows_marks_units_and_portrayals():
    document = segment("d1", "First line.\n" + "x " * 50)
    annotation = Annotation(
        document,
        "technique",
        (Span(0, 5, "<i>"),),
        (Unit(0, 11, ("Economic", "Other")), Unit(12, 112, ())),
        (Portrayal("Norway & co", "positive", None),),
        annotator="B1",
    )
    html = annotation._repr_html_()
    assert "document d1, layer technique, annotator B1" in html
    assert "[&lt;i&gt;]" in html
    assert "[Economic, Other] First line." in html
    assert "[no label] x x" in html
    assert "…" in html
    assert "[positive, no majority] Norway &amp; co" in html
    assert "gold" in Annotation(document, "technique")._repr_html_()


@pytest.mark.parametrize("name", ["turkey_drones", "fictional_news"])
def test_all_shipped_gold_can_be_shown(name):
    dataset = data.load(name)
    for of_layer in dataset.gold.values():
        for annotation in of_layer:
            text = read(annotation._repr_html_()).text
            assert text.startswith(annotation.document.text)


def test_a_run_shows_its_tables_and_nothing_in_it_becomes_markup():
    one = record(HOSTILE)
    html = Run(one)._repr_html_()
    assert html == one._repr_html_()
    assert "<script" not in html
    assert "<table>" in html
    assert "ptc_flc by label" in unescape(html)
