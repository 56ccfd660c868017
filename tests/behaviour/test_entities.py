"""Entities of the list are exchanged consistently, with the grammar that each place asks for."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.behaviour.changes import Change, article_before, changed, indefinite
from benchmark.behaviour.entities import swap, swap_cases
from benchmark.behaviour.names import EntityList, entity_list, invented
from benchmark.data import load
from benchmark.segmentation import split_sentences

LIST = entity_list()
BY_TITLE = {entity.title: entity for entity in LIST.entities}


def exchanged(text, one, other):
    ends = frozenset(end for _, end in split_sentences(text))
    made = swap(text, BY_TITLE[one], BY_TITLE[other], ends)
    return None if made is None else made[0]


@pytest.mark.parametrize(
    ("text", "one", "other", "expected"),
    [
        ("Turkey sold drones.", "Turkey", "Greece", "Greece sold drones."),
        ("Turkey’s army met Greece's.", "Turkey", "Greece", "Greece’s army met Turkey's."),
        ("Turkish-made drones", "Turkey", "Greece", "Greek-made drones"),
        ("The Turkey-Greece border", "Turkey", "Greece", "The Greece-Turkey border"),
        ("Two Turks and a Turk in Ankara", "Turkey", "Spain", "Two Spaniards and a Spaniard in Madrid"),
        ("the Turkey deal", "Turkey", "Greece", "the Greece deal"),
        ("TURKEY ACCUSES GREECE", "Turkey", "Greece", "GREECE ACCUSES TURKEY"),
        ("an Italian minister", "Italy", "Turkey", "a Turkish minister"),
        ("A Greek tanker", "Greece", "Italy", "An Italian tanker"),
        ("the US said", "United States", "France", "France said"),
        ("The United States said", "United States", "France", "France said"),
        ("the US troops", "United States", "France", "the French troops"),
        ("U.S. troops left the U.S. They", "United States", "China", "Chinese troops left China. They"),
        ("the United States' role", "United States", "China", "China's role"),
        ("China’s role", "China", "United States", "The United States’ role"),
        ("He went to China.", "China", "United States", "He went to the United States."),
        ("a China-led bloc", "China", "United States", "a US-led bloc"),
        ("US-led and US-China talks", "United States", "China", "Chinese-led and China-US talks"),
        ("anti-US marches", "United States", "China", "anti-China marches"),
        ("Americans and an American voted", "United States", "Russia", "Russians and a Russian voted"),
        ("The French said no", "France", "Germany", "The Germans said no"),
        ("a French farmer", "France", "Italy", "an Italian farmer"),
        ("America is here", "United States", "Russia", "Russia is here"),
        ("US IN CHINA NOW", "United States", "China", "CHINA IN THE UNITED STATES NOW"),
        (
            "Republicans beat a Democrat",
            "Republican Party",
            "Democratic Party",
            "Democrats beat a Republican",
        ),
        ("So London burned", "Britain", "France", "So Paris burned"),
        (
            "the third Republican in the House",
            "Republican Party",
            "Democratic Party",
            "the third Democrat in the House",
        ),
        ("He voted Republican.", "Republican Party", "Democratic Party", "He voted Democratic."),
        ("the United States Senate", "United States", "China", "the Chinese Senate"),
        ("the United States army", "United States", "China", "the Chinese army"),
        ("The ship is Turkish.", "Turkey", "Greece", "The ship is Greek."),
        ("The ship is Russian.", "Russia", "China", "The ship is Chinese."),
        (
            "the sons of Ysmar met Ysmar crews",
            "Ysmar",
            "Galdonia",
            "the sons of Galdonia met Galdonian crews",
        ),
        ("Ysmar-made", "Ysmar", "Galdonia", "Galdonian-made"),
        ("New Zealand’s New Zealand lamb", "New Zealand", "Canada", "Canada’s Canadian lamb"),
        (
            "the New Zealand-Fiji and Fiji-New Zealand ties",
            "New Zealand",
            "Canada",
            "the Canada-Fiji and Fiji-Canada ties",
        ),
        ("the America of old", "United States", "Russia", "the Russia of old"),
        ("UK to join the USA", "Britain", "China", "China to join the USA"),
        ("Democratic Party members", "Democratic Party", "Republican Party", "Republican Party members"),
        ("the leaders of Britain, “the UK”", "Britain", "China", "the leaders of China, “China”"),
        ("GOP senators", "Republican Party", "Democratic Party", "Democratic senators"),
        ("the GOP said", "Republican Party", "Democratic Party", "the Democratic Party said"),
        ("Left-wing and RIGHT-WING papers", "left-wing", "right-wing", "Right-wing and LEFT-WING papers"),
        (
            "Presidents and the President",
            "president",
            "prime minister",
            "Prime ministers and the Prime Minister",
        ),
        ("Foreign Minister in office", "foreign minister", "finance minister", "Finance Minister in office"),
        (
            "Emre Valdonai and Mr Valdonai’s aide",
            "Emre Valdonai",
            "Garrod Eln",
            "Garrod Eln and Mr Eln’s aide",
        ),
    ],
)
def test_entities_are_exchanged_with_the_grammar_of_the_place(text, one, other, expected):
    assert exchanged(text, one, other) == expected


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("African Americans and Native Americans", "United States", "Russia"),  # another's name
        ("Bank of America", "United States", "Russia"),
        ("New London", "Britain", "France"),
        ("Jack London was a writer", "Britain", "France"),  # a capital beside a name
        ("London Breed won", "Britain", "France"),
        ("a Kurdish Turk", "Turkey", "Greece"),
        ("Meridian lost", "Meridian", "Carvelist"),
        ("He spoke fluent Russian.", "Russia", "France"),
        ("modern China", "China", "United States"),  # no room for an article
        ("president of the club", "president", "prime minister"),
        ("President Obama", "president", "prime minister"),
        ("Russian President Vladimir Putin", "Russia", "France"),
        ("vice president", "president", "prime minister"),
        ("a turkey, some china, TURKEYS", "Turkey", "Greece"),
        ("see turkey.com and @Turkey and #Turkey", "Turkey", "Greece"),
        ("Landfast members", "Landfast", "Carvelist"),  # the counterpart has no such form
        ("nothing of the kind", "Turkey", "Greece"),
    ],
)
def test_what_cannot_be_exchanged_well_is_left_alone(text, one, other):
    assert exchanged(text, one, other) is None


def test_the_list_is_long_enough_and_every_entity_has_a_counterpart():
    kinds = Counter(entity.kind for entity in LIST.entities)
    assert kinds["country"] >= 25
    alone = [entity.title for entity in LIST.entities if not LIST.counterparts(entity)]
    assert alone == []
    assert all(LIST.counterparts(entity) != [entity] for entity in LIST.entities)
    countries = [entity for entity in LIST.entities if entity.kind == "country" and entity.of is None]
    assert all(
        {"name", "adjective", "person", "people", "capital"} <= entity.forms.keys() for entity in countries
    )
    assert all(len(set(names)) == len(names) for names in invented().values())


def test_a_word_for_two_entities_is_refused():
    rows = {
        "country": [
            {"name": "A", "group": "g", "adjective": "Aish"},
            {"name": "B", "group": "g", "also": ["Aish"]},
        ]
    }
    with pytest.raises(ValueError, match="'Aish' stands for two entities, A and B"):
        EntityList.of(rows)


def test_invented_names_are_looked_for_in_their_dataset_only():
    assert LIST.within("fictional_news") is LIST
    elsewhere = LIST.within("ptc")
    assert [m.entity.title for m in LIST.mentions("Meridian lost in Turkey")] == ["Meridian", "Turkey"]
    assert [m.entity.title for m in elsewhere.mentions("Meridian lost in Turkey")] == ["Turkey"]


PLAIN = [e for e in LIST.entities if e.kind == "country" and not e.has_article and e.of is None]


@given(st.sampled_from(PLAIN), st.data())
def test_an_exchange_is_undone_by_the_exchange_back(one, data):
    others = [other for other in LIST.counterparts(one) if other in PLAIN]
    other = data.draw(st.sampled_from(others))
    text = (
        f"In {one.forms['capital']}, {one.title}’s minister saw the {one.forms['adjective']} army. "
        f"All {one.forms['people']} know it, he said."
    )
    there = swap(text, one, other)
    assert there is not None
    assert one.title not in there[0]
    back = swap(there[0], other, one)
    assert back is not None
    assert back[0] == text


@pytest.fixture(scope="module")
def shipped():
    return {name: swap_cases(load(name)) for name in ("turkey_drones", "fictional_news")}


def test_the_shipped_texts_give_two_hundred_cases_that_keep_the_rules(shipped):
    cases = [case for found in shipped.values() for case in found]
    assert len(cases) >= 200
    assert len({(case.metadata["dataset"], case.id) for case in cases}) == len(cases)
    for case in cases:
        assert case.sides is not None
        assert case.twin is not None
        one, other = case.sides
        assert case.metadata["kind"] in ("country", "party", "role", "leader")
        assert BY_TITLE[one] in LIST.counterparts(BY_TITLE[other])
        assert case.region[0] <= case.edits[0][0] <= case.edits[-1][1] <= case.region[1]
        assert case.twin_region[1] - case.region[1] == len(case.twin) - len(case.text)
        for pattern in (r"  ", r"(?i)\b(the|an?) (the|an?)\b", r"s['’]s\b", r"\b(\w+) \1\b"):
            assert len(re.findall(pattern, case.twin)) <= len(re.findall(pattern, case.text)), case.id


def test_cases_are_drawn_by_the_seed_alone_and_paragraph_by_paragraph(dataset_of):
    texts = ["Turkey sold a drone.\n\nNo name.\n\nGreece met Italy in Rome.", "Iran spoke."]
    both, second = swap_cases(dataset_of(texts), 3), swap_cases(dataset_of(texts).only([1]), 3)
    assert both == swap_cases(dataset_of(texts), 3)
    assert [case.sides for case in both if case.metadata["document"] == "d1"] == [c.sides for c in second]
    assert {case.cluster for case in both} == {"small/d0#0", "small/d0#2", "small/d1#0"}
    assert both != swap_cases(dataset_of(texts), 4)


def test_a_paragraph_gets_as_many_twins_as_are_asked_for_each_with_another_pair(dataset_of):
    dataset = dataset_of(["Turkey sold a drone."])
    assert len(swap_cases(dataset, twins=1)) == 1
    three = swap_cases(dataset, twins=3)
    assert len({case.sides for case in three}) == len({case.twin for case in three}) == 3
    assert len(swap_cases(dataset)) == 4
    many = dataset_of(["Turkey sold a drone.\n" * 250])
    assert len(swap_cases(many)) == 250


def test_the_region_is_the_sentences_that_change(dataset_of):
    text = "It rained. Turkey sold a drone. Then Greece did. It was over."
    (case,) = swap_cases(dataset_of([text]), twins=1)
    assert text[slice(*case.region)] in (
        "Turkey sold a drone.",
        "Then Greece did.",
        "Turkey sold a drone. Then Greece did.",
    )
    assert case.twin[slice(*case.twin_region)].endswith(".")


@pytest.mark.parametrize(
    ("words", "article"),
    [
        ("attack", "an"),
        ("US officer", "a"),
        ("U.S. officer", "a"),
        ("FBI agent", "an"),
        ("Ukrainian", "a"),
        ("unusual case", "an"),
        ("uniform", "a"),
        ("hour", "an"),
        ("honest man", "an"),
        ("house", "a"),
        ("European", "a"),
        ("one-day strike", "a"),
        ("“old” plan", "an"),
        ("8 per cent", "an"),
        ("18-month", "an"),
        ("180-day", "a"),
        ("Uruguayan", "a"),
        ("…", "a"),
    ],
)
def test_the_indefinite_article_goes_by_sound(words, article):
    assert indefinite(words) == article


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("a ", "old", Change(0, 1, "an")),
        ("An ", "new", Change(0, 2, "A")),
        ("AN ", "GOOD", Change(0, 2, "A")),
        ("A ", "OLD", Change(0, 1, "AN")),
        ("a ", "new", None),
        ("vitamin a ", "", None),
        ("the ", "old", None),
        ("Dana ", "old", None),
    ],
)
def test_an_article_is_changed_where_the_next_word_asks_for_it(text, words, expected):
    assert article_before(text, len(text), words) == expected


def test_changes_that_overlap_are_refused():
    with pytest.raises(ValueError, match="change 1–3 overlaps"):
        changed("abcd", [Change(0, 2, "x"), Change(1, 3, "y")])
    with pytest.raises(ValueError, match="outside the text"):
        changed("ab", [Change(1, 3, "y")])


@given(st.text("ab ", max_size=12), st.lists(st.integers(0, 12), max_size=6), st.text("xa", max_size=2))
def test_edits_say_where_the_texts_differ(text, places, new):
    edges = sorted({min(place, len(text)) for place in places})
    changes = [Change(start, end, new) for start, end in list(pairwise(edges))[::2]]
    twin, edits = changed(text, changes)
    rebuilt, at = "", 0
    for start, end, twin_start, twin_end in edits:
        rebuilt += text[at:start]
        assert len(rebuilt) == twin_start
        rebuilt += new
        assert len(rebuilt) == twin_end
        at = end
    assert rebuilt + text[at:] == twin
