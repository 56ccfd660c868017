"""Zip and tar archives as sources, of which nothing is trusted and nothing is unpacked.

A zip is read in place. A tar has no index, so its headers are read once, when it is opened; a compressed one
is decompressed for that, once, into a temporary file without a name, so that every file in it can then be
read at the cost of its own size.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import re
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Generic, TypeVar

from benchmark.corpora.base import Input, Source
from benchmark.corpora.files import FILE_BYTES, FILES, Files, is_utf8
from benchmark.errors import DataError, Fault, UsageError

T = TypeVar("T")
Opener = Callable[[io.BufferedReader], io.BufferedIOBase]

ARCHIVE_BYTES = 4 * 2**30
"""The most bytes that an archive may hold, unpacked."""
MEMORY_BYTES = 64 * 2**20
"""How much of a decompressed tar is held in memory before it goes to a temporary file."""
BLOCK = 512
"""Bytes of a tar's header; as many zeros end the archive."""
CHUNK = 2**20

REMEDY = "; get it anew from its publisher, or unpack it and give the folder"
_BROKEN_ZIP = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError),
    *(RuntimeError, ValueError, OverflowError, struct.error),
)
_BROKEN_STREAM = (EOFError, OSError, zlib.error, lzma.LZMAError)
_BROKEN_TAR = (tarfile.TarError, EOFError, OSError, ValueError, OverflowError)
_OPENERS: Mapping[bytes, Opener] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True, slots=True)
class _Member(Generic[T]):
    """A member of an archive: its name there, its declared size, why it is refused, and its own record."""

    name: str
    size: int
    is_folder: bool
    refused: str
    record: T


class _Zip(Files):
    """A zip, read in place."""

    def __init__(self, location: Path, archive: zipfile.ZipFile, whole: Input) -> None:
        self._zip = archive
        self._members = _index(location, map(_zip_member, archive.infolist()))
        super().__init__(location, self._members, whole)

    def _content(self, path: str) -> bytes:
        try:
            with self._zip.open(self._members[path]) as file:
                return file.read(FILE_BYTES + 1)
        except _BROKEN_ZIP as error:
            raise self._error(path, f"is damaged: {error or 'it ends early'}{REMEDY}") from error


class _Tar(Files):
    """A plain tar, whose headers were read."""

    def __init__(self, location: Path, archive: tarfile.TarFile, whole: Input) -> None:
        self._tar = archive
        self._members = _index(location, map(_tar_member, archive))
        super().__init__(location, self._members, whole)

    def _content(self, path: str) -> bytes:
        try:
            file = self._tar.extractfile(self._members[path])
            return file.read(self._members[path].size) if file else b""
        except _BROKEN_TAR as error:
            raise self._error(path, f"is damaged: {error or 'it ends early'}{REMEDY}") from error


@contextmanager
def open_archive(path: Path, file: io.BufferedReader) -> Iterator[Source]:
    """Give the files of an archive, told by its content.

    Raises
    ------
    UsageError, DataError
        As `benchmark.corpora.source.open_source` does.
    """
    start = file.read(BLOCK)
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    whole = Input(path.name, digest, file.tell())
    file.seek(0)
    if start.startswith(_ZIP_STARTS):
        with _open_zip(path, file) as archive:
            yield _Zip(path, archive, whole)
        return
    opener = next((opener for magic, opener in _OPENERS.items() if start.startswith(magic)), None)
    if opener is None:
        with _open_tar(path, file) as tar:
            yield _read_tar(path, tar, file, whole)
        return
    with tempfile.SpooledTemporaryFile(MEMORY_BYTES) as plain:
        _decompress(path, opener, file, plain)
        with _open_tar(path, plain) as tar:
            yield _read_tar(path, tar, plain, whole)


def _open_zip(path: Path, file: io.BufferedReader) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except _BROKEN_ZIP as error:
        raise _broken(path, f"a damaged or cut zip: {error}") from error


