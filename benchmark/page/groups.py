"""Runs that stand side by side on the page: on one task, scored on the same documents by the same rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from benchmark.comparison import Comparison
from benchmark.data import Dataset
from benchmark.errors import one_line
from benchmark.kept import KeptRun, Shelf
from benchmark.likeness import kind_of
from benchmark.lineup import MAIN, Wanted, lined_up
from benchmark.record import RunRecord
from benchmark.report.conclusion import names
from benchmark.scores import Resamples
from benchmark.tasks import Task


class Held(Shelf):
    """A shelf with one dataset that is loaded already, for runs that were just made on it.

    Parameters
    ----------
    dataset
        The dataset, in the state that the runs were made on.
    """

    def __init__(self, dataset: Dataset) -> None:
        super().__init__()
        self._dataset = dataset

    def at_hand(self, record: RunRecord) -> Dataset:  # noqa: ARG002 - the shelf holds one dataset
        """Return the dataset, whatever the record calls it."""
        return self._dataset


@dataclass(frozen=True, eq=False)
class Group:
    """Runs on one task of one dataset, with the same documents, data and headline.

    Parameters
    ----------
    runs
        At least one, in the order in which they were given.
    title
        What tells the group from the others of the page.
    resamples
        Those of the first run, for what is computed anew.
    """

    runs: tuple[KeptRun, ...]
    title: str
    resamples: Resamples = field(repr=False)

    @property
    def records(self) -> tuple[RunRecord, ...]:
        """The runs' records."""
        return tuple(run.record for run in self.runs)

    @property
    def task(self) -> Task:
        """The task, bound to the dataset."""
        return self.runs[0].rescorer.task

    @property
    def dataset(self) -> Dataset:
        """What of the dataset is scored."""
        return self.runs[0].rescorer.dataset

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What each run is called: as short as tells it from the others."""
        return names(self.records)

    @cached_property
    def shown(self) -> Wanted:
        """The metric and score that are shown first: the headline, or else one that all of the runs hold.

        Where they share none, the headline is made anew from their predictions.
        """
        records, headline = self.records, self.records[0].headline
        held = [name for name in records[0].metrics if all(name in record.metrics for record in records)]
        if headline[0] in held or not held:
            return Wanted(*headline, headline=True, anew=headline[0] not in held)
        scores = records[0].metrics[held[0]].scores
        return Wanted(held[0], MAIN if MAIN in scores else next(iter(scores)), headline=False, anew=True)

    @cached_property
    def comparison(self) -> Comparison | None:
        """The runs held against each other by what is shown first; None where there is one run."""
        if len(self.runs) < 2:
            return None
        return lined_up(self.runs, self.shown, self.resamples, None)


def grouped(runs: Sequence[KeptRun]) -> list[Group]:
    """Return the groups of runs, in the order in which their first runs come.

    Parameters
    ----------
    runs
        Opened runs.

    Raises
    ------
    UsageError, DataError
        Where the dataset of a run is not at hand, or in another state than the run was made on.
    """
    found: dict[object, list[KeptRun]] = {}
    for run in runs:
        documents = tuple(document.id for document in run.rescorer.dataset.documents)
        found.setdefault((kind_of(run.record), documents), []).append(run)
    members = list(found.values())
    sampling: dict[tuple[int, int], Resamples] = {}
    groups = []
    for own, title in zip(members, _titles([own[0].record for own in members]), strict=True):
        asked = own[0].record.resampling
        key = asked.resamples, asked.seed
        groups.append(Group(tuple(own), title, sampling.setdefault(key, Resamples(*key))))
    return groups


def _titles(records: Sequence[RunRecord]) -> list[str]:
    """Return what each group is called: task and dataset; where needed version, split, a number."""
    kinds = [
        [f"{r.task} on {r.dataset.name}" for r in records],
        [f"{r.task} on {r.dataset.name}{_split(r)}" for r in records],
        [f"{r.task} on {r.dataset.name} {r.dataset.version}{_split(r)}" for r in records],
    ]
    titles = []
    for place in range(len(records)):
        alone = next((kind[place] for kind in kinds if kind.count(kind[place]) == 1), None)
        copy = kinds[-1][: place + 1].count(kinds[-1][place])
        titles.append(one_line(alone or f"{kinds[-1][place]} #{copy}"))
    return titles


def _split(record: RunRecord) -> str:
    return f", split {record.dataset.split}" if record.dataset.split else ""
