"""The command line, `bench`: one module a command. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import os
import sys

import typer

from benchmark.cli import agreement, data, evaluate, listing, predict, score, show
from benchmark.errors import BenchError, one_line

app = typer.Typer(
    name="bench",
    help="Measure how well software finds slanted wording, weak sourcing and framing in news.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: bench evaluate turkey_drones --detector lexicon --detector linear",
)
app.command()(evaluate.evaluate)
app.command()(score.score)
app.command()(predict.predict)
app.command("list")(listing.listing)
app.command()(show.show)
app.command()(agreement.agreement)
app.add_typer(data.app, name="data")


def _version(asked: bool) -> None:
    if asked:
        from benchmark import __version__

        typer.echo(f"framebench {__version__}")
        raise typer.Exit


@app.callback()
def options(
    debug: bool = typer.Option(False, "--debug", help="Show the traceback of an error; stands anywhere."),
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Measure how well software finds slanted wording, weak sourcing and framing in news."""


def main() -> None:
    """Run the command line and leave with its exit code.

    0 done; 1 an error; 2 faults in what was given; 3 done, but a detector failed on a document.
    """
    # One thread adds in the same order everywhere, and is faster on products as small as these.
    for library in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(library, "1")
    debug = "--debug" in sys.argv[1:]
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        app(args=arguments)
    except BenchError as error:
        if debug:
            raise
        typer.echo("bench: " + "\n".join(map(one_line, str(error).split("\n"))), err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
