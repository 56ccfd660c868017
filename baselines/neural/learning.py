"""A layer that is learned: from documents and gold to a model that predicts it, with its card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from baselines.neural.card import NAME, Told, card, held_scores
from baselines.neural.config import Task, read_config
from baselines.neural.lesson import Lesson, split
from baselines.neural.model import Model
from baselines.neural.recipe import Recipe
from baselines.neural.source import Source
from baselines.neural.stored import Place
from baselines.neural.tags import Classes, Tags, read_classes

if TYPE_CHECKING:
    from baselines.neural.finetune import Tuned


@dataclass(frozen=True)
class Learned:
    """A layer that was learned.

    Parameters
    ----------
    model
        What predicts it.
    task
        What its model classifies.
    card
        The text of its card.
    revision
        Commit of its base on the Hub; "" for a folder.
    """

    model: Model
    task: Task
    card: str
    revision: str

    def save(self, folder: Path, name: str) -> Place:
        """Write the model into a new folder of that name, and return where it is and how it reads."""
        from baselines.neural.checkpoint import quiet

        kept, checkpoint = folder / name, self.model.checkpoint
        kept.mkdir()
        checkpoint.tokenizer.backend_tokenizer.no_truncation()  # what a text was cut by is no part of it
        with quiet():
            checkpoint.model.save_pretrained(kept)
            checkpoint.tokenizer.save_pretrained(kept)
        (kept / NAME).write_text(self.card, encoding="utf-8")
        return Place(name, self.task, checkpoint.frame.size, checkpoint.frame.stride)


def restored(folder: Path, place: Place, pieces: str, revision: str) -> Learned:
    """Return what `Learned.save` wrote.

    Raises
    ------
    ValueError
        Where a file is broken or missing.
    """
    from baselines.neural.checkpoint import load_checkpoint

    kept = folder / place.folder
    classes = read_classes(read_config(kept), place.task, None)
    source = Source(str(kept), kept)
    checkpoint = load_checkpoint(source, place.task, place.window, place.stride, None, "auto")
    text = (kept / NAME).read_text(encoding="utf-8") if (kept / NAME).is_file() else ""
    return Learned(Model(checkpoint, classes, pieces), place.task, text, revision)


@dataclass(frozen=True)
class Wish:
    """What is to be learned besides the documents.

    Parameters
    ----------
    layer
        Its name.
    base
        What the card calls the base.
    recipe
        How it is learned.
    pieces
        How words are read from their pieces.
    licence
        Of the weights; "" where the user does not say.
    checkpoints
        Folder that keeps the state of the training; "" for none.
    """

    layer: str
    base: str
    recipe: Recipe
    pieces: str
    licence: str
    checkpoints: str


def learn(source: Source, lesson: Lesson, wish: Wish, say: Callable[[str], None]) -> Learned:
    """Fine-tune a base to a layer.

    Parameters
    ----------
    source
        The base.
    lesson
        All documents and gold, of which a part is held out.
    wish
        What to make of them.
    say
        Told how far it is.

    Raises
    ------
    ValueError
        Where nothing can be learned from them, or the base does not fit.
    """
    from baselines.neural.checkpoint import ready
    from baselines.neural.finetune import finetune

    recipe = wish.recipe
    train, held = split(lesson, recipe.held_out, recipe.seed)
    with TemporaryDirectory() as folder:
        tuned = finetune(source, train, held, recipe, Path(wish.checkpoints or folder), say)
    checkpoint = ready(tuned.model, tuned.tokenizer, recipe.window, recipe.stride, None, recipe.device)
    model = Model(checkpoint, _classes(lesson), wish.pieces)
    return Learned(model, lesson.task, _card(source, wish, (train, held), tuned, model), source.revision)


def _card(source: Source, wish: Wish, parts: tuple[Lesson, Lesson], tuned: Tuned, model: Model) -> str:
    """Return the card of a model, with its scores on the second of the parts, which was held out."""
    train, held = parts
    told = Told(
        base=wish.base,
        revision=source.revision,
        licence=wish.licence,
        layer=wish.layer,
        lesson=train,
        held=held,
        settings=tuned.settings,
        losses=tuned.losses,
        kept=tuned.kept,
        scores=held_scores(model, held, wish.layer),
        versions={package: version(package) for package in ("transformers", "torch")},
    )
    return card(told)


def _classes(lesson: Lesson) -> Tags | Classes:
    """Return what the classes of a model that learned a lesson stand for."""
    if lesson.task == "token":
        return Tags.read(lesson.names, {})
    return Classes.read(lesson.names, {}, lesson.several)
