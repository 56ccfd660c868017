"""The simulations of `perf/`, small: the interval covers what it says, and the scripts still run."""

from __future__ import annotations

import importlib.util
from itertools import product
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


CASES = (*simulation.POPULATIONS, *simulation.PAIRS)
MANY = (simulation.WEAK_PARAGRAPHS, simulation.PAIRS[-1])
# Shares of 800 samples have a standard error of .008; a band is widened by two of these.
ERROR = 0.016


@pytest.mark.parametrize(
    ("case", "n"),
    [*product(CASES, (10, 28)), *product(MANY, (50, 200))],
    ids=lambda one: getattr(one, "name", None),
)
def test_the_interval_covers_what_it_says(case: Any, n: int) -> None:
    least, most = simulation.BANDS[n]
    found = simulation.coverage(case, n, 800, 300, np.random.default_rng(0))
    assert least - ERROR <= found.ours <= most + ERROR
    assert n > 10 or found.plain < 0.92 < found.ours


@pytest.mark.parametrize("population", simulation.POPULATIONS, ids=lambda population: str(population.name))
def test_the_true_value_is_that_of_a_huge_population(population: Any) -> None:
    clusters = population.sample((400_000,), np.random.default_rng(0))
    assert simulation.micro_f1(clusters.sum(axis=0)) == pytest.approx(population.truth, abs=0.003)
    gold = clusters[:, 2]
    assert gold.mean() == pytest.approx(population.gold, rel=0.02)
    assert gold.var() == pytest.approx(population.gold + population.gold**2 / population.gold_shape, rel=0.05)


@pytest.mark.parametrize("pair", simulation.PAIRS, ids=lambda pair: str(pair.name))
def test_the_systems_of_a_pair_have_one_gold_and_their_true_difference(pair: Any) -> None:
    first, second = pair.sample((400_000,), np.random.default_rng(0))
    assert np.array_equal(first[:, 2], second[:, 2])
    assert not np.array_equal(first[:, 0], second[:, 0])
    difference = simulation.micro_f1(first.sum(axis=0)) - simulation.micro_f1(second.sum(axis=0))
    assert difference == pytest.approx(pair.truth, abs=0.005)


def test_the_scripts_run(capsys: pytest.CaptureFixture[str]) -> None:
    simulation.main(["--repetitions", "60", "--resamples", "100", "--seed", "0"])
    table = capsys.readouterr().out
    lines = [line for line in table.splitlines() if line.endswith(("yes", "NO"))]
    assert len(lines) == len(simulation.BANDS) * len(CASES)
    assert "60 repetitions × 100 resamples" in table
    load("bootstrap").main(["--resamples", "200", "--repeats", "1"])
    assert "budget 0.3 s" in capsys.readouterr().out
