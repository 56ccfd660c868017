"""Keywords of policy frames, counted by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baselines.frame_keywords import FrameKeywordsDetector, Keywords, count_keywords
from baselines.frame_words import FRAME_WORDS, OTHER
from benchmark.model import Detector, Document, offsets
from benchmark.segmentation import segment

CODEBOOK = (
    "Economic",
    "Capacity_and_Resources",
    "Morality",
    "Fairness_and_Equality",
    "Legality_Constitutionality_Jurisdiction",
    "Policy_Prescription_and_Evaluation",
    "Crime_and_Punishment",
    "Security_and_Defense",
    "Health_and_Safety",
    "Quality_of_Life",
    "Cultural_Identity",
    "Public_Sentiment",
    "Political",
    "External_Regulation_and_Reputation",
    "Other",
)
TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(["tax", "Taxes", "court", "court.", "quality-of", "life", "İ", "\n", "war", "and", "of"])
).map(" ".join)


def labels(text: str, detector: FrameKeywordsDetector | None = None) -> dict[str, dict[str, float]]:
    """The labels and scores of each unit, by the unit's text."""
    (prediction,) = (detector or FrameKeywordsDetector()).predict([segment("d", text)], "frame")
    found = {}
    for unit in prediction.units:
        assert unit.scores is not None
        found[text[unit.start : unit.end]] = dict(zip(unit.labels, unit.scores, strict=True))
    return found


def test_the_dimensions_are_those_of_the_codebook_in_their_order() -> None:
    assert (*FRAME_WORDS, OTHER) == CODEBOOK


def test_every_list_holds_words_in_lower_case_once() -> None:
    for words in FRAME_WORDS.values():
        listed = words.split()
        assert len(listed) == len(set(listed)) > 30
        assert all(word == word.lower() and word.strip("*_") and "*" not in word[:-1] for word in listed)
        assert not any(word.endswith("*") and "_" in word for word in listed)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Inflation and wages rose.", "Economic"),
        ("The understaffed depot ran out of equipment.", "Capacity_and_Resources"),
        ("It was an immoral, sinful thing.", "Morality"),
        ("Discrimination is unfair.", "Fairness_and_Equality"),
        ("The Supreme Court upheld the amendment.", "Legality_Constitutionality_Jurisdiction"),
        ("The new guidelines were implemented.", "Policy_Prescription_and_Evaluation"),
        ("The thief was jailed.", "Crime_and_Punishment"),
        ("Troops and tanks crossed over.", "Security_and_Defense"),
        ("The vaccine cured the patient.", "Health_and_Safety"),
        ("Daily life for families is hard.", "Quality_of_Life"),
        ("A festival of old songs and poetry.", "Cultural_Identity"),
        ("Crowds rallied; pollsters saw it.", "Public_Sentiment"),
        ("The senator won the election.", "Political"),
        ("Bilateral diplomacy at the summit.", "External_Regulation_and_Reputation"),
        ("A cat sat on a mat.", "Other"),
    ],
)
def test_the_best_dimension_stands_first(text: str, label: str) -> None:
    assert next(iter(labels(text)[text])) == label


def test_scores_are_shares_of_the_hits_and_ties_keep_the_order_of_the_codebook() -> None:
    assert labels("Soldiers, wages, tanks, jail.") == {
        "Soldiers, wages, tanks, jail.": {
            "Security_and_Defense": 0.5,
            "Economic": 0.25,
            "Crime_and_Punishment": 0.25,
        }
    }


def test_sentences_paragraphs_and_the_document_are_labelled() -> None:
    text = "Soldiers came. Wages fell.\nNothing else."
    assert labels(text) == {
        "Soldiers came.": {"Security_and_Defense": 1.0},
        "Wages fell.": {"Economic": 1.0},
        "Soldiers came. Wages fell.": {"Economic": 0.5, "Security_and_Defense": 0.5},
        "Nothing else.": {"Other": 0.0},
        text: {"Economic": 0.5, "Security_and_Defense": 0.5},
    }


