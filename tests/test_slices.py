"""Slices of a task: statistics, scores and intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.data import load
from benchmark.errors import UsageError
from benchmark.kept import Rescorer
from benchmark.metrics import METRICS
from benchmark.metrics.base import LabelSet
from benchmark.model import Note, Span, Unit
from benchmark.record import Score
from benchmark.run import Evaluator, Settings
from benchmark.scores import Resamples, scores_of
from benchmark.slices import score_of, slices
from benchmark.spec import Spec
from benchmark.tasks import task_of
from tests.slice_cases import RESAMPLES, predicted, rescorer_of, sliced, values, with_metadata

LINES = "Vile news\nAnn said it was vile today.\nA vile plan. A bad plan.\nMore of it."
DOUBT, LOADED = "Doubt", "Loaded_Language"


def many(dataset_of, texts, spans, **more):
    """Return a dataset with so many copies of texts that documents are resampled."""
    times = -(-20 // len(texts))
    return dataset_of(texts * times, spans * times, **more), times


def test_slices_by_label_are_the_scores_of_the_labels(dataset_of):
    gold = [Span(0, 4, LOADED), Span(10, 13, DOUBT)]
    found = [Span(0, 4, LOADED), Span(14, 18, DOUBT), Span(19, 21, LOADED)]
    dataset, times = many(dataset_of, [LINES], [gold])
    rescorer = rescorer_of(dataset, "technique")
    parts, metric = sliced(rescorer, "label", [found] * times, "exact")
    assert list(parts) == list(rescorer.labels)
    assert (parts[LOADED].gold, parts[LOADED].clusters, parts[LOADED].score) == (20, 20, f"f1:{LOADED}")
    assert values(parts[LOADED], metric)[f"f1:{LOADED}"] == pytest.approx(2 / 3)
    assert values(parts[DOUBT], metric)[f"f1:{DOUBT}"] == 0
    assert not any(part.recall_only for part in parts.values())
    known, _ = sliced(rescorer, "label", [found] * times, "exact", "recall")
    assert known[LOADED].score == f"recall:{LOADED}"


def test_a_metric_without_scores_of_labels_is_given_one_label(dataset_of):
    gold = [Span(0, 4, LOADED), Span(10, 13, DOUBT)]
    found = [Span(0, 4, LOADED), Span(10, 13, LOADED)]
    dataset, times = many(dataset_of, [LINES], [gold])
    parts, metric = sliced(rescorer_of(dataset, "technique"), "label", [found] * times, "ptc_si")
    assert (parts[LOADED].score, parts[LOADED].labels.names) == ("f1", (LOADED,))
    assert values(parts[LOADED], metric)["f1"] == pytest.approx(2 / 3)
    assert values(parts[DOUBT], metric)["f1"] == 0  # what is marked as another label does not find it


def test_a_classification_is_sliced_by_label_one_against_the_rest(dataset_of):
    units = [[Unit(0, 9, ("Biased",))], [Unit(0, 9, ("Non-biased",))]] * 10
    dataset = dataset_of(["Vile news"] * 20, units={"bias": units}, unit="sentence")
    found = [[Unit(0, 9, ("Biased",))]] * 20
    parts, metric = sliced(rescorer_of(dataset, "bias"), "label", found)
    assert [(part.name, part.gold, part.score) for part in parts.values()] == [
        ("Biased", 10, "f1:Biased"),
        ("Non-biased", 10, "f1:Non-biased"),
    ]
    assert values(parts["Biased"], metric)["f1:Biased"] == pytest.approx(2 / 3)


def test_scores_by_label_are_those_of_the_run(dataset_of):
    """Score, interval and share of undefined resamples are those that the run itself has."""
    dataset = load("fictional_news")
    run = Evaluator(dataset, Settings(resamples=300, metrics=("ptc_flc", "semeval13_partial"))).run(
        task_of(dataset, "technique"), Spec.parse("lexicon")
    )
    rescorer, resamples = Rescorer(dataset, run.record), Resamples(300, 0)
    for name, record in run.record.metrics.items():
        metric = rescorer.metric(name)
        for part in slices(rescorer, "label", run.predictions, metric, "f1"):
            own = record.scores[f"f1:{part.name}"]
            if run.record.labels[part.name]:
                assert shown(score_of(part, metric, resamples)) == pytest.approx(shown(own))
            else:
                assert score_of(part, metric, resamples) == Score(None)


def shown(score):
    return [-9 if value is None else value for value in (score.value, score.low, score.high, score.undefined)]


def test_an_empty_slice_has_no_score_and_no_clusters(dataset_of):
    """Whatever was predicted there: no gold is no score, also by a metric that says 0 for it."""
    dataset, times = many(dataset_of, ["Vile news\nNo more."], [[Span(10, 12, DOUBT)]])
    rescorer = rescorer_of(dataset, "technique")
    found = [[Span(0, 4, LOADED), Span(10, 12, DOUBT)]] * times
    for metric in ("ptc_flc", "exact", "ptc_si"):
        parts, built = sliced(rescorer, "section", found, metric)
        empty = parts["headline"]
        assert (empty.gold, empty.clusters) == (0, 0)
        assert not empty.statistics.any()
        assert empty.statistics.shape == parts["lead"].statistics.shape
        assert score_of(empty, built, Resamples(50, 0)) == Score(None)
        assert score_of(parts["lead"], built, Resamples(50, 0)) == Score(1.0, 1.0, 1.0, 0.0)


def test_a_slice_of_one_cluster_has_a_score_without_an_interval(dataset_of):
    dataset, times = many(dataset_of, [LINES], [[Span(0, 4, LOADED)]])
    dataset = with_metadata(dataset, [{"outlet": "rare"}] + [{"outlet": "common"}] * 19)
    parts, metric = sliced(rescorer_of(dataset, "technique"), "outlet", [[Span(0, 4, LOADED)]] * times)
    assert parts["rare"].clusters == 1
    assert score_of(parts["rare"], metric, Resamples(50, 0)) == Score(1.0, None, None, 0.0)


def test_the_interval_is_over_the_clusters_of_the_slice(dataset_of):
    dataset, _ = many(dataset_of, [LINES], [[Span(0, 4, LOADED)]])
    dataset = with_metadata(dataset, [{"outlet": "a"}] * 12 + [{"outlet": "b"}] * 8)
    found = [[Span(0, 4, LOADED)] if place % 3 else [Span(1, 4, LOADED)] for place in range(20)]
    rescorer = rescorer_of(dataset, "technique")
    parts, metric = sliced(rescorer, "outlet", found, "exact")
    resamples = Resamples(RESAMPLES, 3)
    assert [part.members.tolist() for part in parts.values()] == [
        [True] * 12 + [False] * 8,
        [False] * 12 + [True] * 8,
    ]
    for part in parts.values():
        alone = scores_of(metric, part.statistics[part.members], part.labels, resamples)["f1"]
        assert shown(score_of(part, metric, resamples)) == pytest.approx(shown(alone))
    assert parts["a"].statistics.shape == (20, 4 * len(rescorer.labels))
    assert not parts["a"].statistics[12:].any()


def test_a_macro_average_runs_over_the_labels_of_the_slice(dataset_of):
    units = [[Unit(0, 9, ("none",))], [Unit(0, 9, ("mild",))], [Unit(0, 9, ("strong",))]] * 8
    dataset = dataset_of(["Vile news"] * 24, units={"slant": units})
    dataset = with_metadata(dataset, [{"half": "1"}, {"half": "1"}, {"half": "2"}] * 8)
    found = [[Unit(0, 9, ("none",))], [Unit(0, 9, ("mild",))], [Unit(0, 9, ("mild",))]] * 8
    parts, metric = sliced(rescorer_of(dataset, "slant"), "half", found)
    assert parts["1"].labels.support == (8, 8, 0)
    assert values(parts["1"], metric)["macro_f1"] == 1.0
    assert values(parts["2"], metric)["macro_f1"] == 0.0


def test_what_only_gold_has_gives_recall_alone(dataset_of):
    gold = [Span(0, 4, LOADED, note=Note(("A", "B"))), Span(10, 25, LOADED, note=Note(("A",)))]
    found = [Span(0, 4, LOADED), Span(26, 30, LOADED)]
    dataset, times = many(dataset_of, [LINES], [gold])
    rescorer = rescorer_of(dataset, "technique")
    for by, names in (("support", ["1 annotator", "2 annotators"]), ("length", ["1 word", "4–9 words"])):
        parts, metric = sliced(rescorer, by, [found] * times, "exact")
        kept = {name: part for name, part in parts.items() if part.gold}
        assert list(kept) == names
        assert all((part.score, part.recall_only) == ("recall", True) for part in parts.values())
    assert values(kept["1 word"], metric)["recall"] == 1.0
    assert values(kept["4–9 words"], metric)["recall"] == 0.0


def test_a_metric_without_recall_cannot_say_it(dataset_of):
    class Odd:
        name = "odd"

        def scores(self, labels):
            return ("distance",)

        def per_document(self, gold, predicted, labels):
            return np.zeros((len(gold), 1))

        def finalize(self, totals, labels):
            return totals

    dataset, times = many(dataset_of, [LINES], [[Span(0, 4, LOADED)]])
    rescorer = rescorer_of(dataset, "technique")
    found = predicted(rescorer, [[]] * times)
    with pytest.raises(UsageError, match="metric 'odd' has no recall"):
        slices(rescorer, "length", found, Odd(), "distance")
    with pytest.raises(UsageError, match="metric 'odd' has no score 'f1'; known: distance"):
        slices(rescorer, "section", found, Odd(), "f1")
    parts = slices(rescorer, "label", found, Odd(), "distance")
    assert (parts[1].labels.names, parts[1].score) == ((parts[1].name,), "distance")


SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 12), st.sampled_from([LOADED, DOUBT])),
    max_size=5,
    unique=True,
)


@given(st.lists(st.tuples(SPANS, SPANS), min_size=1, max_size=4), st.sampled_from(["exact", "character"]))
def test_documents_of_all_values_add_up_to_the_whole(dataset_of, drawn, metric):
    gold, found = (
        [[Span(start, start + size, label) for start, size, label in own[side]] for own in drawn]
        for side in (0, 1)
    )
    times = -(-20 // len(drawn))
    dataset = dataset_of([LINES] * len(gold) * times, gold * times)
    dataset = with_metadata(
        dataset, [{"place": str(place % 3)} if place % 4 else {} for place in range(len(dataset.documents))]
    )
    rescorer = rescorer_of(dataset, "technique")
    parts, built = sliced(rescorer, "place", found * times, metric)
    whole = rescorer.statistics(built, predicted(rescorer, found * times))
    rows = {name: part.members for name, part in parts.items() if part.gold}
    for name, members in rows.items():
        assert np.array_equal(parts[name].statistics[members], whole[members])
    assert sum(part.gold for part in parts.values()) == sum(rescorer.labels.support)


@given(SPANS, SPANS)
def test_regions_share_out_the_letters_of_every_span(dataset_of, gold, found):
    """By character, the gold of the sections is the gold of the whole but for the breaks between them."""
    own, theirs = (
        [Span(start, start + size, label) for start, size, label in side] for side in (gold, found)
    )
    text = LINES.replace(" ", "x").replace(".", "y")
    dataset = dataset_of([text] * 20, [own] * 20)
    rescorer = rescorer_of(dataset, "technique")
    parts, built = sliced(rescorer, "section", [theirs] * 20, "character")
    whole = rescorer.statistics(built, predicted(rescorer, [theirs] * 20)).reshape(20, -1, 4)
    borders = [place for place, sign in enumerate(text) if sign == "\n"][:2]
    covered = {(s.label, place) for s in own for place in borders if s.start <= place < s.end}
    in_sections = sum(part.statistics.reshape(20, -1, 4)[0, :, 3].sum() for part in parts.values())
    assert in_sections == whole[0, :, 3].sum() - len(covered)


@pytest.mark.parametrize("name", [name for name in METRICS if name not in ("classification", "multilabel")])
def test_every_metric_of_spans_is_sliced_by_everything(dataset_of, name):
    note = Note(("A",))
    dataset, times = many(
        dataset_of, [LINES], [[Span(0, 4, LOADED, note=note), Span(10, 13, DOUBT, note=note)]]
    )
    dataset = with_metadata(dataset, [{"year": str(2000 + place % 3)} for place in range(20)])
    rescorer = rescorer_of(dataset, "technique")
    for by in ("label", "section", "quotation", "length", "support", "year"):
        parts, metric = sliced(rescorer, by, [[Span(0, 4, LOADED)]] * times, name, "f1")
        for part in parts.values():
            score = score_of(part, metric, Resamples(20, 0))
            assert (score.value is None) == (part.gold == 0)
            assert isinstance(part.labels, LabelSet)
