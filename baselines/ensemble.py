"""The mean of the token probabilities of several detectors of spans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Self

from baselines.spans.chain_tokens import ChainLearner
from baselines.spans.crfsuite import missing_extra
from baselines.spans.detector import SpanDetector
from baselines.spans.learner import Learner
from baselines.spans.linear_tokens import LinearLearner
from baselines.spans.stored import Header

MEMBERS: Mapping[str, type[LinearLearner] | type[ChainLearner]] = MappingProxyType(
    {LinearLearner.name: LinearLearner, ChainLearner.name: ChainLearner}
)
"""What can be a member, by name."""


@dataclass
class EnsembleDetector(SpanDetector):
    """Averages the calibrated token probabilities of its members, and makes spans of them by thresholds.

    The thresholds are those of the mean, found on out-of-fold probabilities, which the members' calibration
    needs anyway.

    Parameters
    ----------
    seed
        Of folds and solvers.
    members
        Names of detectors, separated by "+": token-linear and crf, which needs the extra `[crf]` to be
        trained.

    Raises
    ------
    ValueError
        Where the seed is not between 0 and 2³² − 1, or a member is unknown or named twice.
    """

    name: ClassVar[str] = "ensemble"
    members: str = "token-linear+crf"

    def __post_init__(self) -> None:
        super().__post_init__()
        names = self.members.split("+")
        for name in names:
            if name not in MEMBERS:
                raise ValueError(f"members: unknown member '{name}'; known: {', '.join(MEMBERS)}")
        if len(set(names)) < len(names):
            raise ValueError(f"members: one stands twice in '{self.members}'")

    @property
    def missing_extra(self) -> str | None:
        """The extra that has to be installed before it can be trained, or None."""
        return missing_extra() if ChainLearner.name in self.members.split("+") else None

    def learners(self) -> tuple[Learner, ...]:
        """Return the members' learners."""
        return tuple(MEMBERS[name]() for name in self.members.split("+"))

    @classmethod
    def restored(cls, header: Header) -> Self:
        """Return an ensemble of the members that were stored."""
        return cls(seed=header.seed, members="+".join(header.members))
