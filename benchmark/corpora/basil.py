"""BASIL: lexical and informational bias in 100 triplets of articles on one event by three outlets.

`articles/YEAR/<triplet>_{1,2,3}.json` holds the text in paragraphs and sentences, and
`annotations/YEAR/<triplet>_{1,2,3}_ann.json` the spans, whose offsets count within one sentence: `p7` is the
eighth sentence of the article, over all paragraphs and with the empty ones, and `title` the title. The suffix
is no outlet; `source` is.

A document is the title, then a line for each paragraph with its sentences joined by one space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from benchmark.corpora.base import NO_SPLIT, About, Record, Report, Source
from benchmark.corpora.source import find, matching
from benchmark.entries import shorten
from benchmark.errors import DataError, Fault
from benchmark.fileio import decode
from benchmark.manifest import LayerEntry, LicenceEntry
from benchmark.model import Annotation, Document, Note, Span, offsets
from benchmark.segmentation import tokenize

LAYER = "bias"
LABELS = {"lex": "lexical", "inf": "informational"}

_STEM = re.compile(r"(.+)_[0-9]+")
_SENTENCE = re.compile(r"p([0-9]{1,6})")

T = TypeVar("T")


class _Article(msgspec.Struct):
    body: list[list[str]] = msgspec.field(name="body-paragraphs")
    title: str | None = None
    source: str | None = None
    date: str | None = None
    event: str | None = msgspec.field(name="main-event", default=None)
    url: str | None = None
    triplet: str | None = msgspec.field(name="triplet-uuid", default=None)


class _Level(msgspec.Struct):
    relative_stance: str | None = None


class _Annotations(msgspec.Struct):
    spans: list[msgspec.Raw] = msgspec.field(name="phrase-level-annotations")
    level: _Level = msgspec.field(name="article-level-annotations", default_factory=_Level)


class _Phrase(msgspec.Struct):
    id: str
    start: int
    end: int
    bias: Literal["lex", "inf"]
    txt: str
    quote: str | None = None


@dataclass(frozen=True)
class _Layout:
    """A text made of sentences: the title's first, empty ones too, and where each begins."""

    text: str
    sentences: Sequence[str]
    starts: Sequence[int]

    def boundaries(self) -> list[tuple[int, int]]:
        """Return where the sentences that are not empty stand, without the white space around them."""
        found = []
        for sentence, start in zip(self.sentences, self.starts, strict=True):
            words = sentence.strip()
            if words:
                begin = start + sentence.index(words)
                found.append((begin, begin + len(words)))
        return found


class BasilAdapter:
    """Reads BASIL's articles and the resolved annotations, second release."""

    def about(self, source: Source) -> About:
        """Return what the corpus is."""
        _root(source)
        return About(
            name="basil",
            version="2",
            title="BASIL: Bias Annotation Spans on the Informational Level",
            description="Articles of the Huffington Post, Fox News and the New York Times in triplets on one "
            "event each, with spans of lexical and informational bias.",
            language="en",
            licence=LicenceEntry(annotations="none stated", text="none stated"),
            citation="Lisa Fan, Marshall White, Eva Sharma, Ruisi Su, Prafulla Kumar Choubey, Ruihong Huang, "
            "Lu Wang: In Plain Sight: Media Bias Through the Lens of Factual Reporting. EMNLP-IJCNLP 2019.",
            source="https://github.com/launchnlp/BASIL",
            layers={LAYER: LayerEntry(kind="spans", labels=tuple(LABELS.values()), gold="people")},
            group="triplet",
            sentences="the corpus",
        )

    def records(self, source: Source, report: Report) -> Iterator[Record]:
        """Yield the articles by year and name."""
        root = _root(source)
        known = set(source.paths())
        seen: set[str] = set()
        used: set[str] = set()
        for path, year in matching(source, root, "articles/*/*.json").items():
            stem = path.rpartition("/")[2].removesuffix(".json")
            marks = f"{root}annotations/{year}/{stem}_ann.json"
            used.add(marks)
            if stem in seen:
                report.note("article dropped", path, None, "an earlier year has an article of this name")
            elif marks not in known:
                report.note("article dropped", path, None, f"there is no {marks}")
            else:
                record = _record(source, report, path, marks, year)
                if record:
                    seen.add(stem)
                    yield record
        for path in matching(source, root, "annotations/*/*.json"):
            if path not in used:
                report.note("annotations dropped", path, None, "there is no article for them")


def _root(source: Source) -> str:
    return find(source, "articles/*/*.json")


