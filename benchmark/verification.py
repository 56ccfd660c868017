"""Whether a run folder says what its predictions say: everything that can be made again is, and compared.

Nothing in the folder is believed: statistics, scores, intervals and ceilings are made from the predictions
and the dataset. Times, failures, the code's state and what a detector learned from cannot be made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmark import __version__
from benchmark.answers import Account, Answer
from benchmark.data import Dataset
from benchmark.errors import BenchError, UsageError
from benchmark.fileio import read_bytes, sha256
from benchmark.kept import KeptRun, Shelf, open_run
from benchmark.protocol import published
from benchmark.record import Ceiling, MetricRecord, Range, RunRecord, Score
from benchmark.results import ANSWERS, PREDICTIONS, load_answers
from benchmark.scores import Resamples, scores_of
from benchmark.tasks import task_of
from benchmark.usage import COUNTED, Usage, usage_of

RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""Numbers that are as near as this count as equal: sums in another order differ by less."""

OTHER_STATE = "nothing else was compared: the data at hand is in another state than the run says"

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Value = str | int | float | None


@dataclass(frozen=True)
class Difference:
    """One thing that a run folder says otherwise than it is.

    Parameters
    ----------
    what
        What it is, in words.
    recorded, made
        What the folder says, and what was made again; None where there is none, or it is undefined.
    """

    what: str
    recorded: Value
    made: Value


