"""One small lazy registry for datasets, detectors, metrics and tasks.

An entry is a value, or a reference "module:attribute" that is imported when it is first asked for. Entry
points of installed packages join; one whose name is taken is known as "distribution/name".
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar, cast

from benchmark.errors import UsageError, how_to_install, one_line, suggest

T = TypeVar("T")
OWN = "framebench"


class Registry(Generic[T]):
    """Named things, imported when first used.

    Parameters
    ----------
    kind
        What an entry is, in the singular, for messages: "detector".
    group
        The entry-point group that other packages join by, or None.
    """

    def __init__(self, kind: str, group: str | None = None) -> None:
        self.kind = kind
        self.group = group
        self._references: dict[str, str | EntryPoint] = {}
        self._loaded: dict[str, T] = {}
        self._names: list[str] = []
        self._discovered = group is None

    def register(self, name: str, entry: T | str) -> None:
        """Add an entry: a value, or a reference "module:attribute".

        Raises
        ------
        ValueError
            Where the name is taken.
        """
        if name in self._references or name in self._loaded:
            raise ValueError(f"{self.kind} '{name}' is registered twice")
        self._names.append(name)
        if isinstance(entry, str):
            self._references[name] = entry
        else:
            self._loaded[name] = entry

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names: the project's own in the order of registration, then other packages'."""
        self._discover()
        return iter(list(dict.fromkeys([*self._names, *self._references, *self._loaded])))

    def __contains__(self, name: str) -> bool:
        self._discover()
        return name in self._references or name in self._loaded

    def get(self, name: str) -> T:
        """Return an entry by name, imported if need be.

        Raises
        ------
        UsageError
            Where no entry has that name, or its import fails.
        """
        self._discover()
        if name not in self._loaded:
            if name not in self._references:
                raise UsageError(f"no {self.kind} is named '{name}'{suggest(name, self)}")
            self._loaded[name] = self._load(name, self._references[name])
        return self._loaded[name]

    def origin(self, name: str) -> str:
        """Return the distribution that an entry comes from, "framebench" for the project's own."""
        self._discover()
        reference = self._references.get(name)
        return _distribution(reference) if isinstance(reference, EntryPoint) else OWN

    def _discover(self) -> None:
        if self._discovered or self.group is None:
            return
        self._discovered = True
        points = entry_points(group=self.group)
        for point in sorted(points, key=lambda entry: (_distribution(entry) != OWN, entry.name)):
            taken = point.name in self._references or point.name in self._loaded
            self._references[f"{_distribution(point)}/{point.name}" if taken else point.name] = point

    def _load(self, name: str, reference: str | EntryPoint) -> T:
        try:
            if isinstance(reference, EntryPoint):
                return cast(T, reference.load())
            module, _, attribute = reference.partition(":")
            return cast(T, getattr(import_module(module), attribute))
        except Exception as error:  # another package's module may raise anything
            what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            problem = f"{self.kind} '{name}' of {self.origin(name)} cannot be imported: {what}"
            problem += how_to_install(error) if isinstance(error, ImportError) else ""
            raise UsageError(one_line(problem)) from error


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else ""
