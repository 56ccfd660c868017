"""What is said: where the content after a cue starts, and where a clause ends."""

from __future__ import annotations

import re

from baselines.attribution.atoms import Atoms

_COLON = re.compile(r"[^,:.;QVGK]{0,10}:")
_QUOTATION = re.compile(r"[aeonNdjzkRTMg]{0,10}[,:]?(?=Q)")
_THAT = re.compile(r"(?:[aeonNdjzkRTgM]{0,12}|[aeonNdjzkRTgM]{0,6},[^,.;:]{1,10},)(?=t)")
_WHETHER = re.compile(r"(?:[aeonNdjzkRT]{0,6})(?=h)")
_INFINITIVE = re.compile(r"a?(?=T)")
_CLAUSE = re.compile(r"(?:a(?![.,])|o?e+(?=[drnNjzq])|k|oN(?=[drN]))*(?=[drnNjzqtgMQhRBxsVTbE])")
_SURE_CLAUSE = re.compile(
    r"(?=r[axBvVnE]|(?:d{0,3}(?:[jvgEVMnNzqke])*[nNMz])(?:[oT]d{0,3}(?:[jvgMnNzq])*[nNM])*a*[xB])"
)
_ADDRESSEE = re.compile(r"a?(?:R|r|d{0,2}[jnNzqk]+)(?:o[dN]*[Nn]+)?(?:a|o?e+)*(?=[drhqTzjNnt])")
_OBJECT = re.compile(r"(?=[adnNjzRrqgkceThMEVQtvs])")
_ENDED = re.compile(r"(?:R|d{0,2}[jnNz]+(?=[.,;oe]|$))?[aek]*(?:[.,;:-]|$|[ohsTc])")
_GOES_ON = re.compile(r"[^,.;:]*[xBt]")

_STOP = re.compile(r";|,?K|\.(?=.)")
_NEXT_CUE = re.compile(r"(?:,?[cb]|,)[axB]*[VG]|,[cbs](?=[^,]*[VG])|,(?=a?G)")
_COMMA = re.compile(r",(?=[cbswhgGrovVBxa])|-")
_TRAILING = ".,;:-"


def content_after(atoms: Atoms, at: int, frames: str) -> int | None:
    """Return the atom where the content after a cue starts, or None where none follows.

    Parameters
    ----------
    atoms
        The sentence.
    at
        The atom after the cue.
    frames
        The complements that the cue takes, as letters of `baselines.attribution.verbs`.
    """
    tags = atoms.tags
    for letters, without, pattern in _PATTERNS:
        if not letters.isdisjoint(frames) and without.isdisjoint(frames):
            match = pattern.match(tags, at)
            if match and match.end() < len(tags):
                return match.end()
    return None


def ends_after(atoms: Atoms, at: int) -> bool:
    """Return whether nothing that could be content follows: adverbials, an addressee, then an end."""
    match = _ENDED.match(atoms.tags, at)
    if match is None:
        return False
    return atoms.tags[match.end() - 1] in ",.;:s" or not _GOES_ON.match(atoms.tags, match.end())


def content_end(atoms: Atoms, start: int, clausal: bool) -> int:
    """Return the atom after the content that starts at an atom.

    Parameters
    ----------
    atoms
        The sentence.
    start
        The first atom of the content.
    clausal
        Whether the content is a clause or quotation, which may hold commas, or an object or infinitive.
    """
    tags = atoms.tags
    end = len(tags)
    for pattern in (_STOP, _NEXT_CUE) if clausal else (_STOP, _NEXT_CUE, _COMMA):
        match = pattern.search(tags, start + 1, end)
        if match:
            end = match.start()
    if "-" in tags[:start] and "-" in tags[start:end]:
        end = tags.index("-", start)
    while end > start + 1 and tags[end - 1] in _TRAILING:
        end -= 1
    return end


_Entry = tuple[frozenset[str], frozenset[str], re.Pattern[str]]
_PATTERNS: tuple[_Entry, ...] = tuple(
    (frozenset(letters), frozenset(without), pattern)
    for letters, without, pattern in (
        ("sktd", "", _COLON),
        ("ste", "", _QUOTATION),
        ("sktdw", "", _THAT),
        ("sk", "", _WHETHER),
        ("iw", "", _INFINITIVE),
        ("t", "o", _ADDRESSEE),
        ("skd", "!", _CLAUSE),
        ("sk", "", _SURE_CLAUSE),
        ("ow", "", _OBJECT),
    )
)
