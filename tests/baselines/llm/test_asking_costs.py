"""Asking many requests: what they cost, budgets of time and cost, and what is told on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from llm_questions import answers, request, requests, texts
from llm_server import LlmServer, error, rate_limited, says

from baselines.llm.asking import Asker, Reply
from benchmark.answers import Stop

Make = Callable[..., Asker]


def test_the_progress_is_told(make: Make, server: LlmServer, prices: Path) -> None:
    make().ask(requests(2))
    server.next(error(400, "too long"))
    said: list[str] = []
    make(progress=said.append, prices=prices, concurrency=1).ask(requests(4))
    # A question of 17 letters is 5 tokens, an answer of 20 letters is 6: 5 + 2 · 6 dollars.
    assert said == [
        "2 of 4 answers, 2 kept from before, 0.00 USD",
        "2 of 4 answers, 2 kept from before, 1 failed, 0.00 USD",
        "3 of 4 answers, 2 kept from before, 1 failed, 17.00 USD",
    ]
    said.clear()
    make(progress=said.append).ask(requests(3)[:2])
    assert said == ["2 of 2 answers, 2 kept from before"]


def test_what_is_new_costs_and_what_was_kept_did(make: Make, prices: Path) -> None:
    asker = make(prices=prices)
    assert asker.currency == "USD"
    before = asker.ask(requests(2))
    assert [(reply.cost, reply.currency) for reply in before if isinstance(reply, Reply)] == [
        (17.0, "USD")
    ] * 2
    assert asker.spent == 34.0
    again = make()
    after = again.ask(requests(2))
    assert [(reply.cost, reply.currency) for reply in after if isinstance(reply, Reply)] == [
        (17.0, "USD")
    ] * 2
    assert (again.spent, again.currency) == (0.0, "")


def test_answers_made_without_prices_are_counted_by_those_of_now(make: Make, prices: Path) -> None:
    first = make().ask(requests(1))[0]
    assert isinstance(first, Reply)
    assert first.cost is None
    priced = make(prices=prices).ask(requests(2))
    assert [reply.cost for reply in priced if isinstance(reply, Reply)] == [17.0, 17.0]
    prices.write_text('currency = "EUR"\n[models.m]\ninput = 2e6\noutput = 2e6\n', encoding="utf-8")
    other = make(prices=prices).ask(requests(2))
    assert [(reply.cost, reply.currency) for reply in other if isinstance(reply, Reply)] == [
        (22.0, "EUR")
    ] * 2


def test_a_cost_budget_ends_the_asking(make: Make, server: LlmServer, prices: Path) -> None:
    asker = make(prices=prices, cost=50.0, concurrency=1)
    # 17 dollars an answer: the third one passes 50.
    spent = "! cost budget of 50 USD is spent"
    assert texts(asker.ask(requests(5))) == [*answers(3), spent, spent]
    assert texts(asker.ask([request("more")])) == [spent]
    assert len(server.requests) == 3
    again = make(prices=prices, cost=1.0, concurrency=1)
    assert texts(again.ask(requests(5))) == [*answers(4), spent.replace("50", "1")]
    assert len(server.requests) == 4


def test_a_cost_budget_needs_a_server_that_counts(make: Make, server: LlmServer, prices: Path) -> None:
    server.always = says("x", usage=None)
    with pytest.raises(Stop, match="does not say how many tokens"):
        make(prices=prices, cost=50.0, concurrency=1).ask(requests(2))
    assert len(server.requests) == 1
    assert texts(make().ask(requests(1))) == ["x"]  # it is paid for, and kept
    assert len(server.requests) == 1


def test_a_filters_refusal_costs_nothing(make: Make, server: LlmServer, prices: Path) -> None:
    server.always = error(400, "filtered", code="content_filter")
    asker = make(prices=prices, cost=50.0)
    assert texts(asker.ask(requests(2))) == ["", ""]
    assert asker.spent == 0.0


def test_a_time_budget_ends_the_asking(make: Make, server: LlmServer) -> None:
    server.always = rate_limited("40")
    replies = make(seconds=100, concurrency=1, retries=50).ask(requests(3))
    late = "time budget of 100 s is spent"
    assert texts(replies) == [f"! HTTP 429: Rate limit reached; {late}", f"! {late}", f"! {late}"]
    assert len(server.requests) == 3
