"""Trained models in folders: what was learned, without pickle, and the provenance of the training data.

A folder holds `model.json` (this record), `fingerprints.npz` (of the documents that were learned from) and
`learned/N/` with what the detector itself keeps of each thing that it learned. A detector that was trained on
several tasks has learned several things: propaganda of any technique is not the same as loaded language.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

import msgspec

from benchmark.data import Dataset
from benchmark.detectors import DETECTORS, MODEL, build
from benchmark.environment import Environment, environment, now
from benchmark.errors import BenchError, DataError, Fault, UsageError, one_line, suggest
from benchmark.fileio import atomic_folder, decode, read_bytes, sha256
from benchmark.fingerprints import Fingerprints
from benchmark.fitting import Fitted
from benchmark.model import Detector, Document, Prediction, StoredDetector
from benchmark.provenance import Provenance, Training, training_of
from benchmark.spec import Spec
from benchmark.subject import Subject, gives, knows, lesson, must_fit, subjects
from benchmark.tasks import Task
from benchmark.training import detector_seed

SCHEMA = 1
FINGERPRINTS = "fingerprints.npz"


@dataclass(frozen=True)
class Learned:
    """One thing that a model learned.

    Parameters
    ----------
    folder
        Where the detector keeps it, below the model's folder.
    subject
        The layer with the labels that were learned.
    fit_seconds
        How long that took.
    """

    folder: str
    subject: Subject
    fit_seconds: float


@dataclass(frozen=True)
class ModelRecord:
    """What `model.json` holds.

    Parameters
    ----------
    detector, parameters, origin, seed
        Which detector was trained, and the distribution that it comes from.
    training
        What it learned from.
    learned
        What it learned.
    files
        SHA-256 of every other file of the folder, by its path with forward slashes.
    environment, created
        With what and when it was made.
    """

    detector: str
    parameters: dict[str, str]
    origin: str
    seed: int
    training: Training
    learned: tuple[Learned, ...]
    files: dict[str, str]
    environment: Environment
    created: str
    schema: int = SCHEMA


def plan(spec: Spec, dataset: Dataset, tasks: Sequence[Task], seed: int) -> list[Subject]:
    """Return what a detector can learn for some tasks of a dataset, each thing once.

    Raises
    ------
    UsageError
        Where it cannot be trained or stored, or can learn nothing for these tasks.
    """
    if spec.name not in DETECTORS:
        raise UsageError(
            f"detector '{spec}': a model can be kept only of a detector that is installed, so that it can be "
            "loaded again; bring it as a package with an entry point"
        )
    detector = build(spec, seed)
    if not isinstance(detector, StoredDetector):
        raise UsageError(f"detector '{spec}' cannot be trained and kept: it has no fit, save and load")
    found = []
    for task in tasks:
        for subject in subjects(task, dataset):
            if knows(detector, subject) and must_fit(detector, subject) and gives(detector, subject):
                found.append(subject)
                break
    if not found:
        names = ", ".join(task.name for task in tasks)
        raise UsageError(f"detector '{spec}' can learn nothing of {dataset.name} for {names}")
    return list(dict.fromkeys(found))


def train(
    spec: Spec,
    dataset: Dataset,
    split: str | None,
    subjects: Sequence[Subject],
    seed: int,
    target: Path,
    say: Callable[[str], None],
) -> ModelRecord:
    """Train a detector on a dataset and keep it in a folder, whole or not at all.

    Parameters
    ----------
    spec
        Which detector; it can be trained and kept.
    dataset
        What it learns from: all of its documents.
    split
        The split that these documents are; None for a whole dataset.
    subjects
        What it learns.
    seed
        For the detector.
    target
        The folder.
    say
        Called with what is being done.

    Raises
    ------
    UsageError
        Where the folder cannot be written.
    BenchError
        Where a training fails.
    """
    own, learned = seed, []
    with atomic_folder(target) as folder:
        for number, subject in enumerate(subjects):
            say(f"{spec}: layer {subject.layer}")
            detector = build(spec, seed)
            found = detector_seed(detector)
            own = seed if found is None else found
            fitted = _fitted(spec, detector, dataset, subject, say)
            place = f"learned/{number}"
            (folder / place).mkdir(parents=True)
            _stored(fitted.detector).save(folder / place)
            learned.append(Learned(place, subject, fitted.fit_seconds))
        dataset.fingerprints.save(folder / FINGERPRINTS)
        record = _record(spec, dataset, split, own, learned, _digests(folder))
        (folder / MODEL).write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
    return record


def _fitted(
    spec: Spec, detector: Detector, dataset: Dataset, subject: Subject, say: Callable[[str], None]
) -> Fitted:
    """Return a detector that has learned a subject from a whole dataset.

    Raises
    ------
    BenchError
        Where the training fails.
    """
    fitted = Fitted(detector, lesson(dataset, subject) or (), subject, say, name=str(spec))
    if fitted.error is not None:
        raise BenchError(f"detector '{spec}', layer '{subject.layer}': {fitted.error}")
    return fitted


def _digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a folder, by its path with forward slashes."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(read_bytes(path)) for path in files}


def _record(
    spec: Spec,
    dataset: Dataset,
    split: str | None,
    seed: int,
    learned: Sequence[Learned],
    files: dict[str, str],
) -> ModelRecord:
    """Return the record of a model; the seed is the detector's own where it has one."""
    return ModelRecord(
        detector=spec.name,
        parameters=dict(spec.parameters),
        origin=DETECTORS.origin(spec.name),
        seed=seed,
        training=replace(training_of(dataset, 0, seed), split=split),
        learned=tuple(learned),
        files=files,
        environment=environment(),
        created=now(),
    )


