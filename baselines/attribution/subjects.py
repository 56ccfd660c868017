"""Who says it: the noun phrase before or after a cue, by patterns over tags.

A phrase that stands before a cue is found by a pattern over the reversed tags, from the cue backwards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from baselines.attribution.atoms import Atoms

Stretch = tuple[int, int]
"""First atom and the one after the last."""

_W = "[nNqMejk]"
_V = f"[vgVGE](?={_W}*[dz])"
_CORE = rf"(?:(?:{_W}|V(?={_W}*[dz]))(?:{_W}|{_V})*(?:z(?:{_W}|{_V})*)*d{{0,3}}|d{{1,2}})"
_PHRASE = rf"{_CORE}(?:[oT]{_CORE})*"
_BEFORE = re.compile(rf"{_PHRASE}(?:[oT]?[vgG]{_PHRASE}|c{_PHRASE})?")
_BEFORE_RELATIVE = re.compile(rf"[^,.;:wtQ-]{{0,10}}?[vVxBE][^,.;:wtQ-]{{0,10}}[wt]({_PHRASE})")
_BEFORE_COMMAS = re.compile(rf",([^:;.Q]{{1,40}}),(?!e*d?$)({_PHRASE})$|,([^,:;.Q]{{1,30}}),({_PHRASE})")
_BEFORE_DASHES = re.compile(rf"-+([^:;.Q-]{{1,30}})-+({_PHRASE})")
_OBJECT_PRONOUNS = frozenset(("it", "you"))
_AFTER_OBJECT = re.compile(rf"r(?:[vV]{{1,2}}[wt]|o)({_PHRASE})")
_ANTECEDENT = re.compile(rf"[wt],?({_PHRASE})")
_GROUP = re.compile(r"[axB]*(?:Ta?o?y[axB]*)?")
_NAMES_AFTER_NOUN = re.compile(r"(N+)n")
_AFTER_CORE = (
    rf"(?:r|d{{1,3}}(?:{_W}|z)*V(?=[^nNj]|$)|d{{0,3}}(?:(?<=[dz])[vgEV]{{1,2}})?(?:{_W}|z[vgEV]?)+|d{{1,2}})"
)
AFTER = re.compile(rf"{_AFTER_CORE}(?:[oT]{_AFTER_CORE})*(?:c{_AFTER_CORE}(?:o{_AFTER_CORE})*)?")
_INITIAL = re.compile(
    rf"(?:[cb]|[os][^,.;:]{{1,25}},|a,?)?({_AFTER_CORE}(?:[oT]{_AFTER_CORE})*)(?=[,-]|a*[xBvVyw])"
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What stands before a cue.

    Parameters
    ----------
    source
        The atoms of the source; None where no phrase stands next to the cue.
    group
        The first atom of the verb's group: auxiliaries and adverbs before the verb.
    start
        The first atom of both.
    passive
        Whether a form of "to be" stands in the group.
    """

    source: Stretch | None
    group: int
    start: int
    passive: bool


def subject_before(atoms: Atoms, cue: int) -> Subject:
    """Return the subject of the verb at an atom, as far as it stands directly before it.

    Parameters
    ----------
    atoms
        The sentence.
    cue
        The atom of the verb.
    """
    size = len(atoms)
    back, at = atoms.reversed, size - cue
    matched = _GROUP.match(back, at)
    at = matched.end() if matched else at
    group = size - at
    passive = "B" in atoms.tags[group:cue]
    source = _phrase_before(atoms, at)
    if source is None:
        return Subject(None, group, group, passive)
    return Subject(source, group, source[0], passive)


def _phrase_before(atoms: Atoms, at: int) -> Stretch | None:
    """Return the phrase that ends before a place in the reversed tags."""
    size, back = len(atoms), atoms.reversed
    following = back[at : at + 1]
    if following == "r":
        object_of = atoms.words[size - at - 1] in _OBJECT_PRONOUNS and _AFTER_OBJECT.match(back, at)
        return (size - object_of.end(), size - at) if object_of else (size - at - 1, size - at)
    if following in ("w", "t"):
        return _group(_ANTECEDENT.match(back, at), 1, size)
    if following in (",", "-"):
        return _with_apposition(atoms, at)
    if "w" in atoms.tags or "t" in atoms.tags:
        match = _BEFORE_RELATIVE.match(back, at)
        if match:
            return size - match.end(), size - at
    return _plain_before(atoms, at)


def _with_apposition(atoms: Atoms, at: int) -> Stretch | None:
    """Return a phrase and what stands between it and the cue: an apposition, or an adverbial left out."""
    size, back = len(atoms), atoms.reversed
    match = (_BEFORE_COMMAS if back[at] == "," else _BEFORE_DASHES).match(back, at)
    if match is None:
        return None
    between = next(number for number in (1, 3) if match.group(number))
    adverbial = match.group(between)[-1] in "aos"
    return size - match.end(), size - match.start(between + adverbial)


def _plain_before(atoms: Atoms, at: int) -> Stretch | None:
    size, back = len(atoms), atoms.reversed
    match = _BEFORE.match(back, at)
    if match is None:
        return None
    if back[match.end() : match.end() + 1] in ("o", "T"):
        names = _NAMES_AFTER_NOUN.match(back, at)
        return _group(names, 1, size) if names else (size - match.end(), size - at)
    return size - match.end(), size - at


def _group(match: re.Match[str] | None, number: int, size: int) -> Stretch | None:
    return None if match is None else (size - match.end(number), size - match.start(number))


def first_phrase(atoms: Atoms) -> Stretch | None:
    """Return the subject of the sentence's main clause, where it opens the sentence."""
    match = _INITIAL.match(atoms.tags)
    return match.span(1) if match else None


def phrase_after(atoms: Atoms, at: int) -> Stretch | None:
    """Return the noun phrase that starts at an atom."""
    match = AFTER.match(atoms.tags, at)
    return match.span() if match else None
