"""A language model as a detector: asked part by part, by a prompt a layer, its quotations placed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from baselines.llm.asking import Asker, Server, missing_extra
from baselines.llm.endpoint import check_variable, resolve
from baselines.llm.families import family_of
from baselines.llm.prices import read_price
from baselines.llm.prompt_file import Prompt, load_prompt, shipped_prompts
from benchmark.answers import Stop, Subject
from benchmark.model import Document, Prediction

if TYPE_CHECKING:
    from baselines.llm.asked import Asked

_SHOWN = 5
"""Labels that a message names."""


@dataclass
class LlmDetector:
    """Asks a language model, by a prompt for each layer, and places its quotations in the text.

    Parameters
    ----------
    model
        The model's name, as the server knows it.
    base_url
        The server's address up to `/chat/completions`; None for `OPENAI_BASE_URL`, or else OpenAI.
    temperature
        0 for answers that vary as little as the server can.
    samples
        How often each question is asked; several need a temperature.
    shots
        How many annotated passages the model is shown.
    examples
        The dataset that these are from, "DATASET" or "DATASET:SPLIT"; "" for a shipped one.
    prompt
        A prompt file in the place of the shipped ones; it then predicts that layer alone.
    family
        The family that the model belongs to; "" to tell it by the model's name.
    part
        Characters of a part of a long article.
    max_tokens
        The longest answer, in tokens.
    timeout
        Seconds for one attempt.
    concurrency
        How many requests are under way at once.
    retries
        How often a request is sent again.
    max_seconds, max_cost
        Budgets of a run: of time, and of cost by the price file.
    prices
        Price file.
    key_env
        The environment variable that holds the key, where it is not the usual one of the server.
    store
        Folder of the kept answers; None for the user's own.
    seed
        Sent with each request; also of the choice of examples.

    Attributes
    ----------
    progress
        Called with short texts on what is being done; None for silence.
    fresh
        Whether everything is asked anew.

    Raises
    ------
    ValueError
        Where a value is out of range, or a file cannot be read.
    Stop
        Where `base_url` is no address, or `key_env` no name of a variable.
    """

    name: ClassVar[str] = "llm"
    principal: ClassVar[str] = "model"
    shared: ClassVar[bool] = True
    unshown: ClassVar[frozenset[str]] = frozenset(
        {"store", "concurrency", "retries", "timeout", "max_seconds", "max_cost", "prices", "key_env"}
    )
    model: str
    base_url: str | None = None
    temperature: float = 0.0
    samples: int = 1
    shots: int = 0
    examples: str = ""
    prompt: Path | None = None
    family: str = ""
    part: int = 6000
    max_tokens: int = 8192
    timeout: float = 120.0
    concurrency: int = 4
    retries: int = 6
    max_seconds: float | None = None
    max_cost: float | None = None
    prices: Path | None = None
    key_env: str | None = None
    store: Path | None = None
    seed: int = 0
    progress: Callable[[str], None] | None = field(init=False, repr=False, compare=False, default=None)
    fresh: bool = field(init=False, repr=False, compare=False, default=False)

    def __post_init__(self) -> None:
        if not 1 <= self.samples <= 1000:
            raise ValueError(f"samples={self.samples}: must lie between 1 and 1000")
        if self.samples > 1 and not self.temperature:
            raise ValueError("samples of temperature 0 are all alike; give a temperature too, such as 1")
        if not 0 <= self.shots <= 100:
            raise ValueError(f"shots={self.shots}: must lie between 0 and 100")
        if self.examples and not self.shots:
            raise ValueError(
                f"examples={self.examples} without shots shows none; give shots too, such as shots=3"
            )
        if self.part < 200:
            raise ValueError(f"part={self.part}: a part has 200 characters or more")
        # What is wrong is told now, not when the first document is asked about.
        self.server  # noqa: B018
        self.prompts  # noqa: B018
        try:
            resolve(self.base_url)
            check_variable(self.key_env)
        except ValueError as error:  # one of them may be a secret in the wrong place
            raise Stop(str(error)) from None
        if self.prices is not None:
            read_price(self.prices, self.model)

    @cached_property
    def server(self) -> Server:
        """What is asked, and how."""
        return Server(
            model=self.model,
            base_url=self.base_url,
            temperature=self.temperature,
            max_tokens=self.max_tokens,
            timeout=self.timeout,
            concurrency=self.concurrency,
            retries=self.retries,
            key_env=self.key_env,
            seconds=self.max_seconds,
            cost=self.max_cost,
            prices=self.prices,
            store=self.store,
            seed=self.seed,
        )

    @cached_property
    def prompts(self) -> tuple[Prompt, ...]:
        """The prompts that it asks by."""
        return shipped_prompts() if self.prompt is None else (load_prompt(self.prompt),)

    @property
    def layers(self) -> frozenset[str]:
        """The layers that it has prompts for."""
        return frozenset(prompt.layer for prompt in self.prompts)

    @staticmethod
    def shipped_layers() -> frozenset[str]:
        """Return the layers that prompts are shipped for."""
        return frozenset(prompt.layer for prompt in shipped_prompts())

    @property
    def missing_extra(self) -> str | None:
        """The extra that has to be installed before anything can be asked; None where nothing is missing."""
        return missing_extra()

    def prompt_for(self, subject: Subject) -> Prompt | None:
        """Return the prompt for a subject, of several the one with the fewest labels, or None.

        A prompt has to define all labels that count and, of units, no others.
        """
        wanted = set(subject.labels)
        fitting = [
            prompt
            for prompt in self.prompts
            if prompt.layer == subject.layer
            and subject.kind in ("", prompt.kind)
            and wanted <= set(prompt.labels)
            and (prompt.kind != "units" or not wanted or wanted == set(prompt.labels))
        ]
        return min(fitting, key=lambda prompt: len(prompt.labels), default=None)

    def lacks(self, subject: Subject) -> str:
        """Return why no prompt fits a subject; "" where one does, or none is of its layer."""
        own = [prompt for prompt in self.prompts if prompt.layer == subject.layer]
        if not own or self.prompt_for(subject) is not None:
            return ""
        wanted = set(subject.labels)
        prompt = max(own, key=lambda prompt: len(wanted & set(prompt.labels)))
        if subject.kind not in ("", prompt.kind):
            return f"its prompt {prompt.name} asks for {prompt.kind}, not for {subject.kind}"
        missing = [label for label in subject.labels if label not in prompt.labels]
        if missing:
            known = len(wanted) - len(missing)
            return (
                f"its prompt {prompt.name} defines {known} of {len(wanted)} labels, without {_some(missing)}"
            )
        more = [label for label in prompt.labels if label not in wanted]
        return f"its prompt {prompt.name} has labels that are not asked for: {_some(more)}"

    def labels_for(self, subject: Subject) -> frozenset[str] | None:
        """Return the labels that it gives where it is asked for a subject; None where it has no prompt."""
        found = self.prompt_for(subject)
        return None if found is None else frozenset(found.labels)

    def chosen(self, subject: Subject) -> Asked:
        """Return the detector of a subject.

        Raises
        ------
        ValueError
            Where there is no prompt for it.
        """
        prompt = self.prompt_for(subject)
        if prompt is None:
            raise ValueError(
                f"detector 'llm' has no prompt for layer '{subject.layer}' with the labels "
                f"{', '.join(subject.labels)}; give one with --prompt FILE"
            )
        return self._asked(prompt, subject.unit)

    def _asked(self, prompt: Prompt, unit: str) -> Asked:
        from baselines.llm.asked import Asked  # with the libraries of the extra

        family = self.family or family_of(self.model, prompt)
        return Asked(
            self, prompt, (unit or prompt.unit or "paragraph") if prompt.kind == "units" else "", family
        )

    @cached_property
    def asker(self) -> Asker:
        """Asks the server; one for all layers, so that budgets are of a run."""
        return Asker(self.server, fresh=self.fresh, progress=self._tell)

    def _tell(self, what: str) -> None:
        if self.progress is not None:
            self.progress(what)

    def predict(self, documents: list[Document], layer: str) -> list[Prediction | Exception]:
        """Return what the model marks in a layer, by the first prompt for it.

        Raises
        ------
        ValueError
            For a layer without a prompt.
        """
        prompt = next((prompt for prompt in self.prompts if prompt.layer == layer), None)
        if prompt is None:
            known = ", ".join(sorted(self.layers))
            raise ValueError(f"detector 'llm' has no prompt for layer '{layer}', only for {known}")
        return self._asked(prompt, "").predict(documents, layer)


def _some(labels: Sequence[str]) -> str:
    """Return the first of some labels."""
    more = f" and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else ""
    return ", ".join(labels[:_SHOWN]) + more
