"""One attempt at one request, by the `openai` client: what came, or why nothing did."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Annotated, Any, Protocol, cast

import msgspec

from baselines.llm.endpoint import Key, is_local, is_openai
from baselines.llm.failures import Failure, Kind, classify
from benchmark.answers import Stop

if TYPE_CHECKING:
    import openai

CONNECTING = 10.0
"""Seconds in which a server has to take a connection."""
NO_KEY = "none"
"""Sent where there is no key: the client sends no request without one."""
_TOO_MANY = 1 << 53
"""Tokens that no answer has, and beyond which a number cannot be kept."""
_UNREACHED = ("ConnectError", "ConnectTimeout")
"""The transport's errors, by name, for a server that is not there."""


class _Part(msgspec.Struct, frozen=True):
    text: str = ""


class _Said(msgspec.Struct, frozen=True):
    content: str | list[_Part] | None = None
    refusal: object = None


class _Choice(msgspec.Struct, frozen=True):
    message: _Said
    finish_reason: object = None


class _Completion(msgspec.Struct, frozen=True):
    """An answer; what stands beside it may be anything, since it is paid for whatever the server counts."""

    choices: Annotated[list[_Choice], msgspec.Meta(min_length=1)]
    model: object = None
    id: object = None
    usage: object = None


class _Error(msgspec.Struct, frozen=True):
    code: int | str | None = None


class _Failed(msgspec.Struct, frozen=True):
    error: _Error


@dataclass(frozen=True, slots=True)
class Received:
    """An answer as a server gave it; see `baselines.llm.exchange.Reply`."""

    text: str
    refusal: str = ""
    finish: str = ""
    model: str = ""
    identity: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    seconds: float = 0.0


class _Response(Protocol):
    """What is used of an HTTP response."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def text(self) -> str: ...


def missing_extra() -> str | None:
    """Return the name of the extra that has to be installed before a model can be asked, or None."""
    return None if find_spec("openai") and find_spec("rapidfuzz") else "llm"


class Transport:
    """A client for one address, to be used in an `async with` block.

    Parameters
    ----------
    url
        The address.
    key
        What goes with each request; None for none.
    timeout
        Seconds for one attempt, to the last byte.
    date
        Seconds since 1970, for dates in headers.
    """

    def __init__(
        self, url: str, key: Key | None, timeout: float, date: Callable[[], float] = time.time
    ) -> None:
        self._key, self._timeout, self._date = key, timeout, date
        self._client = _client(url, key, timeout)

    async def __aenter__(self) -> Transport:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    async def post(self, body: Mapping[str, object], left: float | None = None) -> Received | Failure:
        """Send a request once.

        Parameters
        ----------
        body
            As the protocol has it.
        left
            Seconds until nobody waits for an answer any more; None for no such time.
        """
        import openai

        started = time.perf_counter()
        limit = self._timeout if left is None else min(self._timeout, left)
        try:
            async with asyncio.timeout(limit):
                response = await self._send(body)
        except openai.APIStatusError as error:
            return self._refused(error.response.status_code, error.response)
        except openai.APIConnectionError as error:
            return self._unanswered(error)
        except TimeoutError:
            return _late(limit)
        return self._read(response, time.perf_counter() - started)

    async def _send(self, body: Mapping[str, object]) -> _Response:
        rest = {name: value for name, value in body.items() if name not in ("model", "messages")}
        raw = await self._client.chat.completions.with_raw_response.create(
            model=str(body["model"]), messages=cast(Any, body["messages"]), extra_body=rest
        )
        return cast(_Response, raw.http_response)

    def _read(self, response: _Response, seconds: float) -> Received | Failure:
        try:
            completion = msgspec.json.decode(response.text, type=_Completion)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
            return self._unreadable(response, str(error))
        choice = completion.choices[0]
        usage = completion.usage if isinstance(completion.usage, dict) else {}
        if choice.finish_reason == "error":
            return Failure(Kind.AGAIN, "the server broke the answer off")
        return Received(
            text=self._kept(_text(choice.message.content)),
            refusal=self._kept(_words(choice.message.refusal)),
            finish=self._kept(_words(choice.finish_reason)),
            model=self._kept(_words(completion.model)),
            identity=self._kept(_words(completion.id)),
            input_tokens=_count(usage.get("prompt_tokens")),
            output_tokens=_count(usage.get("completion_tokens")),
            seconds=seconds,
        )

    def _unreadable(self, response: _Response, why: str) -> Failure:
        """Return what a good status with a bad body means: some gateways put their errors there."""
        if response.text.lstrip().startswith("<"):
            return Failure(Kind.PAGE, "the server answers with a web page")
        try:
            code = msgspec.json.decode(response.text, type=_Failed).error.code
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            return Failure(Kind.AGAIN, f"the server's answer cannot be read: {self._scrubbed(why)}")
        return self._refused(code if isinstance(code, int) and 400 <= code < 600 else 500, response)

    def _refused(self, status: int, response: _Response) -> Failure:
        headers = {name.lower(): value for name, value in response.headers.items()}
        return classify(status, headers, response.text, self._date(), self._scrubbed)

    def _unanswered(self, error: openai.APIConnectionError) -> Failure:
        cause = error.__cause__
        name = type(cause).__name__
        if name in _UNREACHED:
            return Failure(Kind.UNREACHABLE, self._scrubbed(str(cause)) or "it takes no connection")
        if "Timeout" in name:
            return _late(self._timeout)
        return Failure(Kind.AGAIN, f"the connection broke: {self._scrubbed(str(cause))}")

    def _scrubbed(self, words: str) -> str:
        return self._key.scrub(words) if self._key else words

    def _kept(self, text: str) -> str:
        return self._key.scrub_reply(text) if self._key else text


def library() -> ModuleType:
    """Return the client library, imported now: that takes a second, which no budget of time should pay for.

    Raises
    ------
    Stop
        Where it is not installed.
    """
    try:
        import openai
    except ModuleNotFoundError as error:
        raise Stop(
            f"asking a language model needs the package {error.name}; "
            "install it with: pip install 'framebench[llm]'"
        ) from error
    return openai


def _client(url: str, key: Key | None, timeout: float) -> openai.AsyncOpenAI:
    """Return the client: no retries of its own, and nothing that would carry texts elsewhere.

    Redirects are not followed, and a server on this machine is not asked through a proxy.
    """
    library()
    import openai

    value = key.value if key else NO_KEY
    client = openai.AsyncOpenAI(
        api_key=value,
        base_url=url,
        max_retries=0,
        timeout=openai.Timeout(timeout, connect=min(CONNECTING, timeout)),
        # Said here too, since the client prefers one from OPENAI_CUSTOM_HEADERS to its key.
        default_headers={"Authorization": f"Bearer {value}"},
        http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False, trust_env=not is_local(url)),
    )
    if not is_openai(url):  # the account and headers that the environment names are for OpenAI alone
        client.organization = client.project = None
        client._custom_headers = {"Authorization": f"Bearer {value}"}  # noqa: SLF001 - there is no other way
    return client


def _late(seconds: float) -> Failure:
    return Failure(Kind.LATE, f"no answer within {max(seconds, 0):.3g} s")


def _words(value: object) -> str:
    """Return a name that a server gives, "" for what is none."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _count(value: object) -> int | None:
    """Return a number of tokens, None for what is none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    known = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _TOO_MANY
    return cast(int, value) if known else None


def _text(content: str | list[_Part] | None) -> str:
    if isinstance(content, list):
        return "".join(part.text for part in content)
    return content or ""
