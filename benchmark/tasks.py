"""The table of tasks: which layer, what of it is scored, by which metrics.

A task of units may also be scored on span detectors, by reading their spans as labels of units: a sentence
is loaded where a span touches it, a report is slanted where its marks are dense.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from benchmark.data import Dataset
from benchmark.errors import UsageError, suggest
from benchmark.registry import Registry

SPAN_METRICS = (
    "ptc_flc",
    "character",
    "exact",
    "ptc_si",
    "overlap",
    "token",
    "semeval13_strict",
    "semeval13_exact",
    "semeval13_partial",
    "semeval13_type",
)
LOADED = ("Loaded_Language", "Name_Calling,Labeling")


@dataclass(frozen=True)
class Task:
    """A layer of a dataset, what of it is scored, and the metrics that score it.

    Parameters
    ----------
    name, title
        Its name, and what it asks in a few words.
    layer
        The layer that detectors are asked for first.
    metric, score
        The headline: a metric and one of its scores.
    metrics
        The panel of metrics, in the order in which they are shown.
    labels
        The labels scored; empty for all of the dataset's layer.
    unit
        None for spans; sentence, paragraph or document for unit labels; "layer" for the unit that the
        dataset's layer names.
    span_layers
        Layers of spans that can be read as labels of the units, the preferred one first.
    span_labels
        The only labels of spans that count in that reading; empty for all.
    reading
        How spans become labels of units: "any" (the first label where a span touches the unit, else the
        second) or "density" (by share of characters marked, thresholds from cross-validation).
    gold_layer
        The layer that gold is made from where it is not `layer`, by the same reading.
    """

    name: str
    title: str
    layer: str
    metric: str
    score: str
    metrics: tuple[str, ...]
    labels: tuple[str, ...] = ()
    unit: str | None = None
    span_layers: tuple[str, ...] = ()
    span_labels: tuple[str, ...] = ()
    reading: str | None = None
    gold_layer: str | None = None

    @property
    def source(self) -> str:
        """The layer of the dataset that its gold comes from."""
        return self.gold_layer or self.layer


TASKS: Registry[Task] = Registry("task")
for _task in (
    Task("technique", "propaganda techniques", "technique", "ptc_flc", "f1", SPAN_METRICS),
    Task("loaded_language", "loaded words and names", "technique", "ptc_si", "f1", SPAN_METRICS, LOADED),
    Task("attribution_gap", "claims without a good source", "attribution_gap", "overlap", "f1", SPAN_METRICS),
    Task("attribution", "source, cue and content", "attribution", "token", "f1", SPAN_METRICS),
    Task("frame", "policy frames of units", "frame", "multilabel", "f1", ("multilabel",), unit="layer"),
    Task(
        "loaded_sentence",
        "is anything loaded in this sentence",
        "loaded_sentence",
        "classification",
        "mcc",
        ("classification",),
        ("loaded", "neutral"),
        unit="sentence",
        span_layers=("technique",),
        span_labels=LOADED,
        reading="any",
        gold_layer="technique",
    ),
    Task(
        "slant",
        "degree of slant the writer was asked for",
        "slant",
        "classification",
        "macro_f1",
        ("classification",),
        unit="layer",
        span_layers=("technique", "attribution_gap"),
        reading="density",
    ),
):
    TASKS.register(_task.name, _task)


def tasks_of(dataset: Dataset) -> tuple[Task, ...]:
    """Return the tasks that a dataset has gold for, bound to it, in the table's order."""
    return tuple(bind(TASKS.get(name), dataset) for name in TASKS if TASKS.get(name).source in dataset.layers)


def task_of(dataset: Dataset, name: str) -> Task:
    """Return a task by name, bound to a dataset.

    Raises
    ------
    UsageError
        Where no task has that name, or the dataset has no gold for it.
    """
    task = TASKS.get(name)
    if task.source not in dataset.layers:
        present = [known.name for known in tasks_of(dataset)]
        raise UsageError(
            f"dataset '{dataset.name}' has no layer '{task.source}' for task '{name}'{suggest('', present)}"
        )
    return bind(task, dataset)


def bind(task: Task, dataset: Dataset) -> Task:
    """Return the task with the labels and the unit that the dataset's layer has."""
    layer = dataset.layers[task.source]
    return replace(
        task,
        labels=task.labels or layer.labels,
        unit=layer.unit if task.unit == "layer" else task.unit,
    )
