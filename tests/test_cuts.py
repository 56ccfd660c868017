"""What the slices of a task are made of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.cuts import LENGTHS, cuts
from benchmark.data import load
from benchmark.errors import UsageError
from benchmark.model import Note, Span, Unit
from benchmark.projection import gold_scoring
from benchmark.tasks import task_of
from tests.slice_cases import predicted, rescorer_of, sliced, values, with_metadata

TEXT = "Vile news\n\nAnn said: “It was vile.” Bob nodded.\nA plan. A bad plan.\nMore."
DOUBT, LOADED = "Doubt", "Loaded_Language"


def words(cut):
    """Return the text of a cut's gold spans or units."""
    return [
        annotation.document.text[mark.start : mark.end]
        for annotation in cut.gold
        for mark in (*annotation.spans, *annotation.units)
    ]


def cut_by(dataset, task, by):
    scoring = gold_scoring(task_of(dataset, task), dataset)
    return {cut.name: cut for cut in cuts(scoring, dataset, by)}


def at(text, part, label=LOADED, **more):
    start = text.index(part)
    return Span(start, start + len(part), label, **more)


@pytest.mark.parametrize("copies", [1, 20])
def test_spans_are_clipped_at_the_borders_of_sections(dataset_of, copies):
    """The same in one article, which is cut into paragraphs, as in many, which are not."""
    spans = [at(TEXT, "news\n\nAnn"), at(TEXT, "plan.\nMore", DOUBT), at(TEXT, ".\nMore", "Repetition")]
    found = cut_by(dataset_of([TEXT] * copies, [spans] * copies), "technique", "section")
    assert words(found["headline"]) == ["news"] * copies
    assert words(found["lead"]) == ["Ann"] * copies
    body = ["plan.", "More", "More"] if copies == 1 else ["plan.\nMore", ".\nMore"] * copies
    assert words(found["body"]) == body
    pieces = {name: cut.pieces.tolist() for name, cut in found.items()}
    if copies == 1:
        assert pieces["body"] == [False, False, True, True]
        assert pieces["headline"] == [True, False, False, False]
    else:
        assert pieces["body"] == [True] * 20


def test_a_document_of_one_line_is_all_headline(dataset_of):
    found = cut_by(dataset_of(["One line.", *[TEXT] * 19], [[]] * 20), "technique", "section")
    assert [cut.pieces[:2].tolist() for cut in found.values()] == [[True, True], [False, True], [False, True]]


@pytest.mark.parametrize("copies", [1, 20])
def test_spans_are_clipped_at_the_marks_of_quotations(dataset_of, copies):
    spans = [at(TEXT, "said: “It was"), at(TEXT, ".” Bob", DOUBT), at(TEXT, "vile.” ", "Repetition")]
    found = cut_by(dataset_of([TEXT] * copies, [spans] * copies), "technique", "quotation")
    assert words(found["inside quotations"]) == ["“It was", "vile.”"] * copies
    assert words(found["outside quotations"]) == ["said: ", " Bob"] * copies
    assert found["inside quotations"].pieces.sum() == copies
    assert found["outside quotations"].pieces.sum() == (4 if copies == 1 else 20)


def test_a_quotation_over_several_paragraphs_is_cut_with_them(dataset_of):
    text = "Vile news\nAnn: “It was vile.\nIt was bad.” He left."
    dataset = dataset_of([text], [[Span(0, len(text), LOADED)]])
    found = cut_by(dataset, "technique", "quotation")
    assert words(found["inside quotations"]) == ["“It was vile.", "It was bad.”"]
    assert words(found["outside quotations"]) == ["Vile news", "Ann: ", " He left."]


