"""The two scores of the Propaganda Techniques Corpus (PTC), which give credit for partial overlap.

With s the predicted and t the gold spans of a document, both merged where they overlap (spans that only
touch stay apart), and sums over all documents,

    P = Σ |s ∩ t| / |s| / number of s,   R = Σ |s ∩ t| / |t| / number of t,   F1 = 2PR / (P + R).

Source: Da San Martino et al., "Fine-Grained Analysis of Propaganda in News Articles", 2019, and "SemEval-2020
Task 11: Detection of Propaganda Techniques in News Articles", 2020.

The official scorers give a precision without predictions and a recall without gold the value 0, and so does
this module ("zero:0" in the signature). Where there is neither gold nor any prediction they give an F1 of 1;
here it is NaN, which a report counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmark.metrics.base import Floats
from benchmark.metrics.credit import CreditMetric, NamedMetric, precision_recall_f1, tally
from benchmark.metrics.intervals import (
    Columns,
    both_sides,
    disjoint_pairs,
    line_up,
    merge,
    numbered,
    sum_by_cell,
)
from benchmark.model import Annotation, Prediction


@dataclass(frozen=True)
class PtcSi(NamedMetric):
    """Span identification (SI) of SemEval-2020 Task 11: labels are ignored, so no label has its own scores.

    Precision without predictions and recall without gold are 0, as in the official scorer.
    """

    registered = "ptc_si"
    zero_division = "0"

    def scores(self, labels: Sequence[str]) -> tuple[str, ...]:  # noqa: ARG002 - part of the contract
        """Return precision, recall, f1."""
        return ("precision", "recall", "f1")

    def per_document(
        self, gold: Sequence[Annotation], predicted: Sequence[Prediction], labels: Sequence[str]
    ) -> Floats:
        """Return the statistics of each document, shape (n, 4).

        Spans with labels outside `labels` are ignored.

        Raises
        ------
        ValueError
            Where gold and predictions are not of the same documents.
        """
        return _fragment_statistics(gold, predicted, dict.fromkeys(labels, 0), 1)

    def finalize(self, totals: Floats, labels: Sequence[str]) -> Floats:  # noqa: ARG002 - part of the contract
        """Return scores, shape (..., 3), from summed statistics, shape (..., 4)."""
        return precision_recall_f1(totals, float(self.zero_division))


@dataclass(frozen=True)
class PtcFlc(CreditMetric):
    """Fragment-level classification (FLC): only spans of equal labels meet, and spans are merged per label.

    The official scorer refuses predictions of one label that overlap; here they are merged. Precision without
    predictions and recall without gold are 0, as in the official scorer.
    """

    registered = "ptc_flc"
    zero_division = "0"

    def per_document(
        self, gold: Sequence[Annotation], predicted: Sequence[Prediction], labels: Sequence[str]
    ) -> Floats:
        """Return the statistics of each document, shape (n, 4L).

        Spans with labels outside `labels` are ignored.

        Raises
        ------
        ValueError
            Where gold and predictions are not of the same documents.
        """
        return _fragment_statistics(gold, predicted, numbered(labels), len(labels))


def _fragment_statistics(
    gold: Sequence[Annotation], predicted: Sequence[Prediction], number: Mapping[str, int], labels: int
) -> Floats:
    ours, theirs = both_sides(gold, predicted, number)
    return fragment_statistics(ours, theirs, len(gold), labels)


def fragment_statistics(predicted: Columns, gold: Columns, documents: int, labels: int) -> Floats:
    """Return the statistics of each document, shape (n, 4L), from spans as columns.

    The time grows with the number of spans times its logarithm: each side is merged, so that the pairs that
    overlap are found in one sweep.

    Parameters
    ----------
    predicted, gold
        The spans of both sides.
    documents, labels
        n and L.
    """
    ours, theirs = map(merge, line_up(predicted, gold, labels, by_label=True))
    rows, cols, shared = disjoint_pairs(ours, theirs)
    cells = documents * labels
    precise = sum_by_cell(ours.cell[rows], shared / ours.length[rows], cells)
    recalled = sum_by_cell(theirs.cell[cols], shared / theirs.length[cols], cells)
    return tally(
        documents,
        labels,
        predicted=(precise, sum_by_cell(ours.cell, None, cells)),
        gold=(recalled, sum_by_cell(theirs.cell, None, cells)),
    )
