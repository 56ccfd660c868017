"""Time `bench compare` on 30 made-up runs over 500 documents, in a process of its own, against its budget.

Timed are span F1 over 14 labels (56 statistics a document) and over one (4), MCC of two labels, and without a
budget macro-F1 over 14 labels, which needs all of its 56 statistics. Run it as `python perf/compare.py` in an
environment that has framebench installed; seconds mean something on a quiet machine only.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tabulate import tabulate

from benchmark.environment import Environment
from benchmark.record import DatasetRecord, DetectorRecord, MetricRecord, Resampling, Run, RunRecord
from benchmark.results import save

BENCH = [sys.executable, "-c", "from benchmark.cli import main; main()"]
RUNS, DOCUMENTS, RESAMPLES = 30, 500, 10_000
SECONDS, MEGABYTES = 5.0, 1000.0
TASKS = (
    ("ptc_flc", "f1", 14),
    ("ptc_flc", "f1", 1),
    ("classification", "mcc", 2),
    ("ptc_flc", "macro_f1", 14),
)
"""Metric, score and number of labels of each task."""
WITHOUT_BUDGET = ("macro_f1",)

Floats = NDArray[np.float64]


def statistics(metric: str, gold: Floats, skill: float, rng: np.random.Generator) -> Floats:
    """Return the statistics of a detector of some skill on gold of shape (documents, labels)."""
    if metric == "classification":
        shares = np.full((gold.shape[1], gold.shape[1] + 1), (1 - skill) / gold.shape[1])
        np.fill_diagonal(shares, skill)
        answers = [rng.multinomial(gold[:, row].astype(np.int64), own) for row, own in enumerate(shares)]
        return np.concatenate(answers, axis=-1).astype(np.float64)
    found = rng.binomial(gold.astype(np.int64), skill).astype(np.float64)
    predicted = found + rng.poisson(1.0, gold.shape)
    return np.stack([found, predicted, found, gold], axis=-1).reshape(len(gold), -1)


def record(number: int, metric: str, score: str, labels: dict[str, int]) -> RunRecord:
    """Return the record of a run, with no scores, since a comparison makes its own."""
    fields = (
        f"{metric}()|data:made_up@1.0.0+{'0' * 12}|gold:people(1)|task:technique|n:{DOCUMENTS}",
        f"cluster:document({DOCUMENTS})|ci:boot,B={RESAMPLES},seed=0|zero:0|tok:1|v:0",
    )
    return RunRecord(
        task="technique",
        headline=(metric, score),
        detector=DetectorRecord(f"detector-{number:02d}", {}, "file", "technique"),
        dataset=DatasetRecord("made_up", "1.0.0", "0" * 64, DOCUMENTS, "people", 1),
        resampling=Resampling("document", DOCUMENTS, RESAMPLES, 0),
        labels=labels,
        metrics={metric: MetricRecord("|".join(fields), {})},
        environment=Environment("0", None, None, "3", "any", {}),
        characters=1,
        created="2026-01-01T00:00:00+00:00",
    )


def write_runs(folder: Path, metric: str, score: str, labels: int) -> None:
    """Write the run folders of a task."""
    rng = np.random.default_rng(0)
    gold = rng.negative_binomial(0.5, 0.2, (DOCUMENTS, labels)).astype(np.float64)
    support = {f"label {place}": int(count) for place, count in enumerate(gold.sum(axis=0))}
    for number, skill in enumerate(np.linspace(0.2, 0.5, RUNS)):
        made = record(number, metric, score, support)
        save(Run(made, (), {metric: statistics(metric, gold, skill, rng)}), folder)


def measure(metric: str, score: str, labels: int) -> tuple[float, float]:
    """Return the seconds and the megabytes of one command."""
    with tempfile.TemporaryDirectory() as folder:
        write_runs(Path(folder), metric, score, labels)
        began = time.perf_counter()
        command = [*BENCH, "compare", folder, "--resamples", str(RESAMPLES)]
        subprocess.run(command, check=True, capture_output=True)
        taken = time.perf_counter() - began
    return taken, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Print a row a task, and whether the budgets are kept."""
    parser = argparse.ArgumentParser(description="Seconds and memory of bench compare on 30 runs.")
    parser.add_argument("--repeats", type=int, default=3, help="of which the fastest counts (default 3)")
    repeats = parser.parse_args().repeats
    rows = []
    for task in TASKS:
        # A process of its own for each, since the system tells only the largest of all children.
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found = [pool.apply(measure, task) for _ in range(repeats)]
        taken, memory = min(own for own, _ in found), max(own for _, own in found)
        kept = "yes" if taken <= SECONDS and memory <= MEGABYTES else "NO"
        kept = "no budget" if task[1] in WITHOUT_BUDGET else kept
        rows.append((f"{task[0]}/{task[1]}", str(task[2]), f"{taken:.2f}", f"{memory:.0f}", kept))
    heads = ("score", "labels", f"seconds (≤ {SECONDS:g})", f"MB (≤ {MEGABYTES:g})", "kept")
    print(f"bench compare: {RUNS} runs, {DOCUMENTS} documents, {RESAMPLES} resamples")
    print(tabulate(rows, headers=heads, disable_numparse=True))


if __name__ == "__main__":
    main()
