"""Label files of the shared tasks, scored against each other without the articles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.errors import DataError, UsageError
from benchmark.metrics.base import LabelSet
from benchmark.metrics.ptc import PtcFlc, PtcSi
from benchmark.model import Annotation, Prediction, Span
from benchmark.ptc_files import PtcRows, read_rows, score_rows
from benchmark.report.ptc_files import table
from benchmark.segmentation import segment

rows_of_a_file = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(("X", "Y,Z")), st.integers(0, 30), st.integers(1, 12)),
    max_size=12,
)


def write(path, rows, by_technique=True):
    lines = [
        "\t".join([name, *([technique] if by_technique else []), str(start), str(start + length)])
        for name, technique, start, length in rows
    ]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_rows_are_read_as_columns(tmp_path):
    rows = read_rows(
        write(tmp_path / "a.labels", [("7", "Name_Calling,Labeling", 3, 4), ("é", "Doubt", 0, 1)])
    )
    assert rows.ids == ("7", "é")
    assert rows.techniques == ("Name_Calling,Labeling", "Doubt")
    assert (rows.start.tolist(), rows.end.tolist()) == ([3, 0], [7, 1])
    plain = read_rows(write(tmp_path / "b.labels", [("7", "", 3, 4)], by_technique=False))
    assert (plain.ids, plain.techniques) == (("7",), None)


def test_empty_lines_and_carriage_returns_are_passed_over(tmp_path):
    path = tmp_path / "a.labels"
    path.write_bytes(b"\r\n7\t3\t7\r\n\n8\t0\t1")
    assert read_rows(path).ids == ("7", "8")
    path.write_bytes(b"")
    assert read_rows(path).ids == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"7\t3\n", "1: 2 tab-separated fields"),
        (b"7\t1\t2\n7\tx\t9\n", "2: offsets 'x' and '9' are not whole numbers"),
        (b"7\t1\t2\n7\t-1\t9\n", "2: offsets '-1' and '9' are not"),
        (b"7\t9\t3\n", "1: offsets 9 and 3 are reversed or empty"),
        (b"7\t1\t" + b"9" * 40 + b"\n", "1: offsets '1'"),
        (b"\t1\t3\n", "1: no article is named"),
        (b"7\t1\t2\n\xff\t1\t3\n", "2: not UTF-8: invalid start byte at byte 0"),
        (b"\xef\xbb\xbf7\t1\t2\n", "1: begins with a byte-order mark"),
        (b"7\t1\t2\n7\tX\t1\t2\n", "some rows have a technique and some have none"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path, content, message):
    path = tmp_path / "bad.labels"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_rows(path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_rows(tmp_path / "none.labels")


@settings(deadline=None, max_examples=60)
@given(rows_of_a_file, rows_of_a_file)
def test_the_scores_are_those_of_the_metrics_on_documents(tmp_path_factory, truth, answer):
    folder = tmp_path_factory.mktemp("rows")
    sides = [read_rows(write(folder / name, rows)) for name, rows in (("g", truth), ("p", answer))]
    documents = {name: segment(name, "x" * 50) for name in "abc"}

    def spans(rows, name):
        return tuple(Span(start, start + n, label) for owner, label, start, n in rows if owner == name)

    gold = [Annotation(documents[name], "t", spans(truth, name)) for name in "abc"]
    found = [Prediction(name, "t", spans(answer, name)) for name in "abc"]
    labels = LabelSet(("X", "Y,Z"), [1, 1])
    for metric, by_technique in ((PtcSi(), False), (PtcFlc(), True)):
        expected = metric.finalize(metric.per_document(gold, found, labels).sum(axis=0), labels)[:3]
        got = score_rows(*sides, by_technique=by_technique)
        np.testing.assert_allclose(got.scores, expected)
        assert set(got.strangers) == {row[0] for row in answer} - {row[0] for row in truth}


def test_the_order_of_rows_is_nothing():
    rows = PtcRows(("a", "b", "a"), None, np.array([0, 5, 3]), np.array([4, 9, 8]))
    turned = PtcRows(("a", "a", "b"), None, np.array([3, 0, 5]), np.array([8, 4, 9]))
    gold = PtcRows(("a", "b"), None, np.array([2, 5]), np.array([6, 7]))
    np.testing.assert_array_equal(
        score_rows(gold, rows, by_technique=False).scores, score_rows(gold, turned, by_technique=False).scores
    )


def test_techniques_are_needed_for_fragment_level_classification():
    bare = PtcRows(("a",), None, np.array([0]), np.array([4]))
    with pytest.raises(ValueError, match="needs a technique in every row"):
        score_rows(bare, bare, by_technique=True)


def test_the_table_names_articles_without_gold(tmp_path):
    gold = read_rows(write(tmp_path / "g", [("a", "X", 0, 4), ("b", "X", 3, 4)]))
    found = read_rows(write(tmp_path / "p", [("a", "X", 0, 4), ("z", "X", 0, 9)]))
    made = table("g", gold, [("p", found)], 0, 200)
    assert [row[:2] for row in made.rows] == [("p", "ptc_si"), ("p", "ptc_flc")]
    assert all(row[4].startswith(".50") for row in made.rows)
    assert made.title == "g: 2 spans in 2 articles that have one"
    assert (
        made.notes[1]
        == "p: 1 articles have no row in the gold, such as 'z'; what is predicted there counts as false."
    )
    bare = read_rows(write(tmp_path / "s", [("a", "", 0, 4)], by_technique=False))
    assert [row[1] for row in table("g", gold, [("s", bare)], 0, 200).rows] == ["ptc_si"]
    nothing = table("g", read_rows(write(tmp_path / "n", [])), [("n", read_rows(tmp_path / "n"))], 0, 200)
    assert nothing.rows[0][2:] == ("–", "–", "–")


def test_the_oracles_of_the_training_set(shared, tmp_path):
    """Values that the official scorers print; see the README of the oracles."""
    corpus = shared / "corpora" / "ptc"
    gold = read_rows(corpus / "train-task-si.labels")
    with_a_span = dict.fromkeys(gold.ids)
    texts = {
        name: (corpus / "train-articles" / f"article{name}.txt").read_bytes().decode() for name in with_a_span
    }
    whole = [(name, "", 0, len(text)) for name, text in texts.items()]
    found = score_rows(gold, read_rows(write(tmp_path / "w", whole, by_technique=False)), by_technique=False)
    assert found.scores == pytest.approx([0.129710, 1, 0.229635], abs=5e-7)
    lines, place = [], 0
    for name, text in texts.items():
        place = 0
        for line in text.split("\n"):
            if line.strip():
                lines.append((name, "", place, len(line)))
            place += len(line) + 1
    found = score_rows(gold, read_rows(write(tmp_path / "l", lines, by_technique=False)), by_technique=False)
    assert found.scores == pytest.approx([0.133189, 0.999504, 0.235055], abs=5e-7)
