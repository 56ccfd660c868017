from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss

from benchmark.curves import (
    ANSWERS,
    AT_EVERY,
    ENDS,
    KEEPS,
    NO_PROBABILITIES,
    NO_THRESHOLD,
    NOT_ALL,
    OF_SPANS,
    SUMS,
    UNSCORED,
    curve_of,
)
from benchmark.errors import DetectorWarning, UsageError
from benchmark.kept import Rescorer
from benchmark.metrics.span import Exact
from benchmark.model import Prediction, Span, Unit
from benchmark.predictions import PredictionsFile
from benchmark.protocol import Protocol, divide
from benchmark.provenance import Training
from benchmark.run import Evaluator, Settings
from benchmark.stats.curves import area
from benchmark.tasks import TASKS, task_of

LENGTH = 70
LOADED = "Loaded_Language"


def made(dataset, task, predictions, *, layer=None, training=None):
    """Return the rescorer of a run that gave these predictions, and the predictions."""
    bound = task_of(dataset, task)
    layer = layer or bound.layer
    given = tuple(
        replace(prediction, layer=layer, document=document.id)
        for prediction, document in zip(predictions, dataset.documents, strict=True)
    )
    file = PredictionsFile(Path("file"), "0", {layer: given}, {layer: 0}, title="file")
    run = Evaluator(dataset, Settings(resamples=100, protocol=Protocol(folds=3))).score_file(bound, file)
    record = replace(run.record, detector=replace(run.record.detector, training=training))
    return Rescorer(dataset, record), given


def curve(dataset, task, predictions, metric=None, score=None, **more):
    rescorer, given = made(dataset, task, predictions, **more)
    headline = rescorer.record.headline
    return curve_of(rescorer, given, rescorer.metric(metric or headline[0]), score or headline[1])


def headline_of(rescorer, predictions, name):
    metric = rescorer.metric(rescorer.record.headline[0])
    values = metric.finalize(rescorer.statistics(metric, predictions).sum(axis=0), rescorer.labels)
    return dict(zip(metric.scores(rescorer.labels), values.tolist(), strict=True))[name]


def random_text(rng):
    """Return two paragraphs of words that no other text has, so that no two are near-duplicates."""
    words = ["".join(rng.choice(list("abcdefghijklmnop"), 5)) for _ in range(14)]
    first, second, third = " ".join(words[:4]), " ".join(words[4:8]), " ".join(words[8:])
    return f"{first.title()}. {second.title()}.\n\n{third.title()}."


def random_spans(rng, count, labels=(LOADED, "Doubt"), scored=True):
    spans = []
    for _ in range(count):
        start = int(rng.integers(0, LENGTH - 12))
        score = float(rng.integers(1, 10)) / 10 if scored else None
        spans.append(Span(start, start + int(rng.integers(1, 12)), str(rng.choice(labels)), score))
    return tuple({(span.start, span.end, span.label): span for span in spans}.values())


def span_data(dataset_of, articles, seed=0):
    rng = np.random.default_rng(seed)
    gold = [random_spans(rng, 4, scored=False) for _ in range(articles)]
    dataset = dataset_of([random_text(rng) for _ in range(articles)], gold)
    return dataset, [Prediction("", "", random_spans(rng, 6)) for _ in range(articles)]


def kept_from(predictions, threshold):
    return [
        replace(one, spans=tuple(span for span in one.spans if span.score >= threshold))
        for one in predictions
    ]


