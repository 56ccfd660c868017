"""One request until it is answered, against a real server, with a clock that does not wait."""

from __future__ import annotations

import asyncio
import random
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llm_server import (
    LlmServer,
    Step,
    disconnect,
    error,
    half_body,
    half_json,
    quick_clock,
    rate_limited,
    raw,
    says,
    slow,
)

from baselines.llm.budget import Budget
from baselines.llm.exchange import Message, Request, Server
from baselines.llm.failures import Failure, Kind
from baselines.llm.forms import OBJECT, PROMPT, Form, Forms
from baselines.llm.prices import Price
from baselines.llm.retrying import LONGEST_BACKOFF, Clock, Persistent, backoff
from baselines.llm.transport import Received, Transport
from benchmark.answers import Stop

REQUEST = Request((Message("system", "Answer."), Message("user", "Hello")), {"type": "object"})
Outcome = tuple[Received, Form] | Failure


@dataclass
class Set:
    """What a request is asked with."""

    server: Server = field(default_factory=lambda: Server("m", seed=1, timeout=20.0))
    waits: list[float] = field(default_factory=list)
    worked: Forms = field(default_factory=dict)
    price: Price | None = None

    def ask(self, url: str, times: int = 1) -> list[Outcome]:
        clock = quick_clock(self.waits)
        budget = Budget(self.server.seconds, self.server.cost, self.price, clock.now)

        async def work() -> list[Outcome]:
            async with Transport(url, None, self.server.timeout, clock.date) as transport:
                asker = Persistent(transport, self.server, url, "MINE", budget, self.worked, clock)
                budget.start()
                return [await asker.ask(REQUEST) for _ in range(times)]

        return asyncio.run(work())


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with LlmServer(answer=lambda messages: "fine") as running:
        yield running


def text(outcome: Outcome) -> str:
    return outcome.words if isinstance(outcome, Failure) else outcome[0].text


@pytest.mark.parametrize(
    "step",
    [
        rate_limited(),
        rate_limited("1"),
        error(500),
        error(503),
        error(408),
        error(409),
        disconnect,
        half_body,
        half_json,
        raw(200, "no JSON"),
        raw(200, '{"error": {"code": 502}}'),
    ],
)
def test_what_may_go_well_next_time_is_asked_again(server: LlmServer, step: Step) -> None:
    server.next(step, step)
    given_set = Set()
    assert text(given_set.ask(server.url)[0]) == "fine"
    assert len(server.requests) == 3
    assert len(given_set.waits) >= 2


def test_retries_end(server: LlmServer) -> None:
    server.always = error(500, "still broken")
    given_set = Set(Server("m", retries=3))
    assert text(given_set.ask(server.url)[0]) == "HTTP 500: still broken"
    assert len(server.requests) == 4
    assert len(given_set.waits) == 3
    assert 0.5 <= given_set.waits[0] <= 1 <= given_set.waits[1] <= 2 <= given_set.waits[2] <= 4


def test_no_retries_are_no_retries(server: LlmServer) -> None:
    server.always = error(500)
    assert text(Set(Server("m", retries=0)).ask(server.url)[0]) == "HTTP 500: no luck"
    assert len(server.requests) == 1


def test_a_request_that_is_refused_is_not_sent_again(server: LlmServer) -> None:
    server.next(error(400, "this is too long for me"))
    failure, after = Set().ask(server.url, times=2)
    assert failure == Failure(
        Kind.REQUEST, "HTTP 400: this is too long for me", 400, None, "this is too long for me\nerror"
    )
    assert text(after) == "fine"
    assert len(server.requests) == 2


def test_what_is_late_is_asked_twice_more(server: LlmServer) -> None:
    server.always = slow(30)
    assert text(Set(Server("m", timeout=0.15)).ask(server.url)[0]) == "no answer within 0.15 s"
    assert len(server.requests) == 3


def test_a_wait_that_is_asked_for_is_waited(server: LlmServer) -> None:
    server.next(rate_limited("30"))
    given_set = Set()
    given_set.ask(server.url)
    assert 30 <= given_set.waits[0] <= 31


def test_a_date_is_waited_for(server: LlmServer) -> None:
    # The clock of the tests stands at Friday, 15 January 2027, 08:00:00.
    server.next(rate_limited("Fri, 15 Jan 2027 08:00:45 GMT"))
    given_set = Set()
    given_set.ask(server.url)
    assert 45 <= given_set.waits[0] <= 46


def test_a_request_that_comes_later_waits_too(server: LlmServer) -> None:
    waits: list[float] = []
    clock = quick_clock(waits)
    budget = Budget(None, None, None, clock.now)

    async def work() -> str:
        async with Transport(server.url, None, 20.0) as transport:
            asker = Persistent(transport, Server("m"), server.url, None, budget, {}, clock)
            asker._later(40)
            return text(await asker.ask(REQUEST))

    assert asyncio.run(work()) == "fine"
    assert waits == [40]


