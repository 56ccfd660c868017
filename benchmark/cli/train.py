"""`bench train`: train a detector and keep it in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import Quiet, Seed, complete_detectors, complete_targets, saying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.data import Dataset
    from benchmark.models import ModelRecord
    from benchmark.tasks import Task


def train(
    detector: Annotated[
        str,
        typer.Argument(
            metavar="DETECTOR[:key=value,...]",
            help="The detector with its parameters.",
            autocompletion=complete_detectors,
        ),
    ],
    on: Annotated[
        str,
        typer.Option(
            "--on",
            metavar="DATASET[:SPLIT]",
            help="What it learns from; all documents where no split is named.",
            autocompletion=complete_targets,
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder that the model is written to.")],
    task: Annotated[
        list[str] | None,
        typer.Option(
            "--task", help="A task to learn; may be given several times. Default: all it can learn."
        ),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a model that is there.")] = False,
    seed: Seed = 0,
    quiet: Quiet = False,
) -> None:
    """Train a detector on a dataset, and keep the model for --detector MODEL_DIR.

    The folder holds no pickle, and names what was learned from, so that a score on the same documents is
    marked as contaminated.

    Example:

    bench train crf --on ptc:train --output models/crf-ptc

    bench evaluate ptc --split dev --detector models/crf-ptc
    """
    from benchmark.detectors import build, how_to_train
    from benchmark.errors import UsageError
    from benchmark.models import plan
    from benchmark.models import train as make
    from benchmark.spec import Spec

    _check_output(output, replace)
    spec = Spec.parse(detector)
    dataset, split = _learned(on)
    missing = how_to_train(build(spec, seed))
    if missing:
        raise UsageError(missing)
    planned = plan(spec, dataset, _tasks(dataset, task), seed)
    with saying(quiet) as say:
        record = make(spec, dataset, split, planned, seed, output, say)
    if not quiet:
        typer.echo(f"{output}: {spec}, {_summary(record)}", err=True)


def _check_output(output: Path, replace: bool) -> None:
    """Refuse to write where something else is.

    Raises
    ------
    UsageError
        Where the folder exists, except a model that may be replaced.
    """
    from benchmark.detectors import is_model
    from benchmark.errors import UsageError

    if not output.exists():
        return
    model = is_model(str(output))
    if not (replace and model):
        advice = "give --replace to replace it" if model else "name a folder that is not there"
        raise UsageError(f"{output}: exists already; {advice}")


def _summary(record: ModelRecord) -> str:
    """Return what was learned and how long that took, for the closing line."""
    things = [f"{learned.subject.layer} ({learned.fit_seconds:.1f} s)" for learned in record.learned]
    return f"learned from {record.training.documents} documents: {', '.join(things)}"


def _learned(on: str) -> tuple[Dataset, str | None]:
    """Return the documents that DATASET or DATASET:SPLIT names, and the split."""
    from benchmark import data
    from benchmark.errors import UsageError, suggest

    name, colon, split = on.rpartition(":")
    if not colon:
        return data.load(on), None
    dataset = data.load(name)
    if split not in dataset.splits:
        raise UsageError(f"dataset '{name}' has no split '{split}'{suggest(split, dataset.splits)}")
    members = set(dataset.splits[split])
    return dataset.only([i for i, d in enumerate(dataset.documents) if d.id in members]), split


def _tasks(dataset: Dataset, names: Sequence[str] | None) -> list[Task]:
    from benchmark.tasks import task_of, tasks_of

    if names:
        return [task_of(dataset, name) for name in dict.fromkeys(names)]
    return [task for task in tasks_of(dataset) if not task.on_request]
