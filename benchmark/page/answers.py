"""What language models answered, on the page: what that took, and the answers as plain values for the script.

The answers of a run are a block of JSON of their own, which the script reads when it first shows one of them;
runs with equal answers share it. Offsets count UTF-16 code units, as strings in a browser do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.answers import OK, UNPLACED, Answer, Labelled, Quotation
from benchmark.fileio import read_bytes
from benchmark.kept import KeptRun
from benchmark.model import Document
from benchmark.page.data import Plain, Utf16, within
from benchmark.page.groups import Group
from benchmark.page.parts import Block, Grid, Part, Section, grids
from benchmark.report.numbers import decimal, seconds, title_of
from benchmark.report.usage import count, money, part, usage_tables
from benchmark.results import ANSWERS, LOG, load_answers
from benchmark.usage import Usage

MOST_LOG = 100_000
"""So many bytes of a log stand on the page, the last ones."""
NOBODY = "No language model was asked for this task."


def answer_sections(groups: Sequence[Group]) -> tuple[Section, ...]:
    """Return for each group how the answers came out; nothing at all where no run has answers.

    Parameters
    ----------
    groups
        Of runs.
    """
    if not any(_has(run) for group in groups for run in group.runs):
        return ()
    return tuple(
        Section(f"usage-{number}", f"How the answers came out: {group.title}", (_usage(group),))
        for number, group in enumerate(groups)
    )


def asked_sections(groups: Sequence[Group]) -> tuple[Section, ...]:
    """Return for each group how each model was asked; nothing at all where no run has answers."""
    if not any(_has(run) for group in groups for run in group.runs):
        return ()
    return tuple(
        Section(f"asked-{number}", f"How the models were asked: {group.title}", _asked(group))
        for number, group in enumerate(groups)
    )


def usage_grids(group: Group) -> tuple[Grid, ...]:
    """Return the table of the language models of a group, as the command's tables have it."""
    tables = grids(usage_tables(group.records))
    return tuple(
        Grid(f"{t.title} ({group.title})", t.headers, t.rows, t.align, t.strong, t.notes) for t in tables
    )


def log_of(run: KeptRun) -> tuple[Part, ...]:
    """Return what a program wrote on standard error, to be opened; nothing where there is no such file.

    Raises
    ------
    UsageError
        Where the file cannot be read.
    """
    path = run.path / LOG
    if not path.is_file():
        return ()
    content = read_bytes(path)
    size = (
        f"{len(content):,} bytes"
        if len(content) <= MOST_LOG
        else f"the last {MOST_LOG:,} of {len(content):,} bytes"
    )
    return (Part(f"What the program wrote ({LOG}, {size})", content[-MOST_LOG:].decode("utf-8", "replace")),)


def _has(run: KeptRun) -> bool:
    return run.record.usage is not None or (run.path / ANSWERS).is_file()


def _usage(group: Group) -> Block:
    if not any(map(_has, group.runs)):
        return Block("", texts=(NOBODY,))
    gone = [
        name
        for name, run in zip(group.names, group.runs, strict=True)
        if _has(run) and not (run.path / ANSWERS).is_file()
    ]
    texts = (f"There is no {ANSWERS} in the run folder of {', '.join(gone)}.",) if gone else ()
    return Block("", (), usage_grids(group), texts)


def _asked(group: Group) -> tuple[Block, ...]:
    tables = [
        table
        for name, record in zip(group.names, group.records, strict=True)
        if record.usage is not None
        for table in _of_run(f"{name}, {group.title}", record.usage)
    ]
    return (Block("", (), tuple(tables)),) if tables else ()


def _of_run(title: str, usage: Usage) -> Iterator[Grid]:
    yield Grid(f"How {title} was asked", ("what", "value"), tuple(_facts(usage)))
    rows = tuple(
        (title_of(metric, score), *map(decimal, (found.mean, found.low, found.high)))
        for metric, scores in usage.spread.items()
        for score, found in scores.items()
    )
    if rows:
        heads = ("score", "mean", "lowest", "highest")
        align = ("left", "right", "right", "right")
        yield Grid(f"Each of the {usage.samples} samples of {title} scored by itself", heads, rows, align)


def _facts(usage: Usage) -> Iterator[tuple[str, str]]:
    """Yield all that is counted of a run's answers, and how they were asked for."""
    yield "requests", f"{usage.requests:,}"
    if usage.samples > 1:
        yield "how often each question was asked", str(usage.samples)
    for what, number in (
        ("answers kept from earlier requests", usage.cached),
        ("answers that could not be read", usage.invalid),
        ("refusals", usage.refused),
        ("requests that failed", usage.failed),
    ):
        yield what, f"{number:,} ({part(usage.share(number))})"
    yield "quotations", f"{usage.quotations:,}"
    exact = usage.quotations - usage.normalised - usage.fuzzy - usage.unplaced
    for what, number in (
        ("found word for word", exact),
        ("found after normalising", usage.normalised),
        ("found nearly", usage.fuzzy),
        ("not placed", usage.unplaced),
    ):
        yield what, f"{number:,} ({part(number / usage.quotations if usage.quotations else None)})"
    if usage.units:
        omitted = f"{usage.unanswered:,} of {usage.units:,} ({part(usage.share_unanswered)})"
        yield "units that answers left out", omitted
    yield "tokens", f"{count(usage.input_tokens)} in, {count(usage.output_tokens)} out"
    yield "cost", money(usage.cost, usage.currency)
    yield "seconds, summed over the answers", seconds(usage.seconds)
    yield "models that answered, as the server names them", ", ".join(usage.models) or "not told"
    yield "family of models", usage.family or "not known"
    yield from usage.facts.items()


