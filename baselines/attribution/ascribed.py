"""What an attribution is, and how it is made from stretches of atoms."""

from __future__ import annotations

import re
from dataclasses import dataclass

from baselines.attribution.atoms import Atoms, Piece
from baselines.attribution.subjects import Stretch

FINITE = re.compile(r"[xBvVgQ]")
"""What can hold a clause together: a verb, or a quotation that holds one."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Something that a sentence ascribes to someone.

    Parameters
    ----------
    kind
        say, think, wish, document, object, phrase, hearsay or headline.
    source
        Offsets of the source; None where none is named.
    cue
        Offsets of the cue.
    contents
        Offsets of the parts of the content, one or more.
    words, tags
        The atoms of the source.
    sentence
        The sentence that the cue stands in.
    """

    kind: str
    source: Piece | None
    cue: Piece
    contents: tuple[Piece, ...]
    words: tuple[str, ...]
    tags: str
    sentence: Atoms


def ascribe(
    atoms: Atoms, kind: str, source: Stretch | None, cue: Stretch, contents: list[Stretch]
) -> Attribution | None:
    """Return an attribution from stretches of atoms, or None where no content is left.

    Parameters
    ----------
    atoms
        The sentence.
    kind
        See `Attribution`.
    source, cue, contents
        First atom and the one after the last, of each part; empty contents are left out, and a genitive
        ending is no part of the source.
    """
    parts = [(atoms.starts[first], atoms.ends[last - 1]) for first, last in contents if first < last]
    if not parts:
        return None
    offsets = (atoms.starts[cue[0]], atoms.ends[cue[1] - 1])
    if source is None:
        return Attribution(kind, None, offsets, tuple(parts), (), "", atoms)
    first, last = source
    words, tags = tuple(atoms.words[first:last]), atoms.tags[first:last]
    genitive = tags[-1] == "z" and words[-1].endswith("'s")
    where = (atoms.starts[first], atoms.ends[last - 1] - 2 * genitive)
    return Attribution(kind, where, offsets, tuple(parts), words, tags, atoms)


def kind_of(frames: str) -> str:
    """Return the kind of attribution that a verb makes.

    Parameters
    ----------
    frames
        The complements that it takes, as letters of `baselines.attribution.verbs`.
    """
    for letters, kind in (("w", "wish"), ("ste", "say"), ("k", "think"), ("d", "document")):
        if set(letters) & set(frames):
            return kind
    return "object"


def clause_begin(atoms: Atoms, end: int) -> int:
    """Return the first atom of the clause that ends before an atom, a conjunction at its start left out.

    Parameters
    ----------
    atoms
        The sentence.
    end
        The atom after the clause, at least 1.
    """
    begin = max(atoms.tags.rfind(";", 0, end - 1), atoms.tags.rfind(":", 0, end - 1)) + 1
    return begin + 1 if atoms.tags[begin] in "cb" and begin + 1 < end else begin


def content_before(atoms: Atoms, end: int) -> Stretch | None:
    """Return the quotation or clause that ends before an atom, a comma or dash after it left out.

    Parameters
    ----------
    atoms
        The sentence.
    end
        The first atom of the source or cue that follows.
    """
    tags = atoms.tags
    last = end - 1 if end and tags[end - 1] in ",-" else end
    if last == 0:
        return None
    begin = clause_begin(atoms, last)
    if tags[last - 1] == "Q":
        return (last - 1, last) if last < 2 or tags[last - 2] in ",:;" else (begin, last)
    if last < end and FINITE.search(tags, begin, last):
        return begin, last
    return None
