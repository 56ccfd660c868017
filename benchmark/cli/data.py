"""`bench data`: look after datasets."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    help="Look after datasets.",
    epilog="Example: bench data check datasets/turkey_drones",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def options() -> None:
    """Look after datasets."""


@app.command()
def check(
    path: Annotated[str, typer.Argument(help="A dataset folder: manifest.json and what it names.")],
) -> None:
    """Check a dataset folder, and list every fault with file and line.

    Exit code 2: there are faults.

    Example:

    bench data check datasets/turkey_drones
    """
    from benchmark import data

    dataset = data.load(path)
    size = "1 document" if len(dataset.documents) == 1 else f"{len(dataset.documents)} documents"
    layers = ", ".join(dataset.layers)
    typer.echo(f"{dataset.name} {dataset.version}: no fault; {size}; layers {layers}")
