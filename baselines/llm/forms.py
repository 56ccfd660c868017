"""How a request is put for a server: with a schema or without, and without the parameters that it refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from baselines.llm.endpoint import is_host
from baselines.llm.exchange import Message, Request, Server

SCHEMA, OBJECT, PROMPT = "json_schema", "json_object", "prompt"
"""The schema as one that the server enforces, as words with JSON enforced, as words alone."""
MAX_TOKENS, MAX_COMPLETION = "max_tokens", "max_completion_tokens"
REFUSING = frozenset({400, 404, 422, 500, 501})
"""The status codes with which servers refuse a parameter; some break down over one that they do not know."""
_INSTRUCTION = (
    "Answer with one JSON object and nothing else: no Markdown, no text before or after it. "
    "It must match this JSON schema:"
)
_FORMAT = re.compile(
    r"response[_ ]?(format|schema)|json[_ ](schema|object|mode)|structured[_ ]outputs?|\bgrammar\b|\bguided|"
    r"additionalProperties",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"too (large|long|high|many|big|small|low)|at (most|least)|maximum|exceed|less than|greater than|"
    r"between|\brange\b",
    re.IGNORECASE,
)
"""A complaint about a parameter's value: the user has to know of it, so that nothing is dropped."""


@dataclass(frozen=True)
class Form:
    """What of a request is sent.

    Parameters
    ----------
    answer
        json_schema, json_object or prompt.
    limits
        Names for the longest answer that were not refused; the first one is used.
    temperature, seed
        Whether they are sent.
    """

    answer: str = SCHEMA
    limits: tuple[str, ...] = (MAX_TOKENS, MAX_COMPLETION)
    temperature: bool = True
    seed: bool = True

    def body(self, server: Server, request: Request) -> dict[str, object]:
        """Return the request as the protocol has it."""
        body: dict[str, object] = {"model": server.model, "messages": self._messages(request)}
        if self.answer == SCHEMA:
            shape = {"name": request.name, "strict": True, "schema": dict(request.schema)}
            body["response_format"] = {"type": SCHEMA, "json_schema": shape}
        elif self.answer == OBJECT:
            body["response_format"] = {"type": OBJECT}
        if self.limits:
            body[self.limits[0]] = server.max_tokens
        if self.temperature and server.temperature is not None:
            body["temperature"] = float(server.temperature)
        if self.seed and server.seed is not None:
            body["seed"] = server.seed + request.sample
        return body

    def without(self, complaint: str, server: Server) -> Form | None:
        """Return the form without what a complaint names; None where it names nothing that is sent.

        Parameters
        ----------
        complaint
            The server's words.
        server
            What is asked for, since only what is sent can be refused.
        """
        # A model may be called seed-something.
        complaint = _word(server.model).sub("", complaint)
        changed = self
        if self.answer != PROMPT and _FORMAT.search(complaint):
            changed = replace(changed, answer=OBJECT if self.answer == SCHEMA else PROMPT)
        if self.seed and server.seed is not None and _names(complaint, "seed"):
            changed = replace(changed, seed=False)
        if not _VALUE.search(complaint):
            if self.temperature and server.temperature is not None and _names(complaint, "temperature"):
                changed = replace(changed, temperature=False)
            if self.limits and _names(complaint, self.limits[0]):
                changed = replace(changed, limits=self.limits[1:])
        return None if changed == self else changed

    def dropped(self, server: Server) -> tuple[str, ...]:
        """Return the names of the parameters that were asked for and are not sent."""
        limit = () if self.limits else (MAX_TOKENS,)
        warm = ("temperature",) if server.temperature is not None and not self.temperature else ()
        seed = ("seed",) if server.seed is not None and not self.seed else ()
        return (*limit, *warm, *seed)

    def _messages(self, request: Request) -> list[dict[str, str]]:
        messages = [{"role": message.role, "content": message.content} for message in request.messages]
        if self.answer != SCHEMA:
            told = messages[_told_in(request.messages)]
            schema = json.dumps(dict(request.schema), ensure_ascii=False)
            told["content"] = f"{told['content']}\n\n{_INSTRUCTION}\n{schema}"
        return messages


def first_form(url: str) -> Form:
    """Return the form that an address is asked in first."""
    if is_host(url, "openai.com"):
        return Form(limits=(MAX_COMPLETION, MAX_TOKENS))
    if is_host(url, "anthropic.com"):
        # Its compatible endpoint takes `response_format` and does nothing with it.
        return Form(answer=PROMPT)
    return Form()


Forms = dict[tuple[str, str], Form]
"""By address and model, the form that worked."""
WORKED: Forms = {}
"""Of this process."""


def known_form(url: str, model: str, worked: Mapping[tuple[str, str], Form]) -> Form:
    """Return the form that worked before, or the one to begin with."""
    return worked.get((url, model)) or first_form(url)


def _names(complaint: str, parameter: str) -> bool:
    return _word(parameter).search(complaint) is not None


def _word(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(text)}(?![\w-])", re.IGNORECASE)


def _told_in(messages: tuple[Message, ...]) -> int:
    """Return the place of the message that takes the schema: the first of the system, else the last one."""
    systems = [place for place, message in enumerate(messages) if message.role == "system"]
    return systems[0] if systems else len(messages) - 1
