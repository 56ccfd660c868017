"""The page as a file: what stands in it, what it forbids, and what hostile data does to it."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.errors import UsageError
from benchmark.model import Note, Span
from benchmark.page.build import _breakable, embedded, policy, report, write
from tests.page.kept_pages import kept

LOADED, DOUBT = "Loaded_Language", "Doubt"
EVIL = "</script><script>alert(1)</script><!--<b>&amp; \u2028 \ud800 \x00\x1b ]]> {{ 7*7 }} \U0001f600 שלום"
VOID = {"meta", "input", "br", "wbr", "link"}


class Reader(HTMLParser):
    """Collects the elements of a page with their attributes, and the content of scripts and style."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.elements, self.raw, self.open = [], {}, []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("script", "style"):
            key = self.open[-1], self.elements[-1][1].get("id", "")
            self.raw[key] = self.raw.get(key, "") + data


def read(page):
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture
def runs(dataset_of, tmp_path):
    """Three runs on three articles, one of which is as hostile as can be."""
    texts = [f"{EVIL} vile plan", "A vile, vile plan failed.", "Calm day.\n\nNothing failed."]
    note = Note(("P",), rationale=EVIL.replace("\ud800", ""), rewrite="<i>plan</i>")
    dataset = dataset_of(
        texts,
        spans=[[Span(3, 9, LOADED, note=note)], [Span(2, 6, LOADED), Span(8, 12, DOUBT)], []],
        annotators={"P": [[Span(3, 9, LOADED)], [], []], "Q": [[], [Span(2, 6, LOADED)], []]},
    )
    found = {
        "<img src=x onerror=alert(1)>": [[Span(3, 9, LOADED, 0.5)], [Span(2, 6, LOADED, 0.25)], []],
        "two": [[], [Span(8, 12, LOADED, 0.5)], [Span(0, 4, DOUBT, 0.125)]],
        "three": [[], [], []],
    }
    return kept(dataset, "technique", found, tmp_path)


@pytest.fixture
def page(runs):
    return report(runs)


def test_the_policy_allows_the_pages_own_style_and_script_alone(page):
    reader = read(page)
    (style,) = [text for (tag, _), text in reader.raw.items() if tag == "style"]
    script = reader.raw["script", ""]
    (given_policy,) = [
        attrs["content"]
        for tag, attrs in reader.elements
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    parts = dict(part.strip().split(" ", 1) for part in given_policy.split(";"))
    hashed = {
        name: f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
        for name, text in (("style-src", style), ("script-src", script))
    }
    assert parts == {
        "default-src": "'none'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        **hashed,
    }


def test_hostile_data_becomes_no_element(page):
    reader = read(page)
    tags = {tag for tag, _ in reader.elements}
    assert not tags & {"img", "iframe", "object", "embed", "link", "base", "form", "i"}
    scripts = [attrs for tag, attrs in reader.elements if tag == "script"]
    assert len(scripts) == 1 + 3 + 1  # the index, the documents, the script
    assert [attrs.get("type") for attrs in scripts[:-1]] == ["application/json"] * 4
    for _, attrs in reader.elements:
        assert not any(name.startswith("on") or name in ("style", "src") for name in attrs)
    assert all(
        attrs["href"].startswith("#") for tag, attrs in reader.elements if tag == "a" and "href" in attrs
    )
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", page)


def test_the_texts_are_whole(page, runs):
    reader = read(page)
    texts = [json.loads(reader.raw["script", f"doc-{at}"])["text"] for at in range(3)]
    assert texts == [document.text for document in runs[0].rescorer.dataset.documents]
    assert (
        json.loads(reader.raw["script", "index"])["runs"][0]["name"] == "<img src=x onerror=alert(1)>.jsonl"
    )


def test_equal_runs_give_equal_pages(page, runs):
    assert report(runs) == page


def test_nothing_is_left_to_a_network_or_undone(page):
    assert "{{" not in page.replace(EVIL, "").replace("{{ 7*7 }}", "")
    outside = set(re.findall(r"https?://[^\s\"'<]+", page))
    assert outside <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert ">None<" not in page


def test_every_id_is_there_once(page):
    ids = [attrs["id"] for _, attrs in read(page).elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    named = [
        attrs[name]
        for _, attrs in read(page).elements
        for name in ("aria-labelledby", "for", "data-copies")
        if name in attrs
    ]
    assert named
    assert {one for text in named for one in text.split()} <= set(ids)


def test_views_tables_and_landmarks(page):
    reader = read(page)
    tags = [tag for tag, _ in reader.elements]
    assert all(tags.count(tag) == 1 for tag in ("header", "main", "footer", "h1"))
    views = [attrs["id"] for tag, attrs in reader.elements if attrs.get("class") == "view"]
    assert views == [
        f"view-{name}"
        for name in ("overview", "text", "errors", "slices", "curves", "annotators", "provenance")
    ]
    assert tags.count("table") == tags.count("caption")
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in reader.elements if tag == "th")
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=60))
def test_embedded_text_comes_back_and_ends_nothing(text):
    written = embedded({text: [text, 1.5, None]})
    assert json.loads(written) == {text: [text, 1.5, None]}
    assert not set(written) & set("<>&\u2028\u2029")
    assert written.encode().decode() == written


def test_a_number_that_is_none_is_refused():
    with pytest.raises(ValueError, match="Out of range"):
        embedded([float("nan")])


def test_a_policy_is_of_its_texts():
    assert policy("a", "b") != policy("a", "c") != policy("c", "b")


def test_a_page_is_written_whole_or_not_at_all(runs, tmp_path):
    target = tmp_path / "new" / "page.html"
    write(runs, target)
    assert target.read_text(encoding="utf-8") == report(runs)
    assert [path.name for path in target.parent.iterdir()] == ["page.html"]
    with pytest.raises(UsageError, match=r"is a folder; name a file"):
        write(runs, tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"page.html: cannot be written: "):
        write(runs, tmp_path / "file" / "page.html")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lexicon", "lexicon"),
        ("llm:m,samples=3,part=900", "llm:m,<wbr>samples=3,<wbr>part=900"),
        ("<b>,</b>&,", "&lt;b&gt;,<wbr>&lt;/b&gt;&amp;,<wbr>"),
    ],
)
def test_a_name_goes_on_in_another_line_after_a_comma(text, expected):
    assert _breakable(text) == expected
