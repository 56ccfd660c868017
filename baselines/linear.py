"""The trained baseline for sentences, documents and given spans: linear models over their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self

import msgspec

from baselines.layers import UNIT_LAYERS, check_gold, not_fitted, nothing_to_learn
from baselines.linear_given import GivenModel
from baselines.linear_units import UnitModel
from baselines.storage import read_model, write_model
from benchmark.model import Annotation, Document, Prediction

VERSION = 1
INDEX = "linear"


class Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is stored beside the models: the seed, and the layers of each kind, a model a layer in order."""

    seed: int
    units: tuple[str, ...]
    given: tuple[str, ...]


@dataclass
class LinearDetector:
    """Labels sentences, paragraphs and documents, or spans that are given, by linear models over their words.

    See `baselines.linear_units.UnitModel` and `baselines.linear_given.GivenModel`. Thresholds are tuned by
    cross-validation on the training documents.

    Parameters
    ----------
    seed
        Seed of the solvers and of the cross-validation.

    Raises
    ------
    ValueError
        Where the seed is not between 0 and 2³² − 1.
    """

    name: ClassVar[str] = "linear"
    layers: ClassVar[frozenset[str]] = UNIT_LAYERS
    trained_layers: ClassVar[frozenset[str]] = UNIT_LAYERS
    trained_kinds: ClassVar[frozenset[str]] = frozenset({"units", "given"})
    seed: int = 0
    _units: dict[str, UnitModel] = field(init=False, repr=False, compare=False, default_factory=dict)
    _given: dict[str, GivenModel] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 1 << 32:
            raise ValueError(f"seed {self.seed}: must be between 0 and 2³² − 1")

    def fit(self, documents: Sequence[Document], gold: Sequence[Annotation], layer: str) -> Self:
        """Learn a layer, from units where the gold has any, otherwise from spans; other layers stay.

        Raises
        ------
        ValueError
            For gold from which nothing can be learned, or of another number than the documents.
        """
        check_gold(documents, gold)
        try:
            if any(annotation.units for annotation in gold):
                self._units[layer] = UnitModel.fit(documents, gold, self.seed)
                self._given.pop(layer, None)
            else:
                self._given[layer] = GivenModel.fit(documents, gold, self.seed)
                self._units.pop(layer, None)
        except ValueError as error:
            raise nothing_to_learn(self.name, layer, str(error)) from error
        return self

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return the labels of every sentence, paragraph and whole document, or of the given spans.

        Scores are probabilities.

        Raises
        ------
        ValueError
            For a layer that is not learned yet.
        """
        if layer in self._units:
            units = self._units[layer].predict(documents)
            return [Prediction(d.id, layer, units=found) for d, found in zip(documents, units, strict=True)]
        if layer in self._given:
            spans = self._given[layer].predict(documents)
            return [Prediction(d.id, layer, spans=found) for d, found in zip(documents, spans, strict=True)]
        raise not_fitted(self.name, layer)

    def save(self, folder: Path) -> None:
        """Write what was learned of all layers into an empty folder that exists."""
        write_model(folder, INDEX, VERSION, Stored(self.seed, tuple(self._units), tuple(self._given)), {})
        for number, units in enumerate(self._units.values()):
            units.save(folder, f"units{number}")
        for number, given in enumerate(self._given.values()):
            given.save(folder, f"given{number}")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the detector that `save` wrote, ready to predict.

        Raises
        ------
        ValueError
            Where the folder's content is broken or of another version; the message names the file.
        """
        stored, _ = read_model(folder, INDEX, VERSION, Stored, {})
        detector = cls(stored.seed)
        for number, layer in enumerate(stored.units):
            detector._units[layer] = UnitModel.load(folder, f"units{number}")
        for number, layer in enumerate(stored.given):
            detector._given[layer] = GivenModel.load(folder, f"given{number}")
        return detector
