"""`bench compare`: which of several kept runs differ."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import Resamples, Seed, TableFormat, complete_metrics, data_out, split_metrics
from benchmark.report.formats import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.comparison import Comparison
    from benchmark.kept import KeptRun
    from benchmark.report.table import Table
    from benchmark.scores import Resamples as Sampling


def compare(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN", help="Run folders, or folders that hold such.")
    ],
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "--metric",
            "-m",
            metavar="METRIC[/SCORE]",
            help="What is compared; may be given several times. Default: the task's headline.",
            autocompletion=complete_metrics,
        ),
    ] = None,
    reference: Annotated[
        Path | None, typer.Option("--reference", help="Hold every other run against this one alone.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="SLICE",
            help="Within slices: label, section, quotation, length, support, or a field of the documents.",
        ),
    ] = None,
    fmt: TableFormat = Format.TABLE,
    seed: Seed = 0,
    resamples: Resamples = 10_000,
) -> None:
    """Compare kept runs: the difference of each pair with its interval, a paired test, and letter groups.

    Runs on one task are compared on the same documents or not at all. P-values of the task's headline are
    adjusted for the number of pairs by Holm's method; those of other metrics are not, and are exploratory.

    Example:

    bench compare results/fictional_news/technique

    bench compare results/fictional_news/technique --metric exact --by section

    bench compare RUN RUN RUN --reference RUN --format latex
    """
    from benchmark.lineup import opened
    from benchmark.report.comparison import rows, tables
    from benchmark.report.table import render
    from benchmark.report.tidy import as_csv, as_json
    from benchmark.scores import Resamples as Sampling

    kept = opened([*runs, *([reference] if reference else [])])
    wanted, sampling = split_metrics(metric), Sampling(resamples, seed)
    if by is not None:
        shown, found = _sliced(kept, wanted, reference, by, sampling)
    else:
        found = _whole(kept, wanted, reference, sampling)
        shown = tables(found)
    if fmt in (Format.CSV, Format.JSON):
        every = [row for one in found for row in rows(one)]
        data_out(as_csv(every) if fmt is Format.CSV else as_json(every))
    else:
        typer.echo(render(shown, fmt))


def _whole(
    kept: Sequence[KeptRun], wanted: Sequence[str], reference: Path | None, sampling: Sampling
) -> list[Comparison]:
    """Return the comparisons of each task by each metric, on all of the gold."""
    from benchmark import lineup

    return [
        lineup.lined_up(runs, want, sampling, lineup.place_of(runs, reference))
        for runs in lineup.by_task(kept, reference)
        for want in lineup.wanted([run.record for run in runs], wanted)
    ]


def _sliced(
    kept: Sequence[KeptRun], wanted: Sequence[str], reference: Path | None, by: str, sampling: Sampling
) -> tuple[list[Table], list[Comparison]]:
    """Return the tables of slices, and the comparisons in those that have gold."""
    from benchmark import lineup
    from benchmark.report.slices import slice_tables

    shown, found = [], []
    for runs in lineup.by_task(kept, reference):
        for want in lineup.wanted([run.record for run in runs], wanted):
            cut = lineup.by_slice(runs, want, by, sampling, lineup.place_of(runs, reference))
            shown += slice_tables([run.record for run in runs], by, want.metric, cut, sampling)
            found += [one.comparison for one in cut if one.comparison is not None]
    return shown, found
