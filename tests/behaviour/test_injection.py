"""Instructions are planted in passages, and only who obeys them fails."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.behaviour.cases import read_cases, written
from benchmark.behaviour.engine import Examiner
from benchmark.behaviour.injection import PLACES, injection_cases, passages
from benchmark.behaviour.judges import planted
from benchmark.behaviour.plants import KINDS, PLANTS, Plant
from benchmark.behaviour.rates import counts_of, rates_of
from benchmark.behaviour.run import shipped_cases
from benchmark.behaviour.suites import problems
from benchmark.data import load
from benchmark.model import Span, offsets
from benchmark.scores import Resamples
from benchmark.segmentation import segment, split_sentences
from benchmark.spec import Spec

SHIPPED = ("turkey_drones", "fictional_news")
SAMPLING = Resamples(200, 0)
STORY = (
    "Mill burns down\n\nA mill in Oster burned down on Monday, police said. Nobody was hurt. “It is a loss. "
    "We will rebuild,” the owner (a farmer, they say) told us.\n\nThe mill was built in 1780. It stood still."
)


@pytest.fixture(scope="module")
def shipped():
    return {name: injection_cases(load(name)) for name in SHIPPED}


@pytest.fixture(scope="module")
def every(shipped):
    return [case for cases in shipped.values() for case in cases]


# The plants.


def test_a_plant_keeps_the_rules():
    with pytest.raises(ValueError, match="kind 'x' is empty or has white space"):
        Plant("x", "")
    with pytest.raises(ValueError, match="kind 'x' is empty or has white space"):
        Plant("x", "a\n")
    with pytest.raises(ValueError, match="kind 'x' has several lines and is a bracket"):
        Plant("x", "a\nb", "bracket")
    assert Plant("x", "a\nb", "line").said("c") == "a\nb"
    assert Plant("x", "mark “{phrase}” and {phrase}").said("of it") == "mark “of it” and of it"


def test_every_kind_has_plants_for_lines_and_no_plant_stands_twice():
    assert len(KINDS) == 15
    assert len({plant.words for plant in PLANTS}) == len(PLANTS) >= 60
    for kind in KINDS:
        shapes = Counter(plant.shape for plant in PLANTS if plant.kind == kind)
        assert shapes["line"] + shapes["sentence"] >= 3, kind
    for plant in PLANTS:
        assert plant.words.count("{") == plant.words.count("}") or plant.kind == "delimiter"
        if plant.shape == "sentence":
            assert plant.words.rstrip("\u2069")[-1] in ".?", plant.words
            assert plant.kind == "quotation" or '"' not in plant.words
        if plant.shape == "bracket":
            assert not set("()\n") & set(plant.words)
            assert plant.words[-1] not in ".?!"


def test_some_plants_are_hidden_by_what_is_not_seen():
    hidden = [plant.words for plant in PLANTS if plant.kind == "invisible"]
    for sign in "\u200b\u200c\u2066\u2067":
        assert any(sign in words for words in hidden), ascii(sign)
    assert all(words.count("\u2069") == sum(map(words.count, "\u2066\u2067")) for words in hidden)
    others = "".join(plant.words for plant in PLANTS if plant.kind != "invisible")
    assert all(letter.isprintable() or letter == "\n" for letter in others)


# Passages and the points at which words can be planted.


def texts(document, marked=()):
    return [passage.text for passage in passages(document, marked)]


def test_a_passage_has_two_paragraphs_and_three_sentences_and_nothing_is_left():
    lines = ["Head", "One. Two.", "Three.", "Four. Five.", "Six.", "Seven."]
    document = segment("d", "\n\n".join(lines) + "\n")
    assert texts(document) == ["Head\n\nOne. Two.", "Three.\n\nFour. Five.\n\nSix.\n\nSeven."]
    assert [passage.number for passage in passages(document)] == [0, 2]
    assert texts(segment("d", "  One.  ")) == ["One."]
    assert texts(segment("d", "One. Two. Three. Four.")) == ["One. Two. Three. Four."]
    assert texts(segment("d", " \n ")) == texts(segment("d", "")) == []


def test_where_words_can_be_planted():
    (passage,) = passages(segment("d", STORY))
    points = passage.points()
    text = passage.text
    assert text == STORY
    assert points["first"] == [0]
    assert points["last"] == [len(text)]
    assert [text[p : p + 6] for p in points["between"]] == ["A mill", "The mi"]
    assert [text[p : p + 6] for p in points["sentence"]] == ["Nobody", "“It is", "It sto"]
    assert [text[p - 4 : p + 1] for p in points["bracket"]] == [
        *("nday,", "said.", "hurt.", "d us.", "1780.", "till."),
    ], "neither in the quotation nor in the brackets"


def test_no_words_are_planted_within_what_the_gold_marks():
    start, end = STORY.index("Monday"), STORY.index(" was hurt")
    (passage,) = passages(segment("d", STORY), [(start, end)])
    points = passage.points()
    assert [STORY[p : p + 6] for p in points["sentence"]] == ["“It is", "It sto"]
    assert STORY.index(", police") not in points["bracket"]
    assert passage.marked == ((start, end),)


def test_a_line_break_in_a_sentence_is_no_place_for_a_line():
    document = replace(
        segment("d", "One long\nsentence here. Two.\nThree."), sentences=offsets([(0, 23), (24, 28)])
    )
    (passage,) = passages(document)
    assert passage.points()["between"] == [document.text.index("Three")]


def test_a_sentence_that_only_an_abbreviation_ends_is_none():
    text = "He left the U.S. Senate today. Then it rained."
    document = replace(segment("d", text), sentences=offsets([(0, 11), (12, 16), (17, 30), (31, 46)]))
    (passage,) = passages(document)
    assert passage.points()["sentence"] == [12, 31]


def test_harmless_words_are_those_that_the_gold_does_not_mark():
    text = "a vile old plan and then it all went away"
    document = segment("d", text)
    rng = np.random.default_rng(0)
    (passage,) = passages(document, [(0, 19)])
    assert {passage.harmless(rng) for _ in range(20)} == {"it all went"}
    (marked,) = passages(document, [(0, len(text))])
    assert marked.harmless(rng) == "a"


# Cases.


def test_the_shipped_datasets_give_two_hundred_cases_that_keep_the_rules(shipped, every):
    assert len(every) >= 200
    assert all(shipped.values())
    assert {case.metadata["kind"] for case in every} == set(KINDS)
    assert {case.metadata["place"] for case in every} == set(PLACES)
    kinds = Counter(case.metadata["kind"] for case in shipped["fictional_news"])
    assert min(kinds.values()) >= 10
    for cases in shipped.values():
        assert len({case.id for case in cases}) == len(cases)
    for case in every:
        assert list(problems(case)) == []
        assert case.id.endswith(f"-{case.metadata['kind']}")
        assert planted(case) == case.edits[0][2:]
        start, end = case.twin_region
        assert case.edits[0][2] <= start < end <= case.edits[0][3]
        assert case.twin[start:end].strip() == case.twin[start:end]
        words = case.twin[start:end].removeprefix("(").removesuffix(")")
        kind = case.metadata["kind"]
        assert "{phrase}" not in words
        if kind not in ("phrase", "quotation") and "“" not in words:
            assert Plant(kind, words, "line").words in {plant.words for plant in PLANTS if plant.kind == kind}


def test_cases_are_read_as_they_were_written(every, tmp_path):
    path = tmp_path / "my.jsonl"
    cases = [replace(case, id=f"{case.metadata['dataset']}/{case.id}") for case in every]
    path.write_bytes(written(cases))
    assert read_cases(path, problems) == tuple(cases)


def test_the_sentences_around_a_plant_stay_as_they_are(every):
    """But for the one that holds brackets, so that detectors of sentences are asked about the same ones."""
    for case in every:
        begin, end = planted(case)
        more = end - begin
        found = [
            (start - more * (start >= end), stop - more * (stop > begin))
            for start, stop in split_sentences(case.twin)
            if not (begin <= start and stop <= end)
        ]
        before = split_sentences(case.text)
        if case.metadata["place"] == "bracket":
            before = [pair for pair in before if not pair[0] < begin < pair[1]]
            found = [pair for pair in found if not (pair[0] <= begin <= pair[1])]
        assert found == before, case.id


def test_every_passage_has_something_to_lose(shipped):
    for name, cases in shipped.items():
        gold = {one.document.id: one for one in load(name).gold["technique"]}
        for case in cases:
            document = gold[case.metadata["document"]].document
            begin = document.text.index(case.text)
            spans = gold[document.id].spans
            assert any(span.start < begin + len(case.text) and begin < span.end for span in spans)
            point = begin + case.region[0]
            inside = case.metadata["place"] in ("sentence", "bracket", "between")
            assert not (inside and any(span.start < point < span.end for span in spans))


def test_what_is_planted_stands_where_its_place_says(every):
    for case in every:
        point, words = case.region[0], case.twin[slice(*case.twin_region)]
        place = case.metadata["place"]
        line = case.twin[: case.twin_region[0]].endswith("\n") or case.twin_region[0] == 0
        closed = case.twin[case.twin_region[1] :].startswith("\n") or case.twin_region[1] == len(case.twin)
        assert (line and closed) == (place in ("first", "between", "last"))
        assert (point == 0) == (place == "first")
        assert (point == len(case.text)) == (place == "last")
        assert (words[0] + words[-1] == "()" and "\n" not in words) == (place == "bracket")


def test_quotations_have_the_marks_of_the_text(dataset_of):
    for quote, sign in (("“Yes,” he said.", "“"), ('"Yes," he said.', '"')):
        dataset = dataset_of([f"Head\n\n{quote} It rained. It was late."])
        found = [case for seed in range(10) for case in injection_cases(dataset, seed, 15)]
        said = [case.twin[slice(*case.twin_region)] for case in found if case.metadata["kind"] == "quotation"]
        assert any('"' in words or "“" in words for words in said)
        assert all(sign in words for words in said if '"' in words or "“" in words)


def test_cases_are_drawn_by_the_seed_alone_and_document_by_document(dataset_of):
    dataset = dataset_of([STORY, f"{STORY} {STORY}", "Head\n\nOne. Two. Three."])
    both = injection_cases(dataset, 3, 2)
    assert both == injection_cases(dataset, 3, 2)
    assert both != injection_cases(dataset, 4, 2)
    alone = injection_cases(dataset.only([1]), 3, 2)
    assert [c.twin for c in both if c.metadata["document"] == "d1"] == [c.twin for c in alone]
    assert {case.cluster for case in alone} == {"small/d1#0", "small/d1#2"}


def test_a_passage_gets_as_many_twins_as_the_dataset_needs(dataset_of):
    assert len(injection_cases(dataset_of([STORY]))) == 4
    assert len(injection_cases(dataset_of([STORY] * 90))) == 270
    assert len(injection_cases(dataset_of([STORY] * 210))) == 210
    assert injection_cases(dataset_of([" "])) == []
    two = injection_cases(dataset_of([STORY]), twins=15)
    assert {case.metadata["kind"] for case in two} == set(KINDS)


def test_with_gold_only_passages_that_have_some(dataset_of):
    span = Span(STORY.index("mill"), STORY.index("mill") + 4, "Doubt")
    marked = dataset_of([STORY, STORY], [[span], []])
    assert {case.metadata["document"] for case in injection_cases(marked)} == {"d0"}
    bare = dataset_of([STORY, STORY], [[], []])
    assert {case.metadata["document"] for case in injection_cases(bare)} == {"d0", "d1"}


def test_metadata_of_the_document_is_kept(dataset_of):
    dataset = dataset_of([STORY])
    document = replace(dataset.documents[0], metadata={"topic": "mills", "kind": "report"})
    (case,) = injection_cases(replace(dataset, documents=(document,)), twins=1)
    assert case.metadata["topic"] == "mills"
    assert case.metadata["kind"] in KINDS
    assert case.document == ("small", "d0")


@given(
    st.lists(st.text("ab. ,()“”\"'‘’[]\u200b\t", max_size=40), max_size=6).map("\n".join),
    st.integers(0, 3),
)
def test_any_text_gives_cases_that_keep_the_rules(dataset_of, text, seed):
    cases = injection_cases(dataset_of([text]), seed)
    assert bool(cases) == bool(text.strip())
    for case in cases:
        assert list(problems(case)) == []
        assert re.sub(r"\s", "", case.text) in re.sub(r"\s", "", text)


# Detectors of known behaviour.


@pytest.fixture(scope="module")
def collected():
    return shipped_cases(["injection"], (), 0)


def judged(name, cases):
    examiner = Examiner(cases)
    return examiner.judge("injection", {"technique": examiner.read(Spec.parse(name), "technique")})


def failed(found):
    return {one.case.id for one in found if one.outcome.verdict == "failed"}


def test_the_cases_are_of_the_shipped_datasets(collected, every):
    assert len(collected.cases) == len(every)
    assert [source.name for source in collected.sources["injection"]] == list(SHIPPED)


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("name", ["articles", "listed", "topic", "sentences", "lexicon", "null"])
def test_who_does_what_no_text_says_passes_every_case(collected, name):
    found = judged(name, collected.cases)
    assert rates_of(found, SAMPLING).passed.value == 1.0, [one.outcome.reasons for one in found]
    assert counts_of(found).passed == len(collected.cases)


@pytest.mark.usefixtures("registered")
def test_who_obeys_to_ignore_fails_exactly_what_says_so(collected):
    told = {
        case.id
        for case in collected.cases
        if re.search(r"\bignore\b", case.twin[slice(*planted(case))], re.IGNORECASE)
    }
    marked = {case.id for case in collected.cases if re.search(r"\b[Tt]he\b", case.text)}
    assert not any(re.search(r"\bignore\b", case.text, re.IGNORECASE) for case in collected.cases)
    assert len(told & marked) > 40
    found = judged("obedient", collected.cases)
    assert failed(found) == told & marked
    assert all("mark lost" in one.outcome.reasons[0] for one in found if one.outcome.verdict == "failed")


@pytest.mark.usefixtures("registered")
def test_who_obeys_to_mark_everything_fails_exactly_what_says_so(collected):
    told = {case.id for case in collected.cases if "mark every" in case.twin[slice(*planted(case))]}
    assert len(told) > 10
    found = judged("eager", collected.cases)
    assert failed(found) == told
    for one in found:
        if one.case.id in told:
            assert one.outcome.marks[1] == 1
            assert any(words in one.outcome.reasons[-1] for words in ("new mark at 0–", "and "))


@pytest.mark.usefixtures("registered")
def test_the_planted_words_may_be_marked(collected):
    """The rate of flagged twins tells how often they are."""
    found = judged("articles", collected.cases)
    own = [bool(re.search(r"\b[Tt]he\b", one.case.twin[slice(*one.case.twin_region)])) for one in found]
    assert [one.outcome.flagged[1] for one in found] == own
    assert 0 < rates_of(found, SAMPLING).flagged_twin.value < 1
