"""What a failed attempt means: try again, give the request up, or stop the run."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum

import msgspec

LONGEST_WAIT = 120.0
"""Seconds that a server can make a request wait; some name an hour."""
LONGEST_WORDS = 400
_DEEPEST = 8
_AGAIN = frozenset({408, 409, 425, 429})
_READ = (
    "message",
    "msg",
    "error",
    "errors",
    "detail",
    "metadata",
    "raw",
    "reasons",
    "param",
    "loc",
    "code",
    "type",
)
"""Where an error's words stand. What a server repeats of the request stands elsewhere, and is not read."""
_NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "insufficient_balance"})
_FILTERED = frozenset({"content_filter", "content_policy_violation", "moderation_blocked"})
_NO_MODEL = re.compile(
    r"model_not_found|not a valid model|unknown model|no such model|model\b.{0,200}?\b(not found|not exist)",
    re.IGNORECASE | re.DOTALL,
)
_BAD_KEY = re.compile(
    r"\bapi[ _-]?key\b.{0,40}\b(not valid|invalid|missing|expired)|invalid_api_key", re.IGNORECASE
)


class Kind(Enum):
    """What is to be done about a failure."""

    AGAIN = "again"
    LATE = "late"
    PAGE = "page"
    UNREACHABLE = "unreachable"
    REQUEST = "request"
    REFUSED = "refused"
    KEY = "key"
    CREDIT = "credit"
    ADDRESS = "address"
    MOVED = "moved"


STOPPING = frozenset({Kind.KEY, Kind.CREDIT, Kind.ADDRESS, Kind.MOVED})
"""Every other request would meet the same."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that brought no answer.

    Parameters
    ----------
    kind
        What is to be done.
    words
        What happened, for the user.
    status
        The HTTP status; None where there was none.
    wait
        Seconds that the server asks to wait.
    complaint
        All the words of the server in which a refused parameter may be named.
    """

    kind: Kind
    words: str
    status: int | None = None
    wait: float | None = None
    complaint: str = ""


def classify(
    status: int,
    headers: Mapping[str, str],
    body: str,
    date: float,
    scrub: Callable[[str], str] = str,
) -> Failure:
    """Return what an answer that is an error means.

    Parameters
    ----------
    status
        Its HTTP status, or the code that an error inside a good answer names.
    headers
        With lower-case names.
    body
        Its text.
    date
        Seconds since 1970, for a date in `Retry-After`.
    scrub
        Takes the key out of words. It is asked once they are read: a body may hold the key in any escapes.
    """
    pieces = tuple(map(scrub, _pieces(_json(body))))
    said = _shortened(pieces[0] if pieces else "")
    words = f"HTTP {status}: {said}" if said else f"HTTP {status}"
    return Failure(_kind(status, pieces), words, status, retry_after(headers, date), "\n".join(pieces))


def retry_after(headers: Mapping[str, str], date: float) -> float | None:
    """Return how many seconds a server asks to wait, at most `LONGEST_WAIT`; None where it says nothing.

    Both forms of RFC 9110, section 10.2.3, are read, seconds and a date, and OpenAI's `retry-after-ms`.
    """
    for name, part in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        seconds = _number(headers.get(name, ""))
        if seconds is not None:
            return min(max(seconds / part, 0.0), LONGEST_WAIT)
    try:
        when = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max((when - datetime.fromtimestamp(date, UTC)).total_seconds(), 0.0), LONGEST_WAIT)


def stop_message(failure: Failure, url: str, model: str, variable: str | None) -> str:
    """Return why a run stops, and what to do.

    Parameters
    ----------
    failure
        One of a kind in `STOPPING`, or of a server that cannot be reached or gives web pages.
    url, model
        What was asked.
    variable
        The environment variable of the key that was sent; None where none was.
    """
    if failure.kind is Kind.KEY:
        return _key_message(failure, url, variable)
    messages = {
        Kind.CREDIT: f"{url} answers no more without credit ({failure.words}); top up the account",
        Kind.MOVED: f"{url} sends elsewhere ({failure.words}); give the new address with base_url=…",
        Kind.ADDRESS: (
            f"{url} has no model '{model}', or nothing stands at this address ({failure.words}); "
            "check the model's name, and base_url, which ends in /v1 on most servers"
        ),
        Kind.PAGE: (
            f"{url} answers with a web page, and not as a model does; check base_url, which ends in /v1 on "
            "most servers"
        ),
        Kind.UNREACHABLE: (
            f"no server at {url} ({failure.words}); start it, or give another address with base_url=…"
        ),
    }
    return f"{messages[failure.kind]}. Answers so far are kept: the same command goes on from there"


def _key_message(failure: Failure, url: str, variable: str | None) -> str:
    if variable is None:
        return (
            f"{url} wants a key ({failure.words}); put it into an environment variable and name that with "
            "key_env=VARIABLE"
        )
    return (
        f"{url} does not accept the key of the environment variable {variable} ({failure.words}); "
        f"put a key into {variable} that may use this model, or name another variable with key_env=VARIABLE"
    )


def _kind(status: int, pieces: tuple[str, ...]) -> Kind:
    """Return what to do, from the status and from the words where a status means several things."""
    named = set(pieces)
    said = "\n".join(pieces)
    if named & _FILTERED or (status == 403 and "flagged" in said.lower()):
        return Kind.REFUSED
    if status == 402 or named & _NO_CREDIT:
        return Kind.CREDIT
    if status in (401, 403) or (status == 400 and _BAD_KEY.search(said)):
        return Kind.KEY
    if status in (404, 405) or (status in (400, 422) and _NO_MODEL.search(said)):
        return Kind.ADDRESS
    if 300 <= status < 400:
        return Kind.MOVED
    return Kind.AGAIN if status in _AGAIN or (status >= 500 and status != 501) else Kind.REQUEST


def _json(body: str) -> object:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return html.unescape(re.sub(r"<[^<>]*>", " ", body))  # most likely a page of HTML


def _pieces(value: object, depth: int = 0) -> Iterator[str]:
    """Give the words of an error, the message first."""
    if isinstance(value, str) and value.strip():
        inner = _json(value) if depth and value.lstrip().startswith("{") else value
        yield from [value] if isinstance(inner, str) else _pieces(inner, depth + 1)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, list) and depth < _DEEPEST:
        for one in value:
            yield from _pieces(one, depth + 1)
    elif isinstance(value, dict) and depth < _DEEPEST:
        for name in _READ:
            yield from _pieces(value.get(name), depth + 1)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_WORDS else f"{text[:LONGEST_WORDS]}…"


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[+-]?\d{1,15}(\.\d{0,15})?", text.strip(), re.ASCII) else None
