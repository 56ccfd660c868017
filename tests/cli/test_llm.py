"""Language models from the command line: tables, records, report, suites, and nothing of a key anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from llm_reader import marking
from llm_server import LlmServer, refusal, says

from benchmark.results import load_answers, load_record

SECRET = "sk-not-to-be-seen-anywhere-42"
FAST = ("--resamples", "100")


@pytest.fixture
def server(monkeypatch, tmp_path):
    monkeypatch.setenv("FRAMEBENCH_ANSWERS", str(tmp_path / "answers"))
    monkeypatch.setenv("MY_KEY", SECRET)
    monkeypatch.setattr("baselines.llm.asking.WORKED", {})
    with LlmServer(
        answer=marking(["regime", "so-called", "chaos"], "Loaded_Language"), key=SECRET
    ) as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        yield running


def runs_of(folder):
    return sorted(path.parent for path in Path(folder).rglob("run.json"))


def test_a_model_stands_in_the_table_with_what_its_answers_were(bench, server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    server.next(says("no JSON"), refusal("I will not."))
    done = bench(
        "evaluate",
        "fictional_news/technique",
        "-d",
        "llm:small,key_env=MY_KEY,concurrency=1",
        "-d",
        "lexicon",
        *FAST,
    )
    assert done.code == 0, done.err
    flat = " ".join(done.out.split())
    assert "llm:small [gold's family?]" in flat
    assert "Language models: how their answers came out" in flat
    assert "3.6% 3.6%" in flat  # one of 28 invalid, one refused
    (run,) = [run for run in runs_of("results") if run.name.startswith("llm")]
    record = load_record(run)
    assert (record.usage.requests, record.usage.invalid, record.usage.refused) == (28, 1, 1)
    assert record.detector.spec == "llm:small,key_env=MY_KEY,concurrency=1"
    assert record.usage.unplaced == 26
    assert record.usage.facts["server"] == server.url
    assert {answer.status for answer in load_answers(run)} == {"ok", "invalid", "refused"}
    again = bench(
        "evaluate", "fictional_news/technique", "-d", "llm:small,key_env=MY_KEY,concurrency=1", *FAST
    )
    assert again.code == 0
    assert len(server.requests) == 28
    assert "28 28" in " ".join(again.out.split())  # requests, and those that were kept
    bench("evaluate", "fictional_news/technique", "-d", "llm:small,key_env=MY_KEY", "--no-cache", *FAST)
    assert len(server.requests) == 56
    verified = bench("verify", "results")
    assert verified.code == 0, verified.out
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in kept if SECRET.encode() in path.read_bytes()]
    assert SECRET not in done.out + done.err


PRICES = 'currency = "USD"\n[models."*"]\ninput = 1000\noutput = 0\n'


def usages(folder="results"):
    records = [load_record(run) for run in runs_of(folder)]
    return {record.task: record.usage for record in records if record.usage}


def test_a_budget_is_of_the_whole_command(bench, server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("prices.toml").write_text(PRICES)
    spec = "llm:small,key_env=MY_KEY,prices=prices.toml,max_cost=5,concurrency=1"
    done = bench("evaluate", "fictional_news", "-d", spec, *FAST)
    assert done.code == 3
    assert "cost budget of 5 USD is spent" in done.err
    new = {
        answer.request: answer.cost
        for run in runs_of("results")
        for answer in load_answers(run)
        if answer.cost
    }
    assert 5 <= sum(new.values()) < 7  # what is under way when it is spent is finished
    assert len(new) == len(server.requests)


def test_to_ask_anew_is_to_ask_each_question_once(bench, server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spec = ("-d", "llm:small,key_env=MY_KEY")
    bench("evaluate", "turkey_drones/technique", *spec, *FAST)
    before = len(server.requests)
    tasks = ("turkey_drones/technique", "turkey_drones/loaded_language")
    assert bench("evaluate", *tasks, *spec, *FAST, "--no-cache").code == 0
    assert len(server.requests) == 2 * before


def test_a_price_that_is_corrected_counts_for_kept_answers_too(bench, server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("prices.toml").write_text(PRICES)
    run = ("evaluate", "turkey_drones/technique", *FAST, "-d")
    costs = []
    for spec, change in (
        ("llm:small,key_env=MY_KEY,prices=prices.toml", PRICES),
        ("llm:small,key_env=MY_KEY,prices=prices.toml", PRICES.replace("1000", "10")),
        ("llm:small,key_env=MY_KEY", PRICES),
    ):
        Path("prices.toml").write_text(change)
        assert bench(*run, spec, "-o", f"r{len(costs)}").code == 0
        usage = usages(f"r{len(costs)}")["technique"]
        assert usage.currency == "USD"
        costs.append(usage.cost)
    assert costs[0] == pytest.approx(100 * costs[1])
    assert costs[2] == pytest.approx(costs[0])


def test_counts_of_a_record_are_made_again(bench, server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bench("evaluate", "turkey_drones/technique", "-d", "llm:small,key_env=MY_KEY", *FAST)
    (run,) = runs_of("results")
    record = json.loads((run / "run.json").read_text())
    record["usage"] |= {"requests": 9999, "unplaced": 0}
    (run / "run.json").write_text(json.dumps(record))
    done = bench("verify", run)
    assert done.code == 4
    assert "requests of the language model" in done.out
    assert "unplaced of the language model" in done.out


def test_a_wrong_key_ends_the_command_and_is_not_shown(bench, server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MY_KEY", "sk-wrong-but-secret-as-well")
    done = bench("evaluate", "fictional_news/technique", "-d", "llm:small,key_env=MY_KEY", *FAST)
    assert done.code == 1
    assert "MY_KEY" in done.err
    assert "sk-wrong" not in done.err
    assert done.err.count("\n") == 1


def test_samples_and_examples_are_told(bench, server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spec = "llm:small,key_env=MY_KEY,samples=3,temperature=1,shots=2"
    given = ("--family", "mine", "--format", "github")
    done = bench("evaluate", "fictional_news/loaded_language", "-d", spec, *given, *FAST)
    assert done.code == 0, done.err
    flat = " ".join(done.out.split())
    assert "| llm:small,samples=3,temperature=1,shots=2,family=mine, 2 shots" in flat
    assert "Over samples: mean, lowest and highest score of the samples" in flat
    assert "2 shots: shown that many annotated passages of turkey_drones" in flat
    (run,) = runs_of("results")
    record = load_record(run)
    assert (record.usage.samples, record.usage.requests, record.usage.family) == (3, 84, "mine")
    assert record.usage.spread["ptc_si"]["f1"].low == record.usage.spread["ptc_si"]["f1"].high
    assert record.detector.training.shots == 2
    assert "shots=2" in record.metrics["ptc_si"].signature


def test_suites_and_report(bench, server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spec = ("-d", "llm:small,key_env=MY_KEY")
    done = bench("behave", *spec, "-s", "injection", "-s", "literal", *FAST)
    assert done.code == 0, done.err
    rows = [line for line in done.out.split("\n") if line.startswith("llm:small")]
    assert len(rows) == 6  # two tables of rates, two of the answers with a row for each suite
    kept = list(Path("results/behaviour").glob("*/llm-*"))
    assert sorted(path.parent.name for path in kept) == ["injection", "literal"]
    for folder in kept:
        record = json.loads((folder / "behaviour.json").read_text())
        assert record["usage"]["facts"]["prompt"].startswith("technique.ptc, version 1, SHA-256 ")
        assert record["usage"]["requests"] == len(load_answers(folder))
    bench("evaluate", "turkey_drones/technique", *spec, *FAST, "--report", "report.html")
    page = Path("report.html").read_text()
    assert "words that nobody wrote here" in page
    predicted = bench("predict", *spec, "--layer", "technique", "--format", "jsonl", str(_article(tmp_path)))
    assert json.loads(predicted.out)["spans"] == [{"start": 4, "end": 10, "label": "Loaded_Language"}]


def _article(folder):
    path = folder / "article.txt"
    path.write_text("The regime fell.\n")
    return path


PROMPT = """
version = 3
layer = "technique"
kind = "spans"
title = "mine"
task = "Find loaded words."
[labels]
Loaded_Language = "Loaded words."
"Name_Calling,Labeling" = "Names."
"""


def test_a_prompt_file_is_given_to_those_that_take_one(bench, server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(PROMPT)
    spec = ("-d", "llm:small,key_env=MY_KEY", "-d", "lexicon", "--prompt", "mine.toml")
    done = bench("evaluate", "turkey_drones/loaded_language", *spec, *FAST)
    assert done.code == 0, done.err
    assert "llm:small,prompt=mine.toml" in done.out
    assert {body["messages"][0]["content"].count("Find loaded words.") for body in server.requests} == {1}
    refused = bench("evaluate", "turkey_drones/loaded_language", "-d", "lexicon", "--prompt", "mine.toml")
    assert refused.code == 2
    assert "--prompt: none of the detectors has a parameter 'prompt': lexicon" in refused.err
    Path("mine.toml").write_text("version = 3\n")
    broken = bench("evaluate", "turkey_drones/loaded_language", *spec, *FAST)
    assert broken.code == 2
    assert "mine.toml" in broken.err


WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("openai", "rapidfuzz", "torch", "transformers"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
import importlib.util as util
real = util.find_spec
gone = ("openai", "rapidfuzz", "torch", "transformers")
util.find_spec = lambda name, package=None: None if name in gone else real(name, package)
from benchmark.cli import main
main()
"""


