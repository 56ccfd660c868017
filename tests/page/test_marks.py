"""Gold and predicted marks of documents, and the verdicts on them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.error_types import TYPES, ErrorType, errors_of
from benchmark.lineup import opened
from benchmark.model import Note, Span, Unit
from benchmark.page.data import counted
from benchmark.page.marks import Mark, _of_units, sheets
from tests.kept_runs import keep
from tests.page.kept_pages import kept

RIGHT, BOUNDARY, LABEL, BOTH, SPURIOUS, MISSED = TYPES
LOADED, NAME, DOUBT = "Loaded_Language", "Name_Calling,Labeling", "Doubt"
labels = st.lists(st.sampled_from("abc"), unique=True, max_size=3).map(tuple)


def test_each_kind_of_verdict_on_spans(dataset_of, tmp_path):
    note = Note(("P",), 3, rationale="it judges")
    gold = [[Span(0, 4, LOADED, note=note), Span(5, 9, NAME), Span(10, 20, DOUBT), Span(30, 34, NAME)]]
    found = [[Span(0, 4, LOADED, 0.75), Span(5, 9, DOUBT), Span(12, 20, DOUBT), Span(40, 44, LOADED)]]
    dataset = dataset_of(["word " * 12], spans=gold)
    (run,) = kept(dataset, "technique", {"one": found}, tmp_path)
    (sheet,) = sheets(run)
    assert sheet.gold[0] == Mark(0, 4, LOADED, note=note)
    assert sheet.found[0] == Mark(0, 4, LOADED, 0.75)
    verdicts = {one.type: (one.gold, one.found) for one in sheet.verdicts}
    assert verdicts == {
        RIGHT: (0, 0),
        LABEL: (1, 1),
        BOUNDARY: (2, 2),
        MISSED: (3, None),
        SPURIOUS: (None, 3),
    }
    assert counted(sheet) == [1, 1, 1, 0, 1, 1]


def test_units_with_one_label_each(dataset_of, tmp_path):
    texts = ["One.", "Two.", "Three.", "Four."]
    own = [("mild",), ("none",), (), ("strong",)]
    gold = [[Unit(0, len(text), given)] for text, given in zip(texts, own, strict=True)]
    found = [[Unit(0, 4, ("mild",), (0.5,))], [Unit(0, 4, ("mild",))], [Unit(0, 6, ("mild",))], []]
    dataset = dataset_of(texts, units={"slant": gold})
    (run,) = kept(dataset, "slant", {"one": found}, tmp_path)
    verdicts = [[(one.type, one.gold, one.found) for one in sheet.verdicts] for sheet in sheets(run)]
    assert verdicts == [[(RIGHT, 0, 0)], [(LABEL, 0, 0)], [], [(MISSED, 0, None)]]
    assert sheets(run)[0].found == (Mark(0, 4, "mild", 0.5),)
    assert sheets(run)[2].found == ()  # the gold says nothing of the unit, so that it is not scored


def test_units_with_several_labels(dataset_of, tmp_path):
    gold = [[Unit(0, 4, ("Economic", "Political"))], [Unit(0, 4, ())]]
    found = [[Unit(0, 4, ("Political", "Other"))], [Unit(0, 4, ("Other",))]]
    dataset = dataset_of(["One.", "Two."], units={"frame": gold})
    (run,) = kept(dataset, "frame", {"one": found}, tmp_path)
    kinds = [{sheet_label(sheet, one): one.type for one in sheet.verdicts} for sheet in sheets(run)]
    assert kinds == [{"Economic": MISSED, "Other": SPURIOUS, "Political": RIGHT}, {"Other": SPURIOUS}]


def sheet_label(sheet, verdict):
    side, place = (sheet.found, verdict.found) if verdict.gold is None else (sheet.gold, verdict.gold)
    return side[place].label


def test_what_is_said_of_other_units_does_not_count(dataset_of, tmp_path):
    dataset = dataset_of(["One. Two."], units={"frame": [[Unit(0, 9, ("Economic",))]]})
    found = [[Unit(0, 4, ("Other",)), Unit(0, 9, ("Economic",))]]
    (run,) = kept(dataset, "frame", {"one": found}, tmp_path)
    (sheet,) = sheets(run)
    assert sheet.found == (Mark(0, 9, "Economic"),)


@given(st.lists(st.tuples(labels, labels), min_size=1, max_size=8), st.booleans())
def test_every_scored_label_stands_in_one_verdict(both, single):
    gold = [Unit(at, at + 1, truth) for at, (truth, _) in enumerate(both)]
    found = [Unit(at, at + 1, answer) for at, (_, answer) in enumerate(both)]
    sheet = _of_units(gold, found, "abc", single=single)
    assert Counter(one.gold for one in sheet.verdicts if one.gold is not None) == Counter(
        range(len(sheet.gold))
    )
    assert Counter(one.found for one in sheet.verdicts if one.found is not None) == Counter(
        range(len(sheet.found))
    )
    for one in sheet.verdicts:
        if one.gold is not None and one.found is not None:
            truth, answer = sheet.gold[one.gold], sheet.found[one.found]
            assert (truth.start, truth.end) == (answer.start, answer.end)
            assert (one.type is ErrorType.RIGHT) == (truth.label == answer.label)


@pytest.mark.parametrize(
    ("target", "detector"),
    [
        ("fictional_news/technique", "lexicon"),
        ("fictional_news/loaded_sentence", "lexicon"),
        ("fictional_news/frame", "frame-keywords"),
        ("fictional_news/slant", "lexicon"),
        ("turkey_drones/attribution", "attribution-rules"),
    ],
)
def test_the_verdicts_are_those_of_the_table_of_errors(target, detector, tmp_path):
    (run,) = opened([keep(target, detector, tmp_path)])
    totals = Counter(one.type for sheet in sheets(run) for one in sheet.verdicts)
    counts = errors_of(run.rescorer, run.predictions).counts
    assert totals.total() > 0
    assert {kind: totals[kind] for kind in TYPES} == counts


def test_a_span_belongs_to_all_of_its_attributions(tmp_path):
    (run,) = opened([keep("turkey_drones/attribution", "attribution-rules", tmp_path)])
    (sheet,) = sheets(run)
    dataset = run.rescorer.dataset
    raw = [span for span in dataset.gold["attribution"][0].spans if span.relation is not None]
    for mark in sheet.gold:
        expected = {span.relation for span in raw if (span.start, span.end, span.label) == mark.key}
        assert set(mark.relations) == expected
        assert list(mark.relations) == sorted(mark.relations)
    assert any(len(mark.relations) > 1 for mark in sheet.gold)
