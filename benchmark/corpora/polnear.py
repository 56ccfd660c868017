"""PolNeAR, the Political News Attribution Relations Corpus: sources, cues and contents of attributions.

`data/{train,dev,test}/text/DOCUMENT.txt` is annotated by `attributions/DOCUMENT_ANNOTATOR.ann` beside it, in
brat standoff. An attribution is an event of kind `Attribution` or `Attribution-no-source`; a part in several
fragments becomes several spans with one `relation` number, and so do numbered roles such as `Content2`.

The corpus has no rule for the few documents that several annotators marked: its own reader takes one at
random. Here their gold is made by `benchmark.adjudicate`; for all others it is what the one annotator marked.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from benchmark.adjudicate import RULE, adjudicate_layer
from benchmark.corpora.base import About, Record, Report, Source
from benchmark.corpora.brat import Bound, Event, Standoff, read_standoff
from benchmark.corpora.source import find, matching, text_or_note
from benchmark.corpora.words import united
from benchmark.manifest import RELATION_PARTS, LayerEntry, LicenceEntry
from benchmark.model import Annotation, Document, Note, Span
from benchmark.segmentation import segment

LAYER = "attribution"
SPLITS = ("train", "dev", "test")
KINDS = ("Attribution", "Attribution-no-source")
"""The kinds of events that are attributions."""
ASIDES = ("Discuss", "Discard")
"""The annotators' remarks: a passage to talk about, and one that is no part of the article."""

_ROLE = re.compile(r"(Source|Cue|Content)[0-9]*")
_NAME = re.compile(r"([A-Za-z-]+)_([0-9]{4}-[0-9]{2}-[0-9]{2})_.*")
_ANNOTATOR = re.compile(r"(.+)_([A-Za-z0-9][A-Za-z0-9.-]{0,99})")

Parts = dict[str, tuple[tuple[int, int], ...]]


class PolnearAdapter:
    """Reads PolNeAR's texts and standoff files, not CoreNLP's files or the annotators' training."""

    def about(self, source: Source) -> About:
        """Return what the corpus is."""
        _root(source)
        return About(
            name="polnear",
            version="1.0.0",
            title="PolNeAR: Political News Attribution Relations Corpus",
            description="News of the US election of 2016 from seven publishers, with attributions: who is "
            "cited, the words that cite, and what is cited.",
            language="en",
            licence=LicenceEntry(annotations="none stated", text="none stated"),
            citation="Edward Newell, Drew Margolin, Derek Ruths: An Attribution Relations Corpus for "
            "Political News. LREC 2018.",
            source="https://github.com/networkdynamics/PolNeAR",
            rule=RULE,
            layers={LAYER: LayerEntry(kind="relations", labels=RELATION_PARTS, gold="people")},
        )

    def records(self, source: Source, report: Report) -> Iterator[Record]:
        """Yield the documents by split and name."""
        root = _root(source)
        seen: set[str] = set()
        for split in SPLITS:
            texts = matching(source, f"{root}{split}/", "text/*.txt")
            files = _annotators(source, f"{root}{split}/", set(texts.values()), report)
            for path, name in texts.items():
                if name in seen:
                    report.note("document dropped", path, None, "a split before has a document of this name")
                    continue
                seen.add(name)
                record = _record(source, report, split, path, name, files[name])
                if record:
                    yield record


def _root(source: Source) -> str:
    return find(source, *(f"{split}/text/*.txt" for split in SPLITS))


def _annotators(source: Source, root: str, names: set[str], report: Report) -> dict[str, dict[str, str]]:
    """Return the standoff files of each document by annotator; the others are noted."""
    files: dict[str, dict[str, str]] = defaultdict(dict)
    for path, stem in matching(source, root, "attributions/*.ann").items():
        match = _ANNOTATOR.fullmatch(stem)
        if not match:
            report.note("file skipped", path, None, "the name is not DOCUMENT_ANNOTATOR.ann")
        elif match[1] not in names:
            report.note("file skipped", path, None, f"there is no text/{match[1]}.txt")
        else:
            files[match[1]][match[2]] = path
    return files


