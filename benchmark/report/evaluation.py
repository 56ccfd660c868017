"""The tables of an evaluation: one compact table a dataset, or the panel of a task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations

from benchmark.comparison import Comparison
from benchmark.record import MetricRecord, Range, RunRecord
from benchmark.report.conclusion import conclusions
from benchmark.report.naming import Names
from benchmark.report.notes import notes
from benchmark.report.numbers import (
    decimal,
    main_score,
    percent,
    speed,
    title_of,
    with_interval,
    with_range,
)
from benchmark.report.table import Table
from benchmark.report.tidy import share_of_ceiling
from benchmark.report.usage import KIN, PERHAPS_KIN, usage_tables
from benchmark.tasks import TASKS

CEILINGS = (("ceiling, others", "others"), ("ceiling, full", "full"))
SCORES_ABREAST = 4
"""How many overall scores of one metric stand beside the share of the ceiling and the speed."""

METRICS_ABREAST = 6
"""How many columns of scores stand beside each other at 100 columns."""


TASKS_ABREAST = 4
"""How many tasks stand beside each other at 100 columns."""


def compact(records: Sequence[RunRecord], comparisons: Sequence[Comparison] = ()) -> list[Table]:
    """Return the tables of one dataset: a row a detector, a column a task, headline score and interval.

    Parameters
    ----------
    records
        Runs on one dataset, each with its headline metric.
    comparisons
        Of the runs of each task, whose letters stand behind the scores.
    """
    order = {name: place for place, name in enumerate(TASKS)}
    by_task = sorted(records, key=lambda record: order.get(record.task, len(order)))
    names = list(dict.fromkeys(record.task for record in by_task))
    ordered = sorted(comparisons, key=lambda found: names.index(found.records[0].task))
    groups = Groups(ordered)
    tables = [_compact([r for r in records if r.task in part], part, groups) for part in _parts(names)]
    tables += usage_tables(by_task)
    below = tables[-1].notes
    tables[-1] = replace(tables[-1], notes=(*below, *notes(records), *conclusions(ordered)))
    return tables


def _parts(names: Sequence[str]) -> list[Sequence[str]]:
    """Divide tasks among as few tables as the width allows, evenly."""
    count = -(-len(names) // TASKS_ABREAST)
    size = -(-len(names) // count)
    return [names[first : first + size] for first in range(0, len(names), size)]


class Groups:
    """The letters of runs, and which of them are the best of their task.

    Parameters
    ----------
    comparisons
        Of the runs by their headline.
    """

    def __init__(self, comparisons: Sequence[Comparison]) -> None:
        self._letters = {
            id(record): letters
            for found in comparisons
            if found.can_reject
            for record, letters in zip(found.records, found.letters, strict=True)
        }
        self._best = {id(found.records[place]) for found in comparisons for place in found.leaders}

    def cell(self, record: RunRecord) -> str:
        """Return a run's headline score with its interval and its letters."""
        metric, score = record.headline
        shown = with_interval(record.metrics[metric].scores[score])
        return f"{shown} {self._letters.get(id(record), '')}".rstrip()

    def leads(self, record: RunRecord) -> bool:
        """Return whether a run cannot be told apart from the best."""
        return id(record) in self._best


def _compact(records: Sequence[RunRecord], names: Sequence[str], groups: Groups) -> Table:
    """Return the columns of some tasks; rows stand in the order in which the detectors come."""
    by_task = {record.task: record for record in records}
    tasks = {name: by_task[name] for name in names}
    of_cell = {(_row(record), record.task): record for record in records}
    cells = {place: groups.cell(record) for place, record in of_cell.items()}
    titles = _titles(records)
    rows = [(title, *(cells.get((name, task), "") for task in tasks)) for name, title in titles.items()]
    strong = frozenset(
        (row, column)
        for row, name in enumerate(titles)
        for column, task in enumerate(tasks, 1)
        if (name, task) in of_cell and groups.leads(of_cell[name, task])
    )
    for title, kind in CEILINGS:
        found = [
            ceiling_range(record.metrics[record.headline[0]], kind, record.headline[1])
            for record in tasks.values()
        ]
        if any(found):
            rows.append((title, *map(with_range, found)))
    heads = [f"{_broken(task)}\n{title_of(*record.headline)}" for task, record in tasks.items()]
    return Table(title_of_data(records[0]), ("detector", *heads), tuple(rows), strong=strong)


def _row(record: RunRecord) -> str:
    return record.detector.spec


def _titles(records: Sequence[RunRecord]) -> dict[str, str]:
    """Return the first cell of each row by detector, with training and incompleteness where they apply."""
    titles: dict[str, str] = {}
    called = Names(record.detector for record in records)
    for record in records:
        name = _row(record)
        title = called.title(record.detector)
        titles[name] = max(titles.get(name, ""), title, key=len)
    marks = {
        "incomplete": {_row(record) for record in records if record.incomplete},
        "contaminated": {_row(record) for record in records if record.contaminated},
        KIN: {_row(record) for record in records if record.kin},
        PERHAPS_KIN: {_row(record) for record in records if record.kin is None},
    }
    return {
        name: title + "".join(f" [{mark}]" for mark, marked in marks.items() if name in marked)
        for name, title in titles.items()
    }


