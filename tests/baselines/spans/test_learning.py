"""Lessons, calibration, the naming of labels and the joining of relations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from baselines.spans import learner
from baselines.spans.calibration import Calibration, in_context
from baselines.spans.lesson import FOLDS, Lesson
from baselines.spans.linear_tokens import LinearLearner
from baselines.spans.naming import _gold_runs, learn_names, restore_names
from baselines.spans.relations import joined
from baselines.spans.texts import Texts
from benchmark.model import Document, Span
from benchmark.segmentation import segment


def lesson_of(texts: list[str], spans: list[list[Span]], groups: list[str | None] | None = None) -> Lesson:
    documents = [
        replace(segment(str(number), text), group=None if groups is None else groups[number])
        for number, text in enumerate(texts)
    ]
    return Lesson.of(Texts.of(documents), documents, spans, "spans")


def silent(what: str) -> None:
    assert what


class TestLesson:
    def test_folds_hold_whole_groups(self) -> None:
        lesson = lesson_of(["a b"] * 6, [[Span(0, 1, "x")]] * 6, ["p", "q", "p", None, "q", None])
        folds = lesson.folds(0)
        assert np.sum(folds, axis=0).tolist() == [1] * 6
        for fold in folds:
            assert fold[0] == fold[2]
            assert fold[1] == fold[4]

    def test_folds_are_fewer_where_groups_are(self) -> None:
        texts, spans = ["a b"] * 4, [[Span(0, 1, "x")]] * 4
        assert len(lesson_of(texts, spans, ["p", "p", "q", "q"]).folds(1)) == 2
        assert lesson_of(texts, spans, ["p"] * 4).folds(1) == []
        assert len(lesson_of(texts, spans).folds(1)) == FOLDS

    def test_a_token_of_a_long_stretch_weighs_less(self) -> None:
        """Stretches of one token and of four: 1 and 4 × 1/2, which are 5 tokens of weight 1 on average."""
        lesson = lesson_of(["a b c d e f", "a"], [[Span(0, 1, "x"), Span(4, 11, "x")], []])
        assert lesson.marked.tolist() == [True, False, True, True, True, True, False]
        assert lesson.lengths.tolist() == [1, 1, 4, 4, 4, 4, 1]
        assert lesson.weights == pytest.approx(np.array([5 / 3, 1, 5 / 6, 5 / 6, 5 / 6, 5 / 6, 1]))
        assert replace(lesson, objective="tokens").weights.tolist() == [1] * 7

    def test_neighbouring_documents_are_no_one_stretch(self) -> None:
        lesson = lesson_of(["a b", "c d"], [[Span(2, 3, "x")], [Span(0, 1, "x")]])
        assert lesson.lengths.tolist() == [1, 1, 1, 1]

    def test_a_part_holds_its_documents_only(self) -> None:
        lesson = lesson_of(["a b", "c d e"], [[Span(2, 3, "x")], [Span(0, 1, "x")]])
        part = lesson.part(np.array([False, True]))
        assert part.marked.tolist() == [True, False, False]
        assert len(part.texts) == 3

    def test_digest_tells_lessons_apart(self) -> None:
        one = lesson_of(["a b"], [[Span(0, 1, "x")]])
        assert one.digest == lesson_of(["a b"], [[Span(0, 1, "other label")]]).digest
        assert one.digest != lesson_of(["a b"], [[Span(2, 3, "x")]]).digest
        assert one.digest != lesson_of(["a c"], [[Span(0, 1, "x")]]).digest

    @pytest.mark.parametrize(("spans", "message"), [([], "no word"), ([Span(0, 3, "x")], "every word")])
    def test_refuses_what_teaches_nothing(self, spans: list[Span], message: str) -> None:
        with pytest.raises(ValueError, match=f"the gold marks {message}"):
            lesson_of(["a b"], [spans])


class TestLearned:
    def test_is_remembered_and_forgotten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(learner, "_REMEMBERED", 1)
        one = lesson_of(
            ["a b c", "a c b", "b a c"], [[Span(0, 1, "x")], [Span(0, 1, "x")], [Span(2, 3, "x")]]
        )
        first = learner.learned(LinearLearner(), one, 0, silent)
        assert learner.learned(LinearLearner(), one, 0, silent) is first
        learner.learned(LinearLearner(), one, 1, silent)
        again = learner.learned(LinearLearner(), one, 0, silent)
        assert again is not first
        assert first.log_odds is not None
        assert np.array_equal(again.log_odds, first.log_odds)  # type: ignore[arg-type]

    def test_a_fold_without_marks_elsewhere_gives_no_odds(self) -> None:
        one = lesson_of(["a b c", "d e f"], [[Span(0, 1, "x")], []])
        assert learner.learned(LinearLearner(), one, 0, silent).log_odds is None


def test_refuses_a_linear_model_whose_arrays_do_not_fit() -> None:
    arrays: dict[str, NDArray[Any]] = {
        "known": np.array([1, 2], dtype=np.int32),
        "weights": np.zeros(2),
        "bias": np.zeros(1),
    }
    assert LinearLearner().restore(arrays).arrays().keys() == arrays.keys()
    with pytest.raises(ValueError, match="do not fit each other"):
        LinearLearner().restore({**arrays, "weights": np.zeros(3)})


def alone(odds: list[float]) -> NDArray[np.float64]:
    """Log odds whose means around them tell nothing."""
    return np.stack([np.array(odds), np.zeros(len(odds)), np.zeros(len(odds))], axis=1)


def test_context_is_the_mean_of_sentence_and_document() -> None:
    odds = np.array([1.0, 3.0, 5.0, -2.0, 0.0])
    starts = np.array([True, False, True, False, False])
    context = in_context(odds, starts, np.array([0, 0, 0, 1, 1]))
    assert context[:, 0].tolist() == odds.tolist()
    assert context[:, 1].tolist() == [2, 2, 5, -1, -1]
    assert context[:, 2].tolist() == [3, 3, 3, -1, -1]


class TestCalibration:
    def test_groups_of_equal_odds_get_their_share(self) -> None:
        """Two values of log odds, marked in 1 of 4 and in 3 of 4 tokens: two parameters fit both."""
        odds = alone([-5.0] * 4 + [2.0] * 4)
        marked = np.array([True, False, False, False, True, True, True, False])
        fitted = Calibration.of(odds, marked, np.full(8, 1e6))
        assert fitted.chances(alone([-5.0, 2.0])) == pytest.approx(np.array([0.25, 0.75]), abs=1e-5)

    def test_weights_count_as_copies(self) -> None:
        odds, marked = alone([-1.0, -1.0, 1.0, 1.0]), np.array([True, False, True, False])
        weighted = Calibration.of(odds, marked, 1e6 * np.array([1.0, 3.0, 3.0, 1.0]))
        assert weighted.chances(alone([-1.0, 1.0])) == pytest.approx(np.array([0.25, 0.75]), abs=1e-5)

    def test_the_same_odds_are_likelier_in_a_likelier_document(self) -> None:
        rng = np.random.default_rng(0)
        own, around = rng.normal(size=2000), np.repeat([-1.0, 1.0], 1000)
        marked = rng.random(2000) < 1 / (1 + np.exp(-(own + 2 * around)))
        context = np.stack([own, np.zeros(2000), around], axis=1)
        fitted = Calibration.of(context, marked, np.ones(2000))
        assert fitted.slopes[0] == pytest.approx(1, abs=0.25)
        assert fitted.slopes[2] == pytest.approx(2, abs=0.25)

    def test_few_tokens_leave_the_means_alone(self) -> None:
        context = np.array([[-2.0, -0.1, 0.1], [2.0, 0.1, 0.1]] * 5)
        fitted = Calibration.of(context, np.array([False, True] * 5), np.ones(10))
        assert 0.5 < fitted.slopes[0] < 3
        assert np.abs(fitted.slopes[1:]).max() < 0.5

    def test_unfitted_it_leaves_log_odds_as_they_are(self) -> None:
        context = np.array([[0.0, 5.0, 5.0], [np.log(3), -5.0, 0.0]])
        assert Calibration().chances(context) == pytest.approx(np.array([0.5, 0.75]))

    @pytest.mark.parametrize("odds", [[0.0, 0.0, 0.0, 0.0], [-900.0, -900.0, 900.0, 900.0]])
    def test_bears_what_is_separable_or_flat(self, odds: list[float]) -> None:
        fitted = Calibration.of(alone(odds), np.array([False, False, True, True]), np.ones(4))
        assert np.isfinite([*fitted.slopes, fitted.shift]).all()
        chances = fitted.chances(alone(odds))
        assert ((chances >= 0) & (chances <= 1)).all()

    @example([(0.0, False), (0.0, False), (0.0, False), (2.5e-157, False)])
    @given(st.lists(st.tuples(st.floats(-30, 30), st.booleans()), min_size=4, max_size=30))
    def test_the_mean_is_kept(self, tokens: list[tuple[float, bool]]) -> None:
        """At the optimum the probabilities add up to the number of marked tokens."""
        odds, marked = alone([odd for odd, _ in tokens]), np.array([mark for _, mark in tokens])
        chances = Calibration.of(odds, marked, np.ones(len(odds))).chances(odds)
        assert chances.sum() == pytest.approx(marked.sum(), abs=0.05)


class TestNaming:
    TEXTS = ("the vile plan ends", "we love our flag today", "a vile act", "the flag of our land", "x y z")
    SPANS = (
        [Span(4, 8, "Loaded")],
        [Span(8, 16, "Waving")],
        [Span(2, 6, "Loaded")],
        [Span(4, 8, "Waving")],
        [Span(1, 2, "nothing")],
    )

    def documents(self) -> list[Document]:
        return [segment(str(number), text) for number, text in enumerate(self.TEXTS)]

    def test_gold_runs_are_the_tokens_touched(self) -> None:
        runs, labels = _gold_runs(Texts.of(self.documents()), self.SPANS)
        assert runs.tolist() == [[1, 2], [6, 8], [10, 11], [13, 14]]
        assert labels == ["Loaded", "Waving", "Loaded", "Waving"]

    def test_names_by_the_words(self) -> None:
        texts = Texts.of(self.documents())
        naming = learn_names(texts, self.SPANS, 0)
        assert naming.labels == ("Loaded", "Waving")
        assert naming.names(texts.ids, np.array([[1, 2], [7, 8]])) == ["Loaded", "Waving"]
        assert naming.names(texts.ids, np.zeros((0, 2), dtype=np.int64)) == []
        same = restore_names(naming.labels, naming.arrays())
        assert same.names(texts.ids, np.array([[1, 2], [7, 8]])) == ["Loaded", "Waving"]

    def test_three_labels_are_told_apart(self) -> None:
        texts = Texts.of(self.documents())
        naming = learn_names(texts, [*self.SPANS[:4], [Span(0, 5, "Other")]], 0)
        assert naming.labels == ("Loaded", "Other", "Waving")
        assert naming.names(texts.ids, np.array([[1, 2], [15, 18], [7, 8]])) == ["Loaded", "Other", "Waving"]
        assert restore_names(naming.labels, naming.arrays()).labels == naming.labels

    def test_one_label_needs_no_classifier(self) -> None:
        texts = Texts.of(self.documents())
        naming = learn_names(texts, [*self.SPANS[:1], [], [], [], []], 0)
        assert naming.names(texts.ids, np.array([[5, 6]])) == ["Loaded"]
        assert restore_names(("Loaded",), naming.arrays()).labels == ("Loaded",)

    def test_refuses_arrays_that_do_not_fit(self) -> None:
        naming = learn_names(Texts.of(self.documents()), self.SPANS, 0)
        with pytest.raises(ValueError, match="do not fit"):
            restore_names(("a", "b", "c"), naming.arrays())


def test_parts_join_the_nearest_cue() -> None:
    source, cue, content = Span(0, 3, "source"), Span(4, 8, "cue"), Span(9, 20, "content")
    late, other = Span(40, 44, "cue"), Span(30, 38, "source")
    assert [(span.label, span.relation) for span in joined([content, other, late, cue, source])] == [
        ("source", 0),
        ("cue", 0),
        ("content", 0),
        ("source", 1),
        ("cue", 1),
    ]


def test_parts_without_a_cue_stand_alone() -> None:
    assert [span.relation for span in joined([Span(5, 6, "source"), Span(0, 2, "content")])] == [0, 1]
    assert joined([]) == ()
    # A cue inside a content joins it, and a cue is its own where two lie within each other.
    parts = joined([Span(0, 9, "content"), Span(3, 5, "cue"), Span(0, 8, "cue")])
    assert [span.relation for span in parts] == [0, 0, 1]
