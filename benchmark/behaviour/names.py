"""The names that can be exchanged, and where a text has them.

Who can be exchanged for whom stands in the list `behaviour/source/entities.toml` of the shipped data.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from benchmark.data import packaged_root
from benchmark.fileio import read_bytes

KINDS = ("country", "party", "role", "leader")
"""The kinds of entities, as the list's tables are named."""
_FORMS = ("name", "adjective", "person", "people", "capital", "surname")
_LEADER = re.compile(
    r"[ \u00a0](?:(?:Foreign|Defen[cs]e|Prime|Interior|Finance|Vice|Deputy|First|President|Minister|"
    r"Chancellor|King|Queen|Prince|Sen\.|Senator|Rep\.|Gov\.|Governor|Secretary|Ambassador|General|[Ll]eader|dictator|"
    r"president|prime minister|chancellor|strongman)[ \u00a0])+(?:of State )?([A-Z]\w+)"
)
_WORD_BEFORE = re.compile(r"([^\s]+)[ \u00a0]+$")
_WORD_AFTER = re.compile(r"[ \u00a0]+([^\s,;:.?!”’\")\]]+)")


@dataclass(frozen=True, slots=True)
class Entity:
    """A country, party, role or leader of the list, with its forms.

    Parameters
    ----------
    kind, group
        It is exchanged for another one of its kind and group.
    forms
        The words by form: name (with its article), adjective, person, people, capital, surname.
    surfaces
        The forms that a word of the text can be, by the word.
    abbreviations
        Names that stand before nouns as well: "US".
    articled
        The names, without the article and in small letters, that "the" stands before.
    of
        The only dataset that it is looked for in; None for all.
    """

    kind: str
    group: str
    forms: Mapping[str, str]
    surfaces: Mapping[str, frozenset[str]]
    abbreviations: tuple[str, ...] = ()
    articled: frozenset[str] = frozenset()
    of: str | None = None

    @property
    def title(self) -> str:
        """What it is called, without an article."""
        return bare(next(self.forms[form] for form in _FORMS if form in self.forms))

    @property
    def has_article(self) -> bool:
        """Whether its name needs "the"."""
        return self.forms.get("name", "").startswith("the ")


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text speaks of an entity.

    Parameters
    ----------
    start, end
        Offsets of the word, end exclusive, without an article.
    entity
        Which entity it is.
    form
        The form that it has there: one of the entity's forms, "abbreviation", or "fixed" where it is part of
        something that must stay as it is.
    """

    start: int
    end: int
    entity: Entity
    form: str


@dataclass(frozen=True)
class EntityList:
    """The entities that can be exchanged.

    Parameters
    ----------
    entities
        All of them.
    fixed
        What looks like one and is part of another name.
    """

    entities: tuple[Entity, ...]
    fixed: tuple[str, ...]
    pattern: re.Pattern[str]
    owners: Mapping[str, Entity]

    @classmethod
    def of(cls, rows: Mapping[str, Any]) -> EntityList:
        """Return the list that a TOML file holds.

        Raises
        ------
        ValueError
            Where two entities have a word in common.
        """
        entities = tuple(_entity(kind, row) for kind in KINDS for row in rows.get(kind, ()))
        return _listed(entities, tuple(rows.get("fixed", ())))

    def within(self, dataset: str) -> EntityList:
        """Return the list without the names that are looked for in other datasets only."""
        kept = tuple(entity for entity in self.entities if entity.of in (None, dataset))
        return self if len(kept) == len(self.entities) else _listed(kept, self.fixed)

    def counterparts(self, entity: Entity) -> list[Entity]:
        """Return the entities that one can be exchanged for, in the list's order."""
        same = [one for one in self.entities if (one.kind, one.group) == (entity.kind, entity.group)]
        return [one for one in same if one is not entity]

    def mentions(self, text: str, ends: frozenset[int] = frozenset()) -> list[Mention]:
        """Return where a text speaks of an entity, in the text's order.

        Parameters
        ----------
        text
            Any text.
        ends
            Where its sentences end, so that "U.S." is known for the last word of one.
        """
        found = []
        for match in self.pattern.finditer(text):
            if match["entity"] is None:
                continue
            entity = self.owners[match["entity"].casefold()]
            found.append(_mention(text, match, entity, ends))
        return found


