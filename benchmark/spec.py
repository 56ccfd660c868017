r"""Specifications as they are typed: "lexicon:threshold=2.5,file=words.txt" for a detector or a metric.

What stands right behind the colon without a name is the specification's value: the model in
"llm:MODEL,temperature=0", the class in "my_detector.py:Class,least=3". A comma within a value is written as
"\,".
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Self, TypeVar

from benchmark.answers import Stop
from benchmark.errors import BenchError, UsageError, describe, how_to_install, one_line, suggest
from benchmark.typed import from_text, hint_of

T = TypeVar("T")


_NAMED = re.compile(r"\s*([A-Za-z_]\w*\s*)?=")
_PLAIN = (str, int, float, Path)
_STARRED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_COMMA = re.compile(r"(?<!\\),")


@dataclass(frozen=True)
class Spec:
    """Which detector or metric, with which parameters.

    Parameters
    ----------
    name
        Its registered name; of a detector also a module, a Python file or the folder of a model.
    parameters
        Parameters of its constructor as text, by name.
    value
        What stands right behind the colon without a name: of a module or file the class, else the parameter
        that the class calls its principal one; "" where nothing does.
    """

    name: str
    parameters: tuple[tuple[str, str], ...] = ()
    value: str = ""

    @property
    def title(self) -> str:
        """What messages call it that speak of no parameter's value."""
        return self.name

    def __str__(self) -> str:
        named = [f"{key}={_escaped(value)}" for key, value in self.parameters]
        given = ",".join([*([_escaped(self.value)] if self.value else []), *named])
        return f"{self.name}:{given}" if given else self.name

    @classmethod
    def parse(cls, text: str) -> Spec:
        """Read "NAME", "NAME:key=value,key=value" or "NAME:VALUE,key=value".

        Raises
        ------
        UsageError
            Where a parameter lacks its "=", or stands twice.
        """
        name, _, rest = text.partition(":")
        parts = [part.replace("\\,", ",") for part in _COMMA.split(rest) if part]
        value = parts.pop(0).strip() if parts and not _NAMED.match(parts[0]) else ""
        pairs: list[tuple[str, str]] = []
        for part in parts:
            key, equals, given = part.partition("=")
            if not equals or not key.strip():
                hint = f"; a comma within a value is written as {chr(92)}," if value or pairs else ""
                raise UsageError(f"'{text}': '{part}' is not of the form key=value{hint}")
            pairs.append((key.strip(), given.strip()))
        if len(dict(pairs)) != len(pairs):
            raise UsageError(f"'{text}': a parameter is given twice")
        return cls(name.strip(), tuple(pairs), value)


def _escaped(value: str) -> str:
    return value.replace(",", "\\,")


@dataclass(frozen=True)
class OfClass(Spec):
    """The parameters of a class in a module or file.

    Parameters
    ----------
    kind
        The class: what stands right behind the colon is its name, and no parameter.
    """

    kind: str = ""

    @classmethod
    def of(cls, spec: Spec) -> Self:
        """Return the specification of a class's parameters, of one whose value names the class."""
        return cls(spec.name, spec.parameters, "", spec.value)

    @property
    def title(self) -> str:
        """The module or file with the class."""
        return f"{self.name}:{self.kind}"

    def __str__(self) -> str:
        return str(Spec(self.name, self.parameters, self.kind))


@dataclass(frozen=True)
class Given(Spec):
    """A detector that was handed over as an object, not by name.

    Parameters
    ----------
    instance
        The object, which is never changed: it is copied before it learns.
    key
        Tells two objects of one name and the same parameters apart.
    """

    instance: object = field(default=None, compare=False, repr=False)
    key: int = 0

    @classmethod
    def of(cls, instance: object) -> Self:
        """Return the specification of an object: its name, and those parameters that are plain values."""
        name = getattr(instance, "name", type(instance).__name__)
        plain = {
            key: str(value)
            for key, value in _settings(instance).items()
            if value != "" and key not in ("name", "layer")
        }
        return cls(str(name), tuple(plain.items()), "", instance, id(instance))


