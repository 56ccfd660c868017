"""Questions for the tests of asking, and what is answered to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from baselines.llm.exchange import Message, NoReply, Reply, Request

SHAPE: Mapping[str, object] = {"type": "object", "properties": {"a": {"type": "string"}}}


def request(text: str, sample: int = 0) -> Request:
    return Request((Message("system", "Answer."), Message("user", text)), SHAPE, sample=sample)


def requests(count: int) -> list[Request]:
    return [request(f"question {number}") for number in range(count)]


def texts(replies: Sequence[Reply | NoReply]) -> list[str]:
    return [reply.text if isinstance(reply, Reply) else f"! {reply.error}" for reply in replies]


def answers(count: int) -> list[str]:
    return [f"answer to question {number}" for number in range(count)]
