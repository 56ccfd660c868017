"""`bench verify` and `bench export` end to end."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark import data, results
from benchmark.errors import EXIT_DIFFERS, EXIT_FAULT
from tests.kept_runs import FEW, edit, keep, put


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A results folder with three runs."""
    folder = tmp_path_factory.mktemp("made") / "results"
    for target, detector in (
        ("turkey_drones/loaded_language", "lexicon"),
        ("turkey_drones/loaded_language", "null"),
        ("turkey_drones/attribution_gap", "null"),
    ):
        keep(target, detector, folder)
    return folder


@pytest.fixture
def kept(bench, made):
    """A copy of it where the command runs, which a test can spoil."""
    return shutil.copytree(made, Path("results"))


def test_what_evaluate_keeps_verifies(bench):
    assert (
        bench("evaluate", "turkey_drones/loaded_language", "-d", "lexicon", "--resamples", FEW, "-q").code
        == 0
    )
    done = bench("verify", "results")
    assert done.code == 0, done.err
    assert done.out.count("as recorded") == 1
    assert "Not checked, since it cannot be made again: times" in done.out
    assert done.err == ""


def test_runs_below_a_folder_are_found_and_named_as_given(bench, kept):
    done = bench("verify", "results", "-f", "json")
    assert done.code == 0
    rows = json.loads(done.out)
    assert [row["run"] for row in rows] == [str(path) for path in results.find_runs([Path("results")])]
    assert {row["verdict"] for row in rows} == {"as recorded"}


def test_a_difference_is_named_with_both_values_and_ends_with_4(bench, kept):
    (run, *_) = results.find_runs([kept])
    record = results.load_record(run)
    metric, score = record.headline
    edit(run, put("metrics", metric, "scores", score, "value", value=0.999))
    done = bench("verify", "results")
    assert done.code == EXIT_DIFFERS == 4
    assert f"{run}" in done.out
    assert "1 difference" in done.out
    row = next(line for line in done.out.splitlines() if line.startswith(f"{metric} {score}, value"))
    made = record.metrics[metric].scores[score].value
    assert row.split()[-2:] == ["0.999", "–" if made is None else f"{made:.6g}"]
    assert done.out.count("as recorded") == 2


def test_a_folder_that_cannot_be_read_ends_with_2_and_hides_no_other(bench, kept):
    first, second, _ = results.find_runs([kept])
    (first / "predictions.jsonl").write_text("{\n", encoding="utf-8")
    done = bench("verify", "results")
    assert done.code == EXIT_DIFFERS  # it is not the file that the record has the digest of
    assert "predictions.jsonl:1" in " ".join(done.out.split())
    assert done.out.count("as recorded") == 2
    (first / "run.json").write_text("{\n", encoding="utf-8")
    assert bench("verify", "results").code == EXIT_FAULT
    edit(second, put("characters", value=1))
    assert bench("verify", "results").code == EXIT_DIFFERS


def test_a_dataset_that_is_not_at_hand_ends_with_2_and_can_be_given(bench, kept):
    for run in results.find_runs([kept]):
        edit(run, put("dataset", "name", value="elsewhere"))
    done = bench("verify", "results")
    assert done.code == EXIT_FAULT
    assert "dataset 'elsewhere' is not at hand" in " ".join(done.out.split())
    copied = shutil.copytree(data.locate("turkey_drones"), Path("copy"))
    manifest = copied / "manifest.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**content, "name": "elsewhere"}), encoding="utf-8")
    done = bench("verify", "results", "--data", "copy")
    assert "elsewhere' is not at hand" not in done.out
    assert "SHA-256" in done.out
    assert done.code == EXIT_DIFFERS


def test_a_folder_of_the_dataset_serves(bench, kept):
    shutil.copytree(data.locate("turkey_drones"), "copy")
    assert bench("verify", "results", "--data", "copy").code == 0
    done = bench("verify", "results", "--data", "nowhere")
    assert done.code == EXIT_FAULT
    assert "nowhere" in done.err


