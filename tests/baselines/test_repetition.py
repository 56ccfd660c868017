"""Charged wording that is said again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.repetition import RepetitionDetector, stem
from benchmark.model import Detector, Span
from benchmark.segmentation import segment

DETECTOR = RepetitionDetector()


def again(text: str, detector: RepetitionDetector = DETECTOR) -> list[str]:
    (prediction,) = detector.predict([segment("a", text)], "technique")
    assert all(span.label == "Repetition" for span in prediction.spans)
    return [text[span.start : span.end] for span in prediction.spans]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("killers", "killer"),
        ("tragedies", "tragedy"),
        ("eies", "eies"),
        ("horses", "horse"),
        ("heroes", "heroes"),
        ("virus", "virus"),
        ("ruthless", "ruthless"),
        ("gas", "gas"),
        ("evil", "evil"),
    ],
)
def test_stem_follows_the_three_rules(word: str, expected: str) -> None:
    assert stem(word) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("An evil plan is a bad plan.", []),
        ("Evil is evil, and EVIL’s price is paid.", ["evil", "EVIL"]),
        ("The killers fled. A killer came.", ["killer"]),
        ("An evil twin met an evil twin.", ["evil twin"]),
        ("Evil twins met the evil twin’s evil deeds.", ["evil twin", "evil"]),
        ("Evil twin, evil deed, evil twin", ["evil", "evil twin"]),
        ("He is evil and she is evil and so on.", ["evil"]),
        ("evil  twin, evil  twin", ["evil"]),
        ("evil\ntwin\nevil\ntwin", ["evil"]),
        ("evil 9 evil 9", ["evil"]),
        # Both adjectives are charged: their two extended marks become one.
        ("brutal evil twins, brutal evil twins", ["brutal evil twins"]),
        ("brutal evil, brutal evil", ["brutal evil"]),
        ("plan plan plan", []),
        ("evil", []),
        ("", []),
    ],
)
def test_examples(text: str, expected: list[str]) -> None:
    assert again(text) == expected


def test_scores_are_the_greater_of_both_lexicons() -> None:
    # VADER: evil -3.4, brutal -3.1; TextBlob: evil 1.0, brutal 1.0, murder none.
    (prediction,) = DETECTOR.predict([segment("a", "murder, evil, murder, evil")], "technique")
    assert prediction.spans == (
        Span(14, 20, "Repetition", 3.7 / 4),
        Span(22, 26, "Repetition", 1.0),
    )


def test_thresholds_move_what_is_charged() -> None:
    assert again("murder murder", RepetitionDetector(valence=3.8)) == []
    assert again("infamous infamous", RepetitionDetector(subjectivity=1.1)) == []
    with pytest.raises(ValueError, match="threshold -1"):
        RepetitionDetector(valence=-1)


def test_contract() -> None:
    detector: Detector = DETECTOR
    assert isinstance(detector, Detector)
    assert DETECTOR.labels == {"Repetition"}
    with pytest.raises(ValueError, match="'repetition' does not predict the layer 'frame'"):
        DETECTOR.predict([], "frame")


@given(
    st.lists(
        st.sampled_from(["evil", "Evil", "brutal", "twins", "the", ",", "\n", "’s", "murder"]), max_size=20
    )
)
def test_marks_are_disjoint_whole_words_said_before(words: list[str]) -> None:
    text = " ".join(words)
    (prediction,) = DETECTOR.predict([segment("a", text)], "technique")
    reached = 0
    for span in prediction.spans:
        assert span.start >= reached
        reached = span.end
        first = text[span.start : span.end].split(" ")[0].lower()
        assert first in text[: span.start].lower()
        assert text[span.start : span.end].strip() == text[span.start : span.end]
