"""Tidy rows as text: CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from benchmark.tidy import Row, share_of_ceiling, tidy

__all__ = ["Row", "as_csv", "as_json", "share_of_ceiling", "tidy"]


def as_csv(rows: Sequence[Row]) -> str:
    """Return rows as CSV with a head; an undefined value is an empty field."""
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue().rstrip("\n")


def as_json(rows: Sequence[Row]) -> str:
    """Return rows as a JSON array; an undefined value is null."""
    return json.dumps(list(rows), ensure_ascii=False, indent=1, allow_nan=False)
