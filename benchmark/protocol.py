"""How a dataset is divided into what is learned from and what is scored.

A published split is scored by what was trained on the training split; anything else by cross-validation,
which keeps the documents of a group, and those with (nearly) the same text, on one side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from benchmark.data import Dataset
from benchmark.errors import UsageError, suggest
from benchmark.subject import layer_gold
from benchmark.tasks import Task

Places = NDArray[np.int64]

FEW_FOLDS, MANY_FOLDS = 5, 7
"""Folds of a cross-validation over more than `SMALL` documents, and over fewer: 28 reports make 7 of 4."""
SMALL = 100
TRAIN = "train"
HELD_OUT = ("test", "dev", "validation", "valid", "val")
"""The splits that are scored where none is named, the first that there is."""


@dataclass(frozen=True)
class Protocol:
    """Which documents are scored, and how the rest of the data is used.

    Parameters
    ----------
    split
        The split that is scored; None for the whole dataset.
    folds
        Of the cross-validation within what is scored; None for training on the training split where the
        scored one is another, else for a number that suits the size.
    stratified
        Whether folds hold each label of the scored units in equal shares. Documents without a label are left
        out then.
    grouped
        Whether groups and near-duplicates are kept on one side.
    seed
        Of the folds.
    name
        "published" where it is what the corpus's papers did, else empty.
    """

    split: str | None = None
    folds: int | None = None
    stratified: bool = False
    grouped: bool = True
    seed: int = 0
    name: str = ""


@dataclass(frozen=True)
class Published:
    """What the papers on a corpus did.

    Parameters
    ----------
    protocol
        How they divided it.
    headlines
        Metric and score by task, where they report another one than the task's own headline.
    """

    protocol: Protocol
    headlines: Mapping[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))


PUBLISHED: Mapping[str, Published] = {
    "ptc": Published(Protocol(split="dev")),
    "babe": Published(
        Protocol(folds=5, stratified=True, grouped=False, seed=42),
        {"bias": ("classification", "weighted_f1")},
    ),
    "polnear": Published(Protocol(split="test")),
    "semeval2023_task3": Published(Protocol(split="dev")),
    "semeval2021_task6": Published(Protocol(split="test")),
    "checkthat2025_task1": Published(Protocol(split="test")),
}


def published(dataset: Dataset) -> Published:
    """Return what the papers on a dataset did.

    Raises
    ------
    UsageError
        Where it is not known, or the dataset lacks the split that they scored.
    """
    found = PUBLISHED.get(dataset.corpus)
    if found is None:
        raise UsageError(
            f"dataset '{dataset.name}' has no published protocol; those of {', '.join(PUBLISHED)} are known: "
            "choose --split or --folds yourself"
        )
    split = found.protocol.split
    if split is not None and split not in dataset.splits:
        raise UsageError(
            f"the published protocol scores split '{split}', and this copy of '{dataset.name}' has only "
            f"{', '.join(dataset.splits)}"
        )
    return replace(found, protocol=replace(found.protocol, name="published"))


@dataclass(frozen=True)
class Part:
    """Documents that are predicted by what was learned from others.

    Parameters
    ----------
    test
        Places of the predicted documents among the scored ones.
    source
        The dataset that is learned from.
    train
        Places of the learned documents in it.
    """

    test: Places
    source: Dataset
    train: Places


@dataclass(frozen=True)
class Division:
    """A dataset divided by a protocol.

    Parameters
    ----------
    scored
        What of the dataset is scored.
    split
        Its split; None for the whole dataset.
    parts
        A partition of the scored documents, each with what it is learned from.
    folds
        Number of folds; 0 where one training serves all.
    trained_on
        The split that is learned from; None for cross-validation, or for a dataset as a whole.
    group
        What was kept on one side of the folds: the dataset's groups, or "".
    """

    scored: Dataset
    split: str | None
    parts: tuple[Part, ...]
    folds: int
    trained_on: str | None
    group: str


def default_split(dataset: Dataset) -> str | None:
    """Return the split that is scored where none is named: a held-out one beside a training split."""
    if TRAIN not in dataset.splits:
        return None
    return next((split for split in HELD_OUT if split in dataset.splits), None)


def chosen_split(dataset: Dataset, protocol: Protocol) -> str | None:
    """Return the split that a protocol scores of a dataset.

    Raises
    ------
    UsageError
        Where the dataset has no such split.
    """
    if protocol.split is None:
        return default_split(dataset) if protocol.folds is None else None
    if protocol.split not in dataset.splits:
        known = suggest(protocol.split, dataset.splits)
        raise UsageError(f"dataset '{dataset.name}' has no split '{protocol.split}'{known}")
    return protocol.split


def scored_part(dataset: Dataset, protocol: Protocol, task: Task | None = None) -> Dataset:
    """Return what a protocol scores of a dataset in a task.

    Raises
    ------
    UsageError
        Where the dataset has no such split.
    """
    split = chosen_split(dataset, protocol)
    wanted = set(dataset.splits[split]) if split is not None else None
    gold = layer_gold(dataset, task.layer) if protocol.stratified and task is not None else None
    places = [
        place
        for place, document in enumerate(dataset.documents)
        if (wanted is None or document.id in wanted) and (gold is None or _label(gold[place].units))
    ]
    return dataset if len(places) == len(dataset.documents) else dataset.only(places)


def divide(dataset: Dataset, protocol: Protocol, task: Task) -> Division:
    """Divide a dataset of enough documents.

    Parameters
    ----------
    dataset
        The whole dataset.
    protocol
        How.
    task
        Bound to the dataset; a stratified protocol needs its labels.

    Raises
    ------
    UsageError
        Where the dataset has no such split, or too few documents or groups for the folds.
    """
    scored = scored_part(dataset, protocol, task)
    split = chosen_split(dataset, protocol)
    if protocol.folds is None and split is not None and split != TRAIN:
        return _by_split(dataset, scored, split)
    wanted = protocol.folds or (MANY_FOLDS if len(scored.documents) <= SMALL else FEW_FOLDS)
    if protocol.stratified:
        tests = _stratified(scored, task, wanted, protocol.seed)
    else:
        groups = groups_of(scored) if protocol.grouped else list(range(len(scored.documents)))
        tests = folds(groups, wanted, protocol.seed)
    if len(tests) < 2:
        raise UsageError(f"dataset '{dataset.name}': one group alone cannot be divided into folds")
    everything = np.arange(len(scored.documents))
    parts = tuple(Part(test, scored, np.setdiff1d(everything, test)) for test in tests)
    grouped = scored.group if protocol.grouped and not protocol.stratified else ""
    return Division(scored, split, parts, len(tests), None, grouped)


def _by_split(dataset: Dataset, scored: Dataset, split: str) -> Division:
    """Train on the training split or, where there is none, on all other splits."""
    learned = {TRAIN} if TRAIN in dataset.splits else set(dataset.splits) - {split}
    if not learned:
        raise UsageError(
            f"dataset '{dataset.name}' has no other split than '{split}' to learn from; "
            "give --folds to cross-validate within it"
        )
    inside = {name for split_name in learned for name in dataset.splits[split_name]}
    source = dataset.only([i for i, document in enumerate(dataset.documents) if document.id in inside])
    part = Part(np.arange(len(scored.documents)), source, np.arange(len(source.documents)))
    return Division(scored, split, (part,), 0, "+".join(sorted(learned)), "")


def folds(groups: Sequence[int], count: int, seed: int) -> list[Places]:
    """Divide documents into folds of nearly equal size, each group within one.

    The groups come in random order, larger ones first, each to the smallest fold so far.

    Parameters
    ----------
    groups
        The number of each document's group, n of them.
    count
        Number of folds; no more than there are groups are made.
    seed
        Of the order.

    Returns
    -------
    list
        The places of each fold's documents, ascending: a partition of 0 … n − 1.
    """
    _, owner = np.unique(np.array(groups, dtype=np.int64), return_inverse=True)
    sizes = np.bincount(owner)
    order = np.random.default_rng(seed).permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]
    count = min(count, len(sizes))
    fold_of, filled = np.empty(len(sizes), dtype=np.int64), np.zeros(count, dtype=np.int64)
    for group in order.tolist():
        fold_of[group] = np.argmin(filled)
        filled[fold_of[group]] += sizes[group]
    return [np.flatnonzero(fold_of[owner] == fold) for fold in range(count)]


def groups_of(dataset: Dataset) -> list[int]:
    """Return the number of each document's group; documents with (nearly) the same text share one too."""
    from benchmark.contamination import duplicates

    parent = list(range(len(dataset.documents)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    first: dict[str, int] = {}
    for place, document in enumerate(dataset.documents):
        if document.group is not None:
            parent[root(place)] = root(first.setdefault(document.group, place))
    for twins in duplicates(dataset.fingerprints):
        for place in twins[1:]:
            parent[root(place)] = root(twins[0])
    return [root(place) for place in range(len(parent))]


def _stratified(dataset: Dataset, task: Task, count: int, seed: int) -> list[Places]:
    """Return the folds that scikit-learn's shuffled StratifiedKFold makes, as published protocols do."""
    from sklearn.model_selection import StratifiedKFold

    gold = layer_gold(dataset, task.layer) or ()
    labels = [_label(annotation.units) for annotation in gold]
    if not labels or len(set(labels)) < 2 or min(map(labels.count, set(labels))) < count:
        raise UsageError(
            f"task '{task.name}' of '{dataset.name}' cannot be divided into {count} stratified folds: that "
            f"takes documents with one label each, and at least {count} documents of every label"
        )
    splitter = StratifiedKFold(n_splits=count, shuffle=True, random_state=seed)
    return [np.sort(test) for _, test in splitter.split(np.zeros(len(labels)), labels)]


def _label(units: Sequence[object]) -> str | None:
    """Return the label of a document's one unit, None where it has none or there are several units."""
    labels = getattr(units[0], "labels", ()) if len(units) == 1 else ()
    return labels[0] if labels else None
