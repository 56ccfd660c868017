"""Fixtures for all tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from benchmark.data import Dataset, Layer, Licence
from benchmark.model import Annotation, Span, Unit
from benchmark.segmentation import segment

ROOT = Path(__file__).resolve().parents[1]
TECHNIQUES = ("Loaded_Language", "Name_Calling,Labeling", "Doubt", "Repetition")
LABELS = {
    "technique": TECHNIQUES,
    "frame": ("Economic", "Political", "Other"),
    "slant": ("none", "mild", "strong"),
}
Marks = Sequence[Sequence[Span]]
Labelled = Sequence[Sequence[Unit]]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of source material beside the checkout, or a skip that says so."""
    folder = ROOT.parent / "shared"
    if not (folder / "design.md").is_file():
        pytest.skip("the folder ../shared with the source material is not here")
    return folder


@pytest.fixture(scope="session")
def dataset_of() -> Callable[..., Dataset]:
    """Make a small dataset in memory.

    `spans` gives the gold spans of each text in layer technique, `annotators` those of each annotator;
    `units` gives the gold units of each text in other layers.
    """

    def make(
        texts: Sequence[str],
        spans: Marks | None = None,
        units: Mapping[str, Labelled] | None = None,
        annotators: Mapping[str, Marks] | None = None,
        unit: str = "document",
        name: str = "small",
    ) -> Dataset:
        documents = tuple(segment(f"d{index}", text) for index, text in enumerate(texts))
        gold: dict[str, tuple[Annotation, ...]] = {}
        layers: dict[str, Layer] = {}
        marks: dict[str, dict[str, tuple[Annotation, ...]]] = {}
        if spans is not None:
            names = tuple(annotators or ())
            layers["technique"] = Layer("technique", "spans", TECHNIQUES, None, names, "people")
            gold["technique"] = _annotations(documents, "technique", spans)
            marks["technique"] = {
                who: _annotations(documents, "technique", given, who)
                for who, given in (annotators or {}).items()
            }
        for layer, labelled in (units or {}).items():
            layers[layer] = Layer(layer, "units", LABELS[layer], unit, (), "people")
            gold[layer] = tuple(
                Annotation(document, layer, units=tuple(given))
                for document, given in zip(documents, labelled, strict=True)
            )
        return Dataset(
            name=name,
            version="1.0.0",
            title="A small dataset",
            language="en",
            licence=Licence("CC0-1.0", "CC0-1.0"),
            citation="",
            path=Path(),
            manifest_sha256="0" * 64,
            annotators=tuple(annotators or ()),
            aliases={},
            layers=layers,
            documents=documents,
            gold=gold,
            marks=marks,
            splits={"test": tuple(document.id for document in documents)},
        )

    return make


def _annotations(documents, layer, spans, annotator=None):
    return tuple(
        Annotation(document, layer, tuple(given), annotator=annotator)
        for document, given in zip(documents, spans, strict=True)
    )
