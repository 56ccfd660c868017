"""The baselines that read nothing, on small documents whose answers are plain."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.simple import (
    DEFAULT_LABELS,
    ROLES,
    EverythingDetector,
    MajorityDetector,
    NullDetector,
    RandomDetector,
    commonest,
)
from benchmark.model import Annotation, Detector, Document, Prediction, Span, TrainableDetector, Unit, offsets
from benchmark.segmentation import segment

TEXT = "Ice melts\n\n  The ice has melted.  \n \nIt is gone. Nobody knows why.\n"


def spans_of(document: Document, *labels: str) -> Annotation:
    spans = tuple(Span(number, number + 1, label) for number, label in enumerate(labels))
    return Annotation(document, "technique", spans=spans)


def units_of(document: Document, *sets: tuple[str, ...]) -> Annotation:
    units = tuple(Unit(number, number + 1, labels) for number, labels in enumerate(sets))
    return Annotation(document, "frame", units=units)


def covered(prediction: Prediction, text: str) -> list[str]:
    return [text[span.start : span.end] for span in prediction.spans]


@pytest.mark.parametrize("kind", [NullDetector, EverythingDetector, MajorityDetector, RandomDetector])
def test_detectors_keep_the_contract(kind: type[Detector]) -> None:
    assert isinstance(kind(), Detector)


@pytest.mark.parametrize("kind", [EverythingDetector, MajorityDetector])
def test_trained_detectors_refuse_what_they_have_not_learned(kind: type[TrainableDetector]) -> None:
    with pytest.raises(ValueError, match=f"'{kind.name}' must be fitted to the layer 'portrayal'"):
        kind().predict([], "portrayal")


def test_random_refuses_other_layers() -> None:
    with pytest.raises(ValueError, match="'random' does not predict the layer 'portrayal', only"):
        RandomDetector().predict([], "portrayal")


@pytest.mark.parametrize("layer", [*sorted(NullDetector.layers), "any other"])
def test_null_finds_nothing(layer: str) -> None:
    documents = [segment("a", TEXT), segment("b", "")]
    assert NullDetector().predict(documents, layer) == [Prediction("a", layer), Prediction("b", layer)]


def test_commonest_breaks_ties_by_the_alphabet() -> None:
    assert commonest(["b", "c", "a", "c", "b"], 2) == ("b", "c")
    assert commonest(["z", "y"]) == ("y",)
    assert commonest([]) == ()


class TestEverything:
    def test_flags_each_line_without_its_white_space(self) -> None:
        document = segment("a", TEXT)
        detector = EverythingDetector().fit(
            [document], [spans_of(document, "Doubt", "Slogans", "Doubt")], "technique"
        )
        (prediction,) = detector.predict([document], "technique")
        assert covered(prediction, TEXT) == [
            "Ice melts",
            "The ice has melted.",
            "It is gone. Nobody knows why.",
        ]
        assert {span.label for span in prediction.spans} == {"Doubt"}
        assert all(span.relation is None for span in prediction.spans)

    def test_makes_an_attribution_of_each_line_untrained(self) -> None:
        (prediction,) = EverythingDetector().predict([segment("a", "One.\nTwo.")], "attribution")
        assert prediction.spans == (Span(0, 4, "content", relation=0), Span(5, 9, "content", relation=1))

    def test_learns_layers_apart(self) -> None:
        document = segment("a", "One two.")
        assert isinstance(EverythingDetector(), TrainableDetector)
        detector = EverythingDetector().fit([document], [spans_of(document, "Doubt")], "technique")
        with pytest.raises(ValueError, match="must be fitted to the layer 'attribution_gap'"):
            detector.predict([document], "attribution_gap")
        detector.fit([document], [spans_of(document, "relayed_source")], "attribution_gap")
        labels = [
            detector.predict([document], layer)[0].spans[0].label
            for layer in ("technique", "attribution_gap")
        ]
        assert labels == ["Doubt", "relayed_source"]

    def test_makes_attributions_where_it_learns_some(self) -> None:
        document = segment("a", "One.\nTwo.")
        gold = Annotation(document, "quotes", (Span(0, 3, "cue", relation=0), Span(5, 8, "cue", relation=1)))
        detector = EverythingDetector().fit([document], [gold], "quotes")
        (prediction,) = detector.predict([document], "quotes")
        assert prediction.spans == (Span(0, 4, "content", relation=0), Span(5, 9, "content", relation=1))
        detector.fit([document], [spans_of(document, "Doubt")], "quotes")
        assert detector.predict([document], "quotes")[0].spans == (Span(0, 4, "Doubt"), Span(5, 9, "Doubt"))

    def test_refuses_what_it_cannot_learn(self) -> None:
        document = segment("a", TEXT)
        with pytest.raises(ValueError, match="cannot learn the layer 'technique': the gold holds no span"):
            EverythingDetector().fit([document], [spans_of(document)], "technique")
        with pytest.raises(ValueError, match="0 annotations for 1 documents"):
            EverythingDetector().fit([document], [], "technique")


class TestMajority:
    @pytest.mark.parametrize(
        ("sets", "expected"),
        [
            ([("b",), ("a", "b"), ("b", "c", "a")], ("b", "a")),  # 6 labels in 3 units
            ([("b",), ("a", "b")], ("b", "a")),  # 1.5 a unit, rounded up
            ([("b",), (), ()], ("b",)),  # a third of a label a unit
        ],
    )
    def test_gives_as_many_frames_as_units_have(
        self, sets: list[tuple[str, ...]], expected: tuple[str, ...]
    ) -> None:
        document = segment("a", TEXT)
        detector = MajorityDetector().fit([document], [units_of(document, *sets)], "frame")
        (prediction,) = detector.predict([document], "frame")
        assert {unit.labels for unit in prediction.units} == {expected}
        assert [(unit.start, unit.end) for unit in prediction.units] == list(document.every_unit)

    def test_gives_one_label_where_units_have_one(self) -> None:
        document = segment("a", TEXT)
        gold = [units_of(document, ("mild",), ("none",), ("none",), (), ())]
        (prediction,) = MajorityDetector().fit([document], gold, "any").predict([document], "any")
        assert {unit.labels for unit in prediction.units} == {("none",)}

    def test_labels_given_spans_by_how_common_labels_are(self) -> None:
        document = replace(segment("a", TEXT), given=offsets([(0, 3), (4, 9), (0, 3), (0, 3)]))
        gold = [spans_of(document, "Doubt", "Slogans", "Doubt")]
        (prediction,) = MajorityDetector().fit([document], gold, "x").predict([document], "x")
        assert prediction.spans == (Span(0, 3, "Doubt"), Span(4, 9, "Doubt"), Span(0, 3, "Slogans"))
        assert prediction.units == ()

    def test_refuses_what_it_cannot_do(self) -> None:
        document = segment("a", TEXT)
        assert isinstance(MajorityDetector(), TrainableDetector)
        with pytest.raises(ValueError, match="no unit of the gold has a label"):
            MajorityDetector().fit([document], [units_of(document, ())], "frame")
        with pytest.raises(ValueError, match="the gold holds neither a unit nor a span"):
            MajorityDetector().fit([document], [spans_of(document)], "technique")
        with pytest.raises(ValueError, match="must be fitted to the layer 'slant'"):
            MajorityDetector().predict([document], "slant")


class TestRandom:
    def test_is_reproducible_and_minds_no_other_document(self) -> None:
        documents = [segment(str(number), "word " * 400) for number in range(3)]
        batch = RandomDetector().predict(documents, "technique")
        alone = [RandomDetector().predict([document], "technique")[0] for document in documents]
        assert batch == alone
        assert len({prediction.spans for prediction in batch}) == 3

    def test_seeds_and_layers_draw_apart(self) -> None:
        document = segment("a", "word " * 400)
        draws = [
            [(span.start, span.end) for span in RandomDetector(seed=seed).predict([document], layer)[0].spans]
            for seed in (0, 1)
            for layer in ("technique", "attribution_gap")
        ]
        assert len(set(map(tuple, draws))) == 4

    def test_keeps_rate_and_length(self) -> None:
        documents = [segment(str(number), "word " * 4000) for number in range(5)]
        predictions = RandomDetector(rate=1.0, length=3.0).predict(documents, "technique")
        tokens = [(span.end - span.start + 1) // 5 for found in predictions for span in found.spans]
        # 100 spans are expected; Poisson's standard deviation is 10, that of their mean length about 0.25.
        assert 60 < len(tokens) < 140
        assert 2.2 < np.mean(tokens) < 3.8

    def test_labels_follow_the_layer(self) -> None:
        document = segment("a", "word " * 400)
        detector = RandomDetector(rate=10)
        for layer, label in DEFAULT_LABELS.items():
            (prediction,) = detector.predict([document], layer)
            assert {(span.label, span.relation) for span in prediction.spans} == {(label, None)}
        (prediction,) = detector.predict([document], "attribution")
        assert [span.label for span in prediction.spans[:4]] == [*ROLES, "source"]
        assert [span.relation for span in prediction.spans[:4]] == [0, 0, 0, 1]
        assert detector.labels == {*ROLES, *DEFAULT_LABELS.values()}

    def test_takes_a_label(self) -> None:
        detector = RandomDetector(rate=10, label="Slogans")
        (prediction,) = detector.predict([segment("a", "word " * 400)], "technique")
        assert detector.labels == {"Slogans"} == {span.label for span in prediction.spans}

    @pytest.mark.parametrize(
        ("rate", "length", "message"),
        [
            (-1.0, 5.0, "rate -1.0"),
            (float("nan"), 5.0, "rate nan"),
            (1.0, 0.5, "length 0.5"),
            (1.0, float("inf"), "length inf"),
        ],
    )
    def test_refuses_impossible_parameters(self, rate: float, length: float, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            RandomDetector(rate=rate, length=length)

    def test_finds_nothing_in_nothing(self) -> None:
        documents = [segment("a", ""), segment("b", " \n "), Document("c", "ab", offsets([]), offsets([]))]
        assert [found.spans for found in RandomDetector(rate=1000).predict(documents, "technique")] == [
            (),
            (),
            (),
        ]
        assert RandomDetector(rate=0).predict([segment("d", TEXT)], "technique")[0].spans == ()

    @given(st.text(), st.floats(0, 500), st.floats(1, 20), st.integers(0, 5))
    def test_spans_are_whole_tokens_of_one_line(
        self, text: str, rate: float, length: float, seed: int
    ) -> None:
        document = segment("a", text)
        (prediction,) = RandomDetector(rate=rate, length=length, seed=seed).predict([document], "technique")
        starts, ends = document.tokens.T.tolist() if len(document.tokens) else ([], [])
        reached = 0
        for span in prediction.spans:
            assert span.start in starts
            assert span.end in ends
            assert span.start >= reached
            reached = span.end
        if "\n" in text:
            assert all("\n" not in covered_text for covered_text in covered(prediction, text))


def test_every_line_scores_as_the_official_scorer_says(shared: Path) -> None:
    """SI of every non-blank line of PTC's training articles that have gold; shared/oracles has the values."""
    folder = shared / "corpora" / "ptc"
    rows: dict[str, list[tuple[int, int]]] = {}
    for line in (folder / "train-task-si.labels").read_text(encoding="utf-8").splitlines():
        article, start, end = line.split("\t")
        rows.setdefault(article, []).append((int(start), int(end)))
    detector, hit = EverythingDetector(), np.zeros(2)
    counts = np.zeros(2)
    for article, gold in rows.items():
        text = (folder / "train-articles" / f"article{article}.txt").read_bytes().decode("utf-8")
        document = Document(article, text, offsets([]), offsets([]))
        annotation = Annotation(document, "propaganda", tuple(Span(*row, "Propaganda") for row in gold))
        (prediction,) = detector.fit([document], [annotation], "propaganda").predict([document], "propaganda")
        assert {span.label for span in prediction.spans} == {"Propaganda"}
        inside = np.zeros(len(text) + 1)
        for start, end in gold:
            inside[start:end] = 1
        edges = np.flatnonzero(np.diff(np.r_[0, inside, 0]))
        # Spans that only touch stay apart in the official scorer; none do in these articles' merged gold.
        merged = edges.reshape(-1, 2)
        for span in prediction.spans:
            shared_part = [max(0, min(span.end, e) - max(span.start, s)) for s, e in merged.tolist()]
            hit += [
                sum(shared_part) / (span.end - span.start),
                sum(np.array(shared_part) / (merged[:, 1] - merged[:, 0])),
            ]
        counts += [len(prediction.spans), len(merged)]
    assert hit / counts == pytest.approx([0.133189, 0.999504], abs=1e-4)
