"""Asking a detector of any origin for predictions: what it returns is counted, put in order and checked."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Collection, Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from typing import cast

from benchmark.answers import Stop
from benchmark.checking import checked
from benchmark.detectors import Failure
from benchmark.errors import (
    BenchError,
    DetectorError,
    DetectorWarning,
    describe,
    keeping,
    one_line,
    shortened,
)
from benchmark.model import Detector, Document, Prediction


def predict(
    detector: Detector,
    documents: Sequence[Document],
    layer: str,
    labels: Collection[str],
    kind: str = "",
    *,
    name: str = "",
) -> tuple[list[Prediction], list[Failure]]:
    """Ask a detector for a layer; a document that it fails on costs that document alone.

    It gets a list of its own, which it may sort or empty. Predictions in another order than that of the
    documents are put in order by the documents that they name.

    Parameters
    ----------
    detector
        Fitted where it needs to be.
    documents
        n documents.
    layer
        One of the detector's layers.
    labels
        The labels of the layer, for the check of what comes back.
    kind
        What the layer is made of, for the same; "" where that is not known.
    name
        What messages call the detector, its specification; "" for its own name.

    Returns
    -------
    predictions
        n predictions, empty ones for documents that failed.
    failures
        The documents that failed.

    Raises
    ------
    DetectorError
        Where `predict` returns no list at all.
    BenchError
        Where the detector says that it can predict no document at all.
    """
    name = name or detector.name
    found = _attempt(detector, documents, layer, name)
    if isinstance(found, _Fault) and found.what == NO_LIST:
        raise DetectorError(f"detector '{name}': {found.error}")
    if isinstance(found, _Fault) and len(documents) > 1:
        answers = _one_by_one(detector, documents, layer, name, found)
    else:
        answers = [found] * len(documents) if isinstance(found, _Fault) else _in_order(documents, found)
    predictions: list[Prediction] = []
    failures: list[Failure] = []
    for document, answer in zip(documents, answers, strict=True):
        prediction, error = _read(document, answer, layer, labels, kind)
        predictions.append(prediction)
        failures.extend([Failure(document.id, error)] if error else ())
    return predictions, failures


RAISED, NUMBER, NO_LIST = "raised", "number", "no list"


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why there is no prediction for any document of a batch, and of which sort that is."""

    what: str
    error: str


def _attempt(
    detector: Detector, documents: Sequence[Document], layer: str, name: str
) -> list[object] | _Fault:
    """Return what a detector gives for a batch, of which it gets a list of its own."""
    try:
        # What a detector prints must not stand in our tables.
        with redirect_stdout(sys.stderr), keeping(lambda: _kept(detector)):
            given: object = detector.predict(list(documents), layer)
            if not _can_be_listed(given):
                return _Fault(NO_LIST, f"predict returned {named(given)}, not a list of predictions")
            found = list(cast(Iterable[object], given))
    except Stop as stop:
        raise BenchError(f"detector '{name}': {one_line(str(stop))}") from stop
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a detector of any origin may raise anything
        return _Fault(RAISED, describe(error))
    if len(found) != len(documents):
        numbers = f"{_counted(len(found), 'prediction')} for {_counted(len(documents), 'document')}"
        return _Fault(NUMBER, f"returned {numbers}")
    return found


def _can_be_listed(given: object) -> bool:
    """Return whether something can be gone through, also by the numbers of its items alone."""
    try:
        iter(cast(Iterable[object], given))
    except TypeError:
        return False
    return True


def _kept(detector: Detector) -> str:
    """Return what a detector keeps where it is interrupted; "" where it keeps nothing.

    One that keeps its answers has an attribute `fresh`, which says whether it asks for them anew.
    """
    if not hasattr(detector, "fresh"):
        return ""
    again = "" if detector.fresh else ", and the same command does not ask for them again"
    return f"answers that came are kept{again}"


def _one_by_one(
    detector: Detector, documents: Sequence[Document], layer: str, name: str, batch: _Fault
) -> list[object]:
    """Ask for each document of a batch alone, and warn where none of them shows what was wrong with it."""
    answers: list[object] = []
    explained = False
    for document in documents:
        found = _attempt(detector, [document], layer, name)
        same = isinstance(found, _Fault) and found.what == batch.what
        explained = explained or same
        if isinstance(found, _Fault) and same and batch.what == NUMBER:
            found = replace(found, error=f"{batch.error}; alone it {found.error}")
        answers.append(found if isinstance(found, _Fault) else found[0])
    if not explained:
        what = batch.error
        if batch.what == RAISED:
            what = f"failed on {len(documents)} documents at once ({batch.error})"
        text = f"detector '{name}' {what}, and was asked for each alone"
        warnings.warn(text, DetectorWarning, stacklevel=3)
    return answers


def _in_order(documents: Sequence[Document], found: list[object]) -> list[object]:
    """Return predictions in the order of the documents, where each names another one of these.

    Exceptions name none: they are of the documents that are left, in order.
    """
    ids = [document.id for document in documents]
    told = {p.document: p for p in found if isinstance(p, Prediction) and isinstance(p.document, str)}
    rest = [one for one in found if isinstance(one, Exception)]
    if len(told) + len(rest) != len(found) or not told.keys() <= set(ids):
        return found
    left = iter(rest)
    return [told[one] if one in told else next(left) for one in ids]


def _read(
    document: Document, answer: object, layer: str, labels: Collection[str], kind: str
) -> tuple[Prediction, str]:
    """Return the prediction for a document and "", or an empty one and what is wrong."""
    empty = Prediction(document.id, layer)
    if isinstance(answer, _Fault):
        return empty, answer.error
    if isinstance(answer, Exception):  # the detector says itself that it failed on this document
        return empty, describe(answer)
    try:
        return checked(document, answer, layer, labels, kind), ""
    except Exception as fault:  # noqa: BLE001 - what a detector returns may raise anything when read
        ours = isinstance(fault, TypeError | ValueError)
        return empty, shortened(one_line(str(fault))) if ours else describe(fault)


def named(given: object) -> str:
    """Return what a message calls something that was returned by mistake, without what it may hold."""
    return (
        repr(given) if given is None or isinstance(given, bool | int | float) else f"a {type(given).__name__}"
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
