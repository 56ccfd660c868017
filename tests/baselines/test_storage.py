"""Models in a folder: what is written is read, and anything broken is a ValueError that names the file."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.storage import broken, check_shapes, read_model, write_model


class Header(msgspec.Struct, frozen=True):
    labels: tuple[str, ...]


KINDS = {"weights": ("float64", 2), "ids": ("int32", 1)}
ARRAYS = {"weights": np.eye(2), "ids": np.array([3, 1], dtype=np.int32)}


def written(folder: Path) -> Path:
    write_model(folder, "m", 1, Header(("a", "ü")), ARRAYS)
    return folder


def test_reads_what_was_written(tmp_path: Path) -> None:
    header, arrays = read_model(written(tmp_path), "m", 1, Header, KINDS)
    assert header == Header(("a", "ü"))
    assert arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert not arrays[name].flags.writeable


def test_same_model_same_bytes(tmp_path: Path) -> None:
    contents = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        written(tmp_path / name)
        contents.append([path.read_bytes() for path in sorted((tmp_path / name).iterdir())])
    assert contents[0] == contents[1]
    assert len(contents[0]) == 2


def test_without_arrays_there_is_one_file(tmp_path: Path) -> None:
    write_model(tmp_path, "m", 1, Header(()), {})
    assert [path.name for path in tmp_path.iterdir()] == ["m.json"]
    assert read_model(tmp_path, "m", 1, Header, {}) == (Header(()), {})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"version":2,"model":{"labels":[]}}', "version 2 where 1 is expected; train the model again"),
        (b'{"version":1,"model":{"labels":[3]}}', "broken: Expected `str`, got `int`"),
        (b'{"version":1,"model":{"labels":[]},"more":1}', "broken: .*unknown field `more`"),
        (b"{", "broken: Input data was truncated"),
        (b'{"version":1,"model":{"labels":["\xff"]}}', "broken: "),
        (b"[" * 100_000, "broken: "),
        (None, "m.json: cannot be read: No such file"),
    ],
)
def test_a_broken_header_is_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = written(tmp_path) / "m.json"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        read_model(tmp_path, "m", 1, Header, KINDS)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"ids": ARRAYS["ids"]}, "it has no array 'weights'"),
        ({**ARRAYS, "weights": np.eye(2, dtype=np.float32)}, "'weights' is no float64 of 2 dimensions"),
        ({**ARRAYS, "ids": np.eye(2, dtype=np.int32)}, "'ids' is no int32 of 1 dimensions"),
        ({**ARRAYS, "weights": np.full((1, 1), np.nan)}, "'weights' holds a number that is not finite"),
    ],
)
def test_other_arrays_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray], message: str) -> None:
    write_model(tmp_path, "m", 1, Header(()), arrays)
    with pytest.raises(ValueError, match=rf"m\.npz: broken: .*{message}.*; train the model again"):
        read_model(tmp_path, "m", 1, Header, KINDS)


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    written(tmp_path)
    np.savez(tmp_path / "m.npz", weights=np.array([[{}]], dtype=object), ids=ARRAYS["ids"])
    with pytest.raises(ValueError, match=r"m\.npz: broken: Object arrays cannot be loaded"):
        read_model(tmp_path, "m", 1, Header, KINDS)


@given(st.integers(0, 700), st.binary(min_size=1, max_size=4))
def test_spoiled_arrays_never_crash(tmp_path_factory: pytest.TempPathFactory, place: int, put: bytes) -> None:
    folder = written(tmp_path_factory.mktemp("model"))
    path = folder / "m.npz"
    content = path.read_bytes()
    path.write_bytes((content[:place] + put + content[place + len(put) :])[: len(content) - place % 3])
    try:
        _, arrays = read_model(folder, "m", 1, Header, KINDS)
    except ValueError as error:
        assert str(path) in str(error)  # noqa: PT017 - it may also be read, where the damage does no harm
    else:
        assert arrays["weights"].ndim == 2


def test_a_missing_file_of_arrays_is_named(tmp_path: Path) -> None:
    (written(tmp_path) / "m.npz").unlink()
    with pytest.raises(ValueError, match=r"m\.npz: broken: .*No such file"):
        read_model(tmp_path, "m", 1, Header, KINDS)


def test_shapes_are_checked_and_the_file_is_named(tmp_path: Path) -> None:
    check_shapes(ARRAYS, {"weights": (2, 2)})
    with (
        pytest.raises(ValueError, match=r"m\.npz: broken: array 'ids' has the shape \(2,\), not \(3,\)"),
        broken(tmp_path, "m"),
    ):
        check_shapes(ARRAYS, {"ids": (3,)})
