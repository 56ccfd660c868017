"""Give each quotation of a reply its place in the text.

`Passage.find` says where a quotation may have been taken from; here each gets one of these places. Equal
wordings get distinct occurrences, in order, those that are written alike first; a second mark of one label on
one place stays without a place.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from baselines.llm.finding import Found, Passage, Stretch

IN_ORDER, LEAST_SURE = 0.9, 3
"""The least share of the places known for sure that must ascend for the order to tell of the others, and how
many of them there must be."""
PARAGRAPH = 1000
"""How many characters more a part of an attribution counts as away that stands in another paragraph."""

_ANYWHERE = (0, 1 << 62)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quotation stands, and how it was found.

    Parameters
    ----------
    start, end
        Offsets in the text.
    how
        exact, normalised or fuzzy.
    """

    start: int
    end: int
    how: str


def place(
    passage: Passage, quotations: Sequence[str], labels: Sequence[str] | None = None
) -> list[Place | None]:
    """Return the place of each quotation, None where it has none or its place is taken.

    Models quote mostly in the order of the text, or in that of the text for each label. Where the quotations
    that can stand at one place only bear this out, a wording that occurs several times gets the occurrence
    between its neighbours; else the first that is free.

    Parameters
    ----------
    passage
        Where they are looked for.
    quotations
        In the order of the reply.
    labels
        The label of each, since two labels may mark one place; None for one label.

    Raises
    ------
    ValueError
        Where there are more or fewer labels than quotations.
    """
    names = [""] * len(quotations) if labels is None else labels
    if len(names) != len(quotations):
        raise ValueError(f"{len(names)} labels for {len(quotations)} quotations")
    found = [passage.find(quotation) for quotation in quotations]
    windows = _windows(found, names)
    by_label: dict[str, list[int]] = defaultdict(list)
    for number, name in enumerate(names):
        by_label[name].append(number)
    places: list[Place | None] = [None] * len(found)
    for numbers in by_label.values():
        own = [found[number] for number in numbers]
        between = (
            _windows(own, [""] * len(own)) if windows is None else [windows[number] for number in numbers]
        )
        words = [quotations[number] for number in numbers]
        for number, given in zip(numbers, _assigned(passage, words, own, between), strict=True):
            places[number] = given
    return places


def place_attributions(
    passage: Passage, attributions: Sequence[Sequence[str]]
) -> list[tuple[Place | None, ...]]:
    """Return the places of the parts of attributions: what is most telling first, the rest nearest to it.

    The longest part with the fewest places is placed as `place` does; each other part gets its place nearest
    to those placed before, outside of them where it can. Two attributions may share a part, but for the one
    that was placed first.

    Parameters
    ----------
    passage
        Where they are looked for.
    attributions
        The quotations of the parts of each, "" for a part that it lacks.
    """
    found = [[passage.find(part) for part in parts] for parts in attributions]
    chosen = [_telling(parts, row) for parts, row in zip(attributions, found, strict=True)]
    anchors = place(passage, [parts[n] for parts, n in zip(attributions, chosen, strict=True)])
    return [
        _around(passage.text, row, number, anchor)
        for row, number, anchor in zip(found, chosen, anchors, strict=True)
    ]


def _telling(parts: Sequence[str], found: Sequence[Found]) -> int:
    """Return the number of the part that tells best where an attribution stands."""
    return min(range(len(parts)), key=lambda n: (not found[n].places, len(found[n].places), -len(parts[n])))


def _around(text: str, found: Sequence[Found], number: int, anchor: Place | None) -> tuple[Place | None, ...]:
    """Return the places of an attribution's parts around the one that is placed; none where it is not."""
    places: list[Place | None] = [None] * len(found)
    if anchor is None:
        return tuple(places)
    places[number] = anchor
    taken: list[Stretch] = [(anchor.start, anchor.end)]
    for other in sorted(range(len(found)), key=lambda n: len(found[n].places)):
        if other == number or not found[other].places:
            continue
        joined = found[other].joined
        start, end = min(found[other].places, key=lambda at: (at in joined, *_distance(text, at, taken)))
        places[other] = Place(start, end, found[other].how)
        taken.append((start, end))
    return tuple(places)


