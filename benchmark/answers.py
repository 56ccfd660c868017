"""What a detector and the harness tell each other besides documents and predictions. No I/O.

The harness says what is asked for. A detector tells how it came to its predictions: requests, replies,
samples, a log. It may have a method `account(documents, layer)` that returns an `Account` of what it
predicted for these documents; the harness counts what is in it, and keeps it beside the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from benchmark.model import Prediction

OK, INVALID, REFUSED, FAILED = "ok", "invalid", "refused", "failed"
STATUSES = (OK, INVALID, REFUSED, FAILED)
"""What became of a request: an answer that could be read, one that could not, a refusal, or no answer."""

EXACT, NORMALISED, FUZZY, UNPLACED = "exact", "normalised", "fuzzy", "unplaced"
PLACINGS = (EXACT, NORMALISED, FUZZY, UNPLACED)
"""How a quotation was found in the text."""


class Subject(Protocol):
    """What a detector is asked for, as its method `chosen(subject)` is told."""

    @property
    def layer(self) -> str:
        """The layer."""
        ...

    @property
    def kind(self) -> str:
        """What it is made of: spans, relations, units, or labels of given spans ("given")."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that count; empty where they are not known."""
        ...

    @property
    def unit(self) -> str:
        """Of labels of units, the units that are scored: sentence, paragraph or document; else ""."""
        ...


class Stop(Exception):  # noqa: N818 - it ends a run on purpose
    """A detector can predict no document at all: a wrong key, no server, a program that is not there.

    The whole command ends with its message, where any other exception costs one document.
    """


@dataclass(frozen=True, slots=True)
class Quotation:
    """A passage that a model named, with the place that was found for it.

    Parameters
    ----------
    text
        The words as the model gave them.
    label
        The label that it gave them.
    reason
        Why, in its words.
    start, end
        Offsets in the document; None where no place was found.
    how
        exact, normalised, fuzzy or unplaced.
    relation
        Number of the attribution that it is a part of.
    """

    text: str
    label: str
    reason: str = ""
    start: int | None = None
    end: int | None = None
    how: str = UNPLACED
    relation: int | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """A unit that a model labelled.

    Parameters
    ----------
    start, end
        Its offsets in the document.
    labels
        The labels that it gave, the main one first.
    reason
        Why, in its words.
    """

    start: int
    end: int
    labels: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A request, and what came back.

    Parameters
    ----------
    document, layer
        What it was about.
    part
        Which part of the document, from 0.
    sample
        Which of several answers to the same question, from 0.
    request
        SHA-256 of the request.
    status
        ok, invalid, refused or failed.
    raw
        The reply as it came; "" where none did.
    problem
        Why it is not ok.
    quotations, units
        What was read from it.
    model
        Which model answered, as the server says.
    input_tokens, output_tokens
        As the server counted them; None where it does not say.
    cost
        In the currency of the price file; None without one.
    seconds
        From sending to the whole reply, of the attempt that was answered.
    cached
        Whether the answer was kept from an earlier run.
    unanswered
        How many units it was asked about and says nothing of.
    """

    document: str
    layer: str
    part: int
    sample: int
    request: str
    status: str
    raw: str = ""
    problem: str = ""
    quotations: tuple[Quotation, ...] = ()
    units: tuple[Labelled, ...] = ()
    model: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None
    seconds: float = 0.0
    cached: bool = False
    unanswered: int = 0


@dataclass(frozen=True)
class Account:
    """What a detector tells of its predictions for some documents in a layer.

    Parameters
    ----------
    answers
        The replies that they were made from.
    samples
        Where each document was asked about several times, each time's predictions, one a document.
    log
        What a program wrote on its standard error.
    family
        The family of models that answered; "" where that is not known.
    currency
        Of the answers' costs.
    facts
        What else is to be known of how it was asked, by name.
    """

    answers: tuple[Answer, ...] = ()
    samples: tuple[tuple[Prediction, ...], ...] = ()
    log: str = ""
    family: str = ""
    currency: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
