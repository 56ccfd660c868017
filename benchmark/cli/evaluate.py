"""`bench evaluate`: run detectors on tasks and print a table."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import (
    Detectors,
    Family,
    Folds,
    Metrics,
    NoCache,
    Output,
    Prompt,
    Quiet,
    Resamples,
    Seed,
    Split,
    TableFormat,
    complete_targets,
    finish,
    progress,
    typed,
    writable,
    write,
)
from benchmark.cli.report import must_draw, write_report
from benchmark.report.formats import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.evaluation_plan import Planned, Work
    from benchmark.spec import Spec


class Use(StrEnum):
    """Which protocol divides a dataset."""

    OWN = "own"
    PUBLISHED = "published"


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
    prompt: Prompt = None,
    family: Family = None,
    no_cache: NoCache = False,
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
    from benchmark.evaluation import run_all
    from benchmark.evaluation_plan import divides_as_published, settings_for, target, work_on

    as_published = divides_as_published(protocol, split, folds)
    chosen = [target(text) for text in dict.fromkeys(targets or data.SHIPPED)]
    settings, in_detail = settings_for(
        metrics,
        task_named=any(one.named for one in chosen),
        seed=seed,
        resamples=resamples,
        split=split,
        folds=folds,
        strict=strict,
        fresh=no_cache,
    )
    specs = detectors(typed(detector, prompt=prompt, family=family), seed)
    work = work_on(chosen, settings, as_published=as_published)
    plan = planned(work, specs, named=bool(detector))
    writable(output)
    if report is not None:
        must_draw()
    with progress(len(plan), quiet) as step:
        runs = run_all(plan, output, step)
    write(runs, fmt, settings, in_detail)
    write_behaviour(output, specs, fmt, quiet)
    if report is not None:
        write_report(runs, [one.dataset for one in chosen], output, report)
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


def detectors(given: Sequence[Spec], seed: int) -> list[Spec]:
    """Return the detectors asked for, or all that need no parameter, those that know nothing first.

    Raises
    ------
    UsageError
        Where one of them cannot be built.
    """
    from benchmark.evaluation_plan import specs_of

    return specs_of(given, seed, _left_out)


def planned(work: Sequence[Work], specs: Sequence[Spec], *, named: bool) -> list[Planned]:
    """Return the runs that can be made, as `evaluation_plan.planned` does, and say who is left out.

    Raises
    ------
    UsageError
        Where no detector can do any of the tasks, or no metric fits any of them.
    """
    from benchmark import evaluation_plan

    return evaluation_plan.planned(work, specs, named=named, left_out=_left_out)


def _left_out(problem: str) -> None:
    typer.echo(f"bench: left out: {problem}", err=True)
