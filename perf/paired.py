"""Simulate how often the paired test rejects and how well its power is foretold, and time it.

Clusters are drawn from the populations of `coverage.py`, whose counts are as skewed as those of the packaged
datasets; the systems of a comparison see the same gold. Run it as `python perf/paired.py`, or as
`python perf/paired.py --time` for the time that 30 systems on 500 documents take.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time
from types import ModuleType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tabulate import tabulate

from benchmark.stats.bootstrap import resample_counts
from benchmark.stats.multiple import holm
from benchmark.stats.paired import PairedResult, all_pairs, compare, swaps
from benchmark.stats.power import achieved, detectable

Floats = NDArray[np.float64]


def load(name: str) -> ModuleType:
    """Import a script that lies beside this one; `coverage` would else name an installed package."""
    spec = importlib.util.spec_from_file_location(f"perf_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


populations = load("coverage")

CLUSTERS = (10, 28, 50, 200)
LEVEL = 0.05
REJECTED = (0.035, 0.065)
POWERED = (0.75, 0.85)
AT_ONCE = 100  # comparisons that share their swaps and resamples
MANY = 50_000  # clusters that a standard error is known from
SYSTEMS = 5  # of the family-wise error
BUDGET, MEMORY = 3.0, 1000.0  # seconds, MB
RUNS, DOCUMENTS, RESAMPLES = 30, 500, 10_000


class System(NamedTuple):
    """How a system does on the gold of a population: its recall's beta distribution, and its false finds."""

    recall: tuple[float, float]
    false: float
    false_shape: float

    def f1(self, gold: float) -> float:
        """The true micro F1 where a cluster has so much gold on average."""
        found = gold * self.recall[0] / sum(self.recall)
        return 2 * found / (found + self.false + gold)

    def with_recall(self, mean: float) -> System:
        """The system with another mean recall, as concentrated as before."""
        size = sum(self.recall)
        return self._replace(recall=(size * mean, size * (1 - mean)))


