"""Trains conditional random fields by CRFsuite, large ones in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from baselines.features import Ids
from baselines.spans.columns import Columns
from baselines.spans.learner import Progress
from baselines.spans.texts import Flags, Ints

Floats = NDArray[np.float64]
Field = tuple[Floats, Floats]
"""Weights of features in states, shape (columns, states), and of transitions, shape (states, states)."""

PROCESSES = 2
"""How many fields are trained at once, at 16 bytes for each feature of each token."""

LARGE = 2_000_000
"""From so many features of tokens on a training gets a process of its own."""


@dataclass(frozen=True)
class Settings:
    """How a field is trained.

    Parameters
    ----------
    c1, c2
        Weights of the absolute and of the squared weights in what is minimised.
    iterations
        The greatest number of steps of L-BFGS.
    """

    c1: float = 1.0
    c2: float = 0.3
    iterations: int = 100


DEFAULT = Settings()


@dataclass(frozen=True)
class Job:
    """What one field is trained on.

    Parameters
    ----------
    ids
        Numbers of the features of each token: shape (tokens, features).
    known
        Those that the field learns, ascending: shape (columns,).
    states
        State of each token: shape (tokens,).
    starts
        Which tokens begin a sequence: shape (tokens,).
    count
        How many states there are.
    """

    ids: Ids
    known: Ids
    states: Ints
    starts: Flags
    count: int


def missing_extra() -> str | None:
    """Return the extra of framebench that training needs and that is not installed, or None."""
    return None if find_spec("pycrfsuite") else "crf"


def train(jobs: Sequence[Callable[[], Job]], settings: Settings, progress: Progress) -> list[Field]:
    """Return the field of each job; what comes out is the same in whatever process it is trained.

    Parameters
    ----------
    jobs
        Make the jobs when their turn comes, since not all need fit into memory at once.
    settings
        Of all of them.
    progress
        Told of each.

    Raises
    ------
    ValueError
        Where python-crfsuite is not installed; the message says how to install it.
    """
    try:
        import pycrfsuite  # noqa: F401 - asked for before any work is done
    except ImportError as error:
        raise ValueError(
            "the package python-crfsuite is not installed; install it with: pip install 'framebench[crf]'"
        ) from error

    def one(number: int) -> Field:
        progress(f"crf: model {number + 1} of {len(jobs)}")
        return _field(jobs[number], settings)

    with ThreadPoolExecutor(min(PROCESSES, os.cpu_count() or 1)) as pool:
        return list(pool.map(one, range(len(jobs))))


def _field(make: Callable[[], Job], settings: Settings) -> Field:
    """Train a large job in another process, and a small one, or where none can be started, here."""
    job = make()
    if job.ids.size < LARGE:
        return _train(job, settings)
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "job.npz", Path(folder) / "field.npz"
        _write(job, settings, given)
        del job
        try:
            return _elsewhere(given, made)
        except (OSError, subprocess.SubprocessError):
            return _train(make(), settings)


def _write(job: Job, settings: Settings, path: Path) -> None:
    np.savez(
        path,
        allow_pickle=False,
        ids=job.ids,
        known=job.known,
        states=job.states,
        starts=job.starts,
        count=job.count,
        settings=astuple(settings),
    )


def _elsewhere(given: Path, made: Path) -> Field:
    root = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", __name__, str(given), str(made)],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    with np.load(made, allow_pickle=False) as field:
        return field["weights"], field["transitions"]


def main(given: str, made: str) -> None:
    """Train the job in one file and write its field to another."""
    with np.load(given, allow_pickle=False) as file:
        job = Job(file["ids"], file["known"], file["states"], file["starts"], int(file["count"]))
        c1, c2, iterations = file["settings"].tolist()
    weights, transitions = _train(job, Settings(c1, c2, int(iterations)))
    np.savez(made, allow_pickle=False, weights=weights, transitions=transitions)


def _train(job: Job, settings: Settings) -> Field:
    import pycrfsuite

    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params(
        {
            "c1": settings.c1,
            "c2": settings.c2,
            "max_iterations": settings.iterations,
            "feature.possible_transitions": True,
        }
    )
    _append(trainer, job)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.crfsuite")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        tagger.open(path)
        try:
            found = tagger.info()
        finally:
            tagger.close()
    weights, transitions = np.zeros((len(job.known), job.count)), np.zeros((job.count, job.count))
    for (column, state), weight in found.state_features.items():
        weights[int(column), int(state)] = weight
    for (before, state), weight in found.transitions.items():
        transitions[int(before), int(state)] = weight
    return weights, transitions


def _append(trainer: object, job: Job) -> None:
    """Hand the sequences to a trainer; the name of a feature is the number of its column."""
    places = Columns(job.known).places
    names = [str(column) for column in range(len(job.known))]
    states = [str(state) for state in job.states.tolist()]
    begins = np.flatnonzero(job.starts).tolist()
    for begin, end in zip(begins, [*begins[1:], len(states)], strict=True):
        rows = [
            [names[column] for column in row if column >= 0] for row in places[job.ids[begin:end]].tolist()
        ]
        trainer.append(rows, states[begin:end])  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(*sys.argv[1:])
