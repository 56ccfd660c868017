"""`bench evaluate`: run detectors on tasks and print a table."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import (
    Detectors,
    Folds,
    Metrics,
    Output,
    Quiet,
    Resamples,
    Seed,
    Split,
    TableFormat,
    complete_targets,
    finish,
    progress,
    settings_for,
    target,
    writable,
    write,
)
from benchmark.cli.report import must_draw, write_report
from benchmark.report.formats import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.data import Dataset
    from benchmark.record import Run
    from benchmark.run import Evaluator, Settings
    from benchmark.spec import Spec
    from benchmark.tasks import Task


class Use(StrEnum):
    """Which protocol divides a dataset."""

    OWN = "own"
    PUBLISHED = "published"


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
    detector: Detectors = None,
    metrics: Metrics = None,
    split: Split = None,
    folds: Folds = None,
    protocol: Annotated[
        Use, typer.Option("--protocol", help="published: what the papers on the corpus did.")
    ] = Use.OWN,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a run whose test documents were learned from.")
    ] = False,
    fmt: TableFormat = Format.TABLE,
    output: Output = Path("results"),
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Also write the runs as one HTML page.")
    ] = None,
    seed: Seed = 0,
    resamples: Resamples = 10_000,
    quiet: Quiet = False,
) -> None:
    """Run detectors on tasks and print how well they do.

    Without a task, a table for each dataset shows each task's headline score and its 95 % interval.
    With a task, or with --metrics, the panel of metrics is shown. A detector that has to be trained learns
    from the training split, or by cross-validation that keeps groups of documents together; --protocol
    published does what the papers on a corpus did. Exit code 3: a detector failed on a document.

    Example:

    bench evaluate

    bench evaluate turkey_drones/loaded_language -d lexicon:threshold=2.5 -d linear

    bench evaluate fictional_news --metrics exact,character --format csv

    bench evaluate ptc --split dev

    bench evaluate basil --folds 10 --seed 42 -d linear

    bench evaluate fictional_news --report report.html
    """
    from benchmark import data
    from benchmark.errors import UsageError
    from benchmark.run import Evaluator

    if protocol is Use.PUBLISHED and (split is not None or folds is not None):
        raise UsageError("--protocol published decides on --split and --folds; leave these out")
    chosen = [target(text) for text in dict.fromkeys(targets or data.SHIPPED)]
    task_named = any(named for _, _, named in chosen)
    settings, in_detail = settings_for(
        metrics,
        task_named=task_named,
        seed=seed,
        resamples=resamples,
        split=split,
        folds=folds,
        strict=strict,
    )
    specs = detectors(detector, seed)
    # By their content: two folders may hold different states of a dataset of one name.
    evaluators: dict[str, Evaluator] = {}
    work = []
    for dataset, tasks, _ in chosen:
        measured, divided = (settings, tasks)
        if protocol is Use.PUBLISHED:
            measured, divided = published_settings(settings, dataset, tasks)
        evaluator = evaluators.setdefault(dataset.manifest_sha256, Evaluator(dataset, measured))
        work += [(evaluator, task) for task in divided]
    plan = planned(list(dict.fromkeys(work)), specs, named=bool(detector))
    writable(output)
    if report is not None:
        must_draw()
    runs = run_all(plan, output, quiet)
    write(runs, fmt, settings, in_detail)
    write_behaviour(output, specs, fmt, quiet)
    if report is not None:
        write_report(runs, [evaluator.dataset for evaluator in evaluators.values()], output, report)
    finish(runs, output, quiet)


def write_behaviour(output: Path, specs: Sequence[Spec], fmt: Format, quiet: bool) -> None:
    """Print the pass rates that are kept of the detectors below the scores, or say how to make them."""
    from benchmark.behaviour.results import latest
    from benchmark.report.behaviour import behaviour_tables
    from benchmark.report.table import render

    if fmt in (Format.CSV, Format.JSON):
        return
    records = latest(output / "behaviour", [str(spec) for spec in specs])
    if records:
        typer.echo("\n" + render(behaviour_tables(records), fmt))
    elif not quiet:
        typer.echo(f"no behavioural runs in {output}; make them with: bench behave", err=True)


def published_settings(
    settings: Settings, dataset: Dataset, tasks: Sequence[Task]
) -> tuple[Settings, tuple[Task, ...]]:
    """Return the settings and tasks with what the papers on a dataset did.

    Raises
    ------
    UsageError
        Where that is not known, or they did none of the tasks.
    """
    from benchmark.errors import UsageError
    from benchmark.protocol import published

    found = published(dataset)
    kept = []
    for task in tasks:
        if task.name in found.headlines:
            metric, score = found.headlines[task.name]
            kept.append(replace(task, metric=metric, score=score))
        elif not found.headlines:
            kept.append(task)
    if not kept:
        names = ", ".join(found.headlines)
        raise UsageError(f"the published protocol of '{dataset.name}' is for {names} alone")
    return replace(settings, protocol=found.protocol), tuple(kept)


def detectors(given: Sequence[str] | None, seed: int) -> list[Spec]:
    """Return the detectors asked for, or all that need no parameter, those that know nothing first.

    Raises
    ------
    UsageError
        Where one of them cannot be built.
    """
    from benchmark.detectors import build, how_to_train, ready
    from benchmark.errors import UsageError
    from benchmark.spec import Spec

    if not given:
        names, problems = ready()
        for problem in problems:
            typer.echo(f"bench: left out: {problem}", err=True)
        names = sorted(names, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
        return [Spec(name) for name in names]
    specs = list(dict.fromkeys(map(Spec.parse, given)))
    for spec in specs:
        missing = how_to_train(build(spec, seed))
        if missing:
            raise UsageError(missing)
    return specs


def planned(
    work: Sequence[tuple[Evaluator, Task]], specs: Sequence[Spec], *, named: bool
) -> list[tuple[Evaluator, Task, Spec]]:
    """Return the runs that can be made.

    A detector that takes minutes to train joins unasked only where one training serves: on a published split.

    Parameters
    ----------
    work
        What to score.
    specs
        The detectors.
    named
        Whether the user named them.

    Raises
    ------
    UsageError
        Where no detector can do any of the tasks, or no metric fits any of them.
    """
    from benchmark.errors import UsageError

    fitting = [(evaluator, task) for evaluator, task in work if evaluator.metrics_for(task)]
    if not fitting:
        raise UsageError("none of the metrics fits any of the tasks; 'bench list tasks' shows which do")
    left = set[str]()
    plan = [
        (evaluator, task, spec)
        for spec in specs
        for evaluator, task in fitting
        if (named or joins(evaluator, spec, left)) and evaluator.subject_for(task, spec) is not None
    ]
    for missing in sorted(left):
        typer.echo(f"bench: left out: {missing}", err=True)
    if not plan:
        names = ", ".join(str(spec) for spec in specs)
        raise UsageError(
            f"no task fits {names}; 'bench list detectors' shows the layers that each predicts{_few(work)}"
        )
    return plan


def _few(work: Sequence[tuple[Evaluator, Task]]) -> str:
    """Say of datasets that are not divided unasked how they can be."""
    from benchmark.training import is_small

    few = {e.dataset.name: len(e.dataset.documents) for e, _ in work if is_small(e.dataset, e.protocol)}
    told = [f"'{name}' has {count} documents" for name, count in few.items()]
    return f"; {', '.join(told)}: give --folds to train and score within so few" if told else ""


def joins(evaluator: Evaluator, spec: Spec, left: set[str]) -> bool:
    """Return whether a detector that was not named takes part; what one lacks is added to `left`."""
    from benchmark.detectors import how_to_train

    detector = evaluator.detector(spec)
    if not getattr(detector, "slow", False):
        return True
    if evaluator.split is None:
        return False
    missing = how_to_train(detector)
    if missing:
        left.add(missing)
    return not missing


def run_all(plan: Sequence[tuple[Evaluator, Task, Spec]], output: Path, quiet: bool) -> list[Run]:
    """Make runs one after the other, keep each at once, and return them."""
    from benchmark.results import save

    runs = []
    with progress(len(plan), quiet) as step:
        for evaluator, task, spec in plan:
            what = f"{evaluator.dataset.name}/{task.name}: {spec}"
            step(what)
            run = evaluator.run(task, spec, partial(step, what))
            if run is not None:
                save(run, output)
                runs.append(run)
    return runs
