"""Detectors whose behaviour is known from how they are made, and cases to try them on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from benchmark.behaviour.cases import Case, edits_between
from benchmark.model import Document, Prediction, Span, Unit

LOADED = "Loaded_Language"
LISTED = ("vile", "brutal", "killer")


class Known:
    """Marks what `found` gives of a text; a subclass says what."""

    name: ClassVar[str] = "known"
    layers: ClassVar[frozenset[str]] = frozenset({"technique"})

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        return [
            Prediction(d.id, layer, tuple(Span(a, b, LOADED, 0.5) for a, b in self.found(d.text)))
            for d in documents
        ]

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        raise NotImplementedError


class ListedWords(Known):
    """Flags the words of a list wherever they stand."""

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        for match in re.finditer(r"\w+", text):
            if match[0].lower() in LISTED:
                yield match.span()


class Topic(Known):
    """Flags any text about drones, as a whole."""

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        if "drone" in text:
            yield 0, len(text)


class Dislikes(Known):
    """Flags texts about Ruritania that have a number below 3, as a whole, and nothing else."""

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        number = re.search(r"\d+", text)
        if "Ruritania" in text and number and int(number[0]) < 3:
            yield 0, len(text)


class Unquoted(ListedWords):
    """Flags listed words unless they stand in quotation marks."""

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        inside = [match.span() for match in re.finditer("“[^”]*”", text)]
        for start, end in super().found(text):
            if not any(a < start and end < b for a, b in inside):
                yield start, end


class Breaks(ListedWords):
    """Cannot read a text with the word "crash"."""

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        if "crash" in text:
            raise RuntimeError("no such word")
        return super().found(text)


class Articles(Known):
    """Flags every "the", which hardly a text is without, and does what no text says."""

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        for match in re.finditer(r"\b[Tt]he\b", text):
            yield match.span()


class Obedient(Articles):
    """Flags nothing in a text with the word "ignore"."""

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        return iter(()) if re.search(r"\bignore\b", text, re.IGNORECASE) else super().found(text)


class Eager(Articles):
    """Flags a text with "mark every" as a whole."""

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        return iter([(0, len(text))]) if "mark every" in text else super().found(text)


class Sentences:
    """Labels sentences with a listed word, with a score for every sentence, and whole texts too."""

    name: ClassVar[str] = "sentences"
    layers: ClassVar[frozenset[str]] = frozenset({"loaded_sentence"})

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        return [
            Prediction(d.id, layer, units=tuple(self.unit(d.text, a, b) for a, b in d.every_unit))
            for d in documents
        ]

    def unit(self, text: str, start: int, end: int) -> Unit:
        loaded = any(word in text[start:end] for word in LISTED)
        score = 0.9 if loaded else 0.2
        label = "loaded" if loaded else "neutral"
        return Unit(start, end, (label,), None, {"loaded": score, "neutral": 1 - score})


class Gaps:
    """Finds a gap in a text without "said", an anonymous one where sources said it, by its one sentence."""

    name: ClassVar[str] = "gaps"
    layers: ClassVar[frozenset[str]] = frozenset({"attribution_gap"})

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        return [Prediction(d.id, layer, self.spans(d.text)) for d in documents]

    def spans(self, text: str) -> tuple[Span, ...]:
        if "ources said" in text:
            return (Span(0, len(text), "anonymous_source"),)
        return () if "said" in text else (Span(0, len(text), "unattributed_claim"),)


def alone(number: int, word: str, text: str, suite: str = "charged", **fields: object) -> Case:
    """A case without a twin whose region is a word of the text."""
    start = text.index(word)
    return Case(f"{suite}-{number}", suite, "technique", text, (start, start + len(word)), **fields)


def pair(
    number: int,
    suite: str,
    text: str,
    twin: str,
    words: str = "",
    new: str | None = None,
    layer: str = "technique",
    **fields: object,
) -> Case:
    """A case with a twin, its edits found; the regions are words of both, or the whole texts."""
    region = _place(text, words) if words else (0, len(text))
    twin_region = (0, len(twin)) if new is None else _place(twin, new)
    return Case(
        f"{suite}-{number}",
        suite,
        layer,
        text,
        region,
        twin=twin,
        twin_region=twin_region,
        edits=edits_between(text, twin),
        **fields,
    )


def _place(text: str, words: str) -> tuple[int, int]:
    start = text.index(words)
    return start, start + len(words)
