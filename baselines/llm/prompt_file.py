"""Prompt files: what is asked of a language model in a layer, one TOML file each, versioned."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

Kind = Literal["spans", "relations", "units"]
RELATION_PARTS = ("source", "cue", "content")
SHIPPED = Path(__file__).parent / "prompts"
MOST_BYTES = 1_000_000
_NAME = re.compile(r"[\w.-]+")


class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    layer: str
    kind: Kind
    title: str
    task: str
    labels: dict[str, str]
    rules: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    unit: Literal["", "sentence", "paragraph", "document"] = ""
    families: dict[str, tuple[str, ...]] = {}


@dataclass(frozen=True)
class Prompt:
    """What is asked in a layer.

    Parameters
    ----------
    name
        The file's name without its ending.
    version
        Its version, from 1.
    layer, kind
        The layer, and what it is made of: spans, relations or units.
    title
        What is annotated, in a few words.
    task
        What is asked.
    labels
        The definition of each label, in order.
    rules
        Rules that hold for all labels.
    least, most
        How few and how many labels a unit may have; most is 0 where it does not matter.
    unit
        What is labelled where nobody else says it: sentence, paragraph or document; "" for paragraphs.
    families
        Patterns of model names by family, which come before those of `families.toml`.
    sha256
        Checksum of the file.
    """

    name: str
    version: int
    layer: str
    kind: Kind
    title: str
    task: str
    labels: Mapping[str, str]
    rules: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    unit: str = ""
    families: Mapping[str, tuple[str, ...]] | None = None
    sha256: str = ""


def load_prompt(path: Path) -> Prompt:
    """Read a prompt file.

    Parameters
    ----------
    path
        A TOML file.

    Raises
    ------
    ValueError
        Where it cannot be read or used; the message names the file and says what to do.
    """
    try:
        content = path.read_bytes()
        given = _read(content)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror or error}") from error
    except RecursionError as error:
        raise ValueError(f"{path}: is no prompt file: it is nested too deeply") from error
    except ValueError as error:  # no UTF-8, no TOML, not of the form, or what _check says
        raise ValueError(
            f"{path}: is no prompt file: {error}; see the page on prompts for its form"
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    return Prompt(path.name.removesuffix(".toml"), **msgspec.structs.asdict(given), sha256=digest)


def _read(content: bytes) -> _File:
    if len(content) > MOST_BYTES:
        raise ValueError(f"it has {len(content)} bytes, and at most {MOST_BYTES} are read")
    given = msgspec.convert(tomllib.loads(content.decode("utf-8")), _File)
    _check(given)
    if given.kind == "units":
        _check_numbers(given)
    elif given.least or given.most or given.unit:
        raise ValueError("'least', 'most' and 'unit' are of labels of units, and this is no file of units")
    return given


def _check(given: _File) -> None:
    """Hold a file to what its schema cannot say.

    Raises
    ------
    ValueError
        Saying what is wrong.
    """
    if given.version < 1:
        raise ValueError(f"'version' is {given.version}; the first version is 1")
    if not _NAME.fullmatch(given.layer):
        raise ValueError("'layer' must name a layer: letters, digits, '_', '.' and '-'")
    for name in ("title", "task"):
        if not getattr(given, name).strip():
            raise ValueError(f"'{name}' is empty; say what is asked")
    if not given.labels:
        raise ValueError("'labels' is empty; give each label a definition")
    for label, definition in given.labels.items():
        if not label.strip() or not definition.strip():
            raise ValueError(f"label '{label}' is empty or has no definition; give it one")
    if given.kind == "relations" and set(given.labels) != set(RELATION_PARTS):
        raise ValueError(f"relations have the labels {', '.join(RELATION_PARTS)}, and no others")
    check_families(given.families)


def _check_numbers(given: _File) -> None:
    if given.least < 0 or given.most < 0 or 0 < given.most < given.least:
        raise ValueError("'least' and 'most' must be 0 or more, and 'most' no smaller than 'least'")


def check_families(families: Mapping[str, Sequence[str]]) -> None:
    """Hold patterns of model names to be regular expressions.

    Raises
    ------
    ValueError
        Where one is none.
    """
    for family, patterns in families.items():
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(
                    f"family '{family}': {pattern!r} is no regular expression: {error}"
                ) from error


@cache
def shipped_prompts() -> tuple[Prompt, ...]:
    """Return the prompts that come with the package, by name."""
    return tuple(load_prompt(path) for path in sorted(SHIPPED.glob("*.toml")))