class Case(NamedTuple):
    """Two systems on one population's gold."""

    name: str
    gold: float
    gold_shape: float
    first: System
    second: System

    @property
    def difference(self) -> float:
        """The true difference in F1, first less second."""
        return self.first.f1(self.gold) - self.second.f1(self.gold)

    def sample(self, systems: Sequence[System], shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
        """Return true positives, predicted and gold of systems on the same clusters: (systems, *shape, 3)."""
        gold = rng.poisson(rng.gamma(self.gold_shape, self.gold / self.gold_shape, shape))
        counts = []
        for system in systems:
            found = rng.binomial(gold, rng.beta(*system.recall, shape))
            false = rng.poisson(rng.gamma(system.false_shape, system.false / system.false_shape, shape))
            counts.append(np.stack([found, found + false, gold], axis=-1))
        return np.array(counts, dtype=np.float64)


def alike(population: tuple[float, ...], name: str) -> Case:
    """Two systems of one kind."""
    _, gold, gold_shape, recall, false, false_shape = population
    system = System(recall, false, false_shape)
    return Case(f"alike, {name}", gold, gold_shape, system, system)


def otherwise(population: tuple[float, ...], name: str) -> Case:
    """Two systems of the same true F1, the second of higher recall and lower precision."""
    _, gold, gold_shape, recall, false, false_shape = population
    first = System(recall, false, false_shape)
    mean = recall[0] / sum(recall)
    second = first.with_recall(mean + (1 - mean) / 3)
    found = gold * second.recall[0] / sum(recall)
    second = second._replace(false=2 * found / first.f1(gold) - found - gold)
    return Case(f"same F1, {name}", gold, gold_shape, first, second)


CASES = (
    alike(populations.ABLE, "able, reports"),
    alike(populations.WEAK_PARAGRAPHS, "weak, paragraphs"),
    otherwise(populations.ABLE, "able, reports"),
    otherwise(populations.WEAK_PARAGRAPHS, "weak, paragraphs"),
)


def finalize(totals: Floats) -> Floats:
    """Return micro F1, shape (..., 3) -> (..., 1)."""
    return populations.micro_f1(totals)[..., None]


def compared(samples: Floats, resamples: int, rng: np.random.Generator) -> PairedResult:
    """Compare all pairs within each comparison of samples, shape (systems, comparisons, n, 3).

    Returns
    -------
    PairedResult
        Arrays of shape (comparisons * pairs, 1), the pairs of a comparison side by side.
    """
    systems, comparisons, n, _ = samples.shape
    flat = samples.transpose(1, 0, 2, 3).reshape(comparisons * systems, n, 3)
    pairs = (np.arange(comparisons)[:, None, None] * systems + all_pairs(systems)).reshape(-1, 2)
    counts = resample_counts(n, min(resamples, 1000), rng)
    return compare(list(flat), finalize, counts, swaps(n, resamples, rng), pairs)


class Rejection(NamedTuple):
    """Shares of comparisons: rejected, intervals that hold the true difference; and two standard errors."""

    rejected: float
    covered: float
    of_jackknife: float
    of_samples: float


def rejection(
    case: Case, n: int, repetitions: int, resamples: int, rng: np.random.Generator, level: float = LEVEL
) -> Rejection:
    """Return how often the test rejects with n clusters, and how often the interval holds the truth."""
    rejected, covered, errors, differences = [], [], [], []
    for first in range(0, repetitions, AT_ONCE):
        width = min(AT_ONCE, repetitions - first)
        result = compared(case.sample((case.first, case.second), (width, n), rng), resamples, rng)
        rejected.append(result.p <= level)
        covered.append((result.low <= case.difference) & (case.difference <= result.high))
        errors.append(result.error)
        differences.append(result.difference)
    error = float(np.sqrt(np.nanmean(np.concatenate(errors) ** 2)))
    shares = [float(np.concatenate(parts).mean()) for parts in (rejected, covered)]
    return Rejection(shares[0], shares[1], error, float(np.nanstd(np.concatenate(differences))))


def family_error(case: Case, n: int, repetitions: int, resamples: int, rng: np.random.Generator) -> float:
    """Return how often Holm rejects anything among systems that are all alike."""
    wrong = 0
    for first in range(0, repetitions, AT_ONCE):
        width = min(AT_ONCE, repetitions - first)
        result = compared(case.sample((case.first,) * SYSTEMS, (width, n), rng), resamples, rng)
        wrong += sum(bool((holm(p) <= LEVEL).any()) for p in result.p.reshape(width, -1))
    return wrong / repetitions


def detectable_case(case: Case, n: int, level: float, rng: np.random.Generator) -> tuple[Case, float]:
    """Return the case with a second system that is as far off as the formula says can be shown.

    Returns
    -------
    tuple
        The case, and the standard error of the difference with n clusters, from many clusters.
    """
    mean = case.first.recall[0] / sum(case.first.recall)
    # To the side with more room: at the other the recall would end before the difference can be shown.
    near, far = mean, 0.01 if mean > 0.5 else 0.99
    for _ in range(12):
        middle = (near + far) / 2
        changed = case._replace(second=case.first.with_recall(middle))
        samples = changed.sample((changed.first, changed.second), (1, MANY), rng)
        few = resample_counts(MANY, 1, rng)
        error = compare(list(samples[:, 0]), finalize, few, swaps(MANY, 1, rng), all_pairs(2)).error.item()
        error *= (MANY / n) ** 0.5
        too_large = abs(changed.difference) > detectable(error, n, level)
        near, far = (near, middle) if too_large else (middle, far)
    return changed, error


def verdict(share: float, lowest: float, highest: float) -> str:
    """Say whether a share lies where it should."""
    return "yes" if lowest <= share <= highest else "NO"


def print_rejections(repetitions: int, resamples: int, rng: np.random.Generator) -> None:
    """Print how often the test rejects where there is no true difference."""
    rows = []
    for case in CASES:
        for n in CLUSTERS:
            found = rejection(case, n, repetitions, resamples, rng)
            rows.append((case.name, n, found.rejected, verdict(found.rejected, *REJECTED), found.covered))
    headers = ("no true difference", "clusters", "rejected", "5 % ± 1.5 %", "interval holds 0")
    print(tabulate(rows, headers, floatfmt=("", "", ".3f", "", ".3f")))


def print_family(repetitions: int, resamples: int, rng: np.random.Generator) -> None:
    """Print how often Holm's method rejects anything where all systems are alike."""
    noise = 2 * (LEVEL * (1 - LEVEL) / repetitions) ** 0.5
    rows = []
    for case in CASES[:2]:
        for n in CLUSTERS:
            error = family_error(case, n, repetitions, resamples, rng)
            rows.append((case.name, n, error, verdict(error, 0, LEVEL + noise)))
    print(tabulate(rows, (f"{SYSTEMS} systems", "clusters", "any rejected", "5 % at most"), floatfmt=".3f"))


def print_powers(repetitions: int, resamples: int, rng: np.random.Generator) -> None:
    """Print how often the test finds the difference that the formula calls detectable."""
    rows = []
    for case in CASES[:2]:
        for n in CLUSTERS:
            for level in (LEVEL, LEVEL / 10):
                changed, error = detectable_case(case, n, level, rng)
                found = rejection(changed, n, repetitions, resamples, rng, level)
                foretold = achieved(error, n, changed.difference, level)
                answer = verdict(found.rejected, *POWERED)
                row = (case.name, n, level, abs(changed.difference), foretold, found.rejected, answer)
                rows.append((*row, error, found.of_jackknife, found.of_samples))
    headers = ("power", "clusters", "level", "difference", "formula", "rejected", ".75–.85")
    headers += ("se, many", "se, jackknife", "se, samples")
    print(tabulate(rows, headers, floatfmt=("", "", ".3f", ".3f", ".2f", ".3f", "", ".4f", ".4f", ".4f")))


def print_times(rng: np.random.Generator) -> None:
    """Print how long 30 systems on 500 documents take, for one label and for fourteen."""
    from benchmark.metrics.span import Overlap

    rows = []
    for labels in (1, 14):
        names = [str(label) for label in range(labels)]
        hits = rng.poisson(2.0, (RUNS, DOCUMENTS, labels, 1))
        other = rng.poisson(1.0, (RUNS, DOCUMENTS, labels, 2))
        cells = np.concatenate([hits, hits + other[..., :1], hits, hits + other[..., 1:]], axis=-1)
        statistics = list(cells.reshape(RUNS, DOCUMENTS, -1).astype(np.float64))
        metric = Overlap()
        began, spent = perf_counter(), process_time()
        counts, swapped = resample_counts(DOCUMENTS, RESAMPLES, rng), swaps(DOCUMENTS, RESAMPLES, rng)
        result = compare(
            statistics,
            lambda totals, metric=metric, names=names: metric.finalize(totals, names)[..., 2:3],
            counts,
            swapped,
            all_pairs(RUNS),
        )
        seconds, cpu = perf_counter() - began, process_time() - spent
        # Linux counts the greatest memory in KiB, other systems in bytes.
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
            1e3 if sys.platform == "linux" else 1e6
        )
        rows.append((cells.shape[2] * 4, len(result.p), seconds, cpu, memory))
    headers = ("statistics", "pairs", "seconds", "of processor", "MB at most")
    print(tabulate(rows, headers, floatfmt=("", "", ".2f", ".2f", ".0f")))
    print(f"{RUNS} systems, {DOCUMENTS} clusters, {RESAMPLES} swaps and resamples; ", end="")
    print(f"budget of 4 statistics {BUDGET:.0f} s, memory below {MEMORY:.0f} MB")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description="Rejections, family-wise error and power of the paired test."
    )
    parser.add_argument("--time", action="store_true", help="print times instead")
    parser.add_argument("--repetitions", type=int, default=4000)
    parser.add_argument("--resamples", type=int, default=1999)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(options.seed)
    if options.time:
        print_times(rng)
        return
    for table in (print_rejections, print_family, print_powers):
        table(options.repetitions, options.resamples, rng)
        print()
    error = 2 * (0.05 * 0.95 / options.repetitions) ** 0.5
    print(f"{options.repetitions} repetitions × {options.resamples} swaps; .05 is known to ±{error:.3f}")


if __name__ == "__main__":
    main()
