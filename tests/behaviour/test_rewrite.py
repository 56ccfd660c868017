"""Rewrites are put in place of gold spans, and what is around them is made to fit."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.behaviour.changes import indefinite
from benchmark.behaviour.names import invented
from benchmark.behaviour.placeholders import filled
from benchmark.behaviour.rewrite import rewrite_cases
from benchmark.data import load
from benchmark.model import Note, Span

SHIPPED = ("turkey_drones", "fictional_news")


def marked(text, label="Loaded_Language", rewrite=""):
    """Return a text without its double brackets, and a span with a rewrite where they stood."""
    start, end = text.index("[["), text.index("]]") - 2
    return text.replace("[[", "").replace("]]", ""), Span(start, end, label, note=Note(rewrite=rewrite))


def twin(dataset_of, text, rewrite):
    text, span = marked(text, rewrite=rewrite)
    (case,) = rewrite_cases(dataset_of([text], [[span]]))
    return case.twin


@pytest.mark.parametrize(
    ("text", "rewrite", "expected"),
    [
        ("The [[vile]] plan failed.", "new", "The new plan failed."),
        ("The [[vile]] plan failed.", "", "The plan failed."),
        ("A [[vile]] old plan failed.", "", "An old plan failed."),
        ("It was a [[vile]] plan.", "unusual", "It was an unusual plan."),
        ("[[Vile]] plans failed.", "some", "Some plans failed."),
        ("[[Vile]] plans failed.", "", "Plans failed."),
        ("It rained. [[They would say so]]. He left.", "", "It rained. He left."),
        ("It rained. [[They would say so.]] He left.", "", "It rained. He left."),
        ("It rained. [[Who cares?]]", "", "It rained."),
        ("[[Ouch!]] Biscuit makers lose", "", "Biscuit makers lose"),
        ("He spoke. “It is so. [[You know it]].” He left.", "", "He spoke. “It is so.” He left."),
        ("He spoke, [[as ever]], for an hour.", "", "He spoke, for an hour."),
        ("He spoke, [[as ever]].", "", "He spoke."),
        ("He spoke, [[hid his face]] and left.", "", "He spoke and left."),
        ("He spoke – [[as ever]].", "", "He spoke."),
        ("[[Sadly]], he left.", "", "He left."),
        ("He wept ([[like a child]]).", "", "He wept."),
        ("The “[[vile]]” plan failed.", "", "The plan failed."),
        ("He left [[in shame]]\nIt rained.", "", "He left"),
        ("And so [[the fool]] left.", "The mayor", "And so the mayor left."),
        ("And so [[the fool]] left.", "Greece", "And so Greece left."),
        ("He is the [[great]] mayor.", "the new", "He is the new mayor."),
        ("The [[mob]] came.", "a crowd", "A crowd came."),
        ("Say that [[fools abound]].", "that some left", "Say that some left."),
        ("He said [[much of]] it.", "some of it", "He said some of it."),
        ("It rained. [[Fools!]] He left.", "Some left", "It rained. Some left. He left."),
        ("It rained. [[Fools]]. He left.", "Some left.", "It rained. Some left. He left."),
        ("He left [[fools]] there.", "some.", "He left some there."),
        ("He left [[fools]], then.", "some,", "He left some, then."),
        ("He said: “[[Fools]] do.”", "some", "He said: “Some do.”"),
        ("It’s [[vile]] there.", "the mayor's", "It’s the mayor’s there."),
        ("It's [[vile]] there.", "the mayor’s", "It's the mayor's there."),
        ("He left [[in shame]].", "; it rained", "He left; it rained."),
        ("iPad [[junk]] sells.", "goods", "iPad goods sells."),
        ("[[e-junk]] sells.", "goods", "goods sells."),
        ("[[bad]] goods sell.", "", "goods sell."),
        ("He met [[fools]].", "12 men", "He met 12 men."),
    ],
)
def test_a_rewrite_fits_its_place(dataset_of, text, rewrite, expected):
    assert twin(dataset_of, text, rewrite) == expected


def test_a_paragraph_that_goes_leaves_its_neighbour(dataset_of):
    text = "First came rain.\n\n[[Shame on them]].\n\nThen came sun."
    assert twin(dataset_of, text, "") == "Then came sun."
    assert twin(dataset_of, "First came rain.\n\n[[Shame on them]].", "") == "First came rain."
    text, span = marked("[[Shame on them]].")
    assert rewrite_cases(dataset_of([text], [[span]])) == []


def test_a_case_holds_the_paragraph_the_region_and_where_it_is_from(dataset_of):
    text, span = marked("Head\n\n It rained. A [[vile]] plan failed. \n\nEnd", rewrite="old")
    (case,) = rewrite_cases(dataset_of([text], [[span]]))
    assert (case.id, case.suite, case.layer) == ("neutral_rewrite-0001", "neutral_rewrite", "technique")
    assert case.text == "It rained. A vile plan failed."
    assert case.text[slice(*case.region)] == "vile"
    assert case.twin[slice(*case.twin_region)] == "old"
    assert case.label == "Loaded_Language"
    assert case.cluster == "small/d0#2"
    assert case.metadata == {"dataset": "small", "document": "d0", "change": "rewrite"}
    assert [case.text[start:end] for start, end, _, _ in case.edits] == ["A", "vile"]


def test_spans_without_a_rewrite_or_without_a_change_give_no_case(dataset_of):
    text, span = marked("A [[vile]] plan.", rewrite="vile")
    bare, noted = Span(0, 1, "Doubt"), Span(0, 1, "Doubt", note=Note())
    assert rewrite_cases(dataset_of([text], [[bare, noted, span]])) == []
    assert rewrite_cases(dataset_of([text], [[span]]), "attribution_gap") == []


def test_a_span_of_white_space_gives_no_case(dataset_of):
    text, span = marked("It rained.\n[[\n]]\nIt snowed.", rewrite="new")
    assert rewrite_cases(dataset_of([text], [[span]])) == []


def test_a_span_over_two_paragraphs_has_both(dataset_of):
    text, span = marked("It [[rained.\n\nThen it]] snowed.", rewrite="also")
    (case,) = rewrite_cases(dataset_of([text], [[span]]))
    assert case.text == text
    assert case.twin == "It also snowed."


@given(st.text("ab ,.“”\n'", min_size=1, max_size=30), st.data())
def test_whatever_the_text_the_region_is_the_span_and_the_edits_hold(dataset_of, text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    rewrite = data.draw(st.sampled_from(["", "new", "The old.", ", so", "some,"]))
    if not text[start:end].strip():
        return
    span = Span(start, end, "Doubt", note=Note(rewrite=rewrite))
    for case in rewrite_cases(dataset_of([text], [[span]])):
        assert case.text[slice(*case.region)].strip() == text[start:end].strip()
        assert case.twin.strip()


RULES = (
    r"  ",
    r" [,.;:?!](?!\w)",
    r",\s*[,;:.]",
    r"(?<!\.)\.\.(?!\.)",
    r"[\[\]]",
    r"(?<![ap]\.m)(?<=\w)[.!?] [a-z]",
    r"(?i)\b(?!had\b|that\b)(\w+) \1\b",
)


@pytest.mark.parametrize("layer", ["technique", "attribution_gap"])
@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_rewrites_break_no_rule_that_the_text_keeps(name, layer):
    cases = rewrite_cases(load(name), layer)
    for case in cases:
        for rule in RULES:
            broken = [found[0] for found in re.finditer(rule, case.twin)]
            assert [words for words in broken if words not in case.text] == [], case.id
        for article, word in re.findall(r"(?<!\w)([Aa]n?) [“‘\"]?([\w.]+)", case.twin):
            assert indefinite(word) == article.lower(), case.id
        for opening, closing in ("“”", '""'):
            odd = case.text.count(opening) - case.text.count(closing)
            assert case.twin.count(opening) - case.twin.count(closing) == odd, case.id
        assert case.twin.count('"') % 2 == case.text.count('"') % 2, case.id
        assert case.twin[0].isupper() or not case.text[0].isupper(), case.id
        assert (case.twin[-1] in '.!?”’"') == (case.text[-1] in '.!?”’"'), case.id


def test_every_gold_span_of_a_technique_that_has_a_rewrite_gives_a_case():
    for name, number in zip(SHIPPED, (20, 254), strict=True):
        dataset = load(name)
        rewrites = [s.note.rewrite for a in dataset.gold["technique"] for s in a.spans if s.note]
        cases = rewrite_cases(dataset)
        assert len(cases) == len(rewrites) == number
        assert sum(case.metadata["change"] == "deletion" for case in cases) == rewrites.count("")
        assert rewrite_cases(dataset) == cases


@pytest.mark.parametrize(
    ("words", "pattern"),
    [
        ("[Named expert] says so", r"Expert {P} says so"),
        ("so says [named official]", r"so says official {P}"),
        ("[Named Indian defense official] said", r"Indian defense official {P} said"),
        ("said [named official at the talks], who left", r"said {P}, an official at the talks, who left"),
        ("said [named official at the talks].", r"said {P}, an official at the talks\."),
        ("[Named economists] say", r"Economists {P} and {P} say"),
        ("[Named official or statistics body] said", r"Official {P} said"),
        ("[Named person, position] told us", r"Spokesperson {P} told us"),
        ("[named source of the sum] said", r"spokesperson {P} said"),
        ("[source] said", r"spokesperson {P} said"),
        ("[Named organisation] said", r"The {organisations} said"),
        ("[statistics body] said", r"the {organisations} said"),
        ("by [named outlet] on [date]", r"by the {outlets} on {dates}"),
        ("[Named newspapers] did", r"The {outlets} and the {outlets} did"),
        ("in [named poll]", r"in a poll by the {organisations}"),
        ("in [document and date]", r"in a document of {dates}"),
        ("[Number] officers in [place]", r"{numbers} officers in {places}"),
        ("since [years]", r"since {years}"),
        ("which [she] said", r"which she said"),
        ("[The outlet] found", r"The outlet found"),
        ("nothing to fill", r"nothing to fill"),
    ],
)
def test_placeholders_are_filled_with_names_of_their_kind(words, pattern):
    names = {kind: "(?:" + "|".join(map(re.escape, found)) + ")" for kind, found in invented().items()}
    person = f"(?:{names['men']}|{names['women']}) {names['surnames']}"
    expected = re.sub(r"\{(\w+)\}", lambda match: person if match[1] == "P" else names[match[1]], pattern)
    result = filled(words, "key")
    assert result is not None
    assert re.fullmatch(expected, result, re.IGNORECASE if words.startswith("[Number") else 0)
    assert filled(words, "key") == result


@pytest.mark.parametrize(
    "words",
    ["[their account of the matter]", "[statement about the coast]", "[named thing]", "[named", "a ] b"],
)
def test_a_placeholder_that_no_name_can_fill_gives_none(words):
    assert filled(words, "key") is None


def test_a_name_fits_the_pronouns_around_it():
    for key in map(str, range(20)):
        assert (
            filled("[Named owner's representative] sold his shop", key).split()[-4] in invented()["surnames"]
        )
        him, her = (
            filled("[Named clerk at an official] he", key),
            filled("[Named official] said she left", key),
        )
        assert any(name in him for name in invented()["men"])
        assert any(name in her for name in invented()["women"])


def test_a_rewrite_that_cannot_be_filled_is_left_out(dataset_of):
    text, span = marked("He [[lied]].", rewrite="[his view of things]")
    assert rewrite_cases(dataset_of([text], [[span]])) == []
