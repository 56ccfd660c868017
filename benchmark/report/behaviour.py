"""Behavioural runs as tables, as tidy rows, and failing cases as texts to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.behaviour.judges import injection, same_marks
from benchmark.behaviour.rates import FLAGS, MARKS
from benchmark.behaviour.results import Behaviour, BehaviourRecord, CaseRow, MarkRow
from benchmark.behaviour.suites import SUITES
from benchmark.model import Prediction, Span
from benchmark.record import Score
from benchmark.report.marked import marked, printable
from benchmark.report.naming import Names
from benchmark.report.numbers import UNDEFINED, with_interval
from benchmark.report.table import Table
from benchmark.report.tidy import Row
from benchmark.segmentation import segment

MOST_SIDES = 6
"""Sides that a row of the table of asymmetries names."""
_FAILED = ("failed", "crashed")
_STEADY = (same_marks, injection)
"""Judges whose suites a detector passes that marks nothing."""
_GROUPS = ("wording", "same marks", "sources")
"""What the tables of pass rates are about, in order."""
_VOICE = {"flagged": "reporter", "flagged_twin": "quoted"}


def behaviour_tables(records: Sequence[BehaviourRecord]) -> list[Table]:
    """Return the pass rates, a row a detector and a column a suite, and the asymmetries where there are any.

    Suites about wording and suites about sources have a table each, since few detectors do both. Those in
    which marks must stay as they are have one of their own.

    Parameters
    ----------
    records
        Of any detectors and suites; of several runs of a detector on a suite the last stands.
    """
    groups = {about: [record for record in records if _about(record.suite) == about] for about in _GROUPS}
    tables = [_pass_rates(found, about) for about, found in groups.items() if found]
    swapped = [record for record in records if record.rates.asymmetry]
    return [*tables, _asymmetries(swapped)] if swapped else tables


def _about(name: str) -> str:
    """Return what a suite is about: one of the groups."""
    suite = SUITES.get(name)
    if suite.layer == "attribution_gap":
        return "sources"
    return "same marks" if suite.judge in _STEADY else "wording"


def _pass_rates(records: Sequence[BehaviourRecord], about: str) -> Table:
    suites = [name for name in SUITES if any(record.suite == name for record in records)]
    cells = {(record.detector.spec, record.suite): record for record in records}
    columns = [column for name in suites for column in _columns(name)]
    rows = []
    for spec, title in _titles(records).items():
        found = [(cells.get((spec, name)), measure) for name, measure, _ in columns]
        rows.append((title, *(_cell(record, measure) for record, measure in found)))
    heads = [head for _, _, head in columns]
    align = ("left", *("left" for _ in heads))
    return Table(
        f"Behaviour, {about}: share of the cases that pass, with 95 % interval",
        ("detector", *heads),
        tuple(rows),
        tuple(_notes(records, suites, dashes=any(UNDEFINED in row[1:] for row in rows))),
        align,
        (0, *(8 for _ in heads)),
    )


def _columns(suite: str) -> list[tuple[str, str, str]]:
    """Return the columns of a suite: its name, what is shown, and the head."""
    head = suite.replace("_", "_\n")
    if SUITES.get(suite).verdict:
        return [(suite, "passed", head)]
    return [(suite, measure, f"{head}:\n{word}") for measure, word in _VOICE.items()]


def _cell(record: BehaviourRecord | None, measure: str) -> str:
    """Return a rate with its interval; a dash where no case can be judged, nothing where there is no run."""
    if record is None:
        return ""
    score: Score | None = getattr(record.rates, measure)
    return UNDEFINED if score is None else with_interval(score)


def _titles(records: Sequence[BehaviourRecord]) -> dict[str, str]:
    """Return the first cell of each row by detector, with training and what is wrong with its runs."""
    titles: dict[str, str] = {}
    called = Names(record.detector for record in records)
    for record in sorted(records, key=lambda record: _folds(record)):
        titles[record.detector.spec] = called.title(record.detector)
    titles = {spec: titles[spec] for spec in dict.fromkeys(record.detector.spec for record in records)}
    for mark in ("incomplete", "contaminated"):
        for spec in {record.detector.spec for record in records if getattr(record, mark)}:
            titles[spec] += f" [{mark}]"
    return titles


def _folds(record: BehaviourRecord) -> int:
    return record.detector.training.folds if record.detector.training is not None else 0


def _notes(records: Sequence[BehaviourRecord], suites: Sequence[str], *, dashes: bool) -> Iterator[str]:
    for name in suites:
        suite = SUITES.get(name)
        counts = sorted({(r.counts.cases, r.counts.clusters) for r in records if r.suite == name})
        told = " or ".join(
            f"{cases} cases of {clusters} templates or sentences" for cases, clusters in counts
        )
        yield f"{name}: {suite.title}; {suite.holds}; {told}."
    if any(SUITES.get(name).judge in _STEADY for name in suites):
        yield "same marks: a detector that marks nothing passes."
    trained = {_folds(record) for record in records if record.detector.training is not None}
    if len(trained) > 1:
        yield (
            f"{max(trained)}-fold: cases made from a report are read by what learned from the others, all "
            "other cases by what learned from every report."
        )
    if dashes:
        yield f"{UNDEFINED}: the detector gives none of the labels that the cases ask for, or failed on all."
    lacking = sorted({r.suite for r in records if r.counts.not_applicable and r.rates.flagged is not None})
    if lacking:
        yield f"Cases whose label a detector cannot give are left out of its rate: {', '.join(lacking)}."


def _asymmetries(records: Sequence[BehaviourRecord]) -> Table:
    """Return what changes when the sides are exchanged, a row a detector."""
    many = len({record.suite for record in records}) > 1
    called = Names(record.detector for record in records)
    rows = []
    for record in records:
        title = called.title(record.detector) + (f" ({record.suite})" if many else "")
        shares = record.rates.asymmetry
        rows.append(
            (
                title,
                *(with_interval(shares[name]) if name in shares else UNDEFINED for name in (FLAGS, MARKS)),
                _far_sides(record),
            )
        )
    notes = (
        "The text less its twin, in which the sides are exchanged: the share of cases flagged, and marks a "
        "case; above 0 the sides that the news was written about are flagged more.",
        f"Sides whose own difference has an interval without 0, the {MOST_SIDES} farthest from it; "
        "many sides are looked at, so that one in twenty stands here by chance.",
    )
    heads = ("detector", "flagged", "marks a case", "flagged more or less than what it is exchanged with")
    return Table("entity_swap: asymmetry, with 95 % interval", heads, tuple(rows), notes, (), (0, 0, 0, 44))


def _far_sides(record: BehaviourRecord) -> str:
    found = [
        (name, side.flag_rate)
        for name, side in record.rates.sides.items()
        if side.flag_rate.value is not None
        and side.flag_rate.low is not None
        and side.flag_rate.high is not None
        and not side.flag_rate.low <= 0 <= side.flag_rate.high
    ]
    found.sort(key=lambda pair: (-abs(pair[1].value or 0), pair[0]))
    return "; ".join(f"{name} {with_interval(score)}" for name, score in found[:MOST_SIDES]) or "none"


def failing(behaviour: Behaviour, most: int) -> str:
    """Return failing cases to read: what failed, and the marks in the text and in its twin.

    Parameters
    ----------
    behaviour
        A kept run.
    most
        How many are shown, the first in the order of the suite.

    Returns
    -------
    str
        Without a line break at the end; empty where none failed.
    """
    found = [row for row in behaviour.cases if row.verdict in _FAILED]
    if not found or not most:
        return ""
    record = behaviour.record
    shown = [_told(row) for row in found[:most]]
    head = f"{record.detector.title} on {record.suite}: {len(found)} of {record.counts.cases} cases failed"
    rest = [f"… and {len(found) - most} more"] if len(found) > most else []
    return "\n\n".join([printable(head), *shown, *rest])


def _told(row: CaseRow) -> str:
    reasons = "; ".join([*row.reasons, *([row.error] if row.error else [])])
    parts = [printable(f"{row.case}: {reasons}")]
    if row.text is not None and row.region is not None:
        parts.append(_shown("text", row.text, row.region, row.marks))
    if row.twin is not None and row.twin_region is not None:
        parts.append(_shown("twin", row.twin, row.twin_region, row.twin_marks))
    return "\n".join(parts)


def _shown(what: str, text: str, region: tuple[int, int], marks: Sequence[MarkRow]) -> str:
    """Return a text with its marks in brackets, and the words that the case is about."""
    document = segment(what, text)
    spans = tuple(Span(mark.start, mark.end, mark.label or "marked") for mark in marks)
    words = text[region[0] : region[1]]
    about = f" “{words}”" if words and words != text else ""
    body = marked(document, Prediction(what, "", spans), color=False, heading=False)
    return f"  {what}{printable(about)}: {body}".replace("\n", "\n    ")


def behaviour_rows(records: Sequence[BehaviourRecord], folders: Sequence[str] | None = None) -> list[Row]:
    """Return tidy rows, one a rate, at full precision.

    Parameters
    ----------
    records
        Of any detectors and suites.
    folders
        Where each is kept; None where that is left out.
    """
    rows = []
    for place, record in enumerate(records):
        counts, training = record.counts, record.detector.training
        common: Row = {"run": folders[place]} if folders is not None else {}
        common |= {
            "suite": record.suite,
            "detector": record.detector.spec,
            "training": training.signature if training is not None else None,
            "cases": counts.cases,
            "clusters": counts.clusters,
            "passed": counts.passed,
            "failed": counts.failed,
            "not_applicable": counts.not_applicable,
            "crashed": counts.crashed,
        }
        for measure, side, score in _measures(record):
            value: Row = {"measure": measure, "side": side, "value": score.value if score else None}
            value |= {"low": score.low if score else None, "high": score.high if score else None}
            rows.append(common | value | {"contaminated": record.contaminated, "signature": record.signature})
    return rows


def _measures(record: BehaviourRecord) -> Iterator[tuple[str, str | None, Score | None]]:
    rates = record.rates
    names = ("passed", "flagged", "flagged_twin") if SUITES.get(record.suite).verdict else tuple(_VOICE)
    for name in names:
        if SUITES.get(record.suite).twins or name != "flagged_twin":
            yield f"{name.replace('passed', 'pass')}_rate", None, getattr(rates, name)
    for name, score in rates.asymmetry.items():
        yield f"asymmetry_{name.replace(' ', '_')}", None, score
    for name, side in rates.sides.items():
        yield "asymmetry_flag_rate", name, side.flag_rate
