"""A small corpus in memory, and the store that it is written to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmark.corpora.base import About, Input, Record, Report
from benchmark.manifest import RELATION_PARTS, LayerEntry, LicenceEntry
from benchmark.model import Annotation, Document, Note, Portrayal, Span, Unit
from benchmark.segmentation import segment
from benchmark.store.writer import write

LAYERS = {
    "technique": LayerEntry("spans", ("loaded", "name"), "people"),
    "attribution": LayerEntry("relations", RELATION_PARTS, "people"),
    "bias": LayerEntry("units", ("yes", "no"), "people", "sentence"),
    "portrayal": LayerEntry(
        "entities",
        ("positive", "neutral", "negative", "protagonist", "antagonist", "victim", "none"),
        "people",
    ),
}
ABOUT = About(
    name="small",
    version="1.0",
    title="A small corpus",
    description="Three texts.",
    language="en",
    licence=LicenceEntry("CC0-1.0", "CC0-1.0"),
    citation="none",
    source="made up",
    layers=LAYERS,
    group="event",
    adapter=3,
)
INPUTS = (Input("b.txt", "b" * 64, 20), Input("a.txt", "a" * 64, 10))
TEXT = "\ufeffThe vile plan. Ann said it was vile."
OTHER = "Calm day 😀."


def record(
    identifier: str = "d1", text: str = TEXT, split: str = "train", group: str | None = None, **changes: Any
) -> Record:
    """Return a record of all layers; annotator A2 saw it only where its text is `TEXT`."""
    found = segment(identifier, text, {"topic": "plans"})
    document = Document(found.id, found.text, found.sentences, found.tokens, found.metadata, group)
    first = text == TEXT
    gold = annotations(document, first)
    marks = {
        layer: {
            name: annotations(document, first, name)[layer]
            for name in ("A10", "A2")
            if first or name == "A10"
        }
        for layer in LAYERS
        if layer != "bias"
    }
    return Record(**{"document": document, "split": split, "gold": gold, "marks": marks} | changes)


def annotations(document: Document, first: bool, annotator: str | None = None) -> dict[str, Annotation]:
    """Return an annotation of every layer."""
    note = Note() if annotator is None else Note(confidence=2)
    spans = (Span(5, 9, "loaded", note=note), Span(5, 14, "name", note=note)) if first else ()
    plain = Note() if annotator is None else Note(confidence=3)
    # The cue has two fragments.
    parts = ((16, 19, "source"), (20, 24, "cue"), (32, 36, "cue"))
    relations = tuple(Span(*part, relation=0, note=plain) for part in parts) if first else ()
    labels = [("yes",), ()] if first else [("no",)]
    units = tuple(
        Unit(start, end, given)
        for (start, end), given in zip(document.sentences.tolist(), labels, strict=True)
    )
    portrayed = (Portrayal("Ann", "neutral", "none", *((1, 1) if annotator is None else ())),)
    if annotator is not None:
        portrayed = (Portrayal("Ann", "neutral", "none", evidence=((0, 3),), confidence=1),)
    return {
        "technique": Annotation(document, "technique", spans, annotator=annotator),
        "attribution": Annotation(document, "attribution", relations, annotator=annotator),
        "bias": Annotation(document, "bias", units=units, annotator=annotator),
        "portrayal": Annotation(document, "portrayal", portrayals=portrayed, annotator=annotator),
    }


def records() -> list[Record]:
    """Return two sound records of two splits, test before train."""
    return [record("d2", OTHER, "test"), record("d1", TEXT, "train", group="e1")]


def add(
    given: Iterable[Record] | None = None,
    name: str = "small",
    report: Report | None = None,
    about: About = ABOUT,
    **options: Any,
) -> Path:
    """Write records into the store, and return the folder."""
    return write(
        name,
        about,
        records() if given is None else given,
        report if report is not None else Report(),
        lambda: INPUTS,
        **{"adapter": "made_up"} | options,
    )


def contents(folder: Path) -> Mapping[str, bytes]:
    """Return the files of a folder by their paths."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
