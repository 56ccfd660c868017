"""Coroutines run from plain code, with words on the way, and can be stopped."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from baselines.llm.loop import Say, run


def test_words_come_to_the_calling_thread_in_order() -> None:
    async def work(say: Say) -> int:
        for number in range(5):
            say(str(number))
            await asyncio.sleep(0)
        return 42

    heard: list[tuple[str, bool]] = []
    here = threading.current_thread()
    assert run(work, lambda said: heard.append((said, threading.current_thread() is here))) == 42
    assert heard == [(str(number), True) for number in range(5)]
    assert run(work, None) == 42


def test_it_runs_where_a_loop_runs_already() -> None:
    async def work(say: Say) -> str:
        await asyncio.sleep(0)
        return "inner"

    async def outer() -> str:
        return run(work, None)

    assert asyncio.run(outer()) == "inner"


def test_an_error_inside_is_raised_outside() -> None:
    async def work(say: Say) -> None:
        await asyncio.sleep(0)
        raise LookupError("inside")

    with pytest.raises(LookupError, match="inside"):
        run(work, None)


def test_an_error_of_the_progress_ends_the_work() -> None:
    ended: list[str] = []

    async def work(say: Say) -> None:
        try:
            say("begun")
            await asyncio.sleep(60)
        finally:
            ended.append("cancelled")

    def progress(said: str) -> None:
        raise BrokenPipeError(said)

    started, threads = time.monotonic(), threading.active_count()
    with pytest.raises(BrokenPipeError, match="begun"):
        run(work, progress)
    assert ended == ["cancelled"]
    assert time.monotonic() - started < 30
    assert threading.active_count() == threads
