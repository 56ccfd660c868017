"""Load annotated datasets from their folders, every file checked against the manifest.

The shipped datasets are known by name; any other folder in the same format is loaded by its path.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from benchmark.entries import Context
from benchmark.errors import DataError, Fault, UsageError, suggest
from benchmark.fileio import decode, read_bytes, read_jsonl, sha256
from benchmark.manifest import (
    DOCUMENTS,
    MANIFEST,
    GoldBy,
    Kind,
    LayerEntry,
    Manifest,
    UnitKind,
    description_problems,
    file_problems,
    gold_file,
    marks_file,
)
from benchmark.model import Annotation, Document
from benchmark.rows import AnyRow, DocumentRow, row_problems, schema

SHIPPED = ("turkey_drones", "fictional_news")

T = TypeVar("T")
Annotations = tuple[Annotation, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a dataset.

    Parameters
    ----------
    name
        Its name.
    kind
        spans, relations, units or entities.
    labels
        Its label set.
    unit
        The unit that tasks score: sentence, paragraph or document; None for spans, relations and entities.
    annotators
        Those who marked it.
    gold
        Who made its gold: model, people, or the writer of the texts (model_writer, writer).
    """

    name: str
    kind: Kind
    labels: tuple[str, ...]
    unit: UnitKind | None
    annotators: tuple[str, ...]
    gold: GoldBy


@dataclass(frozen=True, slots=True)
class Licence:
    """Under which terms the annotations and the text may be used."""

    annotations: str
    text: str


@dataclass(frozen=True)
class Dataset:
    """Documents with gold annotations and the marks of those who annotated.

    Parameters
    ----------
    name, version, title, language, licence, citation
        As the manifest gives them; the language is an ISO 639-1 code.
    path
        The dataset's folder.
    manifest_sha256
        SHA-256 of the manifest, which holds that of every other file.
    annotators
        Their names.
    aliases
        The canonical name of an entity by another of its names in lower case.
    layers
        The layers by name, in the manifest's order.
    documents
        The documents in the folder's order.
    gold
        For each layer one annotation a document, in the order of the documents.
    marks
        For each layer that annotators marked, for each annotator one annotation a document, likewise.
    splits
        The ids of each split's documents, in the order of the documents.
    """

    name: str
    version: str
    title: str
    language: str
    licence: Licence
    citation: str
    path: Path
    manifest_sha256: str
    annotators: tuple[str, ...]
    aliases: Mapping[str, str] = field(repr=False)
    layers: Mapping[str, Layer] = field(repr=False)
    documents: tuple[Document, ...] = field(repr=False)
    gold: Mapping[str, Annotations] = field(repr=False)
    marks: Mapping[str, Mapping[str, Annotations]] = field(repr=False)
    splits: Mapping[str, tuple[str, ...]] = field(repr=False)


def names() -> tuple[str, ...]:
    """Return the names of the shipped datasets."""
    return SHIPPED


def packaged_root() -> Path:
    """Return the folder of the shipped datasets, in a checkout or in an installed package."""
    package = Path(__file__).resolve().parent
    installed = package / "_datasets"
    return installed if installed.is_dir() else package.parent / "datasets"


def locate(name_or_path: str | Path) -> Path:
    """Return the folder of a dataset.

    Parameters
    ----------
    name_or_path
        A shipped dataset's name, or a folder that holds a manifest. A folder that is named as a shipped
        dataset is given as "./NAME".

    Raises
    ------
    UsageError
        Where it is neither.
    """
    if name_or_path in SHIPPED:
        return packaged_root() / name_or_path
    folder = Path(name_or_path)
    if _exists(folder / MANIFEST):
        return folder
    if _exists(folder):
        raise UsageError(f"{folder}: no dataset folder, it holds no {MANIFEST}")
    raise UsageError(f"no dataset or folder is named '{name_or_path}'{suggest(str(name_or_path), SHIPPED)}")


def load(name_or_path: str | Path) -> Dataset:
    """Return a dataset, all of whose files agree with its manifest.

    Parameters
    ----------
    name_or_path
        A shipped dataset's name, or a folder that holds a manifest.

    Raises
    ------
    UsageError
        Where there is no such dataset.
    DataError
        Where anything is wrong with the folder; all faults are listed.
    """
    reader = _Reader(locate(name_or_path))
    dataset = reader.read()
    if dataset is None:
        raise DataError(reader.sorted_faults())
    return dataset


def check(name_or_path: str | Path) -> list[Fault]:
    """Return every fault of a dataset folder, in the order of its files and their lines.

    Parameters
    ----------
    name_or_path
        A shipped dataset's name, or a folder that holds a manifest.

    Raises
    ------
    UsageError
        Where there is no such dataset.
    """
    reader = _Reader(locate(name_or_path))
    reader.read()
    return reader.sorted_faults()


