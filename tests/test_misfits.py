"""A detector that was named and fits no task is told why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from benchmark import evaluate
from benchmark.errors import UsageError
from benchmark.model import Prediction
from benchmark.sklearn import SklearnDetector

SPANS, FRAMES = "fictional_news/technique", "fictional_news/frame"
PROMPT = """
version = 1
layer = "{layer}"
kind = "{kind}"
title = "Words"
task = "Mark them."

[labels]
{labels}
"""


@dataclass
class Mine:
    """Predicts nothing in its layers."""

    layers: frozenset[str]
    labels: frozenset[str] = frozenset()
    name: ClassVar[str] = "mine"

    def predict(self, documents, layer):
        return [Prediction(document.id, layer) for document in documents]


def pipeline():
    return make_pipeline(TfidfVectorizer(), LogisticRegression())


def prompt_of(tmp_path: Path, layer: str, labels: tuple[str, ...], kind: str = "spans") -> str:
    path = tmp_path / "mine.toml"
    defined = "\n".join(f'"{label}" = "Such words."' for label in labels)
    path.write_text(PROMPT.format(layer=layer, kind=kind, labels=defined))
    return f"llm:m,prompt={path}"


@pytest.mark.parametrize(
    ("detector", "task", "reason"),
    [
        (
            "lexicon",
            FRAMES,
            "it predicts bias, propaganda, technique, words, and fictional_news/frame asks for layer 'frame'",
        ),
        (Mine(frozenset({"techniques"})), SPANS, "it predicts techniques, and .* did you mean 'technique'?"),
        (
            Mine(frozenset({"loaded_language"})),
            SPANS,
            r"asks for layer 'technique' \('loaded_language' is a task of layer 'technique'\)",
        ),
        (
            Mine(frozenset({"loud"})),
            SPANS,
            "it predicts loud, and fictional_news/technique asks for layer 'technique'",
        ),
        (Mine(frozenset()), SPANS, "it names no layer, and fictional_news"),
        (
            Mine(frozenset({"technique"}), frozenset({"Shouting"})),
            SPANS,
            "it gives only the labels Shouting, and fictional_news/technique scores",
        ),
        (SklearnDetector(pipeline()), SPANS, "it labels units, and fictional_news/technique asks for spans"),
        (SklearnDetector(pipeline(), layer="frames"), FRAMES, "did you mean 'frame'?"),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value)[:40],
)
def test_the_reason_is_told(detector, task, reason):
    with pytest.raises(UsageError, match=f"no task fits .*{reason}"):
        evaluate(detector, task, resamples=100)
    with pytest.warns(UserWarning, match=f"fits none of the tasks: .*{reason}"):
        found = evaluate(["null", detector], task, resamples=100)
    assert [record.detector.spec for record in found.records] == ["null"]


def test_what_a_prompt_lacks_is_told(tmp_path):
    spec = prompt_of(tmp_path, "technique", ("Doubt", "Slogans"))
    reason = r"its prompt mine defines 2 of \d+ labels, without .* and \d+ more \(fictional_news/technique\)"
    with pytest.raises(UsageError, match=reason):
        evaluate(spec, SPANS, resamples=100)
    spec = prompt_of(tmp_path, "frame", ("Doubt",))
    with pytest.raises(UsageError, match="its prompt mine asks for spans, not for units"):
        evaluate(spec, FRAMES, resamples=100)
    spec = prompt_of(tmp_path, "frames", ("Doubt",), "units")
    with pytest.raises(UsageError, match="it predicts frames, and .* asks for layer 'frame', did you mean"):
        evaluate(spec, FRAMES, resamples=100)
    spec = prompt_of(tmp_path, "loaded_sentence", ("loaded", "neutral", "mixed"), "units")
    with pytest.raises(UsageError, match="its prompt mine has labels that are not asked for: mixed"):
        evaluate(spec, "fictional_news/loaded_sentence", resamples=100)


def test_who_fits_some_of_the_tasks_is_not_told_of(recwarn):
    found = evaluate(["null", "frame-keywords"], [SPANS, FRAMES], resamples=100)
    assert len(found.records) == 3
    assert not recwarn.list
