"""Build the files of a dataset folder, and write them as a whole."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from glob import escape
from importlib.metadata import version
from pathlib import Path

import msgspec

from benchmark.adjudicate import RULE, adjudicate_layer
from benchmark.errors import DataError, Fault, UsageError, suggest
from benchmark.fileio import atomic_folder, jsonl, read_bytes, sha256
from benchmark.manifest import (
    DOCUMENTS,
    MANIFEST,
    FileEntry,
    Manifest,
    SegmentationEntry,
    gold_file,
    marks_file,
)
from benchmark.model import Annotation, Document, Unit
from benchmark.packaging.card import card
from benchmark.packaging.marks import read_marks
from benchmark.packaging.template import (
    ANNOTATOR,
    DOCUMENT,
    README,
    Listing,
    Template,
    listings,
    read_template,
    read_text,
    written_layers,
)
from benchmark.rows import DocumentRow, row_of
from benchmark.segmentation import segment

TEMPLATE = "source.json"


@dataclass(frozen=True)
class _Annotated:
    """The documents with their splits, gold and marks, by layer; marks in the documents' order."""

    documents: tuple[Document, ...]
    splits: tuple[str, ...]
    gold: Mapping[str, tuple[Annotation, ...]]
    marks: Mapping[str, tuple[Annotation, ...]]


def package(source: Path, target: Path, template: Path | None = None) -> None:
    """Write a dataset folder, or leave everything as it was.

    Parameters
    ----------
    source
        The folder of texts and annotators' files.
    target
        The folder to write. One that stands there is replaced, unless it holds other files than the new one.
    template
        The template; `source.json` in the source folder if None.

    Raises
    ------
    DataError
        Where the source has faults; all of them are listed.
    UsageError
        Where a file cannot be read, or the folder cannot be written or replaced.
    """
    files = build(source, template or source / TEMPLATE)
    _refuse_foreign(source, target, files)
    with atomic_folder(target) as folder:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)


def build(source: Path, template: Path) -> dict[str, bytes]:
    """Return the content of every file of a dataset folder, by its path in the folder.

    Parameters
    ----------
    source
        The folder of texts and annotators' files.
    template
        The template; the files that it includes, and a handwritten `README.md` if there is one, lie
        beside it.

    Raises
    ------
    DataError
        Where template, texts or annotators' files have faults; all of them are listed.
    UsageError
        Where the template or a file that it includes cannot be read.
    """
    description = read_template(template)
    annotated = _read(source, description, listings(description, template, source))
    splits = Counter(annotated.splits)
    files: dict[str, bytes] = {}
    entries: dict[str, FileEntry] = {}
    for name, rows in _rows(description, annotated):
        files[name] = jsonl(rows)
        entries[name] = FileEntry(sha256(files[name]), len(rows))
    for name in (TEMPLATE, *description.include):
        files[name] = read_bytes(template if name == TEMPLATE else template.parent / name)
    prose = _prose(template.parent / README)
    files[README] = card(description, splits, annotated.gold, annotated.marks, prose).encode()
    entries |= {name: FileEntry(sha256(files[name])) for name in files if name not in entries}
    manifest = msgspec.json.encode(_manifest(description, splits, entries))
    return {**files, MANIFEST: msgspec.json.format(manifest, indent=1) + b"\n"}


def _prose(path: Path) -> str | None:
    """Return the handwritten card, or None where there is none."""
    faults: list[Fault] = []
    prose = read_text(path, faults) if path.exists() else None
    if faults:
        raise DataError(faults)
    return prose


def _refuse_foreign(source: Path, target: Path, files: Mapping[str, bytes]) -> None:
    """Refuse to replace a folder that holds anything but an earlier version of the same dataset."""
    if target.resolve() in (source.resolve(), *source.resolve().parents):
        raise UsageError(f"{target}: the source lies in this folder, which would be replaced")
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target}: it is no folder")
    for path in sorted(target.rglob("*")) if target.exists() else ():
        if not path.is_dir() and path.relative_to(target).as_posix() not in files:
            raise UsageError(
                f"{path}: it would be lost, since the new dataset has no such file; move it away"
            )


