"""The detector: which documents a program is started for, and what becomes of those that it fails on."""

from __future__ import annotations

import copy
import math
import shlex
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Self

from baselines.command.process import LOG, LONGEST, Process, TooLongError
from baselines.command.rows import (
    OutOfStepError,
    Wanted,
    document_of,
    escaped,
    last_line,
    question,
    read_answer,
    shown,
)
from baselines.layers import check_layer
from benchmark.answers import Account, Subject
from benchmark.model import Document, Prediction

KINDS = frozenset({"spans", "relations", "units", "given"})
ENDING = 2.0
"""Seconds that a program has to end by itself once its last answer is read or its output is closed."""
GROWTH = 8
"""After a failure one document is tried alone; each time that all goes well, so many times more."""

Found = Prediction | Exception


class ProgramError(Exception):
    """A program gave no answer for a document."""


class CommandDetector:
    """Runs any program that reads documents and writes predictions as JSONL on its standard streams.

    Parameters
    ----------
    command
        The program and its arguments, quoted as for a shell; no shell runs it.
    layers
        The layers that it predicts, joined by "+"; any layer where none is named.
    timeout
        Seconds that a document may take, from the answer before it.
    start
        Seconds that the start may take on top of that.

    Raises
    ------
    ValueError
        Where the command is empty or cannot be split into words, or a time is no positive number.
    """

    name: ClassVar[str] = "cmd"
    principal: ClassVar[str] = "command"
    layers: frozenset[str] = frozenset()
    kinds: frozenset[str] = KINDS

    def __init__(self, command: str, layers: str = "", timeout: float = 60.0, start: float = 60.0) -> None:
        self.command, self.timeout, self.start = command, timeout, start
        self._words = _words(command)
        self.layers = frozenset(filter(None, (name.strip() for name in layers.split("+"))))
        self.kinds = frozenset() if self.layers else KINDS
        if not 0 < timeout < math.inf:
            raise ValueError(f"timeout {timeout}: must be a positive number of seconds")
        if not 0 <= start < math.inf:
            raise ValueError(f"start {start}: must be a number of seconds, at least 0")
        self._wanted: Wanted | None = None
        self._logs: list[tuple[str, frozenset[str], bytes]] = []

    @property
    def code_files(self) -> Mapping[str, Path]:
        """The files that the command names, by its words: a change of one makes it another detector."""
        # A bare name in the first place is looked for on the search path, not in the folder.
        words = self._words if "/" in self._words[0] else self._words[1:]
        parts = [(word, word.partition("=")[2] if word.startswith("-") else word) for word in words]
        return {word: Path(part) for word, part in parts if part and _is_file(part)}

    def chosen(self, subject: Subject) -> Self:
        """Return the detector that tells its program what a subject is: kind, labels and units."""
        other = copy.copy(self)
        wanted = Wanted(subject.layer, subject.kind, tuple(subject.labels), subject.unit)
        vars(other).update(_wanted=wanted, _logs=[])
        return other

    def predict(self, documents: Sequence[Document], layer: str) -> list[Found]:
        """Return one prediction a document, in their order, or what was wrong in the place of one.

        The program gets all documents. Where it fails, the first document without an answer is given to it
        anew, alone: a program that answers in blocks may have failed on a later one. What fails alone has
        failed.

        Raises
        ------
        ValueError
            For a layer that is none of its layers.
        Stop
            Where the program cannot be started.
        """
        if self.layers:
            check_layer(self.name, self.layers, layer)
        ids = frozenset(document.id for document in documents)
        self._logs = [log for log in self._logs if log[0] != layer or not log[1] <= ids]
        found: dict[int, Found] = {
            place: fault for place, d in enumerate(documents) if (fault := _unsendable(d)) is not None
        }
        waiting = [place for place in range(len(documents)) if place not in found]
        size = len(waiting)
        while waiting:
            part = waiting[:size]
            answers, trouble = self._run([documents[place] for place in part], layer)
            found.update(zip(part, answers, strict=False))
            waiting = waiting[len(answers) :]
            if trouble and len(part) == 1:
                found[waiting.pop(0)] = ProgramError(trouble)
            size = 1 if trouble else GROWTH * size
        return [found[place] for place in range(len(documents))]

    def account(self, documents: Sequence[Document], layer: str) -> Account:
        """Return what the program wrote on its standard error about these documents: the last MB of it."""
        ids = {document.id for document in documents}
        logs = [log for about, of, log in self._logs if about == layer and not ids.isdisjoint(of)]
        return Account(log=b"".join(logs)[-LOG:].decode("utf-8", errors="replace"))

    def _run(self, documents: Sequence[Document], layer: str) -> tuple[list[Found], str]:
        """Start the program for documents.

        Returns
        -------
        answers
            Of the first documents: of all where nothing went wrong, else of fewer.
        trouble
            What went wrong then; "" where nothing did.
        """
        wanted = self._wanted if self._wanted and self._wanted.layer == layer else Wanted(layer)
        answers: list[Found] = []
        lines = (question(document, wanted) for document in documents)
        with Process(self._words, lines) as process:
            trouble = self._answers(process, documents, wanted, answers)
            before = process.log
            status = process.close(ENDING if process.closed else 0)
        # What it says of being ended here, such as that its output is gone, is no cause of the trouble.
        words = last_line(process.log if trouble == _CLOSED else before)
        if trouble == _CLOSED:
            trouble = f"{_ending(status)} before it answered"
        note = trouble or (f"{_ending(status)} after its last answer" if status else "")
        self._keep(layer, documents, process.log, note and f"{_about(documents, answers)}{note}")
        return answers, f"{trouble}; its last words: '{words}'" if trouble and words else trouble

    def _answers(
        self, process: Process, documents: Sequence[Document], wanted: Wanted, answers: list[Found]
    ) -> str:
        """Read the answers into a list, and return what went wrong; "" where nothing did."""
        seconds = self.start + self.timeout
        try:
            for document in documents:
                line = process.read_line(seconds)
                if line is None:
                    return _CLOSED
                answers.append(read_answer(line, document, wanted))
                seconds = self.timeout
            _check_end(process, min(ENDING, self.timeout))
        except TimeoutError:
            return f"gave no answer within {seconds:g} seconds, which timeout= and start= set"
        except TooLongError:
            _take_back(answers, documents, None)
            return f"wrote a line of more than {LONGEST >> 20} MB"
        except OutOfStepError as error:
            told = _again(error, documents[: len(answers)])
            _take_back(answers, documents, error.document)
            return told
        return ""

    def _keep(self, layer: str, documents: Sequence[Document], log: bytes, note: str) -> None:
        if log and not log.endswith(b"\n"):
            log += b"\n"
        if note:
            log += f"framebench: {note}\n".encode()
        if log:
            self._logs.append((layer, frozenset(document.id for document in documents), log))
        while sum(len(kept) for _, _, kept in self._logs[1:]) > LOG:
            del self._logs[0]


