"""What a dataset holds, as its manifest tells it."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.errors import one_line
from benchmark.manifest import Manifest, OriginEntry, Problem
from benchmark.report.table import WIDTH, Table, wrapped

MOST_PROBLEMS = 5
"""Problems that are told in full; the dataset's folder tells the others."""


def summary(manifest: Manifest) -> str:
    """Return a manifest in words: title, terms, citation and origin, a line each."""
    origin = manifest.origin
    fields = {
        "dataset": f"{manifest.name} {manifest.version}",
        "title": manifest.title,
        "description": manifest.description,
        "language": manifest.language,
        "licence of the text": manifest.licence.text,
        "licence of the annotations": manifest.licence.annotations,
        "citation": manifest.citation,
        "grouped by": manifest.group,
        "annotators": ", ".join(annotator.name for annotator in manifest.annotators),
    }
    fields |= manifest.provenance
    if origin is not None:
        options = (f"{name}: {value}" for name, value in origin.options.items())
        fields["read by"] = "; ".join([f"adapter '{origin.adapter}', version {origin.version}", *options])
        fields["made from"] = _inputs(origin)
    return "\n".join(wrapped(one_line(f"{name}: {value}")) for name, value in fields.items() if value)


def _inputs(origin: OriginEntry) -> str:
    total = sum(entry.bytes for entry in origin.inputs.values() if not entry.archive)
    many = sum(not entry.archive for entry in origin.inputs.values())
    archives = [name for name, entry in origin.inputs.items() if entry.archive]
    told = f"{many:,} file{'s' * (many != 1)} of {total:,} bytes"
    return told + (f" in {', '.join(archives)}" if archives else "")


def tables(manifest: Manifest) -> list[Table]:
    """Return the sizes of the splits and the labels of each layer.

    Parameters
    ----------
    manifest
        Of a dataset that was added, which counts labels, or of a shipped one, which counts documents.
    """
    splits = tuple(manifest.splits)
    origin = manifest.origin
    if origin is None:
        rows = [("documents", *(f"{manifest.splits[split]:,}" for split in splits))]
        return [_table("Documents by split", "", splits, rows), _label_sets(manifest)]
    counts = [origin.counts[split] for split in splits]
    rows = [
        (name, *(f"{getattr(count, name):,}" for count in counts))
        for name in ("documents", "sentences", "tokens", "characters")
    ]
    made = [_table("Size by split", "", splits, rows)]
    for layer, entry in manifest.layers.items():
        found = [count.layers[layer] for count in counts]
        rows = [(label, *(f"{one.labels.get(label, 0):,}" for one in found)) for label in entry.labels]
        if any(one.unlabelled for one in found):
            rows.append(("(no label)", *(f"{one.unlabelled:,}" for one in found)))
        if any(one.relations for one in found):
            rows.append(("(relations)", *(f"{one.relations:,}" for one in found)))
        what = f"{entry.kind} of {entry.unit}s" if entry.unit else entry.kind
        made.append(_table(f"Layer {layer}: {what} by split", "label", splits, rows))
    return made


def _table(title: str, head: str, splits: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Table:
    align = ("left", *("right" for _ in splits))
    return Table(title, (head, *splits), tuple(rows), (), align)


def _label_sets(manifest: Manifest) -> Table:
    rows = tuple(
        (layer, entry.kind, entry.unit or "", ", ".join(entry.labels))
        for layer, entry in manifest.layers.items()
    )
    return Table("Layers", ("layer", "kind", "unit", "labels"), rows, (), (), (0, 0, 0, 60))


def problems(manifest: Manifest, first: Sequence[Problem], where: str) -> str:
    """Return what was found wrong in a dataset's source: how much of each kind, and the first in full.

    Parameters
    ----------
    manifest
        Of an added dataset.
    first
        The first problems.
    where
        The file that tells the others.
    """
    found = manifest.origin.problems if manifest.origin is not None else {}
    if not found:
        return "no problem was met"
    lines = [wrapped("problems: " + ", ".join(f"{count:,} × {kind}" for kind, count in found.items()))]
    for problem in first[:MOST_PROBLEMS]:
        place = problem.file if problem.line is None else f"{problem.file}:{problem.line}"
        told = one_line(f"  {problem.kind}: {place}: {problem.message}")
        lines.append(told if len(told) <= 2 * WIDTH else told[: 2 * WIDTH - 1] + "…")
    total = sum(found.values())
    if total > MOST_PROBLEMS:
        lines.append(f"  … and {total - min(len(first), MOST_PROBLEMS):,} more; see {where}")
    return "\n".join(lines)
