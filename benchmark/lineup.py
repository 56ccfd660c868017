"""Kept runs lined up for a comparison: which belong together, by which metric, in which slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.comparison import Comparison, Floats, How, Measured, compared, labels_of
from benchmark.cuts import Cut
from benchmark.errors import DataError, Fault, UsageError, one_line, suggest
from benchmark.kept import KeptRun, Shelf, metric_named, open_run
from benchmark.likeness import refuse_unlike
from benchmark.metrics.base import Metric
from benchmark.record import RunRecord
from benchmark.results import RUN, STATISTICS, find_runs
from benchmark.scores import Resamples
from benchmark.slices import Slice, cuts_of, slices
from benchmark.tasks import TASKS

MAIN = "f1"
"""The score of a metric that is compared where none is named, if the metric has it; else its first."""


@dataclass(frozen=True)
class Wanted:
    """A metric and one of its scores.

    Parameters
    ----------
    metric
        Its name, as records write it.
    score
        The score.
    headline
        Whether it is the headline of the task.
    anew
        Whether it was named, so that a run that lacks its statistics is scored anew.
    """

    metric: str
    score: str
    headline: bool
    anew: bool


def opened(paths: Sequence[Path], shelf: Shelf | None = None) -> list[KeptRun]:
    """Return the run folders that paths name or hold, each once.

    Raises
    ------
    UsageError, DataError
        Where a path holds no run, or a record is broken.
    """
    shelf = shelf or Shelf()
    folders = {path.resolve(): path for path in find_runs(paths)}
    return [open_run(path, shelf) for path in folders.values()]


def place_of(runs: Sequence[KeptRun], reference: Path | None) -> int | None:
    """Return the place of the run in a folder; None where no folder is named."""
    if reference is None:
        return None
    return [run.path.resolve() for run in runs].index(_folder(reference))


def _folder(run: Path) -> Path:
    """Return a run folder, of which its run.json may be named."""
    return (run.parent if run.name == RUN else run).resolve()


def by_task(runs: Sequence[KeptRun], reference: Path | None = None) -> list[list[KeptRun]]:
    """Return the runs of each task of each dataset together, in the order in which they first come.

    Parameters
    ----------
    runs
        The runs.
    reference
        The folder of a run that others are held against, whose task alone counts; None for all tasks.

    Raises
    ------
    UsageError
        Where no two runs are on one task, or the reference is no single run.
    """
    tasks: dict[tuple[str, str], list[KeptRun]] = {}
    for run in runs:
        tasks.setdefault((run.record.dataset.name, run.record.task), []).append(run)
    together = [members for members in tasks.values() if len(members) > 1]
    if reference is not None:
        own = _folder(reference)
        if own not in {run.path.resolve() for run in runs}:
            raise UsageError(f"{reference}: the reference is one run folder, with a run.json in it")
        together = [members for members in together if own in {run.path.resolve() for run in members}]
    if not together:
        on = ", ".join(one_line(f"{run.path} on {run.record.dataset.name}/{run.record.task}") for run in runs)
        raise UsageError(f"a comparison needs two runs on one task of one dataset: {on}")
    return together


def wanted(records: Sequence[RunRecord], named: Sequence[str]) -> list[Wanted]:
    """Return the metrics that are compared of runs on one task.

    Parameters
    ----------
    records
        Of two runs or more.
    named
        "METRIC" or "METRIC/SCORE", a metric with parameters as on the command line; empty for the headline.

    Raises
    ------
    UsageError
        Where the runs have different headlines and none is named, or a name is unknown, also that of a
        headline in a record.
    """
    headline = tuple(records[0].headline)
    unlike = next((record for record in records if tuple(record.headline) != headline), None)
    if not named:
        if unlike is not None:
            scores = " and ".join("/".join(record.headline) for record in (records[0], unlike))
            raise UsageError(f"the runs have different headlines, {scores}; name one with --metric")
        metric, score = records[0].headline
        _require(metric_named(metric), score, records[0])
        return [Wanted(metric, score, headline=True, anew=False)]
    return [_wanted(records[0], text, None if unlike else headline) for text in dict.fromkeys(named)]


def _wanted(record: RunRecord, text: str, headline: tuple[str, ...] | None) -> Wanted:
    spec, _, score = text.partition("/")
    name, _, parameters = spec.partition(":")
    metric = metric_named(f"{name}({parameters})" if parameters else name)
    panel = TASKS.get(record.task).metrics if record.task in TASKS else (record.headline[0],)
    if name not in panel and metric.name not in record.metrics:
        raise UsageError(f"metric '{name}' does not score task '{record.task}'{suggest(name, panel)}")
    known = metric.scores(labels_of(record))
    if score:
        _require(metric, score, record)
    else:
        own = record.headline[1] if metric.name == record.headline[0] else MAIN
        score = own if own in known else known[0]
    return Wanted(metric.name, score, headline == (metric.name, score), anew=True)


def _require(metric: Metric, score: str, record: RunRecord) -> None:
    """Raise UsageError unless a metric has a score."""
    known = metric.scores(labels_of(record))
    if score not in known:
        raise UsageError(f"metric '{metric.name}' has no score '{one_line(score)}'{suggest(score, known)}")


def lined_up(
    runs: Sequence[KeptRun], want: Wanted, resamples: Resamples, reference: int | None
) -> Comparison:
    """Compare runs on one task by one metric, on all of the gold.

    Raises
    ------
    UsageError
        Where the runs are not on the same documents, data and metric.
    """
    records = [run.record for run in runs]
    _refuse(records, want)
    metric, labels = metric_named(want.metric), labels_of(records[0])
    measured = [Measured(run.record, _statistics(run, metric)) for run in runs]
    return compared(measured, How(metric, want.score, labels, want.headline, resamples, reference))


def _refuse(records: Sequence[RunRecord], want: Wanted) -> None:
    """Raise UsageError unless the runs are on the same documents, data and metric."""
    if want.anew:
        refuse_unlike(records)
    else:
        held = [want.metric if want.metric in r.metrics else next(iter(r.metrics)) for r in records]
        refuse_unlike(records, held)


def by_slice(
    runs: Sequence[KeptRun], want: Wanted, by: str, resamples: Resamples, reference: int | None
) -> list[Sliced]:
    """Compare runs on one task within each slice of the gold.

    Parameters
    ----------
    runs
        Two or more on one task.
    want
        The metric.
    by
        What the gold is sliced by; see `benchmark.slices`.
    resamples, reference
        As for `lined_up`.

    Returns
    -------
    list
        A slice and its comparison, which is None where the slice has no gold.

    Raises
    ------
    UsageError
        Where the runs are not on the same documents, data and metric, or the gold cannot be sliced so.
    """
    _refuse([run.record for run in runs], want)
    metric = metric_named(want.metric)
    found = []
    for cut in slices_of(runs, want, by):
        first = cut.parts[0]
        if first.clusters == 0:
            found.append(cut)
            continue
        measured = [
            Measured(run.record, part.statistics[part.members])
            for run, part in zip(runs, cut.parts, strict=True)
        ]
        name = f"{by} {first.name}"
        how = How(metric, first.score, first.labels, want.headline, resamples, reference, name)
        found.append(Sliced(cut.parts, compared(measured, how)))
    return found


def slices_of(runs: Sequence[KeptRun], want: Wanted, by: str) -> list[Sliced]:
    """Return the slices of runs on one task, not compared.

    Raises
    ------
    UsageError
        Where the gold cannot be sliced so.
    """
    metric = metric_named(want.metric)
    made: dict[int, list[Cut] | None] = {}
    parts = []
    for run in runs:
        key = id(run.rescorer.scorer)  # runs that share a scorer share its gold
        if key not in made:
            made[key] = cuts_of(run.rescorer, by)
        parts.append(slices(run.rescorer, by, run.predictions, metric, want.score, made[key]))
    return [Sliced(own, None) for own in zip(*parts, strict=True)]


@dataclass(frozen=True)
class Sliced:
    """A slice as each run has it, and the comparison of the runs within it.

    Parameters
    ----------
    parts
        The slice of each run, in the order of the runs.
    comparison
        None where the slice has no gold.
    """

    parts: tuple[Slice, ...]
    comparison: Comparison | None


def _statistics(run: KeptRun, metric: Metric) -> Floats:
    """Return the kept statistics of a metric, or those made from the predictions where none are kept.

    Raises
    ------
    DataError
        Where the kept ones are no statistics of the metric.
    """
    if metric.name not in run.record.metrics:
        return run.rescorer.statistics(metric, run.predictions)
    found = run.statistics[metric.name]
    columns = metric.per_document([], [], labels_of(run.record)).shape[1]
    if found.shape[1] != columns:
        told = f"metric '{metric.name}': {found.shape[1]} statistics a cluster; it has {columns}"
        raise DataError([Fault(run.path / STATISTICS, None, told)])
    return found
