"""A detector of charged wording that is said again in the same document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from baselines.layers import TECHNIQUE, check_layer
from baselines.lexicon import SUBJECTIVITY_THRESHOLD, VALENCE_THRESHOLD, at_least
from baselines.lexicons import VALENCE_SCALE, Match, PhraseMatcher, fold, textblob, vader
from benchmark.model import Document, Prediction, Span

# Words of the closed classes, which cannot be the noun of a repeated phrase.
_FUNCTION_WORDS = """
a about across after again against all also although always an and another any are around as at be
because been before being between both but by can could did do does down during each either every for
from had has have having he her here him his how i if in into is it its just may me might more most must
my neither never no nor not now of off on once one only or other our out over own same shall she should
since so some still such than that the their them then there these they this those though through to too
toward under until up upon us very was we were what when where whether which while who whom whose why
will with within without would yet you your
"""


def stem(word: str) -> str:
    """Return a folded word without the plural's or the third person's s.

    Notes
    -----
    The three rules of Harman (1991), "How effective is suffixing?", JASIS 42; only the first that fits is
    tried, and words of up to three letters stay.
    """
    if len(word) <= 3:
        return word
    if word.endswith("ies"):
        return word if word.endswith(("eies", "aies")) else word[:-3] + "y"
    if word.endswith("es"):
        return word if word.endswith(("aes", "ees", "oes")) else word[:-1]
    if word.endswith("s"):
        return word if word.endswith(("us", "ss")) else word[:-1]
    return word


@dataclass
class RepetitionDetector:
    """Marks the later occurrences of charged words, with the noun that follows where it is the same again.

    A word is charged where VADER or TextBlob rates it strongly. Forms that differ in case or a plural s are
    one word. Where "evil twins" occurs twice, the second occurrence is marked as a whole; where "evil deeds"
    follows instead, "evil" alone is.

    Parameters
    ----------
    valence
        The smallest |valence| of a charged word in VADER's lexicon, of 4.
    subjectivity
        The smallest subjectivity of a charged word in TextBlob's lexicon, of 1.

    Raises
    ------
    ValueError
        Where a threshold is negative.
    """

    name: ClassVar[str] = "repetition"
    layers: ClassVar[frozenset[str]] = frozenset({TECHNIQUE})
    labels: ClassVar[frozenset[str]] = frozenset({"Repetition"})
    valence: float = VALENCE_THRESHOLD
    subjectivity: float = SUBJECTIVITY_THRESHOLD
    _matcher: PhraseMatcher = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        charged = at_least(textblob(), self.subjectivity)
        for word, valence in at_least(vader(), self.valence).items():
            charged[word] = max(charged.get(word, 0.0), abs(valence) / VALENCE_SCALE)
        self._matcher = PhraseMatcher(charged)

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return the repeated words; a score is the greater of |valence| / 4 and subjectivity.

        Raises
        ------
        ValueError
            For another layer than `technique`.
        """
        check_layer(self.name, self.layers, layer)
        return [Prediction(document.id, layer, spans=self._spans(document)) for document in documents]

    def _spans(self, document: Document) -> tuple[Span, ...]:
        folded, nouns = fold(document.text), _NextWords(document)
        seen: set[tuple[str, ...]] = set()
        spans: list[Span] = []
        for match in self._matcher.find(document.text):
            word = (stem(match.phrase),)
            noun_end = nouns.end(match)
            phrase = (*word, stem(folded[match.end + 1 : noun_end])) if noun_end else word
            if word in seen:
                end = noun_end if noun_end and phrase in seen else match.end
                _append(spans, Span(match.start, end, "Repetition", match.weight))
            seen.update((word, phrase))
        return tuple(spans)


class _NextWords:
    """The word that follows a match after one space, if it may be a noun."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._function_words = frozenset(_FUNCTION_WORDS.split())
        self._token_ends = dict(document.tokens.tolist())

    def end(self, match: Match) -> int | None:
        """Return where that word ends, without a possessive 's, or None."""
        start = match.end + 1
        end = self._token_ends.get(start)
        if end is None or self._text[match.end] != " ":
            return None
        word = fold(self._text[start:end]).removesuffix("'s")
        return start + len(word) if word.isalpha() and word not in self._function_words else None


def _append(spans: list[Span], span: Span) -> None:
    """Add a span, or join it with the last one where they overlap."""
    if not spans or spans[-1].end <= span.start:
        spans.append(span)
        return
    last = spans.pop()
    score = max(last.score or 0.0, span.score or 0.0)
    spans.append(Span(last.start, max(last.end, span.end), span.label, score))
