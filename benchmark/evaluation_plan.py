"""Which runs an evaluation makes: on what, by whom, measured how. One plan for the command and for Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from benchmark import data
from benchmark.data import Dataset
from benchmark.detectors import Builder, build, how_to_complete, ready, told
from benchmark.errors import UsageError, one_line, suggest
from benchmark.examples import show_examples
from benchmark.fitting import ready_for
from benchmark.misfits import misfit
from benchmark.model import Detector
from benchmark.protocol import Protocol, published
from benchmark.run import Evaluator, Settings
from benchmark.spec import Given, Spec
from benchmark.subject import must_fit
from benchmark.tasks import Task, bind, task_of, tasks_of
from benchmark.training import is_small

FIRST = ("null", "everything", "majority", "random")
"""Detectors that know nothing of the matter head the table, as the floor for the others."""

Wanted: TypeAlias = str | Dataset | tuple[Dataset, Task | str]
"""What is scored on: "DATASET", "DATASET/TASK", a dataset, or a dataset with one of its tasks."""
Work: TypeAlias = tuple[Evaluator, Task]
Planned: TypeAlias = tuple[Evaluator, Task, Spec]
Say: TypeAlias = Callable[[str], None]


@dataclass(frozen=True)
class Target:
    """A dataset with the tasks that are scored.

    Parameters
    ----------
    dataset
        The dataset.
    tasks
        Bound to it.
    named
        Whether the user named the task.
    """

    dataset: Dataset
    tasks: tuple[Task, ...]
    named: bool


def target(wanted: Wanted) -> Target:
    """Return the dataset and the tasks that are meant.

    Raises
    ------
    UsageError
        Where there is no such dataset or task, or what is given is neither.
    """
    if isinstance(wanted, str):
        return _named_target(wanted)
    if isinstance(wanted, Dataset):
        return _every_task(wanted)
    match wanted:
        case (Dataset() as dataset, str() as name):
            return Target(dataset, (task_of(dataset, name),), True)
        case (Dataset() as dataset, Task() as task):
            return Target(dataset, (_own(dataset, task),), True)
    raise UsageError(
        f"{wanted!r} is nothing to score on; give 'DATASET', 'DATASET/TASK', a Dataset or (Dataset, task)"
    )


def _named_target(text: str) -> Target:
    text = text.rstrip("/") or text
    name, slash, task = text.rpartition("/")
    if not slash or (Path(text) / "manifest.json").is_file():
        return _every_task(data.load(text))
    dataset = data.load(name)
    return Target(dataset, (task_of(dataset, task),), True)


def _every_task(dataset: Dataset) -> Target:
    return Target(dataset, tuple(task for task in tasks_of(dataset) if not task.on_request), False)


def _own(dataset: Dataset, task: Task) -> Task:
    """Return a task bound to a dataset; it must be the one that a record will be read by again."""
    known = task_of(dataset, task.name)
    if known != bind(task, dataset):
        raise UsageError(
            f"task '{task.name}' differs from the task of that name of dataset '{dataset.name}'; give a task "
            "of one's own another name, and register it in benchmark.tasks.TASKS"
        )
    return known


def split_metrics(given: Iterable[str] | None) -> tuple[str, ...]:
    """Return the metrics named; a comma separates them, except inside the parameters of one."""
    names: list[str] = []
    for text in given or ():
        names.extend([text] if ":" in text else [part.strip() for part in text.split(",") if part.strip()])
    return tuple(dict.fromkeys(names))


def settings_for(
    metrics: Iterable[str] | None,
    *,
    task_named: bool,
    seed: int,
    resamples: int,
    split: str | None = None,
    folds: int | None = None,
    strict: bool = False,
    fresh: bool = False,
) -> tuple[Settings, bool]:
    """Return how runs are measured, and whether their tables go into detail.

    They do where a task or metrics are named; the whole panel is computed where no single metrics are.
    """
    named = split_metrics(metrics)
    in_detail = bool(named) or task_named
    panel = in_detail and named in ((), ("all",))
    protocol = Protocol(split=split, folds=folds, seed=seed)
    return Settings(seed, resamples, () if panel else named, panel, protocol, strict, fresh), in_detail


def work_on(targets: Sequence[Target], settings: Settings, *, as_published: bool) -> list[Work]:
    """Return each task that is scored, once, with what scores it.

    Parameters
    ----------
    targets
        The datasets with their tasks.
    settings
        How they are measured.
    as_published
        Whether each dataset is divided as the papers on it did.

    Raises
    ------
    UsageError
        Where what the papers did is not known, a dataset lacks the split, or two parts of one dataset are
        given, which one table would mix.
    """
    # By their content: two folders may hold different states of a dataset of one name.
    evaluators: dict[str, Evaluator] = {}
    make = Builder(settings.seed)
    work: list[Work] = []
    for one in targets:
        dataset, measured, tasks = one.dataset, settings, one.tasks
        if as_published:
            measured, tasks = published_settings(settings, dataset, tasks)
        evaluator = evaluators.setdefault(dataset.manifest_sha256, Evaluator(dataset, measured, make))
        if _ids(evaluator.dataset) != _ids(dataset):
            raise UsageError(
                f"two parts of dataset '{dataset.name}' cannot be scored together: evaluate each by itself"
            )
        work += [(evaluator, task) for task in tasks]
    return list(dict.fromkeys(work))


def _ids(dataset: Dataset) -> tuple[str, ...]:
    return tuple(document.id for document in dataset.documents)


def published_settings(
    settings: Settings, dataset: Dataset, tasks: Sequence[Task]
) -> tuple[Settings, tuple[Task, ...]]:
    """Return the settings and tasks with what the papers on a dataset did.

    Raises
    ------
    UsageError
        Where that is not known, or they did none of the tasks.
    """
    found = published(dataset)
    kept = []
    for task in tasks:
        if task.name in found.headlines:
            metric, score = found.headlines[task.name]
            kept.append(replace(task, metric=metric, score=score))
        elif not found.headlines:
            kept.append(task)
    if not kept:
        names = ", ".join(found.headlines)
        raise UsageError(f"the published protocol of '{dataset.name}' is for {names} alone")
    return replace(settings, protocol=found.protocol), tuple(kept)


def specs_of(given: Sequence[str | Spec | Detector] | None, seed: int, left_out: Say) -> list[Spec]:
    """Return the detectors asked for, or all that need no parameter, those that know nothing first.

    Parameters
    ----------
    given
        As they are typed, or as objects.
    seed
        For those that have one.
    left_out
        Called with what is wrong with each detector of another package that cannot be used.

    Raises
    ------
    UsageError
        Where one of them cannot be built or trained here, or two would have the same name in a table.
    DetectorError
        Where one is no detector.
    """
    if not given:
        names, problems = ready()
        for problem in problems:
            left_out(problem)
        names = sorted(names, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
        return [Spec(name) for name in names]
    specs = list(dict.fromkeys(map(spec_of, given)))
    for spec in specs:
        missing = how_to_complete(build(spec, seed))
        if missing:
            raise UsageError(missing)
    _told_apart(specs)
    return specs


def spec_of(given: str | Spec | Detector) -> Spec:
    """Return the specification of a detector as it was given.

    An object may say by an attribute `recorded`, a mapping of text, what a record tells of its parameters.

    Raises
    ------
    UsageError
        Where it is not of the form NAME:key=value, or a class or a mere estimator of scikit-learn.
    """
    if isinstance(given, str):
        return Spec.parse(given)
    if isinstance(given, Spec):
        return given
    if isinstance(given, type):
        name = given.__name__
        raise UsageError(f"detector {name} is a class; give an object of it: {name}()")
    if hasattr(given, "get_params") and not hasattr(given, "layers"):
        raise UsageError(
            f"{type(given).__name__} is an estimator of scikit-learn and says nothing of layers; wrap it: "
            "benchmark.sklearn.SklearnDetector(estimator, layer=…)"
        )
    with told(type(given).__name__, "attributes"):
        spec, recorded = Given.of(given), getattr(given, "recorded", None)
    if not isinstance(recorded, Mapping):
        return spec
    return replace(spec, parameters=tuple((str(key), str(value)) for key, value in recorded.items()))


def _told_apart(specs: Sequence[Spec]) -> None:
    """Refuse two detectors of one name, of which a table and a results folder would show one alone."""
    shown = [str(spec) for spec in specs]
    twice = next((name for name in shown if shown.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"two detectors are called '{one_line(twice)}'; give each a name of its own")


def planned(
    work: Sequence[Work], specs: Sequence[Spec], *, named: bool, left_out: Say = lambda _: None
) -> list[Planned]:
    """Return the runs that can be made.

    A detector that takes minutes to train joins unasked only where one training serves: on a published split.

    Parameters
    ----------
    work
        What to score.
    specs
        The detectors.
    named
        Whether the user named them.
    left_out
        Called with what each detector lacks that cannot join, or why it fits no task though it was named.

    Raises
    ------
    UsageError
        Where no detector can do any of the tasks, or no metric fits any of them.
    """
    fitting = [(evaluator, task) for evaluator, task in work if evaluator.metrics_for(task)]
    if not fitting:
        raise UsageError("none of the metrics fits any of the tasks; 'bench list tasks' shows which do")
    left = set[str]()
    able = [
        (evaluator, task, spec)
        for spec in specs
        for evaluator, task in fitting
        if (named or _joins(evaluator, spec, left)) and _can_do(evaluator, task, spec)
    ]
    for missing in sorted(left):
        left_out(missing)
    plan = _with_examples(able, left_out)
    placed = {id(spec) for _, _, spec in able}
    idle = {str(spec): misfit(fitting, spec) for spec in specs if named and id(spec) not in placed}
    if not plan:
        names = ", ".join(map(str, specs))
        reasons = list(idle.values()) if len(idle) == 1 else [f"{name}: {why}" for name, why in idle.items()]
        raise UsageError(f"no task fits {names}; {'; '.join(reasons)}{_few(work)}")
    for name, why in idle.items():
        left_out(f"detector '{name}' fits none of the tasks: {why}")
    return plan


def _can_do(evaluator: Evaluator, task: Task, spec: Spec) -> bool:
    """Return whether a detector does a task.

    An object may refuse a subject in `chosen`: it is asked here, before the first run is made.
    """
    subject = evaluator.subject_for(task, spec)
    if subject is None:
        return False
    detector = evaluator.detector(spec)
    if isinstance(spec, Given) and hasattr(detector, "chosen"):
        ready_for(detector, subject, name=str(spec))
    return True


def _with_examples(able: Sequence[Planned], left_out: Say) -> list[Planned]:
    """Return the runs for which there are examples to show, where any are wanted.

    Raises
    ------
    UsageError
        Where there are none for any of the runs.
    """
    lacking = {number: _without_examples(*one) for number, one in enumerate(able)}
    problems = {number: problem for number, problem in lacking.items() if problem}
    if problems and len(problems) == len(able):
        raise UsageError(next(iter(problems.values())))
    for number, problem in problems.items():
        evaluator, task, _ = able[number]
        left_out(f"{evaluator.dataset.name}/{task.name}: {problem}")
    return [one for number, one in enumerate(able) if number not in problems]


def _without_examples(evaluator: Evaluator, task: Task, spec: Spec) -> str:
    """Return why there are no examples to show a detector in a task; "" where there are, or none are wanted.

    It is asked now, since a model that is asked about other tasks first costs money.
    """
    subject, detector = evaluator.subject_for(task, spec), evaluator.detector(spec)
    wanted = getattr(detector, "shots", 0) and not hasattr(detector, "provenance")
    if subject is None or not wanted or must_fit(detector, subject):
        return ""
    try:
        show_examples(spec, ready_for(detector, subject, name=str(spec)), subject, (evaluator.dataset.name,))
    except UsageError as error:
        return str(error)
    return ""


def _few(work: Sequence[Work]) -> str:
    """Say of datasets that are not divided unasked how they can be."""
    few = {e.dataset.name: len(e.dataset.documents) for e, _ in work if is_small(e.dataset, e.protocol)}
    told = [f"'{name}' has {count} documents" for name, count in few.items()]
    return f"; {', '.join(told)}: give --folds to train and score within so few" if told else ""


def _joins(evaluator: Evaluator, spec: Spec, left: set[str]) -> bool:
    """Return whether a detector that was not named takes part; what one lacks is added to `left`."""
    detector = evaluator.detector(spec)
    if not getattr(detector, "slow", False):
        return True
    if evaluator.split is None:
        return False
    missing = how_to_complete(detector)
    if missing:
        left.add(missing)
    return not missing


PROTOCOLS = ("own", "published")
"""Who decides how a dataset is divided: the harness with the user, or the papers on a corpus."""


def divides_as_published(protocol: str, split: str | None, folds: int | None) -> bool:
    """Return whether the papers' protocol is asked for.

    Raises
    ------
    UsageError
        Where there is no such protocol, or it is given with what it decides itself.
    """
    if protocol not in PROTOCOLS:
        raise UsageError(f"no protocol is named '{protocol}'{suggest(protocol, PROTOCOLS)}")
    if protocol == "published" and (split is not None or folds is not None):
        raise UsageError("--protocol published decides on --split and --folds; leave these out")
    return protocol == "published"
