"""`bench data`: add, list, check and remove datasets."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import Quiet, TableFormat
from benchmark.errors import UsageError
from benchmark.report.formats import Format

if TYPE_CHECKING:
    from benchmark.corpora.table import Columns, Shape

app = typer.Typer(
    help="Add, list, check and remove datasets.",
    epilog="Example: bench data add ptc --from Downloads/protechn_corpus.zip",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class UnitName(StrEnum):
    """What the rows of a table are."""

    SENTENCE = "sentence"
    DOCUMENT = "document"


def _corpora(incomplete: str) -> list[str]:
    from benchmark.corpora import CORPORA

    return [name for name in CORPORA if name.startswith(incomplete)]


def _added(incomplete: str) -> list[str]:
    from benchmark import store

    return [name for name in store.names() if name.startswith(incomplete)]


def _known(incomplete: str) -> list[str]:
    from benchmark import data

    return [name for name in data.names() if name.startswith(incomplete)]


@app.callback()
def options() -> None:
    """Add, list, check and remove datasets."""


@app.command(no_args_is_help=True)
def add(
    name: Annotated[str, typer.Argument(help="A corpus, or a name for a table.", autocompletion=_corpora)],
    source: Annotated[
        Path | None, typer.Option("--from", help="Folder or archive (zip, tar) with the corpus as published.")
    ] = None,
    rename: Annotated[str | None, typer.Option("--as", help="Another name for the dataset.")] = None,
    part: Annotated[
        str | None,
        typer.Option("--part", help="Part of a corpus that is used by parts: babe's SG1, SG2, MBIC."),
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--table", help="A table of texts: .csv, .tsv, .jsonl or .parquet.")
    ] = None,
    hub: Annotated[
        str | None,
        typer.Option("--hub", help="OWNER/NAME or OWNER/NAME@REVISION on the Hugging Face Hub, or a folder."),
    ] = None,
    configuration: Annotated[
        str | None, typer.Option("--config", help="Configuration of the dataset on the Hub.")
    ] = None,
    text_column: Annotated[str | None, typer.Option(help="Column of the texts.")] = None,
    label_column: Annotated[str | None, typer.Option(help="Column of the labels.")] = None,
    id_column: Annotated[str | None, typer.Option(help="Column of the ids; else rows are numbered.")] = None,
    group_column: Annotated[
        str | None, typer.Option(help="Column of what keeps texts on one side of a split, such as an event.")
    ] = None,
    split_column: Annotated[str | None, typer.Option(help="Column of the splits.")] = None,
    unit: Annotated[UnitName, typer.Option(help="What a row is.")] = UnitName.SENTENCE,
    layer: Annotated[str, typer.Option(help="Name of the layer.")] = "label",
    labels: Annotated[
        str | None,
        typer.Option(help="Label set, separated by commas, of two the positive first; else all, sorted."),
    ] = None,
    label_separator: Annotated[
        str, typer.Option(help="What separates several labels in a cell; none where a text has one.")
    ] = "",
    unquoted: Annotated[
        bool, typer.Option("--unquoted", help="Quotation marks in CSV and TSV are characters like others.")
    ] = False,
    language: Annotated[str, typer.Option(help="Language of a table, as ISO 639-1 code.")] = "en",
    licence: Annotated[str, typer.Option(help="Licence of a table, as its source states it.")] = "not stated",
    citation: Annotated[str, typer.Option(help="How a table is cited.")] = "not stated",
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a dataset of this name that differs.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Add a corpus from your copy of it, or any table of labelled sentences or documents.

    The copy stays as it is; what is read goes to the local store (see: bench data path).

    Example:

    bench data add ptc --from Downloads/datasets.zip

    bench data add mine --table mine.csv --text-column text --label-column biased --labels yes,no

    bench data add theirs --hub owner/name@main --text-column sentence --label-column label
    """
    if [source, table, hub].count(None) != 2:
        raise UsageError("give one of --from PATH (a corpus), --table FILE and --hub REPO")
    for_tables = {
        "--text-column": text_column,
        "--label-column": label_column,
        "--id-column": id_column,
        "--group-column": group_column,
        "--split-column": split_column,
        "--labels": labels,
        "--label-separator": label_separator,
        "--unquoted": unquoted,
        "--config": configuration,
    }
    if source is not None:
        _refuse("a corpus has its own columns and labels", for_tables)
        folder = _add_corpus(name, source, rename, part, replace, quiet)
    else:
        _refuse("a table has no parts", {"--part": part})
        _refuse(
            "not for this kind of table", {"--config": configuration} if table else {"--unquoted": unquoted}
        )
        columns = _columns(text_column, label_column, id_column, group_column, split_column)
        shape = _shape(layer, unit, language, label_separator, labels, licence, citation)
        if table is not None:
            folder = _add_table(rename or name, table, columns, shape, unquoted, replace, quiet)
        else:
            folder = _add_hub(rename or name, hub or "", configuration, columns, shape, replace, quiet)
    _tell(folder, quiet)


def _add_corpus(
    name: str, source: Path, rename: str | None, part: str | None, replace: bool, quiet: bool
) -> Path:
    from benchmark.store import adding

    with _progress(quiet) as progress:
        return adding.add_corpus(name, source, name=rename, part=part, replace=replace, progress=progress)


