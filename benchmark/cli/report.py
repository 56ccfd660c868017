"""`bench report`: kept runs as one HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import Quiet

if TYPE_CHECKING:
    from benchmark.data import Dataset
    from benchmark.record import Run

DEFAULT = Path("report.html")


def report(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Run folders, or folders that hold such.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file that is written.")] = DEFAULT,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="FOLDER", help="Folder of the dataset that the runs were made on."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Write kept runs as one HTML page: scores, the texts with gold and predicted marks, errors, provenance.

    The page holds all that it shows: it opens from disk or from an e-mail, and asks no network for anything.
    The runs of several tasks and datasets fit into one page.

    Example:

    bench report results/fictional_news

    bench report results/fictional_news/technique --output technique.html
    """
    from benchmark.kept import Shelf
    from benchmark.lineup import opened
    from benchmark.page.build import write

    must_draw()
    write(opened(runs, Shelf(data)), output)
    if not quiet:
        typer.echo(f"report written to {output}", err=True)


def must_draw() -> None:
    """Say at once where the plotting library is missing.

    Raises
    ------
    UsageError
        Where it is missing; the message says how to install it.
    """
    import benchmark.plots  # noqa: F401 - whose import tells it


def write_report(runs: Sequence[Run], datasets: Sequence[Dataset], results: Path, output: Path) -> None:
    """Write the page of runs that were just made and kept.

    Parameters
    ----------
    runs
        The runs.
    datasets
        Those that they were made on, as they were loaded.
    results
        The folder that the runs are kept in.
    output
        The file that is written.

    Raises
    ------
    UsageError
        Where the page cannot be written.
    """
    from benchmark.kept import open_run
    from benchmark.page.build import write
    from benchmark.page.groups import Held

    shelves = {dataset.manifest_sha256: Held(dataset) for dataset in datasets}
    folders = dict.fromkeys((results / run.record.folder, run.record.dataset.manifest_sha256) for run in runs)
    write([open_run(folder, shelves[digest]) for folder, digest in folders], output)
