"""Which documents datasets share with each other, and the splits of one dataset among themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmark.contamination import Fingerprints, Shared, shared, twins
from benchmark.data import Dataset, load
from benchmark.errors import UsageError, suggest


@dataclass(frozen=True)
class Collection:
    """The documents of a dataset, or of one of its splits.

    Parameters
    ----------
    name
        "DATASET" or "DATASET:SPLIT".
    fingerprints
        Of its documents.
    splits
        The places of each split's documents, where there are several.
    """

    name: str
    fingerprints: Fingerprints
    splits: tuple[tuple[str, tuple[int, ...]], ...] = ()


@dataclass(frozen=True)
class Overlap:
    """The documents of one collection that have a twin in another one, or in the same.

    Parameters
    ----------
    collection, other
        Their names; equal where twins within one collection are meant.
    documents
        Number of documents of the first.
    shared
        Those that have a twin, named as `test`, and the twin as `train`.
    """

    collection: str
    other: str
    documents: int
    shared: tuple[Shared, ...]


def collection(name: str) -> Collection:
    """Return the documents that "DATASET" or "DATASET:SPLIT" names.

    Raises
    ------
    UsageError
        Where there is no such dataset or split.
    DataError
        Where the dataset is broken.
    """
    path, colon, split = name.rpartition(":")
    if not colon:
        return of_dataset(load(name))
    dataset = load(path)
    if split not in dataset.splits:
        raise UsageError(f"dataset '{path}' has no split '{split}'{suggest(split, dataset.splits)}")
    return Collection(name, dataset.fingerprints.only(_places(dataset, split)))


def of_dataset(dataset: Dataset) -> Collection:
    """Return the documents of a dataset with its splits."""
    several = dataset.splits if len(dataset.splits) > 1 else ()
    splits = tuple((split, _places(dataset, split)) for split in several)
    return Collection(dataset.name, dataset.fingerprints, splits)


def matrix(collections: Sequence[Collection]) -> list[Overlap]:
    """Return the overlap of each collection with each, row by row; on the diagonal that within it."""
    return [
        Overlap(row.name, column.name, len(row.fingerprints), _between(row, column))
        for row in collections
        for column in collections
    ]


def splits(collections: Iterable[Collection]) -> list[Overlap]:
    """Return the overlap of each split with those before it, for the splits that share documents."""
    found = []
    for one in collections:
        for number, (name, places) in enumerate(one.splits):
            for before, others in one.splits[:number]:
                both = shared(one.fingerprints.only(others), one.fingerprints.only(places))
                if both:
                    found.append(Overlap(f"{one.name}:{name}", f"{one.name}:{before}", len(places), both))
    return found


def _between(row: Collection, column: Collection) -> tuple[Shared, ...]:
    if row is column:
        return twins(row.fingerprints)
    return shared(column.fingerprints, row.fingerprints)


def _places(dataset: Dataset, split: str) -> tuple[int, ...]:
    members = set(dataset.splits[split])
    return tuple(place for place, document in enumerate(dataset.documents) if document.id in members)
