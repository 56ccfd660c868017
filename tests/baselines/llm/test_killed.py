"""Runs that are killed, and runs side by side: every request is answered once and stored once.

The runs are real processes. To start one quickly, a nursery that has the libraries loaded forks it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from llm_server import LlmServer, slow

COUNT = 200
KILLS = 20
CONCURRENCY = 4
PATIENCE = 60.0
NURSERY = """
import json, os, signal, sys
from pathlib import Path
import openai
from baselines.llm.asking import Asker, Message, Request, Server

openai.AsyncOpenAI(api_key="none", base_url="http://localhost:1").chat.completions  # loaded when first used


def work(url, store, count, concurrency, out):
    server = Server("m", base_url=url, store=Path(store), concurrency=concurrency, timeout=60.0)
    asked = [Request((Message("user", f"question {n}"),), {"type": "object"}) for n in range(count)]
    try:
        replies = Asker(server).ask(asked)
    except KeyboardInterrupt:
        told = "interrupted"
    else:
        told = [[reply.text, reply.cached] for reply in replies]
    Path(out).write_text(json.dumps(told))


for line in sys.stdin:
    command, *values = json.loads(line)
    if command == "wait":
        print(os.waitpid(values[0], 0)[1], flush=True)
        continue
    child = os.fork()
    if not child:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        work(*values)
        os._exit(0)
    print(child, flush=True)
"""


class Nursery:
    """Starts runs and sees them end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def tell(self, *command: object) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def start(self, server: LlmServer, count: int, concurrency: int = CONCURRENCY, out: str = "out") -> int:
        store = self.folder / "answers"
        return self.tell("start", server.url, str(store), count, concurrency, str(self.folder / out))

    def end(self, child: int, by: int | None = None) -> int:
        """Wait until a run has ended, by this signal where it is given; return its status."""
        if by is not None:
            os.kill(child, by)
        return self.tell("wait", child)

    def told(self, out: str = "out") -> list[list[object]]:
        return json.loads((self.folder / out).read_text())

    def stored(self) -> list[str]:
        """The texts of the questions that have a whole answer; any other file is an error."""
        paths = [path for path in (self.folder / "answers").rglob("*") if path.is_file()]
        assert {path.suffix for path in paths} <= {".json"}
        records = [json.loads(path.read_bytes()) for path in paths]
        for record in records:
            assert record["answer"]["text"] == f"answer to {record['request']['messages'][0]['content']}"
        return sorted(record["request"]["messages"][0]["content"] for record in records)


def questions(count: int) -> list[str]:
    return sorted(f"question {number}" for number in range(count))


def answers(count: int) -> list[str]:
    return [f"answer to question {number}" for number in range(count)]


def until(condition: object) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "nothing happens"
        time.sleep(0.001)


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    running = Nursery(tmp_path)
    assert running.process.stdin is not None
    assert running.process.stdout is not None
    yield running
    running.process.stdin.close()
    assert running.process.wait(PATIENCE) == 0
    running.process.stdout.close()


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with LlmServer(answer=lambda messages: f"answer to {messages[-1]['content']}", delay=0.02) as running:
        yield running


def test_killed_at_twenty_moments_each_request_is_answered_and_stored_once(
    nursery: Nursery, server: LlmServer
) -> None:
    moments = random.Random(7)
    for _ in range(KILLS):
        child = nursery.start(server, COUNT)
        enough = len(server.requests) + moments.randint(0, 6)
        until(lambda enough=enough: len(server.requests) >= enough)
        time.sleep(moments.uniform(0, 0.02))
        assert nursery.end(child, by=signal.SIGKILL) == signal.SIGKILL, "it was done before it was killed"
    assert not (nursery.folder / "out").exists()
    before = len(list((nursery.folder / "answers").rglob("*.json")))
    assert 0 < before < COUNT
    sent = len(server.requests)

    assert nursery.end(nursery.start(server, COUNT)) == 0
    assert [text for text, _ in nursery.told()] == answers(COUNT)
    assert sum(cached is True for _, cached in nursery.told()) == before
    assert len(server.requests) == sent + COUNT - before
    assert len(server.requests) <= COUNT + KILLS * CONCURRENCY
    assert nursery.stored() == questions(COUNT)

    sent = len(server.requests)
    assert nursery.end(nursery.start(server, COUNT)) == 0
    assert nursery.told() == [[text, True] for text in answers(COUNT)]
    assert len(server.requests) == sent


def test_two_runs_at_once_ask_each_request_once(nursery: Nursery, server: LlmServer) -> None:
    children = [nursery.start(server, 60, out=f"out{number}") for number in range(2)]
    assert [nursery.end(child) for child in children] == [0, 0]
    assert len(server.requests) == 60
    assert set(server.counts.values()) == {1}
    first, second = nursery.told("out0"), nursery.told("out1")
    assert [text for text, _ in first] == [text for text, _ in second] == answers(60)
    assert [one is not other for (_, one), (_, other) in zip(first, second, strict=True)] == [True] * 60
    assert nursery.stored() == questions(60)


def test_what_a_killed_run_was_asking_another_takes_over(nursery: Nursery, server: LlmServer) -> None:
    server.next(slow(PATIENCE))
    first = nursery.start(server, 1)
    until(lambda: server.requests)
    second = nursery.start(server, 1, out="second")
    time.sleep(0.3)
    assert len(server.requests) == 1, "it does not wait for the one that asks already"
    nursery.end(first, by=signal.SIGKILL)
    assert nursery.end(second) == 0
    assert nursery.told("second") == [["answer to question 0", False]]
    assert len(server.requests) == 2
    assert nursery.stored() == ["question 0"]


def test_an_interrupt_ends_a_run_at_once(nursery: Nursery, server: LlmServer) -> None:
    server.always = slow(PATIENCE)
    child = nursery.start(server, 20)
    until(lambda: len(server.requests) == CONCURRENCY)
    started = time.monotonic()
    assert nursery.end(child, by=signal.SIGINT) == 0
    assert time.monotonic() - started < PATIENCE / 4
    assert nursery.told() == "interrupted"
    assert nursery.stored() == []
