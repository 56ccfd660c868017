"""Learned models in a folder: a header in JSON beside NumPy arrays, never a pickle.

A model named NAME is two files: `NAME.json`, `{"version": V, "model": HEADER}`, and `NAME.npz`. The same
model gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar
from zipfile import BadZipFile
from zlib import error as ZlibError  # noqa: N812 - named as the class that it is

import msgspec
import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
Array = NDArray[Any]
ArrayKind = tuple[str, int]
"""What an array must be: the name of its dtype, such as "float64", and its number of dimensions."""

_UNREADABLE = (
    OSError,
    BadZipFile,
    ZlibError,
    EOFError,
    ValueError,
    KeyError,
    MemoryError,
    NotImplementedError,
)


class _File(msgspec.Struct, Generic[T], frozen=True, forbid_unknown_fields=True):
    version: int
    model: T


class _Version(msgspec.Struct, frozen=True):
    version: int


def write_model(folder: Path, name: str, version: int, header: object, arrays: Mapping[str, Array]) -> None:
    """Write a model.

    Parameters
    ----------
    folder
        A folder that exists.
    name
        Plain file name, without an ending.
    version
        Version of the header's and the arrays' layout.
    header
        What msgspec can write as JSON: a Struct, dataclass, dict, list, number or text.
    arrays
        Arrays of numbers or flags by name; without any there is no second file.

    Raises
    ------
    OSError
        Where a file cannot be written.
    """
    content = msgspec.json.encode({"version": version, "model": header})
    (folder / f"{name}.json").write_bytes(content + b"\n")
    if not arrays:
        return
    with (folder / f"{name}.npz").open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def read_model(
    folder: Path, name: str, version: int, header: type[T], arrays: Mapping[str, ArrayKind]
) -> tuple[T, dict[str, Array]]:
    """Return the header and the arrays of a model.

    Parameters
    ----------
    folder, name
        As they were written.
    version
        The only version that is read.
    header
        The schema of the header: a msgspec Struct, a dataclass or a type such as `list[str]`.
    arrays
        What each array must be. Numbers that are not finite are refused.

    Raises
    ------
    ValueError
        Where a file is absent or broken, of another version, or an array is not as it must be; the message
        names the file.
    """
    path = folder / f"{name}.json"
    try:
        content = path.read_bytes()
        found = msgspec.json.decode(content, type=_Version).version
        if found != version:
            raise ValueError(f"{path}: version {found} where {version} is expected; train the model again")
        model = msgspec.json.decode(content, type=_File[header]).model  # type: ignore[valid-type]
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{path}: broken: {error}; train the model again") from error
    return model, {} if not arrays else _read_arrays(folder / f"{name}.npz", arrays)


@contextmanager
def broken(folder: Path, name: str) -> Iterator[None]:
    """Turn a ValueError about a model's arrays into one that names their file."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{folder / name}.npz: broken: {error}; train the model again") from error


def check_shapes(arrays: Mapping[str, Array], shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Refuse arrays of other shapes than these.

    Raises
    ------
    ValueError
        Which names the array and both shapes.
    """
    for name, shape in shapes.items():
        if arrays[name].shape != shape:
            raise ValueError(f"array '{name}' has the shape {arrays[name].shape}, not {shape}")


def _read_arrays(path: Path, kinds: Mapping[str, ArrayKind]) -> dict[str, Array]:
    try:
        with path.open("rb") as content, np.lib.npyio.NpzFile(content, allow_pickle=False) as file:
            return {name: _checked(file, name, kind) for name, kind in kinds.items()}
    except _UNREADABLE as error:
        raise ValueError(f"{path}: broken: {error}; train the model again") from error


def _checked(file: np.lib.npyio.NpzFile, name: str, kind: ArrayKind) -> Array:
    if name not in file.files:
        raise ValueError(f"it has no array '{name}'")
    array = file[name]
    dtype, dimensions = kind
    if array.dtype != np.dtype(dtype) or array.ndim != dimensions:
        raise ValueError(f"array '{name}' is no {dtype} of {dimensions} dimensions")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"array '{name}' holds a number that is not finite")
    array.flags.writeable = False
    return array
