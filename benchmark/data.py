"""Load annotated datasets from their folders, every file checked against the manifest.

The datasets that are shipped, and those that the user added to the store, are known by name; any other folder
in the same format is loaded by its path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark import store
from benchmark.corpora import CORPORA
from benchmark.errors import DataError, Fault, UsageError, suggest
from benchmark.manifest import MANIFEST, GoldBy, Kind, LayerEntry, Manifest, UnitKind
from benchmark.model import Document
from benchmark.reading import Annotations, Content, Marks, Reader, read_manifest

if TYPE_CHECKING:
    from benchmark.fingerprints import Fingerprints

SHIPPED = ("turkey_drones", "fictional_news")


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
        For each layer that annotators marked, for each annotator one annotation a document, likewise; None
        for a document that the annotator did not see.
    splits
        The ids of each split's documents, in the order of the documents.
    group
        What the groups of documents are that a split keeps on one side, such as "triplet"; "" where there
        are none.
    corpus
        The adapter that read it, such as "ptc"; "" where none did.
    family
        The family of the models that annotated, as the manifest's provenance names it; "" where it does not.
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
    marks: Mapping[str, Mapping[str, Marks]] = field(repr=False)
    splits: Mapping[str, tuple[str, ...]] = field(repr=False)
    group: str = ""
    corpus: str = ""
    family: str = ""

    @property
    def noun(self) -> str:
        """What a document is: an article where the project ships it, else a sentence or a document."""
        if self.name in SHIPPED:
            return "article"
        one = all(len(document.sentences) <= 1 for document in self.documents)
        return "sentence" if one else "document"

    @cached_property
    def fingerprints(self) -> Fingerprints:
        """Fingerprints of its documents, in their order, by which (nearly) equal texts are found."""
        from benchmark.fingerprints import Fingerprints

        return Fingerprints.of(self.documents)

    def only(self, documents: Sequence[int]) -> Dataset:
        """Return the dataset with some of its documents, in the order given, and what belongs to them.

        Layers and annotators stay as they are; a split that loses all of its documents is left out.

        Parameters
        ----------
        documents
            Places in `documents`, from 0, each once.

        Raises
        ------
        IndexError
            For a place that no document has.
        ValueError
            For a place that is given twice.
        """
        if len(set(documents)) != len(documents):
            raise ValueError("a document is asked for twice")
        if any(not 0 <= place < len(self.documents) for place in documents):
            raise IndexError(f"a document is asked for that is none of the {len(self.documents)}")
        kept = tuple(self.documents[place] for place in documents)
        splits = {
            name: tuple(document.id for document in kept if document.id in members)
            for name, members in ((name, frozenset(ids)) for name, ids in self.splits.items())
        }
        part = replace(
            self,
            documents=kept,
            gold={layer: tuple(given[place] for place in documents) for layer, given in self.gold.items()},
            marks={
                layer: {name: tuple(given[place] for place in documents) for name, given in by_name.items()}
                for layer, by_name in self.marks.items()
            },
            splits={name: ids for name, ids in splits.items() if ids},
        )
        if "fingerprints" in vars(self):
            vars(part)["fingerprints"] = self.fingerprints.only(documents)
        return part


def names() -> tuple[str, ...]:
    """Return the names of the shipped datasets, then those of the datasets that the user added."""
    return (*SHIPPED, *(name for name in store.names() if name not in SHIPPED))


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
        The name of a dataset that is shipped or was added, or a folder that holds a manifest. A folder that
        is named as such a dataset is given as "./NAME".

    Raises
    ------
    UsageError
        Where it is neither.
    """
    if name_or_path in SHIPPED:
        return packaged_root() / name_or_path
    if name_or_path in store.names():
        return store.folder(str(name_or_path))
    folder = Path(name_or_path)
    if _exists(folder / MANIFEST):
        return folder
    name = str(name_or_path)
    if name in CORPORA:
        raise UsageError(f"corpus '{name}' is not added yet; add it with: bench data add {name} --from PATH")
    if _exists(folder):
        raise UsageError(f"{folder}: no dataset folder, it holds no {MANIFEST}")
    near = suggest(name, (*names(), *CORPORA))
    # Corpora that are not added cannot be loaded, so that a list of names leaves them out.
    told = near if near.startswith(", did you mean") else suggest(name, names())
    raise UsageError(f"no dataset or folder is named '{name}'{told}")


def load(name_or_path: str | Path) -> Dataset:
    """Return a dataset, all of whose files agree with its manifest.

    Parameters
    ----------
    name_or_path
        A dataset's name, or a folder that holds a manifest.

    Raises
    ------
    UsageError
        Where there is no such dataset.
    DataError
        Where anything is wrong with the folder; all faults are listed.
    """
    reader = Reader(locate(name_or_path))
    content = reader.read()
    if content is None:
        raise DataError(reader.sorted_faults())
    return _dataset(reader.folder, content)


def check(name_or_path: str | Path) -> list[Fault]:
    """Return every fault of a dataset folder, in the order of its files and their lines.

    Parameters
    ----------
    name_or_path
        A dataset's name, or a folder that holds a manifest.

    Raises
    ------
    UsageError
        Where there is no such dataset.
    """
    reader = Reader(locate(name_or_path))
    reader.read()
    return reader.sorted_faults()


def manifest_of(name_or_path: str | Path) -> Manifest:
    """Return the manifest of a dataset, without reading its other files.

    Parameters
    ----------
    name_or_path
        A dataset's name, or a folder that holds a manifest.

    Raises
    ------
    UsageError
        Where there is no such dataset.
    DataError
        Where the manifest is broken.
    """
    faults: list[Fault] = []
    manifest, _ = read_manifest(locate(name_or_path), faults)
    if manifest is None:
        raise DataError(faults)
    return manifest


def _dataset(folder: Path, content: Content) -> Dataset:
    manifest = content.manifest
    return Dataset(
        name=manifest.name,
        version=manifest.version,
        title=manifest.title,
        language=manifest.language,
        licence=Licence(manifest.licence.annotations, manifest.licence.text),
        citation=manifest.citation,
        path=folder,
        manifest_sha256=content.digest,
        annotators=tuple(annotator.name for annotator in manifest.annotators),
        aliases=manifest.aliases,
        layers={name: _layer(name, entry) for name, entry in manifest.layers.items()},
        documents=content.documents,
        gold=content.gold,
        marks=content.marks,
        splits=content.splits,
        group=manifest.group,
        corpus=manifest.origin.adapter if manifest.origin is not None else "",
        family=manifest.provenance.get("family", ""),
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # too long a name, or a folder that may not be entered
        return False


def _layer(name: str, entry: LayerEntry) -> Layer:
    return Layer(name, entry.kind, entry.labels, entry.unit, entry.annotators, entry.gold)
