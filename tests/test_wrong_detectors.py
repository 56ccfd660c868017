"""What is wrong with a detector of one's own is told in a line by its name, by the command and in Python."""

from __future__ import annotations

import json
import re

import pytest

from benchmark import data, evaluate
from benchmark.classes import load_class
from benchmark.cli import main
from benchmark.errors import BenchError
from benchmark.spec import Spec

TASK = "fictional_news/loaded_language"
SCRIPT = """
from benchmark.answers import Account, Answer
from benchmark.model import Prediction, Span, Unit


class Det:
    name = "own"
    layers = frozenset({"technique"})
%s

    def predict(self, documents, layer):
        return [Prediction(d.id, layer) for d in documents]


def answer(document, **more):
    return Answer(document, "technique", 0, 0, **{"request": "0" * 64, "status": "ok", **more})
"""
SHOWS = "shots = 1; show = lambda self, gold, layer: %s"
LABELS = "labels_for = lambda self, subject: %s"
CHOOSES = "chosen = lambda self, subject: %s"
TELLS = "account = lambda self, ds, layer: %s"
SAMPLES = TELLS % "Account(samples=(tuple(%s),))"
RAISES = "[][0]"
RAISED = "failed: IndexError: list index out of range"

WRONG = {
    "show raises": (SHOWS % RAISES, f"its method show {RAISED}"),
    "show gives none": (SHOWS % "None", "its method show returned None, and not the ids of the documents"),
    "show gives text": (SHOWS % "'x'", "its method show returned a str, and not the ids"),
    "show gives a stranger": (SHOWS % "['x']", "its method show returned 'x' for the id of a document"),
    "show gives no ids": (SHOWS % "gold", "its method show returned a Annotation for the id of a document"),
    "shots are text": ("shots = 'few'; show = None", "its shots are 'few', and not a number of examples"),
    "shots are negative": ("shots = -1; show = None", "its shots are -1, and not a number of examples"),
    "shots raise": (f"shots = property(lambda self: {RAISES})", f"its attributes {RAISED}"),
    "progress is read only": (
        "progress = property(lambda self: None)",
        "its attribute progress cannot be set: AttributeError: property 'progress' of 'Det' object has no",
    ),
    "labels_for raises": (LABELS % RAISES, f"its method labels_for {RAISED}"),
    "labels_for leaves": (LABELS % "exit(3)", "its method labels_for failed: SystemExit: 3"),
    "labels_for is a list": (
        LABELS % "['Loaded_Language']",
        "its method labels_for returned ['Loaded_Language'], and not a set of names",
    ),
    "labels_for is a set of others": (LABELS % "{1}", "its method labels_for returned {1}, and not a set"),
    "labels_for is no method": ("labels_for = 5", "its method labels_for failed: TypeError"),
    "chosen raises": (CHOOSES % "{}['kind']", "its method chosen failed: KeyError: 'kind'"),
    "chosen is no detector": (
        CHOOSES % "type('Other', (), {'predict': None})()",
        "is no detector: it has no name, layers",
    ),
    "provenance is text": ("provenance = 'ours'", "its provenance is a str, and no Provenance"),
    "the extra raises": (f"missing_extra = property(lambda self: {RAISES})", f"its attributes {RAISED}"),
    "the extra is a number": ("missing_extra = 5", "its missing_extra is 5, and not the name of an extra"),
    "an answer is text": (
        TELLS % "Account(answers=('x',))",
        "its method account returned a str stands where an Answer is expected",
    ),
    "an answer of another": (
        TELLS % "Account(answers=(answer('x'),))",
        "returned an answer about 'x', none of the documents that it was given",
    ),
    "an answer's status": (
        TELLS % "Account(answers=(answer(ds[0].id, status='fine'),))",
        "returned an answer of status 'fine', which is none of ok, invalid, refused, failed",
    ),
    "an answer's tokens": (
        TELLS % "Account(answers=(answer(ds[0].id, input_tokens='12'),))",
        "returned an Account that cannot be kept: Expected `int | null`, got `str` - at `$.answers[0].input_",
    ),
    "an answer's model": (
        TELLS % "Account(answers=(answer(ds[0].id, model=object()),))",
        "returned an Account that cannot be kept: ",
    ),
    "a log of lines": (TELLS % "Account(log=['x'])", "Expected `str`, got `array` - at `$.log`"),
    "facts that are text": (TELLS % "Account(facts='x')", "facts that are 'x', and no mapping of text"),
    "a sample of others": (
        SAMPLES % "Prediction('x', layer) for d in ds",
        "returned a sample that is wrong about document '02': answered for document 'x', layer 'technique'",
    ),
    "a sample too small": (
        SAMPLES % "Prediction(d.id, layer) for d in ds[1:]",
        "returned a sample of 27 predictions for 28 documents",
    ),
    "a sample too wide": (
        SAMPLES % "Prediction(d.id, layer, (Span(0, 10**6, 'Doubt'),)) for d in ds",
        "a sample that is wrong about document '02': span 0–1000000 reaches beyond the text's",
    ),
    "a sample of text": (SAMPLES % "'x' for d in ds", "a str stands where a Prediction is expected"),
    "a sample that is none": (TELLS % "Account(samples=(5,))", "5 stands where Prediction objects are"),
}  # fmt: skip


