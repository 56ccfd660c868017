"""What a person writes about a dataset: the template that its folder is made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from benchmark.errors import DataError, Fault, suggest
from benchmark.fileio import decode, read_bytes
from benchmark.manifest import (
    MANIFEST,
    AnnotatorEntry,
    LayerEntry,
    LicenceEntry,
    Name,
    Strict,
    description_problems,
)

DOCUMENT, ANNOTATOR = "{document}", "{annotator}"
README = "README.md"
LONGEST_ID = 100


class Source(Strict, frozen=True):
    """Where the texts and marks lie in the source folder.

    Parameters
    ----------
    texts
        Path of a document's text; "{document}" stands for its id.
    marks
        Path of an annotator's file, with "{annotator}" for the name as well.
    documents
        The documents, one mapping of columns to values each, or the path of a table with them, separated by
        tabs under a header. Column "id" is the document's id and "split" its split, "test" where there is
        none; a column named as a layer that nobody annotated is the label of the whole document in it; all
        others are metadata.
    """

    texts: str
    marks: str
    documents: list[dict[str, str]] | str


class Card(Strict, frozen=True):
    """Fields of the dataset card's front matter, as Hugging Face names them."""

    license: str
    license_name: str | None = None
    license_link: str | None = None
    annotations_creators: tuple[str, ...] = ()
    task_categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class Template(Strict, frozen=True):
    """The content of a template; fields that the manifest has too are named as there.

    Parameters
    ----------
    guidelines
        The version of the guidelines that every annotator's file has to name.
    include
        Files beside the template that are copied into the folder, such as a licence.
    """

    name: Name
    version: str
    title: str
    description: str
    language: str
    licence: LicenceEntry
    citation: str
    provenance: dict[str, str]
    guidelines: str
    annotators: Annotated[tuple[AnnotatorEntry, ...], Meta(min_length=1)]
    layers: dict[Name, LayerEntry]
    aliases: dict[str, str]
    source: Source
    card: Card
    include: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """One document as the template lists it: its id, split, labels by layer and metadata."""

    id: str
    split: str
    labels: Mapping[str, str]
    metadata: Mapping[str, str]


def read_template(path: Path) -> Template:
    """Return a template.

    Raises
    ------
    DataError
        Where it does not fit the schema, or contradicts itself.
    """
    faults: list[Fault] = []
    template = decode(read_bytes(path), Template, path, None, faults)
    if template is None:
        raise DataError(faults)
    problems = [*description_problems(template.annotators, template.layers, template.aliases)]
    problems += _problems(template)
    if problems:
        raise DataError([Fault(path, None, problem) for problem in problems])
    return template


def read_text(path: Path, faults: list[Fault]) -> str | None:
    """Return a UTF-8 file's text byte for byte, or note the fault and return None.

    Raises
    ------
    UsageError
        Where the file cannot be read.
    """
    try:
        return read_bytes(path).decode("utf-8")
    except UnicodeDecodeError as error:
        faults.append(Fault(path, None, f"not UTF-8: {error.reason} at byte {error.start}"))
        return None


def written_layers(template: Template) -> dict[str, LayerEntry]:
    """Return the layers that nobody annotated: their gold stands in the list of documents."""
    return {name: entry for name, entry in template.layers.items() if not entry.annotators}


def listings(template: Template, path: Path, folder: Path) -> list[Listing]:
    """Return the documents that a template lists.

    Parameters
    ----------
    template, path
        The template and its file, for messages.
    folder
        The source folder, in which a table lies.

    Raises
    ------
    DataError
        Where the list has faults.
    """
    faults: list[Fault] = []
    if isinstance(template.source.documents, str):
        path = folder / template.source.documents
        rows = list(_table(path, faults))
    else:
        rows = [(None, row) for row in template.source.documents]
    found: dict[str, Listing] = {}
    for number, (line, row) in enumerate(rows):
        problems = [*_row_problems(row, found, template)]
        place = f"documents[{number}]: " if line is None else ""
        faults += [Fault(path, line, place + problem) for problem in problems]
        if not problems:
            found[row["id"]] = _listing(row, written_layers(template))
    if not rows and not faults:
        faults.append(Fault(path, None, "no document is listed"))
    for pattern in (template.source.texts, template.source.marks):
        if len(rows) > 1 and DOCUMENT not in pattern:
            faults.append(Fault(path, None, f"'{pattern}' has no {DOCUMENT}, but several are listed"))
    if faults:
        raise DataError(faults)
    return list(found.values())


def _problems(template: Template) -> Iterator[str]:
    for pattern in (template.source.texts, template.source.marks):
        if not pattern or not pattern.isprintable() or Path(pattern).is_absolute():
            yield f"source: '{pattern}' is no path within the source folder"
    if len(template.annotators) > 1 and ANNOTATOR not in template.source.marks:
        yield f"source: '{template.source.marks}' has no {ANNOTATOR}, but there are several"
    for name, entry in written_layers(template).items():
        if entry.unit != "document":
            yield f"layers.{name}: nobody annotated it, so its unit must be 'document'"
    for name, entry in template.layers.items():
        if entry.kind == "units" and entry.unit == "sentence":
            yield f"layers.{name}: annotators' files label paragraphs or documents, not sentences"
    for file in template.include:
        if file in (README, MANIFEST) or file != Path(file).name or not file.isprintable():
            yield f"include: '{file}' is no plain name of a file, or one that is made here"


def _table(path: Path, faults: list[Fault]) -> Iterator[tuple[int | None, dict[str, str]]]:
    """Yield the rows of a table under its header, with their line numbers."""
    lines = (read_text(path, faults) or "").split("\n")
    header = lines[0].rstrip("\r").split("\t")
    for number, line in enumerate(lines[1:], 2):
        cells = line.rstrip("\r").split("\t")
        if len(cells) == len(header):
            yield number, dict(zip(header, cells, strict=True))
        elif line.strip():
            faults.append(Fault(path, number, f"{len(cells)} columns where the header has {len(header)}"))


def _row_problems(row: Mapping[str, str], found: Mapping[str, Listing], template: Template) -> Iterator[str]:
    identifier = row.get("id", "")
    if not identifier.strip() or not identifier.isprintable() or len(identifier) > LONGEST_ID:
        yield f"column 'id' needs one to {LONGEST_ID} printable characters"
    if identifier in found:
        yield f"document '{identifier}' stands twice"
    for name, entry in written_layers(template).items():
        if name not in row:
            yield f"document '{identifier}' has no column '{name}' for the layer that nobody annotated"
        elif row[name] not in entry.labels:
            yield f"layer '{name}' has no label '{row[name]}'{suggest(row[name], entry.labels)}"


def _listing(row: Mapping[str, str], written: Mapping[str, LayerEntry]) -> Listing:
    labels = {name: row[name] for name in written}
    metadata = {name: value for name, value in row.items() if name not in ("id", "split", *written)}
    return Listing(row["id"], row.get("split", "test"), labels, metadata)
