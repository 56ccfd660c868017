"""Tiny models for all tests here."""

from __future__ import annotations

import pytest
import tiny_transformer as tiny

WORDS = {"vi": 1, "##le": 2, "evil": 1, "plan": 2, "calm": 3, "report": 4}
NAMES = ("O", "B-bad", "I-bad", "B-good", "I-good")
COLOURS = ("red", "green", "blue")


@pytest.fixture(autouse=True, scope="session")
def libraries():
    """The libraries are there, or the tests are skipped with the reason."""
    tiny.require()


@pytest.fixture(scope="session")
def tagger(tmp_path_factory):
    """Marks "vile" and "evil" (which begin) and "plan" (which goes on) as bad, and "calm report" as good."""
    return tiny.known_tagger(tmp_path_factory.mktemp("tagger") / "model", NAMES, WORDS)


@pytest.fixture(scope="session")
def classifier(tmp_path_factory):
    """Labels a text by the colour that it begins with."""
    names = {name: number for number, name in enumerate(COLOURS)}
    return tiny.known_classifier(tmp_path_factory.mktemp("classifier") / "model", COLOURS, names)


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    """A model to be fine-tuned."""
    return tiny.random_base(tmp_path_factory.mktemp("base") / "model")
