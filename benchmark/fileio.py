"""Files at the border of the program: strict JSONL with line numbers, checksums, atomic writes."""

from __future__ import annotations

import errno
import hashlib
import shutil
import tempfile
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import msgspec

from benchmark.errors import Fault, UsageError

T = TypeVar("T")
ATTEMPTS = 10
"""How often a folder is put in place that another process keeps putting there too."""
BOM_MESSAGE = "begins with a byte-order mark; save it as UTF-8 without one"


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file of any size, read once for each of its states.

    Raises
    ------
    UsageError
        Where the file cannot be read.
    """
    try:
        state = path.stat()
        return _file_sha256(path.resolve(), state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error


@lru_cache(maxsize=256)
def _file_sha256(path: Path, changed: int, size: int) -> str:  # noqa: ARG001 - they tell its states apart
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_bytes(path: Path) -> bytes:
    """Return a file's content.

    Raises
    ------
    UsageError
        Where the file cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error


def decode(content: bytes, kind: type[T], path: Path, line: int | None, faults: list[Fault]) -> T | None:
    """Decode one JSON value strictly, or note the fault and return None.

    Parameters
    ----------
    content
        UTF-8 JSON.
    kind
        The schema: a msgspec Struct or dataclass.
    path, line
        Where the content stands, for the fault.
    faults
        The list that a fault is added to.
    """
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as error:
        faults.append(Fault(path, line, str(error)))
    except msgspec.DecodeError as error:
        faults.append(Fault(path, line, f"broken JSON: {error}"))
    except UnicodeDecodeError as error:
        faults.append(Fault(path, line, not_utf8(content) or f"not UTF-8: {error.reason}"))
    except RecursionError:
        faults.append(Fault(path, line, "JSON nested too deeply"))
    return None


def not_utf8(content: bytes) -> str | None:
    """Return what keeps a line from being UTF-8, and at which byte from 0; None where nothing does."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"not UTF-8: {error.reason} at byte {error.start} of the line"
    return None


def read_jsonl(path: Path, kind: type[T], faults: list[Fault]) -> list[tuple[int, T]]:
    """Return the rows of a JSONL file with their line numbers, from 1; empty lines are passed over.

    Parameters
    ----------
    path
        The file.
    kind
        The schema of a row.
    faults
        The list that faults are added to; rows with a fault are left out.

    Raises
    ------
    UsageError
        Where the file cannot be read.
    """
    rows = []
    content = read_bytes(path)
    if content.startswith(BOM_UTF8):
        faults.append(Fault(path, 1, BOM_MESSAGE))
        content = content.removeprefix(BOM_UTF8)
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.strip():
            row = decode(line, kind, path, number, faults)
            if row is not None:
                rows.append((number, row))
    return rows


def jsonl(rows: Iterable[object]) -> bytes:
    """Return rows as JSONL in UTF-8, one object a line."""
    encoder = msgspec.json.Encoder()
    return b"".join(encoder.encode(row) + b"\n" for row in rows)


def atomic_write(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all.

    Raises
    ------
    UsageError
        Where it cannot be written.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
            temporary = Path(file.name)
            try:
                file.write(content)
                file.flush()
                temporary.chmod(0o644)
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder that becomes `path` when the block ends well, and vanishes otherwise.

    A folder that stands at `path` already is replaced as a whole.

    Raises
    ------
    UsageError
        Where the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error
    try:
        yield temporary
        temporary.chmod(0o755)
        _replace_folder(temporary, path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _replace_folder(temporary: Path, path: Path) -> None:
    """Rename `temporary` to `path`; what stood there is moved away first and deleted last.

    Another process may put a folder there in between; then it is tried again.
    """
    for left in reversed(range(ATTEMPTS)):
        aside = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-old-"))
        old = aside / "old"
        try:
            with suppress(FileNotFoundError):
                path.rename(old)
            temporary.rename(path)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) or not left:
                raise
        else:
            return
        finally:
            # Also where an interrupt came between the two: whatever happened, one of them stands at `path`.
            if old.exists() and not path.exists():
                old.rename(path)
            shutil.rmtree(aside, ignore_errors=True)
