"""Rules for attributions and for gaps in them: reporting verbs, sourcing phrases, quotation marks.

No parser stands behind them: they see tokens, sentences and paragraphs. The word lists come from grammars and
style guides of English, and the parts of an attribution are those of PARC 3.0 and PolNeAR.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from baselines.attribution.ascribed import Attribution
from baselines.attribution.gaps import gaps
from baselines.attribution.relations import find
from baselines.layers import ATTRIBUTION, ATTRIBUTION_GAP, check_layer
from benchmark.model import Document, Prediction, Span


@dataclass
class AttributionRulesDetector:
    """Finds who says what in which words, and claims whose source is missing or cannot be judged."""

    name: ClassVar[str] = "attribution-rules"
    layers: ClassVar[frozenset[str]] = frozenset({ATTRIBUTION, ATTRIBUTION_GAP})

    def predict(self, documents: Sequence[Document], layer: str) -> list[Prediction]:
        """Return the attributions of each document, or the gaps in them.

        Parameters
        ----------
        documents
            The texts; a document's own boundaries of sentences and tokens are used.
        layer
            attribution: spans source, cue and content, those of one attribution under one number.
            attribution_gap: spans with the five labels of that layer.

        Raises
        ------
        ValueError
            For another layer.
        """
        check_layer(self.name, self.layers, layer)
        spans = _relations if layer == ATTRIBUTION else _gaps
        return [Prediction(document.id, layer, spans=spans(document)) for document in documents]


def _relations(document: Document) -> tuple[Span, ...]:
    _, attributions = find(document)
    return tuple(span for number, one in enumerate(attributions) for span in _parts(one, number))


def _parts(one: Attribution, number: int) -> list[Span]:
    spans = [Span(*one.cue, "cue", relation=number)]
    if one.source is not None:
        spans.append(Span(*one.source, "source", relation=number))
    spans.extend(Span(*piece, "content", relation=number) for piece in dict.fromkeys(one.contents))
    return spans


def _gaps(document: Document) -> tuple[Span, ...]:
    sentences, attributions = find(document)
    return tuple(gaps(attributions, sentences, document.text))
