"""One attempt against a real server: what comes of everything that can happen to it."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from collections.abc import Iterator

import pytest
from llm_server import (
    LlmServer,
    Step,
    disconnect,
    dripping,
    error,
    half_body,
    half_json,
    rate_limited,
    raw,
    refusal,
    says,
    slow,
)

from baselines.llm.endpoint import Key
from baselines.llm.failures import Failure, Kind
from baselines.llm.transport import Received, Transport, missing_extra
from benchmark.answers import Stop

BODY = {"model": "m", "messages": [{"role": "user", "content": "Hello there"}], "temperature": 0.0, "seed": 1}
SECRET = "sk-proj-4f9Qz7TbWm2Xr8Lc"


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with LlmServer(answer=lambda messages: f"<{messages[-1]['content']}>") as running:
        yield running


def post(url: str, key: Key | None = None, timeout: float = 20.0, times: int = 1) -> list[Received | Failure]:
    async def work() -> list[Received | Failure]:
        async with Transport(url, key, timeout) as transport:
            return [await transport.post(BODY) for _ in range(times)]

    return asyncio.run(work())


def meet(server: LlmServer, step: Step, timeout: float = 20.0) -> Received | Failure:
    server.next(step)
    return post(server.url, timeout=timeout)[0]


def test_an_answer_is_read(server: LlmServer) -> None:
    received = post(server.url)[0]
    assert isinstance(received, Received)
    assert (received.text, received.refusal, received.finish) == ("<Hello there>", "", "stop")
    assert (received.model, received.identity) == ("m-2026", "chatcmpl-1")
    assert (received.input_tokens, received.output_tokens) == (3, 4)
    assert 0 < received.seconds < 20
    assert server.requests == [BODY]


def test_without_a_key_none_of_the_environment_is_sent(
    server: LlmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_ADMIN_KEY", SECRET)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"Authorization: Bearer {SECRET}")
    post(server.url)
    assert server.headers[0]["authorization"] == "Bearer none"
    assert SECRET not in str(server.headers)


def test_a_server_on_this_machine_is_asked_without_a_proxy(
    server: LlmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LlmServer() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        assert isinstance(post(server.url)[0], Received)
        assert proxy.requests == []


def test_what_the_environment_says_for_openai_goes_nowhere_else(
    server: LlmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Gateway: a-token")
    monkeypatch.setenv("OPENAI_ORG_ID", "my-org")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "my-project")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    post(server.url)
    assert not {"x-gateway", "openai-organization", "openai-project"} & set(server.headers[0])
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    post(server.url)
    assert server.headers[1]["x-gateway"] == "a-token"
    assert server.headers[1]["openai-organization"] == "my-org"


def test_a_key_is_sent(server: LlmServer) -> None:
    server.key = SECRET
    assert isinstance(post(server.url, Key("MINE", SECRET))[0], Received)


def test_a_key_that_is_echoed_is_not_repeated(server: LlmServer) -> None:
    server.key = "another"
    failure = post(server.url, Key("MINE", SECRET))[0]
    assert isinstance(failure, Failure)
    assert failure.kind is Kind.KEY
    assert failure.words == "HTTP 401: Incorrect API key provided: [key]."
    assert SECRET not in repr(failure)


def test_a_key_in_an_answer_is_not_kept(server: LlmServer) -> None:
    server.next(says(f"your key is {SECRET}", id=SECRET, model=SECRET))
    received = post(server.url, Key("MINE", SECRET))[0]
    assert isinstance(received, Received)
    assert received.text == "your key is [key]"
    assert SECRET not in repr(received)
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in SECRET)
    server.next(says(f'{{"reason": "{escaped}"}}'))
    again = post(server.url, Key("MINE", SECRET))[0]
    assert isinstance(again, Received)
    assert again.text == '{"reason": "[key]"}'


def test_a_refusal_and_a_cut_are_answers(server: LlmServer) -> None:
    refused = meet(server, refusal("I would rather not."))
    assert isinstance(refused, Received)
    assert (refused.text, refused.refusal) == ("", "I would rather not.")
    cut = meet(server, says('{"ma', finish="length"))
    assert isinstance(cut, Received)
    assert (cut.text, cut.finish) == ('{"ma', "length")
    empty = meet(server, says(None, finish="length"))
    assert isinstance(empty, Received)
    assert (empty.text, empty.finish) == ("", "length")


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"content": [{"type": "text", "text": "in "}, {"type": "text", "text": "parts"}]}, "in parts"),
        ({"content": "plain", "reasoning_content": "hm"}, "plain"),
        ({}, ""),
    ],
)
def test_answers_of_other_servers_are_read(server: LlmServer, message: dict[str, object], text: str) -> None:
    received = meet(server, raw(200, json.dumps({"choices": [{"message": message}]})))
    assert isinstance(received, Received)
    assert (received.text, received.model, received.input_tokens) == (text, "", None)


@pytest.mark.parametrize(
    ("step", "kind", "words"),
    [
        (disconnect, Kind.AGAIN, "the connection broke"),
        (half_body, Kind.AGAIN, "the connection broke"),
        (half_json, Kind.AGAIN, "cannot be read"),
        (raw(200, "not JSON"), Kind.AGAIN, "cannot be read"),
        (raw(200, "<html>hello</html>", {"Content-Type": "text/html"}), Kind.PAGE, "a web page"),
        (raw(200, ""), Kind.AGAIN, "cannot be read"),
        (raw(200, "{}"), Kind.AGAIN, "choices"),
        (raw(200, '{"choices": []}'), Kind.AGAIN, "choices"),
        (raw(200, '{"choices": [{"message": {"content": 5}}]}'), Kind.AGAIN, "content"),
        (raw(200, '{"choices": [{"message": {"content": "\\ud800"}}]}'), Kind.AGAIN, "cannot be read"),
        (raw(200, "[" * 100_000), Kind.AGAIN, "cannot be read"),
        (says("half", finish="error"), Kind.AGAIN, "broke the answer off"),
        (raw(200, '{"error": {"code": 429, "message": "slow down"}}'), Kind.AGAIN, "HTTP 429: slow down"),
        (raw(200, '{"error": {"code": 400, "message": "too long"}}'), Kind.REQUEST, "HTTP 400: too long"),
        (raw(200, '{"error": {"code": "odd", "message": "hm"}}'), Kind.AGAIN, "HTTP 500: hm"),
        (raw(200, '{"error": {"code": 7}}'), Kind.AGAIN, "HTTP 500"),
        (error(500), Kind.AGAIN, "HTTP 500: no luck"),
        (error(400, "too long"), Kind.REQUEST, "HTTP 400: too long"),
        (raw(307, "", {"Location": "http://elsewhere.invalid/"}), Kind.MOVED, "HTTP 307"),
    ],
)
def test_what_goes_wrong_is_told_apart(server: LlmServer, step: Step, kind: Kind, words: str) -> None:
    failure = meet(server, step)
    assert isinstance(failure, Failure)
    assert failure.kind is kind
    assert words in failure.words
    assert len(server.requests) == 1


def test_a_wait_that_is_asked_for_is_read(server: LlmServer) -> None:
    failure = meet(server, rate_limited("7"))
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.wait, failure.status) == (Kind.AGAIN, 7.0, 429)


@pytest.mark.parametrize("step", [slow(30), dripping(30)])
def test_the_time_limit_is_for_the_whole_request(server: LlmServer, step: Step) -> None:
    started = time.monotonic()
    failure = meet(server, step, timeout=0.4)
    assert failure == Failure(Kind.LATE, "no answer within 0.4 s")
    assert time.monotonic() - started < 10


def test_the_client_goes_on_after_a_failure(server: LlmServer) -> None:
    server.next(disconnect, half_body, slow(30), error(500))
    outcomes = post(server.url, times=5, timeout=0.5)
    assert [type(outcome) for outcome in outcomes] == [Failure] * 4 + [Received]


def test_a_server_that_is_not_there_is_told_apart() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but listening to nobody
        failure = post(f"http://127.0.0.1:{taken.getsockname()[1]}/v1")[0]
    assert isinstance(failure, Failure)
    assert failure.kind is Kind.UNREACHABLE


def test_the_limits_of_the_client_itself_are_late(server: LlmServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's own time-out for one read may come first."""

    async def work() -> Received | Failure:
        async with Transport(server.url, None, 0.2) as transport:
            monkeypatch.setattr(transport, "_timeout", 20.0)
            return await transport.post(BODY)

    server.next(slow(30))
    failure = asyncio.run(work())
    assert isinstance(failure, Failure)
    assert failure.kind is Kind.LATE


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing_extra() is None
    monkeypatch.setattr("baselines.llm.transport.find_spec", lambda name: None)
    assert missing_extra() == "llm"
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(Stop, match=r"pip install 'framebench\[llm\]'"):
        Transport("http://localhost:1/v1", None, 1.0)


