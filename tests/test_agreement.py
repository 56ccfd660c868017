"""The annotators' agreement on a dataset."""

from __future__ import annotations

from dataclasses import replace

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark import data
from benchmark.agreement import ALL, agreement
from benchmark.errors import UsageError
from benchmark.model import Annotation, Span, Unit
from benchmark.report.agreement import agreement_tables, written
from benchmark.report.formats import Format


def loaded(start: int, end: int) -> Span:
    return Span(start, end, "Loaded_Language")


def rows_of(dataset, resamples=100):
    return {(row.layer, row.label): row for row in agreement(dataset, resamples, 0)}


def test_alpha_over_characters_is_that_of_every_character(dataset_of):
    text = "The infamous duo met. They smiled at us."
    marks = {
        "A": [[loaded(4, 12)]],
        "B": [[loaded(4, 16), Span(27, 33, "Doubt")]],
        "C": [[loaded(0, 12), Span(27, 33, "Doubt")]],
    }
    dataset = dataset_of([text], [[]], annotators=marks)
    table = np.zeros((3, len(text)))
    for index, own in enumerate(marks.values()):
        for span in own[0]:
            table[index, span.start : span.end] = 1 if span.label == "Loaded_Language" else 2
    rows = rows_of(dataset)
    oracle = krippendorff.alpha(table, level_of_measurement="nominal")
    assert rows["technique", ALL].characters.value == pytest.approx(oracle)
    only = krippendorff.alpha((table == 2).astype(float), level_of_measurement="nominal")
    assert rows["technique", "Doubt"].characters.value == pytest.approx(only)
    assert ("technique", "Repetition") not in rows


def test_alpha_over_sentences_and_pairwise_f1(dataset_of):
    text = "The infamous duo met. They smiled at us. It rained."
    marks = {"A": [[loaded(4, 12)]], "B": [[loaded(4, 12), loaded(27, 33)]]}
    row = rows_of(dataset_of([text], [[]], annotators=marks))["technique", "Loaded_Language"]
    oracle = krippendorff.alpha([[1, 0, 0], [1, 1, 0]], level_of_measurement="nominal")
    assert row.units.value == pytest.approx(oracle)
    assert row.unit == "sentence"
    assert row.marks == 3
    assert row.exact.mean == pytest.approx(2 / 3)


def test_overlap_is_kinder_than_exact(dataset_of):
    marks = {"A": [[loaded(0, 8)]], "B": [[loaded(0, 9)]], "C": [[loaded(0, 8)]]}
    row = rows_of(dataset_of(["infamous duo"], [[]], annotators=marks))["technique", "Loaded_Language"]
    assert (row.exact.mean, row.exact.low, row.exact.high) == pytest.approx((1 / 3, 0, 1))
    assert row.overlap.mean == 1


def test_every_layer_of_the_article():
    dataset = data.load("turkey_drones")
    rows = rows_of(dataset)
    assert {layer for layer, _ in rows} == set(dataset.layers)
    assert rows["portrayal", "stance"].unit == "entity"
    assert rows["portrayal", "stance"].exact is None
    assert rows["frame", ALL].unit == "paragraph"
    assert rows["frame", ALL].characters is None
    technique = rows["technique", ALL].characters
    assert technique.low < technique.value < technique.high


def test_a_layer_without_annotators_is_left_out():
    assert "slant" not in {layer for layer, _ in rows_of(data.load("fictional_news"))}


def test_the_table_has_a_part_for_each_layer(dataset_of):
    marks = {"A": [[loaded(0, 8)]], "B": [[loaded(0, 9)]]}
    dataset = dataset_of(["infamous duo"], [[]], annotators=marks)
    rows = agreement(dataset, 100, 0)
    (table,) = agreement_tables(dataset, rows, 100, 0)
    assert table.title == "small 1.0.0, layer technique, 2 annotators"
    assert "Annotators: A, B." in table.notes
    assert '"alpha_units": ' in written(dataset, rows, 100, 0, Format.JSON)


def test_a_dataset_without_annotators_is_told_so(monkeypatch, dataset_of):
    from benchmark.cli.agreement import agreement as command

    monkeypatch.setattr(data, "load", lambda _: dataset_of(["a"], [[]]))
    with pytest.raises(UsageError, match="no layer with the marks of several annotators"):
        command("small")


def test_a_span_over_a_line_break_is_one_mark(dataset_of):
    marks = {"A": [[loaded(0, 9)]], "B": [[loaded(0, 9)]]}
    row = rows_of(dataset_of(["aaaa\nbbbb"], [[]], annotators=marks))["technique", "Loaded_Language"]
    assert row.marks == 2


