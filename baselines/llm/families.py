"""Which family of models a model belongs to, told by its name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from baselines.llm.prompt_file import Prompt, check_families

FILE = Path(__file__).parent / "families.toml"


class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    families: dict[str, tuple[str, ...]]


@cache
def shipped_families() -> Mapping[str, tuple[str, ...]]:
    """Return the patterns of model names that come with the package, by family."""
    given = msgspec.convert(tomllib.loads(FILE.read_text(encoding="utf-8")), _File)
    check_families(given.families)
    return given.families


def family_of(model: str, prompt: Prompt | None = None) -> str:
    """Return the family of a model, "" where none is known.

    A prompt's own patterns come first. Where several families' patterns are found in a name, the one that
    begins first counts: DeepSeek-R1-Distill-Qwen-7B is taken for a DeepSeek.

    Parameters
    ----------
    model
        Its name as a server or hub knows it, with or without an owner before it.
    prompt
        The prompt that it is asked with.
    """
    for families in (prompt.families if prompt else None, shipped_families()):
        begins = {
            family: found.start()
            for family, patterns in (families or {}).items()
            for found in [_first(patterns, model)]
            if found
        }
        if begins:
            return min(begins, key=lambda family: begins[family])
    return ""


def _first(patterns: tuple[str, ...], model: str) -> re.Match[str] | None:
    found = [match for match in (re.search(one, model, re.IGNORECASE) for one in patterns) if match]
    return min(found, key=lambda match: match.start(), default=None)
