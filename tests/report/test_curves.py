from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.curves import ENDS, KEEPS, NOT_ALL, OF_SPANS, Bin, Curve, Point
from benchmark.environment import Environment
from benchmark.record import DatasetRecord, DetectorRecord, MetricRecord, Resampling, RunRecord, Score
from benchmark.report.curves import (
    curve_tables,
    label_table,
    points_table,
    reliability_table,
    threshold,
    threshold_range,
    tidy_curves,
    tidy_points,
)
from benchmark.report.formats import Format
from benchmark.report.table import WIDTH, render
from benchmark.report.tidy import as_csv, as_json
from benchmark.sweep import CrossFit


def record(detector="lexicon", task="technique", **dataset):
    data = {"name": "news", "version": "1.0.0", "manifest_sha256": "0" * 64, "documents": 28}
    data |= {"gold": "model", "annotators": 5}
    return RunRecord(
        task=task,
        headline=("ptc_flc", "f1"),
        detector=DetectorRecord(detector, {}, "framebench", "technique"),
        dataset=DatasetRecord(**(data | dataset)),
        resampling=Resampling("document", 28, 100, 0),
        labels={"Loaded": 40, "Doubt": 3},
        metrics={"ptc_flc": MetricRecord("signature", {"f1": Score(0.25)})},
        environment=Environment("0.1.0", None, False, "3.11", "Linux", {}),
        characters=1000,
        created="2025-01-01T00:00:00Z",
    )


def points(count):
    """Thresholds from 1 down; precision falls as recall rises, and there is no F1 at the first."""
    return tuple(
        Point(
            1 - at / count,
            1 - at / (2 * count),
            at / count,
            None if not at else 0.5,
            None if not at else 0.25,
        )
        for at in range(count)
    )


SPANS = Curve(
    metric="ptc_flc",
    score="f1",
    of="spans by ptc_flc",
    points=points(25),
    complete=False,
    ap=0.123,
    by_label={"Loaded": 0.456, "Doubt": None},
    chance=None,
    used=0.0123,
    as_run=0.25,
    fitted=CrossFit((0.5, 0.625, 0.5), 0.234, own=False),
    reasons={"curve": ENDS},
)
UNITS = replace(
    SPANS,
    of="units labelled Loaded",
    complete=True,
    chance=0.25,
    used=None,
    fitted=CrossFit((0.5, 0.5), None, own=True),
    ece=0.054,
    brier=0.201,
    bins=(Bin(0, 0.1, None, None, 0), Bin(0.1, 0.2, 0.15, 0.5, 4), Bin(0.9, 1.0, 0.95, 1.0, 12)),
    reasons={},
)


def test_a_run_has_a_row_with_what_its_scores_are_worth():
    (table, *_) = curve_tables([(record(), SPANS)])
    assert table.title == "news 1.0.0, task technique: what the scores of answers are worth"
    assert table.rows == (("lexicon", ".12", "–", ".0123", ".25", ".5–.625", ".23", "–", "–"),)
    assert table.headers[4] == "ptc_flc F1"
    (table, *_) = curve_tables([(record(split="dev"), UNITS)])
    assert table.rows == (("lexicon", ".12", ".25", "as given", ".25", ".5", "–", ".05", ".20"),)
    assert table.title.startswith("news 1.0.0, split dev, task technique")


def test_notes_say_what_a_number_is_and_who_made_the_gold():
    (table, *_) = curve_tables([(record(), SPANS)])
    assert table.notes[0] == "Gold: made by language models; no person annotated."
    assert table.notes[1].startswith("AP: average precision, of spans by ptc_flc")
    assert any("best on the other folds' documents; it tells" in note for note in table.notes)
    assert table.notes[-1] == f"{ENDS[0].upper()}{ENDS[1:]}."
    (table, *_) = curve_tables([(record(gold="people"), UNITS)])
    text = "\n".join(table.notes)
    assert "Gold" not in text
    assert "Chance: the AP of scores without information." in text
    assert "Threshold as given" in text
    assert "from models that learned from this fold" in text
    assert "ECE: expected calibration error, 10 bins" in text


def test_each_reason_stands_once_with_what_it_explains_and_for_whom():
    both = replace(SPANS, reasons={"ece": OF_SPANS, "brier": OF_SPANS, "curve": ENDS})
    other = replace(SPANS, reasons={"brier": NOT_ALL, "points": KEEPS, "fitted": "one group"}, fitted=None)
    (table,) = curve_tables([(record(), both), (record("rules"), both), (record("linear"), other)])
    assert f"No ECE and Brier of lexicon, rules: {OF_SPANS}." in table.notes
    assert f"lexicon, rules: {ENDS}." in table.notes
    assert f"No Brier of linear: {NOT_ALL}." in table.notes
    assert f"linear: {KEEPS}." in table.notes
    assert "No threshold on other folds of linear: one group." in table.notes
    assert table.rows[2][5:7] == ("–", "–")


