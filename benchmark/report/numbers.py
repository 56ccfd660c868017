"""Numbers as tables show them: two decimals, no leading zero, an en dash for what is undefined.

Cells are narrow so that six tasks stand beside each other at 100 columns.
"""

from __future__ import annotations

from collections.abc import Iterable

from benchmark.record import Range, Score

UNDEFINED = "–"


def decimal(value: float | None) -> str:
    """Return a score with two decimals, three characters wide: ".31", "-.05", and "1.0", which has no third.

    None is a dash.
    """
    if value is None:
        return UNDEFINED
    text = f"{value:.2f}"
    if text.startswith(("0.", "-0.")):
        text = text.replace("0.", ".", 1)
    return {"-.00": ".00", "1.00": "1.0", "-1.00": "-1.0"}.get(text, text)


def with_interval(score: Score) -> str:
    """Return a score and its interval: ".31 .22–.40"; a score without an interval stands alone."""
    if score.low is None or score.high is None:
        return decimal(score.value)
    return f"{decimal(score.value)} {decimal(score.low)}–{decimal(score.high)}"


def with_range(values: Range | None) -> str:
    """Return a mean with the lowest and highest value, or nothing."""
    if values is None:
        return ""
    if values.low is None or values.high is None:
        return decimal(values.mean)
    return f"{decimal(values.mean)} {decimal(values.low)}–{decimal(values.high)}"


def p_value(value: float | None) -> str:
    """Return a p-value with three decimals: ".034", "<.001", "1.0"; a dash for None."""
    if value is None:
        return UNDEFINED
    if value < 0.001:
        return "<.001"
    return "1.0" if value >= 0.9995 else f"{value:.3f}".removeprefix("0")


def percent(share: float | None) -> str:
    """Return a share as a whole percentage: "45", or a dash for None."""
    return UNDEFINED if share is None else str(round(100 * share))


def seconds(value: float | None) -> str:
    """Return a time with two digits at least: "45", "3.1"; empty where it was not measured."""
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}"


def speed(characters_per_second: float | None) -> str:
    """Return a speed with two or three digits: "1.2M", "346k", "85"; empty where it was not measured."""
    if characters_per_second is None:
        return ""
    scaled, units = characters_per_second, ["", "k", "M", "G"]
    while round(scaled) >= 1000 and len(units) > 1:
        scaled /= 1000
        units.pop(0)
    decimals = 1 if units[0] and scaled < 9.95 else 0
    return f"{scaled:.{decimals}f}{units[0]}"


def main_score(scores: Iterable[str]) -> str:
    """Return which of a metric's scores stands for it: F1 where it has one, else its first."""
    names = list(scores)
    return "f1" if "f1" in names else names[0]


def title_of(metric: str, score: str) -> str:
    """Return how a table heads a score: "ptc_flc F1", "MCC", "micro-F1"."""
    name, _, label = score.partition(":")
    known = {
        "f1": "F1",
        "macro_f1": "macro-F1",
        "weighted_f1": "weighted-F1",
        "mcc": "MCC",
        "precision": "P",
        "recall": "R",
    }
    text = known.get(name, name)
    if metric == "multilabel" and name in ("precision", "recall", "f1") and not label:
        text = f"micro-{text}"
    elif metric not in ("multilabel", "classification"):
        text = f"{metric} {text}"
    return f"{text} {label}" if label else text
