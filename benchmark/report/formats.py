"""The formats of tables; apart from the tables, so that the command line starts without them."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """How tables are written."""

    TABLE = "table"
    GITHUB = "github"
    LATEX = "latex"
    HTML = "html"
    CSV = "csv"
    JSON = "json"
