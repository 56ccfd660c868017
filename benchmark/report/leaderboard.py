"""The leaderboard: a page with a table for each task, made from kept runs that were verified."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.behaviour.results import BehaviourRecord
from benchmark.comparison import Comparison
from benchmark.record import RunRecord
from benchmark.report.behaviour import behaviour_tables
from benchmark.report.conclusion import names, sentence
from benchmark.report.evaluation import CEILINGS, ceiling_range, title_of_data
from benchmark.report.formats import Format
from benchmark.report.naming import Names
from benchmark.report.notes import notes
from benchmark.report.numbers import percent, seconds, speed, title_of, with_interval, with_range
from benchmark.report.table import Table, render
from benchmark.tasks import TASKS
from benchmark.tidy import share_of_ceiling

FROM_PREDICTIONS = """# Results

Made by `bench leaderboard` from the run folders beside it, each of which was verified: its statistics and
scores were made again from its predictions and are what its record says. Do not edit this page; make it
again."""
FROM_STATISTICS = """# Results

Made by `bench leaderboard --from-statistics` from the run folders beside it: the scores of each were made
again from its statistics and are what its record says. Where the dataset is at hand, `bench verify` makes the
statistics again too, from the predictions. Do not edit this page; make it again."""
HEAD = """`bench evaluate` and `bench score` keep each run in a folder:

```text
DATASET/TASK/DETECTOR-HASH/
  run.json            signature, detector, data with checksum, versions, times, scores with intervals
  predictions.jsonl   what the detector gave, a predictions file like anyone's
  statistics.npz      for each metric, the statistics of each article or paragraph
```

The hash stands for the detector's parameters and files, the data, the metrics and the resampling, so that
the same run has the same folder. `bench show FOLDER` prints one, `bench compare FOLDER FOLDER` holds runs
against each other, `bench verify FOLDER` checks one.

Detectors that share a letter cannot be told apart (paired randomisation test, level .05, Holm over the pairs
of a task); the best group is in bold. Speeds and times are those of the machine that made the run, and say
little about another.
"""


def page(
    tasks: Sequence[tuple[Sequence[RunRecord], Comparison | None]],
    behaviour: Sequence[tuple[str, BehaviourRecord]] = (),
    *,
    from_statistics: bool = False,
) -> str:
    """Return the page in Markdown, with a line break at its end.

    Parameters
    ----------
    tasks
        For each task of each dataset its runs, and their comparison; None for one run.
    behaviour
        Behavioural runs, each with the path of its folder from where the page stands.
    from_statistics
        Whether the runs were held to their statistics alone.
    """
    order = {name: place for place, name in enumerate(TASKS)}
    ranked = sorted(tasks, key=lambda task: _place(task[0][0], order))
    how = FROM_STATISTICS if from_statistics else FROM_PREDICTIONS
    parts, last = [f"{how}\n\n{HEAD.strip()}"], ""
    for records, found in ranked:
        title = title_of_data(records[0])
        if title != last:
            parts.append(f"## {title}")
            last = title
        parts.append(_section(records, found))
    if behaviour:
        parts.append(_behaviour(behaviour))
    return "\n\n".join(parts) + "\n"


def _behaviour(runs: Sequence[tuple[str, BehaviourRecord]]) -> str:
    """Return the pass rates of all suites, and where each case can be read."""
    tables = render(behaviour_tables([record for _, record in runs]), Format.GITHUB)
    suites: dict[str, list[str]] = {}
    called = Names(record.detector for _, record in runs)
    for folder, record in runs:
        failed = record.counts.failed + record.counts.crashed
        link = f"[{called.of(record.detector)}]({folder}/cases.jsonl) ({failed})"
        suites.setdefault(record.suite, []).append(link)
    lines = "\n".join(f"- {suite}: {', '.join(links)}" for suite, links in suites.items())
    return f"## Behaviour\n\n{tables}\n\nEvery case with its outcome, and how many failed:\n\n{lines}"


def _place(record: RunRecord, order: dict[str, int]) -> tuple[str, str, str, int, str]:
    data = record.dataset
    return data.name, data.version, data.split or "", order.get(record.task, len(order)), record.task


def _section(records: Sequence[RunRecord], found: Comparison | None) -> str:
    shown = found.records if found else tuple(records)
    metric, score = shown[0].headline
    title = f"### {shown[0].task}: {title_of(metric, score)}"
    table = render([_table(shown, found)], Format.GITHUB)
    return "\n\n".join([title, table, _signatures(shown, metric)])


def _table(records: Sequence[RunRecord], found: Comparison | None) -> Table:
    """Return a row a run, the best first, and a row a ceiling."""
    metric, score = records[0].headline
    grouped = found is not None and found.can_reject
    trained = any(record.detector.training for record in records)
    rows: list[tuple[str, ...]] = []
    for place, (name, record) in enumerate(zip(_titles(records), records, strict=True)):
        own = record.metrics[metric]
        share = percent(share_of_ceiling(own.scores[score].value, own.ceiling, score)) if own.ceiling else ""
        rows.append(
            (
                name,
                with_interval(own.scores[score]),
                found.letters[place] if grouped and found else "",
                share,
                *([_training(record)] if trained else []),
                speed(record.characters_per_second),
            )
        )
    blank = ("",) * (4 if trained else 3)
    for title, kind in CEILINGS:
        top = ceiling_range(records[0].metrics[metric], kind, score)
        if top:
            rows.append((title, with_range(top), *blank))
    right = ("training, s", "characters a second") if trained else ("characters a second",)
    heads = ("detector", title_of(metric, score), "group", "% of ceiling", *right)
    strong = frozenset((place, 1) for place in (found.leaders if found else ()))
    align = ("left", "left", "left") + ("right",) * (len(heads) - 3)
    return Table("", heads, tuple(rows), tuple(_notes(records, found)), align, strong=strong)


def _training(record: RunRecord) -> str:
    return seconds(record.fit_seconds) if record.detector.training else ""


def _titles(records: Sequence[RunRecord]) -> list[str]:
    """Return what each run is called, with what it was trained on and what has to be known of it.

    Runs of one title have the names that tell them apart, as the sentence below the table calls them.
    """
    called = Names(record.detector for record in records)
    titles = [called.title(record.detector) for record in records]
    return [
        (told if titles.count(title) > 1 else title)
        + (" [incomplete]" if record.incomplete else "")
        + (" [contaminated]" if record.contaminated else "")
        for record, title, told in zip(records, titles, names(records), strict=True)
    ]


def _notes(records: Sequence[RunRecord], found: Comparison | None) -> Iterator[str]:
    if found is not None:
        yield sentence(found)
    yield from notes(records)


def _signatures(records: Sequence[RunRecord], metric: str) -> str:
    """Return the signatures of a metric, folded away, each with the runs that have it."""
    owners: dict[str, list[str]] = {}
    for name, record in zip(names(records), records, strict=True):
        owners.setdefault(record.metrics[metric].signature, []).append(name)
    body = "\n".join(f"{', '.join(own)}\n  {signature}" for signature, own in owners.items())
    return f"<details><summary>Signatures</summary>\n\n```text\n{body}\n```\n\n</details>"