def run(words, monkeypatch, capsys):
    """The exit code of a command, and what it wrote on standard error."""
    monkeypatch.setattr("sys.argv", ["bench", *words])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code or 0, capsys.readouterr().err


def written(tmp_path, monkeypatch, line):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.py").write_text(SCRIPT % f"    {line}")


@pytest.mark.parametrize("case", WRONG)
def test_the_command_tells_it_in_a_line(case, tmp_path, monkeypatch, capsys):
    line, message = WRONG[case]
    written(tmp_path, monkeypatch, line)
    words = ("evaluate", TASK, "-d", "./d.py:Det", "--resamples", "100")
    code, said = run(words, monkeypatch, capsys)
    assert code == 2
    assert said.startswith("bench: detector './d.py:Det'")
    assert message in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("case", WRONG)
def test_python_tells_it_by_the_objects_name(case, tmp_path, monkeypatch):
    line, message = WRONG[case]
    written(tmp_path, monkeypatch, line)
    mine = load_class(Spec.parse("./d.py:Det")).kind()
    with pytest.raises(BenchError, match=re.escape(message)) as told:
        evaluate(mine, TASK, resamples=100, progress=lambda what, detail="": None)
    assert str(told.value).startswith("detector 'own")


def test_an_object_whose_name_cannot_be_had_is_told_by_its_class(tmp_path, monkeypatch):
    written(tmp_path, monkeypatch, f"name = property(lambda self: {RAISES})")
    with pytest.raises(BenchError, match=f"detector 'Det': its attributes {RAISED}"):
        evaluate(load_class(Spec.parse("./d.py:Det")).kind(), TASK, resamples=100)


def test_what_an_object_records_is_text(tmp_path, monkeypatch):
    written(tmp_path, monkeypatch, "recorded = {'least': 3}")
    (record,) = evaluate(load_class(Spec.parse("./d.py:Det")).kind(), TASK, resamples=100).records
    assert record.detector.parameters == {"least": "3"}


FINE = {
    "shots without show": ("shots = 'few'", 0),
    "shots that are none": ("shots = None; show = None", 0),
    "an example": (SHOWS % "(one.document.id for one in gold[:1])", 1),
    "no extra is missing": ("missing_extra = None", 0),
    "labels of a dictionary": (LABELS % "dict.fromkeys(subject.labels).keys()", 0),
    "labels that are not known": (LABELS % "frozenset()", 0),
    "a seed of another kind": ("seed = 'x'", 0),
}


@pytest.mark.parametrize("case", FINE)
def test_what_is_not_wrong_passes(case, tmp_path, monkeypatch):
    line, shots = FINE[case]
    written(tmp_path, monkeypatch, line)
    (record,) = evaluate("./d.py:Det", TASK, resamples=100, output="results").records
    assert record.failures == ()
    assert record.detector.seed is None
    assert (record.detector.training.shots if record.detector.training else 0) == shots


