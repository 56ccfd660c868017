"""What the files beside a model's weights say: its configuration, and the user's map of its labels."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

Task = Literal["token", "sequence"]
"""What a model classifies: each piece of a text, or a whole text."""

CONFIG = "config.json"
HEADS: dict[Task, str] = {"token": "ForTokenClassification", "sequence": "ForSequenceClassification"}
"""How the architectures of each task end."""

MULTI, REGRESSION = "multi_label_classification", "regression"


class Config(msgspec.Struct, frozen=True):
    """What is read of a model's `config.json`, in which other fields may stand.

    Parameters
    ----------
    model_type
        The family of models, which says by which code it is run.
    architectures
        The classes that it was saved from.
    id2label
        The names of its classes by their number as text.
    problem_type
        How a model of whole texts is read: one class, several, or a number.
    auto_map
        Code beside the weights, which is never run.
    """

    model_type: str = ""
    architectures: list[str] | None = None
    id2label: dict[str, str | int] | None = None
    problem_type: str | None = None
    auto_map: dict[str, object] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the classes, in order; those that the library gives where none are told.

        Raises
        ------
        ValueError
            Where the numbers of the classes have gaps.
        """
        if not self.id2label:
            return ("LABEL_0", "LABEL_1")
        try:
            numbered = {int(number): str(name) for number, name in self.id2label.items()}
        except ValueError as error:
            raise ValueError(f"id2label: {error}") from error
        if sorted(numbered) != list(range(len(self.id2label))):
            raise ValueError("id2label: its numbers are not those from 0 on without a gap")
        return tuple(numbered[number] for number in range(len(numbered)))

    @property
    def task(self) -> Task | None:
        """What the model classifies, by its architecture; None where that does not say."""
        for architecture in self.architectures or ():
            for task, head in HEADS.items():
                if architecture.endswith(head):
                    return task
        return None


def read_config(folder: Path) -> Config:
    """Return the configuration of the model in a folder.

    Raises
    ------
    ValueError
        Where there is none, or it is broken; the message names the file.
    """
    path = folder / CONFIG
    try:
        return msgspec.json.decode(path.read_bytes(), type=Config)
    except OSError as error:
        raise ValueError(
            f"{path}: cannot be read: {error.strerror or error}; a model's folder holds {CONFIG}, "
            "model.safetensors and tokenizer.json"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{path}: broken: {error}") from error


def chosen_task(config: Config, asked: str, where: str) -> Task:
    """Return the task of a model.

    Parameters
    ----------
    config
        Its configuration.
    asked
        What the user says, or "auto".
    where
        The model, for messages.

    Raises
    ------
    ValueError
        Where nobody says, or the model is of the other task, or gives numbers and no classes.
    """
    own = config.task
    told = ", ".join(config.architectures or ()) or "nothing"
    if asked != "auto" and own not in (None, asked):
        raise ValueError(f"{where}: task={asked} does not fit a model of the architecture {told}")
    task = own if asked == "auto" else asked
    if task not in HEADS:
        raise ValueError(
            f"{where}: its architecture is {told}, which classifies neither tokens nor texts; "
            "name a model that was trained for that, or train this one: transformers:base=…"
        )
    number = config.problem_type == REGRESSION or (config.problem_type is None and len(config.names) == 1)
    if task == "sequence" and number:
        raise ValueError(f"{where}: it gives a number (regression), and no labels")
    return task


def read_label_map(path: Path | None, names: Sequence[str]) -> dict[str, str]:
    """Return a model's labels with the labels that they stand for, as a TOML or JSON file tells them.

    Parameters
    ----------
    path
        A table of texts; one whose name ends with ".json" is JSON. None for no map.
    names
        The names that it may have, for the check.

    Raises
    ------
    ValueError
        Where it cannot be read, or names a label that the model does not have.
    """
    if path is None:
        return {}
    try:
        content = path.read_bytes()
        found = (
            msgspec.json.decode(content, type=dict[str, str])
            if path.suffix.lower() == ".json"
            else msgspec.convert(tomllib.loads(content.decode("utf-8")), dict[str, str])
        )
    except OSError as error:
        raise ValueError(f"label_map {path}: cannot be read: {error.strerror or error}") from error
    except (msgspec.DecodeError, msgspec.ValidationError, tomllib.TOMLDecodeError, ValueError) as error:
        raise ValueError(
            f'label_map {path}: broken: {error}; it holds one line a label: model_label = "our label"'
        ) from error
    for name in found:
        if name not in names:
            raise ValueError(
                f"label_map {path}: the model has no label '{name}'; it has {', '.join(dict.fromkeys(names))}"
            )
    return found
