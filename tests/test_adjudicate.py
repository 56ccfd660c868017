from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark import data
from benchmark.adjudicate import adjudicate_layer
from benchmark.manifest import Kind
from benchmark.model import Annotation, Document, Note, Portrayal, Span, Unit
from benchmark.segmentation import segment

TEXT = "One fine day the truly vile plan failed at last."
DOCUMENT = segment("d", TEXT)


def by(name: str, *spans: Span, document: Document = DOCUMENT) -> Annotation:
    return Annotation(document, "layer", spans=spans, annotator=name)


def mark(start: int, end: int, label: str = "x", confidence: int | None = None, rationale: str = "") -> Span:
    return Span(start, end, label, note=Note(confidence=confidence, rationale=rationale))


def part(start: int, end: int, label: str, relation: int = 0) -> Span:
    return Span(start, end, label, relation=relation, note=Note(confidence=2))


def edges(gold: Annotation) -> list[tuple[int, int, str]]:
    return [(span.start, span.end, span.label) for span in gold.spans]


def spans_of(*marks: Annotation) -> Annotation:
    return adjudicate_layer(DOCUMENT, "layer", "spans", marks)


def test_half_of_the_annotators_is_no_majority() -> None:
    assert edges(spans_of(by("A", mark(0, 3)), by("B"))) == []
    assert edges(spans_of(by("A", mark(0, 3)), by("B", mark(2, 5)), by("C"))) == [(0, 3, "x")]


def test_the_gold_span_is_the_modal_one_then_the_shortest_then_the_first() -> None:
    modal = spans_of(by("A", mark(0, 9)), by("B", mark(0, 9)), by("C", mark(0, 3)))
    shortest = spans_of(by("A", mark(0, 9)), by("B", mark(1, 8)), by("C", mark(0, 8)))
    first = spans_of(by("A", mark(4, 8)), by("B", mark(2, 6)), by("C", mark(3, 7)))
    assert [edges(gold) for gold in (modal, shortest, first)] == [[(0, 9, "x")], [(1, 8, "x")], [(2, 6, "x")]]


def test_marks_join_through_one_another_but_not_across_labels_or_where_they_only_touch() -> None:
    chain = spans_of(by("A", mark(0, 4)), by("B", mark(3, 8)), by("C", mark(7, 12)))
    assert chain.spans[0].note == Note(support=("A", "B", "C"))
    assert edges(spans_of(by("A", mark(0, 4)), by("B", mark(4, 8)))) == []
    assert edges(spans_of(by("A", mark(0, 4, "x")), by("B", mark(0, 4, "y")))) == []


def test_a_cluster_that_begins_inside_a_long_earlier_mark_belongs_to_it() -> None:
    gold = spans_of(by("A", mark(0, 20), mark(0, 3)), by("B", mark(10, 12)), by("C", mark(15, 30)))
    assert gold.spans[0].note == Note(support=("A", "B", "C"))
    assert len(gold.spans) == 1


def test_the_most_confident_exact_mark_speaks_then_the_first_by_name() -> None:
    longer = mark(0, 6, confidence=3, rationale="longer")
    said = spans_of(
        by("D", mark(0, 3, confidence=2, rationale="d")),
        by("A", mark(0, 3, confidence=1, rationale="a")),
        by("C", mark(0, 3, confidence=2, rationale="c")),
        by("B", longer),
    )
    assert said.spans[0].note == Note(support=("A", "B", "C", "D"), rationale="c")
    silent = spans_of(by("A", Span(0, 3, "x")), by("B", mark(0, 3, confidence=1, rationale="b")))
    assert silent.spans[0].note == Note(support=("A", "B"), rationale="b")


def test_less_specific_labels_and_confidence_stay_with_the_annotators() -> None:
    note = Note(confidence=3, quoted=True, rationale="r", rewrite="", also=("y",))
    gold = spans_of(by("A", Span(0, 3, "x", note=note)))
    assert gold.annotator is None
    assert gold.spans[0].note == Note(support=("A",), quoted=True, rationale="r", rewrite="")


def test_attributions_cluster_by_their_cues() -> None:
    marks = (
        by("A", part(4, 8, "source"), part(9, 12, "cue"), part(13, 22, "content")),
        by("B", part(4, 8, "source"), part(9, 12, "cue"), part(13, 27, "content")),
        by("C", part(9, 15, "cue", 7), part(13, 27, "content", 7)),
    )
    gold = adjudicate_layer(DOCUMENT, "layer", "relations", marks)
    assert edges(gold) == [(4, 8, "source"), (9, 12, "cue"), (13, 27, "content")]
    assert {span.relation for span in gold.spans} == {0}
    assert {span.note for span in gold.spans} == {Note(support=("A", "B", "C"))}


@pytest.mark.parametrize("kind", ["spans", "relations", "units", "entities"])
def test_of_nothing_comes_nothing(kind: Kind) -> None:
    gold = adjudicate_layer(DOCUMENT, "layer", kind, [by("A"), by("B")])
    assert gold == Annotation(DOCUMENT, "layer")


