"""Small datasets in the layers of three corpora, for tests of what is learned for what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from benchmark import data
from benchmark.data import Dataset
from benchmark.model import Span, Unit
from benchmark.spec import Spec

WORDS = Spec("words")
"""The detector that the fixture `learner` registers."""
LOADED, NAME = "Loaded_Language", "Name_Calling,Labeling"
TECHNIQUES = data.load("turkey_drones").layers["technique"].labels


def basil(dataset_of: Callable[..., Dataset]) -> Dataset:
    """24 texts without splits: "Vile" is lexical bias, "plan" is informational bias in every other text."""
    texts = [
        f"Vile plan {number} was made." if number % 2 else f"The town {number} met." for number in range(24)
    ]
    lexical, informational = Span(0, 4, "lexical"), Span(5, 9, "informational")
    spans = [[lexical, informational] if number % 2 else [] for number in range(24)]
    made = dataset_of(
        texts,
        spans,
        name="basil",
        corpus="basil",
        span_layer="bias",
        span_labels=("lexical", "informational"),
    )
    return replace(made, manifest_sha256="b" * 64)


def ptc(dataset_of: Callable[..., Dataset]) -> Dataset:
    """20 texts to learn from and 20 to be scored.

    Of the latter ten have a loaded "Vile", five a "Vile" that is none, and five a name that is "Mad".
    """
    texts = [f"Grim men {number} left." for number in range(20)]
    spans = [[Span(0, 4, "Doubt")]] * 20
    texts += [f"Vile day {number} began." for number in range(15)] + [
        f"Mad king {n} ruled." for n in range(5)
    ]
    spans += [[Span(0, 4, LOADED)]] * 10 + [[]] * 5 + [[Span(0, 3, NAME)]] * 5
    made = dataset_of(
        texts,
        spans,
        name="ptc",
        corpus="ptc",
        span_labels=TECHNIQUES,
        splits={"train": range(20), "test": range(20, 40)},
    )
    return replace(made, manifest_sha256="c" * 64)


def babe(dataset_of: Callable[..., Dataset]) -> Dataset:
    """30 sentences, biased where "Vile" or "plan" stands; of the last two nobody could tell."""
    texts = [
        ("Vile idea {}.", "One plan {}.", "Calm sea {}.")[number % 3].format(number) for number in range(30)
    ]
    labels = [(("Biased",), ("Biased",), ("Non-biased",))[number % 3] for number in range(28)] + [(), ()]
    units = [[Unit(0, len(text), label)] for text, label in zip(texts, labels, strict=True)]
    made = dataset_of(texts, units={"bias": units}, unit="sentence", name="babe", corpus="babe")
    return replace(made, manifest_sha256="d" * 64)


FIXTURES = tuple(map(pytest.fixture, (basil, ptc, babe)))
"""The three as fixtures; a test module gives them their names: `basil, ptc, babe = FIXTURES`."""
