"""Detectors: the registry, and building one from a specification."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, redirect_stdout
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeGuard, cast

from benchmark.answers import Stop
from benchmark.classes import load_class, names_class
from benchmark.errors import (
    BenchError,
    DetectorError,
    UsageError,
    describe,
    one_line,
    suggest,
)
from benchmark.model import Detector
from benchmark.registry import OWN, Registry
from benchmark.spec import Given, OfClass, Spec, construct, parameters_of, principal_of

_SETS = ("layers", "labels", "kinds", "trained_kinds", "trained_layers")
"""What a detector says of itself by sets of names."""
_HOOKS = (
    *("account", "chosen", "fit", "labels_for", "lacks", "show"),
    *("examples", "fresh", "missing_extra", "progress", "seed", "shared", "shots", "slow"),
)
"""What it may have besides, which the harness looks for."""
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
        return checked_detector(str(spec), _copied(spec))
    if is_stored(spec):
        return _stored(spec)
    kind, spec = class_of(spec)
    defaults = {"seed": seed} if "seed" in parameters_of(f"detector '{spec.title}'", kind) else {}
    return checked_detector(str(spec), construct("detector", kind, spec, defaults))


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


def checked_detector(name: str, detector: object) -> Detector:
    """Return an object as the detector that it is.

    Parameters
    ----------
    name
        What messages call it, its specification.
    detector
        An object of any origin.

    Raises
    ------
    DetectorError
        Where it lacks what a detector has, or says something of itself that cannot be.
    """
    with told(name, "attributes"):
        missing = [one for one in ("name", "layers", "predict") if not hasattr(detector, one)]
        sets: dict[str, object] = {one: getattr(detector, one, frozenset()) for one in _SETS}
        hooks: dict[str, object] = {one: getattr(detector, one, None) for one in _HOOKS}
    if missing:
        raise DetectorError(f"detector '{name}' is no detector: it has no {', '.join(missing)}")
    for one, found in sets.items():
        if (found is not None or one == "layers") and not is_names(found):
            raise DetectorError(f"detector '{name}': its {one} are {found!r}, and not a set of names")
    extra = hooks["missing_extra"]
    if extra and not isinstance(extra, str):
        raise DetectorError(
            f"detector '{name}': its missing_extra is {extra!r}, and not the name of an extra"
        )
    return cast(Detector, detector)


def is_names(found: object) -> TypeGuard[Set[str]]:
    """Return whether something is a set of texts, as labels and layers are given."""
    return isinstance(found, Set) and all(isinstance(one, str) for one in found)


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
        return cast(type[Detector], load_class(spec).kind), OfClass.of(spec)
    raise UsageError(one_line(_unknown(spec)))


def _unknown(spec: Spec) -> str:
    """Return what is wrong with a specification of no detector that is registered, nor of a class."""
    kind, colon, rest = spec.value.partition(":")
    key, equals, value = rest.partition("=")
    if colon and equals and kind:
        form = replace(spec, value=kind, parameters=((key, value), *spec.parameters))
        return f"{spec}: parameters follow a comma: {form}"
    if spec.name.endswith(".py"):
        return f"{spec}: name its class: {spec.name}:CLASS"
    if "." in spec.name and "/" not in spec.name:
        return f"no detector is named '{spec}'; a class is named MODULE:CLASS"
    module = f", and no module '{spec.name}' can be imported" if spec.value.isidentifier() else ""
    return f"no detector is named '{spec.name}'{module}{suggest(spec.name, DETECTORS)}"


def takes(spec: Spec, parameter: str) -> bool:
    """Return whether the class of a detector has a parameter; a trained model or an object takes none."""
    if isinstance(spec, Given) or is_stored(spec):
        return False
    kind, spec = class_of(spec)
    return parameter in parameters_of(f"detector '{spec.title}'", kind)


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
def told(name: str, what: str, how: str = "failed") -> Iterator[None]:
    """Turn whatever a detector's attribute or method raises into an error that names both.

    What it prints goes to standard error, since it must not stand in our tables.

    Parameters
    ----------
    name
        What the message calls the detector.
    what
        The attribute or method.
    how
        What became of it.

    Raises
    ------
    BenchError
        Those that the detector raises itself, and a `Stop`, pass on what they say.
    """
    try:
        with redirect_stdout(sys.stderr):
            yield
    except BenchError:
        raise
    except Stop as stop:
        raise BenchError(f"detector '{name}': {one_line(str(stop))}") from stop
    except (Exception, SystemExit) as error:  # a part of any origin may raise anything
        raise DetectorError(f"detector '{name}': its {what} {how}: {describe(error)}") from error


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
