"""Files of a corpus under relative paths: what folders and archives have in common, and folders."""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmark.corpora.base import Input
from benchmark.errors import DataError, Fault, UsageError
from benchmark.fileio import not_utf8, sha256

FILES = 200_000
"""The most files that a source may have."""
FILE_BYTES = 256 * 2**20
"""The most bytes that one file may have."""

_DEBRIS = re.compile(r"(^|/)(__MACOSX|\.git)/|(^|/)(\._[^/]*|\.DS_Store)$")


class Files(ABC):
    """What folders and archives have in common: the paths, the decoding, and a record of what was read."""

    def __init__(self, location: Path, paths: Iterable[str], archive: Input | None = None) -> None:
        self._location = location
        self._archive = archive
        self._paths = tuple(sorted(path for path in paths if not _DEBRIS.search(path)))
        self._known = frozenset(self._paths)
        self._inputs: dict[str, Input] = {}

    @property
    def location(self) -> Path:
        """The folder or archive that the user gave."""
        return self._location

    @property
    def archive(self) -> Input | None:
        """The archive as a whole; None for a folder."""
        return self._archive

    def inputs(self) -> tuple[Input, ...]:
        """Return the files that were read so far, sorted by path."""
        return tuple(self._inputs[path] for path in sorted(self._inputs))

    def paths(self) -> Sequence[str]:
        """Return the paths of all files, sorted, without what macOS and git leave among them."""
        return self._paths

    def read(self, path: str) -> bytes:
        """Return the content of a file and keep its checksum."""
        if path not in self._known:
            raise self._error(path, "is not there")
        content = self._content(path)
        if len(content) > FILE_BYTES:
            raise self._error(path, f"is larger than {FILE_BYTES:,} bytes, which no file of a corpus is")
        self._inputs[path] = Input(path, sha256(content), len(content))
        return content

    def text(self, path: str) -> str:
        """Return the content of a file in UTF-8; line ends and U+FEFF stay as they are."""
        content = self.read(path)
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start)
            message = not_utf8(content.split(b"\n")[line]) or f"not UTF-8: {error.reason}"
            raise self._error(path, message, line + 1) from error

    def _error(self, path: str, message: str, line: int | None = None) -> DataError:
        return DataError([Fault(self._location / path, line, message)])

    @abstractmethod
    def _content(self, path: str) -> bytes:
        """Return a file's bytes, or one more than it may have; DataError where it cannot be read."""


class Folder(Files):
    """A folder. Links to folders are not followed, nor links to files outside."""

    def __init__(self, location: Path) -> None:
        self._root = location.resolve()
        super().__init__(location, self._walk())

    def _walk(self) -> Iterator[str]:
        count = 0
        for folder, folders, names in os.walk(self._root, onerror=_refuse):
            folders[:] = [name for name in folders if not _DEBRIS.search(f"{name}/")]
            count += len(names)
            if count > FILES:
                message = f"more than {FILES:,} files; give the corpus's own folder"
                raise UsageError(f"{self._location}: {message}")
            places = (Path(folder, name) for name in names)
            paths = (place.relative_to(self._root).as_posix() for place in places if _is_file(place))
            yield from filter(is_utf8, paths)

    def _content(self, path: str) -> bytes:
        place = self._root / path
        if not place.resolve().is_relative_to(self._root):
            raise self._error(path, "is a link that leads out of the folder; put a copy of the file there")
        try:
            with place.open("rb") as file:
                # A buffer is made for as much as is asked for, hence the size first.
                return file.read(min(os.fstat(file.fileno()).st_size, FILE_BYTES) + 1)
        except OSError as error:
            raise self._error(path, f"cannot be read: {error.strerror or error}") from error


def _refuse(error: OSError) -> None:
    raise UsageError(f"{error.filename}: cannot be read: {error.strerror or error}") from error


def _is_file(place: Path) -> bool:
    """Return whether a path is a file: a pipe would be waited for, and a device never ends."""
    try:
        return place.is_file()
    except OSError as error:
        raise UsageError(f"{place}: cannot be read: {error.strerror or error}") from error


def is_utf8(path: str) -> bool:
    """Return whether a manifest could name a file; no corpus has one that it could not."""
    return not re.search("[\ud800-\udfff]", path)
