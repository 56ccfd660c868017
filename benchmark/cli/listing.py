"""`bench list`: what there is."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import TableFormat
from benchmark.report.formats import Format

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmark.report.table import Table


class Kind(StrEnum):
    """What can be listed."""

    DATASETS = "datasets"
    TASKS = "tasks"
    DETECTORS = "detectors"
    METRICS = "metrics"


def listing(
    kind: Annotated[Kind, typer.Argument(help="datasets, tasks, detectors or metrics.")],
    fmt: TableFormat = Format.TABLE,
) -> None:
    """List what there is, other packages' detectors and metrics included.

    Example:

    bench list detectors
    """
    from benchmark.report import listing as report

    make: dict[Kind, Callable[[], Table]] = {
        Kind.DATASETS: report.datasets,
        Kind.TASKS: report.tasks,
        Kind.DETECTORS: report.detectors,
        Kind.METRICS: report.metrics,
    }
    typer.echo(report.written(make[kind](), fmt))
