"""Toy tasks that a tiny model learns within seconds."""

from __future__ import annotations

import random

from benchmark.model import Annotation, Span, Unit, offsets
from benchmark.segmentation import segment

WORDS = ("officials", "talks", "week", "report", "economy", "reporters", "calm", "monday")
BAD = ("vile", "evil", "brutal")


def texts(count, seed=0):
    """Texts of five words, of which those with an even number hold a bad one."""
    draw = random.Random(seed)
    for number in range(count):
        words = [draw.choice(WORDS) for _ in range(5)]
        if number % 2 == 0:
            words[draw.randrange(5)] = draw.choice(BAD)
        yield " ".join(words)


def spans(count, seed=0):
    """Documents in which the bad words are marked."""
    documents = [segment(f"d{number}", text) for number, text in enumerate(texts(count, seed))]
    return documents, [
        Annotation(
            document,
            "toy",
            tuple(
                Span(start, end, "bad")
                for start, end in document.tokens.tolist()
                if document.text[start:end] in BAD
            ),
        )
        for document in documents
    ]


def units(count, seed=0, several=False):
    """Documents that are labelled as a whole, "bad" or "fine"; or "bad", "calm", both, or neither."""
    documents = [segment(f"d{number}", text) for number, text in enumerate(texts(count, seed))]
    found = []
    for number, document in enumerate(documents):
        labels = ("bad",) if number % 2 == 0 else ("fine",)
        if several:
            labels = (*labels[: 1 - number % 2], *(("calm",) if "calm" in document.text else ()))
        found.append(Annotation(document, "toy", units=(Unit(0, len(document.text), labels),)))
    return documents, found


def bare(document):
    """A document whose units are few, so that its prediction is quick."""
    return type(document)(document.id, document.text, offsets([]), document.tokens)
