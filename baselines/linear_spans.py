"""Spans by logistic regression over tokens, and their labels by a linear support vector machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from baselines.features import Columns, sentence_of_tokens, token_features
from benchmark.model import Annotation, Document, Span

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Runs = NDArray[np.int64]
"""Runs of tokens, shape (runs, 2): the first token and the one after the last."""


class _TokenModel(Protocol):
    def decision_function(self, X: csr_array) -> Floats: ...  # noqa: N803


class _LabelModel(Protocol):
    def predict(self, X: csr_array) -> NDArray[np.str_]: ...  # noqa: N803


@dataclass(frozen=True)
class Transitions:
    """How spans begin and go on from token to token within a sentence.

    Parameters
    ----------
    first
        Log probabilities that the first token of a sentence is unmarked and marked: shape (2,).
    next
        Log probabilities of the same for a token by whether the one before is marked: shape (2, 2).
    """

    first: Floats
    next: Floats

    @classmethod
    def of(cls, marked: Flags, starts: Flags) -> Self:
        """Count them, from one each.

        Parameters
        ----------
        marked
            Which tokens stand in a span: shape (tokens,).
        starts
            Which tokens begin a sentence: shape (tokens,).
        """
        now = marked.astype(np.int64)
        first, following = np.ones(2), np.ones((2, 2))
        np.add.at(first, now[starts], 1)
        inner = np.flatnonzero(~starts)
        np.add.at(following, (now[inner - 1], now[inner]), 1)
        return cls(np.log(first / first.sum()), np.log(following / following.sum(axis=1, keepdims=True)))

    def best(self, evidence: Floats, starts: Flags) -> Flags:
        """Return the most probable marks (Viterbi's algorithm), unmarked where two are equally so.

        Parameters
        ----------
        evidence
            The log likelihood ratio of each token, marked to unmarked: shape (tokens,).
        starts
            Which tokens begin a sentence, the first among them: shape (tokens,).
        """
        sentences = np.split(evidence, np.flatnonzero(starts)[1:])
        marks = [mark for sentence in sentences for mark in self._best_of_sentence(sentence.tolist())]
        return np.array(marks, dtype=np.bool_)

    def _best_of_sentence(self, evidence: Sequence[float]) -> list[bool]:
        if not evidence:
            return []
        (no_no, no_yes), (yes_no, yes_yes) = self.next.tolist()
        no, yes = float(self.first[0]), float(self.first[1]) + evidence[0]
        # For each later token, whether the best way to leave it unmarked, and to mark it, comes from a mark.
        ways = []
        for ratio in evidence[1:]:
            ways.append((yes + yes_no > no + no_no, yes + yes_yes > no + no_yes))
            no, yes = max(no + no_no, yes + yes_no), max(no + no_yes, yes + yes_yes) + ratio
        marks = [yes > no]
        for way in reversed(ways):
            marks.append(way[marks[-1]])
        return marks[::-1]


@dataclass(frozen=True)
class SpanModel:
    """Marks tokens and labels the runs of marked tokens.

    A logistic regression over the features of a token and its neighbours, in which both classes weigh the
    same, gives the log likelihood ratio of each token being marked. Combined with how often marks begin and
    go on in the training data (a hybrid of classifier and hidden Markov model: Bourlard & Morgan 1994,
    "Connectionist speech recognition"), this gives the most probable marks of a sentence. A linear support
    vector machine over the average of a run's tokens names the label. C is 1 and rows have unit length, as is
    usual in the classification of texts.

    Parameters
    ----------
    columns
        The features.
    tokens
        The classifier of tokens.
    transitions
        How marks follow one another.
    labels
        The classifier of runs, or the only label.
    """

    columns: Columns
    tokens: _TokenModel
    transitions: Transitions
    labels: _LabelModel | str

    @classmethod
    def fit(cls, documents: Sequence[Document], gold: Sequence[Annotation], seed: int) -> Self:
        """Learn from the spans of the gold.

        Raises
        ------
        ValueError
            Where no token is marked, or every one.
        """
        from sklearn.linear_model import LogisticRegression

        runs, labels = _gold_runs(documents, gold)
        marked = np.zeros(sum(len(document.tokens) for document in documents), dtype=np.bool_)
        for first, last in runs.tolist():
            marked[first:last] = True
        if marked.all() or not marked.any():
            raise ValueError("the gold marks " + ("every word" if marked.any() else "no word"))
        ids = np.concatenate([token_features(document) for document in documents])
        columns = Columns.of(ids)
        rows = columns.matrix(ids)
        # The dual problem has the same solution and is solved faster, having fewer variables.
        tokens = LogisticRegression(
            solver="liblinear", dual=True, class_weight="balanced", max_iter=1000, random_state=seed
        ).fit(rows, marked)
        starts = np.concatenate([_starts(document) for document in documents])
        return cls(columns, tokens, Transitions.of(marked, starts), _fit_labels(rows, runs, labels, seed))

    def predict(self, document: Document) -> tuple[Span, ...]:
        """Return the spans of a document; a score is the mean probability of a span's tokens."""
        if not len(document.tokens):
            return ()
        rows = self.columns.matrix(token_features(document))
        evidence, starts = self.tokens.decision_function(rows), _starts(document)
        runs = _runs(self.transitions.best(evidence, starts), starts)
        chances = 1 / (1 + np.exp(-evidence))
        return tuple(
            Span(
                int(document.tokens[first, 0]),
                int(document.tokens[last - 1, 1]),
                label,
                float(chances[first:last].mean()),
            )
            for (first, last), label in zip(runs.tolist(), self._labels(rows, runs), strict=True)
        )

    def _labels(self, rows: csr_array, runs: Runs) -> list[str]:
        if isinstance(self.labels, str) or not len(runs):
            return [str(self.labels)] * len(runs)
        return [str(label) for label in self.labels.predict(_mean_rows(rows, runs))]


def _starts(document: Document) -> Flags:
    """Return which tokens begin a sentence: shape (tokens,)."""
    starts: Flags = np.diff(sentence_of_tokens(document), prepend=-1) != 0
    return starts


def _runs(marked: Flags, starts: Flags) -> Runs:
    """Return the runs of marked tokens within sentences."""
    begins = marked & (starts | ~np.append(False, marked[:-1]))
    ends = marked & (np.append(starts[1:], True) | ~np.append(marked[1:], False))
    return np.stack([np.flatnonzero(begins), np.flatnonzero(ends) + 1], axis=1)


def _gold_runs(documents: Sequence[Document], gold: Sequence[Annotation]) -> tuple[Runs, list[str]]:
    """Return the tokens that gold spans touch, numbered through all documents, and the spans' labels."""
    runs, labels, offset = [], [], 0
    for document, annotation in zip(documents, gold, strict=True):
        for span in annotation.spans:
            first = int(np.searchsorted(document.tokens[:, 1], span.start, side="right"))
            last = int(np.searchsorted(document.tokens[:, 0], span.end, side="left"))
            if first < last:
                runs.append((offset + first, offset + last))
                labels.append(span.label)
        offset += len(document.tokens)
    return np.array(runs, dtype=np.int64).reshape(-1, 2), labels


def _mean_rows(rows: csr_array, runs: Runs) -> csr_array:
    """Return the average of each run's rows, brought to unit length: shape (runs, columns)."""
    from scipy.sparse import csr_array
    from sklearn.preprocessing import normalize

    lengths = runs[:, 1] - runs[:, 0]
    members = np.concatenate([np.arange(first, last) for first, last in runs.tolist()])
    ends = np.append(0, lengths.cumsum())
    choose = csr_array(
        (np.ones(len(members)), members.astype(np.int32), ends.astype(np.int32)),
        shape=(len(runs), rows.shape[0]),
    )
    means: csr_array = normalize(choose @ rows)
    return means


def _fit_labels(rows: csr_array, runs: Runs, labels: list[str], seed: int) -> _LabelModel | str:
    from sklearn.svm import LinearSVC

    if len(set(labels)) == 1:
        return labels[0]
    model: _LabelModel = LinearSVC(max_iter=10_000, random_state=seed).fit(_mean_rows(rows, runs), labels)
    return model
