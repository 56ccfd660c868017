"""The layers that the baselines predict, and the check with which each `predict` and `fit` begins."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from benchmark.model import Annotation, Document

TECHNIQUE = "technique"
ATTRIBUTION_GAP = "attribution_gap"
ATTRIBUTION = "attribution"
FRAME = "frame"
SLANT = "slant"
LOADED_SENTENCE = "loaded_sentence"

PROPAGANDA = "propaganda"
BIAS = "bias"
WORDS = "words"

CHARGED: Mapping[str, str] = MappingProxyType(
    {TECHNIQUE: "Loaded_Language", PROPAGANDA: "Propaganda", BIAS: "lexical", WORDS: "biased"}
)
"""The label of charged words in the layers that mark such words as spans, by layer."""

SPAN_LAYERS = frozenset({TECHNIQUE, ATTRIBUTION_GAP, ATTRIBUTION})
UNIT_LAYERS = frozenset({FRAME, SLANT, LOADED_SENTENCE})


def check_layer(detector: str, layers: Collection[str], layer: str) -> None:
    """Refuse a layer that a detector does not predict.

    Raises
    ------
    ValueError
        Where `layer` is none of `layers`; the message names those.
    """
    if layer not in layers:
        known = ", ".join(sorted(layers))
        raise ValueError(f"detector '{detector}' does not predict the layer '{layer}', only {known}")


def check_gold(documents: Sequence[Document], gold: Sequence[Annotation]) -> None:
    """Refuse gold that does not fit the documents.

    Raises
    ------
    ValueError
        Where they differ in number.
    """
    if len(documents) != len(gold):
        raise ValueError(f"{len(gold)} annotations for {len(documents)} documents")


def not_fitted(detector: str, layer: str) -> ValueError:
    """Return the error of a prediction that was asked for before the layer was learned."""
    return ValueError(f"detector '{detector}' must be fitted to the layer '{layer}' before it predicts it")


def nothing_to_learn(detector: str, layer: str, missing: str) -> ValueError:
    """Return the error of training documents in which something needed is missing."""
    return ValueError(f"detector '{detector}' cannot learn the layer '{layer}': {missing}")
