"""Why a detector does none of the tasks that it was named for, in words."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.data import Dataset
from benchmark.detectors import told
from benchmark.errors import one_line, some, suggest
from benchmark.model import Detector
from benchmark.run import Evaluator
from benchmark.spec import Spec
from benchmark.subject import Subject, gives, knows, labels_given, subjects
from benchmark.tasks import TASKS, Task

_KINDS = {
    "spans": "marks spans",
    "relations": "marks relations",
    "units": "labels units",
    "given": "labels given spans",
}
_MOST = 3
"""Reasons, or labels, that are named."""


def misfit(work: Sequence[tuple[Evaluator, Task]], spec: Spec) -> str:
    """Return why a detector does none of some tasks.

    A detector may say itself why it does not do a subject, by a method `lacks(subject)` that returns the
    reason, or "" where it knows of none.

    Parameters
    ----------
    work
        Tasks that it does not do, bound, with what would run them.
    spec
        Which detector.
    """
    reasons = dict.fromkeys(_reason(evaluator, task, spec) for evaluator, task in work)
    return "; ".join(list(reasons)[:_MOST]) + ("; …" if len(reasons) > _MOST else "")


def _reason(evaluator: Evaluator, task: Task, spec: Spec) -> str:
    detector, dataset = evaluator.detector(spec), evaluator.dataset
    asked = list(subjects(task, dataset))
    own = next(filter(None, (_own(detector, subject, spec) for subject in asked)), "")
    if own:
        return f"{own} ({dataset.name}/{task.name})"
    known = next((subject for subject in asked if knows(detector, subject)), None)
    if known is None:
        return _layer(detector, asked[0], dataset, task)
    if not gives(detector, known):
        only = sorted(labels_given(detector, known, str(spec)) or ())
        scored = f"{dataset.name}/{task.name} scores {some(known.labels, _MOST)}"
        return f"it gives only the labels {some(only, _MOST)}, and {scored}"
    return f"there is no gold to learn layer '{known.layer}' from for {dataset.name}/{task.name}"


def _own(detector: Detector, subject: Subject, spec: Spec) -> str:
    """Return what a detector says itself; "" where it says nothing."""
    if not hasattr(detector, "lacks"):
        return ""
    with told(str(spec), "method lacks"):
        return one_line(str(detector.lacks(subject) or ""))


def _layer(detector: Detector, subject: Subject, dataset: Dataset, task: Task) -> str:
    """Say which layers or kinds of layers it does, and which one is asked for."""
    layers = sorted(detector.layers)
    where = f"{dataset.name}/{task.name} asks for"
    if not layers:
        kinds = getattr(detector, "kinds", frozenset()) | getattr(detector, "trained_kinds", frozenset())
        done = " and ".join(_KINDS.get(kind, kind) for kind in sorted(kinds)) or "names no layer"
        return f"it {done}, and {where} {subject.kind} of layer '{subject.layer}'"
    hints = "".join(_hint(layer, dataset) for layer in layers)
    return f"it predicts {some(layers, _MOST)}, and {where} layer '{subject.layer}'{hints}"


def _hint(layer: str, dataset: Dataset) -> str:
    """Return what a layer may be meant for that nothing has."""
    known = {*dataset.layers, *(TASKS.get(name).layer for name in TASKS)}
    if layer in known:
        return ""
    if layer in TASKS:
        return f" ('{layer}' is a task of layer '{TASKS.get(layer).layer}')"
    near = suggest(layer, known)
    return near if "did you mean" in near else ""
