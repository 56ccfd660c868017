"""Which runs stand on a leaderboard, and the page that is made of them."""

from __future__ import annotations

import re
import shutil

import pytest

from benchmark.errors import UsageError
from benchmark.leaderboard import board, by_statistics
from benchmark.report.leaderboard import page
from tests.kept_runs import edit, keep, put


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three runs on one task of the reports, and one on the article."""
    folder = tmp_path_factory.mktemp("made") / "results"
    for detector in ("frame-keywords", "majority", "null"):
        keep("fictional_news/frame", detector, folder)
    keep("turkey_drones/frame", "null", folder)
    return folder


@pytest.fixture
def kept(made, tmp_path):
    """A copy of it that a test can spoil."""
    return shutil.copytree(made, tmp_path / "results")


def test_the_runs_of_a_task_stand_together_and_are_compared(made):
    found = board([made])
    assert found.left_out == ()
    shown = {records[0].dataset.name: (records, compared) for records, compared in found.tasks}
    records, compared = shown["fictional_news"]
    assert {record.detector.name for record in records} == {"frame-keywords", "majority", "null"}
    assert compared is not None
    assert [record.detector.name for record in compared.records] == ["frame-keywords", "majority", "null"]
    assert shown["turkey_drones"][1] is None


def test_the_page_has_a_table_for_each_task_best_first(made):
    text = page(board([made]).tasks)
    assert text.startswith("# Results\n")
    assert text.endswith("</details>\n")
    reports = text.index("## fictional_news 1.0.0 (28 articles)")
    article = text.index("## turkey_drones 1.0.0 (1 article)")
    assert reports < article
    rows = [line for line in text[reports:article].split("\n") if line.startswith("| ")]
    assert [row.split("|")[1].strip() for row in rows] == [
        "detector",
        "frame-keywords",
        "majority, 7-fold",
        "null",
        "ceiling, others",
        "ceiling, full",
    ]
    best = [cell.strip() for cell in rows[1].split("|")]
    assert re.fullmatch(r"\*\*\.54 \.\d\d–\.\d\d\*\*", best[2])
    assert best[3] == "a"
    assert int(best[4]) == 56  # .54 of .97
    assert best[5] == ""  # not trained
    assert "frame-keywords is ahead of every other" in text
    assert text.count("<details><summary>Signatures</summary>") == 2
    assert text.count("multilabel|data:fictional_news@1.0.0+") == 2  # trained and untrained
    assert text.count("multilabel|data:turkey_drones@1.0.0+") == 1


def test_the_page_is_the_same_whatever_the_order_of_the_folders(made):
    folders = sorted(path.parent for path in made.rglob("run.json"))
    assert page(board(folders).tasks) == page(board(folders[::-1]).tasks)


def test_runs_of_one_detector_have_different_names_which_the_sentence_uses(tmp_path):
    keep("fictional_news/frame", "frame-keywords", tmp_path)
    keep("fictional_news/frame", "frame-keywords", tmp_path, seed=1)
    keep("fictional_news/frame", "null", tmp_path)
    text = page(board([tmp_path]).tasks)
    rows = [line.split("|")[1].strip() for line in text.split("\n") if line.startswith("| ")]
    first, second, third = rows[1:4]
    assert all(re.fullmatch(r"frame-keywords \([0-9a-f]{8}\)", name) for name in (first, second))
    assert first != second
    assert third == "null"
    assert f"{first} and {second}, cannot be told apart" in text


def test_a_run_that_differs_is_left_out(kept):
    (run,) = (path.parent for path in kept.rglob("majority*/run.json"))
    edit(run, put("metrics", "multilabel", "scores", "f1", "value", value=0.99))
    found = board([kept])
    assert [one.path for one in found.left_out] == [run]
    assert [len(records) for records, _ in found.tasks] == [2, 1]


def test_a_dataset_that_is_not_at_hand_leaves_runs_out_unless_statistics_serve(kept):
    for path in kept.rglob("run.json"):
        edit(path.parent, put("dataset", "name", value="elsewhere"))
    found = board([kept])
    assert found.tasks == ()
    assert all("not at hand" in one.problems[0] for one in found.left_out)
    served = board([kept], from_statistics=True)
    assert served.left_out == ()
    assert sum(len(records) for records, _ in served.tasks) == 4
    assert "--from-statistics" in page(served.tasks, from_statistics=True)


def test_statistics_that_do_not_give_the_scores_are_found(kept):
    (run,) = (path.parent for path in kept.rglob("frame-keywords*/run.json"))
    assert by_statistics(run).as_recorded
    edit(run, put("metrics", "multilabel", "scores", "f1", "low", value=0.5))
    found = by_statistics(run)
    (difference,) = found.differences
    assert (difference.recorded, round(float(difference.made or 0), 2)) == (0.5, 0.41)
    (run / "statistics.npz").write_bytes(b"no archive")
    assert "no archive of arrays" in by_statistics(run).problems[0]


def test_a_folder_without_runs_is_refused(tmp_path):
    with pytest.raises(UsageError):
        board([tmp_path])