def test_a_source_that_most_leave_out_is_left_out() -> None:
    marks = (
        by("A", part(4, 8, "source"), part(9, 12, "cue"), part(13, 22, "content")),
        by("B", part(9, 12, "cue"), part(13, 22, "content")),
    )
    gold = adjudicate_layer(DOCUMENT, "layer", "relations", marks)
    assert edges(gold) == [(9, 12, "cue"), (13, 22, "content")]


def test_a_part_in_fragments_is_chosen_as_a_whole() -> None:
    split = [part(9, 10, "cue"), part(11, 12, "cue"), part(0, 3, "content"), part(20, 24, "content")]
    marks = (
        by("A", *split),
        by("B", *reversed(split)),
        by("C", part(10, 11, "cue"), part(0, 3, "content")),
    )
    gold = adjudicate_layer(DOCUMENT, "layer", "relations", marks)
    # C's cue lies between the fragments of the others, and counts as the same attribution.
    assert edges(gold) == [(0, 3, "content"), (9, 10, "cue"), (11, 12, "cue"), (20, 24, "content")]
    assert {span.note for span in gold.spans} == {Note(support=("A", "B", "C"))}


def test_two_attributions_may_share_a_source_and_are_numbered_by_their_cues() -> None:
    shared_source = [part(0, 3, "source", number) for number in (0, 1)]
    late = [part(20, 24, "cue", 0), part(25, 30, "content", 0)]
    early = [part(4, 8, "cue", 1), part(9, 12, "content", 1)]
    gold = adjudicate_layer(DOCUMENT, "layer", "relations", [by("A", *shared_source, *late, *early)])
    cues = {span.relation: span.start for span in gold.spans if span.label == "cue"}
    assert cues == {0: 4, 1: 20}
    assert [span.relation for span in gold.spans if span.label == "source"] == [0, 1]


def test_labels_of_units_stand_by_mean_rank_then_name() -> None:
    def labelled(name: str, *labels: str) -> Annotation:
        units = (Unit(0, len(TEXT), labels), Unit(0, 8, ("rare",) if name == "A" else ()))
        return Annotation(DOCUMENT, "layer", units=units, annotator=name)

    marks = (labelled("A", "b", "a", "c"), labelled("B", "a", "b"), labelled("C", "c", "b", "a"))
    gold = adjudicate_layer(DOCUMENT, "layer", "units", marks)
    # Mean ranks: b (0 + 1 + 1) / 3, a (1 + 0 + 2) / 3, c (2 + 0) / 2.
    assert gold.units == (Unit(0, 8, ()), Unit(0, len(TEXT), ("b", "a", "c")))


def test_entities_meet_by_their_aliases_and_lose_what_has_no_majority() -> None:
    def portraying(name: str, *given: tuple[str, str, str]) -> Annotation:
        portrayals = tuple(Portrayal(*fields, evidence=((0, 3),), confidence=2) for fields in given)
        return Annotation(DOCUMENT, "layer", portrayals=portrayals, annotator=name)

    marks = (
        portraying("A", ("The Plan", "negative", "victim"), ("day", "positive", "none")),
        portraying("B", ("plan", "negative", "none"), ("The plan", "positive", "victim")),
        portraying("C", ("plan", "neutral", "protagonist")),
    )
    gold = adjudicate_layer(DOCUMENT, "layer", "entities", marks, {"the plan": "plan"})
    assert gold.portrayals == (Portrayal("plan", "negative", None, 2, 1),)


def test_unusable_marks_are_refused() -> None:
    with pytest.raises(ValueError, match="annotators"):
        spans_of()
    with pytest.raises(ValueError, match="annotators"):
        spans_of(by("A"), by("A"))
    with pytest.raises(ValueError, match="annotators"):
        spans_of(Annotation(DOCUMENT, "layer"))
    with pytest.raises(ValueError, match="document e, layer layer"):
        spans_of(by("A", document=segment("e", TEXT)))
    with pytest.raises(ValueError, match="document d, layer other"):
        spans_of(replace(by("A"), layer="other"))
    with pytest.raises(ValueError, match="attribution 3 has no cue"):
        adjudicate_layer(DOCUMENT, "layer", "relations", [by("A", part(0, 3, "source", 3))])


marks_strategy = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 10), st.sampled_from("xy"), st.integers(1, 3)),
    max_size=6,
    unique_by=lambda given: given[:3],
).map(lambda given: tuple(mark(s, s + length, label, sure) for s, length, label, sure in given))
panels = st.lists(marks_strategy, min_size=1, max_size=5).map(
    lambda given: [by(name, *spans) for name, spans in zip("ABCDE", given, strict=False)]
)


@given(panels, st.randoms(use_true_random=False))
def test_order_of_annotators_and_marks_decides_nothing(panel: list[Annotation], random: Any) -> None:
    shuffled = [replace(m, spans=tuple(random.sample(m.spans, len(m.spans)))) for m in panel]
    random.shuffle(shuffled)
    assert spans_of(*shuffled) == spans_of(*panel)


