"""The matrix of datasets that a detector learned from and datasets that it is scored on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from benchmark.contamination import named
from benchmark.report.formats import Format
from benchmark.report.numbers import UNDEFINED, title_of, with_interval
from benchmark.report.table import WIDTH, Table, render
from benchmark.report.tidy import Row, as_csv, as_json
from benchmark.stats.bootstrap import FEW_CLUSTERS
from benchmark.transfer import Cell, Matrix
from benchmark.transfer_plan import Gap

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Hashable)
WITHIN, LOSSY, CONTAMINATED, INCOMPLETE = "=", "*", "!", "?"
BETWEEN = 2
"""Spaces between columns."""


def written(matrix: Matrix, fmt: Format) -> str:
    """Return the matrix in any format.

    Parameters
    ----------
    matrix
        A pair of training and test that has no cell is left blank.
    fmt
        In CSV and JSON a row a cell; plain text is cut into tables that fit the width.
    """
    if fmt in (Format.CSV, Format.JSON):
        rows = [_tidy(cell) for cell in matrix.cells]
        return as_json(rows) if fmt is Format.JSON else as_csv(rows)
    return render(_tables(matrix, WIDTH if fmt is Format.TABLE else sys.maxsize), fmt)


def _tables(matrix: Matrix, width: int) -> list[Table]:
    """Return tables of some columns each; the notes stand below the last."""
    trains = list(dict.fromkeys(cell.train for cell in matrix.cells))
    shown = {(cell.train, cell.test): _cell(cell) for cell in matrix.cells}
    heads = {cell.test: _head(cell) for cell in matrix.cells}
    blocks = _blocks(matrix, trains, shown, heads, width)
    names = list(dict.fromkeys(cell.detector for cell in matrix.cells))
    title = f"{' and '.join(names)}: trained on the rows, scored on the columns"
    tables = []
    for number, tests in enumerate(blocks, 1):
        of = f" ({number} of {len(blocks)})" if len(blocks) > 1 else ""
        used = [train for train in trains if any((train, test) in shown for test in tests)]
        rows = tuple((train, *(shown.get((train, test), "") for test in tests)) for train in used)
        notes = tuple(dict.fromkeys(_notes(matrix))) if number == len(blocks) else ()
        heading = ("trained on", *(heads[test] for test in tests))
        tables.append(Table(title + of, heading, rows, notes))
    return tables


def _blocks(
    matrix: Matrix,
    trains: Sequence[str],
    shown: dict[tuple[str, str], str],
    heads: dict[str, str],
    width: int,
) -> list[list[str]]:
    """Divide the columns that have a cell so that each table fits the width."""
    first = max(len(train) for train in (*trains, "trained on"))
    blocks: list[list[str]] = []
    used = width
    for test in (test for test in matrix.tests if test in heads):
        cells = [text for (_, column), text in shown.items() if column == test]
        needed = BETWEEN + max(len(line) for text in (*cells, heads[test]) for line in text.split("\n"))
        if used + needed > width:
            blocks.append([])
            used = first
        blocks[-1].append(test)
        used += needed
    return blocks


def _head(cell: Cell) -> str:
    dataset, _, task = cell.test.partition("/")
    return f"{dataset}/\n{task}\n{title_of(cell.metric, cell.score)}"


def _cell(cell: Cell) -> str:
    marks = WITHIN * cell.within + LOSSY * bool(cell.reasons)
    marks += CONTAMINATED * bool(cell.shared) + INCOMPLETE * bool(cell.failures)
    return f"{with_interval(cell.value)}{' ' if marks else ''}{marks}"


def _notes(matrix: Matrix) -> Iterator[str]:
    cells = matrix.cells
    yield from _learned(cells)
    for gold, which in _together(cells, lambda cell: cell.gold, lambda cell: cell.test):
        if gold in ("model", "model_writer"):
            yield f"Gold of {', '.join(which)}: made by language models; no person annotated."
    yield from _intervals(cells)
    yield from _losses(cells)
    yield from _contamination(cells)
    for cell in cells:
        if cell.failures:
            first = cell.failures[0]
            more = f" and {len(cell.failures) - 1} more" if len(cell.failures) > 1 else ""
            yield (
                f"{INCOMPLETE} [incomplete] {_pair(cell)}: {cell.detector} failed on document "
                f"'{first.document}'{more} ({first.error}), which counts as nothing found."
            )
    if any(cell.value.value is None for cell in cells):
        yield f"{UNDEFINED}: undefined, as MCC where all answers are equal."
    yield from _gaps(matrix.gaps)


def _learned(cells: Sequence[Cell]) -> Iterator[str]:
    """Say what each row learned from, by which detector where there are several."""
    several = len({cell.detector for cell in cells}) > 1
    learned = _together(
        (cell for cell in cells if not cell.within),
        lambda cell: cell.how + (f" by {cell.detector}" if several else ""),
        lambda cell: cell.train,
    )
    told = [f"{', '.join(which)} ({how})" for how, which in learned]
    if told:
        yield f"Trained on {'; '.join(told)}."
    own = _together(
        (cell for cell in cells if cell.within),
        lambda cell: cell.how + (f" by {cell.detector}" if several else ""),
        lambda cell: cell.test,
    )
    for how, which in own:
        yield f"{WITHIN} {', '.join(which)} by its own protocol: {how}."


def _losses(cells: Sequence[Cell]) -> Iterator[str]:
    """Say what labels lose, each reason once, those of the same cells together."""
    each = [(reason, cell) for cell in cells for reason in cell.reasons]
    by_reason = _together(each, lambda item: item[0], lambda item: (item[1].train, item[1].test))
    for which, reasons in _together(by_reason, lambda item: tuple(item[1]), lambda item: item[0]):
        rows = _together(which, lambda pair: pair[0], lambda pair: pair[1])
        named = "; ".join(f"{train} on {', '.join(tests)}" for train, tests in rows)
        yield f"{LOSSY} {named}: {'; '.join(reasons)}."


def _intervals(cells: Sequence[Cell]) -> Iterator[str]:
    units = _together(
        cells,
        lambda cell: (cell.resampling.clusters, cell.resampling.unit, cell.noun),
        lambda cell: cell.test.partition("/")[0],
    )
    told = []
    for (clusters, unit, noun), which in units:
        named = {"paragraph": "paragraphs", "document": f"{noun}s"}.get(unit, f"groups of {noun}s by {unit}")
        told.append(f"{clusters} {named} of {', '.join(which)}")
    few = any(1 < cell.resampling.clusters < FEW_CLUSTERS for cell in cells)
    yield (
        f"Intervals: 95 %, bootstrap over {'; '.join(told)}; {cells[0].resampling.resamples:,} resamples"
        f"{', widened where there are few' if few else ''}. They leave the variance of training out."
    )


def _contamination(cells: Sequence[Cell]) -> Iterator[str]:
    found = _together((cell for cell in cells if cell.shared), lambda cell: cell.shared, lambda cell: cell)
    for twins, those in found:
        cell = those[0]
        yield (
            f"{CONTAMINATED} [contaminated] {', '.join(dict.fromkeys(map(_pair, those)))}: {len(twins)} of "
            f"the {cell.documents} scored {cell.noun}s, or nearly the same text, were learned from: "
            f"{named(twins)}."
        )


def _gaps(gaps: Sequence[Gap]) -> Iterator[str]:
    for why, which in _together(gaps, lambda gap: gap.why, lambda gap: f"{gap.train} on {gap.test}"):
        yield f"Blank, since {why}: {', '.join(which)}."


def _pair(cell: Cell) -> str:
    return f"{cell.train} on {cell.test}"


def _together(items: Iterable[T], key: Callable[[T], K], value: Callable[[T], V]) -> list[tuple[K, list[V]]]:
    """Return the values of the items of each key, each value once, keys in the order in which they come."""
    found: dict[K, dict[V, None]] = {}
    for item in items:
        found.setdefault(key(item), {})[value(item)] = None
    return [(name, list(values)) for name, values in found.items()]


def _tidy(cell: Cell) -> Row:
    return {
        "detector": cell.detector,
        "train": cell.train,
        "test": cell.test,
        "training": cell.how,
        "within": cell.within,
        "metric": cell.metric,
        "score": cell.score,
        "value": cell.value.value,
        "low": cell.value.low,
        "high": cell.value.high,
        "level": cell.resampling.level,
        "undefined": cell.value.undefined,
        "documents": cell.documents,
        "clusters": cell.resampling.clusters,
        "cluster": cell.resampling.unit,
        "gold": cell.gold,
        "incomplete": bool(cell.failures),
        "contaminated": len(cell.shared),
        "lossy": bool(cell.reasons),
        "reasons": "; ".join(cell.reasons),
        "signature": cell.signature,
    }
