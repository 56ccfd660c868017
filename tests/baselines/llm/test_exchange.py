"""What is asked: values that cannot be sent are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from baselines.llm.exchange import Message, Server


def test_a_message_comes_from_somebody_the_protocol_knows() -> None:
    with pytest.raises(ValueError, match="not from 'tool'"):
        Message("tool", "hello")


@pytest.mark.parametrize("content", ["\ud800", "good \udfff bad"])
def test_half_a_surrogate_pair_is_refused(content: str) -> None:
    with pytest.raises(ValueError, match="surrogate"):
        Message("user", content)


def test_letters_beside_the_surrogates_are_taken() -> None:
    assert Message("user", "\ud7ff\ue000😀").content == "\ud7ff\ue000😀"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", -0.1),
        ("temperature", float("nan")),
        ("max_tokens", 0),
        ("timeout", 0),
        ("timeout", float("inf")),
        ("concurrency", 0),
        ("concurrency", 257),
        ("retries", -1),
        ("seconds", -1),
    ],
)
def test_a_value_out_of_range_is_named(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name} must lie between"):
        Server("model", **{name: value})


def test_a_budget_of_cost_needs_prices(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs a price file"):
        Server("model", cost=1.0)
    assert Server("model", cost=1.0, prices=tmp_path / "prices.toml").cost == 1.0


def test_a_model_has_a_name() -> None:
    with pytest.raises(ValueError, match="no name"):
        Server(" ")
