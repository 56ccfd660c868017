"""The simulations of `perf/paired.py`, small: the test rejects as often as it says, and the script runs."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

PERF = Path(__file__).resolve().parents[2] / "perf"


def load(name: str) -> ModuleType:
    """Import a script of `perf/` by its path: the folder is no package."""
    spec = importlib.util.spec_from_file_location(f"perf_{name}", PERF / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


simulation = load("paired")


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("n", [10, 28])
@pytest.mark.parametrize("case", simulation.CASES[::2], ids=lambda case: str(case.name))
def test_five_percent_reject_where_there_is_no_difference(case: Any, n: int) -> None:
    found = simulation.rejection(case, n, 2000, 499, rng())
    assert 0.035 <= found.rejected <= 0.065
    assert 0.92 <= found.covered <= 0.98


def test_holm_holds_the_family_wise_error() -> None:
    # Unadjusted, about a quarter of such families would hold a rejection.
    assert 0.01 <= simulation.family_error(simulation.CASES[0], 28, 600, 499, rng()) <= 0.065


@pytest.mark.parametrize("n", [28, 50])
def test_power_agrees_with_the_formula(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "MANY", 20_000)
    changed, error = simulation.detectable_case(simulation.CASES[0], n, 0.05, rng())
    assert simulation.achieved(error, n, changed.difference, 0.05) == pytest.approx(0.8, abs=0.03)
    assert 0.75 <= simulation.rejection(changed, n, 1000, 499, rng()).rejected <= 0.85


@pytest.mark.parametrize("case", simulation.CASES, ids=lambda case: str(case.name))
def test_the_cases_have_no_true_difference(case: Any) -> None:
    assert case.difference == pytest.approx(0, abs=1e-12)
    clusters = case.sample((case.first, case.second), (300_000,), rng())
    f1 = simulation.finalize(clusters.sum(axis=1))[:, 0]
    assert f1 == pytest.approx([case.first.f1(case.gold)] * 2, abs=0.003)
    assert np.array_equal(clusters[0, :, 2], clusters[1, :, 2])


def test_the_script_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "CLUSTERS", (10,))
    monkeypatch.setattr(simulation, "MANY", 1000)
    simulation.main(["--repetitions", "20", "--resamples", "50"])
    table = capsys.readouterr().out
    assert table.count("alike, able, reports") == 4
    assert "20 repetitions × 50 swaps" in table
    monkeypatch.setattr(simulation, "RESAMPLES", 50)
    monkeypatch.setattr(simulation, "DOCUMENTS", 20)
    simulation.main(["--time"])
    assert "budget of 4 statistics 3 s" in capsys.readouterr().out
