"""`bench score`: score files of predictions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import (
    Metrics,
    Output,
    Quiet,
    Resamples,
    Seed,
    Split,
    TableFormat,
    complete_targets,
    finish,
    settings_for,
    target,
    writable,
    write,
)
from benchmark.report.formats import Format

if TYPE_CHECKING:
    from benchmark.data import Dataset
    from benchmark.predictions import PredictionsFile


def score(
    predictions: Annotated[
        list[Path], typer.Argument(help="Files of predictions: JSONL, or PTC's tab-separated rows.")
    ],
    dataset: Annotated[
        str | None,
        typer.Option(
            "--dataset",
            metavar="DATASET[/TASK]",
            help="What they predict; without a task, every task whose layer they hold.",
            autocompletion=complete_targets,
        ),
    ] = None,
    gold: Annotated[
        Path | None,
        typer.Option("--gold", help="Instead of a dataset: PTC's label file, scored without the articles."),
    ] = None,
    metrics: Metrics = None,
    split: Split = None,
    fmt: TableFormat = Format.TABLE,
    output: Output = Path("results"),
    seed: Seed = 0,
    resamples: Resamples = 10_000,
    quiet: Quiet = False,
) -> None:
    """Score files of predictions as if each were a detector.

    A line of JSONL: {"document": "02", "layer": "technique", "spans": [{"start": 0, "end": 9, "label":
    "Loaded_Language"}]}. Exit code 2: faults in a file, all of them listed.

    Example:

    bench score mine.jsonl other.tsv --dataset fictional_news/loaded_language

    bench score mine.labels --gold dev-task-si.labels
    """
    from benchmark.errors import UsageError
    from benchmark.results import save
    from benchmark.run import Evaluator

    if (dataset is None) == (gold is None):
        raise UsageError("give either --dataset or --gold: what the files are scored against")
    if gold is not None or dataset is None:
        _label_files(gold or Path(), list(dict.fromkeys(predictions)), fmt, seed, resamples)
        return
    data, tasks, task_named = target(dataset)
    settings, in_detail = settings_for(
        metrics, task_named=task_named, seed=seed, resamples=resamples, split=split
    )
    evaluator = Evaluator(data, settings)
    given = [task.layer for task in tasks if task.given]
    files = _read(list(dict.fromkeys(predictions)), data, evaluator.scored, *given)
    fitting = [task for task in tasks if evaluator.metrics_for(task)]
    runs = [run for file in files for task in fitting if (run := evaluator.score_file(task, file))]
    if not fitting:
        raise UsageError("none of the metrics fits any of the tasks; 'bench list tasks' shows which do")
    if not runs:
        raise UsageError(
            f"no task of {dataset} scores the layers and labels in {', '.join(map(str, predictions))}"
        )
    writable(output)
    for run in runs:
        save(run, output)
    write(runs, fmt, settings, in_detail)
    finish(runs, output, quiet)


def _read(paths: list[Path], dataset: Dataset, scored: Dataset, *layer: str) -> list[PredictionsFile]:
    """Read all files, so that the faults of all are listed at once."""
    from benchmark.errors import DataError, Fault
    from benchmark.predictions import read_predictions

    files, faults = [], list[Fault]()
    for path in paths:
        try:
            files.append(read_predictions(path, dataset, scored, *layer))
        except DataError as error:
            faults.extend(error.faults)
    if faults:
        raise DataError(faults)
    names = [file.path.name for file in files]
    return [replace(f, title=str(f.path)) if names.count(f.path.name) > 1 else f for f in files]


def _label_files(gold: Path, predictions: list[Path], fmt: Format, seed: int, resamples: int) -> None:
    from benchmark.ptc_files import read_rows
    from benchmark.report.listing import written
    from benchmark.report.ptc_files import table

    truth = read_rows(gold)
    found = [(str(path), read_rows(path)) for path in predictions]
    typer.echo(written(table(str(gold), truth, found, seed, resamples), fmt))
