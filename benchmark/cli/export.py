"""`bench export`: kept runs as one tidy table."""

from __future__ import annotations

import io
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import data_out

if TYPE_CHECKING:
    from benchmark.tidy import Row


class Kind(StrEnum):
    """How a tidy table is written."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"


def export(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN", help="Run folders, or folders with run folders below.")
    ],
    fmt: Annotated[
        Kind | None,
        typer.Option(
            "--format",
            "-f",
            help="How the rows are written. Default: what the file's name ends in, else csv.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write; standard output where none is named."),
    ] = None,
) -> None:
    """Write the scores of kept runs as one tidy table: a row a score, at full precision.

    Python reads the same with benchmark.results.load, as a pandas DataFrame.

    Example:

    bench export results --output scores.parquet
    """
    from benchmark.errors import UsageError
    from benchmark.fileio import atomic_write
    from benchmark.results import rows_of

    if output is None and fmt is Kind.PARQUET:
        raise UsageError("parquet is no text for standard output: name a file with --output")
    content = _encoded(rows_of(*runs), fmt or _kind_of(output))
    if output is not None:
        atomic_write(output, content)
        return
    data_out(content.decode().rstrip("\n"))


def _kind_of(output: Path | None) -> Kind:
    """Return what a file's name ends in; CSV where that is nothing known."""
    ending = output.suffix.removeprefix(".").lower() if output is not None else ""
    return next((kind for kind in Kind if kind.value == ending), Kind.CSV)


def _encoded(rows: list[Row], fmt: Kind) -> bytes:
    from benchmark.report.tidy import as_csv, as_json
    from benchmark.results import frame

    if fmt is Kind.PARQUET:
        buffer = io.BytesIO()
        frame(rows).to_parquet(buffer, index=False)
        return buffer.getvalue()
    return f"{as_csv(rows) if fmt is Kind.CSV else as_json(rows)}\n".encode()
