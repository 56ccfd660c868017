from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark import data
from benchmark.manifest import Kind
from benchmark.model import Annotation, Note, Portrayal, Span, Unit
from benchmark.rows import DocumentRow, row_of, schema
from benchmark.segmentation import segment

DOCUMENT = segment(
    "d", "Ünïcode “news” 🙂 about a\u2028vile \x00 plan.\n\nAnother line, of 20 words or so.\n"
)
LENGTH = len(DOCUMENT.text)

names = st.text(min_size=1, max_size=8)
edges = st.tuples(st.integers(0, LENGTH - 1), st.integers(1, LENGTH)).filter(lambda pair: pair[0] < pair[1])
supports = st.lists(names, max_size=3, unique=True).map(lambda given: tuple(sorted(given)))
confidences = st.none() | st.integers(1, 3)


def round_trip(annotation: Annotation, kind: Kind) -> Annotation:
    gold = annotation.annotator is None
    encoded = msgspec.json.encode(row_of(annotation, kind))
    return msgspec.json.decode(encoded, type=schema(kind, gold)).value(annotation.document)


def annotation(annotator: str | None, spans: list[Span]) -> Annotation:
    ordered = sorted(spans, key=lambda span: (span.start, span.end, span.label))
    return Annotation(DOCUMENT, "layer", spans=tuple(ordered), annotator=annotator)


@given(st.lists(st.tuples(edges, names, supports, st.booleans(), st.text(), st.none() | st.text())))
def test_gold_spans_come_back(
    given: list[tuple[tuple[int, int], str, tuple[str, ...], bool, str, str | None]],
) -> None:
    spans = [
        Span(*place, label, note=Note(who, None, quoted, why, rewrite))
        for place, label, who, quoted, why, rewrite in given
    ]
    gold = annotation(None, spans)
    assert round_trip(gold, "spans") == gold


@given(st.lists(st.tuples(edges, names, confidences, st.text(), supports)))
def test_marks_come_back(given: list[tuple[tuple[int, int], str, int | None, str, tuple[str, ...]]]) -> None:
    spans = [
        Span(*place, label, note=Note((), sure, True, why, None, also))
        for place, label, sure, why, also in given
    ]
    marks = annotation("A", spans)
    assert round_trip(marks, "spans") == marks


@given(st.lists(st.tuples(edges, names, st.integers(0, 9), supports, confidences)))
def test_relations_come_back(
    given: list[tuple[tuple[int, int], str, int, tuple[str, ...], int | None]],
) -> None:
    parts = [(*place, label, number, who, sure) for place, label, number, who, sure in given]
    gold = annotation(None, [Span(s, e, x, None, n, Note(support=who)) for s, e, x, n, who, _ in parts])
    marks = annotation("A", [Span(s, e, x, None, n, Note(confidence=sure)) for s, e, x, n, _, sure in parts])
    assert round_trip(gold, "relations") == gold
    assert round_trip(marks, "relations") == marks


@given(st.none() | names, st.lists(st.tuples(edges, supports)))
def test_units_come_back(annotator: str | None, given: list[tuple[tuple[int, int], tuple[str, ...]]]) -> None:
    units = tuple(Unit(*place, labels) for place, labels in given)
    labelled = Annotation(DOCUMENT, "layer", units=units, annotator=annotator)
    assert round_trip(labelled, "units") == labelled


@given(st.lists(st.tuples(names, st.lists(edges, max_size=3), confidences)))
def test_portrayals_come_back(given: list[tuple[str, list[tuple[int, int]], int | None]]) -> None:
    gold = tuple(Portrayal(name, None, "victim", len(places), 0) for name, places, _ in given)
    marks = tuple(
        Portrayal(name, "neutral", "none", evidence=tuple(places), confidence=sure)
        for name, places, sure in given
    )
    for portrayals, annotator in ((gold, None), (marks, "A")):
        made = Annotation(DOCUMENT, "layer", portrayals=portrayals, annotator=annotator)
        assert round_trip(made, "entities") == made


def test_a_span_without_a_note_gets_an_empty_one() -> None:
    bare = annotation(None, [Span(0, 3, "x")])
    assert round_trip(bare, "spans") == annotation(None, [Span(0, 3, "x", note=Note())])


def test_documents_come_back() -> None:
    document = segment("d", DOCUMENT.text, {"topic": "plans"})
    again = msgspec.json.decode(
        msgspec.json.encode(DocumentRow.of(document, "test")), type=DocumentRow
    ).value()
    assert again == document
    assert again.sentences.tolist() == document.sentences.tolist()
    assert again.tokens.tolist() == document.tokens.tolist()


@pytest.mark.parametrize("name", data.names())
def test_every_shipped_annotation_comes_back(name: str) -> None:
    dataset = data.load(name)
    for layer, gold in dataset.gold.items():
        marks = [mark for given in dataset.marks.get(layer, {}).values() for mark in given]
        for made in (*gold, *marks):
            assert round_trip(made, dataset.layers[layer].kind) == made
