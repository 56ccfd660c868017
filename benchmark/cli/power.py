"""`bench power`: how small a difference a dataset can show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import (
    Quiet,
    Resamples,
    Seed,
    TableFormat,
    complete_metrics,
    complete_targets,
    data_out,
    progress,
    target,
)
from benchmark.report.formats import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.comparison import Comparison
    from benchmark.data import Dataset
    from benchmark.scores import Resamples as Sampling
    from benchmark.tasks import Task

TIMES = (1.0, 2.0, 5.0, 10.0)
"""With how many times as many clusters the smallest detectable difference is shown."""


def power(
    what: Annotated[
        str,
        typer.Argument(
            metavar="DATASET/TASK", help="What detectors are compared on.", autocompletion=complete_targets
        ),
    ],
    runs: Annotated[
        list[Path] | None,
        typer.Option(
            "--runs",
            help="Run folders, or folders that hold such; may be given several times. "
            "Default: the detectors that bench evaluate runs.",
        ),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(
            "--metric",
            "-m",
            metavar="METRIC[/SCORE]",
            help="Default: the task's headline.",
            autocompletion=complete_metrics,
        ),
    ] = None,
    fmt: TableFormat = Format.TABLE,
    seed: Seed = 0,
    resamples: Resamples = 10_000,
    quiet: Quiet = False,
) -> None:
    """Show the smallest difference that a dataset can show, and how it falls with more articles.

    With 80 % power, from the variance of the paired differences of two runs: for one test, and at the level
    that the correction for all pairs asks for.

    Example:

    bench power fictional_news/frame

    bench power fictional_news/frame --runs results/fictional_news/frame
    """
    from benchmark.errors import UsageError
    from benchmark.report.comparison import power_rows, power_table
    from benchmark.report.table import render
    from benchmark.report.tidy import as_csv, as_json
    from benchmark.scores import Resamples as Sampling

    dataset, tasks, named = target(what)
    if not named:
        raise UsageError(f"'{what}' names no task: give DATASET/TASK; 'bench list tasks' shows the tasks")
    sampling = Sampling(resamples, seed)
    wanted = [metric] if metric else []
    if runs:
        found = _of_runs(runs, dataset, tasks[0], wanted, sampling)
    else:
        found = _of_detectors(dataset, tasks[0], wanted, sampling, quiet)
    if fmt in (Format.CSV, Format.JSON):
        every = power_rows(found, TIMES)
        data_out(as_csv(every) if fmt is Format.CSV else as_json(every))
    else:
        typer.echo(render([power_table(found, TIMES)], fmt))


def _of_runs(
    paths: Sequence[Path], dataset: Dataset, task: Task, wanted: Sequence[str], sampling: Sampling
) -> Comparison:
    """Return the comparison of the kept runs on a task.

    Raises
    ------
    UsageError
        Where fewer than two of them are on the task.
    """
    from benchmark import lineup
    from benchmark.errors import UsageError

    found = lineup.opened(paths)
    on = [run for run in found if (run.record.dataset.name, run.record.task) == (dataset.name, task.name)]
    if len(on) < 2:
        raise UsageError(
            f"{len(on)} of the {len(found)} runs given are on {dataset.name}/{task.name}; give two"
        )
    return lineup.lined_up(on, lineup.wanted([run.record for run in on], wanted)[0], sampling, None)


def _of_detectors(
    dataset: Dataset, task: Task, wanted: Sequence[str], sampling: Sampling, quiet: bool
) -> Comparison:
    """Run the detectors that need no parameter, keep nothing, and return their comparison.

    Raises
    ------
    UsageError
        Where fewer than two detectors can do the task.
    """
    from benchmark.cli.evaluate import detectors, planned
    from benchmark.comparison import together
    from benchmark.errors import UsageError
    from benchmark.lineup import wanted as asked_for
    from benchmark.run import Evaluator, Settings

    metrics = tuple(text.partition("/")[0] for text in wanted)
    evaluator = Evaluator(dataset, Settings(sampling.seed, sampling.resamples, metrics))
    plan = planned([(evaluator, task)], detectors([], sampling.seed), named=False)
    if len(plan) < 2:
        raise UsageError(f"fewer than two detectors can do {dataset.name}/{task.name}; give --runs")
    with progress(len(plan), quiet) as step:
        made = []
        for _, _, spec in plan:
            step(f"{dataset.name}/{task.name}: {spec}")
            run = evaluator.run(task, spec)
            made += [run] if run is not None else []
    want = asked_for([run.record for run in made], wanted)[0]
    return together(made, want.metric, want.score, headline=want.headline, resamples=sampling)
