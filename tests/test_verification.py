"""Whatever a run folder says otherwise than its predictions is found."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark import __version__, data
from benchmark.detectors import DETECTORS
from benchmark.errors import UsageError
from benchmark.results import load_record, save
from benchmark.run import Evaluator, Settings
from benchmark.spec import Spec
from benchmark.tasks import task_of, tasks_of
from benchmark.verification import OTHER_STATE, Difference, Verifier
from tests.kept_runs import FEW, edit, keep, put

UNCHECKED = {
    *("created", "seconds", "fit_seconds", "failures", "shared"),
    *("commit", "dirty", "python", "platform", "libraries"),
    *("origin", "training", "grouped", "folds"),
}
"""Fields of a record that cannot be made again, or decide nothing where a detector learns nothing."""


@pytest.fixture(scope="module")
def verifier():
    """What is loaded and made once for all tests."""
    return Verifier()


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A run with ceilings, intervals and paragraphs, by one metric."""
    folder = tmp_path_factory.mktemp("kept")
    return keep("turkey_drones/loaded_language", "everything", folder, metrics=("character",))


@pytest.fixture
def folder(kept, tmp_path):
    """A copy of it that a test can spoil."""
    return shutil.copytree(kept, tmp_path / kept.name)


def test_a_run_is_as_recorded(verifier, kept):
    found = verifier.verify(kept)
    assert found.as_recorded
    assert (found.differences, found.problems) == ((), ())
    assert found.record == load_record(kept)
    assert found.other_version is None


@pytest.mark.parametrize("name", data.SHIPPED)
def test_every_task_by_detectors_of_every_kind_verifies(verifier, tmp_path, name):
    dataset = data.load(name)
    evaluator = Evaluator(dataset, Settings(resamples=FEW))
    kinds = (
        "everything",
        "random",
        "lexicon",
        "attribution-rules",
        "frame-keywords",
        "linear",
        "token-linear",
    )
    asked = [detector for detector in kinds if detector in DETECTORS]
    scored = set()
    for task in tasks_of(dataset):
        for detector in asked:
            run = evaluator.run(task, Spec(detector))
            if run is not None:
                scored.add(task.name)
                found = verifier.verify(save(run, tmp_path))
                assert found.as_recorded, (task.name, detector, found.differences, found.problems)
    assert scored == {task.name for task in tasks_of(dataset)}


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield every plain value in a record with its place."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, place))
    else:
        yield path, value


