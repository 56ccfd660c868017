"""Gaps in attribution: claims without a source and sources that cannot be judged, by rules.

What each rule takes for a gap:

- `relayed_source`: the source is an outlet, or what outlets publish ("media reports").
- `anonymous_source`: the source is told by its kind alone ("officials say"), or a passive or an adverb names
  none ("is said to", "reportedly").
- `unresolved_source`: the source is a pronoun, and no person (for "they": nobody in the plural) stands in the
  text before it.
- `motive_imputation`: somebody wishes, fears or intends in the reporter's own voice, in a sentence that
  reports no speech; or an aim is told by a phrase ("in a bid to").
- `unattributed_claim`: a sentence of a paragraph with neither a cue nor a quotation in it states a cause or a
  forecast. Most claims without a source carry no mark that a rule could see, so few of them are found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from baselines.attribution.ascribed import Attribution
from baselines.attribution.atoms import Atoms, Piece
from baselines.attribution.words import HEARSAY_HEADS, INANIMATE, NOT_PERSONS, OUTLETS, ROLES, UNNAMED
from benchmark.model import Span

UNATTRIBUTED = "unattributed_claim"
MOTIVE = "motive_imputation"
ANONYMOUS = "anonymous_source"
UNRESOLVED = "unresolved_source"
RELAYED = "relayed_source"

_TOLD = frozenset(("say", "think", "phrase", "headline", "document", "hearsay"))
_SOURCED = _TOLD | {"object"}
_SPEAKERS_THEMSELVES = frozenset(("i", "we", "you", "i'm", "we're", "you're", "i've", "we've", "there"))
_PERSON_PRONOUNS = frozenset(("he", "she", "he's", "she's", "he'd", "she'd", "he'll", "she'll"))
_PLURAL_PRONOUNS = frozenset(("they", "they're", "they'd", "they'll"))
_PLURALS = frozenset(("people", "police", "men", "women", "children"))
_END_OF_HEAD = re.compile(r"[oTw,tvgk-]")

_PURPOSE = re.compile(
    r"\b(?:in (?:a|an|another) (?:\w+ )?(?:bid|effort|attempt) to|in (?:the )?hopes? (?:of|that)"
    r"|with the (?:aim|goal|intention|purpose) of|for fear (?:of|that)|out of (?:fear|anger|spite|revenge)"
    r"|hoping (?:to|that)|fearing (?:that )?)\b"
)
_CLAIM = re.compile(
    r"\b(?:because of|due to|thanks to|as a result of|as a consequence of|leads? to|led to|leading to"
    r"|causes?|caused|causing|triggers?|triggered|triggering|sparked|sparking|fuell?ed|fuell?ing|prompted"
    r"|resulted in|resulting in|results in|stems from|stemmed from|paved? the way for|driven by"
    r"|(?:is|are|was|were) (?:\w+ )?(?:un)?likely to|(?:is|are) (?:set|poised|bound|doomed|destined) to"
    r"|(?:will|would|could|may|might) (?:soon |well |only |also )?"
    r"(?:lead|cause|trigger|spark|become|worsen|weaken|strengthen|threaten|force|mean|result|hurt|harm)"
    r"|no doubt|undoubtedly|obviously|inevitably)\b"
)
_CLAUSE_EDGE = re.compile(r",(?=[cbsw])|[;:-]")


def gaps(attributions: Sequence[Attribution], sentences: Sequence[Atoms], text: str) -> Iterator[Span]:
    """Yield the gaps of a document, without two of one label that overlap.

    Parameters
    ----------
    attributions
        What the document ascribes to anyone.
    sentences
        Its sentences.
    text
        Its text.
    """
    found = [*_sourced(attributions, sentences), *_unsourced(attributions, sentences, text)]
    last_end: dict[str, int] = {}
    for start, end, label in sorted(set(found)):
        if start >= last_end.get(label, 0):
            last_end[label] = end
            yield Span(start, end, label)


def _sourced(
    attributions: Sequence[Attribution], sentences: Sequence[Atoms]
) -> Iterator[tuple[int, int, str]]:
    telling = {id(one.sentence) for one in attributions if one.kind in _TOLD}
    for one in attributions:
        label = None
        if one.kind in _SOURCED:
            label = _source_gap(one, sentences)
        elif one.kind == "wish" and id(one.sentence) not in telling and _has_wishes(one):
            label = MOTIVE
        if label is not None:
            yield *_extent(one), label


def _extent(one: Attribution) -> Piece:
    """Return where an attribution starts and ends, the "it" of "it is said that" taken in."""
    pieces = [one.cue, *one.contents, *([one.source] if one.source else [])]
    at = one.sentence.starts.index(one.cue[0])
    if one.source is None and one.sentence.tags[max(at - 1, 0)] == "r":
        pieces.append((one.sentence.starts[at - 1], one.cue[0]))
    return min(start for start, _ in pieces), max(end for _, end in pieces)


def _source_gap(one: Attribution, sentences: Sequence[Atoms]) -> str | None:
    if one.source is None:
        return ANONYMOUS
    head = _END_OF_HEAD.split(one.tags, maxsplit=1)[0].rstrip("j")
    first = one.words[: len(head)]
    if not OUTLETS.isdisjoint(first) or (first and first[-1] in HEARSAY_HEADS):
        return RELAYED
    name = len(head) > 1 and head[-1] == "N" and not one.sentence.headline
    if first and first[-1] in UNNAMED and not name:
        return ANONYMOUS
    if one.tags == "r" and _unresolved(one.words[0], one.source[0], sentences):
        return UNRESOLVED
    return None


def _has_wishes(one: Attribution) -> bool:
    """Return whether the source is somebody, and neither the reporter nor the reader."""
    if one.source is None or one.tags in ("t", "w", "d"):
        return False
    head = _END_OF_HEAD.split(one.tags, maxsplit=1)[0]
    last = one.words[max(len(head) - 1, 0)]
    return last not in INANIMATE and one.words[0] not in _SPEAKERS_THEMSELVES


def _unresolved(pronoun: str, before: int, sentences: Iterable[Atoms]) -> bool:
    """Return whether nobody that a pronoun could stand for is mentioned before it."""
    if pronoun in _PERSON_PRONOUNS:
        mentions = _mentions_person
    elif pronoun in _PLURAL_PRONOUNS:
        mentions = _mentions_several
    else:
        return False
    for atoms in sentences:
        if atoms.starts[0] >= before:
            break
        size = sum(start < before for start in atoms.starts)
        if mentions(atoms.words[:size], atoms.tags[:size]):
            return False
    return True


def _mentions_person(words: Sequence[str], tags: str) -> bool:
    if not ROLES.isdisjoint(words):
        return True
    names = [tag == "N" and word not in NOT_PERSONS for word, tag in zip(words, tags, strict=True)]
    return any(first and second for first, second in pairwise(names))


def _mentions_several(words: Sequence[str], tags: str) -> bool:
    plural = any(
        (tag in "nN" and word.endswith("s")) or word in _PLURALS
        for word, tag in zip(words, tags, strict=True)
    )
    return plural or "NcN" in tags


def _unsourced(
    attributions: Sequence[Attribution], sentences: Sequence[Atoms], text: str
) -> Iterator[tuple[int, int, str]]:
    ascribing = {id(one.sentence) for one in attributions}
    for atoms in sentences:
        if id(atoms) in ascribing or "Q" in atoms.tags:
            continue
        words = text[atoms.starts[0] : atoms.ends[-1]].lower()
        purpose = _PURPOSE.search(words)
        claim = None if purpose or atoms.headline else _CLAIM.search(words)
        match, label = (purpose, MOTIVE) if purpose else (claim, UNATTRIBUTED)
        if match is not None:
            yield *_clause(atoms, atoms.starts[0] + match.start()), label


def _clause(atoms: Atoms, place: int) -> Piece:
    """Return the clause that holds a place, from its first word to its last."""
    at = max(sum(start <= place for start in atoms.starts) - 1, 0)
    edges = [match.start() for match in _CLAUSE_EDGE.finditer(atoms.tags)]
    first = max((edge + 1 for edge in edges if edge < at), default=0)
    last = min((edge for edge in edges if edge > at), default=len(atoms))
    while first < at and atoms.tags[first] in "cb,":
        first += 1
    while last > at + 1 and atoms.tags[last - 1] in ".,;:-":
        last -= 1
    return atoms.starts[first], atoms.ends[last - 1]
