"""What a trainable detector learns from, so that nothing learns from the documents it is scored on.

A dataset of enough documents is predicted by cross-validation over its documents; a smaller one by a
detector that was trained on another dataset.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from typing import cast

import numpy as np
from numpy.typing import NDArray

from benchmark import data
from benchmark.data import Dataset
from benchmark.detectors import Failure, build, describe, predict
from benchmark.errors import BenchError, UsageError
from benchmark.model import Annotation, Detector, Document, Prediction, TrainableDetector
from benchmark.projection import FEWEST_DOCUMENTS, read_any
from benchmark.spec import Spec
from benchmark.tasks import TASKS, bind

FOLDS = 7
"""Folds of a cross-validation; 28 reports make 7 folds of 4."""
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
        How many documents it has.
    folds
        Number of folds of the cross-validation; 0 for training on all documents of another dataset.
    seed
        Of the folds and the detector.
    """

    dataset: str
    version: str
    manifest_sha256: str
    documents: int
    folds: int
    seed: int

    @property
    def short(self) -> str:
        """For a table's row: "7-fold" or "28 docs"."""
        return f"{self.folds}-fold" if self.folds else f"{self.documents} docs"

    @property
    def signature(self) -> str:
        """For a signature: "cv7,seed=0" or "fictional_news@1.0.0+HASH,seed=0"."""
        source = f"{self.dataset}@{self.version}+{self.manifest_sha256[:12]}"
        return f"{f'cv{self.folds}' if self.folds else source},seed={self.seed}"


@dataclass(frozen=True)
class Output:
    """What a detector predicted for a dataset in one layer.

    Parameters
    ----------
    layer
        The layer.
    predictions
        One a document, in the dataset's order.
    failures
        The documents that it failed on.
    seconds, fit_seconds
        Wall-clock time of prediction and of training.
    training
        What it was trained on; None where it was not.
    """

    layer: str
    predictions: tuple[Prediction, ...]
    failures: tuple[Failure, ...]
    seconds: float
    fit_seconds: float
    training: Training | None = None


def folds(documents: int, count: int, seed: int) -> list[NDArray[np.int64]]:
    """Return the test documents of each fold: a partition of 0 … documents − 1, in random order."""
    order = np.random.default_rng(seed).permutation(documents)
    return [np.sort(part) for part in np.array_split(order, min(count, documents))]


def layer_gold(dataset: Dataset, layer: str) -> tuple[Annotation, ...] | None:
    """Return a dataset's gold in a layer, read from spans where a task says how; None where it has none."""
    if layer in dataset.gold:
        return dataset.gold[layer]
    for task in map(TASKS.get, TASKS):
        if task.layer == layer and task.reading == "any" and task.gold_layer in dataset.gold:
            bound = bind(task, dataset)
            return tuple(
                Annotation(gold.document, layer, units=read_any(bound, gold.document, gold.spans))
                for gold in dataset.gold[task.source]
            )
    return None


def layer_labels(dataset: Dataset, layer: str) -> tuple[str, ...]:
    """Return the labels that predictions in a layer may have; empty where the dataset does not say."""
    if layer in dataset.layers:
        return dataset.layers[layer].labels
    return next((task.labels for task in map(TASKS.get, TASKS) if task.layer == layer), ())


def takes_units(dataset: Dataset, layer: str) -> bool:
    """Return whether a layer is made of unit labels, not of spans."""
    if layer in dataset.layers:
        return dataset.layers[layer].kind == "units"
    return any(task.layer == layer and task.unit is not None for task in map(TASKS.get, TASKS))


def can_predict(detector: Detector, dataset: Dataset, layer: str) -> bool:
    """Return whether a detector predicts a layer, having something to learn it from where it must."""
    if layer not in detector.layers:
        return False
    return not must_fit(detector, layer) or _source(dataset, layer) is not None


def must_fit(detector: Detector, layer: str) -> bool:
    """Return whether a detector must be trained before it predicts a layer."""
    every = detector.layers if hasattr(detector, "fit") else frozenset()
    return layer in getattr(detector, "trained_layers", every)


@cache
def _training_dataset() -> Dataset:
    return data.load(TRAINING_DATASET)


def _source(dataset: Dataset, layer: str) -> Dataset | None:
    """Return the dataset to train on: the scored one itself for cross-validation, or None."""
    source = dataset if len(dataset.documents) >= FEWEST_DOCUMENTS else _training_dataset()
    return None if layer_gold(source, layer) is None else source


def run_detector(spec: Spec, dataset: Dataset, layer: str, seed: int) -> Output:
    """Build a detector, train it where it must be trained, and predict a layer of a dataset.

    Parameters
    ----------
    spec
        Which detector.
    dataset
        What to predict.
    layer
        A layer for which `can_predict` holds.
    seed
        For the detector and for the folds.

    Raises
    ------
    BenchError
        Where a text to predict is among the texts to learn from.
    UsageError
        Where the detector must be trained and there is no gold to learn from.
    """
    detector = build(spec, seed)
    if not must_fit(detector, layer):
        return _untrained(detector, dataset.documents, layer, layer_labels(dataset, layer))
    source = _source(dataset, layer)
    if source is None:
        raise UsageError(f"detector '{spec}' has nothing to learn layer '{layer}' from")
    if source is dataset:
        return _cross_validated(spec, dataset, layer, seed)
    refuse_shared(source.documents, dataset.documents)
    run = _Fitted(detector, source.documents, _gold(source, layer), layer)
    predictions, failures = run.predict(dataset.documents, layer_labels(dataset, layer))
    training = training_of(source, 0, seed)
    return Output(layer, tuple(predictions), tuple(failures), run.seconds, run.fit_seconds, training)


