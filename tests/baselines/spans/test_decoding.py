"""From probabilities to spans, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.spans import decoding
from baselines.spans.decoding import Decoding, Target, _scores, _smoothed, bridged, peaks, runs_of, tune
from baselines.spans.texts import Texts
from benchmark.metrics.ptc import PtcSi
from benchmark.model import Annotation, Document, Prediction, Span
from benchmark.segmentation import segment

ONE = np.zeros(8, dtype=np.int64)
CHANCES = np.array([0.1, 0.4, 0.7, 0.1, 0.4, 0.1, 0.1, 0.4])


class TestDecoding:
    def test_one_threshold(self) -> None:
        assert Decoding().runs(CHANCES, ONE).tolist() == [[2, 3]]
        assert Decoding(0.3, 0.3).runs(CHANCES, ONE).tolist() == [[1, 3], [4, 5], [7, 8]]

    def test_a_seed_grows_to_the_low_threshold(self) -> None:
        assert Decoding(0.5, 0.3).runs(CHANCES, ONE).tolist() == [[1, 3]]

    def test_a_gap_is_bridged_before_seeds_are_looked_for(self) -> None:
        assert Decoding(0.5, 0.3, 1).runs(CHANCES, ONE).tolist() == [[1, 5]]
        assert Decoding(0.5, 0.3, 2).runs(CHANCES, ONE).tolist() == [[1, 8]]

    def test_nothing_is_above(self) -> None:
        assert Decoding(0.9, 0.9, 4).runs(CHANCES, ONE).shape == (0, 2)
        assert Decoding().runs(np.zeros(0), np.zeros(0, dtype=np.int64)).shape == (0, 2)

    def test_no_run_crosses_into_another_document(self) -> None:
        document = np.array([0, 0, 0, 1, 1, 1, 1, 1])
        chances = np.ones(8)
        assert Decoding().runs(chances, document).tolist() == [[0, 3], [3, 8]]
        chances[2] = 0
        assert Decoding(0.5, 0.5, 8).runs(chances, document).tolist() == [[0, 2], [3, 8]]

    @given(st.lists(st.floats(0, 1), max_size=30), st.floats(0, 1), st.floats(0, 1), st.integers(0, 4))
    def test_runs_are_apart_and_hold_every_seed(
        self, chances: list[float], one: float, other: float, gap: int
    ) -> None:
        high, low = max(one, other), min(one, other)
        values = np.array(chances)
        runs = Decoding(high, low, gap).runs(values, np.zeros(len(values), dtype=np.int64))
        held = np.zeros(len(values), dtype=np.bool_)
        for first, last in runs.tolist():
            assert first < last
            assert values[first:last].max() >= high
            held[first:last] = True
        assert held[values >= high].all()
        assert (runs[1:, 0] - runs[:-1, 1] > gap).all()


def test_runs_and_peaks() -> None:
    runs = runs_of(np.array([True, True, False, True, True, True]), np.array([0, 0, 0, 0, 1, 1]))
    assert runs.tolist() == [[0, 2], [3, 4], [4, 6]]
    assert bridged(runs, np.array([0, 0, 0, 0, 1, 1]), 1).tolist() == [[0, 4], [4, 6]]
    assert peaks(np.array([0.1, 0.2, 0.9, 0.3, 0.5, 0.4]), runs).tolist() == [0.2, 0.3, 0.5]


def target(texts: list[str], spans: list[list[Span]], objective: decoding.Objective) -> Target:
    documents = [segment(str(number), text) for number, text in enumerate(texts)]
    lined = Texts.of(documents)
    stretches = lined.line(spans)
    return Target(lined, stretches, lined.marked(stretches), objective)


class TestTarget:
    def test_credit_of_spans(self) -> None:
        """Of "aaa bbb ccc", with gold on "bbb", the run "aaa bbb" of 7 characters earns 3/7 and 3/3."""
        one = target(["aaa bbb ccc"], [[Span(4, 7, "x")]], "spans")
        assert one.credits(np.array([[0, 2], [2, 3]])) == pytest.approx(
            np.array([[3 / 7, 0], [1, 1], [1, 0]])
        )
        assert one.wanted == 1

    def test_credit_of_tokens(self) -> None:
        one = target(["aaa bbb ccc"], [[Span(4, 7, "x")]], "tokens")
        assert one.credits(np.array([[0, 2], [2, 3]])).tolist() == [[1, 0], [2, 1], [1, 0]]
        assert one.wanted == 1

    @given(
        st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)), max_size=6),
        st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)), max_size=6),
    )
    def test_is_the_official_score(self, gold: list[tuple[int, int]], found: list[tuple[int, int]]) -> None:
        text = " ".join(["word"] * 10)
        documents = [segment("a", text), segment("b", text)]
        given_spans = [[Span(5 * at, min(5 * (at + size), 49), "x") for at, size in gold], []]
        lined = Texts.of(documents)
        stretches = lined.line(given_spans)
        marked = np.zeros(20, dtype=np.bool_)
        for at, size in found:
            marked[at : min(at + size, 10)] = True
        runs = runs_of(marked, lined.document)
        credit = Target(lined, stretches, lined.marked(stretches), "spans").credits(runs).sum(axis=1)
        spans = tuple(
            Span(int(documents[0].tokens[first, 0]), int(documents[0].tokens[last - 1, 1]), "x")
            for first, last in runs.tolist()
        )
        expected = PtcSi().per_document(
            [Annotation(d, "l", tuple(s)) for d, s in zip(documents, given_spans, strict=True)],
            [Prediction("a", "l", spans), Prediction("b", "l")],
            ["x"],
        )
        assert [*credit.tolist(), len(stretches)] == pytest.approx(expected.sum(axis=0).tolist())


class TestTune:
    def test_finds_what_tells_the_gold_apart(self) -> None:
        """Gold has a token of .6 among tokens of .3; elsewhere .3 stands alone."""
        texts = [" ".join(["w"] * 9)] * 6
        gold = target(texts, [[Span(4, 9, "x")]] * 6, "spans")
        chances = np.tile([0.3, 0.05, 0.3, 0.6, 0.3, 0.05, 0.3, 0.3, 0.05], 6)
        found = tune(chances, gold)
        assert found.low <= 0.3 < found.high <= 0.6
        assert found.runs(chances, gold.texts.document)[0].tolist() == [2, 5]

    def test_bridges_where_gold_is_whole(self) -> None:
        texts = [" ".join(["w"] * 9)] * 6
        gold = target(texts, [[Span(4, 11, "x")]] * 6, "spans")
        chances = np.tile([0.05, 0.05, 0.8, 0.02, 0.02, 0.8, 0.05, 0.05, 0.05], 6)
        found = tune(chances, gold)
        assert found.runs(chances, gold.texts.document)[0].tolist() == [2, 6]

    def test_tokens_have_thresholds_of_their_own(self) -> None:
        gold = target(["a b c d"] * 4, [[Span(0, 3, "x")]] * 4, "tokens")
        found = tune(np.tile([0.7, 0.7, 0.3, 0.3], 4), gold)
        assert 0.3 < found.high <= 0.7

    def test_scores(self) -> None:
        credit = np.array([[1.0, 0.5], [1, 1], [1, 0.25]])
        scores = _scores(np.array([0.9, 0.4]), credit, np.array([0.2, 0.5, 0.95]), 2.0)
        precision, recall = 1.5 / 2, 1.25 / 2
        assert scores == pytest.approx(
            np.array([2 * precision * recall / (precision + recall), 2 * 0.5 / 1.5, 0])
        )

    def test_smoothing_takes_the_mean_of_neighbours(self) -> None:
        scores = np.array([[[0.0, 3.0, np.nan]], [[1.0, 1.0, 1.0]]])
        smooth = _smoothed(scores)
        assert smooth[0, 0].tolist() == pytest.approx([4 / 3, (3 + 0 + 1) / 3, -1])


def test_stretches_merge_only_what_overlaps() -> None:
    documents = [segment("a", "one two three"), segment("b", "four five")]
    texts = Texts.of(documents)
    stretches = texts.line([[Span(4, 7, "x"), Span(0, 5, "y"), Span(7, 9, "x")], [Span(0, 4, "x")]])
    assert stretches.tolist() == [[0, 7], [7, 9], [14, 18]]
    assert texts.marked(stretches).tolist() == [True, True, True, True, False]
    assert len(texts) == 5
    assert texts.line([[], []]).shape == (0, 2)


def test_a_span_of_white_space_marks_nothing() -> None:
    texts = Texts.of([Document("a", "a  b", segment("a", "a  b").sentences, segment("a", "a  b").tokens)])
    assert not texts.marked(texts.line([[Span(1, 3, "x")]])).any()
