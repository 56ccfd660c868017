"""Budgets: counted from the first request on, and never a limit that cannot be kept."""

from __future__ import annotations

import pytest

from baselines.llm.budget import Budget
from baselines.llm.prices import Price
from benchmark.answers import Stop

PRICE = Price("USD", 1.0, 1.0)


def test_cost_counts_up_to_its_limit() -> None:
    budget = Budget(None, 2.5, PRICE, lambda: 0.0)
    budget.start()
    assert budget.count(1_000_000, 1_000_000) == 2.0
    assert budget.over() == ""
    assert budget.count(0, 500_000) == 0.5
    assert budget.spent == 2.5
    assert budget.over() == "cost budget of 2.5 USD is spent"


def test_time_counts_from_the_start_and_looks_ahead() -> None:
    now = [100.0]
    budget = Budget(10.0, None, None, lambda: now[0])
    assert budget.over(1000) == ""
    budget.start()
    now[0] = 109.0
    budget.start()
    assert budget.over() == ""
    assert budget.over(0.5) == ""
    assert budget.over(1.0) == "time budget of 10 s is spent"
    now[0] = 110.0
    assert budget.over() == "time budget of 10 s is spent"


def test_a_budget_of_nothing_is_spent_at_once() -> None:
    for budget in (Budget(0.0, None, None, lambda: 0.0), Budget(None, 0.0, PRICE, lambda: 0.0)):
        budget.start()
        assert "is spent" in budget.over()


def test_without_prices_nothing_is_counted() -> None:
    budget = Budget(None, None, None, lambda: 0.0)
    assert budget.count(10, 10) is None
    assert (budget.spent, budget.over()) == (0.0, "")
    budget.check(None)


def test_a_limit_that_cannot_be_kept_stops_the_run() -> None:
    budget = Budget(None, 1.0, PRICE, lambda: 0.0)
    budget.check(budget.count(1, 1))
    with pytest.raises(Stop, match="does not say how many tokens"):
        budget.check(budget.count(None, 1))
