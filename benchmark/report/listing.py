"""Tables of what there is: datasets, tasks, detectors, metrics."""

from __future__ import annotations

from collections.abc import Set

from benchmark import data
from benchmark.corpora import CORPORA
from benchmark.detectors import DETECTORS, build
from benchmark.errors import BenchError, one_line
from benchmark.metrics import METRICS
from benchmark.model import Detector
from benchmark.report.formats import Format
from benchmark.report.numbers import title_of
from benchmark.report.table import Table, render
from benchmark.report.tidy import Row, as_csv, as_json
from benchmark.spec import Spec, principal_of
from benchmark.tasks import TASKS, tasks_of


def datasets(corpora: bool = False) -> Table:
    """Return the datasets with their size and layers; one whose manifest is broken says so.

    Parameters
    ----------
    corpora
        Whether the corpora that are not added yet are listed too.
    """
    rows = [_dataset(name) for name in data.names()]
    missing = [name for name in CORPORA if name not in data.names()] if corpora else []
    rows += [(name, "", "", "", "not added", f"bench data add {name} --from PATH") for name in missing]
    heads = ("dataset", "version", "documents", "layers", "here", "title")
    align = ("left", "left", "right", "left", "left", "left")
    return Table("Datasets", heads, tuple(rows), (), align, (0, 0, 0, 22, 0, 27))


def _dataset(name: str) -> tuple[str, ...]:
    here = "shipped" if name in data.SHIPPED else "added"
    try:
        manifest = data.manifest_of(name)
    except BenchError as error:
        return name, "", "", "", here, one_line(str(error).partition("\n")[0])
    documents = sum(manifest.splits.values())
    return name, manifest.version, str(documents), ", ".join(manifest.layers), here, manifest.title


def tasks() -> Table:
    """Return the tasks with the datasets that have gold for them, those of single datasets last."""
    where: dict[str, list[str]] = {name: [] for name in TASKS}
    known = {name: TASKS.get(name) for name in TASKS}
    for name in data.names():
        for task in tasks_of(data.load(name)):
            where.setdefault(task.name, []).append(name)
            known.setdefault(task.name, task)
    rows = [
        (name, task.title, title_of(task.metric, task.score), ", ".join(where[name]))
        for name, task in known.items()
    ]
    return Table(
        "Tasks", ("task", "what it asks", "headline", "datasets"), tuple(rows), (), (), (0, 0, 0, 15)
    )


def detectors() -> Table:
    """Return the detectors with their layers and what each is; one that cannot be built says why."""
    rows = []
    for name in DETECTORS:
        title = name
        try:
            kind = DETECTORS.get(name)
            principal = principal_of(kind)
            title = f"{name}:{principal.upper()}" if principal else name
            detector = kind if principal else build(Spec(name), 0)
            layers, about = _layers(detector), _first_line(kind)
        except BenchError as error:
            layers, about = "", str(error).split("\n", 1)[0]
        rows.append((title, layers, DETECTORS.origin(name), about))
    heads = ("detector", "layers", "from", "what it is")
    return Table("Detectors", heads, tuple(rows), (), (), (0, 24, 0, 40))


def _layers(detector: Detector | type[Detector]) -> str:
    """Return the layers that a detector names, and the kinds of which it takes any layer.

    Of a class that is built with a model or program only the kinds are known, and the layers that it can be
    asked for as it is shipped, which a static method `shipped_layers` returns.
    """
    kinds = getattr(detector, "kinds", frozenset()) | getattr(detector, "trained_kinds", frozenset())
    words = {"given": "labels of given spans"}
    shipped = getattr(detector, "shipped_layers", frozenset)
    named = detector.layers if isinstance(detector.layers, Set) else shipped()
    return ", ".join([*sorted(named), *(f"any {words.get(kind, kind)}" for kind in sorted(kinds))])


def metrics() -> Table:
    """Return the metrics with the tasks whose panel they stand in."""
    rows = []
    for name in METRICS:
        panels = [task for task in TASKS if name in TASKS.get(task).metrics]
        rows.append((name, METRICS.origin(name), _first_line(METRICS.get(name)), ", ".join(panels)))
    heads = ("metric", "from", "what it is", "tasks")
    return Table("Metrics", heads, tuple(rows), (), (), (0, 0, 44, 18))


def _first_line(kind: type[object]) -> str:
    return (kind.__doc__ or "").strip().split("\n", 1)[0]


def written(table: Table, fmt: Format) -> str:
    """Return a table in any format; in CSV and JSON a row a record, with the heads as names."""
    heads = [header.replace("_\n", "_").replace("\n", " ") for header in table.headers]
    rows: list[Row] = [dict(zip(heads, row, strict=True)) for row in table.rows]
    if fmt in (Format.CSV, Format.JSON):
        return as_csv(rows) if fmt is Format.CSV else as_json(rows)
    return render([table], fmt)
