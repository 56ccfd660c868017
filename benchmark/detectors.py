"""Detectors: the registry, building one from a specification, and predictions that are checked."""

from __future__ import annotations

import logging
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, redirect_stdout
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from benchmark.answers import Stop
from benchmark.checking import checked
from benchmark.classes import load_class, names_class
from benchmark.errors import BenchError, DetectorError, UsageError, one_line
from benchmark.model import Detector, Document, Prediction
from benchmark.registry import OWN, Registry
from benchmark.spec import Given, Spec, construct, parameters_of, principal_of

LOG = logging.getLogger(__name__)
WRONG_NUMBER = "returned"
"""Begins what is said of another number of predictions than documents."""
_SETS = ("layers", "labels", "kinds", "trained_kinds", "trained_layers")
"""What a detector says of itself by sets of names."""
MODEL = "model.json"
"""The file that makes a folder one of a trained model."""

DETECTORS: Registry[type[Detector]] = Registry("detector", group="benchmark.detectors")
"""Detector classes by name. The project's own are entry points like anyone's."""


def build(spec: Spec, seed: int) -> Detector:
    """Build a detector.

    Parameters
    ----------
    spec
        Its name and parameters, the folder of a model that was trained before, a class in a module or file,
        or an object, which is copied.
    seed
        Given as `seed` to a detector that has such a parameter, unless the specification sets it.

    Raises
    ------
    UsageError
        Where the name or a parameter is unknown, or a value does not fit.
    DetectorError
        Where what was built is no detector.
    """
    if isinstance(spec, Given):
        return _checked_detector(spec, _copied(spec))
    if is_stored(spec):
        return _stored(spec)
    kind, spec = class_of(spec)
    defaults = {"seed": seed} if "seed" in parameters_of(f"detector '{spec.name}'", kind) else {}
    return _checked_detector(spec, construct("detector", kind, spec, defaults))


def _copied(spec: Given) -> object:
    """Return a copy of an object, so that no fold knows what another one learned.

    What cannot be copied and learns nothing, such as one that holds an automaton, is used as it is.

    Raises
    ------
    DetectorError
        Where it learns and cannot be copied.
    """
    try:
        return deepcopy(spec.instance)
    except Exception as error:  # a part of any origin may refuse, by any exception
        if not hasattr(spec.instance, "fit"):
            return spec.instance
        raise DetectorError(
            f"detector '{spec}' learns, and so is copied for each fold, which fails: {describe(error)}; give "
            "it a method __deepcopy__, or name its class: MODULE:CLASS"
        ) from error


