"""The stored cases, dataset `behaviour`: a manifest with every file's checksum, and a JSONL file a suite."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmark.behaviour.cases import Case, read_cases
from benchmark.behaviour.suites import problems
from benchmark.data import packaged_root
from benchmark.errors import DataError, Fault
from benchmark.fileio import decode, read_bytes, sha256
from benchmark.manifest import MANIFEST

NAME = "behaviour"


class _Manifest(msgspec.Struct):
    """What of the manifest is needed to read the cases; it may say more."""

    name: str
    version: str
    files: dict[str, str]


@dataclass(frozen=True)
class Stored:
    """The stored dataset, without its cases.

    Parameters
    ----------
    folder
        Where it lies.
    name, version
        As the manifest gives them.
    manifest_sha256
        SHA-256 of the manifest, which holds that of every other file.
    files
        SHA-256 of each file by its name.
    """

    folder: Path
    name: str
    version: str
    manifest_sha256: str
    files: dict[str, str]

    def cases(self, suite: str) -> tuple[Case, ...]:
        """Return the cases of a suite; none where the dataset has no file of it.

        Raises
        ------
        UsageError
            Where the file cannot be read.
        DataError
            Where it is broken, or is not the one that the manifest names.
        """
        file = f"{suite}.jsonl"
        if file not in self.files:
            return ()
        path = self.folder / file
        if sha256(read_bytes(path)) != self.files[file]:
            raise DataError([Fault(path, None, "is not the file whose checksum the manifest gives")])
        return read_cases(path, problems)


def stored(folder: Path | None = None) -> Stored:
    """Return the stored dataset.

    Parameters
    ----------
    folder
        Where it lies; None for the one that is shipped.

    Raises
    ------
    UsageError
        Where there is no manifest, or it cannot be read.
    DataError
        Where it is broken.
    """
    folder = folder or packaged_root() / NAME
    path = folder / MANIFEST
    content = read_bytes(path)
    faults: list[Fault] = []
    manifest = decode(content, _Manifest, path, None, faults)
    if manifest is None:
        raise DataError(faults)
    return Stored(folder, manifest.name, manifest.version, sha256(content), manifest.files)
