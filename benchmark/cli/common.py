"""What several commands share: options, names for completion, progress, the way results leave."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from benchmark.report.formats import Format

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmark.data import Dataset
    from benchmark.detectors import Failure
    from benchmark.record import Run
    from benchmark.run import Settings
    from benchmark.spec import Spec
    from benchmark.tasks import Task


def complete_targets(incomplete: str) -> list[str]:
    """Complete DATASET or DATASET/TASK."""
    from benchmark import data
    from benchmark.tasks import TASKS

    names = data.names()
    if "/" not in incomplete:
        return [name for name in names if name.startswith(incomplete)]
    dataset = incomplete.partition("/")[0]
    return [target for task in TASKS if (target := f"{dataset}/{task}").startswith(incomplete)]


def complete_detectors(incomplete: str) -> list[str]:
    """Complete the name of a detector."""
    from benchmark.detectors import DETECTORS

    return [name for name in DETECTORS if name.startswith(incomplete)]


def complete_metrics(incomplete: str) -> list[str]:
    """Complete the name of a metric."""
    from benchmark.metrics import METRICS

    return [name for name in METRICS if name.startswith(incomplete)]


Detectors = Annotated[
    list[str] | None,
    typer.Option(
        "--detector",
        "-d",
        metavar="NAME[:key=value,...]",
        help="A detector with its parameters; may be given several times. Default: all.",
        autocompletion=complete_detectors,
    ),
]
Prompt = Annotated[
    Path | None,
    typer.Option("--prompt", metavar="FILE", help="A prompt file of your own, for language models."),
]
Family = Annotated[
    str | None,
    typer.Option("--family", metavar="NAME", help="The family that the language models belong to."),
]
NoCache = Annotated[
    bool,
    typer.Option("--no-cache", help="Ask anew what detectors keep answers of, such as language models."),
]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "--metrics",
        help="Metrics to show, by name, separated by commas or given several times; 'all' for the panel.",
        autocompletion=complete_metrics,
    ),
]
Split = Annotated[
    str | None,
    typer.Option(
        "--split",
        help="The split that is scored. Default: a held-out one beside a training split, else everything.",
    ),
]
Folds = Annotated[
    int | None,
    typer.Option("--folds", help="Cross-validate in so many folds, by the dataset's groups.", min=2),
]
Output = Annotated[Path, typer.Option("--output", "-o", help="Folder that run folders are written to.")]
Seed = Annotated[
    int, typer.Option("--seed", help="Seed of all that is random: resamples, folds, detectors.", min=0)
]
Resamples = Annotated[
    int, typer.Option("--resamples", help="Resamples of the bootstrap.", min=100, max=1_000_000)
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no closing line.")]
TableFormat = Annotated[Format, typer.Option("--format", "-f", help="How the table is written.")]


def typed(
    given: Sequence[str] | None, *, prompt: Path | None = None, family: str | None = None
) -> list[Spec]:
    """Return the detectors that were typed, with what options say of all that take it.

    Raises
    ------
    UsageError
        Where one is not of the form NAME:key=value, or none of them takes an option.
    """
    from benchmark.detectors import with_parameters
    from benchmark.spec import Spec

    options = {"prompt": None if prompt is None else str(prompt), "family": family}
    specs = list(map(Spec.parse, given or ()))
    return with_parameters(specs, {key: value for key, value in options.items() if value is not None})


MOST_FAILURES = 5
"""Documents that are named on standard error for each run that failed on some; the record names all."""


def split_metrics(given: Iterable[str] | None) -> tuple[str, ...]:
    """Return the metrics named; a comma separates them, except inside the parameters of one."""
    from benchmark import evaluation_plan

    return evaluation_plan.split_metrics(given)


def settings_for(
    metrics: Iterable[str] | None,
    *,
    task_named: bool,
    seed: int,
    resamples: int,
    split: str | None = None,
    strict: bool = False,
) -> tuple[Settings, bool]:
    """Return how runs are measured, and whether their tables go into detail."""
    from benchmark import evaluation_plan

    return evaluation_plan.settings_for(
        metrics, task_named=task_named, seed=seed, resamples=resamples, split=split, strict=strict
    )


def target(text: str) -> tuple[Dataset, tuple[Task, ...], bool]:
    """Return the dataset and tasks that "DATASET" or "DATASET/TASK" names, and whether it names a task.

    Raises
    ------
    UsageError
        Where there is no such dataset or task.
    """
    from benchmark import evaluation_plan

    found = evaluation_plan.target(text)
    return found.dataset, found.tasks, found.named


def writable(folder: Path) -> None:
    """Make a folder, or say at once that nothing can be written there.

    Raises
    ------
    UsageError
        Where it cannot be made or written to.
    """
    from benchmark import evaluation

    evaluation.writable(folder)


class Step(Protocol):
    """What `progress` gives."""

    def __call__(self, what: str, detail: str = "") -> None:
        """Name what is worked on, and what that is doing."""
        ...


_BAR = 24
"""Characters of the bar of progress."""
_BETWEEN = " · "
_LEAST_NAME = 12
"""A name is left out where it would be shortened to less than this."""


def _silent(what: str, detail: str = "") -> None:
    """Say nothing."""


@contextmanager
def progress(total: int, quiet: bool) -> Iterator[Step]:
    """Give a function that names what is worked on next, or with a detail what that is doing.

    It draws on standard error where that is a terminal: a bar, how many are finished, the detail, and of the
    name as much as there is room for.
    """
    if quiet or not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (BarColumn(_BAR), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    taken = _BAR + len(f"{total}/{total}") + len(columns)
    begun = 0
    with Progress(*columns, console=console, transient=True) as bar:
        work = bar.add_task("", total=total)

        def step(what: str, detail: str = "") -> None:
            nonlocal begun
            begun += not detail
            bar.update(
                work, description=doing(what, detail, console.width - taken), completed=max(begun - 1, 0)
            )

        yield step


def doing(what: str, detail: str, room: int) -> str:
    """Return what is worked on in one line: the detail, then as much of the name as there is room for.

    Parameters
    ----------
    what
        The name of what is worked on.
    detail
        What that is doing; "" where nothing is known of it.
    room
        In characters.
    """
    from benchmark.errors import one_line
    from benchmark.report.folding import shortened

    what, detail = one_line(what), one_line(detail)
    left = room - len(detail) - len(_BETWEEN) if detail else room
    if detail and left < _LEAST_NAME:
        return shortened(detail, room)
    return (f"{detail}{_BETWEEN}" if detail else "") + shortened(what, left)


@contextmanager
def saying(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Give a function that says what is being done, on standard error: in one line where it is a terminal."""
    if quiet:
        yield lambda _: None
        return
    if not sys.stderr.isatty():
        yield lambda text: typer.echo(text, err=True)
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield status.update


