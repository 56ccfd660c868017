"""Slices as tables and as rows: the gold of each, its clusters, and the score of one run or of several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from benchmark.comparison import Comparison
from benchmark.cuts import NO_VALUE, REGIONS, SLICINGS
from benchmark.errors import one_line
from benchmark.kept import metric_named
from benchmark.lineup import Sliced
from benchmark.record import MetricRecord, RunRecord, Score
from benchmark.report.conclusion import names
from benchmark.report.evaluation import too_few
from benchmark.report.folding import folded
from benchmark.report.notes import notes
from benchmark.report.numbers import p_value, title_of, with_interval
from benchmark.report.table import Table
from benchmark.scores import Resamples
from benchmark.slices import Slice, score_of
from benchmark.tidy import Row

RUNS_ABREAST = 3
"""How many runs stand beside each other at 100 columns."""
_HEAD = 15
_NAME = 26
_FEW = "*"
_ABOUT = {
    "section": "Headline: the first line with text; lead: the second; body: the rest.",
    "quotation": "Quotations are told by their marks alone, those of single words among them.",
    "length": "Words: the tokens of a gold span that have a letter or digit.",
    "support": "Annotators: those behind a gold span, or behind a label of a gold unit.",
}


def slice_tables(
    records: Sequence[RunRecord], by: str, metric: str, parts: Sequence[Sliced], resamples: Resamples
) -> list[Table]:
    """Return the tables of the slices of one task: a row a slice, a column a run.

    Parameters
    ----------
    records
        The runs, in the order in which each slice has them.
    by
        What the gold is sliced by.
    metric
        Name of the metric, as records write it.
    parts
        The slices, each as every run has it, with the comparison of the runs within it: letters stand
        behind the scores, and of two runs the difference with its test beside them.
    resamples
        Of the intervals.
    """
    built = metric_named(metric)
    scores = [[score_of(own, built, resamples) for own in part.parts] for part in parts]
    blocks = [range(len(records))[first:][:RUNS_ABREAST] for first in range(0, len(records), RUNS_ABREAST)]
    tables = [_table(records, by, metric, parts, scores, block) for block in blocks]
    known = [own for own, part in zip(scores, parts, strict=True) if part.parts[0].gold]
    below = (
        *_about(by, parts),
        *notes(_stand_ins(records, metric, known, resamples), every_score=True),
        *_tests(parts),
    )
    tables[-1] = replace(tables[-1], notes=tuple(dict.fromkeys(below)))
    return tables


def slice_rows(
    records: Sequence[RunRecord], by: str, metric: str, parts: Sequence[Sliced], resamples: Resamples
) -> list[Row]:
    """Return one row for each slice of each run, at full precision.

    Parameters
    ----------
    records, by, metric, parts, resamples
        As for `slice_tables`.
    """
    built = metric_named(metric)
    return [
        _row(record, by, metric, part.parts[place], score_of(part.parts[place], built, resamples))
        for place, record in enumerate(records)
        for part in parts
    ]


def _row(record: RunRecord, by: str, metric: str, part: Slice, score: Score) -> Row:
    training = record.detector.training
    return {
        "dataset": record.dataset.name,
        "version": record.dataset.version,
        "split": record.dataset.split,
        "task": record.task,
        "detector": record.detector.spec,
        "training": training.signature if training else None,
        "metric": metric,
        "score": part.score.partition(":")[0],
        "by": by,
        "slice": part.name,
        "recall_only": part.recall_only,
        "value": score.value,
        "low": score.low,
        "high": score.high,
        "level": record.resampling.level,
        "undefined": score.undefined,
        "gold_marks": part.gold,
        "clusters": part.clusters,
        "cluster": record.resampling.unit,
        "gold": record.dataset.gold,
        "contaminated": len(record.shared),
        "incomplete": record.incomplete,
    }


def _table(
    records: Sequence[RunRecord],
    by: str,
    metric: str,
    parts: Sequence[Sliced],
    scores: Sequence[Sequence[Score]],
    block: Sequence[int],
) -> Table:
    """Return the columns of some runs."""
    titles = names(records)
    paired = len(records) == 2 and any(part.comparison for part in parts)
    rows = []
    for part, own in zip(parts, scores, strict=True):
        first = part.parts[0]
        cells = [_cell(records[place], own[place], part.comparison) for place in block]
        cells += _difference(records, part.comparison) if paired else []
        rows.append((one_line(first.name), _gold(first.gold), str(first.clusters), *cells))
    kind = _kind(metric, parts)
    heads = [kind] if len(records) == 1 else [folded(titles[place], _HEAD) for place in block]
    heads += ["first −\nsecond", "p"] if paired else []
    align = ("left", "right", "right", *("left" for _ in heads))
    return Table(
        title=_title(records[0], one_line(by), kind),
        headers=(one_line(by), "gold", "clusters", *heads),
        rows=tuple(rows),
        align=align,
        widths=(_NAME, *(0 for _ in align[1:])),
    )


def _title(record: RunRecord, by: str, kind: str) -> str:
    data = record.dataset
    split = f", split {data.split}" if data.split else ""
    return f"{data.name} {data.version}{split}, task {record.task}, by {by}: {kind}"


def _kind(metric: str, parts: Sequence[Sliced]) -> str:
    """Return how a table heads the score that the slices have."""
    first = parts[0].parts[0]
    kind, _, label = first.score.partition(":")
    # Of a label a multi-label metric has no micro average.
    title = title_of(metric, first.score).removesuffix(f" {label}") if label else title_of(metric, kind)
    return f"{title}, recall alone" if first.recall_only else title


def _cell(record: RunRecord, score: Score, found: Comparison | None) -> str:
    """Return a score with its interval and the letters of its run."""
    letters = ""
    if found is not None and found.can_reject:
        own = (own for other, own in zip(found.records, found.letters, strict=True) if other is record)
        letters = next(own, "")
    return f"{with_interval(score)} {letters}".rstrip()


def _difference(records: Sequence[RunRecord], found: Comparison | None) -> list[str]:
    """Return the difference of two runs, in their order, and its p-value."""
    if found is None:
        return ["", ""]
    pair = found.pairs[0]
    shown = pair.difference
    if found.records[pair.first] is not records[0]:
        low, high = (None if end is None else -end for end in (shown.high, shown.low))
        shown = replace(shown, value=None if shown.value is None else -shown.value, low=low, high=high)
    return [with_interval(shown), p_value(pair.p if pair.adjusted is None else pair.adjusted)]


def _gold(count: int) -> str:
    return f"{_FEW}{count}" if too_few(count) else str(count)


def _about(by: str, parts: Sequence[Sliced]) -> Iterator[str]:
    """Say how the gold was sliced, and what a slice's numbers are over."""
    if by in _ABOUT:
        yield _ABOUT[by]
    if by in REGIONS:
        yield (
            "Gold and predictions are cut at the borders of a region, and a piece without a letter or digit "
            "is left out; a unit belongs to the region that most of it lies in."
        )
    elif by not in SLICINGS and any(part.parts[0].name == NO_VALUE for part in parts):
        yield f"{NO_VALUE}: the documents without this field."
    if parts[0].parts[0].recall_only:
        yield "Recall alone: predictions belong to no such slice, and each slice is held against all of them."
    yield "Each interval is over the clusters of its own slice, which are those that have anything of it."
    if any(too_few(part.parts[0].gold) for part in parts):
        yield f"{_FEW}: too few to judge, fewer than 10 gold spans or labels of units."
    if not all(part.parts[0].gold for part in parts):
        yield "A slice without gold has no score, whatever was predicted in it."


