"""Labels of units by logistic regression over their words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from baselines.lexicons import fold
from benchmark.model import Annotation, Document, Unit

if TYPE_CHECKING:
    from scipy.sparse import csr_array, csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

Floats = NDArray[np.float64]

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_ENOUGH = 0.5


@dataclass(frozen=True)
class UnitModel:
    """One logistic regression a label over the TF-IDF weights of words and pairs of words.

    Both outcomes of a label weigh the same in training, since most labels are rare; C is 1 and rows have unit
    length, as is usual.

    Parameters
    ----------
    labels
        The labels, in alphabetical order.
    most
        How many labels a unit can get.
    vectorizer
        Weighs words.
    weights
        Weights of the labels: shape (labels, words).
    bias
        Intercepts: shape (labels,).
    """

    labels: tuple[str, ...]
    most: int
    vectorizer: TfidfVectorizer
    weights: Floats
    bias: Floats

    @classmethod
    def fit(cls, gold: Sequence[Annotation], most: int, seed: int) -> Self:
        """Learn from the units of the gold.

        Raises
        ------
        ValueError
            Where no unit has a label, or none has a word.
        """
        from sklearn.feature_extraction.text import TfidfVectorizer

        units = [(annotation.document.text, unit) for annotation in gold for unit in annotation.units]
        labels = tuple(sorted({label for _, unit in units for label in unit.labels}))
        if not labels:
            raise ValueError("no unit of the gold has a label")
        vectorizer = TfidfVectorizer(analyzer=words_and_pairs, sublinear_tf=True)
        rows = vectorizer.fit_transform([text[unit.start : unit.end] for text, unit in units])
        held = [np.array([label in unit.labels for _, unit in units]) for label in labels]
        fitted = [_fit_label(rows, flags, seed) for flags in held]
        weights, bias = (np.stack(parts) for parts in zip(*fitted, strict=True))
        return cls(labels, most, vectorizer, weights, bias)

    def predict(self, document: Document) -> tuple[Unit, ...]:
        """Return the labels of every sentence, paragraph and the whole document, the likeliest first.

        A unit gets the labels that are likelier than not, `most` of them at most, and at least the likeliest.
        """
        places = document.every_unit
        rows = self.vectorizer.transform([document.text[start:end] for start, end in places])
        chances = 1 / (1 + np.exp(-(rows @ self.weights.T + self.bias)))
        return tuple(self._unit(place, of_labels) for place, of_labels in zip(places, chances, strict=True))

    def _unit(self, place: tuple[int, int], chances: Floats) -> Unit:
        order = np.argsort(-chances, kind="stable")[: self.most]
        chosen = [int(index) for rank, index in enumerate(order) if rank == 0 or chances[index] >= _ENOUGH]
        return Unit(
            *place,
            tuple(self.labels[index] for index in chosen),
            tuple(float(chances[index]) for index in chosen),
        )


def _fit_label(rows: csr_matrix | csr_array, held: NDArray[np.bool_], seed: int) -> tuple[Floats, Floats]:
    """Return the weights, shape (words,), and the intercept, shape (), of one label."""
    from sklearn.linear_model import LogisticRegression

    if held.all():
        # Nothing tells it from other labels: its probability is (n + 1) / (n + 2) everywhere (Laplace).
        return np.zeros(rows.shape[1]), np.log(np.float64(len(held) + 1))
    model = LogisticRegression(
        solver="liblinear", dual=True, class_weight="balanced", max_iter=1000, random_state=seed
    ).fit(rows, held)
    return model.coef_[0], model.intercept_[0]


# A cross-validation asks for the same units again and again.
@lru_cache(maxsize=4096)
def words_and_pairs(text: str) -> tuple[str, ...]:
    """Return the folded words of a text and the pairs of neighbouring words."""
    words = _WORD.findall(fold(text))
    return (*words, *(f"{first} {second}" for first, second in pairwise(words)))
