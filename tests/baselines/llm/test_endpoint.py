"""Addresses and keys: a key goes to its own host only, and shows itself nowhere."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.llm.endpoint import (
    HIDDEN,
    VARIABLES,
    Key,
    check_variable,
    is_host,
    is_local,
    key_for,
    resolve,
)
from benchmark.answers import Stop

SECRET = "sk-proj-4f9Qz7TbWm2Xr8Lc"


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for names in VARIABLES.values():
        for name in names:
            monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


@pytest.mark.parametrize(
    ("given_url", "url"),
    [
        ("https://host/v1", "https://host/v1"),
        (" HTTPS://Host.Example:8443/v1/ ", "https://host.example:8443/v1"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
        ("http://localhost:11434", "http://localhost:11434"),
    ],
)
def test_an_address_is_written_in_one_way(given_url: str, url: str) -> None:
    assert resolve(given_url) == url
    assert resolve(url) == url


def test_without_an_address_it_is_the_environments_or_openais(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve(None) == "https://api.openai.com/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1/")
    assert resolve(None) == "http://127.0.0.1:9/v1"
    assert resolve("https://host/v1") == "https://host/v1"


@pytest.mark.parametrize(
    "address",
    [
        f"https://user:{SECRET}@host/v1",
        f"https://{SECRET}@host/v1",
        f"https://host/v1?key={SECRET}",
        f"https://host/v1#{SECRET}",
        "https://host/v1?",
    ],
)
def test_an_address_holds_no_secret_and_the_message_does_not_repeat_it(address: str) -> None:
    with pytest.raises(ValueError, match="must not hold") as error:
        resolve(address)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("host/v1", "like https://host/v1"),
        ("localhost:8000/v1", "like https://host/v1"),
        ("ftp://host/v1", "like https://host/v1"),
        ("file:///etc/passwd", "like https://host/v1"),
        ("https:///v1", "like https://host/v1"),
        ("https://host:port/v1", "no address"),
        ("https://host:99999/v1", "no address"),
        ("https://[::1/v1", "no address"),
        ("https://host/a b", "a space or a control"),
        ("https://host/v1/chat/completions", "ends before /chat/completions"),
    ],
)
def test_what_is_no_address_is_refused(address: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        resolve(address)


def test_the_message_says_that_the_environment_gave_a_bad_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "ftp://host")
    with pytest.raises(ValueError, match="the environment variable OPENAI_BASE_URL"):
        resolve(None)


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        url = resolve(f"https://x{text}")
        assert resolve(url) == url
        assert url.startswith("https://x")


@pytest.mark.parametrize(
    ("url", "variable"),
    [
        ("https://api.openai.com/v1", "OPENAI_API_KEY"),
        ("https://eu.api.openai.com/v1", "OPENAI_API_KEY"),
        ("https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
        ("https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY"),
        ("https://generativelanguage.googleapis.com/v1beta/openai", "GOOGLE_API_KEY"),
        ("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    ],
)
def test_a_known_host_gets_its_own_key(url: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Stop, match=f"set the environment variable .*{variable}"):
        key_for(url, url, None)
    monkeypatch.setenv(variable, f" {SECRET}\n")
    assert key_for(url, url, None) == Key(variable, SECRET)


@pytest.mark.parametrize(
    "url", ["http://localhost:8000/v1", "https://host.example/v1", "https://evilopenai.com/v1"]
)
def test_openais_key_goes_to_no_other_host(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    assert key_for(url, url, None) is None
    assert key_for(url, url, "OPENAI_API_KEY") == Key("OPENAI_API_KEY", SECRET)


def test_it_goes_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://host.example/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    assert key_for(url, None, None) is None
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    assert key_for(url, None, None) == Key("OPENAI_API_KEY", SECRET)
    assert key_for(url, "https://host.example/v1", None) is None


def test_a_named_variable_must_hold_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Stop, match="set the environment variable MINE$"):
        key_for("http://localhost/v1", "http://localhost/v1", "MINE")
    monkeypatch.setenv("MINE", "two words")
    with pytest.raises(Stop, match="letters that no key has") as error:
        key_for("http://localhost/v1", "http://localhost/v1", "MINE")
    assert "two words" not in str(error.value)


def test_a_key_does_not_go_over_an_open_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", SECRET)
    with pytest.raises(Stop, match="open line") as error:
        key_for("http://host.example/v1", "http://host.example/v1", "MINE")
    assert SECRET not in str(error.value)
    assert key_for("http://host.example/v1", "http://host.example/v1", None) is None
    assert key_for("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1", "MINE") is not None


def test_a_key_does_not_stand_in_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", SECRET)
    url = f"https://host.example/{SECRET}/v1"
    with pytest.raises(Stop, match="leave it out") as error:
        key_for(url, url, "MINE")
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:1/v1", True),
        ("http://a.localhost/v1", True),
        ("http://127.1.2.3/v1", True),
        ("http://[::1]/v1", True),
        ("http://10.0.0.1/v1", False),
        ("http://localhost.example/v1", False),
        ("http://127.0.0.1.example/v1", False),
    ],
)
def test_what_is_this_machine(url: str, local: bool) -> None:
    assert is_local(url) is local


def test_a_host_is_itself_and_what_lies_below_it() -> None:
    assert is_host("https://x.ai/v1", "x.ai")
    assert is_host("https://api.x.ai/v1", "x.ai")
    assert not is_host("https://max.ai/v1", "x.ai")


def test_a_key_does_not_show_itself() -> None:
    assert SECRET not in repr(Key("MINE", SECRET))


@pytest.mark.parametrize(
    "echo",
    [
        SECRET,
        f"Bearer {SECRET}",
        quote(SECRET, safe=""),
        base64.b64encode(SECRET.encode()).decode(),
        SECRET[:10] + "***",
        "***" + SECRET[-9:],
        SECRET[3:15] + "…",
    ],
)
def test_a_key_is_scrubbed_from_what_a_server_says(echo: str) -> None:
    said = Key("MINE", SECRET).scrub(f"the key '{echo}' is wrong, and '{echo}' too")
    assert said.count(HIDDEN) == 2
    assert said.startswith("the key '")
    assert said.endswith("' too")
    assert not any(SECRET[at : at + 8] in said for at in range(len(SECRET) - 7))


@given(st.text(min_size=8, max_size=30), st.text(max_size=60), st.text(max_size=60))
def test_no_piece_of_a_key_is_left(value: str, before: str, after: str) -> None:
    said = Key("MINE", value).scrub(before + value + after)
    left = said.replace(HIDDEN, "\0" * 8)
    assert not any(value[at : at + 8] in left for at in range(len(value) - 7) if "\0" not in value)


def test_words_without_a_key_stay_as_they_are() -> None:
    assert Key("MINE", SECRET).scrub("Rate limit reached") == "Rate limit reached"
    assert Key("MINE", "abc").scrub("the key abc is wrong") == "the key [key] is wrong"


def test_a_reply_loses_a_secret_but_not_a_common_word() -> None:
    assert Key("MINE", SECRET).scrub_reply(f"it is {SECRET}!") == "it is [key]!"
    assert Key("MINE", "EMPTY").scrub_reply("an EMPTY chair") == "an EMPTY chair"
    assert Key("MINE", SECRET).scrub_reply(SECRET[:12]) == SECRET[:12]


ESCAPES = {
    "letters by number": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
    "capital digits": lambda text: "".join(f"\\u{ord(letter):04X}" for letter in text),
    "slashes": lambda text: text.replace("/", "\\/"),
    "JSON within JSON": lambda text: text.replace("/", "\\\\\\/"),
    "every second letter": lambda text: "".join(
        f"\\u{ord(letter):04x}" if number % 2 else letter for number, letter in enumerate(text)
    ),
}


@pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES)
@pytest.mark.parametrize("value", [SECRET, "ab/cd/efgh+ij=/klmn"])
def test_a_key_in_escapes_is_a_key(escape: Callable[[str], str], value: str) -> None:
    key = Key("MINE", value)
    assert key.scrub_reply(f"it is {escape(value)}!") == "it is [key]!"
    assert key.scrub(f"it is {escape(value)}!") == "it is [key]!"


def test_a_key_of_backslashes_takes_no_time() -> None:
    assert Key("MINE", "\\" * 40).scrub_reply("\\" * 39 + "x" + "\\" * 5000).startswith("\\" * 39 + "x")


@pytest.mark.parametrize(
    "wrong", ["sk-secret", "", "my key", "2ND", "KÄY", "gsk_AbCd", "sk_live_1", "a1b2c3d4e5f6a7b8c9d0e1f2"]
)
def test_a_key_is_no_name_of_a_variable(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="names the environment variable") as error:
        check_variable(wrong)
    assert not wrong or wrong not in str(error.value)
    check_variable("MY_KEY")
    check_variable("my_key_2")
    check_variable("THE_KEY_OF_OUR_OWN_SERVER_2026")
    check_variable(None)
    monkeypatch.setenv("the_key_of_our_server_2026", SECRET)
    check_variable("the_key_of_our_server_2026")
