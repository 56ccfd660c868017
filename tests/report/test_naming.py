"""What detectors are called: short where nothing that matters is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.provenance import Training
from benchmark.record import DetectorRecord
from benchmark.report.answers import without
from benchmark.report.conclusion import names
from benchmark.report.evaluation import compact, panel, run_tables
from benchmark.report.formats import Format
from benchmark.report.naming import Names
from benchmark.report.table import WIDTH, render
from benchmark.tidy import tidy
from tests.report.test_usage import RECORD

GIVEN = {"temperature": "1", "store": "answers", "max_seconds": "20"}
ONE = DetectorRecord("llm", GIVEN, "framebench", "technique", value="m", unshown=("store", "max_seconds"))
OTHER = replace(ONE, parameters={**GIVEN, "store": "others"})
HOT = replace(ONE, parameters={**GIVEN, "temperature": "2"})
SHORT, WHOLE = "llm:m,temperature=1", "llm:m,temperature=1,store=answers,max_seconds=20"
TRAINING = Training("basil", "1.0.0", "0" * 64, 3, 0, 0, shots=2)


def test_what_can_change_no_answer_is_left_out_of_the_name_alone():
    assert (ONE.shown, ONE.spec, ONE.title) == (SHORT, WHOLE, WHOLE)
    assert Names([ONE, HOT]).of(ONE) == SHORT
    assert Names([ONE, HOT], whole=True).of(ONE) == WHOLE
    assert ONE.slug == "llm"


def test_two_that_would_read_alike_are_shown_whole():
    called = Names([ONE, OTHER, HOT, ONE])
    assert [called.of(detector) for detector in (ONE, OTHER, HOT)] == [
        WHOLE,
        "llm:m,temperature=1,store=others,max_seconds=20",
        "llm:m,temperature=2",
    ]
    learned = replace(ONE, training=TRAINING)
    assert called.title(learned) == f"{WHOLE}, {TRAINING.short}"


def test_a_stranger_has_no_name():
    with pytest.raises(KeyError):
        Names([ONE]).of(HOT)


def test_runs_are_told_apart_and_rows_hold_all():
    one, other, hot = (replace(RECORD, detector=detector) for detector in (ONE, OTHER, HOT))
    assert names([one, hot]) == (SHORT, "llm:m,temperature=2")
    assert len(set(names([one, other, one, replace(one, created="2026-01-02T00:00:00+00:00")]))) == 4
    assert names([one, hot], whole=True)[0] == WHOLE
    assert {row["detector"] for row in tidy([one])} == {WHOLE}


def test_tables_and_notes_use_the_short_name_and_the_facts_of_a_run_the_whole():
    record = replace(RECORD, detector=ONE)
    for tables in (compact([record]), panel([record])):
        text = render(tables, Format.HTML)
        assert SHORT in text
        assert "store=answers" not in text
    assert WHOLE in render(run_tables(record)[:1], Format.HTML)
    assert SHORT in without([replace(record, usage=None)])


LONG = {
    "base_url": "http://127.0.0.1:9101/v1",
    "samples": "3",
    "temperature": "1",
    "shots": "2",
    "prompt": "prompts/of_my_own.toml",
    "prices": "prices.toml",
    "family": "some-family",
}


def test_no_table_is_wider_than_a_page_with_a_model_of_ones_own():
    asked = [
        replace(RECORD, task=task, detector=replace(ONE, parameters={**LONG, "shots": shots}))
        for task in ("attribution_gap", "technique", "frame", "slant")
        for shots in "12"
    ]
    asked = [replace(record, dataset=replace(record.dataset, family="m")) for record in asked]
    for tables in (compact(asked), panel(asked[:2]), *(run_tables(record) for record in asked)):
        assert max(map(len, render(tables, Format.TABLE).split("\n"))) <= WIDTH