def predict_texts(spec: Spec, documents: Sequence[Document], layer: str, seed: int) -> Output:
    """Predict a layer of texts without gold, after training on the shipped reports where that is needed.

    Parameters
    ----------
    spec
        Which detector.
    documents
        The texts.
    layer
        A layer of the detector.
    seed
        For the detector.

    Raises
    ------
    UsageError
        Where the detector must be trained and the reports have no gold in the layer.
    """
    detector = build(spec, seed)
    source = _training_dataset()
    if not must_fit(detector, layer):
        return _untrained(detector, documents, layer, layer_labels(source, layer))
    if layer_gold(source, layer) is None:
        raise UsageError(f"detector '{spec}' must be trained for layer '{layer}', which {source.name} lacks")
    run = _Fitted(detector, source.documents, _gold(source, layer), layer)
    predictions, failures = run.predict(documents, layer_labels(source, layer))
    seconds = (run.seconds, run.fit_seconds)
    return Output(layer, tuple(predictions), tuple(failures), *seconds, training_of(source, 0, seed))


def _gold(source: Dataset, layer: str) -> tuple[Annotation, ...]:
    return cast(tuple[Annotation, ...], layer_gold(source, layer))


def training_of(source: Dataset, count: int, seed: int) -> Training:
    """Return the provenance of training on a dataset, by so many folds (0: on all of it)."""
    return Training(source.name, source.version, source.manifest_sha256, len(source.documents), count, seed)


def _untrained(
    detector: Detector, documents: Sequence[Document], layer: str, labels: Sequence[str]
) -> Output:
    began = time.perf_counter()
    predictions, failures = predict(detector, documents, layer, labels)
    return Output(layer, tuple(predictions), tuple(failures), time.perf_counter() - began, 0.0, None)


class _Fitted:
    """A detector trained on documents, with the time that this and its predictions took."""

    def __init__(
        self, detector: Detector, documents: Sequence[Document], gold: Sequence[Annotation], layer: str
    ) -> None:
        self.detector, self.layer = detector, layer
        self.error: str | None = None
        self.seconds = 0.0
        began = time.perf_counter()
        try:
            with redirect_stdout(sys.stderr):
                self.detector = cast(TrainableDetector, detector).fit(documents, gold, layer)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a detector of any origin may raise anything
            self.error = f"training failed: {describe(error)}"
        self.fit_seconds = time.perf_counter() - began

    def predict(
        self, documents: Sequence[Document], labels: Sequence[str]
    ) -> tuple[list[Prediction], list[Failure]]:
        if self.error is not None:
            return (
                [Prediction(document.id, self.layer) for document in documents],
                [Failure(document.id, self.error) for document in documents],
            )
        began = time.perf_counter()
        found = predict(self.detector, documents, self.layer, labels)
        self.seconds = time.perf_counter() - began
        return found


def _cross_validated(spec: Spec, dataset: Dataset, layer: str, seed: int) -> Output:
    documents, gold = dataset.documents, _gold(dataset, layer)
    found: dict[int, Prediction] = {}
    failures: list[Failure] = []
    seconds = fit_seconds = 0.0
    parts = folds(len(documents), FOLDS, seed)
    for test in parts:
        train = np.setdiff1d(np.arange(len(documents)), test)
        refuse_shared([documents[i] for i in train], [documents[i] for i in test])
        run = _Fitted(build(spec, seed), [documents[i] for i in train], [gold[i] for i in train], layer)
        predictions, failed = run.predict([documents[i] for i in test], layer_labels(dataset, layer))
        found.update(zip(test.tolist(), predictions, strict=True))
        failures.extend(failed)
        seconds, fit_seconds = seconds + run.seconds, fit_seconds + run.fit_seconds
    ordered = tuple(found[index] for index in range(len(documents)))
    place = {document.id: index for index, document in enumerate(documents)}
    failures.sort(key=lambda failure: place[failure.document])
    training = training_of(dataset, len(parts), seed)
    return Output(layer, ordered, tuple(failures), seconds, fit_seconds, training)


def refuse_shared(train: Sequence[Document], test: Sequence[Document]) -> None:
    """Raise where a text to be scored is among the texts that were learned from.

    Raises
    ------
    BenchError
        Which names the documents.
    """
    learned = {" ".join(document.text.split()): document.id for document in train}
    for document in test:
        twin = learned.get(" ".join(document.text.split()))
        if twin is not None:
            raise BenchError(f"document '{document.id}' is scored, and its text was learned from as '{twin}'")
