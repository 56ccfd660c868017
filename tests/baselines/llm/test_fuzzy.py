"""Stretches that differ from a quotation by a few edits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from baselines.llm.folding import fold, folded
from baselines.llm.fuzzy import Bound, Index

TEXT = (
    "The harbour board met on Monday to discuss the crumbling sea wall. Nobody had expected the treasurer, "
    "a retired miller, to speak against it.\nThe crumbling sea wall has stood for two centuries, “give or "
    "take” a decade."
)


def found(quotation, text=TEXT, bound=None):
    index = Index(text, fold(text))
    return [text[a:b] for a, b in index.find(folded(quotation), bound or Bound())]


@pytest.mark.parametrize(
    ("quotation", "place"),
    [
        ("a retyred miller", "a retired miller"),
        ("nobody had expectd the treasurer", "Nobody had expected the treasurer"),
        ("stood for two centurys, give or take", "stood for two centuries, “give or take"),
        ("board met on the Monday to discuss", "board met on Monday to discuss"),
        ("to spaek against it.", "to speak against it."),
    ],
)
def test_a_few_edits_are_bridged_to_whole_words(quotation, place):
    assert found(quotation) == [place]


def test_a_wording_that_stands_twice_has_two_places():
    assert found("crumbling sea wal") == ["crumbling sea wall", "crumbling sea wall"]


@pytest.mark.parametrize(
    "quotation",
    [
        "the harbour master met on Friday",
        "a tired tiller",
        "treasurre",  # one word
        "sea wal",  # too short
        "zzzz qqqq xxxx",
    ],
)
def test_what_is_too_far_or_too_short_has_no_place(quotation):
    assert found(quotation) == []


def test_another_wording_that_is_nearly_as_near_makes_it_doubtful():
    text = "He sold the northern farm in May. She sold the southern farm in June."
    assert found("sold the sorthern farm", text) == []
    assert found("sold the sorthern farm in May", text) == ["sold the northern farm in May"]


def test_two_ends_that_are_equally_near_make_it_doubtful():
    assert found("abrutal old captain", "a brutal old captain") == []
    assert found("brutal old captin", "a “brutal old captain” came") == ["brutal old captain"]


def test_a_ligature_is_not_cut():
    assert found("the terrible ﬂigght", "the terrible ﬂight") == ["the terrible ﬂight"]


def test_the_bound_counts_edits_by_length():
    bound = Bound(share=0.15, most=20, shortest=10, longest=1000)
    assert bound.edits("a bc") == 0
    assert bound.edits("abcdefghijkl") == 0  # one word
    assert bound.edits("abcde fghi") == 1
    assert bound.edits("abcde-fghi") == 1
    assert bound.edits("ab " * 100) == 20
    assert bound.edits("ab " * 400) == 0


def test_text_without_any_run_of_three():
    assert found("some quotation of words", "ab") == []
    assert found("some quotation of words", "") == []


@settings(deadline=None)
@given(st.data())
def test_what_is_found_is_near_and_begins_and_ends_at_words(data):
    known = st.sampled_from(["red", "river", "bank", "ferry", "old", "stone", "tall"])
    words = data.draw(st.lists(known, min_size=6))
    text = " ".join(words)
    start = data.draw(st.integers(0, len(words) - 3))
    quotation = list(" ".join(words[start : start + 3]))
    quotation[data.draw(st.integers(0, len(quotation) - 1))] = data.draw(st.sampled_from("qxz"))
    bound = Bound()
    given_quotation = folded("".join(quotation))
    for low, high in Index(text, fold(text)).find(given_quotation, bound):
        assert Levenshtein.distance(given_quotation, text[low:high]) <= bound.edits(given_quotation)
        assert f" {text[low:high]} " in f" {text} "


def edited(words, *places):
    """Words with a letter at each place exchanged for one that stands nowhere."""
    return "".join("q" if place in places else letter for place, letter in enumerate(words))


LONG = (
    "the committee will publish every single letter that it was sent during the long and bitter dispute "
    "about the bridge"
)


@pytest.mark.parametrize(("edits", "there"), [(3, True), (4, False)])
def test_fifteen_edits_in_a_hundred_letters_are_the_most(edits, there):
    words = "crumbling sea wall has"  # 22 characters, of which 15 % are 3.3
    assert found(edited(words, *range(1, 2 * edits, 2))) == ([words] if there else [])


@pytest.mark.parametrize(("edits", "there"), [(20, True), (21, False)])
def test_twenty_edits_are_the_most_however_long_it_is(edits, there):
    words = " ".join(f"{LONG} number {number}" for number in ("one", "two", "three"))
    letters = [place for place, letter in enumerate(words) if letter in "eo"]
    step = len(letters) // edits
    assert len(words) * 0.15 > 25
    assert found(edited(words, *letters[: edits * step : step]), words) == ([words] if there else [])


def test_edits_all_over_a_quotation_are_found():
    # Each edit spoils three of its runs of three letters, as many as one edit can.
    words = LONG[: LONG.index(" sent")]
    assert found(edited(words, *range(3, len(words) - 3, 7)), f"They said that {LONG}.") == [words]


def test_another_wording_that_is_one_edit_further_makes_it_doubtful():
    text = "She sold the old mill by the river. He sold the odd mill by the river."
    assert found("sold the olld mill by the river", text) == []
    assert found("sold the olld mill by the river", text[:36]) == ["sold the old mill by the river"]
    two = "She sold the old mill by the river. He sold the ugly mill by the river."
    assert found("sold the olld mill by the river", two) == ["sold the old mill by the river"]


def test_a_place_is_found_behind_many_that_look_more_like_it():
    chorus = "\n".join(["ha " * 30] * 4)
    assert found(
        "ha ha ha ha ha the ennd", f"{chorus}\nLater they sang another song, ha ha ha ha ha the end"
    ) == ["ha ha ha ha ha the end"]
