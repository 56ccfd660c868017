"""Letter groups: which systems cannot be told apart.

Two systems share a letter exactly where they are not different. The systems of one letter are pairwise not
different, so a letter is a clique of the graph of pairs that are not different, and a display is a set of
cliques that covers every edge of it.

References
----------
H.-P. Piepho (2004), An Algorithm for a Letter-Based Representation of All-Pairwise Comparisons, Journal of
Computational and Graphical Statistics 13(2).
J. Gramm et al. (2007), Algorithms for Compact Letter Displays, Computational Statistics & Data Analysis
52(2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Group = tuple[int, ...]

MOST_CLIQUES = 2000
"""With more maximal cliques than these, groups are grown one by one; there may then be more letters."""

_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def letters(
    different: Bools, order: Sequence[int] | None = None, undefined: Bools | None = None
) -> tuple[str, ...]:
    """Return the letters of each system: two share one exactly where they are not different.

    Parameters
    ----------
    different
        Whether two systems differ, shape (R, R), symmetric; the diagonal is not read.
    order
        The systems by rank, best first: the numbers 0 to R - 1 in some order. None where they stand ranked.
    undefined
        Systems whose score is undefined, shape (R,): they belong to no group. None where there are none.

    Returns
    -------
    tuple of str
        The letters of each system, in the order of the rows; "" for an undefined one. Groups are lettered by
        rank, so that "a" holds the best system. After z come aa, ab, …; a comma then parts the letters.

    Raises
    ------
    ValueError
        Where the matrix is not square and symmetric, or order or mask do not fit it.
    """
    found = groups(different, order, undefined)
    mark = "" if len(found) <= len(_ALPHABET) else ","
    of_system: list[list[str]] = [[] for _ in range(len(different))]
    for number, members in enumerate(found):
        for system in members:
            of_system[system].append(_name(number))
    return tuple(mark.join(names) for names in of_system)


def groups(
    different: Bools, order: Sequence[int] | None = None, undefined: Bools | None = None
) -> tuple[Group, ...]:
    """Return the groups of systems that cannot be told apart; parameters and errors as in `letters`.

    Returns
    -------
    tuple of tuple of int
        The systems of each group by rank, the groups by rank as well. Each is as large as can be; none could
        be left out. A sweep removes groups from the smallest to the largest while the others still cover its
        pairs.
    """
    ranked = _ranked(different, order, undefined)
    alike = ~np.asarray(different, dtype=np.bool_)[np.ix_(ranked, ranked)]
    np.fill_diagonal(alike, val=True)
    cliques = list(islice(_maximal_cliques(alike), MOST_CLIQUES + 1))
    if len(cliques) > MOST_CLIQUES:
        cliques = list(_grown_cliques(alike))
    kept = _swept(sorted(cliques), len(ranked))
    return tuple(tuple(ranked[rank] for rank in clique) for clique in kept)


def _ranked(different: Bools, order: Sequence[int] | None, undefined: Bools | None) -> list[int]:
    """Return the defined systems by rank.

    Raises
    ------
    ValueError
        Where matrix, order and mask do not fit each other.
    """
    matrix = np.asarray(different, dtype=np.bool_)
    size = len(matrix)
    if matrix.shape != (size, size):
        raise ValueError(f"whether systems differ is a square matrix, not one of shape {matrix.shape}")
    apart = matrix & ~np.eye(size, dtype=np.bool_)
    if not np.array_equal(apart, apart.T):
        first, second = np.argwhere(apart != apart.T)[0]
        raise ValueError(f"systems {first} and {second} differ in one direction only")
    ranks = list(range(size)) if order is None else [int(system) for system in order]
    if sorted(ranks) != list(range(size)):
        raise ValueError(f"an order of {size} systems names each once, from 0 to {size - 1}, not {ranks}")
    mask = np.zeros(size, dtype=np.bool_) if undefined is None else np.asarray(undefined, dtype=np.bool_)
    if mask.shape != (size,):
        raise ValueError(f"{size} systems need as many marks of what is undefined, not {mask.shape}")
    return [system for system in ranks if not mask[system]]


def _maximal_cliques(alike: Bools) -> Iterator[Group]:
    """Yield all maximal cliques, members ascending (Bron and Kerbosch 1973, with Tomita's pivot).

    There can be 3^(R/3), so the caller takes no more than it can use.
    """
    neighbours = [set(np.flatnonzero(row).tolist()) - {rank} for rank, row in enumerate(alike)]

    def extend(clique: set[int], open_: set[int], done: set[int]) -> Iterator[Group]:
        if not open_ and not done:
            yield tuple(sorted(clique))
            return
        pivot = max(sorted(open_ | done), key=lambda rank: len(neighbours[rank] & open_))
        for rank in sorted(open_ - neighbours[pivot]):
            yield from extend(clique | {rank}, open_ & neighbours[rank], done & neighbours[rank])
            open_ = open_ - {rank}
            done = done | {rank}

    if neighbours:
        yield from extend(set(), set(range(len(neighbours))), set())


def _grown_cliques(alike: Bools) -> Iterator[Group]:
    """Yield maximal cliques that cover every edge, at most one an edge: each grown from an uncovered edge."""
    covered = np.zeros_like(alike)
    for first, second in np.argwhere(np.triu(alike)):
        if covered[first, second]:
            continue
        common = alike[first] & alike[second]
        members = {int(first), int(second)}
        for rank in np.flatnonzero(common).tolist():
            if common[rank]:
                members.add(rank)
                common = common & alike[rank]
        clique = tuple(sorted(members))
        covered[np.ix_(clique, clique)] = True
        yield clique


def _swept(cliques: Iterable[Group], size: int) -> list[Group]:
    """Return sorted cliques without those whose edges others cover; of the smallest the last go first."""
    kept = list(cliques)
    times = np.zeros((size, size), dtype=np.int64)
    for clique in kept:
        times[np.ix_(clique, clique)] += 1
    for clique in sorted(kept, key=lambda clique: (-len(clique), clique), reverse=True):
        edges = np.ix_(clique, clique)
        if (times[edges] > 1).all():
            times[edges] -= 1
            kept.remove(clique)
    return kept


def _name(number: int) -> str:
    """Return a, b, … z, aa, ab, … for the numbers from 0."""
    name = ""
    number += 1
    while number:
        number, letter = divmod(number - 1, len(_ALPHABET))
        name = _ALPHABET[letter] + name
    return name
