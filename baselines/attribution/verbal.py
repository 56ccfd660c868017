"""Rules for verbs: who stands before or after them, and what they say."""

from __future__ import annotations

import re
from dataclasses import replace

from baselines.attribution.ascribed import Attribution, ascribe, clause_begin, content_before, kind_of
from baselines.attribution.atoms import Atoms
from baselines.attribution.complements import content_after, content_end, ends_after
from baselines.attribution.phrasal import noun
from baselines.attribution.subjects import Stretch, Subject, first_phrase, phrase_after, subject_before
from baselines.attribution.verbs import ALSO_NOUNS, VERBS, Verb
from baselines.attribution.words import DOCUMENTS

_INVERTED_END = re.compile(r"[,.;:]|$|[oewschKT]")
_MORE_QUOTATION = re.compile(r"[^QVGK,;]{0,12}[,.:](?=Q)")
_CUE = re.compile(r"[VGKQ]")
_NAMING_VERBS = frozenset(("call", "label", "dub", "brand"))
_NOBODY = frozenset("de")
_TOLD_OF = frozenset(("accuse", "suspect"))


def verb(atoms: Atoms, at: int, found: list[Attribution]) -> Attribution | None:
    """Return what a verb ascribes, in a finite form or in -ing.

    Parameters
    ----------
    atoms
        The sentence.
    at
        The atom of the verb.
    found
        The attributions before it in the sentence, whose source it may share.
    """
    if _is_noun(atoms, at):
        return noun(atoms, at)
    form = VERBS[atoms.words[at]]
    frames, after = _with_particle(atoms, at, form)
    subject = subject_before(atoms, at)
    if not frames or atoms.tags[subject.group - 1 : subject.group] == "T":
        return None
    if atoms.tags[at] == "G":
        if not subject.passive and (subject.source is None or atoms.tags[subject.group - 1] in "ocs,-"):
            subject = replace(subject, source=_shared(atoms, subject.group, found), start=subject.group)
        return _before_content(atoms, after, frames, subject)
    if subject.passive and "n" in form.forms:
        return _passive(atoms, after, form, frames, subject)
    if form.forms == "n" or _names(atoms, at, after, form):
        return None
    return (
        _inverted(atoms, after, frames, subject)
        or _after_content(atoms, after, frames, subject)
        or _before_content(atoms, after, frames, _with_shared(atoms, subject, found))
    )


def _is_noun(atoms: Atoms, at: int) -> bool:
    before = atoms.tags[at - 1] if at else ""
    if atoms.words[at + 1 : at + 2] in (["tank"], ["tanks"]):
        return True
    if atoms.tags[at] == "G":
        return before in ("d", "z", "j")
    return before in ("d", "z", "j", "o") and atoms.words[at] in ALSO_NOUNS


def _names(atoms: Atoms, at: int, after: int, verb: Verb) -> bool:
    """Return whether a participle only gives a name: "a river called Styx"."""
    called = verb.lemma in _NAMING_VERBS and "n" in verb.forms
    return called and atoms.tags[at - 1 : at] in ("n", ",") and atoms.tags[after : after + 1] in ("N", "q")


def _with_particle(atoms: Atoms, at: int, verb: Verb) -> tuple[str, int]:
    """Return the frames of a verb and the atom after it, with the particle that follows it."""
    following = atoms.words[at + 1] if at + 1 < len(atoms) else ""
    for particle, frames in verb.particles:
        if particle == following:
            return frames, at + 2
    return verb.frames, at + 1


def _with_shared(atoms: Atoms, subject: Subject, found: list[Attribution]) -> Subject:
    before = atoms.tags[subject.group - 1 : subject.group]
    if subject.source is not None or before not in (("c", "b", ",") if found else ("c", "b")):
        return subject
    return replace(subject, source=_shared(atoms, subject.group, found))


def _shared(atoms: Atoms, before: int, found: list[Attribution]) -> Stretch | None:
    """Return the source of the attribution before in the sentence, or the sentence's subject."""
    for one in reversed(found):
        if one.source is not None and one.kind not in ("phrase", "hearsay"):
            first = atoms.starts.index(one.source[0])
            return first, first + len(one.words)
    phrase = first_phrase(atoms)
    return phrase if phrase is not None and phrase[1] <= before else None


def _inverted(atoms: Atoms, after: int, frames: str, subject: Subject) -> Attribution | None:
    """Return the attribution in `“…,” said X` and `…, said X`."""
    before = atoms.tags[subject.group - 1 : subject.group]
    if not set(frames) & set("ske") or set(frames) == set("st"):
        return None
    if not before:
        return _opening(atoms, after)
    if before not in ("Q", ",", "-"):
        return None
    source, content = phrase_after(atoms, after), content_before(atoms, subject.group)
    if source is None or content is None or not _INVERTED_END.match(atoms.tags, source[1]):
        return None
    if atoms.tags[content[1] - 1] != "Q" and not ends_after(atoms, source[1]):
        return None
    contents = [content, *_more(atoms, source[1])]
    return ascribe(atoms, "say", source, (subject.group, after), contents)


