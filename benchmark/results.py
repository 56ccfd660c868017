"""Run folders: how runs are kept and read again.

A run folder holds `run.json` (its record), `predictions.jsonl` and `statistics.npz`. Scores can be made
again from the predictions, and comparisons from the statistics, without running a detector.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from benchmark.answers import Answer
from benchmark.errors import DataError, Fault, UsageError, one_line
from benchmark.fileio import atomic_folder, decode, jsonl, read_bytes, read_jsonl, sha256
from benchmark.model import Prediction
from benchmark.record import SCHEMA, Run, RunRecord
from benchmark.tidy import Row, tidy

if TYPE_CHECKING:
    import pandas as pd

RUN, PREDICTIONS, STATISTICS = "run.json", "predictions.jsonl", "statistics.npz"
"""The files of a run folder."""
ANSWERS, LOG = "answers.jsonl", "log.txt"
"""Further files of a run folder: what a language model answered, what a program wrote on standard error."""


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
        predictions = jsonl(prediction_rows(run.predictions))
        record = replace(run.record, predictions_sha256=sha256(predictions))
        if run.answers:
            answers = jsonl(run.answers)
            (folder / ANSWERS).write_bytes(answers)
            if record.usage is not None:
                record = replace(record, usage=replace(record.usage, answers_sha256=sha256(answers)))
        if run.log:
            (folder / LOG).write_bytes(run.log.encode("utf-8", "backslashreplace"))
        (folder / RUN).write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
        (folder / PREDICTIONS).write_bytes(predictions)
        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, **dict(run.statistics))
        (folder / STATISTICS).write_bytes(buffer.getvalue())
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
        file = path / RUN if path.is_dir() else path
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


def load_answers(run: Path) -> tuple[Answer, ...]:
    """Return what a language model answered in a kept run; nothing where none was asked.

    Raises
    ------
    UsageError
        Where the file cannot be read.
    DataError
        With every fault in it, by line.
    """
    path = run / ANSWERS
    if not path.is_file():
        return ()
    faults: list[Fault] = []
    rows = read_jsonl(path, Answer, faults)
    if faults:
        raise DataError(faults)
    return tuple(answer for _, answer in rows)


def find_runs(paths: Iterable[Path]) -> list[Path]:
    """Return the run folders that are named, and those anywhere below the folders that are named.

    Symbolic links to folders below are not followed, and hidden folders are passed over: a run that is
    being written lies in one.

    Parameters
    ----------
    paths
        Run folders, their run.json, or folders with run folders below.

    Returns
    -------
    list
        Each once, in the order of `paths`, those below one path sorted.

    Raises
    ------
    UsageError
        Where there is no run folder in one of the paths, or it cannot be read.
    """
    found: dict[Path, None] = {}
    for path in paths:
        below = sorted(_runs_below(path))
        if not below:
            raise UsageError(f"{one_line(str(path))}: no run folder: there is no run.json in it or below it")
        found |= dict.fromkeys(below)
    return list(found)


def _runs_below(path: Path) -> Iterator[Path]:
    if path.name == RUN:
        path = path.parent
    for folder, below, files in os.walk(path, onerror=_refused):
        if RUN in files:
            yield Path(folder)
            below.clear()
        below[:] = [name for name in below if not name.startswith(".")]


def _refused(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise UsageError(f"{one_line(str(error.filename))}: cannot be read: {error.strerror}") from error


def rows_of(*paths: Path) -> list[Row]:
    """Return the scores of kept runs as tidy rows, one a score, each with its run's folder.

    Parameters
    ----------
    paths
        Run folders, or folders with run folders below.

    Raises
    ------
    UsageError
        Where there is none, or one cannot be read.
    DataError
        Where a record is broken.
    """
    runs = find_runs(paths)
    return tidy([load_record(run) for run in runs], [str(run) for run in runs])


def load(*paths: str | Path) -> pd.DataFrame:
    """Return the scores of kept runs as a table for pandas: a row a score, at full precision.

    Parameters
    ----------
    paths
        Run folders, or folders with run folders below.

    Returns
    -------
    pandas.DataFrame
        The columns are those of `bench export`; "run" is the folder as it was given or found, "value", "low"
        and "high" are numbers, NaN where undefined.

    Raises
    ------
    UsageError
        Where there is none, or one cannot be read.
    DataError
        Where a record is broken.

    Examples
    --------
    >>> scores = load("results")  # doctest: +SKIP
    >>> scores[scores.headline].pivot_table("value", "detector", "task")  # doctest: +SKIP
    """
    return frame(rows_of(*map(Path, paths)))


TEXT = (
    *("run", "dataset", "version", "split", "task", "detector", "training", "metric", "score", "label"),
    *("cluster", "gold", "signature"),
)
"""Columns of tidy rows that are text even where all of their values are missing."""
NUMBERS = (
    "value",
    "low",
    "high",
    "ceiling_others",
    "ceiling_full",
    "share_of_ceiling",
    "characters_per_second",
)
"""Columns of tidy rows that are numbers even where all of their values are missing."""


def frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Return tidy rows as a table whose columns have the same types whatever values are missing."""
    import pandas as pd

    table = pd.DataFrame(rows)
    kinds = dict.fromkeys(TEXT, "string") | dict.fromkeys(NUMBERS, "float64")
    return table.astype({name: kind for name, kind in kinds.items() if name in table.columns})


class _Schema(msgspec.Struct):
    schema: int
