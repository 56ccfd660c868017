"""How the answers of language models stand beside their scores."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from types import SimpleNamespace

import pytest
from usage_cases import ACCOUNT

from benchmark.environment import Environment
from benchmark.record import DatasetRecord, DetectorRecord, MetricRecord, Resampling, RunRecord, Score
from benchmark.report.evaluation import compact, panel
from benchmark.report.formats import Format
from benchmark.report.table import WIDTH, render
from benchmark.report.usage import count, money, part, suite_usage, usage_tables
from benchmark.usage import Spread, usage_of

USAGE = usage_of(ACCOUNT, {})
RECORD = RunRecord(
    task="attribution_gap",
    headline=("exact", "f1"),
    detector=DetectorRecord("llm", {"temperature": "0"}, "framebench", "attribution_gap", value="m-1-large"),
    dataset=DatasetRecord("ptc", "2020", "0" * 64, 5, "model", 3),
    resampling=Resampling("document", 5, 1000, 0),
    labels={"Doubt": 30},
    metrics={"exact": MetricRecord("exact|sig", {"f1": Score(1 / 3, 0.1, 0.5)})},
    environment=Environment("0.1.0", None, None, "3.11.0", "linux", {}),
    characters=100,
    created="2026-01-01T00:00:00+00:00",
    seconds=0.5,
    usage=USAGE,
)
PLAIN = replace(RECORD, detector=DetectorRecord("null", {}, "framebench", "technique"), usage=None)


def test_without_a_language_model_there_is_no_table():
    assert usage_tables([PLAIN]) == []


def test_the_table_stands_beside_the_scores_at_100_columns():
    sampled = replace(USAGE, samples=3, spread={"exact": {"f1": Spread(0.3, 0.25, 0.35)}})
    sampled = replace(sampled, input_tokens=1_234_567, output_tokens=123_456, cost=12.345, seconds=1234.5)
    for tables in (compact([PLAIN, replace(RECORD, usage=sampled)]), panel([replace(RECORD, usage=sampled)])):
        text = render(tables, Format.TABLE)
        assert max(map(len, text.split("\n"))) <= WIDTH
        flat = " ".join(text.split())
        assert ".33 .30 .25–.35 25% 75% 20% 20% 20%" in flat
        assert "Left out: share of the units asked about that the answers say nothing of" in flat
        assert "attribution_gap 5 1 1,234,567 123,456 12.35 USD 1234" in flat
        assert "Over samples: mean, lowest and highest score of the samples, each scored by itself." in flat
        assert "Kept: answers of earlier requests" in flat


def test_columns_without_content_are_left_out():
    nothing = replace(USAGE, failed=0, cost=None, cached=0, unanswered=0)
    tables = usage_tables([replace(RECORD, usage=nothing)])
    for table in tables:
        assert not {"over samples", "left\nout", "failed", "cost", "kept"} & set(table.headers)
        assert len(table.rows[0]) == len(table.headers) == len(table.align)
    assert tables[0].notes == ()
    (note,) = tables[1].notes
    assert note.startswith("Not placed")


def test_a_spread_that_is_undefined_is_one_dash():
    undefined = replace(USAGE, samples=3, spread={"exact": {"f1": Spread(None, None, None)}})
    known = replace(USAGE, samples=3, spread={"exact": {"f1": Spread(0.3, 0.25, 0.35)}})
    first, _ = usage_tables([replace(RECORD, usage=usage) for usage in (undefined, known)])
    assert [row[3] for row in first.rows] == ["–", ".30 .25–.35"]


def test_of_a_run_without_its_headline_the_first_metric_stands_with_its_name():
    metrics = {"overlap": MetricRecord("overlap|sig", {"precision": Score(0.9), "f1": Score(0.25)})}
    spread = {"overlap": {"f1": Spread(0.2, 0.1, 0.3)}}
    record = replace(RECORD, metrics=metrics, usage=replace(USAGE, samples=2, spread=spread))
    first, _ = usage_tables([record, RECORD])
    assert first.headers[2:4] == ("score", "over samples")
    assert [row[2:4] for row in first.rows] == [(".25 overlap F1", ".20 .10–.30"), (".33", "")]


def test_samples_are_explained_only_where_their_column_stands():
    record = replace(RECORD, usage=replace(USAGE, samples=3))
    assert not any("Over samples" in note for table in usage_tables([record]) for note in table.notes)
    suite = SimpleNamespace(detector=RECORD.detector, suite="injection", usage=record.usage)
    tables = suite_usage([suite])
    assert [table.headers[:2] for table in tables] == [("detector", "suite")] * 2
    assert [note.split(":")[0] for table in tables for note in table.notes] == [
        "Not placed",
        "Left out",
        "Kept",
    ]


@pytest.mark.parametrize(
    ("gold", "made_by", "family", "kin", "mark", "note"),
    [
        ("people", "", "m", False, "", ""),
        ("model", "M", "m", True, "[gold's family]", "models of the family M made the gold, an advantage"),
        ("model", "other", "m", False, "", ""),
        ("model", "", "m", None, "[gold's family?]", "which family of models made the gold is not recorded"),
        ("model_writer", "M", "", None, "[gold's family?]", "the model's own family is not known (--family"),
    ],
)
def test_a_model_of_the_family_that_made_the_gold_is_marked(gold, made_by, family, kin, mark, note):
    record = replace(
        RECORD,
        dataset=replace(RECORD.dataset, gold=gold, family=made_by),
        usage=replace(USAGE, family=family),
    )
    assert record.kin is kin
    text = " ".join(render(compact([PLAIN, record]), Format.HTML).split())
    assert ("gold's family" in unescape(text)) == bool(mark)
    assert mark in unescape(text)
    assert note in unescape(text)
    assert PLAIN.kin is False


def test_a_few_of_many_are_never_none_or_all():
    assert [part(share) for share in (None, 0.0, 0.0001, 0.004, 0.25, 0.9999, 1.0)] == [
        *("–", "0%", "0.1%", "0.4%", "25%", "99.9%", "100%")
    ]


def test_numbers_of_tokens_and_costs():
    assert [count(None), count(0), count(12345)] == ["–", "0", "12,345"]
    assert [
        money(None, "USD"),
        money(0.0, "EUR"),
        money(0.01234, "USD"),
        money(0.999, ""),
        money(3.456, ""),
    ] == [*("–", "0.00 EUR", "0.012 USD", "1.00", "3.46")]
