"""One request until it is answered: other forms where a parameter is refused, waits where they help."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from baselines.llm.budget import Budget
from baselines.llm.exchange import Request, Server
from baselines.llm.failures import STOPPING, Failure, Kind, stop_message
from baselines.llm.forms import REFUSING, Form, Forms, known_form
from baselines.llm.transport import Received, Transport
from benchmark.answers import Stop

FIRST_WAIT = 1.0
LONGEST_BACKOFF = 60.0
LATE_RETRIES = 2
"""How often a request is sent again that no answer came to in time: what is slow once is slow again."""
ABSENT_RETRIES = 2
"""How often a server is tried again that never was there, or that gave web pages and no answer yet."""


@dataclass(frozen=True)
class Clock:
    """Time and chance, so that tests need not wait.

    Parameters
    ----------
    now
        Seconds that only go forward.
    date
        Seconds since 1970.
    sleep
        Waits for some seconds.
    chance
        For the jitter of waits.
    """

    now: Callable[[], float] = time.monotonic
    date: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: random.Random = field(default_factory=random.Random)


def backoff(attempt: int, asked: float | None, chance: random.Random) -> float:
    """Return how long to wait before the next attempt, in seconds.

    Parameters
    ----------
    attempt
        How many failed, from 1.
    asked
        What the server asks for; it is waited for in full, and a little more.
    chance
        Waits of several clients must not fall together: between half and all of a doubling time.
    """
    if asked is not None:
        return asked + chance.uniform(0, min(FIRST_WAIT, 0.1 * asked))
    longest: float = min(LONGEST_BACKOFF, FIRST_WAIT * 2 ** min(attempt - 1, 16))
    return longest * chance.uniform(0.5, 1)


class Persistent:
    """Asks until there is an answer, or no sense in asking.

    Parameters
    ----------
    transport
        Sends a request once.
    server, url, variable
        What is asked, where, and the environment variable of the key, for messages.
    budget
        Nothing is sent when it is spent.
    worked
        Forms that worked, by address and model; what works here is added.
    clock
        Time and chance.
    """

    def __init__(
        self,
        transport: Transport,
        server: Server,
        url: str,
        variable: str | None,
        budget: Budget,
        worked: Forms,
        clock: Clock,
    ) -> None:
        self._transport, self._server, self._url, self._variable = transport, server, url, variable
        self._budget, self._worked, self._clock = budget, worked, clock
        self._met = self._answered = False
        self._not_before = 0.0

    async def ask(self, request: Request) -> tuple[Received, Form] | Failure:
        """Return an answer and the form that was answered, or the last failure.

        Raises
        ------
        Stop
            Where no request can be answered.
        """
        form = known_form(self._url, self._server.model, self._worked)
        failed: Counter[Kind] = Counter()
        while True:
            refusal = await self._turn()
            if refusal:
                return Failure(Kind.REQUEST, refusal)
            outcome = await self._transport.post(form.body(self._server, request), self._budget.left())
            if isinstance(outcome, Received):
                self._met = self._answered = True
                self._worked[self._url, self._server.model] = form
                return outcome, form
            self._met |= outcome.status is not None
            less = self._less(form, outcome)
            if less is not None:
                form = less
                continue
            failed[outcome.kind] += 1
            given_up = await self._pause(outcome, failed)
            if given_up is not None:
                return given_up

    async def _turn(self) -> str:
        """Wait while the server asks everybody to; return which budget is spent, or ""."""
        # Again and again, since another request may be told a later time while this one waits.
        while (ahead := self._not_before - self._clock.now()) > 0 and not self._budget.over(ahead):
            await self._clock.sleep(ahead)
        return self._budget.over(max(self._not_before - self._clock.now(), 0.0))

    def _later(self, seconds: float) -> None:
        """Let no request out within so many seconds, nor before a time that was told earlier."""
        self._not_before = max(self._not_before, self._clock.now() + seconds)

    def _less(self, form: Form, outcome: Failure) -> Form | None:
        """Return the form without what the server refuses, None where it refuses nothing of it."""
        if outcome.status not in REFUSING or outcome.kind is Kind.REFUSED:
            return None
        return form.without(outcome.complaint, self._server)

    async def _pause(self, outcome: Failure, failed: Counter[Kind]) -> Failure | None:
        """Wait before the next attempt, or return the failure where there is none.

        Each kind of failure has its own limit, and all of them together have one.
        """
        if outcome.kind in STOPPING:
            raise Stop(stop_message(outcome, self._url, self._server.model, self._variable))
        if failed[outcome.kind] > self._retries(outcome.kind) or failed.total() > self._server.retries:
            if outcome.kind is Kind.UNREACHABLE or (outcome.kind is Kind.PAGE and not self._answered):
                raise Stop(stop_message(outcome, self._url, self._server.model, self._variable))
            spent = self._budget.over() if outcome.kind is Kind.LATE else ""
            return replace(outcome, words=f"{outcome.words}; {spent}") if spent else outcome
        if outcome.wait is not None:
            self._later(outcome.wait)
        wait = backoff(failed.total(), outcome.wait, self._clock.chance)
        spent = self._budget.over(wait)
        if spent:
            return replace(outcome, words=f"{outcome.words}; {spent}")
        await self._clock.sleep(wait)
        return None

    def _retries(self, kind: Kind) -> int:
        """Return how often a request may be sent again after a failure of this kind."""
        most = self._server.retries
        if kind is Kind.AGAIN:
            return most
        if kind is Kind.LATE:
            return min(most, LATE_RETRIES)
        if kind is Kind.UNREACHABLE:
            return most if self._met else min(most, ABSENT_RETRIES)
        if kind is Kind.PAGE:
            return most if self._answered else min(most, ABSENT_RETRIES)
        return 0
