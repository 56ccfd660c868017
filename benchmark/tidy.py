"""Kept and made runs as tidy rows, one a score, at full precision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from benchmark.record import Ceiling, MetricRecord, Range, RunRecord

Row = dict[str, object]


def share_of_ceiling(value: float | None, ceiling: Ceiling | None, score: str) -> float | None:
    """Return a score divided by the annotators' mean against the full gold; None where there is none."""
    top = ceiling.full.get(score) if ceiling else None
    if value is None or top is None or not top.mean:
        return None
    return value / top.mean


def tidy(records: Iterable[RunRecord], runs: Iterable[str] = ()) -> list[Row]:
    """Return one row for each score of each metric of each run.

    Parameters
    ----------
    records
        The runs.
    runs
        The folder of each, which then stands first in its rows as "run"; empty where they have none.

    Raises
    ------
    ValueError
        Where there are folders, but not one for each record.
    """
    given, folders = list(records), list(runs)
    named: list[Row] = [{"run": run} for run in folders] if folders else [{} for _ in given]
    return [
        {**first, **row}
        for first, record in zip(named, given, strict=True)
        for metric, found in record.metrics.items()
        for row in _rows(record, metric, found)
    ]


def _rows(record: RunRecord, metric: str, found: MetricRecord) -> Iterator[Row]:
    for name, score in found.scores.items():
        kind, _, label = name.partition(":")
        yield {
            "dataset": record.dataset.name,
            "version": record.dataset.version,
            "split": record.dataset.split,
            "task": record.task,
            "detector": record.detector.spec,
            "training": record.detector.training.signature if record.detector.training else None,
            "metric": metric,
            "score": kind,
            "label": label or None,
            "headline": (metric, name) == tuple(record.headline),
            "value": score.value,
            "low": score.low,
            "high": score.high,
            "level": record.resampling.level,
            "undefined": score.undefined,
            "ceiling_others": _mean(found.ceiling.others.get(name) if found.ceiling else None),
            "ceiling_full": _mean(found.ceiling.full.get(name) if found.ceiling else None),
            "share_of_ceiling": share_of_ceiling(score.value, found.ceiling, name),
            "documents": record.dataset.documents,
            "clusters": record.resampling.clusters,
            "cluster": record.resampling.unit,
            "gold": record.dataset.gold,
            "annotators": record.dataset.annotators,
            "incomplete": record.incomplete,
            "contaminated": len(record.shared),
            "characters_per_second": record.characters_per_second,
            "signature": found.signature,
        }


def _mean(values: Range | None) -> float | None:
    return values.mean if values else None
