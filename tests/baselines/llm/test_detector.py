"""A language model as a detector, against a server that answers as it is told to."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from llm_reader import article, marking
from llm_server import LlmServer, error, refusal, says

from baselines.llm.asked import NoAnswer
from baselines.llm.detector import LlmDetector
from benchmark import data
from benchmark.answers import Stop
from benchmark.detectors import build
from benchmark.errors import UsageError
from benchmark.identity import files_of_detector
from benchmark.model import Annotation, Span
from benchmark.segmentation import segment
from benchmark.spec import Spec
from benchmark.subject import Subject, gives, knows, layer_labels, must_fit, subjects
from benchmark.tasks import tasks_of
from benchmark.usage import usage_of

FIRST = segment("first", "A headline.\nThe infamous plan was bad.\nThe infamous plan again.")
SECOND = segment("second", "Nothing here but a good word.")
EMPTY = segment("empty", "\n")
TECHNIQUES = layer_labels(data.load("fictional_news"), "technique")
MARKS = Subject("technique", "spans", TECHNIQUES)
SENTENCES = Subject("loaded_sentence", "units", ("loaded", "neutral"), "sentence")


@pytest.fixture
def server(clean):
    with LlmServer(answer=marking(["infamous", "bad"], "Loaded_Language")) as running:
        yield running


@pytest.fixture
def make(server, tmp_path):
    def detector(**more):
        values = {"model": "gpt-4-x", "base_url": server.url, "store": tmp_path / "answers", "retries": 0}
        return LlmDetector(**{**values, **more})

    return detector


def found(prediction):
    return sorted((span.start, span.end, span.label, span.score) for span in prediction.spans)


def test_quotations_become_spans(make, server):
    asked = make().chosen(MARKS)
    documents = [FIRST, SECOND, EMPTY]
    predictions = asked.predict(documents, "technique")
    assert [prediction.document for prediction in predictions] == ["first", "second", "empty"]
    assert found(predictions[0]) == [
        (16, 24, "Loaded_Language", None),
        (34, 37, "Loaded_Language", None),
        (43, 51, "Loaded_Language", None),
    ]
    assert predictions[1].spans == predictions[2].spans == ()
    assert len(server.requests) == 2  # a text without words is not asked about
    account = asked.account(documents, "technique")
    assert [(answer.document, answer.status) for answer in account.answers] == [
        ("first", "ok"),
        ("second", "ok"),
    ]
    first = account.answers[0]
    assert [q.how for q in first.quotations] == ["exact", "exact", "exact", "unplaced"]
    assert first.quotations[0].reason == "infamous is charged"
    assert json.loads(first.raw)["marks"]
    assert first.model == "gpt-4-x-2026"
    assert first.input_tokens > 100
    assert account.family == "gpt"
    assert account.samples == ()
    assert account.facts["server"] == server.url
    assert account.facts["prompt"].startswith("technique.ptc, version 1, SHA-256 ")
    assert account.facts["answers"] == "json_schema"
    assert server.requests[0]["response_format"]["json_schema"]["name"] == "technique_answer"


def test_long_articles_are_asked_about_in_parts(make, server):
    document = segment(
        "long", "\n".join(f"The infamous line number {n} goes on for a while." for n in range(20))
    )
    asked = make(part=300).chosen(MARKS)
    (prediction,) = asked.predict([document], "technique")
    assert len(prediction.spans) == 20
    assert len(server.requests) > 3
    answers = asked.account([document], "technique").answers
    assert [answer.part for answer in answers] == list(range(len(answers)))


def test_units_are_labelled(make, server):
    asked = make().chosen(SENTENCES)
    server.answer = marking(label="loaded")
    (prediction,) = asked.predict([FIRST], "loaded_sentence")
    assert [(u.start, u.end) for u in prediction.units] == [tuple(p) for p in FIRST.sentences.tolist()]
    assert {unit.labels for unit in prediction.units} == {("loaded",)}
    (answer,) = asked.account([FIRST], "loaded_sentence").answers
    assert answer.units[0].reason == "so"


def test_attributions_are_numbered_within_a_document(make, server):
    lines = "\n".join(f"Words of officials in line {n} that they said then." for n in range(8))
    document = segment("d", lines)
    asked = make(part=200).chosen(Subject("attribution", "relations", ("source", "cue", "content")))
    (prediction,) = asked.predict([document], "attribution")
    parts = len(asked.account([document], "attribution").answers)
    assert parts > 1
    assert {span.relation for span in prediction.spans} == set(range(parts))


def test_attributions_of_two_parts_are_never_one(make, server):
    lines = "\n".join(
        f"Mayor Lind said {n} that roads close, and Doctor Ode {n} added it rains." for n in range(6)
    )
    document = segment("d", lines)

    def two(messages):
        text = messages[-1]["content"].rpartition("<article")[2]
        rows = [
            {"source": who, "cue": cue, "content": "", "reason": "so"}
            for who, cue in (("Mayor Lind", "said"), ("Doctor Ode", "added"))
            if who in text
        ]
        return json.dumps({"attributions": rows})

    server.answer = two
    asked = make(part=200).chosen(Subject("attribution", "relations", ("source", "cue", "content")))
    (prediction,) = asked.predict([document], "attribution")
    parts = len(asked.account([document], "attribution").answers)
    assert parts > 1
    by_number = {}
    for span in prediction.spans:
        by_number.setdefault(span.relation, []).append(document.text[span.start : span.end])
    assert sorted(by_number) == list(range(2 * parts))
    assert sorted(map(sorted, by_number.values())) == sorted(
        [["Mayor Lind", "said"], ["Doctor Ode", "added"]] * parts
    )


def test_units_that_are_left_out_are_counted(make, server):
    asked = make().chosen(SENTENCES)
    server.answer = lambda messages: '{"units": []}'
    (prediction,) = asked.predict([FIRST], "loaded_sentence")
    assert prediction.units == ()
    usage = usage_of(asked.account([FIRST], "loaded_sentence"), {})
    assert (usage.units, usage.unanswered) == (len(FIRST.sentences), len(FIRST.sentences))


@pytest.mark.parametrize(
    ("step", "status", "problem"),
    [
        (says("I would rather not."), "invalid", "no JSON object"),
        (says('{"marks": [{"quotation": "bad", "label": "Lies"}]}'), "invalid", "no label 'Lies'"),
        (says("I'm sorry, but I can't help with that."), "refused", "the model refuses in words"),
        (refusal("I will not annotate this."), "refused", "I will not annotate this."),
        (says("{", finish="length"), "invalid", "the answer was cut off; max_tokens=8192 allows no more"),
        (says("", finish="content_filter"), "refused", "a filter of the server's ended the answer"),
    ],
)
def test_an_answer_that_says_nothing_is_counted_and_marks_nothing(make, server, step, status, problem):
    server.next(step)
    asked = make().chosen(MARKS)
    (prediction,) = asked.predict([FIRST], "technique")
    assert prediction.spans == ()
    (answer,) = asked.account([FIRST], "technique").answers
    assert answer.status == status
    assert problem in answer.problem


def test_a_request_that_fails_costs_its_document(make, server):
    server.next(error(422, "this text is too strange"))
    asked = make(concurrency=1).chosen(MARKS)
    first, second = asked.predict([FIRST, SECOND], "technique")
    assert isinstance(first, NoAnswer)
    assert "this text is too strange" in str(first)
    assert second.document == "second"
    answers = asked.account([FIRST, SECOND], "technique").answers
    assert [answer.status for answer in answers] == ["failed", "ok"]


def test_no_server_ends_everything(make):
    with pytest.raises(Stop):
        make(base_url="http://127.0.0.1:9/v1").chosen(MARKS).predict([FIRST], "technique")


def test_samples_are_voted_and_told_apart(make, server):
    answers = iter([["infamous"], ["infamous", "bad"], ["infamous"]])
    server.answer = lambda messages: marking(next(answers), "Doubt")(messages)
    asked = make(samples=3, temperature=1.0, concurrency=1).chosen(MARKS)
    (prediction,) = asked.predict([FIRST], "technique")
    assert found(prediction) == [(16, 24, "Doubt", 1.0), (43, 51, "Doubt", 1.0)]
    account = asked.account([FIRST], "technique")
    assert [answer.sample for answer in account.answers] == [0, 1, 2]
    assert [len(sample[0].spans) for sample in account.samples] == [2, 3, 2]
    assert len({body.get("seed") for body in server.requests}) == 3


def test_a_document_that_failed_is_empty_in_every_sample(make, server):
    server.next(says('{"marks": [{"quotation": "bad", "label": "Doubt"}]}'), error(422, "strange"))
    asked = make(samples=2, temperature=1.0, concurrency=1).chosen(MARKS)
    (failed,) = asked.predict([FIRST], "technique")
    assert isinstance(failed, NoAnswer)
    assert [sample[0].spans for sample in asked.account([FIRST], "technique").samples] == [(), ()]


def test_answers_of_two_currencies_are_not_added_up(make, tmp_path):
    for name in ("USD", "EUR"):
        (tmp_path / f"{name}.toml").write_text(f'currency = "{name}"\n[models."*"]\ninput = 1\noutput = 1\n')
    make(prices=tmp_path / "USD.toml").chosen(MARKS).predict([FIRST], "technique")
    make(prices=tmp_path / "EUR.toml").chosen(MARKS).predict([SECOND], "technique")
    asked = make().chosen(MARKS)
    asked.predict([FIRST, SECOND], "technique")
    account = asked.account([FIRST, SECOND], "technique")
    assert account.currency == ""
    assert [answer.cost for answer in account.answers] == [None, None]


def test_examples_are_shown_before_the_question(make, server):
    gold = [
        Annotation(segment(f"e{n}", f"Example {n} is vile."), "technique", (Span(13, 17, "Loaded_Language"),))
        for n in range(5)
    ]
    asked = make(shots=2).chosen(MARKS)
    shown = asked.show(gold, "technique")
    assert len(shown) == 2
    asked.predict([FIRST], "technique")
    messages = server.requests[0]["messages"]
    assert [message["role"] for message in messages] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
        "user",
    ]
    assert article(messages[:2]).startswith("Example ")
    assert json.loads(messages[2]["content"])["marks"][0]["quotation"] == "vile"
    assert asked.account([FIRST], "technique").facts["examples"] == ", ".join(shown)


def test_what_was_answered_is_not_asked_again_unless_fresh(make, server):
    first = make().chosen(MARKS)
    before = first.predict([FIRST], "technique")
    again = make().chosen(MARKS)
    assert again.predict([FIRST], "technique") == before
    assert len(server.requests) == 1
    assert again.account([FIRST], "technique").answers[0].cached
    anew = make()
    anew.fresh = True
    anew.chosen(MARKS).predict([FIRST], "technique")
    assert len(server.requests) == 2


def test_it_does_every_task_of_the_shipped_data_that_it_has_a_prompt_for(make):
    detector = make()
    for name in data.SHIPPED:
        dataset = data.load(name)
        for task in tasks_of(dataset):
            subject = next(subjects(task, dataset))
            can = task.name != "technique_given_span"
            assert (knows(detector, subject) and gives(detector, subject)) == can
            if can:
                assert not must_fit(detector, subject)
                assert set(task.labels) <= set(detector.chosen(subject).prompt.labels)


@pytest.mark.parametrize(
    ("subject", "prompt"),
    [
        (Subject("bias", "units", ("Biased", "Non-biased"), "sentence"), "bias.babe"),
        (Subject("bias", "spans", ("lexical",)), "bias.basil"),
        (Subject("technique", "spans", ("Smears", "Doubt")), "technique.semeval2021"),
        (Subject("technique", "", ()), "technique.ptc"),
        (Subject("frame", "units", ("Economic", "Morality"), "document"), None),
        (Subject("technique", "units", TECHNIQUES, "sentence"), None),
        (Subject("portrayal", "entities", ()), None),
    ],
)
def test_a_prompt_is_one_of_the_layer_the_kind_and_the_labels(make, subject, prompt):
    detector = make()
    chosen = detector.prompt_for(subject)
    assert (chosen and chosen.name) == prompt
    assert (detector.labels_for(subject) is not None) == bool(prompt)
    if not prompt:
        with pytest.raises(ValueError, match="has no prompt for layer .* give one with --prompt FILE"):
            detector.chosen(subject)


PROMPT = """
version = 7
layer = "technique"
kind = "spans"
title = "mine"
task = "Find the doubts."
[labels]
Doubt = "A doubt."
[families]
house = ["^our-"]
"""


def test_a_prompt_of_ones_own_is_used_and_recorded(make, server, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(PROMPT)
    detector = make(model="our-large", prompt=path)
    assert detector.layers == {"technique"}
    asked = detector.chosen(Subject("technique", "spans", ("Doubt",)))
    server.answer = marking(["bad"])
    (prediction,) = asked.predict([FIRST], "technique")
    assert [span.label for span in prediction.spans] == ["Doubt"]
    account = asked.account([FIRST], "technique")
    assert account.family == "house"
    assert account.facts["prompt"].startswith("mine, version 7, SHA-256 ")
    assert "Find the doubts." in server.requests[0]["messages"][0]["content"]
    spec = Spec("llm", (("prompt", str(path)),), "our-large")
    assert list(files_of_detector(spec)) == ["prompt"]
    assert detector.labels_for(Subject("technique", "spans", ("Slogans",))) is None


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("samples=3", "samples of temperature 0 are all alike"),
        ("samples=0", "samples=0: must lie between 1 and 1000"),
        ("shots=-1", "shots=-1: must lie between 0 and 100"),
        ("examples=turkey_drones", "examples=turkey_drones without shots shows none"),
        ("part=10", "part=10: a part has 200 characters or more"),
        ("temperature=9", "temperature must lie between 0 and 2"),
        ("max_cost=1", "a budget of cost needs a price file"),
        ("prompt=none.toml", "none.toml: cannot be read"),
        ("temprature=0", "did you mean 'temperature'"),
        ("base_url=localhost:8000/v1", "base_url must be like https://host/v1"),
        ("prices=none.toml", "none.toml: cannot be read"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_asked(more, message):
    with pytest.raises(UsageError, match=message):
        build(Spec.parse(f"llm:m,{more}"), 0)


@pytest.mark.parametrize("place", ["key_env=sk-hidden", "base_url=https://u:sk-hidden@host/v1"])
def test_a_secret_in_the_wrong_place_is_not_shown(place):
    with pytest.raises(UsageError, match=place.partition("=")[0]) as told:
        build(Spec.parse(f"llm:m,{place}"), 0)
    assert "sk-hidden" not in str(told.value)


def test_a_model_has_to_be_named():
    with pytest.raises(UsageError, match="model"):
        build(Spec("llm"), 0)


def test_without_a_subject_a_layer_is_read_by_its_first_prompt(make, server):
    (prediction,) = make().predict([FIRST], "technique")
    assert len(prediction.spans) == 3
    with pytest.raises(
        ValueError, match="detector 'llm' has no prompt for layer 'nothing', only for attribution"
    ):
        make().predict([FIRST], "nothing")


def test_progress_is_told(make):
    detector, said = make(), []
    asked = detector.chosen(MARKS)
    asked.progress = said.append
    asked.predict([FIRST, SECOND], "technique")
    assert said[-1] == "2 of 2 answers"
    assert asked.progress is not None
    assert not asked.fresh


def test_no_key_stands_in_what_is_kept(make, tmp_path, monkeypatch, server):
    secret = "sk-very-secret-0123456789abcdef"
    monkeypatch.setenv("MY_KEY", secret)
    server.key = secret
    asked = make(key_env="MY_KEY").chosen(MARKS)
    asked.predict([FIRST], "technique")
    assert server.headers[0]["authorization"] == f"Bearer {secret}"
    assert secret not in repr(asked) + repr(asked.account([FIRST], "technique"))
    kept = [Path(folder, name) for folder, _, names in os.walk(tmp_path) for name in names]
    assert kept
    assert not [path for path in kept if secret.encode() in path.read_bytes()]
