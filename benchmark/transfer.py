"""The matrix of what a detector learned from and what it is scored on.

Outside the diagonal a detector learns the training split of a dataset, or all of it where there is none, and
predicts what `bench evaluate` scores of another dataset; gold and predictions are then read in common labels.
On the diagonal the dataset's own protocol decides: a published split, else cross-validation by groups.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmark.contamination import Shared, named, shared
from benchmark.crosswalk import LabelMap
from benchmark.data import Dataset
from benchmark.detectors import Failure, build
from benchmark.errors import BenchError
from benchmark.fitting import Fitted
from benchmark.mapping import mapped_gold, mapped_predictions, mapped_task
from benchmark.metrics import METRICS
from benchmark.metrics.base import Metric
from benchmark.model import Prediction
from benchmark.projection import Scoring, scoring
from benchmark.protocol import chosen_split, scored_part
from benchmark.provenance import Training
from benchmark.record import DatasetRecord, Resampling, Score
from benchmark.run import Evaluator, Settings
from benchmark.scores import Resamples, scores_of, signature
from benchmark.spec import Spec, construct
from benchmark.subject import Subject, layer_gold, layer_labels, lesson
from benchmark.transfer_plan import Gap, Pair, Plan, Source

Say = Callable[[str, str], None]
"""Called with a cell that is begun and "", then with the cell and what its training is doing."""


@dataclass(frozen=True)
class Cell:
    """A detector that learned from one dataset, scored on another or on the same.

    Parameters
    ----------
    detector
        Its specification.
    train, test
        "dataset/layer" or "dataset/task"; with a colon the split that was asked for.
    metric, score
        The headline of the test's task.
    value
        Its value with its interval.
    documents, noun
        Number of documents that are scored, and what one is.
    gold
        Who made their gold.
    resampling
        How the interval was made.
    how
        What it learned from, in a few words: "5-fold", "371 docs".
    signature
        One line that says how the value was made.
    shared
        Scored documents that the detector learned from, or nearly.
    failures
        Scored documents that the detector failed on.
    reasons
        What the labels of the two lose; empty where they mean the same.
    within
        Whether it is the dataset's own protocol that divides it, as on the diagonal.
    """

    detector: str
    train: str
    test: str
    metric: str
    score: str
    value: Score
    documents: int
    noun: str
    gold: str
    resampling: Resampling
    how: str
    signature: str
    shared: tuple[Shared, ...] = ()
    failures: tuple[Failure, ...] = ()
    reasons: tuple[str, ...] = ()
    within: bool = False


@dataclass(frozen=True)
class Matrix:
    """Cells by row and column.

    Parameters
    ----------
    cells
        Those that were filled, row by row.
    gaps
        Those that could not be.
    tests
        The columns in order.
    """

    cells: tuple[Cell, ...]
    gaps: tuple[Gap, ...]
    tests: tuple[str, ...]


def run_transfer(plan: Plan, settings: Settings, say: Say | None = None) -> Matrix:
    """Train and score every cell of a plan.

    Parameters
    ----------
    plan
        Which cells.
    settings
        Seed, resamples, and whether contamination is refused; the protocol says what of a dataset is scored.
    say
        Called before each cell, and with what a training that takes long is doing.

    Raises
    ------
    BenchError
        Where the settings are strict and a scored document was learned from; none is trained before all
        pairs of different datasets are checked.
    UsageError
        Where a dataset cannot be divided.
    """
    runner = _Runner(settings)
    if settings.strict:
        for pair in plan.pairs:
            runner.refuse(pair)
    cells = []
    for pair in plan.pairs:
        name = f"{pair.train} on {pair.test}: {pair.spec}"
        progress = None
        if say is not None:
            say(name, "")
            progress = _progress(say, name)
        cells.append(runner.cell(pair, progress))
    return Matrix(tuple(cells), plan.gaps, plan.tests)


def _progress(say: Say, name: str) -> Callable[[str], None]:
    return lambda detail: say(name, detail)


class _Runner:
    """Fills cells; what several of them need is made once."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._evaluators: dict[str, Evaluator] = {}
        self._scored: dict[str, Dataset] = {}
        self._shared: dict[tuple[str, str], tuple[Shared, ...]] = {}
        self._resamples = Resamples(settings.resamples, settings.seed)
        # Cells of one model come one after the other, so that only the last is kept.
        self._model: tuple[tuple[str, Spec, Subject], Fitted] | None = None
        self._predictions: dict[str, tuple[list[Prediction], list[Failure]]] = {}

    def refuse(self, pair: Pair) -> None:
        """Raise where a scored document of another dataset was learned from."""
        twins = self._twins(pair) if pair.found is not None else ()
        if twins:
            raise BenchError(
                f"{pair.train} holds {len(twins)} of the documents that are scored in {pair.test}: "
                f"{named(twins)}; without --strict the cell is marked"
            )

    def cell(self, pair: Pair, say: Callable[[str], None] | None) -> Cell:
        return self._within(pair, say) if pair.found is None else self._between(pair, pair.found, say)

    def _within(self, pair: Pair, say: Callable[[str], None] | None) -> Cell:
        """Score a dataset by its own protocol."""
        key = pair.dataset.manifest_sha256
        evaluator = self._evaluators.setdefault(key, Evaluator(pair.dataset, self.settings))
        run = evaluator.run(pair.task, pair.spec, say)
        if run is None or run.record.detector.training is None:
            raise BenchError(f"{pair.test}: detector '{pair.spec}' learned nothing")
        record = run.record
        return Cell(
            detector=str(pair.spec),
            train=pair.train,
            test=pair.test,
            metric=pair.task.metric,
            score=pair.task.score,
            value=record.metrics[pair.task.metric].scores[pair.task.score],
            documents=record.dataset.documents,
            noun=record.dataset.noun,
            gold=record.dataset.gold,
            resampling=record.resampling,
            how=run.record.detector.training.short,
            signature=_with_detector(record.metrics[pair.task.metric].signature, pair.spec),
            shared=record.shared,
            failures=record.failures,
            within=True,
        )

    def _between(self, pair: Pair, found: LabelMap, say: Callable[[str], None] | None) -> Cell:
        """Score a dataset by what was learned from another one."""
        scored, task = self._scored_part(pair), mapped_task(pair.task, found)
        given = layer_gold(scored, pair.task.layer) or ()
        ready = scoring(task, scored.documents, mapped_gold(given, found), scored.group)
        predictions, failures = self._predicted(pair, scored, say)
        mapped = mapped_predictions(predictions, scored.documents, found, task.layer)
        metric = construct("metric", METRICS.get(task.metric), Spec.parse(task.metric), {})
        value = self._value(ready, metric, mapped)
        layer = pair.dataset.layers[pair.task.source]
        sampling = Resampling(ready.clusters, ready.size, self.settings.resamples, self.settings.seed)
        twins = self._twins(pair)
        return Cell(
            detector=str(pair.spec),
            train=pair.train,
            test=pair.test,
            metric=task.metric,
            score=task.score,
            value=value,
            documents=len(scored.documents),
            noun=scored.noun,
            gold=layer.gold,
            resampling=sampling,
            how=self._training(pair.source).short,
            signature=self._signature(pair, found, metric, sampling, len(scored.documents), len(twins)),
            shared=twins,
            failures=tuple(failures),
            reasons=found.reasons,
        )

    def _scored_part(self, pair: Pair) -> Dataset:
        """Return what `bench evaluate` scores of a dataset."""
        key = pair.dataset.manifest_sha256
        if key not in self._scored:
            self._scored[key] = scored_part(pair.dataset, self.settings.protocol)
        return self._scored[key]

    def _twins(self, pair: Pair) -> tuple[Shared, ...]:
        key = pair.source.name, pair.dataset.manifest_sha256
        if key not in self._shared:
            scored = self._scored_part(pair)
            self._shared[key] = shared(pair.source.part.fingerprints, scored.fingerprints)
        return self._shared[key]

    def _predicted(
        self, pair: Pair, scored: Dataset, say: Callable[[str], None] | None
    ) -> tuple[list[Prediction], list[Failure]]:
        key = pair.source.name, pair.spec, pair.subject
        if self._model is None or self._model[0] != key:
            gold = lesson(pair.source.part, pair.subject) or ()
            detector = build(pair.spec, self.settings.seed)
            self._model = key, Fitted(detector, gold, pair.subject, say, name=str(pair.spec))
            self._predictions.clear()
        name = pair.dataset.manifest_sha256
        if name not in self._predictions:
            labels = layer_labels(pair.source.dataset, pair.subject.layer)
            self._predictions[name] = self._model[1].predict(scored.documents, labels)
        return self._predictions[name]

    def _value(self, ready: Scoring, metric: Metric, predictions: Sequence[Prediction]) -> Score:
        """Return the headline score with its interval."""
        projected = ready.project(predictions)
        statistics = ready.by_cluster(metric.per_document(ready.gold, projected, ready.labels))
        return scores_of(metric, statistics, ready.labels, self._resamples)[ready.task.score]

    def _training(self, source: Source) -> Training:
        data = source.dataset
        return Training(
            data.name,
            data.version,
            data.manifest_sha256,
            len(source.part.documents),
            0,
            self.settings.seed,
            source.learned_split,
        )

    def _signature(
        self, pair: Pair, found: LabelMap, metric: Metric, sampling: Resampling, documents: int, twins: int
    ) -> str:
        whole, layer = pair.dataset, pair.dataset.layers[pair.task.source]
        data = DatasetRecord(
            whole.name,
            whole.version,
            whole.manifest_sha256,
            documents,
            layer.gold,
            len(layer.annotators),
            chosen_split(whole, self.settings.protocol),
        )
        learned = [f"train:{self._training(pair.source).signature}"]
        learned += [f"contaminated:{twins}"] if twins else []
        mapped = [f"map:{found.source}>{found.target}+{_digest(found)}"]
        line = signature(metric, data, pair.task.name, sampling, learned=learned, mapped=mapped)
        return _with_detector(line, pair.spec)


def _with_detector(signature: str, spec: Spec) -> str:
    """Name the detector in a signature, behind the metric."""
    metric, _, rest = signature.partition("|")
    return f"{metric}|detector:{spec}|{rest}"


def _digest(found: LabelMap) -> str:
    """Return 12 hexadecimal digits that stand for which label is scored as which."""
    content = [sorted(found.predicted.items()), sorted(found.gold.items()), found.labels, found.reading]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]
