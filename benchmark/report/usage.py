"""The table of language models beside their scores: what could not be placed or read, tokens, cost, time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from benchmark.record import RunRecord
from benchmark.report.numbers import UNDEFINED, decimal, seconds
from benchmark.report.table import Table
from benchmark.usage import Spread, Usage

if TYPE_CHECKING:
    from benchmark.behaviour.results import BehaviourRecord

KIN, PERHAPS_KIN = "gold's family", "gold's family?"
"""Marks of a model of the family that made the gold, and of one of which that is not known."""
_OPTIONAL = ("over samples", "failed", "cost", "kept")
"""Columns that are left out where no run has anything to say there."""
_NOTHING = ("", UNDEFINED, "0%", "0")
_WIDEST = 24
"""Where a detector's specification is broken, so that its table fits 100 columns."""
Rows = Sequence[tuple[str, str, dict[str, str]]]
"""The detector, what it was asked for, and the cells by their heads."""


def usage_tables(records: Sequence[RunRecord]) -> list[Table]:
    """Return the tables of the runs of language models, the notes below the last; none where there are none.

    Parameters
    ----------
    records
        Runs on one dataset, in the order of the table of their scores.
    """
    asked = [(record, record.usage) for record in records if record.usage is not None]
    if not asked:
        return []
    outcome = [(r.detector.spec, r.task, {**_scored(r, usage), **_outcome(usage)}) for r, usage in asked]
    taken = [(r.detector.spec, r.task, _taken(usage)) for r, usage in asked]
    return [
        _table("Language models: how their answers came out", "task", outcome, ()),
        _table("Language models: what they took", "task", taken, _notes([usage for _, usage in asked])),
    ]


def suite_usage(records: Sequence[BehaviourRecord]) -> list[Table]:
    """Return the same tables for behavioural suites."""
    asked = [(record, record.usage) for record in records if record.usage is not None]
    if not asked:
        return []
    outcome = [(r.detector.spec, r.suite, _outcome(usage)) for r, usage in asked]
    taken = [(r.detector.spec, r.suite, _taken(usage)) for r, usage in asked]
    return [
        _table("Language models: how their answers came out", "suite", outcome, ()),
        _table("Language models: what they took", "suite", taken, _notes([usage for _, usage in asked])),
    ]


def _table(title: str, what: str, rows: Rows, notes: Iterable[str]) -> Table:
    heads = tuple(
        head
        for head in rows[0][2]
        if head not in _OPTIONAL or any(cells[head] not in _NOTHING for _, _, cells in rows)
    )
    return Table(
        title,
        ("detector", what, *heads),
        tuple((spec, name, *(cells[head] for head in heads)) for spec, name, cells in rows),
        tuple(notes),
        ("left", "left", *("left" if head in ("score", "over samples") else "right" for head in heads)),
        (_WIDEST, *[0] * (len(heads) + 1)),
    )


def _scored(record: RunRecord, usage: Usage) -> dict[str, str]:
    metric, score = record.headline
    found = record.metrics.get(metric)
    value = found.scores[score].value if found is not None and score in found.scores else None
    return {"score": decimal(value), "over samples": _spread(usage.spread.get(metric, {}).get(score))}


def _outcome(usage: Usage) -> dict[str, str]:
    return {
        "not\nplaced": part(usage.share_unplaced),
        "invalid": part(usage.share(usage.invalid)),
        "refused": part(usage.share(usage.refused)),
        "failed": part(usage.share(usage.failed)),
    }


def _taken(usage: Usage) -> dict[str, str]:
    return {
        "requests": f"{usage.requests:,}",
        "kept": f"{usage.cached:,}",
        "tokens\nin": count(usage.input_tokens),
        "tokens\nout": count(usage.output_tokens),
        "cost": money(usage.cost, usage.currency),
        "seconds": seconds(usage.seconds),
    }


def _spread(found: Spread | None) -> str:
    if found is None:
        return ""
    return f"{decimal(found.mean)} {decimal(found.low)}–{decimal(found.high)}"


def part(share: float | None) -> str:
    """Return a share as a percentage that is 0 or 100 only where it is: "0%", "0.4%", "12%"."""
    if share is None:
        return UNDEFINED
    if share in (0, 1):
        return f"{share:.0%}"
    return f"{min(max(share, 0.001), 0.999):.1%}" if share < 0.0995 or share > 0.99 else f"{share:.0%}"


def count(number: int | None) -> str:
    """Return a number of tokens with commas; a dash for None."""
    return UNDEFINED if number is None else f"{number:,}"


def money(cost: float | None, currency: str) -> str:
    """Return a cost with its currency, to the cent, or with two digits below that; a dash for None."""
    if cost is None:
        return UNDEFINED
    amount = f"{cost:.2f}" if cost >= 0.995 or cost == 0 else f"{cost:.2g}"
    return f"{amount} {currency}".rstrip()


def _notes(found: Sequence[Usage]) -> Iterator[str]:
    """Say what the columns mean, and what differs between the runs."""
    yield (
        "Not placed: share of the quotations whose words could not be found in the text. Invalid, refused, "
        "failed: shares of the requests. Tokens as the server counts them, cost by the price file, seconds "
        "as the sum over answers; kept answers count with what they took when they were given."
    )
    if any(usage.samples > 1 for usage in found):
        yield "Over samples: mean, lowest and highest score of the samples, each scored by itself."
    if any(usage.cached for usage in found):
        yield "Kept: answers of earlier requests, which were not asked again; --no-cache asks anew."


def family_notes(records: Sequence[RunRecord]) -> Iterator[str]:
    """Say of which models the gold may be the work of their own family."""
    own = [record for record in records if record.kin]
    for family, some in groupby(own, key=lambda record: record.dataset.family):
        who = ", ".join(dict.fromkeys(record.detector.spec for record in some))
        yield f"[{KIN}] {who}: models of the family {family} made the gold, an advantage over other models."
    unknown = [record for record in records if record.kin is None]
    if unknown:
        who = ", ".join(dict.fromkeys(record.detector.spec for record in unknown))
        nameless = any(not record.dataset.family for record in unknown)
        why = (
            "which family of models made the gold is not recorded"
            if nameless
            else f"models of the family {unknown[0].dataset.family} made the gold, and the model's own "
            "family is not known (--family names it)"
        )
        yield f"[{PERHAPS_KIN}] {who}: {why}; a model of that family has an advantage."