def _settings(instance: object) -> dict[str, object]:
    """Return what an object was made with, where it keeps that under the parameters' names: plain values."""
    if is_dataclass(instance) and not isinstance(instance, type):
        defaults = {part.name: part.default for part in fields(instance) if part.init and part.repr}
    else:
        try:
            parameters = inspect.signature(type(instance)).parameters.values()
        except ValueError:  # a class of an extension does not say
            return {}
        defaults = {one.name: one.default for one in parameters if one.kind not in _STARRED}
    made = {name: getattr(instance, name) for name in defaults if hasattr(instance, name)}
    # What is no plain value is not compared: an array equals nothing as a whole.
    return {
        name: value
        for name, value in made.items()
        if isinstance(value, _PLAIN) and (type(value), value) != (type(defaults[name]), defaults[name])
    }


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
    return {name: parameter for name, parameter in parameters.items() if parameter.kind not in _STARRED}


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
    given = _by_name(what, kind, spec)
    values = {**defaults, **{key: _convert(what, kind, spec, key, text) for key, text in given}}
    _check_complete(what, kind, spec, values)
    try:
        return kind(**values)
    except BenchError:
        raise
    except Stop as stop:  # a value may be a secret in the wrong place, so that no parameter is shown
        raise UsageError(f"{what} '{spec.title}': {one_line(str(stop))}") from stop
    except ImportError as error:
        raise UsageError(
            f"{what} '{spec}' needs a package that is not installed: {error}{how_to_install(error)}"
        ) from error
    except (Exception, SystemExit) as error:  # a constructor of any origin may raise anything
        # A plain ValueError is how a constructor says what is wrong with a parameter.
        plain = type(error) is ValueError and bool(str(error))
        problem = f": {error}" if plain else f" cannot be built: {describe(error)}"
        raise UsageError(f"{what} '{spec}'{problem}") from error


def _check_complete(what: str, kind: type[object], spec: Spec, values: Mapping[str, object]) -> None:
    """Refuse to build where a parameter without a default has no value.

    Raises
    ------
    UsageError
        Which shows how it is given.
    """
    parameters = parameters_of(f"{what} '{spec.title}'", kind)
    missing = [name for name, one in parameters.items() if one.default is one.empty and name not in values]
    if not missing:
        return
    principal = principal_of(kind)
    named = (*spec.parameters, *((name, name.upper()) for name in missing if name != principal))
    value = principal.upper() if principal in missing else spec.value
    form = replace(spec, parameters=named, value=value)
    raise UsageError(f"{what} '{spec.title}' needs its {', '.join(missing)}: {form}")


def _by_name(what: str, kind: type[object], spec: Spec) -> list[tuple[str, str]]:
    """Return what the user gave by the parameters' names, the principal one first.

    Raises
    ------
    UsageError
        Where a value has no name and the class no principal parameter, or it is given twice.
    """
    principal = principal_of(kind)
    if not spec.value:
        return list(spec.parameters)
    if not principal:
        known = ", ".join(parameters_of(f"{what} '{spec.title}'", kind)) or "it has none"
        raise UsageError(
            f"{what} '{spec.title}': '{spec.value}' is not of the form key=value; its parameters: {known}"
        )
    if principal in dict(spec.parameters):
        raise UsageError(f"{what} '{spec}': {principal} is given twice")
    return [(principal, spec.value), *spec.parameters]


def principal_of(kind: object) -> str:
    """Return the parameter that a value without a name is given to; "" where a class has none."""
    return str(getattr(kind, "principal", ""))


def _convert(what: str, kind: type[object], spec: Spec, key: str, text: str) -> object:
    known = parameters_of(f"{what} '{spec.title}'", kind)
    if key not in known:
        raise UsageError(f"{what} '{spec.title}' has no parameter '{key}'{suggest(key, known)}")
    hint = hint_of(kind, known[key])
    try:
        return from_text(text, hint)
    except ValueError as error:
        raise UsageError(f"{what} '{spec.title}': {key}={text}: {error}") from error


def files_of(kind: type[object], spec: Spec) -> dict[str, Path]:
    """Return the parameters that the user gave and that are paths, by name."""
    values = {key: _convert("", kind, spec, key, text) for key, text in _by_name("", kind, spec)}
    return {key: value for key, value in values.items() if isinstance(value, Path)}
