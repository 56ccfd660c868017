"""Kept runs of predictions that are written down, for tests of the page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmark.data import Dataset
from benchmark.kept import KeptRun, open_run
from benchmark.model import Span, Unit
from benchmark.page.groups import Held
from benchmark.predictions import read_predictions
from benchmark.results import save
from benchmark.run import Evaluator, Settings
from benchmark.tasks import task_of

Found = Sequence[Sequence[Span | Unit]]


def kept(dataset: Dataset, task: str, found: Mapping[str, Found], folder: Path, **more: Any) -> list[KeptRun]:
    """Score what detectors found in each document, keep the runs and open them again, in their order."""
    evaluator, shelf = Evaluator(dataset, Settings(**{"resamples": 100, **more})), Held(dataset)
    runs = []
    for name, of_documents in found.items():
        path = folder / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(_line(dataset, task, *each) for each in enumerate(of_documents)))
        file = read_predictions(path, dataset, evaluator.scored)
        run = evaluator.score_file(task_of(dataset, task), file)
        assert run is not None
        runs.append(open_run(save(run, folder / "results"), shelf))
    return runs


def _line(dataset: Dataset, task: str, place: int, found: Sequence[Span | Unit]) -> str:
    row: dict[str, Any] = {"document": dataset.documents[place].id, "layer": task_of(dataset, task).layer}
    row["spans"] = [
        {"start": one.start, "end": one.end, "label": one.label, **_score(one)}
        for one in found
        if isinstance(one, Span)
    ]
    row["units"] = [
        {"start": one.start, "end": one.end, "labels": list(one.labels)}
        | ({"scores": list(one.scores)} if one.scores else {})
        for one in found
        if isinstance(one, Unit)
    ]
    return json.dumps(row) + "\n"


def _score(span: Span) -> dict[str, Any]:
    found = {"score": span.score, "relation": span.relation}
    return {key: value for key, value in found.items() if value is not None}
