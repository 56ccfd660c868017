"""Fine-tuning by the trainer of transformers; importing this imports torch."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
import transformers
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_utils import sort_checkpoints

from baselines.neural.checkpoint import Frame, device_of, frame, load_model, load_tokenizer, padded, quiet
from baselines.neural.config import MULTI
from baselines.neural.lesson import IGNORED, Example, Lesson, examples
from baselines.neural.recipe import BATCH, Recipe
from baselines.neural.source import Source
from baselines.neural.windows import Window, windows_of

COMPLETE = "complete"
"""A file that is written into a checkpoint when all others are there."""
STATE = "trainer_state.json"
TOLD = 10
"""How often an epoch tells how far it is."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Tuned:
    """What came of a fine-tuning.

    Parameters
    ----------
    model, tokenizer
        Of transformers, the model with the weights that did best on what was held out.
    losses
        On what was held out, a pass each; empty where nothing was.
    epochs
        How many passes were made.
    kept
        The pass whose weights were kept, from 1.
    windows
        How many windows were learned from, and how many were held out.
    settings
        The parameters of the training, those that were left open as they were chosen.
    """

    model: Any
    tokenizer: Any
    losses: tuple[float, ...]
    epochs: int
    kept: int
    windows: tuple[int, int]
    settings: Mapping[str, object]


def finetune(
    source: Source, lesson: Lesson, held: Lesson, recipe: Recipe, checkpoints: Path, say: Say
) -> Tuned:
    """Fine-tune a base model.

    Parameters
    ----------
    source
        The base.
    lesson
        What it learns.
    held
        What is held out to see when to stop; nothing in it is learned from.
    recipe
        How.
    checkpoints
        Folder that the state is kept in after each pass. Where it holds one of the same training, this goes
        on from there, with the same result as if it had never stopped; one of any other training is left
        alone.
    say
        Told how far it is.

    Raises
    ------
    ValueError
        Where the base cannot be loaded, there is nothing to learn from, or the weights become infinite.
    """
    with _own_randomness(recipe.seed), quiet():
        model, tokenizer = _base(source, lesson)
        read = frame(model, tokenizer, recipe.window, recipe.stride)
        learned = replace(read, stride=0) if lesson.task == "token" else read  # no piece stands in two
        cut = _cut(tokenizer, learned)
        train, test = examples(lesson, cut), examples(held, cut)
        if not train:
            raise ValueError("no text that the gold is about has a word")
        place = checkpoints / fingerprint(source, lesson, held, recipe)
        arguments = _arguments(recipe, place, bool(test))
        trainer = _trainer(model, tokenizer, train, test, arguments, _Watch(recipe, say))
        outcome = _run(trainer, place, recipe)
        model = load_model(outcome.kept, source.name, lesson.task)
    if not all(bool(values.isfinite().all()) for values in model.parameters()):
        raise ValueError("the training diverged: weights are infinite; lower learning_rate")
    return Tuned(
        model,
        tokenizer,
        outcome.losses,
        outcome.epochs,
        outcome.epoch,
        (len(train), len(test)),
        used(recipe, arguments, learned, read),
    )


def _base(source: Source, lesson: Lesson) -> tuple[Any, Any]:
    """Return the model that is to learn, its head new, and its tokenizer, which can fill up."""
    folder = source.whole()
    tokenizer = load_tokenizer(folder, source.name)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    return load_model(folder, source.name, lesson.task, _head(lesson, tokenizer)), tokenizer


def used(recipe: Recipe, arguments: Any, learned: Frame, read: Frame) -> dict[str, object]:
    """Return the settings of a training by name, as they were.

    Parameters
    ----------
    recipe
        As the user gave them, some of them left open.
    arguments
        What the trainer made of them.
    learned, read
        How texts are cut where the model learns, and where it predicts.
    """
    half = "float16" if arguments.fp16 else "float32"
    return asdict(recipe) | {
        "batch": arguments.train_batch_size,
        "device": arguments.device.type,
        "precision": "bfloat16" if arguments.bf16 else half,
        "window": learned.size,
        "stride": learned.stride,
        "stride where it predicts": read.stride,
    }


