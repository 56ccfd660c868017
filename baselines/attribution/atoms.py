"""Sentences as rows of atoms: a tag of one character for each token, and one for each quotation.

A quotation is one atom however many sentences it runs over, so that patterns see what stands around it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from baselines.attribution.verbs import NOUN_CUES, VERBS, WISHING_ADJECTIVES
from baselines.attribution.words import (
    ADJECTIVE_ENDINGS,
    ADJECTIVES,
    CLASSES,
    NOT_ADVERBS,
    NOT_PARTICIPLES,
    NOT_PAST,
)
from benchmark.model import Document

Piece = tuple[int, int]

_QUOTATION = re.compile(
    r"“[^“”\"]*(?:”|\"(?!\w)|$)"
    r"|(?<!\w)''[^']*(?:'(?!')[^']*)*''"
    r"|(?<!\w)\"(?=[^\s\"])[^\"]*\"(?!\w)"
    r"|^\s*\"[^\"]*$"
    r"|(?<!\w)‘(?=\S)[^‘’]*(?:’\w[^‘’]*)*’(?!\w)"
    r"|(?<!\w)'(?=\w)[^']*(?:(?<=\w)'\w[^']*)*'(?!\w)"
    r"|«[^«»]*»|„[^„“”]*[“”]"
)
_WORDS_IN_QUOTATION = re.compile(r"\w+")
_OPENERS, _CLOSERS = "“\"‘'«„", "”\"’'»“"
_SPEAKS = re.compile(
    r"(?:[\w.’'-]+\s+){1,4}?(?:said|says|asked|asks|added|adds|wrote|writes|told|tells|shouted|replied|cried)\b"
    r"(?! that\b)"
)
_PUNCTUATION = {",": ",", ":": ":", ";": ";", "…": ".", ".": ".", "!": ".", "?": ".", "•": ";", "|": ";"}
_DASHES = "-‐‑‒–—―"
_BRACKETED = re.compile(r"\([^()]{0,60}\)|\[[^\[\]]{0,60}\]")
_FUNCTION_TAGS = frozenset("drRoTshwtcbBxaKe")
_TAKES_NO_INFINITIVE = re.compile(r"y(?!a?o?T)")
_LONG_QUOTATION = 4


@dataclass(frozen=True)
class Atoms:
    """A sentence, or several joined by a quotation that runs over them, as a row of m atoms.

    Parameters
    ----------
    starts, ends
        Offsets of each atom in the document, m of each.
    words
        The atoms in lower case with straight apostrophes; "" for a quotation or brackets.
    tags
        A character for each atom; see `baselines.attribution.words`.
    headline
        Whether most words are capitalised or no mark ends the paragraph.
    paragraph
        Number of the paragraph, from 0.
    """

    starts: list[int]
    ends: list[int]
    words: list[str]
    tags: str
    headline: bool
    paragraph: int

    @cached_property
    def reversed(self) -> str:
        """The tags from last to first, for patterns that look back."""
        return self.tags[::-1]

    def __len__(self) -> int:
        return len(self.tags)


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch between quotation marks.

    Parameters
    ----------
    start, end
        Offsets of the marks, end exclusive.
    closed
        Whether a mark closes it before its paragraph ends.
    """

    start: int
    end: int
    closed: bool


def quotations(text: str, start: int, end: int) -> list[Quotation]:
    """Return the quotations of a paragraph, ascending and disjoint, the outermost only.

    Parameters
    ----------
    text
        The document's text.
    start, end
        Offsets of the paragraph, end exclusive.
    """
    found = []
    for match in _QUOTATION.finditer(text[start:end]):
        words = match.group()
        first = match.start() + len(words) - len(words.lstrip())
        last = match.start() + len(words.rstrip())
        closed = last - first > 1 and text[start + last - 1] in _CLOSERS
        found.append(Quotation(start + first, start + last, closed))
    return found


@lru_cache(maxsize=65536)
def tag_word(word: str, capital: bool) -> str:
    """Return the tag of a word.

    Parameters
    ----------
    word
        In lower case, with straight apostrophes.
    capital
        Whether a capital letter at its start says that it is a name.
    """
    known = CLASSES.get(word)
    if known is not None and (known in _FUNCTION_TAGS or not (capital or (known == "v" and word in VERBS))):
        return known
    if word[0].isdigit():
        return "e" if len(word) == 4 and word[:2] in ("19", "20") else "d"
    if word.endswith(("'s", "s'")):
        return "z"
    if capital:
        return "N"
    return _tag_verb(word) or _tag_by_ending(word)