NAMES = ("m-2026", "chatcmpl-1")


@pytest.mark.parametrize(
    ("beside", "tokens", "names"),
    [
        ({"usage": {"prompt_tokens": 12.0, "completion_tokens": 3.0}}, (12, 3), NAMES),
        ({"usage": {"prompt_tokens": -1, "completion_tokens": 2.5}}, (None, None), NAMES),
        (
            {"usage": {"prompt_tokens": True, "completion_tokens": "4"}},
            (None, None),
            ("m-2026", "chatcmpl-1"),
        ),
        ({"usage": []}, (None, None), NAMES),
        ({"usage": None, "id": 17, "model": None}, (None, None), ("", "17")),
        (
            {"usage": {"prompt_tokens": 10**400, "completion_tokens": 0}},
            (None, 0),
            ("m-2026", "chatcmpl-1"),
        ),
        ({"id": ["x"], "model": {"name": "m"}, "usage": "many"}, (None, None), ("", "")),
    ],
)
def test_an_answer_counts_whatever_stands_beside_it(server: LlmServer, beside, tokens, names) -> None:
    received = meet(server, says("an answer that was paid for", **beside))
    assert isinstance(received, Received)
    assert received.text == "an answer that was paid for"
    assert (received.input_tokens, received.output_tokens) == tokens
    assert (received.model, received.identity) == names