def _opening(atoms: Atoms, after: int) -> Attribution | None:
    """Return the attribution in `Said X: “…”`."""
    source = phrase_after(atoms, after)
    if source is None or atoms.tags[source[1] : source[1] + 2] != ":Q":
        return None
    start = source[1] + 1
    return ascribe(atoms, "say", source, (0, after), [(start, content_end(atoms, start, clausal=True))])


def _after_content(atoms: Atoms, after: int, frames: str, subject: Subject) -> Attribution | None:
    """Return the attribution in `“…,” X said` and `…, X said`."""
    if subject.source is None or subject.start == 0 or not set(frames) & set("skte"):
        return None
    content = content_before(atoms, subject.start)
    if content is None:
        return _parenthetical(atoms, after, frames, subject)
    if atoms.tags[content[1] - 1] != "Q" and not ends_after(atoms, after):
        return None
    contents = [content, *_more(atoms, after), *_rest(atoms, after)]
    return ascribe(atoms, kind_of(frames), subject.source, (subject.group, after), contents)


def _parenthetical(atoms: Atoms, after: int, frames: str, subject: Subject) -> Attribution | None:
    """Return the attribution in `The plan, X said, was …`."""
    tags = atoms.tags
    if subject.start < 2 or tags[subject.start - 1] != "," or tags[after : after + 1] != ",":
        return None
    if after + 1 >= len(atoms) or tags[after + 1] in "sw":
        return None
    rest = after + 1, content_end(atoms, after + 1, clausal=True)
    before = clause_begin(atoms, subject.start - 1), subject.start - 1
    return ascribe(atoms, kind_of(frames), subject.source, (subject.group, after), [before, rest])


def _rest(atoms: Atoms, at: int) -> list[Stretch]:
    """Return the clause that goes on after the cue and a comma, where no other cue stands in it."""
    if atoms.tags[at : at + 1] != "," or atoms.tags[at + 1 : at + 2] in ("", "G", "w", "Q"):
        return []
    end = content_end(atoms, at + 1, clausal=True)
    return [] if _CUE.search(atoms.tags, at + 1, end) else [(at + 1, end)]


def _more(atoms: Atoms, at: int) -> list[Stretch]:
    """Return the quotation that goes on after the cue and what stands with it."""
    match = _MORE_QUOTATION.match(atoms.tags, at)
    return [(match.end(), match.end() + 1)] if match else []


def _before_content(atoms: Atoms, after: int, frames: str, subject: Subject) -> Attribution | None:
    """Return the attribution in `X said that …`, `X accused Y of …`, `X wants to …`."""
    if subject.source is None:
        return None
    kind = kind_of(frames)
    told = atoms.tags[after : after + 1] == "t"
    if kind == "document" and not told and DOCUMENTS.isdisjoint(atoms.words[slice(*subject.source)]):
        return None
    start = content_after(atoms, after, frames)
    if start is None:
        return None
    clausal = kind in ("say", "think", "document") or atoms.tags[start] == "t"
    end = content_end(atoms, start, clausal)
    return ascribe(atoms, kind, subject.source, (subject.group, after), [(start, end)])


def _agent(atoms: Atoms, at: int, verb: Verb) -> Stretch | None:
    """Return the phrase after "by"; what somebody is accused of is no part of it."""
    phrase = phrase_after(atoms, at)
    if phrase is None or verb.lemma not in _TOLD_OF or "of" not in atoms.words[slice(*phrase)]:
        return phrase
    return phrase[0], atoms.words.index("of", phrase[0])


def _passive(atoms: Atoms, after: int, verb: Verb, frames: str, subject: Subject) -> Attribution | None:
    """Return the attribution in `Y was accused by X of …`, `it was said that …`, `Y is believed to …`."""
    following = atoms.tags[after : after + 1]
    addressed = "t" in frames and following == "t"
    nobody = subject.source is None or addressed or atoms.tags[subject.start] == "r"
    subjects = [] if subject.source is None or nobody else [subject.source]
    cue = subject.group, after
    stop = content_end(atoms, after, clausal=False) if after < len(atoms) else after
    if "by" in atoms.words[after:stop]:
        by = atoms.words.index("by", after, stop)
        source = _agent(atoms, by + 1, verb)
        if source is not None and not set(atoms.tags[slice(*source)]) <= _NOBODY:
            contents = [*subjects, (after, by), (source[1], max(source[1], stop))]
            return ascribe(atoms, kind_of(frames), source, cue, contents)
    told_of = verb.lemma in _TOLD_OF and atoms.words[after : after + 1] == ["of"]
    if told_of or (following in ("T", "t") and set(frames) & set("sk")):
        return ascribe(atoms, kind_of(frames), None, cue, [*subjects, (after, stop)])
    return None
