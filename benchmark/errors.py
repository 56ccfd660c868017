"""The errors that a user can cause, each with the exit code of the command line."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

EXIT_FAULT = 2
EXIT_INCOMPLETE = 3
EXIT_DIFFERS = 4


class BenchError(Exception):
    """An error whose message alone tells the user what is wrong and what to do."""

    exit_code = 1


class DetectorWarning(UserWarning):
    """A detector broke its contract in a way that changed no result."""


class UsageError(BenchError):
    """A name, option or folder that the user gave cannot be used."""

    exit_code = EXIT_FAULT


class DetectorError(BenchError):
    """A detector broke its contract or could not be built."""

    exit_code = EXIT_FAULT


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one place of an input file.

    Parameters
    ----------
    path
        The file.
    line
        Its line, from 1; None where the fault is in the file as a whole.
    message
        What is wrong and, where it is known, what to do.
    """

    path: Path
    line: int | None
    message: str

    def __str__(self) -> str:
        place = str(self.path) if self.line is None else f"{self.path}:{self.line}"
        return one_line(f"{place}: {self.message}")


class DataError(BenchError):
    """One or more faults in files that the user gave; all of them are listed.

    Parameters
    ----------
    faults
        At least one fault, in the order of the files and lines.
    """

    exit_code = EXIT_FAULT

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def one_line(text: str) -> str:
    """Return text with control characters escaped, so that a name in it can steer no terminal.

    A line break is escaped too: what a file holds cannot pass for a message of its own.
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def some(names: Sequence[str], most: int) -> str:
    """Return names as text, the first few where there are many; one alone is never left out."""
    if len(names) <= most + 1:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"


MOST_CHARACTERS = 300
"""Of an error that somebody else's code raised: its message may hold a whole text."""


def shortened(text: str) -> str:
    """Return a line of at most 300 characters, the rest of a longer one left out."""
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 2]} …"


def describe(error: BaseException) -> str:
    """Return an exception as one line of at most 300 characters: its kind, and what it says."""
    line = f"{type(error).__name__}: {' '.join(str(error).split())}".removesuffix(": ")
    return shortened(one_line(line))


@contextmanager
def keeping(what: Callable[[], str]) -> Iterator[None]:
    """Note on an interrupt that ends a block what is kept all the same; errors pass as they are.

    Parameters
    ----------
    what
        Asked then; "" where nothing is kept.
    """
    try:
        yield
    except (Exception, SystemExit, GeneratorExit):
        raise
    except BaseException as end:
        note = what()
        if note:
            end.add_note(note)
        raise


def how_to_install(error: ImportError) -> str:
    """Return "; install it with: pip install …" for a package that is missing, "" for other errors."""
    missing = error.name.partition(".")[0] if isinstance(error, ModuleNotFoundError) and error.name else ""
    return f"; install it with: pip install {missing}" if missing else ""


def suggest(name: str, known: Iterable[str]) -> str:
    """Return ", did you mean …?" for the nearest known name, or else the known names.

    Parameters
    ----------
    name
        What the user wrote.
    known
        What could have been written.
    """
    names = sorted(known)
    folded = {candidate.casefold(): candidate for candidate in reversed(names)}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f", did you mean '{folded[near[0]]}'?"
    if not names:
        return "; none is known"
    shown = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
    return f"; known: {shown}"
