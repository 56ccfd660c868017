"""Run folders: how runs are kept and read again.

A run folder holds `run.json` (its record), `predictions.jsonl` and `statistics.npz`. Scores can be made
again from the predictions, and comparisons from the statistics, without running a detector.
"""

from __future__ import annotations

import io
from pathlib import Path

import msgspec
import numpy as np

from benchmark.errors import DataError, Fault, UsageError, one_line
from benchmark.fileio import atomic_folder, decode, jsonl, read_bytes
from benchmark.model import Prediction
from benchmark.record import SCHEMA, Run, RunRecord


def prediction_rows(predictions: tuple[Prediction, ...]) -> list[dict[str, object]]:
    """Return predictions as rows of a predictions file, empty fields left out."""
    rows = []
    for prediction in predictions:
        row: dict[str, object] = {"document": prediction.document, "layer": prediction.layer}
        row["spans"] = [
            {
                key: getattr(span, key)
                for key in ("start", "end", "label", "score", "relation")
                if getattr(span, key) is not None
            }
            for span in prediction.spans
        ]
        row["units"] = [
            {"start": unit.start, "end": unit.end, "labels": unit.labels}
            | ({"scores": unit.scores} if unit.scores is not None else {})
            | ({"all_scores": dict(unit.all_scores)} if unit.all_scores is not None else {})
            for unit in prediction.units
        ]
        rows.append(row)
    return rows


def save(run: Run, results: Path) -> Path:
    """Write a run folder below `results`, whole or not at all, and return it.

    Raises
    ------
    UsageError
        Where it cannot be written.
    """
    target = results / run.record.folder
    with atomic_folder(target) as folder:
        (folder / "run.json").write_bytes(
            msgspec.json.format(msgspec.json.encode(run.record), indent=1) + b"\n"
        )
        (folder / "predictions.jsonl").write_bytes(jsonl(prediction_rows(run.predictions)))
        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, **dict(run.statistics))
        (folder / "statistics.npz").write_bytes(buffer.getvalue())
    return target


def load_record(path: Path) -> RunRecord:
    """Return the record of a run folder, or of a run.json.

    Raises
    ------
    UsageError
        Where there is none.
    DataError
        Where it is broken, or of another schema.
    """
    try:
        file = path / "run.json" if path.is_dir() else path
        found = file.is_file()
    except OSError as error:
        raise UsageError(f"{one_line(str(path))}: cannot be read: {error.strerror}") from error
    if not found:
        raise UsageError(f"{path}: no run folder: there is no run.json")
    content = read_bytes(file)
    faults: list[Fault] = []
    schema = decode(content, _Schema, file, None, faults)
    if schema is not None and schema.schema != SCHEMA:
        faults.append(Fault(file, None, f"schema {schema.schema}; this version reads schema {SCHEMA}"))
    record = None if faults else decode(content, RunRecord, file, None, faults)
    if record is None:
        raise DataError(faults)
    return record


class _Schema(msgspec.Struct):
    schema: int
