"""Loading models, cutting texts for them, and what they answer."""

from __future__ import annotations

import json
import shutil
import warnings

import numpy as np
import pytest
import tiny_transformer as tiny

pytest.importorskip("torch", reason="needs the extra: pip install 'framebench[transformers]'")

from baselines.neural import checkpoint
from baselines.neural.checkpoint import (
    Frame,
    device_of,
    frame,
    load_checkpoint,
    load_model,
    load_tokenizer,
    quiet,
    room,
)
from baselines.neural.decoding import softmax
from baselines.neural.source import Source

NAMES = ("O", "B-bad", "I-bad", "B-good", "I-good")


def loaded(folder, task="token", window=None, stride=None, batch=None):
    return load_checkpoint(Source("m", folder), task, window, stride, batch, "cpu")


def edited(folder, target, **changes):
    """A copy of a model with another configuration."""
    shutil.copytree(folder, target)
    path = target / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return target


def test_the_answer_is_the_one_worked_by_hand(tagger):
    model = loaded(tagger)
    windows = model.windows("Vile calm other")
    (logits,) = model.logits(windows)
    right, wrong = tiny.sureness(5)
    expected = np.full((6, 5), wrong)
    for row, of in enumerate([0, 1, 2, 3, 0, 0]):  # mark, vi, ##le, calm, unknown, mark
        expected[row, of] = right
    np.testing.assert_allclose(softmax(logits), expected, atol=1e-6)


def test_one_window_at_a_time_is_the_default_on_a_cpu_and_batches_agree(tmp_path):
    folder = tiny.random_model(tmp_path / "m", "ForTokenClassification", NAMES)
    alone, together = loaded(folder), loaded(folder, batch=4)
    assert (alone.batch, together.batch) == (1, 4)
    windows = [w for text in ("a", "vile " * 90, *tiny.ENGLISH) for w in alone.windows(text)]
    assert len({len(w) for w in windows}) > 3
    for one, other, cut in zip(alone.logits(windows), together.logits(windows), windows, strict=True):
        assert one.shape == other.shape == (len(cut), 5)
        np.testing.assert_allclose(one, other, atol=1e-5)
    backwards = alone.logits(windows[::-1])[::-1]
    assert all((one == other).all() for one, other in zip(alone.logits(windows), backwards, strict=True))


def last_reader(folder, of_model, of_tokenizer, last=""):
    """Write a model of texts that reads its last piece, as GPT-2 does, and takes no attention of its own.

    Of model and tokenizer the piece that fills up is told, and which one the tokenizer puts behind a text.
    """
    import torch
    from tokenizers import processors
    from transformers import GPT2Config, GPT2ForSequenceClassification

    tokenizer = tiny.known_tokenizer(["vile", "calm", "end"], marks=False)
    tokenizer.pad_token = of_tokenizer
    if last:
        number = tokenizer.convert_tokens_to_ids(last)
        tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
            single=f"$A {last}", special_tokens=[(last, number)]
        )
    size = {"vocab_size": len(tokenizer), "n_positions": 16, "n_embd": 8, "n_layer": 1, "n_head": 2}
    config = GPT2Config(**size, num_labels=2, id2label={0: "a", 1: "b"}, initializer_range=0.5)
    config.pad_token_id = of_model
    config.eos_token_id = config.bos_token_id = None
    with torch.random.fork_rng(), quiet():
        torch.manual_seed(0)
        GPT2ForSequenceClassification(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return folder


@pytest.mark.parametrize(
    ("of_model", "of_tokenizer", "last", "batch"),
    [
        (None, "[PAD]", "", 4),
        (0, "[PAD]", "", 4),
        (0, None, "", 4),
        (1, "[PAD]", "", 4),  # the model looks for its own
        (-1, "[PAD]", "", 4),  # which it has no weights for
        (None, None, "", 1),
        (-1, None, "", 1),
        (None, "[SEP]", "[SEP]", 1),  # the last piece would not be told from what fills up
        (3, "[SEP]", "[SEP]", 4),  # as it was trained
    ],
)
def test_a_model_that_reads_the_last_piece_of_a_text_knows_what_fills_it_up(
    tmp_path, of_model, of_tokenizer, last, batch
):
    folder = last_reader(tmp_path / "m", of_model, of_tokenizer, last)
    alone, together = loaded(folder, "sequence", batch=1), loaded(folder, "sequence", batch=4)
    assert (alone.batch, together.batch) == (1, batch)
    texts = ("vile", "calm vile calm calm", "vile calm", "calm", "vile vile calm end end")
    windows = [window for text in texts for window in alone.windows(text)]
    found = alone.logits(windows)
    np.testing.assert_allclose(found, together.logits(windows), atol=1e-5)
    np.testing.assert_allclose(found, [by_the_library(folder, window) for window in windows], atol=1e-5)


def by_the_library(folder, window):
    """What the model says of a window by itself, with nothing of it changed."""
    import torch
    from transformers import AutoModelForSequenceClassification

    with quiet(), torch.inference_mode():
        model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
        return model(input_ids=torch.tensor([window.inputs["input_ids"]])).logits[0].double().numpy()


def test_what_cannot_be_told_from_filling_is_not_filled_up(tmp_path):
    """A model whose tokenizer gives no attention mask would read what fills up as text."""
    folder = tiny.random_model(tmp_path / "m", "ForSequenceClassification", ("a", "b"))
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"model_input_names": ["input_ids"]}))
    model = loaded(folder, "sequence", batch=8)
    assert model.batch == 1
    assert model.logits(model.windows("a"))[0].shape == (2,)