@pytest.mark.parametrize("articles", [6, 25])
@pytest.mark.parametrize("metric", ["overlap", "ptc_flc", "token"])
def test_each_point_is_the_score_of_the_spans_from_its_threshold_on(dataset_of, articles, metric):
    """Six articles are cut into their paragraphs."""
    dataset, predictions = span_data(dataset_of, articles)
    rescorer, given = made(dataset, "technique", predictions)
    built = rescorer.metric(metric)
    names = built.scores(rescorer.labels)
    found = curve_of(rescorer, given, built, "macro_f1")
    assert [point.threshold for point in found.points] == sorted({s.score for p in given for s in p.spans})[
        ::-1
    ]
    for point in found.points:
        totals = rescorer.statistics(built, kept_from(given, point.threshold)).sum(axis=0)
        values = built.finalize(totals, rescorer.labels)
        expected = [values[names.index(name)] for name in ("precision", "recall", "f1", "macro_f1")]
        got = (point.precision, point.recall, point.f1, point.score)
        assert got == pytest.approx([None if np.isnan(value) else value for value in expected])
    assert found.as_run == pytest.approx(found.points[-1].score)
    assert found.used == 0.1
    assert found.ap == pytest.approx(
        area(np.array([p.precision for p in found.points]), np.array([p.recall for p in found.points]))
    )
    assert not found.complete
    assert found.reasons == {"curve": ENDS}
    assert (found.chance, found.ece, found.brier, found.bins) == (None, None, None, ())


def test_labels_have_their_own_average_precision_where_the_metric_has(dataset_of):
    dataset, predictions = span_data(dataset_of, 25)
    found = curve(dataset, "technique", predictions, "exact", "f1")
    assert set(found.by_label) == set(dataset.layers["technique"].labels)
    assert found.by_label["Repetition"] is None  # has no gold
    alone = [
        Prediction("", "", tuple(span for span in one.spans if span.label == LOADED)) for one in predictions
    ]
    assert curve(dataset, "technique", alone, "exact", "f1").by_label[LOADED] == found.by_label[LOADED]
    assert curve(dataset, "technique", predictions, "ptc_si", "f1").by_label == {}


def brute_force(rescorer, predictions, thresholds, kept, protocol):
    """Choose each fold's threshold by scoring the other folds' documents anew."""
    metric = rescorer.metric(rescorer.record.headline[0])
    column = metric.scores(rescorer.labels).index(rescorer.record.headline[1])
    by_document = {
        threshold: np.stack(
            [
                metric.per_document([gold], [one], rescorer.labels)[0]
                for gold, one in zip(
                    rescorer.scoring.gold, rescorer.project(kept(predictions, threshold)), strict=True
                )
            ]
        )
        for threshold in thresholds
    }
    total, chosen = 0.0, []
    for part in divide(rescorer.dataset, protocol, rescorer.task).parts:
        values = [
            metric.finalize(by_document[threshold][part.train].sum(axis=0), rescorer.labels)[column]
            for threshold in thresholds
        ]
        best = max(range(len(thresholds)), key=lambda i: (-np.inf if np.isnan(values[i]) else values[i], i))
        chosen.append(thresholds[best])
        total = total + by_document[thresholds[best]][part.test].sum(axis=0)
    return tuple(chosen), metric.finalize(total, rescorer.labels)[column]


def test_thresholds_are_chosen_on_other_documents(dataset_of):
    dataset, predictions = span_data(dataset_of, 25)
    rescorer, given = made(dataset, "technique", predictions)
    found = curve_of(rescorer, given, rescorer.metric("ptc_flc"), "f1")
    thresholds = [point.threshold for point in found.points]
    chosen, score = brute_force(rescorer, given, thresholds, kept_from, Protocol(folds=7))
    assert found.fitted.thresholds == chosen
    assert found.fitted.score == pytest.approx(score)
    assert not found.fitted.own


def test_the_folds_are_those_of_the_runs_own_cross_validation(dataset_of):
    dataset, predictions = span_data(dataset_of, 25, seed=1)
    training = Training(dataset.name, "1", "0", 25, folds=4, seed=9, grouped=False)
    rescorer, given = made(dataset, "technique", predictions, training=training)
    found = curve_of(rescorer, given, rescorer.metric("ptc_flc"), "f1")
    thresholds = [point.threshold for point in found.points]
    protocol = Protocol(folds=4, seed=9, grouped=False)
    chosen, score = brute_force(rescorer, given, thresholds, kept_from, protocol)
    assert (found.fitted.thresholds, found.fitted.own) == (chosen, True)
    assert found.fitted.score == pytest.approx(score)
    trained = replace(training, folds=0)
    assert not curve(dataset, "technique", predictions, training=trained).fitted.own


