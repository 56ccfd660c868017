"""Which runs stand on a leaderboard: those that were verified, compared task by task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.behaviour.results import Behaviour, BehaviourRecord, find, load
from benchmark.comparison import Comparison, labels_of, together
from benchmark.errors import BenchError
from benchmark.kept import metric_named, open_run
from benchmark.likeness import kind_of
from benchmark.record import Run, RunRecord
from benchmark.results import find_runs
from benchmark.scores import Resamples, scores_of
from benchmark.verification import RELATIVE, Difference, Verification, Verifier, metric_differences

Task = tuple[tuple[RunRecord, ...], Comparison | None]


@dataclass(frozen=True)
class Board:
    """The runs of a leaderboard.

    Parameters
    ----------
    tasks
        For each task of each dataset its runs, and their comparison where there are two or more.
    left_out
        What was found of the folders that could not be verified.
    behaviour
        Behavioural runs with their folders, whose counts and pass rates are those of their cases.
    """

    tasks: tuple[Task, ...]
    left_out: tuple[Verification, ...]
    behaviour: tuple[tuple[Path, BehaviourRecord], ...] = ()


def board(
    paths: Sequence[Path], *, from_statistics: bool = False, step: Callable[[str], None] = lambda _: None
) -> Board:
    """Verify the run folders below some folders, and compare those that hold.

    Parameters
    ----------
    paths
        Folders.
    from_statistics
        Whether runs are held to their statistics alone, without their datasets.
    step
        Called with the folder that is verified next.

    Raises
    ------
    UsageError
        Where there is no run folder.
    """
    verify = by_statistics if from_statistics else Verifier().verify
    behaviour, spoilt = _behaviour(paths)
    runs, left_out = list[Run](), list[Verification]()
    for path in find_runs(paths):
        step(str(path))
        found = verify(path)
        if found.as_recorded and found.record is not None:
            runs.append(Run(found.record, (), open_run(path).statistics))
        else:
            left_out.append(found)
    alike: dict[Hashable, list[Run]] = {}
    for run in runs:
        alike.setdefault(kind_of(run.record), []).append(run)
    tasks = tuple(_task(members) for members in alike.values())
    return Board(tasks, (*left_out, *spoilt), behaviour)


def _behaviour(
    paths: Sequence[Path],
) -> tuple[tuple[tuple[Path, BehaviourRecord], ...], list[Verification]]:
    """Return the behavioural runs below some folders, and what is wrong with those that do not hold."""
    kept, spoilt = [], []
    for folder in dict.fromkeys(folder for path in paths for folder in find(path)):
        try:
            found = load(folder)
        except BenchError as error:
            spoilt.append(Verification(folder, problems=(str(error),)))
            continue
        differences = tuple(_of_cases(found))
        if differences:
            spoilt.append(Verification(folder, differences=differences))
        else:
            kept.append((folder, found.record))
    return tuple(kept), spoilt


def _of_cases(found: Behaviour) -> Iterator[Difference]:
    """Yield where the counts or the pass rate of a behavioural run are not those of its cases."""
    counts, verdicts = found.record.counts, Counter(row.verdict for row in found.cases)
    for name in ("passed", "failed", "no_verdict", "not_applicable", "crashed"):
        recorded, made = getattr(counts, name), verdicts[name.replace("_", " ")]
        if recorded != made:
            yield Difference(f"number of cases {name.replace('_', ' ')}", recorded, made)
    judged = verdicts["passed"] + verdicts["failed"]
    rate = verdicts["passed"] / judged if judged else None
    passed = found.record.rates.passed
    recorded_rate = None if passed is None else passed.value
    if (rate is None) != (recorded_rate is None) or abs((rate or 0) - (recorded_rate or 0)) > RELATIVE:
        yield Difference("pass rate", recorded_rate, rate)


def by_statistics(path: Path) -> Verification:
    """Compare the scores of a run folder with what its statistics give, without predictions and dataset."""
    try:
        run = open_run(path)
        metric, score = run.record.headline
        if metric not in run.record.metrics or score not in run.record.metrics[metric].scores:
            return Verification(path, run.record, problems=("the headline is none of the record's scores",))
        sampling = run.record.resampling
        resamples, labels = Resamples(sampling.resamples, sampling.seed), labels_of(run.record)
        found = [
            difference
            for name, recorded in run.record.metrics.items()
            for difference in metric_differences(
                name, recorded.scores, scores_of(metric_named(name), run.statistics[name], labels, resamples)
            )
        ]
    except BenchError as error:
        return Verification(path, problems=(str(error),))
    return Verification(path, run.record, tuple(found))


def _task(runs: Sequence[Run]) -> Task:
    records = tuple(run.record for run in runs)
    if len(runs) == 1:
        return records, None
    sampling = records[0].resampling
    resamples = Resamples(sampling.resamples, sampling.seed)
    return records, together(runs, *records[0].headline, headline=True, resamples=resamples)
