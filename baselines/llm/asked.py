"""A language model that is asked for one layer: questions, answers, predictions, and the account of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from baselines.llm.asking import NoReply, Reply, Request
from baselines.llm.combining import combine
from baselines.llm.parts import Part, parts_of
from baselines.llm.prompt_file import Prompt
from baselines.llm.questions import messages, schema
from baselines.llm.reading import read, refuses
from baselines.llm.shots import Passage, choose
from benchmark.answers import FAILED, INVALID, OK, REFUSED, Account, Answer
from benchmark.model import Annotation, Document, Prediction, Span, Unit

if TYPE_CHECKING:
    from baselines.llm.detector import LlmDetector

FILTERED, CUT = "content_filter", "length"
"""Why an answer ended: a filter of the server's, or the longest answer that was allowed."""


class NoAnswer(Exception):  # noqa: N818 - named as what the user reads
    """A question about a document was not answered."""


@dataclass
class Asked:
    """One layer of a language model, as a detector.

    Parameters
    ----------
    model
        Which model, and how it is asked.
    prompt
        What is asked.
    unit
        The unit that is labelled; "" where marks are asked for.
    family
        The family that the model belongs to; "" where it is not known.
    """

    model: LlmDetector
    prompt: Prompt
    unit: str
    family: str
    _passages: list[Passage] = field(init=False, repr=False, default_factory=list)
    _answers: dict[str, list[Answer]] = field(init=False, repr=False, default_factory=dict)
    _samples: dict[str, list[Prediction]] = field(init=False, repr=False, default_factory=dict)
    _forms: set[str] = field(init=False, repr=False, default_factory=set)
    _currencies: set[str] = field(init=False, repr=False, default_factory=set)

    @property
    def name(self) -> str:
        """What the table calls it."""
        return self.model.name

    @property
    def layers(self) -> frozenset[str]:
        """The layer that is asked for."""
        return frozenset({self.prompt.layer})

    @property
    def shots(self) -> int:
        """How many examples it wants."""
        return self.model.shots

    @property
    def examples(self) -> str:
        """The dataset that they are from."""
        return self.model.examples

    @property
    def seed(self) -> int:
        """Of the choice of examples, and of the requests."""
        return self.model.seed

    @property
    def progress(self) -> Callable[[str], None] | None:
        """Called with short texts on what is being done."""
        return self.model.progress

    @progress.setter
    def progress(self, say: Callable[[str], None] | None) -> None:
        self.model.progress = say

    @property
    def fresh(self) -> bool:
        """Whether everything is asked anew."""
        return self.model.fresh

    @fresh.setter
    def fresh(self, fresh: bool) -> None:
        self.model.fresh = fresh

    def labels_for(self, subject: object) -> frozenset[str]:  # noqa: ARG002 - there is one subject
        """Return the labels that it gives."""
        return frozenset(self.prompt.labels)

    def show(self, gold: Sequence[Annotation], layer: str) -> list[str]:  # noqa: ARG002 - there is one layer
        """Choose the examples out of annotated documents, and return the documents that they are from."""
        blanks = self.prompt.kind != "units"
        self._passages = choose(gold, self.shots, self.seed, unit=self.unit, blanks=blanks)
        return [passage.document.id for passage in self._passages]

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction | Exception]:
        """Return what the model marks in each document, or why there is no answer about it.

        Raises
        ------
        Stop
            Where nothing can be asked at all.
        """
        asked = [(part, sample) for document in documents for part, sample in self._questions(document)]
        shape = schema(self.prompt)
        requests = [
            Request(messages(self.prompt, part, self._passages), shape, f"{layer}_answer"[:64], sample)
            for part, sample in asked
        ]
        replies = self.model.asker.ask(requests) if requests else []
        found: dict[str, list[Answer]] = {document.id: [] for document in documents}
        for (part, sample), reply in zip(asked, replies, strict=True):
            found[part.document.id].append(self._answer(part, sample, reply))
        self._answers |= found
        return [self._prediction(document, layer) for document in documents]

    def _questions(self, document: Document) -> Iterator[tuple[Part, int]]:
        for part in parts_of(document, self.model.part, self.unit):
            if not self.unit or part.units:
                yield from ((part, sample) for sample in range(self.model.samples))

    def _answer(self, part: Part, sample: int, reply: Reply | NoReply) -> Answer:
        """Return what is read from a reply."""
        answer = Answer(part.document.id, self.prompt.layer, part.number, sample, reply.request, FAILED)
        if isinstance(reply, NoReply):
            return replace(answer, problem=reply.error)
        self._forms.add(
            ", ".join([reply.form or "as it came", *(f"without {name}" for name in reply.dropped)])
        )
        if reply.cost is not None:
            self._currencies.add(reply.currency)
        answer = replace(
            answer,
            raw=reply.text,
            model=reply.model,
            input_tokens=reply.input_tokens,
            output_tokens=reply.output_tokens,
            cost=reply.cost,
            seconds=reply.seconds,
            cached=reply.cached,
        )
        if reply.refusal or reply.finish == FILTERED:
            problem = reply.refusal or "a filter of the server's ended the answer"
            return replace(answer, status=REFUSED, problem=problem)
        if reply.finish == CUT:
            problem = f"the answer was cut off; max_tokens={self.model.max_tokens} allows no more"
            return replace(answer, status=INVALID, problem=problem)
        if refuses(reply.text):
            return replace(answer, status=REFUSED, problem="the model refuses in words")
        parsed = read(self.prompt, part, reply.text)
        return replace(
            answer,
            status=parsed.status,
            problem=parsed.problem,
            quotations=parsed.quotations,
            units=parsed.units,
            unanswered=parsed.unanswered,
        )

    def _prediction(self, document: Document, layer: str) -> Prediction | Exception:
        """Return what a document's samples agree on, or why there is no answer about it."""
        answers = self._answers[document.id]
        failed = [answer for answer in answers if answer.status == FAILED]
        samples = [
            _sample(document, layer, [answer for answer in answers if answer.sample == sample])
            for sample in range(self.model.samples)
        ]
        if failed:  # nothing is found there, in any sample
            self._samples[document.id] = [Prediction(document.id, layer)] * self.model.samples
            return NoAnswer(failed[0].problem)
        self._samples[document.id] = samples
        return combine(samples, single=self.prompt.most == 1)

    def account(self, documents: Sequence[Document], layer: str) -> Account:
        """Return the answers that the predictions for some documents were made from."""
        several = range(self.model.samples) if self.model.samples > 1 else range(0)
        nothing = {d.id: [Prediction(d.id, layer)] * self.model.samples for d in documents}
        sampled = nothing | self._samples
        facts = {
            "prompt": f"{self.prompt.name}, version {self.prompt.version}, SHA-256 {self.prompt.sha256}",
            "server": self.model.asker.base_url,
        }
        if self._forms:
            facts["answers"] = "; ".join(sorted(self._forms))
        if self._passages:
            facts["examples"] = ", ".join(dict.fromkeys(passage.document.id for passage in self._passages))
        answers = tuple(answer for d in documents for answer in self._answers.get(d.id, ()))
        if len(self._currencies) > 1:  # kept answers of other currencies cannot be added up
            answers = tuple(replace(answer, cost=None) for answer in answers)
        return Account(
            answers=answers,
            samples=tuple(tuple(sampled[d.id][n] for d in documents) for n in several),
            family=self.family,
            currency=next(iter(self._currencies)) if len(self._currencies) == 1 else "",
            facts=facts,
        )


def _sample(document: Document, layer: str, answers: Sequence[Answer]) -> Prediction:
    """Return what the answers of one sample, one a part, mark in a document."""
    read_well = [answer for answer in answers if answer.status == OK]
    spans: dict[tuple[int, int, str, int | None], Span] = {}
    first = 0
    for answer in read_well:
        numbers = [q.relation for q in answer.quotations if q.relation is not None]
        for quotation in answer.quotations:
            if quotation.start is not None and quotation.end is not None:
                relation = None if quotation.relation is None else first + quotation.relation
                key = quotation.start, quotation.end, quotation.label, relation
                spans[key] = Span(quotation.start, quotation.end, quotation.label, relation=relation)
        first += max(numbers, default=-1) + 1
    units = [Unit(one.start, one.end, one.labels) for answer in read_well for one in answer.units]
    return Prediction(document.id, layer, tuple(spans.values()), tuple(units))
