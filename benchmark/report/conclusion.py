"""What follows from a comparison, in a sentence: who cannot be told apart, and what could have been shown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from benchmark.comparison import LEVEL, Comparison, Pair, smallest_difference
from benchmark.errors import one_line
from benchmark.record import RunRecord
from benchmark.report.naming import Names
from benchmark.report.numbers import decimal, title_of

_RANGE = {"mcc": 2.0}  # the largest difference that is possible, where that is not 1
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
MOST_NAMES = 8
"""Of more runs a sentence names the first and the last."""


def names(records: Sequence[RunRecord], *, whole: bool = False) -> tuple[str, ...]:
    """Return what each run is called: as short as tells it from the others.

    The detector alone; with what it was trained on; with the end of its folder's name; with when it was made;
    of copies of one run, with a number.

    Parameters
    ----------
    records
        All runs that stand together.
    whole
        Whether parameters that can change no answer are named too, as in rows that others are joined to.
    """
    called = Names((record.detector for record in records), whole=whole)
    titles = [called.title(record.detector) for record in records]
    folders = [record.folder.name.rpartition("-")[2] for record in records]
    ends = list(zip(titles, folders, records, strict=True))
    kinds = [
        [called.of(record.detector) for record in records],
        titles,
        [f"{title} ({folder})" for title, folder, _ in ends],
        [f"{title} ({folder}, {record.created})" for title, folder, record in ends],
    ]
    found = []
    for place in range(len(records)):
        alone = next((kind[place] for kind in kinds if kind.count(kind[place]) == 1), None)
        copy = kinds[-1][: place + 1].count(kinds[-1][place])
        found.append(one_line(alone or f"{kinds[2][place]} #{copy}"))
    return tuple(found)


def sentence(found: Comparison) -> str:
    """Return what follows from a comparison, in one or two sentences.

    Parameters
    ----------
    found
        Of two runs or more by the task's headline, all held against each other or against a reference.
    """
    known = [place for place, value in enumerate(found.values) if value.value is not None]
    if len(known) < 2 or not found.family:
        return "Too few scores are defined; there is nothing to tell apart."
    if not found.can_reject:
        return cannot_reject(found)
    if found.reference is not None:
        return _against(found, found.reference)
    first = _leading(found, known)
    return _one_leads(found, known) if len(first) == 1 else _none_leads(found, known, first)


def _leading(found: Comparison, known: Sequence[int]) -> list[int]:
    """Return the longest run of the best systems of which no two are told apart."""
    leading = [known[0]]
    for place in known[1:]:
        if any(found.pair(other, place).told_apart for other in leading):
            break
        leading.append(place)
    return leading


def _one_leads(found: Comparison, known: Sequence[int]) -> str:
    titles = names(found.records)
    best, pair = titles[known[0]], found.pair(known[0], known[1])
    lead = f"{titles[known[1]]} by {decimal(pair.difference.value)}{_interval(pair)}"
    same = [titles[place] for place in known[1:] if not found.pair(known[0], place).told_apart]
    if same:
        return f"{best} is ahead of {lead}, but cannot be told apart from {_list(same)}."
    if len(known) == 2:
        return f"{best} is ahead of {lead}."
    every = "every other" if len(known) == len(found.values) else "every other whose score is defined"
    return f"{best} is ahead of {every}, of {lead}."


def _interval(pair: Pair) -> str:
    if pair.difference.low is None or pair.difference.high is None:
        return ""
    return f" ({decimal(pair.difference.low)} to {decimal(pair.difference.high)})"


def _none_leads(found: Comparison, known: Sequence[int], first: Sequence[int]) -> str:
    titles = names(found.records)
    these = f"{'' if len(first) == len(found.values) else 'first '}{_count(len(first))}"
    who = _list([titles[place] for place in first])
    if len(first) == 2:
        text = f"The {these}, {who}, cannot be told apart on this dataset"
    else:
        text = f"No pair of the {these} ({who}) can be told apart on this dataset"
    best, more = known[0], [place for place in known if place not in first]
    same = [titles[place] for place in more if not found.pair(best, place).told_apart]
    text += f", nor can {titles[best]} from {_list(same)}" if same else ""
    pairs = [pair for pair in found.pairs if pair.first in first and pair.second in first]
    return f"{text}; {_could_have_shown(found, pairs)}."


def _against(found: Comparison, reference: int) -> str:
    """Return which runs differ from the one that they are held against."""
    titles, tested = names(found.records), [pair for pair in found.pairs if pair.p is not None]
    apart = [pair for pair in tested if pair.told_apart]
    same = [pair for pair in tested if not pair.told_apart]
    parts, it = [], titles[reference]
    for word, pairs in (
        ("ahead of", [pair for pair in apart if (pair.difference.value or 0) > 0]),
        ("behind", [pair for pair in apart if (pair.difference.value or 0) <= 0]),
        ("not to be told apart from", same),
    ):
        if pairs:
            who = [titles[pair.first] for pair in pairs]
            parts.append(f"{_list(who)} {'are' if len(who) > 1 else 'is'} {word} {it}")
            it = "it"
    parts += [_could_have_shown(found, same)] if same else []
    return f"{'; '.join(parts)}."


def cannot_reject(found: Comparison) -> str:
    """Return why no pair of a comparison could be told apart, whatever the scores."""
    possible = 2.0 ** (1 - found.clusters)
    enough = math.ceil(found.family / LEVEL)
    if not found.exact and possible <= found.level and found.headline:
        return (
            f"No pair can be told apart: {found.permutations:,} swaps are too few for {_pairs(found)}; "
            f"give --resamples {enough} or more."
        )
    asked = f"{_pairs(found)} ask{'s' if found.family == 1 else ''} for {_small(found.level)} or less"
    return (
        f"No pair can be told apart: with {found.clusters} {units(found)} the smallest p-value possible is "
        f"{_small(max(possible, found.smallest))}, and {asked}."
    )


def _pairs(found: Comparison) -> str:
    return f"{found.family} pair{'' if found.family == 1 else 's'}"


def _small(p: float) -> str:
    """Return a p-value with two digits that count: ".002", ".0018"."""
    return f"{p:.2g}".removeprefix("0")


def _could_have_shown(found: Comparison, pairs: Sequence[Pair]) -> str:
    """Return the smallest detectable difference of the first pair that has one."""
    title, titles = title_of(found.metric, found.score), names(found.records)
    varied = [pair for pair in pairs if pair.error]
    pair = (varied or list(pairs))[0]
    between = f"between {titles[pair.first]} and {titles[pair.second]}"
    difference = smallest_difference(found, pair).difference
    if difference is None:
        return f"how small a difference it could have shown {between} is undefined"
    if difference == 0:
        return f"the difference {between} is the same without any one {units(found, 1)}"
    if difference >= largest(found):
        return f"{between} it could not have shown any difference in {title}, however large"
    return f"{between} it could have shown a difference of {decimal(difference)} in {title}"


def _list(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    if len(parts) > MOST_NAMES:
        return f"{parts[0]}, {parts[1]}, … and {parts[-1]}"
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _count(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def units(found: Comparison, number: int | None = None) -> str:
    """Return what was resampled: in the singular for one, and in the plural for more.

    Parameters
    ----------
    found
        The comparison.
    number
        Of how many the noun speaks; None for the clusters of the comparison.
    """
    record = found.records[0]
    unit, noun = record.resampling.unit, record.dataset.noun
    many = "" if (found.clusters if number is None else number) == 1 else "s"
    if unit in ("paragraph", "document"):
        return f"{noun if unit == 'document' else unit}{many}"
    return f"group{many} of {noun}s by {unit}"


def largest(found: Comparison) -> float:
    """Return the largest difference that is possible in the score."""
    return _RANGE.get(found.score, 1.0)


def level(found: Comparison) -> str:
    """Return the level of the family, and what it is divided by: ".05/15"."""
    return decimal(LEVEL) + (f"/{found.family}" if found.family > 1 else "")


def conclusions(comparisons: Sequence[Comparison]) -> tuple[str, ...]:
    """Return the notes below a table with letters: what they mean, and what follows for each task."""
    return (*_about_letters(comparisons), *_by_task(comparisons))


def _about_letters(comparisons: Sequence[Comparison]) -> Iterator[str]:
    if any(found.can_reject and any(found.letters) for found in comparisons):
        yield (
            "Letters: detectors that share one cannot be told apart (paired randomisation test, level .05, "
            "Holm over the pairs of a task)."
        )


def _by_task(comparisons: Sequence[Comparison]) -> Iterator[str]:
    tasks = {found.records[0].task for found in comparisons}
    for found in comparisons:
        task = f"{found.records[0].task}: " if len(tasks) > 1 else ""
        yield f"{task}{sentence(found)}"
