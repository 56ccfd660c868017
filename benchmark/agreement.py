"""How far a dataset's annotators agree: Krippendorff's α over characters and units, and pairwise F1.

α is nominal. A label's row asks of each character or unit whether an annotator gave it that label; the row
of all labels compares the sets of labels. Statistics are kept by document (or paragraph, where there are few
documents), so that α has the same cluster-bootstrap interval as any score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from benchmark.ceiling import as_prediction
from benchmark.data import Dataset, Layer
from benchmark.metrics import METRICS
from benchmark.metrics.base import Metric
from benchmark.model import Annotation, Document, Offsets, Portrayal
from benchmark.projection import FEWEST_DOCUMENTS, clip, cluster_numbers, distinct, overlapping
from benchmark.reading import Marks
from benchmark.record import Range, Score, number
from benchmark.stats.agreement import alpha_from_coincidences, alpha_statistics
from benchmark.stats.bootstrap import intervals, resample_counts

ALL = "all labels"
Codes = NDArray[np.int64]
Marked = frozenset[str]
MISSING = -1


@dataclass(frozen=True)
class Agreement:
    """Agreement of the annotators in one layer on one label.

    Parameters
    ----------
    layer, label
        The layer, and its label, "all labels", or a field of a portrayal.
    characters
        α over characters; None for layers without spans.
    units
        α over units.
    unit
        What the units are: sentence, paragraph, document or entity.
    exact, overlap
        F1 of each pair of annotators, by equal boundaries and by intersection over union of at least one
        half; `exact` alone for units; None for entities.
    marks
        Number of marks of all annotators.
    """

    layer: str
    label: str
    characters: Score | None
    units: Score
    unit: str
    exact: Range | None
    overlap: Range | None
    marks: int


def agreement(dataset: Dataset, resamples: int, seed: int) -> list[Agreement]:
    """Return the agreement on every layer and label of a dataset, over documents that two annotators saw.

    Parameters
    ----------
    dataset
        The dataset.
    resamples, seed
        Of the bootstrap.
    """
    rows = []
    for layer in dataset.layers.values():
        marks = dataset.marks.get(layer.name, {})
        measure = _Measure(dataset, layer, list(marks.values()), resamples, seed)
        if not measure.pieces:
            continue
        rows.extend(measure.entities() if layer.kind == "entities" else measure.labels())
    return rows


class _Measure:
    """Agreement in one layer; `given` holds, for each annotator, an annotation or None for each document."""

    def __init__(
        self, dataset: Dataset, layer: Layer, given: Sequence[Marks], resamples: int, seed: int
    ) -> None:
        self.layer, self.resamples, self.seed = layer, resamples, seed
        self.dataset = dataset
        # What is said of a whole document cannot be cut into what is said of its paragraphs.
        whole = (
            len(dataset.documents) >= FEWEST_DOCUMENTS or layer.kind == "entities" or layer.unit == "document"
        )
        cut: Callable[[Annotation], list[Annotation]] = (lambda a: [a]) if whole else clip
        self.uncut = [
            [None if a is None else replace(a, spans=distinct(a.spans)) for a in own] for own in given
        ]
        # For each annotator and document its pieces, none of a document that the annotator did not see.
        self.given = [[[] if a is None else cut(a) for a in own] for own in self.uncut]
        self.pieces: list[tuple[Annotation, ...]] = []
        owners = []
        of_document = cluster_numbers(dataset.documents) if dataset.group else None
        for place, of_all in enumerate(zip(*self.given, strict=True)):
            judged = [pieces for pieces in of_all if pieces]
            found = list(zip(*judged, strict=True)) if len(judged) > 1 else []
            number = None if of_document is None else int(of_document[place])
            owners += [len(self.pieces) + i if number is None else number for i in range(len(found))]
            self.pieces += found
        _, self.owner = np.unique(np.array(owners, dtype=np.int64), return_inverse=True)
        self.spans = layer.kind in ("spans", "relations")
        self.unit = "sentence" if self.spans else str(layer.unit)

    def labels(self) -> list[Agreement]:
        return [self._row(label) for label in (ALL, *self.layer.labels) if self._marks(label)]

    def _marks(self, label: str) -> int:
        spans = (span for own in self.uncut for annotation in own if annotation for span in annotation.spans)
        units = (unit for own in self.given for part in own for piece in part for unit in piece.units)
        return sum(label in (ALL, span.label) for span in spans) + sum(
            label == ALL or label in unit.labels for unit in units
        )

    def _row(self, label: str) -> Agreement:
        characters = self._alpha(label, _runs) if self.spans else None
        units = self._alpha(label, self._units)
        if self.spans:
            exact, overlap = self._pairwise("exact", label), self._pairwise("overlap", label)
        else:
            exact, overlap = self._pairwise("multilabel", label), None
        return Agreement(
            self.layer.name, label, characters, units, self.unit, exact, overlap, self._marks(label)
        )

    def _units(self, piece: Sequence[Annotation]) -> tuple[list[list[Marked]], Codes]:
        """Return the labels that each annotator gave each unit, and weights of one."""
        bounds = piece[0].document.units(self.unit)
        rows = [self._unit_labels(own, bounds) for own in piece]
        return rows, np.ones(len(bounds), dtype=np.int64)

    def _unit_labels(self, own: Annotation, bounds: Offsets) -> list[Marked]:
        if self.spans:
            hits = {
                label: overlapping(bounds, [span for span in own.spans if span.label == label])
                for label in {span.label for span in own.spans}
            }
            return [frozenset(label for label, hit in hits.items() if hit[i]) for i in range(len(bounds))]
        given = {(unit.start, unit.end): frozenset(unit.labels) for unit in own.units}
        return [given.get((start, end), frozenset()) for start, end in bounds.tolist()]

    def _alpha(
        self, label: str, read: Callable[[Sequence[Annotation]], tuple[list[list[Marked]], Codes]]
    ) -> Score:
        tables = [read(piece) for piece in self.pieces]
        if label == ALL:
            kinds = sorted({marked for rows, _ in tables for row in rows for marked in row}, key=sorted)
            code = {marked: index for index, marked in enumerate(kinds)}
            values = [
                np.array([[code[m] for m in row] for row in rows], dtype=np.int64) for rows, _ in tables
            ]
        else:
            code = {}
            values = [
                np.array([[int(label in m) for m in row] for row in rows], dtype=np.int64)
                for rows, _ in tables
            ]
        return self._score(values, [weights for _, weights in tables], len(code) or 2)

    def _score(self, values: Sequence[Codes], weights: Sequence[Codes], codes: int) -> Score:
        of_pieces = np.array([alpha_statistics(v, w, codes) for v, w in zip(values, weights, strict=True)])
        statistics = np.zeros((int(self.owner.max()) + 1, of_pieces.shape[1]))
        np.add.at(statistics, self.owner, of_pieces)

        def finalize(totals: NDArray[np.float64]) -> NDArray[np.float64]:
            return alpha_from_coincidences(totals)[..., None]

        value = float(finalize(statistics.sum(axis=0))[0])
        counts = resample_counts(len(statistics), self.resamples, np.random.default_rng(self.seed))
        around = intervals(statistics, finalize, counts)
        return Score(number(value), number(around.low[0]), number(around.high[0]), float(around.undefined[0]))

    def _pairwise(self, name: str, label: str) -> Range:
        metric: Metric = METRICS.get(name)()
        labels = self.layer.labels if label == ALL else (label,)
        values = []
        for one, other in combinations(self.given, 2):
            both = [pair for of_each in zip(one, other, strict=True) for pair in zip(*of_each, strict=False)]
            if not both:
                continue
            gold = [a if self.spans else _of_unit(a, a.document, self.unit) for a, _ in both]
            found = [as_prediction(a) for _, a in both]
            totals = metric.per_document(gold, found, labels).sum(axis=0)
            values.append(float(metric.finalize(totals, labels)[metric.scores(labels).index("f1")]))
        defined = [value for value in values if not np.isnan(value)]
        if not defined:
            return Range(None, None, None)
        return Range(number(float(np.mean(defined))), number(min(defined)), number(max(defined)))

    def entities(self) -> list[Agreement]:
        return [self._entity_row(field) for field in ("stance", "role")]

    def _entity_row(self, field: str) -> Agreement:
        tables = []
        for piece in self.pieces:
            rows = [{self._name(p): getattr(p, field) for p in own.portrayals} for own in piece]
            names = sorted({name for row in rows for name in row})
            tables.append([[row.get(name) for name in names] for row in rows])
        kinds = sorted({value for rows in tables for row in rows for value in row if value is not None})
        code = {value: index for index, value in enumerate(kinds)} | {None: MISSING}
        values = [np.array([[code[v] for v in row] for row in rows], dtype=np.int64) for rows in tables]
        score = self._score(values, [np.ones(v.shape[1], dtype=np.int64) for v in values], len(kinds))
        marks = sum(len(own.portrayals) for piece in self.pieces for own in piece)
        return Agreement(self.layer.name, field, None, score, "entity", None, None, marks)

    def _name(self, portrayal: Portrayal) -> str:
        return self.dataset.aliases.get(portrayal.entity.lower(), portrayal.entity)


def _of_unit(annotation: Annotation, document: Document, unit: str) -> Annotation:
    """Return an annotation with the units of one kind only."""
    kind = {(start, end) for start, end in document.units(unit).tolist()}
    kept = tuple(u for u in annotation.units if (u.start, u.end) in kind)
    return Annotation(document, annotation.layer, annotation.spans, kept)


def _runs(piece: Sequence[Annotation]) -> tuple[list[list[Marked]], Codes]:
    """Return the labels that each annotator gave each run of equally marked characters, and its length."""
    length = len(piece[0].document.text)
    borders = {0, length} | {edge for own in piece for span in own.spans for edge in (span.start, span.end)}
    edges = sorted(borders)
    runs = list(pairwise(edges))
    rows = [[_labels_at(own, start) for start, _ in runs] for own in piece]
    return rows, np.array([end - start for start, end in runs], dtype=np.int64)


def _labels_at(own: Annotation, place: int) -> Marked:
    spans: Iterable[str] = (span.label for span in own.spans if span.start <= place < span.end)
    return frozenset(spans)
