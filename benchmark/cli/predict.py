"""`bench predict`: what a detector marks in any text."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import Family, NoCache, Prompt, Seed, complete_detectors, typed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.model import Detector, Document
    from benchmark.subject import Subject


class Shape(StrEnum):
    """How predictions are written."""

    AUTO = "auto"
    JSONL = "jsonl"
    TEXT = "text"


def predict(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Texts in UTF-8; - for standard input.")
    ],
    detector: Annotated[
        str,
        typer.Option(
            "--detector",
            "-d",
            metavar="NAME[:key=value,...]",
            help="The detector with its parameters.",
            autocompletion=complete_detectors,
        ),
    ],
    layer: Annotated[
        str | None, typer.Option(help="The layer; the detector's first where none is named.")
    ] = None,
    fmt: Annotated[
        Shape, typer.Option("--format", "-f", help="auto: marked text on a terminal, JSONL elsewhere.")
    ] = Shape.AUTO,
    prompt: Prompt = None,
    family: Family = None,
    no_cache: NoCache = False,
    seed: Seed = 0,
) -> None:
    """Show what a detector marks in any text.

    A detector that must be trained is trained on the shipped reports first. The JSONL is a predictions
    file. Exit code 3: the detector failed on a text.

    Example:

    bench predict --detector subjectivity article.txt
    """
    from benchmark.detectors import build, how_to_complete
    from benchmark.errors import EXIT_INCOMPLETE, UsageError
    from benchmark.fileio import jsonl
    from benchmark.report.marked import marked
    from benchmark.results import prediction_rows
    from benchmark.training import predict_texts

    (spec,) = typed([detector], prompt=prompt, family=family)
    built = build(spec, seed)
    missing = how_to_complete(built)
    if missing:
        raise UsageError(missing)
    chosen = _subject(built, spec.name, layer)
    documents = _documents(files)
    output = predict_texts(spec, documents, chosen, seed, fresh=no_cache)
    if fmt is Shape.TEXT or (fmt is Shape.AUTO and sys.stdout.isatty()):
        color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        for document, prediction in zip(documents, output.predictions, strict=True):
            typer.echo(marked(document, prediction, color=color, heading=len(documents) > 1), color=color)
    else:
        typer.echo(jsonl(prediction_rows(output.predictions)).decode(), nl=False)
    for failure in output.failures:
        typer.echo(f"bench: detector '{spec}' failed on '{failure.document}': {failure.error}", err=True)
    if output.failures:
        raise typer.Exit(EXIT_INCOMPLETE)


def _subject(detector: Detector, name: str, layer: str | None) -> Subject:
    """Return what is asked of a detector: a layer that it names or can learn from the reports."""
    from benchmark.errors import UsageError
    from benchmark.predictions import no_layer
    from benchmark.provenance import training_dataset
    from benchmark.subject import Subject, knows, layer_labels

    source = training_dataset()
    subjects = {
        name: Subject(name, kind.kind, kind.labels, kind.unit or "") for name, kind in source.layers.items()
    }
    subjects |= {
        name: Subject(name, "", layer_labels(source, name))
        for name in detector.layers
        if name not in subjects
    }
    for own in detector.layers:  # what it predicts may have other labels than the reports
        alone = replace(subjects[own], labels=())
        if not knows(detector, subjects[own]) and knows(detector, alone):
            subjects[own] = alone
    known = sorted(
        (name for name, subject in subjects.items() if knows(detector, subject)),
        key=lambda known: (known != "technique", known),
    )
    if layer is not None and layer not in known:
        raise UsageError(f"detector '{name}': {no_layer(layer, known)}")
    if not known:
        raise UsageError(f"detector '{name}' predicts no layer that it can learn from {source.name}")
    return subjects[layer or known[0]]


def _documents(files: Sequence[str]) -> list[Document]:
    from benchmark.errors import DataError, Fault
    from benchmark.fileio import read_bytes
    from benchmark.segmentation import segment

    documents, faults = [], []
    for name in files:
        content = sys.stdin.buffer.read() if name == "-" else read_bytes(Path(name))
        try:
            documents.append(segment(name, content.decode("utf-8")))
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            faults.append(Fault(Path(name), line, f"not UTF-8: {error.reason} at byte {error.start}"))
    if faults:
        raise DataError(faults)
    return documents
