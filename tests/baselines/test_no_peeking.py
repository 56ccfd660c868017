"""Nothing in the baselines' lists and rules was copied from what they are scored on.

No span of two words or more of the layers technique and attribution_gap, in the gold or an annotator's marks,
stands in a source or data file of `baselines/`. Phrases that only report, such as "he said that", are no
peeking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from baselines.attribution.verbs import ALSO_NOUNS, NOUN_CUES, VERBS, WISHING_ADJECTIVES
from baselines.attribution.words import CLASSES, HEARSAY_HEADS, OUTLETS, UNNAMED
from benchmark import data

BASELINES = Path(__file__).resolve().parents[2] / "baselines"
LAYERS = ("technique", "attribution_gap")
PLAIN = frozenset(CLASSES) | set(VERBS) | NOUN_CUES | ALSO_NOUNS | UNNAMED | WISHING_ADJECTIVES
REPORTING = PLAIN | HEARSAY_HEADS | OUTLETS
WORD = re.compile(r"\w+(?:'\w+)*")


def folded(text: str) -> str:
    """The words of a text in lower case with one space between them."""
    straight = text.casefold().replace("’", "'").replace("_", " ")
    return " ".join(WORD.findall(straight))


def only_reports(phrase: str) -> bool:
    return REPORTING.issuperset(phrase.split())


def collisions(phrases: Iterable[str], files: Mapping[str, str]) -> list[tuple[str, str]]:
    """Every phrase of two words or more with the file that it stands in."""
    wanted = sorted({folded(phrase) for phrase in phrases})
    long = [phrase for phrase in wanted if " " in phrase and not only_reports(phrase)]
    padded = {name: f" {folded(text)} " for name, text in files.items()}
    return [(phrase, name) for phrase in long for name, text in padded.items() if f" {phrase} " in text]


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    paths = [path for path in BASELINES.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return {path.relative_to(BASELINES).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@pytest.fixture(scope="module")
def marked() -> set[str]:
    """The words of every span that the gold or an annotator marks in either dataset."""
    phrases: set[str] = set()
    for name in ("turkey_drones", "fictional_news"):
        dataset = data.load(name)
        for layer in LAYERS:
            annotations = [*dataset.gold[layer]]
            for by_annotator in dataset.marks[layer].values():
                annotations.extend(by_annotator)
            for annotation in annotations:
                text = annotation.document.text
                phrases.update(text[span.start : span.end] for span in annotation.spans)
    return phrases


def test_no_marked_phrase_stands_in_a_list_or_rule(sources: dict[str, str], marked: set[str]) -> None:
    assert collisions(marked, sources) == []


def test_there_is_much_to_look_for_and_much_to_look_in(sources: dict[str, str], marked: set[str]) -> None:
    assert sum(" " in folded(phrase) and not only_reports(folded(phrase)) for phrase in marked) > 200
    assert {"attribution_rules.py", "attribution/verbs.py", "frame_words.py"} <= set(sources)
    assert any("accuse" in text for text in sources.values())


def test_a_planted_phrase_is_found(sources: dict[str, str], marked: set[str]) -> None:
    phrase = max(marked, key=lambda words: (len(words.split()) == 4, words))
    planted = {**sources, "planted.txt": f"good\n{phrase.upper()}\nbad"}
    assert (folded(phrase), "planted.txt") in collisions(marked, planted)


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        ("a wicked\n   scheme", True),
        ("A WICKED SCHEME", True),
        ('"wicked", "scheme"', True),
        ("wicked_scheme", True),
        ("wicked schemes", False),
        ("a scheme so wicked", False),
    ],
)
def test_case_white_space_and_quotes_do_not_hide_a_phrase(listed: str, found: bool) -> None:
    assert bool(collisions(["wicked scheme"], {"list.txt": listed})) is found


@pytest.mark.parametrize("phrase", ["wicked", "officials say", "according to the", "he said that they"])
def test_single_words_and_plain_reporting_are_no_peeking(phrase: str) -> None:
    assert collisions([phrase], {"list.txt": phrase}) == []