@cache
def _source() -> Mapping[str, Any]:
    path = packaged_root() / "behaviour" / "source" / "entities.toml"
    return tomllib.loads(read_bytes(path).decode())


@cache
def entity_list() -> EntityList:
    """Return the shipped list of entities.

    Raises
    ------
    UsageError
        Where its file cannot be read.
    """
    return EntityList.of(_source())


def _listed(entities: tuple[Entity, ...], fixed: tuple[str, ...]) -> EntityList:
    """Return a list of entities, with the pattern that finds them."""
    owners: dict[str, Entity] = {}
    for entity in entities:
        for surface in entity.surfaces:
            other = owners.setdefault(surface.casefold(), entity)
            if other is not entity:
                raise ValueError(
                    f"'{surface}' stands for two entities, {other.title} and {entity.title}; give it to one"
                )
    surfaces = [surface for entity in entities for surface in entity.surfaces]
    return EntityList(entities, fixed, _pattern(surfaces, fixed), owners)


def invented() -> Mapping[str, Sequence[str]]:
    """Return the invented names that placeholders are filled with, by kind."""
    names: Mapping[str, Sequence[str]] = _source()["invented"]
    return names


@cache
def words(kind: str) -> frozenset[str]:
    """Return the words of one kind of the list, in small letters, such as "prepositions"."""
    return frozenset(_source()["words"][kind].split())


def bare(name: str) -> str:
    """Return a name without its article."""
    return name.removeprefix("the ")


def _entity(kind: str, row: Mapping[str, Any]) -> Entity:
    forms = {form: row[form] for form in _FORMS if form in row}
    surfaces: dict[str, set[str]] = {}
    for form, surface in forms.items():
        surfaces.setdefault(bare(surface), set()).add(form)
    for field, form in (("also", "name"), ("abbreviations", "abbreviation"), ("other_capitals", "capital")):
        for surface in row.get(field, ()):
            surfaces.setdefault(bare(surface), set()).add(form)
    short = tuple(row.get("abbreviations", ()))
    names = [forms.get("name", ""), *row.get("also", ())]
    articled = [*short, *(bare(name) for name in names if name.startswith("the "))]
    return Entity(
        kind,
        row["group"],
        forms,
        {surface: frozenset(found) for surface, found in surfaces.items()},
        short,
        frozenset(name.casefold() for name in articled),
        row.get("of"),
    )


