"""`bench transfer`: train on some datasets, score on others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from benchmark.cli.common import (
    Quiet,
    Resamples,
    Seed,
    TableFormat,
    complete_detectors,
    complete_targets,
    exit_where_failed,
    progress,
    settings_for,
    target,
)
from benchmark.report.formats import Format

if TYPE_CHECKING:
    from benchmark.transfer_plan import Plan, Source

SEVERAL = ("--train", "--test")
"""Options that take several values."""


class SeveralValues(TyperCommand):
    """A command without arguments, whose options may be followed by several values: --test A B."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give each value an option of its own."""
        spread: list[str] = []
        option = None
        for word in args:
            if word.startswith("-"):
                option = word if word in SEVERAL else None
                spread.append(word)
            elif option is not None and spread[-1] != option:
                spread += [option, word]
            else:
                spread.append(word)
        return super().parse_args(ctx, spread)


def transfer(
    train: Annotated[
        list[str],
        typer.Option(
            "--train",
            metavar="DATASET[:SPLIT][/TASK]...",
            help="What is learned from: the training split where there is one, else all documents. Without a "
            "task, the one that loses least is learned. Several: after spaces or commas, or given again.",
            autocompletion=complete_targets,
        ),
    ],
    test: Annotated[
        list[str],
        typer.Option(
            "--test",
            metavar="DATASET[/TASK]...",
            help="What is scored, as by bench evaluate. Without a task, all that can be stood for. "
            "Several likewise.",
            autocompletion=complete_targets,
        ),
    ],
    detector: Annotated[
        str | None,
        typer.Option(
            "--detector",
            "-d",
            metavar="NAME[:key=value,...]",
            help="A detector that learns. Default: token-linear for spans and relations, linear for units.",
            autocompletion=complete_detectors,
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse where a scored document was learned from.")
    ] = False,
    fmt: TableFormat = Format.TABLE,
    seed: Seed = 0,
    resamples: Resamples = 10_000,
    quiet: Quiet = False,
) -> None:
    """Train on some datasets, score on others, and print the matrix of headline scores.

    Which label may stand for which is declared in datasets/crosswalk.toml: what is not is refused, and what
    loses something is marked. Where a dataset is trained and tested on, its own protocol divides it. Exit
    code 3: a detector failed on a document.

    Example:

    bench transfer --train basil --test ptc babe

    bench transfer --train ptc babe basil --test ptc babe basil --format csv

    bench transfer --train basil/lexical --test ptc/loaded_language -d crf
    """
    from benchmark.report.transfer import written
    from benchmark.transfer import run_transfer

    settings, _ = settings_for(None, task_named=False, seed=seed, resamples=resamples, strict=strict)
    planned = _planned(train, test, detector, seed)
    with progress(len(planned.pairs), quiet) as step:
        matrix = run_transfer(planned, settings, step)
    typer.echo(written(matrix, fmt))
    exit_where_failed(
        (f"detector '{cell.detector}', trained on {cell.train},", cell.test, cell.failures)
        for cell in matrix.cells
    )


def _planned(train: list[str], test: list[str], detector: str | None, seed: int) -> Plan:
    """Return what is learned from which source for which target.

    Raises
    ------
    UsageError
        Where there is no such dataset, task or detector, or no cell can be filled.
    """
    from benchmark.spec import Spec
    from benchmark.transfer_plan import Target, plan

    sources = [_source(text) for text in _separate(train)]
    targets = [Target(*target(text)) for text in _separate(test)]
    return plan(sources, targets, Spec.parse(detector) if detector is not None else None, seed)


def _separate(given: list[str]) -> list[str]:
    """Return the names given, each once; a comma separates them."""
    names = [part.strip() for text in given for part in text.split(",")]
    return list(dict.fromkeys(name for name in names if name))


def _source(text: str) -> Source:
    """Return what DATASET[:SPLIT][/TASK] names.

    Raises
    ------
    UsageError
        Where there is no such dataset, split, task or layer.
    """
    from benchmark import data
    from benchmark.transfer_plan import source_of

    text = text.rstrip("/") or text
    name, slash, task = text.rpartition("/")
    if not slash or ":" in task or (Path(text) / "manifest.json").is_file():
        name, task = text, ""
    path, colon, split = name.rpartition(":")
    return source_of(data.load(path if colon else name), split if colon else None, task or None)
