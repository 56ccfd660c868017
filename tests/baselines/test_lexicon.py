"""The detectors that mark the words of a lexicon."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.lexicon import LexiconDetector, SubjectivityDetector, at_least
from benchmark.model import Detector, Prediction, Span
from benchmark.segmentation import segment


def marked(detector: Detector, text: str) -> list[str]:
    (prediction,) = detector.predict([segment("a", text)], "technique")
    return [text[span.start : span.end] for span in prediction.spans]


@pytest.mark.parametrize("kind", [LexiconDetector, SubjectivityDetector])
def test_detectors_keep_the_contract(kind: type[LexiconDetector | SubjectivityDetector]) -> None:
    detector = kind()
    assert isinstance(detector, Detector)
    assert detector.predict([], "technique") == []
    layers = "bias, propaganda, technique, words"
    with pytest.raises(
        ValueError, match=f"'{detector.name}' does not predict the layer 'frame', only {layers}"
    ):
        detector.predict([], "frame")


@pytest.mark.parametrize("kind", [LexiconDetector, SubjectivityDetector])
def test_the_label_is_that_of_the_layer(kind: type[LexiconDetector | SubjectivityDetector]) -> None:
    expected = {
        "technique": "Loaded_Language",
        "propaganda": "Propaganda",
        "bias": "lexical",
        "words": "biased",
    }
    documents = [segment("a", "a horrible plan")]
    for layer, label in expected.items():
        assert [span.label for span in kind().predict(documents, layer)[0].spans] == [label]
        assert [span.label for span in kind(label="odd").predict(documents, layer)[0].spans] == ["odd"]
    assert kind().labels == set(expected.values())
    assert kind(label="odd").labels == {"odd"}


class TestLexicon:
    def test_marks_strong_words_with_their_valence(self) -> None:
        text = "A “Terrible” plan, a nice try :)"  # -2.1 and 1.8 in VADER
        (prediction,) = LexiconDetector().predict([segment("a", text)], "technique")
        assert prediction == Prediction("a", "technique", (Span(3, 11, "Loaded_Language", 2.1 / 4),))

    def test_threshold_moves_what_is_marked(self) -> None:
        text = "a terrible, nice, great plan"
        assert marked(LexiconDetector(threshold=1.5), text) == ["terrible", "nice", "great"]
        assert marked(LexiconDetector(threshold=2.1), text) == ["terrible", "great"]
        assert marked(LexiconDetector(threshold=4.1), text) == []

    def test_takes_phrases_from_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "own.tsv"
        file.write_text("so-called\nregime\t-0.5\nusual\t0\n", encoding="utf-8")
        (prediction,) = LexiconDetector(file=file, label="Doubt").predict(
            [segment("a", "Regime of the so-called usual")], "technique"
        )
        assert prediction.spans == (
            Span(0, 6, "Doubt", 0.5),
            Span(14, 23, "Doubt", 1.0),
            Span(24, 29, "Doubt", 0.0),
        )
        assert marked(LexiconDetector(threshold=0.6, file=file), "usual regime, so-called") == ["so-called"]

    def test_a_broken_file_is_refused_at_once(self, tmp_path: Path) -> None:
        file = tmp_path / "own.tsv"
        file.write_text("regime\tbad\n", encoding="utf-8")
        with pytest.raises(ValueError, match=r"own\.tsv:1: the weight 'bad'"):
            LexiconDetector(file=file)

    @pytest.mark.parametrize("threshold", [-1.0, math.nan, math.inf])
    def test_an_impossible_threshold_is_refused(self, threshold: float) -> None:
        with pytest.raises(ValueError, match=f"threshold {threshold}"):
            LexiconDetector(threshold=threshold)


class TestSubjectivity:
    def test_marks_subjective_words(self) -> None:
        text = "The INFAMOUS list of deadly new weapons"
        (prediction,) = SubjectivityDetector().predict([segment("a", text)], "technique")
        assert prediction.spans == (
            Span(4, 12, "Loaded_Language", 1.0),
            Span(21, 27, "Loaded_Language", 1.0),
        )

    def test_threshold_moves_what_is_marked(self) -> None:
        assert "new" in marked(SubjectivityDetector(threshold=0.4), "a new list")
        assert marked(SubjectivityDetector(threshold=1.1), "infamous") == []


@given(st.dictionaries(st.text(max_size=3), st.floats(-5, 5)), st.floats(0, 5))
def test_at_least_keeps_exactly_the_strong(entries: dict[str, float], threshold: float) -> None:
    kept = at_least(entries, threshold)
    assert kept.items() <= entries.items()
    assert all((phrase in kept) == (abs(weight) >= threshold) for phrase, weight in entries.items())
