"""Price files: strict, and the most fitting name counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baselines.llm.prices import Price, read_price

TEXT = """
currency = "USD"
source = "an invented list"
[models."big-1"]
input = 0.25
output = 2
[models."big-*"]
input = 1
output = 4
[models."big-1-m*"]
input = 3
output = 5
"""


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    path = tmp_path / "prices.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("model", "price"),
    [
        ("big-1", Price("USD", 0.25, 2.0)),
        ("big-2", Price("USD", 1.0, 4.0)),
        ("big-1-mini", Price("USD", 3.0, 5.0)),
        ("big-1x", Price("USD", 1.0, 4.0)),
    ],
)
def test_the_full_name_counts_before_the_longest_beginning(prices: Path, model: str, price: Price) -> None:
    assert read_price(prices, model) == price


def test_a_cost_is_worked_by_hand() -> None:
    # 3,000 tokens at 2 a million and 500 at 8 a million: 0.006 + 0.004.
    assert Price("USD", 2.0, 8.0).of(3000, 500) == pytest.approx(0.010)
    assert Price("USD", 2.0, 8.0).of(0, 0) == 0.0
    assert Price("USD", 2.0, 8.0).of(None, 500) is None
    assert Price("USD", 2.0, 8.0).of(3000, None) is None


def test_an_unknown_model_is_an_error(prices: Path) -> None:
    with pytest.raises(ValueError, match=r"no price for 'small'; add .* known: big-\*, big-1, big-1-m\*"):
        read_price(prices, "small")


def test_json_has_the_same_shape(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps({"currency": "EUR", "models": {"m": {"input": 1, "output": 2}}}))
    assert read_price(path, "m") == Price("EUR", 1.0, 2.0)
    path.write_text(json.dumps({"currency": "EUR", "models": {}}))
    with pytest.raises(ValueError, match="known: none"):
        read_price(path, "m")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "currency = 'USD'",
        "currency = 'dollars'\n[models.m]\ninput = 1\noutput = 1",
        "currency = 'USD'\n[models.m]\ninput = 1",
        "currency = 'USD'\n[models.m]\ninput = -1\noutput = 1",
        "currency = 'USD'\n[models.m]\ninput = nan\noutput = 1",
        "currency = 'USD'\n[models.m]\ninput = inf\noutput = 1",
        "currency = 'USD'\n[models.m]\ninput = '1'\noutput = 1",
        "currency = 'USD'\n[models.m]\ninput = 1\noutput = 1\ncached = 1",
        "currency = 'USD'\nmodel = 1\n[models.m]\ninput = 1\noutput = 1",
        "currency = = 'USD'",
        "\x00",
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"prices\.toml: no price file"):
        read_price(path, "m")


def test_a_file_that_is_no_utf8_or_absent_is_named(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    with pytest.raises(ValueError, match=r"prices\.toml: cannot be read: No such file"):
        read_price(path, "m")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=r"prices\.toml: no price file"):
        read_price(path, "m")
