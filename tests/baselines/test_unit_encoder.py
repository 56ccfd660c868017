"""Rows of units, against scikit-learn's TF-IDF and log ratios worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from baselines.unit_encoder import FEWEST, Block, Encoder, Table, encoder_kinds
from baselines.unit_features import MEASURES, Features, unit_features

TEXTS = ["the vile plan", "the plan, the plan", "a calm day", "vile the"]
NEW = ["a vile, vile day and more", "", "plan"]


def features(texts: list[str]) -> Features:
    return unit_features([(text, ((0, len(text)),)) for text in texts]).plain


def fitted(*blocks: Block, held: tuple[bool, ...] = (True, False, False, True)) -> tuple[Encoder, Table]:
    table = Table.of(features(TEXTS), sorted({block.view for block in blocks}))
    return Encoder.fit(table, blocks, 0.5, np.array(held)), table


def test_idf_is_that_of_scikit_learn() -> None:
    encoder, table = fitted(Block("words", "idf"))
    reference = TfidfVectorizer(token_pattern=r"\w+", ngram_range=(1, 2), sublinear_tf=True).fit(TEXTS)
    for texts, rows in ((TEXTS, encoder.encode(table)), (NEW, encoder.encode(encoder.table(features(NEW))))):
        own = rows.toarray()[:, : len(encoder.columns[0])]
        expected = reference.transform(texts).toarray()
        assert own.shape == expected.shape
        # The columns stand in another order, which products of rows do not mind.
        np.testing.assert_allclose(own @ own.T, expected @ expected.T, atol=1e-12)
        np.testing.assert_allclose(np.sort(own), np.sort(expected), atol=1e-12)


def test_ratio_by_hand() -> None:
    encoder, table = fitted(Block("words", "ratio"))
    # Units 0 and 3 hold the label. Words and pairs, counted once a unit: the, vile, plan, "the vile",
    # "vile plan", "vile the" in these; the, plan, a, calm, day, "the plan", "plan the", "a calm", "calm day"
    # in the others.
    alone = features(["vile"]).grams["words"].ids[0]
    weight = dict(zip(encoder.columns[0].tolist(), encoder.weights[0].tolist(), strict=True))[int(alone)]
    columns = 13
    assert len(encoder.columns[0]) == columns
    inside = (2 + 1) / (8 + columns)  # 2 · the, 2 · vile, plan, and three pairs
    outside = (0 + 1) / (9 + columns)
    assert weight == pytest.approx(np.log(inside / outside))
    rows = encoder.encode(table).toarray()[:, :columns]
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1)


def test_measures_are_standardised_and_cut() -> None:
    encoder, table = fitted(Block("words", "idf"))
    own = encoder.encode(table).toarray()[:, -MEASURES:] / 0.5
    varying = table.measures.std(axis=0) > 1e-9
    np.testing.assert_allclose(own[:, varying].mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(own[:, varying].std(axis=0), 1)
    assert not own[:, ~varying].any()
    far = encoder.encode(encoder.table(features(["VILE! " * 500]))).toarray()[:, -MEASURES:] / 0.5
    assert np.abs(far).max() == 4


def test_an_unknown_text_has_measures_alone() -> None:
    encoder, _ = fitted(Block("words", "idf"), Block("characters", "ratio"))
    rows = encoder.encode(encoder.table(features(["зима", ""]))).toarray()
    assert rows.shape == (2, encoder.width)
    assert not rows[:, :-MEASURES].any()


def test_rare_grams_are_left_out() -> None:
    table = Table.of(features(TEXTS), ["characters"])
    often = np.bincount(table.counts["characters"].indices)
    assert often.min() >= FEWEST["characters"] == 2


def test_counting_leaves_the_features_as_they_are() -> None:
    before = features(TEXTS)
    kept = {view: grams.ids.copy() for view, grams in before.grams.items()}
    Table.of(before, list(kept))
    for view, ids in kept.items():
        np.testing.assert_array_equal(before.grams[view].ids, ids)


def test_arrays_make_the_same_encoder() -> None:
    blocks = (Block("words", "idf"), Block("classes", "ratio"))
    encoder, table = fitted(*blocks)
    arrays = encoder.arrays()
    assert arrays.keys() == encoder_kinds(2).keys()
    again = Encoder.of_arrays(blocks, 0.5, arrays)
    np.testing.assert_array_equal(again.encode(table).toarray(), encoder.encode(table).toarray())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"columns0": np.array([5, 3], dtype=np.int32)}, "columns of 'words' are broken"),
        ({"columns0": np.array([-1], dtype=np.int32)}, "columns of 'words' are broken"),
        ({"columns0": np.array([1 << 22], dtype=np.int32)}, "columns of 'words' are broken"),
        ({"weights0": np.ones(1)}, "columns of 'words' are broken"),
        ({"mean": np.ones(1)}, "measures are broken"),
        ({"spread": np.zeros(MEASURES)}, "measures are broken"),
    ],
)
def test_broken_arrays_are_refused(change: dict[str, np.ndarray], message: str) -> None:
    blocks = (Block("words", "idf"),)
    encoder, _ = fitted(*blocks)
    with pytest.raises(ValueError, match=message):
        Encoder.of_arrays(blocks, 0.5, encoder.arrays() | change)


@pytest.mark.parametrize("block", [Block("letters", "idf"), Block("words", "bm25")])
def test_unknown_blocks_are_refused(block: Block) -> None:
    encoder, _ = fitted(Block("words", "idf"))
    with pytest.raises(ValueError, match=f"unknown block of columns: {block.view}, {block.weighing}"):
        Encoder.of_arrays((block,), 0.5, encoder.arrays())
