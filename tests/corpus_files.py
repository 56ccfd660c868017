"""Small corpora in files, and how an adapter reads them."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from benchmark.corpora.base import About, Adapter, Record, Report
from benchmark.corpora.source import open_source

Content = str | bytes


def put(folder: Path, files: Mapping[str, Content]) -> Path:
    """Write files below a folder, their line ends as given."""
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def read(adapter: Adapter, path: Path) -> tuple[list[Record], Report]:
    report = Report()
    with open_source(path) as source:
        return list(adapter.records(source, report)), report


def describe(adapter: Adapter, path: Path) -> About:
    with open_source(path) as source:
        return adapter.about(source)


def notes(report: Report) -> list[str]:
    """Return what was noted, a line each: kind, place, message."""
    return [f"{kind} {fault}" for kind, fault in report.faults]


def make_zip(path: Path, contents: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as out:
        for name, content in contents.items():
            out.writestr(name, content)
    return path


def tar_bytes(contents: Mapping[str, str | bytes], *extra: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as out:
        for name, content in contents.items():
            raw = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            out.addfile(info, io.BytesIO(raw))
        for info in extra:
            out.addfile(info)
    return buffer.getvalue()


def special(kind: bytes, name: str = "odd", target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info
