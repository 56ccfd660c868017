"""`bench show`: kept runs, and what can be seen in them beside the scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import TableFormat, data_out
from benchmark.report.formats import Format

if TYPE_CHECKING:
    from benchmark.kept import KeptRun
    from benchmark.report.table import Table
    from benchmark.tidy import Row

View = tuple["list[Table]", "list[Row]"]


class AnswerKind(StrEnum):
    """Which answers are shown."""

    OK = "ok"
    INVALID = "invalid"
    REFUSED = "refused"
    FAILED = "failed"
    UNPLACED = "unplaced"


def show(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN", help="Run folders, or folders that hold such.")
    ],
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar="SLICE",
            help="Scores by label, section, quotation, length, support, or a field of the documents.",
        ),
    ] = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="Types of errors, and which labels are taken for which.")
    ] = False,
    curve: Annotated[
        bool,
        typer.Option("--curve", help="Precision and recall by threshold, calibration, other thresholds."),
    ] = False,
    answers: Annotated[
        bool,
        typer.Option("--answers", help="What language models answered, and what could not be used of it."),
    ] = False,
    status: Annotated[
        AnswerKind | None,
        typer.Option(
            "--status", help="Only the answers of this kind; 'unplaced': with words not in the text."
        ),
    ] = None,
    fmt: TableFormat = Format.TABLE,
) -> None:
    """Show kept runs: where their numbers come from, their scores, their scores by label.

    With --by, --errors or --curve the runs on each task stand side by side, read from their predictions;
    with --answers each run of a language model has a table. CSV and JSON hold one of these at a time.

    Example:

    bench show results/fictional_news/technique/linear-1a2b3c4d

    bench show results/fictional_news/technique --errors --by section

    bench show results/fictional_news/technique --answers --status unplaced
    """
    from benchmark.errors import UsageError
    from benchmark.lineup import opened
    from benchmark.report.table import render
    from benchmark.report.tidy import as_csv, as_json

    data = fmt in (Format.CSV, Format.JSON)
    if data and bool(by) + errors + curve + answers > 1:
        wanted = "give one of --by, --errors, --curve and --answers"
        raise UsageError(f"--format {fmt.value} holds one table: {wanted}")
    if status is not None and not answers:
        raise UsageError("--status chooses among answers: give --answers too")
    kept = opened(runs)
    views = [] if by or errors or curve or answers else [_scores(kept)]
    for members in _of_tasks(kept):
        views += [_slices(members, name) for name in by or ()]
        views += [_errors(members)] if errors else []
        views += [_curves(members)] if curve else []
    if answers:
        views.append(_answers(kept, status, narrow=fmt is Format.TABLE))
    if data:
        rows = [row for _, own in views for row in own]
        data_out(as_csv(rows) if fmt is Format.CSV else as_json(rows))
    else:
        typer.echo(render([table for tables, _ in views for table in tables], fmt))


def _of_tasks(runs: Sequence[KeptRun]) -> list[list[KeptRun]]:
    """Return the runs of each task of each state of a dataset together."""
    from benchmark.likeness import kind_of

    tasks: dict[object, list[KeptRun]] = {}
    for run in runs:
        tasks.setdefault(kind_of(run.record), []).append(run)
    return list(tasks.values())


def _scores(runs: Sequence[KeptRun]) -> View:
    from benchmark.report.evaluation import run_tables
    from benchmark.tidy import tidy

    records = [run.record for run in runs]
    return [table for record in records for table in run_tables(record)], tidy(records)


def _slices(runs: Sequence[KeptRun], by: str) -> View:
    from benchmark.lineup import slices_of, wanted
    from benchmark.report.slices import slice_rows, slice_tables
    from benchmark.scores import Resamples

    records = [run.record for run in runs]
    sampling = Resamples(records[0].resampling.resamples, records[0].resampling.seed)
    want = wanted(records, [])[0]
    cut = slices_of(runs, want, by)
    given = records, by, want.metric, cut, sampling
    return slice_tables(*given), slice_rows(*given)


def _errors(runs: Sequence[KeptRun]) -> View:
    from benchmark.error_types import errors_of
    from benchmark.report.conclusion import names
    from benchmark.report.error_types import error_tables, tidy_errors

    records = [run.record for run in runs]
    found = [errors_of(run.rescorer, run.predictions) for run in runs]
    named = list(zip(names(records), found, strict=True))
    data, task = records[0].dataset, records[0].task
    split = f", split {data.split}" if data.split else ""
    where = {"dataset": data.name, "version": data.version, "split": data.split, "task": task}
    whole = list(zip(names(records, whole=True), found, strict=True))
    rows: list[Row] = [{**where, **row} for row in tidy_errors(whole)]
    return error_tables(named, f"{data.name} {data.version}{split}, task {task}"), rows


def _answers(runs: Sequence[KeptRun], kind: AnswerKind | None, *, narrow: bool) -> View:
    """Return the answers of the runs that have any, and of the others that there are none.

    Raises
    ------
    UsageError
        Where no run has answers.
    DataError
        Where a file of answers is broken.
    """
    from benchmark.errors import UsageError
    from benchmark.report.answers import Told, answer_rows, answer_tables, without
    from benchmark.results import load_answers

    told = [Told(run.record, load_answers(run.path)) for run in runs]
    found = [one for one in told if one.answers]
    missing = without([one.record for one in told if not one.answers])
    if not found:
        raise UsageError(missing)
    tables = answer_tables(found, kind, narrow=narrow)
    if missing:
        tables[-1] = replace(tables[-1], notes=(*tables[-1].notes, missing))
    return tables, answer_rows(found, kind)


def _curves(runs: Sequence[KeptRun]) -> View:
    from benchmark.curves import curve_of
    from benchmark.kept import metric_named
    from benchmark.report.curves import curve_tables, tidy_points

    made = [
        (
            run.record,
            curve_of(
                run.rescorer, run.predictions, metric_named(run.record.headline[0]), run.record.headline[1]
            ),
        )
        for run in runs
    ]
    return curve_tables(made), tidy_points(made)