class Builder:
    """Builds detectors, those that declare `shared` once: one with a budget or kept answers serves all tasks.

    Parameters
    ----------
    seed
        For the detectors.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._kept: dict[Spec, Detector] = {}

    def __call__(self, spec: Spec) -> Detector:
        """Return a detector, a new one unless it is shared."""
        if spec not in self._kept:
            built = build(spec, self.seed)
            if not getattr(built, "shared", False):
                return built
            self._kept[spec] = built
        return self._kept[spec]


def _checked_detector(spec: Spec, detector: object) -> Detector:
    with told(str(spec), "attributes"):
        missing = [name for name in ("name", "layers", "predict") if not hasattr(detector, name)]
        sets: dict[str, object] = {name: getattr(detector, name, frozenset()) for name in _SETS}
    if missing:
        raise DetectorError(f"detector '{spec}' is no detector: it has no {', '.join(missing)}")
    for name, found in sets.items():
        if found is None and name != "layers":
            continue
        if not isinstance(found, Set) or not all(isinstance(one, str) for one in found):
            raise DetectorError(f"detector '{spec}': its {name} are {found!r}, and not a set of names")
    return cast(Detector, detector)


def class_of(spec: Spec) -> tuple[type[Detector], Spec]:
    """Return the class that a specification names, and the specification of its parameters alone.

    Raises
    ------
    UsageError
        Where there is no such class.
    """
    if spec.name in DETECTORS:
        return DETECTORS.get(spec.name), spec
    if names_class(spec):
        return cast(type[Detector], load_class(spec).kind), replace(spec, value="")
    if spec.name.endswith(".py"):
        raise UsageError(f"{one_line(str(spec))}: name its class: {one_line(spec.name)}:CLASS")
    if "." in spec.name and "/" not in spec.name:
        raise UsageError(f"no detector is named '{one_line(str(spec))}'; a class is named MODULE:CLASS")
    return DETECTORS.get(spec.name), spec


def takes(spec: Spec, parameter: str) -> bool:
    """Return whether the class of a detector has a parameter; a trained model or an object takes none."""
    if isinstance(spec, Given) or is_stored(spec):
        return False
    return parameter in parameters_of(f"detector '{spec.name}'", class_of(spec)[0])


def with_parameters(specs: Sequence[Spec], given: Mapping[str, str]) -> list[Spec]:
    """Return specifications with parameters added to those whose class takes them and that lack them.

    Parameters
    ----------
    specs
        As they were typed.
    given
        Values by the parameters' names.

    Raises
    ------
    UsageError
        Where none of them takes one of the parameters.
    """
    found = list(specs)
    for key, value in given.items():
        takers = [takes(spec, key) for spec in found]
        if not any(takers):
            names = ", ".join(map(str, specs)) or "those that run unasked"
            raise UsageError(f"--{key}: none of the detectors has a parameter '{key}': {names}")
        found = [
            replace(spec, parameters=(*spec.parameters, (key, value)))
            if taken and key not in dict(spec.parameters)
            else spec
            for spec, taken in zip(found, takers, strict=True)
        ]
    return found


def is_model(name: str) -> bool:
    """Return whether a name is that of a folder that holds a trained model."""
    try:
        return (Path(name) / MODEL).is_file()
    except (OSError, ValueError):  # too long, a folder that may not be entered, or a NUL character
        return False


def is_stored(spec: Spec) -> bool:
    """Return whether a specification is the folder of a trained model."""
    return spec.name not in DETECTORS and not spec.value and is_model(spec.name)


def _stored(spec: Spec) -> Detector:
    from benchmark.models import load_model

    if spec.parameters:
        raise UsageError(f"detector '{spec}' is a trained model, which takes no parameters")
    return load_model(Path(spec.name))


@contextmanager
def told(name: str, what: str) -> Iterator[None]:
    """Turn whatever a detector's attribute or method raises into an error that names both.

    Raises
    ------
    BenchError
        Those that the detector raises itself, and a `Stop`, pass on what they say.
    """
    try:
        yield
    except BenchError:
        raise
    except Stop as stop:
        raise BenchError(f"detector '{name}': {one_line(str(stop))}") from stop
    except Exception as error:
        raise DetectorError(f"detector '{name}': its {what} failed: {describe(error)}") from error


def how_to_complete(detector: Detector) -> str:
    """Return what has to be installed before a detector can be used, "" where nothing is missing.

    A detector may say so by an attribute `missing_extra`, the name of an extra of framebench.
    """
    extra = getattr(detector, "missing_extra", None)
    if not extra:
        return ""
    return f"detector '{detector.name}' needs more to be installed: pip install 'framebench[{extra}]'"


def ready() -> tuple[list[str], list[str]]:
    """Return the detectors that need no parameter, nor a value that says which model or program they are.

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
            kind = DETECTORS.get(name)
            parameters = parameters_of(f"detector '{name}'", kind).values()
            if principal_of(kind) or any(parameter.default is parameter.empty for parameter in parameters):
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
    detector: Detector,
    documents: Sequence[Document],
    layer: str,
    labels: Collection[str],
    kind: str = "",
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
    kind
        What the layer is made of, for the same; "" where that is not known.

    Returns
    -------
    predictions
        n predictions, empty ones for documents that failed.
    failures
        The documents that failed.

    Raises
    ------
    BenchError
        Where the detector says that it can predict no document at all.
    """
    found, error = _attempt(detector, documents, layer)
    if error is not None and len(documents) > 1:
        parts = [predict(detector, [document], layer, labels, kind) for document in documents]
        if error.startswith(WRONG_NUMBER) and not any(failed for _, failed in parts):
            LOG.warning("detector '%s' %s, and was asked again for each alone", detector.name, error)
        return [p for part, _ in parts for p in part], [f for _, part in parts for f in part]
    if error is not None:
        return [Prediction(d.id, layer) for d in documents], [Failure(d.id, error) for d in documents]
    predictions, failures = [], []
    for document, prediction in zip(documents, found, strict=True):
        if isinstance(prediction, Exception):  # it says itself that it failed on this document
            predictions.append(Prediction(document.id, layer))
            failures.append(Failure(document.id, describe(prediction)))
            continue
        try:
            predictions.append(checked(document, prediction, layer, labels, kind))
        except Exception as fault:  # noqa: BLE001 - what a detector returns may raise anything when read
            predictions.append(Prediction(document.id, layer))
            ours = isinstance(fault, TypeError | ValueError)
            failures.append(Failure(document.id, one_line(str(fault)) if ours else describe(fault)))
    return predictions, failures


def _attempt(
    detector: Detector, documents: Sequence[Document], layer: str
) -> tuple[list[Prediction | Exception], str | None]:
    try:
        with redirect_stdout(sys.stderr):  # what a detector prints must not stand in our tables
            predictions: list[Prediction | Exception] = list(detector.predict(documents, layer))
    except Stop as stop:
        raise BenchError(f"detector '{detector.name}': {one_line(str(stop))}") from stop
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a detector of any origin may raise anything
        return [], describe(error)
    if len(predictions) != len(documents):
        return [], f"{WRONG_NUMBER} {len(predictions)} predictions for {len(documents)} documents"
    return predictions, None


def describe(error: BaseException) -> str:
    """Return an exception as one line."""
    return one_line(f"{type(error).__name__}: {' '.join(str(error).split())}".removesuffix(": "))
