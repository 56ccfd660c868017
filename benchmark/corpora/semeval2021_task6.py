"""The text part of SemEval-2021 Task 6: memes with the persuasion techniques in their words.

A JSON array a split and task, in a file named .txt: task 1 has the techniques of a meme, task 2 the spans of
each. In the published training and dev sets the techniques of task 1 are those of the spans, without
exception.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from msgspec import Raw, Struct

from benchmark.corpora.base import About, Record, Report, Source
from benchmark.corpora.source import find, text_or_note
from benchmark.errors import Fault
from benchmark.fileio import decode
from benchmark.manifest import LayerEntry, LicenceEntry
from benchmark.model import Annotation, Span, Unit
from benchmark.segmentation import segment

SPLITS = {"train": "training", "dev": "dev", "test": "test"}
"""How the files call a split."""
TECHNIQUES = (
    "Appeal to authority",
    "Appeal to fear/prejudice",
    "Black-and-white Fallacy/Dictatorship",
    "Causal Oversimplification",
    "Doubt",
    "Exaggeration/Minimisation",
    "Flag-waving",
    "Glittering generalities (Virtue)",
    "Loaded Language",
    "Misrepresentation of Someone's Position (Straw Man)",
    "Name calling/Labeling",
    "Obfuscation, Intentional vagueness, Confusion",
    "Presenting Irrelevant Data (Red Herring)",
    "Reductio ad hitlerum",
    "Repetition",
    "Slogans",
    "Smears",
    "Thought-terminating cliché",
    "Whataboutism",
    "Bandwagon",
)
LAYERS = {
    "technique": LayerEntry("spans", TECHNIQUES, "people"),
    "technique_label": LayerEntry("units", TECHNIQUES, "people", "document"),
}
TERMS = "free for general research use"

_TASK_1 = "{}_set_task1.txt"
_TASK_2 = "{}_set_task2.txt"


class _Labelled(Struct, frozen=True):
    """A meme of task 1."""

    id: str
    text: str
    labels: list[str]


class _Piece(Struct, frozen=True):
    start: int
    end: int
    technique: str
    text_fragment: str


class _Marked(Struct, frozen=True):
    """A meme of task 2."""

    id: str
    text: str
    labels: list[_Piece]


T = TypeVar("T", _Labelled, _Marked)


@dataclass(frozen=True, slots=True)
class _Read(Generic[T]):
    """A meme and where it stands."""

    path: str
    line: int
    meme: T


class SemEval2021Task6Adapter:
    """Reads the text of the memes."""

    def about(self, source: Source) -> About:
        """Return what the corpus is.

        Raises
        ------
        DataError
            Where the source has no file of task 2, without which there are no spans.
        """
        find(source, *map(_TASK_2.format, SPLITS.values()))
        return About(
            name="semeval2021_task6",
            version="2021",
            title="SemEval-2021 Task 6, subtasks 1 and 2: persuasion techniques in the text of memes",
            description="The words of memes with spans of 20 persuasion techniques (layer technique, subtask "
            "2) and the techniques of each meme (layer technique_label, subtask 1).",
            language="en",
            licence=LicenceEntry(annotations=TERMS, text=TERMS),
            citation="Dimitar Dimitrov, Bishr Bin Ali, Shaden Shaar, Firoj Alam, Fabrizio Silvestri, Hamed "
            "Firooz, Preslav Nakov, Giovanni Da San Martino: SemEval-2021 Task 6: Detection of Persuasion "
            "Techniques in Texts and Images. SemEval 2021.",
            source="https://propaganda.math.unipd.it/semeval2021task6/",
            layers=LAYERS,
        )

    def records(self, source: Source, report: Report) -> Iterator[Record]:
        """Yield the memes split by split, in the order of the files.

        A meme that only task 2 has gets the techniques of its spans, unless a meme of its split shows that
        the two tasks differ; a meme that only task 1 has is dropped, since it has no spans.

        Raises
        ------
        DataError
            As `about`.
        """
        root = find(source, *map(_TASK_2.format, SPLITS.values()))
        seen: set[str] = set()
        for split, name in SPLITS.items():
            labelled = _memes(source, report, root + _TASK_1.format(name), _Labelled)
            marked = _memes(source, report, root + _TASK_2.format(name), _Marked)
            derive = not _differing(labelled, marked)
            for identifier, read in marked.items():
                label = labelled.get(identifier)
                if identifier in seen:
                    message = f"meme {identifier} is in another split too"
                    report.note("meme dropped", read.path, read.line, message)
                elif label is None and not derive:
                    report.note("meme dropped", read.path, read.line, "it is not in task 1")
                else:
                    seen.add(identifier)
                    yield _record(split, read, label, report)
            for identifier in sorted(labelled.keys() - marked.keys()):
                lone = labelled[identifier]
                report.note("meme dropped", lone.path, lone.line, "it is not in task 2, which has the spans")


def _memes(source: Source, report: Report, path: str, kind: type[T]) -> dict[str, _Read[T]]:
    """Return the memes of a file by id; what is wrong is noted."""
    text = text_or_note(source, path, report) if path in source.paths() else None
    found: dict[str, _Read[T]] = {}
    for line, raw in _rows(path, text, report):
        faults: list[Fault] = []
        meme = decode(raw, kind, Path(path), line, faults)
        problem = faults[0].message if meme is None else _problem(meme, found)
        if meme is None or problem:
            report.note("meme dropped", path, line, problem)
        else:
            found[meme.id] = _Read(path, line, meme)
    return found


def _rows(path: str, text: str | None, report: Report) -> Iterator[tuple[int, bytes]]:
    """Yield the elements of a JSON array, each with its line."""
    if text is None:
        return
    content = text.removeprefix("\ufeff").encode()
    faults: list[Fault] = []
    rows = decode(content, list[Raw], Path(path), None, faults)
    for fault in faults:
        report.note("file skipped", path, None, fault.message)
    end, line = 0, 1
    for row in map(bytes, rows or ()):
        # Between two elements there is nothing but a comma and white space.
        start = content.index(row, end)
        line += content.count(b"\n", end, start)
        yield line, row
        end = start + len(row)
        line += row.count(b"\n")


def _problem(meme: _Labelled | _Marked, found: Mapping[str, object]) -> str:
    if not meme.id or not meme.text.strip():
        return "no text" if meme.id else "no id"
    return f"meme {meme.id} stands there already" if meme.id in found else ""


def _differing(labelled: Mapping[str, _Read[_Labelled]], marked: Mapping[str, _Read[_Marked]]) -> bool:
    """Return whether a meme's techniques in task 1 are others than those of its spans in task 2."""
    return any(
        set(labelled[identifier].meme.labels) != {piece.technique for piece in marked[identifier].meme.labels}
        for identifier in labelled.keys() & marked.keys()
    )