@given(st.integers(1, 2000), st.none() | st.floats(0, 120), st.integers(0, 9))
def test_a_wait_is_bounded_and_never_shorter_than_asked(failed: int, asked: float | None, seed: int) -> None:
    wait = backoff(failed, asked, random.Random(seed))
    assert (asked or 0.0) <= wait <= (LONGEST_BACKOFF if asked is None else asked + 1)
    assert wait == backoff(failed, asked, random.Random(seed))


def test_waits_grow_and_differ() -> None:
    means = [sum(backoff(n, None, random.Random(seed)) for seed in range(200)) / 200 for n in range(1, 8)]
    assert all(1.7 < after / before < 2.3 for before, after in pairwise(means[:6]))
    assert len({backoff(3, None, random.Random(seed)) for seed in range(20)}) == 20


@pytest.mark.parametrize(
    ("refuses", "form"),
    [
        (["json_schema"], Form(answer=OBJECT)),
        (["response_format"], Form(answer=PROMPT)),
        (["seed"], Form(seed=False)),
        (["temperature"], Form(temperature=False)),
        (["max_tokens"], Form(limits=("max_completion_tokens",))),
        (["max_tokens", "max_completion_tokens"], Form(limits=())),
        (
            ["response_format", "seed", "temperature", "max_tokens"],
            Form(PROMPT, ("max_completion_tokens",), temperature=False, seed=False),
        ),
    ],
)
def test_what_a_server_refuses_is_left_out_and_remembered(
    server: LlmServer, refuses: list[str], form: Form
) -> None:
    server.refuses = refuses
    given_set = Set()
    (received, used), (_, again) = given_set.ask(server.url, times=2)
    assert received.text == "fine"
    assert used == again == form
    assert given_set.worked == {(server.url, "m"): form}
    assert given_set.waits == []
    first = len(server.requests)
    given_set.ask(server.url)
    assert len(server.requests) == first + 1


@pytest.mark.parametrize("status", [400, 404, 422, 501])
def test_every_status_of_a_refusal_is_understood(server: LlmServer, status: int) -> None:
    server.next(error(status, "no support for response_format"))
    outcome = Set().ask(server.url)[0]
    assert not isinstance(outcome, Failure)
    assert outcome[1] == Form(answer=OBJECT)


def test_an_error_that_repeats_does_not_turn_round_for_ever(server: LlmServer) -> None:
    server.always = error(400, "seed temperature response_format max_tokens max_completion_tokens")
    given_set = Set()
    assert isinstance(given_set.ask(server.url)[0], Failure)
    assert len(server.requests) == 3
    assert given_set.worked == {}


def test_a_filter_is_no_refusal_of_a_parameter(server: LlmServer) -> None:
    server.always = error(400, "response_format was filtered", code="content_filter")
    failure = Set().ask(server.url)[0]
    assert isinstance(failure, Failure)
    assert failure.kind is Kind.REFUSED
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (error(401, "bad key"), "does not accept the key of the environment variable MINE"),
        (error(403, "not for you"), "does not accept the key"),
        (error(402, "pay"), "without credit"),
        (error(429, "quota", code="insufficient_quota"), "without credit"),
        (error(404, "model 'm' not found"), "no model 'm'"),
        (raw(308, "", {"Location": "http://elsewhere.invalid"}), "sends elsewhere"),
    ],
)
def test_what_no_request_gets_past_stops_the_run(server: LlmServer, step: Step, words: str) -> None:
    server.always = step
    with pytest.raises(Stop, match=words):
        Set().ask(server.url)
    assert len(server.requests) == 1


def test_a_server_that_never_was_there_is_tried_thrice() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        given_set = Set()
        with pytest.raises(Stop, match="no server at http://127"):
            given_set.ask(url)
    assert len(given_set.waits) == 2


def test_a_server_that_went_away_is_waited_for_longer() -> None:
    given_set = Set(Server("m", retries=4))
    clock = quick_clock(given_set.waits)
    budget = Budget(None, None, None, clock.now)

    async def work(server: LlmServer) -> None:
        async with Transport(server.url, None, 20.0) as transport:
            asker = Persistent(transport, given_set.server, server.url, None, budget, {}, clock)
            await asker.ask(REQUEST)
            await asyncio.to_thread(server.__exit__)
            await transport._client.close()
        async with Transport(server.url, None, 20.0) as transport:
            asker._transport = transport
            await asker.ask(REQUEST)

    server = LlmServer()
    server.__enter__()
    with pytest.raises(Stop, match="no server at"):
        asyncio.run(work(server))
    assert len(given_set.waits) == 4


def test_a_wait_beyond_the_budget_is_not_begun(server: LlmServer) -> None:
    server.always = rate_limited("60")
    given_set = Set(Server("m", seconds=30))
    failure = given_set.ask(server.url)[0]
    assert text(failure) == "HTTP 429: Rate limit reached; time budget of 30 s is spent"
    assert given_set.waits == []


