"""The contract that everything registered as a metric keeps."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from benchmark.metrics import METRICS, LabelSet, Metric, has_gold
from benchmark.model import Annotation, Prediction
from tests.metrics.metric_cases import document, found, gold, unit_found, unit_gold

EXPECTED = [
    *("ptc_si", "ptc_flc", "exact", "overlap", "character", "token"),
    *("semeval13_strict", "semeval13_exact", "semeval13_partial", "semeval13_type"),
    *("classification", "multilabel", "given_spans"),
]
LABELS = LabelSet(("A", "B"), (2, 1))
TEXT = document()
TRUTH = [
    Annotation(TEXT, "any", gold([(0, 4, "A"), (6, 9, "B")]).spans, unit_gold(("A",), ("B",), ("A",)).units),
    gold([]),
    gold([(3, 5, "A")]),
]
ANSWER = [
    Prediction("d", "any", found([(0, 3, "A"), (6, 9, "A")]).spans, unit_found(("A",), ("A",)).units),
    found([(1, 2, "B")]),
    found([]),
]

over_all = pytest.mark.parametrize("name", list(METRICS))


def test_label_set_is_a_sequence_of_names_with_support():
    assert (list(LABELS), LABELS[1], LABELS[:1], len(LABELS)) == (["A", "B"], "B", ("A",), 2)
    assert repr(LABELS) == "LabelSet({'A': 2, 'B': 1})"
    assert has_gold(LabelSet("AB", (0, 1))).tolist() == [False, True]
    assert has_gold("AB").tolist() == [True, True]
    for names, support in (("AA", (1, 1)), ("AB", (1,))):
        with pytest.raises(ValueError, match="each label stands once"):
            LabelSet(names, support)


def test_all_metrics_of_the_project_are_registered_in_order():
    assert [name for name in METRICS if METRICS.origin(name) == "framebench"] == EXPECTED


@over_all
def test_metric_is_built_without_parameters_and_bears_its_registered_name(name):
    metric = METRICS.get(name)()
    assert isinstance(metric, Metric)
    assert METRICS.origin(name) != "framebench" or metric.name == name
    assert METRICS.get(name).__doc__


@pytest.mark.parametrize("name", EXPECTED)
def test_signature_parts_of_the_project_s_metrics(name):
    metric = METRICS.get(name)()
    assert metric.zero_division == ("0" if name.startswith("ptc") else "nan")
    assert metric.parameters == ("threshold=0.5" if name == "overlap" else "")


@over_all
def test_shapes_fit_the_names_of_the_scores(name):
    metric = METRICS.get(name)()
    names = metric.scores(LABELS)
    statistics = metric.per_document(TRUTH, ANSWER, LABELS)
    assert len(set(names)) == len(names) > 0
    assert statistics.shape[0] == 3
    assert statistics.dtype == np.float64
    assert np.isfinite(statistics).all()
    assert metric.finalize(statistics.sum(axis=0), LABELS).shape == (len(names),)
    assert metric.finalize(np.stack([statistics, statistics]), LABELS).shape == (2, 3, len(names))


@over_all
def test_resamples_at_once_equal_one_by_one(name):
    metric = METRICS.get(name)()
    counts = np.random.default_rng(0).multinomial(3, [1 / 3] * 3, size=20).astype(float)
    totals = counts @ metric.per_document(TRUTH, ANSWER, LABELS)
    one_by_one = [metric.finalize(row, LABELS) for row in totals]
    np.testing.assert_array_equal(metric.finalize(totals, LABELS), one_by_one)


@over_all
def test_scores_lie_within_their_range(name):
    metric = METRICS.get(name)()
    values = metric.finalize(metric.per_document(TRUTH, ANSWER, LABELS).sum(axis=0), LABELS)
    defined = values[~np.isnan(values)]
    assert defined.size
    assert (np.abs(defined) <= 1).all()


@over_all
def test_no_documents_give_no_rows(name):
    metric = METRICS.get(name)()
    statistics = metric.per_document([], [], LABELS)
    assert statistics.shape == (0, metric.per_document(TRUTH, ANSWER, LABELS).shape[1])
    scores = metric.finalize(statistics.sum(axis=0), LABELS)
    assert scores.shape == (len(metric.scores(LABELS)),)


@over_all
def test_documents_without_marks_count_nothing(name):
    metric = METRICS.get(name)()
    assert not metric.per_document([gold([])], [found([])], LABELS).any()


@pytest.mark.parametrize("name", EXPECTED)
def test_other_documents_are_refused(name):
    metric = METRICS.get(name)()
    with pytest.raises(ValueError, match="stands in the place of 'd'"):
        metric.per_document([gold([])], [found([], "another")], LABELS)
    with pytest.raises(ValueError, match="1 annotations, but 0 predictions"):
        metric.per_document([gold([])], [], LABELS)


def test_registering_imports_neither_metrics_nor_scipy():
    code = (
        "import sys; from benchmark.metrics import METRICS; "
        "print(len(list(METRICS)), [m for m in sys.modules if m.startswith('benchmark.metrics.')], "
        "any(m.startswith(('scipy', 'sklearn')) for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    number, rest = done.stdout.split(" ", 1)
    assert int(number) >= len(EXPECTED)
    assert rest.strip() == "['benchmark.metrics.base'] False"


def test_building_metrics_imports_no_scipy():
    code = (
        f"import sys; from benchmark.metrics import METRICS; [METRICS.get(n)() for n in {EXPECTED!r}]; "
        "sys.exit(any(m.startswith(('scipy', 'sklearn')) for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
