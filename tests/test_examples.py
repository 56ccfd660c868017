"""Examples that a detector is shown come from another dataset than the one that is scored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from benchmark import data
from benchmark.behaviour.run import Behaving, shipped_cases
from benchmark.detectors import DETECTORS
from benchmark.errors import UsageError
from benchmark.examples import show_examples
from benchmark.model import Prediction
from benchmark.run import Evaluator, Settings
from benchmark.segmentation import segment
from benchmark.spec import Spec
from benchmark.subject import Subject
from benchmark.tasks import LOADED, task_of
from benchmark.training import predict_texts

LOADED_SPANS = Subject("technique", "spans", LOADED)
SLANT = Subject("slant", "units", ("none", "mild", "strong"), "document")


@dataclass
class Shown:
    """Is shown the first documents that it is offered, and finds nothing."""

    name: ClassVar[str] = "shown"
    layers: ClassVar[frozenset[str]] = frozenset({"technique", "slant"})
    shots: int = 2
    examples: str = ""
    offered: list = field(default_factory=list, init=False, repr=False)

    def show(self, gold, layer):
        self.offered = list(gold)
        return [gold[number % len(gold)].document.id for number in range(self.shots)]

    def predict(self, documents, layer):
        return [Prediction(document.id, layer) for document in documents]


@pytest.fixture
def shown(monkeypatch):
    monkeypatch.setitem(DETECTORS._loaded, "shown", Shown)
    return Spec("shown")


def test_one_that_wants_none_is_shown_none():
    assert show_examples(Spec("shown"), Shown(shots=0), LOADED_SPANS, ()) is None


@pytest.mark.parametrize(
    ("barred", "name"),
    [((), "fictional_news"), (("turkey_drones",), "fictional_news"), (("fictional_news",), "turkey_drones")],
)
def test_a_shipped_dataset_that_is_not_scored_is_the_default(barred, name):
    detector = Shown(shots=1)
    found = show_examples(Spec("shown"), detector, LOADED_SPANS, barred)
    source = data.load(name)
    assert found.training.dataset == name
    assert found.training.short == "1 shot"
    assert found.training.signature.endswith(",shots=1,seed=0")
    assert [gold.document.id for gold in detector.offered] == [d.id for d in source.documents]
    assert {span.label for gold in detector.offered for span in gold.spans} == set(LOADED)
    assert len(found.fingerprints.ids) == 1


class Picky(Shown):
    """Gives all techniques, and is content with one passage."""

    def labels_for(self, subject):
        return frozenset({"Loaded_Language", "Name_Calling,Labeling", "Doubt", "Slogans", "Other"})

    def show(self, gold, layer):
        self.offered = list(gold)
        return [gold[0].document.id]


def test_gold_is_shown_with_all_labels_that_are_given():
    """Else passages would be shown as if there were nothing else to mark in them."""
    detector = Picky(shots=1)
    show_examples(Spec("shown"), detector, LOADED_SPANS, ())
    labels = {span.label for gold in detector.offered for span in gold.spans}
    assert set(LOADED) < labels <= {"Loaded_Language", "Name_Calling,Labeling", "Doubt", "Slogans"}


def test_fewer_examples_than_were_asked_for_are_refused():
    with pytest.raises(
        UsageError, match="'fictional_news' has 1 passages in layer 'technique' to show, not 3"
    ):
        show_examples(Spec("shown"), Picky(shots=3), LOADED_SPANS, ())


@pytest.mark.parametrize(
    ("examples", "subject", "barred", "message"),
    [
        (
            "fictional_news",
            LOADED_SPANS,
            ("fictional_news",),
            "examples=fictional_news is what it is scored on",
        ),
        (
            "turkey_drones",
            SLANT,
            (),
            "dataset 'turkey_drones' has no gold of layer 'slant' with the labels none",
        ),
        ("fictional_news:tset", LOADED_SPANS, (), "dataset 'fictional_news' has no split 'tset'"),
        ("fictional_new", LOADED_SPANS, (), "did you mean 'fictional_news'"),
        ("", SLANT, ("fictional_news",), "no other shipped dataset has gold of layer 'slant'"),
        ("", LOADED_SPANS, ("fictional_news", "turkey_drones"), "name one with examples=DATASET"),
    ],
)
def test_what_cannot_be_shown_is_refused(examples, subject, barred, message):
    with pytest.raises(UsageError, match=message):
        show_examples(Spec("shown"), Shown(examples=examples), subject, barred)


@pytest.mark.parametrize("spelling", ["fictional_news", "fictional_news:test", "FOLDER", "FOLDER:test"])
def test_no_spelling_of_what_is_scored_is_shown(spelling):
    examples = spelling.replace("FOLDER", str(data.packaged_root() / "fictional_news"))
    with pytest.raises(UsageError, match="is what it is scored on"):
        show_examples(Spec("shown"), Shown(examples=examples), LOADED_SPANS, ("fictional_news",))


def test_the_record_says_what_was_shown(shown):
    dataset = data.load("fictional_news")
    run = Evaluator(dataset, Settings(resamples=100)).run(task_of(dataset, "loaded_language"), shown)
    assert run.record.detector.title == "shown, 2 shots"
    assert run.record.detector.training.dataset == "turkey_drones"
    assert "train:turkey_drones@" in run.record.metrics["ptc_si"].signature
    assert run.record.shared == ()


def test_an_example_that_is_scored_marks_the_run(shown, small_dataset_with_a_report):
    dataset = small_dataset_with_a_report
    run = Evaluator(dataset, Settings(resamples=100)).run(task_of(dataset, "loaded_language"), shown)
    assert [twin.test for twin in run.record.shared] == ["copied"]


@pytest.fixture
def small_dataset_with_a_report():
    """A dataset of another name, one of whose documents is the first report."""
    from dataclasses import replace

    reports = data.load("fictional_news")
    part = reports.only([0, 5])
    first = replace(part.documents[0], id="copied")
    gold = {
        layer: (replace(found[0], document=first), *found[1:])
        for layer, found in part.gold.items()
        if layer == "technique"
    }
    layers = {"technique": part.layers["technique"]}
    splits = {"test": ("copied", part.documents[1].id)}
    return replace(
        part,
        name="other",
        documents=(first, part.documents[1]),
        gold=gold,
        layers=layers,
        marks={},
        splits=splits,
    )


def test_texts_without_gold_are_predicted_with_examples(shown):
    output = predict_texts(shown, [segment("d", "A text.")], LOADED_SPANS, 0)
    assert output.training.shots == 2


def test_cases_made_of_the_shipped_reports_are_not_read_with_examples_from_them(shown):
    stored = Behaving(shipped_cases(["literal"], ["behaviour"], 0), resamples=100)
    (behaviour,) = stored.runs(shown)
    assert behaviour.record.detector.training.dataset == "fictional_news"
    made = Behaving(shipped_cases(["entity_swap"], ["fictional_news", "turkey_drones"], 0), resamples=100)
    with pytest.raises(UsageError, match="name one with examples=DATASET"):
        list(made.runs(shown))
