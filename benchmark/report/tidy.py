"""Runs as tidy rows, one a score, at full precision."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence

from benchmark.record import Ceiling, MetricRecord, Range, RunRecord

Row = dict[str, object]


def share_of_ceiling(value: float | None, ceiling: Ceiling | None, score: str) -> float | None:
    """Return a score divided by the annotators' mean against the full gold; None where there is none."""
    top = ceiling.full.get(score) if ceiling else None
    if value is None or top is None or not top.mean:
        return None
    return value / top.mean


def tidy(records: Iterable[RunRecord]) -> list[Row]:
    """Return one row for each score of each metric of each run."""
    return [
        row
        for record in records
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


def as_csv(rows: Sequence[Row]) -> str:
    """Return rows as CSV with a head; an undefined value is an empty field."""
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue().rstrip("\n")


def as_json(rows: Sequence[Row]) -> str:
    """Return rows as a JSON array; an undefined value is null."""
    return json.dumps(list(rows), ensure_ascii=False, indent=1, allow_nan=False)
