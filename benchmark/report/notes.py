"""The sentences below a table: who made the gold, what the intervals mean, what a mark stands for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.report.numbers import UNDEFINED
from benchmark.results import RunRecord
from benchmark.training import Training


def notes(records: Sequence[RunRecord]) -> tuple[str, ...]:
    """Return what a reader of a table of these runs, all on one dataset, has to know."""
    found = [
        *_gold(records),
        _intervals(records),
        *_ceilings(records),
        *_training(records),
        *_thresholds(records),
        *_undefined(records),
        *_failures(records),
    ]
    return tuple(dict.fromkeys(found))


def _gold(records: Sequence[RunRecord]) -> Iterator[str]:
    made = dict.fromkeys((record.dataset.gold, record.dataset.annotators) for record in records)
    for gold, annotators in made:
        tasks = dict.fromkeys(
            r.task for r in records if (r.dataset.gold, r.dataset.annotators) == (gold, annotators)
        )
        which = "Gold" if len(made) == 1 else f"Gold of {', '.join(tasks)}"
        if annotators and gold == "model":
            yield f"{which}: made by {annotators} language models of one family; no person annotated."
        elif annotators:
            yield f"{which}: made by {annotators} annotators, who are {gold}."
        else:
            writer = "a language model" if gold == "model_writer" else "a person"
            yield f"{which}: the brief of the writer, {writer}; no judgement of the text, so no ceiling."


def _intervals(records: Sequence[RunRecord]) -> str:
    """Say what was resampled; one article says nothing about others."""
    example = min(records, key=lambda record: record.resampling.clusters).resampling
    units = "paragraphs" if example.unit == "paragraph" else "articles"
    text = (
        f"Intervals: {example.level:.0%} by bootstrap over {example.clusters} {units} "
        f"({example.resamples:,} resamples, seed {example.seed})"
    )
    if example.clusters < 50:
        text += ", widened for so few"
    if example.unit == "paragraph":
        article = "this one article" if records[0].dataset.documents == 1 else "these articles"
        text += f"; they speak of the paragraphs of {article} and say nothing about other articles"
    return text + "."


def _ceilings(records: Sequence[RunRecord]) -> Iterator[str]:
    if any(metric.ceiling for record in records for metric in record.metrics.values()):
        yield (
            "Ceiling: the annotators' own scores, mean and range: against the gold made from the others "
            "(a lower bound), and against the full gold, which holds their own vote (an upper bound)."
        )


def _training(records: Sequence[RunRecord]) -> Iterator[str]:
    for training in _distinct(record.detector.training for record in records):
        how = (
            f"scored by cross-validation over the {training.documents} documents"
            if training.folds
            else f"trained on the {training.documents} documents of {training.dataset}"
        )
        yield f"{training.short}: {how}; the interval leaves the variance of training out."


def _thresholds(records: Sequence[RunRecord]) -> Iterator[str]:
    for record in records:
        if record.detector.thresholds:
            yield (
                f"{record.task}: span detectors by the density of their marks, thresholds from "
                f"{record.detector.thresholds.folds}-fold cross-validation."
            )


def _distinct(found: Iterator[Training | None] | Sequence[Training | None]) -> list[Training]:
    return list(dict.fromkeys(training for training in found if training is not None))


def _undefined(records: Sequence[RunRecord]) -> Iterator[str]:
    scores = [
        record.metrics[record.headline[0]].scores[record.headline[1]]
        for record in records
        if record.headline[0] in record.metrics
    ]
    if any(score.value is None for score in scores):
        yield f"{UNDEFINED}: undefined, for instance MCC where every answer is the same."
    share = max((score.undefined for score in scores if score.value is not None), default=0.0)
    if share > 0:
        yield f"Up to {share:.1%} of resamples leave a score undefined; its interval is over the others."


def _failures(records: Sequence[RunRecord]) -> Iterator[str]:
    for record in records:
        if record.failures:
            first = record.failures[0]
            more = f" and {len(record.failures) - 1} more" if len(record.failures) > 1 else ""
            yield (
                f"[incomplete] {record.detector.spec} failed on document '{first.document}'{more} "
                f"({first.error}), which counts as nothing found."
            )
        if record.missing:
            yield (
                f"{record.detector.spec} names {record.dataset.documents - record.missing} of "
                f"{record.dataset.documents} documents in layer {record.detector.layer}; "
                "the others count as nothing found."
            )
