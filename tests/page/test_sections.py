"""The tables, figures and sentences of each view."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from benchmark.detectors import Failure
from benchmark.errors import UsageError
from benchmark.kept import KeptRun
from benchmark.lineup import opened
from benchmark.model import Span, Unit
from benchmark.page.groups import Held, grouped
from benchmark.page.overview import _remarks, overview
from benchmark.page.parts import Grid, grid
from benchmark.page.provenance import provenance
from benchmark.page.sections import page_of
from benchmark.page.slicings import possible
from benchmark.protocol import Protocol
from benchmark.report.conclusion import sentence
from benchmark.report.table import Table
from tests.kept_runs import edit, keep, put
from tests.page.kept_pages import kept

LOADED, DOUBT = "Loaded_Language", "Doubt"


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    """Kept runs on two tasks of the reports, by detector."""
    folder = tmp_path_factory.mktemp("kept")
    technique = [keep("fictional_news/technique", name, folder) for name in ("lexicon", "random", "null")]
    return [*technique, keep("fictional_news/frame", "frame-keywords", folder)]


@pytest.fixture(scope="module")
def groups(news):
    return grouped(opened(news))


@pytest.fixture(scope="module")
def page(groups):
    return page_of(groups)


def pieces(section):
    return [table for block in section.blocks for table in block.tables]


def cell(table, row, column):
    return next(cells for cells in table.rows if cells[0] == row)[table.headers.index(column)]


def test_runs_of_a_task_are_a_group(groups, news):
    assert [group.title for group in groups] == ["technique on fictional_news", "frame on fictional_news"]
    assert [group.names for group in groups] == [("lexicon", "random", "null"), ("frame-keywords",)]
    assert groups[1].comparison is None
    assert groups[0].comparison.headline
    assert [run.path for group in groups for run in group.runs] == news


def test_runs_of_other_parts_of_a_dataset_stand_apart(tmp_path, dataset_of):
    texts = [f"Text {number}." for number in range(6)]
    dataset = dataset_of(
        texts, spans=[[Span(0, 4, LOADED)]] * 6, splits={"dev": [0, 1], "test": [2, 3, 4, 5]}
    )
    runs = [
        run
        for split, many in (("dev", 2), ("test", 4))
        for run in kept(
            dataset.only([at for at in range(6) if dataset.documents[at].id in dataset.splits[split]]),
            "technique",
            {split: [[]] * many},
            tmp_path,
            protocol=Protocol(split=split),
        )
    ]
    titles = [group.title for group in grouped(runs)]
    assert titles == ["technique on small, split dev", "technique on small, split test"]
    again = grouped([runs[0], replace_run(runs[0], resampling=7)])
    assert len(again) == 1


def replace_run(run, resampling):
    record = replace(run.record, resampling=replace(run.record.resampling, seed=resampling))
    return KeptRun(run.path, record, run._shelf)


def test_a_group_says_who_is_ahead(page, groups):
    first = page.overview[0]
    assert first.title == "technique on fictional_news"
    assert first.asks.startswith("Propaganda techniques. fictional_news 1.0.0 (28 articles)")
    assert first.sentences == (sentence(groups[0].comparison),)
    (svg,) = first.figures
    assert svg.startswith("<svg")
    assert "lexicon" in svg
    assert first.table.headers == ("detector", "ptc_flc F1", "group", "% of ceiling", "characters a second")
    assert [row[0] for row in first.table.rows][-2:] == ["ceiling, others", "ceiling, full"]
    value = groups[0].records[0].metrics["ptc_flc"].scores["f1"].value
    assert cell(first.table, "lexicon", "ptc_flc F1").startswith(f"{value:.2f}"[1:])
    assert (0, 1) in first.table.strong
    assert any(note.startswith("Letters: ") for note in first.table.notes)
    assert any("no person annotated" in note for note in first.table.notes)
    assert first.sentences[0] not in first.table.notes
    assert [one.of for one in first.signatures] == ["Signature"]
    assert first.signatures[0].text == groups[0].records[0].metrics["ptc_flc"].signature
    assert [row[0] for row in first.panel[0].rows][:3] == ["lexicon", "random", "null"]


def test_a_single_run_has_no_sentence_and_no_letters(page):
    second = page.overview[1]
    assert second.sentences == ()
    assert "group" not in second.table.headers
    assert len(second.table.rows) == 3
    assert all(len(row) == len(second.table.headers) for row in second.table.rows)


def test_views_by_label_and_slice(page):
    first = page.slices[0]
    headings = [block.heading for block in first.blocks]
    assert headings == [
        "By label",
        "By section of the article",
        "Inside and outside quotations",
        "By length of the gold span",
        "By number of annotators",
        "By manner",
    ]
    assert all(block.figures and block.tables for block in first.blocks)
    assert {table.title for table in first.blocks[0].tables} >= {"lexicon: ptc_flc by label"}


def test_errors_curves_annotators(page):
    (block,) = page.errors[0].blocks
    assert "lexicon" in block.figures[0]
    assert any("error types" in table.title for table in block.tables)
    assert [section.title for section in page.curves] == [section.title for section in page.slices]
    assert page.curves[0].blocks[0].heading == "Precision and recall"
    (annotators,) = page.annotators
    assert [block.heading for block in annotators.blocks][-1] == "Agreement by label"
    assert "Layer technique" in [block.heading for block in annotators.blocks]


def test_without_scores_there_are_no_curves(dataset_of, tmp_path):
    dataset = dataset_of(["A vile plan.", "Calm."], spans=[[Span(2, 6, LOADED)], []])
    runs = kept(dataset, "technique", {"one": [[Span(2, 6, LOADED)], []], "two": [[], []]}, tmp_path)
    page = page_of(grouped(runs))
    assert page.curves == ()
    assert page.annotators == ()
    assert page.title == "Report on small"
    assert page.overview[0].table.headers == ("detector", "ptc_flc F1", "characters a second")


def test_provenance_tells_data_run_and_what_went_wrong(news, groups, tmp_path):
    sections = provenance(groups)
    titles = [section.title for section in sections]
    assert titles[0] == "Dataset fictional_news"
    assert len(titles) == 1 + 4
    run = groups[0].runs[0]
    facts, signatures = pieces(sections[1])
    told = dict(facts.rows)
    assert dict(pieces(sections[0])[0].rows)["version"] == "1.0.0"
    assert told["SHA-256 of the manifest"] == run.record.dataset.manifest_sha256
    assert told["made"] == run.record.created
    assert told["commit"].startswith(run.record.environment.commit or "not from a checkout")
    assert "numpy" in told["libraries"]
    assert told["failures"] == "none"
    assert signatures.rows == tuple((name, own.signature) for name, own in run.record.metrics.items())


def test_provenance_of_a_run_with_faults(dataset_of, tmp_path):
    dataset = dataset_of(["A vile plan.", "Calm."], units={"slant": [[Unit(0, 12, ("mild",))], []]})
    (run,) = kept(dataset, "slant", {"one": [[], []]}, tmp_path)
    record = replace(
        run.record,
        failures=(Failure("d0", "ValueError: no"),),
        missing=1,
        undecided=2,
        fit_seconds=2.5,
        seconds=1.0,
        detector=replace(run.record.detector, parameters={"depth": "3"}, seed=5),
        environment=replace(run.record.environment, commit="abc", dirty=True),
    )
    run.record = record
    told = dict(pieces(provenance(grouped([run]))[1])[0].rows)
    assert told["failed on d0"] == "ValueError: no"
    assert "failures" not in told
    assert told["documents without an answer"] == "1"
    assert told["units without a decided label"] == "2; they are not scored"
    assert told["parameter depth"] == "3"
    assert told["seed of the detector"] == "5"
    assert told["commit"] == "abc with changes"
    assert told["time of training"] == "2.5 s"
    assert any(key.startswith("SHA-256 of ") and key != "SHA-256 of the manifest" for key in told)


def test_provenance_of_training(tmp_path):
    (run,) = opened([keep("fictional_news/frame", "linear", tmp_path)])
    told = dict(pieces(provenance(grouped([run]))[1])[0].rows)
    assert told["trained"].startswith("7 folds on 28 documents of fictional_news 1.0.0, seed 0; SHA-256")
    assert "time of training" in told


def test_runs_without_the_headline_are_shown_by_what_they_hold(tmp_path):
    settings = {"metrics": ("exact",)}
    runs = [keep("fictional_news/technique", name, tmp_path, **settings) for name in ("lexicon", "null")]
    (group,) = grouped(opened(runs))
    assert (group.shown.metric, group.shown.score, group.shown.headline) == ("exact", "f1", False)
    first = overview(group)
    assert first.sentences == ("The runs do not hold the task's headline, ptc_flc F1: nothing is tested.",)
    assert first.table.headers[1] == "exact F1"
    assert "group" not in first.table.headers
    assert first.signatures[0].text.startswith("exact|")
    assert not any(note.startswith("Letters") for note in first.table.notes)


def test_runs_that_share_no_metric_are_scored_anew(tmp_path):
    runs = [
        keep("fictional_news/technique", "lexicon", tmp_path, metrics=("exact",)),
        keep("fictional_news/technique", "null", tmp_path, metrics=("token",)),
    ]
    found = grouped(opened(runs))
    if len(found) == 1:
        assert (found[0].shown.metric, found[0].shown.anew) == ("ptc_flc", True)
    for group in found:
        assert overview(group).table.rows


def test_only_what_can_be_sliced_is(dataset_of, tmp_path):
    dataset = dataset_of(
        ["One.", "Two."], units={"slant": [[Unit(0, 4, ("mild",))], [Unit(0, 4, ("none",))]]}
    )
    documents = [
        replace(document, metadata={"same": "x", "other": str(at), "id": "x" * at})
        for at, document in enumerate(dataset.documents)
    ]
    dataset = replace(dataset, documents=tuple(documents))
    (group,) = grouped(kept(dataset, "slant", {"one": [[], []]}, tmp_path))
    assert possible(group) == ["id", "other"]


def test_marks_of_runs_stand_behind_their_names(news, groups):
    record = replace(groups[0].records[0], failures=(Failure("d", "no"),))
    assert _remarks(record) == " [incomplete]"
    assert _remarks(groups[0].records[0]) == ""


def test_a_dataset_in_another_state_is_refused(news, tmp_path):
    folder = shutil.copytree(news[0], tmp_path / "run")
    edit(folder, put("dataset", "manifest_sha256", value="0" * 64))
    with pytest.raises(UsageError, match="is in another state"):
        grouped(opened([folder]))


def test_a_shelf_holds_the_dataset_it_was_given(dataset_of):
    dataset = dataset_of(["One."])
    assert Held(dataset).at_hand(None) is dataset


def test_a_grid_is_a_table_on_one_line():
    made = grid(Table("a\x1b", ("one_\ntwo", "b\nc"), (("1", "2"),), (), ("left", "right")))
    assert made.headers == ("one_two", "b c")
    assert made.title == "a\\x1b"
    assert (made.right(0), made.right(1)) == (False, True)
    assert not Grid("", ("a",), ()).right(0)
