"""Slices of a task: the same predictions scored on a part of the gold.

By label; by section (headline, lead, body); inside or outside quotations; by the documents of each value of a
metadata field; and by what only gold has, the length of a span or the number of annotators behind it, which
give recall alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.cuts import SLICINGS, Cut, cuts
from benchmark.errors import UsageError, suggest
from benchmark.kept import Rescorer
from benchmark.metrics.base import LabelSet, Metric
from benchmark.model import Annotation, Prediction
from benchmark.projection import Scoring
from benchmark.record import Score, number
from benchmark.scores import Resamples, narrowed
from benchmark.stats.bootstrap import intervals
from benchmark.tasks import Task

__all__ = ["SLICINGS", "Slice", "score_of", "slices"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Slice:
    """A part of a task's gold, and one run's statistics on it.

    Parameters
    ----------
    name
        Such as "headline".
    gold
        Number of its gold spans, or of the labels of its gold units.
    score
        Name of the score of the metric that it has: that of the headline, that of one label, or the recall.
    recall_only
        Whether it has recall alone, since predictions belong to no such slice.
    statistics
        Of all of the run's clusters in their order, shape (clusters, k); zeros in those outside the slice.
    members
        Which clusters have anything of the slice, shape (clusters,). They alone are counted and resampled,
        and they are the same for all runs.
    labels
        The labels that the metric is given, with their support in the slice.
    """

    name: str
    gold: int
    score: str
    recall_only: bool
    statistics: Floats
    members: Flags
    labels: LabelSet

    @property
    def clusters(self) -> int:
        """Number of clusters that have anything of the slice; 0 where it has no gold."""
        return int(self.members.sum())


def cuts_of(rescorer: Rescorer, by: str) -> list[Cut] | None:
    """Return the parts of the gold of a run, which runs on one task share; None where labels part it.

    Raises
    ------
    UsageError
        Where there is nothing of that name to slice by, or the task or the dataset lacks what it needs.
    """
    return None if by == "label" else cuts(rescorer.scoring, rescorer.dataset, by)


def slices(
    rescorer: Rescorer,
    by: str,
    predictions: Sequence[Prediction],
    metric: Metric,
    score: str,
    parts: Sequence[Cut] | None = None,
) -> list[Slice]:
    """Return the slices of a task, with the statistics of a run's predictions on each.

    Parameters
    ----------
    rescorer
        Of the run.
    by
        One of `benchmark.cuts.SLICINGS`, or a field of the documents' metadata.
    predictions
        One a scored document, as they are stored.
    metric
        The metric.
    score
        Its score that a slice has where it can: the headline's.
    parts
        What `cuts_of` gave for a run on the same gold; None to make it here.

    Returns
    -------
    list of Slice
        Labels in the task's order; values of a field sorted, then "(none)" for the documents without it. A
        slice without gold has no statistics and no clusters, and its score is undefined.

    Raises
    ------
    UsageError
        Where there is nothing of that name to slice by, or the task or the dataset lacks what it needs; or
        the metric lacks the score.
    """
    scoring = rescorer.scoring
    if by == "label":
        return _by_label(scoring, rescorer.project(predictions), metric, score)
    if parts is None:
        parts = cuts(scoring, rescorer.dataset, by)
    projected = rescorer.project(predictions)
    return [_slice(cut, scoring, projected, metric, score) for cut in parts]


def score_of(part: Slice, metric: Metric, resamples: Resamples) -> Score:
    """Return the score of a slice with its interval, over the clusters that have anything of it.

    It is undefined where the slice has no gold, whatever was predicted there.

    Parameters
    ----------
    part
        The slice.
    metric
        The metric that its statistics are of.
    resamples
        Of the bootstrap.
    """
    if not part.gold:
        return Score(None)
    one = narrowed(metric, part.labels, part.score)
    own = one.reduce(part.statistics[part.members])
    value = one.finalize(own.sum(axis=0))[0]
    around = intervals(own, one.finalize, resamples.of(len(own)))
    low, high, undefined = around.low[0], around.high[0], around.undefined[0]
    return Score(number(value), number(low), number(high), float(undefined))


def _slice(cut: Cut, scoring: Scoring, projected: Sequence[Prediction], metric: Metric, score: str) -> Slice:
    labels = _labels_of(scoring.task, cut.gold)
    predicted = list(projected) if cut.keep is None else [cut.keep(*each) for each in enumerate(projected)]
    statistics = scoring.by_cluster(metric.per_document(cut.gold, predicted, labels))
    members = np.bincount(scoring.owner[cut.pieces], minlength=scoring.size) > 0
    if cut.keep is None:
        score = _recall(metric, labels)
    return _made(cut.name, score, cut.keep is None, metric, statistics, members, labels)


def _made(
    name: str,
    score: str,
    recall_only: bool,
    metric: Metric,
    statistics: Floats,
    members: Flags,
    labels: LabelSet,
    gold: int | None = None,
) -> Slice:
    """Return a slice; without gold nothing of it is left, so that it can neither be scored nor compared."""
    if score not in metric.scores(labels):
        raise UsageError(
            f"metric '{metric.name}' has no score '{score}'{suggest(score, metric.scores(labels))}"
        )
    count = sum(labels.support) if gold is None else gold
    inside = members & (count > 0)
    return Slice(
        name, count, score, recall_only, np.where(inside[:, np.newaxis], statistics, 0.0), inside, labels
    )


def _labels_of(task: Task, gold: Iterable[Annotation]) -> LabelSet:
    found: Counter[str] = Counter()
    for annotation in gold:
        found.update(span.label for span in annotation.spans)
        found.update(label for unit in annotation.units for label in unit.labels)
    return LabelSet(task.labels, [found[label] for label in task.labels])


def _recall(metric: Metric, labels: LabelSet) -> str:
    """Return the score that needs gold alone; among units of one label each the share that is right."""
    known = metric.scores(labels)
    for name in ("accuracy", "recall"):
        if name in known:
            return name
    raise UsageError(
        f"metric '{metric.name}' has no recall, and only gold has what it is sliced by: choose another metric"
    )


def _by_label(scoring: Scoring, projected: Sequence[Prediction], metric: Metric, score: str) -> list[Slice]:
    """Return a slice for each label: by the metric's own score of a label, else of spans of it alone."""
    everything, known = np.ones(scoring.size, dtype=np.bool_), metric.scores(scoring.labels)
    kind = score if score in ("precision", "recall") else "f1"
    whole: Floats | None = None
    found = []
    for label, support in zip(scoring.labels.names, scoring.labels.support, strict=True):
        own, labels = f"{kind}:{label}", scoring.labels
        if own in known:
            if whole is None:
                whole = scoring.by_cluster(metric.per_document(scoring.gold, projected, labels))
            statistics = whole
        else:
            own, labels = score, LabelSet([label], [support])
            statistics = scoring.by_cluster(metric.per_document(scoring.gold, projected, labels))
        found.append(_made(label, own, False, metric, statistics, everything, labels, support))
    return found