def test_predictions_are_cut_like_gold(dataset_of):
    dataset = dataset_of([TEXT] * 20, [[at(TEXT, "It was vile")]] * 20)
    found = [[at(TEXT, "said: “It was vile"), at(TEXT, "“It was vile")]] * 20
    parts, metric = sliced(rescorer_of(dataset, "technique"), "quotation", found, "overlap")
    # Two predictions are one where the quotation begins; the word outside is a false one.
    inside = values(parts["inside quotations"], metric)
    assert (inside["precision"], inside["recall"]) == (1.0, 1.0)
    assert parts["outside quotations"].gold == 0


def test_units_belong_to_the_region_that_holds_most_of_them(dataset_of):
    text = "Vile news\n“It was all very vile,” he said. He said “no” and left. “ab” ab."
    start = text.index("“ab”")
    dataset = dataset_of([text] * 20, [[Span(0, 4, LOADED)]] * 20)
    found = cut_by(dataset, "loaded_sentence", "quotation")
    assert words(found["inside quotations"])[:1] == ["“It was all very vile,” he said."]
    assert {"Vile news", "He said “no” and left."} < set(words(found["outside quotations"]))
    # Half and half is no majority.
    assert text[start:] in words(found["outside quotations"])
    sections = cut_by(dataset, "loaded_sentence", "section")
    assert words(sections["headline"]) == ["Vile news"] * 20
    assert words(sections["body"]) == []
    assert not sections["body"].pieces.any()


def test_units_are_scored_where_they_belong(dataset_of):
    dataset = dataset_of([TEXT] * 20, [[at(TEXT, "Vile"), at(TEXT, "bad")]] * 20)
    rescorer = rescorer_of(dataset, "loaded_sentence")
    found = [[Unit(0, 9, ("loaded",))]] * 20
    parts, metric = sliced(rescorer, "section", found, score="f1")
    assert [values(part, metric)["f1"] for part in parts.values()][::2] == [1.0, 0.0]
    assert [(part.gold, part.clusters) for part in parts.values()] == [(20, 20), (40, 20), (60, 20)]


def test_given_spans_are_cut_with_their_labels(dataset_of):
    spans = [at(TEXT, "said: “It"), at(TEXT, "said: “It", DOUBT)]
    dataset = dataset_of([TEXT] * 20, [spans] * 20)
    found = [[spans[0], spans[0]]] * 20
    parts, metric = sliced(rescorer_of(dataset, "technique_given_span"), "quotation", found)
    assert [part.gold for part in parts.values()] == [40, 40]
    assert [values(part, metric)["f1"] for part in parts.values()] == [0.5, 0.5]


def test_spans_are_sliced_by_words(dataset_of):
    text = "one two-three four five six seven eight nine ten eleven twelve — end"
    spans = [at(text, part) for part in ("one", "two-three", "four five six seven", "— ")]
    long = Span(0, len(text), LOADED)
    found = cut_by(dataset_of([text] * 20, [[*spans, long]] * 20), "technique", "length")
    assert tuple(found) == LENGTHS
    assert words(found["1 word"])[:2] == ["one", "— "]  # a span without a word is as short as any
    assert words(found["2–3 words"])[:1] == ["two-three"]
    assert words(found["4–9 words"])[:1] == ["four five six seven"]
    assert words(found["10 or more words"])[:1] == [text]
    assert all(cut.keep is None for cut in found.values())
    assert all(cut.pieces.all() for cut in found.values())


@pytest.mark.parametrize(
    ("size", "name"), [(1, 0), (2, 1), (3, 1), (4, 2), (9, 2), (10, 3), (11, 3)], ids=str
)
def test_the_borders_of_lengths(dataset_of, size, name):
    text = " ".join(["word"] * 12)
    dataset = dataset_of([text], [[Span(0, 5 * size - 1, LOADED)]])
    found = cut_by(dataset, "technique", "length")
    assert [bool(words(cut)) for cut in found.values()] == [place == name for place in range(4)]


