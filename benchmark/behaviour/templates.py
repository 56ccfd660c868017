"""The templates and lists that the dataset `behaviour` is made from, as they lie in its folder `source`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from benchmark.errors import DataError, Fault
from benchmark.fileio import read_bytes

FILES = ("countries.toml", "claims.toml", "words.toml", "quoted.toml", "phrases.toml")
"""The files that are read, in the folder of sources."""
Gap = Literal[
    "unattributed_claim", "motive_imputation", "anonymous_source", "unresolved_source", "relayed_source"
]
T = TypeVar("T")


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table that refuses fields it does not know."""


class Country(_Strict, frozen=True):
    """A country, and invented people in it.

    Parameters
    ----------
    name, adjective, demonym, demonyms, capital, cities
        Its names, with the article where it has one; the last demonym is the plural.
    women, men, surnames
        Names that are put together by chance.
    has
        What a template may need: coast, mountains, wolves …
    port
        A harbour town; "" where there is none.
    """

    name: str
    adjective: str
    demonym: str
    demonyms: str
    capital: str
    cities: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames: tuple[str, ...]
    has: tuple[str, ...]
    port: str = ""


class Claim(_Strict, frozen=True):
    """A report of three sentences, the second of which is a claim that needs a source.

    Parameters
    ----------
    id, topic
        Its name, and what it is about.
    lead, tail
        The sentences before and after it, which name no person.
    claim
        A clause that can stand alone, after "said that" and before "said".
    role
        Who the source is, and where.
    kind
        motive where the clause tells what somebody wished or feared.
    needs
        What the country must have; "" for nothing.
    headline
        "" where it has none.
    """

    id: str
    topic: str
    lead: str
    claim: str
    role: str
    tail: str
    kind: Literal["claim", "motive"] = "claim"
    needs: str = ""
    headline: str = ""


class Sentence(_Strict, frozen=True):
    """A sentence with its region in square brackets, and what the country must have for it."""

    text: str
    needs: str = ""


class Word(_Strict, frozen=True):
    """A word with sentences that use it literally, and sentences that charge."""

    word: str
    topic: str
    literal: tuple[str | Sentence, ...]
    charged: tuple[str | Sentence, ...]


class Quoted(_Strict, frozen=True):
    """A sentence with a charged phrase in square brackets.

    Parameters
    ----------
    id, topic, needs, headline
        As of a claim.
    text
        The sentence in the reporter's voice.
    role
        Who could have said it, and where.
    called
        Whether the quotation holds the phrase alone, after "what NAME, ROLE, called".
    """

    id: str
    topic: str
    text: str
    role: str
    called: bool = False
    needs: str = ""
    headline: str = ""


class Typography(_Strict, frozen=True):
    """Sentences in direct speech, and paragraphs that only report."""

    spoken: tuple[str, ...]
    paragraphs: tuple[str, ...]


class Phrases(_Strict, frozen=True):
    """What goes into many templates: days, forms of attribution, speech.

    Parameters
    ----------
    weekdays
        In their order.
    sourced
        Sentences that give a claim its source.
    removed
        For each label of a gap, sentences that have it.
    typography
        For the suite of that name.
    """

    weekdays: tuple[str, ...]
    sourced: tuple[str, ...]
    removed: dict[Gap, tuple[str, ...]]
    typography: Typography


class _Countries(_Strict, frozen=True):
    country: tuple[Country, ...]


class _Claims(_Strict, frozen=True):
    claim: tuple[Claim, ...]


class _Words(_Strict, frozen=True):
    word: tuple[Word, ...]


class _QuotedFile(_Strict, frozen=True):
    quoted: tuple[Quoted, ...]


@dataclass(frozen=True)
class Sources:
    """All that the cases are made from."""

    countries: tuple[Country, ...]
    claims: tuple[Claim, ...]
    words: tuple[Word, ...]
    quoted: tuple[Quoted, ...]
    phrases: Phrases

    @property
    def templates(self) -> int:
        """How many templates there are: claims, sentences of words, and sentences to quote."""
        sentences = sum(len(word.literal) + len(word.charged) for word in self.words)
        return len(self.claims) + sentences + len(self.quoted)

    @property
    def topics(self) -> tuple[str, ...]:
        """What the templates are about, in alphabetical order."""
        entries: list[Claim | Word | Quoted] = [*self.claims, *self.words, *self.quoted]
        return tuple(sorted({entry.topic for entry in entries}))


def read_sources(folder: Path) -> Sources:
    """Read and check the templates and lists.

    Parameters
    ----------
    folder
        It holds the five files.

    Raises
    ------
    UsageError
        Where a file cannot be read.
    DataError
        Where one is no TOML, or has fields that are wrong or missing.
    """
    countries, claims, words, quoted, phrases = (folder / name for name in FILES)
    return Sources(
        _read(countries, _Countries).country,
        _read(claims, _Claims).claim,
        _read(words, _Words).word,
        _read(quoted, _QuotedFile).quoted,
        _read(phrases, Phrases),
    )


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.convert(tomllib.loads(read_bytes(path).decode("utf-8")), kind)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DataError([Fault(path, None, f"is no file of templates: {error}")]) from error