def _tag_verb(word: str) -> str:
    verb = VERBS.get(word)
    if verb is not None:
        return "G" if verb.forms == "g" else "V"
    if word in NOUN_CUES:
        return "M"
    return "E" if word in WISHING_ADJECTIVES else ""


def _tag_by_ending(word: str) -> str:
    if word in ADJECTIVES or word.endswith(ADJECTIVE_ENDINGS):
        return "j"
    if word.endswith("ly") and word not in NOT_ADVERBS:
        return "a"
    if word.endswith("ing") and word not in NOT_PARTICIPLES:
        return "g"
    if word.endswith("ed") and word not in NOT_PAST:
        return "v"
    return "n"


def read(document: Document) -> Iterator[tuple[Atoms, list[Quotation]]]:
    """Yield the sentences of a document with the quotations of their paragraph.

    Parameters
    ----------
    document
        Any document; its own boundaries of sentences and tokens are used.
    """
    tokens = document.tokens.tolist()
    token_starts = [token[0] for token in tokens]
    sentences = document.sentences.tolist()
    sentence_starts = [sentence[0] for sentence in sentences]
    for number, (start, end) in enumerate(document.paragraphs.tolist()):
        quoted = quotations(document.text, start, end)
        first, last = bisect_left(sentence_starts, start), bisect_left(sentence_starts, end)
        inside = [(a, min(b, end)) for a, b in sentences[first:last]]
        headline = _is_headline(document.text[start:end])
        for a, b in _join(document.text, inside, quoted):
            row = tokens[bisect_left(token_starts, a) : bisect_left(token_starts, b)]
            atoms = _atoms(document.text, row, quoted, headline, number)
            if atoms.tags:
                yield atoms, quoted


def _is_headline(line: str) -> bool:
    words = [word for word in line.split() if word[0].isalpha()]
    capitals = sum(word[0].isupper() for word in words)
    ended = line.rstrip().endswith((".", "!", "?", "”", '"', "…", ":", "’", "'"))
    return (not ended and len(words) < 25) or (capitals >= 0.7 * len(words) and len(words) > 3)


def _join(text: str, sentences: list[Piece], quoted: list[Quotation]) -> Iterator[Piece]:
    """Join sentences that a quotation holds together, or that it opens: "“…?” he asked."."""
    current: Piece | None = None
    marks = 0
    for start, end in sentences:
        while marks < len(quoted) and quoted[marks].end <= start:
            marks += 1
        inside = marks < len(quoted) and quoted[marks].start < start
        after = marks > 0 and current is not None and _opened(text, quoted[marks - 1], current, start)
        if current is not None and (inside or after):
            current = (current[0], end)
            continue
        if current is not None:
            yield current
        current = (start, end)
    if current is not None:
        yield current


def _opened(text: str, quotation: Quotation, current: Piece, start: int) -> bool:
    """Return whether the next sentence goes on from a quotation that ends the current one."""
    if not (quotation.closed and quotation.end == current[1] and quotation.end - quotation.start > 2):
        return False
    mark = text[quotation.end - 2]
    goes_on = text[start].islower() or _SPEAKS.match(text, start) is not None
    return mark == "," or (mark in "?!…—–-" and goes_on)


def _atoms(text: str, tokens: list[list[int]], quoted: list[Quotation], headline: bool, number: int) -> Atoms:
    first, last = (tokens[0][0], tokens[-1][1]) if tokens else (0, 0)
    wholes = _wholes(text, first, last, quoted)
    row = _Row(text, title_case=headline and _mostly_capitals(text, tokens), end=last)
    upcoming, absorbed = 0, -1
    for start, end in tokens:
        while upcoming < len(wholes) and wholes[upcoming][0] <= start:
            whole = wholes[upcoming]
            upcoming += 1
            if start < whole[1]:
                row.add(whole[0], whole[1], "", whole[2])
                absorbed = whole[1]
        if start < absorbed:
            continue
        letter = next((at for at in range(start, end) if text[at].isalnum()), None)
        if letter is not None:
            row.add_word(letter, end)
        else:
            row.add_mark(start, end)
    tags = _TAKES_NO_INFINITIVE.sub(_plain_verb(row.words), "".join(row.tags))
    return Atoms(row.starts, row.ends, row.words, tags, headline, number)


