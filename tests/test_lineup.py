"""Kept runs lined up for a comparison."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmark.errors import DataError, UsageError
from benchmark.lineup import Wanted, by_slice, by_task, lined_up, opened, place_of, slices_of, wanted
from benchmark.scores import Resamples
from tests.comparison_cases import found_of, keep, record, signed
from tests.kept_runs import keep as keep_shipped

GOOD, NOTHING = [2] * 20, [0] * 20
HEADLINE = Wanted("ptc_si", "f1", headline=True, anew=False)


@pytest.fixture
def two(tmp_path):
    """Two kept runs: one that finds everything, one that finds nothing."""
    return [keep(tmp_path, record("good"), found_of(GOOD)), keep(tmp_path, record("none"), found_of(NOTHING))]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """Kept runs of the reports' techniques, with predictions."""
    folder = tmp_path_factory.mktemp("shipped")
    for detector in ("lexicon", "subjectivity", "null"):
        keep_shipped("fictional_news/technique", detector, folder)
    return folder


def test_runs_are_opened_once_however_they_are_named(two, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    relative = two[0].relative_to(tmp_path)
    runs = opened([tmp_path, two[0], relative, two[1] / "run.json"])
    assert sorted(run.path.resolve() for run in runs) == sorted(two)


def test_a_reference_is_a_run_folder_or_its_record(two):
    runs = opened(two)
    assert place_of(runs, None) is None
    assert place_of(runs, two[1]) == 1
    assert place_of(runs, two[1] / "run.json") == 1
    for reference in (two[0], two[0] / "run.json"):
        assert by_task(runs, reference) == [runs]
    with pytest.raises(UsageError, match="the reference is one run folder, with a run.json in it"):
        by_task(runs, two[0].parent)


def test_runs_are_compared_by_task_where_there_are_two(two, tmp_path):
    other = replace(record("third"), task="frame")
    alone = keep(tmp_path, other, found_of(GOOD))
    runs = opened([tmp_path])
    assert [run.path for run in by_task(runs)[0]] == two
    assert len(by_task(runs)) == 1
    with pytest.raises(UsageError, match="needs two runs on one task of one dataset: .* on made_up/frame"):
        by_task(runs, alone)
    with pytest.raises(UsageError, match="needs two runs"):
        by_task(opened(two[:1]))


def test_the_headline_is_compared_unless_a_metric_is_named():
    records = [record("one"), record("two")]
    assert wanted(records, []) == [HEADLINE]
    assert wanted(records, ["ptc_si"]) == [replace(HEADLINE, anew=True)]
    assert wanted(records, ["ptc_si/recall", "ptc_si/recall"]) == [Wanted("ptc_si", "recall", False, True)]
    found = wanted(records, ["exact", "overlap:threshold=0.3/f1:A"])
    assert found == [
        Wanted("exact", "f1", False, True),
        Wanted("overlap(threshold=0.3)", "f1:A", False, True),
    ]
    macro = [replace(own, headline=("exact", "macro_f1")) for own in records]
    assert wanted(macro, ["exact"])[0] == Wanted("exact", "macro_f1", headline=True, anew=True)


def test_a_metric_without_f1_is_compared_by_its_first_score():
    records = [replace(record(name), task="bias", labels={"a": 1, "b": 2, "c": 3}) for name in ("one", "two")]
    assert wanted(records, ["classification"])[0].score == "accuracy"


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("exactly", "did you mean"),
        ("multilabel", "metric 'multilabel' does not score task 'technique'"),
        ("ptc_si/f2", "metric 'ptc_si' has no score 'f2'"),
    ],
)
def test_an_unknown_metric_or_score_is_named(named, told):
    with pytest.raises(UsageError, match=told):
        wanted([record("one"), record("two")], [named])


def test_a_headline_that_no_metric_has_is_refused():
    for headline, told in ((("ptc_si", "f9"), "no score 'f9'"), (("nothing", "f1"), "nothing")):
        records = [replace(record(name), headline=headline) for name in ("one", "two")]
        with pytest.raises(UsageError, match=told):
            wanted(records, [])


