"""The table of tasks: which layer, what of it is scored, by which metrics.

A task of units may also be scored on span detectors, by reading their spans as labels of units: a sentence
is loaded where a span touches it, a report is slanted where its marks are dense. A layer of units that no
task of the table scores, such as one of a table that a user added, is a task of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
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
CLASSIFICATION = ("classification",)
MULTILABEL = ("multilabel",)


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
    given
        Whether the gold spans are given to the detector, which labels them.
    on_request
        Whether it is scored only where it is named.
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
    given: bool = False
    on_request: bool = False

    @property
    def source(self) -> str:
        """The layer of the dataset that its gold comes from."""
        return self.gold_layer or self.layer

    @property
    def kind(self) -> str:
        """What a detector predicts in its layer: spans, units, or labels of given spans."""
        return "given" if self.given else "spans" if self.unit is None else "units"

    def fits(self, dataset: Dataset) -> bool:
        """Return whether a dataset has gold for it: a layer of the right kind with the right labels."""
        layer = dataset.layers.get(self.source)
        if layer is None or (layer.kind == "units") != (self.unit is not None and not self.gold_layer):
            return False
        named = self.span_labels if self.gold_layer and not self.given else self.labels
        return layer.kind != "entities" and set(named) <= set(layer.labels)


def _sentences(name: str, title: str, source: str, labels: tuple[str, str], marks: tuple[str, ...]) -> Task:
    """Return a task that asks of each sentence whether one of some spans touches it."""
    return Task(
        name,
        title,
        name,
        "classification",
        "f1",
        CLASSIFICATION,
        labels,
        unit="sentence",
        span_layers=(source,),
        span_labels=marks,
        reading="any",
        gold_layer=source,
    )


TASKS: Registry[Task] = Registry("task")
for _task in (
    Task("span", "propaganda of any technique", "propaganda", "ptc_si", "f1", SPAN_METRICS),
    Task("technique", "propaganda techniques", "technique", "ptc_flc", "f1", SPAN_METRICS),
    Task("loaded_language", "loaded words and names", "technique", "ptc_si", "f1", SPAN_METRICS, LOADED),
    Task(
        "technique_given_span",
        "the technique of each given span",
        "technique_given_span",
        "given_spans",
        "f1",
        ("given_spans",),
        gold_layer="technique",
        given=True,
        on_request=True,
    ),
    Task(
        "technique_label",
        "techniques of a short text",
        "technique_label",
        "multilabel",
        "f1",
        MULTILABEL,
        unit="layer",
    ),
    Task("attribution_gap", "claims without a good source", "attribution_gap", "overlap", "f1", SPAN_METRICS),
    Task("attribution", "source, cue and content", "attribution", "token", "f1", SPAN_METRICS),
    Task("frame", "policy frames of units", "frame", "multilabel", "f1", MULTILABEL, unit="layer"),
    replace(
        _sentences(
            "loaded_sentence",
            "is anything loaded in this sentence",
            "technique",
            ("loaded", "neutral"),
            LOADED,
        ),
        score="mcc",
    ),
    Task("lexical", "phrases of lexical bias", "bias", "token", "f1", SPAN_METRICS, ("lexical",)),
    Task(
        "informational",
        "spans of informational bias",
        "bias",
        "token",
        "f1",
        SPAN_METRICS,
        ("informational",),
    ),
    _sentences(
        "lexical_sentence", "is this sentence biased in its words", "bias", ("lexical", "none"), ("lexical",)
    ),
    _sentences(
        "informational_sentence",
        "is this sentence biased in what it tells",
        "bias",
        ("informational", "none"),
        ("informational",),
    ),
    _sentences(
        "bias_sentence",
        "is this sentence biased in any way",
        "bias",
        ("biased", "none"),
        ("lexical", "informational"),
    ),
    Task(
        "bias", "is this sentence biased", "bias", "classification", "macro_f1", CLASSIFICATION, unit="layer"
    ),
    Task("words", "the biased words", "words", "token", "f1", SPAN_METRICS),
    Task("opinion", "opinion or fact", "opinion", "classification", "macro_f1", CLASSIFICATION, unit="layer"),
    Task(
        "subjectivity",
        "subjective or objective",
        "subjectivity",
        "classification",
        "macro_f1",
        CLASSIFICATION,
        unit="layer",
    ),
    Task(
        "slant",
        "degree of slant the writer was asked for",
        "slant",
        "classification",
        "macro_f1",
        CLASSIFICATION,
        unit="layer",
        span_layers=("technique", "attribution_gap"),
        reading="density",
    ),
):
    TASKS.register(_task.name, _task)


def tasks_of(dataset: Dataset) -> tuple[Task, ...]:
    """Return the tasks that a dataset has gold for, bound to it, in the table's order, then its own."""
    known = [task for task in map(TASKS.get, TASKS) if task.fits(dataset)]
    return tuple(bind(task, dataset) for task in (*known, *_own(dataset, known)))


def _own(dataset: Dataset, known: Iterable[Task]) -> list[Task]:
    """Return a task for each layer of units that no known task scores."""
    scored = {task.source for task in known}
    return [
        own_task(dataset, name)
        for name, layer in dataset.layers.items()
        if layer.kind == "units" and name not in scored
    ]


def own_task(dataset: Dataset, layer: str) -> Task:
    """Return the task of a layer of units: one label a unit where no unit of the gold has more."""
    single = all(len(unit.labels) <= 1 for gold in dataset.gold[layer] for unit in gold.units)
    metric, score = ("classification", "macro_f1") if single else ("multilabel", "f1")
    return Task(layer, f"{layer} of each unit", layer, metric, score, (metric,), unit="layer")


def task_of(dataset: Dataset, name: str) -> Task:
    """Return a task by name, bound to a dataset.

    Raises
    ------
    UsageError
        Where no task has that name, or the dataset has no gold for it.
    """
    present = {task.name: task for task in tasks_of(dataset)}
    if name in present:
        return present[name]
    task = TASKS.get(name)
    raise UsageError(
        f"dataset '{dataset.name}' has no layer '{task.source}' for task '{name}'{suggest('', present)}"
    )


def bind(task: Task, dataset: Dataset) -> Task:
    """Return the task with the labels and the unit that the dataset's layer has."""
    layer = dataset.layers[task.source]
    return replace(
        task,
        labels=task.labels or layer.labels,
        unit=layer.unit if task.unit == "layer" else task.unit,
    )
