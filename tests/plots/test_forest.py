from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from benchmark import plots
from benchmark.errors import UsageError
from benchmark.record import MetricRecord, Resampling, Score
from tests.plot_cases import HOSTILE, comparison, joined, record, texts


def lines(figure):
    """The horizontal lines of intervals: their ends."""
    return [
        tuple(line.get_xdata())
        for line in figure.axes[0].get_lines()
        if len(line.get_xdata()) == 2 and line.get_ydata()[0] == line.get_ydata()[1]
    ]


def points(figure):
    return [line.get_xdata()[0] for line in figure.axes[0].get_lines() if len(line.get_xdata()) == 1]


def test_a_run_has_its_score_its_interval_and_the_ceilings():
    figure = plots.forest_of([record()])
    assert points(figure) == [0.25]
    assert lines(figure) == [(0.125, 0.375)]
    uprights = [
        line.get_xdata()[0] for line in figure.axes[0].get_lines() if line.get_xdata()[0] in (0.5, 0.75)
    ]
    assert uprights == [0.5, 0.75]
    assert {"lexicon", ".25 .12–.38", "ptc_flc F1", "ceiling, others: .50", "ceiling, full: .75"} <= set(
        texts(figure)
    )
    assert "news 1.0.0 (28 articles), task technique; 95 % intervals over 28 articles" in texts(figure)


def test_the_point_without_an_interval_stands_alone_and_the_undefined_is_a_word():
    figure = plots.forest_of(
        [record("alone", low=None, high=None), record("none", value=None, low=None, high=None)]
    )
    assert points(figure) == [0.25]
    assert lines(figure) == []
    assert texts(figure).count("undefined") == 1
    assert "–" in texts(figure)


def test_nothing_defined_is_drawn_all_the_same():
    figure = plots.forest_of([record(value=None, low=None, high=None, ceiling=None)])
    low, high = figure.axes[0].get_xlim()
    assert low < 0 < 1 < high
    assert "ceiling" not in joined(figure)


def test_runs_stand_as_they_are_ranked_with_letters_and_the_best_in_bold():
    found = comparison([record("first"), record("second"), record("third")])
    assert found.records[0].detector.name == "first"
    figure = plots.forest(found)
    names = figure.axes[0].get_yticklabels()
    assert [name.get_text() for name in names] == [one.detector.name for one in found.records]
    bold = [name.get_fontweight() == "bold" for name in names]
    assert bold == [place in found.leaders for place in range(3)]
    assert any(bold)
    assert not all(bold)
    heights = [name.get_position()[1] for name in names]
    assert heights == sorted(heights)  # the axis counts downwards
    shown = [text for text in texts(figure) if text.endswith(tuple(f"  {own}" for own in found.letters))]
    assert len(shown) == 3


def test_a_comparison_that_can_tell_nothing_apart_has_no_letters():
    found = replace(comparison([record("first"), record("second")]), smallest=1.0)
    shown = joined(plots.forest(found))
    assert not any(f"  {own} |" in shown for own in found.letters)


def test_a_slice_is_named_and_has_no_ceiling():
    found = replace(comparison([record("first"), record("second")]), slice="section headline", reference=1)
    shown = joined(plots.forest(found))
    assert "section headline" in shown
    assert "ceiling" not in shown
    assert "(reference)" in shown


def test_a_metric_that_was_scored_anew_has_no_ceiling():
    found = replace(comparison([record("first"), record("second")]), metric="exact")
    assert "ceiling" not in joined(plots.forest(found))


def test_thirty_runs_fit_each_in_a_row_of_its_own():
    figure = plots.forest(comparison([record(f"detector-{place}") for place in range(30)]))
    plots.svg_inline(figure, "t", "d")  # lays it out
    names = figure.axes[0].get_yticklabels()
    boxes = sorted((name.get_window_extent().y0, name.get_window_extent().y1) for name in names)
    assert len(boxes) == 30
    assert all(below[1] <= above[0] for below, above in pairwise(boxes))


@pytest.mark.parametrize("width", [3.4, 7.0])
def test_nothing_overlaps_and_nothing_reaches_beyond_the_page(width):
    long = "transformer:model=FacebookAI/roberta-base-of-a-very-long-name,learning_rate=0.00001,seed=13"
    figure = plots.forest(comparison([record(long), record("b")]), width=width)
    plots.svg_inline(figure, "t", "d")
    whole = figure.bbox
    legend, note = figure.legends[0].get_window_extent(), figure.texts[0].get_window_extent()
    axes = figure.axes[0].get_tightbbox()
    assert note.y1 <= legend.y0 + 1
    assert legend.y1 <= axes.y0 + 1
    for box in (legend, note, axes):
        assert whole.x0 - 1 <= box.x0
        assert box.x1 <= whole.x1 + 1
        assert whole.y0 - 1 <= box.y0
        assert box.y1 <= whole.y1 + 1
    assert figure.get_figwidth() == width


def test_names_are_text_whatever_they_hold():
    figure = plots.forest_of([record(name) for name in HOSTILE])
    shown = joined(figure)
    for name in HOSTILE[:5]:
        assert name in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("unit", "clusters", "told"),
    [
        ("paragraph", 10, "10 paragraphs"),
        ("event", 7, "7 groups of articles by event"),
        ("document", 1, "1 article"),
    ],
)
def test_what_was_resampled_is_told(unit, clusters, told):
    one = record(resampling=Resampling(unit, clusters, 100, 0))
    assert f"intervals over {told}" in joined(plots.forest_of([one]))


def test_another_metric_and_score_can_be_named():
    one = record()
    metrics = one.metrics | {"exact": MetricRecord("s", {"precision": Score(0.75), "f1": Score(0.5)})}
    one = replace(one, metrics=metrics)
    assert points(plots.forest_of([one], metric="exact")) == [0.75]
    assert points(plots.forest_of([one], metric="exact", score="f1")) == [0.5]
    assert "exact F1" in texts(plots.forest_of([one], metric="exact", score="f1"))


def test_what_a_run_lacks_is_told():
    with pytest.raises(UsageError, match="lexicon has no metric 'exakt'.*known: ptc_flc"):
        plots.forest_of([record()], metric="exakt")
    with pytest.raises(UsageError, match="metric 'ptc_flc' has no score 'f2'; known: f1,"):
        plots.forest_of([record()], score="f2")


@pytest.mark.parametrize("width", [1.9, 41, float("nan")])
def test_a_width_that_is_no_page_is_refused(width):
    with pytest.raises(UsageError, match="give from 2 to 40"):
        plots.forest_of([record()], width=width)