def test_a_task_of_another_package_is_compared_by_its_own_metrics():
    records = [replace(record(name), task="theirs") for name in ("one", "two")]
    assert wanted(records, ["ptc_si"])[0].metric == "ptc_si"
    with pytest.raises(UsageError, match="metric 'exact' does not score task 'theirs'"):
        wanted(records, ["exact"])


def test_runs_with_other_headlines_need_a_metric_named():
    records = [record("one"), replace(record("two"), headline=("ptc_flc", "f1"))]
    with pytest.raises(
        UsageError, match="different headlines, ptc_si/f1 and ptc_flc/f1; name one with --metric"
    ):
        wanted(records, [])
    assert wanted(records, ["ptc_si"]) == [Wanted("ptc_si", "f1", headline=False, anew=True)]


def test_lined_up_runs_are_compared_by_their_statistics_alone(two):
    found = lined_up(opened(two), HEADLINE, Resamples(300, 0), 1)
    assert [own.detector.name for own in found.records] == ["good", "none"]
    assert (found.reference, found.headline, found.pairs[0].difference.value) == (1, True, 1.0)


def test_runs_that_differ_are_refused(two, tmp_path):
    other = keep(tmp_path, signed(record("third"), "v:0.1.0", "v:0.2.0"), found_of(GOOD))
    for want in (HEADLINE, replace(HEADLINE, anew=True)):
        for compare in (lined_up, lambda *given: by_slice(given[0], given[1], "label", *given[2:])):
            with pytest.raises(
                UsageError, match="good and third cannot be compared: they differ in the version"
            ):
                compare(opened([*two, other]), want, Resamples(100, 0), None)


def test_a_run_without_the_headline_is_refused_by_default(two, tmp_path):
    own = record("third", metric="exact")
    lacking = keep(tmp_path, own, np.tile(found_of(GOOD), 1))
    run = opened([lacking])[0]
    run.record = replace(run.record, headline=("ptc_si", "f1"))
    with pytest.raises(UsageError, match=r"the metric or its parameters: ptc_si\(\) and exact\(\).*--metric"):
        lined_up([*opened(two), run], HEADLINE, Resamples(100, 0), None)


def test_statistics_of_another_shape_are_a_fault_of_the_file(two, tmp_path):
    broken = keep(tmp_path, record("third"), np.ones((20, 3)))
    with pytest.raises(DataError, match="metric 'ptc_si': 3 statistics a cluster; it has 4") as error:
        lined_up(opened([*two, broken]), HEADLINE, Resamples(100, 0), None)
    assert "statistics.npz" in str(error.value)


def test_a_metric_that_was_not_kept_is_made_from_the_predictions(shipped):
    runs = opened([shipped])
    want = wanted([run.record for run in runs], ["exact"])[0]
    found = lined_up(runs, want, Resamples(200, 0), None)
    assert (found.metric, found.score, found.headline) == ("exact", "f1", False)
    assert found.values[0].value > 0
    assert {own.metrics.keys() >= {"exact"} for own in found.records} == {False}


def test_slices_are_compared_within_each(shipped):
    runs = opened([shipped])
    want = wanted([run.record for run in runs], [])[0]
    parts = by_slice(runs, want, "section", Resamples(200, 0), None)
    assert [part.comparison.slice for part in parts] == ["section headline", "section lead", "section body"]
    assert all(part.comparison.clusters == part.parts[0].clusters for part in parts)
    assert all(part.comparison.headline for part in parts)
    plain = slices_of(runs, want, "section")
    assert [part.comparison for part in plain] == [None] * 3
    assert [own.name for own in plain[0].parts] == ["headline"] * 3


def test_a_slice_without_gold_is_not_compared(tmp_path):
    for detector in ("lexicon", "null"):
        keep_shipped("turkey_drones/technique", detector, tmp_path)
    runs = opened([tmp_path])
    want = wanted([run.record for run in runs], [])[0]
    parts = by_slice(runs, want, "label", Resamples(100, 0), None)
    empty = [part for part in parts if not part.parts[0].gold]
    assert empty
    assert all(part.comparison is None for part in empty)
    assert all(part.comparison is not None for part in parts if part.parts[0].gold)


def test_no_run_in_a_folder_is_an_error(tmp_path):
    with pytest.raises(UsageError, match="no run folder"):
        opened([tmp_path, Path("nowhere")])
