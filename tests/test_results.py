"""Run records, and the folders that they are kept in."""

from __future__ import annotations

import hashlib
import json
import math
import os
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark import environment as made_with
from benchmark import results
from benchmark.contamination import Shared
from benchmark.detectors import Failure
from benchmark.environment import Environment, environment, now
from benchmark.errors import DataError, UsageError
from benchmark.fileio import jsonl
from benchmark.model import Prediction, Span, Unit
from benchmark.provenance import Training
from benchmark.record import (
    SCHEMA,
    Ceiling,
    DatasetRecord,
    DetectorRecord,
    MetricRecord,
    Range,
    Resampling,
    Run,
    RunRecord,
    Score,
    number,
)
from benchmark.results import find_runs, frame, load, load_record, prediction_rows, rows_of, save

TRAINING = Training("fictional_news", "1.0.0", "ab" * 32, 28, 7, 0)
RECORD = RunRecord(
    task="technique",
    headline=("ptc_flc", "f1"),
    detector=DetectorRecord("lexicon", {"threshold": "2.5"}, "framebench", "technique", TRAINING),
    dataset=DatasetRecord("small", "1.0.0", "0" * 64, 3, "people", 2),
    resampling=Resampling("document", 3, 10_000, 0),
    labels={"Doubt": 3, "Repetition": 0},
    metrics={
        "ptc_flc": MetricRecord(
            "ptc_flc|data:small",
            {"f1": Score(1 / 3, 0.1, 0.5, 0.001), "f1:Repetition": Score(None)},
            Ceiling({"f1": Range(0.5, 0.4, 0.6)}, {"f1": Range(None, None, None)}),
        ),
        "exact": MetricRecord("exact|data:small", {"f1": Score(0.0)}),
    },
    environment=Environment("0.1.0", None, None, "3.11.0", "linux", {"numpy": "2.0.0"}),
    characters=1000,
    created="2026-01-01T00:00:00+00:00",
    seconds=0.5,
    fit_seconds=0.25,
    failures=(Failure("d1", "ValueError: no"),),
    missing=1,
)
PREDICTIONS = (
    Prediction("d0", "technique", (Span(0, 3, "Doubt", 0.5, 2), Span(1, 2, "Doubt"))),
    Prediction("d1", "technique", units=(Unit(0, 9, ("mild",), (0.5,)), Unit(0, 4, ()))),
)
STATISTICS = {"ptc_flc": np.array([[1.0, 1 / 3], [math.nan, 0.0]]), "exact": np.zeros((2, 0))}
RUN = Run(RECORD, PREDICTIONS, STATISTICS)


def kept(run):
    """The record of a run as it is kept: with the digest of its predictions."""
    content = jsonl(results.prediction_rows(run.predictions))
    return replace(run.record, predictions_sha256=hashlib.sha256(content).hexdigest())


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_record_is_loaded_as_it_was_saved(tmp_path):
    target = save(RUN, tmp_path / "results")
    assert target == tmp_path / "results" / RECORD.folder
    assert files(target) == ["predictions.jsonl", "run.json", "statistics.npz"]
    assert load_record(target) == load_record(target / "run.json") == kept(RUN)
    digest = hashlib.sha256((target / "predictions.jsonl").read_bytes()).hexdigest()
    assert load_record(target).predictions_sha256 == digest


def test_statistics_are_kept_in_full_and_without_pickle(tmp_path):
    target = save(RUN, tmp_path)
    with np.load(target / "statistics.npz", allow_pickle=False) as stored:
        assert set(stored.files) == set(STATISTICS)
        for name, array in STATISTICS.items():
            np.testing.assert_array_equal(stored[name], array)
            assert stored[name].dtype == np.float64


def test_objects_are_never_stored_as_statistics(tmp_path):
    with pytest.raises(ValueError, match="[Oo]bject arrays cannot be saved"):
        save(replace(RUN, statistics={"exact": np.array([{}], dtype=object)}), tmp_path)
    assert list(tmp_path.rglob("*.json")) == []


def test_predictions_are_kept_as_a_predictions_file(tmp_path):
    content = (save(RUN, tmp_path) / "predictions.jsonl").read_text()
    assert [json.loads(line) for line in content.splitlines()] == [
        {
            "document": "d0",
            "layer": "technique",
            "spans": [
                {"start": 0, "end": 3, "label": "Doubt", "score": 0.5, "relation": 2},
                {"start": 1, "end": 2, "label": "Doubt"},
            ],
            "units": [],
        },
        {
            "document": "d1",
            "layer": "technique",
            "spans": [],
            "units": [
                {"start": 0, "end": 9, "labels": ["mild"], "scores": [0.5]},
                {"start": 0, "end": 4, "labels": []},
            ],
        },
    ]


