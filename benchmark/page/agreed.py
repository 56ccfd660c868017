"""How far the annotators agree: a section for each dataset whose annotators' own marks are there."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.agreement import agreement
from benchmark.data import Dataset
from benchmark.page.groups import Group
from benchmark.page.parts import Block, Section, drawn, grids
from benchmark.pairwise import pairwise
from benchmark.report.agreement import agreement_tables
from benchmark.scores import Resamples


def agreed(groups: Sequence[Group]) -> tuple[Section, ...]:
    """Return the agreement of the annotators of each dataset and split, as tables and heat maps.

    Parameters
    ----------
    groups
        Of runs.
    """
    found: dict[tuple[str, tuple[str, ...]], tuple[Dataset, Resamples]] = {}
    for group in groups:
        dataset = group.dataset
        ids = tuple(document.id for document in dataset.documents)
        found.setdefault((dataset.manifest_sha256, ids), (dataset, group.resamples))
    sections = [_section(number, *one) for number, one in enumerate(found.values())]
    return tuple(section for section in sections if section.blocks)


def _section(number: int, dataset: Dataset, resamples: Resamples) -> Section:
    many = dataset.noun if len(dataset.documents) == 1 else f"{dataset.noun}s"
    title = f"{dataset.name} {dataset.version}, {len(dataset.documents)} {many}"
    rows = agreement(dataset, resamples.resamples, resamples.seed)
    maps = [_maps(dataset, layer) for layer in dict.fromkeys(row.layer for row in rows)]
    blocks = [block for block in maps if block.figures]
    if rows:
        tables = agreement_tables(dataset, rows, resamples.resamples, resamples.seed)
        blocks.append(Block("Agreement by label", (), grids(tables)))
    return Section(f"annotators-{number}", title, tuple(blocks))


def _maps(dataset: Dataset, layer: str) -> Block:
    from benchmark import plots

    figure = plots.agreement(pairwise(dataset, layer))
    title = f"Annotators of {layer}, {dataset.name}"
    described = "For each two annotators the F1 of one’s marks against the other’s, as a shade and a number."
    return Block(f"Layer {layer}", drawn(figure, title, described))
