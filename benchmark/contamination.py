"""Which documents two collections share: the guard against training on what is tested.

Two texts are twins where they are equal but for case and white space, or where at least half of the shorter
stands in the longer one. The second is estimated from MinHash signatures (`benchmark.fingerprints`) of runs
of three words (Broder 1997, "On the resemblance and containment of documents").

The thresholds come from principle, not from gold. Half of the shorter text, since a detector that has seen
half of a text has seen its wording; a truncated copy has all of it. Ten shared runs (twelve words in a row),
since less can be a common phrase; without so many, texts must share half of all their runs. Texts under eight
words, such as "he said", are twins only where they are equal. A text that makes up less than about a fifth of
another is not found in it: a signature cannot tell so small a share from chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from benchmark.fingerprints import FEWEST_WORDS, PERMUTATIONS, Fingerprints, Indices

__all__ = [
    "BUCKET",
    "FEWEST_SHARED",
    "FEWEST_WORDS",
    "HALF",
    "LEAST_JACCARD",
    "MOST_NAMED",
    "PERMUTATIONS",
    "Fingerprints",
    "Shared",
    "duplicates",
    "named",
    "shared",
    "twins",
]

HALF = 0.5
"""Share of the shorter text, or Jaccard similarity of the shingles, from which on texts are twins."""
FEWEST_SHARED = 10
"""Shared shingles from which on a share of the shorter text counts."""
LEAST_JACCARD = 0.15
"""Below it the estimate is too rough for a share to be told from it: .15 has a standard error of .03."""
BUCKET = 32
"""Documents that one is compared with in a band; boilerplate fills a bucket, and twins meet in others."""
MOST_NAMED = 5
"""Documents that a message names."""
_PAIRS = 1 << 15
"""Pairs of signatures compared at once: 16 MB on each side."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A tested document with the training document that is most like it.

    Parameters
    ----------
    test, train
        Their ids.
    similarity
        Share of the shorter text's shingles that stand in the longer one, estimated; 1 for equal texts.
    exact
        Whether the texts are equal but for case and white space.
    """

    test: str
    train: str
    similarity: float
    exact: bool


def shared(train: Fingerprints, test: Fingerprints) -> tuple[Shared, ...]:
    """Return the test documents that have a twin in training, each with its most similar twin.

    Parameters
    ----------
    train, test
        Fingerprints of the two collections.

    Returns
    -------
    tuple of Shared
        In the order of the test documents; of equally similar twins the first is named.
    """
    return _matched(train, test, apart=False)


def twins(fingerprints: Fingerprints) -> tuple[Shared, ...]:
    """Return the documents that have a twin in their own collection, each with its most similar twin.

    Returns
    -------
    tuple of Shared
        In the order of the documents, which are named as `test`.
    """
    return _matched(fingerprints, fingerprints, apart=True)


def named(shared: Sequence[Shared]) -> str:
    """Return the first few shared documents for a message: "'a' as 'b', 'c' as 'd' and 7 more"."""
    pairs = [f"'{twin.test}' as '{twin.train}'" for twin in shared[:MOST_NAMED]]
    more = f" and {len(shared) - MOST_NAMED} more" if len(shared) > MOST_NAMED else ""
    return ", ".join(pairs) + more


def duplicates(fingerprints: Fingerprints) -> list[list[int]]:
    """Return the groups of documents within one collection that are twins, directly or through others.

    Returns
    -------
    list of list of int
        Places of the documents, ascending, in groups of two or more; groups in the order of their first.
    """
    root = list(range(len(fingerprints)))

    def find(place: int) -> int:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    for left, right in chain(_equal(fingerprints, fingerprints, True).items(), _near_within(fingerprints)):
        one, other = sorted((find(left), find(right)))
        root[other] = one
    groups: dict[int, list[int]] = {}
    for place in range(len(fingerprints)):
        groups.setdefault(find(place), []).append(place)
    return [group for group in groups.values() if len(group) > 1]


def _matched(train: Fingerprints, test: Fingerprints, *, apart: bool) -> tuple[Shared, ...]:
    """Return the twins of test documents; `apart` where both collections are one."""
    equal = _equal(train, test, apart)
    rest = [place for place in range(len(test)) if place not in equal]
    near = _nearest(train, test, np.array(rest, np.int64), apart)
    found = []
    for place, name in enumerate(test.ids):
        if place in equal:
            found.append(Shared(name, train.ids[equal[place]], 1.0, exact=True))
        elif place in near:
            twin, similarity = near[place]
            found.append(Shared(name, train.ids[twin], similarity, exact=False))
    return tuple(found)


def _equal(train: Fingerprints, test: Fingerprints, apart: bool) -> dict[int, int]:
    """Return the first training document of equal text by test document, for those that have one."""
    first: dict[bytes, list[int]] = {}
    for place, digest in enumerate(train.exact.tolist()):
        held = first.setdefault(digest, [])
        if len(held) < 2:
            held.append(place)
    found = {}
    for place, digest in enumerate(test.exact.tolist()):
        others = [twin for twin in first.get(digest, ()) if digest and not (apart and twin == place)]
        if others:
            found[place] = others[0]
    return found


def _nearest(
    train: Fingerprints, test: Fingerprints, places: Indices, apart: bool
) -> dict[int, tuple[int, float]]:
    """Return the most similar near twin and its similarity, by the places of test documents that have one."""
    twin = np.full(len(test), -1, np.int64)
    similarity = np.zeros(len(test))
    for chosen, right in _candidates(test.only(places), train):
        left = places[chosen]
        score = _similarities(test, left, train, right)
        score[(left == right) & apart] = 0
        order = np.lexsort((right, -score, left))
        left, right, score = left[order], right[order], score[order]
        first = np.flatnonzero(np.diff(left, prepend=-1))
        left, right, score = left[first], right[first], score[first]
        tie = (score == similarity[left]) & (right < twin[left])
        better = (score > similarity[left]) | tie
        twin[left[better]], similarity[left[better]] = right[better], score[better]
    found = np.flatnonzero(twin >= 0)
    return {
        place: (near, score)
        for place, near, score in zip(
            found.tolist(), twin[found].tolist(), similarity[found].tolist(), strict=True
        )
    }


def _near_within(fingerprints: Fingerprints) -> Iterator[tuple[int, int]]:
    for left, right in _candidates(fingerprints, fingerprints):
        left, right = left[left != right], right[left != right]
        close = _similarities(fingerprints, left, fingerprints, right) > 0
        yield from zip(left[close].tolist(), right[close].tolist(), strict=True)


def _candidates(left: Fingerprints, right: Fingerprints) -> Iterator[tuple[Indices, Indices]]:
    """Yield pairs of documents that agree in a band of two slots, in chunks; a pair may come several times.

    With 64 bands a pair of Jaccard similarity s is found with probability 1 − (1 − s²)⁶⁴: .93 at .2, .998 at
    .3 (Leskovec et al., "Mining of Massive Datasets", section 3.4). Of few documents every pair is taken.
    """
    rows, others = np.flatnonzero(left.shingles), np.flatnonzero(right.shingles)
    if len(rows) * len(others) <= _PAIRS:
        yield np.repeat(rows, len(others)), np.tile(others, len(rows))
        return
    ours = np.ascontiguousarray(left.signatures[rows]).view(np.uint64)
    theirs = np.ascontiguousarray(right.signatures[others]).view(np.uint64)
    for band in range(PERMUTATIONS // 2):
        order = np.argsort(theirs[:, band], kind="stable")
        keys = theirs[order, band]
        low = np.searchsorted(keys, ours[:, band])
        counts = np.minimum(np.searchsorted(keys, ours[:, band], "right") - low, BUCKET)
        hit = np.flatnonzero(counts)
        for part in np.array_split(hit, 1 + counts[hit].sum() // _PAIRS):
            many = counts[part]
            within = np.arange(many.sum()) - np.repeat(many.cumsum() - many, many)
            yield rows[np.repeat(part, many)], others[order[np.repeat(low[part], many) + within]]


def _similarities(
    left: Fingerprints, ours: Indices, right: Fingerprints, theirs: Indices
) -> NDArray[np.float64]:
    """Return the similarity of pairs, 0 for those that are no twins.

    With J the share of equal slots, which estimates the Jaccard similarity, sets of a and b shingles share
    J (a + b) / (1 + J). A pair that agrees in no band is none, however it became a candidate: else it
    would depend on the number of other documents what twins are.
    """
    equal = left.signatures[ours] == right.signatures[theirs]
    banded = (equal[:, ::2] & equal[:, 1::2]).any(axis=1)
    jaccard = equal.mean(axis=1)
    sizes, others = left.shingles[ours], right.shingles[theirs]
    smaller = np.minimum(sizes, others)
    common = np.minimum(jaccard * (sizes + others) / (1 + jaccard), smaller)
    passage = (common >= HALF * smaller) & (common >= FEWEST_SHARED) & (jaccard >= LEAST_JACCARD)
    return np.where(banded & (passage | (jaccard >= HALF)), common / smaller, 0.0)
