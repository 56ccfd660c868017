"""Where requests go, and the key that goes with them.

A key is sent only to the host that it belongs to: that of `key_env` to the host that is asked, those of known
services to these, and `OPENAI_API_KEY` to OpenAI or to what `OPENAI_BASE_URL` names.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from urllib.parse import SplitResult, quote, urlsplit

from benchmark.answers import Stop

OPENAI = "https://api.openai.com/v1"
ADDRESS_VARIABLE = "OPENAI_BASE_URL"
HIDDEN = "[key]"
VARIABLES: Mapping[str, tuple[str, ...]] = {
    "openai.com": ("OPENAI_API_KEY",),
    "anthropic.com": ("ANTHROPIC_API_KEY",),
    "generativelanguage.googleapis.com": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "openrouter.ai": ("OPENROUTER_API_KEY",),
    "mistral.ai": ("MISTRAL_API_KEY",),
    "deepseek.com": ("DEEPSEEK_API_KEY",),
    "groq.com": ("GROQ_API_KEY",),
    "together.xyz": ("TOGETHER_API_KEY",),
    "fireworks.ai": ("FIREWORKS_API_KEY",),
    "cerebras.ai": ("CEREBRAS_API_KEY",),
    "x.ai": ("XAI_API_KEY",),
}
"""The usual variables of a service's key, by the host's name or its end."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}", re.ASCII)
_LIKE_A_KEY = re.compile(r"(?=.*[a-z])(?=.*[0-9]).{20,}|(sk|gsk|hf|pk|key)_.*", re.ASCII)
"""Services' keys that could be names too: long, of small letters and digits, or with a usual beginning."""
_PIECE = 8
_FAR = sys.maxsize
_SECRET = 12
"""A shorter "key" is a word such as EMPTY or ollama that some servers want; a reply may hold it by chance."""


@dataclass(frozen=True)
class Key:
    """A key, and the variable that it was read from. It shows itself nowhere.

    Parameters
    ----------
    variable
        The environment variable.
    value
        The key.
    """

    variable: str
    value: str = field(repr=False)

    def scrub(self, words: str) -> str:
        """Return a server's words without the key, without its encodings, and without pieces of it.

        Servers repeat a wrong key in their errors, some of them shortened; from eight letters on a piece of
        it goes as well.
        """
        words = self._in_json.sub(HIDDEN, words)
        for form in _forms(self.value):
            words = words.replace(form, HIDDEN)
        pieces = {self.value[start : start + _PIECE] for start in range(len(self.value) - _PIECE + 1)}
        found = [at for at in range(len(words) - _PIECE + 1) if words[at : at + _PIECE] in pieces]
        for start, end in reversed(list(_runs(found))):
            words = words[:start] + HIDDEN + words[end:]
        return words

    def scrub_reply(self, text: str) -> str:
        """Return a model's text without the key, also where it is written in JSON's escapes.

        A key too short to be a secret may stand in it.
        """
        if len(self.value) < _SECRET:
            return text
        return self._in_json.sub(HIDDEN, text).replace(self.value, HIDDEN)

    @cached_property
    def _in_json(self) -> re.Pattern[str]:
        """Matches the key as it is, and in whichever escapes JSON has for its letters."""
        return re.compile("".join(map(_written, self.value)))


def resolve(base_url: str | None) -> str:
    """Return the address that is asked: the given one, the environment's, or OpenAI's, without a last "/".

    Raises
    ------
    ValueError
        Where it is no plain http or https address, or holds a user, a password, a query or a fragment.
    """
    given = base_url or os.environ.get(ADDRESS_VARIABLE) or OPENAI
    where = "base_url" if base_url else f"the environment variable {ADDRESS_VARIABLE}"
    parts, port = _split(given.strip(), where)
    if "@" in parts.netloc or "?" in given or "#" in given:
        # The address itself is not shown, since what is wrong with it may be a secret.
        raise ValueError(
            f"{where} must not hold a user, a password, a query or a fragment; keys come from the environment"
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{where} must be like https://host/v1, not '{given}'")
    if any(not letter.isprintable() or letter.isspace() for letter in given.strip()):
        raise ValueError(f"{where} holds a space or a control character")
    if parts.path.rstrip("/").endswith("/chat/completions"):
        raise ValueError(f"{where} ends before /chat/completions, which is added to it: '{given}'")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}{parts.path}".rstrip("/")


