"""Lines to and from programs: what is told, what is taken, and what is said of the rest."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.command.rows import (
    SHOWN,
    OutOfStepError,
    Wanted,
    document_of,
    escaped,
    last_line,
    question,
    read_answer,
    shown,
)
from benchmark.model import Prediction, Span, Unit, offsets
from benchmark.segmentation import segment

DOCUMENT = segment("d0", "Some “text”.\nMore 😀 of it.")
SPANS, UNITS, ANY = Wanted("technique", "spans"), Wanted("technique", "units"), Wanted("technique")


def line(**changes: object) -> bytes:
    row = {"document": "d0", "layer": "technique", "spans": []} | changes
    return json.dumps({key: value for key, value in row.items() if value is not None}).encode()


def read(content: bytes, wanted: Wanted = SPANS) -> Prediction | ValueError:
    return read_answer(content, DOCUMENT, wanted)


def test_a_question_is_one_line_with_all_that_is_needed_and_no_gold():
    wanted = Wanted("frame", "units", ("Economic", "Other"), "sentence")
    content = question(replace(DOCUMENT, metadata={"topic": "trade"}, group="g1"), wanted)
    assert content.endswith(b"}\n")
    assert content.count(b"\n") == 1
    assert json.loads(content) == {
        "document": "d0",
        "layer": "frame",
        "kind": "units",
        "unit": "sentence",
        "labels": ["Economic", "Other"],
        "text": "Some “text”.\nMore 😀 of it.",
        "sentences": [[0, 12], [13, 26]],
        "paragraphs": [[0, 12], [13, 26]],
        "tokens": [[int(start), int(end)] for start, end in DOCUMENT.tokens],
    }
    assert list(json.loads(content)).index("text") == 5, "the keys' order is part of the protocol"


def test_given_spans_are_told_where_there_are_any():
    told = json.loads(question(replace(DOCUMENT, given=offsets([(0, 4), (0, 4)])), ANY))
    assert told["given"] == [[0, 4], [0, 4]]
    assert (told["kind"], told["labels"], told["unit"]) == ("", [], "")


def test_no_text_breaks_the_line():
    """Node's readline ends a line at U+2028, Python's splitlines at these and more."""
    text = "".join(map(chr, range(0x2100)))
    content = question(segment("d\u2028", text), ANY)
    assert len(content.decode().splitlines()) == 1
    told = json.loads(content)
    assert (told["document"], told["text"]) == ("d\u2028", text)


def test_an_answer_becomes_a_prediction():
    spans = [
        {"start": 0, "end": 4, "label": "Doubt", "score": 1},
        {"start": 5, "end": 6, "label": "x", "relation": 2},
    ]
    assert read(line(spans=spans)) == Prediction(
        "d0", "technique", (Span(0, 4, "Doubt", 1.0), Span(5, 6, "x", relation=2))
    )
    units = [
        {"start": 0, "end": 12, "labels": ["a"], "scores": [0.5], "all_scores": {"a": 0.5, "b": 0.1}},
        {"start": 0, "end": 26, "labels": []},
    ]
    found = Prediction(
        "d0", "technique", (), (Unit(0, 12, ("a",), (0.5,), {"a": 0.5, "b": 0.1}), Unit(0, 26, ()))
    )
    for wanted in (UNITS, ANY):
        assert read(line(spans=None, units=units), wanted) == found
    assert read(line(units=[])) == Prediction("d0", "technique")


def span(**changes: object) -> list[dict[str, object]]:
    return [{"start": 0, "end": 4, "label": "Doubt"} | changes]


@pytest.mark.parametrize(
    ("content", "wanted", "message"),
    [
        (line(spans=span(start=-1)), SPANS, "Expected `int` >= 0 - at `$.spans[0].start`"),
        (line(spans=span(start=True)), SPANS, "Expected `int`, got `bool` - at `$.spans[0].start`"),
        (line(spans=span(end=4.5)), SPANS, "Expected `int`, got `float` - at `$.spans[0].end`"),
        (line(spans=span(end="4")), SPANS, "Expected `int`, got `str`"),
        (line(spans=span(end=2**70)), SPANS, "at `$.spans[0].end`"),
        (line(spans=span(label=7)), SPANS, "Expected `str`, got `int` - at `$.spans[0].label`"),
        (line(spans=span(confidence=1)), SPANS, "unknown field `confidence` - at `$.spans[0]`"),
        (line(spans=[{"start": 0, "end": 4}]), SPANS, "missing required field `label`"),
        (line(spans=span(start=4)), SPANS, "span 4–4: offsets must satisfy 0 ≤ start < end"),
        (
            line(spans=span(score=0)).replace(b"0}", b"1e999}"),
            SPANS,
            "Number out of range - at `$.spans[0].score`",
        ),
        (line(spans="none"), SPANS, "Expected `array | null`, got `str`"),
        (line(layer="frame"), SPANS, "answered for layer 'frame', and was asked for 'technique'"),
        (line(layer=None), SPANS, "missing required field `layer`"),
        (line(spans=None), SPANS, "has neither spans nor units; an empty list says that nothing was found"),
        (line(spans=span()), UNITS, "layer 'technique' takes units, not spans"),
        (line(units=[{"start": 0, "end": 4, "labels": []}]), SPANS, "takes spans, not units"),
        (line(units=[{"start": 0, "end": 4, "labels": ["a", "a"]}]), UNITS, "a label is given twice: a"),
        (line(units=[{"start": 0, "end": 4, "labels": ["a"], "scores": []}]), ANY, "0 scores for 1 labels"),
        (
            line(spans=span(score=float("nan"))),
            SPANS,
            "holds NaN, which JSON does not have; leave out a score",
        ),
        (line(spans=span(score=float("-inf"))), SPANS, "holds -Infinity, which JSON does not have"),
        (line(units=[{"start": 0, "end": 4, "labels": ["a"], "scores": [float("nan")]}]), UNITS, "holds NaN"),
        (line(spans=span(label="NaN", score=float("inf"))), SPANS, "holds Infinity, which"),
        (line(spans=span(label='in "nan', score=0.5)).replace(b"0.5", b"-nan"), SPANS, "holds -nan, which"),
        (line(spans=span(score=0.5)).replace(b"0.5", b"-nan(ind)"), SPANS, "holds -nan(ind), which"),
        (line(spans=span(start="4", score=float("nan"))), SPANS, "holds NaN, which JSON does not have"),
        (line(spans=span(label="\u00e9")).replace(b"\\u00e9", b"\xe9"), SPANS, "byte 0xe9 is not UTF-8"),
        (b"\xef\xbb\xbf" + line(), SPANS, "begins with a byte order mark, which JSON does not have"),
    ],
)
def test_a_wrong_answer_about_the_document_is_its_failure(content, wanted, message):
    error = read(content, wanted)
    assert isinstance(error, ValueError)
    assert message in str(error)


@pytest.mark.parametrize(
    ("content", "named", "message"),
    [
        (b"Loading model ...", None, "wrote a line that is no answer (JSON is malformed"),
        (
            line()[:-1],
            None,
            '(ends in the middle of its JSON; an answer is one line): \'{"document"',
        ),
        (b'{"score": NaN}', None, "wrote a line that is no answer (holds NaN, which JSON does not have"),
        (b"NaN", None, "holds NaN, which JSON does not have"),
        (b'"' + b"\\" * 99 + b"nan", None, "wrote a line that is no answer (ends in the middle of its JSON"),
        (b"inf: loading the model", None, "(JSON is malformed: invalid character"),
        (b'{"x": ' + b"[" * 9999 + b"]" * 9999 + b"}", None, "wrote a line that is no answer"),
        (b"\xff\xfe", None, "wrote a line that is no answer (byte 0xff is not UTF-8)"),
        (b'{"document": "\xff"}', None, "wrote a line that is no answer (byte 0xff is not UTF-8)"),
        (b"{'document': 'd0'}", None, "(object keys must be strings, in double quotes"),
        (
            b"{",
            None,
            "wrote a line that is no answer (ends in the middle of its JSON; an answer is one line)",
        ),
        (b'{"document": 3, "layer": "technique", "spans": []}', None, "Expected `str`, got `int`"),
        (b"{}", None, "missing required field `document`"),
        (b"\x1b[2Jcleared", None, r"'\x1b[2Jcleared'"),
        (line(document="d1"), "d1", "answered for document 'd1' in its place"),
        (line(document="d\n1"), "d\n1", r"answered for document 'd\n1' in its place"),
        (line(document="d1", spans=3), "d1", "answered for document 'd1' in its place"),
        (
            line(document="d1", spans=span(score=float("nan"))),
            "d1",
            "answered for document 'd1' in its place",
        ),
    ],
)
def test_what_is_no_answer_about_the_document_is_out_of_step(content, named, message):
    with pytest.raises(OutOfStepError, match=re.escape(message)) as caught:
        read(content)
    assert caught.value.document == named
    assert str(caught.value).isprintable()


def test_what_is_not_meant_as_an_answer_is_told_its_place():
    for content, told in ((b"[INFO] loading", True), (b"{'document': 'd0'}", False), (b"{", False)):
        with pytest.raises(OutOfStepError) as caught:
            read(content)
        assert str(caught.value).endswith("'; what is no answer belongs on the standard error") is told


@given(st.binary(max_size=60))
def test_any_bytes_are_an_answer_or_a_fault(content):
    try:
        found = read(content, ANY)
    except OutOfStepError as error:
        found = ValueError(str(error))
    assert isinstance(found, Prediction) or str(found).isprintable()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["start", "end", "label", "labels", "score"]), inner, max_size=5)
    ),
    max_leaves=12,
)


@given(values, values)
def test_any_json_about_the_document_is_an_answer_or_its_failure(spans, units):
    row = {"document": "d0", "layer": "technique", "spans": spans, "units": units}
    try:
        content = msgspec.json.encode(row)
    except UnicodeEncodeError:
        return
    found = read(content, ANY)
    assert isinstance(found, Prediction | ValueError)


offset = st.integers(-2, 30)


@given(st.lists(st.tuples(offset, offset, st.sampled_from("ab"), st.none() | st.floats(-1, 1)), max_size=4))
def test_what_is_read_is_what_was_written(spans):
    rows = [{"start": s, "end": e, "label": name, "score": score} for s, e, name, score in spans]
    found = read(line(spans=rows))
    if all(0 <= start < end for start, end, _, _ in spans):
        assert found == Prediction("d0", "technique", tuple(Span(*one) for one in spans))
    else:
        assert isinstance(found, ValueError)


def test_the_document_that_a_line_names_is_found_in_spite_of_other_faults():
    assert document_of(b'{"x": [1], "document": "d7"}') == "d7"
    assert document_of(b'{"x": [Infinity, "\xe9"], "document": "d7"}') == "d7"
    assert document_of(b'{"document": "caf\xe9"}') is None, "which characters stand there is not known"
    assert document_of(b"nothing") is None
    assert document_of(b'["document"]') is None


def test_a_programs_words_are_shown_on_one_line_and_cut():
    assert shown(b"  plain \xe2\x80\x9cwords\xe2\x80\x9d ") == "plain “words”"
    assert shown(b"a\tb\x00\x1b]0;x\x07") == r"a\tb\x00\x1b]0;x\x07"
    assert shown(b"\xff") == "�"
    long = shown(b"x" * 10_000)
    assert len(long) == SHOWN
    assert long.endswith("x…")
    assert len(shown(b"x" * SHOWN)) == SHOWN
    assert escaped("\u202ea\ud800") == "\\u202ea\\ud800"


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"", ""),
        (b"\n \n", ""),
        (b"one\ntwo\n\n", "two"),
        (b"Traceback\r\nKeyError: 'x'\r\n", "KeyError: 'x'"),
        (b"y" * 10**6 + b"\nend", "end"),
    ],
)
def test_the_last_line_is_the_last_with_words(raw, line):
    assert last_line(raw) == line