def test_of_one_document_no_threshold_is_chosen(dataset_of):
    dataset, predictions = span_data(dataset_of, 1)
    found = curve(dataset, "technique", predictions)
    assert found.fitted is None
    assert "one group alone" in found.reasons["fitted"]
    assert found.points


def test_of_equal_spans_the_surest_counts(dataset_of):
    """Two attributions share a source: the task scores it once, from the higher threshold on."""
    gold = [[Span(0, 3, LOADED)]] * 2
    twice = (Span(0, 3, LOADED, 0.9, relation=0), Span(0, 3, LOADED, 0.2, relation=1))
    dataset = dataset_of(["Bad day", "Bad news"], gold)
    for order in (twice, twice[::-1]):
        found = curve(dataset, "technique", [Prediction("", "", order)] * 2)
        assert [(point.threshold, point.recall) for point in found.points] == [(0.9, 1.0)]


def test_spans_without_a_score_stand_at_every_threshold(dataset_of):
    gold = [[Span(0, 3, LOADED)]] * 2
    mixed = (Span(0, 3, LOADED), Span(4, 6, LOADED, 0.5))
    dataset = dataset_of(["Bad day here", "Bad news here"], gold)
    found = curve(dataset, "technique", [Prediction("", "", mixed), Prediction("", "")])
    assert [(point.threshold, point.recall) for point in found.points] == [(0.5, 0.5)]
    assert found.reasons["curve"] == f"{ENDS}; {AT_EVERY}"


def test_without_scores_there_is_no_curve(dataset_of):
    dataset, predictions = span_data(dataset_of, 3)
    bare = [Prediction("", "", tuple(replace(span, score=None) for span in p.spans)) for p in predictions]
    assert curve(dataset, "technique", bare) is None
    assert curve(dataset, "technique", [Prediction("", "")] * 3) is None


def test_a_score_that_the_metric_lacks_is_refused(dataset_of):
    dataset, predictions = span_data(dataset_of, 3)
    with pytest.raises(UsageError, match="has no score 'mcc'; it has precision"):
        curve(dataset, "technique", predictions, "exact", "mcc")


class HalfMetric(Exact):
    """Has one score alone, as another package's metric may."""

    def scores(self, labels):
        return ("credit",)

    def finalize(self, totals, labels):
        return super().finalize(totals, labels)[..., 2:3]


def test_a_metric_without_precision_and_recall_has_thresholds_but_no_area(dataset_of):
    dataset, predictions = span_data(dataset_of, 25)
    rescorer, given = made(dataset, "technique", predictions)
    found = curve_of(rescorer, given, HalfMetric(), "credit")
    assert found.points[-1].score == found.as_run
    assert (found.points[0].precision, found.points[0].f1, found.ap, found.by_label) == (None, None, None, {})
    assert len(found.fitted.thresholds) == 7


def test_with_many_spans_fewer_thresholds_are_tried(dataset_of, monkeypatch):
    dataset, predictions = span_data(dataset_of, 25)
    scored = np.linspace(0, 1, 25 * 6).tolist()
    spread = [
        Prediction("", "", tuple(replace(span, score=scored.pop()) for span in one.spans))
        for one in predictions
    ]
    assert len(curve(dataset, "technique", spread).points) > 100
    monkeypatch.setattr("benchmark.curves.MOST_COUNTED", 1)
    assert len(curve(dataset, "technique", spread).points) == 25


# Units


