"""What a dataset's splits hold, counted while it is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from benchmark.manifest import LayerCount, SplitCount
from benchmark.model import Annotation, Document

FIRST_SPLITS = ("train", "dev", "validation", "dev_test", "test")
"""Splits that stand in this order, before all others."""
_UNLABELLED = ""


class Counts:
    """Counts of documents and annotations by split."""

    def __init__(self) -> None:
        self._sizes: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._labels: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._relations: Counter[tuple[str, str]] = Counter()

    def add(self, split: str, document: Document, gold: Sequence[Annotation]) -> None:
        """Count a document with its gold of every layer."""
        size = self._sizes[split]
        size["documents"] += 1
        size["sentences"] += len(document.sentences)
        size["tokens"] += len(document.tokens)
        size["characters"] += len(document.text)
        for annotation in gold:
            place = split, annotation.layer
            self._labels[place].update(_labels(annotation))
            relations = {span.relation for span in annotation.spans if span.relation is not None}
            self._relations[place] += len(relations)

    @property
    def splits(self) -> list[str]:
        """The splits in the order in which a manifest names them."""
        known = [name for name in FIRST_SPLITS if name in self._sizes]
        return known + sorted(set(self._sizes) - set(known))

    def documents(self, split: str) -> int:
        """Return how many documents a split has."""
        return self._sizes[split]["documents"]

    def entry(self, split: str, labels: Mapping[str, Sequence[str]]) -> SplitCount:
        """Return what a split holds.

        Parameters
        ----------
        split
            Its name.
        labels
            The labels of each layer, in their order; those that do not occur count 0.
        """
        size = self._sizes[split]
        layers = {}
        for layer, names in labels.items():
            found = self._labels[split, layer]
            layers[layer] = LayerCount(
                {name: found[name] for name in names}, found[_UNLABELLED], self._relations[split, layer]
            )
        return SplitCount(size["documents"], size["sentences"], size["tokens"], size["characters"], layers)


def _labels(annotation: Annotation) -> Iterator[str]:
    for span in annotation.spans:
        yield span.label
    for unit in annotation.units:
        yield from unit.labels or (_UNLABELLED,)
    for portrayal in annotation.portrayals:
        if portrayal.stance is not None:
            yield portrayal.stance
