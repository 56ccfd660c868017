"""Rules of English and of setting that a made sentence must keep, as far as they can be checked by rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import normalize

from benchmark.behaviour.changes import indefinite

_PLACEHOLDER = re.compile(r"[][{}<>]|\bTODO\b")
_SPACES = re.compile(r"[ \u00a0\u202f]{2,}| \n|\n |^\s|\s$")
_BEFORE_STOP = re.compile(r"\s[,.;:!?](?!\.)")
_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)|,[,.]|\.,(?<!m\.,)")
_TWICE = re.compile(r"\b([^\W\d_]+)\s+\1\b", re.IGNORECASE)
_LOWER_START = re.compile(r"(?<![ap]\.m)[.!?][\"”’]?\s+[a-zà-öø-ÿ]")
_ARTICLE = re.compile(r"\b(an?)\s+([\"“‘']?[\w.]+)", re.IGNORECASE)
_END = re.compile(r"[.!?][\"”’']?$")
_POSSESSIVE = re.compile(r"\w*s['’]s\b")
_MANY = r"(?:[2-9]|[1-9]\d+|two|three|four|several|many)"
_AGREEMENT = (
    re.compile(r"\b(?:he|she|it|nobody|somebody|each|every one)\s+(?:are|were|have|do)\b", re.IGNORECASE),
    re.compile(r"\b(?:they|we|you|these|those)\s+(?:is|was|has|does)\b", re.IGNORECASE),
    re.compile(rf"(?:^|[.!?,]\s)(?:The\s)?{_MANY}\s\w+s\s(?:is|was|has|does)\b", re.IGNORECASE),
    re.compile(r"(?<![\w,.])1\s[^\W\d]\w*s\b"),
)
_COUNTED = re.compile(
    r"(?<![\w,.-])(?<!in )(?<!of )(?<!from )(?<!since )(?<!Line )"
    r"(?:\d{1,3}(?:,\d{3})*|two|three|four|five|six|seven|eight|nine|ten)\s"
    r"(?!(?:of|to|on|in|for|took|[ap]\.m)\b)([^\W\d]\w*(?:\s[^\W\d]\w*){0,2})"
)
_PLURALS = frozenset(
    ["percent", "people", "men", "women", "children", "mice", "cattle", "fish", "aircraft", "teeth", "km"]
)


def problems(text: str) -> Iterator[str]:
    """Yield what in a text breaks a rule.

    The rules: no placeholder is left; no doubled word or space and no space before a stop; quotes in pairs;
    paragraphs end with a stop, but for a headline, and sentences begin with a capital; "a" and "an" as what
    follows asks; pronouns and numbers agree with verb and noun.

    Parameters
    ----------
    text
        Paragraphs with line breaks between them, in any Unicode form.
    """
    text = normalize("NFC", text)
    for name, rule in (
        ("a placeholder", _PLACEHOLDER),
        ("a space too many", _SPACES),
        ("a space before a stop", _BEFORE_STOP),
        ("two stops", _STOPS),
        ("a word twice", _TWICE),
        ("a sentence without a capital", _LOWER_START),
        ("a doubled possessive", _POSSESSIVE),
    ):
        for found in rule.finditer(text):
            yield f"{name}: '{_around(text, found)}'"
    for found in _ARTICLE.finditer(text):
        if found[1].lower() != indefinite(found[2]):
            yield f"the wrong article: '{found[0]}'"
    yield from _agreement(text)
    yield from _quotes(text)
    yield from _paragraphs(text)


def _around(text: str, found: re.Match[str]) -> str:
    return text[max(0, found.start() - 12) : found.end() + 12]


def _agreement(text: str) -> Iterator[str]:
    for rule in _AGREEMENT:
        for found in rule.finditer(text):
            yield f"number and verb or noun do not agree: '{found[0]}'"
    for found in _COUNTED.finditer(text):
        if not any(word in _PLURALS or word.endswith("s") for word in found[1].lower().split()):
            yield f"no plural after a number: '{found[0]}'"


def _quotes(text: str) -> Iterator[str]:
    if text.count('"') % 2 or text.count("“") != text.count("”"):
        yield "a quotation mark without its pair"


def _paragraphs(text: str) -> Iterator[str]:
    blocks = [block for block in text.split("\n\n") if block]
    for place, block in enumerate(blocks):
        headline = place == 0 and len(blocks) > 1
        if not headline and not _END.search(block):
            yield f"a paragraph without a stop: '{block[-24:]}'"
        first = block.lstrip("\"“‘'")[:1]
        if not (first.isupper() or first.isdigit()):
            yield f"a paragraph without a capital: '{block[:24]}'"
