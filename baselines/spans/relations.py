"""Joins the parts of attributions that were found one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmark.model import Span

CUE = "cue"


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return spans with the number of the attribution that each belongs to, in the order of the text.

    Each cue makes an attribution, and each other part belongs to that of the nearest cue, of two as near to
    the earlier one. Without any cue each part is one of its own.

    Parameters
    ----------
    spans
        The parts found in one document.
    """
    ordered = sorted(spans, key=lambda span: (span.start, span.end, span.label))
    cues = [span for span in ordered if span.label == CUE] or ordered
    starts, ends = (np.array([getattr(cue, side) for cue in cues]) for side in ("start", "end"))
    result = []
    for span in ordered:
        distance = np.maximum(np.maximum(starts - span.end, span.start - ends), 0)
        # Of cues that a part covers or touches the first; a cue is always its own.
        number = cues.index(span) if span in cues else int(np.argmin(distance))
        result.append(replace(span, relation=number))
    return tuple(result)
