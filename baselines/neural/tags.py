"""What the classes of a model stand for: labels of ours, beginnings of spans, or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from baselines.neural.config import MULTI, Config, Task, read_label_map

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

OUTSIDE = "O"
BEGINS, INSIDE = "B", "I"
_TAG = re.compile(r"([BILUSEM])-(.+)", re.DOTALL)
"""Begin, inside, last, unit; or begin, middle, end, single."""
_STARTING = frozenset("BUS")
_UNNAMED = re.compile(r"LABEL_\d+")


@dataclass(frozen=True)
class Tags:
    """The classes of a model of tokens.

    Parameters
    ----------
    labels
        The labels of spans, in the order of the classes.
    of
        Number of the label of each class, −1 outside of spans: shape (classes,).
    begins
        Which classes begin a span even where one of the same label stands before: shape (classes,).
    """

    labels: tuple[str, ...]
    of: Ints
    begins: Flags

    @classmethod
    def read(cls, names: Sequence[str], renamed: Mapping[str, str]) -> Self:
        """Return the tags that names of classes stand for: BIO, BILOU, BMES, or labels without a prefix.

        Parameters
        ----------
        names
            As the model has them.
        renamed
            Labels of ours by names of classes, or by these without their prefix; "" is outside.

        Raises
        ------
        ValueError
            Where no label is left, or one has no name that says anything.
        """
        parted = _parted(names)
        tagged = any(tag for tag, _ in parted)
        given = [
            renamed.get(name, renamed.get(own, own)) for name, (_, own) in zip(names, parted, strict=True)
        ]
        _refuse_unnamed(names, renamed)
        if not tagged:  # a map may give tags to what has none
            parted = _parted(given)
            given = [own for _, own in parted]
        labels, of = _numbered(given)
        begins = [tag in _STARTING for tag, _ in parted]
        return cls(labels, of, np.array(begins, dtype=np.bool_) & (of >= 0))

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.of)


@dataclass(frozen=True)
class Classes:
    """The classes of a model of whole texts.

    Parameters
    ----------
    labels
        The labels, in the order of the classes.
    of
        Number of the label of each class, −1 for a class that stands for no label: shape (classes,).
    several
        Whether a text may have several labels, each with a probability of its own.
    """

    labels: tuple[str, ...]
    of: Ints
    several: bool

    @classmethod
    def read(cls, names: Sequence[str], renamed: Mapping[str, str], several: bool) -> Self:
        """Return what names of classes stand for, with those of a map in their place; "" is no label.

        Raises
        ------
        ValueError
            Where no label is left, or one has no name that says anything.
        """
        _refuse_unnamed(names, renamed)
        labels, of = _numbered([renamed.get(name, name) for name in names])
        return cls(labels, of, several)

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.of)


def read_classes(config: Config, task: Task, label_map: Path | None) -> Tags | Classes:
    """Return what the classes of a model stand for.

    Parameters
    ----------
    config
        Of the model.
    task
        What it classifies.
    label_map
        A file that renames its labels.

    Raises
    ------
    ValueError
        Where the map is broken or does not fit, or the labels say nothing.
    """
    names = config.names
    if task == "token":
        known = [*names, *(label for _, label in _parted(names) if label)]
        return Tags.read(names, read_label_map(label_map, known))
    return Classes.read(names, read_label_map(label_map, names), config.problem_type == MULTI)


def tag_names(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the classes with which spans of labels are learned: outside, begin and inside."""
    return (OUTSIDE, *(f"{tag}-{label}" for label in labels for tag in (BEGINS, INSIDE)))


def _parted(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return tag and label of each name; no tags unless all names but those outside have one."""
    named = [name for name in names if name not in (OUTSIDE, "")]
    matches = {name: _TAG.fullmatch(name) for name in named}
    if named and all(matches.values()):
        parts = {name: (match[1], match[2]) for name, match in matches.items() if match}
    else:
        parts = {name: ("", name) for name in named}
    return [parts.get(name, ("", "")) for name in names]


def _numbered(given: Sequence[str]) -> tuple[tuple[str, ...], Ints]:
    labels = tuple(dict.fromkeys(label for label in given if label))
    if not labels:
        raise ValueError("no label is left: the model has none, or label_map drops them all")
    places = {label: number for number, label in enumerate(labels)}
    return labels, np.array([places.get(label, -1) for label in given], dtype=np.int64)


def _refuse_unnamed(names: Sequence[str], renamed: Mapping[str, str]) -> None:
    unnamed = [name for name in names if _UNNAMED.fullmatch(name) and name not in renamed]
    if unnamed:
        raise ValueError(
            f"the model does not say what {', '.join(unnamed)} stands for; tell it by label_map=FILE, with a "
            f'line a label: {unnamed[0]} = "our label", or "" for none'
        )
