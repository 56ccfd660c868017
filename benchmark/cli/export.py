"""`bench export`: kept runs as one tidy table."""

from __future__ import annotations

import io
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.errors import one_line

if TYPE_CHECKING:
    from benchmark.tidy import Row


class Kind(StrEnum):
    """How a tidy table is written."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"


def export(
    runs: Annotated[list[Path], typer.Argument(help="Run folders, or folders with run folders below.")],
    fmt: Annotated[Kind, typer.Option("--format", "-f", help="How the rows are written.")] = Kind.CSV,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write; standard output where none is named."),
    ] = None,
) -> None:
    """Write the scores of kept runs as one tidy table: a row a score, at full precision.

    Python reads the same with benchmark.results.load, as a pandas DataFrame.

    Example:

    bench export results --format parquet --output scores.parquet
    """
    from benchmark.errors import UsageError
    from benchmark.fileio import atomic_write
    from benchmark.results import rows_of

    if output is None and fmt is Kind.PARQUET:
        raise UsageError("parquet is not text and is not written to a terminal: name a file with --output")
    content = _encoded(rows_of(*runs), fmt)
    if output is not None:
        atomic_write(output, content)
        return
    text = content.decode().rstrip("\n")
    if _on_terminal():  # what a stranger's record holds must not steer it
        text = "\n".join(map(one_line, text.split("\n")))
    typer.echo(text, color=True)  # as it is: without this, what looks like a colour would be left out


def _on_terminal() -> bool:
    return sys.stdout.isatty()


def _encoded(rows: list[Row], fmt: Kind) -> bytes:
    from benchmark.report.tidy import as_csv, as_json
    from benchmark.results import frame

    if fmt is Kind.PARQUET:
        buffer = io.BytesIO()
        frame(rows).to_parquet(buffer, index=False)
        return buffer.getvalue()
    return f"{as_csv(rows) if fmt is Kind.CSV else as_json(rows)}\n".encode()
