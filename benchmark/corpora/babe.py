"""BABE, Bias Annotations By Experts: news sentences that are biased or not, and their biased words.

`data/final_labels_PART.csv` (or `.xlsx`) has a row per sentence with the majority's labels, and
`data/raw_labels_PART.xlsx` a row per sentence and annotator. The parts are SG2, the published one, SG1, and
MBIC, whose annotators were no experts.

A word has no offsets in the corpus. It is marked wherever it stands in its sentence
(`benchmark.corpora.words`), and words that overlap are one span.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from benchmark.corpora.base import NO_SPLIT, About, Record, Report, Source
from benchmark.corpora.source import find
from benchmark.corpora.spreadsheet import table
from benchmark.corpora.words import locate, plain, united
from benchmark.entries import shorten
from benchmark.errors import DataError, UsageError, suggest
from benchmark.manifest import LayerEntry, LicenceEntry
from benchmark.model import Annotation, Document, Span, Unit, offsets
from benchmark.segmentation import tokenize

PARTS = ("SG2", "SG1", "MBIC")
"""The parts, the one that is taken first where several are there."""
FORMATS = ("csv", "xlsx")
UNDECIDED = "no agreement"
BIAS = ("Biased", "Non-biased")
OPINION = ("Entirely factual", "Somewhat factual but also opinionated", "Expresses writer’s opinion")
WORD = "biased"

COLUMNS = ("text", "label_bias", "label_opinion", "biased_words")
METADATA = ("outlet", "topic", "type", "news_link")

_ANNOTATOR = re.compile(r"[A-Za-z0-9_.-]{1,90}")
# The annotators' own sheets spell the opinions in several ways, which begin alike.
_OPINIONS = {name.partition(" ")[0].lower(): name for name in OPINION}
_LIST_CHARACTERS = 10_000

Row = tuple[int, Mapping[str, str]]


@dataclass(frozen=True)
class BabeAdapter:
    """Reads one part of BABE.

    Parameters
    ----------
    part
        One of `PARTS`; None for the first of them that the source holds.

    Raises
    ------
    UsageError
        For another part.
    """

    part: str | None = None

    def __post_init__(self) -> None:
        if self.part is not None and self.part not in PARTS:
            raise UsageError(f"BABE has no part '{self.part}'{suggest(self.part, PARTS)}")

    def about(self, source: Source) -> About:
        """Return what the corpus is; its version is the part."""
        part, _ = self._labels(source)
        return About(
            name="babe",
            version=part,
            title=f"BABE: Bias Annotations By Experts, {part}",
            description="Sentences from news of eight outlets on fourteen topics: biased or not, factual or "
            "opinionated, and which words are biased.",
            language="en",
            licence=LicenceEntry(annotations="AGPL-3.0 file in its repository", text="none stated"),
            citation="Timo Spinde, Manuel Plank, Jan-David Krieger, Terry Ruas, Bela Gipp, Akiko Aizawa: "
            "Neural Media Bias Detection Using Distant Supervision With BABE – Bias Annotations By Experts. "
            "Findings of EMNLP 2021.",
            source="https://github.com/Media-Bias-Group/"
            "Neural-Media-Bias-Detection-Using-Distant-Supervision-With-BABE",
            layers={
                "bias": LayerEntry(kind="units", labels=BIAS, gold="people", unit="sentence"),
                "words": LayerEntry(kind="spans", labels=(WORD,), gold="people"),
                "opinion": LayerEntry(kind="units", labels=OPINION, gold="people", unit="sentence"),
            },
            group="outlet and topic",
            sentences="the corpus: one a document",
        )

    def records(self, source: Source, report: Report) -> Iterator[Record]:
        """Yield the sentences in the order of the table."""
        part, path = self._labels(source)
        rows = list(table(source, path, COLUMNS, report))
        documents = _documents(rows, path, report)
        marks = _raw_rows(source, part, path.rpartition("/")[0], documents, report)
        for line, row in rows:
            document = documents.get(line)
            if document is None:
                continue
            gold = _gold(document, row, path, line, report)
            if gold is not None:
                by_layer = _marks(document, marks[line], report)
                yield Record(document, NO_SPLIT, gold, by_layer, path, line)

    def _labels(self, source: Source) -> tuple[str, str]:
        """Return the part and the path of its final labels."""
        parts = (self.part,) if self.part else PARTS
        names = {f"final_labels_{part}.{extension}": part for part in parts for extension in FORMATS}
        root, known = find(source, *names), set(source.paths())
        return next((part, root + name) for name, part in names.items() if root + name in known)


@dataclass(frozen=True)
class _Raw:
    """What one annotator said of one sentence, and where."""

    annotator: str
    row: Mapping[str, str]
    path: str
    line: int


def _documents(rows: Sequence[Row], path: str, report: Report) -> dict[int, Document]:
    """Return the document of each line that has text; equal sentences have ids of their own."""
    documents: dict[int, Document] = {}
    times: Counter[str] = Counter()
    for line, row in rows:
        text = row["text"]
        if not text.strip():
            report.note("sentence dropped", path, line, "it is empty")
            continue
        times[text] += 1
        identifier = hashlib.sha256(text.encode()).hexdigest()[:16]
        if times[text] > 1:
            report.note("sentence repeated", path, line, f"it stands for the {times[text]}. time; kept")
            identifier += f"-{times[text]}"
        metadata = {name: row[name] for name in METADATA if row.get(name)}
        documents[line] = Document(
            identifier,
            text,
            offsets([(0, len(text))]),
            offsets(tokenize(text)),
            metadata,
            f"{metadata.get('outlet', '')}, {metadata.get('topic', '')}",
        )
    return documents


def _gold(
    document: Document, row: Mapping[str, str], path: str, line: int, report: Report
) -> dict[str, Annotation] | None:
    """Return the majority's labels in all layers; None where a label is not the corpus's."""
    bias, opinion = _bias(row["label_bias"]), _opinion(row["label_opinion"])
    if bias is None or opinion is None:
        given = row["label_bias"] if bias is None else row["label_opinion"]
        report.note("sentence dropped", path, line, f"{shorten(given)} is no label")
        return None
    words = _words(document, row["biased_words"], path, line, report)
    return {
        "bias": _unit(document, "bias", bias),
        "words": Annotation(document, "words", words),
        "opinion": _unit(document, "opinion", opinion),
    }


def _unit(
    document: Document, layer: str, labels: tuple[str, ...], annotator: str | None = None
) -> Annotation:
    unit = Unit(0, len(document.text), labels)
    return Annotation(document, layer, units=(unit,), annotator=annotator)


def _bias(given: str) -> tuple[str, ...] | None:
    """Return the labels of the bias layer: none where the annotators did not agree; None for no label."""
    known = {name.lower(): (name,) for name in BIAS} | {UNDECIDED: ()}
    return known.get(given.strip().lower())


def _opinion(given: str) -> tuple[str, ...] | None:
    """Return the labels of the opinion layer, likewise."""
    name = given.strip().lower()
    if name == UNDECIDED:
        return ()
    known = _OPINIONS.get(name.partition(" ")[0])
    return (known,) if known else None


def _words(document: Document, given: str, path: str, line: int, report: Report) -> tuple[Span, ...]:
    """Return the spans of the words that are listed; those that cannot be found are noted."""
    words = _listed(given)
    if words is None:
        report.note("words dropped", path, line, f"not a list of words: {shorten(given)}")
        return ()
    places: list[tuple[int, int]] = []
    for word in dict.fromkeys(words):
        found = locate(word, document.text)
        if not found:
            report.note("word not found", path, line, f"{shorten(word)} is not in the sentence")
        elif len(found) > 1:
            report.note(
                "word repeated", path, line, f"{shorten(word)} stands {len(found)} times; all are marked"
            )
        places.extend(found)
    return tuple(Span(start, end, WORD) for start, end in united(places))


def _listed(given: str) -> list[str] | None:
    """Return words that stand as a list in Python's notation, or between commas."""
    text = given.strip()
    if not text.startswith("["):
        return [word.strip() for word in text.split(",") if word.strip()]
    try:
        value = ast.literal_eval(text) if len(text) <= _LIST_CHARACTERS else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        return None
    return [word for word in value if word.strip()]


