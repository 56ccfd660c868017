"""The package itself starts fast, and has what evaluates all the same."""

from __future__ import annotations

import subprocess
import sys

import pytest

import benchmark
from benchmark.evaluation import Evaluation, evaluate


def test_importing_the_package_imports_nothing_heavy():
    code = (
        "import sys, benchmark; "
        "heavy = {'numpy', 'sklearn', 'pandas', 'scipy', 'typer', 'benchmark.run'} & set(sys.modules); "
        "assert not heavy, heavy; assert 'evaluate' in dir(benchmark); "
        "assert callable(benchmark.evaluate); assert benchmark.Evaluation.__name__ == 'Evaluation'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_package_names_what_it_has():
    assert benchmark.evaluate is evaluate
    assert benchmark.Evaluation is Evaluation
    assert set(benchmark.__all__) <= set(dir(benchmark))
    with pytest.raises(AttributeError, match="module 'benchmark' has no attribute 'evalute'"):
        benchmark.evalute  # noqa: B018
