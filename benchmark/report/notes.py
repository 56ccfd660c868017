"""The sentences below a table: who made the gold, what the intervals mean, what a mark stands for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence

from benchmark.contamination import named
from benchmark.provenance import Training
from benchmark.record import RunRecord
from benchmark.report.naming import Names
from benchmark.report.numbers import UNDEFINED
from benchmark.report.usage import family_notes
from benchmark.stats.bootstrap import FEW_CLUSTERS, MOST_UNDEFINED


def notes(records: Sequence[RunRecord], *, every_score: bool = False) -> tuple[str, ...]:
    """Return what a reader of a table of these runs, all on one dataset, has to know.

    Parameters
    ----------
    records
        The runs in the table.
    every_score
        Whether the table shows all overall scores of every metric, not the headline alone.
    """
    found = [
        *_gold(records),
        *_undecided(records),
        *_intervals(records),
        *_ceilings(records),
        *_training(records),
        *_thresholds(records),
        *_undefined(records, every_score),
        *_contamination(records),
        *family_notes(records),
        *_failures(records),
    ]
    return tuple(dict.fromkeys(found))


def _by(
    records: Sequence[RunRecord], key: Callable[[RunRecord], Hashable]
) -> Iterator[tuple[str, RunRecord]]:
    """Give one record of each kind, and the tasks that it stands for: "" where there is only one kind."""
    kinds: dict[Hashable, dict[str, RunRecord]] = {}
    for record in records:
        kinds.setdefault(key(record), {})[record.task] = record
    for found in kinds.values():
        yield (", ".join(found) if len(kinds) > 1 else ""), next(iter(found.values()))


def _gold(records: Sequence[RunRecord]) -> Iterator[str]:
    for tasks, record in _by(records, lambda r: (r.dataset.gold, r.dataset.annotators)):
        which = f"Gold of {tasks}" if tasks else "Gold"
        many = f"{record.dataset.annotators} " if record.dataset.annotators else ""
        yield {
            "model": f"{which}: made by {many}language models; no person annotated.",
            "people": f"{which}: made by {many}people.",
            "model_writer": f"{which}: what the writer, a language model, was asked for; so no ceiling.",
            "writer": f"{which}: what the writer intended; so no ceiling.",
        }[record.dataset.gold]


def _undecided(records: Sequence[RunRecord]) -> Iterator[str]:
    for tasks, record in _by(records, lambda r: r.undecided):
        if record.undecided:
            which = f"{tasks}: " if tasks else ""
            scored = sum(record.labels.values())
            yield (f"{which}{record.undecided} units without a decided label are not scored; {scored} are.")


def _intervals(records: Sequence[RunRecord]) -> Iterator[str]:
    """Say what was resampled; the paragraphs of an article say nothing about other articles."""
    for tasks, record in _by(records, lambda r: (r.resampling.unit, r.resampling.clusters)):
        found = record.resampling
        which = f"Intervals of {tasks}" if tasks else "Intervals"
        if found.clusters < 2:
            yield f"{which}: none, since there is one {found.unit} to resample."
            continue
        noun = record.dataset.noun
        units = {"paragraph": "paragraphs", "document": f"{noun}s"}.get(
            found.unit, f"groups of {noun}s by {found.unit}"
        )
        text = f"{which}: 95 %, bootstrap over {found.clusters} {units}, {found.resamples:,} resamples"
        if found.clusters < FEW_CLUSTERS:
            text += ", widened by Student's t for so few"
        if found.unit == "paragraph":
            these = f"this one {noun}" if record.dataset.documents == 1 else f"these {noun}s"
            text += f"; they are over the paragraphs of {these} and say nothing about other {noun}s"
        yield f"{text}."


def _ceilings(records: Sequence[RunRecord]) -> Iterator[str]:
    if any(metric.ceiling for record in records for metric in record.metrics.values()):
        yield (
            "Ceiling: the annotators' own score, pooled, and range, against the gold of the others (a lower "
            "bound) and the full gold, which holds their own vote (an upper bound)."
        )


def _training(records: Sequence[RunRecord]) -> Iterator[str]:
    called = Names(record.detector for record in records)
    for training in dict.fromkeys(r.detector.training for r in records if r.detector.training):
        how = _how(training)
        trained = {r.detector.spec for r in records if r.detector.training == training}
        without = [r for r in records if r.detector.spec in trained and not r.detector.training]
        except_for = "".join(f", but {called.of(r.detector)} on {r.task} untrained" for r in without)
        yield f"{training.short}: {how}{except_for}; intervals leave {_left_out(training)} out."


def _left_out(training: Training) -> str:
    return "what other examples would change" if training.shots else "the variance of training"


def _how(training: Training) -> str:
    if not training.folds:
        split = f", split {training.split}" if training.split else ""
        if training.shots:
            return f"shown that many annotated passages of {training.dataset}{split}, and trained on nothing"
        return f"trained on the {training.documents} documents of {training.dataset}{split}"
    grouped = f", each {training.group} on one side" if training.group else ""
    grouped += "" if training.grouped else ", groups and near-duplicates not kept together"
    kind = "stratified " if training.stratified else ""
    return f"{kind}cross-validation over the {training.documents} documents{grouped}"


def _contamination(records: Sequence[RunRecord]) -> Iterator[str]:
    """Name the scored documents that were learned from, once for all runs that learned the same."""
    called = Names(record.detector for record in records)
    for record in {r.shared: r for r in records if r.shared}.values():
        who = ", ".join(dict.fromkeys(called.of(r.detector) for r in records if r.shared == record.shared))
        yield (
            f"[contaminated] {who} learned from {len(record.shared)} of the {record.dataset.documents} "
            f"scored {record.dataset.noun}s, or from nearly the same text: {named(record.shared)}."
        )


def _thresholds(records: Sequence[RunRecord]) -> Iterator[str]:
    for record in records:
        fitted = record.detector.thresholds
        if fitted:
            how = "leave-one-out" if fitted.folds == fitted.documents else f"{fitted.folds}-fold"
            yield (
                f"{record.task}: span detectors by density of marks, thresholds by {how} cross-validation, "
                "whose variance the intervals leave out."
            )


def _undefined(records: Sequence[RunRecord], every_score: bool) -> Iterator[str]:
    shown = [
        score
        for record in records
        for metric, found in record.metrics.items()
        for name, score in found.scores.items()
        if (":" not in name if every_score else (metric, name) == tuple(record.headline))
    ]
    if any(score.value is None for score in shown):
        yield f"{UNDEFINED}: undefined, as MCC where all answers are equal, or P where nothing is predicted."
    shares = [score.undefined for score in shown if score.value is not None and score.undefined > 0]
    kept = [share for share in shares if share <= MOST_UNDEFINED]
    if kept:
        most = f"Up to {max(kept):.1%}" if max(kept) >= 0.001 else "Less than 0.1%"
        yield f"{most} of resamples leave a score undefined; its interval is over the others."
    if len(kept) < len(shares):
        most = f"{MOST_UNDEFINED:.0%}"
        yield f"No interval: more than {most} of resamples, lacking a rare label, leave the score undefined."


def _failures(records: Sequence[RunRecord]) -> Iterator[str]:
    called = Names(record.detector for record in records)
    for record in records:
        if record.failures:
            first = record.failures[0]
            more = f" and {len(record.failures) - 1} more" if len(record.failures) > 1 else ""
            yield (
                f"[incomplete] {called.of(record.detector)} failed on document '{first.document}'{more} "
                f"({first.error}), which counts as nothing found."
            )
        if record.missing:
            yield (
                f"{called.of(record.detector)} names {record.dataset.documents - record.missing} of "
                f"{record.dataset.documents} documents in layer {record.detector.layer}; "
                "the others count as nothing found."
            )
