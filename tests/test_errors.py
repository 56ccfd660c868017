"""Messages that name the fault, its place and the nearest known name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.errors import (
    EXIT_FAULT,
    EXIT_INCOMPLETE,
    BenchError,
    DataError,
    DetectorError,
    Fault,
    UsageError,
    one_line,
    suggest,
)


def test_exit_codes_are_those_of_the_command_line():
    assert (BenchError.exit_code, EXIT_FAULT, EXIT_INCOMPLETE) == (1, 2, 3)
    assert {kind.exit_code for kind in (UsageError, DetectorError, DataError)} == {EXIT_FAULT}


@pytest.mark.parametrize(("line", "shown"), [(None, "a/b.jsonl: odd"), (3, "a/b.jsonl:3: odd")])
def test_a_fault_names_its_place(line, shown):
    assert str(Fault(Path("a/b.jsonl"), line, "odd")) == shown


def test_a_data_error_lists_every_fault_in_order():
    faults = [Fault(Path("a"), 2, "first"), Fault(Path("a"), 1, "second"), Fault(Path("b"), None, "third")]
    error = DataError(faults)
    assert error.faults == tuple(faults)
    assert str(error).splitlines() == ["a:2: first", "a:1: second", "b: third"]
    faults.clear()
    assert len(error.faults) == 3


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("plain – ‘é’ 😀 中", "plain – ‘é’ 😀 中"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x1b[2J\x00\x7f", r"\x1b[2J\x00\x7f"),
        ("\x9b\x85\u2028\u202e", r"\x9b\x85\u2028\u202e"),
        ("\ud800", r"\ud800"),
        ("\U000e0001", r"\U000e0001"),
    ],
)
def test_control_characters_are_escaped(text, shown):
    assert one_line(text) == shown


@settings(deadline=None)
@given(st.text(max_size=40))
def test_a_line_is_printable_and_keeps_what_was(text):
    shown = one_line(text)
    assert shown.isprintable()
    assert one_line(shown) == shown
    assert all(c in shown for c in text if c.isprintable())
    assert (shown == text) == text.isprintable()


def test_neither_a_path_nor_a_message_can_forge_a_fault():
    fault = Fault(Path("a\nb"), 3, "no label 'x\n/etc/passwd:1: read\x1b[2J'")
    assert str(fault) == r"a\nb:3: no label 'x\n/etc/passwd:1: read\x1b[2J'"
    assert len(str(DataError([fault, fault])).splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("techniqe", ["technique", "frame"], ", did you mean 'technique'?"),
        ("FRAME", ["technique", "Frame"], ", did you mean 'Frame'?"),
        ("STRASSE", ["straße", "x"], ", did you mean 'straße'?"),
        ("doubt", ["doubt", "Doubt"], ", did you mean 'Doubt'?"),
        ("zzz", ["b", "a"], "; known: a, b"),
        ("", ["a"], "; known: a"),
        ("x", [], "; none is known"),
    ],
)
def test_the_nearest_name_is_suggested(name, known, expected):
    assert suggest(name, known) == expected


def test_at_most_twenty_names_are_listed():
    names = [f"n{number:02}" for number in range(21)]
    assert suggest("?", names[:20]) == "; known: " + ", ".join(names[:20])
    assert suggest("?", names) == "; known: " + ", ".join(names[:20]) + ", …"


@settings(deadline=None)
@given(st.text(max_size=20), st.lists(st.text(max_size=8), max_size=6))
def test_a_suggestion_is_always_a_known_name(name, known):
    text = suggest(name, iter(known))
    if text.startswith(", did you mean '"):
        assert text.removeprefix(", did you mean '").removesuffix("'?") in known
    else:
        assert text.startswith("; ")
    assert text == suggest(name, known[::-1])


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=6), st.data())
def test_a_known_name_in_other_case_finds_itself(known, data):
    name = data.draw(st.sampled_from(known))
    found = suggest(name, known).removeprefix(", did you mean '").removesuffix("'?")
    assert found.casefold() == name.casefold()
