"""`bench behave`: tables, failing cases, tidy rows, own cases."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from benchmark.behaviour.cases import written
from benchmark.behaviour.results import find, load
from benchmark.cli.behave import complete_suites
from benchmark.detectors import DETECTORS
from benchmark.errors import EXIT_FAULT, EXIT_INCOMPLETE
from tests.behaviour.known import Breaks, Dislikes, ListedWords, Unquoted, alone, pair

CASES = [
    alone(0, "vile", "The vile plan failed."),
    alone(1, "nasty", "A nasty plan failed."),
    alone(2, "killer", "The killer whale swam.", "literal"),
    pair(0, "quoted", "A vile plan.", "“A vile plan,” he said.", "vile", "vile"),
    *(
        pair(
            n,
            "entity_swap",
            f"Ruritania sold {n} ships.",
            f"Sylvania sold {n} ships.",
            sides=("Ruritania", "Sylvania"),
        )
        for n in range(10)
    ),
]


@pytest.fixture(autouse=True)
def known(monkeypatch, bench):
    """Detectors of known behaviour, and a file of cases where the command runs."""
    list(DETECTORS)
    kinds = {"listed": ListedWords, "dislikes": Dislikes, "unquoted": Unquoted, "breaks": Breaks}
    for name, kind in kinds.items():
        monkeypatch.setitem(DETECTORS._loaded, name, kind)
    Path("my.jsonl").write_bytes(written(CASES))


def behave(bench, *arguments):
    return bench("behave", "--cases", "my.jsonl", "--resamples", "100", *arguments)


def test_a_row_a_detector_and_a_column_a_suite(bench):
    done = behave(bench, "-d", "listed", "-d", "dislikes", "-d", "unquoted")
    assert done.code == 0, done.err
    assert max(map(len, done.out.split("\n"))) <= 100
    for head in ("entity_", "swap", "quoted:", "reporter", "literal", "charged"):
        assert head in done.out
    assert "entity_swap: asymmetry" in done.out
    assert "Ruritania .30" in done.out
    assert "12 runs kept in results/behaviour" in done.err
    assert len(find(Path("results"))) == 12


def test_tidy_rows_have_the_full_precision(bench):
    rows = json.loads(behave(bench, "-d", "dislikes", "-f", "json").out)
    values = {(row["suite"], row["measure"], row["side"]): row["value"] for row in rows}
    assert values["entity_swap", "pass_rate", None] == pytest.approx(0.7)
    assert values["entity_swap", "asymmetry_flag_rate", None] == pytest.approx(0.3)
    assert values["entity_swap", "asymmetry_flag_rate", "Sylvania"] == pytest.approx(-0.3)
    assert ("quoted", "pass_rate", None) not in values
    assert load(Path(rows[0]["run"])).record.suite == rows[0]["suite"]
    out = behave(bench, "-d", "dislikes", "-f", "csv").out
    assert len(list(csv.DictReader(io.StringIO(out)))) == len(rows)


def test_failing_cases_are_shown(bench):
    done = behave(bench, "-d", "listed", "--failures", "1")
    assert "listed on charged: 1 of 2 cases failed" in done.out
    assert "charged-1: not flagged\n  text “nasty”: A nasty plan failed." in done.out
    assert "literal-2: flagged\n  text “killer”: The [killer|Loaded_Language] whale swam." in done.out
    assert "cases failed" not in behave(bench, "-d", "listed").out


def test_suites_can_be_chosen(bench):
    done = behave(bench, "-d", "listed", "--suite", "literal", "-f", "github", "-q")
    assert done.code == 0
    assert "| literal" in done.out
    assert "charged |" not in done.out
    assert done.err == ""
    wrong = behave(bench, "-d", "listed", "--suite", "litteral")
    assert wrong.code == EXIT_FAULT
    assert "did you mean 'literal'" in wrong.err


def test_without_a_detector_all_that_learn_within_seconds_run(bench):
    done = behave(bench, "-s", "literal", "-f", "json")
    assert done.code == 0, done.err
    names = {row["detector"] for row in json.loads(done.out)}
    assert {"null", "lexicon", "linear", "everything"} <= names
    assert not names & {"crf", "ensemble", "token-linear", "attribution-rules"}


def test_a_crash_ends_with_its_own_code(bench):
    Path("my.jsonl").write_bytes(written([*CASES, alone(9, "crash", "A vile crash.")]))
    done = behave(bench, "-d", "breaks", "-s", "charged")
    assert done.code == EXIT_INCOMPLETE
    assert "[incomplete]" in done.out
    assert "failed on document 'charged/charged-9' in suite charged: RuntimeError: no such word" in done.err


def test_what_cannot_be_done_is_told(bench):
    done = behave(bench, "-d", "attribution-rules")
    assert done.code == EXIT_FAULT
    assert "no suite fits attribution-rules" in done.err
    done = behave(bench, "--dataset", "ptc")
    assert done.code == EXIT_FAULT
    assert "leave --dataset out" in done.err
    Path("my.jsonl").write_text('{"id": 3}\n')
    assert "my.jsonl:1: " in behave(bench, "-d", "listed").err


def test_suites_are_completed():
    assert complete_suites("source") == ["source_added", "source_removed"]
