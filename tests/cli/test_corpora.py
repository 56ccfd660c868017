"""A user's own table from end to end, label files without articles, and detectors that lack something."""

from __future__ import annotations

import pytest

ROWS = """text,verdict,event
"The regime lashed out again, a disgrace.",slanted,talks
"The ministers met on Tuesday.",plain,talks
"A disgraceful surrender, and nobody objects.",slanted,vote
"The vote is on Friday.",plain,vote
"The shameless lashed out.",slanted,strike
"The strike ended on Monday.",plain,strike
"""


def told(done):
    return done.code, done.out, done.err


@pytest.fixture
def mine(bench, tmp_path, monkeypatch):
    """Add a table to a store of its own."""
    monkeypatch.setenv("FRAMEBENCH_DATA", str(tmp_path / "store"))
    table = tmp_path / "mine.csv"
    table.write_text(ROWS, encoding="utf-8")
    columns = ["--text-column", "text", "--label-column", "verdict", "--group-column", "event"]
    code, _, err = told(
        bench("data", "add", "mine", "--table", str(table), *columns, "--labels", "slanted,plain")
    )
    assert code == 0, err


def test_a_table_of_ones_own_is_evaluated_by_groups(bench, mine, tmp_path):
    run = ["evaluate", "mine", "-d", "linear", "--folds", "3", "--output", str(tmp_path / "runs")]
    code, out, err = told(bench(*run, "--resamples", "200", "--quiet"))
    assert code == 0, err
    assert out.startswith("mine 1 (6 sentences)")
    assert "linear, 3-fold" in out
    assert "bootstrap over 3 groups of sentences by event" in out
    assert "each event on one side" in out


def test_few_documents_are_not_divided_unasked(bench, mine):
    code, out, err = told(bench("evaluate", "mine", "-d", "linear"))
    assert (code, out) == (2, "")
    assert err.rstrip().endswith("'mine' has 6 documents: give --folds to train and score within so few")


def test_what_is_added_is_listed(bench, mine):
    code, out, _ = told(bench("list", "tasks", "--format", "csv"))
    assert code == 0
    assert out.rstrip().split("\n")[-1] == "label,label of each unit,macro-F1,mine"
    code, out, _ = told(bench("data", "list"))
    assert "mine" in out
    assert "bench data add ptc --from PATH" in " ".join(out.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mine", "--protocol", "published"], "dataset 'mine' has no published protocol"),
        (["mine", "--protocol", "published", "--folds", "2"], "leave these out"),
        (["mine", "--split", "dev"], "dataset 'mine' has no split 'dev'; known: all"),
        (["ptc", "--split", "dev"], "bench data add ptc --from"),
    ],
)
def test_what_cannot_be_divided_is_told(bench, mine, arguments, message):
    code, out, err = told(bench("evaluate", *arguments, "-d", "linear"))
    assert (code, out) == (2, "")
    assert message in err


def test_label_files_are_scored_against_each_other(bench, tmp_path):
    gold, found = tmp_path / "gold.labels", tmp_path / "found.labels"
    gold.write_text("7\t0\t10\n7\t20\t30\n8\t5\t9\n", encoding="utf-8")
    found.write_text("7\t0\t5\n9\t0\t5\n", encoding="utf-8")
    code, out, _ = told(
        bench("score", str(found), "--gold", str(gold), "--format", "csv", "--resamples", "200")
    )
    assert code == 0
    (row,) = [line for line in out.split("\n") if "ptc_si" in line]
    # P = 1/2, R = (1/2)/3, F1 = 2PR / (P + R) = .25
    assert ".50" in row
    assert ".17" in row
    assert ".25" in row
    code, out, _ = told(bench("score", str(found), "--gold", str(gold)))
    assert "such as '9'" in out


@pytest.mark.parametrize("extra", [[], ["--gold", "g.labels", "--dataset", "fictional_news"]])
def test_files_are_scored_against_one_thing(bench, extra):
    code, _, err = told(bench("score", "p.labels", *extra))
    assert code == 2
    assert "give either --dataset or --gold" in err


def test_a_detector_that_lacks_an_extra_says_so(bench, monkeypatch):
    from baselines.crf import CrfDetector

    monkeypatch.setattr(CrfDetector, "missing_extra", "crf", raising=False)
    for command in (
        ["evaluate", "fictional_news/technique", "-d", "crf"],
        ["train", "crf", "--on", "fictional_news", "--output", "model"],
    ):
        code, out, err = told(bench(*command))
        assert (code, out) == (2, "")
        assert "detector 'crf' needs more to be installed: pip install 'framebench[crf]'" in err
