"""`bench plot`: kept runs as a picture for a paper."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import Resamples, Seed, complete_metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from benchmark.curves import Curve
    from benchmark.kept import KeptRun
    from benchmark.lineup import Wanted
    from benchmark.record import RunRecord
    from benchmark.scores import Resamples as Sampling


class Kind(StrEnum):
    """What a picture shows."""

    FOREST = "forest"
    LABELS = "labels"
    PR = "pr"
    ERRORS = "errors"
    RELIABILITY = "reliability"
    AGREEMENT = "agreement"


_BY_METRIC = (Kind.FOREST, Kind.LABELS, Kind.PR)


def plot(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Run folders, or folders that hold such.")
    ],
    kind: Annotated[Kind, typer.Option("--kind", "-k", help="What is shown.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File to write; its name ends in .svg, .png or .pdf.")
    ],
    metric: Annotated[
        str | None,
        typer.Option(
            "--metric",
            "-m",
            metavar="METRIC[/SCORE]",
            help="Of forest, labels and pr: by which metric. Default: the task's headline.",
            autocompletion=complete_metrics,
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="SLICE",
            help="Of labels: bars by section, quotation, length, support, or a field of the documents.",
        ),
    ] = None,
    width: Annotated[
        float, typer.Option("--width", help="In inches; one column of a paper is about 3.4.", min=2, max=40)
    ] = 7.0,
    seed: Seed = 0,
    resamples: Resamples = 10_000,
) -> None:
    """Draw kept runs on one task for a paper, as SVG, PNG or PDF.

    forest: scores with intervals. labels: bars by label, or by slice. pr: precision and recall. errors: what
    each type of error costs. reliability: how often an answer is right, by its probability. agreement: of the
    annotators, as a heat map.

    Example:

    bench plot results/fictional_news/technique --kind forest --output forest.pdf

    bench plot results/fictional_news/technique --kind labels --by section --width 3.4 --output sections.svg
    """
    from benchmark import plots
    from benchmark.errors import UsageError
    from benchmark.lineup import opened, wanted
    from benchmark.plots.files import format_of
    from benchmark.scores import Resamples as Sampling

    format_of(output)  # before anything is computed
    if by is not None and kind is not Kind.LABELS:
        raise UsageError(f"--by goes with --kind labels, not with --kind {kind}")
    if metric is not None and kind not in _BY_METRIC:
        raise UsageError(f"--metric goes with --kind forest, labels or pr, not with --kind {kind}")
    kept = opened(runs)
    _of_one_task(kept)
    named = [metric] if metric else []
    want = wanted([run.record for run in kept], named)[0] if kind in _BY_METRIC else None
    figure = _figure(kind, kept, want, by, Sampling(resamples, seed), width)
    plots.save(figure, output)


def _of_one_task(kept: Sequence[KeptRun]) -> None:
    """Raise UsageError unless all runs are on one task of one dataset, in the same state."""
    from benchmark.errors import UsageError, one_line

    tasks = dict.fromkeys(f"{run.record.dataset.name}/{run.record.task}" for run in kept)
    if len(tasks) > 1:
        raise UsageError(one_line(f"a plot shows runs on one task; these are on {', '.join(tasks)}"))
    if len({(run.record.dataset.manifest_sha256, run.record.dataset.split) for run in kept}) > 1:
        told = f"these on {next(iter(tasks))} are on different states or splits of it"
        raise UsageError(one_line(f"a plot shows runs on the same data; {told}"))


def _figure(
    kind: Kind, kept: Sequence[KeptRun], want: Wanted | None, by: str | None, sampling: Sampling, width: float
) -> Figure:
    """Return the picture of a kind.

    Raises
    ------
    UsageError
        Where the runs have nothing that it could show.
    """
    from benchmark.errors import UsageError, one_line

    if want is None:
        found, lack = _without_metric(kind, kept, width)
    elif kind is Kind.FOREST:
        return _forest(kept, want, sampling, width)
    elif kind is Kind.LABELS:
        found = _labels(kept, want, by, sampling, width)
        lack = f"metric '{want.metric}' has no scores of labels"
    else:
        found, lack = _precision_recall(kept, want, width)
    if found is None:
        raise UsageError(one_line(f"nothing to draw: {lack}"))
    return found


def _without_metric(kind: Kind, kept: Sequence[KeptRun], width: float) -> tuple[Figure | None, str]:
    """Return the picture of a kind that no metric changes, and what is lacking where there is none."""
    from benchmark import plots

    if kind is Kind.ERRORS:
        return _errors(kept, width), ""
    if kind is Kind.AGREEMENT:
        lack = f"the layer of task '{kept[0].record.task}' has no marks of several annotators"
        return _agreement(kept[0], width), lack
    found = plots.reliability(_curves(kept), width=width)
    return found, "no run has answers whose scores are probabilities"


def _forest(kept: Sequence[KeptRun], want: Wanted, sampling: Sampling, width: float) -> Figure:
    from benchmark import plots
    from benchmark.lineup import lined_up

    if len(kept) == 1:
        return plots.forest_of([kept[0].record], metric=want.metric, score=want.score, width=width)
    return plots.forest(lined_up(kept, want, sampling, None), width=width)


def _labels(
    kept: Sequence[KeptRun], want: Wanted, by: str | None, sampling: Sampling, width: float
) -> Figure | None:
    from benchmark import plots
    from benchmark.lineup import slices_of

    records = [run.record for run in kept]
    if by is None:
        return plots.labels(records, metric=want.metric, width=width)
    return plots.slices(slices_of(kept, want, by), records, by, want.metric, sampling, width=width)


def _precision_recall(kept: Sequence[KeptRun], want: Wanted, width: float) -> tuple[Figure | None, str]:
    from benchmark import plots

    found = plots.precision_recall(_curves(kept, want), width=width)
    return found, "no run has answers with scores to vary a threshold on"


def _curves(kept: Sequence[KeptRun], want: Wanted | None = None) -> list[tuple[RunRecord, Curve | None]]:
    """Return the runs with their curves: by each one's headline, or by the metric that is named."""
    from benchmark.curves import curve_of
    from benchmark.kept import metric_named

    found: list[tuple[RunRecord, Curve | None]] = []
    for run in kept:
        metric, score = (want.metric, want.score) if want else run.record.headline
        curve = curve_of(run.rescorer, run.predictions, metric_named(metric), score)
        found.append((run.record, curve))
    return found


def _errors(kept: Sequence[KeptRun], width: float) -> Figure:
    from benchmark import plots
    from benchmark.error_types import errors_of
    from benchmark.plots.style import about, titles_of

    records = [run.record for run in kept]
    found = [errors_of(run.rescorer, run.predictions) for run in kept]
    named = list(zip(titles_of(records), found, strict=True))
    return plots.errors(named, width=width, about=about(records[0]))


def _agreement(run: KeptRun, width: float) -> Figure | None:
    from benchmark import plots
    from benchmark.pairwise import pairwise

    return plots.agreement(pairwise(run.rescorer.dataset, run.rescorer.task.source), width=width)
