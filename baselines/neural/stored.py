"""Fine-tuned models in a folder: `transformers.json`, and of each layer a folder as the library writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from baselines.neural.config import Task
from baselines.storage import read_model, write_model

FILE = "transformers"
VERSION = 1


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a layer's model is kept, and what it classifies."""

    folder: Annotated[str, Meta(pattern=r"\Alayer\d+\Z")]
    task: Task
    window: Annotated[int, Meta(ge=1)]
    stride: Annotated[int, Meta(ge=0)]


class Header(Struct, frozen=True, forbid_unknown_fields=True):
    """What is stored beside the models.

    Parameters
    ----------
    base, revision
        The model that was fine-tuned, and its commit on the Hub.
    seed
        What it was trained with.
    pieces
        How words are read from their pieces.
    layers
        What was learned, by layer.
    """

    base: Annotated[str, Meta(min_length=1)]
    revision: str
    seed: Annotated[int, Meta(ge=0, lt=1 << 32)]
    pieces: Literal["mean", "first"]
    layers: Annotated[dict[str, Place], Meta(min_length=1)]


def write_header(folder: Path, header: Header) -> None:
    """Write the header into a folder."""
    write_model(folder, FILE, VERSION, header, {})


def read_header(folder: Path) -> Header:
    """Return the header in a folder.

    Raises
    ------
    ValueError
        Where it is broken or of another version; the message names the file.
    """
    return read_model(folder, FILE, VERSION, Header, {})[0]
