"""One prediction out of several samples of a model's answers: what at least half of them say.

Spans are voted character by character, since samples differ in where a mark begins and ends; labels of units
label by label. Attributions cannot be taken apart, so that the sample is kept that the others agree with
most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from benchmark.model import Prediction, Span, Unit

ENOUGH = 0.5
"""Share of the samples that must agree; half of them is enough."""


def combine(samples: Sequence[Prediction], *, single: bool = False) -> Prediction:
    """Return what several predictions for one document in one layer agree on.

    Parameters
    ----------
    samples
        At least one; a single one is returned as it is.
    single
        Whether each unit has one label: it gets the one with most votes, of equally many the one that was
        given first.

    Returns
    -------
    Prediction
        The score of a span is the mean share of the samples that mark its characters with its label, that of
        a unit's label the share of the samples that give it.
    """
    first = samples[0]
    if len(samples) == 1:
        return first
    if any(span.relation is not None for sample in samples for span in sample.spans):
        return _nearest(samples)
    spans = tuple(span for label in _labels(samples) for span in _voted(samples, label))
    units = tuple(_unit(found, len(samples), single=single) for found in _units(samples).values())
    return Prediction(first.document, first.layer, tuple(sorted(spans, key=_place)), units)


def _place(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.label


def _labels(samples: Sequence[Prediction]) -> list[str]:
    return sorted({span.label for sample in samples for span in sample.spans})


def _voted(samples: Sequence[Prediction], label: str) -> list[Span]:
    """Return the runs of characters that enough samples mark with a label.

    Two of them that touch are one mark, unless more samples begin or end a mark there than mark across.
    """
    stretches = [_merged([span for span in sample.spans if span.label == label]) for sample in samples]
    counts = _counts(stretches)
    parted = _parted(stretches, counts)
    marked = [
        (start, end, counts[start] / len(samples))
        for start, end in pairwise(counts)
        if counts[start] >= ENOUGH * len(samples)
    ]
    runs: list[list[tuple[int, int, float]]] = []
    for piece in marked:
        if runs and runs[-1][-1][1] == piece[0] and piece[0] not in parted:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return [Span(run[0][0], run[-1][1], label, _mean(run)) for run in runs]


def _mean(run: Sequence[tuple[int, int, float]]) -> float:
    """Return the mean share over the characters of a run."""
    return sum((end - start) * share for start, end, share in run) / (run[-1][1] - run[0][0])


def _counts(stretches: Sequence[Sequence[tuple[int, int]]]) -> dict[int, int]:
    """Return from each edge of a mark on how many samples mark what follows, in the order of the edges."""
    changes: Counter[int] = Counter()
    for sample in stretches:
        for start, end in sample:
            changes[start] += 1
            changes[end] -= 1
    counts, count = {}, 0
    for edge in sorted(changes):
        count += changes[edge]
        counts[edge] = count
    return counts


def _parted(stretches: Sequence[Sequence[tuple[int, int]]], counts: Mapping[int, int]) -> set[int]:
    """Return the edges at which more samples begin or end a mark than mark the characters on both sides."""
    bordered: Counter[int] = Counter()
    ended: Counter[int] = Counter()
    for sample in stretches:
        bordered.update({edge for stretch in sample for edge in stretch})
        ended.update(end for _, end in sample)
    before = dict(zip(list(counts)[1:], counts.values(), strict=False))
    return {edge for edge in counts if bordered[edge] > before.get(edge, 0) - ended[edge]}


def _merged(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Return the stretches that one sample marks, each character once."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((span.start, span.end) for span in spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _units(samples: Sequence[Prediction]) -> dict[tuple[int, int], list[Unit]]:
    """Return what the samples say of each unit, in the order in which units first come."""
    found: dict[tuple[int, int], list[Unit]] = {}
    for sample in samples:
        for unit in sample.units:
            found.setdefault((unit.start, unit.end), []).append(unit)
    return found


def _unit(found: Sequence[Unit], samples: int, *, single: bool) -> Unit:
    votes = Counter(label for unit in found for label in unit.labels)
    shares = {label: count / samples for label, count in votes.items()}
    ranked = sorted(votes, key=lambda label: -votes[label])  # stable: of equals the one that came first
    labels = ranked[:1] if single else [label for label in ranked if shares[label] >= ENOUGH]
    scores = tuple(shares[label] for label in labels)
    return Unit(found[0].start, found[0].end, tuple(labels), scores, shares)


def _nearest(samples: Sequence[Prediction]) -> Prediction:
    """Return the sample whose marked characters agree most with the others' by Dice's coefficient."""
    marked = [
        {(place, span.label) for span in sample.spans for place in range(span.start, span.end)}
        for sample in samples
    ]
    agreement = [
        sum(_dice(one, other) for place, other in enumerate(marked) if place != number)
        for number, one in enumerate(marked)
    ]
    return samples[agreement.index(max(agreement))]


def _dice(one: set[tuple[int, str]], other: set[tuple[int, str]]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0