@pytest.mark.parametrize("command", ["verify", "export"])
def test_where_there_is_no_run_it_is_said(bench, command):
    Path("empty").mkdir()
    for where in ("empty", "nowhere"):
        done = bench(command, where)
        assert done.code == EXIT_FAULT
        assert f"{where}: no run folder: there is no run.json in it or below it" in done.err


def test_a_strangers_words_do_not_steer_the_terminal(bench, kept):
    (run, *_) = results.find_runs([kept])
    evil = "\x1b[2J\x07"
    edit(run, put("environment", "framebench", value=evil))
    edit(run, put("labels", evil, value=1))
    edit(run, put("dataset", "noun", value=evil))
    done = bench("verify", "results")
    assert "\x1b" not in done.out + done.err
    assert "\\x1b[2J" in done.out


def test_export_writes_a_row_a_score(bench, kept):
    done = bench("export", "results")
    assert done.code == 0
    rows = list(csv.DictReader(io.StringIO(done.out)))
    runs = results.find_runs([kept])
    count = sum(len(m.scores) for run in runs for m in results.load_record(run).metrics.values())
    assert len(rows) == count
    assert {row["run"] for row in rows} == set(map(str, runs))
    assert list(rows[0])[:3] == ["run", "dataset", "version"]
    assert json.loads(bench("export", "results", "-f", "json").out)[0]["run"] == rows[0]["run"]


def test_export_to_files_holds_the_same_numbers(bench, kept):
    for kind in ("csv", "json", "parquet"):
        done = bench("export", "results", "--format", kind, "--output", f"scores.{kind}")
        assert (done.code, done.out, done.err) == (0, "", "")
    table = results.load("results")
    pd.testing.assert_frame_equal(pd.read_parquet("scores.parquet"), table)
    read = json.loads(Path("scores.json").read_text(encoding="utf-8"))
    assert [row["value"] for row in read] == [None if np.isnan(v) else v for v in table["value"]]
    text = pd.read_csv("scores.csv")
    np.testing.assert_array_equal(text["low"], table["low"])
    assert sorted(path.name for path in Path().iterdir()) == [
        "results",
        "scores.csv",
        "scores.json",
        "scores.parquet",
    ]


def test_parquet_is_not_written_to_standard_output(bench, kept):
    done = bench("export", "results", "--format", "parquet")
    assert done.code == EXIT_FAULT
    assert "parquet is no text for standard output: name a file with --output" in done.err
    assert done.out == ""


def test_a_file_that_cannot_be_written_leaves_nothing_behind(bench, kept):
    Path("taken").mkdir()
    for where in ("taken", "nowhere/scores.csv"):
        done = bench("export", "results", "--output", where)
        assert done.code == EXIT_FAULT
        assert f"{where}: cannot be written" in done.err
    assert sorted(path.name for path in Path().iterdir()) == ["results", "taken"]


def test_on_a_terminal_exported_words_are_escaped(bench, kept, monkeypatch):
    (run, *_) = results.find_runs([kept])
    edit(run, put("detector", "name", value="\x1b[2J"))
    assert "\x1b[2J" in bench("export", "results").out
    monkeypatch.setattr("benchmark.cli.common._on_terminal", lambda: True)
    done = bench("export", "results")
    assert "\x1b" not in done.out
    assert "\\x1b[2J" in done.out
    assert len(list(csv.DictReader(io.StringIO(done.out)))) == len(results.load("results"))


def test_a_dataset_that_no_run_is_on_is_refused(bench, kept):
    done = bench("verify", "results", "--data", data.locate("fictional_news"))
    assert (done.code, done.out) == (EXIT_FAULT, "")
    assert "holds dataset 'fictional_news'; the runs are on turkey_drones" in done.err


def test_the_name_of_a_file_says_how_it_is_written(bench, kept):
    for name in ("scores.parquet", "scores.JSON", "scores.txt"):
        assert bench("export", "results", "--output", name).code == 0
    assert len(pd.read_parquet("scores.parquet")) == len(results.load("results"))
    assert len(json.loads(Path("scores.JSON").read_text("utf-8"))) == len(results.load("results"))
    assert Path("scores.txt").read_text("utf-8").startswith("run,dataset,")
