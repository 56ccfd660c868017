"""A program that runs, with its three streams served at once: none of them can fill up and stop the others.

The program leads a process group of its own, so that what it started ends with it.
"""

from __future__ import annotations

import errno
import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from baselines.command.faults import MARK
from benchmark.answers import Stop

LONGEST = 64 * 2**20
"""The longest line that is read, in bytes."""
LOG = 2**20
"""How much of the standard error is kept, in bytes: the end of it."""
CHUNK = 2**16
STOPPING = 1.0
"""Seconds that a program has to end once it was asked to."""
LONGEST_WAIT = 0.05
"""Seconds between two looks at whether the program still runs: what it started may hold its streams open."""


class TooLongError(Exception):
    """A line is longer than any answer could be."""


class Process:
    """A program that was started, as a context that ends it and all that it started.

    Parameters
    ----------
    words
        The program and its arguments.
    lines
        What it gets on its standard input, which is closed behind the last one.

    Attributes
    ----------
    closed
        Whether no more output can come.

    Raises
    ------
    Stop
        Where it cannot be started.
    """

    def __init__(self, words: Sequence[str], lines: Iterator[bytes]) -> None:
        self._process = _started(words)
        self._lines = lines
        self._to_write = memoryview(b"")
        self._buffer = bytearray()
        self._searched = 0
        self._begun = False
        self._log = bytearray()
        self.closed = self._done = False
        self._selector = selectors.DefaultSelector()
        self._serve(self._process.stdin, selectors.EVENT_WRITE, self._write)
        self._serve(self._process.stdout, selectors.EVENT_READ, self._read)
        self._serve(self._process.stderr, selectors.EVENT_READ, self._read_error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(0)

    @property
    def log(self) -> bytes:
        """The end of what it wrote on its standard error."""
        return bytes(self._log[-LOG:])

    def read_line(self, seconds: float) -> bytes | None:
        """Return the next line that is not blank, without its line break; None where no more will come.

        A byte order mark before the very first line is left out: some languages write it unasked.

        Raises
        ------
        TimeoutError
            Where none came within this many seconds.
        TooLongError
            Where the line is longer than `LONGEST`.
        """
        deadline = time.monotonic() + seconds
        wait = 0.001
        while True:
            line = self._next_line()
            if line is not None and line.strip():
                return line
            if line is None and self.closed:
                return None
            if line is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                self._exchange(min(left, wait))
                wait = min(2 * wait, LONGEST_WAIT)

    def _next_line(self) -> bytes | None:
        """Return the next line in the buffer; at the end of the output also one without a line break."""
        end = self._buffer.find(b"\n", self._searched)
        if end < 0 and self.closed and self._buffer:
            end = len(self._buffer)
        if end > LONGEST or (end < 0 and len(self._buffer) > LONGEST):
            raise TooLongError
        if end < 0:
            self._searched = len(self._buffer)
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._searched = 0
        if not self._begun:
            line, self._begun = line.removeprefix(MARK), True
        return line

    def _exchange(self, seconds: float) -> None:
        """Read and write what can be within this many seconds."""
        ended = self._ended()  # before the look at the streams: what it wrote until then can be read
        ready = self._ready(0 if ended else seconds)
        for act in ready:
            act()
        if ended and self._read not in ready:
            self.closed = True  # though what it started may hold the stream open

    def _ready(self, seconds: float) -> list[Callable[[], None]]:
        return [key.data for key, _ in self._selector.select(seconds)]

    def _serve(self, stream: IO[bytes] | None, event: int, act: Callable[[], None]) -> None:
        assert stream is not None  # noqa: S101 - all three are pipes
        os.set_blocking(stream.fileno(), False)
        self._selector.register(stream, event, act)

    def _drop(self, stream: IO[bytes] | None) -> None:
        """Close a stream that is served; do nothing where it was closed before."""
        if stream is not None and not stream.closed:
            self._selector.unregister(stream)
            stream.close()

    def _write(self) -> None:
        if not self._to_write:
            self._to_write = memoryview(next(self._lines, b""))
        if not self._to_write:
            self._drop(self._process.stdin)
            return
        try:
            sent = os.write(_descriptor(self._process.stdin), self._to_write[:CHUNK])
        except BrokenPipeError:  # it does not want to know more; what is missing will be seen
            self._drop(self._process.stdin)
        else:
            self._to_write = self._to_write[sent:]

    def _read(self) -> None:
        chunk = os.read(_descriptor(self._process.stdout), CHUNK)
        self._buffer += chunk
        if not chunk:
            self.closed = True
            self._drop(self._process.stdout)

    def _read_error(self) -> None:
        chunk = os.read(_descriptor(self._process.stderr), CHUNK)
        self._log += chunk
        if len(self._log) > 2 * LOG:
            del self._log[:-LOG]
        if not chunk:
            self._drop(self._process.stderr)

    def close(self, seconds: float) -> int | None:
        """End the program and all that it started.

        Parameters
        ----------
        seconds
            How long it is waited for, so that it may end by itself.

        Returns
        -------
        int or None
            Its exit code, the negative number of the signal that ended it, or None where it was ended here.
        """
        if self._done:
            return None
        try:
            self._drop(self._process.stdin)
            self._drop(self._process.stdout)
            own = self._waited(seconds)
            if not own:
                self._signal(signal.SIGTERM)
                self._waited(STOPPING)
            self._read_rest()
        finally:
            self._signal(signal.SIGKILL)
            with suppress(subprocess.TimeoutExpired):  # one of another user's cannot be ended from here
                self._process.wait(STOPPING)
            self._done = True
            self._drop(self._process.stderr)
            self._selector.close()
        return self._process.returncode if own else None

    def _waited(self, seconds: float) -> bool:
        """Wait for the program's end, and return whether it came."""
        deadline, wait = time.monotonic() + seconds, 0.001
        while not (ended := self._ended()) and time.monotonic() < deadline:
            for act in self._ready(wait):
                act()
            wait = min(2 * wait, LONGEST_WAIT)
        return ended

    def _read_rest(self) -> None:
        """Read what stands in the standard error; a writer that was left behind cannot hold this up."""
        for _ in range(LOG // CHUNK):
            ready = self._ready(0)
            if not ready:
                return
            for act in ready:
                act()

    def _ended(self) -> bool:
        """Return whether the program has ended. It stays a zombie, so that its number names nothing else."""
        if not hasattr(os, "waitid"):  # on macOS before Python 3.13
            return self._buried()
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        try:
            return os.waitid(os.P_PID, self._process.pid, flags) is not None
        except ChildProcessError:  # where the signal of ended children is ignored, none becomes a zombie
            return True

    def _buried(self) -> bool:
        """Return whether the program has ended; no zombie stays here, so that its number becomes free.

        Therefore what it started is ended at once: numbers are not given anew so soon.
        """
        if self._process.returncode is None and self._process.poll() is not None:
            self._signal_group(signal.SIGKILL)
        return self._process.returncode is not None

    def _signal(self, number: int) -> None:
        """Send a signal to the program and all that it started, as long as its number names them."""
        if self._process.returncode is None:
            self._signal_group(number)

    def _signal_group(self, number: int) -> None:
        # macOS forbids it where all have ended and one is a zombie; elsewhere it is another user's program.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def _descriptor(stream: IO[bytes] | None) -> int:
    assert stream is not None  # noqa: S101 - all three are pipes
    return stream.fileno()


def _started(words: Sequence[str]) -> subprocess.Popen[bytes]:
    if not hasattr(os, "killpg"):
        raise Stop("programs run on Linux and macOS alone; on Windows, run bench within WSL")
    pipe = subprocess.PIPE
    try:
        # What runs is what the user typed, without a shell.
        return subprocess.Popen(  # noqa: S603
            words, bufsize=0, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
        )
    except FileNotFoundError as error:
        raise Stop(f"program '{words[0]}' was not found: {_absent(words[0])}") from error
    except PermissionError as error:
        raise Stop(f"program '{words[0]}' {_forbidden(words[0])}") from error
    except OSError as error:
        hint = (
            "; a script's first line names what runs it, as in #!/bin/sh"
            if error.errno == errno.ENOEXEC
            else ""
        )
        raise Stop(f"program '{words[0]}' cannot be started: {error.strerror}{hint}") from error


def _absent(word: str) -> str:
    """Say what may be wrong where the system finds no program, or none that runs it."""
    if "/" not in word:
        return f"install it; one in this folder is called ./{word}"
    try:
        with Path(word).open("rb") as file:
            first = file.readline(CHUNK)
    except OSError:
        first = b""
    if first.startswith(b"#!") and first.endswith(b"\r\n"):
        return "its lines end with CR LF; save it with LF alone"
    return "look at the path, and at what its first line names"


def _forbidden(word: str) -> str:
    """Say why the system does not execute a program that is there."""
    path = word if "/" in word else shutil.which(word, os.F_OK) or word
    if os.path.isdir(path):  # noqa: PTH112 - in a folder that may not be entered, Path.is_dir raises
        return "is a folder; name the program in it"
    if os.access(path, os.X_OK):
        return "may not be executed: look at what its first line names"
    return f"may not be executed; try: chmod +x {path}"
