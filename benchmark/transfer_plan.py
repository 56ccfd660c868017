"""What is learned from which dataset to be scored on which task of another one.

A source may offer several tasks and layers whose labels stand for those that a task scores. What is learned
is the one that keeps most of the task's labels; of several, the one with the fewest labels that are of no
use, then the one with the fewest losses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from benchmark import crosswalk
from benchmark.crosswalk import LabelMap
from benchmark.crosswalk_file import FILE
from benchmark.data import Dataset
from benchmark.detectors import build
from benchmark.errors import UsageError, suggest
from benchmark.model import Detector
from benchmark.protocol import TRAIN, Protocol
from benchmark.spec import Spec
from benchmark.subject import Subject, gives, knows, must_fit, subjects
from benchmark.tasks import Task, task_of, tasks_of
from benchmark.training import is_small

LEARNERS: Mapping[str, str] = {
    "spans": "token-linear",
    "relations": "token-linear",
    "units": "linear",
    "given": "linear",
}
"""The detector that learns each kind of layer where none is named."""
Losses = tuple[int, int, int, bool]
"""What a choice loses, to be compared: labels kept (negative), labels learned in vain, reasons, a reading."""
UNDECLARED = "no correspondence is declared"


@dataclass(frozen=True)
class Source:
    """A dataset to learn from.

    Parameters
    ----------
    dataset
        The whole dataset.
    split
        The split that is learned from; None for the training split where there is one, else for everything.
    what
        The task, bound to the dataset, or the layer that is learned; None for what serves best.
    """

    dataset: Dataset
    split: str | None = None
    what: Task | str | None = None

    @property
    def name(self) -> str:
        """As it is asked for: "ptc" or "ptc:train"."""
        return f"{self.dataset.name}:{self.split}" if self.split else self.dataset.name

    @property
    def learned_split(self) -> str | None:
        """The split that is learned from; None for the whole dataset."""
        return self.split or (TRAIN if TRAIN in self.dataset.splits else None)

    @cached_property
    def part(self) -> Dataset:
        """The documents that are learned from."""
        if self.learned_split is None:
            return self.dataset
        inside = frozenset(self.dataset.splits[self.learned_split])
        places = [place for place, document in enumerate(self.dataset.documents) if document.id in inside]
        return self.dataset.only(places)


@dataclass(frozen=True)
class Target:
    """A dataset to be scored on.

    Parameters
    ----------
    dataset
        The whole dataset.
    tasks
        Bound to it.
    named
        Whether the user named the task; others are left out where no source can stand for them.
    """

    dataset: Dataset
    tasks: tuple[Task, ...]
    named: bool


@dataclass(frozen=True)
class Pair:
    """A cell to be filled.

    Parameters
    ----------
    source
        What is learned from.
    dataset, task
        The whole dataset that is scored on, and the task.
    spec
        The detector.
    subject
        What it learns.
    learned
        Name of the task or layer that it learns.
    found
        How its labels are scored by those of the task; None where the source is the dataset that is scored
        on, which its own protocol divides.
    """

    source: Source
    dataset: Dataset
    task: Task
    spec: Spec
    subject: Subject
    learned: str
    found: LabelMap | None

    @property
    def train(self) -> str:
        """What is learned: "basil/lexical", "ptc:train/span"."""
        return f"{self.source.name}/{self.learned}"

    @property
    def test(self) -> str:
        """What is scored: "ptc/loaded_language"."""
        return f"{self.dataset.name}/{self.task.name}"


@dataclass(frozen=True)
class Gap:
    """A cell that cannot be filled.

    Parameters
    ----------
    train, test
        Its row and column.
    why
        Why, in a few words.
    error
        What the user is told where nothing else can be shown.
    """

    train: str
    test: str
    why: str
    error: str


@dataclass(frozen=True)
class Plan:
    """The cells of a matrix.

    Parameters
    ----------
    pairs
        Those that can be filled, row by row.
    gaps
        Those that cannot.
    tests
        The columns in order.
    """

    pairs: tuple[Pair, ...]
    gaps: tuple[Gap, ...]
    tests: tuple[str, ...]


def source_of(dataset: Dataset, split: str | None, name: str | None) -> Source:
    """Return a dataset to learn from.

    Parameters
    ----------
    dataset
        The whole dataset.
    split
        One of its splits; None for the training split, or everything.
    name
        A task or a layer; None for what serves best.

    Raises
    ------
    UsageError
        Where there is no such split, task or layer.
    """
    if split is not None and split not in dataset.splits:
        raise UsageError(f"dataset '{dataset.name}' has no split '{split}'{suggest(split, dataset.splits)}")
    if name is None:
        return Source(dataset, split)
    tasks = {task.name for task in tasks_of(dataset)}
    return Source(dataset, split, name if name in dataset.layers.keys() - tasks else task_of(dataset, name))


def plan(sources: Sequence[Source], targets: Sequence[Target], spec: Spec | None, seed: int) -> Plan:
    """Return which cells of the matrix of sources and targets can be filled, and how.

    Parameters
    ----------
    sources, targets
        The rows, and the datasets of the columns.
    spec
        The detector; None for one that suits what is learned.
    seed
        For the detector.

    Raises
    ------
    UsageError
        Where no cell can be filled, the detector cannot be built, or two different datasets have one name.
    """
    _check_names([*(source.dataset for source in sources), *(target.dataset for target in targets)])
    planner = _Planner(spec, seed)
    pairs: list[Pair] = []
    gaps: list[Gap] = []
    tests: list[str] = []
    for target in targets:
        columns = _columns(planner, sources, target)
        for column in columns.values():
            pairs += [cell for cell in column if isinstance(cell, Pair)]
            gaps += [cell for cell in column if isinstance(cell, Gap)]
        tests += columns
    if not pairs:
        raise UsageError("\n".join(dict.fromkeys(gap.error for gap in gaps)) or "nothing is to be scored")
    return Plan(tuple(_by_model(pairs, sources)), tuple(dict.fromkeys(gaps)), tuple(dict.fromkeys(tests)))


def _columns(planner: _Planner, sources: Sequence[Source], target: Target) -> dict[str, list[Pair | Gap]]:
    """Return the cells of each column that is shown of a target.

    Where no source can stand for any of its tasks, the dataset itself has an empty column that tells why.
    """
    name = target.dataset.name
    cells = {
        task: [planner.cell(source, target.dataset, task) for source in sources] for task in target.tasks
    }
    columns = {
        f"{name}/{task.name}": column
        for task, column in cells.items()
        if target.named or any(isinstance(cell, Pair) for cell in column)
    }
    if columns or not cells:
        return columns
    by_source = zip(*cells.values(), strict=True)
    return {name: [_told(name, [cell for cell in row if isinstance(cell, Gap)]) for row in by_source]}


def _told(dataset: str, gaps: Sequence[Gap]) -> Gap:
    """Return why a source can stand for no task of a dataset."""
    other = next((gap for gap in gaps if gap.why != UNDECLARED), None)
    return other or _undeclared(gaps[0].train, dataset)


def _undeclared(train: str, test: str) -> Gap:
    error = f"no label of {train} may stand for one of {test}: {FILE} declares no such correspondence"
    return Gap(train, test, UNDECLARED, error)


def _check_names(datasets: Sequence[Dataset]) -> None:
    known: dict[str, str] = {}
    for dataset in datasets:
        if known.setdefault(dataset.name, dataset.manifest_sha256) != dataset.manifest_sha256:
            raise UsageError(f"two states of dataset '{dataset.name}' cannot stand in one table")


def _by_model(pairs: Sequence[Pair], sources: Sequence[Source]) -> list[Pair]:
    """Return cells row by row, those of one model together."""
    rows = {source.name: number for number, source in reversed(list(enumerate(sources)))}
    models: dict[str, int] = {}
    for pair in pairs:
        models.setdefault(pair.train, len(models))
    return sorted(pairs, key=lambda pair: (rows[pair.source.name], models[pair.train]))


class _Planner:
    """Finds for each cell what is learned, by which detector."""

    def __init__(self, spec: Spec | None, seed: int) -> None:
        self.spec, self.seed = spec, seed
        self.walk = crosswalk.load()
        self._detectors: dict[Spec, Detector] = {}
        if spec is not None:
            self._detector(spec)

    def cell(self, source: Source, dataset: Dataset, task: Task) -> Pair | Gap:
        if source.split is None and source.dataset.manifest_sha256 == dataset.manifest_sha256:
            return self._within(source, dataset, task)
        test = f"{dataset.name}/{task.name}"
        row = f"{source.name}/{_name(source.what)}" if source.what is not None else source.name
        found, errors = self._mapped(source, dataset, task)
        if not found:
            gap = _undeclared(row, test)
            # The crosswalk's own message says what else is declared.
            return replace(gap, error=errors[0]) if source.what is not None and errors else gap
        able = [(lost, pair) for lost, pair in found if self._learns(pair.spec, pair.subject)]
        _, best = min(able or found, key=lambda offer: offer[0])
        return best if able else self._unable(row, test, best.spec, best.subject)

    def _mapped(
        self, source: Source, dataset: Dataset, task: Task
    ) -> tuple[list[tuple[Losses, Pair]], list[str]]:
        """Return what of a source stands for a task, with what it loses, and why the rest does not."""
        found, errors = [], []
        for what, subject in _offers(source):
            try:
                labels = self.walk.between(source.dataset, what, dataset, task)
            except UsageError as error:
                errors.append(str(error))
                continue
            spec = self._spec(subject.kind)
            pair = Pair(source, dataset, task, spec, subject, _name(what), labels)
            found.append((_losses(subject, labels), pair))
        return found, errors

    def _within(self, source: Source, dataset: Dataset, task: Task) -> Pair | Gap:
        row, test = f"{source.name}/{_name(source.what or task)}", f"{dataset.name}/{task.name}"
        if source.what not in (None, task):
            why = "another task of the same documents"
            return Gap(row, test, why, f"{row} on {test}: {why}; name the split to learn from")
        if is_small(dataset, Protocol()):
            why = "too few documents to learn from and be scored"
            return Gap(row, test, why, f"{row} on {test}: {dataset.name} has {why}")
        spec = self._spec(next(subjects(task, dataset)).kind)
        known = [subject for subject in subjects(task, dataset) if knows(self._detector(spec), subject)]
        if known and self._learns(spec, known[0]):
            return Pair(source, dataset, task, spec, known[0], task.name, None)
        return self._unable(row, test, spec, next(subjects(task, dataset)))

    def _unable(self, row: str, test: str, spec: Spec, subject: Subject) -> Gap:
        kind = "labels of given spans" if subject.kind == "given" else subject.kind
        error = f"{row} on {test}: detector '{spec}' cannot learn {kind} of layer '{subject.layer}'"
        return Gap(row, test, f"{spec} cannot learn {kind}", error)

    def _spec(self, kind: str) -> Spec:
        return self.spec if self.spec is not None else Spec(LEARNERS[kind])

    def _detector(self, spec: Spec) -> Detector:
        if spec not in self._detectors:
            self._detectors[spec] = build(spec, self.seed)
        return self._detectors[spec]

    def _learns(self, spec: Spec, subject: Subject) -> bool:
        detector = self._detector(spec)
        learns = hasattr(detector, "fit") and knows(detector, subject) and must_fit(detector, subject)
        return learns and gives(detector, subject)


def _offers(source: Source) -> Iterator[tuple[Task | str, Subject]]:
    """Yield the tasks and layers of a source with what is learned for each, each subject once."""
    dataset = source.dataset
    tasks = [task for task in tasks_of(dataset) if not task.given]
    offers: list[tuple[Task | str, Subject]] = [(task, next(subjects(task, dataset))) for task in tasks]
    offers += [
        (layer.name, Subject(layer.name, layer.kind, layer.labels, layer.unit or ""))
        for layer in dataset.layers.values()
        if layer.kind in LEARNERS
    ]
    if source.what is not None:
        offers = [(what, subject) for what, subject in offers if what == source.what]
    seen: set[Subject] = set()
    for what, subject in offers:
        if subject not in seen:
            seen.add(subject)
            yield what, subject


def _losses(subject: Subject, found: LabelMap) -> Losses:
    vain = sum(label not in found.predicted for label in subject.labels)
    return -len(found.labels), vain, len(found.reasons), found.reading is not None


def _name(what: Task | str) -> str:
    return what if isinstance(what, str) else what.name
