"""`bench show`: one kept run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.common import TableFormat
from benchmark.report.formats import Format


def show(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    fmt: TableFormat = Format.TABLE,
) -> None:
    """Show a kept run: where its numbers come from, its scores, its scores by label.

    Example:

    bench show results/fictional_news/technique/linear-1a2b3c4d
    """
    from benchmark.report.evaluation import run_tables
    from benchmark.report.table import render
    from benchmark.report.tidy import as_csv, as_json, tidy
    from benchmark.results import load_record

    record = load_record(run)
    if fmt is Format.CSV:
        typer.echo(as_csv(tidy([record])))
    elif fmt is Format.JSON:
        typer.echo(as_json(tidy([record])))
    else:
        typer.echo(render(run_tables(record), fmt))
