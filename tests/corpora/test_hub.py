"""Tables from the Hub, by folders laid out like its repositories: nothing here needs a network."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmark import data
from benchmark.corpora.hub import Repository, fetched
from benchmark.corpora.table import Columns, Shape
from benchmark.data import Dataset
from benchmark.errors import UsageError
from benchmark.store.adding import add_hub

COLUMNS = Columns("text", "label")


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


@pytest.fixture(autouse=True)
def home(library: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FRAMEBENCH_DATA", str(tmp_path / "store"))
    return tmp_path


@pytest.fixture
def repository(home: Path) -> Path:
    """A repository of two splits in CSV."""
    folder = home / "theirs"
    folder.mkdir()
    (folder / "train.csv").write_text("text,label,other\nA vile plan.,yes,1\nA day.,no,2\n", encoding="utf-8")
    (folder / "test.csv").write_text("text,label,other\nAnother plan.,no,3\n", encoding="utf-8")
    return folder


def added(folder: Path, columns: Columns = COLUMNS, **options: Any) -> Dataset:
    add_hub("theirs", Repository.parse(str(folder)), columns, Shape(), **options)
    return data.load("theirs")


def labels(dataset: Dataset) -> list[tuple[str, ...]]:
    return [annotation.units[0].labels for annotation in dataset.gold["label"]]


def test_a_folder_is_read_with_its_splits(repository: Path) -> None:
    dataset = added(repository)
    assert [document.text for document in dataset.documents] == ["A vile plan.", "A day.", "Another plan."]
    assert labels(dataset) == [("yes",), ("no",), ("no",)]
    assert dataset.splits == {"train": ("1", "2"), "test": ("3",)}
    assert dataset.corpus == "hub"
    origin = data.manifest_of("theirs").origin
    assert origin is not None
    assert origin.options["repository"] == origin.source == "theirs"
    assert str(repository.parent) not in (dataset.path / "manifest.json").read_text(encoding="utf-8")
    assert list(origin.inputs) == ["rows.jsonl"]


def test_a_second_time_gives_equal_bytes(repository: Path) -> None:
    first = added(repository).manifest_sha256
    assert added(repository).manifest_sha256 == first


def test_a_column_of_splits_comes_before_those_of_the_repository(repository: Path) -> None:
    assert list(added(repository, Columns("text", "label", split="label")).splits) == ["no", "yes"]


def test_labels_have_their_names(library: Any, home: Path) -> None:
    names = library.ClassLabel(names=["fair", "biased"])
    features = library.Features(
        {"text": library.Value("string"), "label": names, "several": library.List(names)}
    )
    rows = {"text": ["One.", "Two.", "Three."], "label": [1, 0, -1], "several": [[0, 1], [], [1]]}
    (home / "named").mkdir()
    library.Dataset.from_dict(rows, features=features).to_parquet(home / "named" / "train.parquet")
    assert labels(added(home / "named")) == [("biased",), ("fair",), ()]
    dataset = added(home / "named", Columns("text", "several"), replace=True)
    assert labels(dataset) == [("fair", "biased"), (), ("biased",)]


def test_what_is_no_text_is_kept_as_none(home: Path) -> None:
    (home / "odd").mkdir()
    rows = {"text": [{"a": 1}, None, {"a": 2}], "label": ["x", "y", "z"]}
    pq.write_table(pa.table(rows), home / "odd" / "train.parquet")
    with fetched(Repository(str(home / "odd")), COLUMNS) as (file, columns, _):
        cells = [json.loads(line) for line in file.path.read_bytes().splitlines()]
    assert [cell["text"] for cell in cells] == [{}, "", {}]
    assert {cell[columns.split] for cell in cells} == {"train"}
    assert not file.path.exists()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_unknown_column_brings_the_nearest(repository: Path) -> None:
    with pytest.raises(UsageError, match="no column is named 'lable', did you mean 'label'"):
        added(repository, Columns("text", "lable"))
    gc.collect()  # the library leaves the file open that it was reading


def test_a_loading_script_is_never_run(repository: Path, home: Path) -> None:
    mark = home / "ran"
    (repository / "theirs.py").write_text(f"open({str(mark)!r}, 'w')\n", encoding="utf-8")
    with pytest.raises(UsageError, match="holds a loading script, which is never run.*--table"):
        added(repository)
    assert not mark.exists()
    assert not (home / "store" / "theirs").exists()


def test_a_pickle_is_never_read(home: Path) -> None:
    (home / "pickled").mkdir()
    (home / "pickled" / "train.pkl").write_bytes(b"cos\nsystem\n(S'touch ran'\ntR.")
    with pytest.raises(UsageError, match="cannot be read"):
        added(home / "pickled")


def test_remote_code_is_never_trusted_and_the_commit_is_kept(
    library: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[tuple[object, ...], dict[str, object]]] = []

    class Builder:
        hash = "c" * 40

    class Rows(list[dict[str, object]]):
        features = None

    def builder(*arguments: object, **options: object) -> Builder:
        calls.append((arguments, options))
        return Builder()

    def load(*arguments: object, **options: object) -> dict[str, Rows]:
        calls.append((arguments, options))
        return {"train": Rows([{"text": "One.", "label": "a"}])}

    monkeypatch.setattr(library, "load_dataset_builder", builder)
    monkeypatch.setattr(library, "load_dataset", load)
    add_hub("theirs", Repository.parse("owner/name@v1", "small"), COLUMNS, Shape())
    assert calls == [
        (("owner/name", "small"), {"revision": "v1"}),
        (("owner/name", "small"), {"revision": "c" * 40, "streaming": True}),
    ]
    origin = data.manifest_of("theirs").origin
    assert origin is not None
    assert origin.source == "https://huggingface.co/datasets/owner/name"
    assert origin.options == {
        "repository": "https://huggingface.co/datasets/owner/name",
        "revision": "c" * 40,
        "configuration": "small",
        "text column": "text",
        "label column": "label",
        "split column": "split of the repository",
    }


def test_without_a_network_the_hub_cannot_be_read() -> None:
    with pytest.raises(UsageError, match="owner/name: cannot be read: "):
        add_hub("theirs", Repository.parse("owner/name"), COLUMNS, Shape())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pandas",
        "csv",
        "a/b/c",
        "buckets/x",
        "hf://datasets/a/b",
        "../up/../x",
        "a/b;c",
        "@main",
        "x" * 999,
    ],
)
def test_what_is_no_repository_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is neither a folder nor OWNER/NAME"):
        Repository.parse(text)


def test_a_repository_can_name_a_revision(repository: Path) -> None:
    assert Repository.parse("a/b@main") == Repository("a/b", "main")
    assert Repository.parse("a/b", "small") == Repository("a/b", None, "small")
    assert Repository.parse(str(repository)).is_folder
