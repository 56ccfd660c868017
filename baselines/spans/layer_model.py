"""All that was learned of one layer: the questions that find spans, and what names their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from baselines.features import Ids, token_features
from baselines.spans.learner import Learner, Progress
from baselines.spans.lesson import Lesson
from baselines.spans.naming import Naming, learn_names
from baselines.spans.question import Question, learn_question
from baselines.spans.relations import joined
from baselines.spans.texts import Flags, Texts, sentence_starts
from benchmark.model import Annotation, Document, Span

ANY = ""
"""The one question of a layer of spans: is a token in any?"""


@dataclass(frozen=True)
class LayerModel:
    """What was learned of a layer.

    Parameters
    ----------
    questions
        For relations one a label, since a source may stand inside a content; for spans one, under `ANY`.
    naming
        Names the labels of spans; None for relations.
    """

    questions: dict[str, Question]
    naming: Naming | None

    def spans(self, document: Document) -> tuple[Span, ...]:
        """Return the spans of a document, each with the mean probability of its tokens as score."""
        if not len(document.tokens):
            return ()
        ids, starts = token_features(document), sentence_starts(document)
        if self.naming is not None:
            return tuple(self._found(document, self.questions[ANY], ids, starts, self.naming))
        parts = (
            self._found(document, question, ids, starts, label) for label, question in self.questions.items()
        )
        return joined([span for part in parts for span in part])

    @staticmethod
    def _found(
        document: Document, question: Question, ids: Ids, starts: Flags, naming: Naming | str
    ) -> list[Span]:
        runs, scores = question.answer(ids, starts)
        names = [naming] * len(runs) if isinstance(naming, str) else naming.names(ids, runs)
        firsts, lasts = document.tokens[runs[:, 0], 0].tolist(), document.tokens[runs[:, 1] - 1, 1].tolist()
        return [Span(*of) for of in zip(firsts, lasts, names, scores.tolist(), strict=True)]


def learn_layer(
    learners: Sequence[Learner],
    documents: Sequence[Document],
    gold: Sequence[Annotation],
    seed: int,
    progress: Progress,
) -> LayerModel:
    """Learn a layer from the gold of documents in the same order.

    Raises
    ------
    ValueError
        Where no token is marked, or every one; the message says so.
    """
    spans = [annotation.spans for annotation in gold]
    if not any(spans):
        raise ValueError("the gold marks no word")
    texts = Texts.of(documents)
    if any(span.relation is not None for of_document in spans for span in of_document):
        return _learn_relations(learners, documents, spans, texts, seed, progress)
    lesson = Lesson.of(texts, documents, spans, "spans")
    question = learn_question(learners, lesson, seed, progress)
    return LayerModel({ANY: question}, learn_names(texts, spans, seed))


def _learn_relations(
    learners: Sequence[Learner],
    documents: Sequence[Document],
    spans: Sequence[Sequence[Span]],
    texts: Texts,
    seed: int,
    progress: Progress,
) -> LayerModel:
    questions = {}
    for label in sorted({span.label for of_document in spans for span in of_document}):
        chosen = [[span for span in of_document if span.label == label] for of_document in spans]
        lesson = Lesson.of(texts, documents, chosen, "tokens")
        questions[label] = learn_question(learners, lesson, seed, _named(label, progress))
    return LayerModel(questions, None)


def _named(label: str, progress: Progress) -> Progress:
    return lambda what: progress(f"{label}: {what}")
