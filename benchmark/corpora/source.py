"""The user's copy of a corpus, a folder or an archive, and where in it the corpus lies."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmark.corpora.archive import open_archive
from benchmark.corpora.base import Report, Source
from benchmark.corpora.files import Folder
from benchmark.errors import DataError, Fault, UsageError


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Give the files below a folder or in an archive.

    Parameters
    ----------
    path
        A folder; or a zip or a tar (plain, gzip, bzip2 or xz), whatever its name.

    Raises
    ------
    UsageError
        Where there is nothing to be read, or what is there is neither.
    DataError
        Where an archive is broken, or holds what a corpus does not: paths that lead out of it, links and
        devices, a name twice, encrypted members, too many or too large ones.
    """
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
        file = None if is_folder else path.open("rb")
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    if file is None:
        yield Folder(path)
        return
    with file, open_archive(path, file) as source:
        yield source


def roots(source: Source, *patterns: str) -> list[str]:
    """Return where in a source a corpus may lie: the folders below which a pattern fits, sorted.

    Parameters
    ----------
    source
        Folder or archive.
    patterns
        Paths of files of the corpus, relative to its own folder; `*` stands for any characters but "/".

    Returns
    -------
    list of str
        Each empty, for the source itself, or a relative path that ends with "/".
    """
    expressions = [re.compile(rf"((?:.*/)?){_expression(pattern)}") for pattern in patterns]
    matches = (expression.fullmatch(path) for path in source.paths() for expression in expressions)
    return sorted({match[1] for match in matches if match})


def find(source: Source, *patterns: str) -> str:
    """Return where in a source a corpus lies: "", or a relative path that ends with "/".

    Parameters
    ----------
    source, patterns
        As for `roots`.

    Raises
    ------
    DataError
        Where no file fits, or files fit below several folders.
    """
    found = roots(source, *patterns)
    if len(found) == 1:
        return found[0]
    if not found:
        raise DataError([Fault(source.location, None, f"holds no {' or '.join(patterns)}")])
    places = ", ".join(root or "the folder itself" for root in found[:5])
    more = ", …" if len(found) > 5 else ""
    message = f"holds the corpus in {len(found)} places ({places}{more}); give one of them"
    raise DataError([Fault(source.location, None, message)])


def matching(source: Source, root: str, pattern: str) -> dict[str, str]:
    """Return the files that fit a pattern below a root: by path, what its first `*` stands for.

    Parameters
    ----------
    source
        Folder or archive.
    root
        As `find` gives it.
    pattern
        As for `roots`; a part of the path that no `*` stands for is "".
    """
    expression = re.compile(re.escape(root) + _expression(pattern))
    matches = ((path, expression.fullmatch(path)) for path in source.paths())
    return {path: (match.groups() or ("",))[0] for path, match in matches if match}


def text_or_note(source: Source, path: str, report: Report) -> str | None:
    """Return the content of a file in UTF-8; where it cannot be read, note that and return None."""
    try:
        return source.text(path)
    except DataError as error:
        for fault in error.faults:
            report.note("file skipped", path, fault.line, fault.message)
    return None


def _expression(pattern: str) -> str:
    return "([^/]*)".join(map(re.escape, pattern.split("*")))
