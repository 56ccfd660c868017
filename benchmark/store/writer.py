"""Write a dataset into the store, record by record: memory does not grow with their number.

No file holds a time or anything else that hangs on the machine, so that the same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

import msgspec

from benchmark.corpora.base import About, Input, Record, Report
from benchmark.entries import Context
from benchmark.errors import DataError, Fault, UsageError, one_line
from benchmark.fileio import atomic_folder, file_sha256, jsonl, read_bytes
from benchmark.manifest import (
    MANIFEST,
    PROBLEMS,
    AnnotatorEntry,
    FileEntry,
    InputEntry,
    Kind,
    LayerEntry,
    Manifest,
    OriginEntry,
    Problem,
    SegmentationEntry,
    description_problems,
    documents_file,
    gold_file,
    marks_file,
)
from benchmark.model import Annotation
from benchmark.rows import AnyRow, boundary_problems, row_of, row_problems, schema
from benchmark.store import folder, is_name, own
from benchmark.store.counts import Counts
from benchmark.store.tables import TableWriter, document_schema, document_table, row_schema

BATCH_DOCUMENTS = 4096
BATCH_CHARACTERS = 4_000_000
"""A batch is written when it has as many documents or characters."""
DROPPED = "record dropped"

Progress = Callable[[int], None]
"""Told how many documents are written so far."""


def write(
    name: str,
    about: About,
    records: Iterable[Record],
    report: Report,
    inputs: Callable[[], tuple[Input, ...]],
    *,
    adapter: str,
    options: Mapping[str, str] | None = None,
    archive: Input | None = None,
    replace: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Write a dataset into the store, and return its folder.

    Every record is checked; one that breaks the format is told to the report and left out.

    Parameters
    ----------
    name
        The name that it gets.
    about
        What is known of it.
    records
        Its documents with their annotations, taken one by one.
    report
        What was noticed while reading, and will be.
    inputs
        Asked at the end for the files that were read.
    adapter
        Name of what read them.
    options
        What the user chose, by name.
    archive
        The archive that held the files.
    replace
        Whether another dataset of this name may be replaced; one that is equal always may.
    progress
        Told how many documents are written, after each batch.

    Raises
    ------
    DataError
        Where no record can be kept.
    UsageError
        Where the name cannot be one or is taken, or the store cannot be written.
    """
    target = folder(name)
    if target.exists() or target.is_symlink():
        own(target)
    with atomic_folder(target) as temporary:
        with ExitStack() as stack:
            content = _Content(temporary, about, report, stack)
            content.take(records, progress)
        manifest = content.manifest(name, adapter, dict(options or {}), _inputs(inputs(), archive))
        encoded = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
        (temporary / MANIFEST).write_bytes(encoded)
        if not replace:
            _check_same(target, encoded)
    return target


def _check_same(target: Path, manifest: bytes) -> None:
    """Refuse to replace a dataset by another one; its manifest holds the checksums of all of it.

    Raises
    ------
    UsageError
        Where a dataset is there and its manifest differs.
    """
    if target.exists() and read_bytes(target / MANIFEST) != manifest:
        raise UsageError(
            f"dataset '{target.name}' was added before and would change; give --replace to replace it, "
            "or --as NAME to keep both"
        )


def _inputs(files: Sequence[Input], archive: Input | None) -> dict[str, InputEntry]:
    entries = {file.path: InputEntry(file.sha256, file.size) for file in files}
    if archive is not None:
        entries[archive.path] = InputEntry(archive.sha256, archive.size, archive=True)
    return dict(sorted(entries.items()))


