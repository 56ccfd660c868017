"""Rules for cues that are no verbs: nouns, adjectives, sourcing phrases, adverbs of hearsay, headlines."""

from __future__ import annotations

import re

from baselines.attribution.ascribed import FINITE, Attribution, ascribe, clause_begin, content_before
from baselines.attribution.atoms import Atoms
from baselines.attribution.complements import content_end
from baselines.attribution.subjects import Stretch, phrase_after, subject_before
from baselines.attribution.verbs import NOUN_CUES, WISHING_NOUNS
from baselines.attribution.words import DOCUMENTS, OUTLETS, ROLES, UNNAMED, listed

_HEADLINE = re.compile(r"([NdnjzMVk]{1,6}):(?=.)")
_HEADLINE_END = re.compile(r"[:-]([dnNjMV]{1,4})$")
_GENITIVE = re.compile(r"[jnNvg]{0,3}z")
_POSSESSIVE = re.compile(r"[jn]{0,2}(?=d)")
_SOURCE_TO_COMMA = re.compile(r"[^,.;:K-]+")
_POSSESSIVES = listed("his her their its my our your")
_IN_WORDS = listed("words view opinion eyes estimation judgement judgment telling account")
_HEARSAY = listed("reportedly allegedly supposedly purportedly")
_NAMING = UNNAMED | ROLES | OUTLETS | DOCUMENTS


def noun(atoms: Atoms, at: int) -> Attribution | None:
    """Return what a noun ascribes: `X's claim that …`, `its hope to …`, `fears that …`."""
    word, tags = atoms.words[at], atoms.tags
    following = tags[at + 1 : at + 2]
    if word not in NOUN_CUES or following not in ("t", "T"):
        return None
    if following == "t" and tags[at + 2 : at + 3] in tuple("xBvVE."):
        return None
    source = _owner(atoms, at)
    if source is None and following == "T":
        return None
    kind = "wish" if word in WISHING_NOUNS else "say"
    end = content_end(atoms, at + 1, clausal=following == "t")
    if tags[0] in "os" and "," in tags[at:end]:
        end = tags.index(",", at)
    return ascribe(atoms, kind, source, (at, at + 1), [(at + 1, end)])


def _owner(atoms: Atoms, at: int) -> Stretch | None:
    back, size = atoms.reversed, len(atoms)
    match = _GENITIVE.match(back, size - at)
    if match is not None:
        owner = size - match.end()
        phrase = subject_before(atoms, owner).source if owner else None
        return (phrase[0] if phrase and phrase[1] == owner else owner), owner + 1
    match = _POSSESSIVE.match(back, size - at)
    owner = size - match.end() - 1 if match is not None else -1
    return (owner, owner + 1) if owner >= 0 and atoms.words[owner] in _POSSESSIVES else None


def adjective(atoms: Atoms, at: int) -> Attribution | None:
    """Return what an adjective ascribes: `X is keen to …`, `X was worried that …`."""
    subject = subject_before(atoms, at)
    if not subject.passive or atoms.tags[at + 1 : at + 2] not in tuple("tTo"):
        return None
    content = at + 1, content_end(atoms, at + 1, clausal=atoms.tags[at + 1] == "t")
    cue = subject.group, at + 1
    return ascribe(atoms, "wish", subject.source, cue, [content]) if subject.source is not None else None


def according(atoms: Atoms, at: int) -> Attribution | None:
    """Return what stands beside `according to X`."""
    if atoms.words[at + 1 : at + 2] != ["to"]:
        return None
    match = _SOURCE_TO_COMMA.match(atoms.tags, at + 2)
    return _phrase(atoms, (at, at + 2), match.span()) if match else None


def in_words_of(atoms: Atoms, at: int) -> Attribution | None:
    """Return what stands beside `in the words of X` or `in X's view`."""
    words = atoms.words
    if words[at] != "in" or at + 2 >= len(atoms) or words[at + 2] not in _IN_WORDS:
        return None
    if words[at + 3 : at + 4] == ["of"]:
        source = phrase_after(atoms, at + 4)
        return _phrase(atoms, (at, at + 4), source) if source else None
    if atoms.tags[at + 1] == "z" or words[at + 1] in _POSSESSIVES:
        return _phrase(atoms, (at, at + 3), (at + 1, at + 2))
    return None


def _phrase(atoms: Atoms, cue: Stretch, source: Stretch) -> Attribution | None:
    """Return what stands before, after or about a sourcing phrase and its source."""
    tags = atoms.tags
    first, last = cue[0], max(cue[1], source[1])
    before = content_before(atoms, first) if first else None
    if before is None and first > 2 and FINITE.search(tags, 0, first):
        before = clause_begin(atoms, first), first
    contents = [before] if before is not None else []
    goes_on = tags[last : last + 1] == "," and last + 1 < len(atoms)
    if goes_on and not (before and tags[last + 1] in "wcbsG"):
        contents.append((last + 1, content_end(atoms, last + 1, clausal=True)))
    return ascribe(atoms, "phrase", source, cue, contents)


def hearsay(atoms: Atoms, at: int) -> Attribution | None:
    """Return the clause about `reportedly` and the like, which name no source."""
    if atoms.words[at] not in _HEARSAY or at + 1 >= len(atoms):
        return None
    contents = [
        (clause_begin(atoms, at) if at else 0, at),
        (at + 1, content_end(atoms, at + 1, clausal=True)),
    ]
    return ascribe(atoms, "hearsay", None, (at, at + 1), contents)


def headline(atoms: Atoms) -> Attribution | None:
    """Return what a headline of the form `X: …` or `…: X` ascribes."""
    size = len(atoms)
    match = _HEADLINE.match(atoms.tags)
    if match:
        first, last = match.span(1)
        return ascribe(atoms, "headline", (first, last), (last, last + 1), [(last + 1, size)])
    match = _HEADLINE_END.search(atoms.tags)
    if match and match.start() > 2:
        first, last = match.span(1)
        if not _NAMING.isdisjoint(atoms.words[first:last]):
            return ascribe(atoms, "headline", (first, last), (first - 1, first), [(0, first - 1)])
    return None