def _decompress(path: Path, opener: Opener, file: io.BufferedReader, plain: IO[bytes]) -> None:
    """Write what a compressed file holds to `plain`, up to the largest size allowed."""
    size = 0
    with opener(file) as stream:
        while chunk := _next_chunk(path, stream):
            size += len(chunk)
            if size > ARCHIVE_BYTES:
                raise _broken(path, f"holds more than {ARCHIVE_BYTES:,} bytes")
            try:
                plain.write(chunk)
            except OSError as error:
                message = f"no room for it in {tempfile.gettempdir()}: {error.strerror or error}"
                raise UsageError(f"{path}: {message}; unpack it and give the folder") from error
    plain.seek(0)


def _next_chunk(path: Path, stream: io.BufferedIOBase) -> bytes:
    try:
        return stream.read(CHUNK)
    except _BROKEN_STREAM as error:
        raise _broken(path, f"damaged or cut off: {error}") from error


class _Bounded:
    """A file that gives no more at once than a corpus's file may have: a header may claim any length."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek = file.seek
        self.tell = file.tell

    def read(self, size: int) -> bytes:
        if size > FILE_BYTES:
            raise tarfile.ReadError(f"{size:,} bytes in one piece")
        return self._file.read(size)


def _open_tar(path: Path, file: IO[bytes]) -> tarfile.TarFile:
    try:
        return tarfile.TarFile(fileobj=_Bounded(file))  # type: ignore[arg-type]
    except _BROKEN_TAR as error:
        raise UsageError(f"{path}: neither a folder nor a zip or tar (plain, gzip, bzip2, xz)") from error


def _read_tar(path: Path, tar: tarfile.TarFile, file: IO[bytes], whole: Input) -> _Tar:
    """Return a tar with all its headers read, sure that it was not cut off.

    `tarfile` takes a broken or missing header for the end; the end is a block of zeros.
    """
    try:
        source = _Tar(path, tar, whole)
        file.seek(tar.offset)
        ended = file.read(BLOCK) == bytes(BLOCK)
    except _BROKEN_TAR as error:
        raise _broken(path, f"a damaged or cut tar: {error}") from error
    if not ended:
        raise _broken(path, f"a damaged or cut tar: no header and no end at byte {tar.offset:,}")
    return source


def _zip_member(info: zipfile.ZipInfo) -> _Member[zipfile.ZipInfo]:
    kind = stat.S_IFMT(info.external_attr >> 16)
    special = kind not in (0, stat.S_IFREG, stat.S_IFDIR)
    refused = "is encrypted" if info.flag_bits & 1 else "is a link or device" if special else ""
    return _Member(info.filename, info.file_size, info.is_dir(), refused, info)


def _tar_member(info: tarfile.TarInfo) -> _Member[tarfile.TarInfo]:
    plain = info.isdir() or (info.isreg() and not info.issparse())
    return _Member(info.name, info.size, info.isdir(), "" if plain else "is a link or device", info)


def _index(location: Path, members: Iterable[_Member[T]]) -> dict[str, T]:
    """Return the records of an archive's files by path, or refuse the archive."""
    found: dict[str, T] = {}
    total = 0
    for count, member in enumerate(members, 1):
        total += member.size
        problem = _problem(member)
        if count > FILES:
            raise _broken(location, f"more than {FILES:,} members")
        if total > ARCHIVE_BYTES:
            raise _broken(location, f"member '{member.name}': with it more than {ARCHIVE_BYTES:,} bytes")
        if member.is_folder and not problem:
            continue
        path = str(PurePosixPath(member.name.replace("\\", "/")))
        if path in found:
            problem = "stands there twice"
        if problem:
            raise _broken(location, f"member '{member.name}': {problem}")
        found[path] = member.record
    return {path: record for path, record in found.items() if is_utf8(path)}


def _problem(member: _Member[T]) -> str:
    name = member.name.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or re.match("[A-Za-z]:", name):
        return "leads out of the archive"
    if not 0 <= member.size <= FILE_BYTES:
        return f"{member.size:,} bytes are more than the {FILE_BYTES:,} that a file may have"
    return member.refused


def _broken(path: Path, message: str) -> DataError:
    return DataError([Fault(path, None, message + REMEDY)])