def test_a_score_and_a_relation_of_zero_are_kept():
    rows = prediction_rows((Prediction("d", "l", (Span(0, 1, "x", 0.0, 0),)),))
    assert rows[0]["spans"] == [{"start": 0, "end": 1, "label": "x", "score": 0.0, "relation": 0}]


def test_what_was_shared_is_kept(tmp_path):
    shared = (Shared("d0", "t0", 1.0, exact=True), Shared("d1", "t4", 0.6, exact=False))
    training = Training("ptc", "2020", "ab" * 32, 371, 0, 0, "train", "triplet", stratified=True)
    record = replace(
        RECORD,
        shared=shared,
        detector=replace(RECORD.detector, training=training),
        dataset=replace(RECORD.dataset, split="dev", noun="article"),
    )
    run = replace(RUN, record=record)
    found = load_record(save(run, tmp_path))
    assert found == kept(run)
    assert found.contaminated
    assert not RECORD.contaminated


def test_a_record_of_before_splits_is_read(tmp_path):
    """What was added to the record since has a default, so that kept runs stay readable."""
    path = save(RUN, tmp_path) / "run.json"
    content = json.loads(path.read_text())
    del content["shared"], content["dataset"]["split"], content["dataset"]["noun"]
    for name in ("split", "group", "stratified"):
        del content["detector"]["training"][name]
    path.write_text(json.dumps(content))
    assert load_record(path) == kept(RUN)


def test_the_same_run_replaces_its_folder(tmp_path):
    save(RUN, tmp_path)
    target = save(replace(RUN, record=replace(RECORD, created="later", failures=())), tmp_path)
    assert load_record(target).created == "later"
    assert files(target.parent) == [target.name]


def test_a_run_that_cannot_be_saved_is_told(tmp_path):
    (tmp_path / "small").write_bytes(b"")
    with pytest.raises(UsageError, match="cannot be written"):
        save(RUN, tmp_path)
    assert files(tmp_path) == ["small"]


def test_an_interrupted_save_leaves_the_old_run(tmp_path, monkeypatch):
    target = save(RUN, tmp_path)

    def interrupted(*arrays, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr(results.np, "savez_compressed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(replace(RUN, record=replace(RECORD, created="later")), tmp_path)
    assert load_record(target) == kept(RUN)
    assert files(target.parent) == [target.name]


def test_the_folder_is_named_by_the_detector_and_told_apart_by_what_was_done():
    folder = RECORD.folder
    assert folder.parent == Path("small/technique")
    assert folder.name.startswith("lexicon-")
    assert len(folder.name) == len("lexicon-") + 8
    detector = RECORD.detector
    others = [
        replace(RECORD, task="loaded_language"),
        replace(RECORD, dataset=replace(RECORD.dataset, name="other")),
        replace(RECORD, detector=replace(detector, parameters={"threshold": "2"})),
        replace(RECORD, detector=replace(detector, parameters={})),
        replace(RECORD, detector=replace(detector, files={"file": "f" * 64})),
        replace(RECORD, detector=replace(detector, files={"file": "e" * 64})),
        replace(RECORD, metrics={"exact": MetricRecord("exact|other", {})}),
    ]
    assert len({folder, *(record.folder for record in others)}) == len(others) + 1
    same = replace(RECORD, created="later", metrics=dict(reversed(RECORD.metrics.items())))
    assert same.folder == folder


@pytest.mark.parametrize(
    "name", ["../../evil", "third/lexicon", "a b\n.jsonl", "C:\\x", "\0", "./my.py", "x" * 300]
)
def test_a_detectors_name_cannot_leave_its_folder(name):
    folder = replace(RECORD, detector=replace(RECORD.detector, name=name)).folder
    assert len(folder.parts) == 3
    assert all(c.isalnum() or c in "-_." for c in folder.name)
    assert not folder.name.startswith(".")  # a hidden folder would not be found again
    assert len(folder.name) < 100


def test_a_detector_is_written_as_on_the_command_line():
    detector = RECORD.detector
    assert (detector.spec, detector.title) == ("lexicon:threshold=2.5", "lexicon:threshold=2.5, 7-fold")
    bare = DetectorRecord("null", {}, "framebench", "technique")
    assert (bare.spec, bare.title) == ("null", "null")
    two = DetectorRecord("x", {"b": "1", "a": "2"}, "third", "technique")
    assert two.spec == "x:b=1,a=2"


def test_speed_and_completeness():
    assert RECORD.characters_per_second == 2000.0
    assert replace(RECORD, seconds=None).characters_per_second is None
    assert replace(RECORD, seconds=0.0).characters_per_second is None
    assert RECORD.incomplete
    assert not replace(RECORD, failures=()).incomplete


@pytest.mark.parametrize("place", ["nowhere", ".", "results"])
def test_a_folder_without_a_run_is_told(tmp_path, place):
    (tmp_path / "results").mkdir()
    with pytest.raises(UsageError, match=r"no run folder: there is no run.json"):
        load_record(tmp_path / place)


def test_a_name_that_no_file_can_have_is_told(tmp_path):
    # Which of the two depends on the version of Python: later ones take such a name for a missing file.
    told = "x{300}: (cannot be read: File name too long$|no run folder)"
    with pytest.raises(UsageError, match=told):
        load_record(tmp_path / ("x" * 300))


def test_a_folder_that_cannot_be_looked_into_is_told(tmp_path, monkeypatch):
    def refused(path):
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "is_file", refused)
    with pytest.raises(UsageError, match=r"a\\x1b: cannot be read: Permission denied$"):
        load_record(tmp_path / "a\x1b")


def changed(tmp_path, **fields):
    target = save(RUN, tmp_path) / "run.json"
    target.write_text(json.dumps({**json.loads(target.read_text()), **fields}))
    return target


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"schema": SCHEMA + 1}, f"schema {SCHEMA + 1}; this version reads schema {SCHEMA}"),
        ({"task": None}, r"Expected `str`, got `null` - at `\$.task`"),
        ({"headline": ["a"]}, r"Expected `array` of length 2"),
        ({"characters": "many"}, r"Expected `int`, got `str`"),
        ({"metrics": []}, r"Expected `object`, got `array`"),
    ],
)
def test_a_broken_record_is_a_fault_of_its_file(tmp_path, fields, message):
    path = changed(tmp_path, **fields)
    with pytest.raises(DataError, match=message) as caught:
        load_record(path.parent)
    assert [(fault.path, fault.line) for fault in caught.value.faults] == [(path, None)]


