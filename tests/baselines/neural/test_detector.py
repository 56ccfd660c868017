"""The detector as the harness and its users meet it."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import tiny_transformer as tiny

from baselines.neural import source
from baselines.neural.detector import TransformersDetector
from benchmark.answers import Stop
from benchmark.model import Annotation, Detector, Span, StoredDetector, TrainableDetector, Unit
from benchmark.segmentation import segment
from benchmark.subject import gives, knows, must_fit
from tests.baselines.neural import toys

TEXT = "The vile plan. A calm report."
QUICK = {"epochs": 1, "device": "cpu"}


@dataclass(frozen=True)
class Subject:
    """What is asked for, as the harness says it."""

    layer: str = "technique"
    kind: str = "spans"
    labels: tuple[str, ...] = ()
    unit: str = ""


def found(detector, text=TEXT, layer="technique"):
    (prediction,) = detector.predict([segment("d", text)], layer)
    return [(text[s.start : s.end], s.label) for s in prediction.spans]


def test_a_checkpoint_of_tokens_gives_spans_and_need_not_be_fitted(tagger):
    detector = TransformersDetector(model=str(tagger))
    assert isinstance(detector, Detector)
    assert (detector.kinds, detector.trained_kinds) == (frozenset({"spans"}), frozenset())
    assert detector.labels == {"bad", "good"}
    spans, units = Subject(labels=("bad", "other")), Subject(kind="units", labels=("bad", "good"))
    assert knows(detector, spans)
    assert not must_fit(detector, spans)
    assert gives(detector, spans)
    assert not gives(detector, Subject(labels=("other",)))
    assert not knows(detector, units)
    assert not knows(detector, Subject(kind="given"))
    assert found(detector) == [("vile plan", "bad"), ("calm report", "good")]


def test_a_checkpoint_of_texts_gives_units_where_it_knows_their_labels(classifier):
    detector = TransformersDetector(model=str(classifier))
    assert (detector.kinds, detector.labels) == (frozenset({"units"}), {"red", "green", "blue"})
    assert gives(detector, Subject(kind="units", labels=("blue", "red", "green")))
    assert not gives(detector, Subject(kind="units", labels=("blue", "red")))
    assert not knows(detector, Subject())


def test_what_is_asked_for_is_given_alone(tagger, classifier):
    detector = TransformersDetector(model=str(tagger))
    assert found(detector.chosen(Subject(labels=("good", "other")))) == [("calm report", "good")]
    assert found(detector) == [("vile plan", "bad"), ("calm report", "good")]
    detector = TransformersDetector(model=str(classifier))
    text = "Red one. Blue.\nGreen."
    places = {"sentence": 3, "paragraph": 2, "document": 1, "": 5}
    for unit, count in places.items():
        asked = detector.chosen(Subject(kind="units", unit=unit))
        assert len(asked.predict([segment("d", text)], "l")[0].units) == count
    assert detector.chosen(Subject()).chosen(Subject(kind="units", unit="document")) == detector


def test_labels_are_renamed(tmp_path, tagger):
    path = tmp_path / "map.toml"
    path.write_text('bad = "Loaded_Language"\ngood = ""\n')
    detector = TransformersDetector(model=str(tagger), label_map=path)
    assert detector.labels == {"Loaded_Language"}
    assert found(detector) == [("vile plan", "Loaded_Language")]
    path.write_text('worse = "Doubt"\n')
    with pytest.raises(
        ValueError, match="label_map .* no label 'worse'; it has O, B-bad, I-bad, B-good, I-good"
    ):
        TransformersDetector(model=str(tagger), label_map=path)


def test_labels_without_names_need_a_map(tmp_path):
    folder = tiny.known_classifier(tmp_path / "m", ("LABEL_0", "LABEL_1"), {"red": 0, "blue": 1})
    with pytest.raises(
        ValueError, match="m: the model does not say what LABEL_0, LABEL_1 stands for; tell it by"
    ):
        TransformersDetector(model=str(folder))
    path = tmp_path / "map.json"
    path.write_text('{"LABEL_0": "", "LABEL_1": "loaded"}')
    detector = TransformersDetector(model=str(folder), label_map=path)
    (prediction,) = detector.predict([segment("d", "Red one.\nBlue.")], "l")
    assert [unit.labels for unit in prediction.units] == [(), ("loaded",), ()]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "neither of model and base given"),
        ({"model": "a", "base": "b"}, "both of model and base given: name a checkpoint, transformers:PATH"),
        ({"base": "a", "task": "token"}, "label_map and task are for a checkpoint"),
        ({"base": "a", "label_map": Path("x")}, "label_map and task are for a checkpoint"),
        ({"base": "a", "epochs": 0}, "epochs 0: must be at least 1"),
        ({"model": "./nowhere"}, "'./nowhere' is no folder, and no name"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        TransformersDetector(**parameters)


def test_a_checkpoint_is_no_base_and_a_base_no_checkpoint(base, tagger):
    with pytest.raises(ValueError, match="its architecture is BertModel, .*transformers:base="):
        TransformersDetector(model=str(base))
    detector = TransformersDetector(model=str(tagger))
    with pytest.raises(ValueError, match="is a checkpoint; to train: transformers:base="):
        detector.fit([], [], "l")
    with pytest.raises(ValueError, match="has learned no layer"):
        detector.save(Path())


def test_what_cannot_be_loaded_stops_everything(tmp_path, base):
    folder = tiny.known_tagger(tmp_path / "m", ["O", "x"], {"vi": 1})
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(Stop, match=r"weights are pickled \(pytorch_model.bin\)"):
        TransformersDetector(model=str(folder)).predict([segment("d", "a")], "l")
    detector = TransformersDetector(base=str(folder))
    with pytest.raises(Stop, match=f"base '{folder}': .* pickled"):
        detector.fit(*toys.spans(4), "l")
    with pytest.raises(Stop, match="base './none': './none' is no folder"):
        TransformersDetector(base="./none").fit(*toys.spans(4), "l")


def test_a_missing_extra_names_the_command(tagger, base, monkeypatch, tmp_path):
    trained = TransformersDetector(base=str(base), **QUICK).fit(*toys.spans(4), "l")
    trained.save(tmp_path)
    monkeypatch.setattr(source, "find_spec", lambda name: None)
    command = r"pip install 'framebench\[transformers\]'"
    with pytest.raises(ValueError, match=command):
        TransformersDetector(model=str(tagger))
    detector = TransformersDetector(base=str(base))
    assert detector.missing_extra == "transformers"
    with pytest.raises(Stop, match=command):
        detector.fit(*toys.spans(4), "l")
    with pytest.raises(ValueError, match=command):
        TransformersDetector.load(tmp_path)


def test_a_base_learns_spans_and_units_and_is_kept(base, tmp_path):
    told = []
    detector = TransformersDetector(base=str(base), **QUICK)
    assert isinstance(detector, StoredDetector)
    assert isinstance(detector, TrainableDetector)
    assert (detector.kinds, detector.trained_kinds) == (frozenset(), frozenset({"spans", "units"}))
    assert knows(detector, Subject())
    assert must_fit(detector, Subject())
    detector.progress = told.append
    with pytest.raises(ValueError, match="must be fitted to the layer 'marks'"):
        detector.predict([], "marks")
    assert detector.fit(*toys.spans(12), "marks").fit(*toys.units(12), "kinds") is detector
    assert told[0].startswith("transformers: epoch 1 of 1")
    documents, _ = toys.spans(4, seed=1)
    detector.save(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"transformers.json", "layer0", "layer1"}
    loaded = TransformersDetector.load(tmp_path)
    for layer in ("marks", "kinds"):
        assert loaded.predict(documents, layer) == detector.predict(documents, layer)
    (unit,) = loaded.chosen(Subject(unit="document")).predict(documents[:1], "kinds")[0].units
    assert unit.labels[0] in ("bad", "fine")
    # What was kept of a layer is a checkpoint like any other.
    again = TransformersDetector(model=str(tmp_path / "layer1"))
    assert again.predict(documents, "kinds") == loaded.predict(documents, "kinds")
    other = tmp_path / "again"
    other.mkdir()
    loaded.save(other)
    same = (tmp_path / "layer0" / "model.safetensors", other / "layer0" / "model.safetensors")
    assert same[0].read_bytes() == same[1].read_bytes()


def test_gold_that_teaches_nothing_is_told(base):
    detector = TransformersDetector(base=str(base), **QUICK)
    documents, gold = toys.spans(3)
    with pytest.raises(ValueError, match="2 annotations for 3 documents"):
        detector.fit(documents, gold[:2], "l")
    empty = [Annotation(document, "l") for document in documents]
    with pytest.raises(ValueError, match="cannot learn the layer 'l': the gold marks no word"):
        detector.fit(documents, empty, "l")


def test_strange_documents_are_learned_from_and_predicted(base):
    texts = ("", " \n\t\n", "One line.", "😀 e\u0301 İstanbul’s\r\n\n\nLast", "\ud800", "word " * 400)
    documents = [segment(f"d{n}", text) for n, text in enumerate(texts)]
    detector = TransformersDetector(base=str(base), **QUICK)
    detector.fit(
        documents, [Annotation(d, "l", (Span(0, 3, "x"),) if len(d.text) > 8 else ()) for d in documents], "l"
    )
    units = [Unit(0, len(d.text), ("a",) if n % 2 else ("b",)) for n, d in enumerate(documents)]
    detector.fit(
        documents, [Annotation(d, "u", units=(u,)) for d, u in zip(documents, units, strict=True)], "u"
    )
    for layer in ("l", "u"):
        assert [p.document for p in detector.predict(documents, layer)] == [d.id for d in documents]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "transformers.json: broken"),
        ('{"version": 9, "model": {}}', "version 9 where 1 is expected"),
        ('{"version": 1, "model": {"base": "b"}}', "transformers.json: broken"),
    ],
)
def test_a_broken_header_is_told(tmp_path, content, message):
    (tmp_path / "transformers.json").write_text(content)
    with pytest.raises(ValueError, match=message):
        TransformersDetector.load(tmp_path)


@pytest.mark.parametrize("folder", ["../layer0", "/etc", "layer0/..", "layer0\n", ""])
def test_a_header_leads_nowhere_else(tmp_path, folder):
    place = {"folder": folder, "task": "token", "window": 16, "stride": 3}
    model = {"base": "b", "revision": "", "seed": 0, "pieces": "mean", "layers": {"l": place}}
    (tmp_path / "transformers.json").write_text(json.dumps({"version": 1, "model": model}))
    with pytest.raises(ValueError, match="transformers.json: broken: .*folder"):
        TransformersDetector.load(tmp_path)


def test_the_files_that_predictions_depend_on_are_named(tagger, base, monkeypatch, tmp_path):
    files = TransformersDetector(model=str(tagger)).code_files
    names = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")
    assert files == {name: tagger / name for name in names}
    assert TransformersDetector(base=str(base)).code_files["model.safetensors"] == base / "model.safetensors"
    monkeypatch.chdir(tmp_path)
    assert TransformersDetector(base="some/base").code_files == {}


def test_a_detector_can_be_copied_and_compared(tagger):
    detector = TransformersDetector(model=str(tagger))
    assert (
        detector == TransformersDetector(model=str(tagger)) != TransformersDetector(model=str(tagger), seed=1)
    )
    assert found(copy.deepcopy(detector)) == found(detector)


def test_it_is_imported_without_the_libraries_that_it_needs():
    code = (
        "import sys; import baselines.neural.detector as d; d.TransformersDetector(base='x'); "
        "print([n for n in ('torch', 'transformers', 'tokenizers', 'huggingface_hub') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
