"""Runs as tidy rows, one a score."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.contamination import Shared
from benchmark.detectors import Failure
from benchmark.environment import Environment
from benchmark.provenance import Training
from benchmark.record import (
    Ceiling,
    DatasetRecord,
    DetectorRecord,
    MetricRecord,
    Range,
    Resampling,
    RunRecord,
    Score,
)
from benchmark.report.tidy import as_csv, as_json, share_of_ceiling, tidy

CEILING = Ceiling({"f1": Range(0.4, 0.3, 0.5)}, {"f1": Range(0.5, 0.4, 0.6), "mcc": Range(0.0, 0.0, 0.0)})
RECORD = RunRecord(
    task="technique",
    headline=("exact", "f1"),
    detector=DetectorRecord("lexicon", {"a": "1", "b": "2"}, "framebench", "technique"),
    dataset=DatasetRecord("small", "1.0.0", "0" * 64, 3, "model", 5),
    resampling=Resampling("paragraph", 10, 1000, 0),
    labels={"Doubt": 3},
    metrics={
        "exact": MetricRecord(
            "exact|sig",
            {"f1": Score(1 / 3, 0.1, 0.5, 0.001), "f1:Doubt": Score(None)},
            CEILING,
        ),
        "token": MetricRecord("token|sig", {"f1": Score(0.25)}),
    },
    environment=Environment("0.1.0", None, None, "3.11.0", "linux", {}),
    characters=100,
    created="2026-01-01T00:00:00+00:00",
    seconds=0.5,
)


def test_each_score_is_a_row_at_full_precision():
    rows = tidy([RECORD])
    assert rows[0] == {
        "dataset": "small",
        "version": "1.0.0",
        "split": None,
        "task": "technique",
        "detector": "lexicon:a=1,b=2",
        "training": None,
        "metric": "exact",
        "score": "f1",
        "label": None,
        "headline": True,
        "value": 1 / 3,
        "low": 0.1,
        "high": 0.5,
        "level": 0.95,
        "undefined": 0.001,
        "ceiling_others": 0.4,
        "ceiling_full": 0.5,
        "share_of_ceiling": (1 / 3) / 0.5,
        "documents": 3,
        "clusters": 10,
        "cluster": "paragraph",
        "gold": "model",
        "annotators": 5,
        "incomplete": False,
        "contaminated": 0,
        "characters_per_second": 200.0,
        "signature": "exact|sig",
    }
    assert [(row["metric"], row["score"], row["label"], row["headline"]) for row in rows] == [
        ("exact", "f1", None, True),
        ("exact", "f1", "Doubt", False),
        ("token", "f1", None, False),
    ]
    empty = {
        key: rows[1][key] for key in ("value", "low", "ceiling_others", "ceiling_full", "share_of_ceiling")
    }
    assert set(empty.values()) == {None}
    assert rows[2]["ceiling_full"] is rows[2]["ceiling_others"] is None


def test_what_was_learned_and_what_failed_is_told():
    training = Training("fictional_news", "1.0.0", "0" * 64, 28, 7, 0)
    record = replace(
        RECORD,
        detector=replace(RECORD.detector, training=training),
        failures=(Failure("d0", "x"),),
        seconds=None,
    )
    row = tidy([record])[0]
    assert (row["training"], row["incomplete"], row["characters_per_second"]) == ("cv7,seed=0", True, None)


def test_the_split_and_what_was_learned_from_it_are_told():
    shared = (Shared("d0", "t0", 1.0, exact=True), Shared("d1", "t4", 0.6, exact=False))
    record = replace(RECORD, dataset=replace(RECORD.dataset, split="dev"), shared=shared)
    row = tidy([record])[0]
    assert (row["split"], row["contaminated"], row["incomplete"]) == ("dev", 2, False)


def test_rows_of_several_runs_have_the_same_columns():
    other = replace(RECORD, task="loaded_language")
    rows = tidy(iter([RECORD, other]))
    assert [row["task"] for row in rows] == ["technique"] * 3 + ["loaded_language"] * 3
    assert len({tuple(row) for row in rows}) == 1
    assert tidy([]) == []


@pytest.mark.parametrize(
    ("value", "ceiling", "score", "share"),
    [
        (0.25, CEILING, "f1", 0.5),
        (None, CEILING, "f1", None),
        (0.25, None, "f1", None),
        (0.25, CEILING, "recall", None),
        (0.25, CEILING, "mcc", None),
        (0.25, Ceiling({}, {"f1": Range(None, None, None)}), "f1", None),
        (0.0, CEILING, "f1", 0.0),
    ],
)
def test_a_share_refers_to_the_upper_ceiling(value, ceiling, score, share):
    assert share_of_ceiling(value, ceiling, score) == share


def test_csv_has_a_head_and_empty_fields():
    rows = tidy([RECORD])
    text = as_csv(rows)
    read = list(csv.DictReader(io.StringIO(text)))
    assert list(read[0]) == list(rows[0])
    assert read[0]["detector"] == "lexicon:a=1,b=2"
    assert float(read[0]["value"]) == 1 / 3
    assert (read[1]["value"], read[1]["training"], read[0]["headline"]) == ("", "", "True")
    assert not text.endswith("\n")
    assert as_csv([]) == ""


def test_json_has_nulls_and_full_precision():
    rows = tidy([RECORD])
    assert json.loads(as_json(rows)) == rows
    assert as_json([]) == "[]"
    assert "é–" in as_json([{"a": "é–"}])
    with pytest.raises(ValueError, match="[Oo]ut of range float"):
        as_json([{"a": float("nan")}])


fields = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=12) | st.sampled_from(
    ['"', ",", "a\nb", "=1+1"]
)


@settings(deadline=None)
@given(
    st.lists(st.fixed_dictionaries({"a": fields, "b": st.floats(allow_nan=False)}), min_size=1, max_size=4)
)
def test_csv_round_trips(rows):
    read = list(csv.DictReader(io.StringIO(as_csv(rows), newline="")))
    assert [(row["a"], float(row["b"])) for row in read] == [(row["a"], row["b"]) for row in rows]


def test_a_run_has_its_folder_first_where_one_is_given():
    rows = tidy([RECORD, RECORD], ["a", "b"])
    assert [row["run"] for row in rows] == ["a"] * 3 + ["b"] * 3
    assert list(rows[0])[:2] == ["run", "dataset"]
    assert [{key: row[key] for key in row if key != "run"} for row in rows[:3]] == tidy([RECORD])


def test_each_run_needs_a_folder_where_one_has_one():
    with pytest.raises(ValueError, match="longer|shorter"):
        tidy([RECORD, RECORD], ["a"])
