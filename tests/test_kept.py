"""Kept runs read again, and scored again as they were scored."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from benchmark import data
from benchmark.data import load
from benchmark.errors import DataError, UsageError
from benchmark.kept import Rescorer, Shelf, at_hand, dataset_of, metric_named, open_run
from benchmark.predictions import read_predictions
from benchmark.protocol import Protocol
from benchmark.results import load_record, save
from benchmark.run import Evaluator, Settings
from benchmark.spec import Spec
from benchmark.tasks import task_of
from tests.kept_runs import FEW, edit, keep, put


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """One run of spans on the reports, in all of its metrics."""
    return keep("fictional_news/technique", "lexicon", tmp_path_factory.mktemp("kept"), panel=True)


@pytest.fixture
def folder(kept, tmp_path):
    """A copy of it that a test can spoil."""
    return shutil.copytree(kept, tmp_path / kept.name)


def test_what_is_stored_is_what_was_made(tmp_path):
    dataset = load("fictional_news")
    made = Evaluator(dataset, Settings(resamples=FEW)).run(task_of(dataset, "frame"), Spec("frame-keywords"))
    run = open_run(save(made, tmp_path))
    assert replace(run.record, predictions_sha256=None) == made.record
    assert run.predictions == made.predictions
    assert run.unnamed == 0
    assert list(run.statistics) == list(made.statistics)
    for name, array in made.statistics.items():
        np.testing.assert_array_equal(run.statistics[name], array)


def test_every_metric_has_the_same_statistics_again(kept):
    run = open_run(kept)
    assert len(run.record.metrics) > 5
    for name in run.record.metrics:
        again = run.rescorer.statistics(name, run.predictions)
        np.testing.assert_array_equal(again, run.statistics[name])
        np.testing.assert_array_equal(
            run.rescorer.statistics(metric_named(name), run.predictions), run.statistics[name]
        )


def test_a_run_can_be_scored_by_a_metric_that_it_does_not_hold(tmp_path):
    both = keep("fictional_news/technique", "lexicon", tmp_path, metrics=("exact", "overlap:threshold=0.3"))
    one = open_run(keep("fictional_news/technique", "lexicon", tmp_path))
    name = "overlap(threshold=0.3)"
    assert name not in one.record.metrics
    np.testing.assert_array_equal(
        one.rescorer.statistics(name, one.predictions), open_run(both).statistics[name]
    )


def test_the_rescorer_has_the_task_as_it_was_scored(kept):
    rescorer = open_run(kept).rescorer
    record = rescorer.record
    assert (rescorer.task.name, rescorer.task.metric, rescorer.task.score) == (record.task, *record.headline)
    assert dict(zip(rescorer.labels.names, rescorer.labels.support, strict=True)) == record.labels
    assert len(rescorer.dataset.documents) == record.dataset.documents
    assert rescorer.scoring.size == record.resampling.clusters
    assert rescorer.metric("token").name == "token"


def test_a_projection_is_made_once_for_the_same_predictions(kept):
    run = open_run(kept)
    first = run.rescorer.project(run.predictions)
    assert run.rescorer.project(run.predictions) is first
    assert len(first) == len(run.rescorer.scoring.gold)
    empty = [replace(one, spans=()) for one in run.predictions]
    assert not any(one.spans for one in run.rescorer.project(empty))


def test_a_headline_of_ones_own_is_the_runs(kept):
    record = replace(load_record(kept), headline=("exact", "recall"))
    task = Rescorer(load("fictional_news"), record).task
    assert (task.metric, task.score) == ("exact", "recall")


def test_paragraphs_are_cut_again(tmp_path):
    run = open_run(keep("turkey_drones/loaded_language", "lexicon", tmp_path))
    assert run.record.resampling.unit == "paragraph"
    (metric,) = run.record.metrics
    np.testing.assert_array_equal(run.rescorer.statistics(metric, run.predictions), run.statistics[metric])
    assert len(run.predictions) == 1
    assert len(run.rescorer.project(run.predictions)) == run.record.resampling.clusters


@pytest.mark.parametrize("seed", [0, 3])
def test_density_is_read_with_the_seed_of_the_run(tmp_path, seed, monkeypatch):
    monkeypatch.setattr("benchmark.density.LEAVE_ONE_OUT", 0)  # so that the folds hang on the seed
    run = open_run(keep("fictional_news/slant", "lexicon", tmp_path, seed=seed))
    assert run.record.detector.thresholds.seed == run.rescorer.seed == seed
    again = run.rescorer.statistics("classification", run.predictions)
    np.testing.assert_array_equal(again, run.statistics["classification"])
    other = Rescorer(load("fictional_news"), run.record)
    object.__setattr__(other.record.detector.thresholds, "seed", seed + 1)
    assert not np.array_equal(other.statistics("classification", list(run.predictions)), again)


def test_a_split_is_scored_again(tmp_path, dataset_of):
    texts = [f"aaaa bbbb number {place}" for place in range(60)]
    marks = [[_span(0, 4)] if place % 2 else [] for place in range(60)]
    dataset = dataset_of(texts, marks, splits={"train": range(30), "dev": range(30, 60)})
    settings = Settings(resamples=FEW, protocol=Protocol(split="train"))
    made = Evaluator(dataset, settings).run(task_of(dataset, "technique"), Spec("everything"))
    rescorer = Rescorer(dataset, made.record)
    assert [d.id for d in rescorer.dataset.documents] == [f"d{place}" for place in range(30)]
    for name, array in made.statistics.items():
        np.testing.assert_array_equal(rescorer.statistics(name, made.predictions), array)


def test_documents_without_a_label_are_left_out_again_where_folds_are_stratified(dataset_of):
    units = [[_unit(10, "Biased" if place % 3 else "Non-biased")] if place % 7 else [] for place in range(70)]
    dataset = dataset_of(
        [f"number {place:03}" for place in range(70)], units={"bias": units}, unit="sentence"
    )
    settings = Settings(resamples=FEW, protocol=Protocol(folds=5, stratified=True, grouped=False))
    made = Evaluator(dataset, settings).run(task_of(dataset, "bias"), Spec("majority"))
    rescorer = Rescorer(dataset, made.record)
    assert rescorer.scorer.undecided == made.record.undecided == 10
    assert len(rescorer.dataset.documents) == 60
    np.testing.assert_array_equal(
        rescorer.statistics("classification", made.predictions), made.statistics["classification"]
    )


def _span(start: int, end: int):
    from benchmark.model import Span

    return Span(start, end, "Loaded_Language")


def _unit(end: int, label: str):
    from benchmark.model import Unit

    return Unit(0, end, (label,))


def test_spans_without_labels_are_scored_again(tmp_path):
    dataset = load("fictional_news")
    tabular = tmp_path / "mine.tsv"
    tabular.write_text("02\t0\t9\n03\t3\t30\n", encoding="utf-8")
    file = read_predictions(tabular, dataset)
    settings = Settings(resamples=FEW, panel=True)
    made = Evaluator(dataset, settings).score_file(task_of(dataset, "technique"), file)
    run = open_run(save(made, tmp_path))
    assert list(run.statistics) == ["ptc_si"]
    np.testing.assert_array_equal(
        run.rescorer.statistics("ptc_si", run.predictions), run.statistics["ptc_si"]
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("exakt", "no metric is named 'exakt', did you mean 'exact'"),
        ("overlap(treshold=0.3)", "has no parameter 'treshold', did you mean 'threshold'"),
        ("overlap(threshold=2)", "not above 0 and at most 1"),
        ("overlap(threshold)", "not of the form key=value"),
        ("overlap(threshold=0.5)", "the one meant is 'overlap'"),
        ("exact(\x1b", r"has no parameter|is named|not of the form"),
    ],
)
def test_a_name_that_is_no_metric_is_told(name, told):
    with pytest.raises(UsageError, match=told):
        metric_named(name)


def test_a_metric_is_found_by_the_name_that_it_has():
    for name in ("exact", "overlap", "overlap(threshold=0.3)", "classification"):
        assert metric_named(name).name == name


def test_a_dataset_that_is_not_at_hand_is_told(kept):
    record = load_record(kept)
    absent = replace(record, dataset=replace(record.dataset, name="elsewhere"))
    with pytest.raises(UsageError, match=r"dataset 'elsewhere' is not at hand: add it .* --data"):
        dataset_of(absent)


def test_the_name_of_a_dataset_is_never_taken_for_a_folder(kept):
    record = load_record(kept)
    folder = str(data.locate("fictional_news"))
    with pytest.raises(UsageError, match="is not at hand"):
        dataset_of(replace(record, dataset=replace(record.dataset, name=folder)))


def test_another_dataset_than_the_runs_is_refused(kept):
    with pytest.raises(
        UsageError, match=r"holds dataset 'turkey_drones'; the run was made on 'fictional_news'"
    ):
        dataset_of(load_record(kept), data.locate("turkey_drones"))


def test_another_state_is_told_by_what_differs(kept):
    record = load_record(kept)
    state = record.dataset
    version = replace(record, dataset=replace(state, version="0.9"))
    digest = replace(record, dataset=replace(state, manifest_sha256="ab" * 32))
    with pytest.raises(UsageError, match=r"version 1\.0\.0 is at hand, the run was made on 0\.9\. Bring it"):
        dataset_of(version)
    with pytest.raises(UsageError, match=rf"SHA-256 is {state.manifest_sha256[:12]}….*made on abababababab…"):
        dataset_of(digest)
    assert at_hand(digest).manifest_sha256 == dataset_of(record).manifest_sha256 == state.manifest_sha256


def test_a_folder_given_serves_the_runs_on_its_dataset(kept, tmp_path):
    record = load_record(kept)
    copied = shutil.copytree(data.locate("fictional_news"), tmp_path / "copy")
    assert dataset_of(record, copied).path == copied
    shelf = Shelf(copied)
    assert shelf.dataset(record).path == copied
    assert shelf.dataset(record) is shelf.at_hand(record)
    other = replace(record, dataset=replace(record.dataset, name="turkey_drones"))
    assert shelf.at_hand(other).name == "turkey_drones"


def test_runs_that_share_a_shelf_share_what_is_made_ready(kept, tmp_path):
    shelf = Shelf()
    other = keep("fictional_news/technique", "null", tmp_path)
    first, second = open_run(kept, shelf), open_run(other, shelf)
    assert first.rescorer.scorer is second.rescorer.scorer
    assert first.rescorer is first.rescorer
    assert open_run(kept, Shelf()).rescorer.scorer is not first.rescorer.scorer


def test_a_run_is_opened_by_its_record_too(kept):
    assert open_run(kept / "run.json").path == kept


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (put("resampling", "resamples", value=0), "0 resamples; a run takes from 1 to"),
        (put("resampling", "resamples", value=10**15), "1000000000000000 resamples; a run takes"),
        (put("resampling", "clusters", value=10**9), "resamples of 1000000000 clusters: 2,000,000,000"),
        (put("resampling", "seed", value=-1), "seed -1; a seed is not negative"),
        (put("resampling", "clusters", value=-1), "-1 clusters"),
        (put("metrics", value={}), "no metric"),
    ],
)
def test_what_no_run_can_say_is_a_fault_of_its_record(folder, change, told):
    with pytest.raises(DataError, match=told) as caught:
        open_run(edit(folder, change))
    assert {fault.path for fault in caught.value.faults} == {folder / "run.json"}


def rewrite(folder, change):
    path = folder / "predictions.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("".join(json.dumps(row) + "\n" for row in change(rows)), encoding="utf-8")


def test_faults_in_predictions_are_told_by_line(folder):
    def spoil(rows: Sequence[dict]) -> Sequence[dict]:
        rows[1]["spans"] = [{"start": 5, "end": 5, "label": "Loaded_Language"}]
        rows[2]["document"] = "99"
        return rows

    rewrite(folder, spoil)
    with pytest.raises(DataError) as caught:
        _ = open_run(folder).predictions
    assert [fault.line for fault in caught.value.faults] == [2, 3]


def test_a_document_without_a_line_has_no_predictions_and_is_counted(folder):
    rewrite(folder, lambda rows: rows[1:])
    run = open_run(folder)
    assert run.unnamed == 1
    assert run.predictions[0].spans == ()
    assert len(run.predictions) == run.record.dataset.documents


def test_predictions_in_another_layer_than_recorded_are_told(folder):
    rewrite(folder, lambda rows: [{**row, "layer": "attribution_gap", "spans": []} for row in rows])
    with pytest.raises(DataError, match=r"holds no predictions in layer 'technique'"):
        _ = open_run(folder).predictions
