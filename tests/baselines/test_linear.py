"""The trained baseline, on small corpora in which what is to be learned is plain."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from baselines.linear import LinearDetector
from baselines.linear_spans import Transitions, _gold_runs, _runs
from baselines.linear_units import words_and_pairs
from benchmark.errors import Fault
from benchmark.fileio import read_jsonl
from benchmark.model import Annotation, Document, Span, TrainableDetector, Unit, offsets
from benchmark.segmentation import segment

NOUNS = ["council", "road", "budget", "river", "school", "bridge"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday"]
OUTRAGE = "The {0} vote was a monstrous outrage for all. Members met on {1} about the {0} plan."
CALM = "Members met on {1} about the {0} plan. The {0} report is a page long, and it names a heroic giant."


def corpus() -> tuple[list[Document], list[Annotation]]:
    """Reports in which "monstrous outrage" is loaded and "heroic giant" a name."""
    documents, gold = [], []
    for number, (noun, day, form) in enumerate(product(NOUNS, DAYS, (OUTRAGE, CALM))):
        document = segment(str(number), form.format(noun, day))
        phrase, label = (
            ("monstrous outrage", "Loaded_Language") if form is OUTRAGE else ("heroic giant", "Slogans")
        )
        start = document.text.index(phrase)
        documents.append(document)
        gold.append(Annotation(document, "technique", (Span(start, start + len(phrase), label),)))
    return documents, gold


def characters(document: Document, spans: tuple[Span, ...]) -> NDArray[np.bool_]:
    marks = np.zeros(len(document.text), dtype=np.bool_)
    for span in spans:
        marks[span.start : span.end] = True
    return marks


def labelled(documents: list[Document], layer: str, sets: Sequence[tuple[str, ...]]) -> list[Annotation]:
    return [
        Annotation(document, layer, units=(Unit(0, len(document.text), labels),))
        for document, labels in zip(documents, sets, strict=True)
    ]


TOPICS = [
    ("The army moved tanks to the border.", ("Security", "Political")),
    ("Prices and wages rose, the bank said.", ("Economic",)),
    ("Soldiers and tanks hold the border town.", ("Security", "Political")),
    ("The bank cut rates as prices fell.", ("Economic",)),
    ("The army wants tanks, the party a vote.", ("Security", "Political")),
    ("Wages, prices and rates: the bank waits.", ("Economic",)),
]


class TestSpans:
    def test_finds_in_new_reports_what_it_learned(self) -> None:
        detector = LinearDetector().fit(*corpus(), "technique")
        text = "The harbour vote was a monstrous outrage for all. The harbour report names a heroic giant."
        (prediction,) = detector.predict([segment("new", text)], "technique")
        found = {(text[span.start : span.end], span.label) for span in prediction.spans}
        assert found == {("monstrous outrage", "Loaded_Language"), ("heroic giant", "Slogans")}
        assert all(span.score is not None and 0.5 < span.score < 1 for span in prediction.spans)

    def test_one_label_needs_no_classifier(self) -> None:
        documents, gold = corpus()
        detector = LinearDetector().fit(documents[::2], gold[::2], "attribution_gap")
        (prediction,) = detector.predict(documents[:1], "attribution_gap")
        assert [span.label for span in prediction.spans] == ["Loaded_Language"]

    def test_is_deterministic_and_minds_no_other_document(self) -> None:
        documents, gold = corpus()
        detectors = [LinearDetector(seed=3).fit(documents, gold, "technique") for _ in range(2)]
        batches = [detector.predict(documents, "technique") for detector in detectors]
        assert batches[0] == batches[1]
        assert batches[0][3:4] == detectors[0].predict(documents[3:4], "technique")

    def test_marks_nothing_where_nothing_is_known(self) -> None:
        detector = LinearDetector().fit(*corpus(), "technique")
        documents = [segment("a", ""), segment("b", "\n"), Document("c", "ab", offsets([]), offsets([]))]
        assert [prediction.spans for prediction in detector.predict(documents, "technique")] == [(), (), ()]
        assert detector.predict([segment("d", "Members met on Monday.")], "technique")[0].spans == ()

    def test_refuses_gold_that_teaches_nothing(self) -> None:
        document = segment("a", "One two three.")
        for spans, message in (((), "marks no word"), ((Span(0, 14, "Doubt"),), "marks every word")):
            with pytest.raises(ValueError, match=f"cannot learn the layer 'technique': the gold {message}"):
                LinearDetector().fit([document], [Annotation(document, "technique", spans)], "technique")

    def test_gold_runs_are_the_tokens_touched(self) -> None:
        first, second = segment("a", "One two three"), segment("b", "Four  five")
        gold = [
            Annotation(first, "technique", (Span(2, 5, "x"), Span(8, 13, "y"))),
            Annotation(second, "technique", (Span(4, 6, "nothing"), Span(4, 7, "z"))),
        ]
        runs, labels = _gold_runs([first, second], gold)
        assert runs.tolist() == [[0, 2], [2, 3], [4, 5]]
        assert labels == ["x", "y", "z"]

    def test_runs_end_with_the_sentence(self) -> None:
        marked = np.array([True, True, False, True, True, True], dtype=np.bool_)
        starts = np.array([True, False, False, False, True, False], dtype=np.bool_)
        assert _runs(marked, starts).tolist() == [[0, 2], [3, 4], [4, 6]]
        assert _runs(~marked, starts).tolist() == [[2, 3]]


class TestTransitions:
    def test_counts_from_one(self) -> None:
        marked = np.array([True, True, False, False, True], dtype=np.bool_)
        starts = np.array([True, False, False, True, False], dtype=np.bool_)
        transitions = Transitions.of(marked, starts)
        assert np.exp(transitions.first) == pytest.approx(np.array([2 / 4, 2 / 4]))
        assert np.exp(transitions.next) == pytest.approx(np.array([[1 / 3, 2 / 3], [2 / 4, 2 / 4]]))

    @given(st.lists(st.tuples(st.floats(-3, 3), st.booleans()), min_size=1, max_size=7), st.integers(0, 99))
    def test_best_is_the_best_of_all(self, tokens: list[tuple[float, bool]], seed: int) -> None:
        chances = np.random.default_rng(seed).uniform(0.05, 0.95, 3)
        first, from_no, from_yes = (np.log([1 - chance, chance]) for chance in chances)
        transitions = Transitions(first, np.stack([from_no, from_yes]))
        evidence = np.array([ratio for ratio, _ in tokens])
        starts = np.array([number == 0 or start for number, (_, start) in enumerate(tokens)], dtype=np.bool_)

        def total(marks: tuple[int, ...]) -> float:
            steps = [
                transitions.first[mark] if start else transitions.next[before, mark]
                for before, mark, start in zip((0, *marks), marks, starts, strict=False)
            ]
            return float(sum(steps) + evidence @ np.array(marks))

        best = transitions.best(evidence, starts)
        assert best.shape == starts.shape
        expected = max(total(marks) for marks in product((0, 1), repeat=len(tokens)))
        assert total(tuple(best.astype(int).tolist())) == pytest.approx(expected)

    def test_no_tokens_have_no_marks(self) -> None:
        transitions = Transitions(np.zeros(2), np.zeros((2, 2)))
        assert transitions.best(np.zeros(0), np.zeros(0, dtype=np.bool_)).shape == (0,)


class TestUnits:
    def test_frames_are_those_likelier_than_not(self) -> None:
        documents = [segment(str(number), text) for number, (text, _) in enumerate(TOPICS)]
        gold = labelled(documents, "frame", [labels for _, labels in TOPICS])
        detector = LinearDetector().fit(documents, gold, "frame")
        new = segment("new", "Tanks at the border.\n\nThe bank raised wages.\n\nNo word is known")
        (prediction,) = detector.predict([new], "frame")
        assert [(unit.start, unit.end) for unit in prediction.units] == list(new.every_unit)
        labels = {new.text[unit.start : unit.end]: unit.labels for unit in prediction.units}
        assert set(labels["Tanks at the border."]) == {"Political", "Security"}
        assert labels["The bank raised wages."] == ("Economic",)
        assert all(
            unit.labels and unit.scores == tuple(sorted(unit.scores)[::-1])
            for unit in prediction.units
            if unit.scores
        )

    def test_a_unit_has_three_frames_at_most(self) -> None:
        documents = [segment(str(number), text) for number, (text, _) in enumerate(TOPICS)]
        sets = [("A", "B", "C", "D") if "bank" in document.text else ("E",) for document in documents]
        detector = LinearDetector().fit(documents, labelled(documents, "frame", sets), "frame")
        (prediction,) = detector.predict([segment("new", "The bank.")], "frame")
        assert prediction.units[0].labels == ("A", "B", "C")

    def test_a_label_of_all_units_is_always_given(self) -> None:
        documents = [segment("a", "One two."), segment("b", "Three.")]
        detector = LinearDetector().fit(documents, labelled(documents, "frame", [("A",), ("A",)]), "frame")
        (prediction,) = detector.predict([segment("c", "Other")], "frame")
        assert prediction.units == (Unit(0, 5, ("A",), (prediction.units[0].scores or ())),)
        assert prediction.units[0].scores == pytest.approx((3 / 4,))

    def test_slant_is_one_label(self) -> None:
        documents = [segment(str(number), text) for number, (text, _) in enumerate(TOPICS)]
        gold = labelled(documents, "slant", [("strong",), ("none",)] * 3)
        detector = LinearDetector().fit(documents, gold, "slant")
        predictions = detector.predict(documents, "slant")
        assert [prediction.units[-1].labels for prediction in predictions] == [("strong",), ("none",)] * 3
        assert all(len(unit.labels) == 1 for prediction in predictions for unit in prediction.units)

    def test_refuses_gold_that_teaches_nothing(self) -> None:
        document = segment("a", "One two three.")
        with pytest.raises(
            ValueError, match="cannot learn the layer 'frame': no unit of the gold has a label"
        ):
            LinearDetector().fit([document], labelled([document], "frame", [()]), "frame")

    def test_words_and_pairs(self) -> None:
        assert words_and_pairs("He’s HERE: snake_case, 9") == (
            *("he's", "here", "snake", "case", "9"),
            *("he's here", "here snake", "snake case", "case 9"),
        )
        assert words_and_pairs("…") == ()


def test_layers_are_learned_apart() -> None:
    documents, gold = corpus()
    detector = LinearDetector().fit(documents, gold, "technique")
    assert isinstance(detector, TrainableDetector)
    before = detector.predict(documents, "technique")
    detector.fit(documents, labelled(documents, "slant", [("mild",), ("none",)] * 24), "slant")
    assert detector.predict(documents, "technique") == before
    assert detector.predict(documents[:1], "slant")[0].units
    for layer in ("attribution_gap", "frame"):
        with pytest.raises(ValueError, match=f"must be fitted to the layer '{layer}'"):
            detector.predict(documents, layer)


def test_refuses_other_layers_and_seeds() -> None:
    with pytest.raises(ValueError, match="'linear' does not learn the layer 'attribution'"):
        LinearDetector().fit([], [], "attribution")
    with pytest.raises(ValueError, match="'linear' does not predict the layer 'attribution'"):
        LinearDetector().predict([], "attribution")
    for seed in (-1, 1 << 32):
        with pytest.raises(ValueError, match=f"seed {seed}"):
            LinearDetector(seed=seed)


@pytest.mark.parametrize("layer", ["technique", "attribution_gap"])
def test_learns_something_from_the_shared_reports(shared: Path, layer: str) -> None:
    """Trained on three quarters of the reports, it hits the others' gold more than chance would."""
    faults: list[Fault] = []
    rows = [row for _, row in read_jsonl(shared / "fictional_news" / "gold.jsonl", dict, faults)]
    assert not faults
    articles = shared / "fictional_news" / "articles"
    texts = {row["id"]: (articles / f"{row['id']}.txt").read_text(encoding="utf-8") for row in rows}
    documents = [segment(identifier, text) for identifier, text in texts.items()]
    gold = [
        Annotation(
            document, layer, tuple(Span(span["start"], span["end"], span["label"]) for span in row[layer])
        )
        for document, row in zip(documents, rows, strict=True)
    ]
    training = [number for number in range(len(rows)) if number % 4]
    test = range(0, len(rows), 4)
    detector = LinearDetector().fit([documents[n] for n in training], [gold[n] for n in training], layer)
    predictions = detector.predict([documents[n] for n in test], layer)
    pairs = list(zip(test, predictions, strict=True))
    marked = np.concatenate([characters(documents[n], prediction.spans) for n, prediction in pairs])
    true = np.concatenate([characters(documents[n], gold[n].spans) for n, _ in pairs])
    precision = true[marked].mean()
    assert 0.05 < marked.mean() < 0.6
    assert precision > 1.5 * true.mean()
