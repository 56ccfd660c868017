"""A loaded model with what its classes stand for: from documents to predictions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baselines.neural.decoding import mean, sigmoid, softmax, spans_of, unit_of
from baselines.neural.tags import Classes, Floats, Tags
from baselines.neural.windows import Window, heard
from benchmark.model import Document, Prediction

if TYPE_CHECKING:
    from baselines.neural.checkpoint import Checkpoint

TOGETHER = 32
"""How many documents' windows are batched together, where there are batches."""


@dataclass(frozen=True)
class Asked:
    """What of a model's predictions is wanted.

    Parameters
    ----------
    labels
        The labels; empty for all.
    unit
        sentence, paragraph or document; "" for all of these.
    """

    labels: frozenset[str] = frozenset()
    unit: str = ""


EVERYTHING = Asked()


@dataclass(frozen=True)
class Model:
    """A model of tokens, which gives spans, or of texts, which gives labels of units.

    Parameters
    ----------
    checkpoint
        Tokenizer and weights.
    classes
        What its classes stand for.
    pieces
        Whether a word is read from all its pieces ("mean"), or from the "first".

    Raises
    ------
    ValueError
        Where the weights give another number of classes than there are names.
    """

    checkpoint: Checkpoint
    classes: Tags | Classes
    pieces: str = "mean"

    def __post_init__(self) -> None:
        given = int(self.checkpoint.model.config.num_labels)
        if given != self.classes.classes:
            raise ValueError(f"the model has {given} classes, and names for {self.classes.classes}")

    def predict(
        self, documents: Sequence[Document], layer: str, asked: Asked = EVERYTHING
    ) -> list[Prediction]:
        """Return the spans or units of each document."""
        step = 1 if self.checkpoint.batch == 1 else TOGETHER
        return [
            prediction
            for first in range(0, len(documents), step)
            for prediction in self._together(documents[first : first + step], layer, asked)
        ]

    def _together(self, documents: Sequence[Document], layer: str, asked: Asked) -> Iterator[Prediction]:
        if isinstance(self.classes, Tags):
            return self._marked(documents, layer, self.classes, asked)
        return self._labelled(documents, layer, self.classes, asked)

    def _marked(
        self, documents: Sequence[Document], layer: str, tags: Tags, asked: Asked
    ) -> Iterator[Prediction]:
        answers = self._answers([document.text if len(document.tokens) else "" for document in documents])
        for document, (windows, logits) in zip(documents, answers, strict=True):
            if not windows:
                yield Prediction(document.id, layer)
                continue
            said = heard(document.tokens, windows, [softmax(of_window) for of_window in logits])
            spans = spans_of(document.tokens, said, tags, self.pieces, asked.labels)
            yield Prediction(document.id, layer, spans=spans)

    def _labelled(
        self, documents: Sequence[Document], layer: str, classes: Classes, asked: Asked
    ) -> Iterator[Prediction]:
        places = [_places(document, asked.unit) for document in documents]
        texts = [d.text[start:end] for d, own in zip(documents, places, strict=True) for start, end in own]
        answers = iter(self._answers(texts))
        chances = sigmoid if classes.several else softmax
        for document, own in zip(documents, places, strict=True):
            told = [(place, next(answers)[1]) for place in own]
            units = [
                unit_of(place, mean([chances(of_window) for of_window in logits]), classes, asked.labels)
                for place, logits in told
                if logits
            ]
            yield Prediction(document.id, layer, units=tuple(units))

    def _answers(self, texts: Sequence[str]) -> list[tuple[list[Window], list[Floats]]]:
        """Return the windows of each text, and what the model gives for each of them."""
        windows = [self.checkpoint.windows(text) for text in texts]
        found = iter(self.checkpoint.logits([window for own in windows for window in own]))
        return [(own, [next(found) for _ in own]) for own in windows]


def _places(document: Document, unit: str) -> list[tuple[int, int]]:
    if not unit:
        return list(document.every_unit)
    return [(start, end) for start, end in document.units(unit).tolist()]
