"""Time, memory and speed of training on a corpus that was added.

`python perf/training.py crf --on ptc:train` trains one task in a process of its own, then predicts the
documents that were learned from, which is no
measure of quality but one of speed: features are computed anew.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmark import data
from benchmark.models import load_model
from benchmark.subject import Subject


def main() -> None:
    """Train one task in a process of its own, then print its time, its memory and the speed of prediction."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("detector", help="which detector")
    parser.add_argument("--on", required=True, help="DATASET[:SPLIT]")
    parser.add_argument("--task", default="span", help="the task that is learned")
    given = parser.parse_args()
    dataset = data.load(given.on.partition(":")[0])
    characters = sum(len(document.text) for document in dataset.documents)
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder, "model")
        words = [given.detector, "--on", given.on, "--task", given.task, "--output", str(model)]
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", "from benchmark.cli import main; main()", "train", *words], check=True
        )
        taken = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        stored = load_model(model)
        (learned,) = stored.record.learned
        detector = stored.chosen(Subject(learned.subject.layer, learned.subject.kind, learned.subject.labels))
        began = time.perf_counter()
        detector.predict(dataset.documents, learned.subject.layer)
        speed = characters / (time.perf_counter() - began)
    print(
        f"{given.detector} on {given.on}, task {given.task}; {len(dataset.documents)} documents are predicted"
    )
    print(f"training {taken:.0f} s, largest process {peak:.0f} MB; prediction {speed:,.0f} characters/s")


if __name__ == "__main__":
    main()
