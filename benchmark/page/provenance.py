"""Where the numbers come from: the data, and for each run what ran, with what, when, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmark.contamination import named
from benchmark.data import Dataset
from benchmark.page.answers import log_of
from benchmark.page.groups import Group
from benchmark.page.parts import Block, Grid, Section
from benchmark.protocol import Protocol
from benchmark.provenance import Training
from benchmark.record import RunRecord
from benchmark.report.evaluation import title_of_data
from benchmark.report.numbers import speed
from benchmark.spec import Spec

Rows = list[tuple[str, str]]


def provenance(groups: Sequence[Group]) -> tuple[Section, ...]:
    """Return a section for each dataset, then one for each run.

    Parameters
    ----------
    groups
        Of runs.
    """
    datasets = {group.dataset.manifest_sha256: group.runs[0].rescorer.scorer.whole for group in groups}
    sections = [
        Section(f"data-{number}", f"Dataset {dataset.name}", (Block("", (), (_data(dataset),)),))
        for number, dataset in enumerate(datasets.values())
    ]
    runs = [
        (f"{name}, {group.title}", run)
        for group in groups
        for name, run in zip(group.names, group.runs, strict=True)
    ]
    sections += [
        Section(f"run-{number}", title, (Block("", (), _run(title, run.record), (), log_of(run)),))
        for number, (title, run) in enumerate(runs)
    ]
    return tuple(sections)


def _facts(title: str, rows: Rows) -> Grid:
    return Grid(title, ("what", "value"), tuple(rows))


def _data(dataset: Dataset) -> Grid:
    rows = [
        ("title", dataset.title),
        ("version", dataset.version),
        ("SHA-256 of the manifest, which holds that of every file", dataset.manifest_sha256),
        ("documents", str(len(dataset.documents))),
        ("language", dataset.language),
        ("licence of the annotations", dataset.licence.annotations),
        ("licence of the text", dataset.licence.text),
        ("cite as", dataset.citation),
        ("annotators", ", ".join(dataset.annotators) or "none are named"),
    ]
    return _facts(f"The data of {dataset.name}", rows)


def _run(title: str, record: RunRecord) -> tuple[Grid, ...]:
    rows = [
        *_detector(record),
        *_measured(record),
        *_environment(record),
        *_went_wrong(record),
    ]
    signatures = [(name, found.signature) for name, found in record.metrics.items()]
    return (
        _facts(f"The run {title}", rows),
        Grid(f"Signatures of {title}", ("metric", "signature"), tuple(signatures)),
    )


def _detector(record: RunRecord) -> Iterator[tuple[str, str]]:
    found = record.detector
    yield "detector", f"{Spec(found.name, (), found.value)}, from {found.origin}"
    for key, value in found.parameters.items():
        yield f"parameter {key}", value
    yield "layer that was asked for", found.layer
    if found.seed is not None:
        yield "seed of the detector", str(found.seed)
    learned = "shown" if found.training and found.training.shots else "trained"
    for what, training in ((learned, found.training), ("thresholds of density", found.thresholds)):
        if training is not None:
            yield what, _learned(training)
    for key, digest in found.files.items():
        yield f"SHA-256 of {key}", digest
    if record.usage is not None and record.usage.answers_sha256 is not None:
        yield "SHA-256 of the answers", record.usage.answers_sha256


def _learned(training: Training) -> str:
    """Return what was learned from, and how."""
    split = f", split {training.split}" if training.split else ""
    how = f"{training.folds} folds on" if training.folds else "one training on"
    how = f"{training.short} out of" if training.shots else how
    return (
        f"{how} {training.documents} documents of {training.dataset} {training.version}{split}, "
        f"seed {training.seed}; SHA-256 of the manifest {training.manifest_sha256}"
    )


def _measured(record: RunRecord) -> Iterator[tuple[str, str]]:
    sampling = record.resampling
    yield "data", title_of_data(record)
    yield "SHA-256 of the manifest", record.dataset.manifest_sha256
    yield "gold", f"{record.dataset.gold}, {record.dataset.annotators} annotators"
    yield "protocol", _protocol(record.protocol)
    yield (
        "intervals",
        f"{sampling.level:.0%}, bootstrap over {sampling.clusters} clusters ({sampling.unit}), "
        f"{sampling.resamples:,} resamples, seed {sampling.seed}",
    )
    yield "made", record.created
    if record.seconds is None:
        yield "time", "not measured"
    else:
        pace = speed(record.characters_per_second)
        told = f"{record.seconds:.3g} s for {record.characters:,} characters"
        yield "time", told + (f" ({pace} a second)" if pace else "")
    if record.fit_seconds:
        yield "time of training", f"{record.fit_seconds:.3g} s"


def _protocol(protocol: Protocol) -> str:
    parts = [
        protocol.name,
        f"split {protocol.split}" if protocol.split else "",
        f"{protocol.folds} folds" if protocol.folds else "",
        "stratified" if protocol.stratified else "",
        "" if protocol.grouped else "groups not kept together",
        f"seed {protocol.seed}",
    ]
    return ", ".join(part for part in parts if part)


def _environment(record: RunRecord) -> Iterator[tuple[str, str]]:
    found = record.environment
    changed = " with changes" if found.dirty else ""
    yield "framebench", found.framebench
    yield "commit", f"{found.commit}{changed}" if found.commit else "not from a checkout"
    yield "Python", f"{found.python} on {found.platform}"
    yield "libraries", ", ".join(f"{name} {version}" for name, version in found.libraries.items())


def _went_wrong(record: RunRecord) -> Iterator[tuple[str, str]]:
    """Yield what a reader must know: learned test documents, failures, missing answers."""
    yield "learned from", named(record.shared) if record.shared else "none of the scored documents"
    for failure in record.failures:
        yield f"failed on {failure.document}", failure.error
    if not record.failures:
        yield "failures", "none"
    if record.missing:
        yield "documents without an answer", str(record.missing)
    if record.undecided:
        yield "units without a decided label", f"{record.undecided}; they are not scored"