def test_a_record_of_another_schema_is_told_by_its_schema_alone(tmp_path):
    path = tmp_path / "run.json"
    path.write_bytes(b'{"schema":99,"task":["other"],"new":1}')
    with pytest.raises(DataError) as caught:
        load_record(path)
    message = f"schema 99; this version reads schema {SCHEMA}"
    assert [fault.message for fault in caught.value.faults] == [message]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{}", "Object missing required field `schema`"),
        (b'{"schema":"1"}', "Expected `int`, got `str` - at `$.schema`"),
        (b'{"schema":1}', "Object missing required field `task`"),
    ],
)
def test_a_record_has_one_fault(tmp_path, content, message):
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(DataError) as caught:
        load_record(tmp_path)
    assert [fault.message for fault in caught.value.faults] == [message]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"null", b"[" * 100_000])
def test_what_is_no_record_is_a_fault(tmp_path, content):
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(DataError, match=r"run.json: "):
        load_record(tmp_path)


@pytest.mark.parametrize("value", [0.0, -0.5, 1 / 3, np.float64(0.25)])
def test_a_number_is_plain_and_unrounded(value):
    assert type(number(value)) is float
    assert number(value) == value
    assert number(math.nan) is None


def test_now_is_utc_to_the_second():
    stamp = datetime.fromisoformat(now())
    assert stamp.utcoffset() == timedelta(0)
    assert stamp.microsecond == 0
    assert abs(datetime.now(stamp.tzinfo) - stamp) < timedelta(minutes=1)


def fresh_environment():
    return environment.__wrapped__()


def test_the_environment_names_versions(monkeypatch):
    found = fresh_environment()
    assert found.libraries["numpy"] == np.__version__
    assert set(found.libraries) <= set(made_with.LIBRARIES)
    assert found.python.startswith("3.")
    assert found.framebench
    assert environment() is environment()


def test_a_library_that_is_not_installed_is_left_out(monkeypatch):
    monkeypatch.setattr(made_with, "LIBRARIES", ("no-such-distribution", "numpy"))
    assert list(fresh_environment().libraries) == ["numpy"]


