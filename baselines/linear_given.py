"""Labels of spans that are given, by linear models over their words, their context and their repetition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from baselines.lexicons import fold
from baselines.linear_solvers import logistic, probability
from baselines.storage import broken, check_shapes, read_model, write_model
from baselines.unit_encoder import Block, Encoder, Table, encoder_kinds
from baselines.unit_features import Features, Units, unit_features
from benchmark.model import Annotation, Document, Span

Floats = NDArray[np.float64]

VERSION = 1
BLOCKS = tuple(Block(view, "idf") for view in ("words", "characters", "classes", "context"))
SCALE = 0.2
STRENGTH = 3.0
BATCH = 256
"""How many documents are predicted at once."""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is stored of a model beside its arrays."""

    labels: tuple[str, ...]


@dataclass(frozen=True)
class GivenModel:
    """One logistic regression a label over n-grams of a span and of its context, and measures of both.

    Among the measures is how often the span's words stand in the document: repetition is a technique of its
    own, and names come again and again.

    Parameters
    ----------
    labels
        In alphabetical order.
    encoder
        Makes rows of spans.
    weights, bias
        Shapes (labels, columns) and (labels,).
    """

    labels: tuple[str, ...]
    encoder: Encoder
    weights: Floats
    bias: Floats

    @classmethod
    def fit(cls, documents: Sequence[Document], gold: Sequence[Annotation], seed: int) -> Self:
        """Learn from the spans of the gold.

        Raises
        ------
        ValueError
            Where the gold holds neither a unit nor a span.
        """
        jobs = [
            (document.text, tuple((span.start, span.end) for span in annotation.spans))
            for document, annotation in zip(documents, gold, strict=True)
        ]
        held = np.array([span.label for annotation in gold for span in annotation.spans])
        if not len(held):
            raise ValueError("the gold holds neither a unit nor a span")
        table = Table.of(_features(jobs), [block.view for block in BLOCKS])
        encoder = Encoder.fit(table, BLOCKS, SCALE, np.ones(len(held), dtype=np.bool_))
        rows = encoder.encode(table)
        labels = tuple(sorted(set(held.tolist())))
        solved = [logistic(rows, held == label, STRENGTH, False, seed) for label in labels]
        weights = np.stack([weights for weights, _ in solved])
        return cls(labels, encoder, weights, np.array([bias for _, bias in solved]))

    def predict(self, documents: Sequence[Document]) -> list[tuple[Span, ...]]:
        """Return a span for each given one, with its likeliest label and that label's probability.

        One that is given several times gets as many of its likeliest labels, and is left out where there are
        no more of them.
        """
        found: list[tuple[Span, ...]] = []
        for first in range(0, len(documents), BATCH):
            batch = documents[first : first + BATCH]
            jobs = [(d.text, tuple((start, end) for start, end in d.given.tolist())) for d in batch]
            rows = self.encoder.encode(self.encoder.table(_features(jobs)))
            chances = probability(rows @ self.weights.T + self.bias)
            chances = chances / chances.sum(axis=1, keepdims=True)
            ends = np.cumsum([len(places) for _, places in jobs])[:-1]
            parts = np.split(chances, ends)
            found += [self._spans(places, part) for (_, places), part in zip(jobs, parts, strict=True)]
        return found

    def _spans(self, places: Units, chances: Floats) -> tuple[Span, ...]:
        times: Counter[tuple[int, int]] = Counter()
        spans = []
        for place, row in zip(places, chances, strict=True):
            if times[place] < len(self.labels):
                label = int(np.argsort(-row, kind="stable")[times[place]])
                spans.append(Span(*place, self.labels[label], float(row[label])))
            times[place] += 1
        return tuple(spans)

    def save(self, folder: Path, name: str) -> None:
        """Write the model into a folder."""
        learned = {"weights": self.weights, "bias": self.bias}
        write_model(folder, name, VERSION, Header(self.labels), learned | self.encoder.arrays())

    @classmethod
    def load(cls, folder: Path, name: str) -> Self:
        """Return the model that `save` wrote.

        Raises
        ------
        ValueError
            Where a file is broken or of another version; the message names it.
        """
        kinds = {"weights": ("float64", 2), "bias": ("float64", 1), **encoder_kinds(len(BLOCKS))}
        header, arrays = read_model(folder, name, VERSION, Header, kinds)
        with broken(folder, name):
            encoder = Encoder.of_arrays(BLOCKS, SCALE, arrays, len(_MEASURES))
            check_shapes(
                arrays, {"weights": (len(header.labels), encoder.width), "bias": (len(header.labels),)}
            )
        return cls(header.labels, encoder, arrays["weights"], arrays["bias"])


_MEASURES = ("in the document", "before", "in any case", "times given", "again")


def _features(jobs: Sequence[tuple[str, Units]]) -> Features:
    """Return the features of spans, with measures of how often their words stand in their documents."""
    features = unit_features(jobs).plain
    rows = [row for text, places in jobs for row in _repetition(text, places)]
    measures = np.array(rows, dtype=np.float64).reshape(-1, len(_MEASURES))
    return Features(features.grams, np.concatenate([features.measures, measures], axis=1))


def _repetition(text: str, places: Units) -> list[tuple[float, ...]]:
    folded = fold(text)
    times = Counter(places)
    rows: list[tuple[float, ...]] = []
    for start, end in places:
        words = folded[start:end].strip() or folded[start:end]
        everywhere, before = folded.count(words), folded.count(words, 0, start)
        exact = text.count(text[start:end])
        rows.append(
            (
                float(np.log1p(everywhere - 1)),
                float(np.log1p(before)),
                float(np.log1p(exact - 1)),
                float(times[start, end] > 1),
                float(everywhere > 1),
            )
        )
    return rows
