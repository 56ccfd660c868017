"""Fingerprints of documents, by which (nearly) equal texts are found when the texts are no longer there.

A fingerprint is a hash of the normalised text and a MinHash signature of its runs of three words (Broder
1997, "On the resemblance and containment of documents"), made by the library rensa.

Three words, since a changed word spoils as many runs as a run is long, and sentences have few. Texts under
eight words get no signature: a hash is all that they can be compared by.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
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

_BATCH = 1_000
"""Documents whose signatures are converted at once, to bound memory."""
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
