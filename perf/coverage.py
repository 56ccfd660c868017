"""Simulate how often the bootstrap interval of a micro F1 holds the true value.

Clusters are drawn from populations whose counts are as skewed as those of the packaged datasets: gold and
false finds a cluster are gamma-Poisson, and each cluster has its own recall, from a beta distribution. The
true F1 of the endless population follows from its means. Run it as `python perf/coverage.py`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tabulate import tabulate

from benchmark.stats.bootstrap import FEW_CLUSTERS, intervals, resample_counts

Floats = NDArray[np.float64]

LOWEST, HIGHEST = 0.92, 0.97
CLUSTERS = (10, 28, 50)
SAMPLES_AT_ONCE = 50  # samples that share their resample counts, so that one matrix product serves them all


class Population(NamedTuple):
    """How the counts of a cluster are distributed; a gamma shape near 0 is skewed, a large one is Poisson."""

    name: str
    gold: float
    gold_shape: float
    recall: tuple[float, float]
    false: float
    false_shape: float

    @property
    def f1(self) -> float:
        """The true micro F1."""
        found = self.gold * self.recall[0] / sum(self.recall)
        return 2 * found / (found + self.false + self.gold)

    def sample(self, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
        """Return true positives, predicted and gold of clusters, shape (*shape, 3)."""
        gold = rng.poisson(rng.gamma(self.gold_shape, self.gold / self.gold_shape, shape))
        found = rng.binomial(gold, rng.beta(*self.recall, shape))
        false = rng.poisson(rng.gamma(self.false_shape, self.false / self.false_shape, shape))
        return np.stack([found, found + false, gold], axis=-1).astype(np.float64)


# Means and shapes by moments from the gold of the two packaged datasets (layer technique). The weak
# detector does what VADER's lexicon does there at a threshold of 1.5, the able one is made up.
ABLE = Population("able, reports", 9.1, 1.7, (6, 4), 3.0, 2.5)
WEAK = Population("weak, reports", 9.1, 1.7, (2, 8), 5.5, 5.0)
ABLE_PARAGRAPHS = Population("able, paragraphs", 2.0, 0.7, (6, 4), 1.0, 2.5)
WEAK_PARAGRAPHS = Population("weak, paragraphs", 2.0, 0.7, (1.5, 3), 1.6, 5.0)
POPULATIONS = (ABLE, WEAK, ABLE_PARAGRAPHS, WEAK_PARAGRAPHS)


class Coverage(NamedTuple):
    """Share of samples whose interval holds the true value; one without an interval does not."""

    plain: float
    ours: float


def micro_f1(totals: Floats) -> Floats:
    """Return F1 of true positives, predicted and gold, shape (..., 3) -> (...); NaN where all are 0."""
    size = totals[..., 1] + totals[..., 2]
    f1: Floats = np.divide(2 * totals[..., 0], size, out=np.full(size.shape, np.nan), where=size > 0)
    return f1


def coverage(
    population: Population, n: int, repetitions: int, resamples: int, rng: np.random.Generator
) -> Coverage:
    """Return the coverage of the plain percentile interval and of `intervals` with n clusters a sample."""
    held = np.zeros(2)
    for first in range(0, repetitions, SAMPLES_AT_ONCE):
        width = min(SAMPLES_AT_ONCE, repetitions - first)
        held += _held(population.f1, population.sample((n, width), rng), resample_counts(n, resamples, rng))
    plain, ours = (held / repetitions).tolist()
    return Coverage(plain, ours)


def _held(truth: float, samples: Floats, counts: NDArray[np.uint8]) -> Floats:
    """Return of how many samples, shape (n, samples, 3), the plain interval and ours hold the truth."""
    n, width, _ = samples.shape
    statistics = samples.reshape(n, -1)

    def finalize(totals: Floats) -> Floats:
        return micro_f1(totals.reshape(*totals.shape[:-1], width, 3))

    ours = intervals(statistics, finalize, counts)
    low, high = np.nanquantile(finalize(counts.astype(np.float64) @ statistics), [0.025, 0.975], axis=0)
    plain_held = (low <= truth) & (truth <= high)
    ours_held = (ours.low <= truth) & (truth <= ours.high)
    return np.array([plain_held.sum(), ours_held.sum()], dtype=np.float64)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table of coverage."""
    parser = argparse.ArgumentParser(description="Coverage of the 95 % interval of a micro F1.")
    parser.add_argument("--repetitions", type=int, default=4000)
    parser.add_argument("--resamples", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(options.seed)
    rows = []
    for population in POPULATIONS:
        for n in CLUSTERS:
            plain, ours = coverage(population, n, options.repetitions, options.resamples, rng)
            kind = "expanded" if n < FEW_CLUSTERS else "plain"
            verdict = "yes" if LOWEST <= ours <= HIGHEST else "NO"
            rows.append((population.name, n, population.f1, plain, ours, kind, verdict))
    headers = ("population", "clusters", "true F1", "plain", "ours", "ours is", f"{LOWEST}–{HIGHEST}")
    print(tabulate(rows, headers, floatfmt=("", "", ".3f", ".3f", ".3f")))
    error = 2 * (0.95 * 0.05 / options.repetitions) ** 0.5
    print(
        f"{options.repetitions} repetitions × {options.resamples} resamples; a share is known to ±{error:.3f}"
    )


if __name__ == "__main__":
    main()
