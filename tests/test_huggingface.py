"""The dataset folders as Hugging Face `datasets` reads them; the only tests that import it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from small_dataset import write_dataset

from benchmark import data
from benchmark.manifest import gold_file, marks_file

LAYERS = {name: tuple(data.load(name).layers) for name in data.names()}
GOLD = [(name, layer) for name, layers in LAYERS.items() for layer in layers]
MARKS = [(name, layer) for name, layer in GOLD if data.load(name).layers[layer].annotators]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The library, offline and with its caches in a temporary folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("HF_DATASETS_OFFLINE", "1")
        datasets = import_module("datasets")  # not before the environment is set
        datasets.disable_progress_bars()
        yield datasets


def rows(library: Any, folder: Path, configuration: str | None, split: str, cache: Path) -> list[Any]:
    return [*library.load_dataset(str(folder), configuration, split=split, cache_dir=str(cache))]


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def folder_of(name: str) -> Path:
    return data.packaged_root() / name


@pytest.mark.parametrize("name", data.names())
def test_the_documents_are_the_default(library: Any, name: str, tmp_path: Path) -> None:
    found = rows(library, folder_of(name), None, "test", tmp_path)
    documents = data.load(name).documents
    assert [(row["id"], row["text"]) for row in found] == [
        (document.id, document.text) for document in documents
    ]
    assert [row["tokens"] for row in found] == [document.tokens.tolist() for document in documents]


@pytest.mark.parametrize("name", data.names())
def test_there_is_a_configuration_for_every_file(library: Any, name: str) -> None:
    expected = {"documents"}
    expected |= {layer for dataset, layer in GOLD if dataset == name}
    expected |= {f"{layer}_annotators" for dataset, layer in MARKS if dataset == name}
    assert set(library.get_dataset_config_names(str(folder_of(name)))) == expected


@pytest.mark.parametrize(("name", "layer"), GOLD)
def test_gold_is_read_as_it_stands(library: Any, name: str, layer: str, tmp_path: Path) -> None:
    folder = folder_of(name)
    assert rows(library, folder, layer, "test", tmp_path) == lines(folder / gold_file(layer))


@pytest.mark.parametrize(("name", "layer"), MARKS)
def test_marks_are_read_as_they_stand(library: Any, name: str, layer: str, tmp_path: Path) -> None:
    folder = folder_of(name)
    lines = (folder / marks_file(layer)).read_text(encoding="utf-8").splitlines()
    assert rows(library, folder, f"{layer}_annotators", "test", tmp_path) == [
        json.loads(line) for line in lines
    ]


def test_several_splits_are_read_as_one_with_a_column(library: Any, tmp_path: Path) -> None:
    found = rows(library, write_dataset(tmp_path / "made"), "documents", "full", tmp_path / "cache")
    assert [(row["id"], row["split"]) for row in found] == [("d1", "train"), ("d2", "test")]
