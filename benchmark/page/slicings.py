"""By what the gold of a task can be sliced: only what leaves more than one slice says anything."""

from __future__ import annotations

from benchmark.cuts import MOST_VALUES, SLICINGS
from benchmark.errors import UsageError
from benchmark.lineup import slices_of
from benchmark.page.groups import Group


def possible(group: Group) -> list[str]:
    """Return the slicings that a group's task can have, but for that by label.

    Fields of the documents' metadata follow, by name, which have more than one value and no more than
    `benchmark.cuts.MOST_VALUES`.
    """
    documents = group.dataset.documents
    values: dict[str, set[str | None]] = {key: set() for document in documents for key in document.metadata}
    for key, found in values.items():
        found.update(document.metadata.get(key) for document in documents)
    fields = sorted(key for key, found in values.items() if 1 < len(found) <= MOST_VALUES)
    known = [by for by in SLICINGS if by != "label"]
    return [by for by in (*known, *(key for key in fields if key not in SLICINGS)) if _can(group, by)]


def _can(group: Group, by: str) -> bool:
    """Return whether the task can be sliced so, and more than one slice has gold."""
    first = group.runs[:1]
    try:
        parts = slices_of(first, group.shown, by)
    except UsageError:
        return False
    return sum(part.parts[0].gold > 0 for part in parts) > 1