def check_variable(key_env: str | None) -> None:
    """See that what is to name the variable of a key can be a name.

    Raises
    ------
    ValueError
        Where it cannot, or is not set and looks like a key. It is not shown: it may be the key itself.
    """
    if key_env is None or key_env in os.environ:
        return
    if not _NAME.fullmatch(key_env) or _LIKE_A_KEY.fullmatch(key_env):
        raise ValueError(
            "key_env names the environment variable that holds the key, such as MY_KEY, and is not the key: "
            "letters, digits and underscores"
        )


def key_for(url: str, base_url: str | None, key_env: str | None) -> Key | None:
    """Return the key for an address, or None where it needs none.

    Parameters
    ----------
    url
        What `resolve` gave.
    base_url, key_env
        What the user gave.

    Raises
    ------
    Stop
        Where the key that must be there is not, or cannot be one, or would go over an open line.
    """
    variables, needed = _variables(url, base_url, key_env)
    for variable in variables:
        value = os.environ.get(variable, "").strip()
        if value:
            _check(value, variable, url)
            return Key(variable, value)
    if needed:
        raise Stop(
            f"no key for {_host(url)}: set the environment variable {' or '.join(variables)}"
            + ("" if key_env else ", or name another one with key_env=VARIABLE")
        )
    return None


def is_local(url: str) -> bool:
    """Return whether an address is this machine."""
    host = _host(url)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_openai(url: str) -> bool:
    """Return whether an address is OpenAI's, or the one that the environment names in its place."""
    named = os.environ.get(ADDRESS_VARIABLE)
    return is_host(url, "openai.com") or (bool(named) and resolve(None) == url)


def is_host(url: str, name: str) -> bool:
    """Return whether an address lies at a host of this name, or below it."""
    host = _host(url)
    return host == name or host.endswith(f".{name}")


def _split(given: str, where: str) -> tuple[SplitResult, str]:
    """Return an address in its parts, and ":port" or ""."""
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError:
        raise ValueError(f"{where} is no address such as https://host/v1") from None
    return parts, "" if port is None else f":{port}"


def _variables(url: str, base_url: str | None, key_env: str | None) -> tuple[tuple[str, ...], bool]:
    """Return the variables that may hold the key, and whether one of them must."""
    if key_env:
        return (key_env,), True
    usual = next((names for name, names in VARIABLES.items() if is_host(url, name)), ())
    if base_url or not os.environ.get(ADDRESS_VARIABLE):
        return usual, bool(usual)
    return tuple(dict.fromkeys(("OPENAI_API_KEY", *usual))), bool(usual)


def _check(value: str, variable: str, url: str) -> None:
    if not (value.isascii() and value.isprintable() and " " not in value):
        raise Stop(f"the environment variable {variable} holds letters that no key has, such as spaces")
    if url.startswith("http://") and not is_local(url):
        raise Stop(
            f"the key of {variable} would go to {_host(url)} over an open line; use https://, "
            f"a tunnel to localhost, or no key"
        )
    if len(value) >= _PIECE and value in url:
        raise Stop(f"base_url holds the key of {variable}; leave it out of the address")


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _written(letter: str) -> str:
    """Return a pattern for a letter as it stands in JSON, also in JSON within JSON."""
    if letter == "\\":
        return r"\\{1,2}+"
    slashes = "" if letter.isalnum() else r"\\*"
    return rf"(?:{slashes}{re.escape(letter)}|\\+u(?i:{ord(letter):04x}))"


def _forms(value: str) -> list[str]:
    """Return a key as it may stand in a server's words, the longest form first."""
    plain = {value, quote(value, safe=""), json.dumps(value)[1:-1]}
    coded = {coder(value.encode()).decode() for coder in (base64.b64encode, base64.urlsafe_b64encode)}
    return sorted(plain | coded, key=len, reverse=True)


def _runs(starts: list[int]) -> Iterator[tuple[int, int]]:
    """Give the stretches of a text that pieces at these places cover, in order."""
    begun = -1
    for at, following in pairwise([*starts, _FAR]):
        begun = at if begun < 0 else begun
        if following > at + _PIECE:
            yield begun, at + _PIECE
            begun = -1