def _record(source: Source, report: Report, path: str, marks: str, year: str) -> Record | None:
    """Return the record of an article; None where one of its two files cannot be used."""
    article = _read(source, path, _Article, report)
    content = _read(source, marks, _Annotations, report)
    if article is None or content is None:
        report.note("article dropped", path, None, "it or its annotations cannot be read")
        return None
    layout = _layout(article, path, report)
    if not layout.text:
        report.note("article dropped", path, None, "it has no text")
        return None
    stem = path.rpartition("/")[2].removesuffix(".json")
    match = _STEM.fullmatch(stem)
    triplet = match[1] if match else stem
    if article.triplet not in (None, triplet):
        report.note("triplet differs", path, None, f"'triplet-uuid' is {shorten(str(article.triplet))}")
    document = Document(
        stem,
        layout.text,
        offsets(layout.boundaries()),
        offsets(tokenize(layout.text)),
        _metadata(article, content.level, triplet, year),
        triplet,
    )
    spans = _spans(layout, content.spans, source.read(marks), marks, report)
    return Record(document, NO_SPLIT, {LAYER: Annotation(document, LAYER, spans)}, path=path)


def _read(source: Source, path: str, kind: type[T], report: Report) -> T | None:
    """Return a JSON file's content, or note what is wrong with it and return None."""
    faults: list[Fault] = []
    value = None
    try:
        value = decode(source.read(path), kind, Path(path), None, faults)
    except DataError as error:
        faults.extend(error.faults)
    for fault in faults:
        report.note("file skipped", path, fault.line, fault.message)
    return value


def _layout(article: _Article, path: str, report: Report) -> _Layout:
    """Lay out an article as text; a sentence that is empty takes no place in it."""
    sentences: list[str] = []
    starts: list[int] = []
    text = ""
    for paragraph in ([article.title or ""], *article.body):
        separator = "\n" if text else ""
        for sentence in paragraph:
            sentences.append(sentence)
            if sentence.strip():
                text += separator
                separator = " "
                starts.append(len(text))
                text += sentence
            else:
                starts.append(len(text))
                name = f"p{len(sentences) - 2}" if len(sentences) > 1 else "the title"
                report.note("sentence empty", path, None, f"{name} is empty, and left out")
    return _Layout(text, sentences, starts)


def _metadata(article: _Article, level: _Level, triplet: str, year: str) -> dict[str, str]:
    given = {
        "triplet": triplet,
        "year": year,
        "outlet": (article.source or "").lower(),
        "date": article.date,
        "event": article.event,
        "url": article.url,
        "relative_stance": level.relative_stance,
    }
    return {name: value for name, value in given.items() if value}


def _spans(
    layout: _Layout, given: Sequence[msgspec.Raw], content: bytes, path: str, report: Report
) -> tuple[Span, ...]:
    """Return the spans of an article, sorted, each once; those that do not fit the text are noted."""
    found: dict[tuple[int, int, str], Span] = {}
    position = 0
    for number, raw in enumerate(given):
        position = max(content.find(bytes(raw), position), 0)
        line = content.count(b"\n", 0, position) + 1
        position += 1
        span = _span(layout, bytes(raw))
        if isinstance(span, str):
            report.note("span dropped", path, line, f"annotation {number}: {span}")
        elif (span.start, span.end, span.label) in found:
            report.note("span repeated", path, line, f"annotation {number} stands before; kept once")
        else:
            found[span.start, span.end, span.label] = span
    return tuple(found[key] for key in sorted(found))


def _span(layout: _Layout, raw: bytes) -> Span | str:
    """Return the span of one annotation, or what is wrong with it."""
    faults: list[Fault] = []
    phrase = decode(raw, _Phrase, Path(), None, faults)
    if phrase is None:
        return faults[0].message
    match = _SENTENCE.fullmatch(phrase.id)
    place = 0 if phrase.id == "title" else int(match[1]) + 1 if match else len(layout.sentences)
    if place >= len(layout.sentences):
        return f"there is no sentence {shorten(phrase.id)}"
    sentence = layout.sentences[place]
    words = sentence[max(phrase.start, 0) : max(phrase.end, 0)]
    # Without words of its own it would be a span in no sentence's text.
    if not words.strip() or words != phrase.txt or phrase.start < 0:
        where = f"{phrase.id} {phrase.start}–{phrase.end}"
        return f"the text has {shorten(words)} at {where}, not {shorten(phrase.txt)}"
    start = layout.starts[place] + phrase.start
    return Span(start, start + len(words), LABELS[phrase.bias], note=Note(quoted=phrase.quote == "yes"))
