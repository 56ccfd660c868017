"""A server for the tests that speaks OpenAI's chat completions, and misbehaves as it is told to.

with LlmServer(answer=lambda messages: '{"marks": []}') as server:
    server.next(rate_limited("1"), disconnect)      # what the next requests meet
    … base_url=server.url …
    server.requests                                  # the bodies that came, parsed
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from baselines.llm.retrying import Clock

Body = dict[str, Any]
Step = Callable[["Exchange"], None]
PATH = "/v1/chat/completions"


class Exchange(BaseHTTPRequestHandler):
    """One request and what is done with it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http
    body: Body

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.body = json.loads(content)
        owner = self.server.owner
        step = owner._note(self, content)
        if self.path != PATH:
            error(404, "no such page")(self)
        elif owner.key is not None and self.headers.get("Authorization") != f"Bearer {owner.key}":
            sent = self.headers.get("Authorization", "").removeprefix("Bearer ")
            error(401, f"Incorrect API key provided: {sent}.", code="invalid_api_key")(self)
        elif refused := next((name for name in owner.refuses if mentions(self.body, name)), None):
            error(400, f"Unsupported parameter: '{refused}' is not supported", param=refused)(self)
        else:
            step(self)

    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def say(self, text: str | None, *, finish: str = "stop", refusal: str | None = None, **more: Any) -> None:
        """Answer as a model does; `more` replaces fields of the answer."""
        self.send(200, json.dumps({**self.completion(text, finish, refusal), **more}).encode())

    def completion(self, text: str | None, finish: str = "stop", refusal: str | None = None) -> Body:
        message = {"role": "assistant", "content": text, "refusal": refusal}
        asked = sum(len(str(one["content"])) for one in self.body["messages"])
        usage = {"prompt_tokens": asked // 4 + 1, "completion_tokens": len(text or "") // 4 + 1}
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": f"{self.body['model']}-2026",
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": usage,
        }

    def drop(self) -> None:
        """Close the connection."""
        self.close_connection = True

    def wait(self, seconds: float) -> None:
        self.server.owner._closing.wait(seconds)

    def log_message(self, *_: object) -> None: ...


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    owner: LlmServer

    def handle_error(self, *_: object) -> None:
        """A client that has gone away is part of the tests."""


class LlmServer:
    """A server on 127.0.0.1, to be used in a `with` block.

    Parameters
    ----------
    answer
        From the messages of a request to the text of the answer.
    key
        The only key that is let in; None lets everybody in.
    refuses
        Parameters that are answered by an error which names them: seed, temperature, max_tokens,
        max_completion_tokens, response_format, or json_schema for that kind of response_format only.
    delay
        Seconds before each normal answer.
    """

    def __init__(
        self,
        answer: Callable[[list[Body]], str] = lambda messages: "{}",
        key: str | None = None,
        refuses: Sequence[str] = (),
        delay: float = 0.0,
    ) -> None:
        self.answer, self.key, self.refuses, self.delay = answer, key, tuple(refuses), delay
        self.requests: list[Body] = []
        self.headers: list[dict[str, str]] = []
        self.times: list[float] = []
        self.counts: Counter[str] = Counter()
        self.most_at_once = 0
        self.always: Step = normal
        self._steps: deque[Step] = deque()
        self._at_once = 0
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._http = _Http(("127.0.0.1", 0), Exchange)
        self._http.owner = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def next(self, *steps: Step) -> None:
        """Say what the next requests meet, one each; after them `always`."""
        self._steps.extend(steps)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _note(self, exchange: Exchange, content: bytes) -> Step:
        with self._lock:
            self.requests.append(exchange.body)
            self.headers.append({name.lower(): value for name, value in exchange.headers.items()})
            self.times.append(time.monotonic())
            self.counts[hashlib.sha256(content).hexdigest()] += 1
            return self._steps.popleft() if self._steps else self.always

    def _busy(self, change: int) -> None:
        with self._lock:
            self._at_once += change
            self.most_at_once = max(self.most_at_once, self._at_once)


def mentions(body: Body, name: str) -> bool:
    """Whether a request uses a parameter, or a kind of `response_format`."""
    return name in body or body.get("response_format", {}).get("type") == name


def normal(exchange: Exchange) -> None:
    """Answer by the server's callback."""
    owner = exchange.server.owner
    owner._busy(1)
    try:
        if owner.delay:
            exchange.wait(owner.delay)
        exchange.say(owner.answer(exchange.body["messages"]))
    finally:
        owner._busy(-1)


def says(text: str | None, finish: str = "stop", **more: Any) -> Step:
    """This text, whatever is asked; finish="length" cuts it off."""
    return lambda exchange: exchange.say(text, finish=finish, **more)


def refusal(words: str = "I can't help with that.") -> Step:
    """A model's refusal."""
    return lambda exchange: exchange.say(None, refusal=words)


def error(
    status: int, message: str = "no luck", headers: Mapping[str, str] | None = None, **more: Any
) -> Step:
    """An error in OpenAI's form; `more` goes beside the message."""
    body = json.dumps({"error": {"message": message, "type": "error", **more}}).encode()
    return lambda exchange: exchange.send(status, body, headers)


def raw(status: int, body: str, headers: Mapping[str, str] | None = None) -> Step:
    """This status and body."""
    return lambda exchange: exchange.send(status, body.encode(), headers)


def rate_limited(after: str | None = None) -> Step:
    """Status 429, with `Retry-After` where it is given."""
    return error(429, "Rate limit reached", {"Retry-After": after} if after is not None else None)


def disconnect(exchange: Exchange) -> None:
    """Close the connection without a word."""
    exchange.drop()


def half_body(exchange: Exchange) -> None:
    """Promise a whole answer, send half of it, and close."""
    content = json.dumps(exchange.completion("x" * 200)).encode()
    exchange.send_response(200)
    exchange.send_header("Content-Type", "application/json")
    exchange.send_header("Content-Length", str(len(content)))
    exchange.end_headers()
    exchange.wfile.write(content[: len(content) // 2])
    exchange.drop()


def half_json(exchange: Exchange) -> None:
    """Half an answer that passes for a whole one."""
    content = json.dumps(exchange.completion("x" * 200)).encode()
    exchange.send(200, content[: len(content) // 2])


def slow(seconds: float) -> Step:
    """A normal answer, late."""

    def step(exchange: Exchange) -> None:
        exchange.wait(seconds)
        normal(exchange)

    return step


def dripping(seconds: float) -> Step:
    """An answer whose bytes come one by one, each in time, so that only the whole is late."""

    def step(exchange: Exchange) -> None:
        content = json.dumps(exchange.completion("x" * 200)).encode()
        exchange.send_response(200)
        exchange.send_header("Content-Length", str(len(content)))
        exchange.end_headers()
        for at in range(len(content)):
            exchange.wfile.write(content[at : at + 1])
            exchange.wfile.flush()
            exchange.wait(seconds / len(content))

    return step


def quick_clock(waits: list[float] | None = None, date: float = 1_800_000_000.0) -> Clock:
    """A clock whose time goes only by waits, which take none; they are added to the list."""
    told = waits if waits is not None else []
    passed = [0.0]

    async def sleep(seconds: float) -> None:
        told.append(seconds)
        passed[0] += seconds
        await asyncio.sleep(0.001)

    return Clock(lambda: passed[0], lambda: date + passed[0], sleep, random.Random(0))
