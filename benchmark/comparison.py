"""Comparisons of runs: which detectors differ, by how much, and how small a difference could have been shown.

Runs are compared paired, on identical clusters, or not at all. The p-values of a task's headline metric are
adjusted for the number of pairs; those of other metrics are not, and are exploratory.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from benchmark.kept import metric_named
from benchmark.metrics.base import LabelSet, Metric
from benchmark.record import Run, RunRecord, Score, number
from benchmark.scores import OneScore, Resamples, narrowed
from benchmark.stats.bootstrap import intervals
from benchmark.stats.groups import letters
from benchmark.stats.multiple import holm
from benchmark.stats.paired import PairedResult, compare, smallest_p
from benchmark.stats.power import detectable

Floats = NDArray[np.float64]

LEVEL = 0.05
"""Of the tests, in the whole family of a task's pairs."""
POWER = 0.8
"""Of the smallest detectable difference."""
_ROUNDING = 1e-9  # a p-value times a number of pairs that misses the level by less has met it


@dataclass(frozen=True)
class Pair:
    """Two runs held against each other by one score.

    Parameters
    ----------
    first, second
        Their places among the comparison's runs; the first has the higher score unless a reference was named.
    difference
        Score of the first minus that of the second, with its interval.
    error
        Standard error of the difference; None where it is undefined, or with one of the clusters left out.
    p
        Of the paired randomisation test; None where the difference is undefined.
    adjusted
        By Holm over the pairs; None where p is None or the comparison is exploratory.
    """

    first: int
    second: int
    difference: Score
    error: float | None
    p: float | None
    adjusted: float | None

    @property
    def told_apart(self) -> bool:
        """Whether the two differ at the level of the family."""
        return self.adjusted is not None and self.adjusted <= LEVEL + _ROUNDING


@dataclass(frozen=True)
class Comparison:
    """Runs on one task of one dataset, compared by one score.

    Parameters
    ----------
    records
        The runs, the highest score first; those whose score is undefined last.
    metric, score
        Names of the metric and of its score.
    values
        The score of each run with its interval, by the comparison's resamples.
    pairs
        Every pair of runs, or every other run with the reference.
    letters
        For each run the letters of its groups: two runs share one where they cannot be told apart. Empty
        where there are no groups: exploratory comparisons, those with a reference, and undefined scores.
    headline
        Whether this is the task's headline, whose p-values are adjusted.
    clusters
        How many were resampled and swapped.
    permutations
        How many swaps were made; all that there are where `exact`.
    resamples
        How many may be made.
    smallest
        The smallest p that the test can give.
    reference
        Place of the run that the others are held against; None where all are held against each other.
    slice
        The part of the gold that is scored; "" for all of it.
    """

    records: tuple[RunRecord, ...]
    metric: str
    score: str
    values: tuple[Score, ...]
    pairs: tuple[Pair, ...]
    letters: tuple[str, ...]
    headline: bool
    clusters: int
    permutations: int
    exact: bool
    resamples: int
    smallest: float
    reference: int | None = None
    slice: str = ""

    @property
    def family(self) -> int:
        """Number of pairs that the p-values are adjusted for: those whose difference is defined."""
        return sum(pair.p is not None for pair in self.pairs)

    @property
    def level(self) -> float:
        """The level at which the smallest p-value of the family is tested; of one pair where exploratory."""
        return LEVEL / max(1, self.family) if self.headline else LEVEL

    @property
    def can_reject(self) -> bool:
        """Whether the smallest p-value that is possible would tell two runs apart."""
        return self.smallest <= self.level + _ROUNDING

    @property
    def leaders(self) -> tuple[int, ...]:
        """Places of the best run and of those that cannot be told apart from it; none without a test."""
        if not any(self.letters) or not self.family or not self.can_reject:
            return ()
        worse = {pair.second for pair in self.pairs if pair.first == 0 and pair.told_apart}
        return tuple(place for place, own in enumerate(self.letters) if own and place not in worse)

    def pair(self, first: int, second: int) -> Pair:
        """Return the pair of two runs by their places, in either order."""
        return next(pair for pair in self.pairs if {pair.first, pair.second} == {first, second})


@dataclass(frozen=True)
class Measured:
    """What of a run is compared: its record, and the statistics of its clusters by one metric.

    Parameters
    ----------
    record
        The run.
    statistics
        Shape (clusters, k).
    """

    record: RunRecord
    statistics: Floats


@dataclass(frozen=True)
class How:
    """What is compared, and how.

    Parameters
    ----------
    metric
        The metric.
    score
        Which of its scores.
    labels
        The labels scored, with their support.
    headline
        Whether it is the task's headline.
    resamples
        Of bootstrap and randomisation, with their seed.
    reference
        Place of the run that the others are held against, or None.
    slice
        The part of the gold that is scored; "" for all of it.
    """

    metric: Metric
    score: str
    labels: LabelSet
    headline: bool
    resamples: Resamples
    reference: int | None = None
    slice: str = ""


def labels_of(record: RunRecord) -> LabelSet:
    """Return the labels of a run's task with their support."""
    return LabelSet(tuple(record.labels), tuple(record.labels.values()))


