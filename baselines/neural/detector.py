"""Transformers as detectors: checkpoints, and models that are fine-tuned; extra `[transformers]`."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, Self

from baselines.layers import check_gold, not_fitted, nothing_to_learn
from baselines.neural.config import CONFIG, Task, chosen_task, read_config
from baselines.neural.learning import Learned, Wish, learn, restored
from baselines.neural.lesson import Lesson
from baselines.neural.model import EVERYTHING, Asked, Model
from baselines.neural.recipe import Recipe
from baselines.neural.source import Source, find, missing_extra, require_extra
from baselines.neural.stored import Header, read_header, write_header
from baselines.neural.tags import Classes, Tags, read_classes
from benchmark.answers import Stop, Subject
from benchmark.model import Annotation, Document, Prediction

DEPENDED_ON = (CONFIG, "*.safetensors", "tokenizer*", "vocab*", "merges*", "special_tokens*", "*.model")
"""The files of a checkpoint that decide what it predicts."""
KINDS: dict[Task, str] = {"token": "spans", "sequence": "units"}
"""What a model of each task gives."""


@dataclass(frozen=True)
class Known:
    """A checkpoint of which nothing but the configuration was read.

    Parameters
    ----------
    source
        Where it is.
    task
        What it classifies.
    classes
        What its classes stand for.
    """

    source: Source
    task: Task
    classes: Tags | Classes


@dataclass
class TransformersDetector:
    """Marks spans by a transformer that classifies tokens, or labels units by one that classifies texts.

    Either `model` names a checkpoint that was trained for that, or `base` a model to be fine-tuned; see the
    page "Transformers" of the documentation. Weights are read from safetensors alone, and code beside them is
    never run.

    Parameters
    ----------
    model
        Folder, or name on the Hub, of a checkpoint that classifies tokens or texts.
    base
        Folder, or name on the Hub, of a model to be fine-tuned.
    task
        What the checkpoint classifies: token, sequence, or auto for what its architecture says.
    label_map
        TOML or JSON file with a label of ours for labels of the checkpoint.
    revision
        Branch, tag or commit on the Hub.
    window, stride
        Most pieces that are read at once, and how many of them are read again with the next; by default what
        the model takes, and a quarter.
    pieces
        Whether the probabilities of a word are the mean over its pieces, or those of the first.
    batch
        How many windows are classified at once: by default 1 on a CPU, which makes the numbers independent of
        what else is predicted, and 32 elsewhere. With `base` the windows of a training step: by default 16.
    device
        auto, cpu, cuda or mps.
    epochs, learning_rate, warmup, weight_decay
        Of the fine-tuning: most passes, greatest learning rate, share of the steps in which it rises, weight
        decay.
    held_out
        Share of the training documents that are held out to see when to stop; 0 for none.
    patience
        After so many passes without a lower loss on these the training stops.
    checkpoints
        Folder that keeps the state of the training, so that one that was stopped goes on; "" for none.
    licence
        Of the fine-tuned weights, for the model card.
    seed
        Of the fine-tuning.

    Raises
    ------
    ValueError
        Where parameters do not fit, or the checkpoint is not there, or is not one that can be used.

    Attributes
    ----------
    progress
        Called with short texts on what is being learned; None for silence.
    """

    name: ClassVar[str] = "transformers"
    principal: ClassVar[str] = "model"
    layers: ClassVar[frozenset[str]] = frozenset()
    trained_layers: ClassVar[frozenset[str]] = frozenset()
    slow: ClassVar[bool] = True
    model: str = ""
    base: str = ""
    task: Literal["auto", "token", "sequence"] = "auto"
    label_map: Path | None = None
    revision: str = ""
    window: int | None = None
    stride: int | None = None
    pieces: Literal["mean", "first"] = "mean"
    batch: int | None = None
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    epochs: int = 5
    learning_rate: float = 3e-5
    warmup: float = 0.1
    weight_decay: float = 0.01
    held_out: float = 0.1
    patience: int = 2
    checkpoints: str = ""
    licence: str = ""
    seed: int = 0
    kinds: frozenset[str] = field(init=False, repr=False, default=frozenset(KINDS.values()))
    trained_kinds: frozenset[str] = field(init=False, repr=False, default=frozenset(KINDS.values()))
    labels: frozenset[str] = field(init=False, repr=False, default=frozenset())
    progress: Callable[[str], None] | None = field(init=False, repr=False, compare=False, default=None)
    _known: Known | None = field(init=False, repr=False, compare=False, default=None)
    _asked: Asked = field(init=False, repr=False, compare=False, default=EVERYTHING)
    _loaded: dict[str, Model] = field(init=False, repr=False, compare=False, default_factory=dict)
    _learned: dict[str, Learned] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        if bool(self.model) == bool(self.base):
            raise ValueError(
                f"{'both' if self.model else 'neither'} of model and base given: name a checkpoint, "
                "transformers:PATH_OR_HUB_ID, or a model to be fine-tuned, transformers:base=PATH_OR_HUB_ID "
                "(for bench train: --base PATH_OR_HUB_ID)"
            )
        if self.base and (self.label_map is not None or self.task != "auto"):
            raise ValueError(
                "label_map and task are for a checkpoint; a model that is fine-tuned learns its labels"
            )
        self._recipe()
        self.kinds = frozenset()
        if self.model:
            require_extra()
            self._known = self._read()
            self.kinds = frozenset({KINDS[self._known.task]})
            self.labels = frozenset(self._known.classes.labels)
            self.trained_kinds = frozenset()

    def _recipe(self) -> Recipe:
        """Return the parameters of the training.

        Raises
        ------
        ValueError
            Where a number is out of its range.
        """
        return Recipe(
            epochs=self.epochs,
            learning_rate=self.learning_rate,
            batch=self.batch,
            warmup=self.warmup,
            weight_decay=self.weight_decay,
            held_out=self.held_out,
            patience=self.patience,
            window=self.window,
            stride=self.stride,
            device=self.device,
            seed=self.seed,
        )

    def _read(self) -> Known:
        """Return what the checkpoint's configuration tells.

        Raises
        ------
        ValueError
            Which names the checkpoint.
        """
        source = find(self.model, self.revision)
        config = read_config(source.folder)
        task = chosen_task(config, self.task, self.model)
        try:
            classes = read_classes(config, task, self.label_map)
        except ValueError as error:
            raise ValueError(f"{self.model}: {error}") from error
        return Known(source, task, classes)

    @property
    def missing_extra(self) -> str | None:
        """The extra that has to be installed before it can be used, or None."""
        return missing_extra()

    @property
    def code_files(self) -> dict[str, Path]:
        """The configuration, weights and tokenizer that predictions depend on, as far as they are here."""
        known = None if self._known is None else self._known.source.folder
        folder = known or Path(self.base).expanduser()
        if not folder.is_dir():
            return {}  # a base on the Hub, which is looked for when it is trained
        found = sorted(path for pattern in DEPENDED_ON for path in folder.glob(pattern))
        return {path.name: path for path in found}

    def chosen(self, subject: Subject) -> Self:
        """Return a detector that gives a subject's labels alone, and labels no other units than it has."""
        other = copy.copy(self)
        other._asked = Asked(frozenset(subject.labels), getattr(subject, "unit", ""))  # noqa: SLF001
        return other

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return the spans of each document, or the labels of its units; scores are probabilities.

        A text in which the tokenizer finds nothing has no spans, and is no unit.

        Raises
        ------
        ValueError
            For a layer that is not learned yet.
        Stop
            Where the checkpoint cannot be loaded.
        """
        if self._known is not None:
            return self._checkpoint(self._known).predict(documents, layer, self._asked)
        if layer not in self._learned:
            raise not_fitted(self.name, layer)
        return self._learned[layer].model.predict(documents, layer, self._asked)

    def _checkpoint(self, known: Known) -> Model:
        if self.model not in self._loaded:
            from baselines.neural.checkpoint import load_checkpoint

            try:
                loaded = load_checkpoint(
                    known.source, known.task, self.window, self.stride, self.batch, self.device
                )
                self._loaded[self.model] = Model(loaded, known.classes, self.pieces)
            except ValueError as error:
                raise Stop(str(error)) from error
        return self._loaded[self.model]

    def fit(self, documents: Sequence[Document], gold: Sequence[Annotation], layer: str) -> Self:
        """Fine-tune the base to a layer, from units where the gold has any, otherwise from spans.

        What was learned of other layers stays.

        Raises
        ------
        ValueError
            Where documents and gold differ in number, nothing can be learned from them, or the base does not
            fit.
        Stop
            Where the base is not there, or the extra is not installed.
        """
        if not self.base:
            raise ValueError(
                f"detector '{self.name}': '{self.model}' is a checkpoint; to train: transformers:base=…"
            )
        check_gold(documents, gold)
        source = self._source()
        base = self.base if source.revision else Path(self.base).name
        wish = Wish(layer, base, self._recipe(), self.pieces, self.licence, self.checkpoints)
        try:
            self._learned[layer] = learn(source, Lesson.of(documents, gold), wish, self._tell)
        except ValueError as error:
            raise nothing_to_learn(self.name, layer, str(error)) from error
        return self

    def _source(self) -> Source:
        """Return the base with all of its files.

        Raises
        ------
        Stop
            Where it is not there, or the extra is not installed.
        """
        try:
            require_extra()
            source = find(self.base, self.revision)
            source.whole()
        except ValueError as error:
            raise Stop(f"base '{self.base}': {error}") from error
        return source

    def _tell(self, what: str) -> None:
        if self.progress is not None:
            self.progress(what)

    def save(self, folder: Path) -> None:
        """Write what was learned of all layers into an empty folder that exists.

        Each layer has a folder of its own as transformers writes it, with a model card.

        Raises
        ------
        ValueError
            Where no layer was learned.
        """
        if not self._learned:
            raise ValueError(f"detector '{self.name}' has learned no layer, so that there is nothing to save")
        places = {
            layer: learned.save(folder, f"layer{number}")
            for number, (layer, learned) in enumerate(self._learned.items())
        }
        revision = next(iter(self._learned.values())).revision
        write_header(folder, Header(self.base, revision, self.seed, self.pieces, places))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the detector that `save` wrote, ready to predict.

        Raises
        ------
        ValueError
            Where the folder's content is broken or of another version, or the extra is not installed; the
            message names the file.
        """
        header = read_header(folder)
        detector = cls(base=header.base, seed=header.seed, pieces=header.pieces)
        require_extra()
        for layer, place in header.layers.items():
            detector._learned[layer] = restored(folder, place, header.pieces, header.revision)
        return detector
