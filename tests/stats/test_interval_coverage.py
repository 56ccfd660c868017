"""The simulations of `perf/`, small: the interval covers what it says, and the scripts still run."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

PERF = Path(__file__).resolve().parents[2] / "perf"


def load(name: str) -> ModuleType:
    """Import a script of `perf/` by its path: the folder is no package, and has a `coverage` in it."""
    spec = importlib.util.spec_from_file_location(f"perf_{name}", PERF / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


simulation = load("coverage")


@pytest.mark.parametrize("n", simulation.CLUSTERS)
def test_the_interval_covers_what_it_says(n: int) -> None:
    found = simulation.coverage(simulation.ABLE, n, 2000, 1000, np.random.default_rng(0))
    assert 0.92 <= found.ours <= 0.97


def test_the_plain_interval_covers_too_little_with_ten_clusters() -> None:
    found = simulation.coverage(simulation.ABLE, 10, 1000, 1000, np.random.default_rng(0))
    assert found.plain < 0.91 < found.ours


@pytest.mark.parametrize("population", simulation.POPULATIONS, ids=lambda population: str(population.name))
def test_the_true_value_is_that_of_a_huge_population(population: Any) -> None:
    clusters = population.sample((400_000,), np.random.default_rng(0))
    assert simulation.micro_f1(clusters.sum(axis=0)) == pytest.approx(population.f1, abs=0.003)
    gold = clusters[:, 2]
    assert gold.mean() == pytest.approx(population.gold, rel=0.02)
    assert gold.var() == pytest.approx(population.gold + population.gold**2 / population.gold_shape, rel=0.05)


def test_the_scripts_run(capsys: pytest.CaptureFixture[str]) -> None:
    simulation.main(["--repetitions", "60", "--resamples", "100", "--seed", "0"])
    table = capsys.readouterr().out
    assert table.count("expanded") == 2 * len(simulation.POPULATIONS)
    assert "60 repetitions × 100 resamples" in table
    load("bootstrap").main(["--resamples", "200", "--repeats", "1"])
    assert "budget 0.3 s" in capsys.readouterr().out
