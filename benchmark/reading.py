"""Read a dataset folder, of JSONL or Parquet, and gather all that is wrong with it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from benchmark.entries import Context
from benchmark.errors import Fault, UsageError, suggest
from benchmark.fileio import decode, read_bytes, read_jsonl, sha256
from benchmark.manifest import (
    MANIFEST,
    PROBLEMS,
    LayerEntry,
    Manifest,
    Problem,
    description_problems,
    documents_file,
    file_problems,
    gold_file,
    marks_file,
)
from benchmark.model import Annotation, Document
from benchmark.rows import AnyRow, DocumentRow, row_problems, schema

T = TypeVar("T")
Annotations = tuple[Annotation, ...]
Marks = tuple[Annotation | None, ...]
"""One annotator's annotation of each document; None where that one did not see it."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a dataset folder holds.

    Parameters
    ----------
    manifest
        Its manifest.
    digest
        SHA-256 of the manifest.
    documents
        In the folder's order.
    splits
        The ids of each split's documents.
    gold
        For each layer one annotation a document.
    marks
        For each layer that annotators marked, each annotator's.
    """

    manifest: Manifest
    digest: str
    documents: tuple[Document, ...]
    splits: Mapping[str, tuple[str, ...]]
    gold: Mapping[str, Annotations]
    marks: Mapping[str, Mapping[str, Marks]]


def read_manifest(folder: Path, faults: list[Fault]) -> tuple[Manifest | None, str]:
    """Return the manifest of a dataset folder, and the SHA-256 of its file.

    Parameters
    ----------
    folder
        The dataset's folder.
    faults
        The list that a fault is added to.

    Returns
    -------
    tuple of Manifest or None and str
        None where the file is no manifest, which the fault tells. What it says is not checked further.

    Raises
    ------
    UsageError
        Where the file cannot be read.
    """
    path = folder / MANIFEST
    content = read_bytes(path)
    return decode(content, Manifest, path, None, faults), sha256(content)


class _Listed(Protocol):
    """A row of the documents, however it is stored."""

    @property
    def id(self) -> str: ...

    @property
    def split(self) -> str: ...

    def problems(self) -> Iterator[str]: ...

    def value(self) -> Document: ...


class Reader:
    """Reads one folder and gathers what is wrong with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.documents: dict[str, Document] = {}
        self.splits: dict[str, list[str]] = {}
        self.complete = True  # whether every document was read: else rows on unknown ones are no faults

    def read(self) -> Content | None:
        """Return what the folder holds, or None where there are faults."""
        manifest, digest = read_manifest(self.folder, self.faults)
        if manifest is None:
            return None
        problems = [*description_problems(manifest.annotators, manifest.layers, manifest.aliases)]
        problems += file_problems(manifest)
        self.faults += [Fault(self.folder / MANIFEST, None, problem) for problem in problems]
        if problems:
            return None
        self._stray_files(manifest)
        for text in sorted(manifest.files):
            if manifest.files[text].rows is None:
                self._content(text, manifest)
        if manifest.origin is not None:
            self._jsonl(PROBLEMS, Problem, manifest)
        self._read_documents(manifest)
        gold = {name: self._gold(name, manifest) for name in manifest.layers}
        marks = {
            name: self._marks(name, manifest) for name, entry in manifest.layers.items() if entry.annotators
        }
        splits = {name: tuple(self.splits[name]) for name in manifest.splits if name in self.splits}
        documents = tuple(self.documents.values())
        return None if self.faults else Content(manifest, digest, documents, splits, gold, marks)

    def sorted_faults(self) -> list[Fault]:
        """Return the faults in the order of the files and their lines."""
        return sorted(self.faults, key=lambda fault: (str(fault.path), fault.line or 0))

    def _fault(self, path: Path, line: int | None, message: str) -> None:
        self.faults.append(Fault(path, line, message))

    def _stray_files(self, manifest: Manifest) -> None:
        """Note the files that the manifest does not name; hidden ones belong to other tools."""
        for folder, subfolders, files in os.walk(self.folder):
            subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
            for name in sorted(files):
                path = Path(folder, name)
                inside = path.relative_to(self.folder).as_posix()
                if inside not in (MANIFEST, *manifest.files) and not name.startswith("."):
                    self._fault(path, None, f"the manifest does not name it{suggest(inside, manifest.files)}")

    def _content(self, name: str, manifest: Manifest) -> tuple[bytes | None, bool]:
        """Return a file's content, None where it cannot be read, and whether its checksum is right."""
        path = self.folder / name
        try:
            content = read_bytes(path)
        except UsageError as error:
            self._fault(path, None, str(error).removeprefix(f"{path}: "))
            return None, False
        right = sha256(content) == manifest.files[name].sha256
        if not right:
            self._fault(path, None, "its SHA-256 is not the one that the manifest gives")
        return content, right

    def _jsonl(self, name: str, kind: type[T], manifest: Manifest) -> tuple[list[tuple[int, T]], bool]:
        """Return the sound rows of a file with their lines, and whether they are all of its rows."""
        path = self.folder / name
        content, _ = self._content(name, manifest)
        if content is None:
            return [], False
        before = len(self.faults)
        rows = read_jsonl(path, kind, self.faults)
        broken = len(self.faults) - before
        self._counted(name, len(rows) + broken, manifest)
        return rows, not broken

    def _parquet(
        self, name: str, parse: Callable[[bytes], list[T]], manifest: Manifest
    ) -> tuple[list[tuple[int, T]], bool]:
        """Return the rows of a file with their numbers; none where it is damaged, and False."""
        content, right = self._content(name, manifest)
        if content is None or not right:  # a damaged file is not given to the library
            return [], False
        try:
            rows = parse(content)
        except ValueError as error:
            self._fault(self.folder / name, None, str(error))
            return [], False
        self._counted(name, len(rows), manifest)
        return list(enumerate(rows, 1)), True

    def _counted(self, name: str, found: int, manifest: Manifest) -> None:
        expected = manifest.files[name].rows
        if found != expected:
            self._fault(self.folder / name, None, f"it has {found} rows, the manifest says {expected}")

    def _listed(self, manifest: Manifest) -> tuple[Sequence[tuple[int, _Listed]], bool]:
        """Return the rows of the documents with their lines, and whether they are all."""
        name = documents_file(manifest.storage)
        if manifest.storage == "jsonl":
            return self._jsonl(name, DocumentRow, manifest)
        from benchmark.store.tables import read_documents

        return self._parquet(name, read_documents, manifest)

    def _annotation_rows(
        self, name: str, kind: type[AnyRow], gold: bool, manifest: Manifest
    ) -> tuple[list[tuple[int, AnyRow]], bool]:
        """Return the sound rows of annotations with their lines, and whether they are all."""
        if manifest.storage == "jsonl":
            return self._jsonl(name, kind, manifest)
        from benchmark.store.tables import read_rows

        plain, complete = self._parquet(name, lambda content: read_rows(content, kind, gold), manifest)
        rows: list[tuple[int, AnyRow]] = []
        for number, row in plain:
            try:
                rows.append((number, msgspec.convert(row, kind)))
            except msgspec.ValidationError as error:
                self._fault(self.folder / name, number, str(error))
                complete = False
        return rows, complete

    def _read_documents(self, manifest: Manifest) -> None:
        path = self.folder / documents_file(manifest.storage)
        rows, self.complete = self._listed(manifest)
        self.splits = {name: [] for name in manifest.splits}
        for line, row in rows:
            for problem in row.problems():
                self._fault(path, line, problem)
            if row.id in self.documents:
                self._fault(path, line, f"document '{row.id}' stands twice")
                continue
            if row.split not in self.splits:
                self._fault(path, line, f"unknown split '{row.split}'{suggest(row.split, self.splits)}")
            self.documents[row.id] = row.value()
            self.splits.setdefault(row.split, []).append(row.id)
        if self.complete:
            for name, count in manifest.splits.items():
                found = len(self.splits[name])
                if found != count:
                    self._fault(
                        path, None, f"split '{name}' has {found} documents, the manifest says {count}"
                    )

    def _gold(self, layer: str, manifest: Manifest) -> Annotations:
        file = gold_file(layer, manifest.storage)
        found = self._annotations(file, layer, manifest, (None,))[None]
        return tuple(annotation for annotation in found if annotation is not None)

    def _marks(self, layer: str, manifest: Manifest) -> dict[str, Marks]:
        annotators = manifest.layers[layer].annotators
        found = self._annotations(marks_file(layer, manifest.storage), layer, manifest, annotators)
        return {annotator: found[annotator] for annotator in annotators}

    def _annotations(
        self, file: str, layer: str, manifest: Manifest, annotators: tuple[str | None, ...]
    ) -> dict[str | None, Marks]:
        """Return the annotations of a file in the documents' order, by annotator; None stands for gold."""
        path, entry = self.folder / file, manifest.layers[layer]
        gold = annotators == (None,)
        rows, complete = self._annotation_rows(file, schema(entry.kind, gold), gold, manifest)
        found: dict[tuple[str | None, str], Annotation] = {}
        seen: Counter[tuple[str | None, str]] = Counter()
        for line, row in rows:
            key = row.annotator, row.document
            seen[key] += 1
            problems = [*self._row_problems(row, layer, entry, annotators)]
            if seen[key] == 2:
                problems.append(f"a second row for {_whose(*key)}")
            self.faults += [Fault(path, line, problem) for problem in problems]
            if not self.faults:  # only a sound folder becomes a dataset
                found[key] = row.value(self.documents[row.document])
        if complete and (gold or manifest.origin is None):  # who annotated a corpus did not see all of it
            for key in ((annotator, document) for annotator in annotators for document in self.documents):
                if key not in seen:
                    self._fault(path, None, f"no row for {_whose(*key)}")
        return {
            annotator: tuple(found.get((annotator, document)) for document in self.documents)
            for annotator in annotators
        }

    def _row_problems(
        self, row: AnyRow, layer: str, entry: LayerEntry, annotators: tuple[str | None, ...]
    ) -> Iterator[str]:
        if row.layer != layer:
            yield f"layer '{row.layer}' in the file of layer '{layer}'"
        if row.annotator not in annotators:
            yield _wrong_annotator(row.annotator, [name for name in annotators if name is not None])
        document = self.documents.get(row.document)
        if document is not None:
            yield from row_problems(row, Context(document, layer, entry))
        elif self.complete:
            yield f"unknown document '{row.document}'{suggest(row.document, self.documents)}"


def _wrong_annotator(name: str | None, known: list[str]) -> str:
    if name is None:
        return "no annotator is named"
    if not known:
        return f"gold names an annotator, '{name}'"
    return f"unknown annotator '{name}'{suggest(name, known)}"


def _whose(annotator: str | None, document: str) -> str:
    return f"document '{document}'" + (f" by annotator '{annotator}'" if annotator is not None else "")
