"""`bench agreement`: how far a dataset's annotators agree."""

from __future__ import annotations

from typing import Annotated

import typer

from benchmark.cli.common import Resamples, Seed, TableFormat, complete_targets
from benchmark.report.formats import Format


def agreement(
    dataset: Annotated[
        str, typer.Argument(help="A dataset, by name or folder.", autocompletion=complete_targets)
    ],
    fmt: TableFormat = Format.TABLE,
    seed: Seed = 0,
    resamples: Resamples = 10_000,
) -> None:
    """Show how far a dataset's annotators agree, per layer and label.

    Krippendorff's alpha over characters and over units, and the F1 of each pair of annotators.

    Example:

    bench agreement turkey_drones
    """
    from benchmark import data
    from benchmark.agreement import agreement as measure
    from benchmark.errors import UsageError
    from benchmark.report.agreement import written

    loaded = data.load(dataset)
    rows = measure(loaded, resamples, seed)
    if not rows:
        raise UsageError(f"dataset '{loaded.name}' has no layer with the marks of several annotators")
    typer.echo(written(loaded, rows, resamples, seed, fmt))
