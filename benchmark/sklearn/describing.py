"""What an estimator is, in a few words: the classes of its steps, and what was changed of their defaults."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator
from typing import Any

from benchmark.fileio import sha256

LONGEST = 40
"""Values that take more characters, such as a vocabulary, stand as the beginning of their SHA-256."""


def described(estimator: Any, key: str) -> dict[str, str]:
    """Return the classes of an estimator's steps, and the parameters that are not the defaults.

    A parameter stands without its step where no other has its name: a table shows all of this.

    Parameters
    ----------
    estimator
        Anything with `get_params`.
    key
        What the classes are called: {key: "TfidfVectorizer+LogisticRegression"}.
    """
    classes = "+".join(map(_part, _steps(estimator)))
    changed = dict(_changed(estimator, ""))
    short = Counter(name.rpartition("__")[2] for name in (key, *changed))
    named = {
        (name if short[last := name.rpartition("__")[2]] > 1 else last): changed[name] for name in changed
    }
    return {key: classes, **named}


def _steps(estimator: Any) -> list[tuple[str, Any]]:
    """Return the named parts of a pipeline; anything else is one part."""
    steps = getattr(estimator, "steps", None)
    return list(steps) if isinstance(steps, list) else [("", estimator)]


def _changed(estimator: Any, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield the changed parameters of an estimator and of those in it, as `set_params` would name them."""
    defaults = _defaults(type(estimator))
    for name, value in estimator.get_params(deep=False).items():
        parts = _parts(name, value)
        for part, inner in parts:
            yield from _changed(inner, f"{prefix}{part}__")
        if _is_estimator(value):
            yield f"{prefix}{name}", type(value).__name__
        elif parts and (prefix or name != "steps"):
            yield f"{prefix}{name}", "+".join(map(_part, value))
        elif not parts and (name not in defaults or _shown(defaults[name]) != _shown(value)):
            yield f"{prefix}{name}", _shown(value)


def _defaults(kind: type[object]) -> dict[str, object]:
    return {
        name: parameter.default
        for name, parameter in inspect.signature(kind).parameters.items()
        if parameter.default is not parameter.empty
    }


def _parts(name: str, value: Any) -> list[tuple[str, Any]]:
    """Return the estimators in a parameter: itself, or those that a list of named steps holds."""
    if _is_estimator(value):
        return [(name, value)]
    if not isinstance(value, list) or not value or not all(isinstance(part, tuple) for part in value):
        return []
    named = [part for part in value if len(part) > 1 and _is_estimator(part[1])]
    return [(str(part[0]), part[1]) for part in named]


def _part(part: tuple[Any, ...]) -> str:
    """Return the class of a part, with the columns that it is for where it names some."""
    what = part[1] if isinstance(part[1], str) else type(part[1]).__name__
    return f"{what}[{_shown(part[2])}]" if len(part) > 2 else what


def _is_estimator(value: Any) -> bool:
    return hasattr(value, "get_params") and not isinstance(value, type)


def _shown(value: Any) -> str:
    """Return a value as text that is the same on every machine; commas would end a parameter."""
    if callable(value):
        return str(getattr(value, "__qualname__", type(value).__name__))
    text = (value if isinstance(value, str) else repr(value)).replace(",", "")
    return text if len(text) <= LONGEST else f"sha256-{sha256(text.encode())[:12]}"
