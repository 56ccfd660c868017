"""Features of tokens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.features import (
    NUMBERS,
    WINDOW,
    Columns,
    _quoted,
    _repeated,
    sentence_of_tokens,
    shape,
    token_features,
)
from benchmark.model import Document, offsets
from benchmark.segmentation import segment

ALONE, AROUND, PLACES = 7, 2 * WINDOW + 1, 5


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("USA", "X"),
        ("Ankara", "Xx"),
        ("don’t", "x’x"),
        ("1,000", "9,9"),
        ("TB2", "X9"),
        ("", ""),
        ("中文", "x"),
    ],
)
def test_shape(word: str, expected: str) -> None:
    assert shape(word) == expected


class TestTokenFeatures:
    def test_has_a_row_a_token(self) -> None:
        document = segment("a", "Ice melts. It is “gone”.\n\nWhy?")
        ids = token_features(document)
        assert ids.shape == (len(document.tokens), ALONE * AROUND + PLACES)
        assert ids.min() >= 0
        assert ids.max() < NUMBERS

    def test_neighbours_are_told_apart_by_place(self) -> None:
        ids = token_features(segment("a", "red green blue"))
        own, before = slice(WINDOW * ALONE, (WINDOW + 1) * ALONE), slice((WINDOW - 1) * ALONE, WINDOW * ALONE)
        assert not set(ids[1, own]) & set(ids[1, before])
        # "red" before "green" is the same to it as "red" before any other word.
        other = token_features(segment("a", "red blue"))
        assert np.array_equal(ids[1, before], other[1, before])

    def test_does_not_depend_on_other_documents(self) -> None:
        first, second = segment("a", "One two three."), segment("b", "Two four.")
        alone = token_features(first).copy()
        token_features(second)
        assert np.array_equal(token_features(segment("c", first.text)), alone)

    def test_scores_of_lexicons_count(self) -> None:
        # The same prefix, suffixes and shape, and another form, valence and subjectivity.
        ids = token_features(segment("a", "terrible terxible"))
        own = ids[:, WINDOW * ALONE : (WINDOW + 1) * ALONE]
        assert (own[0] != own[1]).sum() == 3

    def test_an_empty_document_has_no_rows(self) -> None:
        assert token_features(segment("a", "")).shape == (0, ALONE * AROUND + PLACES)

    def test_tokens_without_sentences_are_one(self) -> None:
        document = Document("a", "One two", offsets([]), offsets([(0, 3), (4, 7)]))
        assert sentence_of_tokens(document).tolist() == [0, 0]
        assert token_features(document).shape[0] == 2

    @given(st.text())
    def test_any_text_has_features(self, text: str) -> None:
        document = segment("a", text)
        assert token_features(document).shape == (len(document.tokens), ALONE * AROUND + PLACES)


def test_quoted_minds_pairs_and_lines() -> None:
    words = ["a", "“", "b", "”", "c", '"', "d", '"', "e", "“", "f", "g"]
    lines = [1] * 11 + [2]
    inside = [word for word, quoted in zip(words, _quoted(words, lines), strict=True) if quoted]
    assert inside == ["b", "d", "f"]
    assert _quoted([], []) == []


def test_repeated_minds_case_and_length() -> None:
    assert _repeated(["Drone", "drone", "the", "the"]) == [False, True, False, False]


class TestColumns:
    def test_knows_what_occurs_twice(self) -> None:
        columns = Columns.of(np.array([[3, 5], [5, 7], [7, 9]], dtype=np.int32))
        assert columns.count == 2
        matrix = columns.matrix(np.array([[3, 5], [5, 7], [9, 9]], dtype=np.int32)).toarray()
        assert matrix == pytest.approx(np.array([[1, 0], [0.5**0.5, 0.5**0.5], [0, 0]]))

    def test_can_know_all_or_nothing(self) -> None:
        ids = np.array([[3, 5]], dtype=np.int32)
        assert Columns.of(ids, at_least=1).matrix(ids).toarray() == pytest.approx(np.full((1, 2), 0.5**0.5))
        assert Columns.of(ids).matrix(ids).shape == (1, 0)
