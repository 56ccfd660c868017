"""How labels of one dataset and of another are made comparable, as `datasets/crosswalk.toml` declares it.

A detector that learned the labels of one dataset can be scored on another one where labels of the two stand
for each other. Labels that do are joined: both sides are then scored by a common label. What is not declared
is refused, and what gets lost is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from benchmark.crosswalk_file import FILE, Claim, Declared, read
from benchmark.data import Dataset, packaged_root
from benchmark.errors import UsageError, some, suggest
from benchmark.tasks import Task

SHOWN = 3
"""Labels that a reason names before it counts the others."""


@dataclass(frozen=True)
class Side:
    """What one dataset brings to a comparison: a layer, or what a task scores of it.

    Parameters
    ----------
    title
        "dataset/layer" or "dataset/task", for messages.
    layer
        The layer of the corpus, as "corpus/layer".
    kind
        spans, relations, units, entities, or labels of given spans ("given").
    unit
        The kind of unit; None where there is none.
    labels
        The labels that are given or scored, each with the labels of the corpus's layer that it holds.
    rest
        The label of units to which nothing applies; None where there is none.
    order
        All of these labels in their order.
    known
        All labels of the corpus's layer.
    """

    title: str
    layer: str
    kind: str
    unit: str | None
    labels: Mapping[str, tuple[str, ...]]
    rest: str | None
    order: tuple[str, ...]
    known: tuple[str, ...]


@dataclass(frozen=True)
class LabelMap:
    """How predictions in the labels of a source are scored against gold in the labels of a target.

    Parameters
    ----------
    source, target
        What is mapped to what: "basil/lexical", "ptc/loaded_language".
    predicted
        The common label by the label of the source; labels that are missing are dropped.
    gold
        The common label by the label of the target, likewise.
    labels
        The common labels, in the order of the target's.
    unit
        The target's kind of unit; None for spans and relations.
    rest
        The common label of units to which nothing applies; None where there is none.
    reading
        "any" where spans of the source are read as labels of the target's units, else None.
    reasons
        What gets lost, in clauses without a full stop; empty where labels mean the same.
    """

    source: str
    target: str
    predicted: Mapping[str, str]
    gold: Mapping[str, str]
    labels: tuple[str, ...]
    unit: str | None
    rest: str | None
    reading: str | None
    reasons: tuple[str, ...]

    @property
    def lossy(self) -> bool:
        """Whether anything is lost."""
        return bool(self.reasons)


@dataclass(frozen=True)
class _Edge:
    """A label of the source and one of the target that stand for each other, and what is lost."""

    source: str
    target: str
    losses: tuple[str, ...]


@dataclass(frozen=True)
class Crosswalk:
    """Which labels may stand for which.

    Parameters
    ----------
    declared
        What the file says.
    """

    declared: Declared

    def between(self, source: Dataset, learned: Task | str, target: Dataset, scored: Task | str) -> LabelMap:
        """Return how predictions in the labels of one dataset are scored on another.

        Parameters
        ----------
        source, learned
            The dataset that a detector learned from, and the task, bound to it, or the layer that it learned.
        target, scored
            The dataset that it is scored on, and the task, bound to it, or the layer.

        Raises
        ------
        UsageError
            Where a layer is missing, no correspondence is declared, or spans are given to be labelled.
        DataError
            Where the file names a label that one of the two layers does not have.
        """
        one, other = self.side(source, learned), self.side(target, scored)
        edges = list(self._edges(one, other))
        if not edges:
            partners = self.declared.partners(one.layer)
            known = f"for {one.layer} it declares {', '.join(partners)}" if partners else "nor any other"
            raise UsageError(
                f"no label of {one.title} may stand for one of {other.title}: {FILE} declares no such "
                f"correspondence, {known}"
            )
        if "given" in (one.kind, other.kind):
            raise UsageError(f"labels of given spans are not carried over: {one.title} to {other.title}")
        if not _compatible(one, other):
            raise UsageError(
                f"{one.title} holds {one.kind} and {other.title} {other.kind}, "
                f"and {one.kind} cannot be read as {other.kind}"
            )
        return _label_map(edges, one, other)

    def standing_for(self, source: Dataset, target: Dataset, scored: Task | str) -> tuple[str, ...]:
        """Return the layers of a dataset that can be learned to be scored on a task of another one.

        Raises
        ------
        UsageError, DataError
            As in `between`.
        """
        other = self.side(target, scored)
        sides = {layer: self.side(source, layer) for layer in source.layers}
        return tuple(
            layer for layer, one in sides.items() if _compatible(one, other) and any(self._edges(one, other))
        )

    def side(self, dataset: Dataset, what: Task | str) -> Side:
        """Return what a dataset brings to a comparison.

        Parameters
        ----------
        dataset
            The dataset; one that an adapter read goes by the corpus's name, whatever its own.
        what
            A task that is bound to it, or one of its layers.

        Raises
        ------
        UsageError
            Where the dataset has no such layer.
        DataError
            Where the file names a label that the layer does not have.
        """
        name, title = (what, what) if isinstance(what, str) else (what.source, what.name)
        if name not in dataset.layers:
            raise UsageError(f"dataset '{dataset.name}' has no layer '{name}'{suggest(name, dataset.layers)}")
        layer, address = dataset.layers[name], f"{dataset.corpus or dataset.name}/{name}"
        self.declared.check(address, layer.labels)
        rest = self.declared.rests.get(address)
        where = f"{dataset.name}/{title}"
        if isinstance(what, str):
            labels = _plain(layer.labels, rest)
            return Side(where, address, layer.kind, layer.unit, labels, rest, layer.labels, layer.labels)
        order, kind = what.labels, _kind(what, layer.kind)
        labels = _plain(order, rest)
        if what.gold_layer and what.reading == "any":
            labels, rest = {order[0]: what.span_labels or layer.labels}, order[1]
        return Side(where, address, kind, what.unit, labels, rest, order, layer.labels)

    def _edges(self, one: Side, other: Side) -> Iterator[_Edge]:
        """Yield the labels that stand for each other, with what is lost."""
        for source, ours in one.labels.items():
            for target, theirs in other.labels.items():
                pairs = ((self._claim(one, a, other, b), a, b) for a in ours for b in theirs)
                claims = [(claim, a, b) for claim, a, b in pairs if claim is not None]
                if claims:
                    losses = [loss for claim, _, _ in claims for loss in claim.losses]
                    if {a for _, a, _ in claims} != set(ours) or {b for _, _, b in claims} != set(theirs):
                        losses.append(f"'{source}' and '{target}' correspond only in part")
                    losses += self._beyond(source, ours, one, other, "not scored")
                    losses += self._beyond(target, theirs, other, one, "not learned")
                    yield _Edge(source, target, tuple(losses))

    def _beyond(self, name: str, labels: Sequence[str], one: Side, other: Side, what: str) -> Iterator[str]:
        """Say where labels also stand for some that the other side leaves out."""
        taken = {label for held in other.labels.values() for label in held}
        left_out = [
            label
            for label in other.known
            if label not in taken and any(self._claim(one, mine, other, label) for mine in labels)
        ]
        if left_out:
            yield f"'{name}' also stands for labels that are {what}: {some(left_out, SHOWN)}"

    def _claim(self, one: Side, label: str, other: Side, its: str) -> Claim | None:
        return self.declared.claim((one.layer, label), (other.layer, its))


@cache
def load(path: Path | None = None) -> Crosswalk:
    """Return what a crosswalk file declares.

    Parameters
    ----------
    path
        The file; None for the shipped one.

    Raises
    ------
    UsageError
        Where it cannot be read.
    DataError
        Where anything is wrong with it; all faults are listed.
    """
    return Crosswalk(read(packaged_root() / FILE if path is None else path))


def _plain(names: Sequence[str], rest: str | None) -> dict[str, tuple[str, ...]]:
    """Return labels that hold nothing but themselves."""
    return {name: (name,) for name in names if name != rest}


def _kind(task: Task, kind: str) -> str:
    """Return what a task scores of a layer of some kind."""
    return "given" if task.given else "units" if task.unit is not None else kind


def _compatible(one: Side, other: Side) -> bool:
    return one.kind == other.kind != "given" or (one.kind == "spans" and other.kind == "units")


def _label_map(edges: Sequence[_Edge], one: Side, other: Side) -> LabelMap:
    predicted, gold = _joined(edges)
    reading = "any" if one.kind != other.kind else None
    if other.rest is not None:
        gold[other.rest] = other.rest
        if one.rest is not None:
            predicted[one.rest] = other.rest
    return LabelMap(
        one.title,
        other.title,
        MappingProxyType(predicted),
        MappingProxyType(gold),
        tuple(dict.fromkeys(gold[label] for label in other.order if label in gold)),
        other.unit,
        other.rest,
        reading,
        tuple(dict.fromkeys(_reasons(edges, one, other, gold))),
    )


def _joined(edges: Sequence[_Edge]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the common label of each label of source and target.

    Labels that stand for each other, directly or through others, have one: the target's where it is one, else
    the source's where that is one, else all of the target's.
    """
    groups: list[tuple[set[str], set[str]]] = []
    for edge in edges:
        ours, theirs = {edge.source}, {edge.target}
        apart = []
        for group in groups:
            if group[0] & ours or group[1] & theirs:
                ours, theirs = ours | group[0], theirs | group[1]
            else:
                apart.append(group)
        groups = [*apart, (ours, theirs)]
    predicted, gold = {}, {}
    for ours, theirs in groups:
        few = next((labels for labels in (theirs, ours) if len(labels) == 1), theirs)
        name = "+".join(sorted(few))
        predicted.update(dict.fromkeys(sorted(ours), name))
        gold.update(dict.fromkeys(sorted(theirs), name))
    return predicted, gold


def _reasons(edges: Sequence[_Edge], one: Side, other: Side, gold: Mapping[str, str]) -> Iterator[str]:
    for edge in edges:
        yield from edge.losses
    for name in dict.fromkeys(gold.values()):
        joined = [label for label in other.order if gold.get(label) == name]
        if len(joined) > 1:
            yield f"{some(joined, SHOWN)} are scored as one"
    unscored = [label for label in other.order if label not in gold]
    if unscored:
        yield f"without a counterpart and not scored: {some(unscored, SHOWN)}"
    if one.kind != other.kind:
        yield f"{other.unit}s are labelled by the spans that touch them"
    elif one.unit != other.unit:
        yield f"learned from the labels of {one.unit}s, scored on those of {other.unit}s"
