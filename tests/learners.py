"""Small detectors that learn, for tests of what is learned from what."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Self

from benchmark.model import Annotation, Document, Prediction, Span, Unit

FILE = "words.json"


class Words:
    """Remembers which label the words of the training gold had, and gives it to them again.

    It learns any layer of spans, units or given spans, and can be kept. `fits` and `tests` tell what it was
    given, for a test to look at.
    """

    name: ClassVar[str] = "words"
    layers: ClassVar[frozenset[str]] = frozenset()
    trained_layers: ClassVar[frozenset[str]] = frozenset()
    trained_kinds: ClassVar[frozenset[str]] = frozenset({"spans", "units", "given"})
    fits: ClassVar[list[tuple[str, tuple[Annotation, ...]]]] = []
    tests: ClassVar[list[tuple[str, ...]]] = []

    def __init__(self, least: int = 1, seed: int = 0) -> None:
        self.least, self.seed = least, seed
        self.labels_of: dict[str, str] = {}
        self.of_units = False

    def fit(self, documents: Sequence[Document], gold: Sequence[Annotation], layer: str) -> Self:
        assert [document.id for document in documents] == [annotation.document.id for annotation in gold]
        self.fits.append((layer, tuple(gold)))
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for document, annotation in zip(documents, gold, strict=True):
            marked = [(s.start, s.end, s.label) for s in annotation.spans]
            marked += [(u.start, u.end, label) for u in annotation.units for label in u.labels]
            for start, end, label in marked:
                counts.update({w: counts[w] + Counter([label]) for w in words(document, start, end)})
        self.of_units = any(annotation.units for annotation in gold)
        self.labels_of = {
            word: min(found, key=lambda label: (-found[label], label))
            for word, found in sorted(counts.items())
            if found.total() >= self.least
        }
        return self

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        self.tests.append(tuple(document.id for document in documents))
        return [self._predict(document, layer) for document in documents]

    def _predict(self, document: Document, layer: str) -> Prediction:
        if self.of_units:
            units = [
                Unit(start, end, (label,))
                for start, end in document.every_unit
                if (label := self._label(words(document, start, end)))
            ]
            return Prediction(document.id, layer, units=tuple(units))
        pieces = document.given if len(document.given) else document.tokens
        spans = [
            Span(start, end, label)
            for start, end in pieces.tolist()
            if (label := self._label(words(document, start, end)))
        ]
        return Prediction(document.id, layer, tuple(spans))

    def _label(self, found: list[str]) -> str | None:
        votes = Counter(self.labels_of[word] for word in found if word in self.labels_of)
        return min(votes, key=lambda label: (-votes[label], label)) if votes else None

    def save(self, folder: Path) -> None:
        content = {"labels": self.labels_of, "units": self.of_units}
        (folder / FILE).write_text(json.dumps(content), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        found = cls()
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if set(content) != {"labels", "units"}:
            raise ValueError(f"{FILE} holds something else")
        found.labels_of, found.of_units = content["labels"], content["units"]
        return found


def words(document: Document, start: int, end: int) -> list[str]:
    """The tokens of a document that lie between two offsets."""
    return [document.text[a:b] for a, b in document.tokens.tolist() if start <= a and b <= end]