def ceiling_range(metric: MetricRecord, kind: str, score: str) -> Range | None:
    """Return a ceiling of a score, "others" or "full"; None where there is none."""
    if metric.ceiling is None:
        return None
    found: dict[str, Range] = getattr(metric.ceiling, kind)
    return found.get(score)


def _broken(task: str) -> str:
    """Break a long name after its first underscore, so that six tasks fit beside each other."""
    return task.replace("_", "_\n", 1) if len(task) > 11 else task


def title_of_data(record: RunRecord) -> str:
    """Return the dataset that was scored, with its version, split and size."""
    found = record.dataset
    many = found.noun if found.documents == 1 else f"{found.noun}s"
    split = f", split {found.split}" if found.split else ""
    return f"{found.name} {found.version}{split} ({found.documents} {many})"


def panel(records: Sequence[RunRecord], found: Comparison | None = None) -> list[Table]:
    """Return the tables of one task: its headline metric in detail, then all metrics beside each other.

    Parameters
    ----------
    records
        Runs on one task of one dataset, with the same metrics.
    found
        Their comparison by the headline, whose letters stand behind its scores; None where there is none.
    """
    groups = Groups([found] if found else [])
    metrics = list(records[0].metrics)
    headline = records[0].headline[0]
    detailed = [headline] if headline in metrics and len(metrics) > 2 else metrics
    tables = [table for metric in detailed for table in _details(records, metric, groups)]
    if len(metrics) > len(detailed):
        tables.extend(_overview(records, metrics))
    tables.extend(usage_tables(records))
    last = tables[-1]
    below = (
        *notes(records, every_score=True),
        *conclusions([found] if found else []),
        *_ranking(records),
        *_signatures(records, detailed[0]),
    )
    tables[-1] = replace(last, notes=(*last.notes, *below))
    return tables


def _signatures(records: Sequence[RunRecord], metric: str) -> tuple[str, ...]:
    """Return the signature of a metric, one for each way in which detectors were trained."""
    by_signature: dict[str, list[str]] = {}
    called = Names(record.detector for record in records)
    for record in records:
        by_signature.setdefault(record.metrics[metric].signature, []).append(called.of(record.detector))
    if len(by_signature) == 1:
        return tuple(f"Signature: {signature}" for signature in by_signature)
    return tuple(f"Signature of {', '.join(who)}: {text}" for text, who in by_signature.items())


def _details(records: Sequence[RunRecord], metric: str, groups: Groups) -> list[Table]:
    """Return one metric's overall scores, in two tables where one would be too wide.

    The last one has the share of the ceiling and the speed of each detector.
    """
    names = [name for name in records[0].metrics[metric].scores if ":" not in name]
    half = len(names) // 2 if len(names) > SCORES_ABREAST else 0
    parts = [names[:half], names[half:]] if half else [names]
    return [_detail(records, metric, part, groups, last=part is parts[-1]) for part in parts]


def _detail(
    records: Sequence[RunRecord], metric: str, scores: Sequence[str], groups: Groups, *, last: bool
) -> Table:
    """Return some of one metric's overall scores."""
    first = records[0].metrics[metric]
    overall = [name for name in first.scores if ":" not in name]
    main = records[0].headline[1] if records[0].headline[0] == metric else main_score(overall)
    titles, rows = _titles(records), []
    for record in records:
        found = record.metrics[metric]
        cells = [
            groups.cell(record) if (metric, name) == record.headline else with_interval(found.scores[name])
            for name in scores
        ]
        if last and first.ceiling:
            cells.append(percent(share_of_ceiling(found.scores[main].value, found.ceiling, main)))
        rows.append((titles[_row(record)], *cells, *([speed(record.characters_per_second)] if last else [])))
    for title, kind in CEILINGS:
        ranges = [ceiling_range(first, kind, name) for name in scores]
        if any(ranges):
            rows.append((title, *map(with_range, ranges), *(["", ""] if last else [])))
    heads = [title_of("classification", name) for name in scores]
    right = [f"{title_of('classification', main)}, %\nof ceiling"] if last and first.ceiling else []
    right += ["characters\na second"] if last else []
    align = ("left",) * (len(scores) + 1) + ("right",) * len(right)
    title = f"{title_of_data(records[0])}, task {records[0].task}, metric {metric}"
    strong = frozenset(
        (row, column)
        for row, record in enumerate(records)
        for column, name in enumerate(scores, 1)
        if (metric, name) == record.headline and groups.leads(record)
    )
    return Table(title, ("detector", *heads, *right), tuple(rows), (), align, strong=strong)


