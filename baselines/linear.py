"""The trained baseline: linear models of scikit-learn over the features of tokens and the words of units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self

from baselines.layers import (
    ATTRIBUTION_GAP,
    FRAME,
    SLANT,
    TECHNIQUE,
    check_layer,
    check_training,
    not_fitted,
    nothing_to_learn,
)
from baselines.linear_spans import SpanModel
from baselines.linear_units import UnitModel
from benchmark.model import Annotation, Document, Prediction

MOST_LABELS = {FRAME: 3, SLANT: 1}
"""How many labels a unit can get, by layer."""


@dataclass
class LinearDetector:
    """Marks spans by a logistic regression over tokens, labels units by one over their words.

    See `baselines.linear_spans.SpanModel` and `baselines.linear_units.UnitModel`. All settings are the
    libraries' or the textbooks' defaults; nothing is tuned.

    Parameters
    ----------
    seed
        Seed of the solvers, which visit the training rows in random order; it moves probabilities by about
        the solvers' tolerance.

    Raises
    ------
    ValueError
        Where the seed is not between 0 and 2³² − 1.
    """

    name: ClassVar[str] = "linear"
    layers: ClassVar[frozenset[str]] = frozenset({TECHNIQUE, ATTRIBUTION_GAP, FRAME, SLANT})
    trained_layers: ClassVar[frozenset[str]] = layers
    seed: int = 0
    _span_models: dict[str, SpanModel] = field(init=False, repr=False, compare=False, default_factory=dict)
    _unit_models: dict[str, UnitModel] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 1 << 32:
            raise ValueError(f"seed {self.seed}: must be between 0 and 2³² − 1")

    def fit(self, documents: Sequence[Document], gold: Sequence[Annotation], layer: str) -> Self:
        """Learn a layer; what was learned of other layers stays.

        Raises
        ------
        ValueError
            For an unknown layer, or gold from which nothing can be learned.
        """
        check_training(self.name, self.trained_layers, layer, documents, gold)
        try:
            if layer in MOST_LABELS:
                self._unit_models[layer] = UnitModel.fit(gold, MOST_LABELS[layer], self.seed)
            else:
                self._span_models[layer] = SpanModel.fit(documents, gold, self.seed)
        except ValueError as error:
            raise nothing_to_learn(self.name, layer, str(error)) from error
        return self

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return spans, or the labels of every sentence, paragraph and whole document, with probabilities.

        Raises
        ------
        ValueError
            For an unknown layer, or one that is not learned yet.
        """
        check_layer(self.name, self.layers, layer)
        if layer in self._unit_models:
            units = self._unit_models[layer]
            return [Prediction(document.id, layer, units=units.predict(document)) for document in documents]
        if layer in self._span_models:
            spans = self._span_models[layer]
            return [Prediction(document.id, layer, spans=spans.predict(document)) for document in documents]
        raise not_fitted(self.name, layer)
