"""Fill templates: draw values by seed, put them in the slots, and find the region that brackets hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar
from unicodedata import normalize

from benchmark.behaviour.cases import Range
from benchmark.behaviour.changes import indefinite
from benchmark.behaviour.templates import Country

_NUMBER = re.compile(r"\{(\w+):(\d+)-(\d+)\}")
_SLOT = re.compile(r"\{(\w+)(?::\d+-\d+)?\}")
_ARTICLE = re.compile(r"\{([aA])\}(?= (.{1,24}))")
_PRONOUNS = {True: ("she", "her"), False: ("he", "him")}
T = TypeVar("T")


@dataclass(frozen=True)
class Draw:
    """Choices that depend on a seed and a key alone, and so are the same under every version of a library.

    Parameters
    ----------
    seed
        The seed.
    """

    seed: int

    def below(self, limit: int, *key: object) -> int:
        """Return a number from 0 to limit − 1."""
        return self._number(*key) % limit

    def one(self, items: Sequence[T], *key: object) -> T:
        """Return one of some items."""
        return items[self.below(len(items), *key)]

    def shuffled(self, items: Sequence[T], *key: object) -> list[T]:
        """Return the items in another order."""
        places = sorted(range(len(items)), key=lambda place: self._number(*key, place))
        return [items[place] for place in places]

    def _number(self, *key: object) -> int:
        content = "\x1f".join(map(str, (self.seed, *key))).encode()
        return int.from_bytes(sha256(content).digest()[:8], "big")


def fitting(countries: Sequence[Country], needs: str, *texts: str) -> list[Country]:
    """Return the countries that have what a template needs, and a port where its texts name one."""
    harbour = any("{port}" in text for text in texts)
    return [c for c in countries if (not needs or needs in c.has) and (c.port or not harbour)]


def accented(country: Country) -> bool:
    """Return whether a country's people have letters with marks, whichever name is taken away."""
    parts = ((*country.women, *country.men), country.surnames)
    return any(sum(normalize("NFD", name) != name for name in names) > 1 for names in parts)


def values(
    draw: Draw, country: Country, weekdays: Sequence[str], texts: Sequence[str], *key: object
) -> dict[str, str]:
    """Return what the slots of a template stand for.

    Parameters
    ----------
    draw
        Makes the choices.
    country
        The country.
    weekdays
        In their order; the day of a statement follows that of the event.
    texts
        All texts of the template: each slot such as "{n:3-9}" in them is drawn once.
    key
        What sets this filling apart from others.

    Returns
    -------
    dict
        Values by the name of the slot. Every slot but numbers and the article can be had.
    """
    day = draw.below(len(weekdays) - 1, "day", *key)
    woman = draw.below(2, "woman", *key) == 0
    given = draw.one(country.women if woman else country.men, "given", *key)
    surname = draw.one(country.surnames, "surname", *key)
    found = {
        "country": country.name,
        "adjective": country.adjective,
        "demonym": country.demonym,
        "demonyms": country.demonyms,
        "capital": country.capital,
        "city": draw.one(country.cities, "city", *key),
        "port": country.port,
        "person": f"{given} {surname}",
        "second": _second(draw, country, given, surname, *key),
        "weekday": weekdays[day],
        "later": weekdays[day + 1],
        "he": _PRONOUNS[woman][0],
        "him": _PRONOUNS[woman][1],
    }
    for name, low, high in _NUMBER.findall(" ".join(texts)):
        found[name] = str(int(low) + draw.below(int(high) - int(low) + 1, name, *key))
    return found


def _second(draw: Draw, country: Country, given: str, surname: str, *key: object) -> str:
    """Return another name, with a letter that can be decomposed where the country's names have one."""
    pairs = [
        (first, last)
        for first in (*country.women, *country.men)
        for last in country.surnames
        if first != given and last != surname
    ]
    accented = [pair for pair in pairs if normalize("NFD", "".join(pair)) != "".join(pair)]
    return " ".join(draw.one(accented or pairs, "second", *key))


def capitalised(text: str) -> str:
    """Return a text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def fill(template: str, slots: Mapping[str, str]) -> str:
    """Return a template with its slots filled, and the articles "{a}" and "{A}" as what follows asks.

    A slot whose name begins in upper case gives the value with its first letter in upper case.

    Raises
    ------
    ValueError
        Where a slot has no value.
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name in ("a", "A"):
            return found[0]
        if name.lower() not in slots:
            raise ValueError(f"no value for the slot {found[0]} in '{template}'")
        text = slots[name.lower()]
        return text if name[0].islower() else capitalised(text)

    def article(found: re.Match[str]) -> str:
        word = indefinite(found[2])
        return word if found[1] == "a" else word.capitalize()

    return _ARTICLE.sub(article, _SLOT.sub(value, template))


def bracketed(text: str) -> tuple[str, Range]:
    """Return a text without its one pair of square brackets, and the region that they held.

    Raises
    ------
    ValueError
        Where there is not one pair with something in it.
    """
    start, end = text.find("["), text.find("]") - 1
    if text.count("[") != 1 or text.count("]") != 1 or not 0 <= start < end:
        raise ValueError(f"'{text}' needs one pair of square brackets around its region")
    return text.replace("[", "").replace("]", ""), (start, end)