def _add_table(
    name: str, table: Path, columns: Columns, shape: Shape, unquoted: bool, replace: bool, quiet: bool
) -> Path:
    from benchmark.store import adding

    with _progress(quiet) as progress:
        return adding.add_table(
            name, table, columns, shape, unquoted=unquoted, replace=replace, progress=progress
        )


def _add_hub(
    name: str,
    hub: str,
    configuration: str | None,
    columns: Columns,
    shape: Shape,
    replace: bool,
    quiet: bool,
) -> Path:
    from benchmark.corpora.hub import Repository
    from benchmark.store import adding

    with _progress(quiet) as progress:
        repository = Repository.parse(hub, configuration)
        return adding.add_hub(name, repository, columns, shape, replace=replace, progress=progress)


def _refuse(why: str, options: Mapping[str, object]) -> None:
    """Refuse options that would change nothing.

    Raises
    ------
    UsageError
        Where any of them is given.
    """
    given = [name for name, value in options.items() if value]
    if given:
        raise UsageError(f"{why}; leave {', '.join(given)} away")


def _columns(
    text: str | None, label: str | None, identifier: str | None, group: str | None, split: str | None
) -> Columns:
    from benchmark.corpora.table import Columns

    if text is None or label is None:
        raise UsageError("a table needs --text-column and --label-column")
    return Columns(text, label, identifier, group, split)


def _shape(
    layer: str,
    unit: UnitName,
    language: str,
    separator: str,
    labels: str | None,
    licence: str,
    citation: str,
) -> Shape:
    from benchmark.corpora.table import Shape

    given = tuple(label.strip() for label in (labels or "").split(",") if label.strip())
    return Shape(layer, unit.value, language, separator, given, licence, citation)


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[int], None]]:
    """Give a function that shows how many documents are written, where standard error is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("reading") as status:
        yield lambda documents: status.update(f"{documents:,} documents written")


def _tell(folder: Path, quiet: bool) -> None:
    """Print what a folder that was just written holds."""
    from benchmark import data
    from benchmark.report import dataset as report
    from benchmark.report.table import render

    manifest = data.manifest_of(folder)
    typer.echo(f"{manifest.name} {manifest.version}: added")
    typer.echo("\n" + render(report.tables(manifest), Format.TABLE) + "\n")
    typer.echo(_problems(folder))
    if not quiet:
        typer.echo(f"kept in {folder}; evaluate on it with: bench evaluate {manifest.name}", err=True)


def _problems(folder: Path) -> str:
    from benchmark import data
    from benchmark.errors import DataError, Fault
    from benchmark.fileio import read_jsonl
    from benchmark.manifest import PROBLEMS, Problem
    from benchmark.report import dataset as report

    faults: list[Fault] = []
    rows = [row for _, row in read_jsonl(folder / PROBLEMS, Problem, faults)]
    if faults:
        raise DataError(faults)
    return report.problems(data.manifest_of(folder), rows, str(folder / PROBLEMS))


@app.command("list")
def listing(fmt: TableFormat = Format.TABLE) -> None:
    """List the datasets that are here, and the corpora that can be added.

    Example:

    bench data list
    """
    from benchmark.report import listing as report

    typer.echo(report.written(report.datasets(corpora=True), fmt))


@app.command()
def info(
    name: Annotated[str, typer.Argument(help="A dataset's name or folder.", autocompletion=_known)],
) -> None:
    """Show a dataset's manifest: licence, citation, what it holds, what was wrong in its source.

    Example:

    bench data info fictional_news
    """
    from benchmark import data
    from benchmark.report import dataset as report
    from benchmark.report.table import render

    manifest = data.manifest_of(name)
    typer.echo(report.summary(manifest) + "\n\n" + render(report.tables(manifest), Format.TABLE))
    if manifest.origin is not None:
        typer.echo("\n" + _problems(data.locate(name)))


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="A dataset that was added.", autocompletion=_added)],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a dataset from the local store; the copy that it was read from stays.

    Example:

    bench data remove ptc --yes
    """
    from benchmark import store

    if name in store.names() and not yes:
        typer.confirm(f"Remove {store.folder(name)}?", abort=True, err=True)
    typer.echo(f"removed {store.remove(name)}")


@app.command()
def path(
    name: Annotated[
        str | None, typer.Argument(help="A dataset's name; none for the store.", autocompletion=_known)
    ] = None,
) -> None:
    """Print where a dataset lies, or the local store, which the variable FRAMEBENCH_DATA can move.

    Example:

    bench data path fictional_news
    """
    from benchmark import data, store

    typer.echo(str(store.data_home() if name is None else data.locate(name)))


@app.command()
def check(
    path: Annotated[
        str,
        typer.Argument(
            help="A dataset's name, or its folder: manifest.json and what it names.", autocompletion=_known
        ),
    ],
) -> None:
    """Check a dataset, and list every fault with file and line.

    Exit code 2: there are faults.

    Example:

    bench data check datasets/turkey_drones
    """
    from benchmark import data

    dataset = data.load(path)
    size = "1 document" if len(dataset.documents) == 1 else f"{len(dataset.documents)} documents"
    layers = ", ".join(dataset.layers)
    typer.echo(f"{dataset.name} {dataset.version}: no fault; {size}; layers {layers}")