def _raw_rows(
    source: Source, part: str, folder: str, documents: Mapping[int, Document], report: Report
) -> dict[int, list[_Raw]]:
    """Return what each annotator said, by the line of the final labels that it is about."""
    found: dict[int, list[_Raw]] = defaultdict(list)
    known = set(source.paths())
    names = (f"{folder}/raw_labels_{part}.{extension}".lstrip("/") for extension in FORMATS)
    path = next((name for name in names if name in known), None)
    if path is None:
        return found
    try:
        rows = list(table(source, path, (*COLUMNS, "annotator_id"), report))
        lines = _Lines(documents, {row["text"] for _, row in rows})
        for number, row in rows:
            annotator = row["annotator_id"].strip()
            line = lines.next_line(annotator, row["text"])
            if not _ANNOTATOR.fullmatch(annotator):
                report.note("mark dropped", path, number, f"{shorten(annotator)} cannot name an annotator")
            elif line is None:
                message = f"no sentence that is left for A{annotator} reads {shorten(row['text'])}"
                report.note("mark dropped", path, number, message)
            else:
                found[line].append(_Raw(f"A{annotator}", row, path, number))
    except DataError as error:
        for fault in error.faults:
            report.note("file skipped", path, fault.line, fault.message)
        found.clear()
    return found


