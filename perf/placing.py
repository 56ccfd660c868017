"""Measure how many quotations are placed rightly, and wrongly, on generated cases; and time it.

Run it as `python perf/placing.py [--cases N] [--seeds N] [TEXT …]` in an environment that has framebench
installed with the extra `llm`. The texts are those of fictional_news, or the files that are named.

A case is one quotation in a reply of a dozen: a stretch of 1 to 15 words of one paragraph, changed in one of
the ways of `KINDS`. It is placed rightly where start and end are those of the stretch, to the character;
any other place is wrong, and so is any place of invented text. A stretch stands once in its text but for
"repeated", and what was changed reads nowhere in the text as it is, since nobody could tell then which was
meant. Replies are in the order of the text, but for every fourth, which is in none. "One of several" is
apart: a wording that stands several times is quoted once, so that only the order can tell which was meant.
"""

from __future__ import annotations

import argparse
import random
import re
import string
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tabulate import tabulate

from baselines.llm.folding import QUOTES, folded, within_compound
from baselines.llm.placing import Passage, place
from benchmark.segmentation import tokenize

REPLY = 12
"""Quotations of a reply."""
ATTEMPTS = 10_000
NO_CASE = "a text is too short for a case of '{}'; give longer ones"
Stretch = tuple[int, int]


@dataclass(frozen=True)
class Case:
    """A quotation, where it was taken from (None for nowhere), and what was done to it."""

    kind: str
    quotation: str
    truth: Stretch | None


@dataclass(frozen=True)
class Source:
    """A text, its words by paragraph, it folded, and its words folded with a space around each."""

    text: str
    paragraphs: tuple[tuple[Stretch, ...], ...]
    plain: str
    words: str

    def reads(self, quotation: str) -> bool:
        """Return whether a quotation stands in it when case, marks and white space do not matter."""
        return _words(quotation) in self.words or folded(quotation) in self.plain

    def marked(self, at: Stretch) -> bool:
        """Return whether a quotation mark stands beside a stretch."""
        return any(
            sign in QUOTES for sign in self.text[max(at[0] - 1, 0) : at[0]] + self.text[at[1] : at[1] + 1]
        )


def _words(text: str) -> str:
    """Return the words of a text, folded, with a space around each."""
    row = (word.strip(string.punctuation + "…") for word in folded(text).replace("-", " ").split())
    return f" {' '.join(word for word in row if word)} "


def source(text: str) -> Source:
    """Return a text with what the cases are made from."""
    rows = []
    start = 0
    for line in text.split("\n"):
        row = [(start + a, start + b) for a, b in tokenize(line) if line[a:b].isalnum()]
        rows += [tuple(row)] if row else []
        start += len(line) + 1
    return Source(text, tuple(rows), folded(text), _words(text))


def _stretch(texts: Source, rng: random.Random, least: int, most: int) -> Stretch | None:
    """Return a stretch of words that stands once in the text; None where the draw had none."""
    row = rng.choice(texts.paragraphs)
    size = rng.randint(least, most)
    if len(row) < size:
        return None
    first = rng.randrange(len(row) - size + 1)
    start, end = row[first][0], row[first + size - 1][1]
    if rng.random() < 0.1 and end < len(texts.text) and texts.text[end] in ".,!?":
        end += 1
    return (start, end) if texts.plain.count(folded(texts.text[start:end])) == 1 else None