def test_labels_of_whole_documents_are_kept_where_documents_are_few(dataset_of):
    """A bug once: with fewer than 20 documents they were cut away with the borders of paragraphs."""
    texts = ["aaaa\nbbbb"] * 3
    small = dataset_of(texts, units={"frame": [[Unit(0, 9, ("Economic",))]] * 3})
    given = {
        "A": ("Economic", "Economic", "Political"),
        "B": ("Economic", "Political", "Political"),
    }
    marks = {
        who: tuple(
            Annotation(document, "frame", units=(Unit(0, 9, (label,)),), annotator=who)
            for document, label in zip(small.documents, labels, strict=True)
        )
        for who, labels in given.items()
    }
    row = rows_of(replace(small, marks={"frame": marks}))["frame", ALL]
    oracle = krippendorff.alpha([[0, 0, 1], [0, 1, 1]], level_of_measurement="nominal")
    assert row.units.value == pytest.approx(oracle)
    assert (row.unit, row.marks) == ("document", 6)


PARTIAL = st.lists(
    st.lists(st.none() | st.lists(st.sampled_from("ab"), unique=True, max_size=2), min_size=3, max_size=3),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, max_examples=40)
@given(PARTIAL)
def test_annotators_who_saw_some_documents_are_missing_values(dataset_of, table):
    """Each row is a document of one sentence, each cell what an annotator marked in it, None where unseen."""
    label_of = {"a": "Loaded_Language", "b": "Doubt"}
    marks = {
        who: [None if row[i] is None else [Span(0, 4, label_of[m]) for m in row[i]] for row in table]
        for i, who in enumerate("PQR")
    }
    dataset = dataset_of(["Aaaa"] * len(table), [[]] * len(table), annotators=marks)
    rows = rows_of(dataset)
    codes = {frozenset(): 0, frozenset("a"): 1, frozenset("b"): 2, frozenset("ab"): 3}
    values = [[np.nan if row[i] is None else codes[frozenset(row[i])] for row in table] for i in range(3)]
    judged = [[v for v in column if not np.isnan(v)] for column in zip(*values, strict=True)]
    paired = [v for column in judged if len(column) > 1 for v in column]
    if ("technique", ALL) not in rows:
        assert not paired or not any(row[i] for row in table for i in range(3) if row[i])
        return
    found = rows["technique", ALL]
    assert found.marks == sum(len(cell) for row in table for cell in row if cell)
    for score in (found.characters, found.units):
        if len(set(paired)) < 2:
            assert score.value is None
        else:
            repeat = 4 if score is found.characters else 1
            oracle = krippendorff.alpha(
                np.repeat(values, repeat, axis=1), level_of_measurement="nominal", value_domain=[0, 1, 2, 3]
            )
            assert score.value == pytest.approx(oracle)


def test_pairs_are_compared_on_what_both_saw(dataset_of):
    marks = {
        "A": [[loaded(0, 4)], [loaded(0, 4)], None],
        "B": [[loaded(0, 4)], None, [loaded(5, 9)]],
        "C": [None, [], [loaded(5, 9), loaded(0, 4)]],
        "D": [None, None, None],
    }
    row = rows_of(dataset_of(["aaaa bbbb"] * 3, [[]] * 3, annotators=marks))["technique", "Loaded_Language"]
    # A and B agree on d0; A and C on nothing of d1; B and C on one of three marks in d2.
    assert (row.exact.mean, row.exact.low, row.exact.high) == pytest.approx(((1 + 0 + 2 / 3) / 3, 0, 1))
    assert row.marks == 6


def test_documents_that_one_annotator_saw_are_left_out(dataset_of):
    marks = {"A": [[loaded(0, 4)], None], "B": [None, [loaded(0, 4)]]}
    assert rows_of(dataset_of(["aaaa", "bbbb"], [[], []], annotators=marks)) == {}


def test_agreement_is_resampled_by_group(dataset_of):
    """Two groups of equal documents have one interval, whatever the number of documents in them."""
    marks = {"A": [[loaded(0, 4)], []] * 6, "B": [[loaded(0, 4)], [loaded(0, 4)]] * 6}
    texts = [f"Aaaa {index}." for index in range(12)]
    groups = ["even", "odd"] * 6
    grouped = rows_of(dataset_of(texts, [[]] * 12, annotators=marks, groups=groups, group="event"))
    loose = rows_of(dataset_of(texts, [[]] * 12, annotators=marks))
    key = ("technique", "Loaded_Language")
    assert grouped[key].units.value == loose[key].units.value
    halves = {who: given[:2] for who, given in marks.items()}
    two = rows_of(dataset_of(texts[:2], [[]] * 2, annotators=halves))[key].units
    # One group alone has no disagreement to expect, or no agreement at all: as with two documents.
    assert grouped[key].units.undefined == two.undefined
    assert grouped[key].units.undefined > loose[key].units.undefined
