"""Spans by a conditional random field; needs the extra `[crf]` to be trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from baselines.spans.chain_tokens import ChainLearner
from baselines.spans.crfsuite import missing_extra
from baselines.spans.detector import SpanDetector
from baselines.spans.learner import Learner


@dataclass
class CrfDetector(SpanDetector):
    """Marks tokens by the marginals of a conditional random field, and makes spans of them by thresholds.

    All else is as in `baselines.token_linear`. A trained model predicts without python-crfsuite.

    Parameters
    ----------
    seed
        Of folds and solvers.

    Raises
    ------
    ValueError
        Where the seed is not between 0 and 2³² − 1.
    """

    name: ClassVar[str] = "crf"

    @property
    def missing_extra(self) -> str | None:
        """The extra that has to be installed before it can be trained, or None."""
        return missing_extra()

    def learners(self) -> tuple[Learner, ...]:
        """Return the one learner."""
        return (ChainLearner(),)
