"""Trained models in folders: kept whole, told what they learned from, refused where they are broken."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.contamination import Fingerprints
from benchmark.detectors import DETECTORS, build, is_model
from benchmark.errors import BenchError, DataError, UsageError
from benchmark.identity import origin_of
from benchmark.model import Span, Unit
from benchmark.models import FINGERPRINTS, SCHEMA, load_model, plan, train
from benchmark.protocol import Protocol
from benchmark.provenance import Training
from benchmark.run import Evaluator, Settings
from benchmark.segmentation import segment
from benchmark.spec import Spec
from benchmark.subject import Subject
from benchmark.tasks import LOADED, task_of, tasks_of
from benchmark.training import predict_texts
from tests.conftest import TECHNIQUES
from tests.learners import FILE

WORDS = Spec("words")
COUNT = 30


@pytest.fixture
def dataset(dataset_of):
    """Thirty documents in a training and a test split; the words tell the labels, but not always."""
    texts = [f"{('Vile', 'Calm')[i % 2]} plan {i} was {('odd', 'made')[i % 3 == 0]}." for i in range(COUNT)]
    spans = [
        [Span(0, 4, "Loaded_Language" if i % 2 == 0 else "Doubt"), Span(5, 9, "Doubt")] for i in range(COUNT)
    ]
    units = [[Unit(0, len(text), ("strong" if i % 2 == 0 else "none",))] for i, text in enumerate(texts)]
    return dataset_of(
        texts, spans, units={"slant": units}, splits={"train": range(20), "test": range(20, COUNT)}
    )


def the_split(dataset, name):
    return dataset.only([i for i, d in enumerate(dataset.documents) if d.id in dataset.splits[name]])


@pytest.fixture
def folder(dataset, learner, tmp_path):
    """A model of everything that can be learned of the training split."""
    return trained(dataset, tmp_path / "model")


def trained(
    dataset, target, names=("technique", "loaded_language", "loaded_sentence", "slant"), split="train"
):
    source = the_split(dataset, split) if split else dataset
    tasks = [task_of(source, name) for name in names]
    train(WORDS, source, split, plan(WORDS, source, tasks, 0), 0, target, lambda _: None)
    return target


def test_what_can_be_learned_is_planned_once(dataset, learner):
    tasks = list(tasks_of(dataset))
    found = plan(WORDS, dataset, [*tasks, *tasks], 0)
    assert [(subject.layer, subject.kind) for subject in found] == [
        ("technique", "spans"),
        ("technique", "spans"),
        ("technique_given_span", "given"),
        ("loaded_sentence", "units"),
        ("slant", "units"),
    ]
    assert [subject.labels for subject in found[:2]] == [TECHNIQUES, LOADED]


@pytest.mark.parametrize("name", ["null", "lexicon"])
def test_what_cannot_be_kept_is_not_trained(dataset, learner, name):
    with pytest.raises(UsageError, match=f"detector '{name}' cannot be trained and kept: it has no fit"):
        plan(Spec(name), dataset, [task_of(dataset, "technique")], 0)


def test_a_detector_that_can_learn_nothing_of_a_task_is_told(dataset, learner):
    learner.trained_kinds = frozenset({"relations"})
    with pytest.raises(UsageError, match="'words' can learn nothing of small for technique, slant"):
        plan(WORDS, dataset, [task_of(dataset, name) for name in ("technique", "slant")], 0)


def test_a_model_says_what_it_learned_from(dataset, folder):
    model = load_model(folder)
    record = model.record
    assert (model.name, model.seed) == ("words", 0)
    assert record.training == Training("small", "1.0.0", "0" * 64, 20, 0, 0, "train")
    assert [learned.folder for learned in record.learned] == [f"learned/{i}" for i in range(4)]
    assert model.layers == {"technique", "loaded_sentence", "slant"}
    assert model.labels_for(Subject("technique", "spans", TECHNIQUES)) == set(TECHNIQUES)
    assert model.labels_for(Subject("slant", "units", ())) == {"none", "mild", "strong"}
    assert model.labels_for(Subject("slant", "spans", ())) is None
    assert model.labels_for(Subject("frame", "units", ())) is None
    assert set(record.files) == {FINGERPRINTS, *(f"learned/{i}/{FILE}" for i in range(4))}
    assert model.provenance.fingerprints.ids == dataset.splits["train"]
    assert model.provenance.training == record.training
    assert not list(folder.rglob("*.pkl"))
    assert {path.name for path in folder.iterdir()} == {"model.json", FINGERPRINTS, "learned"}
    assert is_model(str(folder))
    assert origin_of(Spec(str(folder))) == "model"


def test_only_the_training_documents_were_learned_from(folder, learner, dataset):
    assert len(learner.fits) == 4
    for _, gold in learner.fits:
        assert tuple(annotation.document.id for annotation in gold) == dataset.splits["train"]


@pytest.mark.parametrize("name", ["technique", "loaded_language", "loaded_sentence", "slant"])
def test_a_kept_model_predicts_what_training_at_once_predicts(dataset, folder, name):
    evaluator = Evaluator(dataset, Settings(resamples=100))
    task = task_of(dataset, name)
    ours, kept = evaluator.run(task, WORDS), evaluator.run(task, Spec(str(folder)))
    assert kept.predictions == ours.predictions
    assert any(found.spans or found.units for found in kept.predictions)
    headline = task.metric
    assert kept.record.metrics[headline].scores == ours.record.metrics[headline].scores
    assert kept.record.metrics[headline].signature == ours.record.metrics[headline].signature
    assert kept.record.shared == ()
    assert kept.record.failures == ()
    assert kept.record.detector.training == ours.record.detector.training
    assert kept.record.detector.origin == "model"
    assert set(kept.record.detector.files) == {"model"}
    assert kept.record.detector.title.endswith("model, 20 docs")


def test_a_model_scored_on_what_it_learned_is_contaminated(dataset, folder):
    settings = Settings(resamples=100, protocol=Protocol(split="train"))
    run = Evaluator(dataset, settings).run(task_of(dataset, "technique"), Spec(str(folder)))
    assert len(run.record.shared) == 20
    assert all(twin.test == twin.train and twin.exact for twin in run.record.shared)
    assert "|contaminated:20|" in run.record.metrics["ptc_flc"].signature
    strict = Evaluator(dataset, replace(settings, strict=True))
    with pytest.raises(BenchError, match="learned from 20 of the documents that are scored"):
        strict.run(task_of(dataset, "technique"), Spec(str(folder)))
    whole = Evaluator(dataset, Settings(resamples=100, protocol=Protocol(folds=2)))
    run = whole.run(task_of(dataset, "technique"), Spec(str(folder)))
    assert (len(run.record.shared), run.record.dataset.documents) == (20, COUNT)


def test_a_model_of_other_labels_stands_in_where_there_is_no_better(dataset, learner, tmp_path):
    model = load_model(trained(dataset, tmp_path / "model"))

    def labels(*wanted):
        return model.chosen(Subject("technique", "spans", wanted)).learned.subject.labels

    assert labels(*TECHNIQUES) == TECHNIQUES
    assert labels(*LOADED) == LOADED
    assert labels("Loaded_Language") == LOADED
    assert labels("Doubt") == TECHNIQUES
    assert labels("Slogans") == TECHNIQUES
    assert labels() == LOADED


def test_labels_that_the_scored_dataset_lacks_are_left_out(dataset, folder, dataset_of):
    """A model may know more labels than a dataset; its predictions of these are no failures."""
    other = dataset_of(
        ["Vile plan.", "Calm plan."], [[Span(0, 4, "Loaded_Language")], []], span_labels=("Loaded_Language",)
    )
    run = Evaluator(other, Settings(resamples=100)).run(task_of(other, "technique"), Spec(str(folder)))
    assert run.record.failures == ()
    scores = run.record.metrics["ptc_flc"].scores
    assert (scores["precision"].value, scores["recall"].value) == (1, 1)


def test_a_model_predicts_texts(dataset, folder):
    documents = [segment("mine", "Vile plan.")]
    output = predict_texts(Spec(str(folder)), documents, Subject("technique", "spans", TECHNIQUES), 0)
    assert [(s.start, s.end, s.label) for s in output.predictions[0].spans] == [
        (0, 4, "Loaded_Language"),
        (5, 9, "Doubt"),
    ]
    few = predict_texts(Spec(str(folder)), documents, Subject("technique", "spans", ("Slogans",)), 0)
    assert few.failures == ()
    assert few.predictions == output.predictions


def test_what_was_learned_first_of_a_layer_answers_without_a_task(dataset, learner, tmp_path):
    model = load_model(trained(dataset, tmp_path / "model", ("technique",)))
    (found,) = model.predict([segment("mine", "Calm plan.")], "technique")
    assert [span.label for span in found.spans] == ["Doubt", "Doubt"]


def test_a_training_that_fails_leaves_no_model(dataset, learner, tmp_path):
    def fit(self, documents, gold, layer):
        raise RuntimeError("no luck")

    learner.fit = fit
    with pytest.raises(
        BenchError, match="'words', layer 'technique': training failed: RuntimeError: no luck"
    ):
        trained(dataset, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_what_a_fit_returns_must_be_kept(dataset, learner, tmp_path):
    learner.fit = lambda self, documents, gold, layer: build(Spec("null"), 0)
    with pytest.raises(BenchError, match="'null': what its fit returned cannot be kept"):
        trained(dataset, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_equal_trainings_make_equal_files(dataset, learner, tmp_path):
    one, other = (trained(dataset, tmp_path / name) for name in ("one", "other"))
    assert load_model(one).record.files == load_model(other).record.files


def edited(folder, **fields):
    path = folder / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **fields}), encoding="utf-8")


def learned_in(place):
    subject = {"layer": "technique", "kind": "spans", "labels": []}
    return [{"folder": place, "subject": subject, "fit_seconds": 0.0}]


def change_a_byte(folder):
    path = folder / "learned" / "0" / FILE
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(bytes(content))


DIGEST = "a" * 64


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (change_a_byte, f"learned/0/{FILE}: its SHA-256 is not the one that model.json gives"),
        (
            lambda f: (f / "learned" / "1" / FILE).unlink(),
            f"learned/1/{FILE}: the file is missing, and model",
        ),
        (lambda f: shutil.rmtree(f / "learned"), "learned/3/words.json: the file is missing"),
        (lambda f: (f / FINGERPRINTS).unlink(), f"{FINGERPRINTS}: the file is missing"),
        (lambda f: edited(f, files={"../out": DIGEST}), "'../out' is no plain path within the folder"),
        (lambda f: edited(f, files={"/etc/passwd": DIGEST}), "'/etc/passwd' is no plain path"),
        (lambda f: edited(f, files={"": DIGEST}), "'' is no plain path"),
        (lambda f: edited(f, learned=learned_in("../../out")), "'../../out' is no plain path"),
        (lambda f: edited(f, schema=SCHEMA + 1), f"schema {SCHEMA + 1}; this version reads schema {SCHEMA}"),
        (lambda f: edited(f, learned=[]), "model.json: nothing was learned"),
        (lambda f: edited(f, training=None), "Expected `object`, got `null`"),
        (lambda f: edited(f, seed="x"), "Expected `int`, got `str`"),
        (lambda f: (f / "model.json").write_bytes(b""), "model.json: broken JSON"),
        (lambda f: (f / "model.json").write_bytes(b"[" * 100_000), "model.json: "),
        (lambda f: (f / "model.json").write_bytes(b"\xff"), "model.json: "),
    ],
)
def test_a_broken_model_is_refused(folder, spoil, message):
    spoil(folder)
    with pytest.raises(DataError) as caught:
        load_model(folder)
    assert message in str(caught.value)
    with pytest.raises(DataError):
        build(Spec(str(folder)), 0)


def test_a_model_of_an_unknown_detector_is_refused(folder, monkeypatch):
    monkeypatch.delitem(DETECTORS._loaded, "words")
    with pytest.raises(UsageError, match="model.json: its detector 'words' is not installed; known: "):
        load_model(folder)


def test_a_detector_that_loads_nothing_is_refused(dataset, folder):
    edited(folder, detector="null")
    with pytest.raises(UsageError, match="detector 'null' can load no model"):
        Evaluator(dataset, Settings(resamples=100)).run(task_of(dataset, "technique"), Spec(str(folder)))


@pytest.mark.parametrize(
    ("learned", "message"), [("learned/9", "No such file"), ("learned/0", "holds something else")]
)
def test_what_a_detector_cannot_load_is_a_fault_of_the_model(dataset, folder, learned, message):
    """And no failure on each document."""
    (folder / "learned" / "0" / FILE).write_text("{}")
    edited(folder, learned=learned_in(learned), files={})
    with pytest.raises(DataError, match=message):
        Evaluator(dataset, Settings(resamples=100)).run(task_of(dataset, "technique"), Spec(str(folder)))


def test_fingerprints_that_are_broken_are_a_fault_of_the_model(dataset, folder):
    (folder / FINGERPRINTS).write_bytes(b"nothing")
    edited(folder, files={})
    with pytest.raises(DataError, match=FINGERPRINTS):
        Evaluator(dataset, Settings(resamples=100)).run(task_of(dataset, "technique"), Spec(str(folder)))


def test_a_model_takes_no_parameters(folder):
    with pytest.raises(UsageError, match="is a trained model, which takes no parameters"):
        build(Spec(str(folder), (("least", "2"),)), 0)


@pytest.mark.parametrize("name", ["nowhere", "x" * 300, "a\0b"])
def test_a_folder_without_a_model_is_none(name):
    assert not is_model(name)
    with pytest.raises(UsageError, match="no detector is named"):
        build(Spec(name), 0)


def test_there_is_no_model_where_there_is_no_record(tmp_path):
    with pytest.raises(UsageError, match=r"model.json: cannot be read"):
        load_model(tmp_path)


def test_a_registered_detector_goes_before_a_folder_of_its_name(folder, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    Path("null").mkdir()
    shutil.copy(folder / "model.json", "null/model.json")
    assert build(Spec("null"), 0).name == "null"
    assert origin_of(Spec("null")) == "framebench"


def test_fingerprints_are_those_of_the_documents(dataset, folder):
    stored = Fingerprints.load(folder / FINGERPRINTS)
    made = the_split(dataset, "train").fingerprints
    assert stored.ids == made.ids
    assert (stored.signatures == made.signatures).all()


def test_a_model_of_other_names_is_not_scored_on_a_layer_of_the_same_name(folder, dataset_of):
    spans = [[Span(0, 4, "Smears")]] * 21
    texts = [f"Text {index} is here." for index in range(21)]
    other = dataset_of(texts, spans, span_labels=(*TECHNIQUES, "Smears"), name="other")
    evaluator = Evaluator(other, Settings(resamples=100))
    assert evaluator.run(task_of(other, "technique"), Spec(str(folder))) is None
    assert evaluator.run(task_of(other, "loaded_language"), Spec(str(folder))) is not None


def test_the_seed_of_the_specification_is_kept(learner, dataset, tmp_path):
    spec = Spec("words", (("seed", "5"),))
    subjects = plan(spec, dataset, [task_of(dataset, "technique")], 0)
    record = train(spec, dataset, None, subjects, 0, tmp_path / "model", lambda _: None)
    assert (record.seed, record.training.seed) == (5, 5)
