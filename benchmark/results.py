"""Run records and the folders they are kept in: what was scored, how, and with what result.

A run folder holds `run.json` (this record), `predictions.jsonl` and `statistics.npz`. Scores can be made
again from the predictions, and comparisons from the statistics, without running a detector.
"""

from __future__ import annotations

import hashlib
import io
import math
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from benchmark import __version__
from benchmark.contamination import Shared
from benchmark.detectors import Failure
from benchmark.errors import DataError, Fault, UsageError, one_line
from benchmark.fileio import atomic_folder, decode, jsonl, read_bytes
from benchmark.model import Prediction
from benchmark.training import Training

SCHEMA = 1
LIBRARIES = ("numpy", "scipy", "scikit-learn", "regex", "sentencex", "textblob", "vaderSentiment")


@dataclass(frozen=True)
class Score:
    """One score with its interval; None where it is undefined.

    Parameters
    ----------
    value
        The score.
    low, high
        Ends of its 95 % interval.
    undefined
        Share of resamples in which the score was undefined.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    undefined: float = 0.0


@dataclass(frozen=True)
class Range:
    """A score over the annotators, or over pairs of them; None where undefined.

    Parameters
    ----------
    mean
        The score of all annotators pooled; of pairs the mean.
    low, high
        The lowest and highest of one annotator or pair.
    """

    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Ceiling:
    """What the annotators score by a metric, by score name.

    Parameters
    ----------
    others
        Against the gold that the same rule makes from the others: a lower bound.
    full
        Against the full gold, which holds their own vote: an upper bound.
    """

    others: dict[str, Range]
    full: dict[str, Range]


@dataclass(frozen=True)
class MetricRecord:
    """One metric of a run.

    Parameters
    ----------
    signature
        One line that says how its numbers were made.
    scores
        By score name.
    ceiling
        The annotators' scores; None where the gold has no annotators.
    """

    signature: str
    scores: dict[str, Score]
    ceiling: Ceiling | None = None


@dataclass(frozen=True)
class DetectorRecord:
    """Which detector ran.

    Parameters
    ----------
    name
        Its registered name, or the name of a predictions file.
    parameters
        As they were given, by name.
    origin
        The distribution that it comes from, "framebench" for the project's own, "file" for predictions.
    layer
        The layer that it was asked for.
    training, thresholds
        What it, or the reading of its marks as degrees, was fitted on; None where nothing was.
    seed
        Given to a detector that has one; None otherwise.
    files
        SHA-256 of the predictions file, or of each file that a parameter names, by the parameter.
    """

    name: str
    parameters: dict[str, str]
    origin: str
    layer: str
    training: Training | None = None
    thresholds: Training | None = None
    seed: int | None = None
    files: dict[str, str] = field(default_factory=dict)

    @property
    def spec(self) -> str:
        """The name with its parameters, as on the command line."""
        given = ",".join(f"{key}={value}" for key, value in self.parameters.items())
        return f"{self.name}:{given}" if given else self.name

    @property
    def title(self) -> str:
        """The specification with what the detector was trained on, as a table names it."""
        return f"{self.spec}, {self.training.short}" if self.training else self.spec


@dataclass(frozen=True)
class DatasetRecord:
    """Which data was scored: its state, and who made the gold of the layer.

    Parameters
    ----------
    name, version, manifest_sha256
        The dataset and its state.
    documents
        How many were scored.
    gold, annotators
        Who made the gold, and how many annotators the dataset names.
    split
        The split that was scored; None for the whole dataset.
    noun
        What a document is: article, sentence or document.
    """

    name: str
    version: str
    manifest_sha256: str
    documents: int
    gold: str
    annotators: int
    split: str | None = None
    noun: str = "document"


@dataclass(frozen=True)
class Resampling:
    """How intervals were made.

    Parameters
    ----------
    unit
        What was resampled: document, paragraph, or what the dataset's groups are.
    clusters
        How many of them there are.
    resamples, seed
        Of the bootstrap.
    level
        Of the interval.
    """

    unit: str
    clusters: int
    resamples: int
    seed: int
    level: float = 0.95


@dataclass(frozen=True)
class Environment:
    """With what the run was made."""

    framebench: str
    commit: str | None
    dirty: bool | None
    python: str
    platform: str
    libraries: dict[str, str]


@dataclass(frozen=True)
class RunRecord:
    """One detector on one task, as it is stored in run.json.

    Parameters
    ----------
    task
        Name of the task.
    headline
        Its headline metric and score.
    detector, dataset, resampling, environment
        What ran, on what, how it was measured, and with what.
    labels
        The task's labels with their number of gold spans or units.
    metrics
        By metric name, in the order of the panel.
    failures
        Documents that the detector failed on; the run is incomplete where there are any.
    missing
        Number of documents that a predictions file does not name.
    undecided
        Number of gold units without a label in a task of one label a unit; they are not scored.
    shared
        Scored documents whose text was (nearly) learned from; the run is contaminated where there are any.
    seconds, fit_seconds
        Time of prediction and of training; None for a predictions file.
    characters
        Number of characters that were read.
    created
        When, in UTC, ISO 8601.
    """

    task: str
    headline: tuple[str, str]
    detector: DetectorRecord
    dataset: DatasetRecord
    resampling: Resampling
    labels: dict[str, int]
    metrics: dict[str, MetricRecord]
    environment: Environment
    characters: int
    created: str
    seconds: float | None = None
    fit_seconds: float | None = None
    failures: tuple[Failure, ...] = ()
    missing: int = 0
    undecided: int = 0
    shared: tuple[Shared, ...] = ()
    schema: int = SCHEMA

    @property
    def incomplete(self) -> bool:
        """Whether the detector failed on a document."""
        return bool(self.failures)

    @property
    def contaminated(self) -> bool:
        """Whether a scored document was learned from."""
        return bool(self.shared)

    @property
    def characters_per_second(self) -> float | None:
        """Speed of prediction; None where it was not measured."""
        return self.characters / self.seconds if self.seconds else None

    @property
    def folder(self) -> Path:
        """Where it is kept, below the results folder: the same run has the same folder."""
        signatures = sorted(record.signature for record in self.metrics.values())
        files = [f"{key}={digest}" for key, digest in sorted(self.detector.files.items())]
        identity = "\n".join([self.detector.spec, f"seed={self.detector.seed}", *files, *signatures])
        digest = hashlib.sha256(identity.encode()).hexdigest()[:8]
        name = "".join(c if c.isalnum() or c in "-_." else "_" for c in self.detector.name)
        return Path(self.dataset.name) / self.task / f"{name}-{digest}"


@dataclass(frozen=True)
class Run:
    """A record with what it was made from.

    Parameters
    ----------
    record
        What run.json holds.
    predictions
        As the detector gave them, one a document.
    statistics
        For each metric the statistics of each cluster, shape (clusters, k).
    """

    record: RunRecord
    predictions: tuple[Prediction, ...] = ()
    statistics: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)


def number(value: float) -> float | None:
    """Return a plain float, None for NaN, which JSON lacks."""
    return None if math.isnan(value) else float(value)


def now() -> str:
    """Return the time in UTC to the second, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@cache
