"""Detectors of known behaviour, by name."""

from __future__ import annotations

import pytest

from benchmark.detectors import DETECTORS
from tests.behaviour import known

NAMES = {
    "listed": known.ListedWords,
    "topic": known.Topic,
    "dislikes": known.Dislikes,
    "unquoted": known.Unquoted,
    "breaks": known.Breaks,
    "sentences": known.Sentences,
    "gaps": known.Gaps,
    "articles": known.Articles,
    "obedient": known.Obedient,
    "eager": known.Eager,
}


@pytest.fixture
def registered(monkeypatch):
    """Register the detectors for a test."""
    list(DETECTORS)  # so that none is taken for one of another package
    for name, kind in NAMES.items():
        monkeypatch.setitem(DETECTORS._loaded, name, kind)