_CLOSED = "ended"
"""Stands for the end of the output until it is known how the program ended."""


def _check_end(process: Process, seconds: float) -> None:
    """Refuse a line behind the last answer.

    Raises
    ------
    OutOfStepError
        Where there is one.
    """
    try:
        line = process.read_line(seconds)
    except TimeoutError:
        return  # every document is answered; that the program does not end harms nobody
    if line is not None:
        message = f"wrote more lines than it had documents: '{shown(line)}'"
        raise OutOfStepError(message, document_of(line))


def _again(error: OutOfStepError, answered: Sequence[Document]) -> str:
    """Say what is wrong with a line, and where it is about a document that was answered before, that."""
    if any(document.id == error.document for document in answered):
        return f"answered for document '{escaped(error.document or '')}' a second time"
    return str(error)


def _take_back(answers: list[Found], documents: Sequence[Document], named: str | None) -> None:
    """Drop answers after a line that is none: from the document on that it names, and the very last one.

    A second answer about a document leaves open which of the two holds.
    """
    first = next((place for place, d in enumerate(documents[: len(answers)]) if d.id == named), len(answers))
    del answers[min(first, len(documents) - 1) :]


def _about(documents: Sequence[Document], answers: Sequence[Found]) -> str:
    """Return which document a note is about, as it begins."""
    return f"document '{escaped(documents[len(answers)].id)}': " if len(answers) < len(documents) else ""


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ValueError(f"command {command!r} cannot be split into words: {error}") from error
    if not words or not words[0]:
        raise ValueError("command is empty; it names a program, as in cmd:./mine.sh")
    if "\0" in command:
        raise ValueError(f"command {command!r} holds a NUL character")
    return words


def _is_file(word: str) -> bool:
    try:
        return Path(word).is_file()
    except OSError:  # too long, or in a folder that may not be entered
        return False


def _unsendable(document: Document) -> ValueError | None:
    """Return why a document cannot be given to a program; None where it can."""
    try:
        f"{document.id}{document.text}".encode()
    except UnicodeEncodeError:
        return ValueError("its text holds a lone surrogate, which no program can be given in UTF-8")
    return None


def _ending(status: int | None) -> str:
    """Say how a program ended."""
    if status is None:
        return "closed its standard output"
    if status >= 0:
        return f"ended with exit code {status}"
    try:
        return f"was ended by signal {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
