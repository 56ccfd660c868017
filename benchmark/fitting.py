"""One detector made ready: chosen for what it is asked for, or trained on gold and timed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from typing import cast

from benchmark.answers import Account, Stop
from benchmark.asking import named, predict
from benchmark.checking import checked_account
from benchmark.detectors import Failure, checked_detector, told
from benchmark.errors import BenchError, DetectorError, describe, one_line, shortened
from benchmark.model import Annotation, Detector, Document, Prediction, TrainableDetector
from benchmark.provenance import Provenance
from benchmark.subject import Subject


def ready_for(
    detector: Detector,
    subject: Subject,
    say: Callable[[str], None] | None = None,
    *,
    fresh: bool = False,
    name: str = "",
) -> Detector:
    """Return what does a subject, told whom to report to and whether earlier answers count.

    Parameters
    ----------
    detector
        One that was built.
    subject
        What it is asked for.
    say
        Given to a detector that has an attribute `progress`.
    fresh
        Given to a detector that has an attribute `fresh`, as one has that keeps its answers.
    name
        What messages call the detector, its specification; "" for its own name.

    Raises
    ------
    DetectorError
        Where its method `chosen` fails or returns no detector, or what it is told cannot be set.
    """
    name = name or detector.name
    if hasattr(detector, "chosen"):
        with told(name, "method chosen"):
            chosen: object = detector.chosen(subject)
        if not hasattr(chosen, "predict"):
            raise DetectorError(f"detector '{name}': its method chosen returned {named(chosen)}, no detector")
        detector = checked_detector(name, chosen)
    with told(name, "provenance"):
        known: object = getattr(detector, "provenance", None)
    if known is not None and not isinstance(known, Provenance):
        raise DetectorError(f"detector '{name}': its provenance is {named(known)}, and no Provenance")
    if say is not None:
        _tell(detector, "progress", say, name)
    if fresh:
        _tell(detector, "fresh", True, name)
    return detector


def _tell(detector: Detector, attribute: str, value: object, name: str) -> None:
    """Set an attribute of a detector that has it.

    Raises
    ------
    DetectorError
        Where it cannot be set.
    """
    if hasattr(detector, attribute):
        with told(name, f"attribute {attribute}", "cannot be set"):
            setattr(detector, attribute, value)


def account_of(
    detector: Detector, documents: Sequence[Document], layer: str, name: str = ""
) -> Account | None:
    """Return what a detector tells of its predictions; None where it tells nothing.

    Parameters
    ----------
    detector
        Who predicted.
    documents
        What was predicted; the detector gets a list of its own.
    layer
        The layer.
    name
        What messages call the detector, its specification; "" for its own name.

    Raises
    ------
    DetectorError
        Where it fails, or tells something else.
    """
    if not hasattr(detector, "account"):
        return None
    name = name or detector.name
    with told(name, "method account"):
        found: object = detector.account(list(documents), layer)
    try:
        return checked_account(documents, found, layer)
    except (TypeError, ValueError) as error:
        said = shortened(one_line(str(error)))
        raise DetectorError(f"detector '{name}': its method account returned {said}") from error


def trained(
    detector: Detector,
    documents: Sequence[Document],
    gold: Sequence[Annotation],
    layer: str,
    name: str = "",
) -> Detector:
    """Train a detector, on lists of its own, and return what its `fit` returned.

    Parameters
    ----------
    detector
        Who learns.
    documents, gold
        n documents, and the annotation of each.
    layer
        What is learned.
    name
        What messages call the detector, its specification; "" for its own name.

    Raises
    ------
    DetectorError
        Where that is no detector.
    """
    with redirect_stdout(sys.stderr):  # what a detector prints must not stand in our tables
        found = cast(TrainableDetector, detector).fit(list(documents), list(gold), layer)
    if not hasattr(found, "predict"):
        raise DetectorError(
            f"detector '{name or detector.name}': fit returned {named(found)}: it has to return self"
        )
    return found


class Fitted:
    """A detector trained on gold, with the time that this and its predictions took.

    Parameters
    ----------
    detector
        What to train.
    gold
        What it learns from, with the documents.
    subject
        What it learns; a detector that has a method `chosen` is told.
    say
        Given to a detector that has an attribute `progress`.
    where
        Ends what `say` is called with: ", fold 2 of 5".
    name
        What messages call the detector, its specification; "" for its own name.

    Raises
    ------
    DetectorError
        Where what it returns is no detector, or what it is told cannot be set.
    BenchError
        Where it says that it can learn nothing at all.
    """

    def __init__(
        self,
        detector: Detector,
        gold: Sequence[Annotation],
        subject: Subject,
        say: Callable[[str], None] | None = None,
        where: str = "",
        *,
        name: str = "",
    ) -> None:
        self.name = name or detector.name
        self.detector, self.subject = ready_for(detector, subject, name=self.name), subject
        self.error: str | None = None
        self.seconds = 0.0
        if say is not None:
            _tell(self.detector, "progress", lambda text: say(f"{text}{where}"), self.name)
        began = time.perf_counter()
        try:
            documents = [annotation.document for annotation in gold]
            self.detector = trained(self.detector, documents, gold, subject.layer, self.name)
        except Stop as stop:
            raise BenchError(f"detector '{self.name}': {one_line(str(stop))}") from stop
        except DetectorError:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a detector of any origin may raise anything
            self.error = f"training failed: {describe(error)}"
        self.fit_seconds = time.perf_counter() - began

    def predict(
        self, documents: Sequence[Document], labels: Sequence[str]
    ) -> tuple[list[Prediction], list[Failure]]:
        """Return a prediction for each document and the failures; after a failed training, all fail."""
        if self.error is not None:
            return (
                [Prediction(document.id, self.subject.layer) for document in documents],
                [Failure(document.id, self.error) for document in documents],
            )
        began = time.perf_counter()
        layer, kind = self.subject.layer, self.subject.kind
        found = predict(self.detector, documents, layer, labels, kind, name=self.name)
        self.seconds = time.perf_counter() - began
        return found
