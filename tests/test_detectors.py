"""Detectors are built from what is typed, and what they return is checked."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from enum import Enum
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baselines.command import CommandDetector
from benchmark import detectors
from benchmark.answers import Stop
from benchmark.asking import predict
from benchmark.checking import checked
from benchmark.cli import main
from benchmark.detectors import Failure, build, ready
from benchmark.errors import BenchError, DetectorError, DetectorWarning, UsageError, describe
from benchmark.fileio import jsonl
from benchmark.model import Detector, Document, Note, Prediction, Span, Unit
from benchmark.registry import OWN, Registry
from benchmark.results import prediction_rows
from benchmark.segmentation import segment
from benchmark.spec import Spec

LABELS = ("Doubt", "Repetition")
DOCUMENTS = [segment(f"d{index}", text) for index, text in enumerate(("Some text", "More of it", "The end"))]


class Finder:
    """Answers each document by a function, the one document or the batch."""

    name = "finder"
    layers: ClassVar[frozenset[str]] = frozenset({"technique"})

    def __init__(self, answer, batch=None):
        self.answer, self.batch, self.asked = answer, batch, []

    def predict(self, documents, layer):
        self.asked.append([document.id for document in documents])
        if self.batch and len(documents) > 1:
            return self.batch(documents)
        return [self.answer(document) for document in documents]


def doubt(document, end=3):
    return Prediction(document.id, "technique", (Span(0, end, "Doubt"),))


def asked(answer, batch=None, documents=DOCUMENTS):
    return predict(Finder(answer, batch), documents, "technique", LABELS)


class Seeded:
    name = "seeded"
    layers: ClassVar[frozenset[str]] = frozenset({"technique"})

    def __init__(self, seed: int = 5, rate: float = 0.1):
        self.seed, self.rate = seed, rate

    def predict(self, documents, layer):
        return [Prediction(document.id, layer) for document in documents]


class Unseeded(Seeded):
    def __init__(self, file: str):
        super().__init__()
        self.file = file


class Half:
    name = "half"


@pytest.fixture
def registry(monkeypatch):
    fresh = Registry("detector")
    fresh.register("seeded", Seeded)
    fresh.register("file", Unseeded)
    fresh.register("half", Half)
    monkeypatch.setattr(detectors, "DETECTORS", fresh)
    return fresh


def test_the_seed_reaches_a_detector_that_takes_one(registry):
    assert build(Spec("seeded"), 0).seed == 0
    assert build(Spec("seeded", (("seed", "3"), ("rate", "0.5"))), 0).seed == 3
    assert build(Spec("file", (("file", "w"),)), 7).seed == 5


def test_what_cannot_be_built_is_told(registry):
    with pytest.raises(UsageError, match="no detector is named 'sedeed', did you mean 'seeded'"):
        build(Spec("sedeed"), 0)
    with pytest.raises(UsageError, match="detector 'seeded' has no parameter 'sed'"):
        build(Spec("seeded", (("sed", "1"),)), 0)
    with pytest.raises(DetectorError, match="detector 'half' is no detector: it has no layers, predict"):
        build(Spec("half"), 0)


@pytest.mark.parametrize("thing", [3, dict])
def test_what_is_no_class_of_detectors_is_told(registry, thing):
    registry.register("thing", thing)
    with pytest.raises((DetectorError, UsageError), match="thing"):
        build(Spec("thing"), 0)


def test_detectors_that_need_no_parameter_are_ready(registry, monkeypatch):
    registry.register("third/gone", "no_such_module:X")
    monkeypatch.setattr(registry, "origin", lambda name: OWN if name == "seeded" else "third")
    names, problems = ready()
    assert names == ["seeded"]
    assert len(problems) == 2
    assert problems[0] == "detector 'half' is no detector: it has no layers, predict"
    assert problems[1].startswith("detector 'third/gone' of third cannot be imported: ")


@pytest.mark.parametrize("layers", [None, "technique", ["technique"], {1}])
def test_layers_are_a_set_of_names(registry, layers):
    registry.register("odd", type("Odd", (Seeded,), {"layers": layers}))
    with pytest.raises(DetectorError, match="detector 'odd': its layers are "):
        build(Spec("odd"), 0)


def test_a_detector_that_exits_or_prints_harms_nothing(capsys):
    class Loud(Seeded):
        def predict(self, documents, layer):
            print("noise")
            raise SystemExit(0)

    found, failures = predict(Loud(), DOCUMENTS[:1], "technique", LABELS)
    assert found == [Prediction("d0", "technique")]
    assert failures == [Failure("d0", "SystemExit: 0")]
    assert capsys.readouterr() == ("", "noise\n")


def test_an_own_detector_that_cannot_be_imported_is_an_error(registry):
    registry.register("mine", "no_such_module:X")
    with pytest.raises(UsageError, match="detector 'mine' of framebench cannot be imported"):
        ready()


def test_a_detector_that_inherits_the_protocol_is_ready(registry):
    class Heir(Detector):
        name = "heir"
        layers = frozenset({"technique"})

        def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
            return []

    registry.register("heir", Heir)
    assert "heir" in ready()[0]


@pytest.mark.parametrize("thing", [3, dict])
def test_a_thing_of_another_package_that_is_no_class_is_a_problem(registry, monkeypatch, thing):
    registry.register("thing", thing)
    monkeypatch.setattr(registry, "origin", lambda name: "third")
    _, problems = ready()
    assert any("thing" in problem for problem in problems)


def test_the_shipped_detectors_are_known():
    assert {"null", "everything", "majority", "random", "lexicon", "linear"} <= set(detectors.DETECTORS)
    names, problems = ready()
    assert "null" in names
    assert problems == []


def test_sound_predictions_are_handed_on():
    finder = Finder(doubt)
    found = predict(finder, DOCUMENTS, "technique", LABELS)
    assert found == ([doubt(document) for document in DOCUMENTS], [])
    assert finder.asked == [["d0", "d1", "d2"]]


def test_no_documents_are_no_predictions():
    assert asked(doubt, documents=[]) == ([], [])


def test_an_iterator_of_predictions_is_taken():
    assert asked(doubt, lambda documents: map(doubt, documents)) == (list(map(doubt, DOCUMENTS)), [])


@pytest.mark.parametrize("error", [ValueError("bad\n  text"), KeyError("x"), RecursionError(), MemoryError()])
def test_a_document_that_raises_costs_itself(error):
    def answer(document):
        if document.id == "d1":
            raise error
        return doubt(document)

    found, failures = asked(answer)
    assert found == [doubt(DOCUMENTS[0]), Prediction("d1", "technique"), doubt(DOCUMENTS[2])]
    assert failures == [Failure("d1", describe(error))]
    assert "\n" not in failures[0].error


def test_each_document_is_asked_for_again_after_a_batch_that_raises():
    def batch(documents):
        raise RuntimeError("batch")

    finder = Finder(doubt, batch)
    with pytest.warns(DetectorWarning, match=r"failed on 3 documents at once \(RuntimeError: batch\)"):
        found, failures = predict(finder, DOCUMENTS, "technique", LABELS)
    assert (found, failures) == (list(map(doubt, DOCUMENTS)), [])
    assert finder.asked == [["d0", "d1", "d2"], ["d0"], ["d1"], ["d2"]]


def test_an_interrupt_is_not_caught():
    def answer(document):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asked(answer)


@pytest.mark.parametrize("batch", [lambda documents: [], lambda documents: [doubt(documents[0])] * 4])
def test_a_wrong_number_is_asked_for_again(batch):
    with pytest.warns(DetectorWarning, match="predictions for 3 documents, and was asked for each alone"):
        found = asked(doubt, batch)
    assert found == (list(map(doubt, DOCUMENTS)), [])


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        ("units", "spans", "gave spans, and layer 'technique' takes labels of units"),
        ("spans", "units", "gave labels of units, and layer 'technique' takes spans"),
        ("relations", "units", "gave labels of units, and layer 'technique' takes spans"),
        ("given", "units", "gave labels of units, and layer 'technique' takes spans"),
        ("spans", "spans", ""),
        ("units", "units", ""),
        ("", "units", ""),
    ],
)
def test_spans_where_units_are_labelled_are_told_and_the_reverse(kind, given, message):
    document = DOCUMENTS[0]
    spans, units = (Span(0, 1, "Doubt"),), (Unit(0, len(document.text), ("Doubt",)),)
    prediction = Prediction(document.id, "technique", *((spans, ()) if given == "spans" else ((), units)))
    _, failures = predict(Finder(lambda _: prediction), [document], "technique", LABELS, kind)
    assert [failure.error for failure in failures] == ([message] if message else [])


def test_a_wrong_number_for_one_document_is_its_failure():
    class Mute(Finder):
        def predict(self, documents, layer):
            return []

    found, failures = predict(Mute(doubt), DOCUMENTS, "technique", LABELS)
    assert found == [Prediction(document.id, "technique") for document in DOCUMENTS]
    error = "returned 0 predictions for 3 documents; alone it returned 0 predictions for 1 document"
    assert failures == [Failure(d.id, error) for d in DOCUMENTS]
    _, failures = predict(Mute(doubt), DOCUMENTS[:1], "technique", LABELS)
    assert failures == [Failure("d0", "returned 0 predictions for 1 document")]


def test_a_failure_is_told_in_300_characters():
    """An error may hold the whole text of an article."""
    told = describe(ValueError("could not convert string to float: " + "text " * 200))
    assert told.startswith("ValueError: could not convert string to float: text")
    assert (len(told), told[-2:]) == (300, " …")
    assert describe(ValueError("x" * 288)) == f"ValueError: {'x' * 288}"
    wrong = Prediction("d0", "technique", (Span(0, 2, "Doubt" * 100),))
    (failure,) = asked(lambda document: wrong, documents=DOCUMENTS[:1])[1]
    assert len(failure.error) == 300
    assert failure.error.startswith("no label 'DoubtDoubt")


WRONG = [
    ({"spans": []}, "returned a dict, not a Prediction"),
    (None, "returned a NoneType, not a Prediction"),
    (Prediction("d1", "technique"), "answered for document 'd1', layer 'technique'"),
    (Prediction("d0", "frame"), "answered for document 'd0', layer 'frame'"),
    (
        Prediction("d0", "technique", (Span(0, 10, "Doubt"),)),
        "span 0–10 reaches beyond the text's 9 characters",
    ),
    (
        Prediction("d0", "technique", (Span(0, 2, "doubt"),)),
        "no label 'doubt' in layer 'technique'",
    ),
    (
        Prediction("d0", "technique", (Span(0, 2, "Doubt"), Span(0, 2, "Doubt", 0.5))),
        "span 0–2 'Doubt' is given twice",
    ),
    (
        Prediction("d0", "technique", units=(Unit(0, 10, ()),)),
        "unit 0–10 is no sentence, paragraph or whole document",
    ),
    (
        Prediction("d0", "technique", units=(Unit(0, 4, ("Doubt",)),)),
        "unit 0–4 is no sentence, paragraph or whole document",
    ),
    (Prediction("d0", "technique", 7), "7 stands where Span objects are expected"),
    (Prediction("d0", "technique", units=7), "7 stands where Unit objects are expected"),
    (Prediction("d0", "technique", (Unit(0, 9, ()),)), "a Unit stands where a Span is expected"),
    (Prediction("d0", "technique", units=(Span(0, 9, "Doubt"),)), "a Span stands where a Unit is expected"),
    (Prediction("d0", "technique", (Span(0, 2, 3),)), "label 3 is no text"),
    (Prediction("d0", "technique", units=(Unit(0, 9, (None,)),)), "label None is no text"),
    (
        Prediction("d0", "technique", (Span(0.5, 2, "Doubt"),)),
        "span 0.5–2: 0.5 is no whole number",
    ),
    (
        Prediction("d0", "technique", units=(Unit(0, 9, ("Doubt", "x")),)),
        "no label 'x' in layer 'technique'",
    ),
    (
        Prediction("d0", "technique", units=(Unit(0, 9, ("Doubt",)), Unit(0, 9, ()))),
        "unit 0–9 is given twice",
    ),
]


@pytest.mark.parametrize(("wrong", "message"), WRONG)
def test_a_wrong_answer_costs_its_document(wrong, message):
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        checked(DOCUMENTS[0], wrong, "technique", LABELS)
    found, failures = asked(lambda document: wrong if document.id == "d0" else doubt(document))
    assert found == [Prediction("d0", "technique"), doubt(DOCUMENTS[1]), doubt(DOCUMENTS[2])]
    assert failures == [Failure("d0", message)]


def test_what_is_sound_has_no_fault():
    spans = (Span(0, 9, "Doubt"), Span(0, 9, "Repetition"), Span(0, 9, "Doubt", relation=1))
    document = segment("d0", "One. Two.\nThree.")
    units = (Unit(0, 16, LABELS, (0.5, 0.5)), Unit(0, 4, ()), Unit(0, 9, ("Doubt",)))
    sound = Prediction("d0", "technique", spans, units)
    assert checked(document, sound, "technique", LABELS) == sound


def test_the_whole_of_an_empty_document_is_a_unit():
    empty = Prediction("e", "technique", units=(Unit(0, 0, ("Doubt",)),))
    assert checked(segment("e", ""), empty, "technique", LABELS) == empty


def test_what_is_checked_is_a_plain_copy():
    class Word(str):
        __slots__ = ()

    given_spans = [
        Span(np.int64(0), np.int32(2), np.str_("Doubt"), np.float32(0.5), np.uint8(3)),
        Span(False, True, Word("Repetition"), 1),
    ]
    given_units = [Unit(np.int64(0), np.int64(9), (np.str_("Doubt"),), (np.float64(0.25),))]
    found = checked(
        DOCUMENTS[0], Prediction("d0", "technique", given_spans, given_units), "technique", LABELS
    )
    assert found == Prediction(
        "d0",
        "technique",
        (Span(0, 2, "Doubt", 0.5, 3), Span(0, 1, "Repetition", 1.0)),
        (Unit(0, 9, ("Doubt",), (0.25,)),),
    )
    for span in found.spans:
        assert [type(value) for value in (span.start, span.end, span.label, span.score)] == [
            int,
            int,
            str,
            float,
        ]
    assert type(found.spans[0].relation) is int
    assert found.spans[1].relation is None
    (unit,) = found.units
    values = (unit.start, unit.end, unit.labels, unit.labels[0], unit.scores, unit.scores[0])
    assert [type(value) for value in values] == [int, int, tuple, str, tuple, float]
    given_spans.clear()
    assert len(found.spans) == 2


def test_any_iterable_of_spans_is_taken():
    lazy = Prediction("d0", "technique", (span for span in [Span(0, 2, "Doubt")]), iter([Unit(0, 9, ())]))
    found = checked(DOCUMENTS[0], lazy, "technique", LABELS)
    assert found == Prediction("d0", "technique", (Span(0, 2, "Doubt"),), (Unit(0, 9, ()),))


def test_a_note_is_not_handed_on():
    noted = Prediction("d0", "technique", (Span(0, 2, "Doubt", note=Note(rationale="why")),))
    assert checked(DOCUMENTS[0], noted, "technique", LABELS).spans == (Span(0, 2, "Doubt"),)


def test_labels_that_are_an_enumeration_are_their_text():
    class Label(str, Enum):  # noqa: UP042 - its str() is not its value
        DOUBT = "Doubt"

    given_spans = Prediction("d0", "technique", (Span(0, 2, Label.DOUBT),))
    assert checked(DOCUMENTS[0], given_spans, "technique", LABELS).spans == (Span(0, 2, "Doubt"),)


@pytest.mark.parametrize("error", [KeyError("x"), RuntimeError("late")])
def test_spans_that_raise_when_they_are_read_cost_their_document(error):
    def late():
        yield Span(0, 2, "Doubt")
        raise error

    found, failures = asked(
        lambda document: Prediction("d0", "technique", late()) if document.id == "d0" else doubt(document)
    )
    assert found == [Prediction("d0", "technique"), doubt(DOCUMENTS[1]), doubt(DOCUMENTS[2])]
    assert failures == [Failure("d0", describe(error))]


def test_a_label_that_no_file_can_hold_is_a_failure():
    broken = Prediction("d0", "technique", (Span(0, 2, "\ud800"),))
    found, failures = predict(Finder(lambda document: broken), DOCUMENTS[:1], "technique", ())
    assert found == [Prediction("d0", "technique")]
    assert [failure.document for failure in failures] == ["d0"]


def test_a_failure_is_one_line_that_cannot_steer_a_terminal():
    label = "x\n\x1b[2J"
    _, failures = asked(lambda document: Prediction(document.id, "technique", (Span(0, 2, label),)))
    assert {failure.error for failure in failures} == {r"no label 'x\n\x1b[2J' in layer 'technique'"}


def test_any_label_is_taken_where_none_is_known():
    free = Prediction("d0", "technique", (Span(0, 1, "mine"),), (Unit(0, 9, ("mine",)),))
    assert checked(DOCUMENTS[0], free, "technique", ()) == free


HOSTILE = [
    Prediction("d0", "technique", None),
    Prediction("d0", "technique", units=None),
    Prediction("d0", "technique", ({"start": 0, "end": 1, "label": "Doubt"},)),
    Prediction("d0", "technique", ((0, 1, "Doubt"),)),
    Prediction("d0", "technique", (Span(0.5, 2.5, "Doubt"),)),
    Prediction("d0", "technique", (Span(np.int64(0), np.int64(2), "Doubt"),)),
    Prediction("d0", "technique", (Span(0, 2, "Doubt", np.float64(0.5)),)),
    Prediction("d0", "technique", units=(Unit(0, 9, ("Doubt",), (np.float32(0.5),)),)),
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=repr)
def test_predictions_of_other_types_are_failures_or_can_be_saved(hostile):
    found, failures = asked(lambda document: hostile if document.id == "d0" else doubt(document))
    assert found[1:] == [doubt(DOCUMENTS[1]), doubt(DOCUMENTS[2])]
    assert [failure.document for failure in failures] in ([], ["d0"])
    rows = prediction_rows(tuple(found))
    assert jsonl(rows).count(b"\n") == 3
    assert all(type(span["start"]) is int for row in rows for span in row["spans"])


@settings(deadline=None)
@given(st.lists(st.sampled_from(["sound", "raises", "wrong"]), max_size=6))
def test_exactly_the_documents_that_fail_are_lost(fates):
    documents = [segment(f"d{index}", "Some text") for index in range(len(fates))]
    by_id = {document.id: fate for document, fate in zip(documents, fates, strict=True)}

    def answer(document):
        if by_id[document.id] == "raises":
            raise ValueError("no")
        return doubt(document, 3 if by_id[document.id] == "sound" else 99)

    found, failures = asked(answer, documents=documents)
    assert [prediction.document for prediction in found] == [document.id for document in documents]
    assert [bool(prediction.spans) for prediction in found] == [fate == "sound" for fate in fates]
    assert [failure.document for failure in failures] == [d for d, fate in by_id.items() if fate != "sound"]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError(), "ValueError"),
        (ValueError("a\n b\tc"), "ValueError: a b c"),
        (ValueError("\x1b[2Ja\x00"), r"ValueError: \x1b[2Ja\x00"),
        (ValueError(": "), "ValueError: :"),
        (KeyError("x"), "KeyError: 'x'"),
    ],
)
def test_an_exception_is_one_line(error, line):
    assert describe(error) == line


def test_a_detector_may_say_itself_which_documents_it_failed_on():
    """The others keep what it found, and it is not asked a second time."""

    def batch(documents):
        return [doubt(documents[0]), ValueError("too\nlong\x1b"), doubt(documents[2])]

    finder = Finder(doubt, batch)
    found, failures = predict(finder, DOCUMENTS, "technique", LABELS)
    assert found == [doubt(DOCUMENTS[0]), Prediction("d1", "technique"), doubt(DOCUMENTS[2])]
    assert failures == [Failure("d1", r"ValueError: too long\x1b")]
    assert len(finder.asked) == 1


def test_a_detector_that_can_do_nothing_at_all_ends_the_run():
    def batch(documents):
        raise Stop("no server\nat all")

    finder = Finder(doubt, batch)
    with pytest.raises(BenchError, match=r"detector 'finder': no server\\nat all") as stopped:
        predict(finder, DOCUMENTS, "technique", LABELS)
    assert stopped.value.exit_code == 1
    assert len(finder.asked) == 1


BROKEN = '''
import numpy as np
from benchmark.model import Prediction, Span, Unit

SPANS = {
    "beyond": lambda: [Span(0, 10**6, "Doubt")],
    "label": lambda: [Span(0, 5, "Doubts")],
    "nan": lambda: [Span(0, 5, "Doubt", float("nan"))],
    "inf": lambda: [Span(0, 5, "Doubt", np.float32("-inf"))],
    "negative": lambda: [Span(-3, 5, "Doubt")],
    "float": lambda: [Span(np.float64(0), np.float64(5), "Doubt")],
    "relation": lambda: [Span(0, 5, "Doubt", relation=1.5)],
    "twice": lambda: [Span(0, 5, "Doubt"), Span(np.int64(0), np.int64(5), np.str_("Doubt"))],
    "list": lambda: [[0, 5, "Doubt"]],
    "generator": lambda: (Span(start, 0, "Doubt") for start in (1, 2)),
}


class Broken:
    """Fails on one report in a way that is chosen."""

    name = "broken"
    layers = frozenset({"technique"})

    def __init__(self, how: str) -> None:
        self.how = how

    def predict(self, documents, layer):
        return [found for document in documents for found in self.one(document, layer)]

    def one(self, document, layer):
        sound = Prediction(document.id, layer, (Span(np.int64(0), np.int32(5), np.str_("Doubt")),))
        if document.id != "02":
            return [sound]
        if self.how == "many":
            return [sound, sound]
        if self.how == "few":
            return []
        if self.how == "none":
            return [None]
        if self.how == "other":
            return [Prediction("03", layer)]
        if self.how == "unit":
            return [Prediction(document.id, layer, units=(Unit(0, 5, ()),))]
        return [Prediction(document.id, layer, SPANS[self.how]())]
'''
TOLD = {
    "beyond": "span 0–1000000 reaches beyond the text's 1813 characters",
    "label": "no label 'Doubts' in layer 'technique'",
    "nan": "ValueError: span 0–5: score nan is not a finite number",
    "inf": "ValueError: span 0–5: score -inf is not a finite number",
    "negative": "ValueError: span -3–5: offsets must satisfy 0 ≤ start < end",
    "float": "span 0.0–5.0: 0.0 is no whole number",
    "relation": "span 0–5: 1.5 is no whole number",
    "twice": "span 0–5 'Doubt' is given twice",
    "list": "a list stands where a Span is expected",
    "generator": "span 1–0: offsets must satisfy 0 ≤ start < end",
    "many": "returned 29 predictions for 28 documents; alone it returned 2 predictions for 1 document",
    "few": "returned 27 predictions for 28 documents; alone it returned 0 predictions for 1 document",
    "none": "returned a NoneType, not a Prediction",
    "other": "answered for document '03', layer 'technique'",
    "unit": "unit 0–5 is no sentence, paragraph or whole document",
}
PROGRAM = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    spans = [{"start": 0, "end": 5, "label": "Doubt"}]
    if asked["document"] == "02":
        spans = eval(sys.argv[1])
    if spans is None:
        sys.exit("no memory left")
    print(json.dumps({"document": asked["document"], "layer": asked["layer"], "spans": spans}), flush=True)
"""
TOLD_OF_PROGRAMS = {
    "[{'start':0,'end':10**6,'label':'Doubt'}]": TOLD["beyond"],
    "[{'start':0,'end':5,'label':'Doubts'}]": TOLD["label"],
    "[{'start':5,'end':5,'label':'Doubt'}]": "ValueError: span 5–5: offsets must satisfy 0 ≤ start < end",
    "[{'start':0,'end':5,'label':'Doubt'}]*2": TOLD["twice"],
    "[{'start':0,'end':5,'label':'Doubt','score':float('nan')}]": (
        "ValueError: its answer is not of the agreed form: holds NaN, which JSON does not have"
    ),
    "None": "ProgramError: ended with exit code 1 before it answered; its last words: 'no memory left'",
}


