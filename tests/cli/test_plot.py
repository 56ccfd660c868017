"""`bench plot` end to end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kept_runs import edit, keep, put

FEW = ("--resamples", 100)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    for detector in ("lexicon", "null"):
        keep("fictional_news/technique", detector, folder)
    for detector in ("frame-keywords", "majority"):
        keep("fictional_news/frame", detector, folder)
    return folder / "fictional_news"


@pytest.mark.parametrize(
    ("task", "options", "shown"),
    [
        ("technique", ("--kind", "forest"), "ptc_flc F1"),
        ("technique", ("--kind", "forest", "--metric", "overlap/precision"), "overlap P"),
        ("technique", ("--kind", "labels"), "Doubt"),
        ("technique", ("--kind", "labels", "--by", "section"), "headline"),
        ("technique", ("--kind", "pr"), "recall"),
        ("technique", ("--kind", "errors"), "lost: missed"),
        ("technique", ("--kind", "agreement"), "equal boundaries"),
        ("frame", ("--kind", "reliability"), "share that is right"),
        ("frame", ("--kind", "pr", "--width", "3.4"), "precision"),
    ],
)
def test_each_kind_is_drawn(bench, kept, task, options, shown):
    done = bench("plot", kept / task, *options, *FEW, "--output", "plot.svg")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert shown in Path("plot.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "begins"), [("plot.png", b"\x89PNG"), ("plot.PDF", b"%PDF")])
def test_the_suffix_is_the_format(bench, kept, name, begins):
    assert bench("plot", kept / "technique", "-k", "errors", "-o", name).code == 0
    assert Path(name).read_bytes().startswith(begins)


def test_a_single_run_has_a_forest_plot_too(bench, kept):
    run = next((kept / "technique").glob("lexicon-*"))
    assert bench("plot", run, "-k", "forest", "-o", "plot.svg").code == 0
    assert "ceiling, others" in Path("plot.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("target", "options", "told"),
    [
        ("technique", ("-k", "forest", "-o", "plot.gif"), "ends in .svg, .png or .pdf"),
        ("", ("-k", "forest", "-o", "p.svg"), "these are on fictional_news/frame, fictional_news/technique"),
        ("technique", ("-k", "errors", "--by", "section", "-o", "p.svg"), "--by goes with --kind labels"),
        ("technique", ("-k", "errors", "-m", "exact", "-o", "p.svg"), "--metric goes with --kind forest"),
        ("technique", ("-k", "reliability", "-o", "p.svg"), "nothing to draw: no run has answers whose"),
        (
            "technique",
            ("-k", "labels", "-m", "ptc_si", "-o", "p.svg"),
            "lexicon has no metric 'ptc_si'",
        ),
        ("technique", ("-k", "errors", "-o", "none/p.svg"), "cannot be written"),
        ("none", ("-k", "forest", "-o", "p.svg"), "none"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_one_line(bench, kept, target, options, told):
    done = bench("plot", kept / target, *options)
    assert done.code == 2
    assert told in done.err
    assert done.err.count("\n") == 1
    assert not Path("p.svg").exists()


def test_a_metric_that_ignores_labels_has_no_bars(bench, tmp_path):
    run = keep("turkey_drones/loaded_language", "lexicon", tmp_path)
    done = bench("plot", run, "-k", "labels", "-o", "p.svg")
    assert (done.code, "metric 'ptc_si' has no scores of labels" in done.err) == (2, True)


def test_runs_without_scores_have_no_curve(bench, kept):
    run = next((kept / "technique").glob("null-*"))
    done = bench("plot", run, "-k", "pr", "-o", "p.svg")
    assert (done.code, "no run has answers with scores" in done.err) == (2, True)


def test_gold_without_annotators_has_no_agreement(bench, tmp_path):
    # What the writers of the reports were asked for is one mark a document.
    run = keep("fictional_news/slant", "majority", tmp_path)
    done = bench("plot", run, "-k", "agreement", "-o", "p.svg")
    assert (done.code, "no marks of several annotators" in done.err) == (2, True)


def test_runs_on_other_states_of_the_data_are_refused(bench, tmp_path):
    runs = [keep("fictional_news/technique", name, tmp_path) for name in ("lexicon", "null")]
    edit(runs[1], put("dataset", "split", value="other"))
    done = bench("plot", *runs, "-k", "errors", "-o", "p.svg")
    assert done.code == 2
    assert "a plot shows runs on the same data" in done.err
