"""Asking a server that speaks OpenAI's chat completions: each question once, each answer kept at once.

Answers come in the order of the questions. What was answered in an earlier run, or by another process, is not
asked again; see `baselines.llm.store`.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from baselines.llm.budget import Budget
from baselines.llm.endpoint import Key, key_for, resolve
from baselines.llm.exchange import Message, NoReply, Reply, Request, Server
from baselines.llm.failures import Failure, Kind
from baselines.llm.forms import WORKED, Form
from baselines.llm.loop import Say, run
from baselines.llm.prices import Price, read_price
from baselines.llm.retrying import Clock, Persistent
from baselines.llm.store import Claim, KeptAnswer, KeptRequest, Store, digest, kept_request, store_folder
from baselines.llm.transport import Received, Transport, library, missing_extra

__all__ = ["Asker", "Message", "NoReply", "Reply", "Request", "Server", "missing_extra", "store_folder"]

BUSY = 0.05
"""Seconds between two looks at an answer that another process is getting."""
FILTERED = "content_filter"


@dataclass
class _Round:
    """One call of `ask`: what is asked, what has come, what is left."""

    asked: dict[str, tuple[Request, KeptRequest]]
    replies: dict[str, Reply | NoReply] = field(default_factory=dict)
    left: deque[str] = field(default_factory=deque)
    cost: float = 0.0

    def words(self, currency: str) -> str:
        """Return how far it is."""
        replies = self.replies.values()
        failed = sum(isinstance(reply, NoReply) for reply in replies)
        kept = sum(isinstance(reply, Reply) and reply.cached for reply in replies)
        said = f"{len(self.replies) - failed} of {len(self.asked)} answers"
        said += f", {kept} kept from before" if kept else ""
        said += f", {failed} failed" if failed else ""
        return said + (f", {self.cost:.2f} {currency}" if currency else "")


class Asker:
    """Asks one model of one server.

    Parameters
    ----------
    server
        What is asked, and how.
    fresh
        Ask anew, once for each request, and replace what was kept.
    progress
        Is given words such as "57 of 200 answers, 12 kept from before, 0.42 USD" after each answer.
    clock
        Time and chance.

    Raises
    ------
    ValueError
        Where the address or the price file cannot be used.
    """

    def __init__(
        self,
        server: Server,
        fresh: bool = False,
        progress: Callable[[str], None] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._server, self._progress, self._clock = server, progress, clock or Clock()
        self._url = resolve(server.base_url)
        self._price = read_price(server.prices, server.model) if server.prices else None
        self._budget = Budget(server.seconds, server.cost, self._price, self._clock.now)
        self._store = Store(server.store.expanduser() if server.store else store_folder())
        self._fresh = fresh
        self._renewed: set[str] = set()
        self._turn = threading.Lock()

    @property
    def base_url(self) -> str:
        """The address that is asked; it holds no key and may be recorded."""
        return self._url

    @property
    def currency(self) -> str:
        """The currency of the price file, such as USD; "" without one."""
        return self._price.currency if self._price else ""

    @property
    def folder(self) -> Path:
        """The folder of the kept answers."""
        return self._store.folder

    @property
    def spent(self) -> float:
        """What new answers have cost so far, in `currency`."""
        return self._budget.spent

    def ask(self, requests: Sequence[Request]) -> list[Reply | NoReply]:
        """Return what was answered to each request, in their order.

        Parameters
        ----------
        requests
            Equal ones are asked once; the later ones' replies are marked as cached.

        Raises
        ------
        Stop
            Where no request can be answered: no server, a wrong key, an unknown model; or where answers
            cannot be kept. What was answered before that is kept.
        ValueError
            Where a request has no message or a schema that is no JSON.
        """
        kept = [self._kept(request) for request in requests]
        names = [digest(one) for one in kept]
        batch = _Round(dict(zip(names, zip(requests, kept, strict=True), strict=True)))
        with self._turn:
            self._recall(batch)
            if batch.left:
                key = key_for(self._url, self._server.base_url, self._server.key_env)
                library()
                self._budget.start()
                run(lambda say: self._work(batch, key, say), self._progress)
        return _in_order(names, batch.replies)

    def _kept(self, request: Request) -> KeptRequest:
        if not request.messages:
            raise ValueError("a request has no message")
        return kept_request(self._url, self._server, request)

    def _recall(self, batch: _Round) -> None:
        """Take what is kept, and queue the rest."""
        for name in batch.asked:
            answer = None if self._anew(name) else self._store.read(name)
            if answer is None:
                batch.left.append(name)
            else:
                batch.replies[name] = self._reply(name, answer, cached=True)
        if self._progress is not None and batch.replies:
            self._progress(batch.words(self.currency))

    def _anew(self, name: str) -> bool:
        return self._fresh and name not in self._renewed

    async def _work(self, batch: _Round, key: Key | None, say: Say) -> None:
        """Ask what is left, several at once; the first error ends them all."""
        async with Transport(self._url, key, self._server.timeout, self._clock.date) as transport:
            variable = key.variable if key else None
            persistent = Persistent(
                transport, self._server, self._url, variable, self._budget, WORKED, self._clock
            )
            count = min(self._server.concurrency, len(batch.left))
            workers = [asyncio.create_task(self._drain(batch, persistent, say)) for _ in range(count)]
            try:
                await asyncio.gather(*workers)
            finally:
                for worker in workers:
                    worker.cancel()
                await asyncio.gather(*workers, return_exceptions=True)

    async def _drain(self, batch: _Round, persistent: Persistent, say: Say) -> None:
        """Ask one request after the other; what another process is asking goes to the end of the queue."""
        while batch.left:
            name = batch.left.popleft()
            refusal = self._budget.over()
            claim = None if refusal else self._store.claim(name)
            if refusal:
                batch.replies[name] = NoReply(name, refusal)
            elif claim is None:
                batch.left.append(name)
                await self._clock.sleep(BUSY)
                continue
            else:
                with claim:
                    batch.replies[name] = await self._answer(name, batch, persistent, claim)
            say(batch.words(self.currency))

    async def _answer(
        self, name: str, batch: _Round, persistent: Persistent, claim: Claim
    ) -> Reply | NoReply:
        """Return the answer that another process has made meanwhile, or make it."""
        known = None if self._anew(name) else self._store.read(name)
        if known is not None:
            return self._reply(name, known, cached=True)
        request, kept = batch.asked[name]
        asked = datetime.fromtimestamp(self._clock.date(), UTC).isoformat(timespec="seconds")
        outcome = await persistent.ask(request)
        if not isinstance(outcome, Failure):
            answer = self._answered(*outcome, asked)
        elif outcome.kind is Kind.REFUSED:
            answer = self._refused(outcome, asked)
        else:
            return NoReply(name, outcome.words)
        claim.keep(kept, answer)
        self._renewed.add(name)
        batch.cost += answer.cost or 0.0
        if not isinstance(outcome, Failure):
            self._budget.check(answer.cost)  # once the answer is kept: it is paid for
        return self._reply(name, answer, cached=False)

    def _answered(self, received: Received, form: Form, asked: str) -> KeptAnswer:
        cost = self._budget.count(received.input_tokens, received.output_tokens)
        return KeptAnswer(
            text=received.text,
            refusal=received.refusal,
            finish=received.finish,
            model=received.model,
            input_tokens=received.input_tokens,
            output_tokens=received.output_tokens,
            cost=cost,
            currency=self.currency if cost is not None else "",
            seconds=received.seconds,
            form=form.answer,
            dropped=form.dropped(self._server),
            identity=received.identity,
            asked=asked,
        )

    def _refused(self, failure: Failure, asked: str) -> KeptAnswer:
        """Return a filter's error as the answer that it is: the same request would meet it again."""
        return KeptAnswer(
            "", failure.words, FILTERED, "", None, None, None, "", 0.0, "", (), identity="", asked=asked
        )

    def _reply(self, name: str, answer: KeptAnswer, *, cached: bool) -> Reply:
        cost, currency = _cost(answer, self._price)
        return Reply(
            request=name,
            text=answer.text,
            refusal=answer.refusal,
            finish=answer.finish,
            model=answer.model,
            input_tokens=answer.input_tokens,
            output_tokens=answer.output_tokens,
            cost=cost,
            seconds=answer.seconds,
            cached=cached,
            currency=currency,
            form=answer.form,
            dropped=answer.dropped,
        )


def _cost(answer: KeptAnswer, price: Price | None) -> tuple[float | None, str]:
    """Return what making an answer cost, and the currency.

    Where there is a price file it counts, also for what was answered before it was corrected; else what was
    counted when the answer was made.
    """
    if price is None:
        return answer.cost, answer.currency if answer.cost is not None else ""
    cost = price.of(answer.input_tokens, answer.output_tokens)
    return cost, price.currency if cost is not None else ""


def _in_order(names: Sequence[str], replies: dict[str, Reply | NoReply]) -> list[Reply | NoReply]:
    """Return a reply for each name; nothing was sent for the second of two equal ones."""
    seen: set[str] = set()
    ordered = []
    for name in names:
        reply = replies[name]
        ordered.append(replace(reply, cached=True) if isinstance(reply, Reply) and name in seen else reply)
        seen.add(name)
    return ordered
