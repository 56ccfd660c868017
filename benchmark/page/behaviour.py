"""Behavioural runs on the page: the tables of rates, and the failing cases as plain values for the script.

Each suite has a block of JSON of its own: its failing cases once, with their texts, and for each detector
which of them failed, why, and what was marked. Offsets count UTF-16 code units, as strings in a browser do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from benchmark.behaviour.results import Behaviour, BehaviourRecord, CaseRow, MarkRow
from benchmark.behaviour.suites import SUITES
from benchmark.contamination import named
from benchmark.page.data import Numbers, Plain, Utf16, within
from benchmark.page.parts import Block, Grid, Section, grids
from benchmark.report.behaviour import behaviour_tables
from benchmark.report.naming import Names

FAILED = ("failed", "crashed")
MOST_CASES = 500
"""So many failing cases of a detector on a suite stand on the page, the first ones."""
UNNAMED = "marked"
"""What a mark without a label is called."""


def newest(behaviours: Iterable[Behaviour], detectors: Sequence[str] = ()) -> tuple[Behaviour, ...]:
    """Return the newest run of each detector on each suite.

    Parameters
    ----------
    behaviours
        Kept runs, in any order; of two made at the same time the later one counts.
    detectors
        The only specifications that count; all where there are none.

    Returns
    -------
    tuple of Behaviour
        Detectors in the order of `detectors`, else of their names; suites in the order of their table.

    Raises
    ------
    UsageError
        Where a run is on a suite that is not known.
    """
    found: dict[tuple[str, str], Behaviour] = {}
    for one in sorted(behaviours, key=lambda one: one.record.created):
        SUITES.get(one.record.suite)
        if not detectors or one.record.detector.spec in detectors:
            found[one.record.detector.spec, one.record.suite] = one
    order = {spec: place for place, spec in enumerate(dict.fromkeys(detectors))}
    suites = list(SUITES)
    return tuple(
        found[key]
        for key in sorted(found, key=lambda key: (order.get(key[0], 0), key[0], suites.index(key[1])))
    )


def behaviour_sections(behaviours: Sequence[Behaviour]) -> tuple[Section, ...]:
    """Return the tables of pass rates and asymmetries; nothing for no runs.

    Parameters
    ----------
    behaviours
        Of any detectors and suites, one a pair; see `newest`.
    """
    if not behaviours:
        return ()
    tables = grids(behaviour_tables([one.record for one in behaviours]))
    return (Section("behaviour-rates", "Rates", (Block("", (), tables),)),)


def behaviour_provenance(behaviours: Sequence[Behaviour]) -> tuple[Section, ...]:
    """Return how each run was made and how its cases ended; nothing for no runs."""
    if not behaviours:
        return ()
    heads = ("run", "signature", "how its cases ended", "made", "framebench", "what went wrong")
    called = Names(one.record.detector for one in behaviours)
    rows = tuple(_row(one.record, called.title(one.record.detector)) for one in behaviours)
    table = Grid("How the behavioural runs were made", heads, rows)
    return (Section("behaviour-runs", "Behavioural runs", (Block("", (), (table,)),)),)


def _row(record: BehaviourRecord, title: str) -> tuple[str, ...]:
    counts, made = record.counts, record.environment
    ended = {
        "passed": counts.passed,
        "failed": counts.failed,
        "without a verdict": counts.no_verdict,
        "not applicable": counts.not_applicable,
        "crashed": counts.crashed,
    }
    commit = f", commit {made.commit}{' with changes' if made.dirty else ''}" if made.commit else ""
    wrong = [f"failed on {failure.document}: {failure.error}" for failure in record.failures]
    wrong += [f"learned from {named(record.shared)}"] if record.shared else []
    return (
        f"{title} on {record.suite}",
        record.signature,
        ", ".join(f"{count} {kind}" for kind, count in ended.items() if count) or "none",
        record.created,
        f"{made.framebench}{commit}",
        "; ".join(wrong) or "nothing",
    )


class Failing:
    """What the script of the page reads of behavioural runs.

    Parameters
    ----------
    behaviours
        Of any detectors and suites, one a pair; see `newest`.

    Attributes
    ----------
    index
        The suites that have runs. For each detector on it: its number, its title, how many cases it read, and
        how many of them failed, crashed ones among them.
    blocks
        One object a suite, in the order of the index: failing cases and what each detector made of them.
    """

    def __init__(self, behaviours: Sequence[Behaviour]) -> None:
        detectors, called = Numbers(), Names(one.record.detector for one in behaviours)
        for one in behaviours:
            detectors.of(one.record.detector.spec)
        names = [name for name in SUITES if any(one.record.suite == name for one in behaviours)]
        self.index: list[Plain] = []
        self.blocks: list[Plain] = []
        for name in names:
            suite, own = SUITES.get(name), [one for one in behaviours if one.record.suite == name]
            block, runs = _Block(), []
            for one in own:
                number, failing = detectors.of(one.record.detector.spec), _failing(one)
                block.add(number, failing[:MOST_CASES])
                title = called.title(one.record.detector)
                runs.append([number, title, one.record.counts.cases, len(failing)])
            entry = {"name": name, "title": suite.title, "holds": suite.holds}
            self.index.append({**entry, "runs": runs})
            self.blocks.append(block.plain)


def _failing(behaviour: Behaviour) -> list[CaseRow]:
    return [row for row in behaviour.cases if row.verdict in FAILED]


class _Block:
    """One suite as it is put together; a case that several detectors fail stands in it once."""

    def __init__(self) -> None:
        self._labels, self._places = Numbers(), Numbers()
        self._cases: list[Plain] = []
        self._runs: dict[str, list[Plain]] = {}

    @property
    def plain(self) -> Plain:
        return {"labels": self._labels.values, "cases": self._cases, "runs": self._runs}

    def add(self, detector: int, rows: Sequence[CaseRow]) -> None:
        self._runs[str(detector)] = [self._outcome(row) for row in rows]

    def _outcome(self, row: CaseRow) -> Plain:
        """Return which case it is, why it failed, and the marks in the text and in the twin."""
        found: Plain = {"case": self._case(row), "why": list(row.reasons)}
        found |= {"error": row.error} if row.error is not None else {}
        for name, text, marks in (("marks", row.text, row.marks), ("twin", row.twin, row.twin_marks)):
            own = self._marks(text or "", marks)
            found |= {name: own} if own else {}
        return found

    def _case(self, row: CaseRow) -> int:
        """Return the number of a case; two states of a case with one id are two cases."""
        place = self._places.of((row.case, row.text, row.region, row.twin, row.twin_region))
        if place == len(self._cases):
            self._cases.append(_case(row))
        return place

    def _marks(self, text: str, marks: Sequence[MarkRow]) -> list[list[Any]]:
        """Return start, end, label, score and whether it is a unit of each mark, by place."""
        utf16 = Utf16(text)
        rows: list[list[Any]] = []
        for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end, mark.label or "")):
            start, end = within(utf16, len(text), (mark.start, mark.end))
            score = None if mark.score is None else float(f"{mark.score:.4g}")
            rows.append([start, end, self._labels.of(mark.label or UNNAMED), score, int(mark.unit)])
        return rows


def _case(row: CaseRow) -> Plain:
    case: Plain = {"id": row.case}
    for names, text, region in (
        (("text", "region"), row.text, row.region),
        (("twin", "changed"), row.twin, row.twin_region),
    ):
        if text is not None:
            case[names[0]] = text
            case |= {names[1]: within(Utf16(text), len(text), region)} if region is not None else {}
    case |= {"sides": list(row.sides)} if row.sides is not None else {}
    return case | ({"fields": dict(sorted(row.metadata.items()))} if row.metadata else {})