def git(folder, *arguments):
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """An empty repository in which the module is taken to lie."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "benchmark").mkdir()
    monkeypatch.setattr(made_with, "__file__", str(tmp_path / "benchmark" / "environment.py"))
    git(tmp_path, "init", "--quiet")
    return tmp_path


def state():
    found = fresh_environment()
    return found.commit, found.dirty


def test_the_state_of_a_checkout_is_told(checkout):
    assert state() == (None, False)
    (checkout / "file").write_text("1")
    git(checkout, "add", "file")
    git(checkout, "commit", "--quiet", "--message", "first")
    commit = git(checkout, "rev-parse", "HEAD")
    assert len(commit) == 40
    assert state() == (commit, False)
    (checkout / "untracked").write_text("1")
    assert state() == (commit, False)
    (checkout / "file").write_text("2")
    assert state() == (commit, True)


def test_outside_a_checkout_the_state_is_not_known(tmp_path, monkeypatch):
    monkeypatch.setattr(made_with, "__file__", str(tmp_path / "benchmark" / "environment.py"))
    assert state() == (None, None)


@pytest.mark.parametrize("error", [FileNotFoundError("git"), subprocess.TimeoutExpired("git", 10)])
def test_without_git_the_state_is_not_known(checkout, monkeypatch, error):
    def run(*arguments, **options):
        raise error

    monkeypatch.setattr(made_with.subprocess, "run", run)
    assert state() == (None, None)


scores = st.builds(
    Score, st.none() | st.floats(allow_nan=False, allow_infinity=False), st.none() | st.floats(0, 1)
)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(names, scores, max_size=4), names, st.integers(0, 2**63))
def test_any_record_round_trips(tmp_path_factory, found, detector, seed):
    record = replace(
        RECORD,
        detector=replace(RECORD.detector, name=detector, parameters={detector: detector}),
        resampling=replace(RECORD.resampling, seed=seed),
        metrics={"exact": MetricRecord(detector, found)},
    )
    folder = tmp_path_factory.mktemp("any")
    assert load_record(save(Run(record), folder)) == kept(Run(record))


def test_runs_are_found_at_and_below_what_is_named(tmp_path):
    first = save(RUN, tmp_path / "a")
    second = save(replace(RUN, record=replace(RECORD, task="span")), tmp_path / "a")
    assert find_runs([tmp_path]) == sorted([first, second])
    assert find_runs([second, tmp_path / "a", first / "run.json"]) == [second, first]
    assert find_runs([first]) == [first]


def test_a_run_that_is_being_written_and_one_inside_a_run_are_passed_over(tmp_path):
    folder = save(RUN, tmp_path)
    for other in (tmp_path / ".small-x1", folder / "old"):
        other.mkdir()
        (other / "run.json").write_text("{}")
    assert find_runs([tmp_path]) == [folder]


def test_links_to_folders_below_are_not_followed(tmp_path):
    outside = save(RUN, tmp_path / "outside")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path / "outside", target_is_directory=True)
    (tmp_path / "in" / "round").symlink_to(tmp_path / "in", target_is_directory=True)
    with pytest.raises(UsageError, match="no run folder"):
        find_runs([tmp_path / "in"])
    assert find_runs([tmp_path / "in" / "link"]) == [tmp_path / "in" / "link" / RECORD.folder]
    assert find_runs([outside]) == [outside]


@pytest.mark.parametrize("place", ["nowhere", "empty", "file", "file/below"])
def test_where_there_is_no_run_below_it_is_told(tmp_path, place):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=rf"{place}: no run folder: there is no run.json in it or below it"):
        find_runs([tmp_path / place])


def test_a_folder_that_may_not_be_listed_is_told(tmp_path, monkeypatch):
    def refused(path):
        raise PermissionError(13, os.strerror(13), path)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(UsageError, match=r"a\\x1b: cannot be read: Permission denied$"):
        find_runs([tmp_path / "a\x1b"])


def test_rows_name_their_run_as_it_was_given(tmp_path, monkeypatch):
    save(RUN, tmp_path / "results")
    monkeypatch.chdir(tmp_path)
    rows = rows_of(Path("results"))
    assert [row["run"] for row in rows] == [str(Path("results") / RECORD.folder)] * 3
    assert next(iter(rows[0])) == "run"
    assert [row["value"] for row in rows] == [1 / 3, None, 0.0]


def test_a_table_for_pandas_has_every_score_in_full(tmp_path):
    save(RUN, tmp_path)
    table = load(tmp_path)
    assert len(table) == 3
    np.testing.assert_array_equal(table["value"], [1 / 3, math.nan, 0.0])
    assert list(table["headline"]) == [True, False, False]
    assert table.equals(load(str(tmp_path)))
    with pytest.raises(UsageError, match="no run folder"):
        load(tmp_path / "nowhere")


def test_columns_have_their_types_whatever_is_missing(tmp_path):
    bare = replace(RECORD, metrics={"exact": MetricRecord("exact", {"f1": Score(None)})}, seconds=None)
    full = {name: str(kind) for name, kind in load(save(RUN, tmp_path / "full")).dtypes.items()}
    assert {name: str(kind) for name, kind in load(save(Run(bare), tmp_path)).dtypes.items()} == full
    assert full["value"] == full["ceiling_full"] == "float64"
    assert full["split"] == full["label"] == "string"
    assert frame([]).empty