def compared(runs: Sequence[Measured], how: How) -> Comparison:
    """Compare runs by one score.

    Parameters
    ----------
    runs
        Two or more on the same clusters, which `refuse_unlike` let pass.
    how
        What is compared.
    """
    one = narrowed(how.metric, how.labels, how.score)
    statistics = [one.reduce(run.statistics) for run in runs]
    points = np.array([one.finalize(own.sum(axis=0))[0] for own in statistics])
    order = ranking(points)
    reference = None if how.reference is None else order.index(how.reference)
    ordered = [statistics[place] for place in order]
    clusters = len(ordered[0])
    counts, swaps = how.resamples.of(clusters), how.resamples.swaps(clusters)
    places = _places(len(runs), reference)
    pairs = _tested(places, compare(ordered, one.finalize, counts, swaps, np.array(places)), how.headline)
    grouped = how.headline and reference is None
    return Comparison(
        records=tuple(runs[place].record for place in order),
        metric=how.metric.name,
        score=how.score,
        values=tuple(_value(own, one, how.resamples) for own in ordered),
        pairs=pairs,
        letters=_letters(pairs, points[order]) if grouped else ("",) * len(runs),
        headline=how.headline,
        clusters=clusters,
        permutations=len(swaps.masks),
        exact=swaps.exact,
        resamples=how.resamples.resamples,
        smallest=smallest_p(swaps),
        reference=reference,
        slice=how.slice,
    )


def _tested(places: Sequence[tuple[int, int]], found: PairedResult, headline: bool) -> tuple[Pair, ...]:
    """Return the pairs with their tests; p-values of a headline are adjusted."""
    adjusted = holm(found.p[:, 0]) if headline else np.full(len(places), np.nan)
    columns = (found.difference, found.low, found.high, found.error, found.p)
    rows = zip(
        places, *(column[:, 0] for column in columns), adjusted, found.undefined_resamples, strict=True
    )
    return tuple(
        Pair(
            place[0],
            place[1],
            Score(number(value), number(low), number(high), float(undefined[0])),
            number(error),
            number(p),
            number(by_holm),
        )
        for place, value, low, high, error, p, by_holm, undefined in rows
    )


def _value(statistics: Floats, one: OneScore, resamples: Resamples) -> Score:
    """Return a run's score with its interval."""
    around = intervals(statistics, one.finalize, resamples.of(len(statistics)))
    value = one.finalize(statistics.sum(axis=0))[0]
    return Score(number(value), number(around.low[0]), number(around.high[0]), float(around.undefined[0]))


def ranking(points: Floats) -> list[int]:
    """Return places from the highest score to the lowest, equal ones as they came, undefined ones last."""
    return sorted(range(len(points)), key=lambda place: (math.isnan(points[place]), -points[place]))


def _places(runs: int, reference: int | None) -> list[tuple[int, int]]:
    if reference is None:
        return list(combinations(range(runs), 2))
    return [(place, reference) for place in range(runs) if place != reference]


def _letters(pairs: Sequence[Pair], points: Floats) -> tuple[str, ...]:
    different = np.zeros((len(points), len(points)), dtype=np.bool_)
    for pair in pairs:
        different[pair.first, pair.second] = different[pair.second, pair.first] = pair.told_apart
    return letters(different, undefined=np.isnan(points))


def headlines(runs: Sequence[Run], resamples: Resamples) -> list[Comparison]:
    """Return a comparison of the runs on each task by its headline, where two or more have its statistics.

    Parameters
    ----------
    runs
        Runs that were made together; those on one task are on the same documents.
    resamples
        Of bootstrap and randomisation.
    """
    tasks: dict[tuple[str, str | None, str], list[Run]] = {}
    for run in runs:
        data = run.record.dataset
        if run.record.headline[0] in run.statistics:
            tasks.setdefault((data.manifest_sha256, data.split, run.record.task), []).append(run)
    return [
        together(members, *members[0].record.headline, headline=True, resamples=resamples)
        for members in tasks.values()
        if len(members) > 1
    ]


def together(
    runs: Sequence[Run], metric: str, score: str, *, headline: bool, resamples: Resamples
) -> Comparison:
    """Return the comparison of runs that were made together on one task.

    Parameters
    ----------
    runs
        Two or more on the same documents, with statistics of the metric.
    metric, score
        What is compared.
    headline
        Whether it is the task's headline.
    resamples
        Of bootstrap and randomisation.
    """
    measured = [Measured(run.record, run.statistics[metric]) for run in runs]
    how = How(metric_named(metric), score, labels_of(runs[0].record), headline, resamples)
    return compared(measured, how)


@dataclass(frozen=True)
class Detectable:
    """The smallest difference that a dataset shows between two runs with a power of 80 %.

    Parameters
    ----------
    pair
        The two runs.
    level
        Of the two-sided test.
    difference
        In the score's own unit; None where no difference can be shown: too few clusters for the level, or an
        undefined one.
    """

    pair: Pair
    level: float
    difference: float | None


def smallest_difference(
    found: Comparison, pair: Pair, *, adjusted: bool = True, times: float = 1.0
) -> Detectable:
    """Return the smallest difference between two runs that the dataset would have shown.

    Parameters
    ----------
    found
        The comparison.
    pair
        One of its pairs.
    adjusted
        Whether at the level of the smallest p-value of the family, or of this pair alone.
    times
        With how many times as many clusters.
    """
    level = found.level if adjusted else LEVEL
    if pair.error is None:
        return Detectable(pair, level, None)
    shown = detectable(pair.error, found.clusters, level, POWER, times, found.resamples)
    return Detectable(pair, level, number(shown))
