"""`bench report`: kept runs, on tasks and behavioural, as one HTML page."""

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
    The runs of several tasks and datasets fit into one page, and so do behavioural runs with failing cases.

    Example:

    bench report results/fictional_news

    bench report results/fictional_news/technique --output technique.html

    bench report results/behaviour
    """
    from benchmark.behaviour.results import load
    from benchmark.kept import Shelf
    from benchmark.lineup import opened
    from benchmark.page.build import write

    ordinary, folders = divided(runs)
    if ordinary:
        must_draw()
    kept = opened(ordinary, Shelf(data))
    write(kept, output, [load(folder) for folder in folders])
    if not quiet:
        typer.echo(f"report written to {output}", err=True)


def divided(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Return the paths that hold runs on tasks, and the behavioural run folders that paths name or hold.

    A path that holds neither is among the first, so that whoever opens it says what is missing.

    Parameters
    ----------
    paths
        Run folders of either kind, their run.json or behaviour.json, or folders that hold such.

    Returns
    -------
    tuple of two lists
        The second has each folder once.
    """
    from benchmark.behaviour.results import BEHAVIOUR, find

    ordinary: list[Path] = []
    folders: dict[Path, Path] = {}
    for path in paths:
        below = find(path.parent if path.name == BEHAVIOUR else path)
        for folder in below:
            folders.setdefault(folder.resolve(), folder)
        if not below or _holds_runs(path):
            ordinary.append(path)
    return ordinary, list(folders.values())


def _holds_runs(path: Path) -> bool:
    """Return whether a folder for runs on tasks lies below a path; hidden ones are being written."""
    from benchmark.results import RUN

    found = (run.relative_to(path).parts for run in path.rglob(RUN))
    return any(not any(part.startswith(".") for part in parts) for parts in found)


def must_draw() -> None:
    """Say at once where the plotting library is missing.

    Raises
    ------
    UsageError
        Where it is missing; the message says how to install it.
    """
    import benchmark.plots  # noqa: F401 - whose import tells it


def write_report(runs: Sequence[Run], datasets: Sequence[Dataset], results: Path, output: Path) -> None:
    """Write the page of runs that were just made and kept, with what is kept of how their detectors behave.

    Parameters
    ----------
    runs
        The runs.
    datasets
        Those that they were made on, as they were loaded.
    results
        The folder that the runs are kept in, and behavioural runs of the same detectors.
    output
        The file that is written.

    Raises
    ------
    UsageError
        Where the page cannot be written.
    DataError
        Where a behavioural run is broken.
    """
    from benchmark.behaviour.results import find, load
    from benchmark.kept import open_run
    from benchmark.page.behaviour import newest
    from benchmark.page.build import write
    from benchmark.page.groups import Held

    shelves = {dataset.manifest_sha256: Held(dataset) for dataset in datasets}
    folders = dict.fromkeys((results / run.record.folder, run.record.dataset.manifest_sha256) for run in runs)
    behaviours = newest(map(load, find(results)), [run.record.detector.spec for run in runs])
    write([open_run(folder, shelves[digest]) for folder, digest in folders], output, behaviours)
