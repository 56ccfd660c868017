"""The tables of slices."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.comparison import How, Measured, compared
from benchmark.lineup import Sliced
from benchmark.model import Note, Span
from benchmark.report.formats import Format
from benchmark.report.slices import slice_rows, slice_tables
from benchmark.report.table import WIDTH, render
from benchmark.scores import Resamples
from benchmark.slices import slices
from tests.slice_cases import predicted, rescorer_of, with_metadata

TEXT = "Vile news\nAnn said it was vile.\nA “vile” plan. A bad plan."
LOADED = "Loaded_Language"
GOLD = [Span(0, 4, LOADED, note=Note(("A",))), Span(35, 39, LOADED, note=Note(("A", "B")))]
RIGHT, WRONG, NONE = GOLD, [Span(5, 9, LOADED)], []
RESAMPLES = Resamples(300, 0)


def dataset_with(dataset_of, gold=None, **fields):
    dataset = dataset_of([TEXT] * 20, gold or [GOLD] * 20)
    return with_metadata(dataset, [fields] * 10 + [{}] * 10) if fields else dataset


def tables(
    dataset,
    by,
    *found,
    metric="exact",
    headline=True,
    detectors=("one", "two", "three", "four"),
    reference=None,
    resamples=RESAMPLES,
):
    """Return the tables of runs, each given as the spans that it finds in every second text."""
    runs = [rescorer_of(dataset, "technique", name) for name in detectors[: len(found)]]
    built = runs[0].metric(metric)
    each = [
        slices(run, by, predicted(run, [own if i % 2 else NONE for i in range(20)]), built, "f1")
        for run, own in zip(runs, found, strict=True)
    ]
    records = [run.record for run in runs]
    parts = []
    for own in zip(*each, strict=True):
        first = own[0]
        comparison = None
        if len(found) > 1 and first.clusters:
            measured = [
                Measured(record, part.statistics[part.members])
                for record, part in zip(records, own, strict=True)
            ]
            name = f"{by} {first.name}"
            how = How(built, first.score, first.labels, headline, resamples, reference, name)
            comparison = compared(measured, how)
        parts.append(Sliced(own, comparison))
    return slice_tables(records, by, metric, parts, RESAMPLES)


def text_of(found):
    return " ".join(note for table in found for note in table.notes)


def test_one_run_by_section(dataset_of):
    (table,) = tables(dataset_with(dataset_of), "section", RIGHT)
    assert table.title == "small 1.0.0, task technique, by section: exact F1"
    assert table.headers == ("section", "gold", "clusters", "exact F1")
    assert [row[:3] for row in table.rows] == [
        ("headline", "20", "20"),
        ("lead", "*0", "0"),
        ("body", "20", "20"),
    ]
    assert table.rows[0][3].startswith(".67 .")
    assert table.rows[1][3] == "–"
    told = text_of([table])
    assert "Headline: the first line with text" in told
    assert "cut at the borders of a region" in told
    assert "*: too few to judge, fewer than 10" in told
    assert "A slice without gold has no score" in told
    assert "bootstrap over 20 documents, 300 resamples" in told
    assert "Gold: made by people." in told
    assert "Letters" not in told
    assert "p-values" not in told


def test_recall_alone_is_said_in_the_head(dataset_of):
    (table,) = tables(dataset_with(dataset_of), "support", RIGHT)
    assert table.headers[3] == "exact R, recall alone"
    assert [row[0] for row in table.rows] == ["1 annotator", "2 annotators"]
    assert "Recall alone: predictions belong to no such slice" in text_of([table])
    assert "Annotators: those behind a gold span" in text_of([table])
    (table,) = tables(dataset_with(dataset_of), "length", RIGHT)
    assert "Words: the tokens of a gold span" in text_of([table])


def test_slices_by_quotation_and_by_label_are_explained(dataset_of):
    (table,) = tables(dataset_with(dataset_of), "quotation", RIGHT)
    assert "Quotations are told by their marks alone" in text_of([table])
    (table,) = tables(dataset_with(dataset_of), "label", RIGHT)
    assert table.headers[3] == "exact F1"
    assert "borders of a region" not in text_of([table])


def test_documents_without_the_field_are_explained(dataset_of):
    (table,) = tables(dataset_with(dataset_of, outlet="Daily"), "outlet", RIGHT)
    assert [row[:3] for row in table.rows] == [("Daily", "20", "10"), ("(none)", "20", "10")]
    assert "(none): the documents without this field." in text_of([table])


def test_two_runs_have_their_difference_in_their_own_order(dataset_of):
    """Also where the second is the better one, though a comparison puts the better one first."""
    (table,) = tables(dataset_with(dataset_of), "section", WRONG, RIGHT)
    assert table.headers[3:] == ("one", "two", "first −\nsecond", "p")
    headline, lead, _ = table.rows
    assert headline[5].startswith("-.67 -.")
    assert headline[6].startswith((".00", "<.001"))
    assert lead[5:] == ("", "")
    (other,) = tables(dataset_with(dataset_of), "section", RIGHT, WRONG)
    assert other.rows[0][5].startswith(".67 .")
    assert other.rows[0][6] == headline[6]
    assert "not over the slices" in text_of([table])


def test_equal_runs_share_a_letter_and_have_p_1(dataset_of):
    (table,) = tables(dataset_with(dataset_of), "section", RIGHT, RIGHT)
    assert [cell[-2:] for cell in table.rows[0][3:5]] == [" a", " a"]
    assert table.rows[0][5:] == (".00 .00–.00", "1.0")
    (table,) = tables(dataset_with(dataset_of), "section", RIGHT, WRONG)
    assert [cell[-2:] for cell in table.rows[0][3:5]] == [" a", " b"]
    assert "Letters: within a slice" in text_of([table])


def test_an_undefined_difference_is_a_dash(dataset_of):
    """Precision is undefined where nothing is predicted."""
    dataset = dataset_with(dataset_of)
    runs = [rescorer_of(dataset, "technique", name) for name in ("one", "two")]
    metric = runs[0].metric("exact")
    each = [
        slices(run, "section", predicted(run, [own] * 20), metric, "precision")
        for run, own in zip(runs, (NONE, RIGHT), strict=True)
    ]
    records = [run.record for run in runs]
    parts = []
    for own in zip(*each, strict=True):
        measured = [Measured(r, part.statistics[part.members]) for r, part in zip(records, own, strict=True)]
        how = How(metric, "precision", own[0].labels, True, RESAMPLES)
        parts.append(Sliced(own, compared(measured, how) if own[0].clusters else None))
    (table,) = slice_tables(records, "section", "exact", parts, RESAMPLES)
    assert table.rows[0][3:] == ("–", "1.0 1.0–1.0 a", "–", "–")
    assert "undefined" in text_of([table])


def test_other_metrics_are_exploratory(dataset_of):
    (table,) = tables(dataset_with(dataset_of), "section", RIGHT, WRONG, headline=False)
    assert "p-values are not adjusted, and exploratory." in text_of([table])
    assert "Letters" not in text_of([table])


@pytest.mark.parametrize(("count", "widths"), [(1, [1]), (3, [3]), (4, [3, 1])])
def test_many_runs_stand_in_several_tables(dataset_of, count, widths):
    found = tables(dataset_with(dataset_of), "section", *[RIGHT, WRONG, NONE, RIGHT][:count])
    assert [len(table.headers) - 3 for table in found] == widths
    assert [bool(table.notes) for table in found] == [False] * (len(widths) - 1) + [True]
    assert all(table.rows[0][:3] == ("headline", "20", "20") for table in found)


def test_a_table_is_no_wider_than_a_page(dataset_of):
    long = ["linear:ngrams=3,window=12,c=0.25", "a-detector-of-thirty-letters-x", "lexicon:window=3"]
    fields = {"outlet": "the evening paper of the second largest town"}
    dataset = dataset_with(dataset_of, **fields)
    found = tables(dataset, "outlet", RIGHT, WRONG, detectors=long)
    assert max(map(len, render(found, Format.TABLE).splitlines())) <= WIDTH
    for kind in (Format.GITHUB, Format.LATEX, Format.HTML):
        assert "Daily" not in render(found, kind)
        assert "the evening paper of the second largest town" in render(found, kind)


def test_what_a_dataset_names_cannot_steer_a_terminal(dataset_of):
    (table,) = tables(dataset_with(dataset_of, **{"out\x1blet": "\x1b[2J"}), "out\x1blet", RIGHT)
    assert table.rows[0][0] == "\\x1b[2J"
    assert "\x1b" not in render([table], Format.TABLE)


def test_few_gold_spans_are_marked(dataset_of):
    dataset = dataset_with(dataset_of, [GOLD[:1]] * 9 + [[]] * 11)
    (table,) = tables(dataset, "section", RIGHT)
    assert [row[1] for row in table.rows] == ["*9", "*0", "*0"]
    dataset = dataset_with(dataset_of, [GOLD] * 10 + [[]] * 10)
    (table,) = tables(dataset, "support", RIGHT)
    assert [row[1] for row in table.rows] == ["10", "10"]
    assert "too few to judge" not in text_of([table])
    assert "without gold" not in text_of([table])


def test_gold_made_by_models_is_marked(dataset_of):
    dataset = dataset_with(dataset_of)
    run = rescorer_of(dataset, "technique")
    record = replace(run.record, dataset=replace(run.record.dataset, gold="model", annotators=3))
    metric = run.metric("exact")
    parts = [
        Sliced((part,), None) for part in slices(run, "section", predicted(run, [RIGHT] * 20), metric, "f1")
    ]
    (table,) = slice_tables([record], "section", "exact", parts, RESAMPLES)
    assert "made by 3 language models; no person annotated" in text_of([table])


def test_rows_have_full_precision(dataset_of):
    dataset = dataset_with(dataset_of)
    run = rescorer_of(dataset, "technique")
    metric = run.metric("exact")
    found = slices(run, "section", predicted(run, [RIGHT, NONE, NONE, NONE] * 5), metric, "f1")
    parts = [Sliced((part, part), None) for part in found]
    rows = slice_rows([run.record] * 2, "section", "exact", parts, RESAMPLES)
    assert [row["slice"] for row in rows] == ["headline", "lead", "body"] * 2
    headline, lead = rows[:2]
    assert headline["value"] == pytest.approx(0.4, abs=1e-15)
    assert (headline["by"], headline["score"], headline["recall_only"]) == ("section", "f1", False)
    assert (headline["gold_marks"], headline["clusters"]) == (20, 20)
    assert headline["low"] < 0.4 < headline["high"]
    assert (lead["value"], lead["gold_marks"], lead["clusters"]) == (None, 0, 0)
    (by_label, *_) = slice_rows(
        [run.record],
        "label",
        "exact",
        [Sliced((part,), None) for part in slices(run, "label", predicted(run, [RIGHT] * 20), metric, "f1")],
        RESAMPLES,
    )
    assert (by_label["score"], by_label["slice"], by_label["value"]) == ("f1", LOADED, 1.0)


def test_runs_held_against_one_are_named_with_the_slices(dataset_of):
    dataset = dataset_with(dataset_of)
    text = text_of(tables(dataset, "section", RIGHT, WRONG, WRONG, reference=0))
    assert "Told apart from one: two in section headline (behind, p " in text
    assert "; three in section headline (behind, p " in text
    text = text_of(tables(dataset, "section", RIGHT, RIGHT, RIGHT, reference=0))
    assert "Told apart from one: no run in any slice." in text


def test_slices_in_which_nothing_can_be_shown_are_named(dataset_of):
    dataset = dataset_with(dataset_of)
    few = Resamples(30, 0)
    text = text_of(tables(dataset, "section", RIGHT, WRONG, NONE, resamples=few))
    assert "No pair can be told apart in any slice, whatever the scores: too few clusters" in text
    assert "Letters" not in text
