"""The statistics of a run folder, `statistics.npz`, read without trusting who wrote it.

No pickle is loaded, and nothing is made larger than the file's own, checked sizes say.
"""

from __future__ import annotations

import io
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Collection
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import DataError, Fault
from benchmark.fileio import read_bytes

MOST_BYTES = 1 << 28
"""The statistics of a run may take so many bytes in memory, over all of its metrics."""
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How NumPy packs arrays; other ways are refused, since what their unpackers raise is their own."""
MOST_HEADER = 10_000
"""The description of an array may have so many characters."""

BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, RuntimeError, KeyError)
"""What a broken archive raises, by the byte that is wrong."""

Floats = NDArray[np.float64]


def read_statistics(path: Path, metrics: Collection[str], clusters: int) -> dict[str, Floats]:
    """Return the statistics of each metric, shape (clusters, k), read-only.

    Parameters
    ----------
    path
        A NumPy archive.
    metrics
        Names of the metrics that it has to hold, and no others.
    clusters
        How many rows each has to have.

    Raises
    ------
    UsageError
        Where the file cannot be read.
    DataError
        Where it is no such archive; every fault is listed.
    """
    content = read_bytes(path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            faults = _faults_of_members(path, archive.infolist(), metrics)
            found = {} if faults else {name: archive.read(f"{name}.npy") for name in metrics}
    except BROKEN as error:
        raise DataError([Fault(path, None, f"no archive of arrays: {error}")]) from error
    arrays: dict[str, Floats] = {}
    for name, member in found.items():
        try:
            arrays[name] = _array(member, clusters)
        except ValueError as error:
            faults.append(Fault(path, None, f"metric '{name}': {error}"))
    if faults:
        raise DataError(faults)
    return arrays


def _faults_of_members(
    path: Path, members: Collection[zipfile.ZipInfo], metrics: Collection[str]
) -> list[Fault]:
    """Return what is wrong with the names and sizes in an archive, before anything in it is unpacked."""
    names = [member.filename for member in members]
    wanted = [f"{metric}.npy" for metric in metrics]
    told = [f"holds no statistics of metric '{name[:-4]}'" for name in wanted if name not in names]
    told += [f"holds '{name}', which is no metric of the run" for name in names if name not in wanted]
    told += [f"holds '{name}' twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    told += [
        f"holds '{m.filename}', packed in a way that NumPy does not use"
        for m in members
        if m.compress_type not in PACKED
    ]
    size = sum(member.file_size for member in members)
    if size > MOST_BYTES:
        told.append(f"would take {size} bytes in memory; statistics take {MOST_BYTES} at most")
    return [Fault(path, None, message) for message in told]


def _array(content: bytes, clusters: int) -> Floats:
    """Return an array from the bytes of a .npy file.

    Raises
    ------
    ValueError
        Where they are anything but finite float64 values, one row a cluster.
    """
    shape, fortran, dtype, start = _header(content)
    if dtype.newbyteorder("=") != np.float64:
        raise ValueError(f"holds values of type {dtype}, not float64")
    if len(shape) != 2:
        raise ValueError(f"has {len(shape)} dimensions, not 2")
    if shape[0] != clusters:
        raise ValueError(f"has statistics of {shape[0]} clusters; the record says {clusters}")
    if min(shape) < 0 or prod(shape) * dtype.itemsize != len(content) - start:
        raise ValueError(f"shape {shape} does not fit its {len(content) - start} bytes")
    values = np.frombuffer(content, dtype, offset=start).reshape(shape, order="F" if fortran else "C")
    if not np.isfinite(values).all():
        raise ValueError("holds a value that is not a finite number")
    return values.astype(np.float64, copy=False)


def _header(content: bytes) -> tuple[tuple[int, ...], bool, np.dtype[np.generic], int]:
    """Return the shape, whether columns come first, the type, and where the values begin."""
    stream = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(stream)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }.get(version)
        if read is None:
            raise ValueError(f"format version {version} is not one of plain arrays")
        shape, fortran, dtype = read(stream, max_header_size=MOST_HEADER)
    except (SyntaxError, TypeError, RecursionError, MemoryError, tokenize.TokenError) as error:
        raise ValueError("its description cannot be read") from error
    return shape, fortran, dtype, stream.tell()
