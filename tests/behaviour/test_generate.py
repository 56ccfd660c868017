"""The cases made from templates: enough of them, and each with what its suite promises."""

from __future__ import annotations

import re
from collections import Counter
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.behaviour.cases import Case, edits_between
from benchmark.behaviour.generate import FILLINGS, differences, generate
from benchmark.behaviour.grammar import problems
from benchmark.behaviour.suites import SUITES
from benchmark.behaviour.templates import Sources, read_sources
from benchmark.data import packaged_root

SOURCES = read_sources(packaged_root() / "behaviour" / "source")
MADE = generate(SOURCES, 0)
SUITES_MADE = tuple(FILLINGS)
NAMES = {name for c in SOURCES.countries for name in (*c.women, *c.men, *c.surnames)}


def texts(case: Case) -> list[str]:
    return [case.text] if case.twin is None else [case.text, case.twin]


def at(case: Case) -> str:
    return case.text[slice(*case.region)]


def then(case: Case) -> str:
    assert case.twin is not None
    assert case.twin_region is not None
    return case.twin[slice(*case.twin_region)]


def named(text: str) -> bool:
    """Whether an invented person stands in a text."""
    return any(re.search(rf"\b{re.escape(name)}\b", text) for name in NAMES)


def test_templates_topics_and_countries_are_enough() -> None:
    assert SOURCES.templates >= 60
    assert len(SOURCES.claims) >= 60
    assert len(SOURCES.topics) >= 8
    assert len(SOURCES.countries) >= 25


@pytest.mark.parametrize("suite", SUITES_MADE)
def test_every_suite_has_enough_of_everything(suite: str) -> None:
    cases = MADE[suite]
    assert len(cases) >= 200
    assert len({case.id for case in cases}) == len(cases)
    assert len({case.cluster for case in cases}) >= 30
    assert len({case.metadata["topic"] for case in cases}) >= 8
    assert len({(case.text, case.twin) for case in cases}) == len(cases)
    assert not [problem for case in cases for problem in SUITES.get(suite).problems(case)]
    assert {case.layer for case in cases} == {SUITES.get(suite).layer}


def test_countries_are_many_in_all_and_in_each_large_suite() -> None:
    for suite in ("source_added", "source_removed", "quoted", "literal", "charged"):
        assert len({case.metadata["country"] for case in MADE[suite]}) >= 25
    assert len({case.metadata["country"] for case in MADE["typography"]}) >= 10


@pytest.mark.parametrize("suite", SUITES_MADE)
def test_every_text_keeps_the_rules_of_grammar(suite: str) -> None:
    assert [
        (case.id, found) for case in MADE[suite] for text in texts(case) for found in problems(text)
    ] == []


@pytest.mark.parametrize("suite", SUITES_MADE)
def test_every_country_stands_in_its_text_by_some_name(suite: str) -> None:
    by_name = {country.name: country for country in SOURCES.countries}
    bare = []
    for case in MADE[suite]:
        country = by_name[case.metadata["country"]]
        names = (
            country.name,
            country.adjective,
            country.capital,
            *country.cities,
            country.port or country.name,
        )
        text = normalize("NFC", case.text)
        bare += [] if any(name.lower() in text.lower() for name in names) else [case.id]
    assert len(bare) <= len(MADE[suite]) // 10


def test_the_same_seed_makes_the_same_cases_and_another_one_others() -> None:
    assert generate(SOURCES, 0) == MADE
    assert generate(SOURCES, 1)["quoted"] != MADE["quoted"]


def test_a_source_that_is_added_has_a_name_a_role_and_a_place() -> None:
    for case in MADE["source_added"]:
        assert not named(case.text)
        assert not re.search(r"\bsaid|according", at(case))
        assert named(then(case))
        claim = at(case)[1:]
        assert claim in then(case)
        assert re.search(r"\bsaid on \w+day\b|^According to ", then(case))


def test_a_source_that_is_removed_leaves_the_gap_that_its_label_names() -> None:
    for case in MADE["source_removed"]:
        assert named(at(case))
        assert case.twin is not None
        assert not named(case.twin)
        gap, words = case.label, then(case)
        unnamed = r"\b(?:sources|Insiders|People close)\b"
        assert bool(re.search(unnamed, words)) == (gap == "anonymous_source")
        pronoun = r"^(?:He|She) said|, (?:he|she) said|^According to (?:him|her),"
        assert bool(re.search(pronoun, words)) == (gap == "unresolved_source")
        assert bool(re.search(r"Lantern|Ledger|Dispatch|Meridian", words)) == (gap == "relayed_source")
        plain = gap in ("unattributed_claim", "motive_imputation")
        assert plain != bool(re.search(r"\bsaid\b|\breported\b|\bwrote\b|^According|\baccording", words))
        assert (gap == "motive_imputation") == (case.metadata["kind"] == "motive")


