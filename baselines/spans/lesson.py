"""What is to be learned from training documents: their tokens, which of them are marked, and folds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from baselines.spans.decoding import Objective, Target
from baselines.spans.texts import Flags, Ints, Texts
from benchmark.model import Document, Span

Floats = NDArray[np.float64]

FOLDS = 3
"""Parts of the training documents, each marked by a model that learned from the others, to tune on."""


@dataclass(frozen=True)
class Lesson:
    """Training documents of one binary question: whether a token is in a span.

    Parameters
    ----------
    texts
        The tokens.
    stretches
        The gold on their line, merged: shape (stretches, 2).
    marked
        Which tokens it touches: shape (tokens,).
    group
        Number of the group of each document, from 0; a fold holds whole groups: shape (documents,).
    objective
        What settings are chosen for.
    """

    texts: Texts
    stretches: Ints
    marked: Flags
    group: Ints
    objective: Objective

    @classmethod
    def of(
        cls,
        texts: Texts,
        documents: Sequence[Document],
        spans: Sequence[Sequence[Span]],
        objective: Objective,
    ) -> Self:
        """Return the lesson of documents and their spans.

        Raises
        ------
        ValueError
            Where no token is marked, or every one.
        """
        stretches = texts.line(spans)
        marked = texts.marked(stretches)
        if not marked.any():
            raise ValueError("the gold marks no word")
        if marked.all():
            raise ValueError("the gold marks every word")
        return cls(texts, stretches, marked, _groups(documents), objective)

    @property
    def target(self) -> Target:
        """What is to be found in all documents."""
        return Target(self.texts, self.stretches, self.marked, self.objective)

    @cached_property
    def lengths(self) -> Ints:
        """How many tokens the run of marked or of unmarked tokens has in which a token stands."""
        change = np.diff(self.marked, prepend=False) | (np.diff(self.texts.document, prepend=-1) != 0)
        run = np.cumsum(change) - change[0]
        lengths: Ints = np.bincount(run)[run]
        return lengths

    @cached_property
    def weights(self) -> Floats:
        """How much each token counts, 1 on average over marked tokens and for the others: shape (tokens,).

        Where spans are scored, a token of a stretch of n marked tokens weighs as 1 / √n, since a long span
        earns no more credit than a short one.
        """
        weights = np.ones(len(self.texts))
        if self.objective == "spans":
            weights[self.marked] = 1 / np.sqrt(self.lengths[self.marked])
            weights[self.marked] /= weights[self.marked].mean()
        return weights

    def part(self, chosen: Flags) -> Lesson:
        """Return the lesson of some documents, of which only tokens count, not their stretches.

        Parameters
        ----------
        chosen
            Which documents: shape (documents,).
        """
        tokens = chosen[self.texts.document]
        texts = replace(
            self.texts,
            ids=self.texts.ids[tokens],
            offsets=self.texts.offsets[tokens],
            document=self.texts.document[tokens],
            starts=self.texts.starts[tokens],
        )
        return replace(self, texts=texts, marked=self.marked[tokens])

    def folds(self, seed: int) -> list[Flags]:
        """Return the documents of each fold: a partition in random order, of whole groups.

        There are fewer where groups are few, and none where there is only one.
        """
        count = int(self.group.max(initial=-1)) + 1
        order = np.random.default_rng(seed).permutation(count)
        parts = np.array_split(order, min(FOLDS, count)) if count > 1 else []
        return [np.isin(self.group, part) for part in parts]

    @cached_property
    def digest(self) -> bytes:
        """A fingerprint of all that a model learns from."""
        found = hashlib.sha256(self.objective.encode())
        for array in (self.texts.ids, self.texts.document, self.texts.starts, self.marked, self.group):
            found.update(np.ascontiguousarray(array).tobytes())
        return found.digest()


def _groups(documents: Sequence[Document]) -> Ints:
    numbers: dict[tuple[bool, object], int] = {}
    return np.array(
        [
            numbers.setdefault(
                (document.group is None, index if document.group is None else document.group), len(numbers)
            )
            for index, document in enumerate(documents)
        ],
        dtype=np.int64,
    )
