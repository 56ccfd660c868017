"""Detectors that mark the words of a lexicon as loaded language."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from baselines.layers import CHARGED, check_layer
from baselines.lexicons import VALENCE_SCALE, PhraseMatcher, read_lexicon, textblob, vader
from benchmark.model import Document, Prediction, Span

VALENCE_THRESHOLD = 2.0
"""Half of VADER's scale."""
SUBJECTIVITY_THRESHOLD = 0.75
"""Three quarters of TextBlob's scale, where half would take in "many" and "new"."""


def at_least(entries: Mapping[str, float], threshold: float) -> dict[str, float]:
    """Return the entries whose weight is at least `threshold` away from 0.

    Raises
    ------
    ValueError
        Where the threshold is negative or not finite.
    """
    if not 0 <= threshold < math.inf:
        raise ValueError(f"threshold {threshold}: must be a finite number from 0")
    return {phrase: weight for phrase, weight in entries.items() if abs(weight) >= threshold}


def mark(
    matcher: PhraseMatcher, documents: Sequence[Document], layer: str, label: str, scale: float
) -> list[Prediction]:
    """Return the matches in documents as spans of one label, whose score is |weight| / `scale`."""
    scores = [abs(weight) / scale for weight in matcher.weights]
    return [
        Prediction(
            document.id,
            layer,
            spans=tuple(
                [
                    Span(start, end, label, scores[number])
                    for start, end, number in matcher.places(document.text)
                ]
            ),
        )
        for document in documents
    ]


@dataclass
class LexiconDetector:
    """Marks the strongest words of VADER's sentiment lexicon, or the phrases of a file.

    Parameters
    ----------
    threshold
        The smallest distance of a weight from 0. By default 2.0, half of VADER's scale, and for a file 0,
        which keeps all.
    file
        A lexicon to use instead: a phrase a line, or phrase, TAB and weight; `#` begins a comment.
    label
        The label of the spans; by default that of charged words in the layer, such as Loaded_Language.

    Raises
    ------
    ValueError
        Where the threshold is negative or the file is broken; the message names its lines.
    """

    name: ClassVar[str] = "lexicon"
    layers: ClassVar[frozenset[str]] = frozenset(CHARGED)
    threshold: float | None = None
    file: Path | None = None
    label: str | None = None
    _matcher: PhraseMatcher = field(init=False, repr=False, compare=False)
    _scale: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.file is None:
            entries, default, self._scale = vader(), VALENCE_THRESHOLD, VALENCE_SCALE
        else:
            entries, default, self._scale = read_lexicon(self.file), 0.0, 1.0
        threshold = default if self.threshold is None else self.threshold
        self._matcher = PhraseMatcher(at_least(entries, threshold))

    @property
    def labels(self) -> frozenset[str]:
        """The labels that it can give."""
        return frozenset(CHARGED.values() if self.label is None else {self.label})

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return the phrases found; a score is |valence| / 4 for VADER's words, |weight| for a file's.

        Raises
        ------
        ValueError
            For a layer that does not mark charged words.
        """
        check_layer(self.name, self.layers, layer)
        label = CHARGED[layer] if self.label is None else self.label
        return mark(self._matcher, documents, layer, label, self._scale)


@dataclass
class SubjectivityDetector:
    """Marks the most subjective words of TextBlob's lexicon, mostly adjectives ("infamous", "deadly").

    Parameters
    ----------
    threshold
        The smallest subjectivity, from 0 to 1.
    label
        The label of the spans; by default that of charged words in the layer, such as Loaded_Language.

    Raises
    ------
    ValueError
        Where the threshold is negative.
    """

    name: ClassVar[str] = "subjectivity"
    layers: ClassVar[frozenset[str]] = frozenset(CHARGED)
    threshold: float = SUBJECTIVITY_THRESHOLD
    label: str | None = None
    _matcher: PhraseMatcher = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._matcher = PhraseMatcher(at_least(textblob(), self.threshold))

    @property
    def labels(self) -> frozenset[str]:
        """The labels that it can give."""
        return frozenset(CHARGED.values() if self.label is None else {self.label})

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return the words found, with their subjectivity as score.

        Raises
        ------
        ValueError
            For a layer that does not mark charged words.
        """
        check_layer(self.name, self.layers, layer)
        label = CHARGED[layer] if self.label is None else self.label
        return mark(self._matcher, documents, layer, label, 1.0)
