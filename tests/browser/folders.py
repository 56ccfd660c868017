"""Dataset folders and files of predictions written by the tests, past every check that a builder makes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from benchmark.fileio import jsonl, sha256
from benchmark.manifest import LayerEntry, documents_file, gold_file, marks_file
from benchmark.model import Annotation, Document
from benchmark.rows import AnyRow, DocumentRow, row_of


@dataclass(frozen=True)
class Content:
    """What a dataset folder is to hold: for each layer one annotation a document, and each annotator's."""

    name: str
    title: str
    documents: Sequence[Document]
    layers: Mapping[str, LayerEntry]
    gold: Mapping[str, Sequence[Annotation]]
    marks: Mapping[str, Sequence[Annotation]] = field(default_factory=dict)
    annotators: Sequence[str] = ()


def write_folder(folder: Path, content: Content) -> Path:
    """Write a dataset folder, and return it."""
    rows: dict[str, list[Any]] = {
        documents_file("jsonl"): [DocumentRow.of(document, "test") for document in content.documents]
    }
    for layer, entry in content.layers.items():
        rows[gold_file(layer)] = _rows(content.gold[layer], entry)
        if entry.annotators:
            rows[marks_file(layer)] = _rows(content.marks[layer], entry)
    files = {}
    for name, values in rows.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(jsonl(values))
        files[name] = {"sha256": sha256(path.read_bytes()), "rows": len(values)}
    manifest = _manifest(content) | {"files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def write_predictions(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """Write a file of predictions, a row a document, and return it."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _rows(given: Sequence[Annotation], entry: LayerEntry) -> list[AnyRow]:
    return [row_of(annotation, entry.kind) for annotation in given]


def _manifest(content: Content) -> dict[str, object]:
    return {
        "schema": 1,
        "name": content.name,
        "version": "1.0.0",
        "title": content.title,
        "description": "Made by the tests.",
        "language": "en",
        "licence": {"annotations": "CC0-1.0", "text": "CC0-1.0"},
        "citation": content.title,
        "provenance": {"text": content.title},
        "annotators": [{"name": name, "kind": "person", "brief": "reads"} for name in content.annotators],
        "rule": None,
        "layers": {name: msgspec.to_builtins(entry) for name, entry in content.layers.items()},
        "aliases": {},
        "splits": {"test": len(content.documents)},
        "segmentation": {"sentences": "sentencex", "tokens": "regex"},
    }
