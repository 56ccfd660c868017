"""The Propaganda Techniques Corpus, as SemEval-2020 Task 11 and its permanent leaderboard give it out.

Every split is a folder of articles, with label files of two kinds: spans (task SI) and spans with techniques
(task FLC-TC), each a file an article, and once more all in one file. Two editions differ in the names of
these files. The spans of both layers are kept as they are: those of `propaganda` overlap, since they are not
merged.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from benchmark.corpora.base import About, Record, Report, Source
from benchmark.corpora.source import find, matching, roots, text_or_note
from benchmark.manifest import LayerEntry, LicenceEntry
from benchmark.model import Annotation, Span
from benchmark.segmentation import segment

SPLITS = ("train", "dev", "test")
PROPAGANDA = "Propaganda"
TECHNIQUES = (
    "Appeal_to_Authority",
    "Appeal_to_fear-prejudice",
    "Bandwagon,Reductio_ad_hitlerum",
    "Black-and-White_Fallacy",
    "Causal_Oversimplification",
    "Doubt",
    "Exaggeration,Minimisation",
    "Flag-Waving",
    "Loaded_Language",
    "Name_Calling,Labeling",
    "Repetition",
    "Slogans",
    "Thought-terminating_Cliches",
    "Whataboutism,Straw_Men,Red_Herring",
)
LAYERS = {
    "propaganda": LayerEntry("spans", (PROPAGANDA,), "people"),
    "technique": LayerEntry("spans", TECHNIQUES, "people"),
}
NO_LICENCE = "none stated; research use, citation asked"

_ARTICLES = "{}-articles/article*.txt"
_FOLDERS = {
    "propaganda": (
        "{}-labels-task-si/article*.labels",
        "{}-labels-task1-span-identification/article*.labels",
    ),
    "technique": (
        "{}-labels-task-flc-tc/article*.labels",
        "{}-labels-task2-technique-classification/article*.labels",
    ),
}
_COMBINED = {
    "propaganda": ("{}-task-si.labels", "{}-task1-SI.labels", "{}-task-SI.labels"),
    "technique": ("{}-task-flc-tc.labels", "{}-task2-TC.labels", "{}-task-TC.labels"),
}
_FIRST_EDITION = ("*-labels-task1-span-identification/article*.labels", "*-task1-SI.labels")
_OFFSET = re.compile("[0-9]{1,9}")


class _Row(NamedTuple):
    """A row of a label file, and where it stands."""

    path: str
    line: int
    fields: tuple[str, ...]


_Rows = Mapping[str, list[_Row]]


class PtcAdapter:
    """Reads the Propaganda Techniques Corpus."""

    def about(self, source: Source) -> About:
        """Return what the corpus is; the names of the label files tell its edition.

        Raises
        ------
        DataError
            Where the source has no articles in the corpus's layout.
        """
        find(source, *map(_ARTICLES.format, SPLITS))
        return About(
            name="ptc",
            version="1" if roots(source, *_FIRST_EDITION) else "2",
            title="Propaganda Techniques Corpus",
            description="News articles in which six professional annotators marked 18 propaganda techniques, "
            "merged to 14. Layer propaganda has the spans of task SI, technique those of task FLC-TC.",
            language="en",
            licence=LicenceEntry(annotations=NO_LICENCE, text=NO_LICENCE),
            citation="Giovanni Da San Martino, Seunghak Yu, Alberto Barrón-Cedeño, Rostislav Petrov, Preslav "
            "Nakov: Fine-Grained Analysis of Propaganda in News Articles. EMNLP-IJCNLP 2019. "
            "Giovanni Da San Martino, Alberto Barrón-Cedeño, Henning Wachsmuth, Rostislav Petrov, Preslav "
            "Nakov: SemEval-2020 Task 11: Detection of Propaganda Techniques in News Articles. SemEval 2020.",
            source="https://propaganda.qcri.org/ptc/",
            layers=LAYERS,
        )

    def records(self, source: Source, report: Report) -> Iterator[Record]:
        """Yield the articles split by split, ordered by their ids; both kinds of labels are needed.

        Raises
        ------
        DataError
            As `about`.
        """
        root = find(source, *map(_ARTICLES.format, SPLITS))
        seen: set[str] = set()
        for split in SPLITS:
            found = matching(source, root, _ARTICLES.format(split))
            articles = {identifier: path for path, identifier in found.items()}
            rows = {
                layer: _labels(source, report, root, split, layer, articles) for layer in LAYERS if articles
            }
            missing = [layer for layer, found_rows in rows.items() if found_rows is None]
            if missing:
                message = f"{len(articles)} articles without label files for {' and '.join(missing)}"
                report.note("split dropped", f"{root}{split}-articles", None, message)
                continue
            labels = {layer: found_rows for layer, found_rows in rows.items() if found_rows is not None}
            _note_strangers(labels, articles, report)
            for identifier, path in sorted(articles.items()):
                if identifier in seen:
                    report.note("article dropped", path, None, f"{identifier} is in another split too")
                    continue
                record = _record(source, report, split, identifier, path, labels)
                if record is not None:
                    seen.add(identifier)
                    yield record


def _record(
    source: Source, report: Report, split: str, identifier: str, path: str, labels: Mapping[str, _Rows]
) -> Record | None:
    text = text_or_note(source, path, report)
    if text is None:
        return None
    missing = [layer for layer, rows in labels.items() if identifier not in rows]
    if missing or not text.strip():
        message = f"without labels for {' and '.join(missing)}" if missing else "empty"
        report.note("article dropped", path, None, message)
        return None
    document = segment(identifier, text)
    gold = {
        layer: Annotation(document, layer, _spans(rows[identifier], identifier, len(text), layer, report))
        for layer, rows in labels.items()
    }
    return Record(document, split, gold)


def _labels(
    source: Source, report: Report, root: str, split: str, layer: str, articles: Iterable[str]
) -> _Rows | None:
    """Return the rows of each article of a split, from its own file or else from the one for all.

    An article that only the file for all leaves out has no spans; None where there are no files.
    """
    single = _per_article(source, report, root, split, layer)
    path, combined = _combined(source, report, root, split, layer)
    if single is not None and combined is not None:
        ones, others = Counter(map(_fields, chain(*single.values()))), Counter(map(_fields, combined))
        differing = (ones - others) + (others - ones)
        if differing:
            message = f"{differing.total()} rows differ from the files of the articles, which are used"
            report.note("labels differ", path, None, message)
    if single is not None or combined is None:
        return single
    rows: dict[str, list[_Row]] = {article: [] for article in articles}
    for row in combined:
        rows.setdefault(row.fields[0], []).append(row)
    return rows


def _fields(row: _Row) -> tuple[str, ...]:
    return row.fields


def _per_article(source: Source, report: Report, root: str, split: str, layer: str) -> _Rows | None:
    for pattern in _FOLDERS[layer]:
        files = matching(source, root, pattern.format(split))
        if files:
            texts = {path: text_or_note(source, path, report) for path in files}
            return {
                files[path].partition(".")[0]: list(_rows(path, text))
                for path, text in texts.items()
                if text is not None
            }
    return None


def _combined(
    source: Source, report: Report, root: str, split: str, layer: str
) -> tuple[str, list[_Row] | None]:
    """Return the path and the rows of the first file for all articles that there is and can be read."""
    for pattern in _COMBINED[layer]:
        for path in matching(source, root, pattern.format(split)):
            text = text_or_note(source, path, report)
            if text is not None:
                return path, list(_rows(path, text))
    return "", None


def _rows(path: str, text: str) -> Iterator[_Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _Row(path, number, tuple(line.rstrip("\r").split("\t")))


def _note_strangers(labels: Mapping[str, _Rows], articles: Iterable[str], report: Report) -> None:
    known = frozenset(articles)
    for rows in labels.values():
        for identifier in sorted(rows.keys() - known):
            for row in rows[identifier]:
                report.note("span dropped", row.path, row.line, f"article {identifier} is not there")


def _spans(
    rows: Iterable[_Row], identifier: str, length: int, layer: str, report: Report
) -> tuple[Span, ...]:
    """Return the spans of an article, sorted; rows that are wrong, or the same again, are noted."""
    found: set[Span] = set()
    for row in rows:
        span = _span(row.fields, identifier, length, layer)
        if isinstance(span, Span) and span not in found:
            found.add(span)
        else:
            problem = "the same row stands there already" if isinstance(span, Span) else span
            report.note("span dropped", row.path, row.line, problem)
    return tuple(sorted(found, key=lambda span: (span.start, span.end, span.label)))


def _span(fields: tuple[str, ...], identifier: str, length: int, layer: str) -> Span | str:
    """Return the span of a row, or what is wrong with the row."""
    names = ("id", "start", "end") if layer == "propaganda" else ("id", "technique", "start", "end")
    if len(fields) != len(names):
        return f"{len(fields)} columns, not {len(names)}: {', '.join(names)}"
    if fields[0] != identifier:
        return f"it is of article {fields[0]}"
    if not all(map(_OFFSET.fullmatch, fields[-2:])):
        return f"'{fields[-2]}' and '{fields[-1]}' are no offsets"
    start, end = int(fields[-2]), int(fields[-1])
    if not start < end <= length:
        return f"{start}–{end} is no span of an article of {length} characters"
    label = PROPAGANDA if layer == "propaganda" else fields[1]
    return Span(start, end, label) if label in LAYERS[layer].labels else f"unknown technique '{label}'"
