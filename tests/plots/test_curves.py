from __future__ import annotations

import pytest

from benchmark import plots
from benchmark.curves import Point
from tests.plot_cases import HOSTILE, POINTS, curve, joined, record, texts


def named(axes, start):
    return [line for line in axes.get_lines() if str(line.get_label()).startswith(f"={start}")]


def test_the_curve_has_the_points_that_are_defined_and_ends_at_the_threshold():
    figure = plots.precision_recall([(record("one"), curve()), (record("none"), None)])
    (drawn,) = named(figure.axes[0], "one")
    assert list(drawn.get_xdata()) == [0.25, 0.5]
    assert list(drawn.get_ydata()) == [1.0, 0.5]
    assert drawn.get_drawstyle() == "steps-pre"
    ends = [line for line in figure.axes[0].get_lines() if line.get_fillstyle() == "none"]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in ends] == [(0.5, 0.5)]
    assert "one: AP .50" in texts(figure)
    assert "large marker" in joined(figure)


def test_chance_is_a_line_where_it_is_known():
    figure = plots.precision_recall([(record("one"), curve(chance=0.125, used=None))])
    (drawn,) = named(figure.axes[0], "chance: .12")
    assert set(drawn.get_ydata()) == {0.125}
    assert "large marker" not in joined(figure)


@pytest.mark.parametrize("made", [[], [(record(), None)], [(record(), curve(points=POINTS[2:], bins=()))]])
def test_without_points_there_is_no_curve_and_without_bins_no_diagram(made):
    assert plots.precision_recall(made) is None
    assert plots.reliability(made) is None


def test_low_curves_fill_the_plot_and_high_ones_end_at_one():
    low = (Point(0.5, 0.1, 0.05, 0.1, 0.1),)
    axes = plots.precision_recall([(record(), curve(points=low))]).axes[0]
    assert axes.get_xlim() == pytest.approx((0, 0.075))
    assert axes.get_ylim() == pytest.approx((0, 0.13))
    axes = plots.precision_recall([(record(), curve())]).axes[0]
    assert axes.get_ylim() == pytest.approx((0, 1.02))


def test_runs_keep_their_look_when_one_before_them_has_no_curve():
    both = plots.precision_recall([(record("a"), curve()), (record("b"), curve())]).axes[0]
    alone = plots.precision_recall([(record("a"), None), (record("b"), curve())]).axes[0]
    (first,), (second,), (other,) = named(both, "b"), named(alone, "b"), named(both, "a")
    assert how(first) == how(second)
    assert how(first) != how(other)


def how(line):
    return line.get_color(), line.get_marker(), line.get_linestyle()


def test_reliability_has_the_filled_bins_and_the_share_of_answers():
    figure = plots.reliability([(record("one"), curve()), (record("none"), None)])
    upper, lower = figure.axes
    (drawn,) = named(upper, "one: ECE .12")
    assert (list(drawn.get_xdata()), list(drawn.get_ydata())) == ([0.25], [0.125])
    (steps,) = lower.patches
    assert list(steps.get_data().values) == [1.0, 0.0]
    assert list(steps.get_data().edges) == [0.0, 0.5, 1.0]
    assert "as often right as said" in texts(figure)


def test_hostile_names_stand_in_the_legend():
    made = [(record(name), curve()) for name in HOSTILE]
    for figure in (plots.precision_recall(made), plots.reliability(made)):
        assert "_hidden: " in joined(figure)
        assert "<script>alert(1)</script>: " in joined(figure)
