"""Statistics of run folders that anybody may have written."""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from benchmark import statistics_file
from benchmark.errors import DataError, UsageError
from benchmark.statistics_file import MOST_BYTES, read_statistics

GOOD = np.array([[1.0, 2.5], [0.0, -3.0], [4.0, 1 / 3]])


def npy(array: np.ndarray, *, allow_pickle: bool = False) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, allow_pickle=allow_pickle)
    return stream.getvalue()


def described(header: str, values: bytes = b"", version: tuple[int, int] = (1, 0)) -> bytes:
    """Return a .npy file with a header of one's own."""
    text = header.encode("latin1") + b"\n"
    size = struct.pack("<H" if version == (1, 0) else "<I", len(text))
    return b"\x93NUMPY" + bytes(version) + size + text + values


def archive(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as found:
        for name, content in members.items():
            found.writestr(f"{name}.npy", content)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "statistics.npz"


def message(path: Path, metrics: tuple[str, ...] = ("exact",), clusters: int = 3) -> str:
    with pytest.raises(DataError) as caught:
        read_statistics(path, metrics, clusters)
    assert all(fault.path == path for fault in caught.value.faults)
    return str(caught.value)


@pytest.mark.parametrize("array", [GOOD, np.asfortranarray(GOOD), np.zeros((3, 0))])
def test_arrays_come_back_as_they_were_saved(file, array):
    np.savez_compressed(file, allow_pickle=False, **{"overlap(threshold=0.3)": array, "exact": GOOD})
    found = read_statistics(file, ("exact", "overlap(threshold=0.3)"), 3)
    assert list(found) == ["exact", "overlap(threshold=0.3)"]
    np.testing.assert_array_equal(found["overlap(threshold=0.3)"], array)
    assert found["exact"].dtype == np.float64


def test_an_array_of_the_other_byte_order_has_the_same_numbers(file):
    found = read_statistics(archive(file, exact=npy(GOOD.astype(">f8"))), ("exact",), 3)["exact"]
    np.testing.assert_array_equal(found, GOOD)
    assert found.dtype == np.dtype("=f8")


class Trap:
    """Would leave a file behind if it were ever unpickled."""

    def __reduce__(self):
        return (Path.touch, (Path("sprung"),))


def test_a_pickle_is_never_loaded(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    trap = np.array([[Trap()]], dtype=object)
    assert "type object, not float64" in message(archive(file, exact=npy(trap, allow_pickle=True)))
    whole = message(archive(file, exact=pickle.dumps(Trap())))
    assert "metric 'exact': " in whole
    file.write_bytes(pickle.dumps(Trap()))
    assert "no archive of arrays" in message(file)
    assert not Path("sprung").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (npy(GOOD[:2]), "has statistics of 2 clusters; the record says 3"),
        (npy(GOOD.ravel()), "has 1 dimensions, not 2"),
        (npy(GOOD[None]), "has 3 dimensions, not 2"),
        (npy(GOOD.astype(np.float32)), "holds values of type float32, not float64"),
        (npy(GOOD.astype(np.int64)), "holds values of type int64, not float64"),
        (npy(np.array([["a"]] * 3)), "holds values of type <U1, not float64"),
        (npy(np.where(GOOD == 4, np.nan, GOOD)), "holds a value that is not a finite number"),
        (npy(np.where(GOOD == 4, np.inf, GOOD)), "holds a value that is not a finite number"),
        (npy(GOOD)[:-1], r"shape (3, 2) does not fit its 47 bytes"),
        (npy(GOOD) + b"more", r"shape (3, 2) does not fit its 52 bytes"),
        (b"", "metric 'exact': "),
        (b"\x93NUMPY", "metric 'exact': "),
        (b"\x93NUMPY\x09\x00", "metric 'exact': "),
        (described("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 1000000000000)}"), "does not fit"),
        (described("{'descr': '<f8', 'fortran_order': False, 'shape': (3, -2)}"), "does not fit"),
        (described("__import__('os')"), "metric 'exact': "),
        (described("(" * 9000), "metric 'exact': "),
        (described("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2)}" + " " * 20_000), "'exact': "),
        (described("'''"), "metric 'exact': "),
        (described("{'descr': 'O', 'fortran_order': False, 'shape': (3, 2)}"), "type object"),
        (described("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (3, 2)}"), "not float64"),
        (described("{}", version=(3, 0)), "format version (3, 0) is not one of plain arrays"),
    ],
)
def test_what_is_no_array_of_statistics_is_told(file, content, told):
    assert told in message(archive(file, exact=content))


def test_a_metric_too_few_and_one_too_many_are_both_told(file):
    told = message(archive(file, exact=npy(GOOD), other=npy(GOOD)), ("exact", "token"))
    assert "holds no statistics of metric 'token'" in told
    assert "holds 'other.npy', which is no metric of the run" in told


def test_a_member_that_stands_twice_is_told(file):
    with zipfile.ZipFile(file, "w") as found:
        found.writestr("exact.npy", npy(GOOD))
        with pytest.warns(UserWarning, match="Duplicate name"):
            found.writestr("exact.npy", npy(GOOD + 1))
    assert "holds 'exact.npy' twice" in message(file)


def test_an_archive_that_would_fill_the_memory_is_not_unpacked(file, monkeypatch):
    def refused(*_):
        raise AssertionError("unpacked")

    archive(file, exact=b"\0" * (MOST_BYTES + 1))
    assert file.stat().st_size < 1 << 20
    monkeypatch.setattr(zipfile.ZipFile, "read", refused)
    assert f"would take {MOST_BYTES + 1} bytes in memory" in message(file)


def test_sizes_are_bounded_over_all_metrics_together(file, monkeypatch):
    monkeypatch.setattr(statistics_file, "MOST_BYTES", 2 * len(npy(GOOD)) - 1)
    assert "would take" in message(archive(file, exact=npy(GOOD), token=npy(GOOD)), ("exact", "token"))


def test_a_size_that_the_archive_lies_about_is_found(file):
    archive(file, exact=npy(GOOD) + b"\0" * 1000)
    content = bytearray(file.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 10)  # its size once unpacked
    file.write_bytes(bytes(content))
    message(file)


def test_a_member_packed_in_another_way_is_told(file):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as found:
        found.writestr("exact.npy", npy(GOOD))
    assert "packed in a way that NumPy does not use" in message(file)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_archive_is_told(file, content):
    file.write_bytes(content)
    assert str(file) in message(file)


def test_a_file_that_is_not_there_is_told(file):
    with pytest.raises(UsageError, match=r"statistics.npz: cannot be read"):
        read_statistics(file, ("exact",), 3)


@given(st.data())
def test_no_spoiled_archive_does_more_than_raise_a_fault(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("any") / "statistics.npz"
    content = bytearray(archive(path, exact=npy(GOOD)).read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content[: data.draw(st.integers(0, len(content)))]))
    try:
        found = read_statistics(path, ("exact",), 3)["exact"]
    except DataError:
        return
    assert found.shape[0] == 3
    assert np.isfinite(found).all()


@given(arrays.arrays(np.float64, (3, 4), elements=st.floats(allow_nan=False, allow_infinity=False)))
def test_any_finite_statistics_come_back(tmp_path_factory, array):
    path = tmp_path_factory.mktemp("any") / "statistics.npz"
    np.savez_compressed(path, allow_pickle=False, exact=array)
    np.testing.assert_array_equal(read_statistics(path, ("exact",), 3)["exact"], array)
