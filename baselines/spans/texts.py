"""Documents lined up as one row of tokens, so that arrays hold a whole training set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from baselines.features import Ids, sentence_of_tokens, token_features
from benchmark.model import Document, Span

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Texts:
    """The tokens of documents, one document after the other.

    Parameters
    ----------
    ids
        Numbers of their features: shape (tokens, features).
    offsets
        Where they start and end on a line of all documents, which have a gap between them: shape (tokens, 2).
    document
        Number of each token's document, from 0, ascending: shape (tokens,).
    starts
        Which tokens begin a sentence: shape (tokens,).
    origins
        Where each document starts on the line: shape (documents,).
    """

    ids: Ids
    offsets: Ints
    document: Ints
    starts: Flags
    origins: Ints

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Self:
        """Line up at least one document."""
        lengths = [len(document.text) + 1 for document in documents]
        origins = np.cumsum([0, *lengths[:-1]])
        return cls(
            np.concatenate([token_features(document) for document in documents]),
            np.concatenate(
                [document.tokens + origin for document, origin in zip(documents, origins, strict=True)]
            ),
            np.repeat(np.arange(len(documents)), [len(document.tokens) for document in documents]),
            np.concatenate([sentence_starts(document) for document in documents]),
            origins,
        )

    def __len__(self) -> int:
        return len(self.document)

    def line(self, spans: Sequence[Sequence[Span]]) -> Ints:
        """Return the spans of each document as merged stretches of the line, ascending: shape (stretches, 2).

        Spans that overlap are merged; spans that only touch stay apart.
        """
        pairs = sorted(
            (span.start + origin, span.end + origin)
            for origin, of_document in zip(self.origins.tolist(), spans, strict=True)
            for span in of_document
        )
        merged: list[list[int]] = []
        for start, end in pairs:
            if merged and start < merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        return np.array(merged, dtype=np.int64).reshape(-1, 2)

    def marked(self, stretches: Ints) -> Flags:
        """Return which tokens stretches of the line touch: shape (tokens,)."""
        first = np.searchsorted(self.offsets[:, 1], stretches[:, 0], side="right")
        last = np.searchsorted(self.offsets[:, 0], stretches[:, 1], side="left")
        touched = first < last
        change = np.zeros(len(self) + 1, dtype=np.int64)
        np.add.at(change, first[touched], 1)
        np.add.at(change, last[touched], -1)
        return np.cumsum(change[:-1]) > 0


def sentence_starts(document: Document) -> Flags:
    """Return which tokens of a document begin a sentence: shape (tokens,)."""
    starts: Flags = np.diff(sentence_of_tokens(document), prepend=-1) != 0
    return starts
