"""From statistics to scores with intervals, and the signature that says how they were made."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmark import __version__
from benchmark.metrics.base import LabelSet, Metric
from benchmark.record import DatasetRecord, Resampling, Score, number
from benchmark.segmentation import SCHEME
from benchmark.stats.bootstrap import Counts, intervals, resample_counts


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

    def of(self, clusters: int) -> Counts:
        """Return how often each resample draws each of so many clusters, shape (B, clusters)."""
        if clusters not in self._counts:
            rng = np.random.default_rng(self.seed)
            self._counts[clusters] = resample_counts(clusters, self.resamples, rng)
        return self._counts[clusters]


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
        f"ci:boot,B={sampling.resamples},seed={sampling.seed}",
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
