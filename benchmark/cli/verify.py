"""`bench verify`: whether run folders say what their predictions say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import Quiet, TableFormat, data_out, progress
from benchmark.report.formats import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.verification import Verification


def verify(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN", help="Run folders, or folders with run folders below.")
    ],
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
    if data is not None:
        _require_use(data, found)
    text = written(found, fmt)
    if fmt in (Format.CSV, Format.JSON):
        data_out(text)
    else:
        typer.echo(text)
    if any(one.differences for one in found):
        raise typer.Exit(EXIT_DIFFERS)
    if any(one.problems for one in found):
        raise typer.Exit(EXIT_FAULT)


def _require_use(data: Path, found: Sequence[Verification]) -> None:
    """Raise UsageError where no run is on the dataset that was given: it was used for none."""
    from benchmark.data import manifest_of
    from benchmark.errors import UsageError, one_line

    name = manifest_of(data).name
    others = sorted({one.record.dataset.name for one in found if one.record is not None})
    if others and name not in others:
        raise UsageError(one_line(f"{data}: holds dataset '{name}'; the runs are on {', '.join(others)}"))
