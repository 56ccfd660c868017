from __future__ import annotations

import numpy as np
import pytest

from benchmark import data
from benchmark.agreement import ALL, agreement
from benchmark.errors import UsageError
from benchmark.model import Span
from benchmark.pairwise import pairwise

TEXTS = [f"word{place} and more words here" for place in range(25)]


@pytest.fixture(scope="module", params=["turkey_drones", "fictional_news"])
def shipped(request):
    return data.load(request.param)


def test_the_pairs_have_the_mean_and_range_that_the_table_shows(shipped):
    checked = 0
    for row in agreement(shipped, 100, 0):
        if row.exact is None:
            continue
        found = pairwise(shipped, row.layer, row.label)
        tables = [row.exact, row.overlap] if row.overlap else [row.exact]
        assert len(found) == len(tables)
        for one, told in zip(found, tables, strict=True):
            values = one.f1[np.triu_indices(len(one.annotators), 1)]
            values = values[~np.isnan(values)]
            if told.mean is None:
                assert not len(values)
            else:
                assert (values.mean(), values.min(), values.max()) == pytest.approx(
                    (told.mean, told.low, told.high)
                )
                checked += 1
    assert checked > 10


def test_two_of_three_agree(dataset_of):
    # A and B mark the same word in all texts; C marks it in the first text and one beside it in the second.
    same = [[Span(0, 5, "Doubt")]] * 25
    other = [[Span(0, 5, "Doubt")], [Span(6, 9, "Doubt")], *[None] * 23]
    dataset = dataset_of(TEXTS, same, annotators={"A": same, "B": same, "C": other})
    exact, overlap = pairwise(dataset, "technique")
    assert (exact.metric, overlap.metric) == ("exact", "overlap")
    assert exact.annotators == ("A", "B", "C")
    # Of the two texts that C saw: one right, one spurious, one missed.
    assert exact.f1 == pytest.approx(
        np.array([[np.nan, 1, 0.5], [1, np.nan, 0.5], [0.5, 0.5, np.nan]]), nan_ok=True
    )
    assert exact.about == f"small 1.0.0, layer technique, {ALL}"


def test_no_document_in_common_is_undefined(dataset_of):
    mark = [Span(0, 5, "Doubt")]
    dataset = dataset_of(
        TEXTS, [mark] * 25, annotators={"A": [mark, *[None] * 24], "B": [None, *[mark] * 24]}
    )
    assert np.isnan(pairwise(dataset, "technique")[0].f1).all()


def test_without_two_annotators_there_is_nothing(dataset_of, shipped):
    mark = [[Span(0, 5, "Doubt")]] * 25
    assert pairwise(dataset_of(TEXTS, mark), "technique") == []
    assert pairwise(dataset_of(TEXTS, mark, annotators={"A": mark}), "technique") == []
    entities = [layer.name for layer in shipped.layers.values() if layer.kind == "entities"]
    assert all(pairwise(shipped, layer) == [] for layer in entities)


def test_unknown_names_are_told(shipped):
    with pytest.raises(UsageError, match="has no layer 'techniqe', did you mean 'technique'"):
        pairwise(shipped, "techniqe")
    with pytest.raises(UsageError, match="has no label 'Dout', did you mean 'Doubt'"):
        pairwise(shipped, "technique", "Dout")