def _read(source: Path, template: Template, listed: Sequence[Listing]) -> _Annotated:
    faults = [*_unlisted(source, template, listed)]
    documents = [document for row in listed if (document := _document(source, template, row, faults))]
    marks: dict[str, list[Annotation]] = defaultdict(list)
    for document in documents:
        for name, found in _marks(source, template, document, faults):
            marks[name].append(found)
    if faults:
        raise DataError(faults)
    gold = {name: tuple(_gold(template, name, documents, listed, marks[name])) for name in template.layers}
    return _Annotated(
        tuple(documents),
        tuple(row.split for row in listed),
        gold,
        {name: tuple(found) for name, found in marks.items() if found},
    )


def _unlisted(source: Path, template: Template, listed: Sequence[Listing]) -> Iterator[Fault]:
    """Yield a fault for every text and annotator's file that the template knows nothing of."""
    names = [annotator.name for annotator in template.annotators]
    ids = [row.id for row in listed]
    for pattern in (template.source.texts, template.source.marks):
        known = {_fill(pattern, document, name) for document in ids for name in names}
        for path in sorted(source.glob(_fill(escape(pattern), "*", "*"))):
            name = path.relative_to(source).as_posix()
            if name not in known:
                yield Fault(
                    path, None, f"no listed document or annotator has this file{suggest(name, known)}"
                )


def _fill(pattern: str, document: str, annotator: str) -> str:
    return pattern.replace(DOCUMENT, document).replace(ANNOTATOR, annotator)


def _document(source: Path, template: Template, row: Listing, faults: list[Fault]) -> Document | None:
    path = source / _fill(template.source.texts, row.id, "")
    if not path.is_file():
        faults.append(Fault(path, None, f"the text of document '{row.id}' is missing"))
        return None
    text = read_text(path, faults)
    return None if text is None else segment(row.id, text, row.metadata, template.language)


def _marks(
    source: Path, template: Template, document: Document, faults: list[Fault]
) -> Iterator[tuple[str, Annotation]]:
    """Yield the layers' names and what each annotator marked of them in a document."""
    for annotator in template.annotators:
        name = annotator.name
        layers = {layer: entry for layer, entry in template.layers.items() if name in entry.annotators}
        path = source / _fill(template.source.marks, document.id, name)
        if path.is_file():
            yield from read_marks(path, document, name, layers, template.guidelines, faults).items()
        elif layers:
            faults.append(
                Fault(path, None, f"annotator {name}'s file on document '{document.id}' is missing")
            )


def _gold(
    template: Template,
    layer: str,
    documents: Sequence[Document],
    listed: Sequence[Listing],
    marks: Sequence[Annotation],
) -> Iterator[Annotation]:
    """Yield a layer's gold: by the rule, or the label in the list where nobody annotated the layer."""
    by_document = defaultdict(list)
    for annotation in marks:
        by_document[annotation.document.id].append(annotation)
    written = layer in written_layers(template)
    for document, row in zip(documents, listed, strict=True):
        if written:
            unit = Unit(0, len(document.text), (row.labels[layer],))
            yield Annotation(document, layer, units=(unit,))
        else:
            kind = template.layers[layer].kind
            yield adjudicate_layer(document, layer, kind, by_document[document.id], template.aliases)


def _rows(template: Template, annotated: _Annotated) -> Iterator[tuple[str, list[object]]]:
    """Yield each JSONL file's path and rows."""
    pairs = zip(annotated.documents, annotated.splits, strict=True)
    yield DOCUMENTS, [DocumentRow.of(document, split) for document, split in pairs]
    for name, entry in template.layers.items():
        yield gold_file(name), [row_of(gold, entry.kind) for gold in annotated.gold[name]]
        if entry.annotators:
            yield marks_file(name), [row_of(marks, entry.kind) for marks in annotated.marks[name]]


def _manifest(template: Template, splits: Mapping[str, int], entries: Mapping[str, FileEntry]) -> Manifest:
    return Manifest(
        schema=1,
        name=template.name,
        version=template.version,
        title=template.title,
        description=template.description,
        language=template.language,
        licence=template.licence,
        citation=template.citation,
        provenance={**template.provenance, "guidelines": template.guidelines},
        annotators=template.annotators,
        rule=RULE,
        layers=template.layers,
        aliases=template.aliases,
        splits=dict(splits),
        segmentation=SegmentationEntry(
            sentences=f"sentencex {version('sentencex')}", tokens=f"regex {version('regex')}, UAX #29"
        ),
        files=dict(sorted(entries.items())),
    )