@given(panels)
def test_gold_spans_of_one_label_never_overlap_and_each_was_marked(panel: list[Annotation]) -> None:
    gold = spans_of(*panel)
    assert [*gold.spans] == sorted(gold.spans, key=lambda span: (span.start, span.end, span.label))
    for label in "xy":
        own = [span for span in gold.spans if span.label == label]
        assert all(a.end <= b.start for a, b in pairwise(own))
    marked = {edge for annotation in panel for edge in edges(annotation)}
    assert set(edges(gold)) <= marked
    assert all(2 * len(span.note.support) > len(panel) for span in gold.spans if span.note)


@given(panels)
def test_adjudicating_the_gold_again_changes_nothing(panel: list[Annotation]) -> None:
    gold = spans_of(*panel)
    again = spans_of(replace(gold, annotator="A"))
    assert edges(again) == edges(gold)


@given(panels, st.integers(1, 50))
def test_shifting_all_marks_shifts_the_gold(panel: list[Annotation], shift: int) -> None:
    document = segment("d", " " * shift + TEXT)

    def shifted(annotation: Annotation) -> Annotation:
        moved = tuple(replace(s, start=s.start + shift, end=s.end + shift) for s in annotation.spans)
        return replace(annotation, document=document, spans=moved)

    gold = adjudicate_layer(document, "layer", "spans", [shifted(annotation) for annotation in panel])
    assert gold.spans == shifted(spans_of(*panel)).spans


def readjudicated(dataset: data.Dataset, layer: str) -> list[Annotation]:
    marks = dataset.marks[layer].values()
    kind = dataset.layers[layer].kind
    return [
        adjudicate_layer(document, layer, kind, [given[index] for given in marks], dataset.aliases)
        for index, document in enumerate(dataset.documents)
    ]


@pytest.mark.parametrize("name", data.names())
def test_shipped_gold_is_what_the_rule_makes(name: str) -> None:
    dataset = data.load(name)
    for layer in dataset.marks:
        assert tuple(readjudicated(dataset, layer)) == dataset.gold[layer]


def listed(annotation: Annotation) -> list[dict[str, Any]]:
    """Return spans as the shared gold lists them."""
    text = annotation.document.text
    return [
        {
            "start": span.start,
            "end": span.end,
            "text": text[span.start : span.end],
            "label": span.label,
            "support": list(span.note.support),
            "quoted": span.note.quoted,
            "rationale": span.note.rationale,
            "rewrite": span.note.rewrite,
        }
        for span in annotation.spans
        if span.note
    ]


def related(annotation: Annotation) -> list[dict[str, Any]]:
    """Return attributions as the shared gold lists them."""
    text = annotation.document.text
    found: dict[int | None, dict[str, Any]] = {}
    for span in annotation.spans:
        assert span.note
        empty = {"support": list(span.note.support), "source": None, "cue": None, "content": None}
        words = {"start": span.start, "end": span.end, "text": text[span.start : span.end]}
        found.setdefault(span.relation, empty)[span.label] = words
    return [found[number] for number in range(len(found))]


def frames_of(annotation: Annotation, unit: str) -> list[list[str]]:
    labels = {(unit.start, unit.end): list(unit.labels) for unit in annotation.units}
    return [labels[start, end] for start, end in annotation.document.units(unit).tolist()]


def portrayed(annotation: Annotation) -> list[dict[str, Any]]:
    return [
        {
            "entity": p.entity,
            "stance": p.stance,
            "stance_support": p.stance_support,
            "role": p.role,
            "role_support": p.role_support,
        }
        for p in annotation.portrayals
    ]


def test_the_article_comes_out_as_the_shared_gold(shared: Path) -> None:
    article = data.load("turkey_drones")
    gold = {layer: readjudicated(article, layer)[0] for layer in article.marks}
    ours = {
        "annotators": list(article.annotators),
        "technique": listed(gold["technique"]),
        "attribution_gap": listed(gold["attribution_gap"]),
        "attribution": related(gold["attribution"]),
        "frames": {
            "document": frames_of(gold["frame"], "document")[0],
            "units": frames_of(gold["frame"], "paragraph"),
        },
        "portrayal": portrayed(gold["portrayal"]),
    }
    assert ours == json.loads((shared / "article" / "gold.json").read_text(encoding="utf-8"))


def test_the_reports_come_out_as_the_shared_gold(shared: Path) -> None:
    reports = data.load("fictional_news")
    gold = {layer: readjudicated(reports, layer) for layer in reports.marks}
    ours: Sequence[dict[str, Any]] = [
        {
            "id": document.id,
            "annotators": list(reports.annotators),
            "technique": listed(gold["technique"][index]),
            "attribution_gap": listed(gold["attribution_gap"][index]),
            "frames": frames_of(gold["frame"][index], "document")[0],
        }
        for index, document in enumerate(reports.documents)
    ]
    lines = (shared / "fictional_news" / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    assert ours == [json.loads(line) for line in lines]
