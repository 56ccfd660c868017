"""Detectors: the registry, building one from a specification, and predictions that are checked."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence, Set
from contextlib import redirect_stdout
from dataclasses import dataclass
from operator import index
from pathlib import Path
from typing import TypeVar

from benchmark.errors import BenchError, DetectorError, UsageError, one_line
from benchmark.fileio import read_bytes, sha256
from benchmark.model import Detector, Document, Prediction, Span, Unit
from benchmark.registry import OWN, Registry
from benchmark.spec import Spec, construct, files_of, parameters_of

MODEL = "model.json"
"""The file that makes a folder one of a trained model."""

DETECTORS: Registry[type[Detector]] = Registry("detector", group="benchmark.detectors")
"""Detector classes by name. The project's own are entry points like anyone's."""


def build(spec: Spec, seed: int) -> Detector:
    """Build a detector.

    Parameters
    ----------
    spec
        Its name and parameters, or the folder of a model that was trained before.
    seed
        Given as `seed` to a detector that has such a parameter, unless the specification sets it.

    Raises
    ------
    UsageError
        Where the name or a parameter is unknown, or a value does not fit.
    DetectorError
        Where what was built is no detector.
    """
    if spec.name not in DETECTORS and is_model(spec.name):
        return _stored(spec)
    kind = DETECTORS.get(spec.name)
    defaults = {"seed": seed} if "seed" in parameters_of(f"detector '{spec.name}'", kind) else {}
    detector = construct("detector", kind, spec, defaults)
    missing = [name for name in ("name", "layers", "predict") if not hasattr(detector, name)]
    if missing:
        raise DetectorError(f"detector '{spec}' is no detector: it has no {', '.join(missing)}")
    layers = detector.layers
    if not isinstance(layers, Set) or not all(isinstance(layer, str) for layer in layers):
        raise DetectorError(f"detector '{spec}': its layers are {layers!r}, and not a set of names")
    return detector


def is_model(name: str) -> bool:
    """Return whether a name is that of a folder that holds a trained model."""
    try:
        return (Path(name) / MODEL).is_file()
    except (OSError, ValueError):  # too long, a folder that may not be entered, or a NUL character
        return False


def _stored(spec: Spec) -> Detector:
    from benchmark.models import load_model

    if spec.parameters:
        raise UsageError(f"detector '{spec}' is a trained model, which takes no parameters")
    return load_model(Path(spec.name))


def origin_of(spec: Spec) -> str:
    """Return the distribution that a detector comes from, "model" for a trained model's folder."""
    return DETECTORS.origin(spec.name) if spec.name in DETECTORS else "model"


def files_of_detector(spec: Spec) -> dict[str, str]:
    """Return the SHA-256 of each file that a parameter names, by the parameter, or of a model's record."""
    if spec.name not in DETECTORS:
        return {"model": sha256(read_bytes(Path(spec.name) / MODEL))}
    files = files_of(DETECTORS.get(spec.name), spec)
    return {key: sha256(read_bytes(path)) for key, path in files.items()}


def how_to_train(detector: Detector) -> str:
    """Return what has to be installed before a detector can be trained, "" where nothing is missing.

    A detector may say so by an attribute `missing_extra`, the name of an extra of framebench.
    """
    extra = getattr(detector, "missing_extra", None)
    if not extra:
        return ""
    return f"detector '{detector.name}' needs more to be trained: pip install 'framebench[{extra}]'"


def ready() -> tuple[list[str], list[str]]:
    """Return the detectors that need no parameter.

    Returns
    -------
    names
        Of detectors that can be built as they are.
    problems
        One line for each detector of another package that cannot be imported or built.
    """
    names, problems = [], []
    for name in DETECTORS:
        own = DETECTORS.origin(name) == OWN
        try:
            parameters = parameters_of(f"detector '{name}'", DETECTORS.get(name)).values()
            if any(parameter.default is parameter.empty for parameter in parameters):
                continue
            if not own:
                build(Spec(name), 0)
        except BenchError as error:
            if own:
                raise
            problems.append(one_line(str(error)))
        else:
            names.append(name)
    return names, problems


