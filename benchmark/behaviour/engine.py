"""From detectors and cases to outcomes: read every text once, by what never learned from it, then judge.

A detector that has to be trained learns from the shipped reports. The cases that were made from one of these
reports are read by a detector that learned from the others, fold by fold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from benchmark.answers import Account
from benchmark.asking import predict as ask
from benchmark.behaviour.cases import Case
from benchmark.behaviour.judges import Mark, Outcome, highest
from benchmark.behaviour.suites import SUITES, Suite
from benchmark.contamination import Fingerprints, Shared, shared
from benchmark.detectors import Failure, build
from benchmark.examples import show_examples
from benchmark.fitting import Fitted, account_of, ready_for
from benchmark.model import Detector, Document, Prediction, Span, Unit
from benchmark.protocol import MANY_FOLDS, folds, groups_of
from benchmark.provenance import Provenance, Training, training_dataset, training_of
from benchmark.segmentation import segment
from benchmark.spec import Spec
from benchmark.subject import Subject, gives, knows, labels_given, layer_labels, lesson, must_fit
from benchmark.tasks import TASKS
from benchmark.training import detector_seed

NO_LABEL = "cannot give"
CRASHED = "the detector failed"
OTHERS = "its sentence holds other charged words"
"""Why a detector of sentences is not judged by a rewrite: the sentence may rightly stay flagged."""


@dataclass(frozen=True)
class Reading:
    """What a detector found in one text.

    Parameters
    ----------
    marks
        Spans, or units with the label that says that something is marked in them.
    scored
        Marks with a score for every unit, marked or not, where the detector gives these; else the marks.
    """

    marks: tuple[Mark, ...] = ()
    scored: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Judged:
    """A case with what became of it.

    Parameters
    ----------
    case
        The case.
    outcome
        What the judge said; of a crash, not applicable.
    before, after
        The detector's marks in the text and in its twin.
    error
        What the detector failed with; None where it did not.
    """

    case: Case
    outcome: Outcome
    before: tuple[Mark, ...] = ()
    after: tuple[Mark, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Read:
    """What a detector found in the texts of one layer's cases.

    Parameters
    ----------
    subject
        What it was asked for.
    readings
        By the text's key.
    failures
        What it failed with, by the text's key.
    seconds, fit_seconds
        Time of prediction and of training.
    training, divided
        What it learned from for texts of no report and, fold by fold, for those of reports; None where it
        learned nothing.
    shared
        The texts that were (nearly) learned from, by the text's key.
    labels
        The labels that it can give, as far as it says; empty where it does not.
    account
        What it tells of how it came to its predictions.
    """

    subject: Subject
    readings: Mapping[str, Reading]
    failures: Mapping[str, str]
    seconds: float
    fit_seconds: float
    training: Training | None = None
    divided: Training | None = None
    shared: Mapping[str, Shared] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()
    account: Account = field(default_factory=Account)


@dataclass(frozen=True)
class _Asked:
    """Predictions with what they cost, before they are read."""

    predictions: list[Prediction]
    failures: list[Failure]
    seconds: float
    fit_seconds: float = 0.0
    shared: tuple[Shared, ...] = ()


class Examiner:
    """Has detectors read the texts of cases, each text once, and judges the cases.

    Parameters
    ----------
    cases
        Of any suites, in the order in which they are reported.
    seed
        For detectors and folds.
    fresh
        Whether a detector that keeps answers of earlier runs asks anew.
    """

    def __init__(self, cases: Sequence[Case], seed: int = 0, *, fresh: bool = False) -> None:
        self.seed, self.fresh = seed, fresh
        self.by_suite: dict[str, list[Case]] = {}
        for case in cases:
            self.by_suite.setdefault(case.suite, []).append(case)
        self.documents: dict[str, dict[str, Document]] = {}
        self._keys: dict[tuple[str, str, int], str] = {}
        self._parts: dict[str, int] = {}
        self._detectors: dict[Spec, Detector] = {}
        self._folds: dict[str, int] | None = None
        for case in cases:
            for text in _texts(case):
                self._keep(case, text)

    def _keep(self, case: Case, text: str) -> None:
        """Make a document of a text that is not known yet, named after the first case that holds it."""
        key = case.layer, text, self._fold(case)
        if key not in self._keys:
            mark = " twin" if text != case.text else ""
            name = f"{case.suite}/{case.id}{mark}"
            self._keys[key] = name
            self._parts[name] = key[2]
            self.documents.setdefault(case.layer, {})[name] = segment(name, text)

    def key(self, case: Case, text: str) -> str:
        """Return the name of the document that a case's text is read in."""
        return self._keys[case.layer, text, self._fold(case)]

    def _fold(self, case: Case) -> int:
        """Return the fold of the report that a case was made from; -1 where it was made from none."""
        source = case.document
        if source is None:
            return -1
        training = training_dataset()
        if source[0] != training.name:
            return -1
        if self._folds is None:
            parts = folds(groups_of(training), MANY_FOLDS, self.seed)
            ids = [document.id for document in training.documents]
            self._folds = {ids[place]: number for number, part in enumerate(parts) for place in part.tolist()}
        return self._folds.get(source[1], -1)

    def _datasets(self) -> frozenset[str]:
        """Return the names of the datasets that cases were made from."""
        cases = (case for found in self.by_suite.values() for case in found)
        return frozenset(case.document[0] for case in cases if case.document is not None)

    def detector(self, spec: Spec) -> Detector:
        """Return a detector, built once, to ask what it can do; it is never trained."""
        if spec not in self._detectors:
            self._detectors[spec] = build(spec, self.seed)
        return self._detectors[spec]

    def layers(self, suite: str) -> tuple[str, ...]:
        """Return the layers that the cases of a suite ask for."""
        return tuple(dict.fromkeys(case.layer for case in self.by_suite[suite]))

    def read(self, spec: Spec, layer: str, say: Callable[[str], None] | None = None) -> Read | None:
        """Have a detector read all texts of a layer; None where it predicts nothing that can be judged.

        Parameters
        ----------
        spec
            Which detector.
        layer
            technique or attribution_gap.
        say
            Given to a detector that has an attribute `progress`.
        """
        detector = self.detector(spec)
        subject = subject_for(detector, layer, str(spec))
        if subject is None:
            return None
        detector = ready_for(detector, subject, say, fresh=self.fresh, name=str(spec))
        known = getattr(detector, "provenance", None) or show_examples(
            spec, detector, subject, self._datasets()
        )
        kept = self.documents.get(layer, {})
        documents = list(kept.values())
        training = divided = None
        if must_fit(detector, subject):
            parts = list(self._trained(spec, subject, documents))
            training, divided = self._training(detector, 0), self._training(detector, MANY_FOLDS)
        else:
            parts = [_untrained(spec, detector, subject, documents, known)]
            if known is not None:
                training = divided = known.training
        found = {
            p.document: reading_of(kept[p.document], p, subject) for part in parts for p in part.predictions
        }
        return Read(
            subject,
            found,
            {failure.document: failure.error for part in parts for failure in part.failures},
            sum(part.seconds for part in parts),
            sum(part.fit_seconds for part in parts),
            training,
            divided,
            {twin.test: twin for part in parts for twin in part.shared},
            labels_of(detector, subject),
            account_of(detector, documents, subject.layer, str(spec)) or Account(),
        )

    def _trained(self, spec: Spec, subject: Subject, documents: Sequence[Document]) -> Iterator[_Asked]:
        """Train once for each fold of the reports that some texts are from, and once for all other texts."""
        source = training_dataset()
        gold = lesson(source, subject) or ()
        by_fold: dict[int, list[Document]] = {}
        for document in documents:
            by_fold.setdefault(self._parts[document.id], []).append(document)
        for fold, texts in sorted(by_fold.items()):
            kept = [
                place
                for place, document in enumerate(source.documents)
                if fold < 0 or (self._folds or {})[document.id] != fold
            ]
            taught = [gold[place] for place in kept]
            run = Fitted(build(spec, self.seed), taught, subject, name=str(spec))
            predictions, failures = run.predict(texts, layer_labels(source, subject.layer))
            both = shared(source.fingerprints.only(kept), Fingerprints.of(texts))
            yield _Asked(predictions, failures, run.seconds, run.fit_seconds, both)

    def _training(self, detector: Detector, count: int) -> Training:
        seed = detector_seed(detector)
        return training_of(training_dataset(), count, self.seed if seed is None else seed)

    def training(self, suite: str, read: Read) -> Training | None:
        """Return what a detector learned from for the cases of a suite; None where it learned nothing."""
        made = any(self._fold(case) >= 0 for case in self.by_suite[suite])
        return read.divided if made else read.training

    def keys(self, suite: str) -> frozenset[str]:
        """Return the names of the documents that the texts of a suite's cases are read in."""
        return frozenset(self.key(case, text) for case in self.by_suite[suite] for text in _texts(case))

    def judge(self, suite: str, readings: Mapping[str, Read]) -> tuple[Judged, ...]:
        """Return what became of the cases of a suite.

        Parameters
        ----------
        suite
            Its name.
        readings
            What the detector found, by layer; the cases of other layers are not applicable.
        """
        table = SUITES.get(suite)
        return tuple(self._judged(table, case, readings.get(case.layer)) for case in self.by_suite[suite])

    def _judged(self, suite: Suite, case: Case, read: Read | None) -> Judged:
        if read is None:
            return Judged(case, Outcome("not applicable", (f"{NO_LABEL} layer '{case.layer}'",)))
        lacking = _lacking(suite, case, read)
        if lacking:
            return Judged(case, Outcome("not applicable", (lacking,)))
        keys = [self.key(case, text) for text in _texts(case)]
        error = next((read.failures[key] for key in keys if key in read.failures), None)
        if error is not None:
            return Judged(case, Outcome("not applicable", (CRASHED,)), error=error)
        before, after = read.readings[keys[0]], read.readings[keys[-1]] if len(keys) > 1 else Reading()
        outcome = suite.judge(case, before.marks, after.marks)
        scores = _scores(case, before, after, outcome)
        return Judged(case, replace(outcome, scores=scores), before.marks, after.marks)


