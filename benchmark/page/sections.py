"""The tables and figures of the page, view by view, as the template puts them down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmark.behaviour.results import Behaviour
from benchmark.curves import Curve, curve_of
from benchmark.error_types import errors_of
from benchmark.kept import metric_named
from benchmark.lineup import slices_of
from benchmark.page.agreed import agreed
from benchmark.page.answers import answer_sections, asked_sections
from benchmark.page.behaviour import behaviour_provenance, behaviour_sections
from benchmark.page.groups import Group
from benchmark.page.overview import Overview, overview
from benchmark.page.parts import Block, Grid, Section, drawn, grids
from benchmark.page.provenance import provenance
from benchmark.page.slicings import possible
from benchmark.record import RunRecord
from benchmark.report.curves import curve_tables
from benchmark.report.error_types import error_tables
from benchmark.report.evaluation import by_label, title_of_data
from benchmark.report.slices import slice_tables

ABOUT = {
    "label": "By label",
    "section": "By section of the article",
    "quotation": "Inside and outside quotations",
    "length": "By length of the gold span",
    "support": "By number of annotators",
}


@dataclass(frozen=True)
class Page:
    """What the template puts down, besides the data of the script.

    Parameters
    ----------
    title
        Of the page.
    overview
        A section for each group of runs.
    errors, slices, curves
        Likewise; `curves` is empty where no run has scores.
    annotators
        A section for each dataset whose annotators' marks are there.
    answers, asked
        A section for each group: how the answers of its language models came out, and how these were asked;
        empty where none was.
    behaviour
        The rates of the behavioural runs; empty where there are none.
    provenance
        A section for each dataset, then one for each run, then one for all behavioural runs.
    """

    title: str
    overview: tuple[Overview, ...]
    errors: tuple[Section, ...]
    slices: tuple[Section, ...]
    curves: tuple[Section, ...]
    annotators: tuple[Section, ...]
    answers: tuple[Section, ...]
    asked: tuple[Section, ...]
    behaviour: tuple[Section, ...]
    provenance: tuple[Section, ...]


def page_of(groups: Sequence[Group], behaviours: Sequence[Behaviour] = ()) -> Page:
    """Return the tables and figures of groups of runs, and the tables of behavioural runs.

    Parameters
    ----------
    groups
        Of runs on tasks.
    behaviours
        One a detector and suite.

    Raises
    ------
    UsageError, DataError
        Where a run or its dataset cannot be read, or the plotting library is missing.
    """
    about = list(dict.fromkeys(group.records[0].dataset.name for group in groups))
    about += ["behaviour"] if behaviours else []
    curves = [_curves(group, number) for number, group in enumerate(groups)]
    return Page(
        title=f"Report on {', '.join(about)}",
        overview=tuple(overview(group) for group in groups),
        errors=tuple(_errors(group, number) for number, group in enumerate(groups)),
        slices=tuple(_slices(group, number) for number, group in enumerate(groups)),
        curves=tuple(curves) if any(section.blocks for section in curves) else (),
        annotators=agreed(groups),
        answers=answer_sections(groups),
        asked=asked_sections(groups),
        behaviour=behaviour_sections(behaviours),
        provenance=(*provenance(groups), *behaviour_provenance(behaviours)),
    )


def _errors(group: Group, number: int) -> Section:
    """Return how often each kind of error happens, and which labels are taken for which."""
    from benchmark import plots

    found = [errors_of(run.rescorer, run.predictions) for run in group.runs]
    named = list(zip(group.names, found, strict=True))
    about = title_of_data(group.records[0])
    figure = drawn(
        plots.errors(named, about=about),
        f"Kinds of error, {group.title}",
        "For each detector a bar of the F1 that is lost to each kind of error. The numbers are in the table.",
    )
    tables = grids(error_tables(named, f"{about}, task {group.task.name}"))
    return Section(f"errors-{number}", f"Kinds of error: {group.title}", (Block("", figure, tables),))


def _slices(group: Group, number: int) -> Section:
    return Section(f"slices-{number}", group.title, (_labels(group), *_sliced(group)))


def _labels(group: Group) -> Block:
    """Return precision, recall and F1 by label, a table a run."""
    from benchmark import plots

    figure = plots.labels(group.records, metric=group.shown.metric)
    title = f"Scores by label, {group.title}"
    described = "For each label a bar with its interval for each detector. The numbers are in the tables."
    tables = [
        Grid(f"{name}: {own.title}", own.headers, own.rows, own.align, own.strong, own.notes)
        for name, record in zip(group.names, group.records, strict=True)
        for own in grids(by_label(record))
    ]
    texts = () if tables else ("This metric does not tell labels apart.",)
    return Block("By label", drawn(figure, title, described), tuple(tables), texts)


def _sliced(group: Group) -> Iterator[Block]:
    from benchmark import plots

    want = group.shown
    for by in possible(group):
        parts = slices_of(group.runs, want, by)
        figure = plots.slices(parts, group.records, by, want.metric, group.resamples)
        heading = ABOUT.get(by, f"By {by}")
        described = "For each slice a bar with its interval for each detector. The numbers are in the table."
        tables = grids(slice_tables(group.records, by, want.metric, parts, group.resamples))
        yield Block(heading, drawn(figure, f"{heading}, {group.title}", described), tables)


def _curves(group: Group, number: int) -> Section:
    """Return precision-recall curves and reliability diagrams of the runs whose answers have scores."""
    from benchmark import plots

    metric, score = group.shown.metric, group.shown.score
    made: list[tuple[RunRecord, Curve | None]] = [
        (run.record, curve_of(run.rescorer, run.predictions, metric_named(metric), score))
        for run in group.runs
    ]
    if all(curve is None for _, curve in made):
        return Section(f"curves-{number}", group.title, ())
    pr = drawn(
        plots.precision_recall(made),
        f"Precision and recall, {group.title}",
        "For each detector the precision at each recall, as the least score that is kept falls.",
    )
    reliability = drawn(
        plots.reliability(made),
        f"Reliability, {group.title}",
        "For each detector how often answers of a probability are right, and how many there are.",
    )
    blocks = (Block("Precision and recall", pr), Block("Reliability", reliability))
    kept = tuple(block for block in blocks if block.figures)
    return Section(f"curves-{number}", group.title, (*kept, Block("", (), grids(curve_tables(made)))))
