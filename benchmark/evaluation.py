"""Running detectors on tasks from Python, with results that show themselves in a notebook.

`evaluate` does what `bench evaluate` does, by the same plan, so that both give the same numbers.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # comes with scikit-learn

from benchmark import data
from benchmark.comparison import Comparison, headlines
from benchmark.data import Dataset
from benchmark.errors import UsageError, keeping
from benchmark.evaluation_plan import (
    Planned,
    Target,
    Wanted,
    divides_as_published,
    planned,
    settings_for,
    specs_of,
    target,
    work_on,
)
from benchmark.model import Detector
from benchmark.record import Run, RunRecord
from benchmark.results import frame, save
from benchmark.run import Settings
from benchmark.scores import Resamples
from benchmark.spec import Spec
from benchmark.tasks import Task
from benchmark.tidy import tidy

if TYPE_CHECKING:
    import pandas as pd

    from benchmark.behaviour.results import BehaviourRecord
    from benchmark.report.formats import Format
    from benchmark.report.table import Table

FEWEST_RESAMPLES, MOST_RESAMPLES = 100, 1_000_000
Step = Callable[..., None]
"""Called with what is worked on and, by a training that takes long, with what that is doing."""


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """Runs that were made together, with the tables that `bench evaluate` prints of them.

    Printed, or as the last line of a notebook's cell, it shows these tables.

    Parameters
    ----------
    runs
        The runs, in the order of the detectors.
    settings
        How they were measured.
    in_detail
        Whether the tables show the panel of each task.
    datasets
        What they were made on, each once.
    behaviours
        What is kept in the same results folder of how the detectors behave.
    """

    runs: tuple[Run, ...]
    settings: Settings
    in_detail: bool
    datasets: tuple[Dataset, ...]
    behaviours: tuple[BehaviourRecord, ...] = ()

    @property
    def records(self) -> tuple[RunRecord, ...]:
        """The record of each run: its scores, signatures, failures and provenance."""
        return tuple(run.record for run in self.runs)

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The paired comparison of the runs on each task by its headline, where there are two or more."""
        return tuple(headlines(self.runs, Resamples(self.settings.resamples, self.settings.seed)))

    def frame(self) -> pd.DataFrame:
        """Return the scores as a table for pandas: a row a score, at full precision.

        The columns are those of `bench export` but "run", since a run that is not kept has no folder.
        """
        return frame(tidy(self.records))

    def save(self, folder: str | Path = "results") -> list[Path]:
        """Keep the runs below a results folder, and return the folder of each.

        Raises
        ------
        UsageError
            Where one cannot be written.
        """
        return [save(run, Path(folder)) for run in self.runs]

    def report(self, path: str | Path) -> None:
        """Write the runs as one HTML page, as `bench report` does.

        Raises
        ------
        UsageError
            Where the page cannot be written, or the plotting library is missing.
        """
        # As in `_repr_html_`, the value is asked itself, and the page lies above it.
        from benchmark.kept import open_run
        from benchmark.page.build import write
        from benchmark.page.groups import Held

        shelves = {dataset.manifest_sha256: Held(dataset) for dataset in self.datasets}
        with tempfile.TemporaryDirectory() as folder:
            opened = [
                open_run(kept, shelves[run.record.dataset.manifest_sha256])
                for kept, run in zip(self.save(folder), self.runs, strict=True)
            ]
            write(opened, Path(path))

    def tables(self) -> list[Table]:
        """Return the tables of the runs, and those of the detectors' behaviour where any is kept."""
        from benchmark.report.behaviour import behaviour_tables

        shown = tables_of(self.runs, self.comparisons, self.in_detail)
        return [*shown, *(behaviour_tables(self.behaviours) if self.behaviours else ())]

    def _render(self, kind: Format) -> str:
        # The import goes up: a notebook asks the value itself, and the tables are the report's.
        from benchmark.report.table import render

        return render(self.tables(), kind)

    def _repr_html_(self) -> str:
        """Return the tables as a notebook shows them, the same as those of `bench evaluate --format html`."""
        from benchmark.report.formats import Format

        return self._render(Format.HTML)

    def __str__(self) -> str:
        from benchmark.report.formats import Format

        return self._render(Format.TABLE)

    def __repr__(self) -> str:
        many = "run" if len(self.runs) == 1 else "runs"
        names = ", ".join(dict.fromkeys(f"{r.dataset.name}/{r.task}" for r in self.records))
        return f"<Evaluation: {len(self.runs)} {many} on {names}>"


