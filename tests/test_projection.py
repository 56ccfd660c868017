"""What a task scores of gold and predictions."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from benchmark.model import Annotation, Prediction, Span, Unit, offsets
from benchmark.projection import clip, cluster_numbers, gold_scoring, overlapping, scoring, select
from benchmark.segmentation import segment
from benchmark.tasks import task_of, tasks_of

TEXT = "Headline here\n\nThe infamous duo met. They smiled.\nA last line"


def test_a_small_dataset_is_cut_into_its_paragraphs(dataset_of):
    crossing = Span(9, 34, "Doubt")
    dataset = dataset_of([TEXT], [[crossing, Span(19, 27, "Loaded_Language")]])
    ready = gold_scoring(task_of(dataset, "technique"), dataset)
    assert ready.clusters == "paragraph"
    assert [piece.document.id for piece in ready.gold] == ["d0#0", "d0#1", "d0#2"]
    assert [piece.document.text for piece in ready.gold] == TEXT.replace("\n\n", "\n").split("\n")
    covered = [[p.document.text[s.start : s.end] for s in p.spans] for p in ready.gold]
    assert covered == [["here"], ["The infamous duo me", "infamous"], []]
    assert dict(zip(ready.labels, ready.labels.support, strict=True))["Doubt"] == 2


def test_boundaries_of_a_paragraph_lie_inside_it(dataset_of):
    dataset = dataset_of([TEXT], [[]])
    ready = gold_scoring(task_of(dataset, "technique"), dataset)
    second = ready.gold[1].document
    assert [second.text[s:e] for s, e in second.sentences] == ["The infamous duo met.", "They smiled."]
    assert [second.text[s:e] for s, e in second.tokens][:3] == ["The", "infamous", "duo"]


def test_predictions_are_cut_like_gold(dataset_of):
    dataset = dataset_of([TEXT], [[]])
    ready = gold_scoring(task_of(dataset, "technique"), dataset)
    found = ready.project([Prediction("d0", "technique", (Span(0, len(TEXT), "Doubt"),))])
    assert [p.document for p in found] == ["d0#0", "d0#1", "d0#2"]
    assert [(s.start, s.end) for p in found for s in p.spans] == [(0, 13), (0, 34), (0, 11)]


def test_many_documents_stay_whole(dataset_of):
    dataset = dataset_of(["One. Two.\nThree."] * 20, [[Span(0, 12, "Doubt")]] * 20)
    ready = gold_scoring(task_of(dataset, "technique"), dataset)
    assert ready.clusters == "document"
    assert ready.gold[3].spans == (Span(0, 12, "Doubt"),)


def test_labels_of_other_tasks_are_left_out(dataset_of):
    dataset = dataset_of([TEXT], [[Span(0, 4, "Doubt"), Span(19, 27, "Loaded_Language")]])
    task = task_of(dataset, "loaded_language")
    spans, units = select(task, dataset.documents[0], dataset.gold["technique"][0])
    assert [span.label for span in spans] == ["Loaded_Language"]
    assert units == ()


def test_spans_that_differ_only_in_their_attribution_count_once(dataset_of):
    dataset = dataset_of([TEXT], [[]])
    task = task_of(dataset, "technique")
    twice = Prediction("d0", "technique", (Span(0, 4, "Doubt", relation=1), Span(0, 4, "Doubt", relation=0)))
    assert len(select(task, dataset.documents[0], twice)[0]) == 1


def test_a_sentence_is_loaded_where_a_loaded_span_touches_it(dataset_of):
    dataset = dataset_of([TEXT], [[Span(19, 27, "Loaded_Language"), Span(38, 42, "Doubt")]])
    ready = gold_scoring(task_of(dataset, "loaded_sentence"), dataset)
    assert [[u.labels for u in piece.units] for piece in ready.gold] == [
        [("neutral",)],
        [("loaded",), ("neutral",)],
        [("neutral",)],
    ]


def test_a_detector_may_label_sentences_itself(dataset_of):
    dataset = dataset_of([TEXT], [[]])
    ready = gold_scoring(task_of(dataset, "loaded_sentence"), dataset)
    units = (Unit(0, 13, ("loaded",)), Unit(0, len(TEXT), ("loaded",)))
    found = ready.project([Prediction("d0", "loaded_sentence", units=units)])
    assert [[u.labels for u in p.units] for p in found] == [[("loaded",)], [("neutral",)] * 2, [("neutral",)]]


def test_units_of_another_kind_are_left_out(dataset_of):
    paragraph = Unit(0, 13, ("Other",))
    dataset = dataset_of(
        [TEXT], units={"frame": [[paragraph, Unit(0, len(TEXT), ("Economic",))]]}, unit="paragraph"
    )
    ready = gold_scoring(task_of(dataset, "frame"), dataset)
    assert [piece.units for piece in ready.gold] == [(paragraph,), (), ()]
    whole = dataset_of([TEXT], units={"frame": [[paragraph, Unit(0, len(TEXT), ("Economic",))]]})
    ready = gold_scoring(task_of(whole, "frame"), whole)
    assert [piece.units for piece in ready.gold] == [(Unit(0, len(TEXT), ("Economic",)),)]
    assert ready.clusters == "document"


def test_the_tasks_of_a_dataset_are_those_it_has_gold_for(dataset_of):
    dataset = dataset_of([TEXT], [[]], units={"slant": [[Unit(0, len(TEXT), ("mild",))]]})
    assert [task.name for task in tasks_of(dataset)] == [
        "technique",
        "loaded_language",
        "technique_given_span",
        "loaded_sentence",
        "slant",
    ]


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 10)), max_size=8),
    st.lists(st.integers(1, 7), min_size=1, max_size=8),
)
def test_overlapping_is_what_comparing_every_pair_gives(marks, lengths):
    edges = np.cumsum([0, *lengths])
    units = offsets([(int(a), int(b)) for a, b in itertools.pairwise(edges)])
    spans = [Span(start, start + length, "x") for start, length in marks]
    slow = [any(s.start < end and s.end > start for s in spans) for start, end in units.tolist()]
    assert overlapping(units, spans).tolist() == slow


@given(st.text(alphabet="ab \n.", max_size=60), st.data())
def test_clipping_keeps_every_marked_character_of_the_paragraphs(text, data):
    document = segment("d", text)
    marks = data.draw(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=4))
    spans = tuple(Span(a, min(a + b, len(text)), "x") for a, b in marks if a < len(text))
    pieces = clip(Annotation(document, "technique", spans))
    marked = sorted(
        int(start) + place
        for piece, (start, _) in zip(pieces, document.paragraphs, strict=True)
        for place in {p for s in piece.spans for p in range(s.start, s.end)}
    )
    inside = {p for start, end in document.paragraphs.tolist() for p in range(start, end)}
    assert marked == sorted(inside & {p for s in spans for p in range(s.start, s.end)})


def test_a_task_scores_against_any_gold(dataset_of):
    dataset = dataset_of([TEXT], [[Span(0, 4, "Doubt")]])
    task = task_of(dataset, "technique")
    other = [Annotation(dataset.documents[0], "technique", (Span(5, 9, "Doubt"),))]
    assert scoring(task, dataset.documents, other).gold[0].spans == (Span(5, 9, "Doubt"),)


def test_groups_are_resampled_as_one(dataset_of):
    groups = ["a", None, "b", "a", None]
    dataset = dataset_of([TEXT] * 5, [[Span(0, 4, "Doubt")]] * 5, groups=groups, group="triplet")
    ready = gold_scoring(task_of(dataset, "technique"), dataset)
    # However few the documents, they are not cut: their groups are what is resampled.
    assert (ready.clusters, ready.size, len(ready.gold)) == ("triplet", 4, 5)
    assert ready.owner.tolist() == [0, 1, 2, 0, 3]
    statistics = np.arange(10.0).reshape(5, 2)
    assert ready.by_cluster(statistics).tolist() == [[6, 8], [2, 3], [4, 5], [8, 9]]


def test_a_dataset_of_groups_without_any_is_as_one_without(dataset_of):
    dataset = dataset_of([TEXT], [[]], group="triplet")
    ready = gold_scoring(task_of(dataset, "technique"), dataset)
    assert (ready.clusters, ready.size) == ("paragraph", 3)


def test_a_group_and_a_document_of_one_name_are_two_clusters(dataset_of):
    dataset = dataset_of(["a", "b", "c"], [[]] * 3, groups=["d1", None, "d1"])
    assert cluster_numbers(dataset.documents).tolist() == [0, 1, 0]


@given(st.lists(st.sampled_from(["a", "b", "c", None]), max_size=12), st.data())
def test_statistics_of_clusters_add_up(dataset_of, groups, data):
    dataset = dataset_of(["Text."] * len(groups), [[]] * len(groups), groups=groups, group="event")
    ready = scoring(
        task_of(dataset, "technique"), dataset.documents, dataset.gold["technique"], dataset.group
    )
    rows = data.draw(st.lists(st.integers(0, 9), min_size=len(ready.gold), max_size=len(ready.gold)))
    statistics = np.array(rows, dtype=float).reshape(-1, 1)
    found = ready.by_cluster(statistics)
    assert found.shape == (ready.size, 1)
    assert found.sum() == statistics.sum()
    for number in range(ready.size):
        assert found[number, 0] == sum(
            row for row, owner in zip(rows, ready.owner, strict=True) if owner == number
        )


def test_given_spans_are_kept_as_often_as_they_stand(dataset_of):
    spans = [Span(0, 4, "Doubt"), Span(0, 4, "Repetition")]
    dataset = dataset_of([TEXT] * 20, [spans] * 20)
    task = task_of(dataset, "technique_given_span")
    ready = gold_scoring(task, dataset)
    assert ready.gold[0].spans == tuple(spans)
    twice = (Span(0, 4, "Doubt"),) * 2
    assert select(task, dataset.documents[0], Prediction("d0", task.layer, twice)) == (twice, ())
    assert dict(zip(ready.labels, ready.labels.support, strict=True))["Repetition"] == 20
