"""Parts of a long article that a model is asked about one by one, cut at the borders of paragraphs.

A paragraph that is too long is cut at the borders of its sentences, unless it is itself a unit to be
labelled. Where whole documents are labelled, each is one part, however long: half an article cannot be
labelled for all of it. A part has the end of the text before it, and the headline, as context.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from benchmark.model import Document

CONTEXT = 400
"""Characters of the text before a part that are shown as context."""
_LONGEST_WORD = 40


@dataclass(frozen=True)
class Part:
    """A stretch of a document.

    Parameters
    ----------
    document
        The document.
    number
        From 0.
    start, end
        Offsets; the parts of a document lie one behind the other and leave out only empty lines at its ends.
    units
        The units to be labelled that lie within, as offsets; empty where marks are asked for.
    """

    document: Document
    number: int
    start: int
    end: int
    units: tuple[tuple[int, int], ...] = ()

    @property
    def text(self) -> str:
        """Its words."""
        return self.document.text[self.start : self.end]

    @property
    def context(self) -> str:
        """The headline and the end of the text before it; "" for the first part."""
        text = self.document.text
        if not self.number:
            return ""
        before = text[max(self.start - CONTEXT, 0) : self.start]
        if len(before) < self.start:
            before = f"… {_from_word(before)}"
            start, end = self.document.paragraphs[0].tolist()
            before = f"{text[start:end][:CONTEXT]}\n{before}"
        return before.strip()


def parts_of(document: Document, size: int, unit: str = "") -> list[Part]:
    """Return the parts of a document; none where it holds no words.

    Parameters
    ----------
    document
        The document.
    size
        Characters of a part, unless a single paragraph or sentence is longer.
    unit
        The unit that is labelled; "" where marks are asked for.
    """
    if not len(document.paragraphs):
        return []
    edges = _edges(document, size, unit)
    wanted = [tuple(pair) for pair in document.units(unit).tolist()] if unit else []
    found = []
    for number, (start, end) in enumerate(pairwise(edges)):
        units = tuple((low, high) for low, high in wanted if start <= low < end)
        found.append(Part(document, number, start, end, units))
    return found


def _edges(document: Document, size: int, unit: str) -> list[int]:
    """Return where parts begin, and the end of the last."""
    first, last = int(document.paragraphs[0][0]), int(document.paragraphs[-1][1])
    if unit == "document":
        return [0, len(document.text)]
    edges = [first]
    for start, end in _pieces(document, size, unit):
        if end - edges[-1] > size and start > edges[-1]:
            edges.append(start)
    return [*edges, last]


def _pieces(document: Document, size: int, unit: str) -> Iterator[tuple[int, int]]:
    """Yield what is not cut: paragraphs, or the sentences of one that is too long."""
    sentences = document.sentences
    for start, end in document.paragraphs.tolist():
        if end - start <= size or unit == "paragraph":
            yield start, end
            continue
        first, last = np.searchsorted(sentences[:, 0], (start, end))
        within = [(low, high) for low, high in sentences[first:last].tolist() if high <= end]
        yield from [(start, within[0][1]), *within[1:]] if within else [(start, end)]


def _from_word(text: str) -> str:
    """Return a text from its first whole word on; all of it where words are not parted by spaces."""
    space = text.find(" ", 0, _LONGEST_WORD)
    return text[space + 1 :]
