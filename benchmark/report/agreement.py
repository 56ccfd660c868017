"""The table of the annotators' agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from benchmark.agreement import Agreement
from benchmark.data import Dataset
from benchmark.projection import FEWEST_DOCUMENTS
from benchmark.record import Range, Score
from benchmark.report.formats import Format
from benchmark.report.numbers import UNDEFINED, with_interval, with_range
from benchmark.report.table import Table, render
from benchmark.report.tidy import Row, as_csv, as_json
from benchmark.stats.bootstrap import MOST_UNDEFINED

UNITS = {"sentence": "sentences", "paragraph": "paragraphs", "document": "documents", "entity": "entities"}


def agreement_tables(dataset: Dataset, rows: Sequence[Agreement], resamples: int, seed: int) -> list[Table]:
    """Return a table a layer, a row a label; the last one has the notes."""
    tables = [
        _layer_table(dataset, layer, [row for row in rows if row.layer == layer])
        for layer in dict.fromkeys(row.layer for row in rows)
    ]
    return [*tables[:-1], replace(tables[-1], notes=_notes(dataset, rows, resamples, seed))]


def _layer_table(dataset: Dataset, layer: str, rows: Sequence[Agreement]) -> Table:
    """Return the table of one layer; columns that no row fills are left out."""
    columns = {
        "marks": [str(row.marks) + ("*" if too_few(row, dataset) else "") for row in rows],
        "α, characters": ["" if row.characters is None else with_interval(row.characters) for row in rows],
        f"α, {UNITS[rows[0].unit]}": [with_interval(row.units) for row in rows],
        "pairwise F1, exact": [with_range(row.exact) for row in rows],
        "pairwise F1, overlap": [with_range(row.overlap) for row in rows],
    }
    kept = {head: cells for head, cells in columns.items() if any(cells)}
    cells = zip((row.label for row in rows), *kept.values(), strict=True)
    annotators = len(dataset.layers[layer].annotators)
    title = f"{dataset.name} {dataset.version}, layer {layer}, {annotators} annotators"
    align = ("left", "right", *["left"] * (len(kept) - 1))
    heads = [head.replace("pairwise ", "pairwise\n").replace("α, ", "α\n") for head in kept]
    return Table(title, ("label", *heads), tuple(cells), (), align, (26, *[0] * len(kept)))


def too_few(row: Agreement, dataset: Dataset) -> bool:
    """Return whether a label has fewer than 10 marks an annotator."""
    return row.marks < 10 * len(dataset.layers[row.layer].annotators)


def _notes(dataset: Dataset, rows: Sequence[Agreement], resamples: int, seed: int) -> tuple[str, ...]:
    models = all(dataset.layers[row.layer].gold == "model" for row in rows)
    who = (
        "Annotators: language models; no person annotated, and agreement among people would be lower."
        if models
        else f"Annotators: {', '.join(dataset.annotators)}."
    )
    clusters = f"{dataset.noun}s" if len(dataset.documents) >= FEWEST_DOCUMENTS else "paragraphs"
    clusters = f"groups by {dataset.group}" if dataset.group else clusters
    return (
        who,
        f"α: Krippendorff's, nominal, with its 95 % interval by bootstrap over {clusters} ({resamples:,} "
        f"resamples, seed {seed}). All labels: α compares sets of labels.",
        "Pairwise F1: mean and range over the pairs of annotators; overlap asks for an intersection over "
        "union of at least one half.",
        "*: fewer than 10 marks an annotator, too few to judge.",
        f"{UNDEFINED}: undefined, as α is where nothing varies. No interval: more than {MOST_UNDEFINED:.0%} "
        "of resamples, lacking a rare label, leave α undefined.",
    )


def written(dataset: Dataset, rows: Sequence[Agreement], resamples: int, seed: int, fmt: Format) -> str:
    """Return the table in any format."""
    if fmt not in (Format.CSV, Format.JSON):
        return render(agreement_tables(dataset, rows, resamples, seed), fmt)
    found = [_tidy(dataset, row) for row in rows]
    return as_json(found) if fmt is Format.JSON else as_csv(found)


def _tidy(dataset: Dataset, row: Agreement) -> Row:
    return {
        "dataset": dataset.name,
        "version": dataset.version,
        "layer": row.layer,
        "label": row.label,
        "marks": row.marks,
        **_score("alpha_characters", row.characters),
        **_score("alpha_units", row.units),
        "unit": row.unit,
        **_range("f1_exact", row.exact),
        **_range("f1_overlap", row.overlap),
    }


def _score(name: str, score: Score | None) -> Row:
    found = score or Score(None)
    return {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}


def _range(name: str, values: Range | None) -> Row:
    found = values or Range(None, None, None)
    return {name: found.mean, f"{name}_low": found.low, f"{name}_high": found.high}
