"""`benchmark.evaluate`: the same numbers as the command, for names and for objects."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import pandas as pd
import pytest

from baselines.frame_keywords import FrameKeywordsDetector
from baselines.lexicon import LexiconDetector
from baselines.simple import MajorityDetector, RandomDetector
from benchmark import data, evaluation
from benchmark.cli import main
from benchmark.detectors import DETECTORS
from benchmark.errors import BenchError, DetectorError, UsageError
from benchmark.evaluation import evaluate
from benchmark.model import Annotation, Document, Prediction, Span, Unit
from benchmark.results import load
from benchmark.spec import Spec
from benchmark.tasks import TASKS, task_of

FEW = 200
NEWS = "fictional_news"


@dataclass
class Longest:
    """Learns the commonest label, and gives it to the longest sentence."""

    name: ClassVar[str] = "longest"
    layers: ClassVar[frozenset[str]] = frozenset({"technique"})
    least: int = 1
    learned: str = ""

    def fit(self, documents: Sequence[Document], gold: Sequence[Annotation], layer: str) -> Self:
        found = [span.label for annotation in gold for span in annotation.spans]
        self.learned = max(sorted(set(found)), key=found.count)
        self.seen = {document.id for document in documents}
        return self

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        assert self.seen.isdisjoint(document.id for document in documents)
        return [
            Prediction(
                d.id, layer, (Span(*max(d.sentences.tolist(), key=lambda s: s[1] - s[0]), self.learned),)
            )
            for d in documents
        ]


class Faulty:
    """Fails on one document."""

    name = "faulty"
    layers = frozenset({"technique"})

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        if any(document.id == "05" for document in documents):
            raise RuntimeError("no luck")
        return [Prediction(document.id, layer) for document in documents]


def command(monkeypatch, capsys, *words: object) -> str:
    monkeypatch.setattr(sys, "argv", ["bench", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        main()
    assert not left.value.code
    return capsys.readouterr().out


def timeless(table: object) -> str:
    """A table without the speeds in it."""
    return re.sub(r" *[\d.]+[kM]?$", "", str(table).rstrip("\n"), flags=re.MULTILINE)


def test_the_numbers_are_those_of_the_command(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    words = ("evaluate", NEWS, "turkey_drones/frame", "-d", "majority", "-d", "lexicon:threshold=2.5")
    out = command(monkeypatch, capsys, *words, "-q", "--resamples", FEW, "--output", "typed")
    made = evaluate(
        ["majority", "lexicon:threshold=2.5"], [NEWS, "turkey_drones/frame"], resamples=FEW, output="made"
    )
    assert timeless(made) == timeless(out)
    typed = load("typed")
    assert len(made.runs) > 6
    assert sorted(made.frame().signature) == sorted(typed.signature)
    by = ["dataset", "task", "detector", "metric", "score", "label"]
    ours, theirs = (
        table.drop(columns=["run", "characters_per_second"], errors="ignore")
        .sort_values(by)
        .reset_index(drop=True)
        for table in (made.frame(), typed)
    )
    pd.testing.assert_frame_equal(ours, theirs[list(ours.columns)], check_exact=True)
    kept = sorted(path.relative_to("made") for path in Path("made").rglob("*.jsonl"))
    assert kept == sorted(path.relative_to("typed") for path in Path("typed").rglob("*.jsonl"))
    for path in kept:
        assert (Path("made") / path).read_bytes() == (Path("typed") / path).read_bytes()


def test_a_notebook_shows_what_the_command_writes_as_html(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    words = ("evaluate", "-d", "null", "-d", "everything", "-q", "--resamples", FEW, "-f", "html")
    out = command(monkeypatch, capsys, *words)
    made = evaluate(["null", "everything"], resamples=FEW)
    assert made._repr_html_() == out.rstrip("\n")
    assert "<table>" in out


def test_tables_hold_the_kept_behaviour_of_the_same_folder(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    command(monkeypatch, capsys, "behave", "-d", "lexicon", "--suite", "typography", "-q")
    words = ("evaluate", f"{NEWS}/technique", "-d", "lexicon", "-q", "--resamples", FEW)
    out = command(monkeypatch, capsys, *words)
    made = evaluate("lexicon", f"{NEWS}/technique", resamples=FEW, output="results")
    assert [record.suite for record in made.behaviours] == ["typography"]
    assert timeless(made) == timeless(out)
    assert "typography" in str(made)
    assert "typography" not in str(evaluate("lexicon", f"{NEWS}/technique", resamples=FEW))


def test_an_object_scores_as_its_name_does():
    tasks = [f"{NEWS}/technique", f"{NEWS}/frame"]
    named = evaluate(["random:seed=3", "majority", "frame-keywords"], tasks, resamples=FEW)
    objects = [RandomDetector(seed=3), MajorityDetector(), FrameKeywordsDetector()]
    given = evaluate(objects, tasks, resamples=FEW)
    assert len(named.runs) == len(given.runs) == 3
    for ours, theirs in zip(given.runs, named.runs, strict=True):
        assert ours.predictions == theirs.predictions
        assert ours.record.metrics == theirs.record.metrics
        assert (ours.record.detector.origin, theirs.record.detector.origin) == ("object", "framebench")


def test_an_object_that_learns_is_copied_for_each_fold():
    mine = Longest(least=2)
    made = evaluate(mine, f"{NEWS}/technique", resamples=FEW, metrics="exact")
    (record,) = made.records
    assert mine.learned == ""
    assert not hasattr(mine, "seen")
    assert record.failures == ()
    assert record.detector.training.folds == 7
    assert record.detector.parameters["least"] == "2"
    assert list(record.metrics) == ["exact"]
    assert all(len(prediction.spans) == 1 for prediction in made.runs[0].predictions)


def test_a_failing_object_costs_one_document(tmp_path):
    made = evaluate([Faulty(), "null"], f"{NEWS}/technique", resamples=FEW, output=tmp_path)
    faulty = made.records[0]
    assert [(failure.document, failure.error) for failure in faulty.failures] == [
        ("05", "RuntimeError: no luck")
    ]
    assert "faulty [incomplete]" in str(made)
    assert json.loads((tmp_path / faulty.folder / "run.json").read_text())["failures"]


def test_results_are_rows_comparisons_and_folders(tmp_path):
    made = evaluate(["null", "everything", "majority"], (NEWS, "turkey_drones"), resamples=FEW)
    assert made.records == tuple(run.record for run in made.runs)
    assert repr(made).startswith(f"<Evaluation: {len(made.runs)} runs on turkey_drones/") or NEWS in repr(
        made
    )
    (first, *_) = made.comparisons
    assert len(first.records) >= 2
    frame = made.frame()
    assert set(frame.detector) == {"null", "everything", "majority"}
    assert frame.value.dtype == np.float64
    folders = made.save(tmp_path)
    assert folders == [tmp_path / record.folder for record in made.records]
    assert all((folder / "run.json").is_file() for folder in folders)


def test_the_report_is_a_page(tmp_path):
    made = evaluate(["null", Longest()], f"{NEWS}/technique", resamples=FEW, metrics="exact")
    made.report(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "longest" in page
    assert list(tmp_path.iterdir()) == [tmp_path / "page.html"]


def test_one_run_is_named_so():
    made = evaluate("null", f"{NEWS}/frame", resamples=FEW)
    assert repr(made) == f"<Evaluation: 1 run on {NEWS}/frame>"
    assert made.comparisons == ()


def test_datasets_and_tasks_may_be_objects(dataset_of):
    news = data.load(NEWS)
    named = evaluate("null", f"{NEWS}/frame", resamples=FEW).records[0].metrics
    bound = task_of(news, "frame")
    for tasks in (
        (news, bound),
        (news, TASKS.get("frame")),
        (news, "frame"),
        [(news, "frame")],
        [(news, bound), f"{NEWS}/frame"],
    ):
        (record,) = evaluate("null", tasks, resamples=FEW).records
        assert record.metrics == named
    small = dataset_of([f"Vile plan {n} of {n * n}." for n in range(20)], [[Span(0, 4, "Doubt")]] * 20)
    everything = evaluate(Spec("everything"), small, folds=2, resamples=FEW)
    assert {record.task for record in everything.records} >= {"technique"}
    assert everything.datasets == (small,)
    assert everything.in_detail is False


def test_the_published_protocol_is_that_of_the_command(dataset_of):
    texts = [f"Vile plan {index}." for index in range(30)]
    ptc = dataset_of(
        texts, [[Span(0, 4, "Propaganda")]] * 30, splits={"train": range(20), "dev": range(20, 30)},
        corpus="ptc", name="ptc", span_layer="propaganda", span_labels=("Propaganda",),
    )  # fmt: skip
    (record,) = evaluate("everything", ptc, protocol="published", resamples=FEW).records
    assert record.protocol.name == "published"
    assert (record.dataset.split, record.dataset.documents) == ("dev", 10)


def test_progress_is_told():
    told = []
    evaluate(
        "null", f"{NEWS}/frame", resamples=FEW, progress=lambda what, detail="": told.append((what, detail))
    )
    assert told == [(f"{NEWS}/frame: null", "")]


def pipeline():
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(TfidfVectorizer(), LogisticRegression())


class Nameless:
    layers = frozenset({"technique"})

    def predict(self, documents, layer):
        return []


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("lexikon",), {}, "did you mean 'lexicon'"),
        (("lexicon:treshold=2",), {}, "did you mean 'threshold'"),
        (("null", "turky_drones"), {}, "did you mean 'turkey_drones'"),
        (("null", "turkey_drones/techniqe"), {}, "did you mean 'technique'"),
        (("null",), {"metrics": "ptc_is"}, "did you mean 'ptc_si'"),
        (("null",), {"protocol": "publishd"}, "no protocol is named 'publishd', did you mean 'published'?"),
        (("null",), {"protocol": "published", "folds": 5}, "decides on --split and --folds"),
        (("null",), {"split": "tset"}, "has no split 'tset', did you mean 'test'"),
        (("null",), {"seed": -1}, "seed -1 is negative"),
        (("null",), {"resamples": 99}, "99 resamples; give 100 to 1000000"),
        (("null",), {"folds": 1}, "1 folds; a cross-validation has two or more"),
        (("lexicon", "turkey_drones/frame"), {}, "no task fits lexicon"),
        (("null", "turkey_drones/frame"), {"metrics": ["exact"]}, "none of the metrics fits"),
        ((7,), {}, "7 is neither a name, nor an object that fits, nor several of them"),
        (("null", 7), {}, "7 is neither a name"),
        (("null", [7]), {}, "7 is nothing to score on; give 'DATASET'"),
        ((MajorityDetector,), {}, "detector MajorityDetector is a class; give an object of it"),
        (([Longest, "null"],), {}, "detector Longest is a class"),
        (([pipeline()],), {}, "Pipeline is an estimator of scikit-learn and says nothing of layers; wrap it"),
        (([Longest(), Longest()],), {}, "two detectors are called 'longest'; give each a name of its own"),
        (([],), {}, "detectors: none is given; name one, or leave them out (None) for the default"),
        ((iter(()),), {}, "detectors: none is given"),
        (("null", ()), {}, "tasks: none is given"),
        (("null",), {"metrics": []}, "metrics: none is given"),
        (("null",), {"output": "/proc/nowhere"}, "/proc/nowhere: results cannot be written there"),
    ],
)  # fmt: skip
def test_wrong_use_is_told(arguments, options, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as told:
        evaluate(*arguments, **options)
    assert message in str(told.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("strange", [Nameless(), [3]])
def test_what_is_no_detector_is_told(strange):
    with pytest.raises(DetectorError, match="is no detector: it has no"):
        evaluate(strange, f"{NEWS}/technique")


def test_a_task_of_ones_own_needs_a_name_of_its_own():
    news = data.load(NEWS)
    changed = replace(task_of(news, "technique"), labels=("Doubt",))
    with pytest.raises(UsageError, match="task 'technique' differs from the task of that name of dataset"):
        evaluate("null", (news, changed))


def test_two_parts_of_a_dataset_are_not_mixed_in_a_table():
    news = data.load(NEWS)
    with pytest.raises(UsageError, match="two parts of dataset 'fictional_news' cannot be scored together"):
        evaluate("null", [news, news.only(range(20))])


def test_an_object_that_refuses_a_subject_does_so_before_the_first_run(tmp_path):
    class Choosy(Longest):
        def chosen(self, subject):
            raise UsageError(f"not {subject.layer}")

    with pytest.raises(UsageError, match="not technique"):
        evaluate(["null", Choosy()], f"{NEWS}/technique", output=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_strict_evaluation_refuses_what_was_learned_from(dataset_of):
    news = data.load(NEWS)
    few = news.only(range(5))
    with pytest.raises(BenchError, match="learned from"):
        evaluate(MajorityDetector(), (few, "frame"), strict=True, resamples=FEW)
    assert evaluate(MajorityDetector(), (few, "frame"), resamples=FEW).records[0].contaminated


def test_what_is_left_out_is_warned_of(monkeypatch):
    monkeypatch.setattr("benchmark.evaluation_plan.ready", lambda: (["random", "everything"], ["x: no"]))
    with pytest.warns(UserWarning, match="left out: x: no"):
        made = evaluate(tasks=f"{NEWS}/technique", resamples=FEW, metrics="exact")
    assert [record.detector.name for record in made.records] == ["everything", "random"]


def test_the_same_object_twice_is_one_detector():
    mine = Longest()
    assert len(evaluate([mine, mine], f"{NEWS}/technique", resamples=FEW, metrics="exact").runs) == 1


def test_runs_take_one_thread(monkeypatch):
    from threadpoolctl import threadpool_info

    seen = []

    class Looks(Longest):
        def predict(self, documents, layer):
            seen.append({pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"})
            return super().predict(documents, layer)

    evaluate(Looks(), f"{NEWS}/technique", resamples=FEW, metrics="exact")
    assert seen
    assert all(threads <= {1} for threads in seen)


def test_grouped_keeps_the_order():
    made = evaluate(["null", "majority"], [f"{NEWS}/frame", f"{NEWS}/slant"], resamples=FEW)
    groups = evaluation.grouped(made.records, lambda record: (record.task,))
    assert [[record.detector.name for record in group] for group in groups] == [["null", "majority"]] * 2


def test_units_of_an_object_are_scored(dataset_of):
    class Constant:
        name = "constant"
        layers = frozenset({"opinion"})

        def predict(self, documents, layer):
            return [Prediction(d.id, layer, units=(Unit(0, len(d.text), ("fact",)),)) for d in documents]

    texts = [f"Text {number}." for number in range(20)]
    units = [
        [Unit(0, len(text), ("fact" if number < 15 else "opinion",))] for number, text in enumerate(texts)
    ]
    small = dataset_of(texts, units={"opinion": units})
    (record,) = evaluate(Constant(), small, resamples=FEW, metrics="classification").records
    assert record.metrics["classification"].scores["accuracy"].value == 0.75


def test_what_is_missing_for_a_training_is_told(dataset_of, monkeypatch):
    class Needy(Longest):
        name: ClassVar[str] = "needy"
        missing_extra: ClassVar[str] = "crf"
        slow: ClassVar[bool] = True

    with pytest.raises(UsageError, match="detector 'needy' needs more to be .*: pip install 'framebench"):
        evaluate(Needy(), f"{NEWS}/technique")
    list(DETECTORS)
    monkeypatch.setitem(DETECTORS._loaded, "needy", Needy)
    monkeypatch.setattr("benchmark.evaluation_plan.ready", lambda: (["needy", "null"], []))
    texts = [f"Vile plan {number} of {number * 97}." for number in range(30)]
    split = dataset_of(
        texts, [[Span(0, 4, "Doubt")]] * 30, splits={"train": range(20), "test": range(20, 30)}
    )
    with pytest.warns(UserWarning, match="left out: detector 'needy' needs more to be"):
        made = evaluate(None, (split, "technique"), resamples=FEW)
    assert [record.detector.name for record in made.records] == ["null"]
    crossed = evaluate(None, (split, "technique"), folds=3, resamples=FEW)  # unasked it joins no folds
    assert [record.detector.name for record in crossed.records] == ["null"]


def test_an_object_that_cannot_be_copied_is_used_as_it_is_where_it_learns_nothing():
    named, given = (
        evaluate(one, f"{NEWS}/technique", resamples=FEW, metrics="exact").runs[0]
        for one in ("lexicon:threshold=2.5", LexiconDetector(threshold=2.5))
    )
    assert given.predictions == named.predictions

    class Locked(Longest):
        def __deepcopy__(self, memo):
            raise TypeError("locked")

    with pytest.raises(DetectorError, match="'longest' learns, and so is copied for each fold, which fails"):
        evaluate(Locked(), f"{NEWS}/technique")
