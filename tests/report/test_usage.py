"""How the answers of language models stand beside their scores."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest
from usage_cases import ACCOUNT

from benchmark.environment import Environment
from benchmark.record import DatasetRecord, DetectorRecord, MetricRecord, Resampling, RunRecord, Score
from benchmark.report.evaluation import compact, panel
from benchmark.report.formats import Format
from benchmark.report.table import WIDTH, render
from benchmark.report.usage import count, money, part, usage_tables
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
        assert ".33 .30 .25–.35 25% 20% 20% 20%" in flat
        assert "attribution_gap 5 1 1,234,567 123,456 12.35 USD 1234" in flat
        assert "Over samples: mean, lowest and highest score of the samples, each scored by itself." in flat
        assert "Kept: answers of earlier requests" in flat


def test_columns_without_content_are_left_out():
    tables = usage_tables([replace(RECORD, usage=replace(USAGE, failed=0, cost=None, cached=0))])
    for table in tables:
        assert not {"over samples", "failed", "cost", "kept"} & set(table.headers)
        assert len(table.rows[0]) == len(table.headers) == len(table.align) == len(table.widths)
    assert tables[0].notes == ()
    (note,) = tables[1].notes
    assert note.startswith("Not placed")


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
