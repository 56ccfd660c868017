"""Answers of a language model put into kept runs, for tests of the page and of what shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from benchmark.answers import Account, Answer, Labelled, Quotation
from benchmark.fileio import jsonl, sha256
from benchmark.kept import KeptRun
from benchmark.results import ANSWERS, LOG, RUN, load_record
from benchmark.usage import Spread, usage_of


def answer(document: str, status: str = "ok", **fields: object) -> Answer:
    """Return an answer about a document, in layer technique, with small numbers."""
    request = sha256(f"{document} {sorted(fields.items())}".encode())
    given = {"layer": "technique", "part": 0, "sample": 0, "request": request, "raw": "{}", "model": "tiny-1"}
    given |= {"input_tokens": 1200, "output_tokens": 30, "seconds": 1.25}
    return Answer(document=document, status=status, **{**given, **fields})


def asked(
    folder: Path,
    answers: Sequence[Answer],
    spread: Mapping[str, dict[str, Spread]] | None = None,
    **account: object,
) -> Path:
    """Put answers, and what they come to, into a run folder, and return it; `log` is kept beside them."""
    told = Account(answers=tuple(answers), **account)
    content = jsonl(told.answers)
    record = load_record(folder)
    usage = usage_of(told, spread or {})
    assert usage is not None
    record = replace(record, usage=replace(usage, answers_sha256=sha256(content)))
    (folder / ANSWERS).write_bytes(content)
    (folder / RUN).write_bytes(msgspec.json.encode(record))
    if told.log:
        (folder / LOG).write_bytes(told.log.encode())
    return folder


def told_of(run: KeptRun, samples: int = 1) -> list[Answer]:
    """Return answers from which a run's predictions could have been made, and some that went wrong.

    Of each document the second quotation is written with other white space, the third misspelt; every fifth
    document has one that stands nowhere, and of every seventh no answer could be used.
    """
    found = []
    documents = run.rescorer.dataset.documents
    for place, (document, prediction) in enumerate(zip(documents, run.predictions, strict=True)):
        quotes = [
            _quotation(at, document.text, span.start, span.end, span.label)
            for at, span in enumerate(prediction.spans)
        ]
        quotes += [Quotation("words that stand nowhere", "Doubt", "They sound as if.")] * (place % 5 == 0)
        units = tuple(Labelled(u.start, u.end, u.labels, "It is about that.") for u in prediction.units)
        for sample in range(samples):
            raw = msgspec.json.encode({"findings": [one.text for one in quotes]}).decode()
            own = {"quotations": tuple(quotes), "units": units, "sample": sample, "raw": raw}
            status = ("invalid", "refused", "failed")[place // 7 % 3] if place % 7 == 6 else "ok"
            if status != "ok":
                own = {
                    "sample": sample,
                    "problem": f"it is {status}",
                    "raw": "" if status == "failed" else "Sorry.",
                }
            found.append(answer(document.id, status, cached=place % 2 == 0, cost=0.0015, **own))
    return found


def _quotation(at: int, text: str, start: int, end: int, label: str) -> Quotation:
    words, reason = text[start:end], f"Reason {at}: it judges where it should report."
    if at == 1:
        return Quotation(f"“{words.upper()}”", label, reason, start, end, "normalised")
    if at == 2:
        return Quotation(f"{words}x", label, reason, start, end, "fuzzy")
    return Quotation(words, label, reason, start, end, "exact")
