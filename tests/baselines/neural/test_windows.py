"""Windows of texts, and words put together from their pieces."""

from __future__ import annotations

import numpy as np
import pytest
import tiny_transformer as tiny
from hypothesis import given
from hypothesis import strategies as st

from baselines.neural.windows import Window, heard, pieces_in_words, windows_of
from benchmark.model import offsets
from benchmark.segmentation import segment


def window(*edges, own=None):
    pairs = np.array(edges, dtype=np.int64).reshape(-1, 2)
    return Window({}, pairs, pairs[:, 0] < pairs[:, 1] if own is None else np.array(own))


def byte_tokenizer():
    """Bytes, as the family of RoBERTa has them: a letter beyond ASCII is several pieces."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {piece: number for number, piece in enumerate([*tiny.MARKS, *alphabet])}
    made = Tokenizer(models.BPE(vocabulary, [], unk_token=tiny.UNKNOWN))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    made.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(
                single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
            ),
        ]
    )
    return tiny.wrapped(made)


def blank_tokenizer():
    """Words with the blank before them, as SentencePiece has them, over normalised text."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    pieces = [*tiny.MARKS, "▁", "▁vile", "e", "v", "i", "l", "ffi", "ce"]
    made = Tokenizer(
        models.Unigram([(piece, -float(number)) for number, piece in enumerate(pieces)], 1, True)
    )
    made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    return tiny.wrapped(made)


def test_pieces_belong_to_the_words_whose_characters_they_hold():
    words = offsets([(0, 4), (5, 9), (9, 10), (12, 15)])
    pieces, of = pieces_in_words(window((0, 0), (0, 2), (2, 4), (4, 9), (8, 13), (10, 11), (15, 16)), words)
    # A mark has no characters, (4, 9) is the second word with its blank, (8, 13) holds parts of three.
    assert list(zip(pieces.tolist(), of.tolist(), strict=True)) == [
        (1, 0),
        (2, 0),
        (3, 1),
        (4, 1),
        (4, 2),
        (4, 3),
    ]


def test_a_word_has_the_mean_over_its_pieces():
    words = offsets([(0, 4), (5, 9), (10, 11)])
    found = heard(words, [window((0, 2), (2, 4), (5, 9))], [np.array([[0.2, 0.8], [0.6, 0.4], [0.1, 0.9]])])
    np.testing.assert_allclose(found.chances, [[0.4, 0.6], [0.1, 0.9], [0.0, 0.0]])
    np.testing.assert_allclose(found.openings, [[0.2, 0.8], [0.1, 0.9], [0.0, 0.0]])
    assert found.seen.tolist() == [True, True, False]


def test_windows_are_merged_by_the_mean_and_one_that_cuts_a_word_does_not_count():
    """Words a (one piece), b (two), c (one); windows [a b1], [a b1 b2], [b2 c], [b1 b2 c]."""
    words = offsets([(0, 1), (2, 4), (5, 6)])
    a, b1, b2, c = (0, 1), (2, 3), (3, 4), (5, 6)
    windows = [window(a, b1), window(a, b1, b2), window(b2, c), window(b1, b2, c)]
    said = [[0.1, 0.9], [0.3, 0.4, 0.6], [0.95, 0.2], [0.2, 0.4, 0.6]]
    found = heard(words, windows, [np.array([[x, 1 - x] for x in row]) for row in said])
    # a: (.1 + .3) / 2. b: only the windows with both pieces, (.5 + .3) / 2. c: (.2 + .6) / 2.
    np.testing.assert_allclose(found.chances[:, 0], [0.2, 0.4, 0.4])
    np.testing.assert_allclose(found.openings[:, 0], [0.2, (0.4 + 0.2) / 2, 0.4])
    np.testing.assert_allclose(found.chances.sum(axis=1), 1)


def test_a_word_longer_than_a_window_is_read_from_what_holds_most_of_it():
    words = offsets([(0, 5)])
    windows = [window((0, 1), (1, 2)), window((2, 3), (3, 4)), window((4, 5))]
    found = heard(words, windows, [np.array([[0.1], [0.3]]), np.array([[0.5], [0.7]]), np.array([[1.0]])])
    np.testing.assert_allclose(found.chances, [[0.4]])