def evaluate(
    detectors: str | Detector | Iterable[str | Detector] | None = None,
    tasks: Wanted | Iterable[Wanted] | None = None,
    *,
    split: str | None = None,
    folds: int | None = None,
    protocol: Literal["own", "published"] = "own",
    metrics: str | Iterable[str] | None = None,
    seed: int = 0,
    resamples: int = 10_000,
    strict: bool = False,
    fresh: bool = False,
    output: str | Path | None = None,
    progress: Step | None = None,
) -> Evaluation:
    """Run detectors on tasks, as `bench evaluate` does.

    Parameters
    ----------
    detectors
        Names with parameters as they are typed, such as "lexicon:threshold=2.5", or objects with `name`,
        `layers` and `predict`. An object is copied before it learns: once a fold, so that none predicts what
        it saw. Default: all that need no parameter.
    tasks
        "DATASET", "DATASET/TASK", datasets, or pairs of a dataset and a task. Default: every task of every
        shipped dataset.
    split
        The split that is scored. Default: a held-out one beside a training split, else everything.
    folds
        Of a cross-validation by the dataset's groups.
    protocol
        "published" for what the papers on a corpus did.
    metrics
        Metrics to compute; "all" for the panel.
    seed
        Of resamples, folds, and detectors that are given by name.
    resamples
        Of the bootstrap.
    strict
        Whether a run whose test documents were learned from is refused.
    fresh
        Whether detectors that keep answers of earlier runs ask anew.
    output
        The results folder that each run is kept in as soon as it is made; None to keep none.
    progress
        Called with what is worked on and, where that takes long, with what it is doing.

    Returns
    -------
    Evaluation
        The runs with their tables.

    Raises
    ------
    UsageError
        Where a name or number cannot be used, or no detector can do any of the tasks.
    DetectorError
        Where one of the detectors is none.
    """
    _check_numbers(seed, resamples, folds)
    as_published = divides_as_published(protocol, split, folds)
    given = _listed("detectors", detectors, _is_detector)
    targets = [target(one) for one in _listed("tasks", tasks, _is_target) or data.SHIPPED]
    settings, in_detail = settings_for(
        _listed("metrics", metrics, _is_text),
        task_named=any(one.named for one in targets),
        seed=seed,
        resamples=resamples,
        split=split,
        folds=folds,
        strict=strict,
        fresh=fresh,
    )
    specs = specs_of(given, seed, _warned)
    work = work_on(targets, settings, as_published=as_published)
    plan = planned(work, specs, named=bool(given), left_out=_warned)
    kept = None if output is None else Path(output)
    if kept is not None:
        writable(kept)
    runs = run_all(plan, kept, progress or _silent)
    return Evaluation(
        tuple(runs), settings, in_detail, _each_once(targets), _behaviours(kept, list(map(str, specs)))
    )


def run_all(plan: Sequence[Planned], output: Path | None, step: Step) -> list[Run]:
    """Make runs one after the other, keep each at once where there is a folder, and return them.

    Parameters
    ----------
    plan
        The runs.
    output
        The results folder; None to keep nothing.
    step
        Called with what is worked on, and what that is doing.
    """
    runs: list[Run] = []
    # One thread adds in the same order everywhere, as it does in the command.
    with threadpool_limits(limits=1, user_api="blas"), keeping(lambda: kept_runs(len(runs), output)):
        for evaluator, task, spec in plan:
            what = f"{evaluator.dataset.name}/{task.name}: {spec}"
            step(what)
            run = evaluator.run(task, spec, partial(step, what))
            if run is not None:
                runs.append(run)
                if output is not None:
                    save(run, output)
    return runs


def kept_runs(count: int, output: Path | None) -> str:
    """Return how many runs are kept in a folder, for a command that is interrupted; "" for none."""
    if not count or output is None:
        return ""
    return f"{count} finished {'run is' if count == 1 else 'runs are'} kept in {output}"


