"""Predictions by detectors that never saw what they predict: trained elsewhere, fold by fold, or not at all.

A dataset of enough documents is divided by a protocol (`benchmark.protocol`); a smaller one is predicted by
a detector that was trained on the shipped reports. What was learned from is compared with what is predicted,
and documents found on both sides are reported.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from benchmark.answers import Account
from benchmark.asking import predict
from benchmark.contamination import Fingerprints, Shared, shared
from benchmark.data import Dataset
from benchmark.detectors import Builder, Failure, build
from benchmark.errors import UsageError
from benchmark.examples import show_examples
from benchmark.fitting import Fitted, account_of, ready_for
from benchmark.model import Annotation, Detector, Document, Prediction
from benchmark.projection import FEWEST_DOCUMENTS
from benchmark.protocol import TRAIN, Division, Part, Protocol, divide, scored_part
from benchmark.provenance import Training, training_dataset, training_of
from benchmark.spec import Spec
from benchmark.subject import Subject, layer_gold, layer_labels, lesson, must_fit, texts
from benchmark.tasks import Task


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
    account
        What the detector tells of its predictions; None where it tells nothing.
    """

    layer: str
    predictions: tuple[Prediction, ...]
    failures: tuple[Failure, ...]
    seconds: float
    fit_seconds: float
    training: Training | None = None
    shared: tuple[Shared, ...] = ()
    account: Account | None = None


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
    fresh
        Whether a detector that keeps answers of earlier runs asks anew.
    make
        Builds the detector; None for a new one.
    """

    dataset: Dataset
    task: Task
    protocol: Protocol
    seed: int
    fresh: bool = False
    make: Builder | None = None

    def build(self, spec: Spec) -> Detector:
        """Return the detector to be asked."""
        return build(spec, self.seed) if self.make is None else self.make(spec)


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
    detector = ready_for(order.build(spec), subject, say, fresh=order.fresh, name=str(spec))
    labels = layer_labels(order.dataset, subject.layer) or subject.labels
    if not must_fit(detector, subject):
        scored = scored_part(order.dataset, order.protocol, order.task)
        known = getattr(detector, "provenance", None) or show_examples(
            spec, detector, subject, (scored.name,)
        )
        # A model may know labels that this dataset lacks; they are not scored.
        free = hasattr(detector, "provenance") or hasattr(detector, "labels_for")
        output = _untrained(spec, detector, texts(scored, subject), subject, () if free else labels)
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
        taught = [gold[place] for place in part.train]
        run = Fitted(build(spec, order.seed), taught, subject, say, where, name=str(spec))
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


def predict_texts(
    spec: Spec, documents: Sequence[Document], subject: Subject, seed: int, *, fresh: bool = False
) -> Output:
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
    fresh
        Whether a detector that keeps answers of earlier runs asks anew.

    Raises
    ------
    UsageError
        Where the detector must be trained and the reports have no gold in the layer.
    """
    detector = ready_for(build(spec, seed), subject, fresh=fresh, name=str(spec))
    source = training_dataset()
    if not must_fit(detector, subject):
        # A model may know other labels than the reports have.
        labels = () if hasattr(detector, "provenance") else subject.labels
        known = show_examples(spec, detector, subject, ())
        output = _untrained(spec, detector, documents, subject, labels)
        return output if known is None else replace(output, training=known.training)
    gold = lesson(source, subject)
    if gold is None:
        raise UsageError(
            f"detector '{spec}' must be trained for layer '{subject.layer}', which {source.name} lacks"
        )
    run = Fitted(detector, gold, subject, name=str(spec))
    predictions, failures = run.predict(documents, layer_labels(source, subject.layer))
    training = training_of(source, 0, seed)
    both = shared(source.fingerprints, Fingerprints.of(documents))
    return Output(
        subject.layer, tuple(predictions), tuple(failures), run.seconds, run.fit_seconds, training, both
    )


def _untrained(
    spec: Spec, detector: Detector, documents: Sequence[Document], subject: Subject, labels: Sequence[str]
) -> Output:
    began = time.perf_counter()
    layer = subject.layer
    predictions, failures = predict(detector, documents, layer, labels, subject.kind, name=str(spec))
    seconds = time.perf_counter() - began
    account = account_of(detector, documents, layer, str(spec))
    return Output(layer, tuple(predictions), tuple(failures), seconds, 0.0, None, account=account)
