"""The four modes of SemEval-2013 Task 9.1, with optimal one-to-one matching.

Source: Segura-Bedmar, Martínez and Herrero-Zazo, "SemEval-2013 Task 9: Extraction of Drug-Drug Interactions
from Biomedical Texts", 2013. There the modes count correct, incorrect, partial, missing and spurious spans;
precision is (correct + partial / 2) / number predicted, and recall the same over the number of gold. Each
mode here takes the one-to-one matching with the greatest total of that credit, so that the score does not
depend on the order of the spans.

Two modes ignore labels. There the credit of a pair counts for the label of the predicted span in its
precision, and for the label of the gold span in its recall. Among matchings of equal credit, pairs of equal
labels and of greater overlap are preferred. Where choices are equal even then, the earlier span is taken:
the scores of all labels together do not depend on it, those of a single label can.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmark.metrics.base import Floats
from benchmark.metrics.intervals import Intervals, Ints, shared_length
from benchmark.metrics.matching import MatchingMetric, same_boundaries


@dataclass(frozen=True)
class SemEval13Strict(MatchingMetric):
    """Same boundaries and same label."""

    registered = "semeval13_strict"
    by_label = True

    def judge(self, predicted: Intervals, gold: Intervals, rows: Ints, cols: Ints) -> tuple[Floats, Floats]:
        """Return credit 1 for the same boundaries."""
        return same_boundaries(predicted, gold, rows, cols), np.zeros(len(rows))


@dataclass(frozen=True)
class SemEval13Exact(MatchingMetric):
    """Same boundaries, whatever the label."""

    registered = "semeval13_exact"
    by_label = False

    def judge(self, predicted: Intervals, gold: Intervals, rows: Ints, cols: Ints) -> tuple[Floats, Floats]:
        """Return credit 1 for the same boundaries; equal labels are preferred."""
        return same_boundaries(predicted, gold, rows, cols), _same_label(predicted, gold, rows, cols)


@dataclass(frozen=True)
class SemEval13Partial(MatchingMetric):
    """1 for the same boundaries, 0.5 for any other overlap, whatever the label."""

    registered = "semeval13_partial"
    by_label = False

    def judge(self, predicted: Intervals, gold: Intervals, rows: Ints, cols: Ints) -> tuple[Floats, Floats]:
        """Return credit 1 for the same boundaries and 0.5 else; equal labels and overlap are preferred."""
        credit = 0.5 + 0.5 * same_boundaries(predicted, gold, rows, cols)
        shared = shared_length(predicted, gold, rows, cols)
        overlap = shared / (predicted.length[rows] + gold.length[cols] - shared)
        return credit, (_same_label(predicted, gold, rows, cols) + overlap) / 2


@dataclass(frozen=True)
class SemEval13Type(MatchingMetric):
    """Some overlap and the same label."""

    registered = "semeval13_type"
    by_label = True

    def judge(self, predicted: Intervals, gold: Intervals, rows: Ints, cols: Ints) -> tuple[Floats, Floats]:  # noqa: ARG002 - the signature of every mode
        """Return credit 1 for every overlap."""
        return np.ones(len(rows)), np.zeros(len(rows))


def _same_label(predicted: Intervals, gold: Intervals, rows: Ints, cols: Ints) -> Floats:
    # Spans that overlap are of one document, so that their cells differ by their labels only.
    return np.asarray(predicted.cell[rows] == gold.cell[cols], dtype=np.float64)
