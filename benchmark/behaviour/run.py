"""Cases of the suites that are asked for, and the runs of detectors on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmark import data
from benchmark.answers import Answer
from benchmark.behaviour.cases import Case, read_cases, written
from benchmark.behaviour.engine import Examiner, Read
from benchmark.behaviour.rates import counts_of, rates_of
from benchmark.behaviour.results import Behaviour, BehaviourRecord, Source, case_row
from benchmark.behaviour.stored import NAME, Stored, stored
from benchmark.behaviour.suites import SUITES, problems
from benchmark.data import SHIPPED, Dataset
from benchmark.detectors import Failure
from benchmark.environment import environment, now
from benchmark.errors import UsageError
from benchmark.fileio import read_bytes, sha256
from benchmark.identity import files_of_detector, origin_of, unshown_of
from benchmark.record import DetectorRecord, Resampling
from benchmark.scores import Resamples
from benchmark.spec import Spec
from benchmark.training import detector_seed
from benchmark.usage import Usage, usage_of

UNIT = "template or sentence"
"""What is resampled."""


@dataclass(frozen=True)
class Collection:
    """Cases with where they come from.

    Parameters
    ----------
    cases
        Of all suites, in the order of the table of suites.
    sources
        By suite.
    """

    cases: tuple[Case, ...]
    sources: Mapping[str, tuple[Source, ...]]

    @property
    def suites(self) -> tuple[str, ...]:
        """The suites that have cases."""
        return tuple(dict.fromkeys(case.suite for case in self.cases))


def shipped_cases(suites: Sequence[str], datasets: Sequence[str], seed: int) -> Collection:
    """Return the stored cases of suites, and those that are made out of datasets.

    Parameters
    ----------
    suites
        Their names; all where there are none.
    datasets
        Datasets by name or folder, "behaviour" for the stored cases; all shipped ones where there are none.
    seed
        For what is drawn in making cases.

    Raises
    ------
    UsageError
        Where a suite or dataset is not known, or no cases can be had.
    """
    tables = [SUITES.get(name) for name in dict.fromkeys(suites or SUITES)]
    wanted = list(dict.fromkeys(datasets or (NAME, *SHIPPED)))
    kept = stored() if NAME in wanted else None
    loaded: list[Dataset] = []
    if any(table.maker is not None for table in tables):
        loaded = [data.load(name) for name in wanted if name != NAME]
    cases: list[Case] = []
    sources: dict[str, tuple[Source, ...]] = {}
    for table in tables:
        for source, found in _of_suite(table.name, kept, loaded, seed):
            cases += found
            sources[table.name] = (*sources.get(table.name, ()), *([source] if found else []))
    if not cases:
        told = f"; the datasets {', '.join(datasets)} hold none" if datasets else ""
        raise UsageError(f"suites {', '.join(table.name for table in tables)} have no cases{told}")
    return Collection(tuple(cases), sources)


def _of_suite(
    name: str, kept: Stored | None, datasets: Sequence[Dataset], seed: int
) -> Iterator[tuple[Source, Sequence[Case]]]:
    if kept is not None:
        yield Source(kept.name, kept.version, kept.manifest_sha256), kept.cases(name)
    maker = SUITES.get(name).maker
    if maker is not None:
        for dataset in datasets:
            made = [replace(case, id=f"{dataset.name}/{case.id}") for case in maker(dataset, seed)]
            yield Source(dataset.name, dataset.version, dataset.manifest_sha256), made


def cases_of_file(path: Path, suites: Sequence[str] = ()) -> Collection:
    """Return a user's own cases.

    Parameters
    ----------
    path
        A JSONL file of cases.
    suites
        The only suites that count; all where there are none.

    Raises
    ------
    UsageError
        Where the file cannot be read, or has no case of the suites.
    DataError
        With every fault in the file, by line.
    """
    for name in suites:
        SUITES.get(name)
    found = read_cases(path, problems)
    cases = [case for name in SUITES if not suites or name in suites for case in found if case.suite == name]
    if not cases:
        raise UsageError(f"{path}: holds no cases of {', '.join(suites)}")
    source = Source(path.name, "", sha256(read_bytes(path)))
    return Collection(tuple(cases), {case.suite: (source,) for case in cases})


class Behaving:
    """Runs detectors on the cases of a collection.

    Parameters
    ----------
    collection
        The cases.
    seed, resamples
        Of the bootstrap; the seed is that of detectors and folds too.
    fresh
        Whether a detector that keeps answers of earlier runs asks anew.
    """

    def __init__(
        self, collection: Collection, seed: int = 0, resamples: int = 10_000, *, fresh: bool = False
    ) -> None:
        self.collection, self.seed = collection, seed
        self.examiner = Examiner(collection.cases, seed, fresh=fresh)
        self._sampling = Resamples(resamples, seed)
        self._hashes = {suite: sha256(written(cases)) for suite, cases in self.examiner.by_suite.items()}

    def runs(self, spec: Spec, say: Callable[[str], None] | None = None) -> Iterator[Behaviour]:
        """Yield a detector's runs, one a suite that it can be judged by.

        Parameters
        ----------
        spec
            Which detector.
        say
            Given to a detector that has an attribute `progress`.
        """
        layers = dict.fromkeys(case.layer for case in self.collection.cases)
        found = {layer: self.examiner.read(spec, layer, say) for layer in layers}
        readings = {layer: read for layer, read in found.items() if read is not None}
        for suite in self.collection.suites:
            own = [readings[layer] for layer in self.examiner.layers(suite) if layer in readings]
            if own:
                yield self._run(spec, suite, readings, own)

    def _run(self, spec: Spec, suite: str, readings: Mapping[str, Read], own: Sequence[Read]) -> Behaviour:
        judged = self.examiner.judge(suite, readings)
        keys = self.examiner.keys(suite)
        counts = counts_of(judged)
        texts = self.examiner.documents
        layers = [layer for layer in self.examiner.layers(suite) if layer in readings]
        record = BehaviourRecord(
            suite=suite,
            detector=self._detector(spec, suite, own),
            sources=self.collection.sources[suite],
            cases_sha256=self._hashes[suite],
            counts=counts,
            rates=rates_of(judged, self._sampling),
            resampling=Resampling(UNIT, counts.clusters, self._sampling.resamples, self._sampling.seed),
            environment=environment(),
            characters=sum(len(document.text) for layer in layers for document in texts[layer].values()),
            seconds=sum(read.seconds for read in own),
            fit_seconds=sum(read.fit_seconds for read in own),
            created=now(),
            failures=tuple(
                Failure(key, error) for read in own for key, error in read.failures.items() if key in keys
            ),
            shared=tuple(twin for read in own for key, twin in read.shared.items() if key in keys),
        )
        answers = tuple(answer for read in own for answer in read.account.answers if answer.document in keys)
        log = "".join(read.account.log for read in own)
        return Behaviour(
            replace(record, usage=_usage(own, answers)), tuple(map(case_row, judged)), answers, log
        )

    def _detector(self, spec: Spec, suite: str, own: Sequence[Read]) -> DetectorRecord:
        trainings = [self.examiner.training(suite, read) for read in own]
        return DetectorRecord(
            name=spec.name,
            value=spec.value,
            parameters=dict(spec.parameters),
            origin=origin_of(spec),
            layer="+".join(dict.fromkeys(read.subject.layer for read in own)),
            training=next((training for training in trainings if training is not None), None),
            seed=detector_seed(self.examiner.detector(spec)),
            files=files_of_detector(spec, self.examiner.detector(spec)),
            unshown=unshown_of(spec, self.examiner.detector(spec)),
        )


def _usage(own: Sequence[Read], answers: tuple[Answer, ...]) -> Usage | None:
    """Return what the answers about a suite's texts took; None where no language model was asked."""
    told = [read.account for read in own if read.account.answers]
    if not told:
        return None
    facts = {
        f"{name} ({read.subject.layer})" if len(told) > 1 else name: value
        for read in own
        for name, value in read.account.facts.items()
    }
    return usage_of(replace(told[0], answers=answers, facts=facts), {})
