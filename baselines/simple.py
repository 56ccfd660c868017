"""Baselines that read nothing: they find nothing, everything, the commonest, or something at random."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from baselines.layers import (
    ATTRIBUTION,
    ATTRIBUTION_GAP,
    CHARGED,
    FRAME,
    SPAN_LAYERS,
    TECHNIQUE,
    UNIT_LAYERS,
    check_gold,
    check_layer,
    not_fitted,
    nothing_to_learn,
)
from benchmark.model import Annotation, Document, Prediction, Span, Unit

ROLES = ("source", "cue", "content")
"""The parts of an attribution, in the order in which random ones are dealt out."""
CONTENT = ROLES[2]

DEFAULT_LABELS: Mapping[str, str] = MappingProxyType({**CHARGED, ATTRIBUTION_GAP: "unattributed_claim"})
"""The label of random spans; in PTC's training set Loaded_Language is a third of all spans."""


def commonest(labels: Iterable[str], count: int = 1) -> tuple[str, ...]:
    """Return up to `count` labels, the most frequent first, equally frequent ones in alphabetical order."""
    counts = Counter(labels)
    return tuple(sorted(counts, key=lambda label: (-counts[label], label))[:count])


@dataclass
class NullDetector:
    """Finds nothing, in any layer; what any other detector has to beat.

    Sentences and degrees of slant are read from the spans that it does not find, as from anyone's.
    """

    name: ClassVar[str] = "null"
    layers: ClassVar[frozenset[str]] = SPAN_LAYERS | {FRAME}
    kinds: ClassVar[frozenset[str]] = frozenset({"spans", "relations"})

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return an empty prediction for each document."""
        return [Prediction(document.id, layer) for document in documents]


@dataclass
class EverythingDetector:
    """Flags every line, with the commonest label of the training gold.

    Where the gold holds attributions, each line is the content of one of its own, since every attribution has
    a content, which is its longest part; for the layer `attribution` this needs no training.
    """

    name: ClassVar[str] = "everything"
    layers: ClassVar[frozenset[str]] = SPAN_LAYERS
    trained_layers: ClassVar[frozenset[str]] = frozenset({TECHNIQUE, ATTRIBUTION_GAP})
    trained_kinds: ClassVar[frozenset[str]] = frozenset({"spans", "relations"})
    _labels: dict[str, str] = field(init=False, repr=False, default_factory=dict)
    _related: set[str] = field(init=False, repr=False, default_factory=set)

    def fit(self, documents: Sequence[Document], gold: Sequence[Annotation], layer: str) -> Self:
        """Learn the commonest label of a layer; of equally frequent ones the alphabetically first.

        Raises
        ------
        ValueError
            For gold without a span, or of another number than the documents.
        """
        check_gold(documents, gold)
        spans = [span for annotation in gold for span in annotation.spans]
        if not spans:
            raise nothing_to_learn(self.name, layer, "the gold holds no span")
        related = any(span.relation is not None for span in spans)
        self._labels[layer] = CONTENT if related else commonest(span.label for span in spans)[0]
        self._related = self._related | {layer} if related else self._related - {layer}
        return self

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return a span for each non-empty line, without the white space around it.

        Raises
        ------
        ValueError
            For a layer that is not learned yet.
        """
        related = layer in self._related
        if layer == ATTRIBUTION and layer not in self._labels:
            label, related = CONTENT, True
        elif layer in self._labels:
            label = self._labels[layer]
        else:
            raise not_fitted(self.name, layer)
        return [Prediction(document.id, layer, _lines(document, label, related)) for document in documents]


def _lines(document: Document, label: str, related: bool) -> tuple[Span, ...]:
    spans = []
    for number, (start, end) in enumerate(document.paragraphs.tolist()):
        line = document.text[start:end]
        first = start + len(line) - len(line.lstrip())
        relation = number if related else None
        spans.append(Span(first, first + len(line.strip()), label, relation=relation))
    return tuple(spans)


