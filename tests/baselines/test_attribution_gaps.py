"""Gaps in attribution in sentences written for these tests, by the text that each span covers."""

from __future__ import annotations

import pytest

from baselines.attribution_rules import AttributionRulesDetector
from benchmark.segmentation import segment

CLAIM, MOTIVE = "unattributed_claim", "motive_imputation"
ANONYMOUS, UNRESOLVED, RELAYED = "anonymous_source", "unresolved_source", "relayed_source"


def gaps(text: str) -> list[tuple[str, str]]:
    (prediction,) = AttributionRulesDetector().predict([segment("d", text)], "attribution_gap")
    assert all(span.relation is None for span in prediction.spans)
    return [(span.label, text[span.start : span.end]) for span in prediction.spans]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Officials say the bridge could fall.", "Officials say the bridge could fall"),
        ("The bridge is shut, senior officials said.", "The bridge is shut, senior officials said"),
        ("“It will fall,” a local source told Holt.", "“It will fall,” a local source told"),
        ("A source close to the mayor said that it fell.", "A source close to the mayor said that it fell"),
        ("In Rome, people familiar with it said it fell.", "people familiar with it said it fell"),
        ("Critics accuse the mayor of fraud.", "Critics accuse the mayor of fraud"),
        ("It is believed that he fled.", "It is believed that he fled"),
        ("The men are said to be abroad.", "The men are said to be abroad"),
        ("The firm reportedly fled.", "The firm reportedly fled"),
        ("Officials: Bridge is shut", "Officials: Bridge is shut"),
        ("Bridge Is Shut, Town Officials Say", "Bridge Is Shut, Town Officials Say"),
        ("Some say it is ugly.", "Some say it is ugly"),
    ],
)
def test_a_source_told_by_its_kind_alone_is_anonymous(text: str, words: str) -> None:
    assert gaps(text) == [(ANONYMOUS, words)]


@pytest.mark.parametrize(
    "text",
    [
        "The official Ada Holt said it was shut.",
        "Ada Holt, an official, said it was shut.",
        "A man from the Charlotte Observer said it was shut.",
        "The ministry said it was shut.",
        "I hope that it is shut.",
        "The plan aims to shut it.",
        "A law that aims to shut it came.",
        "What it means is plain.",
        "The bridge was built in 1910.",
        "“It is shut because of ice.”",
        "Its sources",
        "Amid fears that it will fall, we left.",
    ],
)
def test_no_gap(text: str) -> None:
    assert gaps(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("According to media reports, it fell.", "According to media reports, it fell"),
        ("According to reports, it fell.", "According to reports, it fell"),
        ("The Times reported on Monday that it fell.", "The Times reported on Monday that it fell"),
        ("A local newspaper said it fell.", "A local newspaper said it fell"),
        (
            "The flood was blamed by a newspaper on the mayor.",
            "The flood was blamed by a newspaper on the mayor",
        ),
    ],
)
def test_an_outlet_relays(text: str, words: str) -> None:
    assert gaps(text) == [(RELAYED, words)]


def test_a_pronoun_is_unresolved_where_nobody_stands_before_it() -> None:
    assert gaps("He said it fell.") == [(UNRESOLVED, "He said it fell")]
    assert gaps("Rain fell. “It is wet,” she said.") == [(UNRESOLVED, "“It is wet,” she said")]
    assert gaps("They said it fell.") == [(UNRESOLVED, "They said it fell")]


@pytest.mark.parametrize(
    "text",
    [
        "The mayor came. He said it fell.",
        "We met Ada Holt.\nShe said it fell.",
        "Firms left. They said it was late.",
        "The police came. They said it was late.",
        "We saw Roe and Holt. They said it was late.",
        "It says it is new.",
    ],
)
def test_a_pronoun_is_resolved_by_anybody_before_it(text: str) -> None:
    assert gaps(text) == []


def test_a_place_or_office_is_nobody() -> None:
    assert gaps("The White House shut. He said it fell.") == [(UNRESOLVED, "He said it fell")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Prime Minister Ada Holt wants to raise taxes.", "Prime Minister Ada Holt wants to raise taxes"),
        ("But the union fears that it will shut.", "the union fears that it will shut"),
        ("He was keen to leave.", "He was keen to leave"),
        (
            "The town shut it in a bid to save money, and it rained.",
            "The town shut it in a bid to save money",
        ),
        ("It rained; they fled for fear of ice.", "they fled for fear of ice"),
        ("The firm's desire to leave is old.", "The firm's desire to leave is old"),
    ],
)
def test_wishes_in_the_reporters_own_voice_impute_motives(text: str, words: str) -> None:
    assert gaps(text) == [(MOTIVE, words)]


@pytest.mark.parametrize(
    "text",
    [
        "Holt said she wants to leave.",
        "“She wants to leave it all,” Holt said.",
        "Holt wants to go, she said.",
    ],
)
def test_wishes_in_what_somebody_says_impute_no_motive(text: str) -> None:
    assert MOTIVE not in [label for label, _ in gaps(text)]


def test_two_wishes_in_one_sentence_are_two_spans() -> None:
    assert gaps("The union fears that it will shut and hopes for help.") == [
        (MOTIVE, "The union fears that it will shut")
    ]
    assert gaps("Holt wants to go, but Roe hopes to stay.") == [
        (MOTIVE, "Holt wants to go"),
        (MOTIVE, "Roe hopes to stay"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The ice led to a fall in trade.", "The ice led to a fall in trade"),
        ("Trade fell because of ice, and the town shut.", "Trade fell because of ice"),
        ("The town shut, but trade is likely to rise.", "trade is likely to rise"),
        ("It was cold: the ice will soon cause a flood!", "the ice will soon cause a flood"),
        ("And the ice could trigger floods.", "the ice could trigger floods"),
    ],
)
def test_a_cause_or_forecast_without_a_source_is_a_claim(text: str, words: str) -> None:
    assert gaps(text) == [(CLAIM, words)]


@pytest.mark.parametrize(
    "text",
    [
        "Ice to lead to floods",
        "Holt said trade fell because of ice.",
        "Trade was called “dead” by Holt due to ice.",
    ],
)
def test_headlines_and_sentences_with_a_source_hold_no_such_claim(text: str) -> None:
    assert CLAIM not in [label for label, _ in gaps(text)]
