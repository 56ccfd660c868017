"""The tables of error types and of confused labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from string import ascii_uppercase

import numpy as np

from benchmark.error_types import TYPES, Errors, ErrorType, Kind
from benchmark.errors import one_line
from benchmark.record import number
from benchmark.report.formats import Format
from benchmark.report.numbers import UNDEFINED, decimal, percent
from benchmark.report.table import WIDTH, Table, render
from benchmark.report.tidy import Row, as_csv, as_json

Named = tuple[str, Errors]
"""What a table calls a run, and its errors."""
HEADS = ("count", "F1\nlost", "%")
RUNS_ABREAST = 4
"""How many runs stand beside each other at 100 columns."""
MOST_CONFUSIONS = 3
LABEL_WIDTH = 30
NONE, MISSED = "(none)", "(missed)"
_GAP = 2


def written(found: Sequence[Named], title: str, fmt: Format) -> str:
    """Return the errors of runs on one task in any format.

    Parameters
    ----------
    found
        The runs with their errors.
    title
        What was scored: dataset and task.
    fmt
        In CSV and JSON a row for each type, gold label and predicted label that occurs.
    """
    if fmt in (Format.CSV, Format.JSON):
        rows = tidy_errors(found)
        return as_json(rows) if fmt is Format.JSON else as_csv(rows)
    return render(error_tables(found, title), fmt)


def error_tables(found: Sequence[Named], title: str) -> list[Table]:
    """Return the error types of all runs, then the labels of each run: confused, or found and missed.

    Parameters
    ----------
    found
        Runs on one task.
    title
        What was scored.

    Raises
    ------
    ValueError
        Where the runs are not of one task, with the same labels.
    """
    if len({(errors.kind, errors.labels) for _, errors in found}) > 1:
        raise ValueError("errors of runs on different tasks do not fit into one table")
    tables = [
        _types(found[first : first + RUNS_ABREAST], first + 1 if len(found) > 1 else 0, title)
        for first in range(0, len(found), RUNS_ABREAST)
    ]
    if tables:
        last = tables[-1]
        tables[-1] = replace(last, notes=(*last.notes, *_notes(found)))
    for name, errors in found:
        tables.extend(_labels(name, errors) if errors.kind is Kind.LABELS else _confusion(name, errors))
    return tables


def _types(found: Sequence[Named], first: int, title: str) -> Table:
    """Return a row a type; of several runs each has a number, counted from `first`, for a head."""
    some = found[0][1]
    runs = [errors for _, errors in found]
    rows = [
        (str(kind), *(cell for errors in runs for cell in _cells(errors, kind))) for kind in some.possible
    ]
    rows += [
        (f"gold {some.kind}", *(cell for errors in runs for cell in (f"{errors.gold:,}", "", ""))),
        (f"predicted {some.kind}", *(cell for errors in runs for cell in (f"{errors.predicted:,}", "", ""))),
        (_f1(some), *(cell for errors in runs for cell in ("", decimal(number(errors.f1)), ""))),
    ]
    names = [one_line(name) for name, _ in found]
    names = [f"{first + place} {name}" if first else name for place, name in enumerate(names)]
    heads = [f"{first + place}\n{head}" if first else head for place in range(len(found)) for head in HEADS]
    align = ("left", *["right"] * len(heads))
    whole = one_line(title) if first else f"{one_line(title)}, {names[0]}"
    legend = (f"Runs: {'; '.join(names)}.",) if first else ()
    return Table(f"{whole}: error types", ("error type", *heads), tuple(rows), legend, align)


def _cells(errors: Errors, kind: ErrorType) -> tuple[str, str, str]:
    """Return count, points of F1 lost and percentage of the loss; what is right loses nothing."""
    count = f"{errors.counts[kind]:,}"
    if kind is ErrorType.RIGHT:
        return count, "", ""
    return count, decimal(number(errors.lost[kind])), percent(number(errors.share[kind]))


def _f1(errors: Errors) -> str:
    return "exact F1" if errors.kind is Kind.SPANS else "micro-F1"


def _notes(found: Sequence[Named]) -> Iterator[str]:
    """Say how spans were matched, what an error costs, and what a dash stands for."""
    some = found[0][1]
    what, pair = str(some.kind).removesuffix("s"), some.kind is not Kind.LABELS
    if some.kind is Kind.SPANS:
        yield (
            "Spans are matched one-to-one: first where boundaries and label are equal, then one of them, "
            "then by any overlap. They are those of whole documents, so that this F1 may differ a little "
            "from one over paragraphs."
        )
    wrong = f"a wrong {what} costs two errors, one too many and one missing, and " if pair else ""
    single = " or ".join(kind for kind in (ErrorType.SPURIOUS, ErrorType.MISSED) if kind in some.possible)
    yield (
        f"F1 lost: in points, which add up to 1 with the {_f1(some)}; {wrong}a {single} one costs one. "
        "%: share of what is lost."
    )
    if any(not np.isfinite(list(errors.share.values())).all() for _, errors in found):
        yield f"{UNDEFINED}: undefined, as a share where nothing is lost."


def _labels(name: str, errors: Errors) -> list[Table]:
    """Return how often each label was found, given without need, and missed."""
    right, spurious, missed = (errors.cells[TYPES.index(kind)] for kind in errors.possible)
    gold, size = errors.confusion.sum(axis=1), len(errors.labels)
    rows = [
        (one_line(label), *map(_count, (gold[i], right[i, i], spurious[size, i], missed[i, size])))
        for i, label in enumerate(errors.labels)
        if errors.confusion[i].any() or errors.confusion[:, i].any()
    ]
    align = ("left", *["right"] * 4)
    heads = ("label", "gold", "right", "spurious", "missed")
    title = f"{one_line(name)}: labels found and missed"
    return [Table(title, heads, tuple(rows), (), align, (LABEL_WIDTH, 0, 0, 0, 0))] if rows else []


def _confusion(name: str, errors: Errors) -> list[Table]:
    """Return the confusion matrix in as many parts as the width asks for; none where there is one label."""
    matrix, size = errors.confusion, len(errors.labels)
    labels = [i for i in range(size) if matrix[i].any() or matrix[:, i].any()]
    if size < 2 or not labels:
        return []
    heads = {i: _letters(place) for place, i in enumerate(labels)}
    names = {i: f"{head} {one_line(errors.labels[i])}" for i, head in heads.items()} | {size: NONE}
    rows = [*labels, *([size] if matrix[size].any() else [])]
    heads |= {size: MISSED}
    columns = [*labels, *([size] if matrix[:, size].any() else [])]
    cells = {j: [_count(matrix[i, j]) for i in rows] for j in columns}
    stub = max(len("gold"), min(LABEL_WIDTH, max(len(names[i]) for i in rows)))
    wide = {j: _GAP + max(len(heads[j]), *map(len, cells[j])) for j in columns}
    tables = [
        Table(
            f"{one_line(name)}: gold labels (rows) as they were predicted (columns)",
            ("gold", *(heads[j] for j in part)),
            tuple((names[i], *(cells[j][place] for j in part)) for place, i in enumerate(rows)),
            (),
            ("left", *["right"] * len(part)),
            (LABEL_WIDTH, *[0] * len(part)),
        )
        for part in _parts(columns, wide, WIDTH - stub)
    ]
    return [*tables[:-1], replace(tables[-1], notes=(_most_confused(errors),))]


def _count(count: int) -> str:
    return f"{count}" if count else "·"


def _letters(place: int) -> str:
    """Return A to Z, then AA, AB and so on."""
    rest, last = divmod(place, len(ascii_uppercase))
    return (_letters(rest - 1) if rest else "") + ascii_uppercase[last]


def _parts(columns: Sequence[int], wide: Mapping[int, int], room: int) -> list[list[int]]:
    """Return the columns in parts that each fit into the room, one column at least."""
    parts: list[list[int]] = []
    for column in columns:
        if not parts or sum(wide[other] for other in parts[-1]) + wide[column] > room:
            parts.append([])
        parts[-1].append(column)
    return parts


def _most_confused(errors: Errors) -> str:
    """Say which labels were most often taken for which; ties stand in the order of the labels."""
    matrix = errors.confusion
    present = matrix.sum(axis=1)
    pairs = [(-matrix[i, j], i, j) for i, j in np.argwhere(matrix[:-1, :-1]).tolist() if i != j]
    told = [
        f"{one_line(errors.labels[i])} taken for {one_line(errors.labels[j])} ({-less} of {present[i]})"
        for less, i, j in sorted(pairs)[:MOST_CONFUSIONS]
    ]
    first = f"Most often confused: {'; '.join(told)}." if told else "No label was taken for another."
    if errors.kind is not Kind.SPANS:
        return first
    return f"{first} The diagonal counts right labels, whatever their boundaries."


def tidy_errors(found: Sequence[Named]) -> list[Row]:
    """Return a row for each type, gold label and predicted label that occurs in each run.

    Sums over them give the counts of the types, or the confusion matrix. No gold label is a spurious one, no
    predicted label a missed one.
    """
    return [row for name, errors in found for row in _tidy(name, errors)]


def _tidy(name: str, errors: Errors) -> Iterator[Row]:
    labels: tuple[str | None, ...] = (*errors.labels, None)
    lost = errors.lost_by_cell
    whole = lost.sum()
    for kind, gold, predicted in np.argwhere(errors.cells).tolist():
        yield {
            "run": name,
            "counted": str(errors.kind),
            "type": str(TYPES[kind]),
            "gold": labels[gold],
            "predicted": labels[predicted],
            "count": int(errors.cells[kind, gold, predicted]),
            "f1_lost": float(lost[kind, gold, predicted]),
            "share": float(lost[kind, gold, predicted] / whole) if whole else None,
        }
