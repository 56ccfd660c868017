"""A command that is interrupted, or ended by a signal, says so in a line, with what is kept."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from llm_reader import marking
from llm_server import LlmServer


@pytest.mark.parametrize(
    ("number", "code", "word"),
    [
        (signal.SIGTERM, 143, "ended by SIGTERM"),
        (signal.SIGHUP, 143, "ended by SIGHUP"),
        (signal.SIGINT, 130, "interrupted"),
    ],
)
def test_a_signal_ends_it_with_a_line_and_leaves_whole_runs(tmp_path, number, code, word):
    command = [sys.executable, "-c", "from benchmark.cli import main; main()", "evaluate", "-q"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # these tests may run below nohup
    ) as running:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("results/*/*/[!.]*/run.json")) and time.monotonic() < deadline:
            time.sleep(0.02)
        running.send_signal(number)
        out, err = running.communicate(timeout=60)
    kept = [path.parent for path in tmp_path.rglob("run.json")]
    assert kept
    runs = "1 finished run is" if len(kept) == 1 else f"{len(kept)} finished runs are"
    assert (running.returncode, out) == (code, b"")
    assert err.decode() == f"bench: {word}; {runs} kept in results\n"
    assert all(len(list(folder.iterdir())) == 3 for folder in kept)
    assert not list(tmp_path.rglob(".*"))


SENDS = """
import os, signal
from benchmark.model import Prediction


class Det:
    name = "sends"
    layers = frozenset({"technique"})
    labels = frozenset({"Loaded_Language"})

    def predict(self, documents, layer):
        os.kill(os.getpid(), signal.%s)
        return [Prediction(document.id, layer) for document in documents]
"""


@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM", "SIGINT"])
@pytest.mark.parametrize("ignored", [True, False])
def test_a_signal_that_is_ignored_ends_nothing(tmp_path, name, ignored):
    """As `nohup` starts a command, that goes on when its terminal is closed."""
    (tmp_path / "sends.py").write_text(SENDS % name)
    words = ("evaluate", "turkey_drones/technique", "-d", "./sends.py:Det", "-q", "--resamples", "100")
    trap = f"trap '' {name.removeprefix('SIG')}; " if ignored else ""
    done = subprocess.run(
        [
            *("sh", "-c", f'{trap}exec "$@"', "sh"),
            *(sys.executable, "-c", "from benchmark.cli import main; main()", *words),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: signal.signal(getattr(signal, name), signal.SIG_DFL),
    )
    if ignored:
        assert (done.returncode, done.stderr) == (0, "")
        assert len(list(tmp_path.rglob("run.json"))) == 1
    else:
        word = "interrupted" if name == "SIGINT" else f"ended by {name}"
        assert (done.returncode, done.stdout) == (130 if name == "SIGINT" else 143, "")
        assert done.stderr == f"bench: {word}\n"
        assert not list(tmp_path.rglob("run.json"))


KEEPS = """
from benchmark.model import Prediction


class Det:
    name = "keeps"
    layers = frozenset({"technique"})
    fresh = False

    def predict(self, documents, layer):
        raise KeyboardInterrupt
"""
ANSWERS = "answers that came are kept"
NOT_AGAIN = f"{ANSWERS}, and the same command does not ask for them again"


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (("evaluate", "turkey_drones/technique", "-d", "null", "-d", "./keeps.py:Det"), "1 finished run is"),
        (("evaluate", "turkey_drones/technique", "-d", "./keeps.py:Det"), ""),
        (("behave", "-d", "lexicon", "-d", "./keeps.py:Det", "-s", "literal"), "1 finished run is"),
        (("predict", "-d", "./keeps.py:Det", "a.txt"), ""),
    ],
)
@pytest.mark.parametrize("fresh", [True, False])
def test_an_interrupt_says_what_is_kept(bench, words, kept, fresh):
    Path("keeps.py").write_text(KEEPS)
    Path("a.txt").write_text("A text.")
    done = bench(*words, *(["--no-cache"] if fresh else []), *([] if words[0] == "predict" else ["-q"]))
    folder = Path("results", "behaviour") if words[0] == "behave" else "results"
    runs = [f"{kept} kept in {folder}"] if kept else []
    line = "; ".join(["bench: interrupted", ANSWERS if fresh else NOT_AGAIN, *runs])
    assert (done.code, done.out, done.err) == (130, "", f"{line}\n")


def test_an_interrupt_of_any_other_command_is_told_in_a_word(bench, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("benchmark.report.listing.metrics", interrupted)
    done = bench("list", "metrics")
    assert (done.code, done.out, done.err) == (130, "", "bench: interrupted\n")


def test_a_model_is_not_asked_again_after_an_interrupt(tmp_path, monkeypatch):
    monkeypatch.setenv("FRAMEBENCH_ANSWERS", str(tmp_path / "answers"))
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    command = [sys.executable, "-c", "from benchmark.cli import main; main()", "evaluate", "-q"]
    with LlmServer(answer=marking(["regime"], "Loaded_Language"), delay=0.05) as server:
        model = f"llm:small,base_url={server.url},concurrency=1"
        command += ["fictional_news/technique", "-d", model, "--resamples", "100"]
        with subprocess.Popen(
            command,
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        ) as running:
            deadline = time.monotonic() + 60
            while len(server.requests) < 5 and time.monotonic() < deadline:
                time.sleep(0.01)
            running.send_signal(signal.SIGINT)
            _, err = running.communicate(timeout=60)
        assert (running.returncode, err.decode()) == (130, f"bench: interrupted; {NOT_AGAIN}\n")
        assert 5 <= len(server.requests) < 28
        again = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        assert again.returncode == 0, again.stderr
        assert len(server.counts) == 28
        assert len(server.requests) <= 29  # one was under way
