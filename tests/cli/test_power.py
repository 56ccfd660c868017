"""`bench power` end to end."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.kept_runs import keep

TARGET = "fictional_news/technique"
FEW = ("--resamples", 400)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The folder of three kept runs on the reports' techniques, and of one on another task."""
    folder = tmp_path_factory.mktemp("kept")
    for detector in ("lexicon", "subjectivity", "null"):
        keep(TARGET, detector, folder)
    keep("fictional_news/frame", "null", folder)
    return folder


def rows_of(done):
    return list(csv.DictReader(io.StringIO(done.out)))


def test_power_of_the_default_detectors(bench):
    done = bench("power", TARGET, *FEW, "-q")
    assert (done.code, done.err) == (0, "")
    lines = done.out.rstrip("\n").split("\n")
    assert lines[0] == "fictional_news 1.0.0, task technique: ptc_flc F1: smallest detectable difference"
    assert lines[1].split() == ["pair", "seen", "28", "articles,", "28,", "56,", "140,", "280,"]
    assert any(line.startswith("everything − lexicon") for line in lines)
    assert "With 80 % power" in done.out
    assert max(map(len, lines)) <= 100


def test_power_of_kept_runs_on_the_task(bench, runs):
    done = bench("power", TARGET, "--runs", runs, *FEW)
    assert (done.code, done.err) == (0, "")
    pairs = [line for line in done.out.split("\n") if " − " in line]
    assert len(pairs) == 3
    values = [float(value) for value in pairs[0].split()[-4:]]
    assert values == sorted(values, reverse=True)
    same = bench("power", TARGET, "--runs", runs / TARGET, *FEW)
    assert same.out == done.out


def test_power_by_another_metric_is_not_adjusted(bench, runs):
    done = bench("power", TARGET, "--runs", runs, "--metric", "exact/recall", *FEW)
    assert done.code == 0, done.err
    assert done.out.startswith("fictional_news 1.0.0, task technique: exact R, exploratory: smallest")
    assert "no level is adjusted" in done.out
    made = bench("power", TARGET, "--metric", "overlap:threshold=0.3", *FEW, "-q")
    assert made.code == 0, made.err
    assert "overlap(threshold=0.3) F1, exploratory" in made.out


def test_power_as_rows(bench, runs):
    rows = rows_of(bench("power", TARGET, "--runs", runs, *FEW, "--format", "csv"))
    assert len(rows) == 3 * 2 * 4
    assert {row["clusters"] for row in rows} == {"28", "56", "140", "280"}
    assert {row["adjusted"] for row in rows} == {"True", "False"}
    done = bench("power", TARGET, "--runs", runs, *FEW, "--format", "json")
    assert [str(row["detectable"] or "") for row in json.loads(done.out)] == [
        row["detectable"] for row in rows
    ]


def test_power_of_one_article_says_what_it_cannot_show(bench):
    done = bench("power", "turkey_drones/technique", *FEW, "-q")
    assert done.code == 0, done.err
    assert "10 paragraphs" in done.out
    assert max(map(len, done.out.split("\n"))) <= 100


def test_power_formats(bench, runs):
    for kind, mark in (("latex", r"\toprule"), ("html", "<table>"), ("github", "| pair")):
        done = bench("power", TARGET, "--runs", runs, *FEW, "--format", kind)
        assert mark in done.out


def test_power_needs_a_task(bench):
    done = bench("power", "fictional_news", *FEW)
    assert done.code != 0
    assert "'fictional_news' names no task: give DATASET/TASK" in done.err


def test_power_needs_two_runs(bench, runs):
    done = bench("power", "fictional_news/frame", "--runs", runs, *FEW)
    assert done.code != 0
    assert "1 of the 4 runs given are on fictional_news/frame; give two" in done.err


def test_power_needs_two_detectors(bench, monkeypatch):
    from benchmark.cli import evaluate
    from benchmark.spec import Spec

    monkeypatch.setattr(evaluate, "detectors", lambda given, seed: [Spec("null")])
    done = bench("power", TARGET, *FEW, "-q")
    assert done.code != 0
    assert "fewer than two detectors can do fictional_news/technique; give --runs" in done.err
