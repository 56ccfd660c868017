"""What a run of a language model took, and how its answers came out: counts over what it tells. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from benchmark.answers import FAILED, FUZZY, INVALID, NORMALISED, REFUSED, UNPLACED, Account, Answer


@dataclass(frozen=True)
class Spread:
    """A score over the samples of one run, each scored by itself; None where it is undefined.

    Parameters
    ----------
    mean
        Of the samples.
    low, high
        The lowest and the highest.
    """

    mean: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Return the spread of scores, NaN where one is undefined."""
        found = list(values)
        if not found or any(value != value for value in found):
            return cls(None, None, None)
        return cls(sum(found) / len(found), min(found), max(found))


@dataclass(frozen=True)
class Usage:
    """What a run took of a model, and how the answers came out.

    Parameters
    ----------
    requests
        How many questions there were; those that were kept from an earlier run are among them.
    cached
        How many of them were answered by a kept answer.
    invalid, refused, failed
        How many answers could not be read, were refusals, or did not come.
    quotations
        How many passages the answers named.
    normalised, fuzzy, unplaced
        How many of them were placed only after normalising, only nearly, or not at all.
    input_tokens, output_tokens
        As the server counted them, of all answers; None where it does not say.
    cost
        Of all answers, kept ones at what they took then; None without prices.
    currency
        Of the cost.
    seconds
        Sum over the answers, kept ones at what they took then.
    models
        The models that answered, as the server names them.
    family
        The family of models that it is of; "" where that is not known.
    units
        How many units the answers that could be read were asked about.
    unanswered
        How many of them they say nothing of.
    facts
        What else is to be known of how it was asked, by name: prompt, server, mode.
    samples
        How often each question was asked.
    spread
        For each metric the spread of its overall scores over the samples; empty for one sample.
    answers_sha256
        Of the file that the answers are kept in; None until they are.
    """

    requests: int
    cached: int
    invalid: int
    refused: int
    failed: int
    quotations: int
    normalised: int
    fuzzy: int
    unplaced: int
    input_tokens: int | None
    output_tokens: int | None
    cost: float | None
    currency: str
    seconds: float
    models: tuple[str, ...]
    family: str = ""
    units: int = 0
    unanswered: int = 0
    facts: dict[str, str] = field(default_factory=dict)
    samples: int = 1
    spread: dict[str, dict[str, Spread]] = field(default_factory=dict)
    answers_sha256: str | None = None

    def share(self, count: int) -> float | None:
        """Return a count as a share of the requests; None where there are none."""
        return count / self.requests if self.requests else None

    @property
    def share_unplaced(self) -> float | None:
        """Share of the quotations that could not be placed; None where there are none."""
        return self.unplaced / self.quotations if self.quotations else None

    @property
    def share_unanswered(self) -> float | None:
        """Share of the units that an answer left out; None where none were asked about."""
        return self.unanswered / self.units if self.units else None


COUNTED = (
    *("requests", "cached", "invalid", "refused", "failed", "quotations", "normalised", "fuzzy", "unplaced"),
    *("units", "unanswered"),
    *("input_tokens", "output_tokens", "cost", "seconds", "models", "samples"),
)
"""What of a usage follows from the answers alone."""


def usage_of(account: Account, spread: Mapping[str, dict[str, Spread]]) -> Usage | None:
    """Return what an account comes to; None where it holds no answers.

    Parameters
    ----------
    account
        What a detector tells.
    spread
        For each metric the spread of its scores over the samples.
    """
    answers = account.answers
    if not answers:
        return None
    status = [answer.status for answer in answers]
    placed = [quotation.how for answer in answers for quotation in answer.quotations]
    return Usage(
        requests=len(answers),
        cached=sum(answer.cached for answer in answers),
        invalid=status.count(INVALID),
        refused=status.count(REFUSED),
        failed=status.count(FAILED),
        quotations=len(placed),
        normalised=placed.count(NORMALISED),
        fuzzy=placed.count(FUZZY),
        unplaced=placed.count(UNPLACED),
        input_tokens=_sum(answer.input_tokens for answer in _answered(answers)),
        output_tokens=_sum(answer.output_tokens for answer in _answered(answers)),
        cost=_sum(answer.cost for answer in _answered(answers)),
        currency=account.currency,
        seconds=sum(answer.seconds for answer in _answered(answers)),
        models=tuple(sorted({answer.model for answer in answers if answer.model})),
        family=account.family,
        units=sum(len(answer.units) + answer.unanswered for answer in answers),
        unanswered=sum(answer.unanswered for answer in answers),
        facts=dict(account.facts),
        samples=max(answer.sample for answer in answers) + 1,
        spread=dict(spread),
    )


def _answered(answers: Iterable[Answer]) -> list[Answer]:
    """Return the answers that were counted, one a request: two documents of one text are asked about once.

    A refusal that came as an error of the server was never counted by it.
    """
    came = (answer for answer in answers if answer.status != FAILED and not _uncounted(answer))
    return list({answer.request: answer for answer in came}.values())


def _uncounted(answer: Answer) -> bool:
    return answer.status == REFUSED and answer.input_tokens is None


N = TypeVar("N", int, float)


def _sum(values: Iterable[N | None]) -> N | None:
    """Return a sum; None where one of the numbers is not known, or there are none."""
    found = list(values)
    known = [value for value in found if value is not None]
    return sum(known) if known and len(known) == len(found) else None