def other(value: Any) -> Any:
    """Return another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, float):
        return value + 1e-6
    if isinstance(value, int):
        return value + 1
    return value + "x" if isinstance(value, str) else 0.5


def test_each_changed_number_of_a_metric_is_found(verifier, kept, tmp_path):
    record = json.loads((kept / "run.json").read_text(encoding="utf-8"))
    places = [(path, value) for path, value in leaves(record["metrics"]) if not isinstance(value, str)]
    assert len(places) > 80
    for number, (path, value) in enumerate(places):
        spoiled = shutil.copytree(kept, tmp_path / str(number) / kept.name)
        found = verifier.verify(edit(spoiled, put("metrics", *path, value=other(value))))
        assert [(d.recorded, d.made) for d in found.differences] == [(other(value), value)], path
        assert found.problems == ()
        assert str(path[-1]) in found.differences[0].what
        assert path[-2] in found.differences[0].what


def test_each_field_of_a_record_is_compared_or_stands_among_those_that_cannot_be(verifier, kept, tmp_path):
    record = json.loads((kept / "run.json").read_text(encoding="utf-8"))
    compared, passed = set(), set()
    for number, (path, value) in enumerate(leaves(record)):
        if path[0] == "metrics":
            continue  # of which the test above changes each
        changed = put(*path, value={"a": "b"} if value == {} else other(value))
        spoiled = shutil.copytree(kept, tmp_path / str(number) / kept.name)
        (passed if verifier.verify(edit(spoiled, changed)).as_recorded else compared).add(path)
    assert {path for path in passed if not UNCHECKED & set(path)} == {("protocol", "seed")}
    assert len(compared) > 20


@pytest.mark.parametrize(
    ("change", "what", "recorded"),
    [
        (put("headline", value=["character", "f1"]), "headline", "character f1"),
        (put("headline", value=["ptc_si", "recall"]), "headline", "ptc_si recall"),
        (put("dataset", "documents", value=28), "dataset, documents", 28),
        (put("dataset", "gold", value="people"), "dataset, gold", "people"),
        (put("dataset", "annotators", value=50), "dataset, annotators", 50),
        (put("dataset", "noun", value="book"), "dataset, noun", "book"),
        (put("dataset", "split", value="test"), "dataset, split", "test"),
        (put("resampling", "unit", value="document"), "resampling, unit", "document"),
        (put("resampling", "level", value=0.9), "resampling, level", 0.9),
        (put("labels", "Loaded_Language", value=999), "gold with label 'Loaded_Language'", 999),
        (put("labels", "Lies", value=1), "gold with label 'Lies'", 1),
        (lambda record: record["labels"].pop("Loaded_Language"), "gold with label 'Loaded_Language'", None),
        (put("characters", value=1), "characters", 1),
        (put("undecided", value=7), "undecided units", 7),
        (put("missing", value=10), "missing documents, at most those without a prediction", 10),
        (put("missing", value=-1), "missing documents, at most those without a prediction", -1),
        (put("detector", "layer", value="frame"), "layer of the predictions", "frame"),
        (put("protocol", "name", value="published"), "protocol", "published"),
        (
            put("shared", value=[{"test": "a", "train": "b", "similarity": 1.0, "exact": True}]),
            "character: signature",
            None,
        ),
        (put("detector", "parameters", value={"threshold": "9"}), "name of the folder", None),
        (put("detector", "seed", value=9), "name of the folder", None),
        (put("detector", "name", value="oracle"), "name of the folder", None),
        (put("environment", "framebench", value="9.9"), "character: signature", None),
    ],
)
def test_each_other_claim_is_found(verifier, folder, change, what, recorded):
    found = verifier.verify(edit(folder, change))
    named = {one.what: one for one in found.differences}
    assert what in named, (named, found.problems)
    if recorded is not None:
        assert named[what].recorded == recorded


def test_the_order_of_the_labels_is_compared(verifier, folder):
    def turned(record: dict[str, Any]) -> None:
        record["labels"] = dict(reversed(record["labels"].items()))

    (found,) = verifier.verify(edit(folder, turned)).differences
    assert found.what == "order of the labels"
    assert found.made == "Loaded_Language, Name_Calling,Labeling"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (put("metrics", "character", "scores", "extra", value={"value": 1.0}), "character extra"),
        (lambda r: r["metrics"]["character"]["scores"].pop("f1"), "character f1"),
        (put("metrics", "character", "ceiling", value=None), "character: ceiling"),
        (put("metrics", "character", "ceiling", "full", value={}), "character: ceiling, full, f1"),
        (put("metrics", "character", "scores", "f1", "value", value=None), "character f1, value"),
    ],
)
def test_what_is_missing_or_too_much_is_found(verifier, folder, change, what):
    found = verifier.verify(edit(folder, change)).differences
    assert what in [one.what for one in found]
    given = next(one for one in found if one.what == what)
    assert (given.recorded is None) != (given.made is None)


def test_a_signature_that_differs_is_told_by_its_fields(verifier, folder):
    line = load_record(folder).metrics["character"].signature
    (field,) = [part for part in line.split("|") if part.startswith("ci:")]
    other_seed = field.replace("seed=0", "seed=1")
    told = put("metrics", "character", "signature", value=line.replace(field, other_seed))
    found = {one.what: one for one in verifier.verify(edit(folder, told)).differences}
    assert found["character: signature"] == Difference("character: signature", other_seed, field)
    assert other_seed != field
    assert set(found) == {"character: signature", "name of the folder"}  # its hash holds the signatures
    short = put("metrics", "character", "signature", value="character")
    found = {one.what: one for one in verifier.verify(edit(folder, short)).differences}
    assert (found["character: signature"].recorded, found["character: signature"].made) == ("character", line)


def test_the_seed_and_number_of_resamples_are_those_of_the_intervals(verifier, folder):
    found = verifier.verify(edit(folder, put("resampling", "seed", value=1))).differences
    kinds = {one.what.rpartition(", ")[2] for one in found}
    assert "character: signature" in kinds
    assert kinds & {"low", "high", "undefined"}
    assert "value" not in kinds


def rewrite(folder: Path, change: Any) -> Path:
    path = folder / "predictions.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("".join(json.dumps(change(row)) + "\n" for row in rows), encoding="utf-8")
    return folder


def test_other_predictions_have_other_statistics_and_scores(verifier, folder):
    found = verifier.verify(rewrite(folder, lambda row: {**row, "spans": row["spans"][1:]}))
    told = [one.what for one in found.differences]
    assert any(what.startswith("character: statistics, cluster ") for what in told)
    assert "character precision, value" in told
    assert not any("ceiling" in what or "gold" in what for what in told)


def store(folder: Path, **arrays: Any) -> Path:
    np.savez_compressed(folder / "statistics.npz", allow_pickle=False, **arrays)
    return folder


def test_other_statistics_are_told_by_their_first_cell(verifier, folder):
    array = np.load(folder / "statistics.npz")["character"].copy()
    array[2, 1] += 1
    (found,) = verifier.verify(store(folder, character=array)).differences
    assert found == Difference("character: statistics, cluster 3, column 2", array[2, 1], array[2, 1] - 1)
    array[4] += 2
    (found,) = verifier.verify(store(folder, character=array)).differences
    assert found.what == "character: statistics, cluster 3, column 2 (and 1 clusters more)"


def test_a_difference_by_rounding_is_none(verifier, folder):
    array = np.load(folder / "statistics.npz")["character"].copy()
    assert verifier.verify(store(folder, character=array * (1 + 1e-12))).as_recorded
    assert not verifier.verify(store(folder, character=array * (1 + 1e-6))).as_recorded
    value = load_record(folder).metrics["character"].scores["f1"].value
    near = put("metrics", "character", "scores", "f1", "value", value=math.nextafter(value, 1))
    assert verifier.verify(edit(store(folder, character=array), near)).as_recorded


def test_statistics_of_another_shape_are_told(verifier, folder):
    array = np.load(folder / "statistics.npz")["character"]
    (found,) = verifier.verify(store(folder, character=array[:, :5])).differences
    assert found == Difference("character: statistics, clusters × columns", "10 × 5", "10 × 8")


def test_statistics_that_cannot_be_read_keep_nothing_else_from_being_compared(verifier, folder):
    edit(folder, put("metrics", "character", "scores", "f1", "value", value=0.99))
    found = verifier.verify(store(folder, character=np.full((10, 8), np.nan), more=np.zeros((10, 1))))
    assert [one.what for one in found.differences] == ["character f1, value"]
    (problem,) = found.problems
    assert "holds 'more.npy', which is no metric of the run" in problem


@pytest.mark.parametrize("name", ["run.json", "predictions.jsonl", "statistics.npz"])
@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"{}"])
def test_a_file_that_is_missing_or_broken_is_a_problem(verifier, folder, name, content):
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    found = verifier.verify(folder)
    assert not found.as_recorded
    assert len(found.problems) == 1
    assert name in found.problems[0]
    assert (found.record is None) == (name == "run.json")


def test_another_state_of_the_data_is_a_difference_and_ends_the_comparison(verifier, folder):
    edit(folder, put("dataset", "manifest_sha256", value="f" * 64))
    edit(folder, put("dataset", "version", value="2.0"))
    edit(folder, put("metrics", "character", "scores", "f1", "value", value=0.99))
    found = verifier.verify(folder)
    made = data.manifest_of("turkey_drones").version
    assert found.differences[0] == Difference("version of dataset 'turkey_drones'", "2.0", made)
    assert found.differences[1].recorded == "f" * 64
    assert len(found.differences) == 2
    assert found.problems == (OTHER_STATE,)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (put("dataset", "name", value="../turkey_drones"), "is not at hand"),
        (put("task", value="slant"), "has no layer 'slant'"),
        (put("task", value="nothing"), "no task is named 'nothing'"),
        (put("protocol", "split", value="nowhere"), "has no split 'nowhere'"),
        (put("resampling", "resamples", value=10**12), "1000000000000 resamples"),
        (put("detector", "thresholds", value={"seed": -1}), "thresholds"),
        (put("detector", "layer", value="attribution"), "holds no predictions in layer 'attribution'"),
    ],
)
def test_what_cannot_be_made_again_is_a_problem(verifier, folder, change, told):
    found = verifier.verify(edit(folder, change))
    assert any(told in problem for problem in found.problems), found.problems


def test_a_metric_that_does_not_exist_is_a_problem(verifier, folder):
    def renamed(record: dict[str, Any]) -> None:
        record["metrics"]["character(__class__=1)"] = record["metrics"].pop("character")

    found = verifier.verify(edit(folder, renamed))
    assert any("has no parameter '__class__'" in problem for problem in found.problems)


def test_thresholds_that_were_not_found_so_are_told(tmp_path, verifier):
    run = keep("fictional_news/slant", "lexicon", tmp_path)
    assert verifier.verify(run).as_recorded
    found = verifier.verify(edit(run, put("detector", "thresholds", "documents", value=5)))
    assert found.as_recorded  # the signature of folds does not name how many documents
    found = verifier.verify(edit(run, put("detector", "thresholds", "folds", value=5)))
    assert "thresholds" in [one.what for one in found.differences]
    found = verifier.verify(edit(run, put("detector", "thresholds", value=None)))
    assert "thresholds" in [one.what for one in found.differences]
    found = verifier.verify(
        edit(
            keep("fictional_news/slant", "lexicon", tmp_path), put("detector", "thresholds", "seed", value=-1)
        )
    )
    assert "seed -1; a seed is not negative" in found.problems[0]


def test_another_version_is_a_hint_alone(tmp_path, verifier, monkeypatch):
    monkeypatch.setattr("benchmark.scores.__version__", "0.0.1")
    monkeypatch.setattr("benchmark.environment.__version__", "0.0.1")
    from benchmark.environment import environment

    environment.cache_clear()
    try:
        run = keep("turkey_drones/loaded_language", "null", tmp_path)
    finally:
        environment.cache_clear()
    monkeypatch.undo()
    found = verifier.verify(run)
    assert found.as_recorded
    assert found.other_version == "0.0.1" != __version__


def test_a_folder_given_is_read_and_a_broken_one_told(tmp_path, kept):
    copied = shutil.copytree(data.locate("turkey_drones"), tmp_path / "copy")
    assert Verifier(copied).verify(kept).as_recorded
    (copied / "documents.jsonl").write_text("", encoding="utf-8")
    found = Verifier(copied).verify(kept)
    assert "documents.jsonl" in found.problems[0]
    assert found.record is not None
    with pytest.raises(UsageError):
        Verifier(tmp_path)


def test_many_small_runs_share_their_ceilings(tmp_path, kept, monkeypatch):
    from benchmark import scorer

    calls = []
    counted = scorer.ceiling
    monkeypatch.setattr(scorer, "ceiling", lambda *given: calls.append(1) or counted(*given))
    own = Verifier()
    for number in range(30):
        assert own.verify(shutil.copytree(kept, tmp_path / str(number) / kept.name)).as_recorded
    assert len(calls) == 1


@pytest.fixture
def published_run(dataset_of, tmp_path, monkeypatch):
    """A run by the published protocol of a small corpus, which is known by its name while the test runs."""
    from benchmark import kept
    from benchmark.model import Unit
    from benchmark.protocol import published

    texts = [f"number {place:03}" for place in range(70)]
    units = [[Unit(0, 10, ("Biased" if place % 3 else "Non-biased",))] for place in range(70)]
    dataset = dataset_of(texts, units={"bias": units}, unit="sentence", corpus="babe")
    monkeypatch.setattr(kept.data, "names", lambda: ("small",))
    monkeypatch.setattr(kept.data, "load", lambda name: dataset)
    found = published(dataset)
    metric, score = found.headlines["bias"]
    task = replace(task_of(dataset, "bias"), metric=metric, score=score)
    settings = Settings(resamples=FEW, protocol=found.protocol)
    return save(Evaluator(dataset, settings).run(task, Spec("majority")), tmp_path)


def test_a_published_protocol_has_its_own_headline_and_division(published_run):
    assert load_record(published_run).headline == ("classification", "weighted_f1")
    assert Verifier().verify(published_run).as_recorded
    edit(published_run, put("protocol", "seed", value=1))
    edit(published_run, put("headline", value=["classification", "macro_f1"]))
    assert Verifier().verify(published_run).differences == (
        Difference("protocol, seed", 1, 42),
        Difference("headline", "classification macro_f1", "classification weighted_f1"),
    )


def test_a_protocol_that_is_no_published_one_is_told(published_run):
    found = Verifier().verify(edit(published_run, put("protocol", "name", value="official")))
    told = {one.what: one for one in found.differences}
    assert (told["protocol, name"].recorded, told["protocol, name"].made) == ("official", "published")
