"""What the files beside a model's weights say: its configuration, and the user's map of its labels."""

from __future__ import annotations

import json
import re
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

_BARE = re.compile(r"[A-Za-z0-9_-]+")
"""Keys that TOML takes without quotes."""

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
        found = _table(path)
    except OSError as error:
        raise ValueError(f"label_map {path}: cannot be read: {error.strerror or error}") from error
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise ValueError(f"label_map {path}: broken: {error}; {_form(path, names)}") from error
    for name in found:
        check_known(name, names, f"label_map {path}")
    return found


def _table(path: Path) -> dict[str, str]:
    """Return the texts of a file by name; what is wrong with it is raised as its reader says it."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte 0x{content[error.start]:02x} is not UTF-8") from error
    found = msgspec.json.decode(text, type=dict[str, object]) if _is_json(path) else tomllib.loads(text)
    texts = {name: value for name, value in found.items() if isinstance(value, str)}
    wrong = next((name for name in found if name not in texts), None)
    if wrong is not None:
        raise ValueError(f"{wrong} stands for no text")
    return texts


def _is_json(path: Path) -> bool:
    return path.suffix.lower() == ".json"


def _form(path: Path, names: Sequence[str]) -> str:
    """Say what a label map looks like, by a label of the model."""
    if _is_json(path):
        return f'it holds one object: {{{json.dumps(names[0], ensure_ascii=False)}: "our label"}}'
    return f"it holds one line a label: {toml_line(names[0])}; JSON is in a file whose name ends with .json"


def check_known(name: str, names: Sequence[str], where: str) -> None:
    """Refuse a label that a model does not have.

    Raises
    ------
    ValueError
        Which names those that it has.
    """
    if name not in names:
        raise ValueError(
            f"{where}: the model has no label '{name}'; it has {', '.join(dict.fromkeys(names))}"
        )


def toml_line(name: str, label: str = "our label") -> str:
    """Return the line of a label map for a label of a model."""
    key = name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)
    return f'{key} = "{label}"'
