"""The manifest of a dataset folder: its schema, and what must hold between its parts.

A dataset folder holds `manifest.json`, `documents.jsonl`, `gold/LAYER.jsonl` for every layer,
`annotators/LAYER.jsonl` for every layer that annotators marked, and files for people such as `README.md`.
A dataset that the user added has `.parquet` files in their place, and `problems.jsonl`: what was found wrong
in its source. The manifest names every file of the folder but itself, with its SHA-256.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Annotated, Literal

from msgspec import Meta, Struct

from benchmark.errors import suggest

Kind = Literal["spans", "relations", "units", "entities"]
"""What a layer's annotations are made of."""

UnitKind = Literal["sentence", "paragraph", "document"]
Storage = Literal["jsonl", "parquet"]
"""How documents and annotations are written, and the extension of their files."""

GoldBy = Literal["model", "people", "model_writer", "writer"]
"""Who made gold: annotators, or the writer of the texts, whose intention it is."""
Stance = Literal["positive", "neutral", "negative"]
Role = Literal["protagonist", "antagonist", "victim", "none"]

STANCES: tuple[Stance, ...] = ("positive", "neutral", "negative")
ROLES: tuple[Role, ...] = ("protagonist", "antagonist", "victim", "none")
RELATION_PARTS = ("source", "cue", "content")

MANIFEST = "manifest.json"
DOCUMENTS = "documents.jsonl"
PROBLEMS = "problems.jsonl"

Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100)]
"""A name that also serves in file names."""
Count = Annotated[int, Meta(ge=0)]


class Strict(Struct, frozen=True, forbid_unknown_fields=True):
    """A schema that refuses fields it does not know."""


class LicenceEntry(Strict, frozen=True):
    """Under which terms the two parts of a dataset may be used."""

    annotations: str
    text: str


class AnnotatorEntry(Strict, frozen=True):
    """One annotator: a language model or a person, and the brief that it worked under."""

    name: Name
    kind: Literal["model", "person"]
    brief: str


class LayerEntry(Strict, frozen=True):
    """One layer of annotation.

    Parameters
    ----------
    kind
        What it is made of.
    labels
        Its label set; the stances and roles for entities.
    gold
        Who made the gold.
    unit
        The unit that tasks score; None for spans, relations and entities.
    annotators
        Those whose marks the folder holds.
    """

    kind: Kind
    labels: tuple[str, ...]
    gold: GoldBy
    unit: UnitKind | None = None
    annotators: tuple[str, ...] = ()


class SegmentationEntry(Strict, frozen=True):
    """What found the boundaries of sentences and tokens: library, version and rule."""

    sentences: str
    tokens: str


class FileEntry(Strict, frozen=True):
    """A file's SHA-256 and, for JSONL and Parquet, its number of rows."""

    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    rows: Annotated[int, Meta(ge=0)] | None = None


class InputEntry(Strict, frozen=True, omit_defaults=True):
    """A file that a dataset was made from; `archive` where it is the archive that held the others."""

    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    bytes: Count
    archive: bool = False


class LayerCount(Strict, frozen=True, omit_defaults=True):
    """How much a layer holds in one split.

    Parameters
    ----------
    labels
        Spans or units by label; portrayals by stance.
    unlabelled
        Units without a label.
    relations
        Attributions.
    """

    labels: dict[str, Count]
    unlabelled: Count = 0
    relations: Count = 0


class SplitCount(Strict, frozen=True):
    """How much one split holds."""

    documents: Count
    sentences: Count
    tokens: Count
    characters: Count
    layers: dict[str, LayerCount]


class OriginEntry(Strict, frozen=True):
    """Where a dataset comes from that the user added.

    Parameters
    ----------
    source
        Where the corpus can be had, or the file that was read.
    adapter, version
        The adapter, and its version.
    options
        What the user chose, such as part or columns, by name.
    inputs
        The files that were read, by path.
    counts
        What each split holds.
    problems
        How many problems of each kind were met; `problems.jsonl` tells the first of them.
    """

    source: str
    adapter: str
    version: int
    options: dict[str, str]
    inputs: dict[str, InputEntry]
    counts: dict[Name, SplitCount]
    problems: dict[str, Count]


class Problem(Strict, frozen=True):
    """A row of `problems.jsonl`: what was wrong in one place of the source."""

    kind: str
    file: str
    line: int | None
    message: str


