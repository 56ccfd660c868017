"""What an adapter is: a description of a corpus, and a reader of its original layout.

An adapter takes a `Source` (a folder or an archive) and yields `Record`s one by one, in an order that hangs
on the content alone. What it cannot read or has to drop it tells the `Report`, and goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from benchmark.errors import Fault
from benchmark.manifest import LayerEntry, LicenceEntry
from benchmark.model import Annotation, Document

NO_SPLIT = "all"
"""The name of the one split of a corpus that was published without splits."""
MOST_FAULTS = 10_000
"""The most faults that a report tells in full; all are counted."""


@dataclass(frozen=True)
class About:
    """What is known of a corpus without reading it.

    Parameters
    ----------
    name, version, title, description
        The version is the publisher's own, or the year.
    language
        ISO 639-1 code.
    licence, citation, source
        As the source states them; the source is where the corpus can be had.
    layers
        The layers by name, without annotators, which reading finds.
    group
        What the groups of documents are that a split keeps on one side: "triplet"; "" where there are none.
    rule
        The rule that makes gold of several annotators' marks, where the adapter applies one; "" elsewhere.
    sentences
        What found the boundaries of sentences where the corpus gives them; "" where the library does.
    adapter
        Version of the adapter, to be raised whenever its output changes.
    """

    name: str
    version: str
    title: str
    description: str
    language: str
    licence: LicenceEntry
    citation: str
    source: str
    layers: Mapping[str, LayerEntry]
    group: str = ""
    rule: str = ""
    sentences: str = ""
    adapter: int = 1


@dataclass(frozen=True)
class Record:
    """One document of a corpus with its annotations.

    Parameters
    ----------
    document
        Its `group` is set where the corpus has groups.
    split
        The split as published, or `NO_SPLIT`.
    gold
        An annotation for every layer of the corpus.
    marks
        For a layer, the marks of each annotator who saw the document; an annotator who is not named did not
        see it.
    path, line
        Where it stands in the source, for messages; "" and None where the document's id says enough.
    """

    document: Document
    split: str
    gold: Mapping[str, Annotation]
    marks: Mapping[str, Mapping[str, Annotation]] = field(default_factory=dict)
    path: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """A file that was read, for the manifest.

    Parameters
    ----------
    path
        Relative to the source, with forward slashes; of the archive itself, its file name.
    sha256
        64 hexadecimal digits.
    size
        In bytes.
    """

    path: str
    sha256: str
    size: int


class Source(Protocol):
    """The files of a corpus, in a folder or an archive; paths are relative, with forward slashes."""

    @property
    def location(self) -> Path:
        """The folder or archive that the user gave."""
        ...

    @property
    def archive(self) -> Input | None:
        """The archive as a whole; None for a folder."""
        ...

    def inputs(self) -> tuple[Input, ...]:
        """Return the files that were read so far, sorted by path."""
        ...

    def paths(self) -> Sequence[str]:
        """Return the paths of all files, sorted."""
        ...

    def read(self, path: str) -> bytes:
        """Return the content of a file, whose checksum is kept for the manifest.

        Raises
        ------
        DataError
            Where it cannot be read.
        """
        ...

    def text(self, path: str) -> str:
        """Return the content of a file in UTF-8; line ends and U+FEFF stay as they are.

        Raises
        ------
        DataError
            Where it cannot be read or is not UTF-8; the fault has the line.
        """
        ...


@dataclass
class Report:
    """What an adapter noticed: records, spans or files that it dropped or had to mend.

    Parameters
    ----------
    faults
        Each with file and line, in the order of reading; the first `MOST_FAULTS` of them.
    counts
        How many of each kind, such as "span dropped".
    """

    faults: list[tuple[str, Fault]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def note(self, kind: str, path: str, line: int | None, message: str) -> None:
        """Note one thing.

        Parameters
        ----------
        kind
            What became of what, in two or three words: "sentence dropped", "span mended", "file skipped".
        path, line
            Where it stands in the source, the line counted from 1.
        message
            What is wrong there.
        """
        self.counts[kind] += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append((kind, Fault(Path(path), line, message)))


class Adapter(Protocol):
    """A reader of one corpus; a module in this package, registered in `benchmark.corpora`."""

    def about(self, source: Source) -> About:
        """Return what the corpus is; the source tells which part or edition of it lies there.

        Raises
        ------
        DataError
            Where the source does not hold the corpus; the message says which files were expected.
        """
        ...

    def records(self, source: Source, report: Report) -> Iterator[Record]:
        """Yield the documents with their annotations."""
        ...
