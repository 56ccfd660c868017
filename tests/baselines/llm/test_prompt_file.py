"""Prompt files: the shipped ones fit the datasets, and broken ones are told what is wrong."""

from __future__ import annotations

import hashlib

import pytest

from baselines.llm.prompt_file import MOST_BYTES, SHIPPED, load_prompt, shipped_prompts
from benchmark import data
from benchmark.corpora import babe, basil, checkthat2025_task1, ptc, semeval2021_task6, semeval2023_task3
from benchmark.manifest import RELATION_PARTS
from benchmark.tasks import TASKS

GOOD = """
version = 2
layer = "mood"
kind = "units"
title = "Mood"
task = "Say the mood."
least = 1
most = 1
rules = ["One label."]
[labels]
"good" = "It is good."
"bad" = "It is not."
[families]
house = ['^our-']
"""
COVERED = {
    "technique.ptc": ("technique", "spans", ptc.TECHNIQUES),
    "propaganda": ("propaganda", "spans", (ptc.PROPAGANDA,)),
    "technique.semeval2021": ("technique", "spans", semeval2021_task6.TECHNIQUES),
    "technique_label": ("technique_label", "units", semeval2021_task6.TECHNIQUES),
    "frame.semeval2023": ("frame", "units", semeval2023_task3.FRAMES),
    "attribution": ("attribution", "relations", RELATION_PARTS),
    "bias.basil": ("bias", "spans", tuple(basil.LABELS.values())),
    "bias.babe": ("bias", "units", babe.BIAS),
    "words": ("words", "spans", (babe.WORD,)),
    "opinion": ("opinion", "units", babe.OPINION),
    "subjectivity": ("subjectivity", "units", checkthat2025_task1.LABELS),
    "loaded_sentence": ("loaded_sentence", "units", TASKS.get("loaded_sentence").labels),
}


def write(folder, text):
    path = folder / "mood.toml"
    path.write_text(text, encoding="utf-8")
    return path


def named(name):
    return next(prompt for prompt in shipped_prompts() if prompt.name == name)


@pytest.mark.parametrize("name", COVERED)
def test_a_shipped_prompt_has_the_labels_of_its_dataset(name):
    prompt = named(name)
    assert (prompt.layer, prompt.kind, tuple(prompt.labels)) == COVERED[name]


@pytest.mark.parametrize(
    ("name", "layer"), [("frame.policy", "frame"), ("attribution_gap", "attribution_gap"), ("slant", "slant")]
)
def test_a_shipped_prompt_has_the_labels_of_the_shipped_reports(name, layer):
    assert tuple(named(name).labels) == data.load("fictional_news").layers[layer].labels


def test_shipped_prompts_differ_in_what_they_ask():
    asked = [(prompt.layer, prompt.kind, frozenset(prompt.labels)) for prompt in shipped_prompts()]
    assert len(set(asked)) == len(asked)
    assert len(asked) >= len(COVERED) + 3


def test_shipped_prompts_read_well():
    for prompt in shipped_prompts():
        assert prompt.version >= 1
        assert prompt.rules
        for words in (prompt.title, prompt.task, *prompt.rules, *prompt.labels.values()):
            assert words == words.strip()
        assert all(definition.endswith(".") for definition in prompt.labels.values()), prompt.name


def test_nothing_else_is_shipped_beside_them():
    assert {path.suffix for path in SHIPPED.iterdir()} == {".toml"}


def test_units_of_one_label_say_so():
    single = {prompt.name for prompt in shipped_prompts() if prompt.most == 1}
    assert single == {"bias.babe", "loaded_sentence", "opinion", "slant", "subjectivity"}


def test_a_file_is_read(tmp_path):
    prompt = load_prompt(write(tmp_path, GOOD))
    assert (prompt.name, prompt.version, prompt.layer, prompt.kind) == ("mood", 2, "mood", "units")
    assert prompt.labels == {"good": "It is good.", "bad": "It is not."}
    assert (prompt.least, prompt.most, prompt.rules) == (1, 1, ("One label.",))
    assert prompt.families == {"house": ("^our-",)}
    assert prompt.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version = 2", "version = 0", "the first version is 1"),
        ("version = 2", "", "missing required field `version`"),
        ("version = 2", 'version = "2"', "Expected `int`"),
        ('"mood"', '"my mood"', "must name a layer"),
        ('"units"', '"entities"', "Invalid enum value"),
        ('"units"', '"spans"', "is no file of units"),
        ('"units"', '"relations"', "relations have the labels source, cue, content"),
        ('"Mood"', '" "', "'title' is empty"),
        ('"Say the mood."', '""', "'task' is empty"),
        ("most = 1", "most = -1", "must be 0 or more"),
        ("least = 1", "least = 2", "no smaller than"),
        ('"It is good."', '""', "label 'good' is empty or has no definition"),
        ('"good" =', '"" =', "label '' is empty"),
        ('"good" = "It is good."\n"bad" = "It is not."', "", "'labels' is empty"),
        ("'^our-'", "'our('", "family 'house': 'our\\(' is no regular expression"),
        ("least = 1", "lest = 1", "unknown field `lest`"),
        ("version = 2", "version == 2", "Invalid|Expected"),
    ],
)
def test_what_is_wrong_is_said_with_the_file(tmp_path, old, new, message):
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(ValueError, match=message) as raised:
        load_prompt(path)
    assert str(raised.value).startswith(f"{path}: is no prompt file: ")


def test_a_file_that_is_not_there_not_text_or_too_much(tmp_path):
    with pytest.raises(ValueError, match="cannot be read: No such file"):
        load_prompt(tmp_path / "none.toml")
    path = tmp_path / "broken.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="is no prompt file: .*utf-8"):
        load_prompt(path)
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    with pytest.raises(ValueError, match="at most 1000000 are read"):
        load_prompt(path)
    path.write_text("a = " + "[" * 100_000)
    with pytest.raises(ValueError, match="is no prompt file"):
        load_prompt(path)
