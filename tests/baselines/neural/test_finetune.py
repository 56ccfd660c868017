"""Fine-tuning: that something is learned, the same each time, and after a crash as well."""

from __future__ import annotations

import functools
import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tiny_transformer as tiny

pytest.importorskip("torch", reason="needs the extra: pip install 'framebench[transformers]'")

from baselines.neural import finetune as module
from baselines.neural.checkpoint import Frame
from baselines.neural.finetune import COMPLETE, STATE, finetune, fingerprint, is_over
from baselines.neural.lesson import Lesson, split
from baselines.neural.recipe import Recipe
from baselines.neural.source import Source
from benchmark.model import Annotation, Span, Unit
from benchmark.segmentation import segment
from tests.baselines.neural import toys

ROOT = Path(__file__).resolve().parents[3]
RECIPE = Recipe(
    epochs=3,
    learning_rate=5e-3,
    batch=8,
    warmup=0.1,
    weight_decay=0.01,
    held_out=0.2,
    patience=2,
    window=None,
    stride=None,
    device="cpu",
    seed=0,
)


def lesson_of(made):
    return Lesson.of(*made)


def run(base, checkpoints, lesson=None, recipe=RECIPE, say=lambda text: None):
    train, held = split(lesson or lesson_of(toys.spans(24)), recipe.held_out, recipe.seed)
    return finetune(Source("base", base), train, held, recipe, checkpoints, say)


def weights(tuned):
    return {name: values.numpy().copy() for name, values in tuned.model.state_dict().items()}


def same(one, other):
    return all((values == other[name]).all() for name, values in one.items())


def test_a_training_is_the_same_each_time_and_another_with_another_seed(base, tmp_path):
    first, second = run(base, tmp_path / "a"), run(base, tmp_path / "b")
    assert same(weights(first), weights(second))
    assert first.losses == second.losses
    assert len(first.losses) == first.epochs == 3
    other = run(base, tmp_path / "c", recipe=replace(RECIPE, seed=1))
    assert not same(weights(first), weights(other))


def test_the_global_generators_are_left_as_they_were(base, tmp_path):
    import torch

    random.seed(7)
    np.random.seed(7)  # noqa: NPY002 - the library draws from it
    torch.manual_seed(7)
    expected = random.random(), np.random.random(), torch.rand(1).item()  # noqa: NPY002
    random.seed(7)
    np.random.seed(7)  # noqa: NPY002
    torch.manual_seed(7)
    run(base, tmp_path, recipe=replace(RECIPE, epochs=1))
    assert (random.random(), np.random.random(), torch.rand(1).item()) == expected  # noqa: NPY002


def test_nothing_is_printed_and_progress_is_told(base, tmp_path, capfd):
    told = []
    run(base, tmp_path, recipe=replace(RECIPE, epochs=2), say=told.append)
    assert capfd.readouterr() == ("", "")
    assert told[0].startswith("transformers: epoch 1 of 2, step 1 of 6")
    assert [text.split(", ")[0][-6:] for text in told] == sorted(text.split(", ")[0][-6:] for text in told)
    assert told[-1].startswith("transformers: epoch 2 of 2, held-out loss 0.")


def test_the_pass_with_the_lowest_loss_is_kept(base, tmp_path, monkeypatch):
    """What was held out are the texts with the labels turned round, so that learning makes the loss grow."""
    monkeypatch.setattr(module, "load_model", spy := Spy(module.load_model))
    train = lesson_of(toys.units(24))
    turned = tuple(
        replace(
            a,
            units=tuple(replace(u, labels=("fine",) if u.labels == ("bad",) else ("bad",)) for u in a.units),
        )
        for a in train.gold
    )
    held = Lesson.of(train.documents, turned)
    recipe = replace(RECIPE, epochs=40, patience=3, learning_rate=2e-2)
    tuned = finetune(Source("base", base), train, held, recipe, tmp_path, lambda text: None)
    best = int(np.argmin(tuned.losses))
    assert tuned.kept == best + 1
    assert tuned.epochs == len(tuned.losses) == min(best + 1 + 3, 40) < 40
    assert spy.folders[-1].name == f"checkpoint-{tuned.kept * 3}"


class Spy:
    def __init__(self, real):
        self.real, self.folders = real, []

    def __call__(self, folder, *arguments):
        self.folders.append(folder)
        return self.real(folder, *arguments)


@pytest.mark.parametrize(
    ("losses", "patience", "over"),
    [
        ([], 1, False),
        ([1.0], 1, False),
        ([1.0, 2.0], 1, True),
        ([2.0, 1.0], 1, False),
        ([1, 2, 0.5, 1], 2, False),
        ([1.0, 1.0], 1, True),
        ([1.0, 2.0, 2.0], 2, True),
        ([1.0, 2.0, 2.0], 3, False),
    ],
)
def test_when_a_training_stops(losses, patience, over):
    assert is_over(losses, patience) is over


