"""Cases of the suite injection: an instruction is planted in a passage of a dataset's document.

A passage is some paragraphs in a row. What is planted stands on lines of its own, is a sentence of its own,
or stands in round brackets at a comma or at the end of a sentence; the words around it stay as they are.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.behaviour.cases import Case, Range
from benchmark.behaviour.changes import Change, changed
from benchmark.behaviour.plants import KINDS, PLANTS, Plant, Shape
from benchmark.behaviour.typography import curl
from benchmark.data import Dataset
from benchmark.model import Document
from benchmark.quotations import quotations

SUITE = "injection"
PLACES: dict[str, tuple[Shape, ...]] = {
    "first": ("line", "sentence"),
    "between": ("line", "sentence"),
    "last": ("line", "sentence"),
    "sentence": ("sentence",),
    "bracket": ("bracket",),
}
"""Where words are planted, and the shapes of those that can stand there."""
_ENOUGH, _MOST_TWINS = 200, 4
"""Cases that a dataset should give, and the most twins that a passage then gets."""
_LINES, _SENTENCES = 2, 3
"""The fewest paragraphs and sentences of a passage, where the document has them."""
_SHORT = 8
"""Characters of a sentence that is none: “U.S."""
_HARMLESS = re.compile(r"(?<![\w’'-])[a-z]{2,} [a-z]{3,} [a-z]{3,}(?![\w’'-])")
_COMMA = re.compile(r"(?<=[^\W\d_]), ")
_STOP = re.compile(r"(?<=[^\W_])[.!?]$")
_BRACKETS = re.compile(r"\([^()\n]*\)|\[[^\[\]\n]*\]")


@dataclass(frozen=True)
class Passage:
    """Some paragraphs of a document in a row.

    Parameters
    ----------
    text
        Their text, without the white space around it.
    number
        The place of the first of them in the document, from 0.
    lines, sentences
        Where its paragraphs and its sentences stand, in the text of the passage.
    marked
        Where gold spans stand in it.
    """

    text: str
    number: int
    lines: tuple[Range, ...]
    sentences: tuple[Range, ...]
    marked: tuple[Range, ...] = ()

    def points(self) -> dict[str, list[int]]:
        """Return the points at which words can be planted, by the name of the place; no place without one.

        Sentences and brackets are planted in no quotation, no brackets and no gold span.
        """
        text = self.text
        whole = (*self.sentences, *self.marked)
        closed = [*quotations(text).tolist(), *(found.span() for found in _BRACKETS.finditer(text))]
        apart = (*closed, *self.marked)
        ends = {end for start, end in self.sentences if end - start > _SHORT}
        joints = [
            start for start, _ in self.sentences if text[start - 1 : start] == " " and start - 1 in ends
        ]
        stops = [end - 1 for end in sorted(ends) if _STOP.search(text, 0, end)]
        commas = [found.start() for found in _COMMA.finditer(text)]
        found = {
            "first": [0],
            "between": [start for start, _ in self.lines[1:] if not _inside(start, whole)],
            "last": [len(text)],
            "sentence": [point for point in joints if not _inside(point, apart)],
            "bracket": [point for point in sorted({*commas, *stops}) if not _inside(point, apart)],
        }
        return {place: points for place, points in found.items() if points}

    def harmless(self, rng: np.random.Generator) -> str:
        """Return a few words in small letters that no gold span touches, or the first word where none are."""
        free = [
            found[0]
            for found in _HARMLESS.finditer(self.text)
            if not any(start < found.end() and found.start() < end for start, end in self.marked)
        ]
        return free[int(rng.integers(len(free)))] if free else self.text.split()[0]


def _inside(point: int, ranges: Iterable[Sequence[int]]) -> bool:
    return any(start < point < end for start, end in ranges)


def passages(document: Document, marked: Sequence[Range] = ()) -> Iterator[Passage]:
    """Yield the passages of a document, each of paragraphs enough for words to be planted between them.

    Parameters
    ----------
    document
        The document. A passage has at least two paragraphs and three sentences; what is left at the end goes
        to the last passage.
    marked
        Where gold spans stand in it.
    """
    ends = [int(end) for _, end in document.paragraphs]
    groups: list[list[int]] = []
    for number in range(len(ends)):
        if groups and not _enough(document, groups[-1]):
            groups[-1].append(number)
        else:
            groups.append([number])
    if len(groups) > 1 and not _enough(document, groups[-1]):
        last = groups.pop()
        groups[-1] += last
    for group in groups:
        yield _passage(document, group, marked)


def _enough(document: Document, numbers: Sequence[int]) -> bool:
    begin, end = _around(document, numbers)
    starts = document.sentences[:, 0]
    count = int(((starts >= begin) & (starts < end)).sum())
    return len(numbers) >= _LINES and count >= _SENTENCES


def _around(document: Document, numbers: Sequence[int]) -> Range:
    """Return where paragraphs in a row begin and end, without white space around them."""
    begin, end = int(document.paragraphs[numbers[0]][0]), int(document.paragraphs[numbers[-1]][1])
    whole = document.text[begin:end]
    return begin + len(whole) - len(whole.lstrip()), begin + len(whole.rstrip())


def _passage(document: Document, numbers: Sequence[int], marked: Sequence[Range]) -> Passage:
    begin, end = _around(document, numbers)

    def within(pairs: Sequence[Sequence[int]]) -> tuple[Range, ...]:
        cut = ((max(start, begin) - begin, min(stop, end) - begin) for start, stop in pairs)
        return tuple((start, stop) for start, stop in cut if start < stop)

    return Passage(
        document.text[begin:end],
        numbers[0],
        within([document.paragraphs[number].tolist() for number in numbers]),
        within(document.sentences.tolist()),
        within(marked),
    )


def injection_cases(dataset: Dataset, seed: int = 0, twins: int | None = None) -> list[Case]:
    """Return cases with an instruction planted, of every passage that has something to be marked.

    Parameters
    ----------
    dataset
        Any dataset; of one with gold in layer technique only the passages with a gold span.
    seed
        What the plants and their places are drawn by. For a number of twins, a document's draw does not
        depend on other documents.
    twins
        How many twins a passage gets, each with a plant of another kind; None for one, or as many as the
        dataset needs to give 200 cases, up to four.

    Returns
    -------
    list of Case
        In the order of documents and passages. The region is the point at which words are planted, and in the
        twin the planted words; the cluster is the passage. The id ends with the kind of the plant, and
        metadata has "kind" and "place".
    """
    found = list(_of_dataset(dataset))
    if twins is None:
        twins = min(max(-(-_ENOUGH // max(len(found), 1)), 1), _MOST_TWINS)
    cases: list[Case] = []
    orders: dict[str, _Order] = {}
    for document, passage in found:
        order = orders.setdefault(document.id, _Order.of(dataset, document, seed))
        for kind in order.next(twins):
            name = f"{SUITE}-{len(cases) + 1:04d}-{kind}"
            cases.append(_case(name, dataset, document, passage, kind, order.rng))
    return cases


def _of_dataset(dataset: Dataset) -> Iterator[tuple[Document, Passage]]:
    gold = {one.document.id: one.spans for one in dataset.gold.get("technique", ()) if one.spans}
    for document in dataset.documents:
        spans = gold.get(document.id, ())
        for passage in passages(document, [(span.start, span.end) for span in spans]):
            if passage.marked or not gold:
                yield document, passage


@dataclass
class _Order:
    """The kinds of plants in the order in which a document's passages get them, over and over."""

    rng: np.random.Generator
    kinds: list[str]
    at: int = 0

    @classmethod
    def of(cls, dataset: Dataset, document: Document, seed: int) -> _Order:
        rng = np.random.default_rng([seed, zlib.crc32(f"{dataset.name}/{document.id}".encode())])
        return cls(rng, [KINDS[place] for place in rng.permutation(len(KINDS)).tolist()])

    def next(self, count: int) -> list[str]:
        taken = [self.kinds[(self.at + step) % len(self.kinds)] for step in range(count)]
        self.at += count
        return taken


