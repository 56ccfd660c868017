"""Degrees from the density of marks, their thresholds against brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.density import LEAVE_ONE_OUT, density, read_density, thresholds
from benchmark.model import Prediction, Span, Unit
from benchmark.protocol import FEW_FOLDS, folds
from benchmark.segmentation import segment
from benchmark.tasks import task_of


@pytest.mark.parametrize(
    ("text", "spans", "share"),
    [
        ("", [], 0.0),
        ("abcd", [], 0.0),
        ("abcd", [(0, 4)], 1.0),
        ("abcd", [(3, 4)], 0.25),
        ("abcd", [(0, 2), (1, 3)], 0.75),
        ("a\n b", [(0, 3)], 0.5),
        (" \n\t", [(0, 3)], 0.0),
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


def classes_of(values, borders):
    return [sum(value > border for border in borders) for value in values]


values_of = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 2)), min_size=1, max_size=12)


@settings(deadline=None)
@given(values_of)
def test_different_values_are_divided_as_the_classes_are(pairs):
    gold = np.array([degree for _, degree in pairs])
    values = np.arange(len(pairs)) / 7
    borders = thresholds(values, gold, 3)
    assert borders[0] <= borders[1]
    found = classes_of(values, borders)
    assert np.bincount(found, minlength=3).tolist() == np.bincount(gold, minlength=3).tolist()
    assert found == sorted(found)


@settings(deadline=None)
@given(values_of)
def test_equal_values_fall_into_one_class(pairs):
    values, gold = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    found = classes_of(values / 8, thresholds(values / 8, gold, 3))
    by_value = dict(zip(values.tolist(), found, strict=True))
    assert [by_value[value] for value in values.tolist()] == found


def test_thresholds_worked_by_hand():
    values = np.array([0.5, 0.1, 0.3, 0.2])
    np.testing.assert_allclose(thresholds(values, np.array([2, 0, 1, 1]), 3), [0.15, 0.4])
    np.testing.assert_allclose(thresholds(values, np.array([1, 1, 1, 0]), 2), [0.15])


def test_a_class_without_members_gets_no_value():
    values = np.array([0.1, 0.5])
    assert thresholds(values, np.array([1, 1]), 3).tolist() == [-np.inf, np.inf]
    assert thresholds(values, np.array([0, 0]), 3).tolist() == [np.inf, np.inf]
    assert thresholds(values, np.array([2, 2]), 3).tolist() == [-np.inf, -np.inf]


def test_nothing_marked_anywhere_is_the_lowest_degree():
    assert classes_of([0.0] * 4, thresholds(np.zeros(4), np.array([0, 1, 2, 2]), 3)) == [0] * 4


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
    assert (training.dataset, training.documents, training.folds) == ("small", 21, 21)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 10)), min_size=2, max_size=16), st.integers(0, 9))
def test_no_document_sets_the_thresholds_it_is_read_with(dataset_of, pairs, seed):
    degrees, lengths = zip(*pairs, strict=True)
    dataset = make(dataset_of, degrees)
    task = task_of(dataset, "slant")
    found, training = read_density(task, dataset, marks(dataset, lengths), seed)
    values, gold = np.array(lengths) / 10, np.array(degrees)
    assert training.folds == len(pairs)
    for test in folds(range(len(pairs)), len(pairs), seed):
        rest = [index for index in range(len(pairs)) if index not in test]
        borders = thresholds(values[rest], gold[rest], 3)
        for index in test:
            assert found[index].units[0].labels[0] == task.labels[classes_of([values[index]], borders)[0]]


def test_predictions_must_be_as_many_as_documents(dataset_of):
    dataset = make(dataset_of, [0, 1])
    with pytest.raises(ValueError, match="zip"):
        read_density(task_of(dataset, "slant"), dataset, marks(dataset, [1, 2])[:1], 0)


def test_many_documents_are_read_by_folds(dataset_of):
    degrees = [index % 3 for index in range(LEAVE_ONE_OUT + 1)]
    dataset = make(dataset_of, degrees)
    found = marks(dataset, [4 * degree for degree in degrees])
    _, training = read_density(task_of(dataset, "slant"), dataset, found, 0)
    assert training.folds == FEW_FOLDS


def test_a_document_whose_degree_is_not_decided_sets_no_threshold(dataset_of):
    degrees = [0, 1, 2] * 7
    decided = make(dataset_of, degrees)
    undecided = make(dataset_of, [*degrees, 0, 0])
    gold = list(undecided.gold["slant"])
    gold[-2] = replace(gold[-2], units=(Unit(0, 10, ()),))
    gold[-1] = replace(gold[-1], units=())
    undecided = replace(undecided, gold={**undecided.gold, "slant": tuple(gold)})
    lengths = [4 * degree for degree in degrees]
    expected, _ = read_density(task_of(decided, "slant"), decided, marks(decided, lengths), 0)
    found, _ = read_density(task_of(undecided, "slant"), undecided, marks(undecided, [*lengths, 10, 0]), 0)
    assert [p.units for p in found[:-2]] == [p.units for p in expected]
    assert [p.units[0].labels for p in found[-2:]] == [("strong",), ("none",)]
