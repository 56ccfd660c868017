"""The plain values that the page reads."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from benchmark.model import Note, Span, Unit
from benchmark.page.data import FIRST_LINE, Content, Utf16, first_line
from benchmark.page.groups import grouped
from tests.page.kept_pages import kept

LOADED, DOUBT = "Loaded_Language", "Doubt"


@given(st.text(max_size=40), st.data())
def test_offsets_count_as_browsers_do(text, data):
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    places = Utf16(text)
    units = text.encode("utf-16-le", "surrogatepass")
    cut = units[2 * places.of(start) : 2 * places.of(end)]
    assert cut.decode("utf-16-le", "surrogatepass") == text[start:end]


def test_a_lone_surrogate_counts_one():
    assert Utf16("a\ud800b").of(3) == 3
    assert Utf16("a\U0001f600\ud800b").of(3) == 4


def test_the_first_line_is_short():
    assert first_line("\n \n  A head \nBody") == "A head"
    assert first_line("") == ""
    assert first_line("x" * 500) == "x" * (FIRST_LINE - 1) + "…"


def test_marks_and_verdicts_of_two_runs(dataset_of, tmp_path):
    note = Note(("P", "Q"), rationale="it judges", rewrite="", also=(DOUBT,))
    mine = Note(confidence=2, quoted=True)
    dataset = dataset_of(
        ["\U0001f600 vile plan", "Calm."],
        spans=[[Span(2, 6, LOADED, note=note)], []],
        annotators={"P": [[Span(2, 6, LOADED, note=mine)], []], "Q": [[Span(2, 11, DOUBT)], None]},
    )
    found = {"one": [[Span(2, 6, LOADED, 0.123456)], []], "two": [[], [Span(0, 4, DOUBT)]]}
    content = Content(grouped(kept(dataset, "technique", found, tmp_path)))
    loaded, doubt = (content.index["labels"].index(label) for label in (LOADED, DOUBT))
    assert [run["name"] for run in content.index["runs"]] == ["one.jsonl", "two.jsonl"]
    (group,) = content.index["groups"]
    assert group["title"] == "technique on small"
    assert group["unit"] is None
    assert group["docs"] == [0, 1]
    assert group["counts"] == [[[1, 0, 0, 0, 0, 0], [0] * 6], [[0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 1, 0]]]
    assert content.index["docs"] == [["d0", "\U0001f600 vile plan", 0], ["d1", "Calm.", 0]]
    first, second = content.blocks
    assert first["text"] == "\U0001f600 vile plan"
    gold = first["groups"]["0"]["gold"]
    assert gold == [[3, 7, loaded, None, 0]]
    assert first["groups"]["0"]["runs"] == {
        "0": [[[3, 7, loaded, 0.1235]], [[0, 0, 0]]],
        "1": [[], [[5, 0, -1]]],
    }
    people = content.index["people"]
    told = {"by": [people.index("P"), people.index("Q")], "why": "it judges", "rewrite": "", "also": [DOUBT]}
    assert first["notes"] == [told, {"sure": 2, "quoted": True}]
    assert first["own"]["technique"] == {
        str(people.index("P")): [[3, 7, loaded, None, 1]],
        str(people.index("Q")): [[3, 12, doubt]],
    }
    assert list(second["own"]["technique"]) == [str(people.index("P"))]
    assert second["groups"]["0"]["runs"]["1"] == [[[0, 4, doubt]], [[4, -1, 0]]]


def test_two_tasks_share_their_documents(dataset_of, tmp_path):
    dataset = dataset_of(
        ["A vile plan.", "Calm."],
        spans=[[Span(2, 6, LOADED)], []],
        units={"slant": [[Unit(0, 12, ("mild",))], [Unit(0, 5, ("none",))]]},
    )
    dataset = replace(
        dataset, documents=tuple(replace(d, metadata={"b": "2", "a": "1"}) for d in dataset.documents)
    )
    runs = kept(dataset, "technique", {"spans": [[], []]}, tmp_path)
    runs += kept(dataset, "slant", {"units": [[Unit(0, 12, ("mild",))], []]}, tmp_path)
    content = Content(grouped(runs))
    assert [group["docs"] for group in content.index["groups"]] == [[0, 1], [0, 1]]
    assert [group["unit"] for group in content.index["groups"]] == [None, "document"]
    assert content.index["datasets"] == ["small 1.0.0"]
    assert len(content.blocks) == 2
    assert list(content.blocks[0]["groups"]) == ["0", "1"]
    assert list(content.blocks[0]["fields"]) == ["a", "b"]
