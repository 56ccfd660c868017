"""How datasets are divided: what is learned from and what is scored never meet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedKFold

from benchmark.errors import UsageError
from benchmark.model import Unit
from benchmark.protocol import (
    FEW_FOLDS,
    MANY_FOLDS,
    PUBLISHED,
    SMALL,
    Protocol,
    chosen_split,
    default_split,
    divide,
    folds,
    groups_of,
    published,
    scored_part,
)
from benchmark.tasks import task_of

LONG = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen."


@settings(deadline=None)
@given(st.lists(st.integers(0, 15), min_size=1, max_size=60), st.integers(1, 12), st.integers(0, 5))
def test_folds_are_a_partition_that_keeps_groups_whole(groups, count, seed):
    parts = folds(groups, count, seed)
    assert len(parts) == min(count, len(set(groups)))
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(groups)))
    assert all(part.tolist() == sorted(part.tolist()) and len(part) for part in parts)
    sides = [{groups[place] for place in part} for part in parts]
    assert sum(map(len, sides)) == len(set(groups))
    # A fold gets a group only where it is the smallest, so that no two differ by more than a group.
    sizes = [len(part) for part in parts]
    largest = max(map(groups.count, groups))
    assert max(sizes) - min(sizes) <= largest


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 12), st.integers(0, 5))
def test_folds_of_documents_that_stand_alone_are_nearly_equal(documents, count, seed):
    sizes = [len(part) for part in folds(range(documents), count, seed)]
    assert max(sizes) - min(sizes) <= 1


def test_folds_depend_on_the_seed_and_on_nothing_else():
    first, again, other = (np.concatenate(folds(range(28), 7, seed)).tolist() for seed in (0, 0, 1))
    assert first == again != other
    assert [len(part) for part in folds(range(28), 7, 0)] == [4] * 7
    # What the groups are called does not matter, only which documents share one.
    renamed = folds([7, 7, 3, 3, 9], 3, 4)
    assert [part.tolist() for part in renamed] == [part.tolist() for part in folds([1, 1, 0, 0, 2], 3, 4)]


def test_large_groups_are_dealt_out_first():
    sizes = sorted(len(part) for part in folds([0] * 4 + [1] * 3 + [2] * 2 + [3], 2, 0))
    assert sizes == [5, 5]


def texts(count):
    return [f"Text {index} is here." for index in range(count)]


def made(dataset_of, count=24, **more):
    return dataset_of(texts(count), [[]] * count, **more)


@pytest.mark.parametrize(
    ("splits", "scored"),
    [
        (("train", "dev", "test"), "test"),
        (("train", "dev"), "dev"),
        (("train", "extra"), None),
        (("dev", "test"), None),
        (("train",), None),
    ],
)
def test_the_split_that_is_scored_where_none_is_named(dataset_of, splits, scored):
    dataset = made(dataset_of, splits={name: [place] for place, name in enumerate(splits)})
    assert default_split(dataset) == chosen_split(dataset, Protocol()) == scored
    assert chosen_split(dataset, Protocol(folds=3)) is None
    assert chosen_split(dataset, Protocol(split=splits[0], folds=3)) == splits[0]
    with pytest.raises(UsageError, match="dataset 'small' has no split 'tran'"):
        chosen_split(dataset, Protocol(split="tran"))


def ids(dataset, places):
    return [dataset.documents[place].id for place in places]


def split_dataset(dataset_of, **more):
    splits = {"train": range(12), "dev": range(12, 16), "test": range(16, 24)}
    return made(dataset_of, splits=splits, **more)


@pytest.mark.parametrize(("split", "first", "last"), [(None, 16, 23), ("dev", 12, 15)])
def test_a_held_out_split_is_predicted_by_what_learned_from_the_training_split(
    dataset_of, split, first, last
):
    dataset = split_dataset(dataset_of)
    division = divide(dataset, Protocol(split=split), task_of(dataset, "technique"))
    (part,) = division.parts
    assert ids(division.scored, part.test) == [f"d{index}" for index in range(first, last + 1)]
    assert ids(part.source, part.train) == [f"d{index}" for index in range(12)]
    assert (division.split, division.folds, division.trained_on) == (split or "test", 0, "train")
    assert set(part.source.splits) == {"train"}


def test_without_a_training_split_the_other_splits_are_learned_from(dataset_of):
    dataset = made(dataset_of, splits={"b": range(8), "a": range(8, 16), "c": range(16, 24)})
    division = divide(dataset, Protocol(split="c"), task_of(dataset, "technique"))
    assert division.trained_on == "a+b"
    assert ids(division.parts[0].source, division.parts[0].train) == [f"d{index}" for index in range(16)]


def test_a_lone_split_has_nothing_to_learn_from(dataset_of):
    dataset = made(dataset_of)
    with pytest.raises(UsageError, match="no other split than 'test' to learn from; give --folds"):
        divide(dataset, Protocol(split="test"), task_of(dataset, "technique"))


@pytest.mark.parametrize(
    ("protocol", "size", "count"),
    [
        (Protocol(folds=4), 24, 4),
        (Protocol(split="train"), 12, MANY_FOLDS),
        (Protocol(split="train", folds=3), 12, 3),
        (Protocol(split="test", folds=8), 8, 8),
    ],
)
def test_cross_validation_is_within_what_is_scored(dataset_of, protocol, size, count):
    dataset = split_dataset(dataset_of)
    division = divide(dataset, protocol, task_of(dataset, "technique"))
    assert (len(division.scored.documents), len(division.parts), division.folds) == (size, count, count)
    assert (division.trained_on, division.split) == (None, protocol.split)
    tested = [name for part in division.parts for name in ids(division.scored, part.test)]
    assert sorted(tested) == sorted(document.id for document in division.scored.documents)
    for part in division.parts:
        assert part.source is division.scored
        assert sorted([*part.test, *part.train]) == list(range(size))


def test_large_datasets_have_fewer_folds(dataset_of):
    for size, count in ((SMALL, MANY_FOLDS), (SMALL + 1, FEW_FOLDS)):
        dataset = made(dataset_of, size)
        assert divide(dataset, Protocol(), task_of(dataset, "technique")).folds == count


def test_groups_are_on_one_side(dataset_of):
    groups = [f"event {index // 3}" for index in range(24)]
    dataset = made(dataset_of, groups=groups, group="triplet")
    division = divide(dataset, Protocol(folds=5, seed=2), task_of(dataset, "technique"))
    assert (division.group, division.folds) == ("triplet", 5)
    for part in division.parts:
        sides = [{dataset.documents[place].group for place in side} for side in (part.test, part.train)]
        assert not sides[0] & sides[1]
    loose = divide(dataset, Protocol(folds=5, grouped=False), task_of(dataset, "technique"))
    assert loose.group == ""
    assert any(
        {groups[place] for place in part.test} & {groups[place] for place in part.train}
        for part in loose.parts
    )


def test_one_group_cannot_be_divided(dataset_of):
    dataset = made(dataset_of, groups=["event"] * 24, group="event")
    with pytest.raises(UsageError, match="one group alone cannot be divided into folds"):
        divide(dataset, Protocol(), task_of(dataset, "technique"))


def test_nearly_equal_texts_share_a_group(dataset_of):
    near = LONG.replace("sixteen", "and more")
    dataset = dataset_of(
        [LONG, "Another text.", near, "  another\nTEXT. ", "A third."],
        [[]] * 5,
        groups=[None, "one", None, None, "one"],
    )
    found = groups_of(dataset)
    assert len(set(found)) == 2
    assert found[0] == found[2]
    assert found[1] == found[3] == found[4]


def test_nearly_equal_texts_are_on_one_side(dataset_of):
    both = [LONG, LONG.replace("sixteen", "and more")]
    dataset = dataset_of([*texts(11), both[0], *texts(22)[11:], both[1]], [[]] * 24)
    for seed in range(8):
        division = divide(dataset, Protocol(folds=12, seed=seed), task_of(dataset, "technique"))
        assert [11 in part.test for part in division.parts] == [23 in part.test for part in division.parts]


def labelled(dataset_of, labels):
    """A dataset of sentences with one label each, "" for none, as BABE has them."""
    sentences = [f"Sentence {index}." for index in range(len(labels))]
    units = [
        [Unit(0, len(text), (label,) if label else ())] for text, label in zip(sentences, labels, strict=True)
    ]
    return dataset_of(sentences, units={"bias": units}, unit="sentence", name="babe", corpus="babe")


@pytest.mark.parametrize("count", [53, 120])
def test_the_published_protocol_of_babe_is_scikit_learns(dataset_of, count):
    rng = np.random.default_rng(count)
    labels = rng.choice(["Biased", "Non-biased", ""], count, p=[0.5, 0.4, 0.1]).tolist()
    dataset = labelled(dataset_of, labels)
    found = published(dataset)
    assert found.headlines == {"bias": ("classification", "weighted_f1")}
    assert (found.protocol.seed, found.protocol.folds, found.protocol.name) == (42, 5, "published")
    task = task_of(dataset, "bias")
    division = divide(dataset, found.protocol, task)
    decided = [(f"d{place}", label) for place, label in enumerate(labels) if label]
    assert [document.id for document in division.scored.documents] == [name for name, _ in decided]
    splitter = StratifiedKFold(n_splits=5, shuffle=True, random_state=42)
    expected = list(splitter.split(decided, [label for _, label in decided]))
    for part, (train, test) in zip(division.parts, expected, strict=True):
        assert part.test.tolist() == test.tolist()
        assert part.train.tolist() == train.tolist()
    assert scored_part(dataset, replace(found.protocol, stratified=False), task) is dataset


@pytest.mark.parametrize(
    "labels", [["Biased"] * 20, ["Biased"] * 20 + ["Non-biased"] * 4, [""] * 20], ids=["one", "few", "none"]
)
def test_too_few_labels_cannot_be_stratified(dataset_of, labels):
    dataset = labelled(dataset_of, labels)
    with pytest.raises(UsageError, match="cannot be divided into 5 stratified folds"):
        divide(dataset, published(dataset).protocol, task_of(dataset, "bias"))


def test_spans_cannot_be_stratified(dataset_of):
    dataset = made(dataset_of)
    with pytest.raises(UsageError, match="task 'technique' of 'small' cannot be divided"):
        divide(dataset, Protocol(folds=2, stratified=True), task_of(dataset, "technique"))


def test_what_the_papers_did_is_known_for_some_corpora(dataset_of):
    with pytest.raises(UsageError, match="'small' has no published protocol; those of ptc, babe"):
        published(made(dataset_of))
    with pytest.raises(UsageError, match="scores split 'dev', and this copy of 'small' has only test"):
        published(made(dataset_of, corpus="ptc"))
    dataset = made(dataset_of, corpus="ptc", splits={"train": range(20), "dev": range(20, 24)})
    assert published(dataset).protocol == Protocol(split="dev", name="published")
    assert all(found.protocol.name == "" for found in PUBLISHED.values())
