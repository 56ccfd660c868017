"""Labels of units by linear models over hashed n-grams and measures of style."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from baselines.linear_solvers import (
    best_threshold,
    calibration,
    folds_of,
    logistic,
    probability,
    ridge,
)
from baselines.storage import broken, check_shapes, read_model, write_model
from baselines.unit_encoder import Block, Encoder, Table, encoder_kinds
from baselines.unit_features import PART_MEASURES, Features, unit_features
from benchmark.model import Annotation, Document, Unit

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Kind = Literal["pair", "one", "several"]
"""Whether a unit has one of two labels, one of more, or any number of them."""
Answer = tuple[tuple[str, ...], tuple[float, ...], dict[str, float]]
"""The labels of a unit, their probabilities, and the probability of every label."""

VERSION = 2
FOLDS, FEW_FOLDS = 4, 2
"""Folds of the cross-validation on training units that probabilities and thresholds come from."""
FEW = 1000
"""Below so many units there are `FEW_FOLDS`: a command that trains on the shipped reports has seconds."""
BALANCED = 1 / 3
"""From this share on the rarer of two labels is not rare."""
MOST_FOR_KERNEL = 3000
"""Up to so many units ridge regression is solved by their products with one another."""
BATCH = 256
"""How many documents are predicted at once."""

_PLAIN = (Block("words", "idf"), Block("characters", "idf"), Block("classes", "idf"))
_TELLING = (
    *(Block("words", "ratio"), Block("characters", "ratio")),
    *(Block("words", "idf"), Block("classes", "idf")),
)


class Design(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a model is made; each was chosen by cross-validation on training parts of public corpora.

    Parameters
    ----------
    blocks
        The n-grams that it looks at.
    scale
        Weight of the measures of style.
    strength
        C of the logistic regression, or the inverse penalty of the ridge regression.
    ridge
        Whether it is a ridge regression.
    parts
        Whether it looks at the measures of the parts of speech.
    """

    blocks: tuple[Block, ...]
    scale: float
    strength: float
    ridge: bool = False
    parts: bool = False

    def seen(self, features: Features) -> Features:
        """Return what a model of this design looks at."""
        return features if self.parts else features.plain


