"""Simulate how often the 95 % interval of a micro F1, or of a paired difference of two, holds the true value.

Clusters are drawn from populations whose counts are as skewed as those of the packaged datasets: gold and
false finds a cluster are gamma-Poisson, and each cluster has its own recall, from a beta distribution. The
true F1 of the endless population follows from its means. The two systems of a pair have the same gold. Run
it as `python perf/coverage.py`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit
from tabulate import tabulate

from benchmark.stats.bootstrap import interval_of, intervals, jackknife, resample_counts, resampled

Floats = NDArray[np.float64]

BANDS = {10: (0.92, 0.98), 28: (0.92, 0.98), 50: (0.93, 0.97), 200: (0.93, 0.97)}
"""Between which shares the coverage is to lie, by number of clusters."""

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
    def truth(self) -> float:
        """The true micro F1."""
        found = self.gold * self.recall[0] / sum(self.recall)
        return 2 * found / (found + self.false + self.gold)

    def sample(self, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
        """Return true positives, predicted and gold of clusters, shape (*shape, 3)."""
        gold = rng.poisson(rng.gamma(self.gold_shape, self.gold / self.gold_shape, shape))
        return self.answer(gold, rng)

    def answer(self, gold: NDArray[np.int64], rng: np.random.Generator) -> Floats:
        """Return true positives, predicted and gold of clusters with this gold, shape (*gold.shape, 3)."""
        found = rng.binomial(gold, rng.beta(*self.recall, gold.shape))
        false = rng.poisson(rng.gamma(self.false_shape, self.false / self.false_shape, gold.shape))
        return np.stack([found, found + false, gold], axis=-1).astype(np.float64)


class Pair(NamedTuple):
    """Two systems on the same gold."""

    name: str
    first: Population
    second: Population

    @property
    def truth(self) -> float:
        """The true difference of the two micro F1."""
        return self.first.truth - self.second.truth

    def sample(self, shape: tuple[int, ...], rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Return the counts of both systems, each of shape (*shape, 3)."""
        first = self.first.sample(shape, rng)
        return first, self.second.answer(first[..., 2].astype(np.int64), rng)


# Means and shapes by moments from the gold of the two packaged datasets (layer technique). The weak
# detector does what VADER's lexicon does there at a threshold of 1.5; the able one, and the one that hardly
# finds any, are made up.
ABLE = Population("able, reports", 9.1, 1.7, (6, 4), 3.0, 2.5)
WEAK = Population("weak, reports", 9.1, 1.7, (2, 8), 5.5, 5.0)
ABLE_PARAGRAPHS = Population("able, paragraphs", 2.0, 0.7, (6, 4), 1.0, 2.5)
WEAK_PARAGRAPHS = Population("weak, paragraphs", 2.0, 0.7, (1.5, 3), 1.6, 5.0)
HARDLY = Population("hardly any, reports", 9.1, 1.7, (0.5, 9.5), 5.5, 5.0)
POPULATIONS = (ABLE, WEAK, ABLE_PARAGRAPHS, WEAK_PARAGRAPHS, HARDLY)
PAIRS = (
    Pair("able - weak, reports", ABLE, WEAK),
    Pair("weak - as weak, reports", WEAK, WEAK),
    Pair("able - weak, paragraphs", ABLE_PARAGRAPHS, WEAK_PARAGRAPHS),
    Pair("weak - as weak, paragraphs", WEAK_PARAGRAPHS, WEAK_PARAGRAPHS),
)


class Coverage(NamedTuple):
    """Share of samples whose interval holds the true value; one without an interval does not."""

    plain: float
    expanded: float
    ours: float


def micro_f1(totals: Floats) -> Floats:
    """Return F1 of true positives, predicted and gold, shape (..., 3) -> (...); NaN where all are 0."""
    size = totals[..., 1] + totals[..., 2]
    f1: Floats = np.divide(2 * totals[..., 0], size, out=np.full(size.shape, np.nan), where=size > 0)
    return f1


def finalize(totals: Floats) -> Floats:
    """Return the F1 of many samples at once, shape (..., 3 * samples) -> (..., samples)."""
    return micro_f1(totals.reshape(*totals.shape[:-1], -1, 3))


def coverage(
    case: Population | Pair, n: int, repetitions: int, resamples: int, rng: np.random.Generator
) -> Coverage:
    """Return the coverage of the plain and the expanded percentile interval, and of ours.

    The expanded one has the quantiles Φ(±√(n/(n-1)) t) (T. Hesterberg (2015), What Teachers Should Know about
    the Bootstrap, The American Statistician 69(4)).
    """
    held = np.zeros(3)
    for first in range(0, repetitions, SAMPLES_AT_ONCE):
        width = min(SAMPLES_AT_ONCE, repetitions - first)
        sample = case.sample((n, width), rng)
        ends = _ends(sample, resample_counts(n, resamples, rng))
        held += [((low <= case.truth) & (case.truth <= high)).sum() for low, high in ends]
    return Coverage(*(held / repetitions).tolist())


def _ends(
    sample: Floats | tuple[Floats, Floats], counts: NDArray[np.uint8]
) -> Sequence[tuple[Floats, Floats]]:
    """Return low and high ends of the plain interval of each sample, the expanded one, and ours."""
    if isinstance(sample, tuple):
        first, second = (side.reshape(len(side), -1) for side in sample)
        scores = resampled(first, finalize, counts) - resampled(second, finalize, counts)
        ours = interval_of(
            finalize(first.sum(axis=0)) - finalize(second.sum(axis=0)),
            scores,
            jackknife(first, finalize) - jackknife(second, finalize),
        )
    else:
        statistics = sample.reshape(len(sample), -1)
        scores, ours = resampled(statistics, finalize, counts), intervals(statistics, finalize, counts)
    n = len(counts[0])
    tail = float(ndtr(np.sqrt(n / (n - 1)) * stdtrit(n - 1, 0.025)))
    low, lower, higher, high = np.nanquantile(scores, [0.025, tail, 1 - tail, 0.975], axis=0)
    return (low, high), (lower, higher), (ours.low, ours.high)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table of coverage."""
    parser = argparse.ArgumentParser(description="Coverage of the 95 % interval of a micro F1 or difference.")
    parser.add_argument("--repetitions", type=int, default=4000)
    parser.add_argument("--resamples", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(options.seed)
    rows = []
    for case in (*POPULATIONS, *PAIRS):
        for n, (least, most) in BANDS.items():
            found = coverage(case, n, options.repetitions, options.resamples, rng)
            verdict = "yes" if least <= found.ours <= most else "NO"
            rows.append((case.name, case.truth, n, *found, f"{least}–{most}", verdict))
    headers = ("case", "truth", "clusters", *Coverage._fields, "band", "within")
    print(tabulate(rows, headers, floatfmt=("", ".3f", "", ".3f", ".3f", ".3f")))
    error = 2 * (0.95 * 0.05 / options.repetitions) ** 0.5
    print(
        f"{options.repetitions} repetitions × {options.resamples} resamples; a share is known to ±{error:.3f}"
    )


if __name__ == "__main__":
    main()