def units_data(dataset_of, layer, labels, count=40, several=False, seed=0):
    """Return a dataset of one-unit documents, and random probabilities that lean to the truth."""
    rng = np.random.default_rng(seed)
    texts = [random_text(rng).replace("\n\n", " ") for _ in range(count)]
    chances = rng.dirichlet(np.ones(len(labels)), count)
    truth = np.eye(len(labels), dtype=bool)[[rng.choice(len(labels), p=row) for row in chances]]
    if several:
        truth |= rng.random(truth.shape) < 0.2
    gold = [
        [Unit(0, len(text), tuple(label for label, held in zip(labels, row, strict=True) if held))]
        for text, row in zip(texts, truth, strict=True)
    ]
    # Sixty-fourths, so that 1 less a probability is exact.
    return dataset_of(texts, units={layer: gold}), (chances * 64).round() / 64, truth


def answers(dataset, labels, chances, given, *, every=True):
    """Return predictions with the labels that `given` says of a row of probabilities."""
    found = []
    for document, row in zip(dataset.documents, chances.tolist(), strict=True):
        chosen = given(row)
        scores = dict(zip(labels, row, strict=True))
        unit = Unit(
            0,
            len(document.text),
            tuple(labels[number] for number in chosen),
            tuple(row[number] for number in chosen),
            scores if every else None,
        )
        found.append(Prediction(document.id, "", units=(unit,)))
    return found


def likeliest(row):
    return [int(np.argmax(row))]


BIAS = ("Biased", "Non-biased")


@pytest.mark.parametrize("every", [True, False])
def test_a_pair_of_labels_is_judged_by_the_first(dataset_of, every):
    """A score from 0 to 1 of the one label that was given tells that of the other."""
    dataset, chances, truth = units_data(dataset_of, "bias", BIAS)
    chances[:, 1] = 1 - chances[:, 0]
    predictions = answers(dataset, BIAS, chances, likeliest, every=every)
    rescorer, given = made(dataset, "bias", predictions)
    found = curve_of(rescorer, given, rescorer.metric("classification"), "macro_f1")
    assert found.ap == pytest.approx(average_precision_score(truth[:, 0], chances[:, 0]))
    assert found.by_label["Non-biased"] == pytest.approx(average_precision_score(truth[:, 1], chances[:, 1]))
    assert found.brier == pytest.approx(brier_score_loss(truth[:, 0], chances[:, 0]))
    assert found.complete
    assert found.chance == truth[:, 0].mean()
    assert found.used is None
    assert found.reasons == {}
    sure, right = chances.max(axis=1), truth[np.arange(40), chances.argmax(axis=1)]
    assert sum(one.n for one in found.bins) == 40
    inside = (sure >= 0.6) & (sure < 0.7)
    assert found.bins[6].right == pytest.approx(right[inside].mean())
    assert found.bins[6].confidence == pytest.approx(sure[inside].mean())

    def relabelled(predictions, threshold):
        return [
            replace(
                one,
                units=tuple(replace(u, labels=(BIAS[int(p < threshold)],), scores=None) for u in one.units),
            )
            for one, p in zip(predictions, chances[:, 0].tolist(), strict=True)
        ]

    for point in found.points:
        again = headline_of(rescorer, relabelled(given, point.threshold), "macro_f1")
        assert point.score == pytest.approx(again)
    thresholds = [point.threshold for point in found.points]
    fitted = brute_force(rescorer, given, thresholds, relabelled, Protocol(folds=7))
    assert found.fitted.thresholds == fitted[0]
    assert found.fitted.score == pytest.approx(fitted[1])


def test_labels_that_may_be_several_are_decided_one_by_one(dataset_of):
    frames = ("Economic", "Political", "Other")
    dataset, chances, truth = units_data(dataset_of, "frame", frames, several=True)
    predictions = answers(dataset, frames, chances, lambda row: [i for i, p in enumerate(row) if p >= 0.4])
    rescorer, given = made(dataset, "frame", predictions)
    found = curve_of(rescorer, given, rescorer.metric("multilabel"), "f1")
    assert found.ap == pytest.approx(average_precision_score(truth.ravel(), chances.ravel()))
    for number, label in enumerate(frames):
        expected = average_precision_score(truth[:, number], chances[:, number])
        assert found.by_label[label] == pytest.approx(expected)
    assert found.brier == pytest.approx(brier_score_loss(truth.ravel(), chances.ravel()))
    assert sum(one.n for one in found.bins) == 120
    # Some unit has no label, so each threshold alone decides: the headline is the F1 of the decisions.
    assert [point.score for point in found.points] == pytest.approx([point.f1 for point in found.points])
    at = [point for point in found.points if point.threshold >= 0.4][-1]
    assert found.as_run == pytest.approx(at.score)
    assert found.reasons == {}


