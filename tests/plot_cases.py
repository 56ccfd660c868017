"""Records, comparisons and ways to read what a figure shows, for the tests of plots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text

from benchmark.comparison import Comparison, How, Measured, compared, labels_of
from benchmark.curves import Bin, Curve, Point
from benchmark.environment import Environment
from benchmark.error_types import TYPES, Errors, ErrorType, Kind
from benchmark.metrics.ptc import PtcFlc
from benchmark.record import (
    Ceiling,
    DatasetRecord,
    DetectorRecord,
    MetricRecord,
    Range,
    Resampling,
    RunRecord,
    Score,
)
from benchmark.scores import Resamples

HOSTILE = ("<script>alert(1)</script>", "a$b$_{c}", "_hidden", "שלום", "漢字 😀", "x\x00\x1b[31m\n&amp;\"'")
CEILING = Ceiling({"f1": Range(0.5, 0.4, 0.6)}, {"f1": Range(0.75, 0.7, 0.8)})


def record(detector="lexicon", value=0.25, low=0.125, high=0.375, ceiling=CEILING, **changes) -> RunRecord:
    """A run of technique on 28 articles: Loaded has 40 gold spans, Doubt 3."""
    scores = {
        "f1": Score(value, low, high),
        "f1:Loaded": Score(0.5, 0.25, 0.75),
        "f1:Doubt": Score(None),
    }
    given = {
        "task": "technique",
        "headline": ("ptc_flc", "f1"),
        "detector": DetectorRecord(detector, {}, "framebench", "technique"),
        "dataset": DatasetRecord("news", "1.0.0", "0" * 64, 28, "model", 5, noun="article"),
        "resampling": Resampling("document", 28, 100, 0),
        "labels": {"Loaded": 40, "Doubt": 3},
        "metrics": {"ptc_flc": MetricRecord("signature", scores, ceiling)},
        "environment": Environment("0.1.0", None, False, "3.11", "Linux", {}),
        "characters": 1000,
        "created": "2025-01-01T00:00:00Z",
    }
    return RunRecord(**(given | changes))


def comparison(records: Sequence[RunRecord], seed: int = 0) -> Comparison:
    """Compare runs with statistics drawn at random, the first of them far ahead."""
    rng = np.random.default_rng(seed)
    runs = []
    for place, one in enumerate(records):
        statistics = np.ones((28, 8))  # of each label: credit and number of predictions, the same of gold
        statistics[:, ::2] = rng.random((28, 4)) / 4 + (0.0 if place else 0.7)
        runs.append(Measured(one, statistics))
    return compared(runs, How(PtcFlc(), "f1", labels_of(records[0]), True, Resamples(200, 0)))


POINTS = (
    Point(0.9, 1.0, 0.25, 0.4, 0.4),
    Point(0.5, 0.5, 0.5, 0.5, 0.5),
    Point(0.25, None, None, None, None),
)
BINS = (Bin(0.0, 0.5, 0.25, 0.125, 3), Bin(0.5, 1.0, None, None, 0))


def curve(points=POINTS, bins=BINS, **changes):
    given = {"metric": "ptc_flc", "score": "f1", "of": "spans by ptc_flc", "points": points, "bins": bins}
    given |= {"complete": False, "ap": 0.5, "by_label": {}, "chance": None, "used": 0.25, "as_run": 0.5}
    return Curve(**(given | {"fitted": None, "ece": 0.125} | changes))


def errors(counts, kind=Kind.SPANS, labels=("a", "b")):
    """So many of each type; a pair takes one span of gold and one prediction."""
    cells = np.zeros((len(TYPES), len(labels) + 1, len(labels) + 1), dtype=np.int64)
    for one, count in counts.items():
        gold = len(labels) if one is ErrorType.SPURIOUS else 0
        predicted = len(labels) if one is ErrorType.MISSED else 0
        cells[TYPES.index(one), gold, predicted] = count
    return Errors(kind, tuple(labels), cells)


SOME = errors({ErrorType.RIGHT: 2, ErrorType.BOUNDARY: 1, ErrorType.MISSED: 2})


def texts(figure: Figure) -> list[str]:
    """Return all text that a figure shows, on one line each."""
    found = [text.get_text() for text in figure.findobj(Text) if text.get_visible()]
    return [text.replace("\n", " ") for text in found if text]


def joined(figure: Figure) -> str:
    return " | ".join(texts(figure))