def checked(document: Document, prediction: object, layer: str, labels: Collection[str]) -> Prediction:
    """Return a detector's prediction for a document, made of plain numbers and text.

    Parameters
    ----------
    document
        What the detector was given.
    prediction
        What it returned.
    layer
        What it was asked for.
    labels
        The labels of the layer; empty where they are not known.

    Raises
    ------
    TypeError, ValueError
        Which says what is wrong.
    """
    if not isinstance(prediction, Prediction):
        raise TypeError(f"returned a {type(prediction).__name__}, not a Prediction")
    if (prediction.document, prediction.layer) != (document.id, layer):
        raise ValueError(f"answered for document '{prediction.document}', layer '{prediction.layer}'")
    spans = tuple(_plain_span(span) for span in _pieces(prediction.spans, Span))
    units = tuple(_plain_unit(unit) for unit in _pieces(prediction.units, Unit))
    _check_offsets(document, spans, units)
    of_units = dict.fromkeys(label for unit in units for label in (*unit.labels, *(unit.all_scores or ())))
    for label in (*(span.label for span in spans), *of_units):
        if labels and label not in labels:
            raise ValueError(f"no label '{label}' in layer '{layer}'")
    return Prediction(document.id, layer, spans, units)


P = TypeVar("P", Span, Unit)


def _pieces(given: object, kind: type[P]) -> list[P]:
    if not isinstance(given, Iterable):
        raise TypeError(f"{given!r} stands where {kind.__name__} objects are expected")
    pieces = list(given)
    for piece in pieces:
        if not isinstance(piece, kind):
            raise TypeError(f"a {type(piece).__name__} stands where a {kind.__name__} is expected")
    return pieces


def _plain_span(span: Span) -> Span:
    """Return a span with the numbers of Python in the place of NumPy's, which JSON does not know."""
    score = None if span.score is None else float(span.score)
    relation = None if span.relation is None else index(span.relation)
    return Span(index(span.start), index(span.end), _text(span.label), score, relation)


def _plain_unit(unit: Unit) -> Unit:
    scores = None if unit.scores is None else tuple(float(score) for score in unit.scores)
    every = unit.all_scores
    plain = None if every is None else {_text(label): float(score) for label, score in every.items()}
    labels = tuple(_text(label) for label in unit.labels)
    return Unit(index(unit.start), index(unit.end), labels, scores, plain)


def _text(label: object) -> str:
    if not isinstance(label, str):
        raise TypeError(f"label {label!r} is no text")
    label.encode("utf-8")  # a lone surrogate fails here, and not when the run is saved
    return str.__str__(label)  # of an enumeration the value, not the member's name


def _check_offsets(document: Document, spans: Sequence[Span], units: Sequence[Unit]) -> None:
    for span in spans:
        if span.end > len(document.text):
            size = len(document.text)
            raise ValueError(f"span {span.start}–{span.end} reaches beyond the text's {size} characters")
    known = set(document.every_unit)
    for unit in units:
        if (unit.start, unit.end) not in known:
            raise ValueError(f"unit {unit.start}–{unit.end} is no sentence, paragraph or whole document")
    if not len(document.given) and len({(s.start, s.end, s.label, s.relation) for s in spans}) < len(spans):
        raise ValueError("a span is given twice")
    if len({(unit.start, unit.end) for unit in units}) < len(units):
        raise ValueError("a unit is given twice")


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that a detector failed on.

    Parameters
    ----------
    document
        Its id.
    error
        What happened, in one line.
    """

    document: str
    error: str


def predict(
    detector: Detector, documents: Sequence[Document], layer: str, labels: Collection[str]
) -> tuple[list[Prediction], list[Failure]]:
    """Ask a detector for a layer; a document that it fails on costs that document alone.

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

    Returns
    -------
    predictions
        n predictions, empty ones for documents that failed.
    failures
        The documents that failed.
    """
    found, error = _attempt(detector, documents, layer)
    if error is not None and len(documents) > 1:
        parts = [predict(detector, [document], layer, labels) for document in documents]
        return [p for part, _ in parts for p in part], [f for _, part in parts for f in part]
    if error is not None:
        return [Prediction(d.id, layer) for d in documents], [Failure(d.id, error) for d in documents]
    predictions, failures = [], []
    for document, prediction in zip(documents, found, strict=True):
        try:
            predictions.append(checked(document, prediction, layer, labels))
        except Exception as fault:  # noqa: BLE001 - what a detector returns may raise anything when read
            predictions.append(Prediction(document.id, layer))
            ours = isinstance(fault, TypeError | ValueError)
            failures.append(Failure(document.id, one_line(str(fault)) if ours else describe(fault)))
    return predictions, failures


def _attempt(
    detector: Detector, documents: Sequence[Document], layer: str
) -> tuple[list[Prediction], str | None]:
    try:
        with redirect_stdout(sys.stderr):  # what a detector prints must not stand in our tables
            predictions = list(detector.predict(documents, layer))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a detector of any origin may raise anything
        return [], describe(error)
    if len(predictions) != len(documents):
        return [], f"returned {len(predictions)} predictions for {len(documents)} documents"
    return predictions, None


def describe(error: BaseException) -> str:
    """Return an exception as one line."""
    return one_line(f"{type(error).__name__}: {' '.join(str(error).split())}".removesuffix(": "))