def _record(split: str, read: _Read[_Marked], label: _Read[_Labelled] | None, report: Report) -> Record:
    meme = read.meme
    document = segment(meme.id, meme.text)
    spans = _spans(read, report)
    if label is None:
        report.note(
            "labels derived", read.path, read.line, "not in task 1; it gets the techniques of its spans"
        )
        names = [span.label for span in spans]
    else:
        names = _known(label, report)
        if label.meme.text != meme.text:
            report.note("text differs", label.path, label.line, "task 2 has another text, which is used")
    whole = Unit(0, len(meme.text), tuple(sorted(set(names), key=TECHNIQUES.index)))
    gold = {
        "technique": Annotation(document, "technique", spans),
        "technique_label": Annotation(document, "technique_label", units=(whole,)),
    }
    return Record(document, split, gold)


def _known(read: _Read[_Labelled], report: Report) -> list[str]:
    for name in read.meme.labels:
        if name not in TECHNIQUES:
            report.note("label dropped", read.path, read.line, f"unknown technique '{name}'")
    return [name for name in read.meme.labels if name in TECHNIQUES]


def _spans(read: _Read[_Marked], report: Report) -> tuple[Span, ...]:
    """Return the spans of a meme, sorted; those that are wrong, or the same again, are noted."""
    found: set[Span] = set()
    for piece in read.meme.labels:
        start, end = _place(piece, read, report)
        where = f"'{piece.technique}' at {piece.start}–{piece.end}"
        if piece.technique not in TECHNIQUES:
            problem = f"{where}: unknown technique"
        elif not 0 <= start < end <= len(read.meme.text):
            problem = f"{where}: no span of a text of {len(read.meme.text)} characters"
        elif Span(start, end, piece.technique) in found:
            problem = f"{where}: stands there already"
        else:
            found.add(Span(start, end, piece.technique))
            continue
        report.note("span dropped", read.path, read.line, problem)
    return tuple(sorted(found, key=lambda span: (span.start, span.end, span.label)))


def _place(piece: _Piece, read: _Read[_Marked], report: Report) -> tuple[int, int]:
    """Return a span's offsets: as published, since published scores hang on them, where they are any.

    Offsets that are none are replaced where the words stand exactly once.
    """
    text, fragment = read.meme.text, piece.text_fragment
    valid = 0 <= piece.start < piece.end <= len(text)
    if valid and text[piece.start : piece.end] == fragment:
        return piece.start, piece.end
    where = f"'{piece.technique}' at {piece.start}–{piece.end}"
    if valid:
        report.note("span differs", read.path, read.line, f"{where}: not its words; its offsets are kept")
    elif fragment and text.count(fragment) == 1:
        report.note("span mended", read.path, read.line, f"{where}: no offsets; placed by its words")
        start = text.index(fragment)
        return start, start + len(fragment)
    return piece.start, piece.end
