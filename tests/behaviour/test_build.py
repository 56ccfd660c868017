"""The stored dataset is what its sources make, byte for byte, and nothing in it was copied from the gold."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from benchmark import data
from benchmark.behaviour.build import SEED, VERSION, build, main
from benchmark.behaviour.stored import stored
from benchmark.data import packaged_root
from benchmark.errors import DataError
from benchmark.fileio import sha256

SHIPPED = packaged_root() / "behaviour"
WORD = re.compile(r"\w+(?:'\w+)*")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the dataset that a test may change."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "behaviour"))


@pytest.fixture(scope="module")
def marked() -> set[str]:
    """The words of every span that the gold or an annotator marks in either dataset."""
    phrases = set()
    for name in ("turkey_drones", "fictional_news"):
        dataset = data.load(name)
        for layer in ("technique", "attribution_gap"):
            for made in (dataset.gold[layer], *dataset.marks[layer].values()):
                for annotation in filter(None, made):
                    text = annotation.document.text
                    phrases |= {folded(text[span.start : span.end]) for span in annotation.spans}
    return {phrase for phrase in phrases if " " in phrase}


def folded(text: str) -> str:
    return " ".join(WORD.findall(text.casefold().replace("’", "'").replace("_", " ")))


def copied(phrases: set[str], text: str) -> list[str]:
    padded = f" {folded(text)} "
    return [phrase for phrase in sorted(phrases) if f" {phrase} " in padded]


def test_the_stored_files_are_rebuilt_byte_for_byte() -> None:
    for name, content in build(SHIPPED).items():
        assert (SHIPPED / name).read_bytes() == content, f"{name}: run python -m benchmark.behaviour.build"


def test_the_manifest_names_every_other_file_with_its_checksum() -> None:
    manifest = json.loads((SHIPPED / "manifest.json").read_bytes())
    files = {
        path.relative_to(SHIPPED).as_posix(): sha256(path.read_bytes())
        for path in SHIPPED.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert manifest["files"] == files
    assert (manifest["name"], manifest["version"], manifest["seed"]) == ("behaviour", VERSION, SEED)


def test_the_counts_of_the_manifest_are_those_of_the_files() -> None:
    manifest = json.loads((SHIPPED / "manifest.json").read_bytes())
    dataset = stored()
    for suite, count in manifest["counts"]["cases"].items():
        assert len(dataset.cases(suite)) == count >= 200


def test_no_code_lies_among_the_data() -> None:
    assert {path.suffix for path in SHIPPED.rglob("*") if path.is_file()} == {
        ".jsonl",
        ".json",
        ".toml",
        ".md",
        "",
    }


def test_no_marked_phrase_stands_in_a_source_or_a_text(marked: set[str]) -> None:
    assert len(marked) > 200
    for path in SHIPPED.rglob("*"):
        if path.suffix in (".toml", ".jsonl"):
            assert copied(marked, path.read_text(encoding="utf-8")) == [], path.name


def test_a_planted_phrase_would_be_found(marked: set[str]) -> None:
    phrase = max(marked, key=lambda words: (len(words.split()) == 4, words))
    assert copied(marked, f'"text": "So {phrase.upper()}, they said."') != []


def test_another_seed_makes_other_files(folder: Path) -> None:
    assert build(folder, 1)["literal.jsonl"] != build(folder)["literal.jsonl"]


def test_main_writes_what_is_missing(folder: Path) -> None:
    (folder / "literal.jsonl").unlink()
    (folder / "manifest.json").write_bytes(b"{}")
    assert main([str(folder)]) == 0
    for path in SHIPPED.rglob("*"):
        if path.is_file():
            assert (folder / path.relative_to(SHIPPED)).read_bytes() == path.read_bytes()


def test_a_text_that_breaks_a_rule_is_refused_and_nothing_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claims = folder / "source" / "claims.toml"
    claims.write_text(claims.read_text("utf-8").replace("the owners had", "the the owners had"), "utf-8")
    before = (folder / "manifest.json").read_bytes()
    assert main([str(folder)]) == 2
    assert "case 'source_added-0001' has a word twice" in capsys.readouterr().err
    assert (folder / "manifest.json").read_bytes() == before


@pytest.mark.parametrize("wrong", ["a sentence with no region", "A [bad thing] in {nowhere}."])
def test_a_template_that_cannot_be_filled_is_refused(folder: Path, wrong: str) -> None:
    quoted = folder / "source" / "quoted.toml"
    entry = f'[[quoted]]\nid = "wrong"\ntopic = "x"\ntext = "{wrong}"\nrole = "a judge"\n'
    quoted.write_text(entry, "utf-8")
    with pytest.raises(DataError, match="source: "):
        build(folder)


@pytest.mark.parametrize("arguments", [["one", "two"], ["--check"]])
def test_main_takes_a_folder_at_most(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage" in capsys.readouterr().err


def test_main_builds_the_shipped_folder_when_none_is_given(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmark.behaviour.build.packaged_root", lambda: folder.parent)
    monkeypatch.setattr("sys.argv", ["build"])
    (folder / "charged.jsonl").unlink()
    assert main() == 0
    assert (folder / "charged.jsonl").read_bytes() == (SHIPPED / "charged.jsonl").read_bytes()
