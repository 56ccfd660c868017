"""A transformer model with its tokenizer, loaded to classify; importing this imports torch."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
)
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers.utils import logging

from baselines.neural.config import Task, read_config
from baselines.neural.source import Source
from baselines.neural.tags import Floats
from baselines.neural.windows import Window, windows_of

USUAL = 512
"""Most pieces of a window where neither model nor tokenizer says."""
FEWEST = 4
"""Fewest pieces of a text in a window."""
LOADERS = {"token": AutoModelForTokenClassification, "sequence": AutoModelForSequenceClassification}
SAFELY: Mapping[str, bool] = {"local_files_only": True, "trust_remote_code": False}
"""A folder is all that is read: no network, and none of the code that may lie in it."""
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RuntimeError,
    ImportError,
    SafetensorError,
)
"""What the library raises on files that are broken, or that it does not know."""


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the library's progress bars, warnings and reports away from a command's output."""
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity(logging.CRITICAL)
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


def device_of(name: str) -> str:
    """Return the device of a name; for "auto" the graphics processor where there is one.

    Raises
    ------
    ValueError
        Where the device is not here.
    """
    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return next(device for device, is_here in here.items() if is_here)
    if not here[name]:
        raise ValueError(f"device={name}: torch finds no such device here; use device=auto")
    return name


def load_tokenizer(folder: Path, name: str) -> Any:
    """Return the tokenizer in a folder.

    Raises
    ------
    ValueError
        Where it cannot be read, or is a slow one.
    """
    try:
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(folder, **SAFELY)
    except _UNREADABLE as error:
        raise ValueError(f"{name}: its tokenizer cannot be loaded: {_first_line(error)}") from error
    if not tokenizer.is_fast:
        raise ValueError(
            f"{name}: its tokenizer is a slow one, which cannot say where in the text a piece stands; "
            "a model with a tokenizer.json is needed"
        )
    tokenizer.truncation_side = tokenizer.padding_side = "right"
    return tokenizer


def load_model(folder: Path, name: str, task: Task, changes: Mapping[str, Any] | None = None) -> Any:
    """Return the model in a folder, in single precision, with what the loading left out.

    Parameters
    ----------
    folder
        With `config.json` and safetensors.
    name
        The model, for messages.
    task
        What it classifies.
    changes
        Fields of its configuration that are set anew, for a model to be trained: its last layer may then be
        absent or of another size.

    Raises
    ------
    ValueError
        Where it cannot be loaded, asks for code of its own, or lacks weights that it needs.
    """
    own = read_config(folder)
    if own.auto_map and own.model_type not in CONFIG_MAPPING:
        raise ValueError(f"{name}: it needs code that lies beside its weights, and such code is never run")
    try:
        with quiet():
            config = AutoConfig.from_pretrained(folder, **SAFELY, **(changes or {}))
            model, told = LOADERS[task].from_pretrained(
                folder,
                config=config,
                use_safetensors=True,
                dtype=torch.float32,
                output_loading_info=True,
                ignore_mismatched_sizes=changes is not None,
                **SAFELY,
            )
    except _UNREADABLE as error:
        raise ValueError(f"{name}: it cannot be loaded: {_first_line(error)}") from error
    _check_weights(name, model, told, trained=changes is None)
    return model.eval()


def _check_weights(name: str, model: Any, told: Mapping[str, Any], trained: bool) -> None:
    """Refuse a model some of whose weights would be random numbers.

    Raises
    ------
    ValueError
        Which names a weight that is missing.
    """
    mismatched = (key if isinstance(key, str) else key[0] for key in told["mismatched_keys"])
    missing: Collection[str] = sorted({*told["missing_keys"], *mismatched})
    if not trained:  # the head is learned anew, and so is the pooler below it, which some bases lack
        prefix = f"{model.base_model_prefix}."
        missing = [key for key in missing if key.startswith(prefix) and "pooler" not in key]
    if missing:
        advice = "; to train it: transformers:base=…" if trained else ""
        raise ValueError(
            f"{name}: {len(missing)} of its weights are missing, {next(iter(missing))} among them, so that "
            f"it would answer at random{advice}"
        )


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).split("\n") if line.strip()]
    return lines[0] if lines else type(error).__name__


def room(model: Any, tokenizer: Any) -> int:
    """Return how many pieces a model takes at once, by what it and its tokenizer say."""
    told = [tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", None)]
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, torch.nn.Embedding):
            # Of the family of RoBERTa the first positions are those of padding.
            unused = 0 if module.padding_idx is None else module.padding_idx + 1
            told.append(module.num_embeddings - unused)
    known = [size for size in told if isinstance(size, int) and 0 < size < 1 << 30]
    return min(known, default=USUAL)


@dataclass(frozen=True)
class Frame:
    """How texts are cut.

    Parameters
    ----------
    size
        Most pieces of a window.
    stride
        How many of them it shares with the one before.
    """

    size: int
    stride: int


