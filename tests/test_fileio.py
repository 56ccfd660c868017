"""Strict JSONL, and writes that happen whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark import fileio
from benchmark.errors import UsageError
from benchmark.fileio import (
    BOM_MESSAGE,
    atomic_folder,
    decode,
    jsonl,
    not_utf8,
    read_bytes,
    read_jsonl,
    sha256,
)


class Row(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    value: float = 0.0


def faults_of(content, kind=Row):
    faults = []
    return decode(content, kind, Path("f"), 7, faults), [str(fault) for fault in faults]


def visible(folder):
    return sorted(path.name for path in folder.iterdir())


def test_sha256_of_the_empty_string_and_of_abc():
    assert sha256(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256("ü".encode()) == hashlib.sha256("ü".encode()).hexdigest()


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(UsageError, match="gone: cannot be read: No such file or directory"):
        read_bytes(tmp_path / "gone")
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        read_bytes(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "broken JSON"),
        (b"{", "broken JSON"),
        (b'{"name":"a"} x', "broken JSON.*trailing"),
        (b'{"name":"a","value":NaN}', "broken JSON"),
        (b'{"name":"a","value":Infinity}', "broken JSON"),
        (b'{"name":"a","value":1e400}', "Number out of range"),
        (b'{"name":"a","value":' + b"9" * 400 + b"}", "Number out of range"),
        (b'{"name":"a","value":"1"}', "Expected `float`, got `str`"),
        (b'{"name":1}', "Expected `str`, got `int`"),
        (b"[]", "Expected `object`, got `array`"),
        (b"null", "Expected `object`, got `null`"),
        (b'{"value":1}', "missing required field `name`"),
        (b'{"name":"a","valu":1}', "unknown field `valu`"),
        (b'{"name":"\\ud800"}', "broken JSON"),
        (b'{"name":"\\udc00\\ud800"}', "broken JSON"),
        (b'{"name":"a\x00"}', "broken JSON"),
        (b'{"name":"\xff"}', "not UTF-8: invalid start byte"),
        (b'{"name":"\xed\xa0\x80"}', "not UTF-8: invalid continuation byte"),
        (b'{"\xff":1}', "not UTF-8"),
        (b'\xef\xbb\xbf{"name":"a"}', "broken JSON"),
    ],
)
def test_what_is_no_row_is_a_fault_with_its_place(content, message):
    row, faults = faults_of(content)
    assert row is None
    assert len(faults) == 1
    assert faults[0].startswith("f:7: ")
    assert re.search(message, faults[0])


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_deep_nesting_is_a_fault(opening):
    row, faults = faults_of(opening * 200_000, object)
    assert (row, faults) == (None, ["f:7: JSON nested too deeply"])


def test_the_byte_of_a_fault_in_utf8_is_counted_from_the_start_of_the_line():
    _, faults = faults_of(b'{"name":"ab\xff"}')
    assert faults == ["f:7: not UTF-8: invalid start byte at byte 11 of the line"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", None),
        ("ü😀\n".encode(), None),
        (b"\xff", "not UTF-8: invalid start byte at byte 0 of the line"),
        ("😀".encode() + b"\xc3\x28", "not UTF-8: invalid continuation byte at byte 4 of the line"),
        (b"a\xe2\x82", "not UTF-8: unexpected end of data at byte 1 of the line"),
    ],
)
def test_what_keeps_bytes_from_being_utf8_is_told(content, message):
    assert not_utf8(content) == message


def test_the_byte_of_a_fault_is_counted_in_its_own_line(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"name":"a"}\n{"name":"\xc3\xbc\xff"}\n')
    faults = []
    assert read_jsonl(path, Row, faults) == [(1, Row("a"))]
    message = "not UTF-8: invalid start byte at byte 11 of the line"
    assert [(fault.line, fault.message) for fault in faults] == [(2, message)]


@pytest.mark.parametrize("rows", [b"", b'\n{"name":"a"}', b'{"name":"a"}'])
def test_a_byte_order_mark_is_one_fault_of_the_first_line(tmp_path, rows):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + rows)
    faults = []
    assert [row for _, row in read_jsonl(path, Row, faults)] == ([Row("a")] if rows else [])
    assert [(fault.line, fault.message) for fault in faults] == [(1, BOM_MESSAGE)]


def test_a_byte_order_mark_in_a_later_line_is_broken_json(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"name":"a"}\n\xef\xbb\xbf{"name":"b"}')
    faults = []
    assert read_jsonl(path, Row, faults) == [(1, Row("a"))]
    assert [fault.line for fault in faults] == [2]
    assert faults[0].message.startswith("broken JSON")


def test_escapes_are_text():
    row, faults = faults_of(rb'{"name":"\u0000\ud83d\ude00","value":1}')
    assert (row, faults) == (Row("\0😀", 1.0), [])


def test_rows_keep_their_line_numbers_and_faults_leave_rows_out(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'\n{"name":"a"}\r\n  \n{"name":1}\n{"name":"b"}\n{\n\xff')
    faults = []
    assert read_jsonl(path, Row, faults) == [(2, Row("a")), (5, Row("b"))]
    assert [fault.line for fault in faults] == [4, 6, 7]
    assert {fault.path for fault in faults} == {path}


def test_an_empty_file_has_no_rows(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"")
    faults = []
    assert (read_jsonl(path, Row, faults), faults) == ([], [])


def test_other_line_separators_stay_inside_a_row(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(jsonl([Row("a\u2028b\x85c\n")]))
    assert read_jsonl(path, Row, []) == [(1, Row("a\u2028b\x85c\n"))]


@settings(deadline=None)
@given(st.lists(st.builds(Row, st.text(), st.floats(allow_nan=False, allow_infinity=False)), max_size=5))
def test_jsonl_round_trips(rows):
    content = jsonl(rows)
    assert content.count(b"\n") == len(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.jsonl")
        path.write_bytes(content)
        faults = []
        assert read_jsonl(path, Row, faults) == list(enumerate(rows, 1))
    assert faults == []


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_give_a_row_or_a_fault(content):
    row, faults = faults_of(content)
    assert (row is None) == (len(faults) == 1)


def test_a_folder_appears_when_the_block_ends(tmp_path):
    target = tmp_path / "a" / "run"
    with atomic_folder(target) as folder:
        (folder / "x").write_bytes(b"1")
        assert not target.exists()
        assert folder.parent == target.parent
    assert (target / "x").read_bytes() == b"1"
    assert visible(target.parent) == ["run"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o755


def test_a_folder_is_replaced_as_a_whole(tmp_path):
    target = tmp_path / "run"
    target.mkdir()
    (target / "old").write_bytes(b"")
    with atomic_folder(target) as folder:
        (folder / "new").write_bytes(b"")
        assert visible(target) == ["old"]
    assert visible(target) == ["new"]
    assert visible(tmp_path) == ["run"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
@pytest.mark.parametrize("before", [True, False])
def test_an_interrupted_block_leaves_nothing_and_the_old_folder(tmp_path, error, before):
    target = tmp_path / "run"
    if before:
        target.mkdir()
        (target / "old").write_bytes(b"1")

    def block():
        with atomic_folder(target) as folder:
            (folder / "half").write_bytes(b"")
            raise error

    with pytest.raises(error):
        block()
    assert visible(tmp_path) == (["run"] if before else [])
    assert not before or (target / "old").read_bytes() == b"1"


def test_a_block_that_cannot_write_is_a_usage_error(tmp_path):
    def block():
        with atomic_folder(tmp_path / "run"):
            raise OSError(28, "No space left on device")

    with pytest.raises(UsageError, match="run: cannot be written: No space left on device"):
        block()
    assert visible(tmp_path) == []


def test_a_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(UsageError, match="run: cannot be written: "),
        atomic_folder(tmp_path / "file" / "run"),
    ):
        pytest.fail("the block must not run")
    assert visible(tmp_path) == ["file"]


def failing_rename(monkeypatch, number, error, *, late=False):
    """Let the rename of a number, counted from 1, fail; a late one has renamed before it fails."""
    calls, real = [], Path.rename

    def rename(self, target):
        calls.append(self)
        if len(calls) == number and not late:
            raise error
        renamed = real(self, target)
        if len(calls) == number:
            raise error
        return renamed

    monkeypatch.setattr(Path, "rename", rename)


def replace_it(tmp_path):
    target = tmp_path / "run"
    target.mkdir()
    (target / "old").write_bytes(b"1")

    def block():
        with atomic_folder(target) as folder:
            (folder / "new").write_bytes(b"2")

    return target, block


def test_the_old_folder_comes_back_where_the_new_cannot_take_its_place(tmp_path, monkeypatch):
    target, block = replace_it(tmp_path)
    failing_rename(monkeypatch, 2, OSError(5, "Input/output error"))
    with pytest.raises(UsageError, match="cannot be written: Input/output error"):
        block()
    assert visible(target) == ["old"]
    assert visible(tmp_path) == ["run"]


def test_an_interrupt_between_the_renames_brings_the_old_folder_back(tmp_path, monkeypatch):
    target, block = replace_it(tmp_path)
    failing_rename(monkeypatch, 2, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        block()
    assert visible(tmp_path) == ["run"]
    assert visible(target) == ["old"]


def test_nothing_remains_where_the_old_folder_cannot_be_moved(tmp_path, monkeypatch):
    target, block = replace_it(tmp_path)
    failing_rename(monkeypatch, 1, OSError(16, "Device or resource busy"))
    with pytest.raises(UsageError, match="cannot be written: Device or resource busy"):
        block()
    assert visible(target) == ["old"]
    assert visible(tmp_path) == ["run"]


def test_an_interrupt_just_after_the_old_folder_was_moved_brings_it_back(tmp_path, monkeypatch):
    target, block = replace_it(tmp_path)
    failing_rename(monkeypatch, 1, KeyboardInterrupt(), late=True)
    with pytest.raises(KeyboardInterrupt):
        block()
    assert visible(tmp_path) == ["run"]
    assert visible(target) == ["old"]


def test_an_interrupt_just_after_the_new_folder_took_its_place_stays_an_interrupt(tmp_path, monkeypatch):
    target, block = replace_it(tmp_path)
    failing_rename(monkeypatch, 2, KeyboardInterrupt(), late=True)
    with pytest.raises(KeyboardInterrupt):
        block()
    assert visible(tmp_path) == ["run"]
    assert visible(target) in (["new"], ["old"])


def test_an_unwritable_folder_is_told(tmp_path, monkeypatch):
    def refused(**where):
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(fileio.tempfile, "mkdtemp", refused)
    with (
        pytest.raises(UsageError, match="run: cannot be written: Permission denied"),
        atomic_folder(tmp_path / "run"),
    ):
        pytest.fail("the block must not run")


def test_a_folder_that_another_process_puts_there_in_between_is_replaced(tmp_path, monkeypatch):
    target = tmp_path / "run"
    rename, rivals = Path.rename, iter(range(3))

    def raced(self, to):
        if to == target and next(rivals, None) is not None:
            target.mkdir()
            (target / "theirs").write_text("theirs")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", raced)
    with atomic_folder(target) as folder:
        (folder / "ours").write_text("ours")
    assert [path.name for path in target.iterdir()] == ["ours"]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_rival_that_never_rests_is_told(tmp_path, monkeypatch):
    target = tmp_path / "run"
    rename = Path.rename

    def raced(self, to):
        if to == target:
            target.mkdir()
            (target / "theirs").write_text("theirs")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", raced)
    with (
        pytest.raises(UsageError, match="cannot be written: Directory not empty"),
        atomic_folder(target) as folder,
    ):
        (folder / "ours").write_text("ours")
    assert [path.name for path in target.iterdir()] == ["theirs"]
