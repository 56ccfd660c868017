"""`bench data overlap`: which documents datasets share."""

from __future__ import annotations

from typing import Annotated

import typer

from benchmark.cli.common import TableFormat, complete_targets
from benchmark.report.formats import Format


def overlap(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DATASET[:SPLIT]]...",
            help="Datasets, or splits of them; all that are shipped or were added where none is named.",
            autocompletion=complete_targets,
        ),
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", "-l", help="List the pairs of documents, not only their number.")
    ] = False,
    fmt: TableFormat = Format.TABLE,
) -> None:
    """Show which documents datasets share, by equal and nearly equal texts.

    Training on the one and scoring on the other is contaminated where they share any.

    Example:

    bench data overlap ptc semeval2023_task3

    bench data overlap ptc:train ptc:dev --list
    """
    from benchmark import data
    from benchmark.overlap import collection, matrix, splits
    from benchmark.report.overlap import written

    collections = [collection(name) for name in dict.fromkeys(names or data.names())]
    typer.echo(written(matrix(collections), splits(collections), listed, fmt))