@dataclass
class MajorityDetector:
    """Gives every unit, or every span to be labelled, the commonest labels of the training gold.

    A unit gets one label where every training unit that has a label has exactly one; otherwise as many as
    the training units have on average, rounded half up, and at least one. Of spans that are given more than
    once the second gets the second commonest label, and so on.
    """

    name: ClassVar[str] = "majority"
    layers: ClassVar[frozenset[str]] = UNIT_LAYERS
    trained_layers: ClassVar[frozenset[str]] = UNIT_LAYERS
    trained_kinds: ClassVar[frozenset[str]] = frozenset({"units", "given"})
    _of_units: dict[str, tuple[str, ...]] = field(init=False, repr=False, default_factory=dict)
    _of_given: dict[str, tuple[str, ...]] = field(init=False, repr=False, default_factory=dict)

    def fit(self, documents: Sequence[Document], gold: Sequence[Annotation], layer: str) -> Self:
        """Learn the commonest labels of a layer, from units where the gold has any, otherwise from spans.

        Raises
        ------
        ValueError
            For gold without a label, or of another number than the documents.
        """
        check_gold(documents, gold)
        sets = [unit.labels for annotation in gold for unit in annotation.units]
        labels = [label for held in sets for label in held]
        given = [span.label for annotation in gold for span in annotation.spans]
        if sets and not labels:
            raise nothing_to_learn(self.name, layer, "no unit of the gold has a label")
        if not sets and not given:
            raise nothing_to_learn(self.name, layer, "the gold holds neither a unit nor a span")
        if sets:
            several = any(len(held) > 1 for held in sets)
            count = max(1, int(len(labels) / len(sets) + 0.5)) if several else 1
            self._of_units[layer] = commonest(labels, count)
        else:
            self._of_given[layer] = commonest(given, len(given))
        return self

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return the same labels for every sentence, paragraph and whole document, or for the given spans.

        Raises
        ------
        ValueError
            For a layer that is not learned yet.
        """
        if layer in self._of_units:
            labels = self._of_units[layer]
            return [
                Prediction(
                    document.id, layer, units=tuple(Unit(*place, labels) for place in document.every_unit)
                )
                for document in documents
            ]
        if layer in self._of_given:
            labels = self._of_given[layer]
            return [Prediction(document.id, layer, _given(document, labels)) for document in documents]
        raise not_fitted(self.name, layer)


def _given(document: Document, labels: Sequence[str]) -> tuple[Span, ...]:
    """Return a span for each given one; one that is given more often than there are labels is left out."""
    times: Counter[tuple[int, int]] = Counter()
    spans = []
    for start, end in document.given.tolist():
        if times[start, end] < len(labels):
            spans.append(Span(start, end, labels[times[start, end]]))
        times[start, end] += 1
    return tuple(spans)


@dataclass
class RandomDetector:
    """Marks runs of whole tokens at random; what a document gets depends on no other document.

    The defaults are those of the training set of the Propaganda Techniques Corpus (SemEval-2020 Task 11):
    6,128 spans in 371 articles of 5,612 characters on average are 2.9 spans for 1,000 characters, and a
    span has 8.8 tokens on average.

    Parameters
    ----------
    rate
        Expected number of spans for 1,000 characters, Poisson distributed. Spans that would start at one
        token count once.
    length
        Mean number of tokens of a span, at least 1, geometrically distributed; a span is cut short by the
        end of its line and by the next span.
    label
        The label of all spans. By default that of charged words, such as Loaded_Language for techniques;
        unattributed_claim for gaps; and for attributions source, cue and content in turn, three neighbours
        making one.
    seed
        Another seed, other spans.

    Raises
    ------
    ValueError
        Where the rate is negative or the length below 1, or either is not finite.
    """

    name: ClassVar[str] = "random"
    layers: ClassVar[frozenset[str]] = SPAN_LAYERS | DEFAULT_LABELS.keys()
    rate: float = 2.9
    length: float = 8.8
    label: str | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.rate < float("inf"):
            raise ValueError(f"rate {self.rate}: must be a finite number from 0")
        if not 1 <= self.length < float("inf"):
            raise ValueError(f"length {self.length}: must be a finite number from 1")

    @property
    def labels(self) -> frozenset[str]:
        """The labels that it can give."""
        return frozenset({*DEFAULT_LABELS.values(), *ROLES} if self.label is None else {self.label})

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return random spans that do not overlap.

        Raises
        ------
        ValueError
            For an unknown layer.
        """
        check_layer(self.name, self.layers, layer)
        return [Prediction(document.id, layer, spans=self._spans(document, layer)) for document in documents]

    def _spans(self, document: Document, layer: str) -> tuple[Span, ...]:
        firsts, lasts = self._runs(document, layer)
        spans = []
        for number, (first, last) in enumerate(zip(firsts.tolist(), lasts.tolist(), strict=True)):
            label = self.label or DEFAULT_LABELS.get(layer) or ROLES[number % len(ROLES)]
            relation = number // len(ROLES) if layer == ATTRIBUTION else None
            start, end = int(document.tokens[first, 0]), int(document.tokens[last, 1])
            spans.append(Span(start, end, label, relation=relation))
        return tuple(spans)

    def _runs(self, document: Document, layer: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the first and the last token of each run, both of shape (number of runs,)."""
        digest = hashlib.sha256(f"{self.seed}/{layer}/{document.id}".encode()).digest()
        generator = np.random.default_rng(int.from_bytes(digest))
        count = len(document.tokens)
        wanted = int(generator.poisson(self.rate * len(document.text) / 1000)) if count else 0
        firsts = np.unique(generator.integers(0, count, wanted)) if wanted else np.empty(0, dtype=np.int64)
        lengths = generator.geometric(1 / self.length, len(firsts))
        line_of_token = np.searchsorted(document.paragraphs[:, 0], document.tokens[:, 0], side="right")
        line_ends = np.searchsorted(line_of_token, line_of_token[firsts], side="right")
        nexts = np.append(firsts[1:], count)
        return firsts, np.minimum.reduce([firsts + lengths, line_ends, nexts[: len(firsts)]]) - 1
