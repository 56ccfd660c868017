"""What holds for every corpus that has an adapter."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark import data, store
from benchmark.corpora import CORPORA, adapter
from benchmark.corpora.base import Adapter
from benchmark.corpora.source import open_source
from benchmark.errors import DataError, UsageError
from benchmark.store.adding import add_corpus


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FRAMEBENCH_DATA", str(tmp_path / "store"))
    return tmp_path


@pytest.mark.parametrize("name", list(CORPORA))
def test_an_adapter_refuses_what_does_not_hold_its_corpus(name: str, home: Path) -> None:
    reader: Adapter = adapter(name)
    (home / "empty").mkdir()
    with open_source(home / "empty") as source, pytest.raises(DataError):
        reader.about(source)
    with pytest.raises(DataError):
        add_corpus(name, home / "empty")
    assert store.names() == ()


def test_an_unknown_corpus_or_part_is_refused() -> None:
    with pytest.raises(UsageError, match="no corpus is named 'basel', did you mean 'basil'"):
        adapter("basel")
    with pytest.raises(UsageError, match="corpus 'ptc' has no parts to choose from"):
        adapter("ptc", "SG1")
    with pytest.raises(UsageError, match="no part 'SG9'"):
        adapter("babe", "SG9")


@pytest.mark.parametrize("name", list(CORPORA))
def test_a_corpus_is_stored_and_comes_back_whole(name: str, shared: Path) -> None:
    folder = add_corpus(name, shared / "corpora" / name)
    manifest = data.manifest_of(name)
    dataset = data.load(name)
    assert (dataset.name, dataset.corpus) == (name, name)
    assert len(dataset.documents) == sum(manifest.splits.values())
    assert manifest.origin is not None
    assert "record dropped" not in manifest.origin.problems
    for layer, gold in dataset.gold.items():
        assert [annotation.document for annotation in gold] == list(dataset.documents)
        used = {span.label for annotation in gold for span in annotation.spans}
        used |= {label for annotation in gold for unit in annotation.units for label in unit.labels}
        assert used <= set(dataset.layers[layer].labels)
        assert used
        for marks in dataset.marks.get(layer, {}).values():
            assert len(marks) == len(gold)
            assert any(mark is not None for mark in marks)
    assert bool(dataset.group) == any(document.group for document in dataset.documents)
    assert str(shared) not in (folder / "manifest.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["semeval2021_task6", "checkthat2025_task1"])
def test_a_second_time_gives_equal_bytes(name: str, shared: Path) -> None:
    first = add_corpus(name, shared / "corpora" / name)
    before = {path: path.read_bytes() for path in sorted(first.rglob("*")) if path.is_file()}
    assert len(before) > 3
    add_corpus(name, shared / "corpora" / name)
    assert {path: path.read_bytes() for path in sorted(first.rglob("*")) if path.is_file()} == before
