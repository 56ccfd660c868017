"""Which documents two collections share: the guard against training on what is tested.

Two texts are twins where they are equal but for case and white space, or where at least half of the shorter
stands in the longer one. The second is estimated from MinHash signatures of runs of three words (Broder 1997,
"On the resemblance and containment of documents"), made by the library rensa.

The thresholds come from principle, not from gold. Three words, since a changed word spoils as many runs as
a run is long, and sentences have few. Half of the shorter text, since a detector that has seen half of a text
has seen its wording; a truncated copy has all of it. Ten shared runs (twelve words in a row), since less can
be a common phrase; without so many, texts must share half of all their runs. Texts under eight words, such
as "he said", are twins only where they are equal. A text that makes up less than about a fifth of another is
not found in it: a signature cannot tell so small a share from chance.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import DataError, Fault, UsageError
from benchmark.fileio import read_bytes
from benchmark.model import Document

RUN = 3
"""Words in a shingle."""
FEWEST_WORDS = 8
"""Texts with fewer words are compared whole only."""
PERMUTATIONS = 128
"""Slots of a signature; the standard error of an estimated Jaccard similarity of .5 is .044."""
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

_BATCH = 1_000
"""Documents whose signatures are converted at once, to bound memory."""
_PAIRS = 1 << 15
"""Pairs of signatures compared at once: 16 MB on each side."""
_BROKEN = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    OSError,
    EOFError,
    MemoryError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    SyntaxError,
    RecursionError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What NumPy and zipfile raise on broken files."""

Indices = NDArray[np.int64]


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


@dataclass(frozen=True, eq=False)
class Fingerprints:
    """What is kept of documents so that twins can be found without their texts.

    Parameters
    ----------
    ids
        Of the documents.
    exact
        A hash of each normalised text, 32 hexadecimal digits; empty for a blank text. Shape (n,).
    shingles
        Number of different shingles; 0 for a text that is compared whole only. Shape (n,).
    signatures
        MinHash signatures, unsigned 32 bits, shape (n, 128).
    """

    ids: tuple[str, ...]
    exact: NDArray[np.bytes_] = field(repr=False)
    shingles: Indices = field(repr=False)
    signatures: NDArray[np.uint32] = field(repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Fingerprints:
        """Return the fingerprints of documents, in their order."""
        parts = [_signatures(documents[start : start + _BATCH]) for start in range(0, len(documents), _BATCH)]
        empty = (np.zeros(0, np.int64), np.zeros((0, PERMUTATIONS), np.uint32))
        shingles, signatures = (np.concatenate(column) for column in zip(empty, *parts, strict=True))
        return cls(
            tuple(document.id for document in documents),
            np.array([_hash(document.text) for document in documents], "S32"),
            shingles,
            signatures,
        )

    def only(self, indices: Sequence[int] | Indices) -> Fingerprints:
        """Return the fingerprints at some places, in the order given."""
        kept = np.asarray(indices, np.int64)
        return Fingerprints(
            tuple(self.ids[index] for index in kept),
            self.exact[kept],
            self.shingles[kept],
            self.signatures[kept],
        )

    def save(self, path: Path) -> None:
        """Write them to an .npz file without pickle; equal fingerprints give equal bytes.

        Raises
        ------
        UsageError
            Where it cannot be written.
        """
        buffer = io.BytesIO()
        about = json.dumps({"scheme": _scheme(), "ids": self.ids}).encode()
        np.savez(
            buffer,
            allow_pickle=False,
            about=np.frombuffer(about, np.uint8),
            exact=self.exact,
            shingles=self.shingles,
            signatures=self.signatures,
        )
        try:
            path.write_bytes(buffer.getvalue())
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error

    @classmethod
    def load(cls, path: Path) -> Fingerprints:
        """Return the fingerprints that `save` wrote.

        Raises
        ------
        UsageError
            Where the file cannot be read.
        DataError
            Where it is broken, or made by another scheme, whose signatures cannot be compared.
        """
        content = read_bytes(path)
        try:
            about, found = _parsed(content)
        except _BROKEN as error:
            raise DataError([Fault(path, None, f"no file of fingerprints: {error}")]) from error
        if about != _scheme():
            message = f"fingerprints of scheme '{about}', this version makes '{_scheme()}': make them again"
            raise DataError([Fault(path, None, message)])
        return found


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


def _scheme() -> str:
    """Return what two signatures must have in common to be compared."""
    from rensa import RMinHash

    return f"rminhash{RMinHash.ALGORITHM_VERSION},words={RUN},fewest={FEWEST_WORDS},slots={PERMUTATIONS}"


def _parsed(content: bytes) -> tuple[str, Fingerprints]:
    """Return the scheme and the fingerprints in a file; raises one of `_BROKEN`."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        about = json.loads(arrays["about"].tobytes())
        exact, shingles, signatures = arrays["exact"], arrays["shingles"], arrays["signatures"]
    ids, scheme = tuple(map(str, about["ids"])), str(about["scheme"])
    kinds = (exact.dtype, shingles.dtype, signatures.dtype)
    if kinds != (np.dtype("S32"), np.dtype(np.int64), np.dtype(np.uint32)):
        raise ValueError("its arrays have other types")
    n = len(ids)
    if (exact.shape, shingles.shape, signatures.shape) != ((n,), (n,), (n, PERMUTATIONS)):
        raise ValueError("its arrays have other shapes")
    if (shingles < 0).any():
        raise ValueError("a number of shingles is negative")
    return scheme, Fingerprints(ids, exact, shingles, np.ascontiguousarray(signatures))


def _hash(text: str) -> bytes:
    folded = " ".join(normalize("NFC", text).casefold().split())
    digest = hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()
    return digest[:32].encode() if folded else b""


def _shingles(text: str) -> list[str]:
    """Return the runs of words, each once; punctuation, case and Unicode form do not count."""
    words = re.findall(r"\w+", normalize("NFC", text).casefold())
    if len(words) < FEWEST_WORDS:
        return []
    runs = dict.fromkeys(zip(*(words[offset:] for offset in range(RUN)), strict=False))
    return list(map(" ".join, runs))


def _signatures(documents: Sequence[Document]) -> tuple[Indices, NDArray[np.uint32]]:
    """Return the number of shingles and the signature of each document."""
    from rensa import RMinHash

    runs = [_shingles(document.text) for document in documents]
    matrix = RMinHash.digest_matrix_from_token_sets(runs, PERMUTATIONS, 0)
    return np.array(list(map(len, runs)), np.int64), np.array(matrix.to_rows(), np.uint32)


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