@dataclass(frozen=True)
class Verification:
    """What was found of one run folder.

    Parameters
    ----------
    path
        The folder.
    record
        Its record; None where that cannot be read.
    differences
        What it says otherwise than it is.
    problems
        Why it could not be compared, or not all of it; empty where all was.
    """

    path: Path
    record: RunRecord | None = None
    differences: tuple[Difference, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def as_recorded(self) -> bool:
        """Whether everything was compared and nothing differs."""
        return not self.differences and not self.problems

    @property
    def other_version(self) -> str | None:
        """The version of framebench that made the run, where that is not this one."""
        made_with = None if self.record is None else self.record.environment.framebench
        return None if made_with == __version__ else made_with


class Verifier:
    """Verifies run folders; what several of them need is made once.

    Parameters
    ----------
    given
        Folder of a dataset that is not known by name; None where all are.

    Raises
    ------
    UsageError, DataError
        Where the folder given is no dataset.
    """

    def __init__(self, given: Path | None = None) -> None:
        self._shelf = Shelf(given)
        self._resamples: dict[tuple[int, int], Resamples] = {}

    def verify(self, path: Path) -> Verification:
        """Compare a run folder with what can be made again from its predictions and the dataset."""
        try:
            run = open_run(path, self._shelf)
        except BenchError as error:
            return Verification(path, problems=(str(error),))
        try:
            dataset = self._shelf.at_hand(run.record)
        except BenchError as error:
            return Verification(path, run.record, problems=(str(error),))
        found = _of_state(run.record, dataset)
        if found:
            return Verification(path, run.record, tuple(found), (OTHER_STATE,))
        problems = []
        for part in (_of_folder, _of_division, _of_data, self._of_metrics, _of_statistics):
            try:
                found.extend(part(run, dataset))
            except BenchError as error:
                problems.append(str(error))
        return Verification(path, run.record, tuple(found), tuple(dict.fromkeys(problems)))

    def _of_metrics(self, run: KeptRun, _: Dataset) -> Iterator[Difference]:
        """Yield what is recorded otherwise of each metric."""
        sampling = run.record.resampling
        key = sampling.resamples, sampling.seed
        resamples = self._resamples.setdefault(key, Resamples(*key))
        for name, recorded in run.record.metrics.items():
            yield from _metric(name, recorded, made_again(run, name, resamples))


def made_again(run: KeptRun, name: str, resamples: Resamples) -> MetricRecord:
    """Return the record of a metric, made from a run's predictions.

    The signature names the version of framebench that the run was made with.

    Raises
    ------
    UsageError, DataError
        Where the dataset or the predictions cannot be read, or there is no such metric.
    """
    rescorer, record = run.rescorer, run.record
    metric = rescorer.metric(name)
    statistics = rescorer.statistics(metric, run.predictions)
    scores = scores_of(metric, statistics, rescorer.labels, resamples)
    sampling = rescorer.scorer.resampling(resamples.resamples, resamples.seed)
    line = rescorer.scorer.signature(metric, record.detector, sampling, len(record.shared))
    line = f"{line.rpartition('|v:')[0]}|v:{record.environment.framebench}"
    return MetricRecord(line, scores, rescorer.scorer.ceiling(metric))


def _of_state(record: RunRecord, dataset: Dataset) -> list[Difference]:
    """Return where the dataset at hand is in another state than the record says."""
    recorded = record.dataset
    return [
        *_one(f"version of dataset '{dataset.name}'", recorded.version, dataset.version),
        *_one(
            f"SHA-256 of the manifest of dataset '{dataset.name}'",
            recorded.manifest_sha256,
            dataset.manifest_sha256,
        ),
    ]


def _of_folder(run: KeptRun, _: Dataset) -> Iterator[Difference]:
    """Yield whether folder or predictions are others than the record says."""
    yield from _one("name of the folder", run.path.resolve().name, run.record.folder.name)
    content = read_bytes(run.path / PREDICTIONS)
    yield from _one("SHA-256 of predictions.jsonl", run.record.predictions_sha256, sha256(content))
    usage = run.record.usage
    if usage is not None and usage.answers_sha256 is not None:
        answers = run.path / ANSWERS
        found = sha256(read_bytes(answers)) if answers.is_file() else None
        yield from _one(f"SHA-256 of {ANSWERS}", usage.answers_sha256, found)
        if found == usage.answers_sha256:
            yield from _of_usage(usage, load_answers(run.path))


def _of_usage(usage: Usage, answers: tuple[Answer, ...]) -> Iterator[Difference]:
    """Yield what is counted otherwise in the answers of a language model."""
    counted = usage_of(Account(answers, currency=usage.currency), {})
    for name in COUNTED:
        recorded, found = getattr(usage, name), getattr(counted, name, None)
        told = [", ".join(value) if isinstance(value, tuple) else value for value in (recorded, found)]
        yield from _one(f"{name.replace('_', ' ')} of the language model", *told)


def _of_division(run: KeptRun, dataset: Dataset) -> Iterator[Difference]:
    """Yield what is claimed otherwise of the protocol, and of the headline that it has."""
    record, protocol = run.record, run.record.protocol
    task = task_of(dataset, record.task)
    headline = task.metric, task.score
    if protocol.name:
        try:
            known = published(dataset)
        except UsageError as error:
            yield Difference("protocol", protocol.name, str(error))
        else:
            yield from _fields("protocol", protocol, known.protocol)
            headline = known.headlines.get(task.name, headline)
    yield from _one("headline", " ".join(record.headline), " ".join(headline))


def _of_data(run: KeptRun, _: Dataset) -> Iterator[Difference]:
    """Yield what the record says otherwise of the scored documents and of the predictions."""
    record, scorer = run.record, run.rescorer.scorer
    sampling = record.resampling
    yield from _fields("dataset", record.dataset, scorer.dataset_record)
    yield from _fields("resampling", sampling, scorer.resampling(sampling.resamples, sampling.seed))
    yield from _labels(record.labels, scorer.labels)
    yield from _one("characters", record.characters, scorer.characters)
    yield from _one("undecided units", record.undecided, scorer.undecided)
    layers = (scorer.task.layer, *scorer.task.span_layers)
    if record.detector.layer not in layers:
        yield Difference("layer of the predictions", record.detector.layer, " or ".join(layers))
    yield from _one("scored documents that the predictions do not name", 0, run.unnamed)
    empty = sum(not (given.spans or given.units) for given in run.predictions)
    if not 0 <= record.missing <= empty:
        yield Difference("missing documents, at most those without a prediction", record.missing, empty)
    fitted = scorer.read(run.predictions, record.detector.layer, run.rescorer.seed)[1]
    found = [None if one is None else one.signature for one in (record.detector.thresholds, fitted)]
    yield from _one("thresholds", *found)


def _labels(recorded: Mapping[str, int], made: Mapping[str, int]) -> Iterator[Difference]:
    for label in dict.fromkeys((*made, *recorded)):
        yield from _one(f"gold with label '{label}'", recorded.get(label), made.get(label))
    if set(recorded) == set(made):
        yield from _one("order of the labels", ", ".join(recorded), ", ".join(made))


def _of_statistics(run: KeptRun, _: Dataset) -> Iterator[Difference]:
    """Yield where stored statistics are other than those of the predictions."""
    for name in run.record.metrics:
        made = run.rescorer.statistics(name, run.predictions)
        yield from _arrays(f"{name}: statistics", run.statistics[name], made)


def _arrays(what: str, recorded: NDArray[np.float64], made: NDArray[np.float64]) -> Iterator[Difference]:
    """Yield how two arrays differ: in shape, or in how many rows, with the first cell that differs."""
    if recorded.shape != made.shape:
        shapes = [" × ".join(map(str, array.shape)) for array in (recorded, made)]
        yield Difference(f"{what}, clusters × columns", *shapes)
        return
    other = ~np.isclose(recorded, made, rtol=RELATIVE, atol=ABSOLUTE)
    if other.any():
        row, column = np.argwhere(other)[0].tolist()
        where = f"{what}, cluster {row + 1}, column {column + 1}"
        more = int(other.any(axis=1).sum()) - 1
        where += f" (and {more} clusters more)" if more else ""
        yield Difference(where, float(recorded[row, column]), float(made[row, column]))


def _metric(name: str, recorded: MetricRecord, made: MetricRecord) -> Iterator[Difference]:
    yield from _signature(f"{name}: signature", recorded.signature, made.signature)
    yield from metric_differences(name, recorded.scores, made.scores)
    yield from _ceiling(f"{name}: ceiling", recorded.ceiling, made.ceiling)


def metric_differences(
    metric: str, recorded: Mapping[str, Score], made: Mapping[str, Score]
) -> Iterator[Difference]:
    """Yield where the scores of a metric differ, or stand on one side alone.

    Parameters
    ----------
    metric
        Its name, for the words of a difference.
    recorded, made
        Scores with their intervals by name: what a record says, and what was made again.
    """
    for score in dict.fromkeys((*made, *recorded)):
        pair = recorded.get(score), made.get(score)
        yield from _parts(f"{metric} {score}", pair, ("value", "low", "high", "undefined"))


def _signature(what: str, recorded: str, made: str) -> Iterator[Difference]:
    """Yield the fields of a signature that differ, or both as a whole where they have other fields."""
    old, new = recorded.split("|"), made.split("|")
    if len(old) != len(new):
        yield Difference(what, recorded, made)
        return
    for before, after in zip(old, new, strict=True):
        yield from _one(what, before, after)


def _ceiling(what: str, recorded: Ceiling | None, made: Ceiling | None) -> Iterator[Difference]:
    if recorded is None or made is None:
        yield from _one(what, _there(recorded), _there(made))
        return
    for kind in ("others", "full"):
        old, new = getattr(recorded, kind), getattr(made, kind)
        for score in dict.fromkeys((*new, *old)):
            yield from _parts(
                f"{what}, {kind}, {score}", (old.get(score), new.get(score)), ("mean", "low", "high")
            )


def _parts(
    what: str,
    pair: tuple[Score | None, Score | None] | tuple[Range | None, Range | None],
    names: tuple[str, ...],
) -> Iterator[Difference]:
    """Yield which numbers of a score or a range differ; where one of the two is missing, that alone."""
    recorded, made = pair
    if recorded is None or made is None:
        yield from _one(what, _there(recorded), _there(made))
        return
    for name in names:
        yield from _one(f"{what}, {name}", getattr(recorded, name), getattr(made, name))


def _fields(what: str, recorded: DataclassInstance, made: DataclassInstance) -> Iterator[Difference]:
    """Yield which fields of two plain records of one kind differ."""
    for field in fields(made):
        yield from _one(f"{what}, {field.name}", getattr(recorded, field.name), getattr(made, field.name))


def _one(what: str, recorded: Value, made: Value) -> Iterator[Difference]:
    """Yield that two values differ, if they do."""
    if not _same(recorded, made):
        yield Difference(what, recorded, made)


def _there(value: object) -> str | None:
    return None if value is None else "given"


def _same(recorded: Value, made: Value) -> bool:
    if isinstance(recorded, float) and isinstance(made, float):
        return isclose(recorded, made, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return recorded == made
