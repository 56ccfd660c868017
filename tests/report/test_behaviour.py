"""Behavioural runs as tables, rows and texts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.behaviour.rates import Counts, Rates, Side
from benchmark.behaviour.results import Behaviour, BehaviourRecord, CaseRow, MarkRow, Source
from benchmark.contamination import Shared
from benchmark.environment import environment
from benchmark.provenance import Training
from benchmark.record import DetectorRecord, Resampling, Score
from benchmark.report.behaviour import behaviour_rows, behaviour_tables, failing
from benchmark.report.formats import Format
from benchmark.report.table import render

RATES = Rates(Score(0.5, 0.4, 0.6), Score(0.25, 0.2, 0.3), Score(0.75, 0.7, 0.8))


def record(suite="charged", name="lexicon", rates=RATES, **fields):
    return BehaviourRecord(
        suite,
        DetectorRecord(name, {}, "framebench", "technique"),
        (Source("behaviour", "1.0.0", "0" * 64),),
        "1" * 64,
        Counts(200, 40, 100, 100, 0, 0, 0),
        rates,
        Resampling("template or sentence", 40, 100, 0),
        environment(),
        1000,
        0.5,
        0.0,
        "2026-01-01T00:00:00+00:00",
        **fields,
    )


def test_cells_are_pass_rates_or_two_rates():
    (table,) = behaviour_tables([record(), record("quoted"), record("literal", "null", Rates())])
    assert table.headers == ("detector", "quoted:\nreporter", "quoted:\nquoted", "literal", "charged")
    assert table.rows == (
        ("lexicon", ".25 .20–.30", ".75 .70–.80", "", ".50 .40–.60"),
        ("null", "", "", "–", ""),
    )
    assert "charged: the same words used to charge; flagged; 200 cases of 40 templates or sentences." in (
        table.notes
    )


LONG = "llm:a-model,base_url=http://127.0.0.1:9101/v1,samples=3,temperature=1,shots=2,max_seconds=20"


@pytest.mark.parametrize("name", ["a-detector:with=parameters", LONG])
def test_all_suites_fit_the_width(name):
    suites = ("neutral_rewrite", "entity_swap", "source_added", "source_removed", "quoted", "literal")
    suites = (*suites, "charged", "typography", "injection")
    records = [record(suite, name) for suite in suites]
    tables = behaviour_tables(records)
    assert [len(table.headers) for table in tables] == [6, 4, 3]
    assert [table.title.split(":")[0] for table in tables] == [
        "Behaviour, wording",
        "Behaviour, same marks",
        "Behaviour, sources",
    ]
    passes = "same marks: a detector that marks nothing passes."
    assert [passes in table.notes for table in tables] == [False, True, False]
    text = render(tables, Format.TABLE)
    assert max(map(len, text.split("\n"))) <= 100
    # As wide as the scores beside it allow, and broken only where the name has commas.
    shown = [line.split("  ")[0] for line in text.split("\n") if line.startswith(name[:4])]
    assert all(name.startswith(cell) and cell.endswith((",", "=parameters")) for cell in shown)
    assert len(shown) == 3


def test_what_is_wrong_with_a_run_stands_beside_its_name():
    twin = Shared("a", "b", 1.0, exact=True)
    (table,) = behaviour_tables([record(shared=(twin,)), record("literal")])
    assert table.rows[0][0] == "lexicon [contaminated]"


def test_a_row_says_what_was_learned_by_folds():
    whole, folded = (Training("fictional_news", "1.0.0", "0" * 64, 28, n, 0) for n in (0, 7))
    trained = [replace(record().detector, training=training) for training in (folded, whole)]
    records = [
        replace(record(suite), detector=d) for suite, d in zip(("literal", "charged"), trained, strict=True)
    ]
    for order in (records, records[::-1]):
        (table,) = behaviour_tables(order)
        assert [row[0] for row in table.rows] == ["lexicon, 7-fold"]
        assert any(note.startswith("7-fold: cases made from a report") for note in table.notes)


def test_left_out_cases_are_told():
    left = replace(record(), counts=Counts(200, 40, 50, 50, 0, 100, 0))
    (table,) = behaviour_tables([left])
    assert not any("same marks" in note or "–:" in note for note in table.notes)
    assert any("left out of its rate: charged" in note for note in table.notes)


def test_sides_far_from_zero_are_named():
    sides = {
        "A": Side(20, Score(0.3, 0.1, 0.5)),
        "B": Side(20, Score(-0.4, -0.6, -0.2)),
        "C": Side(20, Score(0.1, -0.1, 0.3)),
        "D": Side(20, Score(0.9)),
    }
    rates = replace(RATES, asymmetry={"flag rate": Score(0.1, 0.0, 0.2)}, sides=sides)
    tables = behaviour_tables([record("entity_swap", rates=rates)])
    assert tables[1].rows == (("lexicon", ".10 .00–.20", "–", "B -.40 -.60–-.20; A .30 .10–.50"),)
    none = replace(rates, sides={})
    tables = behaviour_tables([record("entity_swap", rates=none), record("typography", rates=none)])
    assert tables[1].rows[0][::3] == ("lexicon (entity_swap)", "none")


def test_rows_hold_every_rate():
    rows = behaviour_rows([record(), record("entity_swap")])
    assert [row["measure"] for row in rows] == [
        *("pass_rate", "flagged_rate"),
        *("pass_rate", "flagged_rate", "flagged_twin_rate"),
    ]
    assert "run" not in rows[0]
    assert rows[0] | {"value": 0.5, "low": 0.4, "high": 0.6, "training": None} == rows[0]
    assert behaviour_rows([record(rates=Rates())], ["here"])[0]["value"] is None


@pytest.fixture
def kept():
    rows = (
        CaseRow("c-1", "t", "passed"),
        CaseRow(
            "c-2",
            "t",
            "failed",
            ("mark lost",),
            text="A \x1b vile\nplan.",
            region=(4, 8),
            marks=(MarkRow(0, 1), MarkRow(4, 8, "Doubt")),
            twin="A plan.",
            twin_region=(2, 2),
        ),
        CaseRow("c-3", "t", "crashed", ("the detector failed",), error="RuntimeError: broken"),
    )
    return Behaviour(record(), rows)


def test_failing_cases_are_written_out(kept):
    assert failing(kept, 5) == (
        "lexicon on charged: 2 of 200 cases failed\n\n"
        "c-2: mark lost\n"
        "  text “vile”: [A|marked] � [vile|Doubt]\n    plan.\n"
        "  twin: A plan.\n\n"
        "c-3: the detector failed; RuntimeError: broken"
    )


def test_as_many_are_shown_as_are_asked_for(kept):
    assert failing(kept, 1).endswith("… and 1 more")
    assert failing(kept, 0) == ""
    assert failing(replace(kept, cases=kept.cases[:1]), 3) == ""