def _stored(detector: Detector) -> StoredDetector:
    if not isinstance(detector, StoredDetector):
        raise BenchError(f"detector '{detector.name}': what its fit returned cannot be kept")
    return detector


@dataclass(frozen=True)
class StoredModel:
    """A trained model as a detector.

    Parameters
    ----------
    folder
        Its folder.
    record
        What `model.json` holds.
    """

    folder: Path
    record: ModelRecord
    _loaded: dict[str, Detector] = field(default_factory=dict, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The name of the detector that was trained."""
        return self.record.detector

    @property
    def seed(self) -> int:
        """The seed that it was trained with."""
        return self.record.seed

    @property
    def layers(self) -> frozenset[str]:
        """The layers that it learned."""
        return frozenset(learned.subject.layer for learned in self.record.learned)

    def labels_for(self, subject: Subject) -> frozenset[str] | None:
        """Return the labels that it gives where it is asked for a subject; None where it learned no such."""
        if not self._of(subject):
            return None
        return frozenset(self._best(subject).subject.labels)

    @cached_property
    def provenance(self) -> Provenance:
        """What it learned from.

        Raises
        ------
        DataError
            Where the fingerprints are broken.
        """
        return Provenance(self.record.training, Fingerprints.load(self.folder / FINGERPRINTS))

    def chosen(self, subject: Subject) -> _Chosen:
        """Return the detector of what was learned that suits a subject best.

        That is what has exactly its labels, else the fewest that hold them all, else the first of its layer.

        Raises
        ------
        UsageError, DataError
            Where it cannot be loaded.
        """
        best = self._best(subject)
        self.load(best)  # here, since what `predict` raises counts as a failure on a document
        return _Chosen(self, best, subject)

    def _of(self, subject: Subject) -> list[Learned]:
        """Return what was learned of a subject's layer, and of its kind where that is known."""
        return [
            learned
            for learned in self.record.learned
            if learned.subject.layer == subject.layer and subject.kind in ("", learned.subject.kind)
        ]

    def _best(self, subject: Subject) -> Learned:
        of_layer, wanted = self._of(subject), set(subject.labels)
        holding = [learned for learned in of_layer if wanted <= set(learned.subject.labels)]
        return min(holding, key=lambda learned: len(learned.subject.labels)) if holding else of_layer[0]

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return the predictions of what was learned first in a layer."""
        return self.chosen(Subject(layer, "", ())).predict(documents, layer)

    def load(self, learned: Learned) -> Detector:
        """Return the detector of one thing learned, loaded once.

        Raises
        ------
        UsageError
            Where the detector is not installed.
        DataError
            Where what it kept is broken.
        """
        if learned.folder not in self._loaded:
            kind = DETECTORS.get(self.record.detector)
            if not hasattr(kind, "load"):
                raise UsageError(f"{self.folder}: detector '{self.record.detector}' can load no model")
            try:
                self._loaded[learned.folder] = kind.load(self.folder / learned.folder)
            except (ValueError, OSError) as error:
                raise DataError([Fault(self.folder / learned.folder, None, str(error))]) from error
        return self._loaded[learned.folder]


@dataclass(frozen=True)
class _Chosen:
    """One thing that a model learned, as a detector of its layer."""

    model: StoredModel
    learned: Learned
    subject: Subject

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def layers(self) -> frozenset[str]:
        return frozenset({self.learned.subject.layer})

    @property
    def provenance(self) -> Provenance:
        return self.model.provenance

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        detector = self.model.load(self.learned)
        if self.subject.kind and hasattr(detector, "chosen"):
            detector = detector.chosen(self.subject)
        return detector.predict(documents, layer)


def load_model(folder: Path) -> StoredModel:
    """Return the model that a folder holds, all of whose files agree with its record.

    Raises
    ------
    UsageError
        Where there is none, or its detector is not installed.
    DataError
        Where it is broken.
    """
    path = folder / MODEL
    faults: list[Fault] = []
    record = decode(read_bytes(path), ModelRecord, path, None, faults)
    if record is not None and record.schema != SCHEMA:
        faults.append(Fault(path, None, f"schema {record.schema}; this version reads schema {SCHEMA}"))
    if record is None or faults:
        raise DataError(faults)
    if not record.learned:
        raise DataError([Fault(path, None, "nothing was learned")])
    if record.detector not in DETECTORS:
        raise UsageError(
            one_line(f"{path}: its detector '{record.detector}' is not installed")
            + suggest(record.detector, DETECTORS)
        )
    for name, digest in record.files.items():
        if not _inside(name):
            faults.append(Fault(path, None, f"'{name}' is no plain path within the folder"))
        elif not (folder / name).is_file():
            faults.append(Fault(folder / name, None, f"the file is missing, and {MODEL} names it"))
        elif sha256(read_bytes(folder / name)) != digest:
            faults.append(Fault(folder / name, None, f"its SHA-256 is not the one that {MODEL} gives"))
    faults += [
        Fault(path, None, f"'{learned.folder}' is no plain path within the folder")
        for learned in record.learned
        if not _inside(learned.folder)
    ]
    if faults:
        raise DataError(faults)
    return StoredModel(folder, record)


def _inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and name == "/".join(parts) and parts[0] != "/" and ".." not in parts
