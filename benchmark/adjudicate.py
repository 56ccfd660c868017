"""The rule that makes gold of several annotators' marks.

Spans: marks of one label that overlap, directly or through one another, form a cluster, which is gold where
a majority of the annotators has a mark in it. The gold span is the one that most of the cluster's marks
have; of several, the shortest, then the first. Its support is the annotators with a mark in the cluster;
what else is said of it comes from the most confident of those who marked exactly that span, of several the
first by name.

Relations: attributions cluster by their cues, whatever the content. A source or content is kept where a
majority of the cluster's attributions has one; each part's span is chosen as above, and where a part has
several fragments, all of them as one.

Units and entities: a label, stance or role is gold where a majority gives it; labels stand in the order of
their mean rank, then of their names.

A majority is more than half of the annotators given, so that the rule also serves for some of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from benchmark.manifest import RELATION_PARTS, Kind
from benchmark.model import Annotation, Document, Note, Portrayal, Span, Unit

RULE = "cluster-majority 1"
"""Name and version of the rule, as a manifest gives it."""

NO_ALIASES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Mark:
    """One annotator's mark; marks cluster where their anchors overlap."""

    annotator: str
    anchor: Span
    parts: Mapping[str, tuple[Span, ...]]


def adjudicate_layer(
    document: Document,
    layer: str,
    kind: Kind,
    marks: Sequence[Annotation],
    aliases: Mapping[str, str] = NO_ALIASES,
) -> Annotation:
    """Return the gold of one document in one layer.

    Parameters
    ----------
    document
        The document.
    layer, kind
        The layer's name, and what it is made of.
    marks
        One annotation of that document and layer for each annotator. Their order decides nothing but the
        order of entities.
    aliases
        The canonical name of an entity by another of its names in lower case.

    Raises
    ------
    ValueError
        Where there is no annotator or one stands twice, a mark is of another document or layer, or an
        attribution has no cue.
    """
    _check(document, layer, marks)
    if kind == "units":
        return Annotation(document, layer, units=_units(marks))
    if kind == "entities":
        return Annotation(document, layer, portrayals=_portrayals(marks, aliases))
    spans = _spans(marks) if kind == "spans" else _relations(marks)
    ordered = sorted(spans, key=lambda span: (span.start, span.end, span.label))
    return Annotation(document, layer, spans=tuple(ordered))


def _check(document: Document, layer: str, marks: Sequence[Annotation]) -> None:
    names = [mark.annotator for mark in marks]
    if not names or None in names or len(set(names)) != len(names):
        raise ValueError(f"gold needs annotators, each with a name and once; got {names}")
    for mark in marks:
        if (mark.document.id, mark.layer) != (document.id, layer):
            raise ValueError(
                f"gold of document {document.id}, layer {layer}, cannot come from marks in document "
                f"{mark.document.id}, layer {mark.layer}"
            )


def _majority(count: int, total: int) -> bool:
    return 2 * count > total


def _clusters(marks: Iterable[_Mark]) -> Iterator[list[_Mark]]:
    """Yield the groups of marks whose anchors overlap, directly or through one another."""
    group: list[_Mark] = []
    reach = 0
    for mark in sorted(marks, key=lambda mark: (mark.anchor.start, mark.anchor.end, mark.annotator)):
        if group and mark.anchor.start >= reach:
            yield group
            group = []
        group.append(mark)
        reach = max(reach, mark.anchor.end)
    if group:
        yield group


def _supported(marks: Iterable[_Mark], annotators: int) -> Iterator[tuple[tuple[str, ...], list[_Mark]]]:
    """Yield the clusters that a majority of the annotators supports, each after its supporters."""
    for cluster in _clusters(marks):
        support = tuple(sorted({mark.annotator for mark in cluster}))
        if _majority(len(support), annotators):
            yield support, cluster


def _modal(spans: Sequence[Span]) -> tuple[int, int]:
    """Return the most frequent offsets; of several, the shortest, then the first."""
    counts = Counter((span.start, span.end) for span in spans)
    return min(counts, key=lambda edges: (-counts[edges], edges[1] - edges[0], edges[0]))


def _spans(marks: Sequence[Annotation]) -> Iterator[Span]:
    by_label: dict[str, list[_Mark]] = defaultdict(list)
    for annotation in marks:
        for span in annotation.spans:
            by_label[span.label].append(_Mark(annotation.annotator or "", span, {}))
    for label, given in by_label.items():
        for support, cluster in _supported(given, len(marks)):
            start, end = _modal([mark.anchor for mark in cluster])
            yield Span(start, end, label, note=replace(_voice(cluster, start, end), support=support))


