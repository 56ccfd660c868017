"""Add datasets to the store: corpora that have an adapter, tables, and tables from the Hub."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmark.corpora import CORPORA, adapter
from benchmark.corpora.base import Report
from benchmark.corpora.hub import Repository, fetched
from benchmark.corpora.rowfiles import RowFile
from benchmark.corpora.source import open_source
from benchmark.corpora.table import Columns, Shape, Table
from benchmark.data import SHIPPED
from benchmark.errors import UsageError
from benchmark.store import folder
from benchmark.store.writer import Progress, write


def add_corpus(
    corpus: str,
    path: Path,
    *,
    name: str | None = None,
    part: str | None = None,
    replace: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Add a corpus from the user's copy, and return the folder of the dataset.

    Parameters
    ----------
    corpus
        Which corpus it is.
    path
        The folder or archive that holds it.
    name
        The name that the dataset gets; that of the corpus if None.
    part
        The part of the corpus to be read, where it has parts that are used one at a time.
    replace
        Whether another dataset of this name may be replaced.
    progress
        Told how many documents are written so far.

    Raises
    ------
    UsageError
        Where no corpus has that name, the copy cannot be read, or the store cannot be written.
    DataError
        Where the copy does not hold the corpus, or is broken.
    """
    reader = adapter(corpus, part)
    name = _free(name or corpus, corpus)
    with open_source(path) as source:
        report = Report()
        return write(
            name,
            reader.about(source),
            reader.records(source, report),
            report,
            source.inputs,
            adapter=corpus,
            options={} if part is None else {"part": part},
            archive=source.archive,
            replace=replace,
            progress=progress,
        )


def add_table(
    name: str,
    path: Path,
    columns: Columns,
    shape: Shape,
    *,
    unquoted: bool = False,
    replace: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Add a table of sentences or documents, and return the folder of the dataset.

    Parameters
    ----------
    name
        The name that the dataset gets.
    path
        The file: .csv, .tsv, .jsonl or .parquet.
    columns, shape
        What it holds, and what it is made into.
    unquoted
        Whether quotation marks in CSV and TSV are characters like others.
    replace, progress
        As for a corpus.

    Raises
    ------
    UsageError
        Where the table cannot be read, has no such column, or the store cannot be written.
    DataError
        Where the table is broken, or nothing in it can be kept.
    """
    file = RowFile(path, columns.names, unquoted)
    options = {"unquoted": "yes"} if unquoted else {}
    return _add(_free(name), Table(file, columns, shape), path.name, "table", options, replace, progress)


def add_hub(
    name: str,
    repository: Repository,
    columns: Columns,
    shape: Shape,
    *,
    replace: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Add a table from the Hugging Face Hub, and return the folder of the dataset.

    Parameters
    ----------
    name
        The name that the dataset gets.
    repository
        What is asked of the Hub.
    columns, shape, replace, progress
        As for a table.

    Raises
    ------
    UsageError, DataError
        As for a table.
    """
    name = _free(name)
    with fetched(repository, columns) as (file, kept, origin):
        table = Table(file, kept, shape)
        return _add(name, table, repository.title, "hub", origin, replace, progress)


def _add(
    name: str,
    table: Table,
    source: str,
    kind: str,
    options: Mapping[str, str],
    replace: bool,
    progress: Progress | None,
) -> Path:
    report = Report()
    columns, shape = table.columns, table.shape
    given = {
        "text column": columns.text,
        "label column": columns.label,
        "id column": columns.id,
        "group column": columns.group,
        "split column": columns.split,
        "label separator": shape.separator or None,
    }
    chosen = {option: value for option, value in given.items() if value is not None}
    return write(
        name,
        table.about(name, source),
        table.records(report),
        report,
        table.inputs,
        adapter=kind,
        options={**options, **chosen},
        replace=replace,
        progress=progress,
    )


def _free(name: str, corpus: str | None = None) -> str:
    """Return a name that a dataset may get.

    Raises
    ------
    UsageError
        Where it cannot be a name, or is that of a shipped dataset or of another corpus.
    """
    folder(name)
    if name in SHIPPED:
        raise UsageError(f"'{name}' is the name of a dataset that framebench brings; choose another")
    if name in CORPORA and name != corpus:
        raise UsageError(f"'{name}' is the name of a corpus that has an adapter; choose another")
    return name
