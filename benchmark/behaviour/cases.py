"""Cases of behavioural tests: a text, its changed twin, and where in them something must hold.

A file of cases is JSONL, a case a line, with the fields of `Case`. Those that have a default may be left out:
without `edits` the two texts are compared word by word, without `cluster` a case is one of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import msgspec

from benchmark.errors import DataError, Fault, suggest
from benchmark.fileio import jsonl, read_jsonl

LAYERS = ("technique", "attribution_gap")
"""The layers that a case can be about."""
Range = tuple[int, int]
"""Start and exclusive end in code points; equal where it is a point between two characters."""
Edit = tuple[int, int, int, int]
"""Start and end of a stretch of the text, start and end of what stands in its place in the twin."""
_WORD = re.compile(r"\w+|\W", re.DOTALL)


@dataclass(frozen=True)
class Case:
    """One text with what must hold in it, and in its twin where there is one.

    Parameters
    ----------
    id
        Unique within its suite: "literal-0017".
    suite
        Name of the suite, whose judge decides.
    layer
        What a detector is asked for: technique or attribution_gap.
    text
        The text.
    region
        Where in the text something must hold, or whereabouts it was changed; empty where start equals end.
    twin
        The changed text; None where the suite has none.
    twin_region
        The region in the twin; None where it is the region carried over, with what was put in at its ends.
    label
        The label that must be found; None for any that counts in the layer.
    cluster
        The template or the sentence that it was made from, which is what is resampled; "" for the case alone.
    edits
        The stretches in which the two texts differ, ascending and disjoint; all between them is equal.
    sides
        The two sides that are exchanged, the text's first: ("Turkey", "Greece").
    metadata
        Fields such as topic, country or change. A case that was made from a document of a dataset names it in
        "dataset" and "document", so that no detector is judged on what it learned from; it says "yes" in
        "others" where the sentence that holds the region has other charged words, which a detector of whole
        sentences may flag.

    Raises
    ------
    ValueError
        Where a range lies outside its text, the edits do not make the twin out of the text, or a field for
        the twin is given without one.
    """

    id: str
    suite: str
    layer: str
    text: str
    region: Range
    twin: str | None = None
    twin_region: Range | None = None
    label: str | None = None
    cluster: str = ""
    edits: tuple[Edit, ...] = ()
    sides: tuple[str, str] | None = None
    metadata: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.id or not self.suite:
            raise ValueError("a case needs an id and a suite")
        if self.layer not in LAYERS:
            raise ValueError(f"no layer '{self.layer}'{suggest(self.layer, LAYERS)}")
        if not self.text.strip():
            raise ValueError("the text is empty")
        if self.label == "":
            raise ValueError("the label is empty; leave it out where any label counts")
        _check_range("region", self.region, self.text)
        if self.sides is not None and (not all(self.sides) or self.sides[0] == self.sides[1]):
            raise ValueError("the two sides must have a name each, and not the same")
        if self.twin is None:
            if self.edits or self.twin_region is not None or self.sides is not None:
                raise ValueError("edits, twin_region and sides ask for a twin, and there is none")
            return
        if not self.twin.strip():
            raise ValueError("the twin is empty")
        _check_edits(self.text, self.twin, self.edits)
        if self.twin_region is not None:
            _check_range("twin_region", self.twin_region, self.twin)

    @property
    def drawn(self) -> str:
        """What is resampled with it: the cluster, or the case alone."""
        return self.cluster or self.id

    @property
    def document(self) -> tuple[str, str] | None:
        """Dataset and id of the document that it was made from; None where it was made of none."""
        dataset, name = self.metadata.get("dataset"), self.metadata.get("document")
        return (dataset, name) if dataset and name else None

    @property
    def changed(self) -> Range:
        """The region in the twin: the one that is given, or the text's carried over."""
        if self.twin_region is not None:
            return self.twin_region
        first, _ = _carried(self.edits, self.region[0], after=False)
        _, last = _carried(self.edits, self.region[1], after=True)
        return first, last

    def carried(self, marked: Range) -> tuple[Range, Range]:
        """Return where a range of the text begins and ends in the twin.

        Parameters
        ----------
        marked
            Start and end in the text.

        Returns
        -------
        starts, ends
            The lowest and highest place that each can have. They are equal but for an end within a stretch
            that was changed, which may be anywhere in what stands there now. A range that ends where words
            were put in stays before them, one that begins there comes after.
        """
        start, end = marked
        starts = _carried(self.edits, start, after=True)
        ends = _carried(self.edits, end, after=start == end)
        return starts, ends


