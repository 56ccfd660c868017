"""Tables from the Hugging Face Hub, or a folder laid out like one of its repositories.

The rows are read with the `datasets` library, which runs no code of a repository and loads no pickle, and
written to a temporary file of JSONL; from there on they are a table like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from benchmark.corpora.rowfiles import RowFile, text_of
from benchmark.corpora.table import Columns
from benchmark.errors import UsageError, one_line, suggest

ROWS = "rows.jsonl"
SPLIT = "split of the repository"
"""The column in which the repository's own splits are kept; no other is likely to be named so."""
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_SCRIPT = "scripts are no longer supported"


@dataclass(frozen=True, slots=True)
class Repository:
    """What is asked of the Hub.

    Parameters
    ----------
    name
        OWNER/NAME, or a folder.
    revision
        Branch, tag or commit; None for the newest.
    configuration
        The configuration of the dataset; None for its default.
    """

    name: str
    revision: str | None = None
    configuration: str | None = None

    @classmethod
    def parse(cls, text: str, configuration: str | None = None) -> Repository:
        """Return what "REPO" or "REPO@REVISION" names.

        Raises
        ------
        UsageError
            Where it is neither a folder nor OWNER/NAME.
        """
        if _is_folder(text):
            return cls(text, None, configuration)
        name, _, revision = text.partition("@")
        if not _REPOSITORY.fullmatch(name) or name.startswith("buckets/"):
            raise UsageError(f"'{text}' is neither a folder nor OWNER/NAME or OWNER/NAME@REVISION on the Hub")
        return cls(name, revision or None, configuration)

    @property
    def is_folder(self) -> bool:
        """Whether it lies on this machine."""
        return _is_folder(self.name)

    @property
    def title(self) -> str:
        """Its name for a manifest, in which no path of a machine stands."""
        return (
            Path(self.name).resolve().name
            if self.is_folder
            else f"https://huggingface.co/datasets/{self.name}"
        )


def _is_folder(text: str) -> bool:
    try:
        return bool(text) and Path(text).is_dir()
    except OSError:  # too long a name, or a folder that may not be entered
        return False


@contextmanager
def fetched(repository: Repository, columns: Columns) -> Iterator[tuple[RowFile, Columns, dict[str, str]]]:
    """Give the rows as a table, its columns, and what a manifest tells of where they come from.

    Parameters
    ----------
    repository
        What is asked for.
    columns
        The columns that are wanted; where none holds the split, the repository's own splits are kept.

    Raises
    ------
    UsageError
        Where the repository cannot be read, has no such column, or is a script.
    """
    with TemporaryDirectory(prefix="framebench-") as folder:
        path = Path(folder, ROWS)
        kept = columns if columns.split is not None else replace(columns, split=SPLIT)
        try:
            revision = _spool(repository, columns, path)
        except UsageError:
            raise
        except Exception as error:  # the library and all that it stands on may raise anything
            raise UsageError(_told(repository, error)) from error
        origin = {"repository": repository.title}
        given = {"revision": revision or repository.revision, "configuration": repository.configuration}
        origin |= {name: value for name, value in given.items() if value is not None}
        yield RowFile(path, kept.names), kept, origin


def _told(repository: Repository, error: Exception) -> str:
    if _SCRIPT in str(error):
        return (
            f"{repository.name}: holds a loading script, which is never run; look for the same data as "
            "Parquet, CSV or JSONL, and give it with --table"
        )
    told = one_line(str(error).partition("\n")[0]) or type(error).__name__
    return f"{repository.name}: cannot be read: {told}"


def _spool(repository: Repository, columns: Columns, path: Path) -> str | None:
    """Write the wanted columns of all splits to a file, and return the commit that they come from."""
    # Imported by name, since a type checker takes the checkout's folder of data for the library.
    library: Any = import_module("datasets")
    name, configuration, revision = repository.name, repository.configuration, repository.revision
    commit = None
    if not repository.is_folder:
        commit = library.load_dataset_builder(name, configuration, revision=revision).hash
        revision = commit or revision
    splits: Mapping[str, Any] = library.load_dataset(name, configuration, revision=revision, streaming=True)
    with path.open("wb") as file:
        encoder = msgspec.json.Encoder()
        for split, rows in splits.items():
            for row in _named(rows, columns, repository):
                cells = row if columns.split is not None else {**row, SPLIT: str(split)}
                file.write(encoder.encode(cells) + b"\n")
    return commit


def _named(rows: Any, columns: Columns, repository: Repository) -> Iterator[dict[str, object]]:
    """Yield the wanted cells of each row, labels by their names."""
    for row in rows:
        for name in columns.names:
            if name not in row:
                raise UsageError(f"{repository.name}: no column is named '{name}'{suggest(name, row)}")
        kinds = rows.features or {}
        yield {name: _plain(row[name], kinds.get(name)) for name in columns.names}


def _plain(cell: object, kind: Any) -> object:
    """Return a cell as JSON can hold it: a number that stands for a label as that label, {} for no text."""
    if isinstance(cell, list | tuple):
        inner = getattr(kind, "feature", None)
        return [_plain(part, inner) for part in cell]
    if isinstance(cell, int) and hasattr(kind, "int2str"):
        # A label that is not given is -1 by the library's convention.
        return kind.int2str(cell) if cell >= 0 else None
    text = text_of(cell)
    return {} if text is None else text
