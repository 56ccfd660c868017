"""`bench leaderboard` end to end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmark.errors import EXIT_DIFFERS, EXIT_FAULT
from tests.kept_runs import edit, keep, put


@pytest.fixture
def kept(bench):
    """Two runs where the command runs."""
    for detector in ("frame-keywords", "null"):
        keep("fictional_news/frame", detector, Path("results"))
    return Path("results")


def test_the_page_is_written_beside_the_runs_and_checked(bench, kept):
    done = bench("leaderboard")
    assert done.code == 0, done.err
    assert done.err == "2 runs on 1 task in results/README.md\n"
    text = Path("results/README.md").read_text("utf-8")
    assert "| frame-keywords " in text
    assert bench("leaderboard", "--check", "-q").code == 0
    Path("results/README.md").write_text(text.replace(".54", ".55"), "utf-8")
    changed = bench("leaderboard", "--check")
    assert changed.code == EXIT_DIFFERS
    assert "results/README.md: is not what 'bench leaderboard' makes of the runs" in changed.err
    Path("results/README.md").unlink()
    assert bench("leaderboard", "--check", "-q").code == EXIT_DIFFERS
    assert not Path("results/README.md").exists()


def test_another_page_and_folder_may_be_named(bench, kept):
    done = bench("leaderboard", "results/fictional_news", "--output", "page.md", "-q")
    assert (done.code, done.err) == (0, "")
    assert Path("page.md").read_text("utf-8").startswith("# Results")


def test_a_run_that_differs_is_named_and_ends_with_4(bench, kept):
    (run,) = (path.parent for path in kept.rglob("null*/run.json"))
    edit(run, put("characters", value=1))
    done = bench("leaderboard")
    assert done.code == EXIT_DIFFERS
    assert f"bench: left out: {run}: 1 difference from its record" in done.err
    assert "| null " not in Path("results/README.md").read_text("utf-8")


def test_a_dataset_that_is_not_at_hand_is_named_and_is_no_difference(bench, kept):
    (run,) = (path.parent for path in kept.rglob("null*/run.json"))
    edit(run, put("dataset", "name", value="elsewhere\x1b[2J"))
    done = bench("leaderboard")
    assert done.code == 0
    assert "not at hand" in done.err
    assert "\x1b" not in done.err


def test_no_runs_are_a_fault(bench):
    assert bench("leaderboard").code == EXIT_FAULT


def test_many_problems_of_a_run_are_told_in_one_line(bench, kept):
    (run,) = (path.parent for path in kept.rglob("null*/run.json"))
    (run / "predictions.jsonl").write_text("{\n{\n{\n", "utf-8")
    done = bench("leaderboard")
    (line,) = [line for line in done.err.split("\n") if "left out" in line]
    assert "\\n" not in line
    assert line.endswith("and 2 more")


def test_behavioural_runs_stand_on_the_page_with_their_cases(bench, kept):
    assert bench("behave", "-d", "lexicon", "-s", "charged", "--resamples", 200, "-q").code == 0
    assert bench("leaderboard", "-q").code == 0
    text = Path("results/README.md").read_text("utf-8")
    (folder,) = Path("results/behaviour/charged").iterdir()
    failed = json.loads((folder / "behaviour.json").read_text("utf-8"))["counts"]["failed"]
    assert "## Behaviour" in text
    assert f"- charged: [lexicon](behaviour/charged/{folder.name}/cases.jsonl) ({failed})" in text


def test_behavioural_runs_that_do_not_follow_from_their_cases_are_left_out(bench, kept):
    assert bench("behave", "-d", "lexicon", "-s", "charged", "--resamples", 200, "-q").code == 0
    (folder,) = Path("results/behaviour/charged").iterdir()
    record = json.loads((folder / "behaviour.json").read_text("utf-8"))
    record["rates"]["passed"]["value"] = 1.0
    (folder / "behaviour.json").write_text(json.dumps(record), "utf-8")
    done = bench("leaderboard")
    assert done.code == EXIT_DIFFERS
    assert f"left out: {folder}: 1 difference from its record" in done.err
    assert "## Behaviour" not in Path("results/README.md").read_text("utf-8")
    (folder / "cases.jsonl").write_text("{", "utf-8")
    assert bench("leaderboard").code == 0


def test_pass_rates_stand_below_the_scores(bench, kept):
    done = bench("evaluate", "turkey_drones/frame", "-d", "null", "--resamples", 200)
    assert "no behavioural runs in results; make them with: bench behave" in done.err
    assert bench("behave", "-d", "null", "-s", "literal", "--resamples", 200, "-q").code == 0
    done = bench("evaluate", "turkey_drones/frame", "-d", "null", "--resamples", 200)
    assert "Behaviour, wording: share of the cases that pass" in done.out
    assert "no behavioural runs" not in done.err
    other = bench("evaluate", "turkey_drones/frame", "-d", "frame-keywords", "--resamples", 200)
    assert "Behaviour" not in other.out
    rows = bench("evaluate", "turkey_drones/frame", "-d", "null", "--resamples", 200, "-f", "csv").out
    assert "Behaviour" not in rows