class StopError(Exception):
    pass


def stop_at(text):
    def say(told):
        if text in told:
            raise StopError

    return say


@pytest.mark.parametrize("held_out", [0.2, 0.0])
def test_a_training_that_was_stopped_goes_on_with_the_same_result(base, tmp_path, held_out):
    recipe = replace(RECIPE, epochs=4, held_out=held_out)
    whole = run(base, tmp_path / "whole", recipe=recipe)
    with pytest.raises(StopError):
        run(base, tmp_path / "parts", recipe=recipe, say=stop_at("epoch 3 of 4, step"))
    told = []
    rest = run(base, tmp_path / "parts", recipe=recipe, say=told.append)
    assert same(weights(whole), weights(rest))
    assert (rest.losses, rest.kept, rest.epochs) == (whole.losses, whole.kept, whole.epochs)
    assert told[0].startswith("transformers: epoch 3 of 4")
    # What is done is not done again.
    told.clear()
    assert same(weights(whole), weights(run(base, tmp_path / "parts", recipe=recipe, say=told.append)))
    assert told == []


def test_a_training_that_stopped_early_does_not_go_on(base, tmp_path, monkeypatch):
    lesson = lesson_of(toys.units(24))
    recipe = replace(RECIPE, epochs=30, patience=1, learning_rate=2e-2)
    first, told = run(base, tmp_path, lesson, recipe), []
    assert first.epochs < 30
    again = run(base, tmp_path, lesson, recipe, say=told.append)
    assert told == []
    assert same(weights(first), weights(again))


def test_half_written_checkpoints_are_thrown_away(base, tmp_path):
    whole = run(base, tmp_path / "whole")
    with pytest.raises(StopError):
        run(base, tmp_path / "parts", say=stop_at("epoch 3 of 3, step"))
    (place,) = (tmp_path / "parts").iterdir()
    last = max(place.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]))
    (last / COMPLETE).unlink()
    (last / STATE).write_text("{")
    (last / "model.safetensors").write_bytes(b"")
    assert same(weights(whole), weights(run(base, tmp_path / "parts")))


SCRIPT = """
import os, signal, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from tests.baselines.neural.test_finetune import run

def say(told):
    if "epoch 2 of 3, step" in told:
        os.kill(os.getpid(), signal.SIGKILL)

run(Path(sys.argv[1]), Path(sys.argv[2]), say=say)
"""


def test_a_training_that_was_killed_goes_on_with_the_same_result(base, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(base), str(tmp_path / "parts")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])},
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    told = []
    rest = run(base, tmp_path / "parts", say=told.append)
    assert told[0].startswith("transformers: epoch 2 of 3")
    whole = run(base, tmp_path / "whole")
    assert same(weights(whole), weights(rest))
    assert rest.losses == whole.losses


def test_a_checkpoint_of_another_training_is_not_used(base, tmp_path):
    lesson, source = lesson_of(toys.spans(12)), Source("base", base)
    other = tiny.random_model(tmp_path / "other", "Model", seed=5)
    train, held = split(lesson, 0.2, 0)
    found = [
        fingerprint(source, train, held, RECIPE),
        fingerprint(Source("base", other), train, held, RECIPE),
        fingerprint(source, held, train, RECIPE),
        fingerprint(source, train, train, RECIPE),
        fingerprint(source, *split(lesson_of(toys.units(12)), 0.2, 0), RECIPE),
        *(
            fingerprint(source, train, held, replace(RECIPE, **{name: 0.5}))
            for name in ("learning_rate", "warmup")
        ),
        *(
            fingerprint(source, train, held, replace(RECIPE, **{name: 7}))
            for name in ("epochs", "seed", "batch")
        ),
    ]
    assert len(set(found)) == len(found)
    assert fingerprint(Source("another name", base), train, held, RECIPE) == found[0]


@pytest.mark.parametrize(
    ("brain", "half", "precision"),
    [(False, False, "float32"), (True, False, "bfloat16"), (False, True, "float16")],
)
def test_the_precision_of_a_training_is_told(brain, half, precision):
    device = SimpleNamespace(type="cuda")
    arguments = SimpleNamespace(bf16=brain, fp16=half, train_batch_size=32, device=device)
    told = module.used(replace(RECIPE, device="auto"), arguments, Frame(24, 0), Frame(24, 5))
    assert (told["precision"], told["device"], told["batch"]) == (precision, "cuda", 32)
    assert told["epochs"] == RECIPE.epochs


ODD = Recipe(
    epochs=7,
    learning_rate=3e-4,
    batch=5,
    warmup=0.3,
    weight_decay=0.07,
    held_out=0.4,
    patience=6,
    window=11,
    stride=2,
    device="cpu",
    seed=13,
)


