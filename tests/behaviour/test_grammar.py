"""The rules that made sentences must keep: each finds what breaks it, and nothing in what does not."""

from __future__ import annotations

import pytest

from benchmark.behaviour.grammar import problems


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("The mayor of {city} spoke.", "a placeholder"),
        ("The [killer] spoke.", "a placeholder"),
        ("The  mayor spoke.", "a space too many"),
        ("The\u00a0 mayor spoke.", "a space too many"),
        ("The mayor spoke. ", "a space too many"),
        ("The mayor , who spoke.", "a space before a stop"),
        ("The mayor spoke..", "two stops"),
        ("The mayor, Ana,, spoke.", "two stops"),
        ("The the mayor spoke.", "a word twice"),
        ("The mayor spoke. then he left.", "a sentence without a capital"),
        ('He said "no." then he left.', "a sentence without a capital"),
        ("Athens's mayor spoke.", "a doubled possessive"),
        ("It was a honest mayor.", "the wrong article: 'a honest'"),
        ("It was an European mayor.", "the wrong article: 'an European'"),
        ("An 7 percent rise came.", "the wrong article: 'An 7'"),
        ("He were there.", "agree"),
        ("They was there.", "agree"),
        ("The 40 mayors is there.", "agree"),
        ("In May, three mayors has left.", "agree"),
        ("It took 1 hours.", "agree"),
        ("He counted 40 ship there.", "no plural after a number: '40 ship there'"),
        ("He counted three big ship.", "no plural after a number: 'three big ship'"),
        ('He said "no.', "without its pair"),
        ("He said “no.", "without its pair"),
        ("He left", "a paragraph without a stop"),
        ("Headline\n\nHe left", "a paragraph without a stop"),
        ("he left.", "a paragraph without a capital"),
        ("Headline\n\nhe left.", "a paragraph without a capital"),
    ],
)
def test_what_breaks_a_rule_is_found(text: str, problem: str) -> None:
    found = list(problems(text))
    assert any(problem in one for one in found), found


@pytest.mark.parametrize(
    "text",
    [
        "The mayor of Athens, 61, left at 9 p.m. on Monday.",
        "The market opens at 8 a.m. on Saturday. Buses run every 20 minutes.",
        "Votes fell by 4 percent, and 97 of the 180 members left.",
        "The trade of 40 firms is slow.",
        "An hour later a European company had an 8 percent share.",
        '"The plan is bad," said Ana Costa.',
        'Ana Costa said: "The plan is bad."',
        "Headline without a stop\n\nHe counted 1,200 people, 30 small ships and 900 sheep or goats.",
        "Luci\u0301a Etcheverri said so. E\u0301va Ay did not.",
        "In 1976 the bridge was built.",
        "He paid – he said – 40\u00a0euros.",
    ],
)
def test_what_keeps_the_rules_is_left_alone(text: str) -> None:
    assert list(problems(text)) == []
