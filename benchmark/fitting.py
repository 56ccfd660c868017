"""One detector made ready: chosen for what it is asked for, or trained on gold and timed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from typing import cast

from benchmark.answers import Account, Stop
from benchmark.detectors import Failure, describe, predict, told
from benchmark.errors import BenchError, DetectorError, one_line
from benchmark.model import Annotation, Detector, Document, Prediction, TrainableDetector
from benchmark.subject import Subject


def ready_for(
    detector: Detector,
    subject: Subject,
    say: Callable[[str], None] | None = None,
    *,
    fresh: bool = False,
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
    """
    if hasattr(detector, "chosen"):
        name = detector.name
        with told(name, "method chosen"):
            detector = detector.chosen(subject)
        if not hasattr(detector, "predict"):
            raise DetectorError(f"detector '{name}': its method chosen returned {detector!r}, no detector")
    if say is not None and hasattr(detector, "progress"):
        detector.progress = say
    if fresh and hasattr(detector, "fresh"):
        detector.fresh = True
    return detector


def account_of(detector: Detector, documents: Sequence[Document], layer: str) -> Account | None:
    """Return what a detector tells of its predictions; None where it tells nothing.

    Raises
    ------
    DetectorError
        Where it fails, or tells something else.
    """
    if not hasattr(detector, "account"):
        return None
    with told(detector.name, "method account"):
        found = detector.account(documents, layer)
    if not isinstance(found, Account):
        raise DetectorError(f"detector '{detector.name}': its method account returned {found!r}, no Account")
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
    """

    def __init__(
        self,
        detector: Detector,
        gold: Sequence[Annotation],
        subject: Subject,
        say: Callable[[str], None] | None = None,
        where: str = "",
    ) -> None:
        self.detector, self.subject = ready_for(detector, subject), subject
        self.error: str | None = None
        self.seconds = 0.0
        if say is not None and hasattr(self.detector, "progress"):
            self.detector.progress = lambda text: say(f"{text}{where}")
        began = time.perf_counter()
        try:
            with redirect_stdout(sys.stderr):
                documents = [annotation.document for annotation in gold]
                self.detector = cast(TrainableDetector, self.detector).fit(documents, gold, subject.layer)
        except Stop as stop:
            raise BenchError(f"detector '{detector.name}': {one_line(str(stop))}") from stop
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
        found = predict(self.detector, documents, self.subject.layer, labels, self.subject.kind)
        self.seconds = time.perf_counter() - began
        return found
