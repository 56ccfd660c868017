"""Every way to bring one's own model, end to end on the reports: table, record, report and suites."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import tiny_transformer as tiny
from llm_reader import marking
from llm_server import LlmServer

from benchmark.results import find_runs, load_record

FAST = ("--resamples", "100")
CHARGED = ("regime", "chaos", "brutal", "so-called", "shameful")

NODE = """
const lines = require("readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const { document, layer, text } = JSON.parse(line);
  const points = (units) => Array.from(text.slice(0, units)).length;
  const spans = [...text.matchAll(/\\b(regime|chaos|brutal|shameful)\\b/gi)].map((found) => ({
    start: points(found.index),
    end: points(found.index + found[0].length),
    label: "Loaded_Language",
  }));
  console.log(JSON.stringify({ document, layer, spans }));
});
"""
SCRIPT = '''
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from benchmark.sklearn import SklearnDetector


class Words(SklearnDetector):
    """Words of sentences by logistic regression."""

    def __init__(self) -> None:
        pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression(class_weight="balanced"))
        super().__init__(pipeline, layer="loaded_sentence", name="words")
'''


@pytest.fixture
def transformer():
    tiny.require()
    words = dict.fromkeys(("regime", "chaos", "brutal", "shameful"), 1)
    tiny.known_tagger(Path("tagger"), ("O", "bad"), words)
    Path("map.toml").write_text('bad = "Loaded_Language"\n')
    return "transformers:./tagger,label_map=map.toml,device=cpu", "loaded_language"


@pytest.fixture
def llm(monkeypatch):
    monkeypatch.setattr("baselines.llm.asking.WORKED", {})
    monkeypatch.setenv("FRAMEBENCH_ANSWERS", str(Path("answers").resolve()))
    with LlmServer(answer=marking(CHARGED, "Loaded_Language")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield "llm:small", "loaded_language"


@pytest.fixture
def program():
    if shutil.which("node") is None:
        pytest.skip("needs node")
    Path("detect.js").write_text(NODE)
    return "cmd:node detect.js,layers=technique", "loaded_language"


@pytest.fixture
def pipeline():
    Path("words.py").write_text(SCRIPT)
    return "./words.py:Words", "loaded_sentence"


@pytest.mark.parametrize("way", ["transformer", "llm", "program", "pipeline"])
def test_a_way_in_leads_to_table_record_report_and_suites(way, bench, tmp_path, monkeypatch, request):
    monkeypatch.chdir(tmp_path)
    spec, task = request.getfixturevalue(way)
    suites = ("-s", "charged", "-s", "literal", "-s", "injection")
    behaved = bench("behave", "-d", spec, *suites, *FAST)
    assert behaved.code == 0, behaved.err
    assert spec.partition(":")[0] in behaved.out
    done = bench(
        "evaluate", f"fictional_news/{task}", "-d", spec, "-d", "null", *FAST, "--report", "page.html"
    )
    assert done.code == 0, done.err
    assert any(line.startswith(spec.partition(" ")[0]) for line in done.out.split("\n"))
    (run,) = [
        run for run in find_runs([Path("results") / "fictional_news"]) if not run.name.startswith("null")
    ]
    record = load_record(run)
    assert record.detector.spec == spec
    assert record.failures == ()
    assert record.metrics[record.headline[0]].scores[record.headline[1]].value is not None
    assert (record.detector.training is not None) == (way == "pipeline")
    found = [json.loads(line) for line in (run / "predictions.jsonl").read_text().split("\n") if line]
    assert len(found) == 28
    assert any(row["spans"] or row["units"] for row in found)
    assert bench("verify", run).code == 0
    page = Path("page.html").read_text()
    assert record.detector.name in page
    assert "Behaviour" in page


def test_the_same_words_are_the_same_spans_by_every_way(bench, tmp_path, monkeypatch, request):
    """A word list as a tiny transformer, as a model's answers, and as a program: the same predictions."""
    monkeypatch.chdir(tmp_path)
    found = {}
    for way in ("transformer", "llm", "program"):
        spec, _ = request.getfixturevalue(way)
        text = Path("article.txt")
        text.write_text("The brutal 😀 regime fell.\nChaos in a shameful end, chaos.\n", encoding="utf-8")
        done = bench("predict", "-d", spec, "--layer", "technique", "--format", "jsonl", text)
        assert done.code == 0, done.err
        spans = json.loads(done.out)["spans"]
        found[way] = sorted((span["start"], span["end"], span["label"]) for span in spans)
    assert found["transformer"] == found["llm"] == found["program"]
    assert len(found["llm"]) == 5