def fingerprint(source: Source, lesson: Lesson, held: Lesson, recipe: Recipe) -> str:
    """Return a name for a training that no other base, data, settings or library shares."""
    told = [
        source.digest(),
        lesson.digest(),
        held.digest(),
        asdict(recipe) | {"device": device_of(recipe.device)},
        transformers.__version__,
        str(torch.__version__),
    ]
    return sha256(msgspec.json.encode(told)).hexdigest()[:24]


def _head(lesson: Lesson, tokenizer: Any) -> dict[str, Any]:
    """Return the fields of a configuration that say what is classified."""
    kind = MULTI if lesson.several else "single_label_classification"
    names = dict(enumerate(lesson.names))
    return {
        "num_labels": len(names),
        "id2label": names,
        "label2id": {name: number for number, name in names.items()},
        "problem_type": kind if lesson.task == "sequence" else None,
        "pad_token_id": tokenizer.pad_token_id,
    }


def _cut(tokenizer: Any, cut: Frame) -> Callable[[str], list[Window]]:
    """Return what makes the windows that are learned from."""

    def windows(text: str) -> list[Window]:
        found = windows_of(tokenizer, text, cut.size, cut.stride)
        return [window for window in found if window.own.any()]

    return windows


def _arguments(recipe: Recipe, place: Path, tested: bool) -> TrainingArguments:
    """Return what the trainer is told; `tested` says whether anything is held out."""
    device = device_of(recipe.device)
    half = device == "cuda"
    brain = half and torch.cuda.is_bf16_supported()
    return TrainingArguments(
        output_dir=str(place),
        num_train_epochs=recipe.epochs,
        learning_rate=recipe.learning_rate,
        per_device_train_batch_size=recipe.batch or BATCH,
        per_device_eval_batch_size=recipe.batch or BATCH,
        warmup_steps=recipe.warmup,
        weight_decay=recipe.weight_decay,
        bf16=brain,
        fp16=half and not brain,
        use_cpu=device == "cpu",
        eval_strategy="epoch" if tested else "no",
        save_strategy="epoch",
        save_total_limit=2,  # the last and the best one; of one alone the last would be removed in the end
        metric_for_best_model="eval_loss" if tested else None,
        greater_is_better=False if tested else None,
        logging_strategy="epoch",
        logging_nan_inf_filter=False,
        prediction_loss_only=True,
        remove_unused_columns=False,
        dataloader_pin_memory=False,
        seed=recipe.seed,
        data_seed=recipe.seed,
        report_to="none",
        push_to_hub=False,
        disable_tqdm=True,
    )


