"""Runs of programs over a few documents, and what became of these."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from baselines.command import CommandDetector
from benchmark.model import Document, Prediction, Span
from benchmark.segmentation import segment

LABELS = ("Doubt", "Repetition")
DOCUMENTS = [segment(f"d{number}", f"Text {number}.") for number in range(5)]
STREAM = "for question in questions():\n    say(first_word(question))\n"
BATCH = "rows = list(questions())\nfor question in rows: say(first_word(question))\n"


def sound(document: Document) -> Prediction:
    return Prediction(document.id, "technique", (Span(0, 4, "Doubt"),))


def run(command: str, documents: Sequence[Document] = DOCUMENTS, **parameters: float) -> list[object]:
    return list(CommandDetector(command, **parameters).predict(documents, "technique"))


def lost(found: Sequence[object], documents: Sequence[Document] = DOCUMENTS) -> dict[str, str]:
    """Check that all documents but the lost ones are answered soundly, and return what was said of these."""
    assert len(found) == len(documents)
    faults = {d.id: str(one) for d, one in zip(documents, found, strict=True) if isinstance(one, Exception)}
    assert [one for one in found if not isinstance(one, Exception)] == [
        sound(d) for d in documents if d.id not in faults
    ]
    return faults


def starts(folder: Path) -> list[list[str]]:
    """Return which documents each start of a program was given that notes them."""
    path = folder / "starts"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def noting(folder: Path) -> str:
    """Return code of a program that notes what it is given at each start, and has it all in `rows`."""
    path = str(folder / "starts")
    return (
        "rows = list(questions())\n"
        f"open({path!r}, 'a').write(' '.join(row['document'] for row in rows) + '\\n')\n"
    )
