"""What a detector learned from, or was shown, and what tells whether it saw a document there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from benchmark import data
from benchmark.data import Dataset
from benchmark.fingerprints import Fingerprints

TRAINING_DATASET = "fictional_news"
"""What detectors are trained on that are scored on a dataset too small for cross-validation."""


@dataclass(frozen=True)
class Training:
    """What a detector learned from.

    Parameters
    ----------
    dataset
        Name of the dataset.
    version, manifest_sha256
        Which state of it.
    documents
        How many documents it has, or its training split.
    folds
        Number of folds of the cross-validation; 0 where one training serves all.
    seed
        Of the folds; of the detector where there are none.
    split
        The split that was learned from; None for a whole dataset.
    group
        What the folds kept on one side; "" where there are no groups.
    stratified
        Whether the folds hold the labels in equal shares.
    grouped
        Whether the folds keep groups and near-duplicates on one side.
    detector_seed
        Of the detector where that of the folds is another; None where it is the same, or it has none.
    shots
        How many examples out of it were shown to a detector that learned nothing else; 0 for one that was
        trained.
    """

    dataset: str
    version: str
    manifest_sha256: str
    documents: int
    folds: int
    seed: int
    split: str | None = None
    group: str = ""
    stratified: bool = False
    grouped: bool = True
    detector_seed: int | None = None
    shots: int = 0

    @property
    def short(self) -> str:
        """For a table's row: "7-fold", "28 docs" or "3 shots"."""
        if self.shots:
            return "1 shot" if self.shots == 1 else f"{self.shots} shots"
        return f"{self.folds}-fold" if self.folds else f"{self.documents} docs"

    @property
    def signature(self) -> str:
        """For a signature: "cv5,group=triplet,seed=42" or "ptc@2020+HASH/train,seed=0"."""
        if self.folds:
            how = [f"cv{self.folds}", *([f"group={self.group}"] if self.group else [])]
            how += ["stratified"] if self.stratified else []
            how += [] if self.grouped else ["ungrouped"]
        else:
            how = [
                f"{self.dataset}@{self.version}+{self.manifest_sha256[:12]}"
                + (f"/{self.split}" if self.split else "")
            ]
        how += [f"shots={self.shots}"] if self.shots else []
        own = [] if self.detector_seed is None else [f"detector={self.detector_seed}"]
        return ",".join([*how, f"seed={self.seed}", *own])


@dataclass(frozen=True)
class Provenance:
    """What tells whether a detector saw a document in training, or as an example.

    Parameters
    ----------
    training
        What it learned from.
    fingerprints
        Of the documents that it learned from.
    """

    training: Training
    fingerprints: Fingerprints


@cache
def training_dataset() -> Dataset:
    """Return the dataset that detectors learn from for datasets too small for cross-validation."""
    return data.load(TRAINING_DATASET)


def training_of(source: Dataset, count: int, seed: int) -> Training:
    """Return the provenance of training on a dataset, by so many folds (0: on all of it)."""
    return Training(source.name, source.version, source.manifest_sha256, len(source.documents), count, seed)