class _Content:
    """The files of a dataset that is being written."""

    def __init__(self, root: Path, about: About, report: Report, stack: ExitStack) -> None:
        self.root, self.about, self.report, self._stack = root, about, report, stack
        self.counts = Counts()
        self._ids: set[bytes] = set()
        self._annotators: dict[str, set[str]] = {layer: set() for layer in about.layers}
        self._writers: dict[str, TableWriter] = {}
        self._pending: list[tuple[Record, dict[str, list[bytes]]]] = []
        self._characters = 0
        self._writer(documents_file("parquet"))
        for layer in about.layers:
            self._writer(gold_file(layer, "parquet"), layer)

    def take(self, records: Iterable[Record], progress: Progress | None) -> None:
        """Check and write all records."""
        for record in records:
            rows = self._checked(record)
            if rows is None:
                continue
            self._pending.append((record, rows))
            self._characters += len(record.document.text)
            if len(self._pending) >= BATCH_DOCUMENTS or self._characters >= BATCH_CHARACTERS:
                self._flush()
                if progress is not None:
                    progress(len(self._ids))
        self._flush()
        if not self._ids:
            raise DataError(self._nothing())

    def _nothing(self) -> list[Fault]:
        faults = [fault for _, fault in self.report.faults[:20]]
        return [*faults, Fault(Path(self.about.name), None, "nothing is left that could be added")]

    def _checked(self, record: Record) -> dict[str, list[bytes]] | None:
        """Return the rows of a record by file, as JSON; None where it is left out, which the report tells."""
        rows: dict[str, list[bytes]] = {}
        try:
            problem = next(self._problems(record, rows), None)
        except (ValueError, msgspec.MsgspecError) as error:  # a lone surrogate, or a value of another type
            problem = str(error)
        digest = hashlib.blake2b(record.document.id.encode("utf-8", "replace"), digest_size=8).digest()
        if problem is None and digest in self._ids:
            problem = "its id stands twice"
        if problem is not None:
            message = one_line(f"document '{record.document.id[:100]}': {problem}")
            self.report.note(DROPPED, record.path or self.about.name, record.line, message)
            return None
        self._ids.add(digest)
        for layer, marks in record.marks.items():
            self._annotators[layer].update(marks)
        gold = [record.gold[layer] for layer in self.about.layers]
        self.counts.add(record.split, record.document, gold)
        return rows

    def _problems(self, record: Record, rows: dict[str, list[bytes]]) -> Iterator[str]:
        """Yield what is wrong with a record, a message each, and fill in its rows by file."""
        document = record.document
        fields = [document.id, document.text, document.group or ""]
        "".join([*fields, *document.metadata, *document.metadata.values()]).encode()
        if not document.id:
            yield "it has no id"
        if not is_name(record.split):
            yield f"'{record.split[:100]}' cannot name a split"
        yield from boundary_problems(document)
        for layer in sorted(self.about.layers.keys() - record.gold.keys()):
            yield f"it has no gold in layer '{layer}'"
        for layer in sorted((record.gold.keys() | record.marks.keys()) - self.about.layers.keys()):
            yield f"the corpus has no layer '{layer}'"
        for layer, entry in self.about.layers.items():
            marks = record.marks.get(layer, {})
            yield from _mark_problems(marks)
            context = Context(document, layer, msgspec.structs.replace(entry, annotators=tuple(marks)))
            given = {
                gold_file(layer, "parquet"): [record.gold[layer]],
                marks_file(layer, "parquet"): [marks[name] for name in sorted(marks, key=natural)],
            }
            for file, found in given.items():
                rows[file] = []
                for annotation in found:
                    row = _row(annotation, entry.kind)
                    rows[file].append(msgspec.json.encode(row))
                    yield from _row_problems(row, layer, context)

    def _flush(self) -> None:
        """Write what is pending to all files."""
        documents = [record.document for record, _ in self._pending]
        splits = [record.split for record, _ in self._pending]
        self._writers[documents_file("parquet")].write(document_table(documents, splits))
        for layer in self.about.layers:
            for file in (gold_file(layer, "parquet"), marks_file(layer, "parquet")):
                rows = [row for _, by_file in self._pending for row in by_file[file]]
                if rows:
                    self._writer(file, layer).write_rows(rows)
        self._pending.clear()
        self._characters = 0

    def _writer(self, file: str, layer: str | None = None) -> TableWriter:
        """Return the writer of a file; that of marks is made when the first are met."""
        if file not in self._writers:
            if layer is None:
                columns = document_schema()
            else:
                gold = file == gold_file(layer, "parquet")
                columns = row_schema(schema(self.about.layers[layer].kind, gold), gold)
            writer = TableWriter(self.root / file, columns)
            self._writers[file] = writer
            self._stack.callback(writer.close)
        return self._writers[file]

    def manifest(
        self, name: str, adapter: str, options: dict[str, str], inputs: dict[str, InputEntry]
    ) -> Manifest:
        """Return the manifest, once all other files are complete; `problems.jsonl` is written.

        Raises
        ------
        DataError
            Where what is known of the corpus contradicts itself.
        """
        about, files = self.about, self._files()
        annotators, layers = self._described()
        faults = [Fault(Path(name), None, told) for told in description_problems(annotators, layers, {})]
        if faults:
            raise DataError(faults)
        return Manifest(
            schema=1,
            name=name,
            version=about.version,
            title=about.title,
            description=about.description,
            language=about.language,
            licence=about.licence,
            citation=about.citation,
            provenance={"source": about.source},
            annotators=annotators,
            rule=about.rule or None,
            layers=layers,
            aliases={},
            splits={split: self.counts.documents(split) for split in self.counts.splits},
            segmentation=_segmentation(about),
            files=files,
            storage="parquet",
            group=about.group,
            origin=self._origin(adapter, options, inputs),
        )

    def _files(self) -> dict[str, FileEntry]:
        """Write `problems.jsonl`, and return the entries of all files."""
        problems = [Problem(kind, str(at.path), at.line, at.message) for kind, at in self.report.faults]
        (self.root / PROBLEMS).write_bytes(jsonl(problems))
        rows = {PROBLEMS: len(problems)} | {file: writer.rows for file, writer in self._writers.items()}
        return {file: FileEntry(file_sha256(self.root / file), rows[file]) for file in sorted(rows)}

    def _described(self) -> tuple[tuple[AnnotatorEntry, ...], dict[str, LayerEntry]]:
        """Return those who annotated, and the layers with the annotators of each."""
        layers = {
            layer: msgspec.structs.replace(
                entry, annotators=tuple(sorted(self._annotators[layer], key=natural))
            )
            for layer, entry in self.about.layers.items()
        }
        people = sorted({one for entry in layers.values() for one in entry.annotators}, key=natural)
        return tuple(AnnotatorEntry(one, "person", "") for one in people), layers

    def _origin(self, adapter: str, options: dict[str, str], inputs: dict[str, InputEntry]) -> OriginEntry:
        """Return where the dataset comes from, with its counts by split."""
        labels = {layer: entry.labels for layer, entry in self.about.layers.items()}
        return OriginEntry(
            source=self.about.source,
            adapter=adapter,
            version=self.about.adapter,
            options=options,
            inputs=inputs,
            counts={split: self.counts.entry(split, labels) for split in self.counts.splits},
            problems=dict(sorted(self.report.counts.items())),
        )


