"""The table of label files that are scored against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.credit import precision_recall_f1
from benchmark.ptc_files import PtcRows, PtcScores, score_rows
from benchmark.record import Score, number
from benchmark.report.numbers import with_interval
from benchmark.report.table import Table
from benchmark.stats.bootstrap import intervals, resample_counts

METRICS = (("ptc_si", False), ("ptc_flc", True))


def table(
    gold: str, truth: PtcRows, found: Sequence[tuple[str, PtcRows]], seed: int, resamples: int
) -> Table:
    """Return precision, recall and F1 with intervals over articles, a row a file and metric.

    Fragment level classification stands there where all rows have techniques.

    Parameters
    ----------
    gold
        Name of the gold's file.
    truth
        Its rows.
    found
        Name and rows of each file of predictions.
    seed, resamples
        Of the bootstrap.
    """
    rows, notes = [], [f"Intervals: 95 %, bootstrap over articles, {resamples:,} resamples, seed {seed}."]
    for name, predicted in found:
        for metric, by_technique in METRICS:
            if by_technique and any(side.techniques is None for side in (truth, predicted)):
                continue
            result = score_rows(truth, predicted, by_technique=by_technique)
            rows.append((name, metric, *map(with_interval, _scores(result, seed, resamples))))
        notes.extend(_strangers(name, score_rows(truth, predicted, by_technique=False)))
    articles = len(set(truth.ids))
    title = f"{gold}: {len(truth.ids)} spans in {articles} articles that have one"
    return Table(title, ("predictions", "metric", "P", "R", "F1"), tuple(rows), tuple(notes))


def _scores(result: PtcScores, seed: int, resamples: int) -> Iterator[Score]:
    def finalize(totals: NDArray[np.float64]) -> NDArray[np.float64]:
        return precision_recall_f1(totals, 0.0)

    if not len(result.statistics):
        yield from [Score(None)] * 3
        return
    counts = resample_counts(len(result.statistics), resamples, np.random.default_rng(seed))
    around = intervals(result.statistics, finalize, counts)
    for value, low, high, undefined in zip(
        result.scores, around.low, around.high, around.undefined, strict=True
    ):
        yield Score(number(value), number(low), number(high), float(undefined))


def _strangers(name: str, result: PtcScores) -> Iterator[str]:
    if result.strangers:
        yield (
            f"{name}: {len(result.strangers)} articles have no row in the gold, such as "
            f"'{result.strangers[0]}'; what is predicted there counts as false."
        )
