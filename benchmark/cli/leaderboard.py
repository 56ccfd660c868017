"""`bench leaderboard`: a page of verified runs."""

from __future__ import annotations

from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import Quiet, progress

if TYPE_CHECKING:
    from benchmark.leaderboard import Board


def leaderboard(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FOLDER", help="Folders with run folders below. Default: results."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The page. Default: README.md in the first folder.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 4 where the page is another.")
    ] = False,
    from_statistics: Annotated[
        bool,
        typer.Option(
            "--from-statistics",
            help="Hold runs to their statistics alone, where their dataset is not at hand.",
        ),
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Make a page with a table for each task from the verified runs in a folder.

    A run that differs from what its predictions say, or whose dataset is not at hand, is left out and named.
    Exit code 4: a run was left out since it differs, or with --check the page is another.

    Example:

    bench leaderboard

    bench leaderboard results/reference --output results/README.md --check
    """
    from benchmark.errors import EXIT_DIFFERS
    from benchmark.fileio import atomic_write
    from benchmark.leaderboard import board
    from benchmark.report.leaderboard import page
    from benchmark.results import find_runs

    where = folders or [Path("results")]
    target = output or where[0] / "README.md"
    with progress(len(find_runs(where)), quiet) as step:
        found = board(where, from_statistics=from_statistics, step=step)
    behaviour = [
        (Path(relpath(folder, target.parent)).as_posix(), record) for folder, record in found.behaviour
    ]
    text = page(found.tasks, behaviour, from_statistics=from_statistics)
    differs = _left_out(found)
    if check:
        same = target.is_file() and target.read_text("utf-8") == text
        if not same:
            typer.echo(f"bench: {target}: is not what 'bench leaderboard' makes of the runs", err=True)
        differs = differs or not same
    else:
        atomic_write(target, text.encode())
        if not quiet:
            runs = sum(len(records) for records, _ in found.tasks)
            shown = f"{_many(runs, 'run')} on {_many(len(found.tasks), 'task')} in {target}"
            typer.echo(shown, err=True)
    if differs:
        raise typer.Exit(EXIT_DIFFERS)


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _left_out(found: Board) -> bool:
    """Name the runs that were left out, and return whether one of them differs from its record."""
    from benchmark.errors import one_line

    for one in found.left_out:
        first, *more = "\n".join(one.problems).split("\n")
        why = (
            first + (f" … and {len(more)} more" if more else "")
            if one.problems
            else f"{_many(len(one.differences), 'difference')} from its record"
        )
        typer.echo(f"bench: left out: {one_line(f'{one.path}: {why}')}", err=True)
    return any(one.differences for one in found.left_out)
