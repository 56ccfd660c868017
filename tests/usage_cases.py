"""Answers of a language model and runs of one, made by hand."""

from __future__ import annotations

from benchmark.answers import Account, Answer, Labelled, Quotation
from benchmark.model import Prediction, Span

PLACED = Quotation("so-called", "Loaded_Language", "it mocks", 2, 11, "exact")
NEAR = Quotation("socalled", "Loaded_Language", "it mocks", 2, 11, "fuzzy")
FOLDED = Quotation("So-Called", "Loaded_Language", "", 2, 11, "normalised")
LOST = Quotation("not in the text", "Doubt", "<b>because</b>")

ANSWERS = (
    Answer("a", "technique", 0, 0, "1" * 64, "ok", "{…}", "", (PLACED, LOST), (), "m-1", 100, 10, 0.5, 2.0),
    Answer(
        "a", "technique", 1, 0, "2" * 64, "invalid", "nonsense", "no JSON", (), (), "m-1", 50, 5, 0.25, 1.0
    ),
    Answer(
        "b", "technique", 0, 0, "3" * 64, "refused", "I cannot", "", (), (), "m-2", 40, 4, 0.25, 1.0, True
    ),
    Answer("c", "technique", 0, 0, "4" * 64, "failed", "", "time-out after 3 attempts"),
    Answer(
        "d",
        "technique",
        0,
        0,
        "5" * 64,
        "ok",
        "{}",
        "",
        (NEAR, FOLDED),
        (Labelled(0, 5, ("x",)),),
        "m-1",
        10,
        1,
        0.0,
        1.0,
        unanswered=3,
    ),
)
ACCOUNT = Account(ANSWERS, family="m", currency="USD", facts={"prompt": "technique 1"})


def finding(name: str, document: str, *places: tuple[int, int]) -> Prediction:
    """A prediction of loaded words."""
    return Prediction(document, name, tuple(Span(start, end, "Loaded_Language") for start, end in places))
