"""Time the bootstrap of 400 documents × 20 statistics, counts included, beside its budget.

Two loops that people write instead are timed in the same run on fewer resamples, and scaled. Run it as
`python perf/bootstrap.py`.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Sequence
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from tabulate import tabulate

from benchmark.stats.bootstrap import intervals, resample_counts

Floats = NDArray[np.float64]

BUDGET = 0.3
DOCUMENTS, STATISTICS = 400, 20


def finalize(totals: Floats) -> Floats:
    """Return precision, recall and F1 of each label: (..., 20) -> (..., 15), for four counts a label."""
    found, hit, predicted, gold = np.moveaxis(totals.reshape(*totals.shape[:-1], -1, 4), -1, 0)
    precision, recall = found / predicted, hit / gold
    return np.concatenate([precision, recall, 2 * precision * recall / (precision + recall)], axis=-1)


def matrix_product(values: Floats, resamples: int) -> None:
    """The way that the project goes: counts, one product, one `finalize`."""
    counts = resample_counts(len(values), resamples, np.random.default_rng(0))
    intervals(values, finalize, counts)


def resample_loop(values: Floats, resamples: int) -> None:
    """A loop over resamples, each summed by NumPy."""
    rng = np.random.default_rng(0)
    scores = []
    for _ in range(resamples):
        drawn = rng.integers(len(values), size=len(values))
        scores.append(finalize(values[drawn].sum(axis=0)))
    np.nanquantile(scores, [0.025, 0.975], axis=0)


def document_loop(values: Floats, resamples: int) -> None:
    """A loop over resamples and documents in Python alone, one `finalize` a resample."""
    rng = np.random.default_rng(0)
    rows, scores = values.tolist(), []
    for _ in range(resamples):
        totals = [0.0] * values.shape[1]
        for drawn in rng.integers(len(rows), size=len(rows)).tolist():
            for column, value in enumerate(rows[drawn]):
                totals[column] += value
        scores.append(finalize(np.array(totals)))
    np.nanquantile(scores, [0.025, 0.975], axis=0)


def seconds(run: Callable[[Floats, int], None], values: Floats, resamples: int, repeats: int) -> float:
    """Return the median time of several runs after one that warms up."""
    run(values, resamples)
    times = []
    for _ in range(repeats):
        start = perf_counter()
        run(values, resamples)
        times.append(perf_counter() - start)
    return statistics.median(times)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the seconds of each way, and whether the budget is kept."""
    parser = argparse.ArgumentParser(description="Seconds of a bootstrap, beside the budget and two loops.")
    parser.add_argument("--resamples", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args(arguments)
    values = np.random.default_rng(0).poisson(3.0, (DOCUMENTS, STATISTICS)).astype(np.float64)
    ours = seconds(matrix_product, values, options.resamples, options.repeats)
    rows: list[tuple[str, float, float]] = [("matrix product", ours, 1.0)]
    for name, run, part in (
        ("loop, NumPy sums", resample_loop, 20),
        ("loop, Python sums", document_loop, 200),
    ):
        fewer = max(1, options.resamples // part)
        time = seconds(run, values, fewer, 3) * options.resamples / fewer
        rows.append((f"{name} (scaled)", time, time / ours))
    print(f"{options.resamples} resamples × {DOCUMENTS} documents × {STATISTICS} statistics")
    print(tabulate(rows, ("way", "seconds", "ratio"), floatfmt=("", ".3f", ".1f")))
    print(f"budget {BUDGET} s: {'kept' if ours <= BUDGET else 'EXCEEDED'}")


if __name__ == "__main__":
    main()
