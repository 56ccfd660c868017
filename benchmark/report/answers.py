"""The answers of language models as tables: what became of each request, and what was read from it."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from benchmark.answers import PLACINGS, STATUSES, UNPLACED, Answer, Labelled, Quotation
from benchmark.errors import one_line
from benchmark.record import RunRecord
from benchmark.report.evaluation import title_of_data
from benchmark.report.folding import shortened
from benchmark.report.naming import Names
from benchmark.report.table import Table
from benchmark.tidy import Row

MOST_REPLY = 240
"""Characters of a reply that a table shows; `answers.jsonl` and `bench report` have all of it."""
MOST_WORDS = 160
"""Characters of a quotation that a table shows."""
WIDTHS = (22, 4, 6, 8, 10, 40)
"""Width of each column at 100 columns: document, part, sample, status, what, words."""
_NOT_PLACED = "not placed"
HEADS = ("document", "part", "sample", "status", "what", "words")


@dataclass(frozen=True)
class Told:
    """A run with the answers that are kept of it.

    Parameters
    ----------
    record
        Of the run.
    answers
        In the order of their file.
    """

    record: RunRecord
    answers: tuple[Answer, ...]


def answer_tables(told: Sequence[Told], kind: str | None = None, *, narrow: bool = False) -> list[Table]:
    """Return a table a run: each answer with what is wrong with it, what was read from it, and how it begins.

    Parameters
    ----------
    told
        Runs with answers.
    kind
        Which answers are shown: those of a status, or "unplaced" for those with a quotation that could not
        be placed; None for all.
    narrow
        Whether cells are broken for 100 columns: what does not fit stands in rows of its own.
    """
    called = Names(one.record.detector for one in told)
    return [_table(one, kind, narrow, called.of(one.record.detector)) for one in told]


def answer_rows(told: Sequence[Told], kind: str | None = None) -> list[Row]:
    """Return tidy rows, one an answer, with the whole reply.

    Parameters
    ----------
    told
        Runs with answers.
    kind
        Which answers are meant, as for `answer_tables`.
    """
    return [_row(one.record, answer) for one in told for answer in _of_kind(one, kind)]


def without(records: Sequence[RunRecord]) -> str:
    """Return a sentence that names runs without answers; "" for no runs.

    Parameters
    ----------
    records
        Of runs of which no answers are kept.
    """
    asked = [record for record in records if record.usage is not None]
    others = [record for record in records if record.usage is None]
    found = [f"No answers are kept of {_named(others)}: no language model was asked."] if others else []
    found += (
        [f"The answers of {_named(asked)} are gone: there is no answers.jsonl in the run folder."]
        if asked
        else []
    )
    return " ".join(found)


def _named(records: Sequence[RunRecord]) -> str:
    called = Names(record.detector for record in records)
    return ", ".join(dict.fromkeys(f"{called.of(record.detector)} on {record.task}" for record in records))


def _of_kind(told: Told, kind: str | None) -> list[Answer]:
    if kind == UNPLACED:
        return [answer for answer in told.answers if _lost(answer)]
    return [answer for answer in told.answers if kind in (None, answer.status)]


def _table(told: Told, kind: str | None, narrow: bool, name: str) -> Table:
    shown = _of_kind(told, kind)
    rows: list[tuple[str, ...]] = []
    for answer in shown:
        head = (answer.document, str(answer.part + 1), str(answer.sample + 1), answer.status)
        for number, (what, words) in enumerate(_said(answer, kind)):
            cells = (*(head if number == 0 else ("",) * len(head)), what, words)
            rows += _broken(cells) if narrow else [cells]
    samples = any(answer.sample for answer in told.answers)
    kept = [place for place, head in enumerate(HEADS) if samples or head != "sample"]
    return Table(
        f"{title_of_data(told.record)}, task {told.record.task}: answers of {name}",
        tuple(HEADS[place] for place in kept),
        tuple(tuple(row[place] for place in kept) for row in rows),
        (_note(told, shown, kind),),
    )


def _said(answer: Answer, kind: str | None) -> Iterator[tuple[str, str]]:
    """Yield what a reader looks for: the problem, quotations and units with reasons, how the reply begins.

    Who asks for what could not be placed is shown no other quotations.
    """
    if answer.problem:
        yield "problem", answer.problem
    for quotation in _lost(answer) if kind == UNPLACED else answer.quotations:
        yield _NOT_PLACED if quotation.how == UNPLACED else quotation.how, _quoted(quotation)
    for unit in () if kind == UNPLACED else answer.units:
        yield "unit", _labelled(unit)
    reply = " ".join(answer.raw.split())
    yield "reply", reply if len(reply) <= MOST_REPLY else f"{reply[: MOST_REPLY - 1]}…"


def _quoted(quotation: Quotation) -> str:
    """Return label, words and reason; the parts of an attribution have its number."""
    number = "" if quotation.relation is None else f", attribution {quotation.relation}"
    words = shortened(" ".join(quotation.text.split()), MOST_WORDS)
    return f"{quotation.label}{number}: “{words}”" + _because(quotation.reason)


def _labelled(unit: Labelled) -> str:
    """Return the labels of a unit, where it stands, and the reason."""
    labels = ", ".join(unit.labels) or "no label"
    return f"{labels}: characters {unit.start}–{unit.end}" + _because(unit.reason)


def _because(reason: str) -> str:
    return f"; reason: {reason}" if reason else ""


def _lost(answer: Answer) -> list[Quotation]:
    return [quotation for quotation in answer.quotations if quotation.how == UNPLACED]


def _broken(cells: Sequence[str]) -> list[tuple[str, ...]]:
    """Return a row as several where its cells are too wide; names without spaces are broken too."""
    lines = [textwrap.wrap(one_line(cell), width) or [""] for cell, width in zip(cells, WIDTHS, strict=True)]
    return list(zip_longest(*lines, fillvalue=""))


def _note(told: Told, shown: Sequence[Answer], kind: str | None) -> str:
    counts = Counter(answer.status for answer in told.answers)
    order = (*STATUSES, *sorted({*counts} - {*STATUSES}))
    known = [f"{counts[status]:,} {status}" for status in order if counts[status]]
    quotations = sum(len(answer.quotations) for answer in told.answers)
    lost = sum(len(_lost(answer)) for answer in told.answers)
    some = "" if kind is None else f"{len(shown):,} of "
    return (
        f"{some}{len(told.answers):,} answers: {', '.join(known)}; {lost:,} of {quotations:,} quotations "
        "could not be placed. Long quotations and replies are shortened: answers.jsonl in the run folder, "
        "--format json and bench report have the whole."
    )


def _row(record: RunRecord, answer: Answer) -> Row:
    how = Counter(quotation.how for quotation in answer.quotations)
    return {
        "dataset": record.dataset.name,
        "version": record.dataset.version,
        "split": record.dataset.split,
        "task": record.task,
        "detector": record.detector.spec,
        "document": answer.document,
        "layer": answer.layer,
        "part": answer.part,
        "sample": answer.sample,
        "status": answer.status,
        "problem": answer.problem or None,
        "quotations": len(answer.quotations),
        **{name: how[name] for name in PLACINGS},
        "not_placed": " | ".join(quotation.text for quotation in _lost(answer)) or None,
        "units": len(answer.units),
        "model": answer.model or None,
        "input_tokens": answer.input_tokens,
        "output_tokens": answer.output_tokens,
        "cost": answer.cost,
        "currency": record.usage.currency or None if record.usage else None,
        "seconds": answer.seconds,
        "cached": answer.cached,
        "request": answer.request,
        "raw": answer.raw,
    }
