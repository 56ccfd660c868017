"""The tables of a comparison: runs with their groups, pairs with their tests, detectable differences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.comparison import LEVEL, POWER, Comparison, Pair, smallest_difference
from benchmark.report.conclusion import cannot_reject, largest, level, names, sentence, units
from benchmark.report.numbers import UNDEFINED, decimal, p_value, title_of, with_interval
from benchmark.report.table import Table
from benchmark.report.tidy import Row
from benchmark.stats.bootstrap import MOST_UNDEFINED

MOST_PAIRS = 45
"""So many pairs are shown at most; of more, those with the best run."""


def tables(comparisons: Sequence[Comparison]) -> list[Table]:
    """Return two tables a comparison: the runs with their groups, and the pairs with their tests."""
    return [table for found in comparisons for table in (_runs(found), _pairs(found))]


def _title(found: Comparison) -> str:
    data = found.records[0].dataset
    part = f", {found.slice}" if found.slice else ""
    split = f", split {data.split}" if data.split else ""
    kind = "" if found.headline else ", exploratory"
    title = title_of(found.metric, found.score)
    return f"{data.name} {data.version}{split}, task {found.records[0].task}{part}: {title}{kind}"


def _runs(found: Comparison) -> Table:
    head = ["detector", title_of(found.metric, found.score)]
    grouped = any(found.letters) and found.can_reject
    rows = [
        (name, with_interval(value), *([own] if grouped else []))
        for name, value, own in zip(names(found.records), found.values, found.letters, strict=True)
    ]
    strong = frozenset((place, 1) for place in found.leaders)
    return Table(
        _title(found),
        (*head, *(["group"] if grouped else [])),
        tuple(rows),
        strong=strong,
    )


def _pairs(found: Comparison) -> Table:
    titles = names(found.records)
    shown = _shown_pairs(found)
    heads = ("pair", "difference", "p") + (("p, Holm", "") if found.headline else ())
    rows = [
        (
            f"{titles[pair.first]} − {titles[pair.second]}",
            with_interval(pair.difference),
            p_value(pair.p),
            *((p_value(pair.adjusted), "told apart" if pair.told_apart else "") if found.headline else ()),
        )
        for pair in shown
    ]
    below = tuple(_below(found, len(shown)))
    return Table("", heads, tuple(rows), below)


def _shown_pairs(found: Comparison) -> tuple[Pair, ...]:
    """Return the pairs that have a test, or where they are too many those with the best run."""
    tested = tuple(pair for pair in found.pairs if pair.p is not None)
    if len(tested) <= MOST_PAIRS or found.reference is not None:
        return tested
    return tuple(pair for pair in tested if pair.first == 0)


def _below(found: Comparison, shown: int) -> Iterator[str]:
    if shown < found.family:
        yield f"{shown} of {found.family} pairs are shown, those with the best; --format csv gives all."
    if found.headline:
        yield sentence(found)
    yield _how(found)
    yield from _undefined_scores(found)
    yield from _undefined(found)


def _undefined_scores(found: Comparison) -> Iterator[str]:
    titles = names(found.records)
    without = [name for name, value in zip(titles, found.values, strict=True) if value.value is None]
    if without:
        yield (
            f"Undefined score: {', '.join(without)}. Pairs with such a run have no test and do not count "
            "among the pairs."
        )


def _undefined(found: Comparison) -> Iterator[str]:
    """Say which pairs have no interval, or one over fewer resamples."""
    shares = [pair.difference.undefined for pair in found.pairs if pair.p is not None]
    if any(share > MOST_UNDEFINED for share in shares):
        yield (
            f"A difference without an interval: more than {MOST_UNDEFINED:.0%} of the resamples, lacking a "
            "rare label, leave it undefined."
        )
    kept = max((share for share in shares if share <= MOST_UNDEFINED), default=0.0)
    if kept:
        most = f"Up to {kept:.1%}" if kept >= 0.001 else "Less than 0.1%"
        yield f"{most} of the resamples leave a difference undefined; its interval is over the others."


def _how(found: Comparison) -> str:
    swaps = f"all {found.permutations:,} swaps" if found.exact else f"{found.permutations:,} random swaps"
    bootstrap = "95 %, paired bootstrap of the difference" if found.clusters > 1 else "none of one alone"
    text = f"p: paired randomisation of {found.clusters} {units(found)}, {swaps}. Intervals: {bootstrap}."
    if found.headline:
        many = f"{found.family} pair{'s' if found.family != 1 else ''}"
        return f"{text} Holm over {many}, level {decimal(LEVEL)}."
    return f"{text} Not the task's headline: p-values are not adjusted, and exploratory."


def rows(found: Comparison) -> list[Row]:
    """Return one row for each pair of a comparison, at full precision."""
    titles = names(found.records, whole=True)
    first = found.records[0]
    return [
        {
            "dataset": first.dataset.name,
            "version": first.dataset.version,
            "split": first.dataset.split,
            "task": first.task,
            "metric": found.metric,
            "score": found.score,
            "slice": found.slice or None,
            "headline": found.headline,
            "first": titles[pair.first],
            "second": titles[pair.second],
            "first_value": found.values[pair.first].value,
            "second_value": found.values[pair.second].value,
            "difference": pair.difference.value,
            "low": pair.difference.low,
            "high": pair.difference.high,
            "standard_error": pair.error,
            "p": pair.p,
            "p_holm": pair.adjusted,
            "told_apart": pair.told_apart if pair.adjusted is not None else None,
            "pairs": found.family,
            "permutations": found.permutations,
            "exact": found.exact,
            "clusters": found.clusters,
            "detectable": smallest_difference(found, pair, adjusted=found.headline).difference,
        }
        for pair in found.pairs
    ]


def power_table(found: Comparison, times: Sequence[float]) -> Table:
    """Return the smallest detectable difference of pairs, and how it falls with more clusters.

    Parameters
    ----------
    found
        The comparison.
    times
        With how many times as many clusters; the first is 1.
    """
    titles, adjusted = names(found.records), _is_adjusted(found)
    columns = [(times[0], False)] if adjusted else []
    columns += [(more, adjusted) for more in times]
    rows = tuple(
        (
            f"{titles[pair.first]} − {titles[pair.second]}",
            decimal(pair.difference.value),
            *(_detectable(found, pair, more, by_holm) for more, by_holm in columns),
        )
        for pair in _shown_pairs(found)
    )
    sizes = [f"{_clusters(found, more)}" for more in times]
    first = f"{sizes[0]} {units(found)}"
    heads = (f"{first},\none test", *(f"{size},\nadjusted" for size in sizes))
    heads = ("pair", "seen", *(heads if adjusted else (first.replace(" ", "\n", 1), *sizes[1:])))
    dashed = any(UNDEFINED in row[2:] for row in rows)
    title = f"{_title(found)}: smallest detectable difference"
    align = ("left",) + ("right",) * (len(heads) - 1)
    return Table(title, heads, rows, tuple(_power_notes(found, adjusted, dashed)), align)


def power_rows(found: Comparison, times: Sequence[float]) -> list[Row]:
    """Return one row for each pair, number of clusters and level, at full precision.

    Parameters
    ----------
    found
        The comparison.
    times
        With how many times as many clusters.
    """
    titles, first = names(found.records, whole=True), found.records[0]
    return [
        {
            "dataset": first.dataset.name,
            "version": first.dataset.version,
            "split": first.dataset.split,
            "task": first.task,
            "metric": found.metric,
            "score": found.score,
            "first": titles[pair.first],
            "second": titles[pair.second],
            "difference": pair.difference.value,
            "standard_error": pair.error,
            "clusters": _clusters(found, more),
            "times": more,
            "adjusted": by_holm,
            "level": smallest.level,
            "power": POWER,
            "detectable": smallest.difference,
        }
        for pair in found.pairs
        for by_holm in ((False, True) if _is_adjusted(found) else (False,))
        for more in times
        for smallest in (smallest_difference(found, pair, adjusted=by_holm, times=more),)
    ]


def _is_adjusted(found: Comparison) -> bool:
    """Return whether the level that Holm's method asks for is another than that of one test."""
    return found.headline and found.family > 1