@pytest.mark.parametrize("retries", [0, 6])
def test_what_is_under_way_ends_with_the_budget(server: LlmServer, retries: int) -> None:
    server.always = slow(30)
    limits = Server("m", seconds=0.3, retries=retries)
    clock = Clock()
    budget = Budget(limits.seconds, None, None, clock.now)

    async def work() -> Outcome:
        async with Transport(server.url, None, limits.timeout) as transport:
            budget.start()
            return await Persistent(transport, limits, server.url, None, budget, {}, clock).ask(REQUEST)

    started = time.perf_counter()
    said = text(asyncio.run(work()))
    assert time.perf_counter() - started < 10
    assert said.startswith("no answer within 0.")
    assert said.endswith("; time budget of 0.3 s is spent")


def test_each_kind_of_failure_has_its_own_limit(server: LlmServer) -> None:
    given_set = Set(Server("m", timeout=0.3))
    server.next(*[rate_limited("0")] * 3, slow(20), slow(20), says("fine"))
    assert text(given_set.ask(server.url)[0]) == "fine"
    server.next(slow(20), rate_limited("0"), slow(20), rate_limited("0"), slow(20), says("too late"))
    assert text(given_set.ask(server.url)[0]) == "no answer within 0.3 s"


def test_all_kinds_of_failures_together_have_a_limit(server: LlmServer) -> None:
    given_set = Set(Server("m", retries=3))
    server.next(rate_limited("0"), disconnect, error(500, "down"), raw(200, "not JSON"), says("too late"))
    assert text(given_set.ask(server.url)[0]).startswith("the server's answer cannot be read")
    assert len(given_set.waits) == 3


def test_a_later_time_that_others_were_told_is_waited_for(server: LlmServer) -> None:
    waits: list[float] = []
    clock = quick_clock(waits)
    budget = Budget(None, None, None, clock.now)

    async def work() -> str:
        async with Transport(server.url, None, 20.0) as transport:

            async def sleep(seconds: float) -> None:
                if not waits:  # meanwhile another request is told to wait for longer, and one for less
                    asker._later(20.0)
                    asker._later(1.0)
                await clock.sleep(seconds)

            told = replace(clock, sleep=sleep)
            asker = Persistent(transport, Server("m"), server.url, None, budget, {}, told)
            asker._later(2.0)
            return text(await asker.ask(REQUEST))

    assert asyncio.run(work()) == "fine"
    assert waits == [2.0, pytest.approx(18.0)]


def test_a_web_page_in_the_place_of_a_model_ends_the_run_soon(server: LlmServer) -> None:
    server.always = raw(200, "\n<!doctype html><title>Welcome</title>", {"Content-Type": "text/html"})
    given_set = Set(Server("m"))
    with pytest.raises(Stop, match=r"answers with a web page.*check base_url, which ends in /v1"):
        given_set.ask(server.url)
    assert len(server.requests) == 3


def test_a_web_page_after_an_answer_costs_its_request(server: LlmServer) -> None:
    server.next(says("fine"))
    server.always = raw(200, "<html>busy</html>")
    given_set = Set(Server("m", retries=3))
    first, second = given_set.ask(server.url, times=2)
    assert text(first) == "fine"
    assert text(second) == "the server answers with a web page"
    assert len(server.requests) == 5


def test_a_server_that_breaks_down_over_a_schema_is_asked_without(server: LlmServer) -> None:
    server.next(error(500, "json_schema is not supported"), says("fine"))
    given_set = Set()
    (found,) = given_set.ask(server.url)
    assert isinstance(found, tuple)
    assert found[1].answer == OBJECT
    assert given_set.waits == []


def test_nothing_is_sent_once_the_budget_is_spent(server: LlmServer) -> None:
    given_set = Set(Server("m", seconds=0))
    assert text(given_set.ask(server.url)[0]) == "time budget of 0 s is spent"
    assert server.requests == []


def test_a_common_wait_beyond_the_budget_is_not_begun(server: LlmServer) -> None:
    clock = quick_clock([])
    budget = Budget(30.0, None, None, clock.now)
    budget.start()

    async def work() -> str:
        async with Transport(server.url, None, 20.0) as transport:
            asker = Persistent(transport, Server("m"), server.url, None, budget, {}, clock)
            asker._later(40)
            return text(await asker.ask(REQUEST))

    assert asyncio.run(work()) == "time budget of 30 s is spent"
    assert server.requests == []


def test_the_clock_is_the_real_one_unless_it_is_given() -> None:
    clock = Clock()
    assert clock.now() <= clock.now()
    assert clock.date() > 1_700_000_000
    assert 0 <= clock.chance.random() < 1


def test_an_odd_answer_is_an_answer(server: LlmServer) -> None:
    server.next(says("not what the schema wants"))
    assert text(Set().ask(server.url)[0]) == "not what the schema wants"
