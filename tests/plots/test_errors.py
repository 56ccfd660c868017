from __future__ import annotations

import pytest

from benchmark import plots
from benchmark.error_types import ErrorType, Kind
from tests.plot_cases import HOSTILE, SOME, errors, joined, texts


def test_what_is_reached_and_what_is_lost_fills_the_bar():
    # 5 gold and 3 predicted: F1 is 4/8; a wrong boundary costs 2/8, two missed 2/8.
    figure = plots.errors([("one", SOME)], about="news")
    bars = [container[0] for container in figure.axes[0].containers]
    assert [bar.get_width() for bar in bars] == [0.5, 0.25, 0, 0, 0, 0.25]
    assert [bar.get_x() for bar in bars] == [0, 0.5, 0.75, 0.75, 0.75, 0.75]
    assert texts(figure).count(".25") == 2
    assert {"one", ".50", "exact F1 reached", "lost: wrong boundary", "points of exact F1"} <= set(
        texts(figure)
    )
    assert "news; the whole bar: exact F1 of 1" in texts(figure)


def test_types_differ_by_more_than_a_colour():
    figure = plots.errors([("one", SOME)])
    hatches = [container[0].get_hatch() for container in figure.axes[0].containers]
    assert len(set(hatches[1:])) == 5


def test_a_narrow_part_has_no_number():
    many = errors({ErrorType.RIGHT: 1, ErrorType.MISSED: 199})
    assert ".01" not in texts(plots.errors([("one", many)]))


def test_only_the_types_that_can_occur_are_named():
    figure = plots.errors([("one", errors({ErrorType.MISSED: 1}, Kind.LABELS))])
    assert "lost: wrong boundary" not in texts(figure)
    assert "micro-F1 reached" in texts(figure)


def test_nothing_to_find_is_undefined():
    figure = plots.errors([("one", SOME), ("nothing", errors({}))])
    assert texts(figure).count("undefined") == 1


def test_hostile_names_are_text():
    shown = joined(plots.errors([(name, SOME) for name in HOSTILE]))
    assert "a$b$_{c}" in shown
    assert "\x00" not in shown


def test_runs_on_different_tasks_are_refused():
    with pytest.raises(ValueError, match="different tasks"):
        plots.errors([("one", SOME), ("two", errors({}, labels=("c",)))])
