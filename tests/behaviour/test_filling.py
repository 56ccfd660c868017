"""Filling templates: choices by seed, slots, articles, regions."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.behaviour.filling import Draw, accented, bracketed, fill, fitting, values
from benchmark.behaviour.templates import Country

ATHENS = Country(
    name="Greece",
    adjective="Greek",
    demonym="Greek",
    demonyms="Greeks",
    capital="Athens",
    cities=("Larissa",),
    women=("Eleni",),
    men=("Nikos",),
    surnames=("Anagnostou", "Dárdas"),
    has=("coast",),
    port="Piraeus",
)
INLAND = Country(
    name="the Inland",
    adjective="Inland",
    demonym="Inlander",
    demonyms="Inlanders",
    capital="Mid",
    cities=("Middle", "Centre"),
    women=("Ada",),
    men=("Bo",),
    surnames=("Ay", "Bee"),
    has=(),
)
DAYS = ("Monday", "Tuesday", "Wednesday")


def test_a_draw_is_the_same_for_the_same_seed_and_key_only() -> None:
    many = range(10**9)
    assert Draw(0).one(many, "a", 1) == Draw(0).one(many, "a", 1)
    assert len({Draw(0).one(many, "a", 1), Draw(1).one(many, "a", 1), Draw(0).one(many, "a", 2)}) == 3
    assert Draw(0).one(many, "ab") != Draw(0).one(many, "a", "b")


def test_a_draw_stays_what_it_is() -> None:
    assert [Draw(0).below(1000, "key", place) for place in range(3)] == [227, 258, 688]


@given(st.lists(st.integers(), max_size=12), st.integers(0, 99))
def test_shuffling_keeps_the_items(items: list[int], seed: int) -> None:
    assert sorted(Draw(seed).shuffled(items)) == sorted(items)


def test_shuffling_reaches_every_order() -> None:
    assert len({tuple(Draw(seed).shuffled("abc")) for seed in range(60)}) == 6


def test_every_item_is_drawn_about_as_often() -> None:
    drawn = [Draw(0).below(4, place) for place in range(2000)]
    assert all(430 < drawn.count(item) < 570 for item in range(4))


def test_countries_fit_by_what_they_have_and_by_a_port_that_is_named() -> None:
    countries = (ATHENS, INLAND)
    assert fitting(countries, "") == [ATHENS, INLAND]
    assert fitting(countries, "coast") == [ATHENS]
    assert fitting(countries, "", "a ship in {port}") == [ATHENS]
    assert fitting(countries, "wolves") == []


def test_a_country_is_accented_where_a_name_with_a_mark_stays_whichever_is_taken() -> None:
    assert not accented(ATHENS)
    assert not accented(INLAND)
    assert accented(msgspec.structs.replace(ATHENS, surnames=("Dárdas", "Né")))
    assert accented(msgspec.structs.replace(ATHENS, women=("Élie",), men=("Réne",)))


@pytest.mark.parametrize("seed", range(20))
def test_values_agree_with_each_other(seed: int) -> None:
    slots = values(Draw(seed), ATHENS, DAYS, ["{n:3-5} and {n}", "{big:200-900}"], "key")
    given_name, surname = slots["person"].split()
    assert (given_name, slots["he"], slots["him"]) in (("Eleni", "she", "her"), ("Nikos", "he", "him"))
    other, second = slots["second"].split()
    assert other != given_name
    assert second != surname
    assert DAYS.index(slots["later"]) == DAYS.index(slots["weekday"]) + 1
    assert 3 <= int(slots["n"]) <= 5
    assert 200 <= int(slots["big"]) <= 900
    assert slots["city"] == "Larissa"


def test_numbers_reach_both_ends() -> None:
    drawn = {values(Draw(seed), ATHENS, DAYS, ["{n:3-5}"])["n"] for seed in range(60)}
    assert drawn == {"3", "4", "5"}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{A} {adjective} bank in {country}", "An Inland bank in the Inland"),
        ("{Country} has {a} {n:8-18} percent tax, {a} {city}", "The Inland has an 11 percent tax, a Middle"),
        ("no slots", "no slots"),
        ("[{city}]", "[Middle]"),
    ],
)
def test_slots_are_filled_with_the_right_article(template: str, filled: str) -> None:
    slots = {"adjective": "Inland", "country": "the Inland", "n": "11", "city": "Middle"}
    assert fill(template, slots) == filled


def test_a_slot_without_a_value_is_named() -> None:
    with pytest.raises(ValueError, match=r"no value for the slot \{town\} in 'in \{town\}'"):
        fill("in {town}", {})


def test_brackets_hold_the_region() -> None:
    text, (start, end) = bracketed("a [killer whale] swam")
    assert text == "a killer whale swam"
    assert text[start:end] == "killer whale"


@pytest.mark.parametrize("text", ["none", "[one", "two]", "[]", "[a] [b]", "]a["])
def test_other_than_one_pair_of_brackets_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="one pair of square brackets"):
        bracketed(text)
