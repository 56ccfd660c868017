"""From runs to the plain values that the page reads: an index, and a block of JSON for each document.

Labels, annotators, runs and kinds of error are numbers into lists of the index, and offsets count UTF-16 code
units, as strings in a browser do. Scores have four digits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any

from benchmark.data import Dataset
from benchmark.error_types import TYPES, ErrorType
from benchmark.model import Annotation, Document, Note
from benchmark.page.groups import Group
from benchmark.page.marks import Mark, Sheet, sheets

Plain = dict[str, Any]
"""A JSON object."""
FIRST_LINE = 80
"""Characters of the first line of a document that a list shows."""
LONGEST_BMP = "\uffff"


class Numbers:
    """Values numbered in the order in which they come."""

    def __init__(self) -> None:
        self._places: dict[Any, int] = {}

    def of(self, value: Any) -> int:
        """Return the number of a value, from 0."""
        return self._places.setdefault(value, len(self._places))

    @property
    def values(self) -> list[Any]:
        """The values by their numbers."""
        return list(self._places)


class Utf16:
    """Offsets of a text as a browser counts them: a character beyond the first plane counts two.

    Parameters
    ----------
    text
        The text.
    """

    def __init__(self, text: str) -> None:
        wide = bool(text) and max(text) > LONGEST_BMP
        self._places = [0, *accumulate(1 + (c > LONGEST_BMP) for c in text)] if wide else None

    def of(self, place: int) -> int:
        """Return an offset in UTF-16 code units from one in code points."""
        return place if self._places is None else self._places[place]


def within(utf16: Utf16, length: int, place: tuple[int, int]) -> list[int]:
    """Return a range that lies within its text, whatever a stranger's file says, in UTF-16 code units.

    Parameters
    ----------
    utf16
        Offsets of the text.
    length
        Of the text, in code points.
    place
        Start and end in code points, whatever they are.
    """
    start = min(max(place[0], 0), length)
    return [utf16.of(start), utf16.of(min(max(place[1], start), length))]


@dataclass
class _Page:
    """One document as it is put together."""

    document: Document
    dataset: int
    block: Plain = field(default_factory=dict)
    notes: Numbers = field(default_factory=Numbers)

    @cached_property
    def utf16(self) -> Utf16:
        return Utf16(self.document.text)


class Content:
    """What the script of the page reads.

    Parameters
    ----------
    groups
        Of runs.

    Attributes
    ----------
    index
        Names and counts, read when the page opens.
    blocks
        One object a document, read when it is looked at: its text, and for each group its marks and verdicts.
    """

    def __init__(self, groups: Sequence[Group]) -> None:
        self._labels, self._people, self._datasets = Numbers(), Numbers(), Numbers()
        self._pages: dict[tuple[str, str], _Page] = {}
        runs: list[Plain] = []
        entries = [self._group(number, group, runs) for number, group in enumerate(groups)]
        pages = list(self._pages.values())
        self.blocks: list[Plain] = [self._block(page) for page in pages]
        self.index: Plain = {
            "types": [str(kind) for kind in TYPES],
            "labels": self._labels.values,
            "people": self._people.values,
            "datasets": [name for name, _ in self._datasets.values],
            "runs": runs,
            "groups": entries,
            "docs": [[page.document.id, first_line(page.document.text), page.dataset] for page in pages],
        }

    def _group(self, number: int, group: Group, runs: list[Plain]) -> Plain:
        dataset = group.dataset
        pages = [self._page(dataset, document) for document in dataset.documents]
        places = list(range(len(runs), len(runs) + len(group.runs)))
        runs.extend({"name": name, "group": number} for name in group.names)
        counts = []
        for place, run in zip(places, group.runs, strict=True):
            found = sheets(run)
            counts.append([counted(sheet) for sheet in found])
            for page, sheet in zip(pages, found, strict=True):
                self._put(page, str(number), str(place), sheet)
        layer = group.task.source
        self._annotators(dataset, layer, pages)
        numbers = {key: place for place, key in enumerate(self._pages)}
        return {
            "title": group.title,
            "asks": group.task.title,
            "unit": group.task.unit,
            "layer": layer,
            "labels": [self._labels.of(label) for label in group.task.labels],
            "runs": places,
            "docs": [numbers[self._key(dataset, document)] for document in dataset.documents],
            "counts": counts,
        }

    @staticmethod
    def _key(dataset: Dataset, document: Document) -> tuple[str, str]:
        return dataset.manifest_sha256, document.id

    def _page(self, dataset: Dataset, document: Document) -> _Page:
        key = self._key(dataset, document)
        if key not in self._pages:
            number = self._datasets.of((f"{dataset.name} {dataset.version}", dataset.manifest_sha256))
            self._pages[key] = _Page(document, number)
        return self._pages[key]

    def _put(self, page: _Page, group: str, run: str, sheet: Sheet) -> None:
        """Add what a run has of a document; the gold of a group is the same for all of its runs."""
        own = page.block.setdefault("groups", {}).setdefault(group, {"gold": None, "runs": {}})
        if own["gold"] is None:
            own["gold"] = [self._mark(page, mark) for mark in sheet.gold]
        own["runs"][run] = [
            [self._mark(page, mark) for mark in sheet.found],
            [
                [TYPES.index(one.type), *(-1 if at is None else at for at in (one.gold, one.found))]
                for one in sheet.verdicts
            ],
        ]

    def _mark(self, page: _Page, mark: Mark) -> list[Any]:
        """Return start, end, label; then score, note, attributions, without the empty ones at the end."""
        score = None if mark.score is None else float(f"{mark.score:.4g}")
        note = self._note(page, mark.note)
        row = [page.utf16.of(mark.start), page.utf16.of(mark.end), self._labels.of(mark.label)]
        return _shortened([*row, score, note, list(mark.relations) or None], 3)

    def _note(self, page: _Page, note: Note | None) -> int | None:
        return None if note is None or note == Note() else page.notes.of(note)

    def _annotators(self, dataset: Dataset, layer: str, pages: Sequence[_Page]) -> None:
        """Add the annotators' own marks in a layer, once for each state of a dataset."""
        by_name = dataset.marks.get(layer, {})
        for name, given in by_name.items():
            for page, annotation in zip(pages, given, strict=True):
                if annotation is not None:
                    own = page.block.setdefault("own", {}).setdefault(layer, {})
                    own.setdefault(str(self._people.of(name)), self._rows(page, annotation))

    def _rows(self, page: _Page, annotation: Annotation) -> list[list[Any]]:
        spans = [Mark(span.start, span.end, span.label, note=span.note) for span in annotation.spans]
        units = [Mark(unit.start, unit.end, label) for unit in annotation.units for label in unit.labels]
        return [self._mark(page, mark) for mark in (*spans, *units)]

    def _block(self, page: _Page) -> Plain:
        document = page.document
        fields = dict(sorted(document.metadata.items()))
        notes = [self._plain(note) for note in page.notes.values]
        return {"text": document.text, "fields": fields, "notes": notes, **page.block}

    def _plain(self, note: Note) -> Plain:
        """Return what of a note is said."""
        said: Plain = {"by": [self._people.of(name) for name in note.support]} if note.support else {}
        said |= {"sure": note.confidence} if note.confidence is not None else {}
        said |= {"quoted": True} if note.quoted else {}
        said |= {"why": note.rationale} if note.rationale else {}
        said |= {"rewrite": note.rewrite} if note.rewrite is not None else {}
        return said | ({"also": list(note.also)} if note.also else {})


def _shortened(row: list[Any], least: int) -> list[Any]:
    while len(row) > least and row[-1] is None:
        row = row[:-1]
    return row


def counted(sheet: Sheet) -> list[int]:
    """Return how many verdicts of each type a sheet has, in the order of `ErrorType`."""
    counts: Counter[ErrorType] = Counter(one.type for one in sheet.verdicts)
    return [counts[kind] for kind in TYPES]


def first_line(text: str) -> str:
    """Return the beginning of the first line that has any text."""
    line = next((line for line in text.split("\n") if line.strip()), "").strip()
    return line if len(line) <= FIRST_LINE else line[: FIRST_LINE - 1] + "…"
