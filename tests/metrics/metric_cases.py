"""Short ways to write documents, gold and predictions, and hypothesis strategies for them."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import settings
from hypothesis import strategies as st

from benchmark.metrics import Metric
from benchmark.model import Annotation, Document, Prediction, Span, Unit, offsets

LABELS = ("A", "B", "C")
LENGTH = 60

# The first assignment imports scipy.optimize, which takes longer than the usual deadline of one example.
quick = settings(deadline=None, max_examples=20)

Triple = tuple[int, int, str]


def document(length: int = LENGTH, identifier: str = "d", token: int = 2, shift: int = 0) -> Document:
    """A text of x, with tokens of `token` characters from `shift` on."""
    tokens = [(start, min(start + token, length)) for start in range(shift, length, token)]
    return Document(identifier, "x" * length, offsets([]), offsets(tokens))


def gold(spans: Sequence[Triple], of: Document | None = None) -> Annotation:
    return Annotation(of or document(), "technique", tuple(Span(*span) for span in spans))


def found(spans: Sequence[Triple], identifier: str = "d") -> Prediction:
    return Prediction(identifier, "technique", tuple(Span(*span) for span in spans))


def units(*labels: tuple[str, ...]) -> tuple[Unit, ...]:
    """A unit of two characters for each tuple of labels."""
    return tuple(Unit(2 * i, 2 * i + 2, given) for i, given in enumerate(labels))


def unit_gold(*labels: tuple[str, ...]) -> Annotation:
    return Annotation(document(2 * len(labels) + 2), "frame", units=units(*labels))


def unit_found(*labels: tuple[str, ...]) -> Prediction:
    return Prediction("d", "frame", units=units(*labels))


def score(
    metric: Metric,
    truth: Annotation | Sequence[Annotation],
    answer: Prediction | Sequence[Prediction],
    labels: Sequence[str] = LABELS,
) -> dict[str, float]:
    """Scores by name, from the sum over the documents."""
    truth = [truth] if isinstance(truth, Annotation) else truth
    answer = [answer] if isinstance(answer, Prediction) else answer
    totals = metric.per_document(truth, answer, labels).sum(axis=0)
    return dict(zip(metric.scores(labels), metric.finalize(totals, labels).tolist(), strict=True))


@st.composite
def spans(draw: st.DrawFn, most: int = 6, least: int = 0) -> list[Triple]:
    """Spans that may overlap, nest, touch and repeat; few positions, so that they often meet."""
    pieces = st.tuples(st.integers(0, 30), st.integers(1, 12), st.sampled_from(LABELS))
    return [
        (start, start + size, label)
        for start, size, label in draw(st.lists(pieces, min_size=least, max_size=most))
    ]
