"""Which runs may be held against each other: those scored on the same documents, data and metric."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from benchmark.errors import UsageError, one_line
from benchmark.record import RunRecord

PASSED_OVER = frozenset({"ci", "train", "thresholds", "contaminated", "protocol"})
"""Fields of a signature that may differ between runs that are compared: how each detector came to be."""
OF_METRIC = frozenset({"", "zero"})
"""Fields of a signature that say how a metric counts."""
IN_WORDS = {
    "": "the metric or its parameters",
    "data": "the dataset, its version, its content or the split",
    "gold": "who made the gold",
    "task": "the task",
    "n": "the number of documents",
    "cluster": "what is resampled",
    "zero": "what a ratio with an empty denominator is",
    "tok": "the rules that find tokens and sentences",
    "v": "the version of framebench",
}


def refuse_unlike(records: Sequence[RunRecord], metrics: Sequence[str] | None = None) -> None:
    """Refuse runs that were not scored on the same documents, data and metric.

    Parameters
    ----------
    records
        The runs.
    metrics
        For each run the metric of its record that is compared; None where the metric is scored anew, so that
        only the data has to be the same.

    Raises
    ------
    UsageError
        Where two differ; the message names what differs.
    """
    first, signatures = records[0], _signatures(records, metrics)
    for record, signature in zip(records[1:], signatures[1:], strict=True):
        found = differences(signatures[0], signature, anew=metrics is None)
        if not found and first.labels != record.labels:
            found = ["the labels that are scored, or the number of gold marks of one"]
        if found:
            told = f"{_titles(first, record)} cannot be compared: they differ in {'; in '.join(found)}"
            raise UsageError(one_line(f"{told}. {_remedy(signatures[0], signature, metrics is None)}"))


def _titles(one: RunRecord, other: RunRecord) -> str:
    """Return what two runs are called; with their folders where they are called the same."""
    titles = one.detector.title, other.detector.title
    if titles[0] == titles[1]:
        return f"{titles[0]} ({one.folder.name}) and {titles[1]} ({other.folder.name})"
    return f"{titles[0]} and {titles[1]}"


def _remedy(one: str, other: str, anew: bool) -> str:
    """Say what can be done about runs that differ."""
    if not anew and differences(one, other) and not differences(one, other, anew=True):
        return "Name a metric with --metric, so that it is made from the predictions of both"
    return "Make one of them again as the other was made"


def _signatures(records: Sequence[RunRecord], metrics: Sequence[str] | None) -> list[str]:
    if metrics is None:
        return [next(iter(record.metrics.values())).signature for record in records]
    return [record.metrics[metric].signature for record, metric in zip(records, metrics, strict=True)]


def kind_of(record: RunRecord) -> Hashable:
    """Return what runs that may be compared by their headlines have in common."""
    metric = record.headline[0]
    held = metric if metric in record.metrics else next(iter(record.metrics))
    fields = _fields(record.metrics[held].signature)
    kept = tuple(sorted((name, value) for name, value in fields.items() if name not in PASSED_OVER))
    return kept, tuple(record.headline), tuple(record.labels.items())


def differences(one: str, other: str, *, anew: bool = False) -> list[str]:
    """Return in words what two signatures differ in that must be equal in a comparison.

    Parameters
    ----------
    one, other
        The signatures.
    anew
        Whether the metric is scored anew, so that only the data counts.
    """
    ours, theirs = _fields(one), _fields(other)
    passed_over = PASSED_OVER | OF_METRIC if anew else PASSED_OVER
    return [
        f"{IN_WORDS.get(name, name)}: {ours.get(name, 'none')} and {theirs.get(name, 'none')}"
        for name in dict.fromkeys((*ours, *theirs))
        if name not in passed_over and ours.get(name) != theirs.get(name)
    ]


def _fields(signature: str) -> dict[str, str]:
    """Return the fields of a signature by name; the metric, which comes first, has the name ""."""
    first, *rest = signature.split("|")
    return {"": first} | {name: value for name, _, value in (field.partition(":") for field in rest)}
