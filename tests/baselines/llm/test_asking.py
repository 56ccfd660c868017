"""Asking many requests of a real server: order, limits, what is kept, what it costs, what stops it."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from llm_questions import SHAPE, answers, request, requests, texts
from llm_server import (
    LlmServer,
    disconnect,
    error,
    half_body,
    half_json,
    rate_limited,
    raw,
    refusal,
    says,
    slow,
)

from baselines.llm.asking import Asker, NoReply, Reply, Request, store_folder
from benchmark.answers import Stop

SECRET = "sk-proj-4f9Qz7TbWm2Xr8Lc"
Make = Callable[..., Asker]


def test_answers_come_in_the_order_of_the_questions(make: Make, server: LlmServer) -> None:
    replies = make().ask(requests(30))
    assert texts(replies) == answers(30)
    assert len(server.requests) == 30
    assert len({reply.request for reply in replies}) == 30
    first = replies[0]
    assert isinstance(first, Reply)
    assert (first.model, first.finish, first.cached, first.form, first.dropped) == (
        "m-2026",
        "stop",
        False,
        "json_schema",
        (),
    )
    assert (first.cost, first.currency, first.refusal) == (None, "", "")
    assert first.seconds > 0


def test_nothing_asked_is_nothing_answered(make: Make, server: LlmServer) -> None:
    assert make().ask([]) == []
    assert server.requests == []


def test_no_more_than_allowed_are_under_way(make: Make, server: LlmServer) -> None:
    server.delay = 0.05
    make(concurrency=3).ask(requests(12))
    assert server.most_at_once == 3


def test_what_is_kept_is_not_asked_again(make: Make, server: LlmServer) -> None:
    before = make().ask(requests(5))
    asker = make()
    after = asker.ask(requests(8))
    assert texts(after) == answers(8)
    assert len(server.requests) == 8
    assert [reply.cached for reply in after] == [True] * 5 + [False] * 3
    assert [reply.seconds for reply in after[:5]] == [reply.seconds for reply in before]
    assert [reply.cached for reply in asker.ask(requests(8))] == [True] * 8


def test_equal_requests_are_asked_once(make: Make, server: LlmServer) -> None:
    replies = make().ask([request("one"), request("two"), request("one"), request("one", sample=1)])
    assert texts(replies) == ["answer to one", "answer to two", "answer to one", "answer to one"]
    assert len(server.requests) == 3
    assert [reply.cached for reply in replies] == [False, False, True, False]


def test_samples_have_seeds_of_their_own(make: Make, server: LlmServer) -> None:
    make(seed=10).ask([request("one", sample) for sample in range(3)])
    assert sorted(body["seed"] for body in server.requests) == [10, 11, 12]


def test_fresh_asks_anew_once_and_replaces(make: Make, server: LlmServer) -> None:
    make().ask(requests(3))
    server.answer = lambda messages: "another"
    asker = make(fresh=True)
    assert texts(asker.ask(requests(3))) == ["another"] * 3
    assert texts(asker.ask(requests(3))) == ["another"] * 3
    assert len(server.requests) == 6
    assert texts(make().ask(requests(3))) == ["another"] * 3
    assert len(server.requests) == 6


def test_a_spoilt_file_is_asked_again(make: Make, server: LlmServer, tmp_path: Path) -> None:
    make().ask(requests(2))
    for path in (tmp_path / "answers").rglob("*.json"):
        path.write_bytes(path.read_bytes()[:-40])
    assert texts(make().ask(requests(2))) == answers(2)
    assert len(server.requests) == 4


def test_refusals_and_odd_answers_are_answers(make: Make, server: LlmServer) -> None:
    server.next(refusal("I would rather not."), says("no JSON"), says("cut", finish="length"))
    server.next(error(400, "filtered", code="content_filter"))
    before = make(concurrency=1).ask(requests(4))
    assert [(r.text, r.refusal, r.finish) for r in before if isinstance(r, Reply)] == [
        ("", "I would rather not.", "stop"),
        ("no JSON", "", "stop"),
        ("cut", "", "length"),
        ("", "HTTP 400: filtered", "content_filter"),
    ]
    after = make().ask(requests(4))
    assert [reply.cached for reply in after] == [True] * 4
    assert texts(after) == texts(before)
    assert len(server.requests) == 4


def test_failures_are_told_and_not_kept(make: Make, server: LlmServer) -> None:
    server.next(error(400, "too long"))
    replies = make(concurrency=1).ask(requests(2))
    assert texts(replies) == ["! HTTP 400: too long", "answer to question 1"]
    assert texts(make().ask(requests(2))) == answers(2)
    assert len(server.requests) == 3


def test_a_bad_day_ends_well(make: Make, server: LlmServer) -> None:
    server.next(rate_limited("3"), error(500), half_body, half_json, disconnect, raw(200, "{}"), error(503))
    assert texts(make().ask(requests(40))) == answers(40)
    assert len(server.requests) == 47


def test_what_a_server_refuses_does_not_change_what_is_kept(make: Make, server: LlmServer) -> None:
    server.refuses = ["response_format", "seed"]
    reply = make(seed=1).ask([request("one")])[0]
    assert isinstance(reply, Reply)
    assert (reply.form, reply.dropped) == ("prompt", ("seed",))
    assert "JSON schema" in server.requests[-1]["messages"][0]["content"]
    again = make(seed=1).ask([request("one"), request("two")])
    assert [(reply.cached, reply.form, reply.dropped) for reply in again if isinstance(reply, Reply)] == [
        (True, "prompt", ("seed",)),
        (False, "prompt", ("seed",)),
    ]
    assert len(server.requests) == 5  # three forms in two steps each at first, then at once


def test_a_stop_ends_the_others_and_keeps_what_came(make: Make, server: LlmServer, tmp_path: Path) -> None:
    server.next(says("one"), error(401, "no"))
    server.always = slow(60)
    with pytest.raises(Stop, match="wants a key"):
        make(concurrency=2).ask(requests(10))
    assert len(list((tmp_path / "answers").rglob("*.json"))) == 1
    assert list((tmp_path / "answers").rglob("*.part")) == []


def test_no_server_stops_the_run(make: Make, server: LlmServer) -> None:
    server.__exit__()
    with pytest.raises(Stop, match="no server at http://127.0.0.1:.*start it"):
        make().ask(requests(3))


def test_a_model_that_is_not_there_stops_the_run(make: Make, server: LlmServer) -> None:
    server.always = error(404, "The model `m` does not exist", code="model_not_found")
    with pytest.raises(Stop, match="has no model 'm'"):
        make(concurrency=1).ask(requests(3))
    assert len(server.requests) == 1


def test_kept_answers_need_neither_key_nor_server(
    make: Make, server: LlmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", SECRET)
    make(key_env="MINE").ask(requests(2))
    monkeypatch.delenv("MINE")
    assert texts(make(key_env="MINE").ask(requests(2))) == answers(2)
    with pytest.raises(Stop, match="set the environment variable MINE"):
        make(key_env="MINE").ask(requests(3))


def test_a_key_stands_nowhere(
    make: Make,
    server: LlmServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("MINE", SECRET)
    server.key = SECRET
    echo = f"key {SECRET}"
    server.next(says(echo), refusal(echo), error(400, echo), error(400, echo, code="content_filter"))
    said: list[str] = []
    asker = make(key_env="MINE", concurrency=1, progress=said.append)
    replies = asker.ask(requests(5))
    assert texts(replies)[:3] == ["key [key]", "", "! HTTP 400: key [key]"]
    assert all(header["authorization"] == f"Bearer {SECRET}" for header in server.headers)
    server.key = "another"
    with pytest.raises(Stop, match="MINE") as stopped:
        make(key_env="MINE").ask(requests(6))
    chain = [stopped.value, stopped.value.__cause__, stopped.value.__context__]
    shown = repr((replies, said, asker.base_url, [repr(link) for link in chain], caplog.text))
    assert SECRET not in shown
    kept = [path.read_text("utf-8") for path in (tmp_path / "answers").rglob("*") if path.is_file()]
    assert len(kept) == 4
    assert all(SECRET not in content and "MINE" not in content for content in kept)


def test_a_key_in_escapes_stands_nowhere(
    make: Make, server: LlmServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = "ab/cdefgh/ijklmn"
    monkeypatch.setenv("MINE", value)
    echo = "".join(f"\\u{ord(letter):04x}" for letter in value)
    slashes = value.replace("/", "\\/")
    server.next(
        raw(400, f'{{"error": {{"message": "wrong key {echo}"}}}}'),
        raw(400, f'{{"error": {{"message": "wrong key {slashes}"}}}}'),
        says(f'{{"marks": "{slashes}"}}'),
        says(f'{{"marks": "{echo}"}}'),
    )
    replies = make(key_env="MINE", concurrency=1).ask(requests(4))
    assert texts(replies) == [*["! HTTP 400: wrong key [key]"] * 2, *['{"marks": "[key]"}'] * 2]
    kept = [path.read_text("utf-8") for path in (tmp_path / "answers").rglob("*") if path.is_file()]
    assert kept
    assert not any(form in content for content in kept for form in ("cdefgh", "u0063"))


def test_a_kept_file_tells_all(make: Make, tmp_path: Path, prices: Path) -> None:
    make(prices=prices, seed=5).ask([request("one", sample=2)])
    record = json.loads(next((tmp_path / "answers").rglob("*.json")).read_bytes())
    answer = record["answer"]
    assert answer.pop("seconds") > 0
    assert answer == {
        "text": "answer to one",
        "refusal": "",
        "finish": "stop",
        "model": "m-2026",
        "input_tokens": 3,
        "output_tokens": 4,
        "cost": 11.0,
        "currency": "USD",
        "form": "json_schema",
        "dropped": [],
        "identity": "chatcmpl-1",
        "asked": "2027-01-15T08:00:00+00:00",
    }
    assert (record["request"]["seed"], record["request"]["sample"]) == (5, 2)


def test_what_cannot_be_asked_is_refused(make: Make, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no message"):
        make().ask([Request((), SHAPE)])
    with pytest.raises(ValueError, match="base_url must not hold"):
        make(base_url="https://user:word@host/v1")
    path = tmp_path / "none.toml"
    path.write_text('currency = "USD"\n[models]\n', encoding="utf-8")
    with pytest.raises(ValueError, match="no price for 'm'"):
        make(prices=path)


def test_it_can_be_asked_in_a_notebook(make: Make) -> None:
    async def cell() -> list[Reply | NoReply]:
        return make().ask(requests(3))

    assert texts(asyncio.run(cell())) == answers(3)


def test_the_address_and_folder_can_be_recorded(
    make: Make, server: LlmServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert make().base_url == server.url
    assert make().folder == tmp_path / "answers"
    monkeypatch.setenv("FRAMEBENCH_ANSWERS", str(tmp_path / "other"))
    assert make(store=None).folder == tmp_path / "other" == store_folder()
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/")
    assert make(base_url=None).base_url == server.url


def test_a_folder_that_cannot_be_written_stops_the_run(make: Make, server: LlmServer, tmp_path: Path) -> None:
    (tmp_path / "answers").write_text("")
    with pytest.raises(Stop, match="cannot be written"):
        make().ask(requests(2))
    assert server.requests == []


def test_it_is_imported_without_the_library() -> None:
    code = (
        "import sys, baselines.llm.asking\n"
        "assert not {'openai', 'httpx2', 'httpx', 'pydantic'} & set(sys.modules), 'heavy'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_what_another_run_has_answered_meanwhile_is_taken(make: Make, server: LlmServer) -> None:
    def answer(messages: list[dict[str, str]]) -> str:
        """While the first question is on its way, another run gets the second one answered."""
        text = messages[-1]["content"]
        if text == "question 0":
            assert texts(make().ask([request("question 1")])) == ["answer to question 1"]
        return f"answer to {text}"

    server.answer = answer
    replies = make(concurrency=1).ask(requests(3))
    assert texts(replies) == answers(3)
    assert [reply.cached for reply in replies if isinstance(reply, Reply)] == [False, True, False]
    assert len(server.requests) == 3


def test_what_another_run_is_asking_is_waited_for_last(make: Make, server: LlmServer) -> None:
    found: list[list[str]] = []

    def answer(messages: list[dict[str, str]]) -> str:
        """While the first question is on its way, another run asks it too, and has a second to wait."""
        text = messages[-1]["content"]
        if text == "question 0":
            found.append(texts(make(concurrency=1, seconds=1).ask(requests(2))))
        return f"answer to {text}"

    server.answer = answer
    assert texts(make(concurrency=1).ask(requests(1))) == answers(1)
    assert found == [["! time budget of 1 s is spent", "answer to question 1"]]
    assert len(server.requests) == 2