def _record(
    source: Source, report: Report, split: str, path: str, name: str, files: Mapping[str, str]
) -> Record | None:
    """Return the record of a document; None where it has no text or no annotator."""
    text = text_or_note(source, path, report)
    if text is None:
        return None
    if not text.strip():
        report.note("document dropped", path, None, "the text is empty")
        return None
    document = segment(name, text, _metadata(name))
    marks = {}
    for annotator, file in sorted(files.items()):
        content = text_or_note(source, file, report)
        if content is not None:
            marks[annotator] = _annotation(document, annotator, content, file, report)
    if not marks:
        report.note("document dropped", path, None, "there is no attributions file that can be read")
        return None
    gold = {LAYER: _gold(document, tuple(marks.values()))}
    return Record(document, split, gold, {LAYER: marks}, path)


def _metadata(name: str) -> dict[str, str]:
    match = _NAME.fullmatch(name)
    return {"outlet": match[1], "date": match[2]} if match else {}


def _gold(document: Document, marks: Sequence[Annotation]) -> Annotation:
    """Return one annotator's marks as they are, or what the majority of several marked."""
    if len(marks) > 1:
        return adjudicate_layer(document, LAYER, "relations", marks)
    note = Note(support=(marks[0].annotator or "",))
    spans = (Span(span.start, span.end, span.label, None, span.relation, note) for span in marks[0].spans)
    return Annotation(document, LAYER, tuple(spans))


def _annotation(document: Document, annotator: str, content: str, path: str, report: Report) -> Annotation:
    """Return what one standoff file says."""
    if not content.strip():
        report.note("file empty", path, None, "no attribution; taken to say that there is none")
    standoff = read_standoff(content, document.text, path, report)
    _note_untied(standoff, path, report)
    spans = [
        Span(start, end, label, relation=number)
        for number, parts in enumerate(_attributions(standoff, path, report))
        for label, fragments in parts.items()
        for start, end in fragments
    ]
    spans.sort(key=lambda span: (span.start, span.end, span.label, span.relation))
    return Annotation(document, LAYER, tuple(spans), annotator=annotator)


def _note_untied(standoff: Standoff, path: str, report: Report) -> None:
    """Note the annotations that no event names: remarks, and parts of nothing."""
    named = {name for event in standoff.events for _, name in event.arguments}
    named.update(event.trigger for event in standoff.events)
    for name, bound in standoff.bounds.items():
        if name in named:
            continue
        if bound.kind in ASIDES:
            report.note("remark skipped", path, bound.line, f"{name} is the annotator's remark {bound.kind}")
        else:
            report.note(
                "part dropped", path, bound.line, f"{name}, a {bound.kind}, belongs to no attribution"
            )


def _attributions(standoff: Standoff, path: str, report: Report) -> Iterator[Parts]:
    """Yield the parts of each attribution, in the order of the file."""
    for event in standoff.events:
        if event.kind not in KINDS:
            report.note("relation dropped", path, event.line, f"{event.identifier} is of kind {event.kind}")
            continue
        again = _fuller(event, standoff.events)
        if again:
            message = f"{event.identifier} has the trigger of {again} and no part that {again} lacks"
            report.note("relation repeated", path, event.line, message)
            continue
        parts = _parts(event, standoff.bounds, path, report)
        if "cue" in parts:
            yield parts
        else:
            report.note("relation dropped", path, event.line, f"{event.identifier} has no cue")


def _fuller(event: Event, events: Sequence[Event]) -> str | None:
    """Return an event that says all that this one says, and stands before it or says more."""
    own = set(event.arguments)
    for other in events:
        if other is event or (other.kind, other.trigger) != (event.kind, event.trigger):
            continue
        theirs = set(other.arguments)
        if own < theirs or (own == theirs and other.line < event.line):
            return other.identifier
    return None


def _parts(event: Event, bounds: Mapping[str, Bound], path: str, report: Report) -> Parts:
    """Return the fragments of an attribution's source, cue and content, as far as it has them."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for role, name in event.arguments:
        match, bound = _ROLE.fullmatch(role), bounds.get(name)
        if match and bound:
            found[match[1].lower()].extend(bound.fragments)
        else:
            missing = f"{name} is not there" if match else f"{role} is not a role"
            report.note("part dropped", path, event.line, f"{event.identifier}: {missing}")
    trigger = bounds.get(event.trigger)
    if "cue" not in found and trigger:
        # The trigger is drawn over the cue's words: over the very same in all but a few attributions.
        found["cue"].extend(trigger.fragments)
        report.note("cue mended", path, event.line, f"{event.identifier} names no cue; its trigger serves")
    return {label: tuple(united(found[label])) for label in RELATION_PARTS if label in found}
