"""Hashed n-grams and measures of style, against scikit-learn's n-grams and numbers worked by hand."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from baselines import unit_features as module
from baselines.lexicons import fold, textblob, vader, word_counts
from baselines.unit_features import (
    MEASURES,
    NUMBERS,
    PART_MEASURES,
    VIEWS,
    Features,
    _Tokens,
    _word_class,
    character_grams,
    unit_features,
)

TEXT = "The vile plan failed. Ann said it was a GOOD day!"
FIRST, SECOND, WHOLE = (0, 21), (22, 49), (0, 49)
PIECES = st.text("ab’' .\n9é“😀", max_size=12)


def same(one: Features, other: Features) -> None:
    np.testing.assert_array_equal(one.measures, other.measures)
    for view in VIEWS:
        np.testing.assert_array_equal(one.grams[view].rows, other.grams[view].rows)
        assert sorted(zip(*pair(one, view), strict=True)) == sorted(zip(*pair(other, view), strict=True))


def pair(features: Features, view: str) -> tuple[list[int], list[int]]:
    return features.grams[view].rows.tolist(), features.grams[view].ids.tolist()


@given(st.lists(PIECES, max_size=4))
def test_characters_are_those_of_scikit_learn(texts: list[str]) -> None:
    analyse = CountVectorizer(analyzer="char_wb", ngram_range=(2, 5)).build_analyzer()
    grams = character_grams(texts)
    assert (np.diff(grams.rows) >= 0).all()
    for row, text in enumerate(texts):
        found = Counter(grams.ids[grams.rows == row].tolist())
        # Hashes are compared by how often they occur, since their values mean nothing.
        assert sorted(found.values()) == sorted(Counter(analyse(fold(text))).values())


def test_equal_grams_have_equal_numbers() -> None:
    grams = character_grams(["ab", "xy AB", "ba"])
    of = [set(grams.ids[grams.rows == row].tolist()) for row in range(3)]
    assert of[0] < of[1]
    assert not of[0] & of[2]
    assert 0 <= grams.ids.min() <= grams.ids.max() < NUMBERS


def test_words_pairs_and_classes() -> None:
    tokens = _Tokens.of(["He’s here: he's here", "here"])
    words = tokens.words(b"word", pairs=True)
    assert np.bincount(words.rows).tolist() == [7, 1]  # four words, three pairs; the colon parts nothing
    assert len(set(words.ids.tolist())) == 4  # he's, here, and the pairs he's here, here he's
    assert len(tokens.words(b"word", pairs=False).ids) == 5
    assert not set(words.ids.tolist()) & set(tokens.words(b"context", pairs=False).ids.tolist())
    classes = tokens.classes()
    assert np.bincount(classes.rows).tolist() == [5 + 4 + 3, 1]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("London", "NNP"),
        ("the", "DT"),
        ("bush", "NN"),
        ("Bush", "NNP"),
        ("9th-x", "CD"),
        ("Qwzzly", "NNP"),
        ("qwzzly", "RB"),
        ("qwzzable", "JJ"),
        ("qwzz", "NN"),
    ],
)
def test_word_classes(word: str, expected: str) -> None:
    assert _word_class(word) == expected


def test_measures_by_hand() -> None:
    (row,) = _Tokens.of(["A GOOD, vile day!"]).measures()
    # In VADER "good" weighs 1.9; "vile" -1.9 × … is read from the lexicon itself.
    good, bad = vader()["good"], -vader()["vile"]
    assert row[:2] == pytest.approx([good, bad])
    assert row[2] == pytest.approx(max(good, bad))
    assert row[3:5] == pytest.approx([(good + bad) / 4, (good - bad) / 4])
    assert row[10] == pytest.approx(np.log(5))  # four words
    assert row[11] == pytest.approx(2 / 4)  # "A" and "GOOD" begin with a capital
    assert row[12] == 1  # "GOOD" is all capitals
    assert row[13] == pytest.approx((1 + 4 + 1 + 4 + 3 + 1) / 4)  # characters of all tokens, a word


def test_measures_of_parts_by_hand() -> None:
    """Of adjectives, adverbs, nouns, names and verbs: six columns each."""
    rows = _Tokens.of(["A terrible qwzzable plan in London, quickly.", ""]).measures_of_parts()
    valence, subjective, counts = vader(), textblob(), word_counts()
    adjectives, adverbs, nouns, names, verbs = rows[0].reshape(5, 6)
    assert counts.get("terrible", 0) > 0 == counts.get("qwzzable", 0)
    assert adjectives == pytest.approx(
        [
            *(-valence["terrible"], 0),
            *(subjective["terrible"], subjective["terrible"]),
            1 / 7,  # "qwzzable" is rare, of seven words
            np.log1p(counts["terrible"]) / 2,
        ]
    )
    assert nouns[-2:] == pytest.approx([0, np.log1p(counts["plan"])])
    assert names[-1] == pytest.approx(np.log1p(counts["london"]))
    assert adverbs[-1] == pytest.approx(np.log1p(counts["quickly"]))
    assert not verbs.any()
    assert not rows[1].any()


def test_a_unit_knows_its_place_and_context() -> None:
    features = unit_features([(TEXT, (FIRST, SECOND, WHOLE))])
    assert features.measures.shape == (3, MEASURES + PART_MEASURES)
    assert features.plain.measures.shape == (3, MEASURES)
    assert features.plain.measures[:, -4:].tolist() == [
        pytest.approx([0, 1, 0, np.log(50)]),
        pytest.approx([22 / 49, 0, np.log(23), np.log(50)]),
        pytest.approx([0, 1, 0, np.log(50)]),
    ]
    context = features.grams["context"]
    assert np.bincount(context.rows, minlength=3).tolist() == [7, 4, 0]
    same(features, unit_features([(TEXT, (FIRST, SECOND, WHOLE))]))


@given(st.lists(st.tuples(PIECES, st.integers(0, 3)), max_size=4))
def test_units_do_not_mind_their_neighbours(given_texts: list[tuple[str, int]]) -> None:
    """Features of a document are the same alone and among others, fresh and remembered."""
    jobs = [(text, ((0, len(text)), (0, min(cut, len(text))))) for text, cut in given_texts]
    together = unit_features(jobs)
    module._remembered.clear()
    same(together, Features.joined([unit_features([job]) for job in jobs]))


def test_chosen_units_are_those_of_their_numbers() -> None:
    features = unit_features([(TEXT, (FIRST, SECOND, WHOLE))])
    same(features.chosen(np.array([0, 2])), unit_features([(TEXT, (FIRST, WHOLE))]))
    assert features.chosen(np.arange(3)) is features


def test_no_more_is_remembered_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    module._remembered.clear()
    first = unit_features([("one two", ((0, 7),))])
    monkeypatch.setattr(module, "MOST_REMEMBERED", first.size)
    assert len(module._remembered) == 1
    unit_features([("three four", ((0, 10),))])
    assert [text for text, _ in module._remembered] in ([], ["three four"])
