"""Behavioural runs that are written down, for tests of the page."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.behaviour.rates import Counts, Rates
from benchmark.behaviour.results import Behaviour, BehaviourRecord, CaseRow, MarkRow, Source
from benchmark.environment import environment
from benchmark.record import DetectorRecord, Resampling, Score

HALF = Score(0.5, 0.25, 0.75)


def row(number: int | str, verdict: str = "failed", **fields: object) -> CaseRow:
    """Return a kept case: "A vile plan failed.", not flagged, unless it is told otherwise."""
    given = {"text": "A vile plan failed.", "region": (2, 6), "reasons": ("not flagged",)} | fields
    if verdict not in ("failed", "crashed"):
        given |= {"text": None, "region": None, "reasons": ()}
    return CaseRow(f"case-{number}", "template", verdict, **given)


def marked(start: int, end: int, label: str | None = "Loaded_Language", **fields: object) -> MarkRow:
    """Return a mark of a kept case."""
    return MarkRow(start, end, label, **fields)


def behaviour(
    suite: str = "charged", name: str = "lexicon", rows: Sequence[CaseRow] = (), **fields: object
) -> Behaviour:
    """Return a run with the cases given; other fields are those of its record."""
    verdicts = [one.verdict for one in rows]
    kinds = ("passed", "failed", "no verdict", "not applicable", "crashed")
    rates = Rates(HALF, HALF, HALF, {"flag rate": HALF} if suite == "entity_swap" else {})
    given = {
        "sources": (Source("behaviour", "1.0.0", "0" * 64),),
        "cases_sha256": "1" * 64,
        "counts": Counts(len(rows), 1, *map(verdicts.count, kinds)),
        "rates": rates,
        "resampling": Resampling("template or sentence", 1, 100, 0),
        "environment": environment(),
        "characters": 100,
        "seconds": 0.5,
        "fit_seconds": 0.0,
        "created": "2026-01-01T00:00:00+00:00",
    }
    detector = DetectorRecord(name, {}, "framebench", "technique")
    return Behaviour(BehaviourRecord(suite=suite, detector=detector, **(given | fields)), tuple(rows))
