"""The card that lies beside fine-tuned weights, and the scores in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from baselines.neural.lesson import Lesson, painted
from baselines.neural.model import Model
from benchmark.model import Annotation, Prediction

NAME = "README.md"


@dataclass(frozen=True)
class Told:
    """What a card tells.

    Parameters
    ----------
    base, revision
        Name of the model that was fine-tuned, and its commit on the Hub; "" for a folder.
    licence
        Of the fine-tuned weights; "" where the user does not say.
    layer
        What was learned.
    lesson, held
        The documents that were learned from, and those held out.
    settings
        The parameters of the training, as they were used.
    losses
        On what was held out, a pass each.
    kept
        The pass whose weights were kept.
    scores
        On what was held out, by name.
    versions
        Of the libraries.
    """

    base: str
    revision: str
    licence: str
    layer: str
    lesson: Lesson
    held: Lesson
    settings: Mapping[str, object]
    losses: Sequence[float]
    kept: int
    scores: Mapping[str, float]
    versions: Mapping[str, str]


def held_scores(model: Model, held: Lesson, layer: str) -> dict[str, float]:
    """Return precision, recall and F1 over all labels on held-out documents, and a single label's accuracy.

    What is counted are words with the right label, or labels of units. Empty where nothing was held out.
    """
    if not held.documents:
        return {}
    found = model.predict(held.documents, layer)
    pairs = zip(held.gold, found, strict=True)
    of_document = [
        (_words if held.task == "token" else _units)(held, annotation, prediction)
        for annotation, prediction in pairs
    ]
    gold = {(number, *item) for number, (own, _) in enumerate(of_document) for item in own}
    given = {(number, *item) for number, (_, own) in enumerate(of_document) for item in own}
    right = len(gold & given)
    scores = {
        "precision": right / len(given) if given else float("nan"),
        "recall": right / len(gold) if gold else float("nan"),
        "F1": 2 * right / (len(gold) + len(given)) if gold or given else float("nan"),
    }
    if held.task == "sequence" and not held.several:
        return {"accuracy": scores["recall"]}  # one label each: what is missed and what is wrong are the same
    return scores


_Items = AbstractSet[tuple[object, ...]]


def _words(held: Lesson, annotation: Annotation, prediction: Prediction) -> tuple[_Items, _Items]:
    words = annotation.document.tokens
    both = (painted(words, spans, held.labels)[0] for spans in (annotation.spans, prediction.spans))
    gold, found = ({(w, label) for w, label in enumerate(of.tolist()) if label >= 0} for of in both)
    return gold, found


def _units(_held: Lesson, annotation: Annotation, prediction: Prediction) -> tuple[_Items, _Items]:
    gold = {(unit.start, unit.end, label) for unit in annotation.units for label in unit.labels}
    asked = {(unit.start, unit.end) for unit in annotation.units}  # the model labels units of all kinds
    found = {
        (unit.start, unit.end, label)
        for unit in prediction.units
        if (unit.start, unit.end) in asked
        for label in unit.labels
    }
    return gold, found


LIMITS = (
    "Made to be compared with other detectors on texts of the kind that it learned from. It knows",
    "nothing of truth: what it marks is wording that resembles what annotators marked. On other",
    "topics, outlets, times or languages its answers may be wrong without any sign of it, and it carries",
    "what its base carries from its own training. No decision about a person or an outlet should rest on",
    "it.",
)
"""Lines on what a fine-tuned model is for, and what it is not."""


def card(told: Told) -> str:
    """Return the text of a model's card, in Markdown with a head that the Hub reads."""
    sections = {
        "Base": [f"`{told.base}`" + (f", commit `{told.revision}`" if told.revision else ", from a folder")],
        "Labels": [f"- `{label}`" for label in told.lesson.labels],
        "Data": [
            f"- learned from: {_count(told.lesson)}",
            f"- held out, to see when to stop: {_count(told.held)}",
        ],
        "Training": [
            *(f"- {name}: {value}" for name, value in (*told.settings.items(), *told.versions.items())),
            f"- passes: {_passes(told)}",
        ],
        "Scores": _scores(told),
        "Use and limits": LIMITS,
        "Licence": [
            (told.licence or "Not said.")
            + " The licence of the base and that of the training data hold as well."
        ],
    }
    lines = _opening(told)
    for title, content in sections.items():
        lines += [f"## {title}", "", *content, ""]
    return "\n".join(lines)


def _opening(told: Told) -> list[str]:
    """Return the lines above the first section: what the Hub reads, and what the model is."""
    token = told.lesson.task == "token"
    what = "marks spans" if token else "labels sentences, paragraphs or documents"
    head = {
        "license": told.licence or "unknown",
        "base_model": told.base,
        "library_name": "transformers",
        "pipeline_tag": "token-classification" if token else "text-classification",
        "tags": ["framebench"],
    }
    return [
        "---",
        *(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()),
        "---",
        "",
        f"# {told.layer}, fine-tuned from {told.base}",
        "",
        f"A transformer that {what} of the layer `{told.layer}`. Made by framebench; where `bench train`",
        "made it, `model.json` above this folder names the data by name, version and SHA-256.",
        "",
    ]


def _count(lesson: Lesson) -> str:
    if lesson.task == "token":
        marks = f"{sum(len(annotation.spans) for annotation in lesson.gold):,} spans"
    else:
        marks = f"{sum(len(annotation.units) for annotation in lesson.gold):,} units"
    return f"{len(lesson.documents):,} documents, {marks}"


def _passes(told: Told) -> str:
    if not told.losses:
        return f"{told.kept}, the last of which was kept, since nothing was held out"
    losses = ", ".join(f"{loss:.4f}" for loss in told.losses)
    return f"{len(told.losses)}, with held-out losses {losses}; kept: pass {told.kept}"


def _scores(told: Told) -> list[str]:
    """Return the lines on scores; where nothing was held out, that there are none."""
    if not told.scores:
        return ["Nothing was held out, so that there are none."]
    what = "words with the right label" if told.lesson.task == "token" else "labels of units"
    return [
        f"On the held-out documents, counting {what}. These chose the pass that was kept, and are",
        "therefore too good; `bench evaluate` measures on texts that had no part in the training.",
        "",
        *(f"- {name}: {value:.3f}" for name, value in told.scores.items()),
    ]