def environment() -> Environment:
    """Return versions of the harness and its libraries, and the state of the checkout if it is one."""
    libraries = {}
    for name in LIBRARIES:
        try:
            libraries[name] = version(name)
        except PackageNotFoundError:
            continue
    commit, dirty = _checkout()
    return Environment(
        __version__, commit, dirty, platform.python_version(), platform.system().lower(), libraries
    )


def _checkout() -> tuple[str | None, bool | None]:
    """Return the commit and whether tracked files differ from it; None outside a checkout."""
    root = Path(__file__).resolve().parents[1]
    if not (root / ".git").exists():
        return None, None
    commit = _git(root, "rev-parse", "HEAD")
    changes = _git(root, "status", "--porcelain", "--untracked-files=no")
    return commit, None if changes is None else bool(changes)


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            ["git", *arguments],  # noqa: S607 - the user's own git
            cwd=root,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def prediction_rows(predictions: tuple[Prediction, ...]) -> list[dict[str, object]]:
    """Return predictions as rows of a predictions file, empty fields left out."""
    rows = []
    for prediction in predictions:
        row: dict[str, object] = {"document": prediction.document, "layer": prediction.layer}
        row["spans"] = [
            {
                key: getattr(span, key)
                for key in ("start", "end", "label", "score", "relation")
                if getattr(span, key) is not None
            }
            for span in prediction.spans
        ]
        row["units"] = [
            {"start": unit.start, "end": unit.end, "labels": unit.labels}
            | ({"scores": unit.scores} if unit.scores is not None else {})
            for unit in prediction.units
        ]
        rows.append(row)
    return rows


def save(run: Run, results: Path) -> Path:
    """Write a run folder below `results`, whole or not at all, and return it.

    Raises
    ------
    UsageError
        Where it cannot be written.
    """
    target = results / run.record.folder
    with atomic_folder(target) as folder:
        (folder / "run.json").write_bytes(
            msgspec.json.format(msgspec.json.encode(run.record), indent=1) + b"\n"
        )
        (folder / "predictions.jsonl").write_bytes(jsonl(prediction_rows(run.predictions)))
        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, **dict(run.statistics))
        (folder / "statistics.npz").write_bytes(buffer.getvalue())
    return target


def load_record(path: Path) -> RunRecord:
    """Return the record of a run folder, or of a run.json.

    Raises
    ------
    UsageError
        Where there is none.
    DataError
        Where it is broken, or of another schema.
    """
    try:
        file = path / "run.json" if path.is_dir() else path
        found = file.is_file()
    except OSError as error:
        raise UsageError(f"{one_line(str(path))}: cannot be read: {error.strerror}") from error
    if not found:
        raise UsageError(f"{path}: no run folder: there is no run.json")
    content = read_bytes(file)
    faults: list[Fault] = []
    schema = decode(content, _Schema, file, None, faults)
    if schema is not None and schema.schema != SCHEMA:
        faults.append(Fault(file, None, f"schema {schema.schema}; this version reads schema {SCHEMA}"))
    record = None if faults else decode(content, RunRecord, file, None, faults)
    if record is None:
        raise DataError(faults)
    return record


class _Schema(msgspec.Struct):
    schema: int
