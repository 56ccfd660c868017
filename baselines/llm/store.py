"""Answers kept on disk, each under the SHA-256 of its request, so that none is asked for twice.

An answer is a file `ab/abcdef….json` that holds the request and the answer in full, and no key. It is
written to `ab/abcdef….part` first, which is locked meanwhile, and then put in place whole. The system frees
the lock of a process that ends, however it ends, and the next one that asks takes the file over.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from baselines.llm.exchange import Request, Server
from benchmark.answers import Stop

VERSION = 1
"""Of the layout of a file and of what is hashed: another version is another request."""
VARIABLE = "FRAMEBENCH_ANSWERS"
"""The environment variable that names another folder for the answers."""


class KeptMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message of a request; see `baselines.llm.exchange.Message`."""

    role: str
    content: str


class KeptRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was asked, and of whom: all that an answer may depend on.

    Parameters
    ----------
    base_url, model
        Of the server.
    messages
        As they were given, without what is added for servers that know no schemas.
    temperature, max_tokens, seed
        As asked for; whether they were sent, the answer says.
    name, schema
        Of the answer; the order of its properties counts, since answers follow it.
    sample
        Which of several answers.
    """

    base_url: str
    model: str
    messages: tuple[KeptMessage, ...]
    temperature: float | None
    max_tokens: int
    name: str
    schema: dict[str, Any]
    seed: int | None
    sample: int


class KeptAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was answered; see `baselines.llm.exchange.Reply`.

    Parameters
    ----------
    text, refusal, finish, model, input_tokens, output_tokens, cost, currency, seconds, form, dropped
        As in a reply.
    identity
        The server's own name for the answer.
    asked
        When the request was sent, in UTC, as ISO 8601.
    """

    text: str
    refusal: str
    finish: str
    model: str
    input_tokens: int | None
    output_tokens: int | None
    cost: float | None
    currency: str
    seconds: float
    form: str
    dropped: tuple[str, ...]
    identity: str
    asked: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    request: KeptRequest
    answer: KeptAnswer


def store_folder() -> Path:
    """Return the folder of the answers, which need not exist: the environment's, or in the user's cache."""
    given = os.environ.get(VARIABLE)
    if given:
        return Path(given).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("framebench", appauthor=False) / "answers"


def kept_request(url: str, server: Server, request: Request) -> KeptRequest:
    """Return a request as it is kept and hashed.

    Raises
    ------
    ValueError
        Where the schema is no JSON.
    """
    return KeptRequest(
        base_url=url,
        model=server.model,
        messages=tuple(KeptMessage(message.role, message.content) for message in request.messages),
        temperature=None if server.temperature is None else float(server.temperature),
        max_tokens=server.max_tokens,
        name=request.name,
        schema=_plain(request.schema),
        seed=server.seed,
        sample=request.sample,
    )


def digest(request: KeptRequest) -> str:
    """Return the SHA-256 of a request as 64 hexadecimal digits."""
    record = {"version": VERSION, **msgspec.to_builtins(request)}
    return hashlib.sha256(json.dumps(record, separators=(",", ":"), allow_nan=False).encode()).hexdigest()


class Store:
    """The answers in a folder.

    Parameters
    ----------
    folder
        It is made when the first answer is asked for.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> KeptAnswer | None:
        """Return the answer to the request of this SHA-256; None where there is none.

        A file that is cut off, broken, of another version or of another request is none.
        """
        try:
            content = self._path(name).read_bytes()
            file = msgspec.json.decode(content, type=_File)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        return file.answer if file.version == VERSION and digest(file.request) == name else None

    def claim(self, name: str) -> Claim | None:
        """Return the right to make this answer; None while somebody else has it.

        Raises
        ------
        Stop
            Where the folder cannot be written.
        """
        path = self._path(name)
        part = path.with_suffix(".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            while True:
                descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                if not _locked(descriptor):
                    os.close(descriptor)
                    return None
                if _same(descriptor, part):
                    return Claim(path, part, descriptor)
                os.close(descriptor)  # its owner has put it in place, or given it up, in between
        except OSError as error:
            raise _unwritable(path, error) from error

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / f"{name}.json"


class Claim:
    """The right to make one answer, given back at the end of a `with` block, or of the process."""

    def __init__(self, path: Path, part: Path, descriptor: int) -> None:
        self._path, self._part, self._descriptor = path, part, descriptor
        self._kept = False

    def __enter__(self) -> Claim:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._kept:
            with suppress(OSError):
                self._part.unlink()
        os.close(self._descriptor)

    def keep(self, request: KeptRequest, answer: KeptAnswer) -> None:
        """Put an answer in place, whole.

        Raises
        ------
        Stop
            Where it cannot be written.
        """
        content = msgspec.json.encode(_File(VERSION, request, answer)) + b"\n"
        try:
            os.ftruncate(self._descriptor, 0)
            with os.fdopen(os.dup(self._descriptor), "wb") as file:
                file.seek(0)
                file.write(content)
            self._part.replace(self._path)
        except OSError as error:
            raise _unwritable(self._path, error) from error
        self._kept = True


def _plain(schema: Mapping[str, object]) -> dict[str, Any]:
    """Return a schema as it is after writing and reading, which is how it will be compared."""
    try:
        plain: dict[str, Any] = json.loads(json.dumps(dict(schema), allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"the schema of an answer is no JSON: {error}") from error
    return plain


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        os.close(descriptor)
        raise
    return True


def _same(descriptor: int, path: Path) -> bool:
    """Return whether an open file still stands at its path."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _unwritable(path: Path, error: OSError) -> Stop:
    return Stop(
        f"{path}: cannot be written: {error.strerror or error}; the folder of kept answers has to be "
        f"writable; name another one by store=FOLDER or the environment variable {VARIABLE}"
    )
