"""That toy tasks are learned, kept and told of."""

from __future__ import annotations

from dataclasses import replace

import pytest
import tiny_transformer as tiny

from baselines.neural.learning import Wish, learn, restored
from baselines.neural.lesson import Lesson
from baselines.neural.recipe import Recipe
from baselines.neural.source import Source
from baselines.neural.stored import Place
from tests.baselines.neural import toys

RECIPE = Recipe(
    epochs=8,
    learning_rate=1e-2,
    batch=8,
    warmup=0.1,
    weight_decay=0.0,
    held_out=0.2,
    patience=8,
    window=24,
    stride=None,
    device="cpu",
    seed=0,
)
WISH = Wish("toy", "a base", RECIPE, "mean", "CC0-1.0", "")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A model that learns the toy tasks soon, and whatever the seed is."""
    still = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    return tiny.random_model(tmp_path_factory.mktemp("base") / "model", "Model", spread=0.2, **still)


def learned(base, made, wish=WISH):
    return learn(Source("base", base), Lesson.of(*made), wish, lambda text: None)


def test_spans_are_learned(base, tmp_path):
    found = learned(base, toys.spans(120))
    documents, gold = toys.spans(30, seed=1)
    predicted = found.model.predict(documents, "toy")
    marks = [{(s.start, s.end, s.label) for s in p.spans} for p in predicted]
    assert marks == [{(s.start, s.end, s.label) for s in a.spans} for a in gold]
    assert "- F1: 1.000" in found.card
    place = found.save(tmp_path, "layer0")
    assert place == Place("layer0", "token", 24, 5)
    assert restored(tmp_path, place, "mean", "").model.predict(documents, "toy") == predicted
    assert (tmp_path / "layer0" / "README.md").read_text(encoding="utf-8") == found.card
    names = {path.name for path in (tmp_path / "layer0").iterdir()}
    assert names == {
        "README.md",
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }


def test_units_of_one_label_are_learned(base, tmp_path):
    found = learned(base, toys.units(120))
    documents, gold = toys.units(30, seed=1)
    predicted = found.model.predict(documents, "toy")
    assert [p.units[-1].labels for p in predicted] == [a.units[0].labels for a in gold]
    assert all(sum(p.units[-1].all_scores.values()) == pytest.approx(1) for p in predicted)
    assert "- accuracy: 1.000" in found.card
    place = found.save(tmp_path, "layer0")
    assert restored(tmp_path, place, "mean", "").model.predict(documents, "toy") == predicted


def test_units_of_several_labels_are_learned(base, tmp_path):
    recipe = replace(RECIPE, epochs=10, patience=10)
    found = learned(base, toys.units(160, several=True), replace(WISH, recipe=recipe))
    documents, gold = toys.units(40, seed=1, several=True)
    predicted = found.model.predict(documents, "toy")
    right = [set(p.units[-1].labels) == set(a.units[0].labels) for p, a in zip(predicted, gold, strict=True)]
    assert sum(right) >= 36
    assert {len(p.units[-1].labels) for p in predicted} == {0, 1, 2}
    place = found.save(tmp_path, "layer0")
    again = restored(tmp_path, place, "mean", "")
    assert again.model.classes.several
    assert again.model.predict(documents, "toy") == predicted


@pytest.mark.parametrize(
    ("made", "changes", "told"),
    [
        (toys.spans, {}, {"batch": 16, "window": tiny.ROOM, "stride": 0, "stride where it predicts": 15}),
        (toys.spans, {"batch": 3, "window": 24, "stride": 6}, {"batch": 3, "stride where it predicts": 6}),
        (toys.units, {"window": 24}, {"window": 24, "stride": 5, "stride where it predicts": 5}),
    ],
)
def test_the_card_tells_the_settings_that_were_used(base, monkeypatch, made, changes, told):
    """Of spans no piece is learned twice, so that windows of a training share none."""
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)
    unsaid = {"batch": None, "window": None, "stride": None, "device": "auto"}
    recipe = replace(RECIPE, epochs=1, **(unsaid | changes))
    lines = learned(base, made(8), replace(WISH, recipe=recipe)).card.splitlines()
    told = {"device": "cpu", "precision": "float32"} | told
    assert {f"- {name}: {value}" for name, value in told.items()} <= set(lines)
    assert not {"auto", "None"} & {line.rpartition(": ")[2] for line in lines}


def test_without_anything_held_out_the_card_says_so(base):
    recipe = replace(RECIPE, held_out=0.0, epochs=1)
    found = learned(base, toys.spans(8), replace(WISH, recipe=recipe, licence=""))
    assert "- passes: 1, the last of which was kept, since nothing was held out" in found.card
    assert "Nothing was held out, so that there are none." in found.card
    assert 'license: "unknown"' in found.card


def test_the_state_is_kept_where_it_is_wished(base, tmp_path):
    recipe = replace(RECIPE, epochs=1)
    learned(base, toys.spans(8), replace(WISH, recipe=recipe, checkpoints=str(tmp_path / "state")))
    assert len(list((tmp_path / "state").glob("*/checkpoint-*"))) == 1


def test_what_was_kept_and_is_broken_is_told(base, tmp_path):
    found = learned(base, toys.spans(8), replace(WISH, recipe=replace(RECIPE, epochs=1)))
    place = found.save(tmp_path, "layer0")
    (tmp_path / "layer0" / "README.md").unlink()
    assert restored(tmp_path, place, "mean", "").card == ""
    (tmp_path / "layer0" / "model.safetensors").unlink()
    with pytest.raises(ValueError, match="layer0: it has no model.safetensors"):
        restored(tmp_path, place, "mean", "")
