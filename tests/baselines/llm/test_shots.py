"""Which passages a model is shown."""

from __future__ import annotations

import time

import pytest

from baselines.llm.shots import LONGEST, choose
from benchmark.model import Annotation, Span, Unit
from benchmark.segmentation import segment

TEXT = "First line here.\nSecond line. It goes on.\n\nThird line.\nFourth line."


def annotated(spans=(), units=(), text=TEXT, name="d"):
    return Annotation(segment(name, text), "technique", tuple(spans), tuple(units))


MARKED = annotated([Span(0, 5, "A"), Span(10, 22, "B"), Span(43, 48, "A")])


def test_a_passage_is_a_paragraph_with_the_marks_in_it():
    found = {passage.text: passage for passage in choose([MARKED], 9, 0)}
    assert set(found) == {"First line here.", "Second line. It goes on.", "Third line.", "Fourth line."}
    assert found["First line here."].spans == (Span(0, 5, "A"), Span(10, 16, "B"))
    assert found["Second line. It goes on."].spans == (Span(17, 22, "B"),)
    assert found["Fourth line."].labels == frozenset()


def test_labels_are_covered_first_and_every_third_is_blank():
    for seed in range(10):
        first, second, third = choose([MARKED], 3, seed)
        assert first.labels | second.labels == {"A", "B"}
        assert third.text == "Fourth line."


def test_the_seed_decides():
    many = [annotated([Span(0, 5, "A")], text=f"Words number {n}.", name=str(n)) for n in range(30)]
    chosen = [tuple(p.document.id for p in choose(many, 5, seed)) for seed in (0, 0, 1)]
    assert chosen[0] == chosen[1] != chosen[2]
    assert len(set(chosen[0])) == 5


@pytest.mark.parametrize("unit", ["sentence", "paragraph", "document"])
def test_units_are_those_that_are_labelled(unit):
    document = segment("d", TEXT)
    every = [Unit(start, end, (str(number),)) for number, (start, end) in enumerate(document.every_unit)]
    passages = choose([annotated(units=every)], 9, 0, unit=unit, blanks=False)
    found = sorted((u.start, u.end) for passage in passages for u in passage.units)
    assert found == [tuple(pair) for pair in document.units(unit).tolist()]
    assert len(passages) == (1 if unit == "document" else 4)


def test_long_passages_are_passed_over_unless_there_are_no_others():
    long = annotated(text="word " * LONGEST, name="long")
    assert [p.document.id for p in choose([long, MARKED], 9, 0)].count("long") == 0
    assert [p.document.id for p in choose([long], 9, 0)] == ["long"]
    assert choose([], 3, 0) == []
    assert choose([MARKED], 0, 0) == []


def test_a_passage_counts_for_the_label_that_was_seen_least():
    # After "a" and "ab" were shown, label b was seen once and a twice: "bc" and "c" go before "a".
    labels = ["a", "ab", "bc", "a", "ab", "c", "a"]
    gold = [
        annotated(
            [Span(n, n + 1, label) for n, label in enumerate(held)], text=f"Text {n}", name=f"{n}{held}"
        )
        for n, held in enumerate(labels)
    ]
    for seed in range(20):
        shown = [passage.labels for passage in choose(gold, 7, seed, blanks=False)]
        seen = dict.fromkeys("abc", 0)
        for number, held in enumerate(shown):
            assert min(seen[label] for label in held) == min(seen[x] for left in shown[number:] for x in left)
            for label in held:
                seen[label] += 1


def test_a_few_of_thousands_are_chosen_soon():
    gold = [annotated([Span(0, 5, "AB"[n % 2])], text=f"Words number {n}.", name=str(n)) for n in range(4000)]
    began = time.process_time()
    assert len(choose(gold, 3, 0)) == 3
    assert time.process_time() - began < 2  # some hundredths of a second
