"""Placeholders in square brackets, such as "[named official]", filled with invented names."""

from __future__ import annotations

import re
import zlib
from functools import partial

from benchmark.behaviour.changes import indefinite
from benchmark.behaviour.names import invented

_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_PERSONS = (
    "analyst|chemist|citizen|company|critic|deputy|diplomat|director|economist|engineer|executive|expert|farmer|"
    "fisherman|judge|landlord|lawyer|manager|mediator|member|minister|negotiator|neighbour|nurse|official|"
    "opponent|parent|person|politician|relative|representative|researcher|resident|scientist|scholar|"
    "shareholder|source|speaker|spokesman|spokesperson|spokeswoman|student|supplier|supporter|teacher|"
    "trader|union member|voter|witness|worker"
)
_PERSON = re.compile(rf"\b(?:{_PERSONS})\b")
_PLURAL = re.compile(rf"\b({_PERSONS})s\b")
_OUTLET = re.compile(r"\b(?:newspaper|outlet|broadcaster|magazine)s?\b")
_DOCUMENT = re.compile(r"\b(?:study|survey|poll|inquiry|report|document|statement)\b")
_BODY = re.compile(
    r"\b(?:body|organi[sz]ation|association|agency|group|institute|authority|union|party|office)\b"
)
_PLAIN = {"number": "numbers", "date": "dates", "place": "places", "town": "places", "years": "years"}
_LATER = re.compile(r" (?:at|of|in|from|for|on|with) ")
_ALREADY = ("she", "he", "they")
_SEXES = {
    "men": re.compile(r"\b(?:he|his|him)\b|man\]", re.IGNORECASE),
    "women": re.compile(r"\b(?:she|her|hers)\b|woman\]", re.IGNORECASE),
}


def filled(words: str, key: str) -> str | None:
    """Return words whose placeholders are filled with invented names of the kind that they ask for.

    Parameters
    ----------
    words
        The words: "[Named official] said that prices fell".
    key
        What the names are drawn by, so that equal keys give equal names.

    Returns
    -------
    str or None
        None where a placeholder asks for what no name can be: "[their account of the matter]".
    """
    fill = partial(_filled, key=f"{_sex(words)}:{key}")
    result = re.sub(r",(?=[.,;:])", "", _BRACKETS.sub(lambda match: fill(match) or "[", words))
    return None if "[" in result or "]" in result else result


def _filled(match: re.Match[str], key: str) -> str | None:
    asked = match[1].strip()
    wanted = re.sub(r"^named ", "", asked[:1].lower() + asked[1:])
    name = _name(_first(wanted), wanted != asked[:1].lower() + asked[1:], f"{key}:{asked.lower()}")
    if name is None:
        return None
    return name[:1].upper() + name[1:] if asked[:1].isupper() or name[:1].isupper() else name


def _first(wanted: str) -> str:
    """Return the first of several things that would do, a person before others."""
    several = re.split(r" or |, ", wanted)
    return next((one for one in several if _PERSON.search(one)), several[0]).removeprefix("named ")


def _name(wanted: str, must_be_named: bool, key: str) -> str | None:
    if wanted in _PLAIN:
        return _drawn(_PLAIN[wanted], key)
    if not must_be_named:
        return _unnamed(wanted, key)
    if plural := _PLURAL.search(wanted):
        return f"{wanted[: plural.end()]} {_person(key)} and {_person(key + '+')}"
    outlet = _OUTLET.search(wanted)
    if outlet:
        first = f"the {_drawn('outlets', key)}"
        return f"{first} and the {_drawn('outlets', key, 1)}" if outlet[0].endswith("s") else first
    if document := _DOCUMENT.search(wanted):
        return f"{indefinite(document[0])} {document[0]} by the {_drawn('organisations', key)}"
    if _BODY.search(wanted) and not _PERSON.search(wanted):
        return f"the {_drawn('organisations', key)}"
    return _titled(wanted, key) if _PERSON.search(wanted) else None


def _unnamed(wanted: str, key: str) -> str | None:
    """Return what fills a placeholder that asks for no name: its own words where they will do."""
    if " about " in wanted:
        return None
    if document := _DOCUMENT.search(wanted):
        return f"{indefinite(document[0])} {document[0]} of {_drawn('dates', key)}"
    if wanted.startswith("statistics body"):
        return f"the {_drawn('organisations', key)}"
    if wanted == "source":
        return _titled(wanted, key)
    return wanted if wanted in _ALREADY or wanted.startswith("the ") else None


def _titled(wanted: str, key: str) -> str:
    """Return a person with what it is called: "economist Vera Reyl", "Vera Reyl, a judge of …"."""
    wanted = re.sub(r"^(?:source|person)\b.*", "spokesperson", wanted)
    if _LATER.search(wanted):
        return f"{_person(key)}, {indefinite(wanted)} {wanted},"
    return f"{wanted} {_person(key)}"


def _sex(words: str) -> str:
    """Return whether the words around a placeholder speak of men or women; what the words decide else."""
    found = [sex for sex, pattern in _SEXES.items() if pattern.search(words)]
    return found[0] if len(found) == 1 else ("men", "women")[zlib.crc32(words.encode()) % 2]


def _person(key: str) -> str:
    return f"{_drawn(key.split(':', 1)[0], key)} {_drawn('surnames', key + '~')}"


def _drawn(kind: str, key: str, further: int = 0) -> str:
    names = invented()[kind]
    return names[(zlib.crc32(key.encode()) + further) % len(names)]
