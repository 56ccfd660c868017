"""What is learned of gold, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import tiny_transformer as tiny

from baselines.neural.lesson import IGNORED, Lesson, examples, painted, split, token_classes, unit_target
from baselines.neural.windows import windows_of
from benchmark.model import Annotation, Span, Unit, offsets
from benchmark.segmentation import segment

WORDS = offsets([(0, 2), (3, 5), (6, 8), (9, 11), (12, 14)])
PIECES = ("vi", "##le", "plan", "a", "b")


def marked(*spans):
    of, begins = painted(WORDS, [Span(*span) for span in spans], ["x", "y"])
    return "".join(
        "-xy"[number + 1].upper() if b else "-xy"[number + 1] for number, b in zip(of, begins, strict=True)
    )


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], "-----"),
        ([(3, 8, "x")], "-Xx--"),
        ([(4, 7, "x")], "-Xx--"),  # what a span touches is in it
        ([(2, 3, "x")], "-----"),  # a blank is no word
        ([(0, 5, "x"), (6, 8, "x"), (9, 11, "y")], "XxXY-"),
        # The shorter one wins, in whatever order they come; the rest of the longer one begins anew.
        ([(0, 14, "x"), (3, 8, "y")], "XYyXx"),
        ([(3, 8, "y"), (0, 14, "x")], "XYyXx"),
        ([(0, 5, "x"), (3, 8, "y")], "XxY--"),  # as long: that which starts first has the word
        ([(0, 5, "y"), (0, 5, "x")], "Xx---"),
        ([(0, 5, "z")], "-----"),
    ],
)
def test_words_are_painted(spans, expected):
    assert marked(*spans) == expected
    assert marked(*spans[::-1]) == expected


def test_pieces_get_the_class_of_their_word_and_the_first_one_begins():
    tokenizer, text = tiny.known_tokenizer(PIECES), "a Vile vile plan b"
    document = segment("d", text)
    windows = windows_of(tokenizer, text, 6, 0)  # four pieces a window: the second word is cut in two
    spans = [Span(2, 6, "x"), Span(7, 16, "x")]
    classes = token_classes(document, spans, ["x"], windows)
    # a vi ##le vi | ##le plan b; outside 0, begin 1, inside 2
    assert classes == [(IGNORED, 0, 1, 2, 1, IGNORED), (IGNORED, 2, 2, 0, IGNORED)]
    assert token_classes(document, [Span(7, 16, "y")], ["x", "y"], windows)[1] == (IGNORED, 4, 4, 0, IGNORED)


def test_a_piece_of_two_words_is_of_the_first_that_is_marked():
    from baselines.neural.windows import Window

    document = replace(segment("d", "abcd"), tokens=offsets([(0, 2), (2, 4)]))
    whole = Window({}, np.array([[0, 4]]), np.array([True]))
    assert token_classes(document, [], ["x"], [whole]) == [(0,)]
    assert token_classes(document, [Span(2, 4, "x")], ["x"], [whole]) == [(1,)]
    both = [Span(0, 2, "x"), Span(2, 4, "y")]
    assert token_classes(document, both, ["x", "y"], [whole]) == [(1,)]
    blank = replace(document, tokens=offsets([(0, 1)]))
    assert token_classes(blank, [], ["x"], [Window({}, np.array([[2, 3]]), np.array([True]))]) == [(IGNORED,)]


def of_units(*labels, text="One. Two. Three."):
    document = segment("d", text)
    units = tuple(Unit(*place, own) for place, own in zip(document.sentences.tolist(), labels, strict=True))
    return Lesson.of([document], [Annotation(document, "l", units=units)])


def cut(text):
    return windows_of(tiny.known_tokenizer(PIECES), text, 6, 1)


def test_one_label_a_unit_is_its_number():
    lesson = of_units(("b",), ("a",), ())
    assert (lesson.task, lesson.labels, lesson.names, lesson.several) == (
        "sequence",
        ("a", "b"),
        ("a", "b"),
        False,
    )
    assert [example.target for example in examples(lesson, cut)] == [
        1,
        0,
    ]  # what has no label teaches nothing


def test_several_labels_are_flags_and_none_is_an_answer():
    lesson = of_units(("b", "a"), ("a",), ())
    assert lesson.several
    assert [example.target for example in examples(lesson, cut)] == [[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]]
    assert unit_target(("b",), lesson) == [0.0, 1.0]


def test_a_long_unit_is_several_windows_with_its_label():
    lesson = of_units(("a",), text="a b a b a b a")
    found = examples(lesson, cut)
    assert [example.target for example in found] == [0, 0]
    assert [int(example.window.own.sum()) for example in found] == [4, 4]


def test_spans_are_learned_by_tags():
    document = segment("d", "a vile plan")
    lesson = Lesson.of([document], [Annotation(document, "l", (Span(2, 6, "y"), Span(7, 11, "x")))])
    assert (lesson.task, lesson.labels, lesson.several) == ("token", ("x", "y"), False)
    assert lesson.names == ("O", "B-x", "I-x", "B-y", "I-y")
    assert [example.target for example in examples(lesson, cut)] == [
        (IGNORED, 0, 3, 4, 1, IGNORED),
    ]


@pytest.mark.parametrize(
    ("spans", "units", "message"),
    [
        ((), (), "the gold marks no word"),
        ((), (Unit(0, 1, ()),), "no unit of the gold has a label"),
        ((Span(0, 1, "O"),), (), "a label is named 'O'"),
    ],
)
def test_gold_that_teaches_nothing_is_refused(spans, units, message):
    document = segment("d", "a b")
    with pytest.raises(ValueError, match=message):
        Lesson.of([document], [Annotation(document, "l", spans, units)])


def many(groups):
    documents = [replace(segment(f"d{n}", f"a vile {n}"), group=group) for n, group in enumerate(groups)]
    return Lesson.of(documents, [Annotation(d, "l", (Span(2, 6, "x"),)) for d in documents])


def test_whole_groups_are_held_out():
    lesson = many([None, "g", "h", "g", "h", None, "k", "k", "g", "h"])
    train, held = split(lesson, 0.4, 3)
    assert {d.id for d in train.documents} | {d.id for d in held.documents} == {f"d{n}" for n in range(10)}
    assert not {d.id for d in train.documents} & {d.id for d in held.documents}
    assert not {d.group for d in train.documents if d.group} & {d.group for d in held.documents}
    assert [a.document for a in held.gold] == list(held.documents)
    assert len({d.group or d.id for d in held.documents}) == 2  # of five groups
    assert train.labels == held.labels == lesson.labels


def test_the_choice_is_that_of_the_seed():
    lesson = many([None] * 20)
    assert split(lesson, 0.2, 1) == split(lesson, 0.2, 1)
    assert len({tuple(d.id for d in split(lesson, 0.2, seed)[1].documents) for seed in range(5)}) > 1


@pytest.mark.parametrize(
    ("groups", "share", "held"),
    [([None] * 4, 0, 0), (["g"] * 4, 0.5, 0), ([None] * 4, 0.01, 1), ([None] * 4, 0.99, 3), ([None], 0.5, 0)],
)
def test_something_is_always_left_to_learn_from(groups, share, held):
    train, rest = split(many(groups), share, 0)
    assert (len(train.documents), len(rest.documents)) == (len(groups) - held, held)


def test_the_digest_tells_lessons_apart():
    document = segment("d", "a vile plan")

    def digest(document, *spans, units=()):
        return Lesson.of([document], [Annotation(document, "l", spans, units)]).digest()

    found = [
        digest(document, Span(2, 6, "x")),
        digest(document, Span(2, 6, "y")),
        digest(document, Span(2, 11, "x")),
        digest(replace(document, group="g"), Span(2, 6, "x")),
        digest(replace(document, tokens=offsets([(0, 1)])), Span(2, 6, "x")),
        digest(segment("d", "a vile plan\ud800"), Span(2, 6, "x")),
        digest(segment("e", "a vile plan"), Span(2, 6, "x")),
        digest(document, units=(Unit(0, 11, ("x",)),)),
    ]
    assert len(set(found)) == len(found)
    assert digest(segment("d", "a vile plan"), Span(2, 6, "x", 0.5)) == found[0]