@pytest.mark.parametrize(("spec", "extra"), [("llm:small", "llm"), ("transformers:base=x", "transformers")])
def test_without_the_extra_the_command_that_installs_it_is_named(tmp_path, spec, extra):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, "evaluate", "turkey_drones/technique", "-d", spec],
        cwd=tmp_path,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (1, 2)
    assert f"pip install 'framebench[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr
    listed = subprocess.run(
        [sys.executable, "-c", WITHOUT, "list", "detectors"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert listed.returncode == 0, listed.stderr
    assert "llm:MODEL" in listed.stdout


def test_without_examples_a_task_is_left_out_before_anything_is_asked(bench, server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spec = "llm:small,key_env=MY_KEY,shots=2"
    done = bench("evaluate", "turkey_drones/attribution", "-d", spec, *FAST)
    assert done.code == 2
    assert "no other shipped dataset has gold of layer 'attribution'" in done.err
    assert server.requests == []
    done = bench("evaluate", "turkey_drones/attribution", "-d", spec, "-d", "null", *FAST)
    assert done.code == 0
    assert "fits none of the tasks" not in done.err  # it only lacks examples
    done = bench("evaluate", "turkey_drones/attribution", "turkey_drones/loaded_language", "-d", spec, *FAST)
    assert done.code == 0, done.err
    assert "left out: turkey_drones/attribution: detector 'llm:small" in done.err
    assert "loaded_language" in {run.parent.name for run in runs_of("results") if run.name.startswith("llm")}


def test_a_prompt_of_fewer_labels_is_tried_on_a_text(bench, server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(
        'version = 1\nlayer = "technique"\nkind = "spans"\ntitle = "Words"\ntask = "Mark them."\n'
        '[labels]\n"Loaded_Language" = "Charged words."\n'
    )
    spec = ("-d", "llm:small,key_env=MY_KEY", "--prompt", "mine.toml")
    done = bench("predict", *spec, "--format", "jsonl", str(_article(tmp_path)))
    assert done.code == 0, done.err
    assert json.loads(done.out)["spans"][0]["label"] == "Loaded_Language"
    done = bench("evaluate", "fictional_news/technique", *spec, "-d", "null", *FAST)
    assert done.code == 0
    assert "fits none of the tasks: its prompt mine defines 1 of 14 labels, without" in done.err
