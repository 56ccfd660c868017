"""How a model is fine-tuned, as values that are checked; nothing here imports torch."""

from __future__ import annotations

from dataclasses import dataclass

BATCH = 16
"""Windows of a step of the training, where the user does not say."""


@dataclass(frozen=True)
class Recipe:
    """How a model is fine-tuned.

    Parameters
    ----------
    epochs
        Most passes over the training documents.
    learning_rate
        The greatest, which is reached after the warm-up and falls to 0 from there on.
    batch
        Windows a step; None for 16.
    warmup
        Share of the steps in which the learning rate rises.
    weight_decay
        Of AdamW.
    held_out
        Share of the training documents that are held out to see when to stop.
    patience
        After so many passes without a lower loss on what was held out the training stops.
    window, stride
        How texts are cut; None for what the model takes.
    device
        auto, cpu, cuda or mps.
    seed
        Of what is held out, of the new weights, of the order and of the dropout.

    Raises
    ------
    ValueError
        Where a number is out of its range.
    """

    epochs: int
    learning_rate: float
    batch: int | None
    warmup: float
    weight_decay: float
    held_out: float
    patience: int
    window: int | None
    stride: int | None
    device: str
    seed: int

    def __post_init__(self) -> None:
        least = {"window": 1, "stride": 0, "batch": 1, "epochs": 1, "patience": 1, "weight_decay": 0}
        for name, number in least.items():
            value = getattr(self, name)
            if value is not None and not value >= number:
                raise ValueError(f"{name} {value}: must be at least {number}")
        if not 0 < self.learning_rate < 1:
            raise ValueError(f"learning_rate {self.learning_rate}: must be above 0 and below 1")
        for name in ("warmup", "held_out"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} {getattr(self, name)}: must be a share, from 0 to below 1")
        if not 0 <= self.seed < 1 << 32:
            raise ValueError(f"seed {self.seed}: must be between 0 and 2³² − 1")
