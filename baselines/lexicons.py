"""Lexicons of charged words, from installed packages or files, and how their phrases are found in a text.

The two packaged lexicons are read from the packages' data files; the packages themselves are not imported,
since that would pull in an HTTP client and a toolkit that nothing here needs.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

VALENCE_SCALE = 4.0
"""VADER's valence runs from -4 to 4."""

_LARGE = 100_000
"""From so many patterns on an automaton that is smaller and slower is taken."""

_ALPHABET = 26
_ENDS = frozenset({" ", "\n", ",", "."})

_ALPHABETIC = re.compile(r"[a-z]+(?:[ '-][a-z]+)*", re.IGNORECASE)
_CLITIC = re.compile(r"(?:s|d|m|ll|re|ve)(?![^\W_])")
# One character for one, so that offsets in the folded text are those of the text.
_SAME = (("\u2018", "'"), ("\u2019", "'"), ("\u02bc", "'"), ("ς", "σ"))


def fold(text: str) -> str:
    """Return a text in lower case with straight apostrophes, each character where it was.

    A character whose lower case is longer than one character (İ) stays as it is, and both lower-case sigmas
    become one, so that the folding of a character depends on no other.
    """
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    for char, plain in _SAME:
        lowered = lowered.replace(char, plain)
    return lowered


@cache
def vader() -> Mapping[str, float]:
    """Return the valence of VADER's words, from -4 to 4, without its emoticons and other signs.

    Of a word that stands there twice the later entry counts, as in VADER itself.

    Notes
    -----
    Hutto & Gilbert (2014), "VADER: A parsimonious rule-based model for sentiment analysis of social media
    text", ICWSM.
    """
    words = {}
    for line in _package_file("vaderSentiment", "vader_lexicon.txt").read_text(encoding="utf-8").splitlines():
        phrase, valence = line.split("\t")[:2]
        if _ALPHABETIC.fullmatch(phrase):
            words[phrase] = float(valence)
    return MappingProxyType(words)


@cache
def textblob() -> Mapping[str, float]:
    """Return the subjectivity of the words in TextBlob's lexicon, from 0 to 1.

    As TextBlob does, the senses of a word are averaged for each part of speech, and these averages for the
    word.

    Notes
    -----
    The lexicon is that of the package pattern: De Smedt & Daelemans (2012), "Pattern for Python", JMLR 13.
    """
    from xml.etree import ElementTree

    senses: dict[str, dict[str, list[float]]] = {}
    # The file is an installed package's, so that the parser's weakness to hostile XML does not matter.
    tree = ElementTree.parse(_package_file("textblob", "en/en-sentiment.xml"))  # noqa: S314
    for word in tree.iterfind("word"):
        by_part = senses.setdefault(word.attrib["form"], {})
        by_part.setdefault(word.attrib["pos"], []).append(float(word.attrib["subjectivity"]))
    return MappingProxyType(
        {form: _mean([_mean(part) for part in parts.values()]) for form, parts in senses.items()}
    )


