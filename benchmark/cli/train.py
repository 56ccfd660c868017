"""`bench train`: train a detector and keep it in a folder."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import Quiet, Seed, complete_detectors, complete_targets, saying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.data import Dataset
    from benchmark.models import ModelRecord
    from benchmark.spec import Spec
    from benchmark.tasks import Task

STATE = "training"
"""The file that makes a folder one of checkpoints, which may be removed when they are not needed any more."""


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
    base: Annotated[
        str | None,
        typer.Option(
            "--base",
            metavar="FOLDER|HUB_ID",
            help="The model that a transformer is fine-tuned from; the same as the parameter 'base'.",
        ),
    ] = None,
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

    A detector that keeps checkpoints keeps them in OUTPUT.checkpoints until it is done, unless a parameter
    'checkpoints' names another folder: the same command, once it was stopped, goes on from there.

    Example:

    bench train crf --on ptc:train --output models/crf-ptc

    bench evaluate ptc --split dev --detector models/crf-ptc

    bench train transformers --base ./roberta-base --on ptc:train --output models/roberta-ptc
    """
    from benchmark.detectors import build, how_to_complete
    from benchmark.errors import UsageError
    from benchmark.models import plan
    from benchmark.models import train as make
    from benchmark.spec import Spec

    _check_output(output, replace)
    spec = _with_base(Spec.parse(detector), base)
    state = output.with_name(f"{output.name}.checkpoints") if _keeps_checkpoints(spec) else None
    if state is not None:
        _check_state(state)
        spec = _with(spec, "checkpoints", str(state))
    dataset, split = _learned(on)
    missing = how_to_complete(build(spec, seed))
    if missing:
        raise UsageError(missing)
    planned = plan(spec, dataset, _tasks(dataset, task), seed)
    with saying(quiet) as say, _kept_until_done(state):
        record = make(spec, dataset, split, planned, seed, output, say)
    if not quiet:
        typer.echo(f"{output}: {spec}, {_summary(record)}", err=True)


def _with_base(spec: Spec, base: str | None) -> Spec:
    """Return the specification with the base model that `--base` names.

    Raises
    ------
    UsageError
        Where the detector has no such parameter, or it is given twice.
    """
    from benchmark.detectors import takes
    from benchmark.errors import UsageError

    if base is None:
        return spec
    if not takes(spec, "base"):
        raise UsageError(f"detector '{spec.name}' is not made from a base model, which --base would name")
    if "base" in dict(spec.parameters):
        raise UsageError(f"the base model is given twice: --base {base}, and in '{spec}'")
    return _with(spec, "base", base)


def _with(spec: Spec, key: str, value: str) -> Spec:
    return dataclasses.replace(spec, parameters=(*spec.parameters, (key, value)))


def _keeps_checkpoints(spec: Spec) -> bool:
    """Return whether a detector can go on with a training, and the user names no folder for that."""
    from benchmark.detectors import takes

    return takes(spec, "checkpoints") and "checkpoints" not in dict(spec.parameters)


def _check_state(folder: Path) -> None:
    """Refuse to keep checkpoints in a folder that something else is in.

    Raises
    ------
    UsageError
        Where it exists, and no training that was stopped has left it.
    """
    from benchmark.errors import UsageError

    if folder.exists() and not (folder / STATE).is_file():
        raise UsageError(
            f"{folder}: exists already, and is where the state of the training would be kept; "
            "move it, or name another folder by the parameter 'checkpoints'"
        )


@contextmanager
def _kept_until_done(folder: Path | None) -> Iterator[None]:
    """Make a folder for checkpoints, and remove it once the training is done, or has left nothing in it."""
    if folder is None:
        yield
        return
    from benchmark.errors import UsageError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / STATE).touch()
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written: {error.strerror or error}") from error
    try:
        yield
        shutil.rmtree(folder)
    finally:
        if folder.exists() and len(list(folder.iterdir())) == 1:
            shutil.rmtree(folder)


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