def test_a_text_without_pieces_has_no_windows(tagger):
    assert loaded(tagger).windows(" \n") == []


def test_windows_are_as_large_as_the_model_takes(tagger, tmp_path):
    model = loaded(tagger)
    assert model.frame == Frame(16, (16 - 2) // 4)
    assert loaded(tagger, window=8, stride=0).frame == Frame(8, 0)
    assert max(map(len, model.windows("vile plan " * 50))) == 16
    # What the tokenizer says counts as well.
    folder = edited(tagger, tmp_path / "m")
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"model_max_length": 9}))
    assert loaded(folder).frame.size == 9


def test_positions_of_padding_are_no_room():
    import torch
    from transformers import RobertaConfig, RobertaModel

    settings = {"hidden_size": 4, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 4}
    model = RobertaModel(RobertaConfig(vocab_size=9, max_position_embeddings=20, pad_token_id=1, **settings))
    tokenizer = tiny.known_tokenizer(["a"])
    assert room(model, tokenizer) == 20 - 2
    # The model fails on one more, and not on so many.
    model(torch.full((1, 18), 5))
    with pytest.raises((IndexError, RuntimeError)):
        model(torch.full((1, 19), 5))


def test_a_model_that_does_not_say_has_the_usual_room():
    import torch

    class Bare(torch.nn.Module):
        config = None

    assert room(Bare(), tiny.known_tokenizer(["a"])) == 512


@pytest.mark.parametrize(
    ("window", "stride", "message"),
    [
        (17, None, "window=17: the model takes at most 16 pieces"),
        (5, None, "window=5: at least 6 pieces are needed"),
        (8, 6, "stride=6: a window of 8 pieces can share at most 5"),
    ],
)
def test_settings_that_do_not_fit_are_refused(tagger, window, stride, message):
    with pytest.raises(ValueError, match=message):
        loaded(tagger, window=window, stride=stride)


