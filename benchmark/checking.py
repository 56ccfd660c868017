"""What a detector of any origin returned, checked and made of plain numbers and text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from operator import index
from typing import TypeVar

import msgspec

from benchmark.answers import STATUSES, Account, Answer
from benchmark.model import Document, Prediction, Span, Unit


def checked(
    document: Document, prediction: object, layer: str, labels: Collection[str], kind: str = ""
) -> Prediction:
    """Return a detector's prediction for a document, made of plain numbers and text.

    Parameters
    ----------
    document
        What the detector was given.
    prediction
        What it returned.
    layer
        What it was asked for.
    labels
        The labels of the layer; empty where they are not known.
    kind
        What the layer is made of: spans, relations, units, or given spans; "" where that is not known.

    Raises
    ------
    TypeError, ValueError
        Which says what is wrong.
    """
    if not isinstance(prediction, Prediction):
        raise TypeError(f"returned a {type(prediction).__name__}, not a Prediction")
    if (prediction.document, prediction.layer) != (document.id, layer):
        raise ValueError(f"answered for document '{prediction.document}', layer '{prediction.layer}'")
    spans = tuple(_plain_span(span) for span in _pieces(prediction.spans, Span))
    units = tuple(_plain_unit(unit) for unit in _pieces(prediction.units, Unit))
    _check_offsets(document, spans, units)
    _check_kind(layer, kind, spans, units)
    of_units = dict.fromkeys(label for unit in units for label in (*unit.labels, *(unit.all_scores or ())))
    for label in (*(span.label for span in spans), *of_units):
        if labels and label not in labels:
            raise ValueError(f"no label '{label}' in layer '{layer}'")
    return Prediction(document.id, layer, spans, units)


P = TypeVar("P", Span, Unit, Prediction, Answer)


def _pieces(given: object, kind: type[P]) -> list[P]:
    if not isinstance(given, Iterable):
        raise TypeError(f"{given!r} stands where {kind.__name__} objects are expected")
    pieces = list(given)
    for piece in pieces:
        if not isinstance(piece, kind):
            article = "an" if kind is Answer else "a"
            raise TypeError(f"a {type(piece).__name__} stands where {article} {kind.__name__} is expected")
    return pieces


def _plain_span(span: Span) -> Span:
    """Return a span with the numbers of Python in the place of NumPy's, which JSON does not know."""
    where = f"span {span.start}–{span.end}"
    score = None if span.score is None else float(span.score)
    relation = None if span.relation is None else _whole(where, span.relation)
    return Span(_whole(where, span.start), _whole(where, span.end), _text(span.label), score, relation)


def _plain_unit(unit: Unit) -> Unit:
    scores = None if unit.scores is None else tuple(float(score) for score in unit.scores)
    every = unit.all_scores
    plain = None if every is None else {_text(label): float(score) for label, score in every.items()}
    labels = tuple(_text(label) for label in unit.labels)
    where = f"unit {unit.start}–{unit.end}"
    return Unit(_whole(where, unit.start), _whole(where, unit.end), labels, scores, plain)


def _whole(where: str, number: object) -> int:
    try:
        return index(number)  # type: ignore[arg-type]
    except TypeError as error:
        raise TypeError(f"{where}: {number} is no whole number") from error


def _text(label: object) -> str:
    if not isinstance(label, str):
        raise TypeError(f"label {label!r} is no text")
    label.encode("utf-8")  # a lone surrogate fails here, and not when the run is saved
    return str.__str__(label)  # of an enumeration the value, not the member's name


def _check_kind(layer: str, kind: str, spans: Sequence[Span], units: Sequence[Unit]) -> None:
    """Refuse spans for labels of units and the reverse, which would count as nothing found."""
    if kind == "units" and spans:
        raise ValueError(f"gave spans, and layer '{layer}' takes labels of units")
    if kind not in ("", "units") and units:
        raise ValueError(f"gave labels of units, and layer '{layer}' takes spans")


def _check_offsets(document: Document, spans: Sequence[Span], units: Sequence[Unit]) -> None:
    for span in spans:
        if span.end > len(document.text):
            size = len(document.text)
            raise ValueError(f"span {span.start}–{span.end} reaches beyond the text's {size} characters")
    known = set(document.every_unit)
    for unit in units:
        if (unit.start, unit.end) not in known:
            raise ValueError(f"unit {unit.start}–{unit.end} is no sentence, paragraph or whole document")
    if not len(document.given):
        _check_once((f"span {s.start}–{s.end} '{s.label}'", s.relation) for s in spans)
    _check_once((f"unit {unit.start}–{unit.end}", None) for unit in units)


def _check_once(pieces: Iterable[tuple[str, int | None]]) -> None:
    seen = set()
    for piece in pieces:
        if piece in seen:
            raise ValueError(f"{piece[0]} is given twice")
        seen.add(piece)


def checked_account(documents: Sequence[Document], account: object, layer: str) -> Account:
    """Return what a detector tells of its predictions, made of plain numbers and text.

    Parameters
    ----------
    documents
        n documents that it predicted.
    account
        What it returned.
    layer
        What it was asked for.

    Raises
    ------
    TypeError, ValueError
        Which says what is wrong: another type, an answer about another document, a sample that is not n
        predictions for these documents.
    """
    if not isinstance(account, Account):
        raise TypeError(f"{account!r}, no Account")
    ids = {document.id for document in documents}
    answers = tuple(_pieces(account.answers, Answer))
    for answer in answers:
        if answer.document not in ids:
            raise ValueError(f"an answer about '{answer.document}', none of the documents that it was given")
        if answer.status not in STATUSES:
            known = ", ".join(STATUSES)
            raise ValueError(f"an answer of status '{answer.status}', which is none of {known}")
    samples = tuple(_sample(documents, sample, layer) for sample in account.samples)
    return replace(_plain(replace(account, answers=answers, samples=())), samples=samples)


def _plain(account: Account) -> Account:
    """Return an account as it is after it was written and read, which finds every value of a wrong type."""
    if not isinstance(account.facts, Mapping):
        raise TypeError(f"facts that are {account.facts!r}, and no mapping of text")
    try:
        return msgspec.convert(msgspec.to_builtins(replace(account, facts=dict(account.facts))), Account)
    except (msgspec.MsgspecError, TypeError) as error:
        raise TypeError(f"an Account that cannot be kept: {error}") from error


def _sample(documents: Sequence[Document], given: object, layer: str) -> tuple[Prediction, ...]:
    predictions = _pieces(given, Prediction)
    if len(predictions) != len(documents):
        raise ValueError(f"a sample of {len(predictions)} predictions for {len(documents)} documents")
    found = []
    for document, prediction in zip(documents, predictions, strict=True):
        try:
            found.append(checked(document, prediction, layer, ()))
        except (TypeError, ValueError) as error:
            raise ValueError(f"a sample that is wrong about document '{document.id}': {error}") from error
    return tuple(found)
