"""Attributions of a document: a source, a cue and what is ascribed, by rules over atoms.

The rules follow what PARC 3.0 and PolNeAR describe: a cue may stand before, after or within its content,
may lack a source, and a quotation that goes on after the cue belongs to the same attribution. The group of
auxiliaries and adverbs is part of the cue.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from baselines.attribution.ascribed import Attribution
from baselines.attribution.atoms import Atoms, Piece, read
from baselines.attribution.phrasal import according, adjective, headline, hearsay, in_words_of, noun
from baselines.attribution.verbal import verb
from benchmark.model import Document

_ONLY_QUOTATION = re.compile(r"Q+\.?")


def find(document: Document) -> tuple[list[Atoms], list[Attribution]]:
    """Return the sentences of a document and its attributions, in their order.

    Parameters
    ----------
    document
        Any document; its own boundaries of sentences and tokens are used.
    """
    sentences: list[Atoms] = []
    found: list[Attribution] = []
    speaking: Attribution | None = None
    paragraph, open_quotation = -1, False
    for atoms, quoted in read(document):
        sentences.append(atoms)
        if atoms.paragraph != paragraph:
            speaking = speaking if open_quotation else None
            paragraph, open_quotation = atoms.paragraph, bool(quoted) and not quoted[-1].closed
        if speaking is not None and _ONLY_QUOTATION.fullmatch(atoms.tags):
            more = (atoms.starts[0], atoms.ends[atoms.tags.rindex("Q")])
            found[-1] = speaking = replace(speaking, contents=(*speaking.contents, more))
            continue
        here = attributions(atoms)
        found.extend(here)
        speaking = here[-1] if here and here[-1].kind == "say" else None
    return sentences, found


def attributions(atoms: Atoms) -> list[Attribution]:
    """Return the attributions of one sentence, those within what another ascribes left out."""
    whole = headline(atoms) if atoms.headline else None
    if whole is not None:
        return [whole]
    found: list[Attribution] = []
    for at, tag in enumerate(atoms.tags):
        if tag in "VG":
            one = verb(atoms, at, found)
        elif tag in _RULES:
            one = _RULES[tag](atoms, at)
        else:
            continue
        if one is not None:
            found.append(one)
    return [one for one in found if not any(_hides(other, one) for other in found if other is not one)]


def _hides(other: Attribution, one: Attribution) -> bool:
    """Return whether one attribution stands within another; of two that hold each other the later counts."""
    return _holds(other, one.cue) and not (other.cue < one.cue and _holds(one, other.cue))


def _holds(other: Attribution, cue: Piece) -> bool:
    return any(start <= cue[0] and cue[1] <= end for start, end in other.contents)


_Rule = Callable[[Atoms, int], Attribution | None]
_RULES: dict[str, _Rule] = {"M": noun, "E": adjective, "K": according, "a": hearsay, "o": in_words_of}
