"""How often a detector passes, flags and differs between two sides, with cluster-bootstrap intervals.

Every rate is a ratio of sums over the clusters (templates or source sentences), so that one function from
sums to rates serves the rate and its interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmark.behaviour.engine import Judged
from benchmark.record import Score, number
from benchmark.scores import Resamples
from benchmark.stats.bootstrap import intervals

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
FEWEST_CASES = 10
"""A side with fewer cases is not judged on its own."""
FLAGS, SCORES, MARKS = "flag rate", "score", "marks"
"""What an asymmetry is a difference of: shares of flagged cases, mean scores, marks a case."""


@dataclass(frozen=True)
class Counts:
    """How many cases ended how.

    Parameters
    ----------
    cases, clusters
        All of them, and what is resampled: templates or source sentences.
    passed, failed, no_verdict, not_applicable, crashed
        A partition of the cases.
    """

    cases: int
    clusters: int
    passed: int
    failed: int
    no_verdict: int
    not_applicable: int
    crashed: int


@dataclass(frozen=True)
class Side:
    """One side against all that it is exchanged with.

    Parameters
    ----------
    cases
        The cases in which it stands on either side.
    flag_rate
        The share of them that is flagged with it, less the share that is flagged with the other in its place.
    """

    cases: int
    flag_rate: Score


@dataclass(frozen=True)
class Rates:
    """The rates of one detector on one suite; None where no case says anything.

    Parameters
    ----------
    passed
        Share of the judged cases that passed.
    flagged, flagged_twin
        Share of the judged cases whose region is flagged in the text, and in the twin.
    asymmetry
        Of exchanged sides: the text's less the twin's, by what they are differences of.
    sides
        By the name of a side with at least `FEWEST_CASES` cases.
    """

    passed: Score | None = None
    flagged: Score | None = None
    flagged_twin: Score | None = None
    asymmetry: dict[str, Score] = field(default_factory=dict)
    sides: dict[str, Side] = field(default_factory=dict)


def counts_of(judged: Sequence[Judged]) -> Counts:
    """Return how many cases ended how."""
    verdicts = [one.outcome.verdict if one.error is None else "crashed" for one in judged]
    kinds = ("passed", "failed", "no verdict", "not applicable", "crashed")
    clusters = len({one.case.drawn for one in judged})
    return Counts(len(judged), clusters, *(verdicts.count(kind) for kind in kinds))


def rates_of(judged: Sequence[Judged], sampling: Resamples) -> Rates:
    """Return the rates of a suite's cases; those that are not applicable or crashed are left out.

    Parameters
    ----------
    judged
        The cases of one suite.
    sampling
        The resamples of the bootstrap.
    """
    found = [one for one in judged if one.error is None and one.outcome.verdict != "not applicable"]
    if not found:
        return Rates()
    owners = clusters_of([one.case.drawn for one in found])
    outcomes = [one.outcome for one in found]
    flags = np.array([(first, second or 0) for first, second in (o.flagged for o in outcomes)], np.float64)
    twins = np.array([o.flagged[1] is not None for o in outcomes], np.float64)
    passes = np.array([o.verdict == "passed" for o in outcomes], np.float64)
    verdicts = np.array([o.verdict != "no verdict" for o in outcomes], np.float64)
    ones = np.ones(len(found))
    tops = np.column_stack([passes, flags[:, 0], flags[:, 1]])
    passed, flagged, twin = ratios(tops, np.column_stack([verdicts, ones, twins]), owners, sampling)
    asymmetry, sides = _asymmetries(found, owners, sampling)
    return Rates(passed, flagged, twin, asymmetry, sides)


def clusters_of(names: Sequence[str]) -> Places:
    """Return the number of each case's cluster, from 0 in the order in which they first come, shape (n,)."""
    place = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([place[name] for name in names], np.int64)


def ratios(tops: Floats, bottoms: Floats, owners: Places, sampling: Resamples) -> list[Score | None]:
    """Return ratios of sums, each with its cluster-bootstrap interval.

    Parameters
    ----------
    tops, bottoms
        What is summed above and below the line, a row a case, shape (n, m).
    owners
        The number of each case's cluster, shape (n,).
    sampling
        The resamples of the bootstrap.

    Returns
    -------
    list of Score or None
        m ratios; None where the sum below the line is 0.
    """
    m = tops.shape[1]
    statistics = np.zeros((owners.max() + 1, 2 * m))
    np.add.at(statistics, owners, np.hstack([tops, bottoms]))

    def finalize(totals: Floats) -> Floats:
        above, below = totals[..., :m], totals[..., m:]
        return np.divide(above, below, out=np.full_like(above, np.nan), where=below != 0)

    values = finalize(statistics.sum(axis=0))
    around = intervals(statistics, finalize, sampling.of(len(statistics)))
    return [
        None if np.isnan(value) else Score(float(value), number(low), number(high), float(undefined))
        for value, low, high, undefined in zip(values, around.low, around.high, around.undefined, strict=True)
    ]


def _asymmetries(
    judged: Sequence[Judged], owners: Places, sampling: Resamples
) -> tuple[dict[str, Score], dict[str, Side]]:
    """Return the differences between the sides, all together and for each side that has cases enough."""
    paired = [place for place, one in enumerate(judged) if one.case.sides is not None]
    if not paired:
        return {}, {}
    chosen = [judged[place] for place in paired]
    apart = np.array([_apart(one) for one in chosen])
    known = ~np.isnan(apart)
    ours = clusters_of([str(owner) for owner in owners[paired].tolist()])
    whole = ratios(np.where(known, apart, 0), known.astype(np.float64), ours, sampling)
    asymmetry = {
        name: score for name, score in zip((FLAGS, SCORES, MARKS), whole, strict=True) if score is not None
    }
    return asymmetry, _sides(chosen, apart[:, 0], ours, sampling)


def _apart(one: Judged) -> tuple[float, float, float]:
    """Return a case's differences, text less twin: flags, scores (NaN where one has none), marks."""
    (first, second), scores, marks = one.outcome.flagged, one.outcome.scores, one.outcome.marks
    score = np.nan if scores[0] is None or scores[1] is None else scores[0] - scores[1]
    return float(first) - float(second or 0), score, float(marks[0] - (marks[1] or 0))


def _sides(judged: Sequence[Judged], apart: Floats, owners: Places, sampling: Resamples) -> dict[str, Side]:
    """Return each side against those that it is exchanged with, all in one bootstrap."""
    sides = [one.case.sides or ("", "") for one in judged]
    names = sorted({name for pair in sides for name in pair})
    # 1 where the text has the side, -1 where its twin has it.
    rows = [[(pair[0] == name) - (pair[1] == name) for name in names] for pair in sides]
    signs = np.array(rows, np.float64)
    held = np.abs(signs)
    enough = held.sum(axis=0) >= FEWEST_CASES
    if not enough.any():
        return {}
    found = ratios(signs[:, enough] * apart[:, None], held[:, enough], owners, sampling)
    kept = [(name, int(count)) for name, count in zip(names, held.sum(axis=0), strict=True)]
    return {
        name: Side(count, score)
        for (name, count), score in zip(
            (pair for pair, many in zip(kept, enough, strict=True) if many), found, strict=True
        )
        if score is not None
    }
