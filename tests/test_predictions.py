"""Files of predictions: every fault with its line, and what is sound read as it was written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.errors import DataError, UsageError
from benchmark.fileio import BOM_MESSAGE, jsonl, sha256
from benchmark.model import Prediction, Span, Unit
from benchmark.predictions import UNLABELLED, read_predictions
from benchmark.results import prediction_rows
from benchmark.segmentation import segment

TEXTS = ("The infamous duo met. 😀", "They smiled.\nA last line", "")
LABELS = ("Loaded_Language", "Name_Calling,Labeling", "Doubt", "Repetition")


@pytest.fixture(scope="module")
def dataset(dataset_of):
    units = {"slant": [[Unit(0, len(text), ("mild",))] for text in TEXTS]}
    return dataset_of(TEXTS, [[]] * len(TEXTS), units=units)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("predictions") / "mine.jsonl"


def row(document="d0", layer="technique", spans=(), units=()):
    return {"document": document, "layer": layer, "spans": list(spans), "units": list(units)}


def span(start=0, end=3, label="Doubt", **more):
    return {"start": start, "end": end, "label": label, **more}


def lines(*rows):
    return "".join(json.dumps(value) + "\n" for value in rows).encode()


def faults_of(path, dataset, content):
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_predictions(path, dataset)
    assert caught.value.exit_code == 2
    assert {fault.path for fault in caught.value.faults} == {path}
    return [(fault.line, fault.message) for fault in caught.value.faults]


def only_fault(path, dataset, content):
    faults = faults_of(path, dataset, content)
    assert len(faults) == 1, faults
    return faults[0]


def test_a_sound_file_is_read_in_the_datasets_order(path, dataset):
    mild = {"start": 0, "end": 24, "labels": ["mild"], "scores": [0.25]}
    content = lines(
        row("d1", spans=[span(5, 11, score=0.5, relation=2), span(0, 4)]),
        row("d0", "slant", units=[{**mild, "end": 23}]),
        {"document": "d0", "layer": "technique", "spans": []},
        row("d0", "loaded_sentence", units=[{"start": 0, "end": 21, "labels": ["loaded"]}]),
    )
    path.write_bytes(content)
    read = read_predictions(path, dataset)
    assert read.layers == {
        "technique": (
            Prediction("d0", "technique"),
            Prediction("d1", "technique", (Span(5, 11, "Doubt", 0.5, 2), Span(0, 4, "Doubt"))),
            Prediction("d2", "technique"),
        ),
        "slant": (
            Prediction("d0", "slant", units=(Unit(0, 23, ("mild",), (0.25,)),)),
            Prediction("d1", "slant"),
            Prediction("d2", "slant"),
        ),
        "loaded_sentence": (
            Prediction("d0", "loaded_sentence", units=(Unit(0, 21, ("loaded",)),)),
            Prediction("d1", "loaded_sentence"),
            Prediction("d2", "loaded_sentence"),
        ),
    }
    assert read.missing == {"technique": 1, "slant": 2, "loaded_sentence": 2}
    assert (read.path, read.sha256, read.labelled) == (path, sha256(content), True)


def test_a_file_that_is_not_there_is_told(tmp_path, dataset):
    with pytest.raises(UsageError, match=r"gone.jsonl: cannot be read"):
        read_predictions(tmp_path / "gone.jsonl", dataset)


@pytest.mark.parametrize(
    ("name", "content"), [("a.jsonl", b""), ("a.jsonl", b"\n \r\n"), ("a.tsv", b""), ("a.txt", b"\n\n")]
)
def test_a_file_of_nothing_is_a_fault(tmp_path, dataset, name, content):
    assert only_fault(tmp_path / name, dataset, content) == (None, "holds no predictions")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (row("D0"), "no document 'D0', did you mean 'd0'?"),
        (row("x" * 9), f"no document '{'x' * 9}'; known: d0, d1, d2"),
        (row(layer="techniques"), "no layer 'techniques', did you mean 'technique'?"),
        (
            row(layer="frame"),
            "no layer 'frame'; known: loaded_sentence, slant, technique, technique_given_span",
        ),
        (row(spans=[span(label="doubt")]), "no label 'doubt', did you mean 'Doubt'?"),
        (
            row(layer="slant", units=[{"start": 0, "end": 23, "labels": ["mield"]}]),
            "no label 'mield', did you mean 'mild'?",
        ),
        (
            row(layer="loaded_sentence", units=[{"start": 0, "end": 21, "labels": ["load"]}]),
            "no label 'load', did you mean 'loaded'?",
        ),
        (row(spans=[span(3, 3)]), "offsets 3–3 in document 'd0': reversed, empty or negative"),
        (row(spans=[span(5, 2)]), "offsets 5–2 in document 'd0': reversed, empty or negative"),
        (row(spans=[span(-1, 2)]), "offsets -1–2 in document 'd0': reversed, empty or negative"),
        (row(spans=[span(20, 24)]), "offsets 20–24 in document 'd0': the text has 23 characters"),
        (row(spans=[span(0, 2**53)]), f"offsets 0–{2**53} in document 'd0': the text has 23 characters"),
        (
            row(layer="slant", units=[{"start": 4, "end": 99, "labels": []}]),
            "unit 4–99 in document 'd0': no sentence, paragraph or whole document has these offsets",
        ),
        (
            row(layer="slant", units=[{"start": 0, "end": 22, "labels": []}]),
            "unit 0–22 in document 'd0': no sentence, paragraph or whole document has these offsets",
        ),
        (
            row(layer="slant", units=[{"start": 23, "end": 0, "labels": []}]),
            "unit 23–0 in document 'd0': no sentence, paragraph or whole document has these offsets",
        ),
        (row(layer="slant", spans=[span(label="mild")]), "layer 'slant' takes units, not spans"),
        (
            row(layer="loaded_sentence", spans=[span(label="loaded")]),
            "layer 'loaded_sentence' takes units, not spans",
        ),
        (
            row(units=[{"start": 0, "end": 21, "labels": ["Doubt"]}]),
            "layer 'technique' takes spans, not units",
        ),
        (row(spans=[span(), span()]), "span 0–3 'Doubt' is given twice"),
        (row(spans=[span(relation=1), span(score=0.5, relation=1)]), "span 0–3 'Doubt' is given twice"),
        (
            row(layer="slant", units=[{"start": 0, "end": 21, "labels": []}] * 2),
            "unit 0–21 is given twice",
        ),
        (
            row(layer="slant", units=[{"start": 0, "end": 21, "labels": ["mild", "mild"]}]),
            "unit 0–21: a label is given twice: mild, mild",
        ),
        (
            row(layer="slant", units=[{"start": 0, "end": 21, "labels": ["mild"], "scores": []}]),
            "unit 0–21: 0 scores for 1 labels",
        ),
        (row("d1"), "document 'd1' stands twice in layer 'technique'"),
    ],
)
def test_each_fault_is_told_with_its_line(path, dataset, bad, message):
    assert only_fault(path, dataset, lines(row("d1")) + b"\n" + lines(bad)) == (3, message)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (b"{", "broken JSON"),
        (b'{"document":"d0","layer":"technique"} {}', "broken JSON"),
        (b'{"document":"d0","layer":"technique"}', "has neither spans nor units"),
        (b'{"document":"d0","layer":"loaded_language","spans":[]}', "is scored from layer 'technique'"),
        (b'{"document":"d0"}', "missing required field `layer`"),
        (b'{"document":"d0","layer":"technique","label":1}', "unknown field `label`"),
        (b'{"document":"d\xff","layer":"technique"}', "not UTF-8"),
        (b'{"document":"\\ud800","layer":"technique"}', "broken JSON"),
        (b'{"document":"d0\\u0000","layer":"technique","spans":[]}', "no document 'd0\0', did you mean 'd0'"),
        (b'{"document":"d0","layer":"technique","spans":' + b"[" * 100_000, "Expected `object`, got `array`"),
    ],
)
def test_a_broken_row_is_told_with_its_line(path, dataset, bad, message):
    line, found = only_fault(path, dataset, lines(row("d1")) + bad)
    assert line == 2
    assert message in found


def test_a_fault_is_one_line_that_cannot_steer_a_terminal(path, dataset):
    path.write_bytes(lines(row("d0\nother.jsonl:7: forged"), row(spans=[span(label="\x1b[2JDoubt")])))
    with pytest.raises(DataError) as caught:
        read_predictions(path, dataset)
    assert len(str(caught.value).splitlines()) == len(caught.value.faults) == 2
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("score", "NaN", "broken JSON"),
        ("score", "-Infinity", "broken JSON"),
        ("score", "1e999", "Number out of range"),
        ("score", '"high"', "Expected `float | null`"),
        ("start", "0.5", "Expected `int`"),
        ("start", "1" + "0" * 40, "Expected `int` <= 9007199254740992"),
        ("end", "-1" + "0" * 40, "Expected `int` >= -9007199254740992"),
        ("end", "true", "Expected `int`, got `bool`"),
        ("end", "null", "Expected `int`, got `null`"),
        ("label", "null", "Expected `str`, got `null`"),
        ("relation", "1.5", "Expected `int | null`"),
    ],
)
def test_numbers_that_are_none_are_told(path, dataset, field, value, message):
    fields = {"start": "0", "end": "3", "label": '"Doubt"', field: value}
    inner = ",".join(f'"{key}":{content}' for key, content in fields.items())
    content = f'{{"document":"d0","layer":"technique","spans":[{{{inner}}}]}}'
    line, found = only_fault(path, dataset, content.encode())
    assert line == 1
    assert message in found


def test_every_fault_is_listed_in_the_order_of_lines(path, dataset):
    content = lines(
        row("d9", "techniqe"),
        row("d0", spans=[span(9, 2, "doubt"), span(), span(0, 99)]),
    )
    content += b"{\n" + lines(row("d0"), row("d1", units=[{"start": 2, "end": 1, "labels": ["a", "Doubt"]}]))
    faults = faults_of(path, dataset, content)
    assert [line for line, _ in faults] == [1, 1, 2, 2, 2, 3, 4, 5, 5, 5]
    assert [message.split(" ")[0] for _, message in faults] == [
        "no",
        "no",
        "offsets",
        "no",
        "offsets",
        "broken",
        "document",
        "no",
        "unit",
        "layer",
    ]


def test_every_kind_of_unit_is_read(path, dataset):
    for index, pairs in enumerate(UNITS):
        found = Prediction(f"d{index}", "slant", units=tuple(Unit(a, b, ("mild",)) for a, b in pairs))
        path.write_bytes(jsonl(prediction_rows((found,))))
        assert read_predictions(path, dataset).layers["slant"][index] == found


def test_duplicates_in_rows_are_told_with_the_line_of_their_row(path, dataset):
    content = lines(row("d1", spans=[span()]), row(spans=[span(), span(0, 4), span(), span(0, 4)]))
    assert faults_of(path, dataset, content) == [
        (2, "span 0–3 'Doubt' is given twice"),
        (2, "span 0–4 'Doubt' is given twice"),
    ]


def test_a_byte_order_mark_is_a_fault_beside_the_others(path, dataset):
    content = b"\xef\xbb\xbf" + lines(row(spans=[span()]), row("d9"))
    faults = faults_of(path, dataset, content)
    assert faults == [(1, BOM_MESSAGE), (2, "no document 'd9'; known: d0, d1, d2")]


def test_json_after_a_byte_order_mark_is_known(tmp_path, dataset):
    content = b"\xef\xbb\xbf\n" + lines(row(spans=[span()]))
    assert only_fault(tmp_path / "mine.txt", dataset, content) == (1, BOM_MESSAGE)


def test_spans_that_differ_in_relation_or_label_are_no_duplicates(path, dataset):
    path.write_bytes(lines(row(spans=[span(), span(relation=1), span(relation=2), span(label="Repetition")])))
    assert len(read_predictions(path, dataset).layers["technique"][0].spans) == 4


def test_a_layer_whose_labels_are_not_known_takes_any(path, dataset_of):
    from dataclasses import replace

    free = dataset_of(["Some text"], [[]])
    layer = replace(free.layers["technique"], labels=())
    path.write_bytes(lines(row(spans=[span(label="anything")])))
    read = read_predictions(path, replace(free, layers={"technique": layer}))
    assert read.layers["technique"][0].spans == (Span(0, 3, "anything"),)


UNITS = [segment("d", text).every_unit for text in TEXTS]
offsets_of = st.sampled_from(range(len(TEXTS))).filter(lambda index: TEXTS[index])
scores = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def sound_predictions(draw):
    """Predictions of some documents in two layers, as a detector may give them."""
    found = []
    for index in draw(st.sets(offsets_of)):
        size = len(TEXTS[index])
        pair = st.tuples(st.integers(0, size - 1), st.integers(1, size)).filter(lambda p: p[0] < p[1])
        kinds = st.tuples(pair, st.sampled_from(LABELS), st.none() | st.integers(0, 2**63))
        keys = draw(st.lists(kinds, unique=True, max_size=5))
        spans = tuple(Span(a, b, label, draw(scores), relation) for (a, b), label, relation in keys)
        found.append(Prediction(f"d{index}", "technique", spans))
        units = tuple(
            Unit(a, b, ("mild", "none"), draw(st.none() | st.tuples(st.just(0.5), st.just(1e300))))
            for a, b in draw(st.lists(st.sampled_from(UNITS[index]), unique=True, max_size=3))
        )
        found.append(Prediction(f"d{index}", "slant", units=units))
    return tuple(found)


@settings(deadline=None)
@given(sound_predictions().filter(bool), st.randoms())
def test_what_is_written_is_what_is_read(path, dataset, predictions, random):
    rows = prediction_rows(predictions)
    random.shuffle(rows)
    path.write_bytes(jsonl(rows))
    read = read_predictions(path, dataset)
    for prediction in predictions:
        index = int(prediction.document[1:])
        assert read.layers[prediction.layer][index] == prediction
    assert read.missing == dict.fromkeys(("technique", "slant"), len(TEXTS) - len(predictions) // 2)


def test_labels_of_an_empty_document_round_trip(path, dataset):
    empty = Prediction("d2", "slant", units=(Unit(0, 0, ("none",)),))
    path.write_bytes(jsonl(prediction_rows((empty,))))
    assert read_predictions(path, dataset).layers["slant"][2] == empty


@settings(deadline=None)
@given(st.binary(max_size=80) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_read_or_faults(path, dataset, content):
    for name in ("any.jsonl", "any.tsv"):
        file = path.with_name(name)
        file.write_bytes(content)
        with pytest.raises(DataError) as caught:
            read_predictions(file, dataset)
        assert caught.value.faults


@pytest.mark.parametrize("name", ["mine.json", "mine.jsonl", "mine.txt", "mine"])
def test_json_is_known_by_name_or_first_character(tmp_path, dataset, name):
    file = tmp_path / name
    file.write_bytes(b" \n" + lines(row(spans=[span()])))
    assert read_predictions(file, dataset).layers["technique"][0].spans == (Span(0, 3, "Doubt"),)


def tsv(*rows):
    return "".join("\t".join(map(str, cells)) + "\n" for cells in rows).encode()


@pytest.fixture
def table(tmp_path):
    return tmp_path / "mine.tsv"


def test_rows_of_four_fields_are_read(table, dataset):
    table.write_bytes(b"d1\tDoubt\t0\t4\r\n\nd0\tLoaded_Language\t4\t12\nd1\tDoubt\t5\t11")
    read = read_predictions(table, dataset)
    assert read.layers == {
        "technique": (
            Prediction("d0", "technique", (Span(4, 12, "Loaded_Language"),)),
            Prediction("d1", "technique", (Span(0, 4, "Doubt"), Span(5, 11, "Doubt"))),
            Prediction("d2", "technique"),
        )
    }
    assert (read.missing, read.labelled) == ({"technique": 0}, True)


def test_rows_of_three_fields_have_no_labels(table, dataset):
    table.write_bytes(tsv(("d0", 4, 12)))
    read = read_predictions(table, dataset)
    assert read.layers["technique"][0].spans == (Span(4, 12, UNLABELLED),)
    assert not read.labelled


def test_a_span_of_two_techniques_stands_once_where_techniques_are_left_out(table, dataset):
    table.write_bytes(tsv(("d0", 4, 12), ("d1", 4, 12), ("d0", 4, 12), ("d0", 0, 3)))
    read = read_predictions(table, dataset)
    assert read.layers["technique"][0].spans == (Span(4, 12, UNLABELLED), Span(0, 3, UNLABELLED))
    assert len(read.layers["technique"][1].spans) == 1


SOUND = tsv(("d0", "Doubt", 0, 3), ("d1", "Doubt", 0, 4))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (b"d0\tDoubt\t5\t2", "offsets 5–2 in document 'd0': reversed, empty or negative"),
        (b"d0\tDoubt\t-5\t2", "offsets -5–2 in document 'd0': reversed, empty or negative"),
        (b"d0\tDoubt\t5\t99", "offsets 5–99 in document 'd0': the text has 23 characters"),
        (b"d0\tdout\t5\t9", "no label 'dout', did you mean 'Doubt'?"),
        (b"d01\tDoubt\t5\t9", "no document 'd01', did you mean 'd1'?"),
        (b"d0\tDoubt\tfive\t9", "offsets 'five' and '9' are not whole numbers"),
        (b"d0\tDoubt\t5.0\t9", "offsets '5.0' and '9' are not whole numbers"),
        (b"d0\tDoubt\t--5\t9", "offsets '--5' and '9' are not whole numbers"),
        (b"d0\tDoubt\t\t", "offsets '' and '' are not whole numbers"),
        ("d0\tDoubt\t٣\t9".encode(), "offsets '٣' and '9' are not whole numbers"),
        (b"d0\tDoubt\t5\t" + b"9" * 5000, f"offsets '5' and '{'9' * 5000}' are not whole numbers"),
        (b"d0 Doubt 5 9", "1 tab-separated fields; a row is 'id, technique, start, end' or 'id, start, end'"),
        (
            b"d0\tDoubt\t5\t9\t",
            "5 tab-separated fields; a row is 'id, technique, start, end' or 'id, start, end'",
        ),
        (b"d0\tDoubt\t5\t9\xff", "not UTF-8: invalid start byte at byte 12 of the line"),
        (b"d0\t\xed\xa0\x80\t5\t9", "not UTF-8: invalid continuation byte at byte 3 of the line"),
    ],
)
def test_each_fault_of_a_table_is_told_with_its_line(table, dataset, bad, message):
    assert only_fault(table, dataset, SOUND + b"\n" + bad + b"\nd1\tDoubt\t5\t9\n") == (4, message)


def test_a_duplicate_row_is_told_with_its_own_line(table, dataset):
    content = SOUND + tsv(("d0", "Doubt", 0, 3))
    assert only_fault(table, dataset, content) == (3, "span 0–3 'Doubt' is given twice")


def test_every_duplicate_row_is_told_with_its_own_line(table, dataset):
    content = SOUND + tsv(("d1", "Doubt", 0, 4), ("d0", "Repetition", 0, 3), ("d0", "Doubt", 0, 3)) + SOUND
    assert faults_of(table, dataset, content) == [
        (3, "span 0–4 'Doubt' is given twice"),
        (5, "span 0–3 'Doubt' is given twice"),
        (6, "span 0–3 'Doubt' is given twice"),
        (7, "span 0–4 'Doubt' is given twice"),
    ]


@pytest.mark.parametrize("rows", [SOUND, tsv(("d0", 0, 3)), b"\n" + SOUND])
def test_a_byte_order_mark_in_a_table_is_its_only_fault(table, dataset, rows):
    assert only_fault(table, dataset, b"\xef\xbb\xbf" + rows) == (1, BOM_MESSAGE)


def test_rows_with_and_without_technique_are_not_mixed(table, dataset):
    content = SOUND + tsv(("d0", 5, 6))
    assert only_fault(table, dataset, content) == (None, "some rows have a technique and some have none")


def test_a_dataset_without_techniques_takes_no_table(table, dataset_of):
    other = dataset_of(["Some text"], units={"slant": [[Unit(0, 9, ("mild",))]]})
    content = tsv(("d0", "Doubt", 0, 3))
    assert only_fault(table, other, content) == (1, "no layer 'technique'; known: slant")


def test_the_faults_of_a_table_stand_in_order(table, dataset):
    content = tsv(
        ("d1", "Doubt", 9, 2), ("d0", "dubt", 0, 3), ("x",), ("d1", "Doubt", 0, 99), ("d0", "Doubt", 2, 2)
    )
    assert [line for line, _ in faults_of(table, dataset, content)] == [1, 2, 3, 4, 5]


def test_rows_without_a_technique_are_propaganda_where_there_is_such_a_layer(tmp_path, dataset_of):
    dataset = dataset_of(["A text.", "B"], [[], []], span_layer="propaganda", span_labels=("Propaganda",))
    path = tmp_path / "si.labels"
    path.write_text("d0\t2\t6\n", encoding="utf-8")
    file = read_predictions(path, dataset)
    assert file.labelled
    assert file.layers["propaganda"][0].spans == (Span(2, 6, "Propaganda"),)
    assert file.missing == {"propaganda": 0}


def test_rows_with_a_technique_may_be_labels_of_given_spans(tmp_path, dataset_of):
    dataset = dataset_of(["A text."], [[Span(2, 6, "Doubt"), Span(2, 6, "Repetition")]])
    path = tmp_path / "tc.labels"
    path.write_text("d0\tDoubt\t2\t6\nd0\tDoubt\t2\t6\n", encoding="utf-8")
    file = read_predictions(path, dataset, layer="technique_given_span")
    assert file.layers["technique_given_span"][0].spans == (Span(2, 6, "Doubt"),) * 2
    with pytest.raises(DataError, match="given twice"):
        read_predictions(path, dataset)


def test_documents_that_are_not_scored_are_passed_over(tmp_path, dataset_of):
    dataset = dataset_of(["A text.", "Another.", "Third."], [[], [], []])
    path = tmp_path / "mine.jsonl"
    rows = [{"document": f"d{i}", "layer": "technique", "spans": []} for i in range(2)]
    path.write_bytes(jsonl(rows))
    file = read_predictions(path, dataset, dataset.only([1, 2]))
    assert [found.document for found in file.layers["technique"]] == ["d1", "d2"]
    assert file.missing == {"technique": 1}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mine.jsonl", '{"document": "d0", "layer": "technique", "spans": []}\n'),
        ("mine.tsv", "d0\tDoubt\t0\t1\n"),
    ],
)
def test_a_file_for_another_split_is_no_score_of_zero(tmp_path, dataset_of, name, content):
    dataset = dataset_of(["A text.", "Another."], [[], []])
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match="names none of the 1 scored documents, only others; give --split"):
        read_predictions(path, dataset, dataset.only([1]))
