"""`bench evaluate` end to end."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from benchmark import data
from benchmark.detectors import DETECTORS
from benchmark.model import Document, Prediction, Span, Unit
from benchmark.protocol import Protocol

FEW = ("--resamples", 200)


class Faulty:
    """Fails on one document and finds the first word of the others."""

    name = "faulty"
    layers: ClassVar[frozenset[str]] = frozenset({"technique"})

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        if any(document.id == "05" for document in documents):
            raise RuntimeError("no luck\nwith this one")
        return [Prediction(d.id, layer, (Span(0, 4, "Doubt"),)) for d in documents]


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> None:
    DETECTORS.get("null")
    monkeypatch.setitem(DETECTORS._loaded, "faulty", Faulty)


def readme_table() -> list[str]:
    """The lines of the table in the README, without the one that another scikit-learn could change."""
    text = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    table = text.split("```text\n", 1)[1].split("\n```", 1)[0].split("\n")
    assert table[0].startswith("fictional_news 1.0.0")
    return [line for line in table if not line.startswith("linear")]


def test_the_default_scores_every_baseline_on_both_datasets(bench):
    done = bench("evaluate")
    assert done.code == 0, done.err
    lines = done.out.split("\n")
    assert set(readme_table()) <= set(lines)
    assert lines[0] == "turkey_drones 1.0.0 (1 article)"
    assert "fictional_news 1.0.0 (28 articles)" in lines
    for row in ("null", "everything, 28 docs", "linear, 7-fold", "attribution-rules", "frame-keywords"):
        assert any(line.startswith(row) for line in lines), row
    assert any(line.startswith("ceiling, full") for line in lines)
    assert "made by 5 language models; no person annotated" in done.out
    assert "say nothing about other articles" in done.out.replace("\n", " ")
    assert max(map(len, lines)) <= 100
    assert "Traceback" not in done.err
    kept = sorted(Path("results").glob("*/*/*/run.json"))
    assert f"{len(kept)} runs kept in results" in done.err
    assert {path.parts[2] for path in kept} == {
        *("technique", "loaded_language", "attribution_gap", "attribution", "frame", "loaded_sentence"),
        "slant",
    }
    for path in kept:
        assert {p.name for p in path.parent.iterdir()} == {"run.json", "predictions.jsonl", "statistics.npz"}
    assert_as_in_reference(path.parent for path in kept)


def assert_as_in_reference(runs: Iterable[Path]) -> None:
    """Hold the runs of detectors that compute nothing with floats to the reference runs in the repository."""
    exact = {"null", "everything", "lexicon", "subjectivity", "repetition", "attribution-rules"}
    reference = Path(__file__).resolve().parents[2] / "results" / "reference"
    compared = 0
    for run in runs:
        if run.name.rpartition("-")[0] in exact:
            stored = reference / run.relative_to("results") / "predictions.jsonl"
            assert (run / "predictions.jsonl").read_bytes() == stored.read_bytes(), run
            compared += 1
    assert compared > len(exact)


def test_a_named_task_shows_the_panel(bench):
    done = bench("evaluate", "fictional_news/technique", "-d", "lexicon", "-d", "everything", *FEW, "-q")
    assert done.code == 0, done.err
    assert done.err == ""
    assert done.out.startswith("fictional_news 1.0.0 (28 articles), task technique, metric ptc_flc")
    heads = next(
        line for line in done.out.split("\n") if line.startswith("detector") and "character F1" in line
    )
    order = ["ptc_flc F1", "character F1", "exact F1", "ptc_si F1", "overlap F1", "token F1"]
    assert [heads.index(head) for head in order] == sorted(heads.index(head) for head in order)
    assert "semeval13_" in done.out
    assert "The metrics rank the detectors differently: between ptc_flc and " in done.out
    signature = done.out.rstrip().split("\n")[-1]
    assert signature.startswith("ptc_flc|data:fictional_news@1.0.0+")
    assert "|train:cv7,seed=0|v:" in signature
    signature = next(line for line in done.out.split("\n") if line.startswith("ptc_flc|"))
    assert (
        "|gold:model(3)|task:technique|n:28|cluster:document(28)|ci:boot-t,B=200,seed=0|zero:0|tok:1|v:"
        in signature
    )


def test_tidy_output_holds_every_score_at_full_precision(bench):
    arguments = ("evaluate", "turkey_drones", "-d", "subjectivity", *FEW, "-q", "-f")
    as_json = json.loads(bench(*arguments, "json").out)
    as_csv = list(csv.DictReader(io.StringIO(bench(*arguments, "csv").out)))
    assert len(as_json) == len(as_csv)
    head = next(row for row in as_json if row["headline"] and row["task"] == "technique")
    assert head["metric"] == "ptc_flc"
    assert head["low"] <= head["value"] <= head["high"]
    twin = next(row for row in as_csv if row["headline"] == "True" and row["task"] == "technique")
    assert float(twin["value"]) == head["value"]
    assert max(len(row["value"]) for row in as_csv) > 10
    assert {row["label"] for row in as_json if row["task"] == "loaded_language"} >= {None}


@pytest.mark.parametrize(
    ("fmt", "sign"), [("github", "| detector"), ("latex", r"\toprule"), ("html", "<caption>turkey_drones")]
)
def test_other_formats(bench, fmt, sign):
    done = bench("evaluate", "turkey_drones", "-d", "null", *FEW, "-q", "-f", fmt)
    assert done.code == 0
    assert sign in done.out


def test_the_same_seed_gives_the_same_numbers_and_another_seed_other_intervals(bench):
    arguments = (
        *("evaluate", "fictional_news/technique", "-d", "random", "-d", "everything", *FEW, "-q"),
        *("-f", "json", "--metrics", "ptc_flc"),
    )

    def numbers(*more: object) -> list[tuple[object, ...]]:
        rows = json.loads(bench(*arguments, *more).out)
        return [(row["score"], row["label"], row["value"], row["low"], row["high"]) for row in rows]

    assert numbers() == numbers("--seed", 0)
    assert numbers() != numbers("--seed", 1)


def test_a_metric_with_a_parameter(bench):
    done = bench(
        *("evaluate", "turkey_drones/attribution_gap", "-d", "everything", *FEW, "-q"),
        *("--metrics", "overlap:threshold=0.1", "--metrics", "exact"),
    )
    assert done.code == 0, done.err
    assert "metric overlap(threshold=0.1)" in done.out
    assert "metric exact" in done.out


def test_a_failing_detector_costs_one_document(bench, faulty):
    done = bench("evaluate", "fictional_news/technique", "-d", "faulty", *FEW)
    assert done.code == 3
    assert "faulty [incomplete]" in done.out
    assert "failed on document '05'" in done.out.replace("\n", " ")
    place = "document '05' in fictional_news/technique"
    assert f"detector 'faulty' failed on {place}: RuntimeError: no luck with this one" in done.err
    record = json.loads(next(Path("results").glob("*/*/faulty-*/run.json")).read_text())
    assert record["failures"] == [{"document": "05", "error": "RuntimeError: no luck with this one"}]
    text = next(Path("results").glob("*/*/faulty-*/predictions.jsonl")).read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    assert len(rows) == 28
    assert sum(bool(row["spans"]) for row in rows) == 27


def test_statistics_sum_to_the_score(bench):
    bench("evaluate", "fictional_news/technique", "-d", "lexicon", *FEW, "--metrics", "exact")
    folder = next(Path("results").glob("fictional_news/technique/lexicon-*"))
    record = json.loads((folder / "run.json").read_text())
    with np.load(folder / "statistics.npz", allow_pickle=False) as arrays:
        found, predicted, _, gold = arrays["exact"].sum(axis=0).reshape(14, 4).sum(axis=0)
    assert gold == 254
    value = record["metrics"]["exact"]["scores"]["f1"]["value"]
    assert value == pytest.approx(2 * found / (predicted + gold), abs=1e-15)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("turky_drones",), "did you mean 'turkey_drones'"),
        (("turkey_drones/techniqe",), "did you mean 'technique'"),
        (("turkey_drones/slant",), "has no layer 'slant'"),
        (("turkey_drones", "-d", "lexikon"), "did you mean 'lexicon'"),
        (("turkey_drones", "-d", "lexicon:treshold=2"), "did you mean 'threshold'"),
        (("turkey_drones", "-d", "lexicon:threshold=high"), "threshold=high"),
        (("turkey_drones", "-d", "lexicon:threshold"), "not of the form key=value"),
        (("turkey_drones", "-d", "lexicon:file=nowhere.txt"), "nowhere.txt"),
        (("turkey_drones", "--metrics", "ptc_is"), "did you mean 'ptc_si'"),
        (("turkey_drones/frame", "--metrics", "exact"), "none of the metrics fits"),
        (("turkey_drones/frame", "-d", "lexicon"), "no task fits lexicon"),
        (("turkey_drones", "--output", "/proc/nowhere"), "cannot be written"),
        (("turkey_drones", "--seed", "-1"), "--seed"),
        (("turkey_drones", "--format", "xml"), "xml"),
    ],
)
def test_wrong_use_is_told_in_one_line_and_nothing_is_written(bench, arguments, message):
    done = bench("evaluate", *arguments)
    assert done.code == 2
    assert message in done.err.replace("\n", " ")
    assert "Traceback" not in done.err
    assert done.out == ""
    assert not list(Path().rglob("run.json"))


def test_debug_shows_the_traceback_and_keeps_the_exit_code(bench):
    done = bench("evaluate", "nothing", "--debug")
    assert done.code == 2
    assert "Traceback" in done.err
    assert done.err.endswith(
        "bench: no dataset or folder is named 'nothing'; known: fictional_news, turkey_drones\n"
    )


def test_an_interruption_leaves_no_half_written_run(bench, monkeypatch):
    import benchmark.results as results

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(results.np, "savez_compressed", interrupted)
    done = bench("evaluate", "turkey_drones/technique", "-d", "null", *FEW)
    assert done.code != 0
    assert [path for path in Path("results").rglob("*") if path.is_file()] == []
    assert list(Path("results").rglob(".*")) == []


def test_progress_is_drawn_on_a_terminal_alone(bench, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    done = bench("evaluate", "turkey_drones/frame", "-d", "null", *FEW)
    assert done.code == 0
    assert done.out.startswith("turkey_drones 1.0.0")


def test_many_failures_are_named_in_part(bench, monkeypatch):
    class Hopeless(Faulty):
        name = "hopeless"

        def predict(self, documents, layer):
            raise RuntimeError("no luck at all")

    DETECTORS.get("null")
    monkeypatch.setitem(DETECTORS._loaded, "hopeless", Hopeless)
    done = bench("evaluate", "fictional_news/technique", "-d", "hopeless", *FEW)
    assert done.code == 3
    assert done.err.count("failed on document") == 5
    assert "… and on 23 more documents in fictional_news/technique" in done.err


def test_a_signal_while_a_detector_works_ends_the_run(tmp_path):
    code = (
        "import os, signal\n"
        "from benchmark.detectors import DETECTORS\n"
        "class Killed:\n"
        "    name, layers = 'killed', frozenset({'technique'})\n"
        "    def predict(self, documents, layer):\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        return []\n"
        "DETECTORS.register('killed', Killed)\n"
        "from benchmark.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "evaluate", "turkey_drones/technique", "-d", "killed", "-q"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (143, "", "bench: ended by SIGTERM\n")
    assert not list(tmp_path.rglob("run.json"))


def test_a_wide_panel_is_broken_in_two(bench):
    done = bench("evaluate", "turkey_drones/loaded_sentence", *FEW, "-q")
    assert done.code == 0, done.err
    assert max(len(line) for line in done.out.split("\n") if "|data:" not in line) <= 100
    heads = [line.split()[1] for line in done.out.split("\n") if line.startswith("detector")]
    assert heads == ["accuracy", "weighted-F1"]


def test_two_states_of_one_dataset_are_scored_apart(bench):
    """A bug once: the second folder of a name took the place of the first."""
    source, changed = data.packaged_root() / "turkey_drones", Path("changed")
    shutil.copytree(source, changed)
    manifest = json.loads((changed / "manifest.json").read_text(encoding="utf-8"))
    card = (changed / "README.md").read_bytes() + b"\nChanged.\n"
    (changed / "README.md").write_bytes(card)
    manifest["files"]["README.md"]["sha256"] = hashlib.sha256(card).hexdigest()
    (changed / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    rows = json.loads(
        bench("evaluate", "turkey_drones/frame", "changed/frame", "-d", "null", *FEW, "-q", "-f", "json").out
    )
    signatures = dict.fromkeys(row["signature"] for row in rows)
    hashes = [data.load(folder).manifest_sha256[:12] for folder in (source, changed)]
    assert [signature.split("|")[1] for signature in signatures] == [
        f"data:turkey_drones@1.0.0+{digest}" for digest in hashes
    ]


def test_a_target_given_twice_is_scored_once(bench):
    done = bench("evaluate", *["turkey_drones/frame"] * 2, "-d", "null", *FEW)
    assert "1 run kept" in done.err


@pytest.fixture
def babe(dataset_of, monkeypatch):
    """Forty sentences as the adapter of BABE gives them, loaded as "babe"."""
    labels = ["Biased", "Non-biased", "Biased", ""] * 10
    texts = [f"{label or 'Undecided'} sentence {index}." for index, label in enumerate(labels)]
    units = [[Unit(0, len(t), (label,) if label else ())] for t, label in zip(texts, labels, strict=True)]
    opinions = [[Unit(0, len(t), ("fact",))] for t in texts]
    made = dataset_of(
        texts, units={"bias": units, "opinion": opinions}, unit="sentence", name="babe", corpus="babe"
    )
    load = data.load
    monkeypatch.setattr(data, "load", lambda name: made if name == "babe" else load(name))
    return made


PUBLISHED = "cv5,stratified,ungrouped,seed=42,detector=0"


def test_the_published_protocol_is_followed_and_told(bench, babe, learner):
    done = bench("evaluate", "babe", "--protocol", "published", "-d", "words", *FEW, "-q")
    assert done.code == 0, done.err
    text = " ".join(done.out.split())
    assert done.out.startswith("babe 1.0.0 (30 sentences)")
    assert "weighted-F1" in done.out
    assert "opinion" not in done.out
    assert "5-fold: stratified cross-validation over the 30 documents" in text
    rows = json.loads(
        bench("evaluate", "babe", "--protocol", "published", "-d", "words", *FEW, "-q", "-f", "json").out
    )
    (head,) = [row for row in rows if row["headline"]]
    assert (head["score"], head["value"], head["training"]) == ("weighted_f1", 1, PUBLISHED)
    assert f"|protocol:published|train:{PUBLISHED}|" in head["signature"]
    own = json.loads(bench("evaluate", "babe", "-d", "words", "--folds", 5, *FEW, "-q", "-f", "json").out)
    assert {row["task"] for row in own} == {"bias", "opinion"}
    assert {row["training"] for row in own} == {"cv5,seed=0"}
    assert not any("protocol:" in row["signature"] for row in own)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("babe", "--protocol", "published", "--folds", 5),
            "decides on --split and --folds; leave these out",
        ),
        (("babe", "--protocol", "published", "--split", "test"), "decides on --split and --folds"),
        (("babe/opinion", "--protocol", "published"), "the published protocol of 'babe' is for bias alone"),
        (
            ("--protocol", "published"),
            "dataset 'turkey_drones' has no published protocol; those of ptc, babe",
        ),
        (("babe", "--protocol", "any"), "any"),
        (("babe", "--split", "tset"), "dataset 'babe' has no split 'tset', did you mean 'test'"),
        (("babe", "--split", "test", "-d", "words"), "no other split than 'test' to learn from"),
        (("babe", "--folds", 1), "--folds"),
    ],
)
def test_a_division_that_cannot_be_made_is_told(bench, babe, learner, arguments, message):
    done = bench("evaluate", *arguments)
    assert done.code == 2
    assert message in " ".join(done.err.split())
    assert "Traceback" not in done.err
    assert not list(Path().rglob("run.json"))


def test_a_published_split_keeps_the_headlines_of_the_tasks(bench, dataset_of, monkeypatch, learner):
    texts = [f"Vile plan {index}." for index in range(30)]
    spans = [[Span(0, 4, "Propaganda")]] * 30
    ptc = dataset_of(
        texts, spans, splits={"train": range(20), "dev": range(20, 30)}, corpus="ptc", name="ptc",
        span_layer="propaganda", span_labels=("Propaganda",),
    )  # fmt: skip
    monkeypatch.setattr(data, "load", lambda name: ptc)
    done = bench("evaluate", "ptc", "--protocol", "published", "-d", "words", *FEW, "-q", "-f", "json")
    rows = json.loads(done.out)
    (head,) = [row for row in rows if row["headline"]]
    assert (head["task"], head["metric"], head["split"], head["value"]) == ("span", "ptc_si", "dev", 1)
    assert "|protocol:published|train:ptc@1.0.0+000000000000/train,seed=0|" in head["signature"]


def test_a_slow_detector_joins_unasked_where_one_training_serves(bench, dataset_of, monkeypatch, learner):
    from benchmark.cli import evaluate
    from benchmark.run import Evaluator
    from benchmark.run import Settings as Measured
    from benchmark.spec import Spec
    from benchmark.tasks import task_of

    texts = [f"Vile plan {index}." for index in range(30)]
    dataset = dataset_of(texts, [[]] * 30, splits={"train": range(20), "test": range(20, 30)})
    split = Evaluator(dataset, Measured())
    crossed = Evaluator(dataset, Measured(protocol=Protocol(folds=3)))
    work = [(evaluator, task_of(dataset, "technique")) for evaluator in (split, crossed)]
    specs = [Spec("words")]
    assert len(evaluate.planned(work, specs, named=False)) == 2
    learner.slow = True
    assert [evaluator for evaluator, _, _ in evaluate.planned(work, specs, named=False)] == [split]
    assert len(evaluate.planned(work, specs, named=True)) == 2


def test_given_spans_are_scored_on_request_alone(bench, dataset_of, monkeypatch, learner):
    texts = [f"Vile plan {index}." for index in range(20)]
    made = dataset_of(texts, [[Span(0, 4, "Doubt")]] * 20)
    monkeypatch.setattr(data, "load", lambda name: made)
    rows = json.loads(bench("evaluate", "small", "-d", "words", *FEW, "-q", "-f", "json").out)
    assert "technique_given_span" not in {row["task"] for row in rows}
    asked = bench("evaluate", "small/technique_given_span", "-d", "words", *FEW, "-q", "-f", "json")
    assert asked.code == 0, asked.err
    (head,) = [row for row in json.loads(asked.out) if row["headline"]]
    assert (head["metric"], head["value"]) == ("given_spans", 1)


def test_a_split_is_scored_from_a_file_too(bench, dataset_of, monkeypatch):
    texts = [f"Vile plan {index}." for index in range(30)]
    splits = {"train": range(20), "dev": range(20, 24), "test": range(24, 30)}
    made = dataset_of(texts, [[Span(0, 4, "Doubt")]] * 30, splits=splits)
    monkeypatch.setattr(data, "load", lambda name: made)
    span = {"start": 0, "end": 4, "label": "Doubt"}
    rows = [{"document": f"d{i}", "layer": "technique", "spans": [span]} for i in range(20, 24)]
    Path("mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    score = ("score", "mine.jsonl", "--dataset", "small/technique", *FEW, "-q", "-f", "json")
    done = bench(*score, "--split", "dev")
    assert done.code == 0, done.err
    (head,) = [row for row in json.loads(done.out) if row["headline"]]
    assert (head["value"], head["documents"], head["split"]) == (1, 4, "dev")
    done = bench(*score)
    assert (done.code, done.out) == (2, "")
    assert "names none of the 6 scored documents, only others; give --split for these" in done.err
