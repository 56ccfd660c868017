"""Label files of the Propaganda Techniques Corpus, scored against each other without the articles.

Rows are tab-separated: "id, technique, start, end", or "id, start, end" for span identification (SI). A file
of some hundred thousand rows is read into columns at once; a file with a fault is read again line by line, so
that every fault is told with its line.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import DataError, Fault
from benchmark.fileio import BOM_MESSAGE, not_utf8, read_bytes
from benchmark.metrics.base import Floats
from benchmark.metrics.credit import FIELDS, precision_recall_f1
from benchmark.metrics.intervals import Columns
from benchmark.metrics.ptc import fragment_statistics

LONGEST = 15
"""Digits of an offset."""


@dataclass(frozen=True)
class PtcRows:
    """The rows of a label file as columns, each of shape (rows,).

    Parameters
    ----------
    ids
        The article of each row.
    techniques
        The technique of each row; None in files of span identification.
    start, end
        Offsets in code points, end exclusive.
    """

    ids: tuple[str, ...]
    techniques: tuple[str, ...] | None
    start: NDArray[np.int64]
    end: NDArray[np.int64]


def read_rows(path: Path) -> PtcRows:
    """Read a label file.

    Raises
    ------
    UsageError
        Where it cannot be read.
    DataError
        With every fault in it, by line.
    """
    content = read_bytes(path)
    rows = _at_once(content)
    if rows is None:
        faults = _faults(path, content)
        if faults:
            raise DataError(faults)
        rows = _at_once(b"\n".join(line.rstrip(b"\r") for line in content.split(b"\n") if line.strip()))
    if rows is None:
        raise DataError([Fault(path, None, "some rows have a technique and some have none")])
    return rows


def _at_once(content: bytes) -> PtcRows | None:
    """Return the rows of a sound file; None where anything in it needs a closer look."""
    lines = content.count(b"\n") + (not content.endswith(b"\n") and bool(content))
    tabs = content.count(b"\t")
    if not lines:
        return PtcRows((), None, *np.empty((2, 0), dtype=np.int64))
    width = tabs // lines + 1
    if tabs % lines or width not in (3, 4) or b"\r" in content or content.startswith(BOM_UTF8):
        return None
    fields = content.removesuffix(b"\n").replace(b"\n", b"\t").split(b"\t")
    numbers = [fields[place::width] for place in (width - 2, width - 1)]
    # All digits of a column are looked at in one go; a field without any would go unseen there.
    if not all(b"".join(column).isdigit() and b"" not in column for column in numbers):
        return None
    if max(max(map(len, column)) for column in numbers) > LONGEST:
        return None
    start, end = (np.array(column, dtype=f"S{LONGEST}").astype(np.int64) for column in numbers)
    try:
        ids = tuple(b"\t".join(fields[0::width]).decode("utf-8").split("\t"))
        techniques = tuple(b"\t".join(fields[1::width]).decode("utf-8").split("\t")) if width == 4 else None
    except UnicodeDecodeError:
        return None
    sound = bool((start < end).all()) and all(ids)
    return PtcRows(ids, techniques, start, end) if sound else None


def _faults(path: Path, content: bytes) -> list[Fault]:
    faults = []
    if content.startswith(BOM_UTF8):
        faults.append(Fault(path, 1, BOM_MESSAGE))
    for number, line in enumerate(content.split(b"\n"), 1):
        problem = _problem(line.rstrip(b"\r")) if line.strip() else None
        if problem:
            faults.append(Fault(path, number, problem))
    return faults


def _problem(line: bytes) -> str | None:
    broken = not_utf8(line)
    if broken:
        return broken
    fields = line.split(b"\t")
    if len(fields) not in (3, 4):
        return f"{len(fields)} tab-separated fields; a row is 'id, technique, start, end' or 'id, start, end'"
    if not fields[0]:
        return "no article is named"
    if not all(part.isdigit() and len(part) <= LONGEST for part in fields[-2:]):
        return f"offsets {fields[-2]!r} and {fields[-1]!r} are not whole numbers from 0".replace("b'", "'")
    if int(fields[-2]) >= int(fields[-1]):
        return f"offsets {int(fields[-2])} and {int(fields[-1])} are reversed or empty"
    return None


@dataclass(frozen=True)
class PtcScores:
    """What one label file scores against another.

    Parameters
    ----------
    statistics
        Of each article of the gold, shape (articles, 4); see `benchmark.metrics.credit.FIELDS`.
    strangers
        Articles that the predictions name and the gold does not; their rows count as false.
    """

    statistics: Floats
    strangers: tuple[str, ...]

    @property
    def scores(self) -> Floats:
        """Precision, recall and F1, shape (3,)."""
        return precision_recall_f1(self.statistics.sum(axis=0), 0.0)


def score_rows(gold: PtcRows, predicted: PtcRows, *, by_technique: bool) -> PtcScores:
    """Score one label file against another.

    Parameters
    ----------
    gold, predicted
        The rows.
    by_technique
        True for fragment level classification (FLC), for which both have techniques; False for SI.

    Raises
    ------
    ValueError
        Where techniques are asked for and rows have none.
    """
    if by_technique and any(rows.techniques is None and rows.ids for rows in (gold, predicted)):
        raise ValueError("fragment level classification needs a technique in every row")
    articles = {name: number for number, name in enumerate(dict.fromkeys((*gold.ids, *predicted.ids)))}
    names = dict.fromkeys((*(gold.techniques or ()), *(predicted.techniques or ()))) if by_technique else {}
    labels = {name: number for number, name in enumerate(names)}
    known = len(dict.fromkeys(gold.ids))
    statistics = fragment_statistics(
        _columns(predicted, articles, labels),
        _columns(gold, articles, labels),
        len(articles),
        max(1, len(labels)),
    )
    of_articles = statistics.reshape(len(articles), max(1, len(labels)), FIELDS).sum(axis=1)
    return PtcScores(of_articles, tuple(list(articles)[known:]))


def _columns(rows: PtcRows, articles: dict[str, int], labels: dict[str, int]) -> Columns:
    size = len(rows.ids)
    label = [labels[name] for name in rows.techniques] if labels and rows.techniques else [0] * size
    return Columns(
        document=_numbers([articles[name] for name in rows.ids]),
        label=_numbers(label),
        start=rows.start,
        end=rows.end,
    )


def _numbers(values: Sequence[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)