def _plain_verb(words: list[str]) -> Callable[[re.Match[str]], str]:
    return lambda match: "V" if words[match.start()] in VERBS else "v"


def _mostly_capitals(text: str, tokens: list[list[int]]) -> bool:
    first = [text[start] for start, _ in tokens if text[start].isalpha()]
    return len(first) > 1 and sum(map(str.isupper, first)) >= 0.6 * len(first)


def _wholes(text: str, start: int, end: int, quoted: list[Quotation]) -> list[tuple[int, int, str]]:
    """Return what becomes one atom in a sentence, ascending and disjoint: quotations and brackets."""
    found = [
        (mark.start, mark.end, _quotation_tag(text[mark.start : mark.end]))
        for mark in quoted
        if start <= mark.start and mark.end <= end
    ]
    for match in _BRACKETED.finditer(text, start, end):
        if not any(a < match.end() and match.start() < b for a, b, _ in found):
            found.append((match.start(), match.end(), "k"))
    return sorted(found)


def _quotation_tag(words: str) -> str:
    inner = words.strip(_OPENERS + _CLOSERS)
    count = len(_WORDS_IN_QUOTATION.findall(inner[:80]))
    return "Q" if count >= _LONG_QUOTATION or inner.endswith((",", ".", "!", "?", "…")) else "q"


class _Row:
    """A row of atoms that grows token by token.

    Parameters
    ----------
    text
        The document's text.
    title_case
        Whether capital letters say nothing, since most words have one.
    end
        Where the last token ends.
    """

    def __init__(self, text: str, title_case: bool, end: int) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.words: list[str] = []
        self.tags: list[str] = []
        self._text = text
        self._title_case = title_case
        self._end = end
        self._glued = False

    def add(self, start: int, end: int, word: str, tag: str) -> None:
        """Add an atom."""
        self.starts.append(start)
        self.ends.append(end)
        self.words.append(word)
        self.tags.append(tag)

    def add_word(self, start: int, end: int) -> None:
        """Add a word, or lengthen the last atom by it after a hyphen."""
        surface = self._text[start:end]
        word = surface.lower().replace("’", "'")
        if self._glued:
            self._glued = False
            self.ends[-1] = end
            self.words[-1] += "-" + word
            self.tags[-1] = "z" if word.endswith("'s") else "N" if self.tags[-1] == "N" else "n"
            return
        self.add(start, end, word, self._tag(surface, word))

    def _tag(self, surface: str, word: str) -> str:
        if not surface[0].isupper():
            return tag_word(word, False)
        if surface == "US" or (len(surface) > 1 and surface.isupper() and not self._title_case):
            return "N"
        if not (self._title_case or not self.tags or self.tags[-1] in ":;.-"):
            return "e" if surface in ("May", "March") else tag_word(word, True)
        tag = tag_word(word, False)
        return "N" if tag == "n" else tag

    def add_mark(self, start: int, end: int) -> None:
        """Add a mark of punctuation, or pass over one that says nothing."""
        mark = self._text[start]
        if mark in _PUNCTUATION:
            if mark != "." or not self._abbreviates(end):
                self.add(start, end, mark, _PUNCTUATION[mark])
        elif mark in _DASHES:
            self._add_dash(start, end)
        elif mark in "'’" and self.words and self.words[-1].endswith("s") and self.ends[-1] == start:
            self.tags[-1] = "z"
        elif mark in "()[]":
            self.add(start, end, mark, ",")
        elif mark == "&":
            self.add(start, end, mark, "c")

    def _abbreviates(self, end: int) -> bool:
        """Return whether the full stop that ends here closes a short name, as of "Sen.", in mid-sentence."""
        last = self.words[-1] if self.words else ""
        return end < self._end and self.tags[-1:] == ["N"] and (len(last) <= 4 or "." in last)

    def _add_dash(self, start: int, end: int) -> None:
        text = self._text
        joins = text[start] in "-‐‑" and self.words and self.ends[-1] == start
        if joins and text[end : end + 1].isalnum() and text[start - 1].isalnum():
            self._glued = True
        else:
            self.add(start, end, "-", "-")
