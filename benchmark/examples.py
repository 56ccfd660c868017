"""Examples that a detector is shown: annotated documents of another dataset than the one that is scored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from benchmark import data
from benchmark.asking import named
from benchmark.data import SHIPPED, Dataset
from benchmark.detectors import told
from benchmark.errors import DetectorError, UsageError, shortened, suggest
from benchmark.model import Annotation, Detector
from benchmark.provenance import Provenance, training_of
from benchmark.spec import Spec
from benchmark.subject import Subject, labels_given, layer_gold, layer_labels, lesson


def show_examples(
    spec: Spec, detector: Detector, subject: Subject, barred: Collection[str]
) -> Provenance | None:
    """Show a detector examples of what it is asked for, where it wants any.

    It does by an attribute `shots`, the number of examples, which it chooses itself in `show(gold, layer)`;
    that returns the id of the document of each. The gold has all labels that it gives, whichever of them are
    scored. `examples` may name the dataset, or one of its splits as "DATASET:SPLIT"; a shipped one with gold
    of the layer is taken where it is empty.

    Parameters
    ----------
    spec
        Which detector, for messages.
    detector
        What is shown the examples.
    subject
        What it is asked for.
    barred
        The names of the datasets that it is scored on, which no example may come from.

    Returns
    -------
    Provenance or None
        Where the examples are from; None where none are wanted.

    Raises
    ------
    UsageError
        Where the dataset is the one that is scored, or has not so much gold to show.
    DetectorError
        Where it says no number of examples, or does not choose them.
    """
    shots = _shots(spec, detector)
    if not shots:
        return None
    source = _source(spec, str(getattr(detector, "examples", None) or ""), subject, barred)
    gold: Sequence[Annotation] = lesson(source, _whole(spec, detector, subject, source)) or ()
    chosen = _chosen(spec, detector, gold, subject)
    if len(chosen) < shots:
        by = f" labelled by the {subject.unit}" if subject.unit else ""
        raise UsageError(
            f"detector '{spec}': dataset '{source.name}' has {len(chosen)} passages{by} in layer "
            f"'{subject.layer}' to show, not {shots}; name another with examples=DATASET, or give fewer shots"
        )
    shown = set(chosen)
    places = [place for place, document in enumerate(source.documents) if document.id in shown]
    seed = getattr(detector, "seed", 0)
    training = replace(training_of(source, 0, seed if isinstance(seed, int) else 0), shots=shots)
    return Provenance(training, source.fingerprints.only(places))


def _shots(spec: Spec, detector: Detector) -> int:
    """Return how many examples a detector wants; what it calls so counts only where it can be shown any."""
    shots: object = getattr(detector, "shots", None) if hasattr(detector, "show") else None
    if shots is None:
        return 0
    if not isinstance(shots, int) or shots < 0:
        raise DetectorError(f"detector '{spec}': its shots are {shots!r}, and not a number of examples")
    return shots


def _chosen(spec: Spec, detector: Detector, gold: Sequence[Annotation], subject: Subject) -> list[str]:
    """Return the documents of the examples that a detector chooses, one an example.

    Raises
    ------
    DetectorError
        Where it fails, or returns something else.
    """
    with told(str(spec), "method show"):
        found: object = detector.show(list(gold), subject.layer)  # type: ignore[attr-defined]
        ids = list(found) if isinstance(found, Iterable) and not isinstance(found, str) else None
    what = f"detector '{spec}': its method show returned"
    if ids is None:
        raise DetectorError(f"{what} {named(found)}, and not the ids of the documents")
    known = {annotation.document.id for annotation in gold}
    for one in ids:
        if not isinstance(one, str) or one not in known:
            strange = shortened(repr(one)) if isinstance(one, str) else named(one)
            raise DetectorError(
                f"{what} {strange} for the id of a document, and it was shown none of that id"
            )
    return ids


def _whole(spec: Spec, detector: Detector, subject: Subject, source: Dataset) -> Subject:
    """Return a subject with all labels of the source that a detector gives, scored or not."""
    given = labels_given(detector, subject, str(spec)) if hasattr(detector, "labels_for") else None
    if not given:
        return subject
    known = layer_labels(source, subject.layer)
    return replace(subject, labels=tuple(label for label in known if label in given))


def _source(spec: Spec, wanted: str, subject: Subject, barred: Collection[str]) -> Dataset:
    """Return the dataset that examples are taken from.

    Raises
    ------
    UsageError
        Where it is the one that is scored, or has no gold to show.
    """
    if not wanted:
        return _shipped(spec, subject, barred)
    name, _, split = wanted.partition(":")
    source = data.load(name)
    if source.name in barred:
        raise UsageError(
            f"detector '{spec}': examples={wanted} is what it is scored on; examples come from another "
            "dataset"
        )
    if not _shows(source, subject):
        raise UsageError(
            f"detector '{spec}': dataset '{name}' has no gold of layer '{subject.layer}' with the labels "
            f"{', '.join(subject.labels)} to take examples from"
        )
    if split and split not in source.splits:
        raise UsageError(f"dataset '{name}' has no split '{split}'{suggest(split, source.splits)}")
    members = set(source.splits[split]) if split else {document.id for document in source.documents}
    return source.only([place for place, d in enumerate(source.documents) if d.id in members])


def _shipped(spec: Spec, subject: Subject, barred: Collection[str]) -> Dataset:
    for source in map(data.load, reversed(SHIPPED)):
        if source.name not in barred and _shows(source, subject):
            return source
    raise UsageError(
        f"detector '{spec}': no other shipped dataset has gold of layer '{subject.layer}' to take examples "
        "from; name one with examples=DATASET or examples=DATASET:SPLIT, or leave out shots"
    )


def _shows(source: Dataset, subject: Subject) -> bool:
    known = layer_gold(source, subject.layer) is not None
    return known and set(subject.labels) <= set(layer_labels(source, subject.layer))
