"""From detectors to scores: layers, projections, intervals, signatures, ceilings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
from sklearn.metrics import f1_score

from benchmark import data
from benchmark.adjudicate import adjudicate_layer
from benchmark.ceiling import annotators_of, ceiling
from benchmark.contamination import Shared
from benchmark.detectors import DETECTORS
from benchmark.errors import BenchError, UsageError
from benchmark.metrics import METRICS
from benchmark.model import Document, Prediction, Span, Unit
from benchmark.predictions import read_predictions
from benchmark.projection import gold_scoring
from benchmark.protocol import Protocol, published
from benchmark.record import Range
from benchmark.run import Evaluator, Settings
from benchmark.spec import Spec
from benchmark.tasks import LOADED, task_of, tasks_of

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
        "|ci:boot-t,B=500,seed=3|zero:0|tok:1|v:0.1.0"
    )


def test_one_cluster_has_no_interval(dataset_of, copy):
    dataset = dataset_of(["aaaa bbbb"], [[loaded(0, 4)]])
    run = Evaluator(dataset, QUICK).run(task_of(dataset, "technique"), Spec("copy"))
    score = run.record.metrics["ptc_flc"].scores["f1"]
    assert (score.value, score.low, score.high) == (0.0, None, None)


def test_a_detector_is_asked_for_a_layer_that_it_has(dataset_of, copy):
    dataset = dataset_of(["aaaa bbbb"] * 20, [[]] * 20, units={"slant": [[Unit(0, 9, ("mild",))]] * 20})
    evaluator = Evaluator(dataset, QUICK)
    asked = {task.name: evaluator.subject_for(task, Spec("copy")) for task in tasks_of(dataset)}
    assert {name: subject and subject.layer for name, subject in asked.items()} == {
        **dict.fromkeys(("technique", "loaded_language", "loaded_sentence", "slant"), "technique"),
        "technique_given_span": None,
    }
    assert asked["loaded_sentence"].labels == LOADED
    assert evaluator.subject_for(task_of(dataset, "slant"), Spec("majority")).layer == "slant"
    assert evaluator.run(task_of(dataset, "technique"), Spec("frame-keywords")) is None


def test_a_detector_without_any_of_the_labels_is_not_scored(dataset_of, copy):
    dataset = dataset_of(["aaaa bbbb"] * 20, [[]] * 20)
    copy.labels = frozenset({"Repetition"})
    evaluator = Evaluator(dataset, QUICK)
    assert evaluator.subject_for(task_of(dataset, "technique"), Spec("copy")).layer == "technique"
    assert evaluator.subject_for(task_of(dataset, "loaded_language"), Spec("copy")) is None
    assert evaluator.subject_for(task_of(dataset, "loaded_sentence"), Spec("copy")) is None


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
    for name in data.SHIPPED:
        dataset = data.load(name)
        evaluator = Evaluator(dataset, Settings(resamples=100, panel=True))
        for task in tasks_of(dataset):
            copy.layers = frozenset({task.layer if task.given or task.layer in dataset.gold else task.source})
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
        # Pooled: 5 right of 6 marks and 3 × 2 gold spans.
        full = found.full["f1"]
        assert (full.mean, full.low, full.high) == pytest.approx((10 / 12, 2 / 3, 1))
        # Of two others both must agree. A against B and C: gold {d0}; A has 2 marks: 2/(2+1).
        # B against A and C: gold {d0, d1}: 2/(1+2). C against A and B: gold {d0}; 3 marks: 2/(3+1).
        # Pooled: 3 right of 6 marks and 4 gold spans.
        others = found.others["f1"]
        assert (others.mean, others.low, others.high) == pytest.approx((6 / 10, 1 / 2, 2 / 3))

    def test_annotators_who_saw_some_documents_worked_by_hand(self, dataset_of):
        first, second = loaded(0, 4), loaded(5, 9)
        marks = {
            "A": [[first], [first], None],
            "B": [[first], None, [second]],
            "C": [[], [first], [second]],
            "D": [[first], None, None],
            "E": [None, None, None],
        }
        gold = [[first], [first], [second]]
        dataset = dataset_of(["aaaa bbbb"] * 3, gold, annotators=marks)
        annotators = annotators_of(task_of(dataset, "technique"), dataset)
        found = ceiling(annotators, METRICS.get("exact")())
        # A, B and D are right on all that they saw; C found 2 of 3. Pooled: 7 marks, all right, of 8.
        full = found.full["f1"]
        assert (full.mean, full.low, full.high) == pytest.approx((14 / 15, 4 / 5, 1))
        # d0 alone has three who saw it, so two others. The others of A, B and D are one without a mark and
        # two with it: gold; those of C all have it: gold. A, B, D are right, C finds nothing.
        others = found.others["f1"]
        assert (others.mean, others.low, others.high) == pytest.approx((6 / 7, 0, 1))
        assert [len(scoring.documents) for scoring, _ in annotators.full] == [2, 2, 3, 1]
        assert [len(scoring.documents) for scoring, _ in annotators.others] == [1, 1, 1, 1]

    def test_a_lone_annotator_has_none(self, dataset_of):
        dataset = dataset_of(["aaaa"], [[]], annotators={"A": [[]]})
        assert annotators_of(task_of(dataset, "technique"), dataset) is None
        dataset = dataset_of(["aaaa"], [[]], annotators={"A": [[]], "B": [None]})
        assert annotators_of(task_of(dataset, "technique"), dataset) is None

    def test_given_spans_have_none(self, dataset_of):
        dataset = dataset_of(["aaaa"], [[]], annotators={"A": [[]], "B": [[]]})
        assert annotators_of(task_of(dataset, "technique_given_span"), dataset) is None

    def test_two_annotators_have_no_gold_of_the_others(self, dataset_of):
        marks = {"A": [[loaded(0, 4)]], "B": [[loaded(0, 4)]]}
        dataset = dataset_of(["aaaa"], [[loaded(0, 4)]], annotators=marks)
        found = ceiling(annotators_of(task_of(dataset, "technique"), dataset), METRICS.get("exact")())
        assert found.others == {}
        assert found.full["f1"].mean == 1

    def test_the_full_gold_is_the_higher_ceiling_on_what_is_shipped(self):
        for name in data.SHIPPED:
            dataset = data.load(name)
            for task in tasks_of(dataset):
                annotators = annotators_of(task, dataset)
                if annotators is None:
                    assert task.name in ("slant", "technique_given_span")
                    continue
                found = ceiling(annotators, METRICS.get(task.metric)())
                assert found.others[task.score].mean <= found.full[task.score].mean + 1e-12

    def test_an_annotator_without_a_score_is_pooled_and_leaves_the_range_to_the_others(self, dataset_of):
        marks = {"A": [[loaded(0, 4)]], "B": [[]], "C": [[loaded(0, 4), loaded(5, 9)]]}
        dataset = dataset_of(["aaaa bbbb"], [[loaded(0, 4)]], annotators=marks)
        found = ceiling(annotators_of(task_of(dataset, "technique"), dataset), METRICS.get("exact")())
        # B has no precision; pooled, 2 of 3 marks are right.
        precision, recall = found.full["precision"], found.full["recall"]
        assert (precision.mean, precision.low, precision.high) == pytest.approx((2 / 3, 1 / 2, 1))
        assert (recall.mean, recall.low, recall.high) == pytest.approx((2 / 3, 0, 1))

    def test_a_score_that_nobody_has_is_undefined(self, dataset_of):
        dataset = dataset_of(["aaaa"], [[loaded(0, 4)]], annotators={"A": [[]], "B": [[]]})
        found = ceiling(annotators_of(task_of(dataset, "technique"), dataset), METRICS.get("exact")())
        assert found.full["precision"] == Range(None, None, None)
        assert found.full["f1"] == Range(0.0, 0.0, 0.0)

    def test_the_shipped_gold_is_what_its_annotators_make(self):
        for name in data.SHIPPED:
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


def vile(count, **more):
    """Documents with one vile word each, which a learner can find again."""
    texts = [f"Vile plan {index} was made." for index in range(count)]
    return lambda dataset_of: dataset_of(texts, [[loaded(0, 4)]] * count, **more)


WORDS = Spec("words")


def test_the_scored_split_stands_in_record_and_signature(dataset_of, learner):
    dataset = vile(30, splits={"train": range(20), "test": range(20, 30)})(dataset_of)
    evaluator = Evaluator(dataset, QUICK)
    assert evaluator.split == "test"
    run = evaluator.run(task_of(dataset, "technique"), WORDS)
    assert (run.record.dataset.split, run.record.dataset.documents) == ("test", 10)
    assert run.record.metrics["ptc_flc"].scores["f1"].value == 1
    # Ten documents are too few to resample; their paragraphs, of one each, are not.
    assert run.record.metrics["ptc_flc"].signature == (
        "ptc_flc|data:small@1.0.0+000000000000/test|gold:people(0)|task:technique|n:10"
        "|cluster:paragraph(10)|ci:boot-t,B=200,seed=0|zero:0|tok:1"
        "|train:small@1.0.0+000000000000/train,seed=0|v:0.1.0"
    )
    assert run.record.characters == sum(len(document.text) for document in dataset.documents[20:])
    (fit,) = learner.fits
    assert [annotation.document.id for annotation in fit[1]] == [f"d{index}" for index in range(20)]


def test_intervals_are_over_groups(dataset_of, learner):
    groups = [f"event {index // 3}" for index in range(30)]
    dataset = vile(30, groups=groups, group="event")(dataset_of)
    run = Evaluator(dataset, replace(QUICK, protocol=Protocol(folds=5))).run(
        task_of(dataset, "technique"), WORDS
    )
    signature = run.record.metrics["ptc_flc"].signature
    assert "|n:30|cluster:event(10)|" in signature
    assert "|train:cv5,group=event,seed=0|" in signature
    assert run.statistics["ptc_flc"].shape[0] == 10
    assert len(run.predictions) == 30
    assert (run.record.resampling.unit, run.record.resampling.clusters) == ("event", 10)


def test_each_task_is_learned_from_its_own_labels(dataset_of, learner):
    texts = [f"Vile plan {index}." for index in range(20)]
    dataset = dataset_of(texts, [[loaded(0, 4), Span(5, 9, "Doubt")]] * 20)
    evaluator = Evaluator(dataset, replace(QUICK, protocol=Protocol(folds=2)))
    for name in ("loaded_language", "technique", "loaded_language"):
        run = evaluator.run(task_of(dataset, name), WORDS)
        assert run.record.metrics[task_of(dataset, name).metric].scores["f1"].value == 1
    taught = [{span.label for a in gold for span in a.spans} for _, gold in learner.fits]
    assert taught == [{"Loaded_Language"}] * 2 + [{"Loaded_Language", "Doubt"}] * 2


def test_what_learns_nothing_is_asked_once_for_all_tasks_of_a_layer(dataset_of, copy):
    dataset = dataset_of(["Aaaa bbbb."] * 20, [[loaded(0, 4)]] * 20)
    asked = []
    predict = copy.predict

    def counted(self, documents, layer):
        asked.append(layer)
        return predict(self, documents, layer)

    copy.predict = counted
    evaluator = Evaluator(dataset, QUICK)
    for name in ("technique", "loaded_language", "loaded_sentence"):
        evaluator.run(task_of(dataset, name), Spec("copy"))
    assert asked == ["technique"]


LEAKED = "Vile plan 3 was made."


def leaking(dataset_of):
    texts = [f"Vile plan {index} was made." for index in range(20)] + ["New text.", f" {LEAKED.upper()} "]
    spans = [[loaded(0, 4)]] * 20 + [[], [loaded(1, 5)]]
    return dataset_of(texts, spans, splits={"train": range(20), "test": range(20, 22)})


def test_a_run_that_learned_from_what_it_is_scored_on_is_marked(dataset_of, learner):
    dataset = leaking(dataset_of)
    run = Evaluator(dataset, QUICK).run(task_of(dataset, "technique"), WORDS)
    assert run.record.contaminated
    assert run.record.shared == (Shared("d21", "d3", 1.0, exact=True),)
    assert "|contaminated:1|v:" in run.record.metrics["ptc_flc"].signature


def test_a_strict_run_on_what_was_learned_from_is_refused(dataset_of, learner):
    dataset = leaking(dataset_of)
    strict = Evaluator(dataset, replace(QUICK, strict=True))
    with pytest.raises(BenchError, match="'words' learned from 1 of the documents.*'d21' as 'd3';.*--strict"):
        strict.run(task_of(dataset, "technique"), WORDS)


def test_a_refusal_names_some_of_many(dataset_of, learner):
    texts = [f"Vile plan {index} was made." for index in range(20)]
    dataset = dataset_of(texts * 2, [[]] * 40, splits={"train": range(20), "test": range(20, 40)})
    with pytest.raises(BenchError, match="learned from 20 of .*'d24' as 'd4' and 15 more; without"):
        Evaluator(dataset, replace(QUICK, strict=True)).run(task_of(dataset, "technique"), WORDS)


def test_strict_refuses_nothing_that_is_clean(dataset_of, learner, copy):
    strict = replace(QUICK, strict=True)
    dataset = leaking(dataset_of)
    assert Evaluator(dataset, strict).run(task_of(dataset, "technique"), Spec("copy")).record.shared == ()
    clean = vile(22)(dataset_of)
    assert Evaluator(clean, strict).run(task_of(clean, "technique"), WORDS).record.shared == ()


def test_the_published_protocol_of_babe_equals_scikit_learns_scores(dataset_of, learner):
    rng = np.random.default_rng(5)
    words = np.array(["calm", "vile", "odd"])
    labels = rng.choice(["Biased", "Non-biased", ""], 60, p=[0.4, 0.5, 0.1]).tolist()
    texts = [f"{word} news {index}." for index, word in enumerate(rng.choice(words, 60))]
    units = [[Unit(0, len(t), (label,) if label else ())] for t, label in zip(texts, labels, strict=True)]
    dataset = dataset_of(texts, units={"bias": units}, unit="sentence", name="babe", corpus="babe")
    found = published(dataset)
    task = replace(task_of(dataset, "bias"), metric="classification", score="weighted_f1")
    run = Evaluator(dataset, Settings(resamples=200, protocol=found.protocol)).run(task, WORDS)
    answer = {p.document: p.units[0].labels[0] for p in run.predictions if p.units}
    decided = [(f"d{index}", label) for index, label in enumerate(labels) if label]
    assert set(answer) == {name for name, _ in decided}
    truth, ours = [label for _, label in decided], [answer[name] for name, _ in decided]
    scores = run.record.metrics["classification"].scores
    assert 0 < scores["weighted_f1"].value < 1
    assert scores["weighted_f1"].value == pytest.approx(f1_score(truth, ours, average="weighted"))
    assert scores["macro_f1"].value == pytest.approx(f1_score(truth, ours, average="macro"))
    assert run.record.headline == ("classification", "weighted_f1")
    assert run.record.dataset.noun == "sentence"
    signature = run.record.metrics["classification"].signature
    assert "|protocol:published|train:cv5,stratified,ungrouped,seed=42,detector=0|" in signature
    assert f"|n:{len(decided)}|" in signature


def test_given_spans_are_scored(dataset_of, learner):
    """The commonest label everywhere is right as often as it is the label: the official score of TC."""
    texts = [f"Vile plan {index}." for index in range(20)]
    spans = [[loaded(0, 4), Span(0, 4, "Doubt")]] * 4 + [[Span(0, 4, "Doubt"), Span(5, 9, "Doubt")]] * 16
    dataset = dataset_of(texts, spans)
    run = Evaluator(dataset, replace(QUICK, protocol=Protocol(folds=4))).run(
        task_of(dataset, "technique_given_span"), WORDS
    )
    scores = run.record.metrics["given_spans"].scores
    assert scores["f1"].value == pytest.approx(36 / 40)
    assert run.record.detector.layer == "technique_given_span"


def written(folder, rows):
    path = folder / "mine.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_file_is_scored_on_the_split_alone(dataset_of, tmp_path):
    dataset = vile(30, splits={"train": range(20), "test": range(20, 30)})(dataset_of)
    span = {"start": 0, "end": 4, "label": "Loaded_Language"}
    rows = [{"document": f"d{i}", "layer": "technique", "spans": [span]} for i in range(25)]
    evaluator = Evaluator(dataset, QUICK)
    file = read_predictions(written(tmp_path, rows), dataset, evaluator.scored)
    run = evaluator.score_file(task_of(dataset, "technique"), file)
    scores = run.record.metrics["ptc_flc"].scores
    assert (scores["precision"].value, scores["recall"].value) == (1, 0.5)
    assert (run.record.missing, run.record.dataset.documents) == (5, 10)
    assert run.record.detector.training is None


def test_a_file_of_given_spans_may_name_one_twice(dataset_of, tmp_path):
    dataset = dataset_of(["Vile plan."], [[Span(0, 4, "Doubt"), loaded(0, 4)]])
    task = task_of(dataset, "technique_given_span")
    spans = [{"start": 0, "end": 4, "label": label} for label in ("Loaded_Language", "Loaded_Language")]
    path = written(tmp_path, [{"document": "d0", "layer": task.layer, "spans": spans}])
    run = Evaluator(dataset, QUICK).score_file(task, read_predictions(path, dataset))
    assert run.record.metrics["given_spans"].scores["f1"].value == 0.5
    assert (
        Evaluator(dataset, QUICK).score_file(task_of(dataset, "technique"), read_predictions(path, dataset))
        is None
    )


def test_a_split_that_is_not_there_is_told(dataset_of):
    with pytest.raises(UsageError, match="dataset 'small' has no split 'dev'; known: test"):
        Evaluator(vile(20)(dataset_of), replace(QUICK, protocol=Protocol(split="dev")))


def test_documents_are_called_what_they_are(dataset_of, copy):
    nouns = {}
    for name, texts in {"sentences": ["One."] * 2, "documents": ["One. Two here."] * 2}.items():
        dataset = dataset_of(texts, [[]] * 2, name=name)
        run = Evaluator(dataset, QUICK).run(task_of(dataset, "technique"), Spec("copy"))
        nouns[name] = run.record.dataset.noun
    shipped = data.load("turkey_drones")
    run = Evaluator(shipped, QUICK).run(task_of(shipped, "technique"), Spec("copy"))
    assert {**nouns, "shipped": run.record.dataset.noun} == {
        "sentences": "sentence",
        "documents": "document",
        "shipped": "article",
    }


def test_units_that_are_not_decided_are_counted_and_not_scored(dataset_of, learner):
    labels = ["Biased", "Non-biased", ""] * 8
    texts = [f"{label or 'Undecided'} text {index}." for index, label in enumerate(labels)]
    units = [[Unit(0, len(t), (label,) if label else ())] for t, label in zip(texts, labels, strict=True)]
    dataset = dataset_of(texts, units={"bias": units}, unit="sentence")
    run = Evaluator(dataset, replace(QUICK, protocol=Protocol(folds=3))).run(task_of(dataset, "bias"), WORDS)
    assert run.record.undecided == 8
    assert run.record.labels == {"Biased": 8, "Non-biased": 8}
    assert run.statistics["classification"].sum() == 16
    whole = dataset_of(["Aaaa."] * 20, [[]] * 20)
    assert Evaluator(whole, QUICK).run(task_of(whole, "technique"), Spec("null")).record.undecided == 0


def test_frames_may_be_none_at_all(dataset_of):
    """Where a unit may have any number of labels, none is an answer and nothing is undecided."""
    units = [[Unit(0, 4, ())], [Unit(0, 4, ("Other", "Economic"))]] * 10
    dataset = dataset_of(["Aaaa"] * 20, units={"frame": units})
    run = Evaluator(dataset, QUICK).run(task_of(dataset, "frame"), Spec("null"))
    assert run.record.undecided == 0