def test_a_unit_keeps_its_likeliest_label_where_each_was_given_one(dataset_of):
    frames = ("Economic", "Political", "Other")
    dataset, chances, truth = units_data(dataset_of, "frame", frames, several=True)
    predictions = answers(dataset, frames, chances, likeliest)
    found = curve(dataset, "frame", predictions)
    top = truth[np.arange(40), chances.argmax(axis=1)].sum()
    highest = found.points[0]
    assert highest.score == pytest.approx(2 * top / (40 + truth.sum()))
    assert highest.f1 < highest.score
    assert found.reasons == {"points": KEEPS}
    assert found.used is None


def test_scores_of_given_labels_alone_make_a_curve_of_answers(dataset_of):
    frames = ("Economic", "Political", "Other")
    dataset, chances, truth = units_data(dataset_of, "frame", frames, several=True)
    predictions = answers(
        dataset, frames, chances, lambda row: [i for i, p in enumerate(row) if p >= 0.4], every=False
    )
    found = curve(dataset, "frame", predictions)
    given = chances >= 0.4
    assert found.points[-1].recall == pytest.approx((truth & given).sum() / truth.sum())
    assert found.points[-1].precision == pytest.approx(truth[given].mean())
    assert found.as_run == pytest.approx(found.points[-1].score)
    assert not found.complete
    assert (found.chance, found.brier, found.used) == (None, None, chances[given].min())
    assert found.reasons == {"curve": ANSWERS, "brier": NOT_ALL}
    assert sum(one.n for one in found.bins) == given.sum()


OPINION = ("fact", "opinion", "mixed")


def test_of_one_of_several_labels_no_threshold_decides(dataset_of):
    dataset, chances, truth = units_data(dataset_of, "opinion", OPINION)
    chances[:, 2] = 1 - chances[:, :2].sum(axis=1)
    found = curve(dataset, "opinion", answers(dataset, OPINION, chances, likeliest))
    assert found.ap == pytest.approx(average_precision_score(truth.ravel(), chances.ravel()))
    expected = brier_score_loss(truth.argmax(axis=1), chances, labels=[0, 1, 2])
    assert found.brier == pytest.approx(expected)
    assert found.fitted is None
    assert {point.score for point in found.points} == {None}
    assert found.reasons == {"fitted": NO_THRESHOLD}
    assert sum(one.n for one in found.bins) == 40


def test_probabilities_that_do_not_sum_to_one_are_told(dataset_of):
    dataset, chances, _ = units_data(dataset_of, "opinion", OPINION)
    found = curve(dataset, "opinion", answers(dataset, OPINION, chances / 2, likeliest))
    assert found.reasons["probabilities"] == SUMS


def test_a_label_that_all_scores_lack_could_not_be_given(dataset_of):
    """It has probability 0 in the Brier score, and its gold is never found."""
    dataset, chances, truth = units_data(dataset_of, "opinion", OPINION)
    predictions = [
        replace(one, units=tuple(replace(u, all_scores={"fact": u.all_scores["fact"]}) for u in one.units))
        for one in answers(dataset, OPINION, chances, lambda row: [0])
    ]
    found = curve(dataset, "opinion", predictions)
    zeros = np.stack([chances[:, 0], np.zeros(40), np.zeros(40)], axis=1)
    assert found.brier == pytest.approx(((zeros - truth) ** 2).sum() / 40)
    assert found.complete
    assert found.points[-1].recall == pytest.approx(truth[:, 0].sum() / 40)