def quotation_marks(words: str, rng: random.Random) -> str:
    """Exchange the marks in it, or put marks around it."""
    if any(mark in words for mark in "\"“”'’‘"):
        return words.translate(str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'", '"': "”", "'": "’"}))
    left, right = rng.choice(["“”", '""', "''", "«»", "„“", "‘’"])
    return f"{left}{words}{right}"


def white_space(words: str, rng: random.Random) -> str:
    """Exchange spaces for other white space, and put some around it."""
    return rng.choice(["", " ", "\n"]) + rng.choice(["  ", "\n", "\u00a0", "\t", " \n "]).join(
        words.split(" ")
    )


def case(words: str, rng: random.Random) -> str:
    """Change capitals."""
    return rng.choice([str.upper, str.lower, str.title, str.capitalize, str.swapcase])(words)


def unicode_forms(words: str, rng: random.Random) -> str:
    """Exchange dashes, dots and letters for other forms of them, or strew in what cannot be seen."""
    changed = words.replace("-", rng.choice("‐‑–—")).replace("—", rng.choice(["--", " – ", "-"]))
    changed = changed.replace("...", "…").replace("fi", "ﬁ").replace("fl", "ﬂ")
    if changed == words:
        at = rng.randrange(1, len(words)) if len(words) > 1 else 0
        changed = words[:at] + "\u00ad" + words[at:]
    return changed


def punctuation(words: str, rng: random.Random) -> str:
    """Add what a model adds at the end."""
    return words + rng.choice([".", ",", "…", "...", ";", "!"])


def ellipsis_put(words: str, rng: random.Random) -> str:
    """Leave out words in the middle."""
    row = words.split(" ")
    if len(row) < 6:
        return words
    first = rng.randint(2, len(row) - 3)
    last = rng.randint(first + 1, len(row) - 2)
    return " ".join([*row[:first], rng.choice(["…", "...", "[…]", "[...]", ". . ."]), *row[last:]])


def edits(number: int) -> Callable[[str, random.Random], str]:
    """Return what makes so many edits: a letter put in, left out or exchanged, in words of three or more."""

    def edit(words: str, rng: random.Random) -> str:
        for _ in range(number):
            within = [n for word in re.finditer(r"[^\W\d_]{3,}", words) for n in range(*word.span())]
            at = rng.choice(within or [0])
            letter, kind = rng.choice(string.ascii_lowercase), rng.randrange(3)
            put = (letter, "", letter + words[at])[kind]
            words = words[:at] + put + words[at + 1 :]
        return words

    return edit


def small_word(words: str, rng: random.Random) -> str:
    """Put in a small word, or leave one out, not at the ends."""
    row = words.split(" ")
    if len(row) < 3:
        return words
    small = [n for n in range(1, len(row) - 1) if row[n] in ("the", "a", "of", "to", "and", "in")]
    if small and rng.random() < 0.5:
        del row[rng.choice(small)]
    else:
        row.insert(rng.randrange(1, len(row)), rng.choice(["the", "a", "of", "to", "and"]))
    return " ".join(row)


def unchanged(words: str, _: random.Random) -> str:
    """Change nothing."""
    return words


KINDS: dict[str, tuple[Callable[[str, random.Random], str], int, int]] = {
    "as it stands": (unchanged, 1, 15),
    "quotation marks": (quotation_marks, 1, 15),
    "white space": (white_space, 2, 15),
    "case": (case, 1, 15),
    "Unicode forms": (unicode_forms, 1, 15),
    "punctuation added": (punctuation, 1, 15),
    "ellipsis": (ellipsis_put, 7, 15),
    "one edit": (edits(1), 3, 15),
    "two edits": (edits(2), 4, 15),
    "three edits": (edits(3), 5, 15),
    "a small word": (small_word, 5, 15),
}
TELLING = ("one edit", "two edits", "three edits", "a small word")
"""Changes after which a quotation must not read in the text as it is."""
REPEATED, VARIED, INVENTED, LONE = "repeated", "repeated, written in two ways", "invented", "one of several"


def _case(kind: str, texts: Source, rng: random.Random) -> Case:
    change, least, most = KINDS[kind]
    for _ in range(ATTEMPTS):
        at = _stretch(texts, rng, least, most)
        if at is None:
            continue
        words = texts.text[at[0] : at[1]]
        quotation = change(words, rng)
        if kind == "quotation marks" and texts.marked(at):
            continue
        if kind == "punctuation added" and (folded(quotation) in texts.plain or words[-1] == "."):
            continue
        changed = quotation != words or kind not in (*TELLING, "ellipsis")
        if changed and (kind not in TELLING or not texts.reads(quotation)):
            return Case(kind, quotation, at)
    raise ValueError(NO_CASE.format(kind))


def _several(texts: Source, rng: random.Random, *, alike: bool) -> tuple[str, list[Stretch]]:
    """Return a wording with its two to six places, which the text writes alike, or in several ways."""
    every = [at for row in texts.paragraphs for at in row]
    ends = {end for _, end in every}
    for _ in range(ATTEMPTS):
        row = rng.choice(texts.paragraphs)
        first = rng.randrange(len(row))
        last = min(first + rng.choice([0, 0, 1, 1, 2]), len(row) - 1)
        words = texts.text[row[first][0] : row[last][1]]
        plain = folded(words)
        if len(words) < 4 or not 2 <= texts.plain.count(plain) <= 6:
            continue
        stretches = ((start, start + len(words)) for start, _ in every if start + len(words) in ends)
        places = [at for at in stretches if folded(texts.text[slice(*at)]) == plain]
        ways = {texts.text[slice(*at)] for at in places}
        # "war" is not looked for first in "pro-war".
        joined = any(within_compound(texts.text, *at) for at in places)
        if not joined and (len(ways) == 1) is alike and len(places) == texts.plain.count(plain):
            return words, places
    raise ValueError(NO_CASE.format(REPEATED))


def _repeated(texts: Source, rng: random.Random, kind: str) -> list[Case]:
    """Return the first two or more occurrences of a wording, or all where it is written in several ways."""
    words, places = _several(texts, rng, alike=kind == REPEATED)
    last = rng.randint(2, len(places)) if kind == REPEATED else len(places)
    return [Case(kind, words, at) for at in places[:last]]


def _invented(texts: Source, others: Sequence[Source], rng: random.Random) -> Case:
    """Return words of another text, or the words of this one in another order."""
    for _ in range(ATTEMPTS):
        shuffled = rng.random() < 0.3
        at = _stretch(texts if shuffled else (other := rng.choice(others)), rng, 2, 15)
        if at is None:
            continue
        words = (texts if shuffled else other).text[at[0] : at[1]]
        if shuffled:
            words = " ".join(rng.sample(words.split(" "), len(words.split(" "))))
        if not texts.reads(words):
            return Case(INVENTED, words, None)
    raise ValueError(NO_CASE.format(INVENTED))


def _cases(kind: str, texts: Source, others: Sequence[Source], rng: random.Random) -> list[Case]:
    if kind in (REPEATED, VARIED):
        return _repeated(texts, rng, kind)
    return [_invented(texts, others, rng) if kind == INVENTED else _case(kind, texts, rng)]


def _overlap(one: Case, other: Case) -> bool:
    """Return whether two stretches overlap, as marks of one label never do."""
    a, b = one.truth, other.truth
    return a is not None and b is not None and a[0] < b[1] and b[0] < a[1]


def replies(sources: Sequence[Source], number: int, seed: int) -> list[tuple[Source, list[Case]]]:
    """Return so many cases, at the least, as replies about texts."""
    rng = random.Random(seed)
    every = [*KINDS, REPEATED, VARIED, INVENTED]
    found: list[tuple[Source, list[Case]]] = []
    while sum(len(cases) for _, cases in found) < number:
        texts = rng.choice(sources)
        others = [other for other in sources if other is not texts]
        cases: list[Case] = []
        for kind in rng.sample(every, REPLY):
            drawn = _cases(kind, texts, others, rng)
            if not any(_overlap(one, other) for one in drawn for other in cases):
                cases += drawn
        if rng.random() < 0.25:
            rng.shuffle(cases)
        else:
            cases.sort(key=lambda one: one.truth or (rng.randrange(len(texts.text)), 0))
        found.append((texts, cases))
    return found


def lone(sources: Sequence[Source], number: int, seed: int) -> list[tuple[Source, list[Case]]]:
    """Return replies in the order of the text with one quotation each that may stand in several places."""
    rng = random.Random(seed)
    found = []
    for _ in range(number):
        texts = rng.choice(sources)
        cases = [_case("as it stands", texts, rng) for _ in range(REPLY - 1)]
        words, places = _several(texts, rng, alike=True)
        cases.append(Case(LONE, words, rng.choice(places)))
        found.append((texts, sorted(cases, key=lambda one: one.truth or (0, 0))))
    return found


def judged(texts: Source, cases: Sequence[Case]) -> list[tuple[Case, str]]:
    """Return each case with right, wrong or unplaced; equal quotations are right in any order."""
    due = Counter((one.quotation, one.truth) for one in cases if one.truth)
    found, places = [], place(Passage(texts.text), [one.quotation for one in cases])
    for one, at in zip(cases, places, strict=True):
        verdict = "unplaced"
        if at is not None:
            key = (one.quotation, (at.start, at.end))
            verdict = "right" if due[key] else "wrong"
            due[key] -= due[key] > 0
        found.append((one, verdict))
    return found


def measure(given: Sequence[tuple[Source, list[Case]]]) -> Counter[tuple[str, str]]:
    """Return how many cases of each kind got each verdict."""
    return Counter((one.kind, verdict) for texts, cases in given for one, verdict in judged(texts, cases))


def seconds(sources: Sequence[Source], characters: int, quotations: int) -> dict[str, float]:
    """Return how long quotations of one text take, by kind: all exact, all edited, all invented."""
    rng = random.Random(0)
    whole = "\n".join(one.text for one in sources)
    long = source((whole * (characters // len(whole) + 1))[:characters])
    spent = {}
    kinds = {"exact": unchanged, "two edits": edits(2), "three edits": edits(3)}
    for name, change in kinds.items():
        rows = [row for row in long.paragraphs if len(row) > 15]
        given = []
        for row in (rng.choice(rows) for _ in range(quotations)):
            size = rng.randint(2, 15)
            given.append(change(long.text[row[0][0] : row[size - 1][1]], rng))
        spent[name] = _timed(long.text, given)
    words = [word for word in whole.split() if word.isalpha()]
    invented = [" ".join(rng.sample(words, rng.randint(2, 15))) for _ in range(quotations)]
    return {**spent, "invented": _timed(long.text, invented)}


def _timed(text: str, quotations: Sequence[str]) -> float:
    began = time.process_time()
    place(Passage(text), quotations)
    return time.process_time() - began


def main() -> None:
    """Print the shares by kind, and the times."""
    parser = argparse.ArgumentParser(description="Measure how quotations are placed.")
    parser.add_argument("texts", nargs="*", type=Path, help="files to draw from (default: fictional_news)")
    parser.add_argument("--cases", type=int, default=1000, help="a seed (default 1000)")
    parser.add_argument("--seeds", type=int, default=5, help="how many (default 5)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--show", action="store_true", help="print what was not placed rightly")
    arguments = parser.parse_args()
    sources = [source(text) for text in _texts(arguments.texts)]
    total: Counter[tuple[str, str]] = Counter()
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        given = replies(sources, arguments.cases, seed)
        for texts, cases in given:
            for one, verdict in judged(texts, cases):
                total[one.kind, verdict] += 1
                bad = verdict == "wrong" or (verdict == "unplaced" and one.truth)
                if arguments.show and bad:
                    truth = texts.text[slice(*one.truth)] if one.truth else None
                    got = Passage(texts.text).find(one.quotation)
                    print(f"{verdict} [{one.kind}] {one.quotation!r} from {truth!r}: {got}")
    print(table(total))
    print(table(measure(lone(sources, arguments.cases, 0)), (LONE,)))
    for name, spent in seconds(sources, 100_000, 100).items():
        print(f"100 quotations, {name}, in 100,000 characters: {spent:.2f} s")


def _texts(paths: Sequence[Path]) -> list[str]:
    if paths:
        return [path.read_text(encoding="utf-8") for path in paths]
    from benchmark import data

    return [document.text for document in data.load("fictional_news").documents]


def table(
    total: Counter[tuple[str, str]], kinds: Sequence[str] = (*KINDS, REPEATED, VARIED, INVENTED, "all")
) -> str:
    """Return the shares as a table."""
    rows = []
    for kind in kinds:
        counts = [
            sum(n for (name, given), n in total.items() if given == verdict and kind in (name, "all"))
            for verdict in ("right", "wrong", "unplaced")
        ]
        rows.append((kind, sum(counts), *(f"{100 * n / max(sum(counts), 1):.2f}" for n in counts)))
    headers = ("change", "cases", "right %", "wrong %", "unplaced %")
    return tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True)


if __name__ == "__main__":
    main()
