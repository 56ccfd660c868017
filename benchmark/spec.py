"""Specifications as they are typed: "lexicon:threshold=2.5,file=words.txt" for a detector or a metric."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, get_type_hints

import msgspec

from benchmark.errors import BenchError, UsageError, how_to_install, suggest

T = TypeVar("T")


@dataclass(frozen=True)
class Spec:
    """Which detector or metric, with which parameters.

    Parameters
    ----------
    name
        Its registered name.
    parameters
        Parameters of its constructor as text, by name.
    """

    name: str
    parameters: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        given = ",".join(f"{key}={value}" for key, value in self.parameters)
        return f"{self.name}:{given}" if given else self.name

    @classmethod
    def parse(cls, text: str) -> Spec:
        """Read "NAME" or "NAME:key=value,key=value".

        Raises
        ------
        UsageError
            Where a parameter lacks its "=", or stands twice.
        """
        name, _, rest = text.partition(":")
        pairs = []
        for part in filter(None, rest.split(",")):
            key, equals, value = part.partition("=")
            if not equals or not key.strip():
                raise UsageError(f"'{text}': '{part}' is not of the form key=value")
            pairs.append((key.strip(), value.strip()))
        if len(dict(pairs)) != len(pairs):
            raise UsageError(f"'{text}': a parameter is given twice")
        return cls(name.strip(), tuple(pairs))


def parameters_of(what: str, kind: type[object]) -> Mapping[str, inspect.Parameter]:
    """Return the constructor's parameters that have a name, by name.

    Parameters
    ----------
    what
        What it is, for messages: "detector 'lexicon'".
    kind
        The class.

    Raises
    ------
    UsageError
        Where `kind` is no class whose parameters can be known.
    """
    if not isinstance(kind, type):
        raise UsageError(f"{what} is no class but {kind!r}")
    try:
        parameters = inspect.signature(kind).parameters
    except ValueError as error:
        raise UsageError(f"{what}: its parameters cannot be known: {error}") from error
    starred = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {name: parameter for name, parameter in parameters.items() if parameter.kind not in starred}


def construct(what: str, kind: type[T], spec: Spec, defaults: Mapping[str, object]) -> T:
    """Build an object, its parameters converted to the types that the constructor's hints name.

    Parameters
    ----------
    what
        What it is, for messages: "detector".
    kind
        Its class.
    spec
        Its name and the parameters that the user gave.
    defaults
        Parameters that are used unless the user gave others.

    Raises
    ------
    UsageError
        Where a parameter is unknown, a value does not fit, or a package is missing.
    """
    values = {**defaults, **{key: _convert(what, kind, spec, key, text) for key, text in spec.parameters}}
    try:
        return kind(**values)
    except BenchError:
        raise
    except ImportError as error:
        raise UsageError(
            f"{what} '{spec}' needs a package that is not installed: {error}{how_to_install(error)}"
        ) from error
    except Exception as error:  # a constructor of any origin may raise anything
        raise UsageError(f"{what} '{spec}': {error}") from error


def _convert(what: str, kind: type[object], spec: Spec, key: str, text: str) -> object:
    known = parameters_of(f"{what} '{spec.name}'", kind)
    if key not in known:
        raise UsageError(f"{what} '{spec.name}' has no parameter '{key}'{suggest(key, known)}")
    try:
        return msgspec.convert(text, _hint(kind, known[key]), strict=False, dec_hook=_path)
    except (msgspec.ValidationError, TypeError) as error:
        raise UsageError(f"{what} '{spec.name}': {key}={text}: {error}") from error


def _hint(kind: type[object], parameter: inspect.Parameter) -> object:
    """Return the type that a parameter's hint names; text where there is none or it cannot be resolved."""
    if parameter.annotation is parameter.empty:
        return str
    alone = type("Alone", (), {"__annotations__": {"hint": parameter.annotation}})
    try:
        return get_type_hints(alone, globalns=getattr(kind.__init__, "__globals__", None))["hint"]
    except (NameError, AttributeError, TypeError, SyntaxError):
        return str  # only a type checker can resolve it


def _path(hint: type[object], text: object) -> object:
    """Make a path, the one type of parameters that msgspec does not know."""
    if hint is Path and isinstance(text, str):
        return Path(text)
    raise TypeError(f"parameters of type {hint.__name__} cannot be given as text")


def files_of(kind: type[object], spec: Spec) -> dict[str, Path]:
    """Return the parameters that the user gave and that are paths, by name."""
    values = {key: _convert("", kind, spec, key, text) for key, text in spec.parameters}
    return {key: value for key, value in values.items() if isinstance(value, Path)}
