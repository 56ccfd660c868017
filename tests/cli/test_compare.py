"""`bench compare` end to end, and the letters of `bench evaluate`."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from tests.comparison_cases import found_of, keep, record
from tests.kept_runs import edit
from tests.kept_runs import keep as keep_shipped

FEW = ("--resamples", 400)
TECHNIQUE = "fictional_news/technique"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Kept runs of four detectors on the reports' techniques, by detector."""
    folder = tmp_path_factory.mktemp("kept")
    return {
        name: keep_shipped(TECHNIQUE, name, folder) for name in ("lexicon", "subjectivity", "random", "null")
    }


@pytest.fixture
def copies(runs, tmp_path):
    """Copies of the kept runs that a test may spoil."""
    return {name: Path(shutil.copytree(folder, tmp_path / name)) for name, folder in runs.items()}


def signatures(old, new):
    """Return a change of every signature in a record."""

    def change(own):
        for metric in own["metrics"].values():
            assert old in metric["signature"]
            metric["signature"] = metric["signature"].replace(old, new)

    return change


def test_runs_of_evaluate_are_compared(bench):
    done = bench("evaluate", TECHNIQUE, "-d", "lexicon", "-d", "null", *FEW, "-q")
    assert done.code == 0, done.err
    done = bench("compare", "results", *FEW)
    assert (done.code, done.err) == (0, "")
    lines = done.out.rstrip("\n").split("\n")
    assert lines[0] == "fictional_news 1.0.0, task technique: ptc_flc F1"
    assert lines[3].split()[0] == "lexicon"
    assert lines[3].split()[-1] == "a"
    assert lines[4].split() == ["null", ".00", ".00–.00", "b"]
    assert lines[8].startswith("lexicon − null  .06 ")
    assert lines[8].endswith("told apart")
    assert lines[9].startswith("lexicon is ahead of null by .06 (")
    assert max(map(len, lines)) <= 100


def test_a_reference_is_compared_though_it_is_not_among_the_runs(bench, runs):
    done = bench("compare", runs["lexicon"], runs["random"], "--reference", runs["null"], *FEW)
    assert done.code == 0, done.err
    pairs = [line for line in done.out.split("\n") if " − " in line]
    assert {line.split(" − ")[1].split()[0] for line in pairs} == {"null"}
    assert len(pairs) == 2
    assert "group" not in done.out
    other = bench("compare", runs["lexicon"], runs["null"], "--reference", runs["null"].parent, *FEW)
    assert other.code != 0
    assert "the reference is one run folder, with a run.json in it" in other.err


def test_metrics_and_scores_are_compared_anew_from_predictions(bench, runs):
    both = ("--metric", "exact", "--metric", "ptc_flc/recall")
    done = bench("compare", runs["lexicon"], runs["random"], *both, *FEW)
    assert done.code == 0, done.err
    titles = [line for line in done.out.split("\n") if line.startswith("fictional_news")]
    assert titles == [
        "fictional_news 1.0.0, task technique: exact F1, exploratory",
        "fictional_news 1.0.0, task technique: ptc_flc R, exploratory",
    ]
    assert done.out.count("p-values are not adjusted, and exploratory.") == 2
    assert "told apart" not in done.out
    unknown = bench("compare", runs["lexicon"], runs["null"], "--metric", "ptc_flc/f3", *FEW)
    assert unknown.code == 2
    assert "no score 'f3'" in unknown.err


def test_slices_are_compared(bench, runs):
    done = bench("compare", *runs.values(), "--by", "section", *FEW)
    assert done.code == 0, done.err
    assert all(name in done.out for name in ("headline", "lead", "body"))
    tidy = bench("compare", *runs.values(), "--by", "section", *FEW, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(tidy.out)))
    assert len(rows) == 3 * 6
    assert {row["slice"] for row in rows} == {"section headline", "section lead", "section body"}
    unknown = bench("compare", *runs.values(), "--by", "nothing", *FEW)
    assert unknown.code != 0
    assert "nothing to slice by is named 'nothing'" in unknown.err


def test_rows_are_the_same_as_csv_and_json(bench, runs):
    given = ("compare", *runs.values(), *FEW, "--format")
    rows = json.loads(bench(*given, "json").out)
    assert len(rows) == 6
    assert (rows[0]["dataset"], rows[0]["metric"], rows[0]["score"]) == ("fictional_news", "ptc_flc", "f1")
    assert rows[0]["first"] == "lexicon"
    assert all(row["p"] <= row["p_holm"] for row in rows)
    table = list(csv.DictReader(io.StringIO(bench(*given, "csv").out)))
    assert [row["p"] for row in table] == [str(row["p"]) for row in rows]
    assert list(table[0]) == list(rows[0])


def test_the_seed_makes_the_numbers(bench, runs):
    given = ("compare", runs["lexicon"], runs["random"], *FEW)
    first, again, other = bench(*given), bench(*given, "--seed", 0), bench(*given, "--seed", 1)
    assert first.out == again.out != other.out