def test_every_kind_of_gap_is_there_often() -> None:
    counts = Counter(case.label for case in MADE["source_removed"])
    assert len(counts) == 5
    assert min(counts.values()) >= 40


def test_a_pronoun_agrees_with_nobody_since_the_report_names_nobody() -> None:
    for claim in SOURCES.claims:
        assert not re.search(
            r"\b(?:he|she|his|her|him)\b|\{person\}|\{second\}", f"{claim.lead} {claim.tail}"
        )


def test_the_charged_phrase_stays_and_is_quoted_in_the_twin_only() -> None:
    forms = Counter()
    for case in MADE["quoted"]:
        assert at(case).lower() == then(case).lower()
        assert '"' not in case.text
        assert case.twin is not None
        assert case.twin_region is not None
        start, end = case.twin_region
        assert case.twin[:start].count('"') == 1
        assert case.twin[end:].count('"') == 1
        assert named(case.twin)
        forms["called" if 'called "' in case.twin else "first" if case.twin[0] == '"' else "last"] += 1
    assert min(forms.values()) >= 40


def test_literal_and_charged_come_from_one_list_of_words() -> None:
    assert len(SOURCES.words) >= 40
    for suite in ("literal", "charged"):
        contexts = {(case.metadata["word"], case.cluster) for case in MADE[suite]}
        counts = Counter(word for word, _ in contexts)
        assert set(counts) == {word.word for word in SOURCES.words}
        assert min(counts.values()) >= 3


def test_the_region_holds_the_word_in_one_of_its_forms() -> None:
    stems = {"bleed": "ble", "wolf": "wol", "choke": "chok"}
    for suite in ("literal", "charged"):
        for case in MADE[suite]:
            word = case.metadata["word"]
            assert re.search(stems.get(word, word), at(case), re.IGNORECASE), case.id


def test_every_change_of_typography_is_there_with_and_without_charged_words() -> None:
    cases = MADE["typography"]
    counts = Counter((case.metadata["change"], case.metadata["charged"]) for case in cases)
    assert len({change for change, _ in counts}) == 12
    assert min(counts.values()) >= 5
    for case in cases:
        assert case.edits
        assert case.region == (0, len(case.text))


def test_typography_changes_no_word() -> None:
    def words(text: str) -> list[str]:
        return re.findall(r"\w+", normalize("NFC", text).casefold())

    for case in MADE["typography"]:
        assert words(then(case)) == words(case.text), case.id


def test_lengths_differ_where_unicode_is_decomposed() -> None:
    cases = [case for case in MADE["typography"] if case.metadata["change"].startswith("unicode")]
    changes = [len(case.twin or "") - len(case.text) for case in cases]
    assert all(changes)
    assert min(changes) < 0 < max(changes)


@given(
    st.lists(st.sampled_from(["a", "b", "ab", "c."]), max_size=9), st.lists(st.sampled_from(["a", "b", "c."]))
)
def test_differences_make_the_twin_out_of_the_text(words: list[str], others: list[str]) -> None:
    text, twin = " ".join(["x", *words]), " ".join(["x", *others])
    case = Case("one", "quoted", "technique", text, (0, 1), twin, edits=differences(text, twin))
    assert bool(case.edits) == (text != twin)


def test_differences_are_those_of_the_words() -> None:
    text, twin = "On Monday the old bank shut. It rained.", "On Monday the new big bank shut. It rained."
    assert differences(text, twin) == edits_between(text, twin) == ((14, 17, 14, 21),)


def test_a_template_with_an_unknown_slot_is_refused() -> None:
    first = SOURCES.quoted[0]
    wrong = type(first)(first.id, first.topic, "A [bad thing] in {nowhere}.", first.role)
    broken = Sources(SOURCES.countries, SOURCES.claims, SOURCES.words, (wrong,), SOURCES.phrases)
    with pytest.raises(ValueError, match=r"no value for the slot \{nowhere\}"):
        generate(broken, 0)