def _carried(edits: Sequence[Edit], place: int, *, after: bool) -> Range:
    moved = 0
    for start, end, twin_start, twin_end in edits:
        if place < start or (place == start and (start < end or not after)):
            break
        if place < end:
            return twin_start, twin_end
        moved = twin_end - end
    return place + moved, place + moved


def _check_range(name: str, given: Range, text: str) -> None:
    if not 0 <= given[0] <= given[1] <= len(text):
        raise ValueError(
            f"{name} {given[0]}–{given[1]}: offsets must satisfy 0 ≤ start ≤ end ≤ {len(text)}, "
            "the length of the text"
        )


def _check_edits(text: str, twin: str, edits: Sequence[Edit]) -> None:
    place, in_twin = 0, 0
    for edit in (*edits, (len(text), len(text), len(twin), len(twin))):
        start, end, twin_start, twin_end = edit
        if not (place <= start <= end <= len(text) and in_twin <= twin_start <= twin_end <= len(twin)):
            raise ValueError(f"edit {list(edit)}: edits must be ascending, disjoint and within the texts")
        if text[place:start] != twin[in_twin:twin_start]:
            raise ValueError(
                f"edit {list(edit)}: the texts differ before it, text {place}–{start} and "
                f"twin {in_twin}–{twin_start}"
            )
        place, in_twin = end, twin_end


def edits_between(text: str, twin: str) -> tuple[Edit, ...]:
    """Return the stretches in which two texts differ, compared by words and single other characters.

    Parameters
    ----------
    text, twin
        The two texts.

    Returns
    -------
    tuple of Edit
        Ascending and disjoint, as a `Case` asks for them.
    """
    ours, theirs = _WORD.findall(text), _WORD.findall(twin)
    places, others = _places(ours), _places(theirs)
    return tuple(
        (places[i], places[j], others[k], others[m])
        for tag, i, j, k, m in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
        if tag != "equal"
    )


def _places(words: Sequence[str]) -> list[int]:
    places = [0]
    for word in words:
        places.append(places[-1] + len(word))
    return places


Problems = Callable[[Case], Iterable[str]]
"""From a case to what is wrong with it."""


class _Row(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A line of a file of cases."""

    id: str
    suite: str
    layer: str
    text: str
    region: Range
    twin: str | None = None
    twin_region: Range | None = None
    label: str | None = None
    cluster: str = ""
    edits: tuple[Edit, ...] | None = None
    sides: tuple[str, str] | None = None
    metadata: dict[str, str] = {}

    def case(self) -> Case:
        """Return the case, its edits found by comparison where they are left out."""
        values: dict[str, Any] = {name: getattr(self, name) for name in self.__struct_fields__}
        if self.edits is None:
            values["edits"] = edits_between(self.text, self.twin) if self.twin is not None else ()
        return Case(**values)


def read_cases(path: Path, problems: Problems | None = None) -> tuple[Case, ...]:
    """Read and check a file of cases.

    Parameters
    ----------
    path
        JSONL, a case a line.
    problems
        Gives what else is wrong with a case, for instance that its suite is not known.

    Raises
    ------
    UsageError
        Where the file cannot be read.
    DataError
        With every fault in it, by line.
    """
    faults: list[Fault] = []
    found: dict[tuple[str, str], Case] = {}
    for line, row in read_jsonl(path, _Row, faults):
        try:
            case = row.case()
        except ValueError as error:
            faults.append(Fault(path, line, f"case '{row.id}': {error}"))
            continue
        if problems is not None:
            faults += [Fault(path, line, f"case '{row.id}': {problem}") for problem in problems(case)]
        if (case.suite, case.id) in found:
            faults.append(Fault(path, line, f"case '{case.id}' stands twice in suite '{case.suite}'"))
        found[case.suite, case.id] = case
    if not found and not faults:
        faults.append(Fault(path, None, "holds no cases"))
    if faults:
        raise DataError(sorted(faults, key=lambda fault: fault.line or 0))
    return tuple(found.values())


def written(cases: Iterable[Case]) -> bytes:
    """Return cases as JSONL in UTF-8, which `read_cases` reads; fields with their default are left out."""
    return jsonl(_row(case) for case in cases)


def _row(case: Case) -> _Row:
    values: dict[str, Any] = {name: getattr(case, name) for name in _Row.__struct_fields__}
    return _Row(**(values | {"edits": case.edits if case.twin is not None else None}))