def _voice(cluster: Sequence[_Mark], start: int, end: int) -> Note:
    """Return what the most confident annotator said of exactly this span, without the confidence."""
    exact = [mark for mark in cluster if (mark.anchor.start, mark.anchor.end) == (start, end)]
    said = [(mark.anchor.note or Note(), mark.annotator) for mark in exact]
    note, _ = min(said, key=lambda pair: (-(pair[0].confidence or 0), pair[1]))
    return replace(note, confidence=None, also=())


def _relations(marks: Sequence[Annotation]) -> Iterator[Span]:
    given = [mark for annotation in marks for mark in _attributions(annotation)]
    for number, (support, cluster) in enumerate(_supported(given, len(marks))):
        for label in RELATION_PARTS:
            parts = [mark.parts[label] for mark in cluster if label in mark.parts]
            if _majority(len(parts), len(cluster)):
                for start, end in _modal_part(parts):
                    yield Span(start, end, label, relation=number, note=Note(support=support))


def _modal_part(parts: Sequence[tuple[Span, ...]]) -> tuple[tuple[int, int], ...]:
    """Return the most frequent offsets of a part's fragments; of several, the shortest, then the first."""
    counts = Counter(tuple((span.start, span.end) for span in part) for part in parts)

    def preference(edges: tuple[tuple[int, int], ...]) -> tuple[int, int, tuple[tuple[int, int], ...]]:
        return -counts[edges], sum(end - start for start, end in edges), edges

    return min(counts, key=preference)


def _attributions(annotation: Annotation) -> Iterator[_Mark]:
    by_relation: dict[int | None, dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for span in sorted(annotation.spans, key=lambda span: (span.start, span.end)):
        by_relation[span.relation][span.label].append(span)
    for relation, parts in by_relation.items():
        if "cue" not in parts:
            raise ValueError(f"annotator {annotation.annotator}: attribution {relation} has no cue")
        cue = parts["cue"]
        anchor = Span(cue[0].start, max(span.end for span in cue), "cue")
        yield _Mark(annotation.annotator or "", anchor, {label: tuple(part) for label, part in parts.items()})


def _units(marks: Sequence[Annotation]) -> tuple[Unit, ...]:
    lists: dict[tuple[int, int], list[tuple[str, ...]]] = defaultdict(list)
    for annotation in marks:
        for unit in annotation.units:
            lists[unit.start, unit.end].append(unit.labels)
    return tuple(Unit(*edges, _ranked(lists[edges], len(marks))) for edges in sorted(lists))


def _ranked(lists: Sequence[Sequence[str]], annotators: int) -> tuple[str, ...]:
    """Return the labels that a majority gives, by mean rank among those who give it, then by name."""
    ranks: dict[str, list[int]] = defaultdict(list)
    for labels in lists:
        for rank, label in enumerate(labels):
            ranks[label].append(rank)
    kept = [label for label, given in ranks.items() if _majority(len(given), annotators)]
    return tuple(sorted(kept, key=lambda label: (sum(ranks[label]) / len(ranks[label]), label)))


def _portrayals(marks: Sequence[Annotation], aliases: Mapping[str, str]) -> tuple[Portrayal, ...]:
    given: dict[str, dict[str | None, Portrayal]] = defaultdict(dict)
    for annotation in marks:
        for portrayal in annotation.portrayals:
            name = aliases.get(portrayal.entity.lower(), portrayal.entity)
            given[name].setdefault(annotation.annotator, portrayal)
    return tuple(
        _portrayal(name, list(voices.values()), len(marks))
        for name, voices in given.items()
        if _majority(len(voices), len(marks))
    )


def _portrayal(name: str, given: Sequence[Portrayal], annotators: int) -> Portrayal:
    stance, stance_support = _commonest([portrayal.stance for portrayal in given], annotators)
    role, role_support = _commonest([portrayal.role for portrayal in given], annotators)
    return Portrayal(name, stance, role, stance_support, role_support)


def _commonest(values: Sequence[str | None], annotators: int) -> tuple[str | None, int]:
    """Return the commonest value, None where no majority has it, and how many gave it."""
    value, count = Counter(values).most_common(1)[0]
    return (value if _majority(count, annotators) else None), count