def _scores(
    case: Case, before: Reading, after: Reading, outcome: Outcome
) -> tuple[float | None, float | None]:
    """Return the scores of the region: those of the units that hold it where each unit has one."""
    if before.scored == before.marks and after.scored == after.marks:
        return outcome.scores
    twin = highest(after.scored, case.changed) if case.twin is not None else None
    return highest(before.scored, case.region), twin


def _texts(case: Case) -> tuple[str, ...]:
    return (case.text,) if case.twin is None else (case.text, case.twin)


def _lacking(suite: Suite, case: Case, read: Read) -> str:
    """Return why a detector cannot be judged by a case, "" where it can."""
    if read.subject.kind == "units" and case.metadata.get("others") == "yes":
        return OTHERS
    asked = suite.asks(case)
    if asked is None or not read.labels or not read.labels.isdisjoint(asked):
        return ""
    return f"{NO_LABEL} {' or '.join(sorted(asked))}"


def _untrained(
    spec: Spec,
    detector: Detector,
    subject: Subject,
    documents: Sequence[Document],
    known: Provenance | None,
) -> _Asked:
    began = time.perf_counter()
    # A model may know other labels than the reports have.
    free = hasattr(detector, "provenance") or hasattr(detector, "labels_for")
    labels = () if free else subject.labels
    predictions, failures = ask(detector, documents, subject.layer, labels, subject.kind, name=str(spec))
    seconds = time.perf_counter() - began
    if known is None:
        return _Asked(predictions, failures, seconds)
    both = shared(known.fingerprints, Fingerprints.of(documents))
    return _Asked(predictions, failures, seconds, shared=both)


