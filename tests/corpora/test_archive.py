"""Archives that are hostile, damaged or cut off."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from corpus_files import make_zip, put, special, tar_bytes
from hypothesis import given
from hypothesis import strategies as st

from benchmark.corpora import archive
from benchmark.corpora.source import open_source
from benchmark.errors import DataError, UsageError


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught, open_source(path):
        pass
    return str(caught.value)


OUTSIDE = ("/etc/passwd", "../up.txt", "a/../../up.txt", "..\\up.txt", "C:\\up.txt", "c:up.txt", "\\up.txt")


class TestHostileArchive:
    @pytest.mark.parametrize("name", OUTSIDE)
    def test_paths_that_lead_outside(self, tmp_path: Path, name: str) -> None:
        message = f"member '{name}': leads out of the archive".replace("\\", "\\")
        assert message in refusal(make_zip(tmp_path / "x.zip", {"a": "", name: "x"}))
        assert message in refusal(put(tmp_path, {"x.tar": tar_bytes({"a": "", name: "x"})}) / "x.tar")
        assert str(tmp_path / "x.zip") in refusal(tmp_path / "x.zip")

    def test_folders_that_lead_outside(self, tmp_path: Path) -> None:
        assert "'../': leads out" in refusal(make_zip(tmp_path / "x.zip", {"../": ""}))

    def test_folders_are_no_files(self, tmp_path: Path) -> None:
        make_zip(tmp_path / "x.zip", {"a/": "", "a/b": "b", "c\\d": "d"})
        put(tmp_path, {"x.tar": tar_bytes({"./a/b": "b"}, special(tarfile.DIRTYPE, "./a"))})
        with open_source(tmp_path / "x.zip") as source:
            assert list(source.paths()) == ["a/b", "c/d"]
        with open_source(tmp_path / "x.tar") as source:
            assert source.read("a/b") == b"b"

    @pytest.mark.parametrize(
        "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
    )
    def test_links_and_devices(self, tmp_path: Path, kind: bytes) -> None:
        content = tar_bytes({"a": "x"}, special(kind, "odd", "/etc/passwd"))
        assert "member 'odd': is a link or device" in refusal(put(tmp_path, {"x.tar": content}) / "x.tar")

    def test_links_in_a_zip(self, tmp_path: Path) -> None:
        info = zipfile.ZipInfo("odd")
        info.external_attr = 0o120777 << 16
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as out:
            out.writestr(info, "/etc/passwd")
        assert "member 'odd': is a link or device" in refusal(tmp_path / "x.zip")

    @pytest.mark.parametrize("twin", ["a/b", "./a/b", "a//b", "a\\b"])
    def test_a_name_twice(self, tmp_path: Path, twin: str) -> None:
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as out, pytest.MonkeyPatch.context() as patch:
            patch.setattr("warnings.warn", lambda *_, **__: None)
            out.writestr("a/b", "1")
            out.writestr(twin, "2")
        assert f"member '{twin}': stands there twice" in refusal(tmp_path / "x.zip")

    def test_encrypted_members(self, tmp_path: Path) -> None:
        content = make_zip(tmp_path / "x.zip", {"a": "x"}).read_bytes()
        header, directory = content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8
        spoiled = bytearray(content)
        spoiled[header] |= 1
        spoiled[directory] |= 1
        put(tmp_path, {"x.zip": bytes(spoiled)})
        assert "member 'a': is encrypted" in refusal(tmp_path / "x.zip")

    def test_too_many_members(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(archive, "FILES", 2)
        assert "more than 2 members" in refusal(make_zip(tmp_path / "x.zip", {"a": "", "b": "", "c": ""}))
        with open_source(make_zip(tmp_path / "x.zip", {"a": "", "b": ""})) as source:
            assert len(source.paths()) == 2

    def test_a_member_of_absurd_size(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(archive, "FILE_BYTES", 999)
        contents = {"a": "x" * 999, "b": "x" * 1000}
        for path in (
            make_zip(tmp_path / "x.zip", contents),
            put(tmp_path, {"x.tgz": gzip.compress(tar_bytes(contents))}) / "x.tgz",
        ):
            assert "member 'b': 1,000 bytes are more than the 999" in refusal(path)

    def test_a_tar_header_that_claims_more_than_there_is(self, tmp_path: Path) -> None:
        info = tarfile.TarInfo("bomb")
        info.size = 10**15
        path = put(tmp_path, {"x.tar": info.tobuf() + bytes(1024)}) / "x.tar"
        assert "member 'bomb': " in refusal(path)

    def test_a_pax_header_that_claims_a_huge_length(self, tmp_path: Path) -> None:
        info = special(tarfile.XHDTYPE, "pax")
        info.size = 8 * 10**9
        path = put(tmp_path, {"x.tar": tar_bytes({"a": "1"})[:1024] + info.tobuf() + bytes(2048)}) / "x.tar"
        assert "8,000,000,000 bytes in one piece" in refusal(path)

    def test_a_sparse_member(self, tmp_path: Path) -> None:
        info = tarfile.TarInfo("holes")
        block = bytearray(special(tarfile.GNUTYPE_SPARSE, "holes").tobuf(tarfile.GNU_FORMAT))
        block[386:398], block[398:410] = b"00000000000\0", b"00000000000\0"
        block[483:495] = b"00000007640\0"
        block[148:156] = b" " * 8
        block[148:156] = f"{sum(block[:512]):06o}\0 ".encode()
        path = put(tmp_path, {"x.tar": bytes(block) + bytes(1024)}) / "x.tar"
        assert info.name in refusal(path)

    def test_more_than_an_archive_may_hold(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(archive, "ARCHIVE_BYTES", 20_000)
        contents = {"a": "x" * 15_000, "b": "x" * 15_000}
        assert "member 'b': with it more than 20,000 bytes" in refusal(make_zip(tmp_path / "x.zip", contents))
        path = put(tmp_path, {"x.tgz": gzip.compress(tar_bytes(contents))}) / "x.tgz"
        assert "holds more than 20,000 bytes" in refusal(path)

    def test_a_zip_member_that_holds_more_than_it_says(self, tmp_path: Path) -> None:
        content = make_zip(tmp_path / "x.zip", {"a": "x" * 5000}).read_bytes()
        spoiled = content.replace((5000).to_bytes(4, "little"), (50).to_bytes(4, "little"))
        put(tmp_path, {"x.zip": spoiled})
        with (
            open_source(tmp_path / "x.zip") as source,
            pytest.raises(DataError, match=r"x.zip/a: is damaged"),
        ):
            source.read("a")

    def test_a_damaged_zip_member_costs_no_other(self, tmp_path: Path) -> None:
        make_zip(tmp_path / "x.zip", {"a": "first" * 9, "b": "second"}, zipfile.ZIP_STORED)
        put(tmp_path, {"x.zip": (tmp_path / "x.zip").read_bytes().replace(b"firstfirst", b"firstworst")})
        with open_source(tmp_path / "x.zip") as source:
            with pytest.raises(DataError, match=r"x.zip/a: is damaged: .*; get it anew"):
                source.read("a")
            assert source.read("b") == b"second"

    def test_a_tar_whose_file_goes_away_under_it(self, tmp_path: Path) -> None:
        path = put(tmp_path, {"x.tar": tar_bytes({"a": "x" * 9000})}) / "x.tar"
        with open_source(path) as source:
            os.truncate(path, 2000)
            with pytest.raises(DataError, match=r"x.tar/a: is damaged"):
                source.read("a")

    @pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
    def test_a_tar_that_was_cut_off_anywhere(self, tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
        plain = tar_bytes({"a": "x" * 700, "b": os.urandom(3000)})
        # A plain tar may lose the zeros after its end and be whole.
        content = pack(plain[: 512 + 1024 + 512 + 3072] if pack is bytes else plain)
        for part in (0.3, 0.5, 0.7, 0.95, 1.0 if pack is bytes else 0.99):
            path = put(tmp_path, {"x": content[: int(len(content) * part)]}) / "x"
            assert "cut" in refusal(path)

    def test_a_zip_that_was_cut_off(self, tmp_path: Path) -> None:
        content = make_zip(tmp_path / "x.zip", {"a": os.urandom(2000)}).read_bytes()
        for end in (30, 1000, len(content) - 30, len(content) - 1):
            put(tmp_path, {"x.zip": content[:end]})
            assert "a damaged or cut zip" in refusal(tmp_path / "x.zip")

    def test_no_room_for_what_is_unpacked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        class Full(io.BytesIO):
            def write(self, content: object) -> int:
                raise OSError(28, "No space left on device")

        monkeypatch.setattr(archive.tempfile, "SpooledTemporaryFile", lambda _: Full())
        path = put(tmp_path, {"x.tgz": gzip.compress(tar_bytes({"a": "x"}))}) / "x.tgz"
        with pytest.raises(UsageError, match="no room for it .*No space left"), open_source(path):
            pass

    def test_an_archive_larger_than_memory_holds_goes_to_disk(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(archive, "MEMORY_BYTES", 1000)
        path = put(tmp_path, {"x.tgz": gzip.compress(tar_bytes({"a": "x" * 9000}))}) / "x.tgz"
        with open_source(path) as source:
            assert source.text("a") == "x" * 9000

    @given(st.binary(max_size=1200), st.sampled_from(["PK", "tar", "gz", ""]), st.integers(0, 400))
    def test_no_bytes_crash_it(
        self, tmp_path_factory: pytest.TempPathFactory, junk: bytes, kind: str, at: int
    ) -> None:
        whole = {
            "PK": make_zip(tmp_path_factory.getbasetemp() / "whole.zip", {"a": "x" * 50}).read_bytes(),
            "tar": tar_bytes({"a": "x" * 50}),
            "gz": gzip.compress(tar_bytes({"a": "x" * 50})),
            "": b"",
        }[kind]
        path = tmp_path_factory.getbasetemp() / "junk"
        path.write_bytes(whole[:at] + junk + whole[at + len(junk) :])
        with suppress_saying(str(path)), open_source(path) as source:
            for name in source.paths():
                assert len(source.read(name)) <= 2000


@contextmanager
def suppress_saying(words: str) -> Iterator[None]:
    """Let through the errors that a user may cause, if they hold certain words."""
    try:
        yield
    except (DataError, UsageError) as error:
        if words not in str(error):
            raise
