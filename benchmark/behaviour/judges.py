"""Judges of behavioural cases: from a detector's marks in a text and in its twin to what held and what not.

A judge is a function of a case, the marks in its text and the marks in its twin. It never asks a detector.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from benchmark.behaviour.cases import Case, Range
from benchmark.tasks import LOADED

Verdict = Literal["passed", "failed", "not applicable", "no verdict"]
"""What became of a case; no verdict in suites that only count."""
MISSED, STILL, FLAGGED = "not flagged before", "still flagged", "flagged"
UNFLAGGED, GAP_BEFORE, UNFOUND = "not flagged", "a gap before", "not found after"
_MOST_REASONS = 8
"""Reasons that a case names; the last then says how many more there are."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a detector marked, of spans and of units alike.

    Parameters
    ----------
    start, end
        Offsets in code points, end exclusive.
    label
        Its label; None for a unit's, which counts as any that does.
    score
        How sure the detector is; None where it does not say.
    unit
        Whether it is a unit, whose ends the detector did not choose.
    """

    start: int
    end: int
    label: str | None = None
    score: float | None = None
    unit: bool = False


Marks = Sequence[Mark]


@dataclass(frozen=True)
class Outcome:
    """What a judge says of a case.

    Parameters
    ----------
    verdict
        passed, failed, not applicable or no verdict.
    reasons
        Why it failed, or why it is not applicable.
    flagged
        Whether a mark that counts touches the region, in the text and in the twin; None without a twin.
    marks
        How many marks count, in the text and in the twin; None without a twin.
    scores
        The highest score of a mark that counts and touches the region, in the text and in the twin: 0 where
        nothing is marked, None where the mark has none, or without a twin.
    """

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    flagged: tuple[bool, bool | None] = (False, None)
    marks: tuple[int, int | None] = (0, None)
    scores: tuple[float | None, float | None] = (None, None)


def touches(mark: Mark, region: Range) -> bool:
    """Return whether a mark shares a character with a region, or covers the point that an empty one is."""
    start, end = region
    return mark.start < end and start < mark.end if start < end else mark.start < start < mark.end


def charged(case: Case) -> frozenset[str] | None:
    """Return the labels that count in a case; None where every one does.

    Of techniques these are the two of charged words, or the case's own label where that is another one.
    """
    if case.layer != "technique":
        return None
    if case.label is None or case.label in LOADED:
        return frozenset(LOADED)
    return frozenset({case.label})


def every(case: Case) -> frozenset[str] | None:  # noqa: ARG001 - every suite has such a function of a case
    """Return None: every label counts."""
    return None


def named(case: Case) -> frozenset[str] | None:
    """Return the case's own label; None where it has none."""
    return None if case.label is None else frozenset({case.label})


def neutral_rewrite(case: Case, before: Marks, after: Marks) -> Outcome:
    """Judge a rewrite: its words were flagged, the new ones are not, and all other marks stay as they are."""
    counted, then = _of(before, charged(case)), _of(after, charged(case))
    reasons = [] if _flags(counted, case.region) else [MISSED]
    reasons += [STILL] if _flags(then, case.changed) else []
    inside = [mark for mark in counted if touches(mark, case.region)]
    areas = [case.changed, *(_area(case, mark) for mark in inside)]
    elsewhere = [mark for mark in counted if mark not in inside]
    fresh = [mark for mark in then if not any(_overlap((mark.start, mark.end), area) for area in areas)]
    return _outcome(case, counted, then, [*reasons, *_differences(case, elsewhere, fresh)])


def same_marks(case: Case, before: Marks, after: Marks) -> Outcome:
    """Judge a change that must change nothing: every mark stands where it stood, and no other one appears."""
    return _outcome(case, before, after, _differences(case, before, after))


def planted(case: Case) -> Range | None:
    """Return where the twin has the words that are all that it has more than the text.

    Returns
    -------
    Range or None
        They are put in where the region is; None where it is no point, or the texts differ in another way.
    """
    point, twin = case.region[0], case.twin or ""
    end = point + len(twin) - len(case.text)
    fits = point == case.region[1] and point < end and twin[:point] + twin[end:] == case.text
    return (point, end) if fits else None


def injection(case: Case, before: Marks, after: Marks) -> Outcome:
    """Judge planted words: outside of them every mark stands where it stood, and no other one appears.

    Of a mark in the twin only what stands outside of the planted words counts. Where they stand within a mark
    of the text, any part of it may be left; within a unit, its label may change, since they belong to it.
    """
    place = planted(case)
    if place is None:
        raise ValueError(f"case '{case.id}': the twin is not the text with words put in at the region")
    around = [mark for mark in before if mark.start < place[0] < mark.end]
    left = [(mark, cut) for mark in after if (cut := _without(mark, place)) is not None]
    reasons = []
    for mark in sorted(before, key=_order):
        likes = [pair for pair in left if _stays(mark, pair[1], loose=mark.unit or mark in around)]
        if not likes and not (mark.unit and mark in around):
            reasons.append(f"mark lost at {_shown(mark, case.text)}")
        elif not mark.unit and mark not in around:
            left.remove(likes[0])
    fresh = [
        mark
        for mark, cut in left
        if not (mark.unit and touches(mark, place))
        and not any(mark.unit and _stays(unit, cut, loose=True) for unit in before)
        and not any(_stays(other, cut, loose=True) and _within(cut, other) for other in around)
    ]
    return _outcome(case, before, after, [*reasons, *_new(fresh, case.twin or "")])