def _overview(records: Sequence[RunRecord], metrics: Sequence[str]) -> list[Table]:
    """Return the main score of every metric, as many beside each other as the width allows."""
    titles = _titles(records)
    tables = []
    for first in range(0, len(metrics), METRICS_ABREAST):
        some = metrics[first : first + METRICS_ABREAST]
        mains = {metric: main_score(records[0].metrics[metric].scores) for metric in some}
        rows = [
            (titles[_row(record)], *(with_interval(record.metrics[m].scores[mains[m]]) for m in some))
            for record in records
        ]
        for title, kind in CEILINGS:
            ranges = [ceiling_range(records[0].metrics[m], kind, mains[m]) for m in some]
            if any(ranges):
                rows.append((title, *map(with_range, ranges)))
        heads = [title_of(m, mains[m]).replace("semeval13_", "semeval13_\n") for m in some]
        tables.append(Table(f"{records[0].task}, the panel of metrics", ("detector", *heads), tuple(rows)))
    return tables


def _ranking(records: Sequence[RunRecord]) -> tuple[str, ...]:
    """Say in a sentence whether the metrics rank the detectors alike."""
    metrics = list(records[0].metrics)
    if len(metrics) < 2 or len(records) < 2:
        return ()
    values = {m: _values(records, m) for m in metrics}
    reference = records[0].headline[0] if records[0].headline[0] in values else metrics[0]
    pairs = list(combinations(range(len(records)), 2))
    turned = {m: sum(_turned(values[reference], values[m], pair) for pair in pairs) for m in metrics}
    if not any(turned.values()):
        return ("The metrics rank the detectors alike.",)
    most = max(turned, key=lambda m: turned[m])
    called = Names(record.detector for record in records)
    best = {m: called.of(records[_best(values[m])].detector) for m in (reference, most)}
    first = (
        f"both put {best[most]} first"
        if best[most] == best[reference]
        else f"{reference} puts {best[reference]} first, {most} {best[most]}"
    )
    return (
        f"The metrics rank the detectors differently: between {reference} and {most}, {turned[most]} of "
        f"{len(pairs)} pairs change places; {first}.",
    )


def _values(records: Sequence[RunRecord], metric: str) -> list[float | None]:
    main = main_score(records[0].metrics[metric].scores)
    return [record.metrics[metric].scores[main].value for record in records]


def _turned(one: Sequence[float | None], other: Sequence[float | None], pair: tuple[int, int]) -> bool:
    """Return whether two metrics put a pair of detectors in opposite orders; a tie is no order."""
    i, j = pair
    a, b, c, d = one[i], one[j], other[i], other[j]
    if a is None or b is None or c is None or d is None:
        return False
    return (a - b) * (c - d) < 0


def _best(values: Sequence[float | None]) -> int:
    order: Callable[[int], float] = lambda i: -1e9 if values[i] is None else float(values[i] or 0.0)  # noqa: E731
    return max(range(len(values)), key=order)


def too_few(support: int) -> bool:
    """Return whether a label has too little gold to judge: fewer than 10 spans or units."""
    return support < 10


def by_label(record: RunRecord) -> list[Table]:
    """Return precision, recall and F1 of each label by the headline metric, or else by the run's first.

    There is no such table for a metric that ignores labels.
    """
    metric = record.headline[0] if record.headline[0] in record.metrics else next(iter(record.metrics))
    found, rows = record.metrics[metric], []
    for label, support in record.labels.items():
        scores = [found.scores.get(f"{kind}:{label}") for kind in ("precision", "recall", "f1")]
        if any(scores):
            cells = ["" if score is None else with_interval(score) for score in scores]
            rows.append((label, str(support), *cells, "too few to judge" if too_few(support) else ""))
    heads = ("label", "gold", "P", "R", "F1", "remark")
    align = ("left", "right", "left", "left", "left", "left")
    return [Table(f"{metric} by label", heads, tuple(rows), (), align, (30, 0, 0, 0, 0, 0))] if rows else []


def run_tables(record: RunRecord) -> list[Table]:
    """Return the tables of one run: where its numbers come from, its scores, its labels."""
    facts = [
        (
            "detector",
            f"{record.detector.title}, from {record.detector.origin}, layer {record.detector.layer}",
        ),
        ("dataset", f"{title_of_data(record)}, manifest {record.dataset.manifest_sha256[:12]}"),
        ("task", f"{record.task}, headline {title_of(*record.headline)}"),
        ("made", f"{record.created}, framebench {record.environment.framebench}"),
        ("commit", _commit(record)),
        ("time", _time(record)),
    ]
    facts += [(f"failed: {failure.document}", failure.error) for failure in record.failures]
    facts_table = Table("A kept run", ("what", "value"), tuple(facts), (), (), (0, 80))
    return [facts_table, *panel([record]), *by_label(record)]


def _commit(record: RunRecord) -> str:
    if record.environment.commit is None:
        return "not from a checkout"
    return record.environment.commit + (" with changes" if record.environment.dirty else "")


def _time(record: RunRecord) -> str:
    if record.seconds is None:
        return "not measured"
    fit = f", training {decimal(record.fit_seconds)} s" if record.fit_seconds else ""
    pace = speed(record.characters_per_second)
    return f"{record.seconds:.3g} s{f', {pace} characters a second' if pace else ''}{fit}"