class Manifest(Strict, frozen=True, omit_defaults=True):
    """The content of `manifest.json`.

    Parameters
    ----------
    schema
        Version of this schema.
    rule
        Name and version of the rule that made the gold from the annotators' marks; None where none did.
    aliases
        The canonical name of an entity by another of its names in lower case.
    splits
        Number of documents in each split.
    files
        Every file of the folder but the manifest, by its path with forward slashes.
    storage
        How documents and annotations are written.
    group
        What the groups of documents are that a split keeps on one side; "" where there are none.
    origin
        Where a dataset comes from that the user added; None for others.
    """

    schema: Literal[1]
    name: Name
    version: str
    title: str
    description: str
    language: str
    licence: LicenceEntry
    citation: str
    provenance: dict[str, str]
    annotators: tuple[AnnotatorEntry, ...]
    rule: str | None
    layers: dict[Name, LayerEntry]
    aliases: dict[str, str]
    splits: dict[Name, Annotated[int, Meta(ge=1)]]
    segmentation: SegmentationEntry
    files: dict[str, FileEntry]
    storage: Storage = "jsonl"
    group: str = ""
    origin: OriginEntry | None = None


def documents_file(storage: Storage) -> str:
    """Return the path of the documents within their dataset folder."""
    return f"documents.{storage}"


def gold_file(layer: str, storage: Storage = "jsonl") -> str:
    """Return the path of a layer's gold within its dataset folder."""
    return f"gold/{layer}.{storage}"


def marks_file(layer: str, storage: Storage = "jsonl") -> str:
    """Return the path of the annotators' marks of a layer within its dataset folder."""
    return f"annotators/{layer}.{storage}"


def data_files(layers: Mapping[str, LayerEntry], storage: Storage = "jsonl") -> tuple[str, ...]:
    """Return the paths of all JSONL or Parquet files that a dataset with these layers has."""
    marked = [layer for layer, entry in layers.items() if entry.annotators]
    gold = (gold_file(layer, storage) for layer in layers)
    return (documents_file(storage), *gold, *(marks_file(layer, storage) for layer in marked))


def description_problems(
    annotators: Sequence[AnnotatorEntry], layers: Mapping[str, LayerEntry], aliases: Mapping[str, str]
) -> Iterator[str]:
    """Yield what is wrong between annotators, layers and aliases, a message each."""
    names = [annotator.name for annotator in annotators]
    yield from _repeated("annotators", names)
    for layer, entry in layers.items():
        yield from _layer_problems(f"layers.{layer}", entry, names)
    for alias in aliases:
        if alias != alias.lower():
            yield f"aliases: '{alias}' is not in lower case"


def file_problems(manifest: Manifest) -> Iterator[str]:
    """Yield what is wrong with the files that a manifest names, a message each."""
    expected = data_files(manifest.layers, manifest.storage)
    if manifest.origin is not None:
        expected = (*expected, PROBLEMS)
    for path in expected:
        if path not in manifest.files:
            yield f"files: '{path}' is not named"
        elif manifest.files[path].rows is None:
            yield f"files: '{path}' has no number of rows"
    for path, entry in manifest.files.items():
        if not _stays_inside(path):
            yield f"files: '{path}' is no plain path within the folder"
        elif path not in expected and (entry.rows is not None or path.endswith((".jsonl", ".parquet"))):
            yield f"files: '{path}' belongs to no layer{suggest(path, expected)}"


def _layer_problems(where: str, entry: LayerEntry, annotators: Sequence[str]) -> Iterator[str]:
    yield from _repeated(f"{where}.labels", entry.labels)
    yield from _repeated(f"{where}.annotators", entry.annotators)
    for name in entry.annotators:
        if name not in annotators:
            yield f"{where}: unknown annotator '{name}'{suggest(name, annotators)}"
    if not entry.labels:
        yield f"{where}: no labels"
    if (entry.kind == "units") != (entry.unit is not None):
        yield f"{where}: a unit is given for layers of units, and for no others"
    allowed = {"relations": RELATION_PARTS, "entities": (*STANCES, *ROLES)}.get(entry.kind)
    if allowed is not None and set(entry.labels) != set(allowed):
        yield f"{where}: the labels of {entry.kind} are {', '.join(allowed)}"


def _repeated(where: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{where}: '{name}' stands {count} times"


def _stays_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    plain = path == "/".join(parts) and "\\" not in path and path.isprintable()
    return plain and bool(parts) and parts[0] != "/" and ".." not in parts and path != MANIFEST
