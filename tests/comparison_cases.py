"""Comparisons of made-up runs, written as the right answers of each run on each document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmark.comparison import Comparison, How, Measured, Pair, compared, labels_of
from benchmark.environment import Environment
from benchmark.kept import metric_named
from benchmark.record import (
    DatasetRecord,
    DetectorRecord,
    MetricRecord,
    Resampling,
    Run,
    RunRecord,
    Score,
)
from benchmark.results import save
from benchmark.scores import Resamples

RESAMPLES = 400
SIGNATURE = (
    "{metric}()|data:{name}@1.0.0+000000000000|gold:people(1)|task:technique|n:{documents}|"
    "cluster:{unit}({documents})|ci:boot,B=10000,seed=0|zero:0|tok:1|v:0.1.0"
)


def record(
    detector: str = "one",
    *,
    documents: int = 20,
    metric: str = "ptc_si",
    score: str = "f1",
    unit: str = "document",
    name: str = "made_up",
    labels: dict[str, int] | None = None,
    **parameters: str,
) -> RunRecord:
    """Return the record of a run whose scores nobody reads."""
    signature = SIGNATURE.format(metric=metric, name=name, documents=documents, unit=unit)
    return RunRecord(
        task="technique",
        headline=(metric, score),
        detector=DetectorRecord(detector, parameters, "file", "technique"),
        dataset=DatasetRecord(name, "1.0.0", "0" * 64, documents, "people", 1, noun="article"),
        resampling=Resampling(unit, documents, RESAMPLES, 0),
        labels=labels or {"A": 2 * documents},
        metrics={metric: MetricRecord(signature, {})},
        environment=Environment("0.1.0", None, None, "3", "any", {}),
        characters=1,
        created="2026-01-01T00:00:00+00:00",
    )


def signed(own: RunRecord, old: str, new: str) -> RunRecord:
    """Return a record whose signatures say something else."""
    metrics = {
        name: replace(metric, signature=metric.signature.replace(old, new))
        for name, metric in own.metrics.items()
    }
    assert metrics != own.metrics
    return replace(own, metrics=metrics)


def found_of(right: Sequence[int], wrong: Sequence[int] | int = 0) -> np.ndarray:
    """Return span statistics of one label: of two gold spans a document some are found, some falsely."""
    hits = np.array(right, dtype=np.float64)
    return np.stack([hits, hits + wrong, hits, np.full(len(hits), 2.0)], axis=-1)


def comparison(
    systems: dict[str, np.ndarray],
    *,
    headline: bool = True,
    reference: int | None = None,
    resamples: int = RESAMPLES,
    **fields: str,
) -> Comparison:
    """Return the comparison of systems by their statistics."""
    records = [record(name, documents=len(own), **fields) for name, own in systems.items()]
    metric, score = records[0].headline
    measured = [Measured(one, own) for one, own in zip(records, systems.values(), strict=True)]
    sampling = Resamples(resamples, 0)
    how = How(metric_named(metric), score, labels_of(records[0]), headline, sampling, reference)
    return compared(measured, how)


def pair(first: int, second: int, difference: float | None, apart: bool = False, **fields: object) -> Pair:
    """Return a pair by what a table shows of it."""
    p = None if difference is None else 0.001 if apart else 0.9
    score = Score(
        difference,
        None if difference is None else difference - 0.1,
        None if difference is None else difference + 0.1,
    )
    return replace(Pair(first, second, score, None if p is None else 0.02, p, p), **fields)


def keep(folder: Path, own: RunRecord, statistics: np.ndarray) -> Path:
    """Keep a run with the statistics of its headline, and return its folder."""
    return save(Run(own, (), {own.headline[0]: statistics}), folder)
