"""What the classes of a model stand for: labels of ours, beginnings of spans, or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from baselines.neural.config import MULTI, Config, Task, check_known, read_label_map, toml_line

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

OUTSIDE = "O"
BEGINS, INSIDE = "B", "I"
_TAG = re.compile(r"([BILUSEM])-(.+)", re.DOTALL)
"""Begin, inside, last, unit; or begin, middle, end, single."""
_BARE_TAG = re.compile(r"[BILUSEM]-?")
_STARTING, _GOING_ON = frozenset("BUS"), frozenset("IM")
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
        _refuse_unnamed(names, renamed)
        _refuse_bare(names, renamed)
        parted = _parted(["" if renamed.get(name) in ("", OUTSIDE) else name for name in names])
        for name in renamed:
            check_known(name, [*names, *(own for _, own in parted if own)], "label_map")
        given = [_given(name, *part, renamed) for name, part in zip(names, parted, strict=True)]
        if not any(tag for tag, _ in parted):  # a map may give tags to what has none
            parted = _parted(given)
            _refuse_mixed(given, parted)
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
        known = [*names, *(match[2] for match in map(_TAG.fullmatch, names) if match)]
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


def _given(name: str, tag: str, own: str, renamed: Mapping[str, str]) -> str:
    """Return the label that a class stands for, "" for none.

    Parameters
    ----------
    name
        Of the class.
    tag, own
        Its parts.
    renamed
        Labels of ours by names, or by these without their tag.
    """
    label = renamed.get(name, renamed.get(own, own))
    if tag and name in renamed:  # "B-x" may be told to be "B-y"
        label = label.removeprefix(f"{tag}-")
    return "" if label == OUTSIDE else label


def _refuse_mixed(given: Sequence[str], parted: Sequence[tuple[str, str]]) -> None:
    """Refuse names of which some are tags beyond doubt, as "B-x" beside "I-x", and others are none.

    Raises
    ------
    ValueError
        Which names one without a tag.
    """
    if any(tag for tag, _ in parted):
        return
    tags: dict[str, list[str]] = {}
    for match in filter(None, map(_TAG.fullmatch, given)):
        tags.setdefault(match[2], []).append(match[1])
    plain = next((n for n in given if n not in (OUTSIDE, "") and not _TAG.fullmatch(n)), None)
    for label, own in tags.items():
        begin, inside = _STARTING.intersection(own), _GOING_ON.intersection(own)
        if plain is not None and begin and inside:
            both = f"{min(begin)}-{label} and {min(inside)}-{label}"
            raise ValueError(
                f"{plain} has no prefix, while {both} have one; tell what it stands for by label_map=FILE: "
                f"{toml_line(plain, '')} for none, or a label with a prefix"
            )


def _refuse_bare(names: Sequence[str], renamed: Mapping[str, str]) -> None:
    """Refuse classes named "B" and "I": spans of one label that has no name.

    Raises
    ------
    ValueError
        Which says how to name it.
    """
    if not {BEGINS, INSIDE} <= {name.removesuffix("-") for name in names}:
        return
    bare = [name for name in names if _BARE_TAG.fullmatch(name) and name not in renamed]
    if bare:
        what = "are prefixes" if len(bare) > 1 else "is a prefix"
        line = toml_line(bare[0], f"{bare[0].removesuffix('-')}-our label")
        raise ValueError(f"{', '.join(bare)} {what} without a label; tell it by label_map=FILE: {line}")


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
            f'line a label: {toml_line(unnamed[0])}, or "" for none'
        )