def test_scores_that_are_no_probabilities_have_no_calibration(dataset_of):
    dataset, chances, truth = units_data(dataset_of, "bias", BIAS)
    margins = np.stack([chances[:, 0] * 4 - 2, 2 - chances[:, 0] * 4], axis=1)
    found = curve(dataset, "bias", answers(dataset, BIAS, margins, likeliest))
    assert found.ap == pytest.approx(average_precision_score(truth[:, 0], chances[:, 0]))
    assert (found.ece, found.brier, found.bins) == (None, None, ())
    assert found.reasons == {"ece": NO_PROBABILITIES, "brier": NO_PROBABILITIES}
    alone = curve(dataset, "bias", answers(dataset, BIAS, margins, likeliest, every=False))
    assert not alone.complete
    assert alone.reasons == {"curve": ANSWERS, "ece": NO_PROBABILITIES, "brier": NOT_ALL}
    positive = margins[:, 0] >= 0
    assert alone.points[-1].recall == pytest.approx(truth[positive, 0].sum() / truth[:, 0].sum())
    assert alone.as_run == pytest.approx(alone.points[-1].score)


def test_units_that_nothing_was_said_of_are_counted(dataset_of):
    """They are wrong at every threshold, as in the run, and stand in no calibration."""
    dataset, chances, truth = units_data(dataset_of, "bias", BIAS)
    chances[:, 1] = 1 - chances[:, 0]
    predictions = answers(dataset, BIAS, chances, likeliest)
    predictions[:5] = [Prediction("", "")] * 5
    found = curve(dataset, "bias", predictions)
    assert found.unscored == 5
    assert found.complete
    assert sum(one.n for one in found.bins) == 35
    assert found.brier == pytest.approx(brier_score_loss(truth[5:, 0], chances[5:, 0]))
    assert found.points[-1].recall == pytest.approx(truth[5:, 0].sum() / truth[:, 0].sum())


def test_answers_without_a_score_beside_others_stand_at_every_threshold(dataset_of):
    dataset, chances, _ = units_data(dataset_of, "bias", BIAS)
    chances[:, 1] = 1 - chances[:, 0]
    predictions = answers(dataset, BIAS, chances, likeliest, every=False)
    end = len(dataset.documents[0].text)
    predictions[0] = Prediction("", "", units=(Unit(0, end, ("Biased",)),))
    found = curve(dataset, "bias", predictions)
    assert found.reasons == {"curve": f"{ANSWERS}; {AT_EVERY}", "ece": UNSCORED, "brier": UNSCORED}
    assert max(point.threshold for point in found.points) <= 1


def test_undecided_units_are_left_out(dataset_of):
    dataset, chances, truth = units_data(dataset_of, "bias", BIAS)
    gold = list(dataset.gold["bias"])
    gold[:4] = [replace(one, units=tuple(replace(u, labels=()) for u in one.units)) for one in gold[:4]]
    dataset = replace(dataset, gold={"bias": tuple(gold)})
    found = curve(dataset, "bias", answers(dataset, BIAS, chances, likeliest))
    assert found.ap == pytest.approx(average_precision_score(truth[4:, 0], chances[4:, 0]))
    assert sum(one.n for one in found.bins) == 36


def test_without_scores_of_the_units_that_are_scored_there_is_no_curve(dataset_of):
    dataset, chances, _ = units_data(dataset_of, "bias", BIAS)
    bare = [
        replace(one, units=tuple(replace(u, scores=None, all_scores=None) for u in one.units))
        for one in answers(dataset, BIAS, chances, likeliest)
    ]
    assert curve(dataset, "bias", bare) is None
    elsewhere = [Prediction("", "", units=(Unit(0, 4, ("Biased",), (0.5,)),)) for _ in dataset.documents]
    with pytest.warns(DetectorWarning, match="labelled 40 units, and none of the documents that are scored"):
        assert curve(dataset, "bias", elsewhere) is None


# Spans that are read as labels of units


