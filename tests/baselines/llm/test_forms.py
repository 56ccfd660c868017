"""How a request is put, and what is left out of it when a server refuses something."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.llm.exchange import Message, Request, Server
from baselines.llm.forms import OBJECT, PROMPT, SCHEMA, Form, first_form, known_form

SERVER = Server("some-model", temperature=0, max_tokens=50, seed=7)
SHAPE = {"type": "object", "properties": {"b": {"type": "string"}, "a": {"type": "string"}}}
REQUEST = Request((Message("system", "Be brief."), Message("user", "Hello.")), SHAPE, "marks", 2)


def test_the_first_form_asks_for_all() -> None:
    assert Form().body(SERVER, REQUEST) == {
        "model": "some-model",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello."}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "marks", "strict": True, "schema": SHAPE},
        },
        "max_tokens": 50,
        "temperature": 0.0,
        "seed": 9,
    }


def test_what_is_not_asked_for_is_not_sent() -> None:
    body = Form().body(replace(SERVER, temperature=None, seed=None), REQUEST)
    assert {"temperature", "seed"}.isdisjoint(body)


@pytest.mark.parametrize("answer", [OBJECT, PROMPT])
def test_a_schema_that_is_not_enforced_is_told(answer: str) -> None:
    body = Form(answer=answer).body(SERVER, REQUEST)
    system, user = body["messages"]
    assert system["content"].startswith("Be brief.\n\nAnswer with one JSON object")
    assert json.loads(system["content"].rpartition("\n")[2]) == SHAPE
    assert user == {"role": "user", "content": "Hello."}
    assert body.get("response_format") == ({"type": "json_object"} if answer == OBJECT else None)


def test_without_a_system_message_the_last_one_takes_the_schema() -> None:
    body = Form(answer=PROMPT).body(SERVER, Request((Message("user", "One"), Message("user", "Two")), SHAPE))
    assert [message["content"].split("\n")[0] for message in body["messages"]] == ["One", "Two"]
    assert body["messages"][1]["content"].endswith(json.dumps(SHAPE))


@pytest.mark.parametrize(
    ("complaint", "expected"),
    [
        ("Unsupported parameter: 'response_format'", Form(answer=OBJECT)),
        ("json_schema is not supported by this model", Form(answer=OBJECT)),
        ("failed to parse grammar", Form(answer=OBJECT)),
        ("Invalid schema for response_format 'marks': at most 100 properties", Form(answer=OBJECT)),
        ("Unrecognized request argument supplied: seed", Form(seed=False)),
        (
            "Unsupported value: 'temperature' does not support 0.0 with this model. Only the default (1) "
            "value is supported.",
            Form(temperature=False),
        ),
        (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead.",
            Form(limits=("max_completion_tokens",)),
        ),
        (
            "seed and response_format are not supported",
            Form(answer=OBJECT, seed=False),
        ),
    ],
)
def test_what_a_complaint_names_is_left_out(complaint: str, expected: Form) -> None:
    assert Form().without(complaint, SERVER) == expected


@pytest.mark.parametrize(
    "complaint",
    [
        "",
        "something is wrong",
        "'max_tokens' is too large: 50. This model's maximum context length is 40 tokens",
        "temperature must be between 0 and 1",
        "temperature: Input should be less than or equal to 1",
        "the model some-model does not exist",
        "max_completion_tokens is not supported",
        "reseeding and temperatures",
    ],
)
def test_other_complaints_change_nothing(complaint: str) -> None:
    assert Form().without(complaint, SERVER) is None


def test_a_models_name_is_no_parameter() -> None:
    server = replace(SERVER, model="seed-temperature-max_tokens-json_schema")
    assert Form().without(f"model '{server.model}' not found", server) is None


def test_what_is_not_sent_cannot_be_refused() -> None:
    plain = replace(SERVER, temperature=None, seed=None)
    assert Form().without("seed and temperature are not supported", plain) is None
    assert (
        Form(PROMPT, (), False, False).without("response_format seed temperature max_tokens", SERVER) is None
    )


def test_the_steps_end_with_the_prompt_alone() -> None:
    form, steps = Form(), []
    while (less := form.without("response_format max_tokens max_completion_tokens", SERVER)) is not None:
        form = less
        steps.append((form.answer, form.limits))
    assert steps == [(OBJECT, ("max_completion_tokens",)), (PROMPT, ())]
    assert form.dropped(SERVER) == ("max_tokens",)


def test_what_was_dropped_is_told() -> None:
    assert Form().dropped(SERVER) == ()
    assert Form(temperature=False, seed=False).dropped(SERVER) == ("temperature", "seed")
    assert Form(temperature=False, seed=False).dropped(Server("m", temperature=None)) == ()


@given(st.text())
def test_any_complaint_leaves_less_or_nothing(complaint: str) -> None:
    less = Form().without(complaint, SERVER)
    assert less is None or len(less.body(SERVER, REQUEST)) <= len(Form().body(SERVER, REQUEST))


def test_known_hosts_begin_with_what_they_take() -> None:
    assert first_form("https://api.openai.com/v1").limits[0] == "max_completion_tokens"
    assert first_form("https://api.anthropic.com/v1").answer == PROMPT
    assert first_form("http://localhost:1/v1") == Form()
    assert Form().answer == SCHEMA


def test_a_form_that_worked_is_used_again() -> None:
    worked = {("http://localhost:1/v1", "m"): Form(seed=False)}
    assert known_form("http://localhost:1/v1", "m", worked) == Form(seed=False)
    assert known_form("http://localhost:1/v1", "n", worked) == Form()
