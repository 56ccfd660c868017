"""Time lexicon matching against a plain matcher, and hold both to the same matches.

Run it as `python perf/lexicon.py [--characters N] [--runs N]` in an environment that has framebench
installed. The lexicon is VADER's, some 7,200 phrases; the texts are drawn from a list of common words with
words of two lexicons strewn in, so that a phrase stands in about every 80 characters, as in news. Processor
time is taken; the ratio means something on a busy machine too.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Mapping

import numpy as np
from tabulate import tabulate

from baselines.lexicon import LexiconDetector
from baselines.lexicons import PhraseMatcher, fold, textblob, vader, word_counts
from benchmark.model import Document, offsets

LENGTH = 5_600
"""Characters of a text, about those of a news article."""
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
CLITIC = re.compile(r"'(?:s|d|m|ll|re|ve)$")


def texts(characters: int) -> list[str]:
    """Return texts of ordinary words with punctuation and line breaks, some from the lexicons."""
    generator = np.random.default_rng(0)
    counts = word_counts()
    words, weights = np.array(list(counts)), np.array(list(counts.values()), dtype=np.float64)
    charged = np.array([*vader(), *(word.capitalize() for word in textblob())])
    drawn = generator.choice(words, characters // 5, p=weights / weights.sum())
    put = generator.random(len(drawn)) < 1 / 40
    drawn = np.where(put, generator.choice(charged, len(drawn)), drawn)
    marks = generator.choice([" "] * 12 + [", ", ". ", ".\n\n", " “", "” ", "’s "], len(drawn))
    whole = "".join(word + mark for word, mark in zip(drawn.tolist(), marks.tolist(), strict=True))
    return [whole[start : start + LENGTH] for start in range(0, len(whole), LENGTH)]


class Plain:
    """Looks up every run of words in a dictionary, the longest first; for phrases of words alone."""

    def __init__(self, entries: Mapping[str, float]) -> None:
        self.entries = {fold(phrase): weight for phrase, weight in entries.items()}
        self.longest = max(len(WORD.findall(phrase)) for phrase in self.entries)

    def find(self, text: str) -> list[tuple[int, int, float]]:
        folded, found, reached = fold(text), [], 0
        places = [word.span() for word in WORD.finditer(folded)]
        for number, (start, _) in enumerate(places):
            if start < reached:
                continue
            for last in reversed(places[number : number + self.longest]):
                end = self._end(folded, start, last[1])
                if end is not None:
                    found.append((start, end, self.entries[folded[start:end]]))
                    reached = end
                    break
        return found

    def _end(self, folded: str, start: int, end: int) -> int | None:
        clitic = CLITIC.search(folded, start, end)
        ends = [end] if clitic is None else [end, clitic.start()]
        return next((place for place in ends if folded[start:place] in self.entries), None)


def seconds(matcher: PhraseMatcher | Plain, given: list[str]) -> float:
    """Return the processor time of one search through all texts."""
    began = time.process_time()
    for text in given:
        matcher.find(text)
    return time.process_time() - began


def detect(detector: LexiconDetector, documents: list[Document]) -> float:
    """Return the processor time of one prediction for all documents."""
    began = time.process_time()
    detector.predict(documents, "technique")
    return time.process_time() - began


def main() -> None:
    """Print characters per second and their ratio."""
    parser = argparse.ArgumentParser(description="Time lexicon matching against a plain matcher.")
    parser.add_argument("--characters", type=int, default=2_000_000, help="of text (default 2,000,000)")
    parser.add_argument("--runs", type=int, default=5, help="runs of each, the fastest counts (default 5)")
    arguments = parser.parse_args()
    given = texts(arguments.characters)
    fast, plain = PhraseMatcher(vader()), Plain(vader())
    for text in given:
        if [(m.start, m.end, m.weight) for m in fast.find(text)] != plain.find(text):
            raise SystemExit(f"the two matchers differ on: {text[:200]!r}")
    documents = [Document(str(n), text, offsets([]), offsets([])) for n, text in enumerate(given)]
    whole = LexiconDetector(threshold=0)
    times = [
        (seconds(fast, given), seconds(plain, given), detect(whole, documents)) for _ in range(arguments.runs)
    ]
    size = sum(map(len, given))
    fastest = [min(column) for column in zip(*times, strict=True)]
    rows = [
        (name, f"{size / spent / 1e6:.1f}", f"{fastest[1] / spent:.1f}")
        for name, spent in zip(("matcher", "plain matcher", "detector, with its spans"), fastest, strict=True)
    ]
    found = sum(len(fast.find(text)) for text in given)
    print(f"{len(vader())} phrases, {size} characters, {found} matches, the same by both matchers")
    print(tabulate(rows, headers=("", "million characters/s", "times the plain one"), disable_numparse=True))


if __name__ == "__main__":
    main()