def test_spans_are_sliced_by_the_annotators_in_their_notes(dataset_of):
    spans = [at(TEXT, "Vile", note=Note(("A", "B"))), at(TEXT, "bad", note=Note(("A", "B", "C")))]
    found = cut_by(dataset_of([TEXT] * 20, [spans, *[[]] * 19]), "technique", "support")
    assert {name: words(cut) for name, cut in found.items()} == {
        "2 annotators": ["Vile"],
        "3 annotators": ["bad"],
    }
    assert found["2 annotators"].pieces.tolist() == [True] + [False] * 19


def test_without_notes_annotators_with_an_overlapping_mark_of_the_label_count(dataset_of):
    gold = [at(TEXT, "Vile"), at(TEXT, "bad plan"), at(TEXT, "Bob")]
    one = [at(TEXT, "Vile news"), at(TEXT, "bad")]
    two = [at(TEXT, "Vile", DOUBT), at(TEXT, "plan."), at(TEXT, "bad")]
    dataset = dataset_of([TEXT] * 20, [gold] * 20, annotators={"A": [one] * 20, "B": [two, *[None] * 19]})
    found = cut_by(dataset, "technique", "support")
    assert list(found) == ["0 annotators", "1 annotator", "2 annotators"]
    assert words(found["0 annotators"]) == ["Bob"] * 20
    assert words(found["2 annotators"]) == ["bad plan"]  # the first text alone was seen by both
    assert words(found["1 annotator"]) == ["Vile"] + ["Vile", "bad plan"] * 19


def test_labels_of_units_are_sliced_by_the_annotators_who_give_them(dataset_of):
    one, two = [at(TEXT, "Vile")], [at(TEXT, "Vile"), at(TEXT, "bad")]
    dataset = dataset_of([TEXT] * 20, [two] * 20, annotators={"A": [one] * 20, "B": [two, *[None] * 19]})
    parts, metric = sliced(rescorer_of(dataset, "loaded_sentence"), "support", [[]] * 20)
    assert {name: part.gold for name, part in parts.items()} == {
        # One text was read by both: they part on "A bad plan." Of the others, A does not call it loaded.
        "0 annotators": 19,
        "1 annotator": 1 + 19 * 5,
        "2 annotators": 5,
    }
    assert all((part.score, part.recall_only) == ("accuracy", True) for part in parts.values())
    # All sentences are taken for neutral, as those are that no prediction names.
    assert values(parts["0 annotators"], metric)["accuracy"] == 0.0
    assert values(parts["2 annotators"], metric)["accuracy"] == 4 / 5


def test_the_frames_of_reports_are_sliced_by_support():
    dataset = load("fictional_news")
    parts, metric = sliced(
        rescorer_of(dataset, "frame"),
        "support",
        [annotation.units for annotation in dataset.gold["frame"]],
    )
    assert list(parts) == ["2 annotators", "3 annotators"]
    labels = sum(len(unit.labels) for annotation in dataset.gold["frame"] for unit in annotation.units)
    assert sum(part.gold for part in parts.values()) == labels
    assert all(values(part, metric)["recall"] == 1.0 for part in parts.values())


def test_documents_are_sliced_by_their_metadata(dataset_of):
    dataset = dataset_of([TEXT] * 20, [[at(TEXT, "Vile")]] * 20)
    dataset = with_metadata(dataset, [{"year": "2011"}, {"year": "2010"}, {}, *[{"year": "2010"}] * 17])
    found = cut_by(dataset, "technique", "year")
    assert {name: int(cut.pieces.sum()) for name, cut in found.items()} == {
        "2010": 18,
        "2011": 1,
        "(none)": 1,
    }
    assert list(found) == ["2010", "2011", "(none)"]


def test_a_field_of_every_document_leaves_no_rest(dataset_of):
    dataset = with_metadata(dataset_of([TEXT], [[at(TEXT, "Vile")]]), [{"outlet": "one"}])
    found = cut_by(dataset, "technique", "outlet")
    assert {name: cut.pieces.tolist() for name, cut in found.items()} == {"one": [True] * 4}


