"""`bench evaluate` end to end."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from benchmark import data
from benchmark.detectors import DETECTORS
from benchmark.model import Document, Prediction, Span

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
        "|gold:model(3)|task:technique|n:28|cluster:document(28)|ci:boot,B=200,seed=0|zero:0|tok:1|v:"
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
        "evaluate",
        "fictional_news/technique",
        "-d",
        "linear",
        *FEW,
        "-q",
        "-f",
        "json",
        "--metrics",
        "ptc_flc",
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
    assert (done.returncode, done.stdout, done.stderr) == (143, "", "")
    assert not list(tmp_path.rglob("run.json"))


def test_a_wide_panel_is_broken_in_two(bench):
    done = bench("evaluate", "turkey_drones/loaded_sentence", *FEW, "-q")
    assert done.code == 0, done.err
    assert max(len(line) for line in done.out.split("\n") if "|data:" not in line) <= 100
    heads = [line.split()[1] for line in done.out.split("\n") if line.startswith("detector")]
    assert heads == ["accuracy", "P"]


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
