"""What a reader of a table has to know, in sentences below it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.contamination import Shared
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
from benchmark.report.evaluation import compact, panel, run_tables
from benchmark.report.notes import notes

CEILING = Ceiling({"f1": Range(0.4, 0.3, 0.5)}, {"f1": Range(0.5, 0.4, 0.6)})
RECORD = RunRecord(
    task="technique",
    headline=("exact", "f1"),
    detector=DetectorRecord("crf", {}, "framebench", "technique"),
    dataset=DatasetRecord("ptc", "2020", "0" * 64, 75, "people", 0, "dev", "article"),
    resampling=Resampling("document", 75, 1000, 0),
    labels={"Doubt": 3},
    metrics={"exact": MetricRecord("exact|sig", {"f1": Score(1 / 3, 0.1, 0.5)})},
    environment=Environment("0.1.0", None, None, "3.11.0", "linux", {}),
    characters=100,
    created="2026-01-01T00:00:00+00:00",
    seconds=0.5,
)


def trained(training, record=RECORD):
    return replace(record, detector=replace(record.detector, training=training))


def told(*records):
    return " ".join(notes(records))


WHOLE = Training("ptc", "2020", "0" * 64, 371, 0, 0)


@pytest.mark.parametrize(
    ("training", "text"),
    [
        (WHOLE, "371 docs: trained on the 371 documents of ptc; intervals leave"),
        (replace(WHOLE, split="train"), "trained on the 371 documents of ptc, split train; intervals"),
        (replace(WHOLE, folds=5), "5-fold: cross-validation over the 371 documents; intervals"),
        (
            replace(WHOLE, folds=5, stratified=True),
            "5-fold: stratified cross-validation over the 371 documents; intervals",
        ),
        (
            replace(WHOLE, folds=10, group="triplet"),
            "10-fold: cross-validation over the 371 documents, each triplet on one side; intervals",
        ),
    ],
)
def test_how_a_detector_was_trained(training, text):
    assert text in told(trained(training))
    assert "trained" not in told(RECORD)


@pytest.mark.parametrize(
    ("unit", "noun", "clusters", "text"),
    [
        ("document", "article", 75, "bootstrap over 75 articles, 1,000 resamples."),
        ("document", "sentence", 75, "bootstrap over 75 sentences, 1,000 resamples."),
        ("triplet", "article", 100, "bootstrap over 100 groups of articles by triplet, 1,000 resamples."),
        ("document", "document", 30, "over 30 documents, 1,000 resamples, widened by Student's t for so few"),
        ("paragraph", "document", 60, "over the paragraphs of these documents and say nothing about other"),
        ("document", "article", 1, "Intervals: none, since there is one document to resample."),
    ],
)
def test_what_was_resampled(unit, noun, clusters, text):
    record = replace(
        RECORD,
        resampling=Resampling(unit, clusters, 1000, 0),
        dataset=replace(RECORD.dataset, noun=noun),
    )
    assert text in told(record)


def shared(count):
    return tuple(Shared(f"d{i}", f"t{i}", 1.0, exact=True) for i in range(count))


def test_what_was_learned_from_is_named_once_for_all_that_learned_it():
    one = replace(trained(WHOLE), shared=shared(7))
    other = replace(one, detector=replace(one.detector, name="linear"))
    clean = replace(RECORD, detector=replace(RECORD.detector, name="null"))
    text = told(one, other, clean)
    assert text.count("[contaminated]") == 1
    assert (
        "[contaminated] crf, linear learned from 7 of the 75 scored articles, or from nearly the same text: "
        "'d0' as 't0', 'd1' as 't1', 'd2' as 't2', 'd3' as 't3', 'd4' as 't4' and 2 more."
    ) in text
    two = told(one, replace(other, shared=shared(1)))
    assert (
        "linear learned from 1 of the 75 scored articles, or from nearly the same text: 'd0' as 't0'." in two
    )
    assert "contaminated" not in told(clean)


def test_a_contaminated_run_is_marked_in_every_table():
    one = replace(trained(WHOLE), shared=shared(2))
    clean = replace(RECORD, detector=replace(RECORD.detector, name="null"))
    for tables in (compact([one, clean]), panel([one, clean]), run_tables(one)):
        rows = [row for table in tables for row in table.rows if row[0].startswith(("crf", "null"))]
        assert rows
        assert {row[0] for row in rows} <= {"crf, 371 docs [contaminated]", "null"}


def test_a_run_may_be_incomplete_and_contaminated():
    from benchmark.detectors import Failure

    both = replace(RECORD, shared=shared(1), failures=(Failure("d9", "x"),))
    (table,) = compact([both])
    assert table.rows[0][0] == "crf [incomplete] [contaminated]"


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({}, "ptc 2020, split dev (75 articles)"),
        ({"split": None, "noun": "sentence"}, "ptc 2020 (75 sentences)"),
        ({"documents": 1, "noun": "document"}, "ptc 2020, split dev (1 document)"),
    ],
)
def test_the_title_says_what_was_scored(fields, title):
    record = replace(RECORD, dataset=replace(RECORD.dataset, **fields))
    assert compact([record])[0].title == title
    assert panel([record])[0].title.startswith(title)


def test_many_tasks_are_broken_into_tables_of_one_dataset():
    names = ("technique", "span", "loaded_language", "frame", "lexical", "bias", "words", "tone")
    tables = compact([replace(RECORD, task=name) for name in names])
    assert [len(table.headers) for table in tables] == [5, 5]
    assert [bool(table.notes) for table in tables] == [False, True]
    heads = [head.split("\n")[0] for table in tables for head in table.headers[1:]]
    # In the order of the table of tasks, and what the user added last.
    assert heads == ["span", "technique", "loaded_", "frame", "lexical", "bias", "words", "tone"]


def test_the_ceiling_is_explained_where_there_is_one():
    with_ceiling = replace(RECORD, metrics={"exact": replace(RECORD.metrics["exact"], ceiling=CEILING)})
    assert "the annotators' own score, pooled, and range" in told(with_ceiling)
    assert "Ceiling" not in told(RECORD)
    rows = compact([with_ceiling])[0].rows
    assert rows[-2:] == (("ceiling, others", ".40 .30–.50"), ("ceiling, full", ".50 .40–.60"))


def test_units_that_are_not_decided_are_told():
    undecided = replace(RECORD, undecided=9)
    assert "9 units without a decided label are not scored; 3 are." in told(undecided)
    both = told(undecided, replace(RECORD, task="opinion"))
    assert "technique: 9 units without a decided label" in both
    assert "opinion:" not in both
    assert "decided" not in told(RECORD)
