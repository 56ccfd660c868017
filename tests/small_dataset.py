"""A small source folder of every kind of layer, and ways to spoil the dataset folder made from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmark.fileio import sha256
from benchmark.packaging import package

TEXTS = {
    "d1": "Bad news\n\nThe vile plan failed. Ann said it was vile. Sources said so.\n",
    "d2": "Calm day\n\nAnn said nothing happened.\n",
}
ANNOTATORS = ("P", "Q", "R")


def span(text: str, label: str, occurrence: int = 1, confidence: int = 2, **more: object) -> dict[str, Any]:
    return {"text": text, "occurrence": occurrence, "label": label, "confidence": confidence, **more}


def quote(text: str, occurrence: int = 1) -> dict[str, Any]:
    return {"text": text, "occurrence": occurrence}


def marks(annotator: str, document: str) -> dict[str, Any]:
    """Return one annotator's file; all three agree but for R, who marks more."""
    first = document == "d1"
    technique = [span("vile", "loaded", why, rationale="it judges", rewrite="") for why in (1, 2)]
    gap = span("Sources said so", "anonymous", also=["missing"], rewrite="[name] said so")
    relation = {
        "source": quote("Ann"),
        "cue": quote("said"),
        "content": quote("it was vile" if first else "nothing happened"),
        "confidence": 3,
    }
    entity = {"entity": "Ann", "stance": "neutral", "role": "none", "confidence": 1}
    entity |= {"evidence": [quote("Ann")]}
    extra = {"entity": "plan", "stance": "negative", "role": "victim", "evidence": [], "confidence": 1}
    return {
        "annotator": annotator,
        "guidelines": "1.0",
        "technique": technique if first else [],
        "gap": [gap] if first else [],
        "attribution": [relation],
        "frames": {
            "document": ["Politics"],
            "units": [{"unit": 0, "labels": ["Other"]}, {"unit": 1, "labels": ["Politics", "Other"]}],
        },
        "portrayal": [entity, extra] if first and annotator == "R" else [entity],
    }


def template() -> dict[str, Any]:
    everyone = list(ANNOTATORS)

    def layer(kind: str, labels: list[str], **more: object) -> dict[str, Any]:
        return {"kind": kind, "labels": labels, "gold": "model", "annotators": everyone, **more}

    stances = ["positive", "neutral", "negative", "protagonist", "antagonist", "victim", "none"]
    return {
        "name": "small",
        "version": "0.1",
        "title": "A small dataset",
        "description": "Two texts.",
        "language": "en",
        "licence": {"annotations": "CC0-1.0", "text": "CC0-1.0"},
        "citation": "none",
        "provenance": {"text": "made up"},
        "guidelines": "1.0",
        "annotators": [{"name": name, "kind": "person", "brief": "a reader"} for name in everyone],
        "layers": {
            "technique": layer("spans", ["loaded", "name"]),
            "gap": layer("spans", ["anonymous", "missing"]),
            "attribution": layer("relations", ["source", "cue", "content"]),
            "frame": layer("units", ["Politics", "Other"], unit="paragraph"),
            "portrayal": layer("entities", stances),
            "slant": {
                "kind": "units",
                "labels": ["none", "strong"],
                "gold": "writer",
                "unit": "document",
                "annotators": [],
            },
        },
        "aliases": {"the plan": "plan"},
        "source": {
            "texts": "texts/{document}.txt",
            "marks": "marks/{annotator}/{document}.json",
            "documents": "documents.tsv",
        },
        "card": {"license": "cc0-1.0"},
        "include": ["LICENSE"],
    }


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")


def write_source(folder: Path) -> Path:
    """Write the source folder, and return it."""
    (folder / "texts").mkdir(parents=True)
    for document, text in TEXTS.items():
        (folder / "texts" / f"{document}.txt").write_text(text, encoding="utf-8")
        for annotator in ANNOTATORS:
            write_json(folder / "marks" / annotator / f"{document}.json", marks(annotator, document))
    rows = "id\tsplit\ttopic\tslant\nd1\ttrain\tplans\tstrong\nd2\ttest\tweather\tnone\n"
    (folder / "documents.tsv").write_text(rows, encoding="utf-8")
    (folder / "LICENSE").write_text("CC0\n", encoding="utf-8")
    write_json(folder / "source.json", template())
    return folder


def write_dataset(folder: Path) -> Path:
    """Write the dataset folder, and return it."""
    package(write_source(folder / "source"), folder / "small")
    return folder / "small"


def edit_json(path: Path, edit: Callable[[Any], object]) -> None:
    """Change the JSON value of a file in place."""
    value = json.loads(path.read_text(encoding="utf-8"))
    edit(value)
    write_json(path, value)


def edit_manifest(folder: Path, edit: Callable[[Any], object]) -> None:
    edit_json(folder / "manifest.json", edit)


def write_file(folder: Path, name: str, content: bytes) -> None:
    """Write a file of a dataset folder, so that its checksum and number of rows are right."""
    (folder / name).write_bytes(content)

    def entry(manifest: Any) -> None:
        rows = sum(bool(line.strip()) for line in content.split(b"\n")) if name.endswith(".jsonl") else None
        manifest["files"][name] = {"sha256": sha256(content), "rows": rows}

    edit_manifest(folder, entry)


def edit_row(folder: Path, name: str, line: int, edit: Callable[[Any], object]) -> None:
    """Change one row, from 1, of a JSONL file; checksum and number of rows stay right."""
    rows = [json.loads(row) for row in (folder / name).read_bytes().splitlines()]
    edit(rows[line - 1])
    write_file(folder, name, "".join(json.dumps(row) + "\n" for row in rows).encode())
