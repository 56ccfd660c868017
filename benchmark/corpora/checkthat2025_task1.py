"""CheckThat! 2025 Task 1 in English: sentences of news articles, subjective or objective.

A TSV a split, without quoting: a quotation mark is a part of the sentence. The column `solved_conflict`, that
the annotators disagreed at first, is missing from some files and from some rows of others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmark.corpora.base import About, Record, Report, Source
from benchmark.corpora.source import find, text_or_note
from benchmark.manifest import LayerEntry, LicenceEntry
from benchmark.model import Annotation, Document, Unit, offsets
from benchmark.segmentation import tokenize

FILES = {
    "train_en.tsv": "train",
    "dev_en.tsv": "dev",
    "dev_test_en.tsv": "dev_test",
    "test_en.tsv": "test",
    "test_en_gold.tsv": "test",
    "test_en_labeled.tsv": "test",
}
"""The split of each file; the labels of the test set came under several names over the years."""
UNLABELLED = "test_en_unlabeled.tsv"
LAYER = "subjectivity"
LABELS = ("SUBJ", "OBJ")
LAYERS = {LAYER: LayerEntry("units", LABELS, "people", "sentence")}
LICENCE = "CC BY-NC-SA 4.0"

_NEEDED = ("sentence_id", "sentence", "label")
_CONFLICT = "solved_conflict"


class CheckThat2025Task1Adapter:
    """Reads the English sentences."""

    def about(self, source: Source) -> About:
        """Return what the corpus is.

        Raises
        ------
        DataError
            Where the source has none of the English files.
        """
        find(source, *FILES)
        return About(
            name="checkthat2025_task1",
            version="2025",
            title="CheckThat! 2025 Task 1: subjectivity in news articles, English",
            description="Sentences of news articles, each labelled as subjective or objective.",
            language="en",
            licence=LicenceEntry(annotations=LICENCE, text=LICENCE),
            citation="Francesco Antici, Andrea Galassi, Federico Ruggeri, Katerina Korre, Arianna Muti, "
            "Alessandra Bardi, Alice Fedotova, Alberto Barrón-Cedeño: A Corpus for Sentence-level "
            "Subjectivity Detection on English News Articles. LREC-COLING 2024. "
            "The CLEF-2025 CheckThat! Lab, Task 1: Subjectivity in News Articles. CLEF 2025.",
            source="https://checkthat.gitlab.io/clef2025/task1/",
            layers=LAYERS,
            sentences="the corpus: one a document",
        )

    def records(self, source: Source, report: Report) -> Iterator[Record]:
        """Yield the sentences as documents, in the order of the files.

        Raises
        ------
        DataError
            As `about`.
        """
        root = find(source, *FILES)
        there = frozenset(source.paths())
        if root + UNLABELLED in there:
            report.note("file skipped", root + UNLABELLED, None, "it has no labels")
        ids: set[str] = set()
        sentences: dict[str, str] = {}
        for name, split in FILES.items():
            path = root + name
            text = text_or_note(source, path, report) if path in there else None
            for line, row in _rows(path, text or "", report):
                problem = _problem(row, ids)
                if problem:
                    report.note("sentence dropped", path, line, problem)
                    continue
                identifier, sentence = row["sentence_id"], row["sentence"]
                if sentence in sentences:
                    report.note("sentence repeated", path, line, f"the same as {sentences[sentence]}; kept")
                ids.add(identifier)
                sentences.setdefault(sentence, identifier)
                yield _record(row, split)


def _rows(path: str, text: str, report: Report) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows by the names of their columns, with their line; shorter rows lack the last ones."""
    header, _, body = text.removeprefix("\ufeff").partition("\n")
    columns = header.rstrip("\r").split("\t")
    missing = [name for name in _NEEDED if name not in columns]
    if missing and text:
        report.note("file skipped", path, 1, f"no column {', '.join(missing)}")
        return
    for number, line in enumerate(body.split("\n"), 2):
        cells = line.rstrip("\r").split("\t")
        if not line.strip():
            continue
        if len(cells) > len(columns):
            report.note("sentence dropped", path, number, f"{len(cells)} columns, not {len(columns)}")
        else:
            yield number, dict(zip(columns, cells, strict=False))


def _problem(row: Mapping[str, str], ids: set[str]) -> str:
    missing = [name for name in _NEEDED if not row.get(name, "").strip()]
    if missing:
        return f"no {' and no '.join(missing)}"
    if row["label"] not in LABELS:
        return f"unknown label '{row['label']}'"
    return f"sentence_id {row['sentence_id']} stands there already" if row["sentence_id"] in ids else ""


def _record(row: Mapping[str, str], split: str) -> Record:
    sentence = row["sentence"]
    document = Document(
        id=row["sentence_id"],
        text=sentence,
        sentences=offsets([(0, len(sentence))]),
        tokens=offsets(tokenize(sentence)),
        metadata={_CONFLICT: row[_CONFLICT]} if row.get(_CONFLICT) else {},
    )
    unit = Unit(0, len(sentence), (row["label"],))
    return Record(document, split, {LAYER: Annotation(document, LAYER, units=(unit,))})