def test_windows_overlap_by_the_stride_and_cover_everything():
    tokenizer = tiny.known_tokenizer(["a", "b", "c", "d", "e", "f", "g"])
    found = windows_of(tokenizer, "a b c d e f g", 5, 1)  # two marks and three pieces, one of them shared
    texts = [["abcdefg"[start // 2] for start, _ in w.edges[w.own].tolist()] for w in found]
    assert texts == [["a", "b", "c"], ["c", "d", "e"], ["e", "f", "g"]]
    assert all(set(w.inputs) == {"input_ids", "attention_mask"} and len(w) == 5 for w in found)


@pytest.mark.parametrize(
    "make", [lambda: tiny.known_tokenizer(["vi", "##le"]), byte_tokenizer, blank_tokenizer]
)
def test_offsets_are_exact_in_strange_texts(make):
    text = (
        "😀 e\u0301 Vile\r\nİ\u00a0ﬃce “vile”, וילי vile\n👩\u200d👩\u200d👧 vile\ud800 vile "
        + "x" * 40
        + " vile"
    )
    document, tokenizer = segment("d", text), make()
    windows = windows_of(tokenizer, text, 12, 3)
    ones = [np.ones((len(w), 1)) for w in windows]
    found = heard(document.tokens, windows, ones)
    words = [text[start:end] for start, end in document.tokens.tolist()]
    assert words.count("vile") == 5
    assert all(seen for seen, word in zip(found.seen.tolist(), words, strict=True) if word.lower() == "vile")
    np.testing.assert_allclose(found.chances[found.seen], 1)
    for one in windows:
        edges = one.edges[one.own]
        assert (edges >= 0).all()
        assert (edges <= len(text)).all()
        assert (np.diff(edges[:, 0]) >= 0).all()
    covered = {at for w in windows for start, end in w.edges[w.own].tolist() for at in range(start, end)}
    assert {at for at, letter in enumerate(text) if letter.isascii() and letter.isalpha()} <= covered


def test_several_pieces_of_one_letter_are_all_its_word():
    text = "é 😀"
    windows = windows_of(byte_tokenizer(), text, 20, 2)
    _, of = pieces_in_words(windows[0], segment("d", text).tokens)
    # The tokenizer puts a blank before the text, which is a piece of the first letter.
    assert np.bincount(of).tolist() == [1 + 2, 4]


@pytest.mark.parametrize("text", ["", " \n\t", "\ud800"])
def test_a_text_without_pieces_has_windows_of_marks_alone(text):
    for one in windows_of(tiny.known_tokenizer(["a"]), text, 8, 2):
        assert not one.own.any() or text == "\ud800"


FRAGMENTS = (
    "vile",
    "VILE",
    "vilé",
    "vile\u0301",
    "x",
    "villa",
    "😀",
    "👩\u200d👧",
    "שלום",
    "\u202e12",
    "—",
    "“",
    "İ",
)
BLANKS = (" ", "  ", "\n", "\r\n", "\u00a0", "\t", "\u2028")


@given(
    st.lists(st.tuples(st.sampled_from(FRAGMENTS), st.sampled_from(BLANKS)), max_size=30), st.integers(6, 12)
)
def test_a_word_is_heard_where_it_stands(parts, size):
    """A model that knows the pieces of "vile" alone hears it in every word that is one, and in no other."""
    text = "".join(fragment + blank for fragment, blank in parts)
    document, tokenizer = segment("d", text), TOKENIZER
    windows = windows_of(tokenizer, text, size, 2)
    known = {tokenizer.convert_tokens_to_ids(piece) for piece in ("vi", "##le")}
    said = [np.array([[float(number in known)] for number in w.inputs["input_ids"]]) for w in windows]
    found = heard(document.tokens, windows, said)
    words = [text[start:end].strip() for start, end in document.tokens.tolist()]
    hits = [word for word, chance in zip(words, found.chances[:, 0], strict=True) if chance == 1]
    assert hits == [word for word in words if word in FRAGMENTS[:4]]
    assert not [w for w, c in zip(words, found.chances[:, 0], strict=True) if 0 < c < 1]


TOKENIZER = tiny.known_tokenizer(["vi", "##le"])
