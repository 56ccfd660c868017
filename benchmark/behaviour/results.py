"""What is kept of a detector on a suite: a record of the rates, and every case with its outcome.

A folder `behaviour/SUITE/DETECTOR-HASH` below the results holds `behaviour.json` (the record) and
`cases.jsonl`. Failing cases are kept with their texts, so that they can be read on their own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from benchmark import __version__
from benchmark.answers import Answer
from benchmark.behaviour.cases import Case, Range
from benchmark.behaviour.engine import Judged
from benchmark.behaviour.judges import Mark
from benchmark.behaviour.rates import Counts, Rates
from benchmark.contamination import Shared
from benchmark.detectors import Failure
from benchmark.environment import Environment
from benchmark.errors import DataError, Fault, UsageError, one_line
from benchmark.fileio import atomic_folder, decode, jsonl, read_bytes, read_jsonl, sha256
from benchmark.record import DetectorRecord, Resampling
from benchmark.results import ANSWERS, LOG
from benchmark.usage import Usage

BEHAVIOUR, CASES = "behaviour.json", "cases.jsonl"
"""The files of a folder."""
FOLDER = "behaviour"
SCHEMA = 1


@dataclass(frozen=True)
class Source:
    """Where cases come from.

    Parameters
    ----------
    name
        Of a dataset, or of the user's file.
    version
        Of the dataset; "" for a file.
    sha256
        Of the dataset's manifest, or of the file.
    """

    name: str
    version: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.name}{'@' + self.version if self.version else ''}+{self.sha256[:12]}"


@dataclass(frozen=True)
class BehaviourRecord:
    """One detector on one suite, as it is stored in behaviour.json.

    Parameters
    ----------
    suite
        Its name.
    detector
        What ran, the layer that it was asked for, and what it was trained on.
    sources
        What the cases were stored in or made from.
    cases_sha256
        Of the suite's cases as JSONL, which names these very cases.
    counts, rates
        How many cases ended how, and the rates with their intervals.
    resampling, environment
        How the intervals were made, and with what the run was made.
    characters, seconds, fit_seconds
        What was read, how long that took and how long the training. They are of all texts of the layer, which
        are read at once for all suites that run together.
    created
        When, in UTC, ISO 8601.
    failures
        The texts that the detector failed on, by name: "literal/literal-0017".
    shared
        The texts that were (nearly) learned from; the run is contaminated where there are any.
    usage
        What the run took of a language model, and how its answers came out; None where none was asked.
    """

    suite: str
    detector: DetectorRecord
    sources: tuple[Source, ...]
    cases_sha256: str
    counts: Counts
    rates: Rates
    resampling: Resampling
    environment: Environment
    characters: int
    seconds: float
    fit_seconds: float
    created: str
    failures: tuple[Failure, ...] = ()
    shared: tuple[Shared, ...] = ()
    usage: Usage | None = None
    schema: int = SCHEMA

    @property
    def incomplete(self) -> bool:
        """Whether the detector failed on a text."""
        return bool(self.failures)

    @property
    def contaminated(self) -> bool:
        """Whether a text was learned from."""
        return bool(self.shared)

    @property
    def signature(self) -> str:
        """One line that says how the rates were made."""
        training = self.detector.training
        fields = [
            f"suite:{self.suite}",
            *(f"data:{source}" for source in self.sources),
            f"cases:{self.counts.cases}+{self.cases_sha256[:12]}",
            f"layer:{self.detector.layer}",
            f"cluster:{self.resampling.unit}({self.resampling.clusters})",
            f"ci:boot-t,B={self.resampling.resamples},seed={self.resampling.seed}",
            *([f"train:{training.signature}"] if training is not None else []),
            f"v:{self.environment.framebench or __version__}",
        ]
        return "|".join(fields)

    @property
    def folder(self) -> Path:
        """Where it is kept, below the results folder: the same run has the same folder."""
        files = [f"{key}={digest}" for key, digest in sorted(self.detector.files.items())]
        identity = [self.detector.spec, f"seed={self.detector.seed}", *files, self.signature]
        digest = hashlib.sha256("\n".join(identity).encode()).hexdigest()[:8]
        return Path(FOLDER) / self.suite / f"{self.detector.slug}-{digest}"


class MarkRow(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A mark of a kept case."""

    start: int
    end: int
    label: str | None = None
    score: float | None = None
    unit: bool = False