def evaluated(detector, monkeypatch, capsys):
    """Run a detector on the reports, and return the exit code and the lines of what was said."""
    words = ["evaluate", "fictional_news/technique", "-d", detector, "-q", "--metrics", "exact"]
    monkeypatch.setattr("sys.argv", ["bench", *words, "--resamples", "100"])
    with pytest.raises(SystemExit) as left:
        main()
    captured = capsys.readouterr()
    assert detector.partition(":")[0] in captured.out
    return left.value.code, captured.err.splitlines()


@pytest.mark.parametrize("how", TOLD)
def test_a_broken_contract_is_told_by_name_and_document(how, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.py").write_text(BROKEN, encoding="utf-8")
    detector = f"./broken.py:Broken,how={how}"
    code, said = evaluated(detector, monkeypatch, capsys)
    where = "failed on document '02' in fictional_news/technique"
    assert (code, said) == (3, [f"bench: detector '{detector}' {where}: {TOLD[how]}"])


@pytest.mark.parametrize("spans", TOLD_OF_PROGRAMS)
def test_a_program_that_breaks_the_contract_is_told_likewise(spans, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(detectors.DETECTORS._loaded, "cmd", CommandDetector)
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    escaped = spans.replace(",", "\\,")
    detector = f'cmd:{sys.executable} -I -S program.py "{escaped}"'
    code, (line,) = evaluated(detector, monkeypatch, capsys)
    where = "failed on document '02' in fictional_news/technique"
    assert code == 3
    assert line.startswith(f"bench: detector '{detector}' {where}: {TOLD_OF_PROGRAMS[spans]}")