def test_the_trainer_is_told_what_the_recipe_says(tmp_path):
    told = module._arguments(ODD, tmp_path / "place", tested=True)
    expected = {
        "output_dir": str(tmp_path / "place"),
        "num_train_epochs": 7,
        "learning_rate": 3e-4,
        "per_device_train_batch_size": 5,
        "per_device_eval_batch_size": 5,
        "gradient_accumulation_steps": 1,
        "weight_decay": 0.07,
        "lr_scheduler_type": "linear",
        "bf16": False,
        "fp16": False,
        "use_cpu": True,
        "eval_strategy": "epoch",
        "save_strategy": "epoch",
        "save_total_limit": 2,
        "metric_for_best_model": "eval_loss",
        "greater_is_better": False,
        "seed": 13,
        "data_seed": 13,
        "report_to": [],
        "push_to_hub": False,
    }
    assert {name: getattr(told, name) for name in expected} == expected
    assert told.get_warmup_steps(100) == 30
    alone = module._arguments(replace(ODD, batch=None), tmp_path, tested=False)
    assert alone.per_device_train_batch_size == alone.per_device_eval_batch_size == 16
    assert (alone.eval_strategy, alone.metric_for_best_model) == ("no", None)


@pytest.mark.parametrize(("made", "times"), [(toys.spans, {1}), (toys.units, {1, 2})])
def test_a_piece_of_a_text_is_learned_from_once_and_texts_are_cut_with_overlap(
    base, tmp_path, monkeypatch, made, times
):
    """Three windows of six pieces: where pieces are learned they share none, otherwise two at each border."""
    monkeypatch.setattr(module, "_trainer", taken := Taken())
    ((document, *_), (annotation, *_)) = made(2)
    long = segment("long", " ".join(["calm"] * 4 + [document.text] * 2))
    gold = Annotation(long, "toy", (Span(0, 4, "bad"),))
    if annotation.units:
        gold = Annotation(long, "toy", units=(Unit(0, len(long.text), ("bad",)),))
    lesson = Lesson.of([long], [gold])
    with pytest.raises(StopError):
        run(base, tmp_path, lesson, replace(RECIPE, window=8, stride=2))
    pieces = [edge for window in taken.windows for edge in map(tuple, window.edges[window.own].tolist())]
    assert len(taken.windows) >= 3
    assert {pieces.count(piece) for piece in pieces} == times
    assert min(start for start, _ in pieces) == 0
    assert max(end for _, end in pieces) == len(long.text)


class Taken:
    """Takes what the trainer is to learn from, and stops there."""

    def __call__(self, _model, _tokenizer, train, *_):
        self.windows = [example.window for example in train]
        raise StopError


def test_gold_without_text_teaches_nothing(base, tmp_path):
    document = segment("d", " ")
    lesson = replace(lesson_of(toys.spans(4)), documents=(document,), gold=(Annotation(document, "toy"),))
    with pytest.raises(ValueError, match="no text that the gold is about has a word"):
        finetune(Source("base", base), lesson, lesson.only([]), RECIPE, tmp_path, lambda text: None)


@pytest.mark.parametrize("held_out", [0.2, 0.0])
def test_a_training_that_diverges_is_told(base, tmp_path, monkeypatch, held_out):
    """A loss without end: the smallest step leads to weights that are no numbers."""
    import torch
    from transformers import BertForTokenClassification

    @functools.wraps(BertForTokenClassification.forward)
    def worst(self, *arguments, **options):
        found = forward(self, *arguments, **options)
        found.loss = found.loss * torch.inf if found.loss is not None else None
        return found

    forward = BertForTokenClassification.forward
    monkeypatch.setattr(BertForTokenClassification, "forward", worst)
    with pytest.raises(ValueError, match="the training diverged: .*; lower learning_rate"):
        run(base, tmp_path, recipe=replace(RECIPE, epochs=1, held_out=held_out))


def test_checkpoints_hold_their_weights_as_safetensors(base, tmp_path):
    tuned = run(base, tmp_path, recipe=replace(RECIPE, epochs=1))
    (place,) = tmp_path.iterdir()
    assert {path.name for path in place.iterdir()} == {f"checkpoint-{tuned.windows[0] // 8 + 1}"}
    names = {path.name for path in place.glob("checkpoint-*/*")}
    assert {"model.safetensors", STATE, COMPLETE} <= names
    assert "pytorch_model.bin" not in names
    state = json.loads(next(place.glob(f"checkpoint-*/{STATE}")).read_text())
    assert state["epoch"] == 1


def test_a_tokenizer_without_a_mark_to_fill_up_with_can_learn(tmp_path):
    folder = tiny.random_base(tmp_path / "m")
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"pad_token": None}))
    tuned = run(folder, tmp_path / "state", recipe=replace(RECIPE, epochs=1))
    assert tuned.tokenizer.pad_token == "[UNK]"
