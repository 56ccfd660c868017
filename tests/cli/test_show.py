"""`bench show` with what is read again from predictions: slices, errors, curves."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from benchmark.answers import Quotation
from benchmark.errors import EXIT_FAULT
from benchmark.results import ANSWERS
from tests.kept_runs import edit, keep, put
from tests.page.asked import answer, asked


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
    assert f"--format {fmt} holds one table: give one of --by, --errors, --curve and --answers" in done.err
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


EVIL = "\x1b[2J\u202e\n\x00 words " * 60


@pytest.fixture
def answered(kept):
    """The run of a detector with answers, one of which is hostile."""
    (run,) = (path.parent for path in kept.rglob("lexicon*/run.json"))
    lost = Quotation("stands nowhere", "Doubt")
    hostile = answer(EVIL, "invalid", raw=EVIL, problem=EVIL, quotations=(Quotation(EVIL, EVIL),))
    return asked(
        run, [answer("02", quotations=(lost,)), answer("03"), answer("04", "failed", raw=""), hostile]
    )


def test_answers_are_read_at_100_columns(bench, answered):
    done = bench("show", answered, "--answers")
    assert done.code == 0, done.err
    assert "answers of lexicon" in done.out
    assert "not placed  Doubt: “stands nowhere”" in done.out
    assert "4 answers: 2 ok, 1 invalid, 1 failed; 2 of 2 quotations could not be placed." in done.out
    assert max(map(len, done.out.split("\n"))) <= 100
    assert not set(done.out) & set("\x1b\u202e\x00")


@pytest.mark.parametrize(
    ("status", "documents"),
    [
        ("ok", ["02", "03"]),
        ("invalid", [EVIL]),
        ("refused", []),
        ("failed", ["04"]),
        ("unplaced", ["02", EVIL]),
    ],
)
def test_answers_of_one_kind_as_tidy_rows(bench, answered, status, documents):
    rows = json.loads(bench("show", answered, "--answers", "--status", status, "-f", "json").out)
    assert [row["document"] for row in rows] == documents
    done = bench("show", answered, "--answers", "--status", status, "-f", "csv")
    assert [row["document"] for row in csv.DictReader(io.StringIO(done.out, newline=""))] == documents
    assert bench("show", answered, "--answers", "--status", status).code == 0


def test_runs_without_answers_are_told(bench, kept, answered):
    done = bench("show", "results/fictional_news/technique", "--answers")
    assert done.code == 0, done.err
    assert "No answers are kept of everything on technique: no language model was asked." in done.out
    done = bench("show", "results/fictional_news/frame", "--answers", "-f", "json")
    assert (done.code, done.out) == (EXIT_FAULT, "")
    assert "No answers are kept of frame-keywords on frame, null on frame" in done.err
    (answered / ANSWERS).unlink()
    done = bench("show", answered, "--answers")
    assert done.code == EXIT_FAULT
    assert "The answers of lexicon on technique are gone" in done.err


def test_a_broken_file_of_answers_is_told_by_line(bench, answered):
    with (answered / ANSWERS).open("ab") as file:
        file.write(b'{"document": 1}\n{broken\n')
    done = bench("show", answered, "--answers")
    assert (done.code, done.out) == (EXIT_FAULT, "")
    assert f"{ANSWERS}:5: " in done.err
    assert f"{ANSWERS}:6: broken JSON" in done.err


def test_a_status_is_one_of_answers(bench, answered):
    done = bench("show", answered, "--status", "failed")
    assert done.code == EXIT_FAULT
    assert "--status chooses among answers: give --answers too" in done.err
    assert bench("show", answered, "--answers", "--status", "mumbled").code == EXIT_FAULT
    done = bench("show", answered, "--answers", "--errors", "-f", "json")
    assert "holds one table" in done.err
    assert bench("show", answered, "--answers", "--errors").out.count("lexicon") > 1