def test_parameters_limit_the_labels() -> None:
    text = "Soldiers, tanks, wages, jail."
    assert list(labels(text, FrameKeywordsDetector(at_most=1))[text]) == ["Security_and_Defense"]
    assert list(labels(text, FrameKeywordsDetector(share=0.5))[text]) == ["Security_and_Defense"]
    assert list(labels("Wages, jail.", FrameKeywordsDetector(share=1))["Wages, jail."]) == ["Economic"]


@pytest.mark.parametrize(("at_most", "share"), [(0, 0.2), (-1, 0.2), (3, -0.1), (3, 1.1), (3, float("nan"))])
def test_impossible_parameters_are_refused(at_most: int, share: float) -> None:
    with pytest.raises(ValueError, match="at_most|share"):
        FrameKeywordsDetector(at_most=at_most, share=share)


def test_phrases_beginnings_and_words() -> None:
    words = Keywords({"a": "tax* white_house white_house_lawn", "b": "taxes house"})
    assert words.of_word("taxes") == (0, 1)
    assert words.of_word("taxation") == (0,)
    assert words.of_word("ta") == ()
    assert words.of_phrase(["white", "house", "lawn"], 0) == (3, (0,))
    assert words.of_phrase(["white", "house", "now"], 0) == (2, (0,))
    assert words.of_phrase(["white", "lie"], 0) == (0, ())
    assert words.of_phrase(["house"], 0) == (0, ())


def test_a_phrase_counts_once_with_space_or_hyphen_in_it() -> None:
    political = CODEBOOK.index("Political")
    for text in ("Left-wing prime minister", "LEFT WING PRIME MINISTER"):
        counts = count_keywords(segment("d", text))
        assert counts[:, political].tolist() == [2]
        assert counts.sum() == 2


def test_words_inside_words_are_no_hits() -> None:
    assert labels("A syntax warden.") == {"A syntax warden.": {"Other": 0.0}}


def test_detector_keeps_to_the_contract() -> None:
    detector = FrameKeywordsDetector()
    assert isinstance(detector, Detector)
    assert (detector.name, detector.layers) == ("frame-keywords", frozenset({"frame"}))
    with pytest.raises(ValueError, match="'frame-keywords' does not predict the layer 'technique'"):
        detector.predict([], "technique")
    assert detector.predict([], "frame") == []


def test_a_document_without_words_is_other() -> None:
    (prediction,) = FrameKeywordsDetector().predict([segment("d", "")], "frame")
    assert [(unit.start, unit.end, unit.labels) for unit in prediction.units] == [(0, 0, ("Other",))]
    bare = Document("d", "tax", offsets([(0, 3)]), offsets([]))
    assert FrameKeywordsDetector().predict([bare], "frame")[0].units[0].labels == ("Other",)


@given(TEXTS, st.integers(1, 5), st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_every_unit_has_ranked_labels(text: str, at_most: int, share: float) -> None:
    document = segment("d", text)
    (prediction,) = FrameKeywordsDetector(at_most, share).predict([document], "frame")
    assert tuple((unit.start, unit.end) for unit in prediction.units) == document.every_unit
    for unit in prediction.units:
        assert unit.scores is not None
        assert 1 <= len(unit.labels) <= at_most
        assert set(unit.labels) <= set(CODEBOOK)
        assert all(first >= second for first, second in pairwise(unit.scores))
        assert sum(unit.scores) <= 1 + 1e-9
        assert (unit.labels == ("Other",)) == (sum(unit.scores) == 0)


@given(TEXTS, TEXTS)
@settings(max_examples=50, deadline=None)
def test_counts_of_paragraphs_add_up_to_the_document(first: str, second: str) -> None:
    def totals(text: str) -> list[int]:
        document = segment("d", text)
        whole = document.every_unit.index((0, len(text)))
        return [int(count) for count in count_keywords(document)[whole]]

    apart = [sum(pair) for pair in zip(totals(first), totals(second), strict=True)]
    assert totals(f"{first}\n.\n{second}") == apart
