"""The tables of documents that datasets share."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.contamination import FEWEST_WORDS
from benchmark.overlap import Overlap
from benchmark.report.formats import Format
from benchmark.report.numbers import decimal, percent
from benchmark.report.table import Table, render
from benchmark.report.tidy import Row, as_csv, as_json


def written(matrix: Sequence[Overlap], splits: Sequence[Overlap], listed: bool, fmt: Format) -> str:
    """Return the overlap of datasets and of splits in any format.

    Parameters
    ----------
    matrix
        The overlap of each dataset with each, row by row.
    splits
        That of splits within a dataset.
    listed
        Whether the pairs of documents are listed, not only counted.
    fmt
        In CSV and JSON a row an overlap, or a pair where they are listed.
    """
    found = [*matrix, *splits]
    if fmt in (Format.CSV, Format.JSON):
        rows = [row for overlap in found for row in (_pairs(overlap) if listed else [_counts(overlap)])]
        return as_json(rows) if fmt is Format.JSON else as_csv(rows)
    tables = [_matrix(matrix), *([_splits(splits)] if splits else [])]
    if listed:
        tables += [_list(overlap) for overlap in found if overlap.shared]
    return render(tables, fmt)


def _matrix(overlaps: Sequence[Overlap]) -> Table:
    """Return the matrix; columns have numbers, since names would be too wide."""
    names = list(dict.fromkeys(overlap.collection for overlap in overlaps))
    cells = {(overlap.collection, overlap.other): _cell(overlap) for overlap in overlaps}
    sizes = {overlap.collection: str(overlap.documents) for overlap in overlaps}
    rows = [
        (f"{number} {name}", sizes[name], *(cells[name, other] for other in names))
        for number, name in enumerate(names, 1)
    ]
    heads = ("dataset", "documents", *(str(number) for number in range(1, len(names) + 1)))
    notes = (
        "A cell counts the documents of the row that have a twin in the dataset of the column, and their "
        "percentage; on the diagonal, a twin in the same dataset.",
        "Twins: texts equal but for case and white space, or at least half of the shorter stands in the "
        f"longer, estimated by MinHash of three-word runs. Texts under {FEWEST_WORDS} words must be equal.",
    )
    align = ("left", *["right"] * (len(names) + 1))
    return Table("Documents that datasets share", heads, tuple(rows), notes, align)


def _splits(overlaps: Sequence[Overlap]) -> Table:
    rows = [(o.collection, str(o.documents), o.other, _cell(o)) for o in overlaps]
    heads = ("split", "documents", "shares with", "shared")
    return Table("Splits that share documents", heads, tuple(rows), (), ("left", "right", "left", "right"))


def _list(overlap: Overlap) -> Table:
    rows = [
        (both.test, both.train, "equal" if both.exact else decimal(both.similarity))
        for both in overlap.shared
    ]
    within = overlap.collection == overlap.other
    title = f"Twins within {overlap.collection}" if within else f"{overlap.collection} in {overlap.other}"
    return Table(title, ("document", "most similar", "share"), tuple(rows), (), (), (44, 44, 0))


def _cell(overlap: Overlap) -> str:
    """Return "351 95%"; a dot for none."""
    if not overlap.shared:
        return "·"
    return f"{len(overlap.shared)} {percent(len(overlap.shared) / overlap.documents)}%"


def _counts(overlap: Overlap) -> Row:
    return {
        "collection": overlap.collection,
        "other": overlap.other,
        "documents": overlap.documents,
        "shared": len(overlap.shared),
        "exact": sum(both.exact for both in overlap.shared),
        "share": len(overlap.shared) / overlap.documents if overlap.documents else None,
    }


def _pairs(overlap: Overlap) -> list[Row]:
    return [
        {
            "collection": overlap.collection,
            "other": overlap.other,
            "document": both.test,
            "twin": both.train,
            "similarity": both.similarity,
            "exact": both.exact,
        }
        for both in overlap.shared
    ]
