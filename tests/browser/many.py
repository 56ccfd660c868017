"""A made-up dataset as large as the page has to bear: 500 articles, 10 detectors, 2 of them with answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmark.answers import Answer, Quotation
from benchmark.kept import KeptRun
from benchmark.manifest import LayerEntry
from benchmark.model import Annotation, Note, Span
from benchmark.segmentation import segment
from tests.browser.folders import Content, write_folder, write_predictions
from tests.page.asked import answer

ARTICLES, DETECTORS, WORDS, MARKS = 500, 10, 700, 20
MODELS, PARTS = 2, 3
LABELS = tuple(f"Technique {letter}" for letter in "ABCDEFGHIJKLMN")
VOCABULARY = (
    "the",
    "a",
    "plan",
    "vile",
    "minister",
    "said",
    "that",
    "of",
    "and",
    "in",
    "was",
    "not",
    "after",
)


def write_many(folder: Path) -> Path:
    """Write the dataset folder, and return it: articles of 700 words with 20 gold spans each."""
    draw = np.random.default_rng(7)
    documents = [segment(f"article {number}", _text(draw)) for number in range(ARTICLES)]
    note = Note(support=("P",), rationale="It says more than is known.", rewrite="said")
    gold = []
    for document in documents:
        spans = {(s, e, LABELS[k]) for s, e, k in _places(draw, len(document.text))}
        marked = tuple(Span(start, end, label, note=note) for start, end, label in sorted(spans))
        gold.append(Annotation(document, "technique", spans=marked))
    layers = {"technique": LayerEntry("spans", LABELS, "people", None, ("P",))}
    marks = [Annotation(own.document, "technique", spans=_own(own.spans), annotator="P") for own in gold]
    content = Content(
        "many", "Many articles", documents, layers, {"technique": gold}, {"technique": marks}, ("P",)
    )
    return write_folder(folder, content)


def write_detectors(folder: Path, dataset: Path) -> list[Path]:
    """Write ten files of predictions, each of 20 spans an article, and return them."""
    import json

    lines = (dataset / "gold" / "technique.jsonl").read_text(encoding="utf-8").splitlines()
    gold = [json.loads(line) for line in lines]
    paths = []
    for number in range(DETECTORS):
        draw = np.random.default_rng(100 + number)
        rows = []
        for row in gold:
            kept = [span for span in row["spans"] if draw.random() < 0.5]
            spans = {(span["start"], span["end"], span["label"]) for span in kept}
            extra = _places(draw, 4000)[: MARKS - len(kept)]
            spans |= {(start, end, LABELS[label]) for start, end, label in extra}
            found = [
                {"start": start, "end": end, "label": label, "score": round(float(draw.random()), 3)}
                for start, end, label in sorted(spans)
            ]
            rows.append({"document": row["document"], "layer": "technique", "spans": found, "units": []})
        paths.append(write_predictions(folder / f"detector {number}.jsonl", rows))
    return paths


def answers(run: KeptRun) -> list[Answer]:
    """Return three answers about each article, with all that the run predicted in the first one."""
    found = []
    for document, prediction in zip(run.rescorer.dataset.documents, run.predictions, strict=True):
        quotes = tuple(
            Quotation(
                document.text[span.start : span.end], span.label, "It judges.", span.start, span.end, "exact"
            )
            for span in prediction.spans
        )
        raw = "It is said that the wording judges. " * 60
        found += [
            answer(document.id, part=part, raw=raw, quotations=() if part else quotes)
            for part in range(PARTS)
        ]
    return found


def _text(draw: np.random.Generator) -> str:
    words = [VOCABULARY[place] for place in draw.integers(0, len(VOCABULARY), WORDS)]
    paragraphs = [" ".join(words[start : start + 70]) + "." for start in range(0, WORDS, 70)]
    text = "\n\n".join(paragraphs)
    return text.ljust(4100, "x")


def _places(draw: np.random.Generator, size: int) -> list[tuple[int, int, int]]:
    starts = draw.integers(0, size - 60, MARKS)
    lengths = draw.integers(3, 60, MARKS)
    labels = draw.integers(0, len(LABELS), MARKS)
    return [
        (int(start), int(start + length), int(label))
        for start, length, label in zip(starts, lengths, labels, strict=True)
    ]


def _own(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    note = Note(confidence=2, rationale="It says more than is known.", rewrite="said")
    return tuple(Span(span.start, span.end, span.label, note=note) for span in spans)
