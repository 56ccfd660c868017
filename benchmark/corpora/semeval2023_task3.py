"""The framing part of SemEval-2023 Task 3 in English: articles with any of 14 frames.

A folder a language holds a folder of articles a split, and one file with the frames of all its articles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from benchmark.corpora.base import About, Record, Report, Source
from benchmark.corpora.source import matching, roots, text_or_note
from benchmark.errors import DataError, Fault
from benchmark.manifest import LayerEntry, LicenceEntry
from benchmark.model import Annotation, Unit
from benchmark.segmentation import segment

SPLITS = ("train", "dev", "test")
LANGUAGE = "en"
OTHER_LANGUAGES = ("de", "el", "es", "fr", "it", "ka", "po", "pl", "ru", "ge", "gr")
"""Names of the folders of the task's other languages, as its releases spelled them."""
FRAMES = (
    "Economic",
    "Capacity_and_resources",
    "Morality",
    "Fairness_and_equality",
    "Legality_Constitutionality_and_jurisprudence",
    "Policy_prescription_and_evaluation",
    "Crime_and_punishment",
    "Security_and_defense",
    "Health_and_safety",
    "Quality_of_life",
    "Cultural_identity",
    "Public_opinion",
    "Political",
    "External_regulation_and_reputation",
)
LAYER = "frame"
LAYERS = {LAYER: LayerEntry("units", FRAMES, "people", "document")}
TERMS = "research use"

_ARTICLES = "{}-articles-subtask-2/article*.txt"
_LABELS = "{}-labels-subtask-2.txt"


class _Row(NamedTuple):
    """A row of a label file, and what is wrong with it."""

    article: str
    line: int
    frames: tuple[str, ...]
    problem: str


class SemEval2023Task3Adapter:
    """Reads the English framing articles."""

    def about(self, source: Source) -> About:
        """Return what the corpus is.

        Raises
        ------
        DataError
            Where the source has no articles of the subtask in English.
        """
        _root(source)
        return About(
            name="semeval2023_task3",
            version="2023",
            title="SemEval-2023 Task 3, subtask 2: framing, English",
            description="News articles with the frames that annotators found in them, any number of 14.",
            language=LANGUAGE,
            licence=LicenceEntry(annotations=TERMS, text=TERMS),
            citation="Jakub Piskorski, Nicolas Stefanovitch, Giovanni Da San Martino, Preslav Nakov: "
            "SemEval-2023 Task 3: Detecting the Category, the Framing, and the Persuasion Techniques in "
            "Online News in a Multi-lingual Setup. SemEval 2023.",
            source="https://propaganda.math.unipd.it/semeval2023task3/",
            layers=LAYERS,
        )

    def records(self, source: Source, report: Report) -> Iterator[Record]:
        """Yield the articles split by split, ordered by their ids; those without a row of frames are dropped.

        Raises
        ------
        DataError
            As `about`.
        """
        root = _root(source)
        seen: set[str] = set()
        for split in SPLITS:
            articles = {name: path for path, name in matching(source, root, _ARTICLES.format(split)).items()}
            labels = root + _LABELS.format(split)
            rows = _rows(source, report, labels)
            if articles and rows is None:
                message = f"{len(articles)} articles without {_LABELS.format(split)}"
                report.note("split dropped", f"{root}{split}-articles-subtask-2", None, message)
                continue
            for row in (rows or {}).values():
                if row.article not in articles:
                    report.note("row dropped", labels, row.line, f"article {row.article} is not there")
            for identifier, path in sorted(articles.items()):
                record = _record(source, report, split, path, (rows or {}).get(identifier), seen)
                if record is not None:
                    seen.add(identifier)
                    yield record


def _root(source: Source) -> str:
    """Return where the English part lies: the folder `en`, or what has no other language's name."""
    found = roots(source, *map(_ARTICLES.format, SPLITS))
    names = {root: (root.rstrip("/") or source.location.resolve().name).rpartition("/")[2] for root in found}
    english = [root for root in found if names[root] == LANGUAGE]
    english = english or [root for root in found if names[root] not in OTHER_LANGUAGES]
    if len(english) == 1:
        return english[0]
    if english:
        message = f"holds the corpus in {len(english)} places ({', '.join(english[:5])}); give one of them"
    else:
        others = f", only {', '.join(names.values())}" if found else ""
        message = f"holds no {LANGUAGE}/{_ARTICLES.format('train')}{others}"
    raise DataError([Fault(source.location, None, message)])


def _rows(source: Source, report: Report, path: str) -> dict[str, _Row] | None:
    """Return the rows of a label file by article; None where there is none, or it cannot be read."""
    text = text_or_note(source, path, report) if path in source.paths() else None
    if text is None:
        return None
    rows: dict[str, _Row] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        identifier, tab, names = line.rstrip("\r").partition("\t")
        frames = tuple(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
        unknown = [frame for frame in frames if frame not in FRAMES]
        problem = f"unknown frame '{unknown[0]}'" if unknown else "" if tab else "no TAB after the id"
        if identifier in rows:
            report.note("row dropped", path, number, f"article {identifier} stands there already")
        else:
            rows[identifier] = _Row(identifier, number, frames, problem)
    return rows


def _record(
    source: Source, report: Report, split: str, path: str, row: _Row | None, seen: set[str]
) -> Record | None:
    """Return the article of a file with the frames of its row; None where it has to be dropped, noted."""
    text = text_or_note(source, path, report)
    if text is None:
        return None
    if row is None:
        problem = f"not in {_LABELS.format(split)}"
    elif row.article in seen:
        problem = f"article {row.article} is in another split too"
    elif row.problem:
        problem = f"line {row.line} of {_LABELS.format(split)}: {row.problem}"
    elif not text.strip():
        problem = "empty"
    else:
        document = segment(row.article, text, language=LANGUAGE)
        unit = Unit(0, len(text), row.frames)
        return Record(document, split, {LAYER: Annotation(document, LAYER, units=(unit,))})
    report.note("article dropped", path, None, problem)
    return None