def _case(
    name: str, dataset: Dataset, document: Document, passage: Passage, kind: str, rng: np.random.Generator
) -> Case:
    place, point, plant = _drawn(passage, kind, rng)
    words = plant.said(passage.harmless(rng))
    if kind == "quotation" and re.search("[“”’]", passage.text):
        words = curl(words)
    before, words, after = _set(passage.text, place, words)
    twin, edits = changed(passage.text, [Change(point, point, before + words + after)])
    start = point + len(before)
    own = {"dataset": dataset.name, "document": document.id, "kind": kind, "place": place}
    return Case(
        id=name,
        suite=SUITE,
        layer="technique",
        text=passage.text,
        region=(point, point),
        twin=twin,
        twin_region=(start, start + len(words)),
        cluster=f"{dataset.name}/{document.id}#{passage.number}",
        edits=edits,
        metadata=dict(document.metadata) | own,
    )


def _drawn(passage: Passage, kind: str, rng: np.random.Generator) -> tuple[str, int, Plant]:
    """Return a place, a point of it and a plant of a kind that can stand there; each place is as likely."""
    own = [plant for plant in PLANTS if plant.kind == kind]
    fit = {place: [plant for plant in own if plant.shape in shapes] for place, shapes in PLACES.items()}
    points = {place: found for place, found in passage.points().items() if fit[place]}
    place = list(points)[int(rng.integers(len(points)))]
    point = points[place][int(rng.integers(len(points[place])))]
    return place, point, fit[place][int(rng.integers(len(fit[place])))]


def _set(text: str, place: str, words: str) -> tuple[str, str, str]:
    """Return planted words with what stands before and after them at their place."""
    line = "\n\n" if "\n\n" in text else "\n"
    return {
        "first": ("", words, line),
        "between": ("", words, line),
        "last": (line, words, ""),
        "sentence": ("", words, " "),
        "bracket": (" ", f"({words})", ""),
    }[place]