def _distance(text: str, at: Stretch, taken: Sequence[Stretch]) -> tuple[bool, int]:
    """Return whether a stretch overlaps others, and how far it is from the nearest of them."""
    overlaps = any(at[0] < end and start < at[1] for start, end in taken)
    gaps = []
    for start, end in taken:
        low, high = min(at[1], end), max(at[0], start)
        apart = PARAGRAPH if low < high and "\n" in text[low:high] else 0
        gaps.append(max(high - low, 0) + apart)
    return overlaps, min(gaps)


class _Taken:
    """The places of one label that are taken."""

    def __init__(self, size: int) -> None:
        self._places: set[Stretch] = set()
        self._covered = bytearray(size)

    def add(self, at: Stretch) -> None:
        """Take a place."""
        self._places.add(at)
        self._covered[at[0] : at[1]] = b"\1" * (at[1] - at[0])

    def give(self, wanted: Mapping[int, Found], windows: Sequence[Stretch] | None) -> dict[int, Place]:
        """Take a place for each of some quotations, by number, and return those that there were."""
        given = {}
        for number, found in wanted.items():
            at = self.best(found, *(windows[number] if windows else _ANYWHERE))
            if at:
                self.add(at)
                given[number] = Place(*at, found.how)
        return given

    def best(self, found: Found, low: int, high: int) -> Stretch | None:
        """Return the best free place of a quotation that begins between two offsets, None where none is."""
        second: Stretch | None = None
        for at in found.places[bisect_left(found.places, (low, 0)) :]:
            if at[0] >= high:
                break
            if at in self._places:
                continue
            if at not in found.joined and 1 not in self._covered[at[0] : at[1]]:
                return at
            second = second or at
        return second


def _assigned(
    passage: Passage,
    quotations: Sequence[str],
    found: Sequence[Found],
    windows: Sequence[Stretch] | None,
) -> list[Place | None]:
    """Return a place for each quotation of one label, from what was found for it."""
    taken = _Taken(len(passage.text))
    # What can stand at one place only goes there first, then what its neighbours tell of, then the rest.
    places = taken.give({n: one for n, one in enumerate(found) if len(one.places) == 1}, None)
    several = {n: one for n, one in enumerate(found) if len(one.places) > 1}
    for between in (windows, None):
        places |= taken.give({n: one for n, one in several.items() if n not in places}, between)
    # What is quoted once more than it stands there so goes where it stands written in another way.
    others = {
        n: passage.further(quotations[n]) for n, one in enumerate(found) if one.places and n not in places
    }
    for between in (windows, None):
        places |= taken.give({n: one for n, one in others.items() if n not in places}, between)
    return [places.get(number) for number in range(len(found))]


def _windows(found: Sequence[Found], labels: Sequence[str]) -> list[Stretch] | None:
    """Return between which offsets each quotation begins by the order; None where there is no order."""
    # A wording that is quoted again for a label is meant to stand elsewhere; two labels may mark one place.
    firsts: dict[tuple[Stretch, str], int] = {}
    for number, (one, label) in enumerate(zip(found, labels, strict=True)):
        if len(one.places) == 1:
            firsts.setdefault((one.places[0], label), number)
    sure = [(number, at[0]) for (at, _), number in firsts.items()]
    kept = _ascending([start for _, start in sure])
    if len(sure) < LEAST_SURE or len(kept) < IN_ORDER * len(sure):
        return None
    numbers, starts = [sure[n][0] for n in kept], [sure[n][1] for n in kept]
    edges = [_ANYWHERE[0], *starts, _ANYWHERE[1]]
    return [(edges[n], edges[n + 1]) for n in (bisect_right(numbers, number) for number in range(len(found)))]


def _ascending(values: Sequence[int]) -> list[int]:
    """Return the positions of a longest ascending run of values, not all of which must be in it."""
    ends: list[int] = []  # the position of the smallest value that ends a run of each length
    before: list[int] = []
    for number, value in enumerate(values):
        length = bisect_right(ends, value, key=lambda n: values[n])
        before.append(ends[length - 1] if length else -1)
        ends[length : length + 1] = [number]
    kept, last = list[int](), ends[-1] if ends else -1
    while last >= 0:
        kept.append(last)
        last = before[last]
    return kept[::-1]
