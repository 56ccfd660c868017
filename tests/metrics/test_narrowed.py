"""One score made from few statistics is the score that the whole metric gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.metrics import METRICS, LabelSet
from benchmark.metrics.credit import f1_of, precision_recall_f1
from benchmark.scores import narrowed
from tests.metrics.metric_cases import quick

SUPPORTS = ((3,), (2, 5), (4, 0, 1), (0, 0))


def statistics_of(metric, labels, rows):
    """Return random statistics of a metric, zeros among them, of so many clusters."""
    k = metric.per_document([], [], labels).shape[1]
    return np.array(rows, dtype=np.float64).reshape(-1, 1) * np.arange(1, k + 1) % 4


@pytest.mark.parametrize("name", [name for name in METRICS if METRICS.origin(name) == "framebench"])
@pytest.mark.parametrize("support", SUPPORTS)
@quick
@given(rows=st.lists(st.integers(0, 9), min_size=1, max_size=6), zeros=st.randoms(use_true_random=False))
def test_narrowed_is_the_full_finalize_for_every_score(name, support, rows, zeros):
    metric = METRICS.get(name)()
    labels = LabelSet("ABC"[: len(support)], support)
    statistics = statistics_of(metric, labels, rows)
    statistics[:, zeros.sample(range(statistics.shape[1]), statistics.shape[1] // 2)] = 0
    whole = metric.finalize(statistics, labels)
    for place, score in enumerate(metric.scores(labels)):
        one = narrowed(metric, labels, score)
        reduced = one.reduce(statistics)
        assert reduced.shape[0] == len(statistics)
        np.testing.assert_allclose(one.finalize(reduced), whole[:, [place]], atol=1e-12, err_msg=score)
        total = one.finalize(reduced.sum(axis=0))
        expected = metric.finalize(statistics.sum(axis=0), labels)[[place]]
        np.testing.assert_allclose(total, expected, atol=1e-12, err_msg=score)


@pytest.mark.parametrize("name", ["ptc_flc", "multilabel", "classification"])
def test_any_leading_dimensions_and_layout_in_memory_give_the_same(name):
    metric, labels = METRICS.get(name)(), LabelSet("ABC", (1, 2, 3))
    statistics = statistics_of(metric, labels, range(24)).reshape(2, 3, 4, -1)
    for score in ("macro_f1", "mcc" if name == "classification" else "f1"):
        one = narrowed(metric, labels, score)
        reduced = one.reduce(statistics)
        turned = np.moveaxis(np.ascontiguousarray(np.moveaxis(reduced, -1, 0)), 0, -1)
        place = metric.scores(labels).index(score)
        for given_form in (reduced, turned):
            found = one.finalize(given_form)
            assert found.shape == (2, 3, 4, 1)
            np.testing.assert_allclose(found, metric.finalize(statistics, labels)[..., [place]])


@pytest.mark.parametrize(
    ("name", "score", "most"),
    [
        ("ptc_flc", "f1", 4),
        ("ptc_flc", "recall:B", 4),
        ("ptc_flc", "macro_f1", 8),
        ("classification", "mcc", 10),
    ],
)
def test_a_score_is_made_from_few_statistics(name, score, most):
    metric, labels = METRICS.get(name)(), LabelSet("ABC", (1, 2, 0))
    statistics = statistics_of(metric, labels, range(5))
    assert narrowed(metric, labels, score).reduce(statistics).shape == (5, most)


def test_a_score_that_is_not_narrowed_is_made_whole():
    labels = LabelSet("ABC", (1, 2, 3))
    assert METRICS.get("ptc_flc")().narrowed(labels, "other") is None
    assert METRICS.get("classification")().narrowed(labels, "accuracy") is None


def test_a_metric_without_narrowing_gives_one_of_its_scores():
    class Plain:
        name = "plain"

        def scores(self, labels):
            return ("total", "mean")

        def finalize(self, totals, labels):
            return np.stack([totals[..., 0], totals[..., 0] / totals[..., 1]], axis=-1)

    one = narrowed(Plain(), ("A",), "mean")
    statistics = np.array([[6.0, 2.0], [2.0, 2.0]])
    assert one.reduce(statistics) is statistics
    assert one.finalize(statistics.sum(axis=0)).tolist() == [2.0]


@quick
@given(cells=st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=1, max_size=5))
def test_f1_alone_is_that_of_the_three(cells):
    statistics = np.array(cells, dtype=np.float64)
    alone = f1_of(*statistics.T)
    np.testing.assert_array_equal(alone, precision_recall_f1(statistics, np.nan)[..., 2])
