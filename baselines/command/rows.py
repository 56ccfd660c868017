"""The lines that a program gets and gives: a document a line in, its predictions a line out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

import msgspec

from baselines.command.faults import read_over, told
from benchmark.model import Document, Prediction, Span, Unit

SHOWN = 200
"""Characters of a program's words that a message shows."""

_BREAKS = {char.encode(): f"\\u{ord(char):04x}".encode() for char in "\u0085\u2028\u2029"}
"""What some languages take for the end of a line, and how JSON can write it instead."""

Offset = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Edges = list[tuple[int, int]]


class Question(msgspec.Struct, omit_defaults=True, frozen=True):
    """A line that a program gets. The text's key stands before all that it could be confused with."""

    document: str
    layer: str
    kind: str
    unit: str
    labels: tuple[str, ...]
    text: str
    sentences: Edges
    paragraphs: Edges
    tokens: Edges
    given: Edges = []


class SpanRow(msgspec.Struct, forbid_unknown_fields=True):
    """A span in a line that a program gives."""

    start: Offset
    end: Offset
    label: str
    score: float | None = None
    relation: int | None = None


class UnitRow(msgspec.Struct, forbid_unknown_fields=True):
    """A unit in a line that a program gives."""

    start: Offset
    end: Offset
    labels: tuple[str, ...]
    scores: tuple[float, ...] | None = None
    all_scores: dict[str, float] | None = None


class Row(msgspec.Struct, forbid_unknown_fields=True):
    """A line that a program gives: one of a predictions file."""

    document: str
    layer: str
    spans: list[SpanRow] | None = None
    units: list[UnitRow] | None = None


class _Named(msgspec.Struct):
    """What a line must at least say to be an answer about a document."""

    document: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a detector is asked for: the words of a task that a program is told.

    Parameters
    ----------
    layer
        The layer.
    kind
        spans, relations, units or given; "" where that is not known.
    labels
        The labels that count; empty where they are not known.
    unit
        Of labels of units, the units that are scored; "" where that is not known.
    """

    layer: str
    kind: str = ""
    labels: tuple[str, ...] = ()
    unit: str = ""


class OutOfStepError(Exception):
    """A line that is no answer about the document whose turn it is.

    Parameters
    ----------
    message
        What is wrong.
    document
        The document that it is about; None where it names none.
    """

    def __init__(self, message: str, document: str | None = None) -> None:
        super().__init__(message)
        self.document = document


def question(document: Document, wanted: Wanted) -> bytes:
    """Return the line about a document, its line break included.

    Raises
    ------
    UnicodeEncodeError
        Where the document holds a lone surrogate, which UTF-8 has no bytes for.
    """
    asked = Question(
        document=document.id,
        layer=wanted.layer,
        kind=wanted.kind,
        unit=wanted.unit,
        labels=wanted.labels,
        text=document.text,
        sentences=document.sentences.tolist(),
        paragraphs=document.paragraphs.tolist(),
        tokens=document.tokens.tolist(),
        given=document.given.tolist(),
    )
    line: bytes = msgspec.json.encode(asked)
    for character, escape in _BREAKS.items():
        line = line.replace(character, escape)
    return line + b"\n"


def read_answer(line: bytes, document: Document, wanted: Wanted) -> Prediction | ValueError:
    """Read the line that a program gave about a document.

    Parameters
    ----------
    line
        Without its line break.
    document
        The document whose turn it is.
    wanted
        What was asked for.

    Returns
    -------
    Prediction or ValueError
        The error says what is wrong with an answer that is about this document.

    Raises
    ------
    OutOfStepError
        Where the line is about no document, or another one.
    """
    try:
        row = msgspec.json.decode(line, type=Row)
    except (ValueError, RecursionError) as error:
        named, wrong = document_of(line), escaped(told(line, error))
        if named is None:
            message = f"wrote a line that is no answer ({wrong}): '{shown(line)}'{_advice(line)}"
            raise OutOfStepError(message) from error
        _check_turn(named, document)
        return ValueError(f"its answer is not of the agreed form: {wrong}")
    _check_turn(row.document, document)
    try:
        return _prediction(row, wanted)
    except ValueError as error:
        return error


def document_of(line: bytes) -> str | None:
    """Return the document that a line names, in spite of other faults; None where it names none."""
    for content in (line, read_over(line)):
        try:
            named = msgspec.json.decode(content, type=_Named).document
        except (ValueError, RecursionError):
            continue
        # Where bytes were replaced in it, it is not known which document was meant.
        return named if content is line or "\ufffd" not in named else None
    return None


def _advice(line: bytes) -> str:
    """Return where a line belongs that is not even meant to be an answer."""
    return "" if b"{" in line else "; what is no answer belongs on the standard error"


def _check_turn(named: str, document: Document) -> None:
    if named != document.id:
        raise OutOfStepError(f"answered for document '{escaped(named)}' in its place", named)


def _prediction(row: Row, wanted: Wanted) -> Prediction:
    if row.layer != wanted.layer:
        raise ValueError(f"answered for layer '{escaped(row.layer)}', and was asked for '{wanted.layer}'")
    if row.spans is None and row.units is None:
        raise ValueError("has neither spans nor units; an empty list says that nothing was found")
    if wanted.kind == "units" and row.spans:
        raise ValueError(f"layer '{wanted.layer}' takes units, not spans")
    if wanted.kind not in ("units", "") and row.units:
        raise ValueError(f"layer '{wanted.layer}' takes spans, not units")
    spans = tuple(Span(s.start, s.end, s.label, s.score, s.relation) for s in row.spans or ())
    units = tuple(Unit(u.start, u.end, u.labels, u.scores, u.all_scores) for u in row.units or ())
    return Prediction(row.document, row.layer, spans, units)


_ERROR = re.compile(rb"\b\w*(?:Error|Exception)\b")


def shown(raw: bytes) -> str:
    """Return a program's words for a message: one line, cut, without what could steer a terminal."""
    text = raw[: 4 * SHOWN].decode("utf-8", errors="replace").strip()
    return escaped(text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…")


def escaped(text: str) -> str:
    """Return text with every character escaped that cannot be printed."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def last_line(raw: bytes) -> str:
    """Return the last line that tells of an error, else the last one, as a message can show it; or "".

    Node ends what an uncaught error says with its own version, which tells nothing.
    """
    lines = [line for line in raw[-64 * SHOWN :].rstrip().splitlines() if line.strip()]
    telling = [line for line in lines if _ERROR.search(line)]
    return shown((telling or lines)[-1]) if lines else ""
