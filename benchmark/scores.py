"""From statistics to scores with intervals, and the signature that says how they were made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark import __version__
from benchmark.metrics.base import LabelSet, Metric
from benchmark.record import DatasetRecord, Resampling, Score, number
from benchmark.segmentation import SCHEME
from benchmark.stats.bootstrap import Counts, intervals, resample_counts
from benchmark.stats.paired import Swaps, swaps

Floats = NDArray[np.float64]


class Resamples:
    """The resamples of runs with equal settings, made once for each number of clusters.

    Parameters
    ----------
    resamples, seed
        Of the bootstrap.
    """

    def __init__(self, resamples: int, seed: int) -> None:
        self.resamples, self.seed = resamples, seed
        self._counts: dict[int, Counts] = {}
        self._swaps: dict[int, Swaps] = {}

    def of(self, clusters: int) -> Counts:
        """Return how often each resample draws each of so many clusters, shape (B, clusters)."""
        if clusters not in self._counts:
            rng = np.random.default_rng(self.seed)
            self._counts[clusters] = resample_counts(clusters, self.resamples, rng)
        return self._counts[clusters]

    def swaps(self, clusters: int) -> Swaps:
        """Return which of so many clusters each permutation of a paired test swaps."""
        if clusters not in self._swaps:
            rng = np.random.default_rng(self.seed)
            self._swaps[clusters] = swaps(clusters, self.resamples, rng)
        return self._swaps[clusters]


@dataclass(frozen=True)
class OneScore:
    """One score of a metric, with the statistics that it needs.

    Parameters
    ----------
    reduce
        From a metric's statistics, shape (n, k), to those that the score needs, shape (n, j).
    finalize
        From sums of these, shape (..., j), to the score, shape (..., 1).
    """

    reduce: Callable[[Floats], Floats]
    finalize: Callable[[Floats], Floats]


def narrowed(metric: Metric, labels: LabelSet, score: str) -> OneScore:
    """Return one score of a metric as a function of as few statistics as it needs.

    A paired test finalizes thousands of permutations for every pair of runs. A metric may offer
    `narrowed(labels, score)`, which returns the two functions of a `OneScore`; without it, all scores are
    made and one is taken.
    """
    narrow = getattr(metric, "narrowed", None)
    found = narrow(labels, score) if narrow is not None else None
    if found is not None:
        return OneScore(*found)
    place = list(metric.scores(labels)).index(score)
    return OneScore(
        lambda statistics: statistics, lambda totals: metric.finalize(totals, labels)[..., [place]]
    )


def scores_of(
    metric: Metric, statistics: NDArray[np.float64], labels: LabelSet, resamples: Resamples
) -> dict[str, Score]:
    """Return every score of a metric with its interval, by name.

    Parameters
    ----------
    metric
        The metric.
    statistics
        Of the clusters, shape (clusters, k).
    labels
        The task's labels with their support.
    resamples
        Of the bootstrap.
    """

    def finalize(totals: NDArray[np.float64]) -> NDArray[np.float64]:
        return metric.finalize(totals, labels)

    values = finalize(statistics.sum(axis=0))
    around = intervals(statistics, finalize, resamples.of(len(statistics)))
    return {
        name: Score(number(value), number(low), number(high), float(undefined))
        for name, value, low, high, undefined in zip(
            metric.scores(labels), values, around.low, around.high, around.undefined, strict=True
        )
    }


def signature(
    metric: Metric,
    data: DatasetRecord,
    task: str,
    sampling: Resampling,
    *,
    learned: Sequence[str] = (),
    mapped: Sequence[str] = (),
) -> str:
    """Return the line that says how the scores of a metric were made.

    Parameters
    ----------
    metric, data, task, sampling
        What was scored, and how.
    learned
        Fields on what was learned from: "train:cv5,seed=0".
    mapped
        Fields on labels that stand for others.
    """
    split = f"/{data.split}" if data.split else ""
    fields = [
        signed(metric),
        f"data:{data.name}@{data.version}+{data.manifest_sha256[:12]}{split}",
        f"gold:{data.gold}({data.annotators})",
        f"task:{task}",
        *mapped,
        f"n:{data.documents}",
        f"cluster:{sampling.unit}({sampling.clusters})",
        f"ci:boot-t,B={sampling.resamples},seed={sampling.seed}",
        f"zero:{getattr(metric, 'zero_division', 'nan')}",
        f"tok:{SCHEME}",
        *learned,
        f"v:{__version__}",
    ]
    return "|".join(fields)


def signed(metric: Metric) -> str:
    """Return a metric's name with all of its parameters, defaults too, for a signature."""
    parameters = getattr(metric, "parameters", "")
    name = getattr(metric, "registered", metric.name)
    return f"{name}({parameters})" if parameters else name
