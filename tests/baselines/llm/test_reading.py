"""What is read from replies, however they come."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.llm.parts import parts_of
from baselines.llm.prompt_file import shipped_prompts
from baselines.llm.reading import LONGEST, MOST, Parsed, read, refuses
from benchmark.answers import Labelled, Quotation
from benchmark.segmentation import segment

PROMPTS = {prompt.name: prompt for prompt in shipped_prompts()}
TEXT = segment("d", "A headline\nHe said “it” again. She said it again, too.")
(PART,) = parts_of(TEXT, 1000)
(SENTENCES,) = parts_of(TEXT, 1000, "sentence")


def marks(*given):
    rows = [{"quotation": words, "label": label, "reason": "so"} for words, label in given]
    return json.dumps({"marks": rows})


def test_quotations_get_their_places():
    parsed = read(
        PROMPTS["technique.ptc"],
        PART,
        marks(("again", "Repetition"), ("again", "Repetition"), ('said "it"', "Doubt"), ("gone", "Doubt")),
    )
    assert (parsed.status, parsed.problem) == ("ok", "")
    assert parsed.quotations == (
        Quotation("again", "Repetition", "so", 24, 29, "exact"),
        Quotation("again", "Repetition", "so", 43, 48, "exact"),
        Quotation('said "it"', "Doubt", "so", 14, 23, "normalised"),
        Quotation("gone", "Doubt", "so"),
    )


def test_only_the_part_that_was_asked_about_counts():
    document = segment("d", "One here.\n" * 60)
    parts = parts_of(document, 200)
    (quotation,) = read(PROMPTS["technique.ptc"], parts[2], marks(("One here.", "Doubt"))).quotations
    assert quotation.start == parts[2].start


@pytest.mark.parametrize(
    "label", ["Name_Calling,Labeling", "name_calling,labeling", " Name Calling,Labeling "]
)
def test_labels_are_known_without_regard_to_case_and_spaces(label):
    (quotation,) = read(PROMPTS["technique.ptc"], PART, marks(("said", label))).quotations
    assert quotation.label == "Name_Calling,Labeling"


GOOD = marks(("said", "Doubt"))


@pytest.mark.parametrize(
    "raw",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"Here it is:\n{GOOD}\nI hope this helps.",
        f"\ufeff{GOOD}",
        f"<think>{{x}}</think>{GOOD}",
    ],
)
def test_a_fence_or_words_around_the_object_are_passed_over(raw):
    assert len(read(PROMPTS["technique.ptc"], PART, raw).quotations) == 1


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ("", "an empty reply"),
        (" \n", "an empty reply"),
        ("I cannot do that.", "no JSON object"),
        ("[]", "no JSON object"),
        ("}{", "no JSON object"),
        ('{"marks": [', "no JSON object"),
        ('{"marks": [}', "broken JSON"),
        ('{"spans": []}', "not of the form that was asked for: Object missing required field `marks`"),
        ('{"marks": "none"}', "not of the form that was asked for"),
        ('{"marks": [{"quotation": 3, "label": "Doubt"}]}', "Expected `str`, got `int`"),
        ('{"marks": [{"quotation": null, "label": "Doubt"}]}', "Expected `str`, got `null`"),
        (marks(("said", "Lies")), "no label 'Lies'"),
        (marks(("said", "x" * 1000)), "…'"),
        (f'{{"marks": {"[" * 100_000}}}', ""),
        ('{"marks": [NaN]}', "broken JSON"),
        ('{"x": "' + "y" * LONGEST + '"}', "characters"),
        (marks(*[("a", "Doubt")] * (MOST + 1)), "5,001 marks"),
    ],
)
def test_anything_else_is_invalid_and_says_why(raw, problem):
    parsed = read(PROMPTS["technique.ptc"], PART, raw)
    assert parsed.status == "invalid"
    assert problem in parsed.problem
    assert parsed.quotations == ()
    assert len(parsed.problem) < 500


def units(*given):
    return json.dumps(
        {"units": [{"number": number, "label": label, "reason": "so"} for number, label in given]}
    )


def test_units_are_known_by_their_numbers():
    parsed = read(PROMPTS["loaded_sentence"], SENTENCES, units((3, "neutral"), (1, "LOADED"), (2, "neutral")))
    places = [tuple(pair) for pair in TEXT.sentences.tolist()]
    assert parsed == Parsed(
        "ok",
        units=tuple(
            Labelled(*place, (label,), "so")
            for place, label in zip(places, ("loaded", "neutral", "neutral"), strict=True)
        ),
    )


def test_units_that_were_not_answered_are_told():
    parsed = read(PROMPTS["loaded_sentence"], SENTENCES, units((2, "loaded")))
    assert (parsed.status, parsed.problem) == ("ok", "2 of 3 units were not answered")
    assert len(parsed.units) == 1


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (units((4, "loaded")), "no unit 4; there are 3"),
        (units((0, "loaded")), "no unit 0"),
        (units((10**30, "loaded")), "no unit 1000"),
        (units((1, "loaded"), (1, "neutral")), "unit 1 is answered twice"),
        (units((1, "")), "no label ''"),
        ('{"units": [{"number": 1}]}', "unit 1 has no field of labels"),
        ('{"units": [{"number": 1, "labels": []}]}', "unit 1 has 0 labels; each has 1"),
        ('{"units": [{"number": 1, "labels": ["loaded", "neutral"]}]}', "unit 1 has 2 labels; each has 1"),
        ('{"units": [{"number": 1.5, "label": "loaded"}]}', "Expected `int`"),
    ],
)
def test_wrong_units_are_invalid(raw, problem):
    parsed = read(PROMPTS["loaded_sentence"], SENTENCES, raw)
    assert (parsed.status, parsed.units) == ("invalid", ())
    assert problem in parsed.problem


def test_several_labels_stand_in_their_order_once():
    raw = json.dumps(
        {"units": [{"number": 1, "labels": ["Political", "Morality", "political"], "reason": ""}]}
    )
    assert read(PROMPTS["frame.policy"], SENTENCES, raw).units[0].labels == ("Political", "Morality")
    nothing = json.dumps({"units": [{"number": 1, "labels": [], "reason": ""}]})
    assert read(PROMPTS["frame.policy"], SENTENCES, nothing).units[0].labels == ()


def test_one_label_may_stand_where_several_may_and_no_more_than_the_prompt_allows():
    one = json.dumps({"units": [{"number": 1, "label": "Economic", "reason": ""}]})
    assert read(PROMPTS["frame.policy"], SENTENCES, one).units[0].labels == ("Economic",)
    listed = json.dumps({"units": [{"number": 1, "labels": ["loaded"]}]})
    assert read(PROMPTS["loaded_sentence"], SENTENCES, listed).units[0].labels == ("loaded",)
    four = ["Economic", "Political", "Morality", "Crime_and_Punishment"]
    parsed = read(PROMPTS["frame.policy"], SENTENCES, json.dumps({"units": [{"number": 1, "labels": four}]}))
    assert (parsed.status, parsed.problem) == ("invalid", "unit 1 has 4 labels; each has 0 to 3")


def test_attributions_have_a_number_each():
    raw = json.dumps(
        {
            "attributions": [
                {"source": "He", "cue": "said", "content": "“it” again", "reason": "so"},
                {"source": "She", "cue": "", "content": "it again, too", "reason": ""},
            ]
        }
    )
    found = read(PROMPTS["attribution"], PART, raw).quotations
    assert [(q.label, q.relation, TEXT.text[q.start : q.end]) for q in found] == [
        ("source", 0, "He"),
        ("cue", 0, "said"),
        ("content", 0, "“it” again"),
        ("source", 1, "She"),
        ("content", 1, "it again, too"),
    ]


@given(
    st.text(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["marks", "units", "number", "label", "labels", "quotation", "attributions", "content"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ).map(json.dumps)
)
def test_no_reply_raises(raw):
    for name, part in (
        ("technique.ptc", PART),
        ("loaded_sentence", SENTENCES),
        ("frame.policy", SENTENCES),
        ("attribution", PART),
    ):
        assert read(PROMPTS[name], part, raw).status in ("ok", "invalid")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("I'm sorry, but I can't help with that.", True),
        ("I’m sorry, I cannot assist with this request.", True),
        ("<think>Is this allowed? { }</think>\nI will not analyse this article.", True),
        ("As an AI, I am unable to judge this text.", True),
        ("There is nothing loaded in this passage.", False),
        ("I cannot find anything loaded here.", False),
        ("", False),
        ('I\'m sorry, here it is: {"marks": []}', False),
        ('{"marks": [{"quotation": "I am sorry', False),
        ("The report is long. " * 30 + "I'm sorry.", False),
        ("I'm sorry. " + "Here is a long essay about the article. " * 60, False),
    ],
)
def test_a_refusal_in_words_is_known(raw, expected):
    assert refuses(raw) is expected


def test_units_that_are_left_out_are_counted():
    raw = json.dumps({"units": [{"number": 2, "labels": ["loaded"], "reason": "so"}]})
    parsed = read(PROMPTS["loaded_sentence"], SENTENCES, raw)
    assert (parsed.status, len(parsed.units), parsed.unanswered) == ("ok", 1, len(SENTENCES.units) - 1)
    assert parsed.unanswered > 0