def test_groups_are_counted_where_one_of_their_documents_is(dataset_of):
    groups = [f"g{place // 2}" for place in range(6)]
    dataset = dataset_of([TEXT] * 6, [[at(TEXT, "Vile")]] * 6, groups=groups, group="event")
    dataset = with_metadata(dataset, [{"outlet": name} for name in ("a", "b", "a", "b", "a", "a")])
    parts, metric = sliced(rescorer_of(dataset, "technique"), "outlet", [[at(TEXT, "Vile")]] * 6, "exact")
    assert [(part.clusters, part.gold) for part in parts.values()] == [(3, 4), (2, 2)]
    assert parts["b"].statistics.shape[0] == 3
    assert values(parts["b"], metric)["f1"] == 1.0


def test_a_layer_of_units_is_sliced_by_metadata(dataset_of):
    units = [[Unit(0, 9, ("Biased",))]] * 20
    dataset = dataset_of(["Vile news"] * 20, units={"bias": units}, unit="sentence")
    dataset = with_metadata(dataset, [{"label": "x", "year": str(place % 2)} for place in range(20)])
    parts, _ = sliced(rescorer_of(dataset, "bias"), "year", [[Unit(0, 9, ("Biased",))]] * 20)
    assert [(part.gold, part.clusters, part.score) for part in parts.values()] == [(10, 10, "macro_f1")] * 2


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ("yaer", "nothing to slice by is named 'yaer', did you mean 'year'?"),
        ("sectoin", "did you mean 'section'?"),
        ("\x1b[2J", r"named '\\x1b\[2J'; known: label, length, quotation, section, support, year"),
        ("support", "dataset 'small' has no annotators' marks in layer 'technique'"),
    ],
)
def test_what_cannot_be_sliced_by_is_named(dataset_of, by, message):
    dataset = with_metadata(dataset_of([TEXT], [[]]), [{"year": "2010"}])
    with pytest.raises(UsageError, match=message):
        cut_by(dataset, "technique", by)


def test_a_field_of_too_many_values_is_refused(dataset_of):
    dataset = dataset_of([TEXT] * 22, [[]] * 22)
    dataset = with_metadata(dataset, [{"topic": str(min(place, 20))} for place in range(22)])
    with pytest.raises(UsageError, match="field 'topic' has 21 values in 22 documents, more than 20"):
        cut_by(dataset, "technique", "topic")
    dataset = with_metadata(dataset, [{"topic": str(min(place, 19))} for place in range(22)])
    assert len(cut_by(dataset, "technique", "topic")) == 20


def test_documents_of_one_paragraph_have_no_sections(dataset_of):
    with pytest.raises(UsageError, match="one paragraph each, and so no sections"):
        cut_by(dataset_of(["One line."] * 20, [[]] * 20), "technique", "section")


@pytest.mark.parametrize("by", ["section", "quotation"])
def test_labels_of_whole_documents_have_no_regions(dataset_of, by):
    units = {"slant": [[Unit(0, len(TEXT), ("mild",))]] * 20}
    with pytest.raises(UsageError, match=f"labels whole documents, which lie in no one {by}"):
        cut_by(dataset_of([TEXT] * 20, units=units), "slant", by)


def test_units_have_no_length(dataset_of):
    with pytest.raises(UsageError, match="task 'loaded_sentence' scores units"):
        cut_by(dataset_of([TEXT] * 20, [[]] * 20), "loaded_sentence", "length")


def test_nothing_given_is_changed(dataset_of):
    dataset = dataset_of([TEXT] * 20, [[at(TEXT, "said: “It was")]] * 20)
    rescorer = rescorer_of(dataset, "technique")
    found = predicted(rescorer, [[at(TEXT, "said: “It")]] * 20)
    before = [replace(prediction) for prediction in rescorer.project(found)]
    for cut in cuts(rescorer.scoring, dataset, "quotation"):
        for piece, prediction in enumerate(rescorer.project(found)):
            cut.keep(piece, prediction)
    assert rescorer.project(found) == before
    assert rescorer.scoring.gold[0].spans == dataset.gold["technique"][0].spans
