"""Where models are found, and which are refused."""

from __future__ import annotations

from fnmatch import fnmatch

import huggingface_hub
import pytest

from baselines.neural import source
from baselines.neural.source import Source, find, missing_extra, require_extra


def write(folder, *names):
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_bytes(name.encode())
    return folder


def test_a_folder_is_a_model(tmp_path):
    folder = write(tmp_path / "m", "config.json", "model.safetensors")
    found = find(str(folder))
    assert found == Source(str(folder), folder)
    assert found.whole() == folder


def test_pickled_weights_are_refused(tmp_path):
    folder = write(tmp_path / "m", "config.json", "pytorch_model.bin", "training_args.bin")
    with pytest.raises(
        ValueError, match=r"pickled \(pytorch_model.bin, training_args.bin\).*only safetensors"
    ):
        find(str(folder)).whole()
    write(folder, "model.safetensors")
    assert find(str(folder)).whole() == folder


def test_a_folder_without_weights_is_refused(tmp_path):
    with pytest.raises(ValueError, match="it has no model.safetensors"):
        find(str(write(tmp_path / "m", "config.json"))).whole()


def test_a_model_of_bench_train_is_named_otherwise(tmp_path):
    with pytest.raises(ValueError, match="was written by bench train: name it without 'transformers:'"):
        find(str(write(tmp_path / "m", "model.json")))


def test_the_digest_is_of_names_and_contents_without_pickles(tmp_path):
    folder = write(tmp_path / "m", "config.json", "model.safetensors")
    first = find(str(folder)).digest()
    write(folder, "old.bin")
    (folder / "onnx").mkdir()
    assert find(str(folder)).digest() == first
    (folder / "config.json").write_text("{}")
    second = find(str(folder)).digest()
    (folder / "config.json").rename(folder / "other.json")
    assert len({first, second, Source("m", folder).digest()}) == 3


@pytest.mark.parametrize("name", ["./none", "/none/at/all", "a/b/c", "~/none", "a b", "../x", "model.txt\n"])
def test_what_is_no_name_asks_no_network(name, monkeypatch):
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", lambda *a, **k: pytest.fail("asked"))
    with pytest.raises(ValueError, match="is no folder, and no name of a model on the Hub"):
        find(name)


def test_a_file_is_no_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "model")
    with pytest.raises(ValueError, match="'model' is no folder"):
        find("model")


def test_the_hub_that_gives_nothing_is_told(monkeypatch):
    """Tests are offline, so that the library itself refuses."""
    with pytest.raises(
        ValueError, match="'someone/none' is no folder here, and the Hub gives no model.*: \\w"
    ):
        find("someone/none")


def test_a_revision_is_for_the_hub(tmp_path):
    folder = write(tmp_path / "m", "config.json")
    with pytest.raises(ValueError, match="revision=v2 is for models of the Hub"):
        find(str(folder), "v2")


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A Hub that has one model in its cache, and tells what it was asked for."""
    asked, folder = [], write(tmp_path / "c0ffee", "config.json")

    def one(name, file, revision):
        asked.append((name, file, revision))
        return str(folder / file)

    def snapshot(name, revision, allow_patterns):
        asked.append((name, revision, allow_patterns))
        return str(folder)

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", one)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    return asked, folder


def test_a_model_of_the_hub_has_the_commit_of_its_configuration(hub):
    asked, folder = hub
    found = find("someone/model", "main")
    assert found == Source("someone/model", folder, "c0ffee")
    assert asked == [("someone/model", "config.json", "main")]
    write(folder, "model.safetensors")
    assert found.whole() == folder
    name, revision, patterns = asked[-1]
    assert (name, revision) == ("someone/model", "c0ffee")
    wanted = (
        "config.json",
        "model.safetensors",
        "model-00001-of-00002.safetensors",
        "tokenizer.json",
        "vocab.txt",
    )
    unwanted = ("pytorch_model.bin", "modeling_x.py", "tf_model.h5", "README.md", "onnx/model.onnx")
    assert all(any(fnmatch(name, pattern) for pattern in patterns) for name in wanted)
    assert not any(fnmatch(name, pattern) for name in unwanted for pattern in patterns)


def test_a_model_of_the_hub_without_safetensors_is_refused(hub):
    with pytest.raises(
        ValueError, match="someone/model: it has no safetensors, and a pickle can run any code"
    ):
        find("someone/model").whole()
    assert hub[0][0][2] is None


def test_the_bars_of_the_hub_are_as_before(hub):
    from huggingface_hub.utils.tqdm import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    before = are_progress_bars_disabled()
    for change in (disable_progress_bars, enable_progress_bars):
        change()
        now = are_progress_bars_disabled()
        find("someone/model")
        assert are_progress_bars_disabled() is now
    (disable_progress_bars if before else enable_progress_bars)()


def test_a_missing_extra_names_the_command(monkeypatch):
    assert missing_extra() is None
    monkeypatch.setattr(source, "find_spec", lambda name: None if name == "torch" else name)
    assert missing_extra() == "transformers"
    with pytest.raises(
        ValueError, match=r"not installed: torch; .*: pip install 'framebench\[transformers\]'"
    ):
        require_extra()
