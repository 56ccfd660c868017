"""The field's public corpora, read by adapters from the copy that the user has."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmark.errors import UsageError
from benchmark.registry import Registry

if TYPE_CHECKING:
    from benchmark.corpora.base import Adapter

CORPORA: Registry[Callable[..., Adapter]] = Registry("corpus")
CORPORA.register("ptc", "benchmark.corpora.ptc:PtcAdapter")
CORPORA.register("basil", "benchmark.corpora.basil:BasilAdapter")
CORPORA.register("babe", "benchmark.corpora.babe:BabeAdapter")
CORPORA.register("polnear", "benchmark.corpora.polnear:PolnearAdapter")
CORPORA.register("semeval2023_task3", "benchmark.corpora.semeval2023_task3:SemEval2023Task3Adapter")
CORPORA.register("semeval2021_task6", "benchmark.corpora.semeval2021_task6:SemEval2021Task6Adapter")
CORPORA.register("checkthat2025_task1", "benchmark.corpora.checkthat2025_task1:CheckThat2025Task1Adapter")


def adapter(name: str, part: str | None = None) -> Adapter:
    """Return a corpus's adapter.

    Parameters
    ----------
    name
        The corpus.
    part
        The part of it to be read, where it has parts that are used one at a time.

    Raises
    ------
    UsageError
        Where no corpus has that name, or it has no such parts.
    """
    kind = CORPORA.get(name)
    if part is None:
        return kind()
    try:
        return kind(part=part)
    except TypeError as error:
        raise UsageError(f"corpus '{name}' has no parts to choose from; leave --part away") from error
