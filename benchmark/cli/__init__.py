"""The command line, `bench`: one module a command. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TextIO

import typer
from typer.core import TyperGroup

from benchmark.cli import (
    agreement,
    behave,
    compare,
    data,
    evaluate,
    export,
    leaderboard,
    listing,
    overlap,
    plot,
    power,
    predict,
    report,
    score,
    show,
    train,
    transfer,
    verify,
)
from benchmark.errors import BenchError, DetectorWarning, one_line

EXIT_INTERRUPTED, EXIT_TERMINATED = 130, 143


class Ended(BaseException):
    """The process was asked to end. No handler of errors may take it for one of a detector's.

    Parameters
    ----------
    number
        Of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class _Commands(TyperGroup):
    """The commands, of which an interrupt is told: Typer would end without a word."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            end = Ended(signal.SIGINT)
            end.__notes__ = getattr(interrupt, "__notes__", [])
            raise end from interrupt


app = typer.Typer(
    cls=_Commands,
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
app.command()(train.train)
app.command(cls=transfer.SeveralValues)(transfer.transfer)
app.command("list")(listing.listing)
app.command()(behave.behave)
app.command()(show.show)
app.command()(compare.compare)
app.command()(power.power)
app.command()(verify.verify)
app.command()(export.export)
app.command()(leaderboard.leaderboard)
app.command()(report.report)
app.command()(plot.plot)
app.command()(agreement.agreement)
data.app.command()(overlap.overlap)
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

    0 done; 1 an error; 2 faults in what was given; 3 done, but a detector failed on a document; 4 a kept
    run differs from what its predictions say; 130 and 143 interrupted.
    """
    # One thread adds in the same order everywhere, and is faster on products as small as these.
    for library in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(library, "1")
    for ending in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ending) is not signal.SIG_IGN:  # as it is below nohup
            signal.signal(ending, _terminate)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a dash that the terminal lacks is no reason to stop
    debug = "--debug" in sys.argv[1:]
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        with _warnings_as_lines():
            app(args=arguments)
    except (KeyboardInterrupt, Ended) as end:
        sys.exit(_ended(end))
    except (BenchError, OSError) as error:
        sys.exit(_told(error, debug=debug))


@contextmanager
def _warnings_as_lines() -> Iterator[None]:
    """Show what is warned of a detector as a line like the command's others, each once."""
    with warnings.catch_warnings():
        warnings.simplefilter("default", DetectorWarning)
        others = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if issubclass(category, DetectorWarning):
                typer.echo(f"bench: {one_line(str(message))}", err=True)
            else:
                others(message, category, filename, lineno, file, line)

        warnings.showwarning = show
        yield


def _terminate(number: int, _: object) -> NoReturn:
    """Leave by an exception, so that no half-written folder remains."""
    raise Ended(number)


def _ended(end: KeyboardInterrupt | Ended) -> int:
    """Say on standard error by what the command was ended and what is kept, and return the exit code."""
    number = end.number if isinstance(end, Ended) else signal.SIGINT
    interrupted = number == signal.SIGINT
    words = ["interrupted" if interrupted else f"ended by {signal.Signals(number).name}"]
    with suppress(OSError):  # with its terminal, that of standard error may be gone
        typer.echo("bench: " + "; ".join(map(one_line, words + getattr(end, "__notes__", []))), err=True)
    return EXIT_INTERRUPTED if interrupted else EXIT_TERMINATED


def _told(error: BenchError | OSError, *, debug: bool) -> int:
    """Say what is wrong on standard error, and return the exit code."""
    if isinstance(error, OSError):
        # Standard output is closed, as by `head`, or full: Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return 1
    if debug:
        traceback.print_exc()
    typer.echo("bench: " + "\n".join(map(one_line, str(error).split("\n"))), err=True)
    return error.exit_code if isinstance(error, BenchError) else 1
