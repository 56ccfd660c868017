"""Another package's detector and metric, installed for real, stand beside the project's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

MODULE = '''
import numpy as np
from benchmark.model import Prediction, Span


class Shouting:
    """Marks words in capitals."""

    name = "shouting"
    layers = frozenset({"technique"})

    def __init__(self, least: int = 3) -> None:
        self.least = least

    def predict(self, documents, layer):
        return [
            Prediction(d.id, layer, tuple(
                Span(int(s), int(e), "Loaded_Language") for s, e in d.tokens
                if d.text[s:e].isupper() and e - s >= self.least
            ))
            for d in documents
        ]


class Count:
    """Share of the gold's number of spans that was predicted."""

    name = "count_ratio"

    def scores(self, labels):
        return ("ratio",)

    def per_document(self, gold, predicted, labels):
        pairs = zip(gold, predicted)
        return np.array([[len(p.spans), len(g.spans)] for g, p in pairs], dtype=float).reshape(-1, 2)

    def finalize(self, totals, labels):
        with np.errstate(invalid="ignore", divide="ignore"):
            return (totals[..., 0] / totals[..., 1])[..., None]
'''
ENTRY_POINTS = """
[benchmark.detectors]
shouting = shouting:Shouting
lexicon = shouting:Shouting
broken = shouting:Missing

[benchmark.metrics]
count_ratio = shouting:Count
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package in it, put there by pip from a wheel."""
    folder = tmp_path_factory.mktemp("plugin")
    wheel = folder / "shouting_detector-1.0-py3-none-any.whl"
    info = "shouting_detector-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("shouting.py", MODULE)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: shouting-detector\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/entry_points.txt", ENTRY_POINTS)
        archive.writestr(f"{info}/RECORD", "")
    target = folder / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", target, wheel],
        check=True,
        capture_output=True,
    )
    return target


def bench(site: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from benchmark.cli import main; main()", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        check=False,
    )


def test_they_are_listed(site, tmp_path):
    detectors = json.loads(bench(site, tmp_path, "list", "detectors", "--format", "json").stdout)
    rows = {row["detector"]: row for row in detectors}
    assert rows["shouting"]["from"] == "shouting-detector"
    assert rows["shouting"]["what it is"] == "Marks words in capitals."
    assert rows["lexicon"]["from"] == "framebench"
    assert rows["shouting-detector/lexicon"]["from"] == "shouting-detector"
    assert "cannot be imported" in rows["broken"]["what it is"]
    metrics = json.loads(bench(site, tmp_path, "list", "metrics", "--format", "json").stdout)
    assert {"count_ratio", "ptc_si"} <= {row["metric"] for row in metrics}


def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it(site, tmp_path):
    (site / "needy.py").write_text("import no_such_package_anywhere\n")
    info = site / "needy_detector-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: needy\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[benchmark.detectors]\nneedy = needy:Needy\n")
    done = bench(site, tmp_path, "evaluate", "turkey_drones/frame", "-d", "needy")
    assert done.returncode == 2
    assert done.stderr.endswith("; install it with: pip install no_such_package_anywhere\n")
    assert done.stderr.count("\n") == 1


def test_they_stand_in_the_table(site, tmp_path):
    done = bench(
        *(site, tmp_path, "evaluate", "fictional_news/technique", "-d", "shouting:least=2", "-d", "null"),
        *("--metrics", "count_ratio", "--resamples", "200"),
    )
    assert done.returncode == 0, done.stderr
    assert "metric count_ratio" in done.stdout
    assert any(line.startswith("shouting:least=2") for line in done.stdout.split("\n"))
    assert "count_ratio|data:fictional_news@1.0.0" in done.stdout.replace("\n", " ")


def test_the_default_takes_the_detector_in_and_leaves_a_broken_one_out(site, tmp_path):
    done = bench(
        site, tmp_path, "evaluate", "turkey_drones/technique", "--resamples", "200", "--metrics", "exact"
    )
    assert done.returncode == 0, done.stderr
    assert any(line.startswith("shouting ") for line in done.stdout.split("\n"))
    assert "left out: detector 'broken' of shouting-detector cannot be imported" in done.stderr
