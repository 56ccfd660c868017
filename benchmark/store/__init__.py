"""The local store: the datasets that the user added, each in a folder of the user's data folder."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import msgspec

from benchmark.errors import UsageError, suggest
from benchmark.fileio import read_bytes
from benchmark.manifest import MANIFEST

VARIABLE = "FRAMEBENCH_DATA"
"""The environment variable that names another folder for the store."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def data_home() -> Path:
    """Return the folder of the store, which need not exist: the environment's, or the user's own."""
    given = os.environ.get(VARIABLE)
    if given:
        return Path(given).expanduser()
    from platformdirs import user_data_path

    return user_data_path("framebench", appauthor=False)


def is_name(text: str) -> bool:
    """Return whether a text can name a dataset: letters, digits, `_`, `.` and `-`, at most 100."""
    return _NAME.fullmatch(text) is not None


def folder(name: str) -> Path:
    """Return the folder in which a dataset of this name lies once it is added.

    Raises
    ------
    UsageError
        Where the name cannot be one.
    """
    if not is_name(name):
        raise UsageError(
            f"'{name}' cannot name a dataset: a name has up to 100 letters, digits, '_', '.' and '-', "
            "the first a letter or digit"
        )
    return data_home() / name


def names() -> tuple[str, ...]:
    """Return the names of the datasets in the store, sorted."""
    try:
        found = [path.name for path in data_home().iterdir() if is_name(path.name)]
    except OSError:  # the store was never made, or may not be entered
        return ()
    return tuple(sorted(name for name in found if _holds(name)))


def _holds(name: str) -> bool:
    try:
        return (data_home() / name / MANIFEST).is_file()
    except OSError:
        return False


def remove(name: str) -> Path:
    """Delete a dataset of the store, and return the folder that it lay in.

    Raises
    ------
    UsageError
        Where the store has no such dataset, or its folder holds something else or cannot be deleted.
    """
    path = folder(name)
    if name not in names():
        raise UsageError(f"no dataset '{name}' was added{suggest(name, names())}")
    own(path)
    try:
        shutil.rmtree(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be deleted: {error.strerror or error}") from error
    return path


def own(path: Path) -> None:
    """Make sure that a folder is one that the store wrote and may delete or replace.

    Raises
    ------
    UsageError
        Where it is a link, or its manifest does not tell of an origin.
    """
    if path.is_symlink():
        raise UsageError(f"{path}: is a link; delete it by hand")
    try:
        content = msgspec.json.decode(read_bytes(path / MANIFEST))
    except (UsageError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        content = None
    if not isinstance(content, dict) or "origin" not in content:
        raise UsageError(f"{path}: was not written by 'bench data add'; move it away or delete it by hand")
