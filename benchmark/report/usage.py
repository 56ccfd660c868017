"""The table of language models beside their scores: what could not be placed or read, tokens, cost, time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from benchmark.record import RunRecord
from benchmark.report.naming import Names
from benchmark.report.numbers import UNDEFINED, decimal, main_score, seconds, title_of
from benchmark.report.table import Table
from benchmark.usage import Spread, Usage

if TYPE_CHECKING:
    from benchmark.behaviour.results import BehaviourRecord

KIN, PERHAPS_KIN = "gold's family", "gold's family?"
"""Marks of a model of the family that made the gold, and of one of which that is not known."""
_SCORE, _SAMPLES = _LEFT = ("score", "over samples")
_OMITTED = "left\nout"
_OPTIONAL = (_SAMPLES, _OMITTED, "failed", "cost", "kept")
"""Columns that are left out where no run has anything to say there."""
_NOTHING = ("", UNDEFINED, "0%", "0")
Cells = dict[str, str]
"""The cells of a row by their heads."""


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
    called = Names(record.detector for record in records)
    scored = [{**_scored(record, usage), **_outcome(usage)} for record, usage in asked]
    names = [(called.of(record.detector), record.task) for record, _ in asked]
    return _tables("task", names, scored, [usage for _, usage in asked])


def suite_usage(records: Sequence[BehaviourRecord]) -> list[Table]:
    """Return the same tables for behavioural suites."""
    asked = [(record, record.usage) for record in records if record.usage is not None]
    if not asked:
        return []
    called = Names(record.detector for record in records)
    names = [(called.of(record.detector), record.suite) for record, _ in asked]
    usages = [usage for _, usage in asked]
    return _tables("suite", names, list(map(_outcome, usages)), usages)


def _tables(
    what: str, names: Sequence[tuple[str, str]], outcome: Sequence[Cells], usages: Sequence[Usage]
) -> list[Table]:
    """Return both tables; `what` heads the second of the names."""
    first = _table("Language models: how their answers came out", what, names, outcome)
    second = _table("Language models: what they took", what, names, list(map(_taken, usages)))
    return [first, replace(second, notes=tuple(_notes(usages, first.headers)))]


def _table(title: str, what: str, names: Sequence[tuple[str, str]], rows: Sequence[Cells]) -> Table:
    heads = tuple(
        head
        for head in rows[0]
        if head not in _OPTIONAL or any(cells[head] not in _NOTHING for cells in rows)
    )
    return Table(
        title,
        ("detector", what, *heads),
        tuple((*name, *(cells[head] for head in heads)) for name, cells in zip(names, rows, strict=True)),
        (),
        ("left", "left", *("left" if head in _LEFT else "right" for head in heads)),
    )


def _shown_score(record: RunRecord) -> tuple[str, str]:
    """Return the metric and score that are shown: the run's headline, or else those of its first metric."""
    metric, score = record.headline
    if metric in record.metrics and score in record.metrics[metric].scores:
        return metric, score
    first, found = next(iter(record.metrics.items()))
    return first, main_score(found.scores)


def _scored(record: RunRecord, usage: Usage) -> Cells:
    metric, score = _shown_score(record)
    # The head does not say which score it is where the table of scores has the headline.
    which = "" if (metric, score) == tuple(record.headline) else f" {title_of(metric, score)}"
    value = decimal(record.metrics[metric].scores[score].value)
    return {_SCORE: value + which, _SAMPLES: _spread(usage.spread.get(metric, {}).get(score))}


def _outcome(usage: Usage) -> dict[str, str]:
    return {
        "not\nplaced": part(usage.share_unplaced),
        _OMITTED: part(usage.share_unanswered),
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
    if found.mean is None:
        return UNDEFINED
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


def _notes(found: Sequence[Usage], heads: Sequence[str]) -> Iterator[str]:
    """Say what the columns mean, and what differs between the runs."""
    yield (
        "Not placed: share of the quotations whose words could not be found in the text. Invalid, refused, "
        "failed: shares of the requests. Tokens as the server counts them, cost by the price file, seconds "
        "as the sum over answers; kept answers count with what they took when they were given."
    )
    if _OMITTED in heads:
        yield "Left out: share of the units asked about that the answers say nothing of; they have no label."
    if _SAMPLES in heads:
        yield "Over samples: mean, lowest and highest score of the samples, each scored by itself."
    if any(usage.cached for usage in found):
        yield "Kept: answers of earlier requests, which were not asked again; --no-cache asks anew."


def family_notes(records: Sequence[RunRecord]) -> Iterator[str]:
    """Say of which models the gold may be the work of their own family."""
    called = Names(record.detector for record in records)
    own = [record for record in records if record.kin]
    for family, some in groupby(own, key=lambda record: record.dataset.family):
        who = ", ".join(dict.fromkeys(called.of(record.detector) for record in some))
        yield f"[{KIN}] {who}: models of the family {family} made the gold, an advantage over other models."
    unknown = [record for record in records if record.kin is None]
    if unknown:
        who = ", ".join(dict.fromkeys(called.of(record.detector) for record in unknown))
        nameless = any(not record.dataset.family for record in unknown)
        why = (
            "which family of models made the gold is not recorded"
            if nameless
            else f"models of the family {unknown[0].dataset.family} made the gold, and the model's own "
            "family is not known (--family names it)"
        )
        yield f"[{PERHAPS_KIN}] {who}: {why}; a model of that family has an advantage."
