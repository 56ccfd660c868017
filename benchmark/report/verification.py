"""What verification found, as tables and as rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from benchmark import __version__
from benchmark.errors import one_line
from benchmark.report.formats import Format
from benchmark.report.numbers import UNDEFINED
from benchmark.report.table import Table, render
from benchmark.report.tidy import Row, as_csv, as_json
from benchmark.verification import Difference, Value, Verification

MOST_SHOWN = 20
"""So many differences of a run are listed in a table; CSV and JSON list all."""
MOST_DIGITS = 17
"""So many digits tell any two numbers apart."""
LONGEST = 300
"""A text in a table is cut after so many characters."""
_DIGEST = re.compile("[0-9a-f]{64}")
UNCHECKED = (
    "Not checked, since it cannot be made again: times and speed, failures, the code's commit and libraries, "
    "what a detector was trained on and which documents it had seen, how a language model was asked and how "
    "its samples differ."
)


def written(found: Sequence[Verification], fmt: Format) -> str:
    """Return verifications in any format: as tables, or in CSV and JSON a row a difference."""
    if fmt in (Format.CSV, Format.JSON):
        rows = tidy(found)
        return as_csv(rows) if fmt is Format.CSV else as_json(rows)
    return render(tables(found), fmt)


def tables(found: Sequence[Verification]) -> list[Table]:
    """Return a table of verdicts, one of problems, and one of the differences of each run that has any."""
    rows = tuple((one_line(str(one.path)), verdict(one)) for one in found)
    made = [Table(_hint(found), ("run", "verdict"), rows)]
    if any(one.problems for one in found):
        made.append(_problems(found))
    made += [_listed(one) for one in found if one.differences]
    return [*made[:-1], replace(made[-1], notes=(*made[-1].notes, UNCHECKED))]


def verdict(found: Verification) -> str:
    """Return in a few words whether a run is as recorded."""
    count = len(found.differences)
    told = f"{count} difference{'s' if count > 1 else ''}" if count else ""
    if found.problems:
        return f"{told}, not all compared" if told else "not compared"
    return told or "as recorded"


def _hint(found: Sequence[Verification]) -> str:
    """Say which runs another version of framebench made; what differs may come from the code."""
    other = [(one.other_version, one.path) for one in found if one.other_version is not None]
    told = ", ".join(f"{one_line(str(path))} by {one_line(version)}" for version, path in other)
    if not told:
        return ""
    return f"Made by another version of framebench than {__version__}, so that the code may differ: {told}"


def _listed(found: Verification) -> Table:
    shown = found.differences[:MOST_SHOWN]
    rows = tuple((one_line(one.what), *_both(one)) for one in shown)
    left = len(found.differences) - len(shown)
    notes = (f"… and {left} more; --format csv lists all.",) if left else ()
    heads = ("what", "recorded", "made again")
    return Table(f"Differences in {one_line(str(found.path))}", heads, rows, notes, (), (40, 30, 30))


def _problems(found: Sequence[Verification]) -> Table:
    rows = []
    for one in found:
        lines = [line for problem in one.problems for line in problem.split("\n")]
        rows += [(one_line(str(one.path)), _cut(one_line(line))) for line in lines[:MOST_SHOWN]]
        if len(lines) > MOST_SHOWN:
            rows.append((one_line(str(one.path)), f"… and {len(lines) - MOST_SHOWN} more"))
    return Table("What could not be compared", ("run", "problem"), tuple(rows), widths=(40, 60))


def _both(found: Difference) -> tuple[str, str]:
    """Return both values with as many digits as tell them apart."""
    for digits in (6, 12, MOST_DIGITS):
        shown = _shown(found.recorded, digits), _shown(found.made, digits)
        if shown[0] != shown[1]:
            break
    return shown


def _shown(value: Value, digits: int) -> str:
    if value is None:
        return UNDEFINED
    if isinstance(value, float):
        return f"{value:.{digits}g}"
    text = one_line(str(value))
    if digits < MOST_DIGITS and _DIGEST.fullmatch(text):
        return f"{text[:12]}…"
    return _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def tidy(found: Sequence[Verification]) -> list[Row]:
    """Return a row a difference or problem at full precision, one row for a run that is as recorded."""
    rows: list[Row] = []
    for one in found:
        run = {"run": one_line(str(one.path)), "verdict": verdict(one)}
        told: list[dict[str, Value]] = [
            {"what": one_line(d.what), "recorded": _plain(d.recorded), "made_again": _plain(d.made)}
            for d in one.differences
        ]
        told += [{"what": one_line(text), "recorded": None, "made_again": None} for text in one.problems]
        nothing: dict[str, Value] = {"what": None, "recorded": None, "made_again": None}
        rows += [{**run, **row} for row in told or [nothing]]
    return rows


def _plain(value: Value) -> Value:
    return one_line(value) if isinstance(value, str) else value
