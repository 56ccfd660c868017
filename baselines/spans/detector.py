"""What the detectors of spans and relations have in common: training, prediction and storage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self

from baselines.layers import check_gold, not_fitted, nothing_to_learn
from baselines.spans.layer_model import LayerModel, learn_layer
from baselines.spans.learner import Learner
from baselines.spans.stored import FILE, Header, read_header, read_layers, write_layers
from benchmark.model import Annotation, Document, Prediction


@dataclass
class SpanDetector:
    """Learns any layer of spans or relations by models of tokens; a subclass says by which.

    Attributes
    ----------
    progress
        Called with short texts on what is being learned; None for silence.
    """

    name: ClassVar[str]
    layers: ClassVar[frozenset[str]] = frozenset()
    trained_layers: ClassVar[frozenset[str]] = frozenset()
    trained_kinds: ClassVar[frozenset[str]] = frozenset({"spans", "relations"})
    slow: ClassVar[bool] = True
    seed: int = 0
    progress: Callable[[str], None] | None = field(init=False, repr=False, compare=False, default=None)
    _models: dict[str, LayerModel] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 1 << 32:
            raise ValueError(f"seed {self.seed}: must be between 0 and 2³² − 1")

    def learners(self) -> tuple[Learner, ...]:
        """Return what makes the models whose probabilities are averaged, at least one."""
        raise NotImplementedError

    @classmethod
    def restored(cls, header: Header) -> Self:
        """Return a detector with the settings that were stored."""
        return cls(seed=header.seed)

    def fit(self, documents: Sequence[Document], gold: Sequence[Annotation], layer: str) -> Self:
        """Learn a layer; what was learned of other layers stays.

        A layer whose spans have numbers of relations is learned label by label.

        Raises
        ------
        ValueError
            Where documents and gold differ in number, or nothing can be learned from them.
        """
        check_gold(documents, gold)
        try:
            model = learn_layer(self.learners(), documents, gold, self.seed, self._tell)
        except ValueError as error:
            raise nothing_to_learn(self.name, layer, str(error)) from error
        self._models[layer] = model
        return self

    def _tell(self, what: str) -> None:
        if self.progress is not None:
            self.progress(what)

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return the spans of each document, with the mean probability of a span's tokens as score.

        Raises
        ------
        ValueError
            For a layer that is not learned yet.
        """
        if layer not in self._models:
            raise not_fitted(self.name, layer)
        model = self._models[layer]
        return [Prediction(document.id, layer, spans=model.spans(document)) for document in documents]

    def save(self, folder: Path) -> None:
        """Write what was learned of all layers into an empty folder that exists.

        Raises
        ------
        ValueError
            Where no layer was learned.
        """
        write_layers(folder, self.name, self.seed, self.learners(), self._models)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the detector that `save` wrote.

        Raises
        ------
        ValueError
            Where a file is broken or of another detector or version; the message names it.
        """
        header = read_header(folder, cls.name)
        try:
            detector = cls.restored(header)
        except ValueError as error:
            raise ValueError(f"{folder / FILE}.json: broken: {error}; train the model again") from error
        detector.take(read_layers(folder, header, detector.learners()))
        return detector

    def take(self, models: Mapping[str, LayerModel]) -> None:
        """Take over layers that were learned before."""
        self._models.update(models)