@pytest.mark.parametrize("articles", [6, 25])
def test_a_sentence_has_the_highest_score_of_the_spans_that_touch_it(dataset_of, articles):
    dataset, predictions = span_data(dataset_of, articles, seed=2)
    rescorer, given = made(dataset, "loaded_sentence", predictions, layer="technique")
    found = curve_of(rescorer, given, rescorer.metric("classification"), "mcc")
    for point in found.points:
        kept = kept_from(given, point.threshold)
        assert point.precision == pytest.approx(headline_of(rescorer, kept, "precision"))
        assert point.recall == pytest.approx(headline_of(rescorer, kept, "recall"))
        assert point.f1 == pytest.approx(headline_of(rescorer, kept, "f1"))
        score = headline_of(rescorer, kept, "mcc")
        assert point.score == pytest.approx(None if np.isnan(score) else score)
    assert found.used == found.points[-1].threshold
    assert set(found.by_label) == {"loaded"}
    assert (found.complete, found.ece, found.brier) == (False, None, None)
    assert found.reasons == {"curve": ENDS, "ece": OF_SPANS, "brier": OF_SPANS}
    assert found.as_run == pytest.approx(found.points[-1].score)


def test_spans_without_a_score_mark_their_sentence_at_every_threshold(dataset_of):
    dataset = dataset_of(["Bad day. Bad night."] * 2, [[Span(0, 3, LOADED)]] * 2)
    spans = (Span(0, 3, LOADED), Span(9, 12, LOADED, 0.5))
    predictions = [Prediction("", "", spans), Prediction("", "", spans[:1])]
    found = curve(dataset, "loaded_sentence", predictions, layer="technique")
    assert [(point.threshold, point.recall) for point in found.points] == [(0.5, 1.0)]
    assert found.reasons["curve"] == f"{ENDS}; {AT_EVERY}"
    assert curve(dataset, "loaded_sentence", [predictions[1]] * 2, layer="technique") is None


def test_a_sentence_that_is_not_mentioned_is_not_marked(dataset_of):
    """So `benchmark.projection` reads predictions in the task's own layer."""
    dataset = dataset_of(["Bad day. Bad night."] * 2, [[Span(0, 3, LOADED)]] * 2)
    predictions = [Prediction("", "", units=(Unit(0, 8, ("loaded",), (0.7,)),))] * 2
    found = curve(dataset, "loaded_sentence", predictions, "classification", "f1")
    assert [(point.threshold, point.score) for point in found.points] == [(0.7, 1.0)]
    assert not found.complete
    assert found.unscored == 0


def test_degrees_read_from_spans_have_no_curve(dataset_of):
    texts = [f"Bad day number {number}." for number in range(6)]
    labels = ["none", "mild", "strong"] * 2
    units = {"slant": [[Unit(0, len(t), (label,))] for t, label in zip(texts, labels, strict=True)]}
    dataset = dataset_of(texts, [[Span(0, 3, LOADED)]] * 6, units)
    predictions = [Prediction("", "", (Span(0, 3, LOADED, 0.5),))] * 6
    assert curve(dataset, "slant", predictions, layer="technique") is None
    own = [Prediction("", "", units=(Unit(0, len(t), ("mild",), (0.5,)),)) for t in texts]
    assert curve(dataset, "slant", own).of == "units and labels"


def test_labels_of_given_spans_are_answers_alone(dataset_of):
    """A span that is given twice with one label is no span that stands twice: both scores count."""
    assert TASKS.get("technique_given_span").given
    gold = [[Span(0, 3, LOADED), Span(0, 3, "Doubt")]] * 2
    dataset = dataset_of(["Bad day", "Bad news"], gold)
    spans = (Span(0, 3, LOADED, 0.9), Span(0, 3, LOADED, 0.2))
    found = curve(dataset, "technique_given_span", [Prediction("", "", spans)] * 2)
    assert [(p.threshold, p.precision, p.recall) for p in found.points] == [(0.9, 1, 0.5), (0.2, 0.5, 0.5)]
    assert found.reasons == {"curve": ANSWERS}
