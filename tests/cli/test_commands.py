"""The other commands end to end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark import data

FEW = ("--resamples", 200)


@pytest.fixture
def reports():
    return data.load("fictional_news")


def gold_file(dataset, layer: str, path: Path) -> Path:
    """Write a dataset's gold as a predictions file."""
    rows = [
        {
            "document": gold.document.id,
            "layer": layer,
            "spans": [{"start": s.start, "end": s.end, "label": s.label} for s in gold.spans],
            "units": [{"start": u.start, "end": u.end, "labels": u.labels} for u in gold.units],
        }
        for gold in dataset.gold[layer]
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_gold_as_predictions_scores_one(bench, reports):
    gold_file(reports, "technique", Path("gold.jsonl"))
    done = bench("score", "gold.jsonl", "--dataset", "fictional_news", *FEW, "-q")
    assert done.code == 0, done.err
    row = next(line for line in done.out.split("\n") if line.startswith("gold.jsonl"))
    assert row.split()[1:5] == ["1.0", "1.0–1.0", "1.0", "1.0–1.0"]


def test_tab_separated_rows_are_read_too(bench, reports):
    lines = [
        f"{gold.document.id}\t{span.label}\t{span.start}\t{span.end}"
        for gold in reports.gold["technique"]
        for span in gold.spans
    ]
    Path("gold.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = bench("score", "gold.tsv", "--dataset", "fictional_news/technique", *FEW, "-f", "json")
    rows = json.loads(done.out)
    head = next(row for row in rows if row["headline"])
    assert head["value"] == 1
    assert "names " not in done.out


def test_spans_without_technique_are_scored_by_si_alone(bench, reports):
    lines = [
        f"{gold.document.id}\t{span.start}\t{span.end}"
        for gold in reports.gold["technique"]
        for span in gold.spans
    ]
    Path("si.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    refused = bench("score", "si.tsv", "--dataset", "fictional_news/technique", "--metrics", "exact")
    assert refused.code == 2
    assert "--metrics ptc_si" in refused.err
    done = bench(
        "score", "si.tsv", "--dataset", "fictional_news/technique", "--metrics", "ptc_si", "-f", "json"
    )
    rows = json.loads(done.out)
    assert {row["metric"] for row in rows} == {"ptc_si"}
    assert next(row["value"] for row in rows if row["score"] == "recall") == 1


def test_documents_that_a_file_does_not_name_are_counted(bench, reports):
    gold_file(reports, "technique", Path("gold.jsonl"))
    lines = Path("gold.jsonl").read_text().splitlines(keepends=True)
    Path("part.jsonl").write_text("".join(lines[:20]))
    done = bench("score", "part.jsonl", "--dataset", "fictional_news/technique", *FEW)
    assert done.code == 0
    assert "part.jsonl names 20 of 28 documents" in done.out.replace("\n", " ")


def test_every_fault_of_every_file_is_listed_and_nothing_is_written(bench):
    Path("a.jsonl").write_text(
        '{"document": "99", "layer": "technique", "spans": []}\n'
        '{"document": "02", "layer": "technic", "spans": []}\n'
        '{"document": "03", "layer": "technique", "spans": [{"start": 9, "end": 4, "label": "Doubt"},'
        ' {"start": 0, "end": 4, "label": "Dout"}]}\n'
        "{nonsense\n"
    )
    Path("b.tsv").write_text("02\tDoubt\t0\t99999\n")
    done = bench("score", "a.jsonl", "b.tsv", "--dataset", "fictional_news")
    assert done.code == 2
    for sign in (
        "a.jsonl:1: no document '99'",
        "a.jsonl:2: no layer 'technic', did you mean 'technique'?",
        "a.jsonl:3: offsets 9–4",
        "a.jsonl:3: no label 'Dout', did you mean 'Doubt'?",
        "a.jsonl:4: broken JSON",
        "b.tsv:1: offsets 0–99999",
    ):
        assert sign in done.err
    assert not Path("results").exists()


def test_what_evaluate_writes_can_be_scored_again(bench):
    arguments = ("fictional_news/loaded_language", *FEW, "-q", "-f", "json", "--metrics", "ptc_si")
    first = json.loads(bench("evaluate", *arguments, "-d", "lexicon").out)
    folder = next(Path("results").glob("fictional_news/loaded_language/lexicon-*"))
    again = json.loads(bench("score", folder / "predictions.jsonl", "--dataset", *arguments).out)
    assert [row["value"] for row in first] == [row["value"] for row in again]
    assert [row["low"] for row in first] == [row["low"] for row in again]


def test_predict_writes_a_predictions_file(bench):
    Path("news.txt").write_text("An infamous man.\nHe said so.", encoding="utf-8")
    done = bench("predict", "--detector", "subjectivity", "news.txt")
    assert done.code == 0, done.err
    row = json.loads(done.out)
    assert row["document"] == "news.txt"
    assert [(s["start"], s["end"], s["label"]) for s in row["spans"]] == [(3, 11, "Loaded_Language")]


def test_predict_marks_text(bench):
    Path("news.txt").write_text("An infamous man.", encoding="utf-8")
    done = bench("predict", "--detector", "subjectivity", "--format", "text", "news.txt")
    assert done.out == "An [infamous|Loaded_Language] man.\n"


def test_predict_trains_what_must_be_trained(bench):
    Path("news.txt").write_text("The hospital opened. Prices rose.", encoding="utf-8")
    done = bench("predict", "--detector", "majority", "--layer", "slant", "news.txt")
    assert done.code == 0, done.err
    assert {tuple(unit["labels"]) for unit in json.loads(done.out)["units"]} <= {
        ("mild",),
        ("strong",),
        ("none",),
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--detector", "null", "missing.txt"), "missing.txt: cannot be read"),
        (("--detector", "lexicon", "--layer", "frame", "news.txt"), "detector 'lexicon': no layer 'frame'"),
        (("--detector", "lexicon", "latin.txt"), "latin.txt:2: not UTF-8"),
    ],
)
def test_predict_says_what_is_wrong(bench, arguments, message):
    Path("news.txt").write_text("Some text.", encoding="utf-8")
    Path("latin.txt").write_bytes("one\ncafé".encode("latin-1"))
    done = bench("predict", *arguments)
    assert done.code == 2
    assert message in done.err


def test_predict_names_the_texts_that_a_detector_failed_on(bench, learner):
    def predict(self, documents, layer):
        raise ValueError("no luck")

    learner.predict = predict
    Path("news.txt").write_text("Some text.", encoding="utf-8")
    done = bench("predict", "-d", "words", "--layer", "technique", "news.txt")
    assert done.code == 3
    assert done.err == "bench: detector 'words' failed on 'news.txt': ValueError: no luck\n"
    assert json.loads(done.out)["spans"] == []


def test_predict_asks_for_any_layer_that_can_be_learned_from_the_reports(bench, learner):
    Path("news.txt").write_text("The hospital opened. Prices rose.", encoding="utf-8")
    for layer, part in (("technique", "spans"), ("slant", "units")):
        done = bench("predict", "-d", "words", "--layer", layer, "news.txt")
        assert done.code == 0, done.err
        assert json.loads(done.out)["layer"] == layer
        assert {fit[0] for fit in learner.fits} == {layer}
        assert json.loads(done.out)[part]
        learner.fits.clear()
    learner.trained_kinds = frozenset({"relations"})
    done = bench("predict", "-d", "words", "news.txt")
    assert done.code == 2
    assert "'words' predicts no layer that it can learn from fictional_news" in done.err


@pytest.mark.parametrize("kind", ["datasets", "tasks", "detectors", "metrics"])
def test_list(bench, kind):
    done = bench("list", kind)
    assert done.code == 0, done.err
    assert max(map(len, done.out.split("\n"))) <= 100
    names = {
        "datasets": ["turkey_drones", "fictional_news"],
        "tasks": ["technique", "slant"],
        "detectors": ["null", "linear", "attribution-rules", "frame-keywords"],
        "metrics": ["ptc_si", "semeval13_type", "multilabel"],
    }[kind]
    assert all(any(line.startswith(name) for line in done.out.split("\n")) for name in names)
    listed = json.loads(bench("list", kind, "--format", "json").out)
    assert {row[kind.removesuffix("s")] for row in listed} >= set(names)
    assert bench("list", kind, "--format", "csv").out.startswith(kind.removesuffix("s"))
    assert bench("list", kind, "--format", "github").out.startswith("**")


def test_show(bench):
    bench("evaluate", "fictional_news/technique", "-d", "lexicon", *FEW)
    folder = next(Path("results").glob("*/*/lexicon-*"))
    done = bench("show", folder)
    assert done.code == 0, done.err
    for sign in (
        "ptc_flc by label",
        "too few to judge",
        "Loaded_Language",
        "fictional_news 1.0.0",
        "Signature:",
    ):
        assert sign in done.out
    assert json.loads(bench("show", folder, "-f", "json").out)[0]["detector"] == "lexicon"
    assert bench("show", folder / "run.json", "-f", "csv").out.startswith("dataset,")


def test_show_says_what_is_wrong(bench):
    assert "no run folder" in bench("show", "nothing").err
    Path("broken").mkdir()
    Path("broken/run.json").write_text('{"task": 1}')
    done = bench("show", "broken")
    assert done.code == 2
    assert "broken/run.json: " in done.err


def test_agreement(bench):
    done = bench("agreement", "turkey_drones", *FEW)
    assert done.code == 0, done.err
    assert "turkey_drones 1.0.0, layer technique, 5 annotators" in done.out
    assert "no person annotated" in done.out
    assert max(map(len, done.out.split("\n"))) <= 100
    rows = json.loads(bench("agreement", "turkey_drones", *FEW, "-f", "json").out)
    assert {row["layer"] for row in rows} == {
        "technique",
        "attribution_gap",
        "attribution",
        "frame",
        "portrayal",
    }
    assert bench("agreement", "turkey_drones", *FEW, "-f", "csv").out.startswith(
        "dataset,version,layer,label"
    )


def test_data_check(bench):
    done = bench("data", "check", data.packaged_root() / "turkey_drones")
    assert done.code == 0, done.err
    assert "no fault" in done.out
    shutil.copytree(data.packaged_root() / "turkey_drones", "copy")
    gold = Path("copy/gold/technique.jsonl")
    gold.write_text(gold.read_text().replace("Loaded_Language", "Loaded_Langauge"))
    broken = bench("data", "check", "copy")
    assert broken.code == 2
    assert "did you mean 'Loaded_Language'" in broken.err
    assert "gold/technique.jsonl:1" in broken.err


def test_a_dataset_is_named_by_its_folder_as_well(bench):
    shutil.copytree(data.packaged_root() / "turkey_drones", "copy")
    done = bench("evaluate", "copy/technique", "-d", "null", *FEW, "-q")
    assert done.code == 0, done.err
    assert done.out.startswith("turkey_drones 1.0.0 (1 article), task technique")
    assert bench("evaluate", "./copy", "-d", "null", *FEW, "-q").code == 0


@pytest.mark.parametrize(
    "command",
    [
        *(["evaluate"], ["score"], ["predict"], ["train"], ["list"], ["show"], ["agreement"]),
        ["data", "check"],
    ],
)
def test_the_help_of_each_command_has_an_example(bench, command):
    done = bench(*command, "--help")
    assert done.code == 0
    assert "Example" in done.out
    assert f"bench {' '.join(command)} " in done.out


def test_version(bench):
    from benchmark import __version__

    assert bench("--version").out == f"framebench {__version__}\n"


def test_a_reader_that_leaves_early_is_no_error():
    command = f"{sys.executable} -c 'from benchmark.cli import main; main()' list metrics | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nsys.argv = ['bench', '--help']\n"
        "from benchmark.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'scipy', 'sklearn', 'datasets', 'pandas', 'rich', 'regex', 'msgspec'}\n"
        "heavy &= set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("incomplete", "names"),
    [("tur", ["turkey_drones"]), ("turkey_drones/loaded_l", ["turkey_drones/loaded_language"])],
)
def test_completion_of_targets(incomplete, names):
    from benchmark.cli.common import complete_targets

    assert complete_targets(incomplete) == names


def test_completion_of_detectors_and_metrics():
    from benchmark.cli.common import complete_detectors, complete_metrics

    assert complete_detectors("lex") == ["lexicon"]
    assert complete_metrics("ptc") == ["ptc_si", "ptc_flc"]


def test_files_of_one_name_are_told_apart(bench, reports):
    for folder in ("a", "b"):
        Path(folder).mkdir()
        gold_file(reports, "technique", Path(folder, "mine.jsonl"))
    done = bench("score", "a/mine.jsonl", "b/mine.jsonl", "b/mine.jsonl", "--dataset", "fictional_news", *FEW)
    assert done.code == 0, done.err
    rows = [line.partition(" ")[0] for line in done.out.split("\n")]
    assert rows.count("a/mine.jsonl") == rows.count("b/mine.jsonl") == 1


def test_score_says_when_no_metric_or_layer_fits(bench, reports):
    gold_file(reports, "technique", Path("gold.jsonl"))
    wrong_metric = bench(
        "score", "gold.jsonl", "--dataset", "fictional_news/technique", "--metrics", "multilabel"
    )
    assert wrong_metric.code == 2
    assert "none of the metrics fits" in wrong_metric.err
    wrong_task = bench("score", "gold.jsonl", "--dataset", "fictional_news/frame")
    assert wrong_task.code == 2
    assert "no task of fictional_news/frame scores the layers" in wrong_task.err


def test_an_output_that_is_full_is_told_in_one_line(tmp_path):
    command = f"{sys.executable} -c 'from benchmark.cli import main; main()' list metrics > /dev/full"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_output_without_dashes_shows_something_in_their_place(tmp_path):
    command = f"{sys.executable} -c 'from benchmark.cli import main; main()' list metrics"
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
