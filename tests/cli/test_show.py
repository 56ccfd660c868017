"""`bench show` with what is read again from predictions: slices, errors, curves."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from benchmark.errors import EXIT_FAULT
from tests.kept_runs import edit, keep, put


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Runs on a task of spans and one of units."""
    folder = tmp_path_factory.mktemp("made") / "results"
    for detector in ("lexicon", "everything"):
        keep("fictional_news/technique", detector, folder)
    for detector in ("frame-keywords", "null"):
        keep("fictional_news/frame", detector, folder)
    return folder


@pytest.fixture
def kept(bench, made):
    """A copy of them where the command runs."""
    return shutil.copytree(made, Path("results"))


def test_several_runs_are_shown_one_after_the_other(bench, kept):
    done = bench("show", "results/fictional_news/frame")
    assert done.code == 0, done.err
    assert done.out.count("A kept run") == 2


def test_slices_stand_side_by_side(bench, kept):
    done = bench("show", "results/fictional_news/technique", "--by", "section", "--by", "quotation")
    assert done.code == 0, done.err
    assert "task technique, by section: ptc_flc F1" in done.out
    assert "task technique, by quotation: ptc_flc F1" in done.out
    for name in ("headline", "lead", "body", "inside quotations", "outside quotations"):
        assert f"\n{name} " in done.out
    assert max(map(len, done.out.split("\n"))) <= 100
    rows = json.loads(bench("show", kept, "--by", "label", "-f", "json").out)
    assert {row["task"] for row in rows} == {"technique", "frame"}


def test_errors_name_their_types(bench, kept):
    done = bench("show", "results/fictional_news/technique", "--errors")
    assert done.code == 0, done.err
    for kind in ("right", "wrong boundary", "wrong label", "both wrong", "spurious", "missed"):
        assert f"\n{kind} " in done.out
    assert max(map(len, done.out.split("\n"))) <= 100
    rows = list(csv.DictReader(io.StringIO(bench("show", kept, "--errors", "-f", "csv").out)))
    assert {row["type"] for row in rows} >= {"right", "spurious", "missed"}


def test_curves_show_thresholds_and_calibration(bench, kept):
    done = bench("show", "results/fictional_news/frame", "--curve")
    assert done.code == 0, done.err
    assert "what the scores of answers are worth" in done.out
    assert "No curve of null" in done.out
    assert max(map(len, done.out.split("\n"))) <= 100


def test_what_cannot_be_sliced_is_told(bench, kept):
    done = bench("show", "results/fictional_news/frame", "--by", "sektion")
    assert done.code == EXIT_FAULT
    assert "did you mean 'section'?" in done.err


@pytest.mark.parametrize("fmt", ["csv", "json"])
def test_tidy_rows_are_of_one_kind(bench, kept, fmt):
    done = bench("show", "results", "--errors", "--by", "section", "-f", fmt)
    assert (done.code, done.out) == (EXIT_FAULT, "")
    assert f"--format {fmt} holds one table: give one of --by, --errors and --curve" in done.err
    assert bench("show", "results/fictional_news/technique", "--errors", "--by", "section").code == 0


def test_errors_of_several_tasks_name_theirs(bench, kept):
    rows = json.loads(bench("show", kept, "--errors", "-f", "json").out)
    assert {(row["dataset"], row["task"]) for row in rows} == {
        ("fictional_news", "technique"),
        ("fictional_news", "frame"),
    }


@pytest.mark.parametrize("option", [(), ("--curve",), ("--errors",), ("--by", "section")])
def test_a_strangers_words_do_not_steer_the_terminal(bench, kept, option):
    (run,) = (path.parent for path in kept.rglob("lexicon*/run.json"))
    edit(run, put("detector", "name", value="\x1b[2J\u202e\n"))
    done = bench("show", run, *option)
    assert done.code == 0, done.err
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