def _clusters(found: Comparison, times: float) -> int:
    return round(found.clusters * times)


def _detectable(found: Comparison, pair: Pair, times: float, adjusted: bool) -> str:
    """Return the smallest detectable difference, or a dash where no difference is large enough.

    A dash stands too where the jackknife saw no variance at all: the formula's 0 would promise everything.
    """
    difference = smallest_difference(found, pair, adjusted=adjusted, times=times).difference
    return decimal(difference if difference and difference < largest(found) else None)


def _power_notes(found: Comparison, adjusted: bool, dashed: bool) -> Iterator[str]:
    yield (
        f"With {100 * POWER:.0f} % power, two-sided, from the variance of the paired differences; more "
        f"{units(found, 2)} are taken to be like these."
    )
    if adjusted:
        yield (
            f"Adjusted: at the level that Holm asks of the clearest of {found.family} pairs, {level(found)}; "
            f"one test: {decimal(LEVEL)}."
        )
    if not found.headline:
        yield "Not the task's headline: no level is adjusted."
    if dashed:
        constant = any(pair.error == 0 for pair in _shown_pairs(found))
        same = f", or the difference is the same without any one {units(found, 1)}" if constant else ""
        yield f"{UNDEFINED}: no difference that is possible is sure enough to be shown{same}."
    if found.family and not found.can_reject:
        yield cannot_reject(found)
    yield from _undefined_scores(found)