def design_of(kind: Kind, share: float, units: int) -> Design:
    """Return the design for a kind of labels.

    Parameters
    ----------
    kind
        What labels units have.
    share
        Of the rarer label, where there are two.
    units
        Number of training units.
    """
    if kind == "several":
        return Design(_PLAIN, scale=0.05, strength=1.0, ridge=units <= MOST_FOR_KERNEL)
    if kind == "pair" and share >= BALANCED:
        return Design(_TELLING, scale=0.1, strength=1.0, parts=True)
    return Design(_PLAIN, scale=0.3, strength=0.3)


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is stored of a model beside its arrays."""

    labels: tuple[str, ...]
    kind: Kind
    design: Design
    threshold: float
    always: bool


@dataclass(frozen=True)
class UnitModel:
    """A linear model a label, with what makes probabilities and decisions of its scores.

    Parameters
    ----------
    labels
        The labels; of a pair the rarer one first.
    kind
        How many of them a unit has.
    design
        How the model was made.
    encoder
        Makes rows of units.
    weights, bias
        Shapes (scored labels, columns) and (scored labels,). Of a pair only the first label is scored.
    slopes, offsets
        Turn scores into log-odds: shape (scored labels,).
    threshold
        The score from which on a label is given; not used for one label of more than two.
    always
        Whether a unit gets at least the likeliest label, since every training unit has one.
    """

    labels: tuple[str, ...]
    kind: Kind
    design: Design
    encoder: Encoder
    weights: Floats
    bias: Floats
    slopes: Floats
    offsets: Floats
    threshold: float
    always: bool

    @classmethod
    def fit(cls, documents: Sequence[Document], gold: Sequence[Annotation], seed: int) -> Self:
        """Learn from the units of the gold.

        Each unit has one label where every one that has a label has exactly one; those without are undecided
        then, and not learned from. Probabilities and the threshold come from cross-validation over groups of
        documents. The threshold is the best for F1 of a rare one of two labels, and for micro-F1 where units
        have several. Where neither of two is rare it is 0, even odds by a model to which both classes weigh
        the same: one that is tuned moves from fit to fit and gains nothing.

        Raises
        ------
        ValueError
            Where no unit has a label.
        """
        sets, chosen = _learned(gold)
        if not any(sets):
            raise ValueError("no unit of the gold has a label")
        groups = _groups(documents, gold)
        jobs = [(a.document.text, tuple((unit.start, unit.end) for unit in a.units)) for a in gold]
        labels, kind, held = _targets([sets[number] for number in chosen])
        share = float(held.mean())
        design = design_of(kind, share, len(chosen))
        features = design.seen(unit_features(jobs).chosen(chosen))
        table = Table.of(features, sorted({block.view for block in design.blocks}))
        count = FOLDS if len(chosen) >= FEW else FEW_FOLDS
        folds = folds_of([groups[number] for number in chosen], count, seed)
        scores = _held_out(design, table, held, folds, seed)
        pairs = [calibration(scores[:, column], held[:, column]) for column in range(held.shape[1])]
        tuned = kind == "several" or (kind == "pair" and share < BALANCED)
        threshold = best_threshold(scores.ravel(), held.ravel()) if tuned else 0.0
        encoder, weights, bias = _solved(design, table, held, seed)
        slopes, offsets = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
        always = kind != "several" or all(sets)
        return cls(labels, kind, design, encoder, weights, bias, slopes, offsets, threshold, always)

    def predict(self, documents: Sequence[Document]) -> list[tuple[Unit, ...]]:
        """Return the labels of every sentence, paragraph and whole document, the likeliest first.

        A score is the calibrated probability of its label; `all_scores` has that of every label.
        """
        found: list[tuple[Unit, ...]] = []
        for first in range(0, len(documents), BATCH):
            batch = documents[first : first + BATCH]
            features = unit_features([(document.text, document.every_unit) for document in batch])
            answers = iter(self._labelled(self._scores(features)))
            for document in batch:
                labelled = zip(document.every_unit, answers, strict=False)
                found.append(tuple(Unit(start, end, *answer) for (start, end), answer in labelled))
        return found

    def _scores(self, features: Features) -> Floats:
        rows = self.encoder.encode(self.encoder.table(self.design.seen(features)))
        scores: Floats = rows @ self.weights.T + self.bias
        return scores

    def _labelled(self, scores: Floats) -> list[Answer]:
        chances = probability(scores * self.slopes + self.offsets)
        if self.kind == "pair":
            first = scores[:, 0] >= self.threshold
            scores = np.stack([first, ~first], axis=1).astype(np.float64)
            chances = np.concatenate([chances, 1 - chances], axis=1)
        return [self._of_unit(*row) for row in zip(scores, chances, strict=True)]

    def _of_unit(self, scores: Floats, chances: Floats) -> Answer:
        given = np.flatnonzero(scores >= self.threshold) if self.kind == "several" else np.empty(0, np.int64)
        if not len(given) and self.always:
            given = np.array([scores.argmax()])
        given = given[np.argsort(-chances[given], kind="stable")]
        every = dict(zip(self.labels, chances.tolist(), strict=True))
        return tuple(self.labels[number] for number in given), tuple(chances[given].tolist()), every

    def save(self, folder: Path, name: str) -> None:
        """Write the model into a folder."""
        header = Header(self.labels, self.kind, self.design, self.threshold, self.always)
        learned = {"weights": self.weights, "bias": self.bias, "slopes": self.slopes, "offsets": self.offsets}
        write_model(folder, name, VERSION, header, learned | self.encoder.arrays())

    @classmethod
    def load(cls, folder: Path, name: str) -> Self:
        """Return the model that `save` wrote.

        Raises
        ------
        ValueError
            Where a file is broken or of another version; the message names it.
        """
        learned = {"weights": ("float64", 2), **dict.fromkeys(("bias", "slopes", "offsets"), ("float64", 1))}
        header, _ = read_model(folder, name, VERSION, Header, {})
        blocks = header.design.blocks
        header, arrays = read_model(folder, name, VERSION, Header, learned | encoder_kinds(len(blocks)))
        scored = 1 if header.kind == "pair" else len(header.labels)
        with broken(folder, name):
            more = PART_MEASURES if header.design.parts else 0
            encoder = Encoder.of_arrays(blocks, header.design.scale, arrays, more)
            shapes = dict.fromkeys(("bias", "slopes", "offsets"), (scored,))
            check_shapes(arrays, {"weights": (scored, encoder.width), **shapes})
            check_labels(header)
        return cls(
            labels=header.labels,
            kind=header.kind,
            design=header.design,
            encoder=encoder,
            weights=arrays["weights"],
            bias=arrays["bias"],
            slopes=arrays["slopes"],
            offsets=arrays["offsets"],
            threshold=header.threshold,
            always=header.always,
        )


def check_labels(header: Header) -> None:
    """Refuse a header without labels, or of a pair that is none.

    Raises
    ------
    ValueError
        Which says so.
    """
    if not header.labels or (header.kind == "pair" and len(header.labels) != 2):
        raise ValueError(f"{len(header.labels)} labels do not fit the kind '{header.kind}'")


def _learned(gold: Sequence[Annotation]) -> tuple[list[tuple[str, ...]], NDArray[np.int64]]:
    """Return the labels of all units, and the numbers of those to learn from."""
    sets = [unit.labels for annotation in gold for unit in annotation.units]
    several = any(len(labels) > 1 for labels in sets)
    return sets, np.array([number for number, labels in enumerate(sets) if labels or several], dtype=np.int64)


def _groups(documents: Sequence[Document], gold: Sequence[Annotation]) -> list[str]:
    """Return the group of each unit: its document's own, or the document."""
    names = [
        f"document {number}" if document.group is None else f"group {document.group}"
        for number, document in enumerate(documents)
    ]
    return [name for name, annotation in zip(names, gold, strict=True) for _ in annotation.units]


