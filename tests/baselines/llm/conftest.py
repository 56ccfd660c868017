"""Fixtures for the tests of asking a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from llm_server import LlmServer, quick_clock

from baselines.llm.asking import Asker, Server


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """No form that worked is remembered from another test, and no key comes from outside."""
    monkeypatch.setattr("baselines.llm.asking.WORKED", {})
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with LlmServer(answer=lambda messages: f"answer to {messages[-1]['content']}") as running:
        yield running


@pytest.fixture
def make(server: LlmServer, tmp_path: Path, clean: None) -> Callable[..., Asker]:
    """An asker of the server that keeps its answers in the test's folder, with a clock that does not wait."""

    def asker(fresh: bool = False, progress: Callable[[str], None] | None = None, **more: object) -> Asker:
        values = {
            "model": "m",
            "base_url": server.url,
            "store": tmp_path / "answers",
            "timeout": 20.0,
            **more,
        }
        return Asker(Server(**values), fresh, progress, clock=quick_clock())

    return asker


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """A token in costs a dollar, a token out two."""
    path = tmp_path / "prices.toml"
    path.write_text('currency = "USD"\n[models."*"]\ninput = 1e6\noutput = 2e6\n', encoding="utf-8")
    return path
