"""From the probabilities of tokens to spans, and the settings of this found on training documents.

Tokens above a low threshold form runs; runs that few unmarked tokens part become one; those stay in which a
token is above the high threshold. Where the most probable sequence (Viterbi's) finds too little, since marked
tokens are rare, thresholds can be set for the score that is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from baselines.spans.texts import Flags, Ints, Texts

Floats = NDArray[np.float64]
Objective = Literal["spans", "tokens"]
"""What settings are chosen for: partial credit of spans, or the F1 of tokens."""

STEPS = np.linspace(-3.6, 1.6, 27)
"""Thresholds that are tried, as log odds: probabilities of .03 to .83."""

LOWER = (0, 1, 2, 4, 6, 9)
"""How many of these steps the low threshold is below the high one."""

GAPS = (0, 1, 2, 4, 8)
"""How many unmarked tokens are bridged."""


@dataclass(frozen=True)
class Decoding:
    """How spans are made from probabilities.

    Parameters
    ----------
    high
        The probability that at least one token of a span has.
    low
        The probability that all its tokens have, but for those bridged.
    gap
        How many tokens below it are bridged.
    """

    high: float = 0.5
    low: float = 0.5
    gap: int = 0

    def runs(self, chances: Floats, document: Ints) -> Ints:
        """Return the spans as runs of tokens, ascending: shape (runs, 2), first and one after the last.

        Parameters
        ----------
        chances
            Probability of each token: shape (tokens,).
        document
            Number of each token's document, ascending; no run crosses its border: shape (tokens,).
        """
        runs = bridged(runs_of(chances >= self.low, document), document, self.gap)
        return runs[peaks(chances, runs) >= self.high]


def runs_of(marked: Flags, document: Ints) -> Ints:
    """Return the runs of marked tokens within documents: shape (runs, 2)."""
    border = np.diff(document, prepend=-1) != 0
    begins = marked & (border | ~np.append(False, marked[:-1]))
    ends = marked & (np.append(border[1:], True) | ~np.append(marked[1:], False))
    return np.stack([np.flatnonzero(begins), np.flatnonzero(ends) + 1], axis=1)


def bridged(runs: Ints, document: Ints, gap: int) -> Ints:
    """Return runs, those made one that have at most `gap` tokens between them: shape (fewer runs, 2)."""
    if not gap or not len(runs):
        return runs
    near = runs[1:, 0] - runs[:-1, 1] <= gap
    joined = near & (document[runs[1:, 0]] == document[runs[:-1, 0]])
    return np.stack([runs[np.append(True, ~joined), 0], runs[np.append(~joined, True), 1]], axis=1)


def peaks(chances: Floats, runs: Ints) -> Floats:
    """Return the highest probability in each run: shape (runs,)."""
    if not len(runs):
        return np.zeros(0)
    highest: Floats = np.maximum.reduceat(np.append(chances, 0.0), runs.ravel())[::2]
    return highest


@dataclass(frozen=True)
class Target:
    """What is to be found.

    Parameters
    ----------
    texts
        The tokens.
    stretches
        The gold on their line, merged: shape (stretches, 2).
    marked
        Which tokens the gold touches: shape (tokens,).
    objective
        What settings are chosen for.
    """

    texts: Texts
    stretches: Ints
    marked: Flags
    objective: Objective

    def credits(self, runs: Ints) -> Floats:
        """Return what each run counts: precision's credit and weight, recall's credit; shape (3, runs).

        For spans, with s the run and t the gold on it, these are Σ |s ∩ t| / |s|, 1 and Σ |s ∩ t| / |t|, in
        characters (span identification of SemEval-2020 Task 11: Da San Martino et al. 2020); for tokens the
        marked tokens in it, all of its tokens, and the marked ones again.
        """
        if self.objective == "tokens":
            before = np.append(0, np.cumsum(self.marked)).astype(np.float64)
            true = before[runs[:, 1]] - before[runs[:, 0]]
            return np.stack([true, (runs[:, 1] - runs[:, 0]).astype(np.float64), true])
        starts, ends = self.texts.offsets[runs[:, 0], 0], self.texts.offsets[runs[:, 1] - 1, 1]
        first = np.searchsorted(self.stretches[:, 1], starts, side="right")
        last = np.searchsorted(self.stretches[:, 0], ends, side="left")
        counts = np.maximum(last - first, 0)
        row = np.repeat(np.arange(len(runs)), counts)
        gold = self.stretches[np.arange(len(row)) + np.repeat(first - (np.cumsum(counts) - counts), counts)]
        shared = np.minimum(ends[row], gold[:, 1]) - np.maximum(starts[row], gold[:, 0])
        precise, recalled = shared / (ends - starts)[row], shared / (gold[:, 1] - gold[:, 0])
        sums = [np.bincount(row, credit, minlength=len(runs)) for credit in (precise, recalled)]
        return np.stack([sums[0], np.ones(len(runs)), sums[1]])

    @property
    def wanted(self) -> float:
        """Weight of the gold: the number of its stretches, or of its tokens."""
        return float(self.marked.sum()) if self.objective == "tokens" else float(len(self.stretches))


def tune(chances: Floats, target: Target) -> Decoding:
    """Return the settings with the best F1 = 2PR / (P + R) on training documents.

    The F1 of a setting is averaged with those of its neighbours, since a peak that stands alone is chance.

    Parameters
    ----------
    chances
        Probability of each token, by a model that did not learn from its document: shape (tokens,).
    target
        The gold.
    """
    scores = np.full((len(STEPS), len(LOWER), len(GAPS)), np.nan)
    thresholds = 1 / (1 + np.exp(-STEPS))
    for step, threshold in enumerate(thresholds.tolist()):
        runs = runs_of(chances >= threshold, target.texts.document)
        for column, gap in enumerate(GAPS):
            wider = bridged(runs, target.texts.document, gap)
            highs = [step + lower for lower in LOWER if step + lower < len(STEPS)]
            scores[highs, range(len(highs)), column] = _scores(
                peaks(chances, wider), target.credits(wider), thresholds[highs], target.wanted
            )
    best, lower, near = map(int, np.unravel_index(np.argmax(_smoothed(scores)), scores.shape))
    return Decoding(float(thresholds[best]), float(thresholds[best - LOWER[lower]]), GAPS[near])


def _scores(highest: Floats, credit: Floats, thresholds: Floats, wanted: float) -> Floats:
    """Return the F1 of the runs whose highest probability reaches each of the thresholds, ascending."""
    order = np.argsort(highest)
    below = np.searchsorted(highest[order], thresholds)
    sums = np.append(np.cumsum(credit[:, order[::-1]], axis=1)[:, ::-1], np.zeros((3, 1)), axis=1)[:, below]
    found, weight, recalled = sums
    precision, recall = found / np.maximum(weight, 1), recalled / max(wanted, 1)
    f1: Floats = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return f1


def _smoothed(scores: Floats) -> Floats:
    """Return the mean of each score and its neighbours along every axis; -1 where a setting is none, NaN."""
    padded = np.pad(scores, 1, constant_values=np.nan)
    shifts = [(1, 1, 1), *((0, 1, 1), (2, 1, 1), (1, 0, 1), (1, 2, 1), (1, 1, 0), (1, 1, 2))]
    near = np.stack(
        [
            padded[a : a + scores.shape[0], b : b + scores.shape[1], c : c + scores.shape[2]]
            for a, b, c in shifts
        ]
    )
    known = ~np.isnan(near)
    means = np.where(known, near, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(np.isnan(scores), -1.0, means)