def test_latex_github_and_html(bench, runs):
    given = ("compare", *runs.values(), *FEW, "--format")
    latex = bench(*given, "latex").out
    assert latex.count(r"\toprule") == latex.count(r"\bottomrule") == 2
    assert r"\textbf{.06" in latex
    assert "**.06 " in bench(*given, "github").out
    html = bench(*given, "html").out
    assert "<strong>.06 " in html
    assert html.count("<table>") == 2


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("|n:28|", "|n:27|", "the number of documents: 28 and 27"),
        ("@1.0.0+", "@1.1.0+", "the dataset, its version, its content or the split"),
        ("ptc_flc", "ptc_flc(x=1)", "the metric or its parameters: ptc_flc and ptc_flc(x=1)"),
        ("|v:", "|v:9", "the version of framebench"),
    ],
)
def test_runs_that_were_scored_otherwise_are_refused(bench, copies, old, new, told):
    edit(copies["null"], signatures(old, new))
    for more in ((), ("--by", "section")):
        done = bench("compare", copies["lexicon"], copies["null"], *FEW, *more)
        assert done.code != 0
        assert done.out == ""
        assert "lexicon and null cannot be compared: they differ in" in done.err
        assert told in done.err
        assert "Traceback" not in done.err


def test_one_run_is_not_compared(bench, runs):
    done = bench("compare", runs["lexicon"], *FEW)
    assert done.code != 0
    assert "a comparison needs two runs on one task of one dataset" in done.err
    assert str(runs["lexicon"]) in done.err
    twice = bench("compare", runs["lexicon"], runs["lexicon"] / "run.json", *FEW)
    assert "a comparison needs two runs" in twice.err


def test_a_copy_of_a_run_cannot_be_told_apart_from_it(bench, runs, copies):
    done = bench("compare", runs["lexicon"], copies["lexicon"], *FEW)
    assert done.code == 0, done.err
    assert all(f"({runs['lexicon'].name[-8:]}) #{number}" in done.out for number in (1, 2))
    assert "is the same without any one article." in done.out.replace("\n", " ")


def test_paragraphs_and_too_many_pairs_cannot_reject(bench, tmp_path):
    for number in range(8):
        own = record(f"detector-{number}", documents=10, unit="paragraph")
        keep(tmp_path, own, found_of([number % 3] * 10, number))
    done = bench("compare", tmp_path)
    assert done.code == 0, done.err
    out = done.out.replace("\n", " ")
    assert "with 10 paragraphs the smallest p-value possible is .002, and 28 pairs ask for .0018" in out
    assert "group" not in out
    assert "told apart:" in out


def test_broken_statistics_are_a_fault(bench, copies):
    (copies["null"] / "statistics.npz").write_bytes(b"nothing")
    done = bench("compare", copies["lexicon"], copies["null"], *FEW)
    assert done.code == 2
    assert "statistics.npz" in done.err


def test_evaluate_prints_letters_and_a_sentence_in_the_compact_table(bench):
    given = ("evaluate", "fictional_news", "-d", "lexicon", "-d", "null", *FEW, "-q")
    done = bench(*given)
    assert done.code == 0, done.err
    lines = done.out.split("\n")
    assert next(line for line in lines if line.startswith("null")).split()[:4] == [
        "null",
        ".00",
        ".00–.00",
        "b",
    ]
    out = done.out.replace("\n", " ")
    assert out.count("Letters: detectors that share one") == 1
    assert "technique: lexicon is ahead of null by .06 (" in out
    assert "loaded_sentence: Too few scores are defined" in out
    assert max(map(len, lines)) <= 100
    github = bench(*given, "--format", "github").out
    assert "**.06 " in github
    assert "<strong>.06 " in bench(*given, "--format", "html").out


def test_evaluate_prints_letters_and_a_sentence_below_the_panel(bench):
    given = ("evaluate", TECHNIQUE, "-d", "lexicon", "-d", "null", *FEW, "-q")
    done = bench(*given)
    assert done.code == 0, done.err
    out = done.out.replace("\n", " ")
    assert "lexicon is ahead of null by .06 (" in out
    assert "technique: lexicon" not in out
    rows = [line for line in done.out.split("\n") if line.startswith("null")]
    assert " b " in rows[0] + " "
    latex = bench(*given, "--format", "latex").out
    assert latex.count(r"\textbf{") == 1


def test_evaluate_of_one_detector_has_no_letters(bench):
    done = bench("evaluate", TECHNIQUE, "-d", "lexicon", *FEW, "-q")
    assert "Letters" not in done.out
    assert "told apart" not in done.out


def test_evaluate_says_where_too_few_paragraphs_can_reject_nothing(bench):
    given = ("evaluate", "turkey_drones/loaded_language", *FEW, "-q")
    detectors = [word for n in range(8) for word in ("-d", f"random:rate={n + 1}")]
    done = bench(*given, *detectors)
    assert done.code == 0, done.err
    assert "Letters" not in done.out
    assert "No pair can be told apart: with 10 paragraphs" in done.out