class _Reader:
    """Reads one folder and gathers what is wrong with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.documents: dict[str, Document] = {}
        self.splits: dict[str, list[str]] = {}
        self.complete = True  # whether every document was read: else rows on unknown ones are no faults

    def read(self) -> Dataset | None:
        """Return the dataset, or None where there are faults."""
        path = self.folder / MANIFEST
        content = read_bytes(path)
        manifest = decode(content, Manifest, path, None, self.faults)
        if manifest is None:
            return None
        problems = [*description_problems(manifest.annotators, manifest.layers, manifest.aliases)]
        problems += file_problems(manifest)
        self.faults += [Fault(path, None, problem) for problem in problems]
        if problems:
            return None
        self._stray_files(manifest)
        for text in sorted(manifest.files):
            if manifest.files[text].rows is None:
                self._verified(text, manifest)
        self._read_documents(manifest)
        gold = {name: self._gold(name, manifest) for name in manifest.layers}
        marks = {
            name: self._marks(name, manifest) for name, entry in manifest.layers.items() if entry.annotators
        }
        return None if self.faults else self._dataset(manifest, sha256(content), gold, marks)

    def sorted_faults(self) -> list[Fault]:
        """Return the faults in the order of the files and their lines."""
        return sorted(self.faults, key=lambda fault: (str(fault.path), fault.line or 0))

    def _dataset(
        self,
        manifest: Manifest,
        digest: str,
        gold: Mapping[str, Annotations],
        marks: Mapping[str, Mapping[str, Annotations]],
    ) -> Dataset:
        return Dataset(
            name=manifest.name,
            version=manifest.version,
            title=manifest.title,
            language=manifest.language,
            licence=Licence(manifest.licence.annotations, manifest.licence.text),
            citation=manifest.citation,
            path=self.folder,
            manifest_sha256=digest,
            annotators=tuple(annotator.name for annotator in manifest.annotators),
            aliases=manifest.aliases,
            layers={name: _layer(name, entry) for name, entry in manifest.layers.items()},
            documents=tuple(self.documents.values()),
            gold=gold,
            marks=marks,
            splits={name: tuple(self.splits[name]) for name in manifest.splits},
        )

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

    def _verified(self, name: str, manifest: Manifest) -> bool:
        """Return whether a file can be read, and note a wrong checksum."""
        path = self.folder / name
        try:
            content = read_bytes(path)
        except UsageError as error:
            self._fault(path, None, str(error).removeprefix(f"{path}: "))
            return False
        if sha256(content) != manifest.files[name].sha256:
            self._fault(path, None, "its SHA-256 is not the one that the manifest gives")
        return True

    def _rows(self, name: str, kind: type[T], manifest: Manifest) -> tuple[list[tuple[int, T]], bool]:
        """Return the sound rows of a file with their lines, and whether they are all of its rows."""
        path = self.folder / name
        if not self._verified(name, manifest):
            return [], False
        before = len(self.faults)
        rows = read_jsonl(path, kind, self.faults)
        broken = len(self.faults) - before
        expected, found = manifest.files[name].rows, len(rows) + broken
        if found != expected:
            self._fault(path, None, f"it has {found} rows, the manifest says {expected}")
        return rows, not broken

    def _read_documents(self, manifest: Manifest) -> None:
        path = self.folder / DOCUMENTS
        rows, self.complete = self._rows(DOCUMENTS, DocumentRow, manifest)
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
        return self._annotations(gold_file(layer), layer, manifest, (None,))[None]

    def _marks(self, layer: str, manifest: Manifest) -> dict[str, Annotations]:
        annotators = manifest.layers[layer].annotators
        found = self._annotations(marks_file(layer), layer, manifest, annotators)
        return {annotator: found[annotator] for annotator in annotators}

    def _annotations(
        self, file: str, layer: str, manifest: Manifest, annotators: tuple[str | None, ...]
    ) -> dict[str | None, Annotations]:
        """Return the annotations of a file in the documents' order, by annotator; None stands for gold."""
        path, entry = self.folder / file, manifest.layers[layer]
        rows, complete = self._rows(file, schema(entry.kind, annotators == (None,)), manifest)
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
        keys = [(annotator, document) for annotator in annotators for document in self.documents]
        if complete:
            for key in keys:
                if key not in seen:
                    self._fault(path, None, f"no row for {_whose(*key)}")
        return {
            annotator: tuple(
                found[annotator, document] for document in self.documents if (annotator, document) in found
            )
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


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # too long a name, or a folder that may not be entered
        return False


def _wrong_annotator(name: str | None, known: list[str]) -> str:
    if name is None:
        return "no annotator is named"
    if not known:
        return f"gold names an annotator, '{name}'"
    return f"unknown annotator '{name}'{suggest(name, known)}"


def _whose(annotator: str | None, document: str) -> str:
    return f"document '{document}'" + (f" by annotator '{annotator}'" if annotator is not None else "")


def _layer(name: str, entry: LayerEntry) -> Layer:
    return Layer(name, entry.kind, entry.labels, entry.unit, entry.annotators, entry.gold)
