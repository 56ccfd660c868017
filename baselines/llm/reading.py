"""What is read from a reply: quotations with their places, or labels of units.

A reply is one JSON object of the form that was asked for. A Markdown fence or words around it are passed
over; anything else makes the answer invalid, and nothing is taken from it. Labels are known again without
regard to case, spaces and underscores.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec

from baselines.llm.finding import Passage
from baselines.llm.parts import Part
from baselines.llm.placing import Place, place, place_attributions
from baselines.llm.prompt_file import RELATION_PARTS, Prompt
from benchmark.answers import INVALID, OK, Labelled, Quotation

LONGEST = 2_000_000
"""Characters of a reply that is read at all."""
MOST = 5_000
"""Marks of one reply that are read."""
_SHOWN = 60
_THOUGHT = "</think>"
_LONGEST_REFUSAL = 1000
_REFUSES = re.compile(
    r"\b(I('m| am) (very |so |truly )?sorry|I apologi[sz]e|I('m| am) (not able|unable|not comfortable)|"
    r"(I can(no|')t|I can not)\b(?! (find|see|identify|detect|spot))|I (won't|will not|must decline))\b",
    re.IGNORECASE,
)
_BEGIN = 200
T = TypeVar("T")


class _Mark(msgspec.Struct):
    quotation: str
    label: str
    reason: str = ""


class _Marks(msgspec.Struct):
    marks: list[_Mark]


class _Attribution(msgspec.Struct):
    source: str = ""
    cue: str = ""
    content: str = ""
    reason: str = ""


class _Attributions(msgspec.Struct):
    attributions: list[_Attribution]


class _Labelled(msgspec.Struct):
    """A labelled unit; models without a schema write one label where several may stand, and the reverse."""

    number: int
    labels: list[str] | None = None
    label: str | None = None
    reason: str = ""


class _Units(msgspec.Struct):
    units: list[_Labelled]


@dataclass(frozen=True)
class Parsed:
    """What was read from a reply.

    Parameters
    ----------
    status
        ok or invalid.
    problem
        What is wrong with it; also what an answer that can be read leaves out.
    quotations, units
        What it says; nothing of an invalid one.
    unanswered
        How many units it says nothing of.
    """

    status: str
    problem: str = ""
    quotations: tuple[Quotation, ...] = ()
    units: tuple[Labelled, ...] = ()
    unanswered: int = 0


def read(prompt: Prompt, part: Part, raw: str) -> Parsed:
    """Return what a reply says of a part of a document; it never raises.

    Parameters
    ----------
    prompt
        What was asked.
    part
        About which part.
    raw
        The reply as it came.
    """
    try:
        if prompt.kind == "units":
            return _read_units(prompt, part, _decoded(raw, _Units).units)
        if prompt.kind == "relations":
            return _read_attributions(part, _decoded(raw, _Attributions).attributions)
        return _read_marks(prompt, part, _decoded(raw, _Marks).marks)
    except ValueError as error:  # msgspec's errors are ValueErrors
        return Parsed(INVALID, str(error))
    except RecursionError:
        return Parsed(INVALID, "JSON nested too deeply")


def refuses(raw: str) -> bool:
    """Return whether a reply is a refusal in words, as from a server that has no field for refusals.

    It is short, holds no JSON object, and begins with an apology or with what the model will not do. English
    alone is known: the prompts are in English.
    """
    words = raw.rpartition(_THOUGHT)[2].strip().replace("’", "'")
    return "{" not in words and len(words) <= _LONGEST_REFUSAL and bool(_REFUSES.search(words[:_BEGIN]))


def _decoded(raw: str, kind: type[T]) -> T:
    """Return the JSON object of a reply.

    Raises
    ------
    ValueError
        Which says what is wrong.
    """
    if len(raw) > LONGEST:
        raise ValueError(f"a reply of {len(raw):,} characters; {LONGEST:,} are read")
    content = _object(raw)
    try:
        return msgspec.json.decode(content.encode("utf-8", "replace"), type=kind)
    except msgspec.ValidationError as error:
        raise ValueError(f"not of the form that was asked for: {error}") from error
    except msgspec.DecodeError as error:
        raise ValueError(f"broken JSON: {error}") from error


def _object(raw: str) -> str:
    """Return the part of a reply that is its one JSON object, by the outermost braces.

    Raises
    ------
    ValueError
        Where there is none.
    """
    words = raw.rpartition(_THOUGHT)[2]  # what a model thinks aloud is no answer
    start, end = words.find("{"), words.rfind("}")
    if start < 0 or end < start:
        raise ValueError("no JSON object" if raw.strip() else "an empty reply")
    return words[start : end + 1]


def _known(labels: Mapping[str, str]) -> dict[str, str]:
    return {_folded(label): label for label in labels}


def _folded(label: str) -> str:
    return re.sub(r"[\s_]+", "_", label.strip().casefold())


def _label(given: str, known: Mapping[str, str]) -> str:
    """Return the label that is meant.

    Raises
    ------
    ValueError
        Where there is none.
    """
    found = known.get(_folded(given))
    if found is None:
        raise ValueError(f"no label {_shown(given)}")
    return found


def _shown(words: str) -> str:
    return repr(words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…")


def _check_count(found: Sequence[object]) -> None:
    if len(found) > MOST:
        raise ValueError(f"{len(found):,} marks; {MOST:,} are read")


def _read_marks(prompt: Prompt, part: Part, marks: Sequence[_Mark]) -> Parsed:
    _check_count(marks)
    known = _known(prompt.labels)
    labels = [_label(mark.label, known) for mark in marks]
    passage = Passage(part.document.text, (part.start, part.end))
    places = place(passage, [mark.quotation for mark in marks], labels)
    return Parsed(
        OK,
        quotations=tuple(
            _placed(Quotation(mark.quotation, label, mark.reason), at)
            for mark, label, at in zip(marks, labels, places, strict=True)
        ),
    )


def _placed(quotation: Quotation, at: Place | None) -> Quotation:
    return quotation if at is None else replace(quotation, start=at.start, end=at.end, how=at.how)


def _read_attributions(part: Part, found: Sequence[_Attribution]) -> Parsed:
    """Return the parts of attributions, numbered from 0 within the part."""
    _check_count(found)
    passage = Passage(part.document.text, (part.start, part.end))
    rows = [[str(getattr(one, name)) for name in RELATION_PARTS] for one in found]
    placed = place_attributions(passage, rows)
    quotations = [
        _placed(Quotation(words, label, one.reason, relation=number), at)
        for number, (one, row, places) in enumerate(zip(found, rows, placed, strict=True))
        for label, words, at in zip(RELATION_PARTS, row, places, strict=True)
        if words.strip()
    ]
    return Parsed(OK, quotations=tuple(quotations))


def _read_units(prompt: Prompt, part: Part, found: Sequence[_Labelled]) -> Parsed:
    known, units = _known(prompt.labels), dict[int, Labelled]()
    for one in found:
        if not 1 <= one.number <= len(part.units):
            raise ValueError(f"no unit {one.number}; there are {len(part.units)}")
        if one.number in units:
            raise ValueError(f"unit {one.number} is answered twice")
        labels = tuple(dict.fromkeys(_label(label, known) for label in _given(one)))
        if len(labels) < prompt.least or (prompt.most and len(labels) > prompt.most):
            raise ValueError(f"unit {one.number} has {len(labels)} labels; {_asked(prompt)}")
        units[one.number] = Labelled(*part.units[one.number - 1], labels, one.reason)
    missing = len(part.units) - len(units)
    problem = f"{missing} of {len(part.units)} units were not answered" if missing else ""
    return Parsed(OK, problem, units=tuple(units[number] for number in sorted(units)), unanswered=missing)


def _given(one: _Labelled) -> list[str]:
    """Return the labels of a unit as they were given.

    Raises
    ------
    ValueError
        Where there is no field of labels.
    """
    if one.labels is None and one.label is None:
        raise ValueError(f"not of the form that was asked for: unit {one.number} has no field of labels")
    return [*(one.labels or ()), *([] if one.label is None else [one.label])]


def _asked(prompt: Prompt) -> str:
    """Return how many labels a unit may have, in words."""
    if prompt.least == prompt.most:
        return f"each has {prompt.least}"
    return f"each has {prompt.least} to {prompt.most}" if prompt.most else f"each has {prompt.least} at least"