def _stand_ins(
    records: Sequence[RunRecord], metric: str, scores: Sequence[Sequence[Score]], resamples: Resamples
) -> list[RunRecord]:
    """Return the records with the scores of the slices alone: notes speak of what is shown."""
    found = []
    for place, record in enumerate(records):
        shown = {str(row): own[place] for row, own in enumerate(scores)}
        sampling = replace(record.resampling, resamples=resamples.resamples, seed=resamples.seed)
        found.append(replace(record, metrics={metric: MetricRecord("", shown)}, resampling=sampling))
    return found


def _tests(parts: Sequence[Sliced]) -> Iterator[str]:
    compared = [part.comparison for part in parts if part.comparison is not None]
    if not compared:
        return
    if any(found.can_reject and any(found.letters) for found in compared):
        yield "Letters: within a slice, detectors that share one cannot be told apart."
    yield from _against(compared)
    yield from _too_small(parts)
    if compared[0].headline:
        yield (
            "p-values are adjusted by Holm over the pairs within a slice, not over the slices: of many "
            "slices one may differ by chance."
        )
    else:
        yield "p-values are not adjusted, and exploratory."


def _against(compared: Sequence[Comparison]) -> Iterator[str]:
    """Say in which slices which runs are told apart from the one that they are held against."""
    held = [found for found in compared if found.reference is not None and found.headline]
    where: dict[str, list[str]] = {}
    for found in held:
        titles = names(found.records)
        for pair in found.pairs:
            if pair.told_apart:
                sign = "ahead" if (pair.difference.value or 0) > 0 else "behind"
                told = f"{one_line(found.slice)} ({sign}, p {p_value(pair.adjusted)})"
                where.setdefault(titles[pair.first], []).append(told)
    if held:
        reference = names(held[0].records)[held[0].reference or 0]
        told = "; ".join(f"{name} in {', '.join(slices)}" for name, slices in where.items())
        yield f"Told apart from {reference}: {told or 'no run in any slice'}."


def _too_small(parts: Sequence[Sliced]) -> Iterator[str]:
    """Name the slices in which no pair can be told apart, whatever the scores."""
    tested = [
        (one_line(part.parts[0].name), part.comparison)
        for part in parts
        if part.comparison is not None and part.comparison.family
    ]
    small = [name for name, found in tested if not found.can_reject]
    if small and len(small) == len(tested):
        yield "No pair can be told apart in any slice, whatever the scores: too few clusters or resamples."
    elif small:
        yield (
            "No pair can be told apart, whatever the scores, where clusters or resamples are too few: "
            f"{', '.join(small)}."
        )
