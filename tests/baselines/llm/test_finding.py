"""Where a quotation may have been taken from."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baselines.llm.finding import GAP, LONGEST, NOTHING, Passage
from baselines.llm.folding import has_word, within_word
from baselines.llm.fuzzy import Bound

TEXT = (
    "The head of the “so-called” harbour party said the rotten bargain fell. The rotten bargain, he said, "
    "was pro-harbour.\nHe said: “No more harbour.” It's 1,500 crates… for us — or for the US!"
)


def found(quotation, text=TEXT, **options):
    result = Passage(text, **options).find(quotation)
    return result.how, [text[a:b] for a, b in result.places]


@pytest.mark.parametrize("quotation", ["rotten bargain,", "“No more harbour.”", "US!", "said", "…", "1,500"])
def test_words_that_stand_there_are_exact(quotation):
    how, places = found(quotation)
    assert how == "exact"
    assert set(places) == {quotation}


@pytest.mark.parametrize(
    ("quotation", "place"),
    [
        ("the head of the 'SO-CALLED' harbour party", "The head of the “so-called” harbour party"),
        ("was\npro‑harbour.\n\nhe said", "was pro-harbour.\nHe said"),
        ("«no more harbour»", "No more harbour"),
        ("bargain fell...", "bargain fell"),
        ("… bargain fell!?!?!?!?!?", "bargain fell"),
        ("**bargain fell**", "bargain fell"),
        ("crates... for us - or", "crates… for us — or"),
        ("Us -- or", "us — or"),
        ("1,500 crates", "1,500 crates"),
        ("It’s 1,500", "It's 1,500"),
    ],
)
def test_what_quoting_changes_does_not_matter(quotation, place):
    how, places = found(quotation)
    assert (how, places) == (("exact" if quotation in TEXT else "normalised"), [place])


def test_the_wording_with_the_right_capitals_comes_first():
    assert found("the rotten bargain") == ("exact", ["the rotten bargain"])
    assert found("“The rotten bargain”") == ("normalised", ["The rotten bargain"])
    assert found("THE ROTTEN BARGAIN") == ("normalised", ["the rotten bargain", "The rotten bargain"])


def test_capitals_make_another_word_of_a_short_one():
    assert found('"US"') == ("normalised", ["US"])
    assert found("HE") == ("unplaced", [])
    assert found("u\u00ads") == ("normalised", ["us"])
    assert found("ＵＳ") == ("normalised", ["US"])


@pytest.mark.parametrize(
    "quotation", ["harbou", "arbour", "500", "1", "rotte", "", "  ", "—!", "“”", "x" * 30]
)
def test_no_word_and_no_number_is_cut(quotation):
    assert Passage(TEXT).find(quotation) == NOTHING


def test_signs_alone_must_stand_there_once():
    assert found("!") == ("exact", ["!"])
    assert found(".") == ("unplaced", [])


def test_an_ellipsis_stands_for_the_words_between():
    whole = "The head of the “so-called” harbour party"
    for quotation in (
        "The head … harbour party",
        "the head [...] harbour party",
        "“The head of the (…) party”",
    ):
        assert found(quotation) == ("normalised", [whole])
    assert found("bargain, he … pro-harbour.") == ("normalised", ["bargain, he said, was pro-harbour."])
    assert found("The head… so-called … fell") == (
        "normalised",
        ["The head of the “so-called” harbour party said the rotten bargain fell"],
    )


@pytest.mark.parametrize(
    "quotation",
    [
        "The head … bargain",  # which of two bargains
        "said … pro-harbour",  # which of two beginnings
        "the rotten bargain … was pro-harbour",
        "pro-harbour … no more harbour",  # another paragraph
        "harbour party … the head of",  # the wrong order
        "a … b",  # too little
        "the head … no such thing",
        "a … b … c … d … e … f … g … h … i … j",
    ],
)
def test_an_ellipsis_that_may_stand_for_several_things_has_no_place(quotation):
    assert found(quotation) == ("unplaced", [])


def test_an_ellipsis_stands_for_so_much_and_no_more():
    near = f"first words {'x ' * (GAP // 2 - 2)}last words"
    assert found("first words … last words", near)[1] == [near]
    far = f"first words {'x ' * GAP}last words"
    assert found("first words … last words", far) == ("unplaced", [])


def test_too_many_beginnings_are_not_tried():
    text = "again and " * 600 + "then the very end"
    assert found("again and … the very end", text) == ("unplaced", [])


def test_edits_are_bridged_last():
    assert found("the roten bargain fell") == ("fuzzy", ["the rotten bargain fell"])
    assert found("“the roten bargain fell”") == ("fuzzy", ["the rotten bargain fell"])
    assert found("the roten bargain fell", bound=Bound(share=0.01)) == ("unplaced", [])


def test_only_the_part_is_looked_at():
    start = TEXT.index("\n") + 1
    result = Passage(TEXT, (start, len(TEXT))).find("harbour")
    assert [TEXT[a:b] for a, b in result.places] == ["harbour"]
    assert result.places[0][0] > start
    assert Passage(TEXT, (0, start)).find("No more harbour") == NOTHING
    assert Passage(TEXT, (0, start)).find("NO MORE HARBOUR") == NOTHING
    assert Passage(TEXT, (0, start)).find("the rotten bargian fell").places[0][0] == TEXT.index("the rotten")


def test_joined_places_are_told():
    result = Passage(TEXT).find("harbour")
    assert len(result.places) == 3
    assert [TEXT[a - 4 : b] for a, b in result.joined] == ["pro-harbour"]


def test_a_quotation_that_is_longer_than_any_is_not_looked_for():
    text = "word " * LONGEST
    assert Passage(text).find(text) == NOTHING


def test_a_quotation_is_looked_for_once():
    passage = Passage(TEXT)
    assert passage.find("rotten bargain") is passage.find(" rotten bargain\n")


TEXTS = st.text(st.sampled_from("aBc é1,.'“”—-…\n\u00ad\u0301漢ﬁ\ud800 "), max_size=60)


@settings(deadline=None, max_examples=300)
@given(TEXTS, st.integers(0, 60), st.integers(1, 60))
def test_a_stretch_between_words_is_placed_exactly(text, start, size):
    words = text[start : start + size]
    start += len(words) - len(words.lstrip())
    words = words.strip()
    if not has_word(words) or within_word(text, start) or within_word(text, start + len(words)):
        return
    result = Passage(text).find(words)
    assert result.how == "exact"
    assert all(text[a:b] == words for a, b in result.places)


@settings(deadline=None, max_examples=300)
@given(st.one_of(TEXTS, st.text()), st.one_of(TEXTS, st.text()), st.booleans())
def test_any_text_and_any_quotation_give_valid_places(text, quotation, part):
    within = (len(text) // 3, len(text)) if part else None
    low = within[0] if within else 0
    result = Passage(text, within).find(quotation)
    assert (result.how == "unplaced") == (not result.places)
    last = low
    for start, end in result.places:
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert not within_word(text, start)
        assert not within_word(text, end)
        last = end


@pytest.mark.parametrize(("between", "there"), [(296, True), (300, False)])
def test_an_ellipsis_stands_for_at_most_three_hundred_characters(between, there):
    text = f"first words {'x' * between} last words"
    assert bool(Passage(text).find("first words … last words").places) is there


def test_three_letters_in_capitals_are_another_word():
    assert Passage("They asked who it was.").find("WHO").places == ()
    assert Passage("They asked the WHO.").find("who").places == ()
    assert Passage("They asked Who it was.").find("who").places == ((11, 14),)
    assert Passage("They asked WHOM it met.").find("whom").places == ((11, 15),)