def data_out(text: str) -> None:
    """Print CSV or JSON on standard output as it is, but on a terminal with control characters escaped.

    What a stranger's record holds must not steer a terminal, and must not change on its way into a file.
    """
    from benchmark.errors import one_line

    if _on_terminal():
        text = "\n".join(map(one_line, text.split("\n")))
    typer.echo(text, color=True)  # as it is: without this, what looks like a colour would be left out


def _on_terminal() -> bool:
    return sys.stdout.isatty()


def write(runs: Sequence[Run], kind: Format, settings: Settings, in_detail: bool) -> None:
    """Print the tables of runs that were made together, or their tidy rows, on standard output."""
    from benchmark.comparison import headlines
    from benchmark.evaluation import tables_of
    from benchmark.report.table import render
    from benchmark.report.tidy import as_csv, as_json, tidy
    from benchmark.scores import Resamples as Sampling

    if kind in (Format.CSV, Format.JSON):
        rows = tidy([run.record for run in runs])
        typer.echo(as_csv(rows) if kind is Format.CSV else as_json(rows))
        return
    comparisons = headlines(runs, Sampling(settings.resamples, settings.seed))
    typer.echo(render(tables_of(runs, comparisons, in_detail), kind))


def finish(runs: Sequence[Run], output: Path, quiet: bool) -> None:
    """Say where the runs are kept, and leave with exit code 3 where one is incomplete.

    Raises
    ------
    typer.Exit
        Where a detector failed on a document.
    """
    if not quiet:
        many = "run" if len(runs) == 1 else "runs"
        typer.echo(f"{len(runs)} {many} kept in {output}; show one with: bench show RUN", err=True)
    exit_where_failed(
        (f"detector '{record.detector.spec}'", f"{record.dataset.name}/{record.task}", record.failures)
        for record in (run.record for run in runs)
    )


def exit_where_failed(found: Iterable[tuple[str, str, Sequence[Failure]]]) -> None:
    """Name the documents that were failed on, and leave with exit code 3 where there are any.

    Parameters
    ----------
    found
        Who predicted, as the message names it; on which task; the documents that it failed on.

    Raises
    ------
    typer.Exit
        Where a detector failed on a document.
    """
    from benchmark.errors import EXIT_INCOMPLETE

    failed = [(who, where, failures) for who, where, failures in found if failures]
    for who, where, failures in failed:
        for failure in failures[:MOST_FAILURES]:
            message = f"{who} failed on document '{failure.document}' in {where}: {failure.error}"
            typer.echo(f"bench: {message}", err=True)
        if len(failures) > MOST_FAILURES:
            more = len(failures) - MOST_FAILURES
            typer.echo(f"bench: … and on {more} more documents in {where}", err=True)
    if failed:
        raise typer.Exit(EXIT_INCOMPLETE)
