"""Labels of given spans: technique classification (TC), the second subtask of SemEval-2020 Task 11.

Source: Da San Martino et al., "SemEval-2020 Task 11: Detection of Propaganda Techniques in News Articles",
2020. A span that stands several times in the gold, with a technique each, is a multiset of labels:
predictions for it are matched with its labels in whatever order they come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.metrics.base import Floats
from benchmark.metrics.credit import CreditMetric, require_same_documents, tally
from benchmark.metrics.intervals import numbered
from benchmark.model import Annotation, Prediction, Span


@dataclass(frozen=True)
class GivenSpans(CreditMetric):
    """Labels of spans that the detector was given: micro, macro and per-label precision, recall, F1.

    With one label for each given span, micro-F1 is the share of right ones, the official score of PTC's TC.
    """

    registered = "given_spans"

    def per_document(
        self, gold: Sequence[Annotation], predicted: Sequence[Prediction], labels: Sequence[str]
    ) -> Floats:
        """Return the statistics of each document, shape (n, 4L), counted in spans.

        Spans with labels outside `labels` are ignored.

        Raises
        ------
        ValueError
            Where gold and predictions are not of the same documents.
        """
        require_same_documents(gold, predicted)
        number, size = numbered(labels), len(labels)
        right, ours, theirs = np.zeros((3, len(gold) * size))
        for document, (annotation, prediction) in enumerate(zip(gold, predicted, strict=True)):
            truth, answers = _labelled(annotation.spans), _labelled(prediction.spans)
            for counts, column in ((truth & answers, right), (answers, ours), (truth, theirs)):
                for (_, _, label), count in counts.items():
                    if label in number:
                        column[document * size + number[label]] += count
        return tally(len(gold), size, predicted=(right, ours), gold=(right, theirs))


def _labelled(spans: Sequence[Span]) -> Counter[tuple[int, int, str]]:
    return Counter((span.start, span.end, span.label) for span in spans)