def test_every_stride_that_is_allowed_works(tagger):
    model, tokenizer = load_model(tagger, "m", "token"), load_tokenizer(tagger, "m")
    for stride in range(6):
        assert frame(model, tokenizer, 8, stride).stride == stride
        assert checkpoint.windows_of(tokenizer, "vile plan " * 20, 8, stride)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model_type": "own", "auto_map": {"AutoModel": "own.Model"}}, "m: it needs code that lies beside"),
        ({"model_type": "unheard-of"}, "m: it cannot be loaded"),
        ({"hidden_size": 7}, "m: it cannot be loaded"),
        ({"vocab_size": 3}, "m: it cannot be loaded"),
    ],
)
def test_what_cannot_be_loaded_is_told_by_name(tagger, tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        load_model(edited(tagger, tmp_path / "m", **changes), "m", "token")


def test_code_beside_the_weights_is_never_run(tagger, tmp_path):
    """Neither for a family that the library does not know nor for one that it does."""
    code = "from pathlib import Path\nPath(__file__).with_name('ran').touch()\nclass Model: pass\n"
    names = {"AutoConfig": "own.Model", "AutoModelForTokenClassification": "own.Model"}
    for family in ("own", "bert"):
        folder = edited(tagger, tmp_path / family, model_type=family, auto_map=names)
        (folder / "own.py").write_text(code)
        path = folder / "tokenizer_config.json"
        told = json.loads(path.read_text()) | {"auto_map": {"AutoTokenizer": ["own.Model", "own.Model"]}}
        path.write_text(json.dumps(told))
        if family == "own":
            with pytest.raises(ValueError, match="m: it needs code .* never run"):
                loaded(folder)
        else:
            assert loaded(folder).model.config.num_labels == 5
        assert not list(tmp_path.rglob("ran"))


def test_broken_weights_are_told(tagger, tmp_path):
    folder = edited(tagger, tmp_path / "m")
    (folder / "model.safetensors").write_bytes(b"no weights at all")
    with pytest.raises(ValueError, match="m: it cannot be loaded"):
        loaded(folder)


def test_a_broken_or_absent_tokenizer_is_told(tagger, tmp_path):
    folder = edited(tagger, tmp_path / "m")
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(ValueError, match="m: its tokenizer cannot be loaded"):
        load_tokenizer(folder, "m")


def test_a_slow_tokenizer_is_refused(monkeypatch, tagger):
    class Slow:
        is_fast = False

    monkeypatch.setattr(checkpoint.AutoTokenizer, "from_pretrained", lambda *a, **k: Slow())
    with pytest.raises(ValueError, match="m: its tokenizer is a slow one, which cannot say where"):
        load_tokenizer(tagger, "m")


def test_nothing_is_asked_of_a_network(monkeypatch, tagger):
    """All loading goes through options that forbid it, and never through pickles."""
    given = []
    for kind in (checkpoint.AutoTokenizer, checkpoint.AutoConfig, checkpoint.AutoModelForTokenClassification):
        real = kind.from_pretrained

        def spy(*arguments, _real=real, **options):
            given.append(options)
            return _real(*arguments, **options)

        monkeypatch.setattr(kind, "from_pretrained", spy)
    loaded(tagger)
    assert len(given) >= 3
    assert all(options["local_files_only"] and options["trust_remote_code"] is False for options in given)
    assert given[-1]["use_safetensors"] is True


def test_weights_that_are_missing_would_answer_at_random(base, tagger, tmp_path):
    with pytest.raises(
        ValueError, match="2 of its weights are missing, classifier.bias among them.*at random"
    ):
        load_model(base, "m", "token")
    # A base may lack its head, and one of another size is learned anew.
    for folder in (base, tagger):
        model = load_model(folder, "m", "token", {"num_labels": 7})
        assert model.classifier.out_features == 7
    # A base that lacks more than that is none.
    from safetensors.numpy import load_file, save_file

    folder = edited(base, tmp_path / "m")
    weights = load_file(folder / "model.safetensors")
    del weights["embeddings.word_embeddings.weight"]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(
        ValueError, match="1 of its weights are missing, bert.embeddings.word_embeddings.weight"
    ):
        load_model(folder, "m", "token", {"num_labels": 3})


def test_a_base_without_the_layer_above_its_first_piece_can_learn(base, tmp_path):
    from safetensors.numpy import load_file, save_file

    folder = edited(base, tmp_path / "m")
    weights = load_file(folder / "model.safetensors")
    save_file(
        {k: v for k, v in weights.items() if "pooler" not in k},
        folder / "model.safetensors",
        {"format": "pt"},
    )
    assert load_model(folder, "m", "sequence", {"num_labels": 3}).num_labels == 3


def test_half_precision_is_read_as_single(tagger, tmp_path):
    import torch
    from safetensors.torch import load_file, save_file

    folder = edited(tagger, tmp_path / "m", dtype="float16")
    weights = {name: values.half() for name, values in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    assert {values.dtype for values in load_model(folder, "m", "token").parameters()} == {torch.float32}


def test_the_device_is_one_that_is_here(monkeypatch):
    here = {"cuda": False, "mps": False}
    monkeypatch.setattr(checkpoint.torch.cuda, "is_available", lambda: here["cuda"])
    monkeypatch.setattr(checkpoint.torch.backends.mps, "is_available", lambda: here["mps"])
    assert device_of("auto") == device_of("cpu") == "cpu"
    with pytest.raises(ValueError, match="device=cuda: torch finds no such device here"):
        device_of("cuda")
    here["mps"] = True
    assert device_of("auto") == "mps"
    here["cuda"] = True
    assert device_of("auto") == device_of("cuda") == "cuda"


def test_loading_is_silent_and_leaves_the_library_as_it_was(base, capfd):
    from transformers.utils import logging

    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    load_model(base, "m", "token", {"num_labels": 3})
    load_tokenizer(base, "m")
    with quiet():
        warnings.warn("not seen", stacklevel=1)
        logging.get_logger("transformers").warning("not seen")
    assert capfd.readouterr() == ("", "")
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == (before, bars)
    logging.disable_progress_bar()
    with quiet():
        pass
    assert not logging.is_progress_bar_enabled()
    if bars:
        logging.enable_progress_bar()
