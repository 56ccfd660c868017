"""What a failed attempt means."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.llm.failures import (
    LONGEST_WORDS,
    Failure,
    Kind,
    classify,
    retry_after,
    stop_message,
)

NOON = 1_792_843_200.0  # 24 October 2026, 12:00 UTC


def read(status: int, body: object = "", headers: dict[str, str] | None = None) -> Failure:
    return classify(status, headers or {}, body if isinstance(body, str) else json.dumps(body), NOON)


def says(message: str, **more: object) -> dict[str, object]:
    return {"error": {"message": message, **more}}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (408, "", Kind.AGAIN),
        (409, "", Kind.AGAIN),
        (425, "", Kind.AGAIN),
        (429, says("Rate limit reached", code="rate_limit_exceeded"), Kind.AGAIN),
        (500, "", Kind.AGAIN),
        (503, "<html><h1>Service Unavailable</h1></html>", Kind.AGAIN),
        (529, says("Overloaded"), Kind.AGAIN),
        (429, says("You exceeded your current quota", code="insufficient_quota"), Kind.CREDIT),
        (402, says("Insufficient credits"), Kind.CREDIT),
        (400, says("This is too long"), Kind.REQUEST),
        (413, "", Kind.REQUEST),
        (422, {"detail": [{"loc": ["body", "n"], "msg": "bad", "input": "article"}]}, Kind.REQUEST),
        (501, "", Kind.REQUEST),
        (400, says("The response was filtered", code="content_filter"), Kind.REFUSED),
        (400, says("Rejected by the safety system", code="content_policy_violation"), Kind.REFUSED),
        (403, says("Your input was flagged", metadata={"reasons": ["violence"]}), Kind.REFUSED),
        (401, says("Incorrect API key provided", code="invalid_api_key"), Kind.KEY),
        (403, says("not allowed"), Kind.KEY),
        (400, [says("API key not valid. Please pass a valid API key.")], Kind.KEY),
        (404, says("model 'x' not found, try pulling it first"), Kind.ADDRESS),
        (404, "404 page not found", Kind.ADDRESS),
        (405, "", Kind.ADDRESS),
        (400, says("x is not a valid model ID", code=400), Kind.ADDRESS),
        (400, says("The model `x` does not exist", code="model_not_found"), Kind.ADDRESS),
        (301, "", Kind.MOVED),
        (307, "", Kind.MOVED),
    ],
)
def test_each_status_says_what_to_do(status: int, body: object, kind: Kind) -> None:
    assert read(status, body).kind is kind


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (says("Too many tokens"), "HTTP 400: Too many tokens"),
        ({"error": "plain words"}, "HTTP 400: plain words"),
        ({"object": "error", "message": "older vLLM"}, "HTTP 400: older vLLM"),
        ({"detail": "FastAPI's"}, "HTTP 400: FastAPI's"),
        ([says("in a list")], "HTTP 400: in a list"),
        ("<html><body><h1>Bad\n Request</h1></body></html>", "HTTP 400: Bad Request"),
        ("", "HTTP 400"),
        ({}, "HTTP 400"),
        ([True, None], "HTTP 400"),
        (says("x" * 1000), f"HTTP 400: {'x' * LONGEST_WORDS}…"),
    ],
)
def test_the_servers_words_are_found_in_every_form(body: object, words: str) -> None:
    assert read(400, body).words == words


def test_a_complaint_holds_what_names_a_parameter_and_nothing_of_the_request() -> None:
    inner = json.dumps({"error": {"message": "upstream says seed"}})
    failure = read(
        400,
        says("Provider error", param="response_format", metadata={"raw": inner, "echo": "temperature"})
        | {"detail": [{"loc": ["body", "max_tokens"], "input": "seedling"}]},
    )
    assert failure.complaint.split("\n") == [
        "Provider error",
        "upstream says seed",
        "response_format",
        "body",
        "max_tokens",
    ]


def test_deep_and_broken_bodies_are_taken() -> None:
    assert read(500, "[" * 100_000).kind is Kind.AGAIN
    deep: object = "bottom"
    for _ in range(30):
        deep = {"error": deep}
    assert read(400, deep).words == "HTTP 400"
    assert read(400, '{"error": "cut').kind is Kind.REQUEST


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "86400"}, 120.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "Sat, 24 Oct 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sat, 24 Oct 2026 12:00:30 -0000"}, 30.0),
        ({"retry-after": "Sat, 24 Oct 2026 13:00:20 +0100"}, 20.0),
        ({"retry-after": "Sat, 24 Oct 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "Sun, 24 Oct 2027 12:00:00 GMT"}, 120.0),
        ({"retry-after": "Sat, 99 Oct 2026 12:00:30 GMT"}, None),
    ],
)
def test_how_long_to_wait_is_read_in_both_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOON) == seconds


@given(st.integers(100, 599), st.text(), st.text())
def test_no_answer_is_too_odd(status: int, body: str, wait: str) -> None:
    failure = classify(status, {"retry-after": wait}, body, NOON)
    assert failure.status == status
    assert failure.words.startswith(f"HTTP {status}")
    assert failure.wait is None or 0 <= failure.wait <= 120.0


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["error", "message", "detail", "raw", "x"]), inner)
        ),
    )
)
def test_any_json_is_read(body: object) -> None:
    assert read(400, body).words.startswith("HTTP 400")


def test_words_are_scrubbed_once_they_are_read() -> None:
    body = '{"error": {"message": "wrong key: \\u0073ecret", "code": "secret"}}'
    failure = classify(400, {}, body, NOON, lambda words: words.replace("secret", "[key]"))
    assert failure.words == "HTTP 400: wrong key: [key]"
    assert "secret" not in failure.complaint
    assert read(502, "<p>it&#39;s &quot;down&quot;</p>").words == 'HTTP 502: it\'s "down"'


@pytest.mark.parametrize(
    ("kind", "variable", "parts"),
    [
        (Kind.KEY, "MINE", ["does not accept the key", "MINE", "key_env"]),
        (Kind.KEY, None, ["wants a key", "key_env"]),
        (Kind.CREDIT, "MINE", ["credit", "go"]),
        (Kind.MOVED, None, ["sends elsewhere", "base_url"]),
        (Kind.ADDRESS, None, ["no model 'm'", "base_url", "/v1"]),
        (Kind.PAGE, None, ["a web page", "base_url", "/v1"]),
        (Kind.UNREACHABLE, None, ["no server at http://h/v1", "start it", "base_url"]),
    ],
)
def test_a_stop_says_what_to_do(kind: Kind, variable: str | None, parts: list[str]) -> None:
    said = stop_message(Failure(kind, "their words"), "http://h/v1", "m", variable)
    assert all(part in said for part in ["http://h/v1", *parts])
    assert ("their words" in said) is (kind is not Kind.PAGE)
