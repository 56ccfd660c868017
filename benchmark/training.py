"""Predictions by detectors that never saw what they predict: trained elsewhere, fold by fold, or not at all.

A dataset of enough documents is divided by a protocol (`benchmark.protocol`); a smaller one is predicted by
a detector that was trained on the shipped reports. What was learned from is compared with what is predicted,
and documents found on both sides are reported.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from functools import cache
from typing import cast

import numpy as np

from benchmark import data
from benchmark.contamination import Fingerprints, Shared, shared
from benchmark.data import Dataset
from benchmark.detectors import Failure, build, describe, predict
from benchmark.errors import UsageError
from benchmark.model import Annotation, Detector, Document, Prediction, TrainableDetector
from benchmark.projection import FEWEST_DOCUMENTS
from benchmark.protocol import TRAIN, Division, Part, Protocol, divide, scored_part
from benchmark.spec import Spec
from benchmark.subject import Subject, layer_gold, layer_labels, lesson, must_fit, texts
from benchmark.tasks import Task

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

    @property
    def short(self) -> str:
        """For a table's row: "7-fold" or "28 docs"."""
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
        own = [] if self.detector_seed is None else [f"detector={self.detector_seed}"]
        return ",".join([*how, f"seed={self.seed}", *own])


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
    shared
        The predicted documents whose text was (nearly) learned from.
    """

    layer: str
    predictions: tuple[Prediction, ...]
    failures: tuple[Failure, ...]
    seconds: float
    fit_seconds: float
    training: Training | None = None
    shared: tuple[Shared, ...] = ()


@dataclass(frozen=True)
class Order:
    """What is to be predicted, and how.

    Parameters
    ----------
    dataset
        The whole dataset.
    task
        Bound to the dataset.
    protocol
        How the dataset is divided.
    seed
        For the detector.
    """

    dataset: Dataset
    task: Task
    protocol: Protocol
    seed: int


@cache
def training_dataset() -> Dataset:
    """Return the dataset that detectors learn from for datasets too small for cross-validation."""
    return data.load(TRAINING_DATASET)


def elsewhere(order: Order) -> Dataset | None:
    """Return the dataset that is learned from where the scored one is too small to be divided, or None."""
    return training_dataset() if is_small(order.dataset, order.protocol) else None


def is_small(dataset: Dataset, protocol: Protocol) -> bool:
    """Return whether a dataset has too few documents to be divided unasked."""
    named = protocol.folds is not None or (protocol.split not in (None, TRAIN) and TRAIN in dataset.splits)
    return not named and len(dataset.documents) < FEWEST_DOCUMENTS


def can_learn(order: Order, subject: Subject) -> bool:
    """Return whether there is gold that a subject can be learned from."""
    return layer_gold(elsewhere(order) or order.dataset, subject.layer) is not None


def divided(order: Order) -> Division:
    """Return how an order's dataset is divided.

    Raises
    ------
    UsageError
        Where it cannot be divided as the protocol says.
    """
    other = elsewhere(order)
    if other is None:
        return divide(order.dataset, order.protocol, order.task)
    scored = scored_part(order.dataset, order.protocol, order.task)
    part = Part(np.arange(len(scored.documents)), other, np.arange(len(other.documents)))
    return Division(scored, order.protocol.split, (part,), 0, None, "")


def run_detector(
    spec: Spec, order: Order, subject: Subject, say: Callable[[str], None] | None = None
) -> Output:
    """Build a detector, train it where it must be trained, and predict what is scored of a dataset.

    Parameters
    ----------
    spec
        Which detector.
    order
        What to predict.
    subject
        What the detector is asked for.
    say
        Called with what a training that takes long is doing.

    Raises
    ------
    UsageError
        Where the detector must be trained and there is no gold to learn from, or the dataset cannot be
        divided.
    """
    detector = build(spec, order.seed)
    if hasattr(detector, "chosen"):
        detector = detector.chosen(subject)
    labels = layer_labels(order.dataset, subject.layer) or subject.labels
    if not must_fit(detector, subject):
        scored = scored_part(order.dataset, order.protocol, order.task)
        known = getattr(detector, "provenance", None)
        # A model may know labels that this dataset lacks; they are not scored.
        output = _untrained(detector, texts(scored, subject), subject.layer, () if known else labels)
        if known is None:
            return output
        both = shared(known.fingerprints, scored.fingerprints)
        return replace(output, training=known.training, shared=both)
    if not can_learn(order, subject):
        raise UsageError(f"detector '{spec}' has nothing to learn layer '{subject.layer}' from")
    return _trained(spec, order, subject, labels, detector_seed(detector), say)


def _trained(
    spec: Spec,
    order: Order,
    subject: Subject,
    labels: Sequence[str],
    seed: int | None,
    say: Callable[[str], None] | None,
) -> Output:
    division = divided(order)
    documents = texts(division.scored, subject)
    found: dict[int, Prediction] = {}
    failures: list[Failure] = []
    both: list[Shared] = []
    seconds = fit_seconds = 0.0
    for number, part in enumerate(division.parts, 1):
        gold = cast(tuple[Annotation, ...], lesson(part.source, subject))
        test = [documents[place] for place in part.test]
        where = f", fold {number} of {division.folds}" if division.folds else ""
        run = Fitted(
            build(spec, order.seed), [gold[place] for place in part.train], subject.layer, say, where
        )
        predictions, failed = run.predict(test, labels)
        found.update(zip(part.test.tolist(), predictions, strict=True))
        failures.extend(failed)
        both.extend(_shared(part, division))
        seconds, fit_seconds = seconds + run.seconds, fit_seconds + run.fit_seconds
    place = {document.id: index for index, document in enumerate(documents)}
    return Output(
        subject.layer,
        tuple(found[index] for index in range(len(documents))),
        tuple(sorted(failures, key=lambda failure: place[failure.document])),
        seconds,
        fit_seconds,
        _training(division, order, seed),
        tuple(sorted(both, key=lambda twin: place[twin.test])),
    )


def _shared(part: Part, division: Division) -> tuple[Shared, ...]:
    """Return which documents of a part are (nearly) among those that it is learned from."""
    train, test = part.source.fingerprints, division.scored.fingerprints
    return shared(train.only(part.train), test.only(part.test))


def detector_seed(detector: Detector) -> int | None:
    """Return the seed of a detector, which its specification may have set; None where it has none."""
    seed = getattr(detector, "seed", None)
    return seed if isinstance(seed, int) else None


def _training(division: Division, order: Order, seed: int | None) -> Training:
    source, protocol = division.parts[0].source, order.protocol
    main = protocol.seed if division.folds else order.seed if seed is None else seed
    return Training(
        source.name,
        source.version,
        source.manifest_sha256,
        len(source.documents),
        division.folds,
        main,
        division.trained_on,
        division.group,
        stratified=protocol.stratified and division.folds > 0,
        grouped=protocol.grouped or not division.folds,
        detector_seed=None if seed == main else seed,
    )


def training_of(source: Dataset, count: int, seed: int) -> Training:
    """Return the provenance of training on a dataset, by so many folds (0: on all of it)."""
    return Training(source.name, source.version, source.manifest_sha256, len(source.documents), count, seed)


def predict_texts(spec: Spec, documents: Sequence[Document], subject: Subject, seed: int) -> Output:
    """Predict texts without gold, after training on the shipped reports where that is needed.

    Parameters
    ----------
    spec
        Which detector.
    documents
        The texts.
    subject
        What the detector is asked for.
    seed
        For the detector.

    Raises
    ------
    UsageError
        Where the detector must be trained and the reports have no gold in the layer.
    """
    detector = build(spec, seed)
    if hasattr(detector, "chosen"):
        detector = detector.chosen(subject)
    source = training_dataset()
    if not must_fit(detector, subject):
        # A model may know other labels than the reports have.
        labels = () if hasattr(detector, "provenance") else subject.labels
        return _untrained(detector, documents, subject.layer, labels)
    gold = lesson(source, subject)
    if gold is None:
        raise UsageError(
            f"detector '{spec}' must be trained for layer '{subject.layer}', which {source.name} lacks"
        )
    run = Fitted(detector, gold, subject.layer)
    predictions, failures = run.predict(documents, layer_labels(source, subject.layer))
    training = training_of(source, 0, seed)
    both = shared(source.fingerprints, Fingerprints.of(documents))
    return Output(
        subject.layer, tuple(predictions), tuple(failures), run.seconds, run.fit_seconds, training, both
    )


def _untrained(
    detector: Detector, documents: Sequence[Document], layer: str, labels: Sequence[str]
) -> Output:
    began = time.perf_counter()
    predictions, failures = predict(detector, documents, layer, labels)
    return Output(layer, tuple(predictions), tuple(failures), time.perf_counter() - began, 0.0, None)


class Fitted:
    """A detector trained on gold, with the time that this and its predictions took.

    Parameters
    ----------
    detector
        What to train.
    gold
        What it learns from, with the documents.
    layer
        The layer that it learns.
    say
        Given to a detector that has an attribute `progress`.
    where
        Ends what `say` is called with: ", fold 2 of 5".
    """

    def __init__(
        self,
        detector: Detector,
        gold: Sequence[Annotation],
        layer: str,
        say: Callable[[str], None] | None = None,
        where: str = "",
    ) -> None:
        self.detector, self.layer = detector, layer
        self.error: str | None = None
        self.seconds = 0.0
        if say is not None and hasattr(detector, "progress"):
            detector.progress = lambda text: say(f"{text}{where}")
        began = time.perf_counter()
        try:
            with redirect_stdout(sys.stderr):
                documents = [annotation.document for annotation in gold]
                self.detector = cast(TrainableDetector, detector).fit(documents, gold, layer)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a detector of any origin may raise anything
            self.error = f"training failed: {describe(error)}"
        self.fit_seconds = time.perf_counter() - began

    def predict(
        self, documents: Sequence[Document], labels: Sequence[str]
    ) -> tuple[list[Prediction], list[Failure]]:
        """Return a prediction for each document and the failures; after a failed training, all fail."""
        if self.error is not None:
            return (
                [Prediction(document.id, self.layer) for document in documents],
                [Failure(document.id, self.error) for document in documents],
            )
        began = time.perf_counter()
        found = predict(self.detector, documents, self.layer, labels)
        self.seconds = time.perf_counter() - began
        return found