def test_an_account_is_kept_as_it_is_told(tmp_path, monkeypatch):
    told = "Account(answers=[answer(d.id, raw='x', request=d.id, input_tokens=3) for d in ds], log='l', "
    told += "facts={'a': 'b'}, "
    told += "samples=([Prediction(d.id, layer, [Span(0, 4, 'Loaded_Language')]) for d in ds],) * 2)"
    written(tmp_path, monkeypatch, TELLS % told)
    (run_made,) = evaluate("./d.py:Det", TASK, resamples=100, output="results").runs
    usage = run_made.record.usage
    assert (usage.requests, usage.input_tokens, usage.facts) == (28, 84, {"a": "b"})
    assert [answer.raw for answer in run_made.answers] == ["x"] * 28
    assert usage.spread["ptc_si"]["f1"].low > 0
    assert run_made.log == "l"


def test_what_hooks_print_stands_in_no_table(tmp_path, monkeypatch, capsys):
    written(tmp_path, monkeypatch, LABELS % "print('by a hook') or frozenset(subject.labels)")
    monkeypatch.setattr("sys.argv", ["bench", "evaluate", TASK, "-d", "./d.py:Det", "--resamples", "100"])
    with pytest.raises(SystemExit):
        main()
    out, err = capsys.readouterr()
    assert "by a hook" not in out
    assert "by a hook" in err


def test_suites_tell_it_too(tmp_path, monkeypatch, capsys):
    written(tmp_path, monkeypatch, LABELS % RAISES)
    words = ("behave", "-d", "./d.py:Det", "-s", "literal", "-q", "--resamples", "100")
    said = run(words, monkeypatch, capsys)
    assert said == (2, f"bench: detector './d.py:Det': its method labels_for {RAISED}\n")


UNITS = """
from benchmark.model import Prediction, Unit


class Det:
    name = "own"
    layers = frozenset({"frame"})

    def predict(self, documents, layer):
        return [Prediction(d.id, layer, units=self.units(d)) for d in documents]

    def units(self, document):
        places = [tuple(place) for kind in %s for place in document.units(kind).tolist()[%s]]
        return [Unit(start, end, ("Political",)) for start, end in dict.fromkeys(places)]
"""
PLACES = {
    "sentences": (
        "fictional_news",
        ("sentence",),
        "1:2",
        "labelled 28 sentences, and none of the documents that",
    ),
    "paragraphs": (
        "fictional_news",
        ("paragraph",),
        "1:2",
        "labelled 28 paragraphs, and none of the documents",
    ),
    "two others": (
        "fictional_news",
        ("paragraph", "sentence"),
        "1:2",
        " units, and none of the documents that are scored",
    ),
    "documents": ("fictional_news", ("document",), ":", ""),
    "several": ("fictional_news", ("document", "paragraph"), ":", ""),
    "nothing": ("fictional_news", (), ":", ""),
    "the whole": (
        "turkey_drones",
        ("document",),
        ":",
        "labelled 1 document, and none of the paragraphs that are",
    ),
    "all sentences": (
        "turkey_drones",
        ("sentence",),
        ":",
        "labelled 29 sentences, only 4 of them paragraphs, which are what is scored",
    ),
    "all paragraphs": ("turkey_drones", ("paragraph",), ":", ""),
}


@pytest.mark.parametrize("case", PLACES)
def test_units_of_another_kind_than_is_scored_are_warned_of(case, tmp_path, monkeypatch, capsys):
    dataset, kinds, places, message = PLACES[case]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.py").write_text(UNITS % (kinds, places))
    words = ("evaluate", f"{dataset}/frame", "-d", "./d.py:Det", "-q", "--resamples", "100")
    code, said = run(words, monkeypatch, capsys)
    assert code == 0, said
    if not message:
        assert said == ""
        return
    assert said.startswith(f"bench: detector './d.py:Det' in {dataset}/frame labelled ")
    assert message in said
    assert said.count("\n") == 1


def test_a_file_of_other_units_is_warned_of_too(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (first, *_) = data.load("turkey_drones").documents
    unit = {"start": 0, "end": len(first.text), "labels": ["Political"]}
    (tmp_path / "mine.jsonl").write_text(
        json.dumps({"document": first.id, "layer": "frame", "units": [unit]})
    )
    words = ("score", "mine.jsonl", "--dataset", "turkey_drones/frame", "-q", "--resamples", "100")
    told = "labelled 1 document, and none of the paragraphs that are scored"
    assert run(words, monkeypatch, capsys) == (0, f"bench: 'mine.jsonl' in turkey_drones/frame {told}\n")
