"""Cases of the suite neutral_rewrite: a gold span gives way to the neutral words that stand with it.

What is put in place is made to fit: capitals at the beginning of a sentence, a or an, no space or mark of
punctuation too many. Where the words go and nothing stands in their place, a whole sentence goes with its
full stop. The gold itself is never touched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from benchmark.behaviour.cases import Case, Range
from benchmark.behaviour.changes import Change, article_before, changed
from benchmark.behaviour.names import words
from benchmark.behaviour.placeholders import filled
from benchmark.data import Dataset
from benchmark.model import Annotation, Document, Span
from benchmark.tasks import LOADED

SUITE = "neutral_rewrite"
_OPENING = "“‘\"'([«„"
_CLOSING = "”’\"')]»"
_ENDS = ".!?…"
_SENTENCE_OVER = re.compile(rf"[{re.escape(_ENDS)}]?[{re.escape(_CLOSING)}]*(?:\s|$)")
_FIRST = re.compile(r"[^\W\d_]")
_ARTICLE = re.compile(r"(?<!\w)(?:a|an|the)[ \u00a0]+$", re.IGNORECASE)
_OWN_ARTICLE = re.compile(r"(?:an?|the)\b ", re.IGNORECASE)
_LAST_WORD = re.compile(r"([^\W_]+)[ \u00a0]+$")
_FIRST_WORD = re.compile(r"[ \u00a0]+([^\W_]+)")
_AND = re.compile(r"[ \u00a0]+(?:and|or)\b")
_NO_COMMA = re.compile(r"[ \u00a0]*(?:$|\n|[,;:.?!])")


def rewrite_cases(dataset: Dataset, layer: str = "technique") -> list[Case]:
    """Return a case for every gold span of a dataset that has a neutral rewrite.

    Parameters
    ----------
    dataset
        A dataset; one without the layer, or without rewrites in it, gives no case.
    layer
        The layer of spans: technique or attribution_gap.

    Returns
    -------
    list of Case
        In the order of documents and spans. The text is the paragraph of the span, without the white space
        around it; the label is the gold span's. Left out are a rewrite that changes nothing, and one with a
        placeholder that no name can fill. The cluster is the sentence in which the span begins.
    """
    cases: list[Case] = []
    for annotation in dataset.gold.get(layer, ()):
        for number, span in enumerate(annotation.spans):
            if span.note is None or span.note.rewrite is None:
                continue
            case = _case(dataset, annotation, span, layer, f"{SUITE}-{len(cases) + 1:04d}", number)
            if case is not None:
                cases.append(case)
    return cases


def _case(
    dataset: Dataset, annotation: Annotation, span: Span, layer: str, name: str, number: int
) -> Case | None:
    document = annotation.document
    rewrite = span.note.rewrite if span.note else None
    new = filled(rewrite or "", f"{dataset.name}:{document.id}:{number}")
    if new is None:
        return None
    for context in _contexts(document, span):
        place = _Place.of(document, span, context)
        change, further = place.deletion() if not new.strip() else place.replacement(new.strip())
        twin, edits = changed(place.text, [change, *further])
        if not edits or twin == place.text:
            return None
        if not twin.strip(_OPENING + _CLOSING + _ENDS + " \n"):
            continue
        begin = next((edit for edit in edits if edit[0] == change.start), edits[0])[2]
        kept = (change.start, change.end, begin, begin + len(change.new))
        metadata = dict(document.metadata) | {
            "dataset": dataset.name,
            "document": document.id,
            "change": "rewrite" if new.strip() else "deletion",
        }
        if _others(annotation, span):
            metadata["others"] = "yes"
        return Case(
            name,
            SUITE,
            layer,
            place.text,
            (place.start, place.end),
            twin,
            kept[2:],
            span.label,
            f"{dataset.name}/{document.id}#{_sentence(document, span)}",
            edits,
            None,
            metadata,
        )
    return None


def _others(annotation: Annotation, span: Span) -> bool:
    """Return whether another charged span stands in a sentence that a span touches."""
    return any(
        other is not span and other.label in LOADED and start < other.end and other.start < end
        for start, end in annotation.document.sentences.tolist()
        if start < span.end and span.start < end
        for other in annotation.spans
    )


def _sentence(document: Document, span: Span) -> int:
    """Return the number of the sentence in which a span begins, from 0."""
    return max(sum(1 for start in document.sentences[:, 0] if start <= span.start) - 1, 0)


def _contexts(document: Document, span: Span) -> list[Range]:
    """Return the paragraphs that a span touches, and these with a neighbour for when nothing is left."""
    paragraphs = [(int(start), int(end)) for start, end in document.paragraphs]
    touched = [at for at, (start, end) in enumerate(paragraphs) if start < span.end and span.start < end]
    if not touched:
        return []
    first, last = touched[0], touched[-1]
    wider = min(last + 1, len(paragraphs) - 1)
    before = max(first - 1, 0) if wider == last else first
    return [(paragraphs[first][0], paragraphs[last][1]), (paragraphs[before][0], paragraphs[wider][1])]


@dataclass(frozen=True, slots=True)
class _Place:
    """A stretch of a text that gives way, and where the sentences around it begin."""

    text: str
    start: int
    end: int
    sentences: tuple[int, ...]
    curly: bool

    @classmethod
    def of(cls, document: Document, span: Span, context: Range) -> _Place:
        """Return the place of a span in its paragraph."""
        whole = document.text[slice(*context)]
        text = whole.strip()
        begin = context[0] + len(whole) - len(whole.lstrip())
        starts = tuple(int(start) - begin for start in document.sentences[:, 0] if start >= begin)
        curly = "’" in document.text and not re.search(r"\w'\w", document.text)
        start, end = max(span.start - begin, 0), min(span.end - begin, len(text))
        return cls(text, min(start, end), end, (0, *starts), curly)

    def deletion(self) -> tuple[Change, list[Change]]:
        """Return the changes that take the stretch away with what would be left alone by it."""
        start, end = self.start, self.end
        whole = self.opens(start) and _SENTENCE_OVER.match(self.text, end) is not None
        if whole and self.text[end : end + 1] in tuple(_ENDS):
            end += 1
        elif not whole:
            start = self._without_comma(start, end)
        start, end = self._without_quotes(start, end)
        start, end = self._without_space(start, end)
        first = end
        if self.opens(start) and (found := re.match(r"[,;:–—-]+\s*", self.text[end:])):
            first = end = end + found.end()
        return Change(start, end, ""), self._after(start, first)

    def _without_comma(self, start: int, end: int) -> int:
        """Return a start from which a comma or dash goes too that nothing follows any more."""
        before = self.text[:start].rstrip(" \u00a0")
        after = self.text[end:]
        alone = _NO_COMMA.match(after) or _AND.match(after)
        return len(before) - 1 if before.endswith((",", " –", " —")) and alone else start

    def _without_quotes(self, start: int, end: int) -> Range:
        before, after = self.text[:start], self.text[end:]
        pair = before[-1:] + after[:1]
        return (start - 1, end + 1) if pair in ("“”", "‘’", '""', "''", "()", "[]") else (start, end)

    def _without_space(self, start: int, end: int) -> Range:
        """Return the stretch with the space that would stand twice, or before a mark of punctuation."""
        before, after = self.text[:start], self.text[end:]
        if (not before or before[-1].isspace() or before[-1] in "“‘(") and after[:1] in (" ", "\u00a0"):
            return start, end + 1
        if before.endswith((" ", "\u00a0")) and (not after or after[0] in ",;:.?!”’)\n"):
            return len(before.rstrip(" \u00a0")), end
        if before.endswith("\n") and not after:
            return len(before.rstrip()), end
        if (not before or before.endswith("\n")) and after.startswith("\n"):
            return start, end + len(after) - len(after.lstrip("\n"))
        return start, end

    def _after(self, start: int, first: int) -> list[Change]:
        """Return the capital or the article that the words after a gap need."""
        rest = self.text[first:]
        small = _FIRST.match(rest) is not None and rest[0].islower()
        if small and self.opens(start) and not self.opens_lower(start):
            return [Change(first, first + 1, rest[0].upper())]
        article = article_before(self.text, start, rest.lstrip(" \u00a0"))
        return [article] if article else []

    def replacement(self, new: str) -> tuple[Change, list[Change]]:
        """Return the changes that put words in place of the stretch and make them fit."""
        new = self._fitting(new)
        start, end = self.start, self.end
        before, after = self.text[:start], self.text[end:]
        if (found := _ARTICLE.search(before)) and _OWN_ARTICLE.match(new):
            capital = found[0][0].isupper()
            start, before = found.start(), before[: found.start()]
            new = new[:1].upper() + new[1:] if capital else new
        last, first = _LAST_WORD.search(before), _FIRST_WORD.match(after)
        if last and new.split()[0].lower() == last[1].lower() and last[1].lower() in words("function"):
            new = new.split(" ", 1)[-1]
        if first and new.split()[-1].lower() == first[1].lower() and first[1].lower() in words("function"):
            new = new.rsplit(" ", 1)[0]
        if new[0] in ",;:." and before.endswith(" "):
            start -= 1
        article = article_before(self.text, start, new + after)
        return Change(start, end, new), [article] if article else []

    def _fitting(self, new: str) -> str:
        """Return words with the apostrophes, the first letter and the end that their place asks for."""
        new = (
            re.sub(r"(?<=\w)['’](?=\w|\s|$)", "’" if self.curly else "'", new) if self._apostrophes() else new
        )
        new = self._cased(new)
        old, after = self.text[self.start : self.end], self.text[self.end :]
        if new.endswith(",") and (not after or after[0] in ",;:.?!\n"):
            new = new[:-1]
        if new[-1] in ".!?" and (after[:1] in tuple(_ENDS + ",;:") or re.match(r"\s+[a-z]", after)):
            return new[:-1]
        ended = old.rstrip(_CLOSING)[-1:] in tuple(_ENDS) and new.rstrip(_CLOSING)[-1] not in _ENDS
        return new + "." if ended and _SENTENCE_OVER.match(after) and after[:1] not in tuple(_ENDS) else new

    def _apostrophes(self) -> bool:
        """Return whether the text keeps to one kind of apostrophe."""
        return self.curly or re.search(r"\w'\w", self.text) is not None

    def _cased(self, new: str) -> str:
        old = _FIRST.search(self.text, self.start, self.end)
        quoted = self.text[self.start - 1 : self.start] in tuple(_OPENING) if self.start else False
        if old is None or not _FIRST.match(new):
            return new
        if self.opens(self.start) or quoted:
            return new[0].upper() + new[1:] if old[0].isupper() else new
        common = new.split()[0].lower() in words("function")
        return new[0].lower() + new[1:] if common and old[0].islower() else new

    def opens(self, place: int) -> bool:
        """Return whether a sentence begins at a place, if only behind an opening quotation mark."""
        begin = max(start for start in self.sentences if start <= place)
        bare = self.text[begin:place].strip(_OPENING + " \u00a0\n")
        return not bare or self.text[:place].rstrip(" \u00a0\n")[-1:] in tuple(_ENDS)

    def opens_lower(self, place: int) -> bool:
        """Return whether the sentence at a place begins with a small letter anyway."""
        found = _FIRST.search(self.text, place)
        return found is not None and found[0].islower()
