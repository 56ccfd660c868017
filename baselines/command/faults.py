"""What is wrong with a line that is no JSON, in words; and what can be read of it all the same."""

from __future__ import annotations

import codecs
import re

import msgspec

MARK = codecs.BOM_UTF8
"""What some languages write before the first character of a text."""

_STRING = rb'"[^"\\]*(?:\\.[^"\\]*)*"?'
_NUMBERLESS = re.compile(_STRING + rb"|([+-]?\b(?:nan|inf(?:inity)?)\b(?:\(\w*\))?)", re.IGNORECASE)
"""Texts, which are passed over, and how languages write what is no finite number."""


def read_over(line: bytes) -> bytes:
    """Return a line without what JSON does not know but whose meaning is plain.

    A byte order mark is left out, null stands for what is no finite number, and U+FFFD for bytes that are not
    UTF-8: an answer is refused for such a fault, but what document it is about can be read.
    """
    clean = line.removeprefix(MARK).decode("utf-8", errors="replace").encode()
    return _NUMBERLESS.sub(lambda found: b"null" if found[1] else found[0], clean)


def told(line: bytes, error: Exception) -> str:
    """Return what is wrong with a line: by name where that is known, otherwise in the reader's words.

    Parameters
    ----------
    line
        The line.
    error
        What the reader of JSON raised on it.
    """
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return f"byte 0x{line[wrong.start]:02x} is not UTF-8"
    if line.startswith(MARK):
        return "begins with a byte order mark, which JSON does not have"
    word = next((found[1] for found in _NUMBERLESS.finditer(line) if found[1]), None)
    if word is not None and _is_json(read_over(line)):
        return f"holds {word.decode()}, which JSON does not have; leave out a score that is no finite number"
    if re.match(rb"\{\s*'", line):
        return "object keys must be strings, in double quotes; in Python json.dumps writes them"
    if str(error) == _TRUNCATED:
        return "ends in the middle of its JSON; an answer is one line"
    return str(error)


_TRUNCATED = "Input data was truncated"
"""What msgspec says of JSON that has no end."""


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True
