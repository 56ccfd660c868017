"""From detectors to scores: layers, projections, intervals, signatures, ceilings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pytest

from benchmark import data
from benchmark.adjudicate import adjudicate_layer
from benchmark.ceiling import annotators_of, ceiling
from benchmark.detectors import DETECTORS
from benchmark.metrics import METRICS
from benchmark.model import Document, Prediction, Span, Unit
from benchmark.projection import gold_scoring
from benchmark.run import Evaluator, Settings
from benchmark.spec import Spec
from benchmark.tasks import task_of, tasks_of

QUICK = Settings(resamples=200)


class Copy:
    """Predicts what it is told; a test sets `spans` and `units` by document."""

    name = "copy"
    layers: ClassVar[frozenset[str]] = frozenset({"technique"})
    labels: ClassVar[frozenset[str] | None] = None
    spans: ClassVar[dict[str, tuple[Span, ...]]] = {}
    units: ClassVar[dict[str, tuple[Unit, ...]]] = {}

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        return [
            Prediction(d.id, layer, self.spans.get(d.id, ()), self.units.get(d.id, ())) for d in documents
        ]


@pytest.fixture
def copy(monkeypatch):
    """A detector class that a test can shape, registered as "copy"."""
    kind = type("Copy", (Copy,), {})
    list(DETECTORS)
    monkeypatch.setitem(DETECTORS._loaded, "copy", kind)
    return kind


def loaded(start: int, end: int) -> Span:
    return Span(start, end, "Loaded_Language")


def test_a_score_worked_by_hand(dataset_of, copy):
    dataset = dataset_of(["aaaa bbbb cccc"] * 20, [[loaded(0, 4), loaded(5, 9)]] * 10 + [[]] * 10)
    copy.spans = {f"d{i}": (loaded(0, 4),) for i in range(5)} | {"d19": (loaded(0, 4),)}
    run = Evaluator(dataset, Settings(resamples=500, metrics=("exact",))).run(
        task_of(dataset, "technique"), Spec("copy")
    )
    scores = run.record.metrics["exact"].scores
    assert scores["precision"].value == pytest.approx(5 / 6)
    assert scores["recall"].value == pytest.approx(5 / 20)
    assert scores["f1"].value == pytest.approx(10 / 26)
    assert scores["f1"].low < 10 / 26 < scores["f1"].high
    assert run.statistics["exact"].shape[0] == 20
    assert run.record.labels["Loaded_Language"] == 20


def test_the_signature_says_how_a_number_was_made(dataset_of, copy):
    marks = {"A": [[loaded(0, 4)]], "B": [[]], "C": [[loaded(0, 4)]]}
    dataset = dataset_of(["aaaa bbbb\ncccc"], [[loaded(0, 4)]], annotators=marks)
    run = Evaluator(dataset, Settings(seed=3, resamples=500)).run(
        task_of(dataset, "loaded_language"), Spec("copy")
    )
    assert run.record.metrics["ptc_si"].signature == (
        "ptc_si|data:small@1.0.0+000000000000|gold:people(3)|task:loaded_language|n:1|cluster:paragraph(2)"
        "|ci:boot,B=500,seed=3|zero:0|tok:1|v:0.1.0"
    )


def test_one_cluster_has_no_interval(dataset_of, copy):
    dataset = dataset_of(["aaaa bbbb"], [[loaded(0, 4)]])
    run = Evaluator(dataset, QUICK).run(task_of(dataset, "technique"), Spec("copy"))
    score = run.record.metrics["ptc_flc"].scores["f1"]
    assert (score.value, score.low, score.high) == (0.0, None, None)


def test_a_detector_is_asked_for_a_layer_that_it_has(dataset_of, copy):
    dataset = dataset_of(["aaaa bbbb"] * 20, [[]] * 20, units={"slant": [[Unit(0, 9, ("mild",))]] * 20})
    evaluator = Evaluator(dataset, QUICK)
    layers = {task.name: evaluator.layer_for(task, Spec("copy")) for task in tasks_of(dataset)}
    assert layers == dict.fromkeys(("technique", "loaded_language", "loaded_sentence", "slant"), "technique")
    assert evaluator.layer_for(task_of(dataset, "slant"), Spec("majority")) == "slant"
    assert evaluator.run(task_of(dataset, "technique"), Spec("frame-keywords")) is None


def test_a_detector_without_any_of_the_labels_is_not_scored(dataset_of, copy):
    dataset = dataset_of(["aaaa bbbb"] * 20, [[]] * 20)
    copy.labels = frozenset({"Repetition"})
    evaluator = Evaluator(dataset, QUICK)
    assert evaluator.layer_for(task_of(dataset, "technique"), Spec("copy")) == "technique"
    assert evaluator.layer_for(task_of(dataset, "loaded_language"), Spec("copy")) is None
    assert evaluator.layer_for(task_of(dataset, "loaded_sentence"), Spec("copy")) is None


def test_density_is_read_as_slant(dataset_of, copy):
    degrees = ["none", "mild", "strong"] * 10
    dataset = dataset_of(
        ["aaaa bbbb cccc dddd"] * 30, [[]] * 30, units={"slant": [[Unit(0, 19, (d,))] for d in degrees]}
    )
    share = {"none": 1, "mild": 8, "strong": 16}
    copy.spans = {f"d{i}": (loaded(0, share[d]),) for i, d in enumerate(degrees)}
    run = Evaluator(dataset, QUICK).run(task_of(dataset, "slant"), Spec("copy"))
    assert run.record.metrics["classification"].scores["macro_f1"].value == 1.0
    assert run.record.detector.thresholds.folds == 30
    assert "|thresholds:cv30,seed=0|" in run.record.metrics["classification"].signature
    assert run.predictions[0].spans == (loaded(0, 1),)


def test_a_silent_detector_has_an_undefined_mcc(dataset_of, copy):
    dataset = dataset_of(["Aaaa bbbb. Cccc."] * 20, [[loaded(0, 4)]] * 20)
    run = Evaluator(dataset, QUICK).run(task_of(dataset, "loaded_sentence"), Spec("copy"))
    scores = run.record.metrics["classification"].scores
    assert (scores["mcc"].value, scores["mcc"].low) == (None, None)
    assert scores["f1"].value == 0.0
    assert scores["accuracy"].value == 0.5


def test_gold_as_predictions_reaches_the_top_of_every_task(copy):
    for name in data.names():
        dataset = data.load(name)
        evaluator = Evaluator(dataset, Settings(resamples=100, panel=True))
        for task in tasks_of(dataset):
            copy.layers = frozenset({task.layer if task.layer in dataset.gold else task.source})
            gold = dataset.gold[task.source]
            copy.spans = {a.document.id: a.spans for a in gold}
            copy.units = {a.document.id: a.units for a in gold}
            fresh = Evaluator(dataset, evaluator.settings)
            record = fresh.run(task, Spec("copy")).record
            for metric, found in record.metrics.items():
                if metric == "ptc_flc" and task.name == "attribution":
                    continue  # contents nest, which the official formula cannot score as 1
                assert found.scores["f1" if "f1" in found.scores else "macro_f1"].value == pytest.approx(1), (
                    task.name,
                    metric,
                )


def test_third_party_metrics_say_what_they_score(dataset_of):
    from benchmark.run import fits

    dataset = dataset_of(["aaaa"], [[]], units={"slant": [[Unit(0, 4, ("mild",))]]})
    spans, units = task_of(dataset, "technique"), task_of(dataset, "slant")
    plain, of_units = type("Plain", (), {}), type("OfUnits", (), {"scores_units": True})
    assert [fits("theirs", plain, task) for task in (spans, units)] == [True, False]
    assert [fits("theirs", of_units, task) for task in (spans, units)] == [False, True]
    assert [fits("multilabel", plain, task) for task in (spans, units)] == [False, False]


class TestCeiling:
    def test_worked_by_hand(self, dataset_of):
        marks = {
            "A": [[loaded(0, 4)], [loaded(0, 4)]],
            "B": [[loaded(0, 4)], []],
            "C": [[loaded(0, 4), loaded(5, 9)], [loaded(0, 4)]],
        }
        gold = [[loaded(0, 4)], [loaded(0, 4)]]
        dataset = dataset_of(["aaaa bbbb", "aaaa bbbb"], gold, annotators=marks)
        found = ceiling(annotators_of(task_of(dataset, "technique"), dataset), METRICS.get("exact")())
        # A 1; B one of two found: 2/(1+2); C both found, one mark too many: 4/(3+2).
        full = found.full["f1"]
        assert (full.mean, full.low, full.high) == pytest.approx(((1 + 2 / 3 + 4 / 5) / 3, 2 / 3, 1))
        # Of two others both must agree. A against B and C: gold {d0}; A has 2 marks: 2/(2+1).
        # B against A and C: gold {d0, d1}: 2/(1+2). C against A and B: gold {d0}; 3 marks: 2/(3+1).
        others = found.others["f1"]
        assert (others.low, others.high) == pytest.approx((1 / 2, 2 / 3))

    def test_a_lone_annotator_has_none(self, dataset_of):
        dataset = dataset_of(["aaaa"], [[]], annotators={"A": [[]]})
        assert annotators_of(task_of(dataset, "technique"), dataset) is None

    def test_two_annotators_have_no_gold_of_the_others(self, dataset_of):
        marks = {"A": [[loaded(0, 4)]], "B": [[loaded(0, 4)]]}
        dataset = dataset_of(["aaaa"], [[loaded(0, 4)]], annotators=marks)
        found = ceiling(annotators_of(task_of(dataset, "technique"), dataset), METRICS.get("exact")())
        assert found.others == {}
        assert found.full["f1"].mean == 1

    def test_the_full_gold_is_the_higher_ceiling_on_what_is_shipped(self):
        for name in data.names():
            dataset = data.load(name)
            for task in tasks_of(dataset):
                annotators = annotators_of(task, dataset)
                if annotators is None:
                    assert task.name == "slant"
                    continue
                found = ceiling(annotators, METRICS.get(task.metric)())
                assert found.others[task.score].mean <= found.full[task.score].mean + 1e-12

    def test_an_undefined_score_of_one_annotator_leaves_the_ceiling_undefined(self, dataset_of):
        marks = {"A": [[loaded(0, 4)]], "B": [[]], "C": [[loaded(0, 4)]]}
        dataset = dataset_of(["aaaa"], [[loaded(0, 4)]], annotators=marks)
        found = ceiling(annotators_of(task_of(dataset, "technique"), dataset), METRICS.get("exact")())
        assert found.full["precision"].mean is None
        assert found.full["recall"].mean == pytest.approx(2 / 3)

    def test_the_shipped_gold_is_what_its_annotators_make(self):
        for name in data.names():
            dataset = data.load(name)
            for layer, marks in dataset.marks.items():
                for index, gold in enumerate(dataset.gold[layer]):
                    made = adjudicate_layer(
                        gold.document,
                        layer,
                        dataset.layers[layer].kind,
                        [given[index] for given in marks.values()],
                        dataset.aliases,
                    )
                    assert (made.spans, made.units, made.portrayals) == (
                        gold.spans,
                        gold.units,
                        gold.portrayals,
                    )


def test_paragraph_statistics_of_the_article_sum_to_its_score(copy):
    dataset = data.load("turkey_drones")
    task = task_of(dataset, "technique")
    ready = gold_scoring(task, dataset)
    assert (ready.clusters, len(ready.gold)) == ("paragraph", 10)
    run = Evaluator(dataset, Settings(resamples=100, metrics=("character",))).run(task, Spec("subjectivity"))
    metric = METRICS.get("character")()
    totals = run.statistics["character"].sum(axis=0)
    value = metric.finalize(totals, ready.labels)[metric.scores(ready.labels).index("f1")]
    assert run.record.metrics["character"].scores["f1"].value == pytest.approx(float(value))
    assert np.isfinite(value)
