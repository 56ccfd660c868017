"""What a model is to learn from gold: a class for each piece of a document, or labels for a unit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import msgspec
import numpy as np

from baselines.neural.config import Task
from baselines.neural.tags import OUTSIDE, Flags, Ints, tag_names
from baselines.neural.windows import Window, pieces_in_words
from benchmark.model import Annotation, Document, Offsets, Span

IGNORED = -100
"""The class of pieces that nothing is learned from, as torch knows it."""


@dataclass(frozen=True)
class Example:
    """A window, and what is to be learned from it.

    Parameters
    ----------
    window
        The window.
    target
        A class for each piece; the number of the unit's label; or a list of 0 or 1 for each label.
    """

    window: Window
    target: tuple[int, ...] | list[float] | int


@dataclass(frozen=True)
class Lesson:
    """Documents with what is to be learned from them.

    Parameters
    ----------
    task
        Pieces are to be classified, or whole texts.
    labels
        The labels, sorted.
    several
        Whether a unit may have several of them.
    documents
        n documents.
    gold
        Their annotations.
    """

    task: Task
    labels: tuple[str, ...]
    several: bool
    documents: tuple[Document, ...]
    gold: tuple[Annotation, ...]

    @classmethod
    def of(cls, documents: Sequence[Document], gold: Sequence[Annotation]) -> Self:
        """Return the lesson of gold: of units where it has any, otherwise of spans.

        Raises
        ------
        ValueError
            Where the gold holds no label, or one that cannot be told from "no span".
        """
        units = [unit.labels for annotation in gold for unit in annotation.units]
        found = {label for labels in units for label in labels}
        if not units:
            found = {span.label for annotation in gold for span in annotation.spans}
        if not found:
            raise ValueError("no unit of the gold has a label" if units else "the gold marks no word")
        if not units and OUTSIDE in found:
            raise ValueError(f"a label is named '{OUTSIDE}', which stands for no span where words are tagged")
        task: Task = "sequence" if units else "token"
        several = any(len(labels) > 1 for labels in units)
        return cls(task, tuple(sorted(found)), several, tuple(documents), tuple(gold))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the model's classes."""
        return tag_names(self.labels) if self.task == "token" else self.labels

    def only(self, numbers: Sequence[int]) -> Self:
        """Return the lesson of some of the documents, with the same labels."""
        return replace(
            self,
            documents=tuple(self.documents[number] for number in numbers),
            gold=tuple(self.gold[number] for number in numbers),
        )

    def digest(self) -> str:
        """Return the SHA-256 of the documents and all that is learned from them."""
        told = [
            (
                document.id,
                document.group,
                document.text.encode("utf-8", "surrogatepass").hex(),
                document.tokens.tolist(),
                [(span.start, span.end, span.label) for span in annotation.spans],
                [(unit.start, unit.end, unit.labels) for unit in annotation.units],
            )
            for document, annotation in zip(self.documents, self.gold, strict=True)
        ]
        return hashlib.sha256(msgspec.json.encode([self.task, self.labels, self.several, told])).hexdigest()


def split(lesson: Lesson, share: float, seed: int) -> tuple[Lesson, Lesson]:
    """Return what is learned from, and what is held out to see when to stop.

    Whole documents are held out, and with a document all of its group. Nothing is held out where there is but
    one group.

    Parameters
    ----------
    lesson
        All of it.
    share
        Of the groups; at least one is held out, unless it is 0.
    seed
        Of the choice.
    """
    groups = [
        f"document {number}" if document.group is None else f"group {document.group}"
        for number, document in enumerate(lesson.documents)
    ]
    names = sorted(set(groups))
    count = min(max(1, round(share * len(names))), len(names) - 1) if share > 0 else 0
    chosen = set(np.random.default_rng(seed).permutation(np.array(names))[:count].tolist())
    kept = [number for number, group in enumerate(groups) if group not in chosen]
    return lesson.only(kept), lesson.only([n for n, group in enumerate(groups) if group in chosen])


def painted(words: Offsets, spans: Sequence[Span], labels: Sequence[str]) -> tuple[Ints, Flags]:
    """Return the label of each word, −1 for none, and which words begin a span: two of shape (words,).

    A word is marked whose characters a span touches. Where spans overlap the shorter one has the words, of
    equally long ones that which starts first: a long span is rarely lost by that, and a short one would be.

    Parameters
    ----------
    words
        Boundaries of the words: shape (words, 2).
    spans
        Of any labels; others than `labels` are left out.
    labels
        The labels.
    """
    of, begins = np.full(len(words), -1, dtype=np.int64), np.zeros(len(words), dtype=np.bool_)
    places = {label: number for number, label in enumerate(labels)}
    known = [span for span in spans if span.label in places]
    for span in sorted(known, key=lambda s: (s.start - s.end, -s.start, -places[s.label])):
        first = int(np.searchsorted(words[:, 1], span.start, side="right"))
        following = int(np.searchsorted(words[:, 0], span.end, side="left"))
        of[first:following] = places[span.label]
        begins[first:following] = np.arange(first, following) == first
    # What is left of a span behind a shorter one begins anew.
    begins |= (of >= 0) & (of != np.concatenate([[-1], of[:-1]]))
    return of, begins


def token_classes(
    document: Document, spans: Sequence[Span], labels: Sequence[str], windows: Sequence[Window]
) -> list[tuple[int, ...]]:
    """Return the class of each piece of each window, as `tag_names` numbers them.

    The first piece of a word that begins a span begins it, all others are inside. Nothing is learned from
    pieces that belong to no word.

    Parameters
    ----------
    document
        The document.
    spans
        Its gold.
    labels
        The labels, in order.
    windows
        Of its text, without pieces that stand in two of them.
    """
    of, begins = painted(document.tokens, spans, labels)
    found, met = [], set[int]()
    for window in windows:
        classes = np.full(len(window), IGNORED, dtype=np.int64)
        for piece, word in zip(
            *(pairs.tolist() for pairs in pieces_in_words(window, document.tokens)), strict=True
        ):
            opens = bool(begins[word]) and word not in met
            met.add(word)
            value = 0 if of[word] < 0 else 2 * int(of[word]) + (1 if opens else 2)
            if classes[piece] <= 0:  # a piece of two words is of the first that is marked
                classes[piece] = value
        found.append(tuple(classes.tolist()))
    return found


def examples(lesson: Lesson, cut: Callable[[str], list[Window]]) -> list[Example]:
    """Return what is learned from each window of the lesson's texts, in order.

    Of a unit with several windows each has the unit's labels. Units without a label are left out, unless a
    unit may have any number of them.

    Parameters
    ----------
    lesson
        What is learned.
    cut
        Makes windows of a text; where pieces are classified, no piece may stand in two of them.
    """
    found = []
    for document, annotation in zip(lesson.documents, lesson.gold, strict=True):
        if lesson.task == "token":
            windows = cut(document.text)
            classes = token_classes(document, annotation.spans, lesson.labels, windows)
            found += [Example(*of_window) for of_window in zip(windows, classes, strict=True)]
            continue
        for unit in annotation.units:
            if unit.labels or lesson.several:
                target = unit_target(unit.labels, lesson)
                found += [Example(window, target) for window in cut(document.text[unit.start : unit.end])]
    return found


def unit_target(given: Sequence[str], lesson: Lesson) -> list[float] | int:
    """Return 1 for each label that a unit has and 0 for the others, or the number of its one label."""
    if lesson.several:
        return [float(label in given) for label in lesson.labels]
    return lesson.labels.index(given[0])
