"""Cases of the suite entity_swap: countries, nationalities, leaders or parties exchanged in a paragraph.

An entity is exchanged for one of its kind and group that has every form that the paragraph uses. Where both
occur, each takes the other's place.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.behaviour.cases import Case, Edit
from benchmark.behaviour.changes import Change, article_before, changed
from benchmark.behaviour.names import (
    Around,
    Entity,
    EntityList,
    Mention,
    bare,
    entity_list,
    titled,
    words,
)
from benchmark.data import Dataset
from benchmark.model import Document

SUITE = "entity_swap"
_ENOUGH, _MOST_TWINS = 200, 4
"""Cases that a dataset should give, and the most twins that a paragraph then gets."""
_SHORT = 8
"""Characters of a sentence that is none: “U.S."""
_TRIES = 40
"""Counterparts that are tried for a paragraph before it is given up."""
_WORD_BEFORE = re.compile(r"([^\s]+)[ \u00a0]+$")
_WORD_AFTER = re.compile(r"[ \u00a0]+([^\s,;:.?!”’\")\]]+)")
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])(?!\w)")


def swap(
    text: str,
    original: Entity,
    counterpart: Entity,
    ends: frozenset[int] = frozenset(),
    mentions: Sequence[Mention] | None = None,
) -> tuple[str, tuple[Edit, ...]] | None:
    """Exchange two entities in a text, each for the other.

    Parameters
    ----------
    text
        The text.
    original, counterpart
        Two entities of one kind.
    ends
        Where sentences of the text end.
    mentions
        The mentions in it; None to find them by the shipped list.

    Returns
    -------
    tuple or None
        The changed text and its edits; None where one lacks a form that the text needs of it, or nothing
        is changed.
    """
    found = entity_list().mentions(text, ends) if mentions is None else mentions
    changes: list[Change] = []
    for mention in found:
        if mention.entity not in (original, counterpart):
            continue
        new = counterpart if mention.entity is original else original
        made = _changes(text, mention, new, ends)
        if made is None:
            return None
        changes += made
    twin, edits = changed(text, changes)
    return (twin, edits) if edits else None


def _changes(text: str, mention: Mention, new: Entity, ends: frozenset[int]) -> list[Change] | None:
    around = Around.of(text, mention.start, mention.end, ends)
    form = mention.form
    if form == "fixed":
        return None
    if form == "abbreviation":
        form = _abbreviated(around)
    elif form == "name" and _describes(text, mention, around):
        form = "adjective"
    if form == "name" and not (around.hyphen_before or around.hyphen_after):
        return _named(text, mention, new, around, ends)
    fresh = _compound(new) if form == "name" else new.forms.get(form)
    if fresh is None or _of_two_nations(mention, around):
        return None
    start = mention.start
    fresh = _kept_case(text, mention, fresh, around)
    end, fresh = _possessive(text, mention.end, fresh, ends)
    article = article_before(text, start, fresh + text[end:])
    return [Change(start, end, fresh), *([article] if article else [])]


def _of_two_nations(mention: Mention, around: Around) -> bool:
    """Return whether a person is called by two nations or more: "a Kurdish Turk"."""
    if mention.entity.kind != "country" or mention.form != "person":
        return False
    return around.name_before and around.before.lower() not in words("one")


def _abbreviated(around: Around) -> str:
    """Return what an abbreviation of a name is there: the name, or an adjective ("US troops", "US-led")."""
    if around.hyphen_after:
        return "name" if around.hyphen_after.isupper() else "adjective"
    if around.hyphen_before:
        return "name"
    return "name" if around.alone else "adjective"


def _describes(text: str, mention: Mention, around: Around) -> bool:
    """Return whether the full name of a country stands before a noun: "the United States Senate"."""
    articled = text[mention.start : mention.end].casefold() in mention.entity.articled
    if mention.entity.kind != "country" or not articled or around.alone:
        return False
    return around.name_after or around.after in words("nouns")


def _compound(entity: Entity) -> str | None:
    """Return the name as it stands beside a hyphen: the abbreviation where there is one."""
    if entity.abbreviations:
        return entity.abbreviations[0]
    return bare(entity.forms["name"]) if "name" in entity.forms else None


def _named(
    text: str, mention: Mention, new: Entity, around: Around, ends: frozenset[int]
) -> list[Change] | None:
    """Return the change of a name, whose article comes, goes or stays as the new name asks."""
    name = new.forms.get("name")
    if name is None:
        return None
    start = mention.start
    articled = text[start : mention.end].casefold() in mention.entity.articled
    if articled and around.before.lower() == "the":
        start = text.rindex(around.before, 0, start)
        name = name[0].upper() + name[1:] if text[start].isupper() else name
    elif new.has_article and articled:
        name = bare(name)
    elif new.has_article:
        if not _bears_article(text, mention, around):
            return None
        name = name[0].upper() + name[1:] if around.opens else name
    name = _kept_case(text, mention, name, around)
    end, name = _possessive(text, mention.end, name, ends)
    article = article_before(text, start, name)
    return [Change(start, end, name), *([article] if article else [])]


def _bears_article(text: str, mention: Mention, around: Around) -> bool:
    """Return whether "the" can be put before a name: nothing describes it, and it describes nothing."""
    possessive = _POSSESSIVE.match(text, mention.end)
    before = around.opens or not around.before or around.before.lower() in words("prepositions")
    return before and (around.alone or possessive is not None)


def _kept_case(text: str, mention: Mention, new: str, around: Around) -> str:
    """Return words with capitals as the mention has them; a heading in capitals stays one."""
    surface = text[mention.start : mention.end]
    listed = next(own for own in mention.entity.surfaces if own.casefold() == surface.casefold())
    if not listed.islower():
        shouted = surface.isupper() and (surface != listed or _shouted(text, mention))
        return new.upper() if shouted else new
    if surface.isupper():
        return new.upper()
    parts = re.split(r"[ -]", surface)
    if all(part[:1].isupper() for part in parts):
        return titled(new) if len(parts) > 1 or not around.opens else new.capitalize()
    return new[0].upper() + new[1:] if surface[0].isupper() else new


def _shouted(text: str, mention: Mention) -> bool:
    """Return whether the line of a mention is in capitals."""
    begin = text.rfind("\n", 0, mention.start) + 1
    line = text[begin:].split("\n", 1)[0]
    return line.isupper() and len(line) > 2 * (mention.end - mention.start)


def _possessive(text: str, end: int, new: str, ends: frozenset[int]) -> tuple[int, str]:
    """Return the end of a mention with its possessive, and the words with theirs; a full stop is kept."""
    found = _POSSESSIVE.match(text, end)
    if found is None:
        return end, new + "." if text[end - 1] == "." and end in ends else new
    mark = found[0][0]
    return found.end(), new + (mark if new.endswith(("s", "S")) else mark + "s")


def swap_cases(dataset: Dataset, seed: int = 0, twins: int | None = None) -> list[Case]:
    """Return cases with two entities exchanged, of every paragraph that names one that can be.

    Parameters
    ----------
    dataset
        Any dataset in English.
    seed
        What the pairs are drawn by. A paragraph's draw does not depend on other paragraphs.
    twins
        How many twins a paragraph gets, at most, each with another pair; None for one, or up to four where
        the dataset would give fewer than 200 cases.

    Returns
    -------
    list of Case
        In the order of documents and paragraphs. The region runs from the first to the last sentence that
        is changed; the cluster is the paragraph. Sides are the names of the entity that the text speaks
        of and of the one in its place.
    """
    if twins is None:
        found = _made(dataset, seed, 1)
        return found if len(found) >= _ENOUGH else _made(dataset, seed, _MOST_TWINS)
    return _made(dataset, seed, twins)


def _made(dataset: Dataset, seed: int, twins: int) -> list[Case]:
    listed = entity_list().within(dataset.name)
    cases: list[Case] = []
    for document in dataset.documents:
        for number, (begin, end) in enumerate(document.paragraphs.tolist()):
            piece = _Piece.of(document, begin, end)
            cluster = f"{dataset.name}/{document.id}#{number}"
            rng = np.random.default_rng([seed, zlib.crc32(cluster.encode())])
            for sides, kind, twin, edits in _pairs(piece, listed, rng, twins):
                where = {"dataset": dataset.name, "document": document.id, "kind": kind}
                name = f"{SUITE}-{len(cases) + 1:04d}"
                cases.append(_case(name, piece, twin, edits, sides, cluster, dict(document.metadata) | where))
    return cases


@dataclass(frozen=True, slots=True)
class _Piece:
    """A paragraph and its sentences."""

    text: str
    sentences: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, document: Document, begin: int, end: int) -> _Piece:
        whole = document.text[begin:end]
        begin += len(whole) - len(whole.lstrip())
        text = whole.strip()
        edges = document.sentences
        inside = edges[(edges[:, 0] >= begin) & (edges[:, 1] <= begin + len(text))] - begin
        return cls(text, tuple((start, stop) for start, stop in inside.tolist()) or ((0, len(text)),))

    @property
    def ends(self) -> frozenset[int]:
        """Where its sentences end, without what a splitter cut after an abbreviation."""
        return frozenset(end for start, end in self.sentences if end - start > _SHORT)


_Pair = tuple[tuple[str, str], str, str, tuple[Edit, ...]]


def _pairs(piece: _Piece, listed: EntityList, rng: np.random.Generator, twins: int) -> list[_Pair]:
    """Return the twins of a paragraph: sides, kind, text and edits."""
    mentions = listed.mentions(piece.text, piece.ends)
    present = list({id(mention.entity): mention.entity for mention in mentions}.values())
    options = [(one, other) for one in present for other in listed.counterparts(one)]
    found: list[_Pair] = []
    seen: set[frozenset[str]] = set()
    for place in rng.permutation(len(options))[:_TRIES].tolist():
        one, other = options[place]
        pair = frozenset((one.title, other.title))
        made = None if pair in seen else swap(piece.text, one, other, piece.ends, mentions)
        if made is not None:
            seen.add(pair)
            found.append(((one.title, other.title), one.kind, *made))
        if len(found) == twins:
            break
    return found


def _case(
    name: str,
    piece: _Piece,
    twin: str,
    edits: tuple[Edit, ...],
    sides: tuple[str, str],
    cluster: str,
    metadata: dict[str, str],
) -> Case:
    first, last = edits[0], edits[-1]
    start = max((begin for begin, _ in piece.sentences if begin <= first[0]), default=0)
    end = min((stop for _, stop in piece.sentences if stop >= last[1]), default=len(piece.text))
    return Case(
        id=name,
        suite=SUITE,
        layer="technique",
        text=piece.text,
        region=(start, end),
        twin=twin,
        twin_region=(start, end + last[3] - last[1]),
        cluster=cluster,
        edits=edits,
        sides=sides,
        metadata=metadata,
    )
