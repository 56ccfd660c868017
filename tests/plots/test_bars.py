from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmark import plots
from benchmark.errors import UsageError
from benchmark.lineup import Sliced
from benchmark.metrics.base import LabelSet
from benchmark.record import MetricRecord, Score
from benchmark.scores import Resamples
from benchmark.slices import Slice
from tests.plot_cases import HOSTILE, joined, record, texts


def widths(figure):
    return [[bar.get_width() for bar in bars] for bars in figure.axes[0].containers]


def test_each_label_has_a_bar_with_its_interval():
    figure = plots.labels([record("one"), record("two")])
    assert widths(figure) == [[0.5, 0.0], [0.5, 0.0]]
    assert [tuple(line.get_xdata()) for line in figure.axes[0].get_lines()] == [(0.25, 0.75)] * 2
    assert texts(figure).count("undefined") == 2
    assert {"Loaded (40)", "Doubt (3)*", "ptc_flc F1", "one", "two"} <= set(texts(figure))
    assert "*: too few to judge" in joined(figure)


def test_runs_differ_by_more_than_a_colour():
    figure = plots.labels([record(f"run-{place}") for place in range(30)])
    looks = {(bars[0].get_facecolor(), bars[0].get_hatch()) for bars in figure.axes[0].containers}
    hatches = [bars[0].get_hatch() for bars in figure.axes[0].containers]
    assert len(looks) == 30
    assert len(set(hatches[:6])) == 6


def test_bars_begin_at_zero_and_lie_beside_each_other():
    figure = plots.labels([record("one"), record("two")])
    assert figure.axes[0].get_xlim()[0] == 0
    first, second = (bars[0] for bars in figure.axes[0].containers)
    assert first.get_y() + first.get_height() == pytest.approx(second.get_y())


def test_a_metric_without_scores_of_labels_has_no_bars():
    one = record()
    bare = replace(one, metrics={"ptc_si": MetricRecord("s", {"f1": Score(0.5)})}, headline=("ptc_si", "f1"))
    assert plots.labels([bare]) is None


def test_the_score_of_a_label_is_no_mean():
    one = record()
    found = replace(one, metrics={"multilabel": one.metrics["ptc_flc"]}, headline=("multilabel", "f1"))
    assert "F1" in texts(plots.labels([found]))
    assert "micro-F1" not in joined(plots.labels([found]))


def test_a_run_without_its_headline_shows_its_first_metric():
    one = record()
    found = replace(one, metrics={"exact": one.metrics["ptc_flc"]})
    assert "exact F1" in texts(plots.labels([found]))
    with pytest.raises(UsageError, match="has no metric 'overlap'; known: ptc_flc"):
        plots.labels([one], metric="overlap")


def test_a_label_that_another_run_lacks_has_no_bar_of_it():
    one, other = record("one"), record("other")
    scores = {"f1": Score(0.5), "f1:New": Score(-0.25, -0.5, 0.0)}
    other = replace(other, labels={"New": 12}, metrics={"ptc_flc": MetricRecord("s", scores)})
    figure = plots.labels([one, other])
    assert widths(figure) == [[0.5, 0.0, 0.0], [0.0, 0.0, -0.25]]
    assert figure.axes[0].get_xlim()[0] < -0.5


def test_hostile_names_of_labels_and_runs_are_text():
    runs = []
    for name in HOSTILE:
        one = record(name)
        scores = {"f1": Score(0.5), f"f1:{name}": Score(0.5, 0.4, 0.6)}
        runs.append(replace(one, labels={name: 20}, metrics={"ptc_flc": MetricRecord("s", scores)}))
    shown = joined(plots.labels(runs))
    assert "_hidden" in shown.split(" | ")
    assert "a$b$_{c} (20)" in shown
    assert "\x00" not in shown


def part(name, gold, statistics, recall_only=False):
    members = np.array([bool(gold)] * 28)
    return Slice(name, gold, "f1", recall_only, statistics, members, LabelSet(("Loaded", "Doubt"), (40, 3)))


def sliced(recall_only=False):
    from benchmark.metrics.ptc import PtcFlc

    rng = np.random.default_rng(0)
    columns = PtcFlc().per_document([], [], ("Loaded", "Doubt")).shape[1]
    parts = [("headline", 12), ("none", 0)]
    return [
        Sliced(tuple(part(name, gold, rng.random((28, columns)), recall_only) for _ in range(2)), None)
        for name, gold in parts
    ]


def test_slices_are_rows_and_a_slice_without_gold_is_undefined():
    figure = plots.slices(sliced(), [record("one"), record("two")], "section", "ptc_flc", Resamples(100, 0))
    assert {"headline (12)", "none (0)*", "one", "two"} <= set(texts(figure))
    assert texts(figure).count("undefined") == 2
    assert "by section" in joined(figure)
    assert len(figure.axes[0].get_lines()) == 2


def test_recall_alone_is_told():
    figure = plots.slices(
        sliced(recall_only=True), [record("one"), record("two")], "length", "ptc_flc", Resamples(100, 0)
    )
    assert "ptc_flc F1, recall alone" in texts(figure)


def test_a_hundred_labels_of_many_runs_still_make_a_picture():
    scores = {"f1": Score(0.5)} | {f"f1:label {place}": Score(0.5, 0.4, 0.6) for place in range(100)}
    one = record()
    run = replace(
        one,
        labels={f"label {place}": 20 for place in range(100)},
        metrics={"ptc_flc": MetricRecord("s", scores)},
    )
    figure = plots.labels([run] * 20)
    assert figure.get_figheight() <= 100
