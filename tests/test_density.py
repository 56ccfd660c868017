"""Degrees from the density of marks, their thresholds against brute force."""

from __future__ import annotations

from itertools import combinations_with_replacement, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from benchmark.density import MOST_BORDERS, density, read_density, thresholds
from benchmark.model import Prediction, Span, Unit
from benchmark.segmentation import segment
from benchmark.tasks import task_of
from benchmark.training import FOLDS, folds


@pytest.mark.parametrize(
    ("text", "spans", "share"),
    [
        ("", [], 0.0),
        ("abcd", [], 0.0),
        ("abcd", [(0, 4)], 1.0),
        ("abcd", [(3, 4)], 0.25),
        ("abcd", [(0, 2), (1, 3)], 0.75),
        ("abcd", [(0, 1), (0, 1), (0, 1)], 0.25),
        ("😀\u0301ab", [(0, 1), (2, 4)], 0.75),
    ],
)
def test_density_is_the_share_of_marked_characters(text, spans, share):
    assert density(segment("d", text), [Span(a, b, "x") for a, b in spans]) == share


@settings(deadline=None)
@given(st.integers(1, 30), st.lists(st.tuples(st.integers(0, 29), st.integers(1, 30)), max_size=8))
def test_density_counts_each_character_once(size, marks):
    spans = [Span(a, min(b, size), "x") for a, b in marks if a < min(b, size)]
    covered = {place for span in spans for place in range(span.start, span.end)}
    assert density(segment("d", "a" * size), spans) == pytest.approx(len(covered) / size)


def macro_f1(gold, predicted):
    return f1_score(gold, predicted, average="macro", labels=np.unique(gold), zero_division=0)


def classes_of(values, borders):
    return np.array([sum(value >= border for border in borders) for value in values])


def brute_force(values, gold, classes):
    """Return the best macro-F1 that any borders give."""
    distinct = sorted(set(values))
    cuts = [-np.inf, *((a + b) / 2 for a, b in pairwise(distinct)), np.inf]
    candidates = combinations_with_replacement(cuts, classes - 1)
    return max(macro_f1(gold, classes_of(values, borders)) for borders in candidates)


values_of = st.lists(
    st.tuples(st.integers(0, 8).map(lambda eighths: eighths / 8), st.integers(0, 2)), min_size=1, max_size=7
)


@settings(deadline=None, max_examples=40)
@given(values_of)
def test_thresholds_are_the_best_of_all(pairs):
    values, gold = map(np.array, zip(*pairs, strict=True))
    borders = thresholds(values, gold, 3)
    assert borders.shape == (2,)
    assert borders[0] <= borders[1]
    predicted = classes_of(values, borders)
    assert macro_f1(gold, predicted) == pytest.approx(brute_force(values.tolist(), gold, 3))
    assert np.digitize(values, borders).tolist() == predicted.tolist()


def test_classes_that_can_be_parted_are_parted():
    values = np.array([0.0, 0.1, 0.2, 0.4, 0.6, 0.8])
    borders = thresholds(values, np.array([0, 0, 1, 1, 2, 2]), 3)
    np.testing.assert_allclose(borders, [0.15, 0.5])
    assert thresholds(values, np.array([0, 0, 0, 0, 0, 1]), 2) == pytest.approx([0.7])


def test_the_lowest_of_equal_thresholds_is_taken():
    # Class 1 lies in the middle: cutting below or above it is equally good, and the lower cut is taken.
    values, gold = np.array([0.0, 1.0, 2.0]), np.array([0, 1, 0])
    by_hand = {border: macro_f1(gold, classes_of(values, [border])) for border in (-np.inf, 0.5, 1.5, np.inf)}
    best = max(by_hand.values())
    assert thresholds(values, gold, 2)[0] == min(border for border, f1 in by_hand.items() if f1 == best)


@pytest.mark.parametrize(("gold", "degree"), [([0, 0], 0), ([2, 2], 2), ([1, 1], 1)])
def test_equal_values_take_the_one_class_there_is(gold, degree):
    values = np.array([0.25, 0.25])
    assert np.digitize(values, thresholds(values, np.array(gold), 3)).tolist() == [degree, degree]


def test_without_documents_there_are_thresholds_all_the_same():
    assert thresholds(np.array([]), np.array([], dtype=np.int64), 3).shape == (2,)


def test_many_values_are_cut_at_most_so_often():
    values = np.arange(1000) / 1000
    gold = (values > 0.5).astype(np.int64)
    border = thresholds(values, gold, 2)[0]
    tried = np.linspace(0, 998, MOST_BORDERS).astype(np.int64)
    assert border in (values[tried] + values[tried + 1]) / 2
    assert abs(border - 0.5) < 1 / MOST_BORDERS


def make(dataset_of, degrees):
    labels = ("none", "mild", "strong")
    texts = [f"{index:010}" for index in range(len(degrees))]
    units = [[Unit(0, 10, (labels[degree],))] for degree in degrees]
    return dataset_of(texts, [[]] * len(texts), units={"slant": units})


def marks(dataset, lengths):
    return [
        Prediction(document.id, "technique", (Span(0, length, "Doubt"),) if length else ())
        for document, length in zip(dataset.documents, lengths, strict=True)
    ]


def test_degrees_that_rise_with_density_are_found(dataset_of):
    degrees = [0, 1, 2] * 7
    dataset = make(dataset_of, degrees)
    found, training = read_density(
        task_of(dataset, "slant"), dataset, marks(dataset, [4 * degree for degree in degrees]), 0
    )
    assert [p.units for p in found] == [g.units for g in dataset.gold["slant"]]
    assert [(p.document, p.layer, p.spans) for p in found] == [(d.id, "slant", ()) for d in dataset.documents]
    assert (training.dataset, training.documents, training.folds) == ("small", 21, FOLDS)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 10)), min_size=2, max_size=16), st.integers(0, 9))
def test_no_document_sets_the_thresholds_it_is_read_with(dataset_of, pairs, seed):
    degrees, lengths = zip(*pairs, strict=True)
    dataset = make(dataset_of, degrees)
    task = task_of(dataset, "slant")
    found, training = read_density(task, dataset, marks(dataset, lengths), seed)
    values, gold = np.array(lengths) / 10, np.array(degrees)
    assert training.folds == min(FOLDS, len(pairs))
    for test in folds(len(pairs), FOLDS, seed):
        rest = [index for index in range(len(pairs)) if index not in test]
        borders = thresholds(values[rest], gold[rest], 3)
        for index in test:
            assert found[index].units[0].labels[0] == task.labels[classes_of([values[index]], borders)[0]]


def test_predictions_must_be_as_many_as_documents(dataset_of):
    dataset = make(dataset_of, [0, 1])
    with pytest.raises(ValueError, match="zip"):
        read_density(task_of(dataset, "slant"), dataset, marks(dataset, [1, 2])[:1], 0)
