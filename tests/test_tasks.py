"""The table of tasks: which of them a dataset has gold for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark import data
from benchmark.errors import UsageError
from benchmark.metrics import METRICS
from benchmark.model import Span, Unit
from benchmark.tasks import TASKS, bind, own_task, task_of, tasks_of

TEXT = "One sentence. Another one."
CORPORA = {
    "propaganda": (("Propaganda",), ["span"]),
    "technique": (
        ("Loaded_Language", "Name_Calling,Labeling", "Doubt"),
        ["technique", "loaded_language", "technique_given_span", "loaded_sentence"],
    ),
    "bias": (
        ("lexical", "informational"),
        ["lexical", "informational", "lexical_sentence", "informational_sentence", "bias_sentence"],
    ),
    "words": (("biased",), ["words"]),
    "attribution_gap": (("vague",), ["attribution_gap"]),
    "attribution": (("source", "cue", "content"), ["attribution"]),
}
HEADLINES = {
    "span": ("ptc_si", "f1"),
    "technique": ("ptc_flc", "f1"),
    "loaded_language": ("ptc_si", "f1"),
    "technique_given_span": ("given_spans", "f1"),
    "technique_label": ("multilabel", "f1"),
    "attribution": ("token", "f1"),
    "frame": ("multilabel", "f1"),
    "lexical": ("token", "f1"),
    "informational": ("token", "f1"),
    "lexical_sentence": ("classification", "f1"),
    "informational_sentence": ("classification", "f1"),
    "bias_sentence": ("classification", "f1"),
    "bias": ("classification", "macro_f1"),
    "words": ("token", "f1"),
    "subjectivity": ("classification", "macro_f1"),
}


@pytest.mark.parametrize("layer", CORPORA)
def test_a_layer_of_spans_has_the_tasks_that_its_labels_allow(dataset_of, layer):
    labels, names = CORPORA[layer]
    dataset = dataset_of([TEXT], [[]], span_layer=layer, span_labels=labels)
    assert [task.name for task in tasks_of(dataset)] == names
    for task in tasks_of(dataset):
        assert task.source == layer
        assert set(task.labels) <= {*labels, "loaded", "neutral", "biased", "none"}
        assert task.unit in (None, "sentence")


@pytest.mark.parametrize("name", HEADLINES)
def test_the_headline_is_that_of_the_literature(name):
    task = TASKS.get(name)
    assert (task.metric, task.score) == HEADLINES[name]


def test_a_technique_of_few_labels_lacks_the_tasks_of_loaded_language(dataset_of):
    dataset = dataset_of([TEXT], [[]], span_labels=("Doubt", "Loaded_Language"))
    assert [task.name for task in tasks_of(dataset)] == ["technique", "technique_given_span"]


def unit_dataset(dataset_of, layer, labels=("Biased",), unit="sentence"):
    units = [[Unit(0, 13, labels), Unit(14, 26, ())]]
    return dataset_of([TEXT], units={layer: units}, unit=unit)


def test_bias_of_sentences_is_another_task_than_bias_of_phrases(dataset_of):
    dataset = unit_dataset(dataset_of, "bias")
    (task,) = tasks_of(dataset)
    assert (task.name, task.kind, task.unit, task.labels) == (
        "bias",
        "units",
        "sentence",
        ("Biased", "Non-biased"),
    )
    with pytest.raises(UsageError, match="has no layer 'bias' for task 'lexical'; known: bias"):
        task_of(dataset, "lexical")


@pytest.mark.parametrize(("labels", "metric"), [(("a",), "classification"), (("a", "b"), "multilabel")])
def test_a_layer_of_units_that_no_task_knows_is_its_own(dataset_of, labels, metric):
    dataset = unit_dataset(dataset_of, "bias")
    layer = replace(dataset.layers["bias"], name="tone", labels=("a", "b", "c"))
    gold = replace(dataset.gold["bias"][0], layer="tone", units=(Unit(0, 13, labels), Unit(14, 26, ())))
    dataset = replace(dataset, layers={"tone": layer}, gold={"tone": (gold,)})
    (task,) = tasks_of(dataset)
    assert task == bind(own_task(dataset, "tone"), dataset)
    assert (task.name, task.metric, task.unit) == ("tone", metric, "sentence")
    assert task.score in METRICS.get(metric)().scores(task.labels)
    assert task.labels == ("a", "b", "c")
    assert task_of(dataset, "tone") == task


def test_an_unknown_layer_of_spans_is_no_task(dataset_of):
    assert tasks_of(dataset_of([TEXT], [[]], span_layer="tone", span_labels=("a",))) == ()


def test_kinds_of_tasks(dataset_of):
    dataset = dataset_of([TEXT], [[Span(0, 3, "Doubt")]])
    kinds = {task.name: (task.kind, task.on_request) for task in tasks_of(dataset)}
    assert kinds == {
        "technique": ("spans", False),
        "loaded_language": ("spans", False),
        "technique_given_span": ("given", True),
        "loaded_sentence": ("units", False),
    }


def test_a_task_that_is_not_known_is_told(dataset_of):
    dataset = dataset_of([TEXT], [[]], units={"slant": [[Unit(0, 26, ("mild",))]]})
    with pytest.raises(UsageError, match="no layer 'frame' for task 'frame'.*known: loaded_language"):
        task_of(dataset, "frame")
    with pytest.raises(UsageError, match="did you mean 'technique'"):
        task_of(dataset, "techniques")


def test_a_bound_task_has_the_labels_and_unit_of_the_layer(dataset_of):
    dataset = dataset_of([TEXT], units={"slant": [[Unit(0, 26, ("mild",))]]})
    task = bind(TASKS.get("slant"), dataset)
    assert (task.labels, task.unit) == (("none", "mild", "strong"), "document")


def test_the_shipped_datasets_have_the_tasks_that_they_had():
    tasks = {
        name: [task.name for task in tasks_of(data.load(name)) if not task.on_request]
        for name in data.SHIPPED
    }
    of_spans = ["technique", "loaded_language", "attribution_gap"]
    assert tasks == {
        "turkey_drones": [*of_spans, "attribution", "frame", "loaded_sentence"],
        "fictional_news": [*of_spans, "frame", "loaded_sentence", "slant"],
    }