def _trainer(
    model: Any,
    tokenizer: Any,
    train: Sequence[Example],
    test: Sequence[Example],
    arguments: TrainingArguments,
    watch: TrainerCallback,
) -> Trainer:
    trainer = Trainer(
        model=model,
        args=arguments,
        train_dataset=list(train),
        eval_dataset=list(test) or None,
        data_collator=_collator(tokenizer.pad_token_id),
        callbacks=[watch],
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _collator(pad: int | None) -> Callable[[Sequence[Example]], dict[str, torch.Tensor]]:
    """Return what makes tensors of examples: inputs and targets of pieces are filled up to the longest."""

    def collate(batch: Sequence[Example]) -> dict[str, torch.Tensor]:
        inputs = padded([example.window for example in batch], pad)
        longest = max(len(example.window) for example in batch)
        targets = [
            [*example.target, *[IGNORED] * (longest - len(example.window))]
            if isinstance(example.target, tuple)
            else example.target
            for example in batch
        ]
        return inputs | {"labels": torch.tensor(targets)}

    return collate


class _Watch(TrainerCallback):  # type: ignore[misc]  # of a library without types
    """Tells how far a training is, stops it in time, and marks checkpoints that are complete."""

    def __init__(self, recipe: Recipe, say: Say) -> None:
        self.recipe, self.say = recipe, say

    def on_step_end(self, _args: Any, state: Any, _control: Any, **_more: Any) -> None:
        steps = max(1, state.max_steps // self.recipe.epochs)
        if state.global_step % max(1, steps // TOLD) == 0:
            epoch = min((state.global_step - 1) // steps + 1, self.recipe.epochs)
            self._tell(epoch, f"step {state.global_step} of {state.max_steps}")

    def _tell(self, epoch: int, what: str) -> None:
        self.say(f"transformers: epoch {epoch} of {self.recipe.epochs}, {what}")

    def on_evaluate(self, _args: Any, state: Any, control: Any, **_more: Any) -> None:
        losses = _losses(state.log_history)
        self._tell(round(state.epoch), f"held-out loss {losses[-1]:.4f}")
        control.should_training_stop = is_over(losses, self.recipe.patience)

    def on_save(self, args: Any, state: Any, _control: Any, **_more: Any) -> None:
        (Path(args.output_dir) / f"checkpoint-{state.global_step}" / COMPLETE).touch()


def _losses(history: Sequence[Mapping[str, Any]]) -> list[float]:
    """Return the loss on what was held out after each pass."""
    return [entry["eval_loss"] for entry in history if "eval_loss" in entry]


def is_over(losses: Sequence[float], patience: int) -> bool:
    """Return whether the lowest loss is so many passes ago that a training stops."""
    return bool(losses) and len(losses) - 1 - int(np.argmin(losses)) >= patience


@dataclass(frozen=True)
class _Outcome:
    """How a training ended: the checkpoint that is kept, its pass, the losses, and the number of passes."""

    kept: Path
    epoch: int
    losses: tuple[float, ...]
    epochs: int


def _run(trainer: Trainer, place: Path, recipe: Recipe) -> _Outcome:
    """Train, from the last complete checkpoint on where there is one."""
    last = _newest(place)
    if last is None or not _ended(last, recipe):
        trainer.train(resume_from_checkpoint=str(last) if last else None)
        last = _newest(place)
    if last is None:
        raise ValueError(f"{place}: the trainer kept no checkpoint")
    state = json.loads((last / STATE).read_text(encoding="utf-8"))
    losses, epochs = tuple(_losses(state["log_history"])), round(state["epoch"])
    if not losses:
        return _Outcome(last, epochs, losses, epochs)
    if not np.isfinite(losses).all():
        raise ValueError("the training diverged: the held-out loss is no number; lower learning_rate")
    best = place / f"checkpoint-{state['best_global_step']}"
    return _Outcome(best, int(np.argmin(losses)) + 1, losses, epochs)


def _ended(checkpoint: Path, recipe: Recipe) -> bool:
    state = json.loads((checkpoint / STATE).read_text(encoding="utf-8"))
    return bool(round(state["epoch"]) >= recipe.epochs) or is_over(
        _losses(state["log_history"]), recipe.patience
    )


def _newest(place: Path) -> Path | None:
    """Return the newest complete checkpoint of a folder; those that a crash left half written are removed."""
    complete = None
    for path in map(Path, sort_checkpoints(str(place))) if place.is_dir() else ():
        if (path / COMPLETE).is_file():
            complete = path
        else:
            shutil.rmtree(path)
    return complete


@contextmanager
def _own_randomness(seed: int) -> Iterator[None]:
    """Seed the global generators, which the library draws from, and leave them as they were."""
    python, array = random.getstate(), np.random.get_state()  # noqa: NPY002 - the library's own
    with torch.random.fork_rng():
        transformers.set_seed(seed)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(array)  # noqa: NPY002 - the library's own
