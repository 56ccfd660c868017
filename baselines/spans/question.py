"""One binary question of a layer answered: models of tokens, calibrated, averaged and made spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baselines.features import Ids
from baselines.spans.calibration import Calibration, in_context
from baselines.spans.decoding import Decoding, tune
from baselines.spans.learner import Learner, Progress, TokenModel, learned
from baselines.spans.lesson import Lesson
from baselines.spans.texts import Flags, Ints

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """Whether a token is in a span.

    Parameters
    ----------
    models
        Its models, at least one, each with its calibration.
    decoding
        How spans are made from the mean of their probabilities.
    """

    models: tuple[tuple[TokenModel, Calibration], ...]
    decoding: Decoding

    def answer(self, ids: Ids, starts: Flags) -> tuple[Ints, Floats]:
        """Return the spans of a document as runs of tokens, and the mean probability of each.

        Parameters
        ----------
        ids
            Numbers of the features of its tokens: shape (tokens, features).
        starts
            Which tokens begin a sentence: shape (tokens,).
        """
        document = np.zeros(len(ids), dtype=np.int64)
        chances = np.mean(
            [
                calibration.chances(in_context(model.log_odds(ids, starts), starts, document))
                for model, calibration in self.models
            ],
            axis=0,
        )
        runs = self.decoding.runs(chances, document)
        sums = np.append(0, np.cumsum(chances))
        return runs, (sums[runs[:, 1]] - sums[runs[:, 0]]) / (runs[:, 1] - runs[:, 0])


def learn_question(learners: Sequence[Learner], lesson: Lesson, seed: int, progress: Progress) -> Question:
    """Learn the models of a lesson, calibrate them out of fold and tune the decoding on the mean.

    Where all documents belong together there are no folds: log odds stay as they are, and the thresholds are
    one half.
    """
    models, chances = [], []
    for learner in learners:
        found = learned(learner, lesson, seed, progress)
        calibration = Calibration()
        if found.log_odds is not None:
            context = in_context(found.log_odds, lesson.texts.starts, lesson.texts.document)
            calibration = Calibration.of(context, lesson.marked, lesson.weights)
            chances.append(calibration.chances(context))
        models.append((found.model, calibration))
    decoding = Decoding()
    if len(chances) == len(models):
        progress("thresholds")
        decoding = tune(np.mean(chances, axis=0), lesson.target)
    return Question(tuple(models), decoding)
