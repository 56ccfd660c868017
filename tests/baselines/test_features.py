"""Features of tokens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.features import (
    CHAIN,
    NUMBERS,
    _quoted,
    _repeated,
    _ruled,
    _times,
    line_of_tokens,
    sentence_of_tokens,
    shape,
    token_features,
)
from baselines.spans import columns
from baselines.spans.columns import Columns
from benchmark.model import Document, offsets
from benchmark.segmentation import segment

FEATURES = token_features(segment("any", "A text.")).shape[1]


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
        assert ids.shape == (len(document.tokens), FEATURES)
        assert ids.dtype == np.int32
        assert ids.min() >= 0
        assert ids.max() < NUMBERS
        assert not ids.flags.writeable

    def test_neighbours_are_told_apart_by_place(self) -> None:
        ids = token_features(segment("a", "red red red"))
        # All three are the same word, and only what stands around them differs.
        assert len(set(ids[1].tolist())) > 60
        assert 0 < (ids[0] != ids[1]).sum() < FEATURES

    def test_far_words_do_not_matter(self) -> None:
        """Of a token ten words away only what is said of sentence and document can differ."""
        first = token_features(segment("a", "alpha " + "word " * 10 + "omega"))
        second = token_features(segment("a", "gamma " + "word " * 10 + "omega"))
        assert np.array_equal(first[-1], second[-1])
        assert not np.array_equal(first[1], second[1])

    def test_does_not_depend_on_other_documents(self) -> None:
        first, second = segment("a", "One two three."), segment("b", "Two four.")
        alone = token_features(first).copy()
        token_features(second)
        assert np.array_equal(token_features(segment("c", first.text)), alone)

    def test_an_empty_document_has_no_rows(self) -> None:
        assert token_features(segment("a", "")).shape == (0, FEATURES)

    def test_tokens_without_sentences_are_one(self) -> None:
        document = Document("a", "One two", offsets([]), offsets([(0, 3), (4, 7)]))
        assert sentence_of_tokens(document).tolist() == [0, 0]
        assert token_features(document).shape == (2, FEATURES)

    def test_a_field_sees_some_of_them(self) -> None:
        assert len(set(CHAIN.tolist())) == len(CHAIN) < FEATURES
        assert CHAIN.max() < FEATURES

    @given(st.text())
    def test_any_text_has_features(self, text: str) -> None:
        document = segment("a", text)
        assert token_features(document).shape == (len(document.tokens), FEATURES)


def test_lines_and_sentences_of_tokens() -> None:
    document = segment("a", "One. Two!\n\nThree")
    assert sentence_of_tokens(document).tolist() == [1, 1, 2, 2, 3]
    assert line_of_tokens(document).tolist() == [1, 1, 1, 1, 2]


def test_rules_mark_the_parts_of_attributions() -> None:
    document = segment("a", "The mayor said that the bridge was safe.")
    said, cue = _ruled(document)
    words = [document.text[start:end] for start, end in document.tokens.tolist()]
    assert [word for word, is_cue in zip(words, cue, strict=True) if is_cue] == ["said"]
    assert said[words.index("mayor")] & 1
    assert said[words.index("said")] == 2 + 16
    assert said[words.index("bridge")] == 4
    assert not _ruled(segment("b", "It rained."))[0].any()


def test_times() -> None:
    assert _times(np.array([7, 3, 7, 7], dtype=np.uint32)).tolist() == [3, 1, 3, 3]


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
        model = Columns.of(np.array([[3, 5], [5, 7], [7, 9]], dtype=np.int32))
        assert model.known.tolist() == [5, 7]
        matrix = model.matrix(np.array([[3, 5], [5, 7], [9, 9]], dtype=np.int32)).toarray()
        assert matrix == pytest.approx(np.array([[1, 0], [0.5**0.5, 0.5**0.5], [0, 0]]))

    def test_counts_in_blocks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ids = np.array([[3, 5], [5, 7], [7, 9]], dtype=np.int32)
        monkeypatch.setattr(columns, "_BLOCK", 2)
        assert Columns.of(ids).known.tolist() == [5, 7]

    def test_can_know_all_or_nothing(self) -> None:
        ids = np.array([[3, 5]], dtype=np.int32)
        assert Columns.of(ids, at_least=1).matrix(ids).toarray() == pytest.approx(np.full((1, 2), 0.5**0.5))
        assert Columns.of(ids).matrix(ids).shape == (1, 0)

    def test_a_table_has_the_weight_of_every_number(self) -> None:
        table = Columns(np.array([2, 9], dtype=np.int32)).table(np.array([0.5, -1.0]))
        assert table.shape == (NUMBERS,)
        assert (table[2], table[9], np.abs(table).sum()) == (0.5, -1.0, 1.5)

    @pytest.mark.parametrize("known", [[3, 3], [5, 2], [-1, 4], [1, NUMBERS]])
    def test_refuses_broken_numbers(self, known: list[int]) -> None:
        with pytest.raises(ValueError, match="numbers of the features are broken"):
            Columns.stored(np.array(known, dtype=np.int32))
