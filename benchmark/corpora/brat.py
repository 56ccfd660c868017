"""Standoff annotation in the format of the brat annotation tool: text-bound annotations and events.

A `T` line is "T1 TAB Kind 0 5;8 12 TAB covered text" with one or more fragments, an `E` line is
"E1 TAB Kind:T3 Role:T1 Role2:T2". Offsets count code points. The covered text is checked against the document
without its white space, since brat writes one space for whatever stands between two fragments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from benchmark.corpora.base import Report
from benchmark.corpora.words import united
from benchmark.entries import shorten

_ENTRY = re.compile(r"([TE][0-9]+)\t(.*)")
_BOUND = re.compile(r"(\S+) ([0-9]{1,9} [0-9]{1,9}(?:;[0-9]{1,9} [0-9]{1,9})*)\t(.*)")
_ARGUMENT = re.compile(r"([^:\s]+):(T[0-9]+)")


@dataclass(frozen=True, slots=True)
class Bound:
    """A text-bound annotation, a `T` line.

    Parameters
    ----------
    kind
        What the line says that it is.
    fragments
        Start and exclusive end of each piece, ascending and disjoint.
    line
        Where it stands in its file, from 1.
    """

    kind: str
    fragments: tuple[tuple[int, int], ...]
    line: int


@dataclass(frozen=True, slots=True)
class Event:
    """An event, an `E` line.

    Parameters
    ----------
    identifier
        Its own name, such as "E1".
    kind, trigger
        What it is, and the name of the `T` line that triggers it.
    arguments
        Role and name of a `T` line, in the order of the line.
    line
        Where it stands in its file, from 1.
    """

    identifier: str
    kind: str
    trigger: str
    arguments: tuple[tuple[str, str], ...]
    line: int


@dataclass(frozen=True)
class Standoff:
    """What one file holds.

    Parameters
    ----------
    bounds
        The text-bound annotations by their names.
    events
        The events, in the order of the file.
    """

    bounds: Mapping[str, Bound]
    events: tuple[Event, ...]


@dataclass
class _Entry:
    """A `T` or `E` line, and the lines after it that its covered text runs over."""

    identifier: str
    content: str
    line: int
    more: list[str] = field(default_factory=list)


def read_standoff(content: str, text: str, path: str, report: Report) -> Standoff:
    """Return what a standoff file says of a text; what it cannot mean is noted and left out.

    Parameters
    ----------
    content
        The file. Its lines end at U+000A.
    text
        The document that it annotates.
    path
        The file's path, for the report.
    report
        Is told of lines that are neither `T` nor `E` lines, of covered text that runs over lines, and of
        annotations that do not fit the text.
    """
    bounds: dict[str, Bound] = {}
    events: dict[str, Event] = {}
    for entry in _entries(content, text, path, report):
        known = bounds if entry.identifier.startswith("T") else events
        if entry.identifier in known:
            report.note("annotation dropped", path, entry.line, f"{entry.identifier} stands a second time")
            continue
        found = _bound(entry, text) if known is bounds else _event(entry)
        if isinstance(found, Bound):
            bounds[entry.identifier] = found
        elif isinstance(found, Event):
            events[entry.identifier] = found
        else:
            report.note("annotation dropped", path, entry.line, f"{entry.identifier}: {found}")
    return Standoff(bounds, tuple(events.values()))


def _entries(content: str, text: str, path: str, report: Report) -> Iterator[_Entry]:
    """Yield the entries of a file, each with the lines that its covered text runs over."""
    current: _Entry | None = None
    for number, line in enumerate(content.removeprefix("\ufeff").split("\n"), 1):
        match = _ENTRY.fullmatch(line.removesuffix("\r"))
        if match:
            if current:
                yield current
            current = _Entry(match[1], match[2], number)
        elif current and _goes_on(current, line, text):
            current.more.append(line)
            report.note(
                "line joined", path, number, f"a line break in the covered text of {current.identifier}"
            )
        elif line.strip():
            report.note("line skipped", path, number, f"neither a T nor an E line: {shorten(line)}")
    if current:
        yield current


def _goes_on(entry: _Entry, line: str, text: str) -> bool:
    """Tell whether a line continues the covered text of the entry before it."""
    match = _BOUND.fullmatch(entry.content)
    if not match or not line.strip():
        return False
    expected = _squeezed(_covered(text, _fragments(match[2])))
    given = _squeezed("".join((match[3], *entry.more)))
    return given != expected and expected.startswith(given + _squeezed(line))


def _bound(entry: _Entry, text: str) -> Bound | str:
    """Return the annotation of a `T` line, or what is wrong with it."""
    match = _BOUND.fullmatch(entry.content)
    if not match:
        return f"not 'Kind START END TAB text': {shorten(entry.content)}"
    fragments = _fragments(match[2])
    if any(not start < end <= len(text) for start, end in fragments):
        return f"the offsets {match[2]} are empty, reversed or beyond the text's {len(text)} characters"
    covered, given = _covered(text, fragments), "\n".join((match[3], *entry.more))
    if _squeezed(covered) != _squeezed(given):
        return f"the text has {shorten(covered)} at {match[2]}, not {shorten(given)}"
    return Bound(match[1], tuple(united(fragments)), entry.line)


def _event(entry: _Entry) -> Event | str:
    """Return the event of an `E` line, or what is wrong with it."""
    pairs = [_ARGUMENT.fullmatch(part) for part in entry.content.split()]
    found = tuple((match[1], match[2]) for match in pairs if match)
    if not found or len(found) != len(pairs):
        return f"not 'Kind:T1 Role:T2 …': {shorten(entry.content)}"
    (kind, trigger), *arguments = found
    return Event(entry.identifier, kind, trigger, tuple(arguments), entry.line)


def _fragments(offsets: str) -> tuple[tuple[int, int], ...]:
    pairs = (piece.split(" ") for piece in offsets.split(";"))
    return tuple((int(start), int(end)) for start, end in pairs)


def _covered(text: str, fragments: tuple[tuple[int, int], ...]) -> str:
    return " ".join(text[start:end] for start, end in fragments)


def _squeezed(text: str) -> str:
    return "".join(text.split())
