"""`bench report` and the report of runs that were just made."""

from __future__ import annotations

import sys

import pytest

from benchmark import data
from benchmark.cli.report import must_draw, report, write_report
from benchmark.errors import UsageError
from benchmark.results import save
from benchmark.run import Evaluator, Settings
from benchmark.spec import Spec
from benchmark.tasks import task_of
from tests.kept_runs import keep
from tests.small_dataset import write_dataset


def test_kept_runs_become_a_page(tmp_path, capsys):
    keep("fictional_news/frame", "majority", tmp_path / "results")
    report([tmp_path / "results"], tmp_path / "page.html")
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"report written to {tmp_path / 'page.html'}\n")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "frame on fictional_news" in page


def test_a_dataset_is_named_by_its_folder(tmp_path, capsys):
    folder = write_dataset(tmp_path)
    dataset = data.load(folder)
    evaluator = Evaluator(dataset, Settings(resamples=100))
    run = evaluator.run(task_of(dataset, "technique"), Spec.parse("null"))
    results = tmp_path / "results"
    save(run, results)
    with pytest.raises(UsageError, match="dataset 'small' is not at hand"):
        report([results], tmp_path / "page.html")
    report([results], tmp_path / "page.html", folder, quiet=True)
    assert capsys.readouterr() == ("", "")
    write_report([run], [dataset], results, tmp_path / "other.html")
    assert (tmp_path / "other.html").read_bytes() == (tmp_path / "page.html").read_bytes()


def test_nothing_to_report(tmp_path):
    with pytest.raises(UsageError, match="no run folder"):
        report([tmp_path], tmp_path / "page.html")


def test_without_the_plotting_library_the_way_to_it_is_told(monkeypatch, tmp_path):
    for name in [name for name in sys.modules if name.startswith("benchmark.plots")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match=r"pip install 'framebench\[report\]'"):
        must_draw()
