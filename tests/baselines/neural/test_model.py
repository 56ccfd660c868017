"""Predictions of whole documents, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import tiny_transformer as tiny

pytest.importorskip("torch", reason="needs the extra: pip install 'framebench[transformers]'")

from baselines.neural.checkpoint import load_checkpoint
from baselines.neural.config import read_config
from baselines.neural.decoding import sigmoid, softmax
from baselines.neural.model import Asked, Model
from baselines.neural.source import Source
from baselines.neural.tags import Tags, read_classes
from benchmark.model import Prediction
from benchmark.segmentation import segment

NAMES = ("O", "B-bad", "I-bad", "B-good", "I-good")
COLOURS = ("red", "green", "blue")


def model_of(folder, task, pieces="mean", window=None, stride=None, batch=None):
    checkpoint = load_checkpoint(Source("m", folder), task, window, stride, batch, "cpu")
    return Model(checkpoint, read_classes(read_config(folder), task, None), pieces)


def spans(model, text, asked=None):
    (found,) = model.predict([segment("d", text)], "l", *([asked] if asked else []))
    assert not found.units
    return [(text[s.start : s.end], s.label) for s in found.spans]


def test_spans_are_where_their_words_are(tagger):
    text = "😀 The VILE  plan, e\u0301vil\r\nİ vile evil \u202eplan and\u00a0calm report “vile” villain"
    expected = [
        ("VILE  plan", "bad"),
        ("e\u0301vil", "bad"),
        ("vile", "bad"),
        ("evil \u202eplan", "bad"),
        ("calm report", "good"),
        ("vile", "bad"),
    ]
    model = model_of(tagger, "token")
    assert spans(model, text) == expected
    assert spans(model, text, Asked(frozenset({"good"}))) == [("calm report", "good")]
    right, wrong = tiny.sureness(5)
    # A label is begin and inside together, so that of the five classes two count.
    assert {round(s.score, 6) for s in model.predict([segment("d", text)], "l")[0].spans} == {
        round(right + wrong, 6)
    }


@pytest.mark.parametrize(("window", "stride"), [(8, 0), (7, 1), (9, 3), (16, None)])
def test_a_long_text_is_read_like_a_short_one(tagger, window, stride):
    text = "The vile plan of evil men, a calm report. " * 40
    model = model_of(tagger, "token", window=window, stride=stride)
    assert spans(model, text) == [("vile plan", "bad"), ("evil", "bad"), ("calm report", "good")] * 40


def test_a_word_is_read_from_all_its_pieces_or_the_first(tmp_path):
    """Of "vilelele" one piece says bad and three say good."""
    folder = tiny.known_tagger(tmp_path / "m", ["O", "bad", "good"], {"vi": 1, "##le": 2})
    assert spans(model_of(folder, "token"), "a vilelele") == [("vilelele", "good")]
    assert spans(model_of(folder, "token", "first"), "a vilelele") == [("vilelele", "bad")]


@pytest.mark.parametrize("text", ["", " \n\t\n", "\u200d", "—", "\ud800"])
def test_texts_without_words_have_no_spans(tagger, text):
    assert spans(model_of(tagger, "token"), text) == []


def units(model, text, asked=None):
    (found,) = model.predict([segment("d", text)], "l", *([asked] if asked else []))
    assert not found.spans
    return found.units


def test_units_get_the_label_that_the_model_gives(classifier):
    text = "Red one.\nBlue two three. Green."
    found = units(model_of(classifier, "sequence"), text)
    assert [(text[u.start : u.end], u.labels) for u in found] == [
        ("Red one.", ("red",)),
        ("Blue two three.", ("blue",)),
        ("Green.", ("green",)),
        ("Blue two three. Green.", ("blue",)),
        (text, ("red",)),
    ]
    high, low = tiny.first_logits(3)
    chances = softmax(np.array([high, low, low]))
    assert found[0].all_scores == pytest.approx(dict(zip(COLOURS, chances, strict=True)))
    assert found[0].scores == pytest.approx(chances[:1])


def test_units_of_one_kind_are_asked_for(classifier):
    text, model = "Red one. Blue.\nGreen.", model_of(classifier, "sequence")
    places = {
        "sentence": [(0, 8), (9, 14), (15, 21)],
        "paragraph": [(0, 14), (15, 21)],
        "document": [(0, 21)],
    }
    for unit, expected in places.items():
        assert [(u.start, u.end) for u in units(model, text, Asked(unit=unit))] == expected


def test_a_long_unit_has_the_mean_of_its_windows(classifier):
    """Windows of six pieces, two of them shared: they begin with "red", "blue" and "red"."""
    text = "red a a a blue a a a red" + " a" * 5
    model = model_of(classifier, "sequence", window=6, stride=2)
    assert len(model.checkpoint.windows(text)) == 3
    high, low = tiny.first_logits(3)
    red, blue = softmax(np.array([high, low, low])), softmax(np.array([low, low, high]))
    (found,) = units(model, text, Asked(unit="document"))
    assert found.all_scores == pytest.approx(dict(zip(COLOURS, (2 * red + blue) / 3, strict=True)))


def test_several_labels_have_probabilities_of_their_own(tmp_path):
    folder = tiny.known_classifier(
        *(tmp_path / "m", COLOURS, {"red": 0, "blue": 2}),
        problem="multi_label_classification",
        bias=(0.0, 2.0, 0.0),
    )
    (found,) = units(model_of(folder, "sequence"), "red a", Asked(unit="document"))
    high, low = tiny.first_logits(3)
    chances = sigmoid(np.array([high, low + 2, low]))
    assert found.all_scores == pytest.approx(dict(zip(COLOURS, chances, strict=True)))
    order = sorted((0, 1), key=lambda n: -chances[n])
    assert found.labels == tuple(COLOURS[n] for n in order)
    assert chances[2] < 0.5


def test_a_unit_without_pieces_is_left_out(classifier):
    assert units(model_of(classifier, "sequence"), "") == ()
    assert [(u.start, u.end) for u in units(model_of(classifier, "sequence"), "\u200d\nRed")] == [
        (2, 5),
        (0, 5),
    ]


@pytest.mark.parametrize("kind", ["ForTokenClassification", "ForSequenceClassification"])
def test_what_is_said_of_a_document_does_not_depend_on_the_others(tmp_path, kind):
    names = NAMES if kind == "ForTokenClassification" else COLOURS
    folder = tiny.random_model(tmp_path / "m", kind, names)
    texts = ["", "One line.", "word " * 400, *tiny.ENGLISH, "😀 e\u0301\r\nA second line, he said."]
    documents = [segment(f"d{n}", text) for n, text in enumerate(texts)]
    task = "token" if kind == "ForTokenClassification" else "sequence"
    model = model_of(folder, task)
    together = model.predict(documents, "l")
    assert [p.document for p in together] == [d.id for d in documents]
    assert model.predict(documents[::-1], "l")[::-1] == together
    assert [model.predict([document], "l")[0] for document in documents] == together
    assert any(p.spans or p.units for p in together)
    # Batches say the same but for the last digits.
    for one, other in zip(together, model_of(folder, task, batch=8).predict(documents, "l"), strict=True):
        assert said(one) == pytest.approx(said(other), abs=1e-5)


def said(prediction: Prediction):
    """The score of each label in each place."""
    found = {(s.start, s.end, s.label): s.score for s in prediction.spans}
    return found | {(u.start, u.end, label): x for u in prediction.units for label, x in u.all_scores.items()}


def test_names_for_other_classes_are_refused(tagger):
    checkpoint = load_checkpoint(Source("m", tagger), "token", None, None, None, "cpu")
    with pytest.raises(ValueError, match="the model has 5 classes, and names for 2"):
        Model(checkpoint, Tags.read(["O", "x"], {}))