def _pattern(surfaces: Sequence[str], fixed: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern of all words, the longest first, by their first letters, so that it is fast."""
    spellings: set[str] = set()
    for surface in surfaces:
        if surface.islower():
            spellings |= {surface, surface.capitalize(), titled(surface), surface.upper()}
        else:
            spellings |= {surface, surface.upper()}
    by_letter: dict[str, list[str]] = {}
    for words in sorted(spellings, key=lambda words: (-len(words), words)):
        by_letter.setdefault(words[0], []).append(re.escape(words[1:]))
    names = "|".join(f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in by_letter.items())
    others = [f"(?i:{re.escape(words)})" for words in sorted(fixed, key=len, reverse=True)]
    parts = [*others, f"(?P<entity>{names})"]
    return re.compile(rf"(?<![\w@#/&])(?<!\w\.)(?:{'|'.join(parts)})(?![\w@]|\.\w)")


def titled(phrase: str) -> str:
    """Return words with a capital each."""
    return re.sub(r"(?:^|(?<=[ -]))\w", lambda match: match[0].upper(), phrase)


def _mention(text: str, match: re.Match[str], entity: Entity, ends: frozenset[int]) -> Mention:
    surface = match["entity"]
    forms = next(found for words, found in entity.surfaces.items() if words.casefold() == surface.casefold())
    around = Around.of(text, match.start(), match.end(), ends)
    if _part_of_another(entity, forms, surface, around):
        form = "fixed"
    elif len(forms) == 1:
        form = next(iter(forms))
        form = around.collective(form) if form == "adjective" else form
    else:
        form = around.one_of(forms, entity.kind)
    return Mention(match.start(), match.end(), entity, form)


def _part_of_another(entity: Entity, forms: frozenset[str], surface: str, around: Around) -> bool:
    """Return whether a word is part of a longer name: a capital beside a name, a role before one."""
    shouted = surface.isupper() and around.before.isupper()
    language = around.alone and not around.hyphen_after and around.before.lower() in words("language")
    if language and entity.kind == "country" and "adjective" in forms:
        return True
    if "capital" in forms and not shouted:
        return around.name_before or around.name_after
    if "adjective" in forms and (named := _LEADER.match(around.rest)) and named[1] not in _leaders():
        return True
    if entity.kind == "role":
        if around.after == "of":
            return True
        name = around.after[:1].isupper() and not around.after.isupper() and around.after not in _leaders()
        return name or around.before.lower() in ("vice", "mr", "mr.", "deputy", "madam")
    return False


@cache
def _leaders() -> frozenset[str]:
    """Return the words that names of listed leaders begin with or are, after which a role may change."""
    names = [row["name"].split() for row in _source().get("leader", ())]
    return frozenset(word for name in names for word in name)


@dataclass(frozen=True, slots=True)
class Around:
    """The words beside a place in a text, without punctuation between, and hyphens that touch it."""

    before: str
    after: str
    alone: bool
    rest: str
    opens: bool
    hyphen_before: bool
    hyphen_after: str

    @classmethod
    def of(cls, text: str, start: int, end: int, ends: frozenset[int]) -> Around:
        """Return what stands beside a stretch of a text whose sentences end at some places."""
        before = _WORD_BEFORE.search(text, max(0, start - 40), start)
        after = _WORD_AFTER.match(text, end)
        word = after[1] if after else ""
        closed = text[end : end + 1] in tuple("”’\"')") and end + 1 in ends
        over = end in ends or closed
        hyphen = text[end : end + 1] in ("-", "–") and text[end + 1 : end + 2] not in ("", " ")
        return cls(
            before=before[1].lstrip("“‘\"'([") if before else "",
            after="" if over else word,
            alone=_alone(word, over) and not hyphen,
            rest=text[end : end + 60],
            opens=text[:start].rstrip(' “‘"(')[-1:] in ("", ".", "!", "?", "\n"),
            hyphen_before=start > 1 and text[start - 1] in "-–" and not text[start - 2].isspace(),
            hyphen_after=text[end + 1] if hyphen else "",
        )

    @property
    def name_before(self) -> bool:
        """Whether a word with a capital stands before, such as another part of a name."""
        return self.before[:1].isupper() and self.before[-1:].isalpha() and not self.opens_word(self.before)

    @property
    def name_after(self) -> bool:
        """Whether a word with a capital follows."""
        return self.after[:1].isupper()

    @staticmethod
    def opens_word(word: str) -> bool:
        """Return whether a word with a capital is a common one that begins a sentence."""
        return word.lower() in words("alone") or word.lower() in words("prepositions")

    def one_of(self, forms: frozenset[str], kind: str) -> str:
        """Return which form a word has that is an adjective, and a name or a person as well."""
        nations = "name" in forms and (self.hyphen_before or self.hyphen_after.isupper())
        described = not self.alone or self.hyphen_after or self.hyphen_before
        if described and not nations:
            return "adjective"
        if kind == "party":
            return "adjective" if self.before.lower() in words("predicate") else "person"
        if "name" in forms:
            return "name"
        return "person" if self.before.lower() in words("one") else "adjective"

    def collective(self, form: str) -> str:
        """Return whether an adjective stands for a people: "the French said"."""
        return "people" if self.alone and not self.hyphen_after and self.before.lower() == "the" else form


def _alone(word: str, over: bool) -> bool:
    """Return whether a following word shows that what stands before it describes no noun."""
    return over or not word or word.lower() in words("alone") or (word.endswith("ed") and word.islower())
