"""Baselines that read nothing: they find nothing, everything, the commonest, or something at random."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from baselines.layers import (
    ATTRIBUTION,
    ATTRIBUTION_GAP,
    FRAME,
    SPAN_LAYERS,
    TECHNIQUE,
    UNIT_LAYERS,
    check_layer,
    check_training,
    not_fitted,
    nothing_to_learn,
)
from benchmark.model import Annotation, Document, Prediction, Span, Unit

ROLES = ("source", "cue", "content")
"""The parts of an attribution, in the order in which random ones are dealt out."""

DEFAULT_LABELS: Mapping[str, str] = {TECHNIQUE: "Loaded_Language", ATTRIBUTION_GAP: "unattributed_claim"}
"""The label of random spans; in PTC's training set Loaded_Language is a third of all spans."""


def commonest(labels: Iterable[str], count: int = 1) -> tuple[str, ...]:
    """Return up to `count` labels, the most frequent first, equally frequent ones in alphabetical order."""
    counts = Counter(labels)
    return tuple(sorted(counts, key=lambda label: (-counts[label], label))[:count])


@dataclass
class NullDetector:
    """Finds nothing; what any other detector has to beat.

    Sentences and degrees of slant are read from the spans that it does not find, as from anyone's.
    """

    name: ClassVar[str] = "null"
    layers: ClassVar[frozenset[str]] = SPAN_LAYERS | {FRAME}

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return an empty prediction for each document.

        Raises
        ------
        ValueError
            For an unknown layer.
        """
        check_layer(self.name, self.layers, layer)
        return [Prediction(document.id, layer) for document in documents]


@dataclass
class EverythingDetector:
    """Flags every line, with the commonest label of the training gold.

    On the layer `attribution` it needs no training: each line is the content of an attribution of its own,
    since every attribution has a content, which is its longest part.
    """

    name: ClassVar[str] = "everything"
    layers: ClassVar[frozenset[str]] = SPAN_LAYERS
    trained_layers: ClassVar[frozenset[str]] = frozenset({TECHNIQUE, ATTRIBUTION_GAP})
    _labels: dict[str, str] = field(init=False, repr=False, default_factory=dict)

    def fit(self, documents: Sequence[Document], gold: Sequence[Annotation], layer: str) -> Self:
        """Learn the commonest label of a layer; of equally frequent ones the alphabetically first.

        Raises
        ------
        ValueError
            For a layer that needs no training, or gold without a span.
        """
        check_training(self.name, self.trained_layers, layer, documents, gold)
        labels = commonest(span.label for annotation in gold for span in annotation.spans)
        if not labels:
            raise nothing_to_learn(self.name, layer, "the gold holds no span")
        self._labels[layer] = labels[0]
        return self

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return a span for each non-empty line, without the white space around it.

        Raises
        ------
        ValueError
            For an unknown layer, or one that is not learned yet.
        """
        check_layer(self.name, self.layers, layer)
        if layer in self.trained_layers and layer not in self._labels:
            raise not_fitted(self.name, layer)
        return [Prediction(document.id, layer, spans=self._spans(document, layer)) for document in documents]

    def _spans(self, document: Document, layer: str) -> tuple[Span, ...]:
        label = self._labels.get(layer, "content")
        spans = []
        for number, (start, end) in enumerate(document.paragraphs.tolist()):
            line = document.text[start:end]
            first = start + len(line) - len(line.lstrip())
            relation = number if layer == ATTRIBUTION else None
            spans.append(Span(first, first + len(line.strip()), label, relation=relation))
        return tuple(spans)


@dataclass
class MajorityDetector:
    """Gives every unit the commonest labels of the training gold.

    On `slant` and `loaded_sentence` that is one label; on `frame` as many as the training units have on
    average, rounded half up, and at least one.
    """

    name: ClassVar[str] = "majority"
    layers: ClassVar[frozenset[str]] = UNIT_LAYERS
    trained_layers: ClassVar[frozenset[str]] = UNIT_LAYERS
    _labels: dict[str, tuple[str, ...]] = field(init=False, repr=False, default_factory=dict)

    def fit(self, documents: Sequence[Document], gold: Sequence[Annotation], layer: str) -> Self:
        """Learn the commonest labels of a layer.

        Raises
        ------
        ValueError
            For an unknown layer, or gold without a label.
        """
        check_training(self.name, self.layers, layer, documents, gold)
        sets = [unit.labels for annotation in gold for unit in annotation.units]
        total = sum(map(len, sets))
        if not total:
            raise nothing_to_learn(self.name, layer, "no unit of the gold has a label")
        count = max(1, int(total / len(sets) + 0.5)) if layer == FRAME else 1
        self._labels[layer] = commonest((label for labels in sets for label in labels), count)
        return self

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return the same labels for every sentence, paragraph and whole document.

        Raises
        ------
        ValueError
            For an unknown layer, or one that is not learned yet.
        """
        check_layer(self.name, self.layers, layer)
        if layer not in self._labels:
            raise not_fitted(self.name, layer)
        labels = self._labels[layer]
        return [
            Prediction(
                document.id,
                layer,
                units=tuple(Unit(start, end, labels) for start, end in document.every_unit),
            )
            for document in documents
        ]


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
        The label of all spans. By default Loaded_Language for techniques, unattributed_claim for gaps, and
        for attributions source, cue and content in turn, three neighbours making one.
    seed
        Another seed, other spans.

    Raises
    ------
    ValueError
        Where the rate is negative or the length below 1, or either is not finite.
    """

    name: ClassVar[str] = "random"
    layers: ClassVar[frozenset[str]] = SPAN_LAYERS
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
