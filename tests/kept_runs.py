"""Kept runs of the shipped data, and ways to spoil their folders."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmark import data
from benchmark.results import save
from benchmark.run import Evaluator, Settings
from benchmark.spec import Spec
from benchmark.tasks import task_of

FEW = 200


def keep(target: str, detector: str, results: Path, **settings: Any) -> Path:
    """Run a detector on "DATASET/TASK", keep the run and return its folder."""
    name, _, task = target.partition("/")
    dataset = data.load(name)
    evaluator = Evaluator(dataset, Settings(**{"resamples": FEW, **settings}))
    run = evaluator.run(task_of(dataset, task), Spec.parse(detector))
    assert run is not None, f"{detector} cannot do {target}"
    return save(run, results)


def edit(folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Change the record of a run folder in place, and return the folder."""
    path = folder / "run.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    change(record)
    path.write_text(json.dumps(record), encoding="utf-8")
    return folder


def put(*keys: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change that puts a value at a place in a record."""

    def change(record: dict[str, Any]) -> None:
        place: Any = record
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value

    return change