class CaseRow(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A line of cases.jsonl: a case with its outcome; the texts only where it did not pass."""

    case: str
    cluster: str
    verdict: str
    reasons: tuple[str, ...] = ()
    flagged: tuple[bool, bool | None] = (False, None)
    scores: tuple[float | None, float | None] = (None, None)
    error: str | None = None
    sides: tuple[str, str] | None = None
    text: str | None = None
    region: Range | None = None
    marks: tuple[MarkRow, ...] = ()
    twin: str | None = None
    twin_region: Range | None = None
    twin_marks: tuple[MarkRow, ...] = ()
    metadata: dict[str, str] = {}


@dataclass(frozen=True)
class Behaviour:
    """A record with the cases that it was made from, what a model answered, and what a program wrote."""

    record: BehaviourRecord
    cases: tuple[CaseRow, ...]
    answers: tuple[Answer, ...] = ()
    log: str = ""


def case_row(one: Judged) -> CaseRow:
    """Return a judged case as it is kept."""
    case, outcome = one.case, one.outcome
    verdict = "crashed" if one.error is not None else outcome.verdict
    row = CaseRow(case.id, case.drawn, verdict, outcome.reasons, outcome.flagged, outcome.scores, one.error)
    row.sides, row.metadata = case.sides, case.metadata
    row.marks, row.twin_marks = _mark_rows(one.before), _mark_rows(one.after)
    if verdict not in ("passed", "not applicable"):
        _tell(row, case)
    return row


def _tell(row: CaseRow, case: Case) -> None:
    row.text, row.region = case.text, case.region
    if case.twin is not None:
        row.twin, row.twin_region = case.twin, case.changed


def _mark_rows(marks: Iterable[Mark]) -> tuple[MarkRow, ...]:
    return tuple(MarkRow(mark.start, mark.end, mark.label, mark.score, mark.unit) for mark in marks)


def save(behaviour: Behaviour, results: Path) -> Path:
    """Write a folder below `results`, whole or not at all, and return it.

    Raises
    ------
    UsageError
        Where it cannot be written.
    """
    target = results / behaviour.record.folder
    with atomic_folder(target) as folder:
        kept = behaviour.record
        if behaviour.answers and kept.usage is not None:
            answers = jsonl(behaviour.answers)
            (folder / ANSWERS).write_bytes(answers)
            kept = replace(kept, usage=replace(kept.usage, answers_sha256=sha256(answers)))
        if behaviour.log:
            (folder / LOG).write_bytes(behaviour.log.encode("utf-8", "backslashreplace"))
        record = msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n"
        (folder / BEHAVIOUR).write_bytes(record)
        (folder / CASES).write_bytes(jsonl(behaviour.cases))
    return target


class _Schema(msgspec.Struct):
    schema: int


def _record(file: Path) -> BehaviourRecord:
    content = read_bytes(file)
    faults: list[Fault] = []
    schema = decode(content, _Schema, file, None, faults)
    if schema is not None and schema.schema != SCHEMA:
        faults.append(Fault(file, None, f"schema {schema.schema}; this version reads schema {SCHEMA}"))
    record = None if faults else decode(content, BehaviourRecord, file, None, faults)
    if record is None:
        raise DataError(faults)
    return record


def load(path: Path) -> Behaviour:
    """Return what is kept in a folder.

    Raises
    ------
    UsageError
        Where there is no record.
    DataError
        Where a file is broken, or of another schema.
    """
    file = path / BEHAVIOUR
    if not file.is_file():
        raise UsageError(f"{one_line(str(path))}: no behavioural run: there is no {BEHAVIOUR}")
    record = _record(file)
    faults: list[Fault] = []
    rows = tuple(row for _, row in read_jsonl(path / CASES, CaseRow, faults))
    if faults:
        raise DataError(faults)
    if len(rows) != record.counts.cases:
        told = f"{len(rows)} cases, and the record counts {record.counts.cases}"
        raise DataError([Fault(path / CASES, None, told)])
    return Behaviour(record, rows)


def latest(results: Path, detectors: Collection[str] = ()) -> list[BehaviourRecord]:
    """Return the newest kept record of each detector on each suite.

    Parameters
    ----------
    results
        The results folder, or a folder below it.
    detectors
        The only specifications that count; all where there are none.

    Returns
    -------
    list of BehaviourRecord
        Detectors in the order of `detectors`, else of their names; empty where nothing is kept.

    Raises
    ------
    DataError
        Where a record is broken.
    """
    newest: dict[tuple[str, str], BehaviourRecord] = {}
    for folder in find(results):
        record = _record(folder / BEHAVIOUR)
        key = record.detector.spec, record.suite
        if (not detectors or key[0] in detectors) and (
            key not in newest or record.created >= newest[key].created
        ):
            newest[key] = record
    order = {spec: place for place, spec in enumerate(dict.fromkeys(detectors))}
    return [newest[key] for key in sorted(newest, key=lambda key: (order.get(key[0], 0), key))]


def find(results: Path) -> list[Path]:
    """Return the folders of behavioural runs anywhere below a folder, sorted; hidden ones are passed over."""
    return sorted(_below(results))


def _below(results: Path) -> Iterator[Path]:
    for folder, below, files in os.walk(results):
        if BEHAVIOUR in files:
            yield Path(folder)
            below.clear()
        below[:] = [name for name in below if not name.startswith(".")]