def _row(annotation: Annotation, kind: Kind) -> AnyRow:
    """Return an annotation's row, whose types are checked as when it is read.

    Raises
    ------
    ValueError, msgspec.MsgspecError
        Where a value cannot be written.
    """
    row = row_of(annotation, kind)
    return msgspec.json.decode(msgspec.json.encode(row), type=schema(kind, annotation.annotator is None))


def _mark_problems(marks: Mapping[str, Annotation]) -> Iterator[str]:
    for name, annotation in marks.items():
        if not is_name(name):
            yield f"'{name[:100]}' cannot name an annotator"
        if name != annotation.annotator:
            yield f"marks by '{annotation.annotator}' stand under annotator '{name}'"


def _row_problems(row: AnyRow, layer: str, context: Context) -> Iterator[str]:
    if row.document != context.document.id:
        yield f"its layer '{layer}' holds an annotation of document '{row.document}'"
    if row.layer != layer:
        yield f"its layer '{layer}' holds an annotation in layer '{row.layer}'"
    for message in row_problems(row, context):
        yield f"layer '{layer}': {message}"


def _segmentation(about: About) -> SegmentationEntry:
    sentences = about.sentences or f"sentencex {version('sentencex')}"
    return SegmentationEntry(sentences, f"regex {version('regex')}, UAX #29")


def natural(name: str) -> tuple[tuple[str, int], ...]:
    """Return a key by which A2 stands before A10."""
    return tuple((word, int(number or 0)) for word, number in re.findall(r"(\D*)(\d*)", name))
