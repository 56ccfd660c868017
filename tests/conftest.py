"""Fixtures for all tests."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from benchmark.data import Dataset, Layer, Licence
from benchmark.detectors import DETECTORS
from benchmark.model import Annotation, Span, Unit
from benchmark.segmentation import segment
from tests.learners import Words

ROOT = Path(__file__).resolve().parents[1]
# What the user of this machine added to the store is no part of a test; a test that adds names a folder.
os.environ["FRAMEBENCH_DATA"] = str(ROOT / "tests" / "no-store")
# No test reaches for a network, whichever imports the library first.
os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
# How fast a busy machine draws examples says nothing about the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

TECHNIQUES = ("Loaded_Language", "Name_Calling,Labeling", "Doubt", "Repetition")
LABELS = {
    "technique": TECHNIQUES,
    "frame": ("Economic", "Political", "Other"),
    "slant": ("none", "mild", "strong"),
    "bias": ("Biased", "Non-biased"),
    "opinion": ("fact", "opinion", "mixed"),
}
Marks = Sequence[Sequence[Span]]
PartialMarks = Sequence[Sequence[Span] | None]
Labelled = Sequence[Sequence[Unit]]


def pytest_collection_finish() -> None:
    """Take what was imported out of the garbage collector's rounds, a sixth of the time of all tests."""
    gc.collect()
    gc.freeze()


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

    `spans` gives the gold spans of each text in layer technique, `annotators` those of each annotator, with
    None for a text that the annotator did not see; `units` gives the gold units of each text in other layers.
    `groups` names the group of each text, `group` says what these are; `splits` gives places. `span_layer`
    and `span_labels` put the spans into another layer.
    """

    def make(
        texts: Sequence[str],
        spans: Marks | None = None,
        units: Mapping[str, Labelled] | None = None,
        annotators: Mapping[str, PartialMarks] | None = None,
        unit: str = "document",
        name: str = "small",
        groups: Sequence[str | None] | None = None,
        group: str = "",
        splits: Mapping[str, Sequence[int]] | None = None,
        corpus: str = "",
        span_layer: str = "technique",
        span_labels: Sequence[str] = TECHNIQUES,
    ) -> Dataset:
        documents = tuple(
            replace(segment(f"d{index}", text), group=of_text)
            for index, (text, of_text) in enumerate(zip(texts, groups or [None] * len(texts), strict=True))
        )
        gold: dict[str, tuple[Annotation, ...]] = {}
        layers: dict[str, Layer] = {}
        marks: dict[str, dict[str, tuple[Annotation | None, ...]]] = {}
        if spans is not None:
            names = tuple(annotators or ())
            layers[span_layer] = Layer(span_layer, "spans", tuple(span_labels), None, names, "people")
            gold[span_layer] = tuple(map(_annotation, documents, [span_layer] * len(texts), spans))
            marks[span_layer] = {
                who: tuple(
                    None if own is None else _annotation(document, span_layer, own, who)
                    for document, own in zip(documents, given, strict=True)
                )
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
            splits={
                name: tuple(documents[place].id for place in places)
                for name, places in (splits or {"test": range(len(documents))}).items()
            },
            group=group,
            corpus=corpus,
        )

    return make


@pytest.fixture
def learner(monkeypatch: pytest.MonkeyPatch) -> type[Words]:
    """A detector class that learns and can be kept, registered as "words"; it tells what it was given."""
    kind = type("Words", (Words,), {"fits": [], "tests": []})
    list(DETECTORS)  # so that it is not taken for one of another package
    monkeypatch.setitem(DETECTORS._loaded, "words", kind)
    return kind


def _annotation(document, layer, spans, annotator=None):
    return Annotation(document, layer, tuple(spans), annotator=annotator)