def tables_of(runs: Sequence[Run], comparisons: Sequence[Comparison], in_detail: bool) -> list[Table]:
    """Return the tables of runs that were made together.

    Parameters
    ----------
    runs
        The runs.
    comparisons
        Of their headlines.
    in_detail
        Whether each task has its panel, or each dataset one table of headlines.
    """
    # The import goes up, for the results that show themselves.
    from benchmark.report.evaluation import compact, panel

    tables: list[Table] = []
    for part in grouped([run.record for run in runs], _of_dataset):
        if in_detail:
            for of_task in grouped(part, lambda record: (record.task, *record.metrics)):
                found = [one for one in comparisons if one.records[0] in of_task]
                tables.extend(panel(of_task, next(iter(found), None)))
        else:
            tables.extend(compact(part, [one for one in comparisons if one.records[0] in part]))
    return tables


def _of_dataset(record: RunRecord) -> tuple[str, ...]:
    return record.dataset.name, record.dataset.manifest_sha256, record.dataset.split or ""


def grouped(
    records: Sequence[RunRecord], key: Callable[[RunRecord], tuple[str, ...]]
) -> list[list[RunRecord]]:
    """Return the records with equal keys together, in the order in which keys first come."""
    groups: dict[tuple[str, ...], list[RunRecord]] = {}
    for record in records:
        groups.setdefault(key(record), []).append(record)
    return list(groups.values())


def writable(folder: Path) -> None:
    """Make a folder, or say at once that nothing can be written there.

    Raises
    ------
    UsageError
        Where it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(f"{folder}: results cannot be written there: {error.strerror}") from error


def _behaviours(output: Path | None, specs: Sequence[str]) -> tuple[BehaviourRecord, ...]:
    """Return what is kept in a results folder of how detectors behave."""
    from benchmark.behaviour.results import latest

    return () if output is None else tuple(latest(output / "behaviour", specs))


def _check_numbers(seed: int, resamples: int, folds: int | None) -> None:
    """Hold the numbers to the bounds that the command's options have."""
    if seed < 0:
        raise UsageError(f"seed {seed} is negative")
    if not FEWEST_RESAMPLES <= resamples <= MOST_RESAMPLES:
        raise UsageError(f"{resamples} resamples; give {FEWEST_RESAMPLES} to {MOST_RESAMPLES}")
    if folds is not None and folds < 2:
        raise UsageError(f"{folds} folds; a cross-validation has two or more")


def _listed(what: str, given: object, is_one: Callable[[object], bool]) -> list[Any]:
    """Return what may be given alone, several together, or not at all, as a list.

    Raises
    ------
    UsageError
        Where it is neither, or several are given that are none: only None stands for the default.
    """
    if given is None:
        return []
    if is_one(given):
        return [given]
    try:
        several = list(cast(Iterable[object], given))
    except TypeError as error:
        raise UsageError(
            f"{given!r} is neither a name, nor an object that fits, nor several of them"
        ) from error
    if not several:
        raise UsageError(f"{what}: none is given; name one, or leave them out (None) for the default")
    return several


def _is_text(given: object) -> bool:
    return isinstance(given, str)


def _is_detector(given: object) -> bool:
    return isinstance(given, str | Spec | type) or hasattr(given, "predict")


def _is_target(given: object) -> bool:
    """Return whether one thing to score on is given; a name after a dataset is that of its task."""
    if isinstance(given, tuple) and len(given) == 2:
        return isinstance(given[0], Dataset) and isinstance(given[1], Task | str)
    return isinstance(given, str | Dataset)


def _each_once(targets: Sequence[Target]) -> tuple[Dataset, ...]:
    found: dict[str, Dataset] = {}
    for one in targets:
        found.setdefault(one.dataset.manifest_sha256, one.dataset)
    return tuple(found.values())


def _warned(problem: str) -> None:
    """Tell of a detector that is left out."""
    warnings.warn(f"left out: {problem}", stacklevel=4)


def _silent(what: str, detail: str = "") -> None:
    """Say nothing."""
