"""`bench behave`: whether detectors react to the wording, or to the topic."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.common import (
    Detectors,
    Family,
    NoCache,
    Output,
    Prompt,
    Quiet,
    Resamples,
    Seed,
    TableFormat,
    exit_where_failed,
    progress,
    typed,
    writable,
)
from benchmark.report.formats import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.behaviour.results import Behaviour
    from benchmark.behaviour.run import Collection
    from benchmark.spec import Spec


def complete_suites(incomplete: str) -> list[str]:
    """Complete the name of a suite."""
    from benchmark.behaviour.suites import SUITES

    return [name for name in SUITES if name.startswith(incomplete)]


def behave(
    detector: Detectors = None,
    suite: Annotated[
        list[str] | None,
        typer.Option(
            "--suite",
            "-s",
            help="A suite; may be given several times. Default: all.",
            autocompletion=complete_suites,
        ),
    ] = None,
    dataset: Annotated[
        list[str] | None,
        typer.Option(
            "--dataset",
            help="A dataset that cases are made from; 'behaviour' for the stored ones. Default: all shipped.",
        ),
    ] = None,
    cases: Annotated[
        Path | None, typer.Option("--cases", help="Your own cases, a JSONL file, in the place of these.")
    ] = None,
    prompt: Prompt = None,
    family: Family = None,
    no_cache: NoCache = False,
    failures: Annotated[
        int, typer.Option("--failures", help="Failing cases to show of each detector and suite.", min=0)
    ] = 0,
    fmt: TableFormat = Format.TABLE,
    output: Output = Path("results"),
    seed: Seed = 0,
    resamples: Resamples = 10_000,
    quiet: Quiet = False,
) -> None:
    """Test how detectors behave when the wording changes, and when only the topic, country or type does.

    Each case is a text, mostly with a changed twin, and what must hold: charged words are flagged and their
    neutral rewrite is not, another country or other quotation marks change nothing. Shown is the share of
    cases that pass. Every case is kept with its outcome below the results folder. A detector that has to be
    trained learns from the shipped reports, and never from the one that a case was made from. Exit code 3: a
    detector failed on a text.

    Example:

    bench behave -d lexicon -d subjectivity

    bench behave -d linear -s neutral_rewrite --failures 5

    bench behave -d lexicon -s entity_swap --dataset ptc

    bench behave -d lexicon --cases my.jsonl
    """
    from benchmark.behaviour.results import save
    from benchmark.behaviour.run import Behaving
    from benchmark.errors import keeping
    from benchmark.evaluation import kept_runs

    collection = _collection(suite or (), dataset or (), cases, seed)
    specs = _specs(typed(detector, prompt=prompt, family=family), seed)
    writable(output)
    behaving = Behaving(collection, seed, resamples, fresh=no_cache)
    made: list[Behaviour] = []
    with keeping(lambda: kept_runs(len(made), output / "behaviour")), progress(len(specs), quiet) as step:
        for spec in specs:
            step(str(spec))
            for behaviour in behaving.runs(spec, partial(step, str(spec))):
                save(behaviour, output)
                made.append(behaviour)
    if not made:
        from benchmark.errors import UsageError

        names = ", ".join(map(str, specs))
        raise UsageError(f"no suite fits {names}: 'bench list detectors' shows the layers that each predicts")
    _write(made, fmt, failures, output)
    if not quiet:
        runs = "run" if len(made) == 1 else "runs"
        typer.echo(f"{len(made)} {runs} kept in {output / 'behaviour'}", err=True)
    exit_where_failed(
        (f"detector '{record.detector.spec}'", f"suite {record.suite}", record.failures)
        for record in (behaviour.record for behaviour in made)
    )


def _collection(suites: Sequence[str], datasets: Sequence[str], cases: Path | None, seed: int) -> Collection:
    from benchmark.behaviour.run import cases_of_file, shipped_cases
    from benchmark.errors import UsageError

    if cases is None:
        return shipped_cases(suites, datasets, seed)
    if datasets:
        raise UsageError("--cases brings its own texts; leave --dataset out")
    return cases_of_file(cases, suites)


def _specs(given: Sequence[Spec], seed: int) -> list[Spec]:
    """Return the detectors asked for; unasked, all that are ready and learn within seconds."""
    from benchmark.cli.evaluate import detectors
    from benchmark.detectors import build

    specs = detectors(given, seed)
    if given:
        return specs
    return [spec for spec in specs if not getattr(build(spec, seed), "slow", False)]


def _write(made: Sequence[Behaviour], fmt: Format, failures: int, output: Path) -> None:
    """Print the tables, and failing cases below them; or tidy rows alone."""
    from benchmark.report.behaviour import behaviour_rows, behaviour_tables, failing
    from benchmark.report.table import render
    from benchmark.report.tidy import as_csv, as_json
    from benchmark.report.usage import suite_usage

    records = [behaviour.record for behaviour in made]
    if fmt in (Format.CSV, Format.JSON):
        rows = behaviour_rows(records, [str(output / record.folder) for record in records])
        typer.echo(as_csv(rows) if fmt is Format.CSV else as_json(rows))
        return
    typer.echo(render([*behaviour_tables(records), *suite_usage(records)], fmt))
    for behaviour in made:
        text = failing(behaviour, failures)
        if text:
            typer.echo(f"\n{text}")
