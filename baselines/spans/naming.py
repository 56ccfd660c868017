"""Names the label of a run of tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from baselines.features import Ids
from baselines.spans.columns import Columns
from baselines.spans.texts import Ints, Texts
from benchmark.model import Span

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Naming:
    """A linear classifier over the mean features of a run.

    Parameters
    ----------
    labels
        The labels, in alphabetical order.
    columns
        The features that it knows.
    weights, bias
        Of each label against the others: shape (labels, columns) and (labels,); empty for one label.
    """

    labels: tuple[str, ...]
    columns: Columns
    weights: Floats
    bias: Floats

    def names(self, ids: Ids, runs: Ints) -> list[str]:
        """Return the label of each run.

        Parameters
        ----------
        ids
            Numbers of the features of the document's tokens: shape (tokens, features).
        runs
            First token, and the one after the last: shape (runs, 2).
        """
        if len(self.labels) == 1 or not len(runs):
            return [self.labels[0]] * len(runs)
        scores = run_rows(self.columns, ids, runs) @ self.weights.T + self.bias
        return [self.labels[best] for best in np.argmax(scores, axis=1).tolist()]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the features' numbers and the weights."""
        return {"known": self.columns.known, "weights": self.weights, "bias": self.bias}


def learn_names(texts: Texts, spans: Sequence[Sequence[Span]], seed: int) -> Naming:
    """Learn the labels of the spans of training documents, at least one of which touches a token.

    Both classes of each label weigh as they occur; rows have unit length and C is 1, as is usual.

    Parameters
    ----------
    texts
        The tokens.
    spans
        Those of each document.
    seed
        Of the solver.
    """
    from sklearn.svm import LinearSVC

    runs, labels = _gold_runs(texts, spans)
    names = tuple(sorted(set(labels)))
    if len(names) == 1:
        return Naming(names, Columns(np.zeros(0, np.int32)), np.zeros((0, 0)), np.zeros(0))
    columns = Columns.of(texts.ids[_members(runs)])
    rows = run_rows(columns, texts.ids, runs)
    model = LinearSVC(C=1.0, tol=1e-2, max_iter=10_000, random_state=seed).fit(rows, labels)
    weights, bias = model.coef_.astype(np.float64), model.intercept_.astype(np.float64)
    if len(names) == 2:
        weights, bias = np.concatenate([-weights, weights]), np.concatenate([-bias, bias])
    return Naming(names, columns, weights, bias)


def restore_names(labels: tuple[str, ...], arrays: Mapping[str, NDArray[Any]]) -> Naming:
    """Return the classifier that was stored.

    Raises
    ------
    ValueError
        Where the arrays do not fit each other or the labels.
    """
    columns, weights, bias = Columns.stored(arrays["known"]), arrays["weights"], arrays["bias"]
    count = len(labels) if len(labels) > 1 else 0
    if weights.shape != (count, len(columns)) or bias.shape != (count,):
        raise ValueError("the labels and their weights do not fit each other")
    return Naming(labels, columns, weights, bias)


def run_rows(columns: Columns, ids: Ids, runs: Ints) -> csr_array:
    """Return the mean features of each run of unit length: shape (runs, columns)."""
    from scipy.sparse import csr_array
    from sklearn.preprocessing import normalize

    members = _members(runs)
    ends = np.append(0, (runs[:, 1] - runs[:, 0]).cumsum())
    choose = csr_array(
        (np.ones(len(members)), np.arange(len(members), dtype=np.int32), ends.astype(np.int32)),
        shape=(len(runs), len(members)),
    )
    rows: csr_array = normalize(choose @ columns.matrix(ids[members]))
    return rows


def _members(runs: Ints) -> Ints:
    """Return the tokens of all runs, run by run."""
    lengths = runs[:, 1] - runs[:, 0]
    before = np.cumsum(lengths) - lengths
    members: Ints = np.arange(int(lengths.sum())) + np.repeat(runs[:, 0] - before, lengths)
    return members


def _gold_runs(texts: Texts, spans: Sequence[Sequence[Span]]) -> tuple[Ints, list[str]]:
    """Return the tokens that spans touch, and the labels of those that touch any."""
    flat = [
        (origin + span.start, origin + span.end, span.label)
        for origin, of_document in zip(texts.origins.tolist(), spans, strict=True)
        for span in of_document
    ]
    starts, ends = (np.array([entry[side] for entry in flat], dtype=np.int64) for side in (0, 1))
    first = np.searchsorted(texts.offsets[:, 1], starts, side="right")
    last = np.searchsorted(texts.offsets[:, 0], ends, side="left")
    touched = np.flatnonzero(first < last)
    return np.stack([first, last], axis=1)[touched], [flat[number][2] for number in touched.tolist()]
