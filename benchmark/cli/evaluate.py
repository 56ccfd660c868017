"""`bench evaluate`: run detectors on tasks and print a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import (
    Metrics,
    Output,
    Quiet,
    Resamples,
    Seed,
    TableFormat,
    complete_detectors,
    complete_targets,
    finish,
    progress,
    settings_for,
    target,
    writable,
    write,
)
from benchmark.report.formats import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.results import Run
    from benchmark.run import Evaluator
    from benchmark.spec import Spec
    from benchmark.tasks import Task

FIRST = ("null", "everything", "majority", "random")
"""Detectors that know nothing of the matter head the table, as the floor for the others."""


def evaluate(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="DATASET[/TASK]",
            help="What to score on; every task of every shipped dataset where none is named.",
            autocompletion=complete_targets,
        ),
    ] = None,
    detector: Annotated[
        list[str] | None,
        typer.Option(
            "--detector",
            "-d",
            metavar="NAME[:key=value,...]",
            help="A detector with its parameters; may be given several times. Default: all.",
            autocompletion=complete_detectors,
        ),
    ] = None,
    metrics: Metrics = None,
    fmt: TableFormat = Format.TABLE,
    output: Output = Path("results"),
    seed: Seed = 0,
    resamples: Resamples = 10_000,
    quiet: Quiet = False,
) -> None:
    """Run detectors on tasks and print how well they do.

    Without a task, a table for each dataset shows each task's headline score and its 95 % interval.
    With a task, or with --metrics, the panel of metrics is shown. Exit code 3: a detector failed on a
    document.

    Example:

    bench evaluate

    bench evaluate turkey_drones/loaded_language -d lexicon:threshold=2.5 -d linear

    bench evaluate fictional_news --metrics exact,character --format csv
    """
    from benchmark import data
    from benchmark.run import Evaluator

    chosen = [target(text) for text in dict.fromkeys(targets or data.names())]
    task_named = any(named for _, _, named in chosen)
    settings, in_detail = settings_for(metrics, task_named=task_named, seed=seed, resamples=resamples)
    specs = detectors(detector, seed)
    # By their content: two folders may hold different states of a dataset of one name.
    evaluators = {dataset.manifest_sha256: Evaluator(dataset, settings) for dataset, _, _ in chosen}
    work = [(evaluators[dataset.manifest_sha256], task) for dataset, tasks, _ in chosen for task in tasks]
    plan = planned(list(dict.fromkeys(work)), specs)
    writable(output)
    runs = run_all(plan, output, quiet)
    write([run.record for run in runs], fmt, in_detail)
    finish(runs, output, quiet)


def detectors(given: Sequence[str] | None, seed: int) -> list[Spec]:
    """Return the detectors asked for, or all that need no parameter, those that know nothing first.

    Raises
    ------
    UsageError
        Where one of them cannot be built.
    """
    from benchmark.detectors import build, ready
    from benchmark.spec import Spec

    if not given:
        names, problems = ready()
        for problem in problems:
            typer.echo(f"bench: left out: {problem}", err=True)
        names = sorted(names, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
        return [Spec(name) for name in names]
    specs = list(dict.fromkeys(map(Spec.parse, given)))
    for spec in specs:
        build(spec, seed)
    return specs


def planned(
    work: Sequence[tuple[Evaluator, Task]], specs: Sequence[Spec]
) -> list[tuple[Evaluator, Task, Spec]]:
    """Return the runs that can be made.

    Raises
    ------
    UsageError
        Where no detector can do any of the tasks, or no metric fits any of them.
    """
    from benchmark.errors import UsageError

    fitting = [(evaluator, task) for evaluator, task in work if evaluator.metrics_for(task)]
    if not fitting:
        raise UsageError("none of the metrics fits any of the tasks; 'bench list tasks' shows which do")
    plan = [
        (evaluator, task, spec)
        for spec in specs
        for evaluator, task in fitting
        if evaluator.layer_for(task, spec) is not None
    ]
    if not plan:
        names = ", ".join(str(spec) for spec in specs)
        raise UsageError(f"no task fits {names}; 'bench list detectors' shows the layers that each predicts")
    return plan


def run_all(plan: Sequence[tuple[Evaluator, Task, Spec]], output: Path, quiet: bool) -> list[Run]:
    """Make runs one after the other, keep each at once, and return them."""
    from benchmark.results import save

    runs = []
    with progress(len(plan), quiet) as step:
        for evaluator, task, spec in plan:
            step(f"{evaluator.dataset.name}/{task.name}: {spec}")
            run = evaluator.run(task, spec)
            if run is not None:
                save(run, output)
                runs.append(run)
    return runs
