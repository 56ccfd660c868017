"""What verification found, as tables and rows."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark import __version__
from benchmark.report.formats import Format
from benchmark.report.verification import LONGEST, MOST_SHOWN, UNCHECKED, tables, tidy, verdict, written
from benchmark.verification import Difference, Verification
from tests.report.test_tidy import RECORD

RIGHT = Verification(
    Path("a"), replace(RECORD, environment=replace(RECORD.environment, framebench=__version__))
)
WRONG = replace(
    RIGHT,
    path=Path("b"),
    differences=(Difference("exact f1, value", 0.5, 0.25), Difference("headline", "a b", None)),
)
UNREAD = Verification(Path("c"), problems=("first\nsecond",))


def test_verdicts():
    one = replace(WRONG, differences=WRONG.differences[:1])
    found = [RIGHT, WRONG, one, UNREAD, replace(WRONG, problems=("no",))]
    assert [verdict(each) for each in found] == [
        "as recorded",
        "2 differences",
        "1 difference",
        "not compared",
        "2 differences, not all compared",
    ]


def test_a_table_of_verdicts_then_problems_then_differences():
    made = tables([RIGHT, WRONG, UNREAD])
    assert [table.rows for table in made] == [
        (("a", "as recorded"), ("b", "2 differences"), ("c", "not compared")),
        (("c", "first"), ("c", "second")),
        (("exact f1, value", "0.5", "0.25"), ("headline", "a b", "–")),
    ]
    assert [table.title for table in made] == ["", "What could not be compared", "Differences in b"]
    assert [UNCHECKED in table.notes for table in made] == [False, False, True]


def test_what_cannot_be_checked_is_said_where_nothing_differs():
    (table,) = tables([RIGHT])
    assert table.notes == (UNCHECKED,)
    for what in ("times", "failures", "commit", "trained on"):
        assert what in UNCHECKED


def test_another_version_is_said_first():
    other = replace(RECORD, environment=replace(RECORD.environment, framebench="9.9\x1b"))
    first, *_ = written([RIGHT, replace(WRONG, record=other)], Format.TABLE).split("\n")
    assert first.startswith(f"Made by another version of framebench than {__version__}")
    assert first.endswith(r"b by 9.9\x1b")


@pytest.mark.parametrize(
    ("recorded", "made", "shown"),
    [
        (0.5, 0.5000001, ("0.5", "0.5000001")),
        (0.1, 0.1 + 2**-52, ("0.10000000000000001", "0.10000000000000023")),
        (3, 4, ("3", "4")),
        (None, 0.0, ("–", "0")),
        ("a" * 64, "b" * 64, ("a" * 12 + "…", "b" * 12 + "…")),
        ("a" * 64, "a" * 63 + "b", ("a" * 64, "a" * 63 + "b")),
        ("x" * 9999, "y", ("x" * LONGEST + "…", "y")),
    ],
)
def test_values_have_the_digits_that_tell_them_apart(recorded, made, shown):
    found = replace(RIGHT, differences=(Difference("what", recorded, made),))
    assert tables([found])[1].rows == (("what", *shown),)


def test_long_lists_are_cut_in_tables_alone():
    many = tuple(Difference(f"w{number}", number, -number) for number in range(1, MOST_SHOWN + 4))
    found = replace(RIGHT, differences=many, problems=("\n".join(f"p{n}" for n in range(MOST_SHOWN + 2)),))
    _, problems, differences = tables([found])
    assert len(differences.rows) == MOST_SHOWN
    assert differences.notes[0] == "… and 3 more; --format csv lists all."
    assert problems.rows[-1] == ("a", "… and 2 more")
    assert len(problems.rows) == MOST_SHOWN + 1
    assert len(tidy([found])) == len(many) + 1


def test_rows_have_all_values_in_full():
    rows = tidy([RIGHT, WRONG, UNREAD])
    assert rows[0] == {
        "run": "a",
        "verdict": "as recorded",
        "what": None,
        "recorded": None,
        "made_again": None,
    }
    assert [row["what"] for row in rows[1:]] == ["exact f1, value", "headline", r"first\nsecond"]
    assert (rows[1]["recorded"], rows[1]["made_again"]) == (0.5, 0.25)
    assert json.loads(written([RIGHT, WRONG, UNREAD], Format.JSON)) == rows
    lines = list(csv.DictReader(io.StringIO(written([WRONG], Format.CSV))))
    assert [line["made_again"] for line in lines] == ["0.25", ""]


HOSTILE = "\x1b]0;owned\x07\u202e\n"


@pytest.mark.parametrize("fmt", list(Format))
def test_no_word_of_a_record_steers_a_terminal(fmt):
    record = replace(RECORD, environment=replace(RECORD.environment, framebench=HOSTILE))
    found = Verification(Path(HOSTILE), record, (Difference(HOSTILE, HOSTILE, HOSTILE + "2"),), (HOSTILE,))
    text = written([found], fmt)
    assert all(character.isprintable() for line in text.split("\n") for character in line)
