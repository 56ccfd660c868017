"""Running coroutines from plain code, also where an event loop runs already, as in a notebook."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
Say = Callable[[str], None]


def run(work: Callable[[Say], Coroutine[Any, Any, T]], progress: Say | None) -> T:
    """Run a coroutine to its end in a thread of its own, and return what it returns.

    An interrupt, or an error of `progress`, cancels the coroutine and is raised here.

    Parameters
    ----------
    work
        Makes the coroutine; it is given what to call with words about its progress.
    progress
        Is called with these words in the calling thread.
    """
    words: SimpleQueue[str | None] = SimpleQueue()
    loop = asyncio.new_event_loop()
    task = loop.create_task(work(words.put))
    thread = threading.Thread(target=_drive, args=(loop, task, words), daemon=True)
    thread.start()
    try:
        while (said := words.get()) is not None:
            if progress is not None:
                progress(said)
    finally:
        loop.call_soon_threadsafe(task.cancel)  # which does nothing to one that is done
        thread.join()
        loop.close()
    return task.result()


def _drive(loop: asyncio.AbstractEventLoop, task: asyncio.Task[T], words: SimpleQueue[str | None]) -> None:
    """Run a task until it is done, and say so; what it raises stays in it."""
    try:
        loop.run_until_complete(asyncio.wait([task]))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        words.put(None)