class Said:
    """The answers of all runs, as the script of the page reads them.

    Parameters
    ----------
    groups
        Of runs.
    entries
        What the index says of each group: which number each of its documents has.

    Attributes
    ----------
    index
        For each run, in the order of the groups, None or an object: the number of its block, and for each
        document of the group how many answers there are, how many are not ok, and how many quotations could
        not be placed. Read when the page opens.
    blocks
        One object for each list of answers, read when an answer is looked at.

    Raises
    ------
    UsageError, DataError
        Where the answers of a run cannot be read.
    """

    def __init__(self, groups: Sequence[Group], entries: Sequence[Plain]) -> None:
        self.blocks: list[Plain] = []
        self._known: dict[tuple[tuple[int, ...], str, tuple[Answer, ...]], int] = {}
        self.index: list[Plain | None] = [
            self._of_run(run, _Texts(group.dataset.documents, entry["docs"]))
            for group, entry in zip(groups, entries, strict=True)
            for run in group.runs
        ]

    def _of_run(self, run: KeptRun, texts: _Texts) -> Plain | None:
        answers = load_answers(run.path)
        if not answers:
            return None
        usage = run.record.usage
        currency = usage.currency if usage else ""
        key = texts.numbers, currency, answers
        if key not in self._known:
            self._known[key] = len(self.blocks)
            samples = max(answer.sample for answer in answers) + 1
            rows = [_row(answer, texts) for answer in answers]
            self.blocks.append({"samples": samples, "currency": currency, "rows": rows})
        return {"block": self._known[key], "docs": texts.counts(answers)}


class _Texts:
    """The documents of a group by their ids, with their numbers on the page."""

    def __init__(self, documents: Sequence[Document], numbers: Sequence[int]) -> None:
        self._documents = {document.id: document for document in documents}
        self._numbers = dict(zip(self._documents, numbers, strict=True))
        self._utf16: dict[str, Utf16] = {}

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of all documents."""
        return tuple(self._numbers.values())

    def number(self, name: str) -> int | None:
        return self._numbers.get(name)

    def cut(self, name: str, start: int, end: int) -> tuple[str, list[int]]:
        """Return the words at a place of a document, and the place as a browser counts it."""
        text = self._documents[name].text
        if name not in self._utf16:
            self._utf16[name] = Utf16(text)
        return text[max(start, 0) : max(end, 0)], within(self._utf16[name], len(text), (start, end))

    def counts(self, answers: Sequence[Answer]) -> list[list[int]]:
        """Return for each document how many answers, how many not ok, and how many quotations not placed."""
        found = {name: [0, 0, 0] for name in self._documents}
        for answer in answers:
            own = found.get(answer.document, [0, 0, 0])
            own[0] += 1
            own[1] += answer.status != OK
            own[2] += sum(one.how == UNPLACED for one in answer.quotations)
        return list(found.values())


def _row(answer: Answer, texts: _Texts) -> Plain:
    """Return an answer; what is empty, 0 or not known is left out."""
    number = texts.number(answer.document)
    where: Plain = {"name": answer.document} if number is None else {"doc": number}
    known = {
        "problem": answer.problem,
        "raw": answer.raw,
        "model": answer.model,
        "in": answer.input_tokens,
        "out": answer.output_tokens,
        "cost": answer.cost,
        "quotes": [_quote(one, answer.document, texts) for one in answer.quotations],
        "units": [_unit(one, answer.document, texts) for one in answer.units],
    }
    return {
        **where,
        "part": answer.part,
        "sample": answer.sample,
        "status": answer.status,
        "seconds": float(f"{answer.seconds:.4g}"),
        **{name: value for name, value in known.items() if value not in ("", None, [])},
        "request": answer.request,
        **({"kept": True} if answer.cached else {}),
    }


def _quote(one: Quotation, name: str, texts: _Texts) -> Plain:
    """Return a quotation; its words are left out where they are those of its place."""
    found: Plain = {"label": one.label, "how": one.how}
    words = None
    if one.start is not None and one.end is not None and texts.number(name) is not None:
        words, found["at"] = texts.cut(name, one.start, one.end)
    found |= {} if one.text == words else {"text": one.text}
    found |= {"why": one.reason} if one.reason else {}
    return found | ({} if one.relation is None else {"relation": one.relation})


def _unit(one: Labelled, name: str, texts: _Texts) -> Plain:
    found: Plain = {"labels": list(one.labels)}
    if texts.number(name) is not None:
        found["at"] = texts.cut(name, one.start, one.end)[1]
    return found | ({"why": one.reason} if one.reason else {})