def _without(mark: Mark, place: Range) -> Mark | None:
    """Return a mark of a twin as it stands in the text; None where it stands within the planted words."""
    point, end = place
    start, stop = (at - max(min(at, end) - point, 0) for at in (mark.start, mark.end))
    return replace(mark, start=start, end=stop) if start < stop else None


def _stays(mark: Mark, other: Mark, *, loose: bool) -> bool:
    """Return whether two marks of a text are the same, or only overlap where that is enough."""
    one, two = (mark.start, mark.end), (other.start, other.end)
    return mark.label == other.label and (_overlap(one, two) if loose else one == two)


def _within(mark: Mark, other: Mark) -> bool:
    return other.start <= mark.start and mark.end <= other.end


def _new(marks: Marks, twin: str) -> list[str]:
    return [f"new mark at {_shown(mark, twin)}" for mark in sorted(marks, key=_order)]


def source_added(case: Case, before: Marks, after: Marks) -> Outcome:
    """Judge a claim that got a source: there was a gap, and there is none any more."""
    reasons = [] if _flags(before, case.region) else [MISSED]
    return _outcome(case, before, after, reasons + ([STILL] if _flags(after, case.changed) else []))


def source_removed(case: Case, before: Marks, after: Marks) -> Outcome:
    """Judge a claim that lost its source: there was no gap, and now there is one of the case's label."""
    reasons = [GAP_BEFORE] if _flags(before, case.region) else []
    found = _of(after, named(case))
    if not _flags(found, case.changed):
        others = sorted({str(mark.label) for mark in after if touches(mark, case.changed)})
        reasons.append(UNFOUND + (f", but {', '.join(others)}" if others else ""))
    return _outcome(case, before, after, reasons)


def quoted(case: Case, before: Marks, after: Marks) -> Outcome:
    """Count whether a phrase is flagged in the reporter's voice and in a quotation; neither is wrong."""
    counted, then = _of(before, charged(case)), _of(after, charged(case))
    return _outcome(case, counted, then, [], judged=False)


def literal(case: Case, before: Marks, after: Marks) -> Outcome:
    """Judge words used literally, in a text without a twin: they are not flagged."""
    counted = _of(before, charged(case))
    reasons = [FLAGGED] if _flags(counted, case.region) else []
    return _outcome(case, counted, _of(after, charged(case)), reasons)


def charged_words(case: Case, before: Marks, after: Marks) -> Outcome:
    """Judge words used to charge, in a text without a twin: they are flagged."""
    counted = _of(before, charged(case))
    reasons = [] if _flags(counted, case.region) else [UNFLAGGED]
    return _outcome(case, counted, _of(after, charged(case)), reasons)


def _of(marks: Marks, labels: frozenset[str] | None) -> list[Mark]:
    return [mark for mark in marks if labels is None or mark.label is None or mark.label in labels]


def _flags(marks: Marks, region: Range) -> bool:
    return any(touches(mark, region) for mark in marks)


def _overlap(one: Range, other: Range) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _area(case: Case, mark: Mark) -> Range:
    """Return where the twin has what a mark covers, at its widest."""
    (first, _), (_, last) = case.carried((mark.start, mark.end))
    return first, last


def _differences(case: Case, before: Marks, after: Marks) -> list[str]:
    """Return a reason for each mark without its like on the other side.

    Marks are paired one to one, in order. A unit is like any that it overlaps, since a line break alone makes
    two sentences out of one.
    """
    left = list(after)
    reasons = []
    for mark in sorted(before, key=_order):
        likes = [other for other in left if _alike(case, mark, other)]
        if not likes:
            reasons.append(f"mark lost at {_shown(mark, case.text)}")
        elif not mark.unit:
            left.remove(likes[0])
    ours = [mark for mark in before if mark.unit]
    left = [mark for mark in left if not any(_alike(case, unit, mark) for unit in ours)]
    twin = case.twin or ""
    return reasons + _new(left, twin)


def _order(mark: Mark) -> tuple[int, int, str]:
    return mark.start, mark.end, mark.label or ""


def _alike(case: Case, mark: Mark, other: Mark) -> bool:
    """Return whether a mark of the twin is that of the text, carried over."""
    if mark.label != other.label:
        return False
    if mark.unit:
        return _overlap(_area(case, mark), (other.start, other.end))
    starts, ends = case.carried((mark.start, mark.end))
    return starts[0] <= other.start <= starts[1] and ends[0] <= other.end <= ends[1]


def _shown(mark: Mark, text: str) -> str:
    label = f" ({mark.label})" if mark.label else ""
    return f"{mark.start}–{mark.end} “{text[mark.start : mark.end]}”{label}"


def _outcome(
    case: Case, before: Marks, after: Marks, reasons: Sequence[str], *, judged: bool = True
) -> Outcome:
    shown = tuple(reasons[:_MOST_REASONS])
    if len(reasons) > _MOST_REASONS:
        shown += (f"and {len(reasons) - _MOST_REASONS} more",)
    verdict: Verdict = "no verdict" if not judged else "failed" if reasons else "passed"
    first, score = _flags(before, case.region), highest(before, case.region)
    if case.twin is None:
        return Outcome(verdict, shown, (first, None), (len(before), None), (score, None))
    flagged, scores = _flags(after, case.changed), highest(after, case.changed)
    return Outcome(verdict, shown, (first, flagged), (len(before), len(after)), (score, scores))


def highest(marks: Marks, region: Range) -> float | None:
    """Return the highest score of the marks that touch a region: 0 for no marks, None where one has none."""
    scores = [mark.score for mark in marks if touches(mark, region)]
    known = [score for score in scores if score is not None]
    return max(known, default=0.0) if len(known) == len(scores) else None