@cache
def word_classes() -> Mapping[str, str]:
    """Return the commonest class of 94,000 words, in the terms of the Penn Treebank, from TextBlob's tagger.

    Capitals matter: "Bush" is a name (NNP), "bush" is none (NN).
    """
    lines = _package_file("textblob", "en/en-lexicon.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split() for line in lines if not line.startswith(";;;"))
    return MappingProxyType({pair[0]: pair[1] for pair in pairs if len(pair) == 2})


@cache
def word_counts() -> Mapping[str, int]:
    """Return how often 29,000 words stand in the books that TextBlob's spelling correction was made from."""
    lines = _package_file("textblob", "en/en-spelling.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split() for line in lines if not line.startswith(";;;"))
    return MappingProxyType({pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2})


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _package_file(package: str, path: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"the package {package} is not installed: pip install {package}")
    return Path(spec.submodule_search_locations[0]) / path


def read_lexicon(path: str | Path) -> Mapping[str, float]:
    """Return the phrases of a file and their weights.

    A line holds a phrase, or a phrase, a TAB and its weight; without one the weight is 1. Empty lines and
    lines that begin with `#` are passed over, and white space inside a phrase counts as a single space.

    Parameters
    ----------
    path
        A UTF-8 file.

    Raises
    ------
    ValueError
        Where the file cannot be read or holds no phrase, or a line is broken; all broken lines are named.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from error
    entries: dict[str, float] = {}
    faults = []
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            _add_entry(entries, line)
        except ValueError as error:
            faults.append(f"{path}:{number}: {error}")
    if not entries and not faults:
        faults.append(f"{path}: holds no phrase")
    if faults:
        raise ValueError("\n".join(faults))
    return MappingProxyType(entries)


def _add_entry(entries: dict[str, float], line: bytes) -> None:
    """Add a line's phrase to `entries`, or raise a ValueError that says what is wrong with it."""
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8: {error.reason} at byte {error.start} of the line") from error
    if not text.strip() or text.lstrip().startswith("#"):
        return
    words, *columns = text.rstrip().split("\t")
    phrase = fold(" ".join(words.split()))
    if not phrase:
        raise ValueError("no phrase before the TAB")
    if len(columns) > 1:
        raise ValueError(f"{len(columns) + 1} columns; a phrase and its weight were expected")
    weight = _weight(columns[0]) if columns else 1.0
    if entries.setdefault(phrase, weight) != weight:
        raise ValueError(f"'{phrase}' stands further up with the weight {entries[phrase]:g}")


def _weight(column: str) -> float:
    try:
        weight = float(column)
    except ValueError:
        weight = math.nan
    if not math.isfinite(weight):
        raise ValueError(f"the weight '{column}' is not a finite number")
    return weight


class Match(NamedTuple):
    """An entry of a lexicon that stands in a text.

    Parameters
    ----------
    start, end
        Offsets in code points, end exclusive.
    phrase
        The entry, folded.
    weight
        Its weight.
    """

    start: int
    end: int
    phrase: str
    weight: float


class PhraseMatcher:
    """Finds the phrases of a lexicon in texts: whole words only, the leftmost and there the longest.

    Upper and lower case are the same, as are curly and straight apostrophes, and composed and decomposed
    letters. A phrase is a whole word where no letter, digit or combining mark touches it. An apostrophe
    between letters is part of the word, so that "won" is not found in "won't", unless a clitic follows that
    is a word of its own, as in "hero's" and "hero'd".

    Parameters
    ----------
    entries
        Weight by phrase; of phrases that fold to the same the last one counts.
    """

    def __init__(self, entries: Mapping[str, float]) -> None:
        self._entries: list[tuple[str, float]] = []
        forms: dict[str, int] = {}
        for phrase, weight in entries.items():
            folded = fold(phrase)
            for form in {folded, *(unicodedata.normalize(form, folded) for form in ("NFC", "NFD"))}:
                forms[form] = len(self._entries)
            self._entries.append((folded, weight))
        self._of_pattern = list(forms.values())
        # All overlapping matches are asked for: the automaton's own choice of the longest could fall on a
        # match that is no whole word and would hide one that is.
        self._automaton = AhoCorasick(
            list(map(_mark, forms)),
            matchkind=MatchKind.Standard,
            implementation=Implementation.DFA if len(forms) < _LARGE else Implementation.ContiguousNFA,
        )

    @property
    def weights(self) -> list[float]:
        """The weights of the entries, in the order in which they were given."""
        return [weight for _, weight in self._entries]

    def find(self, text: str) -> list[Match]:
        """Return the matches in a text, ascending and disjoint."""
        return [Match(start, end, *self._entries[number]) for start, end, number in self.places(text)]

    def places(self, text: str) -> list[tuple[int, int, int]]:
        """Return the start, the end and the number of the entry of each match, the bare form of `find`."""
        folded = fold(text)
        # A space at the end bounds words there, and at index -1 those at the beginning.
        bounded = folded + " "
        found = [
            (start, -end, pattern)
            for pattern, start, end in self._automaton.find_matches_as_indexes(
                _mark(folded), overlapping=True
            )
            # The commonest cases first, which spares two calls a match.
            if (bounded[end] in _ENDS or _ends_word(folded, end))
            and (bounded[start - 1] == " " or _begins_word(folded, start))
        ]
        found.sort()
        places, reached, numbers = [], 0, self._of_pattern
        for start, minus_end, pattern in found:
            if start >= reached:
                reached = -minus_end
                places.append((start, reached, numbers[pattern]))
        return places


def _mark(folded: str) -> str:
    """Return a folded text with a capital for each letter from a to z that does not follow another one.

    A phrase that is marked as well is found in a marked text wherever it stands as a whole word, and hardly
    anywhere else, which spares the automaton most of its matches. No other capitals from A to Z are in a
    folded text, so that nothing else is found.
    """
    letters = np.frombuffer(folded.encode("utf-8"), dtype=np.uint8)
    small = letters - np.uint8(ord("a")) < _ALPHABET
    small[1:] &= ~small[:-1]
    return (letters - small * np.uint8(ord("a") - ord("A"))).tobytes().decode("utf-8")


def _begins_word(text: str, start: int) -> bool:
    """Whether no word of a folded text goes on across `start`, which is not its beginning."""
    before = text[start - 1]
    if before == "'":
        return start == 1 or not _joins(text[start - 2])
    return not _joins(before)


def _ends_word(text: str, end: int) -> bool:
    """Whether no word of a folded text goes on across `end`, which is not its end."""
    after = text[end]
    if after == "'" and end + 1 < len(text) and _joins(text[end + 1]):
        return _CLITIC.match(text, end + 1) is not None
    return not _joins(after)


def _joins(char: str) -> bool:
    return char.isalnum() or (char > "\u02ff" and unicodedata.category(char)[0] == "M")