def candidates(layer: str) -> Iterator[Subject]:
    """Yield what cases of a layer can be judged by: its spans, then the units that are read from them."""
    source = training_dataset()
    yield Subject(layer, "spans", layer_labels(source, layer))
    for task in map(TASKS.get, TASKS):
        if task.unit == "sentence" and task.reading == "any" and task.source == layer:
            yield Subject(task.layer, "units", task.labels, task.unit)


def subject_for(detector: Detector, layer: str, name: str = "") -> Subject | None:
    """Return what a detector is asked for in the cases of a layer; None where it predicts none of it.

    Messages call it by `name`, its specification, or by its own name.
    """
    for subject in candidates(layer):
        if knows(detector, subject, name):
            return subject if gives(detector, subject, name) else None
    return None


def labels_of(detector: Detector, subject: Subject) -> frozenset[str]:
    """Return the labels that count in judging which a detector can give; empty where it does not say.

    A detector of units says only whether anything is marked: that is one of the labels of charged words.
    """
    if subject.kind == "units":
        maker = next(task for task in map(TASKS.get, TASKS) if task.layer == subject.layer)
        return frozenset(maker.span_labels)
    return labels_given(detector, subject) or frozenset()


def reading_of(document: Document, prediction: Prediction, subject: Subject) -> Reading:
    """Return a prediction as marks: spans, or the sentences that have the label of marked ones."""
    if subject.kind != "units":
        marks = tuple(Mark(s.start, s.end, s.label, s.score) for s in sorted(prediction.spans, key=_place))
        return Reading(marks, marks)
    label = subject.labels[0]
    sentences = {(start, end) for start, end in document.sentences.tolist()}
    marked, scored = [], []
    for unit in sorted((unit for unit in prediction.units if _place(unit) in sentences), key=_place):
        every = unit.all_scores or dict(zip(unit.labels, unit.scores or (), strict=False))
        mark = Mark(unit.start, unit.end, None, every.get(label), unit=True)
        marked += [mark] if label in unit.labels else []
        scored += [mark] if mark.score is not None else []
    return Reading(tuple(marked), tuple(scored) if scored else tuple(marked))


def _place(piece: Span | Unit) -> tuple[int, int]:
    return piece.start, piece.end
