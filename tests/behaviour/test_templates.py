"""Reading the templates: what is wrong is named with its file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmark.behaviour.templates import FILES, read_sources
from benchmark.data import packaged_root
from benchmark.errors import DataError, UsageError

SOURCE = packaged_root() / "behaviour" / "source"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(SOURCE / name, tmp_path / name)
    return tmp_path


def test_a_copy_reads_like_the_shipped_one(folder: Path) -> None:
    assert read_sources(folder) == read_sources(SOURCE)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[[claim]\n", "claims.toml: is no file of templates"),
        (b"\xff", "claims.toml: is no file of templates"),
        (b'[[claim]]\nid = "a"\n', "missing required field"),
        (b"[[claim]]\nid = 3\n", "Expected `str`"),
        (b"claim = []\nmore = 1\n", "unknown field `more`"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, content: bytes, said: str) -> None:
    (folder / "claims.toml").write_bytes(content)
    with pytest.raises(DataError, match=said):
        read_sources(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "words.toml").unlink()
    with pytest.raises(UsageError, match="words.toml"):
        read_sources(folder)


def test_names_and_ids_stand_once() -> None:
    sources = read_sources(SOURCE)
    for names in (
        [country.name for country in sources.countries],
        [claim.id for claim in sources.claims],
        [word.word for word in sources.words],
        [entry.id for entry in sources.quoted],
    ):
        assert len(set(names)) == len(names)


def test_there_is_a_country_for_everything_that_a_template_needs() -> None:
    sources = read_sources(SOURCE)
    had = {thing for country in sources.countries for thing in country.has}
    needed = {entry.needs for entry in (*sources.claims, *sources.quoted) if entry.needs}
    needed |= {
        sentence.needs
        for word in sources.words
        for sentence in (*word.literal, *word.charged)
        if not isinstance(sentence, str)
    }
    assert needed <= had
