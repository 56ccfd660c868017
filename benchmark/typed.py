"""Parameters as they are typed: which type a constructor wants, and text as a value of that type."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterator
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

_WORDS = {bool: "true or false", int: "a whole number", float: "a number"}


def hint_of(kind: type[object], parameter: inspect.Parameter) -> Any:
    """Return the type that a parameter's hint names, else that of its default, else text.

    Parameters
    ----------
    kind
        The class whose constructor it is a parameter of.
    parameter
        The parameter. A hint that only a type checker can resolve counts as none.
    """
    if parameter.annotation is parameter.empty:
        return _of_default(parameter.default)
    alone = type("Alone", (), {"__annotations__": {"hint": parameter.annotation}})
    names = getattr(kind.__init__, "__globals__", None)
    try:
        return get_type_hints(alone, globalns=names)["hint"]
    except (NameError, AttributeError, TypeError, SyntaxError):
        return _of_default(parameter.default)


def _of_default(default: object) -> Any:
    """Return the type that a default speaks for; a whole number does for any number."""
    if isinstance(default, bool):
        return bool
    if isinstance(default, Enum):
        return type(default)
    if isinstance(default, int | float):
        return int | float if isinstance(default, int) else float
    if isinstance(default, Path):
        return Path
    held = isinstance(default, Collection) and not isinstance(default, str | type)
    return type(default) if held else str


def from_text(text: str, hint: Any) -> object:
    """Return text as a value of a type.

    Parameters
    ----------
    text
        What was typed.
    hint
        The type.

    Raises
    ------
    ValueError
        Where it is none, which says what could have been typed, or that no text can be one.
    """
    try:
        return msgspec.convert(text, _without_text(hint), strict=False, dec_hook=_path)
    except (msgspec.ValidationError, TypeError) as error:
        raise ValueError(_refused(hint, str(error))) from error


def _refused(hint: Any, error: str) -> str:
    """Return why a text is no value of a type."""
    taken = list(dict.fromkeys(_taken(hint)))
    if taken:
        return f"it takes {' or '.join(taken)}"
    if error.startswith("Invalid"):  # a date, a number of bytes: msgspec says what it expects
        return error
    return f"parameters of type {_shown(hint)} cannot be given as text; make the object in Python"


def _taken(hint: Any) -> Iterator[str]:
    """Yield what may be typed for a type; nothing where that cannot be said in a word."""
    if get_origin(hint) is Literal:
        yield from map(repr, get_args(hint))
    elif get_origin(hint) in (Union, UnionType):
        for part in get_args(hint):
            yield from _taken(part)
    elif isinstance(hint, type) and issubclass(hint, Enum):
        yield from (repr(member.value) for member in hint)
    elif hint in _WORDS:
        yield _WORDS[hint]


def _shown(hint: Any) -> str:
    plain = isinstance(hint, type) and get_origin(hint) is None
    return hint.__name__ if plain else str(hint).replace("typing.", "")


def _without_text(hint: Any) -> Any:
    """Return a type that may be a path or text as one that is a path: msgspec takes no such union."""
    parts = get_args(hint)
    if get_origin(hint) in (Union, UnionType) and {Path, str} <= set(parts):
        return Union[tuple(part for part in parts if part is not str)]  # noqa: UP007 - made of a tuple
    return hint


def _path(hint: type[object], text: object) -> object:
    """Make a path, the one type of parameters that msgspec does not know."""
    if hint is Path and isinstance(text, str):
        return Path(text)
    raise TypeError("no text is one")