def frame(model: Any, tokenizer: Any, window: int | None, stride: int | None) -> Frame:
    """Return how texts are cut: by default as large as the model takes, a quarter of them shared.

    Raises
    ------
    ValueError
        Where the model does not take so many pieces, or no text would be left in a window.
    """
    most, marks = room(model, tokenizer), tokenizer.num_special_tokens_to_add()
    size = most if window is None else window
    if size > most:
        raise ValueError(f"window={size}: the model takes at most {most} pieces")
    if size < marks + FEWEST:
        raise ValueError(f"window={size}: at least {marks + FEWEST} pieces are needed")
    shared = (size - marks) // 4 if stride is None else stride
    if shared > size - marks - 1:
        raise ValueError(f"stride={shared}: a window of {size} pieces can share at most {size - marks - 1}")
    return Frame(size, shared)


@dataclass(frozen=True)
class Checkpoint:
    """A model that is ready to classify.

    Parameters
    ----------
    model, tokenizer
        Of transformers, the model on its device.
    frame
        How texts are cut.
    batch
        How many windows are classified at once.
    device
        Where.
    filling
        The piece that short windows are filled up with, where there is one.
    """

    model: Any
    tokenizer: Any
    frame: Frame
    batch: int
    device: str
    filling: int | None

    def windows(self, text: str) -> list[Window]:
        """Return the windows of a text that hold any piece of it, in order."""
        found = windows_of(self.tokenizer, text, self.frame.size, self.frame.stride)
        return [window for window in found if window.own.any()]

    def logits(self, windows: Sequence[Window]) -> list[Floats]:
        """Return what the model gives for each window: shape (pieces, classes) or (classes,).

        A batch of one gives the same numbers whatever else is asked; larger ones are padded, so that the
        last digits depend on which windows come together.
        """
        order = sorted(range(len(windows)), key=lambda number: len(windows[number]))
        found: list[Floats | None] = [None] * len(windows)
        for first in range(0, len(order), self.batch):
            numbers = order[first : first + self.batch]
            for number, of_window in zip(numbers, self._run([windows[n] for n in numbers]), strict=True):
                found[number] = of_window
        return [of_window for of_window in found if of_window is not None]

    def _run(self, windows: Sequence[Window]) -> list[Floats]:
        inputs = padded(windows, self.filling)
        with torch.inference_mode():
            given = {name: values.to(self.device) for name, values in inputs.items()}
            logits = self.model(**given).logits.cpu().double().numpy()
        if logits.ndim == 2:
            return list(logits)
        return [rows[: len(window)] for rows, window in zip(logits, windows, strict=True)]


def padded(windows: Sequence[Window], pad: int | None) -> dict[str, torch.Tensor]:
    """Return the inputs of windows as tensors of shape (windows, pieces of the longest)."""
    longest = max(map(len, windows))
    fill = {"input_ids": pad or 0}
    return {
        name: torch.tensor(
            [
                [*window.inputs[name], *[fill.get(name, 0)] * (longest - len(window.inputs[name]))]
                for window in windows
            ]
        )
        for name in windows[0].inputs
    }


def load_checkpoint(
    source: Source, task: Task, window: int | None, stride: int | None, batch: int | None, device: str
) -> Checkpoint:
    """Return a model from its files.

    Parameters
    ----------
    source
        Where it is.
    task
        What it classifies.
    window, stride
        How texts are cut; None for what the model takes.
    batch
        How many windows at once; None for one on a CPU, and more elsewhere.
    device
        auto, cpu, cuda or mps.

    Raises
    ------
    ValueError
        Where it cannot be loaded, or the settings do not fit it.
    """
    folder = source.whole()
    tokenizer = load_tokenizer(folder, source.name)
    return ready(load_model(folder, source.name, task), tokenizer, window, stride, batch, device)


def ready(
    model: Any, tokenizer: Any, window: int | None, stride: int | None, batch: int | None, device: str
) -> Checkpoint:
    """Return a loaded model on its device; see `load_checkpoint`."""
    place, fill = device_of(device), filling(model, tokenizer)
    many = batch or (1 if place == "cpu" else 32)
    if fill is None:
        many = 1
    cut = frame(model, tokenizer, window, stride)
    return Checkpoint(model.to(place).eval(), tokenizer, cut, many, place, fill)


def filling(model: Any, tokenizer: Any) -> int | None:
    """Return the piece that short windows are filled up with; None where no windows go together.

    Models such as GPT-2 read the last piece of a text that is not this one: they have to know the same one,
    and are told the tokenizer's where their configuration names none.
    """
    if "attention_mask" not in tokenizer.model_input_names:
        return None  # the model would read what fills up as text
    config, given = model.config.get_text_config(), tokenizer.pad_token_id
    own = getattr(config, "pad_token_id", None)
    if own is not None and 0 <= own < getattr(config, "vocab_size", own + 1):  # some have −1
        return int(own)
    if given is None or tokenizer("a")["input_ids"][-1:] == [given]:
        return None  # the end of each text would be taken for what fills up
    config.pad_token_id = given
    return int(given)