class _Lines:
    """Finds the line of a sentence by its text.

    A sentence whose text no annotator's row has is found but for quotes, dashes, case and spaces. The others
    are not: where an annotator's sheet has another text, it is not known whether they judged the same one,
    and the published agreement counts it apart. Where equal sentences stand in several lines, an annotator's
    first row is about the first of them.
    """

    def __init__(self, documents: Mapping[int, Document], judged: Set[str]) -> None:
        self._exact: dict[str, list[int]] = defaultdict(list)
        self._plain: dict[str, list[int]] = defaultdict(list)
        for line, document in documents.items():
            self._exact[document.text].append(line)
            if document.text not in judged:
                self._plain[plain(document.text)].append(line)
        self._used: set[tuple[str, int]] = set()

    def next_line(self, annotator: str, text: str) -> int | None:
        """Return the first line with this text that the annotator has no row for yet."""
        for line in self._exact.get(text) or self._plain.get(plain(text)) or ():
            if (annotator, line) not in self._used:
                self._used.add((annotator, line))
                return line
        return None


def _marks(document: Document, rows: Sequence[_Raw], report: Report) -> dict[str, dict[str, Annotation]]:
    """Return the annotators' marks by layer; a label left out says that they did not judge."""
    marks: dict[str, dict[str, Annotation]] = {"bias": {}, "words": {}, "opinion": {}}
    for raw in sorted(rows, key=lambda raw: raw.annotator):
        name, row = raw.annotator, raw.row
        for layer, labels in (
            ("bias", _bias(row["label_bias"])),
            ("opinion", _opinion(row["label_opinion"])),
        ):
            if labels:
                marks[layer][name] = _unit(document, layer, labels, name)
            elif row[f"label_{layer}"].strip():
                message = f"{shorten(row[f'label_{layer}'])} is no label of one annotator"
                report.note("mark dropped", raw.path, raw.line, message)
        if name in marks["bias"] or row["biased_words"].strip():
            spans = _mark_words(document, raw, report)
            marks["words"][name] = Annotation(document, "words", spans, annotator=name)
    return {layer: given for layer, given in marks.items() if given}


def _mark_words(document: Document, raw: _Raw, report: Report) -> tuple[Span, ...]:
    """Return the spans of one annotator's words; that some stand several times is noted for gold alone."""
    own = Report()
    spans = _words(document, raw.row["biased_words"], raw.path, raw.line, own)
    for kind, fault in own.faults:
        if kind != "word repeated":
            report.note(kind, raw.path, raw.line, fault.message)
    return spans
