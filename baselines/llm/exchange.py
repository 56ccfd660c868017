"""What is asked of a language model, and what comes back: plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LONGEST_BUDGET = 10 * 365 * 86400.0
"""No run lasts longer than this number of seconds."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation.

    Parameters
    ----------
    role
        system, user or assistant.
    content
        Its text.

    Raises
    ------
    ValueError
        Where the role is another one, or the text cannot be written as UTF-8.
    """

    role: str
    content: str

    def __post_init__(self) -> None:
        if self.role not in ("system", "user", "assistant"):
            raise ValueError(f"a message comes from system, user or assistant, not from '{self.role}'")
        if any("\ud800" <= letter <= "\udfff" for letter in self.content):
            raise ValueError("a message holds half of a surrogate pair, which no server can be sent")


@dataclass(frozen=True, slots=True)
class Request:
    """One question.

    Parameters
    ----------
    messages
        The conversation, at least one message.
    schema
        JSON schema of the answer: plain dictionaries, lists, texts, numbers.
    name
        What the schema is called: letters, digits, `_` and `-`, at most 64.
    sample
        Which of several answers to the same question, from 0.
    """

    messages: tuple[Message, ...]
    schema: Mapping[str, object]
    name: str = "answer"
    sample: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered, now or in an earlier run.

    Parameters
    ----------
    request
        SHA-256 of the request.
    text
        The answer; "" where the model gave none.
    refusal
        The words in which the model or the server refused; "" where neither did.
    finish
        Why the answer ended: stop, length, content_filter …; as the server says.
    model
        Which model answered, as the server says.
    input_tokens, output_tokens
        As the server counted them; None where it does not say.
    cost
        What making the answer cost, in `currency`; None where no price is known.
    seconds
        From sending to the whole reply, of the attempt that was answered.
    cached
        Whether nothing was sent for it: kept from before, or asked twice in one call.
    currency
        The currency of the price file by which the cost was counted.
    form
        How the schema was told: json_schema, json_object, or prompt (in words only).
    dropped
        Parameters that the server refuses, so that they were not sent.
    """

    request: str
    text: str
    refusal: str = ""
    finish: str = ""
    model: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None
    seconds: float = 0.0
    cached: bool = False
    currency: str = ""
    form: str = ""
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoReply:
    """A request that was not answered.

    Parameters
    ----------
    request
        SHA-256 of the request.
    error
        Why, after all retries.
    """

    request: str
    error: str


@dataclass(frozen=True)
class Server:
    """Which model is asked, and how.

    Parameters
    ----------
    model
        The model's name, as the server knows it.
    base_url
        The address up to `/chat/completions`; None: the environment's `OPENAI_BASE_URL`, or else OpenAI's.
    temperature
        None leaves it to the server.
    max_tokens
        The longest answer, in tokens; models that reason need room for that too.
    timeout
        Seconds for one attempt, from sending to the last byte.
    concurrency
        How many requests are under way at once.
    retries
        How often a request is sent again after the first time.
    key_env
        The environment variable that holds the key; None: the usual one of the host.
    seconds
        Budget of time from the first request on; nothing is sent after it.
    cost
        Budget of cost in the price file's currency; nothing is sent once new answers cost that much.
    prices
        Price file, see `baselines.llm.prices`.
    store
        Folder of the answers; None: the user's own, see `baselines.llm.store`.
    seed
        Sent with each request, with the request's sample added so that samples differ; None sends none.

    Raises
    ------
    ValueError
        Where a value is out of range, or a budget of cost has no prices.
    """

    model: str
    base_url: str | None = None
    temperature: float | None = 0.0
    max_tokens: int = 8192
    timeout: float = 120.0
    concurrency: int = 4
    retries: int = 6
    key_env: str | None = None
    seconds: float | None = None
    cost: float | None = None
    prices: Path | None = None
    store: Path | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        if not self.model.strip():
            raise ValueError("the model has no name")
        _within("temperature", self.temperature, 0, 2)
        _within("max_tokens", self.max_tokens, 1, 10_000_000)
        _within("timeout", self.timeout, 0.001, 86400)
        _within("concurrency", self.concurrency, 1, 256)
        _within("retries", self.retries, 0, 100)
        _within("seconds", self.seconds, 0, LONGEST_BUDGET)
        _within("cost", self.cost, 0, 1e9)
        if self.cost is not None and self.prices is None:
            raise ValueError("a budget of cost needs a price file: give prices=FILE")


def _within(name: str, value: float | None, least: float, most: float) -> None:
    if value is not None and not (math.isfinite(value) and least <= value <= most):
        raise ValueError(f"{name} must lie between {least:g} and {most:g}, not at {value}")