def _targets(sets: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], Kind, Flags]:
    """Return the labels, how many a unit has, and who holds which that is scored: (units, scored labels)."""
    labels = sorted({label for held in sets for label in held})
    held = np.array([[label in own for label in labels] for own in sets], dtype=np.bool_)
    if any(len(own) > 1 for own in sets):
        return tuple(labels), "several", held
    if len(labels) != 2:
        return tuple(labels), "one", held
    rarer = int(held[:, 1].sum() < held[:, 0].sum())
    return (labels[rarer], labels[1 - rarer]), "pair", held[:, [rarer]]


def _solved(design: Design, table: Table, held: Flags, seed: int) -> tuple[Encoder, Floats, Floats]:
    """Return the encoder, the weights of shape (labels, columns) and the intercepts of shape (labels,)."""
    encoder = Encoder.fit(table, design.blocks, design.scale, held[:, 0])
    rows = encoder.encode(table)
    if design.ridge:
        dual = ridge(_kernel(rows), held, 1 / design.strength)
        return encoder, np.ascontiguousarray((rows.T @ dual).T), dual.sum(axis=0)
    solved = [logistic(rows, column, design.strength, True, seed) for column in held.T]
    return encoder, np.stack([weights for weights, _ in solved]), np.array([bias for _, bias in solved])


def _kernel(rows: csr_array) -> Floats:
    kernel: Floats = (rows @ rows.T).toarray() + 1.0
    return kernel


def _held_out(design: Design, table: Table, held: Flags, folds: NDArray[np.int64], seed: int) -> Floats:
    """Return the scores of units by models that did not learn from their fold: shape (units, labels)."""
    scores = np.zeros(held.shape)
    if len(np.unique(folds)) == 1:
        return scores  # of a single unit nothing is left out to learn from
    if design.ridge:
        kernel = _kernel(Encoder.fit(table, design.blocks, design.scale, held[:, 0]).encode(table))
        for test, train in _parts(folds):
            dual = ridge(kernel[np.ix_(train, train)], held[train], 1 / design.strength)
            scores[test] = kernel[np.ix_(test, train)] @ dual
        return scores
    for test, train in _parts(folds):
        encoder, weights, bias = _solved(design, table.rows(train), held[train], seed)
        scores[test] = encoder.encode(table.rows(test)) @ weights.T + bias
    return scores


def _parts(folds: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield the numbers of the units in each fold, and of those in all others."""
    for fold in np.unique(folds):
        yield np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
