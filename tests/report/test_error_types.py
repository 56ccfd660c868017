"""The tables of error types and of confused labels."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter

import numpy as np
import pytest

from benchmark.error_types import TYPES, Errors, ErrorType, Kind, label_errors, unit_errors
from benchmark.report.error_types import error_tables, tidy_errors, written
from benchmark.report.formats import Format
from benchmark.report.table import WIDTH
from tests.metrics.metric_cases import unit_found, unit_gold


def made(labels, counts, kind=Kind.SPANS):
    """Errors with counts by type, gold label and predicted label; None for no label."""
    places = {label: place for place, label in enumerate((*labels, None))}
    cells = np.zeros((6, len(places), len(places)), dtype=np.int64)
    for (found, gold, predicted), count in counts.items():
        cells[TYPES.index(found), places[gold], places[predicted]] = count
    return Errors(kind, tuple(labels), cells)


SPANS = made(
    ("Doubt", "Slogans", "Loaded_Language"),
    {
        (ErrorType.RIGHT, "Doubt", "Doubt"): 3,
        (ErrorType.BOUNDARY, "Doubt", "Doubt"): 1,
        (ErrorType.LABEL, "Doubt", "Loaded_Language"): 2,
        (ErrorType.BOTH, "Loaded_Language", "Doubt"): 1,
        (ErrorType.SPURIOUS, None, "Doubt"): 3,
        (ErrorType.MISSED, "Loaded_Language", None): 1,
    },
)


def cells(table):
    return {row[0]: row[1:] for row in table.rows}


def test_types_of_one_run():
    # G = 8, P = 10: F1 is 6/18; the costs are 2, 4, 2, 3 and 1 of 18, and of the 12 that are lost.
    first, _ = error_tables([("crf", SPANS)], "small 1, technique")
    assert first.title == "small 1, technique, crf: error types"
    assert first.headers == ("error type", "count", "F1\nlost", "%")
    assert cells(first) == {
        "right": ("3", "", ""),
        "wrong boundary": ("1", ".11", "17"),
        "wrong label": ("2", ".22", "33"),
        "both wrong": ("1", ".11", "17"),
        "spurious": ("3", ".17", "25"),
        "missed": ("1", ".06", "8"),
        "gold spans": ("8", "", ""),
        "predicted spans": ("10", "", ""),
        "exact F1": ("", ".33", ""),
    }
    assert len(first.notes) == 2
    assert "a wrong span costs two errors" in first.notes[1]
    assert "a spurious or missed one costs one" in first.notes[1]


def test_confusion_of_spans():
    _, confusion = error_tables([("crf", SPANS)], "small")
    assert confusion.headers == ("gold", "A", "B", "(missed)")
    assert confusion.rows == (
        ("A Doubt", "4", "2", "·"),
        ("B Loaded_Language", "1", "·", "1"),
        ("(none)", "3", "·", "·"),
    )
    assert confusion.notes == (
        "Most often confused: Doubt taken for Loaded_Language (2 of 6); Loaded_Language taken for Doubt "
        "(1 of 2). The diagonal counts right labels, whatever their boundaries.",
    )


def test_labels_that_nobody_confuses_are_said_to_be_so():
    some = made(("A", "B"), {(ErrorType.RIGHT, "A", "A"): 2})
    tables = error_tables([("one", some)], "small")
    assert tables[1].rows == (("A A", "2"),)
    assert tables[1].notes[0].startswith("No label was taken for another.")
    assert cells(tables[0])["missed"] == ("0", ".00", "–")
    assert tables[0].notes[-1] == "–: undefined, as a share where nothing is lost."


def test_nothing_at_all_is_undefined():
    [table] = error_tables([("one", made(("A", "B"), {}))], "small")
    assert cells(table)["missed"] == ("0", "–", "–")
    assert cells(table)["exact F1"] == ("", "–", "")
    assert tidy_errors([("one", made(("A", "B"), {}))]) == []
    assert error_tables([], "small") == []


def test_a_single_label_has_no_confusion():
    one = made(("A",), {(ErrorType.BOUNDARY, "A", "A"): 2})
    [table] = error_tables([("one", one)], "small")
    assert "wrong label" not in cells(table)
    assert cells(table)["wrong boundary"] == ("2", "1.0", "100")


def test_runs_stand_beside_each_other_by_number():
    runs = [(f"run-{i}", SPANS) for i in range(1, 6)]
    first, second, *rest = error_tables(runs, "small 1, technique")
    assert (first.headers[1:4], first.headers[-1]) == (("1\ncount", "1\nF1\nlost", "1\n%"), "4\n%")
    assert first.notes == ("Runs: 1 run-1; 2 run-2; 3 run-3; 4 run-4.",)
    assert second.headers[1] == "5\ncount"
    assert second.notes[0] == "Runs: 5 run-5."
    assert len(second.notes) == 3
    assert first.title == second.title == "small 1, technique: error types"
    assert [table.title.split(":")[0] for table in rest] == [name for name, _ in runs]


def test_runs_on_different_tasks_are_refused():
    with pytest.raises(ValueError, match="different tasks"):
        error_tables([("a", SPANS), ("b", made(("A",), {}))], "small")


def test_units_of_one_label():
    truth = unit_gold(("yes",), ("yes",), ("no",), ("no",))
    found = unit_errors([truth], [unit_found(("yes",), ("no",), ("no",), ())], ("yes", "no"))
    first, confusion = error_tables([("linear", found)], "small")
    assert cells(first) == {
        "right": ("2", "", ""),
        "wrong label": ("1", ".29", "67"),
        "missed": ("1", ".14", "33"),
        "gold units": ("4", "", ""),
        "predicted units": ("3", "", ""),
        "micro-F1": ("", ".57", ""),
    }
    assert first.notes[0].startswith("F1 lost: in points, which add up to 1 with the micro-F1; a wrong unit")
    assert "a missed one costs one." in first.notes[0]
    assert confusion.headers == ("gold", "A", "B", "(missed)")
    assert confusion.rows == (("A yes", "1", "1", "·"), ("B no", "·", "1", "1"))
    assert confusion.notes == ("Most often confused: yes taken for no (1 of 2).",)


def test_labels_of_units():
    truth = unit_gold(("a", "b"), ("a",), ())
    found = label_errors([truth], [unit_found(("a",), ("a", "b"), ())], ("a", "b", "c"))
    first, labels = error_tables([("linear", found)], "small")
    assert cells(first)["missed"] == ("1", ".17", "50")
    assert first.notes[0].startswith("F1 lost: in points, which add up to 1 with the micro-F1; a spurious or")
    assert labels.headers == ("label", "gold", "right", "spurious", "missed")
    assert labels.rows == (("a", "2", "2", "·", "·"), ("b", "1", "·", "1", "1"))
    [alone] = error_tables([("linear", label_errors([], [], ("a",)))], "small")
    assert cells(alone)["micro-F1"] == ("", "–", "")


@pytest.mark.parametrize("count", [1, 12, 40, 60])
@pytest.mark.parametrize("size", [1, 1000, 99_999])
def test_tables_fit_the_width(count, size):
    names = [f"Whataboutism,Straw_Men,Red_Herring_{i}" for i in range(count)]
    confused = {(ErrorType.LABEL, a, b): size for a in names for b in names if a != b}
    found = made(names, {(ErrorType.MISSED, names[0], None): size, **confused})
    text = written(
        [("linear:" + "x" * 20, found)] * (4 if size == 1 else 2), "small 1, technique", Format.TABLE
    )
    assert max(map(len, text.split("\n"))) <= WIDTH


def test_more_labels_than_letters_and_than_columns():
    names = [f"label {i}" for i in range(60)]
    found = made(names, {(ErrorType.RIGHT, name, name): 1 for name in names})
    _, *parts = error_tables([("one", found)], "small")
    assert len(parts) > 1
    assert [head for part in parts for head in part.headers[1:]] == [
        row[0].removesuffix(f" {name}") for row, name in zip(parts[0].rows, names, strict=True)
    ]
    assert [row[0].split()[0] for row in parts[0].rows[25:28]] == ["Z", "AA", "AB"]
    assert [bool(part.notes) for part in parts] == [False] * (len(parts) - 1) + [True]
    assert Counter(cell for part in parts for row in part.rows for cell in row[1:]) == {"1": 60, "·": 3540}


def test_tidy_rows_add_up_to_types_and_to_the_matrix():
    rows = tidy_errors([("crf", SPANS), ("other", SPANS)])
    assert len(rows) == 12
    assert rows[-1] == {
        "run": "other",
        "counted": "spans",
        "type": "missed",
        "gold": "Loaded_Language",
        "predicted": None,
        "count": 1,
        "f1_lost": 1 / 18,
        "share": pytest.approx(1 / 12),
    }
    mine = [row for row in rows if row["run"] == "crf"]
    assert sum(row["count"] for row in mine if row["gold"] == "Doubt") == 6
    assert sum(row["f1_lost"] for row in mine) == pytest.approx(1 - SPANS.f1)
    assert sum(row["share"] for row in mine) == pytest.approx(1)


def test_csv_and_json_hold_the_same_rows():
    table = list(csv.DictReader(io.StringIO(written([("crf", SPANS)], "small", Format.CSV))))
    rows = json.loads(written([("crf", SPANS)], "small", Format.JSON))
    assert [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows] == table
    whole = made(("A", "B"), {(ErrorType.RIGHT, "A", "A"): 2})
    assert json.loads(written([("crf", whole)], "small", Format.JSON))[0]["share"] is None


def test_names_cannot_steer_a_terminal():
    bad = "\x1b[31mred\nnext"
    units = made((bad, "b"), {(ErrorType.LABEL, bad, "b"): 2}, Kind.UNITS)
    labels = made((bad, "b"), {(ErrorType.MISSED, bad, None): 2}, Kind.LABELS)
    for found in (units, labels):
        for runs in ([(bad, found)], [(bad, found)] * 2):
            text = written(runs, bad, Format.TABLE)
            assert "\x1b" not in text
            assert "\nnext" not in text
            assert "\\x1b[31mred\\nnext" in text


@pytest.mark.parametrize("fmt", [Format.GITHUB, Format.LATEX, Format.HTML])
def test_other_formats(fmt):
    text = written([("crf", SPANS), ("b", SPANS)], "small", fmt)
    assert "1 F1 lost" in text
    assert "Most often confused" in text
