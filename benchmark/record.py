"""The record of a run: what was scored, how, and with what result. Frozen values, no I/O."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.answers import Answer
from benchmark.contamination import Shared
from benchmark.detectors import Failure
from benchmark.environment import Environment
from benchmark.model import Prediction
from benchmark.protocol import Protocol
from benchmark.provenance import Training
from benchmark.spec import Spec
from benchmark.usage import Usage

SCHEMA = 1
_SLUG = 60


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
    value
        What stands right behind the colon in its specification, such as a model; "" where nothing does.
    unshown
        Names of the parameters that tables leave out of its specification: they can change no answer.
    """

    name: str
    parameters: dict[str, str]
    origin: str
    layer: str
    training: Training | None = None
    thresholds: Training | None = None
    seed: int | None = None
    files: dict[str, str] = field(default_factory=dict)
    value: str = ""
    unshown: tuple[str, ...] = ()

    @property
    def spec(self) -> str:
        """The name with its value and parameters, as on the command line."""
        return str(Spec(self.name, tuple(self.parameters.items()), self.value))

    @property
    def shown(self) -> str:
        """The specification without the parameters that can change no answer."""
        kept = tuple((key, value) for key, value in self.parameters.items() if key not in self.unshown)
        return str(Spec(self.name, kept, self.value))

    @property
    def slug(self) -> str:
        """The name as the beginning of a folder's name: never hidden, and not too long for a file system."""
        plain = "".join(c if c.isalnum() or c in "-_." else "_" for c in self.name)
        return plain.lstrip("._-")[:_SLUG] or "detector"

    @property
    def title(self) -> str:
        """The specification with what the detector was trained on."""
        return self.titled(self.spec)

    def titled(self, name: str) -> str:
        """Return a name of the detector with what it was trained on."""
        return f"{name}, {self.training.short}" if self.training else name


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
    family
        The family of the models that made the gold, where the dataset names it.
    """

    name: str
    version: str
    manifest_sha256: str
    documents: int
    gold: str
    annotators: int
    split: str | None = None
    noun: str = "document"
    family: str = ""


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
    protocol
        How the dataset was divided.
    predictions_sha256
        Of the file that the predictions are kept in; None until they are.
    usage
        What the run took of a language model, and how its answers came out; None where none was asked.
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
    protocol: Protocol = field(default_factory=Protocol)
    predictions_sha256: str | None = None
    usage: Usage | None = None
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
    def kin(self) -> bool | None:
        """Whether a model of the family that made the gold was asked; None where that is not known.

        It is not where models made the gold and the dataset does not name their family, or the detector not
        its own.
        """
        if self.usage is None or not self.dataset.gold.startswith("model"):
            return False
        if not self.dataset.family or not self.usage.family:
            return None
        return self.usage.family.casefold() == self.dataset.family.casefold()

    @property
    def characters_per_second(self) -> float | None:
        """Speed of prediction; None where it was not measured, or kept answers were read instead."""
        kept = self.usage is not None and self.usage.cached > 0
        return self.characters / self.seconds if self.seconds and not kept else None

    @property
    def folder(self) -> Path:
        """Where it is kept, below the results folder: the same run has the same folder."""
        signatures = sorted(record.signature for record in self.metrics.values())
        files = [f"{key}={digest}" for key, digest in sorted(self.detector.files.items())]
        identity = "\n".join([self.detector.spec, f"seed={self.detector.seed}", *files, *signatures])
        digest = hashlib.sha256(identity.encode()).hexdigest()[:8]
        return Path(self.dataset.name) / self.task / f"{self.detector.slug}-{digest}"

    def _repr_html_(self) -> str:
        """Return the tables of the run as a notebook shows them, the same as those of `bench show`."""
        # The one import that goes up: a notebook asks the value itself, and the tables are the report's.
        from benchmark.report.evaluation import run_tables
        from benchmark.report.formats import Format
        from benchmark.report.table import render

        return render(run_tables(self), Format.HTML)


@dataclass(frozen=True)
class Run:
    """A record with what it was made from.

    Parameters
    ----------
    record
        What run.json holds.
    predictions
        As the detector gave them, one a document; of a task of units, those of its units alone.
    statistics
        For each metric the statistics of each cluster, shape (clusters, k).
    answers
        What a language model answered.
    log
        What a program wrote on its standard error.
    """

    record: RunRecord
    predictions: tuple[Prediction, ...] = ()
    statistics: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    log: str = ""

    def _repr_html_(self) -> str:
        """Return the tables of the record as a notebook shows them."""
        return self.record._repr_html_()


def number(value: float) -> float | None:
    """Return a plain float, None for NaN, which JSON lacks."""
    return None if math.isnan(value) else float(value)
