"""The overview of a group of runs: who is ahead, by how much, and how far that can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmark.page.answers import usage_grids
from benchmark.page.groups import Group
from benchmark.page.parts import Grid, drawn, grids
from benchmark.record import RunRecord
from benchmark.report.conclusion import conclusions, names, sentence
from benchmark.report.evaluation import CEILINGS, ceiling_range, panel, title_of_data
from benchmark.report.notes import notes
from benchmark.report.numbers import percent, speed, title_of, with_interval, with_range
from benchmark.report.tidy import share_of_ceiling
from benchmark.report.usage import KIN, PERHAPS_KIN, usage_tables

if TYPE_CHECKING:
    from markupsafe import Markup

SIGNATURE = "Signature"


@dataclass(frozen=True)
class Signature:
    """A signature, and of what it is."""

    of: str
    text: str


@dataclass(frozen=True)
class Overview:
    """What the first view says of a group of runs.

    Parameters
    ----------
    title, asks
        The task and its dataset; what the task asks.
    sentences
        What can be told apart.
    figures
        The forest plot.
    table
        A row a run, the best first, and the ceilings.
    usage
        What language models took, where such were asked.
    signatures
        Of what is shown first: one for all runs, or one for each way of training.
    panel
        All metrics of all runs.
    """

    title: str
    asks: str
    sentences: tuple[str, ...]
    figures: tuple[Markup, ...]
    table: Grid
    usage: tuple[Grid, ...]
    signatures: tuple[Signature, ...]
    panel: tuple[Grid, ...]


def overview(group: Group) -> Overview:
    """Return the overview of a group.

    Raises
    ------
    UsageError
        Where the plotting library is missing.
    """
    from benchmark import plots

    found, want = group.comparison, group.shown
    figure = (
        plots.forest(found) if found else plots.forest_of(group.records, metric=want.metric, score=want.score)
    )
    described = "For each detector its score as a point with its 95 % interval. The numbers are in the table."
    return Overview(
        title=group.title,
        asks=f"{group.task.title[:1].upper()}{group.task.title[1:]}. {title_of_data(group.records[0])}.",
        sentences=_sentences(group),
        figures=drawn(figure, f"Scores with intervals, {group.title}", described),
        table=_table(group),
        usage=usage_grids(group),
        signatures=_signatures(group),
        panel=_panel(group),
    )


def _sentences(group: Group) -> tuple[str, ...]:
    """Return what can be told apart; by another metric than the headline nothing is tested."""
    if not group.shown.headline:
        metric, score = group.records[0].headline
        return (f"The runs do not hold the task's headline, {title_of(metric, score)}: nothing is tested.",)
    return (sentence(group.comparison),) if group.comparison else ()


def _table(group: Group) -> Grid:
    """Return a row a run: score and interval, letters, share of the ceiling, speed; then the ceilings."""
    found, metric, score = group.comparison, group.shown.metric, group.shown.score
    records = found.records if found else group.records
    values = found.values if found else [record.metrics[metric].scores[score] for record in records]
    letters = found.letters if found and found.can_reject and any(found.letters) else None
    held = records[0].metrics.get(metric)
    ceiling = held.ceiling if held else None
    rows = []
    for place, (record, title) in enumerate(zip(records, names(records), strict=True)):
        cells = [with_interval(values[place]), *([letters[place]] if letters else [])]
        cells += [percent(share_of_ceiling(values[place].value, ceiling, score))] if ceiling else []
        rows.append((title + _remarks(record), *cells, speed(record.characters_per_second)))
    columns = [title_of(metric, score), *(["group"] if letters else [])]
    columns += [*(["% of ceiling"] if ceiling else []), "characters a second"]
    for title, kind in CEILINGS:
        of_kind = ceiling_range(held, kind, score) if held else None
        rows += [(title, with_range(of_kind), *[""] * (len(columns) - 1))] if of_kind else []
    right = 1 + bool(ceiling)
    align = (*["left"] * (1 + len(columns) - right), *["right"] * right)
    strong = frozenset((place, 1) for place in (found.leaders if found else ()))
    heads = ("detector", *columns)
    return Grid(f"Scores on {group.title}", heads, tuple(rows), align, strong, _below(group))


def _below(group: Group) -> tuple[str, ...]:
    """Return what letters mean, and what a reader has to know of the numbers."""
    found = group.comparison if group.shown.headline else None
    told = sentence(found) if found else ""
    about = [text for text in conclusions([found]) if text != told] if found else []
    return (*about, *notes(group.records))


def _remarks(record: RunRecord) -> str:
    """Return the marks of a run that a reader must not miss."""
    found = {"incomplete": record.incomplete, "contaminated": record.contaminated}
    found |= {KIN: record.kin is True, PERHAPS_KIN: record.kin is None}
    return "".join(f" [{mark}]" for mark, holds in found.items() if holds)


def _signatures(group: Group) -> tuple[Signature, ...]:
    metric = group.shown.metric
    by_text: dict[str, list[str]] = {}
    for name, record in zip(group.names, group.records, strict=True):
        if metric in record.metrics:
            by_text.setdefault(record.metrics[metric].signature, []).append(name)
    if len(by_text) == 1:
        return tuple(Signature(SIGNATURE, text) for text in by_text)
    return tuple(Signature(f"{SIGNATURE} of {', '.join(own)}", text) for text, own in by_text.items())


def _panel(group: Group) -> tuple[Grid, ...]:
    """Return the tables of all metrics; runs with other metrics have tables of their own."""
    alike: dict[tuple[str, ...], list[RunRecord]] = {}
    for record in group.records:
        alike.setdefault(tuple(record.metrics), []).append(record)
    return tuple(grid for records in alike.values() for grid in _quiet(records))


def _quiet(records: Sequence[RunRecord]) -> list[Grid]:
    """Return tables without their notes, and without that of models: they stand in the first tables."""
    tables = panel(records)
    shown = tables[: len(tables) - len(usage_tables(records))]
    return [Grid(g.title, g.headers, g.rows, g.align, g.strong) for g in grids(shown)]
