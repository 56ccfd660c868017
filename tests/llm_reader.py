"""What a model would answer, told from the question: for servers of the tests.

It marks what it is told to, by the first label of the prompt, and labels every unit with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

Messages = list[dict[str, Any]]
NUMBER = re.compile(r"^\[[0-9a-f]+:(\d+)\] (.*)$", re.MULTILINE)


def article(messages: Messages) -> str:
    """The part of the article that is asked about."""
    found = re.search(r"<article (\w+)>\n(.*)\n</article \1>", messages[-1]["content"], re.DOTALL)
    assert found is not None
    return found[2]


def labels(messages: Messages) -> list[str]:
    """The labels that are offered."""
    between = messages[0]["content"].partition("Labels:\n")[2].partition("\n\nRules:")[0]
    return re.findall(r"^- (.+?): ", between, re.MULTILINE)


def marking(words: Sequence[str] = (), label: str = "") -> Callable[[Messages], str]:
    """Return an answer that quotes words, each as often as it stands there, and one that is not there."""

    def answer(messages: Messages) -> str:
        system, text = messages[0]["content"], article(messages)
        chosen = label or labels(messages)[0]
        if '"units"' in system:
            key = {"label": chosen} if '"label": "' in system else {"labels": [chosen]}
            units = [{"number": int(n), **key, "reason": "so"} for n, _ in NUMBER.findall(text)]
            return json.dumps({"units": units})
        if '"attributions"' in system:
            said = {"source": "officials", "cue": "said", "content": text[:40], "reason": "so"}
            return json.dumps({"attributions": [said]})
        marks = [
            {"quotation": found[0], "label": chosen, "reason": f"{word} is charged"}
            for word in words
            for found in re.finditer(rf"\b{word}\b", text, re.IGNORECASE)
        ]
        marks.append({"quotation": "words that nobody wrote here", "label": chosen, "reason": "?"})
        return json.dumps({"marks": marks})

    return answer
