"""`bench verify`: whether run folders say what their predictions say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.common import Quiet, TableFormat, progress
from benchmark.report.formats import Format


def verify(
    runs: Annotated[list[Path], typer.Argument(help="Run folders, or folders with run folders below.")],
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", help="Folder of the dataset that was scored, for the runs on a dataset of its name."
        ),
    ] = None,
    fmt: TableFormat = Format.TABLE,
    quiet: Quiet = False,
) -> None:
    """Make the scores of kept runs again from their predictions, and say what differs from the record.

    No detector runs. Exit code 4: something differs; 2: a folder cannot be read, or its dataset is not at
    hand, and nothing differs in the others.

    Example:

    bench verify results

    bench verify theirs/technique/lexicon-1a2b3c4d --data theirs/dataset
    """
    from benchmark.errors import EXIT_DIFFERS, EXIT_FAULT
    from benchmark.report.verification import written
    from benchmark.results import find_runs
    from benchmark.verification import Verifier

    paths = find_runs(runs)
    verifier, found = Verifier(data), []
    with progress(len(paths), quiet) as step:
        for path in paths:
            step(str(path))
            found.append(verifier.verify(path))
    typer.echo(written(found, fmt))
    if any(one.differences for one in found):
        raise typer.Exit(EXIT_DIFFERS)
    if any(one.problems for one in found):
        raise typer.Exit(EXIT_FAULT)
