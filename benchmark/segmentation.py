"""Sentence and token boundaries of any text, with exact offsets.

Sentences come from `sentencex`, line by line, so that none crosses a line break. Tokens are the words of
Unicode's default word boundaries (UAX #29) as the `regex` library implements them, and single punctuation
marks; white space is none. Datasets store the boundaries, so that another version of a library cannot
change what is scored.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import regex
import sentencex

from benchmark.model import Document, offsets

SCHEME = 1
"""Number of these rules; it stands in signatures as "tok:"."""

_WORD_BOUNDARY = regex.compile(r"(?V1w)\b")
_SURROGATE = regex.compile(r"[\ud800-\udfff]")


def tokenize(text: str) -> list[tuple[int, int]]:
    """Return the boundaries of a text's tokens, ascending."""
    edges = [match.start() for match in _WORD_BOUNDARY.finditer(text)]
    edges = sorted({0, *edges, len(text)})
    return [(start, end) for start, end in pairwise(edges) if not text[start:end].isspace()]


def split_sentences(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Return the boundaries of a text's sentences, ascending, without white space around them.

    Parameters
    ----------
    text
        Any text.
    language
        ISO 639-1 code, for the abbreviations of the language.
    """
    found, line_start = [], 0
    for line in text.split("\n"):
        # A lone surrogate, which UTF-8 cannot hold, is one unknown character to the splitter.
        for piece in sentencex.get_sentence_boundaries(language, _SURROGATE.sub("\ufffd", line)):
            start, end = piece["start_index"], piece["end_index"]
            words = line[start:end]
            stripped = words.strip()
            if stripped:
                start += words.index(stripped)
                found.append((line_start + start, line_start + start + len(stripped)))
        line_start += len(line) + 1
    return found


def segment(
    identifier: str, text: str, metadata: Mapping[str, str] | None = None, language: str = "en"
) -> Document:
    """Return a document whose sentences and tokens are found here.

    Parameters
    ----------
    identifier
        The document's id.
    text
        Its text.
    metadata
        Fields to keep with it.
    language
        ISO 639-1 code.
    """
    return Document(
        id=identifier,
        text=text,
        sentences=offsets(split_sentences(text, language)),
        tokens=offsets(tokenize(text)),
        metadata=dict(metadata or {}),
    )
