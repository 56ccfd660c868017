"""The file `datasets/crosswalk.toml`: its schema, what must hold in it, and what it says of two labels."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import msgspec

from benchmark.errors import DataError, Fault, suggest
from benchmark.fileio import not_utf8, read_bytes
from benchmark.manifest import Strict

FILE = "crosswalk.toml"
EVERY = "*"
"""Stands for every label of a layer."""

Label = tuple[str, str]
"""A layer as "corpus/layer", and the name of one of its labels."""


class SchemeEntry(Strict, frozen=True):
    """Layers with the same label names, each of which stands for its namesake.

    Parameters
    ----------
    layers
        Two or more, each as "corpus/layer".
    exact
        Whether namesakes mean the same.
    why
        On what grounds one may stand for the other.
    loss
        What gets lost; empty where they mean the same.
    """

    layers: tuple[str, ...]
    exact: bool
    why: str
    loss: str = ""


class MapEntry(Strict, frozen=True):
    """A label that stands for one or more others, in both directions.

    Parameters
    ----------
    origin
        The label as "corpus/layer/label", under the name "from".
    to
        The labels that it stands for, likewise; "corpus/layer/*" is every label of a layer.
    exact, why, loss
        As in a scheme.
    """

    origin: str = msgspec.field(name="from")
    to: tuple[str, ...]
    exact: bool
    why: str
    loss: str = ""


class RestEntry(Strict, frozen=True):
    """The label of units to which nothing applies, as "corpus/layer/label"."""

    label: str


class _File(Strict, frozen=True):
    schema: Literal[1]
    scheme: tuple[SchemeEntry, ...] = ()
    map: tuple[MapEntry, ...] = ()
    rest: tuple[RestEntry, ...] = ()


@dataclass(frozen=True)
class Claim:
    """What is declared of two labels that stand for each other.

    Parameters
    ----------
    exact
        Whether they mean the same.
    losses
        What gets lost.
    """

    exact: bool
    losses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Declared:
    """What a crosswalk file declares.

    Parameters
    ----------
    path
        The file.
    schemes, maps
        Its entries.
    rests
        The label of units to which nothing applies, by "corpus/layer".
    """

    path: Path
    schemes: tuple[SchemeEntry, ...]
    maps: tuple[MapEntry, ...]
    rests: Mapping[str, str]

    def claim(self, one: Label, other: Label) -> Claim | None:
        """Return what is declared of two labels; None where nothing is."""
        if one == other:
            return Claim(exact=True)
        scheme = self._scheme(one[0], other[0])
        if one[1] == other[1] and scheme is not None:
            return _together(scheme)
        for entry in self.maps:
            for left, right in ((one, other), (other, one)):
                begins = self._through(left, entry.origin)
                ends = (self._through(right, label) for label in entry.to)
                end = next((end for end in ends if end is not None), None)
                if begins is not None and end is not None:
                    return _together(entry, *begins, *end)
        return None

    def partners(self, layer: str) -> tuple[str, ...]:
        """Return the other layers any of whose labels corresponds to one of a layer, sorted."""
        found = {other for scheme in self.schemes if layer in scheme.layers for other in scheme.layers}
        for entry in self.maps:
            begin, ends = self._alike(parsed(entry.origin)[0]), set[str]()
            for label in entry.to:
                ends |= self._alike(parsed(label)[0])
            found |= (ends if layer in begin else set()) | (begin if layer in ends else set())
        return tuple(sorted(found - {layer}))

    def check(self, layer: str, labels: tuple[str, ...]) -> None:
        """Refuse labels that the file names and a layer does not have: a slip there would go unseen.

        Raises
        ------
        DataError
            Which names them.
        """
        named = [parsed(label) for entry in self.maps for label in (entry.origin, *entry.to)]
        wrong = [
            Fault(self.path, None, f"'{name}' is no label of layer '{of}'{suggest(name, labels)}")
            for of, name in dict.fromkeys([*named, *self.rests.items()])
            if of == layer and name not in (EVERY, *labels)
        ]
        if wrong:
            raise DataError(wrong)

    def _through(self, label: Label, declared: str) -> tuple[SchemeEntry, ...] | None:
        """Return the scheme by which a label is one that an entry names, if any; None where it is not."""
        layer, name = parsed(declared)
        if name not in (label[1], EVERY):
            return None
        if layer == label[0]:
            return ()
        scheme = self._scheme(layer, label[0])
        return None if scheme is None else (scheme,)

    def _scheme(self, one: str, other: str) -> SchemeEntry | None:
        return next((s for s in self.schemes if one in s.layers and other in s.layers), None)

    def _alike(self, layer: str) -> set[str]:
        """Return a layer with those that share a scheme with it."""
        return {layer}.union(*(scheme.layers for scheme in self.schemes if layer in scheme.layers))


def parsed(label: str) -> Label:
    """Return the layer and the name of "corpus/layer/label"; a name may hold a slash."""
    corpus, layer, name = label.split("/", 2)
    return f"{corpus}/{layer}", name


def read(path: Path) -> Declared:
    """Return what a crosswalk file declares.

    Raises
    ------
    UsageError
        Where it cannot be read.
    DataError
        Where anything is wrong with it; all faults are listed.
    """
    content = read_bytes(path)
    try:
        file = msgspec.convert(tomllib.loads(content.decode("utf-8")), _File)
    except UnicodeDecodeError as error:
        raise DataError([Fault(path, None, not_utf8(content) or error.reason)]) from error
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise DataError([Fault(path, None, str(error))]) from error
    problems = [Fault(path, None, problem) for problem in _problems(file)]
    if problems:
        raise DataError(problems)
    return Declared(
        path, file.scheme, file.map, MappingProxyType(dict(parsed(entry.label) for entry in file.rest))
    )


def _together(*entries: SchemeEntry | MapEntry) -> Claim:
    return Claim(all(entry.exact for entry in entries), tuple(entry.loss for entry in entries if entry.loss))


def _problems(file: _File) -> Iterator[str]:
    """Yield what is wrong with a file of the right schema, a message each."""
    for scheme in file.scheme:
        where = f"scheme {', '.join(scheme.layers)}"
        yield from (f"{where}: '{layer}' is not CORPUS/LAYER" for layer in scheme.layers if not _is(layer, 2))
        if len(set(scheme.layers)) < 2 or len(set(scheme.layers)) < len(scheme.layers):
            yield f"{where}: names two or more layers, each once"
        yield from _unexplained(where, scheme)
    pairs: Counter[tuple[str, ...]] = Counter()
    for entry in file.map:
        where = f"map from '{entry.origin}'"
        named = (entry.origin, *entry.to)
        yield from (f"{where}: '{label}' is not CORPUS/LAYER/LABEL" for label in named if not _is(label, 3))
        if not entry.to:
            yield f"{where}: stands for no label"
        if entry.origin.endswith(f"/{EVERY}"):
            yield f"{where}: '{EVERY}' can only be stood for"
        yield from _unexplained(where, entry)
        pairs.update(tuple(sorted((entry.origin, label))) for label in entry.to)
    yield from (f"'{a}' and '{b}' are mapped {n} times" for (a, b), n in pairs.items() if n > 1)
    rests = Counter(entry.label.rpartition("/")[0] for entry in file.rest)
    yield from (f"rest '{e.label}' is not CORPUS/LAYER/LABEL" for e in file.rest if not _is(e.label, 3))
    yield from (f"layer '{layer}' has {n} labels of the rest" for layer, n in rests.items() if n > 1)


def _unexplained(where: str, entry: SchemeEntry | MapEntry) -> Iterator[str]:
    if not entry.why.strip():
        yield f"{where}: 'why' is empty"
    if entry.exact == bool(entry.loss.strip()):
        yield f"{where}: 'loss' is given where the labels do not mean the same, and only there"


def _is(text: str, parts: int) -> bool:
    found = text.split("/", parts - 1)
    return len(found) == parts and all(found) and (parts > 2 or "/" not in found[-1])
