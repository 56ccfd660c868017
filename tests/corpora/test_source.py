"""Folders and archives as sources: what is read, what is refused, and how it is said."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from corpus_files import make_zip, put, tar_bytes

from benchmark.corpora import files
from benchmark.corpora.base import Report
from benchmark.corpora.source import find, matching, open_source, roots, text_or_note
from benchmark.errors import DataError, UsageError

FILES = {"top/a.txt": "first\n", "top/b/c.txt": "\ufeffsecond\r\n", "top/b/d.bin": b"\xff"}


PACKERS: dict[str, Callable[[Path], Path]] = {
    "folder": lambda folder: put(folder / "given", FILES),
    "zip": lambda folder: make_zip(folder / "x.dat", FILES),
    "stored zip": lambda folder: make_zip(folder / "x.dat", FILES, zipfile.ZIP_STORED),
    "tar": lambda folder: put(folder, {"x.dat": tar_bytes(FILES)}) / "x.dat",
    "tar.gz": lambda folder: put(folder, {"x.dat": gzip.compress(tar_bytes(FILES))}) / "x.dat",
    "tar.bz2": lambda folder: put(folder, {"x.dat": bz2.compress(tar_bytes(FILES))}) / "x.dat",
    "tar.xz": lambda folder: put(folder, {"x.dat": lzma.compress(tar_bytes(FILES))}) / "x.dat",
}


@pytest.fixture(params=PACKERS)
def packed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return PACKERS[request.param](tmp_path)


class TestAnySource:
    def test_all_forms_give_the_same_files(self, packed: Path) -> None:
        with open_source(packed) as source:
            assert list(source.paths()) == ["top/a.txt", "top/b/c.txt", "top/b/d.bin"]
            assert source.read("top/b/d.bin") == b"\xff"
            assert source.text("top/b/c.txt") == "\ufeffsecond\r\n"
            assert source.location == packed

    def test_what_was_read_is_kept_with_its_checksum(self, packed: Path) -> None:
        with open_source(packed) as source:
            assert source.inputs() == ()
            source.read("top/b/d.bin")
            source.read("top/a.txt")
            source.read("top/b/d.bin")
            first, second = source.inputs()
            assert (first.path, first.size) == ("top/a.txt", 6)
            assert first.sha256 == hashlib.sha256(b"first\n").hexdigest()
            assert (second.path, second.size) == ("top/b/d.bin", 1)
            if packed.is_dir():
                assert source.archive is None
            else:
                content = packed.read_bytes()
                assert source.archive is not None
                assert source.archive.path == "x.dat"
                assert source.archive.size == len(content)
                assert source.archive.sha256 == hashlib.sha256(content).hexdigest()

    def test_a_file_that_is_not_there_is_named(self, packed: Path) -> None:
        with open_source(packed) as source, pytest.raises(DataError, match="top/none: is not there"):
            source.read("top/none")

    def test_what_is_not_utf8_is_said_with_line_and_byte(self, tmp_path: Path) -> None:
        put(tmp_path, {"a.txt": b"one\ntwo \xe9\n", "cut.txt": b"one\xe2\x80"})
        with open_source(tmp_path) as source:
            with pytest.raises(DataError, match=r"a.txt:2: not UTF-8: .* at byte 4 of the line"):
                source.text("a.txt")
            with pytest.raises(DataError, match=r"cut.txt:1: not UTF-8: .* at byte 3 of the line"):
                source.text("cut.txt")

    def test_a_file_that_cannot_be_read_is_noted(self, tmp_path: Path) -> None:
        put(tmp_path, {"a.txt": b"\n\xff", "b.txt": "good"})
        report = Report()
        with open_source(tmp_path) as source:
            assert text_or_note(source, "a.txt", report) is None
            assert text_or_note(source, "b.txt", report) == "good"
        (kind, fault) = report.faults[0]
        assert (kind, fault.path, fault.line) == ("file skipped", Path("a.txt"), 2)
        assert report.counts == {"file skipped": 1}

    def test_debris_of_macos_and_git_is_passed_over(self, tmp_path: Path) -> None:
        debris = ("__MACOSX/a.txt", "b/._c.txt", "b/.DS_Store", ".git/HEAD", "b/__MACOSX/._a")
        contents = dict.fromkeys((*debris, "a.txt", "b/c.git"), "x")
        for path in (put(tmp_path / "given", contents), make_zip(tmp_path / "x.zip", contents)):
            with open_source(path) as source:
                assert list(source.paths()) == ["a.txt", "b/c.git"]

    def test_a_file_larger_than_any_corpus_has_is_not_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(files, "FILE_BYTES", 4)
        put(tmp_path, {"four": "1234", "five": "12345"})
        with open_source(tmp_path) as source:
            assert source.read("four") == b"1234"
            with pytest.raises(DataError, match="five: is larger than 4 bytes"):
                source.read("five")


class TestFolder:
    def test_links_that_lead_outside_are_not_followed(self, tmp_path: Path) -> None:
        inside = put(tmp_path / "given", {"a.txt": "a", "sub/b.txt": "b"})
        put(tmp_path, {"secret/s.txt": "s"})
        (inside / "out.txt").symlink_to(tmp_path / "secret" / "s.txt")
        (inside / "in.txt").symlink_to(inside / "a.txt")
        (inside / "folder").symlink_to(tmp_path / "secret")
        (inside / "gone.txt").symlink_to(tmp_path / "nowhere")
        with open_source(inside) as source:
            assert list(source.paths()) == ["a.txt", "in.txt", "out.txt", "sub/b.txt"]
            assert source.read("in.txt") == b"a"
            with pytest.raises(DataError, match="out.txt: is a link that leads out of the folder"):
                source.read("out.txt")

    def test_a_pipe_is_no_file(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        with open_source(tmp_path) as source:
            assert list(source.paths()) == []

    def test_names_that_no_manifest_could_hold_are_passed_over(self, tmp_path: Path) -> None:
        put(tmp_path, {"a.txt": "a"})
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt"))).write_text("b", encoding="utf-8")
        with open_source(tmp_path) as source:
            assert list(source.paths()) == ["a.txt"]

    def test_a_folder_link_may_be_given(self, tmp_path: Path) -> None:
        put(tmp_path / "real", {"a.txt": "a"})
        (tmp_path / "link").symlink_to(tmp_path / "real")
        with open_source(tmp_path / "link") as source:
            assert source.read("a.txt") == b"a"

    def test_too_many_files_are_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "FILES", 2)
        put(tmp_path, {"a": "", "b": "", "c/d": ""})
        with pytest.raises(UsageError, match="more than 2 files; give the corpus's own folder"):
            open_source(tmp_path).__enter__()

    def test_what_the_system_refuses_is_said(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        put(tmp_path, {"a.txt": "a", "b/c.txt": "c"})
        with open_source(tmp_path) as source:
            (tmp_path / "a.txt").unlink()
            with pytest.raises(DataError, match="a.txt: cannot be read: No such file"):
                source.read("a.txt")
        with monkeypatch.context() as patch:
            patch.setattr(Path, "is_file", denied)
            with pytest.raises(UsageError, match=r"c.txt: cannot be read: denied"):
                open_source(tmp_path).__enter__()
        monkeypatch.setattr(os, "scandir", denied)
        with pytest.raises(UsageError, match="cannot be read: denied"):
            open_source(tmp_path).__enter__()


def denied(path: Path) -> bool:
    raise PermissionError(13, "denied", str(path))


class TestNoSource:
    @pytest.mark.parametrize(
        "content",
        [b"", b"text;label\nx;1\n", b"\x00" * 100, gzip.compress(b"a;b\n", mtime=0), b"PK", b"x" * 2000],
    )
    def test_a_file_that_is_no_archive_is_refused(self, tmp_path: Path, content: bytes) -> None:
        path = put(tmp_path, {"x": content}) / "x"
        with pytest.raises(UsageError, match="x: neither a folder nor a zip or tar"), open_source(path):
            pass

    @pytest.mark.parametrize("name", ["nowhere", "a\0b", "n" * 5000])
    def test_a_path_where_nothing_is(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(UsageError, match="cannot be read"), open_source(tmp_path / name):
            pass


class TestFind:
    @pytest.mark.parametrize(
        ("files", "root"),
        [
            ({"data/x1.txt": ""}, ""),
            ({"datasets/data/x1.txt": "", "datasets/y": ""}, "datasets/"),
            ({"a/b/data/x1.txt": "", "a/b/data/x2.txt": "", "a/c/data/z": ""}, "a/b/"),
            ({"a/other.csv": "", "b/mydata/x1.txt": ""}, "a/"),
        ],
    )
    def test_a_corpus_is_found_below_the_path(
        self, tmp_path: Path, files: Mapping[str, str], root: str
    ) -> None:
        with open_source(put(tmp_path, files)) as source:
            assert find(source, "data/x*.txt", "other.csv") == root

    def test_two_places_are_named(self, tmp_path: Path) -> None:
        with open_source(put(tmp_path, {"x1": "", "old/x2": ""})) as source:
            assert roots(source, "x*") == ["", "old/"]
            with pytest.raises(DataError, match=r"in 2 places \(the folder itself, old/\); give one of them"):
                find(source, "x*")

    def test_many_places_are_cut_short(self, tmp_path: Path) -> None:
        put(tmp_path, {f"{n}/x": "" for n in range(7)})
        message = r"in 7 places \(0/, 1/, 2/, 3/, 4/, …\)"
        with open_source(tmp_path) as source, pytest.raises(DataError, match=message):
            find(source, "x")

    def test_none_names_what_was_looked_for(self, tmp_path: Path) -> None:
        with open_source(tmp_path) as source, pytest.raises(DataError, match=r"holds no a/\*.txt or b.csv"):
            find(source, "a/*.txt", "b.csv")

    def test_matching_gives_what_the_star_stands_for(self, tmp_path: Path) -> None:
        names = {"r/a1.txt": "", "r/a2.txt": "", "r/sub/a3.txt": "", "a4.txt": "", "r/b": "", "r/a.txt": ""}
        with open_source(put(tmp_path, names)) as source:
            assert matching(source, "r/", "a*.txt") == {"r/a.txt": "", "r/a1.txt": "1", "r/a2.txt": "2"}
            assert matching(source, "r/", "b") == {"r/b": ""}
            assert matching(source, "", "*/*/a*.txt") == {"r/sub/a3.txt": "r"}