def test_units_without_an_answer_are_told():
    (table, *_) = curve_tables([(record(), replace(UNITS, unscored=3))])
    assert "Nothing was said of 3 units." in table.notes


def test_a_run_without_scores_has_no_row_but_is_named():
    tables = curve_tables([(record(), None), (record("rules"), SPANS)])
    assert [row[0] for row in tables[0].rows] == ["rules"]
    assert tables[0].notes[-1].startswith("No curve of lexicon: the answers have no scores")
    (alone,) = curve_tables([(record(), None)])
    assert alone.rows == ()
    assert len(alone.notes) == 2


def test_tasks_have_tables_of_their_own():
    tables = curve_tables([(record(), SPANS), (record(task="frame"), UNITS), (record("rules"), SPANS)])
    assert [len(table.rows) for table in tables] == [2, 1]


def test_a_single_run_shows_its_points_bins_and_labels():
    tables = curve_tables([(record(), UNITS)])
    heads = [table.headers[0] for table in tables]
    assert heads == ["detector", "score from", "probability", "label"]
    for kind in (Format.TABLE, Format.GITHUB, Format.LATEX, Format.HTML):
        text = render(tables, kind)
        assert "as given" in text
    assert max(map(len, render(tables, Format.TABLE).splitlines())) <= WIDTH


def test_about_ten_points_are_shown_with_the_first_and_the_last():
    (table,) = points_table(SPANS)
    assert table.title == "Precision and recall of spans by ptc_flc, 10 of 25 thresholds"
    assert len(table.rows) == 10
    assert table.rows[0] == ("1", "1.0", ".00", "–", "–")
    assert table.rows[-1] == (".04", ".52", ".96", ".50", ".25")
    assert table.headers[-1] == "ptc_flc F1"
    (short,) = points_table(replace(SPANS, points=points(3)))
    assert len(short.rows) == 3
    assert points_table(replace(SPANS, points=())) == []


@pytest.mark.parametrize("score", [None, 0.5])
def test_a_headline_that_is_the_f1_or_does_not_change_has_no_column(score):
    same = tuple(replace(point, f1=0.5, score=score) for point in points(3))
    (table,) = points_table(replace(SPANS, points=same))
    assert table.headers == ("score from", "P", "R", "F1")


def test_only_bins_with_decisions_are_shown():
    (table,) = reliability_table(UNITS)
    assert table.rows == ((".10–.20", "4", ".15", ".50"), (".90–1.0", "12", ".95", "1.0"))
    assert reliability_table(SPANS) == []


def test_labels_with_little_gold_are_marked():
    (table,) = label_table(record(), SPANS)
    assert table.rows == (("Loaded", "40", ".46", ""), ("Doubt", "3", "–", "too few to judge"))
    assert label_table(record(), replace(SPANS, by_label={"loaded": 0.5})) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.01234, ".0123"), (-0.5, "-.5"), (2.5, "2.5"), (0.0, "0"), (1.0, "1"), (10.04, "10"), (1e-7, "1e-07")],
)
def test_thresholds_have_three_digits(value, text):
    assert threshold(value) == text


def test_thresholds_that_look_alike_are_one():
    assert threshold_range([0.12341, 0.12339]) == ".123"
    assert threshold_range([0.5, 0.1, 0.3]) == ".1–.5"


def test_tidy_rows_hold_all_points_at_full_precision():
    rows = tidy_points([(record(), SPANS), (record("rules"), None), (record("linear"), UNITS)])
    assert len(rows) == 50
    assert rows[1]["threshold"] == 1 - 1 / 25
    assert (rows[0]["value"], rows[0]["precision"], rows[0]["detector"]) == (None, 1, "lexicon")
    assert as_csv(rows).count("\n") == 50
    assert "NaN" not in as_json(rows)


def test_tidy_curves_are_one_row_a_run():
    first, second = tidy_curves([(record(), SPANS), (record("linear"), replace(UNITS, fitted=None))])
    assert (first["threshold_low"], first["threshold_high"], first["cross_fitted"]) == (0.5, 0.625, 0.234)
    assert (first["own_folds"], second["own_folds"], second["threshold_low"]) == (False, None, None)
    assert (second["calibration_error"], second["brier"], second["complete"]) == (0.054, 0.201, True)
    assert list(first) == list(second)


def test_runs_of_one_detector_are_told_apart():
    twice = [(record(), SPANS), (replace(record(), created="2026-01-01T00:00:00Z"), SPANS)]
    (table,) = curve_tables(twice)
    first, second = (row[0] for row in table.rows)
    assert first != second
    assert first.startswith("lexicon")
